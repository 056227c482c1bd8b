"""Activations that are layers of their own."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.layers.layer import Layer
from hornbeam.ops import activation, elementwise, reduce
from hornbeam.ops.attention import MASKED


@export("keras.layers.Softmax")
class Softmax(Layer):
    """exp(x) / sum exp(x) over `axis`, with a mask over what counts.

    Args:
        axis: one axis or several, which count as one.

    Call arguments:
        inputs: floats.
        mask: booleans that broadcast to the inputs; where they are False, the result is 0.

    Example:
        >>> hornbeam.layers.Softmax()(np.array([[1.0, 1.0]], "float32"), mask=np.array([[True, False]]))
        Array([[1., 0.]], dtype=float32)
    """

    _settings = {"axis": None}  # noqa: RUF012

    def __init__(self, axis: Any = -1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.axis = axis if isinstance(axis, int) else tuple(axis)
        self.supports_masking = True

    def call(self, inputs: Any, mask: Any = None) -> Any:
        if mask is not None:
            mask = elementwise.cast(mask, "bool")
            lowest = MASKED if self.compute_dtype != "float16" else -65504.0
            inputs = elementwise.where(mask, inputs, lowest)
        axes = (self.axis,) if isinstance(self.axis, int) else self.axis
        if len(axes) == 1:
            outputs = activation.softmax(inputs, axes[0])
        else:
            e = elementwise.exp(inputs - reduce.max(inputs, axes, keepdims=True))
            outputs = e / reduce.sum(e, axes, keepdims=True)
        return outputs if mask is None else elementwise.where(mask, outputs, 0.0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape
