"""Callbacks that decide, beside real Keras, over random logs."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hornbeam.callbacks.early_stopping import EarlyStopping
from hornbeam.callbacks.learning_rate import ReduceLROnPlateau

keras = pytest.importorskip("keras")


class Optimizer:
    learning_rate = 0.1


class Model:
    def __init__(self):
        self.optimizer = Optimizer()
        self.stop_training = False
        self.weights = [np.zeros(1)]
        self.metrics = []

    def get_weights(self):
        return self.weights

    def set_weights(self, weights):
        self.weights = weights


def decisions(callback, values):
    model = Model()
    callback.set_model(model)
    callback.on_train_begin()
    made = []
    for epoch, value in enumerate(values):
        model.weights = [np.full(1, epoch)]
        callback.on_epoch_begin(epoch)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            callback.on_epoch_end(epoch, {"loss": value})
        made.append((model.stop_training, round(float(model.optimizer.learning_rate), 7)))
        if model.stop_training:
            break
    callback.on_train_end()
    return made, float(model.weights[0][0])


values = st.lists(st.sampled_from([0.1, 0.5, 1.0, 1.2, 2.0, float("nan")]), min_size=1, max_size=12)
mode = st.sampled_from(["auto", "min", "max"])


@settings(deadline=None, max_examples=60)
@given(
    values,
    st.fixed_dictionaries(
        {
            "patience": st.integers(0, 3),
            "min_delta": st.sampled_from([0, 0.3]),
            "baseline": st.sampled_from([None, 0.6]),
            "restore_best_weights": st.booleans(),
            "start_from_epoch": st.integers(0, 2),
            "mode": mode,
        }
    ),
)
def test_early_stopping(values, arguments):
    ours = decisions(EarlyStopping(monitor="loss", **arguments), values)
    assert ours == decisions(keras.callbacks.EarlyStopping(monitor="loss", **arguments), values)


@settings(deadline=None, max_examples=60)
@given(
    values,
    st.fixed_dictionaries(
        {
            "patience": st.integers(0, 3),
            "min_delta": st.sampled_from([0, 0.3]),
            "cooldown": st.integers(0, 2),
            "min_lr": st.sampled_from([0.0, 0.02]),
            "factor": st.sampled_from([0.1, 0.5]),
            "mode": mode,
        }
    ),
)
def test_reduce_lr_on_plateau(values, arguments):
    ours = decisions(ReduceLROnPlateau(monitor="loss", **arguments), values)
    assert ours == decisions(keras.callbacks.ReduceLROnPlateau(monitor="loss", **arguments), values)
