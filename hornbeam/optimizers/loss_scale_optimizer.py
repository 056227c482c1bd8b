"""Training in float16: the loss is scaled so that small gradients do not vanish."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.scope import StateScope, context
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.core.variable import Variable
from hornbeam.ops import control
from hornbeam.optimizers.optimizer import Optimizer


@export("keras.optimizers.LossScaleOptimizer", "keras.mixed_precision.LossScaleOptimizer")
class LossScaleOptimizer(Optimizer):
    """Scales the loss, so that float16 gradients do not vanish, and the gradients back before another optimizer steps.

    The scale doubles after `dynamic_growth_steps` steps with finite gradients. Where one is not finite, the step is
    left out, and the scale halves. Source: "Mixed Precision Training" (Micikevicius et al., 2018).

    Args:
        inner_optimizer: the optimizer that steps.
        initial_scale: scale at first.
        dynamic_growth_steps: finite steps until the scale doubles.
        name: name of the optimizer.

    Raises:
        ConfigError: `inner_optimizer` is no optimizer, or an argument belongs to it.

    Example:
        >>> optimizer = hornbeam.optimizers.LossScaleOptimizer(hornbeam.optimizers.SGD(0.5), initial_scale=4.0)
        >>> v = hornbeam.Variable([1.0])
        >>> optimizer.apply([optimizer.scale_loss(v.value)], [v])
        >>> v.numpy()
        array([0.5], dtype=float32)
    """

    def __init__(
        self,
        inner_optimizer: Optimizer,
        initial_scale: float = 32768.0,
        dynamic_growth_steps: int = 2000,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if not isinstance(inner_optimizer, Optimizer):
            raise ConfigError(f"LossScaleOptimizer: `inner_optimizer` must be an optimizer, got {inner_optimizer!r}.")
        if kwargs:
            raise ConfigError(
                f"LossScaleOptimizer does not support `{next(iter(kwargs))}`. Instead, set it on the `inner_optimizer`."
            )
        super().__init__(0.0, name=name)
        self.inner_optimizer = inner_optimizer
        self.initial_scale = initial_scale
        self.dynamic_growth_steps = dynamic_growth_steps
        self._step_counter = self._scalar(0, "int32", "step_counter")
        self._dynamic_scale = self._scalar(initial_scale, "float32", "dynamic_scale")

    @property
    def dynamic_scale(self) -> Variable:
        """What the loss is multiplied by."""
        return self._dynamic_scale

    @property
    def variables(self) -> list[Variable]:
        return [*self._variables, *self.inner_optimizer.variables]

    @property
    def iterations(self) -> Any:
        return self.inner_optimizer.iterations

    @property
    def learning_rate(self) -> Any:
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate: Any) -> None:
        self.inner_optimizer.learning_rate = learning_rate

    def build(self, variables: Sequence[Variable]) -> None:
        super().build(variables)
        self.inner_optimizer.build(variables)

    def scale_loss(self, loss: Any) -> Any:
        return self.inner_optimizer.scale_loss(loss * ops.cast(self._dynamic_scale.value, loss.dtype))

    def check_finite(self, grads: Sequence[Any]) -> Any:
        """Whether all gradients are finite; a boolean scalar."""
        finite = [ops.all(ops.isfinite(gradient)) for gradient in grads if gradient is not None]
        return ops.all(ops.stack(finite))

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Variable] | None = None) -> None:
        grads = list(grads)
        if not grads:
            return
        variables = self._known(grads, trainable_variables)
        engine = variables[0].engine
        grads = [None if g is None else engine.convert(g, None) for g in grads]
        finite = self.check_finite(grads)
        if context.state is None and not engine.is_traced(finite):
            return self._step_if(bool(engine.to_numpy(finite)), grads, variables)
        touched = [*variables, *self.variables]
        for variable in touched:
            variable.value  # noqa: B018 - placed here: inside `cond` no variable can be

        def branch(good: bool) -> list[Any]:
            with StateScope():
                self._step_if(good, grads, variables)
                return [variable.value for variable in touched]

        for variable, value in zip(touched, control.cond(finite, lambda: branch(True), lambda: branch(False))):
            variable.assign(value)

    def _step_if(self, finite: bool, grads: list[Any], variables: list[Variable]) -> None:
        """Step, or leave it out; the scale follows."""
        scale, count = self._dynamic_scale, self._step_counter
        if not finite:
            count.assign(count.value * 0)
            scale.assign(scale.value / 2)
            return
        unscaled = [None if g is None else g / ops.cast(scale.value, g.dtype) for g in grads]
        self.inner_optimizer.apply(unscaled, variables)
        full = ops.equal(count.value + 1, self.dynamic_growth_steps)
        scale.assign(ops.where(full, scale.value * 2, scale.value))
        count.assign(ops.where(full, count.value * 0, count.value + 1))

    def finalize_variable_values(self, var_list: Sequence[Variable]) -> None:
        self.inner_optimizer.finalize_variable_values(var_list)

    def get_config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_optimizer": serialize_object(self.inner_optimizer),
            "initial_scale": self.initial_scale,
            "dynamic_growth_steps": self.dynamic_growth_steps,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: dict[str, Any] | None = None) -> Any:
        inner = deserialize_object(config["inner_optimizer"], custom_objects, kind="optimizer")
        return cls(**{**config, "inner_optimizer": inner})
