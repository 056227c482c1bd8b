"""Objects to plain data and back, in the form of Keras 3; the one door through which saved configs come in.

The form of an object is `{"module", "class_name", "config", "registered_name"}` and, where they say something,
`"build_config"` and `"compile_config"`. Loading runs no code from the data: classes and functions are found by
`core.resolve` alone, and every name in a config is looked up before the first object is made.
"""

from __future__ import annotations

import contextlib
import importlib
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import Any

from hornbeam.core import dtype as dtypes
from hornbeam.core import registry, resolve
from hornbeam.core.dim import Dim
from hornbeam.core.errors import ConfigError, ModelFormatError, UnsafeModelError
from hornbeam.core.export import export
from hornbeam.core.operation_forms import deserialize_operation, is_operation
from hornbeam.core.registration import (
    CustomObjectScope,
    get_registered_name,
    register_keras_serializable,
    registered_names,
)
from hornbeam.core.resolve import find_class, find_function
from hornbeam.core.spec import KerasTensor

register_object = register_keras_serializable

MAX_DEPTH = 128
MAX_NODES = 5_000_000
PLAIN = (str, int, float, bool, type(None))
FORM = ("module", "class_name", "config", "registered_name", "build_config", "compile_config", "shared_object_id")


class _State(threading.local):
    """What the save or load that runs in this thread needs to know."""

    def __init__(self) -> None:
        self.load: Load | None = None
        # id -> (object, its form), while one model is written; and the ids of those forms
        self.written: dict[int, tuple[Any, dict[str, Any]]] | None = None
        self.forms: set[int] = set()


state = _State()


class Load:
    """One load: where its data came from, what is allowed, and what was made so far.

    Attributes:
        source: name of the file, for messages; empty if there is none.
        safe_mode: whether forms that need code are refused; passed down to all nested objects.
        places: id of a dict in the data -> where it stands, and the dict; those here were checked.
        shared: shared object id -> the object.
    """

    def __init__(self, source: str, safe_mode: bool) -> None:
        self.source = source
        self.safe_mode = safe_mode
        self.places: dict[int, tuple[str, dict[str, Any]]] = {}
        self.shared: dict[Any, Any] = {}

    def place(self, config: Any) -> str:
        """Where a dict of the data stands."""
        return self.places[id(config)][0] if id(config) in self.places else ""

    def unsafe(self, what: str, config: Any, how: str, place: str | None = None) -> UnsafeModelError:
        """The error for something that loading does not do."""
        place = self.place(config) if place is None else place
        return UnsafeModelError(f"Refused {what}{' at ' + place if place else ''}{self._in_file()}. {how}")

    def malformed(self, what: str, config: Any = None, place: str | None = None) -> ModelFormatError:
        """The error for data that is not of the known form."""
        place = self.place(config) if place is None else place
        where = f" at {place}" if place else ""
        whole = (
            f"{self.source} is not a whole .keras file" if self.source else "The config is not one that can be loaded"
        )
        return ModelFormatError(f"{whole} ({what}{where}).")

    def _in_file(self) -> str:
        return f" in {self.source}" if self.source else ""


LAMBDA_HINT = (
    "Code is never loaded from a file, with `safe_mode=False` neither. Write it as a function, register it with "
    "`@hornbeam.saving.register_keras_serializable()`, and save the model again."
)


def unknown_hint(name: str) -> str:
    """How to allow a custom object."""
    return (
        f"If it is your own, register it with `@hornbeam.saving.register_keras_serializable()` before loading, or pass "
        f"`custom_objects={{{name!r}: ...}}`."
    )


@contextlib.contextmanager
def loading(
    source: str = "", safe_mode: bool | None = None, custom_objects: dict[str, Any] | None = None
) -> Iterator[Load]:
    """A block in which configs are turned into objects; nested ones inherit what is allowed."""
    outer = state.load
    safe = (outer.safe_mode if outer is not None else True) if safe_mode is None else safe_mode
    inherits = outer is not None and not source and safe == outer.safe_mode
    load = outer if outer is not None and inherits else Load(source, safe)
    state.load = load
    try:
        with CustomObjectScope(custom_objects or {}):
            yield load
    finally:
        state.load = outer


@contextlib.contextmanager
def sharing() -> Iterator[None]:
    """A block in which an object that is written twice gets a `shared_object_id`: it is one again when loaded."""
    if state.written is not None:
        yield
        return
    state.written = {}
    try:
        yield
    finally:
        state.written = None
        state.forms.clear()


