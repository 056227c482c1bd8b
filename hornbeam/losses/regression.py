"""How far predicted numbers are from true ones."""

from __future__ import annotations

from typing import Any

from hornbeam.core.export import export
from hornbeam.losses import functions
from hornbeam.losses.loss import LossFunction


@export("keras.losses.MeanSquaredError")
class MeanSquaredError(LossFunction):
    """The mean of `square(y_true - y_pred)`.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.MeanSquaredError()([[0.0, 2.0]], [[0.0, 0.0]]))
        2.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_error, reduction, name, dtype)


@export("keras.losses.MeanAbsoluteError")
class MeanAbsoluteError(LossFunction):
    """The mean of `abs(y_true - y_pred)`.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.MeanAbsoluteError()([[0.0, 2.0]], [[0.0, 0.0]]))
        1.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_error, reduction, name, dtype)


@export("keras.losses.MeanAbsolutePercentageError")
class MeanAbsolutePercentageError(LossFunction):
    """The mean of `100 * abs((y_true - y_pred) / y_true)`.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.MeanAbsolutePercentageError()([[1.0, 2.0]], [[1.0, 1.0]]))
        25.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_absolute_percentage_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_absolute_percentage_error, reduction, name, dtype)


@export("keras.losses.MeanSquaredLogarithmicError")
class MeanSquaredLogarithmicError(LossFunction):
    """The mean of `square(log(y_true + 1) - log(y_pred + 1))`.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.MeanSquaredLogarithmicError()([[1.0, 0.0]], [[1.0, 0.0]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "mean_squared_logarithmic_error",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.mean_squared_logarithmic_error, reduction, name, dtype)


@export("keras.losses.Huber")
class Huber(LossFunction):
    """Half the squared error where it is below `delta`, a straight line above.

    Args:
        delta: where the line begins.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.Huber()([[0.0, 0.0]], [[1.0, 3.0]]))
        1.5
    """

    unsaved = (("delta", 1.0),)

    def __init__(
        self,
        delta: float = 1.0,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "huber_loss",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.huber,
            reduction,
            name,
            dtype,
            delta=delta,
        )


@export("keras.losses.LogCosh")
class LogCosh(LossFunction):
    """The mean of `log(cosh(y_pred - y_true))`: like the squared error near 0, like the absolute one far off.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.LogCosh()([[0.0, 1.0]], [[0.0, 1.0]]))
        0.0
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "log_cosh",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.log_cosh, reduction, name, dtype)


@export("keras.losses.CosineSimilarity")
class CosineSimilarity(LossFunction):
    """Minus the cosine of the angle between targets and predictions, from -1 (alike) to 1.

    Args:
        axis: axis of the vectors.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.CosineSimilarity()([[0.0, 2.0]], [[0.0, 5.0]]))
        -1.0
    """

    unsaved = (("axis", -1),)

    def __init__(
        self,
        axis: int = -1,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "cosine_similarity",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.cosine_similarity,
            reduction,
            name,
            dtype,
            axis=axis,
        )


@export("keras.losses.Hinge")
class Hinge(LossFunction):
    """The mean of `max(1 - y_true * y_pred, 0)`, for targets -1 and 1 (or 0 and 1).

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.Hinge()([[-1.0, 1.0]], [[-2.0, 0.5]]))
        0.25
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.hinge, reduction, name, dtype)


@export("keras.losses.SquaredHinge")
class SquaredHinge(LossFunction):
    """The mean of `square(max(1 - y_true * y_pred, 0))`, for targets -1 and 1 (or 0 and 1).

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.SquaredHinge()([[-1.0, 1.0]], [[-2.0, 0.0]]))
        0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "squared_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.squared_hinge, reduction, name, dtype)


@export("keras.losses.CategoricalHinge")
class CategoricalHinge(LossFunction):
    """`max(neg - pos + 1, 0)`: the score of the true class should be 1 above that of any other.

    Args:
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.CategoricalHinge()([[0.0, 1.0]], [[0.5, 1.0]]))
        0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "categorical_hinge",
        dtype: Any = None,
    ) -> None:
        super().__init__(functions.categorical_hinge, reduction, name, dtype)
