"""Crossentropies and other comparisons of what is with what was expected."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import config
from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import broadcast, canonical_axis, public
from hornbeam.ops.activation import log_softmax, softplus
from hornbeam.ops.elementwise import (
    cast,
    clip,
    log,
    log10,
    maximum,
    multiply,
    square,
    subtract,
    where,
)
from hornbeam.ops.index import take_along_axis
from hornbeam.ops.move import expand_dims, squeeze
from hornbeam.ops.normalization import in_dtype_of, widened
from hornbeam.ops.op import Axis, Tensor, composite
from hornbeam.ops.reduce import mean, sum
from hornbeam.ops.rules_nn import floats


def check_shapes(what: str, target: Any, output: Any) -> None:
    """Refuse targets that would broadcast against the outputs."""
    one, two = tuple(target.shape), tuple(output.shape)
    if one == two:
        return
    if len(one) != len(two) or any(a != b for a, b in zip(one, two, strict=True) if type(a) is type(b) is int):
        raise ShapeError(
            f"{what}() compares target and output element by element: their shapes must be equal. "
            f"Received: target of shape {one}, output of shape {two}."
        )
    broadcast(one, two)


def check_sparse_shapes(target: Any, output: Any, axis: int) -> bool:
    """Whether the target has an axis of size 1 where the output has its classes; other shapes are refused."""
    wanted, given = list(output.shape), list(target.shape)
    axis = canonical_axis(axis, len(wanted), "sparse_categorical_crossentropy(): axis")
    kept = len(given) == len(wanted) and given[axis] == 1
    if kept:
        del given[axis]
    del wanted[axis]
    if len(given) != len(wanted) or any(a != b for a, b in zip(given, wanted) if type(a) is type(b) is int):
        raise ShapeError(
            "sparse_categorical_crossentropy() needs one label for each row of scores: the target's shape must be the "
            f"output's without its axis {axis} (or with size 1 there). Received: target of shape "
            f"{public(target.shape)}, output of shape {public(output.shape)}."
        )
    return kept


def _log_probabilities(output: Any, axis: Any) -> Any:
    """Logarithms of probabilities: made to sum to 1, and kept `epsilon` away from 0 and 1."""
    epsilon = config.epsilon()
    return log(clip(output / sum(output, axis, keepdims=True), epsilon, 1 - epsilon))


@export("keras.ops.categorical_crossentropy", "keras.ops.nn.categorical_crossentropy")
@composite(dtype=floats, promote=("output",))
def categorical_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False, axis: Axis = -1) -> Tensor:
    """-sum(target * log(output)) over the classes.

    Args:
        target: probabilities of the classes, often one-hot; shape as `output`.
        output: probabilities (they are made to sum to 1), or scores with `from_logits`.
        from_logits: whether `output` is before the softmax; more exact, and faster.
        axis: axis of the classes.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> hornbeam.ops.categorical_crossentropy([[0.0, 1.0]], [[0.5, 0.5]])
        array([0.6931472], dtype=float32)
    """
    check_shapes("categorical_crossentropy", target, output)
    scores = widened(output)
    logs = log_softmax(scores, axis) if from_logits else _log_probabilities(scores, axis)
    return in_dtype_of(-sum(in_dtype_of(target, scores) * logs, axis), output)


@export("keras.ops.sparse_categorical_crossentropy", "keras.ops.nn.sparse_categorical_crossentropy")
@composite(dtype=floats, promote=("output",))
def sparse_categorical_crossentropy(
    target: Tensor, output: Tensor, from_logits: bool = False, axis: int = -1
) -> Tensor:
    """-log(output[label]): `categorical_crossentropy` with the classes given by number.

    Args:
        target: class numbers; shape of `output` without `axis`, or with size 1 there. A negative label counts nothing.
        output: probabilities (they are made to sum to 1), or scores with `from_logits`.
        from_logits: whether `output` is before the softmax; more exact, and faster.
        axis: axis of the classes.

    Raises:
        ShapeError: the shapes do not fit.

    Example:
        >>> hornbeam.ops.sparse_categorical_crossentropy([1], [[0.5, 0.5]])
        array([0.6931472], dtype=float32)
    """
    kept = check_sparse_shapes(target, output, axis)
    labels = cast(target, "int32")
    if not kept:
        labels = expand_dims(labels, axis)
    scores = widened(output)
    logs = log_softmax(scores, axis) if from_logits else _log_probabilities(scores, axis)
    chosen = take_along_axis(logs, maximum(labels, 0), axis)
    return in_dtype_of(squeeze(where(labels < 0, 0.0, -chosen), axis), output)


@export("keras.ops.binary_crossentropy", "keras.ops.nn.binary_crossentropy")
@composite(dtype=floats, promote=("output",))
def binary_crossentropy(target: Tensor, output: Tensor, from_logits: bool = False) -> Tensor:
    """-target * log(output) - (1 - target) * log(1 - output), element by element.

    Args:
        target: 0 or 1, or a probability; shape as `output`.
        output: probabilities (kept `epsilon` away from 0 and 1), or scores with `from_logits`.
        from_logits: whether `output` is before the sigmoid; more exact.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> hornbeam.ops.binary_crossentropy([1.0], [0.5])
        array([0.6931472], dtype=float32)
    """
    check_shapes("binary_crossentropy", target, output)
    scores = widened(output)
    expected = in_dtype_of(target, scores)
    if from_logits:
        # log(sigmoid(x)) is -softplus(-x), and log(1 - sigmoid(x)) is -softplus(x)
        loss = expected * softplus(-scores) + (1 - expected) * softplus(scores)
    else:
        epsilon = config.epsilon()
        scores = clip(scores, epsilon, 1 - epsilon)
        loss = -(expected * log(scores) + (1 - expected) * log(1 - scores))
    return in_dtype_of(loss, output)


@export("keras.ops.psnr", "keras.ops.nn.psnr")
@composite(dtype=floats)
def psnr(x1: Tensor, x2: Tensor, max_val: float) -> Tensor:
    """Peak signal-to-noise ratio in decibels: 20 log10(max_val) - 10 log10(mean((x1 - x2)^2)).

    Args:
        max_val: the largest value that a signal can have.

    Raises:
        ShapeError: the shapes differ.

    Example:
        >>> hornbeam.ops.psnr([0.0, 1.0], [0.1, 0.9], 1.0)
        array(20., dtype=float32)
    """
    check_shapes("psnr", x1, x2)
    return subtract(20 * math.log10(max_val), multiply(log10(mean(square(subtract(x1, x2)))), 10.0))
