"""Bad input: each error names the layer or argument, what came, and what was expected."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import hornbeam as keras
from hornbeam import layers, ops

X = np.random.default_rng(0).normal(size=(12, 4)).astype("float32")
Y = X[:, :1].copy()
LABELS = np.arange(12) % 3


def model(**compile: Any) -> Any:
    net = keras.Sequential(
        [keras.Input((4,), name="features"), layers.Dense(3, name="hidden"), layers.Dense(1, name="head")], name="net"
    )
    if compile:
        net.compile(**{"optimizer": "sgd", "loss": "mse", **compile})
    return net


def says(error: Any, *parts: str) -> None:
    """The message holds every part (a regular expression)."""
    text = str(error.value) + "\n".join(getattr(error.value, "__notes__", ()))
    for part in parts:
        assert re.search(part, text, re.DOTALL), f"{part!r} is not in:\n{text}"


def doors(net: Any, x: Any, y: Any) -> list[Any]:
    """Every way data can come in, on the engine at hand."""
    found = [lambda: net.evaluate(x, y, verbose=0), lambda: net.test_on_batch(x, y)]
    if keras.backend.backend() != "numpy":
        found += [lambda: net.fit(x, y, verbose=0), lambda: net.train_on_batch(x, y)]
    return found


# shapes and dtypes


def test_wrong_rank(backend: str) -> None:
    net = model(loss="mse")
    for call in (lambda: net(X[0, 0]), lambda: net(X[:, None, None]), lambda: net.predict(X[:, :, None, None])):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "net|hidden|features", r"shape", r"\(12, |\(\)")


def test_wrong_width(backend: str) -> None:
    net = model(loss="mse")
    for call in (lambda: net(X[:, :3]), lambda: net.predict(X[:, :3], verbose=0), *doors(net, X[:, :3], Y)):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "net|hidden", r"\(\w+, 3\)", r"\b4\b")


def test_wrong_width_of_one_layer(backend: str) -> None:
    dense = layers.Dense(2, name="head")
    dense(X)
    with pytest.raises(ValueError) as error:
        dense(X[:, :2])
    says(error, "head", r"\(12, 2\)", "4")
    conv = layers.Conv2D(2, 3, name="conv")
    with pytest.raises(ValueError) as error:
        conv(X)
    says(error, "conv", r"\(12, 4\)", "ndim|rank|4")


def test_wrong_width_while_building(backend: str) -> None:
    with pytest.raises(ValueError) as error:
        layers.Conv2D(2, 9, name="big")(keras.Input((4, 4, 1)))
    says(error, "big", "9|kernel")
    with pytest.raises(ValueError) as error:
        layers.Concatenate(name="join")([keras.Input((4, 2)), keras.Input((3, 3))])
    says(error, "join", r"4, 2", r"3, 3")
    with pytest.raises(ValueError) as error:
        keras.Input((4,)) + keras.Input((3,))
    says(error, "add", r"4", r"3")


def test_wrong_dtype(backend: str) -> None:
    net = model(loss="mse")
    words = np.array([["a", "b", "c", "d"]] * 12)
    for call in (lambda: net(words), lambda: net.predict(words, verbose=0)):
        with pytest.raises((TypeError, ValueError)) as error:
            call()
        says(error, "net|`x`|hidden|features", "dtype|<U1|str", "number|float|convert")
    with pytest.raises((TypeError, ValueError)) as error:
        net.predict(np.array([[{}, {}, {}, {}]], dtype=object), verbose=0)
    says(error, "`x`", "object", "Expected")
    embedding = layers.Embedding(5, 2, name="table")
    out = embedding(np.array([[1.0, 2.0]], "float32"))  # as Keras: floats that are whole are taken as numbers
    assert tuple(out.shape) == (1, 2, 2)


# data


def test_lengths_differ(backend: str) -> None:
    net = model(loss="mse")
    for call in doors(net, X, Y[:7]):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "x: 12", "y: 7", "same number of samples")
    with pytest.raises(ValueError) as error:
        net.evaluate(X, Y, sample_weight=np.ones(5, "float32"), verbose=0)
    says(error, "sample_weight: 5", "12")


def test_no_data(backend: str) -> None:
    net = model(loss="mse")
    for call in doors(net, X[:0], Y[:0]):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "0 samples", "at least one")
    with pytest.raises(ValueError) as error:
        net.predict(X[:0], verbose=0)
    says(error, "0 samples")
    with pytest.raises(ValueError) as error:
        net.evaluate(iter(()), verbose=0)
    says(error, "no batch", "at least one")
    for nothing in (None, "data.csv"):
        with pytest.raises(ValueError) as error:
            net.evaluate(nothing, verbose=0)
        says(error, "x=", "Expected")


def test_no_targets(backend: str) -> None:
    net = model(loss="mse")
    with pytest.raises(ValueError) as error:
        net.evaluate(X, verbose=0)
    says(error, "y", "targets", "mse|head")


def test_wrong_shape_of_targets(backend: str) -> None:
    net = model(loss="categorical_crossentropy")
    for call in doors(net, X, np.zeros((12, 5), "float32")):
        with pytest.raises(ValueError) as error:
            call()
        says(error, r"\w+, 5\)", r"\w+, 1\)", "categorical_crossentropy", "head")


def test_class_numbers_for_one_hot_loss(backend: str) -> None:
    net = keras.Sequential([keras.Input((4,)), layers.Dense(3, "softmax", name="head")])
    net.compile("sgd", "categorical_crossentropy")
    with pytest.raises(ValueError) as error:
        net.evaluate(X, LABELS, verbose=0)
    says(error, "head", r"\(\w+,\)|\(\w+, 1\)", r"\w+, 3\)", "sparse_categorical_crossentropy")


def test_nan_in_targets(trainer: str) -> None:
    net = model(loss="mse")
    bad = Y.copy()
    bad[3] = np.nan
    for call in (lambda: net.fit(X, bad, verbose=0), lambda: net.train_on_batch(X, bad)):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "`y`", "NaN", "3|1")


def test_outputs_and_targets_do_not_match(backend: str) -> None:
    x = keras.Input((4,))
    net = keras.Model(x, {"a": layers.Dense(1, name="a")(x), "b": layers.Dense(2, name="b")(x)}, name="two")
    net.compile("sgd", {"a": "mse", "b": "mse"})
    with pytest.raises(ValueError) as error:
        net.evaluate(X, {"a": Y, "c": Y}, verbose=0)
    says(error, "`y`", "'a'", "'c'", "'b'|b:")
    with pytest.raises(ValueError) as error:
        net.evaluate(X, Y, verbose=0)
    says(error, "`y`|no targets", "a", "b")
    net.compile("sgd", {"a": "mse", "z": "mse"})
    with pytest.raises(ValueError) as error:
        net.evaluate(X, {"a": Y, "b": X[:, :2]}, verbose=0)
    says(error, "`loss`", "'z'", "b")


def test_inputs_do_not_match(backend: str) -> None:
    a, b = keras.Input((4,), name="a"), keras.Input((2,), name="b")
    net = keras.Model([a, b], layers.Concatenate()([a, b]), name="two")
    with pytest.raises(ValueError) as error:
        net([X])
    says(error, "two", "2 inputs", "a", "b", "1 ")
    with pytest.raises(ValueError) as error:
        net({"a": X})
    says(error, "two", r"\['b'\] is missing")
    with pytest.raises(ValueError) as error:
        net.predict([X, X, X], verbose=0)
    says(error, "two", "3 tensors")
    with pytest.raises(ValueError) as error:
        net.predict([X, X], verbose=0)
    says(error, "two|b", r"4", r"2")


# names


@pytest.mark.parametrize(
    ("argument", "value", "suggestion"),
    [
        ("loss", "mean_squered_error", "mean_squared_error"),
        ("optimizer", "adamm", "adam"),
        ("metrics", ["accuracyy"], "accuracy"),
    ],
)
def test_unknown_names_in_compile(backend: str, argument: str, value: Any, suggestion: str) -> None:
    with pytest.raises(ValueError) as error:
        model(**{argument: value})
    says(error, value if isinstance(value, str) else value[0], suggestion)


def test_unknown_names_in_layers(backend: str) -> None:
    for arguments, part in (
        ({"activation": "rellu"}, "rellu.*relu"),
        ({"kernel_initializer": "glorott_uniform"}, "glorott_uniform.*glorot_uniform"),
        ({"kernel_regularizer": "l22"}, "l22.*l2"),
        ({"kernel_constraint": "nonneg"}, "nonneg.*(non_neg|NonNeg)"),
    ):
        with pytest.raises(ValueError) as error:
            layers.Dense(2, **arguments)
        says(error, part)


def test_unknown_arguments_of_layers(backend: str) -> None:
    for make in (lambda: layers.Dense(2, unitz=3), lambda: layers.Conv2D(2, 3, stride=2)):
        with pytest.raises((TypeError, ValueError)) as error:
            make()
        says(error, "Dense|Conv2D", "unitz|stride")
    for make in (lambda: layers.Dense(0), lambda: layers.Dense(-3), lambda: layers.Dense("three")):
        with pytest.raises((TypeError, ValueError)) as error:
            make()
        says(error, "Dense", "units", "0|-3|three", "positive")
    with pytest.raises((TypeError, ValueError)) as error:
        layers.Dropout(1.5)
    says(error, "Dropout", "rate", "1.5", "0")
    with pytest.raises((TypeError, ValueError)) as error:
        layers.Conv2D(4, 3, padding="smae")
    says(error, "padding", "smae", "same")


def test_unknown_arguments_of_doors(trainer: str) -> None:
    net = model(loss="mse")
    with pytest.raises(TypeError, match="epoch_count"):
        net.fit(X, Y, epoch_count=3)
    with pytest.raises(TypeError, match="verbos"):
        net.evaluate(X, Y, verbos=0)
    with pytest.raises(TypeError, match="losss"):
        net.compile("sgd", losss="mse")
    with pytest.raises(ValueError, match=r"batch_size.*0|batch_size.*positive"):
        net.fit(X, Y, batch_size=0, verbose=0)
    with pytest.raises(ValueError, match=r"validation_split.*1\.5"):
        net.fit(X, Y, validation_split=1.5, verbose=0)
    with pytest.raises(ValueError, match="steps_per_execution must be at least 1, got 0"):
        net.compile("sgd", "mse", steps_per_execution=0)


# calls


def test_missing_and_unknown_arguments_of_a_call(backend: str) -> None:
    layer = layers.Dense(2, name="head")
    with pytest.raises(TypeError) as error:
        layer()
    says(error, "'head'", "Dense", "without 'inputs'", r"call\(")
    with pytest.raises(TypeError) as error:
        layer(X, rate=3)
    says(error, "'head'", "'rate'", r"call\(")
    with pytest.raises(TypeError) as error:
        layer(X, X, X, X, X)
    says(error, "'head'", "5 were given")
    attention = layers.MultiHeadAttention(2, 2, name="attention")
    with pytest.raises(TypeError) as error:
        attention(X[None])
    says(error, "'attention'", "without 'value'")
    with pytest.raises(ValueError) as error:
        layers.Add(name="sum")(X)
    says(error, "sum", "list", r"\(\w+, 4\)")


def test_engine_tensors_of_another_engine(backend: str) -> None:
    net = model()
    net(X)
    for name in {"jax", "torch", "tensorflow"} - {backend}:
        with keras.backend_scope(name):
            foreign = ops.convert_to_tensor(X)
        for call in (
            lambda foreign=foreign: net(foreign),
            lambda foreign=foreign: layers.Dense(2, name="hidden")(foreign),
        ):
            with pytest.raises(ValueError) as error:
                call()
            says(error, "net|hidden", backend, name, r"\(12, 4\)", "to_backend|convert_to_numpy")
        # at the doors data of any kind is welcome
        assert net.predict(foreign, verbose=0).shape == (12, 1)


def test_two_engines_in_one_operation() -> None:
    with keras.backend_scope("jax"):
        a = ops.convert_to_tensor(X)
    with keras.backend_scope("torch"):
        b = ops.convert_to_tensor(X)
    with pytest.raises(ValueError) as error:
        ops.add(a, b)
    says(error, "add", "jax", "torch")


def test_not_built(backend: str, tmp_path: Any) -> None:
    net = keras.Sequential([layers.Dense(2)], name="net")
    for call in (net.count_params, lambda: net.save_weights(str(tmp_path / "never.weights.h5"))):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "net", "not built|never been|no weights|built")
    with pytest.raises(ValueError) as error:
        net.set_weights([np.zeros((4, 2))])
    says(error, "net", "0 weights", "built")
    with pytest.raises(ValueError) as error:
        keras.Sequential(name="empty").summary()
    says(error, "empty", "not built")


def test_not_compiled(backend: str) -> None:
    net = model()
    for call in doors(net, X, Y):
        with pytest.raises(ValueError) as error:
            call()
        says(error, "'net'", "not compiled", "compile")
    assert net.predict(X, verbose=0).shape == (12, 1)


def test_no_loss(trainer: str) -> None:
    net = model()
    net.compile("sgd")
    with pytest.raises(ValueError) as error:
        net.fit(X, Y, verbose=0)
    says(error, "'net'", "no loss", "compile")


def test_super_init_was_forgotten(backend: str) -> None:
    class Forgetful(layers.Layer):
        def __init__(self) -> None:
            self.units = 3

        def call(self, x: Any) -> Any:
            return x

    with pytest.raises((RuntimeError, ValueError)) as error:
        Forgetful()(X)
    says(error, "Forgetful", r"super\(\).__init__\(\)")


def test_no_call(backend: str) -> None:
    class Empty(layers.Layer):
        pass

    with pytest.raises(NotImplementedError) as error:
        Empty(name="hollow")(X)
    says(error, "hollow", "call")


def test_an_error_inside_names_the_layer(backend: str) -> None:
    class Broken(layers.Layer):
        def call(self, x: Any) -> Any:
            return ops.matmul(x, ops.ones((7, 2)))

    net = keras.Sequential([layers.Dense(3), Broken(name="broken")], name="net")
    with pytest.raises(ValueError) as error:
        net(X)
    says(error, "matmul", "net/broken", r"\(12, 3\)", r"\(7, 2\)")


def test_names_are_checked(backend: str) -> None:
    for name in ("a/b", "", 3):
        with pytest.raises(ValueError) as error:
            layers.Dense(2, name=name)
        says(error, "Dense", "name", re.escape(repr(name)))
    with pytest.raises(ValueError) as error:
        keras.Sequential([layers.Dense(2, name="d"), layers.Dense(2, name="d")], name="net")
    says(error, "net", "'d'", "unique")
    with pytest.raises(ValueError) as error:
        keras.Sequential([3], name="net")
    says(error, "net", "layers", "3")


def test_shapes_of_inputs_are_checked() -> None:
    for shape in ((-1,), (2.5,), ("a",)):
        with pytest.raises(ValueError) as error:
            keras.Input(shape)
        says(error, "Input", re.escape(str(shape[0])), "non-negative")


def test_branching_on_an_unknown_size(backend: str) -> None:
    class Branch(layers.Layer):
        def call(self, x: Any) -> Any:
            return x if ops.shape(x)[0] > 3 else -x

    # it cannot be recorded, and so runs as it is for each batch
    net = keras.Model(x := keras.Input((4,)), Branch(name="branch")(x))
    np.testing.assert_array_equal(ops.convert_to_numpy(net(X)), X)
    np.testing.assert_array_equal(ops.convert_to_numpy(net(X[:2])), -X[:2])
    with pytest.raises(TypeError) as error:
        _ = ops.shape(keras.Input((4,), name="features"))[0] > 3
    says(error, "batch > 3", "known only when data arrives")


def test_failed_fit_leaves_the_model_as_it_was(trainer: str) -> None:
    net = model(loss="mse")
    before = net.get_weights()
    for x, y in ((X, Y[:3]), (X[:0], Y[:0]), (X[:, :2], Y)):
        with pytest.raises(ValueError):
            net.fit(x, y, verbose=0)
    assert all(np.array_equal(a, b) for a, b in zip(before, net.get_weights(), strict=True))
    net.fit(X, Y, verbose=0)
