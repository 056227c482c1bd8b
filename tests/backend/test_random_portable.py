"""Random numbers in the portable mode: one seed, one sequence of numbers, on every engine."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

import hornbeam as hb
from hornbeam import ops
from hornbeam.core import config, registry
from hornbeam.core.errors import ConfigError, DtypeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace
from hornbeam.ops import random
from hornbeam.ops.random_portable import random_bits

ENGINES = ["numpy", "jax", "torch", "tensorflow"]
LOGITS = np.random.default_rng(0).normal(size=(6, 5)).astype("float32")
X = np.random.default_rng(1).normal(size=(13, 7)).astype("float32")
SHAPE = (11, 30)

# draws of which every engine gives the same bits
EXACT: dict[str, Callable[[Any], Any]] = {
    "bits": lambda seed: random_bits(random.draw_seed(seed), SHAPE, 31),
    "uniform": lambda seed: random.uniform(SHAPE, seed=seed),
    "uniform of bounds": lambda seed: random.uniform(SHAPE, -3.3, 2.7, seed=seed),
    "uniform float16": lambda seed: random.uniform(SHAPE, -3.3, 2.7, dtype="float16", seed=seed),
    "uniform bfloat16": lambda seed: random.uniform(SHAPE, -3.3, 2.7, dtype="bfloat16", seed=seed),
    "randint": lambda seed: random.randint(SHAPE, -5, 100, seed=seed),
    "randint of all int32": lambda seed: random.randint(SHAPE, -(2**31), 2**31, seed=seed),
    "randint uint8": lambda seed: random.randint(SHAPE, 0, 256, dtype="uint8", seed=seed),
    "randint uint32": lambda seed: random.randint(SHAPE, 2**31 + 7, 2**32, dtype="uint32", seed=seed),
    "dropout": lambda seed: random.dropout(X, 0.3, seed=seed),
    "dropout float16": lambda seed: random.dropout(X.astype("float16"), 0.3, seed=seed),
    "dropout of rows": lambda seed: random.dropout(X, 0.3, noise_shape=(None, 1), seed=seed),
    "shuffle": lambda seed: random.shuffle(X, seed=seed),
    "shuffle of columns": lambda seed: random.shuffle(X, axis=-1, seed=seed),
    "categorical": lambda seed: random.categorical(LOGITS, 40, seed=seed),
    "binomial": lambda seed: random.binomial(SHAPE, 20, 0.3, seed=seed),
}
# draws that agree as far as logarithms and fused products do
CLOSE: dict[str, Callable[[Any], Any]] = {
    "normal": lambda seed: random.normal(SHAPE, seed=seed),
    "normal of parameters": lambda seed: random.normal(SHAPE, 3.0, 0.5, seed=seed),
    "truncated_normal": lambda seed: random.truncated_normal(SHAPE, seed=seed),
    "gamma": lambda seed: random.gamma(SHAPE, 0.7, seed=seed),
    "beta": lambda seed: random.beta(SHAPE, 0.7, 2.0, seed=seed),
}
DRAWS = EXACT | CLOSE


@pytest.fixture(autouse=True)
def portable() -> Iterator[None]:
    config.set_random_mode("portable")
    yield
    config.reset()


def read(tensor: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(tensor))


@functools.cache
def definition(name: str, seed: int) -> np.ndarray:
    with registry.scope("numpy"):
        return read(DRAWS[name](seed))


def agree(name: str, values: np.ndarray, expected: np.ndarray) -> None:
    assert values.dtype == expected.dtype
    if name in EXACT:
        np.testing.assert_array_equal(values, expected)
    else:
        np.testing.assert_allclose(values, expected, rtol=2e-6, atol=1e-6)


# the same numbers


def test_the_generator_is_philox(backend: str) -> None:
    """The known answer of Random123 for key 0 and counter 0; the rest of the counters by TensorFlow's own generator."""
    zero = np.zeros(2, "uint32")
    expected = np.array([0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]) >> 1
    assert read(random_bits(zero, (4,), 31)).tolist() == expected.tolist()
    tf = pytest.importorskip("tensorflow")
    seed = np.array([123456789, 4000000000], "uint32")
    for stream in (0, 3):
        words = tf.raw_ops.StatelessRandomUniformFullIntV2(
            shape=[1001], key=seed.view("uint64"), counter=np.array([0, stream], "uint64"), alg=1, dtype=tf.uint32
        ).numpy()
        assert np.array_equal(read(random_bits(seed, (1001,), 31, stream)), words >> 1)


