"""Convolutional layers."""

from __future__ import annotations

from typing import Any

from hornbeam import activations, constraints, initializers, regularizers
from hornbeam.core import config
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.core.spec import KerasTensor
from hornbeam.layers.dense import WEIGHT_SETTINGS
from hornbeam.layers.input_spec import InputSpec
from hornbeam.layers.layer import Layer
from hornbeam.ops import move, rules_nn
from hornbeam.ops.convolution import conv, depthwise_conv


def one_per_axis(value: Any, rank: int, what: str, smallest: int = 1) -> tuple[int, ...]:
    """An int for each of `rank` spatial axes, from one int or several."""
    values = (value,) * rank if isinstance(value, int) else tuple(value) if isinstance(value, (list, tuple)) else ()
    if len(values) != rank or any(not isinstance(v, int) or v < smallest for v in values):
        raise ConfigError(f"{what} must be an int or {rank} ints of at least {smallest}, got {value!r}.")
    return values


def checked_padding(padding: Any, layer: str, allowed: tuple[str, ...] = ("valid", "same")) -> str:
    """The padding in lower case, if it is one of those allowed."""
    name = padding.lower() if isinstance(padding, str) else padding
    if name not in allowed:
        raise ConfigError(f"{layer}: padding must be one of {', '.join(map(repr, allowed))}, got {padding!r}.")
    return name


def checked_format(data_format: Any, layer: str) -> str:
    """The data format, the global one if None."""
    data_format = data_format or config.image_data_format()
    if data_format not in ("channels_last", "channels_first"):
        raise ConfigError(f"{layer}: data_format must be 'channels_last' or 'channels_first', got {data_format!r}.")
    return data_format


