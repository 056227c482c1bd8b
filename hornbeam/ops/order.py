"""Order: sorting, ranks, quantiles, counts."""

from __future__ import annotations

from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.ops import dtypes, rules
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import (
    add,
    cast,
    ceil,
    divide,
    dtype_of,
    floor,
    greater,
    isfinite,
    less,
    logical_and,
    multiply,
    subtract,
)
from hornbeam.ops.elementwise import round as round_
from hornbeam.ops.index import take, take_along_axis
from hornbeam.ops.move import expand_dims, moveaxis, reshape
from hornbeam.ops.op import Axes, Axis, Tensor, composite, primitive
from hornbeam.ops.reduce import count
from hornbeam.ops.reduce import sum as sum_


@export("keras.ops.sort", "keras.ops.numpy.sort")
@primitive(rule=rules.along)
def sort(x: Tensor, axis: Axis = -1) -> Tensor:
    """The elements in ascending order along an axis; of the flat tensor if None.

    Example:
        >>> hornbeam.ops.sort([3, 1, 2])
        array([1, 2, 3], dtype=int32)
    """


@export("keras.ops.argsort", "keras.ops.numpy.argsort")
@primitive(rule=rules.along, dtype=dtypes.position)
def argsort(x: Tensor, axis: Axis = -1) -> Tensor:
    """The positions that would sort the tensor along an axis, int32; equal elements keep their order."""


@export("keras.ops.argpartition", "keras.ops.numpy.argpartition")
@composite
def argpartition(x: Tensor, kth: int, axis: Axis = -1) -> Tensor:
    """Positions that bring the kth smallest element to its place, smaller ones before it and larger ones after."""
    return argsort(x, axis)


@export("keras.ops.top_k")
@primitive(rule=rules.top_k)
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
    wanted = take_along_axis(predictions, expand_dims(cast(targets, "int32"), -1), 1)
    above = sum_(cast(greater(predictions, wanted), "int32"), 1)
    return logical_and(less(above, k), isfinite(wanted[:, 0]))


@export("keras.ops.searchsorted", "keras.ops.numpy.searchsorted")
@primitive(rule=rules.searchsorted, dtype=dtypes.promote)
def searchsorted(sorted_sequence: Tensor, values: Tensor, side: str = "left") -> Tensor:
    """Where each value would come in so that the sequence stays sorted; int32.

    Args:
        side: before ("left") or after ("right") elements equal to it.

    Example:
        >>> hornbeam.ops.searchsorted([1, 3, 5], [3, 4])
        array([1, 2], dtype=int32)
    """


@export("keras.ops.digitize", "keras.ops.numpy.digitize")
@composite
def digitize(x: Tensor, bins: Tensor) -> Tensor:
    """Number of the bin that each element falls into: i where bins[i - 1] <= x < bins[i]; int32."""
    return searchsorted(bins, x, "right")


# Quantiles

_METHODS = ("linear", "lower", "higher", "midpoint", "nearest")


@export("keras.ops.quantile", "keras.ops.numpy.quantile")
@composite(dtype=dtypes.floating, promote=("x",))
def quantile(x: Tensor, q: Tensor, axis: Axes = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """The values below which the shares `q` of the elements over the axes lie.

    Args:
        q: shares in [0, 1], a number or a vector; a vector gives the result a first axis.
        method: between two elements: "linear", "lower", "higher", "midpoint" or "nearest".

    Example:
        >>> hornbeam.ops.quantile([1.0, 2.0, 3.0], 0.25)
        array(1.5, dtype=float32)
    """
    assert isinstance(axis, tuple)
    if method not in _METHODS:
        raise ConfigError(f"quantile(): `method` must be one of {', '.join(_METHODS)}. Received: {method!r}.")
    sizes = shape_of(x)
    rest = [i for i in range(len(sizes)) if i not in axis]
    flat = moveaxis(x, axis, tuple(range(-len(axis), 0)))
    ordered = sort(reshape(flat, (*(sizes[i] for i in rest), shapes.size(sizes[i] for i in axis))), -1)
    q = cast(q, dtype_of(x))
    position = multiply(q, subtract(count(x, axis), 1.0))
    below, above = floor(position), ceil(position)
    if method == "nearest":
        below = above = round_(position)
    lower = take(ordered, cast(below, "int32"), -1)
    upper = take(ordered, cast(above, "int32"), -1)
    if method == "linear":
        lower = add(lower, multiply(subtract(upper, lower), subtract(position, below)))
    elif method == "midpoint":
        lower = multiply(add(lower, upper), 0.5)
    elif method == "higher":
        lower = upper
    if len(shape_of(q)):
        lower = moveaxis(lower, -1, 0)
    offset = len(shape_of(q))
    for i in sorted(axis) if keepdims else ():
        lower = expand_dims(lower, i + offset)
    return lower


@export("keras.ops.percentile", "keras.ops.numpy.percentile")
@composite(dtype=dtypes.floating, promote=("x",))
def percentile(x: Tensor, q: Tensor, axis: Axes = None, method: str = "linear", keepdims: bool = False) -> Tensor:
    """`quantile` with shares in percent."""
    return quantile(x, divide(cast(q, dtype_of(x)), 100.0), axis, method, keepdims)


@export("keras.ops.median", "keras.ops.numpy.median")
@composite(dtype=dtypes.floating)
def median(x: Tensor, axis: Axes = None, keepdims: bool = False) -> Tensor:
    """The middle element over the axes; the mean of the two middle ones of an even number."""
    return quantile(x, 0.5, axis, "midpoint", keepdims)
