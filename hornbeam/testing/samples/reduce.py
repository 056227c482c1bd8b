"""Samples of sums, products, extremes and moments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints, of

X = floats(3, 4)
POSITIVE = floats(3, 4, low=0.3, high=3.0)
WHOLE = ints(3, 4)
B = ints(3, 4, high=2).astype(bool)
CUBE = floats(2, 3, 4)


def rows() -> Iterator[Sample]:
    """The samples."""
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
    yield Sample("min", (X,), {"initial": 0.25})
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
    for name in ("amax", "amin"):
        yield Sample(name, (X,), {"axis": 1, "keepdims": True}, gradient=True)