class Convolution(Layer):
    """What all convolutional layers share; subclasses fix `rank`."""

    rank: int
    filters: Any
    _settings = {  # noqa: RUF012
        "filters": None,
        "kernel_size": None,
        "strides": None,
        "padding": None,
        "data_format": None,
        "dilation_rate": None,
        "groups": None,
        "activation": activations,
        "use_bias": None,
        **{key: WEIGHT_SETTINGS[key] for key in ("kernel_initializer", "bias_initializer")},
        "kernel_regularizer": regularizers,
        "bias_regularizer": regularizers,
        "activity_regularizer": regularizers,
        "kernel_constraint": constraints,
        "bias_constraint": constraints,
    }

    def __init__(
        self,
        filters: Any,
        kernel_size: Any,
        strides: Any = 1,
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = 1,
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        what, rank = f"{type(self).__name__} '{self.name}'", self.rank
        if filters is not None and (not isinstance(filters, int) or filters < 1):
            raise ConfigError(f"{what}: filters must be a positive int, got {filters!r}.")
        if not isinstance(groups, int) or groups < 1 or (filters is not None and filters % groups):
            raise ConfigError(f"{what}: groups must be a positive int that divides filters={filters}, got {groups!r}.")
        self.filters = filters
        self.kernel_size = one_per_axis(kernel_size, rank, f"{what}: kernel_size")
        self.strides = one_per_axis(strides, rank, f"{what}: strides")
        allowed = ("valid", "same", "causal") if rank == 1 and type(self).__name__ == "Conv1D" else ("valid", "same")
        self.padding = checked_padding(padding, what, allowed)
        self.data_format = checked_format(data_format, what)
        self.dilation_rate = one_per_axis(dilation_rate, rank, f"{what}: dilation_rate")
        self.groups = groups
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None
        self.input_spec = InputSpec(ndim=rank + 2)

    @property
    def _channel_axis(self) -> int:
        return -1 if self.data_format == "channels_last" else 1

    def _channels(self, input_shape: Any) -> int:
        channels = input_shape[self._channel_axis]
        if channels is None:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}': the channel axis must be known, got shape {input_shape}."
            )
        return channels

    def build(self, input_shape: Any) -> None:
        channels = self._channels(input_shape)
        if channels % self.groups:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}': groups={self.groups} does not divide the {channels} channels of "
                f"the input (shape {input_shape}, data_format '{self.data_format}')."
            )
        self._declare((*self.kernel_size, channels // self.groups, self.filters), self.filters)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})

    def _declare(self, kernel_shape: tuple[int, ...], outputs: int) -> None:
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(outputs,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any) -> Any:
        padding = self.padding
        if padding == "causal":
            behind = self.dilation_rate[0] * (self.kernel_size[0] - 1)
            time = 1 if self.data_format == "channels_last" else 2
            inputs = move.pad(inputs, [(behind, 0) if axis == time else (0, 0) for axis in range(3)])
            padding = "valid"
        outputs = conv(inputs, self.kernel, self.strides, padding, self.data_format, self.dilation_rate)
        return self._finish(outputs)

    def _finish(self, outputs: Any) -> Any:
        if self.bias is not None:
            bias = self.bias.value
            if self.data_format == "channels_first":
                bias = move.reshape(bias, (-1, *(1,) * self.rank))
            outputs = outputs + bias
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        padding, shape = self.padding, list(input_shape)
        if padding == "causal":
            padding = "same"
        kernel = KerasTensor((*self.kernel_size, self._channels(input_shape) // self.groups, self.filters))
        arguments = (self.strides, padding, self.data_format, self.dilation_rate)
        return public(rules_nn.conv(KerasTensor(shape), kernel, *arguments))


_ARGUMENTS = """
    Args:
        filters: number of filters: channels of the output.
        kernel_size: sizes of the window.
        strides: steps between windows.
        padding: "valid" (windows inside the input only) or "same" (zeros around it){causal}.
        data_format: "channels_last" or "channels_first"; the global setting if None.
        dilation_rate: steps between the positions of one window.
        groups: groups of channels that do not see each other.
        activation: name or function.
        use_bias: whether a bias is added.
        kernel_initializer, bias_initializer: first values.
        kernel_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, bias_constraint: applied after each update.
"""


@export("keras.layers.Conv1D", "keras.layers.Convolution1D")
class Conv1D(Convolution):
    __doc__ = f"""Convolution over one axis, such as time: (batch, steps, channels) -> (batch, steps, filters).
{_ARGUMENTS.format(causal=', or "causal" (zeros before it: no step sees a later one)')}
    Example:
        >>> hornbeam.layers.Conv1D(8, 3)(hornbeam.ops.ones((2, 10, 4))).shape
        (2, 8, 8)
    """
    rank = 1


@export("keras.layers.Conv2D", "keras.layers.Convolution2D")
class Conv2D(Convolution):
    __doc__ = f"""Convolution over two axes: (batch, height, width, channels) -> (batch, height, width, filters).
{_ARGUMENTS.format(causal="")}
    Example:
        >>> hornbeam.layers.Conv2D(8, 3)(hornbeam.ops.ones((2, 10, 10, 4))).shape
        (2, 8, 8, 8)
    """
    rank = 2

    def __init__(
        self,
        filters: int,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        groups: int = 1,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            groups,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            kernel_regularizer,
            bias_regularizer,
            activity_regularizer,
            kernel_constraint,
            bias_constraint,
            **kwargs,
        )


@export("keras.layers.DepthwiseConv2D")
class DepthwiseConv2D(Convolution):
    """Convolution of each channel by itself: (batch, height, width, channels) -> (..., channels * depth_multiplier).

    Args:
        kernel_size, strides, padding, data_format, dilation_rate, activation, use_bias: as in `Conv2D`.
        depth_multiplier: filters for each channel.
        depthwise_initializer, bias_initializer: first values.
        depthwise_regularizer, bias_regularizer, activity_regularizer: add losses.
        depthwise_constraint, bias_constraint: applied after each update.

    Example:
        >>> hornbeam.layers.DepthwiseConv2D(3)(hornbeam.ops.ones((2, 10, 10, 4))).shape
        (2, 8, 8, 4)
    """

    rank = 2
    _settings = {  # noqa: RUF012
        "depth_multiplier": None,
        **{key: room for key, room in Convolution._settings.items() if "kernel_" not in key or key == "kernel_size"},
        "depthwise_initializer": initializers,
        "depthwise_regularizer": regularizers,
        "depthwise_constraint": constraints,
    }
    _settings.pop("filters")
    _settings.pop("groups")

    def __init__(
        self,
        kernel_size: Any,
        strides: Any = (1, 1),
        padding: str = "valid",
        depth_multiplier: int = 1,
        data_format: str | None = None,
        dilation_rate: Any = (1, 1),
        activation: Any = None,
        use_bias: bool = True,
        depthwise_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        depthwise_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        depthwise_constraint: Any = None,
        bias_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            None,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            1,
            activation,
            use_bias,
            depthwise_initializer,
            bias_initializer,
            depthwise_regularizer,
            bias_regularizer,
            activity_regularizer,
            depthwise_constraint,
            bias_constraint,
            **kwargs,
        )
        if not isinstance(depth_multiplier, int) or depth_multiplier < 1:
            raise ConfigError(
                f"DepthwiseConv2D '{self.name}': depth_multiplier must be a positive int, got {depth_multiplier!r}."
            )
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = self.kernel_initializer
        self.depthwise_regularizer = self.kernel_regularizer
        self.depthwise_constraint = self.kernel_constraint

    def build(self, input_shape: Any) -> None:
        channels = self._channels(input_shape)
        self._declare((*self.kernel_size, channels, self.depth_multiplier), channels * self.depth_multiplier)
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})

    def call(self, inputs: Any) -> Any:
        return self._finish(
            depthwise_conv(inputs, self.kernel, self.strides, self.padding, self.data_format, self.dilation_rate)
        )

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        kernel = KerasTensor((*self.kernel_size, self._channels(input_shape), self.depth_multiplier))
        arguments = (self.strides, self.padding, self.data_format, self.dilation_rate)
        return public(rules_nn.depthwise_conv(KerasTensor(list(input_shape)), kernel, *arguments))
