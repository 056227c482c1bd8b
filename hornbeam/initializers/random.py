"""Initializers by chance. Values follow from (seed, place in the model) alone, and are equal on every engine."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from threadpoolctl import ThreadpoolController

from hornbeam.core import counter, registry
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.core.shape import canonical_axes
from hornbeam.initializers.initializer import Generated
from hornbeam.ops.random import SeedGenerator

# standard deviation of a standard normal distribution truncated at two
TRUNCATED_STDDEV = 0.87962566103423978


class RandomInitializer(Generated):
    """An initializer with a seed.

    With an int seed every call gives the same values for the same shape. With a `SeedGenerator` each call gives new
    ones. With None, a variable's values follow from the process' seed (`set_random_seed`) and the variable's place in
    its model; direct calls of one initializer repeat its values, as in Keras.
    """

    def __init__(self, seed: Any = None) -> None:
        if isinstance(seed, dict):
            seed = deserialize_object(seed, kind="random")
        if seed is not None and not isinstance(seed, SeedGenerator):
            if not hasattr(seed, "__index__"):
                raise ConfigError(
                    "`seed` argument should be an instance of `keras.random.SeedGenerator()` or an integer. "
                    f"Received: seed={seed}"
                )
            seed = int(seed)
        self.seed = seed
        self._ordinal: int | None = None

    def stream(self, key: str | None) -> int:
        """The key of the generator for this seed and a variable's place in the model."""
        if isinstance(self.seed, SeedGenerator):
            state = self.seed.next()
            owner = registry.backend_of(state)
            return counter.stream(tuple(int(word) for word in (owner.to_numpy(state) if owner else state)))
        if self.seed is not None:
            return counter.stream(self.seed)
        if key is None:
            if self._ordinal is None:
                self._ordinal = counter.ordinal()
            key = f"initializer {self._ordinal}"
        return counter.stream(counter.root(), key)

    def get_config(self) -> dict[str, Any]:
        seed = self.seed
        return {"seed": serialize_object(seed) if isinstance(seed, SeedGenerator) else seed}


def _cast_integers(values: Any, dtype: str) -> Any:
    return registry.get("numpy").convert(values, dtype)


def _float(dtype: str) -> str:
    """The dtype to draw in: whole numbers are drawn as floats and cut off."""
    return dtype if dtype.startswith(("float", "bfloat")) else "float32"


