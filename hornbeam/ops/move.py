"""Operations that move elements and leave them as they are: shapes, joins, splits, repetition, order of axes."""

from __future__ import annotations

import functools
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops import dtypes, rules
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import dtype_of, equal, greater_equal, where
from hornbeam.ops.op import Axes, Axis, Tensor, Tensors, composite, primitive


@export("keras.ops.reshape", "keras.ops.numpy.reshape")
@primitive(rule=rules.reshape)
def reshape(x: Tensor, newshape: Any) -> Tensor:
    """The elements in another shape.

    Args:
        newshape: sizes (ints, `Dim`s); one may be -1: what is left.

    Raises:
        ShapeError: the new shape holds another number of elements.

    Example:
        >>> hornbeam.ops.reshape([1, 2, 3, 4], (2, -1))
        array([[1, 2],
               [3, 4]], dtype=int32)
    """


@export("keras.ops.ravel", "keras.ops.numpy.ravel")
@composite
def ravel(x: Tensor) -> Tensor:
    """All elements along one axis."""
    return reshape(x, (-1,))


@export("keras.ops.transpose", "keras.ops.numpy.transpose")
@primitive(rule=rules.transpose)
def transpose(x: Tensor, axes: Any = None) -> Tensor:
    """The axes in another order; reversed if None.

    Example:
        >>> hornbeam.ops.transpose([[1, 2, 3]]).shape
        (3, 1)
    """


@export("keras.ops.swapaxes", "keras.ops.numpy.swapaxes")
@composite
def swapaxes(x: Tensor, axis1: int, axis2: int) -> Tensor:
    """Two axes change places."""
    ndim = len(shape_of(x))
    order = list(range(ndim))
    axis1, axis2 = shapes.canonical_axis(axis1, ndim, "axis1"), shapes.canonical_axis(axis2, ndim, "axis2")
    order[axis1], order[axis2] = axis2, axis1
    return transpose(x, tuple(order))


@export("keras.ops.moveaxis", "keras.ops.numpy.moveaxis")
@composite
def moveaxis(x: Tensor, source: Any, destination: Any) -> Tensor:
    """Axes move to other places; the rest keep their order.

    Example:
        >>> hornbeam.ops.moveaxis(hornbeam.ops.zeros((2, 3, 4)), 0, -1).shape
        (3, 4, 2)
    """
    ndim = len(shape_of(x))
    source = shapes.canonical_axes(source, ndim, "source")
    destination = shapes.canonical_axes(destination, ndim, "destination")
    if len(source) != len(destination):
        raise ShapeError(f"moveaxis(): {len(source)} axes cannot move to {len(destination)} places.")
    order = [i for i in range(ndim) if i not in source]
    for place, axis in sorted(zip(destination, source, strict=True)):
        order.insert(place, axis)
    return transpose(x, tuple(order))


@export("keras.ops.expand_dims", "keras.ops.numpy.expand_dims")
@primitive(rule=rules.expand_dims)
def expand_dims(x: Tensor, axis: Any) -> Tensor:
    """The tensor with a new axis of size 1 at a place, or at several, counted in the result.

    Example:
        >>> hornbeam.ops.expand_dims([1, 2], -1).shape
        (2, 1)
    """


@export("keras.ops.squeeze", "keras.ops.numpy.squeeze")
@primitive(rule=rules.squeeze)
def squeeze(x: Tensor, axis: Any = None) -> Tensor:
    """The tensor without axes of size 1: those named, or all.

    Raises:
        ShapeError: an axis named has another size.
    """


@export("keras.ops.broadcast_to", "keras.ops.numpy.broadcast_to")
@primitive(rule=rules.broadcast_to)
def broadcast_to(x: Tensor, shape: Any) -> Tensor:
    """The tensor repeated along axes of size 1 and new first axes, until it has the shape."""


# Join and split


@export("keras.ops.concatenate", "keras.ops.numpy.concatenate")
@primitive(rule=rules.concatenate, dtype=dtypes.promote)
def concatenate(xs: Tensors, axis: Axis = 0) -> Tensor:
    """Tensors one after the other along an axis they have.

    Example:
        >>> hornbeam.ops.concatenate([[1, 2], [3]])
        array([1, 2, 3], dtype=int32)
    """


