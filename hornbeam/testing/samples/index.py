"""Samples of indexing, gathering, scattering and segments."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, complexes, floats, ints

X, Y = floats(3, 4), floats(3, 4, seed=1)
WHOLE = ints(3, 4)
CUBE = floats(2, 3, 4)
C = complexes(3, 4)


def rows() -> Iterator[Sample]:
    """The samples."""
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
    yield Sample("scattered", (X, places, np.array([9.0, 8.0], "float32"), None), gradient=True, batch=False)
    for reduction in ("add", "max", "min", "mul"):
        twice = np.array([[0], [2], [0]], "int32")
        # jax has no gradient of products by their repeated factors
        by = (0,) if reduction == "mul" else True
        yield Sample("scatter_update", (X, twice, Y, reduction), gradient=by, batch=False)
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
        yield Sample(name, (ints(6), ids), fixed=False)
    yield Sample("isin", (WHOLE, np.array([1, 5], "int32")))
    yield Sample("view_as_complex", (X[:, :2],))
    yield Sample("view_as_real", (C,))
    yield Sample("nonzero", (WHOLE,), fixed=False)
    yield Sample("where", (WHOLE > 4,), fixed=False)
