"""Settings of the process, and where they come from."""

import json
import warnings

import pytest

from hornbeam.core import config, export
from hornbeam.core.errors import ConfigError


@pytest.fixture
def homes(monkeypatch, tmp_path):
    """Empty settings folders in place of the user's, and no wish in the environment."""
    for name in ("hornbeam", "keras"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"{name.upper()}_HOME", str(tmp_path / name))
        monkeypatch.delenv(f"{name.upper()}_BACKEND", raising=False)
    config.reset()
    yield tmp_path
    config.reset()


def write(homes, name, settings):
    (homes / name / f"{name}.json").write_text(settings if isinstance(settings, str) else json.dumps(settings))
    config.reset()


def test_defaults(homes):
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == ("float32", 1e-7, "channels_last")
    assert config.configured_backend() is None
    assert config.seed() is None


def test_setters(homes):
    config.set_floatx("bfloat16")
    config.set_epsilon(1e-3)
    config.set_image_data_format("channels_first")
    assert (config.floatx(), config.epsilon(), config.image_data_format()) == ("bfloat16", 1e-3, "channels_first")


@pytest.mark.parametrize(
    ("setter", "value"),
    [
        (config.set_floatx, "int32"),
        (config.set_floatx, None),
        (config.set_floatx, []),
        (config.set_epsilon, "small"),
        (config.set_epsilon, True),
        (config.set_image_data_format, "channels"),
        (config.set_seed, 1.5),
        (config.set_seed, "7"),
    ],
)
def test_wrong_values_are_shown(homes, setter, value):
    with pytest.raises(ConfigError) as caught:
        setter(value)
    assert repr(value) in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_seed(homes):
    config.set_seed(3)
    assert config.seed() == 3


def test_hornbeam_file_goes_before_keras_file(homes):
    write(homes, "keras", {"floatx": "float16", "epsilon": 1e-4, "backend": "torch", "other": 1})
    assert (config.floatx(), config.epsilon()) == ("float16", 1e-4)
    assert config.configured_backend() == ("torch", str(homes / "keras" / "keras.json"))
    write(homes, "hornbeam", {"floatx": "float64", "backend": "JAX"})
    assert (config.floatx(), config.epsilon()) == ("float64", 1e-4)
    assert config.configured_backend() == ("jax", str(homes / "hornbeam" / "hornbeam.json"))


def test_a_call_goes_before_the_files(homes):
    write(homes, "keras", {"floatx": "float16"})
    config.set_floatx("float64")
    assert config.floatx() == "float64"


def test_environment_goes_before_the_files(homes, monkeypatch):
    write(homes, "keras", {"backend": "torch"})
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert config.configured_backend() == ("jax", "the environment variable KERAS_BACKEND")
    monkeypatch.setenv("HORNBEAM_BACKEND", "numpy")
    assert config.configured_backend() == ("numpy", "the environment variable HORNBEAM_BACKEND")


@pytest.mark.parametrize(
    "broken", ["{", "[1]", '{"floatx": "int8"}', '{"epsilon": "x"}', '{"backend": 3}', '{"floatx": []}']
)
def test_a_broken_file_is_named_and_ignored(homes, broken):
    write(homes, "keras", broken)
    with pytest.warns(UserWarning, match="keras.json"):
        assert config.floatx() == "float32"
    assert (config.epsilon(), config.configured_backend()) == (1e-7, None)
    with warnings.catch_warnings():  # once is enough
        warnings.simplefilter("error")
        config.floatx()


def test_watchers_hear_of_changes(homes):
    heard = []
    config.on_change(lambda: heard.append(config.floatx()))
    config.set_floatx("float16")
    assert heard == ["float16"]


def test_names_are_marked():
    for name in ("floatx", "set_floatx", "epsilon", "set_epsilon", "image_data_format", "set_image_data_format"):
        assert export.marks[f"keras.config.{name}"] is export.marks[f"keras.backend.{name}"] is getattr(config, name)


def test_a_name_stands_for_one_thing(monkeypatch):
    monkeypatch.setattr(export, "marks", {})

    @export.export("keras.test.thing", "keras.test.alias")
    def thing():
        return 1

    assert thing.__hornbeam_export__ == ("keras.test.thing", "keras.test.alias")
    assert export.marks == {"keras.test.thing": thing, "keras.test.alias": thing}
    with pytest.raises(ValueError, match=r"keras\.test\.alias"):
        export.export("keras.test.other", "keras.test.alias")(lambda: 2)
    assert "keras.test.other" not in export.marks
    with pytest.raises(ValueError, match="at least one"):
        export.export()
