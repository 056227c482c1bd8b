"""Reductions and scans as nodes of OpenVINO, which reduces whole numbers in float32: they go other ways."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import openvino.opset16 as op

from hornbeam import ops
from hornbeam.backends.openvino import defined
from hornbeam.backends.openvino.moves import flat
from hornbeam.backends.openvino.writer import Value, choose, is_real, number, ordered, real, restored, truth, vector


def sum_(w: Any, x: Value, axis: Any, keepdims: bool) -> Any:
    if axis and is_real(x.node):
        return op.reduce_sum(x.node, vector(axis), keepdims)
    return w.inline(lambda x: defined.sum_whole(x, axis, keepdims), x) if axis else x.node


def prod(w: Any, x: Value, axis: Any, keepdims: bool, dtype: Any) -> Any:
    if dtype is not None and dtype != x.dtype:
        return w.inline(lambda x: ops.prod(ops.cast(x, dtype), axis, keepdims, dtype), x)
    if axis and is_real(x.node):
        return op.reduce_prod(x.node, vector(axis), keepdims)
    return w.inline(lambda x: defined.prod_whole(x, axis, keepdims), x) if axis else x.node


def extreme(largest: bool) -> Callable[..., Any]:
    reduce_, mode = (op.reduce_max, "max") if largest else (op.reduce_min, "min")

    def begun(x: Any, axis: Any, keepdims: bool, initial: Any) -> Any:
        """With one element more along an axis: what is empty has an extreme, too."""
        if not axis:
            return (ops.maximum if largest else ops.minimum)(x, ops.cast(initial, x.dtype))
        sizes = [1 if i == axis[0] else size for i, size in enumerate(ops.shape(x))]
        first = ops.broadcast_to(ops.cast(initial, x.dtype), sizes)
        return (ops.max if largest else ops.min)(ops.concatenate([x, first], axis[0]), axis, keepdims)

    def entry(w: Any, x: Value, axis: Any, keepdims: bool, initial: Any) -> Any:
        if initial is not None:
            return w.inline(begun, x, axis, keepdims, initial)
        node = ordered(x)
        if axis and is_real(node):
            found = reduce_(node, vector(axis), keepdims)
            node = choose(op.reduce_logical_or(op.is_nan(node), vector(axis), keepdims), math.nan, found)
        elif axis:
            for i in axis:
                node = op.topk(node, number(1), i, mode, "value").output(0)
            node = node if keepdims else op.squeeze(node, vector(axis))
        return restored(node, x)

    return entry


def logical(reduce_: Callable[..., Any]) -> Callable[..., Any]:
    return lambda w, x, axis, keepdims: reduce_(truth(x), vector(axis), keepdims) if axis else truth(x)


def position(mode: str) -> Callable[..., Any]:
    """`argmax` or `argmin`: the first of equal elements, and the first NaN before all others."""

    def first(node: Any, axis: int, mode: str) -> Any:
        return op.topk(node, number(1), axis, mode, "value", "i32", stable=True).output(1)

    def entry(w: Any, x: Value, axis: Any, keepdims: bool) -> Any:
        node, along = (ordered(x), axis) if axis is not None and x.ndim else (flat(ordered(x)), 0)
        if is_real(node):
            nan = op.is_nan(node)
            found = first(choose(nan, 0.0, node), along, mode)
            some = op.reduce_logical_or(nan, vector([along]), True)
            found = choose(some, first(real(nan), along, "max"), found)
        else:
            found = first(node, along, mode)
        if keepdims:
            return found if axis is not None else op.reshape(found, vector([1] * x.ndim), False)
        return op.squeeze(found, vector([along]))

    return entry


def cumsum(w: Any, x: Value, axis: Any, dtype: Any) -> Any:
    node = w.table["cast"](w, x, dtype) if dtype else x.node
    return op.cum_sum(flat(node), number(0)) if axis is None else op.cum_sum(node, number(axis))


table: dict[str, Callable[..., Any]] = {
    "sum": sum_,
    "prod": prod,
    "max": extreme(True),
    "min": extreme(False),
    "any": logical(op.reduce_logical_or),
    "all": logical(op.reduce_logical_and),
    "argmax": position("max"),
    "argmin": position("min"),
    "cumsum": cumsum,
}
