"""A backend of another package: found by its entry point, and certified in a line."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import hornbeam
from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import MixedBackendsError
from hornbeam.testing import certify

PACKAGE = Path(__file__).resolve().parents[1] / "toy_backend"

test_conformance = pytest.mark.slow(certify("toy", differentiable=False))


@pytest.fixture(scope="module", autouse=True)
def installed() -> Iterator[None]:
    """The package, as pip leaves it, in a folder of its own; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as source:
        shutil.copytree(PACKAGE, source, dirs_exist_ok=True)  # pip builds beside what it installs
        flags = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--target", folder]
        subprocess.run([sys.executable, "-m", "pip", "install", *flags, source], check=True)
        sys.path.insert(0, folder)
        try:
            yield
        finally:
            sys.path.remove(folder)
            backend = registry.backends.pop("toy", None)
            for tensor_type in backend.tensor_types if backend is not None else ():
                registry.backend_by_type.pop(tensor_type, None)


def test_it_is_known_by_name() -> None:
    assert "toy" in registry.available()
    with hornbeam.backend_scope("toy"):
        assert hornbeam.backend() == "toy"
        assert type(ops.zeros((2,))).__name__ == "Tensor"


def test_its_tensors_decide() -> None:
    x = registry.get("toy").convert(np.ones(3, "float32"), None)
    y = ops.softmax(x * 2)
    assert registry.backend_of(y) is registry.get("toy")
    with pytest.raises(MixedBackendsError, match="toy and torch"):
        ops.add(x, registry.get("torch").convert(1.0, None))


def test_a_model_predicts_on_it() -> None:
    with hornbeam.backend_scope("toy"):
        model = hornbeam.Sequential([hornbeam.layers.Dense(4, activation="gelu"), hornbeam.layers.Dense(2)])
        found = model.predict(np.ones((3, 5), "float32"), verbose=0)
    twin = model.to_backend("jax")
    np.testing.assert_allclose(found, twin.predict(np.ones((3, 5), "float32"), verbose=0), rtol=1e-5)
