"""Control flow as nodes of OpenVINO: If, and Loop for everything that repeats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import openvino.opset16 as op

from hornbeam.backends.openvino.moves import cut
from hornbeam.backends.openvino.writer import Value, assembled, number, output_of, parameter_like, truth, vector
from hornbeam.core import tree
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.trace import trace
from hornbeam.graph.write import write


class Body:
    """What goes round in a Loop: parameters, and where each comes from and goes to."""

    def __init__(self) -> None:
        self.parameters: list[Any] = []
        self.sliced: list[tuple[Any, Any]] = []  # parameter, source
        self.merged: list[tuple[Any, Any, Any]] = []  # parameter, source, result
        self.fixed: list[tuple[Any, Any]] = []  # parameter, source
        self.stacked: list[Any] = []  # results

    def add(self, parameter: Any) -> Any:
        self.parameters.append(parameter)
        return parameter

    def take(self, inner: Any) -> None:
        """Give the body the sizes that its writer took from around it."""
        for parameter, size in inner.sizes.taken:
            self.fixed.append((self.add(parameter), size.node))

    def run(self, condition: Any, count: Any, start: Any = None) -> tuple[list[Any], list[Any]]:
        """The last merged values, and the stacked ones.

        `condition`, a node of the body, says whether to go on after a step, `start` whether to begin (yes, if None).
        """
        results = [op.result(condition)]
        ends = [op.result(result) for _, _, result in self.merged]
        rows = [op.result(op.unsqueeze(each, vector([0]))) for each in self.stacked]
        node = op.loop(output_of(count), output_of(op.constant(True) if start is None else start))
        node.set_function(assembled([*results, *ends, *rows], self.parameters))
        node.set_special_body_ports([-1, 0])
        for parameter, source in self.sliced:
            node.set_sliced_input(parameter, output_of(source), 0, 1, 1, -1, 0)
        for (parameter, source, _), end in zip(self.merged, ends, strict=True):
            node.set_merged_input(parameter, output_of(source), end.input_value(0))
        for parameter, source in self.fixed:
            node.set_invariant_input(parameter, output_of(source))
        last = [node.get_iter_value(end.input_value(0), -1) for end in ends]
        return last, [node.get_concatenated_slices(row.input_value(0), 0, 1, 1, -1, 0) for row in rows]


def _first(node: Any, count: Any) -> Any:
    """What a loop stacked; one that made no step leaves what stood there before."""
    return op.slice(node, vector([0]), op.reshape(count, vector([1]), False), vector([1]), vector([0]))


def leaves_of(structure: Any) -> list[Value]:
    return [leaf for leaf in tree.flatten(structure) if leaf is not None]


def inside(w: Any, graph: Any, nodes: Sequence[Any]) -> list[Value]:
    """The outputs of a sub-graph, written by the writer of a body on nodes of that body."""
    pairs = zip(nodes, graph.inputs, strict=True)
    return write(graph, w, [Value(output_of(node), tensor.dims, tensor.dtype) for node, tensor in pairs])[0]


# Branches


def branch(w: Any, condition: Any, bodies: Sequence[Callable[..., list[Any]]], operands: Sequence[Value]) -> list[Any]:
    """What `bodies[0](writer, nodes)` gives for the operands where `condition` holds, else `bodies[1]`."""
    node: Any = op.if_op(output_of(op.reshape(condition, vector([]), False)))
    sides = []
    for body, place in zip(bodies, (node.set_then_body, node.set_else_body), strict=True):
        inner = type(w)(w)
        parameters = [parameter_like(value) for value in operands]
        results = [op.result(output) for output in body(inner, parameters)]
        taken = inner.sizes.taken
        place(assembled(results, [*parameters, *(parameter for parameter, _ in taken)]))
        sides.append((parameters, taken, results))
    (yes, yes_taken, yes_results), (no, no_taken, no_results) = sides
    for value, one, other in zip(operands, yes, no, strict=True):
        node.set_input(output_of(value.node), one, other)
    for parameter, size in yes_taken:
        node.set_input(output_of(size.node), parameter, None)
    for parameter, size in no_taken:
        node.set_input(output_of(size.node), None, parameter)
    return [node.set_output(one, other) for one, other in zip(yes_results, no_results, strict=True)]


def cond(w: Any, pred: Value, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
    def body(function: Any) -> Callable[..., list[Any]]:
        return lambda inner, nodes: [value.node for value in inside(inner, function.graph, nodes)]

    return branch(w, truth(pred), [body(true_fn), body(false_fn)], leaves_of(operands))


def switch(w: Any, index: Value, branches: Any, operands: Any = ()) -> Any:
    """An If for each branch but the last, one inside the other."""
    values = [index, *leaves_of(operands)]

    def one(i: int) -> Callable[..., list[Any]]:
        return lambda inner, nodes: [value.node for value in inside(inner, branches[i].graph, nodes[1:])]

    def from_(i: int) -> Callable[..., list[Any]]:
        if i == len(branches) - 1:
            return one(i)

        def body(inner: Any, nodes: Sequence[Any]) -> list[Any]:
            given = [Value(output_of(n), v.dims, v.dtype) for n, v in zip(nodes, values, strict=True)]
            return branch(inner, op.less_equal(given[0].node, number(i)), [one(i), from_(i + 1)], given)

        return body

    return from_(0)(w, [value.node for value in values])


# Loops


def scan(w: Any, f: Any, init: Any, xs: Any, length: Any, reverse: bool, unroll: Any, operands: Any = ()) -> Any:
    carries, elements, rest = leaves_of(init), leaves_of(xs), leaves_of(operands)
    count = w.at(elements[0].dims[0] if elements else length)

    def turn(node: Any) -> Any:
        return cut(w, node, {0: slice(None, None, -1)}) if reverse else node

    body, inner = Body(), type(w)(w)
    carry = [body.add(parameter_like(value)) for value in carries]
    parts = [body.add(parameter_like(Value(x.node, (1, *x.dims[1:]), x.dtype))) for x in elements]
    fixed = [body.add(parameter_like(value)) for value in rest]
    outputs = inside(inner, f.graph, [*carry, *(op.squeeze(part, vector([0])) for part in parts), *fixed])
    new, ys = outputs[: len(carry)], outputs[len(carry) :]
    body.merged = [(p, v.node, n.node) for p, v, n in zip(carry, carries, new, strict=True)]
    body.sliced = [(part, turn(x.node)) for part, x in zip(parts, elements, strict=True)]
    body.fixed = [(p, v.node) for p, v in zip(fixed, rest, strict=True)]
    body.stacked = [y.node for y in ys]
    body.take(inner)
    last, stacked = body.run(op.constant(True), count)
    return [*last, *(turn(_first(each, count)) for each in stacked)]


def while_loop(w: Any, test: Any, advance: Any, loop_vars: Any, maximum_iterations: Any, operands: Any = ()) -> Any:
    values, rest = leaves_of(loop_vars), leaves_of(operands)
    body, inner = Body(), type(w)(w)
    parameters = [body.add(parameter_like(value)) for value in values]
    fixed = [body.add(parameter_like(value)) for value in rest]
    new = [value.node for value in inside(inner, advance.graph, [*parameters, *fixed])]
    body.merged = [(p, v.node, n) for p, v, n in zip(parameters, values, new, strict=True)]
    body.fixed = [(p, v.node) for p, v in zip(fixed, rest, strict=True)]
    more = inside(inner, test.graph, [*new, *fixed])[0]
    start = inside(w, test.graph, [value.node for value in (*values, *rest)])[0]
    body.take(inner)
    limit = number(-1) if maximum_iterations is None else w.at(maximum_iterations)
    go_on, begin = (op.reshape(truth(each), vector([]), False) for each in (more, start))
    return body.run(go_on, limit, begin)[0]


def vectorized_map(w: Any, function: Any, elements: Any, operands: Any = ()) -> Any:
    return scan(w, function, (), elements, None, False, 1, operands)


def custom_gradient(w: Any, f: Any, args: Any) -> Any:
    values = leaves_of(args)
    symbols = [KerasTensor(value.dims, value.dtype) for value in values]
    graph = trace(lambda given: f(*given)[0], tree.pack_sequence_as(args, symbols))
    return write(graph, w, values)[0]


table = {
    "cond": cond,
    "switch": switch,
    "scan": scan,
    "while_loop": while_loop,
    "vectorized_map": vectorized_map,
    "custom_gradient": custom_gradient,
}
