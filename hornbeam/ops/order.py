"""Order: sorting, ranks, quantiles, counts."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops import dtypes, rules
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import (
    add,
    cast,
    ceil,
    divide,
    dtype_of,
    equal,
    floor,
    isfinite,
    isnan,
    less,
    less_equal,
    logical_and,
    logical_not,
    logical_or,
    maximum,
    minimum,
    multiply,
    subtract,
    where,
)
from hornbeam.ops.elementwise import round as round_
from hornbeam.ops.index import take_along_axis
from hornbeam.ops.move import expand_dims, moveaxis, reshape, transpose
from hornbeam.ops.op import Axes, Axis, Tensor, composite, primitive
from hornbeam.ops.reduce import all as all_
from hornbeam.ops.reduce import any as any_
from hornbeam.ops.reduce import sum as sum_


@export("keras.ops.sort", "keras.ops.numpy.sort")
@primitive(rule=rules.along, dtype=dtypes.real(dtypes.same))
def sort(x: Tensor, axis: Axis = -1) -> Tensor:
    """The elements in ascending order along an axis; of the flat tensor if None.

    Example:
        >>> hornbeam.ops.sort([3, 1, 2])
        array([1, 2, 3], dtype=int32)
    """


@export("keras.ops.argsort", "keras.ops.numpy.argsort")
@primitive(rule=rules.along, dtype=dtypes.real(dtypes.position))
def argsort(x: Tensor, axis: Axis = -1) -> Tensor:
    """The positions that would sort the tensor along an axis, int32; equal elements keep their order."""


@export("keras.ops.argpartition", "keras.ops.numpy.argpartition")
@composite(dtype=dtypes.real(dtypes.position))
def argpartition(x: Tensor, kth: int, axis: Axis = -1) -> Tensor:
    """Positions that bring the kth smallest element to its place, smaller ones before it and larger ones after."""
    number = shapes.size(shape_of(x)) if axis is None else shape_of(x)[axis]
    if type(number) is int and not -number <= kth < number:
        raise ConfigError(f"argpartition(): `kth={kth}` is none of the {number} elements of shape {tuple(x.shape)}.")
    return argsort(x, axis)


@export("keras.ops.top_k")
@primitive(rule=rules.top_k, dtype=dtypes.real(dtypes.same), strict=True)
def top_k(x: Tensor, k: int, sorted: bool = True) -> Any:
    """The k largest elements along the last axis, and their positions (int32): `(values, indices)`.

    Args:
        sorted: whether the largest come first; they may if not asked to.

    Example:
        >>> hornbeam.ops.top_k([5.0, 9.0, 7.0], 2)
        (array([9., 7.], dtype=float32), array([1, 2], dtype=int32))
    """


@export("keras.ops.in_top_k")
@composite
def in_top_k(targets: Tensor, predictions: Tensor, k: int) -> Tensor:
    """Whether the target's prediction is among the k largest of its row; ties at the border count as in.

    Args:
        targets: (batch,), the column of each row's target.
        predictions: (batch, classes).

    Example:
        >>> hornbeam.ops.in_top_k([0, 1], [[0.1, 0.9], [0.2, 0.8]], 1)
        array([False,  True])
    """
    one, two = shape_of(targets), shape_of(predictions)
    if len(two) != 2 or not shapes.agree(one, two[:1]):
        raise ShapeError(
            "in_top_k() needs `targets` of shape (batch,) and `predictions` of shape (batch, classes). "
            f"Received: targets of shape {shapes.public(one)}, predictions of shape {shapes.public(two)}."
        )
    wanted = take_along_axis(predictions, expand_dims(cast(targets, "int32"), -1), 1)
    above = sum_(cast(logical_not(less_equal(predictions, wanted)), "int32"), 1)  # NaN stands above all
    return logical_and(less(above, k), isfinite(wanted[:, 0]))


@export("keras.ops.searchsorted", "keras.ops.numpy.searchsorted")
@primitive(rule=rules.searchsorted, dtype=dtypes.real(dtypes.promote), strict=True)
def searchsorted(sorted_sequence: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """Where each value would come in so that the sequence stays sorted; int32.

    Args:
        side: before ("left") or after ("right") elements equal to it.

    Example:
        >>> hornbeam.ops.searchsorted([1, 3, 5], [3, 4])
        array([1, 2], dtype=int32)
    """


@export("keras.ops.digitize", "keras.ops.numpy.digitize")
@composite(dtype=dtypes.real(dtypes.position))
def digitize(x: Tensor, bins: Tensor) -> Tensor:
    """Number of the bin that each element falls into: i where bins[i - 1] <= x < bins[i]; int32."""
    return searchsorted(bins, x, "right")


# Quantiles

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


@export("keras.ops.quantile", "keras.ops.numpy.quantile")
@composite(dtype=dtypes.real(dtypes.floating), promote=("x",))
def quantile(x: Tensor, q: Tensor, axis: Axes = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The values below which the shares `q` of the elements over the axes lie; NaN where one of the elements is.

    Args:
        q: shares in [0, 1], whose axes come first in the result.
        method: between two elements: "linear", "lower", "higher", "midpoint" or "nearest".

    Example:
        >>> hornbeam.ops.quantile([1.0, 2.0, 3.0], 0.25)
        array(1.5, dtype=float32)
    """
    return _quantiles("quantile", x, q, axis, method, keepdims, any_)


