"""The NumPy-like operations as nodes of ONNX.

Entries take the writer, and the operation's arguments with a `Tensor` for each tensor. They may return a tensor of
another dtype than the operation gives: it is cast.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from hornbeam.backends.onnx import defined
from hornbeam.backends.onnx.writer import OnnxWriter, Size, Tensor
from hornbeam.core import shape as shapes
from hornbeam.core.dim import Dim
from hornbeam.core.dtype import is_bool, is_floating
from hornbeam.core.spec import KerasTensor
from hornbeam.ops import rules
from hornbeam.ops.rules import span
from hornbeam.ops.rules_nn import parse_einsum

W = OnnxWriter
BEFORE_ALL, BEHIND_ALL = -(2**63), 2**63 - 1  # places outside of every axis


def operator(kind: str, **attributes: Any) -> Callable[..., Tensor]:
    """An entry that is one node."""
    return lambda w, *tensors: w.op(kind, *tensors, **attributes)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """An entry that is written with other operations."""
    return lambda w, *arguments: w.inline(function, *arguments)


def truth(w: W, x: Tensor) -> Tensor:
    return w.cast(x, "bool")


def negated(kind: str) -> Callable[..., Tensor]:
    return lambda w, *tensors: w.op("Not", w.op(kind, *tensors))


# Arithmetic


def whole_division(w: W, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Quotient and remainder of whole numbers, rounded down; both are 0 where y is: the processor's division traps."""
    if x.dtype != "uint64":
        x, y = w.cast(x, "int64"), w.cast(y, "int64")
    if y.array is not None and (y.array != 0).all():
        rest = w.op("Mod", x, y)
        return w.op("Div", w.op("Sub", x, rest), y), rest
    nothing = w.op("Equal", y, 0)
    divisor = w.op("Where", nothing, 1, y)
    rest = w.op("Mod", x, divisor)
    quotient = w.op("Div", w.op("Sub", x, rest), divisor)
    return w.op("Where", nothing, 0, quotient), w.op("Where", nothing, 0, rest)


