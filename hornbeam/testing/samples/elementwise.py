"""Samples of operations on each element."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, complexes, floats, ints, of

X, Y = floats(3, 4), floats(3, 4, seed=1)
POSITIVE = floats(3, 4, low=0.3, high=3.0)
UNIT = floats(3, 4, low=-0.9, high=0.9)
WHOLE, OTHERS = ints(3, 4), ints(3, 4, low=1, seed=1)
B = ints(3, 4, high=2).astype(bool)
HALVES = np.array([[0.5, 1.5, -0.5], [-2.5, 2.4, -7.7]], "float32")
ODD = np.array([[np.nan, np.inf, -np.inf], [0.0, -0.0, 1.0]], "float32")
C = complexes(3, 4)


def rows() -> Iterator[Sample]:
    """The samples."""
    for name in ("add", "subtract", "multiply", "maximum", "minimum", "fmax", "fmin", "logaddexp", "arctan2", "hypot"):
        yield Sample(name, (X, Y), gradient=True)
    for name in ["add", "subtract", "multiply", "maximum", "minimum", "divide", "floor_divide", "mod", "power", "fmod"]:
        yield Sample(name, (WHOLE, OTHERS))
        yield Sample(name, (POSITIVE, 2.0))
        yield Sample(name, (2, POSITIVE))
        yield Sample(name, (WHOLE, OTHERS.astype("float16")))
    for name in ("add", "multiply", "subtract", "maximum"):
        for dtype in ("uint8", "uint16", "uint32", "int8", "int64", "float16", "bfloat16"):
            yield Sample(name, (of(ints(3, 4, low=4), dtype), of(ints(4, high=4, seed=2), dtype)))
    yield Sample("divide", (X, POSITIVE), gradient=True)
    yield Sample("power", (POSITIVE, Y), gradient=True)
    yield Sample("power", (X, 2))
    yield Sample("divide_no_nan", (X, np.array([0.0, 1, 2, 0], "float32")))
    for name in ("mod", "fmod", "floor_divide"):
        yield Sample(name, (X * 3, Y))
    for name in ("logaddexp2", "heaviside", "ldexp"):
        yield Sample(name, (X, WHOLE))
    for name in ("gcd", "lcm", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift"):
        yield Sample(name, (WHOLE, OTHERS))
    yield Sample("bitwise_and", (B, ~B))
    yield Sample("bitwise_not", (WHOLE,))
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        yield Sample(name, (WHOLE, OTHERS))
        yield Sample(name, (X, 0.5))
        yield Sample(name, (B, True))
        yield Sample(name, (ints(3, 4, dtype="uint32"), ints(3, 4, seed=1, dtype="uint32")))
    for name in ("logical_and", "logical_or", "logical_xor"):
        yield Sample(name, (B, WHOLE))
    yield Sample("logical_not", (WHOLE,))
    smooth = "sin cos tanh exp exp2 expm1 square arctan arcsinh sinh cosh erf erfc sinc deg2rad rad2deg negative"
    for name in smooth.split():
        yield Sample(name, (X,), gradient=True)
        yield Sample(name, (WHOLE.astype("int8") if name in ("square", "negative") else WHOLE,))
    for name in ["log", "log1p", "log2", "log10", "sqrt", "rsqrt", "cbrt", "reciprocal", "absolute"]:
        yield Sample(name, (POSITIVE,), gradient=True)
    for name in ["arcsin", "arccos", "arctanh", "erfinv", "tan"]:
        yield Sample(name, (UNIT,), gradient=True)
    yield Sample("arccosh", (POSITIVE + 1,), gradient=True)
    yield Sample("i0", (X,), gradient=True)
    for name in [
        "floor",
        "ceil",
        "trunc",
        "round",
        "sign",
        "signbit",
        "absolute",
        "fabs",
        "nan_to_num",
        "isfinite",
        "isnan",
        "isinf",
    ]:
        yield Sample(name, (HALVES,))
        yield Sample(name, (WHOLE,))
    for name in ["isfinite", "isnan", "isinf", "isposinf", "isneginf", "nan_to_num", "signbit"]:
        yield Sample(name, (ODD,))
    yield Sample("nan_to_num", (ODD,), {"nan": 1.0, "posinf": 2.0, "neginf": -3.0})
    yield Sample("round", (HALVES,), {"decimals": 1})
    yield Sample("clip", (X, -0.5, 1), gradient=True)
    yield Sample("clip", (WHOLE, 2, 5))
    yield Sample("clip", (WHOLE, 2.5, 5.5))
    yield Sample("clip", (X, Y, Y + 1))
    for dtype in ("int32", "uint8", "bool", "float16", "bfloat16", "complex64"):
        yield Sample("cast", (X * 30 + 70, dtype), extremes="int" not in dtype)
    for dtype in ("int8", "uint8", "int32", "float16"):
        yield Sample("saturate_cast", (X * 1e9, dtype), extremes="int" not in dtype)
    yield Sample("saturate_cast", (WHOLE * 100, "uint8"))
    yield Sample("where", (B, X, Y))
    yield Sample("where", (B, X, 0))
    yield Sample("where", (WHOLE, 1, 0.5))
    yield Sample("select", ([X > 0, X > -1], [X, Y], 7.0), batch=False)
    yield Sample("isclose", (X, X + np.float32(1e-6)))
    yield Sample("isclose", (ODD, ODD), {"equal_nan": True})
    yield Sample("allclose", (X, X + np.float32(1e-6)))
    for name in ("real", "imag", "conjugate", "absolute", "angle", "isreal"):
        yield Sample(name, (C,))
        yield Sample(name, (X,))
