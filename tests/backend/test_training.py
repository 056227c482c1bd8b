"""Training: one loop on every engine, with the same numbers."""

from __future__ import annotations

import csv
from typing import Any

import numpy as np
import pytest

import hornbeam as keras
from hornbeam import layers, ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(48, 6)).astype("float32")
Y = (X[:, :1] * 2 - X[:, 1:2] + 0.5).astype("float32")
LABELS = (X[:, 0] + X[:, 1] > 0).astype("int32") + (X[:, 2] > 0.5).astype("int32")
TRAINERS = ("jax", "torch", "tensorflow")


def regressor(seed: int = 1, **kwargs: Any) -> Any:
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, activation="tanh", **kwargs), layers.Dense(1)], name="net"
    )


def classifier(seed: int = 1) -> Any:
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [keras.Input((6,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")], name="net"
    )


def two_heads(seed: int = 1) -> Any:
    keras.utils.set_random_seed(seed)
    x = keras.Input((6,), name="features")
    hidden = layers.Dense(8, activation="tanh")(x)
    return keras.Model(
        x, {"value": layers.Dense(1, name="value")(hidden), "kind": layers.Dense(3, "softmax", name="kind")(hidden)}
    )


def same_weights(a: Any, b: Any, tolerance: float = 1e-4) -> None:
    for one, two in zip(a.get_weights(), b.get_weights(), strict=True):
        np.testing.assert_allclose(one, two, rtol=tolerance, atol=tolerance)


FIT = {"verbose": 0, "batch_size": 16, "shuffle": False}

# the numbers


def test_losses_are_equal_on_every_engine(trainer: str) -> None:
    """A model without dropout: the same losses within 1e-4, whoever trains it."""
    histories = []
    for name in TRAINERS:
        with keras.backend_scope(name):
            model = classifier()
            model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
            histories.append(model.fit(X, LABELS, epochs=4, **FIT).history)
        if name == trainer:
            break
    for history in histories[1:]:
        np.testing.assert_allclose(history["loss"], histories[0]["loss"], atol=1e-4)
        np.testing.assert_allclose(history["accuracy"], histories[0]["accuracy"], atol=1e-6)
    assert histories[-1]["loss"][-1] < histories[-1]["loss"][0]


def test_the_first_loss_is_what_numpy_says(trainer: str) -> None:
    model = regressor()
    model.compile("sgd", "mse")
    (k, b), (k2, b2) = (layer.get_weights() for layer in model.layers)
    p = np.tanh(X @ k + b) @ k2 + b2
    expected = ((p - Y) ** 2).mean()
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.train_on_batch(X, Y), expected, rtol=1e-5)


def test_one_step_of_sgd_is_what_numpy_says(trainer: str) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    k, b = model.get_weights()
    error = X @ k + b - Y
    model.train_on_batch(X, Y)
    np.testing.assert_allclose(model.get_weights()[0], k - 0.1 * X.T @ (2 * error / error.size), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(model.get_weights()[1], b - 0.1 * (2 * error / error.size).sum(0), rtol=1e-4, atol=1e-5)


def test_the_loss_of_an_epoch_is_the_mean_over_samples(trainer: str) -> None:
    model = regressor()
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"])
    history = model.fit(X[:40], Y[:40], epochs=1, **FIT).history  # batches of 16, 16, 8
    p = model.predict(X[:40], verbose=0)
    np.testing.assert_allclose(history["loss"][0], ((p - Y[:40]) ** 2).mean(), rtol=1e-5)
    np.testing.assert_allclose(history["mae"][0], abs(p - Y[:40]).mean(), rtol=1e-5)


# the doors


def test_evaluate_and_predict(backend: str) -> None:
    model = classifier()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    p = model.predict(X, batch_size=7, verbose=0)
    assert isinstance(p, np.ndarray) and p.shape == (48, 3)
    results = model.evaluate(X, LABELS, batch_size=7, verbose=0, return_dict=True)
    np.testing.assert_allclose(results["accuracy"], (p.argmax(-1) == LABELS).mean(), atol=1e-6)
    np.testing.assert_allclose(results["loss"], -np.log(p[np.arange(48), LABELS]).mean(), rtol=1e-4)
    assert model.evaluate(X, LABELS, batch_size=7, verbose=0) == pytest.approx(list(results.values()))
    np.testing.assert_allclose(model.predict_on_batch(X[:5]), p[:5], rtol=1e-5)
    np.testing.assert_allclose(model.test_on_batch(X, LABELS)[0], results["loss"], rtol=1e-4)


def test_numpy_does_not_train() -> None:
    with keras.backend_scope("numpy"):
        model = regressor()
        model.compile("sgd", "mse")
        with pytest.raises(RuntimeError, match=r"numpy backend.*does not train.*to_backend"):
            model.fit(X, Y, verbose=0)


def test_single_batches(trainer: str) -> None:
    model, twin = regressor(), regressor()
    for m in (model, twin):
        m.compile(keras.optimizers.Adam(0.01), "mse", metrics=["mae"])
    twin.fit(X, Y, epochs=2, **FIT)
    for _ in range(2):
        for i in range(0, 48, 16):
            logs = model.train_on_batch(X[i : i + 16], Y[i : i + 16], return_dict=True)
    assert set(logs) == {"loss", "mae"}
    same_weights(model, twin, 1e-5)
    loss, mae = model.test_on_batch(X, Y)
    p = model.predict_on_batch(X)
    np.testing.assert_allclose(loss, ((p - Y) ** 2).mean(), rtol=1e-4)
    np.testing.assert_allclose(mae, abs(p - Y).mean(), rtol=1e-4)


class Batches(keras.utils.PyDataset):
    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> Any:
        return X[16 * index : 16 * (index + 1)], Y[16 * index : 16 * (index + 1)]


def generator() -> Any:
    while True:
        for i in range(0, 48, 16):
            yield X[i : i + 16], Y[i : i + 16]


def tf_data() -> Any:
    tf = pytest.importorskip("tensorflow")
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)


def loader() -> Any:
    data = pytest.importorskip("torch.utils.data")
    torch = pytest.importorskip("torch")
    return data.DataLoader(data.TensorDataset(torch.from_numpy(X), torch.from_numpy(Y)), batch_size=16)


@pytest.mark.parametrize("make", [Batches, generator, tf_data, loader, lambda: AgainAndAgain()])
def test_every_source_of_data(trainer: str, make: Any) -> None:
    """All give the weights that arrays give."""
    twin = regressor()
    twin.compile(keras.optimizers.SGD(0.05), "mse")
    expected = twin.fit(X, Y, epochs=2, **FIT).history["loss"]
    model = regressor()
    model.compile(keras.optimizers.SGD(0.05), "mse")
    steps = {"steps_per_epoch": 3} if make is generator else {}
    history = model.fit(make(), epochs=2, verbose=0, shuffle=False, **steps).history["loss"]
    np.testing.assert_allclose(history, expected, rtol=1e-5)
    same_weights(model, twin, 1e-5)
    steps = {"steps": 3} if make is generator else {}
    np.testing.assert_allclose(model.evaluate(make(), verbose=0, **steps), twin.evaluate(X, Y, verbose=0), rtol=1e-5)
    np.testing.assert_allclose(model.predict(make(), verbose=0, **steps), twin.predict(X, verbose=0), atol=1e-5)


class AgainAndAgain:
    """An object that is iterated anew for each epoch."""

    def __iter__(self) -> Any:
        for i in range(0, 48, 16):
            yield X[i : i + 16], Y[i : i + 16]


def test_validation(trainer: str) -> None:
    model = regressor()
    model.compile("sgd", "mse", metrics=["mae"])
    history = model.fit(X, Y, epochs=2, validation_split=0.25, **FIT).history
    assert set(history) == {"loss", "mae", "val_loss", "val_mae"} and len(history["val_loss"]) == 2
    np.testing.assert_allclose(history["val_loss"][-1], model.evaluate(X[36:], Y[36:], verbose=0)[0], rtol=1e-5)
    weights = np.linspace(0, 1, 12).astype("float32")
    history = model.fit(X, Y, epochs=2, validation_data=(X[:12], Y[:12], weights), validation_freq=2, **FIT).history
    assert len(history["val_loss"]) == 1
    history = model.fit(X, Y, epochs=1, validation_data=Batches(), **FIT).history
    np.testing.assert_allclose(history["val_loss"][0], model.evaluate(X, Y, verbose=0)[0], rtol=1e-5)


def test_sample_weights(trainer: str) -> None:
    model = regressor()
    model.compile(keras.optimizers.SGD(0.0), "mse", metrics=["mae"], weighted_metrics=["mae"])
    w = np.linspace(0, 2, 48).astype("float32")
    p = model.predict(X, verbose=0)
    logs = model.evaluate(X, Y, sample_weight=w, batch_size=48, verbose=0, return_dict=True)
    np.testing.assert_allclose(logs["loss"], (((p - Y) ** 2)[:, 0] * w).mean(), rtol=1e-4)
    np.testing.assert_allclose(logs["mae"], abs(p - Y).mean(), rtol=1e-4)
    np.testing.assert_allclose(logs["weighted_mae"], (abs(p - Y)[:, 0] * w).sum() / w.sum(), rtol=1e-4)
    first = model.fit(X, Y, sample_weight=w, epochs=1, verbose=0, batch_size=48, shuffle=False).history["loss"][0]
    np.testing.assert_allclose(first, logs["loss"], rtol=1e-4)


def test_class_weights_are_sample_weights(trainer: str) -> None:
    one, two = classifier(), classifier()
    by_class = {0: 1.0, 1: 3.0, 2: 0.5}
    for model in (one, two):
        model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    one.fit(X, LABELS, class_weight=by_class, epochs=2, **FIT)
    two.fit(X, LABELS, sample_weight=np.array([by_class[int(k)] for k in LABELS], "float32"), epochs=2, **FIT)
    same_weights(one, two, 1e-6)


def test_several_outputs(trainer: str) -> None:
    model = two_heads()
    model.compile(
        keras.optimizers.SGD(0.0),
        loss={"value": "mse", "kind": "sparse_categorical_crossentropy"},
        loss_weights={"value": 0.5, "kind": 2.0},
        metrics={"kind": ["accuracy"], "value": ["mae"]},
    )
    logs = model.evaluate(X, {"value": Y, "kind": LABELS}, verbose=0, return_dict=True)
    assert set(logs) == {"loss", "value_loss", "kind_loss", "kind_accuracy", "value_mae"}
    p = model.predict(X, verbose=0)
    mse = ((p["value"] - Y) ** 2).mean()
    ce = -np.log(p["kind"][np.arange(48), LABELS]).mean()
    np.testing.assert_allclose(logs["value_loss"], mse, rtol=1e-4)
    np.testing.assert_allclose(logs["kind_loss"], ce, rtol=1e-4)
    np.testing.assert_allclose(logs["loss"], 0.5 * mse + 2 * ce, rtol=1e-4)
    history = model.fit(X, {"kind": LABELS, "value": Y}, epochs=1, **FIT).history
    np.testing.assert_allclose(history["loss"][0], logs["loss"], rtol=1e-4)


def test_outputs_in_a_list(trainer: str) -> None:
    x = keras.Input((6,))
    model = keras.Model(x, [layers.Dense(1, name="a")(x), layers.Dense(1, name="b")(x)])
    model.compile(keras.optimizers.SGD(0.01), ["mse", "mae"], metrics=[["mae"], None])
    history = model.fit(X, [Y, -Y], epochs=1, **FIT).history
    assert set(history) == {"loss", "a_loss", "b_loss", "a_mae"}
    model.compile(keras.optimizers.SGD(0.01), [None, "mse"])
    before = model.get_layer("a").kernel.numpy().copy()
    model.fit(X, [Y, -Y], epochs=1, **FIT)
    assert np.array_equal(before, model.get_layer("a").kernel.numpy())


# how steps are run


@pytest.mark.parametrize("options", [{"steps_per_execution": 3}, {"run_eagerly": True}, {"jit_compile": True}])
def test_ways_to_run_a_step_agree(trainer: str, options: Any) -> None:
    plain, other = classifier(), classifier()
    plain.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    other.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"], **options)
    a = plain.fit(X[:44], LABELS[:44], epochs=3, verbose=0, batch_size=8, shuffle=False).history
    b = other.fit(X[:44], LABELS[:44], epochs=3, verbose=0, batch_size=8, shuffle=False).history
    same_weights(plain, other, 1e-4)
    np.testing.assert_allclose(a["loss"], b["loss"], rtol=1e-4)
    np.testing.assert_allclose(a["accuracy"], b["accuracy"], rtol=1e-5)
    assert int(plain.optimizer.iterations) == int(other.optimizer.iterations) == 18


def test_shuffling_repeats_with_the_seed(trainer: str) -> None:
    histories = []
    for _ in range(2):
        model = regressor(seed=4)
        model.compile("adam", "mse")
        histories.append(model.fit(X, Y, epochs=3, verbose=0, batch_size=8).history["loss"])
    np.testing.assert_allclose(histories[0], histories[1], rtol=1e-5)


def test_dropout_in_training_only(trainer: str) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), layers.Dropout(0.5), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    losses = model.fit(X, Y, epochs=3, **FIT).history["loss"]
    assert len({round(loss, 6) for loss in losses}) == 3  # other draws each epoch
    assert len({round(float(model.evaluate(X, Y, verbose=0)), 6) for _ in range(2)}) == 1
    plain = model.evaluate(X, Y, verbose=0)
    p = X @ model.layers[1].kernel.numpy() + model.layers[1].bias.numpy()
    np.testing.assert_allclose(plain, ((p - Y) ** 2).mean(), rtol=1e-5)


