"""Follow the regularized leader."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.variable import Variable
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.Ftrl")
class Ftrl(Optimizer):
    """Follow the regularized leader: for wide models whose weights should mostly be 0.

    With p = -learning_rate_power: `n' = n + g²`, `z += g - (n'^p - n^p) / learning_rate * w`, and `w` is 0
    where `|z| <= l1`, else `(sign(z) l1 - z) / ((beta + n'^p) / learning_rate + 2 l2)`.
    Source: "Ad Click Prediction: a View from the Trenches" (McMahan et al., 2013).

    Args:
        learning_rate: a float, a schedule, or a callable.
        learning_rate_power: how the rate falls with the squares, 0 or below.
        initial_accumulator_value: what the squares start from.
        l1_regularization_strength, l2_regularization_strength: of the weights.
        l2_shrinkage_regularization_strength: l2 that acts on the gradient only.
        beta: the paper's beta.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Ftrl()
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
    """

    hyperparameters = (
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
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
        if initial_accumulator_value < 0 or learning_rate_power > 0:
            raise ConfigError(
                "Ftrl: `initial_accumulator_value` must be 0 or above and `learning_rate_power` 0 or below. "
                f"Received: {initial_accumulator_value} and {learning_rate_power}."
            )
        super().__init__(
            *(learning_rate, weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum),
            *(ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name),
            **kwargs,
        )
        self.learning_rate_power = learning_rate_power
        self.initial_accumulator_value = initial_accumulator_value
        self.l1_regularization_strength = l1_regularization_strength
        self.l2_regularization_strength = l2_regularization_strength
        self.l2_shrinkage_regularization_strength = l2_shrinkage_regularization_strength
        self.beta = beta

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("accumulator", "linear"),)

    def slot_start(self, slot: str, variable: Variable) -> Any:
        return variable.shape, self.initial_accumulator_value if slot == "accumulator" else 0.0

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        power, l1 = -self.learning_rate_power, self.l1_regularization_strength
        shrunk = gradient + value * (2 * self.l2_shrinkage_regularization_strength)
        accumulator = slots["accumulator"] + ops.square(gradient)
        before, after = ops.power(slots["accumulator"], power), ops.power(accumulator, power)
        linear = slots["linear"] + shrunk - (after - before) / learning_rate * value
        quadratic = (after + self.beta) / learning_rate + 2 * self.l2_regularization_strength
        new = (ops.clip(linear, -l1, l1) - linear) / quadratic
        return new, {"accumulator": accumulator, "linear": linear}
