"""grad, value_and_grad, jit and vmap on every engine that has them."""

import numpy as np
import pytest

import hornbeam
from hornbeam import ops
from hornbeam.core.errors import AxisError, BackendError, ConfigError, ShapeError

X = np.array([0.5, -1.0, 2.0], "float32")


@pytest.fixture
def differentiable(backend):
    if backend == "numpy":
        pytest.skip("numpy does not differentiate; test_numpy_says_so checks what it says")
    return backend


def numpy(x):
    return ops.convert_to_numpy(x)


def test_value_and_grad_agree_with_calculus(differentiable):
    value, gradient = hornbeam.value_and_grad(lambda x: ops.sum(ops.sin(x) * x))(ops.convert_to_tensor(X))
    np.testing.assert_allclose(numpy(value), np.sum(np.sin(X) * X), rtol=1e-6)
    np.testing.assert_allclose(numpy(gradient), np.cos(X) * X + np.sin(X), rtol=1e-5)


def test_gradients_nest(differentiable):
    inner = hornbeam.grad(lambda x: ops.sum(x * x * x))
    outer = hornbeam.grad(lambda x: ops.sum(inner(x)))
    np.testing.assert_allclose(numpy(outer(ops.convert_to_tensor(X))), 6 * X, rtol=1e-6)


def test_structures_several_arguments_and_aux(differentiable):
    def function(weights, x):
        y = ops.sum(weights["a"] * x) + 2.0 * ops.sum(weights["b"])
        return y, {"twice": y * 2}

    weights = {"a": ops.convert_to_tensor(X), "b": ops.convert_to_tensor(X)}
    (value, aux), (by_weights, by_x) = hornbeam.value_and_grad(function, argnums=(0, 1), has_aux=True)(weights, X)
    np.testing.assert_allclose(numpy(aux["twice"]), 2 * numpy(value))
    np.testing.assert_allclose(numpy(by_weights["a"]), X)
    np.testing.assert_allclose(numpy(by_weights["b"]), np.full(3, 2.0))
    np.testing.assert_allclose(numpy(by_x), X)


def test_what_the_value_does_not_depend_on_has_gradient_zero(differentiable):
    gradients = hornbeam.grad(lambda a, b: ops.sum(a), argnums=(0, 1))(X, X)
    np.testing.assert_array_equal(numpy(gradients[1]), np.zeros(3))


def test_gradients_by_variables_keep_assignments(differentiable):
    weight, count = hornbeam.Variable(X), hornbeam.Variable(0.0, trainable=False)

    def function():
        count.assign(count + 1.0)
        return ops.sum(weight * weight)

    _, (gradient,) = hornbeam.value_and_grad(function, variables=[weight])()
    np.testing.assert_allclose(numpy(gradient), 2 * X)
    assert float(count) == 1.0


def test_stateless_call_is_differentiated_by_its_values(differentiable):
    layer = hornbeam.layers.Dense(2)
    layer.build((None, 3))
    values = [variable.value for variable in layer.trainable_variables]

    def loss(values):
        outputs, _ = layer.stateless_call(values, [], ops.convert_to_tensor(X[None]))
        return ops.sum(ops.square(outputs))

    gradients = hornbeam.grad(loss)(values)
    y = X[None] @ layer.kernel.numpy()
    np.testing.assert_allclose(numpy(gradients[0]), 2 * X[:, None] * y, rtol=1e-5)
    np.testing.assert_allclose(numpy(gradients[1]), 2 * y[0], rtol=1e-5)


def test_jit_sees_variables_as_they_are_now(backend):
    weight = hornbeam.Variable(2.0)
    count = hornbeam.Variable(0.0, trainable=False)

    def function(x):
        count.assign(count + 1.0)
        return x * weight

    compiled = hornbeam.jit(function)
    np.testing.assert_allclose(numpy(compiled(ops.convert_to_tensor(X))), 2 * X)
    weight.assign(3.0)
    np.testing.assert_allclose(numpy(compiled(ops.convert_to_tensor(X))), 3 * X)
    assert float(count) == 2.0


