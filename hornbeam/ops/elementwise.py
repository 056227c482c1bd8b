"""Elementwise operations: arithmetic, comparison, logic, bits, exponentials, trigonometry, rounding."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import registry
from hornbeam.core.dtype import is_bool, is_complex, is_floating, is_integer, standardize
from hornbeam.core.errors import DtypeError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.spec import operators
from hornbeam.ops import dtypes, rules
from hornbeam.ops.op import DType, Tensor, Tensors, composite, primitive

# largest finite number of each float type
LARGEST = {
    "bfloat16": (2 - 2**-7) * 2.0**127,
    "float16": 65504.0,
    "float32": (2 - 2**-23) * 2.0**127,
    "float64": 1.7976931348623157e308,
}
# bits of the significand: whole numbers up to 2**bits are exact
SIGNIFICAND = {"bfloat16": 8, "float16": 11, "float32": 24, "float64": 53}


def dtype_of(x: Any) -> str:
    """Dtype of a tensor that a body was given; arrays there belong to the numpy backend."""
    return (registry.backend_of(x) or registry.get("numpy")).dtype(x)


# Arithmetic


@export("keras.ops.add", "keras.ops.numpy.add")
@primitive(rule=rules.elementwise, dtype=dtypes.promote)
def add(x1: Tensor, x2: Tensor) -> Tensor:
    """Sum of two tensors, element by element.

    Example:
        >>> hornbeam.ops.add([1.0, 2.0], 1)
        array([2., 3.], dtype=float32)
    """


@export("keras.ops.subtract", "keras.ops.numpy.subtract")
@primitive(rule=rules.elementwise, dtype=dtypes.numeric(dtypes.promote))
def subtract(x1: Tensor, x2: Tensor) -> Tensor:
    """Difference of two tensors, element by element."""


@export("keras.ops.multiply", "keras.ops.numpy.multiply")
@primitive(rule=rules.elementwise, dtype=dtypes.promote)
def multiply(x1: Tensor, x2: Tensor) -> Tensor:
    """Product of two tensors, element by element."""


@export("keras.ops.divide", "keras.ops.numpy.divide", "keras.ops.true_divide", "keras.ops.numpy.true_divide")
@primitive(rule=rules.elementwise, dtype=dtypes.floating)
def divide(x1: Tensor, x2: Tensor) -> Tensor:
    """Quotient of two tensors, element by element; whole numbers give floats.

    Example:
        >>> hornbeam.ops.divide([1, 2], 2)
        array([0.5, 1. ], dtype=float32)
    """


true_divide = operators["true_divide"] = divide


@export("keras.ops.divide_no_nan", "keras.ops.numpy.divide_no_nan")
@composite(dtype=dtypes.floating)
def divide_no_nan(x1: Tensor, x2: Tensor) -> Tensor:
    """Quotient of two tensors, and 0 where the divisor is 0.

    Example:
        >>> hornbeam.ops.divide_no_nan([1.0, 2.0], [0.0, 4.0])
        array([0. , 0.5], dtype=float32)
    """
    empty = equal(x2, 0)
    return where(empty, 0.0, divide(x1, where(empty, 1.0, x2)))


@export("keras.ops.floor_divide", "keras.ops.numpy.floor_divide")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.numbers))
def floor_divide(x1: Tensor, x2: Tensor) -> Tensor:
    """The largest whole number not above the quotient."""


@export("keras.ops.mod", "keras.ops.numpy.mod")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.numbers))
def mod(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 - x2 * floor(x1 / x2): the remainder with the sign of the divisor.

    Example:
        >>> hornbeam.ops.mod([-5, 5], 3)
        array([1, 2], dtype=int32)
    """


@export("keras.ops.fmod", "keras.ops.numpy.fmod")
@composite(dtype=dtypes.real(dtypes.numbers))
def fmod(x1: Tensor, x2: Tensor) -> Tensor:
    """The remainder with the sign of the dividend."""
    remainder = mod(absolute(x1), absolute(x2))
    return where(less(x1, 0), negative(remainder), remainder)


