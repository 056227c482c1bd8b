"""What a layer expects of its inputs, checked before each call."""

from __future__ import annotations

from typing import Any

from hornbeam.core import tree
from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export


@export("keras.InputSpec", "keras.layers.InputSpec")
class InputSpec:
    """Rank, sizes and dtype that a layer accepts in one input.

    Args:
        dtype: expected dtype.
        shape: expected shape, None for a free size.
        ndim: exact rank.
        max_ndim, min_ndim: bounds of the rank.
        axes: axis -> expected size.
        allow_last_axis_squeeze: accept a last axis of size 1 more or less than expected.
        name: name of the input.
        optional: whether None is accepted.
    """

    def __init__(
        self,
        dtype: Any = None,
        shape: Any = None,
        ndim: int | None = None,
        max_ndim: int | None = None,
        min_ndim: int | None = None,
        axes: dict[int, int | None] | None = None,
        allow_last_axis_squeeze: bool = False,
        name: str | None = None,
        optional: bool = False,
    ) -> None:
        self.dtype = dtype
        self.shape = tuple(shape) if shape is not None else None
        self.ndim = len(self.shape) if self.shape is not None else ndim
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.axes = {int(axis): size for axis, size in (axes or {}).items()}
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.name = name
        self.optional = optional

    def problem(self, shape: tuple[Any, ...]) -> str | None:
        """What is wrong with an input of this shape: `expected ..., ` or None."""
        ndim = len(shape)
        if self.shape is not None and self.allow_last_axis_squeeze:
            if ndim == len(self.shape) + 1 and shape[-1] == 1:
                shape, ndim = shape[:-1], ndim - 1
            elif ndim == len(self.shape) - 1 and self.shape[-1] == 1:
                shape, ndim = (*shape, 1), ndim + 1
        if self.ndim is not None and ndim != self.ndim:
            return f"expected ndim={self.ndim}, found ndim={ndim}"
        if self.min_ndim is not None and ndim < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={ndim}"
        if self.max_ndim is not None and ndim > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={ndim}"
        sizes = dict(enumerate(self.shape)) if self.shape is not None else {}
        sizes.update(self.axes)
        for axis, expected in sizes.items():
            found = shape[axis]
            if expected is not None and isinstance(found, int) and found != expected:
                return f"expected axis {axis} of the input to have size {expected}, found {found}"
        return None

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return {name: getattr(self, name) for name in names}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> InputSpec:
        """The spec that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        parts = [f"{name}={value}" for name, value in self.get_config().items() if value not in (None, {})]
        return f"InputSpec({', '.join(parts)})"


def check(specs: Any, inputs: Any, shape_of: Any, where: str) -> None:
    """Raise where the inputs do not fit the layer's `input_spec`."""
    specs = tree.flatten(specs)
    tensors = tree.flatten(inputs)
    if len(specs) != len(tensors):
        raise ShapeError(f"{where} expects {len(specs)} inputs, {len(tensors)} came: {_shapes(tensors, shape_of)}.")
    for index, (spec, tensor) in enumerate(zip(specs, tensors, strict=True)):
        if spec is None or (tensor is None and spec.optional):
            continue
        if tensor is None or not hasattr(tensor, "shape"):
            raise ShapeError(f"{where}: input {index} is {tensor!r:.60}, expected a tensor.")
        problem = spec.problem(tuple(shape_of(tensor)))
        if problem:
            raise ShapeError(
                f"{where}: input {index} does not fit: {problem}. Its shape is {_shapes([tensor], shape_of)}."
            )


def _shapes(tensors: list[Any], shape_of: Any) -> str:
    return ", ".join(str(tuple(shape_of(tensor))) if hasattr(tensor, "shape") else repr(tensor) for tensor in tensors)
