"""What optimizers have in common: their state, and the order of the parts of a step."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from hornbeam import ops
from hornbeam.core import config as settings
from hornbeam.core import dtype as dtypes
from hornbeam.core import naming, registry
from hornbeam.core.errors import ConfigError, NotBuiltError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.scope import StatelessScope, StateScope, context
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.core.variable import Variable
from hornbeam.ops import control
from hornbeam.optimizers import gradients as clipping
from hornbeam.optimizers.fused import FusedStep, find_kernel, hyperparameters, storages
from hornbeam.optimizers.scalar import Scalar
from hornbeam.optimizers.schedules.schedule import LearningRateSchedule
from hornbeam.optimizers.state import State


@export("keras.Optimizer", "keras.optimizers.Optimizer")
class Optimizer(State):
    """Changes variables so that a loss gets smaller; the base class of all optimizers.

    A subclass states its rule as a pure function of one variable, `update`, and names the state it keeps for each
    variable in `slot_groups`. (Subclasses written for Keras, with `build` and `update_step`, work as well.)

    A step runs in this order: gradients are divided by `loss_scale_factor`, accumulated, and clipped; weights decay;
    the rule is applied; the moving average of the weights follows; constraints are applied.

    Args:
        learning_rate: a float, a `LearningRateSchedule`, or a callable without arguments.
        weight_decay: each step subtracts `weight_decay * learning_rate` times the weight from it.
        clipnorm: longest norm of each gradient.
        clipvalue: largest magnitude of each element of a gradient.
        global_clipnorm: longest norm of all gradients together.
        use_ema: keep an exponential moving average of the weights.
        ema_momentum: how much of the average stays at each step.
        ema_overwrite_frequency: steps after which the average becomes the weights; None: when training ends.
        loss_scale_factor: the loss is multiplied by it and the gradients are divided by it, for float16.
        gradient_accumulation_steps: number of steps whose gradients' mean makes one update.
        name: name of the optimizer, first part of its variables' paths.

    Raises:
        ConfigError: an argument has a value that it cannot have.

    Example:
        >>> class Halving(hornbeam.Optimizer):
        ...     def update(self, gradient, value, slots, step, learning_rate):
        ...         return value - learning_rate * gradient / 2, {}
        >>> v = hornbeam.Variable([1.0, 2.0])
        >>> Halving(learning_rate=1.0).apply([v * 2], [v])
        >>> v.numpy()
        array([0., 0.], dtype=float32)
    """

    # arguments of `__init__` beyond the common ones, in the order of the config
    hyperparameters: ClassVar[tuple[str, ...]] = ()
    # the engine's own kernel for this rule, if it has one: a key of `backends/<engine>/updates.py`
    fused_name: ClassVar[str | None] = None

    def __init__(
        self,
        learning_rate: Any,
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
        if kwargs.pop("decay", None) is not None:
            warnings.warn("Argument `decay` is no longer supported; use a schedule, `InverseTimeDecay`.", stacklevel=3)
        if kwargs:
            raise ConfigError(f"{type(self).__name__}: argument(s) not recognized: {', '.join(map(repr, kwargs))}.")
        if sum(bound is not None for bound in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ConfigError(
                "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set. Received: "
                f"clipnorm={clipnorm}, clipvalue={clipvalue}, global_clipnorm={global_clipnorm}"
            )
        if use_ema and not 0 <= ema_momentum <= 1:
            raise ConfigError(f"`ema_momentum` must be in the range [0, 1]. Received: ema_momentum={ema_momentum}")
        if use_ema and ema_overwrite_frequency and not _is_count(ema_overwrite_frequency):
            raise ConfigError(
                f"`ema_overwrite_frequency` must be an integer >= 1 or None. Received: {ema_overwrite_frequency!r}"
            )
        if gradient_accumulation_steps is not None and not _is_count(gradient_accumulation_steps, 2):
            raise ConfigError(
                "`gradient_accumulation_steps` must be an integer >= 2. "
                f"Received: gradient_accumulation_steps={gradient_accumulation_steps!r}"
            )
        super().__init__(name if name is not None else naming.auto_name(naming.snake_case(type(self).__name__)))
        self.weight_decay = weight_decay
        self.clipnorm = clipnorm
        self.clipvalue = clipvalue
        self.global_clipnorm = global_clipnorm
        self.use_ema = use_ema
        self.ema_momentum = ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._undecayed: tuple[frozenset[int], tuple[str, ...]] = (frozenset(), ())
        self._fused: FusedStep | None = None
        self._learning_rate: Any = self._checked_rate(learning_rate)

    # the rule

    def update(
        self, gradient: Any, value: Any, slots: dict[str, Any], step: Any, learning_rate: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The rule: the new value of one variable, and its new slots. A pure function of tensors of one dtype.

        Args:
            gradient: gradient of the loss; shape as `value`.
            value: the variable's value.
            slots: slot name -> tensor.
            step: how many updates there are with this one, counted from 1; scalar.
            learning_rate: scalar.
        """
        raise NotImplementedError(f"{type(self).__name__} implements neither `update()` nor `update_step()`.")

    @property
    def iterations(self) -> Any:
        """How many updates were made; the variable itself unless gradients are accumulated."""
        if self.gradient_accumulation_steps:
            return ops.floor_divide(self._iterations.value, self.gradient_accumulation_steps)
        return self._iterations

    @property
    def learning_rate(self) -> Any:
        """The learning rate now: a variable, or what the schedule says of this step. Setting it is seen by all steps.

        Raises:
            TypeError: set, where a schedule decides.
        """
        if isinstance(self._learning_rate, Variable):
            return self._learning_rate
        return self._scheduled(self._iterations.value)

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        if callable(learning_rate) and not isinstance(learning_rate, Variable):
            if isinstance(self._learning_rate, Variable):
                old = self._learning_rate
                self._variables = [variable for variable in self._variables if variable is not old]
            self._learning_rate = learning_rate
        elif isinstance(self._learning_rate, Variable):
            self._learning_rate.assign(learning_rate)
        else:
            raise TypeError(
                f"The learning rate of {self.name!r} follows {self._learning_rate!r} and cannot be set. Make the "
                "optimizer with a float `learning_rate` to set it later."
            )

    # a step

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Variable]]) -> Any:
        """Make one step.

        Args:
            grads_and_vars: pairs `(gradient, variable)`.

        Returns:
            The number of updates made so far.
        """
        pairs = list(grads_and_vars)
        self.apply([gradient for gradient, _ in pairs], [variable for _, variable in pairs])
        return self._iterations

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        """Make one step.

        Args:
            grads: gradients; None leaves its variable alone.
            trainable_variables: the variables, in the same order; those it was built with if None.

        Raises:
            NotBuiltError: no variables are given and it was not built.
            ConfigError: no gradient is given, or another number of them, or an unknown variable.

        Example:
            >>> v = hornbeam.Variable([1.0])
            >>> hornbeam.optimizers.SGD(0.5).apply([v], [v])
            >>> v.numpy()
            array([0.5], dtype=float32)
        """
        grads = list(grads)
        if not grads:
            return
        variables = self._known(grads, trainable_variables)
        fused = self._fused
        if fused is not None and context.state is None and fused.serves(grads, variables):
            fused(grads)
            return
        grads, variables = self._present(grads, variables)
        if not variables:
            self._iterations.assign(self._iterations.value + 1)
            return
        if context.state is None:
            if fused is None or not fused.serves(grads, variables):
                fused = self._fused = FusedStep.make(self, variables)
            if fused is not None:
                fused(grads)
                return
        self._apply(grads, variables)

    def _known(self, grads: list[Any], variables: Sequence[Variable] | None) -> list[Variable]:
        """The variables that the gradients are for, checked."""
        if variables is None:
            if not self.built:
                raise NotBuiltError(
                    "When passing `grads` without `variables`, the optimizer must already be built on a list of "
                    "variables. Call `optimizer.build(trainable_variables)` first."
                )
            if len(grads) != len(self._trainable_variables):
                raise ConfigError(
                    f"The optimizer was built with {len(self._trainable_variables)} variables, and received "
                    f"{len(grads)} gradients: pass one for each (None for none), or pass the variables too."
                )
            return self._trainable_variables
        if not self.built:
            with registry.scope(variables[0].backend):
                self.build(variables)
        if len(grads) != len(variables):
            raise ConfigError(f"Received {len(grads)} gradients for {len(variables)} variables.")
        for variable in variables:
            if id(variable) not in self._positions:
                raise ConfigError(
                    f"Unknown variable: {variable!r}. This optimizer can only be called for the variables it was "
                    "originally built with. When working with a new set of variables, you should recreate a new "
                    "optimizer instance."
                )
        return variables if type(variables) is list else list(variables)

    def _present(self, grads: list[Any], variables: list[Variable]) -> tuple[list[Any], list[Variable]]:
        """The pairs that have a gradient to step along; gradients that are new values by themselves are taken over."""
        missing = [variable.path for gradient, variable in zip(grads, variables) if gradient is None]
        if len(missing) == len(grads):
            raise ConfigError("No gradients provided for any variable.")
        if missing:
            warnings.warn(
                f"Gradients do not exist for variables {missing} when minimizing the loss. If using `model.compile()`, "
                "did you forget to provide a `loss` argument?",
                stacklevel=4,
            )
        pairs = []
        for gradient, variable in zip(grads, variables):
            if gradient is None:
                continue
            if tuple(gradient.shape) != variable.shape and not variable.engine.is_traced(gradient):
                raise ShapeError(
                    f"The gradient of variable '{variable.path}' has shape {tuple(gradient.shape)}, expected "
                    f"{variable.shape}."
                )
            if variable.overwrite_with_gradient:
                variable.assign(gradient)
            else:
                pairs.append((gradient, variable))
        return [gradient for gradient, _ in pairs], [variable for _, variable in pairs]

    def _apply(self, grads: list[Any], variables: list[Variable]) -> None:
        """A step as a pure function of state, variable by variable: traceable by every engine."""
        grads = [variable.engine.convert(gradient, variable.dtype) for gradient, variable in zip(grads, variables)]
        if self.loss_scale_factor is not None:
            grads = [gradient / self.loss_scale_factor for gradient in grads]
        if self.gradient_accumulation_steps:
            self._accumulate(grads, variables)
        else:
            self._update(grads, variables)
        if self.use_ema:
            self._average_weights(self._trainable_variables)
        for variable in variables:
            if variable.constraint is not None:
                variable.assign(variable.constraint(variable.value))
        self._iterations.assign(self._iterations.value + 1)

    def _accumulate(self, grads: list[Any], variables: list[Variable]) -> None:
        """Add the gradients up; every few steps, update by their mean."""
        steps = self.gradient_accumulation_steps or 1
        sums = [self._accumulators[self._positions[id(variable)]] for variable in variables]
        touched = [*variables, *(v for v in self._variables if not isinstance(v, Scalar))]
        for variable in (*variables, *self._variables):
            variable.value  # noqa: B018 - placed here: inside `cond` no variable can be

        def update() -> list[Any]:
            with StateScope():
                means = [(total.value + gradient) / steps for total, gradient in zip(sums, grads)]
                for total in sums:
                    total.assign(ops.zeros_like(total.value))
                self._update(means, variables)
                return [variable.value for variable in touched]

        def keep() -> list[Any]:
            with StateScope():
                for total, gradient in zip(sums, grads):
                    total.assign(total.value + gradient)
                return [variable.value for variable in touched]

        full = ops.equal((self._iterations.value + 1) % steps, 0)
        for variable, value in zip(touched, control.cond(full, update, keep)):
            variable.assign(value)

    def _update(self, grads: list[Any], variables: list[Variable]) -> None:
        """Clip, decay, and apply the rule."""
        learning_rate = self.learning_rate
        if isinstance(learning_rate, (Variable, float, int)):
            engine = variables[0].engine
            learning_rate = engine.convert(getattr(learning_rate, "value", learning_rate), settings.floatx())
        grads = clipping.clip(grads, self.clipnorm, self.clipvalue, self.global_clipnorm)
        if self.weight_decay is not None:
            for variable in variables:
                if self._use_weight_decay(variable):
                    value = self._value(variable)
                    rate = ops.cast(learning_rate, variable.dtype) * self.weight_decay
                    variable.assign(value - value * rate)
        self.update_variables(grads, variables, learning_rate)

    def update_variables(self, gradients: list[Any], variables: list[Variable], learning_rate: Any) -> None:
        """Apply the rule to each variable, by the engine's own kernel where it has one."""
        kernel = find_kernel(self, variables)
        if kernel is not None:
            values, slots = storages(self, variables)
            kernel(values, slots, [0.0] * len(values), **hyperparameters(self))(
                gradients, self._step("int32"), learning_rate
            )
            return
        for gradient, variable in zip(gradients, variables):
            self.update_step(gradient, variable, learning_rate)

    def update_step(self, gradient: Any, variable: Variable, learning_rate: Any) -> None:
        """Apply the rule to one variable; its value and slots are assigned.

        The rule sees float32 where the variable is of 16 bits: there, 0.999 would be 1.
        """
        dtype = "float32" if dtypes.itemsize(variable.dtype) == 2 else variable.dtype
        slots = self._slots[self._positions[id(variable)]]
        value, changed = self.update(
            ops.cast(gradient, dtype),
            ops.cast(self._value(variable), dtype),
            {name: ops.cast(slot.value, dtype) for name, slot in slots.items()},
            self._step(dtype),
            ops.cast(learning_rate, dtype),
        )
        variable.assign(value)
        for name, new in changed.items():
            slots[name].assign(new)

    def _step(self, dtype: str) -> Any:
        iterations = self.iterations
        return ops.cast((iterations.value if isinstance(iterations, Variable) else iterations) + 1, dtype)

    def _value(self, variable: Variable) -> Any:
        """A variable's value; apart from the graph of an eager engine that records what is done to it."""
        return control.stop_gradient(variable.value) if context.state is None else variable.value

    def _average_weights(self, variables: Sequence[Variable]) -> None:
        """Let the averages follow the weights; at the times for it, let the weights be the averages."""
        count = self._step("int32")
        momentum = ops.where(count > 1, self.ema_momentum, 0.0)
        for variable in variables:
            average = self._averages[self._positions[id(variable)]]
            keep = ops.cast(momentum, variable.dtype)
            new = average.value * keep + self._value(variable) * (1 - keep)
            average.assign(new)
            if self.ema_overwrite_frequency:
                now = ops.equal(count % self.ema_overwrite_frequency, 0)
                variable.assign(ops.where(now, new, self._value(variable)))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        """Give variables their final values, when training ends: with `use_ema`, their averages."""
        if self.use_ema and self.built:
            for variable in var_list:
                variable.assign(self._averages[self._positions[id(variable)]].value)

    def stateless_apply(
        self, optimizer_variables: Sequence[Any], grads: Sequence[Any], trainable_variables: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        """One step as a pure function: values in, values out.

        Args:
            optimizer_variables: values of `variables`.
            grads: gradients.
            trainable_variables: values of the variables it was built with.

        Returns:
            The new values of the trainable variables, and of `variables`.

        Raises:
            NotBuiltError: it was not built.
            ConfigError: another number of values than there are variables.
        """
        if not self.built:
            raise NotBuiltError(
                f"To call `stateless_apply`, {type(self).__name__} must be built (its variables must have been "
                "created). You can build it via `optimizer.build(trainable_variables)`."
            )
        wanted = [("optimizer_variables", optimizer_variables, self.variables)]
        wanted += [("trainable_variables", trainable_variables, self._trainable_variables)]
        for name, values, variables in wanted:
            if len(values) != len(variables):
                raise ConfigError(f"stateless_apply: `{name}` has {len(values)} values, expected {len(variables)}.")
        mapping = [pair for _, values, variables in wanted for pair in zip(variables, values)]
        with StatelessScope(mapping):
            self.apply(grads, self._trainable_variables)
            return [v.value for v in self._trainable_variables], [v.value for v in self.variables]

    def scale_loss(self, loss: Any) -> Any:
        """The loss to differentiate: `loss` times `loss_scale_factor`, if there is one."""
        return loss if self.loss_scale_factor is None else loss * self.loss_scale_factor

    def assign(self, variable: Variable, value: Any) -> None:
        """Make `variable` hold `value`."""
        variable.assign(value)

    def assign_add(self, variable: Variable, value: Any) -> None:
        """Add `value` to `variable`."""
        variable.assign(variable.value + value)

    def assign_sub(self, variable: Variable, value: Any) -> None:
        """Subtract `value` from `variable`."""
        variable.assign(variable.value - value)

    # which weights decay

    def exclude_from_weight_decay(
        self, var_list: Sequence[Variable] | None = None, var_names: Sequence[str] | None = None
    ) -> None:
        """Name the variables that do not decay; a further call replaces what the last one said.

        Args:
            var_list: variables.
            var_names: parts of names (regular expressions): `["bias"]` for all biases.
        """
        self._undecayed = (frozenset(id(variable) for variable in var_list or ()), tuple(var_names or ()))
        self._fused = None

    def _use_weight_decay(self, variable: Variable) -> bool:
        given, names = self._undecayed
        return id(variable) not in given and not any(re.search(name, variable.name) for name in names)

    # the learning rate

    def _checked_rate(self, learning_rate: Any) -> Any:
        if isinstance(learning_rate, LearningRateSchedule) or callable(learning_rate):
            return learning_rate
        number = getattr(learning_rate, "__float__", None)
        if number is None or isinstance(learning_rate, bool):
            raise ConfigError(
                f"{type(self).__name__}: argument `learning_rate` should be a float, a LearningRateSchedule, or a "
                f"callable. Received: learning_rate={learning_rate!r}"
            )
        return self._scalar(float(learning_rate), settings.floatx(), "learning_rate")

    def _scheduled(self, iterations: Any) -> Any:
        """What the schedule, or callable, says of this step."""
        rate: Callable[..., Any] = self._learning_rate
        if isinstance(rate, LearningRateSchedule) or inspect.signature(rate).parameters:
            return rate(iterations)
        return rate()

    # config

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this optimizer again, as plain data."""
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": float(rate.numpy()) if isinstance(rate, Variable) else serialize_object(rate),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
            **{name: getattr(self, name) for name in self.hyperparameters},
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        """The optimizer that `get_config` described; its state is not part of it."""
        config = dict(config)
        if isinstance(config.get("learning_rate"), dict):
            config["learning_rate"] = deserialize_object(config["learning_rate"], custom_objects, kind="schedule")
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, {len(self._trainable_variables)} variables>"


def _is_count(value: Any, least: int = 1) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def power(base: float, step: Any) -> Any:
    """`base ** step` in the step's dtype, to which the base is rounded first."""
    return ops.power(step * 0 + base, step)
