"""Samples of views, and of neighbouring floats."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

X = floats(3, 4)
ODD = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, 1e-45, -1e-45], "float32")


def rows() -> Iterator[Sample]:
    """The samples."""
    for dtype in ("int32", "uint8", "bfloat16"):
        yield Sample("view", (X, dtype))
    yield Sample("view", (ints(2, 8, dtype="uint8"), "float32"))
    yield Sample("view", (ints(2, 4, high=2).astype(bool), "int8"))
    yield Sample("view", (ints(2, 4, dtype="int16"), "bool"))
    yield Sample("view", (np.float32(1.5), "int32"))
    yield Sample("view", (X,))
    yield Sample("reinterpreted", (X, "int32"))
    yield Sample("reinterpreted", (ints(2, 8, dtype="uint8"), "float32"))
    yield Sample("nextafter", (X, floats(3, 4, seed=1)))
    yield Sample("nextafter", (ODD, np.float32(2.0)))
    yield Sample("nextafter", (ODD, np.flip(ODD).copy()))
    yield Sample("nextafter", (X, X))
    yield Sample("nextafter", (X, np.array(-np.inf, "float16")))