@export("keras.saving.serialize_keras_object", "keras.utils.serialize_keras_object")
def serialize_object(obj: Any) -> Any:
    """`obj` as plain data that JSON can hold.

    Takes plain data, lists, tuples (they come back as lists, as in Keras), dicts, arrays, tensors, dtypes, slices,
    public and registered functions, and everything with a `get_config()`.

    Raises:
        TypeError: `obj` cannot be saved; the message says what would make it so.

    Example:
        >>> hornbeam.saving.serialize_keras_object(hornbeam.initializers.Zeros())["class_name"]
        'Zeros'
    """
    if isinstance(obj, PLAIN):
        return obj
    if isinstance(obj, (list, tuple)):
        return [serialize_object(item) for item in obj]
    if isinstance(obj, dict):
        if id(obj) in state.forms:  # no copy: it is marked if its object comes again
            return obj
        return {key if isinstance(key, str) else str(key): serialize_object(value) for key, value in obj.items()}
    if isinstance(obj, bytes):
        return {"class_name": "__bytes__", "config": {"value": obj.decode("utf-8")}}
    if isinstance(obj, slice):
        bounds = {name: serialize_object(getattr(obj, name)) for name in ("start", "stop", "step")}
        return {"class_name": "__slice__", "config": bounds}
    if obj is Ellipsis:
        return {"class_name": "__ellipsis__", "config": {}}
    if isinstance(obj, Dim):
        return None
    if isinstance(obj, KerasTensor):
        history = getattr(obj, "keras_history", None)
        config = {"shape": list(obj.shape), "dtype": obj.dtype, "keras_history": list(history) if history else None}
        return {"class_name": "__keras_tensor__", "config": config}
    if type(obj).__module__ == "numpy" or type(obj).__module__.startswith("numpy."):
        return _array(obj)
    backend = registry.backend_of(obj)
    if backend is not None and not hasattr(obj, "get_config"):
        array = backend.to_numpy(obj)
        return {"class_name": "__tensor__", "config": {"value": array.tolist(), "dtype": backend.dtype(obj)}}
    if inspect.isclass(obj):
        return _type(obj)
    if hasattr(obj, "get_config"):
        return _object(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return _function(obj)
    raise TypeError(_cannot_save(obj, "a class is saved by its `get_config()` method; it has none"))


def _cannot_save(obj: Any, why: str) -> str:
    return f"Cannot save {obj!r:.80} of type {type(obj).__module__}.{type(obj).__name__}: {why}."


def _array(obj: Any) -> Any:
    import numpy as np

    if isinstance(obj, np.generic):
        return obj.item()
    if isinstance(obj, np.dtype):
        return dtypes.standardize(obj)
    if isinstance(obj, np.ndarray) and obj.dtype.kind in "biufc":
        if obj.dtype.kind == "c":
            raise TypeError(_cannot_save(obj, "complex numbers have no form in JSON"))
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": dtypes.standardize(obj.dtype)}}
    raise TypeError(_cannot_save(obj, "only arrays of numbers can be saved"))


def _type(cls: type) -> dict[str, Any]:
    try:
        name = dtypes.standardize(cls)
    except TypeError:
        raise TypeError(_cannot_save(cls, "it is a class, not an instance; only dtypes can be saved so")) from None
    return {"module": "builtins", "class_name": "type", "config": name, "registered_name": "type"}


def _function(function: Callable[..., Any]) -> dict[str, Any]:
    if function.__name__ == "<lambda>":
        raise TypeError(
            _cannot_save(
                function,
                "a lambda has no name to find it by when loading. Use a function, registered with "
                "`@hornbeam.saving.register_keras_serializable()`",
            )
        )
    form = {"module": "builtins", "class_name": "function", "config": get_registered_name(function)}
    return {**form, "registered_name": "function"}


def _object(obj: Any) -> dict[str, Any]:
    if state.written is not None and id(obj) in state.written:
        first = state.written[id(obj)][1]
        first["shared_object_id"] = id(obj)
        return {key: first[key] for key in FORM if key in first}
    cls = resolve.origin(type(obj))
    module, class_name, registered_name = resolve.saved_name(cls)
    if cls in registered_names or module is None:
        module, class_name, registered_name = None, cls.__name__, get_registered_name(cls)
    form: dict[str, Any] = {"module": module, "class_name": class_name}
    form["config"] = serialize_object(obj.get_config())
    form["registered_name"] = registered_name
    for key in ("build_config", "compile_config"):
        method = getattr(obj, f"get_{key}", None)
        value = method() if method is not None else None
        if value is not None:
            form[key] = serialize_object(value)
    if state.written is not None and class_name not in ("DTypePolicy", "Functional"):
        state.written[id(obj)] = (obj, form)
        state.forms.add(id(form))
    return form


@export("keras.saving.deserialize_keras_object", "keras.utils.deserialize_keras_object")
def deserialize_keras_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool = True, **kwargs: Any
) -> Any:
    """The object that `serialize_keras_object` made plain data of.

    Args:
        config: the plain data.
        custom_objects: name -> class or function that the data may name besides the public and registered ones.
        safe_mode: kept as in Keras. Code in the data is refused with either value.

    Raises:
        UnsafeModelError: the data names something that is not allowed; nothing was made of it.
        ModelFormatError: the data is not of the known form.

    Example:
        >>> data = hornbeam.saving.serialize_keras_object(hornbeam.initializers.Constant(3.0))
        >>> hornbeam.saving.deserialize_keras_object(data).value
        3.0
    """
    module_objects = kwargs.pop("module_objects", None)
    if kwargs:
        raise TypeError(f"deserialize_keras_object() has no argument {sorted(kwargs)[0]!r}.")
    return deserialize_object(config, {**(module_objects or {}), **(custom_objects or {})}, safe_mode)


