"""Colours: conversions between colour spaces, and how alike two images look."""

from __future__ import annotations

from typing import Any

from hornbeam.core.dtype import is_floating
from hornbeam.core.errors import DtypeError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops import pixels
from hornbeam.ops.elementwise import absolute, cast, clip, dtype_of, equal, square, where
from hornbeam.ops.move import concatenate, split
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.patches import smoothed
from hornbeam.ops.reduce import max, mean, min
from hornbeam.ops.rules_nn import per_axis


def channels_of(images: Any, axes: pixels.Layout, floats: bool = True) -> Any:
    """The three channels one by one, each with its axis of size 1, as they are computed."""
    if images.shape[axes.channels] not in (3, None):
        raise ShapeError(
            f"Colours need 3 channels. Received: {images.shape[axes.channels]} channels (axis "
            f"{axes.channels}) in shape {tuple(images.shape)}."
        )
    if floats and not is_floating(dtype_of(images)):
        raise DtypeError(f"Colours are floats between 0 and 1. Received: {dtype_of(images)}; divide by 255 first.")
    return split(pixels.in_float(images), 3, axes.channels)


@export("keras.ops.image.rgb_to_grayscale")
@composite(name="image.rgb_to_grayscale")
def rgb_to_grayscale(images: Tensor, data_format: str | None = None) -> Tensor:
    """0.2989 red + 0.587 green + 0.114 blue (ITU-R BT.601). Whole numbers lose what comes after the point.

    Args:
        images: (batch, height, width, channels) or one image, or channels first; with one channel they stay.

    Raises:
        ShapeError: no images, or neither 3 channels nor 1.

    Example:
        >>> hornbeam.ops.image.rgb_to_grayscale([[[1.0, 0.0, 0.0]]])
        array([[[0.2989]]], dtype=float32)
    """
    axes = pixels.layout(images, data_format)
    if images.shape[axes.channels] == 1:
        return images
    red, green, blue = channels_of(images, axes, floats=False)
    return pixels.restored(red * 0.2989 + green * 0.587 + blue * 0.114, dtype_of(images), rounded=False)


@export("keras.ops.image.rgb_to_hsv")
@composite(name="image.rgb_to_hsv")
def rgb_to_hsv(images: Tensor, data_format: str | None = None) -> Tensor:
    """Hue (0 red, 1/3 green, 2/3 blue), saturation and value of colours between 0 and 1.

    Source: Smith, "Color gamut transform pairs" (1978).

    Args:
        images: floats (batch, height, width, 3) or one image, or channels first.

    Raises:
        ShapeError, DtypeError: no images with 3 channels; whole numbers.

    Example:
        >>> hornbeam.ops.image.rgb_to_hsv([[[0.0, 0.0, 0.5]]])[0, 0, 1:]
        array([1. , 0.5], dtype=float32)
    """
    axes = pixels.layout(images, data_format)
    red, green, blue = channels_of(images, axes)
    x = pixels.in_float(images)
    value = max(x, axes.channels, keepdims=True)
    spread = value - min(x, axes.channels, keepdims=True)
    grey, black = equal(spread, 0.0), value <= 0.0
    sixth = (1 / 6) / where(grey, 1.0, spread)
    by_red = (green - blue) * sixth + cast(green < blue, dtype_of(x))
    other = where(equal(value, green), (blue - red) * sixth + 1 / 3, (red - green) * sixth + 2 / 3)
    hue = where(grey, 0.0, where(equal(value, red), by_red, other))
    saturation = where(black, 0.0, spread / where(black, 1.0, value))
    return pixels.restored(concatenate([hue, saturation, value], axes.channels), dtype_of(images))


