"""Parts and neighbourhoods of images: crops, padding, patches, blurring and edges."""

from __future__ import annotations

import math
from typing import Any, SupportsIndex

from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops import pixels
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, dtype_of, exp, maximum, square
from hornbeam.ops.index import slice as slice_
from hornbeam.ops.index import take
from hornbeam.ops.move import padded, reshape, stack, transpose
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.reduce import sum
from hornbeam.ops.rules_nn import geometry, per_axis, split_shape, windows


def margins(images: Any, data_format: str | None, kind: str, *given: tuple[Any, Any, Any]) -> Any:
    """For each side of images its axis, first and last margin and target size, of which two are given."""
    sides = ("top", "bottom", "height"), ("left", "right", "width")
    for axis, (begin, end, length), found in zip(pixels.layout(images, data_format), sides, given):
        names = (f"{begin}_{kind}", f"{end}_{kind}", f"target_{length}")
        shown = ", ".join(f"{name}={value!r}" for name, value in zip(names, found, strict=True))
        if found.count(None) != 1 or not all(value is None or isinstance(value, SupportsIndex) for value in found):
            raise ConfigError(f"Give ints for two of {', '.join(names)}. Received: {shown}.")
        own, (first, last, target) = shape_of(images)[axis], found
        if target is None:
            target = own - first - last if kind == "cropping" else own + first + last
        rest = own - target if kind == "cropping" else target - own
        values = (rest - last if first is None else first, rest - first if last is None else last, target)
        for name, value in zip(names, values, strict=True):
            if pixels.known(value) and value < 0:
                raise ShapeError(
                    f"`{name}` is {value} for images of shape {tuple(images.shape)}, and must not be negative. "
                    f"Received: {shown}."
                )
        yield axis, *values


