"""Sample calls of products, activations, convolutions, normalisation and losses: (operation, arguments, keywords)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

Sample = tuple[str, tuple[Any, ...], dict[str, Any]]


def floats(*shape: int, seed: int = 0) -> np.ndarray:
    """Normal numbers; none lies within 0.01 of a kink of any activation."""
    x = np.random.default_rng(seed).standard_normal(shape) * 2
    for kink in (-3, -1, -0.5, 0, 0.5, 1, 3, 6):
        x = np.where(np.abs(x - kink) < 0.01, kink + 0.05, x)
    return x.astype("float32")


def positive(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.1, 0.9, shape).astype("float32")


def distribution(*shape: int, axis: int = -1, seed: int = 0) -> np.ndarray:
    x = positive(*shape, seed=seed)
    return x / x.sum(axis, keepdims=True)


X, SMALL = floats(3, 4), floats(2, 3, seed=1)

products: list[Sample] = [
    ("matmul", (floats(2, 3), floats(3, 4)), {}),
    ("matmul", (floats(2, 3, 4), floats(4, 2)), {}),
    ("matmul", (floats(2, 1, 3, 4), floats(5, 4, 2)), {}),
    ("matmul", (floats(4), floats(4, 2)), {}),
    ("matmul", (floats(3, 4), floats(4)), {}),
    ("matmul", (floats(4), floats(3, 4, 2)), {}),
    ("matmul", (floats(4), floats(4, seed=1)), {}),
    ("dense", (X, floats(4, 5), floats(5)), {}),
    ("dense", (X, floats(4, 5), None), {}),
    ("dense", (floats(2, 3, 4), floats(4, 5), floats(5)), {}),
    ("einsum", ("ij,jk->ki", [X, floats(4, 2)]), {}),
    ("einsum", ("bij , bjk", [floats(2, 3, 4), floats(2, 4, 3)]), {}),
    ("einsum", ("...i,ij->...j", [floats(2, 3, 4), floats(4, 2)]), {}),
    ("einsum", ("...ab,...bc->...ac", [floats(2, 1, 3, 4), floats(5, 4, 2)]), {}),
    ("einsum", ("ij->j", [X]), {}),
    ("dot", (X, floats(4, 2)), {}),
    ("dot", (floats(2, 3, 4), floats(5, 4, 2)), {}),
    ("dot", (X, floats(4)), {}),
    ("dot", (np.float32(2.0), X), {}),
    ("inner", (X, floats(2, 4)), {}),
    ("outer", (X, SMALL), {}),
    ("vdot", (X, floats(4, 3)), {}),
    ("tensordot", (floats(2, 3, 4), floats(3, 4, 2)), {}),
    ("tensordot", (floats(2, 3, 4), floats(4, 3, 2)), {"axes": [[1, 2], [1, 0]]}),
    ("tensordot", (floats(2, 3), floats(4, 3)), {"axes": (1, -1)}),
    ("tensordot", (floats(2), floats(3)), {"axes": 0}),
]

# fmt: off
PLAIN = [
    "relu", "relu6", "leaky_relu", "elu", "selu", "celu", "sigmoid", "log_sigmoid", "softplus", "softsign",
    "silu", "gelu", "mish", "hard_sigmoid", "hard_silu", "hard_tanh", "soft_shrink", "hard_shrink",
    "tanh_shrink", "squareplus", "sparse_plus", "sparse_sigmoid", "glu", "sparsemax", "softmax", "log_softmax",
]
# fmt: on
activations: list[Sample] = [
    *((name, (X,), {}) for name in PLAIN),
    ("leaky_relu", (X, 0.3), {}),
    ("elu", (X, 0.5), {}),
    ("celu", (X,), {"alpha": 2.0}),
    ("gelu", (X,), {"approximate": False}),
    ("threshold", (X, 0.2, -1.0), {}),
    ("squareplus", (X,), {"b": 2}),
    ("glu", (floats(4, 3),), {"axis": 0}),
    ("sparsemax", (floats(4, 3),), {"axis": 0}),
    ("softmax", (floats(2, 3, 4),), {"axis": 1}),
    ("softmax", (floats(2, 3, 4),), {"axis": (1, 2)}),
    ("softmax", (X,), {"axis": None}),
    ("log_softmax", (floats(2, 3, 4),), {"axis": (0, -1)}),
]


def convolutions() -> Iterator[Sample]:
    for strides, padding, dilation in [
        (1, "valid", 1),
        (2, "same", 1),
        (1, "same", 2),
        (2, "same", 2),
        (3, "valid", 1),
    ]:
        options = {"strides": strides, "padding": padding, "dilation_rate": dilation}
        yield "conv", (floats(2, 5, 6, 2), floats(3, 2, 2, 3)), options
        yield "conv", (floats(2, 7, 2), floats(3, 2, 3)), options
        yield "depthwise_conv", (floats(2, 5, 6, 2), floats(3, 2, 2, 2)), options
        yield "depthwise_conv", (floats(2, 7, 2), floats(3, 2, 1)), options
    yield "conv", (floats(1, 4, 4, 4), floats(3, 3, 2, 4)), {}
    yield "conv", (floats(1, 4, 4, 4), floats(3, 3, 1, 8)), {"padding": "same"}
    yield "conv", (floats(1, 3, 4, 3, 2), floats(2, 3, 2, 2, 2)), {"padding": "same"}
    yield "conv", (floats(1, 2, 4, 4), floats(3, 3, 2, 3)), {"data_format": "channels_first", "strides": (2, 1)}
    yield "depthwise_conv", (floats(1, 2, 4, 4), floats(3, 3, 2, 1)), {"data_format": "channels_first"}
    yield "depthwise_conv", (floats(1, 4, 5, 2), floats(2, 2, 2, 1)), {"strides": (1, 2), "padding": "same"}
    yield "separable_conv", (floats(1, 4, 4, 2), floats(3, 3, 2, 2), floats(1, 1, 4, 3)), {"padding": "same"}
    for size, strides, padding, output_padding in [
        *((3, 2, "same", None), (3, 2, "valid", None), (2, 3, "valid", None), (2, 3, "same", None)),
        *((3, 2, "same", 1), (3, 2, "valid", 1), (4, 1, "same", None)),
    ]:
        options = {"strides": strides, "padding": padding, "output_padding": output_padding}
        yield "conv_transpose", (floats(1, 3, 4, 2), floats(size, size, 3, 2)), options
        yield "conv_transpose", (floats(2, 3, 2), floats(size, 3, 2)), options
    yield "conv_transpose", (floats(1, 3, 2), floats(3, 2, 2)), {"dilation_rate": 2, "padding": "same"}
    yield "conv_transpose", (floats(1, 2, 3, 3), floats(2, 2, 3, 2)), {"strides": 2, "data_format": "channels_first"}
    for pool in ("max_pool", "average_pool"):
        for size, strides, padding in [(2, None, "valid"), (2, None, "same"), (3, 2, "same"), ((2, 3), 1, "valid")]:
            yield pool, (floats(2, 5, 6, 2), size, strides, padding), {}
        yield pool, (floats(2, 4, 4, 2), 2), {}
        yield pool, (floats(2, 2, 5, 5), 2), {"data_format": "channels_first", "padding": "same"}
        yield pool, (floats(2, 7, 2), 3), {"padding": "same"}
        yield pool, (floats(1, 4, 4, 3, 2), 2), {}


normalisation: list[Sample] = [
    ("moments", (floats(3, 4, 2), (0, 1)), {}),
    ("moments", (X, -1), {"keepdims": True}),
    ("batch_normalization", (X, floats(4), positive(4), -1, floats(4, seed=1), floats(4, seed=2)), {}),
    ("batch_normalization", (floats(2, 3, 4, 2), floats(2), positive(2), 3), {"epsilon": 0.1}),
    ("batch_normalization", (floats(2, 3, 4), floats(3), positive(3), 1, None, floats(3)), {}),
    ("batch_norm_training", (floats(6, 4), floats(4), floats(4, seed=1)), {}),
    ("batch_norm_training", (floats(2, 3, 3, 2), floats(2), floats(2, seed=1)), {}),
    ("batch_norm_training", (floats(2, 3, 4), None, None, 1), {"epsilon": 1e-5}),
    ("batch_norm_training", (floats(2, 4, 3), None, floats(3)), {"epsilon": 1e-6}),
    ("layer_normalization", (X, floats(4), floats(4, seed=1)), {"epsilon": 1e-3}),
    ("layer_normalization", (X,), {}),
    ("layer_normalization", (floats(2, 3, 4), floats(3, 4), None, (1, 2)), {}),
    ("layer_normalization", (floats(2, 3, 4), floats(3), floats(3), 1), {}),
    ("rms_normalization", (X, floats(4)), {}),
    ("rms_normalization", (floats(2, 3, 4), floats(3, 4), (-2, -1), 0.1), {}),
    ("rms_normalization", (floats(2, 3, 4), floats(3), 1), {}),
    ("normalize", (X,), {}),
    ("normalize", (X, 0, 1), {}),
    ("normalize", (X, (0, 1), 3), {}),
    ("normalize", (X,), {"epsilon": 100.0}),
]

LABELS = np.array([1, 0, 3], "int32")
losses: list[Sample] = [
    ("categorical_crossentropy", (distribution(3, 4), floats(3, 4), True), {}),
    ("categorical_crossentropy", (distribution(3, 4), positive(3, 4, seed=1)), {}),
    ("categorical_crossentropy", (distribution(3, 4, axis=0), floats(3, 4), True, 0), {}),
    ("sparse_categorical_crossentropy", (LABELS, floats(3, 4), True), {}),
    ("sparse_categorical_crossentropy", (LABELS, positive(3, 4)), {}),
    ("sparse_categorical_crossentropy", (LABELS[:, None], floats(3, 4), True), {}),
    ("sparse_categorical_crossentropy", (LABELS[[[0, 1], [2, 0]]], floats(2, 2, 4), True), {}),
    ("sparse_categorical_crossentropy", (np.array([-1, 2, -7]), floats(3, 4), True), {}),
    ("sparse_categorical_crossentropy", (np.array([0, 1, 2, 0]), floats(3, 4), True, 0), {}),
    ("binary_crossentropy", (positive(3, 4), floats(3, 4), True), {}),
    ("binary_crossentropy", (positive(3, 4), positive(3, 4, seed=1)), {}),
    ("psnr", (X, floats(3, 4, seed=1), 2.0), {}),
]

samples: list[Sample] = [*products, *activations, *convolutions(), *normalisation, *losses]


def name(sample: Sample) -> str:
    """For the test's id: the operation, shapes, and the other arguments."""

    def shown(value: Any) -> str:
        if isinstance(value, np.ndarray):
            return "x".join(map(str, value.shape)) or "scalar"
        return "+".join(map(shown, value)) if isinstance(value, (list, tuple)) else str(value)

    operation, args, keywords = sample
    return "-".join([operation, *map(shown, args), *(f"{key}={shown(value)}" for key, value in keywords.items())])
