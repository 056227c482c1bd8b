"""Rules of safe loading, at every entry point. Files are built with zipfile, h5py and json only.

Each attack has a benign twin, the same model without it, that must load; a refusal must come before anything is made,
name the place, leave no trace, and leave the settings of the process alone.
"""

import base64
import copy
import io
import json
import marshal
import os
import random
import zipfile

import h5py
import numpy as np
import pytest

import hornbeam
from hornbeam.core.errors import ModelFormatError, StructureError, UnsafeModelError

METADATA = {"keras_version": "3.15.1", "date_saved": "2026-01-01@00:00:00"}
POLICY = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def form(module, class_name, registered_name=None, build_config=None, **config):
    found = {"module": module, "class_name": class_name, "config": config, "registered_name": registered_name}
    return {**found, "build_config": build_config} if build_config else found


def zeros():
    return form("keras.initializers", "Zeros")


def dense(name="dense", units=2, inputs=3, **changes):
    config = {
        "name": name, "trainable": True, "dtype": copy.deepcopy(POLICY), "units": units, "activation": "relu",
        "use_bias": True, "kernel_initializer": zeros(), "bias_initializer": zeros(), "kernel_regularizer": None,
        "bias_regularizer": None, "kernel_constraint": None, "bias_constraint": None, **changes,
    }  # fmt: skip
    return form("keras.layers", "Dense", build_config={"input_shape": [None, inputs]}, **config)


def lam(function, name="lam"):
    return form("keras.layers", "Lambda", name=name, trainable=True, dtype=copy.deepcopy(POLICY), function=function,
                arguments={})  # fmt: skip


def named(name, module="builtins"):
    return {"module": module, "class_name": "function", "config": name, "registered_name": "function"}


def sequential(*layers, compile_config=None):
    first = form("keras.layers", "InputLayer", batch_shape=[None, 3], dtype="float32", sparse=False, ragged=False,
                 name="input_layer", optional=False)  # fmt: skip
    config = form("keras", "Sequential", name="seq", trainable=True, dtype=copy.deepcopy(POLICY),
                  layers=[first, *layers], build_input_shape=[None, 3])  # fmt: skip
    config["build_config"] = {"input_shape": [None, 3]}
    if compile_config:
        config["compile_config"] = compile_config
    return config


def adam(learning_rate=0.01):
    return form("keras.optimizers", "Adam", name="adam", learning_rate=learning_rate)


def compiled(**changes):
    settings = {"optimizer": adam(), "loss": "mse", "loss_weights": None, "metrics": ["mae"], "weighted_metrics": None,
                "run_eagerly": False, "steps_per_execution": 1, "jit_compile": False}  # fmt: skip
    return {**settings, **changes}


def weights(build=None, **more):
    """A weights file for one Dense layer of two units on three inputs."""
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        values = {
            "layers/dense/vars/0": np.ones((3, 2), "float32"),
            "layers/dense/vars/1": np.zeros(2, "float32"),
            **more,
        }
        for path, value in values.items():
            if value is not None:
                h5[path] = value
        if build is not None:
            build(h5)
    return file.getvalue()


