"""The F-scores: precision and recall in one number."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.metrics.accuracy import tensors
from hornbeam.metrics.metric import Metric

AVERAGES = (None, "micro", "macro", "weighted")


@export("keras.metrics.FBetaScore")
class FBetaScore(Metric):
    """(1 + beta^2) * precision * recall / (beta^2 * precision + recall), by class.

    Args:
        average: None (a result for each class), "micro" (over all classes together), "macro" (mean over classes) or
            "weighted" (mean over classes by how often they occur).
        beta: how many times recall counts as much as precision.
        threshold: scores above it are positive; if None, the largest score of each sample is.

    Raises:
        ConfigError: a setting is none of these.
        ShapeError: called with other shapes than (samples, classes).

    Example:
        >>> m = hornbeam.metrics.FBetaScore(beta=2.0, threshold=0.5)
        >>> m.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
        >>> m.result()
        array([0.3846154 , 0.90909094, 0.8333334 ], dtype=float32)
    """

    _direction = "up"

    def __init__(
        self,
        average: str | None = None,
        beta: float = 1.0,
        threshold: float | None = None,
        name: str | None = "fbeta_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        if average not in AVERAGES:
            raise ConfigError(f"{type(self).__name__}: average must be one of {AVERAGES}, got {average!r}.")
        if not isinstance(beta, float) or beta <= 0:
            raise ConfigError(f"{type(self).__name__}: beta must be a float above 0, got {beta!r}.")
        if threshold is not None and (not isinstance(threshold, float) or not 0 < threshold <= 1):
            raise ConfigError(f"{type(self).__name__}: threshold must be a float in (0, 1], got {threshold!r}.")
        self.average = average
        self.beta = beta
        self.threshold = threshold
        self._axis = None if average == "micro" else 0
        self._built = False

    true_positives: Any
    false_positives: Any
    false_negatives: Any
    intermediate_weights: Any

    def _build(self, y_true: Any, y_pred: Any) -> None:
        one, two = public(y_true.shape), public(y_pred.shape)
        if len(two) != 2 or len(one) != 2 or one[1] != two[1] or two[1] is None:
            raise ShapeError(
                f"Metric '{self.name}' expects y_true and y_pred of shape (samples, classes), got {one} and {two}."
            )
        size = () if self.average == "micro" else (two[1],)
        for name in ("true_positives", "false_positives", "false_negatives", "intermediate_weights"):
            setattr(self, name, self.add_variable(size, "zeros", name=name))
        self._built = True

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = tensors(y_true, y_pred)
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        if not self._built:
            self._build(y_true, y_pred)
        if self.threshold is None:
            largest = ops.greater_equal(y_pred, ops.max(y_pred, axis=-1, keepdims=True))
            # a row of zeros is no prediction
            called = ops.logical_and(largest, ops.greater(ops.absolute(y_pred), 1e-9))
        else:
            called = ops.greater(y_pred, self.threshold)
        called = ops.cast(called, self.dtype)
        weight: Any = 1.0
        if sample_weight is not None:
            weight = ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)
            weight = ops.expand_dims(weight, -1) if len(weight.shape) == 1 else weight
        self.true_positives.assign_add(ops.sum(called * y_true * weight, axis=self._axis))
        self.false_positives.assign_add(ops.sum(called * (1 - y_true) * weight, axis=self._axis))
        self.false_negatives.assign_add(ops.sum((1 - called) * y_true * weight, axis=self._axis))
        self.intermediate_weights.assign_add(ops.sum(y_true * weight, axis=self._axis))

    def result(self) -> Any:
        if not self._built:
            return ops.zeros((), self.dtype)
        precision = ops.divide_no_nan(self.true_positives, self.true_positives + self.false_positives)
        recall = ops.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)
        square = self.beta**2
        scores = ops.divide_no_nan(precision * recall * (1 + square), precision * square + recall)
        if self.average == "weighted":
            return ops.sum(scores * ops.divide_no_nan(self.intermediate_weights, ops.sum(self.intermediate_weights)))
        return ops.mean(scores) if self.average == "macro" else scores

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "average": self.average, "beta": self.beta, "threshold": self.threshold}


@export("keras.metrics.F1Score")
class F1Score(FBetaScore):
    """2 * precision * recall / (precision + recall), by class.

    Args:
        average, threshold: as for `FBetaScore`.

    Example:
        >>> m = hornbeam.metrics.F1Score(threshold=0.5)
        >>> m.update_state([[1, 1, 1], [1, 0, 0], [1, 1, 0]], [[0.2, 0.6, 0.7], [0.2, 0.6, 0.6], [0.6, 0.8, 0.0]])
        >>> m.result()
        array([0.5      , 0.8      , 0.6666667], dtype=float32)
    """

    def __init__(
        self,
        average: str | None = None,
        threshold: float | None = None,
        name: str | None = "f1_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(average, 1.0, threshold, name, dtype)

    def get_config(self) -> dict[str, Any]:
        return {key: value for key, value in super().get_config().items() if key != "beta"}
