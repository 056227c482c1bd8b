"""Statistics of vectors: counts, correlations, distances."""

from __future__ import annotations

from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.dtype import is_bool, is_complex, is_integer
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError, UnknownDimError
from hornbeam.core.export import export
from hornbeam.core.spec import KerasTensor
from hornbeam.ops import dtypes
from hornbeam.ops.contract import matmul
from hornbeam.ops.convolution import conv
from hornbeam.ops.create import backend_beside, like, linspace
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import (
    absolute,
    cast,
    clip,
    conjugate,
    divide,
    dtype_of,
    equal,
    imag,
    logical_and,
    real,
    sqrt,
    square,
    subtract,
    where,
)
from hornbeam.ops.index import scattered, segment_sum, view_as_complex
from hornbeam.ops.move import broadcast_to, concatenate, diagonal, expand_dims, flip, padded, reshape, stack, transpose
from hornbeam.ops.normalization import in_dtype_of, widened
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.order import searchsorted
from hornbeam.ops.reduce import max as max_
from hornbeam.ops.reduce import mean
from hornbeam.ops.reduce import min as min_
from hornbeam.ops.reduce import sum as sum_

# Counts


@export("keras.ops.bincount", "keras.ops.numpy.bincount")
@composite
def bincount(x: Tensor, weights: Tensor | None = None, minlength: Any = 0, sparse: bool = False) -> Tensor:
    """How often each of 0, 1, 2, ... stands in x, up to the largest; of a matrix, in each of its rows.

    Args:
        x: whole numbers, not negative, of shape (length,) or (batch, length).
        weights: what each element counts, of the shape of x; 1 if None.
        minlength: smallest number of counts. Where values cannot be read (compiled, symbolic) it is their number, and
            larger elements count nowhere.
        sparse: accepted as in Keras; the result is dense.

    Raises:
        UnknownDimError: values cannot be read, and `minlength` is not given.

    Example:
        >>> hornbeam.ops.bincount([1, 2, 2])
        array([0, 1, 2], dtype=int32)
    """
    sizes = shape_of(x)
    if not is_integer(dtype_of(x)) and not is_bool(dtype_of(x)):
        raise DtypeError(f"bincount(): `x` must hold whole numbers. Received: dtype {dtype_of(x)}.")
    if len(sizes) not in (1, 2) or (weights is not None and not shapes.agree(sizes, shape_of(weights))):
        raise ShapeError(
            f"bincount() takes `x` of one or two axes and `weights` of the same shape, got {shapes.public(sizes)}"
            + ("." if weights is None else f" and {shapes.public(shape_of(weights))}.")
        )
    kind = "int32" if weights is None else dtypes.result_type(dtype_of(x), dtype_of(weights))
    x = cast(x, "int32")
    length = _number_of_counts(x, int(minlength))
    amounts = like(x, "full", sizes, 1, kind) if weights is None else cast(weights, kind)
    # one column more takes what counts nowhere
    places = expand_dims(where(logical_and(x >= 0, x < length), x, length), -1)
    if len(sizes) == 2:
        rows = like(x, "arange", 0, sizes[0], 1, "int32")[:, None, None]
        places = concatenate([broadcast_to(rows, (*sizes, 1)), places], -1)
    empty = like(x, "full", (*sizes[:-1], length + 1), 0, kind)
    return scattered(empty, places, amounts, "add")[..., :length]


def _number_of_counts(x: Any, least: int) -> int:
    backend = backend_beside(x)
    if isinstance(x, KerasTensor) or backend.is_traced(x):
        if not least:
            raise UnknownDimError("bincount(): give `minlength=` where values cannot be read: it depends on them.")
        return least
    values = backend.to_numpy(x)
    if values.size and values.min() < 0:
        raise ConfigError(f"bincount(): `x` must not be negative, its smallest element is {values.min()}.")
    return max(least, int(values.max()) + 1 if values.size else 0)


@export("keras.ops.histogram", "keras.ops.numpy.histogram")
@composite(dtype=dtypes.real(dtypes.floating))
def histogram(x: Tensor, bins: int = 10, range: Any = None) -> Any:
    """How many elements of a vector fall into each of so many bins of equal width, and the edges of the bins.

    A bin holds its lower edge, the last one both. Elements outside the range, and NaN, count nowhere.

    Args:
        bins: number of bins.
        range: lower and upper end of them; smallest and largest element if None.

    Returns:
        Counts of shape (bins,) and edges of shape (bins + 1,), both floats like x.

    Example:
        >>> hornbeam.ops.histogram([0.0, 1.0, 1.5, 3.0], bins=3)
        (array([1., 2., 1.], dtype=float32), array([0., 1., 2., 3.], dtype=float32))
    """
    if type(bins) is not int or bins < 1:
        raise ConfigError(f"histogram(): `bins` must be a positive int. Received: {bins!r}.")
    if len(shape_of(x)) != 1:
        raise ShapeError(f"histogram() takes a vector, got a tensor of shape {shapes.public(shape_of(x))}.")
    if range is not None and range[1] < range[0]:
        raise ConfigError(f"histogram(): `range` must not end below its start. Received: {range!r}.")
    values = widened(x)
    if range is None and not (type(shape_of(x)[0]) is int and shape_of(x)[0] == 0):
        low, high = min_(values), max_(values)
    else:
        low, high = (like(values, "full", (), end, dtype_of(values)) for end in range or (0, 1))
    empty = equal(low, high)
    low, high = where(empty, low - 0.5, low), where(empty, high + 0.5, high)
    edges = linspace(low, high, bins + 1)
    places = where(equal(values, high), bins - 1, searchsorted(edges, values, "right") - 1)
    places = where(logical_and(values >= low, values <= high), places, bins)
    counts = segment_sum(like(values, "full", shape_of(x), 1, "int32"), places, bins)
    return cast(counts, dtype_of(x)), in_dtype_of(edges, x)


