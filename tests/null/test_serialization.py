"""Objects to plain data and back, and what is refused on the way."""

import json
import threading

import numpy as np
import pytest

from hornbeam.core import serialization
from hornbeam.core.errors import ModelFormatError, UnsafeModelError
from hornbeam.core.export import export, marks
from hornbeam.core.operation_forms import classes, is_operation, serialize_operation
from hornbeam.core.registration import (
    CustomObjectScope,
    get_custom_objects,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)
from hornbeam.core.serialization import check, deserialize_object, is_component, loading, serialize_object
from hornbeam.core.spec import KerasTensor


class Scale:
    def __init__(self, factor=1, name="scale", inner=None):
        self.factor, self.name, self.inner = factor, name, inner

    def get_config(self):
        return {"factor": self.factor, "name": self.name, "inner": self.inner}

    @classmethod
    def from_config(cls, config):
        inner = config.pop("inner", None)
        return cls(**config, inner=deserialize_object(inner))


def double(x):
    return 2 * x


@pytest.fixture
def registered():
    register_keras_serializable("tests")(Scale)
    register_keras_serializable("tests")(double)
    yield
    for name in ("tests>Scale", "tests>double"):
        get_custom_objects().pop(name)
    from hornbeam.core import registration

    registration.registered_names.pop(Scale)
    registration.registered_names.pop(double)


def through_json(value):
    return deserialize_object(json.loads(json.dumps(serialize_object(value))))


@pytest.mark.parametrize(
    "value", [None, True, 3, 2.5, "relu", [1, [2, "x"]], {"a": {"b": [1]}}, slice(1, None, 2), Ellipsis, b"abc"]
)
def test_plain_data_comes_back_as_it_was(value):
    assert through_json(value) == value


def test_tuples_are_written_as_lists_and_read_in_their_tagged_form():
    assert serialize_object((1, (2, 3))) == [1, [2, 3]]
    assert deserialize_object(
        {"class_name": "__tuple__", "items": [1, {"class_name": "__tuple__", "items": []}], "config": None}
    ) == (1, ())


@pytest.mark.parametrize("dtype", ["float32", "float64", "int8", "uint32", "bool"])
def test_arrays_keep_values_and_dtype(dtype):
    array = np.array([[0, 1], [1, 0]], dtype)
    form = serialize_object(array)
    assert form["class_name"] == "__numpy__" and form["config"]["dtype"] == dtype
    again = through_json(array)
    assert again.dtype == dtype
    np.testing.assert_array_equal(again, array)


def test_numpy_scalars_become_numbers():
    assert serialize_object([np.float32(2), np.int64(3), np.bool_(True)]) == [2.0, 3, True]


def test_dtypes_are_named():
    assert serialize_object(np.float32) == {
        "module": "builtins", "class_name": "type", "config": "float32", "registered_name": "type",
    }  # fmt: skip
    assert through_json(np.float32) == "float32"
    assert serialize_object(np.dtype("int8")) == "int8"


def test_symbolic_tensors_keep_shape_and_dtype():
    form = serialize_object(KerasTensor((None, 3), "int32"))
    assert form["config"] == {"shape": [None, 3], "dtype": "int32", "keras_history": None}
    again = deserialize_object(form)
    assert again.shape == (None, 3) and again.dtype == "int32"


@pytest.mark.parametrize("value", [{1, 2}, 1 + 2j, object(), np.array(["a"]), lambda x: x, dict])
def test_what_cannot_be_saved_says_so(value):
    with pytest.raises(TypeError, match="Cannot save"):
        serialize_object(value)


def test_registered_objects(registered):
    form = serialize_object(Scale(3, inner=Scale(4)))
    assert form["module"] is None
    assert form["class_name"] == "Scale"
    assert form["registered_name"] == "tests>Scale"
    again = through_json(Scale(3, inner=Scale(4)))
    assert (again.factor, again.inner.factor) == (3, 4)
    assert get_registered_name(Scale) == "tests>Scale"
    assert get_registered_object("tests>Scale") is Scale
    assert through_json(double) is double


def test_unregistered_objects_are_refused_with_the_way_to_allow_them():
    form = serialize_object(Scale(3))
    assert form["registered_name"] == "Scale"
    with pytest.raises(UnsafeModelError, match=r"Scale.*register_keras_serializable.*custom_objects"):
        deserialize_object(form)
    assert deserialize_object(form, custom_objects={"Scale": Scale}).factor == 3
    with CustomObjectScope({"Scale": Scale}):
        assert deserialize_object(form).factor == 3
    with pytest.raises(UnsafeModelError):
        deserialize_object(form)


def test_scopes_belong_to_their_thread():
    found = []
    with CustomObjectScope({"Scale": Scale}):
        thread = threading.Thread(target=lambda: found.append(get_registered_object("Scale")))
        thread.start()
        thread.join()
        assert get_registered_object("Scale") is Scale
    assert found == [None]


def test_a_shared_object_is_one_again(registered):
    inner = Scale(5)
    with serialization.sharing():
        form = json.loads(json.dumps(serialize_object([inner, inner, Scale(5)])))
    again = deserialize_object({"all": form})["all"]
    assert again[0] is again[1]
    assert again[0] is not again[2]


@pytest.mark.parametrize("safe_mode", [True, False])
def test_code_is_refused_in_either_mode(safe_mode):
    form = {"class_name": "__lambda__", "config": {"code": "4wAA", "defaults": None, "closure": None}}
    with pytest.raises(UnsafeModelError, match="Python code"):
        deserialize_object(form, safe_mode=safe_mode)


