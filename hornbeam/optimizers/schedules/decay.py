"""Learning rates that fall by a power, a polynomial, a hyperbola, or in steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.optimizers.schedules.schedule import Decay, check_steps, counted


@export("keras.optimizers.schedules.ExponentialDecay")
class ExponentialDecay(Decay):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
        initial_learning_rate: learning rate of step 0.
        decay_steps: steps after which it is `decay_rate` times as high.
        decay_rate: factor.
        staircase: change it only every `decay_steps` steps.
        name: name of the schedule.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.ExponentialDecay(0.1, decay_steps=100, decay_rate=0.5)
        >>> round(float(schedule(200)), 6)
        0.025
    """

    arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = check_steps(decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        periods = counted(step) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return ops.power(self.decay_rate, periods) * self.initial_learning_rate


@export("keras.optimizers.schedules.InverseTimeDecay")
class InverseTimeDecay(Decay):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
        initial_learning_rate: learning rate of step 0.
        decay_steps: steps that count as one period.
        decay_rate: how much the divisor grows each period.
        staircase: change it only every `decay_steps` steps.
        name: name of the schedule.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.InverseTimeDecay(0.1, decay_steps=100, decay_rate=0.5)
        >>> round(float(schedule(200)), 6)
        0.05
    """

    arguments = ("initial_learning_rate", "decay_steps", "decay_rate", "staircase", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = check_steps(decay_steps)
        self.decay_rate = decay_rate
        self.staircase = staircase
        self.name = name

    def __call__(self, step: Any) -> Any:
        periods = counted(step) / self.decay_steps
        if self.staircase:
            periods = ops.floor(periods)
        return self.initial_learning_rate / (periods * self.decay_rate + 1)


@export("keras.optimizers.schedules.PolynomialDecay")
class PolynomialDecay(Decay):
    """`(initial_learning_rate - end_learning_rate) * (1 - step / decay_steps) ** power + end_learning_rate`.

    Args:
        initial_learning_rate: learning rate of step 0.
        decay_steps: steps until it has fallen to `end_learning_rate`, where it stays.
        end_learning_rate: lowest learning rate.
        power: 1 for a straight line.
        cycle: rise again after `decay_steps`: the line then ends at the next multiple of `decay_steps`.
        name: name of the schedule.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.PolynomialDecay(0.1, decay_steps=100, end_learning_rate=0.0)
        >>> round(float(schedule(50)), 6)
        0.05
    """

    arguments = ("initial_learning_rate", "decay_steps", "end_learning_rate", "power", "cycle", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = check_steps(decay_steps)
        self.end_learning_rate = end_learning_rate
        self.power = power
        self.cycle = cycle
        self.name = name

    def __call__(self, step: Any) -> Any:
        done = counted(step) / self.decay_steps
        if self.cycle:
            done = done / ops.maximum(ops.ceil(done), 1.0)
        else:
            done = ops.minimum(done, 1.0)
        span = self.initial_learning_rate - self.end_learning_rate
        return ops.power(1 - done, self.power) * span + self.end_learning_rate


@export("keras.optimizers.schedules.PiecewiseConstantDecay")
class PiecewiseConstantDecay(Decay):
    """A constant for each interval of steps.

    Args:
        boundaries: last step of each interval but the last.
        values: learning rate of each interval; one more than there are boundaries.
        name: name of the schedule.

    Raises:
        ConfigError: the lengths do not fit.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.PiecewiseConstantDecay([100, 200], [0.5, 0.25, 0.125])
        >>> float(schedule(100)), float(schedule(101))
        (0.5, 0.25)
    """

    arguments = ("boundaries", "values", "name")

    def __init__(self, boundaries: Sequence[float], values: Sequence[float], name: str = "PiecewiseConstant") -> None:
        if len(boundaries) != len(values) - 1:
            raise ConfigError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of length {len(values)}."
            )
        self.boundaries = boundaries
        self.values = values
        self.name = name

    def __call__(self, step: Any) -> Any:
        step = counted(step)
        rate = step * 0 + self.values[-1]
        for boundary, value in reversed(list(zip(self.boundaries, self.values))):
            rate = ops.where(step <= boundary, value, rate)
        return rate
