"""Fourier transforms against NumPy and SciPy, frames and their windows, and what is refused.

Values, dtypes, shapes, recording and gradients of samples are checked by the conformance test.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.signal

from hornbeam import ops
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError
from hornbeam.core.spec import KerasTensor

RANDOM = np.random.default_rng(0)
SIGNAL = RANDOM.normal(size=(2, 40)).astype("float32")


def numpy(x: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(x))


def pair(*shape: int) -> tuple[np.ndarray, np.ndarray]:
    return RANDOM.normal(size=shape).astype("float32"), RANDOM.normal(size=shape).astype("float32")


def close(parts: Any, wanted: np.ndarray, tolerance: float = 1e-4) -> None:
    """A pair of tensors is the complex array."""
    assert [part.dtype for part in map(numpy, parts)] == [np.float32] * 2
    np.testing.assert_allclose(numpy(parts[0]) + 1j * numpy(parts[1]), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("shape", [(8,), (3, 7), (2, 5, 6), (1, 1)])
def test_fft(backend: str, shape: tuple[int, ...]) -> None:
    real, imaginary = pair(*shape)
    z = real + 1j * imaginary
    close(ops.fft((real, imaginary)), np.fft.fft(z))
    if len(shape) > 1:
        close(ops.fft2([real, imaginary]), np.fft.fft2(z))
        close(ops.ifft2((real, imaginary)), np.fft.ifft2(z))
        close(ops.ifft2(ops.fft2((real, imaginary))), z)


@pytest.mark.parametrize("length", [None, 1, 2, 7, 8, 9, 40, 41])
def test_rfft(backend: str, length: int | None) -> None:
    for x in (SIGNAL, SIGNAL[:, :7], SIGNAL[0]):
        close(ops.rfft(x, length), np.fft.rfft(x, length))
    real, imaginary = pair(3, 5)
    found = ops.irfft((real, imaginary), length)
    np.testing.assert_allclose(numpy(found), np.fft.irfft(real + 1j * imaginary, length), rtol=1e-4, atol=1e-4)


def test_rfft_and_back(backend: str) -> None:
    for x in (SIGNAL, SIGNAL[:, :7]):
        np.testing.assert_allclose(numpy(ops.irfft(ops.rfft(x), x.shape[-1])), x, rtol=1e-4, atol=1e-5)


def test_pairs_that_are_none(backend: str) -> None:
    real, imaginary = pair(2, 4)
    for name in ("fft", "fft2", "ifft2", "irfft"):
        transform = getattr(ops, name)
        with pytest.raises(ShapeError, match=rf"{name}\(\): `x` must be a pair \(real, imaginary\), got 3"):
            transform((real, imaginary, real))
        with pytest.raises(ShapeError, match=rf"{name}\(\): the real and imaginary part.*\(2, 4\), \(2, 3\)"):
            transform((real, imaginary[:, :3]))
        with pytest.raises(ShapeError, match=rf"{name}\(\): the real and imaginary part.*\(2, 4\), \(4,\)"):
            transform((real, imaginary[0]))
        with pytest.raises(ShapeError, match=rf"{name}\(\): the real and imaginary part"):
            transform((KerasTensor((None, 4)), KerasTensor((None, 3))))
        with pytest.raises(ShapeError, match=rf"{name}\(\): `x` needs elements along its last.*\(2, 0\)"):
            transform((real[:, :0], imaginary[:, :0]))
        with pytest.raises(DtypeError, match=rf"{name}\(\): complex numbers come as a pair"):
            transform((real.astype("complex64"), imaginary))
    for name in ("fft2", "ifft2"):
        with pytest.raises(ShapeError, match=rf"{name}\(\): `x` needs elements along its last 2 axes.*\(4,\)"):
            getattr(ops, name)((real[0], imaginary[0]))


def test_lengths_that_are_none(backend: str) -> None:
    for length in (0, -1, 3.0, "x", True):
        with pytest.raises(ConfigError, match=r"rfft\(\): `fft_length` must be a positive integer"):
            ops.rfft(SIGNAL, length)
        with pytest.raises(ConfigError, match=r"irfft\(\): `fft_length` must be a positive integer"):
            ops.irfft(pair(2, 3), length)
    with pytest.raises(ShapeError, match=r"irfft\(\): one bin gives no length"):
        ops.irfft(pair(2, 1))
    with pytest.raises(ShapeError, match=r"rfft\(\): `x` needs elements"):
        ops.rfft(1.0)


# Frames


@pytest.mark.parametrize(("length", "stride"), [(4, 2), (4, 4), (3, 5), (40, 1), (41, 1), (1, 1)])
def test_extract_sequences(backend: str, length: int, stride: int) -> None:
    wanted = [SIGNAL[:, i : i + length] for i in range(0, 40 - length + 1, stride)]
    wanted = np.stack(wanted, 1) if wanted else np.zeros((2, 0, length))
    np.testing.assert_array_equal(numpy(ops.extract_sequences(SIGNAL, length, stride)), wanted)
    assert ops.extract_sequences(KerasTensor((None, 40)), length, stride).shape == (None, *wanted.shape[1:])


@pytest.mark.parametrize(("length", "stride", "size"), [(6, 3, 8), (8, 2, 8), (5, 2, 8), (5, 2, 7), (10, 5, 10)])
@pytest.mark.parametrize("window", ["hann", "hamming", "own", None])
def test_stft(backend: str, length: int, stride: int, size: int, window: str | None) -> None:
    given: Any = np.arange(length, dtype="float32") + 1 if window == "own" else window
    if window is None:
        weights = np.ones(size)
    else:
        weights = given if window == "own" else scipy.signal.get_window(window, length)
        before = (size - length) // 2
        weights = np.pad(weights, (before, size - length - before))
    for center in (True, False):
        x = np.pad(SIGNAL, ((0, 0), (size // 2,) * 2), "reflect") if center else SIGNAL
        frames = [x[:, i : i + size] * weights for i in range(0, x.shape[-1] - size + 1, stride)]
        found = ops.stft(SIGNAL, length, stride, size, window=given, center=center)
        close(found, np.fft.rfft(np.stack(frames, 1)))


@pytest.mark.parametrize("window", ["hann", "hamming", None])
@pytest.mark.parametrize("center", [True, False])
def test_istft_is_the_inverse(backend: str, window: str | None, center: bool) -> None:
    spectrum = ops.stft(SIGNAL, 8, 2, 8, window=window, center=center)
    found = numpy(ops.istft(spectrum, 8, 2, 8, window=window, center=center))
    assert found.shape == (2, 40)
    # where every window is 0 nothing can be known
    known = slice(1, -1) if not center and window == "hann" else slice(None)
    np.testing.assert_allclose(found[:, known], SIGNAL[:, known], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(
        numpy(ops.istft(spectrum, 8, 2, 8, length=10, window=window, center=center))[:, known],
        SIGNAL[:, :10][:, known],
        rtol=1e-3,
        atol=1e-4,
    )


@pytest.mark.parametrize(("length", "stride", "size"), [(6, 3, 8), (5, 2, 7), (4, 4, 4), (3, 5, 8)])
def test_istft_of_any_spectrum(backend: str, length: int, stride: int, size: int) -> None:
    """The least squares solution: its frames' overlap, over that of the squared windows."""
    real, imaginary = pair(2, 6, size // 2 + 1)
    weights = scipy.signal.get_window("hamming", length)
    before = (size - length) // 2
    weights = np.pad(weights, (before, size - length - before))
    frames = np.fft.irfft(real + 1j * imaginary, size) * weights
    total, weight = np.zeros((2, size + 5 * stride)), np.zeros(size + 5 * stride)
    for i in range(6):
        total[:, i * stride : i * stride + size] += frames[:, i]
        weight[i * stride : i * stride + size] += weights**2
    wanted = total / np.where(weight > 1e-10, weight, 1)
    half = size // 2
    found = {
        center: numpy(ops.istft((real, imaginary), length, stride, size, window="hamming", center=center))
        for center in (True, False)
    }
    np.testing.assert_allclose(found[False], wanted, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(found[True], wanted[:, half:-half], rtol=1e-3, atol=1e-4)
    longer = ops.istft((real, imaginary), length, stride, size, length=100, window="hamming")
    np.testing.assert_allclose(numpy(longer), wanted[:, half:], rtol=1e-3, atol=1e-4)


def test_frames_that_do_not_fit(backend: str) -> None:
    for name, x in (("stft", SIGNAL), ("istft", pair(2, 4, 5))):
        transform = getattr(ops, name)
        for position, what in enumerate(("sequence_length", "sequence_stride", "fft_length")):
            for wrong in (0, -2, 2.5):
                numbers: list[Any] = [6, 3, 8]
                numbers[position] = wrong
                with pytest.raises(ConfigError, match=rf"{name}\(\): `{what}` must be a positive integer"):
                    transform(x, *numbers)
        with pytest.raises(ConfigError, match=rf"{name}\(\): `fft_length=4` must not be smaller"):
            transform(x, 6, 3, 4)
        with pytest.raises(ConfigError, match=rf"{name}\(\): `window` must be one of.*'ones'"):
            transform(x, 6, 3, 8, window="ones")
        for window in (np.ones(5, "float32"), np.ones((2, 6), "float32")):
            with pytest.raises(ShapeError, match=rf"{name}\(\): `window` must have shape.*\(6,\)"):
                transform(x, 6, 3, 8, window=window)
    with pytest.raises(ShapeError, match=r"stft\(\): with `center`.*4 elements.*\(2, 4\)"):
        ops.stft(SIGNAL[:, :4], 6, 3, 8)
    assert numpy(ops.stft(SIGNAL[:, :4], 6, 3, 8, center=False)[0]).shape == (2, 0, 5)
    with pytest.raises(ShapeError, match=r"istft\(\): `x` needs shape \(\.\.\., frames, bins\)"):
        ops.istft(pair(5), 6, 3, 8)
    for arguments in ((0, 1), (4, 0), (4, -1), (2.0, 1)):
        with pytest.raises(ConfigError, match=r"extract_sequences\(\): `sequence_"):
            ops.extract_sequences(SIGNAL, *arguments)
    with pytest.raises(ShapeError, match=r"extract_sequences\(\): `x` needs at least one axis"):
        ops.extract_sequences(1.0, 1, 1)