def float_division(w: W, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Quotient and remainder of floats, rounded down."""
    rest = w.op("Mod", x, y, fmod=1)
    signs = w.op("Xor", w.op("Less", y, 0), w.op("Less", rest, 0))
    below = w.op("And", signs, w.op("Not", w.op("Equal", rest, 0)))
    quotient = w.op("Sub", w.op("Div", w.op("Sub", x, rest), y), w.cast(below, x.dtype))
    return quotient, w.op("Where", below, w.op("Add", rest, y), rest)


def floor_divide(w: W, x: Tensor, y: Tensor) -> Tensor:
    if not is_floating(x.dtype):
        return whole_division(w, x, y)[0]
    quotient = w.op("Round", float_division(w, x, y)[0])
    return w.op("Where", w.op("Equal", y, 0), w.op("Div", x, y), quotient)


def mod(w: W, x: Tensor, y: Tensor) -> Tensor:
    return (float_division if is_floating(x.dtype) else whole_division)(w, x, y)[1]


def power(w: W, x: Tensor, y: Tensor) -> Tensor:
    """Whole numbers to a known power are multiplied out: the kernel computes in float64."""
    if is_floating(x.dtype) or y.array is None or y.array.ndim or not 0 < int(y.array) < 64:
        return w.op("Pow", x, y)
    exponent, result = int(y.array), None
    while True:
        if exponent % 2:
            result = x if result is None else w.op("Mul", result, x)
        exponent //= 2
        if not exponent:
            return result
        x = w.op("Mul", x, x)


def round_(w: W, x: Tensor, decimals: int) -> Tensor:
    if not is_floating(x.dtype):
        if decimals >= 0:
            return x
        x = w.cast(x, "float64")
    if not decimals:
        return w.op("Round", x)
    away, back = ("Mul", "Div") if decimals > 0 else ("Div", "Mul")
    scale = 10.0 ** abs(decimals)
    return w.op(back, w.op("Round", w.op(away, x, scale)), scale)


def bitwise(kind: str) -> Callable[..., Tensor]:
    """`BitwiseAnd`, and `And` of booleans."""
    return lambda w, *xs: w.op(kind if is_bool(xs[0].dtype) else f"Bitwise{kind}", *xs)


def shifted(w: W, direction: str, x: Tensor, y: Tensor) -> Tensor:
    count = w.op("Min", w.cast(w.cast(y, "int64"), "uint64"), 63)
    return w.op("BitShift", w.cast(w.cast(x, "int64"), "uint64"), count, direction=direction)


def right_shift(w: W, x: Tensor, y: Tensor) -> Tensor:
    """Copies of the sign come in: a negative number is shifted as its complement, which is not."""
    if x.dtype.startswith("u"):
        return shifted(w, "RIGHT", x, y)
    negative = w.op("Less", x, 0)
    found = w.cast(shifted(w, "RIGHT", w.op("Where", negative, w.op("BitwiseNot", x), x), y), "int64")
    return w.op("Where", negative, w.op("BitwiseNot", found), found)


def zeros_like(w: W, x: Tensor) -> Tensor:
    return w.fill(0, x.dims, x.dtype)


# Reductions


def reduction(kind: str) -> Callable[..., Tensor]:
    def entry(w: W, x: Tensor, axis: Any, keepdims: bool, dtype: str | None = None) -> Tensor:
        x = w.cast(x, dtype or x.dtype)
        return w.op(kind, x, np.array(axis, "int64"), keepdims=int(keepdims)) if axis else x

    return entry


def extreme(kind: str) -> Callable[..., Tensor]:
    """`max` or `min`; the kernel loses NaN."""

    def entry(w: W, x: Tensor, axis: Any, keepdims: bool, initial: Any) -> Tensor:
        result = x
        if axis:
            axes = np.array(axis, "int64")
            result = w.op(f"Reduce{kind}", x, axes, keepdims=int(keepdims))
            if is_floating(x.dtype):
                lost = w.op("ReduceMax", w.op("IsNaN", x), axes, keepdims=int(keepdims))
                result = w.op("Where", truth(w, lost), math.nan, result)
        return result if initial is None else w.op(kind, result, initial)

    return entry


def quantifier(kind: str) -> Callable[..., Tensor]:
    """`any` or `all`, as the largest or smallest of zeros and ones."""

    def entry(w: W, x: Tensor, axis: Any, keepdims: bool) -> Tensor:
        return reduction(kind)(w, w.cast(x, "uint8"), axis, keepdims)

    return entry


def comparable(w: W, x: Tensor, nan: float) -> Tensor:
    """Floats for comparing: NaN is the largest of all (or smallest: `nan` says it), infinity comes next."""
    if not is_floating(x.dtype):
        return x
    if x.dtype != "float64":
        wide, bound = w.cast(x, "float64"), 1e300
    else:
        wide, bound = x, float(np.finfo("float64").max)
    kept = w.op("Min", wide, bound) if nan > 0 else w.op("Max", wide, -bound)
    return w.op("Where", w.op("IsNaN", x), nan, kept)


def position(kind: str, nan: float) -> Callable[..., Tensor]:
    def entry(w: W, x: Tensor, axis: Any, keepdims: bool) -> Tensor:
        whole = axis is None
        key = comparable(w, x, nan)
        flat = w.op("Reshape", key, np.array([-1])) if whole else key
        flags = int(keepdims and not whole)
        found = w.op(kind, flat, axis=0 if whole else axis, keepdims=flags, dtype="int64")
        return w.op("Reshape", found, np.ones(x.ndim, "int64")) if whole and keepdims else found

    return entry


def flat(entry: Callable[..., Any], at: int) -> Callable[..., Any]:
    """The entry for an axis of None, too: its argument number `at`, after the tensor, which is then flattened."""

    @functools.wraps(entry)
    def call(w: W, x: Tensor, *arguments: Any) -> Any:
        if arguments[at] is None:
            spec = KerasTensor((shapes.size(x.dims),), x.dtype)
            x = w.describe(w.op("Reshape", x, np.array([-1])), spec)
            arguments = (*arguments[:at], 0, *arguments[at + 1 :])
        return entry(w, x, *arguments)

    return call


def cumsum(w: W, x: Tensor, axis: int, dtype: str | None) -> Tensor:
    return w.op("CumSum", w.cast(x, dtype or x.dtype), np.array(axis))


# Order


def ordered(w: W, x: Tensor, axis: int, count: Any, largest: int) -> tuple[Tensor, Tensor]:
    """Elements in order along an axis, and their places; equal ones keep their order."""
    key = comparable(w, x, math.inf)
    dtypes = (w.admitted("TopK", key.dtype), "int64")
    values, places = w.op("TopK", key, w.shape([count]), axis=axis, largest=largest, outputs=2, dtype=dtypes)
    return (values if key is x else w.op("GatherElements", x, places, axis=axis)), places


def sort(w: W, x: Tensor, axis: int) -> Tensor:
    return ordered(w, x, axis, x.dims[axis], 0)[0]


def argsort(w: W, x: Tensor, axis: int) -> Tensor:
    return ordered(w, x, axis, x.dims[axis], 0)[1]


def top_k(w: W, x: Tensor, k: Any, sorted: bool) -> Any:
    return ordered(w, x, x.ndim - 1, k, 1)


# Moves


def reshape(w: W, x: Tensor, newshape: Any) -> Tensor:
    return w.reshape(x, (newshape,) if isinstance(newshape, (int, Dim)) else tuple(newshape))


def transpose(w: W, x: Tensor, axes: Any) -> Tensor:
    order = shapes.canonical_axes(tuple(axes), x.ndim) if axes is not None else tuple(reversed(range(x.ndim)))
    return w.transpose(x, order)


def expand_dims(w: W, x: Tensor, axis: Any) -> Tensor:
    places = axis if isinstance(axis, (tuple, list)) else (axis,)
    return w.op("Unsqueeze", x, np.array(shapes.canonical_axes(tuple(places), x.ndim + len(places))))


def squeeze(w: W, x: Tensor, axis: Any) -> Tensor:
    places = [i for i, size in enumerate(x.dims) if size == 1] if axis is None else shapes.canonical_axes(axis, x.ndim)
    return w.op("Squeeze", x, np.array(places, "int64")) if places else x


def broadcast_to(w: W, x: Tensor, shape: Any) -> Tensor:
    return w.op("Expand", x, w.shape((shape,) if isinstance(shape, (int, Dim)) else tuple(shape)))


def concatenate(w: W, xs: Any, axis: int) -> Tensor:
    return w.op("Concat", *xs, axis=axis)


def part(w: W, x: Tensor, axis: int, start: Any, stop: Any) -> Tensor:
    """The places from `start` up to `stop` along an axis."""
    return w.op("Slice", x, w.shape([start]), w.shape([stop]), np.array([axis]))


def split(w: W, x: Tensor, indices_or_sections: Any, axis: int) -> Any:
    if isinstance(indices_or_sections, int):
        count = indices_or_sections
        found = w.op("Split", x, outputs=count, axis=axis, num_outputs=count)
        return [found] if count == 1 else found
    ends = [0, *indices_or_sections, BEHIND_ALL]
    return [part(w, x, axis, start, stop) for start, stop in zip(ends, ends[1:])]


def tile(w: W, x: Tensor, repeats: Any) -> Tensor:
    counts = tuple(repeats) if isinstance(repeats, (tuple, list)) else (repeats,)
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
    return w.reshape(Tensor(spread.value, x.dims, spread.dtype), (*x.dims[:axis], -1, *x.dims[axis + 1 :]))


def flip(w: W, x: Tensor, axis: Any) -> Tensor:
    ends = [np.full(len(axis), value, "int64") for value in (BEHIND_ALL, BEFORE_ALL)]
    return w.op("Slice", x, *ends, np.array(axis, "int64"), np.full(len(axis), -1)) if axis else x


def roll(w: W, x: Tensor, shift: Any, axis: Any) -> Tensor:
    if axis is None:
        return w.reshape(
            w.op("Gather", w.op("Reshape", x, np.array([-1])), rolled(w, shapes.size(x.dims), shift)), x.dims
        )
    shift, axis = (each if isinstance(each, (tuple, list)) else (each,) for each in (shift, axis))
    for count, place in zip(shift * len(axis) if len(shift) < len(axis) else shift, axis, strict=True):
        x = Tensor(w.op("Gather", x, rolled(w, x.dims[place], count), axis=place % x.ndim).value, x.dims, x.dtype)
    return x


def rolled(w: W, size: Any, shift: Any) -> Any:
    """Where each place's element stood before the roll."""
    if isinstance(size, int) and isinstance(shift, int):
        return (np.arange(size) - shift) % max(size, 1)
    return w.op("Mod", w.op("Sub", w.range(size), w.shape([shift])), w.shape([size]))


def padded(w: W, x: Tensor, pad_width: Any, mode: str, constant_values: Any) -> Tensor:
    before, after = ([pair[i] for pair in pad_width] for i in (0, 1))
    if not x.ndim:
        return x
    if mode in ("constant", "edge"):
        fill = [constant_values] if mode == "constant" and not is_zero(constant_values) else []
        return w.op("Pad", x, w.shape([*before, *after]), *fill, mode=mode)
    for axis, (size, pair) in enumerate(zip(x.dims, pad_width, strict=True)):
        if pair != (0, 0):
            x = Tensor(w.op("Gather", x, mirrored(w, size, *pair, mode), axis=axis).value, x.dims, x.dtype)
    return x


def is_zero(value: Any) -> bool:
    return not isinstance(value, Tensor) and value == 0


def mirrored(w: W, size: Any, before: Any, after: Any, mode: str) -> Any:
    """The place that stands at each place of an axis that goes on as in a mirror, with its edge twice or once."""
    edge = int(mode == "symmetric")
    period = 2 * (size - 1 + edge)
    if all(isinstance(each, int) for each in (size, before, after)):
        places = np.arange(-before, size + after) % max(period, 1)
        return np.minimum(places, period - edge - places)
    places = w.op("Sub", w.range(before + size + after), w.shape([before]))
    around = w.op("Max", w.shape([period]), np.array([1]))
    places = w.op("Mod", places, around)
    return w.op("Min", places, w.op("Sub", w.shape([period - edge]), places))


def diagonal(w: W, x: Tensor, offset: int, axis1: int, axis2: int) -> Tensor:
    axis1, axis2 = axis1 % x.ndim, axis2 % x.ndim
    rest = [i for i in range(x.ndim) if i not in (axis1, axis2)]
    x_last = w.transpose(x, (*rest, axis1, axis2))
    rows, columns = (w.scalar(x.dims[i]) for i in (axis1, axis2))
    down, right = max(-offset, 0), max(offset, 0)
    if isinstance(rows, Size) or isinstance(columns, Size):
        lengths = (w.shape([rows - down]), w.shape([columns - right]))
        length: Any = Size(w, w.op("Max", w.op("Min", *lengths), np.array([0])))
    else:
        length = max(min(rows - down, columns - right), 0)
    step = w.op("Add", w.shape([columns]), np.array([1]))
    start = columns * down + right
    places = w.op("Add", w.op("Mul", w.range(length), step), w.shape([start]))
    merged = w.op("Reshape", x_last, w.shape([*(x.dims[i] for i in rest), rows * columns]))
    return w.op("Gather", merged, places, axis=len(rest))


# Indexing


def whole(w: W, indices: Tensor) -> Tensor:
    """Indices as ONNX takes them."""
    return indices if indices.dtype in ("int32", "int64") else w.cast(indices, "int64")


def take(w: W, x: Tensor, indices: Tensor, axis: int) -> Tensor:
    return w.op("Gather", x, whole(w, indices), axis=axis)


def take_along_axis(w: W, x: Tensor, indices: Tensor, axis: int) -> Tensor:
    def others(dims: Any) -> Any:
        return *dims[:axis], 1, *dims[axis + 1 :]

    spread = shapes.broadcast(others(x.dims), others(indices.dims))
    aligned = []
    for each in (x, indices):
        wanted = (*spread[:axis], each.dims[axis], *spread[axis + 1 :])
        aligned.append(each if wanted == each.dims else w.op("Expand", each, w.shape(wanted)))
    return w.op("GatherElements", aligned[0], whole(w, aligned[1]), axis=axis)


def take_flat(w: W, x: Tensor, indices: Tensor, axis: int | None) -> Tensor:
    if axis is not None:
        return take_along_axis(w, x, indices, axis)
    minus_one = np.array([-1])
    return w.op("GatherElements", w.op("Reshape", x, minus_one), whole(w, w.op("Reshape", indices, minus_one)))


def get_item(w: W, x: Tensor, key: Any) -> Tensor:
    """Slices in one node; then one axis for an int or tensor in one node, or several at once."""
    parts = list(key) if isinstance(key, tuple) else [key]
    used = sum(part is not None and part is not Ellipsis for part in parts)
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = [slice(None)] * (x.ndim - used)
    new = [i for i, part in enumerate(parts) if part is None]
    if new:
        x = Tensor(w.op("Unsqueeze", x, np.array(new)).value, None, x.dtype)
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
    each = [
        Size(w, w.op("Reshape", w.cast(start, "int64"), np.array([1]))) if isinstance(start, Tensor) else start
        for start in start_indices
    ]
    return w.shape(each)


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


# Creation


def full(w: W, shape: Any, fill_value: Any, dtype: str | None) -> Tensor:
    sizes = (shape,) if isinstance(shape, (int, Dim)) else tuple(shape)
    dtype = rules.full(sizes, 0, dtype).dtype
    value = w.scalar(fill_value)
    if isinstance(value, Size):
        value = value.scalar
    return w.fill(w.cast(value, dtype) if isinstance(value, Tensor) else value, sizes, dtype)


def arange(w: W, start: Any, stop: Any, step: Any, dtype: str | None) -> Tensor:
    start, stop, step, dtype = span(start, stop, step, dtype)
    bounds = [w.scalar(bound) for bound in (start, stop, step)]
    if not any(isinstance(bound, Size) for bound in bounds):
        return w.constant(np.arange(start, stop, step), dtype)
    scalars = [bound.scalar if isinstance(bound, Size) else w.constant(bound, "int64") for bound in bounds]
    return w.op("Range", *scalars)


def einsum(w: W, subscripts: str, operands: Sequence[Tensor]) -> Tensor:
    """With letters for the axes under an ellipsis, and without axes of size 1 that broadcast."""
    inputs, output = parse_einsum(subscripts, [operand.ndim for operand in operands])
    full = {label for labels, x in zip(inputs, operands) for label, size in zip(labels, x.dims) if size != 1}
    kept = []
    for i, (labels, x) in enumerate(zip(inputs, operands, strict=True)):
        ones = [axis for axis, label in enumerate(labels) if x.dims[axis] == 1 and label in full]
        inputs[i] = [label for axis, label in enumerate(labels) if axis not in ones]
        kept.append(w.op("Squeeze", x, np.array(ones)) if ones else x)
    free = iter(letter for letter in ascii_letters if letter not in subscripts)
    letters: dict[str, str] = {}
    terms = [
        "".join(label if len(label) == 1 else letters.setdefault(label, next(free)) for label in labels)
        for labels in (*inputs, output)
    ]
    return w.op("Einsum", *kept, equation=f"{','.join(terms[:-1])}->{terms[-1]}")


def fourier(w: W, real: Tensor, imaginary: Tensor) -> list[Tensor]:
    """`DFT` of rows of pairs."""
    pairs = w.op("Concat", *(w.op("Unsqueeze", x, np.array([-1])) for x in (real, imaginary)), axis=-1)
    rows = w.op("Reshape", pairs, w.shape([-1, real.dims[-1], 2]))
    found = w.op("Split", w.op("DFT", rows, None, np.array(1)), axis=2, num_outputs=2, outputs=2)
    return [w.reshape(Tensor(x.value, None, x.dtype), real.dims) for x in found]


table: dict[str, Callable[..., Any]] = {
    name: operator(kind)
    for kind, name in {
        **{kind: kind.lower() for kind in ("Add", "Equal", "Less", "Greater", "Sign", "Sqrt", "Floor", "Ceil")},
        **{kind: kind.lower() for kind in ("Exp", "Erf", "Sin", "Cos", "Tan", "Sinh", "Cosh", "Tanh", "Log")},
        **{"Asin": "arcsin", "Acos": "arccos", "Atan": "arctan", "Asinh": "arcsinh", "Acosh": "arccosh"},
        **{"Sub": "subtract", "Mul": "multiply", "Div": "divide", "Neg": "negative", "Abs": "absolute"},
        **{"LessOrEqual": "less_equal", "GreaterOrEqual": "greater_equal", "Max": "maximum", "Min": "minimum"},
        **{"And": "logical_and", "Or": "logical_or", "Not": "logical_not", "Xor": "logical_xor"},
        **{"Atanh": "arctanh", "MatMul": "matmul", "Identity": "copy", "Reciprocal": "reciprocal", "IsInf": "isinf"},
    }.items()
} | {
    "floor_divide": floor_divide,
    "mod": mod,
    "power": power,
    "rsqrt": lambda w, x: w.op("Reciprocal", w.op("Sqrt", x)),
    "not_equal": negated("Equal"),
    "where": lambda w, condition, x1, x2: w.op("Where", truth(w, condition), x1, x2),
    "isnan": lambda w, x: w.op("IsNaN", x) if is_floating(x.dtype) else w.op("Not", w.op("Equal", x, x)),
    "isfinite": lambda w, x: w.op("Less", w.op("Abs", x), math.inf) if is_floating(x.dtype) else w.op("Equal", x, x),
    "bitwise_and": bitwise("And"),
    "bitwise_or": bitwise("Or"),
    "bitwise_xor": bitwise("Xor"),
    "bitwise_not": bitwise("Not"),
    "bitwise_left_shift": lambda w, x, y: shifted(w, "LEFT", x, y),
    "bitwise_right_shift": right_shift,
    "round": round_,
    "cast": lambda w, x, dtype: w.cast(x, dtype),
    "real": operator("Identity"),
    "conjugate": operator("Identity"),
    "imag": zeros_like,
    "stop_gradient": operator("Identity"),
    # reductions
    "sum": reduction("ReduceSum"),
    "prod": reduction("ReduceProd"),
    "mean": reduction("ReduceMean"),
    "max": extreme("Max"),
    "min": extreme("Min"),
    "any": quantifier("ReduceMax"),
    "all": quantifier("ReduceMin"),
    "argmax": position("ArgMax", math.inf),
    "argmin": position("ArgMin", -math.inf),
    "cumsum": flat(cumsum, 0),
    # order
    "sort": flat(sort, 0),
    "argsort": flat(argsort, 0),
    "top_k": top_k,
    # moves
    "reshape": reshape,
    "transpose": transpose,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "broadcast_to": broadcast_to,
    "concatenate": concatenate,
    "split": split,
    "tile": tile,
    "repeat": flat(repeat, 1),
    "flip": flip,
    "roll": roll,
    "padded": padded,
    "diagonal": diagonal,
    # indexing
    "get_item": get_item,
    "take": flat(take, 1),
    "take_along_axis": take_flat,
    "slice": block,
    "slice_update": slice_update,
    "scattered": scattered,
    # creation
    "full": full,
    "arange": arange,
    "einsum": einsum,
    "linalg.det": operator("Det"),
    "fourier.fft": fourier,
    **{name: inlined(getattr(defined, name)) for name in defined.__all__},
}


def _has_elements(x: Any, axis: tuple[int, ...], keepdims: bool) -> bool:
    """ONNX says 0, and not NaN, of the mean of nothing."""
    return all(isinstance(x.dims[i], int) and x.dims[i] for i in axis)


conditions: dict[str, Callable[..., bool]] = {
    "mean": _has_elements,
    "isinf": lambda x: is_floating(x.dtype),
    "reciprocal": lambda x: is_floating(x.dtype),
    "linalg.det": lambda x: x.dtype == "float32",
}
