"""Random numbers as functions of a seed: one Philox generator for each seed."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from hornbeam.core import registry
from hornbeam.ops.random_portable import KEY_STEPS, MULTIPLIERS, ROUNDS

# bits of the significand: draws are multiples of a power of two, so that none is rounded up to the bound
SIGNIFICAND = {"float16": 11, "bfloat16": 8}
# blocks of four words made at a time, so that they stay in cache
BLOCKS = 1 << 14


def generator(seed: Any) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(key=int(seed[0]) | int(seed[1]) << 32))


def cast(values: Any, dtype: str) -> Any:
    return registry.get("numpy").convert(values, dtype)


def next_seed(state: Any) -> Any:
    return state.copy(), state + np.array([0, 1], "uint32")


def uniform(seed: Any, shape: Any, minval: float, maxval: float, dtype: str) -> Any:
    if dtype in SIGNIFICAND:
        steps = 1 << SIGNIFICAND[dtype]
        values = generator(seed).integers(0, steps, shape) / steps
    else:
        values = generator(seed).random(shape, dtype)  # type: ignore[arg-type]
    return cast(minval + (maxval - minval) * values, dtype)


def normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    return cast(mean + stddev * generator(seed).standard_normal(shape), dtype)


def truncated_normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    rng = generator(seed)
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2.0).any():
        values = np.where(outside, rng.standard_normal(shape), values)
    return cast(mean + stddev * values, dtype)


def randint(seed: Any, shape: Any, minval: Any, maxval: Any, dtype: str) -> Any:
    return cast(generator(seed).integers(minval, maxval, shape), dtype)


def gamma(seed: Any, alpha: Any) -> Any:
    return generator(seed).standard_gamma(alpha.astype("float64")).astype(alpha.dtype)


def binomial(seed: Any, counts: Any, probabilities: Any) -> Any:
    drawn = generator(seed).binomial(counts.astype("int64"), probabilities.astype("float64"))
    return np.asarray(drawn).astype(counts.dtype)


def bits(seed: Any, shape: Any, count: int, stream: Any) -> Any:
    total = math.prod(shape)
    drawn = np.empty((-(-total // 4), 4), "int32")
    lower, half, spare = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(32 - count)
    factors, steps = np.array(MULTIPLIERS, "uint64")[:, None], np.array(KEY_STEPS, "uint64")[:, None]
    first = seed.astype("uint64")[:, None]
    keys = [first + steps * np.uint64(i) & lower for i in range(ROUNDS)]
    for start in range(0, len(drawn), BLOCKS):
        part = drawn[start : start + BLOCKS]
        block = np.arange(start, start + len(part), dtype="uint64")
        # words 0 and 2 of each block, and words 1 and 3
        even, odd = np.stack([block & lower, np.full_like(block, stream)]), np.stack([block >> half, 0 * block])
        product = np.empty_like(even)
        for key in keys:
            np.multiply(even, factors, out=product)
            np.right_shift(product[::-1], half, out=even)
            even ^= odd
            even ^= key
            np.bitwise_and(product[::-1], lower, out=odd)
        part[:, 0::2], part[:, 1::2] = (even >> spare).T, (odd >> spare).T
    return drawn.reshape(-1)[:total].reshape(shape)


table = {
    "random.bits": bits,
    "random.next_seed": next_seed,
    "random.uniform": uniform,
    "random.normal": normal,
    "random.truncated_normal": truncated_normal,
    "random.randint": randint,
    "random.gamma": gamma,
    "random.binomial": binomial,
}
