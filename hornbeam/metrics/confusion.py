"""True and false, positive and negative: counts at thresholds, and the ratios made of them."""

from __future__ import annotations

from typing import Any

import numpy as np

from hornbeam import ops
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.metrics.accuracy import paired
from hornbeam.metrics.metric import Metric
from hornbeam.metrics.reductions import fitted_weight

# below every score: what a score outside the top k becomes
NEVER = -1e10
COUNTS = ("true_positives", "false_positives", "true_negatives", "false_negatives")


def counts(
    y_true: Any,
    y_pred: Any,
    thresholds: list[float],
    sample_weight: Any = None,
    top_k: int | None = None,
    class_id: int | None = None,
    dtype: str = "float32",
    evenly: bool = False,
    per_label: bool = False,
    label_weights: Any = None,
) -> dict[str, Any]:
    """Weighted numbers of true and false positives and negatives at each threshold.

    Args:
        y_true: 0 or 1, shaped like `y_pred`.
        y_pred: scores between 0 and 1; positive above the threshold.
        thresholds: rising.
        top_k: of the last axis, only the `k` largest scores can be positive.
        class_id: look at this place of the last axis alone.
        evenly: the thresholds lie evenly between 0 and 1: scores are counted by bucket, for less work.
        per_label: count each column apart; results are [thresholds, columns].
        label_weights: a number for each column.

    Raises:
        ShapeError: labels, scores and weights do not fit together.
    """
    y_true, y_pred = paired(y_true, y_pred)
    sizes = [public(y_true.shape), public(y_pred.shape)]
    if len(sizes[0]) != len(sizes[1]) or any(a != b and None not in (a, b) for a, b in zip(*sizes, strict=True)):
        raise ShapeError(f"y_true of shape {sizes[0]} and y_pred of shape {sizes[1]} should have the same shape.")
    truths = ops.cast(ops.cast(y_true, "bool"), dtype)
    scores = ops.cast(y_pred, dtype)
    weights = None
    if sample_weight is not None:
        weights = fitted_weight(scores, ops.cast(ops.convert_to_tensor(sample_weight), dtype), "predictions")
        while len(weights.shape) < len(scores.shape):
            weights = ops.expand_dims(weights, -1)
        weights = weights + ops.zeros_like(scores)
    if label_weights is not None:
        each = ops.add(ops.zeros_like(scores), label_weights)
        weights = each if weights is None else weights * each
    if top_k is not None:
        least = ops.top_k(scores, top_k)[0][..., -1:]
        scores = ops.where(scores >= least, scores, NEVER)
    if class_id is not None:
        truths, scores = truths[..., class_id], scores[..., class_id]
        weights = weights[..., class_id] if weights is not None else None
    positives = truths if weights is None else truths * weights
    negatives = 1 - truths if weights is None else weights - positives
    if evenly:
        count = len(thresholds)
        found = [_above_by_bucket(scores, part, count, per_label) for part in (positives, negatives)]
    else:
        found = [_above(scores, part, thresholds, per_label, dtype) for part in (positives, negatives)]
    true_positives, false_positives = found
    axis = 0 if per_label else None
    return {
        "true_positives": true_positives,
        "false_positives": false_positives,
        "true_negatives": ops.sum(negatives, axis=axis) - false_positives,
        "false_negatives": ops.sum(positives, axis=axis) - true_positives,
    }


def _above(scores: Any, amounts: Any, thresholds: list[float], per_label: bool, dtype: str) -> Any:
    """Sum of the amounts whose score lies above each threshold."""
    limits = np.asarray(thresholds, "float32")
    if not per_label:
        scores, amounts = ops.reshape(scores, (-1,)), ops.reshape(amounts, (-1,))
        above = ops.cast(ops.greater(ops.expand_dims(scores, 0), limits[:, None]), dtype)
        return ops.sum(above * amounts, axis=1)
    above = ops.cast(ops.greater(ops.expand_dims(scores, 0), limits[:, None, None]), dtype)
    return ops.sum(above * amounts, axis=1)


def _above_by_bucket(scores: Any, amounts: Any, count: int, per_label: bool) -> Any:
    """The same for even thresholds i / (count - 1): a score falls in the bucket of the last threshold below it."""
    buckets = ops.cast(ops.maximum(ops.ceil(scores * (count - 1)) - 1, 0), "int32")
    labels = 1
    if per_label:
        labels = int(scores.shape[1])
        buckets = ops.add(buckets, count * np.arange(labels, dtype="int32"))
    sums = ops.segment_sum(ops.reshape(amounts, (-1,)), ops.reshape(buckets, (-1,)), count * labels)
    sums = ops.reshape(sums, (labels, count))
    above = ops.flip(ops.cumsum(ops.flip(sums, axis=1), axis=1), axis=1)
    return ops.transpose(above) if per_label else ops.reshape(above, (count,))


