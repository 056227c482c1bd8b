"""Parts and neighbourhoods of images: crops, padding, patches, blurring and edges."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops import pixels
from hornbeam.ops.convolution import depthwise_conv
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, dtype_of, exp, maximum, square
from hornbeam.ops.index import slice as slice_
from hornbeam.ops.index import take
from hornbeam.ops.move import broadcast_to, moveaxis, padded, reshape, transpose
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.reduce import sum
from hornbeam.ops.rules_nn import geometry, per_axis, split_shape, windows


def sides(what: str, images: Any, data_format: str | None, **given: Any) -> Any:
    """For each side its axis, its name, its size, and the first margin, the last margin and the target size.

    `given` has these three for the height and for the width, by their names; two of each must be there.
    """
    for axis, kind in zip(pixels.layout(what, images, data_format), ("rows", "columns")):
        names = list(given)[:3] if kind == "rows" else list(given)[3:]
        found = [given[name] for name in names]
        shown = ", ".join(f"{name}={value!r}" for name, value in zip(names, found))
        if found.count(None) != 1 or not all(value is None or type(value) is int for value in found):
            raise ConfigError(f"{what}() takes ints for two of {', '.join(names)}. Received: {shown}.")
        if any(value is not None and value < 0 for value in found):
            raise ShapeError(f"{what}() takes no negative numbers. Received: {shown}.")
        yield axis, kind, shape_of(images)[axis], *found


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
        ShapeError: no images, a negative number, or the window reaches outside.

    Example:
        >>> hornbeam.ops.image.crop_images(hornbeam.ops.ones((6, 9, 3)), 1, 2, target_height=3, target_width=4).shape
        (3, 4, 3)
    """
    # fmt: off
    given = sides(
        "crop_images", images, data_format,
        top_cropping=top_cropping, bottom_cropping=bottom_cropping, target_height=target_height,
        left_cropping=left_cropping, right_cropping=right_cropping, target_width=target_width,
    )
    # fmt: on
    sizes = list(shape_of(images))
    starts: list[Any] = [0] * len(sizes)
    for axis, kind, own, first, last, target in given:
        target = own - first - last if target is None else target
        first = own - target - last if first is None else first
        if pixels.known(own) and (target < 0 or not 0 <= first <= own - target):
            raise ShapeError(
                f"crop_images(): a window of {target} from {first} on reaches outside the {own} {kind} of images of "
                f"shape {tuple(images.shape)}."
            )
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
        ShapeError: no images, a negative number, or the images are larger than the new size.

    Example:
        >>> hornbeam.ops.image.pad_images(hornbeam.ops.ones((6, 9, 3)), 1, 2, target_height=8, target_width=12).shape
        (8, 12, 3)
    """
    # fmt: off
    given = sides(
        "pad_images", images, data_format,
        top_padding=top_padding, bottom_padding=bottom_padding, target_height=target_height,
        left_padding=left_padding, right_padding=right_padding, target_width=target_width,
    )
    # fmt: on
    widths: list[Any] = [(0, 0)] * len(images.shape)
    for axis, kind, own, first, last, target in given:
        first = target - own - last if first is None else first
        last = target - own - first if last is None else last
        if any(pixels.known(width) and width < 0 for width in (first, last)):
            raise ShapeError(
                f"pad_images(): the {own} {kind} of images of shape {tuple(images.shape)} do not fit in {target} with "
                f"margins of {first} and {last}."
            )
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
    """Patches of images, or of volumes where `size` has three pixels.numbers, with all their pixels as channels.

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
        raise ShapeError(f"extract_patches(): `size` must be an int, or 2 or 3 of them. Received: {size!r}.")
    return cut("extract_patches", images, rank, size, strides, dilation_rate, padding, data_format)


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
    return cut("extract_patches_3d", volumes, 3, size, strides, dilation_rate, padding, data_format)


