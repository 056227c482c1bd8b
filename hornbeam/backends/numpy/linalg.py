"""Linear algebra by the engine's own kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

table: dict[str, Callable[..., Any]] = {}
