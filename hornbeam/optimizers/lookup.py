"""Optimizers by name and config."""

from __future__ import annotations

import inspect
from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.registration import get_registered_object
from hornbeam.core.resolve import public_object
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.optimizers.optimizer import Optimizer

NAMES = (
    *("Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lamb", "Lion", "LossScaleOptimizer"),
    *("Muon", "Nadam", "RMSprop", "SGD", "ScheduleFreeAdamW"),
)
BY_LOWER = {name.lower(): name for name in NAMES}


@export("keras.optimizers.get")
def get(identifier: Any) -> Any:
    """The optimizer that a name (in any case), config or optimizer stands for; None stays None.

    Raises:
        ConfigError: it stands for none.

    Example:
        >>> hornbeam.optimizers.get("adam").beta_1
        0.9
    """
    if identifier is None or isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        found = get_registered_object(identifier)
        if found is None:
            found = public_object("optimizers", BY_LOWER.get(identifier.lower(), identifier))
        if inspect.isclass(found) and issubclass(found, Optimizer) and found is not Optimizer:
            return found()  # type: ignore[call-arg]
    raise ConfigError(
        f"Could not interpret optimizer identifier: {identifier!r}. Expected an optimizer, a config, or one of the "
        f"names {', '.join(NAMES)}."
    )


@export("keras.optimizers.serialize")
def serialize(optimizer: Optimizer) -> Any:
    """The optimizer as plain data, without its state.

    Example:
        >>> hornbeam.optimizers.serialize(hornbeam.optimizers.SGD(0.5))["config"]["learning_rate"]
        0.5
    """
    return serialize_object(optimizer)


@export("keras.optimizers.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The optimizer that `serialize` described.

    Example:
        >>> form = {"class_name": "SGD", "config": {"learning_rate": 0.5, "momentum": 0.9}}
        >>> hornbeam.optimizers.deserialize(form).momentum
        0.9
    """
    if isinstance(config, dict) and isinstance(config.get("class_name"), str):
        config = {**config, "class_name": BY_LOWER.get(config["class_name"].lower(), config["class_name"])}
    return deserialize_object(config, custom_objects, kind="optimizer")
