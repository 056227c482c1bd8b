"""Samples of activations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

KINKS = (-3, -1, -0.5, 0, 0.2, 0.5, 1, 3, 6)
# fmt: off
PLAIN = (
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "sigmoid", "log_sigmoid", "softplus", "softsign",
    "silu", "gelu", "mish", "hard_sigmoid", "hard_silu", "hard_tanh", "soft_shrink", "hard_shrink",
    "tanh_shrink", "squareplus", "sparse_plus", "sparse_sigmoid", "glu", "sparsemax", "softmax", "log_softmax",
)
# fmt: on


def smooth(*shape: int) -> np.ndarray:
    """Numbers none of which lies within 0.01 of a kink of any activation."""
    x = floats(*shape, low=-4.0, high=7.0)
    for kink in KINKS:
        x = np.where(np.abs(x - kink) < 0.01, kink + np.float32(0.05), x)
    return x


X, CUBE = smooth(3, 4), smooth(2, 3, 4)
FAR = np.array([[-200.0, -30.0], [30.0, 200.0]], "float32")


def rows() -> Iterator[Sample]:
    """The samples."""
    for name in PLAIN:
        yield Sample(name, (X,), gradient=True)
        yield Sample(name, (FAR,))
        yield Sample(name, (ints(3, 4, low=-4),))
    yield Sample("leaky_relu", (X, 0.3), gradient=True)
    yield Sample("elu", (X, 0.5), gradient=True)
    yield Sample("celu", (X,), {"alpha": 2.0}, gradient=True)
    yield Sample("gelu", (X,), {"approximate": False}, gradient=True)
    yield Sample("soft_shrink", (X, 1.2), gradient=True)
    yield Sample("hard_shrink", (X, 1.2), gradient=True)
    yield Sample("threshold", (X, 0.2, -1.0), gradient=True)
    yield Sample("squareplus", (X,), {"b": 2}, gradient=True)
    yield Sample("glu", (smooth(4, 3),), {"axis": 0}, gradient=True, batch=False)
    yield Sample("sparsemax", (smooth(4, 3),), {"axis": 0}, gradient=True)
    yield Sample("softmax", (CUBE,), {"axis": 1}, gradient=True)
    yield Sample("softmax", (CUBE,), {"axis": (1, 2)}, gradient=True)
    yield Sample("softmax", (X,), {"axis": None}, gradient=True)
    yield Sample("log_softmax", (CUBE,), {"axis": (0, -1)}, gradient=True)
