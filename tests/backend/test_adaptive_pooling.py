"""Adaptive pooling against its definition, window by window."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import hornbeam
from hornbeam import KerasTensor, ops
from hornbeam.core.errors import ConfigError, ShapeError


def pooled(x: np.ndarray, sizes: tuple[int, ...], reduce: Any) -> np.ndarray:
    result = np.zeros((x.shape[0], *sizes, x.shape[-1]), x.dtype)
    for place in itertools.product(*map(range, sizes)):
        window = tuple(
            slice(i * n // size, math.ceil((i + 1) * n / size)) for i, n, size in zip(place, x.shape[1:], sizes)
        )
        result[(slice(None), *place)] = reduce(x[(slice(None), *window)], tuple(range(1, x.ndim - 1)))
    return result


@pytest.mark.parametrize(
    ("shape", "size"), [((7,), (3,)), ((7,), (9,)), ((5, 6), (2, 4)), ((5, 6), (1, 6)), ((4, 5, 3), (2, 3, 2))]
)
def test_windows(backend: str, shape: tuple[int, ...], size: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=(2, *shape, 3)).astype("float32")
    for function, reduce in ((ops.adaptive_average_pool, np.mean), (ops.adaptive_max_pool, np.max)):
        wanted = pooled(x, size, reduce)
        np.testing.assert_allclose(
            ops.convert_to_numpy(function(ops.convert_to_tensor(x), size)), wanted, rtol=1e-5, atol=1e-6
        )
        first = ops.convert_to_tensor(np.moveaxis(x, -1, 1))
        found = ops.convert_to_numpy(function(first, size, data_format="channels_first"))
        np.testing.assert_allclose(np.moveaxis(found, 1, -1), wanted, rtol=1e-5, atol=1e-6)


def test_nan_stays_in_its_windows(backend: str) -> None:
    x = np.arange(10.0, dtype="float32").reshape(1, 5, 2)
    x[0, 0, 0] = np.nan
    found = ops.convert_to_numpy(ops.adaptive_average_pool(ops.convert_to_tensor(x), 3))
    np.testing.assert_allclose(found[0], [[np.nan, 2.0], [4.0, 5.0], [7.0, 8.0]])


def test_unknown_spatial_size(backend: str) -> None:
    x = KerasTensor((None, None, 6, 3))
    assert ops.adaptive_max_pool(x, (2, 4)).shape == (None, 2, 4, 3)
    model = hornbeam.Sequential(
        [hornbeam.Input((None, 3)), hornbeam.layers.Lambda(lambda x: ops.adaptive_average_pool(x, 3))]
    )
    for length in (3, 5, 8):
        values = np.random.default_rng(0).normal(size=(2, length, 3)).astype("float32")
        np.testing.assert_allclose(
            ops.convert_to_numpy(model(ops.convert_to_tensor(values))),
            pooled(values, (3,), np.mean),
            rtol=1e-5,
            atol=1e-6,
        )


def test_refused(backend: str) -> None:
    with pytest.raises(ShapeError, match="one spatial axis or more"):
        ops.adaptive_max_pool(ops.ones((2, 3)), 1)
    with pytest.raises(ConfigError, match="output_size"):
        ops.adaptive_max_pool(ops.ones((2, 3, 4, 1)), (1, 2, 3))
    with pytest.raises(ConfigError, match="from 1 up"):
        ops.adaptive_average_pool(ops.ones((2, 3, 1)), 0)
    with pytest.raises(ShapeError, match="no elements"):
        ops.adaptive_average_pool(ops.ones((2, 0, 1)), 2)
