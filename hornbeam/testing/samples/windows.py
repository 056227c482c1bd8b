"""Samples of windows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample


def rows() -> Iterator[Sample]:
    """The samples."""
    for name in ("bartlett", "blackman", "hamming", "hanning"):
        for length in (0, 1, 2, 5, 8):
            yield Sample(name, (length,))
    for length in (0, 1, 2, 5, 8):
        yield Sample("kaiser", (length, 14.0))
    yield Sample("kaiser", (6, np.array(3.5, "float32")), gradient=True)
    yield Sample("hamming", (np.array([5]),), fixed=False)
