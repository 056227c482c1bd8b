"""Moves and indexing as nodes of ONNX."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.backends.onnx.writer import OnnxWriter, Size, Tensor
from hornbeam.core import shape as shapes
from hornbeam.core.dim import Dim
from hornbeam.core.dtype import is_bool
from hornbeam.core.spec import KerasTensor
from hornbeam.ops import rules

W = OnnxWriter
BEFORE_ALL, BEHIND_ALL = -(2**63), 2**63 - 1  # places outside of every axis
FLAT = np.array([-1])


def flat(entry: Callable[..., Any], at: int) -> Callable[..., Any]:
    """The entry for an axis of None, too: its argument number `at`, after the tensor, which is then flattened."""

    def call(w: W, x: Tensor, *arguments: Any) -> Any:
        if arguments[at] is None:
            x = w.describe(w.op("Reshape", x, FLAT), KerasTensor((shapes.size(x.dims),), x.dtype))
            arguments = (*arguments[:at], 0, *arguments[at + 1 :])
        return entry(w, x, *arguments)

    return call


def sizes_of(shape: Any) -> tuple[Any, ...]:
    """A shape, or its only size."""
    return (shape,) if isinstance(shape, (int, Dim)) else tuple(shape)


# Moves


def expand_dims(w: W, x: Tensor, axis: Any) -> Tensor:
    places = axis if isinstance(axis, (tuple, list)) else (axis,)
    return w.op("Unsqueeze", x, np.array(shapes.canonical_axes(tuple(places), x.ndim + len(places))))


def squeeze(w: W, x: Tensor, axis: Any) -> Tensor:
    places = [i for i, size in enumerate(x.dims) if size == 1] if axis is None else shapes.canonical_axes(axis, x.ndim)
    return w.op("Squeeze", x, np.array(places, "int64")) if places else x


def split(w: W, x: Tensor, indices_or_sections: Any, axis: int) -> Any:
    if isinstance(indices_or_sections, int):
        return w.op("Split", x, outputs=indices_or_sections, axis=axis, num_outputs=indices_or_sections)
    ends = itertools.pairwise([0, *indices_or_sections, BEHIND_ALL])
    return [w.op("Slice", x, w.shape([start]), w.shape([stop]), np.array([axis])) for start, stop in ends]


def tile(w: W, x: Tensor, repeats: Any) -> Tensor:
    counts = sizes_of(repeats)
    ndim = max(x.ndim, len(counts))
    x = w.reshape(x, (1,) * (ndim - x.ndim) + x.dims) if ndim > x.ndim else x
    return w.op("Tile", x, w.shape((1,) * (ndim - len(counts)) + counts))


def repeat(w: W, x: Tensor, repeats: Any, axis: int) -> Tensor:
    if not isinstance(repeats, (int, Dim)):
        counts = [int(count) for count in repeats]
        if len(counts) > 1:
            return w.op("Gather", x, np.repeat(np.arange(len(counts)), counts), axis=axis)
        repeats = counts[0]
    ones = (1,) * (x.ndim - axis - 1)
    spread = w.op("Tile", w.op("Unsqueeze", x, np.array([axis + 1])), w.shape([*(1,) * (axis + 1), repeats, *ones]))
    spread.dims = (*x.dims[: axis + 1], repeats, *x.dims[axis + 1 :])
    return w.reshape(spread, (*x.dims[:axis], x.dims[axis] * repeats, *x.dims[axis + 1 :]))


def flip(w: W, x: Tensor, axis: Any) -> Tensor:
    start, stop, step = (np.full(len(axis), value, "int64") for value in (BEHIND_ALL, BEFORE_ALL, -1))
    return w.op("Slice", x, start, stop, np.array(axis, "int64"), step) if axis else x


def roll(w: W, x: Tensor, shift: Any, axis: Any) -> Tensor:
    if axis is None:
        return w.reshape(w.op("Gather", w.op("Reshape", x, FLAT), rolled(w, shapes.size(x.dims), shift)), x.dims)
    dims, places = x.dims, sizes_of(axis)
    for count, place in zip(np.broadcast_to(np.array(shift, object), len(places)), places, strict=True):
        x = w.op("Gather", x, rolled(w, dims[place], count), axis=place % len(dims))
    return x


def rolled(w: W, size: Any, shift: Any) -> Any:
    """Where each place's element stood before the roll."""
    around = w.op("Max", w.shape([size]), np.array([1]))
    return w.op("Mod", w.op("Sub", w.range(size), w.shape([shift])), around)


