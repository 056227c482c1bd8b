"""What operations on images share: where an image has its axes, and the dtypes that its pixels are computed in.

An image is (height, width, channels) or, channels first, (channels, height, width); a batch has one axis more in front.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from hornbeam.core import config
from hornbeam.core.dtype import is_complex, is_floating
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError
from hornbeam.ops.create import like
from hornbeam.ops.elementwise import cast, dtype_of, round, saturate_cast
from hornbeam.ops.move import expand_dims

DATA_FORMATS = ("channels_last", "channels_first")


class Layout(NamedTuple):
    """The axes of an image, counted from the end."""

    rows: int
    columns: int
    channels: int


def layout(images: Any, data_format: str | None, argument: str = "images") -> Layout:
    """Where `images` have their axes; a ShapeError where they are no images."""
    data_format = data_format or config.image_data_format()
    check_choice("data_format", data_format, DATA_FORMATS)
    if len(images.shape) not in (3, 4):
        raise ShapeError(
            f"`{argument}` must be one image (3 axes) or a batch of images (4 axes). "
            f"Received: shape {tuple(images.shape)}."
        )
    return Layout(-3, -2, -1) if data_format == "channels_last" else Layout(-2, -1, -3)


def check_choice(argument: str, value: Any, allowed: Sequence[Any]) -> None:
    """Refuse a value that is not among those allowed."""
    if value not in allowed:
        shown = ", ".join(map(repr, allowed))
        raise ConfigError(f"`{argument}` must be one of {shown}. Received: {value!r}.")


def known(size: Any) -> bool:
    """Whether a size is a number now; others are known when data arrives."""
    return type(size) is int


def scalar(x: Any, value: Any, dtype: str | None = None) -> Any:
    """A number, or a size, as a tensor beside x; in its dtype if none is given."""
    return like(x, "full", (), value, dtype or dtype_of(x))


def numbers(x: Any, count: Any, dtype: str = "int32") -> Any:
    """0, 1, ... count - 1 as a tensor beside x."""
    return cast(like(x, "arange", 0, count, 1, "int32"), dtype)


def in_float(x: Any) -> Any:
    """Pixels in the dtype that they are computed in: float64 as it is, all others as float32."""
    if is_complex(dtype_of(x)):
        raise DtypeError(f"Pixels are real numbers. Received: {dtype_of(x)}.")
    return x if dtype_of(x) in ("float32", "float64") else cast(x, "float32")


def restored(x: Any, dtype: str, rounded: bool = True) -> Any:
    """Computed pixels in the images' dtype; whole numbers are rounded or cut off, and stay in their range."""
    if is_floating(dtype):
        return x if dtype_of(x) == dtype else cast(x, dtype)
    return saturate_cast(round(x) if rounded else x, dtype)


def as_batch(images: Any) -> Any:
    """One image as a batch of one."""
    return expand_dims(images, 0) if len(images.shape) == 3 else images


def like_given(found: Any, images: Any) -> Any:
    """A batch as what was given: images, or one image."""
    return found if len(images.shape) == 4 else found[0]
