"""Samples of warps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints

FILL_MODES = ("constant", "nearest", "wrap", "mirror", "reflect")
IMAGES = floats(2, 5, 6, 2)
FIRST = np.ascontiguousarray(IMAGES.transpose(0, 3, 1, 2))
BYTES = ints(2, 5, 6, 2, high=256, dtype="uint8")
ZOOM = np.array([1.31, 0.17, -1.737, 0.11, 1.23, -0.937, 0.0, 0.0], "float32")
TILT = np.array([1.07, -0.13, 0.43, 0.19, 0.89, 0.577, 0.02, -0.03], "float32")
BOTH = np.stack([ZOOM, TILT])
START = np.array([[0.0, 0.0], [5.0, 0.0], [0.0, 4.0], [5.0, 4.0]], "float32")
END = np.array([[0.7, 0.4], [4.6, 0.9], [0.3, 4.4], [5.8, 3.7]], "float32")
PLANE = floats(5, 4)
# inside, at the edges and far outside; never halfway between two elements
PLACES = floats(2, 4, 3, low=-9.0, high=12.0)
SEED = np.array([3, 0], "uint32")


def rows() -> Iterator[Sample]:
    """The samples."""
    for order in (0, 1):
        for mode in FILL_MODES:
            keywords = {"fill_mode": mode, "fill_value": 0.3}
            yield Sample("image.map_coordinates", (PLANE, PLACES, order), keywords, batch=False, tolerance=1e-4)
    yield Sample("image.map_coordinates", (PLANE, PLACES / 5.0, 1), gradient=True, batch=False, tolerance=1e-3)
    yield Sample("image.map_coordinates", (PLANE[0], PLACES[:1], 1), batch=False, tolerance=1e-4)
    yield Sample("image.map_coordinates", (BYTES[0], floats(3, 7, low=-1.0, high=5.0), 1), batch=False)
    yield Sample("image.map_coordinates", (PLANE, PLACES[:, :0], 1), batch=False)
    for interpolation in ("nearest", "bilinear"):
        for mode in FILL_MODES:
            keywords = {"interpolation": interpolation, "fill_mode": mode, "fill_value": 0.3}
            yield Sample("image.affine_transform", (IMAGES, TILT), keywords, tolerance=1e-4)
        yield Sample("image.affine_transform", (BYTES, BOTH), {"interpolation": interpolation}, batch=(0, 1))
        keywords = {"interpolation": interpolation, "fill_value": 0.3}
        yield Sample("image.perspective_transform", (IMAGES, START, END), keywords, tolerance=1e-4)
    yield Sample("image.affine_transform", (IMAGES, ZOOM), gradient=True, tolerance=1e-3)
    yield Sample("image.affine_transform", (IMAGES[0], ZOOM), batch=False, tolerance=1e-4)
    yield Sample(
        "image.affine_transform", (FIRST, BOTH), {"data_format": "channels_first"}, batch=(0, 1), tolerance=1e-4
    )
    yield Sample("image.perspective_transform", (IMAGES[0], START, END), gradient=True, batch=False, tolerance=1e-3)
    yield Sample(
        "image.perspective_transform",
        (FIRST, np.stack([START, END]), np.stack([END, START])),
        {"data_format": "channels_first"},
        batch=(0, 1, 2),
        tolerance=1e-4,
    )
    for images, data_format in ((IMAGES, "channels_last"), (FIRST, "channels_first")):
        arguments = (SEED, images, 3.0, 1.5, "bilinear", "reflect", 0.0, data_format)
        yield Sample("random.elastic_transform", arguments, batch=(1,))
    yield Sample("random.elastic_transform", (SEED, BYTES, 3.0, 1.5, "nearest", "constant", 1.0, None), batch=(1,))
