"""Datasets written as a Python class, read by threads or processes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import count, islice
from typing import Any

import numpy as np

from hornbeam.core.errors import StructureError
from hornbeam.core.export import export
from hornbeam.train.data.arrays import Seed, new_seed, permutation
from hornbeam.train.data.source import Batch, BatchSource, warn_short
from hornbeam.train.data.streams import BatchReader


@export("keras.utils.PyDataset", "keras.utils.Sequence")
class PyDataset:
    """A dataset as a Python class: `__getitem__(index)` returns one batch, `__len__` says how many there are.

    A batch is `x`, `(x, y)` or `(x, y, sample_weight)`. A dataset without end defines `num_batches` as None.

    Args:
        workers: how many threads or processes prepare batches; up to 1, `fit` asks for them in its own thread.
        use_multiprocessing: prepare them in processes; the dataset must then be picklable where processes are spawned.
        max_queue_size: how many batches are prepared ahead.

    Example:
        >>> class Squares(PyDataset):
        ...     def __len__(self):
        ...         return 3
        ...     def __getitem__(self, index):
        ...         x = np.full((2, 1), float(index))
        ...         return x, x**2
        >>> Squares(workers=2).num_batches
        3
    """

    # on the class, so that a subclass which does not call `super().__init__()` works
    _workers = 1
    _use_multiprocessing = False
    _max_queue_size = 10

    def __init__(self, workers: int = 1, use_multiprocessing: bool = False, max_queue_size: int = 10) -> None:
        self._workers = workers
        self._use_multiprocessing = use_multiprocessing
        self._max_queue_size = max_queue_size

    @property
    def workers(self) -> int:
        """How many threads or processes prepare batches."""
        return self._workers

    @workers.setter
    def workers(self, value: int) -> None:
        self._workers = value

    @property
    def use_multiprocessing(self) -> bool:
        """Whether batches are prepared in processes."""
        return self._use_multiprocessing

    @use_multiprocessing.setter
    def use_multiprocessing(self, value: bool) -> None:
        self._use_multiprocessing = value

    @property
    def max_queue_size(self) -> int:
        """How many batches are prepared ahead."""
        return self._max_queue_size

    @max_queue_size.setter
    def max_queue_size(self, value: int) -> None:
        self._max_queue_size = value

    def __getitem__(self, index: int) -> Any:
        """The batch number `index`."""
        raise NotImplementedError(f"{type(self).__name__} must define `__getitem__(self, index)`, returning a batch.")

    @property
    def num_batches(self) -> int | None:
        """How many batches there are; None for a dataset without end."""
        length: Callable[[], int] | None = getattr(self, "__len__", None)
        if length is None:
            raise NotImplementedError(
                f"{type(self).__name__} must define `__len__(self)`, or `num_batches` as a property "
                "(None for a dataset without end)."
            )
        return length()

    def on_epoch_begin(self) -> None:
        """Called before each epoch."""

    def on_epoch_end(self) -> None:
        """Called after each epoch."""


class PyDatasetSource(BatchSource):
    """The batches of a `PyDataset`, in order or shuffled, prepared ahead by its workers."""

    def __init__(
        self,
        dataset: PyDataset,
        read: BatchReader,
        shuffle: bool = False,
        steps: int | None = None,
        seed: Seed | None = None,
    ) -> None:
        super().__init__(dataset.num_batches, None, steps)
        self.dataset = dataset
        self.shuffle = bool(shuffle)
        self.seed = seed if seed is not None else new_seed()
        self._read = read

    def epoch(self, epoch: int) -> Iterator[Batch]:
        self.dataset.on_epoch_begin()
        self.pass_batches = self.dataset.num_batches  # a dataset may change its length between epochs
        number, first, last = self.window(epoch)
        if self.pass_batches is None:
            order: Iterable[int] = count(first) if last is None else range(first, last)
        elif self.pass_batches < 1:
            name = type(self.dataset).__name__
            raise StructureError(f"The PyDataset {name} has {self.pass_batches} batches. Expected at least one.")
        else:
            every = permutation(self.pass_batches, self.seed, number) if self.shuffle else np.arange(self.pass_batches)
            order = every[first:last].tolist()
        for data in self._prepared(order):
            yield self._read(data)
        self.dataset.on_epoch_end()
        if self.steps is not None and last is not None and last - first < self.steps:
            warn_short(last - first, self.steps)

    def _prepared(self, order: Iterable[int]) -> Iterator[Any]:
        dataset = self.dataset
        if dataset.workers <= 1 and not dataset.use_multiprocessing:
            return (dataset[index] for index in order)
        if dataset.use_multiprocessing:
            # new processes for each epoch: those of the last one do not see what `on_epoch_end` changed
            pool: Executor = ProcessPoolExecutor(max(1, dataset.workers), initializer=_adopt, initargs=(dataset,))
            return _ahead(pool, _fetch, order, max(1, dataset.max_queue_size))
        pool = ThreadPoolExecutor(dataset.workers, thread_name_prefix="PyDataset")
        return _ahead(pool, dataset.__getitem__, order, max(1, dataset.max_queue_size))


def _ahead(pool: Executor, fetch: Callable[[int], Any], order: Iterable[int], limit: int) -> Iterator[Any]:
    """Results of `fetch` in the order asked for, with up to `limit` of them prepared ahead."""
    pending = iter(order)
    try:
        futures = deque(pool.submit(fetch, index) for index in islice(pending, limit))
        while futures:
            result = futures.popleft().result()
            for index in islice(pending, 1):
                futures.append(pool.submit(fetch, index))
            yield result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


_adopted: Any = None


def _adopt(dataset: Any) -> None:
    """Keep, in a worker process, the dataset that it reads."""
    global _adopted
    _adopted = dataset


def _fetch(index: int) -> Any:
    return _adopted[index]