def test_batch_normalization_statistics(trainer: str) -> None:
    model = keras.Sequential([keras.Input((6,)), layers.BatchNormalization(momentum=0.9), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(X, Y, epochs=2, **FIT)
    mean, var = np.zeros(6), np.ones(6)
    for _ in range(2):
        for i in range(0, 48, 16):
            mean = 0.9 * mean + 0.1 * X[i : i + 16].mean(0)
            var = 0.9 * var + 0.1 * X[i : i + 16].var(0)
    bn = model.layers[0]
    np.testing.assert_allclose(bn.moving_mean.numpy(), mean, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(bn.moving_variance.numpy(), var, rtol=1e-4)
    before = bn.moving_mean.numpy().copy()
    model.evaluate(X, Y, verbose=0)
    model.predict(X, verbose=0)
    assert np.array_equal(before, bn.moving_mean.numpy())


def test_frozen_layers_do_not_move(trainer: str) -> None:
    model = regressor()
    model.layers[0].trainable = False
    model.compile(keras.optimizers.SGD(0.1), "mse")
    before = [w.copy() for w in model.get_weights()]
    model.fit(X, Y, epochs=1, **FIT)
    after = model.get_weights()
    assert np.array_equal(before[0], after[0]) and np.array_equal(before[1], after[1])
    assert not np.array_equal(before[2], after[2])
    model.layers[0].trainable = True
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(X, Y, epochs=1, **FIT)
    assert not np.array_equal(after[0], model.get_weights()[0])


# losses that layers add


def test_regularizers(trainer: str) -> None:
    model = regressor(kernel_regularizer=keras.regularizers.L2(0.3))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    p, kernel = model.predict(X, verbose=0), model.layers[0].kernel.numpy()
    expected = ((p - Y) ** 2).mean() + 0.3 * (kernel**2).sum()
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0), expected, rtol=1e-5)
    np.testing.assert_allclose(model.fit(X, Y, epochs=1, **FIT).history["loss"][0], expected, rtol=1e-5)
    model.compile(keras.optimizers.SGD(0.1), lambda y, p: 0.0 * ops.mean(p))
    model.train_on_batch(X, Y)
    np.testing.assert_allclose(model.layers[0].kernel.numpy(), kernel * (1 - 0.1 * 0.6), rtol=1e-4)


def test_activity_regularizers(trainer: str) -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(2, activity_regularizer=keras.regularizers.L1(0.5))])
    model.compile(keras.optimizers.SGD(0.0), "mse")
    targets = X[:, :2]
    p = model.predict(X, verbose=0)
    expected = ((p - targets) ** 2).mean() + 0.5 * abs(p).sum() / len(X)
    np.testing.assert_allclose(
        model.fit(X, targets, epochs=2, verbose=0, batch_size=48).history["loss"], [expected] * 2, rtol=1e-4
    )


