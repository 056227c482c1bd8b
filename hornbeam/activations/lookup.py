"""Activations by name and config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.activations.activations import linear
from hornbeam.core.export import export
from hornbeam.core.lookup import look_up
from hornbeam.core.serialization import deserialize_object, serialize_object


@export("keras.activations.get")
def get(identifier: Any) -> Callable[..., Any]:
    """The activation that a name, config or callable stands for; None stands for `linear`.

    Raises:
        ConfigError: it stands for none.

    Example:
        >>> hornbeam.activations.get("relu").__name__
        'relu'
    """
    return linear if identifier is None else look_up(identifier, "activation", "activations")


@export("keras.activations.serialize")
def serialize(activation: Callable[..., Any]) -> Any:
    """The activation as plain data: the name of one of these, or a config.

    Example:
        >>> hornbeam.activations.serialize(hornbeam.activations.relu)
        'relu'
    """
    config = serialize_object(activation)
    if isinstance(config, dict) and config["class_name"] == "function" and ">" not in config["config"]:
        return config["config"]
    return config


@export("keras.activations.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The activation that `serialize` described.

    Example:
        >>> hornbeam.activations.deserialize("relu").__name__
        'relu'
    """
    return deserialize_object(config, custom_objects, kind="activation")
