"""The area under a curve of two ratios, over thresholds."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core import serialization
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.metrics.confusion import COUNTS, counts
from hornbeam.metrics.metric import Metric

EDGE = 1e-7
CURVES = ("ROC", "PR")
SUMMATIONS = ("interpolation", "minoring", "majoring")


@export("keras.metrics.AUC")
class AUC(Metric):
    """Area under the ROC or the precision-recall curve, as a sum over thresholds.

    Args:
        num_thresholds: how many thresholds, evenly between 0 and 1; more are nearer to the true area.
        curve: "ROC" (recall over share of false alarms) or "PR" (precision over recall).
        summation_method: "interpolation" (trapezes; for PR after Davis and Goadrich, 2006), "minoring" or "majoring".
        thresholds: use these instead, each between 0 and 1.
        multi_label: the columns are labels of their own; the result is the mean of their areas.
        num_labels: number of labels, where it should be known before the first call.
        label_weights: number for each label.
        from_logits: predictions are before the sigmoid.

    Raises:
        ConfigError: a setting is none of these.
        ShapeError: called with other shapes than `multi_label` or `num_labels` say.

    Example:
        >>> float(hornbeam.metrics.AUC(num_thresholds=3)([0, 0, 1, 1], [0, 0.5, 0.3, 0.9]))
        0.75
    """

    _direction = "up"

    def __init__(
        self,
        num_thresholds: int = 200,
        curve: str = "ROC",
        summation_method: str = "interpolation",
        name: str | None = None,
        dtype: Any = None,
        thresholds: Any = None,
        multi_label: bool = False,
        num_labels: int | None = None,
        label_weights: Any = None,
        from_logits: bool = False,
    ) -> None:
        super().__init__(dtype, name)
        if str(curve).upper() not in CURVES:
            raise ConfigError(f"AUC: curve must be one of {CURVES}, got {curve!r}.")
        if str(summation_method).lower() not in SUMMATIONS:
            raise ConfigError(f"AUC: summation_method must be one of {SUMMATIONS}, got {summation_method!r}.")
        if num_labels is not None and not multi_label:
            raise ConfigError("AUC: num_labels is for multi_label=True only.")
        self.curve = str(curve).upper()
        self.summation_method = str(summation_method).lower()
        self.multi_label = multi_label
        self.num_labels = num_labels
        self.label_weights = None if label_weights is None else [float(w) for w in label_weights]
        self._from_logits = from_logits
        self._own_thresholds = thresholds is not None
        if thresholds is not None:
            inner = sorted(float(value) for value in thresholds)
            if any(not 0 <= value <= 1 for value in inner):
                raise ConfigError(f"AUC: thresholds must lie between 0 and 1, got {list(thresholds)}.")
            self.num_thresholds = len(inner) + 2
        else:
            if num_thresholds <= 1:
                raise ConfigError(f"AUC: num_thresholds must be more than 1, got {num_thresholds}.")
            self.num_thresholds = num_thresholds
            inner = [(i + 1) / (num_thresholds - 1) for i in range(num_thresholds - 2)]
        last = len(inner) + 1
        self._evenly = all(abs(value - (i + 1) / last) < EDGE for i, value in enumerate(inner))
        self._thresholds = [-EDGE, *inner, 1 + EDGE]
        self._built = False
        if not multi_label or num_labels is not None:
            self._build(num_labels)

    @property
    def thresholds(self) -> list[float]:
        """The thresholds, with one below and one above all scores."""
        return self._thresholds

    def _build(self, labels: int | None) -> None:
        size = (self.num_thresholds,) if labels is None else (self.num_thresholds, labels)
        for name in COUNTS:
            setattr(self, name, self.add_variable(size, "zeros", name=name))
        self._built = True

    true_positives: Any
    false_positives: Any
    true_negatives: Any
    false_negatives: Any

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_pred = ops.cast(ops.convert_to_tensor(y_pred), self.dtype)
        if self.multi_label:
            if len(y_pred.shape) != 2 or (self.num_labels or y_pred.shape[1]) != y_pred.shape[1]:
                raise ShapeError(
                    f"Metric '{self.name}' with multi_label=True expects predictions of shape (samples, "
                    f"{self.num_labels or 'labels'}), got {public(y_pred.shape)}."
                )
            if not self._built:
                self._build(int(y_pred.shape[1]))
        if self._from_logits:
            y_pred = 1 / (1 + ops.exp(-y_pred))
        found = counts(
            y_true,
            y_pred,
            self._thresholds,
            sample_weight,
            dtype=self.dtype,
            evenly=self._evenly,
            per_label=self.multi_label,
            label_weights=None if self.multi_label else self.label_weights,
        )
        for name in COUNTS:
            getattr(self, name).assign_add(found[name])

    def result(self) -> Any:
        if not self._built:
            return ops.zeros((), self.dtype)
        if self.curve == "PR" and self.summation_method == "interpolation":
            return self.interpolate_pr_auc()
        recall = ops.divide_no_nan(self.true_positives, self.true_positives + self.false_negatives)
        if self.curve == "ROC":
            x = ops.divide_no_nan(self.false_positives, self.false_positives + self.true_negatives)
            y = recall
        else:
            x = recall
            y = ops.divide_no_nan(self.true_positives, self.true_positives + self.false_positives)
        if self.summation_method == "interpolation":
            heights = (y[:-1] + y[1:]) / 2
        elif self.summation_method == "minoring":
            heights = ops.minimum(y[:-1], y[1:])
        else:
            heights = ops.maximum(y[:-1], y[1:])
        return self._mean_of_labels(ops.sum((x[:-1] - x[1:]) * heights, axis=0))

    def interpolate_pr_auc(self) -> Any:
        """Area under the precision-recall curve, true positives being linear in all positives between two thresholds.

        Davis and Goadrich, The Relationship Between Precision-Recall and ROC Curves, ICML 2006.
        """
        true = self.true_positives.value
        called = true + self.false_positives
        slope = ops.divide_no_nan(true[:-1] - true[1:], ops.maximum(called[:-1] - called[1:], 0))
        intercept = true[1:] - slope * called[1:]
        both = ops.logical_and(called[:-1] > 0, called[1:] > 0)
        ratio = ops.where(both, ops.divide_no_nan(called[:-1], called[1:]), ops.ones_like(called[1:]))
        pieces = slope * (true[:-1] - true[1:] + intercept * ops.log(ratio))
        positives = ops.maximum(true[1:] + self.false_negatives[1:], 0)
        return self._mean_of_labels(ops.sum(ops.divide_no_nan(pieces, positives), axis=0))

    def _mean_of_labels(self, areas: Any) -> Any:
        if not self.multi_label:
            return areas
        if self.label_weights is None:
            return ops.mean(areas)
        return ops.divide_no_nan(ops.sum(ops.multiply(areas, self.label_weights)), sum(self.label_weights))

    def get_config(self) -> dict[str, Any]:
        found = {
            **super().get_config(),
            "num_thresholds": self.num_thresholds,
            "curve": self.curve,
            "summation_method": self.summation_method,
            "multi_label": self.multi_label,
            "num_labels": self.num_labels,
            "label_weights": self.label_weights,
            "from_logits": self._from_logits,
        }
        if self._own_thresholds:
            found["thresholds"] = self._thresholds[1:-1]
        return found

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        # Keras saves the weights as a tensor
        weights = serialization.deserialize_object(config.get("label_weights"))
        return cls(**{**config, "label_weights": weights})
