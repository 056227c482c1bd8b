"""Adafactor."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.core.variable import Variable
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.Adafactor")
class Adafactor(Optimizer):
    """Adam with little state: the mean squares of a matrix are kept by row and by column.

    The mean squares of a matrix are estimated as `row column^T / mean(row)`; steps are scaled by the
    size of the weights.
    Source: "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost" (Shazeer & Stern, 2018).

    Args:
        learning_rate: a float, a schedule, or a callable.
        beta_2_decay: how the decay of the means approaches 1, `1 - step^beta_2_decay`.
        epsilon_1: keeps squares from 0.
        epsilon_2: keeps the size of the weights from 0.
        clip_threshold: largest root mean square of a step.
        relative_step: let the learning rate fall like `1 / sqrt(step)`.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Adafactor()
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
    """

    hyperparameters = ("beta_2_decay", "epsilon_1", "epsilon_2", "clip_threshold", "relative_step")

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 0.001,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
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
        self.beta_2_decay = beta_2_decay
        self.epsilon_1 = epsilon_1
        self.epsilon_2 = epsilon_2
        self.clip_threshold = clip_threshold
        self.relative_step = relative_step

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("row", "column", "velocity"),)

    def slot_start(self, slot: str, variable: Variable) -> Any:
        shape = variable.shape
        if slot == "velocity":
            return shape, 0.0
        if len(shape) < 2:
            return (), 0.0
        return shape[:-1] if slot == "row" else (*shape[:-2], shape[-1]), 0.0

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        keep = 1 - step**self.beta_2_decay
        rate = ops.minimum(learning_rate, 1 / ops.sqrt(step)) if self.relative_step else learning_rate
        size = ops.maximum(_root_mean_square(value), self.epsilon_2)
        squares = ops.square(gradient) + self.epsilon_1
        if len(value.shape) < 2:
            spread = slots["velocity"] * keep + squares * (1 - keep)
            changed = {"velocity": spread}
        else:
            row = slots["row"] * keep + ops.mean(squares, axis=-1) * (1 - keep)
            column = slots["column"] * keep + ops.mean(squares, axis=-2) * (1 - keep)
            share = row / ops.mean(row, axis=-1, keepdims=True)
            spread = ops.expand_dims(share, -1) * ops.expand_dims(column, -2)
            changed = {"row": row, "column": column}
        direction = gradient / ops.sqrt(spread)
        bounded = direction / ops.maximum(_root_mean_square(direction) / self.clip_threshold, 1.0)
        return value - bounded * (rate * size), changed


def _root_mean_square(x: Any) -> Any:
    return ops.sqrt(ops.mean(ops.square(x)))
