"""Normalisation: moments, and what centres and scales by them."""

from __future__ import annotations

import warnings
from typing import Any

from hornbeam.core import config
from hornbeam.core.dtype import is_complex, is_floating, standardize
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import canonical_axes, public
from hornbeam.ops import dtypes
from hornbeam.ops.elementwise import absolute, cast, maximum, power, rsqrt, square
from hornbeam.ops.move import reshape, squeeze
from hornbeam.ops.op import Axes, Axis, Tensor, composite, operations
from hornbeam.ops.reduce import mean, sum

HALVES = ("float16", "bfloat16")


def widened(x: Any) -> Any:
    """16-bit floats as float32: sums of squares and logarithms need the room; whole numbers as floats."""
    dtype = standardize(x.dtype)
    if dtype in HALVES:
        return cast(x, "float32")
    return x if is_floating(dtype) or is_complex(dtype) else cast(x, config.floatx())


def in_dtype_of(x: Any, other: Any) -> Any:
    """x in the dtype of `other`."""
    dtype = standardize(other.dtype)
    return x if standardize(x.dtype) == dtype else cast(x, dtype)


def _along(x: Any, axes: Any, parameter: Any) -> Any:
    """A parameter of the sizes of `axes` (or 1), shaped to broadcast against x."""
    if parameter is None:
        return None
    given, wanted = tuple(parameter.shape), tuple(x.shape[axis] for axis in axes)
    if len(given) != len(wanted) or any(
        one not in (1, two) for one, two in zip(given, wanted, strict=True) if type(one) is type(two) is int
    ):
        raise ShapeError(
            f"Scales, offsets and statistics over the axes {axes} of a tensor of shape {public(x.shape)} have the "
            f"sizes of these axes, {public(wanted)}. Received: shape {public(given)}."
        )
    if axes == (len(x.shape) - 1,):
        return parameter
    shape = [1] * len(x.shape)
    for axis, size in zip(axes, given, strict=True):
        shape[axis] = size
    return reshape(parameter, tuple(shape))


@export("keras.ops.moments", "keras.ops.nn.moments")
@composite(dtype=dtypes.inexact, promote=("x",))
def moments(x: Tensor, axes: Axes, keepdims: bool = False, synchronized: bool = False) -> tuple[Tensor, Tensor]:
    """Mean and variance over `axes`. 16-bit floats are summed in float32.

    Args:
        axes: an int or several.
        keepdims: keep the axes, with size 1.
        synchronized: accepted as in Keras; under a distribution the engine sums over devices by itself.

    Returns:
        `(mean, variance)`.

    Example:
        >>> hornbeam.ops.moments([1.0, 3.0], 0)
        (array(2., dtype=float32), array(1., dtype=float32))
    """
    values = widened(x)
    center = mean(values, axes, keepdims=True)
    variance = mean(square(values - center), axes, keepdims=keepdims)
    if not keepdims:
        center = squeeze(center, axes)
    return in_dtype_of(center, x), in_dtype_of(variance, x)


@export("keras.ops.batch_normalization", "keras.ops.nn.batch_normalization")
@composite(dtype=dtypes.inexact, promote=("x",))
def batch_normalization(
    x: Tensor,
    mean: Tensor,
    variance: Tensor,
    axis: Axis,
    offset: Tensor | None = None,
    scale: Tensor | None = None,
    epsilon: float = 1e-3,
) -> Tensor:
    """(x - mean) / sqrt(variance + epsilon) * scale + offset, with statistics for each position of `axis`.

    Source: Ioffe and Szegedy, https://arxiv.org/abs/1502.03167.

    Args:
        x: any shape.
        mean, variance, offset, scale: shape (x.shape[axis],).

    Example:
        >>> hornbeam.ops.batch_normalization(hornbeam.ops.ones((2, 1)), [1.0], [4.0], -1)
        array([[0.],
               [0.]], dtype=float32)
    """
    values = widened(x)
    factor = rsqrt(in_dtype_of(variance, values) + epsilon)
    if scale is not None:
        factor = factor * in_dtype_of(scale, values)
    shift = -in_dtype_of(mean, values) * factor
    if offset is not None:
        shift = shift + in_dtype_of(offset, values)
    return in_dtype_of(values * _along(x, (axis,), factor) + _along(x, (axis,), shift), x)


@composite(dtype=dtypes.inexact, promote=("x",))
def batch_norm_training(
    x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, axis: Axis = -1, epsilon: float = 1e-3
) -> tuple[Tensor, Tensor, Tensor]:
    """`batch_normalization` with the batch's own statistics, and those statistics.

    Args:
        x: any shape; statistics are taken over every axis but `axis`.
        gamma, beta: scale and offset, shape (x.shape[axis],), or None.

    Returns:
        `(y, mean, variance)`; the statistics are for moving averages, and an engine may give them no gradient.
    """
    axes = tuple(i for i in range(len(x.shape)) if i != axis)
    values = widened(x)
    average, variance = moments(values, axes)
    y = batch_normalization(values, average, variance, axis, beta, gamma, epsilon)
    return in_dtype_of(y, x), average, variance


