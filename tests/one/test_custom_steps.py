"""`train_step` written once for all engines, and as Keras has it under each."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import hornbeam as keras
from hornbeam import layers, ops

RNG = np.random.default_rng(5)
X = RNG.normal(size=(32, 4)).astype("float32")
Y = (X[:, :1] - 2 * X[:, 1:2]).astype("float32")
FIT: dict[str, Any] = {"verbose": 0, "batch_size": 8, "shuffle": False, "epochs": 2}


class Plain(keras.Model):
    """Trained by the step that ships."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.norm = layers.BatchNormalization(name="norm")
        self.dense = layers.Dense(1, name="dense")

    def call(self, x: Any, training: bool = False) -> Any:
        return self.dense(self.norm(x, training=training))


class Neutral(Plain):
    """The step that a user writes once, for every engine."""

    def train_step(self, data: Any) -> Any:
        x, y = data

        def loss_of_batch() -> Any:
            y_pred = self(x, training=True)
            return self.compute_loss(y=y, y_pred=y_pred), y_pred

        variables = self.trainable_variables
        (loss, y_pred), gradients = keras.value_and_grad(loss_of_batch, has_aux=True, variables=variables)()
        self.optimizer.apply(gradients, variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {metric.name: metric.result() for metric in self.metrics}


class OnTorch(Plain):
    def train_step(self, data: Any) -> Any:
        import torch

        x, y = data
        self.zero_grad()  # type: ignore[attr-defined]
        y_pred = self(x, training=True)
        loss = self.compute_loss(y=y, y_pred=y_pred)
        loss.backward()
        trainable_weights = list(self.trainable_weights)
        gradients = [v.value.grad for v in trainable_weights]
        with torch.no_grad():
            self.optimizer.apply(gradients, trainable_weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class OnTensorflow(Plain):
    def train_step(self, data: Any) -> Any:
        import tensorflow as tf

        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        trainable_vars = self.trainable_variables
        gradients = tape.gradient(loss, trainable_vars)
        self.optimizer.apply_gradients(zip(gradients, trainable_vars, strict=True))
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}


class OnJax(Plain):
    def compute_loss_and_updates(
        self, trainable_variables: Any, non_trainable_variables: Any, x: Any, y: Any, training: bool = False
    ) -> Any:
        y_pred, non_trainable_variables = self.stateless_call(
            trainable_variables, non_trainable_variables, x, training=training
        )
        loss = self.compute_loss(x, y, y_pred)
        return loss, (y_pred, non_trainable_variables)

    def train_step(self, state: Any, data: Any) -> Any:  # type: ignore[override]
        import jax

        trainable_variables, non_trainable_variables, optimizer_variables, metrics_variables = state
        x, y = data
        grad_fn = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (loss, (y_pred, non_trainable_variables)), grads = grad_fn(
            trainable_variables, non_trainable_variables, x, y, training=True
        )
        trainable_variables, optimizer_variables = self.optimizer.stateless_apply(
            optimizer_variables, grads, trainable_variables
        )
        new_metrics_vars: list[Any] = []
        logs = {}
        for metric in self.metrics:
            this = metrics_variables[len(new_metrics_vars) : len(new_metrics_vars) + len(metric.variables)]
            if metric.name == "loss":
                this = metric.stateless_update_state(this, loss)
            else:
                this = metric.stateless_update_state(this, y, y_pred)
            logs[metric.name] = metric.stateless_result(this)
            new_metrics_vars += this
        return logs, (trainable_variables, non_trainable_variables, optimizer_variables, new_metrics_vars)

    def test_step(self, state: Any, data: Any) -> Any:  # type: ignore[override]
        x, y = data
        trainable_variables, non_trainable_variables, metrics_variables = state
        y_pred, non_trainable_variables = self.stateless_call(
            trainable_variables, non_trainable_variables, x, training=False
        )
        loss = self.compute_loss(x, y, y_pred)
        new_metrics_vars: list[Any] = []
        logs = {}
        for metric in self.metrics:
            this = metrics_variables[len(new_metrics_vars) : len(new_metrics_vars) + len(metric.variables)]
            if metric.name == "loss":
                this = metric.stateless_update_state(this, loss)
            else:
                this = metric.stateless_update_state(this, y, y_pred)
            logs[metric.name] = metric.stateless_result(this)
            new_metrics_vars += this
        return logs, (trainable_variables, non_trainable_variables, new_metrics_vars)


CASES = [
    ("jax", Neutral),
    ("torch", Neutral),
    ("tensorflow", Neutral),
    ("torch", OnTorch),
    ("tensorflow", OnTensorflow),
    ("jax", OnJax),
]


def trained(cls: type, eager: bool = False, **compile: Any) -> tuple[Any, Any]:
    keras.utils.set_random_seed(0)
    model = cls(name="net")
    model.compile(
        keras.optimizers.Adam(0.05),
        "mse",
        metrics=[keras.metrics.MeanAbsoluteError(name="mae")],
        run_eagerly=eager,
        **compile,
    )
    return model, model.fit(X, Y, **FIT).history


@pytest.mark.parametrize(("engine", "cls"), CASES)
@pytest.mark.parametrize("eager", [False, True])
def test_own_train_step_trains_alike(engine: str, cls: type, eager: bool) -> None:
    pytest.importorskip(engine)
    with keras.backend_scope(engine):
        plain, expected = trained(Plain)
        model, history = trained(cls, eager)
    np.testing.assert_allclose(history["loss"], expected["loss"], rtol=1e-4)
    np.testing.assert_allclose(history["mae"], expected["mae"], rtol=1e-4)
    for a, b in zip(plain.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-5)
    assert int(model.optimizer.iterations) == 8
    np.testing.assert_allclose(
        model.evaluate(X, Y, verbose=0, return_dict=True)["loss"], plain.evaluate(X, Y, verbose=0)[0], rtol=1e-3
    )


@pytest.mark.parametrize(("engine", "cls"), CASES)
def test_own_train_step_in_groups(engine: str, cls: type) -> None:
    pytest.importorskip(engine)
    with keras.backend_scope(engine):
        one, a = trained(cls)
        several, b = trained(cls, steps_per_execution=2)
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-4)
    for v, w in zip(one.get_weights(), several.get_weights(), strict=True):
        np.testing.assert_allclose(v, w, rtol=1e-3, atol=1e-5)


