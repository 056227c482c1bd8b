"""Shapes: tuples of ints and `Dim`s. Where Keras shows None for an unknown size, `public` does."""

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from hornbeam.core.dim import Dim, Size
from hornbeam.core.errors import AxisError, ShapeError

Shape: TypeAlias = tuple[Size, ...]
PublicShape: TypeAlias = tuple[int | None, ...]


def public(shape: Iterable[Any]) -> PublicShape:
    """The shape as users see it: None where a size is unknown.

    Example:
        >>> public((Dim.symbol("batch"), 3))
        (None, 3)
    """
    return tuple(
        [size if type(size) is int else None if size is None or type(size) is Dim else int(size) for size in shape]
    )


def from_public(shape: Any, prefix: str = "dim") -> Shape:
    """The shape with a fresh symbol for each None.

    Raises:
        ShapeError: not a sequence of sizes, or a size is negative or not whole.

    Example:
        >>> public(from_public((None, 3)))
        (None, 3)
    """
    if isinstance(shape, (str, bytes)) or not hasattr(shape, "__iter__"):
        raise ShapeError(f"Expected a shape: a tuple of sizes, such as (32, None). Received: {shape!r}.")
    return tuple([_checked(size, shape, prefix) for size in shape])


def broadcast(*shapes: Sequence[Size | None]) -> tuple[Any, ...]:
    """The shape to which these shapes broadcast, by NumPy's rules.

    An unknown size beside a number other than 1 is taken to be that number, beside 1 it stays unknown; of two unknown
    sizes the first is kept.

    Raises:
        ShapeError: two sizes differ and neither is 1.

    Example:
        >>> broadcast((3, 1), (4,))
        (3, 4)
    """
    if not shapes:
        return ()
    result = tuple(shapes[0])
    for shape in shapes[1:]:
        shape = tuple(shape)
        if shape == result:
            continue
        longer, shorter = (result, shape) if len(result) >= len(shape) else (shape, result)
        offset = len(longer) - len(shorter)
        sizes = list(longer[:offset])
        for first, second in zip(result[-len(shorter) :], shape[-len(shorter) :], strict=True) if shorter else ():
            if first == second or second == 1:
                sizes.append(first)
            elif first == 1:
                sizes.append(second)
            elif not isinstance(first, int):
                sizes.append(second if isinstance(second, int) else first)
            elif not isinstance(second, int):
                sizes.append(first)
            else:
                shown = " and ".join(str(public(each)) for each in shapes)
                raise ShapeError(f"The shapes {shown} do not broadcast: {first} and {second} differ and neither is 1.")
        result = tuple(sizes)
    return result


def agree(one: Sequence[Any], two: Sequence[Any]) -> bool:
    """Whether two shapes may be one: as many axes, and no two known sizes that differ.

    Example:
        >>> agree((2, None), (2, 3)), agree((2, 3), (3, 2))
        (True, False)
    """
    return len(one) == len(two) and all(a == b for a, b in zip(one, two, strict=True) if type(a) is type(b) is int)


def size(shape: Iterable[Size]) -> Size:
    """Number of elements of a tensor of this shape.

    Example:
        >>> size((Dim.symbol("batch"), 2, 3))
        6*batch
    """
    return math.prod(shape)


def canonical_axis(axis: Any, ndim: int, what: str = "axis") -> int:
    """The axis counted from the front: -1 is the last.

    Args:
        axis: an int, or an integer of another library.
        ndim: number of axes of the tensor.
        what: name of the argument, for errors.

    Raises:
        AxisError: the axis is not whole, or the tensor has no such axis.

    Example:
        >>> canonical_axis(-1, 3)
        2
    """
    try:
        number = operator.index(axis)
    except TypeError:
        raise AxisError(f"`{what}` must be an integer. Received: {axis!r} ({type(axis).__name__}).") from None
    if not -ndim <= number < ndim:
        allowed = f"from {-ndim} to {ndim - 1}" if ndim else "none, for it is a scalar"
        raise AxisError(f"`{what}={number}` is out of bounds for a tensor with {ndim} axes: allowed are {allowed}.")
    return number + ndim if number < 0 else number


def canonical_axes(axis: Any, ndim: int, what: str = "axis") -> tuple[int, ...]:
    """The axes counted from the front, in the order given; None is all of them.

    Raises:
        AxisError: an axis is not whole, does not exist, or is named twice.

    Example:
        >>> canonical_axes(None, 2), canonical_axes(-1, 2), canonical_axes([0, -1], 3)
        ((0, 1), (1,), (0, 2))
    """
    if axis is None:
        return tuple(range(ndim))
    if not isinstance(axis, (tuple, list)):
        return (canonical_axis(axis, ndim, what),)
    axes = tuple([canonical_axis(each, ndim, what) for each in axis])
    if len(set(axes)) != len(axes):
        raise AxisError(f"`{what}={tuple(axis)}` names an axis of a tensor with {ndim} axes twice.")
    return axes


def _checked(size: Any, shape: Any, prefix: str) -> Size:
    if size is None:
        return Dim.fresh(prefix)
    if type(size) is Dim:
        return size
    try:
        number = operator.index(size)
    except TypeError:
        problem = f"{size!r} ({type(size).__name__}) is no size"
    else:
        if number >= 0:
            return number
        problem = f"{number} is negative"
    raise ShapeError(f"Invalid shape {shape!r}: {problem}. Sizes are whole numbers, or None where unknown.")