def deserialize_object(
    config: Any, custom_objects: dict[str, Any] | None = None, safe_mode: bool | None = None, kind: str | None = None
) -> Any:
    """The object that `config` describes; plain data comes back as it is.

    Args:
        config: what `serialize_object` gave.
        custom_objects: further names that the data may use.
        safe_mode: whether to refuse what needs code; None inherits it from the load around this call, or is True.
        kind: what is wanted here: a key of `resolve.CLASS_SPACES` or `resolve.FUNCTION_SPACES`; None for anything.

    Raises:
        UnsafeModelError: the data names something that is not allowed here.
        ModelFormatError: the data is not of the known form.
    """
    with loading("", safe_mode, custom_objects) as load:
        if isinstance(config, (dict, list)) and id(config) not in load.places:
            check(config, load, root_kind=kind)
        return _from_data(config, load, kind)


def check(config: Any, load: Load, place: str = "", root_kind: str | None = None) -> None:
    """Look up every name in `config` before anything is made of it, and note where each dict stands.

    Raises:
        UnsafeModelError, ModelFormatError: as `deserialize_object`.
    """
    todo: list[tuple[Any, str, int, str | None]] = [(config, place, 0, root_kind)]
    count = 0
    while todo:
        value, where, depth, kind = todo.pop()
        count += 1
        if count > MAX_NODES:
            raise load.malformed(f"more than {MAX_NODES} values", place="")
        if depth > MAX_DEPTH:
            raise load.malformed(f"nested more than {MAX_DEPTH} deep", place=where[:200])
        if isinstance(value, list):
            for index, item in enumerate(value):
                if not isinstance(item, PLAIN):
                    todo.append((item, f"{where}[{index}]{_name_of(item)}", depth + 1, None))
        elif isinstance(value, dict):
            load.places.setdefault(id(value), (where, value))
            if is_form(value):
                check_form(value, load, kind)
            for key, item in value.items():
                if not isinstance(item, PLAIN):
                    inside = where if key == "config" and is_form(value) else f"{where}.{key}" if where else str(key)
                    todo.append((item, inside, depth + 1, "function" if key == "function" else None))


