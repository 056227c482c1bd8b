"""Windows, counts, correlations, distances, quantiles and distinct elements, against NumPy and SciPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import scipy.signal
import scipy.spatial.distance

import hornbeam
from hornbeam import KerasTensor, ops
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError, UnknownDimError

tensor = ops.convert_to_tensor


def array(x: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(x))


def same(found: Any, wanted: Any, tolerance: float = 2e-6) -> None:
    np.testing.assert_allclose(array(found), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("length", [0, 1, 2, 5, 8, 64])
def test_windows(backend: str, length: int) -> None:
    for name in ("bartlett", "blackman", "hamming", "hanning"):
        same(getattr(ops, name)(length), getattr(np, name)(length))
        assert ops.dtype(getattr(ops, name)(length)) == "float32"
    same(ops.kaiser(length, 8.6), np.kaiser(length, 8.6))
    same(ops.hamming(tensor(np.array([length]))), np.hamming(length))


def test_windows_refuse(backend: str) -> None:
    with pytest.raises(UnknownDimError):
        ops.hanning(KerasTensor((), "int32"))
    with pytest.raises(ShapeError, match="one number"):
        ops.hanning(tensor([3, 4]))


def test_bincount(backend: str) -> None:
    x = np.array([3, 1, 1, 0, 6], "int32")
    weights = np.array([0.5, 1, 2, 3, 4], "float32")
    same(ops.bincount(tensor(x)), np.bincount(x))
    same(ops.bincount(tensor(x), minlength=9), np.bincount(x, minlength=9))
    same(ops.bincount(tensor(x), tensor(weights)), np.bincount(x, weights))
    rows = np.array([[1, 1, 0], [3, 0, 3]])
    same(ops.bincount(tensor(rows)), [[1, 2, 0, 0], [1, 0, 0, 2]])
    assert array(ops.bincount(tensor(x[:0]))).shape == (0,)
    compiled = hornbeam.jit(lambda x: ops.bincount(x, minlength=4))
    same(compiled(tensor(x)), [1, 2, 0, 1])
    with pytest.raises(ConfigError, match="-2"):
        ops.bincount(tensor([1, -2]))
    with pytest.raises(UnknownDimError, match="minlength"):
        ops.bincount(KerasTensor((4,), "int32"))
    assert ops.bincount(KerasTensor((None, 4), "int32"), minlength=3).shape == (None, 3)
    with pytest.raises(ShapeError):
        ops.bincount(ops.ones((2, 2, 2), "int32"))


@pytest.mark.parametrize("options", [{}, {"bins": 3}, {"bins": 4, "range": (-0.5, 1.0)}, {"bins": 2, "range": (3, 3)}])
def test_histogram(backend: str, options: dict[str, Any]) -> None:
    x = np.random.default_rng(0).normal(size=50).astype("float32")
    for a, b in zip(ops.histogram(tensor(x), **options), np.histogram(x, **options), strict=True):
        same(a, b, 1e-5)
    same(ops.histogram(tensor(np.full(3, 2.0, "float32")), 3)[0], [0, 3, 0])
    same(ops.histogram(tensor(np.array([0, np.nan, 1, np.inf], "float32")), 2, (0, 1))[0], [1, 1])
    with pytest.raises(ConfigError, match="bins"):
        ops.histogram(tensor(x), 0)
    with pytest.raises(ConfigError, match="range"):
        ops.histogram(tensor(x), 2, (1, 0))
    with pytest.raises(ShapeError, match="vector"):
        ops.histogram(ops.ones((2, 2)))


def test_corrcoef(backend: str) -> None:
    x = np.random.default_rng(0).normal(size=(4, 9)).astype("float32")
    same(ops.corrcoef(tensor(x)), np.corrcoef(x), 1e-5)
    same(ops.corrcoef(tensor((x * 9).astype("int32"))), np.corrcoef((x * 9).astype("int32")), 1e-5)
    z = (x + 1j * x[::-1] ** 2).astype("complex64")
    same(ops.corrcoef(tensor(z)), np.corrcoef(z), 1e-5)
    with np.errstate(all="ignore"):
        x[1] = 2.0
        same(ops.corrcoef(tensor(x)), np.corrcoef(x), 1e-5)


@pytest.mark.parametrize("mode", ["valid", "same", "full"])
@pytest.mark.parametrize("lengths", [(6, 3), (6, 2), (3, 6), (2, 6), (4, 4), (1, 1)])
def test_correlate(backend: str, mode: str, lengths: tuple[int, int]) -> None:
    draw = np.random.default_rng(0).normal
    x, y = (draw(size=n).astype("float32") for n in lengths)
    same(ops.correlate(tensor(x), tensor(y), mode), np.correlate(x, y, mode), 1e-5)
    z, w = (draw(size=n) + 1j * draw(size=n) for n in lengths)
    same(
        ops.correlate(tensor(z.astype("complex64")), tensor(w.astype("complex64")), mode),
        np.correlate(z, w, mode),
        1e-5,
    )
    if mode != "same":  # SciPy centres even windows the other way
        same(ops.correlate(tensor(x), tensor(y), mode), scipy.signal.correlate(x, y, mode), 1e-5)


def test_cdist(backend: str) -> None:
    draw = np.random.default_rng(0).normal
    x, y = draw(size=(4, 3)).astype("float32"), draw(size=(5, 3)).astype("float32")
    same(ops.cdist(tensor(x), tensor(y)), scipy.spatial.distance.cdist(x, y), 1e-5)
    found = array(ops.cdist(tensor(x), tensor(x)))
    np.testing.assert_array_equal(np.diag(found), 0.0)
    with pytest.raises(ShapeError, match="rows of one length"):
        ops.cdist(ops.ones((2, 3)), ops.ones((2, 1)))


def test_distances_of_equal_rows_have_a_gradient(trainer: str) -> None:
    x = tensor(np.ones((2, 3), "float32"))
    np.testing.assert_array_equal(array(hornbeam.grad(lambda x: ops.sum(ops.cdist(x, x)))(x)), np.zeros((2, 3)))


@pytest.mark.parametrize("method", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("axis", [None, 0, (0, 2)])
def test_quantiles(backend: str, method: str, axis: Any) -> None:
    x = np.random.default_rng(0).normal(size=(3, 4, 5)).astype("float32")
    holes = np.where(np.random.default_rng(1).random(x.shape) < 0.3, np.nan, x).astype("float32")
    for keepdims in (False, True):
        options: dict[str, Any] = {"axis": axis, "method": method, "keepdims": keepdims}
        same(ops.quantile(tensor(x), [[0.1, 0.9]], **options), np.quantile(x, [[0.1, 0.9]], **options), 1e-5)
        for q in (0.3, np.array([0.0, 0.5, 1.0], "float32")):
            wanted = np.nanquantile(holes, q, **options)
            same(ops.quantile(tensor(x), q, **options), np.quantile(x, q, **options), 1e-5)
            same(ops.nanquantile(tensor(holes), q, **options), wanted, 1e-5)
            same(ops.nanpercentile(tensor(holes), q * 100, **options), wanted, 1e-5)
    if method == "midpoint":
        same(ops.nanmedian(tensor(holes), axis), np.nanmedian(holes, axis))
        same(ops.median(tensor(holes), axis), np.median(holes, axis))


def test_quantiles_of_half_floats_are_at_exact_places(backend: str) -> None:
    x = np.arange(1025.0).astype("float16")
    assert float(array(ops.quantile(tensor(x), 1.0))) == 1024.0
    assert float(array(ops.median(tensor(x)))) == 512.0


def test_quantile_of_nan_and_of_nothing(backend: str) -> None:
    x = tensor(np.array([1.0, np.nan, 3.0], "float32"))
    assert math.isnan(float(array(ops.quantile(x, 0.2))))
    assert math.isnan(float(array(ops.median(ops.zeros((0,))))))
    same(ops.nanquantile(tensor(np.array([np.inf, 1.0, np.inf], "float32")), [0.0, 1.0]), [1.0, np.inf])
    with pytest.raises(ConfigError, match=r"nanquantile\(\): `method`"):
        ops.nanquantile(x, 0.5, method="hazen")


ALL = {"return_index": True, "return_inverse": True, "return_counts": True}


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "bool", "float32", "complex64"])
def test_unique(backend: str, axis: int | None, dtype: str) -> None:
    x = np.random.default_rng(0).integers(0, 3, (4, 2, 3)).astype(dtype)
    if dtype == "complex64":
        x = (x + 1j * np.random.default_rng(1).integers(0, 2, x.shape)).astype(dtype)
    wanted = np.unique(x, axis=axis, **ALL)
    for a, b in zip(ops.unique(tensor(x), axis=axis, **ALL), wanted, strict=True):
        np.testing.assert_array_equal(array(a), b if axis is None else b.reshape(array(a).shape))
    count = wanted[-1].size
    found = ops.unique(tensor(x), axis=axis, size=count + 2, fill_value=1, **ALL)
    along = 0 if axis is None else axis
    np.testing.assert_array_equal(np.take(array(found[0]), range(count), along), wanted[0])
    assert np.all(np.take(array(found[0]), [count, count + 1], along) == 1)
    np.testing.assert_array_equal(array(found[3]), [*wanted[3], 0, 0])
    few = ops.unique(tensor(x), axis=axis, size=1)
    np.testing.assert_array_equal(array(few), np.take(wanted[0], [0], along))


def test_unique_of_odd_numbers(backend: str) -> None:
    x = np.array([np.nan, 0.0, -np.inf, -0.0, np.nan, np.inf], "float32")
    values, index, inverse, counts = map(array, ops.unique(tensor(x), **ALL))
    np.testing.assert_array_equal(values, [-np.inf, 0.0, np.inf, np.nan, np.nan])
    np.testing.assert_array_equal(values[inverse], x)
    np.testing.assert_array_equal(counts, [1, 2, 1, 1, 1])
    np.testing.assert_array_equal(index, [2, 1, 5, 0, 4])


def test_unique_without_values() -> None:
    with pytest.raises(UnknownDimError):
        ops.unique(KerasTensor((4,)))
    values, inverse = ops.unique(KerasTensor((None, 3)), size=2, axis=0, return_inverse=True)
    assert (values.shape, inverse.shape, inverse.dtype) == ((2, 3), (None,), "int32")


def test_multi_hot(backend: str) -> None:
    x = tensor([[0, 2], [1, 1]])
    same(ops.multi_hot(x, num_tokens=3), [[1, 0, 1], [0, 1, 0]])
    same(ops.multi_hot(x, 3), [[1, 0, 1], [0, 1, 0]])
    with pytest.raises(ConfigError, match="num_classes"):
        ops.multi_hot(x)
    with pytest.raises(TypeError, match="classes"):
        ops.multi_hot(x, 3, classes=2)


def test_dtypes_are_those_of_keras(backend: str) -> None:
    def kind(x: Any) -> str:
        return ops.dtype(x)

    wide = {"jax": "float32"}.get(backend, "float64")
    assert kind(ops.corrcoef(tensor(np.ones((2, 2), "int64")))) == wide
    assert kind(ops.correlate(tensor(np.ones(2, "int64")), tensor(np.ones(2, "int32")))) == wide
    assert kind(ops.bincount(tensor([1]), tensor(np.ones(1, "float16")))) == "float16"
    assert kind(ops.bincount(tensor([1]), tensor(np.ones(1, "bool")))) == "int32"
    assert kind(ops.nanmedian(tensor([1, 2]))) == "float32"
    with pytest.raises(DtypeError):
        ops.polar(tensor(np.ones(1, "complex64")), 1.0)
