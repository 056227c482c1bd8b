"""Regularizers by name and config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.core.export import export
from hornbeam.core.lookup import look_up
from hornbeam.core.serialization import deserialize_object, serialize_object

ALIASES = {"l1l2": "L1L2"}


@export("keras.regularizers.get")
def get(identifier: Any) -> Callable[..., Any] | None:
    """The regularizer that a name, config, class or callable stands for; None stays None.

    Raises:
        ConfigError: it stands for none.

    Example:
        >>> hornbeam.regularizers.get("l2").l2
        0.01
    """
    return look_up(identifier, "regularizer", "regularizers", ALIASES)


@export("keras.regularizers.serialize")
def serialize(regularizer: Any) -> Any:
    """The regularizer as plain data.

    Example:
        >>> hornbeam.regularizers.serialize(hornbeam.regularizers.L1(0.1))["config"]
        {'l1': 0.1}
    """
    return serialize_object(regularizer)


@export("keras.regularizers.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The regularizer that `serialize` described.

    Example:
        >>> hornbeam.regularizers.deserialize({"class_name": "L1", "config": {"l1": 0.1}}).l1
        0.1
    """
    return deserialize_object(config, custom_objects, kind="regularizer")