def padded(w: W, x: Tensor, pad_width: Any, mode: str, constant_values: Any) -> Tensor:
    before, after = ([pair[i] for pair in pad_width] for i in (0, 1))
    if not x.ndim:
        return x
    if mode in ("constant", "edge"):
        fill = w.cast(constant_values, x.dtype) if isinstance(constant_values, Tensor) else constant_values
        return w.op("Pad", x, w.shape([*before, *after]), *([fill] if mode == "constant" else []), mode=mode)
    for axis, (size, pair) in enumerate(zip(x.dims, pad_width, strict=True)):
        if pair != (0, 0):
            x = w.op("Gather", x, mirrored(w, size, pair[0], pair[1], mode), axis=axis)
    return x


def mirrored(w: W, size: Any, before: Any, after: Any, mode: str) -> Any:
    """The place that stands at each place of an axis that goes on as in a mirror, with its edge twice or once."""
    edge = int(mode == "symmetric")
    period = 2 * (size - 1 + edge)
    places = w.op("Sub", w.range(before + size + after), w.shape([before]))
    places = w.op("Mod", places, w.op("Max", w.shape([period]), np.array([1])))
    return w.op("Min", places, w.op("Sub", w.shape([period - edge]), places))


def diagonal(w: W, x: Tensor, offset: int, axis1: int, axis2: int) -> Tensor:
    axis1, axis2 = axis1 % x.ndim, axis2 % x.ndim
    rest = [i for i in range(x.ndim) if i not in (axis1, axis2)]
    x_last = w.transpose(x, (*rest, axis1, axis2))
    rows: Any = w.scalar(x.dims[axis1])
    columns: Any = w.scalar(x.dims[axis2])
    down, right = max(-offset, 0), max(offset, 0)
    shorter = w.op("Min", w.shape([rows - down]), w.shape([columns - right]))
    length = Size(w, w.op("Max", shorter, np.array([0])))
    places = w.op("Mul", w.range(length), w.shape([columns + 1]))
    places = w.op("Add", places, w.shape([columns * down + right]))
    merged = w.op("Reshape", x_last, w.shape([*(x.dims[i] for i in rest), rows * columns]))
    return w.op("Gather", merged, places, axis=len(rest))


# Indexing


def whole(w: W, indices: Tensor) -> Tensor:
    """Indices as ONNX takes them."""
    return indices if indices.dtype in ("int32", "int64") else w.cast(indices, "int64")


def take_along_axis(w: W, x: Tensor, indices: Tensor, axis: int | None) -> Tensor:
    if axis is None:
        return w.op("GatherElements", w.op("Reshape", x, FLAT), whole(w, w.op("Reshape", indices, FLAT)))

    def others(dims: Any) -> Any:
        return *dims[:axis], 1, *dims[axis + 1 :]

    spread = shapes.broadcast(others(x.dims), others(indices.dims))
    aligned = []
    for each in (x, indices):
        wanted = (*spread[:axis], each.dims[axis], *spread[axis + 1 :])
        aligned.append(each if wanted == each.dims else w.op("Expand", each, w.shape(wanted)))
    return w.op("GatherElements", aligned[0], whole(w, aligned[1]), axis=axis)


def get_item(w: W, x: Tensor, key: Any) -> Tensor:
    """Slices in one node; then one axis for an int or tensor in one node, or several at once."""
    parts = list(key) if isinstance(key, tuple) else [key]
    used = sum(part is not None and part is not Ellipsis for part in parts)
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = [slice(None)] * (x.ndim - used)
    new = [i for i, part in enumerate(parts) if part is None]
    if new:
        x = w.op("Unsqueeze", x, np.array(new))
    parts = [slice(None) if part is None else part for part in parts]
    cut = [(i, part) for i, part in enumerate(parts) if isinstance(part, slice) and part != slice(None)]
    if cut:
        starts, stops, steps = [], [], []
        for _, part in cut:
            step = 1 if part.step is None else part.step
            starts.append((0 if step > 0 else BEHIND_ALL) if part.start is None else part.start)
            stops.append((BEHIND_ALL if step > 0 else BEFORE_ALL) if part.stop is None else part.stop)
            steps.append(step)
        x = w.op("Slice", x, *map(w.shape, (starts, stops)), np.array([i for i, _ in cut]), w.shape(steps))
    places = [i for i, part in enumerate(parts) if not isinstance(part, slice)]
    tensors = [i for i in places if not isinstance(parts[i], (int, Dim))]
    if not tensors or len(places) == 1:
        for i in reversed(places):
            x = w.op("Gather", x, index(w, parts[i]), axis=i)
        return x
    return gather(w, x, places, [index(w, parts[i]) for i in places], len(parts))


