"""Random numbers from a counter: equal on every machine and engine for one seed and one key, in any order of asking.

The raw bits come from Philox, keyed by a hash of (seed, key). Values are made in chunks, each with its own counter, so
that chunks are independent of each other and can be made side by side.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Sequence
from typing import Any

from hornbeam.core import config

CHUNK = 1 << 16
# Below this many values the threads cost more than they save.
PARALLEL = 1 << 19

_entropy: bytes | None = None
_calls = 0
_lock = threading.Lock()


def stream(seed: Any, key: str = "") -> int:
    """The 128-bit key of the generator for `seed` (numbers, text or bytes) and the place `key` in the model.

    Example:
        >>> stream(7, "dense/kernel") == stream(7, "dense/kernel"), stream(7, "a") == stream(7, "b")
        (True, False)
    """
    text = seed if isinstance(seed, bytes) else repr(seed).encode()
    digest = hashlib.blake2b(len(text).to_bytes(8, "little") + text + key.encode(), digest_size=16).digest()
    return int.from_bytes(digest, "little")


def root() -> Any:
    """The seed behind everything that has none of its own: the one that was set, or one drawn for this process."""
    global _entropy
    seed = config.seed()
    if seed is not None:
        return seed
    if _entropy is None:
        _entropy = os.urandom(16)
    return _entropy


def ordinal() -> int:
    """A number that counts up: names what has neither a seed nor a place in a model. `restart` begins again at 0."""
    global _calls
    with _lock:
        _calls += 1
        return _calls - 1


def restart() -> None:
    """Count from 0 again, so that after setting a seed the same draws follow."""
    global _calls
    with _lock:
        _calls = 0


def words(key: int) -> Any:
    """Two 32-bit words for a seed state."""
    import numpy as np

    return np.array([key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF], "uint32")


def uniform(key: int, shape: Sequence[int], low: float, high: float, dtype: str) -> Any:
    """Array of values spread evenly over [low, high): 24 random bits each, 53 in float64."""
    import numpy as np

    width = high - low

    def fill(bits: Callable[[int], Any], out: Any) -> None:
        if dtype == "float64":
            values = (bits(len(out)) >> np.uint64(11)).view("int64") * 2.0**-53
        else:
            values = (_halves(bits, len(out)) >> np.uint32(8)).view("int32").astype("float32")
            values *= np.float32(2.0**-24)
        values *= width
        values += low
        out[:] = values

    return _filled(key, shape, dtype, fill)


def normal(key: int, shape: Sequence[int], mean: float, stddev: float, dtype: str) -> Any:
    """Array of normal values, made in float64 and rounded to `dtype`."""

    def fill(bits: Callable[[int], Any], out: Any) -> None:
        done = 0
        while done < len(out):
            values = _polar(bits, len(out) - done)
            out[done : done + len(values)] = values * stddev + mean
            done += len(values)

    return _filled(key, shape, dtype, fill)


def truncated_normal(key: int, shape: Sequence[int], mean: float, stddev: float, dtype: str) -> Any:
    """Like `normal`, with values beyond two standard deviations drawn again."""
    import numpy as np

    def fill(bits: Callable[[int], Any], out: Any) -> None:
        done = 0
        while done < len(out):
            missing = len(out) - done
            values = _polar(bits, missing + missing // 16 + 8)  # 4.6 % of them are rejected
            values = values[np.abs(values) <= 2.0][:missing]
            out[done : done + len(values)] = values * stddev + mean
            done += len(values)

    return _filled(key, shape, dtype, fill)


def _halves(bits: Callable[[int], Any], count: int) -> Any:
    """`count` words of 32 bits, in an order that does not depend on the machine."""
    return bits(-(-count // 2)).astype("<u8", copy=False).view("<u4")[:count]


def _polar(bits: Callable[[int], Any], count: int) -> Any:
    """At most `count` standard normal values in float64, rarely fewer.

    Points of a square that fall into the unit disc (78.5 % of them) become two values each: G. Marsaglia, T. A. Bray,
    "A convenient method for generating normal variables" (1964). Apart from the logarithm every step is rounded
    exactly, so results do not depend on the machine's mathematical library.
    """
    import numpy as np

    points = int(count * 0.65) + 32
    square = _halves(bits, 2 * points).view("<i4") * 2.0**-31
    x, y = square[:points], square[points:]
    distance = x * x + y * y
    inside = (distance < 1.0) & (distance > 0.0)
    x, y, distance = x[inside], y[inside], distance[inside]
    scale = np.sqrt(-2.0 * np.log(distance) / distance)
    return np.concatenate([x * scale, y * scale])[:count]


def _filled(key: int, shape: Sequence[int], dtype: str, fill: Callable[[Callable[[int], Any], Any], None]) -> Any:
    """An array of `shape` whose chunks `fill(bits, part)` made, each from its own part of the stream."""
    import numpy as np

    if dtype in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
        import ml_dtypes

        array = np.empty(tuple(shape), getattr(ml_dtypes, dtype))
    else:
        array = np.empty(tuple(shape), dtype)
    flat = array.reshape(-1)

    def chunk(index: int) -> None:
        generator = np.random.Philox(key=key, counter=[0, index, 0, 0])
        fill(generator.random_raw, flat[index * CHUNK : (index + 1) * CHUNK])

    chunks = range(-(-flat.size // CHUNK))
    if flat.size < PARALLEL:
        for index in chunks:
            chunk(index)
    else:
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            list(pool.map(chunk, chunks))
    return array
