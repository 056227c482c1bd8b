"""How far predicted numbers are from true ones."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.losses import functions
from hornbeam.metrics.accuracy import paired, tensors
from hornbeam.metrics.metric import Metric
from hornbeam.metrics.reductions import FunctionMetric, Mean, fitted_weight


@export("keras.metrics.MeanSquaredError")
class MeanSquaredError(FunctionMetric):
    """Mean of (y_true - y_pred) squared.

    Example:
        >>> float(hornbeam.metrics.MeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
        0.25
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_error", dtype: Any = None) -> None:
        super().__init__(functions.mean_squared_error, name, dtype)


@export("keras.metrics.RootMeanSquaredError")
class RootMeanSquaredError(Mean):
    """Square root of the mean of (y_true - y_pred) squared.

    Example:
        >>> float(hornbeam.metrics.RootMeanSquaredError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
        0.5
    """

    _direction = "down"

    def __init__(self, name: str | None = "root_mean_squared_error", dtype: Any = None) -> None:
        super().__init__(name, dtype)

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = paired(y_true, y_pred)
        difference = ops.cast(y_true, self.dtype) - ops.cast(y_pred, self.dtype)
        super().update_state(ops.square(difference), sample_weight)

    def result(self) -> Any:
        return ops.sqrt(super().result())


@export("keras.metrics.MeanAbsoluteError")
class MeanAbsoluteError(FunctionMetric):
    """Mean of |y_true - y_pred|.

    Example:
        >>> float(hornbeam.metrics.MeanAbsoluteError()([[0, 1], [0, 0]], [[1, 1], [0, 0]]))
        0.25
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_error", dtype: Any = None) -> None:
        super().__init__(functions.mean_absolute_error, name, dtype)


@export("keras.metrics.MeanAbsolutePercentageError")
class MeanAbsolutePercentageError(FunctionMetric):
    """Mean of 100 |y_true - y_pred| / |y_true|.

    Example:
        >>> float(hornbeam.metrics.MeanAbsolutePercentageError()([1.0, 2.0], [1.0, 1.0]))
        25.0
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_absolute_percentage_error", dtype: Any = None) -> None:
        super().__init__(functions.mean_absolute_percentage_error, name, dtype)


@export("keras.metrics.MeanSquaredLogarithmicError")
class MeanSquaredLogarithmicError(FunctionMetric):
    """Mean of (log(1 + y_true) - log(1 + y_pred)) squared.

    Example:
        >>> round(float(hornbeam.metrics.MeanSquaredLogarithmicError()([[0, 1]], [[1, 1]])), 4)
        0.2402
    """

    _direction = "down"

    def __init__(self, name: str | None = "mean_squared_logarithmic_error", dtype: Any = None) -> None:
        super().__init__(functions.mean_squared_logarithmic_error, name, dtype)


@export("keras.metrics.LogCoshError")
class LogCoshError(FunctionMetric):
    """Mean of log(cosh(y_pred - y_true)).

    Example:
        >>> round(float(hornbeam.metrics.LogCoshError()([[0, 1], [0, 0]], [[1, 1], [0, 0]])), 4)
        0.1084
    """

    _direction = "down"

    def __init__(self, name: str | None = "logcosh", dtype: Any = None) -> None:
        super().__init__(functions.log_cosh, name, dtype)


def _cosine(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Cosine of the angle between labels and predictions along `axis`: 1 where they point the same way."""
    return -functions.cosine_similarity(y_true, y_pred, axis=axis)


@export("keras.metrics.CosineSimilarity")
class CosineSimilarity(FunctionMetric):
    """Mean cosine of the angle between labels and predictions.

    Args:
        axis: axis of the vectors.

    Example:
        >>> round(float(hornbeam.metrics.CosineSimilarity()([[0.0, 1.0], [1.0, 1.0]], [[1.0, 0.0], [1.0, 1.0]])), 4)
        0.5
    """

    _direction = "up"

    def __init__(self, name: str | None = "cosine_similarity", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(_cosine, name, dtype, axis=axis)


@export("keras.metrics.R2Score")
class R2Score(Metric):
    """Coefficient of determination: 1 - sum of squared errors / sum of squared distances from the mean.

    Args:
        class_aggregation: how the scores of the columns become one: "uniform_average" (the mean),
            "variance_weighted_average", or None (they stay apart).
        num_regressors: if not 0, the score is adjusted for so many independent variables.

    Raises:
        ConfigError: another aggregation, or a number below 0.
        ShapeError: labels or predictions are not of shape (samples, columns).

    Example:
        >>> round(float(hornbeam.metrics.R2Score()([[1.0], [4.0], [3.0]], [[2.0], [4.0], [4.0]])), 4)
        0.5714
    """

    _direction = "up"
    AGGREGATIONS = (None, "uniform_average", "variance_weighted_average")

    def __init__(
        self,
        class_aggregation: str | None = "uniform_average",
        num_regressors: int = 0,
        name: str | None = "r2_score",
        dtype: Any = None,
    ) -> None:
        super().__init__(dtype, name)
        if class_aggregation not in self.AGGREGATIONS:
            raise ConfigError(
                f"Metric '{self.name}': class_aggregation must be one of {self.AGGREGATIONS}, "
                f"got {class_aggregation!r}."
            )
        if num_regressors < 0:
            raise ConfigError(f"Metric '{self.name}': num_regressors must not be negative, got {num_regressors}.")
        self.class_aggregation = class_aggregation
        self.num_regressors = num_regressors
        self.num_samples: Any = self.add_variable((), "zeros", name="num_samples")
        self._built = False

    def _build(self, columns: int) -> None:
        for name in ("squared_sum", "sum", "residual", "count"):
            setattr(self, name, self.add_variable((columns,), "zeros", name=name))
        self._built = True

    squared_sum: Any
    sum: Any
    residual: Any
    count: Any

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = tensors(y_true, y_pred)
        y_true, y_pred = ops.cast(y_true, self.dtype), ops.cast(y_pred, self.dtype)
        if len(y_true.shape) != 2 or len(y_pred.shape) != 2:
            raise ShapeError(
                f"Metric '{self.name}' expects labels and predictions of shape (samples, columns), got "
                f"y_true of shape {public(y_true.shape)} and y_pred of shape {public(y_pred.shape)}."
            )
        if not self._built:
            self._build(int(y_pred.shape[1]))
        weight = 1.0 if sample_weight is None else ops.cast(ops.convert_to_tensor(sample_weight), self.dtype)
        if sample_weight is not None:
            weight = fitted_weight(y_true, weight, "y_true")
            weight = ops.expand_dims(weight, -1) if len(weight.shape) == 1 else weight
        weighted = y_true * weight
        self.sum.assign_add(ops.sum(weighted, axis=0))
        self.squared_sum.assign_add(ops.sum(y_true * weighted, axis=0))
        self.residual.assign_add(ops.sum(ops.square(y_true - y_pred) * weight, axis=0))
        self.count.assign_add(ops.sum(ops.ones_like(y_true) * weight, axis=0))
        # as Keras counts: every number is a sample
        self.num_samples.assign_add(ops.sum(ops.ones_like(y_true)))

    def result(self) -> Any:
        if not self._built:
            return ops.zeros((), self.dtype)
        total = self.squared_sum - ops.square(self.sum) / self.count
        scores = 1 - self.residual / total
        scores = ops.where(ops.isinf(scores), ops.zeros_like(scores), scores)
        if self.class_aggregation == "uniform_average":
            score = ops.mean(scores)
        elif self.class_aggregation == "variance_weighted_average":
            score = ops.sum(scores * total) / ops.sum(total)
        else:
            score = scores
        if not self.num_regressors:
            return score
        return 1 - (1 - score) * (self.num_samples - 1) / (self.num_samples - self.num_regressors - 1)

    def get_config(self) -> dict[str, Any]:
        settings = {"class_aggregation": self.class_aggregation, "num_regressors": self.num_regressors}
        return {**super().get_config(), **settings}
