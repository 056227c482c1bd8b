"""Masks that travel beside tensors; see `hornbeam.core.mask`."""

from hornbeam.core.mask import get_mask, set_mask

__all__ = ["get_mask", "set_mask"]
