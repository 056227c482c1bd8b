"""Callbacks, driven by hand over a model of three attributes."""

import csv
import math
import pickle

import numpy as np
import pytest

from hornbeam.callbacks.callback import Callback
from hornbeam.callbacks.callback_list import CallbackList
from hornbeam.callbacks.csv_logger import CSVLogger
from hornbeam.callbacks.early_stopping import EarlyStopping
from hornbeam.callbacks.history import History
from hornbeam.callbacks.lambda_callback import LambdaCallback
from hornbeam.callbacks.lazy_logs import LazyLogs
from hornbeam.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from hornbeam.callbacks.model_checkpoint import ModelCheckpoint
from hornbeam.callbacks.progbar_logger import ProgbarLogger
from hornbeam.callbacks.terminate_on_nan import TerminateOnNaN
from hornbeam.core.errors import ConfigError, StateError


class Optimizer:
    learning_rate = 0.1


class Model:
    """As much of a model as callbacks touch."""

    def __init__(self):
        self.optimizer = Optimizer()
        self.stop_training = False
        self.metrics = []
        self.weights = 0
        self.saved = []

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights

    def save(self, path, overwrite=True):
        self.saved.append(("save", path))

    def save_weights(self, path, overwrite=True):
        self.saved.append(("weights", path))


def drive(callback, epochs, model=None, name="val_loss"):
    """Run `callback` over the logs of some epochs; the weights count the epochs."""
    model = model or Model()
    callbacks = CallbackList(callback, add_history=True, model=model)
    callbacks.on_train_begin()
    for epoch, logs in enumerate(epochs):
        model.weights = epoch
        callbacks.on_epoch_begin(epoch)
        callbacks.on_epoch_end(epoch, dict(logs) if isinstance(logs, dict) else {name: logs})
        if model.stop_training:
            break
    callbacks.on_train_end()
    return model, callbacks.history


# expected values: what real Keras 3.15 does for the same logs
@pytest.mark.parametrize(
    ("settings", "values", "epochs"),
    [
        ({"patience": 2}, [3, 2, 2, 2, 2], 4),
        ({"patience": 0}, [3, 2, 2, 1], 3),
        ({"patience": 1, "min_delta": 0.5}, [3, 2.7, 2.4], 2),
        ({"patience": 1, "baseline": 1.0}, [3, 2, 1], 3),
        ({"patience": 1, "baseline": 1.0}, [3, 3, 3], 2),
        ({"patience": 2, "baseline": 1.0}, [3, 2, 0.5, 0.4, 0.4, 0.4, 0.1], 6),
        ({"patience": 1, "start_from_epoch": 2}, [1, 1, 1, 1, 1], 4),
        ({"patience": 0}, [math.nan, 1.0, 1.0], 2),
        ({"patience": 0, "mode": "max"}, [1, 2, 3, 1, 5], 4),
    ],
)
def test_early_stopping_stops_where_keras_does(settings, values, epochs):
    _, history = drive(EarlyStopping(**settings), values)
    assert len(history.epoch) == epochs


@pytest.mark.parametrize(("values", "best"), [([3, 2, 4], 1), ([3, 2, 1], 2), ([3, 2, 2, 2, 2, 2, 2], 1)])
def test_early_stopping_restores_the_best_epoch(values, best, capsys):
    model, _ = drive(EarlyStopping(patience=5, restore_best_weights=True, verbose=1), values)
    assert model.weights == best
    assert f"best epoch: {best + 1}." in capsys.readouterr().out


def test_missing_monitor_warns_and_goes_on():
    with pytest.warns(UserWarning, match="`val_loss` which is not available. Available metrics are: loss"):
        model, history = drive(EarlyStopping(), [{"loss": 1.0}, {"loss": 2.0}])
    assert not model.stop_training and len(history.epoch) == 2


def test_direction_comes_from_the_metric_then_from_the_name():
    class Metric:
        name, _direction = "score", "up"

    model = Model()
    model.metrics = [Metric()]
    assert len(drive(EarlyStopping("val_score"), [1, 2, 3, 2], model, "val_score")[1].epoch) == 4
    assert len(drive(EarlyStopping("val_accuracy"), [0.1, 0.2, 0.1], name="val_accuracy")[1].epoch) == 3
    assert len(drive(EarlyStopping("val_mae"), [3, 2, 1, 2], name="val_mae")[1].epoch) == 4
    with pytest.raises(ConfigError, match=r"monitor='zz'.*mode='max'"):
        drive(EarlyStopping("zz"), [1.0], name="zz")


@pytest.mark.parametrize(
    ("settings", "values", "rates"),
    [
        ({"patience": 1}, [3, 3, 3, 3], [0.1, 0.01, 0.001, 0.0001]),
        ({"patience": 2, "cooldown": 2}, [3] * 8, [0.1, 0.1, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001]),
        ({"patience": 1, "min_lr": 0.05}, [3, 3, 3], [0.1, 0.05, 0.05]),
        ({"patience": 1, "mode": "max", "factor": 0.5}, [1, 2, 1, 3, 1], [0.1, 0.1, 0.05, 0.05, 0.025]),
    ],
)
def test_reduce_lr_on_plateau(settings, values, rates):
    model = Model()
    after = LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append(model.optimizer.learning_rate))
    seen = []
    drive([ReduceLROnPlateau(**settings), after], values, model)
    assert seen == pytest.approx(rates)


