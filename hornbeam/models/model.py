"""The model: a layer that can be trained, saved and moved between backends."""

from __future__ import annotations

import importlib
import json
from typing import Any

from hornbeam.core import policy, registry, serialization, tree
from hornbeam.core.errors import ConfigError, NotBuiltError
from hornbeam.core.export import export
from hornbeam.core.scope import context
from hornbeam.core.spec import KerasTensor
from hornbeam.layers.calling import automatic_config
from hornbeam.layers.layer import Layer
from hornbeam.train.trainer import Trainer


def _functional_arguments(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    if "inputs" in kwargs and "outputs" in kwargs:
        return True
    return len(args) + ("outputs" in kwargs) >= 2 and any(isinstance(x, KerasTensor) for x in tree.flatten(args[0]))


@export("keras.Model", "keras.models.Model")
class Model(Trainer):
    """Layers that train together: a subclass with `call`, or `Model(inputs, outputs)` for a graph of layers.

    Args:
        inputs, outputs: symbolic tensors, for a functional model.
        name: name of the model.

    Example:
        >>> class Net(hornbeam.Model):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.hidden = hornbeam.layers.Dense(8, activation="relu")
        ...         self.head = hornbeam.layers.Dense(1)
        ...     def call(self, x):
        ...         return self.head(self.hidden(x))
        >>> Net()(np.ones((2, 4), "float32")).shape
        (2, 1)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        if vars(cls).get("_natured_from", cls) is Model and _functional_arguments(args, kwargs):
            functional = importlib.import_module("hornbeam.models.functional").Functional
            return functional(*args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if _functional_arguments(args, kwargs):
            inputs = kwargs.pop("inputs", args[0] if args else None)
            outputs = kwargs.pop("outputs", args[1] if len(args) > 1 else None)
            Layer.__init__(self, **kwargs)
            self._init_trainer()
            self._set_graph(inputs, outputs)
            return
        if args:
            raise ConfigError(
                f"{type(self).__name__}: positional arguments must be the symbolic inputs and outputs of a functional "
                f"model, got {', '.join(type(arg).__name__ for arg in args)}."
            )
        Layer.__init__(self, **kwargs)
        self._init_trainer()

    _graph: Any = None

    def _set_graph(self, inputs: Any, outputs: Any) -> None:
        """Make this a functional model of the graph between symbolic inputs and outputs."""
        functional = importlib.import_module("hornbeam.models.functional")
        # plain attributes: the graph is not a layer, its layers are
        object.__setattr__(self, "_graph", functional.LayerGraph(inputs, outputs, self.name))
        self._layers = self._graph.layers
        for layer in self._layers:
            layer._adopted_by(self)
        self.supports_masking = True
        self.built = True

    def call(self, *args: Any, **kwargs: Any) -> Any:
        if self._graph is None:
            raise NotImplementedError(
                f"Model '{self.name}' ({type(self).__name__}) does not define `call`: subclasses of Model do, or build "
                "it as `Model(inputs, outputs)`."
            )
        inputs = args[0] if args else kwargs["inputs"]
        return self._graph.run(inputs, kwargs.get("mask"), self.name)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        return None  # the layers inside put masks on the outputs themselves

    @property
    def layers(self) -> list[Layer]:
        """The layers directly inside, in order."""
        return self._layers_within()

    @layers.setter
    def layers(self, value: Any) -> None:
        raise AttributeError("`Model.layers` is what the model's attributes hold; give the attribute another name.")

    def get_layer(self, name: str | None = None, index: int | None = None) -> Layer:
        """The layer of this name, or at this place in `layers`.

        Raises:
            ValueError: there is no such layer; the message lists those there are.
        """
        if (name is None) == (index is None):
            raise ValueError("get_layer() takes either a name or an index.")
        layers = self.layers
        if index is not None:
            if not -len(layers) <= index < len(layers):
                raise ValueError(f"Model '{self.name}' has {len(layers)} layers; there is none at index {index}.")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"Model '{self.name}' has no layer '{name}'. It has: {', '.join(layer.name for layer in layers)}."
        )

    @property
    def inputs(self) -> list[KerasTensor] | None:
        """The symbolic inputs of a functional model, flat."""
        return list(self._graph.graph.inputs) if self._graph is not None else None

    @property
    def outputs(self) -> list[KerasTensor] | None:
        """The symbolic outputs of a functional model, flat."""
        return self._graph.graph.output_tensors() if self._graph is not None else None

    def _symbolic(self, which: str) -> Any:
        if self._graph is None:
            raise AttributeError(f"Model '{self.name}' is no graph of layers, so it has no symbolic {which}.")
        return getattr(self._graph, which)

    @property
    def input(self) -> Any:
        """The symbolic inputs, as they were given."""
        return self._symbolic("inputs")

    @property
    def output(self) -> Any:
        """The symbolic outputs, as they were given."""
        return self._symbolic("outputs")

    @property
    def input_shape(self) -> Any:
        """Shapes of the inputs, None where unknown."""
        return tree.map_structure(lambda tensor: tensor.shape, self.input)

    @property
    def output_shape(self) -> Any:
        """Shapes of the outputs, None where unknown."""
        return tree.map_structure(lambda tensor: tensor.shape, self.output)

    @property
    def input_names(self) -> list[str]:
        """Names of the inputs, in order."""
        return [layer.name for layer in self._graph.input_layers] if self._graph is not None else []

    @property
    def output_names(self) -> list[str]:
        """Names of the layers that make the outputs, in order."""
        if self._graph is None:
            return []
        return [self._graph.name_of(tensor.node) for tensor in self.outputs or ()]

    def summary(
        self,
        line_length: int | None = None,
        positions: Any = None,
        print_fn: Any = None,
        expand_nested: bool = False,
        show_trainable: bool = False,
        layer_range: Any = None,
    ) -> None:
        """Print a table of the layers, their output shapes and parameters.

        Raises:
            NotBuiltError: the model is not built.
        """
        show = importlib.import_module("hornbeam.models.summary")
        show.print_summary(self, line_length, print_fn, expand_nested, show_trainable, layer_range)

    def to_backend(self, name: str) -> Any:
        """A new model on another backend, with the same config, weights, seeds, optimizer state and compile settings.

        Args:
            name: `"jax"`, `"torch"`, `"tensorflow"`, `"numpy"`, `"openvino"`, or a third party's.

        Example:
            >>> on_torch = model.to_backend("torch")
            >>> on_torch.predict(x)   # what model.predict(x) gives
        """
        return importlib.import_module("hornbeam.models.clone").to_backend(self, name)

    def save(self, filepath: Any, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
        """Write config, weights and optimizer state to a `.keras` file; an old one is replaced whole or not at all."""
        self._io().save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    def save_weights(self, filepath: Any, overwrite: bool = True, max_shard_size: Any = None) -> None:
        """Write the weights to a `.weights.h5` file."""
        self._io().save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    def load_weights(self, filepath: Any, skip_mismatch: bool = False, **kwargs: Any) -> None:
        """Read weights from a file; on any error the model stays as it was."""
        self._io().load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    @staticmethod
    def _io() -> Any:
        return importlib.import_module("hornbeam.saving.model_io")

    def export(
        self,
        filepath: Any,
        format: str = "tf_saved_model",
        verbose: Any = None,
        input_signature: Any = None,
        **kwargs: Any,
    ) -> None:
        """Write the forward pass with its weights for another runtime; an old file is replaced whole or not at all.

        Args:
            format: "onnx"; needs `pip install "hornbeam[onnx]"`.
            verbose: accepted as in Keras.
            input_signature: a shape and dtype (`InputSpec`, `KerasTensor`) for each input; what the model was built
                with if None. Sizes of None stay open.
            kwargs: further options of `hornbeam.backends.onnx.engine.to_onnx`.

        Raises:
            ConfigError: an unknown format, or a model that does not know its inputs.
            BackendError: an operation that the format lacks; the message names it, its layer and the reason.
        """
        if format != "onnx":
            raise ConfigError(f"Model.export writes format='onnx', not {format!r}.")
        to_onnx = importlib.import_module("hornbeam.backends.onnx.engine").to_onnx
        model = to_onnx(self, *(input_signature or ()), **kwargs)
        with importlib.import_module("hornbeam.saving.archive").replacing(filepath) as file:
            file.write(model.SerializeToString())

    def to_json(self, **kwargs: Any) -> str:
        """The config as JSON, without weights; `models.model_from_json` makes a model of it."""
        return json.dumps(serialization.serialize_object(self), **kwargs)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        if self._graph is not None:
            return {"name": self.name, "trainable": self.trainable, **self._graph.serialize()}
        config = {"name": self.name, "trainable": self.trainable, "dtype": policy.serialize(self.dtype_policy)}
        return automatic_config(self, config)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """A model from what `get_config` gave."""
        if "input_layers" in config and "layers" in config:
            return importlib.import_module("hornbeam.models.functional").Functional.from_config.__func__(
                cls, config, custom_objects
            )
        with serialization.loading(custom_objects=custom_objects):
            return super().from_config(config)

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shapes that the model was built with when it was saved."""
        if not config or self.built:
            return
        shape = config.get("input_shape")
        if shape is None:
            super().build_from_config(config)
            return
        self.build(_tuples(shape))

    def _builds(self) -> bool:
        return type(self).build is not Model.build

    def build(self, input_shape: Any = None, **shapes: Any) -> None:
        """Build all layers for inputs of this shape, by running `call` on symbolic tensors.

        Raises:
            NotBuiltError: the call cannot run on symbolic tensors; call the model on real data instead.
        """
        if self._graph is not None or self.built:
            return
        if input_shape is None:
            raise NotBuiltError(f"Model '{self.name}' needs `input_shape` to be built, or call it on data.")

        def symbolic(shape: Any) -> Any:
            if isinstance(shape, dict):
                return {name: symbolic(part) for name, part in shape.items()}
            if any(isinstance(part, (list, tuple)) for part in shape):
                return [symbolic(part) for part in shape]
            return KerasTensor(shape, self.input_dtype)

        outer = context.backend
        context.backend = registry.get(self._backend) if registry.default_name() != self._backend else outer
        try:
            self.compute_output_spec(symbolic(input_shape))
        finally:
            context.backend = outer
        self.built = True


def _tuples(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: _tuples(part) for name, part in shape.items()}
    if isinstance(shape, (list, tuple)) and any(isinstance(part, (list, tuple)) for part in shape):
        return [_tuples(part) for part in shape]
    return tuple(shape)
