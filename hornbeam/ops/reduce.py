"""Reductions and scans: sums, products, extremes, positions, moments, quantiles."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.dtype import is_complex, is_floating
from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.ops import dtypes, rules
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import (
    absolute,
    add,
    cast,
    divide,
    dtype_of,
    exp,
    isclose,
    isfinite,
    isnan,
    log,
    logical_not,
    multiply,
    not_equal,
    real,
    sqrt,
    square,
    subtract,
    where,
)
from hornbeam.ops.move import diagonal, reshape, squeeze
from hornbeam.ops.op import Axes, Axis, DType, Tensor, composite, primitive


@export("keras.ops.sum", "keras.ops.numpy.sum")
@primitive(rule=rules.reduction, dtype=dtypes.accumulate)
def sum(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Sum over the axes; small integers add up in 32 bits.

    Args:
        axis: an axis, several, or None for all.
        keepdims: keep the axes, with size 1.

    Example:
        >>> hornbeam.ops.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
        array([4., 6.], dtype=float32)
    """


@export("keras.ops.trace", "keras.ops.numpy.trace")
@composite(dtype=dtypes.accumulate)
def trace(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Sum of a diagonal: see `diagonal`."""
    return sum(diagonal(x, offset, axis1, axis2), -1)


@export("keras.ops.prod", "keras.ops.numpy.prod")
@primitive(rule=rules.reduction_to, dtype=dtypes.accumulate)
def prod(x: Tensor, axis: Axes = None, keepdims: bool = False, dtype: DType = None) -> Tensor:
    """Product over the axes; small integers multiply in 32 bits."""


@export("keras.ops.max", "keras.ops.numpy.max")
@primitive(rule=rules.extreme, dtype=dtypes.real(dtypes.same))
def max(x: Tensor, axis: Axes = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """Largest element over the axes, and not less than `initial`."""


@export("keras.ops.min", "keras.ops.numpy.min")
@primitive(rule=rules.extreme, dtype=dtypes.real(dtypes.same))
def min(x: Tensor, axis: Axes = None, keepdims: bool = False, initial: Any = None) -> Tensor:
    """Smallest element over the axes, and not more than `initial`."""


@export("keras.ops.amax", "keras.ops.numpy.amax")
@composite(dtype=dtypes.real(dtypes.same))
def amax(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Largest element over the axes."""
    return max(x, axis, keepdims)


@export("keras.ops.amin", "keras.ops.numpy.amin")
@composite(dtype=dtypes.real(dtypes.same))
def amin(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Smallest element over the axes."""
    return min(x, axis, keepdims)


@export("keras.ops.ptp", "keras.ops.numpy.ptp")
@composite(dtype=dtypes.numeric(dtypes.real(dtypes.same)))
def ptp(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Largest less smallest element over the axes."""
    return subtract(max(x, axis, keepdims), min(x, axis, keepdims))


@export("keras.ops.any", "keras.ops.numpy.any")
@primitive(rule=rules.reduction, dtype=dtypes.logical)
def any(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Whether any element over the axes is true (non-zero)."""


@export("keras.ops.all", "keras.ops.numpy.all")
@primitive(rule=rules.reduction, dtype=dtypes.logical)
def all(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """Whether all elements over the axes are true (non-zero)."""


@export("keras.ops.allclose", "keras.ops.numpy.allclose")
@composite
def allclose(x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether all elements are close: see `isclose`."""
    return all(isclose(x1, x2, rtol, atol, equal_nan))


@export("keras.ops.argmax", "keras.ops.numpy.argmax")
@primitive(rule=rules.position, dtype=dtypes.real(dtypes.position))
def argmax(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Position of the first largest element along the axis, or in the flat tensor where it is None; int32."""


@export("keras.ops.argmin", "keras.ops.numpy.argmin")
@primitive(rule=rules.position, dtype=dtypes.real(dtypes.position))
def argmin(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """Position of the first smallest element along the axis, or in the flat tensor where it is None; int32."""


@export("keras.ops.count_nonzero", "keras.ops.numpy.count_nonzero")
@composite
def count_nonzero(x: Tensor, axis: Axes = None) -> Tensor:
    """Number of elements over the axes that are not 0; int32."""
    return sum(cast(not_equal(x, 0), "int32"), axis)


# Scans


@export("keras.ops.cumsum", "keras.ops.numpy.cumsum")
@primitive(rule=rules.scan, dtype=dtypes.numbers)
def cumsum(x: Tensor, axis: Axis = None, dtype: DType = None) -> Tensor:
    """Sum of each element and those before it along the axis; of the flat tensor where it is None.

    Example:
        >>> hornbeam.ops.cumsum([1, 2, 3])
        array([1, 3, 6], dtype=int32)
    """


@export("keras.ops.cumprod", "keras.ops.numpy.cumprod")
@primitive(rule=rules.scan, dtype=dtypes.numbers)
def cumprod(x: Tensor, axis: Axis = None, dtype: DType = None) -> Tensor:
    """Product of each element and those before it along the axis; of the flat tensor where it is None."""


# Moments


def count(x: Any, axis: tuple[int, ...]) -> Any:
    """Number of elements over the axes, as a tensor of x's float type."""
    sizes = shape_of(x)
    return like(x, "full", (), shapes.size(sizes[i] for i in axis), dtype_of(real(x)))


@export("keras.ops.mean", "keras.ops.numpy.mean")
@composite(dtype=dtypes.average)
def mean(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """sum(x) / number of elements over the axes; whole numbers give floats.

    Example:
        >>> hornbeam.ops.mean([[1, 2], [3, 5]], axis=1)
        array([1.5, 4. ], dtype=float32)
    """
    assert isinstance(axis, tuple)
    return divide(sum(x, axis, keepdims), count(x, axis))


@export("keras.ops.var", "keras.ops.numpy.var")
@composite(dtype=dtypes.average)
def var(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """mean(|x - mean(x)|**2) over the axes; whole numbers give floats; complex ones stay complex, as in Keras."""
    spread = mean(square(absolute(subtract(x, mean(x, axis, keepdims=True)))), axis, keepdims)
    return cast(spread, dtype_of(x)) if is_complex(dtype_of(x)) else spread


@export("keras.ops.std", "keras.ops.numpy.std")
@composite(dtype=dtypes.average)
def std(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """sqrt(var(x)) over the axes; whole numbers give floats."""
    return sqrt(real(var(x, axis, keepdims)))


@export("keras.ops.average", "keras.ops.numpy.average")
@composite(dtype=dtypes.average)
def average(x: Tensor, axis: Axes = None, weights: Tensor | None = None) -> Tensor:
    """sum(x * weights) / sum(weights) over the axes.

    Args:
        weights: of the shape of x, or one for each position along a single axis; None for a plain mean.
    """
    assert isinstance(axis, tuple)
    if weights is None:
        return mean(x, axis)
    sizes, given = shape_of(x), shape_of(weights)
    wanted = sizes if len(given) == len(sizes) or len(axis) != 1 else (sizes[axis[0]],)
    if not shapes.agree(given, wanted):
        raise ShapeError(
            f"average(): `weights` must have the shape of x, {shapes.public(sizes)}, or one element for each position "
            f"along a single axis. Received: weights of shape {shapes.public(given)}, axis={axis}."
        )
    if len(shape_of(weights)) == 1 and len(shape_of(x)) > 1 and len(axis) == 1:
        weights = reshape(weights, (-1,) + (1,) * (len(shape_of(x)) - 1 - axis[0]))
    weights = multiply(weights, like(x, "full", (), 1, dtype_of(x)))
    weighted = multiply(x, weights)
    return divide(sum(weighted, axis), sum(add(weights, multiply(x, 0)), axis))


def largest(x: Any, axis: tuple[int, ...]) -> Any:
    """`max` over the axes, which stay; -inf where there is nothing."""
    number = shapes.size(shape_of(x)[i] for i in axis)
    return max(x, axis, True, -math.inf if type(number) is int and number == 0 else None)


@export("keras.ops.logsumexp")
@composite(dtype=dtypes.real(dtypes.floating))
def logsumexp(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """log(sum(exp(x))) over the axes, without overflow.

    Example:
        >>> hornbeam.ops.logsumexp([1000.0, 1000.0])
        array(1000.6931, dtype=float32)
    """
    shift = largest(x, axis)
    shift = where(isfinite(shift), shift, 0.0)
    total = add(log(sum(exp(subtract(x, shift)), axis, keepdims=True)), shift)
    return total if keepdims else squeeze(total, axis)


# Reductions that pass over NaN


def _filled(x: Any, value: float) -> Any:
    return where(isnan(x), value, x) if is_floating(dtype_of(x)) or is_complex(dtype_of(x)) else x


def _nan_where_all_are(x: Any, axis: Any, keepdims: bool, result: Any) -> Any:
    return where(all(isnan(x), axis, keepdims), math.nan, result) if is_floating(dtype_of(x)) else result


def _present(x: Any, axis: Any, keepdims: bool) -> Any:
    return sum(cast(logical_not(isnan(x)), dtype_of(real(x))), axis, keepdims)


@export("keras.ops.nansum", "keras.ops.numpy.nansum")
@composite(dtype=dtypes.accumulate)
def nansum(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`sum` of what is not NaN."""
    return sum(_filled(x, 0.0), axis, keepdims)


@export("keras.ops.nanprod", "keras.ops.numpy.nanprod")
@composite(dtype=dtypes.accumulate)
def nanprod(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`prod` of what is not NaN."""
    return prod(_filled(x, 1.0), axis, keepdims)


@export("keras.ops.nanmax", "keras.ops.numpy.nanmax")
@composite(dtype=dtypes.real(dtypes.same))
def nanmax(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`max` of what is not NaN; NaN where all are."""
    return _nan_where_all_are(x, axis, keepdims, max(_filled(x, -math.inf), axis, keepdims))


@export("keras.ops.nanmin", "keras.ops.numpy.nanmin")
@composite(dtype=dtypes.real(dtypes.same))
def nanmin(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`min` of what is not NaN; NaN where all are."""
    return _nan_where_all_are(x, axis, keepdims, min(_filled(x, math.inf), axis, keepdims))


@export("keras.ops.nanmean", "keras.ops.numpy.nanmean")
@composite(dtype=dtypes.average)
def nanmean(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`mean` of what is not NaN; NaN where all are."""
    return divide(sum(_filled(x, 0.0), axis, keepdims), _present(x, axis, keepdims))


@export("keras.ops.nanvar", "keras.ops.numpy.nanvar")
@composite(dtype=dtypes.average)
def nanvar(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`var` of what is not NaN; NaN where all are."""
    return nanmean(square(absolute(subtract(x, nanmean(x, axis, keepdims=True)))), axis, keepdims)


@export("keras.ops.nanstd", "keras.ops.numpy.nanstd")
@composite(dtype=dtypes.average)
def nanstd(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`std` of what is not NaN; NaN where all are."""
    return sqrt(nanvar(x, axis, keepdims))


@export("keras.ops.nancumsum", "keras.ops.numpy.nancumsum")
@composite(dtype=dtypes.numbers)
def nancumsum(x: Tensor, axis: Axis = None, dtype: DType = None) -> Tensor:
    """`cumsum` with NaN counted as 0."""
    return cumsum(_filled(x, 0.0), axis, dtype)


@export("keras.ops.nancumprod", "keras.ops.numpy.nancumprod")
@composite(dtype=dtypes.numbers)
def nancumprod(x: Tensor, axis: Axis = None, dtype: DType = None) -> Tensor:
    """`cumprod` with NaN counted as 1."""
    return cumprod(_filled(x, 1.0), axis, dtype)


@export("keras.ops.nanargmax", "keras.ops.numpy.nanargmax")
@composite(dtype=dtypes.real(dtypes.position))
def nanargmax(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """`argmax` of what is not NaN; -1 where all are."""
    axes = None if axis is None else (axis,)
    found = argmax(_filled(x, -math.inf), axis, keepdims)
    return where(all(isnan(x), axes, keepdims), -1, found)


@export("keras.ops.nanargmin", "keras.ops.numpy.nanargmin")
@composite(dtype=dtypes.real(dtypes.position))
def nanargmin(x: Tensor, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """`argmin` of what is not NaN; -1 where all are."""
    axes = None if axis is None else (axis,)
    found = argmin(_filled(x, math.inf), axis, keepdims)
    return where(all(isnan(x), axes, keepdims), -1, found)
