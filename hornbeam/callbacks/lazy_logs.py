"""Logs that leave their numbers on the device until somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class LazyLogs(dict[str, Any]):
    """A dict whose content `fetch()` supplies when it is first read or changed.

    Example:
        >>> logs = LazyLogs(lambda: {"loss": 0.5})  # nothing is fetched yet
        >>> logs["loss"]
        0.5
    """

    __slots__ = ("_fetch",)

    def __init__(self, fetch: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__()
        self._fetch: Callable[[], Mapping[str, Any]] | None = fetch

    @property
    def pending(self) -> bool:
        """Whether nothing has been fetched yet."""
        return self._fetch is not None

    def load(self) -> None:
        """Fetch the content, unless it is here."""
        if self._fetch is not None:
            fetch, self._fetch = self._fetch, None
            dict.update(self, fetch())

    def __bool__(self) -> bool:
        return self._fetch is not None or len(self) > 0  # so that `logs or {}` does not wait for the device

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (dict(self),)


def _loading(name: str) -> Callable[..., Any]:
    plain = getattr(dict, name)

    def method(self: LazyLogs, *args: Any, **kwargs: Any) -> Any:
        self.load()
        return plain(self, *args, **kwargs)

    method.__name__, method.__doc__ = name, plain.__doc__
    return method


for _name in (
    *("__getitem__", "__setitem__", "__delitem__", "__contains__", "__iter__", "__reversed__", "__len__", "__repr__"),
    *("__eq__", "__ne__", "__or__", "__ror__", "__ior__", "keys", "values", "items", "get", "pop", "popitem"),
    *("setdefault", "update", "clear", "copy"),
):
    setattr(LazyLogs, _name, _loading(_name))