@pytest.mark.parametrize("name", DRAWS)
def test_engines_agree(backend: str, name: str) -> None:
    for seed in (0, 7, 2**40 + 12345):
        values = read(DRAWS[name](seed))
        assert np.array_equal(values, read(DRAWS[name](seed)))
        agree(name, values, definition(name, seed))
    assert not np.array_equal(definition(name, 0), definition(name, 7))


@pytest.mark.parametrize("name", DRAWS)
def test_compiled_as_eager(backend: str, name: str) -> None:
    compiled = hb.jit(lambda seed: DRAWS[name](seed))
    for words in ([5, 0], [5, 1]):
        seed = ops.convert_to_tensor(np.array(words, "uint32"))
        agree(name, read(compiled(seed)), read(DRAWS[name](seed)))


@pytest.mark.parametrize("name", [name for name in DRAWS if name != "bits"])
def test_a_generator_goes_on_alike_everywhere(backend: str, name: str) -> None:
    def two() -> list[np.ndarray]:
        generator = random.SeedGenerator(11)
        return [read(DRAWS[name](generator)) for _ in range(2)]

    values = two()
    with registry.scope("numpy"):
        for a, b in zip(values, two(), strict=True):
            agree(name, a, b)
    assert not np.array_equal(values[0], values[1])


def test_no_seed_of_its_own(backend: str) -> None:
    def draws() -> np.ndarray:
        random.set_random_seed(3)
        return np.concatenate([read(random.uniform((4,))) for _ in range(2)])

    values = draws()
    with registry.scope("numpy"):
        assert np.array_equal(values, draws())


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**64 - 1),
    shape=st.lists(st.integers(0, 9), max_size=3).map(tuple),
    count=st.integers(1, 31),
    stream=st.integers(0, 2**31 - 1),
)
def test_bits_of_any_seed_and_shape(seed: int, shape: tuple[int, ...], count: int, stream: int) -> None:
    words = np.array([seed & 0xFFFFFFFF, seed >> 32], "uint32")
    drawn = []
    for name in filter(registry.installed, ENGINES):
        with registry.scope(name):
            drawn.append(read(random_bits(words, shape, count, stream)))
    for values in drawn:
        assert (values.shape, values.dtype) == (shape, np.int32)
        assert np.array_equal(values, drawn[0])
        assert np.all((values >= 0) & (values.astype("int64") < 2**count))


@settings(max_examples=25, deadline=None)
@given(low=st.integers(-(2**31), 2**31 - 1), span=st.integers(1, 2**32), seed=st.integers(0, 2**32 - 1))
def test_whole_numbers_of_any_range(low: int, span: int, seed: int) -> None:
    high = min(low + span, 2**31)
    drawn = []
    for name in filter(registry.installed, ENGINES):
        with registry.scope(name):
            drawn.append(read(random.randint((50,), low, high, seed=seed)))
    for values in drawn:
        assert np.array_equal(values, drawn[0])
        assert np.all((values >= low) & (values.astype("int64") < high))


def test_large_draws_begin_as_small_ones(backend: str) -> None:
    """Engines make many numbers in chunks."""
    seed = np.array([9, 8], "uint32")
    many = read(random_bits(seed, (200_003,), 31))
    with registry.scope("numpy"):
        assert np.array_equal(many, read(random_bits(seed, (200_003,), 31)))
    assert np.array_equal(many[:7], read(random_bits(seed, (7,), 31)))
    assert np.array_equal(many >> 12, read(random_bits(seed, (200_003,), 19)))


# dtypes and shapes


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
def test_dtypes(backend: str, dtype: str) -> None:
    engine = registry.default()
    kept = engine.narrow.get(dtype, dtype)
    for draw in (random.uniform, random.normal, random.truncated_normal):
        values = draw((2000,), dtype=dtype, seed=1)
        assert engine.dtype(values) == kept
    values = read(random.uniform((20_000,), dtype=dtype, seed=1)).astype("float64")
    bits = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 52}[kept]
    # one number, cut to the significand
    with registry.scope("numpy"):
        exact = read(random.uniform((20_000,), dtype="float64", seed=1))
    assert np.array_equal(values, np.floor(exact * 2.0**bits) / 2.0**bits)
    assert values.max() < 1.0
    # a bound between two numbers of the dtype is not reached either
    assert read(random.uniform((20_000,), 0.0, 1.001, dtype=dtype, seed=1)).astype("float64").max() < 1.001
    assert read(random.uniform((20_000,), 1.0, 2.0, dtype=dtype, seed=1)).astype("float64").max() < 2.0


