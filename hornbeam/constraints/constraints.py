"""Constraints: what a weight is made to satisfy after each update."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core import config
from hornbeam.core.export import export


@export("keras.constraints.Constraint")
class Constraint:
    """A projection of weights. Subclasses implement `__call__(w)`.

    Example:
        >>> class Below(hornbeam.constraints.Constraint):
        ...     def __call__(self, w):
        ...         return hornbeam.ops.minimum(w, 1.0)
    """

    def __call__(self, w: Any) -> Any:
        """The weights, projected."""
        return w

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this constraint again."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The constraint that `get_config` described."""
        return cls(**config)


def _norm(w: Any, axis: Any) -> Any:
    return ops.sqrt(ops.sum(ops.square(w), axis=axis, keepdims=True))


def _rescaled(w: Any, norm: Any, wanted: Any) -> Any:
    return ops.multiply(w, ops.divide(wanted, ops.add(norm, config.epsilon())))


@export("keras.constraints.MaxNorm", "keras.constraints.max_norm")
class MaxNorm(Constraint):
    """Norms over `axis` of at most `max_value`: Srivastava et al., 2014.

    Args:
        max_value: the bound.
        axis: int or tuple, the axes over which a norm is taken: 0 for a `Dense` kernel, `(0, 1, 2)` for a `Conv2D`'s.

    Example:
        >>> w = hornbeam.constraints.MaxNorm(1.0)([[3.0], [4.0]])   # [[0.6], [0.8]]
    """

    def __init__(self, max_value: float = 2, axis: Any = 0) -> None:
        self.max_value = max_value
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norm = _norm(w, self.axis)
        return _rescaled(w, norm, ops.minimum(norm, self.max_value))

    def get_config(self) -> dict[str, Any]:
        return {"max_value": self.max_value, "axis": self.axis}


@export("keras.constraints.NonNeg", "keras.constraints.non_neg")
class NonNeg(Constraint):
    """No negative weights: they become 0.

    Example:
        >>> w = hornbeam.constraints.NonNeg()([-1.0, 2.0])   # [0, 2]
    """

    def __call__(self, w: Any) -> Any:
        return ops.maximum(w, 0)


@export("keras.constraints.UnitNorm", "keras.constraints.unit_norm")
class UnitNorm(Constraint):
    """Norms over `axis` of 1.

    Args:
        axis: int or tuple, the axes over which a norm is taken.

    Example:
        >>> w = hornbeam.constraints.UnitNorm()([[3.0], [4.0]])   # [[0.6], [0.8]]
    """

    def __init__(self, axis: Any = 0) -> None:
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        return ops.divide(w, ops.add(_norm(w, self.axis), config.epsilon()))

    def get_config(self) -> dict[str, Any]:
        return {"axis": self.axis}


@export("keras.constraints.MinMaxNorm", "keras.constraints.min_max_norm")
class MinMaxNorm(Constraint):
    """Norms over `axis` between `min_value` and `max_value`.

    Args:
        min_value, max_value: the bounds.
        rate: how far weights go towards the bounds at each step; 1 is all the way.
        axis: int or tuple, the axes over which a norm is taken.

    Example:
        >>> w = hornbeam.constraints.MinMaxNorm(1.0, 2.0)([[0.3], [0.4]])   # [[0.6], [0.8]]
    """

    def __init__(self, min_value: float = 0.0, max_value: float = 1.0, rate: float = 1.0, axis: Any = 0) -> None:
        self.min_value = min_value
        self.max_value = max_value
        self.rate = rate
        self.axis = axis

    def __call__(self, w: Any) -> Any:
        norm = _norm(w, self.axis)
        bounded = ops.maximum(ops.minimum(norm, self.max_value), self.min_value)
        wanted = (
            bounded if self.rate == 1 else ops.add(ops.multiply(bounded, self.rate), ops.multiply(norm, 1 - self.rate))
        )
        return _rescaled(w, norm, wanted)

    def get_config(self) -> dict[str, Any]:
        return {"min_value": self.min_value, "max_value": self.max_value, "rate": self.rate, "axis": self.axis}
