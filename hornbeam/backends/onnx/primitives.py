"""The NumPy-like operations as nodes of ONNX.

Entries take the writer, and the operation's arguments with a `Tensor` for each tensor. They may return a tensor of
another dtype than the operation gives: it is cast.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from string import ascii_letters
from typing import Any

import numpy as np

from hornbeam.backends import defined
from hornbeam.backends.onnx.moves import FLAT, flat, sizes_of
from hornbeam.backends.onnx.writer import OnnxWriter, Size, Tensor
from hornbeam.core.dtype import is_bool, is_floating
from hornbeam.ops import rules
from hornbeam.ops.rules import span
from hornbeam.ops.rules_nn import parse_einsum

W = OnnxWriter


def operator(kind: str, **attributes: Any) -> Callable[..., Tensor]:
    """An entry that is one node."""
    return lambda w, *tensors: w.op(kind, *tensors, **attributes)


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    """An entry that is written with other operations."""
    return lambda w, *arguments: w.inline(function, *arguments)


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


def power(w: W, x: Tensor, y: Tensor) -> Tensor:
    """Whole numbers to a known power are multiplied out: the kernel computes in float64."""
    if is_floating(x.dtype) or y.array is None or y.array.ndim or not 0 < int(y.array) < 64:
        return w.op("Pow", x, y)
    result = x
    for bit in f"{int(y.array):b}"[1:]:
        result = w.op("Mul", result, result)
        result = w.op("Mul", result, x) if bit == "1" else result
    return result


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


# Reductions


def reduction(kind: str) -> Callable[..., Tensor]:
    def entry(w: W, x: Tensor, axis: Any, keepdims: bool, dtype: str | None = None) -> Tensor:
        x = w.cast(x, dtype or x.dtype)
        return w.op(kind, x, np.array(axis, "int64"), keepdims=int(keepdims)) if axis else x

    return entry


def mean(w: W, x: Tensor, axis: Any, keepdims: bool) -> Tensor:
    """By its definition where there may be no elements: `ReduceMean` says 0, and not NaN."""
    sizes = [x.dims[i] for i in axis]
    if all(isinstance(size, int) and size for size in sizes):
        return reduction("ReduceMean")(w, x, axis, keepdims)
    count: Any = 1
    for i, size in zip(axis, sizes, strict=True):
        count = (size if isinstance(size, int) else w.size(x, i)) * count
    count = w.cast(count.scalar, x.dtype) if isinstance(count, Size) else count
    return w.op("Div", reduction("ReduceSum")(w, x, axis, keepdims), count)


def extreme(kind: str) -> Callable[..., Tensor]:
    """`max` or `min`; the kernel loses NaN."""

    def entry(w: W, x: Tensor, axis: Any, keepdims: bool, initial: Any) -> Tensor:
        result = x
        if axis:
            axes = np.array(axis, "int64")
            result = w.op(f"Reduce{kind}", x, axes, keepdims=int(keepdims))
            if is_floating(x.dtype):
                lost = w.op("ReduceMax", w.op("IsNaN", x), axes, keepdims=int(keepdims))
                result = w.op("Where", w.cast(lost, "bool"), math.nan, result)
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
        flat = w.op("Reshape", key, FLAT) if whole else key
        flags = int(keepdims and not whole)
        found = w.op(kind, flat, axis=0 if whole else axis, keepdims=flags, dtype="int64")
        return w.op("Reshape", found, np.ones(x.ndim, "int64")) if whole and keepdims else found

    return entry


# Order


def ordered(w: W, x: Tensor, axis: int, count: Any, largest: int) -> tuple[Tensor, Tensor]:
    """Elements in order along an axis, and their places; equal ones keep their order."""
    key = comparable(w, x, math.inf)
    dtypes = (w.admitted("TopK", key.dtype), "int64")
    values, places = w.op("TopK", key, w.shape([count]), axis=axis, largest=largest, outputs=2, dtype=dtypes)
    return (values if key is x else w.op("GatherElements", x, places, axis=axis)), places


# Creation


def full(w: W, shape: Any, fill_value: Any, dtype: str | None) -> Tensor:
    sizes = sizes_of(shape)
    kind: str = rules.full(sizes, 0, dtype).dtype
    value = w.scalar(fill_value)
    if isinstance(value, Size):
        value = value.scalar
    return w.fill(w.cast(value, kind) if isinstance(value, Tensor) else value, sizes, kind)


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
        **{kind: kind.lower() for kind in ("Reciprocal", "IsInf")},
        **{f"A{kind}": f"arc{kind}" for kind in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
        **{"Sub": "subtract", "Mul": "multiply", "Div": "divide", "Neg": "negative", "Abs": "absolute"},
        **{"LessOrEqual": "less_equal", "GreaterOrEqual": "greater_equal", "Max": "maximum", "Min": "minimum"},
        **{"And": "logical_and", "Or": "logical_or", "Not": "logical_not", "Xor": "logical_xor", "MatMul": "matmul"},
        **{"Identity": "copy", "Det": "linalg.det"},
    }.items()
} | {
    **dict.fromkeys(("real", "conjugate", "stop_gradient"), operator("Identity")),
    **{name: inlined(getattr(defined, name)) for name in defined.__all__},
    **{f"bitwise_{kind.lower()}": bitwise(kind) for kind in ("And", "Or", "Xor", "Not")},
    "floor_divide": floor_divide,
    "mod": lambda w, x, y: (float_division if is_floating(x.dtype) else whole_division)(w, x, y)[1],
    "power": power,
    "rsqrt": lambda w, x: w.op("Reciprocal", w.op("Sqrt", x)),
    "not_equal": lambda w, x, y: w.op("Not", w.op("Equal", x, y)),
    "where": lambda w, condition, x1, x2: w.op("Where", w.cast(condition, "bool"), x1, x2),
    "isnan": lambda w, x: w.op("IsNaN", x) if is_floating(x.dtype) else w.op("Not", w.op("Equal", x, x)),
    "isfinite": lambda w, x: w.op("Less", w.op("Abs", x), math.inf) if is_floating(x.dtype) else w.op("Equal", x, x),
    "bitwise_left_shift": lambda w, x, y: shifted(w, "LEFT", x, y),
    "bitwise_right_shift": right_shift,
    "round": round_,
    "cast": lambda w, x, dtype: w.cast(x, dtype),
    "imag": lambda w, x: w.fill(0, x.dims, x.dtype),
    "sum": reduction("ReduceSum"),
    "prod": reduction("ReduceProd"),
    "mean": mean,
    "max": extreme("Max"),
    "min": extreme("Min"),
    "any": quantifier("ReduceMax"),
    "all": quantifier("ReduceMin"),
    "argmax": position("ArgMax", math.inf),
    "argmin": position("ArgMin", -math.inf),
    "cumsum": flat(lambda w, x, axis, dtype: w.op("CumSum", w.cast(x, dtype or x.dtype), np.array(axis)), 0),
    "sort": flat(lambda w, x, axis: ordered(w, x, axis, x.dims[axis], 0)[0], 0),
    "argsort": flat(lambda w, x, axis: ordered(w, x, axis, x.dims[axis], 0)[1], 0),
    "top_k": lambda w, x, k, sorted: ordered(w, x, x.ndim - 1, k, 1),
    "full": full,
    "arange": arange,
    "einsum": einsum,
    "fourier.fft": fourier,
}
conditions: dict[str, Callable[..., bool]] = {
    "isinf": lambda x: is_floating(x.dtype),
    "reciprocal": lambda x: is_floating(x.dtype),
    "linalg.det": lambda x: x.dtype == "float32",
}
