"""Layers that make one tensor of several."""

from __future__ import annotations

import functools
from typing import Any

from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.layers.layer import Layer
from hornbeam.ops import elementwise, move, reduce


class Merge(Layer):
    """What merging layers share: a list of at least one tensor, and masks that must all agree."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True

    def get_config(self) -> dict[str, Any]:
        return super().get_config()

    def build(self, input_shape: Any) -> None:
        if (
            not isinstance(input_shape, (list, tuple))
            or not input_shape
            or not isinstance(input_shape[0], (list, tuple))
        ):
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' takes a list of tensors, got one of shape {input_shape}: call it "
                "as `layer([a, b])`."
            )

    def merge(self, left: Any, right: Any) -> Any:
        raise NotImplementedError

    def call(self, inputs: Any) -> Any:
        if not isinstance(inputs, (list, tuple)):
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' takes a list of tensors: call it as `layer([a, b])`."
            )
        rank = max(len(x.shape) for x in inputs)
        return functools.reduce(self.merge, [_with_rank(x, rank) for x in inputs])

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        masks = [mask for mask in previous_mask or () if mask is not None]
        if not masks or len(masks) < len(inputs):
            return None
        return functools.reduce(elementwise.logical_and, masks)


def _with_rank(x: Any, rank: int) -> Any:
    """`x` with axes of size 1 put in behind the batch."""
    while len(x.shape) < rank:
        x = move.expand_dims(x, 1)
    return x


@export("keras.layers.Add")
class Add(Merge):
    """Sum of the inputs, which broadcast.

    Example:
        >>> ones = hornbeam.ops.ones
        >>> hornbeam.layers.Add()([ones((2, 3)), ones((2, 3))]).shape
        (2, 3)
    """

    def merge(self, left: Any, right: Any) -> Any:
        return elementwise.add(left, right)


@export("keras.layers.Multiply")
class Multiply(Merge):
    """Product of the inputs, which broadcast.

    Example:
        >>> ones = hornbeam.ops.ones
        >>> hornbeam.layers.Multiply()([ones((2, 3)), ones((2, 3))]).shape
        (2, 3)
    """

    def merge(self, left: Any, right: Any) -> Any:
        return elementwise.multiply(left, right)


@export("keras.layers.Concatenate")
class Concatenate(Merge):
    """The inputs one behind the other along an axis.

    Args:
        axis: the axis; the other sizes must be equal.

    Example:
        >>> ones = hornbeam.ops.ones
        >>> hornbeam.layers.Concatenate()([ones((2, 3)), ones((2, 4))]).shape
        (2, 7)
    """

    _settings = {"axis": None}  # noqa: RUF012

    def __init__(self, axis: int = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        shapes = [list(shape) for shape in input_shape]
        for shape in shapes[1:]:
            axis = self.axis % len(shapes[0])
            same = len(shape) == len(shapes[0]) and all(
                i == axis or a is None or b is None or a == b
                for i, (a, b) in enumerate(zip(shape, shapes[0], strict=True))
            )
            if not same:
                raise ShapeError(
                    f"Concatenate '{self.name}': the inputs must have the same shape except along axis {self.axis}, "
                    f"got {', '.join(str(tuple(s)) for s in shapes)}."
                )

    def call(self, inputs: Any) -> Any:
        return move.concatenate(inputs, self.axis)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        masks = list(previous_mask or ())
        if all(mask is None for mask in masks):
            return None
        full = [
            elementwise.equal(x, x) if mask is None else _like(mask, x) for x, mask in zip(inputs, masks, strict=True)
        ]
        return reduce.all(move.concatenate(full, self.axis), -1)


def _like(mask: Any, x: Any) -> Any:
    while len(mask.shape) < len(x.shape):
        mask = move.expand_dims(mask, -1)
    return elementwise.logical_and(mask, elementwise.equal(x, x))


def _function(layer: type, name: str) -> Any:
    def merged(inputs: Any, **kwargs: Any) -> Any:
        return layer(**kwargs)(inputs)

    merged.__name__ = merged.__qualname__ = name
    merged.__doc__ = f"`{layer.__name__}` of `inputs`, a list of tensors."
    return export(f"keras.layers.{name}")(merged)


add = _function(Add, "add")
multiply = _function(Multiply, "multiply")


@export("keras.layers.concatenate")
def concatenate(inputs: Any, axis: int = -1, **kwargs: Any) -> Any:
    """`Concatenate` of `inputs`, a list of tensors."""
    return Concatenate(axis=axis, **kwargs)(inputs)
