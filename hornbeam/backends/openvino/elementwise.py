"""Elementwise operations as nodes of OpenVINO."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import openvino.opset16 as op

from hornbeam.backends.openvino.control import loop
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
    may_be_nan,
    number,
    ordered,
    real,
    restored,
    truth,
    turned,
    vector,
    whole,
)
from hornbeam.core.dtype import is_bool, is_floating
from hornbeam.core.errors import DtypeError


def unary(function: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda w, x: function(x.node)


def binary(function: Callable[[Any, Any], Any], of_bools: Callable[[Any, Any], Any] | None = None) -> Any:
    """An entry of two tensors; booleans have a function of their own."""

    def entry(w: Any, x: Value, y: Value) -> Any:
        if x.dtype == "bool":
            if of_bools is None:
                raise DtypeError("openvino: this operation has no meaning for booleans; cast them to numbers.")
            return of_bools(x.node, y.node)
        return function(x.node, y.node)

    return entry


def compared(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda w, x, y: function(ordered(x), ordered(y))


def extreme(function: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """`maximum` or `minimum`: NaN where one of the two is."""

    def entry(w: Any, x: Value, y: Value) -> Any:
        return restored(pick(function, ordered(x), ordered(y)), x)

    return entry


def pick(function: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """`function(a, b)`, or NaN: the device forgets it."""
    result = function(a, b)
    for each in (a, b):
        if may_be_nan(each):
            result = op.select(op.is_nan(each), each, result)
    return result


def constant(x: Any, value: float) -> Any:
    return number(value, x)


def polynomial(x: Any, *coefficients: float) -> Any:
    """Coefficients from the highest power down."""
    result = number(coefficients[0], x)
    for each in coefficients[1:]:
        result = op.add(op.multiply(result, x), number(each, x))
    return result


# Whole numbers, and floats divided as they are


def divided(value: Value, a: Any, b: Any) -> tuple[Any, Any]:
    """Floored quotient and remainder."""
    if not is_real(a):
        return divide_unsigned(a, b) if is_unsigned(value) else divide_whole(a, b)
    quotient = op.floor(op.divide(a, b))
    rest = op.subtract(a, op.multiply(quotient, b))
    # the quotient was rounded before its floor was taken
    zero = constant(b, 0)
    positive = op.greater(b, zero)
    below = op.select(positive, op.less(rest, zero), op.greater(rest, zero))
    above = op.select(positive, op.greater_equal(rest, b), op.less_equal(rest, b))
    quotient = op.add(quotient, op.subtract(real(above), real(below)))
    rest = op.subtract(a, op.multiply(quotient, b))
    # infinity goes into every number 0 times, or -1 times where the signs differ
    beyond = op.logical_and(op.is_inf(b), finite(a))
    turn = op.logical_or(
        op.logical_and(op.less(a, zero), positive), op.logical_and(op.greater(a, zero), op.less(b, zero))
    )
    return op.select(beyond, op.negative(real(turn)), quotient), op.select(beyond, op.select(turn, b, a), rest)


def power(w: Any, x: Value, y: Value) -> Any:
    if is_real(x.node):
        return op.power(x.node, y.node)
    # by squaring, over the bits of the exponent
    base, exponent = x.node, op.abs(y.node)
    result = number(1)
    for bit in range(31 if x.dtype in ("int32", "uint32", "int64", "uint64") else 16):
        odd = op.equal(op.bitwise_and(op.bitwise_right_shift(exponent, number(bit)), number(1)), number(1))
        result = op.multiply(result, choose(odd, base, 1))
        base = op.multiply(base, base)
    if x.dtype.startswith("u"):
        return result
    one = op.equal(op.abs(x.node), number(1))
    return op.select(op.logical_and(op.less(y.node, number(0)), op.logical_not(one)), number(0), result)


def gcd(w: Any, x: Value, y: Value) -> Any:
    """Euclid's algorithm, until the second number is 0 everywhere."""
    if x.dtype == "bool":
        return op.logical_or(x.node, y.node)
    a, b = (each.node if each.dtype.startswith("u") else op.abs(each.node) for each in (x, y))
    zeros = op.multiply(op.multiply(a, b), number(0))
    a, b = op.add(a, zeros), op.add(b, zeros)

    def step(a: Any, b: Any) -> tuple[Any, list[Any]]:
        rest = divided(x, a, b)[1]
        done = op.equal(b, number(0))
        axes = vector(range(max(x.ndim, y.ndim)))
        return op.reduce_logical_or(op.not_equal(rest, number(0)), axes, False), [op.select(done, a, b), choose(done, 0, rest)]

    return loop(step, [a, b])[0]


