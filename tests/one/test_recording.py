"""Recording: a graph replays like the call it was made from, and what cannot be recorded runs eagerly."""

import numpy as np
import pytest

import hornbeam
from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import UnknownDimError
from hornbeam.graph.compile import compile
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace

ENGINES = ("jax", "torch", "tensorflow", "numpy")


def encoder(width=8, heads=2):
    """A transformer encoder block over an unknown number of steps."""
    tokens = hornbeam.Input((None,), dtype="int32")
    x = hornbeam.layers.Embedding(20, width)(tokens)
    y = hornbeam.layers.LayerNormalization()(x)
    y = hornbeam.layers.MultiHeadAttention(heads, width // heads)(y, y)
    x = x + y
    y = hornbeam.layers.Dense(16, activation="gelu")(hornbeam.layers.LayerNormalization()(x))
    x = x + hornbeam.layers.Dense(width)(y)
    # sizes that are known only when data comes, used as numbers
    batch, steps, _ = ops.shape(x)
    x = ops.reshape(x, (batch, steps * width))
    x = ops.reshape(x, (batch, steps, 2, width // 2))
    return hornbeam.Model(tokens, ops.mean(x, axis=(1, 2)))


@pytest.fixture(scope="module")
def recorded_encoder():
    with hornbeam.backend_scope("numpy"):
        hornbeam.utils.set_random_seed(1)
        model = encoder()
        model.place_all()
        graph = trace(lambda x: model(x), hornbeam.KerasTensor((None, None), "int32"))
    return model, graph


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", [(2, 3), (1, 7), (5, 1)])
@pytest.mark.parametrize("reader", ["interpret", "compile"])
def test_an_encoder_of_unknown_batch_and_time_replays_on_any_backend(recorded_encoder, engine, shape, reader):
    model, graph = recorded_encoder
    tokens = np.random.default_rng(0).integers(0, 20, shape).astype("int32")
    with hornbeam.backend_scope("numpy"):
        expected = model(tokens)
    backend = registry.get(engine)
    with hornbeam.backend_scope(engine):
        state = [backend.convert(variable.numpy(), None) for variable, _ in graph.state_inputs]
        inputs = [backend.convert(tokens, None)]
        if reader == "interpret":
            outputs, _ = interpret(graph, inputs, state, backend)
        else:
            (outputs,), _ = compile(graph, backend)(inputs, state)
    np.testing.assert_allclose(backend.to_numpy(outputs), expected, atol=1e-5)


def test_a_graph_keeps_the_outermost_operations_and_their_layers(recorded_encoder):
    _, graph = recorded_encoder
    names = [node.op.name for node in graph.nodes if node.op is not None]
    assert "layer_normalization" in names and "gelu" in names
    assert any(
        node.path.endswith("multi_head_attention") or "multi_head_attention" in node.path for node in graph.nodes
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_recorded_calls_agree_with_eager_ones_in_value_and_state(engine):
    def run(eagerly):
        with hornbeam.backend_scope(engine):
            hornbeam.utils.set_random_seed(7)
            model = hornbeam.Sequential(
                [
                    hornbeam.Input((4,)),
                    hornbeam.layers.Dense(8),
                    hornbeam.layers.BatchNormalization(),
                    hornbeam.layers.Dropout(0.5),
                    hornbeam.layers.Dense(2),
                ]
            )
            model._recorded_calls.eager = eagerly
            x = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
            outputs = [ops.convert_to_numpy(model(x, training=True)) for _ in range(3)]
            outputs.append(ops.convert_to_numpy(model(x)))
            assert model._recorded_calls.eager == eagerly
            return outputs, [variable.numpy() for variable in model.variables]

    (replayed, state), (eager, eager_state) = run(False), run(True)
    for a, b in zip(replayed + state, eager + eager_state, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert not np.allclose(replayed[0], replayed[1])  # dropout draws anew


def test_a_change_of_shape_dtype_or_flag_is_recorded_anew():
    with hornbeam.backend_scope("torch"):
        model = hornbeam.Sequential([hornbeam.Input((None,)), hornbeam.layers.Dropout(0.5)])
        for x in (np.ones((2, 3), "float32"), np.ones((4, 5), "float32")):
            np.testing.assert_array_equal(ops.convert_to_numpy(model(x)), x)
            assert (ops.convert_to_numpy(model(x, training=True)) != x).any()
        assert len(model._recorded_calls.entries) == 4


def test_a_changed_attribute_makes_recordings_stale():
    with hornbeam.backend_scope("torch"):
        model = hornbeam.Sequential([hornbeam.Input((3,)), hornbeam.layers.Rescaling(2.0)])
        x = np.ones((1, 3), "float32")
        assert float(ops.sum(model(x))) == 6.0
        model.layers[0].scale = 5.0
        assert float(ops.sum(model(x))) == 15.0


class Counting(hornbeam.layers.Layer):
    """Its result depends on how often python ran."""

    def __init__(self):
        super().__init__()
        self.calls = 0

    def call(self, x):
        self.calls += 1
        return x * float(self.calls)


class Noisy(hornbeam.layers.Layer):
    """Draws from NumPy behind the framework's back."""

    def call(self, x):
        return x + float(np.random.default_rng().random())


class Branching(hornbeam.layers.Layer):
    """Looks at values."""

    def call(self, x):
        if float(ops.convert_to_numpy(ops.sum(x))) > 0:
            return x * 2.0
        return x * 3.0


@pytest.mark.parametrize("engine", ("jax", "torch", "tensorflow"))
def test_what_cannot_be_recorded_runs_eagerly_and_is_right(engine):
    with hornbeam.backend_scope(engine):
        x = np.ones((2, 2), "float32")
        counting = Counting()
        counting(x)
        before = counting.calls
        assert float(ops.convert_to_numpy(counting(x))[0, 0]) == before + 1
        noisy = Noisy()
        draws = {float(ops.convert_to_numpy(noisy(x))[0, 0]) for _ in range(4)}
        assert len(draws) == 4
        branching = Branching()
        for sign, factor in ((1.0, 2.0), (-1.0, 3.0), (1.0, 2.0)):
            np.testing.assert_allclose(ops.convert_to_numpy(branching(x * sign)), x * sign * factor)


def test_raw_engine_calls_run_eagerly():
    import torch

    class Raw(hornbeam.layers.Layer):
        def call(self, x):
            return torch.sin(x) + torch.rand(())

    with hornbeam.backend_scope("torch"):
        layer = Raw()
        x = torch.ones(3)
        draws = {float(layer(x)[0].detach()) for _ in range(4)}
        assert len(draws) == 4


def test_gradients_flow_through_a_replay():
    import torch

    with hornbeam.backend_scope("torch"):
        model = hornbeam.Sequential(
            [hornbeam.Input((3,)), hornbeam.layers.Dense(4, activation="tanh"), hornbeam.layers.Dense(1)]
        )
        x = torch.ones((2, 3))
        gradients = []
        for eagerly in (False, True):
            model._recorded_calls.eager = eagerly
            found = torch.autograd.grad(model(x).sum(), list(model.parameters()))
            gradients.append([g.numpy() for g in found])
        for a, b in zip(*gradients, strict=True):
            np.testing.assert_allclose(a, b, atol=1e-6)


def test_branching_on_an_unknown_size_names_the_way_out():
    x = hornbeam.KerasTensor((None, 3))
    with pytest.raises(UnknownDimError):
        if ops.shape(x)[0] > 3:
            pass
    with pytest.raises(UnknownDimError, match=r"hornbeam\.ops"):
        bool(ops.sum(x))


def test_the_source_of_a_replay_is_one_native_call_a_line():
    graph = trace(lambda x: ops.softmax(ops.exp(x) + 1.0), hornbeam.KerasTensor((2, 3)))
    source = compile(graph, registry.get("torch")).source
    assert source.count("\n") == len([n for n in graph.nodes if n.op is not None]) + source.count("del ") + 3
