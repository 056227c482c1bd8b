"""A chain of layers."""

from __future__ import annotations

from typing import Any

from hornbeam.core import policy as policies
from hornbeam.core import serialization
from hornbeam.core.errors import ConfigError, NotBuiltError
from hornbeam.core.export import export
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.trace import apart
from hornbeam.layers.input_layer import Input, InputLayer
from hornbeam.layers.layer import Layer
from hornbeam.models.functional import LayerGraph
from hornbeam.models.model import Model


@export("keras.Sequential", "keras.models.Sequential")
class Sequential(Model):
    """Layers one after the other, each taking what the last one gave.

    Args:
        layers: the layers; an `Input` first says the input's shape, so that the model is built at once.
        trainable: whether its variables are trained.
        name: name of the model.

    Example:
        >>> model = hornbeam.Sequential([hornbeam.Input((4,)), hornbeam.layers.Dense(2)])
        >>> model.output_shape
        (None, 2)
    """

    def __init__(self, layers: Any = None, trainable: bool = True, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        self.supports_masking = True
        self._chain: list[Layer] = []
        self._from_input = False
        for layer in layers or ():
            self._append(layer)
        self._rebuild()

    def _append(self, layer: Any) -> None:
        if isinstance(layer, KerasTensor) and layer.node is not None and isinstance(layer.node.op, InputLayer):
            layer = layer.node.op
        if not isinstance(layer, Layer):
            raise ConfigError(f"Sequential '{self.name}': only layers can be added, got {layer!r:.80}.")
        if any(known.name == layer.name for known in self._chain):
            raise ConfigError(
                f"Sequential '{self.name}' has a layer named '{layer.name}' already; names must be unique."
            )
        if isinstance(layer, InputLayer) and self._chain:
            raise ConfigError(
                f"Sequential '{self.name}': an input can only stand first; it has {len(self._chain)} layers."
            )
        if not self._chain and not isinstance(layer, InputLayer):
            shape = layer._input_shape_argument or (
                layer.input_shape if isinstance(layer, Model) and layer._graph else None
            )
            if isinstance(shape, tuple):
                self._chain.append(InputLayer(batch_shape=shape))
        self._chain.append(layer)
        layer._adopted_by(self)

    def add(self, layer: Any, rebuild: bool = True) -> None:
        """Append a layer."""
        self._append(layer)
        if rebuild:
            self._rebuild()

    def pop(self, rebuild: bool = True) -> Layer:
        """Take the last layer away and return it."""
        if not self.layers:
            raise ConfigError(f"Sequential '{self.name}' has no layer to pop.")
        layer = self._chain.pop()
        object.__setattr__(layer, "_parent", None)
        if rebuild:
            self._rebuild()
        return layer

    def _rebuild(self) -> None:
        """Record the chain from its input, if it has one; else wait for the first call."""
        object.__setattr__(self, "_graph", None)
        self.built = False
        if self._chain and isinstance(self._chain[0], InputLayer):
            self._from_input = True
            self._record(self._chain[0].output)

    def _record(self, x: KerasTensor) -> None:
        start = x
        for layer in self._chain:
            if not isinstance(layer, InputLayer):
                x = layer(x)
        object.__setattr__(self, "_graph", LayerGraph(start, x, self.name))
        object.__setattr__(self, "_build_shapes", {"input_shape": start.shape})
        self.built = True

    def build(self, input_shape: Any = None, **shapes: Any) -> None:
        """Build every layer for inputs of this shape (with the batch, None where unknown)."""
        if self.built:
            return
        if input_shape is None:
            raise NotBuiltError(f"Sequential '{self.name}' needs `input_shape` to be built, or call it on data.")
        if not self._chain:
            raise NotBuiltError(f"Sequential '{self.name}' has no layers; `add` some first.")
        dtype = "int32" if type(self._chain[0]).__name__ == "Embedding" else None
        with apart():
            self._record(Input(batch_shape=tuple(input_shape), dtype=dtype))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        if self._graph is not None:
            return self._graph.run(inputs, mask, self.name)
        x = inputs
        for layer in self._chain:
            x = layer(x)
        return x

    @property
    def layers(self) -> list[Layer]:
        """The layers, without the input."""
        return [layer for layer in self._chain if not isinstance(layer, InputLayer)]

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        with serialization.sharing():
            layers = [serialization.serialize_object(layer) for layer in self._written_layers()]
        config = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": policies.serialize(self.dtype_policy),
            "layers": layers,
        }
        if self._graph is not None:
            config["build_input_shape"] = self.input_shape
        return config

    def _written_layers(self) -> list[Layer]:
        if self._chain and not isinstance(self._chain[0], InputLayer) and self._graph is not None:
            return [*self._graph.input_layers, *self._chain]
        return self._chain

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model that `get_config` described."""
        with serialization.loading(custom_objects=custom_objects):
            layers = [serialization.deserialize_object(layer, kind="layer") for layer in config["layers"]]
            known = {key: config[key] for key in ("name", "trainable", "dtype") if key in config}
            model = cls(layers, **known)
        shape = config.get("build_input_shape")
        if shape is not None and not model.built and all(size is None or isinstance(size, int) for size in shape):
            model.build(tuple(shape))
        if not config.get("trainable", True):
            model.trainable = False
        return model

    def build_from_config(self, config: dict[str, Any]) -> None:
        shape = (config or {}).get("input_shape")
        if shape is not None and not self.built:
            self.build(tuple(shape))
