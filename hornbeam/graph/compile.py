"""A graph as straight-line Python: one native call a line, nothing of layers or dispatch left between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import tree
from hornbeam.core.dim import Dim
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph, Node, born_sizes, sort
from hornbeam.graph.interpret import bind_sizes, call, place_constant
from hornbeam.ops.op import Op


class Lowered:
    """A graph's nodes with every composite that the backend has no native for expanded into its body.

    `alias` maps an expanded output to the tensor that replaces it. With `decide`, the conditions of natives are asked
    now, of symbolic arguments, and not when the graph runs.
    """

    def __init__(self, graph: Graph, backend: Any, decide: bool = False) -> None:
        self.backend = backend
        self.decide = decide
        self.nodes: list[Node] = []
        self.alias: dict[int, KerasTensor] = {}
        self.made = {id(tensor) for tensor in (*graph.inputs, *(tensor for _, tensor in graph.state_inputs))}
        for node in graph.nodes:
            self.add(node)

    def add(self, node: Node) -> None:
        self.made.update(map(id, node.outputs))
        op = node.op
        if not isinstance(op, Op) or op.body is None or self.is_native(op, node.arguments):
            self.nodes.append(node)
            return
        if any(callable(leaf) and not isinstance(leaf, KerasTensor) for leaf in tree.flatten(node.arguments)):
            self.nodes.append(node)  # holds python functions: its body runs them when it is called
            return
        assert node.expansion is not None, node
        for inner in sort(node.expansion, node.inputs(), self.made):
            inner.path = inner.path or node.path
            self.add(inner)
        for output, replacement in zip(node.outputs, node.expansion, strict=True):
            self.alias[id(output)] = replacement

    def is_native(self, op: Op, arguments: tuple[Any, ...]) -> bool:
        if self.backend.table.get(op.name) is None:
            return False
        return not self.decide or op.name not in self.backend.conditions or self.backend.conditions[op.name](*arguments)

    def resolve(self, tensor: KerasTensor) -> KerasTensor:
        while id(tensor) in self.alias:
            tensor = self.alias[id(tensor)]
        return tensor


def compile(graph: Graph, backend: Any) -> Callable[..., tuple[list[Any], list[Any]]]:
    """`(inputs, state) -> (flat outputs, values for state_outputs)` for one backend.

    The source stands in the function's `source` attribute, the graph in `graph`.

    Example:
        >>> run = compile(trace(lambda x: hornbeam.ops.exp(x) + 1, KerasTensor((2,))), registry.get("torch"))
        >>> print(run.source)
        def replay(inputs, state):
            (t0,) = inputs
            t1 = exp(t0)
            t2 = add(t1, 1)
            return [t2], []
    """
    lowered = Lowered(graph, backend)
    names: dict[int, str] = {}
    space: dict[str, Any] = {}
    lines: list[str] = []

    def tensor_name(tensor: KerasTensor) -> str:
        tensor = lowered.resolve(tensor)
        return names.setdefault(id(tensor), f"t{len(names)}")

    def unpack(tensors: Sequence[KerasTensor], source: str) -> None:
        if tensors:
            lines.append(f"({', '.join(tensor_name(tensor) for tensor in tensors)},) = {source}")

    unpack(graph.inputs, "inputs")
    unpack([tensor for _, tensor in graph.state_inputs], "state")
    computing = [node for node in lowered.nodes if not node.is_constant]
    needs_sizes = any(_has_dim(node.arguments) for node in computing)
    born = born_sizes(
        [*graph.inputs, *(tensor for _, tensor in graph.state_inputs)],
        [tensor for node in computing if needs_sizes for tensor in node.outputs],
    )
    if needs_sizes:
        space["bind_sizes"], space["graph_inputs"], space["shape"] = bind_sizes, graph.inputs, backend.shape
        lines.append("sizes = bind_sizes(graph_inputs, [shape(x) for x in inputs])")

    def held(value: Any, prefix: str) -> str:
        for name, known in space.items():
            if known is value:
                return name
        name = f"{prefix}{len(space)}"
        space[name] = value
        return name

    def literal(value: Any) -> str:
        if isinstance(value, KerasTensor):
            value = lowered.resolve(value)
            node = value.node
            if node is not None and node.is_constant and id(value) not in names:
                return held(place_constant(node.arguments[0], backend, value.dtype), "constant")
            return tensor_name(value)
        if isinstance(value, Dim):
            return f"{held(value, 'dim')}.substitute(sizes)"
        if type(value) in (int, str, bool, type(None)):
            return repr(value)
        if type(value) is tuple:
            return "(" + "".join(literal(part) + ", " for part in value) + ")"
        if type(value) is list:
            return "[" + ", ".join(literal(part) for part in value) + "]"
        if type(value) is slice:
            return f"slice({literal(value.start)}, {literal(value.stop)}, {literal(value.step)})"
        if tree.is_nested(value):  # a dictionary, a named tuple
            leaves = ", ".join(literal(leaf) for leaf in tree.flatten(value))
            return f"{held(tree.pack_sequence_as, 'pack')}({held(value, 'structure')}, [{leaves}])"
        return held(value, "value")

    ends = [lowered.resolve(end) for end in (*graph.output_tensors(), *(tensor for _, tensor in graph.state_outputs))]
    keep = {tensor_name(end) for end in ends if end.node is None or not end.node.is_constant}
    last_use = _last_uses(lowered)
    for position, node in enumerate(computing):
        arguments = ", ".join(literal(argument) for argument in node.arguments)
        result = f"{_callee(node, backend, space)}({arguments})"
        if not _unpacks(node.structure):
            result = f"{held(tree.flatten, 'flatten')}({result})"
        lines.append(f"{_target(node, tensor_name)} = {result}")
        for tensor in node.outputs:
            for symbol, axis, rest in born.get(id(tensor), ()):
                lines.append(f"sizes[{symbol!r}] = shape({tensor_name(tensor)})[{axis}] - {literal(rest)}")
        dead = [names[key] for key in last_use.get(position, ()) if key in names and names[key] not in keep]
        if dead:
            lines.append(f"del {', '.join(dead)}")
    outputs = ", ".join(literal(leaf) for leaf in graph.output_tensors())
    state = ", ".join(literal(tensor) for _, tensor in graph.state_outputs)
    lines.append(f"return [{outputs}], [{state}]")
    source = "def replay(inputs, state):\n" + "".join(f"    {line}\n" for line in lines)
    exec(source, space)  # the text is made above, from the graph alone
    replay = space["replay"]
    replay.source = source
    replay.graph = graph
    replay.constants = [value for name, value in space.items() if name.startswith("constant")]
    return replay


def _callee(node: Node, backend: Any, space: dict[str, Any]) -> str:
    op = node.op
    if not isinstance(op, Op):
        raise TypeError(f"A straight-line replay holds operations only, not the layer {node.describe()}.")
    name = "op_" + op.name.replace(".", "_")
    if name not in space:
        entry = backend.table.get(op.name)
        if entry is None:
            space[name] = lambda *arguments: op.run_body(backend, arguments)
        elif op.name in backend.conditions:
            space[name] = lambda *arguments: call(op, backend, arguments)
        else:
            space[name] = entry
    return name


def _target(node: Node, tensor_name: Callable[[KerasTensor], str]) -> str:
    if isinstance(node.structure, KerasTensor):
        return tensor_name(node.outputs[0])

    def pattern(part: Any) -> str:
        if isinstance(part, KerasTensor):
            return tensor_name(part)
        if isinstance(part, (list, tuple)):
            return "(" + "".join(pattern(inner) + ", " for inner in part) + ")"
        return "_"

    return pattern(node.structure if _unpacks(node.structure) else tree.flatten(node.structure))


def _unpacks(structure: Any) -> bool:
    """Whether Python's own assignment takes the structure apart: lists and tuples, and no dictionaries."""
    if type(structure) in (list, tuple):
        return all(map(_unpacks, structure))
    return not tree.is_nested(structure)


def _last_uses(lowered: Lowered) -> dict[int, list[int]]:
    """Position of a computing node -> ids of the tensors that nothing after it needs."""
    last: dict[int, int] = {}
    computing = [node for node in lowered.nodes if not node.is_constant]
    for position, node in enumerate(computing):
        for tensor in (*node.inputs(), *node.outputs):
            last[id(lowered.resolve(tensor))] = position
    at: dict[int, list[int]] = {}
    for key, position in last.items():
        at.setdefault(position, []).append(key)
    return at


def _has_dim(structure: Any) -> bool:
    for leaf in tree.flatten(structure):
        if isinstance(leaf, Dim):
            return True
        if isinstance(leaf, slice) and any(isinstance(part, Dim) for part in (leaf.start, leaf.stop, leaf.step)):
            return True
    return False