@export("keras.ops.power", "keras.ops.numpy.power")
@primitive(rule=rules.elementwise, dtype=dtypes.numbers)
def power(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 to the power x2; whole numbers take no negative powers."""


@export("keras.ops.negative", "keras.ops.numpy.negative")
@primitive(rule=rules.same, dtype=dtypes.numeric(dtypes.same))
def negative(x: Tensor) -> Tensor:
    """-x."""


@export("keras.ops.absolute", "keras.ops.numpy.absolute", "keras.ops.abs", "keras.ops.numpy.abs")
@primitive(rule=rules.same, dtype=dtypes.magnitude)
def absolute(x: Tensor) -> Tensor:
    """Distance from 0; of complex numbers, their length."""


abs = absolute


@export("keras.ops.fabs", "keras.ops.numpy.fabs")
@composite(dtype=dtypes.real(dtypes.floating))
def fabs(x: Tensor) -> Tensor:
    """Distance from 0, as a float."""
    return absolute(x)


@export("keras.ops.sign", "keras.ops.numpy.sign")
@primitive(rule=rules.same, dtype=dtypes.numeric(dtypes.same))
def sign(x: Tensor) -> Tensor:
    """-1, 0 or 1, as x is negative, 0 or positive."""


@export("keras.ops.signbit", "keras.ops.numpy.signbit")
@composite(dtype=dtypes.real(dtypes.test))
def signbit(x: Tensor) -> Tensor:
    """Whether the sign is set: for negative numbers and for -0.0."""
    if is_floating(dtype_of(x)):
        # 1 / -0.0 is -inf
        x = where(equal(x, 0), divide(1.0, x), x)
    return less(cast(x, "int32") if is_bool(dtype_of(x)) else x, 0)


@export("keras.ops.square", "keras.ops.numpy.square")
@composite(dtype=dtypes.numbers)
def square(x: Tensor) -> Tensor:
    """x * x for each element."""
    return multiply(x, x)


@export("keras.ops.sqrt", "keras.ops.numpy.sqrt")
@primitive(rule=rules.same, dtype=dtypes.floating)
def sqrt(x: Tensor) -> Tensor:
    """Square root."""


@export("keras.ops.rsqrt")
@primitive(rule=rules.same, dtype=dtypes.inexact)
def rsqrt(x: Tensor) -> Tensor:
    """1 / sqrt(x)."""


@export("keras.ops.cbrt", "keras.ops.numpy.cbrt")
@composite(dtype=dtypes.real(dtypes.wide_floating))
def cbrt(x: Tensor) -> Tensor:
    """Cube root, negative for negative numbers."""
    return multiply(sign(x), power(absolute(x), 1.0 / 3.0))


@export("keras.ops.reciprocal", "keras.ops.numpy.reciprocal")
@composite(dtype=dtypes.floating)
def reciprocal(x: Tensor) -> Tensor:
    """1 / x; whole numbers give floats."""
    return divide(1.0, x)


@export("keras.ops.hypot", "keras.ops.numpy.hypot")
@composite(dtype=dtypes.real(dtypes.wide_floating))
def hypot(x1: Tensor, x2: Tensor) -> Tensor:
    """sqrt(x1**2 + x2**2), without overflow on the way."""
    x1, x2 = absolute(x1), absolute(x2)
    larger, smaller = maximum(x1, x2), minimum(x1, x2)
    ratio = divide(smaller, where(equal(larger, 0), 1.0, larger))
    return where(logical_or(isinf(x1), isinf(x2)), math.inf, multiply(larger, sqrt(add(square(ratio), 1.0))))


@export("keras.ops.gcd", "keras.ops.numpy.gcd")
@primitive(rule=rules.elementwise, dtype=dtypes.whole)
def gcd(x1: Tensor, x2: Tensor) -> Tensor:
    """Greatest common divisor of whole numbers."""


@export("keras.ops.lcm", "keras.ops.numpy.lcm")
@composite(dtype=dtypes.whole)
def lcm(x1: Tensor, x2: Tensor) -> Tensor:
    """Least common multiple of whole numbers."""
    divisor = gcd(x1, x2)
    return absolute(multiply(floor_divide(x1, where(equal(divisor, 0), 1, divisor)), x2))


# Comparison


@export("keras.ops.equal", "keras.ops.numpy.equal")
@primitive(rule=rules.elementwise, dtype=dtypes.boolean)
def equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 == x2 for each element."""


@export("keras.ops.not_equal", "keras.ops.numpy.not_equal")
@primitive(rule=rules.elementwise, dtype=dtypes.boolean)
def not_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 != x2 for each element."""


@export("keras.ops.less", "keras.ops.numpy.less")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.boolean))
def less(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 < x2 for each element."""


@export("keras.ops.less_equal", "keras.ops.numpy.less_equal")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.boolean))
def less_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 <= x2 for each element."""


@export("keras.ops.greater", "keras.ops.numpy.greater")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.boolean))
def greater(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 > x2 for each element."""


