"""Activations, normalisation, convolutions, pooling and recurrent layers as nodes of ONNX.

ONNX has channels before the spatial axes. Where a graph has them last the node stands between two `Transpose`s, which
cancel where they meet others.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.backends.onnx.writer import OnnxWriter, Size, Tensor
from hornbeam.core.dtype import is_floating
from hornbeam.core.errors import BackendError
from hornbeam.ops.activation import SELU_ALPHA, SELU_SCALE
from hornbeam.ops.rules_nn import Geometry, geometry, output_paddings, pooling, same_padding, transposed

W = OnnxWriter

# Normalisation


def batch_normalization(
    w: W, x: Tensor, mean: Tensor, variance: Tensor, axis: int, offset: Any, scale: Any, epsilon: float
) -> Tensor:
    order = (0, axis, *(i for i in range(1, x.ndim) if i != axis))
    scale = scale or w.fill(1, mean.dims, mean.dtype)
    offset = offset or w.fill(0, mean.dims, mean.dtype)
    y = w.op("BatchNormalization", w.transpose(x, order), scale, offset, mean, variance, epsilon=float(epsilon))
    return w.transpose(y, np.argsort(order).tolist())


def layer_normalization(w: W, x: Tensor, gamma: Any, beta: Any, axis: tuple[int, ...], epsilon: float) -> Tensor:
    gamma = gamma or w.fill(1, tuple(x.dims[i] for i in axis), x.dtype)
    return w.op("LayerNormalization", x, gamma, beta, axis=axis[0], epsilon=float(epsilon))


def alike(x: Any, *parts: Any) -> bool:
    """Whether all that is given has the dtype of x."""
    return all(part is None or part.dtype == x.dtype for part in parts)


# Convolutions and pooling


def channels_first(w: W, x: Tensor, where: Geometry) -> Tensor:
    return w.transpose(x, (0, x.ndim - 1, *range(1, x.ndim - 1))) if where.channels_last else x


def restored(w: W, y: Tensor, rank: int, where: Geometry) -> Tensor:
    return w.transpose(y, (0, *range(2, rank + 2), 1)) if where.channels_last else y


def spatial(x: Tensor, where: Geometry) -> tuple[Any, ...]:
    return x.dims[1:-1] if where.channels_last else x.dims[2:]


def padding(x: Tensor, window: Any, where: Geometry) -> dict[str, Any] | None:
    """The attributes that say how to pad; None where only nodes can: dilated windows with steps, of unknown sizes."""
    if where.padding == "valid":
        return {}
    pairs = []
    for size, width, stride, dilation in zip(spatial(x, where), window, where.strides, where.dilation, strict=True):
        if not isinstance(size, int) and stride > 1:
            return {"auto_pad": "SAME_UPPER"} if set(where.dilation) == {1} else None
        # with a stride of 1 the padding is the same for any size
        pairs.append(same_padding(size if isinstance(size, int) else 1, width, stride, dilation))
    return {"pads": [pair[i] for i in (0, 1) for pair in pairs]}


def padded(w: W, x: Tensor, first: Tensor, window: Any, where: Geometry) -> Tensor:
    """The input (channels first), padded by nodes that compute how much."""
    before, after = [], []
    for size, width, stride, dilation in zip(spatial(x, where), window, where.strides, where.dilation, strict=True):
        total = (-(-size // stride) - 1) * stride + (width - 1) * dilation + 1 - size
        most = w.op("Max", w.shape([total]), np.array([0]))
        half = w.op("Div", most, np.array([2]))
        before.append(Size(w, half))
        after.append(Size(w, w.op("Sub", most, half)))
    return w.op("Pad", first, w.shape([0, 0, *before, 0, 0, *after]))


def known(dims: tuple[Any, ...]) -> tuple[int, ...]:
    if not all(isinstance(size, int) for size in dims):
        raise BackendError(f"ONNX: a convolution needs a kernel of known sizes, and known channels. Received: {dims}.")
    return dims


def conv(depthwise: bool) -> Callable[..., Tensor]:
    """The entry of `conv`, or of `depthwise_conv`: there every channel is a group, and a kernel's depth is 1."""

    def entry(w: W, x: Tensor, kernel: Tensor, strides: Any, how: str, data_format: Any, dilation: Any) -> Tensor:
        rank = x.ndim - 2
        where = geometry(rank, strides, how, data_format, dilation)
        *window, depth, filters = known(kernel.dims)
        if depthwise:
            groups, kernel = depth, w.op("Reshape", kernel, np.array([*window, 1, depth * filters]))
        else:
            groups = known((x.dims[-1] if where.channels_last else x.dims[1],))[0] // depth
        first, pads = channels_first(w, x, where), padding(x, window, where)
        if pads is None:
            first, pads = padded(w, x, first, window, where), {}
        steps = {"strides": list(where.strides), "dilations": list(where.dilation), "kernel_shape": window}
        turned = w.transpose(kernel, (rank + 1, rank, *range(rank)))
        return restored(w, w.op("Conv", first, turned, group=groups, **steps, **pads), rank, where)

    return entry


