"""Samples of draws: functions of a seed, whose values each engine chooses for itself."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats

SEED = np.array([3, 1], "uint32")
MANY = (100, 100)


def rows() -> Iterator[Sample]:
    """The samples."""

    def draw(name: str, *args: object, moments: tuple[float, float] | None = None) -> Sample:
        return Sample(f"random.{name}", (SEED, *args), batch=False, moments=moments)

    yield draw("next_seed")
    yield draw("uniform", MANY, 2.0, 5.0, "float32", moments=(3.5, 3 / np.sqrt(12)))
    yield draw("normal", MANY, 2.0, 5.0, "float32", moments=(2.0, 5.0))
    yield draw("truncated_normal", MANY, 2.0, 5.0, "float32", moments=(2.0, 5.0 * 0.8796))
    for dtype in ("float16", "bfloat16", "float64"):
        yield draw("uniform", MANY, 0.0, 1.0, dtype, moments=(0.5, 1 / np.sqrt(12)))
        yield draw("normal", MANY, 0.0, 1.0, dtype, moments=(0.0, 1.0))
        yield draw("truncated_normal", MANY, 0.0, 1.0, dtype, moments=(0.0, 0.8796))
    yield draw("randint", MANY, -2, 5, "int32", moments=(1.0, 2.0))
    yield draw("randint", MANY, 0, 101, "uint8", moments=(50.0, np.sqrt((101**2 - 1) / 12)))
    yield draw("gamma", np.full(MANY, 3.0, "float32"), moments=(3.0, np.sqrt(3.0)))
    yield draw("gamma", np.full(MANY, 0.5, "float32"), moments=(0.5, np.sqrt(0.5)))
    binomial = (np.full(MANY, 10.0, "float32"), np.full(MANY, 0.3, "float32"))
    yield draw("binomial", *binomial, moments=(3.0, np.sqrt(2.1)))
    logits = np.log(np.array([[0.2, 0.5, 0.3]] * 2, "float32"))
    yield draw("categorical", logits, 10_000, "int32", moments=(1.1, 0.7))
    yield draw("categorical", logits, 5, "int64")
    for rate in (0.1, 0.5):
        spread = np.sqrt(rate / (1 - rate))
        yield draw("dropout", np.ones(MANY, "float32"), rate, None, moments=(1.0, spread))
    yield draw("dropout", floats(50, 6), 0.5, (None, 1))
    yield draw("dropout", floats(5, 6), 1.0, None)
    for axis in (0, 1):
        yield draw("shuffle", np.arange(10_000, dtype="int32").reshape(MANY), axis, moments=(4999.5, 2886.75))
