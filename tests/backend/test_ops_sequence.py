"""What samples of attention and control flow cannot say: arguments that are refused, nested loops, their gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hornbeam import ops
from hornbeam.core import registry, tree
from hornbeam.core.errors import ConfigError, MixedBackendsError, ShapeError
from hornbeam.core.spec import KerasTensor, all_operations
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace
from hornbeam.ops import control
from hornbeam.ops.op import operations
from hornbeam.testing.sample import floats
from hornbeam.testing.samples.attention import KEY, QUERY, SEEN, VALUE

all_operations()


def numpy_of(structure: Any) -> Any:
    def read(leaf: Any) -> Any:
        owner = registry.backend_of(leaf)
        return owner.to_numpy(leaf) if owner is not None else leaf

    return tree.map_structure(read, structure)


def tensors(structure: Any) -> Any:
    backend = registry.default()
    return tree.map_structure(
        lambda leaf: backend.convert(leaf, None) if isinstance(leaf, np.ndarray) else leaf, structure
    )


def flat(structure: Any) -> list[np.ndarray]:
    return [np.asarray(leaf) for leaf in tree.flatten(numpy_of(structure))]


def test_attention_in_half_precision(backend: str) -> None:
    arrays = [QUERY, KEY, VALUE]
    half = [ops.cast(x, "bfloat16") for x in tensors(arrays)]
    found = ops.cast(ops.dot_product_attention(*half, mask=tensors(SEEN)), "float32")
    exact = ops.dot_product_attention(*tensors(arrays), mask=tensors(SEEN))
    np.testing.assert_allclose(numpy_of(found), numpy_of(exact), atol=0.05)
    assert registry.default().dtype(ops.dot_product_attention(*half)) == "bfloat16"


def test_attention_refuses(backend: str) -> None:
    x = tensors(QUERY)
    with pytest.raises(ShapeError, match="only supports 4D"):
        ops.dot_product_attention(x[0], x[0], x[0])
    with pytest.raises(ShapeError, match="multiple"):
        ops.dot_product_attention(x, x[:, :, :3], x[:, :, :3])


def test_attention_drops_weights(backend: str) -> None:
    seed = tensors(np.array([1, 2], "uint32"))
    q, k, v = tensors([QUERY, KEY, VALUE])
    attend = operations["attention_with_scores"].function
    plain, scores = attend(q, k, v)
    dropped, same = attend(q, k, v, seed=seed, dropout_rate=0.5)
    np.testing.assert_allclose(numpy_of(scores), numpy_of(same), rtol=1e-5)
    assert not np.allclose(numpy_of(plain), numpy_of(dropped))


# control flow


def test_cond(backend: str) -> None:
    x = ops.convert_to_tensor(np.float32(3.0))
    for limit, result in ((2.0, 30.0), (4.0, 3.0)):
        assert float(numpy_of(ops.cond(ops.greater(x, limit), lambda: ops.multiply(x, 10.0), lambda: x))) == result
    assert float(numpy_of(ops.cond(np.array(False), lambda: 1.0, lambda: 2.0))) == 2.0
    assert ops.cond(True, lambda: 5, lambda: 6) == 5


def test_switch(backend: str) -> None:
    branches = [lambda x: ops.add(x, 1.0), lambda x: ops.multiply(x, 10.0)]
    found = [float(numpy_of(ops.switch(i, branches, 2.0))) for i in (-1, 0, 1, 5)]
    assert found == [3.0, 3.0, 20.0, 20.0]
    with pytest.raises(ConfigError):
        ops.switch(0, [])


def test_scan(backend: str) -> None:
    xs = floats(5, 2)

    def step(carry: Any, x: Any) -> Any:
        total = ops.add(carry, x)
        return total, {"sum": total, "x": ops.multiply(x, 2.0)}

    last, ys = ops.scan(step, np.zeros(2, "float32"), tensors(xs))
    np.testing.assert_allclose(numpy_of(last), xs.sum(0), rtol=1e-5)
    np.testing.assert_allclose(numpy_of(ys["sum"]), np.cumsum(xs, 0), rtol=1e-5)
    np.testing.assert_allclose(numpy_of(ys["x"]), xs * 2)
    _, ys = ops.scan(step, np.zeros(2, "float32"), tensors(xs), reverse=True)
    np.testing.assert_allclose(numpy_of(ys["sum"]), np.cumsum(xs[::-1], 0)[::-1], rtol=1e-5)
    last, ys = ops.scan(lambda c, _: (ops.add(c, 1.0), c), 0.0, length=3)
    assert float(numpy_of(last)) == 3.0
    assert numpy_of(ys).tolist() == [0.0, 1.0, 2.0]
    last, ys = ops.scan(lambda c, x: (ops.add(c, x), None), np.zeros(2, "float32"), tensors(xs))
    assert ys is None
    last, ys = ops.scan(step, np.ones(2, "float32"), tensors(xs[:0]))
    assert numpy_of(last).tolist() == [1.0, 1.0]
    assert numpy_of(ys["sum"]).shape == (0, 2)
    with pytest.raises(ConfigError, match="length"):
        ops.scan(step, 0.0)


def test_while_loop(backend: str) -> None:
    found = ops.while_loop(lambda i, _: ops.less(i, 5), lambda i, x: (ops.add(i, 1), ops.multiply(x, 2.0)), (0, 1.0))
    assert [float(numpy_of(part)) for part in found] == [5.0, 32.0]
    found = ops.while_loop(
        lambda i, _: ops.less(i, 5),
        lambda i, x: (ops.add(i, 1), ops.multiply(x, 2.0)),
        (0, 1.0),
        maximum_iterations=2,
    )
    assert [float(numpy_of(part)) for part in found] == [2.0, 4.0]
    assert int(numpy_of(ops.while_loop(lambda i: ops.less(i, 5), lambda i: ops.add(i, 1), 0))) == 5
    found = ops.while_loop(lambda d: ops.less(d["i"], 5), lambda d: {"i": ops.add(d["i"], 2)}, {"i": 0})
    assert int(numpy_of(found["i"])) == 6


def test_fori_loop(backend: str) -> None:
    assert int(numpy_of(ops.fori_loop(0, 4, lambda i, v: ops.add(v, i), 0))) == 6
    upper = ops.convert_to_tensor(np.int32(4))
    assert int(numpy_of(ops.fori_loop(1, upper, lambda i, v: ops.add(v, i), 10))) == 16


def test_map_and_vectorized_map(backend: str) -> None:
    xs = tensors(floats(4, 3))
    for mapped in (ops.map, ops.vectorized_map):
        np.testing.assert_allclose(numpy_of(mapped(lambda x: ops.sum(x), xs)), numpy_of(xs).sum(1), rtol=1e-5)
        both = mapped(lambda x: ops.add(x[0], x[1]), (xs, xs))
        np.testing.assert_allclose(numpy_of(both), 2 * numpy_of(xs))


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("reverse", [False, True])
def test_associative_scan(backend: str, length: int, reverse: bool) -> None:
    xs = floats(2, length)
    found = numpy_of(ops.associative_scan(ops.add, tensors(xs), reverse=reverse, axis=1))
    whole = np.cumsum(xs[:, ::-1], 1)[:, ::-1] if reverse else np.cumsum(xs, 1)
    np.testing.assert_allclose(found, whole, rtol=1e-4, atol=1e-5)


def test_associative_scan_of_a_structure(backend: str) -> None:
    a, b = floats(5), floats(5, seed=1)

    def affine(first: Any, second: Any) -> Any:
        return ops.multiply(first[0], second[0]), ops.add(ops.multiply(first[1], second[0]), second[1])

    _, values = ops.associative_scan(affine, tensors((a, b)))
    state, expected = 0.0, []
    for factor, term in zip(a, b, strict=True):
        state = state * factor + term
        expected.append(state)
    np.testing.assert_allclose(numpy_of(values), expected, rtol=1e-4, atol=1e-5)


def test_stop_gradient_and_custom_gradient(backend: str) -> None:
    @ops.custom_gradient
    def triple(x: Any) -> Any:
        return ops.multiply(x, 3.0), lambda upstream: ops.multiply(upstream, 100.0)

    x = ops.convert_to_tensor(np.float32(2.0))
    assert float(numpy_of(triple(x))) == 6.0
    assert float(numpy_of(ops.stop_gradient(x))) == 2.0
    engine = registry.default()
    if not engine.differentiable:
        return
    _, (slope,) = engine.value_and_grad(lambda x: ops.add(triple(x), ops.stop_gradient(ops.square(x))), (0,), False)(x)
    assert float(numpy_of(slope)) == 100.0


def test_gradient_through_loops(backend: str) -> None:
    engine = registry.default()
    if not engine.differentiable:
        pytest.skip("the numpy backend does not differentiate")

    def power(x: Any) -> Any:
        last, ys = ops.scan(lambda c, _: (ops.multiply(c, x), c), 1.0, length=3)
        doubled = ops.fori_loop(0, 2, lambda i, v: ops.add(v, v), x)
        chosen = ops.cond(ops.greater(x, 0.0), lambda: ops.multiply(x, 5.0), lambda: x)
        return ops.add(ops.add(last, ops.sum(ys)), ops.add(doubled, chosen))

    _, (slope,) = engine.value_and_grad(power, (0,), False)(ops.convert_to_tensor(np.float32(2.0)))
    # x**3 + (1 + x + x**2) + 4 x + 5 x
    assert float(numpy_of(slope)) == pytest.approx(12 + 5 + 4 + 5)


def test_compiled_control_flow(backend: str) -> None:
    def program(x: Any) -> Any:
        y = ops.cond(ops.greater(ops.sum(x), 0.0), lambda: ops.multiply(x, 2.0), lambda: ops.negative(x))
        _, ys = ops.scan(lambda c, row: (ops.add(c, row), ops.multiply(c, row)), ops.zeros((3,)), y)
        (end,) = ops.while_loop(lambda v: ops.less(ops.max(v), 100.0), lambda v: (ops.multiply(v, 2.0),), (ys,))
        return end, ops.switch(1, [lambda v: v, lambda v: ops.add(v, 1.0)], y)

    for sign in (1.0, -1.0):
        x = tensors(np.abs(floats(4, 3)) * sign)
        for a, b in zip(flat(registry.default().compile(program)(x)), flat(program(x)), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4)


def test_recorded_control_flow(backend: str) -> None:
    """Sub-graphs take tensors from around them, nest, and replay where the recording did not run."""

    def program(x: Any, y: Any) -> Any:
        outer = ops.multiply(y, 2.0)

        def step(carry: Any, row: Any) -> Any:
            inner = ops.cond(ops.greater(ops.sum(row), 0.0), lambda: ops.add(row, outer), lambda: carry)
            return ops.add(carry, inner), inner

        carry, ys = ops.scan(step, ops.zeros((3,)), x)
        total, count = ops.while_loop(
            lambda v, _: ops.less(ops.max(v), 50.0),
            lambda v, n: (ops.add(ops.multiply(v, 2.0), 1.0), ops.add(n, 1)),
            (ops.absolute(carry), 0),
        )
        mapped = ops.vectorized_map(lambda row: ops.add(row, carry), ys)
        return carry, ys, total, count, mapped, ops.switch(count, [lambda v: v, lambda v: ops.negative(v)], outer)

    graph = trace(program, KerasTensor((None, 3)), KerasTensor((3,)))
    assert {"scan", "while_loop", "vectorized_map", "switch"} <= {node.op.name for node in graph if node.op}
    assert [spec.shape for spec in graph.output_tensors()] == [(3,), (None, 3), (3,), (), (None, 3), (3,)]
    for seed in (0, 1):
        given = tensors([floats(4, 3, seed=seed), floats(3, seed=5 + seed)])
        replayed, _ = interpret(graph, given)
        for a, b in zip(flat(replayed), flat(program(*given)), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-4)


def test_recording_refuses_branches_that_differ(backend: str) -> None:
    with pytest.raises(ShapeError, match="true_fn"):
        ops.cond(KerasTensor((), "bool"), lambda: ops.zeros((3,)), lambda: ops.zeros((2,)))
    with pytest.raises(ShapeError, match="carry"):
        ops.scan(lambda c, x: (ops.expand_dims(c, 0), x), KerasTensor((2,)), KerasTensor((4, 2)))


def test_two_engines_in_one_loop_are_refused() -> None:
    one, two = registry.get("jax").convert(1.0, None), registry.get("torch").convert(1.0, None)
    with pytest.raises(MixedBackendsError, match="jax and torch"):
        control.while_loop(lambda a, b: a < b, lambda a, b: (a, b), (one, two))