@export("keras.ops.nanquantile", "keras.ops.numpy.nanquantile")
@composite(dtype=dtypes.real(dtypes.floating), promote=("x",))
def nanquantile(x: Tensor, q: Tensor, axis: Axes = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """`quantile` of what is not NaN; NaN where all are."""
    return _quantiles("nanquantile", x, q, axis, method, keepdims, all_)


def _exact(x: Any) -> str:
    """Dtype of positions in x: those in 16 bits would be of other elements."""
    return "float64" if dtype_of(x) == "float64" else "float32"


def _quantiles(name: str, x: Any, q: Any, axis: Any, method: str, keepdims: bool, no_answer: Any) -> Any:
    """Quantiles of what is not NaN, and NaN where `no_answer` (all or any) says so of what is."""
    if method not in _METHODS:
        raise ConfigError(f"{name}(): `method` must be one of {', '.join(_METHODS)}. Received: {method!r}.")
    sizes, shares = shape_of(x), shape_of(q)
    kind = dtype_of(x)
    rest = [i for i in range(len(sizes)) if i not in axis]
    kept = tuple(1 if i in axis else size for i, size in enumerate(sizes) if keepdims or i not in axis)
    number = shapes.size(sizes[i] for i in axis)
    if type(number) is int and number == 0:
        return like(x, "full", (*shares, *kept), math.nan, kind)
    rows = reshape(transpose(x, (*rest, *axis)), (*(sizes[i] for i in rest), number))
    missing = isnan(rows)
    ordered = sort(rows, -1)  # NaN last
    exact = _exact(x)
    present = sum_(cast(logical_not(missing), exact), -1, keepdims=True)
    last = maximum(subtract(present, 1.0), 0.0)
    position = multiply(reshape(cast(q, exact), (-1,)), last)
    below, above = floor(position), ceil(position)
    if method == "nearest":
        below = above = round_(position)
    lower, upper = (
        take_along_axis(ordered, cast(minimum(maximum(place, 0.0), last), "int32"), -1) for place in (below, above)
    )
    found = lower
    if method == "linear":
        share = cast(subtract(position, below), kind)
        # neither infinity minus itself, nor 0 times it
        between = add(multiply(lower, subtract(1.0, share)), multiply(upper, share))
        found = where(logical_or(equal(lower, upper), equal(share, 0)), lower, between)
    elif method == "midpoint":
        found = multiply(add(lower, upper), 0.5)
    elif method == "higher":
        found = upper
    unknown = no_answer(missing, -1, keepdims=True)
    found = where(logical_or(unknown, isnan(position)), math.nan, found)
    return reshape(moveaxis(found, -1, 0), (*shares, *kept))


@export("keras.ops.percentile", "keras.ops.numpy.percentile")
@composite(dtype=dtypes.real(dtypes.floating), promote=("x",))
def percentile(x: Tensor, q: Tensor, axis: Axes = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """`quantile` with shares in percent."""
    return quantile(x, divide(cast(q, _exact(x)), 100.0), axis, method, keepdims)


@export("keras.ops.nanpercentile", "keras.ops.numpy.nanpercentile")
@composite(dtype=dtypes.real(dtypes.floating), promote=("x",))
def nanpercentile(x: Tensor, q: Tensor, axis: Axes = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """`nanquantile` with shares in percent."""
    return nanquantile(x, divide(cast(q, _exact(x)), 100.0), axis, method, keepdims)


@export("keras.ops.median", "keras.ops.numpy.median")
@composite(dtype=dtypes.real(dtypes.floating))
def median(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The middle element over the axes; the mean of the two middle ones of an even number."""
    return quantile(x, 0.5, axis, "midpoint", keepdims)


@export("keras.ops.nanmedian", "keras.ops.numpy.nanmedian")
@composite(dtype=dtypes.real(dtypes.floating))
def nanmedian(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """`median` of what is not NaN; NaN where all are."""
    return nanquantile(x, 0.5, axis, "midpoint", keepdims)