@export("keras.ops.image.crop_images")
@composite(name="image.crop_images")
def crop_images(
    images: Tensor,
    top_cropping: int | None = None,
    left_cropping: int | None = None,
    bottom_cropping: int | None = None,
    right_cropping: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """A window of images: along each side by two of its margins and its size.

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        top_cropping, left_cropping, bottom_cropping, right_cropping: pixels to leave out.
        target_height, target_width: size of the window.

    Raises:
        ConfigError: of margins and size of a side not two are given.
        ShapeError: no images, or one of the three is negative.

    Example:
        >>> hornbeam.ops.image.crop_images(hornbeam.ops.ones((6, 9, 3)), 1, 2, target_height=3, target_width=4).shape
        (3, 4, 3)
    """
    rows, columns = (top_cropping, bottom_cropping, target_height), (left_cropping, right_cropping, target_width)
    starts, sizes = [0] * len(images.shape), list(shape_of(images))
    for axis, first, _, target in margins(images, data_format, "cropping", rows, columns):
        starts[axis], sizes[axis] = first, target
    return slice_(images, tuple(starts), tuple(sizes))


@export("keras.ops.image.pad_images")
@composite(name="image.pad_images")
def pad_images(
    images: Tensor,
    top_padding: int | None = None,
    left_padding: int | None = None,
    bottom_padding: int | None = None,
    right_padding: int | None = None,
    target_height: int | None = None,
    target_width: int | None = None,
    data_format: str | None = None,
) -> Tensor:
    """Images with zeros around them: along each side by two of the margins and the new size.

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        top_padding, left_padding, bottom_padding, right_padding: pixels to add.
        target_height, target_width: the new size.

    Raises:
        ConfigError: of margins and size of a side not two are given.
        ShapeError: no images, or one of the three is negative.

    Example:
        >>> hornbeam.ops.image.pad_images(hornbeam.ops.ones((6, 9, 3)), 1, 2, target_height=8, target_width=12).shape
        (8, 12, 3)
    """
    rows, columns = (top_padding, bottom_padding, target_height), (left_padding, right_padding, target_width)
    widths = [(0, 0)] * len(images.shape)
    for axis, first, last, _ in margins(images, data_format, "padding", rows, columns):
        widths[axis] = (first, last)
    return padded(images, tuple(widths), "constant", 0)


@export("keras.ops.image.extract_patches")
@composite(name="image.extract_patches")
def extract_patches(
    images: Tensor,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Patches of images, or of volumes where `size` has three numbers, with all their pixels as channels.

    Args:
        images: (batch, height, width, channels) or one image, or channels first; a volume's depth is before its height.
        size: height and width of a patch (an int for both), or depth, height and width.
        strides: steps between patches; None for `size`.
        dilation_rate: steps between the pixels of a patch; unlike in Keras, it may go together with strides.
        padding: "valid" or "same".

    Returns:
        A position for each patch, with size * channels channels: its pixels row by row, channels innermost.

    Raises:
        ShapeError: no images, or no patch fits.

    Example:
        >>> hornbeam.ops.image.extract_patches(hornbeam.ops.ones((2, 20, 20, 3)), 5).shape
        (2, 4, 4, 75)
    """
    rank = len(tuple(size)) if hasattr(size, "__iter__") else 2
    if rank not in (2, 3):
        raise ShapeError(f"`size` must be an int, or 2 or 3 of them. Received: {size!r}.")
    if len(images.shape) not in (rank + 1, rank + 2):
        raise ShapeError(
            f"`size={size!r}` is for one tensor with {rank + 1} axes or a batch of them. "
            f"Received: shape {tuple(images.shape)}."
        )
    window = per_axis(size, rank, "size")
    where = geometry(rank, window if strides is None else strides, padding, data_format, dilation_rate)
    batched = len(images.shape) == rank + 2
    x = images if batched else images[None]
    batch, spatial, channels = split_shape(shape_of(x), where.channels_last)
    counts = windows("image.extract_patches", tuple(images.shape), spatial, window, where)
    first = 1 if where.channels_last else 2
    reach = [(width - 1) * step + 1 for width, step in zip(window, where.dilation, strict=True)]
    if where.padding == "same":
        # as much as patches can need at most; they begin as much later as they need less
        widths = [(0, 0)] * len(x.shape)
        widths[first : first + rank] = [(extent - 1, extent - 1) for extent in reach]
        x = padded(x, tuple(widths), "constant", 0)
    for i in reversed(range(rank)):
        places = pixels.numbers(x, counts[i])[:, None] * where.strides[i]
        places = places + pixels.numbers(x, window[i]) * where.dilation[i]
        if where.padding == "same":
            needed = pixels.scalar(x, (counts[i] - 1) * where.strides[i] + reach[i] - spatial[i], "int32")
            places = places + (reach[i] - 1) - maximum(needed, 0) // 2
        x = take(x, places, first + i)
    outer, inner = range(first, first + 2 * rank, 2), range(first + 1, first + 2 * rank, 2)
    depth = math.prod(window) * channels
    if where.channels_last:
        x = reshape(transpose(x, (0, *outer, *inner, 2 * rank + 1)), (batch, *counts, depth))
    else:
        x = reshape(transpose(x, (0, *inner, 1, *outer)), (batch, depth, *counts))
    return x if batched else x[0]


@export("keras.ops.image.extract_patches_3d")
@composite(name="image.extract_patches_3d")
def extract_patches_3d(
    volumes: Tensor,
    size: Any,
    strides: Any = None,
    dilation_rate: Any = 1,
    padding: str = "valid",
    data_format: str | None = None,
) -> Tensor:
    """Patches of volumes: see `extract_patches`.

    Example:
        >>> hornbeam.ops.image.extract_patches_3d(hornbeam.ops.ones((2, 10, 10, 10, 3)), 3).shape
        (2, 3, 3, 3, 81)
    """
    return extract_patches(volumes, per_axis(size, 3, "size"), strides, dilation_rate, padding, data_format)


def weighted(x: Any, axis: int, weights: list[Any]) -> Any:
    """Sums of neighbours along an axis (counted from the end), with a weight for each of them, or None."""
    total, before = None, (slice(None),) * (axis + len(x.shape))
    for i, weight in enumerate(weights):
        if weight is not None:
            part = x[(*before, slice(i, i - len(weights) + 1 or None))] * weight
            total = part if total is None else total + part
    return total


def smoothed(x: Any, axis: int, size: int, sigma: Any, padding: str) -> Any:
    """Images smoothed along an axis by a Gaussian of `size` weights, which sum to 1."""
    if isinstance(sigma, (int, float)) and not sigma > 0:
        raise ConfigError(f"The sigma of a Gaussian must be positive. Received: {sigma!r}.")
    if padding == "same":
        widths = [(0, 0)] * len(x.shape)
        widths[axis] = ((size - 1) // 2, size // 2)
        x = padded(x, tuple(widths), "constant", 0)
    places = (pixels.numbers(x, size, dtype_of(x)) - (size - 1) / 2) / pixels.scalar(x, sigma)
    heights = exp(square(places) * -0.5)
    weights = heights / sum(heights)
    return weighted(x, axis, [weights[i] for i in range(size)])


@export("keras.ops.image.gaussian_blur")
@composite(name="image.gaussian_blur")
def gaussian_blur(
    images: Tensor, kernel_size: Any = (3, 3), sigma: Any = (1.0, 1.0), data_format: str | None = None
) -> Tensor:
    """Images smoothed by a Gaussian; outside them is 0. Whole numbers are rounded.

    The first number of `kernel_size` and `sigma` belongs to the width and the second to the height, as Keras computes
    it, whatever its page says (its values for kernels that are not square are those of its JAX engine).

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        kernel_size: number of pixels that count, along the width and the height.
        sigma: standard deviations along the width and the height: numbers, or a tensor of two.

    Raises:
        ShapeError, ConfigError: no images; a size or a deviation that is not positive.

    Example:
        >>> hornbeam.ops.image.gaussian_blur(hornbeam.ops.ones((2, 8, 8, 3))).shape
        (2, 8, 8, 3)
    """
    rows, columns, _ = pixels.layout(images, data_format)
    width, height = per_axis(kernel_size, 2, "kernel_size")
    wide, high = (sigma, sigma) if isinstance(sigma, (int, float)) else (sigma[0], sigma[1])
    x = smoothed(smoothed(pixels.in_float(images), rows, height, high, "same"), columns, width, wide, "same")
    return pixels.restored(x, dtype_of(images))


@export("keras.ops.image.sobel_edges")
@composite(name="image.sobel_edges")
def sobel_edges(images: Tensor, data_format: str | None = None) -> Tensor:
    """Slopes of images along height and width by Sobel's kernels, on a new last axis of size 2.

    Images are mirrored at their edges, as in Keras on TensorFlow. Whole numbers give floats, for slopes have signs.

    Args:
        images: (batch, height, width, channels) or one image, or channels first.

    Raises:
        ShapeError: no images, or less than two pixels along a side.

    Example:
        >>> hornbeam.ops.image.sobel_edges(hornbeam.ops.ones((1, 8, 8, 1))).shape
        (1, 8, 8, 1, 2)
    """
    rows, columns, _ = pixels.layout(images, data_format)
    if any(pixels.known(images.shape[axis]) and images.shape[axis] < 2 for axis in (rows, columns)):
        raise ShapeError(f"Slopes need two pixels along each side. Received: shape {tuple(images.shape)}.")
    x = pixels.in_float(images)
    widths = [(0, 0)] * len(x.shape)
    widths[rows] = widths[columns] = (1, 1)
    x = padded(x, tuple(widths), "reflect", 0)
    slope, smooth = [-1.0, None, 1.0], [1.0, 2.0, 1.0]
    x = stack([weighted(weighted(x, rows, a), columns, b) for a, b in ((slope, smooth), (smooth, slope))], -1)
    return cast(x, dtype_of(images)) if dtype_of(images) in ("float16", "bfloat16") else x
