"""Writing a recorded graph: a writer's table turns each operation into nodes of a file, or of another runtime's graph.

A writer is a table like a backend's; its values are nodes. Entries are called with symbolic knowledge at hand: sizes
stay ints and `Dim`s, and turn into nodes only where a node needs one (`Writer.scalar`).
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import registry, tree
from hornbeam.core.dim import Dim
from hornbeam.core.errors import BackendError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.compile import Lowered
from hornbeam.graph.graph import Graph, Node, missing_symbol
from hornbeam.graph.trace import trace
from hornbeam.ops.op import Op


class Writer(abc.ABC):
    """What writes one graph. Make one for each graph.

    Attributes:
        name: what is written ("onnx").
        table: operation name -> `(writer, *canonical arguments) -> value or values`. Tensors among the arguments are
            the writer's own values, which carry `dims` and `dtype`.
        conditions: `(*symbolic arguments) -> bool`, for natives of composites that serve only some arguments.
        gaps: primitives that cannot be written -> the reason.
        sizes: name of each unknown size -> a scalar of the graph, with +, -, *, // and %.
        path: path of the layer whose operations are being written.
    """

    name: str
    table: dict[str, Callable[..., Any]]
    conditions: dict[str, Callable[..., bool]]
    gaps: dict[str, str]

    def __init__(self) -> None:
        self.sizes: dict[str, Any] = {}
        self.path = ""

    @abc.abstractmethod
    def constant(self, value: Any, dtype: str) -> Any:
        """A value that holds a NumPy array."""

    @abc.abstractmethod
    def describe(self, value: Any, spec: KerasTensor) -> Any:
        """The value with the shape and dtype that the graph says it has."""

    @abc.abstractmethod
    def size(self, value: Any, axis: int) -> Any:
        """The size of an axis as a scalar of the graph."""

    def scalar(self, size: Any) -> Any:
        """A size as a number where it is one, else as a scalar of the graph."""
        return size.substitute(self.sizes) if isinstance(size, Dim) else size

    def bind(self, value: Any, spec: KerasTensor) -> None:
        """Learn the unknown sizes that the shape of a value tells."""
        for axis, size in enumerate(spec.dims):
            if isinstance(size, Dim) and (missing := missing_symbol(size, self.sizes)) is not None:
                symbol, rest = missing
                known = self.size(value, axis)
                self.sizes[symbol] = known if rest == 0 else known - self.scalar(rest)

    def inline(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """`function(*arguments)`, written with operations on tensors, as nodes; values among the arguments count as
        tensors."""
        values: list[Any] = []

        def symbolic(leaf: Any) -> Any:
            if not hasattr(leaf, "dims") or isinstance(leaf, Dim):
                return leaf
            values.append(leaf)
            return KerasTensor(leaf.dims, leaf.dtype)

        graph = trace(function, *tree.map_structure(symbolic, arguments))
        flat = iter(write(graph, self, values)[0])
        return tree.map_structure(lambda leaf: next(flat) if isinstance(leaf, KerasTensor) else leaf, graph.outputs)


def write(
    graph: Graph, writer: Writer, inputs: Sequence[Any], state: Sequence[Any] = ()
) -> tuple[list[Any], list[Any]]:
    """Write `graph` given a value for each of its inputs and for each variable that it reads.

    Returns:
        The values of its outputs, flat, and of what it assigns to variables.

    Raises:
        BackendError: an operation that the writer lacks; the message names it, its layer and the reason.
    """
    lowered = Lowered(graph, writer, decide=True)
    values: dict[int, Any] = {}

    def keep(tensor: KerasTensor, value: Any) -> None:
        values[id(tensor)] = value = writer.describe(value, tensor)
        writer.bind(value, tensor)

    for tensor, value in zip(graph.inputs, inputs, strict=True):
        keep(tensor, value)
    for (_, tensor), value in zip(graph.state_inputs, state, strict=True):
        keep(tensor, value)

    def look_up(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        tensor = lowered.resolve(leaf)
        if id(tensor) not in values:
            node = tensor.node
            assert node is not None and node.is_constant, node
            keep(tensor, writer.constant(_array(node.arguments[0]), tensor.dtype))
        return values[id(tensor)]

    for node in lowered.nodes:
        if node.is_constant:
            continue  # written where something uses it
        entry = _entry(writer, node)
        writer.path = node.path
        result = entry(writer, *tree.map_structure(look_up, node.arguments))
        results = tree.flatten(result)
        for tensor, value in zip(node.outputs, results, strict=True):
            keep(tensor, value)
    outputs = [look_up(tensor) for tensor in graph.output_tensors()]
    return outputs, [look_up(tensor) for _, tensor in graph.state_outputs]


def _entry(writer: Writer, node: Node) -> Callable[..., Any]:
    if not isinstance(node.op, Op):
        raise BackendError(
            f"{writer.name} writes operations, not a call of {node.describe()}: record it as operations."
        )
    entry = writer.table.get(node.op.name)
    if entry is None:
        reason = writer.gaps.get(node.op.name, "it has no entry in the table")
        raise BackendError(f"{writer.name} cannot hold the operation {node.describe()}: {reason}.")
    return entry


def _array(value: Any) -> Any:
    owner = registry.backend_of(value) or registry.get("numpy")
    return owner.to_numpy(owner.convert(value, None))
