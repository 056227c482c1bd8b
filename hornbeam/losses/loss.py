"""What losses have in common: dtype, sample weights, reduction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from hornbeam import ops
from hornbeam.core import dtype as dtypes
from hornbeam.core import naming, registry, tree
from hornbeam.core.errors import ConfigError, MixedBackendsError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.mask import get_mask
from hornbeam.core.shape import public
from hornbeam.core.variable import Variable

REDUCTIONS = ("sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", "none", None)


@export("keras.Loss", "keras.losses.Loss")
class Loss:
    """A number that says how far predictions are from targets. Subclasses implement `call(y_true, y_pred)`.

    Args:
        name: name of the loss.
        reduction: what is made of the losses of all samples: "sum_over_batch_size" or "mean" (their mean), "sum",
            "mean_with_sample_weight" (their sum over the sum of the weights), "none" or None (they stay as they are).
        dtype: dtype that targets and predictions are cast to; floatx if None.

    Raises:
        ConfigError: the reduction is none of these.

    Example:
        >>> class Cubic(hornbeam.losses.Loss):
        ...     def call(self, y_true, y_pred):
        ...         return hornbeam.ops.mean(hornbeam.ops.abs(y_true - y_pred) ** 3, axis=-1)
        >>> float(Cubic()([[0.0]], [[2.0]]))
        8.0
    """

    # class numbers stay integers: as float16, those above 2048 would run into each other
    takes_class_numbers: bool = False

    def __init__(
        self, name: str | None = None, reduction: str | None = "sum_over_batch_size", dtype: Any = None
    ) -> None:
        if reduction not in REDUCTIONS:
            raise ConfigError(
                f"{type(self).__name__}: invalid value for argument `reduction`. Expected one of {REDUCTIONS}. "
                f"Received: reduction={reduction!r}"
            )
        self.name = name if name is not None else naming.auto_name(naming.snake_case(type(self).__name__))
        self.reduction = reduction
        self._dtype = None if dtype is None else dtypes.standardize(getattr(dtype, "compute_dtype", dtype))

    @property
    def dtype(self) -> str:
        """Dtype that targets and predictions are cast to."""
        return self._dtype or dtypes.standardize(None)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """The loss of each sample.

        Args:
            y_true: targets.
            y_pred: predictions.
        """
        raise NotImplementedError(f"{type(self).__name__} does not implement `call(y_true, y_pred)`.")

    def kept(self, y_true: Any, y_pred: Any) -> Any:
        """Which values of `call` count, as a boolean tensor; None for all of them."""
        return None

    def __call__(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The loss, reduced.

        Args:
            y_true: targets.
            y_pred: predictions; what their mask leaves out does not count.
            sample_weight: factor for the loss of each sample.

        Raises:
            ShapeError: the shapes do not fit.
        """
        backend = backend_for(y_pred, y_true)
        masks = [get_mask(y_pred)]
        y_pred = _each(y_pred, lambda x: tensor(x, backend, self.dtype))
        y_true = _each(y_true, lambda x: tensor(x, backend, None if self.takes_class_numbers else self.dtype))
        losses = self.call(y_true, y_pred)
        masks.append(self.kept(y_true, y_pred))
        weight = None if sample_weight is None else tensor(sample_weight, backend, self.dtype)
        for mask in masks:
            if mask is not None:
                mask = tensor(mask, backend, self.dtype)
                if self.reduction in ("mean", "sum_over_batch_size"):
                    # the mean is of those that count
                    mask = mask / ops.maximum(ops.mean(mask), 1e-12)
                weight = mask if weight is None else weighted(mask, weight)
        return reduced(losses, weight, self.reduction)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this loss again."""
        config = {"name": self.name, "reduction": self.reduction}
        return config if self._dtype is None else {**config, "dtype": self._dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The loss that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.get_config()}>"


class LossFunction(Loss):
    """A function `(y_true, y_pred, **settings)` as a loss.

    Args:
        fn: the function. `fn.takes_class_numbers` says that integer targets shall stay what they are.
        reduction, name, dtype: as in `Loss`; the default name is the function's.
        settings: passed to the function, and saved in the config.
    """

    # settings that Keras leaves out of the config, with their defaults: only other values are saved
    unsaved: ClassVar[tuple[tuple[str, Any], ...]] = ()

    def __init__(
        self,
        fn: Callable[..., Any],
        reduction: str | None = "sum_over_batch_size",
        name: str | None = None,
        dtype: Any = None,
        **settings: Any,
    ) -> None:
        super().__init__(name if name is not None else getattr(fn, "__name__", None), reduction, dtype)
        self.fn = fn
        self.settings = settings

    @property
    def takes_class_numbers(self) -> bool:
        return getattr(self.fn, "takes_class_numbers", False)

    def call(self, y_true: Any, y_pred: Any) -> Any:
        if not isinstance(y_true, dict) and not isinstance(y_pred, dict):
            y_true, y_pred = same_rank(y_true, y_pred)
        return self.fn(y_true, y_pred, **self.settings)

    def get_config(self) -> dict[str, Any]:
        settings = {name: value for name, value in self.settings.items() if (name, value) not in self.unsaved}
        return {**super().get_config(), **settings}


def _each(structure: Any, make: Callable[[Any], Any]) -> Any:
    return tree.map_structure(make, structure) if isinstance(structure, dict) else make(structure)


def backend_for(*structures: Any) -> Any:
    """The backend of the first tensor among them; the default one if there is none."""
    for structure in structures:
        leaves = tree.flatten(structure) if isinstance(structure, (dict, list, tuple)) else [structure]
        for leaf in leaves:
            owner = leaf.engine if isinstance(leaf, Variable) else registry.backend_of(leaf)
            if owner is not None:
                return owner
    return registry.default()


def tensor(x: Any, backend: Any, dtype: str | None) -> Any:
    """x as a tensor: arrays and numbers go to `backend`.

    Raises:
        MixedBackendsError: x belongs to another engine.
    """
    if isinstance(x, Variable):
        x = x.value
    owner = registry.backend_of(x)
    if owner is None:
        parts = tree.flatten(x) if isinstance(x, (list, tuple)) else ()
        holds_tensors = any(registry.backend_of(part) is not None or isinstance(part, Variable) for part in parts)
        x = ops.convert_to_tensor(x) if holds_tensors else backend.convert(x, None)
        owner = backend
    elif owner is not backend and not owner.symbolic and not backend.symbolic:
        raise MixedBackendsError(
            f"A loss was given tensors of two engines, {owner.name} and {backend.name}. Hornbeam never copies between "
            "engines by itself: convert one with `ops.convert_to_numpy(x)`."
        )
    return x if dtype is None or owner.dtype(x) == dtype else ops.cast(x, dtype)


def same_rank(one: Any, two: Any) -> tuple[Any, Any]:
    """The two, where one has an axis of size 1 more at its end, with equal ranks."""
    if len(one.shape) == len(two.shape) + 1 and one.shape[-1] == 1:
        return (one, ops.expand_dims(two, -1)) if len(two.shape) == 1 else (ops.squeeze(one, -1), two)
    if len(two.shape) == len(one.shape) + 1 and two.shape[-1] == 1:
        return (ops.expand_dims(one, -1), two) if len(one.shape) == 1 else (one, ops.squeeze(two, -1))
    return one, two


def weighted(losses: Any, weight: Any) -> Any:
    """The losses times their weights, which may lack axes at their end.

    Raises:
        ShapeError: the weights do not fit the losses.
    """
    losses, weight = same_rank(losses, weight)
    sizes = list(zip(weight.shape, losses.shape))
    known = [(a, b) for a, b in sizes if isinstance(a, int) and isinstance(b, int)]
    if len(weight.shape) > len(losses.shape) or any(a not in (b, 1) for a, b in known):
        raise ShapeError(
            f"sample_weight of shape {public(weight.shape)} does not fit loss values of shape {public(losses.shape)}: "
            "give a weight for each sample, or for each sample and position."
        )
    for _ in range(len(losses.shape) - len(weight.shape)):
        weight = ops.expand_dims(weight, -1)
    return losses * weight


def reduced(losses: Any, weight: Any, reduction: str | None) -> Any:
    """The losses, weighted, as one number (but for the reduction "none")."""
    if weight is not None:
        losses = weighted(losses, weight)
    if reduction in (None, "none") or not len(losses.shape):
        return losses
    if reduction == "sum":
        return ops.sum(losses)
    if reduction == "mean_with_sample_weight" and weight is not None:
        return ops.divide_no_nan(ops.sum(losses), ops.sum(weight))
    return ops.mean(losses)
