"""Layers beside real Keras, asked as a black box in a process of its own: it gets our configs, weights and inputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry, serialization, tree
from hornbeam.layers.normalization import BatchNormalization
from tests.backend.samples_layers import samples
from tests.backend.test_layers import read, weights_of

# a function of ours, which Keras does not know
NAMES = [name for name in samples if name != "lambda"]
TRAINED = [name for name in NAMES if not samples[name].random]

SCRIPT = """
import json, sys
import keras, numpy as np

folder = sys.argv[1]
rows = json.load(open(f"{folder}/rows.json"))
arrays = np.load(f"{folder}/given.npz")
results, facts = {}, {}

def flat(structure):
    return [np.asarray(keras.ops.convert_to_numpy(leaf)) for leaf in keras.tree.flatten(structure)]

def stored(prefix):
    return [arrays[f"{prefix}/{i}"] for i in range(sum(key.startswith(prefix + "/") for key in arrays.files))]

for name, row in rows.items():
    layer = keras.layers.deserialize(row["form"])
    inputs = stored(f"{name}/input")
    keywords = dict(row["keywords"])
    for key in row["arrays"]:
        keywords[key] = arrays[f"{name}/{key}"]
    arguments = [inputs] if row["listed"] else inputs
    call = lambda **more: layer(*arguments, **keywords, **more)
    call()
    layer.set_weights(stored(f"{name}/weight"))
    if hasattr(layer, "finalize_state"):
        layer.finalize_state()
    parts = {"output": flat(call())}
    if row["training"]:
        parts["training"] = flat(call(training=True))
        parts["after"] = layer.get_weights()
    for part, found in parts.items():
        for i, array in enumerate(found):
            results[f"{name}/{part}/{i}"] = array
    shape = layer.compute_output_shape(*([row["shapes"]] if row["listed"] else row["shapes"]))
    facts[name] = {
        "config": keras.saving.serialize_keras_object(layer)["config"],
        "weights": [variable.path.split("/")[-1] for variable in layer.weights],
        "shape": json.loads(json.dumps(shape)),
    }
np.savez(f"{folder}/found.npz", **results)
json.dump(facts, open(f"{folder}/facts.json", "w"))
"""


class Keras:
    """What real Keras said of all samples."""

    def __init__(self, folder: Path) -> None:
        rows: dict[str, Any] = {}
        arrays: dict[str, np.ndarray] = {}
        self.forms: dict[str, Any] = {}
        with registry.scope("numpy"):
            for name in NAMES:
                sample, layer = samples[name], samples[name].make()
                sample.call(layer, sample.inputs())
                layer.set_weights(weights_of(layer))
                self.forms[name] = json.loads(json.dumps(serialization.serialize_object(layer)))
                masks = {key: value for key, value in sample.keywords.items() if isinstance(value, np.ndarray)}
                rows[name] = {
                    "form": self.forms[name],
                    "listed": sample.listed,
                    "keywords": {key: value for key, value in sample.keywords.items() if key not in masks},
                    "arrays": list(masks),
                    "training": name in TRAINED and "training" in type(layer).call.__code__.co_varnames,
                    "shapes": sample.shapes,
                }
                arrays |= {f"{name}/input/{i}": array for i, array in enumerate(sample.inputs())}
                arrays |= {f"{name}/weight/{i}": array for i, array in enumerate(layer.get_weights())}
                arrays |= {f"{name}/{key}": value for key, value in masks.items()}
        (folder / "rows.json").write_text(json.dumps(rows))
        np.savez(folder / "given.npz", **arrays)
        environment = {**os.environ, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, "-c", SCRIPT, str(folder)]
        result = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment, check=False)
        assert result.returncode == 0, result.stderr[-4000:]
        self.arrays = np.load(folder / "found.npz")
        self.facts = json.loads((folder / "facts.json").read_text())

    def found(self, name: str, part: str) -> list[np.ndarray]:
        count = sum(key.startswith(f"{name}/{part}/") for key in self.arrays.files)
        return [self.arrays[f"{name}/{part}/{i}"] for i in range(count)]


@pytest.fixture(scope="module")
def keras(tmp_path_factory: pytest.TempPathFactory) -> Keras:
    pytest.importorskip("keras")
    return Keras(tmp_path_factory.mktemp("keras"))


def close(found: list[np.ndarray], wanted: list[np.ndarray]) -> None:
    assert len(found) == len(wanted)
    for a, b in zip(found, wanted, strict=True):
        assert a.shape == b.shape
        assert a.dtype == b.dtype
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-5)


@pytest.mark.parametrize("name", NAMES)
def test_the_same_weights_give_the_same_output(keras: Keras, name: str) -> None:
    sample = samples[name]
    with registry.scope("numpy"):
        layer = sample.make()
        sample.call(layer, sample.inputs())
        layer.set_weights(weights_of(layer))
        close(read(sample.call(layer, sample.inputs())), keras.found(name, "output"))
        if keras.found(name, "training"):
            close(read(sample.call(layer, sample.inputs(), training=True)), keras.found(name, "training"))
            close(layer.get_weights(), keras.found(name, "after"))


@pytest.mark.parametrize("name", NAMES)
def test_configs_are_those_of_keras(keras: Keras, name: str) -> None:
    ours, theirs = keras.forms[name]["config"], keras.facts[name]["config"]
    assert plain(ours) == plain(theirs)
    with registry.scope("numpy"):
        layer = type(samples[name].make()).from_config(theirs)
        assert plain(json.loads(json.dumps(serialization.serialize_object(layer.get_config())))) == plain(theirs)


def plain(form: Any) -> Any:
    """The config without what Keras leaves out in places, and without the shapes, which a batch decides."""
    if isinstance(form, dict):
        return {
            key: plain(value) for key, value in form.items() if key not in ("build_config", "shared_object_id", "seed")
        }
    return [plain(value) for value in form] if isinstance(form, list) else form


@pytest.mark.parametrize("name", NAMES)
def test_weights_and_shapes_are_those_of_keras(keras: Keras, name: str) -> None:
    sample = samples[name]
    with registry.scope("numpy"):
        layer = sample.make()
        shape = layer.compute_output_shape(*([sample.shapes] if sample.listed else sample.shapes))
        sample.call(layer, sample.inputs())
    assert [variable.name for variable in layer.weights] == keras.facts[name]["weights"]
    if not name.startswith("einsum dense, dots"):  # Keras gives the shape of the letters alone there
        sizes = zip(tree.flatten(shape), tree.flatten(keras.facts[name]["shape"]), strict=True)
        assert all(theirs in (None, ours) for ours, theirs in sizes)


def test_batch_normalization_was_compared_in_training(keras: Keras) -> None:
    compared = [name for name in TRAINED if isinstance(samples[name].make(), BatchNormalization)]
    assert len(compared) == 3
    for name in compared:
        assert not np.allclose(keras.found(name, "training")[0], keras.found(name, "output")[0])
        assert ops.dtype(keras.found(name, "after")[0]) == "float32"
