"""Names made up for objects that were given none: `Conv2D` -> `conv2d`, `conv2d_1`, ..."""

from __future__ import annotations

import re

counts: dict[str, int] = {}


def snake_case(name: str) -> str:
    """`MultiHeadAttention` -> `multi_head_attention`, as Keras names layers and file groups."""
    name = re.sub(r"\W+", "", name)
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()


def auto_name(prefix: str) -> str:
    """The prefix, with a number from the second time on."""
    count = counts.get(prefix, 0)
    counts[prefix] = count + 1
    return prefix if count == 0 else f"{prefix}_{count}"


def reset() -> None:
    """Start counting anew."""
    counts.clear()
