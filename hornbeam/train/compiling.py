"""What `compile` was given, made ready for the step: losses and metrics, matched with the outputs of the model."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from typing import Any

from hornbeam import ops
from hornbeam.core import tree
from hornbeam.core.errors import ShapeError, StructureError
from hornbeam.core.shape import broadcast, public
from hornbeam.losses import lookup as losses
from hornbeam.losses.loss import Loss, LossFunction
from hornbeam.metrics import lookup as metrics
from hornbeam.metrics.accuracy import BinaryAccuracy, CategoricalAccuracy, SparseCategoricalAccuracy
from hornbeam.metrics.metric import Metric
from hornbeam.metrics.probabilistic import BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy
from hornbeam.metrics.reductions import Mean, MeanMetricWrapper, with_mask
from hornbeam.train.matching import Outputs

# names that mean another metric for each kind of target: binary, class numbers, one-hot
BY_SHAPE: dict[str, tuple[type[Metric], type[Metric], type[Metric]]] = {
    "accuracy": (BinaryAccuracy, SparseCategoricalAccuracy, CategoricalAccuracy),
    "crossentropy": (BinaryCrossentropy, SparseCategoricalCrossentropy, CategoricalCrossentropy),
}
BY_SHAPE |= {"acc": BY_SHAPE["accuracy"], "ce": BY_SHAPE["crossentropy"]}
# losses whose targets are class numbers, and others that do not compare element by element
BY_NUMBER = ("sparsecategoricalcrossentropy", "categoricalgeneralizedcrossentropy", "circle")
OTHERWISE = ("ctc",)


def loss_tracker() -> Mean:
    """The metric that shows the loss of an epoch."""
    return Mean(name="loss")


class CompileLoss:
    """The loss of a model: the weighted sum of the losses of its outputs.

    Args:
        loss: a name, `Loss` or function, or a structure of them like the outputs (None: no loss there). A lone one
            stands for every output.
        loss_weights: a number for each output.
        output_names: names of the outputs, where the model knows them.

    Attributes:
        metrics: the mean loss of each output, where several have one.

    Raises:
        ConfigError: a loss is unknown.
    """

    def __init__(self, loss: Any, loss_weights: Any = None, output_names: list[str] | None = None) -> None:
        self.losses = _each(loss, _NamedLoss)
        self.loss_weights = loss_weights
        self.output_names = output_names
        self.outputs: Outputs | None = None
        self.parts: list[_LossOfOutput] = []
        self.metrics: list[Mean] = []

    def build(self, y: Any, y_pred: Any) -> None:
        """Match the losses with the outputs, given as specs or tensors.

        Raises:
            StructureError: losses, weights or targets do not match the outputs.
        """
        outputs = Outputs(y_pred, self.output_names)
        given = outputs.match(self.losses, "loss", shared=True)
        weights = outputs.match(self.loss_weights, "loss_weights")
        parts = [
            _LossOfOutput(i, loss, weight, outputs.label(i))
            for i, (loss, weight) in enumerate(zip(given, weights, strict=True))
            if loss is not None
        ]
        if not parts:
            raise StructureError("`loss` holds no loss for any output of the model. Give at least one.")
        if y is not None:
            targets = outputs.match(y, "y")
            for part in parts:
                part.warn_of_broadcast(targets[part.position], outputs.leaves[part.position])
        self.metrics = []
        if len(parts) > 1:
            taken: set[str] = set()
            for part in parts:
                name = outputs.names[part.position] or outputs.prefix(part.position) + part.loss.name
                part.tracker = Mean(name=_unlike(f"{name}_loss", taken))
                self.metrics.append(part.tracker)
        self.outputs, self.parts = outputs, parts

    def __call__(self, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """The weighted sum of the losses.

        Raises:
            StructureError: targets or sample weights do not match the outputs, or targets are missing.
            ShapeError: targets do not fit an output.
        """
        if self.outputs is None:
            self.build(y, y_pred)
        assert self.outputs is not None
        predictions = tree.flatten(y_pred)
        targets = self.outputs.match(y, "y")
        weights = self.outputs.match(sample_weight, "sample_weight", shared=True)
        total = None
        for part in self.parts:
            i = part.position
            value = part(targets[i], predictions[i], weights[i])
            total = value if total is None else total + value
        return total


class _NamedLoss:
    """A loss, and the name it was asked for by.

    Attributes:
        compare: `(y_true, y_pred, sample_weight) -> scalar`.
        elementwise: whether it is one of Keras' that compare targets and outputs of equal shapes.
    """

    def __init__(self, identifier: Any) -> None:
        found: Any = losses.get(identifier)
        source = type(found) if isinstance(found, Loss) else found
        self.compare = found if isinstance(found, Loss) else LossFunction(found)
        self.name: str = identifier if isinstance(identifier, str) else self.compare.name
        title = getattr(source, "__name__", "").lower().replace("_", "")
        self.sparse = title in BY_NUMBER
        paths = getattr(source, "__dict__", {}).get("__hornbeam_export__", ())
        self.elementwise = any("keras.losses." in path for path in paths) and title not in (*BY_NUMBER, *OTHERWISE)


class _LossOfOutput:
    """The loss of one output, its weight in the sum, and what tracks its mean."""

    def __init__(self, position: int, loss: _NamedLoss, weight: Any, output: str) -> None:
        self.position = position
        self.loss = loss
        self.weight = weight
        self.output = output
        self.tracker: Mean | None = None

    def __call__(self, target: Any, prediction: Any, weight: Any) -> Any:
        if target is None:
            raise StructureError(
                f"{self.output} has the loss '{self.loss.name}', but `y` holds no targets for it. Give targets for "
                "every output with a loss, or None as the loss of the others."
            )
        try:
            value = self.loss.compare(target, prediction, sample_weight=weight)
        except ShapeError as error:
            if "sample_weight" in str(error):
                raise
            raise self._misfit(target, prediction, error) from error
        except Exception as error:
            error.add_note(
                f"{self.output}: this came up in the loss '{self.loss.name}', called with targets of shape "
                f"{_shape(target)} and an output of shape {_shape(prediction)}."
            )
            raise
        if len(value.shape):
            value = ops.mean(value)
        if self.tracker is not None:
            self.tracker.update_state(ops.stop_gradient(value), sample_weight=_batch_size(prediction))
        return value if self.weight is None else value * self.weight

    def warn_of_broadcast(self, target: Any, prediction: Any) -> None:
        """Warn where targets would be repeated to meet the output: as Keras computes it, and hardly ever meant."""
        if target is None or not self.loss.elementwise:
            return
        one, two = _shape(target), _shape(prediction)
        if len(one) == len(two) + 1 and one[-1] == 1:
            one = one[:-1]
        elif len(two) == len(one) + 1 and two[-1] == 1:
            two = two[:-1]
        equal = len(one) == len(two) and all(a == b or a is None or b is None for a, b in zip(one, two, strict=True))
        if equal:
            return
        try:
            broadcast(one, two)
        except ShapeError as error:
            raise self._misfit(target, prediction, error) from error
        warnings.warn(
            f"{self.output}: targets of shape {_shape(target)} are broadcast against the output of shape "
            f"{_shape(prediction)} in the loss '{self.loss.name}'. {_likely_fix(one, two, self.loss)}",
            stacklevel=2,
        )

    def _misfit(self, target: Any, prediction: Any, error: Exception) -> ShapeError:
        one, two = _shape(target), _shape(prediction)
        return ShapeError(
            f"{self.output}: targets of shape {one} do not fit the output of shape {two} in the loss "
            f"'{self.loss.name}'. {_likely_fix(one, two, self.loss)} ({error})"
        )


class CompileMetrics:
    """The metrics of a model, each with the output it looks at.

    Args:
        metrics: names, `Metric`s or functions `(y_true, y_pred)`, in a structure like the outputs; a flat list will do
            for a model with one output.
        weighted_metrics: the same; these see sample weights.
        output_names: names of the outputs, where the model knows them.

    Attributes:
        metrics: all of them, once they are built; for several outputs their names begin with the output's.

    Raises:
        ConfigError: a metric is unknown.
    """

    def __init__(
        self, metrics: Any = None, weighted_metrics: Any = None, output_names: list[str] | None = None
    ) -> None:
        self.given = {"metrics": _each(metrics, _metric), "weighted_metrics": _each(weighted_metrics, _metric)}
        self.output_names = output_names
        self.outputs: Outputs | None = None
        self.parts: list[tuple[int, Metric, bool]] = []

    @property
    def metrics(self) -> list[Metric]:
        return [metric for _, metric, _ in self.parts]

    def build(self, y: Any, y_pred: Any) -> None:
        """Match the metrics with the outputs, given as specs or tensors.

        Raises:
            StructureError: metrics or targets do not match the outputs.
        """
        outputs = Outputs(y_pred, self.output_names)
        targets = outputs.match(y, "y")
        parts: list[tuple[int, Metric, bool]] = []
        taken: set[str] = set()
        for what, given in self.given.items():
            unweighted = set(taken)
            for i, one in enumerate(outputs.match(given, what)):
                for metric in _flat(one):
                    if isinstance(metric, _ByShape):
                        metric = metric.choose(targets[i], outputs.leaves[i])
                    weighted = what == "weighted_metrics"
                    prefix = f"{outputs.names[i]}_" if len(outputs) > 1 and outputs.names[i] else ""
                    again = f"{prefix}{metric.name}" in unweighted
                    name = _unlike(f"{prefix}{'weighted_' if weighted and again else ''}{metric.name}", taken)
                    parts.append((i, _under_name(metric, name), weighted))
        self.outputs, self.parts = outputs, parts

    def update_state(self, y: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Let every metric take a batch in.

        Raises:
            StructureError: targets or sample weights do not match the outputs, or targets are missing.
        """
        if self.outputs is None:
            if not any(_flat(given) for given in self.given.values()):
                return
            self.build(y, y_pred)
        assert self.outputs is not None
        if not self.parts:
            return
        predictions = tree.flatten(y_pred)
        targets = self.outputs.match(y, "y")
        weights = self.outputs.match(sample_weight, "sample_weight", shared=True)
        for i, metric, weighted in self.parts:
            if targets[i] is None:
                raise StructureError(
                    f"{self.outputs.label(i)} has the metric '{metric.name}', but `y` holds no targets for it."
                )
            weight = weights[i] if weighted else None
            if not isinstance(metric, MeanMetricWrapper):  # which sees to masks itself
                weight = with_mask(predictions[i], weight)
            keywords = {} if weight is None else {"sample_weight": weight}
            try:
                metric.update_state(targets[i], predictions[i], **keywords)
            except Exception as error:
                error.add_note(
                    f"{self.outputs.label(i)}: this came up in the metric '{metric.name}', called with targets of "
                    f"shape {_shape(targets[i])} and an output of shape {_shape(predictions[i])}."
                )
                raise


