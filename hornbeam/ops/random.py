"""Random numbers: seeds, seed generators, and draws that are functions of a seed.

Every draw is a pure function of a seed tensor (uint32, two words), so it can be compiled, recorded and repeated. The
public functions of `keras.random` draw a seed from a `SeedGenerator` (or take an int) and call it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import config, counter, registry
from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import canonical_axis
from hornbeam.core.variable import Variable
from hornbeam.ops import random_portable as random_portable
from hornbeam.ops import rules_sequence as rules
from hornbeam.ops.create import convert_to_tensor, shape, zeros_like
from hornbeam.ops.elementwise import add, cast, divide, greater_equal, log, multiply, negative
from hornbeam.ops.index import take
from hornbeam.ops.move import broadcast_to, expand_dims, stack
from hornbeam.ops.op import DType, Tensor, composite, operations, primitive
from hornbeam.ops.order import argsort
from hornbeam.ops.reduce import argmax

# backend name -> the generator that draws where no seed is given
_global_generators: dict[str, SeedGenerator] = {}
_unnamed = 0


class _FirstState:
    """Initial value of a seed generator's state: (seed, 0), or two words that follow from its place in the model."""

    def __init__(self, seed: int | None) -> None:
        self.seed = seed

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        return self.generate(shape, "uint32", "")

    def generate(self, shape: Sequence[int], dtype: str, key: str) -> Any:
        import numpy as np

        if self.seed is not None:
            return np.array([self.seed, 0], "uint32")
        return counter.words(counter.stream(counter.root(), key)) * np.array([1, 0], "uint32")


