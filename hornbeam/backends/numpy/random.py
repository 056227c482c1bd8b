"""Random numbers as functions of a seed: one Philox generator for each seed."""

from __future__ import annotations

from typing import Any

import numpy as np

from hornbeam.core import registry

# bits of the significand: draws are multiples of a power of two, so that none is rounded up to the bound
SIGNIFICAND = {"float16": 11, "bfloat16": 8}


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


table = {
    "random.next_seed": next_seed,
    "random.uniform": uniform,
    "random.normal": normal,
    "random.truncated_normal": truncated_normal,
    "random.randint": randint,
    "random.gamma": gamma,
    "random.binomial": binomial,
}
