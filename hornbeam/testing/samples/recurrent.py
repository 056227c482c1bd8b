"""Samples of recurrent operations."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats

X = floats(3, 4, 5)
H, C = floats(3, 2, seed=1), floats(3, 2, seed=2)
RAGGED = np.arange(4) < np.array([4, 1, 2])[:, None]
HOLES = np.array([[True, False, True, True], [False, False, True, False], [True, True, True, True]])


def weights(gates: int, *bias_shape: int) -> tuple[np.ndarray, ...]:
    """Kernel, recurrent kernel and bias."""
    return floats(5, gates * 2, seed=5), floats(2, gates * 2, seed=6), floats(*bias_shape, seed=7)


def rows() -> Iterator[Sample]:
    """The samples."""
    lstm, gru, gru_before = weights(4, 8), weights(3, 2, 6), weights(3, 6)
    for weight, keywords in ((lstm, {}), (lstm[:2], {}), (lstm, {"mask": RAGGED}), (lstm, {"mask": HOLES})):
        mask = (3 + len(weight),) if "mask" in keywords else ()
        yield Sample("lstm", (X, H, C, *weight), keywords, gradient=True, batch=(0, 1, 2, *mask), tolerance=1e-4)
    before = {"reset_after": False}
    for weight, keywords in [
        *((gru, {}), (gru[:2], {}), (gru, {"mask": RAGGED}), (gru, {"mask": HOLES})),
        *((gru_before, before), (gru_before, {**before, "mask": HOLES})),
    ]:
        mask = (2 + len(weight),) if "mask" in keywords else ()
        yield Sample("gru", (X, H, *weight), keywords, gradient=True, batch=(0, 1, *mask), tolerance=1e-4)
