"""Settings of the process: float type, epsilon, image layout, the wished backend, and the seed.

What no call has set comes from `~/.hornbeam/hornbeam.json` and then `~/.keras/keras.json`, read at first use.
"""

import os
from collections.abc import Callable
from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export

FLOAT_TYPES = ("float16", "bfloat16", "float32", "float64")
DATA_FORMATS = ("channels_last", "channels_first")
RANDOM_MODES = ("native", "portable")
DEFAULTS = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last", "random_mode": "native"}

_settings: dict[str, Any] = dict(DEFAULTS)
_sources: dict[str, str] = {}  # setting -> the file that it came from
_chosen: set[str] = set()  # settings that a call has made; files do not change them
_files_read = False
_watchers: list[Callable[[], None]] = []
_seed: int | None = None


@export("keras.config.floatx", "keras.backend.floatx")
def floatx() -> str:
    """The float type of everything that is not told its own.

    Example:
        >>> floatx()
        'float32'
    """
    return _get("floatx")


@export("keras.config.set_floatx", "keras.backend.set_floatx")
def set_floatx(value: str) -> None:
    """Set the default float type: "float16", "bfloat16", "float32" or "float64".

    Raises:
        ConfigError: another value.

    Example:
        >>> set_floatx("float32")
    """
    _set("floatx", value)


@export("keras.config.epsilon", "keras.backend.epsilon")
def epsilon() -> float:
    """The small number that keeps divisions and logarithms finite.

    Example:
        >>> epsilon()
        1e-07
    """
    return _get("epsilon")


@export("keras.config.set_epsilon", "keras.backend.set_epsilon")
def set_epsilon(value: float) -> None:
    """Set the small number that keeps divisions and logarithms finite.

    Raises:
        ConfigError: `value` is not a number.

    Example:
        >>> set_epsilon(1e-7)
    """
    _set("epsilon", value)


@export("keras.config.image_data_format", "keras.backend.image_data_format")
def image_data_format() -> str:
    """Where images have their channels: "channels_last" or "channels_first".

    Example:
        >>> image_data_format()
        'channels_last'
    """
    return _get("image_data_format")


@export("keras.config.set_image_data_format", "keras.backend.set_image_data_format")
def set_image_data_format(data_format: str) -> None:
    """Set where images have their channels: "channels_last" or "channels_first".

    Raises:
        ConfigError: another value.

    Example:
        >>> set_image_data_format("channels_last")
    """
    _set("image_data_format", data_format)


@export("hornbeam.config.random_mode")
def random_mode() -> str:
    """How random numbers are drawn: "native" or "portable"; see `set_random_mode`.

    Example:
        >>> random_mode()
        'native'
    """
    return _get("random_mode")


@export("hornbeam.config.set_random_mode")
def set_random_mode(value: str) -> None:
    """Set how random numbers are drawn.

    Args:
        value: "native": by the engine's own generator, the fastest; one seed gives other numbers on other engines.
            "portable": by one counter-based generator, with the same numbers for one seed on every engine and device.

    What `hornbeam` compiled or recorded is made anew after a change; functions that an engine compiled for the user
    (`jax.jit`) keep what they were compiled with.

    Raises:
        ConfigError: another value.

    Example:
        >>> set_random_mode("native")
    """
    _set("random_mode", value)


def snapshot() -> tuple[Any, ...]:
    """The settings that what is compiled or recorded has taken in.

    Example:
        >>> len(snapshot())
        4
    """
    if not _files_read:
        _read_files()
    return tuple([_settings[key] for key in DEFAULTS])


def configured_backend() -> tuple[str, str] | None:
    """The backend that the user asked for, and where; None where nobody did.

    The environment (`HORNBEAM_BACKEND`, then `KERAS_BACKEND`) goes before the files.

    Example:
        >>> configured_backend()  # doctest: +SKIP
        ('jax', 'the environment variable KERAS_BACKEND')
    """
    for variable in ("HORNBEAM_BACKEND", "KERAS_BACKEND"):
        if name := os.environ.get(variable):
            return name.lower(), f"the environment variable {variable}"
    if not _files_read:
        _read_files()
    name = _settings.get("backend")
    return (name, _sources["backend"]) if name else None