class _ByShape:
    """A metric that is chosen when the shapes are known, such as "accuracy"."""

    def __init__(self, name: str) -> None:
        self.name = name

    def choose(self, target: Any, prediction: Any) -> Metric:
        """The metric for targets and outputs of these shapes."""
        binary, sparse, categorical = BY_SHAPE[self.name]
        if target is None:
            raise StructureError(f"The metric '{self.name}' needs targets, but `y` holds none for its output.")
        one, two = _shape(target), _shape(prediction)
        if not two[1:] or two[-1] == 1:
            chosen = binary
        elif len(one) < len(two) or (one[-1] == 1 and two[-1] != 1):
            chosen = sparse
        else:
            chosen = categorical
        return chosen(name=self.name)


def _metric(identifier: Any) -> Any:
    """The metric that an identifier means, named as Keras names it in the logs."""
    if isinstance(identifier, str) and identifier in BY_SHAPE:
        return _ByShape(identifier)
    found = metrics.get(identifier)
    if isinstance(found, Metric):
        if isinstance(identifier, str):
            found.name = identifier
        return found
    name = getattr(found, "__name__", None) or getattr(found, "name", None) or type(found).__name__
    function = found.call if isinstance(found, Loss) else found
    return MeanMetricWrapper(function, "lambda" if name == "<lambda>" else name)


