"""Recurrent loops, attention and initial values beside real Keras, used as a black box."""

from __future__ import annotations

import os
from typing import Any

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry
from hornbeam.ops import recurrent

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
keras = pytest.importorskip("keras")


def floats(*shape: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


X = floats(3, 5, 4, seed=0)
MASKS = {
    "none": None,
    "padded": np.arange(5) < np.array([[5], [2], [3]]),
    "holes": np.array([[0, 1, 0, 1, 1], [1, 1, 1, 1, 0], [0, 0, 1, 0, 0]], bool),
}


def states(mask: str) -> list[np.ndarray]:
    """First states; zeros where a sequence begins masked: Keras' own backends differ there about any other."""
    return [floats(3, 2, seed=seed) * (mask != "holes") for seed in (1, 2)]


def numbers(parts: Any) -> list[np.ndarray]:
    return [keras.ops.convert_to_numpy(part) for part in parts]


@pytest.mark.parametrize("mask", MASKS)
def test_lstm(mask: str) -> None:
    layer = keras.layers.LSTM(2, return_sequences=True, return_state=True)
    expected = numbers(layer(X, initial_state=states(mask), mask=MASKS[mask]))
    with registry.scope("numpy"):
        found = recurrent.lstm(X, *states(mask), *layer.get_weights(), mask=MASKS[mask])
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("reset_after", [True, False])
def test_gru(mask: str, reset_after: bool) -> None:
    layer = keras.layers.GRU(2, return_sequences=True, return_state=True, reset_after=reset_after)
    expected = numbers(layer(X, initial_state=states(mask)[:1], mask=MASKS[mask]))
    with registry.scope("numpy"):
        found = recurrent.gru(X, states(mask)[0], *layer.get_weights(), mask=MASKS[mask], reset_after=reset_after)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("keywords", [{}, {"is_causal": True}, {"scale": 0.3}, {"mask": True}, {"mask": "row"}])
def test_attention(keywords: dict[str, Any]) -> None:
    q, k, v = floats(2, 3, 4, 5, seed=0), floats(2, 6, 4, 5, seed=1), floats(2, 6, 4, 5, seed=2)
    if "mask" in keywords:
        mask = np.random.default_rng(3).random((2, 1, 3, 6)) < 0.6
        mask[0, :, 1] &= keywords["mask"] != "row"
        keywords = {"mask": mask}
    expected = keras.ops.convert_to_numpy(keras.ops.dot_product_attention(q, k, v, **keywords))
    with registry.scope("numpy"):
        np.testing.assert_allclose(ops.dot_product_attention(q, k, v, **keywords), expected, rtol=1e-4, atol=1e-5)
