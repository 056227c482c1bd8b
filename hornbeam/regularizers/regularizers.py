"""Penalties on weights, added to the loss."""

from __future__ import annotations

import math
from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export


@export("keras.Regularizer", "keras.regularizers.Regularizer")
class Regularizer:
    """A penalty: a function from a tensor to a number. Subclasses implement `__call__(x)` and `get_config()`.

    Example:
        >>> class L2(hornbeam.Regularizer):
        ...     def __call__(self, x):
        ...         return 0.1 * hornbeam.ops.sum(x * x)
        ...     def get_config(self):
        ...         return {}
    """

    def __call__(self, x: Any) -> Any:
        """The penalty for `x`."""
        return 0.0

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this regularizer again."""
        raise NotImplementedError(f"{self} does not implement get_config()")

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The regularizer that `get_config` described."""
        return cls(**config)


def _factor(name: str, value: Any, default: float) -> float:
    """A penalty's factor, checked."""
    if value is None:
        return default
    number = getattr(value, "__float__", None)
    if isinstance(value, bool) or number is None or not 0 <= float(value) < math.inf:
        raise ConfigError(f"Invalid value for argument {name}: expected a non-negative float. Received: {name}={value}")
    return float(value)


@export("keras.regularizers.L1L2", "keras.regularizers.l1_l2")
class L1L2(Regularizer):
    """`l1 * sum(abs(x)) + l2 * sum(square(x))`.

    Args:
        l1, l2: non-negative factors.

    Example:
        >>> float(hornbeam.regularizers.L1L2(1.0, 1.0)([1.0, -2.0]))
        8.0
    """

    def __init__(self, l1: float | None = 0.0, l2: float | None = 0.0) -> None:
        self.l1 = _factor("l1", l1, 0.0)
        self.l2 = _factor("l2", l2, 0.0)

    def __call__(self, x: Any) -> Any:
        penalties = []
        if self.l1:
            penalties.append(ops.multiply(ops.sum(ops.absolute(x)), self.l1))
        if self.l2:
            penalties.append(ops.multiply(ops.sum(ops.square(x)), self.l2))
        if not penalties:
            return ops.multiply(ops.sum(ops.absolute(x)), 0.0)
        return penalties[0] if len(penalties) == 1 else ops.add(*penalties)

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1, "l2": self.l2}


@export("keras.regularizers.L1", "keras.regularizers.l1")
class L1(Regularizer):
    """`l1 * sum(abs(x))`.

    Example:
        >>> float(hornbeam.regularizers.L1(1.0)([1.0, -2.0]))
        3.0
    """

    def __init__(self, l1: float | None = 0.01) -> None:
        self.l1 = _factor("l1", l1, 0.01)

    def __call__(self, x: Any) -> Any:
        return ops.multiply(ops.sum(ops.absolute(x)), self.l1)

    def get_config(self) -> dict[str, Any]:
        return {"l1": self.l1}


@export("keras.regularizers.L2", "keras.regularizers.l2")
class L2(Regularizer):
    """`l2 * sum(square(x))`.

    Example:
        >>> float(hornbeam.regularizers.L2(1.0)([1.0, -2.0]))
        5.0
    """

    def __init__(self, l2: float | None = 0.01) -> None:
        self.l2 = _factor("l2", l2, 0.01)

    def __call__(self, x: Any) -> Any:
        return ops.multiply(ops.sum(ops.square(x)), self.l2)

    def get_config(self) -> dict[str, Any]:
        return {"l2": self.l2}


@export("keras.regularizers.OrthogonalRegularizer", "keras.regularizers.orthogonal_regularizer")
class OrthogonalRegularizer(Regularizer):
    """Mean absolute cosine of the angles between the rows (or columns) of a matrix, times `factor`.

    Args:
        factor: non-negative factor.
        mode: "rows" or "columns".

    Raises:
        ConfigError: another mode.
        ShapeError: called with something else than a matrix.

    Example:
        >>> float(hornbeam.regularizers.OrthogonalRegularizer(1.0)([[1.0, 0.0], [0.0, 2.0]]))
        0.0
    """

    def __init__(self, factor: float = 0.01, mode: str = "rows") -> None:
        self.factor = _factor("factor", factor, 0.01)
        if mode not in ("rows", "columns"):
            raise ConfigError(
                f'Invalid value for argument `mode`. Expected one of {{"rows", "columns"}}. Received: mode={mode}'
            )
        self.mode = mode

    def __call__(self, inputs: Any) -> Any:
        x = ops.convert_to_tensor(inputs)
        if len(x.shape) != 2:
            raise ShapeError(
                f"Inputs to OrthogonalRegularizer must have rank 2. Received: inputs.shape={tuple(x.shape)}"
            )
        if self.mode == "columns":
            x = ops.transpose(x)
        count = int(x.shape[0])
        length = ops.sqrt(ops.sum(ops.square(x), axis=1, keepdims=True))
        x = ops.divide(x, ops.maximum(length, 1e-12))
        cosines = ops.matmul(x, ops.transpose(x))
        apart = ops.multiply(cosines, ops.cast(1.0 - ops.eye(count), cosines.dtype))
        pairs = max(count * (count - 1), 1)
        return ops.multiply(ops.sum(ops.absolute(apart)), self.factor / pairs)

    def get_config(self) -> dict[str, Any]:
        return {"factor": self.factor, "mode": self.mode}
