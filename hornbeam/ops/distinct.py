"""Distinct elements of a tensor."""

from __future__ import annotations

from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.dtype import is_complex
from hornbeam.core.errors import AxisError
from hornbeam.core.export import export
from hornbeam.ops.control import scan
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, dtype_of, equal, imag, not_equal, real, subtract
from hornbeam.ops.index import nonzero, scattered, take
from hornbeam.ops.move import concatenate, moveaxis, ravel, reshape, stack, transpose
from hornbeam.ops.op import Axis, Tensor, composite
from hornbeam.ops.order import argsort, searchsorted
from hornbeam.ops.reduce import any as any_
from hornbeam.ops.reduce import cumsum
from hornbeam.ops.reduce import sum as sum_


@export("keras.ops.unique", "keras.ops.numpy.unique")
@composite
def unique(
    x: Tensor,
    sorted: bool = True,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Axis = None,
    size: int | None = None,
    fill_value: Any = None,
) -> Any:
    """The distinct elements in ascending order, each NaN counting as one of its own.

    Args:
        sorted: accepted as in Keras; the result is in order either way.
        return_index: give the place of the first occurrence of each, too.
        return_inverse: give for each element its place among the distinct ones, too.
        return_counts: give how often each occurs, too.
        axis: tell slices along this axis apart (row by row, say); None for elements.
        size: how many to give: the smallest, or with `fill_value` (0 if None) behind. Needed where values cannot be
            read, for the number of distinct elements depends on them.

    Returns:
        The distinct elements, or a tuple of them and what else was asked for, as int32.

    Raises:
        UnknownDimError: x is symbolic and no `size` is given.

    Example:
        >>> hornbeam.ops.unique([3, 1, 2, 1], return_counts=True)
        (array([1, 2, 3], dtype=int32), array([2, 1, 1], dtype=int32))
    """
    whole = shape_of(x)
    if axis is not None and not whole:
        raise AxisError("unique(): a scalar has no axis.")
    slices = ravel(x) if axis is None else moveaxis(x, axis, 0)
    number, *rest = shape_of(slices)
    keys = reshape(slices, (number, shapes.size(rest)))
    if is_complex(dtype_of(x)):
        keys = reshape(stack([real(keys), imag(keys)], -1), (number, 2 * shapes.size(rest)))
    order = _order(keys)
    keys = take(keys, order, 0)
    changes = any_(not_equal(keys[1:], keys[:-1]), 1)
    # the first of several equal ones begins a group; there may be none at all
    begins = concatenate([equal(order[:1], order[:1]), changes], 0)
    groups = subtract(cumsum(cast(begins, "int32"), 0), 1)
    wanted = take(groups, nonzero(begins)[0], 0) if size is None else like(x, "arange", 0, size, 1, "int32")
    starts = searchsorted(groups, wanted, "left")

    # what lies behind the last group is one more slice, of the value to fill with
    filling = like(x, "full", (1, *rest), 0 if fill_value is None else fill_value, dtype_of(x))
    found = take(concatenate([take(slices, order, 0), filling], 0), starts, 0)
    results = [found if axis is None else moveaxis(found, 0, axis)]
    if return_index:
        results.append(take(concatenate([order, sum_(order[:1], 0, keepdims=True)], 0), starts, 0))
    if return_inverse:
        places = scattered(like(x, "full", (number,), 0, "int32"), order[:, None], groups, None)
        results.append(reshape(places, whole) if axis is None else places)
    if return_counts:
        results.append(subtract(searchsorted(groups, wanted, "right"), starts))
    return tuple(results) if len(results) > 1 else results[0]


def _order(keys: Any) -> Any:
    """The order that sorts rows, by their first elements, then their second ones, ...; equal rows keep theirs."""
    number, width = shape_of(keys)
    if type(width) is int and width == 1:
        return argsort(keys[:, 0], 0)

    def step(order: Any, column: Any) -> Any:
        return take(order, argsort(take(column, order, 0), 0), 0), None

    start = like(keys, "arange", 0, number, 1, "int32")
    return scan(step, start, transpose(keys), reverse=True)[0]
