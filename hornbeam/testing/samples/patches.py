"""Samples of parts and neighbourhoods of images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

IMAGES = floats(2, 6, 7, 2)
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
BYTES = ints(2, 6, 7, 2, high=256, dtype="uint8")
VOLUMES = floats(2, 4, 5, 6, 2)
VOLUMES_FIRST = np.ascontiguousarray(VOLUMES.transpose(0, 4, 1, 2, 3))


def rows() -> Iterator[Sample]:
    """The samples."""
    for name, kind, target in (("image.crop_images", "cropping", (3, 2)), ("image.pad_images", "padding", (9, 12))):
        top, bottom, left, right = (f"{side}_{kind}" for side in ("top", "bottom", "left", "right"))
        sides = {top: 1, bottom: 2, left: 0, right: 3}
        yield Sample(name, (IMAGES,), sides, gradient=True)
        yield Sample(name, (IMAGES,), {top: 1, left: 2, "target_height": target[0], "target_width": target[1]})
        yield Sample(name, (IMAGES,), {bottom: 1, right: 2, "target_height": target[0], "target_width": target[1]})
        yield Sample(name, (FIRST,), {**sides, "data_format": "channels_first"}, gradient=True)
        yield Sample(name, (BYTES[0],), sides, batch=False)
    for padding in ("valid", "same"):
        yield Sample("image.extract_patches", (IMAGES, 3), {"padding": padding}, gradient=True)
        yield Sample("image.extract_patches", (BYTES, (2, 3)), {"strides": (2, 1), "padding": padding})
        yield Sample("image.extract_patches", (IMAGES, (3, 2)), {"strides": 1, "dilation_rate": 2, "padding": padding})
        keywords = {"padding": padding, "data_format": "channels_first"}
        yield Sample("image.extract_patches", (FIRST, (2, 3)), keywords, gradient=True)
        yield Sample("image.extract_patches", (VOLUMES, (2, 2, 3)), {"padding": padding})
        yield Sample("image.extract_patches_3d", (VOLUMES, (2, 3, 2)), {"strides": (1, 2, 1), "padding": padding})
        yield Sample("image.extract_patches_3d", (VOLUMES_FIRST, 2), keywords)
    yield Sample("image.extract_patches", (IMAGES[0], 2), batch=False)
    yield Sample("image.extract_patches_3d", (VOLUMES[0], 2), {"strides": 1, "dilation_rate": (1, 2, 2)}, batch=False)
    yield Sample("image.gaussian_blur", (IMAGES,), gradient=True)
    yield Sample("image.gaussian_blur", (IMAGES, (5, 3), (2.0, 0.5)), gradient=True)
    yield Sample("image.gaussian_blur", (IMAGES, (3, 3), np.array([0.8, 1.2], "float32")), batch=(0,))
    yield Sample("image.gaussian_blur", (FIRST, (3, 5)), {"data_format": "channels_first"}, gradient=True)
    yield Sample("image.gaussian_blur", (BYTES[0],), batch=False)
    yield Sample("image.sobel_edges", (IMAGES,), gradient=True)
    yield Sample("image.sobel_edges", (FIRST,), {"data_format": "channels_first"}, gradient=True)
    yield Sample("image.sobel_edges", (BYTES[0],), batch=False)