def archive(path, config, h5=None, metadata=None, compression=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", compression) as file:
        file.writestr("metadata.json", json.dumps(METADATA if metadata is None else metadata))
        file.writestr("config.json", config if isinstance(config, (str, bytes)) else json.dumps(config))
        file.writestr("model.weights.h5", weights() if h5 is None else h5)
    return path


@pytest.fixture(autouse=True)
def undisturbed(tmp_path, monkeypatch):
    """No marker appears, and the settings of the process are after a load what they were before."""
    monkeypatch.chdir(tmp_path)
    before = settings()
    yield
    assert not (tmp_path / "marker").exists(), "code from the file was run"
    assert settings() == before


def settings():
    config = hornbeam.config
    return config.floatx(), config.epsilon(), config.image_data_format(), config.dtype_policy().name


def marker_code():
    """Keras' form of a lambda that would leave a marker."""
    code = (lambda x: open("marker", "w") and x).__code__  # noqa: SIM115 - never called
    text = base64.b64encode(marshal.dumps(code)).decode()
    return {"class_name": "__lambda__", "config": {"code": text, "defaults": None, "closure": None}}


# every way into the reader: (file or config) -> model


def by_file(config, tmp_path):
    return hornbeam.saving.load_model(archive(tmp_path / "m.keras", config))


def by_file_without_safe_mode(config, tmp_path):
    return hornbeam.models.load_model(archive(tmp_path / "m.keras", config), safe_mode=False)


def by_json(config, tmp_path):
    return hornbeam.models.model_from_json(json.dumps(config))


def by_deserialize(config, tmp_path):
    return hornbeam.saving.deserialize_keras_object(config)


def by_from_config(config, tmp_path):
    return hornbeam.Sequential.from_config(config["config"])


ENTRY_POINTS = [by_file, by_file_without_safe_mode, by_json, by_deserialize, by_from_config]
OUTSIDE = {
    "python code": marker_code,
    "os.system": lambda: named("system", "os"),
    "eval": lambda: named("eval"),
    "set_floatx": lambda: named("set_floatx", "keras.config"),
    "load_data": lambda: named("load_data", "keras.datasets.mnist"),
    "get_file": lambda: named("get_file", "keras.utils"),
    "load_model": lambda: named("load_model", "keras.saving"),
    "a class of os": lambda: form("os", "system", command="touch marker"),
    "subprocess": lambda: form("subprocess", "Popen", "subprocess>Popen", args=["touch", "marker"]),
    "an unknown layer": lambda: form("keras.layers", "Nope"),
    "a wrapped torch module": lambda: form("keras.layers", "TorchModuleWrapper", name="wrapped"),
}
POSITIONS = {
    "a layer": lambda bad: sequential(bad),
    "an activation": lambda bad: sequential(dense(activation=bad)),
    "an initializer": lambda bad: sequential(dense(kernel_initializer=bad)),
    "a regularizer": lambda bad: sequential(dense(kernel_regularizer=bad)),
    "a constraint": lambda bad: sequential(dense(bias_constraint=bad)),
    "a dtype policy": lambda bad: sequential(dense(dtype=bad)),
    "a Lambda": lambda bad: sequential(dense(), lam(bad)),
    "a nested model": lambda bad: sequential(sequential(dense(), lam(bad))),
    "a wrapper": lambda bad: sequential(
        form("keras.layers", "TimeDistributed", name="t", layer=dense(activation=bad), trainable=True)
    ),
}
COMPILED_POSITIONS = {
    "a loss": lambda bad: sequential(dense(), compile_config=compiled(loss=bad)),
    "a nested loss": lambda bad: sequential(dense(), compile_config=compiled(loss={"dense": [bad]})),
    "a metric": lambda bad: sequential(dense(), compile_config=compiled(metrics=[bad])),
    "an optimizer": lambda bad: sequential(dense(), compile_config=compiled(optimizer=bad)),
    "a schedule": lambda bad: sequential(dense(), compile_config=compiled(optimizer=adam(bad))),
}


@pytest.mark.parametrize("enter", ENTRY_POINTS)
def test_the_benign_twin_loads(enter, tmp_path):
    model = enter(sequential(dense()), tmp_path)
    assert model.predict(np.ones((1, 3), "float32"), verbose=0).shape == (1, 2)


@pytest.mark.parametrize("enter", ENTRY_POINTS[:4])
def test_the_benign_compiled_twin_loads(enter, tmp_path):
    schedule = form("keras.optimizers.schedules", "ExponentialDecay", initial_learning_rate=0.1, decay_steps=10,
                    decay_rate=0.9, staircase=False, name="ExponentialDecay")  # fmt: skip
    loss = form("keras.losses", "MeanSquaredError", name="mse", reduction="sum_over_batch_size")
    twin = sequential(
        dense(activation=named("tanh"), kernel_regularizer=form("keras.regularizers", "L2", l2=0.1)),
        lam(named("relu")),
        compile_config=compiled(optimizer=adam(schedule), loss=loss, metrics=[named("mean_absolute_error")]),
    )  # fmt: skip
    model = enter(twin, tmp_path)
    assert np.isfinite(model.evaluate(np.ones((2, 3), "float32"), np.ones((2, 2), "float32"), verbose=0)[0])


@pytest.mark.parametrize("enter", ENTRY_POINTS)
@pytest.mark.parametrize("position", POSITIONS)
@pytest.mark.parametrize("outside", OUTSIDE)
def test_names_outside_the_allow_list_are_refused_everywhere(outside, position, enter, tmp_path):
    with pytest.raises(UnsafeModelError) as caught:
        enter(POSITIONS[position](OUTSIDE[outside]()), tmp_path)
    assert str(caught.value).startswith("Refused")
    assert len(str(caught.value)) < 1000


@pytest.mark.parametrize("enter", ENTRY_POINTS[:4])
@pytest.mark.parametrize("position", COMPILED_POSITIONS)
@pytest.mark.parametrize("outside", OUTSIDE)
def test_so_are_they_in_what_a_model_was_compiled_with(outside, position, enter, tmp_path):
    with pytest.raises(UnsafeModelError):
        enter(COMPILED_POSITIONS[position](OUTSIDE[outside]()), tmp_path)


@pytest.mark.parametrize(
    "config",
    [
        sequential(dense(activation=named("mean_squared_error"))),
        sequential(dense(activation=named("add"))),
        sequential(dense(), lam(named("mean_squared_error"))),
        sequential(dense(kernel_initializer=form("keras.layers", "Dense", units=2))),
        sequential(dense(kernel_regularizer=zeros())),
        sequential(zeros()),
    ],
)
def test_a_slot_takes_only_its_own_kind(config, tmp_path):
    with pytest.raises(ValueError):
        by_file(config, tmp_path)


def test_the_message_names_what_where_which_file_and_the_way_out(tmp_path):
    with pytest.raises(UnsafeModelError) as caught:
        by_file(sequential(dense(), lam(marker_code())), tmp_path)
    text = str(caught.value)
    assert "Python code" in text and "layers[2] 'lam'.function" in text and "m.keras" in text
    assert "register_keras_serializable" in text
    with pytest.raises(UnsafeModelError, match="custom_objects"):
        by_file(sequential(form(None, "Mine", "pkg>Mine", name="mine")), tmp_path)


def test_custom_objects_are_the_way_out(tmp_path):
    class Mine(hornbeam.layers.Layer):
        def call(self, x):
            return x + 1

    config = sequential(dense(), form(None, "Mine", "pkg>Mine", name="mine", trainable=True))
    path = archive(tmp_path / "m.keras", config)
    with pytest.raises(UnsafeModelError):
        hornbeam.saving.load_model(path)
    model = hornbeam.saving.load_model(path, custom_objects={"Mine": Mine})
    np.testing.assert_allclose(model.predict(np.ones((1, 3), "float32"), verbose=0), 4.0)


def test_an_operation_node_takes_tensors_and_plain_data_only(tmp_path):
    def graph(*args, class_name="Add", module="keras.src.ops.numpy"):
        x = {"class_name": "__keras_tensor__",
             "config": {"shape": [None, 3], "dtype": "float32", "keras_history": ["x", 0, 0]}}  # fmt: skip
        entry = form("keras.layers", "InputLayer", batch_shape=[None, 3], dtype="float32", name="x")
        node = {**form(module, class_name, class_name, name="op"), "name": "op"}
        node["inbound_nodes"] = [{"args": [x, *args], "kwargs": {}}]
        layers = [{**entry, "name": "x", "inbound_nodes": []}, node]
        ends = {"input_layers": [["x", 0, 0]], "output_layers": [["op", 0, 0]]}
        config = form("keras.src.models.functional", "Functional", "Functional", name="f", layers=layers, **ends)
        return archive(tmp_path / "f.keras", config, io_empty())

    def io_empty():
        file = io.BytesIO()
        with h5py.File(file, "w") as h5:
            h5.create_group("vars")
        return file.getvalue()

    model = hornbeam.saving.load_model(graph(1.0))
    np.testing.assert_allclose(model.predict(np.ones((1, 3), "float32"), verbose=0), 2.0)
    bad = [named("relu"), dense(), marker_code(), form("os", "system"), {"a": named("eval")}]
    for argument in bad:
        with pytest.raises(UnsafeModelError):
            hornbeam.saving.load_model(graph(argument))
    for name in ("set_backend", "load_model", "__import__", "Operation"):
        with pytest.raises(UnsafeModelError):
            hornbeam.saving.load_model(graph(1.0, class_name=name))


# budgets, archives and weights


def test_a_config_that_inflates_too_much_is_refused(tmp_path):
    path = archive(tmp_path / "m.keras", b"[" + b" " * (8 << 20) + b"]", compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ModelFormatError, match=r"m\.keras is not a whole \.keras file"):
        hornbeam.saving.load_model(path)


def test_deep_json_is_refused(tmp_path):
    deep = sequential(dense())
    inner = deep["config"]
    for _ in range(300):
        inner["more"] = {}
        inner = inner["more"]
    with pytest.raises(ModelFormatError, match="nested more than"):
        by_file(deep, tmp_path)
    with pytest.raises(ModelFormatError):
        hornbeam.saving.load_model(archive(tmp_path / "d.keras", b"[" * 200_000))


def test_a_bomb_in_the_weights_costs_nothing(tmp_path):
    def bomb(h5):
        h5.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), "float32", chunks=(64, 64), compression="gzip")

    path = archive(tmp_path / "m.keras", sequential(dense()), weights(bomb, **{"layers/dense/vars/0": None}))
    with pytest.raises(StructureError, match="1048576"):
        hornbeam.saving.load_model(path)


