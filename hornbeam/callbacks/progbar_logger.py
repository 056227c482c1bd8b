"""The progress bar as a callback."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hornbeam.callbacks.callback import Callback, Logs
from hornbeam.callbacks.progress import Progbar
from hornbeam.core.export import export


@export("keras.callbacks.ProgbarLogger")
class ProgbarLogger(Callback):
    """Shows the progress of `fit`, `evaluate` and `predict`; `verbose` is read from the params.

    It reads the logs only when it draws, some 20 times a second at most.

    Example:
        >>> ProgbarLogger().needs_batches("train")
        False
    """

    def __init__(self) -> None:
        self.progbar: Progbar | None = None
        self.seen = 0
        self.target: int | None = None
        self.verbose: Any = 1
        self.epochs = 1
        self._in_fit = False

    def needs_batches(self, mode: str) -> bool:
        return False

    def set_params(self, params: dict[str, Any]) -> None:
        super().set_params(params)
        self.verbose = params.get("verbose", 1)
        self.epochs = params.get("epochs") or 1
        self.target = params.get("steps")

    def on_progress(self, seen: int, logs: Logs | None = None) -> None:
        """Show that `seen` batches of the running epoch are done."""
        self.seen = seen
        bar = self.progbar
        if bar is not None and bar.due():
            bar.update(seen, _numbers(logs), finalize=False)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self._in_fit = True

    def on_epoch_begin(self, epoch: int, logs: Logs | None = None) -> None:
        self._start(f"Epoch {epoch + 1}/{self.epochs}" if self.epochs > 1 else "")

    def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_progress(batch + 1, logs)

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        self._finish(logs)

    def on_train_end(self, logs: Logs | None = None) -> None:
        self._in_fit = False

    def on_test_begin(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._start()

    def on_test_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self.on_progress(batch + 1, logs)

    def on_test_end(self, logs: Logs | None = None) -> None:
        if not self._in_fit:
            self._finish(logs)

    def on_predict_begin(self, logs: Logs | None = None) -> None:
        self._start()

    def on_predict_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        self.on_progress(batch + 1, None)  # the logs of predict hold outputs, which nobody wants in a bar

    def on_predict_end(self, logs: Logs | None = None) -> None:
        self._finish(None)

    def _start(self, title: str = "") -> None:
        self.seen = 0
        # the trainer's logs are averages already: nothing is averaged again
        self.progbar = Progbar(self.target, verbose=self.verbose, stateless_metrics=(), title=title)

    def _finish(self, logs: Logs | None) -> None:
        bar, self.progbar = self.progbar, None
        if bar is None:
            return
        if self.target is None and self.seen:
            self.target = bar.target = self.seen  # the next epoch is as long, most likely
        bar.update(self.seen or self.target or 0, _numbers(logs), finalize=True)


def _numbers(logs: Logs | None) -> Iterator[tuple[str, Any]]:
    """Names and values; a generator, so that the bar's clock covers the fetching of lazy logs."""
    if logs is not None:
        yield from logs.items()
