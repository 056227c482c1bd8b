"""Fourier transforms in TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def of_pairs(function: Callable[..., Any]) -> Callable[..., Any]:
    """A transform of complex numbers as one of pairs (real, imaginary)."""

    def call(real: Any, imaginary: Any) -> Any:
        z = function(tf.complex(real, imaginary))
        return tf.math.real(z), tf.math.imag(z)

    return call


def rfft(x: Any) -> Any:
    z = tf.signal.rfft(x)
    return tf.math.real(z), tf.math.imag(z)


def irfft(real: Any, imaginary: Any, length: Any) -> Any:
    return tf.signal.irfft(tf.complex(real, imaginary), None if length is None else [length])


table: dict[str, Callable[..., Any]] = {
    "fourier.fft": of_pairs(tf.signal.fft),
    "fourier.fft2": of_pairs(tf.signal.fft2d),
    "fourier.ifft2": of_pairs(tf.signal.ifft2d),
    "fourier.rfft": rfft,
    "fourier.irfft": irfft,
    "fourier.frames": lambda x, length, stride: tf.signal.frame(x, length, stride),
}