def _each(structure: Any, make: Callable[[Any], Any]) -> Any:
    """The structure with what `make` gives for each identifier in it; None stays None."""
    if isinstance(structure, dict) and not {"class_name", "config"} <= set(structure):
        return {key: _each(value, make) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [_each(part, make) for part in structure]
    return None if structure is None else make(structure)


def _flat(structure: Any) -> list[Any]:
    return [leaf for leaf in tree.flatten(structure) if leaf is not None]


def _under_name(metric: Metric, name: str) -> Metric:
    """The metric, or one under another name that shares its state: an object of the user's keeps its own."""
    if metric.name == name:
        return metric
    metric = copy.copy(metric)
    metric.name = name
    return metric


def _unlike(name: str, taken: set[str]) -> str:
    """The name, with a number where it is taken already."""
    free, number = name, 0
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    taken.add(free)
    return free


def _batch_size(prediction: Any) -> Any:
    return ops.shape(prediction)[0] if len(prediction.shape) else 1


def _shape(tensor: Any) -> tuple[int | None, ...]:
    return public(tensor.shape) if hasattr(tensor, "shape") else public(ops.shape(tensor))


def _likely_fix(target: tuple[Any, ...], output: tuple[Any, ...], loss: _NamedLoss) -> str:
    """What to do about targets that do not fit the output."""
    whole = target[:-1] if target and target[-1] == 1 else target
    if loss.sparse and len(target) == len(output) and target[-1:] == output[-1:]:
        return "The targets look one-hot: use 'categorical_crossentropy', or make them class numbers with argmax."
    if not loss.sparse and len(whole) == len(output) - 1 and output[-1] != 1:
        return (
            "If the targets are class numbers, use 'sparse_categorical_crossentropy', or make them one-hot with "
            f"`keras.utils.to_categorical(y, {output[-1]})`."
        )
    if target[-1:] != output[-1:] and len(target) == len(output) and target[-1:] != (None,):
        return (
            f"The last layer gives {output[-1]} values a sample, the targets hold {target[-1]}: they should be equal."
        )
    return "Targets and output should have the same shape."