def test_add_loss(trainer: str) -> None:
    class Penalty(layers.Layer):
        def call(self, x: Any) -> Any:
            self.add_loss(0.1 * ops.mean(ops.square(x)))
            return x

    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(1), Penalty()])
    model.compile(keras.optimizers.SGD(0.05), "mse")
    p = model.predict(X, verbose=0)
    expected = ((p - Y) ** 2).mean() + 0.1 * (p**2).mean()
    np.testing.assert_allclose(model.evaluate(X, Y, verbose=0, batch_size=48), expected, rtol=1e-4)
    history = model.fit(X, Y, epochs=3, verbose=0, batch_size=48).history["loss"]
    np.testing.assert_allclose(history[0], expected, rtol=1e-4)
    assert history[2] < history[1] < history[0]
    assert len(model(X) is not None and model.losses) == 1


def test_only_added_losses(trainer: str) -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x: Any) -> Any:
            y = self.dense(x)
            self.add_loss(ops.mean(ops.square(y - 3.0)))
            return y

    model = Own()
    model.compile(keras.optimizers.SGD(0.1))
    history = model.fit(X, epochs=4, verbose=0, batch_size=16).history["loss"]
    assert history[-1] < history[0]


def test_compute_loss_override(trainer: str) -> None:
    class Own(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.dense(x)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True) -> Any:  # type: ignore[no-untyped-def]
            return ops.mean(ops.abs(y - y_pred)) * 10

    model = Own()
    model.compile(keras.optimizers.SGD(0.0))
    loss = model.fit(X, Y, epochs=1, **FIT).history["loss"][0]
    np.testing.assert_allclose(loss, 10 * abs(model.predict(X, verbose=0) - Y).mean(), rtol=1e-4)


