"""Control flow as nodes of ONNX that hold graphs, which see the values around them: `If`, `Loop` and `Scan`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from hornbeam.backends.onnx.writer import OnnxWriter, Tensor
from hornbeam.core import tree
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.subgraph import SubGraph

W = OnnxWriter


def leaves(structure: Any) -> list[Tensor]:
    return [leaf for leaf in tree.flatten(structure) if leaf is not None]


def branch(w: W, function: SubGraph, operands: Any) -> Any:
    """A graph without inputs."""
    with w.body() as nodes:
        return w.closed([], w.write(function.graph, leaves(operands)), nodes)


def choice(w: W, pred: Tensor, first: Any, second: Any, specs: Sequence[KerasTensor]) -> list[Tensor]:
    """`If`, where each branch is a function that makes an ONNX graph."""
    pred = w.op("Reshape", w.cast(pred, "bool"), np.array([], "int64"))
    return w.node("If", [pred], [spec.dtype for spec in specs], {"then_branch": first(), "else_branch": second()})


def cond(w: W, pred: Tensor, true_fn: SubGraph, false_fn: SubGraph, operands: Any) -> list[Tensor]:
    specs = true_fn.graph.output_tensors()
    return choice(w, pred, lambda: branch(w, true_fn, operands), lambda: branch(w, false_fn, operands), specs)


def switch(w: W, index: Tensor, functions: Sequence[SubGraph], operands: Any) -> list[Tensor]:
    """One `If` inside another."""
    specs = functions[0].graph.output_tensors()
    if len(functions) == 1:
        return w.write(functions[0].graph, leaves(operands))

    def rest(number: int) -> Any:
        if number == len(functions) - 1:
            return branch(w, functions[number], operands)
        with w.body() as nodes:
            return w.closed([], decide(number), nodes)

    def decide(number: int) -> list[Tensor]:
        pred = w.op("LessOrEqual", index, number)
        return choice(w, pred, lambda: branch(w, functions[number], operands), lambda: rest(number + 1), specs)

    return decide(0)


def own(w: W, name: str, tensors: Sequence[Any], drop: int = 0) -> list[Tensor]:
    """Inputs of a body, like these tensors without their first axes."""
    return [w.input(w.unique(name), x.dims[drop:], x.dtype) for x in tensors]


def scan(w: W, f: SubGraph, init: Any, xs: Any, length: Any, reverse: bool, unroll: Any, operands: Any) -> list[Tensor]:
    """`Scan` over the elements, or over their numbers where there are none."""
    carry, elements = leaves(init), leaves(xs)
    scanned = elements or [Tensor(w.range(length).value, (length,), "int64")]
    with w.body() as nodes:
        state, rows = own(w, "carry", carry), own(w, "element", scanned, 1)
        outputs = w.write(f.graph, [*state, *(rows if elements else []), *leaves(operands)])
        body = w.closed([*state, *rows], outputs, nodes)
    specs = f.graph.output_tensors()
    if scanned[0].dims[0] == 0:  # onnxruntime refuses to run no step
        return [*carry, *(w.fill(0, (0, *spec.dims), spec.dtype) for spec in specs[len(carry) :])]
    attributes: dict[str, Any] = {"body": body, "num_scan_inputs": len(rows)}
    if reverse:
        attributes["scan_input_directions"] = [1] * len(rows)
        if len(specs) > len(carry):
            attributes["scan_output_directions"] = [1] * (len(specs) - len(carry))
    return w.node("Scan", [*carry, *scanned], [spec.dtype for spec in specs], attributes)


def while_loop(w: W, test: SubGraph, step: SubGraph, loop_vars: Any, most: Any, operands: Any) -> list[Tensor]:
    """`Loop`, whose condition is computed before it and at the end of each round."""
    values, outer = leaves(loop_vars), leaves(operands)
    (start,) = w.write(test.graph, [*values, *outer])
    with w.body() as nodes:
        number, before = w.input(w.unique("round"), (), "int64"), w.input(w.unique("go_on"), (), "bool")
        state = own(w, "value", values)
        changed = w.write(step.graph, [*state, *outer])
        changed = [w.describe(x, spec) for x, spec in zip(changed, step.graph.inputs, strict=False)]
        (go_on,) = w.write(test.graph, [*changed, *outer])
        body = w.closed([number, before, *state], [w.cast(go_on, "bool"), *changed], nodes)
    bound = None if most is None else w.constant(most, "int64")
    start = w.op("Reshape", w.cast(start, "bool"), np.array([], "int64"))
    return w.node("Loop", [bound, start, *values], [x.dtype for x in values], {"body": body})


table: dict[str, Callable[..., Any]] = {
    "cond": cond,
    "switch": switch,
    "scan": scan,
    "while_loop": while_loop,
    "vectorized_map": lambda w, function, elements, operands: scan(w, function, (), elements, None, False, 1, operands),
    "custom_gradient": lambda w, f, args: w.inline(lambda *values: f(*values)[0], *args),
}
