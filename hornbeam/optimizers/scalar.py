"""State of an optimizer that is one number: how many steps were made, the learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hornbeam.core import registry
from hornbeam.core.scope import context
from hornbeam.core.variable import Variable


class Start:
    """Initializer of state: one number everywhere, made by NumPy."""

    def __init__(self, number: float) -> None:
        self.number = number

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        return registry.default().convert(self.generate(shape, dtype, None), dtype)

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        """The values as a NumPy array."""
        return np.full(tuple(shape), registry.get("numpy").convert(self.number, dtype))


class Scalar(Variable):
    """A scalar variable whose value the host knows too.

    Reading it back from a GPU would make every eager step wait for the device; so a step takes `number()`, gives
    `set(number)`, and the engine's copy follows when somebody reads it.
    """

    def __init__(self, value: float, dtype: str | None, name: str) -> None:
        super().__init__(Start(value), shape=(), dtype=dtype, trainable=False, autocast=False, name=name)
        self._number: float | None = None
        self._behind = False

    @property
    def storage(self) -> Any:
        """What the engine keeps for it, brought up to date."""
        if self._behind:
            self._behind = False
            self._storage = self.engine.assign(self._storage, self.engine.convert(self._number, self.dtype))
        return Variable.storage.fget(self)  # type: ignore[attr-defined]

    def number(self) -> Any:
        """Its value as a python number."""
        if self._number is None:
            self._number = self.numpy().item()
        return self._number

    def set(self, number: float) -> None:
        """Make it hold `number`, without touching the device."""
        if self._storage is None:
            self.place()
        self._number = number
        self._behind = True

    def assign(self, value: Any) -> Any:
        if context.state is None:
            self._number = None
            self._behind = False
        return super().assign(value)

    def follow(self, backend: str) -> None:
        """Move to the backend of the variables that it goes with."""
        if self.backend == backend:
            return
        value = self.numpy() if self.placed else None
        self._engine, self._backend_name, self._storage = None, backend, None
        if value is not None:
            self.assign(value)