@pytest.mark.parametrize("kind", ["soft", "external link", "external storage", "virtual"])
def test_the_weights_cannot_point_at_other_files(kind, tmp_path):
    secret = np.full((3, 2), 42, "float32")
    with h5py.File(tmp_path / "secret.h5", "w") as h5:
        h5["secret"] = secret
    (tmp_path / "secret.bin").write_bytes(secret.tobytes())

    def point(h5):
        group = h5["layers/dense/vars"]
        if kind == "soft":
            group["0"] = h5py.SoftLink("/layers/dense/vars/1")
        elif kind == "external link":
            group["0"] = h5py.ExternalLink(str(tmp_path / "secret.h5"), "/secret")
        elif kind == "external storage":
            group.create_dataset("0", (3, 2), "float32", external=[(str(tmp_path / "secret.bin"), 0, 24)])
        else:
            layout = h5py.VirtualLayout((3, 2), "float32")
            layout[:] = h5py.VirtualSource(str(tmp_path / "secret.h5"), "secret", (3, 2))
            group.create_virtual_dataset("0", layout)

    bad = weights(point, **{"layers/dense/vars/0": None})
    with pytest.raises(ModelFormatError):
        hornbeam.saving.load_model(archive(tmp_path / "m.keras", sequential(dense()), bad))
    model = by_file(sequential(dense()), tmp_path)
    before = model.get_weights()
    (tmp_path / "bad.weights.h5").write_bytes(bad)
    with pytest.raises(ModelFormatError):
        model.load_weights(tmp_path / "bad.weights.h5")
    for one, two in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"layers/dense/vars/1": None}, "missing: layers/dense/vars/1"),
        ({"layers/dense/vars/0": np.ones((4, 2), "float32")}, "(4, 2)"),
        ({"layers/dense/vars/0": np.ones((3, 2), "int32")}, "int32"),
        ({"layers/dense_1/vars/0": np.ones(3, "float32")}, "not in the model: layers/dense_1"),
        ({"layers/dense/vars/2": np.ones(3, "float32")}, "layers/dense/vars/2"),
    ],
)
def test_weights_that_do_not_fit_change_nothing(changes, words, tmp_path):
    bad = weights(**changes)
    with pytest.raises(StructureError) as caught:
        hornbeam.saving.load_model(archive(tmp_path / "bad.keras", sequential(dense()), bad))
    assert words in str(caught.value) and "bad.keras" in str(caught.value)
    model = by_file(sequential(dense()), tmp_path)
    (tmp_path / "bad.weights.h5").write_bytes(bad)
    for path in ("bad.weights.h5", "bad.keras"):
        with pytest.raises(StructureError):
            model.load_weights(path)
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 2), "float32"))


