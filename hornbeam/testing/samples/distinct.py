"""Samples of the distinct elements of tensors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, complexes, floats, ints

X = np.array([[3, 1, 2], [1, 3, 3], [3, 1, 2]], "int32")
ODD = np.array([1.0, np.nan, -0.0, np.inf, 0.0, np.nan, -np.inf, np.inf], "float32")
ALL = {"return_index": True, "return_inverse": True, "return_counts": True}


def rows() -> Iterator[Sample]:
    """The samples."""
    for x in (X, X.astype("bool"), X.astype("uint8"), ODD, floats(0), np.float32(2.0), complexes(3)):
        yield Sample("unique", (x,), fixed=False)
        yield Sample("unique", (x,), ALL, fixed=False)
        yield Sample("unique", (x,), {**ALL, "size": 5})
    yield Sample("unique", (X,), {"size": 2, "return_counts": True})
    yield Sample("unique", (X,), {"size": 6, "fill_value": 9})
    yield Sample("unique", (X,), {"sorted": False, "size": 3})
    for axis in (0, 1, -1):
        yield Sample("unique", (X,), {**ALL, "axis": axis}, fixed=False)
        yield Sample("unique", (X,), {**ALL, "axis": axis, "size": 4, "fill_value": 7})
    yield Sample("unique", (ints(2, 5, 3, high=2),), {**ALL, "axis": 1, "size": 4})
    yield Sample("unique", (floats(4, 2).round(),), {**ALL, "axis": 0, "size": 4})
