"""How alike predictions and labels vary."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core import config
from hornbeam.core import dtype as dtypes
from hornbeam.core.export import export
from hornbeam.metrics.accuracy import paired
from hornbeam.metrics.reductions import FunctionMetric


def _floats(y_true: Any, y_pred: Any) -> tuple[Any, Any]:
    y_true, y_pred = paired(y_true, y_pred)
    if not dtypes.is_floating(ops.dtype(y_pred)):
        y_pred = ops.cast(y_pred, config.floatx())
    return ops.cast(y_true, ops.dtype(y_pred)), y_pred


def _centered(x: Any, axis: int) -> tuple[Any, Any]:
    mean = ops.mean(x, axis=axis, keepdims=True)
    return x - mean, ops.squeeze(mean, axis)


@export("keras.metrics.pearson_correlation")
def pearson_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """Covariance over the product of the standard deviations, along `axis`: between -1 and 1, nan for constants.

    Example:
        >>> hornbeam.metrics.pearson_correlation([[0.0, 1.0, 2.0]], [[1.0, 3.0, 5.0]])
        array([1.], dtype=float32)
    """
    y_true, y_pred = _floats(y_true, y_pred)
    one, two = _centered(y_true, axis)[0], _centered(y_pred, axis)[0]
    scale = ops.sqrt(ops.mean(ops.square(one), axis=axis)) * ops.sqrt(ops.mean(ops.square(two), axis=axis))
    return ops.mean(one * two, axis=axis) / scale


@export("keras.metrics.concordance_correlation")
def concordance_correlation(y_true: Any, y_pred: Any, axis: int = -1) -> Any:
    """2 covariance / (both variances + square of the difference of the means), along `axis`.

    Lin, A concordance correlation coefficient to evaluate reproducibility, Biometrics, 1989.

    Example:
        >>> hornbeam.metrics.concordance_correlation([[0.0, 1.0, 2.0]], [[0.0, 1.0, 2.0]])
        array([1.], dtype=float32)
    """
    y_true, y_pred = _floats(y_true, y_pred)
    one, true_mean = _centered(y_true, axis)
    two, pred_mean = _centered(y_pred, axis)
    spread = ops.mean(ops.square(one), axis=axis) + ops.mean(ops.square(two), axis=axis)
    return 2 * ops.mean(one * two, axis=axis) / (spread + ops.square(true_mean - pred_mean) + config.epsilon())


@export("keras.metrics.PearsonCorrelation")
class PearsonCorrelation(FunctionMetric):
    """Mean of `pearson_correlation` over samples.

    Args:
        axis: axis along which labels and predictions are compared.

    Example:
        >>> round(float(hornbeam.metrics.PearsonCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 1.0]])), 4)
        0.8276
    """

    _direction = "up"

    def __init__(self, name: str | None = "pearson_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(pearson_correlation, name, dtype, axis=axis)


@export("keras.metrics.ConcordanceCorrelation")
class ConcordanceCorrelation(FunctionMetric):
    """Mean of `concordance_correlation` over samples.

    Args:
        axis: axis along which labels and predictions are compared.

    Example:
        >>> round(float(hornbeam.metrics.ConcordanceCorrelation()([[0.0, 1.0, 0.5]], [[0.1, 0.9, 1.0]])), 4)
        0.7351
    """

    _direction = "up"

    def __init__(self, name: str | None = "concordance_correlation", dtype: Any = None, axis: int = -1) -> None:
        super().__init__(concordance_correlation, name, dtype, axis=axis)
