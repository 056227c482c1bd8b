"""Functions of single elements made into functions of whole tensors."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.ops.control import vectorized_map
from hornbeam.ops.create import convert_to_tensor, shape
from hornbeam.ops.move import broadcast_to, reshape

_TERM = r"\(\s*(?:\w+\s*(?:,\s*\w+\s*)*)?\)"
_SIGNATURE = re.compile(rf"\s*{_TERM}(?:\s*,\s*{_TERM})*\s*->\s*{_TERM}(?:\s*,\s*{_TERM})*\s*")


@export("keras.ops.vectorize", "keras.ops.numpy.vectorize")
def vectorize(pyfunc: Callable[..., Any], *, excluded: Any = None, signature: str | None = None) -> Callable[..., Any]:
    """A function of tensors that calls `pyfunc` for each of their elements, all at once; the tensors broadcast.

    Args:
        pyfunc: function of scalar tensors, written with operations.
        excluded: positions and names of arguments that are passed on whole.
        signature: the axes that `pyfunc` takes and returns, where these are not scalars: "(m,n),(n)->(m)". The other
            axes, before them, are mapped over and broadcast.

    Raises:
        ConfigError: the signature is not one, or has another number of arguments than the call.
        ShapeError: a size that the signature names twice differs.

    Example:
        >>> hornbeam.ops.vectorize(lambda a, b: a + b)([1, 2, 3], 2)
        array([3, 4, 5], dtype=int32)
    """
    if not callable(pyfunc):
        raise ConfigError(f"vectorize(): `pyfunc` must be callable. Received: {pyfunc!r}.")
    if signature is not None and not _SIGNATURE.fullmatch(signature):
        raise ConfigError(f"vectorize(): a signature looks like '(m,n),(n)->(m)'. Received: {signature!r}.")
    whole = set(excluded or ())

    @functools.wraps(pyfunc)
    def call(*args: Any, **kwargs: Any) -> Any:
        given: dict[Any, Any] = {**dict(enumerate(args)), **kwargs}
        mapped = [key for key in given if key not in whole]
        tensors = [convert_to_tensor(given[key]) for key in mapped]
        outer, flat = _flattened(tensors, signature)

        def element(parts: Any) -> Any:
            values = {**given, **dict(zip(mapped, parts, strict=True))}
            return pyfunc(*(values[i] for i in range(len(args))), **{key: values[key] for key in kwargs})

        if not outer:
            return element(tensors)
        result = vectorized_map(element, tuple(flat))

        def spread(part: Any) -> Any:
            return reshape(part, (*outer, *shape(part)[1:]))

        return tuple(spread(part) for part in result) if isinstance(result, (tuple, list)) else spread(result)

    return call


def _flattened(tensors: list[Any], signature: str | None) -> tuple[tuple[Any, ...], list[Any]]:
    """The axes that are mapped over, and the tensors broadcast over them with these as one first axis."""
    names: list[list[str]] = [[] for _ in tensors]
    if signature is not None:
        terms = re.findall(_TERM, signature.partition("->")[0])
        names = [re.findall(r"\w+", term) for term in terms]
        if len(names) != len(tensors):
            raise ConfigError(f"vectorize(): {signature!r} takes {len(names)} tensors, {len(tensors)} were given.")
    sizes: dict[str, Any] = {}
    for tensor, axes in zip(tensors, names, strict=True):
        own = shape(tensor)
        if len(own) < len(axes):
            raise ShapeError(
                f"vectorize(): {signature!r} needs {len(axes)} axes, got a tensor of shape {shapes.public(own)}."
            )
        for name, size in zip(axes, own[len(own) - len(axes) :], strict=True):
            if type(size) is int and type(sizes.setdefault(name, size)) is int and sizes[name] != size:
                raise ShapeError(f"vectorize(): {name!r} of {signature!r} stands for sizes {sizes[name]} and {size}.")
    inner = [shape(tensor)[len(shape(tensor)) - len(axes) :] for tensor, axes in zip(tensors, names, strict=True)]
    outer = shapes.broadcast(*(shape(x)[: len(shape(x)) - len(core)] for x, core in zip(tensors, inner, strict=True)))
    flat = [
        reshape(broadcast_to(tensor, (*outer, *core)), (shapes.size(outer), *core))
        for tensor, core in zip(tensors, inner, strict=True)
    ]
    return outer, flat