@export("keras.ops.image.hsv_to_rgb")
@composite(name="image.hsv_to_rgb")
def hsv_to_rgb(images: Tensor, data_format: str | None = None) -> Tensor:
    """Red, green and blue of colours given by hue, saturation and value between 0 and 1: `rgb_to_hsv` undone.

    A hue outside [0, 1] counts as the nearer end (as in Keras on TensorFlow).

    Args:
        images: floats (batch, height, width, 3) or one image, or channels first.

    Raises:
        ShapeError, DtypeError: no images with 3 channels; whole numbers.

    Example:
        >>> hornbeam.ops.image.hsv_to_rgb([[[0.0, 1.0, 0.5]]])
        array([[[0.5, 0. , 0. ]]], dtype=float32)
    """
    axes = pixels.layout(images, data_format)
    hue, saturation, value = channels_of(images, axes)
    turn = hue * 6.0
    tents = [absolute(turn - 3.0) - 1.0, 2.0 - absolute(turn - 2.0), 2.0 - absolute(turn - 4.0)]
    pure = clip(concatenate(tents, axes.channels), 0.0, 1.0)
    return pixels.restored(((1.0 - saturation) + saturation * pure) * value, dtype_of(images))


@export("keras.ops.image.ssim")
@composite(name="image.ssim")
def ssim(
    image1: Tensor,
    image2: Tensor,
    max_val: float = 1.0,
    filter_size: int = 11,
    filter_sigma: float = 1.5,
    k1: float = 0.01,
    k2: float = 0.03,
    data_format: str | None = None,
) -> Tensor:
    """Structural similarity: how alike two images look, 1 for equal ones.

    The mean over places and channels of (2 m1 m2 + c1) (2 v12 + c2) / ((m1^2 + m2^2 + c1) (v1 + v2 + c2)), with means,
    variances and covariance in windows weighted by a Gaussian, and c = (k max_val)^2.
    Source: Wang et al., "Image quality assessment: from error visibility to structural similarity" (2004).

    Args:
        image1, image2: (batch, height, width, channels) or one image, or channels first.
        max_val: the largest value that a pixel can have.
        filter_size, filter_sigma: of the window.
        k1, k2: keep the quotient away from 0 / 0.

    Returns:
        (batch,), or a scalar for one image, in the dtype of `image1`. Cast whole numbers to float before: as in Keras,
        the result is a whole number, too, and loses what comes after the point.

    Raises:
        ShapeError: no images, their shapes differ, or they are smaller than the window.

    Example:
        >>> image = hornbeam.ops.ones((16, 16, 3))
        >>> float(hornbeam.ops.image.ssim(image, image))
        1.0
    """
    axes = pixels.layout(image1, data_format, "image1")
    pixels.layout(image2, data_format, "image2")
    first, second = tuple(image1.shape), tuple(image2.shape)
    if len(first) != len(second) or any(None not in (a, b) and a != b for a, b in zip(first, second)):
        raise ShapeError(f"`image1` and `image2` must have one shape. Received: {first} and {second}.")
    if any(first[axis] is not None and first[axis] < filter_size for axis in axes[:2]):
        raise ShapeError(f"Images of shape {first} are smaller than the window, `filter_size={filter_size}`.")
    one, two = (pixels.as_batch(pixels.in_float(image)) for image in (image1, image2))
    if dtype_of(one) != dtype_of(two):
        one, two = pixels.restored(one, "float64"), pixels.restored(two, "float64")
    maps = concatenate([one, two, one * two, square(one) + square(two)], 0)
    for axis, size in zip(axes[:2], per_axis(filter_size, 2, "filter_size"), strict=True):
        maps = smoothed(maps, axis, size, filter_sigma, "valid")
    mean1, mean2, mixed, squared = split(maps, 4, 0)
    product, squares = mean1 * mean2, square(mean1) + square(mean2)
    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    luminance = (2.0 * product + c1) / (squares + c1)
    contrast = (2.0 * (mixed - product) + c2) / (squared - squares + c2)
    return pixels.restored(
        pixels.like_given(mean(luminance * contrast, (1, 2, 3)), image1), dtype_of(image1), rounded=False
    )
