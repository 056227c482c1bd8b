"""Losses beside real Keras, asked as a black box in a process of its own."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from hornbeam import losses
from hornbeam.core import registry

R = np.random.default_rng(0)
REAL = {"y": R.normal(size=(4, 3)), "p": R.normal(size=(4, 3))}
SHARE = {"y": R.uniform(size=(4, 3)), "p": R.uniform(0.05, 0.95, size=(4, 3))}
BITS = {"y": R.integers(0, 2, (4, 3)), "p": SHARE["p"]}
SIGNS = {"y": R.integers(0, 2, (4, 3)) * 2 - 1, "p": REAL["p"]}
SHARES = SHARE["p"] / SHARE["p"].sum(-1, keepdims=True)
ONE_HOT = {"y": np.eye(3)[[0, 2, 1, 2]], "p": SHARES}
LOGITS = {"y": ONE_HOT["y"], "p": REAL["p"] * 3}
NUMBERS = {"y": np.array([0, 2, 1, 2]), "p": SHARES}
COLUMN = {"y": np.array([[0], [2], [1], [2]]), "p": SHARES}
PIXELS = {"y": R.integers(0, 3, (2, 4)), "p": R.normal(size=(2, 4, 3))}
ARROWS = R.normal(size=(5, 4))
UNIT = {"y": np.array([0, 1, 0, 1, 2]), "p": ARROWS / np.linalg.norm(ARROWS, axis=-1, keepdims=True)}
LABELS = {"y": np.array([[1, 2, 0], [1, 1, 2]]), "p": R.normal(size=(2, 6, 4))}
DEEP = {"y": R.normal(size=(2, 4, 3)), "p": R.normal(size=(2, 4, 3))}
LINE = {"y": R.normal(size=(4,)), "p": R.normal(size=(4, 1))}
BROAD = {"y": R.normal(size=(4, 1)), "p": R.normal(size=(4, 3))}

# name -> (class, arguments, data)
LOSSES = {
    **{
        f"{name} {kind}": (name, {}, data)
        for name in ("MeanSquaredError", "MeanAbsoluteError", "MeanAbsolutePercentageError", "LogCosh", "Huber")
        for kind, data in {"rows": REAL, "deep": DEEP, "line": LINE, "broad": BROAD}.items()
    },
    "MSLE": ("MeanSquaredLogarithmicError", {}, SHARE),
    "MSLE negative": ("MeanSquaredLogarithmicError", {}, REAL),
    "Huber small": ("Huber", {"delta": 0.3}, REAL),
    "cosine": ("CosineSimilarity", {}, REAL),
    "cosine columns": ("CosineSimilarity", {"axis": 0}, REAL),
    "hinge": ("Hinge", {}, SIGNS),
    "hinge bits": ("Hinge", {}, BITS),
    "squared hinge": ("SquaredHinge", {}, SIGNS),
    "categorical hinge": ("CategoricalHinge", {}, ONE_HOT),
    "kl": ("KLDivergence", {}, SHARE),
    "poisson": ("Poisson", {}, SHARE),
    "binary": ("BinaryCrossentropy", {}, BITS),
    "binary logits": ("BinaryCrossentropy", {"from_logits": True}, {"y": BITS["y"], "p": REAL["p"]}),
    "binary smooth": ("BinaryCrossentropy", {"label_smoothing": 0.2, "axis": 0}, BITS),
    "binary focal": ("BinaryFocalCrossentropy", {}, BITS),
    "binary focal all": (
        "BinaryFocalCrossentropy",
        {"apply_class_balancing": True, "alpha": 0.4, "gamma": 1.5, "from_logits": True, "label_smoothing": 0.1},
        {"y": BITS["y"], "p": REAL["p"]},
    ),
    "categorical": ("CategoricalCrossentropy", {}, ONE_HOT),
    "categorical logits": ("CategoricalCrossentropy", {"from_logits": True, "label_smoothing": 0.1}, LOGITS),
    "categorical columns": ("CategoricalCrossentropy", {"axis": 0}, ONE_HOT),
    "categorical focal": ("CategoricalFocalCrossentropy", {}, ONE_HOT),
    "categorical focal all": (
        "CategoricalFocalCrossentropy",
        {"alpha": 0.4, "gamma": 1.5, "from_logits": True, "label_smoothing": 0.1},
        LOGITS,
    ),
    "sparse": ("SparseCategoricalCrossentropy", {}, NUMBERS),
    "sparse column": ("SparseCategoricalCrossentropy", {}, COLUMN),
    "sparse logits": ("SparseCategoricalCrossentropy", {"from_logits": True}, {"y": NUMBERS["y"], "p": REAL["p"]}),
    "sparse ignored": ("SparseCategoricalCrossentropy", {"ignore_class": 2}, NUMBERS),
    "sparse pixels": ("SparseCategoricalCrossentropy", {"from_logits": True, "ignore_class": 1}, PIXELS),
    "generalized": ("CategoricalGeneralizedCrossEntropy", {}, NUMBERS),
    "generalized high": ("CategoricalGeneralizedCrossEntropy", {"q": 0.9}, NUMBERS),
    "dice": ("Dice", {}, BITS),
    "dice rows": ("Dice", {"axis": [1]}, BITS),
    "tversky": ("Tversky", {"alpha": 0.3, "beta": 0.6}, BITS),
    "tversky rows": ("Tversky", {"axis": [1]}, BITS),
    "circle": ("Circle", {}, UNIT),
    "circle soft": ("Circle", {"gamma": 2.0, "margin": 0.25}, UNIT),
    "circle diagonal": ("Circle", {"gamma": 2.0, "remove_diagonal": False}, UNIT),
    "ctc": ("CTC", {}, LABELS),
}
REDUCTIONS = ["sum_over_batch_size", "mean", "sum", "mean_with_sample_weight", None]
WEIGHTS = {"none": None, "rows": [1.0, 2.0, 0.0, 0.5], "column": [[1.0], [2.0], [0.0], [0.5]], "one": 2.0}
WEIGHED = ["MeanSquaredError rows", "sparse ignored", "categorical"]

ASK = """
import json, sys
import numpy as np
import keras