def cut(
    what: str, images: Any, rank: int, size: Any, strides: Any, dilation_rate: Any, padding: str, data_format: Any
) -> Any:
    """Patches along `rank` spatial axes."""
    pixels.check_choice(what, "padding", str(padding).lower(), ("valid", "same"))
    pixels.check_choice(what, "data_format", data_format, (*pixels.DATA_FORMATS, None))
    if len(images.shape) not in (rank + 1, rank + 2):
        raise ShapeError(
            f"{what}() with `size={size!r}` takes one tensor with {rank + 1} axes or a batch of them. "
            f"Received: shape {tuple(images.shape)}."
        )
    checked = {"size": size, "strides": size if strides is None else strides, "dilation_rate": dilation_rate}
    for name, value in checked.items():
        checked[name] = per_axis(value, rank, f"{what}(): {name}")
        if min(checked[name]) < 1:
            raise ShapeError(f"{what}(): `{name}` must be positive. Received: {value!r}.")
    window, where = checked["size"], geometry(rank, checked["strides"], padding, data_format, checked["dilation_rate"])
    batched = len(images.shape) == rank + 2
    x = images if batched else images[None]
    batch, spatial, channels = split_shape(shape_of(x), where.channels_last)
    counts = windows(what, tuple(images.shape), spatial, window, where)
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


def smoothed(
    what: str, x: Any, axes: pixels.Layout, sizes: Any, sigmas: Any, padding: str, names: Any = ("kernel_size", "sigma")
) -> Any:
    """A batch of images smoothed by Gaussians (weights that sum to 1) of so many pixels along rows and columns."""
    for side, (size, sigma) in enumerate(zip(sizes, sigmas, strict=True)):
        if type(size) is not int or size < 1:
            raise ShapeError(f"{what}(): `{names[0]}` must be positive. Received: {size!r}.")
        if isinstance(sigma, (int, float)) and not sigma > 0:
            raise ConfigError(f"{what}(): `{names[1]}` must be positive. Received: {sigma!r}.")
        places = (pixels.numbers(x, size, dtype_of(x)) - (size - 1) / 2) / pixels.scalar(x, sigma)
        heights = exp(square(places) * -0.5)
        kernel = reshape(heights / sum(heights), (size, 1, 1, 1) if side == 0 else (1, size, 1, 1))
        kernel = broadcast_to(kernel, (*shape_of(kernel)[:2], shape_of(x)[axes.channels], 1))
        x = depthwise_conv(x, kernel, 1, padding, axes.data_format)
    return x


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
        sigma: standard deviations along the width and the height: pixels.numbers, or a tensor of two.

    Raises:
        ShapeError: no images, or a size that is not positive.
        ConfigError: a standard deviation that is not positive.

    Example:
        >>> hornbeam.ops.image.gaussian_blur(hornbeam.ops.ones((2, 8, 8, 3))).shape
        (2, 8, 8, 3)
    """
    what, axes = "gaussian_blur", pixels.layout("gaussian_blur", images, data_format)
    sizes = per_axis(kernel_size, 2, f"{what}(): kernel_size")[::-1]
    sigmas = (sigma, sigma) if isinstance(sigma, (int, float)) else (sigma[1], sigma[0])
    x = smoothed(what, pixels.as_batch(pixels.in_float(what, images)), axes, sizes, sigmas, "same")
    return pixels.restored(pixels.like_given(x, images), dtype_of(images))


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
    axes = pixels.layout("sobel_edges", images, data_format)
    if any(pixels.known(images.shape[axis]) and images.shape[axis] < 2 for axis in axes[:2]):
        raise ShapeError(f"sobel_edges() needs two pixels along each side. Received: shape {tuple(images.shape)}.")
    x = pixels.as_batch(pixels.in_float("sobel_edges", images))
    batch, channels, *sizes = (shape_of(x)[axis] for axis in (0, axes.channels, axes.rows, axes.columns))
    widths: list[Any] = [(0, 0)] * 4
    widths[axes.rows] = widths[axes.columns] = (1, 1)
    slope, smooth = [-1.0, 0.0, 1.0], [1.0, 2.0, 1.0]
    kernels = [[[[slope[i] * smooth[j], smooth[i] * slope[j]]] for j in range(3)] for i in range(3)]
    kernel = broadcast_to(cast(kernels, dtype_of(x)), (3, 3, channels, 2))
    x = depthwise_conv(padded(x, tuple(widths), "reflect", 0), kernel, 1, "valid", axes.data_format)
    if axes.channels == -1:
        x = reshape(x, (batch, *sizes, channels, 2))
    else:
        x = moveaxis(reshape(x, (batch, channels, 2, *sizes)), 2, -1)
    x = pixels.like_given(x, images)
    return cast(x, dtype_of(images)) if dtype_of(images) in ("float16", "bfloat16") else x