def test_loading_does_not_initialise_what_the_file_holds(tmp_path, monkeypatch):
    from hornbeam.core.variable import Variable

    def fails(self):
        raise AssertionError(f"{self.path} was initialised")

    path = archive(tmp_path / "m.keras", sequential(dense()))
    monkeypatch.setattr(Variable, "initial_value", fails)
    model = hornbeam.saving.load_model(path)
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((3, 2), "float32"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_further_members_are_refused(tmp_path):
    for name in ("model.weights.h5", "evil.py", "../../evil", "/evil", "config.json"):
        path = archive(tmp_path / "m.keras", sequential(dense()))
        with zipfile.ZipFile(path, "a") as file:
            file.writestr(name, b"{}")
        with pytest.raises(ModelFormatError):
            hornbeam.saving.load_model(path)


@pytest.mark.parametrize("name", ["metadata.json", "config.json", "model.weights.h5"])
def test_a_missing_member_is_named(name, tmp_path):
    archive(tmp_path / "whole.keras", sequential(dense()))
    with zipfile.ZipFile(tmp_path / "whole.keras") as whole, zipfile.ZipFile(tmp_path / "m.keras", "w") as part:
        for member in whole.namelist():
            if member != name:
                part.writestr(member, whole.read(member))
    with pytest.raises(ModelFormatError, match=name):
        hornbeam.saving.load_model(tmp_path / "m.keras")


@pytest.mark.parametrize("config", [b"", b"{", b"null", b"[]", b"3", b'{"class_name": 3}', b"\xff\xfe"])
def test_a_config_that_is_no_model(config, tmp_path):
    with pytest.raises(ModelFormatError, match=r"m\.keras"):
        hornbeam.saving.load_model(archive(tmp_path / "m.keras", config))


def test_files_of_the_wrong_kind(tmp_path):
    for data in (b"", b"PK", b"not a model", weights()):
        (tmp_path / "m.keras").write_bytes(data)
        with pytest.raises(ModelFormatError):
            hornbeam.saving.load_model(tmp_path / "m.keras")
    with pytest.raises(FileNotFoundError):
        hornbeam.saving.load_model(tmp_path / "none.keras")
    for path in ("m.h5", "m", "m.pkl"):
        with pytest.raises(ValueError, match=r"\.keras"):
            hornbeam.saving.load_model(path)


@pytest.mark.parametrize("name", ["a/b", "..", "", "a\\b", "a\0b", "x" * 300])
def test_layer_names_are_one_component(name, tmp_path):
    with pytest.raises(ValueError):
        by_file(sequential(dense(name=name)), tmp_path)


# saving


def test_a_save_that_fails_leaves_the_old_file(tmp_path):
    model = by_file(sequential(dense()), tmp_path)
    path = tmp_path / "saved.keras"
    model.save(path)
    before = path.read_bytes()
    model.layers[-1].get_config = lambda: {"name": "dense", "what": object()}
    with pytest.raises(TypeError, match="Cannot save"):
        model.save(path)
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["m.keras", "saved.keras"]


def test_overwrite_false_keeps_the_file(tmp_path):
    model = by_file(sequential(dense()), tmp_path)
    (tmp_path / "old.keras").write_bytes(b"old")
    with pytest.raises(FileExistsError):
        model.save(tmp_path / "old.keras", overwrite=False)
    assert (tmp_path / "old.keras").read_bytes() == b"old"


# mutations


def random_value(rng):
    return rng.choice(
        [None, True, -1, 0, 10**20, 1.5, "x", "", [], {}, [[]], {"class_name": "x", "config": {}}, "__lambda__"]
    )


def mutate(value, rng):
    """`value` with one thing changed somewhere inside."""
    if isinstance(value, (dict, list)) and value and rng.random() < 0.9:
        key = rng.choice(list(value) if isinstance(value, dict) else range(len(value)))
        if rng.random() < 0.15:
            del value[key]
        else:
            value[key] = mutate(value[key], rng)
        return value
    return random_value(rng)


@pytest.mark.parametrize("seed", range(150))
def test_a_mutated_config_neither_crashes_nor_hangs(seed, tmp_path):
    rng = random.Random(seed)
    config = sequential(dense(), lam(named("relu")), compile_config=compiled())
    for _ in range(rng.randint(1, 3)):
        config = mutate(config, rng)
    path = archive(tmp_path / "m.keras", config)
    try:
        hornbeam.saving.load_model(path)
    except (ValueError, TypeError) as error:
        assert str(error)


@pytest.mark.parametrize("seed", range(150))
def test_a_file_with_flipped_bytes_neither_crashes_nor_hangs(seed, tmp_path):
    rng = random.Random(seed)
    data = bytearray(archive(tmp_path / "m.keras", sequential(dense())).read_bytes())
    for _ in range(rng.randint(1, 20)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    (tmp_path / "m.keras").write_bytes(data)
    try:
        hornbeam.saving.load_model(tmp_path / "m.keras")
    except (ValueError, TypeError) as error:
        assert str(error)


@pytest.mark.parametrize("seed", range(150))
def test_weights_with_flipped_bytes_neither_crash_nor_hang(seed, tmp_path):
    rng = random.Random(seed)
    model = by_file(sequential(dense()), tmp_path)
    data = bytearray(weights())
    used = [index for index, byte in enumerate(data) if byte] or [0]
    for _ in range(rng.randint(1, 8)):
        data[rng.choice(used)] = rng.randrange(256)
    (tmp_path / "m.weights.h5").write_bytes(data)
    before = model.get_weights()
    try:
        model.load_weights(tmp_path / "m.weights.h5")
    except (ModelFormatError, StructureError):
        for one, two in zip(before, model.get_weights(), strict=True):
            np.testing.assert_array_equal(one, two)
