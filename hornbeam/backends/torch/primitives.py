"""The NumPy-like operations in PyTorch; every entry keeps autograd working."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch._C._functorch import is_functorch_wrapped_tensor

from hornbeam.core import config
from hornbeam.ops.rules import span

# dtypes that lack kernels -> one that has them
WIDER = {
    torch.bool: torch.int64,
    torch.uint8: torch.int64,
    torch.uint16: torch.int64,
    torch.uint32: torch.int64,
    torch.uint64: torch.int64,
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
}


def torch_dtype(name: str | None) -> torch.dtype:
    """torch's dtype of a standard name, floatx if None."""
    return getattr(torch, name or config.floatx())


def widening(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, repeated in a wider dtype and cast back where torch has no kernel for the dtype it was given."""

    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except (RuntimeError, TypeError):
            kinds = [x.dtype for x in arguments if isinstance(x, torch.Tensor) and x.dtype in WIDER]
            if not kinds:
                raise
            wider = [x.to(WIDER.get(x.dtype, x.dtype)) if isinstance(x, torch.Tensor) else x for x in arguments]
            result = function(*wider)
            return result.to(kinds[0]) if result.dtype == WIDER[kinds[0]] else result

    call.__wrapped__ = function
    return call


def order_of_axes(x: Any, axes: Any) -> tuple[int, ...]:
    return tuple(range(x.ndim - 1, -1, -1)) if axes is None else tuple(axes)


# Elementwise


def where(condition: Any, x1: Any, x2: Any) -> Any:
    if x1 is None:
        return nonzero(condition)
    return torch.where(condition if condition.dtype is torch.bool else condition != 0, x1, x2)


def clip_by_numbers(x: Any, x_min: Any, x_max: Any) -> bool:
    """Whether the bounds are numbers that keep the dtype."""
    whole = type(x_min) is int and type(x_max) is int
    return whole or (type(x_min) in (int, float) and type(x_max) in (int, float) and x.is_floating_point())


def cast(x: Any, dtype: str) -> Any:
    target = torch_dtype(dtype)
    if x.is_complex() and not target.is_complex and target is not torch.bool:
        x = x.real
    return x.to(target)


def reinterpreted(x: Any, dtype: str) -> Any:
    x = x.contiguous()
    return x.view(torch.uint8) != 0 if dtype == "bool" else x.view(torch_dtype(dtype))


def nan_to_num(x: Any, nan: float, posinf: Any, neginf: Any) -> Any:
    return torch.nan_to_num(x, nan, posinf, neginf)


def sign(x: Any) -> Any:
    if x.is_complex():
        return torch.sgn(x)
    # torch.sign gives 0 for NaN
    return torch.where(torch.isnan(x), x, torch.sign(x)) if x.is_floating_point() else torch.sign(x)


def round_(x: Any, decimals: int) -> Any:
    if not decimals:
        return torch.round(x)
    return torch.round(x, decimals=decimals) if x.is_floating_point() or decimals < 0 else x


# Reductions: an empty tuple of axes means all of them to torch


def sum_(x: Any, axis: Any, keepdims: bool) -> Any:
    return torch.sum(x, axis, keepdims, dtype=x.dtype) if axis else x


def prod(x: Any, axis: Any, keepdims: bool, dtype: Any) -> Any:
    if dtype is not None:
        x = x.to(torch_dtype(dtype))
    kind = x.dtype
    for i in sorted(axis, reverse=True):
        x = torch.prod(x, i, keepdims, dtype=kind)
    return x


def max_(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    if initial is not None:
        initial = torch.as_tensor(initial, dtype=x.dtype, device=x.device)
        if any(x.shape[i] == 0 for i in axis):
            return initial.expand(reduced_shape(x, axis, keepdims)).clone()
    result = torch.amax(x, axis, keepdims) if axis else x
    return result if initial is None else torch.maximum(result, initial)


def min_(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
    if initial is not None:
        initial = torch.as_tensor(initial, dtype=x.dtype, device=x.device)
        if any(x.shape[i] == 0 for i in axis):
            return initial.expand(reduced_shape(x, axis, keepdims)).clone()
    result = torch.amin(x, axis, keepdims) if axis else x
    return result if initial is None else torch.minimum(result, initial)


def reduced_shape(x: Any, axis: Any, keepdims: bool) -> list[int]:
    return [1 if i in axis else size for i, size in enumerate(x.shape) if keepdims or i not in axis]


def position(function: Any) -> Callable[..., Any]:
    def call(x: Any, axis: Any, keepdims: bool) -> Any:
        if axis is None:
            result = function(x.reshape(-1), 0)
            return (result.reshape((1,) * x.ndim) if keepdims else result).to(torch.int32)
        return function(x, axis, keepdims).to(torch.int32)

    return call


def scan(function: Any) -> Callable[..., Any]:
    def call(x: Any, axis: Any, dtype: Any) -> Any:
        kind = x.dtype if dtype is None else torch_dtype(dtype)
        return function(x.reshape(-1), 0, dtype=kind) if axis is None else function(x, axis, dtype=kind)

    return call


def mean(x: Any, axis: Any, keepdims: bool) -> Any:
    return torch.mean(x, axis, keepdims) if axis else x


def var(x: Any, axis: Any, keepdims: bool) -> Any:
    return torch.var(x, axis, correction=0, keepdim=keepdims) if axis else (x - x).real


def logsumexp(x: Any, axis: Any, keepdims: bool) -> Any:
    return torch.logsumexp(x, axis, keepdims) if axis else x


# Moves


def reshape(x: Any, newshape: Any) -> Any:
    return x.reshape(newshape)


def expand_dims(x: Any, axis: Any) -> Any:
    if isinstance(axis, (tuple, list)):
        ndim = x.ndim + len(axis)
        places = sorted({i % ndim for i in axis})
        if len(places) != len(axis):
            raise ValueError("an axis is named twice")
        for place in places:
            x = x.unsqueeze(place)
        return x
    return x.unsqueeze(axis)


def squeeze(x: Any, axis: Any) -> Any:
    if axis is None:
        return x.squeeze()
    axes = tuple(axis) if isinstance(axis, (tuple, list)) else (axis,)
    if any(x.shape[i] != 1 for i in axes):
        raise ValueError("an axis to squeeze has a size other than 1")
    return x.squeeze(axes)


def split(x: Any, indices_or_sections: Any, axis: int) -> Any:
    if isinstance(indices_or_sections, int):
        if x.shape[axis] % indices_or_sections:
            raise ValueError("the axis does not divide into equal parts")
        return list(torch.tensor_split(x, indices_or_sections, axis))
    return list(torch.tensor_split(x, tuple(indices_or_sections), axis))


def tile(x: Any, repeats: Any) -> Any:
    return torch.tile(x, tuple(repeats) if isinstance(repeats, (tuple, list)) else (repeats,))


def repeat(x: Any, repeats: Any, axis: Any) -> Any:
    if not isinstance(repeats, (int, torch.Tensor)):
        repeats = torch.as_tensor(repeats, device=x.device)
    if isinstance(repeats, torch.Tensor) and repeats.numel() > 1:
        repeats = repeats.to(torch.int64)
    return torch.repeat_interleave(x, repeats, dim=axis)


def roll(x: Any, shift: Any, axis: Any) -> Any:
    if axis is None:
        return torch.roll(x, shift)
    if isinstance(axis, (tuple, list)) and isinstance(shift, int):
        shift = (shift,) * len(axis)
    return torch.roll(x, shift, axis)


def padded(x: Any, pad_width: Any, mode: str, constant_values: Any) -> Any:
    if mode == "constant" and not isinstance(constant_values, torch.Tensor):
        flat = [width for pair in reversed(pad_width) for width in pair]
        if flat and min(flat) < 0:
            raise ValueError("widths must not be negative")
        return torch.constant_pad_nd(x, flat, constant_values)
    if mode == "constant":
        shape = [before + size + after for size, (before, after) in zip(x.shape, pad_width, strict=True)]
        result = constant_values.to(x.dtype).expand(shape).clone()
        inside = tuple(slice(before, before + size) for size, (before, _) in zip(x.shape, pad_width, strict=True))
        result[inside] = x
        return result
    for axis, (before, after) in enumerate(pad_width):
        if before or after:
            x = x.index_select(axis, places(x.shape[axis], before, after, mode, x.device))
    return x


def places(size: int, before: int, after: int, mode: str, device: Any) -> Any:
    """Where in an axis each element of the padded axis comes from."""
    index = torch.arange(-before, size + after, device=device)
    if mode == "edge":
        return index.clamp(0, size - 1)
    period = 2 * size if mode == "symmetric" else max(2 * size - 2, 1)
    index = index % period
    return torch.minimum(index, period - 1 - index if mode == "symmetric" else period - index)


# Indexing


def whole(indices: Any, size: int) -> Any:
    """Indices as int64, those from the end counted from the front."""
    given, indices = indices, indices.to(torch.int64)
    # on a CPU a look is cheaper than three passes
    seen = given.device.type == "cpu" and not (torch.compiler.is_compiling() or is_functorch_wrapped_tensor(given))
    if not given.dtype.is_signed or (seen and (given.numel() == 0 or given.min().item() >= 0)):
        return indices
    return torch.where(indices < 0, indices + size, indices)


def get_item(x: Any, key: Any) -> Any:
    parts = list(key) if isinstance(key, tuple) else [key]
    if any(hasattr(part, "__len__") and getattr(part, "shape", True) != () for part in parts):
        # NumPy counts ints beside tensors among the tensors, torch takes them out first
        parts = [[part] if isinstance(part, int) else part for part in parts]
    if not any(isinstance(part, slice) and part.step is not None and part.step < 0 for part in parts):
        return x[tuple(index(part, x.device) for part in parts)]
    # torch has no negative steps: those axes are turned round first
    used = sum(part is not None and part is not Ellipsis for part in parts)
    at = next((i for i, part in enumerate(parts) if part is Ellipsis), len(parts))
    parts[at : at + 1] = [slice(None)] * (x.ndim - used)
    axis = 0
    for i, part in enumerate(parts):
        if part is None:
            continue
        if isinstance(part, slice) and part.step is not None and part.step < 0:
            size = x.shape[axis]
            taken = range(*part.indices(size))
            x = x.flip(axis)
            parts[i] = slice(size - 1 - taken.start, size - 1 - taken.start + len(taken) * -part.step, -part.step)
            if not len(taken):
                parts[i] = slice(0, 0)
        axis += 1
    return x[tuple(index(part, x.device) for part in parts)]


def index(part: Any, device: Any) -> Any:
    if part is None or part is Ellipsis or isinstance(part, (int, slice, torch.Tensor)):
        return part if not isinstance(part, torch.Tensor) or part.dtype is torch.bool else part.to(torch.int64)
    return torch.as_tensor(part, device=device)


def take(x: Any, indices: Any, axis: Any) -> Any:
    if axis is None:
        x, axis = x.reshape(-1), 0
    indices = whole(indices, x.shape[axis])
    if indices.ndim == 1:
        return torch.index_select(x, axis, indices)
    if x.ndim == 2 and axis == 0 and x.is_floating_point():
        return torch.nn.functional.embedding(indices, x)
    return x[(slice(None),) * axis + (indices,)]


def take_along_axis(x: Any, indices: Any, axis: Any) -> Any:
    if axis is None:
        return torch.take(x, whole(indices.reshape(-1), x.numel()))
    indices = whole(indices, x.shape[axis])
    # `gather` takes the indices' own shape and does not broadcast, at a third of the time
    fits = all(n == m or i == axis for i, (n, m) in enumerate(zip(x.shape, indices.shape, strict=True)))
    return torch.gather(x, axis, indices) if fits else torch.take_along_dim(x, indices, axis)


def block(x: Any, start_indices: Any, shape: Any) -> tuple[slice, ...]:
    """The slices of a block that must lie inside x."""
    parts = []
    for start, length, size in zip(start_indices, shape, x.shape, strict=True):
        start = int(start)
        if not 0 <= start <= size - length:
            raise IndexError(f"the block {start}:{start + length} reaches outside an axis of size {size}")
        parts.append(slice(start, start + length))
    return tuple(parts)


def slice_update(x: Any, start_indices: Any, updates: Any) -> Any:
    result = x.clone()
    result[block(x, start_indices, updates.shape)] = updates.to(x.dtype)
    return result


REDUCTIONS = {"max": "amax", "min": "amin", "mul": "prod"}


def scattered(inputs: Any, indices: Any, updates: Any, reduction: str | None) -> Any:
    indices = indices.to(torch.int64)
    if reduction in (None, "add"):
        return inputs.index_put(tuple(indices.unbind(-1)), updates, accumulate=reduction == "add")
    depth = indices.shape[-1]
    rows = torch.zeros(indices.shape[:-1], dtype=torch.int64, device=inputs.device)
    for i in range(depth):
        rows = rows * inputs.shape[i] + whole(indices[..., i], inputs.shape[i])
    flat = inputs.reshape((-1, *inputs.shape[depth:]))
    updates = updates.reshape((-1, *inputs.shape[depth:]))
    rows = rows.reshape((-1,) + (1,) * (flat.ndim - 1)).expand(updates.shape)
    return flat.scatter_reduce(0, rows, updates, REDUCTIONS[reduction or "mul"]).reshape(inputs.shape)


def nonzero(x: Any) -> Any:
    x = x.to(WIDER[x.dtype]) if x.dtype in WIDER else x
    return tuple(found.to(torch.int32) for found in torch.nonzero(torch.atleast_1d(x), as_tuple=True))


def sort(x: Any, axis: Any) -> Any:
    return torch.sort(x.reshape(-1)).values if axis is None else torch.sort(x, axis).values


def argsort(x: Any, axis: Any) -> Any:
    x, axis = (x.reshape(-1), 0) if axis is None else (x, axis)
    return torch.argsort(x, dim=axis, stable=True).to(torch.int32)


def top_k(x: Any, k: int, sorted: bool) -> Any:
    if k > x.shape[-1]:
        raise ValueError(f"{k} elements of {x.shape[-1]}")
    # torch.topk gives equal elements in any order
    wide = x.to(WIDER[x.dtype]) if x.dtype in WIDER and not x.is_floating_point() else x
    values, indices = torch.sort(wide, dim=-1, descending=True, stable=True)
    return values[..., :k].to(x.dtype), indices[..., :k].to(torch.int32)


def searchsorted(sorted_sequence: Any, values: Any, side: str) -> Any:
    return torch.searchsorted(sorted_sequence, values.contiguous(), right=side == "right", out_int32=True)


# Creation


def full(shape: Any, fill_value: Any, dtype: Any) -> Any:
    shape, kind = (shape,) if isinstance(shape, int) else tuple(shape), torch_dtype(dtype)
    if isinstance(fill_value, (bool, int, float, complex)):
        return torch.full(shape, fill_value, dtype=kind)
    return torch.as_tensor(fill_value).to(kind).expand(shape).clone()


def full_like(x: Any, fill_value: Any, dtype: Any) -> Any:
    if isinstance(fill_value, (bool, int, float, complex)):
        return torch.full_like(x, fill_value, dtype=torch_dtype(dtype) if dtype else None)
    return torch.as_tensor(fill_value).to(torch_dtype(dtype) if dtype else x.dtype).expand(x.shape).clone()


def arange(start: Any, stop: Any, step: Any, dtype: Any) -> Any:
    start, stop, step, dtype = span(start, stop, step, dtype)
    kind = torch_dtype(dtype)
    if type(step) in (int, float) and not step:
        raise ValueError("steps of 0")
    if all(isinstance(x, int) for x in (start, stop, step)) and kind in (torch.int32, torch.int64, torch.float32):
        return torch.arange(start, stop, step, dtype=kind) if (stop - start) * step > 0 else torch.empty(0, dtype=kind)
    start, stop, step = (x.item() if hasattr(x, "item") else x for x in (start, stop, step))
    if (stop - start) * step <= 0:
        return torch.empty(0, dtype=kind)
    exact = torch.int64 if all(isinstance(x, int) for x in (start, stop, step)) else torch.float64
    return torch.arange(start, stop, step, dtype=exact).to(kind)


def sizes(shape: Any) -> Sequence[int]:
    return (shape,) if isinstance(shape, int) else tuple(shape)


_native: dict[str, Callable[..., Any]] = {
    name: getattr(torch, name)
    for name in (
        *(
            "gcd",
            "lcm",
            "absolute",
            "floor",
            "ceil",
            "sqrt",
            "rsqrt",
            "square",
            "negative",
            "maximum",
            "minimum",
        ),
        *("logical_and", "logical_or", "logical_not", "logical_xor", "isfinite", "isnan", "isinf"),
        *("bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not", "bitwise_left_shift", "bitwise_right_shift"),
        *("exp", "expm1", "exp2", "log", "log1p", "log2", "log10", "erf", "erfc", "erfinv", "i0"),
        *("logaddexp", "hypot", "fmod", "fmax", "fmin", "reciprocal", "trunc", "sinc"),
        *("sin", "cos", "tan", "arcsin", "arccos", "arctan", "arctan2", "sinh", "cosh", "tanh"),
        *("arcsinh", "arccosh", "arctanh"),
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
    "round": round_,
    "sign": sign,
    "clip": torch.clamp,
    "where": where,
    "any": lambda x, axis, keepdims: torch.any(x, axis, keepdims) if axis else x,
    "all": lambda x, axis, keepdims: torch.all(x, axis, keepdims) if axis else x,
    "sum": sum_,
    "prod": prod,
    "max": max_,
    "min": min_,
    "argmax": position(torch.argmax),
    "argmin": position(torch.argmin),
    "cumsum": scan(torch.cumsum),
    "cumprod": scan(torch.cumprod),
    "sort": sort,
    "argsort": argsort,
    "searchsorted": searchsorted,
    "scattered": scattered,
    "take": take,
    "take_along_axis": take_along_axis,
    "get_item": get_item,
    "padded": padded,
    "tril": torch.tril,
    "triu": torch.triu,
    "flip": lambda x, axis: torch.flip(x, axis),
    "roll": roll,
}

table: dict[str, Callable[..., Any]] = {name: widening(entry) for name, entry in _native.items()} | {
    "cast": cast,
    "nan_to_num": nan_to_num,
    "conjugate": lambda x: torch.conj(x).resolve_conj(),
    "real": lambda x: x.real if x.is_complex() else x,
    "imag": lambda x: x.imag if x.is_complex() else torch.zeros_like(x),
    "view_as_complex": lambda x: torch.complex(x[..., 0], x[..., 1]),
    "reinterpreted": reinterpreted,
    # reductions
    "mean": mean,
    "var": var,
    "logsumexp": logsumexp,
    # moves
    "reshape": reshape,
    "transpose": lambda x, axes: x.permute(order_of_axes(x, axes)),
    "swapaxes": torch.swapaxes,
    "moveaxis": torch.movedim,
    "expand_dims": expand_dims,
    "squeeze": squeeze,
    "broadcast_to": torch.broadcast_to,
    "concatenate": torch.cat,
    "stack": torch.stack,
    "split": split,
    "unstack": lambda x, num, axis: list(torch.unbind(x, axis)),
    "tile": tile,
    "repeat": repeat,
    "diagonal": torch.diagonal,
    "diag": torch.diag,
    # indexing
    "slice": lambda x, start, shape: x[block(x, start, shape)],
    "slice_update": slice_update,
    "nonzero": nonzero,
    "top_k": top_k,
    # creation
    "copy": torch.clone,
    "full": full,
    "full_like": full_like,
    "zeros": lambda shape, dtype: torch.zeros(sizes(shape), dtype=torch_dtype(dtype)),
    "ones": lambda shape, dtype: torch.ones(sizes(shape), dtype=torch_dtype(dtype)),
    "zeros_like": lambda x, dtype: torch.zeros_like(x, dtype=torch_dtype(dtype) if dtype else None),
    "ones_like": lambda x, dtype: torch.ones_like(x, dtype=torch_dtype(dtype) if dtype else None),
    "arange": arange,
}

conditions: dict[str, Callable[..., bool]] = {
    "unstack": lambda x, num, axis: num is None or num == x.shape[axis],
    "var": lambda x, axis, keepdims: not x.is_complex(),
    "clip": clip_by_numbers,
    "nan_to_num": lambda x, nan, posinf, neginf: all(
        isinstance(v, (int, float, type(None))) for v in (nan, posinf, neginf)
    ),
}

scalars = {
    *("add", "subtract", "multiply", "divide", "floor_divide", "mod", "power", "where"),
    *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"),
}
