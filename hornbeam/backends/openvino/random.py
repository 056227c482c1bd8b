"""Random bits in graphs: Philox4x32-10 in int32. Every draw is written with them, as its portable body says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import openvino.opset16 as op

from hornbeam.backends.openvino.moves import cut, flat, scalar_of
from hornbeam.backends.openvino.writer import Value, number, vector
from hornbeam.core.shape import size as size_of
from hornbeam.ops.random_portable import KEY_STEPS, MULTIPLIERS, ROUNDS


def word(value: int) -> Any:
    """A uint32 constant in its carrier."""
    return number(np.array(value & 0xFFFFFFFF, "uint32").view("int32"))


def upper(x: Any, count: int = 16) -> Any:
    """The bits of a word above the lowest `count`."""
    return op.bitwise_and(op.bitwise_right_shift(x, number(count)), number(2 ** (32 - count) - 1))


def product(x: Any, factor: int) -> tuple[Any, Any]:
    """The upper and the lower word of a product, by halves of 16 bits."""
    low, high = op.bitwise_and(x, number(0xFFFF)), upper(x)
    small, large = number(factor & 0xFFFF), number(factor >> 16)
    middle = op.add(op.multiply(high, small), upper(op.multiply(low, small)))
    other = op.add(op.multiply(low, large), op.bitwise_and(middle, number(0xFFFF)))
    top = op.add(op.multiply(high, large), op.add(upper(middle), upper(other)))
    return top, op.multiply(x, word(factor))


def bits(w: Any, seed: Value, shape: Any, count: int, stream: Any) -> Any:
    total = w.scalar(size_of(shape))
    blocks = w.at((total + 3) // 4)
    first = op.range(number(0), blocks, number(1), "i32")
    zeros = op.multiply(first, number(0))
    words = [first, zeros, op.add(zeros, scalar_of(w, stream, "int32")), zeros]
    keys = op.split(seed.node, number(0), 2).outputs()
    for i in range(ROUNDS):
        key = [op.add(key, word(step * i)) for key, step in zip(keys, KEY_STEPS, strict=True)]
        (high0, low0), (high2, low2) = product(words[0], MULTIPLIERS[0]), product(words[2], MULTIPLIERS[1])
        words = [
            op.bitwise_xor(op.bitwise_xor(high2, words[1]), key[0]),
            low2,
            op.bitwise_xor(op.bitwise_xor(high0, words[3]), key[1]),
            low0,
        ]
    drawn = flat(op.concat([op.unsqueeze(each, vector([1])) for each in words], 1))
    return op.reshape(upper(cut(w, drawn, {0: slice(0, total)}), 32 - count), w.shape(shape), False)


def next_seed(w: Any, state: Value) -> Any:
    return state.node, op.add(state.node, vector([0, 1]))


table: dict[str, Callable[..., Any]] = {"random.bits": bits, "random.next_seed": next_seed}
