"""Samples of control flow: operations whose arguments are functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hornbeam import ops
from hornbeam.testing.sample import Sample, floats, ints

X, Y = floats(4, 3), floats(4, 3, seed=1)
TRUE, FALSE = np.array(True), np.array(False)


def step(carry: Any, x: Any) -> Any:
    """The running sum, beside twice the element."""
    total = ops.add(carry, x)
    return total, {"sum": total, "twice": ops.multiply(x, 2.0)}


def affine(first: Any, second: Any) -> Any:
    """`x -> a x + b` after another: associative, but not commutative."""
    return ops.multiply(first[0], second[0]), ops.add(ops.multiply(first[1], second[0]), second[1])


def doubled(x: Any) -> Any:
    """Twice x."""
    return ops.multiply(x, 2.0)


@ops.custom_gradient
def cube(x: Any) -> Any:
    """The third power, with its gradient written down."""
    return ops.multiply(x, ops.square(x)), lambda upstream: ops.multiply(upstream, ops.multiply(3.0, ops.square(x)))


def rows() -> Iterator[Sample]:
    """The samples."""
    for pred in (TRUE, FALSE):
        yield Sample("cond", (pred, lambda: ops.ones((2,)), lambda: ops.zeros((2,))), batch=False)
        yield Sample("cond", (pred, lambda: (1.0, 2), lambda: (3.0, 4)), batch=False)
    for index in (-1, 0, 1, 5):
        branches = [lambda x: ops.add(x, 1.0), doubled]
        yield Sample("switch", (np.int32(index), branches, X), gradient=True, batch=False)
    for reverse in (False, True):
        yield Sample("scan", (step, np.zeros(3, "float32"), X), {"reverse": reverse}, gradient=True, batch=False)
        yield Sample("associative_scan", (ops.add, X), {"reverse": reverse}, gradient=True, batch=False)
        yield Sample("associative_scan", (ops.maximum, X), {"reverse": reverse, "axis": 1}, gradient=True)
        yield Sample("associative_scan", (affine, (X, Y)), {"reverse": reverse}, gradient=True, batch=False)
    yield Sample("scan", (step, np.zeros(3, "float32"), X), {"unroll": True}, gradient=True, batch=False)
    yield Sample("scan", (step, np.zeros(3, "float32"), X[:0]), batch=False)
    yield Sample("scan", (lambda c, _: (ops.add(c, 1.0), c), 0.0), {"length": 3}, batch=False)
    yield Sample("scan", (lambda c, x: (ops.add(c, x), None), np.zeros(3, "float32"), X), gradient=True, batch=False)
    for bound in (None, 2):
        loop = (lambda i, x: ops.less(i, 5), lambda i, x: (ops.add(i, 1), doubled(x)), (0, X))
        yield Sample("while_loop", loop, {"maximum_iterations": bound}, batch=False)
    yield Sample("while_loop", (lambda x: ops.less(ops.max(x), 50.0), doubled, X + 2), batch=False)
    named = (lambda d: ops.less(d["i"], 5), lambda d: {"i": ops.add(d["i"], 2)}, {"i": np.int32(0)})
    yield Sample("while_loop", named, batch=False)
    yield Sample("fori_loop", (0, 3, lambda i, x: ops.add(doubled(x), ops.cast(i, "float32")), X), gradient=True)
    yield Sample("fori_loop", (1, np.int32(4), lambda i, n: ops.add(n, i), np.int32(10)), batch=False)
    for name in ("map", "vectorized_map"):
        yield Sample(name, (lambda x: ops.sum(ops.square(x)), X), gradient=True)
        yield Sample(name, (lambda pair: {"sum": ops.add(*pair)}, (X, Y)), gradient=True, batch=False)
        yield Sample(name, (lambda n: ops.add(n, 1), ints(5)))
    yield Sample("custom_gradient", (X,), gradient=True, call=cube)
    yield Sample("stop_gradient", (X,))
