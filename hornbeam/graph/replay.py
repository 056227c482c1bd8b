"""A python function recorded once and replayed as straight-line code, with the state it reads and writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam.core import registry, tree
from hornbeam.core.scope import context
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.compile import compile
from hornbeam.graph.graph import Graph
from hornbeam.graph.trace import Recording, same_recording, trace

PLAIN = (int, float, bool, str, type(None))


class Replay:
    """What `recorded` gives: call it with the flat input tensors; state is read and assigned as in the recording."""

    def __init__(self, graph: Graph, backend: Any) -> None:
        self.graph = graph
        self.backend = backend
        self.function = compile(graph, backend)
        self.read = [variable for variable, _ in graph.state_inputs]
        self.written = [variable for variable, _ in graph.state_outputs]
        self.single = isinstance(graph.outputs, KerasTensor)
        self.run = backend.compile_replay(self.function, self.read)

    def __call__(self, inputs: list[Any]) -> Any:
        if context.state is None:
            outputs, updates = self.run(inputs)
            self.backend.assign_all(self.written, updates)
        else:
            outputs, updates = self.function(inputs, [variable.value for variable in self.read])
            for variable, value in zip(self.written, updates, strict=True):
                variable.assign(value)
        if self.single:
            return outputs[0]
        rest = iter(outputs)
        return tree.map_structure(
            lambda leaf: next(rest) if isinstance(leaf, KerasTensor) else leaf, self.graph.outputs
        )


def symbolic_like(structure: Any, backend: Any) -> Any:
    """The structure with a symbolic tensor of the same shape and dtype for each array or tensor."""

    def symbolic(leaf: Any) -> Any:
        if isinstance(leaf, PLAIN):
            return leaf
        owner = registry.backend_of(leaf) or registry.get("numpy")
        dtype = owner.dtype(leaf)
        return KerasTensor(tuple(leaf.shape), backend.narrow.get(dtype, dtype))

    return tree.map_structure(symbolic, structure)


def recorded(
    function: Callable[..., Any], backend: Any, arguments: tuple[Any, ...], keywords: dict[str, Any]
) -> Replay | None:
    """Record `function` for arguments like these, or None where it cannot be replayed for sure.

    It is recorded twice, and believed only if both recordings are the same: python randomness, counters, and engine
    tensors made on the way differ. What asks for the values of tensors cannot be recorded at all.
    """

    def once() -> Graph:
        with Recording():  # inputs made inside belong to the recording
            given = symbolic_like(arguments, backend), symbolic_like(keywords, backend)
        return trace(function, *given[0], **given[1])

    try:
        first, second = once(), once()
        if not same_recording(first, second):
            return None
        if any(not isinstance(leaf, (KerasTensor, *PLAIN)) for leaf in tree.flatten(first.outputs)):
            return None
        return Replay(first, backend)
    except Exception as error:  # whatever the reason, the eager call gives the answer, or the error
        refusals.append(error)
        del refusals[:-8]
        return None


class Recorded:
    """A function on an eager engine, replayed from recordings; called as it is where it cannot be recorded."""

    LIMIT = 16  # recordings kept, by shapes and dtypes; past it, new shapes run eagerly

    def __init__(self, function: Callable[..., Any], backend: Any) -> None:
        self.function = function
        self.backend = backend
        self.replays: dict[Any, Replay | None] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        leaves = tree.flatten((args, kwargs) if kwargs else args)
        key = tuple([leaf if isinstance(leaf, PLAIN) else (leaf.shape, leaf.dtype) for leaf in leaves])
        try:
            replay = self.replays[key]
        except KeyError:
            full = len(self.replays) >= self.LIMIT
            replay = self.replays[key] = None if full else recorded(self.function, self.backend, args, kwargs)
        if replay is None:
            return self.function(*args, **kwargs)
        return replay([self.backend.convert(leaf, None) for leaf in leaves if not isinstance(leaf, PLAIN)])


# why the last recordings failed, for whoever wonders why a call runs eagerly
refusals: list[Exception] = []
