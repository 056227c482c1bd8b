"""Adam and its kin: a mean of the gradients, divided by a mean of their size."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.optimizers.optimizer import Optimizer, power


@export("keras.optimizers.Adam")
class Adam(Optimizer):
    """Adam: steps by the mean gradient over the root of the mean squared gradient.

    `m = beta_1 m + (1 - beta_1) g`, `v = beta_2 v + (1 - beta_2) g²`, and
    `w -= learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m / (sqrt(v) + epsilon)`: epsilon stands before the bias
    correction, not after it as in the paper.
    Source: "Adam: A Method for Stochastic Optimization" (Kingma & Ba, 2014); amsgrad: Reddi et al., 2018.

    Args:
        learning_rate: a float, a schedule, or a callable.
        beta_1, beta_2: how much of the means stays at each step.
        epsilon: keeps the divisor from 0.
        amsgrad: divide by the largest mean square so far.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Adam(0.1)
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([v], [v])
        >>> v.numpy()
        array([0.9], dtype=float32)
    """

    hyperparameters = ("beta_1", "beta_2", "epsilon", "amsgrad")
    fused_name = "adam"

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
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
        self.amsgrad = amsgrad

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        return (("momentum", "velocity"), ("velocity_hat",)) if self.amsgrad else (("momentum", "velocity"),)

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        rate = learning_rate * ops.sqrt(1 - power(self.beta_2, step)) / (1 - power(self.beta_1, step))
        momentum = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.beta_1)
        velocity = slots["velocity"] + (ops.square(gradient) - slots["velocity"]) * (1 - self.beta_2)
        changed = {"momentum": momentum, "velocity": velocity}
        if self.amsgrad:
            velocity = changed["velocity_hat"] = ops.maximum(slots["velocity_hat"], velocity)
        return value - momentum * rate / (ops.sqrt(velocity) + self.epsilon), changed


@export("keras.optimizers.AdamW")
class AdamW(Adam):
    """Adam with weights that decay apart from the gradient: `w -= weight_decay * learning_rate * w`.

    Source: "Decoupled Weight Decay Regularization" (Loshchilov & Hutter, 2019).

    Args:
        learning_rate: a float, a schedule, or a callable.
        weight_decay: how fast weights decay.
        beta_1, beta_2, epsilon, amsgrad: as in `Adam`.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.AdamW(1e-3, weight_decay=0.01)
        >>> optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    """

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
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
        if weight_decay is None:
            raise ConfigError("AdamW: argument `weight_decay` must be a float. Received: None; use `Adam` for none.")
        super().__init__(
            *(learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, clipnorm, clipvalue, global_clipnorm),
            *(use_ema, ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps, name),
            **kwargs,
        )


@export("keras.optimizers.Adamax")
class Adamax(Optimizer):
    """Adam by the infinity norm: the divisor is the largest gradient, fading.

    `u = max(beta_2 u, |g|)` and `w -= learning_rate / (1 - beta_1^t) m / (u + epsilon)`.
    Source: "Adam: A Method for Stochastic Optimization" (Kingma & Ba, 2014), section 7.

    Args:
        learning_rate: a float, a schedule, or a callable.
        beta_1, beta_2, epsilon: as in `Adam`.
        the others: as in `Optimizer`.

    Example:
        >>> optimizer = hornbeam.optimizers.Adamax()
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
        return (("momentum", "norm"),)

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        momentum = slots["momentum"] + (gradient - slots["momentum"]) * (1 - self.beta_1)
        norm = ops.maximum(slots["norm"] * self.beta_2, ops.absolute(gradient))
        rate = learning_rate / (1 - power(self.beta_1, step))
        return value - momentum * rate / (norm + self.epsilon), {"momentum": momentum, "norm": norm}
