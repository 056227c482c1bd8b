"""Products and sums between neighbours: cross and Kronecker products, powers, differences, integrals."""

from __future__ import annotations

from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.dtype import is_bool, is_complex
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops import dtypes
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.dtypes import result_type
from hornbeam.ops.elementwise import (
    add,
    cast,
    cos,
    dtype_of,
    equal,
    maximum,
    multiply,
    negative,
    not_equal,
    power,
    sin,
    subtract,
    where,
)
from hornbeam.ops.index import view_as_complex
from hornbeam.ops.move import flip, moveaxis, reshape, stack
from hornbeam.ops.op import Axis, Tensor, composite
from hornbeam.ops.reduce import sum as sum_


@export("keras.ops.cross", "keras.ops.numpy.cross")
@composite(dtype=dtypes.numeric(dtypes.promote))
def cross(x1: Tensor, x2: Tensor, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: int | None = None) -> Tensor:
    """The vectors at right angles to x1 and x2, as long as the area of the parallelogram between them.

    Args:
        x1, x2: vectors of 2 or 3 elements; other axes broadcast. A vector of 2 lies in the plane; of two such, the
            result is the third element alone.
        axisa, axisb, axisc: where the vectors lie in x1, x2 and the result.
        axis: sets all three.

    Raises:
        ShapeError: the vectors have another length.

    Example:
        >>> hornbeam.ops.cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
        array([0., 0., 1.], dtype=float32)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    shown = f"{shapes.public(shape_of(x1))} and {shapes.public(shape_of(x2))}"
    x1, x2 = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    lengths = shape_of(x1)[-1], shape_of(x2)[-1]
    if not all(type(length) is int and length in (2, 3) for length in lengths):
        raise ShapeError(f"cross() takes vectors of 2 or 3 elements, got {lengths} in shapes {shown}.")

    def product(i: int, j: int) -> Any:
        """x1[i] * x2[j], or None where one of them is 0."""
        return multiply(x1[..., i], x2[..., j]) if i < lengths[0] and j < lengths[1] else None

    def difference(a: Any, b: Any) -> Any:
        return a if b is None else negative(b) if a is None else subtract(a, b)

    third = subtract(product(0, 1), product(1, 0))
    if lengths == (2, 2):
        return third
    first, second = difference(product(1, 2), product(2, 1)), difference(product(2, 0), product(0, 2))
    return moveaxis(stack([first, second, third], -1), -1, axisc)


@export("keras.ops.kron", "keras.ops.numpy.kron")
@composite(dtype=dtypes.promote)
def kron(x1: Tensor, x2: Tensor) -> Tensor:
    """The Kronecker product: x1 with each element replaced by its product with all of x2.

    Example:
        >>> hornbeam.ops.kron([1, 10], [1, 2])
        array([ 1,  2, 10, 20], dtype=int32)
    """
    sizes1, sizes2 = shape_of(x1), shape_of(x2)
    rank = max(len(sizes1), len(sizes2))
    sizes1, sizes2 = ((1,) * (rank - len(sizes)) + tuple(sizes) for sizes in (sizes1, sizes2))
    x1 = reshape(x1, [part for size in sizes1 for part in (size, 1)])
    x2 = reshape(x2, [part for size in sizes2 for part in (1, size)])
    return reshape(multiply(x1, x2), tuple(a * b for a, b in zip(sizes1, sizes2, strict=True)))


@export("keras.ops.vander", "keras.ops.numpy.vander")
@composite
def vander(x: Tensor, N: Any = None, increasing: bool = False) -> Tensor:
    """The Vandermonde matrix: a row x**(N - 1), ..., x, 1 for each element of a vector.

    Args:
        N: number of columns; as many as there are elements if None.
        increasing: 1, x, ..., x**(N - 1) instead.

    Example:
        >>> hornbeam.ops.vander([1, 2, 3])
        array([[1, 1, 1],
               [4, 2, 1],
               [9, 3, 1]], dtype=int32)
    """
    if len(shape_of(x)) != 1:
        raise ShapeError(f"vander() takes a vector, got a tensor of shape {shapes.public(shape_of(x))}.")
    if type(N) is int and N < 0:
        raise ConfigError(f"vander(): `N` must not be negative. Received: {N}.")
    exponents = like(x, "arange", 0, shape_of(x)[0] if N is None else N, 1, "int32")
    exponents = exponents if increasing else flip(exponents, 0)
    # x**0 has no gradient at 0 on every engine, complex powers of 0 no value
    base, first = x[:, None], maximum(exponents, 1)
    if is_complex(dtype_of(x)):
        zero = equal(base, 0)
        powers = where(zero, 0, power(where(zero, 1, base), first))
    else:
        powers = power(base, first)
    return cast(where(equal(exponents, 0), 1, powers), dtype_of(x))


@export("keras.ops.diff", "keras.ops.numpy.diff")
@composite
def diff(a: Tensor, n: int = 1, axis: Axis = -1) -> Tensor:
    """Each element less the one before it along an axis, n times over; of booleans, whether they differ.

    Example:
        >>> hornbeam.ops.diff([1, 2, 4, 7])
        array([1, 2, 3], dtype=int32)
    """
    if n < 0:
        raise ConfigError(f"diff(): `n` must not be negative. Received: {n}.")
    assert axis is not None
    before = (slice(None),) * axis
    subtracted = not_equal if is_bool(dtype_of(a)) else subtract
    for _ in range(n):
        a = subtracted(a[(*before, slice(1, None))], a[(*before, slice(None, -1))])
    return a


@export("keras.ops.trapezoid", "keras.ops.numpy.trapezoid")
@composite(dtype=dtypes.floating)
def trapezoid(y: Tensor, x: Tensor | None = None, dx: Any = 1.0, axis: Axis = -1) -> Tensor:
    """The integral of y along an axis, with straight lines between its points.

    Args:
        x: where the points lie: one number for each, or a tensor like y; None for points `dx` apart.

    Example:
        >>> hornbeam.ops.trapezoid([1.0, 2.0, 4.0])
        array(4.5, dtype=float32)
    """
    assert axis is not None
    before = (slice(None),) * axis
    middles = multiply(add(y[(*before, slice(1, None))], y[(*before, slice(None, -1))]), 0.5)
    if x is None:
        return sum_(multiply(middles, dx), axis)
    if len(shape_of(x)) == 1:
        steps = reshape(diff(x), (-1,) + (1,) * (len(shape_of(y)) - 1 - axis))
    else:
        steps = diff(x, 1, axis)
    return sum_(multiply(middles, steps), axis)


def _parts(key: tuple[str, ...]) -> tuple[str, str]:
    """Dtype policy of complex numbers made of parts."""
    common = result_type(*key, "float32")
    if is_complex(common):
        raise TypeError(f"the parts of complex numbers are real, got {', '.join(key)}.")
    return common, "complex128" if common == "float64" else "complex64"


@export("keras.ops.polar", "keras.ops.nn.polar")
@composite(dtype=_parts)
def polar(abs_: Tensor, angle: Tensor) -> Tensor:
    """Complex numbers from lengths and angles: abs (cos angle + i sin angle).

    Example:
        >>> hornbeam.ops.polar([1.0], [0.0])
        array([1.+0.j], dtype=complex64)
    """
    return view_as_complex(stack([multiply(abs_, cos(angle)), multiply(abs_, sin(angle))], -1))