def test_gan(trainer: str) -> None:
    """Two optimizers, two losses, own metrics: the step of a generative adversarial network."""

    class Gan(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.generator = keras.Sequential([keras.Input((2,)), layers.Dense(4)], name="generator")
            self.critic = keras.Sequential([keras.Input((4,)), layers.Dense(1)], name="critic")
            self.seeds = keras.random.SeedGenerator(1)
            self.g_loss = keras.metrics.Mean(name="g_loss")
            self.d_loss = keras.metrics.Mean(name="d_loss")

        def compile(self, g: Any, d: Any) -> None:  # type: ignore[override]
            super().compile()
            self.g_optimizer, self.d_optimizer = g, d
            self.loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)

        @property
        def metrics(self) -> list[Any]:
            return [self.g_loss, self.d_loss]

        def train_step(self, data: Any) -> Any:
            real = data[0] if isinstance(data, tuple) else data
            count = ops.shape(real)[0]
            noise = keras.random.normal((count, 2), seed=self.seeds)

            def critic_loss() -> Any:
                fake = self.critic(ops.stop_gradient(self.generator(noise)))
                true = self.critic(real)
                return self.loss_fn(ops.ones_like(true), true) + self.loss_fn(ops.zeros_like(fake), fake)

            def generator_loss() -> Any:
                fake = self.critic(self.generator(noise))
                return self.loss_fn(ops.ones_like(fake), fake)

            for loss, network, optimizer, metric in (
                (critic_loss, self.critic, self.d_optimizer, self.d_loss),
                (generator_loss, self.generator, self.g_optimizer, self.g_loss),
            ):
                variables = network.trainable_variables
                value, gradients = keras.value_and_grad(loss, variables=variables)()
                optimizer.apply(gradients, variables)
                metric.update_state(value)
            return {metric.name: metric.result() for metric in self.metrics}

        def call(self, x: Any) -> Any:
            return self.critic(x)

    keras.utils.set_random_seed(0)
    model = Gan()
    model.compile(keras.optimizers.Adam(0.01), keras.optimizers.Adam(0.01))
    before = [w.copy() for w in model.get_weights()]
    history = model.fit(X, epochs=3, batch_size=8, verbose=0).history
    assert {"g_loss", "d_loss"} <= set(history)
    assert all(np.isfinite(history["g_loss"])) and len(set(history["d_loss"])) == 3
    assert all(not np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))


def test_own_predict_and_test_steps(trainer: str) -> None:
    class Own(Plain):
        def test_step(self, data: Any) -> Any:
            x, y = data
            return {"twice": 2 * ops.mean(ops.abs(self(x, training=False) - y))}

        def predict_step(self, data: Any) -> Any:
            return -self(data[0] if isinstance(data, tuple) else data, training=False)

    model = Own()
    model.compile("sgd", "mse")
    p = ops.convert_to_numpy(model(X))
    np.testing.assert_allclose(model.predict(X, verbose=0), -p, rtol=1e-5)
    logs = model.evaluate(X, Y, batch_size=32, verbose=0, return_dict=True)
    np.testing.assert_allclose(logs["twice"], 2 * abs(p - Y).mean(), rtol=1e-4)


def test_a_raw_loop(trainer: str) -> None:
    """No `fit` at all: value_and_grad and apply, the same on every engine."""
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
    optimizer = keras.optimizers.Adam(0.02)
    loss_of = keras.losses.MeanSquaredError()
    x, y = ops.convert_to_tensor(X), ops.convert_to_tensor(Y)
    step = keras.value_and_grad(lambda: loss_of(y, model(x, training=True)), variables=model.trainable_variables)
    losses = []
    for _ in range(15):
        loss, gradients = step()
        optimizer.apply(gradients, model.trainable_variables)
        losses.append(float(ops.convert_to_numpy(loss)))
    assert losses[-1] < losses[0] / 2
