"""Change the learning rate between epochs."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.callbacks.callback import Callback, Logs
from hornbeam.callbacks.monitor import Monitor, as_float
from hornbeam.callbacks.progress import say
from hornbeam.core.errors import ConfigError, StateError
from hornbeam.core.export import export


@export("keras.callbacks.LearningRateScheduler")
class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch, and logs it as "learning_rate".

    Args:
        schedule: function of (epoch, learning rate), or of the epoch alone, that returns the new rate, a float.
        verbose: 1 says each new rate.

    Raises:
        ConfigError: the schedule returns something other than a float.
        StateError: the model has no optimizer.

    Example:
        >>> LearningRateScheduler(lambda epoch, rate: rate * 0.9).verbose
        0
    """

    def __init__(self, schedule: Callable[..., float], verbose: int = 0) -> None:
        self.schedule = schedule
        self.verbose = verbose

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = optimizer_of(self)
        arguments = (epoch, as_float(optimizer.learning_rate))
        rate = self.schedule(*arguments[: _accepted(self.schedule)])
        if not _is_rate(rate):
            raise ConfigError(
                f"The output of the `schedule` function should be a float. Received: {rate!r:.80} "
                f"({type(rate).__name__}). Expected a Python or NumPy float, or a scalar tensor of floats."
            )
        optimizer.learning_rate = rate = as_float(rate)
        if self.verbose > 0:
            say(f"Epoch {epoch + 1}: LearningRateScheduler setting learning rate to {rate}.")

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if logs is not None:
            logs["learning_rate"] = as_float(optimizer_of(self).learning_rate)


@export("keras.callbacks.ReduceLROnPlateau")
class ReduceLROnPlateau(Monitor):
    """Multiplies the learning rate by `factor` when `monitor` has not become better for `patience` epochs.

    Args:
        monitor: name of the number in the logs.
        factor: below 1.
        patience: epochs without a better value to wait for.
        verbose: 1 says each new rate.
        mode: "min", "max" or "auto".
        min_delta: smaller changes do not count as better.
        cooldown: epochs after a change during which nothing is counted.
        min_lr: the rate does not fall below this.

    Raises:
        ConfigError: a factor of 1 or more; with mode "auto", a name from which the direction cannot be told.

    Example:
        >>> ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=3).factor
        0.5
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        factor: float = 0.1,
        patience: int = 10,
        verbose: int = 0,
        mode: str = "auto",
        min_delta: float = 1e-4,
        cooldown: int = 0,
        min_lr: float = 0.0,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise ConfigError(f"ReduceLROnPlateau has no argument {', '.join(map(repr, kwargs))}. Perhaps `min_delta`?")
        if factor >= 1.0:
            raise ConfigError(f"ReduceLROnPlateau does not support a factor >= 1.0. Received factor={factor}")
        super().__init__(monitor, mode, min_delta)
        self.factor = factor
        self.patience = patience
        self.verbose = verbose
        self.cooldown = cooldown
        self.min_lr = min_lr
        self.on_train_begin()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.best = None
        self.wait = 0
        self.cooldown_counter = 0

    def in_cooldown(self) -> bool:
        """Whether the rate was changed a short while ago."""
        return self.cooldown_counter > 0

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        optimizer = optimizer_of(self)
        old = as_float(optimizer.learning_rate)
        if logs is not None:
            logs["learning_rate"] = old
        value = self.current(logs, "Learning rate reduction is conditioned on")
        if value is None:
            return
        if self.in_cooldown():
            self.cooldown_counter -= 1
            self.wait = 0
        if self.better(value, self.best):
            self.best, self.wait = value, 0
        elif not self.in_cooldown():
            self.wait += 1
            if self.wait >= self.patience and old > np.float32(self.min_lr):
                rate = max(old * self.factor, self.min_lr)
                optimizer.learning_rate = rate
                if self.verbose > 0:
                    say(f"Epoch {epoch + 1}: ReduceLROnPlateau reducing learning rate to {rate}.")
                self.cooldown_counter = self.cooldown
                self.wait = 0


def optimizer_of(callback: Callback) -> Any:
    """The optimizer of the model that a callback acts on."""
    optimizer = getattr(callback.model, "optimizer", None)
    if not hasattr(optimizer, "learning_rate"):
        raise StateError(
            f"{type(callback).__name__} needs a model whose optimizer has a `learning_rate`; this one has "
            f"optimizer={optimizer!r:.80}. Call `model.compile(optimizer=...)` first."
        )
    return optimizer


def _accepted(schedule: Callable[..., Any]) -> int:
    """How many of (epoch, rate) a schedule takes; 2 where its signature cannot be read."""
    try:
        signature = inspect.signature(schedule)
    except (TypeError, ValueError):
        return 2
    try:
        signature.bind(0, 0.0)
    except TypeError:
        return 1
    return 2


def _is_rate(rate: Any) -> bool:
    """Whether `rate` is a float: Python's, NumPy's, or a scalar tensor of floats."""
    return isinstance(rate, float) or ("float" in str(getattr(rate, "dtype", "")) and tuple(rate.shape) == ())
