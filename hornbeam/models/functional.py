"""Models that are a recorded graph of layers and operations."""

from __future__ import annotations

from typing import Any

from hornbeam.core import naming, serialization, tree
from hornbeam.core.errors import ConfigError, ModelFormatError, StructureError
from hornbeam.core.export import export
from hornbeam.core.mask import set_mask
from hornbeam.core.operation_forms import serialize_operation
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph, Node, sort
from hornbeam.graph.interpret import interpret
from hornbeam.layers.input_layer import InputLayer
from hornbeam.layers.layer import Layer
from hornbeam.models.model import Model
from hornbeam.ops import move
from hornbeam.ops.op import Op


class LayerGraph:
    """The graph of a functional model, with its layers and operations named and in Keras' order.

    Attributes:
        graph: the recorded graph.
        layers: every layer, inputs included, ordered by depth (inputs first), then by creation.
        names: id of a node that is an operation -> the name it has in this model.
    """

    def __init__(self, inputs: Any, outputs: Any, name: str) -> None:
        self.inputs, self.outputs = inputs, outputs
        flat = tree.flatten(inputs)
        for tensor in flat:
            if not isinstance(tensor, KerasTensor):
                raise ConfigError(
                    f"Model '{name}': every input must be a symbolic tensor (from `Input`), got {tensor!r:.80}."
                )
            if tensor.node is None:
                InputLayer(input_tensor=tensor, name=None)
        for tensor in tree.flatten(outputs):
            if not isinstance(tensor, KerasTensor):
                raise ConfigError(f"Model '{name}': every output must be a symbolic tensor, got {tensor!r:.80}.")
        self.graph = Graph(flat, outputs)
        known = {id(tensor) for tensor in flat}
        for node in self.graph.nodes:
            if isinstance(node.op, InputLayer) and id(node.outputs[0]) not in known:
                tensor = node.outputs[0]
                raise ConfigError(
                    f"Model '{name}': the outputs need input '{tensor.name}' (shape {tensor.shape}), which is not "
                    f"among its inputs: {', '.join(t.name for t in flat)}."
                )
        self.input_layers = [self._input_layer(tensor) for tensor in flat]
        self._order()

    @staticmethod
    def _input_layer(tensor: KerasTensor) -> InputLayer:
        if isinstance(tensor.node.op, InputLayer):
            return tensor.node.op
        twin = InputLayer(batch_shape=tensor.shape, dtype=tensor.dtype)
        return twin

    def _order(self) -> None:
        """Depth of each node is the longest way to an output; layers go by depth, then by first appearance."""
        # with the nodes of the inputs, which the graph itself stops at
        walk = sort(
            self.graph.output_tensors(), [x for x in self.graph.inputs if not isinstance(x.node.op, InputLayer)]
        )
        depth: dict[int, int] = {}
        for node in reversed(walk):
            depth.setdefault(id(node), 0)
            for tensor in node.inputs():
                if tensor.node is not None:
                    depth[id(tensor.node)] = max(depth.get(id(tensor.node), 0), depth[id(node)] + 1)
        by_layer: dict[int, int] = {}
        order: list[Layer] = []
        for node in walk:
            if isinstance(node.op, Layer):
                if id(node.op) not in by_layer:
                    order.append(node.op)
                by_layer[id(node.op)] = max(by_layer.get(id(node.op), 0), depth[id(node)])
        for layer, tensor in zip(self.input_layers, self.graph.inputs, strict=True):
            by_layer[id(layer)] = max(depth.get(id(tensor.node), 0), by_layer.get(id(layer), 0))
        known = {id(layer) for layer in order}
        first = [layer for layer in self.input_layers if id(layer) not in known]
        self.layers: list[Layer] = sorted([*first, *order], key=lambda layer: -by_layer[id(layer)])
        names = [layer.name for layer in self.layers]
        for layer_name in names:
            if names.count(layer_name) > 1:
                raise ConfigError(f"Two layers of the model are named '{layer_name}'; names must be unique.")
        self.names: dict[int, str] = {}
        taken = set(names)
        for node in self.graph.nodes:
            if isinstance(node.op, Op):
                base = naming.snake_case(node.op.name.rpartition(".")[2])
                number, unique = 0, base
                while unique in taken:
                    number += 1
                    unique = f"{base}_{number}"
                taken.add(unique)
                self.names[id(node)] = unique
        self.node_index: dict[int, int] = {}
        counts: dict[int, int] = {}
        for node in self.graph.nodes:
            key = id(node.op) if isinstance(node.op, Layer) else id(node)
            self.node_index[id(node)] = counts.get(key, 0)
            counts[key] = counts.get(key, 0) + 1

    def name_of(self, node: Node) -> str:
        """Name of the layer or operation that the node calls."""
        return node.op.name if isinstance(node.op, Layer) else self.names[id(node)]

    def reference(self, tensor: KerasTensor) -> list[Any]:
        """`[layer name, node index, tensor index]`, as files name a tensor."""
        for layer, given in zip(self.input_layers, self.graph.inputs, strict=True):
            if given is tensor:
                return [layer.name, 0, 0]
        return [self.name_of(tensor.node), self.node_index[id(tensor.node)], tensor.index]

    def run(self, inputs: Any, mask: Any, name: str) -> Any:
        """Call every layer in order on `inputs`, a structure like that of the model's inputs."""
        flat = [self._fit(x, spec) for x, spec in zip(self.align(inputs, name), self.graph.inputs, strict=True)]
        if mask is not None:
            for tensor, tensor_mask in zip(flat, tree.flatten(mask), strict=True):
                if tensor_mask is not None:
                    set_mask(tensor, tensor_mask)
        outputs, _ = interpret(self.graph, flat)
        return outputs

    def align(self, inputs: Any, name: str) -> list[Any]:
        """The given inputs in the order of the model's: by name where both are dicts, else in order."""
        if isinstance(inputs, dict):
            names = list(self.inputs) if isinstance(self.inputs, dict) else [layer.name for layer in self.input_layers]
            missing = [key for key in names if key not in inputs]
            if missing:
                raise StructureError(
                    f"Model '{name}' has inputs {names}; the dict given has {list(inputs)}: {missing} is missing."
                )
            if isinstance(self.inputs, dict):
                return tree.flatten({key: inputs[key] for key in names})
            return [inputs[key] for key in names]
        flat = tree.flatten(inputs)
        if len(flat) != len(self.graph.inputs):
            described = ", ".join(f"{layer.name} {layer.batch_shape}" for layer in self.input_layers)
            raise StructureError(
                f"Model '{name}' has {len(self.graph.inputs)} inputs ({described}); {len(flat)} tensors were given."
            )
        return flat

    @staticmethod
    def _fit(x: Any, spec: KerasTensor) -> Any:
        """`x` with a last axis of 1 added or dropped where that gives the rank the input has, as in Keras."""
        ndim = len(x.shape)
        if ndim == spec.ndim + 1 and x.shape[-1] == 1:
            return x[..., 0]
        if ndim == spec.ndim - 1 and spec.dims[-1] == 1:
            return move.expand_dims(x, -1)
        return x

    def serialize(self) -> dict[str, Any]:
        """`layers`, `input_layers` and `output_layers` as Keras writes them."""

        def argument(leaf: Any) -> Any:
            if not isinstance(leaf, KerasTensor):
                return leaf
            if leaf.node is not None and leaf.node.is_constant:
                value = leaf.node.arguments[0]
                return value.item() if getattr(value, "ndim", None) == 0 else value
            return _Reference(leaf, self.reference(leaf))

        entries: dict[str, dict[str, Any]] = {}
        with serialization.sharing():
            for layer in self.layers:
                form = serialization.serialize_object(layer)
                form.update(name=layer.name, inbound_nodes=[])
                entries[layer.name] = form
            for node in self.graph.nodes:
                if node.is_constant or isinstance(node.op, InputLayer):
                    continue
                if isinstance(node.op, Op):
                    arguments = dict(zip(node.op.names, tree.map_structure(argument, node.arguments), strict=True))
                    form, positional = serialize_operation(node.op.name, arguments, self.names[id(node)])
                    form["config"] = serialization.serialize_object(form["config"])
                    entries[self.names[id(node)]] = {
                        **form,
                        "name": self.names[id(node)],
                        "inbound_nodes": [{"args": _written(positional), "kwargs": {}}],
                    }
                else:
                    call = {
                        "args": _written(list(tree.map_structure(argument, node.arguments))),
                        "kwargs": _written(tree.map_structure(argument, node.keywords)),
                    }
                    entries[node.op.name]["inbound_nodes"].append(call)
        return {
            "layers": list(entries.values()),
            "input_layers": tree.map_structure(self._end, self.inputs),
            "output_layers": tree.map_structure(self._end, self.outputs),
        }

    def _end(self, tensor: KerasTensor) -> list[Any]:
        """Reference to an input or output of the whole model."""
        name, index, position = self.reference(tensor)
        return [name, index + (tensor.node is not None and _is_functional(tensor.node.op)), position]


