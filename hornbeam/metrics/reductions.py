"""Sums and means over all samples seen, and metrics that are the mean of a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hornbeam import ops
from hornbeam.core import config, serialization
from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.core.mask import get_mask
from hornbeam.core.shape import public
from hornbeam.metrics.metric import Metric


def per_sample(values: Any, weight: Any, dtype: str, reduce: Callable[..., Any]) -> tuple[Any, Any]:
    """One number for each sample, weighted, and its weight.

    Axes that the weights lack, and then all but the first, are reduced by `reduce`.

    Args:
        values: tensor [samples, ...] or scalar.
        weight: None, a number, or a tensor whose shape begins like that of `values`; sizes of 1 broadcast.
        dtype: of the results.
        reduce: `ops.mean` or `ops.sum`.

    Raises:
        ShapeError: the weights do not fit.
    """
    values = ops.cast(ops.convert_to_tensor(values), dtype)
    if weight is None:
        return _samples(values, reduce), None
    if isinstance(weight, (int, float)):
        return (reduce(values) if len(values.shape) else values) * weight, weight
    weight = ops.cast(ops.convert_to_tensor(weight), dtype)
    weight = fitted_weight(values, weight, "values")
    if len(weight.shape) < len(values.shape):
        values = reduce(values, axis=tuple(range(len(weight.shape), len(values.shape))))
    weighted = values * weight
    if len(weighted.shape) > 1:
        weight = _samples(weight + ops.zeros_like(weighted), reduce)
    return _samples(weighted, reduce), weight


def _samples(values: Any, reduce: Callable[..., Any]) -> Any:
    ndim = len(values.shape)
    return reduce(values, axis=tuple(range(1, ndim))) if ndim > 1 else values


def fitted_weight(values: Any, weight: Any, what: str) -> Any:
    """`weight` without a last axis of size 1 that `values` lacks.

    Raises:
        ShapeError: its shape is not the beginning of that of `values`, up to sizes of 1.
    """
    sizes, weights = public(values.shape), public(weight.shape)
    if len(weights) == len(sizes) + 1 and weights[-1] == 1 and sizes:
        return ops.squeeze(weight, -1)
    fits = all(a == b or b == 1 or a is None or b is None or a == 1 for a, b in zip(sizes, weights, strict=False))
    if len(weights) > len(sizes) or not fits:
        raise ShapeError(
            f"sample_weight has shape {weights}, which does not fit {what} of shape {sizes}. Expected one weight for "
            f"each sample, shape {sizes[:1]}, or a shape that {sizes} begins with."
        )
    return weight


def with_mask(y_pred: Any, sample_weight: Any) -> Any:
    """The sample weights times the mask that travels with `y_pred`."""
    mask = get_mask(y_pred)
    if mask is None:
        return sample_weight
    mask = ops.cast(mask, config.floatx())
    if sample_weight is None:
        return mask
    weight = ops.cast(ops.convert_to_tensor(sample_weight), config.floatx())
    while len(weight.shape) < len(mask.shape):
        weight = ops.expand_dims(weight, -1)
    while len(mask.shape) < len(weight.shape):
        mask = ops.expand_dims(mask, -1)
    return mask * weight


def sample_count(values: Any) -> Any:
    """Number of samples in `values`: a number where it is known, else a tensor."""
    if not len(values.shape):
        return 1
    size = values.shape[0]
    return size if type(size) is int else ops.sum(ops.ones_like(values))


@export("keras.metrics.Sum")
class Sum(Metric):
    """Weighted sum of all values.

    Example:
        >>> m = hornbeam.metrics.Sum()
        >>> m.update_state([1.0, 2.0], sample_weight=[1.0, 0.5])
        >>> float(m.result())
        2.0
    """

    def __init__(self, name: str | None = "sum", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable((), "zeros", name="total")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values, _ = per_sample(values, sample_weight, self.dtype, ops.sum)
        self.total.assign_add(ops.sum(values))

    def result(self) -> Any:
        return ops.cast(self.total, self.dtype)


@export("keras.metrics.Mean")
class Mean(Metric):
    """Weighted mean of all values; 0 before there are any.

    Values of higher rank count by sample: the mean over the other axes comes first.

    Example:
        >>> m = hornbeam.metrics.Mean()
        >>> m.update_state([1.0, 3.0])
        >>> m.update_state([5.0], sample_weight=[2.0])
        >>> float(m.result())
        3.5
    """

    def __init__(self, name: str | None = "mean", dtype: Any = None) -> None:
        super().__init__(dtype, name)
        self.total = self.add_variable((), "zeros", name="total")
        self.count = self.add_variable((), "zeros", name="count")

    def update_state(self, values: Any, sample_weight: Any = None) -> None:
        values, weight = per_sample(values, sample_weight, self.dtype, ops.mean)
        if weight is None:
            weight = sample_count(values)
        elif not isinstance(weight, (int, float)):
            weight = ops.sum(weight)
        self.total.assign_add(ops.sum(values) if len(values.shape) else values)
        self.count.assign_add(weight)

    def result(self) -> Any:
        return ops.divide_no_nan(self.total, self.count)


@export("keras.metrics.MeanMetricWrapper")
class MeanMetricWrapper(Mean):
    """Weighted mean of `fn(y_true, y_pred, **kwargs)`, over what the mask of `y_pred` keeps.

    Args:
        fn: gives one value for each sample (or for each of its parts).
        name: made from the class's name if None.
        dtype: of the computation.
        **kwargs: passed to `fn`.

    Example:
        >>> m = hornbeam.metrics.MeanMetricWrapper(lambda y, p: hornbeam.ops.abs(y - p))
        >>> float(m([1.0, 2.0], [1.0, 4.0]))
        1.0
    """

    def __init__(self, fn: Callable[..., Any], name: str | None = None, dtype: Any = None, **kwargs: Any) -> None:
        super().__init__(name, dtype)
        self._fn = fn
        self._fn_kwargs = kwargs

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        super().update_state(self._fn(y_true, y_pred, **self._fn_kwargs), with_mask(y_pred, sample_weight))

    def get_config(self) -> dict[str, Any]:
        arguments = serialization.serialize_object(self._fn_kwargs)
        return {**super().get_config(), "fn": serialization.serialize_object(self._fn), **arguments}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        config = dict(config)
        if "fn" in config:
            config["fn"] = serialization.deserialize_object(config["fn"])
        return cls(**config)


class FunctionMetric(MeanMetricWrapper):
    """A mean of one function that the class stands for: its config holds the function's settings alone."""

    def get_config(self) -> dict[str, Any]:
        return {**Metric.get_config(self), **serialization.serialize_object(self._fn_kwargs)}
