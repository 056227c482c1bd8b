"""Losses by name and config."""

from __future__ import annotations

import difflib
from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export, marks
from hornbeam.core.lookup import look_up
from hornbeam.core.registration import get_registered_object
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.losses import classes, functions

SHORT = {
    "bce": "binary_crossentropy",
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "msle": "mean_squared_logarithmic_error",
    "kld": "kl_divergence",
    "logcosh": "log_cosh",
}
ALIASES = SHORT | {short.upper(): name for short, name in SHORT.items()}


def names() -> list[str]:
    """Every public name of a loss."""
    made = (vars(classes), vars(functions))
    return [path.removeprefix("keras.losses.") for path, value in marks.items() if _is_loss(path, value, made)] + list(SHORT)


def _is_loss(path: str, value: Any, made: Any) -> bool:
    return path.startswith("keras.losses.") and any(value is known for space in made for known in space.values())


@export("keras.losses.get")
def get(identifier: Any) -> Any:
    """The loss that a name, config, class or object stands for; None stays None.

    Raises:
        ConfigError: it stands for none; the message lists names like it.

    Example:
        >>> hornbeam.losses.get("mse").__name__
        'mean_squared_error'
    """
    if isinstance(identifier, str) and get_registered_object(identifier) is None:
        known = names()
        if ALIASES.get(identifier, identifier) not in known:
            close = difflib.get_close_matches(identifier.lower(), known, n=4, cutoff=0.5)
            hint = f"Did you mean {', '.join(map(repr, close))}?" if close else f"There are: {', '.join(sorted(known))}."
            raise ConfigError(f"There is no loss {identifier!r}. {hint}")
    return look_up(identifier, "loss", "losses", ALIASES)


@export("keras.losses.serialize")
def serialize(loss: Any) -> Any:
    """The serialised form of a loss."""
    return serialize_object(loss)


@export("keras.losses.deserialize")
def deserialize(name: Any, custom_objects: Any = None) -> Any:
    """The loss that `serialize` described, or of this name."""
    if isinstance(name, str):
        return get(name)
    return deserialize_object(name, custom_objects=custom_objects, kind="loss")
