"""The hooks that a callback may override."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export

Logs = dict[str, Any]

BATCH_HOOKS = {
    "train": ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
    "test": ("on_test_batch_begin", "on_test_batch_end"),
    "predict": ("on_predict_batch_begin", "on_predict_batch_end"),
}


@export("keras.callbacks.Callback")
class Callback:
    """Base of everything that `fit`, `evaluate` and `predict` call as they go.

    Override the hooks that you need. `logs` maps the names of losses and metrics to numbers; what
    `on_epoch_end` adds to it appears in the history.

    Attributes:
        model: the model that is trained.
        params: dict with "verbose", "epochs" and "steps".

    Example:
        >>> class Announce(Callback):
        ...     def on_epoch_end(self, epoch, logs=None):
        ...         print(epoch, logs)
        >>> Announce().on_epoch_end(0, {"loss": 0.5})
        0 {'loss': 0.5}
    """

    params: dict[str, Any] | None = None
    _model: Any = None

    @property
    def model(self) -> Any:
        """The model that is trained."""
        return self._model

    def set_params(self, params: dict[str, Any]) -> None:
        """Keep the settings of the run."""
        self.params = params

    def set_model(self, model: Any) -> None:
        """Keep the model of the run."""
        self._model = model

    def needs_batches(self, mode: str) -> bool:
        """Whether a hook of each batch does something in `mode`: "train", "test" or "predict".

        Where no callback needs them, the trainer may run several steps at once.
        """
        return any(overrides(self, hook) for hook in BATCH_HOOKS[mode])

    def on_progress(self, seen: int, logs: Logs | None = None) -> None:
        """Called now and then during an epoch, after `seen` of its batches; for what shows how far things are."""

    def on_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each training batch, unless `on_train_batch_begin` is overridden."""

    def on_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each training batch, unless `on_train_batch_end` is overridden."""

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        """Called before each epoch of training, counted from 0."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        """Called after each epoch; `logs` holds its losses and metrics, those of validation as `val_...`."""

    def on_train_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each training batch."""
        self.on_batch_begin(batch, logs)

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each training batch."""
        self.on_batch_end(batch, logs)

    def on_test_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of `evaluate` and of validation."""

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of `evaluate` and of validation."""

    def on_predict_batch_begin(self, batch: int, logs: Logs | None = None) -> None:
        """Called before each batch of `predict`."""

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Called after each batch of `predict`; `logs["outputs"]` holds its result."""

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Called once before training."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Called once after training, with the logs of the last epoch."""

    def on_test_begin(self, logs: Logs | None = None) -> None:
        """Called before `evaluate` and before each validation."""

    def on_test_end(self, logs: Logs | None = None) -> None:
        """Called after `evaluate` and after each validation."""

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        """Called before `predict`."""

    def on_predict_end(self, logs: Logs | None = None) -> None:
        """Called after `predict`."""


def overrides(callback: Callback, hook: str) -> bool:
    """Whether `callback` has its own `hook`, in its class or in itself."""
    return hook in vars(callback) or getattr(type(callback), hook) is not getattr(Callback, hook)
