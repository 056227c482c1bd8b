"""Describing a model costs nothing: no engine, no memory for weights."""

from __future__ import annotations

import subprocess
import sys

import pytest

import hornbeam as keras
from hornbeam import layers

SEVENTY_BILLION = """
import pathlib, sys, time
import hornbeam as keras
start = time.process_time()
width, hidden, heads = 8192, 28672, 64
tokens = keras.Input((None,), dtype="int32", name="tokens")
x = keras.layers.Embedding(32000, width)(tokens)
for _ in range(80):
    a = keras.layers.LayerNormalization()(x)
    a = keras.layers.MultiHeadAttention(heads, width // heads, use_bias=False)(a, a, use_causal_mask=True)
    x = x + a
    h = keras.layers.LayerNormalization()(x)
    gate = keras.layers.Dense(hidden, use_bias=False, activation="silu")(h)
    up = keras.layers.Dense(hidden, use_bias=False)(h)
    x = x + keras.layers.Dense(width, use_bias=False)(gate * up)
logits = keras.layers.Dense(32000, use_bias=False)(keras.layers.LayerNormalization()(x))
model = keras.Model(tokens, logits)
lines = []
model.summary(print_fn=lines.append)
seconds = time.process_time() - start
engines = [name for name in ("jax", "torch", "tensorflow") if name in sys.modules]
# of this program alone: getrusage counts what the parent had when it was forked
peak = int(pathlib.Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024
assert model.output_shape == (None, None, 32000), model.output_shape
assert not engines, engines
assert "Total params" in "".join(lines)
print(model.count_params(), peak, f"{seconds:.2f}")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the peak of memory is read from /proc")
def test_seventy_billion_parameters() -> None:
    """Built and summarised without an engine, under 300 MB; how long it took is printed."""
    done = subprocess.run([sys.executable, "-c", SEVENTY_BILLION], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    parameters, megabytes, seconds = done.stdout.split()
    print(f"{int(parameters):,} parameters: {seconds} s of CPU, {megabytes} MB")
    assert 70e9 < int(parameters) < 90e9
    assert int(megabytes) < 300


def test_nothing_is_placed_by_building() -> None:
    model = keras.Sequential([keras.Input((10,)), layers.Dense(10**6), layers.Dense(10**6)])
    assert not any(variable.placed for variable in model.variables)
    assert model.count_params() == 10 * 10**6 + 10**6 + 10**12 + 10**6


def test_paths_say_where() -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2, name="head")], name="net")
    assert [variable.path for variable in model.variables] == ["head/kernel", "head/bias"]
    assert "declared" in repr(model.variables[0])


def test_unknown_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"every size must be known.*None"):
        keras.Variable("zeros", shape=(None, 3))
    with pytest.raises(ValueError, match="needs a shape"):
        keras.Variable("zeros")