@export("keras.ops.stack", "keras.ops.numpy.stack")
@composite(dtype=dtypes.promote, axis_of=lambda ndim: ndim + 1)
def stack(x: Tensors, axis: Axis = 0) -> Tensor:
    """Tensors of one shape, one after the other along a new axis."""
    given = [shapes.public(shape_of(part)) for part in x]
    if not all(shapes.agree(given[0], each) for each in given):
        raise ShapeError(f"stack(): the tensors must have one shape. Received: {', '.join(map(str, given))}.")
    return concatenate([expand_dims(part, axis) for part in x], axis)


@export("keras.ops.append", "keras.ops.numpy.append")
@composite(dtype=dtypes.promote)
def append(x1: Tensor, x2: Tensor, axis: Axis = None) -> Tensor:
    """Two tensors one after the other along an axis; flat if None."""
    return concatenate([ravel(x1), ravel(x2)], 0) if axis is None else concatenate([x1, x2], axis)


@export("keras.ops.hstack", "keras.ops.numpy.hstack")
@composite(dtype=dtypes.promote)
def hstack(xs: Tensors) -> Tensor:
    """Tensors side by side: along the second axis, or the only one."""
    parts = [reshape(x, (1,)) if not len(shape_of(x)) else x for x in xs]
    return concatenate(parts, 0 if len(shape_of(parts[0])) == 1 else 1)


@export("keras.ops.vstack", "keras.ops.numpy.vstack")
@composite(dtype=dtypes.promote)
def vstack(xs: Tensors) -> Tensor:
    """Tensors one below the other; vectors are rows."""
    return concatenate([reshape(x, (1, -1)) if len(shape_of(x)) < 2 else x for x in xs], 0)


@export("keras.ops.dstack", "keras.ops.numpy.dstack")
@composite(dtype=dtypes.promote)
def dstack(xs: Tensors) -> Tensor:
    """Tensors one behind the other along the third axis; vectors are rows."""
    parts = [reshape(x, (1, -1)) if len(shape_of(x)) < 2 else x for x in xs]
    return concatenate([expand_dims(x, 2) if len(shape_of(x)) == 2 else x for x in parts], 2)


@export("keras.ops.split", "keras.ops.numpy.split")
@primitive(rule=rules.split)
def split(x: Tensor, indices_or_sections: Any, axis: Axis = 0) -> Any:
    """The tensor in parts along an axis: so many equal ones, or cut at the indices.

    Raises:
        ShapeError: the axis does not divide into so many equal parts.

    Example:
        >>> [part.shape for part in hornbeam.ops.split(hornbeam.ops.zeros((5, 2)), [2])]
        [(2, 2), (3, 2)]
    """


