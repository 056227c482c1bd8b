"""Sample calls of the NumPy-like operations: what they are given, and whether their gradient is checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Sample:
    """One call: arrays among the arguments become tensors of the backend.

    Attributes:
        gradient: check the gradient of the first argument against finite differences.
        batch: the first axis of the first argument (of all parts, where it is a list) may be unknown.
    """

    operation: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    gradient: bool = False
    batch: bool = True

    def __str__(self) -> str:
        shapes = [getattr(x, "dtype", None) and f"{x.dtype}{list(x.shape)}" for x in self.args]
        rest = ",".join(str(s) for s in shapes if s) + "".join(f",{k}={v}" for k, v in self.kwargs.items())
        return f"{self.operation}({rest[:60]})"


def floats(*shape: int, seed: int = 0, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(low, high, shape).astype("float32")


def ints(*shape: int, low: int = 0, high: int = 9, seed: int = 0, dtype: str = "int32") -> np.ndarray:
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


X = floats(3, 4)
Y = floats(3, 4, seed=1)
POSITIVE = floats(3, 4, low=0.3, high=3.0)
UNIT = floats(3, 4, low=-0.9, high=0.9)
WHOLE, OTHERS = ints(3, 4), ints(3, 4, low=1, seed=1)
B = ints(3, 4, high=2).astype(bool)
CUBE = floats(2, 3, 4)
HALVES = np.array([[0.5, 1.5, -0.5], [-2.5, 2.4, -7.7]], "float32")
ODD = np.array([[np.nan, np.inf, -np.inf], [0.0, -0.0, 1.0]], "float32")
C = (X + 1j * Y).astype("complex64")


def elementwise() -> Iterator[Sample]:
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
        yield Sample("cast", (X * 30 + 70, dtype))
    for dtype in ("int8", "uint8", "int32", "float16"):
        yield Sample("saturate_cast", (X * 1e9, dtype))
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


def reductions() -> Iterator[Sample]:
    for name in ("sum", "mean", "var", "std", "prod", "max", "min", "logsumexp", "ptp"):
        for kwargs in ({}, {"axis": 1}, {"axis": (0, -1), "keepdims": True}, {"axis": ()}):
            flat = kwargs == {"axis": ()} and name in ("var", "std")
            yield Sample(name, (CUBE,), kwargs, gradient=not flat)
    for name in ("sum", "mean", "prod", "max", "min", "var", "argmax", "argmin", "count_nonzero", "any", "all"):
        for dtype in ("int32", "uint8", "int8", "bool", "float16", "bfloat16"):
            yield Sample(name, (of(ints(3, 4, high=4), dtype),), {"axis": 1})
    for name in ("any", "all"):
        yield Sample(name, (B,))
        yield Sample(name, (B,), {"axis": (0, 1), "keepdims": True})
    for name in ("argmax", "argmin"):
        yield Sample(name, (X,))
        yield Sample(name, (X,), {"keepdims": True})
        yield Sample(name, (X,), {"axis": -1, "keepdims": True})
    yield Sample("max", (X,), {"axis": 1, "initial": 1.0})
    yield Sample("min", (X,), {"initial": -5.0})
    for name in ("cumsum", "cumprod"):
        yield Sample(name, (X,), {"axis": 1}, gradient=True)
        yield Sample(name, (X,))
        yield Sample(name, (WHOLE,), {"axis": -1, "dtype": "float32"})
        yield Sample(name, (B,), {"axis": 0})
    yield Sample("average", (X,), {"axis": 0}, gradient=True)
    yield Sample("average", (X,), {"axis": 1, "weights": np.array([1, 2, 3, 4], "float32")}, gradient=True)
    yield Sample("average", (X,), {"weights": POSITIVE})
    yield Sample("trace", (CUBE, 1, 1, 2), gradient=True)
    odd = np.where(X > 1, np.nan, X).astype("float32")
    odd[1] = np.nan
    for name in ["nansum", "nanmean", "nanmax", "nanmin", "nanprod", "nanvar", "nanstd", "nanargmax", "nanargmin"]:
        yield Sample(name, (odd,), {"axis": 1, "keepdims": True})
        if "arg" not in name:
            yield Sample(name, (WHOLE,))
    yield Sample("nancumsum", (odd,), {"axis": 1})
    yield Sample("nancumprod", (odd,))


def moves() -> Iterator[Sample]:
    yield Sample("reshape", (CUBE, (-1, 2)), gradient=True)
    yield Sample("reshape", (CUBE, -1))
    yield Sample("reshape", (CUBE, (-1, 12)))
    yield Sample("ravel", (CUBE,))
    yield Sample("transpose", (CUBE,), gradient=True)
    yield Sample("transpose", (CUBE, (1, -1, 0)))
    yield Sample("swapaxes", (CUBE, 0, -1))
    yield Sample("moveaxis", (CUBE, 0, -1))
    yield Sample("moveaxis", (CUBE, (0, 1), (-1, 0)))
    for axis in (0, -1, (0, -1)):
        yield Sample("expand_dims", (X, axis))
    yield Sample("squeeze", (CUBE[:, :1],), {"axis": 1})
    yield Sample("squeeze", (CUBE[:, :1],))
    yield Sample("squeeze", (CUBE[:, :1, :1],), {"axis": (1, -1)})
    yield Sample("broadcast_to", (X, (2, 3, 4)), gradient=True, batch=False)
    yield Sample("concatenate", ([X, Y],), gradient=True)
    yield Sample("concatenate", ([X, WHOLE],), {"axis": -1})
    yield Sample("stack", ([X, Y],), {"axis": -1}, gradient=True)
    yield Sample("append", (X, Y))
    yield Sample("append", (X, Y), {"axis": 1})
    for name in ("hstack", "vstack", "dstack"):
        yield Sample(name, ([X, Y],))
        yield Sample(name, ([X[0], Y[0]],), batch=False)
    yield Sample("split", (X, 2), {"axis": -1})
    yield Sample("split", (X, [1, 3]), {"axis": 1}, gradient=True)
    yield Sample("array_split", (X, 3), {"axis": 1})
    yield Sample("hsplit", (X, 2))
    yield Sample("vsplit", (X, 3), batch=False)
    yield Sample("dsplit", (CUBE, 2))
    yield Sample("unstack", (X,), {"axis": -1}, gradient=True)
    yield Sample("tile", (X, (2, 1)), gradient=True)
    yield Sample("tile", (X, 2))
    yield Sample("tile", (X, (2, 1, 1)), batch=False)
    yield Sample("repeat", (X, 2), gradient=True)
    yield Sample("repeat", (X, 2), {"axis": 1})
    yield Sample("repeat", (X, [1, 0, 2, 1]), {"axis": 1})
    yield Sample("flip", (X,), gradient=True)
    yield Sample("flip", (X,), {"axis": -1})
    yield Sample("fliplr", (X,))
    yield Sample("flipud", (X,))
    yield Sample("roll", (X, 1), gradient=True)
    yield Sample("roll", (X, (1, -2)), {"axis": (0, 1)})
    yield Sample("roll", (X, 1), {"axis": 1})
    for k in range(-1, 4):
        yield Sample("rot90", (CUBE,), {"k": k, "axes": (1, 2)})
    for mode in ("constant", "reflect", "symmetric", "edge"):
        yield Sample("pad", (X, ((1, 0), (2, 3))), {"mode": mode}, gradient=True)
    yield Sample("pad", (X, 1), {"constant_values": 2})
    yield Sample("pad", (WHOLE, (1, 2)))
    for k in (-1, 0, 1):
        yield Sample("diag", (X[0], k), gradient=True)
        yield Sample("diagonal", (CUBE, k, 1, 2), gradient=True)
        yield Sample("tril", (CUBE, k), gradient=True)
        yield Sample("triu", (CUBE, k), gradient=True)
    yield Sample("diag", (CUBE[0], 1), batch=False)
    yield Sample("diagflat", (X,))


def indexing() -> Iterator[Sample]:
    index = ints(2, 3, low=-3, high=3)
    whole = slice(None)
    for key in (1, -1, slice(1, None), (whole, slice(None, None, 2)), (..., 0), (None, whole, 1)):
        yield Sample("get_item", (X, key), gradient=True)
    for key in ((whole, slice(None, None, -1)), (whole, slice(-2, None)), (whole, slice(-3, -1)), (..., None, 2)):
        yield Sample("get_item", (X, key))
    for key in ((whole, [0, 2]), (whole, index), (index, 1), (whole, None, [0, 1]), (0, whole, [1, 2])):
        yield Sample("get_item", (CUBE if len(key) > 2 and key[0] == 0 else X, key), batch=key[0] is whole)
    yield Sample("take", (X, index), {"axis": 0}, gradient=True, batch=False)
    yield Sample("take", (X, index), {"axis": -1}, gradient=True)
    yield Sample("take", (X, index))
    yield Sample("take_along_axis", (X, ints(3, 2, low=-4, high=4)), {"axis": 1}, gradient=True, batch=False)
    yield Sample("take_along_axis", (X, ints(2, 4, high=3)), {"axis": 0}, batch=False)
    yield Sample("take_along_axis", (X, ints(5, high=9)), batch=False)
    yield Sample("slice", (X, (0, 1), (2, 3)), gradient=True, batch=False)
    yield Sample("slice", (X, np.array([1, 0], "int32"), (2, 3)), batch=False)
    yield Sample("slice_update", (X, (0, 1), Y[:2, :3]), gradient=True, batch=False)
    places = np.array([[0, 1], [2, -1]], "int32")
    yield Sample("scatter_update", (X, places, np.array([9.0, 8.0], "float32")), gradient=True, batch=False)
    for reduction in ("add", "max", "min", "mul"):
        twice = np.array([[0], [2], [0]], "int32")
        yield Sample("scatter_update", (X, twice, Y, reduction), gradient=True, batch=False)
    yield Sample("scatter", (ints(5, 1, high=3), floats(5, 2), (4, 2)), batch=False)
    yield Sample("unravel_index", (WHOLE, (3, 4)))
    for axis in (-1, 0, 1):
        yield Sample("one_hot", (WHOLE, 9, axis), batch=axis != 0)
    yield Sample("one_hot", (ints(4, low=-2, high=6), 4), {"dtype": "int32"})
    yield Sample("multi_hot", (WHOLE, 9))
    yield Sample("multi_hot", (WHOLE[0], 9))
    ids = np.array([2, 0, 2, -1, 7, 1], "int32")
    for name in ("segment_sum", "segment_max", "segment_min", "segment_prod"):
        yield Sample(name, (floats(6, 2), ids, 5), gradient=name != "segment_prod", batch=False)
        yield Sample(name, (ints(6), ids), batch=False)
    yield Sample("isin", (WHOLE, np.array([1, 5], "int32")))
    yield Sample("view_as_complex", (X[:, :2],))
    yield Sample("view_as_real", (C,))


def order() -> Iterator[Sample]:
    for axis in (-1, 0, None):
        yield Sample("sort", (X, axis), gradient=True)
        yield Sample("argsort", (WHOLE, axis))
    yield Sample("sort", (of(WHOLE, "uint8"),))
    yield Sample("top_k", (X, 2), gradient=True)
    yield Sample("in_top_k", (np.array([0, 1, 3], "int32"), X, 2), batch=False)
    for side in ("left", "right"):
        yield Sample("searchsorted", (np.array([1, 3, 3, 5], "int32"), WHOLE, side), batch=False)
        yield Sample("searchsorted", (np.sort(X[0]), Y, side), batch=False)
    yield Sample("digitize", (X, np.array([-1.0, 0.0, 1.0], "float32")))
    for method in ("linear", "lower", "higher", "midpoint", "nearest"):
        yield Sample("quantile", (CUBE, 0.3), {"axis": 1, "method": method}, gradient=True)
    yield Sample("quantile", (CUBE, np.array([0.1, 0.8], "float32")), {"axis": (1, -1), "keepdims": True})
    yield Sample("quantile", (CUBE, np.array([0.1, 0.8], "float32")))
    yield Sample("percentile", (WHOLE, 40), {"axis": 0})
    yield Sample("median", (CUBE,), {"axis": -1}, gradient=True)
    yield Sample("median", (X,), {"keepdims": True})


def creation() -> Iterator[Sample]:
    for name in ("zeros", "ones", "empty"):
        yield Sample(name, ((2, 3),))
        yield Sample(name, (2,), {"dtype": "int32"})
    for name in ("zeros_like", "ones_like", "empty_like"):
        yield Sample(name, (WHOLE,))
        yield Sample(name, (WHOLE,), {"dtype": "float16"})
    yield Sample("full", ((2, 3), 1.5))
    yield Sample("full", ((2, 3), 1, "bool"))
    yield Sample("full_like", (WHOLE, 2.7))
    yield Sample("full_like", (X, 1, "uint8"))
    for args in ((3,), (3.0,), (1, 7, 2), (5, 0, -2), (0, 1, 0.25), (3, 3)):
        yield Sample("arange", args)
    yield Sample("arange", (4,), {"dtype": "float16"})
    yield Sample("arange", (0, 3, 0.5), {"dtype": "int32"})
    yield Sample("eye", (3,))
    yield Sample("eye", (2, 4, 1, "int32"))
    yield Sample("identity", (2,))
    yield Sample("tri", (3, 4, -1))
    yield Sample("linspace", (0, 1, 5))
    yield Sample("linspace", (X[0], Y[0], 4), {"axis": -1, "endpoint": False})
    yield Sample("linspace", (0, 10, 5), {"dtype": "int32"})
    yield Sample("logspace", (0, 2, 3))
    yield Sample("geomspace", (1, 8, 4))
    yield Sample("copy", (X,))


def of(array: np.ndarray, dtype: str) -> np.ndarray:
    """The array in a dtype that NumPy may know through ml_dtypes only."""
    import ml_dtypes

    return array.astype(getattr(ml_dtypes, dtype, dtype))


samples = [*elementwise(), *reductions(), *moves(), *indexing(), *order(), *creation()]
