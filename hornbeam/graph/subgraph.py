"""Functions inside a graph: the branches of `cond`, the bodies of loops."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import registry, tree
from hornbeam.core.errors import StateError
from hornbeam.core.scope import context
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.compile import compile
from hornbeam.graph.graph import Graph
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import Recording
from hornbeam.ops.op import Op


class SubGraph:
    """A recorded function. Called on an engine's tensors it replays there, once compiled to straight-line code.

    Attributes:
        graph: its inputs are the function's own arguments, flat, followed by the tensors it took from around it.
    """

    def __init__(self, function: Callable[..., Any], graph: Graph) -> None:
        self.graph = graph
        self.compiled: dict[str, Callable[..., Any]] = {}
        # what two recordings of one call are compared by
        self.__code__ = getattr(function, "__code__", function)

    def __call__(self, *operands: Any) -> Any:
        leaves = [leaf for leaf in tree.flatten(operands) if leaf is not None]
        backend = next((found for leaf in leaves if (found := registry.backend_of(leaf))), None) or registry.default()
        if not all(isinstance(node.op, Op) or node.is_constant for node in self.graph.nodes):
            return interpret(self.graph, leaves, backend=backend)[0]
        replay = self.compiled.get(backend.name)
        if replay is None:
            replay = compile(self.graph, backend)
            if not any(map(backend.is_traced, replay.constants)):  # else they are those of one trace
                self.compiled[backend.name] = replay
        values = iter(replay(leaves, [])[0])
        return tree.map_structure(
            lambda leaf: next(values) if isinstance(leaf, KerasTensor) else leaf, self.graph.outputs
        )

    def __repr__(self) -> str:
        return f"<SubGraph of {len(self.graph.nodes)} nodes>"


def trace_functions(
    functions: Sequence[Callable[..., Any]], arguments: Sequence[tuple[Any, ...]]
) -> tuple[list[SubGraph], tuple[KerasTensor, ...]]:
    """Record each function on its arguments (structures of fresh `KerasTensor`s).

    Returns:
        The sub-graphs, and the tensors that they take from around them: the operands that each must be given after its
        own arguments.

    Raises:
        StateError: a function assigns a variable, or reads one where no call is being recorded.
    """
    outer = context.state
    operands: dict[int, KerasTensor] = {}
    traced = []
    for function, own in zip(functions, arguments, strict=True):
        with Recording() as recording:
            outputs = _symbolic(function(*own))
        if recording.state_outputs():
            names = ", ".join(f"'{variable.path}'" for variable, _ in recording.state_outputs())
            raise StateError(
                f"A function given to a control operation assigned {names}. Let it return the new value, and assign "
                "that outside."
            )
        state = []
        for variable, tensor in recording.state_inputs:
            value = outer.read(variable) if outer is not None else None
            if not isinstance(value, KerasTensor):
                raise StateError(
                    f"A function given to a control operation read variable '{variable.path}' outside of a recorded "
                    "call. Call the operation inside a layer, or read the variable before it."
                )
            operands[id(value)] = value
            state.append((tensor, value))
        inputs = [leaf for leaf in tree.flatten(own) if isinstance(leaf, KerasTensor)]
        for tensor in _captured(outputs, recording, inputs):
            operands[id(tensor)] = tensor
        traced.append((function, inputs, state, outputs))
    taken = list(operands.values())
    graphs = []
    for function, inputs, state, outputs in traced:
        inner = {id(value): tensor for tensor, value in state}
        graph = Graph([*inputs, *(inner.get(id(tensor), tensor) for tensor in taken)], outputs)
        graphs.append(SubGraph(function, graph))
    return graphs, tuple(taken)


def _symbolic(structure: Any) -> Any:
    """The structure with arrays and numbers as constants of the graph."""
    backend = registry.get("symbolic")
    return tree.map_structure(lambda leaf: leaf if leaf is None else backend.convert(leaf, None), structure)


def _captured(outputs: Any, recording: Recording, inputs: list[KerasTensor]) -> list[KerasTensor]:
    """The tensors that the outputs need and that were made before `recording` began."""
    own = {id(tensor) for tensor in inputs} | {id(tensor) for _, tensor in recording.state_inputs}
    found: list[KerasTensor] = []
    seen: set[int] = set()
    stack = [leaf for leaf in tree.flatten(outputs) if isinstance(leaf, KerasTensor)]
    while stack:
        tensor = stack.pop()
        if id(tensor) in seen or id(tensor) in own:
            continue
        seen.add(id(tensor))
        if tensor.recording is not recording:
            found.append(tensor)
        elif tensor.node is not None:
            stack.extend(tensor.node.needs())
    return found