def test_float64_is_exact(backend: str) -> None:
    if registry.default().narrow:
        pytest.skip("jax without 64-bit mode narrows float64")
    with registry.scope("numpy"):
        u = read(random.uniform((5000,), dtype="float64", seed=2)) + 2.0**-53
    assert np.array_equal(read(random.uniform((5000,), dtype="float64", seed=2)) + 2.0**-53, u)
    np.testing.assert_allclose(read(random.normal((5000,), dtype="float64", seed=2)), special.ndtri(u), 1e-12, 1e-14)
    inside = special.ndtri(special.ndtr(-2.0) + u * special.erf(np.sqrt(2.0)))
    values = read(random.truncated_normal((5000,), dtype="float64", seed=2))
    np.testing.assert_allclose(values, inside, rtol=1e-12, atol=1e-14)
    wide = read(random.randint((5000,), -(2**63), 2**63, dtype="int64", seed=2))
    assert np.array_equal(wide, definition_of_wide())
    assert stats.kstest(wide / 2.0**64 + 0.5, "uniform").pvalue > 1e-3


@functools.cache
def definition_of_wide() -> np.ndarray:
    """The draws as whole parts of 120-bit fractions, by Python's own numbers."""
    with registry.scope("numpy"):
        words = read(random_bits(np.array([2, 0], "uint32"), (4, 5000), 30)).tolist()
    fractions = [sum(word << 30 * (3 - i) for i, word in enumerate(column)) for column in zip(*words, strict=True)]
    return np.array([(fraction * 2**64 >> 120) - 2**63 for fraction in fractions], "int64")


