"""Sample calls of every operation, in one file for each subject."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from hornbeam.testing.sample import Sample


@functools.cache
def samples() -> dict[str, list[Sample]]:
    """The samples of each operation, from the `rows()` of every file in this folder."""
    found: dict[str, list[Sample]] = {}
    for file in pkgutil.iter_modules(__path__):
        for sample in importlib.import_module(f"{__name__}.{file.name}").rows():
            found.setdefault(sample.operation, []).append(sample)
    return found
