"""Dtype policies: what the promoted arguments of an operation are cast to, and the dtype of its result.

A policy maps the dtypes of the promoted arguments (python numbers count as weak "int", "float", "complex") to
`(dtype to cast to, or None; dtype of the result)`. Results follow Keras on TensorFlow, where 64-bit dtypes stay 64-bit,
on every engine; an engine that lacks them (jax without 64-bit mode) narrows by itself.
"""

from __future__ import annotations

import functools

from hornbeam.core import dtype as dtypes
from hornbeam.core.dtype import is_bool, is_complex, is_floating, is_integer

Key = tuple[str, ...]
Decision = tuple[str | None, str]

result_type = functools.partial(dtypes.result_type, wide=True)


def same(key: Key) -> Decision:
    """Nothing is cast; the result has the dtype of the first."""
    return None, key[0] if key[0] not in ("int", "float", "complex") else result_type(key[0])


def promote(key: Key) -> Decision:
    """All become their common dtype, and so does the result."""
    common = result_type(*key)
    return common, common


def floating(key: Key) -> Decision:
    """Like `promote`, with integers and booleans becoming floats: for `sin`, `exp`, `sqrt`."""
    common = result_type(*key, float)
    return common, common


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
    common = result_type(*key)
    widened = {"bool": "int32", "int8": "int32", "int16": "int32", "uint8": "uint32", "uint16": "uint32"}
    common = widened.get(common, common)
    return common, common


def average(key: Key) -> Decision:
    """Means and variances: integers and booleans become floats, floats stay."""
    common = result_type(*key)
    return (common, common) if is_floating(common) or is_complex(common) else floating(key)


def position(key: Key) -> Decision:
    """Nothing is cast; the result holds positions: int32."""
    return None, "int32"


def magnitude(key: Key) -> Decision:
    """Nothing is cast; a complex argument gives the real dtype of its parts: for `absolute`."""
    real = {"complex64": "float32", "complex128": "float64"}
    return None, real.get(key[0], same(key)[1])


def bits(key: Key) -> Decision:
    """Bitwise operations: integers and booleans only."""
    common = result_type(*key)
    if not (is_integer(common) or is_bool(common)):
        raise TypeError(f"bitwise operations need integers or booleans, got {', '.join(key)}.")
    return common, common


def numbers(key: Key) -> Decision:
    """Like `promote`, with booleans becoming int32: for `mod`, `power`, `cumsum`."""
    common = result_type(*key)
    return ("int32", "int32") if is_bool(common) else (common, common)
