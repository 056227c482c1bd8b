"""What samples of the NumPy-like operations cannot say: conversion, errors, sizes that are not known, NumPy itself."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry, tree
from hornbeam.core.dim import Dim
from hornbeam.core.errors import AxisError, ConfigError, DtypeError, MixedBackendsError, ShapeError, UnknownDimError
from hornbeam.core.spec import KerasTensor
from hornbeam.core.variable import Variable
from hornbeam.testing.sample import floats, ints
from hornbeam.testing.samples import samples

# their names in NumPy mean something else, or they differ where all is NaN, equal, or beyond the dtype
UNLIKE_NUMPY = {"select", "pad", "trace", "empty", "empty_like", "full_like", "array_split", "take_along_axis"}
UNLIKE_NUMPY |= {"clip", "nanargmax", "nanargmin", "nan_to_num", "argsort", "nextafter"}
# their arguments are others, and quantiles at several places of several axes have NumPy's own order of axes
UNLIKE_NUMPY |= {"unique", "fft", "bincount", "vectorize", "quantile", "nanquantile"}


@pytest.mark.parametrize("operation", [name for name in samples() if hasattr(np, name) and name not in UNLIKE_NUMPY])
def test_definition_is_numpy(operation: str) -> None:
    """The numpy backend agrees with NumPy's own function of that name, in double precision."""

    def double(leaf: Any) -> Any:
        return leaf.astype("float64") if isinstance(leaf, np.ndarray) and leaf.dtype == np.float32 else leaf

    for sample in samples()[operation]:
        arrays = [x for x in tree.flatten(sample.args) if isinstance(x, np.ndarray)]
        if any(x.dtype not in (np.float32, np.int32) for x in arrays) or "dtype" in sample.kwargs:
            continue
        with registry.scope("numpy"), np.errstate(all="ignore"):
            found = tree.flatten(sample.function(*sample.args, **sample.kwargs))
            wanted = tree.flatten(getattr(np, operation)(*tree.map_structure(double, sample.args), **sample.kwargs))
        for a, b in zip(found, wanted, strict=True):
            np.testing.assert_allclose(
                np.asarray(a, "float64"), np.asarray(b, "float64"), rtol=3e-5, atol=3e-5, err_msg=str(sample)
            )


def test_weak_numbers_keep_the_dtype(backend: str) -> None:
    half = ops.cast(ops.ones((2,)), "float16")
    assert (
        ops.dtype(half * 2.0) == ops.dtype(ops.add(half, 2.0)) == ops.dtype(ops.where(half > 0, half, 0.0)) == "float16"
    )
    assert ops.dtype(ops.add(ops.arange(3), 0.5)) == "float32"
    assert ops.dtype(ops.maximum(ops.cast([1, 2], "uint8"), 1)) == "uint8"


def test_conversion(backend: str) -> None:
    x = ops.convert_to_tensor([1.0, 2.0])
    assert ops.convert_to_tensor(x) is x
    assert ops.is_tensor(x) and not ops.is_tensor([1.0])
    assert ops.dtype(x) == "float32" and ops.dtype(ops.convert_to_tensor([1, 2])) == "int32"
    assert ops.dtype(ops.convert_to_tensor(np.zeros(2, "int8"))) == "int8"
    assert ops.dtype(ops.convert_to_tensor([1, 2], dtype="float16")) == "float16"
    assert ops.shape(x) == (2,) and ops.ndim(x) == 1 and ops.size(x) == 2
    variable = Variable([1.0, 2.0])
    for value in (x, variable, [1.0, 2.0], [x[0], x[1]]):
        np.testing.assert_array_equal(ops.convert_to_numpy(value), np.array([1, 2], "float32"))
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.convert_to_tensor(variable)), [1, 2])
    half = ops.cast(x, "bfloat16")
    assert ops.convert_to_numpy(half).astype("float32").tolist() == [1.0, 2.0]
    with pytest.raises(DtypeError, match="convert_to_tensor"):
        ops.convert_to_tensor(["a", "b"])


