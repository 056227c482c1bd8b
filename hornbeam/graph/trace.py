"""The one tracer: runs a function on symbolic tensors and keeps what it did as a `Graph`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from hornbeam.core import tree
from hornbeam.core.scope import StateScope, context
from hornbeam.core.spec import KerasTensor
from hornbeam.core.variable import Variable
from hornbeam.graph.graph import Graph


class Recording(StateScope):
    """While entered, variables read as symbolic tensors and everything that operations do is recorded.

    Attributes:
        state_inputs: pairs `(variable, tensor)` in the order of first reading.
        losses: what layers added during the call, as pairs `(layer, tensor)`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.state_inputs: list[tuple[Variable, KerasTensor]] = []
        self._outer_recording: Any = None

    def missing(self, variable: Variable) -> KerasTensor:
        tensor = KerasTensor(variable.shape, variable.dtype, name=variable.path)
        tensor.recording = self
        self.state_inputs.append((variable, tensor))
        self.values[id(variable)] = (variable, tensor)
        return tensor

    def state_outputs(self) -> list[tuple[Variable, KerasTensor]]:
        """Pairs `(variable, tensor)` for the variables whose value is no longer the one read."""
        read = {id(variable): tensor for variable, tensor in self.state_inputs}
        return [(v, tensor) for v, tensor in self.values.values() if read.get(id(v)) is not tensor]

    def __enter__(self) -> Recording:
        self._outer_recording, context.recording = context.recording, self
        return super().__enter__()

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        context.recording = self._outer_recording


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """A block that belongs to no recording and to no call: for what a layer makes once, such as a graph of its own."""
    outer = context.recording, context.state, context.layers
    context.recording, context.state, context.layers = None, None, ()
    try:
        yield
    finally:
        context.recording, context.state, context.layers = outer


def trace(function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Graph:
    """Record `function(*arguments, **keywords)`; every `KerasTensor` among the arguments is an input of the graph.

    Raises:
        UnknownDimError: python code asked for a value or for an unknown size: the call depends on data.

    Example:
        >>> graph = trace(lambda x: hornbeam.ops.softmax(x * 2), KerasTensor((None, 3)))
        >>> [node.op.name for node in graph]
        ['multiply', 'softmax']
    """
    with Recording() as recording:
        result = function(*arguments, **keywords)
    inputs = [leaf for leaf in tree.flatten((arguments, keywords)) if isinstance(leaf, KerasTensor)]
    graph = Graph(inputs, result, recording.state_inputs, recording.state_outputs(), (arguments, keywords))
    return graph


def same_recording(first: Graph, second: Graph) -> bool:
    """Whether two recordings of one call did the same: what differs came from python's own state or randomness."""
    if len(first.nodes) != len(second.nodes) or len(first.state_inputs) != len(second.state_inputs):
        return False
    number: dict[int, int] = {}
    other: dict[int, int] = {}

    def name(tensors: Any, numbers: dict[int, int]) -> None:
        for tensor in tensors:
            numbers.setdefault(id(tensor), len(numbers))

    name(first.inputs, number)
    name(second.inputs, other)
    for (variable, tensor), (variable_2, tensor_2) in zip(first.state_inputs, second.state_inputs, strict=True):
        if variable is not variable_2:
            return False
        name([tensor], number)
        name([tensor_2], other)

    def alike(a: Any, b: Any) -> bool:
        if isinstance(a, KerasTensor):
            return isinstance(b, KerasTensor) and number.get(id(a)) == other.get(id(b)) and a.dims == b.dims
        return _same_data(a, b)

    for node, node_2 in zip(first.nodes, second.nodes, strict=True):
        if node.op is not node_2.op or len(node.outputs) != len(node_2.outputs):
            return False
        leaves, leaves_2 = tree.flatten(node.arguments), tree.flatten(node_2.arguments)
        if len(leaves) != len(leaves_2) or not all(map(alike, leaves, leaves_2)):
            return False
        name(node.outputs, number)
        name(node_2.outputs, other)
    ends, ends_2 = tree.flatten(first.outputs), tree.flatten(second.outputs)
    writes = [(id(v), number.get(id(t))) for v, t in first.state_outputs]
    writes_2 = [(id(v), other.get(id(t))) for v, t in second.state_outputs]
    return len(ends) == len(ends_2) and all(map(alike, ends, ends_2)) and writes == writes_2


def _same_data(a: Any, b: Any) -> bool:
    if a is b:
        return True
    if type(a) is not type(b):
        return False
    if hasattr(a, "shape") and hasattr(a, "dtype"):
        return tuple(a.shape) == tuple(b.shape) and bool((a == b).all())
    if callable(a):
        return getattr(a, "__code__", a) is getattr(b, "__code__", b)
    return bool(a == b)
