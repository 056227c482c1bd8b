"""Layers on every backend: values, shapes, configs, stored variables, masks, gradients."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry, serialization, tree
from hornbeam.core.errors import ConfigError, MixedBackendsError, ShapeError
from hornbeam.core.mask import get_mask, set_mask
from hornbeam.core.spec import KerasTensor
from hornbeam.layers import embedding, normalization, preprocessing, recurrent, recurrent_cells, simple, wrappers
from hornbeam.layers.attention import MultiHeadAttention
from hornbeam.layers.layer import Layer
from hornbeam.ops.transforms import jit
from tests.backend.samples_layers import HOLES, PADDED, samples

rows = pytest.mark.parametrize("name", list(samples))


def read(structure: Any) -> list[np.ndarray]:
    return [np.asarray(ops.convert_to_numpy(leaf)) for leaf in tree.flatten(structure)]


def tensors(arrays: list[np.ndarray]) -> list[Any]:
    return [ops.convert_to_tensor(array) for array in arrays]


def weights_of(layer: Any) -> list[np.ndarray]:
    """Weights that differ from the first ones: biases that are not 0, variances that are not 1."""
    generator = np.random.default_rng(1)
    return [
        (np.abs(generator.standard_normal(w.shape)) * 0.5 + 0.1).astype(w.dtype)
        if "variance" in v.path
        else (generator.standard_normal(w.shape) * 0.5).astype(w.dtype)
        for v, w in zip(layer.weights, layer.get_weights(), strict=True)
    ]


@functools.cache
def called(backend: str, name: str) -> tuple[Any, list[np.ndarray]]:
    """A layer with its weights set, and what it gave; made once, for the tests leave it as it is."""
    sample = samples[name]
    with registry.scope(backend):
        layer = sample.make()
        sample.call(layer, tensors(sample.inputs()))
        layer.set_weights(weights_of(layer))
        return layer, read(sample.call(layer, tensors(sample.inputs())))


def close(found: Any, wanted: Any) -> None:
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


@rows
def test_values_are_those_of_numpy(backend: str, name: str) -> None:
    sample = samples[name]
    layer, outputs = called(backend, name)
    assert layer.built
    assert layer.backend == backend
    close(outputs, called("numpy", name)[1])
    # recorded calls, and calls in training mode where nothing is drawn or averaged over the batch
    close(read(sample.call(layer, tensors(sample.inputs()))), called("numpy", name)[1])
    # arrays are taken, too
    close(read(sample.call(layer, sample.inputs())), called("numpy", name)[1])


@rows
def test_symbolic_shapes(backend: str, name: str) -> None:
    sample = samples[name]
    layer = sample.make()
    dtype = "int32" if sample.ids else "float32"
    shapes = [tuple(None if i in sample.unknown else n for i, n in enumerate(shape)) for shape in sample.shapes]
    # masks are arrays of known sizes: with them the sizes are known, too
    keywords = {k: v for k, v in sample.keywords.items() if not isinstance(v, np.ndarray)}
    arguments = [KerasTensor(shape, dtype) for shape in shapes]
    specs = tree.flatten(layer(*([arguments] if sample.listed else arguments), **keywords))
    real = read(sample.call(layer, tensors(sample.inputs())))
    assert len(specs) == len(real)
    for spec, array in zip(specs, real, strict=True):
        assert spec.dtype == str(array.dtype)
        assert len(spec.shape) == array.ndim
        assert spec.shape[0] is None
        assert all(a in (None, b) for a, b in zip(spec.shape, array.shape, strict=True))
    if "return_attention_scores" in sample.keywords:
        specs = specs[:1]
    computed = layer.compute_output_shape(*([shapes] if sample.listed else shapes))
    assert leaves(computed) == [spec.shape for spec in specs]
    known = layer.compute_output_shape(*([sample.shapes] if sample.listed else sample.shapes))
    assert leaves(known) == [array.shape for array in real[: len(specs)]]


def leaves(shapes: Any) -> list[tuple[Any, ...]]:
    """The shapes in a structure of them."""
    if all(size is None or isinstance(size, int) for size in shapes):
        return [tuple(shapes)]
    return [leaf for shape in shapes for leaf in leaves(shape)]


@rows
def test_config_and_variables_round_trip(backend: str, name: str) -> None:
    sample = samples[name]
    layer, outputs = called(backend, name)
    form = json.loads(json.dumps(serialization.serialize_object(layer)))
    twin = serialization.deserialize_object(form)
    assert json.loads(json.dumps(serialization.serialize_object(twin.get_config()))) == form["config"]
    again = type(layer).from_config(layer.get_config())
    again.build_from_config(layer.get_build_config() or {})
    assert serialization.serialize_object(again.get_config()) == serialization.serialize_object(layer.get_config())
    if layer.weights:
        assert twin.built, "the build config was not enough"
    for there, here in zip(layer._flatten_layers(), twin._flatten_layers(), strict=True):
        store: dict[str, Any] = {}
        there.save_own_variables(store)
        here.load_own_variables(store)
    close(read(sample.call(twin, tensors(sample.inputs()))), outputs)


@rows
def test_gradients_reach_every_weight(backend: str, name: str) -> None:
    if backend == "numpy":
        pytest.skip("numpy does not differentiate")
    sample = samples[name]
    layer, _ = called(backend, name)
    if not layer.trainable_variables:
        assert not [v for v in layer.weights if v.trainable]
        return
    inputs, weights = tensors(sample.inputs()), layer.get_weights()

    def loss() -> Any:
        total = 0.0
        for i, output in enumerate(tree.flatten(sample.call(layer, inputs, **training(layer)))):
            total = total + ops.sum(ops.square(output - 0.3) * (1.0 + i))
        return total

    _, gradients = registry.get(backend).variables_value_and_grad(loss, layer.trainable_variables, False)
    layer.set_weights(weights)  # moving averages went on
    for variable, gradient in zip(layer.trainable_variables, gradients, strict=True):
        array = read(gradient)[0]
        assert array.shape == variable.shape
        assert np.isfinite(array).all()
        if not variable.path.endswith(sample.flat or ("no weight",)):
            assert np.abs(array).max() > 1e-6, variable.path


def training(layer: Any) -> dict[str, Any]:
    return {"training": True} if isinstance(layer, (normalization.BatchNormalization, recurrent.RNN)) else {}


@rows
def test_training_draws_only_where_it_should(backend: str, name: str) -> None:
    sample = samples[name]
    layer, outputs = called(backend, name)
    if isinstance(layer, normalization.BatchNormalization):
        return
    if not sample.random:
        if "training" in type(layer).call.__code__.co_varnames:
            close(read(sample.call(layer, tensors(sample.inputs()), training=True)), outputs)
        return
    draws = []
    for _ in range(2):  # one seed, one sequence of draws
        twin = sample.make()
        twin.build_from_config(layer.get_build_config() or {})
        twin.set_weights(layer.get_weights())
        draws.append([read(sample.call(twin, tensors(sample.inputs()), training=True)) for _ in range(2)])
        close(read(sample.call(twin, tensors(sample.inputs()), training=False)), outputs)
    assert not np.allclose(draws[0][0][0], draws[0][1][0]), "the same was dropped twice"
    close(draws[0][0] + draws[0][1], draws[1][0] + draws[1][1])


@pytest.mark.parametrize("name", ["dense", "conv2d", "lstm masked", "gru", "rnn over cells", "attention causal"])
def test_layers_compile(backend: str, name: str) -> None:
    sample = samples[name]
    layer, outputs = called(backend, name)
    compiled = jit(lambda *inputs: sample.call(layer, list(inputs)))
    close(read(compiled(*tensors(sample.inputs()))), outputs)


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("make", [
    lambda policy: recurrent.LSTM(3, dtype=policy),
    lambda policy: recurrent.GRU(3, "relu", dtype=policy),
    lambda policy: wrappers.Bidirectional(recurrent.SimpleRNN(3, dtype=policy), dtype=policy),
])  # fmt: skip
def test_mixed_precision(backend: str, policy: str, make: Any) -> None:
    layer = make(policy)
    outputs = layer(tensors(samples["lstm"].inputs())[0])
    assert ops.dtype(outputs) == policy.removeprefix("mixed_")
    assert {v.dtype for v in layer.weights} == {"float32"}


# batch normalisation


def test_batch_normalization_trains(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((6, 3)).astype("float32") * 2 + 1
    layer = normalization.BatchNormalization(momentum=0.9, epsilon=0.01)
    outputs = read(layer(x, training=True))[0]
    np.testing.assert_allclose(outputs, (x - x.mean(0)) / np.sqrt(x.var(0) + 0.01), rtol=1e-4, atol=1e-5)
    gamma, beta, mean, variance = layer.get_weights()
    np.testing.assert_allclose(mean, 0.1 * x.mean(0), rtol=1e-4)
    np.testing.assert_allclose(variance, 0.9 + 0.1 * x.var(0), rtol=1e-4)
    layer.trainable = False
    np.testing.assert_allclose(
        read(layer(x, training=True))[0], (x - mean) / np.sqrt(variance + 0.01) * gamma + beta, rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(layer.get_weights()[2], mean)


def test_batch_normalization_leaves_masked_steps_out(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 3)).astype("float32")
    layer = normalization.BatchNormalization(momentum=0.0, epsilon=0.0)
    layer(x, training=True, mask=HOLES)
    np.testing.assert_allclose(layer.get_weights()[2], x[HOLES].mean(0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(layer.get_weights()[3], x[HOLES].var(0), rtol=1e-4)


# masks


def test_a_mask_travels(backend: str) -> None:
    ids = np.array([[1, 2, 0, 3, 0], [0, 4, 5, 0, 0]], "int32")
    x = embedding.Embedding(6, 4, mask_zero=True)(ids)
    np.testing.assert_array_equal(read(get_mask(x))[0], HOLES)
    lstm = recurrent.LSTM(3, return_sequences=True, return_state=True)
    outputs, *states = lstm(x)
    np.testing.assert_array_equal(read(get_mask(outputs))[0], HOLES)
    assert all(get_mask(state) is None for state in states)
    set_mask(x, None)
    given = lstm(x, mask=HOLES)
    close(read(given), read([outputs, *states]))
    np.testing.assert_array_equal(read(get_mask(given[0]))[0], HOLES)
    assert get_mask(lstm(x)[0]) is None
    for layer, keeps in (
        (recurrent.GRU(3), False),
        (wrappers.Bidirectional(recurrent.GRU(3, return_sequences=True)), True),
        (wrappers.TimeDistributed(simple.Activation("tanh")), True),
        (simple.Dropout(0.5), True),
    ):
        set_mask(x, HOLES)
        assert (get_mask(layer(x)) is not None) is keeps, layer


def test_masked_steps_change_nothing(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype("float32")
    for cls in (recurrent.LSTM, recurrent.GRU, recurrent.SimpleRNN):
        layer = cls(3, return_sequences=True)
        outputs = read(layer(x, mask=HOLES))[0]
        for row, present in enumerate(HOLES):
            alone = read(layer(x[row : row + 1, present]))[0][0]
            steps = np.cumsum(present) - 1
            wanted = np.where((steps >= 0)[:, None], alone[steps], 0.0)
            np.testing.assert_allclose(outputs[row], wanted, rtol=1e-4, atol=1e-5)


def test_attention_sees_no_masked_value(backend: str) -> None:
    generator = np.random.default_rng(0)
    query, value = (generator.standard_normal((2, 5, 4)).astype("float32") for _ in range(2))
    layer = MultiHeadAttention(2, 3)
    outputs = read(layer(query, value, value_mask=PADDED))[0]
    changed = np.where(PADDED[..., None], value, 100.0).astype("float32")
    np.testing.assert_allclose(read(layer(query, changed, value_mask=PADDED))[0], outputs, rtol=1e-4, atol=1e-5)
    through_scores, scores = layer(query, value, value_mask=PADDED, return_attention_scores=True)
    np.testing.assert_allclose(read(through_scores)[0], outputs, rtol=1e-4, atol=1e-5)
    assert not (read(scores)[0] * ~PADDED[:, None, None]).any()


def test_attention_takes_the_value_s_own_mask(backend: str) -> None:
    ids = np.array([[1, 2, 3, 4, 0], [5, 4, 0, 0, 0]], "int32")
    x = embedding.Embedding(6, 4, mask_zero=True)(ids)
    layer = MultiHeadAttention(2, 3)
    outputs = layer(x, x)
    assert get_mask(outputs) is not None
    set_mask(x, None)
    close(read(layer(x, x, value_mask=PADDED)), read(outputs))


# recurrent layers


def test_initial_states(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 6, 4)).astype("float32")
    layer = recurrent.LSTM(3, return_state=True)
    whole = read(layer(x))
    _, *states = layer(x[:, :3])
    close(read(layer(x[:, 3:], initial_state=states)), whole)
    both = wrappers.Bidirectional(recurrent.GRU(3, return_sequences=True))
    state = [np.full((2, 3), 0.5, "float32"), np.full((2, 3), -0.5, "float32")]
    merged = read(both(x, initial_state=state))[0]
    forward = read(both.forward_layer(x, initial_state=state[0]))[0]
    backward = read(both.backward_layer(x, initial_state=state[1]))[0]
    np.testing.assert_allclose(merged, np.concatenate([forward, backward[:, ::-1]], -1), rtol=1e-5)
    with pytest.raises(ShapeError, match="2 states, 1 came"):
        layer(x, initial_state=[state[0]])


def test_stateful_layers_go_on_where_they_stopped(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 6, 4)).astype("float32")
    for make in (recurrent.LSTM, recurrent.GRU, recurrent.SimpleRNN):
        layer = make(3, stateful=True)
        first = read(layer(x[:, :3]))[0]
        then = read(layer(x[:, 3:]))[0]
        plain = make(3)
        plain(x)
        plain.set_weights(layer.get_weights())
        np.testing.assert_allclose(then, read(plain(x))[0], rtol=1e-4, atol=1e-6)
        assert len(layer.variables) > len(layer.weights) == 3
        layer.reset_state()
        np.testing.assert_allclose(read(layer(x[:, :3]))[0], first, rtol=1e-5)
        with pytest.raises(ShapeError, match="batch"):
            layer(x[:1])


def test_stateful_layers_need_a_batch_size(backend: str) -> None:
    with pytest.raises(ShapeError, match="batch_shape"):
        recurrent.LSTM(3, stateful=True)(KerasTensor((None, 6, 4)))


class Leaky(Layer):
    """A cell as a user writes it."""

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units))

    def call(self, inputs: Any, states: Any) -> Any:
        state = 0.5 * states[0] + ops.matmul(inputs, self.kernel)
        return ops.tanh(state), [state]


def test_a_cell_of_one_s_own(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype("float32")
    layer = recurrent.RNN(Leaky(3), return_sequences=True, return_state=True)
    outputs, state = read(layer(x))
    wanted, h = [], np.zeros((2, 3), "float32")
    for t in range(5):
        h = 0.5 * h + x[:, t] @ layer.get_weights()[0]
        wanted.append(np.tanh(h))
    np.testing.assert_allclose(outputs, np.stack(wanted, 1), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(state, h, rtol=1e-4, atol=1e-5)
    twice = wrappers.Bidirectional(recurrent.RNN(Leaky(3)))
    assert tuple(twice(x).shape) == (2, 6)


def test_a_cell_steps_as_its_layer(backend: str) -> None:
    x = np.random.default_rng(0).standard_normal((2, 5, 4)).astype("float32")
    for make, cls in (
        (recurrent.LSTM, recurrent_cells.LSTMCell),
        (recurrent.GRU, recurrent_cells.GRUCell),
        (recurrent.SimpleRNN, recurrent_cells.SimpleRNNCell),
    ):
        layer, cell = make(3), cls(3)
        wanted = read(layer(x))[0]
        cell.build((2, 4))
        cell.set_weights(weights_of(layer))
        layer.set_weights(weights_of(layer))
        wanted = read(layer(x))[0]
        states = cell.get_initial_state(2)
        for t in range(5):
            output, states = cell(x[:, t], states)
        np.testing.assert_allclose(read(output)[0], wanted, rtol=1e-4, atol=1e-5)


def test_dropout_drops_the_same_at_every_step(backend: str) -> None:
    """With a kernel of ones, zero recurrence and no gates, outputs show what is dropped."""
    x = np.ones((3, 4, 8), "float32")
    layer = recurrent.SimpleRNN(2, "linear", False, "ones", "zeros", dropout=0.5, return_sequences=True, seed=1)
    outputs = read(layer(x, training=True))[0]
    np.testing.assert_allclose(outputs, outputs[:, :1].repeat(4, 1))
    assert len({float(value) for value in outputs[:, 0, 0]}) > 1
    assert not layer.cell._masks


# preprocessing


def test_normalization_adapts(backend: str) -> None:
    data = np.random.default_rng(0).standard_normal((10, 4, 3)).astype("float32") * 3 + 5
    for axis, axes, shape in ((-1, (0, 1), (1, 1, 3)), (None, (0, 1, 2), (1, 1, 1)), ((1, 2), (0,), (1, 4, 3))):
        for given in (data, (data[i : i + 3] for i in range(0, 10, 3)), [data[:4], data[4:]]):
            layer = preprocessing.Normalization(axis=axis)
            layer.adapt(given)
            np.testing.assert_allclose(read(layer.mean)[0], data.mean(axes).reshape(shape), rtol=1e-4)
            np.testing.assert_allclose(read(layer.variance)[0], data.var(axes).reshape(shape), rtol=1e-4)
        normal = read(layer(data))[0]
        np.testing.assert_allclose(normal.mean(axes), 0, atol=1e-4)
        back = preprocessing.Normalization(axis=axis, invert=True)
        back.build(data.shape)
        back.set_weights(layer.get_weights())
        back.finalize_state()
        np.testing.assert_allclose(read(back(normal))[0], data, rtol=1e-4, atol=1e-4)


def test_preprocessing_runs_on_tensors_of_any_engine(backend: str) -> None:
    data = np.random.default_rng(0).standard_normal((6, 3)).astype("float32")
    normalize = preprocessing.Normalization()
    normalize.adapt(data)
    wanted = read(normalize(data))[0]
    for other in ("jax", "torch", "tensorflow"):
        tensor = registry.get(other).convert(data, None)
        for layer, result in ((normalize, wanted), (preprocessing.Rescaling(2.0, 1.0), data * 2 + 1)):
            found = layer(tensor)
            assert registry.backend_of(found) is registry.get(other)
            np.testing.assert_allclose(read(found)[0], result, rtol=1e-4, atol=1e-5)
    images = preprocessing.Rescaling(1 / 255)(np.full((1, 2, 2, 3), 255, "uint8"))
    np.testing.assert_allclose(read(images)[0], 1.0, rtol=1e-6)
    assert ops.dtype(images) == "float32"


# errors


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: recurrent.LSTM(0), ConfigError, "units"),
        (lambda: recurrent.RNN(3), ConfigError, "state_size"),
        (lambda: recurrent.GRU(3)(np.ones((2, 3), "float32")), ShapeError, "ndim"),
        (lambda: MultiHeadAttention(0, 3), ConfigError, "num_heads"),
        (lambda: MultiHeadAttention(2, 3)(*samples["attention"].inputs(), np.ones((2, 3, 4))), ShapeError, "key"),
        (lambda: wrappers.Bidirectional(simple.Identity()), ConfigError, "go_backwards"),
        (lambda: wrappers.Bidirectional(recurrent.GRU(3), "both"), ConfigError, "merge_mode"),
        (lambda: wrappers.Bidirectional(recurrent.GRU(3), backward_layer=recurrent.GRU(3)), ConfigError, "differ"),
        (lambda: wrappers.TimeDistributed(simple.Identity())(np.ones((2, 3))), ShapeError, "3 axes"),
        (lambda: preprocessing.Normalization(mean=1.0), ConfigError, "variance"),
        (lambda: preprocessing.Normalization(axis=5)(np.ones((2, 3))), ShapeError, "axis"),
        (lambda: preprocessing.Normalization(mean=0.0, variance=1.0).adapt(np.ones((2, 3))), ConfigError, "adapt"),
    ],
)
def test_errors_say_what_came(make: Any, error: type[Exception], words: str) -> None:
    with registry.scope("numpy"), pytest.raises(error, match=words):
        make()


def test_two_engines_do_not_mix(backend: str) -> None:
    other = "torch" if backend != "torch" else "jax"
    x = registry.get(other).convert(np.ones((2, 5, 4), "float32"), None)
    with pytest.raises(MixedBackendsError, match=other):
        recurrent.LSTM(3)(x)
