"""CTC decoding against the sum over all alignments, which is small enough to write out."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

import numpy as np
import pytest

import hornbeam
from hornbeam import ops
from hornbeam.core.errors import ConfigError, ShapeError


def collapsed(path: Any, blank: int) -> tuple[int, ...]:
    return tuple(label for label, _ in itertools.groupby(path) if label != blank)


def probabilities(scores: np.ndarray, length: int, blank: int) -> list[tuple[float, tuple[int, ...]]]:
    """Logarithms of the probabilities of all sequences, the largest first."""
    weights = np.exp(scores - scores.max(-1, keepdims=True)).astype("float64")
    weights /= weights.sum(-1, keepdims=True)
    total: dict[tuple[int, ...], float] = defaultdict(float)
    for path in itertools.product(range(scores.shape[-1]), repeat=length):
        total[collapsed(path, blank)] += float(np.prod([weights[i, label] for i, label in enumerate(path)]))
    return sorted(((float(np.log(p)), labels) for labels, p in total.items()), reverse=True)


def sequences(found: Any) -> list[list[tuple[int, ...]]]:
    return [[tuple(int(x) for x in row if x >= 0) for row in path] for path in ops.convert_to_numpy(found)]


@pytest.mark.parametrize("blank", [0, 2])
def test_a_wide_beam_is_exact(backend: str, blank: int) -> None:
    scores = np.random.default_rng(3).normal(scale=1.5, size=(3, 5, 3)).astype("float32")
    lengths = [5, 3, 1]
    found, logs = ops.ctc_decode(
        ops.convert_to_tensor(scores), lengths, strategy="beam_search", beam_width=80, top_paths=5, mask_index=blank
    )
    labels, logs = sequences(found), ops.convert_to_numpy(logs)
    for i, length in enumerate(lengths):
        wanted = probabilities(scores[i], length, blank)[:5]
        count = len(wanted)
        assert [path[i] for path in labels][:count] == [sequence for _, sequence in wanted]
        np.testing.assert_allclose(logs[i, :count], [p for p, _ in wanted], rtol=1e-4, atol=1e-4)
        assert np.all(np.isneginf(logs[i, count:]))


def test_a_narrow_beam_gives_lower_bounds(backend: str) -> None:
    scores = np.random.default_rng(4).normal(scale=2.0, size=(2, 6, 3)).astype("float32")
    found, logs = ops.ctc_decode(
        ops.convert_to_tensor(scores), [6, 6], strategy="beam_search", beam_width=4, top_paths=4
    )
    for i in range(2):
        exact = {labels: p for p, labels in probabilities(scores[i], 6, 0)}
        paths = [path[i] for path in sequences(found)]
        assert len(set(paths)) == 4
        for path, log in zip(paths, ops.convert_to_numpy(logs)[i], strict=True):
            assert log <= exact[path] + 1e-4


def test_greedy(backend: str) -> None:
    best = np.array([[1, 1, 0, 1, 2, 2], [0, 2, 2, 0, 0, 1]])
    scores = np.eye(3, dtype="float32")[best] * 4
    found, total = ops.ctc_decode(ops.convert_to_tensor(scores), [6, 4])
    assert sequences(found) == [[(1, 1, 2), (2,)]]
    np.testing.assert_allclose(ops.convert_to_numpy(total), [[-24.0], [-16.0]])
    found, _ = ops.ctc_decode(ops.convert_to_tensor(scores), [6, 4], merge_repeated=False)
    assert sequences(found) == [[(1, 1, 1, 2, 2), (2, 2)]]
    assert sequences(ops.ctc_decode(ops.convert_to_tensor(scores), [6, 4], mask_index=-1)[0]) == [[(1, 0, 1), (0, 0)]]


def test_compiled(backend: str) -> None:
    scores = ops.convert_to_tensor(np.random.default_rng(5).normal(size=(2, 4, 3)).astype("float32"))
    lengths = ops.convert_to_tensor(np.array([4, 2], "int32"))

    def decode(scores: Any, lengths: Any) -> Any:
        return ops.ctc_decode(scores, lengths, strategy="beam_search", beam_width=6, top_paths=2)

    for a, b in zip(hornbeam.jit(decode)(scores, lengths), decode(scores, lengths), strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(a), ops.convert_to_numpy(b), rtol=1e-5)


def test_refused(backend: str) -> None:
    scores = ops.ones((1, 2, 3))
    with pytest.raises(ConfigError, match="strategy"):
        ops.ctc_decode(scores, [2], strategy="best")
    with pytest.raises(ConfigError, match="5 paths"):
        ops.ctc_decode(scores, [2], strategy="beam_search", beam_width=4, top_paths=5)
    with pytest.raises(ConfigError, match="mask_index=3"):
        ops.ctc_decode(scores, [2], mask_index=3)
    with pytest.raises(ShapeError, match="batch, steps, classes"):
        ops.ctc_decode(scores[0], [2])
