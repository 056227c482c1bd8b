"""Samples of sorting, searching and quantiles."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints, of

X, Y = floats(3, 4), floats(3, 4, seed=1)
WHOLE = ints(3, 4)
CUBE = floats(2, 3, 4)


def rows() -> Iterator[Sample]:
    """The samples."""
    for axis in (-1, 0, None):
        yield Sample("sort", (X, axis), gradient=True)
        yield Sample("argsort", (WHOLE, axis))
    yield Sample("sort", (of(WHOLE, "uint8"),))
    yield Sample("top_k", (X, 2), gradient=True)
    yield Sample("in_top_k", (np.array([0, 1, 3], "int32"), X, 2), batch=False)
    for side in ("left", "right"):
        yield Sample("searchsorted", (np.array([1, 3, 3, 5], "int32"), WHOLE, side), batch=False)
        yield Sample("searchsorted", (np.sort(X[0]), Y, side), batch=False, extremes=False)
    yield Sample("digitize", (X, np.array([-1.0, 0.0, 1.0], "float32")))
    for method in ("linear", "lower", "higher", "midpoint", "nearest"):
        yield Sample("quantile", (CUBE, 0.3), {"axis": 1, "method": method}, gradient=True)
    yield Sample("quantile", (CUBE, np.array([0.1, 0.8], "float32")), {"axis": (1, -1), "keepdims": True})
    yield Sample("quantile", (CUBE, np.array([0.1, 0.8], "float32")))
    yield Sample("percentile", (WHOLE, 40), {"axis": 0})
    yield Sample("median", (CUBE,), {"axis": -1}, gradient=True)
    yield Sample("median", (X,), {"keepdims": True})
    holes = np.array([[1, np.nan, 3, 4], [np.nan] * 4, [7, 8, 9, np.nan]], "float32")
    for method in ("linear", "lower", "higher", "midpoint", "nearest"):
        yield Sample("nanquantile", (CUBE, 0.3), {"axis": 1, "method": method}, gradient=True)
        yield Sample("nanquantile", (holes, np.array([0.1, 0.6], "float32")), {"axis": -1, "method": method})
        yield Sample("quantile", (holes, 0.6), {"axis": 0, "method": method}, batch=False)
    yield Sample("nanquantile", (CUBE, np.array([[0.1, 0.8]], "float32")), {"axis": (1, -1), "keepdims": True})
    yield Sample("nanpercentile", (holes, 40), {"axis": 0}, batch=False)
    yield Sample("nanpercentile", (WHOLE, np.array([10, 75], "int32")))
    yield Sample("nanmedian", (holes,), {"axis": -1})
    yield Sample("nanmedian", (holes,), {"keepdims": True})
    yield Sample("quantile", (floats(0), 0.5), batch=False)
    for kth in (1, -1):
        yield Sample("argpartition", (X, kth))
