"""Contractions, convolutions, pooling, activations, normalisation, attention and recurrence as nodes of OpenVINO."""

from __future__ import annotations

import itertools
import math
import string
from collections.abc import Callable
from typing import Any

import numpy as np
import openvino.opset16 as op

from hornbeam.backends.openvino import defined
from hornbeam.backends.openvino.writer import (
    LOWEST,
    Value,
    choose,
    is_real,
    number,
    ordered,
    real,
    restored,
    vector,
    whole,
)
from hornbeam.core.dtype import is_floating
from hornbeam.core.errors import DtypeError
from hornbeam.ops.rules_nn import (
    Geometry,
    check_channels,
    check_fit,
    geometry,
    output_paddings,
    parse_einsum,
    pooling,
    same_padding,
    split_shape,
    transposed,
)

# Contractions


def matmul(w: Any, x1: Value, x2: Value) -> Any:
    if x1.dtype == "bool":
        return w.inline(defined.in_numbers(defined.matmul), x1, x2)
    if not is_real(x1.node) or x1.dims[-1] == 0:  # the device does not sum nothing
        return w.inline(defined.matmul, x1, x2)
    return op.matmul(x1.node, x2.node, False, False)


def einsum(w: Any, subscripts: str, operands: Any) -> Any:
    """By the device, but for whole numbers, and for sizes that are 0 or that broadcast under an ellipsis."""
    if operands[0].dtype == "bool":
        return w.inline(defined.in_numbers(defined.einsum), subscripts, operands)
    labels, result = parse_einsum(subscripts, [x.ndim for x in operands])
    sizes = {(label, size) for own, x in zip(labels, operands, strict=True) for label, size in zip(own, x.dims)}
    names = {label: string.ascii_letters[i] for i, label in enumerate(dict.fromkeys(itertools.chain(*labels)))}
    if not is_real(operands[0].node) or len(sizes) > len(names) or any(size == 0 for _, size in sizes):
        return w.inline(defined.einsum, subscripts, operands)
    text = ",".join("".join(names[label] for label in own) for own in labels)
    return op.einsum([x.node for x in operands], f"{text}->{''.join(names[label] for label in result)}")


def fft(w: Any, real_part: Value, imaginary: Value) -> Any:
    """The device takes pairs along a last axis."""
    pairs = op.concat([op.unsqueeze(part.node, vector([-1])) for part in (real_part, imaginary)], -1)
    found = op.split(op.dft(pairs, vector([-1])), number(-1), 2).outputs()
    return [op.squeeze(part, vector([-1])) for part in found]


# Convolutions: the device takes channels first, and folds transpositions


def channels_first(node: Any, ndim: int, where: Geometry) -> Any:
    return op.transpose(node, vector([0, ndim - 1, *range(1, ndim - 1)])) if where.channels_last else node


def restore(node: Any, ndim: int, where: Geometry) -> Any:
    return op.transpose(node, vector([0, *range(2, ndim), 1])) if where.channels_last else node


