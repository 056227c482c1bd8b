"""Creation and conversion: new tensors, and what tensors are (shape, dtype, values)."""

from __future__ import annotations

from typing import Any

from hornbeam.core import config, registry
from hornbeam.core import dtype as dtypes_
from hornbeam.core import shape as shapes
from hornbeam.core.errors import DtypeError
from hornbeam.core.export import export
from hornbeam.core.scope import context
from hornbeam.core.variable import Variable
from hornbeam.ops import dtypes, rules
from hornbeam.ops.elementwise import cast, dtype_of, equal, greater_equal, log10, power
from hornbeam.ops.op import DType, Tensor, composite, operations, primitive


def backend_beside(x: Any) -> Any:
    """The backend that a body's tensor belongs to; arrays there belong to numpy."""
    return registry.backend_of(x) or registry.get("numpy")


def like(x: Any, operation: str, *arguments: Any) -> Any:
    """A creation operation on the backend of `x`, where bodies need a new tensor beside one they were given.

    `arguments` are all of the operation's, canonical, in the order of its signature.
    """
    backend = backend_beside(x)
    entry = backend.table.get(operation) or operations[operation].body
    assert entry is not None
    return entry(*(backend.narrow.get(a, a) if isinstance(a, str) else a for a in arguments))


def _here() -> Any:
    """The backend for what no tensor decides."""
    return registry.get("symbolic") if context.recording is not None else registry.default()


# What a tensor is


@export("keras.ops.shape")
def shape(x: Any) -> tuple[Any, ...]:
    """Sizes of a tensor: ints, `Dim`s where a symbolic size is unknown, the engine's scalars inside its graphs.

    Example:
        >>> hornbeam.ops.shape(hornbeam.ops.zeros((2, 3)))
        (2, 3)
    """
    backend = registry.backend_of(x)
    if backend is not None:
        return tuple(backend.shape(x))
    if isinstance(x, Variable):
        return x.shape
    return tuple(x.shape) if hasattr(x, "shape") else registry.get("numpy").convert(x, None).shape


@export("keras.ops.ndim", "keras.ops.numpy.ndim")
def ndim(x: Any) -> int:
    """Number of axes."""
    return x.ndim if hasattr(x, "ndim") else len(shape(x))


@export("keras.ops.size", "keras.ops.numpy.size")
def size(x: Any) -> Any:
    """Number of elements: an int, or a `Dim` where a size is unknown."""
    return shapes.size(shape(x))


@export("keras.ops.dtype")
def dtype(x: Any) -> str:
    """Name of a tensor's dtype.

    Example:
        >>> hornbeam.ops.dtype(hornbeam.ops.zeros((2, 3)))
        'float32'
    """
    if isinstance(x, Variable):
        return x.dtype
    backend = registry.backend_of(x) or registry.get("numpy")
    return backend.dtype(x if hasattr(x, "dtype") else backend.convert(x, None))


@export("keras.ops.is_tensor")
def is_tensor(x: Any) -> bool:
    """Whether x is a tensor of an engine; under the numpy backend, an array."""
    backend = registry.backend_of(x)
    if backend is None and registry.default_name() == "numpy":
        import numpy as np

        return isinstance(x, np.ndarray)
    return backend is not None and not backend.symbolic


# Conversion


@export("keras.ops.convert_to_tensor")
def convert_to_tensor(x: Any, dtype: Any = None, sparse: bool | None = None, ragged: bool | None = None) -> Any:
    """x as a tensor: an engine's tensor stays what it is, all else goes to the default backend.

    Args:
        x: tensor, variable, array, number or nested list.
        dtype: to cast to; None keeps an array's dtype, makes floats of lists floatx, and ints int32.
        sparse, ragged: accepted as in Keras; results are dense.

    Raises:
        DtypeError: x holds no numbers.

    Example:
        >>> hornbeam.ops.convert_to_tensor([1.0, 2.0], dtype="float16")
        array([1., 2.], dtype=float16)
    """
    if isinstance(x, Variable):
        x = x.value
    backend = registry.backend_of(x)
    if backend is not None and dtype is None:
        return x if type(x) in registry.backend_by_type else backend.convert(x, None)
    name = None if dtype is None else dtypes_.standardize(dtype)
    if backend is None:
        backend = _mixed(x) or _here()
    try:
        return backend.convert(x, name if name is None else backend.narrow.get(name, name))
    except DtypeError:  # numbers of a dtype that the engine lacks
        raise
    except (TypeError, ValueError) as error:
        raise DtypeError(
            f"convert_to_tensor(): {type(x).__name__} is no tensor, array or numbers: {x!r:.80}"
        ) from error


