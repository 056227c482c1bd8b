"""Reductions and scans as nodes of OpenVINO.

The device reduces whole numbers in float32; they are summed by its running sum, which is exact, compared by its sorting,
and multiplied in a loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import openvino.opset16 as op

from hornbeam.backends.openvino.control import loop_over
from hornbeam.backends.openvino.elementwise import pick
from hornbeam.backends.openvino.moves import cut, flat, scalar_of
from hornbeam.backends.openvino.writer import (
    Value,
    carrier,
    choose,
    is_real,
    number,
    ordered,
    rank,
    real,
    restored,
    truth,
    vector,
)


def lined_up(node: Any, ndim: int, axes: tuple[int, ...]) -> Any:
    """The axes to reduce as one, the last; the others keep their places."""
    rest = [i for i in range(ndim) if i not in axes]
    moved = op.transpose(node, vector([*rest, *axes])) if ndim else node
    kept = op.gather(op.shape_of(node, "i32"), vector(rest), number(0)) if rest else vector([])
    if len(axes) == 1:
        return moved
    count = op.reduce_prod(op.gather(op.shape_of(node, "i32"), vector(axes), number(0)), vector([0]), True)
    return op.reshape(moved, op.concat([kept, count], 0), False)


def finished(node: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    """The result without its last axis, which has size 1, and with the reduced axes where they are kept."""
    node = op.squeeze(node, vector([-1]))
    return op.unsqueeze(node, vector(sorted(axes))) if keepdims else node


def sum_(w: Any, x: Value, axis: Any, keepdims: bool) -> Any:
    if not axis:
        return x.node
    if is_real(x.node):
        return op.reduce_sum(x.node, vector(axis), keepdims)
    line = lined_up(x.node, x.ndim, axis)
    widths = [vector([0] * (x.ndim - len(axis)) + [n]) for n in (1, 0)]
    running = op.cum_sum(op.pad(line, *widths, "constant", number(0)), number(-1))  # there is always one to take
    return finished(cut(w, running, {x.ndim - len(axis): slice(-1, None)}), axis, keepdims)


def prod(w: Any, x: Value, axis: Any, keepdims: bool, dtype: Any) -> Any:
    node = op.convert(x.node, carrier(dtype)) if dtype else x.node
    if not axis:
        return node
    if is_real(node):
        return op.reduce_prod(node, vector(axis), keepdims)
    line = lined_up(node, x.ndim, axis)
    last = x.ndim - len(axis)
    return finished(op.unsqueeze(products(line, last)[0], vector([-1])), axis, keepdims)


def products(node: Any, axis: int) -> tuple[Any, Any]:
    """The product along an axis, and the running products."""
    first = op.gather(op.shape_of(node, "i32"), number(axis), number(0))
    shape = op.shape_of(node, "i32")
    rest = op.concat([op.slice(shape, *(vector([n]) for n in pair)) for pair in ((0, axis, 1), (axis + 1, 2**31 - 1, 1))], 0)
    ones = op.broadcast(number(1, node), rest)

    def step(carry: list[Any], element: list[Any]) -> tuple[list[Any], list[Any]]:
        product = op.multiply(carry[0], element[0])
        return [product], [product]

    order = [axis, *(i for i in range(rank(node)) if i != axis)]
    (total,), (running,) = loop_over(step, [ones], [op.transpose(node, vector(order))], first)
    back = [order.index(i) for i in range(len(order))]
    return total, op.transpose(running, vector(back))


def extreme(largest: bool) -> Callable[..., Any]:
    reduce_, function = (op.reduce_max, op.maximum) if largest else (op.reduce_min, op.minimum)

    def entry(w: Any, x: Value, axis: Any, keepdims: bool, initial: Any) -> Any:
        node = ordered(x)
        if initial is not None:
            initial = ordered(Value(scalar_of(w, initial, x.dtype), (), x.dtype))
        if axis and is_real(node):
            found = reduce_(node, vector(axis), keepdims)
            node = choose(op.reduce_logical_or(op.is_nan(node), vector(axis), keepdims), math.nan, found)
        elif axis:
            line, last = lined_up(node, x.ndim, axis), x.ndim - len(axis)
            if initial is not None:  # what is empty has one element then
                shape = op.concat([op.slice(op.shape_of(line, "i32"), vector([0]), vector([last]), vector([1])), vector([1])], 0)
                line = op.concat([line, op.broadcast(initial, shape)], last)
            node = finished(op.topk(line, number(1), last, "max" if largest else "min", "value").output(0), axis, keepdims)
        return restored(node if initial is None else pick(function, node, initial), x)

    return entry


def logical(reduce_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda w, x, axis, keepdims: reduce_(truth(x), vector(axis), keepdims) if axis else truth(x)


def position(largest: bool) -> Callable[..., Any]:
    """`argmax` or `argmin`: the first of equal elements, and the first NaN before all others."""
    mode = "max" if largest else "min"

    def first(node: Any, axis: int, mode: str) -> Any:
        return op.topk(node, number(1), axis, mode, "value", "i32", stable=True).output(1)

    def entry(w: Any, x: Value, axis: Any, keepdims: bool) -> Any:
        node = ordered(x)
        node, along = (flat(node), 0) if axis is None or not x.ndim else (node, axis)
        found = first(node, along, mode)
        if is_real(node):
            nan = op.is_nan(node)
            found = first(choose(nan, 0.0, node), along, mode)
            some = op.reduce_logical_or(nan, vector([along]), True)
            found = op.select(some, first(real(nan), along, "max"), found)
        if axis is None and keepdims:
            return op.reshape(found, vector([1] * x.ndim), False)
        return found if keepdims and x.ndim else op.squeeze(found, vector([along]))

    return entry


def cumsum(w: Any, x: Value, axis: Any, dtype: Any) -> Any:
    node = w.table["cast"](w, x, dtype) if dtype else x.node
    return op.cum_sum(flat(node), number(0)) if axis is None else op.cum_sum(node, number(axis))


def cumprod(w: Any, x: Value, axis: Any, dtype: Any) -> Any:
    node = w.table["cast"](w, x, dtype) if dtype else x.node
    return products(flat(node), 0)[1] if axis is None else products(node, axis)[1]


table: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": extreme(True),
    "min": extreme(False),
    "any": logical(op.reduce_logical_or),
    "all": logical(op.reduce_logical_and),
    "argmax": position(True),
    "argmin": position(False),
    "cumsum": cumsum,
    "cumprod": cumprod,
}
