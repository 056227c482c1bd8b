"""Fourier transforms in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax.lax import complex as complex_


def of_pairs(function: Callable[..., Any]) -> Callable[..., Any]:
    """A transform of complex numbers as one of pairs (real, imaginary)."""

    def call(real: Any, imaginary: Any) -> Any:
        z = function(complex_(real, imaginary))
        return z.real, z.imag

    return call


def rfft(x: Any) -> Any:
    z = jnp.fft.rfft(x)
    return z.real, z.imag


def frames(x: Any, length: int, stride: int) -> Any:
    starts = np.arange(max((x.shape[-1] - length) // stride + 1, 0))[:, None] * stride
    return x[..., starts + np.arange(length)]


table: dict[str, Callable[..., Any]] = {
    "fourier.fft": of_pairs(jnp.fft.fft),
    "fourier.fft2": of_pairs(jnp.fft.fft2),
    "fourier.ifft2": of_pairs(jnp.fft.ifft2),
    "fourier.rfft": rfft,
    "fourier.irfft": lambda real, imaginary, length: jnp.fft.irfft(complex_(real, imaginary), length),
    "fourier.frames": frames,
}
