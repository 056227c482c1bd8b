"""Samples of rearrangements."""

from __future__ import annotations

from collections.abc import Iterator

from hornbeam.testing.sample import Sample, floats, ints

X = floats(2, 6, 4)
IMAGES = floats(2, 3, 5, 6)


def rows() -> Iterator[Sample]:
    """The samples."""
    yield Sample("rearrange", (X, "a b c -> c a b"), gradient=True)
    yield Sample("rearrange", (X, "a (b p) c -> (a p) c b"), {"p": 3}, gradient=True)
    yield Sample("rearrange", (X, "a (b p) (c q) -> a (p c) 1 (q b)"), {"b": 2, "q": 2})
    yield Sample("rearrange", (X, "a ... -> (...) a"))
    yield Sample("rearrange", (IMAGES, "a ... c -> ... (a c) ()"))
    yield Sample("rearrange", (X[:, :1], "a 1 c -> a c"))
    yield Sample("rearrange", (ints(2, 3), "... -> (...)"))
    yield Sample("depth_to_space", (floats(2, 3, 2, 12), 2), gradient=True)
    yield Sample("depth_to_space", (floats(2, 18, 1, 2), 3, "channels_first"))
    yield Sample("space_to_depth", (floats(2, 4, 6, 3), 2), gradient=True)
    yield Sample("space_to_depth", (floats(2, 2, 3, 6), 3), {"data_format": "channels_first"})
    yield Sample("unfold", (IMAGES, 2), gradient=True)
    yield Sample("unfold", (IMAGES, (2, 3)), {"dilation": (1, 2), "padding": (1, 0), "stride": (2, 1)})
    yield Sample("unfold", (IMAGES, 7))
    yield Sample("fold", (floats(2, 12, 12), (4, 5), 2), gradient=True)
    yield Sample("fold", (floats(2, 18, 6), (5, 6), (2, 3)), {"dilation": (1, 2), "padding": (1, 0), "stride": (2, 1)})
