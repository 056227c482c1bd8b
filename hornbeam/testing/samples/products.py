"""Samples of products and of sums between neighbours."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, complexes, floats, ints

X, Y = floats(4, 3), floats(4, 3, seed=1)
LINE = floats(6)


def rows() -> Iterator[Sample]:
    """The samples."""
    yield Sample("cross", (X, Y), gradient=True)
    yield Sample("cross", (X, Y[0]), batch=(0,))
    yield Sample("cross", (X[:, :2], Y[:, :2]), gradient=True)
    yield Sample("cross", (X[:, :2], Y), batch=(0, 1))
    yield Sample("cross", (X, Y[:, :2]), batch=(0, 1))
    yield Sample("cross", (X.T, Y), {"axisa": 0, "axisc": 0}, batch=False)
    yield Sample("cross", (X.T, Y.T), {"axis": 0}, batch=False)
    yield Sample("cross", (ints(2, 3), ints(2, 3, seed=1)))
    yield Sample("kron", (X, Y[:2]), gradient=True, batch=(0,))
    yield Sample("kron", (X, LINE), batch=(0,))
    yield Sample("kron", (LINE, X), batch=False)
    yield Sample("kron", (ints(2), ints(2, 2, dtype="int8")), batch=False)
    yield Sample("kron", (np.float32(2.0), LINE), batch=False)
    yield Sample("vander", (LINE,), gradient=True)
    yield Sample("vander", (np.array([0, 1, -2, 0.5], "float32"),), {"N": 3, "increasing": True}, gradient=True)
    yield Sample("vander", (LINE,), {"N": 0})
    yield Sample("vander", (ints(4),), {"N": 5})
    yield Sample("vander", (np.append(complexes(2), 0).astype("complex64"),), {"N": 3})
    yield Sample("diff", (X,), gradient=True)
    yield Sample("diff", (X,), {"axis": 0, "n": 2}, batch=False)
    yield Sample("diff", (X,), {"n": 0})
    yield Sample("diff", (ints(3, 4, dtype="uint8"),), {"n": 5})
    yield Sample("diff", (ints(3, 4, high=2).astype(bool),))
    yield Sample("trapezoid", (X,), gradient=True)
    yield Sample("trapezoid", (X,), {"dx": 0.25, "axis": 0})
    yield Sample("trapezoid", (X,), {"x": LINE[:3]}, gradient=True, batch=(0,))
    yield Sample("trapezoid", (X,), {"x": LINE[:4], "axis": 0}, gradient=True, batch=False)
    yield Sample("trapezoid", (X,), {"x": Y}, gradient=True)
    yield Sample("trapezoid", (ints(4),))
    yield Sample("polar", (X, Y))
    yield Sample("polar", (X, Y[0]), batch=(0,))