@export("keras.ops.greater_equal", "keras.ops.numpy.greater_equal")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.boolean))
def greater_equal(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 >= x2 for each element."""


@export("keras.ops.isclose", "keras.ops.numpy.isclose")
@composite(dtype=dtypes.boolean)
def isclose(x1: Tensor, x2: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Tensor:
    """Whether |x1 - x2| <= atol + rtol * |x2|; infinities are close to themselves.

    Args:
        equal_nan: whether NaN is close to NaN.
    """
    x1, x2 = (x if is_floating(dtype_of(x)) or is_complex(dtype_of(x)) else cast(x, "float32") for x in (x1, x2))
    near = less_equal(absolute(subtract(x1, x2)), add(multiply(absolute(x2), rtol), atol))
    close = logical_or(equal(x1, x2), logical_and(near, isfinite(x2)))
    return logical_or(close, logical_and(isnan(x1), isnan(x2))) if equal_nan else close


@export("keras.ops.maximum", "keras.ops.numpy.maximum")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.promote))
def maximum(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of two, for each element; NaN where either is NaN."""


@export("keras.ops.minimum", "keras.ops.numpy.minimum")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.promote))
def minimum(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of two, for each element; NaN where either is NaN."""


@export("keras.ops.fmax", "keras.ops.numpy.fmax")
@composite(dtype=dtypes.real(dtypes.promote))
def fmax(x1: Tensor, x2: Tensor) -> Tensor:
    """The larger of two, for each element; a NaN gives way to the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, maximum(x1, x2)))


@export("keras.ops.fmin", "keras.ops.numpy.fmin")
@composite(dtype=dtypes.real(dtypes.promote))
def fmin(x1: Tensor, x2: Tensor) -> Tensor:
    """The smaller of two, for each element; a NaN gives way to the other."""
    return where(isnan(x1), x2, where(isnan(x2), x1, minimum(x1, x2)))


@export("keras.ops.clip", "keras.ops.numpy.clip")
@composite(dtype=dtypes.real(dtypes.numbers))
def clip(x: Tensor, x_min: Any, x_max: Any) -> Tensor:
    """x, with what lies outside [x_min, x_max] moved to the nearer end; the dtype stays.

    Example:
        >>> hornbeam.ops.clip([-2.0, 0.5, 7.0], 0, 1)
        array([0. , 0.5, 1. ], dtype=float32)
    """
    clipped = minimum(maximum(x, x_min), x_max)
    return clipped if dtype_of(clipped) == dtype_of(x) else cast(clipped, dtype_of(x))


@export("keras.ops.heaviside", "keras.ops.numpy.heaviside")
@composite(dtype=dtypes.real(dtypes.wide_floating))
def heaviside(x1: Tensor, x2: Tensor) -> Tensor:
    """0 where x1 is negative, x2 where it is 0, 1 where it is positive."""
    step = where(equal(x1, 0), x2, cast(greater(x1, 0), dtype_of(x1)))
    return where(isnan(x1), x1, step)


@export("keras.ops.where", "keras.ops.numpy.where")
@primitive(rule=rules.where, dtype=dtypes.choice, promote=("x1", "x2"))
def where(condition: Tensor, x1: Tensor | None = None, x2: Tensor | None = None) -> Tensor:
    """x1 where the condition holds, else x2; with the condition alone, the positions where it holds (`nonzero`).

    Example:
        >>> hornbeam.ops.where([True, False], 1.0, [2.0, 3.0])
        array([1., 3.], dtype=float32)
    """


