"""compile, fit, evaluate, predict: one loop for all engines around the pure step."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from hornbeam.callbacks.callback_list import CallbackList
from hornbeam.callbacks.lazy_logs import LazyLogs
from hornbeam.core import config, registry, tree
from hornbeam.core.errors import BackendError, ConfigError, DtypeError, NotBuiltError, StructureError
from hornbeam.core.mask import get_mask, set_mask
from hornbeam.core.scope import StatelessScope, StateScope
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.replay import Recorded
from hornbeam.layers import structure
from hornbeam.layers.calling import call_signature
from hornbeam.layers.layer import Layer
from hornbeam.ops import control, create, transforms
from hornbeam.optimizers.optimizer import Optimizer
from hornbeam.train.data.arrays import ArraySource, train_validation_split
from hornbeam.train.data.host import describe, leaves_with_path
from hornbeam.train.data.make import make_source
from hornbeam.train.data.source import unpack_x_y_sample_weight
from hornbeam.train.step import Step, overridden, takes_state

Batch = tuple[Any, Any, Any]


class Trainer(Layer):
    """What a model can do with data; `Model` adds the rest."""

    _graph: Any = None

    stop_training = False

    def _init_trainer(self) -> None:
        self.compiled = False
        self.optimizer: Any = None
        self.loss: Any = None
        self.stop_training = False
        self.run_eagerly = False
        self.jit_compile: Any = "auto"
        self.steps_per_execution = 1
        self.history: Any = None
        # what belongs to training is no part of the tree of layers
        object.__setattr__(self, "_trainer", _State())

    # compile

    def compile(
        self,
        optimizer: Any = "rmsprop",
        loss: Any = None,
        loss_weights: Any = None,
        metrics: Any = None,
        weighted_metrics: Any = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
        jit_compile: Any = "auto",
        auto_scale_loss: bool = True,
    ) -> None:
        """Choose how the model is trained.

        Args:
            optimizer: name or `Optimizer`.
            loss: name, `Loss`, function `(y_true, y_pred)`, or a structure of them like the outputs.
            loss_weights: number per output.
            metrics, weighted_metrics: names, `Metric`s or functions, in a structure like the outputs; the weighted
                ones see sample weights.
            run_eagerly: run the step as Python, uncompiled.
            steps_per_execution: steps that run in one call of the engine, where it can.
            jit_compile: under tensorflow, whether to compile with XLA.
            auto_scale_loss: scale the loss for mixed float16.

        Example:
            >>> model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        """
        losses = importlib.import_module("hornbeam.train.compiling")
        optimizers = importlib.import_module("hornbeam.optimizers")
        if int(steps_per_execution) < 1:
            raise ConfigError(f"compile: steps_per_execution must be at least 1, got {steps_per_execution}.")
        with registry.scope(self.backend):
            self.optimizer = optimizers.get(optimizer) if optimizer is not None else None
            if auto_scale_loss and self.optimizer is not None and self.dtype_policy.name == "mixed_float16":
                scaling = getattr(importlib.import_module("hornbeam.optimizers"), "LossScaleOptimizer", None)
                if scaling is not None and not isinstance(self.optimizer, scaling):
                    self.optimizer = scaling(self.optimizer)
            names = list(getattr(self, "output_names", None) or ()) or None
            state = _State()
            state.loss = losses.CompileLoss(loss, loss_weights, names) if loss is not None else None
            state.metrics = losses.CompileMetrics(metrics, weighted_metrics, names)
            state.loss_tracker = losses.loss_tracker()
        self.loss = loss
        self.run_eagerly = bool(run_eagerly)
        self.jit_compile = jit_compile
        self.steps_per_execution = int(steps_per_execution)
        self.stop_training = False
        self.compiled = True
        state.arguments = {
            "optimizer": self.optimizer,
            "loss": loss,
            "loss_weights": loss_weights,
            "metrics": metrics,
            "weighted_metrics": weighted_metrics,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            "jit_compile": jit_compile,
        }
        object.__setattr__(self, "_trainer", state)

    def get_compile_config(self) -> dict[str, Any]:
        """The arguments of `compile`, serialised; empty for a model that is not compiled."""
        if not self.compiled:
            return {}
        return serialize_object(self._trainer.arguments)

    def compile_from_config(self, config: dict[str, Any]) -> None:
        """Compile with what `get_compile_config` gave."""
        if not config or "optimizer" not in config:
            return
        known = {name: deserialize_object(value) for name, value in config.items() if name in COMPILE_ARGUMENTS}
        self.compile(**known)

    _trainer: Any

    @property
    def compiled_metrics(self) -> Any:
        """The metrics given to `compile`."""
        return self._trainer.metrics

    @property
    def metrics(self) -> list[Any]:
        """The loss tracker, the metrics given to `compile`, and those that layers hold."""
        found = [self._trainer.loss_tracker] if self.compiled else []
        if self.compiled and self._trainer.loss is not None:
            found += self._trainer.loss.metrics
        if self.compiled and self._trainer.metrics is not None:
            found += self._trainer.metrics.metrics
        return structure.unique([*found, *structure.metrics(self)])

    @property
    def metrics_names(self) -> list[str]:
        """Names of the metrics."""
        return [metric.name for metric in self.metrics]

    @property
    def metrics_variables(self) -> list[Any]:
        """State of the metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    def reset_metrics(self) -> None:
        """Set all metrics back."""
        for metric in self.metrics:
            metric.reset_state()

    def get_metrics_result(self) -> dict[str, Any]:
        """Name -> value of each metric, as tensors."""
        results: dict[str, Any] = {}
        for metric in self.metrics:
            value = metric.result()
            if isinstance(value, dict):
                results.update(value)
            else:
                results[metric.name] = value
        return results

    # the step

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        """The scalar that training minimises: the compiled loss and what layers added. Override it for another one."""
        total = None
        if self._trainer.loss is not None:
            total = self._trainer.loss(y, y_pred, sample_weight)
        for loss in self.losses:
            total = loss if total is None else total + loss
        if total is None:
            raise ConfigError(
                f"Model '{self.name}' has no loss: none was given to `compile`, and no layer added one. "
                'Compile it with one, such as `loss="mse"`.'
            )
        return total

    def stateless_compute_loss(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        metrics_variables: Any,
        x: Any = None,
        y: Any = None,
        y_pred: Any = None,
        sample_weight: Any = None,
        training: bool = True,
    ) -> Any:
        """`compute_loss` as a pure function: `(loss, (trainable, non_trainable, metrics variables))`."""
        groups = (self.trainable_variables, self.non_trainable_variables, self.metrics_variables)
        given = (trainable_variables, non_trainable_variables, metrics_variables)
        pairs = [pair for own, values in zip(groups, given, strict=True) for pair in zip(own, values, strict=True)]
        with StatelessScope(pairs) as scope:
            loss = self.compute_loss(x, y, y_pred, sample_weight, training)
        return loss, tuple([scope.get_current_value(variable) for variable in group] for group in groups)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> dict[str, Any]:
        """Update the compiled metrics and return all results. Override it to compute others."""
        self._update_metrics(y, y_pred, sample_weight)
        return self.get_metrics_result()

    def _update_metrics(self, y: Any, y_pred: Any, sample_weight: Any) -> None:
        if self._trainer.metrics is not None:
            self._trainer.metrics.update_state(y, y_pred, sample_weight)

    def _forward(self, x: Any, y: Any, sample_weight: Any, training: bool) -> Any:
        """Loss of one batch; metrics are updated on the way, cut off from the gradient."""
        keywords = {"training": training} if call_signature(type(self)).training or self._takes_training() else {}
        y_pred = self(x, **keywords)
        loss = self.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight, training=training)
        batch = create.shape(tree.flatten(x)[0])[0]
        self._trainer.loss_tracker.update_state(control.stop_gradient(loss), sample_weight=batch)
        y_pred = tree.map_structure(_detached, y_pred)
        if overridden(self, "compute_metrics", Trainer):
            self.compute_metrics(x, y, y_pred, sample_weight)
        else:
            self._update_metrics(y, y_pred, sample_weight)
        scale = getattr(self.optimizer, "scale_loss", None)
        return scale(loss) if training and scale is not None else loss

    def _takes_training(self) -> bool:
        return self._graph is not None

    def train_step(self, data: Any) -> dict[str, Any]:
        """One step of training: `data` is a batch as `fit` was given it. Returns the logs.

        Override it to train otherwise; with `hornbeam.value_and_grad(..., variables=...)` it runs on every engine.
        The signatures that Keras has under each engine work too: `(self, data)` under torch and tensorflow, with
        their own gradients, and `(self, state, data)` under jax.
        """
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        self._train_update(x, y, sample_weight)
        return self.get_metrics_result()

    def _train_update(
        self, x: Any, y: Any, sample_weight: Any, forward: Any = None, variables: list[Any] | None = None
    ) -> None:
        forward = forward or self._train_forward
        variables = self.trainable_variables if variables is None else variables
        _, gradients = transforms.value_and_grad(forward, variables=variables)(x, y, sample_weight)
        self.optimizer.apply(gradients, variables)

    def _train_forward(self, x: Any, y: Any, sample_weight: Any) -> Any:
        return self._forward(x, y, sample_weight, True)

    def _test_forward(self, x: Any, y: Any, sample_weight: Any) -> Any:
        return self._forward(x, y, sample_weight, False)

    def test_step(self, data: Any) -> dict[str, Any]:
        """One step of `evaluate`. Override it to evaluate otherwise."""
        x, y, sample_weight = unpack_x_y_sample_weight(data)
        self._test_forward(x, y, sample_weight)
        return self.get_metrics_result()

    def predict_step(self, data: Any) -> Any:
        """One step of `predict`. Override it to predict otherwise."""
        x, _, _ = unpack_x_y_sample_weight(data)
        return self(x, training=False) if self._accepts_training() else self(x)

    def _accepts_training(self) -> bool:
        return call_signature(type(self)).training or self._takes_training()

    # preparation

    def _prepare(self, batch: Batch, training: bool) -> None:
        """Build what the first batch decides: the model, losses, metrics and the optimizer; place all variables."""
        state = self._trainer
        x, y, _ = batch
        self._check_numbers(x)
        specs = tree.map_structure(lambda leaf: _spec(leaf), x)
        outputs = None
        if not self.built or not state.built:
            outputs = self.compute_output_spec(specs)
            self.built = True
        self.place_all()
        if self.compiled and not state.built:
            targets = tree.map_structure(lambda leaf: None if leaf is None else _spec(leaf), y)
            if state.loss is not None and not overridden(self, "compute_loss", Trainer):
                state.loss.build(targets, outputs)
            if state.metrics is not None and y is not None:
                state.metrics.build(targets, outputs)
            state.built = True
        if training and self.optimizer is not None and not self.optimizer.built:
            self.optimizer.build(self.trainable_variables)
        if training and not all(optimizer.built for optimizer in self._own_optimizers()):
            self._rehearse(batch)
        for variable in self._stepped_variables(training):
            variable.place()

    def _check_numbers(self, x: Any) -> None:
        """Refuse text where a graph of layers expects numbers."""
        if self._graph is None or any(tensor.dtype == "string" for tensor in self._graph.graph.inputs):
            return
        for path, leaf in leaves_with_path(x):
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind in "OUS":
                raise DtypeError(
                    f"`{describe('x', path)}` has dtype {leaf.dtype} and shape {leaf.shape}. Expected numbers by model "
                    f"'{self.name}': turn words into numbers first, and objects into arrays of numbers with "
                    "`.astype(...)`."
                )

    def _own_optimizers(self) -> list[Any]:
        """Optimizers that the model keeps for its own `train_step`, beside the compiled one."""
        return structure.unique(value for _, value in structure.held(self) if isinstance(value, Optimizer))

    def _rehearse(self, batch: Batch) -> None:
        """Run the model's own `train_step` once without effect, so that its optimizers know their variables."""
        if overridden(self, "train_step", Trainer) and not takes_state(self.train_step):
            backend = registry.get(self.backend)
            data = tree.map_structure(lambda leaf: None if leaf is None else backend.convert(leaf, None), batch)
            with StateScope():
                self.train_step(_packed(*data))

    def _stepped_variables(self, training: bool) -> list[Any]:
        optimizers = [self.optimizer, *self._own_optimizers()] if training else []
        state = [variable for optimizer in optimizers if optimizer is not None for variable in optimizer.variables]
        return structure.unique([*self.variables, *state, *self.metrics_variables])

    def _step(self, kind: str) -> Step:
        """The compiled step of a kind ("train", "test", "predict"), made anew when what it closes over changed."""
        variables = self.variables if kind == "predict" else self._stepped_variables(kind == "train")
        eager = bool(self.run_eagerly)
        trained = tuple(id(v) for v in self.trainable_variables) if kind == "train" else ()
        signature = (eager, self.jit_compile, tuple(id(v) for v in variables), trained, structure.mutations.count)
        known = self._trainer.steps.get(kind)
        if known is not None and known[0] == signature:
            return known[1]
        step = Step(self, self._step_function(kind, eager), variables, eager, donate=kind == "train")
        if not eager:
            for part in structure.walk(self):
                part._recorded_calls.used = True
        self._trainer.steps[kind] = (signature, step)
        return step

    def _step_function(self, kind: str, eager: bool) -> Any:
        """`(x, y, sample_weight) -> logs or outputs or None`, to be compiled; None: the metrics hold the logs."""
        backend = registry.get(self.backend)
        record = backend.eager and not eager
        if kind == "train":
            if overridden(self, "train_step", Trainer):
                return self._overridden_step(self.train_step, training=True)
            forward = Recorded(self._train_forward, backend) if record else None
            variables = self.trainable_variables
            function = lambda x, y, w: self._train_update(x, y, w, forward, variables)  # noqa: E731
        elif kind == "test":
            if overridden(self, "test_step", Trainer):
                return self._overridden_step(self.test_step, training=False)
            forward = Recorded(self._test_forward, backend) if record else self._test_forward

            def function(x: Any, y: Any, w: Any) -> None:
                forward(x, y, w)
        else:
            forward = lambda x, y, w: self.predict_step(_packed(x, y, w))  # noqa: E731
            function = Recorded(forward, backend) if record else forward
        return function

    def _overridden_step(self, method: Any, training: bool) -> Any:
        if not takes_state(method):
            return lambda x, y, w: method(_packed(x, y, w))

        def stateful(x: Any, y: Any, w: Any) -> Any:
            groups = [self.trainable_variables, self.non_trainable_variables]
            if training:
                groups.append(self.optimizer.variables)
            groups.append(self.metrics_variables)
            logs, new = method(tuple([v.value for v in group] for group in groups), _packed(x, y, w))
            for group, values in zip(groups, new, strict=True):
                for variable, value in zip(group, values, strict=True):
                    variable.assign(value)
            return logs

        return stateful

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

    def _check_compiled(self, method: str) -> None:
        if not self.compiled:
            raise NotBuiltError(
                f"Model '{self.name}' is not compiled, so `{method}` does not know a loss. Call "
                '`model.compile(optimizer="adam", loss=...)` first.'
            )


