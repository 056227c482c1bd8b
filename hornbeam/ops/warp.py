"""Warps: images seen at other coordinates, by nearest or linear interpolation."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.ops import pixels
from hornbeam.ops.create import convert_to_tensor
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, clip, dtype_of, equal, floor, isnan, maximum, minimum, round, where
from hornbeam.ops.index import take
from hornbeam.ops.move import expand_dims, moveaxis, reshape
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.patches import smoothed
from hornbeam.ops.random import draw_seed, random_normal

FAR = 2.0**30  # beyond any image, and still an int32
FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
INTERPOLATIONS = ("nearest", "bilinear")


class Look(NamedTuple):
    """How a tensor is seen between and beyond its elements; `exact` rounds results, and halves to even."""

    order: int
    fill_mode: str
    fill_value: Any
    exact: bool = False


def look(interpolation: str, fill_mode: str, fill_value: Any, exact: bool = False) -> Look:
    """The arguments checked."""
    pixels.check_choice("interpolation", interpolation, INTERPOLATIONS)
    pixels.check_choice("fill_mode", fill_mode, FILL_MODES)
    return Look(INTERPOLATIONS.index(interpolation), fill_mode, fill_value, exact)


def folded(index: Any, size: Any, fill_mode: str) -> Any:
    """Positions on an axis of a size (a scalar tensor) that stand for positions anywhere."""
    if fill_mode == "wrap":
        return index % size
    if fill_mode == "reflect":  # 0 1 2 2 1 0 and again
        return minimum(index % (2 * size), (-1 - index) % (2 * size))
    if fill_mode == "mirror":  # 0 1 2 1 and again
        period = maximum(2 * size - 2, 1)
        return minimum(index % period, -index % period)
    return clip(index, 0, size - 1)


def sampled(colours: Any, sizes: Sequence[Any], coordinates: Sequence[Any], before: Any, how: Look) -> Any:
    """Rows of `colours` (places, channels) at coordinates, one tensor of them for each of the `sizes`.

    `before` is the place of the first pixel for each coordinate.
    """
    corners: list[list[tuple[Any, Any, Any]]] = []
    for i, (size, coordinate) in enumerate(zip(sizes, coordinates, strict=True)):
        size, step = pixels.scalar(colours, size, "int32"), pixels.scalar(colours, math.prod(sizes[i + 1 :]), "int32")
        coordinate = clip(coordinate, -FAR, FAR)
        lower = floor(coordinate)
        if how.order == 0 and how.exact:
            lower = round(coordinate)
        elif how.order == 0:  # halves away from 0: as Keras finds the nearest pixel on TensorFlow and JAX
            lower = where(coordinate < 0.0, -floor(0.5 - coordinate), floor(coordinate + 0.5))
        share = coordinate - lower
        first = cast(where(isnan(lower), -1.0, lower), "int32")
        corners.append([])
        for index, weight in ((first, 1.0 - share), (first + 1, share))[: how.order + 1]:
            inside = (index >= 0) & (index < size) if how.fill_mode == "constant" else None
            corners[-1].append((folded(index, size, how.fill_mode) * step, inside, weight))
    wide = dtype_of(colours) if how.order == 1 else "float32"
    fill = pixels.restored(pixels.scalar(colours, how.fill_value, wide), dtype_of(colours), rounded=False)
    total: Any = None
    for corner in itertools.product(*corners):
        place, inside, weight = corner[0]
        for other, within, share in corner[1:]:
            place, weight = place + other, weight * share
            inside = inside if within is None else inside & within
        found = take(colours, place + before, 0)
        if inside is not None:
            found = where(expand_dims(inside, -1), found, fill)
        if how.order == 1:
            found = cast(found, dtype_of(weight)) * expand_dims(weight, -1)
        total = found if total is None else total + found
    return total


@export("keras.ops.image.map_coordinates")
@composite(name="image.map_coordinates")
def map_coordinates(
    inputs: Tensor, coordinates: Tensor, order: int, fill_mode: str = "constant", fill_value: Any = 0
) -> Tensor:
    """A tensor seen at coordinates that need not be whole. Whole numbers are rounded, and halves to even.

    "mirror" and "reflect" are as said here; Keras on TensorFlow takes the one for the other.

    Args:
        inputs: a tensor of any shape.
        coordinates: (axes of `inputs`, ...): a number along each axis. The result has the shape of the rest.
        order: 0 for the nearest element, 1 for linear interpolation.
        fill_mode: what lies around a b c d: "constant" k k | k k, "nearest" a a | d d, "wrap" c d | a b,
            "mirror" c b | c b, or "reflect" b a | d c.
        fill_value: the constant.

    Raises:
        ShapeError, ConfigError: shapes do not fit, or a mode is unknown.

    Example:
        >>> hornbeam.ops.image.map_coordinates([1.0, 2.0, 4.0], [[0.5, 1.25]], order=1)
        array([1.5, 2.5], dtype=float32)
    """
    rank = len(inputs.shape)
    pixels.check_choice("order", order, (0, 1))
    pixels.check_choice("fill_mode", fill_mode, FILL_MODES)
    if len(coordinates.shape) < 2 or coordinates.shape[0] != rank:
        raise ShapeError(
            f"`coordinates` must have shape ({rank}, ...), with at least two axes, for `inputs` of shape "
            f"{tuple(inputs.shape)}. Received: {tuple(coordinates.shape)}."
        )
    x, places = (inputs if order == 0 else pixels.in_float(inputs)), pixels.in_float(coordinates)
    places = cast(places, dtype_of(x)) if order == 1 else places
    how = Look(order, fill_mode, fill_value, exact=True)
    found = sampled(reshape(x, (-1, 1)), shape_of(x), [places[i] for i in range(rank)], 0, how)[..., 0]
    return found if order == 0 else pixels.restored(found, dtype_of(inputs))


def warped(images: Any, axes: pixels.Layout, rows: Any, columns: Any, how: Look) -> Any:
    """Images seen at rows and columns, each (batch or 1, height, width)."""
    x = moveaxis(pixels.as_batch(images if how.order == 0 else pixels.in_float(images)), axes.channels, -1)
    batch, height, width, channels = shape_of(x)
    before = (pixels.numbers(x, batch) * pixels.scalar(x, height * width, "int32"))[:, None, None]
    colours = reshape(x, (batch * height * width, channels))
    found = moveaxis(sampled(colours, (height, width), (rows, columns), before, how), -1, axes.channels)
    found = pixels.like_given(found, images)
    return found if how.order == 0 else pixels.restored(found, dtype_of(images), how.exact)


def grid(images: Any, axes: pixels.Layout) -> tuple[Any, Any]:
    """Row and column of each pixel, (1, height, 1) and (1, 1, width), in the dtype that images are computed in."""
    height, width = (shape_of(images)[axis] for axis in axes[:2])
    dtype = "float64" if dtype_of(images) == "float64" else "float32"
    return pixels.numbers(images, height, dtype)[None, :, None], pixels.numbers(images, width, dtype)[None, None, :]


def projected(images: Any, axes: pixels.Layout, rows: Any, columns: Any, below: Any, how: Look) -> Any:
    """Images seen at (rows / below, columns / below); where `below` is 0, beyond their edges."""
    horizon = equal(below, 0.0)
    rows, columns = (where(horizon, -FAR, each / where(horizon, 1.0, below)) for each in (rows, columns))
    return warped(images, axes, rows, columns, how)


def check_parameters(argument: str, given: Any, images: Any, inner: tuple[int, ...]) -> None:
    """Refuse parameters that are neither one set for all images nor one for each."""
    shape, batch = tuple(given.shape), images.shape[0] if len(images.shape) == 4 else 1
    count = shape[0] if len(shape) > len(inner) else 1
    if shape not in (inner, (count, *inner)) or not (count in (1, batch) or None in (count, batch)):
        raise ShapeError(
            f"`{argument}` must have shape {inner}, or {(batch, *inner)} with one for each image, for "
            f"`images` of shape {tuple(images.shape)}. Received: {shape}."
        )


@export("keras.ops.image.affine_transform")
@composite(name="image.affine_transform")
def affine_transform(
    images: Tensor,
    transform: Tensor,
    interpolation: str = "bilinear",
    fill_mode: str = "constant",
    fill_value: Any = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images warped by projective transforms (a0, a1, a2, b0, b1, b2, c0, c1).

    The output at (x, y) is the input at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k), k = c0 x + c1 y + 1, with x
    along the width. As in Keras on TensorFlow, c0 and c1 count, and whole numbers lose what comes after the point. As
    on its other engines, "wrap" repeats images without a gap.

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        transform: (8,) for all images, or (batch, 8).
        interpolation: "nearest" or "bilinear".
        fill_mode, fill_value: what lies outside, as in `map_coordinates`.

    Raises:
        ShapeError, ConfigError: shapes do not fit, or a mode is unknown.

    Example:
        >>> shift = [1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0]
        >>> hornbeam.ops.image.affine_transform([[[1.0], [2.0], [3.0]]], shift)[0, :, 0]
        array([2., 3., 0.], dtype=float32)
    """
    axes = pixels.layout(images, data_format)
    how = look(interpolation, fill_mode, fill_value)
    check_parameters("transform", transform, images, (8,))
    y, x = grid(images, axes)
    parts = reshape(cast(transform, dtype_of(x)), (-1, 8, 1, 1))
    a0, a1, a2, b0, b1, b2, c0, c1 = (parts[:, i] for i in range(8))
    rows, columns = b0 * x + b1 * y + b2, a0 * x + a1 * y + a2
    return projected(images, axes, rows, columns, c0 * x + c1 * y + 1.0, how)