def _is_functional(layer: Any) -> bool:
    """Whether it is a functional model. Where `output_layers` names its tensors, Keras counts its calls from 1."""
    return getattr(layer, "_graph", None) is not None and not hasattr(layer, "_chain")


class _Reference:
    """A tensor of the graph on its way into a file."""

    def __init__(self, tensor: KerasTensor, history: list[Any]) -> None:
        self.form = {
            "class_name": "__keras_tensor__",
            "config": {"shape": list(tensor.shape), "dtype": tensor.dtype, "keras_history": history},
        }


def _written(value: Any) -> Any:
    if isinstance(value, _Reference):
        return value.form
    if isinstance(value, dict):
        return {key: _written(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(part) for part in value]
    return serialization.serialize_object(value)


@export("keras.models.Functional")
class Functional(Model):
    """A model made of a graph of layers: `Model(inputs, outputs)`.

    Args:
        inputs: a symbolic tensor, or a list or dict of them.
        outputs: symbolic tensors computed from them.
        name: name of the model.

    Raises:
        ConfigError: an output needs an input that was not given, or two layers share a name.

    Example:
        >>> a, b = hornbeam.Input((3,)), hornbeam.Input((3,))
        >>> model = hornbeam.Model([a, b], hornbeam.layers.Dense(1)(a + b))
        >>> model([np.ones((2, 3)), np.ones((2, 3))]).shape
        (2, 1)
    """

    def __init__(self, inputs: Any, outputs: Any, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self._set_graph(inputs, outputs)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return {"name": self.name, "trainable": self.trainable, **self._graph.serialize()}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """The model that `get_config` described."""
        with serialization.loading(custom_objects=custom_objects):
            return _from_config(cls, config)

    def get_build_config(self) -> dict[str, Any] | None:
        return {"input_shape": None}

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Nothing is left to build."""


def _from_config(cls: type, config: dict[str, Any]) -> Any:
    made: dict[str, Any] = {}
    tensors: dict[tuple[str, int, int], KerasTensor] = {}
    waiting: list[tuple[str, int, dict[str, Any]]] = []

    def keep(name: str, index: int, result: Any) -> None:
        for position, tensor in enumerate(tree.flatten(result)):
            tensors[name, index, position] = tensor

    for entry in config["layers"]:
        name = entry["name"] if "name" in entry else entry["config"]["name"]
        form = {key: value for key, value in entry.items() if key not in ("name", "inbound_nodes")}
        made[name] = serialization.deserialize_object(form, kind="layer")
        if isinstance(made[name], InputLayer):
            keep(name, 0, made[name].output)
        for index, call in enumerate(entry.get("inbound_nodes", ())):
            if isinstance(call, dict):
                waiting.append((name, index, call))
            else:
                raise ModelFormatError(f"Layer '{name}': a call in the config is not a dict of args and kwargs.")

    class Missing(KeyError):
        pass

    def tensor_of(name: str, index: int, position: int) -> KerasTensor:
        try:
            return tensors[name, index, position]
        except KeyError:
            raise Missing(name) from None

    while waiting:
        rest = []
        for name, index, call in waiting:
            try:
                args = serialization.deserialize_arguments(call.get("args", []), tensor_of)
                kwargs = serialization.deserialize_arguments(call.get("kwargs", {}), tensor_of)
            except Missing:
                rest.append((name, index, call))
                continue
            layer = made[name]
            if isinstance(layer, tuple):
                function, attributes = layer
                result = _call_operation(function, args, {**attributes, **kwargs})
            else:
                kwargs = {key: value for key, value in kwargs.items() if not (key == "mask" and value is None)}
                result = layer(*args, **kwargs)
            keep(name, index, result)
        if len(rest) == len(waiting):
            names = ", ".join(sorted({name for name, _, _ in rest}))
            raise ModelFormatError(f"The config is no graph: the inputs of {names} are never made.")
        waiting = rest

    def look_up(reference: Any) -> Any:
        if isinstance(reference, dict):
            return {key: look_up(part) for key, part in reference.items()}
        if len(reference) == 3 and isinstance(reference[0], str) and isinstance(reference[1], int):
            name, index, position = reference
            return tensor_of(name, max(index - _is_functional(made.get(name)), 0), position)
        return [look_up(part) for part in reference]

    try:
        inputs, outputs = look_up(config["input_layers"]), look_up(config["output_layers"])
    except Missing as error:
        raise ModelFormatError(
            f"The config names layer {error} as input or output, which makes no such tensor."
        ) from None
    model = Functional(inputs, outputs, name=config.get("name"))
    if not config.get("trainable", True):
        model.trainable = False
    if cls is not Functional and "_natured_from" not in vars(cls) and issubclass(cls, Model) and cls is not Model:
        model = cls(inputs=inputs, outputs=outputs, name=config.get("name"))
    return model


def _call_operation(function: Any, args: list[Any], attributes: dict[str, Any]) -> Any:
    """Call an operation with its attributes by name and the rest in the order of the signature."""
    record = getattr(function, "op", None)
    names = list(record.names) if record is not None else None
    args = [
        tuple(arg) if isinstance(arg, list) and any(isinstance(p, slice) or p is Ellipsis for p in arg) else arg
        for arg in args
    ]
    if names is None:
        return function(*args, **attributes)
    free = [name for name in names if name not in attributes]
    return function(**dict(zip(free, args, strict=False)), **{k: v for k, v in attributes.items() if k in names})
