"""Initializers without chance: constants, the identity matrix, the kernels of a Fourier transform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.serialization import deserialize_object, serialize_object
from hornbeam.initializers.initializer import Generated


def _array(value: Any, dtype: str) -> Any:
    return registry.get("numpy").convert(value, dtype)


@export("keras.initializers.Constant", "keras.initializers.constant")
class Constant(Generated):
    """The same value everywhere.

    Args:
        value: a number, or an array that broadcasts to the shape.

    Example:
        >>> hornbeam.initializers.Constant(10.0)((2,))
        array([10., 10.], dtype=float32)
    """

    def __init__(self, value: Any = 0.0) -> None:
        self.value = value

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        value = _array(self.value, dtype)
        try:
            return np.array(np.broadcast_to(value, tuple(shape)))
        except ValueError:
            raise ShapeError(
                f"Constant: a value of shape {value.shape} does not broadcast to {tuple(shape)}."
            ) from None

    def get_config(self) -> dict[str, Any]:
        return {"value": serialize_object(self.value)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(deserialize_object(config["value"]))


@export("keras.initializers.Zeros", "keras.initializers.zeros")
class Zeros(Generated):
    """Zeros.

    Example:
        >>> hornbeam.initializers.Zeros()((2,))
        array([0., 0.], dtype=float32)
    """

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        return np.zeros(tuple(shape), _array(0, dtype).dtype)


@export("keras.initializers.Ones", "keras.initializers.ones")
class Ones(Generated):
    """Ones.

    Example:
        >>> hornbeam.initializers.Ones()((2,))
        array([1., 1.], dtype=float32)
    """

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        return np.ones(tuple(shape), _array(1, dtype).dtype)


@export("keras.initializers.Identity", "keras.initializers.IdentityInitializer", "keras.initializers.identity")
class Identity(Generated):
    """The identity matrix, times `gain`.

    Raises:
        ShapeError: the shape is not that of a matrix.

    Example:
        >>> hornbeam.initializers.Identity(2.0)((2, 2))
        array([[2., 0.],
               [0., 2.]], dtype=float32)
    """

    def __init__(self, gain: float = 1.0) -> None:
        self.gain = gain

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        if len(shape) != 2:
            raise ShapeError(
                f"Identity matrix initializer can only be used for 2D matrices. Received: shape={tuple(shape)} of "
                f"rank {len(shape)}."
            )
        return _array(self.gain * np.eye(shape[0], shape[1]), dtype)

    def get_config(self) -> dict[str, Any]:
        return {"gain": self.gain}


@export("keras.initializers.STFT", "keras.initializers.STFTInitializer", "keras.initializers.stft")
class STFT(Generated):
    """Kernel of a convolution that computes one part of a short-time Fourier transform.

    The shape is (frame length, 1, FFT length / 2 + 1); `kernel[t, 0, k]` is `window[t] * cos(2 pi t k / FFT length)`
    for the real part and `-window[t] * sin(...)` for the imaginary part.

    Args:
        side: "real" or "imag".
        window: name of a window, an array of the frame's length, or None for none.
        scaling: "density" (the window's squares sum to 1), "spectrum" (the window sums to 1) or None.
        periodic: whether the window is one period of a periodic function; symmetric if not.

    Raises:
        ConfigError: an argument has a value that it cannot have.

    Example:
        >>> hornbeam.initializers.STFT("real", "hann", "density", False)((128, 1, 513)).shape
        (128, 1, 513)
    """

    def __init__(
        self, side: str = "real", window: Any = "hann", scaling: str | None = "density", periodic: bool = False
    ) -> None:
        if side not in ("real", "imag"):
            raise ConfigError(f"STFT: `side` must be 'real' or 'imag', got {side!r}.")
        if scaling is not None and scaling not in ("density", "spectrum"):
            raise ConfigError(f"STFT: `scaling` must be 'density', 'spectrum' or None, got {scaling!r}.")
        if isinstance(window, str):
            cosine_window(window, 8, periodic)
        self.side = side
        self.window = window
        self.scaling = scaling
        self.periodic = periodic

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        if len(shape) != 3:
            raise ShapeError(f"STFT: the shape must be (frame length, 1, FFT length / 2 + 1), got {tuple(shape)}.")
        frame, channels, bins = shape
        window = np.ones(frame)
        if isinstance(self.window, str):
            window = cosine_window(self.window, frame, self.periodic)
        elif self.window is not None:
            window = np.asarray(self.window, "float64")
            if window.shape != (frame,):
                raise ShapeError(f"STFT: the window has shape {window.shape}, expected ({frame},) for shape {shape}.")
        if self.scaling == "density":
            window = window / np.sqrt(np.sum(window**2))
        elif self.scaling == "spectrum":
            window = window / np.sum(window)
        angle = np.pi / max(bins - 1, 1) * np.arange(frame)[:, None] * np.arange(bins)
        wave = np.cos(angle) if self.side == "real" else -np.sin(angle)
        return _array(np.repeat((window[:, None] * wave)[:, None, :], channels, axis=1), dtype)

    def get_config(self) -> dict[str, Any]:
        window = self.window if self.window is None or isinstance(self.window, str) else serialize_object(self.window)
        return {"side": self.side, "window": window, "periodic": self.periodic, "scaling": self.scaling}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        return cls(**{**config, "window": deserialize_object(config.get("window", "hann"))})


# coefficients of the sum of cosines that makes the window
COSINE_WINDOWS = {
    "boxcar": (1.0,),
    "rectangular": (1.0,),
    "hann": (0.5, 0.5),
    "hanning": (0.5, 0.5),
    "hamming": (0.54, 0.46),
    "blackman": (0.42, 0.5, 0.08),
    "nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackmanharris": (0.35875, 0.48829, 0.14128, 0.01168),
}


def cosine_window(name: str, length: int, periodic: bool) -> Any:
    """The window called `name`: a sum of cosines.

    Raises:
        ConfigError: there is no such window.
    """
    if name not in COSINE_WINDOWS:
        raise ConfigError(f"There is no window {name!r}. Known: {', '.join(COSINE_WINDOWS)}; or give the values.")
    steps = length if periodic else length - 1
    angle = 2 * np.pi * np.arange(length) / max(steps, 1)
    return sum((-1) ** k * factor * np.cos(k * angle) for k, factor in enumerate(COSINE_WINDOWS[name])) + np.zeros(
        length
    )
