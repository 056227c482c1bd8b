"""Whole steps by an engine's own kernels, on lists of storages that are kept from step to step.

An engine offers kernels as classes (`backend.fused_update(name)`), made once with `(values, slots, decays,
**hyperparameters)` and called at each step with `(gradients, step, learning_rate)`. Those that work `on_host` take
python numbers, decay the weights by `decays`, and have list operations for the rest of a step; others take tensors, and
stand in for the rule alone.
"""

from __future__ import annotations

from operator import attrgetter, is_
from typing import TYPE_CHECKING, Any

import numpy as np

from hornbeam import ops
from hornbeam.core import dtype as dtypes
from hornbeam.core import registry
from hornbeam.core.scope import context
from hornbeam.core.variable import Variable
from hornbeam.ops import control
from hornbeam.optimizers.schedules.schedule import LearningRateSchedule

if TYPE_CHECKING:
    from hornbeam.optimizers.optimizer import Optimizer

SETTINGS = (
    *("weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "use_ema", "ema_momentum"),
    *("ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps", "_learning_rate"),
)
HOUSE = "hornbeam.optimizers.schedules."
RULE = ("update", "update_step", "update_variables", "_update", "_apply", "_average_weights")


def hyperparameters(optimizer: Optimizer) -> dict[str, Any]:
    """What the kernel is made with."""
    return {name: getattr(optimizer, name) for name in optimizer.hyperparameters}


def storages(optimizer: Optimizer, variables: list[Variable]) -> tuple[list[Any], dict[str, list[Any]]]:
    """Storages of the variables, and for each slot of theirs."""
    slots = [optimizer._slots[optimizer._positions[id(variable)]] for variable in variables]
    return [v.storage for v in variables], {name: [row[name].storage for row in slots] for name in slots[0]}


def find_kernel(optimizer: Optimizer, variables: list[Variable], on_host: bool = False) -> Any:
    """The engine's kernel for this optimizer's rule, or None."""
    if optimizer.fused_name is None or context.state is not None:
        return None
    own = next(cls for cls in type(optimizer).__mro__ if "fused_name" in vars(cls))
    if any(getattr(type(optimizer), name) is not getattr(own, name) for name in RULE):
        return None  # a subclass has a rule of its own
    engine = variables[0].engine
    kernel = engine.fused_update(optimizer.fused_name)
    if kernel is None or kernel.on_host != on_host or not kernel.serves(**hyperparameters(optimizer)):
        return None
    # kernels that work on the host's numbers keep them apart from 16-bit weights; the others would round them
    least = 2 if on_host else 4
    for variable in variables:
        dtype = variable.dtype
        if variable.engine is not engine or not dtypes.is_floating(dtype) or dtypes.itemsize(dtype) < least:
            return None
    return kernel


class FusedStep:
    """A step for one list of variables; what does not change from step to step is looked up once."""

    def __init__(self, optimizer: Optimizer, variables: list[Variable], kernel: Any) -> None:
        self.optimizer = optimizer
        self.variables = list(variables)
        self.settings = attrgetter(*SETTINGS, *optimizer.hyperparameters)
        self.known = self.settings(optimizer)
        self.storages, slots = storages(optimizer, variables)
        decay = optimizer.weight_decay or 0.0
        decays = [decay if optimizer._use_weight_decay(variable) else 0.0 for variable in variables]
        self.kernel = kernel(self.storages, slots, decays, **hyperparameters(optimizer))
        positions = [optimizer._positions[id(variable)] for variable in variables]
        self.sums = [optimizer._accumulators[i].storage for i in positions] if optimizer._accumulators else []
        self.averages = [average.storage for average in optimizer._averages]
        self.averaged = [variable.storage for variable in optimizer._trainable_variables] if self.averages else []
        self.constrained = [variable for variable in variables if variable.constraint is not None]
        self.clips = optimizer.clipnorm or optimizer.clipvalue or optimizer.global_clipnorm
        rate = optimizer._learning_rate
        # a schedule of our own is computed by NumPy; another may need the engine's tensors
        self.schedule = None if isinstance(rate, Variable) else rate
        self.schedule_on_host = isinstance(rate, LearningRateSchedule) and type(rate).__call__.__module__.startswith(
            HOUSE
        )

    @classmethod
    def make(cls, optimizer: Optimizer, variables: list[Variable]) -> FusedStep | None:
        """The step, if the engine has one for this optimizer."""
        kernel = find_kernel(optimizer, variables, on_host=True)
        return None if kernel is None else cls(optimizer, variables, kernel)

    def serves(self, gradients: list[Any], variables: list[Variable]) -> bool:
        """Whether it is still the step for these variables."""
        return (
            variables == self.variables
            and all(map(is_, [variable._storage for variable in variables], self.storages))
            and self.settings(self.optimizer) == self.known
            and type(None) not in map(type, gradients)
        )

    def __call__(self, gradients: list[Any]) -> None:
        """Make the step."""
        optimizer, kernel = self.optimizer, self.kernel
        made = updates = optimizer._iterations.number()
        ready: Any = kernel.prepare(gradients, optimizer.loss_scale_factor)
        steps = optimizer.gradient_accumulation_steps
        if steps:
            updates = made // steps
            ready = kernel.accumulate(self.sums, ready, steps if (made + 1) % steps == 0 else 0)
        if ready is not None:
            if self.clips:
                ready = kernel.clip(ready, optimizer.clipnorm, optimizer.clipvalue, optimizer.global_clipnorm)
            kernel(ready, updates + 1, self.learning_rate(made))
        if self.averages:
            frequency = optimizer.ema_overwrite_frequency
            overwrite = bool(frequency) and (updates + 1) % frequency == 0
            kernel.average(self.averages, self.averaged, optimizer.ema_momentum if updates else 0.0, overwrite)
        for variable in self.constrained:
            variable.assign(variable.constraint(control.stop_gradient(variable.value)))
        optimizer._iterations.set(made + 1)

    def learning_rate(self, made: int) -> float:
        """The learning rate of this step; on the device only if a foreign schedule is."""
        if self.schedule is None:
            return self.optimizer._learning_rate.number()
        if self.schedule_on_host:
            with registry.scope("numpy"):
                return float(self.schedule(np.asarray(made, "int32")))
        rate = self.optimizer.learning_rate
        return float(rate if isinstance(rate, (int, float)) else ops.convert_to_numpy(rate))
