"""Lion."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.Lion")
class Lion(Optimizer):
    """Steps of one length, in the direction of the sign of a mean of the gradients.

    `w -= learning_rate sign(beta_1 m + (1 - beta_1) g)`, then `m = beta_2 m + (1 - beta_2) g`. Needs a learning
    rate 3 to 10 times lower than Adam's.
    Source: "Symbolic Discovery of Optimization Algorithms" (Chen et al., 2023).

    Args:
        learning_rate: a float, a schedule, or a callable.
        beta_1: how much of the mean goes into the step.
        beta_2: how much of the mean stays at each step.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Lion(0.1)
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
        >>> v.numpy()
        array([0.9], dtype=float32)
    """

    hyperparameters = ("beta_1", "beta_2")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
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
        if not 0 < beta_1 <= 1:
            raise ConfigError(f"Lion: `beta_1` must be in the range (0, 1]. Received: beta_1={beta_1}")
        super().__init__(
            *(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum),
            *(ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name),
            **kwargs,
        )
        self.beta_1 = beta_1
        self.beta_2 = beta_2

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("momentum",),)

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        momentum = slots["momentum"]
        direction = ops.sign(momentum * self.beta_1 + gradient * (1 - self.beta_1))
        momentum = momentum * self.beta_2 + gradient * (1 - self.beta_2)
        return value - direction * learning_rate, {"momentum": momentum}
