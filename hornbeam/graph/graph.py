"""The graph: nodes in order, from input tensors and state to output tensors and state."""

from __future__ import annotations

import functools
from collections.abc import Container, Iterator
from typing import Any

from hornbeam.core import tree
from hornbeam.core.dim import Dim, Symbol
from hornbeam.core.scope import context
from hornbeam.core.spec import KerasTensor
from hornbeam.ops.op import Op


class Node:
    """One recorded call: an operation (or a layer), its arguments, and the tensors it made.

    Attributes:
        op: an `Op`, a layer, or None for a constant, whose value is `arguments[0]`.
        arguments: positional arguments, canonical for an `Op`; a structure that holds the `KerasTensor`s.
        keywords: keyword arguments; empty for an `Op`.
        outputs: the tensors made, flat.
        expansion: for a composite, what its body made in place of the outputs: ends of a graph of its own; else None.
        path: path of the layer whose call made it.
    """

    __slots__ = ("arguments", "expansion", "keywords", "op", "outputs", "path", "structure")

    def __init__(
        self, op: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], outputs: list[KerasTensor], structure: Any
    ) -> None:
        self.op = op
        self.arguments = arguments
        self.keywords = keywords
        self.outputs = outputs
        self.structure = structure
        self.expansion: list[KerasTensor] | None = None
        self.path = context.layers[-1].path if context.layers else ""
        for index, output in enumerate(outputs):
            output.node = self
            output.index = index

    @property
    def is_constant(self) -> bool:
        return self.op is None

    def inputs(self) -> list[KerasTensor]:
        """The tensors among the arguments, in order."""
        if self.op is None:
            return []
        return [leaf for leaf in tree.flatten((self.arguments, self.keywords)) if isinstance(leaf, KerasTensor)]

    def needs(self) -> list[KerasTensor]:
        """The inputs, and the tensors that tell the sizes among the arguments."""
        found = self.inputs()
        for leaf in tree.flatten(self.arguments):
            for size in (leaf.start, leaf.stop, leaf.step) if isinstance(leaf, slice) else (leaf,):
                if isinstance(size, Dim):
                    found += [symbol.source for symbol in born_symbols(size) if symbol.source is not None]
        return found

    def describe(self) -> str:
        """For messages: the operation and the layer it was called in."""
        name = "a constant" if self.op is None else getattr(self.op, "name", str(self.op))
        return f"{name} in layer '{self.path}'" if self.path else name

    def __repr__(self) -> str:
        return f"<Node {self.describe()}>"


class Graph:
    """A recorded computation.

    Attributes:
        inputs: the input tensors, flat.
        outputs: structure of the result; tensors, or plain data that the call returned.
        state_inputs: pairs `(variable, tensor)`: the variables read.
        state_outputs: pairs `(variable, tensor)`: the variables written, with the tensor that each ends up holding.
        nodes: every node that the outputs need, each after those it needs.
    """

    def __init__(
        self,
        inputs: list[KerasTensor],
        outputs: Any,
        state_inputs: list[tuple[Any, KerasTensor]] | None = None,
        state_outputs: list[tuple[Any, KerasTensor]] | None = None,
        input_structure: Any = None,
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.state_inputs = state_inputs or []
        self.state_outputs = state_outputs or []
        self.input_structure = input_structure
        self.nodes = sort(
            [*self.output_tensors(), *(tensor for _, tensor in self.state_outputs)],
            [*inputs, *(tensor for _, tensor in self.state_inputs)],
        )

    @functools.cached_property
    def born_sizes(self) -> dict[int, list[tuple[str, int, Any]]]:
        """The unknown sizes that are known once a node has run: see the function `born_sizes`."""
        given = [*self.inputs, *(tensor for _, tensor in self.state_inputs)]
        return born_sizes(given, [tensor for node in self.nodes for tensor in node.outputs])

    def output_tensors(self) -> list[KerasTensor]:
        """The tensors among the outputs, in order."""
        return [leaf for leaf in tree.flatten(self.outputs) if isinstance(leaf, KerasTensor)]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes)

    def __repr__(self) -> str:
        return f"<Graph of {len(self.nodes)} nodes, {len(self.inputs)} inputs, {len(self.state_inputs)} variables>"


