"""Operations that move elements, index, sort and create, as nodes of OpenVINO."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import openvino.opset16 as op

from hornbeam.backends.openvino.writer import (
    LOWEST,
    Value,
    carrier,
    choose,
    is_real,
    number,
    ordered,
    output_of,
    rank,
    real,
    restored,
    to_carrier,
    vector,
    whole,
)
from hornbeam.core import dtype as dtypes
from hornbeam.core.dim import Dim
from hornbeam.core.shape import canonical_axes
from hornbeam.ops.rules import span

END = 2**31 - 1


def flat(node: Any) -> Any:
    return op.reshape(node, vector([-1]), False)


def listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def concatenate(w: Any, xs: Any, axis: int) -> Any:
    return op.concat([x.node for x in xs], axis)


def split(w: Any, x: Value, indices_or_sections: Any, axis: int) -> Any:
    if isinstance(indices_or_sections, int):
        return op.split(x.node, number(axis), indices_or_sections).outputs()
    bounds = [0, *indices_or_sections, END]
    return [cut(w, x.node, {axis: slice(*pair)}) for pair in itertools.pairwise(bounds)]


def cut(w: Any, node: Any, slices: dict[int, slice]) -> Any:
    """Slices along some axes, with python's meaning of negative and missing bounds."""
    starts, stops, steps = [], [], []
    for part in slices.values():
        step = 1 if part.step is None else part.step
        starts.append((0 if step > 0 else END) if part.start is None else part.start)
        stops.append((END if step > 0 else LOWEST) if part.stop is None else part.stop)
        steps.append(step)
    return op.slice(node, w.shape(starts), w.shape(stops), w.shape(steps), vector(list(slices)))


def squeeze(w: Any, x: Value, axis: Any) -> Any:
    axes = [i for i, n in enumerate(x.dims) if n == 1] if axis is None else canonical_axes(axis, x.ndim)
    return op.squeeze(x.node, vector(axes)) if len(axes) else x.node


def expand_dims(w: Any, x: Value, axis: Any) -> Any:
    axes = listed(axis)
    return op.unsqueeze(x.node, vector(sorted(canonical_axes(axes, x.ndim + len(axes))))) if axes else x.node


def transpose(w: Any, x: Value, axes: Any) -> Any:
    return op.transpose(x.node, vector(range(x.ndim)[::-1] if axes is None else canonical_axes(tuple(axes), x.ndim)))


def repeat(w: Any, x: Value, repeats: Any, axis: Any) -> Any:
    node, ndim, axis = (flat(x.node), 1, 0) if axis is None else (x.node, x.ndim, axis)
    if isinstance(repeats, (int, Dim)) or len(repeats) == 1:
        count = repeats if isinstance(repeats, (int, Dim)) else repeats[0]
        one = op.unsqueeze(node, vector([axis + 1]))
        tiled = op.tile(one, w.shape([count if i == axis + 1 else 1 for i in range(ndim + 1)]))
        shape = op.shape_of(node, "i32")
        before, after = (op.slice(shape, *(vector([n]) for n in pair)) for pair in ((0, axis, 1), (axis + 1, END, 1)))
        return op.reshape(tiled, op.concat([before, vector([-1]), after], 0), False)
    places = np.repeat(np.arange(len(repeats)), [int(count) for count in repeats])
    return op.gather(node, vector(places), number(axis))


def roll(w: Any, x: Value, shift: Any, axis: Any) -> Any:
    if axis is None:
        rolled = op.roll(flat(x.node), vector([shift]), vector([0]))
        return op.reshape(rolled, w.sizes_of(x), False)
    axes, shifts = listed(axis), listed(shift)
    shifts = shifts * len(axes) if len(shifts) == 1 else shifts
    node = x.node
    for place, count in zip(axes, shifts, strict=True):
        node = op.roll(node, vector([count]), vector([place % x.ndim]))
    return node


