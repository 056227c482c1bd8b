"""From an identifier (a name, a config, a class, an object) to the object: the `get` of every public package."""

from __future__ import annotations

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
            f"a config, or a callable."
        )
    return found
