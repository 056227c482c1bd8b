"""Control flow while a call is being recorded: the functions become sub-graphs, and tell shapes and dtypes."""

from __future__ import annotations

from typing import Any

from hornbeam.core import tree
from hornbeam.core.dim import Dim
from hornbeam.core.errors import ShapeError, StructureError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import record
from hornbeam.graph.subgraph import trace_functions
from hornbeam.ops.op import operations


def like(structure: Any, drop: int = 0) -> Any:
    """Fresh tensors of the same shapes and dtypes, without the first `drop` axes."""
    return tree.map_structure(
        lambda leaf: None if leaf is None else KerasTensor(leaf.dims[drop:], leaf.dtype), structure
    )


def meet(what: str, first: Any, second: Any, exact: bool) -> Any:
    """Specs that hold for both structures; sizes that differ are an error, or unknown where one of them is."""
    a, b = tree.flatten(first), tree.flatten(second)
    if len(a) != len(b) or any((x is None) != (y is None) for x, y in zip(a, b, strict=True)):
        raise StructureError(f"{what}: the structures differ: {first} and {second}.")

    def both(x: Any, y: Any) -> Any:
        if x is None:
            return None
        if x.ndim != y.ndim or x.dtype != y.dtype:
            raise ShapeError(f"{what}: {x.dtype} of shape {x.shape} and {y.dtype} of shape {y.shape} differ.")
        dims = []
        for m, n in zip(x.dims, y.dims, strict=True):
            if isinstance(m, int) and isinstance(n, int) and m != n:
                raise ShapeError(f"{what}: shapes {x.shape} and {y.shape} differ.")
            dims.append(m if exact or m == n else Dim.fresh())
        return KerasTensor(tuple(dims), x.dtype)

    return tree.pack_sequence_as(first, [both(x, y) for x, y in zip(a, b, strict=True)])


def branches(name: str, what: str, selector: Any, functions: Any, operands: Any, as_tuple: bool) -> Any:
    graphs, taken = trace_functions(functions, [tuple(like(operands)) for _ in functions])
    spec = graphs[0].graph.outputs
    for graph in graphs[1:]:
        spec = meet(what, spec, graph.graph.outputs, exact=False)
    chosen = (tuple(graphs),) if as_tuple else tuple(graphs)
    return record(operations[name], (selector, *chosen, (*operands, *taken)), {}, spec)


def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
    what = "cond: `true_fn` and `false_fn` should return outputs of the same structure, dtype and shape"
    return branches("cond", what, pred, (true_fn, false_fn), operands, as_tuple=False)


def switch(index: Any, functions: Any, operands: Any = ()) -> Any:
    what = "switch: all branches should return outputs of the same structure, dtype and shape"
    return branches("switch", what, index, functions, operands, as_tuple=True)


def scan(f: Any, init: Any, xs: Any, length: Any, reverse: bool, unroll: Any, operands: Any = ()) -> Any:
    (graph,), taken = trace_functions([f], [(like(init), like(xs, 1), *like(operands))])
    if not isinstance(graph.graph.outputs, (tuple, list)) or len(graph.graph.outputs) != 2:
        raise StructureError(f"scan: `f` should return a pair (carry, y), got {graph.graph.outputs}.")
    carry, y = graph.graph.outputs
    carry = meet("scan: the carry should keep its structure, dtype and shape", init, carry, exact=True)
    leaves = [leaf for leaf in tree.flatten(xs) if leaf is not None]
    steps = leaves[0].dims[0] if leaves else length
    ys = tree.map_structure(lambda leaf: None if leaf is None else KerasTensor((steps, *leaf.dims), leaf.dtype), y)
    arguments = (graph, init, xs, length, reverse, unroll, (*operands, *taken))
    return record(operations["scan"], arguments, {}, (carry, ys))


def while_loop(test: Any, body: Any, loop_vars: Any, maximum_iterations: Any, operands: Any = ()) -> Any:
    graphs, taken = trace_functions([test, body], [(*like(loop_vars), *like(operands)) for _ in range(2)])
    what = "while_loop: `body` should keep the structure, dtype and shape of the loop variables"
    spec = meet(what, loop_vars, tuple(graphs[1].graph.outputs), exact=True)
    arguments = (*graphs, loop_vars, maximum_iterations, (*operands, *taken))
    return record(operations["while_loop"], arguments, {}, spec)


def vectorized_map(function: Any, elements: Any, operands: Any = ()) -> Any:
    (graph,), taken = trace_functions([function], [(like(elements, 1), *like(operands))])
    steps = tree.flatten(elements)[0].dims[0]
    spec = tree.map_structure(lambda leaf: KerasTensor((steps, *leaf.dims), leaf.dtype), graph.graph.outputs)
    return record(operations["vectorized_map"], (graph, elements, (*operands, *taken)), {}, spec)


def custom_gradient(f: Any, args: Any) -> Any:
    (graph,), taken = trace_functions([lambda *values: f(*values)[0]], [like(args)])
    if taken:
        raise StructureError(
            "custom_gradient: the function takes tensors from around it "
            f"({', '.join(tensor.name for tensor in taken)}). Give them as arguments, with gradients of their own."
        )
    return record(operations["custom_gradient"], (f, tuple(args)), {}, graph.graph.outputs)


table = {
    "cond": cond,
    "switch": switch,
    "scan": scan,
    "while_loop": while_loop,
    "vectorized_map": vectorized_map,
    "custom_gradient": custom_gradient,
}
