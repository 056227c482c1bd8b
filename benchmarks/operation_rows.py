"""The operations that are measured: their inputs, small and large, and the call in Keras' terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Call = Callable[..., Any]


@dataclass(frozen=True)
class Row:
    """One operation.

    Attributes:
        name: key of the natives' tables, too.
        inputs: names of its inputs in `inputs`.
        call: `(ops, *inputs)`, for `keras.ops` and `hornbeam.ops` alike.
        gradient: whether the gradient by the first input is measured.
        keras: whether Keras has the operation.
        moves: whether data is touched; else there is no throughput to measure.
    """

    name: str
    inputs: str
    call: Call
    gradient: bool = True
    keras: bool = True
    moves: bool = True


def inputs(large: bool) -> dict[str, np.ndarray]:
    """Arrays by name: of a few elements, or of about a million."""
    rng = np.random.default_rng(0)
    n, wide = (1024, 256) if large else (4, 8)
    batch, side, channels = (16, 64, 16) if large else (1, 8, 4)
    time, heads, depth = (128, 4, 64) if large else (4, 2, 4)
    units = 128 if large else 4

    def normal(*shape: int) -> np.ndarray:
        return rng.standard_normal(shape).astype("float32")

    return {
        "x": normal(n, n),
        "y": normal(n, n),
        "p": np.abs(normal(n, n)) + 0.1,
        "unit": np.clip(np.abs(normal(n, n)), 0.01, 0.99),
        "b": rng.random((n, n)) < 0.5,
        "rows": rng.integers(0, n, n).astype("int32"),
        "places": rng.integers(0, n, (n, n)).astype("int32"),
        "m": normal(wide, wide),
        "k": normal(wide, wide),
        "scale": normal(n),
        "shift": normal(n),
        "images": normal(batch, side, side, channels),
        "kernel": normal(3, 3, channels, channels) * 0.1,
        "thin": normal(3, 3, channels, 1) * 0.1,
        "mean": normal(channels),
        "variance": np.abs(normal(channels)) + 0.1,
        "gamma": normal(channels),
        "beta": normal(channels),
        "q": normal(8 if large else 1, time, heads, depth),
        "v": normal(8 if large else 1, time, heads, depth),
        "sequence": normal(32 if large else 2, 32 if large else 3, 64 if large else 4),
        "h": np.zeros((32 if large else 2, units), "float32"),
        "lstm_kernel": normal(64 if large else 4, 4 * units) * 0.1,
        "lstm_recurrent": normal(units, 4 * units) * 0.1,
        "lstm_bias": normal(4 * units) * 0.1,
        "gru_kernel": normal(64 if large else 4, 3 * units) * 0.1,
        "gru_recurrent": normal(units, 3 * units) * 0.1,
        "gru_bias": normal(2, 3 * units) * 0.1,
        "classes": rng.integers(0, 10, n * n // 4).astype("int32"),
        "labels": rng.integers(0, n, n).astype("int32"),
    }


def named(names: str, of: str, gradient: bool = True) -> list[Row]:
    """Rows that call `ops.<name>` with their inputs alone."""
    return [Row(name, of, lambda ops, *x, name=name: getattr(ops, name)(*x), gradient) for name in names.split()]


ROWS: list[Row] = [
    *named("add subtract multiply maximum", "x y"),
    *named("divide", "x p"),
    *named("greater equal", "x y", gradient=False),
    *named("exp tanh sin square absolute erf", "x"),
    *named("log sqrt rsqrt", "p"),
    *named("sign floor isnan", "x", gradient=False),
    Row("add_number", "x", lambda ops, x: ops.add(x, 1.0)),
    Row("power", "p", lambda ops, x: ops.power(x, 2.5)),
    Row("where", "b x y", lambda ops, b, x, y: ops.where(b, x, y), gradient=False),
    Row("clip", "x", lambda ops, x: ops.clip(x, -1.0, 1.0)),
    Row("cast", "x", lambda ops, x: ops.cast(x, "int32"), gradient=False),
    *[
        Row(name, "x", lambda ops, x, name=name: getattr(ops, name)(x, axis=-1))
        for name in ("sum", "mean", "max", "var", "cumsum", "logsumexp", "softmax", "log_softmax")
    ],
    Row("sum_all", "x", lambda ops, x: ops.sum(x)),
    Row("argmax", "x", lambda ops, x: ops.argmax(x, axis=-1), gradient=False),
    Row("all", "b", lambda ops, b: ops.all(b, axis=-1), gradient=False),
    Row("reshape", "x", lambda ops, x: ops.reshape(x, (-1,)), gradient=False, moves=False),
    Row("transpose", "x", lambda ops, x: ops.transpose(x, (1, 0)), gradient=False, moves=False),
    Row("expand_dims", "x", lambda ops, x: ops.expand_dims(x, 0), gradient=False, moves=False),
    Row("concatenate", "x y", lambda ops, x, y: ops.concatenate([x, y], axis=-1)),
    Row("stack", "x y", lambda ops, x, y: ops.stack([x, y], axis=0)),
    Row("split", "x", lambda ops, x: ops.split(x, 2, axis=-1), gradient=False, moves=False),
    Row("tile", "x", lambda ops, x: ops.tile(x, (1, 2))),
    Row("repeat", "x", lambda ops, x: ops.repeat(x, 2, axis=0)),
    Row("pad", "x", lambda ops, x: ops.pad(x, ((1, 1), (1, 1)))),
    Row("flip", "x", lambda ops, x: ops.flip(x, axis=-1)),
    Row("roll", "x", lambda ops, x: ops.roll(x, 1, axis=-1)),
    Row("take", "x rows", lambda ops, x, rows: ops.take(x, rows, axis=0)),
    Row("take_along_axis", "x places", lambda ops, x, places: ops.take_along_axis(x, places, axis=-1)),
    Row("get_item", "x", lambda ops, x: x[:, 1:3], gradient=False, moves=False),
    Row("sort", "x", lambda ops, x: ops.sort(x, axis=-1)),
    Row("argsort", "x", lambda ops, x: ops.argsort(x, axis=-1), gradient=False),
    Row("top_k", "x", lambda ops, x: ops.top_k(x, 3), gradient=False),
    Row("one_hot", "classes", lambda ops, classes: ops.one_hot(classes, 10), gradient=False),
    *named("matmul", "m k"),
    Row("einsum", "m k", lambda ops, m, k: ops.einsum("ij,kj->ik", m, k)),
    *named("relu gelu silu sigmoid softplus elu", "x"),
    Row("layer_normalization", "x scale shift", lambda ops, x, g, b: ops.layer_normalization(x, g, b)),
    Row("rms_normalization", "x scale", lambda ops, x, scale: ops.rms_normalization(x, scale)),
    Row(
        "batch_normalization",
        "images mean variance gamma beta",
        lambda ops, x, mean, variance, gamma, beta: ops.batch_normalization(
            x, mean, variance, axis=-1, offset=beta, scale=gamma, epsilon=1e-3
        ),
    ),
    Row("conv", "images kernel", lambda ops, x, k: ops.conv(x, k, padding="same", data_format="channels_last")),
    Row(
        "depthwise_conv",
        "images thin",
        lambda ops, x, k: ops.depthwise_conv(x, k, padding="same", data_format="channels_last"),
    ),
    Row(
        "conv_transpose",
        "images kernel",
        lambda ops, x, k: ops.conv_transpose(x, k, 2, padding="valid", data_format="channels_last"),
    ),
    Row("max_pool", "images", lambda ops, x: ops.max_pool(x, 2, data_format="channels_last")),
    Row("average_pool", "images", lambda ops, x: ops.average_pool(x, 2, data_format="channels_last")),
    Row("attention", "q v", lambda ops, q, v: ops.dot_product_attention(q, q, v)),
    Row(
        "sparse_categorical_crossentropy",
        "x labels",
        lambda ops, x, labels: ops.sparse_categorical_crossentropy(labels, x, from_logits=True),
    ),
    Row("binary_crossentropy", "x unit", lambda ops, x, unit: ops.binary_crossentropy(unit, x, from_logits=True)),
    Row("lstm", "sequence h h lstm_kernel lstm_recurrent lstm_bias", lambda ops, *x: ops.lstm(*x)[0], keras=False),
    Row("gru", "sequence h gru_kernel gru_recurrent gru_bias", lambda ops, *x: ops.gru(*x)[0], keras=False),
]
