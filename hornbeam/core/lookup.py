"""From an identifier (a name, a config, a class, an object) to the object: the `get` of every public package."""

from __future__ import annotations

import difflib
import importlib
import inspect
from typing import Any

from hornbeam.core import resolve
from hornbeam.core.errors import ConfigError
from hornbeam.core.registration import get_registered_object
from hornbeam.core.serialization import deserialize_object


def look_up(identifier: Any, kind: str, space: str, aliases: dict[str, str] | None = None) -> Any:
    """What `identifier` means among the public names of `space`.

    Args:
        identifier: a public or registered name, a config, a class, an object, or None (which stays None).
        kind: what is wanted, for configs and messages: a key of `resolve.CLASS_SPACES`.
        space: public package that holds the names.
        aliases: further names -> public names.

    Raises:
        ConfigError: the identifier means nothing here.
    """
    found = identifier
    if identifier is None:
        return None
    if isinstance(identifier, dict):
        found = deserialize_object(identifier, kind=kind)
    elif isinstance(identifier, str):
        found = get_registered_object(identifier)
        if found is None:
            found = resolve.public_object(space, (aliases or {}).get(identifier, identifier))
    if inspect.isclass(found):
        found = found()
    if not callable(found):
        raise ConfigError(
            f"Could not interpret {kind} identifier: {identifier!r}. Expected the name of one in `keras.{space}`, "
            f"a config, or a callable.{_similar(identifier, space, aliases or {})}"
        )
    return found


def _similar(identifier: Any, space: str, aliases: dict[str, str]) -> str:
    """A sentence with the names that look like the identifier; empty if none does."""
    if not isinstance(identifier, str):
        return ""
    known = [*aliases, *dir(importlib.import_module(f"hornbeam.{space}"))]
    folded = {name.lower().replace("_", ""): name for name in known}
    close = difflib.get_close_matches(identifier.lower().replace("_", ""), folded, n=4, cutoff=0.6)
    return f" Did you mean {', '.join(repr(folded[name]) for name in close)}?" if close else ""
