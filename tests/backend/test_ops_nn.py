"""What samples of products, activations, convolutions, norms and losses cannot say: known numbers, and errors."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry, tree
from hornbeam.core.errors import ShapeError
from hornbeam.core.spec import KerasTensor, all_operations
from hornbeam.ops.op import operations
from hornbeam.testing.sample import floats

registry.get("symbolic")
all_operations()


def is_array(value: Any) -> bool:
    return isinstance(value, (np.ndarray, np.generic))


def to_tensors(args: Any) -> Any:
    convert = registry.default().convert
    return tree.map_structure(lambda leaf: convert(leaf, None) if is_array(leaf) else leaf, args)


def to_arrays(result: Any) -> list[np.ndarray]:
    return [np.asarray(registry.default().to_numpy(leaf)) for leaf in tree.flatten(result)]


def call(name: str, *args: Any, **keywords: Any) -> np.ndarray:
    return to_arrays(operations[name].function(*to_tensors(args), **keywords))[0]


FAR = np.array([-200.0, -30.0, 0.0, 30.0, 200.0], "float32")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("sigmoid", [0.0, 9.357623e-14, 0.5, 1.0, 1.0]),
        ("log_sigmoid", [-200.0, -30.0, -0.6931472, -9.357623e-14, 0.0]),
        ("softplus", [0.0, 9.357623e-14, 0.6931472, 30.0, 200.0]),
        ("silu", [0.0, -2.807287e-12, 0.0, 30.0, 200.0]),
        ("elu", [-1.0, -1.0, 0.0, 30.0, 200.0]),
        ("mish", [0.0, -2.807287e-12, 0.0, 30.0, 200.0]),
        ("softmax", [0.0, 0.0, 0.0, 0.0, 1.0]),
        ("log_softmax", [-400.0, -230.0, -200.0, -170.0, 0.0]),
        ("gelu", [0.0, 0.0, 0.0, 30.0, 200.0]),
    ],
)
def test_far_from_zero(backend: str, name: str, wanted: list[float]) -> None:
    np.testing.assert_allclose(call(name, FAR), np.array(wanted, "float32"), rtol=1e-5, atol=1e-30)


def gradient_of(function: Any, x: np.ndarray) -> np.ndarray:
    engine = registry.default()
    return to_arrays(engine.value_and_grad(lambda v: ops.sum(function(v)), (0,), False)(engine.convert(x, None))[1])[0]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("relu", [0, 0, 0, 1, 1]),
        ("sigmoid", [0, 0, 0.25, 0, 0]),
        ("softplus", [0, 0, 0.5, 1, 1]),
        ("log_sigmoid", [1, 1, 0.5, 0, 0]),
        ("silu", [0, 0, 0.5, 1, 1]),
        ("elu", [0, 0, 1, 1, 1]),
        ("gelu", [0, 0, 0.5, 1, 1]),
        ("mish", [0, 0, 0.6, 1, 1]),
        ("squareplus", [0, 0.001108647, 0.5, 0.998891353, 1]),
        ("normalize", [0, 0, 0.0049, 0, 0]),
    ],
)
def test_gradient_at_and_far_from_zero(backend: str, name: str, wanted: list[float]) -> None:
    if not registry.default().differentiable:
        return
    found = gradient_of(operations[name].function, FAR)
    assert np.isfinite(found).all()
    if name != "normalize":
        np.testing.assert_allclose(found, np.array(wanted, "float32"), atol=2e-4)
    else:
        assert np.isfinite(gradient_of(ops.normalize, np.zeros((2, 3), "float32"))).all()


def test_crossentropies_of_certain_scores(backend: str) -> None:
    scores = np.array([[1000.0, -1000.0], [-1000.0, 1000.0]], "float32")
    labels = np.array([0, 0])
    np.testing.assert_allclose(call("sparse_categorical_crossentropy", labels, scores, True), [0, 2000])
    targets = np.eye(2, dtype="float32")[labels]
    np.testing.assert_allclose(call("categorical_crossentropy", targets, scores, True), [0, 2000])
    np.testing.assert_allclose(call("binary_crossentropy", targets, scores, True), [[0, 0], [1000, 1000]])
    certain = np.array([0.0, 1.0], "float32")
    np.testing.assert_allclose(call("binary_crossentropy", certain, certain[::-1].copy()), [16.118095] * 2, rtol=0.02)
    if registry.default().differentiable:
        zeros = np.zeros(2, "float32")
        found = gradient_of(lambda x: ops.binary_crossentropy(certain, x, from_logits=True), zeros)
        np.testing.assert_allclose(found, [0.5, -0.5])


def test_layer_normalization_far_from_the_origin(backend: str) -> None:
    x = np.array([[1e4, 1e4 + 1, 1e4 + 2, 1e4 + 3]], "float32")
    np.testing.assert_allclose(call("layer_normalization", x), [[-1.34164, -0.44721, 0.44721, 1.34164]], atol=1e-3)


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_half_precision(backend: str, kind: str) -> None:
    engine = registry.default()
    x = floats(4, 6)
    halves = ops.cast(engine.convert(x, None), kind)
    near = np.asarray(engine.to_numpy(ops.cast(halves, "float32")))
    norm = np.ones(6, "float32")
    for name, args in [
        ("softmax", ()),
        ("gelu", ()),
        ("relu", ()),
        ("layer_normalization", ()),
        ("rms_normalization", ()),
        ("batch_normalization", (norm, norm, -1)),
        ("batch_norm_training", (norm, norm)),
        ("matmul", (x.T.astype(near.dtype),)),
    ]:
        function = operations[name].function
        given = [ops.cast(engine.convert(arg, None), kind) if name == "matmul" else arg for arg in args]
        found = tree.flatten(function(halves, *given))[0]
        assert engine.dtype(found) == kind, name
        wanted = to_arrays(function(engine.convert(near, None), *args))[0]
        found = np.asarray(engine.to_numpy(ops.cast(found, "float32")))
        np.testing.assert_allclose(found, wanted, rtol=0.05, atol=0.05)
    labels = np.array([0, 1, 2, 3])
    loss = ops.sparse_categorical_crossentropy(labels, halves, from_logits=True)
    assert engine.dtype(loss) == kind


@pytest.mark.parametrize(
    ("left", "right", "wanted"),
    [
        ("int8", "int8", "int32"),
        ("uint8", "uint8", "uint8"),
        ("int32", "float16", "float16"),
        ("bool", "bool", "bool"),
        ("bfloat16", "float16", "float32"),
        ("int16", "uint8", "int16"),
    ],
)
def test_dtype_of_products(backend: str, left: str, right: str, wanted: str) -> None:
    engine = registry.default()
    one, two = (
        ops.cast(engine.convert(np.ones(shape), None), kind) for shape, kind in [((2, 3), left), ((3, 4), right)]
    )
    for found in (ops.matmul(one, two), ops.einsum("ij,jk->ik", one, two)):
        assert engine.dtype(found) == wanted
        np.testing.assert_array_equal(engine.to_numpy(ops.cast(found, "float32")), 1 if wanted == "bool" else 3)


def test_integers_become_floats(backend: str) -> None:
    engine = registry.default()
    whole = engine.convert(np.array([[-1, 0, 2]], "int32"), None)
    for name in ("sigmoid", "softmax", "gelu", "silu", "elu", "normalize"):
        assert engine.dtype(operations[name].function(whole)) == "float32"
    assert engine.dtype(ops.relu(whole)) == "int32"
    np.testing.assert_array_equal(engine.to_numpy(ops.relu(whole)), [[0, 0, 2]])
    image = engine.convert(np.arange(16, dtype="int32").reshape(1, 4, 4, 1), None)
    pooled = ops.max_pool(image, 2)
    assert engine.dtype(pooled) == "int32"
    np.testing.assert_array_equal(engine.to_numpy(pooled)[0, :, :, 0], [[5, 7], [13, 15]])


def test_max_pool_does_not_see_its_padding(backend: str) -> None:
    found = call("max_pool", -np.ones((1, 3, 3, 1), "float32"), 2, padding="same")
    np.testing.assert_array_equal(found, -np.ones((1, 2, 2, 1)))


def test_nan_is_not_lost_in_pooling(backend: str) -> None:
    x = np.ones((1, 2, 2, 1), "float32")
    x[0, 0, 0, 0] = np.nan
    assert np.isnan(call("average_pool", x, 2)).all()


def image(*shape: int) -> np.ndarray:
    return np.ones(shape, "float32")


@pytest.mark.parametrize(
    ("name", "args", "says"),
    [
        ("matmul", (image(2, 3), image(4, 2)), "3 against 4"),
        ("conv", (image(1, 4, 4, 3), image(3, 3, 2, 4)), "3 input channels"),
        ("conv", (image(4, 4, 3), image(3, 3, 3, 4)), "one rank"),
        ("conv", (image(1, 2, 2, 3), image(3, 3, 3, 4)), "does not fit"),
        ("depthwise_conv", (image(1, 4, 4, 3), image(3, 3, 2, 1)), "3 channels"),
        ("conv_transpose", (image(1, 4, 4, 3), image(3, 3, 4, 2)), "3 channels"),
        ("categorical_crossentropy", (image(3, 1), image(3, 4)), "shapes must be equal"),
        ("sparse_categorical_crossentropy", (np.zeros(2, "int32"), image(3, 4)), "one label"),
        ("binary_crossentropy", (image(3), image(3, 1)), "shapes must be equal"),
    ],
)
def test_errors_say_what_does_not_fit(backend: str, name: str, args: Any, says: str) -> None:
    with pytest.raises(ShapeError, match=says):
        call(name, *args)
    with pytest.raises(ShapeError, match=says):
        operations[name].function(*(KerasTensor(arg.shape, arg.dtype.name) for arg in args))


def test_einsum_errors(backend: str) -> None:
    x = image(2, 3)
    with pytest.raises(ShapeError, match="2 operands"):
        ops.einsum("ij,jk->ik", x)
    with pytest.raises(ShapeError, match="'j'"):
        ops.einsum("ij,jk->ik", x, x)


def test_channels_last_output_is_contiguous_on_torch() -> None:
    with registry.scope("torch"):
        x = registry.default().convert(floats(2, 6, 6, 3), None)
        kernel = registry.default().convert(floats(3, 3, 3, 4), None)
        assert ops.conv(x, kernel, padding="same").is_contiguous()
        assert ops.max_pool(x, 2).is_contiguous()
        assert operations["batch_norm_training"].function(x)[0].is_contiguous()
