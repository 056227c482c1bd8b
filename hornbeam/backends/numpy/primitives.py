"""The NumPy-like operations in NumPy: their readable definition."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from hornbeam.core import config
from hornbeam.ops.rules import span


def numpy_dtype(name: str | None) -> Any:
    """NumPy's dtype of a standard name, floatx if None; the small floats come from ml_dtypes."""
    return named(name or config.floatx())


@functools.cache
def named(name: str) -> Any:
    return np.dtype(getattr(ml_dtypes, name)) if hasattr(ml_dtypes, name) else np.dtype(name)


def keep(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with its result in the dtype of its first argument."""

    @functools.wraps(function)
    def call(x: Any, *arguments: Any) -> Any:
        return np.asarray(function(x, *arguments)).astype(np.asarray(x).dtype, copy=False)

    return call


def each(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of one number, applied to each element."""
    vectorized = np.vectorize(function, otypes=[np.float64])
    return lambda x: vectorized(x).astype(x.dtype)


def inverse_erf(x: float) -> float:
    """The y with erf(y) == x: a first guess (Winitzki, 2008), and Halley's method."""
    if not -1 < x < 1:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan
    if x == 0:
        return x
    a = 0.147
    tail = math.log1p(-x * x)
    half = 2 / (math.pi * a) + tail / 2
    y = math.copysign(math.sqrt(math.sqrt(half * half - tail / a) - half), x)
    for _ in range(4):
        # near 1 the complement is the exact one
        error = math.erfc(abs(y)) - (1 - abs(x))
        slope = 2 / math.sqrt(math.pi) * math.exp(-y * y)
        step = error / slope
        y = math.copysign(abs(y) + step / (1 - abs(y) * step), x)
    return y


def sum_(x: Any, axis: Any, keepdims: bool) -> Any:
    return np.add.reduce(x, axis, x.dtype, None, keepdims)


def prod(x: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    return np.prod(x, axis, dtype=numpy_dtype(dtype) if dtype else x.dtype, keepdims=keepdims)


def extreme(function: Any) -> Callable[..., Any]:
    """`max` or `min`, with and without a number to begin with."""

    def call(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        if initial is None:
            return function(x, axis, keepdims=keepdims)
        return np.asarray(function(x, axis, keepdims=keepdims, initial=initial)).astype(x.dtype, copy=False)

    return call


def scan(function: Any) -> Callable[..., Any]:
    return lambda x, axis, dtype: function(x, axis, dtype=numpy_dtype(dtype) if dtype else x.dtype)


def cast(x: Any, dtype: str) -> Any:
    x = np.asarray(x)
    if x.dtype.kind == "c" and not dtype.startswith("complex") and dtype != "bool":
        x = x.real
    with np.errstate(invalid="ignore", over="ignore"):
        return x.astype(numpy_dtype(dtype))


def where(condition: Any, x1: Any, x2: Any) -> Any:
    if x1 is None:
        return nonzero(condition)
    return np.where(condition if condition.dtype == bool else condition != 0, x1, x2)


def nonzero(x: Any) -> Any:
    return tuple(places.astype("int32") for places in np.nonzero(np.atleast_1d(x)))


def full(shape: Any, fill_value: Any, dtype: Any) -> Any:
    return np.full(shape, fill_value, numpy_dtype(dtype))


def arange(start: Any, stop: Any, step: Any, dtype: Any) -> Any:
    start, stop, step, dtype = span(start, stop, step, dtype)
    return np.arange(start, stop, step).astype(numpy_dtype(dtype), copy=False)


def split(x: Any, indices_or_sections: Any, axis: int) -> Any:
    if not isinstance(indices_or_sections, int):
        indices_or_sections = list(indices_or_sections)
    return np.split(x, indices_or_sections, axis)


def transpose(x: Any, axes: Any) -> Any:
    return np.transpose(x, axes)


def padded(x: Any, pad_width: Any, mode: Any, constant_values: Any) -> Any:
    fill = {"constant_values": constant_values} if mode == "constant" else {}
    return np.pad(x, pad_width, mode, **fill)


def start_of(start_indices: Any) -> list[int]:
    return [int(start) for start in start_indices]


def block(x: Any, start_indices: Any, shape: Any) -> tuple[Any, ...]:
    """The slices of a block that must lie inside x."""
    starts = start_of(start_indices)
    for axis, (start, length, size) in enumerate(zip(starts, shape, x.shape, strict=True)):
        if not 0 <= start <= size - length:
            raise IndexError(f"the block {start}:{start + length} reaches outside axis {axis} of size {size}")
    return tuple(slice(start, start + length) for start, length in zip(starts, shape, strict=True))


def slice_update(x: Any, start_indices: Any, updates: Any) -> Any:
    result = x.copy()
    result[block(x, start_indices, updates.shape)] = updates
    return result


REDUCTIONS = {"add": np.add, "max": np.maximum, "min": np.minimum, "mul": np.multiply}


def scattered(inputs: Any, indices: Any, updates: Any, reduction: str | None) -> Any:
    result = inputs.copy()
    places = tuple(np.moveaxis(indices, -1, 0))
    if reduction is None:
        result[places] = updates
    else:
        REDUCTIONS[reduction].at(result, places, updates)
    return result


def take_along_axis(x: Any, indices: Any, axis: Any) -> Any:
    return np.take_along_axis(x, indices.astype("int64", copy=False), axis)


def take(x: Any, indices: Any, axis: Any) -> Any:
    return np.take(x, indices.astype("int64", copy=False), axis)


def get_item(x: Any, key: Any) -> Any:
    return x[key]


def ordered(x: Any) -> Any:
    """The array in a dtype whose order NumPy knows: the small floats of ml_dtypes have no place for NaN."""
    return x.astype("float32") if x.dtype.kind == "V" else x


def sort(x: Any, axis: Any) -> Any:
    return np.sort(ordered(x), axis).astype(x.dtype, copy=False)


def top_k(x: Any, k: int, sorted: bool) -> Any:
    if k > x.shape[-1]:
        raise ValueError(f"{k} elements of {x.shape[-1]}")
    # the last of equal elements in ascending order of the reversed row is the first of the row
    order = x.shape[-1] - 1 - np.argsort(ordered(x)[..., ::-1], axis=-1, kind="stable")[..., ::-1][..., :k]
    return np.take_along_axis(x, order, -1), order.astype("int32")


def argsort(x: Any, axis: Any) -> Any:
    return np.argsort(ordered(x), axis, kind="stable").astype("int32")


def searchsorted(sorted_sequence: Any, values: Any, side: Any) -> Any:
    return np.searchsorted(ordered(sorted_sequence), ordered(values), side).astype("int32")


def view_as_complex(x: Any) -> Any:
    result = np.empty(x.shape[:-1], "complex128" if x.dtype == "float64" else "complex64")
    result.real, result.imag = x[..., 0], x[..., 1]
    return result


def reinterpreted(x: Any, dtype: str) -> Any:
    x = np.asarray(x, order="C")
    return x.view("uint8") != 0 if dtype == "bool" else x.view(numpy_dtype(dtype))


def round_(x: Any, decimals: int) -> Any:
    return np.round(x, decimals) if x.dtype != bool else x


def roll(x: Any, shift: Any, axis: Any) -> Any:
    return np.roll(x, shift, axis)


def sign(x: Any) -> Any:
    return np.sign(x) if x.dtype != bool else x


def clip_by_numbers(x: Any, x_min: Any, x_max: Any) -> bool:
    """Whether the bounds are numbers, in order, that keep the dtype."""
    return type(x_min) in (int, float) and type(x_max) in (int, float) and x.dtype.kind == "f" and x_min <= x_max


conditions = {
    "clip": clip_by_numbers,
    "var": lambda x, axis, keepdims: x.dtype.kind == "f" and x.size > 0,
    "tril": lambda x, k: x.ndim > 1,
    "triu": lambda x, k: x.ndim > 1,
}


def beside_number(function: Any) -> Callable[..., Any]:
    """A function of two arrays, one of which may be a number, which takes the other's dtype.

    NumPy does so by itself, but for the small floats of ml_dtypes.
    """

    def call(x1: Any, x2: Any) -> Any:
        if type(x2) is float and x1.dtype.kind == "V":
            x2 = x1.dtype.type(x2)
        elif type(x1) is float and x2.dtype.kind == "V":
            x1 = x2.dtype.type(x1)
        return function(x1, x2)

    return call


def quiet(function: Any) -> Callable[..., Any]:
    """A function that says nothing of divisions by zero, overflow and NaN, like those of other engines."""

    def call(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return function(*arguments)

    return functools.wraps(function)(call) if hasattr(function, "__name__") else call


table: dict[str, Callable[..., Any]] = {
    name: getattr(np, name)
    for name in (
        *("add", "subtract", "multiply", "maximum", "minimum", "gcd", "absolute", "floor", "ceil"),
        *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
        *("logical_and", "logical_or", "logical_not", "logical_xor", "isfinite", "isnan", "isinf"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "sin", "cos", "tan", "arctan", "arctan2", "tanh", "arcsinh"),
        *("exp2", "log2", "log10", "logaddexp", "cbrt", "hypot", "heaviside", "trunc"),
        *("fmod", "fmax", "fmin", "square", "copy", "diagonal", "tile", "flip"),
        *("moveaxis", "swapaxes", "tril", "triu"),
    )
} | {
    "divide": np.true_divide,
    "floor_divide": np.floor_divide,
    "mod": np.mod,
    "power": np.power,
    "negative": np.negative,
    "sign": sign,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: (1 / np.sqrt(x)).astype(x.dtype),
    "exp": np.exp,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "arcsin": np.arcsin,
    "arccos": np.arccos,
    "arccosh": np.arccosh,
    "arctanh": np.arctanh,
    "erf": each(math.erf),
    "erfc": each(math.erfc),
    "erfinv": each(inverse_erf),
    "i0": keep(lambda x: np.i0(x.astype("float64"))),
    "bitwise_not": np.invert,
    "bitwise_left_shift": keep(np.left_shift),
    "bitwise_right_shift": keep(np.right_shift),
    "round": round_,
    "cast": cast,
    "where": where,
    "sort": sort,
    "conjugate": lambda x: np.conjugate(x) if x.dtype.kind == "c" else x,  # NumPy's makes booleans int8
    "real": np.real,
    "imag": np.imag,
    "view_as_complex": view_as_complex,
    "reinterpreted": reinterpreted,
    # reductions
    "sum": sum_,
    "prod": prod,
    "max": extreme(np.max),
    "min": extreme(np.min),
    "any": lambda x, axis, keepdims: np.any(x, axis, keepdims=keepdims),
    "all": lambda x, axis, keepdims: np.all(x, axis, keepdims=keepdims),
    "mean": lambda x, axis, keepdims: np.mean(x, axis, keepdims=keepdims),
    "argmax": lambda x, axis, keepdims: np.asarray(np.argmax(x, axis, keepdims=keepdims)).astype("int32"),
    "argmin": lambda x, axis, keepdims: np.asarray(np.argmin(x, axis, keepdims=keepdims)).astype("int32"),
    "var": lambda x, axis, keepdims: np.var(x, axis, keepdims=keepdims),
    "cumsum": scan(np.cumsum),
    "cumprod": scan(np.cumprod),
    # moves
    "reshape": lambda x, newshape: np.reshape(x, newshape),
    "transpose": transpose,
    "expand_dims": lambda x, axis: np.expand_dims(x, axis),
    "squeeze": lambda x, axis: np.squeeze(x, axis),
    "broadcast_to": lambda x, shape: np.broadcast_to(x, shape),
    "concatenate": lambda xs, axis: np.concatenate(xs, axis),
    "stack": lambda x, axis: np.stack(x, axis),
    "split": split,
    "repeat": lambda x, repeats, axis: np.repeat(x, repeats, axis),
    "roll": roll,
    "padded": padded,
    # indexing
    "get_item": get_item,
    "take": take,
    "take_along_axis": take_along_axis,
    "slice": lambda x, start, shape: x[block(x, start, shape)],
    "slice_update": slice_update,
    "scattered": scattered,
    "nonzero": nonzero,
    "argsort": argsort,
    "top_k": top_k,
    "searchsorted": searchsorted,
    "clip": lambda x, x_min, x_max: np.clip(x, x_min, x_max),
    # creation
    "full": full,
    "zeros": lambda shape, dtype: np.zeros(shape, numpy_dtype(dtype)),
    "ones": lambda shape, dtype: np.ones(shape, numpy_dtype(dtype)),
    "zeros_like": lambda x, dtype: np.zeros_like(x, numpy_dtype(dtype) if dtype else None),
    "ones_like": lambda x, dtype: np.ones_like(x, numpy_dtype(dtype) if dtype else None),
    "arange": arange,
}
ARITHMETIC = ("add", "subtract", "multiply", "divide", "maximum", "minimum")
COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
scalars = {*ARITHMETIC, *COMPARISONS}
for name in (
    *("divide", "floor_divide", "mod", "fmod", "power", "sqrt", "rsqrt", "exp", "expm1"),
    *("log", "log1p", "log2", "log10", "exp2", "sinh", "cosh", "arcsin", "arccos", "arccosh", "arctanh", "square"),
    *("logaddexp", "sum", "prod", "mean", "var", "cumsum", "cumprod", "sin", "cos", "tan", "hypot"),
):
    table[name] = quiet(table[name])
for name in ARITHMETIC:
    table[name] = beside_number(table[name])
