"""Pooling layers."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.layers.convolution import checked_format, checked_padding, one_per_axis
from hornbeam.layers.input_spec import InputSpec
from hornbeam.layers.layer import Layer
from hornbeam.ops import elementwise, move, reduce
from hornbeam.ops.convolution import average_pool, max_pool


class Pooling(Layer):
    """What pooling over windows shares; subclasses fix `rank` and `operation`."""

    rank: int
    operation: Any
    _settings = {name: None for name in ("pool_size", "padding", "strides", "data_format")}  # noqa: RUF012

    def __init__(
        self,
        pool_size: Any,
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        what = f"{type(self).__name__} '{self.name}'"
        self.pool_size = one_per_axis(pool_size, self.rank, f"{what}: pool_size")
        self.strides = one_per_axis(self.pool_size if strides is None else strides, self.rank, f"{what}: strides")
        self.padding = checked_padding(padding, what)
        self.data_format = checked_format(data_format, what)
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def call(self, inputs: Any) -> Any:
        return type(self).operation(inputs, self.pool_size, self.strides, self.padding, self.data_format)


@export("keras.layers.MaxPooling2D", "keras.layers.MaxPool2D")
class MaxPooling2D(Pooling):
    """Largest value of each window: (batch, height, width, channels) -> (batch, windows, windows, channels).

    Args:
        pool_size: height and width of the window.
        strides: steps between windows; `pool_size` if None.
        padding: "valid" or "same".
        data_format: "channels_last" or "channels_first"; the global setting if None.

    Example:
        >>> hornbeam.layers.MaxPooling2D()(hornbeam.ops.ones((1, 4, 4, 3))).shape
        (1, 2, 2, 3)
    """

    rank = 2
    operation = staticmethod(max_pool)

    def __init__(
        self,
        pool_size: Any = (2, 2),
        strides: Any = None,
        padding: str = "valid",
        data_format: str | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(pool_size, strides, padding, data_format, name, **kwargs)


@export("keras.layers.AveragePooling2D", "keras.layers.AvgPool2D")
class AveragePooling2D(Pooling):
    """Mean of each window: (batch, height, width, channels) -> (batch, windows, windows, channels).

    Args:
        pool_size: height and width of the window.
        strides: steps between windows; `pool_size` if None.
        padding: "valid" or "same"; padding does not count in the mean.
        data_format: "channels_last" or "channels_first"; the global setting if None.

    Example:
        >>> hornbeam.layers.AveragePooling2D(2)(hornbeam.ops.ones((1, 4, 4, 3))).shape
        (1, 2, 2, 3)
    """

    rank = 2
    operation = staticmethod(average_pool)


class GlobalPooling(Layer):
    """What pooling over all positions shares; subclasses fix `rank`."""

    rank: int
    _settings = {"data_format": None, "keepdims": None}  # noqa: RUF012

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.data_format = checked_format(data_format, f"{type(self).__name__} '{self.name}'")
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def _axes(self) -> tuple[int, ...]:
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def call(self, inputs: Any) -> Any:
        return reduce.mean(inputs, self._axes(), self.keepdims)


@export("keras.layers.GlobalAveragePooling1D", "keras.layers.GlobalAvgPool1D")
class GlobalAveragePooling1D(GlobalPooling):
    """Mean over the steps, of which a mask may leave some out: (batch, steps, features) -> (batch, features).

    Args:
        data_format: "channels_last", or "channels_first" for (batch, features, steps).
        keepdims: keep the axis of the steps, with size 1.

    Example:
        >>> hornbeam.layers.GlobalAveragePooling1D()(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 3)
    """

    rank = 1

    def __init__(self, data_format: str | None = None, keepdims: bool = False, **kwargs: Any) -> None:
        super().__init__(data_format, keepdims, **kwargs)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is None:
            return super().call(inputs)
        (steps,) = self._axes()
        weights = elementwise.cast(mask, self.compute_dtype)
        weights = move.expand_dims(weights, 2 if steps == 1 else 1)
        total = reduce.sum(inputs * weights, steps, self.keepdims)
        return total / elementwise.maximum(reduce.sum(weights, steps, self.keepdims), 1e-7)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        return None


@export("keras.layers.GlobalAveragePooling2D", "keras.layers.GlobalAvgPool2D")
class GlobalAveragePooling2D(GlobalPooling):
    """Mean over height and width: (batch, height, width, channels) -> (batch, channels).

    Args:
        data_format: "channels_last" or "channels_first"; the global setting if None.
        keepdims: keep the two axes, with size 1.

    Example:
        >>> hornbeam.layers.GlobalAveragePooling2D()(hornbeam.ops.ones((2, 5, 5, 3))).shape
        (2, 3)
    """

    rank = 2


__all__ = ["AveragePooling2D", "GlobalAveragePooling1D", "GlobalAveragePooling2D", "MaxPooling2D"]
