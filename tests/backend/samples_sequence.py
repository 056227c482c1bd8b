"""Sample calls of attention and recurrent operations: (operation, arguments, keywords), on NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

Sample = tuple[str, tuple[Any, ...], dict[str, Any]]


def floats(*shape: int, seed: int = 0, scale: float = 1.0) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal(shape) * scale).astype("float32")


def padded(lengths: list[int], time: int) -> np.ndarray:
    return np.arange(time) < np.array(lengths)[:, None]


QUERY, KEY, VALUE = floats(2, 3, 4, 5), floats(2, 6, 4, 5, seed=1), floats(2, 6, 4, 5, seed=2)
SEEN = np.random.default_rng(3).random((2, 1, 3, 6)) < 0.6
NOTHING_SEEN = SEEN.copy()
NOTHING_SEEN[0, :, 1] = False
BIAS = floats(1, 4, 3, 6, seed=4)

X = floats(3, 4, 5)
H, C = floats(3, 2, seed=1), floats(3, 2, seed=2)
RAGGED = padded([4, 1, 2], 4)
HOLES = np.array([[True, False, True, True], [False, False, True, False], [True, True, True, True]])


def weights(gates: int, bias_shape: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    return floats(5, gates * 2, seed=5), floats(2, gates * 2, seed=6), floats(*bias_shape, seed=7)


LSTM = weights(4, (8,))
GRU = weights(3, (2, 6))
GRU_BEFORE = weights(3, (6,))

samples: list[Sample] = [
    ("dot_product_attention", (QUERY, KEY, VALUE), {}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"scale": 0.3, "bias": BIAS}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"mask": SEEN}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"mask": SEEN[:, 0]}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"mask": NOTHING_SEEN, "bias": BIAS}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"is_causal": True}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"is_causal": True, "mask": SEEN}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"is_causal": True, "bias": BIAS}),
    ("dot_product_attention", (QUERY, KEY[:, :, :2], VALUE[:, :, :2]), {}),
    ("dot_product_attention", (QUERY, KEY, VALUE), {"attn_logits_soft_cap": 0.5}),
    ("attention_with_scores", (QUERY, KEY, VALUE), {"mask": SEEN}),
    ("attention_with_scores", (QUERY, KEY, VALUE), {"is_causal": True, "scale": 0.5}),
    ("lstm", (X, H, C, *LSTM), {}),
    ("lstm", (X, H, C, *LSTM[:2]), {}),
    ("lstm", (X, H, C, *LSTM), {"mask": RAGGED}),
    ("lstm", (X, H, C, *LSTM), {"mask": HOLES}),
    ("gru", (X, H, *GRU), {}),
    ("gru", (X, H, *GRU[:2]), {}),
    ("gru", (X, H, *GRU), {"mask": RAGGED}),
    ("gru", (X, H, *GRU), {"mask": HOLES}),
    ("gru", (X, H, *GRU_BEFORE), {"reset_after": False}),
    ("gru", (X, H, *GRU_BEFORE), {"reset_after": False, "mask": HOLES}),
]


def name(sample: Sample) -> str:
    operation, _, keywords = sample
    return "-".join([operation, *keywords])
