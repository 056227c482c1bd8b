"""Rearrangement against NumPy: patterns, depth and space, sliding blocks; and what is refused."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hornbeam import KerasTensor, ops
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, ShapeError


def array(x: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(x))


@st.composite
def patterns(draw: Any) -> tuple[str, dict[str, int], np.ndarray, np.ndarray]:
    """A pattern, its lengths, a tensor, and what the definition makes of it."""
    names = list("abcdef")[: draw(st.integers(1, 5))]
    sizes = dict(zip(names, draw(st.lists(st.integers(1, 3), min_size=5, max_size=5))))

    def side(order: list[str]) -> list[list[str]]:
        groups: list[list[str]] = []
        for name in order:
            if groups and draw(st.booleans()):
                groups[-1].append(name)
            else:
                groups.append([name])
        if draw(st.booleans()):
            groups.insert(draw(st.integers(0, len(groups))), [])
        return groups

    def shown(groups: list[list[str]]) -> str:
        return " ".join(g[0] if len(g) == 1 else f"({' '.join(g)})" if g else "1" for g in groups)

    left, right = side(names), side(list(draw(st.permutations(names))))
    given_lengths = {n: sizes[n] for g in left for n in g[1:]}
    parts = np.arange(math.prod(sizes[n] for n in names)).reshape([sizes[n] for n in names])
    tensor = parts.reshape([math.prod(sizes[n] for n in g) for g in left])
    order = [names.index(n) for g in right for n in g]
    wanted = parts.transpose(order).reshape([math.prod(sizes[n] for n in g) for g in right])
    return f"{shown(left)} -> {shown(right)}", given_lengths, tensor, wanted


@settings(max_examples=200, deadline=None)
@given(patterns())
def test_patterns_do_what_numpy_does(case: Any) -> None:
    pattern, lengths, tensor, wanted = case
    with registry.scope("numpy"):
        np.testing.assert_array_equal(ops.rearrange(tensor, pattern, **lengths), wanted)


@pytest.mark.parametrize(
    ("pattern", "lengths", "shape"),
    [
        ("b h w c -> b c h w", {}, (2, 5, 4, 6)),
        ("b (h p) (w q) c -> (b p q) h w c", {"p": 2, "q": 3}, (12, 2, 2, 5)),
        ("b ... -> (...) b", {}, (120, 2)),
        ("... c -> ... 1 c", {}, (2, 4, 6, 1, 5)),
        ("b ... c -> c (b ...)", {}, (5, 48)),
        ("b h w c -> (b h w c)", {}, (240,)),
    ],
)
def test_shapes(backend: str, pattern: str, lengths: dict[str, int], shape: tuple[int, ...]) -> None:
    x = np.arange(240.0, dtype="float32").reshape(2, 4, 6, 5)
    found = ops.rearrange(ops.convert_to_tensor(x), pattern, **lengths)
    assert tuple(found.shape) == shape
    assert sorted(array(found).ravel()) == sorted(x.ravel())


def test_unknown_sizes_are_solved() -> None:
    x = KerasTensor((None, None, 12))
    assert ops.rearrange(x, "b t (h d) -> (b h) t d", h=3).shape == (None, None, 4)
    assert ops.rearrange(x, "b t c -> b (t c)").shape == (None, None)


@pytest.mark.parametrize(
    ("pattern", "lengths", "error", "words"),
    [
        ("a b c", {}, ConfigError, "two sides"),
        ("a b c -> a b", {}, ConfigError, "'c' stands on one side"),
        ("a a c -> a c", {}, ConfigError, "'a' stands twice"),
        ("a ((b) c) -> a b c", {}, ConfigError, "unexpected '\\('"),
        ("a (b c -> a b c", {}, ConfigError, "not closed"),
        ("a b (2 d) -> a b 2 d", {}, ConfigError, "unexpected '2'"),
        ("a b c -> a b c", {"z": 2}, ConfigError, "'z'"),
        ("a (...) -> a ...", {}, ConfigError, "outside parentheses"),
        ("a b -> b a", {}, ShapeError, "names 2 axes, the tensor has 3"),
        ("a b (c d) -> a b c d", {}, ShapeError, "all but one of c, d"),
        ("a b (c d) -> a b c d", {"c": 3}, ShapeError, "a multiple of 3"),
        ("a b c -> a b c", {"a": 3}, ShapeError, "axis a .* has size 2"),
        ("a 1 c -> a c", {}, ShapeError, "has size 3"),
    ],
)
def test_refused_alike_with_and_without_values(
    backend: str, pattern: str, lengths: dict[str, int], error: type[Exception], words: str
) -> None:
    for x in (ops.ones((2, 3, 4)), KerasTensor((2, 3, 4))):
        with pytest.raises(error, match=words):
            ops.rearrange(x, pattern, **lengths)


def test_depth_and_space_are_each_others_inverse(backend: str) -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 12)).astype("float32")
    for layout in ("channels_last", "channels_first"):
        y = np.moveaxis(x, -1, 1) if layout == "channels_first" else x
        spread = ops.depth_to_space(ops.convert_to_tensor(y), 2, data_format=layout)
        np.testing.assert_array_equal(array(ops.space_to_depth(spread, 2, data_format=layout)), y)
    blocks = x.reshape(2, 3, 4, 2, 2, 3).transpose(0, 1, 3, 2, 4, 5).reshape(2, 6, 8, 3)
    np.testing.assert_array_equal(array(ops.depth_to_space(ops.convert_to_tensor(x), 2)), blocks)


def test_depth_to_space_refuses(backend: str) -> None:
    with pytest.raises(ShapeError, match="multiple of 4"):
        ops.depth_to_space(ops.ones((1, 2, 2, 6)), 2)
    with pytest.raises(ShapeError, match="4 axes"):
        ops.space_to_depth(ops.ones((2, 2, 6)), 2)
    with pytest.raises(ConfigError, match="block_size"):
        ops.depth_to_space(ops.ones((1, 2, 2, 4)), 1)


BLOCKS = [
    {"kernel_size": 2},
    {"kernel_size": (2, 3), "stride": (2, 1), "padding": (1, 0)},
    {"kernel_size": (3, 2), "dilation": (1, 2), "padding": 2, "stride": 2},
]


def columns(x: np.ndarray, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> np.ndarray:
    """im2col by its definition."""

    def two(value: Any) -> tuple[int, int]:
        return value if isinstance(value, tuple) else (value, value)

    window, spread, border, step = two(kernel_size), two(dilation), two(padding), two(stride)
    x = np.pad(x, ((0, 0), (0, 0), (border[0],) * 2, (border[1],) * 2))
    counts = [(x.shape[i + 2] - (window[i] - 1) * spread[i] - 1) // step[i] + 1 for i in (0, 1)]
    found = [
        x[:, c, i * spread[0] + r * step[0], j * spread[1] + s * step[1]]
        for c, i, j, r, s in itertools.product(range(x.shape[1]), *map(range, window), *map(range, counts))
    ]
    return np.stack(found, -1).reshape(len(x), -1, counts[0] * counts[1])


@pytest.mark.parametrize("options", BLOCKS)
def test_unfold_and_fold(backend: str, options: dict[str, Any]) -> None:
    x = np.random.default_rng(1).normal(size=(2, 3, 5, 6)).astype("float32")
    wanted = columns(x, **options)
    np.testing.assert_array_equal(array(ops.unfold(ops.convert_to_tensor(x), **options)), wanted)
    # folding is the transpose of unfolding: <fold(y), x> == <y, unfold(x)>
    y = np.random.default_rng(2).normal(size=wanted.shape).astype("float32")
    folded = array(ops.fold(ops.convert_to_tensor(y), (5, 6), **options))
    assert folded.shape == x.shape
    assert float((folded * x).sum()) == pytest.approx(float((y * wanted).sum()), rel=1e-4)
    times = columns(np.arange(30.0).reshape(1, 1, 5, 6) + 1, **options).ravel()
    counted = array(ops.fold(ops.ones((1, wanted.shape[1] // 3, wanted.shape[2])), (5, 6), **options)).ravel()
    np.testing.assert_array_equal(counted, [np.sum(times == i + 1) for i in range(30)])


def test_fold_refuses(backend: str) -> None:
    for shape in ((1, 4, 3), (1, 3, 4), (4, 4)):
        with pytest.raises(ShapeError, match=r"\(batch, a multiple of 4, 4\)"):
            ops.fold(ops.ones(shape), 3, 2)
    with pytest.raises(ConfigError, match="stride"):
        ops.unfold(ops.ones((1, 1, 3, 3)), 2, stride=0)