def set_seed(value: int) -> None:
    """Set the seed from which initial weights, shuffles and dropout follow.

    Raises:
        ConfigError: `value` is not a whole number.

    Example:
        >>> set_seed(7)
        >>> seed()
        7
    """
    global _seed
    try:
        _seed = value.__index__()
    except (AttributeError, TypeError):
        raise ConfigError(f"The seed must be a whole number. Received: {value!r} ({type(value).__name__}).") from None


def seed() -> int | None:
    """The seed of the process, or None where nobody set one.

    Example:
        >>> set_seed(7)
        >>> seed()
        7
    """
    return _seed


def on_change(watcher: Callable[[], None]) -> None:
    """Call `watcher` whenever a setting changes: for what caches a result that depends on one.

    Example:
        >>> on_change(lambda: None)
    """
    _watchers.append(watcher)


def reset() -> None:
    """Forget what calls have set, so that files and defaults count again.

    Example:
        >>> reset()
    """
    global _files_read, _seed
    _settings.clear()
    _settings.update(DEFAULTS)
    _sources.clear()
    _chosen.clear()
    _files_read, _seed = False, None
    _tell()


def _get(key: str) -> Any:
    if not _files_read:
        _read_files()
    return _settings[key]


def _set(key: str, value: Any) -> None:
    problem = _problem(key, value)
    if problem:
        raise ConfigError(problem)
    if not _files_read:
        _read_files()  # now, and not while an engine traces a function that asks for a setting
    _settings[key] = str(value) if key != "epsilon" else value
    _chosen.add(key)
    _tell()


def _tell() -> None:
    for watcher in _watchers:
        watcher()


def _problem(key: str, value: Any) -> str | None:
    """What is wrong with the value of a setting, or None."""
    allowed = {"floatx": FLOAT_TYPES, "image_data_format": DATA_FORMATS, "random_mode": RANDOM_MODES}.get(key)
    if allowed and value not in allowed:
        return f"`{key}` must be one of {', '.join(map(repr, allowed))}. Received: {value!r}."
    if key == "epsilon" and (isinstance(value, (bool, str)) or not hasattr(value, "__float__")):
        return f"`epsilon` must be a small number, such as 1e-7. Received: {value!r} ({type(value).__name__})."
    if key == "backend" and not (isinstance(value, str) and value):
        return f'`backend` must be the name of a backend, such as "jax". Received: {value!r}.'
    return None


def _files() -> tuple[str, str]:
    """The two settings files, in the order in which they count."""
    hornbeam_home = os.environ.get("HORNBEAM_HOME") or os.path.join(os.path.expanduser("~"), ".hornbeam")
    keras_home = os.environ.get("KERAS_HOME") or os.path.join(os.path.expanduser("~"), ".keras")
    return os.path.join(hornbeam_home, "hornbeam.json"), os.path.join(keras_home, "keras.json")


def _read_files() -> None:
    global _files_read
    _files_read = True
    for path in reversed(_files()):  # the later file wins
        for key, value in _read(path).items():
            if key not in (*DEFAULTS, "backend"):
                continue
            if problem := _problem(key, value):
                _warn(path, problem)
            elif key not in _chosen:
                _settings[key] = value.lower() if key == "backend" else value
                _sources[key] = path


def _read(path: str) -> dict[str, Any]:
    """The settings in a file; none where it is missing, none and a warning where it is broken."""
    if not os.path.exists(path):
        return {}
    import json

    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (OSError, ValueError) as error:
        _warn(path, str(error))
        return {}
    if not isinstance(found, dict):
        _warn(path, f"expected an object of settings, found {type(found).__name__}")
        return {}
    return found


def _warn(path: str, problem: str) -> None:
    import warnings

    warnings.warn(f"Ignored in the settings file {path}: {problem}", stacklevel=5)
