"""Models to files and back on every engine: predictions, training that goes on, custom classes, harmless errors."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

import hornbeam
from hornbeam import layers
from hornbeam.core import registry
from hornbeam.core.errors import ModelFormatError, NotBuiltError, StructureError, UnsafeModelError
from hornbeam.saving import register_keras_serializable

rng = np.random.default_rng(0)
X = rng.normal(size=(48, 6)).astype("float32")
Y = rng.normal(size=(48, 2)).astype("float32")


@register_keras_serializable("test_saving")
class Scale(layers.Layer):
    def __init__(self, factor=2.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, input_shape):
        self.scale = self.add_weight((input_shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.scale * self.factor


@register_keras_serializable("test_saving")
def bent(x):
    return hornbeam.ops.tanh(x) * 2


@register_keras_serializable("test_saving")
def distance(y_true, y_pred):
    return hornbeam.ops.mean(hornbeam.ops.square(y_true - y_pred), axis=-1)


@register_keras_serializable("test_saving")
class Net(hornbeam.Model):
    def __init__(self, width=4, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.blocks = [layers.Dense(width, activation="relu") for _ in range(2)]
        self.heads = {"out": layers.Dense(2)}
        self.dropout = layers.Dropout(0.2)

    def call(self, x, training=False):
        for block in self.blocks:
            x = block(x)
        return self.heads["out"](self.dropout(x, training=training))

    def get_config(self):
        return {**super().get_config(), "width": self.width}


def chain():
    return hornbeam.Sequential(
        [hornbeam.Input((6,)), layers.Dense(5, activation=bent), Scale(3.0), layers.BatchNormalization(),
         layers.Dropout(0.3), layers.Dense(2)]
    )  # fmt: skip


def graph():
    x = inputs = hornbeam.Input((6,))
    shared = layers.Dense(6)
    x = Scale()(shared(x))
    x = hornbeam.ops.relu(layers.Add()([x, shared(x)]))
    return hornbeam.Model(inputs, layers.Dense(2)(x))


def shared_by_two_models():
    dense, inputs = layers.Dense(6), hornbeam.Input((6,))
    one = hornbeam.Sequential([hornbeam.Input((6,)), dense])
    two = hornbeam.Sequential([hornbeam.Input((6,)), dense, layers.Dense(2)])
    return hornbeam.Model(inputs, two(one(inputs)))


MODELS = [chain, graph, shared_by_two_models, Net]
OPTIMIZERS = {
    "adam": lambda: hornbeam.optimizers.Adam(0.01),
    "sgd": lambda: hornbeam.optimizers.SGD(0.01, momentum=0.9, use_ema=True, weight_decay=0.01),
    "schedule": lambda: hornbeam.optimizers.AdamW(hornbeam.optimizers.schedules.CosineDecay(0.1, 20)),
    "accumulation": lambda: hornbeam.optimizers.RMSprop(
        0.01, centered=True, gradient_accumulation_steps=2, clipnorm=1.0
    ),
}


def fit(model, epochs=1):
    return model.fit(X, Y, batch_size=16, epochs=epochs, verbose=0, shuffle=False).history["loss"]


def predict(model):
    return model.predict(X, verbose=0)


def trained(make, optimizer="adam"):
    hornbeam.utils.set_random_seed(3)
    model = make()
    model.compile(OPTIMIZERS[optimizer](), distance, metrics=["mae"])
    fit(model)
    return model


def trains(backend):
    if not registry.get(backend).differentiable:
        pytest.skip(f"{backend} does not train")


@pytest.mark.parametrize(
    ("make", "optimizer"), [(chain, name) for name in OPTIMIZERS] + [(make, "adam") for make in MODELS[1:]]
)
def test_training_goes_on_as_if_nothing_had_been_saved(make, optimizer, backend, tmp_path):
    trains(backend)
    model = trained(make, optimizer)
    model.save(tmp_path / "m.keras")
    again = hornbeam.saving.load_model(tmp_path / "m.keras")
    assert type(again) is type(model)
    np.testing.assert_array_equal(predict(again), predict(model))
    assert fit(again, 2) == fit(model, 2)
    np.testing.assert_array_equal(predict(again), predict(model))


@pytest.mark.parametrize("make", MODELS)
def test_a_file_loads_under_every_other_engine(make, backend, tmp_path):
    trains(backend)
    model = trained(make)
    model.save(tmp_path / "m.keras")
    for other in registry.available():
        with registry.scope(other):
            np.testing.assert_allclose(
                predict(hornbeam.saving.load_model(tmp_path / "m.keras")), predict(model), atol=1e-5
            )


@pytest.mark.parametrize("make", MODELS)
def test_weights_and_json(make, backend, tmp_path):
    model, other = make(), make()
    for one in (model, other):
        one(X[:2])
    model.save_weights(tmp_path / "m.weights.h5")
    other.load_weights(tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(predict(other), predict(model))
    twin = hornbeam.models.model_from_json(model.to_json())
    assert [weight.shape for weight in twin.weights] == [weight.shape for weight in model.weights]


def test_json_is_the_same_after_a_round_trip(backend):
    text = graph().to_json()
    assert json.loads(hornbeam.models.model_from_json(text).to_json()) == json.loads(text)


def test_a_model_built_by_a_call_takes_other_batches_after_loading(backend, tmp_path):
    model = hornbeam.Sequential([layers.Dense(4), layers.Dense(2)])
    model(X)
    model.save(tmp_path / "m.keras")
    again = hornbeam.saving.load_model(tmp_path / "m.keras")
    np.testing.assert_allclose(predict(again), predict(model), atol=1e-6)
    assert tuple(again(X[:3]).shape) == (3, 2)


def test_a_model_that_is_not_built(backend, tmp_path):
    model = hornbeam.Sequential([layers.Dense(4), layers.Dense(2)])
    with pytest.warns(UserWarning, match="not built"):
        model.save(tmp_path / "m.keras")
    again = hornbeam.saving.load_model(tmp_path / "m.keras")
    assert not again.built and predict(again).shape == (48, 2)
    with pytest.raises(NotBuiltError, match="not built"):
        hornbeam.Sequential([layers.Dense(4)]).save_weights(tmp_path / "m.weights.h5")


def test_frozen_layers_dtypes_and_named_outputs_come_back(backend, tmp_path):
    inputs = hornbeam.Input((6,), name="x")
    hidden = layers.Dense(4, dtype="mixed_bfloat16", name="hidden")
    hidden.trainable = False
    h = hidden(inputs)
    model = hornbeam.Model(inputs, {"a": layers.Dense(2, name="a")(h), "b": layers.Dense(1, name="b")(h)})
    model.compile("adam", {"a": "mse", "b": hornbeam.losses.Huber()}, metrics={"a": ["mae"]}, loss_weights={"a": 0.5})
    model.save(tmp_path / "m.keras")
    again = hornbeam.saving.load_model(tmp_path / "m.keras")
    assert len(again.trainable_weights) == 4
    assert again.get_layer("hidden").dtype_policy.name == "mixed_bfloat16"
    targets = {"a": Y, "b": Y[:, :1]}
    assert again.evaluate(X, targets, verbose=0) == model.evaluate(X, targets, verbose=0)


def test_errors_leave_the_model_as_it_was(backend, tmp_path):
    model = chain()
    before = [np.array(weight) for weight in model.get_weights()]
    model.save_weights(tmp_path / "whole.weights.h5")
    graph().save_weights(tmp_path / "other.weights.h5")
    data = (tmp_path / "whole.weights.h5").read_bytes()
    (tmp_path / "cut.weights.h5").write_bytes(data[: len(data) // 2])
    for name, error in (("other", StructureError), ("cut", ModelFormatError)):
        with pytest.raises(error, match=name):
            model.load_weights(tmp_path / f"{name}.weights.h5")
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_custom_classes_that_are_not_registered(backend, tmp_path):
    class Plus(layers.Layer):
        def call(self, x):
            return x + 1

    def double(x):
        return x * 2

    model = hornbeam.Sequential([hornbeam.Input((6,)), Plus(), layers.Lambda(double), layers.Dense(2)])
    model.save(tmp_path / "m.keras")
    with pytest.raises(UnsafeModelError, match="custom_objects"):
        hornbeam.saving.load_model(tmp_path / "m.keras")
    again = hornbeam.saving.load_model(tmp_path / "m.keras", custom_objects={"Plus": Plus, "double": double})
    assert type(again.layers[0]) is type(model.layers[0])
    np.testing.assert_array_equal(predict(again), predict(model))
    unnamed = hornbeam.Sequential([hornbeam.Input((6,)), layers.Lambda(lambda x: x * 2)])
    with pytest.raises(TypeError, match="lambda has no name"):
        unnamed.save(tmp_path / "m.keras")
    assert hornbeam.saving.load_model(tmp_path / "m.keras", custom_objects={"Plus": Plus, "double": double}).built


def test_predict_sees_the_weights_of_now(backend):
    model = chain()
    predict(model)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    np.testing.assert_allclose(predict(model), hornbeam.ops.convert_to_numpy(model(X)), rtol=1e-5, atol=1e-5)


def test_values_read_before_evaluate_stay(backend):
    model = chain()
    model.compile("sgd", "mse")
    model.evaluate(X, Y, verbose=0)
    kernel = model.layers[0].kernel.value
    model.evaluate(X, Y, verbose=0)
    predict(model)
    np.testing.assert_array_equal(hornbeam.ops.convert_to_numpy(kernel), model.layers[0].kernel.numpy())


SAVE_FOREVER = """
import sys, numpy as np, hornbeam
model = hornbeam.Sequential([hornbeam.Input((600,)), hornbeam.layers.Dense(1500), hornbeam.layers.Dense(600)])
while True:
    model.save(sys.argv[1])
    print("saved", flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="kills a process by a signal")
