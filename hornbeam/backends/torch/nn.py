"""Contractions, activations, convolutions, normalisation and losses by PyTorch's own kernels.

Tensors are channels-last in memory. A channels-first *view* of one is what PyTorch calls `channels_last` memory format:
its kernels take it, and give it, without a copy.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F

from hornbeam.backends.torch.primitives import widening
from hornbeam.core.errors import ShapeError
from hornbeam.ops.loss import check_shapes, check_sparse_shapes
from hornbeam.ops.rules_nn import Geometry, geometry, output_paddings, pooling, same_padding, transposed, windows

HALVES = (torch.float16, torch.bfloat16)
# dtypes that PyTorch has no matrix product of
NARROW = (torch.bool, torch.uint16, torch.uint32, torch.uint64)


def matmul(x1: Any, x2: Any) -> Any:
    if x1.dtype in NARROW:
        return torch.matmul(x1.long(), x2.long()).to(x1.dtype)
    return torch.matmul(x1, x2)


def einsum(subscripts: str, operands: list[Any]) -> Any:
    dtype = operands[0].dtype
    if dtype in NARROW:
        return torch.einsum(subscripts, *(operand.long() for operand in operands)).to(dtype)
    return torch.einsum(subscripts, *operands).to(dtype)  # one operand alone is summed as int64


def dense(x: Any, kernel: Any, bias: Any) -> Any:
    if x.ndim == 2 and bias is not None:
        return torch.addmm(bias, x, kernel)
    return F.linear(x, kernel.t(), bias)


# layout


def channels_first(x: Any, last: bool) -> Any:
    return x.movedim(-1, 1) if last else x


def restore(y: Any, last: bool) -> Any:
    return y.movedim(1, -1) if last else y


def filters_first(kernel: Any) -> Any:
    """(spatial..., in, out) -> (out, in, spatial...)."""
    rank = kernel.ndim - 2
    return kernel.permute(rank + 1, rank, *range(rank))


def padded(x: Any, window: tuple[int, ...], where: Geometry, fill: float = 0) -> tuple[Any, Any]:
    """The input, and the padding that the kernel can do by itself: as much on both sides of each axis."""
    if where.padding == "valid":
        return x, 0
    pads = [same_padding(*each) for each in zip(x.shape[2:], window, where.strides, where.dilation, strict=True)]
    if all(before == after for before, after in pads):
        return x, tuple(before for before, _ in pads)
    return F.pad(x, [side for pair in reversed(pads) for side in pair], value=fill), 0


CONVOLUTIONS = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
TRANSPOSED = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
MAX_POOLS = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE_POOLS = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def of_rank(kernels: dict[int, Callable[..., Any]], rank: int) -> Callable[..., Any]:
    try:
        return kernels[rank]
    except KeyError:
        raise ShapeError(f"PyTorch has kernels for 1 to 3 spatial axes, not for {rank}.") from None


def by_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """A convolution of whole numbers by that of float64, which is exact up to 2**53."""

    def call(x: Any, kernel: Any, *arguments: Any) -> Any:
        if x.dtype.is_floating_point:
            return function(x, kernel, *arguments)
        return function(x.double(), kernel.double(), *arguments).round().to(x.dtype)

    return call


@by_floats
def conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    if rank == 1 and where.channels_last:
        # with a second axis there is a channels-last kernel, which conv1d lacks
        flat = where._replace(strides=(1, *where.strides), dilation=(1, *where.dilation))
        return convolve(x.unsqueeze(1), kernel.unsqueeze(0), flat).squeeze(1)
    return convolve(x, kernel, where)


def convolve(x: Any, kernel: Any, where: Geometry) -> Any:
    rank = x.ndim - 2
    x = channels_first(x, where.channels_last)
    groups = x.shape[1] // kernel.shape[-2]
    x, pads = padded(x, kernel.shape[:-2], where)
    y = of_rank(CONVOLUTIONS, rank)(x, filters_first(kernel), None, where.strides, pads, where.dilation, groups)
    return restore(y, where.channels_last)


def depthwise_conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    *window, channels, multiplier = kernel.shape
    return conv(x, kernel.reshape(*window, 1, channels * multiplier), strides, padding, data_format, dilation)


@by_floats
def conv_transpose(
    x: Any, kernel: Any, strides: Any, padding: str, output_padding: Any, data_format: Any, dilation: Any
) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    x = channels_first(x, where.channels_last)
    y = of_rank(TRANSPOSED, rank)(x, filters_first(kernel), None, where.strides, 0, 0, 1, where.dilation)
    ends = [
        transposed(n, k, s, where.padding, more, d)
        for n, k, s, more, d in zip(
            x.shape[2:],
            kernel.shape[:-2],
            where.strides,
            output_paddings(output_padding, rank),
            where.dilation,
            strict=True,
        )
    ]
    # negative padding cuts
    pads = [(-cut, cut + length - full) for (length, cut), full in zip(ends, y.shape[2:], strict=True)]
    if any(map(any, pads)):
        y = F.pad(y, [side for pair in reversed(pads) for side in pair])
    return restore(y, where.channels_last)


def without_channels(x: Any, size: tuple[int, ...], where: Geometry) -> Any:
    """The pooled tensor where there are no channels, which torch's kernels refuse."""
    return x.new_zeros((x.shape[0], 0, *windows("pool", x.shape, x.shape[2:], size, where)))


def max_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    rank = x.ndim - 2
    size, where = pooling(rank, pool_size, strides, padding, data_format)
    x = channels_first(x, where.channels_last)
    dtype = x.dtype
    if not dtype.is_floating_point:
        x = x.double()
    if not x.shape[1]:
        return restore(without_channels(x, size, where), where.channels_last).to(dtype)
    x, pads = padded(x, size, where, -torch.inf)
    y = of_rank(MAX_POOLS, rank)(x, size, where.strides, pads)
    return restore(y.to(dtype), where.channels_last)