# Correlations and distances


@export("keras.ops.corrcoef", "keras.ops.numpy.corrcoef")
@composite(dtype=dtypes.wide_floating)
def corrcoef(x: Tensor) -> Tensor:
    """Pearson's correlation of each row of a matrix with each; NaN for rows of equal elements.

    Args:
        x: shape (variables, observations).

    Example:
        >>> hornbeam.ops.corrcoef([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
        array([[ 1., -1.],
               [-1.,  1.]], dtype=float32)
    """
    if len(shape_of(x)) != 2:
        raise ShapeError(f"corrcoef() takes a matrix, got a tensor of shape {shapes.public(shape_of(x))}.")
    rows = widened(x)
    rows = rows - mean(rows, 1, keepdims=True)
    products = matmul(rows, conjugate(transpose(rows)))
    lengths = sqrt(real(diagonal(products)))
    found = divide(divide(products, lengths[:, None]), lengths)
    return in_dtype_of(found if is_complex(dtype_of(x)) else clip(found, -1.0, 1.0), x)


@export("keras.ops.correlate", "keras.ops.numpy.correlate")
@composite(dtype=dtypes.wide_floating)
def correlate(x1: Tensor, x2: Tensor, mode: str = "valid") -> Tensor:
    """Sliding products of two vectors: c[k] = sum over n of x1[n + k] * conj(x2[n]).

    Args:
        mode: "valid" where the shorter lies within the longer, "same" for as many as the longer has, "full" wherever
            the two overlap.

    Example:
        >>> hornbeam.ops.correlate([1.0, 2.0, 3.0], [0.0, 1.0], "full")
        array([1., 2., 3., 0.], dtype=float32)
    """
    if mode not in ("valid", "same", "full"):
        raise ConfigError(f"correlate(): `mode` must be valid, same or full. Received: {mode!r}.")
    if is_complex(dtype_of(x1)):
        a, b, c, d = real(x1), imag(x1), real(x2), imag(x2)
        whole, turned = (correlate(*pair, mode) for pair in ((a, c), (b, c)))
        return view_as_complex(stack([whole + correlate(b, d, mode), turned - correlate(a, d, mode)], -1))
    shown = f"{shapes.public(shape_of(x1))} and {shapes.public(shape_of(x2))}"
    if len(shape_of(x1)) != 1 or len(shape_of(x2)) != 1:
        raise ShapeError(f"correlate() takes two vectors, got tensors of shapes {shown}.")
    (length,), (window,) = shape_of(x1), shape_of(x2)
    if any(type(size) is int and size == 0 for size in (length, window)):
        raise ShapeError(f"correlate() takes vectors with elements, got shapes {shown}.")
    if type(length) is int and type(window) is int and length < window:
        return flip(correlate(x2, x1, mode))
    before = {"valid": 0, "same": window // 2, "full": window - 1}[mode]
    after = {"valid": 0, "same": (window - 1) // 2, "full": window - 1}[mode]
    signal = padded(x1, ((before, after),), "constant", 0)
    found = conv(reshape(signal, (1, -1, 1)), reshape(x2, (-1, 1, 1)), 1, "valid", "channels_last")
    return reshape(found, (-1,))


@export("keras.ops.cdist")
@composite(dtype=dtypes.floating)
def cdist(x: Tensor, y: Tensor) -> Tensor:
    """Euclidean distance of each row of x from each row of y.

    Args:
        x: shape (..., m, d).
        y: shape (..., n, d); axes before the last two broadcast.

    Returns:
        Shape (..., m, n).

    Example:
        >>> hornbeam.ops.cdist([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]])
        array([[5., 1.]], dtype=float32)
    """
    first, second = shape_of(x), shape_of(y)
    if min(len(first), len(second)) < 2 or (
        type(first[-1]) is int and type(second[-1]) is int and first[-1] != second[-1]
    ):
        raise ShapeError(
            f"cdist() takes rows of one length, of shapes (..., m, d) and (..., n, d); got {shapes.public(first)} "
            f"and {shapes.public(second)}."
        )
    squares = sum_(square(absolute(subtract(expand_dims(x, -2), expand_dims(y, -3)))), -1)
    # the root has no gradient at 0
    same = equal(squares, 0)
    return where(same, 0.0, sqrt(where(same, 1.0, squares)))
