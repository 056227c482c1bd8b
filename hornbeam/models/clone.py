"""Copies of models: on the same backend, or on another."""

from __future__ import annotations

from typing import Any

from hornbeam.core import registry, serialization, tree
from hornbeam.core.export import export
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Node
from hornbeam.graph.interpret import interpret
from hornbeam.layers.input_layer import Input, InputLayer
from hornbeam.models.functional import Functional
from hornbeam.models.sequential import Sequential


def to_backend(model: Any, name: str) -> Any:
    """A new model on backend `name` with the same config, weights, seeds, optimizer state and compile settings."""
    backend = registry.get(name)
    with registry.scope(name):
        twin = _remade(model)
        if model.built and not twin.built:
            config = model.get_build_config()
            if config:
                twin.build_from_config(config)
        settings = model.get_compile_config() if model.compiled else None
        if settings:
            twin.compile_from_config(settings)
        copy_state(model, twin)
        if settings and backend.differentiable and model.optimizer is not None and model.optimizer.built:
            twin.optimizer.build(twin.trainable_variables)
            for source, target in zip(model.optimizer.variables, twin.optimizer.variables, strict=True):
                target.assign(source.numpy())
    return twin


def _remade(model: Any) -> Any:
    form = serialization.serialize_object(model)
    for key in ("build_config", "compile_config"):
        form.pop(key, None)
    cls = vars(type(model)).get("_natured_from", type(model))
    return serialization.deserialize_object(form, custom_objects={cls.__name__: cls})


def copy_state(source: Any, target: Any) -> None:
    """Give `target`'s variables, seeds included, the values of `source`'s; the two are built alike."""
    pairs = list(zip(source.variables, target.variables, strict=True))
    for old, new in pairs:
        new.assign(old.numpy())


@export("keras.models.clone_model")
def clone_model(
    model: Any,
    input_tensors: Any = None,
    clone_function: Any = None,
    call_function: Any = None,
    recursive: bool = False,
    **kwargs: Any,
) -> Any:
    """A model of the same layers with new weights.

    Args:
        model: the model to clone.
        clone_function: `layer -> layer`, used for each layer in place of a copy from its config.
        input_tensors, call_function, recursive: for functional models: other inputs, how each layer is called, and
            whether models inside are cloned layer by layer.
    """
    if clone_function is None and input_tensors is None and call_function is None:
        return _remade(model)
    return _clone_graph(model, input_tensors, clone_function, call_function, recursive)


def _clone_graph(model: Any, input_tensors: Any, clone: Any, call: Any, recursive: bool) -> Any:
    clone = clone or (lambda layer: type(layer).from_config(layer.get_config()))
    copies: dict[int, Any] = {}

    def copy(layer: Any) -> Any:
        if id(layer) not in copies:
            inner = recursive and getattr(layer, "_graph", None) is not None
            copies[id(layer)] = _clone_graph(layer, None, clone, call, True) if inner else clone(layer)
        return copies[id(layer)]

    if isinstance(model, Sequential):
        chain = [
            Input(batch_shape=layer.batch_shape, dtype=layer.output_dtype)
            if isinstance(layer, InputLayer)
            else copy(layer)
            for layer in model._written_layers()
        ]
        return Sequential(chain, name=model.name)
    if model._graph is None:
        raise ValueError(f"Model '{model.name}' is neither Sequential nor functional; clone_function cannot be used.")

    def fresh(tensor: KerasTensor) -> KerasTensor:
        return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)

    inputs = input_tensors if input_tensors is not None else tree.map_structure(fresh, model.input)

    def run(node: Node, args: Any, kwargs: Any) -> Any:
        layer = copy(node.op)
        return call(layer, *args, **kwargs) if call is not None else layer(*args, **kwargs)

    outputs, _ = interpret(model._graph.graph, tree.flatten(inputs), call_layer=run, backend=registry.get("symbolic"))
    return Functional(inputs, outputs, name=model.name)
