"""Indexing: reading and writing elements by position, one-hot codes, segments."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import config
from hornbeam.core import shape as shapes
from hornbeam.core.dtype import is_complex, is_floating, is_integer
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError, UnknownDimError
from hornbeam.core.export import export
from hornbeam.core.spec import KerasTensor, operators
from hornbeam.ops import dtypes, rules
from hornbeam.ops.create import backend_beside, like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, dtype_of, equal, floor_divide, imag, logical_and, mod, real, where
from hornbeam.ops.move import expand_dims, ravel, reshape, stack
from hornbeam.ops.op import Axis, DType, Tensor, composite, operations, primitive
from hornbeam.ops.reduce import any as any_
from hornbeam.ops.reduce import max as max_


@export("keras.ops.get_item", "keras.ops.numpy.get_item")
@primitive(rule=rules.get_item)
def get_item(x: Tensor, key: Any) -> Tensor:
    """x[key], as NumPy indexes: ints, slices, None, Ellipsis, integer or boolean tensors, and tuples of these."""


@export("keras.ops.take", "keras.ops.numpy.take")
@primitive(rule=rules.take, dtype=dtypes.taken)
def take(x: Tensor, indices: Tensor, axis: Axis = None) -> Tensor:
    """The slices at positions along an axis; of the flat tensor if None.

    Args:
        indices: whole numbers of any shape; negative ones count from the end. Outside the tensor there is nothing to
            take: an error on engines that check, else undefined.

    Example:
        >>> hornbeam.ops.take([10, 20, 30], [2, 0])
        array([30, 10], dtype=int32)
    """


@export("keras.ops.take_along_axis", "keras.ops.numpy.take_along_axis")
@primitive(rule=rules.take_along_axis, promote=())
def take_along_axis(x: Tensor, indices: Tensor, axis: Axis = None) -> Tensor:
    """One element for each index, at its own place in the other axes; of the flat tensor if the axis is None.

    Example:
        >>> hornbeam.ops.take_along_axis([[10, 20], [30, 40]], [[1], [0]], axis=1)
        array([[20],
               [30]], dtype=int32)
    """


@export("keras.ops.slice")
@primitive(rule=rules.slice_, strict=True)
def slice(inputs: Tensor, start_indices: Any, shape: Any) -> Tensor:
    """The block of a known shape that begins at a position.

    Args:
        start_indices: a position along each axis: a sequence of ints and scalar tensors, or a tensor.
        shape: the block's sizes.
    """


@export("keras.ops.slice_update")
@primitive(rule=rules.slice_update, promote=(), strict=True)
def slice_update(inputs: Tensor, start_indices: Any, updates: Tensor) -> Tensor:
    """The tensor with a block replaced, from a position on.

    Args:
        start_indices: a position along each axis: a sequence of ints and scalar tensors, or a tensor.
        updates: the block, with as many axes as `inputs`; it must lie inside.
    """


REDUCTIONS = (None, "add", "max", "min", "mul")


@export("keras.ops.scatter_update")
@composite
def scatter_update(inputs: Tensor, indices: Tensor, updates: Tensor, reduction: str | None = None) -> Tensor:
    """The tensor with elements (or slices) replaced at positions.

    Args:
        indices: positions along its last axis: shape (..., depth), for the first `depth` axes of `inputs`.
        updates: what goes there: shape (..., *inputs.shape[depth:]).
        reduction: how it meets what is there: None replaces, or "add", "max", "min", "mul".

    Example:
        >>> hornbeam.ops.scatter_update([1, 2, 3], [[0], [2]], [10, 30])
        array([10,  2, 30], dtype=int32)
    """
    if reduction not in REDUCTIONS:
        raise ConfigError(f"scatter_update(): `reduction` must be one of {REDUCTIONS}. Received: {reduction!r}.")
    if reduction in ("max", "min"):
        _ordered("scatter_update", reduction, inputs)
    if not is_integer(dtype_of(indices)):
        indices = cast(indices, "int32")
    if dtype_of(updates) != dtype_of(inputs):
        updates = cast(updates, dtype_of(inputs))
    return scattered(inputs, indices, updates, reduction)


def _ordered(what: str, reduction: str, x: Any) -> None:
    if is_complex(dtype_of(x)):
        raise DtypeError(f"{what}(): `{reduction}` needs real numbers. Received: dtype {dtype_of(x)}.")


@primitive(rule=rules.scatter_update, promote=())
def scattered(inputs: Tensor, indices: Tensor, updates: Tensor, reduction: str | None) -> Tensor:
    """`scatter_update` with whole indices and updates of the dtype of the inputs."""


@export("keras.ops.scatter")
@composite
def scatter(indices: Tensor, values: Tensor, shape: Any) -> Tensor:
    """Zeros of a shape with values added at positions; values for one position add up.

    Args:
        indices: positions along the last axis, as in `scatter_update`.

    Example:
        >>> hornbeam.ops.scatter([[0], [2], [2]], [1.0, 2.0, 3.0], (4,))
        array([1., 0., 5., 0.], dtype=float32)
    """
    return scatter_update(like(values, "full", tuple(shape), 0, dtype_of(values)), indices, values, "add")


@export("keras.ops.nonzero", "keras.ops.numpy.nonzero")
@primitive(rule=rules.nonzero)
def nonzero(x: Tensor) -> Any:
    """Positions of the elements that are not 0: one int32 vector for each axis.

    Raises:
        UnknownDimError: x is symbolic; how many there are depends on values.
    """


@export("keras.ops.unravel_index", "keras.ops.numpy.unravel_index")
@composite
def unravel_index(indices: Tensor, shape: Any) -> Any:
    """Positions in the flat tensor as positions along each axis of a shape."""
    found = []
    for size in reversed(tuple(shape)):
        found.append(mod(indices, size))
        indices = floor_divide(indices, size)
    return tuple(reversed(found))


# Codes


@export("keras.ops.one_hot", "keras.ops.nn.one_hot")
@composite(axis_of=lambda ndim: ndim + 1)
def one_hot(x: Tensor, num_classes: int, axis: Axis = -1, dtype: DType = None, sparse: bool = False) -> Tensor:
    """A 1 at the place that each number names along a new axis of size num_classes, else 0.

    Args:
        x: whole numbers; those outside [0, num_classes) give zeros only.
        dtype: floatx if None.
        sparse: accepted as in Keras; the result is dense.

    Example:
        >>> hornbeam.ops.one_hot([0, 2], 3)
        array([[1., 0., 0.],
               [0., 0., 1.]], dtype=float32)
    """
    assert axis is not None
    rules.count("one_hot(): `num_classes`", num_classes)
    x = x if is_integer(dtype_of(x)) else cast(x, "int32")
    classes = like(x, "arange", 0, num_classes, 1, dtype_of(x))
    classes = reshape(classes, (-1,) + (1,) * (len(shape_of(x)) - axis))
    return cast(equal(expand_dims(x, axis), classes), dtype or config.floatx())


@export("keras.ops.multi_hot", "keras.ops.nn.multi_hot")
def multi_hot(
    inputs: Any, num_classes: int | None = None, axis: int = -1, dtype: Any = None, sparse: bool = False, **kwargs: Any
) -> Any:
    """A 1 at each place that some number of the second axis (or the only one) names, else 0.

    Args:
        inputs: whole numbers, such as (batch, length).
        num_classes: number of places.
        dtype: floatx if None.
        sparse: accepted as in Keras; the result is dense.
        kwargs: `num_tokens`, an older name of `num_classes`.

    Example:
        >>> hornbeam.ops.multi_hot([[0, 2, 2]], 4)
        array([[1., 0., 1., 0.]], dtype=float32)
    """
    tokens = kwargs.pop("num_tokens", None)
    if kwargs:
        raise TypeError(f"multi_hot() has no argument {sorted(kwargs)[0]!r}.")
    num_classes = tokens if num_classes is None else num_classes
    if num_classes is None:
        raise ConfigError("multi_hot() needs `num_classes`: the number of places.")
    return _multi_hot(inputs, num_classes, axis, dtype)


@composite(name="multi_hot")
def _multi_hot(inputs: Tensor, num_classes: int, axis: int, dtype: DType) -> Tensor:
    over = 1 if len(shape_of(inputs)) > 1 else 0
    return max_(one_hot(inputs, num_classes, axis, dtype), over, initial=0)


multi_hot.op = operations["multi_hot"]
operators["multi_hot"] = multi_hot


# Segments


@export("keras.ops.segment_sum")
@composite
def segment_sum(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Sums of the rows that share a segment; 0 for a segment without rows.

    Args:
        data: rows along the first axis.
        segment_ids: the segment of each row; rows outside [0, num_segments) count nowhere.
        num_segments: how many there are; None looks at the ids, which needs their values.
        sorted: whether the ids ascend; makes some engines faster.

    Example:
        >>> hornbeam.ops.segment_sum([1.0, 2.0, 4.0], [0, 0, 2], 3)
        array([3., 0., 4.], dtype=float32)
    """
    return _segments(data, segment_ids, num_segments, 0, "add")


