"""The tensors of the OpenVINO backend: NumPy arrays that belong to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from hornbeam.backends.numpy.engine import NAMES
from hornbeam.core.spec import give_operators, operation


class Tensor:
    """A value on the OpenVINO backend; operations of `hornbeam.ops`, and python's operators, compute with it.

    Example:
        >>> with hornbeam.backend_scope("openvino"):
        ...     (hornbeam.ops.ones((2,)) + 1).numpy()
        array([2., 2.], dtype=float32)
    """

    __slots__ = ("__weakref__", "array", "dtype", "shape")
    __array_priority__ = 1000.0  # NumPy's arrays leave their operators to it

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.dtype = NAMES[array.dtype]
        self.shape = array.shape

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return self.array.ndim

    @property
    def size(self) -> int:
        """Number of elements."""
        return self.array.size

    def numpy(self) -> np.ndarray:
        """The values as an array of their own."""
        return self.array.copy()

    def item(self) -> Any:
        """The only element as a python number."""
        return self.array.item()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        array = self.array if dtype is None else self.array.astype(dtype, copy=False)
        return array.copy() if copy else array

    def __getitem__(self, key: Any) -> Any:
        return operation("get_item")(self, key)

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[Tensor]:
        return (Tensor(np.asarray(part)) for part in self.array)

    def __bool__(self) -> bool:
        return bool(self.array)

    def __int__(self) -> int:
        return int(self.array)

    def __float__(self) -> float:
        return float(self.array)

    def __index__(self) -> int:
        return self.array.__index__()

    def __repr__(self) -> str:
        return f"<openvino tensor of {self.dtype}{list(self.shape)}: {self.array}>"


give_operators(Tensor)
