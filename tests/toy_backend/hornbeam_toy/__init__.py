"""A toy backend: NumPy's functions over a tensor class of its own, which therefore decides where an operation runs."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.backends import unrolled
from hornbeam.backends.numpy.engine import NumpyBackend
from hornbeam.core import tree


class Tensor(np.ndarray):
    """An array that belongs to the toy backend."""


def owned(result: Any) -> Any:
    """The arrays and numbers of NumPy in a structure as tensors of this backend."""
    return tree.map_structure(
        lambda leaf: np.asarray(leaf).view(Tensor) if isinstance(leaf, (np.ndarray, np.generic)) else leaf, result
    )


def entry(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of NumPy's as an entry of the table."""
    return functools.wraps(function)(lambda *arguments: owned(function(*arguments)))


class ToyBackend(NumpyBackend):
    name = "toy"
    tensor_types = (Tensor,)
    plain = None  # NumPy's own arrays are converted

    def __init__(self) -> None:
        super().__init__()
        # control flow runs the user's functions, on tensors of the backend that it is made for
        self.table |= unrolled.make_table("toy", lambda parts: owned(np.stack(parts)))
        self.table = {name: entry(function) for name, function in self.table.items()}

    def convert(self, value: Any, dtype: str | None) -> Any:
        return owned(super().convert(value, dtype))

    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        return owned(super().place(value, dtype, trainable, path))

    def assign(self, storage: Any, value: Any) -> Any:
        return owned(super().assign(storage, value))


backend = ToyBackend()
