"""Learning rates that fall like half a cosine wave."""

from __future__ import annotations

import math
from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.optimizers.schedules.schedule import Decay, check_steps, counted


@export("keras.optimizers.schedules.CosineDecay")
class CosineDecay(Decay):
    """Half a cosine wave from `initial_learning_rate` down to `alpha` times it; after a straight rise, if wanted.

    With `warmup_target`, the rate first rises from `initial_learning_rate` to it in `warmup_steps`, then falls to
    `alpha * warmup_target` in `decay_steps`. Source: "SGDR: Stochastic Gradient Descent with Warm Restarts"
    (Loshchilov & Hutter, 2016).

    Args:
        initial_learning_rate: learning rate of step 0.
        decay_steps: steps that the fall takes.
        alpha: part of the highest rate that is left at the end.
        name: name of the schedule.
        warmup_target: learning rate after the rise; None for no rise.
        warmup_steps: steps that the rise takes.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.CosineDecay(0.0, 100, warmup_target=0.5, warmup_steps=10)
        >>> round(float(schedule(5)), 6), round(float(schedule(60)), 6)
        (0.25, 0.25)
    """

    arguments = ("initial_learning_rate", "decay_steps", "alpha", "name", "warmup_target", "warmup_steps")

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: float = 0,
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.decay_steps = check_steps(decay_steps)
        self.alpha = alpha
        self.name = name
        self.warmup_target = warmup_target
        self.warmup_steps = warmup_steps

    def __call__(self, step: Any) -> Any:
        step = counted(step)
        if self.warmup_target is None:
            return self._fall(step, self.initial_learning_rate)
        fall = self._fall(step - self.warmup_steps, self.warmup_target)
        if not self.warmup_steps:
            return fall
        slope = (self.warmup_target - self.initial_learning_rate) / self.warmup_steps
        return ops.where(step < self.warmup_steps, step * slope + self.initial_learning_rate, fall)

    def _fall(self, step: Any, top: float) -> Any:
        done = ops.minimum(step, float(self.decay_steps)) / self.decay_steps
        return (half_wave(done) * (1 - self.alpha) + self.alpha) * top


@export("keras.optimizers.schedules.CosineDecayRestarts")
class CosineDecayRestarts(Decay):
    """Half cosine waves, one after the other, each `t_mul` times as long and `m_mul` times as high as the last.

    Source: "SGDR: Stochastic Gradient Descent with Warm Restarts" (Loshchilov & Hutter, 2016).

    Args:
        initial_learning_rate: learning rate of step 0.
        first_decay_steps: steps of the first wave.
        t_mul: factor of the lengths.
        m_mul: factor of the heights.
        alpha: part of the initial rate below which it does not fall.
        name: name of the schedule.

    Example:
        >>> schedule = hornbeam.optimizers.schedules.CosineDecayRestarts(0.1, first_decay_steps=100)
        >>> round(float(schedule(50)), 6), round(float(schedule(100)), 6)
        (0.05, 0.1)
    """

    arguments = ("initial_learning_rate", "first_decay_steps", "t_mul", "m_mul", "alpha", "name")

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        self.initial_learning_rate = initial_learning_rate
        self.first_decay_steps = check_steps(first_decay_steps, "first_decay_steps")
        self.t_mul = t_mul
        self.m_mul = m_mul
        self.alpha = alpha
        self.name = name

    def __call__(self, step: Any) -> Any:
        done = counted(step) / self.first_decay_steps
        if self.t_mul == 1.0:
            restarts = ops.floor(done)
            done = done - restarts
        else:
            # the n-th wave begins after 1 + t + ... + t^(n-1) first waves
            restarts = ops.floor(ops.log(1 - done * (1 - self.t_mul)) / math.log(self.t_mul))
            length = ops.power(self.t_mul, restarts)
            done = (done - (1 - length) / (1 - self.t_mul)) / length
        height = ops.power(self.m_mul, restarts) * half_wave(done)
        return (height * (1 - self.alpha) + self.alpha) * self.initial_learning_rate


def half_wave(done: Any) -> Any:
    """From 1 down to 0, as `done` goes from 0 to 1."""
    return (ops.cos(done * math.pi) + 1) * 0.5
