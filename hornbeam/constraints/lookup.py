"""Constraints by name and config."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.core.export import export
from hornbeam.core.lookup import look_up
from hornbeam.core.serialization import deserialize_object, serialize_object


@export("keras.constraints.get")
def get(identifier: Any) -> Callable[..., Any] | None:
    """The constraint that a name, config, class or callable stands for; None stays None.

    Raises:
        ConfigError: it stands for none.

    Example:
        >>> hornbeam.constraints.get("max_norm").max_value
        2
    """
    return look_up(identifier, "constraint", "constraints")


@export("keras.constraints.serialize")
def serialize(constraint: Any) -> Any:
    """The constraint as plain data.

    Example:
        >>> hornbeam.constraints.serialize(hornbeam.constraints.UnitNorm())["config"]
        {'axis': 0}
    """
    return serialize_object(constraint)


@export("keras.constraints.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The constraint that `serialize` described.

    Example:
        >>> hornbeam.constraints.deserialize({"class_name": "UnitNorm", "config": {"axis": 1}}).axis
        1
    """
    return deserialize_object(config, custom_objects, kind="constraint")
