"""Products, differences, bits and vectorized functions, against NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hornbeam import KerasTensor, ops
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError

tensor = ops.convert_to_tensor
draw = np.random.default_rng(0).normal


def same(found: Any, wanted: Any, tolerance: float = 2e-6) -> None:
    found = np.asarray(ops.convert_to_numpy(found))
    assert found.shape == np.shape(wanted)
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance)


def test_cross(backend: str) -> None:
    x, y = draw(size=(4, 3)).astype("float32"), draw(size=(4, 3)).astype("float32")
    same(ops.cross(tensor(x), tensor(y)), np.cross(x, y))
    same(ops.cross(tensor(x.T), tensor(y.T), axis=0), np.cross(x.T, y.T, axis=0))
    same(ops.cross(tensor(x.T), tensor(y), axisa=0, axisc=0), np.cross(x.T, y, axisa=0, axisc=0))
    flat = np.concatenate([x[:, :2], np.zeros((4, 1), "float32")], 1)
    same(ops.cross(tensor(x[:, :2]), tensor(y)), np.cross(flat, y))
    same(ops.cross(tensor(y), tensor(x[:, :2])), np.cross(y, flat))
    same(ops.cross(tensor(x[:, :2]), tensor(y[:, :2])), x[:, 0] * y[:, 1] - x[:, 1] * y[:, 0])
    with pytest.raises(ShapeError, match="2 or 3 elements"):
        ops.cross(ops.ones((4,)), ops.ones((3,)))


@pytest.mark.parametrize("shapes", [((2, 3), (3, 2)), ((2,), (2, 2)), ((2, 2, 2), (3,)), ((), (2,))])
def test_kron(backend: str, shapes: Any) -> None:
    x, y = (draw(size=shape).astype("float32") for shape in shapes)
    same(ops.kron(tensor(x), tensor(y)), np.kron(x, y))


def test_vander(backend: str) -> None:
    x = np.array([0.0, -1.5, 2.0], "float32")
    for options in ({}, {"N": 5}, {"N": 2, "increasing": True}, {"N": 0}):
        same(ops.vander(tensor(x), **options), np.vander(x, **options))
    z = np.array([0, 1 + 2j], "complex64")
    same(ops.vander(tensor(z), 3), np.vander(z, 3), 1e-5)
    assert ops.vander(KerasTensor((None,))).shape == (None, None)
    with pytest.raises(ConfigError, match="N"):
        ops.vander(tensor(x), -1)
    with pytest.raises(ShapeError, match="vector"):
        ops.vander(ops.ones((2, 2)))


def test_diff_and_trapezoid(backend: str) -> None:
    x = draw(size=(3, 5)).astype("float32")
    for n, axis in ((0, -1), (1, -1), (2, 0), (7, 1)):
        same(ops.diff(tensor(x), n, axis), np.diff(x, n, axis), 1e-5)
    same(ops.diff(tensor(np.array([3, 1], "uint8"))), [254])
    with pytest.raises(ConfigError, match="negative"):
        ops.diff(tensor(x), -1)
    points = np.cumsum(np.abs(draw(size=5))).astype("float32")
    same(ops.trapezoid(tensor(x), dx=0.5), np.trapezoid(x, dx=0.5), 1e-5)
    same(ops.trapezoid(tensor(x), tensor(points)), np.trapezoid(x, points), 1e-5)
    same(ops.trapezoid(tensor(x), tensor(x), axis=0), np.trapezoid(x, x, axis=0), 1e-5)


def test_python_numbers_keep_64_bits(backend: str) -> None:
    if backend == "jax":
        pytest.skip("JAX has no 64-bit numbers without its 64-bit mode")
    whole, real = tensor(np.array([5, -3])), tensor(np.array([0.0, 1.0]))
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.maximum(whole, 2**40)), [2**40, 2**40])
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.bitwise_and(whole, 2**63 - 1)), [5, 2**63 - 3])
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.maximum(real, 0.1)), [0.1, 1.0])
    assert int(ops.convert_to_numpy(tensor(2**40))) == 2**40


def test_polar(backend: str) -> None:
    length, angle = draw(size=4).astype("float32"), draw(size=4).astype("float32")
    same(ops.polar(tensor(length), tensor(angle)), length * np.exp(1j * angle))
    assert ops.dtype(ops.polar(1.0, 2)) == "complex64"


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_nextafter(backend: str, dtype: str) -> None:
    if backend == "jax" and dtype == "float64":
        pytest.skip("JAX has no float64 without its 64-bit mode")
    limits = np.finfo(dtype)
    odd = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, limits.max, limits.tiny, float(limits.smallest_subnormal)]
    x, y = (part.ravel() for part in np.meshgrid(np.array(odd, dtype), np.array(odd, dtype)))
    with np.errstate(all="ignore"):
        wanted = np.nextafter(x, y)
    found = np.asarray(ops.convert_to_numpy(ops.nextafter(tensor(x), tensor(y))))
    np.testing.assert_array_equal(found, wanted)
    known = ~np.isnan(wanted) & (x != y)  # NumPy's float16 keeps the zero that it came from
    np.testing.assert_array_equal(np.signbit(found[known]), np.signbit(wanted[known]))


def test_view(backend: str) -> None:
    x = draw(size=(2, 4)).astype("float32")
    for dtype in ("int32", "uint8", "int16", "float16", "uint32"):
        found = ops.view(tensor(x), dtype)
        assert ops.dtype(found) == dtype
        np.testing.assert_array_equal(ops.convert_to_numpy(found), x.view(dtype))
        np.testing.assert_array_equal(ops.convert_to_numpy(ops.view(found, "float32")), x)
        assert ops.view(KerasTensor((None, 4)), dtype).shape == (None, *x.view(dtype).shape[1:])
    assert ops.view(KerasTensor((2, None), "int8"), "int32").shape == (2, None)
    for bad in (ops.ones((3,), "int8"), ops.ones((), "int8"), KerasTensor((3,), "int8")):
        with pytest.raises(ShapeError, match="view"):
            ops.view(bad, "int16")


def test_views_that_jax_lacks() -> None:
    from hornbeam.core import registry

    with registry.scope("jax"), pytest.raises(DtypeError, match="64-bit"):
        ops.view(ops.ones((2,)), "int64")


def test_vectorize(backend: str) -> None:
    x, y = draw(size=(2, 1)).astype("float32"), draw(size=3).astype("float32")
    same(ops.vectorize(lambda a, b: a * b)(tensor(x), tensor(y)), x * y)
    same(ops.vectorize(lambda a, b: a * b)(tensor(x), b=tensor(y)), x * y)
    same(ops.vectorize(lambda a, b: a * ops.max(b), excluded={1})(tensor(x), tensor(y)), x * y.max())
    same(ops.vectorize(lambda a, b: a * ops.max(b), excluded={"b"})(tensor(x), b=tensor(y)), x * y.max())
    matrices, vectors = draw(size=(4, 1, 2, 3)).astype("float32"), draw(size=(5, 3)).astype("float32")
    product = ops.vectorize(ops.matmul, signature="(m,n),(n)->(m)")
    same(
        product(tensor(matrices), tensor(vectors)), np.einsum("abmn,bn->abm", np.repeat(matrices, 5, 1), vectors), 1e-5
    )
    total, double = ops.vectorize(lambda a: (ops.sum(a), a * 2), signature="(n)->(),(n)")(tensor(vectors))
    same(total, vectors.sum(-1), 1e-5)
    same(double, vectors * 2)
    same(ops.vectorize(lambda a: a + 1)(tensor(1.0)), 2.0)


def test_vectorize_refuses(backend: str) -> None:
    with pytest.raises(ConfigError, match="signature"):
        ops.vectorize(ops.dot, signature="n->")
    with pytest.raises(ConfigError, match="callable"):
        ops.vectorize(3)
    dot = ops.vectorize(ops.dot, signature="(n),(n)->()")
    with pytest.raises(ShapeError, match=r"'n' .* sizes 3 and 4"):
        dot(ops.ones((3,)), ops.ones((4,)))
    with pytest.raises(ShapeError, match="needs 1 axes"):
        dot(ops.ones(()), ops.ones((4,)))
    with pytest.raises(ConfigError, match="takes 2 tensors, 1"):
        dot(ops.ones((3,)))
