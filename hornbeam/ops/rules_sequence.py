"""Shape rules of random numbers, and of operations over sequences."""

from __future__ import annotations

from typing import Any

from hornbeam.core.errors import ShapeError
from hornbeam.core.spec import KerasTensor, Spec
from hornbeam.ops.rules import sizes


def drawn(seed: KerasTensor, shape: Any, *rest: Any) -> Any:
    """A tensor of the shape and (last argument) dtype that were asked for."""
    return Spec(sizes("`shape`", shape), rest[-1])


def drawn_like(seed: KerasTensor, parameter: KerasTensor, *rest: Any) -> Any:
    """The shape of the distribution's parameter."""
    return Spec(parameter.dims, parameter.dtype)


def next_seed(state: KerasTensor) -> Any:
    """The seed to use, and the state after it."""
    if tuple(state.dims) != (2,):
        raise ShapeError(f"A seed has shape (2,), got {state.shape}.")
    return [Spec((2,), state.dtype), Spec((2,), state.dtype)]


def same(x: KerasTensor, *_: Any) -> Any:
    """The shape of the first argument."""
    return x.dims


def drawn_bits(seed: KerasTensor, shape: Any, *_: Any) -> Any:
    """int32 of the shape that was asked for."""
    return Spec(sizes("`shape`", shape), "int32")