@export("keras.ops.array_split", "keras.ops.numpy.array_split")
@composite
def array_split(x: Tensor, indices_or_sections: Any, axis: Axis = 0) -> Any:
    """`split`, where the first parts may be longer by one."""
    assert axis is not None
    if not isinstance(indices_or_sections, int):
        return split(x, indices_or_sections, axis)
    size, count = shape_of(x)[axis], rules.count("array_split(): `indices_or_sections`", indices_or_sections, 1)
    longer = size % count
    ends = [i * (size // count) + (i if i < longer else longer) for i in range(1, count)]
    return split(x, ends, axis)


@export("keras.ops.hsplit", "keras.ops.numpy.hsplit")
@composite
def hsplit(x: Tensor, indices_or_sections: Any) -> Any:
    """`split` along the second axis, or the only one."""
    return split(x, indices_or_sections, 0 if len(shape_of(x)) == 1 else 1)


@export("keras.ops.vsplit", "keras.ops.numpy.vsplit")
@composite
def vsplit(x: Tensor, indices_or_sections: Any) -> Any:
    """`split` along the first axis."""
    return split(x, indices_or_sections, 0)


@export("keras.ops.dsplit", "keras.ops.numpy.dsplit")
@composite
def dsplit(x: Tensor, indices_or_sections: Any) -> Any:
    """`split` along the third axis."""
    return split(x, indices_or_sections, 2)


@export("keras.ops.unstack")
@composite
def unstack(x: Tensor, num: int | None = None, axis: Axis = 0) -> Any:
    """The parts of the tensor along an axis, without that axis.

    Args:
        num: how many there are, where the size is unknown.
    """
    assert axis is not None
    size = shape_of(x)[axis]
    count = size if isinstance(size, int) else num
    if count is None:
        raise ShapeError(f"unstack(): axis {axis} has no known size; give `num=`.")
    if num is not None and num != count:
        raise ShapeError(f"unstack(): axis {axis} of shape {shapes.public(shape_of(x))} has no {num} parts (`num`).")
    return [x[(slice(None),) * axis + (i,)] for i in range(count)]


# Repetition and order


@export("keras.ops.tile", "keras.ops.numpy.tile")
@primitive(rule=rules.tile, strict=True)
def tile(x: Tensor, repeats: Any) -> Tensor:
    """The whole tensor again and again, `repeats` times along each axis."""


@export("keras.ops.repeat", "keras.ops.numpy.repeat")
@primitive(rule=rules.repeat, strict=True)
def repeat(x: Tensor, repeats: Any, axis: Axis = None) -> Tensor:
    """Each element (slice along the axis) again and again; of the flat tensor if the axis is None.

    Args:
        repeats: an int, or one count for each position along the axis.

    Example:
        >>> hornbeam.ops.repeat([1, 2], 2)
        array([1, 1, 2, 2], dtype=int32)
    """


@export("keras.ops.flip", "keras.ops.numpy.flip")
@primitive(rule=rules.same)
def flip(x: Tensor, axis: Axes = None) -> Tensor:
    """The elements in reverse order along the axes; along all if None."""


@export("keras.ops.fliplr", "keras.ops.numpy.fliplr")
@composite
def fliplr(x: Tensor) -> Tensor:
    """The columns in reverse order."""
    return flip(x, 1)


@export("keras.ops.flipud", "keras.ops.numpy.flipud")
@composite
def flipud(x: Tensor) -> Tensor:
    """The rows in reverse order."""
    return flip(x, 0)


@export("keras.ops.roll", "keras.ops.numpy.roll")
@primitive(rule=rules.roll, strict=True)
def roll(x: Tensor, shift: Any, axis: Any = None) -> Tensor:
    """The elements moved on by `shift` places along the axes; what falls off comes in at the other end.

    Args:
        axis: an axis or several, with a shift for each; None rolls the flat tensor.

    Example:
        >>> hornbeam.ops.roll([1, 2, 3], 1)
        array([3, 1, 2], dtype=int32)
    """


@export("keras.ops.rot90", "keras.ops.numpy.rot90")
@composite
def rot90(array: Tensor, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """The tensor turned by 90 degrees k times, in the plane of two axes, from the first towards the second."""
    first, second = shapes.canonical_axes(tuple(axes), len(shape_of(array)), "axes")
    if k % 4 == 0:
        return array
    if k % 4 == 2:
        return flip(array, (first, second))
    return swapaxes(flip(array, second), first, second) if k % 4 == 1 else flip(swapaxes(array, first, second), second)


@export("keras.ops.pad", "keras.ops.numpy.pad")
@composite
def pad(x: Tensor, pad_width: Any, mode: str = "constant", constant_values: Any = None) -> Tensor:
    """The tensor with elements added before and after it along each axis.

    Args:
        pad_width: an int, a pair `(before, after)` for all axes, or a pair for each axis.
        mode: "constant", "reflect" (without the edge), "symmetric" (with it) or "edge".
        constant_values: for mode "constant"; 0 if None.

    Example:
        >>> hornbeam.ops.pad([1, 2], (1, 2))
        array([0, 1, 2, 0, 0], dtype=int32)
    """
    ndim = len(shape_of(x))
    try:
        widths = _pad_widths(pad_width, ndim)
    except TypeError:  # lists
        widths = _pad_widths(tuple(tuple(p) if isinstance(p, list) else p for p in pad_width), ndim)
    if mode not in ("constant", "reflect", "symmetric", "edge"):
        raise ConfigError(f"pad(): `mode` must be constant, reflect, symmetric or edge. Received: {mode!r}.")
    if mode != "constant" and constant_values is not None:
        raise ConfigError(f"pad(): `constant_values` belongs to mode 'constant', not to {mode!r}.")
    return padded(x, widths, mode, 0 if constant_values is None else constant_values)


@primitive(rule=rules.pad)
def padded(x: Tensor, pad_width: tuple[tuple[Any, Any], ...], mode: str, constant_values: Any) -> Tensor:
    """`pad` with a pair of widths for each axis."""


@functools.lru_cache(maxsize=1024)
def _pad_widths(pad_width: Any, ndim: int) -> tuple[tuple[Any, Any], ...]:
    if not isinstance(pad_width, (tuple, list)):
        return ((rules.count("pad(): `pad_width`", pad_width), pad_width),) * ndim
    pairs = list(pad_width)
    if len(pairs) == 2 and not any(isinstance(part, (tuple, list)) for part in pairs):
        pairs = [(pairs[0], pairs[1])]
    pairs = [tuple(part) if isinstance(part, (tuple, list)) else (part, part) for part in pairs]
    if len(pairs) == 1:
        pairs = pairs * ndim
    for width in (width for pair in pairs for width in pair):
        rules.count(f"pad(): each number of `pad_width={pad_width}`", width)
    if len(pairs) != ndim or any(len(pair) != 2 for pair in pairs):
        raise ShapeError(f"pad(): `pad_width={pad_width}` must give a pair for each of the {ndim} axes.")
    return tuple((before, after) for before, after in pairs)


# Diagonals


@export("keras.ops.diagonal", "keras.ops.numpy.diagonal")
@primitive(rule=rules.diagonal)
def diagonal(x: Tensor, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The elements whose second index is their first plus `offset`, along a new last axis."""


@export("keras.ops.diag", "keras.ops.numpy.diag")
@composite
def diag(x: Tensor, k: int = 0) -> Tensor:
    """The diagonal k of a matrix, or the matrix with the vector x as its diagonal k.

    Example:
        >>> hornbeam.ops.diag([1, 2])
        array([[1, 0],
               [0, 2]], dtype=int32)
    """
    sizes = shape_of(x)
    if len(sizes) == 2:
        return diagonal(x, k)
    if len(sizes) != 1:
        raise ShapeError(f"diag() takes a vector or a matrix, got a tensor with {len(sizes)} axes.")
    places = like(x, "arange", 0, sizes[0] + abs(k), 1, "int32")
    values = padded(x, ((k, 0) if k > 0 else (0, -k),), "constant", 0)
    return where(equal(places - places[:, None], k), values, like(x, "full", (), 0, dtype_of(x)))


@export("keras.ops.diagflat", "keras.ops.numpy.diagflat")
@composite
def diagflat(x: Tensor, k: int = 0) -> Tensor:
    """The matrix with the elements of x as its diagonal k."""
    return diag(ravel(x), k)


def _at_or_below(x: Any, k: int) -> Any:
    """Which places of the last two axes lie on or below the diagonal k."""
    if len(shape_of(x)) < 2:
        raise ShapeError(
            f"The triangle of a matrix: expected at least two axes, got shape {shapes.public(shape_of(x))}."
        )
    rows, columns = shape_of(x)[-2:]
    row = like(x, "arange", 0, rows, 1, "int32")[:, None]
    return greater_equal(row + k, like(x, "arange", 0, columns, 1, "int32"))


@export("keras.ops.tril", "keras.ops.numpy.tril")
@composite
def tril(x: Tensor, k: int = 0) -> Tensor:
    """The matrices in the last two axes with zeros above the diagonal k."""
    return where(_at_or_below(x, k), x, like(x, "full", (), 0, dtype_of(x)))


@export("keras.ops.triu", "keras.ops.numpy.triu")
@composite
def triu(x: Tensor, k: int = 0) -> Tensor:
    """The matrices in the last two axes with zeros below the diagonal k."""
    return where(_at_or_below(x, k - 1), like(x, "full", (), 0, dtype_of(x)), x)


@export("keras.ops.meshgrid", "keras.ops.numpy.meshgrid")
def meshgrid(*x: Any, indexing: str = "xy") -> list[Any]:
    """Coordinates of all points of a grid, one tensor for each axis of it.

    Args:
        x: the coordinates along each axis.
        indexing: "xy" (the first varies along columns) or "ij" (along rows).
    """
    if indexing not in ("xy", "ij"):
        raise ConfigError(f"meshgrid(): `indexing` must be 'xy' or 'ij'. Received: {indexing!r}.")
    parts = [ravel(part) for part in x]
    count = len(parts)
    places = list(range(count))
    if indexing == "xy" and count > 1:
        places[:2] = 1, 0
    shape: list[Any] = [None] * count
    for part, place in zip(parts, places, strict=True):
        shape[place] = shape_of(part)[0]
    spread = [reshape(part, (1,) * place + (-1,) + (1,) * (count - place - 1)) for part, place in zip(parts, places)]
    return [broadcast_to(part, tuple(shape)) for part in spread]
