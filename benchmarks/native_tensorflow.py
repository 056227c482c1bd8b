"""The loop an expert writes by hand for tensorflow: one graph for a step, Adam as one kernel per variable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

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

Parameters = dict[str, Any]
Forward = Callable[[Parameters, Any, bool, float], Any]

JIT_COMPILE = {"mlp"}  # where XLA measured faster than the graph executor


def dense(p: Parameters, name: str, x: Any) -> Any:
    kernel = p[f"{name}/kernel"]
    y = tf.nn.bias_add(tf.matmul(tf.reshape(x, (-1, x.shape[-1])), kernel), p[f"{name}/bias"])
    return tf.reshape(y, (*tf.unstack(tf.shape(x)[:-1]), kernel.shape[-1])) if x.shape.rank > 2 else y


def mlp(p: Parameters, x: Any, training: bool, dropout: float) -> Any:
    x = tf.nn.relu(dense(p, "dense1", x))
    x = tf.nn.relu(dense(p, "dense2", x))
    return dense(p, "logits", x)


def convolution(p: Parameters, name: str, x: Any) -> Any:
    return tf.nn.relu(tf.nn.bias_add(tf.nn.conv2d(x, p[f"{name}/kernel"], 1, "VALID"), p[f"{name}/bias"]))


def convnet(p: Parameters, x: Any, training: bool, dropout: float) -> Any:
    x = tf.nn.max_pool2d(convolution(p, "conv1", x), 2, 2, "VALID")
    x = tf.nn.max_pool2d(convolution(p, "conv2", x), 2, 2, "VALID")
    x = tf.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
    return dense(p, "logits", tf.nn.dropout(x, dropout) if training else x)


def normalize(p: Parameters, name: str, x: Any) -> Any:
    centered = x - tf.reduce_mean(x, -1, keepdims=True)
    deviation = tf.math.rsqrt(tf.reduce_mean(tf.square(centered), -1, keepdims=True) + NORM_EPSILON)
    return centered * deviation * p[f"{name}/scale"] + p[f"{name}/offset"]


def attend(p: Parameters, name: str, x: Any) -> Any:
    time, width = x.shape[1:]
    rows = tf.reshape(x, (-1, width))

    def project(part: str) -> Any:
        kernel, bias = p[f"{name}/{part}/kernel"], p[f"{name}/{part}/bias"]
        heads = tf.nn.bias_add(tf.matmul(rows, tf.reshape(kernel, (width, width))), tf.reshape(bias, (width,)))
        return tf.transpose(tf.reshape(heads, (-1, time, HEADS, width // HEADS)), (0, 2, 1, 3))

    query, key, value = project("query"), project("key"), project("value")
    scores = tf.nn.softmax(tf.matmul(query * (width // HEADS) ** -0.5, key, transpose_b=True))
    y = tf.reshape(tf.transpose(tf.matmul(scores, value), (0, 2, 1, 3)), (-1, width))
    y = tf.nn.bias_add(tf.matmul(y, tf.reshape(p[f"{name}/output/kernel"], (width, width))), p[f"{name}/output/bias"])
    return tf.reshape(y, (-1, time, width))


def transformer(p: Parameters, x: Any, training: bool, dropout: float) -> Any:
    for block in range(BLOCKS):
        name = f"block{block}"
        x = x + attend(p, name, normalize(p, f"{name}/norm1", x))
        y = tf.nn.relu(dense(p, f"{name}/expand", normalize(p, f"{name}/norm2", x)))
        x = x + dense(p, f"{name}/contract", y)
    return dense(p, "logits", tf.reduce_mean(normalize(p, "norm", x), 1))


def lstm(p: Parameters, x: Any, training: bool, dropout: float) -> Any:
    _, time, features = x.shape
    rows = tf.reshape(tf.transpose(x, (1, 0, 2)), (-1, features))
    products = tf.reshape(tf.matmul(rows, p["lstm/kernel"]) + p["lstm/bias"], (time, -1, 4 * LSTM_WIDTH))
    inputs = tf.TensorArray(tf.float32, time, element_shape=(None, 4 * LSTM_WIDTH)).unstack(products)

    def step(t: Any, hidden: Any, cell: Any) -> tuple[Any, Any, Any]:
        i, f, g, o = tf.split(inputs.read(t) + tf.matmul(hidden, p["lstm/recurrent/kernel"]), 4, -1)
        cell = tf.sigmoid(f) * cell + tf.sigmoid(i) * tf.tanh(g)
        return t + 1, tf.sigmoid(o) * tf.tanh(cell), cell

    zeros = tf.zeros((tf.shape(x)[0], LSTM_WIDTH))
    _, hidden, _ = tf.while_loop(lambda t, *_: t < time, step, (0, zeros, zeros), maximum_iterations=time)
    return dense(p, "logits", hidden)


FORWARDS: dict[str, Forward] = {"mlp": mlp, "convnet": convnet, "transformer": transformer, "lstm": lstm}


class Native:
    """A workload's variables with the loops over them."""

    def __init__(self, workload: Workload, dropout: float = DROPOUT) -> None:
        self.batch = workload.batch
        forward, jit_compile = FORWARDS[workload.name], workload.name in JIT_COMPILE
        weights = workload.initial_weights()
        self._parameters = {name: tf.Variable(tf.constant(value)) for name, value in weights.items()}
        self._momentum = [tf.Variable(tf.zeros(value.shape)) for value in weights.values()]
        self._velocity = [tf.Variable(tf.zeros(value.shape)) for value in weights.values()]
        self._powers = [tf.Variable(tf.constant(beta)) for beta in ADAM_BETAS]
        self._loss, self._correct = tf.Variable(tf.constant(0.0)), tf.Variable(tf.constant(0))
        signature = [
            tf.TensorSpec((None, *workload.input_shape), tf.float32),
            tf.TensorSpec((None,), tf.int64),
        ]

        def add_batch(logits: Any, y: Any) -> Any:
            loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
            self._loss.assign_add(loss)
            self._correct.assign_add(tf.math.count_nonzero(tf.equal(tf.argmax(logits, -1), y), dtype=tf.int32))
            return loss

        @tf.function(input_signature=signature, jit_compile=jit_compile)
        def train_step(x: Any, y: Any) -> None:
            with tf.GradientTape() as tape:
                loss = add_batch(forward(self._parameters, x, True, dropout), y) / tf.cast(tf.shape(x)[0], tf.float32)
            self._adam(tape.gradient(loss, list(self._parameters.values())))

        @tf.function(input_signature=signature, jit_compile=jit_compile)
        def test_step(x: Any, y: Any) -> None:
            add_batch(forward(self._parameters, x, False, dropout), y)

        @tf.function(input_signature=signature[:1], jit_compile=jit_compile)
        def predict_step(x: Any) -> Any:
            return forward(self._parameters, x, False, dropout)

        self._train_step, self._test_step, self._predict_step = train_step, test_step, predict_step

    def _adam(self, gradients: list[Any]) -> None:
        for parameter, momentum, velocity, gradient in zip(
            self._parameters.values(), self._momentum, self._velocity, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=parameter.handle,
                m=momentum.handle,
                v=velocity.handle,
                beta1_power=self._powers[0],
                beta2_power=self._powers[1],
                lr=LEARNING_RATE,
                beta1=ADAM_BETAS[0],
                beta2=ADAM_BETAS[1],
                epsilon=ADAM_EPSILON,
                grad=gradient,
            )
        for power, beta in zip(self._powers, ADAM_BETAS):
            power.assign(power * beta)

    def load(self, weights: dict[str, np.ndarray]) -> None:
        """Take over `weights`, in Keras' shapes."""
        for name, value in weights.items():
            self._parameters[name].assign(value)

    def weights(self) -> list[np.ndarray]:
        return [value.numpy() for value in self._parameters.values()]

    def fit(self, x: np.ndarray, y: np.ndarray, shuffle: bool = True) -> tuple[float, float]:
        """One epoch; its mean loss and accuracy."""
        order = np.random.permutation(len(x)) if shuffle else np.arange(len(x))
        self._reset()
        for start in range(0, len(x), self.batch):
            index = order[start : start + self.batch]
            self._train_step(tf.constant(x[index]), tf.constant(y[index]))
        return self._result(len(x))

    def evaluate(self, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
        """Mean loss and accuracy."""
        self._reset()
        for start in range(0, len(x), self.batch):
            batch = slice(start, start + self.batch)
            self._test_step(tf.constant(x[batch]), tf.constant(y[batch]))
        return self._result(len(x))

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Logits (samples, classes)."""
        starts = range(0, len(x), self.batch)
        return np.concatenate([self._predict_step(tf.constant(x[start : start + self.batch])) for start in starts])

    def __call__(self, x: Any) -> Any:
        return self._predict_step(x)

    def _reset(self) -> None:
        self._loss.assign(0.0)
        self._correct.assign(0)

    def _result(self, samples: int) -> tuple[float, float]:
        return float(self._loss) / samples, float(self._correct) / samples


def tensor(x: np.ndarray) -> Any:
    return tf.constant(x)


def wait(x: Any) -> None:
    """A tensorflow call on the CPU returns when its result is there."""
