"""Random numbers with one definition: the same for one seed on every engine, compiled or not, on any device.

The bits are those of Philox4x32-10; everything else is written here with other operations. `docs/randomness.md` says
what agrees to the last bit, and what each draw costs. Beside `hornbeam.ops.random`, whose functions call these where
`hornbeam.config.random_mode()` is "portable".
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import Any

from hornbeam.core.errors import ConfigError, DtypeError
from hornbeam.ops import rules_sequence as rules
from hornbeam.ops.control import stop_gradient, while_loop
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.create import zeros_like
from hornbeam.ops.elementwise import (
    LARGEST,
    SIGNIFICAND,
    absolute,
    cast,
    clip,
    divide,
    dtype_of,
    erfc,
    exp,
    greater,
    greater_equal,
    less,
    log,
    log1p,
    logical_and,
    minimum,
    multiply,
    negative,
    sign,
    sqrt,
    where,
)
from hornbeam.ops.index import take
from hornbeam.ops.move import expand_dims
from hornbeam.ops.op import DType, Tensor, composite, primitive
from hornbeam.ops.order import argsort
from hornbeam.ops.reduce import argmax
from hornbeam.ops.reduce import max as max_

# Philox4x32: the multipliers, and what is added to the key from round to round
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10
# share of normal values within two standard deviations, and of those below -2
WITHIN, BELOW = math.erf(math.sqrt(2.0)), math.erfc(math.sqrt(2.0)) / 2.0
# candidates for each gamma value, of which the first that is accepted counts; each is with 95 % at least
CANDIDATES = 6
# exponents of the smallest numbers of each float type
LEAST = {"bfloat16": -133, "float16": -24, "float32": -149, "float64": -1074}


@primitive(rule=rules.drawn_bits, name="random.bits")
def random_bits(seed: Tensor, shape: Any, count: int, stream: Any = 0) -> Tensor:
    """Whole numbers of `count` random bits (int32), each as likely as any other.

    The words of Philox4x32-10 with the seed's two words as key and the counters (block, 0, stream, 0), four words a
    block in the order of the elements; of each word the upper bits are kept. A shorter draw is the beginning of a
    longer one, and a draw of fewer bits the upper bits of one of more.

    Args:
        seed: two words.
        count: 1 to 31.
        stream: draws of different streams are independent; an int or an integer scalar.

    Reference: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011.
    """


@composite(name="random.portable_uniform", promote=())
def portable_uniform(seed: Tensor, shape: Any, minval: float, maxval: float, dtype: DType) -> Tensor:
    """Floats spread evenly over [minval, maxval), as multiples of a power of two before they are scaled.

    Equal to the last bit on every engine. The number in one dtype is that in another, cut to its significand.
    """
    assert dtype is not None
    minval, maxval = float(minval), float(maxval)
    if not minval <= maxval:
        raise ConfigError(f"uniform(): `minval` must not lie above `maxval`. Received: {minval=}, {maxval=}")
    values = _fractions(seed, shape, dtype)
    if (minval, maxval) != (0.0, 1.0):
        # the inner clip keeps a compiler from fusing product and sum, which would be rounded once then, not twice
        values = clip(values * (maxval - minval), 0.0, maxval - minval) + minval
        values = clip(values, minval, max(minval, _rounded(maxval, dtype, below=True)))
    return cast(values, dtype)


@composite(name="random.portable_normal", promote=())
def portable_normal(seed: Tensor, shape: Any, mean: float, stddev: float, dtype: DType) -> Tensor:
    """Normal values: the inverse of their distribution at numbers spread evenly over (0, 1)."""
    centre, tail = _placed(seed, shape, dtype)
    return cast(_normal_at(centre, tail, dtype) * float(stddev) + float(mean), dtype)


@composite(name="random.portable_truncated_normal", promote=())
def portable_truncated_normal(seed: Tensor, shape: Any, mean: float, stddev: float, dtype: DType) -> Tensor:
    """Normal values within two standard deviations: the inverse of the distribution between the two ends."""
    centre, tail = _placed(seed, shape, dtype)
    values = clip(_normal_at(centre * WITHIN, tail * WITHIN + BELOW, dtype), -2.0, 2.0)
    return cast(values * float(stddev) + float(mean), dtype)


@composite(name="random.portable_randint", promote=())
def portable_randint(seed: Tensor, shape: Any, minval: Any, maxval: Any, dtype: DType) -> Tensor:
    """Whole numbers of [minval, maxval): the whole part of a random fraction times their number n.

    The fraction has 60 bits (120 where n passes 2**32), so that no number is likelier than another by more than a
    share of n / 2**60. Digits of 15 bits keep every product inside int32.
    """
    assert dtype is not None
    low, high = operator.index(minval), operator.index(maxval)
    size = int(dtype.lstrip("uint"))
    least = 0 if dtype.startswith("u") else -(2 ** (size - 1))
    if low >= high:
        raise ConfigError(f"randint(): `minval` must lie below `maxval`. Received: minval={low}, maxval={high}")
    if low < least or high > least + 2**size:
        raise DtypeError(f"randint(): {dtype} does not hold all of [minval, maxval). Received: {low}, {high}")
    span = high - low
    factor = [span >> place & 2**15 - 1 for place in range(0, span.bit_length(), 15)]
    words = 2 if span <= 2**32 else 4
    draws = random_bits(seed, (words, *shape), 30)
    whole: list[Any] = [0] * len(factor)
    for word in reversed(range(words)):
        for digit in (draws[word] % 2**15, draws[word] // 2**15):
            products: list[Any] = []
            for part, above in zip(factor, whole, strict=True):
                products.append(digit * part + above + (products[-1] // 2**15 if products else 0))
            whole = [*(product % 2**15 for product in products[1:]), products[-1] // 2**15]
    # 32 bits may wrap around on the way to a uint32, and arrive all the same
    bits = 64 if size == 64 else 32
    value = cast(whole[0], f"int{bits}") + ((low + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1))
    for place, part in enumerate(whole[1:], start=1):
        value = value + cast(part, f"int{bits}") * 2 ** (15 * place)
    return cast(value, dtype)


@composite(name="random.portable_gamma", promote=())
def portable_gamma(seed: Tensor, alpha: Tensor) -> Tensor:
    """One value of the gamma distribution of scale 1 for each shape parameter; no gradient flows to `alpha`.

    Reference: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000.
    """
    own = dtype_of(alpha)
    wide = "float64" if own == "float64" else "float32"
    alpha = stop_gradient(cast(alpha, wide))
    boosted = less(alpha, 1.0)
    d = where(boosted, alpha + 1.0, alpha) - 1.0 / 3.0
    sizes = (CANDIDATES, *shape_of(alpha))
    x = _normal_at(*_placed(seed, sizes, wide), wide)
    root = x / sqrt(d * 9.0) + 1.0
    positive = greater(root, 0.0)
    cube = where(positive, root * root * root, 1.0)
    chance = _placed(seed, sizes, wide, stream=1)[0] + 0.5
    accepted = logical_and(positive, less(log(chance), x * x * 0.5 + d * (log(cube) + 1.0 - cube)))
    value = where(accepted[-1], cube[-1], 1.0)
    for i in reversed(range(CANDIDATES - 1)):
        value = where(accepted[i], cube[i], value)
    # a value for alpha + 1 becomes one for alpha by the factor u**(1 / alpha)
    factor = exp(log(_placed(seed, shape_of(alpha), wide, stream=2)[0] + 0.5) / where(boosted, alpha, 1.0))
    return cast(d * value * where(boosted, factor, 1.0), own)


@composite(name="random.portable_binomial", promote=())
def portable_binomial(seed: Tensor, counts: Tensor, probabilities: Tensor) -> Tensor:
    """Numbers of successes, counted trial by trial: takes time in proportion to the greatest of `counts`."""
    sizes = shape_of(counts)
    trials, chance = cast(counts, "int32"), cast(probabilities, "float32")

    def trial(number: Any, successes: Any) -> Any:
        success = less(cast(random_bits(seed, sizes, 24, number), "float32") * 2.0**-24, chance)
        return number + 1, successes + cast(logical_and(success, less(number, trials)), "int32")

    most = max_(trials, initial=0)
    _, successes = while_loop(lambda number, _: less(number, most), trial, (most * 0, zeros_like(trials)))
    return cast(successes, dtype_of(counts))


@composite(name="random.portable_categorical", promote=())
def portable_categorical(seed: Tensor, logits: Tensor, num_samples: int, dtype: DType) -> Tensor:
    """Classes drawn with the probabilities softmax(logits): the greatest of logits plus Gumbel noise.

    The noise of the likeliest candidates comes from the smallest draws, which have the most exact digits.
    """
    batch, classes = shape_of(logits)
    draws = cast(random_bits(seed, (batch, num_samples, classes), 31), "float32")
    waits = negative(log1p((draws + 0.5) * -(2.0**-31)))
    return cast(argmax(expand_dims(cast(logits, "float32"), 1) - log(waits), axis=-1), dtype)


@composite(name="random.portable_dropout", promote=())
def portable_dropout(seed: Tensor, inputs: Tensor, rate: float, noise_shape: Any) -> Tensor:
    """Inputs times 1 / (1 - rate) where a draw keeps them, else 0; None in `noise_shape` is the inputs' size."""
    if rate >= 1.0:
        return zeros_like(inputs)
    sizes = shape_of(inputs)
    if noise_shape is not None:
        sizes = tuple(own if size is None else size for own, size in zip(sizes, noise_shape, strict=True))
    keep = greater_equal(random_bits(seed, sizes, 31), min(round(rate * 2**31), 2**31 - 1))
    return where(keep, multiply(inputs, _rounded(1.0 / (1.0 - rate), dtype_of(inputs))), 0.0)