@export("keras.initializers.RandomNormal", "keras.initializers.random_normal")
class RandomNormal(RandomInitializer):
    """Normal values.

    Args:
        mean, stddev: of the distribution.
        seed: an int, a `keras.random.SeedGenerator`, or None.

    Example:
        >>> values = hornbeam.initializers.RandomNormal(stddev=1.0, seed=1)((2, 2))
    """

    def __init__(self, mean: float = 0.0, stddev: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.mean = mean
        self.stddev = stddev

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        values = counter.normal(self.stream(key), shape, self.mean, self.stddev, _float(dtype))
        return _cast_integers(values, dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "mean": self.mean, "stddev": self.stddev}


@export("keras.initializers.TruncatedNormal", "keras.initializers.truncated_normal")
class TruncatedNormal(RandomNormal):
    """Normal values, none further than two standard deviations from the mean.

    Args:
        mean, stddev: of the distribution before truncation.
        seed: an int, a `keras.random.SeedGenerator`, or None.

    Example:
        >>> values = hornbeam.initializers.TruncatedNormal(seed=1)((2, 2))
    """

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        values = counter.truncated_normal(self.stream(key), shape, self.mean, self.stddev, _float(dtype))
        return _cast_integers(values, dtype)


@export("keras.initializers.RandomUniform", "keras.initializers.random_uniform")
class RandomUniform(RandomInitializer):
    """Values spread evenly over [minval, maxval).

    Args:
        minval, maxval: bounds.
        seed: an int, a `keras.random.SeedGenerator`, or None.

    Example:
        >>> values = hornbeam.initializers.RandomUniform(-1.0, 1.0, seed=1)((2, 2))
    """

    def __init__(self, minval: float = -0.05, maxval: float = 0.05, seed: Any = None) -> None:
        super().__init__(seed)
        self.minval = minval
        self.maxval = maxval

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        values = counter.uniform(self.stream(key), shape, self.minval, self.maxval, _float(dtype))
        return _cast_integers(values, dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "minval": self.minval, "maxval": self.maxval}


@export("keras.initializers.VarianceScaling", "keras.initializers.variance_scaling")
class VarianceScaling(RandomInitializer):
    """Values whose variance is `scale / fan`, so that signals keep their size from layer to layer.

    Args:
        scale: positive factor.
        mode: "fan_in" (number of inputs of a unit), "fan_out" (number of outputs), or "fan_avg" (their mean).
        distribution: "truncated_normal", "untruncated_normal" or "uniform".
        seed: an int, a `keras.random.SeedGenerator`, or None.
        input_axes, output_axes: axes of the shape that count as inputs and outputs, where the last two are not those;
            both are needed.

    Raises:
        ConfigError: an argument has a value that it cannot have.

    Example:
        >>> values = hornbeam.initializers.VarianceScaling(2.0, "fan_in", "uniform", seed=1)((3, 4))
    """

    def __init__(
        self,
        scale: float = 1.0,
        mode: str = "fan_in",
        distribution: str = "truncated_normal",
        seed: Any = None,
        input_axes: Any = None,
        output_axes: Any = None,
    ) -> None:
        if scale <= 0.0:
            raise ConfigError(f"Argument `scale` must be positive float. Received: scale={scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ConfigError(f"Invalid `mode` argument: {mode}. Please use one of 'fan_in', 'fan_out', 'fan_avg'")
        distribution = "truncated_normal" if distribution.lower() == "normal" else distribution.lower()
        if distribution not in ("truncated_normal", "untruncated_normal", "uniform"):
            raise ConfigError(
                f"Invalid `distribution` argument: {distribution}. "
                "Please use one of 'truncated_normal', 'uniform', 'untruncated_normal'"
            )
        super().__init__(seed)
        self.scale = scale
        self.mode = mode
        self.distribution = distribution
        self.input_axes = input_axes
        self.output_axes = output_axes

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        fan_in, fan_out = compute_fans(tuple(shape), self.input_axes, self.output_axes)
        fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[self.mode]
        variance = self.scale / max(1.0, fan)
        drawn = _float(dtype)
        if self.distribution == "uniform":
            limit = math.sqrt(3.0 * variance)
            values = counter.uniform(self.stream(key), shape, -limit, limit, drawn)
        elif self.distribution == "untruncated_normal":
            values = counter.normal(self.stream(key), shape, 0.0, math.sqrt(variance), drawn)
        else:
            stddev = math.sqrt(variance) / TRUNCATED_STDDEV
            values = counter.truncated_normal(self.stream(key), shape, 0.0, stddev, drawn)
        return _cast_integers(values, dtype)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "input_axes": self.input_axes,
            "output_axes": self.output_axes,
        }


class _Named(VarianceScaling):
    """A `VarianceScaling` that has a name: subclasses give `setting = (scale, mode, distribution)`."""

    setting: tuple[float, str, str]

    def __init__(self, seed: Any = None, input_axes: Any = None, output_axes: Any = None) -> None:
        super().__init__(*self.setting, seed=seed, input_axes=input_axes, output_axes=output_axes)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        return {name: config[name] for name in ("seed", "input_axes", "output_axes")}


@export("keras.initializers.GlorotUniform", "keras.initializers.glorot_uniform")
class GlorotUniform(_Named):
    """Even over [-limit, limit) with `limit = sqrt(6 / (fan_in + fan_out))`: Glorot & Bengio, 2010.

    Example:
        >>> values = hornbeam.initializers.GlorotUniform(seed=1)((2, 2))
    """

    setting = (1.0, "fan_avg", "uniform")


@export("keras.initializers.GlorotNormal", "keras.initializers.glorot_normal")
class GlorotNormal(_Named):
    """Truncated normal of variance `2 / (fan_in + fan_out)`: Glorot & Bengio, 2010.

    Example:
        >>> values = hornbeam.initializers.GlorotNormal(seed=1)((2, 2))
    """

    setting = (1.0, "fan_avg", "truncated_normal")


@export("keras.initializers.LecunNormal", "keras.initializers.lecun_normal")
class LecunNormal(_Named):
    """Truncated normal of variance `1 / fan_in`: Klambauer et al., 2017.

    Example:
        >>> values = hornbeam.initializers.LecunNormal(seed=1)((2, 2))
    """

    setting = (1.0, "fan_in", "truncated_normal")


@export("keras.initializers.LecunUniform", "keras.initializers.lecun_uniform")
class LecunUniform(_Named):
    """Even over [-limit, limit) with `limit = sqrt(3 / fan_in)`: Klambauer et al., 2017.

    Example:
        >>> values = hornbeam.initializers.LecunUniform(seed=1)((2, 2))
    """

    setting = (1.0, "fan_in", "uniform")


@export("keras.initializers.HeNormal", "keras.initializers.he_normal")
class HeNormal(_Named):
    """Truncated normal of variance `2 / fan_in`: He et al., 2015.

    Example:
        >>> values = hornbeam.initializers.HeNormal(seed=1)((2, 2))
    """

    setting = (2.0, "fan_in", "truncated_normal")


@export("keras.initializers.HeUniform", "keras.initializers.he_uniform")
class HeUniform(_Named):
    """Even over [-limit, limit) with `limit = sqrt(6 / fan_in)`: He et al., 2015.

    Example:
        >>> values = hornbeam.initializers.HeUniform(seed=1)((2, 2))
    """

    setting = (2.0, "fan_in", "uniform")


@export("keras.initializers.Orthogonal", "keras.initializers.OrthogonalInitializer", "keras.initializers.orthogonal")
class Orthogonal(RandomInitializer):
    """A random matrix with orthonormal rows or columns, whichever are fewer, times `gain`: Saxe et al., 2014.

    Shapes of more than two axes are made as the matrix (product of all sizes but the last, last size).

    Raises:
        ShapeError: the shape has fewer than two axes.

    Example:
        >>> q = hornbeam.initializers.Orthogonal(seed=1)((3, 3))
    """

    def __init__(self, gain: float = 1.0, seed: Any = None) -> None:
        super().__init__(seed)
        self.gain = gain

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        if len(shape) < 2:
            raise ShapeError(
                f"The tensor to initialize must be at least two-dimensional. Received: shape={tuple(shape)} of "
                f"rank {len(shape)}."
            )
        rows, columns = math.prod(shape[:-1]), shape[-1]
        drawn = "float64" if dtype == "float64" else "float32"
        values = counter.normal(self.stream(key), (max(rows, columns), min(rows, columns)), 0.0, 1.0, drawn)
        # one thread: the bits do not depend on the machine's cores, and threads that wait for each other cost more
        with _thread_pools().limit(limits=1, user_api="blas"):
            q, r = np.linalg.qr(values)
        q = q * np.where(np.diagonal(r) < 0, -1.0, 1.0)  # makes the factorisation, and so the distribution, unique
        q = q.T if rows < columns else q
        return _cast_integers(self.gain * q.reshape(tuple(shape)), dtype)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "gain": self.gain}


@functools.cache
def _thread_pools() -> ThreadpoolController:
    """Looking for the libraries' thread pools takes a while."""
    return ThreadpoolController()


def compute_fans(shape: tuple[int, ...], input_axes: Any = None, output_axes: Any = None) -> tuple[float, float]:
    """Number of inputs and outputs of a unit of weights of this shape; leading axes are a receptive field."""
    if input_axes is not None and output_axes is not None:
        inputs = canonical_axes(input_axes, len(shape), "input_axes")
        outputs = canonical_axes(output_axes, len(shape), "output_axes")
        return math.prod(shape[i] for i in inputs), math.prod(shape[i] for i in outputs)
    if len(shape) < 2:
        return math.prod(shape), math.prod(shape)
    field = math.prod(shape[:-2])
    return shape[-2] * field, shape[-1] * field
