"""fit, evaluate, predict: one loop for all engines around the pure step."""

from __future__ import annotations

from typing import Any

import numpy as np

from hornbeam.callbacks.callback_list import CallbackList
from hornbeam.callbacks.lazy_logs import LazyLogs
from hornbeam.core import config, registry, tree
from hornbeam.core.errors import BackendError, StructureError
from hornbeam.ops import create
from hornbeam.train.compiled_model import Batch, CompiledModel
from hornbeam.train.data.arrays import ArraySource, train_validation_split
from hornbeam.train.data.make import make_source
from hornbeam.train.data.source import unpack_x_y_sample_weight
from hornbeam.train.step import Step, overridden


class Trainer(CompiledModel):
    """What a model can do with data: one loop for all engines; `Model` adds the rest."""

    # doors

    def fit(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        epochs: int = 1,
        verbose: Any = "auto",
        callbacks: Any = None,
        validation_split: float = 0.0,
        validation_data: Any = None,
        shuffle: Any = True,
        class_weight: Any = None,
        sample_weight: Any = None,
        initial_epoch: int = 0,
        steps_per_epoch: int | None = None,
        validation_steps: int | None = None,
        validation_batch_size: int | None = None,
        validation_freq: Any = 1,
    ) -> Any:
        """Train the model.

        Args:
            x: arrays (also nested), a generator, `PyDataset`, `tf.data.Dataset` or torch `DataLoader`.
            y: targets, where `x` is arrays.
            batch_size: samples a step; 32 if None.
            epochs: passes over the data, counted from `initial_epoch`.
            verbose: 0 silent, 1 a bar, 2 one line an epoch.
            callbacks: called as training goes.
            validation_split: fraction at the end of the arrays to validate on.
            validation_data: `(x, y)`, `(x, y, sample_weight)` or a dataset, evaluated after each epoch.
            shuffle: a new order each epoch, for arrays.
            class_weight, sample_weight: weights of the loss by class or by sample.
            steps_per_epoch, validation_steps: batches an epoch, for endless data.
            validation_freq: epochs between validations, or a list of epochs.

        Returns:
            A `History`: `history.history["loss"]` holds a number for each epoch.

        Example:
            >>> model.fit(x, y, epochs=3, validation_split=0.1)
        """
        self._check_compiled("fit")
        backend = registry.get(self.backend)
        if not backend.differentiable:
            raise BackendError(
                f"Model '{self.name}' belongs to the {backend.name} backend, which evaluates and predicts but does not "
                'train. Move it first: `model.to_backend("jax")` (or "torch", "tensorflow").'
            )
        if validation_split:
            (x, y, sample_weight), validation_data = train_validation_split(x, y, sample_weight, validation_split)
        # each call of `fit` shuffles otherwise, and a run that is resumed shuffles as it would have
        seed = config.seed()
        order = None if seed is None else (seed, int(create.convert_to_numpy(self.optimizer.iterations)))
        source = make_source(
            x, y, sample_weight, batch_size, shuffle, class_weight, steps_per_epoch, order, finite_targets=True
        )
        validation = None
        if validation_data is not None:
            vx, vy, vw = (
                unpack_x_y_sample_weight(validation_data)
                if isinstance(validation_data, (tuple, list))
                else (validation_data, None, None)
            )
            validation = make_source(vx, vy, vw, validation_batch_size or batch_size, steps=validation_steps)
        with registry.scope(self.backend):
            return self._fit(source, validation, epochs, initial_epoch, verbose, callbacks, validation_freq)

    def _fit(
        self,
        source: Any,
        validation: Any,
        epochs: int,
        initial_epoch: int,
        verbose: Any,
        callbacks: Any,
        validation_freq: Any,
    ) -> Any:
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks,
                add_history=True,
                add_progbar=verbose != 0,
                model=self,
                verbose=verbose,
                epochs=epochs,
                steps=source.num_batches,
            )
        self.stop_training = False
        first = _First(source, initial_epoch)
        self._prepare(first.batch, training=True)
        self._own_storages()
        logs: Any = {}
        callbacks.on_train_begin()
        for epoch in range(initial_epoch, epochs):
            self.reset_metrics()
            callbacks.on_epoch_begin(epoch)
            step = self._step("train")
            last = self._run_epoch(step, source, epoch, callbacks, first, (epochs - epoch) * (source.num_batches or 1))
            logs = LazyLogs(lambda last=last: self._read_logs(last))
            logs.load()
            if validation is not None and _is_due(epoch, validation_freq):
                results = self._evaluate(validation, callbacks, callbacks_of_fit=True)
                logs.update({f"val_{name}": value for name, value in results.items()})
            callbacks.on_epoch_end(epoch, logs)
            if self.stop_training:
                break
        if self.optimizer is not None and hasattr(self.optimizer, "finalize_variable_values"):
            self.optimizer.finalize_variable_values(self.trainable_variables)
        callbacks.on_train_end(logs)
        self.history = callbacks.history
        return self.history

    def _own_storages(self) -> None:
        """Give variables buffers that nobody else holds, where steps consume them."""
        backend = registry.get(self.backend)
        if backend.functional:
            for variable in self._stepped_variables(True):
                variable._storage = backend.place(variable._storage, variable.dtype, variable.trainable, variable.path)

    def _run_epoch(
        self, step: Step, source: Any, epoch: int, callbacks: CallbackList, first: _First, remaining: int
    ) -> Any:
        """All batches of one epoch; returns what the last step returned."""
        wanted = callbacks.wants_train_batches
        fixed = self.steps_per_execution
        result: Any = None
        if isinstance(source, ArraySource) and not step.eager and (fixed > 1 or not wanted):
            return self._run_grouped(step, source, epoch, callbacks, remaining)
        for seen, batch in enumerate(first.batches(source, epoch)):
            if wanted:
                callbacks.on_train_batch_begin(seen)
            result = step(batch)
            if wanted:
                current = result
                callbacks.on_train_batch_end(seen, LazyLogs(lambda current=current: self._read_logs(current)))
                if self.stop_training:
                    break
            callbacks.on_progress(seen + 1, LazyLogs(lambda result=result: self._read_logs(result)))
        return result

    def _run_grouped(self, step: Step, source: ArraySource, epoch: int, callbacks: CallbackList, remaining: int) -> Any:
        wanted = callbacks.wants_train_batches
        indices = source.indices(epoch)
        size, seen, at, result = source.size, 0, 0, None
        logs_in_step = overridden(self, "train_step", Trainer)
        while at < len(indices):
            group = (
                1
                if logs_in_step and self.steps_per_execution == 1
                else step.group_size(source, remaining - seen, self.steps_per_execution)
            )
            group = min(group, max((len(indices) - at) // size, 1))
            if wanted:
                callbacks.on_train_batch_begin(seen)
            if group > 1:
                step.run_group(source, indices[at : at + group * size], group)
            else:
                result = step(source.take(indices[at : at + size]))
            at += group * size
            seen += group
            if wanted:
                callbacks.on_train_batch_end(seen - 1, LazyLogs(lambda result=result: self._read_logs(result)))
                if self.stop_training:
                    break
            callbacks.on_progress(seen, LazyLogs(lambda result=result: self._read_logs(result)))
        source.warn_if_short(epoch)
        return result

    def _read_logs(self, result: Any) -> dict[str, float]:
        """Logs as Python numbers: what a step returned, or the results of the metrics."""
        backend = registry.get(self.backend)
        with registry.scope(self.backend):
            logs = result if isinstance(result, dict) else self.get_metrics_result()
        return {name: _number(value, backend) for name, value in logs.items()}

    def evaluate(
        self,
        x: Any = None,
        y: Any = None,
        batch_size: int | None = None,
        verbose: Any = "auto",
        sample_weight: Any = None,
        steps: int | None = None,
        callbacks: Any = None,
        return_dict: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Loss and metrics on data; a list in the order of `metrics_names`, or a dict.

        Example:
            >>> model.evaluate(x, y, return_dict=True)
            {'loss': 0.21, 'accuracy': 0.94}
        """
        if kwargs:
            raise TypeError(f"evaluate() has no argument {sorted(kwargs)[0]!r}.")
        self._check_compiled("evaluate")
        source = make_source(x, y, sample_weight, batch_size, steps=steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks, add_progbar=verbose != 0, model=self, verbose=verbose, epochs=1, steps=source.num_batches
            )
        with registry.scope(self.backend):
            logs = self._evaluate(source, callbacks)
        if return_dict:
            return logs
        values = list(logs.values())
        return values[0] if len(values) == 1 else values

    def _evaluate(self, source: Any, callbacks: CallbackList, callbacks_of_fit: bool = False) -> dict[str, float]:
        backend = registry.get(self.backend)
        first = _First(source, 0)
        self._prepare(first.batch, training=False)
        self.reset_metrics()
        step = self._step("test")
        callbacks.on_test_begin()
        result: Any = None
        wanted = callbacks.wants_test_batches
        seen = 0
        with backend.inference_scope():
            for batch in first.batches(source, 0):
                if wanted:
                    callbacks.on_test_batch_begin(seen)
                result = step(batch)
                seen += 1
                logs = LazyLogs(lambda result=result: self._read_logs(result))
                if wanted:
                    callbacks.on_test_batch_end(seen - 1, logs)
                elif not callbacks_of_fit:
                    callbacks.on_progress(seen, logs)
        logs = self._read_logs(result)
        callbacks.on_test_end(logs)
        return logs

    def predict(
        self,
        x: Any,
        batch_size: int | None = None,
        verbose: Any = "auto",
        steps: int | None = None,
        callbacks: Any = None,
    ) -> Any:
        """The outputs for `x`, as NumPy arrays.

        Example:
            >>> model.predict(np.zeros((10, 4), "float32"), verbose=0).shape
            (10, 1)
        """
        source = make_source(x, None, None, batch_size, steps=steps)
        if not isinstance(callbacks, CallbackList):
            callbacks = CallbackList(
                callbacks, add_progbar=verbose != 0, model=self, verbose=verbose, epochs=1, steps=source.num_batches
            )
        with registry.scope(self.backend):
            return self._predict(source, callbacks)

    def _predict(self, source: Any, callbacks: CallbackList) -> Any:
        backend = registry.get(self.backend)
        first = _First(source, 0)
        if not self.built:
            self._prepare(first.batch, training=False)
        self._check_numbers(first.batch[0])
        self.place_all()
        step = self._step("predict")
        callbacks.on_predict_begin()
        parts: list[list[Any]] = []
        structure: Any = None
        seen = 0
        with backend.inference_scope():
            for batch in first.batches(source, 0):
                callbacks.on_predict_batch_begin(seen)
                structure = step(batch)
                parts.append(tree.flatten(structure))
                seen += 1
                if callbacks.wants_predict_batches:
                    callbacks.on_predict_batch_end(seen - 1, {"outputs": structure})
                callbacks.on_progress(seen)
        arrays = [
            backend.to_numpy(part[0]) if len(part) == 1 else np.concatenate([backend.to_numpy(p) for p in part])
            for part in zip(*parts, strict=True)
        ]
        callbacks.on_predict_end()
        return tree.unflatten(structure, arrays)

    # single batches

    def train_on_batch(
        self, x: Any, y: Any = None, sample_weight: Any = None, class_weight: Any = None, return_dict: bool = False
    ) -> Any:
        """One step of training on one batch; the results are of this batch alone."""
        self._check_compiled("train_on_batch")
        source = make_source(x, y, sample_weight, _length(x), class_weight=class_weight, finite_targets=True)
        return self._on_batch("train", next(iter(source.epoch(0))), return_dict)

    def test_on_batch(self, x: Any, y: Any = None, sample_weight: Any = None, return_dict: bool = False) -> Any:
        """One step of evaluation on one batch."""
        self._check_compiled("test_on_batch")
        source = make_source(x, y, sample_weight, _length(x))
        return self._on_batch("test", next(iter(source.epoch(0))), return_dict)

    def _on_batch(self, kind: str, batch: Batch, return_dict: bool) -> Any:
        with registry.scope(self.backend):
            self._prepare(batch, training=kind == "train")
            if kind == "train" and not self._trainer.owned:
                self._own_storages()
                self._trainer.owned = True
            self.reset_metrics()
            result = self._step(kind)(batch)
            logs = self._read_logs(result)
        if return_dict:
            return logs
        values = [np.float32(value) for value in logs.values()]
        return values[0] if len(values) == 1 else values

    def predict_on_batch(self, x: Any) -> Any:
        """The outputs for one batch, as NumPy arrays."""
        return self.predict(x, batch_size=_length(x), verbose=0)


class _First:
    """The first batch of a run, looked at before the first epoch and then not lost."""

    def __init__(self, source: Any, epoch: int) -> None:
        self.epoch = epoch
        self.iterator: Any = None
        if isinstance(source, ArraySource):
            self.batch = source.take(slice(0, source.size))
            return
        self.iterator = iter(source.epoch(epoch))
        try:
            self.batch = next(self.iterator)
        except StopIteration:
            raise StructureError("The data holds no batches. Expected at least one.") from None

    def batches(self, source: Any, epoch: int) -> Any:
        if self.iterator is None or epoch != self.epoch:
            yield from source.epoch(epoch)
            return
        iterator, self.iterator = self.iterator, None
        yield self.batch
        yield from iterator


def _length(x: Any) -> int:
    leaves = tree.flatten(x)
    return max(len(leaves[0]), 1) if leaves and hasattr(leaves[0], "__len__") else 1


def _number(value: Any, backend: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    array = backend.to_numpy(value) if registry.backend_of(value) is not None else np.asarray(value)
    return float(array) if array.ndim == 0 else array


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency
