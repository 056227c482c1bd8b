"""Weights by class, turned into weights by sample."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from hornbeam.core.errors import ConfigError, ShapeError, StructureError
from hornbeam.train.data.host import leaves_with_path


def class_weights(class_weight: Mapping[int, float], y: Any, sample_weight: Any = None) -> np.ndarray:
    """The weight of each sample, from the weight of its class; a class that is not named weighs 1.

    `y` holds class numbers, shape (samples, ...) or (samples, ..., 1), or one-hot rows, shape (samples, ..., classes).

    Raises:
        ConfigError: `class_weight` is no mapping, or `sample_weight` is given too.
        StructureError: there are no targets, or more than one.
        ShapeError: negative class numbers.

    Example:
        >>> class_weights({1: 5.0}, np.array([0, 1]))
        array([1., 5.], dtype=float32)
    """
    if not isinstance(class_weight, Mapping):
        raise ConfigError(
            "`class_weight` must be a dict from class number to weight, such as {0: 1.0, 1: 5.0}. "
            f"Received: {class_weight!r:.80} ({type(class_weight).__name__})."
        )
    if sample_weight is not None:
        raise ConfigError(
            "`class_weight` and `sample_weight` cannot be given at the same time. "
            "Multiply them into one `sample_weight`."
        )
    targets = leaves_with_path(y)
    if len(targets) != 1:
        raise StructureError(
            f"`class_weight` is only supported for models with a single output. Received {len(targets)} targets in "
            "`y`; expected one. Use `sample_weight`, with one entry for each output."
        )
    labels = np.asarray(targets[0][1])
    if labels.ndim > 1:
        labels = labels.argmax(-1) if labels.shape[-1] != 1 else labels[..., 0]
    labels = np.round(labels).astype("int64")
    if labels.size and labels.min() < 0:
        raise ShapeError(f"`class_weight` needs class numbers from 0 in `y`. Received the class {labels.min()}.")
    size = max(int(labels.max()) if labels.size else 0, *(int(key) for key in class_weight), 0) + 1
    table = np.ones(size, "float32")
    for key, weight in class_weight.items():
        table[int(key)] = weight
    return table[labels]
