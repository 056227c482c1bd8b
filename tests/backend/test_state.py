"""State: initial weights, seeds, and calls that take state as values and give it back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hornbeam as keras
from hornbeam import layers, ops

ENGINES = ("jax", "torch", "tensorflow", "numpy")


def network(**kwargs: Any) -> Any:
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 3, activation="relu", kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(5, kernel_initializer="orthogonal"),
            layers.Dense(3),
        ],
        **kwargs,
    )


def bits(model: Any) -> list[bytes]:
    return [variable.numpy().tobytes() for variable in model.variables]


# initial values


@pytest.fixture(scope="module")
def reference() -> list[bytes]:
    with keras.backend_scope("numpy"):
        keras.utils.set_random_seed(7)
        return bits(network())


def test_initial_state_is_equal_to_the_last_bit(backend: str, reference: list[bytes]) -> None:
    keras.utils.set_random_seed(7)
    model = network()
    assert model.backend == backend
    assert bits(model) == reference  # seeds of the dropout layer included


def test_what_was_built_before_does_not_matter(backend: str, reference: list[bytes]) -> None:
    keras.utils.set_random_seed(7)
    other = keras.Sequential([keras.Input((3,)), layers.Dense(4), layers.Dropout(0.1), layers.Dense(2)])
    other(np.zeros((1, 3), "float32"))
    layers.Dense(3)(np.zeros((2, 2), "float32"))
    keras.random.normal((4,))
    assert bits(network()) == reference


def test_another_seed_gives_other_weights(backend: str, reference: list[bytes]) -> None:
    keras.utils.set_random_seed(8)
    assert bits(network())[0] != reference[0]


def test_names_make_ensembles(backend: str) -> None:
    keras.utils.set_random_seed(7)
    one, two = network(name="one"), network(name="two")
    assert bits(one)[0] != bits(two)[0]


def test_layers_of_one_model_differ(backend: str) -> None:
    keras.utils.set_random_seed(7)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Dense(4), layers.Dense(4)])
    kernels = [layer.kernel.numpy() for layer in model.layers]
    assert not np.array_equal(kernels[0], kernels[1]) and not np.array_equal(kernels[1], kernels[2])


def test_order_of_reading_does_not_matter(backend: str) -> None:
    keras.utils.set_random_seed(3)
    model = network()
    backwards = [variable.numpy().tobytes() for variable in reversed(model.variables)]
    keras.utils.set_random_seed(3)
    assert bits(network()) == backwards[::-1]


def test_seeded_initializers_do_not_look_at_names(backend: str) -> None:
    init = keras.initializers.GlorotUniform(seed=5)
    a = layers.Dense(3, kernel_initializer=init, name="a")
    b = layers.Dense(3, kernel_initializer=keras.initializers.GlorotUniform(seed=5), name="b")
    a.build((None, 4))
    b.build((None, 4))
    assert np.array_equal(a.kernel.numpy(), b.kernel.numpy())


def test_without_a_global_seed_models_differ(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from hornbeam.core import config

    monkeypatch.setattr(config, "seed", lambda: None)
    assert bits(network())[0] != bits(network())[0]


def test_dropout_draws_the_same_everywhere(backend: str) -> None:
    x = np.ones((4, 50), "float32")
    drawn = {}
    for name in ENGINES:
        with keras.backend_scope(name):
            layer = layers.Dropout(0.4, seed=11)
            first = ops.convert_to_numpy(layer(x, training=True))
            second = ops.convert_to_numpy(layer(x, training=True))
            drawn[name] = (first != 0, second != 0, layer.seed_generator.state.numpy())
            assert not np.array_equal(first, second)
            assert np.array_equal(ops.convert_to_numpy(layer(x, training=False)), x)
    # the mask may be drawn by an engine's own generator, the seeds march in step
    for name in ENGINES:
        assert np.array_equal(drawn[name][2], drawn[backend][2])


def test_dropout_repeats_with_its_seed(backend: str) -> None:
    x = np.ones((4, 50), "float32")
    one = layers.Dropout(0.4, seed=11)
    two = layers.Dropout(0.4, seed=11)
    for _ in range(3):
        assert np.array_equal(ops.convert_to_numpy(one(x, training=True)), ops.convert_to_numpy(two(x, training=True)))


# SeedGenerator


def test_seed_generator(backend: str) -> None:
    one, two = keras.random.SeedGenerator(5), keras.random.SeedGenerator(5)
    a = ops.convert_to_numpy(keras.random.normal((6,), seed=one))
    assert np.array_equal(a, ops.convert_to_numpy(keras.random.normal((6,), seed=two)))
    assert not np.array_equal(a, ops.convert_to_numpy(keras.random.normal((6,), seed=one)))
    assert ops.convert_to_numpy(one.next()).shape == (2,)
    again = keras.random.SeedGenerator.from_config(one.get_config())
    assert np.array_equal(a, ops.convert_to_numpy(keras.random.normal((6,), seed=again)))


def test_seed_generator_is_state_of_its_layer(backend: str) -> None:
    class Noise(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.seeds = keras.random.SeedGenerator(1)

        def call(self, x: Any) -> Any:
            return x + keras.random.normal(ops.shape(x), seed=self.seeds)

    layer = Noise()
    x = np.zeros((2, 3), "float32")
    a, b = ops.convert_to_numpy(layer(x)), ops.convert_to_numpy(layer(x))
    assert not np.array_equal(a, b)
    assert [v is layer.seeds.state for v in layer.variables] == [True]
    assert layer.weights == [] and layer.trainable_variables == []


# variables


def test_variable(backend: str) -> None:
    v = keras.Variable([1.0, 2.0], name="scale")
    v.assign(v + 1)
    v.assign_add([1.0, 1.0])
    v.assign_sub(ops.ones((2,)))
    assert v.numpy().tolist() == [2.0, 3.0] and v.dtype == "float32" and v.shape == (2,)
    assert ops.convert_to_numpy(v * 2 - 1).tolist() == [3.0, 5.0]
    assert ops.convert_to_numpy(1 - v).tolist() == [-1.0, -2.0]
    assert ops.convert_to_numpy(ops.sum(v)) == 5.0
    assert np.asarray(v).tolist() == [2.0, 3.0]
    assert float(ops.convert_to_numpy(v[1])) == 3.0


def test_variable_is_declared_then_placed(backend: str) -> None:
    v = keras.Variable(keras.initializers.RandomNormal(seed=1), shape=(3, 2), name="w")
    assert not v.placed and v.shape == (3, 2) and "not placed" in repr(v)
    assert v.value.shape == (3, 2) and v.placed


def test_variable_refuses_another_shape(backend: str) -> None:
    v = keras.Variable(np.zeros((2, 3), "float32"), name="w")
    with pytest.raises(ValueError, match=r"'w' has shape \(2, 3\).*\(3, 2\)"):
        v.assign(np.zeros((3, 2), "float32"))
    with pytest.raises(ValueError, match=r"'w' has shape \(2, 3\)"):
        v.assign(1.0)


# stateless scopes and calls


def test_stateless_scope(backend: str) -> None:
    v, w = keras.Variable(1.0), keras.Variable(2.0)
    with keras.StatelessScope([(v, ops.convert_to_tensor(5.0))]) as scope:
        assert float(ops.convert_to_numpy(v + w)) == 7.0
        w.assign(v * 10)
        assert float(ops.convert_to_numpy(w.value)) == 50.0
    assert float(scope.get_current_value(w)) == 50.0
    assert float(v) == 1.0 and float(w) == 2.0
    assert scope.get_current_value(keras.Variable(1.0)) is None


def test_stateless_call_leaves_the_layer_alone(backend: str) -> None:
    layer = layers.BatchNormalization(momentum=0.5)
    layer.build((None, 3))
    x = np.random.default_rng(0).normal(2, 3, (16, 3)).astype("float32")
    trained = [v.value for v in layer.trainable_variables]
    others = [v.value for v in layer.non_trainable_variables]
    before = [v.numpy().copy() for v in layer.variables]
    y, new = layer.stateless_call(trained, others, x, training=True)
    assert all(np.array_equal(v.numpy(), old) for v, old in zip(layer.variables, before, strict=True))
    np.testing.assert_allclose(ops.convert_to_numpy(y).mean(0), 0, atol=1e-5)
    np.testing.assert_allclose(ops.convert_to_numpy(new[0]), x.mean(0) / 2, rtol=1e-5)
    y2 = layer(x, training=True)
    np.testing.assert_allclose(ops.convert_to_numpy(y), ops.convert_to_numpy(y2), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.moving_mean.numpy(), ops.convert_to_numpy(new[0]), rtol=1e-6)


def test_stateless_call_moves_seeds_and_returns_losses(backend: str) -> None:
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(4, kernel_regularizer=keras.regularizers.L2(0.1), activity_regularizer="l2"),
            layers.Dropout(0.5, seed=3),
        ]
    )
    x = np.ones((2, 6), "float32")
    trained = [v.value for v in model.trainable_variables]
    others = [v.value for v in model.non_trainable_variables]
    y, new, losses = model.stateless_call(trained, others, x, training=True, return_losses=True)
    again, _ = model.stateless_call(trained, others, x, training=True)
    other, _ = model.stateless_call(trained, new, x, training=True)
    assert np.array_equal(ops.convert_to_numpy(y), ops.convert_to_numpy(again))
    assert not np.array_equal(ops.convert_to_numpy(y), ops.convert_to_numpy(other))
    assert len(losses) == 2
    kernel = model.layers[0].kernel.numpy()
    assert any(np.isclose(float(loss), 0.1 * (kernel**2).sum(), rtol=1e-5) for loss in losses)


def test_stateless_call_counts_its_values(backend: str) -> None:
    layer = layers.Dense(2, name="head")
    layer.build((None, 3))
    with pytest.raises(ValueError, match=r"'head' has 2 trainable variables, 1 values"):
        layer.stateless_call([layer.kernel.value], [], np.zeros((1, 3), "float32"))


def test_stateless_metric(backend: str) -> None:
    metric = keras.metrics.SparseCategoricalAccuracy()
    y, p = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3]], "float32")
    state = [v.value for v in metric.variables]
    state = metric.stateless_update_state(state, y, p)
    state = metric.stateless_update_state(state, y[:1], p[:1])
    assert np.isclose(float(metric.stateless_result(state)), 3 / 4)
    assert float(metric.result()) == 0.0
    assert float(metric.stateless_result(metric.stateless_reset_state())) == 0.0


def test_stateless_optimizer(trainer: str) -> None:
    v = keras.Variable([1.0, 2.0])
    optimizer = keras.optimizers.SGD(0.5, momentum=0.9)
    optimizer.build([v])
    state = [s.value for s in optimizer.variables]
    gradient = ops.convert_to_tensor(np.array([1.0, -1.0], "float32"))
    values, state = optimizer.stateless_apply(state, [gradient], [v.value])
    values, state = optimizer.stateless_apply(state, [gradient], values)
    np.testing.assert_allclose(ops.convert_to_numpy(values[0]), [1 - 0.5 - 0.95, 2 + 0.5 + 0.95], rtol=1e-6)
    assert v.numpy().tolist() == [1.0, 2.0] and int(optimizer.iterations) == 0
    optimizer.apply([gradient], [v])
    optimizer.apply([gradient], [v])
    np.testing.assert_allclose(v.numpy(), ops.convert_to_numpy(values[0]), rtol=1e-6)
    assert int(optimizer.iterations) == 2


def test_stateless_training_is_training(trainer: str) -> None:
    """value_and_grad, stateless_call and stateless_apply make the step that `train_on_batch` makes."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 3)).astype("float32"), rng.normal(size=(8, 1)).astype("float32")
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
    twin = model.to_backend(trainer)
    model.compile(keras.optimizers.Adam(0.01), "mse")
    for _ in range(3):
        model.train_on_batch(x, y)

    optimizer = keras.optimizers.Adam(0.01)
    optimizer.build(twin.trainable_variables)
    tv, ntv = [v.value for v in twin.trainable_variables], [v.value for v in twin.non_trainable_variables]
    ov = [v.value for v in optimizer.variables]
    inputs, targets = ops.convert_to_tensor(x), ops.convert_to_tensor(y)

    def loss(tv: Any, ntv: Any, x: Any, y: Any) -> Any:
        p, ntv = twin.stateless_call(tv, ntv, x, training=True)
        return ops.mean((y - p) ** 2), ntv

    for _ in range(3):
        (_, ntv), gradients = keras.value_and_grad(loss, has_aux=True)(tv, ntv, inputs, targets)
        tv, ov = optimizer.stateless_apply(ov, gradients, tv)
    for a, b in zip(tv, model.trainable_variables, strict=True):
        np.testing.assert_allclose(ops.convert_to_numpy(a), b.numpy(), rtol=1e-4, atol=1e-6)
