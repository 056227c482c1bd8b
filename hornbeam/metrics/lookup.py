"""Metrics by name and config."""

from __future__ import annotations

import difflib
import inspect
from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.lookup import look_up
from hornbeam.core.naming import snake_case
from hornbeam.core.registration import get_registered_object
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.metrics import (
    accuracy,
    auc,
    confusion,
    correlation,
    f_score,
    iou,
    margin,
    probabilistic,
    reductions,
    regression,
)
from hornbeam.metrics.metric import Metric

MODULES = (accuracy, auc, confusion, correlation, f_score, iou, margin, probabilistic, reductions, regression)
SHORT = {
    "bce": "BinaryCrossentropy",
    "mse": "MeanSquaredError",
    "mae": "MeanAbsoluteError",
    "mape": "MeanAbsolutePercentageError",
    "msle": "MeanSquaredLogarithmicError",
}


def _aliases() -> dict[str, str]:
    """Further names of the classes: `mean_squared_error`, `mse`, `MSE`."""
    classes = [
        name
        for module in MODULES
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, Metric) and "__hornbeam_export__" in vars(value)
    ]
    return {snake_case(name): name for name in classes} | SHORT | {key.upper(): name for key, name in SHORT.items()}


ALIASES = _aliases()


def similar(name: str, known: Any) -> str:
    """A sentence with the names that look like `name`; empty if none does."""
    by_folded = {key.lower().replace("_", ""): key for key in known}
    close = difflib.get_close_matches(name.lower().replace("_", ""), by_folded, n=4, cutoff=0.6)
    return f" Did you mean {', '.join(repr(by_folded[key]) for key in close)}?" if close else ""


@export("keras.metrics.get")
def get(identifier: Any) -> Any:
    """The metric that a name, config, class or object stands for; None stays None.

    Raises:
        ConfigError: it stands for none; the message lists names like it.

    Example:
        >>> hornbeam.metrics.get("mse").name
        'mean_squared_error'
    """
    if isinstance(identifier, str) and identifier not in ALIASES and get_registered_object(identifier) is None:
        try:
            return look_up(identifier, "metric", "metrics")
        except ConfigError:
            raise ConfigError(
                f"Could not interpret metric identifier: {identifier!r}.{similar(identifier, ALIASES)} Expected the "
                "name of a metric in `keras.metrics`, a `Metric`, or a function `(y_true, y_pred)`."
            ) from None
    return look_up(identifier, "metric", "metrics", ALIASES)


@export("keras.metrics.serialize")
def serialize(metric: Any) -> Any:
    """The metric as plain data.

    Example:
        >>> hornbeam.metrics.serialize(hornbeam.metrics.BinaryAccuracy())["config"]["threshold"]
        0.5
    """
    return serialize_object(metric)


@export("keras.metrics.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The metric that `serialize` described.

    Example:
        >>> hornbeam.metrics.deserialize({"class_name": "Sum", "config": {"name": "all"}}).name
        'all'
    """
    return deserialize_object(config, custom_objects, kind="metric")
