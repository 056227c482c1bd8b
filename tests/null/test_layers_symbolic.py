"""Layers on symbolic tensors: shapes with unknown sizes, declared weights, and no engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from hornbeam.core import tree
from hornbeam.core.errors import ShapeError
from hornbeam.core.spec import KerasTensor
from hornbeam.layers import attention, convolution, dense, merging, normalization, recurrent, wrappers
from tests.backend.samples_layers import samples

SCRIPT = """
import json, sys
from hornbeam.core import tree
from hornbeam.core.spec import KerasTensor
from tests.backend.samples_layers import samples

found = {}
for name, sample in samples.items():
    layer = sample.make()
    dtype = "int32" if sample.ids else "float32"
    shapes = [tuple(None if i in sample.unknown else n for i, n in enumerate(shape)) for shape in sample.shapes]
    tensors = [KerasTensor(shape, dtype) for shape in shapes]
    outputs = layer(*([tensors] if sample.listed else tensors), **sample.keywords)
    found[name] = [[spec.shape for spec in tree.flatten(outputs)], layer.count_params()]
engines = [name for name in ("jax", "torch", "tensorflow", "openvino") if name in sys.modules]
print(json.dumps([engines, found]))
"""


@pytest.fixture(scope="module", params=["jax", "numpy"])
def alone(request: pytest.FixtureRequest) -> tuple[list[str], dict[str, list]]:
    """Which engines a process imported that called every sample on symbolic tensors, and what it got."""
    environment = {**os.environ, "HORNBEAM_BACKEND": request.param, "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, env=environment, check=False
    )
    assert result.returncode == 0, result.stderr
    engines, found = json.loads(result.stdout)
    return engines, found


def test_no_engine_is_imported(alone: tuple[list[str], dict[str, list]]) -> None:
    assert alone[0] == []


@pytest.mark.parametrize(
    ("name", "shapes", "parameters"),
    [
        ("dense on sequences", [[None, None, 3]], 12),
        ("conv2d", [[None, None, None, 4]], 76),
        ("average pooling", [[None, None, None, 3]], 0),
        ("flatten channels first", [[None, None]], 0),
        ("concatenate", [[None, 8, 4]], 0),
        ("batch normalization", [[None, None, None, 3]], 12),
        ("lstm sequences", [[None, None, 3], [None, 3], [None, 3]], 96),
        ("gru", [[None, None, 3]], 81),
        ("bidirectional", [[None, None, 6]], 192),
        ("rnn over cells", [[None, 3], [None, 2], [None, 2], [None, 3]], 56 + 63),
        ("time distributed", [[None, None, 3]], 15),
        ("attention scores", [[None, None, 2, 3], [None, 2, None, None]], 132),
        ("attention over two axes", [[None, 3, 5, 4], [None, 2, 3, 5, 2, 4]], 118),
    ],
)
def test_shapes_and_parameters(
    alone: tuple[list[str], dict[str, list]], name: str, shapes: list[list[int | None]], parameters: int
) -> None:
    assert alone[1][name] == [shapes, parameters]


def test_sizes_keep_their_algebra() -> None:
    images = KerasTensor((None, None, 8, 3))
    batch, height = images.dims[:2]
    outputs = convolution.Conv2D(4, 3, strides=2, padding="same")(images)
    assert outputs.dims == (batch, -(-height // 2), 4, 4)
    sequence = KerasTensor((None, None, 4))
    batch, time = sequence.dims[:2]
    assert recurrent.LSTM(3, return_sequences=True)(sequence).dims == (batch, time, 3)
    assert wrappers.TimeDistributed(dense.Dense(2))(sequence).dims == (batch, time, 2)
    assert attention.MultiHeadAttention(2, 3)(sequence, KerasTensor((batch, None, 4))).dims == (batch, time, 4)


def test_declaring_a_large_layer_costs_no_memory() -> None:
    layer = dense.Dense(10**6)
    layer(KerasTensor((None, 10**5)))
    assert layer.count_params() == 10**11 + 10**6
    assert not any(variable.placed for variable in layer.variables)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dense.Dense(3)(KerasTensor((2, None))), "last axis"),
        (lambda: dense.Dense(3)(KerasTensor((None,))), "min_ndim=2"),
        (lambda: convolution.Conv2D(3, 2)(KerasTensor((None, 5, 4))), "ndim=4"),
        (lambda: convolution.Conv2D(3, 2, groups=3)(KerasTensor((None, 5, 5, 4))), "groups=3"),
        (lambda: merging.Concatenate()([KerasTensor((None, 2, 3)), KerasTensor((None, 3, 3))]), "same shape"),
        (lambda: merging.Add()(KerasTensor((None, 2))), "list"),
        (lambda: normalization.LayerNormalization()(KerasTensor((2, None))), "known"),
        (lambda: recurrent.LSTM(3)(KerasTensor((None, 4))), "ndim=3"),
        (lambda: recurrent.LSTM(3)(KerasTensor((None, None, None))), "last axis"),
        (lambda: attention.MultiHeadAttention(2, 3)(KerasTensor((None, 4)), KerasTensor((None, 4))), "3 axes"),
    ],
)
def test_what_does_not_fit_is_refused_when_described(call, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        call()


def test_a_layer_is_built_once_and_then_holds_to_it() -> None:
    layer = recurrent.GRU(3)
    layer(KerasTensor((None, None, 4)))
    with pytest.raises(ShapeError, match=r"axis 2 .* size 4, found 5"):
        layer(KerasTensor((None, None, 5)))


def test_known_sizes_stay_known() -> None:
    for name, sample in samples.items():
        tensors = [KerasTensor(shape, "int32" if sample.ids else "float32") for shape in sample.shapes]
        layer = sample.make()
        outputs = layer(*([tensors] if sample.listed else tensors), **sample.keywords)
        for spec in tree.flatten(outputs):
            assert all(isinstance(size, int) for size in spec.shape), name