@export("keras.ops.select", "keras.ops.numpy.select")
@composite
def select(condlist: Tensors, choicelist: Tensors, default: Any = 0) -> Tensor:
    """For each element, the choice of the first condition that holds, else the default."""
    if not condlist or len(condlist) != len(choicelist):
        raise ShapeError(
            "select() takes as many choices as conditions, one or more. "
            f"Received: {len(condlist)} in `condlist`, {len(choicelist)} in `choicelist`."
        )
    result = default
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        result = where(condition, choice, result)
    return result


# Logic and tests


@export("keras.ops.logical_and", "keras.ops.numpy.logical_and")
@primitive(rule=rules.elementwise, dtype=dtypes.logical)
def logical_and(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether both are true (non-zero)."""


@export("keras.ops.logical_or", "keras.ops.numpy.logical_or")
@primitive(rule=rules.elementwise, dtype=dtypes.logical)
def logical_or(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether one or both are true (non-zero)."""


@export("keras.ops.logical_not", "keras.ops.numpy.logical_not")
@primitive(rule=rules.same, dtype=dtypes.logical)
def logical_not(x: Tensor) -> Tensor:
    """Whether x is false (0)."""


@export("keras.ops.logical_xor", "keras.ops.numpy.logical_xor")
@composite(dtype=dtypes.logical)
def logical_xor(x1: Tensor, x2: Tensor) -> Tensor:
    """Whether exactly one is true (non-zero)."""
    return not_equal(x1, x2)


@export("keras.ops.isfinite", "keras.ops.numpy.isfinite")
@primitive(rule=rules.same, dtype=dtypes.test)
def isfinite(x: Tensor) -> Tensor:
    """Whether x is neither infinite nor NaN."""


@export("keras.ops.isnan", "keras.ops.numpy.isnan")
@primitive(rule=rules.same, dtype=dtypes.test)
def isnan(x: Tensor) -> Tensor:
    """Whether x is not a number."""


@export("keras.ops.isinf", "keras.ops.numpy.isinf")
@composite
def isinf(x: Tensor) -> Tensor:
    """Whether x is infinite, positive or negative."""
    return logical_not(logical_or(isfinite(x), isnan(x)))


@export("keras.ops.isposinf", "keras.ops.numpy.isposinf")
@composite
def isposinf(x: Tensor) -> Tensor:
    """Whether x is positive infinity."""
    return equal(x, math.inf)


@export("keras.ops.isneginf", "keras.ops.numpy.isneginf")
@composite
def isneginf(x: Tensor) -> Tensor:
    """Whether x is negative infinity."""
    return equal(x, -math.inf)


@export("keras.ops.isreal", "keras.ops.numpy.isreal")
@composite
def isreal(x: Tensor) -> Tensor:
    """Whether the imaginary part is 0."""
    return equal(imag(x), 0)


@export("keras.ops.nan_to_num", "keras.ops.numpy.nan_to_num")
@composite(dtype=dtypes.real(dtypes.same))
def nan_to_num(x: Tensor, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """x with NaN and the infinities replaced; infinities by the largest numbers of the dtype, if not told otherwise.

    Example:
        >>> hornbeam.ops.nan_to_num([math.nan, math.inf], posinf=9.0)
        array([0., 9.], dtype=float32)
    """
    if not is_floating(dtype_of(x)):
        return x
    largest = LARGEST[dtype_of(x)]
    x = where(isnan(x), nan, x)
    x = where(equal(x, math.inf), largest if posinf is None else posinf, x)
    return where(equal(x, -math.inf), -largest if neginf is None else neginf, x)


# Bits


@export("keras.ops.bitwise_and", "keras.ops.numpy.bitwise_and")
@primitive(rule=rules.elementwise, dtype=dtypes.bits)
def bitwise_and(x: Tensor, y: Tensor) -> Tensor:
    """Bits set in both."""


@export("keras.ops.bitwise_or", "keras.ops.numpy.bitwise_or")
@primitive(rule=rules.elementwise, dtype=dtypes.bits)
def bitwise_or(x: Tensor, y: Tensor) -> Tensor:
    """Bits set in either."""


@export("keras.ops.bitwise_xor", "keras.ops.numpy.bitwise_xor")
@primitive(rule=rules.elementwise, dtype=dtypes.bits)
def bitwise_xor(x: Tensor, y: Tensor) -> Tensor:
    """Bits set in exactly one."""


@export(
    "keras.ops.bitwise_not",
    "keras.ops.numpy.bitwise_not",
    "keras.ops.bitwise_invert",
    "keras.ops.numpy.bitwise_invert",
)
@primitive(rule=rules.same, dtype=dtypes.bits)
def bitwise_not(x: Tensor) -> Tensor:
    """All bits turned over."""


bitwise_invert = bitwise_not


@export(
    "keras.ops.bitwise_left_shift",
    "keras.ops.numpy.bitwise_left_shift",
    "keras.ops.left_shift",
    "keras.ops.numpy.left_shift",
)
@primitive(rule=rules.elementwise, dtype=dtypes.bits)
def bitwise_left_shift(x: Tensor, y: Tensor) -> Tensor:
    """Bits moved up by y places: x * 2**y."""


left_shift = bitwise_left_shift


@export(
    "keras.ops.bitwise_right_shift",
    "keras.ops.numpy.bitwise_right_shift",
    "keras.ops.right_shift",
    "keras.ops.numpy.right_shift",
)
@primitive(rule=rules.elementwise, dtype=dtypes.bits)
def bitwise_right_shift(x: Tensor, y: Tensor) -> Tensor:
    """Bits moved down by y places: floor(x / 2**y)."""


right_shift = bitwise_right_shift


# Rounding and dtypes


@export("keras.ops.floor", "keras.ops.numpy.floor")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.floating))
def floor(x: Tensor) -> Tensor:
    """The largest whole number not above x."""


