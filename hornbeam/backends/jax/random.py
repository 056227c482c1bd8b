"""Random numbers as functions of a seed: the two words are a threefry key."""

from __future__ import annotations

import functools
import math
from typing import Any

import jax
import jax.numpy as jnp

from hornbeam.ops.random_portable import KEY_STEPS, MULTIPLIERS, ROUNDS


def key_of(seed: Any) -> Any:
    return jax.random.wrap_key_data(seed, impl="threefry2x32")


@jax.jit
def next_seed(state: Any) -> Any:
    return state + jnp.array([0, 0], "uint32"), state + jnp.array([0, 1], "uint32")


@functools.partial(jax.jit, static_argnums=(1, 4))
def uniform(seed: Any, shape: Any, minval: float, maxval: float, dtype: str) -> Any:
    return jax.random.uniform(key_of(seed), shape, dtype, minval, maxval)


@functools.partial(jax.jit, static_argnums=(1, 4))
def normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    return (jax.random.normal(key_of(seed), shape, dtype) * stddev + mean).astype(dtype)


@functools.partial(jax.jit, static_argnums=(1, 4))
def truncated_normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    return (jax.random.truncated_normal(key_of(seed), -2.0, 2.0, shape, dtype) * stddev + mean).astype(dtype)


@functools.partial(jax.jit, static_argnums=(1, 4))
def randint(seed: Any, shape: Any, minval: Any, maxval: Any, dtype: str) -> Any:
    return jax.random.randint(key_of(seed), shape, minval, maxval, dtype)


@jax.jit
def gamma(seed: Any, alpha: Any) -> Any:
    return jax.random.gamma(key_of(seed), alpha, dtype=alpha.dtype)


@jax.jit
def binomial(seed: Any, counts: Any, probabilities: Any) -> Any:
    return jax.random.binomial(key_of(seed), counts, probabilities, dtype=counts.dtype)


@functools.partial(jax.jit, static_argnums=(2, 3))
def categorical(seed: Any, logits: Any, num_samples: int, dtype: str) -> Any:
    shape = (logits.shape[0], num_samples)
    return jax.random.categorical(key_of(seed), logits[:, None], axis=-1, shape=shape).astype(dtype)


@functools.partial(jax.jit, static_argnums=(2,))
def shuffle(seed: Any, x: Any, axis: int) -> Any:
    return jax.random.permutation(key_of(seed), x, axis)


def mixed(bits: Any) -> Any:
    """32-bit words in which every bit depends on every bit of the words given; a one-to-one map."""
    bits = (bits ^ bits >> 16) * jnp.uint32(0x7FEB352D)
    bits = (bits ^ bits >> 15) * jnp.uint32(0x846CA68B)
    return bits ^ bits >> 16


@functools.partial(jax.jit, static_argnums=(2, 3))
def dropout(seed: Any, inputs: Any, rate: float, noise_shape: Any) -> Any:
    """Hashes of (seed, position) decide: on CPU some 40 times as fast as threefry, which is made for more than this."""
    if rate >= 1.0:
        return jnp.zeros_like(inputs)
    shape = inputs.shape
    if noise_shape is not None:
        shape = tuple(own if size is None else size for own, size in zip(shape, noise_shape, strict=True))
    first = mixed(seed[0] + mixed(seed[1] + jnp.uint32(0x9E3779B9)))
    second = mixed(seed[1] ^ mixed(first))
    position = jax.lax.iota("uint32", math.prod(shape)).reshape(shape)
    drawn = mixed(mixed(position * jnp.uint32(0x9E3779B1) ^ first) + second)
    keep = drawn >= jnp.uint32(min(round(rate * 2**32), 2**32 - 1))
    return jnp.where(keep, inputs * jnp.asarray(1.0 / (1.0 - rate), inputs.dtype), jnp.zeros((), inputs.dtype))


@functools.partial(jax.jit, static_argnums=(1, 2))
def bits(seed: Any, shape: Any, count: int, stream: Any) -> Any:
    total = math.prod(shape)
    block = jax.lax.iota("uint32", -(-total // 4))
    zero, factors = jnp.zeros_like(block), [jnp.uint32(factor) for factor in MULTIPLIERS]

    def upper(x: Any, y: Any) -> Any:
        """The upper word of a product, by halves: there may be no 64-bit integers."""
        a, b, c, d = x >> 16, x & 0xFFFF, y >> 16, y & 0xFFFF
        low = a * d + (b * d >> 16)
        return a * c + (low >> 16) + (b * c + (low & 0xFFFF) >> 16)

    def one(i: Any, state: Any) -> Any:
        (a, b, c, d), (k, m) = state
        words = upper(c, factors[1]) ^ b ^ k, c * factors[1], upper(a, factors[0]) ^ d ^ m, a * factors[0]
        return words, (k + jnp.uint32(KEY_STEPS[0]), m + jnp.uint32(KEY_STEPS[1]))

    # a loop: unrolled, XLA on CPU computes every round anew for each of the words that need it
    key = seed.astype("uint32")
    first = (block, zero, zero + jnp.asarray(stream, "uint32"), zero), (key[0], key[1])
    words, _ = jax.lax.fori_loop(0, ROUNDS, one, first)
    return (jnp.stack(words, -1) >> 32 - count).astype("int32").reshape(-1)[:total].reshape(shape)


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
    "random.dropout": dropout,
    "random.shuffle": shuffle,
}
