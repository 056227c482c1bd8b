"""Samples of Fourier transforms and frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, floats, ints, of

SIGNAL = floats(2, 16)
LONG = floats(2, 3, 20, seed=3)


def pair(*shape: int) -> tuple[np.ndarray, np.ndarray]:
    """A real and an imaginary part."""
    return floats(*shape, seed=1), floats(*shape, seed=2)


def rows() -> Iterator[Sample]:
    """The samples."""
    for name in ("fft", "fft2", "ifft2", "irfft"):
        for shape in ((2, 3, 4), (5, 7), (0, 2, 3)):
            batch = len(shape) > 2 or name == "fft"
            yield Sample(name, (pair(*shape),), gradient=shape[0] > 0, batch=batch, tolerance=1e-4)
        for dtype in ("float16", "bfloat16", "int32"):
            yield Sample(name, (tuple(of(ints(3, 4, high=3, seed=seed), dtype) for seed in (0, 1)),))
    yield Sample("fft", (pair(8),))
    for length in (1, 4, 5, 8, 12):
        yield Sample("rfft", (SIGNAL,), {"fft_length": length}, gradient=True, tolerance=1e-4)
        yield Sample("irfft", (pair(3, 5),), {"fft_length": length}, gradient=True, tolerance=1e-4)
    for x in (SIGNAL, SIGNAL[:, :7], SIGNAL[0], SIGNAL[:0], SIGNAL[:, :1]):
        yield Sample("rfft", (x,), gradient=x.size > 0, tolerance=1e-4)
    for dtype in ("float16", "bfloat16", "int32", "bool"):
        yield Sample("rfft", (of(ints(2, 6, high=2), dtype),))
    for length, stride in ((4, 2), (3, 5), (16, 1), (17, 1), (1, 1)):
        yield Sample("extract_sequences", (SIGNAL, length, stride), gradient=length < 17)
    for x in (SIGNAL[0], LONG, SIGNAL[:0], ints(2, 9), of(ints(2, 9), "bool"), of(SIGNAL, "bfloat16")):
        yield Sample("extract_sequences", (x, 4, 3))
    odd = floats(5, low=0.5, high=2.0)
    for parameters, window in (((6, 3, 8), "hann"), ((5, 2, 8), "hamming"), ((5, 2, 7), odd), ((4, 4, 4), None)):
        for center in (True, False):
            kwargs = {"window": window, "center": center}
            yield Sample("stft", (SIGNAL, *parameters), kwargs, gradient=True, tolerance=1e-4)
            frames = pair(2, 5, parameters[2] // 2 + 1)
            yield Sample("istft", (frames, *parameters), kwargs, tolerance=1e-4)
            yield Sample("istft", (frames, *parameters), {"length": 10, **kwargs}, tolerance=1e-4)
    for x in (SIGNAL[0], LONG, SIGNAL[:0], of(SIGNAL, "float16"), ints(2, 16)):
        yield Sample("stft", (x, 4, 2, 4), tolerance=1e-4)
    yield Sample("istft", (pair(2, 3, 5, 5), 6, 3, 8), {"length": 30}, tolerance=1e-4)
    yield Sample("istft", (pair(5, 5), 6, 3, 8), tolerance=1e-4)
    for shape in ((2, 3, 4), (3, 2, 5), (0, 2, 4)):
        for name in ("fft", "fft2", "ifft2"):
            yield Sample(f"fourier.{name}", pair(*shape), gradient=name != "fft" and shape[0] > 0, tolerance=1e-4)
        options = {"gradient": shape[0] > 0, "tolerance": 1e-4}
        yield Sample("fourier.rfft", (floats(*shape),), **options)
        for length in (None, 2 * shape[-1] - 1):
            yield Sample("fourier.irfft", (*pair(*shape), length), **options)
    yield Sample("fourier.frames", (SIGNAL, 4, 3), gradient=True)
