"""Losses by name and config."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export, marks
from hornbeam.core.lookup import look_up
from hornbeam.core.registration import get_registered_object
from hornbeam.core.serialization import deserialize_object, serialize_object

ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "bce": "binary_crossentropy",
    "kld": "kl_divergence",
}
ALIASES |= {alias.upper(): name for alias, name in ALIASES.items()}


@export("keras.losses.get")
def get(identifier: Any) -> Callable[..., Any] | None:
    """The loss that a name, config, class or callable stands for; None stays None.

    The name of a function gives the function, the name of a class gives a `Loss`.

    Raises:
        ConfigError: it stands for none; the message lists names like it.

    Example:
        >>> hornbeam.losses.get("mse").__name__
        'mean_squared_error'
    """
    try:
        return look_up(identifier, "loss", "losses", ALIASES)
    except ConfigError:
        if not isinstance(identifier, str):
            raise
    names = [path.rpartition(".")[2] for path in marks if path.startswith("keras.losses.")]
    close = difflib.get_close_matches(identifier, [*names, *ALIASES], n=4, cutoff=0.5)
    hint = f"Did you mean {' or '.join(map(repr, close))}?" if close else f"Known: {', '.join(sorted(names))}."
    raise ConfigError(f"Could not interpret loss identifier: {identifier!r}. {hint}")


@export("keras.losses.serialize")
def serialize(loss: Any) -> Any:
    """The loss as plain data.

    Example:
        >>> hornbeam.losses.serialize(hornbeam.losses.Huber())["class_name"]
        'Huber'
    """
    return serialize_object(loss)


@export("keras.losses.deserialize")
def deserialize(name: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The loss that `serialize` described, or that a name stands for.

    Example:
        >>> hornbeam.losses.deserialize("mean_squared_error").__name__
        'mean_squared_error'
    """
    if isinstance(name, str):
        return get_registered_object(name, custom_objects) or get(name)
    return deserialize_object(name, custom_objects, kind="loss")