def test_normal_is_the_inverse_of_its_distribution(backend: str) -> None:
    draws = read(random_bits(np.array([4, 0], "uint32"), (20_000,), 31)).astype("float64")
    expected = special.ndtri((draws + 0.5) / 2.0**31)
    np.testing.assert_allclose(read(random.normal((20_000,), seed=4)), expected, rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("shape", [(), (0,), (3, 0, 2), (1,), (2, 3, 5)])
def test_shapes(backend: str, shape: tuple[int, ...]) -> None:
    for draw in (random.uniform, random.normal, random.truncated_normal):
        assert read(draw(shape, seed=1)).shape == shape
    assert read(random.randint(shape, 0, 9, seed=1)).shape == shape
    assert read(random.gamma(shape, 2.0, seed=1)).shape == shape
    assert read(random.binomial(shape, 3, 0.5, seed=1)).shape == shape
    assert read(random.dropout(np.ones(shape, "float32"), 0.5, seed=1)).shape == shape


def test_unknown_sizes(backend: str) -> None:
    def program(seed: Any, x: Any) -> Any:
        noise = random.normal(ops.shape(x), seed=seed)
        return random.dropout(x, 0.5, seed=seed), random.shuffle(x, seed=seed), noise

    engine = registry.default()
    seed, x = engine.convert(np.array([1, 2], "uint32"), None), engine.convert(X, None)
    direct = [read(part) for part in program(seed, x)]
    graph = trace(program, KerasTensor((2,), "uint32"), KerasTensor((None, 7)))
    assert [spec.shape for spec in graph.output_tensors()] == [(None, 7)] * 3
    replayed, _ = interpret(graph, [seed, x])
    for a, b in zip(replayed, direct, strict=True):
        np.testing.assert_allclose(read(a), b, rtol=2e-6, atol=1e-6)
    if backend == "tensorflow":
        import tensorflow as tf

        signature = [tf.TensorSpec((2,), tf.uint32), tf.TensorSpec((None, 7), tf.float32)]
        for a, b in zip(tf.function(program, signature)(seed, x), direct, strict=True):
            np.testing.assert_allclose(read(a), b, rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", ["uniform", "normal", "randint", "dropout", "shuffle", "categorical"])
def test_seeds_side_by_side(trainer: str, name: str) -> None:
    """Draws under vmap are those of the seeds one by one."""
    seeds = np.array([[1, 0], [2, 0], [1, 7]], "uint32")
    together = read(hb.vmap(DRAWS[name])(ops.convert_to_tensor(seeds)))
    for seed, values in zip(seeds, together, strict=True):
        agree(name, values, read(DRAWS[name](ops.convert_to_tensor(seed))))


@pytest.mark.slow
def test_torch_reads_nothing_back() -> None:
    torch = pytest.importorskip("torch")

    def program(seed: Any, x: Any) -> Any:
        return [
            random.uniform((3, 5), -1.0, 1.0, seed=seed),
            random.normal((3, 5), seed=seed),
            random.truncated_normal((3, 5), dtype="bfloat16", seed=seed),
            random.randint((3, 5), 0, 10, seed=seed),
            random.dropout(x, 0.5, seed=seed),
            random.shuffle(x, seed=seed),
            random.categorical(x, 4, seed=seed),
        ]

    with registry.scope("torch"):
        seed, x = torch.tensor([5, 6], dtype=torch.uint32), torch.from_numpy(X)
        # a graph without breaks has no place to read a value
        compiled = torch.compile(program, fullgraph=True, backend="aot_eager")
        for a, b in zip(compiled(seed, x), program(seed, x), strict=True):
            np.testing.assert_allclose(read(a).astype("float32"), read(b).astype("float32"), rtol=2e-6, atol=1e-6)
        # tensors of this kind have no values at all
        meta = program(seed.to("meta"), x.to("meta"))
        assert [tuple(part.shape) for part in meta] == [(3, 5)] * 4 + [(13, 7)] * 2 + [(13, 4)]


@pytest.mark.slow
def test_torch_advances_a_generator_in_one_graph() -> None:
    torch = pytest.importorskip("torch")
    with registry.scope("torch"):
        generator = random.SeedGenerator(2)
        generator.state.assign(np.array([2, 2**32 - 1], "uint32"))
        expected = [read(random.dropout(X, 0.5, seed=np.array([2, state], "uint32"))) for state in (2**32 - 1, 0)]
    x = torch.from_numpy(X)
    compiled = torch.compile(lambda: random.dropout(x, 0.5, seed=generator), fullgraph=True, backend="aot_eager")
    for values in expected:
        assert np.array_equal(read(compiled()), values)
    assert generator.state.numpy().tolist() == [2, 1]


# quality


MANY = 200_000


def pvalue_of_bits(values: np.ndarray) -> float:
    """Of the hypothesis that all numbers of 8 bits are equally likely."""
    return float(stats.chisquare(np.bincount(values.ravel(), minlength=256)).pvalue)


def test_bits_are_even() -> None:
    with registry.scope("numpy"):
        for words in ([0, 0], [1, 0], [0, 1], [2**32 - 1, 2**32 - 1], [12345, 678]):
            draws = read(random_bits(np.array(words, "uint32"), (MANY,), 31))
            for place in (0, 8, 16, 23):
                assert pvalue_of_bits(draws >> place & 255) > 1e-4
            # pairs of neighbours
            pairs = (draws[::2] >> 27 << 4) | (draws[1::2] >> 27)
            assert pvalue_of_bits(pairs) > 1e-4


def test_neighbouring_seeds_and_streams_are_independent() -> None:
    """Seeds, successive states of a generator, and streams, that differ in a word by little."""
    with registry.scope("numpy"):
        seeds = [[word, state] for word in (0, 1, 2, 3) for state in (0, 1, 2)] + [[5, 2**16], [5, 2**31]]
        drawn = [read(random_bits(np.array(seed, "uint32"), (20_000,), 31)) for seed in seeds]
        drawn += [read(random_bits(np.array([0, 0], "uint32"), (20_000,), 31, stream)) for stream in (1, 2, 3)]
    values = np.array(drawn)
    # no sequence repeats another, at any distance
    assert len(set(map(tuple, values[:, :2].tolist()))) == len(values)
    blocks = [tuple(block) for row in values.reshape(len(values), -1, 4) for block in row.tolist()]
    assert len(set(blocks)) == len(blocks)
    correlation = np.corrcoef(values) - np.eye(len(values))
    assert np.abs(correlation).max() < 4.5 / np.sqrt(20_000)
    for one, other in itertools.pairwise(values):
        assert pvalue_of_bits((one ^ other) >> 23) > 1e-4


def test_distributions() -> None:
    with registry.scope("numpy"):
        u = read(random.uniform((MANY,), -1.0, 3.0, seed=1))
        assert stats.kstest(u, "uniform", (-1.0, 4.0)).pvalue > 1e-3
        z = read(random.normal((MANY,), 2.0, 5.0, seed=1))
        assert stats.kstest(z, "norm", (2.0, 5.0)).pvalue > 1e-3
        far = np.sum(np.abs(z - 2.0) > 20.0)
        assert abs(far - MANY * 2 * stats.norm.sf(4.0)) < 5 * np.sqrt(MANY * 2 * stats.norm.sf(4.0)) + 1
        t = read(random.truncated_normal((MANY,), 2.0, 5.0, seed=1))
        assert stats.kstest(t, stats.truncnorm(-2, 2, 2.0, 5.0).cdf).pvalue > 1e-3
        assert np.abs(t - 2.0).max() <= 10.0 + 1e-5
        for alpha in (0.1, 0.7, 1.0, 5.0):
            g = read(random.gamma((MANY // 4,), alpha, seed=1))
            assert stats.kstest(g, stats.gamma(alpha).cdf).pvalue > 1e-3
        b = read(random.beta((MANY // 4,), 0.5, 2.0, seed=1))
        assert stats.kstest(b, stats.beta(0.5, 2.0).cdf).pvalue > 1e-3
        k = read(random.binomial((MANY // 4,), 10, 0.3, seed=1)).astype("int64")
        expected = stats.binom.pmf(np.arange(8), 10, 0.3)
        observed = [*np.bincount(k, minlength=8)[:7], (k >= 7).sum()]
        expected = [*expected[:7], 1 - expected[:7].sum()]
        assert stats.chisquare(observed, np.array(expected) * len(k)).pvalue > 1e-3


@pytest.mark.parametrize("span", [2, 3, 10, 1000, 2**15, 2**15 + 1])
def test_whole_numbers_are_even(span: int) -> None:
    with registry.scope("numpy"):
        values = read(random.randint((MANY,), 5, 5 + span, seed=3)) - 5
    bins = np.bincount(values * min(span, 100) // span, minlength=min(span, 100))
    shares = np.diff([-(-edge * span // min(span, 100)) for edge in range(min(span, 100) + 1)]) / span
    assert stats.chisquare(bins, shares * MANY).pvalue > 1e-3


def test_classes_have_their_probabilities() -> None:
    logits = np.array([[0.0, 1.0, -1.0, -np.inf, 2.0]], "float32")
    with registry.scope("numpy"):
        values = read(random.categorical(logits, MANY, seed=1))[0]
    chances = special.softmax(logits[0].astype("float64"))
    counts = np.bincount(values, minlength=5)
    assert counts[3] == 0
    assert stats.chisquare(counts[chances > 0], chances[chances > 0] * MANY).pvalue > 1e-3


def test_orders_are_even() -> None:
    with registry.scope("numpy"):
        orders = [tuple(read(random.shuffle(np.arange(4), seed=seed)).tolist()) for seed in range(4800)]
    counts = [orders.count(order) for order in sorted(set(orders))]
    assert len(counts) == 24
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_dropout_keeps_its_share(rate: float) -> None:
    with registry.scope("numpy"):
        kept = read(random.dropout(np.full((400, 500), 2.0, "float32"), rate, seed=1)) != 0
    assert stats.binomtest(int(kept.sum()), kept.size, 1 - rate).pvalue > 1e-3
    assert abs(np.corrcoef(kept[:, 1:].ravel(), kept[:, :-1].ravel())[0, 1]) < 4.5 / np.sqrt(kept.size)


def test_what_is_dropped_leaves_nothing(backend: str) -> None:
    values = read(random.dropout(np.full((64,), np.inf, "float32"), 0.5, seed=1))
    assert set(values.tolist()) == {0.0, np.inf}
    assert read(random.dropout(X, 1.0, seed=1)).tolist() == (0 * X).tolist()


def test_gradient_of_dropout(trainer: str) -> None:
    slope = hb.grad(lambda x: ops.sum(random.dropout(x, 0.5, seed=3)))(ops.ones((50,)))
    np.testing.assert_array_equal(read(slope), read(random.dropout(ops.ones((50,)), 0.5, seed=3)))


def test_errors(backend: str) -> None:
    with pytest.raises(ConfigError, match="minval"):
        random.uniform((2,), 3.0, 1.0, seed=1)
    with pytest.raises(ConfigError, match="minval"):
        random.randint((2,), 3, 3, seed=1)
    with pytest.raises(DtypeError, match="uint8"):
        random.randint((2,), 0, 300, dtype="uint8", seed=1)


# the mode


def test_the_mode_is_a_setting() -> None:
    config.reset()
    assert hb.config.random_mode() == "native"
    hb.config.set_random_mode("portable")
    assert hb.config.random_mode() == "portable"
    with pytest.raises(ConfigError, match="random_mode"):
        hb.config.set_random_mode("fast")
    assert hb.config.random_mode() == "portable"


def test_the_mode_from_a_file(tmp_path: Any, monkeypatch: Any) -> None:
    (tmp_path / "hornbeam.json").write_text('{"random_mode": "portable"}')
    monkeypatch.setenv("HORNBEAM_HOME", str(tmp_path))
    config.reset()
    assert hb.config.random_mode() == "portable"


def test_jit_follows_the_mode(backend: str) -> None:
    draw = hb.jit(lambda seed: random.uniform((50,), seed=seed))
    seed = ops.convert_to_tensor(np.array([5, 0], "uint32"))
    expected = read(random.uniform((50,), seed=seed))
    assert np.array_equal(read(draw(seed)), expected)
    config.set_random_mode("native")
    assert not np.array_equal(read(draw(seed)), expected)
    config.set_random_mode("portable")
    assert np.array_equal(read(draw(seed)), expected)


def network() -> Any:
    config.set_seed(1)
    layers = hb.layers
    model = hb.Sequential(
        [hb.Input((7,)), layers.Dense(16, activation="relu"), layers.Dropout(0.5, seed=2), layers.Dense(1)], name="net"
    )
    model.compile(optimizer="sgd", loss="mse")
    return model


def test_calls_follow_the_mode(backend: str) -> None:
    model = network()
    state = model.layers[1].seed_generator.state

    def call() -> np.ndarray:
        state.assign(np.array([2, 0], "uint32"))
        return read(model(X, training=True))

    first = [call() for _ in range(4)]  # calls are recorded on the way
    assert all(np.array_equal(values, first[0]) for values in first)
    config.set_random_mode("native")
    native = [call() for _ in range(4)]
    assert all(np.array_equal(values, native[0]) for values in native)
    assert not np.allclose(native[0], first[0])
    config.set_random_mode("portable")
    assert np.array_equal(call(), first[0])
    with registry.scope("numpy"):
        twin = network()
        np.testing.assert_allclose(read(twin(X, training=True)), first[0], rtol=1e-5, atol=1e-6)


@functools.cache
def losses(engine: str, *modes: str) -> list[float]:
    """Losses of training with dropout for an epoch in each mode."""
    with registry.scope(engine):
        model, found = network(), []
        x = np.random.default_rng(2).normal(size=(64, 7)).astype("float32")
        for mode in modes:
            config.set_random_mode(mode)
            history = model.fit(x, x[:, :1], batch_size=16, epochs=1, shuffle=False, verbose=0)
            found += history.history["loss"]
        return found


def test_training_follows_the_mode(trainer: str) -> None:
    portable, mixed = losses(trainer, *["portable"] * 3), losses(trainer, "portable", "native", "portable")
    assert portable[0] == pytest.approx(mixed[0], rel=1e-6)
    assert portable[1] != pytest.approx(mixed[1], rel=1e-4)
    # weights, order and what is dropped are the same everywhere: so is what is learned
    assert portable == pytest.approx(losses("jax", *["portable"] * 3), rel=1e-4)


def test_attention_follows_the_mode(trainer: str) -> None:
    query = np.random.default_rng(3).normal(size=(2, 4, 8)).astype("float32")

    def weights(engine: str) -> np.ndarray:
        with registry.scope(engine):
            config.set_seed(1)
            layer = hb.layers.MultiHeadAttention(2, 4, dropout=0.5, seed=1, name="attention")
            return read(layer(query, query, training=True))

    np.testing.assert_allclose(weights(trainer), weights("numpy"), rtol=1e-4, atol=1e-5)
