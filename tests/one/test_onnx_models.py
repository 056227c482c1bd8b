"""Models written to ONNX, and run by onnxruntime beside the model itself."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import hornbeam
from hornbeam import KerasTensor, layers, ops
from hornbeam.backends.onnx.engine import to_onnx
from hornbeam.core.errors import BackendError, ConfigError

RNG = np.random.default_rng(0)


def session(model: Any) -> Any:
    """A model in onnxruntime, once it is checked."""
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def kinds(model: Any) -> list[str]:
    """The operators of the outer graph, in order."""
    return [node.op_type for node in model.graph.node]


def agree(model: Any, written: Any, *inputs: np.ndarray) -> None:
    """onnxruntime gives what the model does."""
    run = session(written)
    names = [node.name for node in run.get_inputs()]
    found = run.run(None, dict(zip(names, inputs, strict=True)))
    wanted = model(inputs[0] if len(inputs) == 1 else list(inputs))
    wanted = wanted if isinstance(wanted, (list, tuple)) else [wanted]
    for a, b in zip(found, map(ops.convert_to_numpy, wanted), strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def encoder() -> Any:
    """A transformer encoder over tokens, with a mask."""
    tokens = hornbeam.Input((None,), dtype="int32", name="tokens")
    x = layers.Embedding(50, 16, mask_zero=True)(tokens)
    for _ in range(2):
        attended = layers.MultiHeadAttention(2, 8)(x, x)
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dropout(0.1)(attended)]))
        x = layers.LayerNormalization()(layers.Add()([x, layers.Dense(16)(layers.Dense(32, activation="gelu")(x))]))
    return hornbeam.Model(
        tokens, layers.Dense(3, activation="softmax", name="classes")(layers.GlobalAveragePooling1D()(x))
    )


def recurrent() -> Any:
    """Recurrent layers over unknown time, in both directions."""
    x = hornbeam.Input((None, 5), name="series")
    y = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(x)
    return hornbeam.Model(x, layers.Dense(2)(layers.GRU(4)(y)))


def convnet() -> Any:
    """A small residual network over images of unknown size."""
    x = hornbeam.Input((None, None, 3), name="images")
    y = layers.Conv2D(8, 3, strides=2, padding="same", use_bias=False)(x)
    y = layers.Activation("relu")(layers.BatchNormalization()(y))
    for _ in range(2):
        z = layers.Conv2D(8, 3, padding="same")(y)
        z = layers.Activation("relu")(layers.BatchNormalization()(z))
        z = layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same")(z))
        y = layers.Activation("relu")(layers.Add()([y, z]))
    return hornbeam.Model(x, layers.Dense(10)(layers.GlobalAveragePooling2D()(layers.MaxPooling2D()(y))))


MODELS: dict[str, tuple[Callable[[], Any], Callable[[int, int], np.ndarray]]] = {
    "encoder": (encoder, lambda n, time: RNG.integers(0, 50, (n, time)).astype("int32")),
    "recurrent": (recurrent, lambda n, time: RNG.standard_normal((n, time, 5)).astype("float32")),
    "convnet": (convnet, lambda n, size: RNG.standard_normal((n, 3 * size, 2 * size + 1, 3)).astype("float32")),
}


@pytest.mark.parametrize("name", MODELS)
def test_models_of_unknown_sizes(trainer: str, name: str) -> None:
    make, given = MODELS[name]
    model = make()
    for variable in model.weights:  # moving averages, too, are other than they start
        variable.assign(variable.numpy() + RNG.uniform(0.0, 0.3, variable.shape).astype("float32"))
    written = to_onnx(model)
    for sizes in ((2, 7), (3, 4)):
        agree(model, written, given(*sizes))


def test_graphs_are_small_and_recognisable() -> None:
    found = {name: to_onnx(make()) for name, (make, _) in MODELS.items()}
    for name, count in (("LayerNormalization", 4), ("Softmax", 3), ("Gelu", 2)):
        assert kinds(found["encoder"]).count(name) == count
    assert [kind for kind in kinds(found["recurrent"]) if kind in ("LSTM", "GRU", "Scan")] == ["LSTM", "LSTM", "GRU"]
    # one Transpose on the way in, and one on the way out
    chain = [kind for kind in kinds(found["convnet"]) if kind not in ("Shape", "Squeeze", "Cast", "Div", "Mul")]
    assert chain.count("Transpose") == 2 and chain[:4] == ["Transpose", "Conv", "BatchNormalization", "Relu"]
    graph = found["encoder"].graph
    assert [node.name for node in graph.input] == ["tokens"] and [node.name for node in graph.output] == ["classes"]
    assert graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    assert "classes/kernel" in {tensor.name for tensor in graph.initializer}


class Loops(layers.Layer):
    """Control flow that depends on values."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dense = layers.Dense(4)

    def call(self, x: Any) -> Any:
        x = self.dense(x) + 1.0
        steps, grown = ops.while_loop(
            lambda i, y: ops.less(ops.max(ops.abs(y)), 30.0), lambda i, y: (i + 1, self.dense(y) + y * 1.5), (0, x)
        )
        chosen = ops.cond(ops.greater(steps, 4), lambda: grown / 2.0, lambda: ops.sqrt(ops.abs(grown)))
        turned = ops.switch(steps % 3, [lambda y: y, lambda y: y + x, lambda y: ops.flip(y, 1)], chosen)
        total, sums = ops.scan(lambda c, row: (c + row, c * ops.cast(ops.shape(row)[0], "float32")), x[0], turned)
        nested = ops.map(
            lambda row: ops.fori_loop(0, 3, lambda i, z: z + ops.vectorized_map(ops.square, row), row), sums
        )
        return steps, total, nested


