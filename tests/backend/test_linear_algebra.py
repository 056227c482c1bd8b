"""Linear algebra against NumPy and SciPy, its errors, its gradients where they are delicate, and forward derivatives.

Values, dtypes, shapes, recording and gradients of samples are checked by the conformance test.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.linalg

import hornbeam
from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import (
    AxisError,
    BackendError,
    ConfigError,
    DtypeError,
    MatrixError,
    ShapeError,
    StructureError,
)
from hornbeam.core.spec import KerasTensor

RANDOM = np.random.default_rng(0)
GENERAL = (RANDOM.normal(size=(2, 4, 4)) + 4 * np.eye(4)).astype("float32")
POSITIVE = (GENERAL @ np.swapaxes(GENERAL, -1, -2)).astype("float32")
TALL = RANDOM.normal(size=(5, 3)).astype("float32")
WIDE = RANDOM.normal(size=(2, 3, 5)).astype("float32")
COMPLEX = (GENERAL + 1j * RANDOM.normal(size=(2, 4, 4))).astype("complex64")
HERMITIAN = (COMPLEX @ np.conj(np.swapaxes(COMPLEX, -1, -2))).astype("complex64")
SINGULAR = np.array([[1, 2], [2, 4]], "float32")
SQUARE = ("cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "logdet", "slogdet")


def numpy(x: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(x))


def close(x: Any, wanted: Any, tolerance: float = 1e-4) -> None:
    np.testing.assert_allclose(numpy(x), wanted, rtol=tolerance, atol=tolerance)


def adjoint(x: np.ndarray) -> np.ndarray:
    return np.conj(np.swapaxes(x, -1, -2))


@pytest.fixture
def differentiable(backend: str) -> str:
    if backend == "numpy":
        pytest.skip("numpy does not differentiate")
    return backend


# Decompositions


@pytest.mark.parametrize("x", [POSITIVE, HERMITIAN, POSITIVE[0]], ids=["real", "complex", "one"])
def test_cholesky(backend: str, x: np.ndarray) -> None:
    lower = numpy(ops.cholesky(x))
    np.testing.assert_array_equal(lower, np.tril(lower))
    close(lower @ adjoint(lower), x, 1e-3)
    close(ops.cholesky(x, upper=True), adjoint(lower))
    close(ops.cholesky_inverse(lower), np.linalg.inv(x), 1e-3)
    close(ops.cholesky_inverse(adjoint(lower), upper=True), np.linalg.inv(x), 1e-3)


@pytest.mark.parametrize("operation", ["cholesky", "eigh"])
def test_only_the_lower_triangle_is_read(backend: str, operation: str) -> None:
    spoiled = np.tril(POSITIVE) + np.triu(np.full((4, 4), 7, "float32"), 1)
    for options in ({}, {"upper": True}) if operation == "cholesky" else ({},):
        found, wanted = (getattr(ops, operation)(x, **options) for x in (spoiled, POSITIVE))
        first, second = (part[0] if isinstance(part, tuple) else part for part in (found, wanted))
        close(first, numpy(second))


@pytest.mark.parametrize("x", [GENERAL, TALL, WIDE, COMPLEX], ids=["square", "tall", "wide", "complex"])
def test_qr(backend: str, x: np.ndarray) -> None:
    for mode in ("reduced", "complete"):
        q, r = (numpy(part) for part in ops.qr(x, mode))
        reference = np.linalg.qr(x, mode)
        assert (q.shape, r.shape) == (reference[0].shape, reference[1].shape)
        close(q @ r, x)
        close(adjoint(q) @ q, np.broadcast_to(np.eye(q.shape[-1]), (*x.shape[:-2], q.shape[-1], q.shape[-1])))
        np.testing.assert_array_equal(r, np.triu(r))


@pytest.mark.parametrize("x", [GENERAL, TALL, WIDE, COMPLEX], ids=["square", "tall", "wide", "complex"])
def test_svd(backend: str, x: np.ndarray) -> None:
    values = np.linalg.svd(x, compute_uv=False)
    close(ops.svd(x, compute_uv=False), values)
    for full_matrices in (True, False):
        u, s, v = (numpy(part) for part in ops.svd(x, full_matrices))
        reference = np.linalg.svd(x, full_matrices)
        assert [part.shape for part in (u, s, v)] == [part.shape for part in reference]
        assert [part.dtype for part in (u, s, v)] == [part.dtype for part in reference]
        close(s, values)
        count = s.shape[-1]
        close((u[..., :count] * s[..., None, :]) @ v[..., :count, :], x)
        close(adjoint(u) @ u, np.broadcast_to(np.eye(u.shape[-1]), (*x.shape[:-2], u.shape[-1], u.shape[-1])))


@pytest.mark.parametrize(
    "x", [GENERAL, COMPLEX, np.array([[0, 1], [-1, 0]], "float32")], ids=["real", "complex", "turn"]
)
def test_eig(backend: str, x: np.ndarray) -> None:
    values, vectors = (numpy(part) for part in ops.eig(x))
    assert values.dtype == vectors.dtype == np.complex64
    close(x @ vectors, vectors * values[..., None, :], 1e-3)
    close(np.sort_complex(np.round(values, 3)), np.sort_complex(np.round(np.linalg.eigvals(x), 3)), 5e-3)


@pytest.mark.parametrize("x", [POSITIVE, HERMITIAN], ids=["real", "complex"])
def test_eigh(backend: str, x: np.ndarray) -> None:
    values, vectors = (numpy(part) for part in ops.eigh(x))
    assert values.dtype == np.float32
    close(values, np.linalg.eigvalsh(x), 1e-3)
    close((vectors * values[..., None, :]) @ adjoint(vectors), x, 1e-3)


def test_lu_factor(backend: str) -> None:
    for x in (GENERAL, COMPLEX, RANDOM.normal(size=(3, 2, 6, 6)).astype("float32")):
        factors, pivots = ops.lu_factor(x)
        assert ops.dtype(pivots) == "int32"
        wanted = scipy.linalg.lu_factor(x)
        close(factors, wanted[0], 1e-3)
        np.testing.assert_array_equal(numpy(pivots), wanted[1])


def test_lu_factor_of_what_is_not_square(backend: str) -> None:
    for x in (TALL, WIDE):
        if backend == "tensorflow":
            with pytest.raises(ShapeError, match=r"lu_factor.*square.*\(.*5.*\)"):
                ops.lu_factor(x)
            continue
        factors, pivots = ops.lu_factor(x)
        wanted = [scipy.linalg.lu_factor(part) for part in (x if x.ndim > 2 else [x])]
        close(factors, np.reshape([part[0] for part in wanted], x.shape))
        np.testing.assert_array_equal(numpy(pivots), np.reshape([part[1] for part in wanted], pivots.shape))


# Determinants, inverses, equations


@pytest.mark.parametrize("x", [GENERAL, COMPLEX, -GENERAL[:, :3, :3]], ids=["real", "complex", "negative"])
def test_determinants(backend: str, x: np.ndarray) -> None:
    close(ops.det(x) / ops.cast(np.abs(np.linalg.det(x)), ops.dtype(x)), np.linalg.det(x) / np.abs(np.linalg.det(x)))
    sign, logarithm = ops.slogdet(x)
    close(sign, np.linalg.slogdet(x)[0])
    close(logarithm, np.linalg.slogdet(x)[1])
    close(ops.logdet(x), np.linalg.slogdet(x)[1])
    assert ops.dtype(logarithm) == ops.dtype(ops.logdet(x)) == "float32"


def test_determinants_of_singular_matrices(backend: str) -> None:
    assert float(ops.det(SINGULAR)) == 0
    assert [float(part) for part in ops.slogdet(SINGULAR)] == [0, -math.inf]
    assert float(ops.logdet(SINGULAR)) == -math.inf


def test_slogdet_does_not_overflow(backend: str) -> None:
    close(ops.slogdet(np.eye(50, dtype="float32") * 1e20)[1], 50 * 20 * math.log(10), 1e-5)


@pytest.mark.parametrize("a", [GENERAL, COMPLEX], ids=["real", "complex"])
def test_equations(backend: str, a: np.ndarray) -> None:
    vectors, matrices = (RANDOM.normal(size=size).astype("float32") for size in ((2, 4), (2, 4, 3)))
    close(ops.inv(a), np.linalg.inv(a))
    close(ops.solve(a, matrices), np.linalg.solve(a, matrices))
    close(ops.solve(a, vectors), np.linalg.solve(a, vectors[..., None])[..., 0])
    close(ops.solve(a[0], vectors[0]), np.linalg.solve(a[0], vectors[0]))
    for lower in (False, True):
        wanted = [scipy.linalg.solve_triangular(x, b, lower=lower) for x, b in zip(a, matrices, strict=True)]
        close(ops.solve_triangular(a, matrices, lower), wanted)
        wanted = [scipy.linalg.solve_triangular(x, b, lower=lower) for x, b in zip(a, vectors, strict=True)]
        close(ops.solve_triangular(a, vectors, lower), wanted)


def test_solve_triangular_with_a_zero_on_the_diagonal(backend: str) -> None:
    found = numpy(ops.solve_triangular(np.array([[1, 2], [0, 0]], "float32"), np.array([1, 2], "float32")))
    assert not np.isfinite(found).any()


@pytest.mark.parametrize(
    "x", [GENERAL, TALL, WIDE, COMPLEX, SINGULAR], ids=["square", "tall", "wide", "complex", "flat"]
)
def test_pinv(backend: str, x: np.ndarray) -> None:
    close(ops.pinv(x), np.linalg.pinv(x, rcond=1e-5))
    close(ops.pinv(x, rcond=0.5), np.linalg.pinv(x, rcond=0.5))
    if x.ndim == 3:
        each = np.array([0.1, 0.7], "float32")
        close(ops.pinv(x, rcond=each), np.linalg.pinv(x, rcond=each))
        close(ops.pinv(x, rcond=ops.convert_to_tensor(each)), np.linalg.pinv(x, rcond=each))


def test_lstsq(backend: str) -> None:
    b = RANDOM.normal(size=(5, 2)).astype("float32")
    close(ops.lstsq(TALL, b), np.linalg.lstsq(TALL, b, rcond=None)[0])
    close(ops.lstsq(TALL, b[:, 0]), np.linalg.lstsq(TALL, b[:, 0], rcond=None)[0])
    close(ops.lstsq(WIDE[0], b[:3]), np.linalg.lstsq(WIDE[0], b[:3], rcond=None)[0])
    close(ops.lstsq(TALL, b, rcond=0.6), np.linalg.lstsq(TALL, b, rcond=0.6)[0])
    close(ops.lstsq(TALL, b, rcond=-1), np.linalg.lstsq(TALL, b, rcond=-1)[0])
    close(ops.lstsq(SINGULAR, SINGULAR[0]), np.linalg.lstsq(SINGULAR, SINGULAR[0], rcond=None)[0])
    close(ops.lstsq(np.zeros((3, 2), "float32"), b[:3]), np.zeros((2, 2)))


def test_matrix_rank(backend: str) -> None:
    low = np.array([[1, 2, 3], [2, 4, 6], [1, 1, 1]], "float32")
    batch = np.stack([low, np.eye(3, dtype="float32"), np.zeros((3, 3), "float32")])
    np.testing.assert_array_equal(numpy(ops.matrix_rank(batch)), [2, 3, 0])
    assert ops.dtype(ops.matrix_rank(batch)) == "int32"
    values = np.linalg.svd(WIDE, compute_uv=False)
    for tol in (0.0, 1.0, 3.0, [0.1, 2.0]):
        wanted = (values > np.reshape(tol, (-1, 1))).sum(-1)
        np.testing.assert_array_equal(numpy(ops.matrix_rank(WIDE, tol=tol)), wanted)


def test_the_smallest_singular_values_that_count(backend: str) -> None:
    if backend == "jax":
        pytest.skip("jax computes in float32, whose rounding errors are as large as the limits")
    u, v = np.linalg.qr(RANDOM.normal(size=(4, 4)))[0], np.linalg.qr(RANDOM.normal(size=(3, 3)))[0]
    for times, counted in ((1.5, (False, False)), (8, (True, False)), (80, (True, True))):
        x = (u[:, :3] * [1, 0.5, times * np.finfo("float64").eps]) @ v.T
        assert int(ops.matrix_rank(x)) == 2 + counted[0]
        assert (np.abs(numpy(ops.lstsq(x, np.ones(4)))).max() > 1e6) == counted[0]
        assert (np.abs(numpy(ops.pinv(x))).max() > 1e6) == counted[1]


# Norms


@pytest.mark.parametrize("order", [None, 0, 1, -1, 2, -2, 3, 0.5, -3, math.inf, -math.inf])
def test_norms_of_vectors(backend: str, order: Any) -> None:
    for axis in (0, -1, 2):
        for keepdims in (False, True):
            wanted = np.linalg.norm(WIDE, order, axis, keepdims)
            close(ops.norm(WIDE, order, axis, keepdims), wanted)
    close(ops.norm(TALL[0], order), np.linalg.norm(TALL[0], order))


@pytest.mark.parametrize("order", [None, "fro", "nuc", 1, -1, 2, -2, math.inf, -math.inf])
def test_norms_of_matrices(backend: str, order: Any) -> None:
    for axis in ((0, 1), (2, 0), (-1, -2)):
        for keepdims in (False, True):
            close(ops.norm(WIDE, order, axis, keepdims), np.linalg.norm(WIDE, order, axis, keepdims))
    close(ops.norm(TALL, order), np.linalg.norm(TALL, order))
    complex_norm = ops.norm(COMPLEX[0], order)
    assert ops.dtype(complex_norm) == "complex64"
    close(complex_norm, np.linalg.norm(COMPLEX[0], order))


def test_norms_at_the_edges(backend: str) -> None:
    nothing = np.zeros(0, "float32")
    assert [float(ops.norm(nothing, order)) for order in (None, 1, math.inf, -math.inf)] == [0, 0, 0, math.inf]
    assert float(ops.norm(np.zeros((0, 3), "float32"), 2)) == 0
    assert float(ops.norm(-2.0)) == 2
    close(ops.norm(WIDE), np.linalg.norm(WIDE))
    assert math.isnan(float(ops.norm([1.0, math.nan], math.inf)))
    # half precision is summed in single
    assert float(ops.norm(np.full(4, 200, "float16"))) == 400
    assert ops.dtype(ops.norm(np.array([3, 4]))) == "float32"


def test_norm_refuses(backend: str) -> None:
    for order in ("fro", "nuc", "bad"):
        with pytest.raises(ConfigError, match=rf"norm\(\): `ord` of a vector.*'{order}'"):
            ops.norm(TALL, order, axis=0)
    for order in (0, 3, "bad"):
        with pytest.raises(ConfigError, match=r"norm\(\): `ord` of a matrix"):
            ops.norm(TALL, order)
    with pytest.raises(ShapeError, match=r"norm\(\).*one or two axes.*\(2, 3, 5\)"):
        ops.norm(WIDE, axis=(0, 1, 2))
    with pytest.raises(ShapeError, match=r"norm\(\).*one or two axes.*`ord=1`"):
        ops.norm(2.0, 1)
    for axis in (3, (0, 3), (1, 1)):
        with pytest.raises(AxisError, match="axis"):
            ops.norm(WIDE, axis=axis)


# What is refused, on tensors and symbols alike


@pytest.mark.parametrize("operation", SQUARE)
def test_not_square(backend: str, operation: str) -> None:
    for x in (WIDE, KerasTensor((None, 3, 5))):
        with pytest.raises(ShapeError, match=rf"{operation}\(\): `x`.*square.*3, 5"):
            getattr(ops, operation)(x)


@pytest.mark.parametrize("operation", [*SQUARE, "qr", "svd", "lu_factor", "pinv", "matrix_rank"])
def test_no_matrices(backend: str, operation: str) -> None:
    for x in (TALL[0], 1.0, KerasTensor((3,))):
        with pytest.raises(ShapeError, match=rf"{operation}\(\): `x` needs at least two axes.*\((3,)?\)"):
            getattr(ops, operation)(x)
    with pytest.raises(DtypeError, match=operation):
        getattr(ops, operation)([["a", "b"], ["c", "d"]])


@pytest.mark.parametrize("operation", ["solve", "solve_triangular"])
def test_equations_that_do_not_fit(backend: str, operation: str) -> None:
    solve = getattr(ops, operation)
    for b in (TALL, TALL[:4, 0], np.ones((3, 4), "float32"), np.ones((3, 4, 2), "float32"), np.float32(1)):
        with pytest.raises(ShapeError, match=rf"{operation}\(\): `b` must have shape \(2, 4\).*got"):
            solve(GENERAL, b)
    with pytest.raises(ShapeError, match=rf"{operation}\(\): `a`.*square"):
        solve(WIDE, WIDE)
    with pytest.raises(ShapeError, match=rf"{operation}\(\): `b`"):
        solve(KerasTensor((None, 4, 4)), KerasTensor((None, 3)))


def test_other_arguments_that_do_not_fit(backend: str) -> None:
    with pytest.raises(ShapeError, match=r"lstsq\(\).*\(5, 3\) and \(3,\)"):
        ops.lstsq(TALL, TALL[0])
    with pytest.raises(ShapeError, match=r"lstsq\(\).*\(2, 3, 5\)"):
        ops.lstsq(WIDE, WIDE)
    with pytest.raises(ConfigError, match=r"qr\(\): `mode` must be.*'r'"):
        ops.qr(TALL, mode="r")


def test_singular_matrices(backend: str) -> None:
    batch = np.stack([np.eye(2, dtype="float32"), SINGULAR])
    for x in (SINGULAR, batch, np.zeros((2, 2), "float32")):
        with pytest.raises(MatrixError, match=r"inv\(\): .*singular"):
            ops.inv(x)
        with pytest.raises(MatrixError, match=r"solve\(\): .*singular"):
            ops.solve(x, x)
    for x in (SINGULAR, batch, -np.eye(3, dtype="float32"), np.array([[1, 2], [math.nan, 4]], "float32")):
        with pytest.raises(MatrixError, match=r"cholesky\(\): .*not positive definite"):
            ops.cholesky(x)
    assert np.isnan(numpy(ops.inv(np.array([[1, 2], [math.nan, 4]], "float32")))).all()


def test_decompositions_of_nan(backend: str) -> None:
    x = np.array([[1, 2], [math.nan, 4]], "float32")
    for decompose in (ops.eig, ops.eigh, ops.svd, lambda x: ops.svd(x, compute_uv=False), ops.pinv, ops.matrix_rank):
        with pytest.raises(MatrixError, match="NaN"):
            decompose(x)


def test_singular_matrices_in_compiled_code(backend: str) -> None:
    compiled = hornbeam.jit(ops.inv)
    if backend == "jax":  # cannot raise for a value
        assert not np.isfinite(numpy(compiled(ops.convert_to_tensor(SINGULAR)))).any()
    else:
        with pytest.raises(Exception, match=r"singular|not invertible"):
            compiled(ops.convert_to_tensor(SINGULAR))
    close(compiled(ops.convert_to_tensor(GENERAL[0])), np.linalg.inv(GENERAL[0]))


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "int32", "int64", "uint8", "bool", "float64"])
def test_dtypes(backend: str, dtype: str) -> None:
    x = ops.cast(np.array([[2, 0], [1, 1]] if dtype != "bool" else [[1, 0], [1, 1]]), dtype)
    wanted = dtype if dtype in ("float16", "bfloat16", "float64") else "float32"
    wanted = registry.default().narrow.get(wanted, wanted)
    for operation in ("inv", "det", "pinv", "norm", "logdet", "cholesky_inverse"):
        assert ops.dtype(getattr(ops, operation)(x)) == wanted, operation
    for parts in (ops.qr(x), ops.svd(x), ops.slogdet(x), ops.eigh(x), [ops.solve(x, x), ops.lstsq(x, x)]):
        assert {ops.dtype(part) for part in parts} == {wanted}
    assert [ops.dtype(part) for part in ops.lu_factor(x)] == [wanted, "int32"]
    assert {ops.dtype(part) for part in ops.eig(x)} == {"complex128" if wanted == "float64" else "complex64"}


# Gradients


def test_gradients_of_functions_of_decompositions(differentiable: str) -> None:
    """What does not depend on the choice of signs has the gradient of the matrix function it is."""

    def power(x: Any) -> Any:  # the cube of a symmetric matrix
        values, vectors = ops.eigh(x)
        return ops.matmul(vectors * (values**3)[..., None, :], ops.swapaxes(vectors, -2, -1))

    def polar(x: Any) -> Any:  # U V^H is orthogonal, and turns with x
        u, _, v = ops.svd(x, full_matrices=False)
        return ops.matmul(u, v)

    weight = RANDOM.normal(size=(4, 4)).astype("float32")
    x = POSITIVE[0] / 10
    for function in (power, polar):

        def loss(x: Any, function: Any = function) -> Any:
            return ops.sum(ops.multiply(function(ops.matmul(x, ops.transpose(x))), weight))

        slope = numpy(hornbeam.grad(loss)(ops.convert_to_tensor(x)))
        direction = RANDOM.normal(size=(4, 4))
        with registry.scope("numpy"):
            ends = [loss(x.astype("float64") + step * direction) for step in (1e-5, -1e-5)]
        np.testing.assert_allclose((slope * direction).sum(), (ends[0] - ends[1]) / 2e-5, rtol=1e-2, atol=1e-2)


def test_gradient_of_pinv_where_singular_values_are_equal(differentiable: str) -> None:
    slope = hornbeam.grad(lambda x: ops.sum(ops.multiply(ops.pinv(x), GENERAL[0])))(
        ops.convert_to_tensor(np.eye(4, dtype="float32"))
    )
    close(slope, -GENERAL[0])


def test_gradient_of_pinv_is_that_of_matrices_of_one_rank(differentiable: str) -> None:
    left, right, weight = (RANDOM.normal(size=size).astype("float32") for size in ((5, 2), (2, 4), (4, 5)))

    def loss(left: Any, right: Any) -> Any:
        return ops.sum(ops.multiply(ops.pinv(ops.matmul(left, right), rcond=1e-4), weight))

    slopes = hornbeam.grad(loss, (0, 1))(ops.convert_to_tensor(left), ops.convert_to_tensor(right))
    directions = RANDOM.normal(size=(5, 2)), RANDOM.normal(size=(2, 4))
    with registry.scope("numpy"):
        ends = [loss(left + step * directions[0], right + step * directions[1]) for step in (1e-6, -1e-6)]
    found = sum(float((numpy(slope) * d).sum()) for slope, d in zip(slopes, directions, strict=True))
    np.testing.assert_allclose(found, (ends[0] - ends[1]) / 2e-6, rtol=1e-2, atol=1e-2)


def test_gradients_nest(differentiable: str) -> None:
    inner = hornbeam.grad(lambda x: ops.logdet(x))
    outer = hornbeam.grad(lambda x: ops.sum(ops.multiply(inner(x), POSITIVE[0])))
    inverse = np.linalg.inv(GENERAL[0])
    close(outer(ops.convert_to_tensor(GENERAL[0])), -(inverse @ POSITIVE[0].T @ inverse).T, 1e-3)


# Forward derivatives


def test_jvp(differentiable: str) -> None:
    x, v = (RANDOM.normal(size=3).astype("float32") for _ in range(2))
    value, derivative = ops.jvp(ops.sin, (x,), (v,))
    close(value, np.sin(x))
    close(derivative, np.cos(x) * v)
    value, derivative = ops.jvp(lambda a, b: {"product": a * b, "first": a}, [x, v], [v, x])
    close(value["product"], x * v)
    close(derivative["product"], v * v + x * x)
    close(derivative["first"], v)
    value, derivative, aux = ops.jvp(lambda x: (x * x, {"twice": x * 2}), (x,), (v,), has_aux=True)
    close(derivative, 2 * x * v)
    close(aux["twice"], 2 * x)
    _, derivative = ops.linalg.jvp(lambda d: d["a"] * d["b"], ({"a": x, "b": x},), ({"a": v, "b": v},))
    close(derivative, 2 * x * v)


def test_jvp_of_what_does_not_depend_on_it(differentiable: str) -> None:
    value, derivative = ops.jvp(lambda x: ops.ones(2), (3.0,), (1.0,))
    close(value, np.ones(2))
    close(derivative, np.zeros(2))


def test_jvp_is_the_gradient_along_a_direction(differentiable: str) -> None:
    x, v = GENERAL[0], POSITIVE[0]
    _, derivative = hornbeam.jvp(ops.logdet, (x,), (v,))
    close(derivative, np.sum(numpy(hornbeam.grad(ops.logdet)(ops.convert_to_tensor(x))) * v), 1e-3)
    compiled = hornbeam.jit(lambda x, v: ops.jvp(ops.logdet, (x,), (v,))[1])
    close(compiled(ops.convert_to_tensor(x), ops.convert_to_tensor(v)), numpy(derivative), 1e-3)


def test_jvp_refuses(backend: str) -> None:
    x = np.ones(3, "float32")
    with pytest.raises(StructureError, match=r"jvp\(\): `primals` and `tangents` are tuples"):
        ops.jvp(ops.sin, x, x)
    with pytest.raises(StructureError, match=r"jvp\(\): `tangents` do not have the structure"):
        ops.jvp(ops.sin, (x,), (x, x))
    with pytest.raises(ShapeError, match=r"jvp\(\).*\(3,\).*\(2,\)"):
        ops.jvp(ops.sin, (x,), (x[:2],))
    with pytest.raises(DtypeError, match=r"jvp\(\): `primals`.*int32"):
        ops.jvp(ops.square, (np.ones(3, "int32"),), (np.ones(3, "int32"),))
    with pytest.raises(BackendError, match=r"jvp\(\) has no symbolic form"):
        ops.jvp(ops.sin, (KerasTensor((3,)),), (KerasTensor((3,)),))
    if backend == "numpy":
        with pytest.raises(BackendError, match="numpy backend does not differentiate"):
            ops.jvp(ops.sin, (x,), (x,))
