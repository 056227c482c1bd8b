"""Layers around one function: activations, identity, arbitrary functions, dropout."""

from __future__ import annotations

import inspect
from typing import Any

from hornbeam import activations
from hornbeam.core import serialization
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.layers.layer import Layer
from hornbeam.ops import random


@export("keras.layers.Activation")
class Activation(Layer):
    """An activation function as a layer.

    Args:
        activation: name or function.

    Example:
        >>> hornbeam.layers.Activation("relu")(hornbeam.ops.ones((2,)) * -1)
        Array([0., 0.], dtype=float32)
    """

    _settings = {"activation": activations}  # noqa: RUF012

    def __init__(self, activation: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = activations.get(activation)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        return self.activation(inputs)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


@export("keras.layers.Identity")
class Identity(Layer):
    """Gives back what it gets.

    Example:
        >>> hornbeam.layers.Identity()(hornbeam.ops.ones((2,)))
        Array([1., 1.], dtype=float32)
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def get_config(self) -> dict[str, Any]:
        return super().get_config()

    def call(self, inputs: Any) -> Any:
        return inputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


@export("keras.layers.Lambda")
class Lambda(Layer):
    """A python function as a layer.

    It is saved by name: register the function with `saving.register_keras_serializable`. A file never holds its code.

    Args:
        function: called with the inputs (and `mask`, `training`, if it takes them).
        output_shape: shape of the output without the batch, or a function of the input shape; found by itself if None.
        mask: mask of the output, or a function `(inputs, mask)`.
        arguments: further keyword arguments for `function`.

    Example:
        >>> hornbeam.layers.Lambda(lambda x: x * 2)(hornbeam.ops.ones((2,)))
        Array([2., 2.], dtype=float32)
    """

    def __init__(
        self, function: Any, output_shape: Any = None, mask: Any = None, arguments: Any = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        if not callable(function):
            raise ConfigError(f"Lambda '{self.name}': function must be callable, got {function!r:.80}.")
        self.function = function
        self.arguments = dict(arguments or {})
        self._output_shape: Any = output_shape
        self.mask = mask
        if mask is not None:
            self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None, training: Any = None) -> Any:
        keywords = dict(self.arguments)
        try:
            names = inspect.signature(self.function).parameters
        except ValueError:  # a builtin without a signature
            names = {}
        for name, value in (("mask", mask), ("training", training)):
            if name in names and name not in keywords:
                keywords[name] = value
        return self.function(inputs, **keywords)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        return self.mask(inputs, previous_mask) if callable(self.mask) else self.mask

    def compute_output_shape(self, input_shape: Any) -> Any:
        given: Any = self._output_shape
        if given is None:
            return super().compute_output_shape(input_shape)
        return (input_shape[0], *given) if isinstance(given, (list, tuple)) else tuple(given(input_shape))

    def get_config(self) -> dict[str, Any]:
        config = {
            **super().get_config(),
            "function": serialization.serialize_object(self.function),
            "arguments": self.arguments,
        }
        if self._output_shape is not None:
            given = self._output_shape
            config["output_shape"] = serialization.serialize_object(given) if callable(given) else given
        if self.mask is not None:
            config["mask"] = serialization.serialize_object(self.mask)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None, safe_mode: Any = None) -> Any:
        config = dict(config)
        for name in ("function", "output_shape", "mask"):
            if isinstance(config.get(name), dict):
                config[name] = serialization.deserialize_object(config[name], custom_objects=custom_objects)
        return cls(**config)


@export("keras.layers.Dropout")
class Dropout(Layer):
    """Sets a part of the inputs to 0 in training, and scales the rest so that the sum stays.

    Source: Srivastava et al., https://jmlr.org/papers/v15/srivastava14a.html.

    Args:
        rate: the part that is dropped, from 0 to 1.
        noise_shape: sizes of the mask, broadcast to the inputs; None entries are the input's own.
        seed: fixes what is dropped.

    Example:
        >>> hornbeam.layers.Dropout(0.5)(hornbeam.ops.ones((2,)), training=False)
        Array([1., 1.], dtype=float32)
    """

    _settings = {"rate": None, "seed": None, "noise_shape": None}  # noqa: RUF012

    def __init__(self, rate: float, noise_shape: Any = None, seed: Any = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(rate, (int, float)) or not 0 <= rate <= 1:
            raise ConfigError(f"Dropout '{self.name}': rate must lie between 0 and 1, got {rate!r}.")
        self.rate = rate
        self.seed = seed
        self.noise_shape = tuple(noise_shape) if noise_shape is not None else None
        if rate > 0:
            self.seed_generator = random.SeedGenerator(seed)
        self.supports_masking = True

    def call(self, inputs: Any, training: Any = False) -> Any:
        if not training or self.rate == 0:
            return inputs
        return random.dropout(inputs, self.rate, self.noise_shape, self.seed_generator)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
