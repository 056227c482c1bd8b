"""The record of a training run."""

from __future__ import annotations

from typing import Any

from hornbeam.callbacks.callback import Callback, Logs
from hornbeam.core.export import export


@export("keras.callbacks.History")
class History(Callback):
    """Keeps the logs of each epoch; `fit` returns it.

    Attributes:
        history: dict from the name of a loss or metric to its values, one for each epoch.
        epoch: the numbers of the epochs.

    Example:
        >>> history = History()
        >>> history.on_epoch_end(0, {"loss": 0.5})
        >>> history.history
        {'loss': [0.5]}
    """

    def __init__(self) -> None:
        self.history: dict[str, list[Any]] = {}
        self.epoch: list[int] = []

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.epoch = []

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self.epoch.append(epoch)
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(value)
        if self.model is not None:
            self.model.history = self
