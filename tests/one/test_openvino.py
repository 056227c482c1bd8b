"""Operations and models on OpenVINO: computed one by one, and written as `openvino.Model`s and run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np
import openvino as ov
import pytest

import hornbeam
from hornbeam import layers, ops
from hornbeam.backends.openvino.engine import ACCURATE, OpenvinoWriter, core
from hornbeam.backends.openvino.writer import model_of
from hornbeam.core import registry, tree
from hornbeam.core.dim import Dim
from hornbeam.core.dtype import is_complex
from hornbeam.core.errors import BackendError, DtypeError, MixedBackendsError, UnknownDimError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.trace import trace
from hornbeam.testing.properties import arrays, batched, call, close, draws, expected, is_drawn, results, tensors
from hornbeam.testing.sample import Sample, every_operation
from hornbeam.testing.samples import samples

# operations that call a gap, for some arguments at least
# fmt: off
LACKING = {
    "cholesky", "cholesky_inverse", "det", "eig", "eigh", "inv", "logdet", "lstsq", "lu_factor", "matrix_rank", "norm",
    "pinv", "qr", "slogdet", "solve", "solve_triangular", "svd", "view", "nextafter", "view_as_complex",
    "linalg.det", "linalg.inv", "linalg.pinv", "linalg.slogdet", *OpenvinoWriter.gaps,
}
# fmt: on


def is_held(sample: Sample) -> bool:
    """Whether OpenVINO has the dtypes of a sample."""
    if sample.operation == "image.affine_transform" and sample.kwargs.get("interpolation") == "nearest":
        return False  # a pixel lies in the middle between two, and the device does not round quotients to the last bit
    kinds = [array.dtype.name for array in arrays(sample)]
    return not any(map(is_complex, kinds)) and (is_drawn(sample) or not any(is_complex(k) for _, k in expected(sample)))


def is_lacking(operation: str, error: BackendError) -> bool:
    """Whether the error tells of a gap, in an operation that is known to have one."""
    return operation in LACKING and any(reason in str(error) for reason in OpenvinoWriter.gaps.values())


def run(model: ov.Model, given: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Outputs of a model on the CPU."""
    inputs = [
        ov.Tensor(np.ascontiguousarray(x).view("uint16"), x.shape, ov.Type.bf16) if x.dtype.name == "bfloat16" else x
        for x in given
    ]
    found = core.compile_model(model, "CPU", ACCURATE).create_infer_request().infer(inputs)
    kinds = [output.get_element_type() for output in model.outputs]
    return [
        np.array(x).view("uint16").view(ml_dtypes.bfloat16) if kind == ov.Type.bf16 else np.array(x)
        for x, kind in zip(found.values(), kinds, strict=True)
    ]


# Rows


# compiling takes its time: what is written with other operations waits for the long run
every_operation_sampled = pytest.mark.parametrize(
    "operation",
    [
        pytest.param(name, marks=[] if name in OpenvinoWriter.table else [pytest.mark.slow])
        for name in sorted(samples())
    ],
)


@pytest.mark.filterwarnings("ignore")
@every_operation_sampled
def test_values_and_dtypes(operation: str) -> None:
    engine = registry.get("openvino")
    with registry.scope("openvino"):
        for sample in filter(is_held, samples()[operation]):
            try:
                found = results(call(sample, tensors(engine, arrays(sample))))
            except BackendError as error:
                assert is_lacking(operation, error), sample
                continue
            if is_drawn(sample):
                draws(engine, sample)
                continue
            close(found, expected(sample), sample)
            kinds = [engine.narrow.get(kind, kind) for _, kind in expected(sample)]
            assert [kind for _, kind in found] == kinds, sample


def written(rows: Sequence[Sample]) -> ov.Model:
    """One model that makes the calls of all samples, with a batch of their own where they have one."""
    given = []
    for number, sample in enumerate(rows):
        places = batched(sample)
        specs = enumerate(arrays(sample))
        given.append(
            [
                KerasTensor((Dim.symbol(f"batch_{number}"), *x.shape[1:]) if i in places else x.shape, x.dtype.name)
                for i, x in specs
            ]
        )
    return model_of(trace(lambda leaves: [call(*pair) for pair in zip(rows, leaves, strict=True)], given))


