"""The examples run, on every engine that trains."""

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import hornbeam

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def digits_as_mnist(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digits that ship with the package, three times as large, in a file like MNIST's."""
    (x_train, y_train), (x_test, y_test) = hornbeam.datasets.digits.load_data()

    def enlarged(images: np.ndarray) -> np.ndarray:
        large = np.kron(images, np.ones((3, 3), "uint8")) * 15
        return np.pad(large, ((0, 0), (2, 2), (2, 2))).astype("uint8")

    path = tmp_path_factory.mktemp("mnist") / "mnist.npz"
    np.savez(path, x_train=enlarged(x_train), y_train=y_train, x_test=enlarged(x_test), y_test=y_test)
    return str(path)


@pytest.mark.parametrize("engine", ["jax", "torch", "tensorflow"])
def test_mnist_convnet_learns(engine: str, digits_as_mnist: str) -> None:
    assert example("mnist_convnet").main(engine, digits_as_mnist, epochs=4, batch_size=16) > 0.9


def test_one_process_three_engines_agree() -> None:
    assert example("one_process_three_engines").main(epochs=1) < 1e-4