@composite(name="random.portable_shuffle", promote=())
def portable_shuffle(seed: Tensor, x: Tensor, axis: int) -> Tensor:
    """`x` with its elements along `axis` in the order of 31-bit draws; of equal draws the first comes first."""
    return take(x, argsort(random_bits(seed, (shape_of(x)[axis],), 31)), axis=axis)


def _fractions(seed: Any, shape: Sequence[Any], dtype: str) -> Any:
    """Numbers of [0, 1) with the bits of a dtype's significand (52 for float64), in float32 or float64."""
    if dtype == "float64":
        draws = cast(random_bits(seed, (2, *shape), 26), dtype)
        return (draws[0] + draws[1] * 2.0**-26) * 2.0**-26
    count = SIGNIFICAND.get(dtype, 3)  # 3: of the 8-bit floats
    return cast(random_bits(seed, tuple(shape), count), "float32") * 2.0**-count


def _placed(seed: Any, shape: Sequence[Any], dtype: Any, stream: int = 0) -> tuple[Any, Any]:
    """For numbers u spread evenly over (0, 1): u - 0.5, and the distance of u from the nearer end.

    In float32 or float64; each is made from the whole numbers drawn, and so exact where it is small.
    """
    if dtype == "float64":
        draws = cast(random_bits(seed, (2, *shape), 26, stream), dtype)
        centre = (draws[0] + draws[1] * 2.0**-26) * 2.0**-26 - (0.5 - 2.0**-53)
        return centre, 0.5 - absolute(centre)
    draws = random_bits(seed, tuple(shape), 31, stream)
    nearer = minimum(draws, (2**31 - 1) - draws)
    return (cast(draws - 2**30, "float32") + 0.5) * 2.0**-31, (cast(nearer, "float32") + 0.5) * 2.0**-31


