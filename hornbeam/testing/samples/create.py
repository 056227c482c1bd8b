"""Samples of tensors that are made from numbers."""

from __future__ import annotations

from collections.abc import Iterator

from hornbeam.testing.sample import Sample, floats, ints

X, Y = floats(3, 4), floats(3, 4, seed=1)
WHOLE = ints(3, 4)


def rows() -> Iterator[Sample]:
    """The samples."""
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
    yield Sample("array", (X,))
    yield Sample("array", (WHOLE,), {"dtype": "float16"})
    for indexing in ("xy", "ij"):
        yield Sample("meshgrid", (X[0], Y[:2, 0]), {"indexing": indexing}, batch=False)
