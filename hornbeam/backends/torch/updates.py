"""Whole-list optimizer updates in place by torch's fused kernels and list operations; see `optimizers.fused`."""

# pyright: reportPrivateImportUsage=false

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch


class Group:
    """Variables that one call of a kernel can take: of one dtype, one device, one weight decay."""

    def __init__(self, positions: list[int], values: list[Any], slots: dict[str, list[Any]], decay: float) -> None:
        self.positions = positions
        self.values = [values[i] for i in positions]
        self.slots = {name: [column[i] for i in positions] for name, column in slots.items()}
        self.decay = decay
        self.step = torch.zeros((), dtype=torch.float32, device=self.values[0].device)
        self.steps = [self.step] * len(positions)


class Update:
    """An update of a list of variables.

    Args:
        values: the variables' storages.
        slots: slot name -> storages in the same order.
        decays: weight decay of each.
        hyperparameters: of the rule.
    """

    on_host = True

    def __init__(self, values: list[Any], slots: dict[str, list[Any]], decays: list[float], **hyperparameters: Any):
        self.hyperparameters = hyperparameters
        self.values = values
        self.layouts = [(value.dtype, value.stride()) for value in values]
        for column in slots.values():
            self._align(column, values)
        places: dict[Any, list[int]] = {}
        for i, value in enumerate(values):
            places.setdefault((value.dtype, value.device, decays[i]), []).append(i)
        self.groups = [Group(positions, values, slots, key[2]) for key, positions in places.items()]

    @staticmethod
    def serves(**hyperparameters: Any) -> bool:
        """Whether the kernel can do what these ask for."""
        return True

    @staticmethod
    def _align(column: list[Any], values: list[Any]) -> None:
        """Bring state to the device and the strides of its variables: kernels walk through memory side by side."""
        for state, value in zip(column, values, strict=True):
            if state.device != value.device or state.stride() != value.stride():
                state.data = torch.empty_like(value, dtype=state.dtype, requires_grad=False).copy_(state)

    def prepare(self, gradients: list[Any], scale: float | None) -> list[Any]:
        """The gradients as dense tensors laid out like the variables, divided by `scale`."""
        ready = []
        for gradient, layout, value in zip(gradients, self.layouts, self.values, strict=True):
            if (
                type(gradient) is not torch.Tensor
                or gradient.layout is not torch.strided
                or (gradient.dtype, gradient.stride()) != layout
            ):
                gradient = torch.as_tensor(gradient, dtype=value.dtype, device=value.device)
                gradient = gradient.to_dense() if gradient.layout is not torch.strided else gradient
                gradient = torch.empty_like(value, requires_grad=False).copy_(gradient.detach())
            ready.append(gradient)
        return ready if scale is None else list(torch._foreach_div(ready, scale))

    def accumulate(self, sums: list[Any], gradients: list[Any], steps: int) -> list[Any] | None:
        """Add the gradients up; with `steps`, give their mean and start anew."""
        self._align(sums, self.values)
        torch._foreach_add_(sums, gradients)
        if not steps:
            return None
        means = torch._foreach_div(sums, float(steps))
        torch._foreach_zero_(sums)
        return list(means)

    def clip(
        self, gradients: list[Any], clipnorm: float | None, clipvalue: float | None, global_clipnorm: float | None
    ) -> list[Any]:
        """The gradients, none longer or larger than the one bound that is given."""
        if clipvalue is not None:
            return list(torch._foreach_clamp_max(torch._foreach_clamp_min(gradients, -clipvalue), clipvalue))
        norms = torch._foreach_norm(gradients)
        if clipnorm is not None:
            bounded = torch._foreach_reciprocal(torch._foreach_clamp_min(norms, clipnorm))
            return list(torch._foreach_mul(gradients, torch._foreach_mul(bounded, clipnorm)))
        assert global_clipnorm is not None
        device = norms[0].device
        norm = torch.linalg.vector_norm(torch.stack([part.to(device, torch.float32) for part in norms]))
        factor = global_clipnorm / norm.clamp(min=global_clipnorm)
        if len(self.groups) == 1 and gradients[0].dtype is torch.float32:
            return list(torch._foreach_mul(gradients, factor))
        return [gradient * factor.to(gradient.device, gradient.dtype) for gradient in gradients]

    def average(self, averages: list[Any], values: list[Any], momentum: float, overwrite: bool) -> None:
        """Let the averages follow the values, and the values be the averages where that is asked for."""
        with torch.no_grad():
            self._align(averages, values)
            torch._foreach_lerp_(averages, values, 1.0 - momentum)
            if overwrite:
                torch._foreach_copy_(values, averages)

    def __call__(self, gradients: list[Any], step: int, learning_rate: float) -> None:
        """Update by gradients that `prepare` made ready; `step` counts from 1."""
        with torch.no_grad():
            for group in self.groups:
                chosen = gradients if len(self.groups) == 1 else [gradients[i] for i in group.positions]
                self.update(group, chosen, step, learning_rate, **self.hyperparameters)

    def update(
        self, group: Group, gradients: list[Any], step: int, learning_rate: float, **hyperparameters: Any
    ) -> None:
        """Decay and update one group."""
        raise NotImplementedError