def _mixed(x: Any) -> Any:
    """The backend of the first tensor inside a list."""
    if isinstance(x, (list, tuple)):
        for part in x:
            found = registry.backend_of(part) or _mixed(part)
            if found is not None:
                return found
    return None


@export("keras.ops.convert_to_numpy")
def convert_to_numpy(x: Any) -> Any:
    """x as a NumPy array, whatever engine it belongs to.

    Raises:
        UnknownDimError: x is symbolic and has no values.

    Example:
        >>> hornbeam.ops.convert_to_numpy(hornbeam.ops.ones((2,)))
        array([1., 1.], dtype=float32)
    """
    if isinstance(x, Variable):
        return x.numpy()
    backend = registry.backend_of(x)
    if backend is not None:
        return x.__array__() if backend.symbolic else backend.to_numpy(x)
    if _mixed(x) is not None:
        x = [convert_to_numpy(part) for part in x]
    import numpy as np

    return np.asarray(registry.get("numpy").convert(x, None))


@export("keras.ops.array", "keras.ops.numpy.array")
def array(x: Any, dtype: Any = None) -> Any:
    """A tensor with the values of x: see `convert_to_tensor`."""
    return convert_to_tensor(x, dtype)


@export("keras.ops.copy", "keras.ops.numpy.copy")
@primitive(rule=rules.same)
def copy(x: Tensor) -> Tensor:
    """A tensor of the same values, in memory of its own."""


# Creation


@export("keras.ops.full", "keras.ops.numpy.full")
@primitive(rule=rules.full)
def full(shape: Any, fill_value: Any, dtype: DType = None) -> Tensor:
    """A tensor filled with a value, or with a tensor that broadcasts to the shape; floatx if no dtype is given.

    Example:
        >>> hornbeam.ops.full((2,), 7)
        array([7., 7.], dtype=float32)
    """


@export("keras.ops.zeros", "keras.ops.numpy.zeros")
@composite
def zeros(shape: Any, dtype: DType = None) -> Tensor:
    """A tensor of zeros; floatx if no dtype is given."""
    return full(shape, 0, dtype or config.floatx())


@export("keras.ops.ones", "keras.ops.numpy.ones")
@composite
def ones(shape: Any, dtype: DType = None) -> Tensor:
    """A tensor of ones; floatx if no dtype is given."""
    return full(shape, 1, dtype or config.floatx())


@export("keras.ops.empty", "keras.ops.numpy.empty")
@composite
def empty(shape: Any, dtype: DType = None) -> Tensor:
    """A tensor whose values mean nothing (they are zeros); floatx if no dtype is given."""
    return full(shape, 0, dtype or config.floatx())


@export("keras.ops.full_like", "keras.ops.numpy.full_like")
@composite
def full_like(x: Tensor, fill_value: Any, dtype: DType = None) -> Tensor:
    """A tensor of the shape of x, and of its dtype if none is given, filled with a value."""
    return like(x, "full", shape(x), fill_value, dtype or dtype_of(x))


@export("keras.ops.zeros_like", "keras.ops.numpy.zeros_like")
@composite
def zeros_like(x: Tensor, dtype: DType = None) -> Tensor:
    """Zeros in the shape of x, and in its dtype if none is given."""
    return full_like(x, 0, dtype)


@export("keras.ops.ones_like", "keras.ops.numpy.ones_like")
@composite
def ones_like(x: Tensor, dtype: DType = None) -> Tensor:
    """Ones in the shape of x, and in its dtype if none is given."""
    return full_like(x, 1, dtype)


@export("keras.ops.empty_like", "keras.ops.numpy.empty_like")
@composite
def empty_like(x: Tensor, dtype: DType = None) -> Tensor:
    """Values that mean nothing (they are zeros) in the shape of x, and in its dtype if none is given."""
    return full_like(x, 0, dtype)