def padded(w: Any, x: Value, pad_width: Any, mode: Any, constant_values: Any) -> Any:
    node = x.node
    if mode == "constant":
        befores, afters = zip(*pad_width, strict=True) if pad_width else ((), ())
        fill = scalar_of(w, constant_values, x.dtype)
        if x.dtype == "bool":  # the device pads numbers
            return op.not_equal(op.pad(whole(node), w.shape(befores), w.shape(afters), mode, whole(fill)), number(0))
        return op.pad(node, w.shape(befores), w.shape(afters), mode, fill)
    for axis, (before, after) in enumerate(pad_width):
        if all(isinstance(n, int) for n in (before, after, x.dims[axis])):
            places = np.pad(np.arange(x.dims[axis]), (before, after), mode)  # as often to and fro as it takes
            node = op.gather(node, vector(places), number(axis))
        else:
            widths = [w.shape([n if i == axis else 0 for i in range(x.ndim)]) for n in (before, after)]
            node = op.pad(node, *widths, mode)
    return node


def scalar_of(w: Any, value: Any, dtype: str) -> Any:
    """A number, or a tensor of one, as a node of the carrier of a dtype."""
    if isinstance(value, Value):
        return op.convert(op.reshape(value.node, vector([]), False), carrier(dtype))
    if isinstance(value, Dim):
        return op.convert(w.at(value), carrier(dtype))
    return op.constant(to_carrier(np.asarray(value), dtype))


def diagonal(w: Any, x: Value, offset: int, axis1: int, axis2: int) -> Any:
    axis1, axis2 = canonical_axes((axis1, axis2), x.ndim)
    rest = [i for i in range(x.ndim) if i not in (axis1, axis2)]
    node = op.transpose(x.node, vector([*rest, axis1, axis2]))
    rows, columns = w.at(x.dims[axis1]), w.at(x.dims[axis2])
    down, right = max(-offset, 0), max(offset, 0)
    count = op.minimum(op.subtract(rows, number(down)), op.subtract(columns, number(right)))
    steps = op.range(number(0), op.maximum(count, number(0)), number(1), "i32")
    places = op.add(op.multiply(op.add(steps, number(down)), columns), op.add(steps, number(right)))
    merged = op.concat([w.shape([x.dims[i] for i in rest]), vector([-1])], 0)
    return op.gather(op.reshape(node, merged, False), places, number(-1))


# Indexing


def take(w: Any, x: Value, indices: Value, axis: Any) -> Any:
    if 0 in (x.dims if axis is None else (x.dims[axis],)) and 0 not in indices.dims:
        raise IndexError(f"take(): there is nothing to take from a tensor of shape {x.dims}.")
    node = flat(x.node) if axis is None else x.node
    return op.gather(node, indices.node, number(axis or 0))


def take_along_axis(w: Any, x: Value, indices: Value, axis: Any) -> Any:
    if axis is None:
        return op.gather(flat(x.node), flat(indices.node), number(0))
    size = op.gather(op.shape_of(x.node, "i32"), number(axis), number(0))
    places = choose(op.less(indices.node, number(0)), op.add(indices.node, size), indices.node)

    def spread(node: Any, other: Any) -> Any:
        """Broadcast along all axes but one."""
        shape = op.shape_of(other, "i32")
        own = op.scatter_elements_update(shape, vector([axis]), vector([1]), number(0))
        return op.broadcast(node, own, broadcast_spec="bidirectional")

    return op.gather_elements(spread(x.node, indices.node), spread(places, x.node), axis)


def get_item(w: Any, x: Value, key: Any) -> Any:
    parts: list[Any] = []
    for part in map(lambda part: _index(w, part), key if isinstance(key, tuple) else (key,)):
        parts += nonzero(w, part) if isinstance(part, Value) and part.dtype == "bool" else [part]
    used = sum(part is not None and part is not Ellipsis for part in parts)
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = [slice(None)] * (x.ndim - used)
    arrays = any(isinstance(part, Value) for part in parts)
    slices: dict[int, slice] = {}
    places: dict[int, Any] = {}  # axis -> index array
    layout: list[Any] = []  # of the result: an axis of x, None, or the mark where arrays stand
    axes = iter(range(x.ndim))
    for part in parts:
        axis = None if part is None else next(axes)
        if isinstance(part, slice) and part != slice(None):
            slices[axis] = part  # type: ignore[index]
        elif isinstance(part, int) and not arrays:
            slices[axis] = slice(part, part + 1 or None)  # type: ignore[index]
            continue
        elif isinstance(part, (int, Value)):
            places[axis] = part.node if isinstance(part, Value) else number(part)  # type: ignore[index]
            axis = "array"  # type: ignore[assignment]
        layout.append(axis)
    node = cut(w, x.node, slices) if slices else x.node
    taken = [i for i in slices if i not in layout]
    node = op.squeeze(node, vector(taken)) if taken else node
    if places:
        node, layout = _gather(node, x.ndim, places, layout)
    spots = [i for i, part in enumerate(layout) if part is None]
    return op.unsqueeze(node, vector(spots)) if spots else node


