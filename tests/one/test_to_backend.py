"""A model moves between engines in the middle of its training and goes on as if it had not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hornbeam as keras
from hornbeam import layers
from hornbeam.core import registry

RNG = np.random.default_rng(3)
X = RNG.normal(size=(40, 6)).astype("float32")
Y = (X.sum(1, keepdims=True) ** 2).astype("float32")
FIT: dict[str, Any] = {"verbose": 0, "batch_size": 8, "shuffle": False}
TRAINERS = ("jax", "torch", "tensorflow")
MOVES = [("jax", "torch"), ("torch", "tensorflow"), ("tensorflow", "jax"), ("jax", "jax"), ("torch", "jax")]

for_engines = pytest.mark.skipif(
    not all(registry.installed(name) for name in TRAINERS), reason="needs jax, torch and tensorflow"
)
pytestmark = for_engines


def model_on(name: str, dropout: float = 0.0) -> Any:
    with keras.backend_scope(name):
        keras.utils.set_random_seed(2)
        return keras.Sequential(
            [
                keras.Input((6,)),
                layers.Dense(8, activation="tanh"),
                layers.BatchNormalization(),
                *([layers.Dropout(dropout, seed=5)] if dropout else []),
                layers.Dense(1),
            ],
            name="net",
        )


OPTIMIZERS = [
    lambda: keras.optimizers.Adam(0.02),
    lambda: keras.optimizers.SGD(0.01, momentum=0.9),
    lambda: keras.optimizers.RMSprop(keras.optimizers.schedules.ExponentialDecay(0.01, 5, 0.5)),
]


@pytest.mark.parametrize(("source", "target"), MOVES)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_goes_on(source: str, target: str, optimizer: Any) -> None:
    stays = model_on(source)
    with keras.backend_scope(source):
        stays.compile(optimizer(), "mse", metrics=["mae"])
    stays.fit(X, Y, epochs=2, **FIT)
    moved = stays.to_backend(target)
    assert moved.backend == target and stays.backend == source and moved is not stays
    assert {variable.backend for variable in moved.variables} == {target}
    for a, b in zip(stays.variables, moved.variables, strict=True):
        assert np.array_equal(a.numpy(), b.numpy())
    for a, b in zip(stays.optimizer.variables, moved.optimizer.variables, strict=True):
        assert np.array_equal(a.numpy(), b.numpy())
    assert int(moved.optimizer.iterations) == 10
    here = stays.fit(X, Y, epochs=4, initial_epoch=2, **FIT).history
    there = moved.fit(X, Y, epochs=4, initial_epoch=2, **FIT).history
    np.testing.assert_allclose(there["loss"], here["loss"], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(there["mae"], here["mae"], rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(moved.predict(X, verbose=0), stays.predict(X, verbose=0), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(("source", "target"), MOVES)
def test_seeds_move(source: str, target: str) -> None:
    stays = model_on(source, dropout=0.5)
    with keras.backend_scope(source):
        stays.compile(keras.optimizers.SGD(0.01), "mse")
    stays.fit(X, Y, epochs=1, **FIT)
    moved = stays.to_backend(target)
    assert np.array_equal(stays.layers[2].seed_generator.state.numpy(), moved.layers[2].seed_generator.state.numpy())
    stays.fit(X, Y, epochs=1, **FIT)
    moved.fit(X, Y, epochs=1, **FIT)
    assert np.array_equal(stays.layers[2].seed_generator.state.numpy(), moved.layers[2].seed_generator.state.numpy())


def test_once_around() -> None:
    """jax, torch, tensorflow, numpy: the same losses as staying, and the same predictions at the end."""
    stays = model_on("jax")
    with keras.backend_scope("jax"):
        stays.compile(keras.optimizers.Adam(0.02), "mse")
    moving = stays.to_backend("jax")
    losses = []
    for epoch, name in enumerate(TRAINERS):
        moving = moving.to_backend(name)
        losses += moving.fit(X, Y, epochs=epoch + 1, initial_epoch=epoch, **FIT).history["loss"]
    expected = stays.fit(X, Y, epochs=3, **FIT).history["loss"]
    np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=1e-4)
    last = moving.to_backend("numpy")
    np.testing.assert_allclose(last.predict(X, verbose=0), stays.predict(X, verbose=0), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(last.evaluate(X, Y, verbose=0), stays.evaluate(X, Y, verbose=0), rtol=1e-3)
    with pytest.raises(RuntimeError, match="does not train"):
        last.fit(X, Y, **FIT)
    # and from numpy on
    again = last.to_backend("torch")
    assert np.isfinite(again.fit(X, Y, epochs=1, **FIT).history["loss"][0])


class Net(keras.Model):
    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.parts = [layers.Dense(units), layers.Dense(1)]

    def call(self, x: Any) -> Any:
        for part in self.parts:
            x = part(x)
        return x


@pytest.mark.parametrize("target", [*TRAINERS, "numpy"])
def test_subclassed_and_functional_models_move(target: str) -> None:
    with keras.backend_scope("jax"):
        net = Net(4)
        y = np.asarray(net(X))
        a, b = keras.Input((6,)), keras.Input((6,))
        shared = layers.Dense(3)
        functional = keras.Model([a, b], {"x": shared(a) - shared(b), "y": keras.ops.relu(shared(a))[:, 1:]})
        z = functional([X, 2 * X])
    moved = net.to_backend(target)
    assert type(moved).__name__ == "Net" and isinstance(moved, Net)
    np.testing.assert_allclose(moved.predict(X, verbose=0), y, rtol=1e-4, atol=1e-5)
    twin = functional.to_backend(target)
    w = twin.predict([X, 2 * X], verbose=0)
    for key in ("x", "y"):
        np.testing.assert_allclose(w[key], np.asarray(z[key]), rtol=1e-4, atol=1e-5)


def test_unbuilt_and_unknown() -> None:
    model = model_on("jax")
    moved = model.to_backend("torch")  # nothing placed yet: placed on the way
    np.testing.assert_array_equal(model.get_weights()[0], moved.get_weights()[0])
    with pytest.raises(RuntimeError, match="abacus"):
        model.to_backend("abacus")


def test_three_engines_side_by_side() -> None:
    """Models of three engines train in turns, and none disturbs another."""
    models = {name: model_on(name) for name in TRAINERS}
    alone = model_on("jax")
    for model in (*models.values(), alone):
        with keras.backend_scope(model.backend):
            model.compile(keras.optimizers.Adam(0.01), "mse")
    for epoch in range(2):
        for model in models.values():
            model.fit(X, Y, epochs=epoch + 1, initial_epoch=epoch, **FIT)
    alone.fit(X, Y, epochs=2, **FIT)
    for model in models.values():
        for a, b in zip(alone.get_weights(), model.get_weights(), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4)
