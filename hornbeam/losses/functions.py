"""Losses of each sample as functions `(y_true, y_pred)` -> tensor without the last axis."""

from __future__ import annotations

import math
import warnings
from typing import Any

from hornbeam import ops
from hornbeam.core import config
from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.losses.loss import backend_for, same_rank, tensor
from hornbeam.ops.ctc import ctc_loss


def _pair(y_true: Any, y_pred: Any, floating: bool = True, fit: bool = True) -> tuple[Any, Any]:
    """Both as tensors of the predictions' dtype and, with `fit`, of one rank."""
    backend = backend_for(y_pred, y_true)
    y_pred = tensor(y_pred, backend, None)
    name = dtypes.standardize(y_pred.dtype)
    if floating and not dtypes.is_floating(name):
        name = config.floatx()
        y_pred = ops.cast(y_pred, name)
    y_true = tensor(y_true, backend, name)
    return same_rank(y_true, y_pred) if fit else (y_true, y_pred)


# Regression


@export("keras.losses.mean_squared_error", "keras.metrics.mean_squared_error")
def mean_squared_error(y_true: Any, y_pred: Any) -> Any:
    """`mean(square(y_true - y_pred))` over the last axis.

    Example:
        >>> hornbeam.losses.mean_squared_error([[0.0, 2.0]], [[0.0, 0.0]])
        array([2.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, floating=False)
    return ops.mean(ops.square(y_true - y_pred), axis=-1)


@export("keras.losses.mean_absolute_error", "keras.metrics.mean_absolute_error")
def mean_absolute_error(y_true: Any, y_pred: Any) -> Any:
    """`mean(abs(y_true - y_pred))` over the last axis.

    Example:
        >>> hornbeam.losses.mean_absolute_error([[0.0, 2.0]], [[0.0, 0.0]])
        array([1.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, floating=False)
    return ops.mean(ops.absolute(y_true - y_pred), axis=-1)


@export("keras.losses.mean_absolute_percentage_error", "keras.metrics.mean_absolute_percentage_error")
def mean_absolute_percentage_error(y_true: Any, y_pred: Any) -> Any:
    """`100 * mean(abs((y_true - y_pred) / y_true))` over the last axis; |y_true| counts as `epsilon` at least.

    Example:
        >>> hornbeam.losses.mean_absolute_percentage_error([[1.0, 2.0]], [[1.0, 1.0]])
        array([25.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    share = ops.absolute((y_true - y_pred) / ops.maximum(ops.absolute(y_true), config.epsilon()))
    return ops.mean(share, axis=-1) * 100.0


@export("keras.losses.mean_squared_logarithmic_error", "keras.metrics.mean_squared_logarithmic_error")
def mean_squared_logarithmic_error(y_true: Any, y_pred: Any) -> Any:
    """`mean(square(log(y_true + 1) - log(y_pred + 1)))` over the last axis; both count as `epsilon` at least.

    Example:
        >>> hornbeam.losses.mean_squared_logarithmic_error([[0.0]], [[1.718281828]])
        array([1.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    logs = [ops.log(ops.maximum(y, config.epsilon()) + 1.0) for y in (y_true, y_pred)]
    return ops.mean(ops.square(logs[0] - logs[1]), axis=-1)


@export("keras.losses.huber", "keras.metrics.huber")
def huber(y_true: Any, y_pred: Any, delta: float = 1.0) -> Any:
    """Half the squared error where it is below `delta`, a straight line above; mean over the last axis.

    Source: "Robust Estimation of a Location Parameter" (Huber, 1964).

    Args:
        y_true, y_pred: targets and predictions.
        delta: where the line begins.

    Example:
        >>> hornbeam.losses.huber([[0.0, 0.0]], [[1.0, 3.0]])
        array([1.5], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = ops.absolute(y_true - y_pred)
    return ops.mean(ops.where(error <= delta, ops.square(error) * 0.5, error * delta - 0.5 * delta**2), axis=-1)


@export("keras.losses.log_cosh", "keras.metrics.log_cosh")
def log_cosh(y_true: Any, y_pred: Any) -> Any:
    """`mean(log(cosh(y_pred - y_true)))` over the last axis.

    Example:
        >>> hornbeam.losses.log_cosh([[0.0, 0.0]], [[0.0, 0.0]])
        array([0.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = y_pred - y_true
    return ops.mean(error + ops.softplus(error * -2.0) - math.log(2.0), axis=-1)


@export("keras.losses.cosine_similarity")
def cosine_similarity(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Minus the cosine of the angle between targets and predictions: -1 where they point the same way.

    Args:
        y_true, y_pred: targets and predictions.
        axis: axis of the vectors.

    Example:
        >>> hornbeam.losses.cosine_similarity([[0.0, 2.0]], [[0.0, 5.0]])
        array([-1.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return -ops.sum(ops.normalize(y_true, axis=axis) * ops.normalize(y_pred, axis=axis), axis=axis)


# Hinges


def _signs(y_true: Any) -> Any:
    """Targets as -1 and 1, if all of them are 0 or 1."""
    binary = ops.all(ops.logical_or(ops.equal(y_true, 0), ops.equal(y_true, 1)))
    return ops.where(binary, y_true * 2 - 1, y_true)


@export("keras.losses.hinge", "keras.metrics.hinge")
def hinge(y_true: Any, y_pred: Any) -> Any:
    """`mean(max(1 - y_true * y_pred, 0))` over the last axis.

    Args:
        y_true: targets -1 or 1; if all are 0 or 1, the zeros count as -1.
        y_pred: predictions.

    Example:
        >>> hornbeam.losses.hinge([[-1.0, 1.0]], [[-2.0, 0.5]])
        array([0.25], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return ops.mean(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0), axis=-1)


@export("keras.losses.squared_hinge", "keras.metrics.squared_hinge")
def squared_hinge(y_true: Any, y_pred: Any) -> Any:
    """`mean(square(max(1 - y_true * y_pred, 0)))` over the last axis.

    Args:
        y_true: targets -1 or 1; if all are 0 or 1, the zeros count as -1.
        y_pred: predictions.

    Example:
        >>> hornbeam.losses.squared_hinge([[-1.0, 1.0]], [[-2.0, 0.0]])
        array([0.5], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return ops.mean(ops.square(ops.maximum(1.0 - _signs(y_true) * y_pred, 0.0)), axis=-1)


@export("keras.losses.categorical_hinge", "keras.metrics.categorical_hinge")
def categorical_hinge(y_true: Any, y_pred: Any) -> Any:
    """`max(neg - pos + 1, 0)`: pos is the score of the true class, neg the highest of the others.

    Args:
        y_true: one-hot targets.
        y_pred: scores of the classes.

    Example:
        >>> hornbeam.losses.categorical_hinge([[0.0, 1.0]], [[0.5, 1.0]])
        array([0.5], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    positive = ops.sum(y_true * y_pred, axis=-1)
    negative = ops.max((1.0 - y_true) * y_pred, axis=-1)
    return ops.maximum(negative - positive + 1.0, 0.0)


# Distributions


@export("keras.losses.kl_divergence", "keras.metrics.kl_divergence")
def kl_divergence(y_true: Any, y_pred: Any) -> Any:
    """`sum(y_true * log(y_true / y_pred))` over the last axis; both are kept between `epsilon` and 1.

    Example:
        >>> hornbeam.losses.kl_divergence([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        array([0.6931], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    y_true, y_pred = (ops.clip(y, config.epsilon(), 1.0) for y in (y_true, y_pred))
    return ops.sum(y_true * ops.log(y_true / y_pred), axis=-1)


@export("keras.losses.poisson", "keras.metrics.poisson")
def poisson(y_true: Any, y_pred: Any) -> Any:
    """`mean(y_pred - y_true * log(y_pred))` over the last axis.

    Example:
        >>> hornbeam.losses.poisson([[1.0, 0.0]], [[1.0, 1.0]])
        array([1.], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    return ops.mean(y_pred - y_true * ops.log(y_pred + config.epsilon()), axis=-1)


@export("keras.losses.binary_crossentropy", "keras.metrics.binary_crossentropy")
def binary_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """Mean over `axis` of `-(y_true * log(y_pred) + (1 - y_true) * log(1 - y_pred))`.

    Args:
        y_true: 0, 1, or a probability.
        y_pred: probabilities, or scores with `from_logits`.
        from_logits: whether `y_pred` is before the sigmoid; more exact.
        label_smoothing: how far targets are drawn towards one half, from 0 to 1.
        axis: axis of the mean.

    Example:
        >>> hornbeam.losses.binary_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        array([0.6931], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return ops.mean(ops.binary_crossentropy(y_true, y_pred, from_logits=from_logits), axis=axis)


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
    """`binary_crossentropy` times `(1 - p) ** gamma`, p the probability of the true class: hard samples count more.

    Source: "Focal Loss for Dense Object Detection" (Lin et al., 2018).

    Args:
        y_true: 0, 1, or a probability.
        y_pred: probabilities, or scores with `from_logits`.
        apply_class_balancing: weigh class 1 by `alpha` and class 0 by `1 - alpha`.
        alpha: weight of class 1.
        gamma: how much less easy samples count.
        from_logits: whether `y_pred` is before the sigmoid.
        label_smoothing: how far targets are drawn towards one half, from 0 to 1.
        axis: axis of the mean.

    Example:
        >>> hornbeam.losses.binary_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        array([0.1733], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    if from_logits:
        y_pred = ops.sigmoid(y_pred)
    losses = ops.binary_crossentropy(y_true, y_pred)
    right = y_true * y_pred + (1.0 - y_true) * (1.0 - y_pred)
    losses = ops.power(1.0 - right, gamma) * losses
    if apply_class_balancing:
        losses = losses * (y_true * alpha + (1.0 - y_true) * (1.0 - alpha))
    return ops.mean(losses, axis=axis)


def _smooth(y_true: Any, y_pred: Any, label_smoothing: float, axis: int) -> Any:
    """Targets drawn towards a like probability of every class."""
    if not label_smoothing:
        return y_true
    return y_true * (1.0 - label_smoothing) + label_smoothing / y_pred.shape[axis]


def _warn_of_one_class(name: str, y_pred: Any, axis: int) -> None:
    if len(y_pred.shape) and y_pred.shape[axis] == 1:
        warnings.warn(
            f"In loss {name}, expected y_pred.shape to be (batch_size, num_classes) with num_classes > 1. Received: "
            f"y_pred.shape={tuple(y_pred.shape)}. Consider using 'binary_crossentropy' if you only have 2 classes.",
            SyntaxWarning,
            stacklevel=4,
        )


@export("keras.losses.categorical_crossentropy", "keras.metrics.categorical_crossentropy")
def categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, label_smoothing: float = 0.0, axis: int = -1
) -> Any:
    """`-sum(y_true * log(y_pred))` over the classes.

    Args:
        y_true: one-hot targets, or probabilities.
        y_pred: probabilities (they are made to sum to 1), or scores with `from_logits`.
        from_logits: whether `y_pred` is before the softmax; more exact, and faster.
        label_smoothing: how far targets are drawn towards equal probabilities, from 0 to 1.
        axis: axis of the classes.

    Example:
        >>> hornbeam.losses.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        array([0.6931], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    _warn_of_one_class("categorical_crossentropy", y_pred, axis)
    y_true = _smooth(y_true, y_pred, label_smoothing, axis)
    return ops.categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)


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
    """`categorical_crossentropy` times `alpha * (1 - y_pred) ** gamma`: hard samples count more.

    Source: "Focal Loss for Dense Object Detection" (Lin et al., 2018).

    Args:
        y_true: one-hot targets, or probabilities.
        y_pred: probabilities (they are made to sum to 1), or scores with `from_logits`.
        alpha: weight of the classes.
        gamma: how much less easy samples count.
        from_logits: whether `y_pred` is before the softmax.
        label_smoothing: how far targets are drawn towards equal probabilities, from 0 to 1.
        axis: axis of the classes.

    Example:
        >>> hornbeam.losses.categorical_focal_crossentropy([[0.0, 1.0]], [[0.5, 0.5]]).round(4)
        array([0.0433], dtype=float32)
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    _warn_of_one_class("categorical_focal_crossentropy", y_pred, axis)
    y_true = _smooth(y_true, y_pred, label_smoothing, axis)
    y_pred = ops.softmax(y_pred, axis=axis) if from_logits else y_pred
    y_pred = y_pred / ops.sum(y_pred, axis=axis, keepdims=True)
    y_pred = ops.clip(y_pred, config.epsilon(), 1.0 - config.epsilon())
    return ops.sum(y_true * ops.log(y_pred) * ops.power(1.0 - y_pred, gamma) * -alpha, axis=axis)


@export("keras.losses.sparse_categorical_crossentropy", "keras.metrics.sparse_categorical_crossentropy")
def sparse_categorical_crossentropy(
    y_true: Any, y_pred: Any, from_logits: bool = False, ignore_class: int | None = None, axis: int = -1
) -> Any:
    """`-log(y_pred[y_true])`: `categorical_crossentropy` with the classes given by number.

    Args:
        y_true: class numbers; shape of `y_pred` without `axis`, or with size 1 there.
        y_pred: probabilities (they are made to sum to 1), or scores with `from_logits`.
        from_logits: whether `y_pred` is before the softmax; more exact, and faster.
        ignore_class: a class number whose samples have no loss.
        axis: axis of the classes.

    Example:
        >>> hornbeam.losses.sparse_categorical_crossentropy([1], [[0.5, 0.5]]).round(4)
        array([0.6931], dtype=float32)
    """
    backend = backend_for(y_pred, y_true)
    y_true, y_pred = tensor(y_true, backend, None), tensor(y_pred, backend, None)
    if ignore_class is None:
        return ops.sparse_categorical_crossentropy(y_true, y_pred, from_logits=from_logits, axis=axis)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
        y_true = ops.squeeze(y_true, axis)
    kept = ops.not_equal(y_true, ignore_class)
    labels = ops.where(kept, y_true, ops.zeros_like(y_true))
    losses = ops.sparse_categorical_crossentropy(labels, y_pred, from_logits=from_logits, axis=axis)
    return ops.where(kept, losses, ops.zeros_like(losses))


@export("keras.losses.categorical_generalized_cross_entropy")
def categorical_generalized_cross_entropy(y_true: Any, y_pred: Any, q: float) -> Any:
    """`(1 - y_pred[y_true] ** q) / q`: between crossentropy (q near 0) and mean absolute error (q near 1).

    It bears wrong labels better than crossentropy does. Source: "Generalized Cross Entropy Loss for Training Deep
    Neural Networks with Noisy Labels" (Zhang & Sabuncu, 2018).

    Args:
        y_true: class numbers.
        y_pred: probabilities.
        q: between 0 and 1.

    Example:
        >>> hornbeam.losses.categorical_generalized_cross_entropy([1], [[0.75, 0.25]], q=0.5)
        array([1.], dtype=float32)
    """
    if not 0 < q < 1:
        raise ConfigError(f"q must be in the interval (0, 1). Received: q={q}")
    backend = backend_for(y_pred, y_true)
    y_true, y_pred = tensor(y_true, backend, None), tensor(y_pred, backend, None)
    if len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] == 1:
        y_true = ops.squeeze(y_true, -1)
    labels = ops.expand_dims(ops.cast(y_true, "int32"), -1)
    chosen = ops.squeeze(ops.take_along_axis(y_pred, labels, axis=-1), -1)
    return (1.0 - ops.power(chosen, q)) / q


@export("keras.losses.ctc")
def ctc(y_true: Any, y_pred: Any) -> Any:
    """Connectionist temporal classification: minus the log-probability that the scores read as the targets.

    Source: "Connectionist Temporal Classification" (Graves et al., 2006).

    Args:
        y_true: labels of shape (batch, length), padded with 0, the number of the blank.
        y_pred: scores of shape (batch, steps, classes).

    Example:
        >>> hornbeam.losses.ctc([[1, 2]], [[[0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]]).round(3)
        array([0.], dtype=float32)
    """
    backend = backend_for(y_pred, y_true)
    y_true, y_pred = ops.cast(tensor(y_true, backend, None), "int32"), tensor(y_pred, backend, None)
    lengths = ops.sum(ops.cast(ops.not_equal(y_true, 0), "int32"), axis=-1)
    steps = ops.zeros_like(lengths) + ops.shape(y_pred)[1]
    return ctc_loss(y_true, y_pred, lengths, steps, mask_index=0)


# Overlaps


@export("keras.losses.dice")
def dice(y_true: Any, y_pred: Any, axis: Any = None) -> Any:
    """`1 - 2 sum(y_true * y_pred) / (sum(y_true) + sum(y_pred))`.

    Args:
        y_true, y_pred: targets and predictions.
        axis: axes of the sums; all if None.

    Example:
        >>> float(hornbeam.losses.dice([[1.0, 0.0]], [[0.5, 0.5]]))
        0.5
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    epsilon = config.epsilon()
    both = ops.sum(y_true * y_pred, axis=axis)
    total = ops.sum(y_true, axis=axis) + ops.sum(y_pred, axis=axis)
    return 1.0 - (both * 2.0 + epsilon) / (total + epsilon)


@export("keras.losses.tversky")
def tversky(y_true: Any, y_pred: Any, alpha: float = 0.5, beta: float = 0.5, axis: Any = None) -> Any:
    """`1 - both / (both + alpha * missed + beta * invented)`; `dice` with one half for each.

    As Keras computes it, `alpha` goes with `y_true * (1 - y_pred)`; the paper has the two the other way round.

    Source: "Tversky loss function for image segmentation using 3D fully convolutional deep networks" (Salehi et al.,
    2017).

    Args:
        y_true, y_pred: targets and predictions.
        alpha: weight of what is in `y_true` only.
        beta: weight of what is in `y_pred` only.
        axis: axes of the sums; all if None.

    Example:
        >>> float(hornbeam.losses.tversky([[1.0, 0.0]], [[0.5, 0.5]]))
        0.5
    """
    y_true, y_pred = _pair(y_true, y_pred, fit=False)
    epsilon = config.epsilon()
    both = ops.sum(y_true * y_pred, axis=axis)
    missed = ops.sum(y_true * (1.0 - y_pred), axis=axis)
    invented = ops.sum((1.0 - y_true) * y_pred, axis=axis)
    return 1.0 - (both + epsilon) / (both + missed * alpha + invented * beta + epsilon)


def alike_pairs(labels: Any, others: Any, remove_diagonal: bool) -> tuple[Any, Any]:
    """Which pairs are of one class, but for those of an embedding with itself; and which are of two."""
    alike = ops.equal(ops.expand_dims(labels, 1), ops.expand_dims(others, 0))
    different = ops.logical_not(alike)
    if remove_diagonal:
        rows, columns = ops.cumsum(ops.ones_like(labels)), ops.cumsum(ops.ones_like(others))
        apart = ops.not_equal(ops.expand_dims(rows, 1), ops.expand_dims(columns, 0))
        alike = ops.logical_and(alike, apart)
    return alike, different


@export("keras.losses.circle")
def circle(
    y_true: Any,
    y_pred: Any,
    ref_labels: Any = None,
    ref_embeddings: Any = None,
    remove_diagonal: bool = True,
    gamma: float = 80,
    margin: float = 0.4,
) -> Any:
    """Pulls embeddings of one class together and pushes others apart, the worst pairs the most.

    Source: "Circle Loss: A Unified Perspective of Pair Similarity Optimization" (Sun et al., 2020).

    Args:
        y_true: class numbers of shape (batch,).
        y_pred: embeddings of length 1, of shape (batch, size).
        ref_labels, ref_embeddings: what they are compared with; themselves if None.
        remove_diagonal: whether not to compare an embedding with itself.
        gamma: scale.
        margin: how far apart the classes should be.

    Example:
        >>> float(hornbeam.losses.circle([0, 1], [[1.0, 0.0], [0.0, 1.0]], remove_diagonal=False)[0]) < 1e-3
        True
    """
    backend = backend_for(y_pred, y_true)
    y_pred = tensor(y_pred, backend, None)
    references = y_pred if ref_embeddings is None else tensor(ref_embeddings, backend, None)
    labels = ops.reshape(ops.cast(tensor(y_true, backend, None), "int32"), (-1,))
    others = labels if ref_labels is None else ops.reshape(ops.cast(tensor(ref_labels, backend, None), "int32"), (-1,))
    similarity = ops.matmul(y_pred, ops.transpose(references))
    alike, different = alike_pairs(labels, others, remove_diagonal)
    near = ops.stop_gradient(ops.relu(1.0 + margin - similarity))
    far = ops.stop_gradient(ops.relu(similarity + margin))
    nothing = ops.full_like(similarity, -1e9)
    positive = ops.where(alike, near * (similarity - (1.0 - margin)) * -gamma, nothing)
    negative = ops.where(different, far * (similarity - margin) * gamma, nothing)
    return ops.softplus(ops.logsumexp(positive, axis=1) + ops.logsumexp(negative, axis=1))


for _function in (sparse_categorical_crossentropy, categorical_generalized_cross_entropy, ctc, circle):
    _function.takes_class_numbers = True
