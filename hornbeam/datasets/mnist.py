"""MNIST: 70,000 images of handwritten digits, 28x28 pixels.

Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits,
http://yann.lecun.com/exdb/mnist/, under the licence CC BY-SA 3.0.
"""

import zipfile
from typing import TYPE_CHECKING

import numpy as np

from hornbeam.core.export import export
from hornbeam.datasets.download import find_or_download

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Part = tuple[NDArray[np.uint8], NDArray[np.uint8]]

ORIGIN = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
SHA256 = "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"
ARRAYS = ("x_train", "y_train", "x_test", "y_test")


@export("keras.datasets.mnist.load_data")
def load_data(path: str = "mnist.npz") -> "tuple[Part, Part]":
    """Load MNIST, from a file that is here or, the first time, from the network.

    Args:
        path: a name in `~/.hornbeam/datasets` or `~/.keras/datasets`, or the absolute path of an `.npz` file.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 `(60000, 28, 28)` and `(10000, 28, 28)` with values 0
        to 255, labels uint8 `(60000,)` and `(10000,)` with values 0 to 9.

    Raises:
        FileNotFoundError: the file is neither here nor to be had.
        ValueError: the file is not an `.npz` file of these four arrays.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = hornbeam.datasets.mnist.load_data()  # doctest: +SKIP
        >>> x_train.shape  # doctest: +SKIP
        (60000, 28, 28)
    """
    file_path = find_or_download(str(path), ORIGIN, SHA256)
    try:
        with np.load(file_path, allow_pickle=False) as file:
            missing = [name for name in ARRAYS if name not in file]
            if missing:
                raise ValueError(f"it lacks {', '.join(missing)}; it holds {', '.join(file)}")
            x_train, y_train, x_test, y_test = (file[name] for name in ARRAYS)
    except (ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise ValueError(
            f"{file_path} is not MNIST as an .npz file with the arrays {', '.join(ARRAYS)}: {error}"
        ) from error
    return (x_train, y_train), (x_test, y_test)
