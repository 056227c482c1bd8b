"""Samples of conversions between colour spaces, and of the similarity of images."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

COLOURS = floats(2, 4, 5, 3, low=0.05, high=0.95)
FIRST = np.ascontiguousarray(COLOURS.transpose(0, 3, 1, 2))
BYTES = ints(2, 4, 5, 3, high=256, dtype="uint8")
# grey, black, white, and each channel the largest in turn
EDGES = np.array([[[0.5, 0.5, 0.5], [0, 0, 0], [1, 1, 1], [1, 0, 0.2], [0.2, 1, 0], [0, 0.2, 1]]], "float32")
ONE, TWO = floats(2, 12, 13, 3, low=0.0, high=1.0), floats(2, 12, 13, 3, seed=1, low=0.0, high=1.0)


def rows() -> Iterator[Sample]:
    """The samples."""
    for name in ("image.rgb_to_grayscale", "image.rgb_to_hsv", "image.hsv_to_rgb"):
        yield Sample(name, (COLOURS,), gradient=True)
        yield Sample(name, (FIRST,), {"data_format": "channels_first"}, gradient=True)
        yield Sample(name, (EDGES,), batch=False)
    yield Sample("image.rgb_to_grayscale", (BYTES,))
    yield Sample("image.rgb_to_grayscale", (COLOURS[..., :1],), gradient=True)
    yield Sample("image.ssim", (ONE, TWO), gradient=True)
    yield Sample("image.ssim", (ONE[0], TWO[0]), batch=False)
    yield Sample(
        "image.ssim",
        (ONE, TWO),
        {"max_val": 2.0, "filter_size": 4, "filter_sigma": 1.0, "k1": 0.02, "k2": 0.05},
        gradient=True,
    )
    yield Sample("image.ssim", (ONE, TWO), {"filter_size": 3, "data_format": "channels_first"}, gradient=True)
