"""Vectors for ids."""

from __future__ import annotations

from typing import Any

from hornbeam import constraints, initializers, regularizers
from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.layers.layer import Layer
from hornbeam.ops import elementwise, index


@export("keras.layers.Embedding")
class Embedding(Layer):
    """A vector for each id: ids of shape (...) -> (..., output_dim).

    Args:
        input_dim: number of ids: they run from 0 to input_dim - 1.
        output_dim: size of the vectors.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: of the table.
        mask_zero: let a mask leave out the positions with id 0.
        weights: first value of the table, in place of the initializer's.

    Example:
        >>> hornbeam.layers.Embedding(10, 4)(np.array([[1, 2, 3]])).shape
        (1, 3, 4)
    """

    _settings = {  # noqa: RUF012
        "input_dim": None,
        "output_dim": None,
        "embeddings_initializer": initializers,
        "embeddings_regularizer": regularizers,
        "activity_regularizer": regularizers,
        "embeddings_constraint": constraints,
        "mask_zero": None,
        "quantization_config": None,
    }

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        embeddings_initializer: Any = "uniform",
        embeddings_regularizer: Any = None,
        embeddings_constraint: Any = None,
        mask_zero: bool = False,
        weights: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        kwargs.pop("input_length", None)
        super().__init__(**kwargs)
        for name, value in (("input_dim", input_dim), ("output_dim", output_dim)):
            if not isinstance(value, int) or value < 1:
                raise ConfigError(f"Embedding '{self.name}': {name} must be a positive int, got {value!r}.")
        if lora_rank is not None or quantization_config is not None:
            raise ConfigError(f"Embedding '{self.name}': lora_rank and quantization_config are not supported yet.")
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.quantization_config = quantization_config
        self.supports_masking = mask_zero
        self.autocast = False
        self._first_value = weights

    def build(self, input_shape: Any = None) -> None:
        self.embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        if self._first_value is not None:
            value = self._first_value[0] if isinstance(self._first_value, (list, tuple)) else self._first_value
            self.embeddings.assign(value)

    def call(self, inputs: Any) -> Any:
        if not dtypes.is_integer(_dtype(inputs)):
            inputs = elementwise.cast(inputs, "int32")
        return elementwise.cast(index.take(self.embeddings, inputs, 0), self.compute_dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        return elementwise.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return (*input_shape, self.output_dim)


def _dtype(x: Any) -> str:
    return dtypes.standardize(x.dtype)