def _gather(node: Any, ndim: int, places: dict[int, Any], layout: list[Any]) -> tuple[Any, list[Any]]:
    """The elements at index arrays, and the layout of what comes of it, with the arrays' axes in it."""
    marks = [i for i, part in enumerate(layout) if part == "array"]
    together = marks[-1] - marks[0] == len(marks) - 1
    first = marks[0] if together else 0
    axes, indices = list(places), list(places.values())
    if len(indices) == 1:
        wide = rank(indices[0])
        result = op.gather(node, indices[0], number(axes[0]))
    else:
        sizes = op.shape_of(node, "i32")
        indices = [_inside(each, op.gather(sizes, number(i), number(0))) for i, each in places.items()]
        total = functools.reduce(op.add, indices)
        wide, shape = rank(total), op.shape_of(total, "i32")
        stacked = op.concat([op.unsqueeze(op.broadcast(each, shape), vector([-1])) for each in indices], -1)
        rest = [i for i in range(ndim) if i not in axes]
        result = op.gather_nd(op.transpose(node, vector([*axes, *rest])), stacked)
        before = sum(isinstance(part, int) for part in layout[:first])
        order = [*range(wide, wide + before), *range(wide), *range(wide + before, wide + len(rest))]
        result = op.transpose(result, vector(order))
    layout = [part for part in layout if part != "array"]
    return result, [*layout[:first], *["array"] * wide, *layout[first:]]


def _inside(places: Any, size: Any) -> Any:
    """Positions from the front, those outside taken to the nearest: the device does not look."""
    places = choose(op.less(places, number(0)), op.add(places, size), places)
    return op.maximum(op.minimum(places, op.subtract(size, number(1))), number(0))


def _index(w: Any, part: Any) -> Any:
    """A part of a key: None, Ellipsis, a slice, an int, or a `Value`."""
    if part is None or part is Ellipsis or type(part) in (slice, int, Value):
        return part
    array = np.asarray(part)
    if array.ndim == 0 and array.dtype != bool:
        return int(array)
    return w.constant(array, "bool" if array.dtype == bool else "int32")


def starts_of(w: Any, start_indices: Any) -> Any:
    if isinstance(start_indices, Value):
        return flat(start_indices.node)
    parts = [each if isinstance(each, (Value, Dim)) else int(each) for each in start_indices]
    if any(isinstance(each, Value) for each in parts):
        return op.concat([op.reshape(w.at(each), vector([1]), False) for each in parts], 0)
    return w.shape(parts)


def slice_(w: Any, x: Value, start_indices: Any, shape: Any) -> Any:
    starts = starts_of(w, start_indices)
    if not x.ndim:
        return x.node
    ones = vector([1] * x.ndim)
    return op.slice(x.node, starts, op.add(starts, w.shape(shape)), ones, vector(range(x.ndim)))


def slice_update(w: Any, x: Value, start_indices: Any, updates: Value) -> Any:
    if not x.ndim:
        return updates.node
    starts = starts_of(w, start_indices)
    stops = op.add(starts, w.sizes_of(updates))
    ones = vector([1] * x.ndim)
    written = op.slice_scatter(
        x.node, op.convert(updates.node, carrier(x.dtype)), starts, stops, ones, vector(range(x.ndim))
    )
    return written


def scattered(w: Any, x: Value, indices: Value, updates: Value, reduction: str | None) -> Any:
    node, new = (ordered(each) for each in (x, updates)) if reduction in ("max", "min") else (x.node, updates.node)
    if x.dtype == "bool":
        node, new = whole(node), whole(new)
    mode = {None: "none", "add": "sum", "mul": "prod"}.get(reduction, reduction)
    result = op.scatter_nd_update(node, indices.node, new, mode)
    if x.dtype == "bool":
        return op.not_equal(result, number(0))
    return restored(result, x) if reduction in ("max", "min") else result


