"""Crossentropies and other distances of distributions, as metrics."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.losses import functions
from hornbeam.metrics.reductions import FunctionMetric


@export("keras.metrics.BinaryCrossentropy")
class BinaryCrossentropy(FunctionMetric):
    """Mean crossentropy of labels 0 and 1 with probabilities.

    Args:
        from_logits: whether predictions are before the sigmoid.
        label_smoothing: how far labels are drawn towards 1/2.

    Example:
        >>> m = hornbeam.metrics.BinaryCrossentropy()
        >>> round(float(m([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
        0.8149
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
    ) -> None:
        super().__init__(
            functions.binary_crossentropy, name, dtype, from_logits=from_logits, label_smoothing=label_smoothing
        )


@export("keras.metrics.CategoricalCrossentropy")
class CategoricalCrossentropy(FunctionMetric):
    """Mean crossentropy of one-hot labels with probabilities.

    Args:
        from_logits: whether predictions are before the softmax.
        label_smoothing: how far labels are drawn towards equal ones.
        axis: axis of the classes.

    Example:
        >>> m = hornbeam.metrics.CategoricalCrossentropy()
        >>> round(float(m([[0, 1, 0], [0, 0, 1]], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 3)
        1.177
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        label_smoothing: float = 0,
        axis: int = -1,
    ) -> None:
        super().__init__(
            functions.categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=label_smoothing,
            axis=axis,
        )


@export("keras.metrics.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(FunctionMetric):
    """Mean crossentropy of class numbers with probabilities.

    Args:
        from_logits: whether predictions are before the softmax.
        ignore_class: a class number that counts nothing.
        axis: axis of the classes.

    Example:
        >>> m = hornbeam.metrics.SparseCategoricalCrossentropy()
        >>> round(float(m([1, 2], [[0.05, 0.95, 0], [0.1, 0.8, 0.1]])), 3)
        1.177
    """

    _direction = "down"

    def __init__(
        self,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
        from_logits: bool = False,
        ignore_class: int | None = None,
        axis: int = -1,
    ) -> None:
        super().__init__(
            functions.sparse_categorical_crossentropy,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )


@export("keras.metrics.KLDivergence")
class KLDivergence(FunctionMetric):
    """Mean of sum(y_true * log(y_true / y_pred)).

    Example:
        >>> m = hornbeam.metrics.KLDivergence()
        >>> round(float(m([[0, 1], [0, 0]], [[0.6, 0.4], [0.4, 0.6]])), 4)
        0.4581
    """

    _direction = "down"

    def __init__(self, name: str | None = "kl_divergence", dtype: Any = None) -> None:
        super().__init__(functions.kl_divergence, name, dtype)


@export("keras.metrics.Poisson")
class Poisson(FunctionMetric):
    """Mean of y_pred - y_true * log(y_pred).

    Example:
        >>> m = hornbeam.metrics.Poisson()
        >>> round(float(m([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
        0.25
    """

    _direction = "down"

    def __init__(self, name: str | None = "poisson", dtype: Any = None) -> None:
        super().__init__(functions.poisson, name, dtype)