@export("keras.ops.segment_max")
@composite
def segment_max(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Largest of the rows that share a segment; -inf (or the smallest whole number) for one without rows."""
    return _segments(data, segment_ids, num_segments, _end(dtype_of(data), -1), "max")


@export("keras.ops.segment_min")
@composite
def segment_min(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Smallest of the rows that share a segment; inf (or the largest whole number) for one without rows."""
    return _segments(data, segment_ids, num_segments, _end(dtype_of(data), 1), "min")


@export("keras.ops.segment_prod")
@composite
def segment_prod(data: Tensor, segment_ids: Tensor, num_segments: int | None = None, sorted: bool = False) -> Tensor:
    """Product of the rows that share a segment; 1 for a segment without rows."""
    return _segments(data, segment_ids, num_segments, 1, "mul")


def _end(dtype: str, direction: int) -> Any:
    """The end of a dtype's numbers: largest for direction 1, smallest for -1."""
    if is_floating(dtype):
        return direction * math.inf
    bits = int(dtype.lstrip("uint")) if is_integer(dtype) else 1
    unsigned = not dtype.startswith("int")
    if direction > 0:
        return 2**bits - 1 if unsigned else 2 ** (bits - 1) - 1
    return 0 if unsigned else -(2 ** (bits - 1))


def _segments(data: Any, ids: Any, num_segments: Any, start: Any, reduction: str) -> Any:
    if reduction in ("max", "min"):
        _ordered("Segments", reduction, data)
    sizes, rows = shape_of(ids), shape_of(data)[:1]
    if len(sizes) != 1 or not shapes.agree(sizes, rows):
        raise ShapeError(
            "Segments: `segment_ids` must have one axis, with a number for each row of `data`. Received: "
            f"segment_ids of shape {shapes.public(sizes)}, data of shape {shapes.public(shape_of(data))}."
        )
    if num_segments is not None:
        rules.count("Segments: `num_segments`", num_segments)
    if num_segments is None:
        if isinstance(ids, KerasTensor):
            raise UnknownDimError(
                "Segments of a symbolic tensor: give `num_segments=`, their number depends on values."
            )
        backend = backend_beside(ids)
        if backend.is_traced(ids):
            raise UnknownDimError("Segments inside a compiled function: give `num_segments=`, it depends on values.")
        found = backend.to_numpy(ids)
        num_segments = int(found.max()) + 1 if found.size else 0
    ids = cast(ids, "int32")
    # one row more takes what counts nowhere
    inside = logical_and(ids >= 0, ids < num_segments)
    ids = where(inside, ids, num_segments)
    rows = like(data, "full", (num_segments + 1, *shape_of(data)[1:]), start, dtype_of(data))
    return scattered(rows, expand_dims(ids, -1), data, reduction)[:num_segments]


@export("keras.ops.isin", "keras.ops.numpy.isin")
@composite(dtype=dtypes.boolean)
def isin(x1: Tensor, x2: Tensor, assume_unique: bool = False, invert: bool = False) -> Tensor:
    """Whether each element of x1 stands somewhere in x2.

    Args:
        assume_unique: accepted as in Keras; it changes nothing.
        invert: tell whether it does not, instead.
    """
    found = any_(equal(expand_dims(x1, -1), ravel(x2)), -1)
    return equal(found, False) if invert else found


# Complex numbers as pairs


@export("keras.ops.view_as_complex")
@primitive(rule=rules.complex_pair, dtype=dtypes.real(dtypes.pair), strict=True)
def view_as_complex(x: Tensor) -> Tensor:
    """Complex numbers from pairs along the last axis: real and imaginary part."""


@export("keras.ops.view_as_real")
@composite
def view_as_real(x: Tensor) -> Tensor:
    """Complex numbers as pairs along a new last axis: real and imaginary part."""
    return stack([real(x), imag(x)], -1)
