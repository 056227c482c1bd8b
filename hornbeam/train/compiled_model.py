"""What `compile` makes of a model, and the steps of training, evaluation and prediction, each written once."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from hornbeam.core import registry, tree
from hornbeam.core.errors import ConfigError, DtypeError, NotBuiltError
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
from hornbeam.train.data.host import describe, leaves_with_path
from hornbeam.train.data.source import unpack_x_y_sample_weight
from hornbeam.train.step import Step, overridden, takes_state

Batch = tuple[Any, Any, Any]
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


class CompiledModel(Layer):
    """A model with what `compile` gave it: losses, metrics, an optimizer, and the steps that use them."""

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
        if overridden(self, "compute_metrics", CompiledModel):
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
            if state.loss is not None and not overridden(self, "compute_loss", CompiledModel):
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
        if overridden(self, "train_step", CompiledModel) and not takes_state(self.train_step):
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
            if overridden(self, "train_step", CompiledModel):
                return self._overridden_step(self.train_step, training=True)
            forward = Recorded(self._train_forward, backend) if record else None
            variables = self.trainable_variables
            function = lambda x, y, w: self._train_update(x, y, w, forward, variables)  # noqa: E731
        elif kind == "test":
            if overridden(self, "test_step", CompiledModel):
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

    def _check_compiled(self, method: str) -> None:
        if not self.compiled:
            raise NotBuiltError(
                f"Model '{self.name}' is not compiled, so `{method}` does not know a loss. Call "
                '`model.compile(optimizer="adam", loss=...)` first.'
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


def _detached(tensor: Any) -> Any:
    """The tensor without its gradient, its mask still beside it."""
    twin = control.stop_gradient(tensor)
    set_mask(twin, get_mask(tensor))
    return twin


def _packed(x: Any, y: Any, sample_weight: Any) -> Any:
    if sample_weight is not None:
        return x, y, sample_weight
    return (x, y) if y is not None else (x,)


def _spec(leaf: Any) -> KerasTensor:
    owner = registry.backend_of(leaf) or registry.get("numpy")
    if not hasattr(leaf, "shape"):
        leaf = np.asarray(leaf)
    shape = tuple(leaf.shape)
    return KerasTensor((None, *shape[1:]) if shape else shape, owner.dtype(leaf))