def _name_of(value: Any) -> str:
    inner = value.get("config") if isinstance(value, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    return f" {name!r:.60}" if isinstance(name, str) else ""


def is_component(name: str) -> bool:
    """Whether a name can stand in a path: not empty, no separators, no NUL, not too long."""
    return 0 < len(name.encode("utf-8", "replace")) <= 255 and name not in (".", "..") and not set(name) & set("/\\\0")


def is_form(value: Any) -> bool:
    """Whether a dict is the form of an object."""
    return (
        isinstance(value, dict) and "class_name" in value and ("config" in value or value["class_name"] == "__tuple__")
    )


def check_form(form: dict[str, Any], load: Load, kind: str | None) -> None:
    """Raise unless everything that this one form names is on the allow-list."""
    class_name, module = form["class_name"], form.get("module")
    if not isinstance(class_name, str):
        raise load.malformed(f"a class name that is {type(class_name).__name__}", form)
    if class_name == "__lambda__":
        raise load.unsafe("the Python code of a lambda", form, LAMBDA_HINT)
    if class_name in DATA_FORMS or class_name == "__keras_tensor__":
        return
    inner = form["config"]
    name = inner.get("name") if isinstance(inner, dict) else None
    if isinstance(name, str) and not is_component(name):
        raise load.malformed(f"the name {name!r:.80}, which is not one plain word,", form)
    if class_name in ("function", "type", "module"):
        _named(form, load, kind)
    elif is_operation(module, class_name):
        deserialize_operation(form, load.place(form))
    elif not (find_class(module, class_name, form.get("registered_name"), kind) or find_function(class_name, kind)):
        name = form.get("registered_name") or class_name
        full = f"{module}.{class_name}" if module else str(name)
        wanted = f" as {kind}" if kind else ""
        raise load.unsafe(f"{full!r:.120}{wanted}, which is not a known class", form, unknown_hint(str(name)))


def _named(form: dict[str, Any], load: Load, kind: str | None) -> Any:
    """The function or dtype that a form names."""
    name, class_name = form["config"], form["class_name"]
    if not isinstance(name, str):
        raise load.unsafe(f"a {class_name} given by {type(name).__name__}, not by its name", form, LAMBDA_HINT)
    if class_name == "type":
        if name not in dtypes.ALLOWED and name not in ("int", "float", "bool"):
            raise load.unsafe(f"the type {name!r:.80}", form, "Only dtypes may be named here.")
        return dtypes.standardize(name)
    found = find_function(name, kind) if class_name == "function" else None
    if found is None:
        registered = form.get("registered_name")
        if class_name == "function" and isinstance(registered, str) and registered != "function":
            found = find_function(registered, kind)
    if found is None:
        wanted = f", which is not a known {kind} function" if kind not in (None, "function") else ", which is not known"
        raise load.unsafe(f"the {class_name} {name!r:.80}{wanted}", form, unknown_hint(name))
    return found


def _from_data(config: Any, load: Load, kind: str | None) -> Any:
    if isinstance(config, PLAIN):
        if isinstance(config, str) and kind in resolve.FUNCTION_SPACES:
            return find_function(config, kind) or config
        return config
    if isinstance(config, (list, tuple)):
        return type(config)(_from_data(item, load, None) for item in config)
    if not isinstance(config, dict):
        return config
    if not is_form(config):
        return {key: _from_data(value, load, None) for key, value in config.items()}
    check_form(config, load, kind)
    class_name = config["class_name"]
    if class_name in DATA_FORMS:
        return _data(config, load)
    if class_name == "__keras_tensor__":
        inner = _inner(config, load)
        return KerasTensor(inner.get("shape", ()), inner.get("dtype"))
    if class_name in ("function", "type"):
        return _named(config, load, kind)
    module = config.get("module")
    if is_operation(module, class_name):
        return deserialize_operation(config, load.place(config))
    cls = find_class(module, class_name, config.get("registered_name"), kind)
    return find_function(class_name, kind) if cls is None else _instance(cls, config, load)


def _instance(cls: Any, form: dict[str, Any], load: Load) -> Any:
    shared = form.get("shared_object_id")
    if isinstance(shared, (int, str)) and resolve.origin(type(load.shared.get(shared))) is cls:
        return load.shared[shared]
    if not hasattr(cls, "from_config"):
        raise ConfigError(f"Cannot make a {cls.__name__} from its config: the class has no `from_config()` method.")
    instance = cls.from_config(dict(_inner(form, load)))
    build_config = form.get("build_config")
    if isinstance(build_config, dict) and build_config and hasattr(instance, "build_from_config"):
        instance.build_from_config(build_config)
    compile_config = form.get("compile_config")
    if isinstance(compile_config, dict) and compile_config and hasattr(instance, "compile_from_config"):
        instance.compile_from_config(compile_config)
    if isinstance(shared, (int, str)):
        load.shared[shared] = instance
    return instance


def _inner(form: dict[str, Any], load: Load) -> dict[str, Any]:
    inner = form["config"]
    if inner is None:
        return {}
    if not isinstance(inner, dict):
        raise load.malformed(f"the config of a {form['class_name']} is {type(inner).__name__}, not a dict", form)
    return inner


def _data(form: dict[str, Any], load: Load) -> Any:
    """The value of a form of plain data."""
    inner = _items(form) if form["class_name"] == "__tuple__" else _inner(form, load)
    try:
        return DATA_FORMS[form["class_name"]](inner)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError) as error:
        raise load.malformed(f"a broken {form['class_name']} ({error})", form) from None


