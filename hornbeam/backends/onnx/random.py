"""Random numbers as functions of a seed: ONNX' own operators take theirs as the graph is written.

So all draws are the portable ones, from Philox words that are computed with whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.backends.onnx.primitives import inlined
from hornbeam.backends.onnx.writer import OnnxWriter, Tensor
from hornbeam.core import shape as shapes
from hornbeam.ops import random_portable
from hornbeam.ops.random_portable import KEY_STEPS, MULTIPLIERS, ROUNDS

W = OnnxWriter
LOWER = np.uint64(0xFFFFFFFF)


def next_seed(w: W, state: Tensor) -> Any:
    return state, w.op("Add", state, np.array([0, 1], "uint32"))


def shifted(w: W, x: Tensor, places: int) -> Tensor:
    return w.op("BitShift", x, np.uint64(places), direction="RIGHT")


def bits(w: W, seed: Tensor, shape: Any, count: int, stream: Any) -> Tensor:
    """Words 0 and 2 of each block in one tensor (2, blocks), and words 1 and 3 in another."""
    total = shapes.size(shape)
    block = w.cast(w.op("Unsqueeze", w.range(-(-total // 4)), np.array([0])), "uint64")
    nothing = w.op("BitwiseAnd", block, np.uint64(0))
    number = w.cast(w.cast(stream, "int64"), "uint64") if isinstance(stream, Tensor) else np.uint64(stream)
    even = w.op("Concat", w.op("BitwiseAnd", block, LOWER), w.op("Add", nothing, number), axis=0)
    odd = w.op("Concat", shifted(w, block, 32), nothing, axis=0)
    first = w.op("Unsqueeze", w.cast(seed, "uint64"), np.array([1]))
    factors, steps = (np.array(pair, "uint64")[:, None] for pair in (MULTIPLIERS, KEY_STEPS))
    for i in range(ROUNDS):
        key = w.op("BitwiseAnd", w.op("Add", first, steps * np.uint64(i)), LOWER)
        product = w.op("Gather", w.op("Mul", even, factors), np.array([1, 0]), axis=0)
        even = w.op("BitwiseXor", w.op("BitwiseXor", shifted(w, product, 32), odd), key)
        odd = w.op("BitwiseAnd", product, LOWER)
    words = [shifted(w, w.op("Unsqueeze", each, np.array([2])), 32 - count) for each in (even, odd)]
    by_block = w.op("Transpose", w.op("Concat", *words, axis=2), perm=[1, 0, 2])
    drawn = w.op("Reshape", w.cast(by_block, "int32"), np.array([-1]))
    return w.reshape(w.op("Slice", drawn, np.array([0]), w.shape([total])), tuple(shape))


table: dict[str, Callable[..., Any]] = {
    "random.bits": bits,
    "random.next_seed": next_seed,
    **{
        f"random.{name}": inlined(getattr(random_portable, f"portable_{name}"))
        for name in ("uniform", "normal", "truncated_normal", "randint", "gamma", "binomial")
    },
}