@export("keras.random.SeedGenerator")
class SeedGenerator:
    """A source of seeds: each `next()` gives another one. Its state is a variable, saved with the model it is part of.

    Args:
        seed: int of at most 32 bits. If None, the first state follows from the process' seed
            (`keras.utils.set_random_seed`) and the generator's place in the model.
        name: shown in the path of its state.

    Raises:
        ConfigError: the seed is not an int, or too large.

    Example:
        >>> generator = hornbeam.random.SeedGenerator(seed=42)
        >>> a = hornbeam.random.normal((2,), seed=generator)
        >>> b = hornbeam.random.normal((2,), seed=generator)   # other values
    """

    def __init__(self, seed: int | None = None, name: str | None = None, **kwargs: Any) -> None:
        global _unnamed
        if kwargs.pop("backend", None) is not None or kwargs:
            raise ConfigError(f"SeedGenerator: unrecognized keyword arguments: {kwargs}")
        if seed is not None:
            seed = _checked(seed)
        if name is None:
            name = f"seed_generator_{_unnamed}" if _unnamed else "seed_generator"
            _unnamed += 1
        self.name = name
        self._initial_seed = seed
        self.state = Variable(
            _FirstState(seed), (2,), "uint32", trainable=False, autocast=False, name="seed_generator_state"
        )
        self.state.path = self.state.path.removesuffix("seed_generator_state") + f"{name}/seed_generator_state"

    def next(self, ordered: bool = True) -> Any:
        """A seed that was not drawn before: a uint32 tensor of shape (2,).

        Args:
            ordered: kept as in Keras.
        """
        seed, state = next_seed(self.state.value)
        self.state.assign(state)
        return seed

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this generator again."""
        return {"seed": self._initial_seed, "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> SeedGenerator:
        """The generator that `get_config` described."""
        return cls(**config)


def _checked(seed: Any) -> int:
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise ConfigError(
            f"Argument `seed` must be an integer. Received: seed={seed!r} (of type {type(seed).__name__})"
        )
    seed = int(seed)
    if not 0 <= seed < 2**32:
        raise ConfigError(f"Argument `seed` must lie between 0 and 2**32 - 1. Received: seed={seed}")
    return seed


def draw_seed(seed: Any, like: Any = None) -> Any:
    """A seed for one draw.

    Args:
        seed: an int (the same seed at each call), a `SeedGenerator` (advanced), a seed tensor, or None for the global
            generator of the backend.
        like: a tensor that decides the backend where `seed` is None.

    Raises:
        ConfigError: `seed` is something else.
    """
    if seed is None:
        return global_generator(like).next()
    if isinstance(seed, SeedGenerator):
        return seed.next()
    if getattr(seed, "shape", None) is not None and tuple(seed.shape) == (2,):
        return seed
    if isinstance(seed, bool) or not hasattr(seed, "__index__"):
        raise ConfigError(
            "Argument `seed` must be either an integer or an instance of `SeedGenerator`. "
            f"Received: seed={seed} (of type {type(seed)})"
        )
    import numpy as np

    seed = int(seed)
    return np.array([seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF], "uint32")


def global_generator(like: Any = None) -> SeedGenerator:
    """The seed generator behind draws without a seed, one for each backend."""
    backend = registry.backend_of(like)
    if backend is None or backend.symbolic:
        backend = registry.default()
    generator = _global_generators.get(backend.name)
    if generator is None:
        with registry.scope(backend.name):
            generator = SeedGenerator(name="global_seed_generator")
        _global_generators[backend.name] = generator
    return generator


@export("keras.utils.set_random_seed")
def set_random_seed(seed: int) -> None:
    """Seed everything: Python's `random`, NumPy, initial weights, dropout, and the engines that are imported.

    Args:
        seed: an int of at most 32 bits.

    Raises:
        ConfigError: not such an int.

    Example:
        >>> hornbeam.utils.set_random_seed(1)
    """
    global _unnamed
    if not isinstance(seed, int):
        raise ConfigError(f"Expected `seed` argument to be an integer. Received: seed={seed} (of type {type(seed)})")
    seed = _checked(seed)
    import random
    import sys

    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    config.set_seed(seed)
    counter.restart()
    _unnamed = 0
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)
    if "tensorflow" in sys.modules:
        sys.modules["tensorflow"].random.set_seed(seed)
    for generator in _global_generators.values():
        # the variable stays: compiled functions hold it
        generator.state.assign(_FirstState(None).generate((2,), "uint32", generator.state.path))


# draws as functions of a seed


@primitive(rule=rules.next_seed, name="random.next_seed")
def next_seed(state: Tensor) -> Any:
    """The seed to use (a fresh tensor, not a view of the state), and the state after it."""


@primitive(rule=rules.drawn, name="random.uniform")
def random_uniform(seed: Tensor, shape: Any, minval: float, maxval: float, dtype: DType) -> Tensor:
    """Floats spread evenly over [minval, maxval), as a function of a seed tensor."""


@primitive(rule=rules.drawn, name="random.normal")
def random_normal(seed: Tensor, shape: Any, mean: float, stddev: float, dtype: DType) -> Tensor:
    """Normal values, as a function of a seed tensor."""


@primitive(rule=rules.drawn, name="random.truncated_normal")
def random_truncated_normal(seed: Tensor, shape: Any, mean: float, stddev: float, dtype: DType) -> Tensor:
    """Normal values within two standard deviations of the mean, as a function of a seed tensor."""


@primitive(rule=rules.drawn, name="random.randint")
def random_integers(seed: Tensor, shape: Any, minval: Any, maxval: Any, dtype: DType) -> Tensor:
    """Whole numbers of [minval, maxval), as a function of a seed tensor."""


@primitive(rule=rules.drawn_like, name="random.gamma")
def random_gamma(seed: Tensor, alpha: Tensor) -> Tensor:
    """One value of the gamma distribution of scale 1 for each shape parameter in `alpha`."""


@primitive(rule=rules.drawn_like, name="random.binomial")
def random_binomial(seed: Tensor, counts: Tensor, probabilities: Tensor) -> Tensor:
    """One number of successes for each pair of `counts` and `probabilities`, which have one shape."""


@composite(name="random.categorical", promote=())
def random_categorical(seed: Tensor, logits: Tensor, num_samples: int, dtype: DType) -> Tensor:
    """For each row, classes drawn with the probabilities softmax(logits): the greatest of logits plus Gumbel noise."""
    batch, classes = shape(logits)
    logits = cast(logits, "float32")
    noise = random_uniform(seed, (batch, num_samples, classes), 1e-20, 1.0, "float32")
    gumbel = negative(log(negative(log(noise))))
    return cast(argmax(add(expand_dims(logits, 1), gumbel), axis=-1), dtype)


@composite(name="random.dropout", promote=())
def random_dropout(seed: Tensor, inputs: Tensor, rate: float, noise_shape: Any) -> Tensor:
    """Inputs times 1 / (1 - rate) where a draw keeps them, else 0; None in `noise_shape` is the inputs' size."""
    if rate >= 1.0:
        return zeros_like(inputs)
    sizes = shape(inputs)
    if noise_shape is not None:
        sizes = tuple(own if size is None else size for own, size in zip(sizes, noise_shape, strict=True))
    keep = greater_equal(random_uniform(seed, sizes, 0.0, 1.0, "float32"), rate)
    return multiply(inputs, multiply(cast(keep, inputs.dtype), 1.0 / (1.0 - rate)))


