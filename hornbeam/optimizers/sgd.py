"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.SGD")
class SGD(Optimizer):
    """Gradient descent, with momentum if wanted.

    Without momentum `w -= learning_rate * g`; with it `v = momentum * v - learning_rate * g; w += v`, and with
    `nesterov` `w += momentum * v - learning_rate * g`.

    Args:
        learning_rate: a float, a schedule, or a callable.
        momentum: how much of the last step goes into the next, from 0 to 1.
        nesterov: whether to look one step ahead.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.SGD(0.1, momentum=0.9)
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
        >>> v.numpy()
        array([0.9], dtype=float32)
    """

    hyperparameters = ("momentum", "nesterov")
    fused_name = "sgd"

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
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
        if not isinstance(momentum, (int, float)) or not 0 <= momentum <= 1:
            raise ConfigError(f"`momentum` must be a float between [0, 1]. Received: momentum={momentum!r}")
        super().__init__(
            *(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum),
            *(ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name),
            **kwargs,
        )
        self.momentum = momentum
        self.nesterov = nesterov

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("momentum",),) if self.momentum else ()

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        step_taken = gradient * learning_rate
        if not self.momentum:
            return value - step_taken, {}
        momentum = slots["momentum"] * self.momentum - step_taken
        ahead = momentum * self.momentum - step_taken if self.nesterov else momentum
        return value + ahead, {"momentum": momentum}
