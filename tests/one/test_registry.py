"""Backends: found by name, chosen by configuration, refused with the remedy."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import hornbeam
from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import BackendError, BackendNotInstalledError, MixedBackendsError


def default_in_a_new_process(tmp_path, environment=None, files=None):
    for folder, content in (files or {}).items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder.strip('.')}.json").write_text(json.dumps(content))
    kept = {
        k: v
        for k, v in os.environ.items()
        if k not in ("HORNBEAM_BACKEND", "KERAS_BACKEND", "HORNBEAM_HOME", "KERAS_HOME")
    }
    loaded = "[m for m in ('jax', 'torch', 'tensorflow') if m in sys.modules]"
    code = f"import hornbeam, sys; print(hornbeam.config.backend(), {loaded})"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, "HOME": str(tmp_path), **(environment or {})},
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("environment", "files", "expected"),
    [
        ({"HORNBEAM_BACKEND": "torch", "KERAS_BACKEND": "numpy"}, {}, "torch"),
        ({"KERAS_BACKEND": "tensorflow"}, {".keras": {"backend": "numpy"}}, "tensorflow"),
        ({}, {".hornbeam": {"backend": "numpy"}, ".keras": {"backend": "torch"}}, "numpy"),
        ({}, {".keras": {"backend": "torch"}}, "torch"),
        ({}, {}, "jax"),
    ],
    ids=["own variable first", "variable before file", "own file first", "keras file", "first installed"],
)
def test_the_default_and_that_no_engine_is_imported_to_know_it(tmp_path, environment, files, expected):
    assert default_in_a_new_process(tmp_path, environment, files) == f"{expected} []"


def test_an_unknown_backend_lists_those_there_are():
    with pytest.raises(BackendError, match=r"'caffe'.*jax, torch, tensorflow, numpy"):
        hornbeam.set_backend("caffe")


def test_an_engine_that_is_missing_says_what_to_install(monkeypatch):
    monkeypatch.setitem(registry.BUILT_IN, "torch", ("torch_that_is_not_here", 'pip install "hornbeam[torch]"'))
    monkeypatch.delitem(registry.backends, "torch", raising=False)
    with pytest.raises(BackendNotInstalledError, match=r'torch.*pip install "hornbeam\[torch\]"'):
        registry.get("torch")


def test_a_third_party_backend_comes_by_its_entry_point(monkeypatch):
    class Numpy2(type(registry.get("numpy"))):
        name = "numpy2"

    class Point:
        @staticmethod
        def load():
            return Numpy2()

    monkeypatch.setattr(registry, "third_party", lambda: {"numpy2": Point})
    try:
        with hornbeam.backend_scope("numpy2"):
            assert hornbeam.config.backend() == "numpy2"
            np.testing.assert_array_equal(ops.add(np.ones(2), 1.0), [2.0, 2.0])
    finally:
        registry.backends.pop("numpy2", None)


def test_scopes_nest_and_are_left_on_errors():
    with hornbeam.backend_scope("numpy"):
        with pytest.raises(ValueError, match="inner"), hornbeam.backend_scope("torch"):
            raise ValueError("inner")
        assert hornbeam.config.backend() == "numpy"


def test_the_tensor_decides_and_two_engines_do_not_mix():
    import jax.numpy as jnp
    import torch

    with hornbeam.backend_scope("numpy"):
        assert isinstance(ops.add(torch.ones(2), np.ones(2, "float32")), torch.Tensor)
        assert isinstance(ops.exp(jnp.ones(2)), type(jnp.ones(2)))
    with pytest.raises(MixedBackendsError, match=r"jax.*torch|torch.*jax"):
        ops.add(jnp.ones(2), torch.ones(2))


def test_floatx_reaches_results_that_were_computed_before():
    with hornbeam.backend_scope("numpy"):
        assert ops.add(np.ones(2, "int32"), 0.5).dtype == "float32"
        hornbeam.config.set_floatx("float64")
        try:
            assert ops.add(np.ones(2, "int32"), 0.5).dtype == "float64"
        finally:
            hornbeam.config.set_floatx("float32")