def test_vmap_is_the_loop(differentiable):
    a = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    row_sums = hornbeam.vmap(lambda row, x: ops.sum(row * x), in_axes=(0, None))(a, X)
    np.testing.assert_allclose(numpy(row_sums), a @ X, rtol=1e-5)
    columns = hornbeam.vmap(lambda column: column * 2, in_axes=1, out_axes=1)(a)
    np.testing.assert_allclose(numpy(columns), a * 2)


def test_vmap_of_structures(backend):
    a = np.arange(12.0, dtype="float32").reshape(4, 3)
    result = hornbeam.vmap(lambda d: {"sum": ops.sum(d["x"]), "both": (d["y"], None), "one": 1.0})({"x": a, "y": 2 * a})
    np.testing.assert_allclose(numpy(result["sum"]), a.sum(1))
    np.testing.assert_allclose(numpy(result["both"][0]), 2 * a)
    assert result["both"][1] is None
    np.testing.assert_allclose(numpy(result["one"]), np.ones(4))
    scaled = hornbeam.vmap(lambda row, factor: row * factor, in_axes=[0, None])(a, 2)
    np.testing.assert_allclose(numpy(scaled), 2 * a)
    nested = hornbeam.vmap(hornbeam.vmap(lambda x: x * 2), in_axes=-1, out_axes=-1)(a)
    np.testing.assert_allclose(numpy(nested), 2 * a)
    assert numpy(hornbeam.vmap(lambda row: ops.sum(row))(a[:0])).shape == (0,)


def test_vmap_says_what_does_not_fit(backend):
    a = np.ones((4, 3), "float32")
    add = hornbeam.vmap(lambda x, y: x + y)
    with pytest.raises(ShapeError, match="4, 2"):
        add(a, a[:2])
    with pytest.raises(ConfigError, match="in_axes"):
        hornbeam.vmap(lambda x, y: x + y, in_axes=(0,))(a, a)
    with pytest.raises(ConfigError, match="in_axes"):
        hornbeam.vmap(lambda x: x, in_axes=None)(a)
    with pytest.raises(AxisError, match="in_axes=5"):
        hornbeam.vmap(lambda x: x, in_axes=5)(a)
    with pytest.raises(AxisError, match="in_axes=0"):
        hornbeam.vmap(lambda x: x)(np.float32(1.0))


def test_gradients_of_each_example(differentiable):
    a = np.random.default_rng(0).normal(size=(4, 3)).astype("float32")
    weights = ops.convert_to_tensor(X)
    each = hornbeam.vmap(hornbeam.value_and_grad(lambda w, row: ops.sum(w * w * row)), in_axes=(None, 0))
    value, slope = each(weights, a)
    np.testing.assert_allclose(numpy(value), a @ (X * X), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(numpy(slope), 2 * X * a, rtol=1e-5)
    # and the gradient of that: of what the rows' gradients sum up to
    total = hornbeam.grad(lambda w: ops.sum(each(w, a)[1]))(weights)
    np.testing.assert_allclose(numpy(total), 2 * a.sum(0), rtol=1e-5, atol=1e-6)
    aux = hornbeam.vmap(hornbeam.grad(lambda row: (ops.sum(row * row), row + 1.0), has_aux=True))(a)
    np.testing.assert_allclose(numpy(aux[0]), 2 * a, rtol=1e-6)
    np.testing.assert_allclose(numpy(aux[1]), a + 1.0, rtol=1e-6)


def test_gradients_agree_with_finite_differences(differentiable):
    def function(x):
        return ops.sum(ops.log(ops.exp(x) + 1.0) * ops.tanh(x))

    def reference(x):
        return np.sum(np.log(np.exp(x) + 1.0) * np.tanh(x))

    gradient = numpy(hornbeam.grad(function)(ops.convert_to_tensor(X)))
    x = X.astype("float64")
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-6
        slope = (reference(x + step) - reference(x - step)) / 2e-6
        np.testing.assert_allclose(gradient[i], slope, rtol=1e-4)


def test_numpy_says_so():
    with (
        hornbeam.backend_scope("numpy"),
        pytest.raises(BackendError, match=r"numpy backend does not differentiate.*jax"),
    ):
        hornbeam.grad(lambda x: ops.sum(x))(X)