@composite(name="random.shuffle", promote=())
def random_shuffle(seed: Tensor, x: Tensor, axis: int) -> Tensor:
    """`x` with its elements along `axis` in another order."""
    order = argsort(random_uniform(seed, (shape(x)[axis],), 0.0, 1.0, "float32"))
    return take(x, order, axis=axis)


# the public functions


def drawn_by_mode(name: str) -> Callable[..., Any]:
    """The draw "uniform", "dropout", ... as a function of a seed, in the mode of the process."""
    return operations[f"random.{'' if config.random_mode() == 'native' else 'portable_'}{name}"].function


def _float(dtype: Any, name: str) -> str:
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_floating(dtype):
        raise DtypeError(f"`keras.random.{name}` requires a floating point `dtype`. Received: dtype={dtype}")
    return dtype


@export("keras.random.uniform")
def uniform(shape: Any, minval: float = 0.0, maxval: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Floats spread evenly over [minval, maxval).

    Args:
        shape: sizes of the result.
        minval, maxval: bounds.
        dtype: a float type; floatx if None.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Raises:
        DtypeError: `dtype` is no float type.

    Example:
        >>> hornbeam.random.uniform((2, 3), seed=1).shape
        (2, 3)
    """
    return drawn_by_mode("uniform")(draw_seed(seed), tuple(shape), minval, maxval, _float(dtype, "uniform"))


@export("keras.random.normal")
def normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Normal values.

    Args:
        shape: sizes of the result.
        mean, stddev: of the distribution.
        dtype: a float type; floatx if None.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Raises:
        DtypeError: `dtype` is no float type.

    Example:
        >>> hornbeam.random.normal((2, 3), seed=1).shape
        (2, 3)
    """
    return drawn_by_mode("normal")(draw_seed(seed), tuple(shape), mean, stddev, _float(dtype, "normal"))


@export("keras.random.truncated_normal")
def truncated_normal(shape: Any, mean: float = 0.0, stddev: float = 1.0, dtype: Any = None, seed: Any = None) -> Any:
    """Normal values, none further than two standard deviations from the mean.

    Args:
        shape: sizes of the result.
        mean, stddev: of the distribution before truncation.
        dtype: a float type; floatx if None.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Raises:
        DtypeError: `dtype` is no float type.

    Example:
        >>> hornbeam.random.truncated_normal((2, 3), seed=1).shape
        (2, 3)
    """
    dtype = _float(dtype, "truncated_normal")
    return drawn_by_mode("truncated_normal")(draw_seed(seed), tuple(shape), mean, stddev, dtype)


@export("keras.random.randint")
def randint(shape: Any, minval: int, maxval: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Whole numbers of [minval, maxval).

    Args:
        shape: sizes of the result.
        minval, maxval: bounds.
        dtype: an integer type.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Raises:
        DtypeError: `dtype` is no integer type.

    Example:
        >>> hornbeam.random.randint((2, 3), 0, 10, seed=1).shape
        (2, 3)
    """
    dtype = dtypes.standardize(dtype)
    if not dtypes.is_integer(dtype):
        raise DtypeError(f"`keras.random.randint` requires an integer `dtype`. Received: dtype={dtype}")
    if isinstance(minval, int) and isinstance(maxval, int) and minval >= maxval:
        raise ConfigError(f"randint(): nothing lies in [minval, maxval). Received: minval={minval}, maxval={maxval}.")
    return drawn_by_mode("randint")(draw_seed(seed), tuple(shape), minval, maxval, dtype)


@export("keras.random.categorical")
def categorical(logits: Any, num_samples: int, dtype: Any = "int32", seed: Any = None) -> Any:
    """Classes drawn with the probabilities softmax(logits).

    Args:
        logits: (batch, classes).
        num_samples: draws for each row.
        dtype: an integer type.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Returns:
        (batch, num_samples).

    Raises:
        ShapeError: `logits` has not two axes.

    Example:
        >>> hornbeam.random.categorical([[0.0, 100.0]], 3, seed=1)
        array([[1, 1, 1]], dtype=int32)
    """
    logits = convert_to_tensor(logits)
    if len(logits.shape) != 2:
        raise ShapeError(
            "categorical(): `logits` should be a 2-D tensor with shape [batch_size, num_classes]. "
            f"Received: logits.shape={tuple(logits.shape)}"
        )
    draw = drawn_by_mode("categorical")
    return draw(draw_seed(seed, logits), logits, num_samples, dtypes.standardize(dtype))


@export("keras.random.dropout")
def dropout(inputs: Any, rate: float, noise_shape: Any = None, seed: Any = None) -> Any:
    """Inputs with a part of them, drawn anew at each call, set to 0, and the rest times 1 / (1 - rate).

    Args:
        inputs: floats.
        rate: share of inputs that become 0.
        noise_shape: shape of the draws, broadcast to the inputs; None in it stands for the inputs' size.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Reference: Srivastava et al., 2014.

    Example:
        >>> hornbeam.random.dropout(hornbeam.ops.ones((2, 3)), 0.5, seed=1).shape
        (2, 3)
    """
    if not 0 <= rate <= 1:
        raise ConfigError(f"dropout(): `rate` must lie between 0 and 1. Received: rate={rate}.")
    inputs = convert_to_tensor(inputs)
    if not dtypes.is_floating(inputs.dtype):
        raise DtypeError(f"dropout(): the `inputs` must be floats. Received: dtype {dtypes.standardize(inputs.dtype)}.")
    if rate <= 0:
        return inputs
    return drawn_by_mode("dropout")(
        draw_seed(seed, inputs), inputs, rate, tuple(noise_shape) if noise_shape is not None else None
    )


@export("keras.random.shuffle")
def shuffle(x: Any, axis: int = 0, seed: Any = None) -> Any:
    """`x` with its elements along `axis` in another order, drawn evenly.

    Args:
        x: a tensor.
        axis: the axis along which elements move.
        seed: an int (the same order at each call), a `SeedGenerator`, or None for the global generator.

    Example:
        >>> hornbeam.random.shuffle(hornbeam.ops.arange(5), seed=1).shape
        (5,)
    """
    x = convert_to_tensor(x)
    return drawn_by_mode("shuffle")(draw_seed(seed, x), x, canonical_axis(axis, len(x.shape), "shuffle(): axis"))


@export("keras.random.gamma")
def gamma(shape: Any, alpha: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Values of the gamma distribution of scale 1.

    Args:
        shape: sizes of the result.
        alpha: shape parameter, which broadcasts to `shape`.
        dtype: a float type; floatx if None.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Example:
        >>> hornbeam.random.gamma((2, 3), 0.5, seed=1).shape
        (2, 3)
    """
    alpha = broadcast_to(convert_to_tensor(alpha, dtype=_float(dtype, "gamma")), tuple(shape))
    return drawn_by_mode("gamma")(draw_seed(seed, alpha), alpha)


@export("keras.random.beta")
def beta(shape: Any, alpha: Any, beta: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Values of the beta distribution: a / (a + b) for gamma distributed a and b.

    Args:
        shape: sizes of the result.
        alpha, beta: parameters, which broadcast to `shape`.
        dtype: a float type; floatx if None.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Example:
        >>> hornbeam.random.beta((2, 3), 0.5, 2.0, seed=1).shape
        (2, 3)
    """
    dtype = _float(dtype, "beta")
    both = [broadcast_to(convert_to_tensor(value, dtype=dtype), tuple(shape)) for value in (alpha, beta)]
    pair = drawn_by_mode("gamma")(draw_seed(seed, both[0]), stack(both))
    return divide(pair[0], add(pair[0], pair[1]))


@export("keras.random.binomial")
def binomial(shape: Any, counts: Any, probabilities: Any, dtype: Any = None, seed: Any = None) -> Any:
    """Numbers of successes in `counts` trials.

    Args:
        shape: sizes of the result.
        counts, probabilities: number of trials and chance of success, which broadcast to `shape`.
        dtype: type of the result; floatx if None.
        seed: an int (the same values at each call), a `SeedGenerator`, or None for the global generator.

    Example:
        >>> hornbeam.random.binomial((2, 3), 5, 0.5, seed=1).shape
        (2, 3)
    """
    dtype = dtypes.standardize(dtype)
    drawn = dtype if dtypes.is_floating(dtype) else "float32"
    trials, chance = [
        broadcast_to(convert_to_tensor(value, dtype=drawn), tuple(shape)) for value in (counts, probabilities)
    ]
    return cast(drawn_by_mode("binomial")(draw_seed(seed, trials), trials, chance), dtype)
