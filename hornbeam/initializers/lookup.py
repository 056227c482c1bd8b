"""Initializers by name and config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.core.export import export
from hornbeam.core.lookup import look_up
from hornbeam.core.serialization import deserialize_object, serialize_object

# names that Keras code uses and that are not public names
ALIASES = {"normal": "RandomNormal", "uniform": "RandomUniform", "one": "Ones", "zero": "Zeros"}


@export("keras.initializers.get")
def get(identifier: Any) -> Callable[..., Any] | None:
    """The initializer that a name, config, class, callable or array stands for; None stays None.

    Raises:
        ConfigError: it stands for none.

    Example:
        >>> type(hornbeam.initializers.get("he_normal")).__name__
        'HeNormal'
    """
    if hasattr(identifier, "shape") and hasattr(identifier, "dtype") and not callable(identifier):
        from hornbeam.initializers.constants import Constant

        return Constant(identifier)
    return look_up(identifier, "initializer", "initializers", ALIASES)


@export("keras.initializers.serialize")
def serialize(initializer: Any) -> Any:
    """The initializer as plain data.

    Example:
        >>> hornbeam.initializers.serialize(hornbeam.initializers.Zeros())["class_name"]
        'Zeros'
    """
    return serialize_object(initializer)


@export("keras.initializers.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The initializer that `serialize` described.

    Example:
        >>> hornbeam.initializers.deserialize({"class_name": "Ones", "config": {}})((1,))
        array([1.], dtype=float32)
    """
    return deserialize_object(config, custom_objects, kind="initializer")
