"""Samples of linear algebra."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from hornbeam import ops
from hornbeam.testing.sample import Sample, floats, ints, of

GENERAL = floats(3, 3) + 3 * np.eye(3, dtype="float32")
BATCH = floats(2, 3, 3, seed=1) + 3 * np.eye(3, dtype="float32")
TALL = floats(4, 3, seed=2)
WIDE = floats(2, 3, 4, seed=3)
EMPTY = floats(0, 3, 3)
NONE = floats(0, 0)
SYSTEMS = (
    (GENERAL, floats(3)),
    (GENERAL, floats(3, 2)),
    (BATCH, floats(2, 3)),
    (BATCH, floats(2, 3, 2)),
    (EMPTY, floats(0, 3)),
    (GENERAL.astype("complex64"), floats(3)),
)


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    """Symmetric positive definite matrices."""
    x = floats(*shape, seed=seed)
    return (x @ np.swapaxes(x, -2, -1) + 2 * np.eye(shape[-1])).astype("float32")


def hermitian(size: int) -> np.ndarray:
    """A complex Hermitian positive definite matrix."""
    x = floats(size, size) + 1j * floats(size, size, seed=1)
    return (x @ x.conj().T + np.eye(size)).astype("complex64")


def of_matrices(operation: str, x: np.ndarray, *rest: Any, **options: Any) -> Sample:
    """A sample whose batch is the axes before the matrices."""
    return Sample(operation, (x, *rest), batch=x.ndim > 2, **{"tolerance": 1e-4, **options})


# What engines choose for themselves is taken out of their answers: signs of vectors, the order of eigenvalues, and
# vectors that stand for nothing because their value is 0. Shapes and dtypes are kept.


def qr(x: Any, mode: str = "reduced") -> Any:
    """|Q| with its columns times the diagonal of R, and |R|."""
    q, r = ops.qr(x, mode)
    pivots = ops.diagonal(ops.absolute(r), axis1=-2, axis2=-1)
    return ops.absolute(q)[..., : pivots.shape[-1]] * pivots[..., None, :], ops.absolute(r), ops.zeros_like(q)


def svd(x: Any, full_matrices: bool = True) -> Any:
    """|U| and |V| with their vectors times the singular values, and those."""
    u, s, v = ops.svd(x, full_matrices)
    count = s.shape[-1]
    left, right = ops.absolute(u)[..., :count] * s[..., None, :], ops.absolute(v)[..., :count, :] * s[..., None]
    return left, s, right, ops.zeros_like(u), ops.zeros_like(v)


def eigh(x: Any) -> Any:
    """The eigenvalues, and their vectors without signs."""
    values, vectors = ops.eigh(x)
    return values, ops.absolute(vectors), ops.zeros_like(vectors)


def eig(x: Any) -> Any:
    """The eigenvalues in ascending order, and their vectors without signs."""
    values, vectors = ops.eig(x)
    order = ops.argsort(ops.real(values))
    vectors = ops.take_along_axis(ops.absolute(vectors), order[..., None, :], -1)
    return ops.take_along_axis(values, order, -1), vectors


def is_smooth(x: np.ndarray) -> bool:
    """Whether gradients are asked for."""
    return x.dtype == np.float32 and x.size > 0


def rows() -> Iterator[Sample]:
    """The samples."""
    yield from _decompositions()
    yield from _equations()
    yield from _kernels()
    yield from _norms()


def _decompositions() -> Iterator[Sample]:
    for x in (positive(3, 3), positive(2, 3, 3, seed=1), hermitian(3), EMPTY, NONE, GENERAL):
        for upper in (False, True):
            yield of_matrices("cholesky", x, kwargs={"upper": upper}, gradient=is_smooth(x))
    for x in (np.tril(GENERAL), np.tril(BATCH), np.tril(hermitian(3)), EMPTY):
        yield of_matrices("cholesky_inverse", x, gradient=is_smooth(x))
    yield of_matrices("cholesky_inverse", np.triu(GENERAL), kwargs={"upper": True}, gradient=True)
    for x in (GENERAL, BATCH, TALL, WIDE, hermitian(3), EMPTY, floats(3, 0)):
        # of wide matrices TensorFlow has no gradient
        yield of_matrices("qr", x, call=qr, gradient=is_smooth(x) and x is not WIDE)
        yield of_matrices("qr", x, call=qr, kwargs={"mode": "complete"})
        yield of_matrices("svd", x, kwargs={"compute_uv": False}, gradient=is_smooth(x))
    for full_matrices in (True, False):
        for x in (GENERAL, TALL, WIDE, EMPTY):
            yield of_matrices("svd", x, kwargs={"full_matrices": full_matrices}, call=svd)
    for x in (positive(3, 3), positive(2, 3, 3, seed=1), GENERAL, hermitian(3), EMPTY, NONE):
        yield of_matrices("eigh", x, call=eigh, gradient=is_smooth(x))
        yield of_matrices("eig", x if x is not GENERAL else np.triu(x), call=eig)
    for x in (GENERAL, BATCH, EMPTY, NONE, positive(5, 5)):
        yield of_matrices("lu_factor", x, gradient=is_smooth(x))
    for dtype in ("float16", "bfloat16", "int32", "bool"):
        x = of(np.array([[4, 1, 0], [1, 3, 1], [0, 1, 1]]) if dtype != "bool" else np.eye(3), dtype)
        yield of_matrices("cholesky", x)
        yield of_matrices("lu_factor", x)
        x = x if dtype != "bool" else np.array([[1, 1, 0], [1, 0, 0], [0, 0, 0]], bool)
        for call in (qr, svd, eigh, eig):
            yield of_matrices(call.__name__, x, call=call)


def _equations() -> Iterator[Sample]:
    for name in ("det", "slogdet", "logdet", "inv"):
        for x in (GENERAL, BATCH, hermitian(3), EMPTY, NONE):
            yield of_matrices(name, x, gradient=is_smooth(x))
        for dtype in ("float16", "bfloat16", "int32", "bool"):
            yield of_matrices(name, of(np.eye(3) * (1 if dtype == "bool" else 2), dtype))
    for name in ("det", "slogdet", "logdet"):
        yield of_matrices(name, np.array([[0, 1], [2, 0]], "float32"))
        yield of_matrices(name, np.zeros((2, 2), "float32"))
    for a, b in SYSTEMS:
        options = {"gradient": is_smooth(a), "batch": (0, 1) if a.ndim > 2 else False, "tolerance": 1e-4}
        yield Sample("solve", (a, b), **options)
        for lower in (False, True):
            yield Sample("solve_triangular", (a, b), {"lower": lower}, **options)
    yield of_matrices("solve", of(GENERAL, "float16"), of(floats(3), "float16"))
    yield of_matrices("solve", GENERAL, ints(3))
    for x in (GENERAL, BATCH, TALL, WIDE, EMPTY, floats(3, 0)):
        yield of_matrices("pinv", x, gradient=is_smooth(x))
        yield of_matrices("matrix_rank", x)
    yield of_matrices("pinv", WIDE, kwargs={"rcond": 0.5})
    yield Sample("pinv", (WIDE,), {"rcond": [0.1, 0.9]}, batch=False, tolerance=1e-4)
    for name in ("pinv", "matrix_rank"):
        yield of_matrices(name, np.array([[1, 2], [2, 4]], "float32"))
        for dtype in ("float16", "bfloat16", "int32"):
            yield of_matrices(name, of(np.eye(3) * 2, dtype))
    for tol in (0.5, 1.0, [0.1, 5.0]):
        yield Sample("matrix_rank", (WIDE,), {"tol": tol}, batch=isinstance(tol, float))
    for a, b in (
        (TALL, floats(4)),
        (TALL, floats(4, 2)),
        (WIDE[0], floats(3)),
        (np.zeros((4, 2), "float32"), floats(4)),
    ):
        yield of_matrices("lstsq", a, b, gradient=bool(a.any()))
    yield of_matrices("lstsq", TALL, floats(4), kwargs={"rcond": 0.6})


def _kernels() -> Iterator[Sample]:
    """What the operations above call, so that an engine's own kernel is held against the body, too."""
    for x in (GENERAL, BATCH, EMPTY):
        for name in ("inv", "det", "slogdet"):
            yield of_matrices(f"linalg.{name}", x, gradient=is_smooth(x))
        yield of_matrices("linalg.cholesky", positive(*x.shape) if x.size else x)
        yield of_matrices("linalg.lu", x, gradient=is_smooth(x))
        yield of_matrices("linalg.qr", x, False)
        yield of_matrices("linalg.svd", x, False, False)
        yield of_matrices("linalg.pinv", x, 1e-5, gradient=is_smooth(x))
    for name in ("eig", "eigh"):
        yield of_matrices(f"linalg.{name}", np.diag([1, 2, 3]).astype("float32"))
    for a, b in SYSTEMS[1:4:2]:
        batch = (0, 1) if a.ndim > 2 else False
        yield Sample("linalg.solve", (a, b), batch=batch, tolerance=1e-4)
        yield Sample("linalg.solve_triangular", (a, b, True), batch=batch, tolerance=1e-4)


