"""Samples of the draws that have one definition: every engine gives the same numbers."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

SEED = np.array([3, 1], "uint32")
SHAPE = (7, 9)


def rows() -> Iterator[Sample]:
    """The samples."""

    def draw(name: str, *args: object, batch: bool | tuple[int, ...] = False, gradient: bool = False) -> Sample:
        return Sample(f"random.{name}", (SEED, *args), batch=batch, gradient=gradient)

    for count, stream in ((31, 0), (1, 0), (24, 5)):
        yield draw("bits", SHAPE, count, stream)
    yield Sample("random.bits", (np.array([2**32 - 1, 2**31], "uint32"), (5,), 31), batch=False)
    for shape in ((), (0, 3), (4099,)):
        yield draw("bits", shape, 31)
        yield draw("portable_uniform", shape, 0.0, 1.0, "float32")
        yield draw("portable_normal", shape, 0.0, 1.0, "float32")
        yield draw("portable_truncated_normal", shape, 0.0, 1.0, "float32")
        yield draw("portable_randint", shape, 0, 1000, "int32")
    for dtype in ("float16", "bfloat16", "float32", "float64"):
        yield draw("portable_uniform", SHAPE, -3.3, 2.7, dtype)
        yield draw("portable_normal", SHAPE, 2.0, 0.5, dtype)
        yield draw("portable_truncated_normal", SHAPE, 2.0, 0.5, dtype)
    for dtype, low, high in (("uint8", 0, 256), ("int8", -128, 128), ("int32", -(2**31), 2**31), ("int64", -5, 2**20)):
        yield draw("portable_randint", SHAPE, low, high, dtype)
    alpha = floats(*SHAPE, low=0.2, high=3.0)
    yield draw("portable_gamma", alpha, batch=(1,))
    yield draw("portable_binomial", ints(*SHAPE).astype("float32"), floats(*SHAPE, low=-0.1, high=1.1), batch=(1, 2))
    for dtype in ("int32", "int64"):
        yield draw("portable_categorical", floats(*SHAPE), 4, dtype, batch=(1,))
    for rate, noise_shape in ((0.3, None), (0.5, (None, 1)), (1.0, None)):
        yield draw("portable_dropout", floats(*SHAPE), rate, noise_shape, batch=(1,), gradient=True)
    yield draw("portable_dropout", floats(*SHAPE).astype("float16"), 0.3, None, batch=(1,))
    for axis in (0, 1):
        yield draw("portable_shuffle", floats(*SHAPE), axis, batch=(1,))
