"""Models to files and back: `.keras` archives, weights files, and configs as JSON."""

from __future__ import annotations

import datetime
import io
import json
import os
import tempfile
import warnings
from typing import IO, Any

from hornbeam.core.errors import ConfigError, ModelFormatError, NotBuiltError, UnsafeModelError
from hornbeam.core.export import export
from hornbeam.core.serialization import Load, check, deserialize_object, loading, serialize_object, sharing
from hornbeam.core.version import __version__
from hornbeam.saving.archive import CONFIG_LIMIT, IN_MEMORY, METADATA_LIMIT, MIB, Archive, replacing, write_archive
from hornbeam.saving.weights import expected_bytes, read_weights, write_weights

METADATA, CONFIG, WEIGHTS = "metadata.json", "config.json", "model.weights.h5"
# the version of Keras whose form these files have
KERAS_FORM = "3.15.1"
Path = str | os.PathLike[str]


@export("keras.models.save_model", "keras.saving.save_model")
def save_model(model: Any, filepath: Path, overwrite: bool = True, zipped: bool | None = None, **kwargs: Any) -> None:
    """Save a model as a `.keras` file: its config, weights, and how it was compiled, with the optimizer's state.

    The file appears whole or not at all: an error, a full disk or a kill leaves what was there before.

    Args:
        model: the model.
        filepath: the file, ending in `.keras`.
        overwrite: whether a file that exists is replaced.
        zipped: True or None; the form as a folder is not written.

    Raises:
        ConfigError: the name does not end in `.keras`.
        FileExistsError: the file exists and `overwrite=False`.
        TypeError: something in the model cannot be saved; the message says what.

    Example:
        >>> hornbeam.saving.save_model(model, "m.keras")
        >>> again = hornbeam.saving.load_model("m.keras")
    """
    if kwargs:
        raise TypeError(f"save_model() has no argument {sorted(kwargs)[0]!r}.")
    path = os.fspath(filepath)
    if zipped is False:
        raise ConfigError("save_model: zipped=False (a folder in place of a file) is not supported; leave it out.")
    _require_ending(path, (".keras",), "save_model", 'such as "model.keras"')
    _require_free(path, overwrite)
    if not _built(model):
        warnings.warn(f"{_not_built(model)} The file will not hold its weights.", stacklevel=2)
    with sharing():
        config = json.dumps(serialize_object(model)).encode()
    date = datetime.datetime.now().strftime("%Y-%m-%d@%H:%M:%S")
    metadata = {"keras_version": KERAS_FORM, "date_saved": date, "hornbeam_version": __version__}
    with _spool(expected_bytes(model)) as weights:
        write_weights(model, weights)
        write_archive(path, ((METADATA, json.dumps(metadata).encode()), (CONFIG, config), (WEIGHTS, weights)))


@export("keras.models.load_model", "keras.saving.load_model")
def load_model(
    filepath: Path, custom_objects: dict[str, Any] | None = None, compile: bool = True, safe_mode: bool = True
) -> Any:
    """The model in a `.keras` file, of Hornbeam or Keras 3.

    Nothing in the file is run as code, and no name in it is imported; see `custom_objects`.

    Args:
        filepath: the file.
        custom_objects: name -> class or function that the model uses besides the public and the registered ones.
        compile: whether to compile it as it was, with its optimizer's state.
        safe_mode: kept as in Keras. Code in a file is refused with either value.

    Raises:
        FileNotFoundError: there is no such file.
        ModelFormatError: it is not a whole `.keras` file.
        UnsafeModelError: it asks for something that loading does not do; the message says what, where, and how to
            allow it.
        StructureError: its weights are not those of its config.

    Example:
        >>> model = hornbeam.saving.load_model("m.keras")
    """
    _require_ending(os.fspath(filepath), (".keras",), "load_model", "the only form of whole models that is read")
    with Archive(filepath, (METADATA, CONFIG, WEIGHTS)) as archive:
        metadata = _json(archive.read(METADATA, METADATA_LIMIT), METADATA, archive)
        if not isinstance(metadata, dict) or "keras_version" not in metadata:
            raise archive.broken(f"{METADATA} names no version")
        config = _json(archive.read(CONFIG, CONFIG_LIMIT), CONFIG, archive)
        if not isinstance(config, dict):
            raise archive.broken(f"{CONFIG} holds no model")
        if not compile:
            config.pop("compile_config", None)
        model = _model_from(config, archive.name, custom_objects, safe_mode)
        with _weights_of(archive, model) as weights:
            read_weights(model, weights, archive.name, strict_optimizer=compile)
    return model


