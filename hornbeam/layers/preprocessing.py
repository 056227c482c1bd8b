"""Layers that bring data into the range that networks like, on any engine's tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from hornbeam.core import registry, tree
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.scope import context
from hornbeam.layers.layer import Layer
from hornbeam.ops import create, elementwise, move


class DataLayer(Layer):
    """A layer that also runs in a data pipeline: on tensors of another engine than its own, with that engine."""

    def __call__(self, inputs: Any, **kwargs: Any) -> Any:
        leaf: Any = next(iter(tree.flatten(inputs)), None)
        owner = registry.backend_of(leaf)
        if owner is None or owner.symbolic or owner.name == self.backend or context.layers:
            return super().__call__(inputs, **kwargs)
        if not self.built:
            self.build(tuple(leaf.shape))
        with registry.scope(owner.name):
            return self.call(elementwise.cast(inputs, self.compute_dtype), **kwargs)

    def convert_weight(self, weight: Any) -> Any:
        """A constant or a variable as a tensor that stands beside the inputs."""
        if hasattr(weight, "placed") and weight.backend != registry.default_name():
            weight = weight.numpy()
        return create.convert_to_tensor(weight, dtype=self.compute_dtype)


@export("keras.layers.Rescaling")
class Rescaling(DataLayer):
    """inputs * scale + offset, in floats.

    Args:
        scale: a number, or numbers that broadcast to the inputs.
        offset: as `scale`.

    Example:
        >>> hornbeam.layers.Rescaling(1 / 255)(np.array([[255]], "uint8"))
        Array([[1.]], dtype=float32)
    """

    _settings = {"scale": None, "offset": None}  # noqa: RUF012

    def __init__(self, scale: Any, offset: Any = 0.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.scale = _plain(scale)
        self.offset = _plain(offset)
        self.supports_masking = True

    def call(self, inputs: Any) -> Any:
        inputs = elementwise.cast(inputs, self.compute_dtype)
        return inputs * self.convert_weight(self.scale) + self.convert_weight(self.offset)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


def _plain(value: Any) -> Any:
    """Arrays and tensors as lists of numbers, which a config can hold."""
    return create.convert_to_numpy(value).tolist() if hasattr(value, "shape") else value


@export("keras.layers.Normalization")
class Normalization(DataLayer):
    """(inputs - mean) / sqrt(variance), with statistics that are given or found by `adapt`.

    Args:
        axis: axes that have statistics of their own; None for one mean and variance of everything.
        mean, variance: the statistics, if they are known.
        invert: inputs * sqrt(variance) + mean in place of it.

    Example:
        >>> layer = hornbeam.layers.Normalization()
        >>> layer.adapt(np.array([[1.0], [3.0]]))
        >>> layer(np.array([[3.0]], "float32"))
        Array([[1.]], dtype=float32)
    """

    _settings = {"axis": None, "invert": None, "mean": None, "variance": None}  # noqa: RUF012

    def __init__(
        self, axis: Any = -1, mean: Any = None, variance: Any = None, invert: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.invert = invert
        self.supports_masking = True
        if (mean is None) != (variance is None):
            raise ConfigError(
                f"Normalization '{self.name}': mean and variance are given both or none, got mean={mean!r} and "
                f"variance={variance!r}."
            )
        self.input_mean = _plain(mean)
        self.input_variance = _plain(variance)
        self._shape: tuple[int, ...] = ()
        self._means: Any = None
        self._variances: Any = None

    def get_config(self) -> dict[str, Any]:
        config = {name: value for name, value in Layer.get_config(self).items() if name not in ("mean", "variance")}
        return {**config, "axis": self.axis, "mean": self.input_mean, "variance": self.input_variance}

    # build

    def _kept_axes(self, shape: Any) -> tuple[int, ...]:
        rank = len(shape)
        if any(not -rank <= axis < rank for axis in self.axis):
            raise ShapeError(f"Normalization '{self.name}': axis={self.axis} does not fit an input of shape {shape}.")
        kept = tuple(sorted(axis % rank for axis in self.axis))
        for axis in kept:
            if shape[axis] is None:
                raise ShapeError(
                    f"Normalization '{self.name}': the size of axis {axis} must be known, got shape {shape}."
                )
        return kept

    def build(self, input_shape: Any) -> None:
        input_shape = tuple(input_shape)
        kept = self._kept_axes(input_shape)
        # what the statistics are reshaped to, to stand beside the inputs
        self._shape = tuple(size if axis in kept else 1 for axis, size in enumerate(input_shape))
        sizes = tuple(input_shape[axis] for axis in kept)
        if self.input_mean is not None:
            self._means, self._variances = [
                np.broadcast_to(np.asarray(value, "float64"), sizes) for value in (self.input_mean, self.input_variance)
            ]
        elif self._means is None:
            self._means = self.add_weight(name="mean", shape=sizes, initializer="zeros", trainable=False)
            self._variances = self.add_weight(name="variance", shape=sizes, initializer="ones", trainable=False)
            # files hold it
            self.count = self.add_weight(name="count", shape=(), initializer="zeros", dtype="int32", trainable=False)

    @property
    def mean(self) -> Any:
        """The mean, in the rank of the inputs."""
        return self._beside(self._means)

    @property
    def variance(self) -> Any:
        """The variance, in the rank of the inputs."""
        return self._beside(self._variances)

    def _beside(self, statistic: Any) -> Any:
        return None if statistic is None else move.reshape(self.convert_weight(statistic), self._shape)

    def adapt(self, data: Any) -> None:
        """Find mean and variance.

        Args:
            data: an array, or batches of arrays (a dataset, a generator, a list).

        Raises:
            ConfigError: mean and variance were given.
            ShapeError: an array does not fit those before it.
        """
        if self.input_mean is not None:
            raise ConfigError(
                f"Normalization '{self.name}' was made with mean and variance, so there is nothing to adapt."
            )
        count, total, squares = 0, np.zeros(()), np.zeros(())
        for batch in _batches(data):
            array = np.asarray(create.convert_to_numpy(batch), "float64")
            if not self.built:
                self.build(array.shape)
            kept = self._kept_axes(array.shape)
            sizes = tuple(array.shape[axis] for axis in kept)
            if sizes != self._means.shape:
                raise ShapeError(
                    f"Normalization '{self.name}' has statistics of shape {self._means.shape} over axis {self.axis}; a "
                    f"batch of shape {array.shape} came."
                )
            others = tuple(axis for axis in range(array.ndim) if axis not in kept)
            found = array.size // max(1, int(np.prod(sizes)))
            mean = array.mean(others)
            # Chan et al., 1979: sums of squared distances from the mean, joined without cancellation
            shift = mean - total
            squares = squares + array.var(others) * found + shift**2 * (count * found / max(1, count + found))
            count += found
            total = total + shift * (found / max(1, count))
        if not count:
            raise ShapeError(f"Normalization '{self.name}': `adapt` was given no data.")
        self._means.assign(total.astype("float32"))
        self._variances.assign((squares / count).astype("float32"))

    def finalize_state(self) -> None:
        """Nothing: the statistics are read from the variables. Kept as in Keras."""

    # call

    def call(self, inputs: Any) -> Any:
        inputs = elementwise.cast(inputs, self.compute_dtype)
        mean, deviation = self.mean, elementwise.maximum(elementwise.sqrt(self.variance), 1e-7)
        return inputs * deviation + mean if self.invert else (inputs - mean) / deviation

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


def _batches(data: Any) -> Any:
    """The arrays that `adapt` was given: one, or one for each batch."""
    if hasattr(data, "shape"):
        return [data]
    if isinstance(data, (list, tuple)) and data and not hasattr(data[0], "shape"):
        return [np.asarray(data)]
    if hasattr(data, "num_batches") or (hasattr(data, "__getitem__") and hasattr(data, "__len__")):
        count = getattr(data, "num_batches", None)
        return (data[index] for index in range(len(data) if count is None else count))
    if not hasattr(data, "__iter__"):
        raise ConfigError(f"Normalization.adapt() takes an array or batches of arrays, got {type(data).__name__}.")
    return iter(data)
