"""Shape rules: the shape of a result from the canonical arguments, shared by many operations.

A rule takes what a backend's table would take, with a `KerasTensor` for each tensor, and returns sizes (ints and
`Dim`s), or a `Spec` where the dtype is not what the operation's dtype policy says, or a list of either.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

from hornbeam.core import dtype as dtypes
from hornbeam.core import shape as shapes
from hornbeam.core.dim import Dim
from hornbeam.core.errors import AxisError, ConfigError, ShapeError, UnknownDimError
from hornbeam.core.spec import KerasTensor, Spec


def count(what: str, value: Any, least: int = 0) -> Any:
    """The value, where it may count something: an int from `least` up, or what only data decides.

    Args:
        what: operation and argument, for the error.
    """
    try:
        number = operator.index(value)
    except TypeError:
        if isinstance(value, Dim) or hasattr(value, "dtype"):
            return value
        number = least - 1
    if number < least:
        raise ConfigError(f"{what} must be a whole number, {least} or more. Received: {value!r}.")
    return value


def sizes(what: str, shape: Any) -> tuple[Any, ...]:
    """A shape that was asked for: an int, or ints and sizes that only data decides."""
    wanted = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    for size in wanted:
        try:
            count(what, size)
        except ConfigError:
            problem = "is negative" if isinstance(size, int) else "is no size"
            raise ShapeError(
                f"{what} holds whole numbers from 0 up: {size!r} {problem}. Received: {shape!r}."
            ) from None
    return wanted


# Elementwise


def same(x: KerasTensor, *_: Any) -> Any:
    """The shape of the first argument."""
    return x.dims


def elementwise(*arguments: Any) -> Any:
    """All tensors broadcast together."""
    return shapes.broadcast(*(argument.dims for argument in arguments if isinstance(argument, KerasTensor)))


def where(condition: KerasTensor, x1: Any, x2: Any) -> Any:
    """The three broadcast together."""
    if x1 is None or x2 is None:
        if x1 is not x2:
            raise ShapeError("where() takes the condition alone, or with both `x1` and `x2`.")
        return nonzero(condition)
    return elementwise(condition, x1, x2)


def cast(x: KerasTensor, dtype: str) -> Any:
    """The shape stays; the dtype is the one asked for."""
    return Spec(x.dims, dtype)


# Reductions


def reduction(x: KerasTensor, axis: tuple[int, ...], keepdims: bool = False, *_: Any) -> Any:
    """The axes go, or stay as 1."""
    if keepdims:
        return tuple(1 if i in axis else size for i, size in enumerate(x.dims))
    return tuple(size for i, size in enumerate(x.dims) if i not in axis)


def reduction_to(x: KerasTensor, axis: tuple[int, ...], keepdims: bool, dtype: str | None) -> Any:
    """A reduction into a dtype of its own."""
    return Spec(reduction(x, axis, keepdims), dtype or x.dtype)


def extreme(x: KerasTensor, axis: tuple[int, ...], keepdims: bool = False, initial: Any = None) -> Any:
    """`max`: a reduction that nothing has, unless there is a number to begin with."""
    if initial is None and any(isinstance(x.dims[i], int) and x.dims[i] == 0 for i in axis):
        raise ShapeError(
            f"There is no largest or smallest of the elements of a tensor of shape {x.shape}: it has none."
        )
    return reduction(x, axis, keepdims)


def position(x: KerasTensor, axis: int | None, keepdims: bool = False) -> Any:
    """`argmax`: one axis goes, or all where it is None."""
    return extreme(x, tuple(range(x.ndim)) if axis is None else (axis,), keepdims)


def scan(x: KerasTensor, axis: int | None, dtype: str | None = None) -> Any:
    """The shape stays, or becomes flat where the axis is None."""
    return Spec(along(x, axis), dtype or x.dtype)


def along(x: KerasTensor, axis: int | None) -> Any:
    """The shape stays, or becomes flat where the axis is None."""
    return x.dims if axis is not None else (shapes.size(x.dims),)


# Shape


def reshape(x: KerasTensor, newshape: Any) -> Any:
    """The new shape, with its -1 solved."""
    wanted = (newshape,) if isinstance(newshape, (int, Dim)) else tuple(newshape)
    sizes("reshape(): `newshape`", [0 if isinstance(size, int) else size for size in wanted])
    total = shapes.size(x.dims)
    free = [i for i, size in enumerate(wanted) if isinstance(size, int) and size == -1]
    known = shapes.size(size for i, size in enumerate(wanted) if i not in free)
    fits = (
        not isinstance(total, int)
        or not isinstance(known, int)
        or (total == known if not free else _divides(known, total))
    )
    if len(free) > 1 or not fits or any(isinstance(size, int) and size < -1 for size in wanted):
        raise ShapeError(
            f"reshape(): shape {x.shape} ({total} elements) does not take the shape {shapes.public(wanted)}."
        )
    return tuple(_share(total, known) if i in free else size for i, size in enumerate(wanted))


def _divides(divisor: int, total: int) -> bool:
    return total % divisor == 0 if divisor else total == 0


def _share(total: Any, known: Any) -> Any:
    return 0 if isinstance(known, int) and known == 0 else total // known


def transpose(x: KerasTensor, axes: Any) -> Any:
    """The axes in another order; reversed where None."""
    if axes is None:
        return x.dims[::-1]
    order = shapes.canonical_axes(tuple(axes), x.ndim, "axes")
    if len(order) != x.ndim:
        raise AxisError(f"transpose(): `axes={tuple(axes)}` must name each axis of a tensor of shape {x.shape} once.")
    return tuple(x.dims[i] for i in order)


def expand_dims(x: KerasTensor, axis: Any) -> Any:
    """Axes of size 1 come in, at places counted in the result."""
    places = axis if isinstance(axis, (tuple, list)) else (axis,)
    ndim = x.ndim + len(places)
    places = shapes.canonical_axes(tuple(places), ndim, "axis")
    rest = iter(x.dims)
    return tuple(1 if i in places else next(rest) for i in range(ndim))


def squeeze(x: KerasTensor, axis: Any) -> Any:
    """Axes of size 1 go: those named, or all that are known to be 1."""
    if axis is None:
        return tuple(size for size in x.dims if size != 1)
    places = shapes.canonical_axes(axis, x.ndim, "axis")
    for i in places:
        if isinstance(x.dims[i], int) and x.dims[i] != 1:
            raise ShapeError(f"squeeze(): axis {i} of a tensor of shape {x.shape} has size {x.dims[i]}, not 1.")
    return tuple(size for i, size in enumerate(x.dims) if i not in places)


def concatenate(xs: Sequence[KerasTensor], axis: int) -> Any:
    """Sizes along the axis add up; the others must agree."""
    if not xs:
        raise ShapeError("concatenate() needs at least one tensor, none was given.")
    result = list(xs[0].dims)
    shown = ", ".join(str(x.shape) for x in xs)
    for x in xs[1:]:
        if x.ndim != len(result):
            raise ShapeError(f"concatenate(): the tensors have different numbers of axes: {shown}.")
        for i, size in enumerate(x.dims):
            if i == axis:
                result[i] = result[i] + size
            elif not isinstance(result[i], int):
                result[i] = size if isinstance(size, int) else result[i]
            elif isinstance(size, int) and size != result[i]:
                raise ShapeError(f"concatenate(): sizes differ on axis {i}, other than axis {axis}: {shown}.")
    return tuple(result)


def split(x: KerasTensor, indices_or_sections: Any, axis: int) -> Any:
    """Equal parts, or parts between the indices."""
    if isinstance(indices_or_sections, int):
        count("split(): `indices_or_sections`", indices_or_sections, 1)
    size = x.dims[axis]
    if isinstance(indices_or_sections, int):
        if isinstance(size, int) and size % indices_or_sections:
            raise ShapeError(
                f"split(): axis {axis} of a tensor of shape {x.shape} does not divide into {indices_or_sections} parts."
            )
        sizes = [size // indices_or_sections] * indices_or_sections
    else:
        ends = [*indices_or_sections, None]
        starts = [0, *indices_or_sections]
        sizes = [slice_size(size, slice(start, end)) for start, end in zip(starts, ends, strict=True)]
    return [(*x.dims[:axis], part, *x.dims[axis + 1 :]) for part in sizes]


def broadcast_to(x: KerasTensor, shape: Any) -> Any:
    """The shape asked for."""
    wanted = (shape,) if isinstance(shape, (int, Dim)) else tuple(shape)
    for size, target in zip(reversed(x.dims), reversed(wanted)):
        if isinstance(size, int) and isinstance(target, int) and size not in (1, target):
            break
    else:
        if x.ndim <= len(wanted):
            return wanted
    raise ShapeError(f"broadcast_to(): a tensor of shape {x.shape} does not broadcast to {shapes.public(wanted)}.")


def tile(x: KerasTensor, repeats: Any) -> Any:
    """Each size times its count; missing ones are 1."""
    counts = tuple(repeats) if isinstance(repeats, (tuple, list)) else (repeats,)
    for times in counts:
        count("tile(): each of `repeats`", times)
    ndim = max(x.ndim, len(counts))
    counts = (1,) * (ndim - len(counts)) + counts
    dims = (1,) * (ndim - x.ndim) + x.dims
    return tuple(size * count for size, count in zip(dims, counts, strict=True))


def repeat(x: KerasTensor, repeats: Any, axis: int | None) -> Any:
    """The axis grows: by a factor, or to the sum of the counts."""
    dims, axis = (x.dims, axis) if axis is not None else ((shapes.size(x.dims),), 0)
    if isinstance(repeats, (int, Dim)):
        size = dims[axis] * count("repeat(): `repeats`", repeats)
    elif hasattr(repeats, "dims"):
        raise UnknownDimError("repeat(): with `repeats` a symbolic tensor, the shape is known only when data arrives.")
    else:
        counts = [int(count("repeat(): each of `repeats`", times)) for times in repeats]
        size = sum(counts) if len(counts) != 1 else dims[axis] * counts[0]
        if len(counts) != 1 and isinstance(dims[axis], int) and len(counts) != dims[axis]:
            raise ShapeError(f"repeat(): {len(counts)} counts for axis {axis} of a tensor of shape {x.shape}.")
    return (*dims[:axis], size, *dims[axis + 1 :])


def pad(x: KerasTensor, pad_width: tuple[tuple[Any, Any], ...], mode: str = "constant", *_: Any) -> Any:
    """Each size and what comes before and after it."""
    for size, widths in zip(x.dims, pad_width, strict=True):
        if mode != "constant" and isinstance(size, int) and size == 0 and any(width != 0 for width in widths):
            raise ShapeError(f"pad(): there is nothing to {mode} along an axis of size 0, in shape {x.shape}.")
    return tuple(before + size + after for size, (before, after) in zip(x.dims, pad_width, strict=True))


def roll(x: KerasTensor, shift: Any, axis: Any) -> Any:
    """The shape stays; the axes are there, with a shift for each or one for all."""
    if axis is not None:
        places = shapes.canonical_axes(axis, x.ndim, "roll(): axis")
        shifts = len(shift) if isinstance(shift, (tuple, list)) else 1
        if shifts not in (1, len(places)):
            raise ShapeError(f"roll(): {shifts} numbers in `shift={shift}` for {len(places)} axes, {places}.")
    return x.dims


def diagonal(x: KerasTensor, offset: int, axis1: int, axis2: int) -> Any:
    """The two axes go, the diagonal's length comes last."""
    axis1, axis2 = (shapes.canonical_axis(axis, x.ndim, "axis") for axis in (axis1, axis2))
    if axis1 == axis2:
        raise AxisError(f"diagonal(): `axis1` and `axis2` are both axis {axis1} of a tensor of shape {x.shape}.")
    rows = x.dims[axis1] + min(offset, 0)
    columns = x.dims[axis2] - max(offset, 0)
    rest = tuple(size for i, size in enumerate(x.dims) if i not in (axis1, axis2))
    return (*rest, at_most(rows, columns))


