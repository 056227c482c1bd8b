"""How far masks, or embeddings of a class, are from lying upon each other."""

from __future__ import annotations

from typing import Any

from hornbeam import ops
from hornbeam.core.export import export
from hornbeam.losses import functions
from hornbeam.losses.loss import LossFunction


@export("keras.losses.Dice")
class Dice(LossFunction):
    """`1 - 2 both / (y_true + y_pred)`: how little two masks overlap.

    Args:
        axis: axes of the sums; all if None.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.Dice()([[1.0, 0.0]], [[0.5, 0.5]]))
        0.5
    """

    def __init__(
        self,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "dice",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.dice,
            reduction,
            name,
            dtype,
            axis=axis,
        )


@export("keras.losses.Tversky")
class Tversky(LossFunction):
    """How little two masks overlap, with weights for what was missed and what was invented.

    Args:
        alpha: weight of what is in the targets only.
        beta: weight of what is in the predictions only.
        axis: axes of the sums; all if None.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.Tversky()([[1.0, 0.0]], [[0.5, 0.5]]))
        0.5
    """

    def __init__(
        self,
        alpha: float = 0.5,
        beta: float = 0.5,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "tversky",
        axis: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.tversky,
            reduction,
            name,
            dtype,
            alpha=alpha,
            beta=beta,
            axis=axis,
        )


@export("keras.losses.Circle")
class Circle(LossFunction):
    """Pulls embeddings of one class together and pushes others apart, the worst pairs the most.

    Targets are class numbers, predictions embeddings of length 1. Source: "Circle Loss: A Unified Perspective of Pair
    Similarity Optimization" (Sun et al., 2020).

    Args:
        gamma: scale.
        margin: how far apart the classes should be.
        remove_diagonal: whether not to compare an embedding with itself.
        reduction, name, dtype: as in `Loss`.

    Example:
        >>> float(hornbeam.losses.Circle()([0, 0], [[1.0, 0.0], [1.0, 0.0]]))
        0.0
    """

    def __init__(
        self,
        gamma: float = 80.0,
        margin: float = 0.4,
        remove_diagonal: bool = True,
        reduction: str | None = "sum_over_batch_size",
        name: str | None = "circle",
        dtype: Any = None,
    ) -> None:
        super().__init__(
            functions.circle,
            reduction,
            name,
            dtype,
            gamma=gamma,
            margin=margin,
            remove_diagonal=remove_diagonal,
        )

    def kept(self, y_true: Any, y_pred: Any) -> Any:
        labels = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        # one that has no other of its class counts nothing
        return ops.any(functions.alike_pairs(labels, labels, self.settings["remove_diagonal"])[0], axis=1)
