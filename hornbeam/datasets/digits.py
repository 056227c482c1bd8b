"""Optical Recognition of Handwritten Digits: 1,797 images of 8x8 pixels, shipped with the package.

The source is the test set of E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine
Learning Repository, 1998, https://doi.org/10.24432/C50P49, under the licence CC BY 4.0
(https://creativecommons.org/licenses/by/4.0/), as scikit-learn distributes it in `load_digits`. The pixels are as
published; they are kept as bytes here, and the split into two parts is ours.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from hornbeam.core.export import export

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Part = tuple[NDArray[np.uint8], NDArray[np.uint8]]

CLASSES = 10
FIFTH = slice(4, None, 5)


@export("hornbeam.datasets.digits.load_data")
def load_data() -> "tuple[Part, Part]":
    """Load the digits that ship with the package.

    Every fifth image of each class is held out: always the same images, and the classes in the same proportions in
    both parts.

    Returns:
        `(x_train, y_train), (x_test, y_test)`: images uint8 `(1442, 8, 8)` and `(355, 8, 8)` with values 0 to 16,
        labels uint8 `(1442,)` and `(355,)` with values 0 to 9.

    Example:
        >>> (x_train, y_train), (x_test, y_test) = hornbeam.datasets.digits.load_data()
        >>> x_train.shape, x_test.shape
        ((1442, 8, 8), (355, 8, 8))
    """
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as file:
        images, labels = file["x"], file["y"]
    held_out = np.zeros(len(labels), bool)
    for label in range(CLASSES):
        held_out[np.flatnonzero(labels == label)[FIFTH]] = True
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])
