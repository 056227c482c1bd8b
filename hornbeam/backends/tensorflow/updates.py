"""Whole-list optimizer updates in place by resource kernels, eager or in a graph; see `optimizers.fused`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import tensorflow as tf


class Update:
    """An update of a list of variables.

    Args:
        values: the variables' storages.
        slots: slot name -> storages in the same order.
        decays: zeros; weights have decayed before.
        hyperparameters: of the rule.
    """

    on_host = False

    def __init__(self, values: list[Any], slots: dict[str, list[Any]], decays: list[float], **hyperparameters: Any):
        self.values = values
        self.slots = slots
        self.hyperparameters = hyperparameters

    @staticmethod
    def serves(**hyperparameters: Any) -> bool:
        """Whether the kernel can do what these ask for."""
        return True

    def __call__(self, gradients: list[Any], step: Any, learning_rate: Any) -> None:
        """Update by the gradients; `step` counts from 1."""
        for i, (value, gradient) in enumerate(zip(self.values, gradients, strict=True)):
            slots = {name: column[i].handle for name, column in self.slots.items()}
            numbers = {
                name: tf.constant(number, value.dtype)
                for name, number in self.hyperparameters.items()
                if type(number) is not bool
            }
            rate = tf.cast(learning_rate, value.dtype)
            self.update(value.handle, gradient, slots, tf.cast(step, value.dtype), rate, numbers)

    def update(self, value: Any, gradient: Any, slots: dict[str, Any], step: Any, rate: Any, numbers: Any) -> None:
        """Update one variable, given by its handle."""
        raise NotImplementedError


class Adam(Update):
    """Adam; the kernel's definition is Keras': epsilon before the bias correction.

    It takes beta_2 from 1 after rounding it, which changes the velocity's scale a little; rate and epsilon follow it.
    """

    def update(self, value: Any, gradient: Any, slots: dict[str, Any], step: Any, rate: Any, numbers: Any) -> None:
        beta_2 = self.hyperparameters["beta_2"]
        scale = 1.0
        if gradient.dtype == tf.float32 and beta_2 < 1:
            scale = math.sqrt((1.0 - float(np.float32(beta_2))) / (1.0 - beta_2))
        common = {
            "var": value,
            "m": slots["momentum"],
            "v": slots["velocity"],
            "beta1_power": tf.pow(numbers["beta_1"], step),
            "beta2_power": tf.pow(numbers["beta_2"], step),
            "lr": rate * scale,
            "beta1": numbers["beta_1"],
            "beta2": numbers["beta_2"],
            "epsilon": numbers["epsilon"] * scale,
            "grad": gradient,
        }
        if self.hyperparameters["amsgrad"]:
            tf.raw_ops.ResourceApplyAdamWithAmsgrad(vhat=slots["velocity_hat"], **common)
        else:
            tf.raw_ops.ResourceApplyAdam(**common)


class SGD(Update):
    """Gradient descent; the learning rate is part of the momentum."""

    def update(self, value: Any, gradient: Any, slots: dict[str, Any], step: Any, rate: Any, numbers: Any) -> None:
        if not self.hyperparameters["momentum"]:
            tf.raw_ops.ResourceApplyGradientDescent(var=value, alpha=rate, delta=gradient)
            return
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=value,
            accum=slots["momentum"],
            lr=rate,
            grad=gradient,
            momentum=numbers["momentum"],
            use_nesterov=self.hyperparameters["nesterov"],
        )


class RMSprop(Update):
    """RMSprop with epsilon under the root; the kernels always keep a momentum."""

    @staticmethod
    def serves(*, momentum: float, **hyperparameters: Any) -> bool:
        return momentum > 0

    def update(self, value: Any, gradient: Any, slots: dict[str, Any], step: Any, rate: Any, numbers: Any) -> None:
        common = {
            "var": value,
            "ms": slots["velocity"],
            "mom": slots["momentum"],
            "lr": rate,
            "rho": numbers["rho"],
            "momentum": numbers["momentum"],
            "epsilon": numbers["epsilon"],
            "grad": gradient,
        }
        if self.hyperparameters["centered"]:
            tf.raw_ops.ResourceApplyCenteredRMSProp(mg=slots["average_gradient"], **common)
        else:
            tf.raw_ops.ResourceApplyRMSProp(**common)


table = {"adam": Adam, "sgd": SGD, "rmsprop": RMSprop}
