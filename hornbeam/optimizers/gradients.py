"""Clipping gradients."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core import dtype as dtypes


def clip(
    gradients: list[Any], clipnorm: float | None, clipvalue: float | None, global_clipnorm: float | None
) -> list[Any]:
    """The gradients, none longer or larger than the one bound that is given."""
    if clipnorm is not None and clipnorm > 0:
        return [shorten(gradient, _norm([gradient]), clipnorm) for gradient in gradients]
    if global_clipnorm is not None and global_clipnorm > 0:
        norm = _norm(gradients)
        return [shorten(gradient, norm, global_clipnorm) for gradient in gradients]
    if clipvalue is not None and clipvalue > 0:
        return [ops.clip(gradient, -clipvalue, clipvalue) for gradient in gradients]
    return gradients


def _norm(gradients: list[Any]) -> Any:
    """Length of the gradients taken together; counted in float32 where theirs is shorter."""
    narrow = ("float16", "bfloat16")
    wide = [ops.cast(g, "float32") if dtypes.standardize(g.dtype) in narrow else g for g in gradients]
    squares = [ops.sum(ops.square(gradient)) for gradient in wide]
    return ops.sqrt(sum(squares[1:], squares[0]))


def shorten(gradient: Any, norm: Any, bound: float) -> Any:
    """The gradient times `bound / norm`, where the norm is above the bound."""
    return gradient * ops.cast(bound / ops.maximum(norm, bound), dtypes.standardize(gradient.dtype))
