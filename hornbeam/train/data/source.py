"""What every source of batches offers to a trainer, and how a batch is packed."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

from hornbeam.core.errors import ConfigError, StructureError
from hornbeam.core.export import export

Batch = tuple[Any, Any, Any]
"""(x, y, sample_weight); each a structure of host arrays or of engine tensors, or None."""


@export("keras.utils.pack_x_y_sample_weight")
def pack_x_y_sample_weight(x: Any, y: Any = None, sample_weight: Any = None) -> Any:
    """Pack inputs, targets and weights into the shortest form that `fit` and `train_step` accept.

    Returns:
        `x` or `(x,)` where there is no `y`, `(x, y)` where there is no `sample_weight`, else all three.

    Example:
        >>> pack_x_y_sample_weight(1, 2)
        (1, 2)
    """
    if y is None:
        return (x,) if isinstance(x, (list, tuple)) else x
    return (x, y) if sample_weight is None else (x, y, sample_weight)


@export("keras.utils.unpack_x_y_sample_weight")
def unpack_x_y_sample_weight(data: Any) -> Batch:
    """Unpack a batch into `(x, y, sample_weight)`, with None for what it does not hold.

    Raises:
        StructureError: a tuple or list of more than three elements, or of none.

    Example:
        >>> unpack_x_y_sample_weight((1, 2))
        (1, 2, None)
    """
    if not isinstance(data, (list, tuple)):
        return data, None, None
    if not 1 <= len(data) <= 3:
        raise StructureError(
            "A batch must be `x`, `(x,)`, `(x, y)` or `(x, y, sample_weight)`. "
            f"Received a {type(data).__name__} of {len(data)} elements. Several inputs go into one list or dict: "
            "`([x1, x2], y)`."
        )
    x, y, sample_weight = (*data, None, None)[:3]
    return x, y, sample_weight


class BatchSource(ABC):
    """Batches, epoch by epoch.

    A *pass* goes once through all of the data; an *epoch* is a pass, or `steps` batches where `steps` is given. Epochs
    of `steps` batches share a pass, each going on where the one before it stopped; a pass that ends inside an
    epoch ends that epoch, with a warning, as in Keras.

    Attributes:
        pass_batches: batches in one pass; None where that is not known or there is no end.
        batch_size: samples in a full batch; None where the data decides.
        steps: batches that were asked for in one epoch, or None.
    """

    pass_batches: int | None
    batch_size: int | None
    steps: int | None

    def __init__(self, pass_batches: int | None, batch_size: int | None, steps: int | None) -> None:
        self.pass_batches = pass_batches
        self.batch_size = batch_size
        self.steps = None if steps is None else positive(steps, "steps")

    @property
    def num_batches(self) -> int | None:
        """Batches in one epoch; None where that shows only at its end."""
        return self.pass_batches if self.steps is None else self.steps

    @abstractmethod
    def epoch(self, epoch: int) -> Iterator[Batch]:
        """The batches of epoch number `epoch`, counted from 0."""

    def window(self, epoch: int) -> tuple[int, int, int | None]:
        """Which batches epoch number `epoch` holds: the pass, its first batch in that pass, and the end."""
        if self.steps is None:
            return epoch, 0, self.pass_batches
        if self.pass_batches is None:
            return 0, epoch * self.steps, (epoch + 1) * self.steps
        number, part = divmod(epoch, -(-self.pass_batches // self.steps))
        first = part * self.steps
        return number, first, min(first + self.steps, self.pass_batches)


def positive(value: Any, name: str) -> int:
    """`value` as a whole number of at least 1, or an error that names the argument."""
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        number = 0
    if number < 1:
        raise ConfigError(
            f"`{name}` must be a whole number of at least 1. Received: {value!r} ({type(value).__name__})."
        )
    return number


def warn_short(came: int, wanted: int | None) -> None:
    """Say that the data ended before the epoch did."""
    expected = "" if wanted is None else f" of {wanted}"
    warnings.warn(
        f"Your input ran out of data after {came}{expected} batches; the epoch ends here. Make sure that your "
        "dataset or generator can produce at least `steps_per_epoch * epochs` batches: repeat it, or ask for fewer "
        "steps.",
        stacklevel=3,
    )
