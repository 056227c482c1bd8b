"""The NumPy-like operations in JAX; every entry can be traced."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hornbeam.core import config
from hornbeam.core.errors import DtypeError
from hornbeam.ops.rules import span

INT32 = np.dtype("int32")


def dtype_or_floatx(name: str | None) -> str:
    """A dtype for a new array; 64-bit ones become 32-bit unless JAX was switched to 64 bits."""
    return jax.dtypes.canonicalize_dtype(jnp.dtype(name or config.floatx())).name


def prod(x: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    return jnp.prod(x, axis, dtype=dtype or x.dtype, keepdims=keepdims)


def max_(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    if initial is None:
        return jnp.max(x, axis, keepdims=keepdims)
    if 0 in x.shape:
        return jnp.max(x, axis, keepdims=keepdims, initial=initial)
    return jnp.maximum(jnp.max(x, axis, keepdims=keepdims), jnp.asarray(initial, x.dtype))


def min_(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    if initial is None:
        return jnp.min(x, axis, keepdims=keepdims)
    if 0 in x.shape:
        return jnp.min(x, axis, keepdims=keepdims, initial=initial)
    return jnp.minimum(jnp.min(x, axis, keepdims=keepdims), jnp.asarray(initial, x.dtype))


def cast(x: Any, dtype: str) -> Any:
    if jnp.iscomplexobj(x) and not dtype.startswith("complex") and dtype != "bool":
        x = x.real
    return x.astype(dtype)


def reinterpreted(x: Any, dtype: str) -> Any:
    if dtype_or_floatx(dtype) != dtype:
        raise DtypeError(f"view(): JAX has {dtype} in 64-bit mode only (jax.config.update('jax_enable_x64', True)).")
    return x.view("uint8") != 0 if dtype == "bool" else x.view(dtype)


def where(condition: Any, x1: Any, x2: Any) -> Any:
    return nonzero(condition) if x1 is None else jnp.where(condition, x1, x2)


def nonzero(x: Any) -> Any:
    return tuple(places.astype("int32") for places in jnp.nonzero(jnp.atleast_1d(x)))


def full(shape: Any, fill_value: Any, dtype: Any) -> Any:
    return jnp.full(shape, fill_value, dtype_or_floatx(dtype))


def arange(start: Any, stop: Any, step: Any, dtype: Any) -> Any:
    start, stop, step, dtype = span(start, stop, step, dtype)
    return jnp.asarray(np.arange(start, stop, step), dtype_or_floatx(dtype))


def get_item(x: Any, key: Any) -> Any:
    parts = key if isinstance(key, tuple) else (key,)
    if type(key) is int and x.ndim and not -x.shape[0] <= key < x.shape[0]:
        raise IndexError("JAX would take the last element")
    return x[tuple(np.asarray(part) if isinstance(part, (list, tuple)) else part for part in parts)]


def split(x: Any, indices_or_sections: Any, axis: int) -> Any:
    if not isinstance(indices_or_sections, int):
        indices_or_sections = tuple(indices_or_sections)
    return jnp.split(x, indices_or_sections, axis)


def repeat(x: Any, repeats: Any, axis: Any) -> Any:
    if isinstance(repeats, (list, tuple, np.ndarray)):  # known, so the size of the result is
        return jnp.repeat(x, np.asarray(repeats), axis, total_repeat_length=_length(x, np.asarray(repeats), axis))
    return jnp.repeat(x, repeats, axis)


def _length(x: Any, repeats: np.ndarray, axis: Any) -> int:
    size = x.size if axis is None else x.shape[axis]
    return int(repeats.sum() if repeats.size > 1 else repeats.sum() * size)


def padded(x: Any, pad_width: Any, mode: str, constant_values: Any) -> Any:
    if mode != "constant":
        return jnp.pad(x, pad_width, mode)
    if any(width < 0 for pair in pad_width for width in pair):
        raise ValueError("widths must not be negative")
    return jax.lax.pad(x, jnp.asarray(constant_values, x.dtype), [(before, after, 0) for before, after in pad_width])


def int32(x: Any) -> Any:
    """The tensor as int32; an eager cast costs microseconds even where there is nothing to do."""
    return x if x.dtype == INT32 else x.astype(INT32)


def starts(start_indices: Any) -> Any:
    return [start_indices[i] for i in range(len(start_indices))]


def check_block(x: Any, start_indices: Any, shape: Any) -> None:
    """Refuse a block outside x where its place is known; JAX itself would move it inside."""
    if isinstance(start_indices, (list, tuple)):
        for axis, (start, length, size) in enumerate(zip(start_indices, shape, x.shape, strict=True)):
            if isinstance(start, int) and not 0 <= start <= size - length:
                raise IndexError(f"the block {start}:{start + length} reaches outside axis {axis} of size {size}")


def slice_(x: Any, start_indices: Any, shape: Any) -> Any:
    check_block(x, start_indices, shape)
    return jax.lax.dynamic_slice(x, starts(start_indices), tuple(shape))


def slice_update(x: Any, start_indices: Any, updates: Any) -> Any:
    check_block(x, start_indices, updates.shape)
    return jax.lax.dynamic_update_slice(x, updates.astype(x.dtype), starts(start_indices))


def scattered(inputs: Any, indices: Any, updates: Any, reduction: str | None) -> Any:
    places = inputs.at[tuple(jnp.moveaxis(indices, -1, 0))]
    if inputs.dtype == bool:  # the sum of booleans is "or", their product "and"
        reduction = {"add": "max", "mul": "min"}.get(reduction or "set", reduction)
    return getattr(places, reduction or "set")(updates)


def segment_sum(data: Any, segment_ids: Any, num_segments: Any, sorted: bool) -> Any:
    return jax.ops.segment_sum(data, int32(segment_ids), num_segments, indices_are_sorted=sorted)


def segment_max(data: Any, segment_ids: Any, num_segments: Any, sorted: bool) -> Any:
    return jax.ops.segment_max(data, int32(segment_ids), num_segments, indices_are_sorted=sorted)


def given_number(data: Any, segment_ids: Any, num_segments: Any, sorted: bool) -> bool:
    return num_segments is not None and data.dtype != bool and data.shape[:1] == segment_ids.shape


def top_k(x: Any, k: int, sorted: bool) -> Any:
    values, indices = jax.lax.top_k(x, k)
    return values, int32(indices)


def clip(x: Any, x_min: Any, x_max: Any) -> Any:
    return jnp.clip(x, x_min, x_max)


def clip_by_numbers(x: Any, x_min: Any, x_max: Any) -> bool:
    """Whether the bounds are numbers that keep the dtype."""
    whole = type(x_min) is int and type(x_max) is int
    return whole or (
        type(x_min) in (int, float) and type(x_max) in (int, float) and jnp.issubdtype(x.dtype, jnp.floating)
    )


def one_hot(x: Any, num_classes: int, axis: int, dtype: Any, sparse: bool) -> Any:
    return jax.nn.one_hot(int32(x), num_classes, axis=axis, dtype=dtype_or_floatx(dtype))


def sort(x: Any, axis: Any) -> Any:
    return jnp.sort(x, axis)


def take(x: Any, indices: Any, axis: Any) -> Any:
    found = jnp.take(x, int32(indices), axis)
    # of nothing it takes nothing, and forgets the axes of the indices
    return found if x.size or axis is None else found.reshape(*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])


def take_along_axis(x: Any, indices: Any, axis: Any) -> Any:
    return jnp.take_along_axis(x, int32(indices), axis)


def i0(x: Any) -> Any:
    return jax.scipy.special.i0(x)


table: dict[str, Callable[..., Any]] = {
    name: getattr(jnp, name)
    for name in (
        *("maximum", "minimum", "gcd", "absolute", "sign", "floor", "ceil", "sqrt", "square", "negative"),
        *("logical_and", "logical_or", "logical_not", "logical_xor", "isfinite", "isnan", "isinf"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_left_shift", "bitwise_right_shift"),
        *(
            "exp",
            "expm1",
            "exp2",
            "log",
            "log1p",
            "log2",
            "log10",
            "logaddexp",
            "cbrt",
            "hypot",
            "fmod",
            "fmax",
            "fmin",
        ),
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh"),
        *("arcsinh", "arccosh", "arctanh", "trunc", "real", "imag", "conjugate", "copy"),
        *("reshape", "transpose", "expand_dims", "squeeze", "broadcast_to", "tile", "flip", "roll"),
        *("moveaxis", "swapaxes", "tril", "triu", "concatenate", "stack", "diagonal"),
    )
} | {
    # operators take python numbers on either side
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "mod": operator.mod,
    "power": operator.pow,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "round": lambda x, decimals: x if x.dtype == bool else jnp.round(x, decimals),
    "rsqrt": jax.lax.rsqrt,
    "erf": jax.lax.erf,
    "erfc": jax.lax.erfc,
    "erfinv": jax.lax.erf_inv,
    "i0": i0,
    "cast": cast,
    "where": where,
    "clip": clip,
    "view_as_complex": lambda x: jax.lax.complex(x[..., 0], x[..., 1]),
    "reinterpreted": reinterpreted,
    # reductions
    "sum": lambda x, axis, keepdims: jnp.sum(x, axis, dtype=x.dtype, keepdims=keepdims),
    "prod": prod,
    "max": max_,
    "min": min_,
    "any": lambda x, axis, keepdims: jnp.any(x, axis, keepdims=keepdims),
    "all": lambda x, axis, keepdims: jnp.all(x, axis, keepdims=keepdims),
    "mean": lambda x, axis, keepdims: jnp.mean(x, axis, keepdims=keepdims),
    "var": lambda x, axis, keepdims: jnp.var(x, axis, keepdims=keepdims),
    "argmax": lambda x, axis, keepdims: int32(jnp.argmax(x, axis, keepdims=keepdims)),
    "argmin": lambda x, axis, keepdims: int32(jnp.argmin(x, axis, keepdims=keepdims)),
    "cumsum": lambda x, axis, dtype: jnp.cumsum(x, axis, dtype=dtype or x.dtype),
    "cumprod": lambda x, axis, dtype: jnp.cumprod(x, axis, dtype=dtype or x.dtype),
    # moves
    "split": split,
    "repeat": repeat,
    "padded": padded,
    # indexing
    "get_item": get_item,
    "take": take,
    "take_along_axis": take_along_axis,
    "slice": slice_,
    "slice_update": slice_update,
    "scattered": scattered,
    "segment_sum": segment_sum,
    "segment_max": segment_max,
    "nonzero": nonzero,
    "one_hot": one_hot,
    "sort": sort,
    "argsort": lambda x, axis: int32(jnp.argsort(x, axis, stable=True)),
    "top_k": top_k,
    "searchsorted": lambda sequence, values, side: jnp.searchsorted(sequence, values, side=side).astype("int32"),
    # creation
    "full": full,
    "zeros": lambda shape, dtype: jnp.zeros(shape, dtype_or_floatx(dtype)),
    "ones": lambda shape, dtype: jnp.ones(shape, dtype_or_floatx(dtype)),
    "zeros_like": lambda x, dtype: jnp.zeros_like(x, dtype),
    "ones_like": lambda x, dtype: jnp.ones_like(x, dtype),
    "arange": arange,
}

conditions: dict[str, Callable[..., bool]] = {
    "var": lambda x, axis, keepdims: not jnp.iscomplexobj(x),
    "clip": clip_by_numbers,
    "segment_sum": given_number,
    "segment_max": given_number,
}

scalars = {
    *("add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "maximum", "minimum", "where"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
}