def average_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    rank = x.ndim - 2
    size, where = pooling(rank, pool_size, strides, padding, data_format)
    x = channels_first(x, where.channels_last)
    if not x.shape[1]:
        return restore(without_channels(x, size, where), where.channels_last)
    average = widening(of_rank(AVERAGE_POOLS, rank))
    wider, pads = padded(x, size, where)
    y = average(wider, size, where.strides, pads, False, False)  # floor, and no padding counted
    if wider is not x:  # the zeros added here counted
        y = y / average(padded(torch.ones_like(x[:1, :1]), size, where)[0], size, where.strides)
    return restore(y, where.channels_last)


# normalisation


def batch_normalization(x: Any, mean: Any, variance: Any, axis: int, offset: Any, scale: Any, epsilon: float) -> Any:
    kind = torch.float32 if x.dtype in HALVES else x.dtype
    factor = torch.rsqrt(variance.to(kind) + epsilon)
    if scale is not None:
        factor = factor * scale.to(kind)
    shift = -mean.to(kind) * factor
    if offset is not None:
        shift = shift + offset.to(kind)
    if axis != x.ndim - 1:
        shape = (-1,) + (1,) * (x.ndim - 1 - axis)
        factor, shift = factor.view(shape), shift.view(shape)
    return torch.addcmul(shift, x.to(kind), factor).to(x.dtype)


def batch_norm_training(x: Any, gamma: Any, beta: Any, axis: int, epsilon: float) -> tuple[Any, Any, Any]:
    kind = torch.float32 if x.dtype in HALVES else x.dtype
    gamma, beta = (None if each is None else each.to(kind) for each in (gamma, beta))
    last = axis == x.ndim - 1
    # as a matrix: faster than the kernel for images
    rows = x.reshape(-1, x.shape[-1]) if last else x.movedim(axis, 1)
    y, mean, inverse = torch.native_batch_norm(rows, gamma, beta, None, None, True, 0.0, epsilon)
    variance = (inverse.detach().square().reciprocal() - epsilon).clamp_(min=0)
    return y.view(x.shape) if last else y.movedim(1, axis), mean.detach(), variance


def layer_normalization(x: Any, gamma: Any, beta: Any, axis: tuple[int, ...], epsilon: float) -> Any:
    gamma, beta = (None if each is None else each.to(x.dtype) for each in (gamma, beta))
    return F.layer_norm(x, x.shape[axis[0] :], gamma, beta, epsilon)


def trailing(x: Any, axis: tuple[int, ...]) -> bool:
    return axis == tuple(range(x.ndim - len(axis), x.ndim))


# losses


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool, axis: int) -> Any:
    if check_sparse_shapes(target, output, axis):
        target = target.squeeze(axis)
    scores = output.movedim(axis, -1)
    labels = target.long().reshape(-1)
    labels = labels.masked_fill(labels < 0, -100)
    loss = F.cross_entropy(scores.reshape(-1, scores.shape[-1]), labels, reduction="none", ignore_index=-100)
    return loss.reshape(target.shape)


def binary_crossentropy(target: Any, output: Any, from_logits: bool) -> Any:
    check_shapes("binary_crossentropy", target, output)
    return F.binary_cross_entropy_with_logits(output, target.to(output.dtype), reduction="none")


table: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "einsum": einsum,
    "dense": dense,
    "relu": widening(torch.relu),
    "relu6": widening(F.relu6),
    "leaky_relu": F.leaky_relu,
    "elu": F.elu,
    "selu": torch.selu,
    "celu": torch.celu,
    "sigmoid": torch.sigmoid,
    "log_sigmoid": F.logsigmoid,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "silu": F.silu,
    "gelu": lambda x, approximate: F.gelu(x, approximate="tanh" if approximate else "none"),
    "hard_sigmoid": F.hardsigmoid,
    "hard_silu": F.hardswish,
    "hard_tanh": F.hardtanh,
    "tanh_shrink": F.tanhshrink,
    "glu": F.glu,
    "softmax": lambda x, axis: torch.softmax(x, axis[0]),
    "log_softmax": lambda x, axis: torch.log_softmax(x, axis[0]),
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "conv_transpose": conv_transpose,
    "max_pool": max_pool,
    "average_pool": average_pool,
    "batch_normalization": batch_normalization,
    "batch_norm_training": batch_norm_training,
    "layer_normalization": layer_normalization,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "binary_crossentropy": binary_crossentropy,
}

conditions: dict[str, Callable[..., bool]] = {
    "relu": lambda x: x.dtype not in NARROW,
    "relu6": lambda x: x.dtype not in NARROW,
    "glu": lambda x, axis: not x.is_complex() and x.ndim > 0,
    "hard_shrink": lambda x, threshold: x.is_floating_point(),
    "dense": lambda x, kernel, bias: x.ndim > 0 and kernel.ndim == 2 and x.dtype not in NARROW,
    "softmax": lambda x, axis: len(axis) == 1,
    "log_softmax": lambda x, axis: len(axis) == 1,
    "batch_norm_training": lambda x, gamma, beta, axis, epsilon: axis > 0 and x.numel() > 0,
    "layer_normalization": lambda x, gamma, beta, axis, epsilon: (
        x.is_floating_point()
        and trailing(x, axis)
        and (gamma is None or gamma.shape == x.shape[axis[0] :])
        and (beta is None or beta.shape == x.shape[axis[0] :])
    ),
    "sparse_categorical_crossentropy": lambda target, output, from_logits, axis: from_logits,
    "binary_crossentropy": lambda target, output, from_logits: from_logits,
}