def test_metrics_held_by_layers(trainer: str) -> None:
    class Watch(layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.size = keras.metrics.Mean(name="size")

        def call(self, x: Any) -> Any:
            self.size.update_state(ops.mean(ops.abs(x)))
            return x

    model = keras.Sequential([keras.Input((6,)), Watch(), layers.Dense(1)])
    model.compile("sgd", "mse")
    logs = model.evaluate(X, Y, verbose=0, batch_size=16, return_dict=True)
    np.testing.assert_allclose(logs["size"], abs(X).mean(), rtol=1e-5)


# callbacks


def test_callback_order(trainer: str) -> None:
    seen: list[str] = []

    class Note(keras.callbacks.Callback):
        def on_train_begin(self, logs: Any = None) -> None:
            seen.append("train")

        def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
            seen.append(f"epoch{epoch}")

        def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
            seen.append(f"b{batch}")

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            assert logs["loss"] > 0
            seen.append(f"e{batch}")

        def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
            seen.append("t")

        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            assert {"loss", "val_loss"} <= set(logs)
            seen.append("end")

        def on_train_end(self, logs: Any = None) -> None:
            seen.append("done")

    model = regressor()
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=1, validation_data=(X[:16], Y[:16]), callbacks=[Note()], **FIT)
    assert seen == ["train", "epoch0", "b0", "e0", "b1", "e1", "b2", "e2", "t", "end", "done"]