def test_reduce_lr_refuses_bad_settings():
    with pytest.raises(ConfigError, match=r"factor >= 1.0. Received factor=1.5"):
        ReduceLROnPlateau(factor=1.5)
    with pytest.raises(ConfigError, match="'epsilon'"):
        ReduceLROnPlateau(epsilon=1)


def test_learning_rate_scheduler_sets_and_logs(capsys):
    scheduler = LearningRateScheduler(lambda epoch, rate: rate * 0.5, verbose=1)
    _, history = drive(scheduler, [{"loss": 1.0}] * 2)
    assert history.history == {"loss": [1.0, 1.0], "learning_rate": [0.05, 0.025]}
    assert capsys.readouterr().out.count("setting learning rate to") == 2
    assert drive(LearningRateScheduler(lambda epoch: 0.3), [1.0])[0].optimizer.learning_rate == 0.3
    assert drive(LearningRateScheduler(lambda e: np.float32(0.25)), [1.0])[0].optimizer.learning_rate == 0.25


@pytest.mark.parametrize("rate", ["a", 1, np.array([0.2]), None])
def test_learning_rate_scheduler_refuses_what_is_no_float(rate):
    with pytest.raises(ConfigError, match="`schedule` function should be a float"):
        drive(LearningRateScheduler(lambda epoch: rate), [1.0])


def test_learning_rate_needs_an_optimizer():
    model = Model()
    model.optimizer = None
    with pytest.raises(StateError, match="compile"):
        drive(LearningRateScheduler(lambda epoch: 0.1), [1.0], model)


EPOCHS = [{"loss": 1.0, "val_loss": 3.0}, {"loss": 0.5, "val_loss": 2.0}, {"loss": 0.4, "val_loss": 2.5}]


def test_checkpoint_fills_the_path_and_makes_its_folder(tmp_path):
    model, _ = drive(ModelCheckpoint(tmp_path / "deep" / "m-{epoch:02d}-{val_loss:.1f}.keras"), EPOCHS)
    assert [path[len(str(tmp_path)) :] for _, path in model.saved] == [
        f"/deep/m-{n:02d}-{v}.keras" for n, v in ((1, 3.0), (2, 2.0), (3, 2.5))
    ]
    assert (tmp_path / "deep").is_dir()


def test_checkpoint_saves_only_the_best(capsys):
    model, _ = drive(ModelCheckpoint("m.keras", save_best_only=True, verbose=1), EPOCHS)
    assert len(model.saved) == 2
    assert "Epoch 3: val_loss did not improve from 2.00000" in capsys.readouterr().out
    model, _ = drive(ModelCheckpoint("m.keras", save_best_only=True, initial_value_threshold=2.2), EPOCHS)
    assert len(model.saved) == 1
    model, _ = drive(ModelCheckpoint("m.weights.h5", save_weights_only=True), EPOCHS)
    assert [kind for kind, _ in model.saved] == ["weights"] * 3


def test_checkpoint_counts_batches_over_epochs_and_groups():
    checkpoint, model = ModelCheckpoint("m{batch}-{epoch}.keras", save_freq=3), Model()
    checkpoint.set_model(model)
    for epoch in range(3):
        checkpoint.on_epoch_begin(epoch)
        for batch in range(2):
            checkpoint.on_train_batch_end(batch, {"loss": 1.0})
    assert [path for _, path in model.saved] == ["m1-2.keras", "m2-3.keras"]
    checkpoint.on_epoch_begin(3)
    checkpoint.on_train_batch_end(3, {})  # four batches in one step
    assert len(model.saved) == 3


def test_checkpoint_refuses_bad_settings():
    for path, settings in (("m.foo", {}), ("m.h5", {"save_weights_only": True}), ("m.keras", {"save_freq": "e"})):
        with pytest.raises(ConfigError):
            ModelCheckpoint(path, **settings)
    with pytest.raises(KeyError, match="zz"):
        drive(ModelCheckpoint("m{zz}.keras"), EPOCHS)


def test_csv_logger(tmp_path):
    path = tmp_path / "log.csv"
    drive(CSVLogger(path), [{"loss": 1.5, "acc": np.float32(0.25)}, {"loss": 2.5, "acc": [1, 2], "val_loss": 9}])
    text = 'epoch,acc,loss,val_acc,val_loss\n0,0.25,1.5,NA,NA\n1,"""[1, 2]""",2.5,NA,9\n'
    assert path.read_text() == text
    drive(CSVLogger(path, append=True), [{"loss": 0.5}])
    assert path.read_text() == text + "0,NA,0.5,NA,NA\n"
    drive(CSVLogger(path, separator=";"), [{"a": 1, "val_a": 2}])
    with path.open(newline="") as file:
        assert list(csv.reader(file, delimiter=";")) == [["epoch", "a", "val_a"], ["0", "1", "2"]]


