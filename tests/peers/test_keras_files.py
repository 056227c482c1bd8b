"""Files of real Keras load here, and ours there, with equal predictions and optimizer state."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hornbeam.core import registry
from tests.peers import saved_models

pytest.importorskip("keras", reason="compares with real Keras")
pytest.importorskip("jax", reason="Keras runs on jax here")


def run_keras(action, folder):
    command = [sys.executable, saved_models.__file__, action, str(folder)]
    done = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-4000:]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("theirs")
    run_keras("write", folder)
    return folder


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> tuple[Path, dict]:
    """Files that Hornbeam wrote, read by Keras; with what went wrong while writing, by model."""
    import hornbeam

    folder, failed = tmp_path_factory.mktemp("ours"), {}
    with registry.scope("jax"):
        for name in saved_models.MODELS:
            try:
                model = saved_models.make(hornbeam, name)
                model.save(folder / f"{name}.keras")
                np.savez(folder / f"{name}.npz", **saved_models.outputs_of(model, name))
            except Exception as error:
                failed[name] = error
                (folder / f"{name}.keras").unlink(missing_ok=True)
    run_keras("read", folder)
    return folder, failed


def assert_same(one, two, name):
    one, two = dict(one), dict(two)
    assert one.keys() == two.keys()
    for key in one:
        assert one[key].shape == two[key].shape, f"{name}: output {key}"
        np.testing.assert_allclose(one[key], two[key], rtol=2e-5, atol=2e-6, err_msg=f"{name}: output {key}")


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy"])
@pytest.mark.parametrize("name", saved_models.MODELS)
def test_a_file_of_keras_loads_here(theirs, name, backend):
    import hornbeam

    if backend == "numpy" and name == "trained":
        pytest.skip("numpy does not train, so it keeps no optimizer state to compare")
    if backend not in registry.available():
        pytest.skip(f"{backend} is not installed")
    with registry.scope(backend):
        model = hornbeam.saving.load_model(theirs / f"{name}.keras")
        assert_same(saved_models.outputs_of(model, name), np.load(theirs / f"{name}.npz"), name)


@pytest.mark.parametrize("name", saved_models.MODELS)
def test_our_file_loads_in_keras(ours, name):
    folder, failed = ours
    if name in failed:
        raise failed[name]
    assert_same(np.load(folder / f"{name}.npz"), np.load(folder / f"{name}.read.npz"), name)


@pytest.mark.parametrize("name", saved_models.MODELS)
def test_our_file_loads_here(ours, name):
    import hornbeam

    folder, failed = ours
    if name in failed:
        raise failed[name]
    with registry.scope("jax"):
        model = hornbeam.saving.load_model(folder / f"{name}.keras")
        assert_same(saved_models.outputs_of(model, name), np.load(folder / f"{name}.npz"), name)


def test_training_goes_on_as_in_keras(theirs):
    import hornbeam

    x = saved_models.inputs_of("trained")
    code = (
        "import sys, numpy as np, keras; x = np.load(sys.argv[2]);"
        "m = keras.saving.load_model(sys.argv[1]); print(*[float(m.train_on_batch(x, x[:, :2])[0]) for _ in range(3)])"
    )
    np.save(theirs / "x.npy", x)
    done = subprocess.run(
        [sys.executable, "-c", code, str(theirs / "trained.keras"), str(theirs / "x.npy")],
        env={**os.environ, "KERAS_BACKEND": "jax"}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    with registry.scope("jax"):
        model = hornbeam.saving.load_model(theirs / "trained.keras")
        losses = [float(model.train_on_batch(x, x[:, :2])[0]) for _ in range(3)]
    np.testing.assert_allclose(losses, [float(word) for word in done.stdout.split()], rtol=1e-4)