def test_control_flow(trainer: str) -> None:
    layer = Loops()
    x = RNG.uniform(0.5, 1.0, (3, 4)).astype("float32")
    layer(x)
    written = to_onnx(layer, KerasTensor((None, 4), name="x"))
    assert {"Loop", "If", "Scan"} <= set(kinds(written))
    for given in (x, RNG.uniform(-9.0, 9.0, (5, 4)).astype("float32")):
        agree(layer, written, given)


class Head(layers.Layer):
    """Sizes that are born inside the graph."""

    def call(self, x: Any) -> Any:
        first = x[:, :5]
        return ops.reshape(ops.concatenate([first, x[:, :1]], 1), (-1, 3 * ops.shape(first)[1] + 3))


def test_sizes_born_inside() -> None:
    written = to_onnx(Head(), KerasTensor((None, None, 3)))
    for time in (2, 9):
        agree(Head(), written, RNG.standard_normal((2, time, 3)).astype("float32"))


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_windows_over_unknown_sizes(padding: str, data_format: str) -> None:
    kernel, plane = RNG.standard_normal((3, 2, 2, 4)).astype("float32"), {"data_format": data_format}

    def every(x: Any) -> Any:
        found = [
            ops.conv(x, kernel, strides, padding, dilation_rate=dilation, **plane)
            for strides, dilation in ((1, 1), (2, 1), (1, 2), ((2, 3), 2))
        ]
        found += [ops.depthwise_conv(x, kernel, (2, 3), padding, dilation_rate=2, **plane)]
        for extra in (None, 1):
            found += [ops.conv_transpose(x, kernel.transpose(0, 1, 3, 2), 2, padding, extra, **plane)]
        for pool in (ops.max_pool, ops.average_pool):
            found += [pool(x, size, strides, padding, **plane) for size, strides in ((2, None), (3, 2), ((2, 3), 1))]
        return found

    last = data_format == "channels_last"
    written = to_onnx(every, KerasTensor((None, None, None, 2) if last else (None, 2, None, None)))
    for shape in ((2, 9, 8), (1, 12, 11)):
        x = RNG.standard_normal((*shape, 2)).astype("float32")
        agree(every, written, x if last else np.moveaxis(x, -1, 1))


def test_nothing_in_the_batch() -> None:
    for make, given in (MODELS["encoder"], MODELS["convnet"]):  # onnxruntime's own LSTM aborts the process
        written = session(to_onnx(make()))
        assert written.run(None, {written.get_inputs()[0].name: given(0, 6)})[0].shape[0] == 0


