"""Optimizers that divide by what has summed up."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.core.variable import Variable
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.Adagrad")
class Adagrad(Optimizer):
    """Steps by the gradient over the root of the sum of its squares so far.

    `a += g²` and `w -= learning_rate g / sqrt(a + epsilon)`.
    Source: "Adaptive Subgradient Methods for Online Learning" (Duchi et al., 2011).

    Args:
        learning_rate: a float, a schedule, or a callable.
        initial_accumulator_value: what the sum starts from.
        epsilon: keeps the divisor from 0.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Adagrad()
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
    """

    hyperparameters = ("initial_accumulator_value", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
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
        self.initial_accumulator_value = initial_accumulator_value
        self.epsilon = epsilon

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("accumulator",),)

    def slot_start(self, slot: str, variable: Variable) -> Any:
        return variable.shape, self.initial_accumulator_value

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        accumulator = slots["accumulator"] + ops.square(gradient)
        step_taken = gradient * learning_rate / ops.sqrt(accumulator + self.epsilon)
        return value - step_taken, {"accumulator": accumulator}


@export("keras.optimizers.Adadelta")
class Adadelta(Optimizer):
    """Steps as long as the last ones were, by the gradient over the root of its mean square.

    `a = rho a + (1 - rho) g²`, `d = g sqrt(b + epsilon) / sqrt(a + epsilon)`, `b = rho b + (1 - rho) d²`,
    `w -= learning_rate d`.
    Source: "ADADELTA: An Adaptive Learning Rate Method" (Zeiler, 2012).

    Args:
        learning_rate: a float, a schedule, or a callable.
        rho: how much of the means stays at each step.
        epsilon: keeps the divisor from 0.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Adadelta(1.0)
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
    """

    hyperparameters = ("rho", "epsilon")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
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
        self.rho = rho
        self.epsilon = epsilon

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("accumulated_grad", "accumulated_delta_var"),)

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        squares = slots["accumulated_grad"] * self.rho + ops.square(gradient) * (1 - self.rho)
        steps = slots["accumulated_delta_var"]
        step_taken = gradient * ops.sqrt(steps + self.epsilon) / ops.sqrt(squares + self.epsilon)
        steps = steps * self.rho + ops.square(step_taken) * (1 - self.rho)
        return value - step_taken * learning_rate, {"accumulated_grad": squares, "accumulated_delta_var": steps}
