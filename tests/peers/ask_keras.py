"""Asks real Keras, as a black box in a process of its own: `python ask_keras.py questions.pickle answers.pickle`.

A question is `(name below keras, args, kwargs)` with NumPy arrays for tensors, or a namespace of shape and dtype for
symbolic ones. The answer is a list of `(array, dtype)`, or of `(shape, dtype)`; or the text of the error. The answers
stand in the file one after the other.
"""

from __future__ import annotations

import pickle
import sys
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np

SPREAD = ("ops.einsum", "ops.meshgrid")  # take their tensors one by one


def answer(name: str, args: Any, kwargs: Any) -> Any:
    function: Any = keras
    for part in name.split("."):
        function = getattr(function, part)

    def given(leaf: Any) -> Any:
        if isinstance(leaf, SimpleNamespace):
            return keras.KerasTensor(leaf.shape, leaf.dtype)
        return keras.ops.convert_to_tensor(leaf) if isinstance(leaf, (np.ndarray, np.generic)) else leaf

    if name in SPREAD and isinstance(args[-1], (list, tuple)):
        args = (*args[:-1], *args[-1])
    try:
        args, kwargs = keras.tree.map_structure(given, (args, kwargs), none_is_leaf=True)
        leaves = [leaf for leaf in keras.tree.flatten(function(*args, **kwargs)) if leaf is not None]
        if any(isinstance(leaf, keras.KerasTensor) for leaf in leaves):
            return [(tuple(leaf.shape), keras.backend.standardize_dtype(leaf.dtype)) for leaf in leaves]
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
