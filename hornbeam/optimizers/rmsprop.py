"""RMSprop."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.RMSprop")
class RMSprop(Optimizer):
    """Steps by the gradient over the root of its mean square.

    `v = rho v + (1 - rho) g²` and `w -= learning_rate g / sqrt(v + epsilon)`.
    Source: Hinton, Neural Networks for Machine Learning, lecture 6 (2012); centered: Graves, 2013.

    Args:
        learning_rate: a float, a schedule, or a callable.
        rho: how much of the mean stays at each step.
        momentum: how much of the last step goes into the next.
        epsilon: keeps the divisor from 0.
        centered: divide by the variance rather than by the mean square.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.RMSprop()
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
    """

    hyperparameters = ("rho", "momentum", "epsilon", "centered")
    fused_name = "rmsprop"

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-07,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            *(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum),
            *(ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name),
            **kwargs,
        )
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.centered = centered

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        groups = (("velocity",), ("momentum",), ("average_gradient",))
        return tuple(g for g, kept in zip(groups, (True, self.momentum > 0, self.centered)) if kept)

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        velocity = slots["velocity"] * self.rho + ops.square(gradient) * (1 - self.rho)
        changed, spread = {"velocity": velocity}, velocity + self.epsilon
        if self.centered:
            mean = changed["average_gradient"] = slots["average_gradient"] * self.rho + gradient * (1 - self.rho)
            spread = spread - ops.square(mean)
        step_taken = gradient * learning_rate / ops.sqrt(spread)
        if self.momentum > 0:
            step_taken = changed["momentum"] = slots["momentum"] * self.momentum + step_taken
        return value - step_taken, changed
