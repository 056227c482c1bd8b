"""Fourier transforms in NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def of_pairs(function: Callable[..., Any]) -> Callable[..., Any]:
    """A transform of complex numbers as one of pairs (real, imaginary)."""

    def call(real: Any, imaginary: Any) -> Any:
        z = function(real + 1j * imaginary)
        return z.real, z.imag

    return call


def rfft(x: Any) -> Any:
    z = np.fft.rfft(x)
    return z.real, z.imag


def frames(x: Any, length: int, stride: int) -> Any:
    if x.shape[-1] < length:
        return np.zeros((*x.shape[:-1], 0, length), x.dtype)
    return np.lib.stride_tricks.sliding_window_view(x, length, -1)[..., ::stride, :]


table: dict[str, Callable[..., Any]] = {
    "fourier.fft": of_pairs(np.fft.fft),
    "fourier.fft2": of_pairs(np.fft.fft2),
    "fourier.ifft2": of_pairs(np.fft.ifft2),
    "fourier.rfft": rfft,
    "fourier.irfft": lambda real, imaginary, length: np.fft.irfft(real + 1j * imaginary, length),
    "fourier.frames": frames,
}