def at_most(size: Any, other: Any) -> Any:
    """The smaller of two sizes, not below 0; a new unknown where that is not decided."""
    try:
        smaller = min(size, other)
        return smaller if not isinstance(smaller, int) else max(smaller, 0)
    except UnknownDimError:
        return Dim.fresh("smaller")


# Indexing


def take(x: KerasTensor, indices: KerasTensor, axis: int | None) -> Any:
    """The axis becomes the axes of the indices."""
    size = shapes.size(x.dims) if axis is None else x.dims[axis]
    if isinstance(size, int) and size == 0 and 0 not in indices.shape:
        raise ShapeError(f"take(): there is nothing to take from an axis of size 0, in shape {x.shape}.")
    if axis is None:
        return indices.dims
    return (*x.dims[:axis], *indices.dims, *x.dims[axis + 1 :])


def take_along_axis(x: KerasTensor, indices: KerasTensor, axis: int | None) -> Any:
    """The axis has the size it has in the indices; the others broadcast."""
    if axis is None:
        return (shapes.size(indices.dims),)
    if x.ndim != indices.ndim:
        raise ShapeError(
            f"take_along_axis(): `x` of shape {x.shape} and `indices` of shape {indices.shape} need as many axes."
        )
    others = shapes.broadcast(*((*t.dims[:axis], 1, *t.dims[axis + 1 :]) for t in (x, indices)))
    return (*others[:axis], indices.dims[axis], *others[axis + 1 :])


