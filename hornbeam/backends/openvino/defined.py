"""Primitives that OpenVINO computes wrongly or not at all, in other operations. Called with symbolic tensors."""

from __future__ import annotations

import itertools
import math
from typing import Any

from hornbeam import ops
from hornbeam.backends.defined import CENTRE, TAIL, arctan2, cumprod, erfc, expm1, i0, polynomial
from hornbeam.core.dtype import is_bool, is_floating
from hornbeam.ops import random_portable
from hornbeam.ops.rules_nn import parse_einsum

__all__ = ["arctan2", "cumprod", "erfc", "erfinv", "expm1", "gcd", "i0", "log1p", "round"]


def log1p(x: Any) -> Any:
    """2 artanh(x / (x + 2)) near 0; sums of constants are folded, so that what they round off is not to be had."""
    return ops.where(ops.absolute(x) < 0.5, 2.0 * ops.arctanh(x / (x + 2.0)), ops.log(x + 1.0))


def erfinv(x: Any) -> Any:
    """x times a polynomial in w = -log(1 - x^2). Giles, "Approximating the erfinv function", 2010."""
    w = -(log1p(-x) + log1p(x))
    fit = x * ops.where(w < 5.0, polynomial(w - 2.5, CENTRE), polynomial(ops.sqrt(w) - 3.0, TAIL))
    return ops.where(ops.equal(ops.absolute(x), 1.0), x * math.inf, fit)


def divided(x: Any, y: Any) -> tuple[Any, Any]:
    """Floored quotient and remainder of floats."""
    quotient = ops.floor(x / y)
    rest = x - quotient * y
    # the quotient was rounded before its floor was taken
    positive = y > 0.0
    below, above = ops.where(positive, rest < 0.0, rest > 0.0), ops.where(positive, rest >= y, rest <= y)
    quotient = quotient + ops.cast(above, x.dtype) - ops.cast(below, x.dtype)
    rest = x - quotient * y
    # infinity goes into every number 0 times, or -1 times where the signs differ
    beyond = ops.logical_and(ops.isinf(y), ops.isfinite(x))
    turn = ops.where(positive, x < 0.0, x > 0.0)
    return ops.where(beyond, -ops.cast(turn, x.dtype), quotient), ops.where(beyond, ops.where(turn, y, x), rest)


def power(x: Any, y: Any) -> Any:
    """Whole numbers to whole powers, by squaring: the device takes the powers of floats."""
    exponent = ops.absolute(y)
    result, base = ops.ones_like(x), x
    for bit in range(min(int(x.dtype.lstrip("uint")), 32)):
        odd = ops.equal(ops.bitwise_and(ops.bitwise_right_shift(exponent, bit), 1), 1)
        result, base = result * ops.where(odd, base, 1), base * base
    if x.dtype.startswith("u"):
        return result
    return ops.where(ops.logical_and(y < 0, ops.not_equal(ops.absolute(x), 1)), 0, result)


def gcd(x1: Any, x2: Any) -> Any:
    """Euclid's algorithm, until the second number is 0 everywhere."""
    if is_bool(x1.dtype):
        return ops.logical_or(x1, x2)
    zeros = ops.zeros_like(x1 + x2)

    def step(a: Any, b: Any) -> Any:
        done = ops.equal(b, 0)
        return ops.where(done, a, b), ops.where(done, 0, ops.mod(a, b))

    start = (ops.absolute(x1) + zeros, ops.absolute(x2) + zeros)
    return ops.while_loop(lambda a, b: ops.any(ops.not_equal(b, 0)), step, start)[0]


def round(x: Any, decimals: int) -> Any:
    """To a number of decimals, which are not 0: half to even."""
    if is_floating(x.dtype):
        scale = 10.0 ** abs(decimals)
        found = ops.round(x * scale) / scale if decimals > 0 else ops.round(x / scale) * scale
        return ops.where(ops.isfinite(found), found, x)
    if decimals > 0 or is_bool(x.dtype):
        return x
    unit = 10**-decimals
    quotient, rest = ops.floor_divide(x, unit), ops.mod(x, unit)
    half, odd = ops.equal(rest * 2, unit), ops.equal(ops.bitwise_and(quotient, 1), 1)
    up = ops.logical_or(rest * 2 > unit, ops.logical_and(half, odd))
    return (quotient + ops.cast(up, x.dtype)) * unit


# Sums and products of whole numbers, which the device takes of floats


def sum_whole(x: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """By running sums, which are exact; there is always one to take."""
    for i in sorted(axis, reverse=True):
        widths = [(int(i == j), 0) for j in range(len(x.shape))]
        x = ops.take(ops.cumsum(ops.pad(x, widths), i), -1, i)
    return ops.expand_dims(x, axis) if keepdims else x


def prod_whole(x: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    for i in sorted(axis, reverse=True):
        rows = ops.moveaxis(x, i, 0)
        x = ops.scan(lambda total, row: (total * row, None), ops.ones(ops.shape(rows)[1:], x.dtype), rows)[0]
    return ops.expand_dims(x, axis) if keepdims else x


def matmul(x1: Any, x2: Any) -> Any:
    left, right = (x1[None] if len(x1.shape) == 1 else x1), (x2[:, None] if len(x2.shape) == 1 else x2)
    found = ops.sum(ops.expand_dims(left, -1) * ops.expand_dims(right, -3), -2)
    found = ops.squeeze(found, -1) if len(x2.shape) == 1 else found
    return ops.squeeze(found, -2 if len(x2.shape) > 1 else -1) if len(x1.shape) == 1 else found


def einsum(subscripts: str, operands: list[Any]) -> Any:
    """Products of elements, laid along all labels, and their sums."""
    labels, result = parse_einsum(subscripts, [len(x.shape) for x in operands])
    order = [*result, *sorted(set(itertools.chain(*labels)) - set(result))]
    total = 1
    for x, own in zip(operands, labels, strict=True):
        for label in set(own):
            while own.count(label) > 1:
                first = own.index(label)
                second = own.index(label, first + 1)
                x = ops.diagonal(x, 0, first, second)
                own = [each for i, each in enumerate(own) if i not in (first, second)] + [label]
        x = ops.transpose(x, sorted(range(len(own)), key=lambda i: order.index(own[i])))
        total = total * ops.expand_dims(x, tuple(i for i, label in enumerate(order) if label not in own))
    return ops.sum(total, tuple(range(len(result), len(order))))


def in_numbers(function: Any) -> Any:
    """A product of booleans: whether any pair is true."""

    def call(*arguments: Any) -> Any:
        *first, last = arguments
        if isinstance(last, list):
            return ops.not_equal(function(*first, [ops.cast(x, "int32") for x in last]), 0)
        return ops.not_equal(function(*(ops.cast(x, "int32") for x in arguments)), 0)

    return call


# Random numbers, as the portable mode defines them

portable = {
    f"random.{name}": getattr(random_portable, f"portable_{name}")
    for name in ("uniform", "normal", "truncated_normal", "randint", "gamma", "binomial")
}
