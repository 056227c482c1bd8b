"""Primitives that writers have no operator for, in other operations. Entries are called with symbolic tensors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from hornbeam import ops
from hornbeam.core.dtype import is_bool, is_floating
from hornbeam.core.errors import DtypeError

__all__ = ["arctan2", "cumprod", "erfc", "erfinv", "expm1", "gcd", "i0", "log1p", "searchsorted"]


def single(name: str, x: Any) -> Any:
    """x in float32, for what is approximated to its precision."""
    if x.dtype == "float64":
        raise DtypeError(f"{name}(): there is no operator for it, and what stands in for it is not for float64.")
    return ops.cast(x, "float32")


def polynomial(x: Any, coefficients: Sequence[float]) -> Any:
    """Horner's scheme; the constant comes first."""
    result = ops.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        result = ops.add(ops.multiply(result, x), coefficient)
    return result


def expm1(x: Any) -> Any:
    """tanh(x / 2) (exp(x) + 1): near 0 nothing cancels."""
    result = ops.multiply(ops.tanh(ops.multiply(x, 0.5)), ops.add(ops.exp(x), 1.0))
    return ops.where(ops.isinf(x), ops.subtract(ops.exp(x), 1.0), result)


def log1p(x: Any) -> Any:
    """log(u) x / (u - 1) for the rounded u = 1 + x: the error of rounding cancels (Kahan)."""
    u = ops.add(x, 1.0)
    difference = ops.subtract(u, 1.0)
    plain = ops.logical_or(ops.equal(difference, 0.0), ops.isinf(u))
    safe = ops.where(plain, 1.0, difference)
    return ops.where(plain, ops.where(ops.isinf(u), ops.log(u), x), ops.divide(ops.multiply(ops.log(u), x), safe))


def arctan2(x1: Any, x2: Any) -> Any:
    """The arc tangent of the ratio, turned by half a circle where x2 is negative (-0.0, too)."""
    both = ops.logical_and(ops.isinf(x1), ops.isinf(x2))
    y, x = (ops.where(both, ops.sign(each), each) for each in (x1, x2))
    zeros = ops.logical_and(ops.equal(y, 0.0), ops.equal(x, 0.0))
    angle = ops.arctan(ops.divide(y, ops.where(zeros, 1.0, x)))
    half = ops.where(ops.signbit(y), -math.pi, math.pi)
    upright = ops.logical_and(ops.equal(x, 0.0), ops.logical_not(zeros))
    angle = ops.where(upright, ops.multiply(half, 0.5), angle)
    return ops.where(ops.logical_and(ops.signbit(x), ops.logical_not(upright)), ops.add(angle, half), angle)


# Chebyshev coefficients of log(exp(z^2) erfc(z) / t) in 2 t - 1, where t = 2 / (2 + z) and z >= 0
ERFC = (
    *(-0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.00956151478680863),
    *(-0.0009465953444820382, 0.0003668394978527628, 4.252332480690644e-05, -2.0278578112532917e-05),
    *(-1.6242900046483436e-06, 1.3036558355818334e-06, 1.5626441720764563e-08, -8.523809591363454e-08),
    *(6.529054437817306e-09, 5.059343496821675e-09, -9.91364157751029e-10, -2.2736512104825953e-10),
    *(9.646790978915633e-11, 2.3940392992692624e-12, -6.886028727125367e-12, 8.944891115117019e-13),
    *(3.130909729684443e-13, -1.1270707468437892e-13, 3.7996042020195686e-16),
)


def erfc(x: Any) -> Any:
    """t exp(p(t) - z^2) for z = |x|; 2 less that for negative x. Sums by Clenshaw's recurrence."""
    z = ops.cast(ops.absolute(x), "float64")
    t = ops.divide(2.0, ops.add(z, 2.0))
    place = ops.subtract(ops.multiply(t, 2.0), 1.0)
    last, sum_ = ops.zeros_like(t), ops.full_like(t, ERFC[-1])
    for coefficient in ERFC[-2:0:-1]:
        last, sum_ = sum_, ops.add(ops.subtract(ops.multiply(ops.multiply(place, 2.0), sum_), last), coefficient)
    power = ops.add(ops.subtract(ops.multiply(place, sum_), last), ERFC[0])
    tail = ops.multiply(t, ops.exp(ops.subtract(power, ops.square(z))))
    return ops.cast(ops.where(ops.less(x, 0.0), ops.subtract(2.0, tail), tail), x.dtype)