@export("keras.ops.image.perspective_transform")
@composite(name="image.perspective_transform")
def perspective_transform(
    images: Tensor,
    start_points: Tensor,
    end_points: Tensor,
    interpolation: str = "bilinear",
    fill_value: Any = 0,
    data_format: str | None = None,
) -> Tensor:
    """Images warped so that four points come to lie on four others. Whole numbers lose what comes after the point.

    Let p be the barycentric coordinates of an output point in the first three end points, a those of the fourth start
    point in the first three, and b those of the fourth end point: the input point is the mean of the first three start
    points with the weights p a / b.

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        start_points: (4, 2) for all images, or (batch, 4, 2): (x, y) in the input, x along the width.
        end_points: where they lie in the output; of no four, three on a line.
        interpolation: "nearest" or "bilinear".
        fill_value: what lies outside.

    Raises:
        ShapeError, ConfigError: shapes do not fit, or a mode is unknown.

    Example:
        >>> points = [[0.0, 0.0], [3.0, 0.0], [0.0, 3.0], [3.0, 3.0]]
        >>> hornbeam.ops.image.perspective_transform(hornbeam.ops.ones((4, 4, 1)), points, points).shape
        (4, 4, 1)
    """
    axes = pixels.layout(images, data_format)
    how = look(interpolation, "constant", fill_value)
    check_parameters("start_points", start_points, images, (4, 2))
    check_parameters("end_points", end_points, images, (4, 2))
    y, x = grid(images, axes)
    parts = [reshape(cast(points, dtype_of(x)), (-1, 4, 2, 1, 1)) for points in (start_points, end_points)]
    start, end = ([(part[:, i, 0], part[:, i, 1]) for i in range(4)] for part in parts)
    shares = zip(barycentric(end, (x, y)), barycentric(start, start[3]), barycentric(end, end[3]), strict=True)
    w0, w1, w2 = (p * a / b for p, a, b in shares)
    columns, rows = (w0 * start[0][i] + w1 * start[1][i] + w2 * start[2][i] for i in range(2))
    return projected(images, axes, rows, columns, w0 + w1 + w2, how)


