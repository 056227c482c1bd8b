"""How often predictions are right."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core import config, registry
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.losses.loss import same_rank
from hornbeam.metrics.reductions import FunctionMetric


def paired(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as tensors of one engine and of one rank, where a last axis of size 1 is all that keeps them from it."""
    y_true, y_pred = tensors(y_true, y_pred)
    return same_rank(y_true, y_pred)


def tensors(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as tensors; labels that are none yet follow the predictions."""
    y_pred = ops.convert_to_tensor(y_pred)
    owner = registry.backend_of(y_pred)
    if owner is not None and registry.backend_of(y_true) is None:
        return owner.convert(y_true, None), y_pred
    return ops.convert_to_tensor(y_true), y_pred


def _floats(matches: Any) -> Any:
    return ops.cast(matches, config.floatx())


def accuracy(y_true: Any, y_pred: Any) -> Any:
    """1.0 where `y_true == y_pred`, element by element."""
    y_true, y_pred = paired(y_true, y_pred)
    return _floats(ops.equal(y_true, y_pred))


@export("keras.metrics.binary_accuracy")
def binary_accuracy(y_true: Any, y_pred: Any, threshold: float = 0.5) -> Any:
    """1.0 where `y_true == (y_pred > threshold)`, element by element.

    Example:
        >>> hornbeam.metrics.binary_accuracy([1, 0], [0.9, 0.8])
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = paired(y_true, y_pred)
    return _floats(ops.equal(y_true, ops.cast(ops.greater(y_pred, threshold), y_pred.dtype)))


@export("keras.metrics.categorical_accuracy")
def categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1.0 where the largest of `y_true` and of `y_pred` stand at one place; shape without the last axis.

    Example:
        >>> hornbeam.metrics.categorical_accuracy([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]])
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = tensors(y_true, y_pred)
    return _floats(ops.equal(ops.argmax(y_true, -1), ops.argmax(y_pred, -1)))


@export("keras.metrics.sparse_categorical_accuracy")
def sparse_categorical_accuracy(y_true: Any, y_pred: Any) -> Any:
    """1.0 where the largest of `y_pred` stands at place `y_true`; shape of `y_pred` without the last axis.

    Example:
        >>> hornbeam.metrics.sparse_categorical_accuracy([1, 1], [[0.2, 0.8], [0.6, 0.4]])
        array([1., 0.], dtype=float32)
    """
    y_true, y_pred = tensors(y_true, y_pred)
    return _floats(ops.equal(_labels(y_true, y_pred), ops.argmax(y_pred, -1)))


def _labels(y_true: Any, y_pred: Any) -> Any:
    """`y_true` without the last axis where that is of size 1 and `y_pred` has its classes."""
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    return y_true


@export("keras.metrics.top_k_categorical_accuracy")
def top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5) -> Any:
    """1.0 where the class of `y_true` (one-hot) is among the `k` largest of `y_pred`.

    Example:
        >>> hornbeam.metrics.top_k_categorical_accuracy([[1, 0, 0]], [[0.3, 0.5, 0.2]], k=2)
        array([1.], dtype=float32)
    """
    y_true, y_pred = tensors(y_true, y_pred)
    return sparse_top_k_categorical_accuracy(ops.argmax(y_true, -1), y_pred, k)


@export("keras.metrics.sparse_top_k_categorical_accuracy")
def sparse_top_k_categorical_accuracy(y_true: Any, y_pred: Any, k: int = 5, from_sorted_ids: bool = False) -> Any:
    """1.0 where the class `y_true` is among the `k` largest of `y_pred`.

    Args:
        y_true: class numbers.
        y_pred: scores [..., classes]; with `from_sorted_ids`, class numbers from the most likely on.
        k: how many count.

    Example:
        >>> hornbeam.metrics.sparse_top_k_categorical_accuracy([0], [[0.3, 0.5, 0.2]], k=2)
        array([1.], dtype=float32)
    """
    y_true, y_pred = tensors(y_true, y_pred)
    labels = ops.reshape(_labels(y_true, y_pred), (-1,))
    scores = ops.reshape(y_pred, (-1, y_pred.shape[-1]))
    if from_sorted_ids:
        found = ops.any(ops.equal(ops.expand_dims(labels, -1), scores[:, :k]), axis=-1)
    else:
        found = ops.in_top_k(ops.cast(labels, "int32"), scores, k)
    shape = ops.shape(y_pred)[:-1]
    return _floats(found) if len(shape) == 1 else ops.reshape(_floats(found), shape)


@export("keras.metrics.Accuracy")
class Accuracy(FunctionMetric):
    """How often predictions equal labels.

    Example:
        >>> float(hornbeam.metrics.Accuracy()([1, 2, 3, 4], [0, 2, 3, 4]))
        0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "accuracy", dtype: Any = None) -> None:
        super().__init__(accuracy, name, dtype)


@export("keras.metrics.BinaryAccuracy")
class BinaryAccuracy(FunctionMetric):
    """How often predictions lie on the side of `threshold` that binary labels say.

    Example:
        >>> float(hornbeam.metrics.BinaryAccuracy()([1, 1, 0, 0], [0.98, 1, 0, 0.6]))
        0.75
    """

    _direction = "up"

    def __init__(self, name: str | None = "binary_accuracy", dtype: Any = None, threshold: float = 0.5) -> None:
        if threshold is not None and not 0 < threshold < 1:
            raise ConfigError(f"BinaryAccuracy: threshold must lie between 0 and 1, got {threshold}.")
        super().__init__(binary_accuracy, name, dtype, threshold=threshold)


@export("keras.metrics.CategoricalAccuracy")
class CategoricalAccuracy(FunctionMetric):
    """How often the largest score stands where one-hot labels say.

    Example:
        >>> float(hornbeam.metrics.CategoricalAccuracy()([[0, 1], [1, 0]], [[0.2, 0.8], [0.4, 0.6]]))
        0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(categorical_accuracy, name, dtype)


@export("keras.metrics.SparseCategoricalAccuracy")
class SparseCategoricalAccuracy(FunctionMetric):
    """How often the largest score stands where integer labels say.

    Example:
        >>> float(hornbeam.metrics.SparseCategoricalAccuracy()([1, 0], [[0.2, 0.8], [0.4, 0.6]]))
        0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "sparse_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(sparse_categorical_accuracy, name, dtype)


@export("keras.metrics.TopKCategoricalAccuracy")
class TopKCategoricalAccuracy(FunctionMetric):
    """How often the class of one-hot labels is among the `k` largest scores.

    Example:
        >>> float(hornbeam.metrics.TopKCategoricalAccuracy(k=1)([[0, 0, 1]], [[0.1, 0.9, 0.8]]))
        0.0
    """

    _direction = "up"

    def __init__(self, k: int = 5, name: str | None = "top_k_categorical_accuracy", dtype: Any = None) -> None:
        super().__init__(top_k_categorical_accuracy, name, dtype, k=k)


@export("keras.metrics.SparseTopKCategoricalAccuracy")
class SparseTopKCategoricalAccuracy(FunctionMetric):
    """How often integer labels are among the `k` largest scores.

    Example:
        >>> float(hornbeam.metrics.SparseTopKCategoricalAccuracy(k=1)([2], [[0.1, 0.9, 0.8]]))
        0.0
    """

    _direction = "up"

    def __init__(
        self,
        k: int = 5,
        name: str | None = "sparse_top_k_categorical_accuracy",
        dtype: Any = None,
        from_sorted_ids: bool = False,
    ) -> None:
        super().__init__(sparse_top_k_categorical_accuracy, name, dtype, k=k, from_sorted_ids=from_sorted_ids)
