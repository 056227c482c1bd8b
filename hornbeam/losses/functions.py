"""Losses as functions of `(y_true, y_pred)`: a value for each sample, or for each sample and position."""

from __future__ import annotations

from typing import Any

from hornbeam.core import config
from hornbeam.core import dtype as dtypes
from hornbeam.core.export import export
from hornbeam.losses.loss import same_rank
from hornbeam.ops import activation, create, elementwise, move, reduce
from hornbeam.ops import loss as crossentropies


def _pair(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    """Both as tensors of the predictions' dtype and of one rank."""
    y_pred = create.convert_to_tensor(y_pred)
    if not dtypes.is_floating(dtypes.standardize(y_pred.dtype)):
        y_pred = elementwise.cast(y_pred, config.floatx())
    y_true = elementwise.cast(create.convert_to_tensor(y_true), dtypes.standardize(y_pred.dtype))
    return same_rank(y_true, y_pred)


@export("keras.losses.mean_squared_error", "keras.metrics.mean_squared_error")
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """mean((y_true - y_pred)^2) over the last axis.

    Example:
        >>> float(hornbeam.losses.mean_squared_error([0.0, 0.0], [1.0, 3.0]))
        5.0
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce.mean(elementwise.square(y_true - y_pred), -1)


@export("keras.losses.mean_absolute_error", "keras.metrics.mean_absolute_error")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """mean(|y_true - y_pred|) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce.mean(elementwise.absolute(y_true - y_pred), -1)


@export("keras.losses.mean_absolute_percentage_error", "keras.metrics.mean_absolute_percentage_error")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """100 * mean(|y_true - y_pred| / max(|y_true|, epsilon)) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    share = elementwise.absolute(y_true - y_pred) / elementwise.maximum(elementwise.absolute(y_true), config.epsilon())
    return reduce.mean(share, -1) * 100.0


@export("keras.losses.mean_squared_logarithmic_error", "keras.metrics.mean_squared_logarithmic_error")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """mean((log(y_true + 1) - log(y_pred + 1))^2) over the last axis; values below epsilon count as epsilon."""
    y_true, y_pred = _pair(y_true, y_pred)
    first = elementwise.log(elementwise.maximum(y_pred, config.epsilon()) + 1.0)
    second = elementwise.log(elementwise.maximum(y_true, config.epsilon()) + 1.0)
    return reduce.mean(elementwise.square(first - second), -1)


@export("keras.losses.huber")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Mean over the last axis of e^2 / 2 for errors |e| <= delta, and delta * |e| - delta^2 / 2 beyond.

    Source: Huber (1964), Robust Estimation of a Location Parameter.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = elementwise.absolute(y_pred - y_true)
    inside = elementwise.square(error) * 0.5
    return reduce.mean(elementwise.where(error <= delta, inside, error * delta - 0.5 * delta * delta), -1)


@export("keras.losses.log_cosh", "keras.metrics.log_cosh")
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """mean(log(cosh(y_pred - y_true))) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    error = y_pred - y_true
    return reduce.mean(error + activation.softplus(error * -2.0) - 0.6931471805599453, -1)


@export("keras.losses.cosine_similarity", "keras.metrics.cosine_similarity")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """-cos of the angle between the two along `axis`: -1 for the same direction."""
    from hornbeam.ops.norm import normalize

    y_true, y_pred = _pair(y_true, y_pred)
    return -reduce.sum(normalize(y_true, axis) * normalize(y_pred, axis), axis)


@export("keras.losses.poisson", "keras.metrics.poisson")
def poisson(y_true: Any, y_pred: Any) -> Any:
    """mean(y_pred - y_true * log(y_pred + epsilon)) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce.mean(y_pred - y_true * elementwise.log(y_pred + config.epsilon()), -1)


@export("keras.losses.kl_divergence", "keras.metrics.kl_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """sum(y_true * log(y_true / y_pred)) over the last axis."""
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = elementwise.clip(y_true, config.epsilon(), 1.0)
    y_pred = elementwise.clip(y_pred, config.epsilon(), 1.0)
    return reduce.sum(y_true * elementwise.log(y_true / y_pred), -1)


def _signed(y_true: Any) -> Any:
    """Targets 0 and 1 as -1 and 1; others as they are."""
    binary = reduce.all(elementwise.logical_or(elementwise.equal(y_true, 0.0), elementwise.equal(y_true, 1.0)))
    return elementwise.where(binary, y_true * 2.0 - 1.0, y_true)


@export("keras.losses.hinge", "keras.metrics.hinge")
def hinge(y_true: Any, y_pred: Any) -> Any:
    """mean(max(1 - y_true * y_pred, 0)) over the last axis, with targets -1 and 1 (0 and 1 are taken as those)."""
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce.mean(elementwise.maximum(1.0 - _signed(y_true) * y_pred, 0.0), -1)


@export("keras.losses.squared_hinge", "keras.metrics.squared_hinge")
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """mean(max(1 - y_true * y_pred, 0)^2) over the last axis, with targets -1 and 1."""
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce.mean(elementwise.square(elementwise.maximum(1.0 - _signed(y_true) * y_pred, 0.0)), -1)


@export("keras.losses.categorical_hinge", "keras.metrics.categorical_hinge")
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """max(best wrong class - right class + 1, 0), with one-hot targets."""
    y_true, y_pred = _pair(y_true, y_pred)
    right = reduce.sum(y_true * y_pred, -1)
    wrong = reduce.max((1.0 - y_true) * y_pred, -1)
    return elementwise.maximum(wrong - right + 1.0, 0.0)


def _smoothed(y_true: Any, label_smoothing: float, classes: Any) -> Any:
    return y_true * (1.0 - label_smoothing) + label_smoothing / classes if label_smoothing else y_true


@export("keras.losses.binary_crossentropy", "keras.metrics.binary_crossentropy")
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """mean(-y_true * log(y_pred) - (1 - y_true) * log(1 - y_pred)) over `axis`."""
    y_true, y_pred = _pair(y_true, y_pred)
    return reduce.mean(
        crossentropies.binary_crossentropy(_smoothed(y_true, label_smoothing, 2.0), y_pred, from_logits), axis
    )


@export("keras.losses.categorical_crossentropy", "keras.metrics.categorical_crossentropy")
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """-sum(y_true * log(y_pred)) over the classes, with one-hot targets."""
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_pred.shape[axis])
    return crossentropies.categorical_crossentropy(y_true, y_pred, from_logits, axis)


@export("keras.losses.sparse_categorical_crossentropy", "keras.metrics.sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """-log of the probability that was given to the right class, with class numbers as targets.

    Args:
        ignore_class: positions with this class count nothing.
    """
    y_true, y_pred = create.convert_to_tensor(y_true), create.convert_to_tensor(y_pred)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = move.squeeze(y_true, -1)
    if not dtypes.is_integer(dtypes.standardize(y_true.dtype)):
        y_true = elementwise.cast(y_true, "int32")
    if ignore_class is None:
        return crossentropies.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)
    valid = elementwise.not_equal(y_true, ignore_class)
    safe = elementwise.where(valid, y_true, create.zeros_like(y_true))
    values = crossentropies.sparse_categorical_crossentropy(safe, y_pred, from_logits, axis)
    return elementwise.where(valid, values, create.zeros_like(values))


@export("keras.losses.binary_focal_crossentropy", "keras.metrics.binary_focal_crossentropy")
def binary_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    apply_class_balancing: bool = False,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """`binary_crossentropy` times (1 - p)^gamma, p the probability given to the right answer.

    Source: Lin et al., https://arxiv.org/abs/1708.02002.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, 2.0)
    if from_logits:
        y_pred = activation.sigmoid(y_pred)
    values = crossentropies.binary_crossentropy(y_true, y_pred, False)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    values = elementwise.power(1.0 - right, gamma) * values
    if apply_class_balancing:
        values = (y_true * alpha + (1.0 - y_true) * (1.0 - alpha)) * values
    return reduce.mean(values, axis)


@export("keras.losses.categorical_focal_crossentropy", "keras.metrics.categorical_focal_crossentropy")
def categorical_focal_crossentropy(
    y_true: Any,
    y_pred: Any,
    alpha: float = 0.25,
    gamma: float = 2.0,
    from_logits: bool = False,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Any:
    """alpha * sum((1 - y_pred)^gamma * -y_true * log(y_pred)) over the classes.

    Source: Lin et al., https://arxiv.org/abs/1708.02002.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    y_true = _smoothed(y_true, label_smoothing, y_pred.shape[axis])
    if from_logits:
        y_pred = activation.softmax(y_pred, axis)
    y_pred = y_pred / reduce.sum(y_pred, axis, keepdims=True)
    y_pred = elementwise.clip(y_pred, config.epsilon(), 1.0 - config.epsilon())
    values = elementwise.power(1.0 - y_pred, gamma) * alpha * (-y_true * elementwise.log(y_pred))
    return reduce.sum(values, axis)


@export("keras.losses.dice")
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """1 - 2 * sum(y_true * y_pred) / (sum(y_true) + sum(y_pred)) over `axis`; over everything if None."""
    y_true, y_pred = _pair(y_true, y_pred)
    overlap = reduce.sum(y_true * y_pred, axis)
    total = reduce.sum(y_true, axis) + reduce.sum(y_pred, axis)
    return 1.0 - (overlap * 2.0) / (total + config.epsilon())


@export("keras.losses.tversky")
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Any:
    """1 - hits / (hits + alpha * false positives + beta * false negatives) over `axis`.

    Source: Salehi et al., https://arxiv.org/abs/1706.05721.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    hits = reduce.sum(y_true * y_pred, axis)
    positives = reduce.sum((1.0 - y_true) * y_pred, axis)
    negatives = reduce.sum(y_true * (1.0 - y_pred), axis)
    return 1.0 - hits / (hits + positives * alpha + negatives * beta + config.epsilon())
