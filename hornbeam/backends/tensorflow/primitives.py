"""The NumPy-like operations in TensorFlow; every entry can be traced by `tf.function`, with unknown sizes, too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from hornbeam.core import config
from hornbeam.ops.rules import span

# dtypes that lack kernels -> one that has them
WIDER = {
    tf.bool: tf.int32,
    tf.int8: tf.int32,
    tf.int16: tf.int32,
    tf.uint8: tf.int32,
    tf.uint16: tf.int32,
    tf.uint32: tf.int64,
    tf.uint64: tf.int64,
    tf.float16: tf.float32,
    tf.bfloat16: tf.float32,
}
REFUSED = (tf.errors.InvalidArgumentError, tf.errors.NotFoundError, tf.errors.UnimplementedError, TypeError, ValueError)


def tf_dtype(name: str | None) -> tf.DType:
    """TensorFlow's dtype of a standard name, floatx if None."""
    return tf.as_dtype(name or config.floatx())


def widening(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, repeated in a wider dtype and cast back where there is no kernel for the dtype it was given."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except REFUSED:
            kinds = [x.dtype for x in arguments if tf.is_tensor(x) and x.dtype in WIDER]
            if not kinds:
                raise
            wider = [tf.cast(x, WIDER[x.dtype]) if tf.is_tensor(x) and x.dtype in WIDER else x for x in arguments]
            result = function(*wider)
            return tf.cast(result, kinds[0]) if result.dtype == WIDER[kinds[0]] else result

    call.__wrapped__ = function
    return call


def sizes(x: Any) -> list[Any]:
    """Sizes of a tensor: ints, and scalars of the graph where unknown."""
    static = x.shape.as_list()
    if None not in static:
        return static
    dynamic = tf.shape(x)
    return [dynamic[i] if size is None else size for i, size in enumerate(static)]


def flat(x: Any) -> Any:
    return tf.reshape(x, (-1,))


# Elementwise


# `tf.raw_ops` costs half of what the functions over it do


def unary(name: str) -> Callable[[Any], Any]:
    raw = getattr(tf.raw_ops, name)
    return lambda x: raw(x=x)


def binary(name: str) -> Callable[[Any, Any], Any]:
    """An operation of two tensors, one of which may be a number."""
    raw = getattr(tf.raw_ops, name)

    def call(x1: Any, x2: Any) -> Any:
        # the first would decide the dtype
        return raw(x=x1 if tf.is_tensor(x1) else tf.constant(x1, x2.dtype), y=x2)

    return call


def where(condition: Any, x1: Any, x2: Any) -> Any:
    if x1 is None:
        return nonzero(condition)
    if not tf.is_tensor(x1):
        x1 = tf.constant(x1, x2.dtype)
    condition = condition if condition.dtype == tf.bool else tf.not_equal(condition, 0)
    return tf.raw_ops.SelectV2(condition=condition, t=x1, e=x2)


def tested(function: Callable[..., Any], otherwise: bool) -> Callable[..., Any]:
    """`is_nan` and the like, for dtypes that have no such values, too."""

    def call(x: Any) -> Any:
        if x.dtype.is_complex:
            parts = function(tf.math.real(x)), function(tf.math.imag(x))
            return tf.logical_and(*parts) if otherwise else tf.logical_or(*parts)
        return function(x) if x.dtype.is_floating else tf.fill(tf.shape(x), otherwise)

    return call


def round_(x: Any, decimals: int) -> Any:
    if not decimals:
        return tf.round(x)
    if not x.dtype.is_floating:
        return tf.cast(round_(tf.cast(x, tf.float64), decimals), x.dtype) if decimals < 0 else x
    factor = tf.constant(10.0**decimals, x.dtype)
    return tf.round(x * factor) / factor


def clip_by_numbers(x: Any, x_min: Any, x_max: Any) -> bool:
    """Whether the bounds are numbers that keep the dtype."""
    whole = type(x_min) is int and type(x_max) is int
    return whole or (type(x_min) in (int, float) and type(x_max) in (int, float) and x.dtype.is_floating)


def cast(x: Any, dtype: str) -> Any:
    target = tf.as_dtype(dtype)
    if x.dtype.is_complex and not target.is_complex:
        if target == tf.bool:
            return tf.not_equal(x, 0)
        x = tf.math.real(x)
    return tf.cast(x, target)


def reinterpreted(x: Any, dtype: str) -> Any:
    if dtype == "bool":
        return tf.not_equal(reinterpreted(x, "uint8"), 0)
    x, target = tf.cast(x, tf.uint8) if x.dtype == tf.bool else x, tf.as_dtype(dtype)
    if x.dtype.size == target.size:
        return tf.bitcast(x, target)
    *before, last = sizes(x)
    if x.dtype.size > target.size:
        return tf.reshape(tf.bitcast(x, target), [*before, last * (x.dtype.size // target.size)])
    group = target.size // x.dtype.size
    return tf.bitcast(tf.reshape(x, [*before, last // group, group]), target)


def gcd(x1: Any, x2: Any) -> Any:
    x1, x2 = tf.abs(x1), tf.abs(x2)
    x1, x2 = x1 + tf.zeros_like(x2), x2 + tf.zeros_like(x1)

    def step(a: Any, b: Any) -> tuple[Any, Any]:
        done = tf.equal(b, 0)
        return tf.where(done, a, b), tf.where(done, b, a % tf.where(done, tf.ones_like(b), b))

    return tf.while_loop(lambda a, b: tf.reduce_any(tf.not_equal(b, 0)), step, (x1, x2))[0]


# Reductions


def axes(axis: tuple[int, ...]) -> Any:
    """Axes as TensorFlow converts them fastest."""
    return axis[0] if len(axis) == 1 else np.array(axis, "int32")


def reduction(name: str) -> Callable[..., Any]:
    raw = getattr(tf.raw_ops, name)
    return lambda x, axis, keepdims: raw(input=x, axis=axes(axis), keep_dims=keepdims)


def extreme(name: str, meet: Any) -> Callable[..., Any]:
    reduce = reduction(name)

    def call(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        if initial is None and x.shape.rank and 0 in [x.shape[i] for i in axis]:
            raise ValueError("nothing has no extreme")  # the kernel answers with infinity
        result = reduce(x, axis, keepdims)
        return result if initial is None else meet(result, tf.cast(initial, x.dtype))

    return call


def prod(x: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    return tf.reduce_prod(x if dtype is None else tf.cast(x, dtype), axes(axis), keepdims)


def position(function: Any) -> Callable[..., Any]:
    def call(x: Any, axis: Any, keepdims: bool) -> Any:
        if axis is None:
            result = function(flat(x), 0, output_type=tf.int32)
            return tf.reshape(result, (1,) * x.shape.rank) if keepdims else result
        result = function(x, axis, output_type=tf.int32)
        return tf.expand_dims(result, axis) if keepdims else result

    return call


def positions(function: Any) -> Callable[..., Any]:
    """`position`, in a wider dtype where there is no kernel; the result stays int32."""
    call = position(function)

    def widened(x: Any, axis: Any, keepdims: bool) -> Any:
        return call(tf.cast(x, WIDER[x.dtype]) if x.dtype in WIDER else x, axis, keepdims)

    return widened


def scan(function: Any) -> Callable[..., Any]:
    def call(x: Any, axis: Any, dtype: Any) -> Any:
        x = x if dtype is None else tf.cast(x, dtype)
        return function(flat(x), 0) if axis is None else function(x, axis)

    return call


# Moves


def transpose(x: Any, axes: Any) -> Any:
    return tf.transpose(x, axes if axes is None else [i % x.shape.rank for i in axes])


def expand_dims(x: Any, axis: Any) -> Any:
    if not isinstance(axis, (tuple, list)):
        return tf.expand_dims(x, axis)
    ndim = x.shape.rank + len(axis)
    places = sorted({i % ndim for i in axis})
    if len(places) != len(axis):
        raise ValueError("an axis is named twice")
    for place in places:
        x = tf.expand_dims(x, place)
    return x


def squeeze(x: Any, axis: Any) -> Any:
    return tf.squeeze(x, [i for i, size in enumerate(x.shape) if size == 1] if axis is None else axis)


def broadcast_to(x: Any, shape: Any) -> Any:
    return tf.broadcast_to(x, (shape,) if isinstance(shape, int) else shape)


def split(x: Any, indices_or_sections: Any, axis: int) -> Any:
    if isinstance(indices_or_sections, int):
        return list(tf.split(x, indices_or_sections, axis))
    before: tuple[Any, ...] = (slice(None),) * axis
    starts, ends = [None, *indices_or_sections], [*indices_or_sections, None]
    return [x[(*before, slice(start, end))] for start, end in zip(starts, ends, strict=True)]


def tile(x: Any, repeats: Any) -> Any:
    counts = list(repeats) if isinstance(repeats, (tuple, list)) else [repeats]
    if len(counts) < x.shape.rank:
        counts = [1] * (x.shape.rank - len(counts)) + counts
    return tf.tile(tf.reshape(x, [1] * (len(counts) - x.shape.rank) + sizes(x)), counts)


def roll(x: Any, shift: Any, axis: Any) -> Any:
    if axis is None:
        return tf.reshape(tf.roll(flat(x), shift, 0), tf.shape(x))
    if isinstance(axis, (tuple, list)) and isinstance(shift, int):
        shift = [shift] * len(axis)
    return tf.roll(x, shift, axis)


def padded(x: Any, pad_width: Any, mode: str, constant_values: Any) -> Any:
    if mode == "constant":
        return tf.pad(x, pad_width, constant_values=tf.cast(constant_values, x.dtype))
    for axis, (before, after) in enumerate(pad_width):
        if not isinstance(before, int) or not isinstance(after, int) or before or after:
            x = tf.gather(x, places(sizes(x)[axis], before, after, mode), axis=axis)
    return x


def places(size: Any, before: Any, after: Any, mode: str) -> Any:
    """Where in an axis each element of the padded axis comes from."""
    index = tf.range(-before, size + after)
    if mode == "edge":
        return tf.clip_by_value(index, 0, size - 1)
    period = 2 * size if mode == "symmetric" else tf.maximum(2 * size - 2, 1)
    index = index % period
    return tf.minimum(index, period - 1 - index if mode == "symmetric" else period - index)


def diagonal(x: Any, offset: int, axis1: int, axis2: int) -> Any:
    rank = x.shape.rank
    last = [axis1 % rank, axis2 % rank]
    x = tf.transpose(x, [i for i in range(rank) if i not in last] + last)
    rows, columns = x.shape[-2:]
    if (rows is not None and -offset >= rows) or (columns is not None and offset >= columns):
        return tf.zeros([*sizes(x)[:-2], 0], x.dtype)
    return tf.linalg.diag_part(x, k=offset)


# Indexing


def whole(indices: Any, size: Any) -> Any:
    """Indices as int32 or int64, those from the end counted from the front."""
    if indices.dtype not in (tf.int32, tf.int64):
        indices = tf.cast(indices, tf.int32)
    return tf.where(indices < 0, indices + tf.cast(size, indices.dtype), indices)


def take(x: Any, indices: Any, axis: Any) -> Any:
    if axis is None:
        x, axis = flat(x), 0
    return tf.gather(x, whole(indices, sizes(x)[axis]), axis=axis)


def take_along_axis(x: Any, indices: Any, axis: Any) -> Any:
    if axis is None:
        x, indices, axis = flat(x), flat(indices), 0
    rank = x.shape.rank
    indices = whole(indices, sizes(x)[axis])
    others, theirs = sizes(x), sizes(indices)
    shared = [
        b if isinstance(a, int) and a == 1 else a
        for i, (a, b) in enumerate(zip(others, theirs, strict=True))
        if i != axis
    ]
    order = [i for i in range(rank) if i != axis] + [axis]
    x = tf.broadcast_to(tf.transpose(x, order), [*shared, others[axis]])
    indices = tf.broadcast_to(tf.transpose(indices, order), [*shared, theirs[axis]])
    found = tf.gather(x, indices, axis=rank - 1, batch_dims=rank - 1)
    back = list(range(rank - 1))
    back.insert(axis, rank - 1)
    return tf.transpose(found, back)


def get_item(x: Any, key: Any) -> Any:
    parts = list(key) if isinstance(key, tuple) else [key]
    parts = [tf.convert_to_tensor(part) if is_list(part) else part for part in parts]
    if not any(tf.is_tensor(part) and (part.shape.rank or part.dtype == tf.bool) for part in parts):
        return x[tuple(parts)]
    if len(parts) == 1 and parts[0].dtype == tf.bool:
        return tf.boolean_mask(x, parts[0])
    return gathered(x, parts)


def is_list(part: Any) -> bool:
    return isinstance(part, (list, tuple)) or (hasattr(part, "__array__") and not tf.is_tensor(part))


def gathered(x: Any, parts: list[Any]) -> Any:
    """NumPy's indexing with tensors: slices are cut first, then the axes with indices are gathered together."""
    used = sum(
        part.shape.rank if tf.is_tensor(part) and part.dtype == tf.bool else part is not None and part is not Ellipsis
        for part in parts
    )
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = [slice(None)] * (x.shape.rank - used)
    spread: list[Any] = []
    for part in parts:
        mask = tf.is_tensor(part) and part.dtype == tf.bool
        spread.extend(tf.unstack(tf.where(part), part.shape.rank, axis=1) if mask else [part])
    marks = [i for i, part in enumerate(spread) if tf.is_tensor(part) or isinstance(part, int)]
    together = marks[-1] - marks[0] == len(marks) - 1
    cut = tuple(part if part is None or isinstance(part, slice) else slice(None) for part in spread)
    x = x[cut]
    # the axes with indices go first, are gathered, and their result goes where NumPy has it
    total = sizes(x)
    rest = [i for i in range(len(spread)) if i not in marks]
    x = tf.transpose(x, marks + rest)
    indices = [tf.cast(whole(tf.convert_to_tensor(spread[i]), total[i]), tf.int32) for i in marks]
    if len(indices) == 1:
        found = tf.gather(x, indices[0])
    else:
        shape = tf.shape(sum(tf.zeros_like(each) for each in indices))
        found = tf.gather_nd(x, tf.stack([tf.broadcast_to(each, shape) for each in indices], -1))
    width = found.shape.rank - len(rest)
    place = sum(i < marks[0] for i in rest) if together else 0
    order = list(range(width, width + place)) + list(range(width)) + list(range(width + place, found.shape.rank))
    return tf.transpose(found, order)


def starts(start_indices: Any) -> Any:
    if isinstance(start_indices, (list, tuple)):
        return tf.stack([tf.cast(start, tf.int32) for start in start_indices]) if start_indices else []
    return tf.cast(start_indices, tf.int32)


def slice_update(x: Any, start_indices: Any, updates: Any) -> Any:
    if not x.shape.rank:
        return updates
    begin, shape = starts(start_indices), sizes(updates)
    grid = tf.meshgrid(*(tf.range(length) + begin[i] for i, length in enumerate(shape)), indexing="ij")
    return tf.tensor_scatter_nd_update(x, tf.stack(grid, -1), tf.cast(updates, x.dtype))


SCATTER = {
    None: tf.tensor_scatter_nd_update,
    "add": tf.tensor_scatter_nd_add,
    "max": tf.tensor_scatter_nd_max,
    "min": tf.tensor_scatter_nd_min,
}


def scattered(inputs: Any, indices: Any, updates: Any, reduction: str | None) -> Any:
    if 0 in inputs.shape.as_list():
        return inputs
    depth = indices.shape[-1]
    indices = tf.stack([whole(indices[..., i], sizes(inputs)[i]) for i in range(depth)], -1)
    if reduction in SCATTER:
        return SCATTER[reduction](inputs, indices, updates)
    shape = sizes(inputs)
    rows = tf.zeros_like(indices[..., 0])
    count: Any = 1
    for i in range(depth):
        rows, count = rows * shape[i] + indices[..., i], count * shape[i]
    factors = tf.math.unsorted_segment_prod(tf.reshape(updates, [-1, *shape[depth:]]), flat(rows), count)
    return inputs * tf.reshape(factors, shape)


def nonzero(x: Any) -> Any:
    x = tf.reshape(x, (1,)) if not x.shape.rank else x
    places = tf.where(x if x.dtype == tf.bool else tf.not_equal(x, 0))
    return tuple(tf.unstack(tf.cast(places, tf.int32), x.shape.rank, axis=1))


def sort(x: Any, axis: Any) -> Any:
    x, axis = (flat(x), 0) if axis is None else (x, axis)
    if not x.dtype.is_floating:
        return tf.sort(x, axis)
    # TensorFlow puts NaN first
    missing = tf.math.is_nan(x)
    ordered = tf.sort(tf.where(missing, tf.constant(np.inf, x.dtype), x), axis)
    size = sizes(x)[axis]
    place = tf.reshape(tf.range(size), [-1] + [1] * (x.shape.rank - axis - 1))
    present = size - tf.reduce_sum(tf.cast(missing, tf.int32), axis, keepdims=True)
    return tf.where(place < present, ordered, tf.constant(np.nan, x.dtype))


def argsort(x: Any, axis: Any) -> Any:
    x = tf.cast(x, WIDER[x.dtype]) if x.dtype in WIDER else x
    x, axis = (flat(x), 0) if axis is None else (x, axis)
    if not x.dtype.is_floating:
        return tf.argsort(x, axis, stable=True)
    # infinities before NaN: by value, then by whether it is one
    missing = tf.math.is_nan(x)
    order = tf.argsort(tf.where(missing, tf.constant(np.inf, x.dtype), x), axis, stable=True)
    last = tf.argsort(take_along_axis(tf.cast(missing, tf.int32), order, axis), axis, stable=True)
    return take_along_axis(order, last, axis)


def top_k(x: Any, k: int, sorted: bool) -> Any:
    values, indices = tf.math.top_k(tf.cast(x, tf.int32) if x.dtype == tf.bool else x, k, sorted)
    return tf.cast(values, x.dtype), indices


def searchsorted(sorted_sequence: Any, values: Any, side: str) -> Any:
    if values.dtype in WIDER:
        sorted_sequence, values = (tf.cast(x, WIDER[x.dtype]) for x in (sorted_sequence, values))
    found = tf.searchsorted(sorted_sequence, flat(values), side)
    return tf.reshape(found, tf.shape(values))


def reshape(x: Any, newshape: Any) -> Any:
    return tf.reshape(x, (newshape,) if isinstance(newshape, int) else newshape)


def repeat(x: Any, repeats: Any, axis: Any) -> Any:
    if axis is None:
        x, axis = flat(x), 0
    if tf.is_tensor(repeats):
        return tf.repeat(x, repeats, axis)
    counts = np.atleast_1d(repeats)
    size = sizes(x)[axis]
    # `tf.repeat` fails where there is nothing to repeat
    index = (
        tf.range(size * int(counts[0])) // int(counts[0] or 1) if counts.size == 1 else np.arange(size).repeat(counts)
    )
    return tf.gather(x, index, axis=axis)


# Creation


def full(shape: Any, fill_value: Any, dtype: Any) -> Any:
    value = tf.cast(fill_value, tf_dtype(dtype))
    shape = (shape,) if isinstance(shape, int) else shape
    return tf.broadcast_to(value, shape) if value.shape.rank else tf.fill(shape, value)


def arange(start: Any, stop: Any, step: Any, dtype: Any) -> Any:
    start, stop, step, dtype = span(start, stop, step, dtype)
    target = tf.as_dtype(dtype)
    wide = target if target in (tf.int32, tf.int64, tf.float32, tf.float64) else None
    if wide is None or (any(isinstance(x, float) for x in (start, stop, step)) and target.is_integer):
        wide = tf.float64 if any(isinstance(x, float) for x in (start, stop, step)) else tf.int64
    start, stop, step = (tf.cast(x, wide) for x in (start, stop, step))
    return tf.cast(tf.range(start, stop, step), target)


_native: dict[str, Callable[..., Any]] = {
    "add": binary("AddV2"),
    "subtract": binary("Sub"),
    "multiply": binary("Mul"),
    "divide": binary("RealDiv"),
    "divide_no_nan": binary("DivNoNan"),
    "floor_divide": binary("FloorDiv"),
    "mod": binary("FloorMod"),
    "power": binary("Pow"),
    "negative": unary("Neg"),
    "absolute": tf.abs,
    "sign": unary("Sign"),
    "square": unary("Square"),
    "sqrt": unary("Sqrt"),
    "rsqrt": unary("Rsqrt"),
    "reciprocal": unary("Reciprocal"),
    "gcd": gcd,
    "equal": binary("Equal"),
    "not_equal": binary("NotEqual"),
    "less": binary("Less"),
    "less_equal": binary("LessEqual"),
    "greater": binary("Greater"),
    "greater_equal": binary("GreaterEqual"),
    "maximum": binary("Maximum"),
    "minimum": binary("Minimum"),
    "clip": tf.clip_by_value,
    "where": where,
    "logical_and": tf.logical_and,
    "logical_or": tf.logical_or,
    "logical_not": tf.logical_not,
    "logical_xor": tf.math.logical_xor,
    "isfinite": tested(tf.math.is_finite, True),
    "isnan": tested(tf.math.is_nan, False),
    "isinf": tested(tf.math.is_inf, False),
    "bitwise_and": tf.bitwise.bitwise_and,
    "bitwise_or": tf.bitwise.bitwise_or,
    "bitwise_xor": tf.bitwise.bitwise_xor,
    "bitwise_not": lambda x: tf.logical_not(x) if x.dtype == tf.bool else tf.bitwise.invert(x),
    "bitwise_left_shift": tf.bitwise.left_shift,
    "bitwise_right_shift": tf.bitwise.right_shift,
    "floor": unary("Floor"),
    "ceil": unary("Ceil"),
    "round": round_,
    "exp": unary("Exp"),
    "expm1": unary("Expm1"),
    "log": unary("Log"),
    "log1p": unary("Log1p"),
    "erf": unary("Erf"),
    "erfc": unary("Erfc"),
    "erfinv": tf.math.erfinv,
    "i0": tf.math.bessel_i0,
    "sin": unary("Sin"),
    "cos": unary("Cos"),
    "tan": unary("Tan"),
    "arcsin": unary("Asin"),
    "arccos": unary("Acos"),
    "arctan": unary("Atan"),
    "arctan2": tf.atan2,
    "sinh": unary("Sinh"),
    "cosh": unary("Cosh"),
    "tanh": unary("Tanh"),
    "arcsinh": unary("Asinh"),
    "arccosh": unary("Acosh"),
    "arctanh": unary("Atanh"),
    "sum": reduction("Sum"),
    "prod": prod,
    "max": extreme("Max", tf.maximum),
    "min": extreme("Min", tf.minimum),
    "any": reduction("Any"),
    "all": reduction("All"),
    "mean": reduction("Mean"),
    "var": lambda x, axis, keepdims: tf.math.reduce_variance(x, axes(axis), keepdims),
    "cumsum": scan(tf.cumsum),
    "cumprod": scan(tf.math.cumprod),
    "sort": sort,
    "scattered": scattered,
    "take": take,
    "padded": padded,
}

table: dict[str, Callable[..., Any]] = {name: widening(entry) for name, entry in _native.items()} | {
    "cast": cast,
    "real": lambda x: tf.math.real(x) if x.dtype.is_complex else x,
    "imag": lambda x: tf.math.imag(x) if x.dtype.is_complex else tf.zeros_like(x),
    "conjugate": lambda x: tf.math.conj(x) if x.dtype.is_complex else x,
    "view_as_complex": lambda x: tf.complex(x[..., 0], x[..., 1]),
    "reinterpreted": reinterpreted,
    "argmax": positions(tf.argmax),
    "argmin": positions(tf.argmin),
    # moves
    "reshape": reshape,
    "transpose": transpose,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "broadcast_to": broadcast_to,
    "concatenate": tf.concat,
    "stack": tf.stack,
    "split": split,
    "tile": widening(tile),
    "repeat": widening(repeat),
    "flip": tf.reverse,
    "roll": roll,
    "diagonal": diagonal,
    # indexing
    "get_item": get_item,
    "take_along_axis": take_along_axis,
    "slice": lambda x, start, shape: tf.slice(x, starts(start), shape),
    "slice_update": slice_update,
    "nonzero": nonzero,
    "argsort": argsort,
    "top_k": top_k,
    "searchsorted": searchsorted,
    # creation
    "copy": tf.identity,
    "full": full,
    "zeros": lambda shape, dtype: tf.zeros(shape, tf_dtype(dtype)),
    "ones": lambda shape, dtype: tf.ones(shape, tf_dtype(dtype)),
    "zeros_like": lambda x, dtype: tf.zeros_like(x, dtype),
    "ones_like": lambda x, dtype: tf.ones_like(x, dtype),
    "arange": arange,
}

conditions: dict[str, Callable[..., bool]] = {
    "var": lambda x, axis, keepdims: not x.dtype.is_complex,
    "clip": clip_by_numbers,
}

scalars = {
    *("add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "maximum", "minimum", "where"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
}
