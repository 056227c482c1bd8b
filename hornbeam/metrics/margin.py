"""Hinge losses as metrics."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.losses import functions
from hornbeam.metrics.reductions import FunctionMetric


@export("keras.metrics.Hinge")
class Hinge(FunctionMetric):
    """Mean of max(1 - y_true * y_pred, 0), for labels -1 and 1 (0 counts as -1).

    Example:
        >>> float(hornbeam.metrics.Hinge()([[0, 1], [0, 0]], [[0.5, 0.5], [0.5, 0.5]]))
        1.25
    """

    _direction = "down"

    def __init__(self, name: str | None = "hinge", dtype: Any = None) -> None:
        super().__init__(functions.hinge, name, dtype)


@export("keras.metrics.SquaredHinge")
class SquaredHinge(FunctionMetric):
    """Mean of max(1 - y_true * y_pred, 0) squared, for labels -1 and 1 (0 counts as -1).

    Example:
        >>> float(hornbeam.metrics.SquaredHinge()([[0, 1], [0, 0]], [[0.5, 0.5], [0.5, 0.5]]))
        1.75
    """

    _direction = "down"

    def __init__(self, name: str | None = "squared_hinge", dtype: Any = None) -> None:
        super().__init__(functions.squared_hinge, name, dtype)


@export("keras.metrics.CategoricalHinge")
class CategoricalHinge(FunctionMetric):
    """Mean of max(best wrong score - right score + 1, 0), for one-hot labels.

    Example:
        >>> float(hornbeam.metrics.CategoricalHinge()([[0, 1]], [[0.5, 0.5]]))
        1.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "categorical_hinge", dtype: Any = None) -> None:
        super().__init__(functions.categorical_hinge, name, dtype)
