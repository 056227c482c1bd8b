"""The logs of each epoch as a table in a file."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable
from typing import Any, TextIO

import numpy as np

from hornbeam.callbacks.callback import Callback, Logs
from hornbeam.core.export import export


@export("keras.callbacks.CSVLogger")
class CSVLogger(Callback):
    """Writes a row for each epoch to a CSV file: the epoch, then the logs by name; "NA" for what is missing.

    Args:
        filename: where to.
        separator: what stands between two columns.
        append: go on with a file that is there, under its columns; else it is overwritten.

    Example:
        >>> CSVLogger("training.csv").sep
        ','
    """

    def __init__(self, filename: str | os.PathLike[str], separator: str = ",", append: bool = False) -> None:
        self.filename = os.fspath(filename)
        self.sep = separator
        self.append = append
        self.keys: list[str] | None = None
        self._file: TextIO | None = None
        self._writer: Any = None

    def on_train_begin(self, logs: Logs | None = None) -> None:
        self.keys = self._known_columns() if self.append else None
        mode = "a" if self.append else "w"
        self._file = open(self.filename, mode, encoding="utf-8", newline="")  # noqa: SIM115 - closed in on_train_end
        self._writer = csv.writer(self._file, delimiter=self.sep, lineterminator="\n")
        self.append = True  # training that goes on adds to its own file

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        logs = logs or {}
        if self.keys is None:
            names = sorted(logs)
            validated = any(name.startswith("val_") for name in names)
            # the first epoch may be one without validation
            self.keys = names if validated else [*names, *(f"val_{name}" for name in names)]
            self._writer.writerow(["epoch", *self.keys])
        self._writer.writerow([epoch, *(_cell(logs.get(key, "NA")) for key in self.keys)])
        assert self._file is not None
        self._file.flush()

    def on_train_end(self, logs: Logs | None = None) -> None:
        if self._file is not None:
            self._file.close()
        self._file = self._writer = None

    def _known_columns(self) -> list[str] | None:
        if not os.path.exists(self.filename):
            return None
        with open(self.filename, encoding="utf-8", newline="") as file:
            header = next(csv.reader(file, delimiter=self.sep), [])
        return header[1:] if header[:1] == ["epoch"] else None


def _cell(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.item() if value.ndim == 0 else value.tolist()
    if isinstance(value, Iterable) and not isinstance(value, str):
        return f'"[{", ".join(map(str, value))}]"'
    return value