@composite(dtype=dtypes.same, promote=("x",), name="layer_normalization")
def _layer_normalization(
    x: Tensor, gamma: Tensor | None = None, beta: Tensor | None = None, axis: Axes = -1, epsilon: float = 1e-7
) -> Tensor:
    """`layer_normalization` with its arguments checked."""
    values = widened(x)
    average, variance = moments(values, axis, keepdims=True)
    y = (values - average) * rsqrt(variance + epsilon)
    if gamma is not None:
        y = y * in_dtype_of(_along(x, axis, gamma), values)
    if beta is not None:
        y = y + in_dtype_of(_along(x, axis, beta), values)
    return in_dtype_of(y, x)


@export("keras.ops.layer_normalization", "keras.ops.nn.layer_normalization")
def layer_normalization(
    x: Any, gamma: Any = None, beta: Any = None, axis: Any = -1, epsilon: float | None = None, **kwargs: Any
) -> Any:
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, with mean and variance over `axis`; the dtype stays.

    Source: Ba et al., https://arxiv.org/abs/1607.06450. 16-bit floats are computed in float32.

    Args:
        x: any shape.
        gamma, beta: of the sizes of `axis`, or None.
        axis: an int or several.
        epsilon: None for `hornbeam.config.epsilon()`.
        kwargs: `rms_scaling=True`, deprecated as in Keras: x / sqrt(variance + epsilon) * gamma.

    Example:
        >>> hornbeam.ops.layer_normalization([1.0, 3.0])
        array([-0.99999994,  0.99999994], dtype=float32)
    """
    rms_scaling = kwargs.pop("rms_scaling", False)
    if kwargs:
        raise TypeError(f"layer_normalization() has no argument {next(iter(kwargs))!r}.")
    epsilon = config.epsilon() if epsilon is None else epsilon
    if not rms_scaling:
        return _layer_normalization(x, gamma, beta, axis, epsilon)
    warnings.warn(
        "`rms_scaling=True` divides by the standard deviation, not by the root mean square, and is deprecated. "
        "Use `ops.rms_normalization`.",
        DeprecationWarning,
        stacklevel=2,
    )
    axes = canonical_axes(axis, len(x.shape))
    _, variance = moments(x, axes, keepdims=True)
    y = x * rsqrt(variance + epsilon)
    return y if gamma is None else y * _along(x, axes, gamma)


layer_normalization.op = operations["layer_normalization"]


@export("keras.ops.rms_normalization", "keras.ops.nn.rms_normalization")
@composite(dtype=dtypes.same, promote=("x",))
def rms_normalization(x: Tensor, scale: Tensor | None = None, axis: Axes = -1, epsilon: float | None = None) -> Tensor:
    """x / sqrt(mean(x^2) + epsilon) * scale over `axis`; the dtype stays.

    Source: Zhang and Sennrich, https://arxiv.org/abs/1910.07467. 16-bit floats are computed in float32.

    Args:
        scale: of the sizes of `axis`, or None.
        epsilon: None for `hornbeam.config.epsilon()`.

    Example:
        >>> hornbeam.ops.rms_normalization([3.0, 3.0])
        array([1., 1.], dtype=float32)
    """
    values = widened(x)
    y = values * rsqrt(mean(square(values), axis, keepdims=True) + (config.epsilon() if epsilon is None else epsilon))
    if scale is not None:
        y = y * in_dtype_of(_along(x, axis, scale), values)
    return in_dtype_of(y, x)


@export("keras.ops.normalize", "keras.ops.nn.normalize")
@composite(dtype=dtypes.real(dtypes.inexact))
def normalize(x: Tensor, axis: Axes = -1, order: int = 2, epsilon: float | None = None) -> Tensor:
    """x divided by its norm over `axis`; a norm below `epsilon` counts as `epsilon`.

    Args:
        order: of the norm, an int from 1 up.
        epsilon: None for `hornbeam.config.epsilon()`.

    Raises:
        ConfigError: `order` is not an int from 1 up.

    Example:
        >>> hornbeam.ops.normalize([3.0, 4.0])
        array([0.6, 0.8], dtype=float32)
    """
    if not isinstance(order, int) or order < 1:
        raise ConfigError(f"normalize(): `order` must be an int from 1 up. Received: order={order!r}")
    epsilon = config.epsilon() if epsilon is None else epsilon
    if order == 2:
        # the root is taken of what is never 0, so that the gradient at 0 is finite
        return x * rsqrt(maximum(sum(square(x), axis, keepdims=True), epsilon**2))
    total = sum(power(absolute(x), order), axis, keepdims=True)
    return x / power(maximum(total, epsilon**order), 1 / order)