@export("keras.saving.save_weights")
def save_weights(
    model: Any, filepath: Path, overwrite: bool = True, max_shard_size: float | None = None, **kwargs: Any
) -> None:
    """Save the weights of a model, and its optimizer's state, without its config.

    Args:
        model: the model, built.
        filepath: the file, ending in `.weights.h5`.
        overwrite: whether a file that exists is replaced.
        max_shard_size: None; files in several parts are not written.

    Raises:
        ConfigError: the name does not end in `.weights.h5`.
        FileExistsError: the file exists and `overwrite=False`.
        NotBuiltError: the model is not built.

    Example:
        >>> hornbeam.saving.save_weights(model, "m.weights.h5")
    """
    if kwargs:
        raise TypeError(f"save_weights() has no argument {sorted(kwargs)[0]!r}.")
    path = os.fspath(filepath)
    if max_shard_size is not None:
        raise ConfigError("save_weights: max_shard_size is not supported; leave it out to write one file.")
    _require_ending(path, (".weights.h5",), "save_weights", 'such as "model.weights.h5"')
    if not _built(model):
        raise NotBuiltError(_not_built(model))
    _require_free(path, overwrite)
    with replacing(path) as file:
        write_weights(model, file)


@export("keras.saving.load_weights")
def load_weights(model: Any, filepath: Path, skip_mismatch: bool = False, **kwargs: Any) -> None:
    """Give a model the weights in a file; on any error it keeps what it had.

    Args:
        model: the model, built.
        filepath: a `.weights.h5` file, or a `.keras` file, of which only the weights are used.
        skip_mismatch: leave layers that do not fit as they are, with a warning, in place of an error.

    Raises:
        FileNotFoundError: there is no such file.
        ModelFormatError: it is damaged.
        StructureError: its weights are not the model's; the message lists all differences.

    Example:
        >>> hornbeam.saving.load_weights(model, "m.weights.h5")
    """
    if kwargs:
        raise TypeError(f"load_weights() has no argument {sorted(kwargs)[0]!r}.")
    path = os.fspath(filepath)
    _require_ending(path, (".weights.h5", ".keras"), "load_weights", "the forms of weights that are read")
    if path.endswith(".keras"):
        with Archive(path, (METADATA, CONFIG, WEIGHTS)) as archive, _weights_of(archive, model) as weights:
            read_weights(model, weights, archive.name, skip_mismatch)
        return
    if not os.path.isfile(path):
        raise FileNotFoundError(f"There is no file {path!r} to load.")
    with open(path, "rb") as file:
        read_weights(model, file, os.path.basename(path), skip_mismatch)


def model_to_json(model: Any, **kwargs: Any) -> str:
    """The config of a model as JSON.

    Args:
        model: the model.
        **kwargs: for `json.dumps`, such as `indent=2`.
    """
    with sharing():
        return json.dumps(serialize_object(model), **kwargs)


@export("keras.models.model_from_json")
def model_from_json(json_string: str, custom_objects: dict[str, Any] | None = None) -> Any:
    """The model that `model.to_json()` described, with new weights.

    Args:
        json_string: the JSON.
        custom_objects: name -> class or function that it may use besides the public and the registered ones.

    Raises:
        ModelFormatError: it is not the JSON of a model.
        UnsafeModelError: it asks for something that loading does not do.

    Example:
        >>> twin = hornbeam.models.model_from_json(model.to_json())
    """
    try:
        config = json.loads(json_string)
    except (ValueError, RecursionError) as error:
        raise ModelFormatError(f"This is not the JSON of a model: {error}.") from None
    return _model_from(config, "", custom_objects, True)


def _model_from(config: Any, source: str, custom_objects: dict[str, Any] | None, safe_mode: bool) -> Any:
    with loading(source, safe_mode, custom_objects) as load:
        check(config, load, root_kind="layer")
        try:
            model = deserialize_object(config, kind="layer")
        except (UnsafeModelError, ModelFormatError):
            raise
        except (TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
            raise load.malformed(f"its config does not make a model: {type(error).__name__}: {error}") from error
        _require_model(model, load)
        return model


def _require_model(model: Any, load: Load) -> None:
    if not hasattr(model, "predict") or not hasattr(model, "save_own_variables"):
        raise load.malformed(f"it describes a {type(model).__name__}, not a model")


def _json(data: bytes, name: str, archive: Archive) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise archive.broken(f"{name} is no JSON: {error}") from None


def _weights_of(archive: Archive, model: Any) -> IO[bytes]:
    """The weights member, of at most what the model's variables can need."""
    built = getattr(getattr(model, "optimizer", None), "built", False)
    # the slots of an optimizer that is not built, or not wanted, are not among the model's variables yet
    return archive.open(WEIGHTS, (4 if built else 8) * expected_bytes(model) + 64 * MIB)


def _built(model: Any) -> bool:
    return getattr(model, "built", True)


def _not_built(model: Any) -> str:
    name = getattr(model, "name", type(model).__name__)
    return f"Model '{name}' is not built, so it has no weights yet. Call it on data or `build(input_shape)` first."


def _spool(size: int) -> IO[bytes]:
    return io.BytesIO() if size <= IN_MEMORY else tempfile.TemporaryFile()


def _require_ending(path: str, endings: tuple[str, ...], function: str, hint: str) -> None:
    if not path.endswith(endings):
        raise ConfigError(f"{function}: the file name must end in {' or '.join(endings)}, {hint}. Received: {path!r}.")


def _require_free(path: str, overwrite: bool) -> None:
    if not overwrite and os.path.exists(path):
        raise FileExistsError(f"{path} exists. Pass overwrite=True to replace it.")
