"""Activations whose form here differs from the operation of that name; the others are the operations themselves."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.ops import activation as ops
from hornbeam.ops import elementwise


@export("keras.activations.relu")
def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Any:
    """max(x, 0), or with its three numbers changed: f(x) = max_value from there on, x from the threshold on,
    negative_slope * (x - threshold) below.

    Args:
        negative_slope: slope below the threshold.
        max_value: the largest value given, or None.
        threshold: value below which x is damped or set to 0.

    Example:
        >>> hornbeam.activations.relu(hornbeam.ops.array([-10.0, 5.0]), max_value=2.0)
        array([0., 2.], dtype=float32)
    """
    if threshold == 0:
        if negative_slope == 0:
            if max_value is None:
                return ops.relu(x)
            return ops.relu6(x) if max_value == 6 else elementwise.minimum(ops.relu(x), max_value)
        y = ops.leaky_relu(x, negative_slope)
    else:
        below = elementwise.multiply(elementwise.subtract(x, threshold), negative_slope)
        y = elementwise.where(elementwise.greater(x, threshold), x, below)
    return y if max_value is None else elementwise.minimum(y, max_value)


@export("keras.activations.gelu")
def gelu(x: Any, approximate: bool = False) -> Any:
    """x times the normal distribution's probability of a value below x (https://arxiv.org/abs/1606.08415).

    Args:
        approximate: use the formula with tanh in place of the error function.

    Example:
        >>> hornbeam.activations.gelu(hornbeam.ops.zeros(1))
        array([0.], dtype=float32)
    """
    return ops.gelu(x, approximate)


@export("keras.activations.tanh")
def tanh(x: Any) -> Any:
    """Hyperbolic tangent.

    Example:
        >>> hornbeam.activations.tanh(hornbeam.ops.zeros(1))
        array([0.], dtype=float32)
    """
    return elementwise.tanh(x)


@export("keras.activations.exponential")
def exponential(x: Any) -> Any:
    """exp(x).

    Example:
        >>> hornbeam.activations.exponential(hornbeam.ops.zeros(1))
        array([1.], dtype=float32)
    """
    return elementwise.exp(x)


@export("keras.activations.linear")
def linear(x: Any) -> Any:
    """x as it is.

    Example:
        >>> hornbeam.activations.linear(3.0)
        3.0
    """
    return x