@export("keras.ops.ceil", "keras.ops.numpy.ceil")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.floating))
def ceil(x: Tensor) -> Tensor:
    """The smallest whole number not below x."""


@export("keras.ops.round", "keras.ops.numpy.round")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.same))
def round(x: Tensor, decimals: int = 0) -> Tensor:
    """x to so many decimals; halves go to the even neighbour.

    Example:
        >>> hornbeam.ops.round([0.5, 1.5, -2.7])
        array([ 0.,  2., -3.], dtype=float32)
    """


@export("keras.ops.trunc", "keras.ops.numpy.trunc")
@composite(dtype=dtypes.real(dtypes.same))
def trunc(x: Tensor) -> Tensor:
    """x without what comes after the point."""
    return where(less(x, 0), ceil(x), floor(x)) if is_floating(dtype_of(x)) else x


@export("keras.ops.cast")
@primitive(rule=rules.cast)
def cast(x: Tensor, dtype: DType) -> Tensor:
    """The tensor with its elements in another dtype; floats lose what comes after the point in whole numbers."""


@export("keras.ops.saturate_cast")
@composite
def saturate_cast(x: Tensor, dtype: DType) -> Tensor:
    """The tensor in another dtype, with what lies outside its range moved to the nearest it can hold.

    Example:
        >>> hornbeam.ops.saturate_cast([-3.0, 300.0], "uint8")
        array([  0, 255], dtype=uint8)
    """
    assert dtype is not None
    source = dtype_of(x)
    own, wanted = _limits(source), _limits(dtype)
    if own is None or wanted is None:
        return cast(x, dtype)
    low, high = max(own[0], wanted[0]), min(own[1], wanted[1])
    if source in SIGNIFICAND and isinstance(high, int):
        # a float between 2**31 - 1 and 2**31 does not exist: take the one below
        excess = max(high.bit_length() - SIGNIFICAND[source], 0)
        low, high = float(low), float(high >> excess << excess)
    return cast(clip(x, low, high), dtype)


def _limits(dtype: str) -> tuple[float, float] | None:
    """Smallest and largest number of a dtype; None where the question makes no sense."""
    if is_floating(dtype):
        return (-LARGEST[dtype], LARGEST[dtype]) if dtype in LARGEST else None
    if not is_integer(dtype):
        return None
    bits = int(dtype.lstrip("uint"))
    return (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)


# Exponentials


@export("keras.ops.exp", "keras.ops.numpy.exp")
@primitive(rule=rules.same, dtype=dtypes.inexact)
def exp(x: Tensor) -> Tensor:
    """e**x."""


@export("keras.ops.expm1", "keras.ops.numpy.expm1")
@primitive(rule=rules.same, dtype=dtypes.inexact)
def expm1(x: Tensor) -> Tensor:
    """e**x - 1, exact near 0."""