def get_item(x: KerasTensor, key: Any) -> Any:
    """NumPy's indexing: ints, slices, None, Ellipsis, and integer tensors or lists."""
    parts = list(key) if isinstance(key, tuple) else [key]
    used = sum(part is not None and part is not Ellipsis for part in parts)
    if used > x.ndim:
        raise ShapeError(f"Indexing: {used} indices for a tensor of shape {x.shape}, which has {x.ndim} axes.")
    whole = [slice(None)] * (x.ndim - used)
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = whole
    result: list[Any] = []
    arrays: list[tuple[Any, ...]] = []
    places: list[int] = []
    axis = 0
    for number, part in enumerate(parts):
        if part is None:
            result.append(1)
            continue
        size, axis = x.dims[axis], axis + 1
        if isinstance(part, slice):
            result.append(slice_size(size, part))
        elif (dims := _index_dims(part)) is not None:
            arrays.append(dims)
            places.append(number)
            if len(arrays) == 1:
                at = len(result)
        elif isinstance(part, int) and isinstance(size, int) and not -size <= part < size:
            raise AxisError(f"Indexing: {part} is out of bounds for axis {axis - 1} of a tensor of shape {x.shape}.")
    if arrays:
        # ints count as arrays for the place of the result; apart from each other, NumPy puts it first
        marks = [i for i, part in enumerate(parts) if part is not None and not isinstance(part, slice)]
        together = marks[-1] - marks[0] == len(marks) - 1
        at = at if together else 0
        result[at:at] = shapes.broadcast(*arrays)
    return tuple(result)


