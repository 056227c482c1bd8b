"""Random numbers as functions of a seed: a `torch.Generator` for each seed, on the seed's device."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from torch._C._functorch import is_functorch_wrapped_tensor

from hornbeam.core import dtype as dtypes
from hornbeam.core import registry
from hornbeam.ops.random_portable import KEY_STEPS, MULTIPLIERS, ROUNDS

# from so many elements on NumPy draws for dropout on CPU
MANY = 1 << 14
ONE_DRAW = np.array([0, 1], "uint32")


def dtype_of(name: str) -> torch.dtype:
    return getattr(torch, name)


def generator(seed: torch.Tensor) -> torch.Generator:
    """A generator that depends on both words: torch's own seeding on CPU looks at 32 bits only, so they are mixed."""
    low, high = seed.tolist()
    mixed = (low * 0x9E3779B97F4A7C15 + high * 0xD1B54A32D192ED03 + 0x632BE59BD9B4E019) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93) & 0xFFFFFFFFFFFFFFFF
    made = torch.Generator(seed.device)
    made.manual_seed(mixed ^ mixed >> 32)
    return made


def next_seed(state: torch.Tensor) -> Any:
    if on_host(state):
        words = state.numpy()  # on CPU numpy adds unsigned words without leaving the tensor's memory
        return torch.from_numpy(words.copy()), torch.from_numpy(words + ONE_DRAW)
    wide = state.to(torch.int64)
    return state.clone(), (wide + wide.new_tensor([0, 1])).bitwise_and(0xFFFFFFFF).to(torch.uint32)


def empty(seed: torch.Tensor, shape: Any, dtype: str) -> torch.Tensor:
    return torch.empty(tuple(shape), dtype=dtype_of(dtype), device=seed.device)


def uniform(seed: Any, shape: Any, minval: float, maxval: float, dtype: str) -> Any:
    return empty(seed, shape, dtype).uniform_(float(minval), float(maxval), generator=generator(seed))


def normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    return empty(seed, shape, dtype).normal_(float(mean), float(stddev), generator=generator(seed))


def truncated_normal(seed: Any, shape: Any, mean: float, stddev: float, dtype: str) -> Any:
    drawn = dtype if dtypes.itemsize(dtype) > 2 else "float32"
    values = empty(seed, shape, drawn)
    bounds = mean - 2 * stddev, mean + 2 * stddev
    torch.nn.init.trunc_normal_(values, mean, stddev, *bounds, generator=generator(seed))
    return values.to(dtype_of(dtype))


def randint(seed: Any, shape: Any, minval: Any, maxval: Any, dtype: str) -> Any:
    drawn = torch.randint(int(minval), int(maxval), tuple(shape), generator=generator(seed), device=seed.device)
    return drawn.to(dtype_of(dtype))


def gamma(seed: Any, alpha: Any) -> Any:
    if alpha.dtype in (torch.float32, torch.float64):
        return torch._standard_gamma(alpha, generator=generator(seed))
    return torch._standard_gamma(alpha.float(), generator=generator(seed)).to(alpha.dtype)


def binomial(seed: Any, counts: Any, probabilities: Any) -> Any:
    drawn = torch.binomial(counts.float(), probabilities.float(), generator=generator(seed))
    return drawn.to(counts.dtype)


def categorical(seed: Any, logits: Any, num_samples: int, dtype: str) -> Any:
    chances = torch.softmax(logits.float(), -1)
    drawn = torch.multinomial(chances, num_samples, replacement=True, generator=generator(seed))
    return drawn.to(dtype_of(dtype))


def dropout(seed: Any, inputs: Any, rate: float, noise_shape: Any) -> Any:
    shape = inputs.shape
    if noise_shape is not None:
        shape = [own if size is None else size for own, size in zip(shape, noise_shape, strict=True)]
    keep = 1.0 - rate
    if keep <= 0.0:
        return torch.zeros_like(inputs)
    if inputs.device.type == "cpu" and inputs.numel() >= MANY and not torch.compiler.is_compiling():
        return inputs * drawn_by_numpy(seed, tuple(shape), rate).to(inputs.dtype).mul_(1.0 / keep)
    noise = torch.empty(shape, dtype=inputs.dtype, device=inputs.device)
    noise.bernoulli_(keep, generator=generator(seed)).div_(keep)
    return inputs * noise


def drawn_by_numpy(seed: torch.Tensor, shape: tuple[int, ...], rate: float) -> torch.Tensor:
    """Booleans that are True with probability 1 - rate, to 16 bits: on CPU torch's own draws take 8 times as long."""
    low, high = seed.tolist()
    count = math.prod(shape)
    words = np.random.Philox(key=low | high << 32).random_raw(-(-count // 4))
    return torch.from_numpy(words.view(np.int16))[:count].reshape(shape) >= min(round(rate * 65536), 65535) - 32768


def shuffle(seed: Any, x: Any, axis: int) -> Any:
    order = torch.randperm(x.shape[axis], generator=generator(seed), device=x.device)
    return x.index_select(axis, order)


def on_host(seed: torch.Tensor) -> bool:
    """Whether the seed's words lie in the host's memory, where NumPy may read them."""
    plain = type(seed) is torch.Tensor and seed.device.type == "cpu" and not torch.compiler.is_compiling()
    return plain and not is_functorch_wrapped_tensor(seed)


def bits(seed: torch.Tensor, shape: Any, count: int, stream: Any) -> torch.Tensor:
    if on_host(seed) and isinstance(stream, int):
        # chunks that stay in cache: a fifth of the time
        return torch.from_numpy(registry.get("numpy").table["random.bits"](seed.numpy(), shape, count, stream))
    total = math.prod(shape)
    lower = 0xFFFFFFFF
    wide = seed.to(torch.int64)
    block = torch.arange(-(-total // 4), device=seed.device)
    zero = torch.zeros_like(wide[0])
    a, b, c, d = block & lower, block >> 32, zero + stream, zero
    for i in range(ROUNDS):
        # bits above the lower 32 are let be until they would reach a product
        first, second = a * MULTIPLIERS[0], c * MULTIPLIERS[1]
        a = ((second >> 32) ^ b ^ (wide[0] + i * KEY_STEPS[0])) & lower
        c = ((first >> 32) ^ d ^ (wide[1] + i * KEY_STEPS[1])) & lower
        b, d = second, first
    words = torch.stack([a, b & lower, c, d & lower], -1) >> (32 - count)
    return words.to(torch.int32).reshape(-1)[:total].reshape(shape)


table = {
    "random.bits": bits,
    "random.next_seed": next_seed,
    "random.uniform": uniform,
    "random.normal": normal,
    "random.truncated_normal": truncated_normal,
    "random.randint": randint,
    "random.gamma": gamma,
    "random.binomial": binomial,
    "random.categorical": categorical,
    "random.dropout": dropout,
    "random.shuffle": shuffle,
}