def conv_transpose(
    w: W, x: Tensor, kernel: Tensor, strides: Any, padding: str, output_padding: Any, data_format: Any, dilation: Any
) -> Tensor:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    window = known(kernel.dims[:-2])
    pads, extra = [], []
    for size, width, stride, more, reach in zip(
        spatial(x, where), window, where.strides, output_paddings(output_padding, rank), where.dilation, strict=True
    ):
        length, cut = transposed(size, width, stride, where.padding, more, reach)
        over = (size - 1) * stride + (width - 1) * reach + 1 - cut - length  # beyond the result; missing if negative
        pads.append((cut, max(over, 0)))
        extra.append(max(-over, 0))
    steps: dict[str, Any] = {"strides": list(where.strides), "dilations": list(where.dilation)}
    steps |= {"kernel_shape": list(window), "pads": [pair[i] for i in (0, 1) for pair in pads], "output_padding": extra}
    turned = w.transpose(kernel, (rank + 1, rank, *range(rank)))
    return restored(w, w.op("ConvTranspose", channels_first(w, x, where), turned, **steps), rank, where)


def pool(kind: str, **attributes: Any) -> Callable[..., Tensor]:
    def entry(w: W, x: Tensor, pool_size: Any, strides: Any, how: str, data_format: Any) -> Tensor:
        size, where = pooling(x.ndim - 2, pool_size, strides, how, data_format)
        first, pads = channels_first(w, x, where), padding(x, size, where)
        assert pads is not None
        y = w.op(kind, first, kernel_shape=list(size), strides=list(where.strides), **pads, **attributes)
        return restored(w, y, len(size), where)

    return entry


# Recurrent layers


def gates(w: W, weights: Tensor, order: tuple[int, ...]) -> Tensor:
    """(features, gates * units) as ONNX has weights: (1, gates * units, features), with the gates in its order."""
    count = len(order)
    units = weights.dims[-1] // count
    by_gate = w.op("Reshape", w.transpose(weights, (1, 0)), np.array([count, units, -1]))
    return w.op("Reshape", w.op("Gather", by_gate, np.array(order), axis=0), np.array([1, count * units, -1]))


def bias_of(w: W, bias: Any, count: int, units: int, order: tuple[int, ...]) -> Any:
    """Biases of the input and of the recurrent part, one after the other: (1, 2 * gates * units)."""
    if bias is None:
        return None
    rows = w.op("Reshape", bias, np.array([-1, count, units]))
    rows = w.op("Reshape", w.op("Gather", rows, np.array(order), axis=1), np.array([1, -1]))
    return rows if bias.ndim == 2 else w.op("Concat", rows, w.fill(0, (1, count * units), bias.dtype), axis=1)


