"""What makes a layer of the torch backend a `torch.nn.Module`."""

from __future__ import annotations

from typing import Any

import torch


class _Tensors(dict[str, Any]):
    """The tensors of a layer's own variables by name; what torch puts in, the variables hold from then on."""

    def __init__(self, layer: Any, parameters: bool) -> None:
        self.variables = dict(layer._named_variables())
        if not all(variable.placed for variable in self.variables.values()):
            layer.place_all()
        for name, variable in self.variables.items():
            if isinstance(variable.storage, torch.nn.Parameter) is parameters:
                super().__setitem__(name, variable.storage)

    def __setitem__(self, name: str, tensor: Any) -> None:
        super().__setitem__(name, tensor)
        self.variables[name]._storage = tensor


class TorchLayer(torch.nn.Module):
    """Mixed into every layer made under torch: its variables are the module's parameters and buffers.

    They are looked up when torch asks, so that a layer inside a foreign module, or in a list that grew, counts.
    """

    def _nature(self) -> None:
        """Set up the module's own bookkeeping, before the layer's `__init__`."""
        torch.nn.Module.__init__(self)

    @property
    def _parameters(self) -> dict[str, Any]:
        return _Tensors(self, parameters=True)

    @property
    def _buffers(self) -> dict[str, Any]:
        return _Tensors(self, parameters=False)

    @property
    def _modules(self) -> dict[str, Any]:
        found = {name: value for name, value in self.__dict__.items() if isinstance(value, torch.nn.Module)}
        layers = self._named_sublayers()  # type: ignore[attr-defined]
        inside = {id(layer) for layer in layers.values()}
        return layers | {name: module for name, module in found.items() if id(module) not in inside}

    @_parameters.setter
    def _parameters(self, value: Any) -> None:
        """Torch sets up an empty dict; there is nothing to keep."""

    @_buffers.setter
    def _buffers(self, value: Any) -> None: ...

    @_modules.setter
    def _modules(self, value: Any) -> None: ...

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self(*args, **kwargs)