def _items(form: dict[str, Any]) -> Any:
    """The items of a tuple's form, wherever they stand."""
    inner = form.get("items", form.get("config"))
    return inner.get("value") if isinstance(inner, dict) else inner


def _tuple(items: Any) -> tuple[Any, ...]:
    if not isinstance(items, list):
        raise TypeError("its items are no list")
    return tuple(deserialize_object(item) for item in items)


def array_of(inner: dict[str, Any]) -> Any:
    """The NumPy array of a `__numpy__` or `__tensor__` form's config."""
    import numpy as np

    name = dtypes.standardize(inner["dtype"])
    if name == "string" or dtypes.is_complex(name):
        raise TypeError(f"dtype {name}")
    if name == "bfloat16" or name.startswith("float8"):
        ml_dtypes = importlib.import_module("ml_dtypes")
        return np.array(inner["value"], dtype="float32").astype(getattr(ml_dtypes, name))
    return np.array(inner["value"], dtype=name)


def _tensor(inner: dict[str, Any]) -> Any:
    return registry.default().convert(array_of(inner), dtypes.standardize(inner["dtype"]))


def _slice(inner: dict[str, Any]) -> slice:
    bounds = [inner.get(name) for name in ("start", "stop", "step")]
    if not all(bound is None or isinstance(bound, int) for bound in bounds):
        raise TypeError("its bounds are no ints")
    return slice(*bounds)


DATA_FORMS: dict[str, Callable[[Any], Any]] = {
    "__tuple__": _tuple,
    "__numpy__": array_of,
    "__tensor__": _tensor,
    "__slice__": _slice,
    "__ellipsis__": lambda inner: Ellipsis,
    "__bytes__": lambda inner: inner["value"].encode("utf-8"),
    "__none__": lambda inner: None,
}


def deserialize_arguments(value: Any, tensor_of: Callable[[str, int, int], Any]) -> Any:
    """Arguments of a saved call: tensors by reference, plain data, and nothing else. Constants come as NumPy arrays.

    Args:
        value: `args` or `kwargs` of an entry of `inbound_nodes`.
        tensor_of: `(layer name, node index, tensor index) -> tensor`.

    Raises:
        UnsafeModelError: an argument names a class or function.
        ModelFormatError: a reference is not `[name, int, int]`.
    """
    with loading() as load:
        return _argument(value, tensor_of, load)


def _argument(value: Any, tensor_of: Callable[[str, int, int], Any], load: Load) -> Any:
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, (list, tuple)):
        return type(value)(_argument(item, tensor_of, load) for item in value)
    if not isinstance(value, dict):
        raise load.malformed(f"an argument of type {type(value).__name__}")
    if not is_form(value):
        return {key: _argument(item, tensor_of, load) for key, item in value.items()}
    class_name = value["class_name"]
    if class_name == "__keras_tensor__":
        history = _inner(value, load).get("keras_history")
        if not isinstance(history, list) or [type(part) for part in history] != [str, int, int]:
            raise load.malformed(f"a tensor reference {history!r:.80}, expected [name, int, int],", value)
        return tensor_of(*history)
    if class_name == "__tensor__":
        return _data({**value, "class_name": "__numpy__"}, load)
    if class_name in ("__numpy__", "__slice__", "__ellipsis__", "__bytes__", "__none__"):
        return _data(value, load)
    if class_name == "__tuple__":
        items = _items(value)
        if not isinstance(items, list):
            raise load.malformed("a tuple whose items are no list", value)
        return tuple(_argument(item, tensor_of, load) for item in items)
    if class_name == "type":
        return _named(value, load, None)
    raise load.unsafe(
        f"{class_name!r:.80} as argument of a call", value, "Only tensors and plain data may stand there."
    )


__all__ = ["deserialize_arguments", "deserialize_object", "register_object", "serialize_object", "sharing"]
