"""Sample calls of operations: what a backend is asked to compute when it is certified."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np

from hornbeam import ops
from hornbeam.ops.op import Op, operations


@functools.cache
def every_operation() -> dict[str, Op]:
    """The records of all operations, with all files that declare some loaded."""
    for file in pkgutil.iter_modules(ops.__path__):
        importlib.import_module(f"hornbeam.ops.{file.name}")
    return operations


@dataclass(eq=False)
class Sample:
    """One call of an operation: arrays among the arguments become tensors of the backend.

    Attributes:
        operation: name in `hornbeam.ops`, or in `hornbeam.ops.op.operations` where it is not public.
        args, kwargs: its arguments; structures that hold NumPy arrays.
        gradient: whether the gradient of each float array is checked against finite differences; False where it does
            not exist at the sample, or is not unique; or the places of the arrays of which this is true.
        batch: whether the first axis of the first array, and of those of its shape, may be of unknown size; or the
            places of the arrays of which this is true, counted among the arrays of args and kwargs (by sorted key).
        fixed: whether the result's shape follows from shapes; False where it depends on values.
        extremes: whether the answer is defined where the first float array holds NaN and the like.
        tolerance: largest relative and absolute difference between two engines in float32.
        moments: mean and standard deviation of what is drawn, for random operations.
        call: what is called, if not the operation itself (a function that a decorator has made).
    """

    operation: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    gradient: bool | tuple[int, ...] = False
    batch: bool | tuple[int, ...] = True
    fixed: bool = True
    extremes: bool = True
    tolerance: float = 2e-5
    moments: tuple[float, float] | None = None
    call: Callable[..., Any] | None = None

    @property
    def function(self) -> Callable[..., Any]:
        """What is called: the public function, or the record's where the operation is not public."""
        return self.call or getattr(ops, self.operation, None) or every_operation()[self.operation].function

    def __str__(self) -> str:
        shapes = [f"{x.dtype}{list(x.shape)}" for x in self.args if hasattr(x, "dtype")]
        rest = ",".join(shapes) + "".join(f",{key}={value}" for key, value in self.kwargs.items())
        return f"{self.operation}({rest[:60]})"


def of(array: np.ndarray, dtype: str) -> np.ndarray:
    """The array in a dtype that NumPy may not know by itself (bfloat16)."""
    return array.astype(getattr(ml_dtypes, dtype) if dtype == "bfloat16" else dtype)


def floats(*shape: int, seed: int = 0, low: float = -2.0, high: float = 2.0) -> np.ndarray:
    """float32 numbers spread evenly over [low, high)."""
    return np.random.default_rng(seed).uniform(low, high, shape).astype("float32")


def ints(*shape: int, low: int = 0, high: int = 9, seed: int = 0, dtype: str = "int32") -> np.ndarray:
    """Whole numbers of [low, high)."""
    return np.random.default_rng(seed).integers(low, high, shape).astype(dtype)


def complexes(*shape: int, seed: int = 0) -> np.ndarray:
    """complex64 numbers with both parts in [-2, 2)."""
    return (floats(*shape, seed=seed) + 1j * floats(*shape, seed=seed + 1)).astype("complex64")
