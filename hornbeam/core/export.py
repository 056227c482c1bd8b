"""Marks: which object stands under which public name."""

from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

marks: dict[str, Any] = {}
"""Every public path marked so far, and its object."""


def export(*paths: str) -> Callable[[T], T]:
    """Mark a function or class as the public names `paths`; the first is its canonical one.

    The paths are kept in `marks` and, where the object can hold attributes, in its `__hornbeam_export__`.

    Raises:
        ValueError: no path is given, or a path already stands for another object.

    Example:
        >>> @export("keras.example.double")
        ... def double(x):
        ...     return 2 * x
        >>> marks["keras.example.double"](4)
        8
    """
    if not paths:
        raise ValueError('`export` needs at least one public path, such as "keras.layers.Dense".')

    def mark(target: T) -> T:
        for path in paths:
            known = marks.get(path, target)
            if known is not target and _source(known) != _source(target):
                raise ValueError(
                    f'"{path}" already stands for {_source(known)}; it cannot stand for {_source(target)} too.'
                )
        marks.update(dict.fromkeys(paths, target))
        target.__hornbeam_export__ = paths  # type: ignore[attr-defined]
        return target

    return mark


def _source(target: Any) -> str:
    """Where `target` was written; a module that is loaded again marks its names again."""
    return f"{getattr(target, '__module__', '?')}.{getattr(target, '__qualname__', repr(target))}"
