"""Layers that move elements and change none."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.layers.convolution import checked_format
from hornbeam.layers.input_spec import InputSpec
from hornbeam.layers.layer import Layer
from hornbeam.ops import create, move


@export("keras.layers.Flatten")
class Flatten(Layer):
    """All axes but the batch in one: (batch, a, b, ...) -> (batch, a * b * ...).

    Args:
        data_format: with "channels_first" the channels are moved behind first.

    Example:
        >>> hornbeam.layers.Flatten()(hornbeam.ops.ones((2, 3, 4))).shape
        (2, 12)
    """

    _settings = {"data_format": None}  # noqa: RUF012

    def __init__(self, data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = checked_format(data_format, f"Flatten '{self.name}'")
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs: Any) -> Any:
        ndim = len(inputs.shape)
        if self.data_format == "channels_first" and ndim > 2:
            inputs = move.transpose(inputs, (0, *range(2, ndim), 1))
        if all(isinstance(size, int) for size in inputs.shape[1:]):
            return move.reshape(inputs, (-1, math.prod(inputs.shape[1:])))
        return move.reshape(inputs, (create.shape(inputs)[0], -1))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        rest = tuple(input_shape[1:])
        return (input_shape[0], None if None in rest else math.prod(rest))


@export("keras.layers.Reshape")
class Reshape(Layer):
    """The elements of each sample in another shape.

    Args:
        target_shape: sizes without the batch; one may be -1 (or None), which is worked out.

    Example:
        >>> hornbeam.layers.Reshape((2, 6))(hornbeam.ops.ones((5, 12))).shape
        (5, 2, 6)
    """

    _settings = {"target_shape": None}  # noqa: RUF012

    def __init__(self, target_shape: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        sizes = (target_shape,) if isinstance(target_shape, int) else tuple(target_shape)
        self.target_shape = tuple(-1 if size is None else size for size in sizes)
        if self.target_shape.count(-1) > 1:
            raise ConfigError(f"Reshape '{self.name}': only one size can be -1, got target_shape={sizes}.")

    def call(self, inputs: Any) -> Any:
        return move.reshape(inputs, (create.shape(inputs)[0], *self.target_shape))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        rest = tuple(input_shape[1:])
        known = math.prod(size for size in self.target_shape if size != -1)
        if None in rest or -1 not in self.target_shape:
            return (input_shape[0], *(None if size == -1 else size for size in self.target_shape))
        if not known or math.prod(rest) % known:
            raise ShapeError(f"Reshape '{self.name}': {rest} has {math.prod(rest)} elements, not {self.target_shape}.")
        return (input_shape[0], *(math.prod(rest) // known if size == -1 else size for size in self.target_shape))


@export("keras.layers.Permute")
class Permute(Layer):
    """The axes of each sample in another order.

    Args:
        dims: the order, counted from 1; the batch is axis 0 and stays.

    Example:
        >>> hornbeam.layers.Permute((2, 1))(hornbeam.ops.ones((5, 3, 4))).shape
        (5, 4, 3)
    """

    _settings = {"dims": None}  # noqa: RUF012

    def __init__(self, dims: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dims = tuple(dims)
        if sorted(self.dims) != list(range(1, len(self.dims) + 1)):
            raise ConfigError(f"Permute '{self.name}': dims must hold each of 1 to {len(self.dims)} once, got {dims}.")
        self.input_spec = InputSpec(ndim=len(self.dims) + 1)

    def call(self, inputs: Any) -> Any:
        return move.transpose(inputs, (0, *self.dims))


@export("keras.layers.ZeroPadding2D")
class ZeroPadding2D(Layer):
    """Zeros around height and width.

    Args:
        padding: one int for all sides, (height, width), or ((top, bottom), (left, right)).
        data_format: "channels_last" or "channels_first"; the global setting if None.

    Example:
        >>> hornbeam.layers.ZeroPadding2D(1)(hornbeam.ops.ones((1, 2, 2, 3))).shape
        (1, 4, 4, 3)
    """

    _settings = {"padding": None, "data_format": None}  # noqa: RUF012

    def __init__(self, padding: Any = (1, 1), data_format: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        sides = (padding, padding) if isinstance(padding, int) else tuple(padding)
        pairs = tuple((side, side) if isinstance(side, int) else tuple(side) for side in sides)
        if len(pairs) != 2 or any(
            len(pair) != 2 or any(not isinstance(n, int) or n < 0 for n in pair) for pair in pairs
        ):
            raise ConfigError(
                f"ZeroPadding2D '{self.name}': padding is an int, two ints, or two pairs of ints, got {padding!r}."
            )
        self.padding = pairs
        self.data_format = checked_format(data_format, f"ZeroPadding2D '{self.name}'")
        self.input_spec = InputSpec(ndim=4)

    def call(self, inputs: Any) -> Any:
        spatial = [tuple(pair) for pair in self.padding]
        none = (0, 0)
        return move.pad(
            inputs, [none, *spatial, none] if self.data_format == "channels_last" else [none, none, *spatial]
        )