def sort(outputs: list[KerasTensor], stops: list[KerasTensor], made: Container[int] = ()) -> list[Node]:
    """The nodes that `outputs` need, each after those it needs.

    Nothing behind `stops` is followed, nor behind the tensors whose ids are in `made`.
    """
    stop = {id(tensor) for tensor in stops}
    ordered: list[Node] = []
    state: dict[int, bool] = {}  # id of node -> whether it is done
    for output in outputs:
        stack: list[KerasTensor] = [output]
        while stack:
            tensor = stack[-1]
            node = tensor.node
            if node is None or id(tensor) in stop or id(tensor) in made or state.get(id(node)):
                stack.pop()
                continue
            if id(node) not in state:
                state[id(node)] = False
                stack.extend(reversed(node.needs()))
            else:
                state[id(node)] = True
                ordered.append(node)
                stack.pop()
    return ordered


def born_symbols(size: Any) -> list[Symbol]:
    """The symbols of a size that no input of the graph has."""
    return [symbol for symbol in size.symbols if isinstance(symbol, Symbol)] if isinstance(size, Dim) else []


def born_sizes(given: list[KerasTensor], made: list[KerasTensor]) -> dict[int, list[tuple[str, int, Any]]]:
    """The unknown sizes that only the tensors in `made` tell: id of a tensor -> (symbol, axis, size without it).

    A slice up to a place that may lie outside makes such a size. Where `axis` has the size n, the symbol is n less the
    rest.
    """
    known = {symbol for tensor in given for size in tensor.dims if isinstance(size, Dim) for symbol in size.symbols}
    found: dict[int, list[tuple[str, int, Any]]] = {}
    for tensor in made:
        for axis, size in enumerate(tensor.dims):
            if isinstance(size, Dim) and (missing := missing_symbol(size, known)) is not None:
                known.add(missing[0])
                found.setdefault(id(tensor), []).append((missing[0], axis, missing[1]))
    return found


def missing_symbol(size: Dim, known: Container[str]) -> tuple[str, Any] | None:
    """The one symbol of a size that is not known, and the size without it; None where that does not tell it."""
    missing = [symbol for symbol in size.symbols if symbol not in known]
    if len(missing) != 1:
        return None
    rest = size - Dim.symbol(missing[0])
    return None if isinstance(rest, Dim) and missing[0] in rest.symbols else (missing[0], rest)


def record(op: Any, arguments: tuple[Any, ...], keywords: dict[str, Any], result: Any, expansion: bool = False) -> Any:
    """Make a node whose outputs are fresh tensors with the shapes and dtypes of those in `result`; their structure.

    With `expansion`, `result` was computed from the arguments, and stays with the node.
    """
    outputs: list[KerasTensor] = []

    def fresh(part: Any) -> Any:
        if not isinstance(part, KerasTensor):
            return part
        tensor = KerasTensor(part.dims, part.dtype)
        outputs.append(tensor)
        return tensor

    structure = tree.map_structure(fresh, result)
    if outputs:
        node = Node(op, arguments, keywords, outputs, structure)
        if expansion:
            node.expansion = [leaf for leaf in tree.flatten(result) if isinstance(leaf, KerasTensor)]
        # what a layer's own trial call made is no part of a graph
        given = () if isinstance(op, Op) else {s for x in node.inputs() for n in x.dims for s in born_symbols(n)}
        for tensor in outputs:
            for symbol in (symbol for size in tensor.dims for symbol in born_symbols(size)):
                if symbol.source is None or (not isinstance(op, Op) and symbol not in given):
                    symbol.source = tensor
    return structure


def constant(value: Any, dims: tuple[Any, ...], dtype: str) -> KerasTensor:
    """A tensor of the graph that always has this value."""
    tensor = KerasTensor(dims, dtype)
    Node(None, (value,), {}, [tensor], tensor)
    return tensor
