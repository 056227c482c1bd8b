"""Windows: weights by which a stretch of a signal fades in and out before its spectrum is taken.

All are symmetric and of type floatx. Source of the formulas: Harris, "On the use of windows for harmonic analysis with
the discrete Fourier transform" (1978).
"""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core import config, registry
from hornbeam.core.dim import Dim
from hornbeam.core.errors import DtypeError, ShapeError, UnknownDimError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.ops.create import arange, like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import absolute, cast, cos, divide, i0, maximum, sqrt, square, where
from hornbeam.ops.move import reshape
from hornbeam.ops.op import Tensor, composite


def _places(x: Any) -> Any:
    """Where the points of a window of x points lie between its ends, 0 and 1; a single one lies in the middle."""
    floatx = config.floatx()
    length = x if type(x) in (int, Dim) else _length(x)
    points = arange(0, length, 1, "int32")
    last = like(points, "full", (), length - 1, floatx)
    return where(last > 0, divide(cast(points, floatx), maximum(last, 1.0)), 0.5)


def _length(x: Any) -> Any:
    backend = registry.backend_of(x)
    sizes = shape_of(x)
    if any(type(size) is int and size != 1 for size in sizes):
        raise ShapeError(f"The length of a window is one number, got a tensor of shape {public(sizes)}.")
    if backend is not None and backend.symbolic:
        raise UnknownDimError("A window whose length is a symbolic tensor has a size that only data decides.")
    if backend is not None and backend.is_traced(x):
        return reshape(cast(x, "int32"), ())
    values = registry.get("numpy").convert(x if backend is None else backend.to_numpy(x), None)
    if values.dtype.kind not in "iufb":
        raise DtypeError(f"The length of a window is a whole number. Received: dtype {values.dtype}.")
    return int(values.reshape(()))


@export("keras.ops.bartlett", "keras.ops.numpy.bartlett")
@composite
def bartlett(x: Any) -> Tensor:
    """The triangular window of x points, which is 0 at its ends.

    Args:
        x: number of points: an int, or a tensor with one element (whose value must be known).

    Example:
        >>> hornbeam.ops.bartlett(5)
        array([0. , 0.5, 1. , 0.5, 0. ], dtype=float32)
    """
    return 1.0 - absolute(2.0 * _places(x) - 1.0)


@export("keras.ops.hanning", "keras.ops.numpy.hanning")
@composite
def hanning(x: Any) -> Tensor:
    """The raised cosine of x points, which is 0 at its ends: 0.5 - 0.5 cos(2 pi t)."""
    return 0.5 - 0.5 * cos(2 * math.pi * _places(x))


@export("keras.ops.hamming", "keras.ops.numpy.hamming")
@composite
def hamming(x: Any) -> Tensor:
    """The raised cosine of x points with small side lobes: 0.54 - 0.46 cos(2 pi t)."""
    return 0.54 - 0.46 * cos(2 * math.pi * _places(x))


@export("keras.ops.blackman", "keras.ops.numpy.blackman")
@composite
def blackman(x: Any) -> Tensor:
    """The Blackman window of x points: 0.42 - 0.5 cos(2 pi t) + 0.08 cos(4 pi t)."""
    angle = 2 * math.pi * _places(x)
    return 0.42 - 0.5 * cos(angle) + 0.08 * cos(2.0 * angle)


@export("keras.ops.kaiser", "keras.ops.numpy.kaiser")
@composite
def kaiser(x: Any, beta: Any) -> Tensor:
    """The Kaiser window of x points: I0(beta sqrt(1 - (2t - 1)**2)) / I0(beta).

    Args:
        x: number of points.
        beta: shape: 0 for a rectangle; the larger, the narrower.
    """
    places = _places(x)
    beta = like(places, "full", (), beta, config.floatx())
    return divide(i0(beta * sqrt(maximum(1.0 - square(2.0 * places - 1.0), 0.0))), i0(beta))
