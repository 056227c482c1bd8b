"""Densely connected layers."""

from __future__ import annotations

from typing import Any

from hornbeam import activations, constraints, initializers, regularizers
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.layers.input_spec import InputSpec
from hornbeam.layers.layer import Layer
from hornbeam.ops import contract

WEIGHT_SETTINGS = {
    "kernel_initializer": initializers,
    "bias_initializer": initializers,
    "kernel_regularizer": regularizers,
    "bias_regularizer": regularizers,
    "kernel_constraint": constraints,
    "bias_constraint": constraints,
}


@export("keras.layers.Dense")
class Dense(Layer):
    """activation(inputs @ kernel + bias), over the last axis.

    Args:
        units: size of the output's last axis.
        activation: name or function; None is linear.
        use_bias: whether a bias is added.
        kernel_initializer, bias_initializer: first values.
        kernel_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, bias_constraint: applied after each update.

    Shapes: (..., features) -> (..., units).

    Example:
        >>> hornbeam.layers.Dense(3)(hornbeam.ops.ones((2, 5))).shape
        (2, 3)
    """

    _settings = {  # noqa: RUF012
        "units": None,
        "activation": activations,
        "use_bias": None,
        **WEIGHT_SETTINGS,
        "quantization_config": None,
    }

    def __init__(
        self,
        units: int,
        activation: Any = None,
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        if not isinstance(units, int) or units < 1:
            raise ConfigError(f"Dense '{self.name}': units must be a positive int, got {units!r}.")
        if lora_rank is not None or quantization_config is not None:
            raise ConfigError(f"Dense '{self.name}': lora_rank and quantization_config are not supported yet.")
        self.units = units
        self.quantization_config = quantization_config
        self.activation = activations.get(activation)
        self.use_bias = use_bias
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.bias: Any = None
        self.input_spec = InputSpec(min_ndim=2)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        features = input_shape[-1]
        if features is None:
            raise ShapeError(f"Dense '{self.name}': the last axis of the input must be known, got shape {input_shape}.")
        self.kernel = self.add_weight(
            name="kernel",
            shape=(features, self.units),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.units,),
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: features})

    def call(self, inputs: Any, training: Any = None) -> Any:
        return self.activation(contract.dense(inputs, self.kernel, self.bias))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape[:-1], self.units)
