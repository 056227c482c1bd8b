"""What learning rate schedules have in common, and how to get them from configs."""

from __future__ import annotations

from typing import Any, ClassVar

from hornbeam import ops
from hornbeam.core import config
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.serialization import deserialize_object, serialize_object


@export("keras.optimizers.schedules.LearningRateSchedule")
class LearningRateSchedule:
    """A learning rate that depends on the step. Subclasses implement `__call__(step)` and `get_config()`.

    Example:
        >>> class Hyperbolic(hornbeam.optimizers.schedules.LearningRateSchedule):
        ...     def __init__(self, start):
        ...         self.start = start
        ...     def __call__(self, step):
        ...         return self.start / (hornbeam.ops.cast(step, "float32") + 1)
        ...     def get_config(self):
        ...         return {"start": self.start}
        >>> optimizer = hornbeam.optimizers.SGD(Hyperbolic(0.1))
    """

    def __call__(self, step: Any) -> Any:
        """The learning rate of a step.

        Args:
            step: how many steps were made before; an integer scalar.
        """
        raise NotImplementedError(f"Schedule '{type(self).__name__}' must override `__call__(self, step)`.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this schedule again."""
        raise NotImplementedError(f"Schedule '{type(self).__name__}' must override `get_config()`.")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The schedule that `get_config` described."""
        return cls(**config)


class Decay(LearningRateSchedule):
    """A schedule whose arguments are kept under their names."""

    arguments: ClassVar[tuple[str, ...]] = ()

    def get_config(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.arguments}


def counted(step: Any) -> Any:
    """The step as a float tensor."""
    return ops.convert_to_tensor(step, config.floatx())


def check_steps(decay_steps: Any, name: str = "decay_steps") -> Any:
    """`decay_steps`, which must be above 0."""
    if not decay_steps > 0:
        raise ConfigError(f"Argument `{name}` must be > 0. Received: {name}={decay_steps}")
    return decay_steps


@export("keras.optimizers.schedules.serialize")
def serialize(learning_rate_schedule: LearningRateSchedule) -> Any:
    """The schedule as plain data.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.ExponentialDecay(0.1, 100, 0.5)
        >>> hornbeam.optimizers.schedules.serialize(schedule)["config"]["decay_rate"]
        0.5
    """
    return serialize_object(learning_rate_schedule)


@export("keras.optimizers.schedules.deserialize")
def deserialize(config: Any, custom_objects: dict[str, Any] | None = None) -> Any:
    """The schedule that `serialize` described.

    Example:
        >>> config = {"initial_learning_rate": 0.1, "decay_steps": 100}
        >>> form = {"class_name": "CosineDecay", "config": config}
        >>> hornbeam.optimizers.schedules.deserialize(form).decay_steps
        100
    """
    return deserialize_object(config, custom_objects, kind="schedule")
