"""Transformations of functions, on whatever engine the tensors belong to: grad, value_and_grad, jvp, jit, vmap."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import config, registry, tree
from hornbeam.core.dtype import is_complex, is_floating
from hornbeam.core.errors import BackendError, ConfigError, DtypeError, MixedBackendsError, ShapeError, StructureError
from hornbeam.core.export import export
from hornbeam.core.shape import canonical_axis
from hornbeam.core.variable import Variable

NUMBERS = (int, float, type(None))


def _backend(args: Any, what: str) -> Any:
    """The engine of the tensors among the arguments; the default one if there is none."""
    found = None
    for leaf in tree.flatten(args):
        owner = registry.get(leaf.backend) if isinstance(leaf, Variable) else registry.backend_of(leaf)
        if owner is not None and found is not None and owner is not found:
            raise MixedBackendsError(f"{what} was given tensors of two engines, {found.name} and {owner.name}.")
        found = owner or found
    return found or registry.default()


@export("hornbeam.value_and_grad")
def value_and_grad(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    variables: Sequence[Variable] | None = None,
) -> Callable[..., Any]:
    """A function that returns what `function` returns, and its gradients.

    Works on jax, torch and tensorflow alike; the numpy backend says that it does not differentiate.

    Args:
        function: returns a scalar tensor, or `(scalar, aux)` with `has_aux`.
        argnums: which positional arguments to differentiate by; each may be a structure of tensors.
        has_aux: whether `function` also returns something that is passed through.
        variables: differentiate by these variables' values instead; assignments inside `function` take effect.

    Returns:
        `(value, gradients)`; the gradients have the structure of the argument, a tuple of them for several `argnums`,
        and are a list for `variables`. What the value does not depend on has gradient 0.

    Example:
        >>> x = hornbeam.ops.convert_to_tensor([1.0, 2.0])
        >>> value, gradient = hornbeam.value_and_grad(lambda x: hornbeam.ops.sum(x * x))(x)
        >>> gradient
        Array([2., 4.], dtype=float32)
    """
    single = isinstance(argnums, int)
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    @functools.wraps(function)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        if variables is not None:
            backend = registry.get(variables[0].backend) if variables else _backend((args, kwargs), "value_and_grad")
            return backend.variables_value_and_grad(lambda: function(*args, **kwargs), list(variables), has_aux)
        for position in positions:
            if not -len(args) <= position < len(args):
                raise ValueError(
                    f"value_and_grad: argnums={argnums}, but the function was called with {len(args)} positional "
                    "arguments."
                )
        backend = _backend(args, "value_and_grad")
        args = tuple(
            tree.map_structure(lambda leaf: backend.convert(_plain(leaf), None), arg)
            if index in {p % len(args) for p in positions}
            else arg
            for index, arg in enumerate(args)
        )
        value, gradients = backend.value_and_grad(function, tuple(p % len(args) for p in positions), has_aux)(
            *args, **kwargs
        )
        return value, gradients[0] if single else gradients

    return differentiated


@export("hornbeam.grad")
def grad(
    function: Callable[..., Any],
    argnums: int | Sequence[int] = 0,
    has_aux: bool = False,
    variables: Sequence[Variable] | None = None,
) -> Callable[..., Any]:
    """A function that returns the gradients of `function`; see `value_and_grad`.

    Example:
        >>> cube = lambda x: x * x * x
        >>> float(hornbeam.grad(hornbeam.grad(cube))(hornbeam.ops.convert_to_tensor(2.0)))
        12.0
    """
    both = value_and_grad(function, argnums, has_aux, variables)

    @functools.wraps(function)
    def differentiated(*args: Any, **kwargs: Any) -> Any:
        value, gradients = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return differentiated


@export("keras.ops.jvp", "keras.ops.linalg.jvp", "hornbeam.jvp")
def jvp(fun: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """The value of a function, and its derivative along a direction, in one forward pass.

    Works on jax, torch and tensorflow alike; the numpy backend says that it does not differentiate.

    Args:
        fun: of tensors or structures of them; returns the same, or `(value, aux)` with `has_aux`.
        primals: tuple or list: where to evaluate the function.
        tangents: the direction, in the structure, shapes and dtypes of `primals`.
        has_aux: whether `fun` also returns something that is passed through.

    Returns:
        `(value, derivative)`, or `(value, derivative, aux)`; the derivative has the structure of the value.

    Raises:
        StructureError, ShapeError: the tangents do not fit the primals.
        DtypeError: a primal is no float or complex tensor.

    Example:
        >>> value, derivative = hornbeam.ops.jvp(lambda x: x * x, (3.0,), (1.0,))
        >>> float(value), float(derivative)
        (9.0, 6.0)
    """
    if not isinstance(primals, (tuple, list)) or not isinstance(tangents, (tuple, list)):
        raise StructureError(
            "jvp(): `primals` and `tangents` are tuples or lists, with one entry for each argument of `fun`; got "
            f"{type(primals).__name__} and {type(tangents).__name__}."
        )
    try:
        tree.assert_same_structure(tuple(primals), tuple(tangents))
    except StructureError as error:
        raise StructureError(f"jvp(): `tangents` do not have the structure of `primals`: {error}") from None
    backend = _backend((primals, tangents), "jvp")
    if backend.symbolic:
        raise BackendError("jvp() has no symbolic form. Call it on tensors, inside a layer or a step of training.")
    first, second = (
        tree.map_structure(lambda leaf: backend.convert(_plain(leaf), None), tuple(part))
        for part in (primals, tangents)
    )
    for primal, tangent in zip(tree.flatten(first), tree.flatten(second), strict=True):
        dtype, shapes = backend.dtype(primal), (tuple(backend.shape(primal)), tuple(backend.shape(tangent)))
        if not (is_floating(dtype) or is_complex(dtype)):
            raise DtypeError(f"jvp(): `primals` must hold float or complex tensors, got one of {dtype}.")
        if len(shapes[0]) != len(shapes[1]) or any(
            isinstance(m, int) and isinstance(n, int) and m != n for m, n in zip(*shapes, strict=True)
        ):
            raise ShapeError(f"jvp(): a primal of shape {shapes[0]} has a tangent of shape {shapes[1]}.")
    second = tree.map_structure(lambda primal, tangent: backend.convert(tangent, backend.dtype(primal)), first, second)
    return backend.jvp(fun, first, second, bool(has_aux))


@export("hornbeam.jit")
def jit(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` of structures of tensors, compiled by the engine of its arguments.

    jax: `jax.jit`. tensorflow: `tf.function`. On torch and numpy the call is recorded and replayed as straight-line
    code; what cannot be recorded runs as it is.

    Example:
        >>> double = hornbeam.jit(lambda x: x * 2)
        >>> float(double(hornbeam.ops.ones(())))
        2.0
    """
    compiled: dict[Any, Callable[..., Any]] = {}

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        backend = _backend((args, kwargs), "jit")
        key = backend.name, config.snapshot()
        if key not in compiled:
            compiled[key] = backend.jit(function)
        return compiled[key](*args, **kwargs)

    return call