def index(w: W, part: Any) -> Tensor:
    """An index of one axis: a number, a tensor, or an array or list of numbers."""
    if isinstance(part, Tensor):
        return whole(w, part)
    part = w.scalar(part)
    return part.scalar if isinstance(part, Size) else w.constant(np.asarray(part), "int64")


def gather(w: W, x: Tensor, places: list[int], indices: list[Tensor], ndim: int) -> Tensor:
    """Several axes indexed at once; as in NumPy the result's axes come first where the places lie apart."""
    rest = [i for i in range(ndim) if i not in places]
    x = w.op("Transpose", x, perm=[*places, *rest]) if rest and places[-1] >= len(places) else x
    dims = shapes.broadcast(*(each.dims for each in indices))
    columns = []
    for each in indices:
        each = w.op("Expand", w.cast(each, "int64"), w.shape(dims)) if each.dims != dims else w.cast(each, "int64")
        columns.append(w.op("Unsqueeze", each, np.array([-1])))
    found = w.op("GatherND", x, w.op("Concat", *columns, axis=-1))
    first = places[0]
    if places[-1] - first != len(places) - 1 or not first:
        return found
    count = len(dims)
    order = [*range(count, count + first), *range(count), *range(count + first, count + len(rest))]
    return w.op("Transpose", found, perm=order)


def starts_of(w: W, start_indices: Any) -> Tensor:
    """The positions at which a block starts, as a vector."""
    if isinstance(start_indices, Tensor):
        return w.cast(start_indices, "int64")
    one = np.array([1])
    return w.shape(
        [Size(w, w.op("Reshape", w.cast(x, "int64"), one)) if isinstance(x, Tensor) else x for x in start_indices]
    )


def block(w: W, x: Tensor, start_indices: Any, shape: Any) -> Tensor:
    starts = starts_of(w, start_indices)
    return w.op("Slice", x, starts, w.op("Add", starts, w.shape(shape))) if x.ndim else x


def slice_update(w: W, x: Tensor, start_indices: Any, updates: Tensor) -> Tensor:
    """The block, padded to the size of x, where a padded block of ones is."""
    if not x.ndim:
        return updates
    starts = starts_of(w, start_indices)
    ends = w.op("Sub", w.op("Sub", w.shape(x.dims), w.shape(updates.dims)), starts)
    pads = w.op("Concat", starts, ends, axis=0)
    inside = w.op("Pad", w.fill(True, updates.dims, "bool"), pads)
    return w.op("Where", inside, w.op("Pad", updates, pads), x)


def scattered(w: W, x: Tensor, indices: Tensor, updates: Tensor, reduction: str | None) -> Tensor:
    if reduction and x.dtype in ("bool", "float16", "bfloat16"):  # no kernel reduces these
        x, updates = (w.cast(each, "uint8" if is_bool(x.dtype) else "float32") for each in (x, updates))
    return w.op("ScatterND", x, w.cast(indices, "int64"), updates, reduction=reduction or "none")


table: dict[str, Callable[..., Any]] = {
    **{
        function.__name__.rstrip("_"): function
        for function in (expand_dims, squeeze, split, tile, flip, roll, padded, diagonal, get_item)
    },
    "transpose": lambda w, x, axes: w.transpose(x, [i % x.ndim for i in (axes or range(x.ndim)[::-1])]),
    "reshape": lambda w, x, newshape: w.reshape(x, rules.reshape(x, newshape)),
    "broadcast_to": lambda w, x, shape: w.op("Expand", x, w.shape(sizes_of(shape))),
    "concatenate": lambda w, xs, axis: w.op("Concat", *xs, axis=axis),
    "repeat": flat(repeat, 1),
    "take": flat(lambda w, x, indices, axis: w.op("Gather", x, whole(w, indices), axis=axis), 1),
    "take_along_axis": take_along_axis,
    "slice": block,
    "slice_update": slice_update,
    "scattered": scattered,
}
