"""Fourier transforms, over complex numbers as pairs of real tensors, and what goes with them: frames of a signal.

As in linear algebra, public operations check their arguments and compute float16 and bfloat16 in float32; kernels are
called with what is known to fit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.ops import rules_linalg
from hornbeam.ops.create import convert_to_tensor, like, ones_like, zeros_like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import cast, dtype_of, where
from hornbeam.ops.index import take
from hornbeam.ops.linear_algebra import in_full_precision
from hornbeam.ops.move import broadcast_to, concatenate, flip, padded, reshape, swapaxes
from hornbeam.ops.op import Tensor, Tensors, composite, primitive
from hornbeam.ops.reduce import sum as sum_
from hornbeam.ops.rules_linalg import real_numbers

# the windows that have names: their value at a share of the period
WINDOWS: dict[str, Callable[[float], float]] = {
    "hann": lambda share: 0.5 - 0.5 * math.cos(2 * math.pi * share),
    "hamming": lambda share: 0.54 - 0.46 * math.cos(2 * math.pi * share),
}


# Kernels


@primitive(rule=rules_linalg.pair, name="fourier.fft")
def _fft(real: Tensor, imaginary: Tensor) -> Any:
    """Discrete Fourier transform along the last axis."""


@composite(name="fourier.fft2")
def _fft2(real: Tensor, imaginary: Tensor) -> Any:
    columns = (swapaxes(part, -2, -1) for part in _fft(real, imaginary))
    real, imaginary = _fft(*columns)
    return swapaxes(real, -2, -1), swapaxes(imaginary, -2, -1)


@composite(name="fourier.ifft2")
def _ifft2(real: Tensor, imaginary: Tensor) -> Any:
    # with the two parts swapped, a transform is the inverse one with its parts swapped, times the number of elements
    imaginary, real = _fft2(imaginary, real)
    count = _count(real, (-2, -1))
    return real / count, imaginary / count


@composite(name="fourier.rfft")
def _rfft(x: Tensor) -> Any:
    bins = shape_of(x)[-1] // 2 + 1
    real, imaginary = _fft(x, zeros_like(x))
    return real[..., :bins], imaginary[..., :bins]


@composite(name="fourier.irfft")
def _irfft(real: Tensor, imaginary: Tensor, length: int | None) -> Tensor:
    size = 2 * (shape_of(real)[-1] - 1) if length is None else length
    # the second half of the spectrum of real numbers mirrors the first
    end = (size + 1) // 2
    real = concatenate([real, flip(real[..., 1:end], -1)], -1)
    imaginary = concatenate([imaginary, -flip(imaginary[..., 1:end], -1)], -1)
    return _fft(imaginary, real)[1] / _count(real, (-1,))


def _count(x: Any, axes: tuple[int, ...]) -> Any:
    """The number of elements along axes, a tensor where it is not known yet."""
    sizes = [shape_of(x)[axis] for axis in axes]
    return math.prod(sizes) if all(isinstance(size, int) for size in sizes) else sum_(ones_like(x), axes, True)


def _fitted(x: Any, length: int) -> Any:
    """The last axis cut, or filled up with zeros."""
    known = public(x.shape)[-1]
    if known == length:
        return x
    missing = length if known is None else max(length - known, 0)
    return padded(x, ((0, 0),) * (len(x.shape) - 1) + ((0, missing),), "constant", 0)[..., :length]


@composite(name="fourier.frames")
def _frames(x: Tensor, length: int, stride: int) -> Tensor:
    size = shape_of(x)[-1]
    count = max((size - length) // stride + 1, 0) if isinstance(size, int) else (size - length) // stride + 1
    starts = like(x, "arange", 0, count, 1, "int32")[:, None] * stride
    return take(x, starts + like(x, "arange", 0, length, 1, "int32"), -1)


def overlap_add(frames: Any, stride: int) -> Any:
    """The sum of frames (..., count, length) laid down at every `stride` places: the transpose of taking them."""
    *batch, count, length = shape_of(frames)
    parts = -(-length // stride)
    around = ((0, 0),) * len(batch)
    blocks = padded(frames, (*around, (0, 0), (0, parts * stride - length)), "constant", 0)
    blocks = swapaxes(reshape(blocks, (*batch, count, parts, stride)), -3, -2)
    # rows of `count + parts` blocks, read as rows that are one block shorter, move on by one from row to row
    blocks = padded(blocks, (*around, (0, 0), (0, parts), (0, 0)), "constant", 0)
    blocks = reshape(blocks, (*batch, parts * (count + parts), stride))[..., : parts * (count + parts - 1), :]
    total = sum_(reshape(blocks, (*batch, parts, count + parts - 1, stride)), -3)
    return reshape(total, (*batch, (count + parts - 1) * stride))[..., : length + stride * (count - 1)]


# What is wrong with arguments


def _pair(operation: str, x: Any, axes: int = 1) -> tuple[Any, Any]:
    """The real and the imaginary tensor, of one shape and with enough axes."""
    if len(x) != 2:
        raise ShapeError(f"{operation}(): `x` must be a pair (real, imaginary), got {len(x)} tensors.")
    shapes = [public(part.shape) for part in x]
    known = [sizes for sizes in zip(*shapes) if None not in sizes]
    if len(shapes[0]) != len(shapes[1]) or any(one != two for one, two in known):
        raise ShapeError(
            f"{operation}(): the real and imaginary part must have one shape, got {shapes[0]}, {shapes[1]}."
        )
    for part in x:
        _signal(operation, part, axes)
    return x[0], x[1]


def _signal(operation: str, x: Any, axes: int = 1) -> None:
    shape = public(x.shape)
    if len(shape) < axes or 0 in shape[-axes:]:
        last = "axis" if axes == 1 else f"{axes} axes"
        raise ShapeError(f"{operation}(): `x` needs elements along its last {last}, got shape {shape}.")


def _positive(operation: str, **numbers: Any) -> None:
    for name, number in numbers.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ConfigError(f"{operation}(): `{name}` must be a positive integer. Received: {number!r}.")


# Transforms


@export("keras.ops.fft")
@in_full_precision(real_numbers)
def fft(x: Tensors) -> Any:
    """Discrete Fourier transform along the last axis: X[k] = sum over n of x[n] exp(-2 pi i k n / N).

    Args:
        x: pair (real, imaginary) of tensors of one shape.

    Returns:
        The pair (real, imaginary) of the transform.

    Example:
        >>> hornbeam.ops.fft(([1.0, 2.0], [0.0, 0.0]))[0]
        array([ 3., -1.], dtype=float32)
    """
    return _fft(*_pair("fft", x))


@export("keras.ops.fft2")
@in_full_precision(real_numbers)
def fft2(x: Tensors) -> Any:
    """Discrete Fourier transform along the last two axes of a pair (real, imaginary); see `fft`."""
    return _fft2(*_pair("fft2", x, 2))


@export("keras.ops.ifft2")
@in_full_precision(real_numbers)
def ifft2(x: Tensors) -> Any:
    """Inverse of `fft2`."""
    return _ifft2(*_pair("ifft2", x, 2))


@export("keras.ops.rfft")
@in_full_precision(real_numbers)
def rfft(x: Tensor, fft_length: int | None = None) -> Any:
    """Fourier transform of real numbers along the last axis, whose second half, a mirror image, is left out.

    Args:
        fft_length: cut x to this length, or fill it up with zeros; its own if None.

    Returns:
        The pair (real, imaginary), each (..., fft_length // 2 + 1).

    Example:
        >>> hornbeam.ops.rfft([1.0, 2.0, 3.0, 4.0])[0]
        array([10., -2., -2.], dtype=float32)
    """
    _signal("rfft", x)
    if fft_length is not None:
        _positive("rfft", fft_length=fft_length)
        x = _fitted(x, fft_length)
    return _rfft(x)


@export("keras.ops.irfft")
@in_full_precision(real_numbers)
def irfft(x: Tensors, fft_length: int | None = None) -> Tensor:
    """Inverse of `rfft`: real numbers of shape (..., fft_length).

    Args:
        x: pair (real, imaginary), each (..., bins); cut, or filled up with zeros, to fft_length // 2 + 1 bins.
        fft_length: 2 (bins - 1) if None; an odd length has to be given.

    Example:
        >>> hornbeam.ops.irfft(hornbeam.ops.rfft([1.0, 2.0, 3.0]), 3)
        array([1., 2., 3.], dtype=float32)
    """
    real, imaginary = _pair("irfft", x)
    if fft_length is not None:
        _positive("irfft", fft_length=fft_length)
        real, imaginary = (_fitted(part, fft_length // 2 + 1) for part in (real, imaginary))
    elif public(real.shape)[-1] == 1:
        raise ShapeError(f"irfft(): one bin gives no length; pass `fft_length`. Got shape {public(real.shape)}.")
    return _irfft(real, imaginary, fft_length)


# Frames


@export("keras.ops.extract_sequences")
@composite
def extract_sequences(x: Tensor, sequence_length: int, sequence_stride: int) -> Tensor:
    """Sequences from the last axis, one after every stride: (..., n) gives (..., count, sequence_length).

    Only whole sequences count; where x is too short there are none.

    Example:
        >>> hornbeam.ops.extract_sequences([1, 2, 3, 4, 5], 3, 2)
        array([[1, 2, 3],
               [3, 4, 5]], dtype=int32)
    """
    if not len(x.shape):
        raise ShapeError("extract_sequences(): `x` needs at least one axis, got a scalar.")
    _positive("extract_sequences", sequence_length=sequence_length, sequence_stride=sequence_stride)
    return _frames(x, sequence_length, sequence_stride)


def _window(operation: str, window: Any, x: Any, sequence_length: int, sequence_stride: int, fft_length: int) -> Any:
    """The window in the middle of a frame, or None; errors where the parameters of a transform do not fit."""
    _positive(operation, sequence_length=sequence_length, sequence_stride=sequence_stride, fft_length=fft_length)
    if fft_length < sequence_length:
        raise ConfigError(
            f"{operation}(): `fft_length={fft_length}` must not be smaller than `sequence_length={sequence_length}`."
        )
    if window is None:
        return None
    before = (fft_length - sequence_length) // 2
    after = fft_length - sequence_length - before
    if isinstance(window, str):
        if window not in WINDOWS:
            raise ConfigError(f"{operation}(): `window` must be one of {sorted(WINDOWS)}. Received: {window!r}.")
        import numpy as np

        values = [WINDOWS[window](place / sequence_length) for place in range(sequence_length)]
        return convert_to_tensor(np.array([0.0] * before + values + [0.0] * after), dtype_of(x))
    window = cast(convert_to_tensor(window), dtype_of(x))
    if public(window.shape) != (sequence_length,):
        raise ShapeError(
            f"{operation}(): `window` must have shape (sequence_length,) = ({sequence_length},), "
            f"got {public(window.shape)}."
        )
    return padded(window, ((before, after),), "constant", 0)


@export("keras.ops.stft")
@in_full_precision(real_numbers, promote=("x",))
def stft(
    x: Tensor, sequence_length: int, sequence_stride: int, fft_length: int, window: Any = "hann", center: bool = True
) -> Any:
    """Short-time Fourier transform: `rfft` of windowed frames of the last axis.

    Args:
        sequence_length: elements that the window lets through, in the middle of a frame.
        sequence_stride: elements from one frame to the next.
        fft_length: length of a frame.
        window: "hann" or "hamming" (with period `sequence_length`; Keras on TensorFlow makes those of odd length
            symmetric), a tensor of shape (sequence_length,), or None for whole frames as they are.
        center: mirror half a frame at both ends, so that frame t stands around element t * sequence_stride.

    Returns:
        The pair (real, imaginary), each (..., frames, fft_length // 2 + 1).

    Example:
        >>> hornbeam.ops.stft(hornbeam.ops.ones((16,)), 4, 2, 4)[0].shape
        (9, 3)
    """
    _signal("stft", x)
    window = _window("stft", window, x, sequence_length, sequence_stride, fft_length)
    half, known = fft_length // 2, public(x.shape)[-1]
    if center and half:
        if known is not None and known <= half:
            raise ShapeError(
                f"stft(): with `center`, `x` needs more than fft_length // 2 = {half} elements in its last axis, "
                f"got shape {public(x.shape)}."
            )
        x = padded(x, ((0, 0),) * (len(x.shape) - 1) + ((half, half),), "reflect", 0)
    frames = _frames(x, fft_length, sequence_stride)
    return _rfft(frames if window is None else frames * window)


@export("keras.ops.istft")
@in_full_precision(real_numbers, promote=("x",))
def istft(
    x: Tensors,
    sequence_length: int,
    sequence_stride: int,
    fft_length: int,
    length: int | None = None,
    window: Any = "hann",
    center: bool = True,
) -> Tensor:
    """The signal whose `stft` is nearest to x: overlapping windowed frames over the sum of the squared windows.

    Where no window reaches, it is 0. At the ends, where fewer frames overlap, Keras on TensorFlow divides as if there
    were more of them, and fades out.

    Args:
        x: pair (real, imaginary), each (..., frames, fft_length // 2 + 1).
        length: elements of the result; those that the frames cover, without half a frame at the ends, if None.
        sequence_length, sequence_stride, fft_length, window, center: as they were for `stft`.

    Source: Griffin and Lim, "Signal estimation from modified short-time Fourier transform", 1984.

    Example:
        >>> x = hornbeam.ops.arange(16, dtype="float32")
        >>> hornbeam.ops.istft(hornbeam.ops.stft(x, 4, 2, 4), 4, 2, 4).shape
        (16,)
    """
    real, imaginary = _pair("istft", x)
    if len(real.shape) < 2:
        raise ShapeError(f"istft(): `x` needs shape (..., frames, bins), got {public(real.shape)}.")
    window = _window("istft", window, real, sequence_length, sequence_stride, fft_length)
    if length is not None:
        _positive("istft", length=length)
    real, imaginary = (_fitted(part, fft_length // 2 + 1) for part in (real, imaginary))
    frames = _irfft(real, imaginary, fft_length)
    if window is None:
        window = like(frames, "full", (fft_length,), 1, dtype_of(frames))
    windows = broadcast_to(window * window, (shape_of(frames)[-2], fft_length))
    total, weight = overlap_add(frames * window, sequence_stride), overlap_add(windows, sequence_stride)
    signal = total / where(weight > 1e-10, weight, ones_like(weight))
    start = fft_length // 2 if center else 0
    if length is not None:
        return signal[..., start : start + length]
    return signal[..., start:-start] if start else signal
