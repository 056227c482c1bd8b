"""Samples of losses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats

X, CHANCES = floats(3, 4), floats(3, 4, low=0.1, high=0.9)
LABELS = np.array([1, 0, 3], "int32")
CERTAIN = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]], "float32")


def distribution(axis: int) -> np.ndarray:
    """Positive numbers whose sum over `axis` is 1."""
    return CHANCES / CHANCES.sum(axis, keepdims=True)


def rows() -> Iterator[Sample]:
    """The samples."""
    predicted = floats(3, 4, low=0.1, high=0.9, seed=1)
    for args in [
        *((distribution(1), X, True), (distribution(1), predicted), (distribution(0), X, True, 0)),
    ]:
        yield Sample("categorical_crossentropy", args, gradient=True)
    square = LABELS[[[0, 1], [2, 0]]]
    for labels, scores, *rest in [
        *((LABELS, X, True), (LABELS, CHANCES), (LABELS[:, None], X, True), (square, floats(2, 2, 4), True)),
        *((np.array([-1, 2, -7]), X, True), (np.array([0, 1, 2, 0]), X, True, 0)),
    ]:
        yield Sample("sparse_categorical_crossentropy", (labels, scores, *rest), gradient=True, batch=False)
    yield Sample("binary_crossentropy", (CHANCES, X, True), gradient=True)
    yield Sample("binary_crossentropy", (CHANCES, predicted), gradient=True)
    yield Sample("psnr", (X, floats(3, 4, seed=1), 2.0), gradient=True)
    wanted = np.array([[1.0, 0.0], [1.0, 0.0]], "float32")
    yield Sample("sparse_categorical_crossentropy", (np.array([0, 0]), CERTAIN, True), batch=False)
    yield Sample("categorical_crossentropy", (wanted, CERTAIN, True))
    yield Sample("binary_crossentropy", (wanted, CERTAIN, True))
    yield Sample("binary_crossentropy", (wanted, 1 - wanted), tolerance=2e-2)