def _normal_at(centre: Any, tail: Any, dtype: Any) -> Any:
    """The x below which a share 0.5 + centre of the standard normal values lies; `tail` is 0.5 - |centre|.

    x / centre is a smooth function of sqrt(7 - log(4 tail (1 - tail))), and this rational one to 2e-7 of its value as
    far as 8 standard deviations (a minimax fit). A step of Halley's method makes float64 of it.
    """
    place = sqrt(7.0 - log(tail * 4.0 * (1.0 - tail))) - math.sqrt(7.0)
    above = (2.5066288, 3.29874435, 4.00747097, 3.22213465, 2.02499075, 0.980740849)
    under = (1.0, -0.0692999881, 1.06821275, 0.0989068103, 0.320418835, 0.00114583289)
    value = centre * divide(_polynomial(above, place), _polynomial(under, place))
    if dtype != "float64":
        return value
    size = absolute(value)
    excess = (erfc(size * math.sqrt(0.5)) * 0.5 - tail) * exp(size * size * 0.5) * math.sqrt(2.0 * math.pi)
    return sign(centre) * (size + excess / (1.0 - size * excess * 0.5))


def _polynomial(coefficients: Sequence[float], x: Any) -> Any:
    """The polynomial at x by Horner's rule; the constant comes first."""
    return functools.reduce(lambda value, next: value * x + next, reversed(coefficients[:-1]), coefficients[-1])


def _rounded(number: float, dtype: str, below: bool = False) -> float:
    """The number as a dtype holds it; with `below` the largest that lies below it."""
    if dtype not in SIGNIFICAND or not math.isfinite(number):
        return number

    def step(value: float, closer: bool) -> float:
        """Distance of numbers around a value; below a power of two they lie closer."""
        mantissa, exponent = math.frexp(value)
        place = exponent - SIGNIFICAND[dtype] - (closer and mantissa == 0.5) if value else LEAST[dtype]
        return 2.0 ** max(place, LEAST[dtype])

    held = round(number / step(number, False)) * step(number, False)
    if not below:
        return held
    return min(held if held < number else held - step(held, True), LARGEST[dtype])
