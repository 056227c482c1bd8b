"""The four workloads: a model in Keras' API (for `keras` and `hornbeam` alike), its data, its weights.

A model is written once, over the module that builds it: `WORKLOADS["convnet"].model(keras)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CLASSES = 10
LEARNING_RATE = 1e-3
ADAM_BETAS = (0.9, 0.999)
ADAM_EPSILON = 1e-7
NORM_EPSILON = 1e-6
DROPOUT = 0.5

MLP_FEATURES, MLP_WIDTH = 32, 64
IMAGE_SHAPE = (28, 28, 1)
SEQUENCE, WIDTH, HEADS, FEED_FORWARD, BLOCKS = 128, 256, 8, 1024, 4
LSTM_STEPS, LSTM_FEATURES, LSTM_WIDTH = 100, 32, 128

Shape = tuple[int, ...]
Api = Any  # the module `keras` or `hornbeam`
Batches = tuple[np.ndarray, np.ndarray]


def mlp(api: Api, dropout: float) -> Any:
    """Two hidden layers over 32 features."""
    inputs = api.Input((MLP_FEATURES,))
    x = api.layers.Dense(MLP_WIDTH, activation="relu")(inputs)
    x = api.layers.Dense(MLP_WIDTH, activation="relu")(x)
    return api.Model(inputs, api.layers.Dense(CLASSES)(x))


def convnet(api: Api, dropout: float) -> Any:
    """The usual small network for MNIST."""
    inputs = api.Input(IMAGE_SHAPE)
    x = api.layers.Conv2D(32, 3, activation="relu")(inputs)
    x = api.layers.MaxPooling2D()(x)
    x = api.layers.Conv2D(64, 3, activation="relu")(x)
    x = api.layers.MaxPooling2D()(x)
    x = api.layers.Flatten()(x)
    x = api.layers.Dropout(dropout)(x)
    return api.Model(inputs, api.layers.Dense(CLASSES)(x))


def transformer(api: Api, dropout: float) -> Any:
    """A pre-norm encoder over embedded tokens, averaged over time."""
    inputs = api.Input((SEQUENCE, WIDTH))
    x = inputs
    for _ in range(BLOCKS):
        y = api.layers.LayerNormalization(epsilon=NORM_EPSILON)(x)
        x = api.layers.Add()([x, api.layers.MultiHeadAttention(HEADS, WIDTH // HEADS)(y, y)])
        y = api.layers.LayerNormalization(epsilon=NORM_EPSILON)(x)
        y = api.layers.Dense(FEED_FORWARD, activation="relu")(y)
        x = api.layers.Add()([x, api.layers.Dense(WIDTH)(y)])
    x = api.layers.LayerNormalization(epsilon=NORM_EPSILON)(x)
    x = api.layers.GlobalAveragePooling1D()(x)
    return api.Model(inputs, api.layers.Dense(CLASSES)(x))


def lstm(api: Api, dropout: float) -> Any:
    """One LSTM; the last state is classified."""
    inputs = api.Input((LSTM_STEPS, LSTM_FEATURES))
    x = api.layers.LSTM(LSTM_WIDTH)(inputs)
    return api.Model(inputs, api.layers.Dense(CLASSES)(x))


@dataclass(frozen=True)
class Workload:
    """A model, the shape of its data, and how much of it one repeat takes."""

    name: str
    title: str
    architecture: Callable[[Api, float], Any]
    input_shape: Shape
    parameters: dict[str, Shape]  # in the order of `model.get_weights()`
    batch: int
    steps: int  # in one epoch

    def model(self, api: Api, dropout: float = DROPOUT) -> Any:
        """The compiled model of `api` (`keras` or `hornbeam`)."""
        model = self.architecture(api, dropout)
        model.compile(
            optimizer=api.optimizers.Adam(LEARNING_RATE),
            loss=api.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        return model

    def data(self, steps: int) -> Batches:
        """So many batches: inputs (samples, *input_shape) float32, labels (samples,) int64."""
        samples = self.batch * steps
        generator = np.random.default_rng(0)
        inputs = generator.random((samples, *self.input_shape), np.float32)
        return inputs, generator.integers(0, CLASSES, samples)

    def initial_weights(self) -> dict[str, np.ndarray]:
        """Glorot-uniform kernels, scales of one, zero biases: float32, in Keras' order and shapes."""
        generator = np.random.default_rng(0)
        return {name: _initial(generator, name, shape) for name, shape in self.parameters.items()}


