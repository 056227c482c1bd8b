"""Convolutions and pooling, for any number of spatial axes.

`data_format` None is `hornbeam.config.image_data_format()`: "channels_last" is (batch, spatial..., channels),
"channels_first" (batch, channels, spatial...). `padding` "same" pads with zeros so that a stride of 1 keeps the sizes;
what cannot be split evenly goes behind.
"""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.ops import rules_nn
from hornbeam.ops.dtypes import numeric, real, same
from hornbeam.ops.op import Tensor, composite, primitive
from hornbeam.ops.rules_nn import floats, sums

IntOrInts = Any  # an int for all spatial axes, or one for each


@export("keras.ops.conv", "keras.ops.nn.conv")
@primitive(rule=rules_nn.conv, dtype=sums)
def conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: IntOrInts = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: IntOrInts = 1,
) -> Tensor:
    """Convolution (cross-correlation, as everywhere in deep learning) with a bank of filters.

    A kernel for fewer channels than the inputs have makes a grouped convolution: with `channels / in` groups, each
    group of filters sees its own channels.

    Args:
        inputs: (batch, spatial..., channels), or channels first.
        kernel: (spatial..., in, filters) in both layouts.
        strides: steps between windows.
        padding: "valid" or "same".
        data_format: "channels_last", "channels_first" or None.
        dilation_rate: steps between the inputs of one window.

    Raises:
        ShapeError: the channels do not fit the kernel, or no window fits.

    Example:
        >>> hornbeam.ops.conv(hornbeam.ops.ones((1, 4, 4, 3)), hornbeam.ops.ones((3, 3, 3, 8))).shape
        (1, 2, 2, 8)
    """


@export("keras.ops.depthwise_conv", "keras.ops.nn.depthwise_conv")
@primitive(rule=rules_nn.depthwise_conv, dtype=sums)
def depthwise_conv(
    inputs: Tensor,
    kernel: Tensor,
    strides: IntOrInts = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: IntOrInts = 1,
) -> Tensor:
    """Convolution of each channel with filters of its own.

    Args:
        inputs: (batch, spatial..., channels), or channels first.
        kernel: (spatial..., channels, multiplier); the result has channels * multiplier channels, those of one input
            channel side by side.
        strides, padding, data_format, dilation_rate: as in `conv`.

    Example:
        >>> hornbeam.ops.depthwise_conv(hornbeam.ops.ones((1, 4, 4, 3)), hornbeam.ops.ones((3, 3, 3, 2))).shape
        (1, 2, 2, 6)
    """


@export("keras.ops.separable_conv", "keras.ops.nn.separable_conv")
@composite(dtype=sums)
def separable_conv(
    inputs: Tensor,
    depthwise_kernel: Tensor,
    pointwise_kernel: Tensor,
    strides: IntOrInts = 1,
    padding: str = "valid",
    data_format: str | None = None,
    dilation_rate: IntOrInts = 1,
) -> Tensor:
    """A `depthwise_conv`, then a `conv` with windows of one position that mixes the channels.

    Args:
        inputs: (batch, spatial..., channels), or channels first.
        depthwise_kernel: (spatial..., channels, multiplier).
        pointwise_kernel: (1..., channels * multiplier, filters).
        strides, padding, data_format, dilation_rate: of the depthwise part, as in `conv`.

    Example:
        >>> ones = hornbeam.ops.ones
        >>> hornbeam.ops.separable_conv(ones((1, 4, 4, 3)), ones((3, 3, 3, 2)), ones((1, 1, 6, 5))).shape
        (1, 2, 2, 5)
    """
    spread = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format, dilation_rate)
    return conv(spread, pointwise_kernel, 1, "valid", data_format, 1)


@export("keras.ops.conv_transpose", "keras.ops.nn.conv_transpose")
@primitive(rule=rules_nn.conv_transpose, dtype=sums)
def conv_transpose(
    inputs: Tensor,
    kernel: Tensor,
    strides: IntOrInts = 1,
    padding: str = "valid",
    output_padding: IntOrInts = None,
    data_format: str | None = None,
    dilation_rate: IntOrInts = 1,
) -> Tensor:
    """The gradient of a `conv` with respect to its inputs: each input position adds a window to the result.

    Args:
        inputs: (batch, spatial..., channels), or channels first.
        kernel: (spatial..., filters, channels).
        strides: steps between the windows in the result.
        padding: "valid", or "same" for sizes times strides.
        output_padding: positions added at the end of each spatial axis; None for the sizes named above.
        data_format, dilation_rate: as in `conv`.

    Example:
        >>> ones = hornbeam.ops.ones
        >>> hornbeam.ops.conv_transpose(ones((1, 4, 4, 3)), ones((3, 3, 8, 3)), 2, "same").shape
        (1, 8, 8, 8)
    """


@export("keras.ops.max_pool", "keras.ops.nn.max_pool")
@primitive(rule=rules_nn.pool, dtype=numeric(real(same)))
def max_pool(
    inputs: Tensor,
    pool_size: IntOrInts,
    strides: IntOrInts = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Largest value of each window, channel by channel.

    Args:
        inputs: (batch, spatial..., channels), or channels first.
        pool_size: sizes of the window.
        strides: steps between windows; None for `pool_size`.
        padding: "valid" or "same"; padding never wins.
        data_format: as in `conv`.

    Example:
        >>> hornbeam.ops.max_pool(hornbeam.ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 3)
    """


@export("keras.ops.average_pool", "keras.ops.nn.average_pool")
@primitive(rule=rules_nn.pool, dtype=floats)
def average_pool(
    inputs: Tensor,
    pool_size: IntOrInts,
    strides: IntOrInts = None,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Mean of each window, channel by channel; padding does not count.

    Args:
        inputs: (batch, spatial..., channels), or channels first.
        pool_size: sizes of the window.
        strides: steps between windows; None for `pool_size`.
        padding: "valid" or "same".
        data_format: as in `conv`.

    Example:
        >>> hornbeam.ops.average_pool(hornbeam.ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 3)
    """