def test_masked_recurrence_and_several_inputs() -> None:
    x, mask = hornbeam.Input((None, 5)), hornbeam.Input((None,), dtype="bool")
    y, *state = layers.LSTM(3, return_sequences=True, return_state=True)(x, mask=mask)
    model = hornbeam.Model([x, mask], [layers.GRU(2, reset_after=False, go_backwards=True)(y), *state])
    seen = RNG.random((4, 6)) < 0.6
    agree(model, to_onnx(model), RNG.standard_normal((4, 6, 5)).astype("float32"), seen)


def test_variables_as_inputs() -> None:
    model = hornbeam.Sequential([hornbeam.Input((4,)), layers.Dense(3), layers.BatchNormalization()])

    def train(x: Any) -> Any:
        return model(x, training=True)

    with pytest.raises(BackendError, match=r"moving_mean.*keeps no state"):
        to_onnx(train, KerasTensor((None, 4)))
    run = session(to_onnx(train, KerasTensor((None, 4), name="x"), variables="inputs"))
    x = RNG.standard_normal((6, 4)).astype("float32")
    values = {variable.path: variable.numpy() for variable in model.variables}
    assert {node.name for node in run.get_inputs()} == {"x", *values}
    output, *updates = run.run(None, {"x": x, **values})
    np.testing.assert_allclose(output, ops.convert_to_numpy(train(x)), rtol=1e-4, atol=1e-5)
    written = [node.name.removesuffix(":new") for node in run.get_outputs()][1:]
    assert len(written) == 2
    for name, value in zip(written, updates, strict=True):
        after = next(variable.numpy() for variable in model.variables if variable.path == name)
        np.testing.assert_allclose(value, after, rtol=1e-5)


def test_half_precision() -> None:
    for dtype in ("float16", "bfloat16"):
        model = hornbeam.Sequential([hornbeam.Input((8, 8, 2)), layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(2)])
        half = hornbeam.Sequential.from_config(model.get_config())
        for layer in half.layers:
            layer.dtype_policy = f"mixed_{dtype}"
        written = to_onnx(lambda x, half=half: ops.cast(half(x), "float32"), KerasTensor((None, 8, 8, 2)))
        x = RNG.standard_normal((2, 8, 8, 2)).astype("float32")
        run = session(written)
        wanted = ops.convert_to_numpy(ops.cast(half(x), "float32"))
        np.testing.assert_allclose(run.run(None, {run.get_inputs()[0].name: x})[0], wanted, rtol=0.05, atol=0.05)


def test_export(tmp_path: Path) -> None:
    model = convnet()
    path = tmp_path / "model.onnx"
    path.write_bytes(b"old")
    model.export(path, format="onnx")
    agree(model, onnx.load(path), MODELS["convnet"][1](2, 6))
    assert [file.name for file in tmp_path.iterdir()] == ["model.onnx"]

    class Net(hornbeam.Model):
        def __init__(self) -> None:
            super().__init__()
            self.head = layers.Dense(2)

        def call(self, x: Any) -> Any:
            return self.head(x)

    net = Net()
    net(np.ones((1, 3), "float32"))
    with pytest.raises(ConfigError, match="does not know its inputs"):
        net.export(path, format="onnx")
    net.export(path, format="onnx", input_signature=[layers.InputSpec(shape=(None, 3), dtype="float32", name="x")])
    agree(net, onnx.load(path), np.ones((4, 3), "float32"))
    with pytest.raises(ConfigError, match="'onnx', not 'pickle'"):
        net.export(path, format="pickle")


def test_a_missing_package_is_named() -> None:
    code = (
        "import sys; sys.modules['onnx_ir'] = None\n"
        "from hornbeam.core.errors import BackendNotInstalledError\n"
        "try:\n    import hornbeam.backends.onnx.engine\n"
        "except BackendNotInstalledError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert 'pip install "hornbeam[onnx]"' in done.stdout
