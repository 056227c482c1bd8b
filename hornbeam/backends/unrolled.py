"""Control flow as Python runs it, for engines that are eager: numpy and torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.core import registry, tree
from hornbeam.ops.control import to_tensors


def make_table(name: str, stack: Callable[[list[Any]], Any]) -> dict[str, Callable[..., Any]]:
    """Entries of the control operations for the backend called `name`; `stack` joins tensors on a new first axis."""

    def tensors(structure: Any) -> Any:
        return to_tensors(structure, registry.get(name))

    def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
        return tensors((true_fn if bool(pred) else false_fn)(*operands))

    def switch(index: Any, branches: Any, operands: Any = ()) -> Any:
        return tensors(branches[min(max(int(index), 0), len(branches) - 1)](*operands))

    def scan(f: Any, init: Any, xs: Any, length: Any, reverse: bool, unroll: Any, operands: Any = ()) -> Any:
        leaves = [leaf for leaf in tree.flatten(xs) if leaf is not None]
        steps = range(len(leaves[0]) if leaves else int(length))
        carry, ys = init, []
        for i in reversed(steps) if reverse else steps:
            carry, y = f(carry, _element(xs, i), *operands)
            carry = tensors(carry)
            ys.append(tensors(y))
        if not ys:  # no step ran: one on zeros tells what a result would look like
            blank = tree.map_structure(
                lambda leaf: None if leaf is None else np.zeros(tuple(leaf.shape)[1:], registry.get(name).dtype(leaf)),
                xs,
            )
            ys = f(init, tensors(blank), *operands)[1]
            return carry, tree.map_structure(lambda y: None if y is None else stack([y])[:0], tensors(ys))
        return carry, tree.map_structure(
            lambda *parts: None if parts[0] is None else stack(list(parts)), *(ys[::-1] if reverse else ys)
        )

    def while_loop(cond: Any, body: Any, loop_vars: Any, maximum_iterations: Any, operands: Any = ()) -> Any:
        step = 0
        while bool(cond(*loop_vars, *operands)) and (maximum_iterations is None or step < maximum_iterations):
            loop_vars = tensors(body(*loop_vars, *operands))
            step += 1
        return loop_vars

    def vectorized_map(function: Any, elements: Any, operands: Any = ()) -> Any:
        return scan(lambda _, x: ((), function(x, *operands)), (), elements, None, False, 1)[1]

    def custom_gradient(f: Any, args: Any) -> Any:
        return tensors(f(*args)[0])

    return {
        "cond": cond,
        "switch": switch,
        "scan": scan,
        "while_loop": while_loop,
        "vectorized_map": vectorized_map,
        "custom_gradient": custom_gradient,
    }


def _element(xs: Any, i: int) -> Any:
    return tree.map_structure(lambda leaf: None if leaf is None else leaf[i], xs)
