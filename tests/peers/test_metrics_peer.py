"""Metrics beside real Keras, asked as a black box in a process of its own (its backend is fixed at import)."""

import importlib.util
import json
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

from hornbeam.core import registry
from hornbeam.metrics import lookup

_spec = importlib.util.spec_from_file_location(
    "metric_cases", os.path.join(os.path.dirname(__file__), "metric_cases.py")
)
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

OURS = {
    name: value
    for module in lookup.MODULES
    for name, value in vars(module).items()
    if any("keras.metrics." in path for path in getattr(value, "__hornbeam_export__", ()))
}
IDS = [f"{name}-{i}" for i, (name, *_) in enumerate(cases.CASES)]


@pytest.fixture(autouse=True)
def numpy_backend():
    with registry.scope("numpy"):
        yield


@pytest.fixture(scope="module")
def keras(tmp_path_factory):
    """The answers of Keras."""
    if importlib.util.find_spec("keras") is None:
        pytest.skip("real Keras is not installed")
    folder = tmp_path_factory.mktemp("keras")
    environment = os.environ | {"KERAS_BACKEND": "numpy", "KERAS_HOME": str(folder), "TF_CPP_MIN_LOG_LEVEL": "3"}
    with registry.scope("numpy"):
        saved = [lookup.serialize(OURS[name](name="m", **arguments)) for name, arguments, *_ in cases.CASES]
    command = [sys.executable, cases.__file__, str(folder / "answers")]
    subprocess.run(command, input=json.dumps(saved), text=True, env=environment, check=True, capture_output=True)
    return pickle.loads((folder / "answers").read_bytes())


@pytest.mark.parametrize("i", range(len(IDS)), ids=IDS)
def test_results_and_state_equal_keras(i, keras):
    name, arguments, *_ = cases.CASES[i]
    for batch, expected in zip(cases.batches(cases.CASES[i]), keras["results"][i], strict=True):
        metric = OURS[name](name="m", **arguments)
        got = cases.result_after_two_batches(metric, np.asarray, *batch)
        assert got.shape == expected.shape
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-6)
    assert cases.described(metric) == keras["variables"][i]


@pytest.mark.parametrize("i", range(len(IDS)), ids=IDS)
def test_configs_are_exchanged_with_keras(i, keras):
    name, arguments, *_ = cases.CASES[i]
    metric = OURS[name](name="m", **arguments)
    ours, theirs = lookup.serialize(metric), keras["saved"][i]
    assert {key: ours[key] for key in ("module", "class_name", "registered_name")} == {
        key: theirs[key] for key in ("module", "class_name", "registered_name")
    }
    for key, value in theirs["config"].items():
        if isinstance(value, dict):  # a tensor there, a list here
            value = value["config"]["value"]
        assert ours["config"][key] == pytest.approx(value), key
    assert keras["loaded"][i] == name
    assert lookup.deserialize(theirs).get_config() == metric.get_config()
    assert metric._direction == keras["directions"][i]


@pytest.mark.parametrize("name", cases.NAMES)
def test_names_mean_what_they_mean_in_keras(name, keras):
    assert type(lookup.get(name)).__name__ == keras["names"][name]


@pytest.mark.parametrize("name", ["Mean", "Sum"])
@pytest.mark.parametrize("i", range(len(cases.VALUES)))
def test_reductions_weigh_as_keras(name, i, keras):
    metric = OURS[name]()
    metric.update_state(*cases.VALUES[i])
    for variable, expected in zip(metric.variables, keras["reduced"][name, i], strict=True):
        np.testing.assert_allclose(variable.numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("i", range(len(cases.FUNCTIONS)))
def test_functions_equal_keras(i, keras):
    name, (y_true, y_pred), arguments = cases.FUNCTIONS[i]
    got, expected = np.asarray(OURS[name](y_true, y_pred, **arguments)), keras["values"][i]
    assert got.shape == expected.shape
    assert got.dtype == expected.dtype
    np.testing.assert_allclose(got, expected, rtol=1e-5)