def test_early_stopping_restores(trainer: str) -> None:
    model = regressor()
    model.compile(keras.optimizers.SGD(0.05), "mse")
    kept: list[Any] = []

    def worsen(epoch: int, logs: Any) -> None:
        kept.append([w.copy() for w in model.get_weights()])
        if epoch >= 1:
            logs["val_loss"] = 100.0 + epoch

    note = keras.callbacks.LambdaCallback(on_epoch_end=worsen)
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=2, restore_best_weights=True)
    history = model.fit(X, Y, epochs=20, validation_split=0.2, callbacks=[note, stop], **FIT)
    assert len(history.history["loss"]) == 3 and stop.stopped_epoch == 2
    for a, b in zip(kept[0], model.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-6)


def test_model_checkpoint(trainer: str, tmp_path: Any) -> None:
    model = regressor()
    model.compile("sgd", "mse")
    whole = keras.callbacks.ModelCheckpoint(str(tmp_path / "m{epoch}.keras"))
    weights = keras.callbacks.ModelCheckpoint(
        str(tmp_path / "best.weights.h5"), save_weights_only=True, save_best_only=True, monitor="loss"
    )
    model.fit(X, Y, epochs=2, callbacks=[whole, weights], **FIT)
    loaded = keras.models.load_model(str(tmp_path / "m2.keras"))
    np.testing.assert_allclose(loaded.predict(X, verbose=0), model.predict(X, verbose=0), rtol=1e-5)
    assert loaded.evaluate(X, Y, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0), rel=1e-4)
    other = regressor(seed=9)
    other.load_weights(str(tmp_path / "best.weights.h5"))
    same_weights(other, model, 1e-6)


