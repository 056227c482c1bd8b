"""What contractions, activations, convolutions and pooling are, spelled in NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from hornbeam.ops.rules_nn import Geometry, check_channels, geometry, output_paddings, pooling, same_padding, transposed

# NumPy sums products of small floats in float32, and leaves them there


def matmul(x1: Any, x2: Any) -> Any:
    return np.matmul(x1, x2).astype(x1.dtype, copy=False)


def einsum(subscripts: str, operands: list[Any]) -> Any:
    # the search for an order costs more than a small product of two
    optimize = len(operands) > 2 or max(operand.size for operand in operands) > 256
    dtype = operands[0].dtype
    wide = operands if dtype.kind != "V" else [operand.astype("float32") for operand in operands]  # bfloat16
    return np.einsum(subscripts, *wide, optimize=optimize).astype(dtype, copy=False)


def sigmoid(x: Any) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def windows(x: Any, size: tuple[int, ...], where: Geometry, fill: float = 0) -> Any:
    """Every window of a channels-last array, as a view: (batch, positions..., channels, window...)."""
    rank = len(size)
    axes = tuple(range(1, rank + 1))
    if where.padding == "same":
        sizes = x.shape[1:-1]
        pads = [same_padding(*each) for each in zip(sizes, size, where.strides, where.dilation, strict=True)]
        if any(map(any, pads)):
            x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=fill)
    reach = tuple((width - 1) * dilation + 1 for width, dilation in zip(size, where.dilation, strict=True))
    view = sliding_window_view(x, reach, axis=axes)
    positions = tuple(slice(None, None, stride) for stride in where.strides)
    inside = tuple(slice(None, None, dilation) for dilation in where.dilation)
    return view[(slice(None), *positions, slice(None), *inside)]


def channels_last(x: Any, where: Geometry) -> Any:
    return x if where.channels_last else np.moveaxis(x, 1, -1)


def restore(y: Any, where: Geometry) -> Any:
    return y if where.channels_last else np.moveaxis(y, -1, 1)


def conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    view = windows(channels_last(x, where), kernel.shape[:-2], where)
    depth, filters = kernel.shape[-2:]
    check_channels(x.shape, kernel.shape, view.shape[rank + 1])
    groups = view.shape[rank + 1] // depth
    parts = [
        np.tensordot(
            view[(..., slice(group * depth, (group + 1) * depth)) + (slice(None),) * rank],
            kernel[..., group * (filters // groups) : (group + 1) * (filters // groups)],
            ((rank + 1, *range(rank + 2, 2 * rank + 2)), (rank, *range(rank))),
        )
        for group in range(groups)
    ]
    y = parts[0] if groups == 1 else np.concatenate(parts, -1)
    return restore(y.astype(x.dtype, copy=False), where)


def depthwise_conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    view = windows(channels_last(x, where), kernel.shape[:-2], where)
    sums = sum(view[(..., *place)][..., None] * kernel[place] for place in np.ndindex(*kernel.shape[:-2]))
    return restore(np.reshape(sums, (*np.shape(sums)[:-2], kernel.shape[-2] * kernel.shape[-1])), where)


def conv_transpose(
    x: Any, kernel: Any, strides: Any, padding: str, output_padding: Any, data_format: Any, dilation: Any
) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    x = channels_last(x, where)
    sizes, window = x.shape[1:-1], kernel.shape[:-2]
    ends = [
        transposed(n, k, s, where.padding, more, d)
        for n, k, s, more, d in zip(
            sizes, window, where.strides, output_paddings(output_padding, rank), where.dilation, strict=True
        )
    ]
    full = [
        max((n - 1) * s + (k - 1) * d + 1, cut + length)
        for n, k, s, d, (length, cut) in zip(sizes, window, where.strides, where.dilation, ends, strict=True)
    ]
    y = np.zeros((x.shape[0], *full, kernel.shape[-2]), x.dtype)
    for place in np.ndindex(*window):
        spots = tuple(
            slice(at * d, at * d + (n - 1) * s + 1, s)
            for at, n, s, d in zip(place, sizes, where.strides, where.dilation, strict=True)
        )
        y[(slice(None), *spots)] += x @ kernel[place].T
    kept = tuple(slice(cut, cut + length) for length, cut in ends)
    return restore(y[(slice(None), *kept)], where)


def max_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.ndim - 2, pool_size, strides, padding, data_format)
    lowest = np.iinfo(x.dtype).min if x.dtype.kind in "iu" else -math.inf
    view = windows(channels_last(x, where), size, where, lowest)
    return restore(view.max(axis=tuple(range(-len(size), 0))), where)


def average_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.ndim - 2, pool_size, strides, padding, data_format)
    x = channels_last(x, where)
    inside = tuple(range(-len(size), 0))
    ones = np.ones((1, *x.shape[1:-1], 1), x.dtype)  # summed like x, they count what is no padding
    return restore(windows(x, size, where).sum(inside) / windows(ones, size, where).sum(inside), where)


def in_single(convolution: Callable[..., Any]) -> Callable[..., Any]:
    """`convolution`, with 16-bit floats added up in float32, as engines do."""

    def call(x: Any, kernel: Any, *arguments: Any) -> Any:
        if x.dtype.itemsize != 2 or x.dtype.kind in "iu":
            return convolution(x, kernel, *arguments)
        return convolution(x.astype("float32"), kernel.astype("float32"), *arguments).astype(x.dtype)

    return call


table: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "einsum": einsum,
    "relu": lambda x: np.maximum(x, np.zeros((), x.dtype)),
    "sigmoid": sigmoid,
    "conv": in_single(conv),
    "depthwise_conv": in_single(depthwise_conv),
    "conv_transpose": in_single(conv_transpose),
    "max_pool": max_pool,
    "average_pool": average_pool,
}

conditions: dict[str, Callable[..., bool]] = {"sigmoid": lambda x: x.dtype.kind != "c"}