def decay(group: Group, learning_rate: float) -> None:
    """Subtract `weight_decay * learning_rate` times the value from each value."""
    if group.decay:
        torch._foreach_mul_(group.values, 1.0 - learning_rate * group.decay)


class Adam(Update):
    """Adam as Keras defines it: epsilon is added before the bias correction, and that is a float32.

    torch adds epsilon after the correction, and corrects in float64; what it is given makes up for both.
    """

    def update(
        self,
        group: Group,
        gradients: list[Any],
        step: int,
        learning_rate: float,
        *,
        beta_1: float,
        beta_2: float,
        epsilon: float,
        amsgrad: bool = False,
    ) -> None:
        group.step.fill_(step)
        first, second = 1.0 - beta_1**step, math.sqrt(1.0 - beta_2**step)
        count = np.float32(step)
        alpha = learning_rate * math.sqrt(1 - np.float32(beta_2) ** count) / float(1 - np.float32(beta_1) ** count)
        rate = alpha * first / second
        kernel = torch._fused_adamw_ if group.decay else torch._fused_adam_
        kernel(
            group.values,
            gradients,
            group.slots["momentum"],
            group.slots["velocity"],
            group.slots["velocity_hat"] if amsgrad else [],
            group.steps,
            lr=rate,
            beta1=beta_1,
            beta2=beta_2,
            weight_decay=group.decay * learning_rate / rate if group.decay and rate else 0.0,
            eps=epsilon / second,
            amsgrad=amsgrad,
            maximize=False,
        )


class SGD(Update):
    """Gradient descent; the learning rate is part of Keras' momentum, and is not of torch's."""

    def update(
        self, group: Group, gradients: list[Any], step: int, learning_rate: float, *, momentum: float, nesterov: bool
    ) -> None:
        decay(group, learning_rate)
        values = group.values
        if not momentum:
            torch._foreach_add_(values, gradients, alpha=-learning_rate)
            return
        velocity = group.slots["momentum"]
        torch._foreach_mul_(velocity, momentum)
        torch._foreach_add_(velocity, gradients, alpha=-learning_rate)
        if nesterov:
            torch._foreach_add_(values, velocity, alpha=momentum)
            torch._foreach_add_(values, gradients, alpha=-learning_rate)
        else:
            torch._foreach_add_(values, velocity)


class RMSprop(Update):
    """RMSprop with epsilon under the root."""

    def update(
        self,
        group: Group,
        gradients: list[Any],
        step: int,
        learning_rate: float,
        *,
        rho: float,
        momentum: float,
        epsilon: float,
        centered: bool,
    ) -> None:
        decay(group, learning_rate)
        velocity = group.slots["velocity"]
        torch._foreach_mul_(velocity, rho)
        torch._foreach_addcmul_(velocity, gradients, gradients, 1.0 - rho)
        spread = torch._foreach_add(velocity, epsilon)
        if centered:
            mean = group.slots["average_gradient"]
            torch._foreach_lerp_(mean, gradients, 1.0 - rho)
            torch._foreach_addcmul_(spread, mean, mean, -1.0)
        torch._foreach_sqrt_(spread)
        if momentum:
            moving = group.slots["momentum"]
            torch._foreach_mul_(moving, momentum)
            torch._foreach_addcdiv_(moving, gradients, spread, learning_rate)
            torch._foreach_sub_(group.values, moving)
        else:
            torch._foreach_addcdiv_(group.values, gradients, spread, -learning_rate)


table = {"adam": Adam, "sgd": SGD, "rmsprop": RMSprop}
