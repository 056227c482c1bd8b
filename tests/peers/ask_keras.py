"""Asks real Keras, as a black box in a process of its own: `python ask_keras.py questions.pickle answers.pickle`.

A question is `(operation, args, kwargs)` with NumPy arrays for tensors. Its answer is a pair: what the call computes, and
what it says of symbolic tensors of these shapes. Either is a list of `(array, dtype)`, or of `(shape, dtype, sparse)`,
or the text of the error.
"""

from __future__ import annotations

import pickle
import sys
from typing import Any

import keras
import numpy as np


SPREAD = ("ops.einsum", "ops.meshgrid")  # take their tensors one by one


def answer(operation: str, args: Any, kwargs: Any, symbolic: bool) -> Any:
    home: Any = keras
    for part in operation.split("."):
        home = getattr(home, part)

    def given(leaf: Any) -> Any:
        if not isinstance(leaf, np.ndarray):
            return leaf
        if symbolic:
            return keras.KerasTensor(leaf.shape, leaf.dtype.name)
        return keras.ops.convert_to_tensor(leaf)

    if operation in SPREAD:
        args = (*args[:-1], *args[-1])
    try:
        args, kwargs = keras.tree.map_structure(given, (args, kwargs), none_is_leaf=True)
        result = home(*args, **kwargs)
        leaves = keras.tree.flatten(result)
        if symbolic:
            return [(leaf.shape, keras.backend.standardize_dtype(leaf.dtype), leaf.sparse) for leaf in leaves]
        found = [keras.ops.convert_to_numpy(leaf) for leaf in leaves]
        return [(array, array.dtype.name) for array in found]
    except Exception as error:  # whatever Keras or its engine says
        return f"{type(error).__name__}: {str(error)[:300]}"


if __name__ == "__main__":
    with open(sys.argv[1], "rb") as file:
        questions = pickle.load(file)
    answers = [tuple(answer(*question, symbolic) for symbolic in (False, True)) for question in questions]
    with open(sys.argv[2], "wb") as file:
        pickle.dump(answers, file)