@pytest.mark.filterwarnings("ignore")
@every_operation_sampled
def test_written_with_unknown_batch(operation: str) -> None:
    def is_written(sample: Sample) -> bool:
        # the device does not run what is empty without having been known to be
        empty = any(0 in arrays(sample)[i].shape for i in batched(sample))
        return is_held(sample) and sample.fixed and not is_drawn(sample) and not empty

    rows = [sample for sample in samples()[operation] if is_written(sample)]
    if not rows:
        return
    try:
        groups = [(rows, written(rows))]
    except BackendError:
        groups = []
        for sample in rows:
            try:
                groups.append(([sample], written([sample])))
            except BackendError as error:
                assert is_lacking(operation, error), sample
    for some, model in groups:
        for times in (1, 2):
            given = [
                [np.concatenate([x] * times) if i in batched(sample) else x for i, x in enumerate(arrays(sample))]
                for sample in some
            ]
            found = iter(run(model, [x for own in given for x in own]))
            for sample, own in zip(some, given, strict=True):
                with registry.scope("numpy"):
                    wanted = results(call(sample, own)) if times > 1 else expected(sample)
                close([(next(found), kind) for _, kind in wanted], wanted, sample, "written")


def test_every_primitive_has_an_entry_or_a_reason() -> None:
    primitives = {name for name, op in every_operation().items() if op.body is None}
    assert primitives - set(OpenvinoWriter.table) == set(OpenvinoWriter.gaps)
    assert not set(OpenvinoWriter.table) - set(every_operation())


# What the device computes wrongly, and the entries do not


@pytest.mark.parametrize("dtype", ["int32", "uint32", "int16", "uint8"])
def test_whole_numbers_are_exact(dtype: str) -> None:
    """Beyond the 24 bits of float32, to the ends of the dtype, and around them."""
    limits = np.iinfo(dtype)
    generator = np.random.default_rng(0)
    a = generator.integers(limits.min, limits.max, 500, dtype, endpoint=True)
    b = generator.integers(limits.min, limits.max, 500, dtype, endpoint=True) >> generator.integers(0, 30, 500).astype(
        dtype
    )
    a[:6] = limits.max, limits.max, limits.min, limits.max - 1, 7, 0
    b[:6] = 1, limits.max, limits.max, limits.max, 0, 5
    same = np.array([limits.max, limits.max - 1, limits.max, limits.min, limits.min + 1], dtype)
    arithmetic = ["add", "subtract", "multiply", "floor_divide", "mod", "bitwise_xor"]
    pairs = [*arithmetic, "maximum", "minimum", "equal", "less", "less_equal", "greater_equal"]
    with np.errstate(all="ignore"):
        for x, y in ((a, b), (same, same[::-1].copy())):
            for name in pairs:
                found = ops.convert_to_numpy(_on_openvino(name, x, y))
                np.testing.assert_array_equal(found, getattr(np, name)(x, y), err_msg=f"{name} {dtype}")
        for name in ("max", "min", "sort", "argsort", "argmax", "argmin"):
            wanted = np.argsort(a, kind="stable") if name == "argsort" else getattr(np, name)(a)
            np.testing.assert_array_equal(
                ops.convert_to_numpy(_on_openvino(name, a)), wanted, err_msg=f"{name} {dtype}"
            )
        wide = a.astype("int32") if dtype.startswith("int") else a.astype("uint32")
        for name in ("sum", "prod", "cumsum", "cumprod"):
            wanted = getattr(np, name)(wide[:40], dtype=wide.dtype)
            np.testing.assert_array_equal(ops.convert_to_numpy(_on_openvino(name, wide[:40])), wanted, err_msg=name)
        square = wide[:16].reshape(4, 4)
        found = ops.convert_to_numpy(_on_openvino("matmul", square, square))
        np.testing.assert_array_equal(found, square @ square)


def _on_openvino(name: str, *given: np.ndarray) -> Any:
    with registry.scope("openvino"):
        return getattr(ops, name)(*map(ops.convert_to_tensor, given))


def test_nan_is_kept() -> None:
    x = np.array([[np.nan, 1.0, np.inf], [2.0, -np.inf, 0.0]], "float32")
    for name in ("relu", "maximum", "minimum", "max", "min", "sort", "argmax", "argmin", "argsort", "clip"):
        args = {"maximum": (x[::-1].copy(),), "minimum": (x[::-1].copy(),), "clip": (-1.0, 1.0)}.get(name, ())
        with registry.scope("openvino"):
            found = ops.convert_to_numpy(getattr(ops, name)(ops.convert_to_tensor(x), *args))
        with registry.scope("numpy"):
            np.testing.assert_array_equal(found, getattr(ops, name)(x, *args), err_msg=name)


# Tensors


