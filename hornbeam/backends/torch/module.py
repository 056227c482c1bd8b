"""What makes a layer of the torch backend a `torch.nn.Module`."""

from __future__ import annotations

from typing import Any

import torch


class TorchLayer(torch.nn.Module):
    """Mixed into every layer made under torch: its placed variables are the module's parameters and buffers."""

    def _nature(self) -> None:
        """Set up the module's own bookkeeping, before the layer's `__init__`."""
        torch.nn.Module.__init__(self)

    def _nature_track(self, name: str, child: Any) -> None:
        """A sub-layer was found under an attribute (or a container under it)."""
        if isinstance(child, torch.nn.Module):
            self._modules[name] = child

    def _nature_place(self, name: str, variable: Any) -> None:
        """A variable of this layer was placed."""
        storage = variable.storage
        if isinstance(storage, torch.nn.Parameter):
            self._parameters[name] = storage
        else:
            self._buffers[name] = storage

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        return self(*args, **kwargs)

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        # `.to()` and friends replace buffers, and may replace parameters: variables follow
        self.place_all()  # type: ignore[attr-defined]
        super()._apply(fn, recurse)
        for name, variable in self._named_variables():  # type: ignore[attr-defined]
            found = self._parameters.get(name, self._buffers.get(name))
            if found is not None:
                variable._storage = found
        return self

    def named_parameters(self, *args: Any, **kwargs: Any) -> Any:
        self.place_all()  # type: ignore[attr-defined]
        return super().named_parameters(*args, **kwargs)

    def named_buffers(self, *args: Any, **kwargs: Any) -> Any:
        self.place_all()  # type: ignore[attr-defined]
        return super().named_buffers(*args, **kwargs)

    def state_dict(self, *args: Any, **kwargs: Any) -> Any:
        self.place_all()  # type: ignore[attr-defined]
        return super().state_dict(*args, **kwargs)
