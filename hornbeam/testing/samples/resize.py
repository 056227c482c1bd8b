"""Samples of resampling."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

IMAGES = floats(2, 5, 6, 2)
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
BYTES = ints(2, 5, 6, 2, high=256, dtype="uint8")
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5")
SCALE, SHIFT = np.array([0.7, 1.6], "float32"), np.array([0.4, -1.2], "float32")


def rows() -> Iterator[Sample]:
    """The samples."""
    for interpolation in INTERPOLATIONS:
        yield Sample("image.resize", (IMAGES, (3, 8)), {"interpolation": interpolation}, gradient=True)
        yield Sample("image.resize", (IMAGES, (3, 4)), {"interpolation": interpolation, "antialias": True})
        yield Sample("image.resize", (FIRST, (7, 3)), {"interpolation": interpolation, "data_format": "channels_first"})
    yield Sample("image.resize", (BYTES, (3, 8)))
    yield Sample("image.resize", (IMAGES[0], (5, 3)), batch=False)
    for ratio in ("crop_to_aspect_ratio", "pad_to_aspect_ratio"):
        for size in ((4, 4), (2, 9), (12, 3)):
            yield Sample("image.resize", (IMAGES, size), {ratio: True}, gradient=size == (4, 4))
        yield Sample("image.resize", (FIRST, (4, 4)), {ratio: True, "data_format": "channels_first"})
        yield Sample("image.resize", (BYTES, (4, 4)), {ratio: True, "interpolation": "nearest"})
    yield Sample("image.resize", (IMAGES, (4, 4)), {"pad_to_aspect_ratio": True, "fill_value": 0.7})
    for method in ("linear", "bilinear", "trilinear", "cubic", "bicubic", "tricubic", "lanczos3", "lanczos5"):
        for antialias in (True, False):
            yield Sample(
                "image.scale_and_translate",
                (IMAGES, (2, 4, 8, 2), SCALE, SHIFT, (1, 2), method),
                {"antialias": antialias},
                batch=False,
            )
    yield Sample("image.scale_and_translate", (IMAGES[0, :, :, 0], (4, 6), SCALE[:1], SHIFT[:1], (-2,), "linear"))
    yield Sample("image.scale_and_translate", (IMAGES[0], (4, 8, 2), SCALE, SHIFT, (0, 1), "cubic"), batch=False)