def nonzero(w: Any, x: Value) -> Any:
    if 0 in x.dims:
        return tuple(w.constant(np.zeros(0, "int32"), "int32") for _ in x.dims)
    node = x.node if x.ndim else op.reshape(x.node, vector([1]), False)
    rows = op.non_zero(whole(node) if x.dtype == "bool" else node, "i32")
    found = [op.gather(rows, number(i), number(0)) for i in range(max(x.ndim, 1))]
    return tuple(Value(output_of(each), (Dim.fresh("nonzero"),), "int32") for each in found)


# Order


def ranked(node: Any, size: Any, axis: int, descending: bool = False) -> Any:
    """Positions in ascending (or descending) order, equal elements as they come, NaN above all."""
    mode = "max" if descending else "min"

    def order(keys: Any) -> Any:
        return op.topk(keys, size, axis, mode, "value", "i32", stable=True).output(1)

    if not is_real(node):
        return order(node)
    nan = op.is_nan(node)
    first = order(choose(nan, math.inf, node))
    second = order(whole(op.gather_elements(real(nan), first, axis)))
    return op.gather_elements(first, second, axis)


def sorting(w: Any, x: Value, axis: Any) -> tuple[Any, Any, int]:
    """What to sort, the positions, and the axis."""
    node, axis = (flat(ordered(x)), 0) if axis is None or not x.ndim else (ordered(x), axis)
    size = op.gather(op.shape_of(node, "i32"), number(axis), number(0))
    return node, ranked(node, size, axis), axis


def sort(w: Any, x: Value, axis: Any) -> Any:
    node, places, axis = sorting(w, x, axis)
    return restored(op.gather_elements(node, places, axis), x)


def top_k(w: Any, x: Value, k: Any, sorted: bool) -> Any:
    node, axis = ordered(x), x.ndim - 1
    places = cut(w, ranked(node, w.at(x.dims[-1]), axis, True), {axis: slice(0, k)})
    return restored(op.gather_elements(node, places, axis), x), places


def searchsorted(w: Any, sorted_sequence: Value, values: Value, side: str) -> Any:
    if sorted_sequence.dims[0] == 0:
        return op.broadcast(number(0), w.sizes_of(values))
    found = op.search_sorted(ordered(sorted_sequence), flat(ordered(values)), side == "right")
    return op.reshape(whole(found), w.sizes_of(values), False)


# Creation


def full(w: Any, shape: Any, fill_value: Any, dtype: str | None) -> Any:
    dtype = dtypes.standardize(dtype)
    fill = fill_value.node if isinstance(fill_value, Value) else scalar_of(w, fill_value, dtype)
    return op.broadcast(op.convert(fill, carrier(dtype)), w.shape(listed(shape)))


def arange(w: Any, start: Any, stop: Any, step: Any, dtype: str | None) -> Any:
    start, stop, step, dtype = span(start, stop, step, dtype)
    if not any(isinstance(each, (Dim, Value)) for each in (start, stop, step)):
        return w.constant(np.arange(start, stop, step), dtype)
    kind = "f32" if dtypes.is_floating(dtype) else "i32"
    bounds = [
        op.convert(scalar_of(w, each, "float32" if isinstance(each, float) else "int32"), kind)
        for each in (start, stop, step)
    ]
    return op.range(*bounds, kind)


table: dict[str, Callable[..., Any]] = {
    "reshape": lambda w, x, newshape: op.reshape(x.node, w.shape(listed(newshape)), False),
    "transpose": transpose,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "broadcast_to": lambda w, x, shape: op.broadcast(x.node, w.shape(listed(shape))),
    "concatenate": concatenate,
    "split": split,
    "tile": lambda w, x, repeats: op.tile(x.node, w.shape(listed(repeats))),
    "repeat": repeat,
    "flip": lambda w, x, axis: cut(w, x.node, {i: slice(None, None, -1) for i in axis}) if axis else x.node,
    "roll": roll,
    "padded": padded,
    "diagonal": diagonal,
    "take": take,
    "take_along_axis": take_along_axis,
    "get_item": get_item,
    "slice": slice_,
    "slice_update": slice_update,
    "scattered": scattered,
    "nonzero": nonzero,
    "sort": sort,
    "argsort": lambda w, x, axis: sorting(w, x, axis)[1],
    "top_k": top_k,
    "searchsorted": searchsorted,
    "full": full,
    "arange": arange,
}