@pytest.mark.parametrize(
    "form",
    [
        {"module": "builtins", "class_name": "function", "config": "eval", "registered_name": "function"},
        {"module": "os", "class_name": "function", "config": "system", "registered_name": "system"},
        {"module": "keras.config", "class_name": "function", "config": "set_floatx", "registered_name": "set_floatx"},
        {"module": "keras.datasets.mnist", "class_name": "function", "config": "load_data"},
        {"module": "os", "class_name": "system", "config": {"command": "true"}, "registered_name": None},
        {"module": "keras.utils", "class_name": "get_file", "config": {}, "registered_name": None},
        {"module": "keras.saving", "class_name": "load_model", "config": {}, "registered_name": None},
        {"module": "keras.losses", "class_name": "deserialize", "config": {}, "registered_name": None},
        {"module": "hornbeam.core.registry", "class_name": "get", "config": {}, "registered_name": None},
        {"module": "keras.layers.__init__", "class_name": "__builtins__", "config": {}, "registered_name": None},
        {"module": "keras.layers", "class_name": "TorchModuleWrapper", "config": {}, "registered_name": None},
        {"module": "builtins", "class_name": "type", "config": "object", "registered_name": "type"},
        {"module": "builtins", "class_name": "module", "config": "os", "registered_name": "module"},
        {"module": "keras.src.ops.numpy", "class_name": "set_backend", "config": {}, "registered_name": None},
    ],
)
def test_only_public_names_of_the_right_kind_resolve(form):
    with pytest.raises(UnsafeModelError):
        deserialize_object(form)


def test_no_module_is_imported_because_data_names_it(monkeypatch, tmp_path):
    (tmp_path / "planted.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    for module in ("planted", "keras.planted", "hornbeam.planted", "keras.src.planted"):
        with pytest.raises(UnsafeModelError):
            deserialize_object({"module": module, "class_name": "X", "config": {}, "registered_name": "X"})


def test_errors_name_the_place():
    config = {
        "module": "x",
        "layers": [{"a": 1}, {"config": {"name": "lam", "function": {"class_name": "__lambda__", "config": {}}}}],
    }
    with pytest.raises(UnsafeModelError, match=r"layers\[1\] 'lam'.config.function"):
        deserialize_object(config)


def test_a_mark_is_needed_not_just_a_name():
    @export("keras.activations.for_this_test")
    def for_this_test(x):
        return x

    try:
        form = {"module": "builtins", "class_name": "function", "config": "for_this_test"}
        assert deserialize_object(form) is for_this_test
        assert deserialize_object(form, kind="activation") is for_this_test
        with pytest.raises(UnsafeModelError):
            deserialize_object(form, kind="loss")
    finally:
        marks.pop("keras.activations.for_this_test")


def test_nesting_and_size_have_limits(monkeypatch):
    deep: list = []
    for _ in range(serialization.MAX_DEPTH + 2):
        deep = [deep]
    with pytest.raises(ModelFormatError, match="nested more than"):
        deserialize_object(deep)
    monkeypatch.setattr(serialization, "MAX_NODES", 10)
    with pytest.raises(ModelFormatError, match="more than 10 values"):
        deserialize_object([[] for _ in range(20)])


@pytest.mark.parametrize(
    "form",
    [
        {"class_name": "__numpy__", "config": {"value": [[1], [1, 2]], "dtype": "float32"}},
        {"class_name": "__numpy__", "config": {"value": [1], "dtype": "object"}},
        {"class_name": "__numpy__", "config": {}},
        {"class_name": "__slice__", "config": {"start": "a"}},
        {"class_name": "__bytes__", "config": {"value": 3}},
        {"class_name": ["Dense"], "config": {}},
        {"class_name": "__numpy__", "config": 3},
    ],
)
def test_broken_forms_are_errors_of_the_format(form):
    with pytest.raises((ModelFormatError, UnsafeModelError)):
        deserialize_object(form)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", "a\0b", "x" * 256])
def test_names_are_one_component(name, registered):
    assert not is_component(name)
    form = serialize_object(Scale(1, name="fine"))
    form["config"]["name"] = name
    with pytest.raises(ModelFormatError, match="name"):
        deserialize_object(form)


def test_what_is_allowed_is_passed_down():
    with loading("m.keras", safe_mode=False) as outer, loading() as inner:
        assert inner is outer and not inner.safe_mode
    with loading() as fresh:
        assert fresh.safe_mode


def test_the_source_is_named():
    with loading("m.keras") as load, pytest.raises(UnsafeModelError, match=r"in m\.keras"):
        check({"layers": [{"class_name": "__lambda__", "config": {}}]}, load)


def test_operations_are_written_as_keras_does():
    form, args = serialize_operation("sum", {"x": "X", "axis": 1, "keepdims": False}, "sum_1")
    assert form == {
        "module": "keras.src.ops.numpy", "class_name": "Sum", "registered_name": "Sum",
        "config": {"name": "sum_1", "axis": 1, "keepdims": False},
    }  # fmt: skip
    assert args == ["X"]
    assert serialize_operation("layer_normalization", {"x": 0}, "n")[0]["class_name"] == "LayerNorm"
    assert classes()["onehot"][1] == "OneHot"
    assert is_operation("keras.src.ops.numpy", "Add") and is_operation("keras.src.activations.activations", "ReLU")
    assert not is_operation("keras.layers", "Add") and not is_operation("os.ops", "Add")
