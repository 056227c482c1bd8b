"""Names made up for layers that were given none: `Conv2D` -> `conv2d`, `conv2d_1`, ..."""

from __future__ import annotations

import re

from hornbeam.core.export import export

_counts: dict[str, int] = {}


def snake_case(name: str) -> str:
    """`MultiHeadAttention` -> `multi_head_attention`, as Keras names layers and file groups."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """The prefix, with a number from the second time on."""
    count = _counts.get(prefix, 0)
    _counts[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"


@export("keras.backend.get_uid")
def get_uid(prefix: str = "") -> int:
    """A number that grows by one with each call for the same prefix."""
    _counts[prefix] = _counts.get(prefix, 0) + 1
    return _counts[prefix]


def reset() -> None:
    """Start counting anew."""
    _counts.clear()