# Giles, "Approximating the erfinv function", 2010: in w - 2.5 for w < 5, in sqrt(w) - 3 beyond
CENTRE = (
    *(1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087),
    *(-4.39150654e-06, -3.5233877e-06, 3.43273939e-07, 2.81022636e-08),
)
TAIL = (
    *(2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773),
    *(-0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257),
)


def erfinv(x: Any) -> Any:
    """x times a polynomial in w = -log(1 - x^2)."""
    narrow = single("erfinv", x)
    w = ops.negative(log1p(ops.negative(ops.square(ops.cast(narrow, "float64")))))
    w = ops.cast(ops.where(ops.isinf(w), 0.0, w), "float32")
    far = polynomial(ops.subtract(ops.sqrt(w), 3.0), TAIL)
    inside = ops.multiply(narrow, ops.where(ops.less(w, 5.0), polynomial(ops.subtract(w, 2.5), CENTRE), far))
    end = ops.where(ops.equal(ops.absolute(narrow), 1.0), ops.multiply(narrow, math.inf), inside)
    return ops.cast(ops.where(ops.greater(ops.absolute(narrow), 1.0), math.nan, end), x.dtype)


# of i0(x) in (x / 3.75)^2 for |x| <= 3.75, and of i0(x) sqrt(x) / exp(x) in 3.75 / x beyond:
# Abramowitz & Stegun, "Handbook of Mathematical Functions", 9.8.1 and 9.8.2
SMALL = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813)
LARGE = (
    *(0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281),
    *(-0.02057706, 0.02635537, -0.01647633, 0.00392377),
)


def i0(x: Any) -> Any:
    """One polynomial up to 3.75, another times exp(|x|) / sqrt(|x|) beyond."""
    size = ops.cast(ops.absolute(single("i0", x)), "float64")
    near = polynomial(ops.square(ops.divide(ops.minimum(size, 3.75), 3.75)), SMALL)
    away = ops.maximum(size, 3.75)
    scale = ops.divide(ops.exp(away), ops.sqrt(away))
    far = ops.multiply(scale, polynomial(ops.divide(3.75, away), LARGE))
    return ops.cast(ops.where(ops.less_equal(size, 3.75), near, far), x.dtype)


def gcd(x1: Any, x2: Any) -> Any:
    """Euclid's algorithm, until the second number is 0 everywhere."""
    if is_bool(x1.dtype):
        return ops.logical_or(x1, x2)
    zeros = ops.zeros_like(ops.add(x1, x2))
    a, b = (ops.cast(ops.add(ops.absolute(x), zeros), "int64") for x in (x1, x2))

    def step(a: Any, b: Any) -> Any:
        done = ops.equal(b, 0)
        return ops.where(done, a, b), ops.where(done, 0, ops.mod(a, ops.where(done, 1, b)))

    return ops.cast(ops.while_loop(lambda a, b: ops.any(ops.not_equal(b, 0)), step, (a, b))[0], x1.dtype)


def cumprod(x: Any, axis: int | None, dtype: str | None) -> Any:
    """A loop over the axis that multiplies."""
    x = ops.cast(x, dtype or x.dtype)
    if axis is None:
        x, axis = ops.reshape(x, (-1,)), 0
    rows = ops.moveaxis(x, axis, 0)

    def step(total: Any, row: Any) -> Any:
        total = ops.multiply(total, row)
        return total, total

    return ops.moveaxis(ops.scan(step, ops.ones(ops.shape(rows)[1:], x.dtype), rows)[1], 0, axis)


def searchsorted(sorted_sequence: Any, values: Any, side: str) -> Any:
    """How many elements stand before each value; NaN comes after all numbers."""
    values = ops.expand_dims(values, -1)
    before = (ops.less if side == "left" else ops.less_equal)(sorted_sequence, values)
    if is_floating(values.dtype):
        last = ops.isnan(values)
        if side == "left":
            last = ops.logical_and(last, ops.logical_not(ops.isnan(sorted_sequence)))
        before = ops.logical_or(before, last)
    return ops.sum(ops.cast(before, "int32"), -1)