def checked_thresholds(thresholds: Any, default: float, what: str) -> list[float]:
    """The thresholds as a list.

    Raises:
        ConfigError: one does not lie between 0 and 1.
    """
    if thresholds is None:
        return [default]
    values = [float(value) for value in (thresholds if isinstance(thresholds, (list, tuple)) else [thresholds])]
    if any(not 0 <= value <= 1 for value in values):
        raise ConfigError(f"{what}: thresholds must lie between 0 and 1, got {thresholds}.")
    return values


class _Count(Metric):
    """One of the four counts, at one or several thresholds."""

    _counted: str

    def __init__(self, thresholds: Any = None, name: str | None = None, dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.init_thresholds = thresholds
        self.thresholds = checked_thresholds(thresholds, 0.5, type(self).__name__)
        self.accumulator = self.add_variable((len(self.thresholds),), "zeros", name="accumulator")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        found = counts(y_true, y_pred, self.thresholds, sample_weight, dtype=self.dtype)
        self.accumulator.assign_add(found[self._counted])

    def result(self) -> Any:
        return self.accumulator[0] if len(self.thresholds) == 1 else self.accumulator.value

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "thresholds": self.init_thresholds}


@export("keras.metrics.TruePositives")
class TruePositives(_Count):
    """How many positives are found: label 1, score above the threshold.

    Args:
        thresholds: a number between 0 and 1 (0.5 if None), or a list of them for a result each.

    Example:
        >>> float(hornbeam.metrics.TruePositives()([0, 1, 1, 1], [1, 0, 1, 1]))
        2.0
    """

    _counted = "true_positives"


@export("keras.metrics.FalsePositives")
class FalsePositives(_Count):
    """How many negatives are taken for positives: label 0, score above the threshold.

    Args:
        thresholds: a number between 0 and 1 (0.5 if None), or a list of them for a result each.

    Example:
        >>> float(hornbeam.metrics.FalsePositives()([0, 1, 0, 0], [0, 0, 1, 1]))
        2.0
    """

    _counted = "false_positives"


@export("keras.metrics.TrueNegatives")
class TrueNegatives(_Count):
    """How many negatives are left alone: label 0, score not above the threshold.

    Args:
        thresholds: a number between 0 and 1 (0.5 if None), or a list of them for a result each.

    Example:
        >>> float(hornbeam.metrics.TrueNegatives()([0, 1, 0, 0], [1, 1, 0, 0]))
        2.0
    """

    _counted = "true_negatives"


@export("keras.metrics.FalseNegatives")
class FalseNegatives(_Count):
    """How many positives are missed: label 1, score not above the threshold.

    Args:
        thresholds: a number between 0 and 1 (0.5 if None), or a list of them for a result each.

    Example:
        >>> float(hornbeam.metrics.FalseNegatives()([0, 1, 1, 1], [0, 1, 0, 0]))
        2.0
    """

    _counted = "false_negatives"