def test_the_tensor_decides() -> None:
    with registry.scope("openvino"):
        x = ops.convert_to_tensor(np.arange(6, dtype="float32").reshape(2, 3))
    assert registry.backend_of(x).name == "openvino"
    for found in (x + 1, np.ones((2, 3), "float32") + x, 1 + x):
        assert registry.backend_of(found).name == "openvino"
        np.testing.assert_array_equal(np.asarray(found), np.arange(6, dtype="float32").reshape(2, 3) + 1)
    np.testing.assert_array_equal(np.asarray(x[x > 2]), [3, 4, 5])
    np.testing.assert_array_equal(np.asarray(x[0, : ops.argmax(x[0])]), [0, 1])
    assert (x.shape, x.dtype, len(x), float(x[1, 2]), bool(x[0, 0])) == ((2, 3), "float32", 2, 5.0, False)


def test_numbers_of_64_bits_become_32_or_are_refused() -> None:
    with registry.scope("openvino"):
        assert ops.convert_to_tensor(np.array([1.5])).dtype == "float32"
        assert ops.cast(np.array([-1]), "int64").dtype == "int32"
        with pytest.raises(DtypeError, match="32 bits"):
            ops.convert_to_tensor(np.array([2**40]))
        with pytest.raises(DtypeError, match="complex64"):
            ops.convert_to_tensor(np.array([1j], "complex64"))


def test_control_flow_runs_eagerly() -> None:
    with registry.scope("openvino"):
        assert int(ops.while_loop(lambda i: i < 10, lambda i: (i + 3,), (0,))[0]) == 12
        assert float(ops.cond(ops.convert_to_tensor(True), lambda: ops.ones(()), lambda: ops.zeros(()))) == 1.0
        assert np.asarray(ops.scan(lambda c, x: (c + x, c + x), 0, ops.arange(4))[1]).tolist() == [0, 1, 3, 6]


def test_vmap_is_the_loop() -> None:
    with registry.scope("openvino"):
        x = ops.convert_to_tensor(np.arange(6, dtype="float32").reshape(2, 3))
    found = hornbeam.vmap(lambda row: (ops.sum(row), None))(x)
    assert np.asarray(found[0]).tolist() == [3.0, 12.0]
    assert registry.backend_of(found[0]).name == "openvino"


def test_random_numbers_repeat() -> None:
    def draw(name: str) -> np.ndarray:
        with registry.scope(name):
            return ops.convert_to_numpy(hornbeam.random.uniform((5, 3), seed=7))

    assert np.array_equal(draw("openvino"), draw("openvino"))
    hornbeam.config.set_random_mode("portable")
    try:
        assert np.array_equal(draw("openvino"), draw("numpy"))
    finally:
        hornbeam.config.set_random_mode("native")


# Errors


def test_engines_do_not_mix() -> None:
    with registry.scope("openvino"):
        x = ops.ones((2,))
    with registry.scope("jax"):
        y = ops.ones((2,))
    with pytest.raises(MixedBackendsError, match=r"openvino.*jax|jax.*openvino"):
        ops.add(x, y)


def test_a_gap_says_why() -> None:
    with registry.scope("openvino"), pytest.raises(BackendError, match="decompositions"):
        ops.cholesky(ops.eye(3))


def test_models_do_not_train() -> None:
    with registry.scope("openvino"):
        model = hornbeam.Sequential([layers.Input((3,)), layers.Dense(2)])
        model.compile("sgd", "mse")
        with pytest.raises(BackendError, match="openvino backend, which evaluates and predicts but does not train"):
            model.fit(np.ones((4, 3)), np.ones((4, 2)), verbose=0)
        with pytest.raises(BackendError, match="does not differentiate"):
            hornbeam.grad(lambda x: ops.sum(x))(ops.ones((2,)))


def test_a_size_that_nothing_tells() -> None:
    x = KerasTensor((None, 3))
    graph = trace(lambda x: ops.full((Dim.symbol("elsewhere"),), 1.0), x)
    with pytest.raises(UnknownDimError, match="elsewhere"):
        model_of(graph)


# Models


def transformer() -> tuple[Any, KerasTensor]:
    """An encoder of two blocks, over tokens."""
    tokens = layers.Input((None,), dtype="int32")
    x = layers.Embedding(50, 16)(tokens)
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.MultiHeadAttention(4, 4)(y, y)])
        y = layers.Dense(32, activation="gelu")(layers.LayerNormalization()(x))
        x = layers.Add()([x, layers.Dense(16)(y)])
    x = layers.GlobalAveragePooling1D()(x)
    return hornbeam.Model(tokens, layers.Dense(3, activation="softmax")(x)), KerasTensor((None, None), "int32")


def recurrent() -> tuple[Any, KerasTensor]:
    """LSTM and GRU, forward and backward."""
    x = steps = layers.Input((None, 5))
    x = layers.LSTM(8, return_sequences=True)(x)
    x = layers.Bidirectional(layers.GRU(4))(x)
    return hornbeam.Model(steps, layers.Dense(2)(x)), KerasTensor((None, None, 5))