@pytest.mark.parametrize("loss", [math.nan, math.inf, np.float32(np.nan)])
def test_terminate_on_nan(loss, capsys):
    callback, model = TerminateOnNaN(), Model()
    callback.set_model(model)
    callback.on_train_batch_end(2, {"loss": 1.0})
    assert not model.stop_training
    callback.on_train_batch_end(3, {"loss": loss})
    assert model.stop_training and "Batch 3" in capsys.readouterr().out
    with pytest.raises(RuntimeError, match="at batch 3"):
        TerminateOnNaN(raise_error=True).on_batch_end(3, {"loss": loss})


def test_lambda_callback_refuses_unknown_hooks():
    with pytest.raises(ConfigError, match="'on_foo'"):
        LambdaCallback(on_foo=print)


def test_list_calls_every_hook_once_in_order():
    called = []

    class Recorder(Callback):
        def __init__(self, name):
            self.name = name

    hooks = [name for name in dir(Callback) if name.startswith("on_")]
    for hook in hooks:

        def record(self, *arguments, hook=hook):
            called.append((self.name, hook, arguments))

        setattr(Recorder, hook, record)
    callbacks = CallbackList([Recorder("a"), Recorder("b")])
    for hook in hooks:
        numbered = "batch" in hook or "epoch" in hook or hook == "on_progress"
        called.clear()
        getattr(callbacks, hook)(*([7] if numbered else []))
        logs = None if hook == "on_progress" else {}
        assert called == [(name, hook, (7, logs) if numbered else (logs,)) for name in "ab"]


def test_batch_hooks_reach_on_batch_end_through_the_default():
    seen = []
    callbacks = CallbackList([LambdaCallback(on_batch_end=lambda batch, logs: seen.append(batch))])
    callbacks.on_train_batch_end(4, {})
    callbacks.on_test_batch_end(5, {})
    assert seen == [4]


def test_list_knows_who_needs_batches():
    assert not CallbackList(
        [EarlyStopping(), ModelCheckpoint("m.keras"), CSVLogger("x")], add_history=True, add_progbar=True
    ).wants_train_batches
    assert CallbackList([TerminateOnNaN()]).wants_train_batches
    assert not CallbackList([TerminateOnNaN()]).wants_test_batches
    assert CallbackList([ModelCheckpoint("m.keras", save_freq=2)]).wants_train_batches
    assert CallbackList([LambdaCallback(on_train_batch_begin=print)]).wants_train_batches
    assert CallbackList([LambdaCallback(on_test_batch_end=print)]).wants_test_batches
    assert CallbackList([LambdaCallback(on_predict_batch_end=print)]).wants_predict_batches


def test_list_adds_history_and_bar_once():
    history = History()
    callbacks = CallbackList([history], add_history=True, add_progbar=True, verbose=0, epochs=2, steps=3)
    assert [type(each) for each in callbacks.callbacks] == [History, ProgbarLogger]
    assert callbacks.history is history and history.params == {"verbose": 0, "epochs": 2, "steps": 3}


def test_list_refuses_what_is_no_callback():
    with pytest.raises(TypeError, match="3 \\(int\\)"):
        CallbackList([3])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="Make an instance"):
        CallbackList([History])  # type: ignore[list-item]


def test_history_sees_what_other_callbacks_log():
    model, history = drive(LambdaCallback(on_epoch_end=lambda epoch, logs: logs.update(extra=epoch)), [1.0, 2.0])
    assert history.history == {"val_loss": [1.0, 2.0], "extra": [0, 1]}
    assert model.history is history  # type: ignore[attr-defined]


READERS = {
    "item": lambda logs: logs["loss"] == 0.5,
    "get": lambda logs: logs.get("loss") == 0.5,
    "in": lambda logs: "loss" in logs,
    "len": lambda logs: len(logs) == 1,
    "iterate": lambda logs: list(logs) == ["loss"],
    "dict": lambda logs: dict(logs) == {"loss": 0.5},
    "unpack": lambda logs: {**logs} == {"loss": 0.5},
    "repr": lambda logs: repr(logs) == "{'loss': 0.5}",
    "set": lambda logs: logs.update(x=1) or list(logs.values()) == [0.5, 1],
    "or": lambda logs: logs | {"x": 1} == {"loss": 0.5, "x": 1},
    "copy": lambda logs: logs.copy() == {"loss": 0.5},
    "pickle": lambda logs: pickle.loads(pickle.dumps(logs)) == {"loss": 0.5},
    "equal": lambda logs: logs == {"loss": 0.5},
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
def test_lazy_logs_fetch_once_and_only_when_read(read):
    fetched = []
    logs = LazyLogs(lambda: fetched.append(1) or {"loss": 0.5})
    assert (logs or {}) is logs and isinstance(logs, dict)
    assert logs.pending and not fetched
    assert read(logs) and read(logs)
    assert fetched == [1] and not logs.pending