def test_variables_are_tensors(backend: str) -> None:
    variable = Variable(np.arange(6, dtype="float32").reshape(2, 3))
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.add(variable, 1.0)), np.arange(1, 7).reshape(2, 3))
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.sum(variable, 0)), [3, 5, 7])
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.concatenate([variable, variable], 1))[0], [0, 1, 2, 0, 1, 2])
    np.testing.assert_array_equal(ops.convert_to_numpy(2.0 / (variable + 1.0))[0], np.float32([2, 1, 2 / 3]))


def test_booleans_index(backend: str) -> None:
    x = ops.convert_to_tensor(np.arange(6, dtype="float32").reshape(2, 3))
    mask = ops.greater(x, 2.5)
    assert ops.convert_to_numpy(ops.get_item(x, mask)).tolist() == [3, 4, 5]
    assert [part.tolist() for part in map(ops.convert_to_numpy, ops.nonzero(x))] == [[0, 0, 1, 1, 1], [1, 2, 0, 1, 2]]
    assert [ops.dtype(part) for part in ops.where(mask)] == ["int32", "int32"]


def test_scatter_of_repeated_rows_adds_up(backend: str) -> None:
    found = ops.scatter([[0], [2], [0]], [1.0, 2.0, 4.0], (4,))
    assert ops.convert_to_numpy(found).tolist() == [5.0, 0.0, 2.0, 0.0]


def test_order_of_equal_elements(backend: str) -> None:
    x = ops.convert_to_tensor(ints(40, high=4))
    np.testing.assert_array_equal(ops.convert_to_numpy(ops.argsort(x)), np.argsort(ints(40, high=4), kind="stable"))
    rows = np.float32([[1.0, np.nan], [np.nan, np.nan]])
    assert ops.convert_to_numpy(ops.nanargmax(rows, 1)).tolist() == [0, -1]
    assert ops.convert_to_numpy(ops.take_along_axis(x, [0, -1])).tolist() == [ints(40, high=4)[0], ints(40, high=4)[-1]]


def test_extremes_of_nothing(backend: str) -> None:
    empty = ops.zeros((0, 3))
    assert ops.convert_to_numpy(ops.max(empty, axis=0, initial=1.0)).tolist() == [1.0, 1.0, 1.0]
    assert ops.shape(ops.sum(empty, axis=1)) == (0,)


def test_linspace_with_its_step(backend: str) -> None:
    numbers, step = ops.linspace(0.0, 1.0, 5, retstep=True)
    assert ops.convert_to_numpy(numbers)[-1] == 1.0 and float(ops.convert_to_numpy(step)) == 0.25


def test_aliases() -> None:
    assert ops.abs is ops.absolute and ops.true_divide is ops.divide and ops.conj is ops.conjugate
    assert ops.left_shift is ops.bitwise_left_shift and ops.bitwise_invert is ops.bitwise_not


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda x: ops.add(x, np.ones((5,), "float32")), ShapeError, r"\(3, 4\)"),
        (lambda x: ops.reshape(x, (5, -1)), ShapeError, "12 elements"),
        (lambda x: ops.concatenate([x, x[:, :2]], 0), ShapeError, "axis 1"),
        (lambda x: ops.split(x, 5, axis=1), ShapeError, "5 parts"),
        (lambda x: ops.squeeze(x, 0), ShapeError, "size 3"),
        (lambda x: ops.sum(x, 2), AxisError, "sum"),
        (lambda x: ops.expand_dims(x, 5), AxisError, "axis"),
        (lambda x: ops.broadcast_to(x, (3, 5)), ShapeError, "broadcast_to"),
        (lambda x: ops.top_k(x, 9), ShapeError, "9"),
        (lambda x: ops.slice(x, (0, 3), (2, 2)), ShapeError, "slice"),
        (lambda x: ops.scatter_update(x, [[0]], np.ones((1, 3), "float32")), ShapeError, "updates"),
        (lambda x: ops.scatter_update(x, [[0]], np.ones((1, 4), "float32"), "mean"), ConfigError, "reduction"),
        (lambda x: ops.pad(x, ((1, 1),) * 3), ShapeError, "pad_width"),
        (lambda x: ops.pad(x, 1, mode="wrap"), ConfigError, "wrap"),
        (lambda x: ops.bitwise_and(x, x), DtypeError, "bitwise_and"),
        (lambda x: ops.add(x, "text"), DtypeError, "x2"),
        (lambda x: ops.quantile(x, 0.5, method="best"), ConfigError, "best"),
    ],
)
def test_errors_say_what_is_wrong(backend: str, call: Any, error: type, says: str) -> None:
    x = ops.convert_to_tensor(floats(3, 4))
    with pytest.raises(error, match=says):
        call(x)
    with pytest.raises(error, match=says):
        call(KerasTensor((3, 4)))