class _Ratio(Metric):
    """True positives over themselves and another count."""

    _direction = "up"
    _other: str

    def __init__(
        self,
        thresholds: Any = None,
        top_k: int | None = None,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        self.init_thresholds = thresholds
        self.top_k = top_k
        self.class_id = class_id
        self.thresholds = checked_thresholds(thresholds, 0.5 if top_k is None else NEVER, type(self).__name__)
        size = (len(self.thresholds),)
        self.true_positives: Any = self.add_variable(size, "zeros", name="true_positives")
        self.others = self.add_variable(size, "zeros", name=self._other)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        found = counts(y_true, y_pred, self.thresholds, sample_weight, self.top_k, self.class_id, self.dtype)
        self.true_positives.assign_add(found["true_positives"])
        self.others.assign_add(found[self._other])

    def result(self) -> Any:
        ratio = ops.divide_no_nan(self.true_positives, self.true_positives + self.others)
        return ratio[0] if len(self.thresholds) == 1 else ratio

    def get_config(self) -> dict[str, Any]:
        settings = {"thresholds": self.init_thresholds, "top_k": self.top_k, "class_id": self.class_id}
        return {**super().get_config(), **settings}


@export("keras.metrics.Precision")
class Precision(_Ratio):
    """Share of what is called positive that is: true positives / (true positives + false positives).

    Args:
        thresholds: a number between 0 and 1 (0.5 if None), or a list of them for a result each.
        top_k: instead, the `k` largest scores of each sample are called positive.
        class_id: look at this class alone.

    Example:
        >>> round(float(hornbeam.metrics.Precision()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
        0.6667
    """

    _other = "false_positives"

    @property
    def false_positives(self) -> Any:
        """State: weight of the false positives."""
        return self.others


@export("keras.metrics.Recall")
class Recall(_Ratio):
    """Share of the positives that is found: true positives / (true positives + false negatives).

    Args:
        thresholds: a number between 0 and 1 (0.5 if None), or a list of them for a result each.
        top_k: instead, the `k` largest scores of each sample are called positive.
        class_id: look at this class alone.

    Example:
        >>> round(float(hornbeam.metrics.Recall()([0, 1, 1, 1], [1, 0, 1, 1])), 4)
        0.6667
    """

    _other = "false_negatives"

    @property
    def false_negatives(self) -> Any:
        """State: weight of the false negatives."""
        return self.others


class _AtPoint(Metric):
    """The best of one ratio where another is at least `value`, over many thresholds."""

    _direction = "up"

    def __init__(self, value: float, num_thresholds: int, class_id: int | None, name: str | None, dtype: Any) -> None:
        super().__init__(dtype, name)
        what = type(self).__name__
        if not 0 <= value <= 1:
            raise ConfigError(f"{what}: the value to reach must lie between 0 and 1, got {value}.")
        if num_thresholds <= 0:
            raise ConfigError(f"{what}: num_thresholds must be at least 1, got {num_thresholds}.")
        self.value = value
        self.num_thresholds = num_thresholds
        self.class_id = class_id
        last = num_thresholds - 1
        self.thresholds = [0.5] if num_thresholds == 1 else [i / last for i in range(num_thresholds)]
        self.counted: dict[str, Any] = {
            name: self.add_variable((num_thresholds,), "zeros", name=name) for name in COUNTS
        }

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        found = counts(
            y_true,
            y_pred,
            self.thresholds,
            sample_weight,
            class_id=self.class_id,
            dtype=self.dtype,
            evenly=self.num_thresholds > 1,
        )
        for name, variable in self.counted.items():
            variable.assign_add(found[name])

    def _share(self, part: str, rest: str) -> Any:
        return ops.divide_no_nan(self.counted[part], self.counted[part] + self.counted[rest])

    def _precision(self) -> Any:
        return self._share("true_positives", "false_positives")

    def _recall(self) -> Any:
        return self._share("true_positives", "false_negatives")

    def _specificity(self) -> Any:
        return self._share("true_negatives", "false_positives")

    def _best(self, wanted: Any, held: Any) -> Any:
        return ops.max(ops.where(held >= self.value, wanted, ops.zeros_like(wanted)))

    def _config(self, argument: str) -> dict[str, Any]:
        settings = {"class_id": self.class_id, "num_thresholds": self.num_thresholds, argument: self.value}
        return {**Metric.get_config(self), **settings}


@export("keras.metrics.SensitivityAtSpecificity")
class SensitivityAtSpecificity(_AtPoint):
    """The largest share of positives found, among thresholds that leave at least `specificity` of the negatives alone.

    Args:
        specificity: between 0 and 1.
        num_thresholds: how many even thresholds to try.
        class_id: look at this class alone.

    Example:
        >>> float(hornbeam.metrics.SensitivityAtSpecificity(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    def __init__(
        self,
        specificity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(specificity, num_thresholds, class_id, name, dtype)
        self.specificity = specificity

    def result(self) -> Any:
        return self._best(self._recall(), self._specificity())

    def get_config(self) -> dict[str, Any]:
        return self._config("specificity")


@export("keras.metrics.SpecificityAtSensitivity")
class SpecificityAtSensitivity(_AtPoint):
    """The largest share of negatives left alone, among thresholds that find at least `sensitivity` of the positives.

    Args:
        sensitivity: between 0 and 1.
        num_thresholds: how many even thresholds to try.
        class_id: look at this class alone.

    Example:
        >>> m = hornbeam.metrics.SpecificityAtSensitivity(0.5)
        >>> round(float(m([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8])), 4)
        0.6667
    """

    def __init__(
        self,
        sensitivity: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(sensitivity, num_thresholds, class_id, name, dtype)
        self.sensitivity = sensitivity

    def result(self) -> Any:
        return self._best(self._specificity(), self._recall())

    def get_config(self) -> dict[str, Any]:
        return self._config("sensitivity")


@export("keras.metrics.PrecisionAtRecall")
class PrecisionAtRecall(_AtPoint):
    """The largest precision among thresholds whose recall is at least `recall`.

    Args:
        recall: between 0 and 1.
        num_thresholds: how many even thresholds to try.
        class_id: look at this class alone.

    Example:
        >>> float(hornbeam.metrics.PrecisionAtRecall(0.5)([0, 0, 0, 1, 1], [0, 0.3, 0.8, 0.3, 0.8]))
        0.5
    """

    def __init__(
        self,
        recall: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(recall, num_thresholds, class_id, name, dtype)
        self.recall = recall

    def result(self) -> Any:
        return self._best(self._precision(), self._recall())

    def get_config(self) -> dict[str, Any]:
        return self._config("recall")


@export("keras.metrics.RecallAtPrecision")
class RecallAtPrecision(_AtPoint):
    """The largest recall among thresholds whose precision is at least `precision`.

    Args:
        precision: between 0 and 1.
        num_thresholds: how many even thresholds to try.
        class_id: look at this class alone.

    Example:
        >>> float(hornbeam.metrics.RecallAtPrecision(0.8)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.5
    """

    def __init__(
        self,
        precision: float,
        num_thresholds: int = 200,
        class_id: int | None = None,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(precision, num_thresholds, class_id, name, dtype)
        self.precision = precision

    def result(self) -> Any:
        return self._best(self._recall(), self._precision())

    def get_config(self) -> dict[str, Any]:
        return self._config("precision")