@export("keras.ops.exp2", "keras.ops.numpy.exp2")
@composite(dtype=dtypes.inexact)
def exp2(x: Tensor) -> Tensor:
    """2**x."""
    return power(2.0, x)


@export("keras.ops.log", "keras.ops.numpy.log")
@primitive(rule=rules.same, dtype=dtypes.floating)
def log(x: Tensor) -> Tensor:
    """Natural logarithm."""


@export("keras.ops.log1p", "keras.ops.numpy.log1p")
@primitive(rule=rules.same, dtype=dtypes.floating)
def log1p(x: Tensor) -> Tensor:
    """log(1 + x), exact near 0."""


@export("keras.ops.log2", "keras.ops.numpy.log2")
@composite(dtype=dtypes.floating)
def log2(x: Tensor) -> Tensor:
    """Logarithm to base 2."""
    return divide(log(x), math.log(2))


@export("keras.ops.log10", "keras.ops.numpy.log10")
@composite(dtype=dtypes.floating)
def log10(x: Tensor) -> Tensor:
    """Logarithm to base 10."""
    return divide(log(x), math.log(10))


@export("keras.ops.logaddexp", "keras.ops.numpy.logaddexp")
@composite(dtype=dtypes.real(dtypes.floating))
def logaddexp(x1: Tensor, x2: Tensor) -> Tensor:
    """log(exp(x1) + exp(x2)), without overflow."""
    # equal infinities would give inf - inf
    distance = where(equal(x1, x2), 0.0, absolute(subtract(x1, x2)))
    return add(maximum(x1, x2), log1p(exp(negative(distance))))


@export("keras.ops.logaddexp2", "keras.ops.numpy.logaddexp2")
@composite(dtype=dtypes.real(dtypes.floating))
def logaddexp2(x1: Tensor, x2: Tensor) -> Tensor:
    """log2(2**x1 + 2**x2), without overflow."""
    return divide(logaddexp(multiply(x1, math.log(2)), multiply(x2, math.log(2))), math.log(2))


@export("keras.ops.ldexp", "keras.ops.numpy.ldexp")
@composite
def ldexp(x1: Tensor, x2: Tensor) -> Tensor:
    """x1 * 2**x2 with whole x2."""
    if not is_integer(dtype_of(x2)):
        raise DtypeError(f"ldexp(): the exponents `x2` must be whole numbers. Received: dtype {dtype_of(x2)}.")
    x1 = x1 if is_floating(dtype_of(x1)) else cast(x1, standardize(None))
    return multiply(x1, exp2(cast(x2, dtype_of(x1))))


@export("keras.ops.erf")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.floating))
def erf(x: Tensor) -> Tensor:
    """The error function: 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x."""


@export("keras.ops.erfc")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.floating))
def erfc(x: Tensor) -> Tensor:
    """1 - erf(x), exact for large x."""


@export("keras.ops.erfinv")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.floating))
def erfinv(x: Tensor) -> Tensor:
    """The y with erf(y) == x; infinite at -1 and 1, NaN beyond."""


@export("keras.ops.i0", "keras.ops.numpy.i0")
@primitive(rule=rules.same, dtype=dtypes.real(dtypes.wide_floating))
def i0(x: Tensor) -> Tensor:
    """Modified Bessel function of the first kind, order 0."""


# Trigonometry


@export("keras.ops.sin", "keras.ops.numpy.sin")
@primitive(rule=rules.same, dtype=dtypes.floating)
def sin(x: Tensor) -> Tensor:
    """Sine of an angle in radians."""


@export("keras.ops.cos", "keras.ops.numpy.cos")
@primitive(rule=rules.same, dtype=dtypes.floating)
def cos(x: Tensor) -> Tensor:
    """Cosine of an angle in radians."""


@export("keras.ops.tan", "keras.ops.numpy.tan")
@primitive(rule=rules.same, dtype=dtypes.floating)
def tan(x: Tensor) -> Tensor:
    """Tangent of an angle in radians."""


@export("keras.ops.arcsin", "keras.ops.numpy.arcsin")
@primitive(rule=rules.same, dtype=dtypes.floating)
def arcsin(x: Tensor) -> Tensor:
    """The angle whose sine is x; NaN outside [-1, 1]."""