def test_two_engines_in_one_call() -> None:
    with registry.scope("torch"):
        one = ops.ones((2,))
    with registry.scope("jax"):
        other = ops.ones((2,))
    with pytest.raises(MixedBackendsError, match="torch"):
        ops.add(one, other)


def test_symbolic_sizes() -> None:
    batch = Dim.symbol("batch")
    x = KerasTensor((None, 6, 4))
    assert ops.reshape(x, (-1, 8)).dims == (3 * batch, 8)
    assert ops.reshape(x, (ops.shape(x)[0], -1)).dims == (batch, 24)
    assert ops.concatenate([x, x], 0).dims == (2 * batch, 6, 4)
    assert x[1:, :-1].dims == (batch - 1, 5, 4)
    assert x[:, ::-1, None, 0].dims == (batch, 6, 1)
    assert ops.pad(x, ((1, 2), (0, 0), (0, 0))).dims == (batch + 3, 6, 4)
    assert ops.zeros_like(x).dims == x.dims
    assert ops.tile(x, (2, 1, 3)).dims == (2 * batch, 6, 12)
    assert x[:5].shape == (None, 6, 4)
    with pytest.raises(UnknownDimError, match="values"):
        ops.segment_sum(x, KerasTensor((None,), "int32"))
    with pytest.raises(UnknownDimError, match="nonzero"):
        ops.nonzero(x)


def test_unknown_sizes_inside_tf_function() -> None:
    import tensorflow as tf

    with registry.scope("tensorflow"):
        x = ints(4, 3).astype("float32")

        def several(x: Any) -> Any:
            parts = [ops.tril(x), ops.pad(x, 1), ops.mean(x, 0), ops.quantile(x, 0.5), ops.flip(x), ops.roll(x, 1)]
            parts += [ops.one_hot(ops.cast(x, "int32"), 3), ops.reshape(x, (ops.shape(x)[0], -1)), ops.tile(x, 2)]
            return [
                *parts,
                ops.take_along_axis(x, ops.argsort(x, 1), 1),
                ops.pad(x, 1, mode="reflect"),
                ops.zeros_like(x),
            ]

        traced = tf.function(several, input_signature=[tf.TensorSpec((None, None))], autograph=False)
        for a, b in zip(traced(x), several(tf.constant(x)), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)


def test_inside_jit() -> None:
    import jax

    with registry.scope("jax"):
        x = floats(4, 3)

        def several(x: Any, start: Any) -> Any:
            ids = np.array([0, 1, 1, 0])
            return [ops.tril(x), ops.clip(x, 0.0, 1.0), ops.segment_sum(x, ids, 2), ops.slice(x, (start, 0), (2, 3))]

        for a, b in zip(jax.jit(several)(x, 1), several(jax.numpy.asarray(x), 1), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6)