@export("keras.ops.arange", "keras.ops.numpy.arange")
@primitive(rule=rules.arange)
def arange(start: Any, stop: Any = None, step: Any = None, dtype: DType = None) -> Tensor:
    """start, start + step, ... up to but without stop; with one argument, 0, 1, ... up to it.

    Args:
        dtype: int32 for whole numbers and floatx for others if not given.

    Example:
        >>> hornbeam.ops.arange(1, 7, 2)
        array([1, 3, 5], dtype=int32)
    """


@export("keras.ops.eye", "keras.ops.numpy.eye")
@composite
def eye(N: Any, M: Any = None, k: int = 0, dtype: DType = None) -> Tensor:
    """N rows and M columns (N if None), with ones on the diagonal k above the main one.

    Example:
        >>> hornbeam.ops.eye(2)
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    """
    columns = N if M is None else M
    rows, columns = (arange(0, rules.count("eye(): each size", size), 1, "int32") for size in (N, columns))
    rows = rows[:, None]
    return cast(equal(columns - rows, k), dtype or config.floatx())


@export("keras.ops.identity", "keras.ops.numpy.identity")
@composite
def identity(n: Any, dtype: DType = None) -> Tensor:
    """n rows and columns, with ones on the diagonal."""
    return eye(n, dtype=dtype)


@export("keras.ops.tri", "keras.ops.numpy.tri")
@composite
def tri(N: Any, M: Any = None, k: int = 0, dtype: DType = None) -> Tensor:
    """N rows and M columns (N if None), with ones on and below the diagonal k above the main one."""
    columns = N if M is None else M
    rows, columns = (arange(0, rules.count("tri(): each size", size), 1, "int32") for size in (N, columns))
    rows = rows[:, None]
    return cast(greater_equal(rows + k, columns), dtype or config.floatx())


@export("keras.ops.linspace", "keras.ops.numpy.linspace")
@composite(dtype=dtypes.floating)
def linspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: DType = None,
    axis: int = 0,
) -> Any:
    """Numbers at equal distances from start to stop, along a new axis.

    Args:
        endpoint: whether stop is the last of them.
        retstep: give the distance, too: `(numbers, distance)`.

    Example:
        >>> hornbeam.ops.linspace(0, 1, 5)
        array([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float32)
    """
    own = dtype_of(start)
    rules.count("linspace(): `num`", num)
    intervals = max(num - 1 if endpoint else num, 1)
    ndim_ = max(ndim(start), ndim(stop))
    places = like(start, "arange", 0, num, 1, own)[(slice(None),) + (None,) * ndim_]
    step = (stop - start) / intervals
    share = places / intervals
    # from both ends, so that the last one is `stop` itself
    numbers = start * (1 - share) + stop * share
    if dtype is not None and dtype != own:
        numbers = cast(numbers, dtype)
    if axis % (ndim_ + 1):
        order = list(range(1, ndim_ + 1))
        order.insert(axis % (ndim_ + 1), 0)
        numbers = backend_beside(start).table["transpose"](numbers, tuple(order))
    return (numbers, step) if retstep else numbers


@export("keras.ops.logspace", "keras.ops.numpy.logspace")
@composite(dtype=dtypes.floating)
def logspace(
    start: Tensor,
    stop: Tensor,
    num: int = 50,
    endpoint: bool = True,
    base: float = 10,
    dtype: DType = None,
    axis: int = 0,
) -> Tensor:
    """base to the powers at equal distances from start to stop, along a new axis."""
    numbers = power(float(base), linspace(start, stop, num, endpoint, axis=axis))
    return numbers if dtype is None else cast(numbers, dtype)


@export("keras.ops.geomspace", "keras.ops.numpy.geomspace")
@composite(dtype=dtypes.floating)
def geomspace(
    start: Tensor, stop: Tensor, num: int = 50, endpoint: bool = True, dtype: DType = None, axis: int = 0
) -> Tensor:
    """Positive numbers at equal ratios from start to stop, along a new axis."""
    return logspace(log10(start), log10(stop), num, endpoint, 10, dtype, axis)
