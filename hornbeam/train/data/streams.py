"""Batches that come one after another: iterators, iterables, tf.data, torch DataLoader."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from hornbeam.core.errors import StructureError
from hornbeam.train.data.class_weight import class_weights
from hornbeam.train.data.host import check_lengths, check_targets, to_host
from hornbeam.train.data.source import Batch, BatchSource, unpack_x_y_sample_weight, warn_short


class BatchReader:
    """Turns what a dataset gave for a batch into (x, y, sample_weight) on the host."""

    def __init__(self, class_weight: Mapping[int, float] | None = None, finite_targets: bool = False) -> None:
        self.class_weight = class_weight
        self.finite_targets = finite_targets

    def __call__(self, data: Any) -> Batch:
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        x, y, sample_weight = to_host(x, "x"), to_host(y, "y"), to_host(sample_weight, "sample_weight")
        check_lengths(x, y, sample_weight)
        if self.finite_targets:
            check_targets(y)
        if self.class_weight is not None:
            sample_weight = class_weights(self.class_weight, y, sample_weight)
        return x, y, sample_weight


class StreamSource(BatchSource):
    """Batches from something that can only be read forward.

    Attributes:
        dataset: what it reads, for an engine that can do better with its own kind.
        kind: its name in messages.
    """

    def __init__(
        self,
        dataset: Any,
        kind: str,
        open_pass: Callable[[], Iterator[Any]],
        read: BatchReader,
        pass_batches: int | None = None,
        batch_size: int | None = None,
        steps: int | None = None,
    ) -> None:
        super().__init__(pass_batches, batch_size, steps)
        self.dataset = dataset
        self.kind = kind
        self._open_pass = open_pass
        self._read = read
        self._pass: Iterator[Any] | None = None
        self._seen = 0

    def epoch(self, epoch: int) -> Iterator[Batch]:
        came = 0
        if self.steps is None:
            self._pass = None
        while self.steps is None or came < self.steps:
            opened_now = self._pass is None
            if self._pass is None:
                self._pass = self._open_pass()
            try:
                data = next(self._pass)
            except StopIteration:
                self._pass = None
                if came == 0 and not opened_now:
                    continue  # the pass before ended exactly with its epoch: begin the next one
                break
            came += 1
            self._seen += 1
            yield self._read(data)
        if not self._seen:
            raise StructureError(f"The {self.kind} given as `x` yielded no batch at all. Expected at least one.")
        if came == 0 or (self.steps is not None and came < self.steps):
            warn_short(came, self.steps)


def iterator_source(iterator: Iterator[Any], read: BatchReader, steps: int | None = None) -> StreamSource:
    """A Python generator or iterator; it is read once, and is empty in the epochs after its end."""
    return StreamSource(iterator, "generator", lambda: iterator, read, steps=steps)


def iterable_source(dataset: Iterable[Any], kind: str, read: BatchReader, steps: int | None = None) -> StreamSource:
    """Anything that starts anew with each `iter(dataset)`, such as a torch DataLoader."""
    size = getattr(dataset, "batch_size", None)
    return StreamSource(
        dataset, kind, lambda: iter(dataset), read, _length(dataset), size if isinstance(size, int) else None, steps
    )


def tensorflow_source(dataset: Any, read: BatchReader, steps: int | None = None) -> StreamSource:
    """A `tf.data.Dataset`; `dataset` of the source is the dataset itself, for an engine that reads it directly."""
    cardinality = int(dataset.cardinality().numpy()) if hasattr(dataset, "cardinality") else -1
    open_pass = dataset.as_numpy_iterator if hasattr(dataset, "as_numpy_iterator") else dataset.__iter__
    batches = cardinality if cardinality >= 0 else None
    return StreamSource(dataset, "tf.data.Dataset", open_pass, read, batches, None, steps)


def _length(dataset: Any) -> int | None:
    try:
        return len(dataset)
    except TypeError:  # no length, or a DataLoader over a dataset without one
        return None
