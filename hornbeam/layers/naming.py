"""Names made up for layers that were given none; see `hornbeam.core.naming`."""

from __future__ import annotations

from hornbeam.core.export import export
from hornbeam.core.naming import auto_name, counts, reset, snake_case

__all__ = ["auto_name", "get_uid", "reset", "snake_case"]


@export("keras.backend.get_uid")
def get_uid(prefix: str = "") -> int:
    """A number that grows by one with each call for the same prefix."""
    counts[prefix] = counts.get(prefix, 0) + 1
    return counts[prefix]
