"""The loop an expert writes by hand for jax: one jitted step with donated state, nothing read back before the end."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from benchmarks.workloads import (
    ADAM_BETAS,
    ADAM_EPSILON,
    BLOCKS,
    DROPOUT,
    HEADS,
    LEARNING_RATE,
    LSTM_WIDTH,
    NORM_EPSILON,
    Workload,
)

Parameters = dict[str, jax.Array]
Forward = Callable[..., jax.Array]


class State(NamedTuple):
    """All that a step reads and writes; donated, so that it is updated in place."""

    parameters: Parameters
    momentum: Parameters
    velocity: Parameters
    step: jax.Array


class Totals(NamedTuple):
    """Running sums over an epoch, on the device."""

    loss: jax.Array
    correct: jax.Array
    samples: jax.Array


def zero_totals() -> Totals:
    return Totals(jnp.zeros(()), jnp.zeros((), jnp.int32), jnp.zeros((), jnp.int32))


def dense(p: Parameters, name: str, x: jax.Array) -> jax.Array:
    kernel = p[f"{name}/kernel"]
    y = x.reshape(-1, x.shape[-1]) @ kernel + p[f"{name}/bias"]  # a plain matrix product: what XLA:CPU is best at
    return y.reshape(*x.shape[:-1], kernel.shape[-1])


def mlp(p: Parameters, x: jax.Array, key: jax.Array | None, dropout: float) -> jax.Array:
    x = jax.nn.relu(dense(p, "dense1", x))
    x = jax.nn.relu(dense(p, "dense2", x))
    return dense(p, "logits", x)


def convolution(p: Parameters, name: str, x: jax.Array) -> jax.Array:
    y = lax.conv_general_dilated(x, p[f"{name}/kernel"], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return jax.nn.relu(y + p[f"{name}/bias"])


def max_pool(x: jax.Array, training: bool) -> jax.Array:
    if not training:
        return lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    n, h, w, c = x.shape
    h, w = h // 2, w // 2
    rows = x[:, : 2 * h, : 2 * w].reshape(n, h, 2, 2 * w, c)
    pairs = jnp.maximum(rows[:, :, 0], rows[:, :, 1]).reshape(n, h, w, 2, c)
    return jnp.maximum(pairs[:, :, :, 0], pairs[:, :, :, 1])


def convnet(p: Parameters, x: jax.Array, key: jax.Array | None, dropout: float) -> jax.Array:
    training = key is not None
    x = max_pool(convolution(p, "conv1", x), training)
    x = max_pool(convolution(p, "conv2", x), training)
    x = x.reshape(x.shape[0], -1)
    if key is not None:
        x = jnp.where(jax.random.bernoulli(key, 1 - dropout, x.shape), x / (1 - dropout), 0)
    return dense(p, "logits", x)


def normalize(p: Parameters, name: str, x: jax.Array) -> jax.Array:
    centered = x - x.mean(-1, keepdims=True)
    deviation = lax.rsqrt(jnp.square(centered).mean(-1, keepdims=True) + NORM_EPSILON)
    return centered * deviation * p[f"{name}/scale"] + p[f"{name}/offset"]


def attend(p: Parameters, name: str, x: jax.Array) -> jax.Array:
    batch, time, width = x.shape
    rows = x.reshape(-1, width)
    query, key, value = (
        (rows @ p[f"{name}/{part}/kernel"].reshape(width, width) + p[f"{name}/{part}/bias"].reshape(width))
        .reshape(batch, time, HEADS, -1)
        .transpose(0, 2, 1, 3)
        for part in ("query", "key", "value")
    )
    scores = jax.nn.softmax((query * query.shape[-1] ** -0.5) @ key.swapaxes(-1, -2))
    y = (scores @ value).transpose(0, 2, 1, 3).reshape(-1, width)
    y = y @ p[f"{name}/output/kernel"].reshape(width, width) + p[f"{name}/output/bias"]
    return y.reshape(x.shape)


def transformer(p: Parameters, x: jax.Array, key: jax.Array | None, dropout: float) -> jax.Array:
    for block in range(BLOCKS):
        name = f"block{block}"
        x = x + attend(p, name, normalize(p, f"{name}/norm1", x))
        y = jax.nn.relu(dense(p, f"{name}/expand", normalize(p, f"{name}/norm2", x)))
        x = x + dense(p, f"{name}/contract", y)
    return dense(p, "logits", normalize(p, "norm", x).mean(1))


def lstm(p: Parameters, x: jax.Array, key: jax.Array | None, dropout: float) -> jax.Array:
    def step(carry: tuple[jax.Array, jax.Array], inputs: jax.Array) -> tuple[tuple[jax.Array, jax.Array], None]:
        hidden, cell = carry
        gates = inputs @ p["lstm/kernel"] + hidden @ p["lstm/recurrent/kernel"] + p["lstm/bias"]
        i, f, g, o = jnp.split(gates, 4, -1)
        cell = jax.nn.sigmoid(f) * cell + jax.nn.sigmoid(i) * jnp.tanh(g)
        return (jax.nn.sigmoid(o) * jnp.tanh(cell), cell), None

    zeros = jnp.zeros((x.shape[0], LSTM_WIDTH))
    (hidden, _), _ = lax.scan(step, (zeros, zeros), x.swapaxes(0, 1))
    return dense(p, "logits", hidden)


FORWARDS: dict[str, Forward] = {"mlp": mlp, "convnet": convnet, "transformer": transformer, "lstm": lstm}


def crossentropy(logits: jax.Array, labels: jax.Array) -> jax.Array:
    log_probabilities = jax.nn.log_softmax(logits)
    return -jnp.take_along_axis(log_probabilities, labels[:, None], -1).sum()


def add_batch(totals: Totals, loss: jax.Array, logits: jax.Array, labels: jax.Array) -> Totals:
    return Totals(
        totals.loss + loss, totals.correct + (logits.argmax(-1) == labels).sum(), totals.samples + labels.shape[0]
    )


def adam(state: State, gradients: Parameters) -> State:
    beta1, beta2 = ADAM_BETAS
    step = state.step + 1
    rate = LEARNING_RATE * jnp.sqrt(1 - beta2**step) / (1 - beta1**step)
    momentum = jax.tree.map(lambda m, g: m + (g - m) * (1 - beta1), state.momentum, gradients)
    velocity = jax.tree.map(lambda v, g: v + (g * g - v) * (1 - beta2), state.velocity, gradients)
    parameters = jax.tree.map(
        lambda p, m, v: p - rate * m / (jnp.sqrt(v) + ADAM_EPSILON), state.parameters, momentum, velocity
    )
    return State(parameters, momentum, velocity, step)


class Native:
    """A workload's parameters with the loops over them."""

    def __init__(self, workload: Workload, dropout: float = DROPOUT) -> None:
        self.batch = workload.batch
        forward = partial(FORWARDS[workload.name], dropout=dropout)

        def train_step(state: State, totals: Totals, x: jax.Array, y: jax.Array) -> tuple[State, Totals]:
            dropout_key = jax.random.fold_in(jax.random.key(0), state.step)  # computed only where it is used

            def objective(parameters: Parameters) -> tuple[jax.Array, tuple[jax.Array, jax.Array]]:
                logits = forward(parameters, x, dropout_key)
                loss = crossentropy(logits, y)
                return loss / len(y), (loss, logits)

            gradients, (loss, logits) = jax.grad(objective, has_aux=True)(state.parameters)
            return adam(state, gradients), add_batch(totals, loss, logits, y)

        def test_step(parameters: Parameters, totals: Totals, x: jax.Array, y: jax.Array) -> Totals:
            logits = forward(parameters, x, None)
            return add_batch(totals, crossentropy(logits, y), logits, y)

        self._train_step = jax.jit(train_step, donate_argnums=(0, 1))
        self._test_step = jax.jit(test_step, donate_argnums=1)
        self._forward = jax.jit(lambda parameters, x: forward(parameters, x, None))
        self.load(workload.initial_weights())

    def load(self, weights: dict[str, np.ndarray]) -> None:
        """Start anew from `weights`, in Keras' shapes."""
        parameters = {name: jnp.array(value) for name, value in weights.items()}
        momentum, velocity = (jax.tree.map(jnp.zeros_like, parameters) for _ in range(2))
        self._state = State(parameters, momentum, velocity, jnp.zeros((), jnp.int32))

    def weights(self) -> list[np.ndarray]:
        return [np.asarray(value) for value in self._state.parameters.values()]

    def fit(self, x: np.ndarray, y: np.ndarray, shuffle: bool = True) -> tuple[float, float]:
        """One epoch; its mean loss and accuracy."""
        order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
        state, totals = self._state, zero_totals()
        for start in range(0, len(x), self.batch):
            index = order[start : start + self.batch]
            state, totals = self._train_step(state, totals, x[index], y[index])
        self._state = jax.block_until_ready(state)
        return result(totals)

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Mean loss and accuracy."""
        totals = zero_totals()
        for start in range(0, len(x), self.batch):
            batch = slice(start, start + self.batch)
            totals = self._test_step(self._state.parameters, totals, x[batch], y[batch])
        return result(totals)

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Logits (samples, classes)."""
        parameters = self._state.parameters
        starts = range(0, len(x), self.batch)
        return np.concatenate([self._forward(parameters, x[start : start + self.batch]) for start in starts])

    def __call__(self, x: jax.Array) -> jax.Array:
        return self._forward(self._state.parameters, x)


def result(totals: Totals) -> tuple[float, float]:
    loss, correct, samples = jax.device_get(totals)
    return float(loss / samples), float(correct / samples)


def tensor(x: np.ndarray) -> Any:
    return jnp.asarray(x)


def wait(x: Any) -> None:
    jax.block_until_ready(x)