asked = json.load(sys.stdin)
answers = {}
for name, (cls, arguments, data) in asked["losses"].items():
    y, p = np.array(data["y"]), np.array(data["p"], "float32")
    loss = getattr(keras.losses, cls)(**arguments)
    values = getattr(keras.losses, cls)(reduction=None, **arguments)(y, p)
    answers[name] = {
        "reduced": float(loss(y, p)),
        "values": np.asarray(values).tolist(),
        "form": keras.losses.serialize(loss),
    }
for name in asked["weighed"]:
    cls, arguments, data = asked["losses"][name]
    y, p = np.array(data["y"]), np.array(data["p"], "float32")
    for reduction in asked["reductions"]:
        for key, weight in asked["weights"].items():
            weight = None if weight is None else np.array(weight, "float32")
            loss = getattr(keras.losses, cls)(reduction=reduction, **arguments)
            answers[f"{name} {reduction} {key}"] = np.asarray(loss(y, p, weight)).tolist()
print(json.dumps(answers))
"""


def plain(data):
    return {key: np.asarray(value).tolist() for key, value in data.items()}


@pytest.fixture(scope="module")
def keras():
    asked = {
        "losses": {name: (cls, arguments, plain(data)) for name, (cls, arguments, data) in LOSSES.items()},
        "weighed": WEIGHED,
        "reductions": REDUCTIONS,
        "weights": WEIGHTS,
    }
    environment = {**os.environ, "KERAS_BACKEND": "jax", "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(
        command, input=json.dumps(asked), capture_output=True, text=True, env=environment, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def given(name, backend):
    """The class of a scenario, its arguments, and its data: targets as an array, predictions on the engine."""
    cls, arguments, data = LOSSES[name]
    p = registry.get(backend).convert(np.asarray(data["p"], "float32"), None)
    return getattr(losses, cls), arguments, np.asarray(data["y"]), p


def values_of(tensor):
    return registry.backend_of(tensor).to_numpy(tensor) if registry.backend_of(tensor) else np.asarray(tensor)


@pytest.mark.parametrize("name", list(LOSSES))
@pytest.mark.parametrize("backend", registry.BUILT_IN)
def test_values(backend, name, keras):
    cls, arguments, y, p = given(name, backend)
    found = cls(reduction=None, **arguments)(y, p)
    np.testing.assert_allclose(values_of(found), keras[name]["values"], rtol=2e-5, atol=2e-6)
    np.testing.assert_allclose(values_of(cls(**arguments)(y, p)), keras[name]["reduced"], rtol=2e-5, atol=2e-6)


@pytest.mark.parametrize("weight", list(WEIGHTS))
@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("name", WEIGHED)
@pytest.mark.parametrize("backend", registry.BUILT_IN)
def test_weights(backend, name, reduction, weight, keras):
    cls, arguments, y, p = given(name, backend)
    found = cls(reduction=reduction, **arguments)(y, p, sample_weight=WEIGHTS[weight])
    np.testing.assert_allclose(values_of(found), keras[f"{name} {reduction} {weight}"], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", list(LOSSES))
def test_configs(name, keras):
    cls, arguments, _ = LOSSES[name]
    loss = getattr(losses, cls)(**arguments)
    form, wanted = losses.serialize(loss), keras[name]["form"]
    # Keras forgets Huber's delta and two axes: ours are kept where they are not the default
    kept = {key: form["config"].pop(key) for key in set(form["config"]) - set(wanted["config"])}
    assert kept == {key: arguments[key] for key in kept}
    assert form == wanted
    again = losses.deserialize({**form, "config": {**form["config"], **kept}})
    assert again.get_config() == loss.get_config()
