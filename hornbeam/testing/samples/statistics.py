"""Samples of counts, correlations and distances."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, complexes, floats, ints

X, Y = floats(3, 5), floats(4, 5, seed=1)
SIGNAL, FILTER = floats(7), floats(4, seed=1)
WHOLE = np.array([3, 1, 0, 1, 5], "int32")
MATRIX = np.array([[1, 1, 4], [0, 2, 2]], "int32")


def rows() -> Iterator[Sample]:
    """The samples."""
    yield Sample("bincount", (WHOLE,), fixed=False)
    yield Sample("bincount", (WHOLE,), {"minlength": 4}, fixed=False)
    yield Sample("bincount", (MATRIX,), {"weights": floats(2, 3)}, fixed=False)
    for x in (WHOLE, WHOLE.astype("uint8"), MATRIX, MATRIX.astype("int64")):
        yield Sample("bincount", (x,), {"minlength": 6})
    yield Sample("bincount", (WHOLE,), {"weights": floats(5), "minlength": 8}, gradient=True)
    yield Sample("bincount", (MATRIX,), {"weights": floats(2, 3), "minlength": 5}, gradient=True)
    yield Sample("bincount", (WHOLE,), {"weights": ints(5, dtype="int8"), "minlength": 6})
    yield Sample("bincount", (WHOLE.astype("uint8"),), {"weights": ints(5, dtype="int8"), "minlength": 6})
    yield Sample("bincount", (WHOLE[:0],), {"minlength": 2}, batch=False)
    yield Sample("histogram", (floats(20),), extremes=False)
    yield Sample("histogram", (floats(20),), {"bins": 3, "range": (-1.0, 1.5)}, extremes=False)
    yield Sample("histogram", (ints(9),), {"bins": 4})
    yield Sample("histogram", (np.full(3, 2.0, "float32"),), {"bins": 3}, extremes=False)
    yield Sample("histogram", (floats(0),), {"bins": 2}, batch=False)
    yield Sample("corrcoef", (X,), gradient=True)
    yield Sample("corrcoef", (ints(3, 4, dtype="int64"),))
    yield Sample("corrcoef", (complexes(2, 6),))
    for mode in ("valid", "same", "full"):
        yield Sample("correlate", (SIGNAL, FILTER), {"mode": mode}, gradient=True, batch=False)
        yield Sample("correlate", (SIGNAL, FILTER[:3]), {"mode": mode}, batch=(0,))
        yield Sample("correlate", (FILTER, SIGNAL), {"mode": mode}, gradient=True, batch=False)
        yield Sample("correlate", (complexes(5), complexes(3, seed=3)), {"mode": mode}, batch=False)
    yield Sample("correlate", (ints(5), ints(2, dtype="int64")), batch=False)
    yield Sample("cdist", (X, Y), gradient=True, batch=(0,))
    yield Sample("cdist", (X, X), batch=False)
    yield Sample("cdist", (X, X[:2]), batch=(1,))
    yield Sample("cdist", (floats(2, 3, 4), floats(2, 5, 4)), batch=(0, 1))
    yield Sample("cdist", (ints(3, 2), ints(2, 2)), batch=False)
