"""Dtype policies: what the promoted arguments of an operation are cast to, and the dtype of its result.

A policy maps the dtypes of the promoted arguments (python numbers count as weak "int", "float", "complex") to
`(dtype to cast to, or None; dtype of the result)`. Results follow Keras on TensorFlow, where 64-bit dtypes stay 64-bit,
on every engine; an engine that lacks them (jax without 64-bit mode) narrows by itself.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from hornbeam.core import dtype as dtypes
from hornbeam.core.dtype import is_bool, is_complex, is_floating, is_integer
from hornbeam.core.errors import ShapeError

Key = tuple[str, ...]
Decision = tuple[str | None, str]
Policy = Callable[[Key], Decision]

result_type = functools.partial(dtypes.result_type, wide=True)


def common(key: Key) -> str:
    """Where the arguments meet; one alone stays what it is (the lattice would halve uint64 and complex128)."""
    return key[0] if len(key) == 1 and key[0] not in ("int", "float", "complex") else result_type(*key)


def real(policy: Policy) -> Policy:
    """The policy for what complex numbers have no part in: an order, remainders, rounding."""

    @functools.wraps(policy)
    def decide(key: Key) -> Decision:
        if any(name.startswith("complex") for name in key):
            raise TypeError(f"expected real numbers, got {', '.join(key)}. Take `real(x)` or `absolute(x)` first.")
        return policy(key)

    return decide


def numeric(policy: Policy) -> Policy:
    """The policy for what has no meaning for booleans: differences, signs."""

    @functools.wraps(policy)
    def decide(key: Key) -> Decision:
        if all(name == "bool" for name in key):
            raise TypeError(f"expected numbers, got {', '.join(key)}. Cast to a number, or use a logical operation.")
        return policy(key)

    return decide


def same(key: Key) -> Decision:
    """Nothing is cast; the result has the dtype of the first."""
    return None, key[0] if key[0] not in ("int", "float", "complex") else result_type(key[0])


def promote(key: Key) -> Decision:
    """All become their common dtype, and so does the result."""
    found = result_type(*key)
    return found, found


def floating(key: Key) -> Decision:
    """Like `promote`, with integers and booleans becoming floats: for `sin`, `sqrt`."""
    found = result_type(*key, float)
    return found, found


def inexact(key: Key) -> Decision:
    """Like `floating`; a float or complex number alone stays as it is: for `exp` and activations."""
    found = common(key)
    return (found, found) if is_floating(found) or is_complex(found) else floating(key)


def wide_floating(key: Key) -> Decision:
    """Like `floating`, but int64 becomes float64: for `hypot`, `deg2rad`."""
    return ("float64", "float64") if result_type(*key) == "int64" else floating(key)


def boolean(key: Key) -> Decision:
    """Compared in their common dtype; the result is boolean."""
    return result_type(*key), "bool"


def logical(key: Key) -> Decision:
    """All become boolean."""
    return "bool", "bool"


def test(key: Key) -> Decision:
    """Nothing is cast; the result is boolean: for `isnan`."""
    return None, "bool"


def accumulate(key: Key) -> Decision:
    """Sums and products: small integers and booleans widen to 32 bits."""
    found = common(key)
    widened = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
    found = widened.get(found, found)
    return found, found


def average(key: Key) -> Decision:
    """Means and variances: integers and booleans become floats, floats stay."""
    return inexact(key)


def choice(key: Key) -> Decision:
    """`where`: both choices, which meet, or none."""
    if len(key) == 1:
        raise ShapeError("where() takes the condition alone, or with both `x1` and `x2`.")
    return promote(key)


def taken(key: Key) -> Decision:
    """Elements, in the dtype of the first, at places that the second names by whole numbers."""
    if not is_integer(key[1]) and key[1] != "int":
        raise TypeError(f"expected `indices` of whole numbers, got {key[1]}. Cast them, for instance to int32.")
    return None, same(key)[1]


def position(key: Key) -> Decision:
    """Nothing is cast; the result holds positions: int32."""
    return None, "int32"


def magnitude(key: Key) -> Decision:
    """Nothing is cast; a complex argument gives the real dtype of its parts: for `absolute`."""
    real = {"complex64": "float32", "complex128": "float64"}
    return None, real.get(key[0], same(key)[1])


def bits(key: Key) -> Decision:
    """Bitwise operations: integers and booleans only."""
    found = common(key)
    if not (is_integer(found) or is_bool(found)):
        raise TypeError(f"expected integers or booleans that meet in one dtype, got {', '.join(key)}.")
    return found, found


def whole(key: Key) -> Decision:
    """Divisors: integers only."""
    found = common(key)
    if not is_integer(found):
        raise TypeError(f"expected integers that meet in one dtype, got {', '.join(key)}.")
    return found, found


def numbers(key: Key) -> Decision:
    """Like `promote`, with booleans becoming int32: for `mod`, `power`, `cumsum`."""
    found = common(key)
    return ("int32", "int32") if is_bool(found) else (found, found)


def pair(key: Key) -> Decision:
    """Parts of complex numbers: float32, or float64."""
    return ("float64", "complex128") if key[0] == "float64" else ("float32", "complex64")
