"""Asks real Keras, as a black box in a process of its own: `python ask_keras.py questions.pickle answers.pickle`.

A question is `(name below keras, args, kwargs, symbolic)` with NumPy arrays for tensors. The answer is a list of
`(array, dtype)`, or, asked with symbolic tensors, of `(shape, dtype, sparse)`; or the text of the error. The answers
stand in the file one after the other.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

import keras
import numpy as np

SPREAD = ("ops.einsum", "ops.meshgrid")  # take their tensors one by one


def answer(name: str, args: Any, kwargs: Any, symbolic: bool) -> Any:
    function: Any = keras
    for part in name.split("."):
        function = getattr(function, part)

    def given(leaf: Any) -> Any:
        if not isinstance(leaf, (np.ndarray, np.generic)):
            return leaf
        if symbolic:
            return keras.KerasTensor(leaf.shape, leaf.dtype.name)
        return keras.ops.convert_to_tensor(leaf)

    if name in SPREAD and isinstance(args[-1], (list, tuple)):
        args = (*args[:-1], *args[-1])
    try:
        args, kwargs = keras.tree.map_structure(given, (args, kwargs), none_is_leaf=True)
        leaves = [leaf for leaf in keras.tree.flatten(function(*args, **kwargs)) if leaf is not None]
        if symbolic:
            return [(leaf.shape, keras.backend.standardize_dtype(leaf.dtype), leaf.sparse) for leaf in leaves]
        found = [np.asarray(keras.ops.convert_to_numpy(leaf)) for leaf in leaves]
        return [(array, array.dtype.name) for array in found]
    except Exception as error:  # whatever Keras or its engine says
        return f"{type(error).__name__}: {str(error)[:300]}"


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        questions = pickle.load(file)
    with open(sys.argv[2], "wb") as file:
        for question in questions:
            pickle.dump(answer(*question), file)
            file.flush()  # an engine may bring the process down
