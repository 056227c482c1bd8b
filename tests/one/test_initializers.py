"""Initial values: their distributions, their independence of engines and of what was built before, their configs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from hornbeam import initializers
from hornbeam.core import config, counter, registry
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.variable import Variable
from hornbeam.ops.random import SeedGenerator, set_random_seed

SEEDED = {
    "RandomNormal": {"mean": 1.0, "stddev": 2.0},
    "RandomUniform": {"minval": -1.0, "maxval": 3.0},
    "TruncatedNormal": {"mean": 1.0, "stddev": 2.0},
    "VarianceScaling": {"scale": 2.0, "mode": "fan_avg", "distribution": "uniform"},
    "GlorotNormal": {},
    "GlorotUniform": {},
    "HeNormal": {},
    "HeUniform": {},
    "LecunNormal": {},
    "LecunUniform": {},
    "Orthogonal": {"gain": 2.0},
}


@pytest.fixture(autouse=True)
def numpy_backend() -> Any:
    with registry.scope("numpy"):
        yield
    config.reset()


def make(name: str, **kwargs: Any) -> Any:
    return getattr(initializers, name)(**{**SEEDED.get(name, {}), **kwargs})


@pytest.mark.parametrize("name", SEEDED)
def test_equal_on_every_engine(name: str) -> None:
    values = []
    for backend in ("jax", "torch", "tensorflow", "numpy"):
        with registry.scope(backend):
            values.append(np.asarray(Variable(make(name, seed=3), (6, 5), name="kernel").numpy()))
            values.append(registry.get(backend).to_numpy(make(name, seed=3)((6, 5))))
    assert all(np.array_equal(value, values[0]) for value in values)


@pytest.mark.parametrize("name", SEEDED)
def test_seeds(name: str) -> None:
    a, b, unseeded = make(name, seed=1), make(name, seed=2), make(name)
    shape = (4, 3)
    assert np.array_equal(a(shape), a(shape))
    assert not np.array_equal(a(shape), b(shape))
    assert np.array_equal(unseeded(shape), unseeded(shape))  # as in Keras
    assert not np.array_equal(unseeded(shape), make(name)(shape))
    generator = make(name, seed=SeedGenerator(1))
    assert not np.array_equal(generator(shape), generator(shape))
    # placed variables: by the place in the model, whatever was made before
    set_random_seed(5)
    first = [make(name).generate(shape, "float32", key) for key in ("a/kernel", "b/kernel")]
    assert not np.array_equal(*first)
    set_random_seed(5)
    make(name)(shape)
    again = [make(name).generate(shape, "float32", key) for key in ("b/kernel", "a/kernel")]
    assert np.array_equal(first[0], again[1])
    assert np.array_equal(first[1], again[0])
    set_random_seed(6)
    assert not np.array_equal(first[0], make(name).generate(shape, "float32", "a/kernel"))


def test_direct_calls_follow_the_process_seed() -> None:
    def draw() -> list[np.ndarray]:
        set_random_seed(9)
        return [make("RandomNormal")((3,)), make("RandomNormal")((3,))]

    first, second = draw(), draw()
    assert np.array_equal(first, second)
    assert not np.array_equal(first[0], first[1])


@pytest.mark.parametrize("name", [*SEEDED, "Zeros", "Ones", "Constant", "Identity", "STFT"])
def test_config_makes_it_again(name: str) -> None:
    made = make(name, seed=4) if name in SEEDED else make(name)
    data = initializers.serialize(made)
    assert data["module"] == "keras.initializers"
    assert data["class_name"] == name
    again = initializers.deserialize(data)
    shape = (6, 1, 4) if name == "STFT" else (4, 4)
    assert type(again) is type(made)
    assert np.array_equal(again(shape), made(shape))
    assert again.get_config() == made.get_config() == made.clone().get_config()


def test_a_seed_generator_in_the_config() -> None:
    data = initializers.serialize(make("RandomNormal", seed=SeedGenerator(5)))
    again = initializers.deserialize(data)
    assert isinstance(again.seed, SeedGenerator)
    assert again.seed.get_config()["seed"] == 5


def test_distributions() -> None:
    shape = (300, 400)
    values = make("RandomNormal", seed=1)(shape)
    assert values.mean() == pytest.approx(1.0, abs=0.03)
    assert values.std() == pytest.approx(2.0, abs=0.03)
    assert np.mean(np.abs(values - 1.0) > 4.0) == pytest.approx(0.0455, abs=0.004)
    values = make("TruncatedNormal", seed=1)(shape)
    assert np.abs(values - 1.0).max() <= 4.0
    assert values.std() == pytest.approx(2 * 0.8796, abs=0.03)
    values = make("RandomUniform", seed=1)(shape)
    assert values.min() >= -1.0
    assert values.max() < 3.0
    assert values.mean() == pytest.approx(1.0, abs=0.03)
    assert values.std() == pytest.approx(4 / math.sqrt(12), abs=0.03)


@pytest.mark.parametrize("mode, fan", [("fan_in", 12), ("fan_out", 20), ("fan_avg", 16)])
def test_variance_scaling(mode: str, fan: int) -> None:
    shape = (50, 60, 3 * 4, 5 * 4)  # a receptive field of 3000
    for distribution in ("truncated_normal", "untruncated_normal", "uniform"):
        values = initializers.VarianceScaling(2.0, mode, distribution, seed=1)(shape)
        assert values.std() == pytest.approx(math.sqrt(2.0 / (3000 * fan)), rel=0.02)
    assert values.max() < math.sqrt(3 * 2.0 / (3000 * fan))


def test_fans() -> None:
    from hornbeam.initializers.random import compute_fans

    assert compute_fans(()) == (1, 1)
    assert compute_fans((5,)) == (5, 5)
    assert compute_fans((3, 4)) == (3, 4)
    assert compute_fans((3, 3, 4, 5)) == (36, 45)
    assert compute_fans((30, 40, 50), (1,), (2,)) == (40, 50)
    assert compute_fans((30, 40, 50), (-2,), (-1,)) == (40, 50)
    assert compute_fans((30, 40, 50), (1,)) == (1200, 1500)  # both are needed


@pytest.mark.parametrize("shape", [(4, 4), (3, 7), (7, 3), (2, 3, 5)])
def test_orthogonal(shape: tuple[int, ...]) -> None:
    q = initializers.Orthogonal(2.0, seed=1)(shape).reshape(-1, shape[-1])
    product = q @ q.T if q.shape[0] <= q.shape[1] else q.T @ q
    np.testing.assert_allclose(product, 4.0 * np.eye(len(product)), atol=1e-5)
    with pytest.raises(ShapeError, match="two-dimensional"):
        initializers.Orthogonal()((3,))


def test_constants() -> None:
    assert initializers.Zeros()((2,), "int32").dtype == np.int32
    assert initializers.Ones()((2,), bool).tolist() == [True, True]
    assert initializers.Constant([1.0, 2.0])((2, 2)).tolist() == [[1.0, 2.0], [1.0, 2.0]]
    assert initializers.Constant(3)((2,), "int32").tolist() == [3, 3]
    assert initializers.Identity(2.0)((2, 3)).tolist() == [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    with pytest.raises(ShapeError, match="2D"):
        initializers.Identity()((2, 3, 3))
    with pytest.raises(ShapeError, match="broadcast"):
        initializers.Constant([1.0, 2.0])((3,))


def test_stft() -> None:
    real = initializers.STFT("real", "hann", None)((5, 1, 6))
    imag = initializers.STFT("imag", "hann", None)((5, 1, 6))
    signal = np.random.default_rng(0).standard_normal(5)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(5) / 4)
    spectrum = np.fft.rfft(signal * window, 10)
    np.testing.assert_allclose(np.tensordot(signal, real[:, 0], 1), spectrum.real, atol=1e-5)
    np.testing.assert_allclose(np.tensordot(signal, imag[:, 0], 1), spectrum.imag, atol=1e-5)
    assert np.sum(initializers.STFT()((8, 1, 5))[:, 0, 0] ** 2) == pytest.approx(1.0)
    for wrong in ({"side": "x"}, {"scaling": "x"}, {"window": "x"}):
        with pytest.raises(ConfigError):
            initializers.STFT(**wrong)  # type: ignore[arg-type]


def test_get() -> None:
    for name in ("he_normal", "HeNormal", initializers.HeNormal, {"class_name": "HeNormal", "config": {}}):
        assert isinstance(initializers.get(name), initializers.HeNormal)
    assert initializers.get(None) is None
    assert isinstance(initializers.get("uniform"), initializers.RandomUniform)
    made = initializers.get(np.ones(3))
    assert made is not None
    assert made((2, 3)).tolist() == [[1.0] * 3] * 2

    def own(shape: Any, dtype: Any = None) -> Any:
        return np.zeros(shape, dtype)

    assert initializers.get(own) is own
    for wrong in ("nope", 3):
        with pytest.raises(ConfigError, match="Could not interpret initializer identifier"):
            initializers.get(wrong)


def test_wrong_arguments() -> None:
    for wrong in ({"scale": -1}, {"mode": "x"}, {"distribution": "x"}, {"seed": "a"}):
        with pytest.raises(ConfigError):
            initializers.VarianceScaling(**wrong)  # type: ignore[arg-type]
    with pytest.raises(NotImplementedError, match="__call__"):
        initializers.Initializer()((2,))


def test_a_subclass_with_its_own_values_counts_where_variables_are_placed() -> None:
    class Nines(initializers.RandomNormal):
        def __call__(self, shape: Any, dtype: Any = None) -> Any:
            return np.full(shape, 9.0, dtype)

    assert Variable(Nines(), (2,), name="v").numpy().tolist() == [9.0, 9.0]


def test_dtypes() -> None:
    for dtype in ("float16", "bfloat16", "float64"):
        values = make("GlorotUniform", seed=1)((40, 40), dtype)
        assert values.dtype.name == dtype
        wide = make("GlorotUniform", seed=1)((40, 40)).astype("float64")
        assert values.astype("float64").std() == pytest.approx(wide.std(), rel=0.05)


def test_counter() -> None:
    key = counter.stream(1, "a")
    assert key != counter.stream(1, "b") != counter.stream(2, "b")
    # the values of one seed never change: saved expectations elsewhere depend on them
    np.testing.assert_array_equal(
        counter.uniform(1, (3,), 0.0, 1.0, "float32"), counter.uniform(1, (3,), 0.0, 1.0, "float32")
    )
    large = (counter.PARALLEL + 3 * counter.CHUNK // 2,)
    values = counter.normal(key, large, 0.0, 1.0, "float32")
    assert np.array_equal(values, counter.normal(key, large, 0.0, 1.0, "float32"))
    assert values.mean() == pytest.approx(0.0, abs=0.005)
    assert values.std() == pytest.approx(1.0, abs=0.005)
    parts = values[: counter.CHUNK * 2].reshape(2, -1)
    assert abs(np.corrcoef(parts)[0, 1]) < 0.02
    assert counter.uniform(key, (0, 3), 0.0, 1.0, "float32").shape == (0, 3)
    assert counter.normal(key, (), 0.0, 1.0, "float64").shape == ()
