"""Class forms of operations: made from the record, equal to the function."""

import numpy as np
import pytest

import hornbeam
from hornbeam import ops
from hornbeam.core.errors import ConfigError
from hornbeam.ops.forms import class_form


def test_attributes_at_the_making_tensors_at_the_call():
    concatenate = class_form("concatenate")(axis=0, name="join")
    a, b = hornbeam.KerasTensor((2, 3)), hornbeam.KerasTensor((1, 3))
    assert concatenate([a, b]).shape == (3, 3)
    assert concatenate.get_config() == {"name": "join", "axis": 0}
    assert type(concatenate).from_config(concatenate.get_config())([a, b]).shape == (3, 3)
    assert type(concatenate).__name__ == "Concatenate"


@pytest.mark.parametrize("name", ["add", "relu", "exp", "multiply", "softmax", "sum", "matmul", "expand_dims"])
def test_a_class_computes_what_its_function_does(name):
    x = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    arguments = {"add": (x, x), "multiply": (x, x), "matmul": (x, x)}.get(name, (x,))
    settings = {"axis": 1} if name in ("softmax", "sum", "expand_dims") else {}
    with hornbeam.backend_scope("numpy"):
        expected = getattr(ops, name)(*arguments, **settings)
        np.testing.assert_array_equal(class_form(name)(**settings)(*arguments), expected)


def test_recorded_as_the_operation_itself():
    x = hornbeam.Input((3,))
    y = class_form("add")()(x, x)
    assert y.node.op is ops.add.op


def test_unknown_operations_are_named():
    with pytest.raises(ConfigError, match="fold_space_time"):
        class_form("fold_space_time")
