"""Samples of moments and normalization."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hornbeam.testing.sample import Sample, every_operation, floats

X, CUBE = floats(3, 4), floats(2, 3, 4)


def normalized(*args: Any, **kwargs: Any) -> Any:
    """What `batch_norm_training` makes of x: the moments beside it carry no gradient."""
    return every_operation()["batch_norm_training"].function(*args, **kwargs)[0]


def rows() -> Iterator[Sample]:
    """The samples."""
    yield Sample("moments", (floats(3, 4, 2), (0, 1)), gradient=True)
    yield Sample("moments", (X, -1), {"keepdims": True}, gradient=True)
    by_variance = [floats(n, low=0.3, high=2.0) for n in (2, 3, 4)]
    for x, mean, variance, axis, *rest in [
        (X, floats(4), by_variance[2], -1, floats(4, seed=1), floats(4, seed=2)),
        (floats(2, 3, 4, 2), floats(2), by_variance[0], 3, None, None, 0.1),
        (CUBE, floats(3), by_variance[1], 1, None, floats(3, seed=1)),
    ]:
        yield Sample("batch_normalization", (x, mean, variance, axis, *rest), gradient=True)
    for args, keywords in [
        ((floats(6, 4), floats(4), floats(4, seed=1)), {}),
        ((floats(2, 3, 3, 2), floats(2), floats(2, seed=1)), {}),
        ((CUBE, None, None, 1), {"epsilon": 1e-5}),
        ((floats(2, 4, 3), None, floats(3)), {"epsilon": 1e-6}),
    ]:
        yield Sample("batch_norm_training", args, keywords)
        yield Sample("batch_norm_training", args, keywords, gradient=True, call=normalized)
    yield Sample("layer_normalization", (X, floats(4), floats(4, seed=1)), {"epsilon": 1e-3}, gradient=True)
    yield Sample("layer_normalization", (X,), gradient=True)
    yield Sample("layer_normalization", (CUBE, floats(3, 4), None, (1, 2)), gradient=True)
    yield Sample("layer_normalization", (CUBE, floats(3), floats(3), 1), gradient=True)
    yield Sample("layer_normalization", (1e3 + X,), {"epsilon": 1e-3}, tolerance=2e-3)
    yield Sample("rms_normalization", (X, floats(4)), gradient=True)
    yield Sample("rms_normalization", (CUBE, floats(3, 4), (-2, -1), 0.1), gradient=True)
    yield Sample("rms_normalization", (CUBE, floats(3), 1), gradient=True)
    yield Sample("normalize", (X,), gradient=True)
    yield Sample("normalize", (X, 0, 1), gradient=True)
    yield Sample("normalize", (X, (0, 1), 3), gradient=True)
    yield Sample("normalize", (X,), {"epsilon": 100.0}, gradient=True)
