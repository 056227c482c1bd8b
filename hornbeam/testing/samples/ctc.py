"""Samples of connectionist temporal classification."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats

SCORES = floats(3, 6, 4, low=-4.0, high=4.0)
LENGTHS = np.array([6, 4, 0], "int32")


def rows() -> Iterator[Sample]:
    """The samples."""
    labels, label_lengths = np.array([[1, 2, 2], [3, 1, 0], [0, 0, 0]], "int32"), np.array([3, 2, 0], "int32")
    for mask_index in (0, 3):
        rows = (labels % 3 + 1 if mask_index == 0 else labels % 3, SCORES, label_lengths, LENGTHS)
        yield Sample("ctc_loss", rows, {"mask_index": mask_index}, gradient=True, batch=(0, 1, 2, 3), tolerance=1e-4)
    for options in ({}, {"merge_repeated": False}, {"mask_index": 3}, {"mask_index": None}):
        yield Sample("ctc_decode", (SCORES, LENGTHS), options, batch=(0, 1))
    for options in (
        {"beam_width": 5},
        {"beam_width": 8, "top_paths": 3},
        {"beam_width": 8, "top_paths": 2, "mask_index": -1},
        {"beam_width": 30, "top_paths": 4},
    ):
        yield Sample("ctc_decode", (SCORES, LENGTHS, "beam_search"), options, batch=(0, 1))
