"""Names made up for objects that were given none: `Conv2D` -> `conv2d`, `conv2d_1`, ..."""

from __future__ import annotations

import re

from hornbeam.core.export import export

counts: dict[str, int] = {}


def snake_case(name: str) -> str:
    """`MultiHeadAttention` -> `multi_head_attention`, as Keras names layers and file groups."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """The prefix, with a number from the second time on."""
    before = get_uid(prefix) - 1
    return f"{prefix}_{before}" if before else prefix


@export("keras.backend.get_uid")
def get_uid(prefix: str = "") -> int:
    """A number that grows by one with each call for the same prefix."""
    counts[prefix] = counts.get(prefix, 0) + 1
    return counts[prefix]


def reset() -> None:
    """Start counting anew."""
    counts.clear()
