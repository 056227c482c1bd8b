"""Stop when it gets no better."""

from __future__ import annotations

from typing import Any

from hornbeam.callbacks.callback import Logs
from hornbeam.callbacks.monitor import Monitor
from hornbeam.callbacks.progress import say
from hornbeam.core.export import export


@export("keras.callbacks.EarlyStopping")
class EarlyStopping(Monitor):
    """Stops training when `monitor` has not become better for `patience` epochs.

    Args:
        monitor: name of the number in the logs.
        min_delta: smaller changes do not count as better.
        patience: epochs without a better value to wait for.
        verbose: 1 says when training stops.
        mode: "min", "max" or "auto".
        baseline: values that are not better than this one do not reset the waiting.
        restore_best_weights: at the end of training, put back the weights of the best epoch.
        start_from_epoch: epochs that are ignored at the start.

    Raises:
        ConfigError: with mode "auto", a name from which the direction cannot be told.

    Example:
        >>> EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True).patience
        3
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0,
        patience: int = 0,
        verbose: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        super().__init__(monitor, mode, min_delta)
        self.patience = patience
        self.verbose = verbose
        self.baseline = baseline
        self.restore_best_weights = restore_best_weights
        self.start_from_epoch = start_from_epoch
        self.on_train_begin()

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.wait = 0
        self.stopped_epoch = 0
        self.best_epoch = 0
        self.best = None
        self.best_weights: Any = None

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        value = self.get_monitor_value(logs)
        if value is None or epoch < self.start_from_epoch:
            return
        self.wait += 1
        if self.better(value, self.best):
            self.best, self.best_epoch = value, epoch
            if self.restore_best_weights:
                self.best_weights = self.model.get_weights()
            if self.baseline is None or self.better(value, self.baseline):
                self.wait = 0
        elif self.wait >= self.patience:
            self.stopped_epoch = epoch
            self.model.stop_training = True

    def get_monitor_value(self, logs: Logs | None) -> float | None:
        """The number to watch, out of the logs of an epoch; None, and a warning, where they do not have it."""
        return self.current(logs, "Early stopping conditioned on")

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self.stopped_epoch and self.verbose:
            say(f"Epoch {self.stopped_epoch + 1}: early stopping")
        if self.best_weights is not None:
            if self.verbose:
                say(f"Restoring model weights from the end of the best epoch: {self.best_epoch + 1}.")
            self.model.set_weights(self.best_weights)
