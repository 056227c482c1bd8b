"""In-memory arrays as batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np

from hornbeam.core import config, tree
from hornbeam.core.errors import ConfigError, ShapeError, StructureError
from hornbeam.train.data.class_weight import class_weights
from hornbeam.train.data.host import check_lengths, check_targets, leaves_with_path, to_host
from hornbeam.train.data.source import Batch, BatchSource, positive, warn_short

Seed = int | Sequence[int]


class ArraySource(BatchSource):
    """Batches out of arrays that are in memory.

    Besides `epoch`, a trainer may gather several batches in one go: batch number i of an epoch is
    `take(indices(epoch)[i * batch_size : (i + 1) * batch_size])`.

    Attributes:
        samples: number of samples.
        shuffle: False, True, or "batch": batches keep their samples, and only their order changes.
        in_order: nothing is shuffled, so that `take(slice(...))` gives views and copies nothing.
        seed: with the number of the pass, it fixes the order; 0 where nothing is shuffled.
    """

    def __init__(
        self,
        x: Any,
        y: Any = None,
        sample_weight: Any = None,
        batch_size: int | None = None,
        shuffle: bool | Literal["batch"] = False,
        class_weight: Mapping[int, float] | None = None,
        steps: int | None = None,
        seed: Seed | None = None,
        finite_targets: bool = False,
    ) -> None:
        if not isinstance(shuffle, (bool, np.bool_)) and shuffle != "batch":
            raise ConfigError(f'`shuffle` must be True, False or "batch". Received: {shuffle!r}.')
        x, y, sample_weight = to_host(x, "x"), to_host(y, "y"), to_host(sample_weight, "sample_weight")
        self.samples = check_lengths(x, y, sample_weight)
        if not self.samples:
            shapes = ", ".join(str(tuple(leaf.shape)) for _, leaf in leaves_with_path(x))
            raise ShapeError(f"There is no data: `x` has 0 samples (shape {shapes}). Expected at least one.")
        if finite_targets:
            check_targets(y)
        if class_weight is not None:
            sample_weight = class_weights(class_weight, y, sample_weight)
        size = 32 if batch_size is None else positive(batch_size, "batch_size")
        super().__init__(-(-self.samples // size), size, steps)
        self.size = size
        self.shuffle = shuffle
        self.in_order = not shuffle
        self.seed: Seed = 0 if self.in_order else seed if seed is not None else new_seed()
        self._data = (x, y, sample_weight)
        self._gather = _gatherer(self._data)

    def take(self, indices: np.ndarray | slice) -> Batch:
        """The samples at `indices`, as one batch; views of the data where `indices` is a slice."""
        return self._gather(indices)

    def indices(self, epoch: int) -> np.ndarray:
        """The samples of epoch number `epoch`, in order; the same ones each time it is asked."""
        number, first, last = self.window(epoch)
        assert last is not None
        start, stop = first * self.size, min(last * self.size, self.samples)
        return self.permutation(number)[start:stop] if self.shuffle else np.arange(start, stop)

    def permutation(self, number: int) -> np.ndarray:
        """The order of all samples in pass `number`.

        It follows from raw Philox output, which NumPy keeps stable between versions; it may change
        `Generator.permutation`.
        """
        if self.shuffle != "batch":
            return permutation(self.samples, self.seed, number)
        order = np.arange(self.samples)
        whole = self.samples // self.size * self.size
        chunks = order[:whole].reshape(-1, self.size)
        order[:whole] = chunks[permutation(len(chunks), self.seed, number)].ravel()
        return order

    def epoch(self, epoch: int) -> Iterator[Batch]:
        size, gather = self.size, self._gather
        if self.in_order:
            _, first, last = self.window(epoch)
            assert last is not None
            stop = min(last * size, self.samples)
            for start in range(first * size, stop, size):
                yield gather(slice(start, min(start + size, stop)))
        else:
            indices = self.indices(epoch)
            for start in range(0, len(indices), size):
                yield gather(indices[start : start + size])
        self.warn_if_short(epoch)

    def warn_if_short(self, epoch: int) -> None:
        """Warn where epoch number `epoch` has fewer batches than `steps` asked for."""
        _, first, last = self.window(epoch)
        if self.steps is not None and last is not None and last - first < self.steps:
            warn_short(last - first, self.steps)


def new_seed() -> int:
    """The seed of the process, or a fresh one where nobody set it."""
    seed = config.seed()
    return seed if seed is not None else int(np.random.SeedSequence().generate_state(1)[0])


def permutation(count: int, seed: Seed, number: int) -> np.ndarray:
    bits = np.random.Philox(np.random.SeedSequence(seed, spawn_key=(number,))).random_raw(count)
    return np.argsort(bits, kind="stable")


def _gatherer(data: Batch) -> Callable[[np.ndarray | slice], Batch]:
    """The function that reads a selection of samples out of `data`; by case, since it runs once a batch."""
    x, y, sample_weight = data
    if type(x) is np.ndarray and type(y) is np.ndarray and sample_weight is None:
        return lambda at: (x[at], y[at], None) if type(at) is slice else (x.take(at, 0), y.take(at, 0), None)
    if type(x) is np.ndarray and y is None and sample_weight is None:
        return lambda at: (x[at] if type(at) is slice else x.take(at, 0), None, None)
    leaves = tree.flatten(data)
    return lambda at: tree.pack_sequence_as(data, [_select(leaf, at) for leaf in leaves])


def _select(leaf: Any, at: np.ndarray | slice) -> Any:
    if leaf is None:
        return None
    return leaf.take(at, 0) if isinstance(leaf, np.ndarray) and type(at) is not slice else leaf[at]


def train_validation_split(x: Any, y: Any, sample_weight: Any, validation_split: float) -> tuple[Batch, Batch]:
    """Split arrays into a part to train on and, from their end, a part to validate on; nothing is shuffled.

    Returns:
        two triples (x, y, sample_weight), the second with the last fraction `validation_split` of the samples.

    Raises:
        ConfigError: `validation_split` does not lie between 0 and 1.
        StructureError: the data is not made of arrays.
        ShapeError: one of the two parts would be empty, or the lengths differ.

    Example:
        >>> (x, _, _), (held_out, _, _) = train_validation_split(np.arange(10), None, None, 0.2)
        >>> held_out
        array([8, 9])
    """
    if not isinstance(validation_split, (int, float)) or not 0 < validation_split < 1:
        raise ConfigError(f"`validation_split` must lie between 0 and 1. Received: {validation_split!r}.")
    try:
        data = (to_host(x, "x"), to_host(y, "y"), to_host(sample_weight, "sample_weight"))
    except StructureError as error:
        raise StructureError(
            f"`validation_split` is only supported for arrays and tensors; pass `validation_data` instead. {error}"
        ) from error
    samples = check_lengths(*data)
    # the small term: 10 * (1 - 0.9) is 0.99..98, and means 1
    count = int(samples * (1 - validation_split) + 1e-9)
    if not 0 < count < samples:
        raise ShapeError(
            f"The data has {samples} samples, which is not sufficient to split it into a training and a validation "
            f"part with validation_split={validation_split}. Provide more data, or another value."
        )
    gather = _gatherer(data)
    return gather(slice(0, count)), gather(slice(count, samples))
