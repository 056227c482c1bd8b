"""Replay of a graph, node by node, on any backend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import registry, tree
from hornbeam.core.dim import Dim
from hornbeam.core.errors import ShapeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph, Node
from hornbeam.ops.op import Op


def bind_sizes(inputs: Sequence[KerasTensor], shapes: Sequence[Sequence[Any]]) -> dict[str, Any]:
    """What each unknown size of the graph's inputs is, given the shapes of real tensors.

    The first axis is the batch: as in Keras, its size may be another than the one that the graph was made with.

    Raises:
        ShapeError: a rank or a known size does not fit.
    """
    sizes: dict[str, Any] = {}
    for tensor, shape in zip(inputs, shapes, strict=True):
        if len(shape) != tensor.ndim:
            raise ShapeError(f"Input '{tensor.name}' has shape {tensor.shape}; a tensor of shape {tuple(shape)} came.")
        for axis, (expected, size) in enumerate(zip(tensor.dims, shape, strict=True)):
            if isinstance(expected, Dim):
                if len(expected.symbols) == 1 and str(expected) in expected.symbols:
                    sizes.setdefault(str(expected), size)
            elif axis > 0 and isinstance(size, int) and size != expected:
                raise ShapeError(
                    f"Input '{tensor.name}' has shape {tensor.shape}; a tensor of shape {tuple(shape)} came."
                )
    return sizes


def evaluate_sizes(structure: Any, sizes: dict[str, Any]) -> Any:
    """The structure with each `Dim` replaced by its size."""

    def evaluate(leaf: Any) -> Any:
        if isinstance(leaf, Dim):
            return leaf.substitute(sizes)
        if isinstance(leaf, slice):
            return slice(*(evaluate(part) for part in (leaf.start, leaf.stop, leaf.step)))
        return leaf

    return tree.map_structure(evaluate, structure)


def place_constant(value: Any, backend: Any, dtype: str) -> Any:
    """The value of a constant node as a tensor of `backend`."""
    owner = registry.backend_of(value)
    if owner is not None and owner is not backend:
        value = owner.to_numpy(value)
    return backend.convert(value, backend.narrow.get(dtype, dtype))


def call(op: Any, backend: Any, arguments: tuple[Any, ...]) -> Any:
    """A recorded operation on a backend's tensors: its entry, or the composite's body where there is none."""
    entry = backend.table.get(op.name)
    if entry is None or (op.name in backend.conditions and not backend.conditions[op.name](*arguments)):
        return op.run_body(backend, arguments)
    return entry(*arguments)


def interpret(
    graph: Graph,
    inputs: Sequence[Any],
    state: Sequence[Any] = (),
    backend: Any = None,
    call_layer: Callable[[Node, tuple[Any, ...], dict[str, Any]], Any] | None = None,
) -> tuple[Any, list[Any]]:
    """Run `graph` on real tensors.

    Args:
        graph: what to run.
        inputs: one tensor for each of `graph.inputs`.
        state: one value for each of `graph.state_inputs`.
        backend: whose table to use; that of the inputs if None.
        call_layer: how to run a node that is a layer; the layer is called if None.

    Returns:
        The structure of outputs, and the values for `graph.state_outputs`.
    """
    backend = backend or next((found for x in inputs if (found := registry.backend_of(x))), None) or registry.default()
    values: dict[int, Any] = {}
    for tensor, value in zip(graph.inputs, inputs, strict=True):
        values[id(tensor)] = value
    for (_, tensor), value in zip(graph.state_inputs, state, strict=True):
        values[id(tensor)] = value
    sizes = bind_sizes(graph.inputs, [backend.shape(x) for x in inputs]) if inputs else {}
    born = graph.born_sizes

    def look_up(leaf: Any) -> Any:
        return values[id(leaf)] if isinstance(leaf, KerasTensor) else leaf

    for node in graph.nodes:
        if node.is_constant:
            values[id(node.outputs[0])] = place_constant(node.arguments[0], backend, node.outputs[0].dtype)
            continue
        arguments = evaluate_sizes(tree.map_structure(look_up, node.arguments), sizes)
        if isinstance(node.op, Op):
            result = call(node.op, backend, arguments)
        else:
            keywords = evaluate_sizes(tree.map_structure(look_up, node.keywords), sizes)
            result = call_layer(node, arguments, keywords) if call_layer else node.op(*arguments, **keywords)
        for tensor, value in zip(node.outputs, _tensors(result, node), strict=True):
            values[id(tensor)] = value
            for symbol, axis, rest in born.get(id(tensor), ()):
                sizes[symbol] = backend.shape(value)[axis] - evaluate_sizes(rest, sizes)
    return tree.map_structure(look_up, graph.outputs), [values[id(tensor)] for _, tensor in graph.state_outputs]


def _tensors(result: Any, node: Node) -> list[Any]:
    """The parts of a result that stand where the node's structure has tensors."""
    pairs = zip(tree.flatten(node.structure), tree.flatten(result), strict=True)
    return [value for spec, value in pairs if isinstance(spec, KerasTensor)]
