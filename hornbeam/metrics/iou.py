"""Intersection over union: how well predicted regions cover the true ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.metrics.accuracy import tensors
from hornbeam.metrics.metric import Metric


@export("keras.metrics.IoU")
class IoU(Metric):
    """Mean over classes of true positives / (true positives + false positives + false negatives).

    Args:
        num_classes: number of classes.
        target_class_ids: the classes that count.
        ignore_class: labels of this class count nothing.
        sparse_y_true, sparse_y_pred: class numbers; if False, scores or one-hot along `axis`.
        axis: axis of the classes, where there is one.

    Raises:
        ConfigError: a class to count is not below `num_classes`.

    Example:
        >>> m = hornbeam.metrics.IoU(num_classes=2, target_class_ids=[0])
        >>> round(float(m([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    _direction = "up"

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        super().__init__(dtype if dtype is not None else "int32", name)
        if max(target_class_ids, default=0) >= num_classes:
            raise ConfigError(
                f"{type(self).__name__}: target_class_ids must be below num_classes={num_classes}, "
                f"got {list(target_class_ids)}."
            )
        self.num_classes = num_classes
        self.target_class_ids = list(target_class_ids)
        self.ignore_class = ignore_class
        self.sparse_y_true = sparse_y_true
        self.sparse_y_pred = sparse_y_pred
        self.axis = axis
        self.total_cm = self.add_variable((num_classes, num_classes), "zeros", name="total_confusion_matrix")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        y_true, y_pred = tensors(y_true, y_pred)
        if not self.sparse_y_true:
            y_true = ops.argmax(y_true, axis=self.axis)
        if not self.sparse_y_pred:
            y_pred = ops.argmax(y_pred, axis=self.axis)
        truths = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        found = ops.reshape(ops.cast(y_pred, "int32"), (-1,))
        weight = ops.ones_like(truths, "float32")
        if sample_weight is not None:
            given = ops.cast(ops.convert_to_tensor(sample_weight), "float32")
            while len(given.shape) < len(y_true.shape):
                given = ops.expand_dims(given, -1)
            weight = ops.reshape(given + ops.zeros_like(y_true, "float32"), (-1,))
        if self.ignore_class is not None:
            kept = ops.not_equal(truths, self.ignore_class)
            weight = weight * ops.cast(kept, "float32")
            truths = ops.where(kept, truths, 0)
        cells = ops.segment_sum(weight, truths * self.num_classes + found, self.num_classes**2)
        matrix = ops.reshape(cells, (self.num_classes, self.num_classes))
        self.total_cm.assign_add(ops.cast(matrix, self.dtype))

    def result(self) -> Any:
        matrix = ops.cast(self.total_cm, "float32")
        right = ops.diagonal(matrix)
        union = ops.sum(matrix, axis=0) + ops.sum(matrix, axis=1) - right
        right, union = (ops.take(part, self.target_class_ids, axis=0) for part in (right, union))
        # classes that neither occur nor are predicted do not count
        occurring = ops.cast(ops.greater(union, 0), "float32")
        return ops.divide_no_nan(ops.sum(ops.divide_no_nan(right, union)), ops.sum(occurring))

    def get_config(self) -> dict[str, Any]:
        return {
            "num_classes": self.num_classes,
            "target_class_ids": self.target_class_ids,
            "ignore_class": self.ignore_class,
            "sparse_y_true": self.sparse_y_true,
            "sparse_y_pred": self.sparse_y_pred,
            "axis": self.axis,
            **super().get_config(),
        }

    def _config_without(self, *names: str) -> dict[str, Any]:
        return {key: value for key, value in IoU.get_config(self).items() if key not in names}


@export("keras.metrics.BinaryIoU")
class BinaryIoU(IoU):
    """`IoU` of scores cut at a threshold.

    Args:
        target_class_ids: the classes that count: 0 (below the threshold), 1 or both.
        threshold: scores from here on are class 1.

    Example:
        >>> m = hornbeam.metrics.BinaryIoU(threshold=0.3)
        >>> round(float(m([0, 1, 0, 1], [0.1, 0.2, 0.4, 0.7])), 4)
        0.3333
    """

    def __init__(
        self,
        target_class_ids: Sequence[int] = (0, 1),
        threshold: float = 0.5,
        name: str | None = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(2, target_class_ids, name, dtype)
        self.threshold = threshold

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        found = ops.greater_equal(ops.convert_to_tensor(y_pred), self.threshold)
        super().update_state(y_true, ops.cast(found, "int32"), sample_weight)

    def get_config(self) -> dict[str, Any]:
        kept = self._config_without("num_classes", "ignore_class", "sparse_y_true", "sparse_y_pred", "axis")
        return {**kept, "threshold": self.threshold}


@export("keras.metrics.MeanIoU")
class MeanIoU(IoU):
    """`IoU` over all classes.

    Args:
        num_classes, ignore_class, sparse_y_true, sparse_y_pred, axis: as for `IoU`.

    Example:
        >>> round(float(hornbeam.metrics.MeanIoU(num_classes=2)([0, 0, 1, 1], [0, 1, 0, 1])), 4)
        0.3333
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_true: bool = True,
        sparse_y_pred: bool = True,
        axis: int = -1,
    ) -> None:
        every = list(range(num_classes))
        super().__init__(num_classes, every, name, dtype, ignore_class, sparse_y_true, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        return self._config_without("target_class_ids")


@export("keras.metrics.OneHotIoU")
class OneHotIoU(IoU):
    """`IoU` of one-hot labels.

    Args:
        num_classes, target_class_ids, ignore_class, sparse_y_pred, axis: as for `IoU`.

    Example:
        >>> m = hornbeam.metrics.OneHotIoU(num_classes=2, target_class_ids=[1])
        >>> float(m([[0, 1], [1, 0]], [[0.2, 0.8], [0.6, 0.4]]))
        1.0
    """

    def __init__(
        self,
        num_classes: int,
        target_class_ids: Sequence[int],
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, target_class_ids, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        return self._config_without("sparse_y_true")


@export("keras.metrics.OneHotMeanIoU")
class OneHotMeanIoU(MeanIoU):
    """`IoU` of one-hot labels over all classes.

    Args:
        num_classes, ignore_class, sparse_y_pred, axis: as for `IoU`.

    Example:
        >>> m = hornbeam.metrics.OneHotMeanIoU(num_classes=2)
        >>> float(m([[0, 1], [1, 0]], [[0.2, 0.8], [0.6, 0.4]]))
        1.0
    """

    def __init__(
        self,
        num_classes: int,
        name: str | None = None,
        dtype: Any = None,
        ignore_class: int | None = None,
        sparse_y_pred: bool = False,
        axis: int = -1,
    ) -> None:
        super().__init__(num_classes, name, dtype, ignore_class, False, sparse_y_pred, axis)

    def get_config(self) -> dict[str, Any]:
        return self._config_without("target_class_ids", "sparse_y_true")
