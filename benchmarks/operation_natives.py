"""The same operations as an expert writes them for each engine: name of the row -> function of its inputs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Natives = dict[str, Callable[..., Any]]


def numpy_natives() -> Natives:
    names = "add subtract multiply maximum divide greater equal exp tanh sin square absolute log sqrt sign floor isnan"
    return {name: getattr(np, name) for name in f"{names} matmul".split()} | {
        "rsqrt": lambda x: 1 / np.sqrt(x),
        "add_number": lambda x: x + 1.0,
        "power": lambda x: np.power(x, 2.5),
        "where": np.where,
        "clip": lambda x: np.clip(x, -1.0, 1.0),
        "cast": lambda x: x.astype("int32"),
        "sum": lambda x: np.sum(x, -1),
        "mean": lambda x: np.mean(x, -1),
        "max": lambda x: np.max(x, -1),
        "var": lambda x: np.var(x, -1),
        "cumsum": lambda x: np.cumsum(x, -1),
        "sum_all": np.sum,
        "argmax": lambda x: np.argmax(x, -1).astype("int32"),
        "all": lambda x: np.all(x, -1),
        "reshape": lambda x: np.reshape(x, (-1,)),
        "transpose": lambda x: np.transpose(x, (1, 0)),
        "expand_dims": lambda x: np.expand_dims(x, 0),
        "concatenate": lambda x, y: np.concatenate([x, y], -1),
        "stack": lambda x, y: np.stack([x, y]),
        "split": lambda x: np.split(x, 2, -1),
        "tile": lambda x: np.tile(x, (1, 2)),
        "repeat": lambda x: np.repeat(x, 2, 0),
        "pad": lambda x: np.pad(x, 1),
        "flip": lambda x: np.flip(x, -1),
        "roll": lambda x: np.roll(x, 1, -1),
        "take": lambda x, rows: np.take(x, rows, 0),
        "take_along_axis": lambda x, places: np.take_along_axis(x, places, -1),
        "get_item": lambda x: x[:, 1:3],
        "sort": lambda x: np.sort(x, -1),
        "argsort": lambda x: np.argsort(x, -1, kind="stable").astype("int32"),
        "einsum": lambda m, k: np.einsum("ij,kj->ik", m, k),
        "relu": lambda x: np.maximum(x, 0),
    }


def torch_natives() -> Natives:
    import torch
    import torch.nn.functional as F

    def view(x: Any) -> Any:
        return x.permute(0, 3, 1, 2)  # channels-last in memory: a view that the kernels take as it is

    def back(x: Any) -> Any:
        return x.permute(0, 2, 3, 1)

    def filters(kernel: Any) -> Any:
        return kernel.permute(3, 2, 0, 1)

    def lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        weights = [kernel.T, recurrent.T, bias, torch.zeros_like(bias)]
        return torch.lstm(x, (h[None], c[None]), weights, True, 1, 0.0, False, False, True)[0]

    def gru(x: Any, h: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        def turned(w: Any) -> Any:  # update and reset gates the other way round
            z, r, g = w.chunk(3, -1)
            return torch.cat([r, z, g], -1)

        weights = [turned(kernel).T, turned(recurrent).T, *turned(bias)]
        return torch.gru(x, h[None], weights, True, 1, 0.0, False, False, True)[0]

    names = "add subtract multiply maximum divide greater exp tanh sin square absolute erf log sqrt rsqrt sign floor"
    return {name: getattr(torch, name) for name in f"{names} isnan where matmul sigmoid relu".split()} | {
        "equal": torch.eq,
        "add_number": lambda x: torch.add(x, 1.0),
        "power": lambda x: torch.pow(x, 2.5),
        "clip": lambda x: torch.clamp(x, -1.0, 1.0),
        "cast": lambda x: x.to(torch.int32),
        "sum": lambda x: torch.sum(x, -1),
        "mean": lambda x: torch.mean(x, -1),
        "max": lambda x: torch.amax(x, -1),
        "var": lambda x: torch.var(x, -1, correction=0),
        "cumsum": lambda x: torch.cumsum(x, -1),
        "logsumexp": lambda x: torch.logsumexp(x, -1),
        "softmax": lambda x: torch.softmax(x, -1),
        "log_softmax": lambda x: torch.log_softmax(x, -1),
        "sum_all": torch.sum,
        "argmax": lambda x: torch.argmax(x, -1).to(torch.int32),
        "all": lambda x: torch.all(x, -1),
        "reshape": lambda x: x.reshape(-1),
        "transpose": lambda x: x.permute(1, 0),
        "expand_dims": lambda x: x.unsqueeze(0),
        "concatenate": lambda x, y: torch.cat([x, y], -1),
        "stack": lambda x, y: torch.stack([x, y]),
        "split": lambda x: torch.tensor_split(x, 2, -1),
        "tile": lambda x: torch.tile(x, (1, 2)),
        "repeat": lambda x: torch.repeat_interleave(x, 2, dim=0),
        "pad": lambda x: F.pad(x, (1, 1, 1, 1)),
        "flip": lambda x: torch.flip(x, (-1,)),
        "roll": lambda x: torch.roll(x, 1, -1),
        "take": lambda x, rows: torch.index_select(x, 0, rows),
        "take_along_axis": lambda x, places: torch.gather(x, -1, places.long()),
        "get_item": lambda x: x[:, 1:3],
        "sort": lambda x: torch.sort(x, -1)[0],
        "argsort": lambda x: torch.argsort(x, dim=-1, stable=True).to(torch.int32),
        "top_k": lambda x: torch.topk(x, 3),
        "one_hot": lambda rows: F.one_hot(rows.long(), 10).float(),
        "einsum": lambda m, k: torch.einsum("ij,kj->ik", m, k),
        "gelu": lambda x: F.gelu(x, approximate="tanh"),
        "silu": F.silu,
        "softplus": F.softplus,
        "elu": F.elu,
        "layer_normalization": lambda x, g, b: F.layer_norm(x, x.shape[-1:], g, b, 1e-3),
        "rms_normalization": lambda x, g: F.rms_norm(x, x.shape[-1:], g, 1e-6),
        "batch_normalization": lambda x, mean, variance, g, b: back(
            F.batch_norm(view(x), mean, variance, g, b, False, 0.0, 1e-3)
        ),
        "conv": lambda x, k: back(F.conv2d(view(x), filters(k), padding=1)),
        "depthwise_conv": lambda x, k: back(F.conv2d(view(x), k.permute(2, 3, 0, 1), padding=1, groups=x.shape[-1])),
        "conv_transpose": lambda x, k: back(F.conv_transpose2d(view(x), filters(k), stride=2)),
        "max_pool": lambda x: back(F.max_pool2d(view(x), 2)),
        "average_pool": lambda x: back(F.avg_pool2d(view(x), 2)),
        "attention": lambda q, v: F.scaled_dot_product_attention(
            q.transpose(1, 2), q.transpose(1, 2), v.transpose(1, 2)
        ).transpose(1, 2),
        "sparse_categorical_crossentropy": lambda x, labels: F.cross_entropy(x, labels.long(), reduction="none"),
        "binary_crossentropy": lambda x, y: F.binary_cross_entropy_with_logits(x, y, reduction="none").mean(-1),
        "lstm": lstm,
        "gru": gru,
    }


def jax_natives() -> Natives:
    import jax
    import jax.numpy as jnp
    from jax import lax

    layout = ("NHWC", "HWIO", "NHWC")

    def pool(x: Any, start: Any, meet: Any) -> Any:
        return lax.reduce_window(x, start, meet, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")

    def lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        def step(carry: Any, x_t: Any) -> Any:
            h, c = carry
            i, f, g, o = jnp.split(x_t @ kernel + h @ recurrent + bias, 4, -1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        return jnp.swapaxes(lax.scan(step, (h, c), jnp.swapaxes(x, 0, 1))[1], 0, 1)

    def gru(x: Any, h: Any, kernel: Any, recurrent: Any, bias: Any) -> Any:
        def step(h: Any, x_t: Any) -> Any:
            x_z, x_r, x_g = jnp.split(x_t @ kernel + bias[0], 3, -1)
            h_z, h_r, h_g = jnp.split(h @ recurrent + bias[1], 3, -1)
            z = jax.nn.sigmoid(x_z + h_z)
            h = z * h + (1 - z) * jnp.tanh(x_g + jax.nn.sigmoid(x_r + h_r) * h_g)
            return h, h

        return jnp.swapaxes(lax.scan(step, h, jnp.swapaxes(x, 0, 1))[1], 0, 1)

    def layer_norm(x: Any, g: Any, b: Any) -> Any:
        mean = jnp.mean(x, -1, keepdims=True)
        return (x - mean) * lax.rsqrt(jnp.var(x, -1, keepdims=True) + 1e-3) * g + b

    names = "add subtract multiply maximum divide greater equal exp tanh sin square absolute log sqrt sign floor isnan"
    activations = "relu silu sigmoid softplus elu log_softmax softmax"
    return (
        {name: getattr(jnp, name) for name in f"{names} where matmul".split()}
        | {name: getattr(jax.nn, name) for name in activations.split()}
        | {
            "erf": lax.erf,
            "rsqrt": lax.rsqrt,
            "add_number": lambda x: x + 1.0,
            "power": lambda x: x**2.5,
            "clip": lambda x: jnp.clip(x, -1.0, 1.0),
            "cast": lambda x: x.astype("int32"),
            "sum": lambda x: jnp.sum(x, -1),
            "mean": lambda x: jnp.mean(x, -1),
            "max": lambda x: jnp.max(x, -1),
            "var": lambda x: jnp.var(x, -1),
            "cumsum": lambda x: jnp.cumsum(x, -1),
            "logsumexp": lambda x: jax.nn.logsumexp(x, -1),
            "sum_all": jnp.sum,
            "argmax": lambda x: jnp.argmax(x, -1),
            "all": lambda x: jnp.all(x, -1),
            "reshape": lambda x: jnp.reshape(x, (-1,)),
            "transpose": lambda x: jnp.transpose(x, (1, 0)),
            "expand_dims": lambda x: jnp.expand_dims(x, 0),
            "concatenate": lambda x, y: jnp.concatenate([x, y], -1),
            "stack": lambda x, y: jnp.stack([x, y]),
            "split": lambda x: jnp.split(x, 2, -1),
            "tile": lambda x: jnp.tile(x, (1, 2)),
            "repeat": lambda x: jnp.repeat(x, 2, 0),
            "pad": lambda x: jnp.pad(x, 1),
            "flip": lambda x: jnp.flip(x, -1),
            "roll": lambda x: jnp.roll(x, 1, -1),
            "take": lambda x, rows: jnp.take(x, rows, 0),
            "take_along_axis": lambda x, places: jnp.take_along_axis(x, places, -1),
            "get_item": lambda x: x[:, 1:3],
            "sort": lambda x: jnp.sort(x, -1),
            "argsort": lambda x: jnp.argsort(x, -1),
            "top_k": lambda x: lax.top_k(x, 3),
            "one_hot": lambda rows: jax.nn.one_hot(rows, 10),
            "einsum": lambda m, k: jnp.einsum("ij,kj->ik", m, k),
            "gelu": lambda x: jax.nn.gelu(x, approximate=True),
            "layer_normalization": layer_norm,
            "rms_normalization": lambda x, g: x * lax.rsqrt(jnp.mean(x * x, -1, keepdims=True) + 1e-6) * g,
            "batch_normalization": lambda x, mean, variance, g, b: (x - mean) * lax.rsqrt(variance + 1e-3) * g + b,
            "conv": lambda x, k: lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=layout),
            "depthwise_conv": lambda x, k: lax.conv_general_dilated(
                x,
                k.reshape(3, 3, 1, -1),
                (1, 1),
                "SAME",
                dimension_numbers=layout,
                feature_group_count=x.shape[-1],
            ),
            "conv_transpose": lambda x, k: lax.conv_transpose(
                x, k, (2, 2), "VALID", dimension_numbers=layout, transpose_kernel=True
            ),
            "max_pool": lambda x: pool(x, -jnp.inf, lax.max),
            "average_pool": lambda x: pool(x, 0.0, lax.add) / 4,
            "attention": lambda q, v: jax.nn.dot_product_attention(q, q, v),
            "sparse_categorical_crossentropy": lambda x, labels: (
                -jnp.take_along_axis(jax.nn.log_softmax(x), labels[:, None], -1)[:, 0]
            ),
            "binary_crossentropy": lambda x, y: jnp.mean(jnp.maximum(x, 0) - x * y + jnp.log1p(jnp.exp(-abs(x))), -1),
            "lstm": lstm,
            "gru": gru,
        }
    )


def tensorflow_natives() -> Natives:
    import tensorflow as tf

    names = (
        "add subtract multiply maximum divide greater equal exp tanh sin square sqrt sign floor where matmul sigmoid"
    )
    return (
        {name: getattr(tf, name) for name in names.split()}
        | {name: getattr(tf.nn, name) for name in ["relu", "silu", "softplus", "elu", "softmax", "log_softmax"]}
        | {
            "absolute": tf.abs,
            "erf": tf.math.erf,
            "log": tf.math.log,
            "rsqrt": tf.math.rsqrt,
            "isnan": tf.math.is_nan,
            "add_number": lambda x: x + 1.0,
            "power": lambda x: x**2.5,
            "clip": lambda x: tf.clip_by_value(x, -1.0, 1.0),
            "cast": lambda x: tf.cast(x, "int32"),
            "sum": lambda x: tf.reduce_sum(x, -1),
            "mean": lambda x: tf.reduce_mean(x, -1),
            "max": lambda x: tf.reduce_max(x, -1),
            "var": lambda x: tf.math.reduce_variance(x, -1),
            "cumsum": lambda x: tf.cumsum(x, -1),
            "logsumexp": lambda x: tf.reduce_logsumexp(x, -1),
            "sum_all": tf.reduce_sum,
            "argmax": lambda x: tf.argmax(x, -1, tf.int32),
            "all": lambda x: tf.reduce_all(x, -1),
            "reshape": lambda x: tf.reshape(x, (-1,)),
            "transpose": lambda x: tf.transpose(x, (1, 0)),
            "expand_dims": lambda x: tf.expand_dims(x, 0),
            "concatenate": lambda x, y: tf.concat([x, y], -1),
            "stack": lambda x, y: tf.stack([x, y]),
            "split": lambda x: tf.split(x, 2, -1),
            "tile": lambda x: tf.tile(x, (1, 2)),
            "repeat": lambda x: tf.repeat(x, 2, 0),
            "pad": lambda x: tf.pad(x, ((1, 1), (1, 1))),
            "flip": lambda x: tf.reverse(x, (-1,)),
            "roll": lambda x: tf.roll(x, 1, -1),
            "take": lambda x, rows: tf.gather(x, rows),
            "take_along_axis": lambda x, places: tf.gather(x, places, batch_dims=1),
            "get_item": lambda x: x[:, 1:3],
            "sort": lambda x: tf.sort(x, -1),
            "argsort": lambda x: tf.argsort(x, -1, stable=True),
            "top_k": lambda x: tf.math.top_k(x, 3),
            "one_hot": lambda rows: tf.one_hot(rows, 10),
            "einsum": lambda m, k: tf.einsum("ij,kj->ik", m, k),
            "gelu": lambda x: tf.nn.gelu(x, approximate=True),
            "layer_normalization": lambda x, g, b: tf.nn.batch_normalization(
                x, *tf.nn.moments(x, [-1], keepdims=True), b, g, 1e-3
            ),
            "rms_normalization": lambda x, g: x * tf.math.rsqrt(tf.reduce_mean(x * x, -1, keepdims=True) + 1e-6) * g,
            "batch_normalization": lambda x, mean, variance, g, b: tf.nn.batch_normalization(
                x, mean, variance, b, g, 1e-3
            ),
            "conv": lambda x, k: tf.nn.conv2d(x, k, 1, "SAME"),
            "depthwise_conv": lambda x, k: tf.nn.depthwise_conv2d(x, k, (1, 1, 1, 1), "SAME"),
            "conv_transpose": lambda x, k: tf.nn.conv2d_transpose(
                x, k, (x.shape[0], 2 * x.shape[1] + 1, 2 * x.shape[2] + 1, k.shape[2]), 2, "VALID"
            ),
            "max_pool": lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"),
            "average_pool": lambda x: tf.nn.avg_pool2d(x, 2, 2, "VALID"),
            "attention": lambda q, v: tf.einsum(
                "bhts,bshd->bthd",
                tf.nn.softmax(tf.einsum("bthd,bshd->bhts", q, q) * (1 / math.sqrt(q.shape[-1]))),
                v,
            ),
            "sparse_categorical_crossentropy": lambda x, y: tf.nn.sparse_softmax_cross_entropy_with_logits(y, x),
            "binary_crossentropy": lambda x, y: tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(y, x), -1),
        }
    )


NATIVES = {"numpy": numpy_natives, "torch": torch_natives, "jax": jax_natives, "tensorflow": tensorflow_natives}
