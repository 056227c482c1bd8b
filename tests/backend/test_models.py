"""Models: sequential, functional and subclassed; what they hold, show, and give back from their configs."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest

import hornbeam as keras
from hornbeam import layers, ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(5, 4)).astype("float32")


def array(x: Any) -> Any:
    return ops.convert_to_numpy(x)


def close(a: Any, b: Any, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(array(a), array(b), rtol=tolerance, atol=tolerance)


# Sequential


def test_sequential_with_input(backend: str) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(3, activation="relu"), layers.Dense(2)], name="net")
    assert model.built and model.input_shape == (None, 4) and model.output_shape == (None, 2)
    assert [type(layer).__name__ for layer in model.layers] == ["Dense", "Dense"]
    assert model.count_params() == 4 * 3 + 3 + 3 * 2 + 2
    k, b = model.layers[0].get_weights()
    k2, b2 = model.layers[1].get_weights()
    close(model(X), np.maximum(X @ k + b, 0) @ k2 + b2)
    close(model.predict(X, verbose=0), model(X))


def test_sequential_without_input(backend: str) -> None:
    model = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    assert not model.built and model.weights == []
    with pytest.raises(ValueError, match="not built"):
        model.count_params()
    assert model(X).shape == (5, 2)
    assert model.built and len(model.weights) == 4
    other = keras.Sequential([layers.Dense(3), layers.Dense(2)])
    other.build((None, 4))
    assert other.output_shape == (None, 2)


def test_sequential_add_and_pop(backend: str) -> None:
    model = keras.Sequential()
    model.add(keras.Input((4,)))
    model.add(layers.Dense(3))
    model.add(layers.Dense(2, name="last"))
    assert model.output_shape == (None, 2)
    assert model.pop().name == "last"
    assert model.output_shape == (None, 3) and model(X).shape == (5, 3)
    model.add(layers.Dense(7))
    assert model(X).shape == (5, 7)


def test_sequential_of_models(backend: str) -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3)])
    model = keras.Sequential([inner, layers.Dense(2)])
    assert model.built and model.output_shape == (None, 2) and len(model.weights) == 4
    close(model(X), model.layers[1](inner(X)))


# functional


def two_in_two_out() -> Any:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    shared = layers.Dense(3, name="shared")
    left, right = shared(a), shared(b)
    joined = layers.Concatenate(name="join")([left, right])
    return keras.Model(
        [a, b], [layers.Dense(2, name="wide")(joined), layers.Dense(1, name="narrow")(left - right)], name="pair"
    )


def test_several_inputs_and_outputs(backend: str) -> None:
    model = two_in_two_out()
    assert model.input_names == ["a", "b"] and model.output_names == ["wide", "narrow"]
    assert model.input_shape == [(None, 4), (None, 4)] and model.output_shape == [(None, 2), (None, 1)]
    wide, narrow = model([X, 2 * X])
    assert wide.shape == (5, 2) and narrow.shape == (5, 1)
    named = model({"a": X, "b": 2 * X})
    close(named[0], wide)
    close(named[1], narrow)
    predicted = model.predict([X, 2 * X], verbose=0, batch_size=2)
    close(predicted[0], wide)
    assert len([layer for layer in model.layers if layer.name == "shared"]) == 1
    assert len(model.trainable_variables) == 6


def test_dicts_in_and_out(backend: str) -> None:
    inputs = {"one": keras.Input((4,), name="one"), "two": keras.Input((3,), name="two")}
    x = layers.Concatenate()([inputs["one"], inputs["two"]])
    model = keras.Model(inputs, {"sum": ops.sum(x, axis=-1), "head": layers.Dense(2, name="head")(x)})
    y = model({"two": X[:, :3], "one": X})
    assert set(y) == {"sum", "head"}
    close(y["sum"], X.sum(1) + X[:, :3].sum(1))
    p = model.predict({"one": X, "two": X[:, :3]}, verbose=0)
    close(p["head"], y["head"])


def test_operations_on_symbolic_tensors(backend: str) -> None:
    x = keras.Input((4,))
    y = ops.relu(x[:, 1:] * 2 + 1) - x[:, :1] / 2
    y = ops.concatenate([y, -x], axis=-1)
    y = ops.reshape(y, (-1, 7, 1))
    y = ops.mean(y, axis=1) ** 2
    model = keras.Model(x, y)
    z = np.maximum(X[:, 1:] * 2 + 1, 0) - X[:, :1] / 2
    expected = np.concatenate([z, -X], -1).mean(1, keepdims=True) ** 2
    close(model(X), expected)
    close(model.predict(X, verbose=0), expected)
    close(type(model).from_config(model.get_config())(X), expected)


def test_unknown_sizes(backend: str) -> None:
    x = keras.Input((None, 4))
    y = layers.Dense(3)(x)
    y = ops.reshape(y, (ops.shape(y)[0], -1))
    y = ops.sum(y, axis=1, keepdims=True)
    model = keras.Model(x, y)
    for time in (2, 5):
        assert model(np.ones((3, time, 4), "float32")).shape == (3, 1)


def test_nested_models(backend: str) -> None:
    a = keras.Input((4,))
    inner = keras.Model(a, layers.Dense(3, name="inner_dense")(a), name="inner")
    x, z = keras.Input((4,)), keras.Input((4,))
    outer = keras.Model([x, z], layers.Add()([inner(x), inner(z)]), name="outer")
    close(outer([X, X]), 2 * array(inner(X)))
    assert outer.get_layer("inner") is inner and len(outer.weights) == 2
    twin = type(outer).from_config(outer.get_config())
    twin.set_weights(outer.get_weights())
    close(twin([X, 3 * X]), outer([X, 3 * X]))


def test_part_of_a_model_is_a_model(backend: str) -> None:
    model = two_in_two_out()
    part = keras.Model(model.inputs, model.get_layer("join").output)
    assert part([X, X]).shape == (5, 6)
    assert part.get_layer("shared") is model.get_layer("shared")


def test_graph_is_checked(backend: str) -> None:
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    with pytest.raises(ValueError, match=r"need input 'b'.*among its inputs: a"):
        keras.Model(a, a + b)
    with pytest.raises(ValueError, match="every output must be a symbolic tensor"):
        keras.Model(a, X)
    with pytest.raises(ValueError, match="names must be unique"):
        keras.Model(a, layers.Dense(2, name="d")(layers.Dense(2, name="d")(a)))


def test_get_layer(backend: str) -> None:
    model = two_in_two_out()
    assert model.get_layer("wide").units == 2 and model.get_layer(index=0).name == "a"
    with pytest.raises(ValueError, match=r"'pair' has no layer 'deep'. It has: .*wide"):
        model.get_layer("deep")
    with pytest.raises(ValueError, match="none at index 99"):
        model.get_layer(index=99)


# subclassing


class Block(layers.Layer):
    """A layer with layers, one of them in a list."""

    def __init__(self, units: int, depth: int = 2, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units, self.depth = units, depth
        self.parts = [layers.Dense(units, activation="tanh") for _ in range(depth)]

    def build(self, input_shape: Any) -> None:
        self.scale = self.add_weight(shape=(self.units,), initializer="ones", name="scale")
        for part in self.parts:
            part.build(input_shape)
            input_shape = (*input_shape[:-1], self.units)

    def call(self, x: Any, training: bool = False) -> Any:
        for part in self.parts:
            x = part(x)
        return x * self.scale * (2.0 if training else 1.0)


class Net(keras.Model):
    def __init__(self, units: int = 3, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.block = Block(units)
        self.heads = {"a": layers.Dense(1), "b": layers.Dense(2)}

    def call(self, x: Any, training: bool = False) -> Any:
        x = self.block(x, training=training)
        return {name: head(x) for name, head in self.heads.items()}


def test_subclassed_model(backend: str) -> None:
    model = Net()
    assert model.weights == []
    y = model(X)
    assert y["a"].shape == (5, 1) and y["b"].shape == (5, 2)
    assert len(model.weights) == 5 + 4 and len(model.block.weights) == 5
    assert {layer.name for layer in model.layers} == {model.block.name, *(h.name for h in model.heads.values())}
    twice = model(X, training=True)
    b = model.heads["a"].bias.numpy()
    close(array(twice["a"]) - b, 2 * (array(y["a"]) - b))
    close(model.predict(X, verbose=0)["b"], y["b"])


def test_subclassed_round_trip(backend: str) -> None:
    model = Net(units=5, name="net")
    model.build((None, 4))
    assert model.built and len(model.weights) == 9
    config = model.get_config()
    assert config["units"] == 5 and config["name"] == "net"
    twin = Net.from_config(config)
    twin(X)
    twin.set_weights(model.get_weights())
    close(twin(X)["a"], model(X)["a"])


def test_layers_appended_later_count(backend: str) -> None:
    class Stack(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.steps: list[Any] = []

        def call(self, x: Any) -> Any:
            for step in self.steps:
                x = step(x)
            return x

    model = Stack()
    model.steps.append(layers.Dense(3))
    assert model(X).shape == (5, 3) and len(model.weights) == 2
    model.steps.append(layers.Dense(2))
    assert model(X).shape == (5, 2) and len(model.weights) == 4


def test_build_in_init(backend: str) -> None:
    class Linear(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.w = self.add_weight(shape=(4, 2), initializer="glorot_uniform", name="w")
            self.b = keras.Variable(np.ones(2, "float32"), name="b")

        def call(self, x: Any) -> Any:
            return ops.matmul(x, self.w) + self.b

    layer = Linear()
    assert [v.name for v in layer.trainable_variables] == ["w", "b"]
    close(layer(X), X @ layer.w.numpy() + 1)
    model = keras.Sequential([keras.Input((4,)), Linear(), layers.Dense(1)])
    assert model(X).shape == (5, 1) and len(model.trainable_variables) == 4


def test_python_in_call_is_seen_each_time(backend: str) -> None:
    class Counting(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.calls = 0
            self.factor = 1.0

        def call(self, x: Any) -> Any:
            self.calls += 1
            return x * self.factor

    model = Counting()
    for expected in range(1, 5):
        model(X)
        assert model.calls >= expected
    model.factor = 3.0
    close(model(X), 3 * X)


def test_subclassed_functional(backend: str) -> None:
    class Wrapped(keras.Model):
        def __init__(self, units: int, **kwargs: Any) -> None:
            x = keras.Input((4,))
            super().__init__(inputs=x, outputs=layers.Dense(units)(x), **kwargs)
            self.units = units

    model = Wrapped(3)
    assert isinstance(model, Wrapped) and model(X).shape == (5, 3) and model.output_shape == (None, 3)


def test_custom_layer_in_a_functional_model(backend: str) -> None:
    x = keras.Input((4,))
    model = keras.Model(x, layers.Dense(1)(Block(3, name="block")(x)))
    assert model.output_shape == (None, 1) and len(model.weights) == 7
    with keras.utils.custom_object_scope({"Block": Block}):
        twin = type(model).from_config(model.get_config())
    assert isinstance(twin.get_layer("block"), Block)
    twin.set_weights(model.get_weights())
    close(twin(X), model(X))


# configs


def test_config_round_trips(backend: str) -> None:
    for model, data in (
        (keras.Sequential([keras.Input((4,)), layers.Dense(3, "relu"), layers.Dropout(0.2), layers.Dense(2)]), X),
        (two_in_two_out(), [X, X]),
    ):
        twin = type(model).from_config(model.get_config())
        assert twin.name == model.name
        assert [layer.name for layer in twin.layers] == [layer.name for layer in model.layers]
        twin.set_weights(model.get_weights())
        for a, b in zip(keras.tree.flatten(model(data)), keras.tree.flatten(twin(data)), strict=True):
            close(a, b)
        clone = keras.models.clone_model(model)
        assert not any(v is w for v, w in zip(model.weights, clone.weights, strict=True))
        again = keras.models.model_from_json(model.to_json())
        assert [v.shape for v in again.weights] == [v.shape for v in model.weights]


def test_clone_function(backend: str) -> None:
    model = two_in_two_out()

    def wider(layer: Any) -> Any:
        if layer.name == "wide":
            return layers.Dense(7, name="wide")
        return type(layer).from_config(layer.get_config())

    clone = keras.models.clone_model(model, clone_function=wider)
    assert clone.output_shape == [(None, 7), (None, 1)]


# weights and flags


def test_weights_in_and_out(backend: str) -> None:
    model = two_in_two_out()
    values = [np.full(w.shape, i, "float32") for i, w in enumerate(model.get_weights())]
    model.set_weights(values)
    assert all(np.array_equal(a, b) for a, b in zip(model.get_weights(), values, strict=True))
    with pytest.raises(ValueError, match=r"'pair' has 6 weights, 5 were given"):
        model.set_weights(values[:-1])
    wrong = [*values[:-1], np.zeros((9,), "float32")]
    with pytest.raises(ValueError, match=r"has shape \(1,\), the value given has shape \(9,\)"):
        model.set_weights([np.zeros_like(wrong[0]), *wrong[1:]])
    assert np.array_equal(model.get_weights()[1], values[1])  # nothing was set


def test_weights_set_after_a_call_count(backend: str) -> None:
    model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
    model(X)
    model.layers[0].kernel.assign(np.zeros((4, 2), "float32"))
    close(model(X), np.zeros((5, 2)))
    model.layers[0].bias.assign([1.0, 2.0])
    close(model(X), np.tile([1.0, 2.0], (5, 1)))
    close(model.predict(X, verbose=0), np.tile([1.0, 2.0], (5, 1)))


def test_trainable(backend: str) -> None:
    model = two_in_two_out()
    model.get_layer("shared").trainable = False
    assert len(model.trainable_variables) == 4 and len(model.non_trainable_variables) == 2
    model.trainable = False
    assert model.trainable_variables == [] and not model.get_layer("wide").trainable
    model.trainable = True
    assert len(model.trainable_variables) == 6
    bn = layers.BatchNormalization()
    bn.build((None, 3))
    assert [v.name for v in bn.trainable_variables] == ["gamma", "beta"]
    bn.trainable = False
    assert bn.trainable_variables == [] and len(bn.weights) == 4


def test_frozen_batch_normalization_infers(backend: str) -> None:
    bn = layers.BatchNormalization()
    bn.trainable = False
    close(bn(X, training=True), X / np.sqrt(1 + bn.epsilon))
    assert np.array_equal(bn.moving_mean.numpy(), np.zeros(4))


def test_training_flag_reaches_inner_layers(backend: str) -> None:
    class Outer(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.drop = layers.Dropout(0.5, seed=1)

        def call(self, x: Any) -> Any:
            return self.drop(x)

    model = Outer()
    ones = np.ones((20, 20), "float32")
    assert (array(model(ones, training=True)) == 0).any()
    close(model(ones), ones)
    close(model(ones, training=False), ones)


def test_symbolic_input_and_output_of_a_layer(backend: str) -> None:
    x = keras.Input((4,))
    layer = layers.Dense(3, name="dense")
    with pytest.raises(AttributeError):
        _ = layer.output
    y = layer(x)
    assert layer.input is x and layer.output is y


# summary


def summary(model: Any, **kwargs: Any) -> str:
    lines: list[str] = []
    model.summary(print_fn=lines.append, line_length=120, **kwargs)
    return "\n".join(lines)


def test_summary(backend: str) -> None:
    text = summary(two_in_two_out())
    for part in (
        'Model: "pair"',
        "shared (Dense)",
        "(None, 3)",
        "Total params: 33",
        "Trainable params: 33",
        "Connected",
    ):
        assert part in text, text
    model = keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3, name="conv"), layers.BatchNormalization()])
    text = summary(model, show_trainable=True)
    assert "(None, 6, 6, 2)" in text and "Total params: 28" in text and "Non-trainable params: 4" in text
    assert not any(variable.placed for variable in model.variables)


def test_summary_of_nested_and_subclassed_models(backend: str) -> None:
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="deep")], name="inner")
    model = keras.Sequential([inner, layers.Dense(2)])
    assert "deep" not in summary(model) and "deep" in summary(model, expand_nested=True)
    net = Net(name="net")
    with pytest.raises(ValueError, match="'net' is not built"):
        keras.Model.count_params(net)
    net(X)
    assert "Total params: 42" in summary(net), summary(net)


def test_summary_on_the_screen(backend: str, capsys: pytest.CaptureFixture[str]) -> None:
    two_in_two_out().summary()
    assert "Total params" in capsys.readouterr().out


# masks


def test_masks_travel(backend: str) -> None:
    tokens = np.array([[1, 2, 0, 0], [3, 0, 0, 0]])
    embedding = layers.Embedding(5, 3, mask_zero=True)
    x = keras.Input((None,), dtype="int32")
    model = keras.Model(x, layers.GlobalAveragePooling1D()(embedding(x)))
    table = embedding.embeddings.numpy()
    close(model(tokens), np.stack([table[[1, 2]].mean(0), table[3]]))
    close(model.predict(tokens, verbose=0), np.stack([table[[1, 2]].mean(0), table[3]]))


# dtype policies


def test_mixed_precision(backend: str) -> None:
    layer = layers.Dense(3, dtype="mixed_bfloat16")
    y = layer(X)
    assert layer.kernel.dtype == "float32" and layer.compute_dtype == "bfloat16"
    assert keras.backend.standardize_dtype(y.dtype) == "bfloat16"
    close(ops.cast(y, "float32"), X @ layer.kernel.numpy(), 0.05)


def test_integer_inputs_stay(backend: str) -> None:
    seen: list[str] = []

    class Look(layers.Layer):
        def call(self, x: Any) -> Any:
            seen.append(keras.backend.standardize_dtype(x.dtype))
            return x

    Look()(np.zeros((2, 2), "int32"))
    Look()(np.zeros((2, 2), "float64"))
    assert seen == ["int32", "float32"]


# natures: torch


def small(**kwargs: Any) -> Any:
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, activation="tanh"), layers.BatchNormalization(), layers.Dense(1)], **kwargs
    )


def test_layers_are_torch_modules() -> None:
    torch = pytest.importorskip("torch")
    with keras.backend_scope("torch"):
        model = small()
        assert isinstance(model, torch.nn.Module) and isinstance(model.layers[0], torch.nn.Module)
        parameters = list(model.parameters())
        assert len(parameters) == 6 and all(isinstance(p, torch.nn.Parameter) for p in parameters)
        assert len(model.state_dict()) == 8
        assert {n.rpartition(".")[2] for n, _ in model.named_parameters()} == {"kernel", "bias", "gamma", "beta"}


def test_state_dict_moves_weights() -> None:
    torch = pytest.importorskip("torch")
    with keras.backend_scope("torch"):
        one, two = small(name="one"), small(name="two")
        list(one.parameters())
        list(two.parameters())
        state = {key: value.clone() for key, value in one.state_dict().items()}
        named = dict(zip(two.state_dict(), state.values(), strict=True))
        two.load_state_dict(named)
        close(one(X), two(X))
        buffer = io.BytesIO()
        torch.save(one.state_dict(), buffer)
        buffer.seek(0)
        loaded = torch.load(buffer)
        with torch.no_grad():
            one.layers[0].kernel.value.zero_()
        one.load_state_dict(loaded)
        close(one(X), two(X))


def test_inside_a_torch_module_and_a_raw_loop() -> None:
    torch = pytest.importorskip("torch")

    with keras.backend_scope("torch"):

        class Host(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = small()
                self.head = torch.nn.Linear(1, 1)

            def forward(self, x: Any) -> Any:
                return self.head(self.inner(x))

        keras.utils.set_random_seed(0)
        torch.manual_seed(0)
        host = Host()
        assert len(list(host.parameters())) == 8
        assert any(name.startswith("inner.") for name, _ in host.named_parameters())
        optimizer = torch.optim.SGD(host.parameters(), lr=0.05)
        x = torch.from_numpy(RNG.normal(size=(64, 4)).astype("float32"))
        y = x.sum(1, keepdim=True)
        losses = []
        before = host.inner.layers[0].kernel.numpy().copy()
        for _ in range(40):
            optimizer.zero_grad()
            loss = ((host(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        assert losses[-1] < losses[0] / 4
        assert not np.array_equal(before, host.inner.layers[0].kernel.numpy())
        host.eval()
        assert not any(module.training for module in host.modules())
        host.to("cpu")
        close(host.inner.predict(x.numpy(), verbose=0), host.inner(x))


def test_torch_to_changes_the_variables() -> None:
    torch = pytest.importorskip("torch")
    with keras.backend_scope("torch"):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(2)])
        before = model(X)
        assert model.to("cpu") is model
        close(model(X), before)
        for parameter, variable in zip(model.parameters(), model.trainable_variables, strict=True):
            assert parameter is variable.value
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(2.0)
        close(model(X), 2 * array(before))


# natures: tensorflow


def test_gradient_tape() -> None:
    tf = pytest.importorskip("tensorflow")
    with keras.backend_scope("tensorflow"):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        x = tf.constant(X)
        for _ in range(3):  # eager, then from a recording
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(x) ** 2)
            gradients = tape.gradient(loss, [v.value for v in model.trainable_variables])
            p = X @ model.layers[0].kernel.numpy() + model.layers[0].bias.numpy()
            if all(g is not None for g in gradients):
                close(gradients[0], X.T @ (2 * p / p.size))
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(x) ** 2)
        gradients = tape.gradient(loss, model.trainable_weights)
        close(gradients[0], X.T @ (2 * p / p.size))
        close(gradients[1], (2 * p / p.size).sum(0))


def test_gradient_by_the_input() -> None:
    tf = pytest.importorskip("tensorflow")
    with keras.backend_scope("tensorflow"):
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1)])
        x = tf.constant(X)
        for _ in range(3):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(model(x))
            close(tape.gradient(y, x), np.tile(model.layers[0].kernel.numpy()[:, 0], (5, 1)))


def test_checkpoint(tmp_path: Any) -> None:
    tf = pytest.importorskip("tensorflow")
    with keras.backend_scope("tensorflow"):
        model = small()
        y = array(model(X))
        assert isinstance(model, tf.Module) or hasattr(model, "_trackable_children")
        path = tf.train.Checkpoint(model=model).save(str(tmp_path / "check"))
        kept = model.get_weights()
        model.set_weights([np.zeros_like(w) for w in kept])
        assert not np.allclose(array(model(X)), y)
        tf.train.Checkpoint(model=model).restore(path)
        close(model(X), y)
        assert all(np.array_equal(a, b) for a, b in zip(kept, model.get_weights(), strict=True))


@pytest.mark.slow
def test_saved_model(tmp_path: Any) -> None:
    tf = pytest.importorskip("tensorflow")
    with keras.backend_scope("tensorflow"):
        model = small()
        y = array(model(X))
        serve = tf.function(lambda x: model(x, training=False), input_signature=[tf.TensorSpec((None, 4), tf.float32)])
        tf.saved_model.save(model, str(tmp_path / "saved"), signatures=serve)
        loaded = tf.saved_model.load(str(tmp_path / "saved"))
        out = loaded.signatures["serving_default"](tf.constant(X))
        close(next(iter(out.values())), y)


def test_inside_tf_function() -> None:
    tf = pytest.importorskip("tensorflow")
    with keras.backend_scope("tensorflow"):
        model = small()
        f = tf.function(lambda x: model(x, training=False))
        close(f(tf.constant(X)), model(X))
        model.layers[0].kernel.assign(np.zeros((4, 8), "float32"))
        close(f(tf.constant(X)), model(X))


# jax


def test_inside_jax_transformations() -> None:
    jax = pytest.importorskip("jax")
    with keras.backend_scope("jax"):
        model = small()
        with pytest.raises(RuntimeError, match=r"first read inside a JAX transformation.*place_all\(\)"):
            jax.jit(lambda x: model(x, training=False))(X)
        model.place_all()
        close(jax.jit(lambda x: model(x, training=False))(X), model(X))
        gradient = jax.grad(lambda x: model(x).sum())(jax.numpy.asarray(X))
        assert gradient.shape == (5, 4)
        tv, ntv = [v.value for v in model.trainable_variables], [v.value for v in model.non_trainable_variables]
        apply = jax.jit(lambda tv, ntv, x: model.stateless_call(tv, ntv, x, training=True))
        _, new = apply(tv, ntv, X)
        assert not np.allclose(new[0], ntv[0])
