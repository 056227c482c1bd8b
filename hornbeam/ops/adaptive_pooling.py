"""Pooling to a size: the windows follow from how many of them are wanted.

Window i of `out` over an axis of size n goes from floor(i n / out) to ceil((i + 1) n / out); neighbours may overlap.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.dtype import is_bool
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, divide, dtype_of, less, minimum, where
from hornbeam.ops.index import take
from hornbeam.ops.move import reshape
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.reduce import max as max_
from hornbeam.ops.reduce import mean
from hornbeam.ops.reduce import sum as sum_
from hornbeam.ops.rules_nn import floats, geometry, per_axis


@export("keras.ops.adaptive_average_pool", "keras.ops.nn.adaptive_average_pool")
@composite(dtype=floats)
def adaptive_average_pool(inputs: Tensor, output_size: Any, data_format: str | None = None) -> Tensor:
    """Mean of each of so many windows, channel by channel.

    Args:
        inputs: (batch, spatial..., channels), or channels first; any number of spatial axes.
        output_size: number of windows along each spatial axis: an int for all, or one for each.
        data_format: "channels_last", "channels_first" or None.

    Example:
        >>> hornbeam.ops.adaptive_average_pool(hornbeam.ops.ones((1, 7, 5, 3)), 2).shape
        (1, 2, 2, 3)
    """

    def average(windows: Any, axis: int, lengths: Any) -> Any:
        if lengths is None:
            return mean(windows, axis)
        places = like(windows, "arange", 0, shape_of(windows)[axis], 1, "int32")
        after = (1,) * (len(shape_of(windows)) - axis - 1)
        lengths = reshape(lengths, (-1, 1, *after))
        inside = where(less(reshape(places, (-1, *after)), lengths), windows, 0.0)
        return divide(sum_(inside, axis), cast(lengths[:, 0], dtype_of(windows)))

    return _pooled(inputs, output_size, data_format, average)


@export("keras.ops.adaptive_max_pool", "keras.ops.nn.adaptive_max_pool")
@composite
def adaptive_max_pool(inputs: Tensor, output_size: Any, data_format: str | None = None) -> Tensor:
    """Largest value of each of so many windows, channel by channel: see `adaptive_average_pool`.

    Example:
        >>> hornbeam.ops.adaptive_max_pool(hornbeam.ops.ones((1, 7, 5, 3)), (2, 3)).shape
        (1, 2, 3, 3)
    """
    if is_bool(dtype_of(inputs)):
        return cast(_pooled(cast(inputs, "uint8"), output_size, data_format, lambda x, axis, _: max_(x, axis)), "bool")
    return _pooled(inputs, output_size, data_format, lambda windows, axis, _: max_(windows, axis))


def _pooled(x: Any, output_size: Any, data_format: str | None, reduce: Callable[[Any, int, Any], Any]) -> Any:
    """`reduce(windows, axis, lengths)` one spatial axis after the other; `lengths` is None where all are equal."""
    ndim = len(shape_of(x))
    if ndim < 3:
        raise ShapeError(
            "Adaptive pooling needs a batch axis, a channels axis and one spatial axis or more, "
            f"got inputs of shape {shapes.public(shape_of(x))}."
        )
    wanted = per_axis(output_size, ndim - 2, "output_size")
    if min(wanted) < 1:
        raise ConfigError(f"Adaptive pooling: `output_size` must be positive. Received: {output_size!r}.")
    first = 1 if geometry(ndim - 2, 1, "valid", data_format).channels_last else 2
    for axis, count in enumerate(wanted, first):
        windows, lengths = _windows(x, axis, count)
        x = reduce(windows, axis + 1, lengths)
    return x


def _windows(x: Any, axis: int, count: int) -> tuple[Any, Any]:
    """The axis as two: windows, and the elements of each; with the windows' lengths where they differ.

    A window shorter than the longest repeats its last element.
    """
    sizes = shape_of(x)
    size = sizes[axis]
    if type(size) is int and size == 0:
        raise ShapeError(f"Adaptive pooling: axis {axis} of inputs of shape {shapes.public(sizes)} has no elements.")
    if count == 1 or (type(size) is int and size % count == 0):
        return reshape(x, (*sizes[:axis], count, size // count, *sizes[axis + 1 :])), None
    if type(size) is int:
        longest = max(-(-(i + 1) * size // count) - i * size // count for i in range(count))
    else:
        longest = (size - 1) // count + 2
    window = like(x, "arange", 0, count, 1, "int32")
    # the size as a tensor: it may be unknown
    total = like(x, "full", (), size, "int32")
    begin = window * total // count
    end = ((window + 1) * total + (count - 1)) // count
    places = begin[:, None] + like(x, "arange", 0, longest, 1, "int32")
    return take(x, minimum(places, end[:, None] - 1), axis), end - begin