def recurrent(w: W, kind: str, x: Tensor, states: list[Tensor], weights: Any, **options: Any) -> Any:
    attributes: dict[str, Any] = {**options, "outputs": 1 + len(states)}
    order = (0, 3, 1, 2) if kind == "LSTM" else (0, 1, 2)
    kernel, recurrent_kernel, bias = weights
    units = recurrent_kernel.dims[0]
    state = [w.op("Unsqueeze", each, np.array([0])) for each in states]
    parts = gates(w, kernel, order), gates(w, recurrent_kernel, order), bias_of(w, bias, len(order), units, order)
    y, *last = w.op(kind, w.transpose(x, (1, 0, 2)), *parts, None, *state, hidden_size=units, **attributes)
    outputs = w.transpose(w.op("Squeeze", y, np.array([1])), (1, 0, 2))
    return outputs, *(w.op("Squeeze", each, np.array([0])) for each in last)


table: dict[str, Callable[..., Any]] = {
    "relu": lambda w, x: w.op("Relu", x),
    "relu6": lambda w, x: w.op("Clip", x, 0, 6),
    "leaky_relu": lambda w, x, slope: w.op("LeakyRelu", x, alpha=float(slope)),
    "elu": lambda w, x, alpha: w.op("Elu", x, alpha=float(alpha)),
    "selu": lambda w, x: w.op("Selu", x, alpha=SELU_ALPHA, gamma=SELU_SCALE),
    "celu": lambda w, x, alpha: w.op("Celu", x, alpha=float(alpha)),
    "sigmoid": lambda w, x: w.op("Sigmoid", x),
    "hard_sigmoid": lambda w, x: w.op("HardSigmoid", x, alpha=1 / 6, beta=0.5),
    "softplus": lambda w, x: w.op("Softplus", x),
    "softsign": lambda w, x: w.op("Softsign", x),
    "gelu": lambda w, x, approximate: w.op("Gelu", x, approximate="tanh" if approximate else "none"),
    "softmax": lambda w, x, axis: w.op("Softmax", x, axis=axis[0]),
    "log_softmax": lambda w, x, axis: w.op("LogSoftmax", x, axis=axis[0]),
    "batch_normalization": batch_normalization,
    "layer_normalization": layer_normalization,
    "conv": conv(depthwise=False),
    "depthwise_conv": conv(depthwise=True),
    "conv_transpose": conv_transpose,
    "max_pool": pool("MaxPool"),
    "average_pool": pool("AveragePool"),
    "lstm": lambda w, x, h, c, *weights: recurrent(w, "LSTM", x, [h, c], weights[:3]),
    "gru": lambda w, x, h, *weights: recurrent(w, "GRU", x, [h], weights[:3], linear_before_reset=int(weights[-1])),
}
conditions: dict[str, Callable[..., bool]] = {
    # onnxruntime has them in single precision only; their definitions do in double
    **{
        name: lambda x, *_: x.dtype != "float64"
        for name in ("leaky_relu", "elu", "selu", "celu", "hard_sigmoid", "softplus", "softsign", "gelu")
    },
    "relu": lambda x: is_floating(x.dtype) or x.dtype in ("int8", "int16", "int32"),
    **dict.fromkeys(("softmax", "log_softmax"), lambda x, axis: len(axis) == 1),
    "batch_normalization": lambda x, mean, variance, axis, *parts: axis > 0 and alike(x, mean, variance, *parts[:-1]),
    # over the last axes
    "layer_normalization": lambda x, gamma, beta, axis, _: (
        axis[-1:] == (x.ndim - 1,) and axis[0] == x.ndim - len(axis) and alike(x, gamma, beta)
    ),
    "lstm": lambda x, h, c, kernel, weights, bias, mask: mask is None and isinstance(weights.dims[0], int),
    "gru": lambda x, h, kernel, weights, bias, mask, after: mask is None and isinstance(weights.dims[0], int),
}
