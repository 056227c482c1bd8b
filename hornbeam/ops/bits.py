"""Tensors by the bits of their elements: views, neighbouring floats."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core.dtype import itemsize, standardize
from hornbeam.core.export import export
from hornbeam.ops import dtypes, rules
from hornbeam.ops.elementwise import (
    add,
    bitwise_and,
    cast,
    dtype_of,
    equal,
    greater,
    isnan,
    less,
    logical_and,
    logical_or,
    negative,
    subtract,
    where,
)
from hornbeam.ops.op import Tensor, composite, primitive


@export("keras.ops.view", "keras.ops.numpy.view")
@composite
def view(x: Tensor, dtype: Any = None) -> Tensor:
    """The same bytes read as another dtype; the last axis grows or shrinks where its elements have another size.

    Args:
        dtype: the dtype to read; None for that of x.

    Raises:
        ShapeError: the last axis does not divide into elements of the dtype.
        DtypeError: the engine lacks the dtype.

    Example:
        >>> hornbeam.ops.view([1.0, -0.0], "int32")
        array([ 1065353216, -2147483648], dtype=int32)
    """
    dtype = dtype_of(x) if dtype is None else standardize(dtype)
    return x if dtype == dtype_of(x) else reinterpreted(x, dtype)


@primitive(rule=rules.reinterpreted)
def reinterpreted(x: Tensor, dtype: str) -> Tensor:
    """`view` as another dtype."""


@export("keras.ops.nextafter", "keras.ops.numpy.nextafter")
@composite(dtype=dtypes.real(dtypes.floating))
def nextafter(x1: Tensor, x2: Tensor) -> Tensor:
    """The float next to x1 in the direction of x2.

    Example:
        >>> hornbeam.ops.nextafter([1.0, 1.0], [2.0, 0.0])
        array([1.0000001 , 0.99999994], dtype=float32)
    """
    own = dtype_of(x1)
    bits = 8 * itemsize(own)
    largest = 2 ** (bits - 1) - 1

    def place(x: Any) -> Any:
        """Floats counted from 0 on, upwards and downwards."""
        code = cast(view(x, f"int{bits}"), f"int{max(bits, 32)}")
        return where(less(code, 0), negative(bitwise_and(code, largest)), code)

    here, there = place(x1), place(x2)
    kind = dtype_of(here)
    after = subtract(add(here, cast(greater(there, here), kind)), cast(less(there, here), kind))
    # the step up from the smallest negative number gives -0.0
    below = logical_or(less(after, 0), logical_and(equal(after, 0), less(here, 0)))
    code = where(below, subtract(-largest - 1, after), after)
    found = where(equal(here, there), x2, view(cast(code, f"int{bits}"), own))
    return where(logical_or(isnan(x1), isnan(x2)), math.nan, found)