def left_shift(w: Any, x: Value, y: Value) -> Any:
    return choose(within_word(y.node), op.bitwise_left_shift(x.node, y.node), 0)


def within_word(count: Any) -> Any:
    return op.logical_and(op.greater_equal(count, number(0)), op.less(count, number(32)))


def right_shift(w: Any, x: Value, y: Value) -> Any:
    """The device shifts signs in; uint32 is halved first, without its sign."""
    if not is_unsigned(x):
        return op.bitwise_right_shift(x.node, op.minimum(y.node, number(31)))
    half = op.bitwise_and(op.bitwise_right_shift(x.node, number(1)), number(2**31 - 1))
    rest = op.bitwise_right_shift(half, op.maximum(op.subtract(y.node, number(1)), number(0)))
    return choose(op.equal(y.node, number(0)), x.node, choose(within_word(y.node), rest, 0))


def bits(function: Callable[[Any, Any], Any], of_bools: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    return lambda w, x, y: (of_bools if x.dtype == "bool" else function)(x.node, y.node)


# Signs and rounding


def absolute(w: Any, x: Value) -> Any:
    return x.node if x.dtype == "bool" or x.dtype.startswith("u") else op.abs(x.node)


def sign(w: Any, x: Value) -> Any:
    if x.dtype == "bool":
        return x.node
    return whole(truth(x)) if x.dtype.startswith("u") else op.sign(x.node)


def rounded(w: Any, x: Value, decimals: int) -> Any:
    if not is_floating(x.dtype):
        if decimals >= 0 or x.dtype == "bool":
            return x.node
        unit = number(10**-decimals)
        quotient, rest = divided(x, x.node, unit)
        twice = op.subtract(op.multiply(rest, number(2)), unit)  # compared with 0, which is exact
        odd = op.equal(op.bitwise_and(quotient, number(1)), number(1))
        up = op.logical_or(op.greater(twice, number(0)), op.logical_and(op.equal(twice, number(0)), odd))
        return op.multiply(op.add(quotient, whole(up)), unit)
    if not decimals:
        return op.round(x.node, "half_to_even")
    unit = number(10.0 ** abs(decimals), "float32")
    there, back = (op.multiply, op.divide) if decimals > 0 else (op.divide, op.multiply)
    result = back(op.round(there(x.node, unit), "half_to_even"), unit)
    return op.select(finite(result), result, x.node)


def finite(x: Any) -> Any:
    """`is_finite` says no of the smallest numbers."""
    if not is_real(x):
        return op.equal(x, x)
    return op.logical_not(op.logical_or(op.is_nan(x), op.is_inf(x)))


def isnan(w: Any, x: Value) -> Any:
    return op.is_nan(x.node) if is_real(x.node) else op.not_equal(x.node, x.node)


def cast(w: Any, x: Value, dtype: str) -> Any:
    target = carrier(dtype)
    if is_bool(dtype):
        return truth(x)
    if not is_real(x.node):
        node = x.node
        if not is_floating(dtype):
            return op.convert(node, target)
        number_of = real(node)
        if is_unsigned(x):  # what the highest bit stands for
            number_of = op.select(op.less(node, number(0)), op.add(number_of, number(2.0**32, "float32")), number_of)
        return rounded_to(number_of, dtype)
    if is_floating(dtype):
        return rounded_to(x.node, dtype)
    if dtype in ("uint32", "uint64"):
        large = op.greater_equal(x.node, number(2.0**31, "float32"))
        low = whole(op.subtract(x.node, choose(large, 2.0**31, number(0.0, "float32"))))
        return op.select(large, turned(low), low)
    return whole(x.node)


def rounded_to(x: Any, dtype: str) -> Any:
    """float32 with the precision of a smaller float."""
    if dtype == "bfloat16":
        return real(op.convert(x, "bf16"))
    if dtype != "float16":
        return x
    # Veltkamp's splitting: 11 bits stay
    scaled = op.multiply(x, number(8193.0, "float32"))
    short = op.subtract(scaled, op.subtract(scaled, x))
    large = op.greater_equal(op.abs(x), number(65520.0, "float32"))
    return op.select(op.logical_or(large, op.is_nan(short)), op.multiply(x, choose(large, math.inf, real(large))), short)


def where(w: Any, condition: Value, x1: Value | None, x2: Value | None) -> Any:
    if x1 is None or x2 is None:
        return nonzero(w, condition)
    return op.select(truth(condition), x1.node, x2.node)


# Functions of floats


def expm1(x: Any) -> Any:
    """exp(x) - 1 = tanh(x / 2) (exp(x) + 1)."""
    return op.multiply(op.tanh(op.multiply(x, constant(x, 0.5))), op.add(op.exp(x), constant(x, 1)))


def log1p(x: Any) -> Any:
    """2 artanh(x / (x + 2)) near 0."""
    near = op.multiply(op.atanh(op.divide(x, op.add(x, constant(x, 2)))), constant(x, 2))
    return op.select(op.less(op.abs(x), constant(x, 0.5)), near, op.log(op.add(x, constant(x, 1))))


def erfc(x: Any) -> Any:
    """Chebyshev's fit of Press et al., "Numerical Recipes", section 6.2: relative error below 1.2e-7."""
    z = op.abs(x)
    t = op.divide(constant(x, 1), op.add(op.multiply(z, constant(x, 0.5)), constant(x, 1)))
    fit = polynomial(
        t,
        *(0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807),
        *(-0.18628806, 0.09678418, 0.37409196, 1.00002368, -1.26551223),
    )
    tail = op.multiply(t, op.exp(op.subtract(fit, op.multiply(z, z))))
    tail = choose(op.is_inf(z), 0.0, tail)
    return op.select(op.less(x, constant(x, 0)), op.subtract(constant(x, 2), tail), tail)


def erfinv(x: Any) -> Any:
    """Giles, "Approximating the erfinv function", 2012: the single-precision fits."""
    w = op.negative(op.add(log1p(op.negative(x)), log1p(x)))
    center = polynomial(
        op.subtract(w, constant(x, 2.5)),
        *(2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087),
        *(-0.00125372503, -0.00417768164, 0.246640727, 1.50140941),
    )
    tail = polynomial(
        op.subtract(op.sqrt(w), constant(x, 3)),
        *(-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773),
        *(-0.0076224613, 0.00943887047, 1.00167406, 2.83297682),
    )
    fit = op.multiply(op.select(op.less(w, constant(x, 5)), center, tail), x)
    return op.select(op.equal(op.abs(x), constant(x, 1)), op.multiply(x, constant(x, math.inf)), fit)


def i0(x: Any) -> Any:
    """Abramowitz and Stegun, 9.8.1 and 9.8.2."""
    z = op.abs(x)
    t = op.divide(z, constant(x, 3.75))
    near = polynomial(
        op.multiply(t, t), 0.0045813, 0.0360768, 0.2659732, 1.2067492, 3.0899424, 3.5156229, 1.0
    )
    far = polynomial(
        op.divide(constant(x, 1), t),
        *(0.00392377, -0.01647633, 0.02635537, -0.02057706, 0.00916281, -0.00157565, 0.00225319, 0.01328592),
        0.39894228,
    )
    half = op.exp(op.multiply(z, constant(x, 0.5)))  # exp(z) overflows before the quotient does
    far = op.multiply(op.multiply(op.divide(half, op.sqrt(z)), half), far)
    return op.select(op.less(z, constant(x, 3.75)), near, far)


def arctan2(w: Any, y: Value, x: Value) -> Any:
    """The angle in the first octant, and reflections."""
    y_, x_ = y.node, x.node
    a, b = op.abs(y_), op.abs(x_)
    low, high = op.minimum(a, b), op.maximum(a, b)
    ratio = op.divide(low, choose(op.equal(high, constant(high, 0)), 1.0, high))
    ratio = choose(op.logical_and(op.is_inf(low), op.is_inf(high)), 1.0, ratio)
    angle = op.atan(ratio)
    angle = op.select(op.greater(a, b), op.subtract(constant(a, math.pi / 2), angle), angle)
    angle = op.select(negative(x_), op.subtract(constant(a, math.pi), angle), angle)
    angle = op.select(negative(y_), op.negative(angle), angle)
    nan = op.logical_or(op.is_nan(y_), op.is_nan(x_))
    return choose(nan, math.nan, angle)


def negative(x: Any) -> Any:
    """Whether the sign is set, that of -0 too."""
    zero = op.equal(x, constant(x, 0))
    return op.less(op.select(zero, op.divide(constant(x, 1), x), x), constant(x, 0))


def same(w: Any, x: Value) -> Any:
    return x.node


table: dict[str, Callable[..., Any]] = {
    "add": binary(op.add, op.logical_or),
    "subtract": binary(op.subtract),
    "multiply": binary(op.multiply, op.logical_and),
    "divide": binary(op.divide),
    "floor_divide": lambda w, x, y: divided(x, x.node, y.node)[0],
    "mod": lambda w, x, y: divided(x, x.node, y.node)[1],
    "power": power,
    "negative": lambda w, x: op.negative(x.node),
    "absolute": absolute,
    "sign": sign,
    "sqrt": unary(op.sqrt),
    "rsqrt": unary(lambda x: op.divide(constant(x, 1), op.sqrt(x))),
    "gcd": gcd,
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
    "isfinite": unary(finite),
    "isnan": isnan,
    "bitwise_and": bits(op.bitwise_and, op.logical_and),
    "bitwise_or": bits(op.bitwise_or, op.logical_or),
    "bitwise_xor": bits(op.bitwise_xor, op.logical_xor),
    "bitwise_not": lambda w, x: op.logical_not(x.node) if x.dtype == "bool" else op.bitwise_not(x.node),
    "bitwise_left_shift": left_shift,
    "bitwise_right_shift": right_shift,
    "floor": unary(op.floor),
    "ceil": unary(op.ceiling),
    "round": rounded,
    "cast": cast,
    "exp": unary(op.exp),
    "expm1": unary(expm1),
    "log": unary(op.log),
    "log1p": unary(log1p),
    "erf": unary(op.erf),
    "erfc": unary(erfc),
    "erfinv": unary(erfinv),
    "i0": unary(i0),
    "sin": unary(op.sin),
    "cos": unary(op.cos),
    "tan": unary(op.tan),
    "arcsin": unary(op.asin),
    "arccos": unary(op.acos),
    "arctan": unary(op.atan),
    "arctan2": arctan2,
    "sinh": unary(op.sinh),
    "cosh": unary(op.cosh),
    "tanh": unary(op.tanh),
    "arcsinh": unary(op.asinh),
    "arccosh": unary(op.acosh),
    "arctanh": unary(op.atanh),
    "real": same,
    "imag": lambda w, x: choose(op.equal(x.node, x.node), number(0, x.node), number(0, x.node)),
    "conjugate": same,
    "copy": same,
    "stop_gradient": same,
}
