"""Adam with Nesterov's momentum."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.core.variable import Variable
from hornbeam.optimizers.optimizer import Optimizer, power
from hornbeam.optimizers.scalar import Start


@export("keras.optimizers.Nadam")
class Nadam(Optimizer):
    """Adam with Nesterov's momentum, and a schedule of the momentum.


    Source: "Incorporating Nesterov Momentum into Adam" (Dozat, 2015).

    Args:
        learning_rate: a float, a schedule, or a callable.
        beta_1, beta_2, epsilon: as in `Adam`.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Nadam()
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

    def build(self, variables: Sequence[Variable]) -> None:
        if self.built:
            return
        super().build(variables)
        dtype = self._trainable_variables[0].dtype if self._trainable_variables else None
        # product of the momenta of all steps so far
        self._product = self._add(Start(1.0), (), dtype, "u_product", None)

    def update_variables(self, gradients: list[Any], variables: list[Variable], learning_rate: Any) -> None:
        self._product.assign(self._product.value * self._momentum(self._step(self._product.dtype)))
        super().update_variables(gradients, variables, learning_rate)

    def _momentum(self, step: Any) -> Any:
        return self.beta_1 * (1 - 0.5 * power(0.96, step))

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        now, following = self._momentum(step), self._momentum(step + 1)
        beta_1, beta_2 = (step * 0 + beta for beta in (self.beta_1, self.beta_2))
        product = ops.cast(self._product.value, value.dtype)
        momentum = slots["momentum"] + (gradient - slots["momentum"]) * (1 - beta_1)
        velocity = slots["velocity"] + (ops.square(gradient) - slots["velocity"]) * (1 - beta_2)
        mean = momentum * following / (1 - product * following) + gradient * (1 - now) / (1 - product)
        spread = ops.sqrt(velocity / (1 - ops.power(beta_2, step))) + self.epsilon
        return value - mean * learning_rate / spread, {"momentum": momentum, "velocity": velocity}