def conv(w: Any, x: Value, kernel: Value, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    channels = split_shape(x.dims, where.channels_last)[2]
    check_channels(x.dims, kernel.dims, channels)
    groups = channels // kernel.dims[-2] if isinstance(channels, int) else 1
    weights = op.transpose(kernel.node, vector([rank + 1, rank, *range(rank)]))
    return convolved(w, x, weights, kernel.dims[:-2], groups, where)


def depthwise_conv(w: Any, x: Value, kernel: Value, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    *window, depth, multiplier = kernel.dims
    rows = op.transpose(kernel.node, vector([rank, rank + 1, *range(rank)]))
    weights = op.reshape(rows, vector([depth * multiplier, 1, *window]), False)
    return convolved(w, x, weights, tuple(window), depth, where)


def convolved(w: Any, x: Value, weights: Any, window: Any, groups: int, where: Geometry) -> Any:
    """A convolution by weights (filters, channels of a group, spatial...)."""
    check_fit("conv", x.dims, window, where)
    node = channels_first(x.node, x.ndim, where)
    zeros = [0] * len(where.strides)
    options = (list(where.strides), zeros, zeros, list(where.dilation), _pads(where))
    if groups == 1:
        result = op.convolution(node, weights, *options)
    else:
        rest = op.slice(op.shape_of(weights, "i32"), vector([1]), vector([9]), vector([1]))
        grouped = op.reshape(weights, op.concat([vector([groups, -1]), rest], 0), False)
        result = op.group_convolution(node, grouped, *options)
    return restore(result, x.ndim, where)


def _pads(where: Geometry) -> str:
    return "same_upper" if where.padding == "same" else "valid"


def conv_transpose(
    w: Any, x: Value, kernel: Value, strides: Any, padding: str, output_padding: Any, data_format: Any, dilation: Any
) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    befores, afters, extras = [], [], []
    more = output_paddings(output_padding, rank)
    for size, stride, extra, spread in zip(kernel.dims[:-2], where.strides, more, where.dilation, strict=True):
        length, cut_off = transposed(1, size, stride, where.padding, extra, spread)
        after = (size - 1) * spread + 1 - cut_off - length  # the same for every number of positions
        befores.append(cut_off)
        afters.append(max(after, 0))
        extras.append(max(-after, 0))
    weights = op.transpose(kernel.node, vector([rank + 1, rank, *range(rank)]))
    node = op.convolution_backprop_data(
        channels_first(x.node, x.ndim, where),
        weights,
        list(where.strides),
        pads_begin=befores,
        pads_end=afters,
        dilations=list(where.dilation),
    )
    if any(extras):
        ends = vector([0, 0, *extras])
        node = op.pad(node, vector([0] * x.ndim), ends, "constant", number(0.0, "float32"))
    return restore(node, x.ndim, where)


# Pooling


def max_pool(w: Any, x: Value, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.ndim - 2, pool_size, strides, padding, data_format)
    check_fit("max_pool", x.dims, size, where)
    node = channels_first(ordered(x), x.ndim, where)
    zeros, ones = [0] * len(size), [1] * len(size)

    def pooled(node: Any) -> Any:
        options = (list(where.strides), ones, zeros, zeros, list(size))
        return op.max_pool(node, *options, auto_pad=_pads(where)).output(0)

    if is_real(node):
        lowest = number(np.finfo("float32").min, node)
        result = pooled(node)
        result = choose(op.less_equal(result, lowest), -math.inf, result)
        result = choose(op.greater(pooled(real(op.is_nan(node))), number(0, node)), math.nan, result)
    elif x.dtype.endswith(("8", "16", "bool")):
        result = whole(pooled(real(node)))
    else:
        result = _largest(node, split_shape(x.dims, where.channels_last)[1], size, where)
    return restore(restored(result, x), x.ndim, where)


def _largest(node: Any, sizes: Any, window: tuple[int, ...], where: Geometry) -> Any:
    """The greatest whole number of each window, place by place: the device pools in float32."""
    if not all(isinstance(size, int) for size in sizes):
        raise DtypeError("openvino: max_pool of 32-bit whole numbers needs known sizes; cast to float32, or to int16.")
    pads = [(0, 0)] * len(window)
    if where.padding == "same":
        pads = [same_padding(*each) for each in zip(sizes, window, where.strides, strict=True)]
        befores, afters = zip(*pads, strict=True)
        node = op.pad(node, vector([0, 0, *befores]), vector([0, 0, *afters]), "constant", number(LOWEST))
    counts = [
        (sum(pad) + size - width) // stride
        for size, pad, width, stride in zip(sizes, pads, window, where.strides, strict=True)
    ]
    result = None
    for place in itertools.product(*map(range, window)):
        stops = [at + count * stride + 1 for at, count, stride in zip(place, counts, where.strides, strict=True)]
        axes = vector(range(2, len(window) + 2))
        part = op.slice(node, vector(place), vector(stops), vector(where.strides), axes)
        result = part if result is None else op.maximum(result, part)
    return result


def average_pool(w: Any, x: Value, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.ndim - 2, pool_size, strides, padding, data_format)
    check_fit("average_pool", x.dims, size, where)
    zeros, ones = [0] * len(size), [1] * len(size)
    node = op.avg_pool(
        channels_first(x.node, x.ndim, where),
        strides=list(where.strides),
        pads_begin=zeros,
        pads_end=zeros,
        kernel_shape=list(size),
        exclude_pad=True,
        auto_pad=_pads(where),
        dilations=ones,
    )
    return restore(node, x.ndim, where)


# Natives


def relu(w: Any, x: Value) -> Any:
    """The device's own `relu` makes 0 of NaN; its maximum keeps what comes second."""
    return op.maximum(number(0, x.node), x.node)


def softmax(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda w, x, axis: function(x.node, axis[0])


def layer_normalization(w: Any, x: Value, gamma: Any, beta: Any, axis: Any, epsilon: float) -> Any:
    node = op.mvn(x.node, vector(axis), True, epsilon, "inside_sqrt")
    shape = [x.dims[i] if i in axis else 1 for i in range(min(axis), x.ndim)]
    for function, parameter in ((op.multiply, gamma), (op.add, beta)):
        if parameter is not None:
            node = function(node, op.reshape(parameter.node, w.shape(shape), False))
    return node


def gates(node: Any, order: tuple[int, ...], axis: int) -> Any:
    parts = op.split(node, number(axis), len(order)).outputs()
    return op.concat([parts[i] for i in order], axis)


def weights(node: Any, order: tuple[int, ...]) -> Any:
    """(inputs, gates * units) as (1, gates * units, inputs), the gates in another order."""
    return op.unsqueeze(op.transpose(gates(node, order, 1), vector([1, 0])), vector([0]))


def lengths(w: Any, x: Value) -> Any:
    """The length of each sequence: all steps."""
    return op.broadcast(w.at(x.dims[1]), op.unsqueeze(w.at(x.dims[0]), vector([0])))


def lstm(w: Any, x: Value, h: Value, c: Value, kernel: Value, recurrent: Value, bias: Any, mask: Any) -> Any:
    units, order = recurrent.dims[0], (1, 0, 2, 3)  # f, i, g, o
    one = vector([1])
    offsets = number(np.zeros(4 * units), "float32") if bias is None else gates(bias.node, order, 0)
    node = op.lstm_sequence(
        x.node,
        *(op.unsqueeze(each.node, one) for each in (h, c)),
        lengths(w, x),
        *(weights(each.node, order) for each in (kernel, recurrent)),
        op.unsqueeze(offsets, vector([0])),
        units,
        "forward",
    )
    return [op.squeeze(output, one) for output in node.outputs()]


def gru(w: Any, x: Value, h: Value, kernel: Value, recurrent: Value, bias: Any, mask: Any, reset_after: bool) -> Any:
    units, order = recurrent.dims[0], (0, 1, 2)
    one = vector([1])
    if bias is None:
        offsets = number(np.zeros((4 if reset_after else 3) * units), "float32")
    elif reset_after:
        rows = op.split(bias.node, number(0), 2).outputs()
        of_x, of_h = (op.split(op.squeeze(row, vector([0])), number(0), 3).outputs() for row in rows)
        offsets = op.concat([op.add(of_x[0], of_h[0]), op.add(of_x[1], of_h[1]), of_x[2], of_h[2]], 0)
    else:
        offsets = bias.node
    node = op.gru_sequence(
        x.node,
        op.unsqueeze(h.node, one),
        lengths(w, x),
        *(weights(each.node, order) for each in (kernel, recurrent)),
        op.unsqueeze(offsets, vector([0])),
        units,
        "forward",
        linear_before_reset=reset_after,
    )
    return [op.squeeze(output, one) for output in node.outputs()]


def floats(x: Any, *_: Any) -> bool:
    return is_floating(x.dtype)


def one_axis(x: Any, axis: Any) -> bool:
    return len(axis) == 1 and x.ndim > 0 and is_floating(x.dtype)


table: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "einsum": einsum,
    "fourier.fft": fft,
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "conv_transpose": conv_transpose,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "relu": relu,
    "sigmoid": lambda w, x: op.sigmoid(x.node),
    "silu": lambda w, x: op.swish(x.node),
    "elu": lambda w, x, alpha: op.elu(x.node, float(alpha)),
    "softmax": softmax(op.softmax),
    "log_softmax": softmax(op.log_softmax),
    "layer_normalization": layer_normalization,
    "lstm": lstm,
    "gru": gru,
}
conditions: dict[str, Callable[..., bool]] = {
    "relu": floats,
    "elu": floats,
    "softmax": one_axis,
    "log_softmax": one_axis,
    "lstm": lambda x, h, c, kernel, recurrent, bias, mask: mask is None and x.dims[1] != 0,
    "gru": lambda x, h, kernel, recurrent, bias, mask, reset_after: mask is None and x.dims[1] != 0,
}
