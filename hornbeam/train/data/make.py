"""The one door for data: what `fit`, `evaluate` and `predict` are given becomes a `BatchSource`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from hornbeam.core.errors import StructureError
from hornbeam.train.data.arrays import ArraySource, Seed
from hornbeam.train.data.host import ACCEPTED
from hornbeam.train.data.py_dataset import PyDataset, PyDatasetSource
from hornbeam.train.data.source import BatchSource
from hornbeam.train.data.streams import BatchReader, iterable_source, iterator_source, tensorflow_source


def make_source(
    x: Any,
    y: Any = None,
    sample_weight: Any = None,
    batch_size: int | None = None,
    shuffle: bool | Literal["batch"] = False,
    class_weight: Mapping[int, float] | None = None,
    steps: int | None = None,
    seed: Seed | None = None,
    finite_targets: bool = False,
) -> BatchSource:
    """A source of batches (x, y, sample_weight) out of anything that `fit` accepts.

    Args:
        x: arrays (also nested in lists and dicts), a generator, PyDataset, tf.data.Dataset, torch DataLoader, another
            iterable of batches, or a `BatchSource`, which is returned as it is.
        y, sample_weight: arrays; only beside arrays.
        batch_size: samples a batch, for arrays; 32 where it is None.
        shuffle: a new order each epoch, for arrays and for the batches of a PyDataset. "batch": whole batches change
            places.
        class_weight: weight by class number, for one output.
        steps: batches an epoch; None for all.
        seed: fixes the order together with the number of the epoch. The seed of the process where it is None.
        finite_targets: refuse targets that hold NaN.

    Raises:
        StructureError: the kind of data is not known, holds nothing, or `y` came with data that has its own.
        ShapeError: arrays of different lengths, without samples, or weights of a wrong rank.
        DtypeError: arrays of objects or of dates.
        ConfigError: a setting with a value that it cannot have.

    Example:
        >>> import numpy as np
        >>> source = make_source(np.arange(5), batch_size=2)
        >>> [x.tolist() for x, y, sample_weight in source.epoch(0)]
        [[0, 1], [2, 3], [4]]
    """
    kind = kind_of(x)
    if kind == "arrays":
        return ArraySource(x, y, sample_weight, batch_size, shuffle, class_weight, steps, seed, finite_targets)
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise StructureError(
                f"`{name}` cannot be given when `x` is a {kind}: its batches hold the targets and weights, "
                f"as (x, y) or (x, y, sample_weight). Received `{name}` of type {type(value).__name__}."
            )
    if kind == "batch source":
        return x
    read = BatchReader(class_weight, finite_targets)
    if kind == "PyDataset":
        return PyDatasetSource(x, read, shuffle is True and x.num_batches is not None, steps, seed)
    if kind == "tf.data.Dataset":
        return tensorflow_source(x, read, steps)
    if kind == "generator":
        return iterator_source(x, read, steps)
    return iterable_source(x, kind, read, steps)


def kind_of(x: Any) -> str:
    """What `x` is, in the words of messages: "arrays", "generator", "PyDataset", ... by type name, without imports.

    Raises:
        StructureError: nothing that batches can be made of.
    """
    if isinstance(x, BatchSource):
        return "batch source"
    if isinstance(x, PyDataset):
        return "PyDataset"
    for base in type(x).__mro__:
        if base.__module__.startswith("tensorflow.") and base.__name__ in ("DatasetV2", "DistributedDatasetInterface"):
            return "tf.data.Dataset"
        if base.__module__.startswith("torch.utils.data") and base.__name__ == "DataLoader":
            return "torch DataLoader"
    if hasattr(x, "__next__"):
        return "generator"
    if isinstance(x, (list, tuple, dict)) or hasattr(x, "shape") or hasattr(x, "__array__") or hasattr(x, "to_numpy"):
        return "arrays"
    if x is None or isinstance(x, (str, bytes, type)) or not hasattr(x, "__iter__"):
        hint = f" If this is a generator function, call it: `{getattr(x, '__name__', 'x')}()`." if callable(x) else ""
        raise StructureError(
            f"Unrecognized data type: x={x!r:.80} (of type {type(x).__name__}). Expected {ACCEPTED}.{hint}"
        )
    return "iterable dataset"
