"""Samples of functions made to work on every element."""

from __future__ import annotations

from collections.abc import Iterator

from hornbeam import ops
from hornbeam.testing.sample import Sample, floats, ints


def rows() -> Iterator[Sample]:
    """The samples."""
    X = floats(3, 4)
    yield Sample("vectorize", (X, X[0]), call=ops.vectorize(lambda a, b: a * b), gradient=True, batch=False)
    yield Sample("vectorize", (ints(3), ints(2, 1)), call=ops.vectorize(lambda a, b: a - b), batch=False)
    yield Sample(
        "vectorize", (X, X[0]), call=ops.vectorize(ops.dot, signature="(n),(n)->()"), gradient=True, batch=(0,)
    )
    yield Sample("vectorize", (X, X[0]), call=ops.vectorize(lambda a, b: a * ops.sum(b), excluded=[1]), batch=(0,))
    yield Sample(
        "vectorize", (X,), call=ops.vectorize(lambda a: (ops.sum(a), a * 2), signature="(n)->(),(n)"), gradient=True
    )
