"""Whole `.keras` files, with a small stand-in for a model: what is written, and in which order things are read."""

import json
import zipfile

import numpy as np
import pytest

from hornbeam.core.errors import ConfigError, ModelFormatError, StructureError, UnsafeModelError
from hornbeam.saving import model_io


class Var:
    def __init__(self, value, path):
        self.array, self.path, self.placed = np.asarray(value), path, False
        self.shape, self.dtype = self.array.shape, self.array.dtype.name

    def numpy(self):
        return self.array

    def assign(self, value):
        self.array, self.placed = np.asarray(value), True


class Optimizer:
    """Two variables, and a slot for each of the model's once it is built."""

    def __init__(self):
        self.name, self.built = "sgd", False
        self.variables = [Var(np.int32(0), "iteration"), Var(np.float32(0.1), "learning_rate")]

    def build(self, variables):
        self.built = True
        self.variables += [Var(np.zeros_like(v.array), f"{v.path}_momentum") for v in variables]

    def get_config(self):
        return {}

    def save_own_variables(self, store):
        store.update({str(index): v.numpy() for index, v in enumerate(self.variables)})

    def load_own_variables(self, store):
        for index, variable in enumerate(self.variables):
            variable.assign(store[str(index)])


class Net:
    """A model of `units` weights."""

    def __init__(self, units, name="net"):
        self.units, self.name, self.optimizer = units, name, None
        self.own = [Var(np.full(units, 0.5, "float32"), "w")]

    trainable_variables = property(lambda self: self.own)

    def get_config(self):
        return {"units": self.units, "name": self.name}

    @classmethod
    def from_config(cls, config):
        return cls(**config)

    def get_compile_config(self):
        return {"optimizer": "sgd"} if self.optimizer else {}

    def compile_from_config(self, config):
        assert config == {"optimizer": "sgd"}
        self.optimizer = Optimizer()

    def _own_variables(self):
        return self.own

    def predict(self, x):
        return x * self.own[0].array

    def save_own_variables(self, store):
        store["0"] = self.own[0].numpy()

    def load_own_variables(self, store):
        self.own[0].assign(store["0"])


# the stand-ins have the package's own way of loading, not one of their own
Net.load_own_variables.__module__ = Optimizer.load_own_variables.__module__ = "hornbeam.layers.layer"
CUSTOM = {"Net": Net}


def trained(units=3):
    net = Net(units)
    net.compile_from_config({"optimizer": "sgd"})
    net.optimizer.build(net.own)
    net.optimizer.variables[2].array = np.arange(units, dtype="float32")
    net.own[0].array = np.arange(units, dtype="float32") + 1
    return net


def test_a_file_has_keras_members_in_keras_order(tmp_path):
    model_io.save_model(Net(3), tmp_path / "m.keras")
    with zipfile.ZipFile(tmp_path / "m.keras") as file:
        assert file.namelist() == ["metadata.json", "config.json", "model.weights.h5"]
        metadata, config = json.loads(file.read("metadata.json")), json.loads(file.read("config.json"))
    assert metadata["keras_version"] == "3.15.1" and {"date_saved", "hornbeam_version"} <= metadata.keys()
    assert config == {
        "module": None, "class_name": "Net", "config": {"units": 3, "name": "net"}, "registered_name": "Net",
        "compile_config": {},
    }  # fmt: skip


def test_weights_and_optimizer_state_come_back(tmp_path):
    model_io.save_model(trained(), tmp_path / "m.keras")
    again = model_io.load_model(tmp_path / "m.keras", custom_objects=CUSTOM)
    np.testing.assert_array_equal(again.own[0].array, [1, 2, 3])
    np.testing.assert_array_equal(again.optimizer.variables[2].array, [0, 1, 2])
    assert again.own[0].placed
    plain = model_io.load_model(tmp_path / "m.keras", custom_objects=CUSTOM, compile=False)
    assert plain.optimizer is None
    np.testing.assert_array_equal(plain.own[0].array, [1, 2, 3])


def test_a_model_compiled_but_not_trained(tmp_path):
    net = Net(3)
    net.compile_from_config({"optimizer": "sgd"})
    model_io.save_model(net, tmp_path / "m.keras")
    again = model_io.load_model(tmp_path / "m.keras", custom_objects=CUSTOM)
    assert not again.optimizer.built


def test_weights_alone(tmp_path):
    model_io.save_weights(trained(), tmp_path / "m.weights.h5")
    model_io.save_model(trained(), tmp_path / "m.keras")
    for name in ("m.weights.h5", "m.keras"):
        net = Net(3)
        model_io.load_weights(net, tmp_path / name)
        np.testing.assert_array_equal(net.own[0].array, [1, 2, 3])
        with pytest.raises(StructureError, match=r"vars/0 \(3,\) float32 for w \(4,\)"):
            model_io.load_weights(Net(4), tmp_path / name)


def test_another_optimizer_keeps_its_own_state(tmp_path):
    model_io.save_weights(trained(), tmp_path / "m.weights.h5")
    net = trained()
    net.optimizer.variables = net.optimizer.variables[:1]
    net.own[0].array = np.zeros(3, "float32")
    with pytest.warns(UserWarning, match="optimizer"):
        model_io.load_weights(net, tmp_path / "m.weights.h5")
    np.testing.assert_array_equal(net.own[0].array, [1, 2, 3])


def test_json(tmp_path):
    text = model_io.model_to_json(Net(3), indent=2)
    assert model_io.model_from_json(text, custom_objects=CUSTOM).units == 3
    with pytest.raises(UnsafeModelError, match="custom_objects"):
        model_io.model_from_json(text)
    for bad in ("", "{", "[" * 100_000):
        with pytest.raises(ModelFormatError):
            model_io.model_from_json(bad)


def test_a_config_that_does_not_fit_its_class(tmp_path):
    text = model_io.model_to_json(Net(3)).replace('"units"', '"other"')
    with pytest.raises(ModelFormatError, match="other"):
        model_io.model_from_json(text, custom_objects=CUSTOM)


def test_what_is_no_model(tmp_path):
    text = model_io.model_to_json(Net(3))
    with pytest.raises(ModelFormatError, match="not a model"):
        model_io.model_from_json(text, custom_objects={"Net": Optimizer2})


class Optimizer2(Optimizer):
    def __init__(self, **config):
        super().__init__()

    @classmethod
    def from_config(cls, config):
        return cls(**config)


@pytest.mark.parametrize("name", ["m", "m.h5", "m.hdf5", "m.tf", "m.pkl"])
def test_names_that_say_nothing_about_the_form(name, tmp_path):
    for call in (
        lambda: model_io.save_model(Net(3), tmp_path / name),
        lambda: model_io.load_model(tmp_path / name),
        lambda: model_io.save_weights(Net(3), tmp_path / name),
        lambda: model_io.load_weights(Net(3), tmp_path / name),
    ):
        with pytest.raises(ConfigError, match="must end in"):
            call()
    assert not list(tmp_path.iterdir())


def test_a_file_that_exists_is_kept_on_request(tmp_path):
    path = tmp_path / "m.keras"
    path.write_bytes(b"old")
    with pytest.raises(FileExistsError):
        model_io.save_model(Net(3), path, overwrite=False)
    assert path.read_bytes() == b"old"
    model_io.save_model(Net(3), path)
    assert path.read_bytes() != b"old"