def _index_dims(part: Any) -> tuple[Any, ...] | None:
    """Shape of an index that is a tensor, an array or a list; None for an int."""
    if isinstance(part, (list, tuple)):
        import numpy as np

        part = np.asarray(part)
    dims = getattr(part, "dims", None) if isinstance(part, KerasTensor) else getattr(part, "shape", None)
    if dims is not None and dtypes.is_bool(part.dtype):
        raise UnknownDimError(
            "Indexing a symbolic tensor with booleans gives a shape that is known only when data arrives. "
            "Use `ops.where(mask, x, other)`."
        )
    if dims is None or (not isinstance(part, KerasTensor) and dims == ()):
        return None
    return tuple(dims)


def slice_size(size: Any, part: slice) -> Any:
    """Length of a slice of an axis; a new unknown where the algebra of sizes cannot say."""
    start, stop, step = part.start, part.stop, 1 if part.step is None else part.step
    if any(isinstance(bound, KerasTensor) for bound in (start, stop, step)):
        raise UnknownDimError(
            "A slice with a symbolic tensor as its bound has a size that is known only when data arrives. "
            "Use `ops.slice(x, start, shape)`, whose size is given."
        )
    if isinstance(size, int) and all(bound is None or isinstance(bound, int) for bound in (start, stop)):
        return len(range(*slice(start, stop, step).indices(size)))
    if step < 0:
        return -(-size // -step) if start is None and stop is None else Dim.fresh("slice")

    def place(bound: Any, missing: Any) -> Any:
        if bound is None:
            return missing
        return size + bound if isinstance(bound, int) and bound < 0 else bound

    begin, end = place(start, 0), place(stop, size)
    if stop is not None and not (isinstance(stop, int) and stop < 0):
        try:
            end = end if end <= size else size
        except UnknownDimError:
            return Dim.fresh("slice")
    length = end - begin
    return -(-length // step)


def slice_(inputs: KerasTensor, start_indices: Any, shape: Any) -> Any:
    """The shape asked for; a start that is a number must leave room for it."""
    shape = tuple(shape)
    if len(shape) != inputs.ndim:
        raise ShapeError(f"slice(): `shape={shape}` must give a size for each axis of shape {inputs.shape}.")
    if isinstance(start_indices, (list, tuple)):
        if len(start_indices) != len(shape):
            raise ShapeError(
                f"slice(): `start_indices={tuple(start_indices)}` must give a place on each axis of {inputs.shape}."
            )
        for start, length, size in zip(start_indices, shape, inputs.dims, strict=True):
            if isinstance(length, int) and length < 0:
                raise ShapeError(f"slice(): `shape={shape}` holds a negative size, {length}.")
            if all(isinstance(part, int) for part in (start, length, size)) and not 0 <= start <= size - length:
                raise ShapeError(
                    f"slice(): start {tuple(start_indices)} and shape {shape} reach outside the shape {inputs.shape}."
                )
    return shape


def slice_update(inputs: KerasTensor, start_indices: Any, updates: KerasTensor) -> Any:
    """The shape of the inputs."""
    slice_(inputs, start_indices, updates.dims)
    return inputs.dims


def scatter_update(inputs: KerasTensor, indices: KerasTensor, updates: KerasTensor, reduction: Any) -> Any:
    """The shape of the inputs; the updates have that of the places indexed."""
    depth = indices.dims[-1] if indices.ndim else 0
    if not isinstance(depth, int) or not 0 < depth <= inputs.ndim:
        raise ShapeError(
            f"scatter_update(): the last axis of `indices` holds positions in `inputs` of shape {inputs.shape}; "
            f"got indices of shape {indices.shape}."
        )
    expected = (*indices.dims[:-1], *inputs.dims[depth:])
    if updates.ndim != len(expected) or any(
        isinstance(a, int) and isinstance(b, int) and a != b for a, b in zip(updates.dims, expected, strict=True)
    ):
        raise ShapeError(
            f"scatter_update(): `updates` must have shape {shapes.public(expected)} for indices of shape "
            f"{indices.shape} into {inputs.shape}; got {updates.shape}."
        )
    return inputs.dims


def nonzero(x: KerasTensor) -> Any:
    """How many there are depends on values."""
    raise UnknownDimError(
        "nonzero() of a symbolic tensor has a shape that is known only when data arrives. "
        "Use `ops.where(condition, x1, x2)`, or call it on real tensors."
    )


def top_k(x: KerasTensor, k: int, sorted: bool = True) -> Any:
    """The last axis has size k; positions are int32."""
    count("top_k(): `k`", k)
    if not x.ndim or (isinstance(x.dims[-1], int) and isinstance(k, int) and k > x.dims[-1]):
        raise ShapeError(f"top_k(): the last axis of a tensor of shape {x.shape} holds no {k} elements.")
    return [Spec((*x.dims[:-1], k), x.dtype), Spec((*x.dims[:-1], k), "int32")]


def searchsorted(sorted_sequence: KerasTensor, values: KerasTensor, side: str) -> Any:
    """The shape of the values; positions are int32."""
    if side not in ("left", "right"):
        raise ConfigError(f"searchsorted(): `side` must be 'left' or 'right'. Received: {side!r}.")
    if sorted_sequence.ndim != 1:
        raise ShapeError(
            f"searchsorted(): `sorted_sequence` must have one axis, got a tensor of shape {sorted_sequence.shape}."
        )
    return Spec(values.dims, "int32")


def complex_pair(x: KerasTensor) -> Any:
    """The last axis, of size 2, goes: real and imaginary part."""
    if not x.ndim or x.dims[-1] != 2:
        raise ShapeError(f"view_as_complex() needs a last axis of size 2, got a tensor of shape {x.shape}.")
    return Spec(x.dims[:-1], "complex128" if x.dtype == "float64" else "complex64")


def reinterpreted(x: KerasTensor, dtype: str) -> Any:
    """The last axis holds as many bytes as before."""
    before, after = dtypes.itemsize(x.dtype), dtypes.itemsize(dtype)
    if before == after:
        return Spec(x.dims, dtype)
    last = x.dims[-1] * before if x.ndim else None
    if last is None or (isinstance(last, int) and last % after):
        raise ShapeError(
            f"view(): the last axis of a tensor of shape {x.shape} and dtype {x.dtype} does not divide into elements "
            f"of {dtype}."
        )
    return Spec((*x.dims[:-1], last // after), dtype)


# Creation


def full(shape: Any, fill_value: Any, dtype: str | None) -> Any:
    """The shape asked for."""
    return Spec(sizes("full(): `shape`", shape), dtypes.standardize(dtype))


def span(start: Any, stop: Any = None, step: Any = None, dtype: str | None = None) -> tuple[Any, Any, Any, str]:
    """The arguments of `arange` with what was left out filled in."""
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    if dtype is None:
        kinds = [int if isinstance(x, Dim) else getattr(x, "dtype", None) or type(x) for x in (start, stop, step)]
        dtype = dtypes.result_type(*kinds)
    return start, stop, step, dtype


def arange(start: Any, stop: Any, step: Any, dtype: str | None) -> Any:
    """As many as steps fit between start and stop."""
    start, stop, step, dtype = span(start, stop, step, dtype)
    if any(isinstance(x, KerasTensor) for x in (start, stop, step)):
        raise UnknownDimError(
            "arange() with a symbolic tensor as its bound has a size that is known only when data arrives."
        )
    if any(isinstance(x, Dim) for x in (start, stop, step)):
        return Spec((-(-(stop - start) // step),), dtype)
    if not step:
        raise ConfigError(f"arange(): `step` must not be 0. Received: start={start}, stop={stop}, step={step}.")
    return Spec((max(math.ceil((stop - start) / step), 0),), dtype)


# Contractions


def matmul(x1: KerasTensor, x2: KerasTensor) -> Any:
    """Matrix product with broadcast batch axes; vectors lose their axis."""
    if not x1.ndim or not x2.ndim:
        raise ShapeError(f"matmul() needs at least one axis in each argument, got shapes {x1.shape} and {x2.shape}.")
    left, right = x1.dims, x2.dims
    contracted = right[-2] if x2.ndim > 1 else right[-1]
    if isinstance(left[-1], int) and isinstance(contracted, int) and left[-1] != contracted:
        raise ShapeError(
            f"matmul() contracts the last axis of x1 with the second last of x2: "
            f"{left[-1]} against {contracted}, in shapes {x1.shape} and {x2.shape}."
        )
    try:
        batch = shapes.broadcast(left[:-2], right[:-2])
    except ShapeError:
        raise ShapeError(
            f"matmul(): the axes before the last two must broadcast. Received: shapes {x1.shape} and {x2.shape}."
        ) from None
    return (*batch, *(left[-2:-1]), *(right[-1:] if x2.ndim > 1 else ()))