@export("keras.ops.arccos", "keras.ops.numpy.arccos")
@primitive(rule=rules.same, dtype=dtypes.floating)
def arccos(x: Tensor) -> Tensor:
    """The angle whose cosine is x; NaN outside [-1, 1]."""


@export("keras.ops.arctan", "keras.ops.numpy.arctan")
@primitive(rule=rules.same, dtype=dtypes.floating)
def arctan(x: Tensor) -> Tensor:
    """The angle whose tangent is x."""


@export("keras.ops.arctan2", "keras.ops.numpy.arctan2")
@primitive(rule=rules.elementwise, dtype=dtypes.real(dtypes.floating))
def arctan2(x1: Tensor, x2: Tensor) -> Tensor:
    """The angle of the point (x2, x1), in [-pi, pi]."""


@export("keras.ops.sinh", "keras.ops.numpy.sinh")
@primitive(rule=rules.same, dtype=dtypes.floating)
def sinh(x: Tensor) -> Tensor:
    """Hyperbolic sine."""


@export("keras.ops.cosh", "keras.ops.numpy.cosh")
@primitive(rule=rules.same, dtype=dtypes.floating)
def cosh(x: Tensor) -> Tensor:
    """Hyperbolic cosine."""


@export("keras.ops.tanh", "keras.ops.numpy.tanh")
@primitive(rule=rules.same, dtype=dtypes.floating)
def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent."""


@export("keras.ops.arcsinh", "keras.ops.numpy.arcsinh")
@primitive(rule=rules.same, dtype=dtypes.floating)
def arcsinh(x: Tensor) -> Tensor:
    """Inverse of the hyperbolic sine."""


@export("keras.ops.arccosh", "keras.ops.numpy.arccosh")
@primitive(rule=rules.same, dtype=dtypes.floating)
def arccosh(x: Tensor) -> Tensor:
    """Inverse of the hyperbolic cosine; NaN below 1."""


@export("keras.ops.arctanh", "keras.ops.numpy.arctanh")
@primitive(rule=rules.same, dtype=dtypes.floating)
def arctanh(x: Tensor) -> Tensor:
    """Inverse of the hyperbolic tangent; NaN outside [-1, 1]."""


@export("keras.ops.sinc", "keras.ops.numpy.sinc")
@composite(dtype=dtypes.floating)
def sinc(x: Tensor) -> Tensor:
    """sin(pi x) / (pi x), and 1 at 0."""
    zero = equal(x, 0)
    angle = multiply(where(zero, 1.0, x), math.pi)
    return where(zero, 1.0, divide(sin(angle), angle))


@export("keras.ops.deg2rad", "keras.ops.numpy.deg2rad")
@composite(dtype=dtypes.wide_floating)
def deg2rad(x: Tensor) -> Tensor:
    """Degrees to radians."""
    return multiply(x, math.pi / 180)


@export("keras.ops.rad2deg", "keras.ops.numpy.rad2deg")
@composite(dtype=dtypes.wide_floating)
def rad2deg(x: Tensor) -> Tensor:
    """Radians to degrees."""
    return multiply(x, 180 / math.pi)


# Complex numbers


@export("keras.ops.real", "keras.ops.numpy.real")
@primitive(rule=rules.same, dtype=dtypes.magnitude)
def real(x: Tensor) -> Tensor:
    """Real part."""


@export("keras.ops.imag", "keras.ops.numpy.imag")
@primitive(rule=rules.same, dtype=dtypes.magnitude)
def imag(x: Tensor) -> Tensor:
    """Imaginary part: 0 for real numbers."""


@export("keras.ops.conjugate", "keras.ops.numpy.conjugate", "keras.ops.conj", "keras.ops.numpy.conj")
@primitive(rule=rules.same, dtype=dtypes.same)
def conjugate(x: Tensor) -> Tensor:
    """The number with its imaginary part negated."""


conj = conjugate


@export("keras.ops.angle", "keras.ops.numpy.angle")
@composite
def angle(x: Tensor) -> Tensor:
    """Angle of complex numbers, in [-pi, pi]."""
    return arctan2(imag(x), real(x))
