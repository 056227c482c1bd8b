"""Fourier transforms in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch


def of_pairs(function: Callable[..., Any]) -> Callable[..., Any]:
    """A transform of complex numbers as one of pairs (real, imaginary)."""

    def call(real: Any, imaginary: Any) -> Any:
        if not real.numel():  # MKL takes no empty batch
            return real.clone(), imaginary.clone()
        z = function(torch.complex(real, imaginary))
        return z.real, z.imag

    return call


def rfft(x: Any) -> Any:
    if not x.numel():
        return (x.new_zeros((*x.shape[:-1], x.shape[-1] // 2 + 1)),) * 2
    z = torch.fft.rfft(x)
    return z.real, z.imag


def irfft(real: Any, imaginary: Any, length: Any) -> Any:
    if not real.numel():
        return real.new_zeros((*real.shape[:-1], length or 2 * (real.shape[-1] - 1)))
    return torch.fft.irfft(torch.complex(real, imaginary), length)


def frames(x: Any, length: int, stride: int) -> Any:
    return x.unfold(-1, length, stride) if x.shape[-1] >= length else x.new_zeros((*x.shape[:-1], 0, length))


table: dict[str, Callable[..., Any]] = {
    "fourier.fft": of_pairs(torch.fft.fft),
    "fourier.fft2": of_pairs(torch.fft.fft2),
    "fourier.ifft2": of_pairs(torch.fft.ifft2),
    "fourier.rfft": rfft,
    "fourier.irfft": irfft,
    "fourier.frames": frames,
}