def _initial(generator: np.random.Generator, name: str, shape: Shape) -> np.ndarray:
    if not name.endswith("kernel"):
        return np.full(shape, 1.0 if name.endswith("scale") else 0.0, np.float32)
    fans = int(np.prod(shape[:-2])) * (shape[-2] + shape[-1])
    limit = np.sqrt(6.0 / fans).astype(np.float32)
    return generator.random(shape, np.float32) * (2 * limit) - limit


def _dense(name: str, inputs: int, units: int) -> dict[str, Shape]:
    return {f"{name}/kernel": (inputs, units), f"{name}/bias": (units,)}


def _norm(name: str) -> dict[str, Shape]:
    return {f"{name}/scale": (WIDTH,), f"{name}/offset": (WIDTH,)}


def _block(name: str) -> dict[str, Shape]:
    size = WIDTH // HEADS
    shapes = _norm(f"{name}/norm1")
    for projection in ("query", "key", "value"):
        shapes |= {f"{name}/{projection}/kernel": (WIDTH, HEADS, size), f"{name}/{projection}/bias": (HEADS, size)}
    shapes |= {f"{name}/output/kernel": (HEADS, size, WIDTH), f"{name}/output/bias": (WIDTH,)}
    shapes |= _norm(f"{name}/norm2")
    return shapes | _dense(f"{name}/expand", WIDTH, FEED_FORWARD) | _dense(f"{name}/contract", FEED_FORWARD, WIDTH)


def _transformer_parameters() -> dict[str, Shape]:
    shapes: dict[str, Shape] = {}
    for block in range(BLOCKS):
        shapes |= _block(f"block{block}")
    return shapes | _norm("norm") | _dense("logits", WIDTH, CLASSES)


WORKLOADS = {
    workload.name: workload
    for workload in (
        Workload(
            name="mlp",
            title="Tiny MLP: 32 features, two Dense 64, Dense 10; batch 32",
            architecture=mlp,
            input_shape=(MLP_FEATURES,),
            parameters=_dense("dense1", MLP_FEATURES, MLP_WIDTH)
            | _dense("dense2", MLP_WIDTH, MLP_WIDTH)
            | _dense("logits", MLP_WIDTH, CLASSES),
            batch=32,
            steps=400,
        ),
        Workload(
            name="convnet",
            title="MNIST convnet: 28x28x1, Conv 32, pool, Conv 64, pool, dropout 0.5, Dense 10; batch 128",
            architecture=convnet,
            input_shape=IMAGE_SHAPE,
            parameters={
                "conv1/kernel": (3, 3, 1, 32),
                "conv1/bias": (32,),
                "conv2/kernel": (3, 3, 32, 64),
                "conv2/bias": (64,),
            }
            | _dense("logits", 1600, CLASSES),
            batch=128,
            steps=20,
        ),
        Workload(
            name="transformer",
            title="Transformer encoder: 128 steps, width 256, 4 layers, 8 heads, feed-forward 1024; batch 16",
            architecture=transformer,
            input_shape=(SEQUENCE, WIDTH),
            parameters=_transformer_parameters(),
            batch=16,
            steps=4,
        ),
        Workload(
            name="lstm",
            title="LSTM classifier: 100 steps of 32 features, width 128; batch 64",
            architecture=lstm,
            input_shape=(LSTM_STEPS, LSTM_FEATURES),
            parameters={
                "lstm/kernel": (LSTM_FEATURES, 4 * LSTM_WIDTH),
                "lstm/recurrent/kernel": (LSTM_WIDTH, 4 * LSTM_WIDTH),
                "lstm/bias": (4 * LSTM_WIDTH,),
            }
            | _dense("logits", LSTM_WIDTH, CLASSES),
            batch=64,
            steps=10,
        ),
    )
}
