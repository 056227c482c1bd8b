"""Activation functions.

Python numbers that are not whole go through `multiply` and `add`, which keep the dtype: NumPy's small floats do not.
"""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core.dtype import is_complex
from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.ops import dtypes
from hornbeam.ops.create import ones_like, zeros_like
from hornbeam.ops.elementwise import (
    absolute,
    add,
    clip,
    divide,
    dtype_of,
    erf,
    exp,
    expm1,
    greater,
    less,
    less_equal,
    log,
    logaddexp,
    minimum,
    multiply,
    sqrt,
    square,
    subtract,
    tanh,
    where,
)
from hornbeam.ops.move import flip, moveaxis, split
from hornbeam.ops.op import Axes, Axis, Tensor, composite
from hornbeam.ops.order import sort
from hornbeam.ops.reduce import cumsum, largest, sum

real_floats = dtypes.real(dtypes.inexact)

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805


def _up_to_zero(x: Any) -> Any:
    """x where it is not positive: beyond, `exp` would overflow in the branch not taken, and its gradient be inf * 0."""
    return where(x > 0, zeros_like(x), x)


@export("keras.ops.relu", "keras.ops.nn.relu")
@composite(dtype=dtypes.numeric(dtypes.real(dtypes.same)))
def relu(x: Tensor) -> Tensor:
    """max(x, 0); the slope at 0 is 0.

    Example:
        >>> hornbeam.ops.relu([-1.0, 0.0, 2.0])
        array([0., 0., 2.], dtype=float32)
    """
    return where(less_equal(x, 0), zeros_like(x), x)


@export("keras.ops.relu6", "keras.ops.nn.relu6", "keras.activations.relu6")
@composite(dtype=dtypes.numeric(dtypes.real(dtypes.same)))
def relu6(x: Tensor) -> Tensor:
    """min(max(x, 0), 6) (Krizhevsky, 2010).

    Example:
        >>> hornbeam.ops.relu6([-1.0, 2.0, 8.0])
        array([0., 2., 6.], dtype=float32)
    """
    return where(less_equal(x, 0), zeros_like(x), minimum(x, 6))


@export("keras.ops.leaky_relu", "keras.ops.nn.leaky_relu", "keras.activations.leaky_relu")
@composite(dtype=real_floats)
def leaky_relu(x: Tensor, negative_slope: float = 0.2) -> Tensor:
    """x where x > 0, else negative_slope * x (Maas et al., 2013).

    Example:
        >>> hornbeam.ops.leaky_relu([-1.0, 2.0])
        array([-0.2,  2. ], dtype=float32)
    """
    return where(x > 0, x, multiply(x, negative_slope))


@export("keras.ops.elu", "keras.ops.nn.elu", "keras.activations.elu")
@composite(dtype=real_floats)
def elu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """x where x > 0, else alpha * (exp(x) - 1) (Clevert et al., https://arxiv.org/abs/1511.07289).

    Example:
        >>> hornbeam.ops.elu([0.0, 2.0])
        array([0., 2.], dtype=float32)
    """
    return where(x > 0, x, multiply(expm1(_up_to_zero(x)), alpha))


@export("keras.ops.selu", "keras.ops.nn.selu", "keras.activations.selu")
@composite(dtype=real_floats)
def selu(x: Tensor) -> Tensor:
    """A scaled `elu` that keeps mean 0 and variance 1 (Klambauer et al., https://arxiv.org/abs/1706.02515).

    Example:
        >>> hornbeam.ops.selu([0.0, 1.0])
        array([0.      , 1.050701], dtype=float32)
    """
    return multiply(elu(x, SELU_ALPHA), SELU_SCALE)