def barycentric(corners: Sequence[Any], point: Any) -> list[Any]:
    """Weights, which sum to 1, of the first three corners whose mean the point is."""

    def area(a: Any, b: Any, c: Any) -> Any:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    a, b, c = corners[:3]
    return [part / area(a, b, c) for part in (area(point, b, c), area(a, point, c), area(a, b, point))]


@composite(name="random.elastic_transform", promote=())
def random_elastic_transform(
    seed: Tensor,
    images: Tensor,
    alpha: float,
    sigma: float,
    interpolation: str,
    fill_mode: str,
    fill_value: Any,
    data_format: str | None,
) -> Tensor:
    """`elastic_transform` as a function of a seed tensor."""
    axes = pixels.layout(images, data_format)
    how = look(interpolation, fill_mode, fill_value, exact=True)
    rows, columns = grid(images, axes)
    batch = shape_of(images)[0] if len(images.shape) == 4 else 1
    noise = random_normal(seed, (batch, *(shape_of(images)[axis] for axis in axes[:2]), 2), 0.0, sigma, "float32")
    size = 2 * math.ceil(3 * sigma) + 1
    moves = smoothed(smoothed(noise, -3, size, sigma, "same"), -2, size, sigma, "same")
    moves = cast(moves * alpha, dtype_of(rows))
    return warped(images, axes, rows + moves[..., 0], columns + moves[..., 1], how)


@export("keras.ops.image.elastic_transform")
def elastic_transform(
    images: Any,
    alpha: float = 20.0,
    sigma: float = 5.0,
    interpolation: str = "bilinear",
    fill_mode: str = "reflect",
    fill_value: float = 0.0,
    seed: Any = None,
    data_format: str | None = None,
) -> Any:
    """Images bent at random: pixels move by `alpha` times noise of deviation `sigma`, smoothed over `sigma` pixels.

    Rows and columns move independently (in Keras on JAX they move alike). Whole numbers are rounded.
    Source: Simard et al., "Best practices for convolutional neural networks applied to visual document analysis"
    (2003).

    Args:
        images: (batch, height, width, channels) or one image, or channels first.
        alpha, sigma: how far pixels move, and how alike neighbours do.
        interpolation: "nearest" or "bilinear".
        fill_mode, fill_value: what lies outside, as in `map_coordinates`.
        seed: an int (the same moves at each call), a `SeedGenerator`, or None for the global generator.

    Raises:
        ShapeError, ConfigError: shapes do not fit, or a mode is unknown.

    Example:
        >>> hornbeam.ops.image.elastic_transform(hornbeam.ops.ones((2, 8, 8, 3)), seed=1).shape
        (2, 8, 8, 3)
    """
    images = convert_to_tensor(images)
    given = (alpha, sigma, interpolation, fill_mode, fill_value, data_format)
    return random_elastic_transform(draw_seed(seed, images), images, *given)
