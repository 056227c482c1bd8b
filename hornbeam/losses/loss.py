"""The base of losses: what one number is made of many, with sample weights and masks."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hornbeam.core import config
from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.policy import DTypePolicy
from hornbeam.layers.mask import get_mask
from hornbeam.ops import create, elementwise, move, reduce

REDUCTIONS = ("sum_over_batch_size", "sum", "mean", "mean_with_sample_weight", "none", None)


@export("keras.Loss", "keras.losses.Loss")
class Loss:
    """How far predictions are from targets. Subclasses define `call(y_true, y_pred)`, a value for each sample.

    Args:
        name: shown in logs.
        reduction: "sum_over_batch_size" (the mean over all values), "sum", "mean" (the same as the first),
            "mean_with_sample_weight" (divided by the sum of the weights), or "none".
        dtype: dtype of the computation; floatx if None.

    Example:
        >>> class Distance(hornbeam.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return hornbeam.ops.abs(y_true - y_pred)
        >>> float(Distance()(np.zeros(2), np.ones(2)))
        1.0
    """

    def __init__(self, name: str | None = None, reduction: Any = "sum_over_batch_size", dtype: Any = None) -> None:
        if reduction not in REDUCTIONS:
            raise ConfigError(f"{type(self).__name__}: reduction must be one of {REDUCTIONS}, got {reduction!r}.")
        self.name = name or type(self).__name__.lower()
        self.reduction = reduction
        self._dtype_policy = dtype if isinstance(dtype, DTypePolicy) else DTypePolicy(dtype or config.floatx())
        self.dtype = self._dtype_policy.compute_dtype

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """A value for each sample (and position). Override it."""
        raise NotImplementedError(f"Loss '{self.name}' ({type(self).__name__}) does not define `call`.")

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The values of `call`, weighted and reduced."""
        mask = get_mask(y_pred)
        y_pred = as_tensor(y_pred, self.dtype)
        y_true = as_tensor(y_true, self.dtype)
        values = self.call(y_true, y_pred)
        if mask is None:
            mask = get_mask(values)
        return weighted(values, sample_weight, mask, self.reduction, self.dtype)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return {"name": self.name, "reduction": self.reduction}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Loss:
        """The loss that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


class LossFunction(Loss):
    """A function `(y_true, y_pred, **settings)` as a loss."""

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: Any = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **settings: Any,
    ) -> None:
        super().__init__(name or getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self.settings = settings

    def call(self, y_true: Any, y_pred: Any) -> Any:
        y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self.settings)


def as_tensor(x: Any, dtype: str) -> Any:
    """`x` as a tensor, floats in `dtype`, class numbers as they are."""
    x = create.convert_to_tensor(x)
    name = dtypes.standardize(x.dtype)
    return elementwise.cast(x, dtype) if name != dtype and not dtypes.is_integer(name) else x


def same_rank(x1: Any, x2: Any) -> tuple[Any, Any]:
    """The two with a last axis of 1 dropped from the one that has an axis more, as in Keras."""
    rank_1, rank_2 = len(x1.shape), len(x2.shape)
    if rank_1 == rank_2:
        return x1, x2
    if rank_1 == rank_2 + 1 and x1.shape[-1] == 1:
        return (x1, move.expand_dims(x2, -1)) if rank_2 == 1 else (move.squeeze(x1, -1), x2)
    if rank_2 == rank_1 + 1 and x2.shape[-1] == 1:
        return (move.expand_dims(x1, -1), x2) if rank_1 == 1 else (x1, move.squeeze(x2, -1))
    return x1, x2


def weighted(values: Any, sample_weight: Any, mask: Any, reduction: Any, dtype: str) -> Any:
    """The values times weights, reduced; a mask counts as weights that leave the mean a mean over what it keeps.

    Raises:
        ShapeError: the weights do not fit the values.
    """
    if sample_weight is not None:
        sample_weight = elementwise.cast(create.convert_to_tensor(sample_weight), dtype)
    if mask is not None:
        mask = elementwise.cast(mask, dtype)
        if reduction in ("sum_over_batch_size", "mean"):
            kept = reduce.sum(mask)
            mask = mask * (elementwise.cast(_count(mask), dtype) / (kept + config.epsilon()))
        if sample_weight is None:
            sample_weight = mask
        else:
            sample_weight, mask = _fit(sample_weight, mask)
            sample_weight = sample_weight * mask
    if sample_weight is not None:
        values = elementwise.cast(values, dtype)
        sample_weight, values = _fit(sample_weight, values)
        values = values * sample_weight
    if reduction in (None, "none") or not len(values.shape):
        return values
    total = reduce.sum(values)
    if reduction == "sum":
        return total
    if reduction == "mean_with_sample_weight" and sample_weight is not None:
        spread = sample_weight + elementwise.multiply(values, 0.0)
        return total / (reduce.sum(spread) + config.epsilon())
    return total / elementwise.cast(_count(values), dtype)


def _count(x: Any) -> Any:
    """Number of elements: an int, or a tensor where sizes are known only when data comes."""
    if all(isinstance(size, int) for size in x.shape):
        return create.convert_to_tensor(math.prod(x.shape))
    return reduce.sum(create.ones_like(x, "int32"))


def _fit(weights: Any, values: Any) -> tuple[Any, Any]:
    """Weights with as many axes as the values, sizes of 1 put in behind."""
    rank, wanted = len(weights.shape), len(values.shape)
    if rank == wanted + 1 and weights.shape[-1] == 1:
        return move.squeeze(weights, -1), values
    fits = rank <= wanted and all(
        w == v or w == 1 or w is None or v is None or not isinstance(w, int) or not isinstance(v, int)
        for w, v in zip(weights.shape, values.shape, strict=False)
    )
    if not fits:
        raise ShapeError(
            f"sample_weight of shape {tuple(weights.shape)} does not fit loss values of shape {tuple(values.shape)}: give "
            "a weight for each sample, or for each sample and position."
        )
    while len(weights.shape) < wanted:
        weights = move.expand_dims(weights, -1)
    return weights, values
