"""Seeds and random numbers on every backend."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hornbeam.core import config, registry
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace
from hornbeam.ops import random

MANY = (50_000,)


@pytest.fixture(autouse=True)
def seeds() -> Any:
    yield
    config.reset()


def read(tensor: Any) -> np.ndarray:
    owner = registry.backend_of(tensor)
    return np.asarray(owner.to_numpy(tensor) if owner is not None else tensor)


DRAWS = {
    "uniform": lambda seed: random.uniform((20,), -1.0, 1.0, seed=seed),
    "normal": lambda seed: random.normal((20,), seed=seed),
    "truncated_normal": lambda seed: random.truncated_normal((20,), seed=seed),
    "randint": lambda seed: random.randint((20,), 0, 1000, seed=seed),
    "categorical": lambda seed: random.categorical(np.zeros((2, 9), "float32"), 20, seed=seed),
    "dropout": lambda seed: random.dropout(np.ones((40,), "float32"), 0.5, seed=seed),
    "shuffle": lambda seed: random.shuffle(np.arange(30), seed=seed),
    "gamma": lambda seed: random.gamma((20,), 2.0, seed=seed),
    "beta": lambda seed: random.beta((20,), 0.5, 2.0, seed=seed),
    "binomial": lambda seed: random.binomial((20,), 50, 0.5, seed=seed),
}


@pytest.mark.parametrize("name", DRAWS)
def test_an_int_repeats_and_a_generator_does_not(backend: str, name: str) -> None:
    draw = DRAWS[name]
    assert np.array_equal(read(draw(3)), read(draw(3)))
    assert not np.array_equal(read(draw(3)), read(draw(4)))
    generator = random.SeedGenerator(3)
    first, second = read(draw(generator)), read(draw(generator))
    assert not np.array_equal(first, second)
    twin = random.SeedGenerator(3)
    assert np.array_equal(first, read(draw(twin)))
    assert np.array_equal(second, read(draw(twin)))
    assert not np.array_equal(read(draw(None)), read(draw(None)))
    assert registry.backend_of(draw(3)) in (registry.default(), None)


def test_uniform(backend: str) -> None:
    values = read(random.uniform(MANY, 2.0, 5.0, seed=1))
    assert values.dtype == np.float32
    assert values.min() >= 2.0
    assert values.max() < 5.0
    assert values.mean() == pytest.approx(3.5, abs=0.02)
    assert values.var() == pytest.approx(9 / 12, abs=0.02)


def test_normal(backend: str) -> None:
    values = read(random.normal(MANY, 2.0, 5.0, seed=1))
    assert values.mean() == pytest.approx(2.0, abs=0.1)
    assert values.std() == pytest.approx(5.0, abs=0.1)
    assert np.mean(np.abs(values - 2.0) < 5.0) == pytest.approx(0.6827, abs=0.01)


def test_truncated_normal(backend: str) -> None:
    values = read(random.truncated_normal(MANY, 2.0, 5.0, seed=1))
    assert np.abs(values - 2.0).max() <= 10.0 + 1e-4
    assert values.std() == pytest.approx(5.0 * 0.8796, abs=0.1)


def test_randint(backend: str) -> None:
    values = read(random.randint(MANY, -2, 5, seed=1))
    assert values.dtype == np.int32
    assert np.bincount(values + 2).min() > 0.9 * MANY[0] / 7
    assert set(values.tolist()) == set(range(-2, 5))
    assert read(random.randint((3,), 0, 9, dtype="uint8", seed=1)).dtype == np.uint8


def test_categorical(backend: str) -> None:
    chances = np.array([[0.2, 0.5, 0.3], [0.9, 0.1, 0.0]], "float32")
    values = read(random.categorical(np.log(chances + 1e-20), 20_000, seed=1))
    assert values.shape == (2, 20_000)
    assert values.dtype == np.int32
    for row, expected in zip(values, chances, strict=True):
        np.testing.assert_allclose(np.bincount(row, minlength=3) / 20_000, expected, atol=0.02)
    with pytest.raises(ShapeError, match="2-D"):
        random.categorical(np.zeros(3, "float32"), 2)


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout(backend: str, rate: float) -> None:
    values = read(random.dropout(np.full((100, 200), 2.0, "float32"), rate, seed=1))
    kept = values != 0
    assert kept.mean() == pytest.approx(1 - rate, abs=0.015)
    np.testing.assert_allclose(values[kept], 2.0 / (1 - rate), rtol=1e-5)
    # neither rows, columns nor neighbours go together
    assert kept.mean(0).std() < 2 * np.sqrt(rate * (1 - rate) / 100)
    assert kept.mean(1).std() < 2 * np.sqrt(rate * (1 - rate) / 200)
    assert abs(np.corrcoef(kept[:, 1:].ravel(), kept[:, :-1].ravel())[0, 1]) < 0.03
    other = read(random.dropout(np.full((100, 200), 2.0, "float32"), rate, seed=2)) != 0
    assert abs(np.corrcoef(kept.ravel(), other.ravel())[0, 1]) < 0.03


def test_dropout_of_few_and_of_many(backend: str) -> None:
    """Engines may draw small and large tensors in different ways."""
    for count in (500, 80_000):
        x = np.ones((count,), "float32")
        kept = [read(random.dropout(x, 0.25, seed=seed)) != 0 for seed in (1, 2)]
        for mask in kept:
            assert mask.mean() == pytest.approx(0.75, abs=4 * np.sqrt(0.25 * 0.75 / count))
        assert abs(np.corrcoef(*kept)[0, 1]) < 4 / np.sqrt(count)


def test_dropout_at_its_ends(backend: str) -> None:
    x = np.ones((4, 6), "float32")
    assert read(random.dropout(x, 0.0)).tolist() == x.tolist()
    assert read(random.dropout(x, 1.0)).tolist() == (0 * x).tolist()
    rows = read(random.dropout(np.ones((50, 6), "float32"), 0.5, noise_shape=(None, 1), seed=1))
    assert all(len(set(row)) == 1 for row in rows.tolist())
    assert len(set(rows[:, 0].tolist())) == 2


def test_successive_seeds_drop_independently(backend: str) -> None:
    generator = random.SeedGenerator(1)
    x = np.ones((10_000,), "float32")
    masks = np.array([read(random.dropout(x, 0.5, seed=generator)) != 0 for _ in range(8)], "float64")
    correlation = np.corrcoef(masks) - np.eye(8)
    assert np.abs(correlation).max() < 0.05


def test_gamma_beta_binomial(backend: str) -> None:
    values = read(random.gamma(MANY, 3.0, seed=1))
    assert values.mean() == pytest.approx(3.0, abs=0.05)
    assert values.var() == pytest.approx(3.0, abs=0.15)
    values = read(random.beta(MANY, 2.0, 6.0, seed=1))
    assert values.mean() == pytest.approx(0.25, abs=0.01)
    values = read(random.binomial(MANY, 10, 0.3, seed=1))
    assert values.mean() == pytest.approx(3.0, abs=0.05)
    assert values.var() == pytest.approx(2.1, abs=0.1)
    assert random.gamma((2, 3), [0.5, 1.0, 2.0], seed=1).shape == (2, 3)


def test_shuffle(backend: str) -> None:
    x = np.arange(40).reshape(10, 4)
    rows = read(random.shuffle(x, seed=1))
    assert sorted(rows.tolist()) == x.tolist()
    columns = read(random.shuffle(x, axis=1, seed=1))
    assert sorted(columns.T.tolist()) == x.T.tolist()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_dtypes(backend: str, dtype: str) -> None:
    engine = registry.default()
    for draw in (random.uniform, random.normal, random.truncated_normal):
        values = draw((2000,), dtype=dtype, seed=1)
        assert engine.dtype(values) == engine.narrow.get(dtype, dtype)
    assert read(random.uniform((20_000,), dtype=dtype, seed=1)).astype("float64").max() < 1.0


def test_wrong_arguments(backend: str) -> None:
    for draw in (random.uniform, random.normal, random.truncated_normal):
        with pytest.raises(DtypeError, match="floating point"):
            draw((2,), dtype="int32")
    with pytest.raises(DtypeError, match="integer"):
        random.randint((2,), 0, 10, dtype="float32")
    for seed in ("a", 1.5):
        with pytest.raises(ConfigError, match="SeedGenerator"):
            random.uniform((2,), seed=seed)
    for seed in ("a", -1, 2**40):
        with pytest.raises(ConfigError, match="seed"):
            random.SeedGenerator(seed)  # type: ignore[arg-type]


def test_state_of_a_generator(backend: str) -> None:
    generator = random.SeedGenerator(5)
    assert generator.state.path.endswith("/seed_generator_state")
    assert not generator.state.trainable
    first = generator.next()
    assert read(first).tolist() == [5, 0]
    second = generator.next()
    # what was drawn does not change when the state does
    assert read(first).tolist() == [5, 0]
    assert read(second).tolist() == [5, 1]
    assert generator.state.numpy().tolist() == [5, 2]
    assert registry.default().dtype(first) == "uint32"
    twin = random.SeedGenerator.from_config(generator.get_config())
    assert read(twin.next()).tolist() == [5, 0]


def test_the_counter_wraps(backend: str) -> None:
    generator = random.SeedGenerator(5)
    generator.state.assign(np.array([5, 2**32 - 1], "uint32"))
    assert read(generator.next()).tolist() == [5, 2**32 - 1]
    assert read(generator.next()).tolist() == [5, 0]


def test_set_random_seed(backend: str) -> None:
    def draws() -> list[Any]:
        generators = [random.SeedGenerator(), random.SeedGenerator()]
        return [read(random.uniform((3,), seed=seed)).tolist() for seed in (*generators, None, None)]

    random.set_random_seed(1)
    first = draws()
    random.set_random_seed(1)
    assert draws() == first
    random.set_random_seed(2)
    second = draws()
    assert all(a != b for a, b in zip(first, second, strict=True))
    assert len({str(values) for values in first}) == 4
    with pytest.raises(ConfigError):
        random.set_random_seed("a")  # type: ignore[arg-type]


def test_compiled_and_recorded(backend: str) -> None:
    engine = registry.default()

    def program(seed: Any, x: Any) -> Any:
        return random.random_dropout(seed, x, 0.5, None), random.random_uniform(seed, (3,), 0.0, 1.0, "float32")

    seed, x = engine.convert(np.array([1, 2], "uint32"), None), engine.convert(np.ones((8, 5), "float32"), None)
    direct = program(seed, x)
    for a, b in zip(engine.compile(program)(seed, x), direct, strict=True):
        np.testing.assert_array_equal(read(a), read(b))
    graph = trace(program, KerasTensor((2,), "uint32"), KerasTensor((None, 5)))
    assert [spec.shape for spec in graph.output_tensors()] == [(None, 5), (3,)]
    replayed, _ = interpret(graph, [seed, x])
    for a, b in zip(replayed, direct, strict=True):
        np.testing.assert_array_equal(read(a), read(b))


def test_recording_advances_the_state(backend: str) -> None:
    engine = registry.default()
    generator = random.SeedGenerator(7)
    graph = trace(
        lambda x: random.dropout(random.dropout(x, 0.5, seed=generator), 0.5, seed=generator), KerasTensor((9,))
    )
    assert [variable for variable, _ in graph.state_inputs] == [generator.state]
    assert [variable for variable, _ in graph.state_outputs] == [generator.state]
    state = engine.convert(np.array([7, 0], "uint32"), None)
    _, (after,) = interpret(graph, [engine.convert(np.ones(9, "float32"), None)], [state])
    assert read(after).tolist() == [7, 2]
    assert generator.state.numpy().tolist() == [7, 0]


def test_gradient_of_dropout(backend: str) -> None:
    engine = registry.default()
    if not engine.differentiable:
        pytest.skip("the numpy backend does not differentiate")
    seed, x = engine.convert(np.array([1, 2], "uint32"), None), engine.convert(np.ones(50, "float32"), None)
    _, (slope,) = engine.value_and_grad(
        lambda x: engine.table["sum"](random.random_dropout(seed, x, 0.5, None), (0,), False), (0,), False
    )(x)
    np.testing.assert_allclose(read(slope), read(random.random_dropout(seed, x, 0.5, None)))