def test_learning_rate_callbacks(trainer: str) -> None:
    model = regressor()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    schedule = keras.callbacks.LearningRateScheduler(lambda epoch, rate: 0.1 / (epoch + 1))
    history = model.fit(X, Y, epochs=3, callbacks=[schedule], **FIT).history
    np.testing.assert_allclose(history["learning_rate"], [0.1, 0.05, 0.1 / 3], rtol=1e-5)
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.optimizer.learning_rate = 0.0
    plateau = keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.5, patience=1, min_lr=0.0)
    model.optimizer.learning_rate = 1e-12
    model.fit(X, Y, epochs=3, callbacks=[plateau], **FIT)
    assert float(model.optimizer.learning_rate) <= 5.1e-13


def test_learning_rate_of_a_callback_takes_effect(trainer: str) -> None:
    model = regressor()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    kept: dict[int, Any] = {}

    def begin(epoch: int, logs: Any = None) -> None:
        kept[epoch] = [w.copy() for w in model.get_weights()]
        if epoch == 1:
            model.optimizer.learning_rate = 0.0

    model.fit(X, Y, epochs=3, callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=begin)], **FIT)
    assert not np.array_equal(kept[0][0], kept[1][0])
    assert np.array_equal(kept[1][0], kept[2][0]) and np.array_equal(kept[2][0], model.get_weights()[0])


def test_schedules_reach_the_step(trainer: str) -> None:
    model = regressor()
    schedule = keras.optimizers.schedules.PiecewiseConstantDecay([2], [0.1, 0.0])
    model.compile(keras.optimizers.SGD(schedule), "mse")
    moved = []
    for _ in range(5):
        before = model.get_weights()[0].copy()
        model.train_on_batch(X, Y)
        moved.append(not np.array_equal(before, model.get_weights()[0]))
    assert moved == [True, True, True, False, False]


@pytest.mark.parametrize("hook", ["on_epoch_begin", "on_train_batch_begin"])
def test_weights_set_by_a_callback_count(trainer: str, hook: str) -> None:
    """set_weights and assign in a callback are where training goes on from, on every engine alike."""
    model = regressor()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    start = [w.copy() for w in model.get_weights()]

    def edit(index: int, logs: Any = None) -> None:
        if index == 0:
            model.set_weights([w * 0 + 0.5 for w in start[:2]] + start[2:])
            model.layers[1].bias.assign([2.0])

    model.fit(X[:16], Y[:16], epochs=1, callbacks=[keras.callbacks.LambdaCallback(**{hook: edit})], **FIT)
    twin = regressor()
    twin.set_weights([w * 0 + 0.5 for w in start[:2]] + start[2:])
    twin.layers[1].bias.assign([2.0])
    twin.compile(keras.optimizers.SGD(0.1), "mse")
    twin.train_on_batch(X[:16], Y[:16])
    same_weights(model, twin, 1e-6)


def test_arrays_held_from_outside_survive_training(trainer: str) -> None:
    """What a user took out of a model is not consumed or changed by steps."""
    model = regressor()
    model.compile("adam", "mse")
    arrays = model.get_weights()
    copies = [a.copy() for a in arrays]
    tensors = [ops.copy(v.value) for v in model.variables]
    model.fit(X, Y, epochs=2, **FIT)
    assert all(np.array_equal(a, b) for a, b in zip(arrays, copies, strict=True))
    assert all(np.array_equal(ops.convert_to_numpy(t), c) for t, c in zip(tensors, copies, strict=True))


def test_callbacks_with_and_without_batch_hooks(trainer: str, tmp_path: Any) -> None:
    plain, mixed = regressor(), regressor()
    plain.compile(keras.optimizers.Adam(0.01), "mse")
    mixed.compile(keras.optimizers.Adam(0.01), "mse")
    losses: list[float] = []
    callbacks = [
        keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: losses.append(float(logs["loss"]))),
        keras.callbacks.CSVLogger(str(tmp_path / "log.csv")),
        keras.callbacks.EarlyStopping("loss", patience=5),
        keras.callbacks.TerminateOnNaN(),
    ]
    a = plain.fit(X, Y, epochs=3, **FIT).history["loss"]
    b = mixed.fit(X, Y, epochs=3, callbacks=callbacks, **FIT).history["loss"]
    np.testing.assert_allclose(a, b, rtol=1e-5)
    same_weights(plain, mixed, 1e-5)
    assert len(losses) == 9
    np.testing.assert_allclose(losses[2::3], b, rtol=1e-5)  # running means, whole at the end of the epoch
    with open(tmp_path / "log.csv") as file:
        rows = list(csv.DictReader(file))
    np.testing.assert_allclose([float(row["loss"]) for row in rows], b, rtol=1e-5)
    assert [row["epoch"] for row in rows] == ["0", "1", "2"]