@export("keras.ops.celu", "keras.ops.nn.celu", "keras.activations.celu")
@composite(dtype=real_floats)
def celu(x: Tensor, alpha: float = 1.0) -> Tensor:
    """max(x, 0) + min(0, alpha * (exp(x / alpha) - 1)) (Barron, https://arxiv.org/abs/1704.07483).

    Example:
        >>> hornbeam.ops.celu([0.0, 2.0])
        array([0., 2.], dtype=float32)
    """
    return where(x > 0, x, multiply(expm1(divide(_up_to_zero(x), alpha)), alpha))


@export("keras.ops.sigmoid", "keras.ops.nn.sigmoid", "keras.activations.sigmoid")
@composite(dtype=dtypes.inexact)
def sigmoid(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)).

    Example:
        >>> hornbeam.ops.sigmoid([0.0])
        array([0.5], dtype=float32)
    """
    if is_complex(dtype_of(x)):
        return 1 / (exp(-x) + 1)
    return exp(log_sigmoid(x))


@export("keras.ops.log_sigmoid", "keras.ops.nn.log_sigmoid", "keras.activations.log_sigmoid")
@composite(dtype=real_floats)
def log_sigmoid(x: Tensor) -> Tensor:
    """log(sigmoid(x)), exact for large negative x.

    Example:
        >>> hornbeam.ops.log_sigmoid([-100.0])
        array([-100.], dtype=float32)
    """
    return -softplus(-x)


@export("keras.ops.softplus", "keras.ops.nn.softplus", "keras.activations.softplus")
@composite(dtype=real_floats)
def softplus(x: Tensor) -> Tensor:
    """log(1 + exp(x)), without overflow.

    Example:
        >>> hornbeam.ops.softplus([100.0])
        array([100.], dtype=float32)
    """
    return logaddexp(x, zeros_like(x))


@export("keras.ops.softsign", "keras.ops.nn.softsign", "keras.activations.softsign")
@composite(dtype=real_floats)
def softsign(x: Tensor) -> Tensor:
    """x / (|x| + 1).

    Example:
        >>> hornbeam.ops.softsign([1.0])
        array([0.5], dtype=float32)
    """
    return x / (absolute(x) + 1)


@export(
    "keras.ops.silu",
    "keras.ops.nn.silu",
    "keras.ops.swish",
    "keras.ops.nn.swish",
    "keras.activations.silu",
    "keras.activations.swish",
)
@composite(dtype=dtypes.inexact)
def silu(x: Tensor) -> Tensor:
    """x * sigmoid(x), also called swish (Ramachandran et al., https://arxiv.org/abs/1710.05941).

    Example:
        >>> hornbeam.ops.silu([0.0])
        array([0.], dtype=float32)
    """
    return x * sigmoid(x)


swish = silu


@export("keras.ops.gelu", "keras.ops.nn.gelu")
@composite(dtype=real_floats)
def gelu(x: Tensor, approximate: bool = True) -> Tensor:
    """x times the normal distribution's probability of a value below x (https://arxiv.org/abs/1606.08415).

    Args:
        approximate: use the formula with tanh in place of the error function.

    Example:
        >>> hornbeam.ops.gelu([0.0])
        array([0.], dtype=float32)
    """
    if approximate:
        inner = multiply(x + multiply(x * x * x, 0.044715), math.sqrt(2 / math.pi))
        return multiply(x, 0.5) * (tanh(inner) + 1)
    return multiply(x, 0.5) * (erf(multiply(x, math.sqrt(0.5))) + 1)


@export("keras.activations.mish")
@composite(dtype=real_floats)
def mish(x: Tensor) -> Tensor:
    """x * tanh(softplus(x)) (Misra, https://arxiv.org/abs/1908.08681).

    Example:
        >>> hornbeam.activations.mish(hornbeam.ops.zeros(1))
        array([0.], dtype=float32)
    """
    return x * tanh(softplus(x))


@export("keras.ops.hard_sigmoid", "keras.ops.nn.hard_sigmoid", "keras.activations.hard_sigmoid")
@composite(dtype=real_floats)
def hard_sigmoid(x: Tensor) -> Tensor:
    """x / 6 + 0.5, cut off at 0 and 1.

    Example:
        >>> hornbeam.ops.hard_sigmoid([-5.0, 0.0, 5.0])
        array([0. , 0.5, 1. ], dtype=float32)
    """
    return relu6(x + 3) / 6


@export(
    "keras.ops.hard_silu",
    "keras.ops.nn.hard_silu",
    "keras.ops.hard_swish",
    "keras.ops.nn.hard_swish",
    "keras.activations.hard_silu",
    "keras.activations.hard_swish",
)
@composite(dtype=real_floats)
def hard_silu(x: Tensor) -> Tensor:
    """x * hard_sigmoid(x) (Howard et al., https://arxiv.org/abs/1905.02244).

    Example:
        >>> hornbeam.ops.hard_silu([3.0])
        array([3.], dtype=float32)
    """
    return x * hard_sigmoid(x)


hard_swish = hard_silu


@export("keras.ops.hard_tanh", "keras.ops.nn.hard_tanh", "keras.activations.hard_tanh")
@composite(dtype=real_floats)
def hard_tanh(x: Tensor) -> Tensor:
    """x cut off at -1 and 1.

    Example:
        >>> hornbeam.ops.hard_tanh([-2.0, 0.5])
        array([-1. ,  0.5], dtype=float32)
    """
    return clip(x, -1, 1)


@export("keras.ops.soft_shrink", "keras.ops.nn.soft_shrink", "keras.activations.soft_shrink")
@composite(dtype=real_floats)
def soft_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x moved towards 0 by `threshold`, 0 where it would cross.

    Example:
        >>> hornbeam.ops.soft_shrink([-1.0, 0.2, 2.0])
        array([-0.5,  0. ,  1.5], dtype=float32)
    """
    below = where(less(x, -threshold), add(x, threshold), zeros_like(x))
    return where(greater(x, threshold), subtract(x, threshold), below)


@export("keras.ops.hard_shrink", "keras.ops.nn.hard_shrink", "keras.activations.hard_shrink")
@composite(dtype=real_floats)
def hard_shrink(x: Tensor, threshold: float = 0.5) -> Tensor:
    """x where |x| > threshold, else 0.

    Example:
        >>> hornbeam.ops.hard_shrink([-1.0, 0.2, 2.0])
        array([-1.,  0.,  2.], dtype=float32)
    """
    return where(greater(absolute(x), threshold), x, zeros_like(x))


@export("keras.ops.tanh_shrink", "keras.ops.nn.tanh_shrink", "keras.activations.tanh_shrink")
@composite(dtype=dtypes.inexact)
def tanh_shrink(x: Tensor) -> Tensor:
    """x - tanh(x).

    Example:
        >>> hornbeam.ops.tanh_shrink([0.0])
        array([0.], dtype=float32)
    """
    return x - tanh(x)


@export("keras.ops.threshold", "keras.ops.nn.threshold", "keras.activations.threshold")
@composite(dtype=real_floats)
def threshold(x: Tensor, threshold: float, default_value: float) -> Tensor:
    """x where x > threshold, else default_value.

    Example:
        >>> hornbeam.ops.threshold([-1.0, 2.0], 0.0, 9.0)
        array([9., 2.], dtype=float32)
    """
    return where(x > threshold, x, default_value)


@export("keras.ops.squareplus", "keras.ops.nn.squareplus", "keras.activations.squareplus")
@composite(dtype=dtypes.inexact)
def squareplus(x: Tensor, b: float = 4) -> Tensor:
    """(x + sqrt(x^2 + b)) / 2 (Barron, https://arxiv.org/abs/2112.11687).

    Example:
        >>> hornbeam.ops.squareplus([0.0])
        array([1.], dtype=float32)
    """
    return (x + sqrt(add(square(x), b))) / 2


@export("keras.ops.sparse_plus", "keras.ops.nn.sparse_plus", "keras.activations.sparse_plus")
@composite(dtype=real_floats)
def sparse_plus(x: Tensor) -> Tensor:
    """0 up to -1, (x + 1)^2 / 4 up to 1, then x: the antiderivative of `sparse_sigmoid`.

    Example:
        >>> hornbeam.ops.sparse_plus([-2.0, 0.0, 2.0])
        array([0.  , 0.25, 2.  ], dtype=float32)
    """
    return where(x <= -1, zeros_like(x), where(x < 1, square(x + 1) / 4, x))


@export("keras.ops.sparse_sigmoid", "keras.ops.nn.sparse_sigmoid", "keras.activations.sparse_sigmoid")
@composite(dtype=real_floats)
def sparse_sigmoid(x: Tensor) -> Tensor:
    """(x + 1) / 2, cut off at 0 and 1.

    Example:
        >>> hornbeam.ops.sparse_sigmoid([-2.0, 0.0, 2.0])
        array([0. , 0.5, 1. ], dtype=float32)
    """
    return clip((x + 1) / 2, 0, 1)


@export("keras.ops.sparsemax", "keras.ops.nn.sparsemax", "keras.activations.sparsemax")
@composite(dtype=real_floats)
def sparsemax(x: Tensor, axis: Axis = -1) -> Tensor:
    """The point of the probability simplex nearest to x: like `softmax`, with exact zeros.

    Source: Martins and Astudillo, https://arxiv.org/abs/1602.02068. Keras 3.15 gives rows that do not sum to 1 where
    the tensor has more than one row; this does not.

    Example:
        >>> hornbeam.ops.sparsemax([1.0, 2.0, 2.0])
        array([0. , 0.5, 0.5], dtype=float32)
    """
    scores = moveaxis(x, axis, -1)
    ordered = flip(sort(scores, -1), -1)
    rank = cumsum(ones_like(ordered), -1)
    total = cumsum(ordered, -1)
    support = where(ordered * rank + 1 > total, ones_like(ordered), zeros_like(ordered))
    shift = (sum(ordered * support, -1, keepdims=True) - 1) / sum(support, -1, keepdims=True)
    return moveaxis(relu(scores - shift), -1, axis)


@export("keras.ops.glu", "keras.ops.nn.glu", "keras.activations.glu")
@composite(dtype=dtypes.inexact)
def glu(x: Tensor, axis: Axis = -1) -> Tensor:
    """The first half of x times the sigmoid of the second (Dauphin et al., https://arxiv.org/abs/1612.08083).

    Raises:
        ShapeError: the axis is of odd size.

    Example:
        >>> hornbeam.ops.glu([2.0, 0.0])
        array([1.], dtype=float32)
    """
    size = x.shape[axis]
    if isinstance(size, int) and size % 2:
        raise ShapeError(f"glu() halves axis {axis}, which must be of even size. Received: shape {tuple(x.shape)}.")
    value, gate = split(x, 2, axis)
    return value * sigmoid(gate)


@export("keras.ops.softmax", "keras.ops.nn.softmax", "keras.activations.softmax")
@composite(dtype=real_floats)
def softmax(x: Tensor, axis: Axes = -1) -> Tensor:
    """exp(x - max x) / sum exp(x - max x) over `axis` (an int, several, or None for all).

    Example:
        >>> hornbeam.ops.softmax([1.0, 1.0])
        array([0.5, 0.5], dtype=float32)
    """
    e = exp(x - largest(x, axis))
    return e / sum(e, axis, keepdims=True)


@export("keras.ops.log_softmax", "keras.ops.nn.log_softmax", "keras.activations.log_softmax")
@composite(dtype=real_floats)
def log_softmax(x: Tensor, axis: Axes = -1) -> Tensor:
    """log(softmax(x)), exact where the probability is near 0.

    Example:
        >>> hornbeam.ops.log_softmax([0.0, -200.0])
        array([   0., -200.], dtype=float32)
    """
    shifted = x - largest(x, axis)
    return shifted - log(sum(exp(shifted), axis, keepdims=True))
