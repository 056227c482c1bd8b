"""Random numbers as functions of a seed: TensorFlow's stateless generators."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from hornbeam.core import dtype as dtypes


def seed_of(seed: Any) -> Any:
    return tf.bitcast(seed, tf.int32)


def next_seed(state: Any) -> Any:
    return tf.identity(state), state + tf.constant([0, 1], tf.uint32)


def randint(seed: Any, shape: Any, minval: Any, maxval: Any, dtype: str) -> Any:
    drawn = dtype if dtype in ("int32", "int64") else "int64"
    bounds = tf.cast(minval, drawn), tf.cast(maxval, drawn)
    return tf.cast(tf.random.stateless_uniform(shape, seed_of(seed), *bounds, dtype=drawn), dtype)


def uniform(seed: Any, shape: Any, minval: float, maxval: float, dtype: str) -> Any:
    return tf.random.stateless_uniform(shape, seed_of(seed), minval, maxval, dtype)


def normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    return tf.random.stateless_normal(shape, seed_of(seed), mean, stddev, dtype)


def truncated_normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    return tf.random.stateless_truncated_normal(shape, seed_of(seed), mean, stddev, dtype)


def gamma(seed: Any, alpha: Any) -> Any:
    drawn = alpha if alpha.dtype in (tf.float16, tf.float32, tf.float64) else tf.cast(alpha, tf.float32)
    return tf.cast(tf.random.stateless_gamma(tf.shape(drawn), seed_of(seed), drawn, dtype=drawn.dtype), alpha.dtype)


def binomial(seed: Any, counts: Any, probabilities: Any) -> Any:
    chances = tf.cast(probabilities, tf.float32)
    drawn = tf.random.stateless_binomial(
        tf.shape(chances), seed_of(seed), tf.cast(counts, tf.float32), chances, output_dtype=tf.float32
    )
    return tf.cast(drawn, counts.dtype)


def categorical(seed: Any, logits: Any, num_samples: int, dtype: str) -> Any:
    return tf.cast(tf.random.stateless_categorical(logits, num_samples, seed_of(seed)), dtype)


def bits(seed: Any, shape: Any, count: int, stream: Any) -> Any:
    """By TensorFlow's own Philox, which numbers blocks in the same way."""
    key = tf.reshape(tf.bitcast(tf.cast(seed, tf.uint32), tf.uint64), (1,))
    counter = tf.stack([tf.zeros((), tf.uint64), tf.cast(stream, tf.uint64)])
    sizes = tf.convert_to_tensor(shape, tf.int32)
    words = tf.raw_ops.StatelessRandomUniformFullIntV2(shape=sizes, key=key, counter=counter, alg=1, dtype=tf.uint32)
    return tf.cast(tf.bitwise.right_shift(words, tf.constant(32 - count, tf.uint32)), tf.int32)


table = {
    "random.bits": bits,
    "random.next_seed": next_seed,
    "random.uniform": uniform,
    "random.normal": normal,
    "random.truncated_normal": truncated_normal,
    "random.randint": randint,
    "random.gamma": gamma,
    "random.binomial": binomial,
    "random.categorical": categorical,
}
conditions = {
    # the engine's kernel knows no bfloat16
    "random.categorical": lambda seed, logits, *_: logits.dtype.is_floating and dtypes.itemsize(logits.dtype.name) > 2,
}