COMPILE_ARGUMENTS = (
    "optimizer",
    "loss",
    "loss_weights",
    "metrics",
    "weighted_metrics",
    "run_eagerly",
    "steps_per_execution",
    "jit_compile",
)


class _State:
    """What `compile` made, and the steps compiled since."""

    def __init__(self) -> None:
        self.loss: Any = None
        self.metrics: Any = None
        self.loss_tracker: Any = None
        self.arguments: dict[str, Any] = {}
        self.steps: dict[str, Any] = {}
        self.built = False
        self.owned = False


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


def _detached(tensor: Any) -> Any:
    """The tensor without its gradient, its mask still beside it."""
    twin = control.stop_gradient(tensor)
    set_mask(twin, get_mask(tensor))
    return twin


def _packed(x: Any, y: Any, sample_weight: Any) -> Any:
    if sample_weight is not None:
        return x, y, sample_weight
    return (x, y) if y is not None else (x,)


def _length(x: Any) -> int:
    leaves = tree.flatten(x)
    return max(len(leaves[0]), 1) if leaves and hasattr(leaves[0], "__len__") else 1


def _spec(leaf: Any) -> KerasTensor:
    owner = registry.backend_of(leaf) or registry.get("numpy")
    if not hasattr(leaf, "shape"):
        leaf = np.asarray(leaf)
    shape = tuple(leaf.shape)
    return KerasTensor((None, *shape[1:]) if shape else shape, owner.dtype(leaf))


def _number(value: Any, backend: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    array = backend.to_numpy(value) if registry.backend_of(value) is not None else np.asarray(value)
    return float(array) if array.ndim == 0 else array


def _is_due(epoch: int, frequency: Any) -> bool:
    if isinstance(frequency, int):
        return (epoch + 1) % frequency == 0
    return epoch + 1 in frequency
