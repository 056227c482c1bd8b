"""The PyTorch engine: variables are parameters and buffers, changed in place; gradients come from autograd."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from torch._C._functorch import is_functorch_wrapped_tensor, peek_interpreter_stack

from hornbeam.backends.base import ComputeBackend
from hornbeam.backends.torch import fft, image, linalg, nn, primitives, random, sequence, updates
from hornbeam.core import registry, tree
from hornbeam.core.dtype import ALLOWED
from hornbeam.core.errors import StateError
from hornbeam.core.scope import context

DTYPES = {name: getattr(torch, name) for name in ALLOWED if hasattr(torch, name)}
# looking up the default device takes microseconds, which pays only where there is another one
ACCELERATED = torch.accelerator.is_available()
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class TorchBackend(ComputeBackend):
    name = "torch"
    tensor_types = (torch.Tensor, torch.nn.Parameter)
    eager = True

    def __init__(self) -> None:
        self.gather(primitives, nn, sequence, random, linalg, fft, image)
        self.narrow = {}

    def convert(self, value: Any, dtype: str | None) -> Any:
        if not isinstance(value, torch.Tensor):
            # python numbers at once in their dtype: 32 bits on the way would cut them short
            kind = dtype if type(value) in (int, float) else None
            value = _from_host(value if type(value) is np.ndarray else registry.get("numpy").convert(value, kind))
        return value if dtype is None or NAMES[value.dtype] == dtype else value.to(DTYPES[dtype])

    def dtype(self, tensor: Any) -> str:
        return NAMES[tensor.dtype]

    def shape(self, tensor: Any) -> tuple[int, ...]:
        return tuple(tensor.shape)

    def value_and_grad(self, function: Callable[..., Any], argnums: tuple[int, ...], has_aux: bool) -> Any:
        def differentiated(*args: Any, **kwargs: Any) -> Any:
            if peek_interpreter_stack() is not None:  # inside vmap, where autograd's own tensors are refused
                gradients, result = torch.func.grad_and_value(function, argnums, has_aux)(*args, **kwargs)
                return result, gradients
            given = list(args)
            leaves: list[Any] = []
            nested = False

            def leaf(tensor: Any) -> Any:
                nonlocal nested
                if not isinstance(tensor, torch.Tensor):
                    tensor = self.convert(tensor, None)
                if tensor.requires_grad and (context.gradients or not tensor.is_leaf):
                    nested = True  # part of a computation that is itself being differentiated
                    fresh = tensor.view_as(tensor)  # gradients reach it only through this argument
                else:
                    fresh = tensor.detach().requires_grad_()
                leaves.append(fresh)
                return fresh

            for position in argnums:
                given[position] = tree.map_structure(leaf, args[position])
            context.gradients += 1
            try:
                with torch.enable_grad():
                    result = function(*given, **kwargs)
                    value, aux = result if has_aux else (result, None)
                    found = torch.autograd.grad(
                        value, leaves, allow_unused=True, materialize_grads=True, create_graph=nested
                    )
            finally:
                context.gradients -= 1
            rest = iter(found)
            gradients = tuple(tree.map_structure(lambda _: next(rest), given[position]) for position in argnums)
            if not nested:
                value, aux = value.detach(), tree.map_structure(_detach, aux)
            return ((value, aux) if has_aux else value), gradients

        return differentiated

    def variables_value_and_grad(self, function: Callable[[], Any], variables: Sequence[Any], has_aux: bool) -> Any:
        if context.state is not None:
            return super().variables_value_and_grad(function, variables, has_aux)
        storages = [variable.storage for variable in variables]
        for storage in storages:
            if not storage.requires_grad:
                storage.requires_grad_()
        with torch.enable_grad():
            result = function()
            value, aux = result if has_aux else (result, None)
            gradients = torch.autograd.grad(value, storages, allow_unused=True, materialize_grads=True)
        value = value.detach()
        return ((value, tree.map_structure(_detach, aux)) if has_aux else value), list(gradients)

    def jvp(
        self, function: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], has_aux: bool
    ) -> Any:
        return torch.func.jvp(function, primals, tangents, has_aux=has_aux)

    def compile(self, function: Callable[..., Any], donate: tuple[int, ...] = ()) -> Callable[..., Any]:
        return function

    def inference_scope(self) -> Any:
        return torch.inference_mode()

    def vmap(self, function: Callable[..., Any], in_axes: Any, out_axes: Any) -> Callable[..., Any]:
        return torch.func.vmap(function, in_dims=in_axes, out_dims=out_axes, randomness="different")

    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        with torch.inference_mode(False), torch.no_grad():
            tensor = self.convert(value, dtype)
            if tensor is value or not isinstance(value, torch.Tensor):
                tensor = tensor.detach().clone()
        return torch.nn.Parameter(tensor) if trainable and tensor.is_floating_point() else tensor

    def value(self, storage: Any) -> Any:
        return storage

    def assign(self, storage: Any, value: Any) -> Any:
        with torch.no_grad():
            storage.copy_(value)
        return storage

    def assign_all(self, variables: list[Any], values: list[Any]) -> None:
        if variables:
            with torch.no_grad():
                torch._foreach_copy_([variable.storage for variable in variables], values)

    def set_trainable(self, storage: Any, trainable: bool) -> None:
        if storage.is_floating_point():
            storage.requires_grad_(trainable)

    def layer_base(self) -> type | None:
        from hornbeam.backends.torch.module import TorchLayer

        return TorchLayer

    def fused_update(self, name: str) -> Callable[..., None] | None:
        return updates.table.get(name)

    def to_numpy(self, tensor: Any) -> Any:
        if is_functorch_wrapped_tensor(tensor):
            raise StateError("A tensor inside torch.func (vmap, grad) has no values to read yet.")
        tensor = tensor.detach().cpu()
        if tensor.dtype == torch.bfloat16:
            return tensor.contiguous().view(torch.uint16).numpy().view(np.dtype("bfloat16"))
        return tensor.numpy()

    def is_traced(self, tensor: Any) -> bool:
        return is_functorch_wrapped_tensor(tensor)

    def synchronize(self, tensors: Any) -> None:
        if torch.cuda.is_available():
            torch.cuda.synchronize()

    def devices(self) -> list[str]:
        return ["cpu"] + [f"cuda:{index}" for index in range(torch.cuda.device_count())]


def _from_host(array: np.ndarray) -> Any:
    """The array as a tensor on the default device; its memory is shared where torch can read and write it."""
    if array.dtype.kind in "OUS":
        raise TypeError(f"not numbers, but an array of {array.dtype}")
    if not array.flags.writeable or not array.flags.c_contiguous:
        array = np.array(array, order="C")
    if array.dtype.kind == "V":  # the small floats of ml_dtypes
        tensor = torch.from_numpy(array.view(np.uint16 if array.itemsize == 2 else np.uint8)).view(
            DTYPES[array.dtype.name]
        )
    else:
        tensor = torch.from_numpy(array)
    if ACCELERATED:
        tensor = tensor.to(torch.get_default_device())
    return tensor


def _detach(leaf: Any) -> Any:
    return leaf.detach() if isinstance(leaf, torch.Tensor) else leaf