def test_stop_training_in_the_middle_of_an_epoch(trainer: str) -> None:
    model = regressor()
    model.compile("sgd", "mse")

    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            if batch == 1:
                self.model.stop_training = True

    history = model.fit(X, Y, epochs=5, callbacks=[Stop()], **FIT)
    assert len(history.history["loss"]) == 1 and int(model.optimizer.iterations) == 2


def test_terminate_on_nan(trainer: str) -> None:
    model = regressor()
    model.compile(keras.optimizers.SGD(1e30), "mse")
    history = model.fit(X, Y, epochs=10, callbacks=[keras.callbacks.TerminateOnNaN()], **FIT).history
    assert len(history["loss"]) < 4


def test_fit_goes_on_where_it_was(trainer: str) -> None:
    once, twice = regressor(), regressor()
    for model in (once, twice):
        model.compile(keras.optimizers.Adam(0.01), "mse")
    a = once.fit(X, Y, epochs=4, **FIT)
    twice.fit(X, Y, epochs=2, **FIT)
    b = twice.fit(X, Y, epochs=4, initial_epoch=2, **FIT)
    np.testing.assert_allclose(a.history["loss"][2:], b.history["loss"], rtol=1e-5)
    assert b.epoch == [2, 3]
    same_weights(once, twice, 1e-6)


def test_optimizer_settings(trainer: str) -> None:
    for optimizer in (
        keras.optimizers.AdamW(0.01, weight_decay=0.1),
        keras.optimizers.RMSprop(0.01, centered=True, momentum=0.5),
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True, clipnorm=0.5),
        keras.optimizers.Adam(0.01, global_clipnorm=0.5, use_ema=True, ema_momentum=0.9),
        keras.optimizers.Adam(0.01, gradient_accumulation_steps=2),
    ):
        weights = []
        for eager in (False, True):
            model = regressor()
            model.compile(type(optimizer).from_config(optimizer.get_config()), "mse", run_eagerly=eager)
            losses = model.fit(X, Y, epochs=3, **FIT).history["loss"]
            assert losses[-1] < losses[0]
            weights.append(model.get_weights())
        for a, b in zip(*weights, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_new_shapes_in_the_middle(trainer: str) -> None:
    x = keras.Input((None, 3))
    model = keras.Model(x, layers.GlobalAveragePooling1D()(layers.Dense(2)(x)))
    model.compile("sgd", "mse")

    def batches() -> Any:
        for time in (4, 7, 4, 5):
            yield np.ones((2 + time % 2, time, 3), "float32"), np.zeros((2 + time % 2, 2), "float32")

    history = model.fit(batches(), epochs=1, verbose=0).history
    assert np.isfinite(history["loss"][0])
    assert model.predict(np.ones((1, 9, 3), "float32"), verbose=0).shape == (1, 2)


def test_recurrent_and_masked_models_train(trainer: str) -> None:
    keras.utils.set_random_seed(0)
    tokens = np.random.default_rng(1).integers(0, 10, (32, 7)).astype("int32")
    target = (tokens.sum(1) % 2).astype("float32")[:, None]
    x = keras.Input((None,), dtype="int32")
    y = layers.Embedding(10, 4, mask_zero=True)(x)
    y = layers.Bidirectional(layers.LSTM(4))(y)
    model = keras.Model(x, layers.Dense(1, activation="sigmoid")(y))
    model.compile(keras.optimizers.Adam(0.02), "binary_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    history = model.fit(tokens, target, epochs=4, verbose=0, batch_size=16).history
    assert history["loss"][-1] < history["loss"][0]


def test_progress_is_written(trainer: str, capsys: pytest.CaptureFixture[str]) -> None:
    model = regressor()
    model.compile("sgd", "mse")
    model.fit(X, Y, epochs=2, verbose=2, batch_size=16)
    text = capsys.readouterr().out
    assert "Epoch 1/2" in text and "loss" in text
