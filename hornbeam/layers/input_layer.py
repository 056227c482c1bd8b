"""The input of a functional model."""

from __future__ import annotations

from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Node
from hornbeam.layers.layer import Layer


@export("keras.layers.InputLayer")
class InputLayer(Layer):
    """Holds the symbolic tensor that stands for an input; made by `Input`."""

    def __init__(
        self,
        shape: Any = None,
        batch_size: int | None = None,
        dtype: Any = None,
        sparse: bool | None = None,
        ragged: bool | None = None,
        batch_shape: Any = None,
        input_tensor: Any = None,
        optional: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name)
        if batch_shape is None and shape is None and input_tensor is None:
            raise ConfigError(f"Input '{self.name}' needs `shape=` (without the batch) or `batch_shape=`.")
        if batch_shape is None:
            sizes = input_tensor.dims[1:] if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
            batch_shape = (batch_size, *sizes)
        batch_shape = tuple(batch_shape)
        for size in batch_shape:
            if isinstance(size, bool) or (isinstance(size, int) and size < 0) or isinstance(size, (float, str)):
                raise ConfigError(f"Input '{self.name}': sizes are non-negative ints or None, got shape {batch_shape}.")
        tensor = input_tensor if isinstance(input_tensor, KerasTensor) else None
        if tensor is None or tensor.node is not None:
            tensor = KerasTensor(
                batch_shape, dtype or getattr(input_tensor, "dtype", None), bool(sparse), bool(ragged), name=self.name
            )
        self.batch_shape = tensor.shape
        self.optional = optional
        self.sparse = sparse
        self.ragged = ragged
        self.built = True
        self.output_dtype = tensor.dtype
        object.__setattr__(self, "_called", Node(self, (), {}, [tensor], tensor))

    def call(self) -> Any:
        return None

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return {
            "batch_shape": self.batch_shape,
            "dtype": self.output_dtype,
            "sparse": bool(self.sparse),
            "ragged": bool(self.ragged),
            "name": self.name,
            "optional": self.optional,
        }


@export("keras.Input", "keras.layers.Input")
def Input(
    shape: Any = None,
    batch_size: int | None = None,
    dtype: Any = None,
    sparse: bool | None = None,
    ragged: bool | None = None,
    batch_shape: Any = None,
    name: str | None = None,
    tensor: Any = None,
    optional: bool = False,
) -> KerasTensor:
    """A symbolic tensor to build a functional model from.

    Args:
        shape: sizes without the batch; None where unknown.
        batch_size: size of the batch, if it is fixed.
        dtype: element type; floatx if None.
        batch_shape: sizes with the batch, in place of `shape` and `batch_size`.
        name: name of the input.
        tensor: a symbolic tensor to take shape and dtype from.
        optional: whether None may be given for it.

    Example:
        >>> x = hornbeam.Input((8,))
        >>> y = hornbeam.layers.Dense(3)(x)
        >>> hornbeam.Model(x, y).output_shape
        (None, 3)
    """
    layer = InputLayer(shape, batch_size, dtype, sparse, ragged, batch_shape, tensor, optional, name)
    return layer.output
