"""Masks that travel beside tensors: kept by the identity of the tensor, for as long as it lives."""

from __future__ import annotations

import weakref
from typing import Any

from hornbeam.core.spec import KerasTensor

_masks: dict[int, tuple[Any, Any]] = {}


def set_mask(tensor: Any, mask: Any) -> None:
    """Let `mask` travel with `tensor`; None takes a mask away."""
    if isinstance(tensor, KerasTensor):
        tensor.mask = mask
        return
    key = id(tensor)
    if mask is None:
        _masks.pop(key, None)
    else:
        _masks[key] = (weakref.ref(tensor, lambda _: _masks.pop(key, None)), mask)


def get_mask(tensor: Any) -> Any:
    """The mask that travels with `tensor`, or None."""
    if isinstance(tensor, KerasTensor):
        return tensor.mask
    if not _masks:
        return None
    entry = _masks.get(id(tensor))
    return entry[1] if entry is not None and entry[0]() is tensor else None
