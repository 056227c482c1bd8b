"""Contractions, activations, convolutions and pooling on XLA. Compositions are left to its fusion, but for kinks."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax

from hornbeam.core import registry
from hornbeam.ops.op import operations
from hornbeam.ops.rules_nn import Geometry, check_fit, geometry, output_paddings, pooling, same_padding, transposed

SPATIAL = "XYZUVW"
MOST_SHIFTS = 49  # beyond a window of 7 x 7, XLA's own convolution


def layouts(rank: int, where: Geometry, kernel: str = "IO") -> tuple[str, str, str]:
    """Names of the axes of inputs, kernel and result, for `lax.conv_general_dilated`."""
    spatial = SPATIAL[:rank]
    data = f"N{spatial}C" if where.channels_last else f"NC{spatial}"
    return data, spatial + kernel, data


def conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    check_fit("conv", x.shape, kernel.shape[:-2], where)
    channels = x.shape[-1] if where.channels_last else x.shape[1]
    return lax.conv_general_dilated(
        x,
        kernel,
        where.strides,
        where.padding.upper(),
        rhs_dilation=where.dilation,
        dimension_numbers=layouts(rank, where),
        feature_group_count=channels // kernel.shape[-2],
    )


def depthwise_conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    *window, channels, multiplier = kernel.shape
    where = geometry(x.ndim - 2, strides, padding, data_format, dilation)
    check_fit("depthwise_conv", x.shape, window, where)
    if jax.default_backend() == "cpu" and where.channels_last and math.prod(window) <= MOST_SHIFTS:
        return shifted(x, kernel, where)
    return conv(x, kernel.reshape(*window, 1, channels * multiplier), strides, padding, data_format, dilation)


def shifted(x: Any, kernel: Any, where: Geometry) -> Any:
    """Depthwise convolution as one multiply-add of a shifted input for each position of the window.

    XLA fuses them; its grouped convolution on a CPU is a loop over channels.
    """
    *window, channels, multiplier = kernel.shape
    if where.padding == "same":
        pads = [same_padding(*each) for each in zip(x.shape[1:-1], window, where.strides, where.dilation, strict=True)]
        x = jnp.pad(x, ((0, 0), *pads, (0, 0)))
    if multiplier > 1:
        x = jnp.repeat(x, multiplier, axis=-1)
    weights = kernel.reshape(*window, channels * multiplier)
    ends = [
        ((size - (width - 1) * d - 1) // s) * s + 1
        for size, width, s, d in zip(x.shape[1:-1], window, where.strides, where.dilation, strict=True)
    ]
    total: Any = 0
    for place in range(math.prod(window)):
        at, rest = [], place
        for width in reversed(window):
            at.insert(0, rest % width)
            rest //= width
        spots = tuple(slice(i * d, i * d + end, s) for i, d, end, s in zip(at, where.dilation, ends, where.strides))
        total = total + x[(slice(None), *spots)] * weights[tuple(at)]
    return total


def conv_transpose(
    x: Any, kernel: Any, strides: Any, padding: str, output_padding: Any, data_format: Any, dilation: Any
) -> Any:
    rank = x.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    spatial = x.shape[1:-1] if where.channels_last else x.shape[2:]
    pads = []
    extra = output_paddings(output_padding, rank)
    for n, k, s, more, d in zip(spatial, kernel.shape[:-2], where.strides, extra, where.dilation, strict=True):
        length, cut = transposed(n, k, s, where.padding, more, d)
        reach = (k - 1) * d
        pads.append((reach - cut, length + cut - (n - 1) * s - 1))
    return lax.conv_general_dilated(
        x,
        jnp.flip(kernel, tuple(range(rank))),
        (1,) * rank,
        pads,
        lhs_dilation=where.strides,
        rhs_dilation=where.dilation,
        dimension_numbers=layouts(rank, where, "OI"),
    )


def around(values: tuple[int, ...], where: Geometry) -> tuple[int, ...]:
    """The values for all axes: 1 for batch and channels."""
    return (1, *values, 1) if where.channels_last else (1, 1, *values)


def tiled_max(x: Any, size: tuple[int, ...], first: int) -> Any:
    """The largest of each tile, by `maximum` along one axis after the other.

    XLA's own window reduction has a scatter for its gradient: 20 times slower on a CPU.
    """
    for axis, width in enumerate(size, first):
        count = x.shape[axis] // width
        tiles = lax.slice_in_dim(x, 0, count * width, axis=axis)
        tiles = tiles.reshape(*x.shape[:axis], count, width, *x.shape[axis + 1 :])
        x = functools.reduce(jnp.maximum, (lax.index_in_dim(tiles, i, axis + 1, False) for i in range(width)))
    return x


def max_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.ndim - 2, pool_size, strides, padding, data_format)
    check_fit("pool", x.shape, size, where)
    sizes = x.shape[1:-1] if where.channels_last else x.shape[2:]
    uneven = any(n % width for n, width in zip(sizes, size, strict=True))
    lowest = jnp.iinfo(x.dtype).min if jnp.issubdtype(x.dtype, jnp.integer) else -jnp.inf

    def windows(x: Any) -> Any:
        return lax.reduce_window(
            x,
            jnp.array(lowest, x.dtype) if jnp.issubdtype(x.dtype, jnp.integer) else lowest,
            lax.max,
            around(size, where),
            around(where.strides, where),
            where.padding.upper(),
        )

    if where.strides != size or math.prod(size) > MOST_SHIFTS or (uneven and where.padding == "same"):
        return windows(x)
    first = 1 if where.channels_last else 2
    # without a gradient the window reduction is twice as fast; with one, tiles are, by far
    pool = jax.custom_jvp(windows)
    pool.defjvp(lambda primals, tangents: jax.jvp(lambda x: tiled_max(x, size, first), primals, tangents))
    return pool(x)


def average_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.ndim - 2, pool_size, strides, padding, data_format)
    check_fit("pool", x.shape, size, where)

    def total(values: Any) -> Any:
        return lax.reduce_window(
            values, 0.0, lax.add, around(size, where), around(where.strides, where), where.padding.upper()
        )

    if where.padding == "valid":
        return total(x) / math.prod(size)
    sizes = x.shape[1:-1] if where.channels_last else x.shape[2:]
    return total(x) / total(jnp.ones(around(sizes, where), x.dtype))


def einsum(subscripts: str, operands: list[Any]) -> Any:
    return jnp.einsum(subscripts, *operands)


def compiled(name: str, *static: int) -> Callable[..., Any]:
    """The body of a composite as one program: an eager call costs one launch instead of one an operation.

    Args:
        static: positions of the arguments that are no tensors.
    """

    @functools.cache
    def program() -> Callable[..., Any]:
        body = operations[name].run_body
        return jax.jit(lambda *arguments: body(registry.get("jax"), arguments), static_argnums=static)

    return lambda *arguments: program()(*arguments)


ONE_TENSOR = ("relu6", "selu", "log_sigmoid", "softplus", "softsign", "silu", "mish", "hard_sigmoid", "hard_silu")
ONE_TENSOR += ("hard_tanh", "tanh_shrink")
WITH_NUMBER = ("leaky_relu", "elu", "celu", "gelu", "soft_shrink", "hard_shrink", "squareplus")

table: dict[str, Callable[..., Any]] = {
    **{name: compiled(name) for name in ONE_TENSOR},
    **{name: compiled(name, 1) for name in WITH_NUMBER},
    "layer_normalization": compiled("layer_normalization", 3, 4),
    "matmul": jnp.matmul,
    "einsum": einsum,
    "relu": jax.nn.relu,
    "sigmoid": lax.logistic,
    "softmax": lambda x, axis: jax.nn.softmax(x, axis),
    "log_softmax": lambda x, axis: jax.nn.log_softmax(x, axis),
    "conv": conv,
    "depthwise_conv": depthwise_conv,
    "conv_transpose": conv_transpose,
    "max_pool": max_pool,
    "average_pool": average_pool,
}
