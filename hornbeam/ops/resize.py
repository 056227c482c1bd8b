"""Resampling: each new pixel is a mean of pixels along each axis, weighted by their distance."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.dim import Dim
from hornbeam.core.errors import ConfigError, ShapeError, UnknownDimError
from hornbeam.core.export import export
from hornbeam.ops import pixels
from hornbeam.ops.contract import LETTERS, einsum
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import (
    absolute,
    add,
    cast,
    clip,
    divide,
    dtype_of,
    floor,
    maximum,
    minimum,
    multiply,
    sin,
    where,
)
from hornbeam.ops.index import take
from hornbeam.ops.move import padded, reshape
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.reduce import sum
from hornbeam.ops.rules_nn import per_axis


def linear(distance: Any) -> Any:
    """A triangle of radius 1."""
    return maximum(1.0 - distance, 0.0)


def cubic(distance: Any) -> Any:
    """Keys, "Cubic convolution interpolation for digital image processing" (1981), with a = -1/2."""
    near = ((1.5 * distance - 2.5) * distance) * distance + 1.0
    far = ((-0.5 * distance + 2.5) * distance - 4.0) * distance + 2.0
    return where(distance < 1.0, near, where(distance < 2.0, far, 0.0))


def lanczos(radius: int) -> Callable[[Any], Any]:
    """sinc(x) sinc(x / radius) within the radius. Duchon, "Lanczos filtering in one and two dimensions" (1979)."""

    def kernel(distance: Any) -> Any:
        angle = math.pi * maximum(distance, 1e-3)
        wave = radius * sin(angle) * sin(angle / radius) / (angle * angle)
        return where(distance < 1e-3, 1.0, where(distance > radius, 0.0, wave))

    return kernel


# the weight of a pixel by its distance, and how far it reaches
KERNELS = {
    **dict.fromkeys(("linear", "bilinear", "trilinear"), (linear, 1)),
    **dict.fromkeys(("cubic", "bicubic", "tricubic"), (cubic, 2)),
    "lanczos3": (lanczos(3), 3),
    "lanczos5": (lanczos(5), 5),
}
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")


def resampled(x: Any, axis: int, count: int, step: Any, start: Any, method: str, antialias: bool) -> Any:
    """x with `count` pixels along an axis, of which number j looks at (j + 0.5) step - start and sees nothing outside.

    Pixel i has its centre at i + 0.5. `antialias` widens the kernel by `step` where that is more than 1.
    """
    kernel, radius = KERNELS[method]
    size, last = shape_of(x)[axis], pixels.scalar(x, shape_of(x)[axis]) - 1.0
    places = multiply(pixels.numbers(x, count, dtype_of(x)) + 0.5, step) - start - 0.5
    near = pixels.numbers(x, size if antialias else 2 * radius, dtype_of(x))[:, None]
    near = near if antialias else near + (floor(places) - (radius - 1))
    distance = absolute(places - near)
    weights = kernel(divide(distance, maximum(step, 1.0)) if antialias else distance)
    weights = where((near >= 0.0) & (near <= last), weights, 0.0)
    total = sum(weights, 0, keepdims=True)
    seen = (places >= -0.5) & (places <= last + 0.5) & (absolute(total) > 1e-4)
    weights = where(seen, divide(weights, where(seen, total, 1.0)), 0.0)
    if antialias:
        labels = LETTERS[: len(x.shape)]
        return einsum(f"{labels},{labels[axis]}Z->{labels.replace(labels[axis], 'Z')}", x, weights)
    indices = cast(clip(near, 0.0, last), "int32")
    shape = (-1,) + (1,) * (len(x.shape) - axis - 1)
    return functools.reduce(add, [take(x, indices[i], axis) * reshape(weights[i], shape) for i in range(2 * radius)])


@export("keras.ops.image.resize")
@composite(name="image.resize")
def resize(
    images: Tensor,
    size: Any,
    interpolation: str = "bilinear",
    antialias: bool = False,
    crop_to_aspect_ratio: bool = False,
    pad_to_aspect_ratio: bool = False,
    fill_mode: str = "constant",
    fill_value: float = 0.0,
    data_format: str | None = None,
) -> Tensor:
    """Images in another size. Whole numbers are rounded, halves to even, and stay in their range.

    "bicubic" is Keys' kernel with a = -1/2 (on torch, Keras has another). With `antialias`, a NaN or infinity reaches
    all pixels of its row and column.

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        size: the new (height, width).
        interpolation: "nearest", "bilinear", "bicubic", "lanczos3" or "lanczos5".
        antialias: widen the kernel where the images shrink.
        crop_to_aspect_ratio: first cut the largest window in the middle that has the ratio of `size`.
        pad_to_aspect_ratio: first pad on both sides alike to about the ratio of `size`.
        fill_mode, fill_value: "constant", and the value of the padding.

    Raises:
        ShapeError, ConfigError: no images, no size, an unknown mode, or both ratios are asked for.
        UnknownDimError: a ratio is asked for of symbolic images of unknown size.

    Example:
        >>> hornbeam.ops.image.resize(hornbeam.ops.ones((2, 4, 4, 3)), (2, 8)).shape
        (2, 2, 8, 3)
    """
    axes = [axis + len(images.shape) for axis in pixels.layout(images, data_format)[:2]]
    sizes = per_axis(size, 2, "size")
    pixels.check_choice("interpolation", interpolation, INTERPOLATIONS)
    pixels.check_choice("fill_mode", fill_mode, ("constant",))
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        raise ConfigError("Only one of `crop_to_aspect_ratio` and `pad_to_aspect_ratio` can be True.")
    if any(images.shape[axis] == 0 for axis in axes):
        raise ShapeError(f"`images` of shape {tuple(images.shape)} have no pixels to resize.")
    x = images if interpolation == "nearest" and not pad_to_aspect_ratio else pixels.in_float(images)
    if crop_to_aspect_ratio or pad_to_aspect_ratio:
        x = to_ratio(x, axes, sizes, crop_to_aspect_ratio, fill_value)
    for axis, count in zip(axes, sizes, strict=True):
        own = shape_of(x)[axis]
        if pixels.known(own) and own == count:
            continue
        if interpolation == "nearest":
            x = take(x, (pixels.numbers(x, count) * 2 + 1) * pixels.scalar(x, own, "int32") // (2 * count), axis)
        else:
            x = resampled(x, axis, count, pixels.scalar(x, own) / count, 0.0, interpolation, antialias)
    return x if dtype_of(x) == dtype_of(images) else pixels.restored(x, dtype_of(images))


def to_ratio(x: Any, axes: Sequence[int], sizes: Sequence[int], crop: bool, fill_value: Any) -> Any:
    """Images cut or padded around their middle to the ratio of the sizes."""
    own = [shape_of(x)[axis] for axis in axes]
    if any(isinstance(size, Dim) for size in own):
        raise UnknownDimError(
            "Resizing to an aspect ratio depends on height and width of the images, which are unknown in the shape "
            f"{tuple(x.shape)}. Give them, or resize in the input pipeline."
        )
    smaller, larger = (min, max) if all(map(pixels.known, own)) else (minimum, maximum)
    # how long each side would be at the length of the other
    ideal = [own[1] * sizes[0] // sizes[1], own[0] * sizes[1] // sizes[0]]
    key, widths = [slice(None)] * len(x.shape), [(0, 0)] * len(x.shape)
    for axis, side, other in zip(axes, own, ideal, strict=True):
        length = larger(smaller(side, other), 1)
        start = (side - length) // 2
        key[axis] = slice(start, start + length)
        widths[axis] = ((larger(side, other) - side) // 2,) * 2
    return x[tuple(key)] if crop else padded(x, tuple(widths), "constant", fill_value)


@export("keras.ops.image.scale_and_translate")
@composite(name="image.scale_and_translate")
def scale_and_translate(
    images: Tensor,
    output_shape: Any,
    scale: Tensor,
    translation: Tensor,
    spatial_dims: Any,
    method: str,
    antialias: bool = True,
) -> Tensor:
    """Images scaled and moved along some axes: what was at x is at x * scale + translation, and 0 where nothing was.

    Pixel i has its centre at i + 0.5. Whole numbers are rounded and stay in their range.

    Args:
        images: a tensor of any shape.
        output_shape: a size for each axis; those that are not in `spatial_dims` stay.
        scale, translation: one number for each of `spatial_dims`.
        spatial_dims: the axes.
        method: "linear", "cubic" (also with "bi" or "tri" before it), "lanczos3" or "lanczos5".
        antialias: widen the kernel where the images shrink.

    Raises:
        ShapeError, ConfigError: the shapes do not fit, or the method is unknown.

    Example:
        >>> hornbeam.ops.image.scale_and_translate([1.0, 2.0], (4,), [2.0], [0.0], (0,), "linear")
        array([1.  , 1.25, 1.75, 2.  ], dtype=float32)
    """
    rank = len(images.shape)
    pixels.check_choice("method", method, tuple(KERNELS))
    axes, wanted = shapes.canonical_axes(spatial_dims, rank, "spatial_dims"), tuple(output_shape)
    stay = [i for i in range(rank) if i not in axes]
    if len(wanted) != rank or any(pixels.known(images.shape[i]) and images.shape[i] != wanted[i] for i in stay):
        raise ShapeError(
            f"`output_shape` must have a size for each axis of `images` of shape {tuple(images.shape)}, the "
            f"same one on axes other than {axes}. Received: {wanted}."
        )
    counts = per_axis([wanted[axis] for axis in axes], len(axes), "output_shape")
    for name, given in (("scale", scale), ("translation", translation)):
        if tuple(given.shape) != (len(axes),):
            raise ShapeError(
                f"`{name}` must have a number for each of `spatial_dims={axes}`. Received: shape {tuple(given.shape)}."
            )
    x = pixels.in_float(images)
    steps = divide(1.0, pixels.restored(scale, dtype_of(x)))
    starts = pixels.restored(translation, dtype_of(x)) * steps
    for i, axis in enumerate(axes):
        x = resampled(x, axis, counts[i], steps[i], starts[i], method, antialias)
    return pixels.restored(x, dtype_of(images))
