"""How well predicted probabilities tell what was true."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.losses import functions
from hornbeam.losses.loss import LossFunction


@export("keras.losses.BinaryCrossentropy")
class BinaryCrossentropy(LossFunction):
    """Crossentropy for targets 0 and 1.

    Args:
        from_logits: whether predictions are before the sigmoid; more exact.
        label_smoothing: how far targets are drawn towards equal probabilities, from 0 to 1.
        axis: axis of the mean.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> round(float(hornbeam.losses.BinaryCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.binary_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=_share(label_smoothing),
            axis=axis,
        )


@export("keras.losses.BinaryFocalCrossentropy")
class BinaryFocalCrossentropy(LossFunction):
    """Crossentropy for targets 0 and 1, in which hard samples count more.

    Source: "Focal Loss for Dense Object Detection" (Lin et al., 2018).

    Args:
        apply_class_balancing: weigh class 1 by `alpha` and class 0 by `1 - alpha`.
        alpha: weight of class 1.
        gamma: how much less easy samples count.
        from_logits: whether predictions are before the sigmoid.
        label_smoothing: how far targets are drawn towards equal probabilities, from 0 to 1.
        axis: axis of the mean.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> round(float(hornbeam.losses.BinaryFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.1733
    """

    def __init__(
        self,
        apply_class_balancing: bool = False,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "binary_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.binary_focal_crossentropy,
            reduction,
            name,
            dtype,
            apply_class_balancing=apply_class_balancing,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=_share(label_smoothing),
            axis=axis,
        )


@export("keras.losses.CategoricalCrossentropy")
class CategoricalCrossentropy(LossFunction):
    """Crossentropy for one-hot targets.

    Args:
        from_logits: whether predictions are before the softmax; more exact, and faster.
        label_smoothing: how far targets are drawn towards equal probabilities, from 0 to 1.
        axis: axis of the classes.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> round(float(hornbeam.losses.CategoricalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.6931
    """

    def __init__(
        self,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            label_smoothing=_share(label_smoothing),
            axis=axis,
        )


@export("keras.losses.CategoricalFocalCrossentropy")
class CategoricalFocalCrossentropy(LossFunction):
    """Crossentropy for one-hot targets, in which hard samples count more.

    Source: "Focal Loss for Dense Object Detection" (Lin et al., 2018).

    Args:
        alpha: weight of the classes.
        gamma: how much less easy samples count.
        from_logits: whether predictions are before the softmax.
        label_smoothing: how far targets are drawn towards equal probabilities, from 0 to 1.
        axis: axis of the classes.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> round(float(hornbeam.losses.CategoricalFocalCrossentropy()([[0.0, 1.0]], [[0.5, 0.5]])), 4)
        0.0433
    """

    def __init__(
        self,
        alpha: float = 0.25,
        gamma: float = 2.0,
        from_logits: bool = False,
        label_smoothing: float = 0.0,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_focal_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.categorical_focal_crossentropy,
            reduction,
            name,
            dtype,
            alpha=alpha,
            gamma=gamma,
            from_logits=from_logits,
            label_smoothing=_share(label_smoothing),
            axis=axis,
        )


@export("keras.losses.SparseCategoricalCrossentropy")
class SparseCategoricalCrossentropy(LossFunction):
    """Crossentropy for targets that are class numbers.

    Args:
        from_logits: whether predictions are before the softmax; more exact, and faster.
        ignore_class: a class number whose samples do not count.
        axis: axis of the classes.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> round(float(hornbeam.losses.SparseCategoricalCrossentropy()([1], [[0.5, 0.5]])), 4)
        0.6931
    """

    unsaved = (("axis", -1),)

    def __init__(
        self,
        from_logits: bool = False,
        ignore_class: int | None = None,
        reduction: str | None = "sum_over_batch_size",
        axis: int = -1,
        name: str | None = "sparse_categorical_crossentropy",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.sparse_categorical_crossentropy,
            reduction,
            name,
            dtype,
            from_logits=from_logits,
            ignore_class=ignore_class,
            axis=axis,
        )

    def kept(self, y_true: Any, y_pred: Any) -> Any:
        ignored, axis = self.settings["ignore_class"], self.settings["axis"]
        if ignored is None:
            return None
        if len(y_true.shape) == len(y_pred.shape) and y_true.shape[axis] == 1:
            y_true = ops.squeeze(y_true, axis)
        return ops.not_equal(y_true, ignored)


@export("keras.losses.CategoricalGeneralizedCrossEntropy")
class CategoricalGeneralizedCrossEntropy(LossFunction):
    """`(1 - y_pred[y_true] ** q) / q`: bears wrong labels better than crossentropy does.

    Targets are class numbers. Source: "Generalized Cross Entropy Loss for Training Deep Neural Networks with Noisy
    Labels" (Zhang & Sabuncu, 2018).

    Args:
        q: between 0 (near crossentropy) and 1 (near mean absolute error).
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.CategoricalGeneralizedCrossEntropy()([1], [[0.75, 0.25]]))
        1.0
    """

    def __init__(
        self,
        q: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_generalized_cross_entropy",
        dtype: Any = None,
    ) -> None:
        if not 0 < q < 1:
            raise ConfigError(f"q must be in the interval (0, 1). Received: q={q}")
        super().__init__(
            functions.categorical_generalized_cross_entropy,
            reduction,
            name,
            dtype,
            q=q,
        )


@export("keras.losses.KLDivergence")
class KLDivergence(LossFunction):
    """Kullback-Leibler divergence: the sum of `y_true * log(y_true / y_pred)`.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.KLDivergence()([[1.0, 1.0]], [[1.0, 1.0]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "kl_divergence",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.kl_divergence, reduction, name, dtype)


@export("keras.losses.Poisson")
class Poisson(LossFunction):
    """The mean of `y_pred - y_true * log(y_pred)`, for counts.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.Poisson()([[0.0, 0.0]], [[2.0, 4.0]]))
        3.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "poisson",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.poisson, reduction, name, dtype)


@export("keras.losses.CTC")
class CTC(LossFunction):
    """Connectionist temporal classification, for sequences of labels without times.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> round(float(hornbeam.losses.CTC()([[1, 2]], [[[0.0, 9.0, 0.0], [0.0, 0.0, 9.0]]])), 3)
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "ctc",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.ctc, reduction, name, dtype)


def _share(label_smoothing: float) -> float:
    """`label_smoothing`, which must be from 0 to 1."""
    if not 0 <= label_smoothing <= 1:
        raise ConfigError(f"`label_smoothing` must be in [0, 1]. Received: label_smoothing={label_smoothing}")
    return label_smoothing
