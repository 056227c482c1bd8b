"""The NumPy engine: plain arrays, no gradients, nothing to compile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from hornbeam.backends.base import ComputeBackend
from hornbeam.backends.numpy import fft, image, linalg, nn, primitives, random, sequence
from hornbeam.core import dtype as dtypes
from hornbeam.core import tree
from hornbeam.core.errors import BackendError


def numpy_dtype(name: str) -> Any:
    """NumPy's dtype of a standard name; the small floats come from ml_dtypes."""
    return np.dtype(getattr(ml_dtypes, name)) if hasattr(ml_dtypes, name) else np.dtype(name)


# `dtype.name` costs microseconds
NAMES = {numpy_dtype(name): name for name in dtypes.ALLOWED if hasattr(np, name) or hasattr(ml_dtypes, name)}


class NumpyBackend(ComputeBackend):
    name = "numpy"
    tensor_types = ()  # arrays follow the tensors beside them
    differentiable = False
    eager = True
    plain = np.ndarray

    def __init__(self) -> None:
        self.gather(primitives, nn, sequence, random, linalg, fft, image)
        self.narrow = {}

    def convert(self, value: Any, dtype: str | None) -> Any:
        if dtype is None and not isinstance(value, (np.ndarray, np.generic)):
            array = np.asarray(value)
            kind = array.dtype.kind
            weak = {"f": "float32", "i": "int32", "c": "complex64"} if isinstance(value, (int, float, complex)) else {}
            if isinstance(value, (list, tuple)) and not _holds_arrays(value):
                weak = {"f": dtypes.standardize(None), "i": "int32", "c": "complex64"}
            elif isinstance(value, float):
                weak = {"f": dtypes.standardize(None)}
            if kind in "OUS":
                raise TypeError(f"not numbers: {value!r:.80}")
            narrow = array.astype(weak[kind]) if kind in weak else array
            return array if kind == "i" and not np.array_equal(narrow, array) else narrow  # beyond 32 bits
        array = np.asarray(value)
        if array.dtype.kind in "OUS":
            raise TypeError(f"not numbers, but an array of {array.dtype}")
        return array.astype(numpy_dtype(dtype), copy=False) if dtype is not None else array

    def dtype(self, tensor: Any) -> str:
        return NAMES.get(tensor.dtype) or tensor.dtype.name

    def shape(self, tensor: Any) -> tuple[int, ...]:
        return tensor.shape

    def value_and_grad(self, function: Callable[..., Any], argnums: tuple[int, ...], has_aux: bool) -> Any:
        raise BackendError(self.no_gradients())

    def jvp(
        self, function: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], has_aux: bool
    ) -> Any:
        raise BackendError(self.no_gradients())

    def no_gradients(self) -> str:
        return (
            f"The {self.name} backend does not differentiate. Use jax, torch or tensorflow for training: "
            '`hornbeam.set_backend("jax")`, or move the model with `model.to_backend("jax")`.'
        )

    def compile(self, function: Callable[..., Any], donate: tuple[int, ...] = ()) -> Callable[..., Any]:
        return function

    def vmap(self, function: Callable[..., Any], in_axes: Any, out_axes: Any) -> Any:
        def mapped(*args: Any) -> Any:
            axes = in_axes if isinstance(in_axes, (list, tuple)) else [in_axes] * len(args)
            sizes = [
                self.convert(leaf, None).shape[axis]
                for arg, axis in zip(args, axes, strict=True)
                if axis is not None
                for leaf in tree.flatten(arg)
            ]

            def one(leaf: Any, axis: int, i: int) -> Any:
                # of nothing, zeros tell what a result would look like
                return np.take(leaf, i, axis) if sizes[0] else np.zeros(np.delete(leaf.shape, axis), leaf.dtype)

            def part(arg: Any, axis: Any, i: int) -> Any:
                return arg if axis is None else tree.map_structure(lambda leaf: one(leaf, axis, i), arg)

            results = [function(*map(part, args, axes, [i] * len(args))) for i in range(max(sizes[0], 1))]
            stacked = tree.map_structure(lambda *parts: np.stack(parts, out_axes), *results)
            return stacked if sizes[0] else tree.map_structure(lambda x: np.take(x, range(0), out_axes), stacked)

        return mapped

    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        return np.array(value, dtype=numpy_dtype(dtype))

    def value(self, storage: Any) -> Any:
        return storage

    def assign(self, storage: Any, value: Any) -> Any:
        return np.array(value, dtype=storage.dtype)

    def set_trainable(self, storage: Any, trainable: bool) -> None:
        """Nothing to tell: there are no gradients."""

    def layer_base(self) -> type | None:
        return None

    def fused_update(self, name: str) -> None:
        return None

    def to_numpy(self, tensor: Any) -> Any:
        return np.asarray(tensor)

    def is_traced(self, tensor: Any) -> bool:
        return False

    def synchronize(self, tensors: Any) -> None:
        """Arrays are there when they are returned."""

    def devices(self) -> list[str]:
        return ["cpu"]


def _holds_arrays(value: Any) -> bool:
    return any(hasattr(part, "dtype") or (isinstance(part, (list, tuple)) and _holds_arrays(part)) for part in value)