def residual() -> tuple[Any, KerasTensor]:
    """A convolutional net with two residual blocks."""
    x = image = layers.Input((None, None, 3))
    x = layers.Conv2D(8, 3, padding="same")(x)
    for strides in (1, 2):
        y = layers.Activation("relu")(layers.BatchNormalization()(x))
        y = layers.Conv2D(8 * strides, 3, strides=strides, padding="same")(y)
        x = layers.Conv2D(8 * strides, 1, strides=strides, padding="same")(x)
        x = layers.Add()([x, y])
    x = layers.MaxPooling2D(2)(x)
    x = layers.GlobalAveragePooling2D()(x)
    return hornbeam.Model(image, layers.Dense(4)(x)), KerasTensor((None, None, None, 3))


def batch(spec: KerasTensor, size: int, length: int) -> np.ndarray:
    generator = np.random.default_rng(size)
    shape = [size, *(length if n is None else n for n in spec.shape[1:])]
    if spec.dtype == "int32":
        return generator.integers(0, 50, shape).astype("int32")
    return generator.standard_normal(shape).astype("float32")


@pytest.mark.parametrize("build", [transformer, recurrent, residual])
def test_models_move_and_are_written(trainer: str, build: Any) -> None:
    model, spec = build()
    for weight in model.non_trainable_weights:  # moving averages that are not 0 and 1
        weight.assign(np.random.default_rng(1).uniform(0.5, 1.5, weight.shape).astype(weight.dtype))
    model_written = model_of(trace(lambda x: model(x), spec))
    moved = model.to_backend("openvino")
    for size, length in ((2, 6), (3, 9)):
        x = batch(spec, size, length)
        wanted = model.predict(x, verbose=0)
        np.testing.assert_allclose(moved.predict(x, verbose=0), wanted, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(ops.convert_to_numpy(moved(x)), wanted, rtol=1e-4, atol=1e-4)
        np.testing.assert_allclose(run(model_written, [x])[0], wanted, rtol=1e-4, atol=1e-4)
    assert all(not output.get_partial_shape().is_static for output in model_written.outputs)


def test_evaluate_and_new_weights() -> None:
    with registry.scope("jax"):
        model = hornbeam.Sequential([layers.Input((3,)), layers.Dense(4, activation="relu"), layers.Dense(1)])
        model.compile("sgd", "mse", metrics=["mae"])
    moved = model.to_backend("openvino")
    x, y = batch(KerasTensor((None, 3)), 40, 0), batch(KerasTensor((None, 1)), 40, 0)
    for scale in (1.0, 0.5, 2.0, 3.0):  # programs hold weights as constants until these change
        for each in (model, moved):
            each.set_weights([weight * scale for weight in each.get_weights()])
        wanted = model.evaluate(x, y, verbose=0, batch_size=16)
        np.testing.assert_allclose(moved.evaluate(x, y, verbose=0, batch_size=16), wanted, rtol=1e-5)
        np.testing.assert_allclose(moved.predict(x, verbose=0), model.predict(x, verbose=0), rtol=1e-4, atol=1e-5)


def test_sub_graphs_take_sizes_from_around_them() -> None:
    def function(x: Any, pred: Any) -> Any:
        batch_size = ops.shape(x)[0]
        total, rows = ops.scan(
            lambda carry, row: (carry + row, ops.sum(row) + ops.cast(ops.full((), batch_size), "float32")),
            ops.zeros((4,)),
            x,
            reverse=True,
        )
        chosen = ops.cond(pred, lambda: ops.full((batch_size, 2), 1.0), lambda: ops.zeros((batch_size, 2)))
        turned = ops.switch(ops.cast(pred, "int32"), [lambda x: x + 1, lambda x: x * 2, lambda x: x], x)
        last = ops.full((), batch_size, "int32")
        steps = ops.while_loop(lambda i, _: i < last, lambda i, y: (i + 1, y + 1.0), (0, x[:, 0]))
        return total, rows, chosen, turned, steps[1]

    model = model_of(trace(function, KerasTensor((None, 4)), KerasTensor((), "bool")))
    for size, pred in ((3, True), (5, False)):
        x = batch(KerasTensor((None, 4)), size, 0)
        with registry.scope("numpy"):
            wanted = tree.flatten(function(x, np.array(pred)))
        for found, each in zip(run(model, [x, np.array(pred)]), wanted, strict=True):
            np.testing.assert_allclose(found, each, rtol=1e-5, atol=1e-6)
