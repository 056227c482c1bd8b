"""Elementwise operations as nodes of OpenVINO."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import openvino.opset16 as op

from hornbeam.backends.openvino import defined
from hornbeam.backends.openvino.moves import nonzero
from hornbeam.backends.openvino.writer import (
    Value,
    carrier,
    choose,
    divide_unsigned,
    divide_whole,
    equal,
    is_real,
    is_unsigned,
    less,
    less_equal,
    number,
    ordered,
    output_of,
    real,
    restored,
    truth,
    turned,
    whole,
)
from hornbeam.core.dtype import is_bool, is_floating
from hornbeam.core.errors import DtypeError


def unary(function: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda w, x: function(x.node)


def binary(function: Callable[[Any, Any], Any], of_bools: Callable[[Any, Any], Any] | None = None) -> Any:
    """An entry of two tensors; booleans have a function of their own."""

    def entry(w: Any, x: Value, y: Value) -> Any:
        if x.dtype != "bool":
            return function(x.node, y.node)
        if of_bools is None:
            raise DtypeError("openvino: this operation has no meaning for booleans; cast them to numbers.")
        return of_bools(x.node, y.node)

    return entry


def compared(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda w, x, y: function(ordered(x), ordered(y))


def extreme(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """`maximum` or `minimum`; the device forgets NaN."""

    def entry(w: Any, x: Value, y: Value) -> Any:
        a, b = ordered(x), ordered(y)
        result = function(a, b)
        for each in (a, b):
            if may_be_nan(each):
                result = choose(op.is_nan(each), each, result)
        return restored(result, x)

    return entry


def may_be_nan(node: Any) -> bool:
    source = output_of(node).get_node()
    return is_real(node) and (source.get_type_name() != "Constant" or bool(np.isnan(source.data).any()))


def division(part: int) -> Callable[..., Any]:
    """`floor_divide` or `mod`."""

    def entry(w: Any, x: Value, y: Value) -> Any:
        if is_real(x.node):
            return w.inline(lambda *pair: defined.divided(*pair)[part], x, y)
        return (divide_unsigned if is_unsigned(x) else divide_whole)(x.node, y.node)[part]

    return entry


def power(w: Any, x: Value, y: Value) -> Any:
    return op.power(x.node, y.node) if is_real(x.node) else w.inline(defined.power, x, y)


def left_shift(w: Any, x: Value, y: Value) -> Any:
    return choose(within_word(y.node), op.bitwise_left_shift(x.node, y.node), 0)


def right_shift(w: Any, x: Value, y: Value) -> Any:
    """The device shifts signs in; uint32 is halved first, without its sign."""
    if not is_unsigned(x):
        return op.bitwise_right_shift(x.node, op.minimum(y.node, number(31)))
    half = op.bitwise_and(op.bitwise_right_shift(x.node, number(1)), number(2**31 - 1))
    rest = op.bitwise_right_shift(half, op.maximum(op.subtract(y.node, number(1)), number(0)))
    return choose(op.equal(y.node, number(0)), x.node, choose(within_word(y.node), rest, 0))


def within_word(count: Any) -> Any:
    return op.logical_and(op.greater_equal(count, number(0)), op.less(count, number(32)))


def absolute(w: Any, x: Value) -> Any:
    return x.node if x.dtype == "bool" or x.dtype.startswith("u") else op.abs(x.node)


def sign(w: Any, x: Value) -> Any:
    if x.dtype == "bool":
        return x.node
    return whole(truth(x)) if x.dtype.startswith("u") else op.sign(x.node)


def round_(w: Any, x: Value, decimals: int) -> Any:
    if decimals:
        return w.inline(lambda x: defined.round(x, decimals), x)
    return op.round(x.node, "half_to_even") if is_real(x.node) else x.node


def isfinite(w: Any, x: Value) -> Any:
    """The device says no of the smallest numbers."""
    if not is_real(x.node):
        return op.equal(x.node, x.node)
    return op.logical_not(op.logical_or(op.is_nan(x.node), op.is_inf(x.node)))


def cast(w: Any, x: Value, dtype: str) -> Any:
    carrier(dtype)
    if is_bool(dtype):
        return truth(x)
    if is_floating(dtype):
        return rounded(real_of(x), dtype)
    if is_real(x.node) and dtype in ("uint32", "uint64"):
        large = op.greater_equal(x.node, number(2.0**31, "float32"))
        low = whole(op.subtract(x.node, op.multiply(real(large), number(2.0**31, "float32"))))
        return choose(large, turned(low), low)
    return whole(x.node)


def real_of(x: Value) -> Any:
    """The value as float32: for uint32 with what its highest bit stands for."""
    found = real(x.node)
    if not is_unsigned(x):
        return found
    return choose(op.less(x.node, number(0)), op.add(found, number(2.0**32, "float32")), found)


def rounded(x: Any, dtype: str) -> Any:
    """float32 with the precision of a smaller float."""
    if dtype == "bfloat16":
        return real(op.convert(x, "bf16"))
    if dtype != "float16":
        return x
    scaled = op.multiply(x, number(8193.0, "float32"))  # Veltkamp's splitting: 11 bits stay
    short = op.subtract(scaled, op.subtract(scaled, x))
    large = op.greater_equal(op.abs(x), number(65520.0, "float32"))
    infinite = op.multiply(x, choose(large, math.inf, number(1.0, "float32")))
    return choose(op.logical_or(large, op.is_nan(short)), infinite, short)


def where(w: Any, condition: Value, x1: Value | None, x2: Value | None) -> Any:
    if x1 is None or x2 is None:
        return nonzero(w, condition)
    return choose(truth(condition), x1.node, x2.node)


def same(w: Any, x: Value) -> Any:
    return x.node


def inlined(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda w, *arguments: w.inline(function, *arguments)


table: dict[str, Callable[..., Any]] = {
    **{name: inlined(getattr(defined, name)) for name in defined.__all__},
    **{name: inlined(function) for name, function in defined.portable.items()},
    **{name: unary(getattr(op, name)) for name in ("sqrt", "exp", "log", "erf", "sin", "cos", "tan", "sinh", "cosh")},
    **{
        name: unary(getattr(op, name.replace("arc", "a").replace("ceil", "ceiling")))
        for name in ("tanh", "floor", "ceil", "arcsin", "arccos", "arctan", "arcsinh", "arccosh", "arctanh")
    },
    "add": binary(op.add, op.logical_or),
    "subtract": binary(op.subtract),
    "multiply": binary(op.multiply, op.logical_and),
    "divide": binary(op.divide),
    "floor_divide": division(0),
    "mod": division(1),
    "power": power,
    "negative": unary(op.negative),
    "absolute": absolute,
    "sign": sign,
    "round": round_,
    "rsqrt": unary(lambda x: op.divide(number(1, x), op.sqrt(x))),
    "equal": compared(equal),
    "not_equal": compared(lambda a, b: op.logical_not(equal(a, b))),
    "less": compared(less),
    "less_equal": compared(less_equal),
    "greater": compared(lambda a, b: less(b, a)),
    "greater_equal": compared(lambda a, b: less_equal(b, a)),
    "maximum": extreme(op.maximum),
    "minimum": extreme(op.minimum),
    "where": where,
    "logical_and": lambda w, x, y: op.logical_and(truth(x), truth(y)),
    "logical_or": lambda w, x, y: op.logical_or(truth(x), truth(y)),
    "logical_not": lambda w, x: op.logical_not(truth(x)),
    "isfinite": isfinite,
    "isnan": unary(lambda x: op.is_nan(x) if is_real(x) else op.not_equal(x, x)),
    "bitwise_and": binary(op.bitwise_and, op.logical_and),
    "bitwise_or": binary(op.bitwise_or, op.logical_or),
    "bitwise_xor": binary(op.bitwise_xor, op.logical_xor),
    "bitwise_not": lambda w, x: op.logical_not(x.node) if x.dtype == "bool" else op.bitwise_not(x.node),
    "bitwise_left_shift": left_shift,
    "bitwise_right_shift": right_shift,
    "cast": cast,
    "real": same,
    "imag": unary(lambda x: op.broadcast(number(0, x), op.shape_of(x, "i32"))),
    "conjugate": same,
    "copy": same,
    "stop_gradient": same,
}
