"""Lamb."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.optimizers.optimizer import Optimizer, power


@export("keras.optimizers.Lamb")
class Lamb(Optimizer):
    """Adam whose steps are as long as the layer's weights ask for: for large batches.

    With Adam's corrected means `r = m / (sqrt(v) + epsilon)`: `w -= learning_rate |w| / |r| r`.
    Source: "Large Batch Optimization for Deep Learning" (You et al., 2019).

    Args:
        learning_rate: a float, a schedule, or a callable.
        beta_1, beta_2, epsilon: as in `Adam`.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Lamb()
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
    """

    hyperparameters = ("beta_1", "beta_2", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
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
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("momentum", "velocity"),)

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        momentum = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.beta_1)
        velocity = slots["velocity"] + (ops.square(gradient) - slots["velocity"]) * (1 - self.beta_2)
        spread = ops.sqrt(velocity / (1 - power(self.beta_2, step))) + self.epsilon
        direction = momentum / (1 - power(self.beta_1, step)) / spread
        weight, length = (ops.sqrt(ops.sum(ops.square(x))) for x in (value, direction))
        known = ops.logical_and(weight > 0, length > 0)
        ratio = ops.where(known, weight / ops.where(length > 0, length, 1.0), 1.0)
        return value - direction * (ratio * learning_rate), {"momentum": momentum, "velocity": velocity}
