"""Regularizers and constraints: values beside NumPy formulas, gradients where they matter, configs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hornbeam import constraints, regularizers
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, ShapeError

W = np.random.default_rng(0).standard_normal((3, 4)).astype("float32")


@pytest.fixture(params=["jax", "torch", "tensorflow", "numpy"], autouse=True)
def engine(request: pytest.FixtureRequest) -> Any:
    with registry.scope(request.param):
        yield registry.default()


def cosines(w: np.ndarray) -> float:
    unit = w / np.linalg.norm(w, axis=1, keepdims=True)
    return float(np.mean(np.abs(unit @ unit.T)[~np.eye(len(w), dtype=bool)]))


REGULARIZERS = [
    (regularizers.L1(0.1), 0.1 * np.abs(W).sum()),
    (regularizers.L2(0.1), 0.1 * (W**2).sum()),
    (regularizers.L1L2(0.1, 0.2), 0.1 * np.abs(W).sum() + 0.2 * (W**2).sum()),
    (regularizers.L1L2(), 0.0),
    (regularizers.OrthogonalRegularizer(0.1), 0.1 * cosines(W)),
    (regularizers.OrthogonalRegularizer(0.1, "columns"), 0.1 * cosines(W.T)),
]


@pytest.mark.parametrize("regularizer, expected", REGULARIZERS)
def test_regularizers(engine: Any, regularizer: Any, expected: float) -> None:
    penalty = regularizer(engine.convert(W, None))
    assert engine.dtype(penalty) == "float32"
    assert float(engine.to_numpy(penalty)) == pytest.approx(expected, rel=1e-5)
    again = regularizers.deserialize(regularizers.serialize(regularizer))
    assert type(again) is type(regularizer)
    assert again.get_config() == regularizer.get_config()


def test_regularizers_by_name() -> None:
    assert regularizers.get(None) is None
    for name in ("l1", "L1", regularizers.L1):
        assert isinstance(regularizers.get(name), regularizers.L1)
    assert isinstance(regularizers.get("l1l2"), regularizers.L1L2)
    assert regularizers.get(abs) is abs
    with pytest.raises(ConfigError, match="regularizer identifier"):
        regularizers.get("nope")


def test_wrong_regularizers() -> None:
    for value in ("a", -1.0, float("inf"), float("nan"), True):
        with pytest.raises(ConfigError, match="l1"):
            regularizers.L1(value)  # type: ignore[arg-type]
    assert regularizers.L1(None).l1 == 0.01
    assert regularizers.L1L2(None, 0.1).get_config() == {"l1": 0.0, "l2": 0.1}
    with pytest.raises(ConfigError, match="mode"):
        regularizers.OrthogonalRegularizer(mode="x")
    with pytest.raises(ShapeError, match="rank 2"):
        regularizers.OrthogonalRegularizer()(np.ones(3, "float32"))
    with pytest.raises(NotImplementedError, match="get_config"):
        regularizers.Regularizer().get_config()


NORM = np.sqrt((W**2).sum(0, keepdims=True))
CONSTRAINTS = [
    (constraints.MaxNorm(1.0), W * np.minimum(NORM, 1.0) / NORM),
    (constraints.UnitNorm(), W / NORM),
    (constraints.UnitNorm(axis=(0, 1)), W / np.sqrt((W**2).sum())),
    (constraints.NonNeg(), np.maximum(W, 0)),
    (constraints.MinMaxNorm(1.2, 1.5), W * np.clip(NORM, 1.2, 1.5) / NORM),
    (constraints.MinMaxNorm(1.2, 1.5, rate=0.3), W * (0.3 * np.clip(NORM, 1.2, 1.5) + 0.7 * NORM) / NORM),
    (constraints.Constraint(), W),
]


@pytest.mark.parametrize("constraint, expected", CONSTRAINTS)
def test_constraints(engine: Any, constraint: Any, expected: np.ndarray) -> None:
    found = constraint(engine.convert(W, None))
    np.testing.assert_allclose(engine.to_numpy(found), expected, rtol=1e-5)
    again = constraints.deserialize(constraints.serialize(constraint))
    assert type(again) is type(constraint)
    np.testing.assert_array_equal(engine.to_numpy(again(engine.convert(W, None))), engine.to_numpy(found))


def test_constraints_by_name() -> None:
    assert constraints.get(None) is None
    for name in ("max_norm", "MaxNorm", constraints.MaxNorm):
        assert isinstance(constraints.get(name), constraints.MaxNorm)
    with pytest.raises(ConfigError, match="constraint identifier"):
        constraints.get("nope")