@export("hornbeam.vmap")
def vmap(function: Callable[..., Any], in_axes: Any = 0, out_axes: Any = 0) -> Callable[..., Any]:
    """`function` mapped over an axis of its arguments.

    Args:
        function: of tensors without that axis.
        in_axes: the axis of each argument, None for one that is not mapped; one int for all.
        out_axes: where the axis goes in every result.

    Raises:
        ConfigError: `in_axes` does not fit the arguments, or maps none.
        AxisError, ShapeError: an argument has no such axis, or another number of elements along it.

    Example:
        >>> dot = hornbeam.vmap(lambda a, b: hornbeam.ops.sum(a * b))
        >>> dot(hornbeam.ops.ones((5, 3)), hornbeam.ops.ones((5, 3))).shape
        (5,)
    """

    @functools.wraps(function)
    def mapped(*args: Any) -> Any:
        backend = _backend(args, "vmap")
        if backend.symbolic:
            raise BackendError("vmap() has no symbolic form. Use `ops.vectorized_map`, or call it on tensors.")
        axes = tuple(in_axes) if isinstance(in_axes, (list, tuple)) else (in_axes,) * len(args)
        # numbers that are not mapped stay numbers, and decide no dtype
        args = tuple(
            tree.map_structure(lambda leaf: leaf if isinstance(leaf, NUMBERS) else _tensor(backend, leaf), arg)
            if axis is None
            else tree.map_structure(lambda leaf: _tensor(backend, leaf), arg)
            for arg, axis in itertools.zip_longest(args, axes)
        )
        _check_mapped(backend, args, axes)
        made: list[Any] = []

        def flat(*parts: Any) -> list[Any]:
            made[:] = [function(*parts)]
            return [backend.convert(leaf, None) for leaf in tree.flatten(made[0]) if leaf is not None]

        results = iter(backend.vmap(flat, axes, out_axes)(*args))
        return tree.map_structure(lambda leaf: None if leaf is None else next(results), made[0])

    return mapped


def _check_mapped(backend: Any, args: tuple[Any, ...], axes: tuple[Any, ...]) -> None:
    """Every argument has an axis or None, each axis exists, and all have one size."""
    if len(args) != len(axes) or all(axis is None for axis in axes):
        raise ConfigError(
            f"vmap(): `in_axes` names an axis or None for each argument, and not None for all. Received: {axes} for "
            f"{len(args)} arguments."
        )
    sizes = []
    for arg, axis in zip(args, axes, strict=True):
        if isinstance(axis, int):
            shapes = [tuple(backend.shape(leaf)) for leaf in tree.flatten(arg)]
            sizes += [shape[canonical_axis(axis, len(shape), "vmap(): in_axes")] for shape in shapes]
    known = {size for size in sizes if isinstance(size, int)}
    if len(known) > 1:
        raise ShapeError(f"vmap(): the mapped axes have different sizes: {', '.join(map(str, sizes))}.")


def _tensor(backend: Any, leaf: Any) -> Any:
    return backend.convert(_plain(leaf), None)


def _plain(leaf: Any) -> Any:
    return leaf.value if isinstance(leaf, Variable) else leaf
