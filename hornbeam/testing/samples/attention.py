"""Samples of attention."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats

QUERY, KEY, VALUE = floats(2, 3, 4, 5), floats(2, 6, 4, 5, seed=1), floats(2, 6, 4, 5, seed=2)
SEEN = np.random.default_rng(3).random((2, 1, 3, 6)) < 0.6
NOTHING_SEEN = SEEN.copy()
NOTHING_SEEN[0, :, 1] = False
BIAS = floats(1, 4, 3, 6, seed=4)


def rows() -> Iterator[Sample]:
    """The samples."""
    for keywords in [
        *({}, {"scale": 0.3, "bias": BIAS}, {"mask": SEEN}, {"mask": SEEN[:, 0]}),
        *({"bias": BIAS, "mask": NOTHING_SEEN}, {"attn_logits_soft_cap": 0.5}),
        *({"is_causal": True}, {"is_causal": True, "mask": SEEN}, {"is_causal": True, "bias": BIAS}),
    ]:
        masked = (0, 1, 2, 3 + ("bias" in keywords)) if "mask" in keywords else (0, 1, 2)
        yield Sample("dot_product_attention", (QUERY, KEY, VALUE), keywords, gradient=True, batch=masked)
    grouped = (QUERY, KEY[:, :, :2], VALUE[:, :, :2])
    yield Sample("dot_product_attention", grouped, gradient=True, batch=(0, 1, 2))
    scored = (QUERY, KEY, VALUE)
    yield Sample("attention_with_scores", scored, {"mask": SEEN}, gradient=True, batch=(0, 1, 2, 3))
    causal = {"is_causal": True, "scale": 0.5}
    yield Sample("attention_with_scores", scored, causal, gradient=True, batch=(0, 1, 2))