def _norms() -> Iterator[Sample]:
    cube = floats(2, 3, 4, seed=4)
    for order in (None, 0, 1, -1, 2, -2, 3, 0.5, math.inf, -math.inf):
        for kwargs in ({"axis": -1}, {"axis": 1, "keepdims": True}):
            yield Sample("norm", (cube,), {"ord": order, **kwargs}, gradient=order != 0, tolerance=1e-4)
    for order in (None, "fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf):
        for kwargs in ({"axis": (1, 2)}, {"axis": (2, 0), "keepdims": True}):
            yield Sample("norm", (cube,), {"ord": order, **kwargs}, gradient=True, tolerance=1e-4)
    for order in (None, 1, 2, "nuc", math.inf):
        yield Sample("norm", (TALL,), {"ord": order}, gradient=True, tolerance=1e-4)
        yield Sample("norm", (TALL.astype("complex64"),), {"ord": order}, tolerance=1e-4)
        for dtype in ("float16", "bfloat16", "int32", "bool"):
            yield Sample("norm", (of(ints(4, 3, high=2), dtype),), {"ord": order})
    for x in (floats(3), floats(0)):
        for order in (None, 1, math.inf, -math.inf, 3):
            yield Sample("norm", (x,), {"ord": order})
    yield Sample("norm", (np.array(-2, "float32"),))
    yield Sample("norm", (cube,))
    yield Sample("norm", (floats(0, 3),), {"ord": 2})
