"""Sizes that are born inside a recorded graph: a slice up to a place that may lie outside."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import hornbeam
from hornbeam import layers, ops
from hornbeam.core import registry
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.compile import compile
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace


def first(x: Any) -> Any:
    """Joined parts, whose sizes are known one by one only, in another shape."""
    parts = ops.concatenate([x[:, :5], x[:, :1]], 1)
    return ops.reshape(parts, (-1, 2 * ops.shape(parts)[1]))


def as_wide(x: Any) -> Any:
    """A tensor of a size that only a tensor that is used for nothing else has."""
    return ops.zeros((ops.shape(x[:, :5])[1], 2))


def in_a_loop(x: Any) -> Any:
    """The size inside a function of a control operation."""
    part = x[:, :5]
    return ops.map(lambda row: ops.reshape(row, (2 * ops.shape(part)[1],)), part)


@pytest.mark.parametrize("function", [first, as_wide, in_a_loop])
def test_replays(backend: str, function: Callable[..., Any]) -> None:
    graph = trace(function, KerasTensor((None, None, 2)))
    engine = registry.get(backend)
    replay = compile(graph, engine)
    for time in (3, 9):
        x = engine.convert(np.arange(2 * time * 2, dtype="float32").reshape(2, time, 2), None)
        wanted = ops.convert_to_numpy(function(x))
        assert wanted.shape == tuple(ops.shape(function(x)))
        np.testing.assert_array_equal(ops.convert_to_numpy(replay([x], [])[0][0]), wanted)
        np.testing.assert_array_equal(ops.convert_to_numpy(interpret(graph, [x], backend=engine)[0]), wanted)


def test_born_in_a_layer(backend: str) -> None:
    class Head(layers.Layer):
        def call(self, x: Any) -> Any:
            return x[:, :5] * 2.0

    x = hornbeam.Input((None, 2))
    y = Head()(x)
    model = hornbeam.Model(x, ops.reshape(y, (-1, 2 * ops.shape(y)[1])))
    for time in (3, 9):
        given = np.ones((2, time, 2), "float32")
        assert tuple(ops.shape(model(given))) == (2, 2 * min(time, 5))
