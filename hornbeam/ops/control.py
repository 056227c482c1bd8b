"""Control flow as operations: branches, loops, scans, maps, and functions with a gradient of their own.

These operations take structures of tensors, and functions of them. On an eager engine the functions simply run; under
a compiler they are traced into the compiled program; while a call is being recorded each becomes a sub-graph.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import registry, tree
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.registry import backend_by_type
from hornbeam.core.scope import context
from hornbeam.core.spec import operators
from hornbeam.core.variable import Variable
from hornbeam.ops import rules_sequence as rules
from hornbeam.ops.create import convert_to_tensor, shape
from hornbeam.ops.move import concatenate, flip, reshape, stack
from hornbeam.ops.op import Op, Tensor, operations, primitive

Structure = Any


class Control(Op):
    """An operation over structures of tensors (parameters annotated `Structure`): its backend is that of any leaf."""

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        super().__init__(function, name, None, None, None, (), None)
        self.structures = tuple(
            i for i, key in enumerate(self.names) if function.__annotations__.get(key) == "Structure"
        )

    def convert(self, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        backend = None
        for i in self.structures:
            for leaf in tree.flatten(args[i]):
                leaf = leaf.value if isinstance(leaf, Variable) else leaf
                backend = self.agree(backend, leaf, (leaf,))
        if backend is None:
            backend = registry.get("symbolic") if context.recording is not None else registry.default()
        values = list(args)
        for i in self.structures:
            values[i] = to_tensors(values[i], backend)
        return backend, tuple(values)


def to_tensors(structure: Any, backend: Any) -> Any:
    """The structure with variables, arrays and numbers as tensors of `backend`; None stays."""

    def convert(leaf: Any) -> Any:
        if leaf is None:
            return None
        if isinstance(leaf, Variable):
            leaf = leaf.value
        return leaf if backend_by_type.get(type(leaf)) is backend else backend.convert(leaf, None)

    return tree.map_structure(convert, structure)


def control(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an operation over structures, supplied by every engine."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        op = Control(function, name)
        operations[name] = op
        operators[name] = op.function
        return op.function

    return declare


# what engines supply; `operands` are further arguments of the functions, filled in when a sub-graph is replayed


@control("cond")
def cond_on(pred: Structure, true_fn: Any, false_fn: Any, operands: Structure = ()) -> Any:
    """`true_fn(*operands)` if `pred`, else `false_fn(*operands)`."""


@control("switch")
def switch_on(index: Structure, branches: Any, operands: Structure = ()) -> Any:
    """`branches[index](*operands)`, with an index outside taken to the nearest."""


@control("scan")
def scan_over(
    f: Any, init: Structure, xs: Structure, length: Any, reverse: bool, unroll: Any, operands: Structure = ()
) -> Any:
    """`carry, y = f(carry, x, *operands)` for each x; the last carry and the stacked ys."""


@control("while_loop")
def while_loop_over(
    cond: Any, body: Any, loop_vars: Structure, maximum_iterations: Any, operands: Structure = ()
) -> Any:
    """`loop_vars = body(*loop_vars, *operands)` as long as `cond(*loop_vars, *operands)`; `loop_vars` is a tuple."""


@control("vectorized_map")
def vectorized_map_over(function: Any, elements: Structure, operands: Structure = ()) -> Any:
    """`function(element, *operands)` for every element along the first axis, at once."""


@control("custom_gradient")
def call_with_gradient(f: Any, args: Structure) -> Any:
    """`f(*args)[0]`, whose gradient is what `f(*args)[1]` says."""


@export("keras.ops.stop_gradient", "keras.ops.core.stop_gradient")
@primitive(rule=rules.same)
def stop_gradient(variable: Tensor) -> Tensor:
    """The same values, through which no gradient flows.

    Example:
        >>> hornbeam.ops.stop_gradient(hornbeam.ops.ones((2,)))
        array([1., 1.], dtype=float32)
    """


# the public functions


@export("keras.ops.cond", "keras.ops.core.cond")
def cond(pred: Any, true_fn: Callable[[], Any], false_fn: Callable[[], Any]) -> Any:
    """What `true_fn` returns if `pred` is true, else what `false_fn` returns.

    Args:
        pred: a boolean scalar.
        true_fn, false_fn: functions without arguments; both return the same structure of tensors.

    Example:
        >>> x = hornbeam.ops.convert_to_tensor(2.0)
        >>> float(hornbeam.ops.cond(x > 1, lambda: x * 10, lambda: x))
        20.0
    """
    if isinstance(pred, bool):
        return true_fn() if pred else false_fn()
    return cond_on(pred, true_fn, false_fn)


@export("keras.ops.switch", "keras.ops.core.switch")
def switch(index: Any, branches: Sequence[Callable[..., Any]], *operands: Any) -> Any:
    """`branches[index](*operands)`; an index outside is taken to the nearest.

    Args:
        index: an integer scalar.
        branches: functions of the operands; all return the same structure of tensors.
        *operands: structures of tensors.

    Example:
        >>> float(hornbeam.ops.switch(1, [lambda x: x + 1, lambda x: x * 10], 2.0))
        20.0
    """
    if not branches:
        raise ConfigError("switch: `branches` is empty.")
    return switch_on(index, tuple(branches), operands)


@export("keras.ops.scan", "keras.ops.core.scan")
def scan(
    f: Callable[[Any, Any], Any],
    init: Any,
    xs: Any = None,
    length: int | None = None,
    reverse: bool = False,
    unroll: int | bool = 1,
) -> Any:
    """A loop over the first axis of `xs` that carries a state: `carry, y = f(carry, x)`.

    Args:
        f: `(carry, x) -> (carry, y)`; the carry keeps its structure, shapes and dtypes.
        init: the first carry, a structure of tensors.
        xs: structure of tensors of one length; None with `length` given.
        length: number of steps.
        reverse: whether to run from the last element to the first; ys stand beside their xs all the same.
        unroll: how many steps a compiler puts in one; True for all.

    Returns:
        The last carry, and the ys stacked on a new first axis.

    Raises:
        ConfigError: neither `xs` nor `length` is given.

    Example:
        >>> total, sums = hornbeam.ops.scan(lambda c, x: (c + x, c + x), 0, hornbeam.ops.arange(4))
        >>> sums
        array([0, 1, 3, 6], dtype=int32)
    """
    if not callable(f):
        raise ConfigError(f"`f` should be a callable. Received: f={f!r}")
    if not isinstance(unroll, (bool, int)) or (not isinstance(unroll, bool) and unroll < 1):
        raise ConfigError(f"`unroll` must be a positive integer or boolean. Received: unroll={unroll!r}")
    if length is None and not [leaf for leaf in tree.flatten(xs) if leaf is not None]:
        raise ConfigError("scan got no values to scan over and `length` not provided.")
    return scan_over(f, init, xs, length, reverse, unroll)


@export("keras.ops.while_loop", "keras.ops.core.while_loop")
def while_loop(
    cond: Callable[..., Any], body: Callable[..., Any], loop_vars: Any, maximum_iterations: int | None = None
) -> Any:
    """`loop_vars = body(*loop_vars)` as long as `cond(*loop_vars)` is true.

    Args:
        cond: function of the loop variables that returns a boolean scalar.
        body: function of the loop variables that returns their next values, of the same shapes and dtypes.
        loop_vars: list or tuple of structures of tensors, or one structure.
        maximum_iterations: bound of the number of iterations.

    Example:
        >>> int(hornbeam.ops.while_loop(lambda i: i < 10, lambda i: (i + 3,), (0,))[0])
        12
    """
    several = isinstance(loop_vars, (list, tuple))

    def test(*values: Any) -> Any:
        return cond(*values)

    def step(*values: Any) -> Any:
        result = body(*values)
        if not several:
            return (result,)
        return tuple(result) if isinstance(result, (list, tuple)) else (result,)

    result = while_loop_over(test, step, tuple(loop_vars) if several else (loop_vars,), maximum_iterations)
    return tuple(result) if several else result[0]


@export("keras.ops.fori_loop", "keras.ops.core.fori_loop")
def fori_loop(lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any) -> Any:
    """`value = body_fun(i, value)` for i from `lower` to `upper - 1`.

    Args:
        lower, upper: bounds: ints or integer scalars.
        body_fun: `(i, value) -> value`.
        init_val: the first value, a structure of tensors.

    Example:
        >>> int(hornbeam.ops.fori_loop(0, 4, lambda i, total: total + i, 0))
        6
    """
    if isinstance(lower, int) and isinstance(upper, int):
        # a known number of steps can be differentiated in reverse on every engine

        def step(carry: Any, _: Any) -> Any:
            i, value = carry
            return (i + 1, body_fun(i, value)), None

        return scan_over(step, (lower, init_val), None, max(upper - lower, 0), False, 1)[0][1]
    _, _, result = while_loop(
        lambda i, end, _: i < end, lambda i, end, value: (i + 1, end, body_fun(i, value)), (lower, upper, init_val)
    )
    return result


@export("keras.ops.map", "keras.ops.core.map")
def map(f: Callable[[Any], Any], xs: Any) -> Any:
    """`f(x)` for each element along the first axis of `xs`, one after the other, stacked.

    Args:
        f: function of one element (a structure like `xs`).
        xs: structure of tensors of one length.

    Example:
        >>> hornbeam.ops.map(lambda x: x * x, hornbeam.ops.arange(3))
        array([0, 1, 4], dtype=int32)
    """
    return scan_over(lambda carry, x: (carry, f(x)), (), xs, None, False, 1)[1]


@export("keras.ops.vectorized_map", "keras.ops.core.vectorized_map")
def vectorized_map(function: Callable[[Any], Any], elements: Any) -> Any:
    """`function(element)` for each element along the first axis of `elements`, all at once.

    Args:
        function: function of one element (a structure like `elements`), written with operations.
        elements: structure of tensors of one length.

    Example:
        >>> hornbeam.ops.vectorized_map(lambda x: x * x, hornbeam.ops.arange(3))
        array([0, 1, 4], dtype=int32)
    """
    return vectorized_map_over(function, elements)


@export("keras.ops.associative_scan", "keras.ops.core.associative_scan")
def associative_scan(f: Callable[[Any, Any], Any], elems: Any, reverse: bool = False, axis: int = 0) -> Any:
    """Running results of an associative function: `y[i] = f(y[i - 1], x[i])`, in a logarithmic number of steps.

    Args:
        f: `(a, b) -> c` on slices of any length along `axis`; associative.
        elems: structure of tensors of one length, which must be known.
        reverse: whether to run from the last element to the first.
        axis: the axis that is scanned.

    Raises:
        ShapeError: the lengths differ.

    Reference: Blelloch, "Prefix sums and their applications", 1990.

    Example:
        >>> hornbeam.ops.associative_scan(lambda a, b: a + b, hornbeam.ops.arange(5))
        array([ 0,  1,  3,  6, 10], dtype=int32)
    """
    leaves = [convert_to_tensor(leaf) for leaf in tree.flatten(elems)]
    axes = [axis % len(leaf.shape) for leaf in leaves]
    lengths = {leaf.shape[i] for leaf, i in zip(leaves, axes, strict=True)}
    if len(lengths) != 1 or None in lengths:
        raise ShapeError(
            f"associative_scan needs tensors of one known length along axis {axis}, got shapes "
            f"{[tuple(leaf.shape) for leaf in leaves]}."
        )

    def combine(a: list[Any], b: list[Any]) -> list[Any]:
        return tree.flatten(f(tree.pack_sequence_as(elems, a), tree.pack_sequence_as(elems, b)))

    def part(xs: list[Any], start: int, stop: int, step: int = 1) -> list[Any]:
        return [x[(slice(None),) * i + (slice(start, stop, step),)] for x, i in zip(xs, axes, strict=True)]

    def interleave(even: Any, odd: Any, i: int, length: int) -> Any:
        """even[0], odd[0], even[1], ...: pairs side by side on a new axis, which is then merged."""
        short = length // 2
        head = (slice(None),) * i
        pairs = stack([even[(*head, slice(0, short))], odd], axis=i + 1)
        sizes = shape(pairs)
        merged = reshape(pairs, (*sizes[:i], 2 * short, *sizes[i + 2 :]))
        return merged if length % 2 == 0 else concatenate([merged, even[(*head, slice(short, short + 1))]], axis=i)

    def running(xs: list[Any], length: int) -> list[Any]:
        if length < 2:
            return xs
        odd = running(combine(part(xs, 0, length - 1, 2), part(xs, 1, length, 2)), length // 2)
        first = part(xs, 0, 1)
        if length == 2:
            even = first
        else:
            rest = combine(part(odd, 0, (length - 1) // 2), part(xs, 2, length, 2))
            even = [concatenate([a, b], axis=i) for a, b, i in zip(first, rest, axes, strict=True)]
        return [interleave(a, b, i, length) for a, b, i in zip(even, odd, axes, strict=True)]

    if reverse:
        leaves = [flip(leaf, axis=i) for leaf, i in zip(leaves, axes, strict=True)]
    result = running(leaves, int(next(iter(lengths))))
    if reverse:
        result = [flip(leaf, axis=i) for leaf, i in zip(result, axes, strict=True)]
    return tree.pack_sequence_as(elems, result)


@export("keras.ops.custom_gradient", "keras.ops.core.custom_gradient")
def custom_gradient(f: Callable[..., Any]) -> Callable[..., Any]:
    """Decorator for a function with a gradient of its own.

    Args:
        f: `(*args) -> (value, grad)`; `grad` gets the gradient of each tensor in the value, positionally, and returns
            the gradient of each of `args` (a tuple if there are several).

    Example:
        >>> @hornbeam.ops.custom_gradient
        ... def clipped(x):
        ...     def grad(upstream):
        ...         return hornbeam.ops.clip(upstream * 2 * x, -1.0, 1.0)
        ...     return x * x, grad
    """

    @functools.wraps(f)
    def call(*args: Any, **kwargs: Any) -> Any:
        function = functools.partial(f, **kwargs) if kwargs else f
        return call_with_gradient(function, args)

    return call
