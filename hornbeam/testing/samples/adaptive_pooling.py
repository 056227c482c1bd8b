"""Samples of pooling to a size."""

from __future__ import annotations

from collections.abc import Iterator

from hornbeam.testing.sample import Sample, floats, ints

# no two elements of a window are equal
IMAGES = floats(2, 5, 6, 3)


def rows() -> Iterator[Sample]:
    """The samples."""
    for name in ("adaptive_average_pool", "adaptive_max_pool"):
        yield Sample(name, (IMAGES, 3), gradient=True)
        yield Sample(name, (IMAGES, (2, 7)))
        yield Sample(name, (IMAGES, 1), gradient=True)
        yield Sample(name, (IMAGES, (5, 2)), {"data_format": "channels_last"})
        yield Sample(name, (IMAGES, (4, 2)), {"data_format": "channels_first"}, gradient=True)
        yield Sample(name, (floats(2, 5, 3), 2))
        yield Sample(name, (floats(2, 3, 4, 5, 2), (2, 2, 3)), gradient=True)
        yield Sample(name, (ints(1, 5, 2), 2))
