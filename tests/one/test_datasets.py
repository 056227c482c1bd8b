"""Datasets: what ships with the package, and what is found or fetched."""

import hashlib
import io

import numpy as np
import pytest

from hornbeam.datasets import digits, download, mnist


@pytest.fixture
def homes(tmp_path, monkeypatch):
    monkeypatch.setenv("HORNBEAM_HOME", str(tmp_path / "hornbeam"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return tmp_path


def small_mnist() -> dict[str, np.ndarray]:
    images = np.arange(3 * 28 * 28, dtype="int64").astype("uint8").reshape(3, 28, 28)
    labels = np.array([7, 2, 1], "uint8")
    return {"x_train": images, "y_train": labels, "x_test": images[:1], "y_test": labels[:1]}


def test_digits():
    (x_train, y_train), (x_test, y_test) = digits.load_data()
    assert len(x_train) + len(x_test) == len(y_train) + len(y_test) == 1797
    assert x_train.shape[1:] == x_test.shape[1:] == (8, 8)
    assert x_train.dtype == y_train.dtype == x_test.dtype == y_test.dtype == np.uint8
    assert (x_train.min(), x_train.max()) == (0, 16)
    shares = np.bincount(y_test) / (np.bincount(y_train) + np.bincount(y_test))
    assert np.all(abs(shares - 0.2) < 0.01)
    again = digits.load_data()
    np.testing.assert_array_equal(again[1][0], x_test)


def test_mnist_from_a_path(tmp_path):
    arrays = small_mnist()
    np.savez_compressed(tmp_path / "any.npz", **arrays)
    (x_train, y_train), (x_test, y_test) = mnist.load_data(str(tmp_path / "any.npz"))
    for name, found in (("x_train", x_train), ("y_train", y_train), ("x_test", x_test), ("y_test", y_test)):
        np.testing.assert_array_equal(found, arrays[name])


@pytest.mark.parametrize("home", ["hornbeam", "keras"])
def test_mnist_that_is_here_already(homes, home):
    (homes / home / "datasets").mkdir(parents=True)
    np.savez(homes / home / "datasets" / "mnist.npz", **small_mnist())
    assert mnist.load_data()[0][0].shape == (3, 28, 28)


def test_mnist_file_that_is_something_else(tmp_path):
    path = tmp_path / "wrong.npz"
    np.savez(path, x_train=np.zeros(3))
    with pytest.raises(ValueError, match=r"wrong\.npz .* lacks y_train, x_test, y_test"):
        mnist.load_data(str(path))
    np.savez(path, **small_mnist())
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"wrong\.npz is not MNIST"):
        mnist.load_data(str(path))
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"wrong\.npz is not MNIST"):
        mnist.load_data(str(path))
    with pytest.raises(FileNotFoundError, match=r"nowhere\.npz"):
        mnist.load_data(str(tmp_path / "nowhere.npz"))


def test_download_is_checked_and_leaves_no_remains(homes):
    origin = homes / "origin.npz"
    buffer = io.BytesIO()
    np.savez(buffer, **small_mnist())
    origin.write_bytes(buffer.getvalue())
    right = hashlib.sha256(buffer.getvalue()).hexdigest()
    with pytest.raises(ValueError, match="expected 0000"):
        download.find_or_download("some.npz", origin.as_uri(), "0000")
    assert list((homes / "hornbeam" / "datasets").iterdir()) == []
    path = download.find_or_download("some.npz", origin.as_uri(), right)
    assert path == homes / "hornbeam" / "datasets" / "some.npz"
    assert path.read_bytes() == buffer.getvalue()
    assert list(path.parent.iterdir()) == [path]
    origin.unlink()
    assert download.find_or_download("some.npz", origin.as_uri(), right) == path
    with pytest.raises(FileNotFoundError, match=r"other\.npz is not in"):
        download.find_or_download("other.npz", origin.as_uri(), right)
