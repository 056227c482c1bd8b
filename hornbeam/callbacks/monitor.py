"""What callbacks share that watch one number from epoch to epoch."""

from __future__ import annotations

import warnings
from typing import Any

from hornbeam.callbacks.callback import Callback, Logs
from hornbeam.core.errors import ConfigError

# parts of a name that say which way is better, for numbers that are not a metric of the model
RISING = [
    "acc",
    "auc",
    "precision",
    "recall",
    "f1",
    "fbeta",
    "iou",
    "r2",
    "sensitivity",
    "specificity",
    "cosine_similarity",
]
FALLING = [
    "loss",
    "error",
    "mse",
    "mae",
    "mape",
    "msle",
    "rmse",
    "crossentropy",
    "hinge",
    "divergence",
    "poisson",
    "perplexity",
]


class Monitor(Callback):
    """Watches `monitor` in the logs, and knows when it is better than before.

    Attributes:
        best: the best value so far, or None.
        mode: "min", "max" or "auto": from the metric's own direction, then from its name.
        min_delta: smaller changes do not count as better.
    """

    def __init__(self, monitor: str, mode: str = "auto", min_delta: float = 0, best: float | None = None) -> None:
        if mode not in ("auto", "min", "max"):
            warnings.warn(f"{type(self).__name__} mode {mode!r} is unknown, fallback to auto mode.", stacklevel=3)
            mode = "auto"
        self.monitor = monitor
        self.mode = mode
        self.min_delta = abs(min_delta)
        self.best = best
        self._rising: bool | None = None if mode == "auto" else mode == "max"

    def current(self, logs: Logs | None, consequence: str) -> float | None:
        """The number in the logs; None, and a warning with the `consequence`, where it is not there."""
        value = (logs or {}).get(self.monitor)
        if value is None:
            names = ", ".join(logs or ()) or "none"
            warnings.warn(
                f"{consequence} metric `{self.monitor}` which is not available. Available metrics are: {names}",
                stacklevel=3,
            )
            return None
        return as_float(value)

    def better(self, value: float, reference: float | None) -> bool:
        """Whether `value` is better than `reference` by more than `min_delta`; anything is better than None."""
        if self._rising is None:
            self._rising = self._direction()
        if reference is None:
            return True
        return value - self.min_delta > reference if self._rising else value + self.min_delta < reference

    def _direction(self) -> bool:
        name = self.monitor.removeprefix("val_")
        if name == "loss" or name.endswith("_loss"):
            return False
        for metric in getattr(self.model, "metrics", None) or ():
            direction = getattr(metric, "_direction", None)
            if direction and name.endswith(metric.name):
                return direction == "up"
        for names, rising in ((FALLING, False), (RISING, True)):
            if any(part in name for part in names):
                return rising
        raise ConfigError(
            f"{type(self).__name__} received monitor={self.monitor!r}, and cannot tell from that name whether more "
            "or less of it is better. Pass mode='max' where more is better, or mode='min' where less is."
        )


def as_float(value: Any) -> float:
    """A Python number out of a number, an array, a variable or a tensor."""
    return float(value.numpy() if hasattr(value, "numpy") else value)