def test_a_kill_while_saving_leaves_a_whole_file(tmp_path):
    path = tmp_path / "m.keras"
    for delay in (3, 20):  # saves to wait for before the kill, which lands somewhere in the next one
        command = [sys.executable, "-c", SAVE_FOREVER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "HORNBEAM_BACKEND": "numpy"}) as run:
            assert run.stdout is not None
            for _ in range(delay):
                assert run.stdout.readline() == b"saved\n"
            run.send_signal(signal.SIGKILL)
        with registry.scope("numpy"):
            model = hornbeam.saving.load_model(path)
    with registry.scope("numpy"):
        model.save(path)
    assert os.listdir(tmp_path) == ["m.keras"]


def test_freezing_one_variable_moves_no_weight_in_the_file(backend: str, tmp_path) -> None:
    def build():
        return hornbeam.Sequential([hornbeam.Input((3,)), layers.BatchNormalization()])

    model = build()
    for number, variable in enumerate(model.weights):
        variable.assign(np.full(3, float(number + 1), "float32"))
    names = [variable.name for variable in model.weights]
    model.layers[0].gamma.trainable = False
    assert [variable.name for variable in model.weights] == names
    model.save_weights(tmp_path / "frozen.weights.h5")
    twin = build()
    twin.load_weights(tmp_path / "frozen.weights.h5")
    for mine, other in zip(model.weights, twin.weights, strict=True):
        np.testing.assert_array_equal(mine.numpy(), other.numpy())
