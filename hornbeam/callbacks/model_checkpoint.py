"""Save the model as training goes on."""

from __future__ import annotations

import os
from typing import Any

from hornbeam.callbacks.callback import Logs
from hornbeam.callbacks.monitor import Monitor
from hornbeam.callbacks.progress import say
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export


@export("keras.callbacks.ModelCheckpoint")
class ModelCheckpoint(Monitor):
    """Saves the model, or its weights, after each epoch or every so many batches.

    Args:
        filepath: where to; it may hold fields: "{epoch:02d}", "{batch}" (both from 1) and the names in the logs, such
            as "{val_loss:.2f}". Ends in ".keras" (or ".h5"), with `save_weights_only` in ".weights.h5".
        monitor: name of the number in the logs that `save_best_only` watches.
        verbose: 1 says what is saved.
        save_best_only: save only when `monitor` is better than ever before.
        save_weights_only: `model.save_weights` in place of `model.save`.
        mode: "min", "max" or "auto".
        save_freq: "epoch", or a number of batches.
        initial_value_threshold: what the first value of `monitor` has to beat.

    Raises:
        ConfigError: another ending, or a `save_freq` that is neither.
        KeyError: `filepath` has a field that the logs do not have.

    Example:
        >>> ModelCheckpoint("model-{epoch:02d}.keras", save_best_only=True).save_freq
        'epoch'
    """

    def __init__(
        self,
        filepath: str | os.PathLike[str],
        monitor: str = "val_loss",
        verbose: int = 0,
        save_best_only: bool = False,
        save_weights_only: bool = False,
        mode: str = "auto",
        save_freq: int | str = "epoch",
        initial_value_threshold: float | None = None,
    ) -> None:
        super().__init__(monitor, mode, best=initial_value_threshold)
        self.filepath = os.fspath(filepath)
        self.verbose = verbose
        self.save_best_only = save_best_only
        self.save_weights_only = save_weights_only
        self.save_freq = save_freq
        if save_freq != "epoch" and not (isinstance(save_freq, int) and save_freq > 0):
            raise ConfigError(f"Unrecognized save_freq: {save_freq!r}. Expected 'epoch', or a number of batches.")
        endings = (".weights.h5",) if save_weights_only else (".keras", ".h5")
        if not self.filepath.endswith(endings):
            form = "save_weights_only=True" if save_weights_only else "the whole model"
            raise ConfigError(
                f"The filepath must end in {' or '.join(endings)} for {form}. Received: filepath={self.filepath}"
            )
        self._epoch = 0
        self._unsaved = 0
        self._last_batch = -1

    def needs_batches(self, mode: str) -> bool:
        return mode == "train" and self.save_freq != "epoch"

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._epoch = epoch
        self._last_batch = -1

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            return
        self._unsaved += batch - self._last_batch  # several batches may have been run as one step
        self._last_batch = batch
        if self._unsaved >= int(self.save_freq):
            self._unsaved = 0
            self._save(logs, batch)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.save_freq == "epoch":
            self._save(logs, None)

    def _save(self, logs: Logs | None, batch: int | None) -> None:
        head = f"Epoch {self._epoch + 1}:"
        path = self._path(logs or {}, batch)
        if self.save_best_only:
            value = self.current(logs, "Can save best model only with")
            if value is None:
                return
            known = "None" if self.best is None else f"{self.best:.5f}"
            if not self.better(value, self.best):
                if self.verbose > 0:
                    say(f"{head} {self.monitor} did not improve from {known}")
                return
            self.best = value
            head += f" {self.monitor} improved from {known} to {value:.5f},"
        if self.verbose > 0:
            say(f"{head} saving model to {path}")
        if folder := os.path.dirname(path):
            os.makedirs(folder, exist_ok=True)
        save = self.model.save_weights if self.save_weights_only else self.model.save
        save(path, overwrite=True)

    def _path(self, logs: dict[str, Any], batch: int | None) -> str:
        fields = {"epoch": self._epoch + 1} if batch is None else {"epoch": self._epoch + 1, "batch": batch + 1}
        try:
            return self.filepath.format(**fields, **{name: value for name, value in logs.items() if name not in fields})
        except KeyError as error:
            raise KeyError(
                f"The filepath {self.filepath!r} has a field {error} that is not in the logs: "
                f"{', '.join([*fields, *logs])}."
            ) from error
