"""Custom classes and functions that saved models may name: the registry, and scopes that add to it for a block."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export

T = TypeVar("T")

registered: dict[str, Any] = {}
registered_names: dict[Any, str] = {}


class _Scopes(threading.local):
    """The scopes entered in this thread, innermost last."""

    def __init__(self) -> None:
        self.stack: list[dict[str, Any]] = []


scopes = _Scopes()


@export("keras.saving.register_keras_serializable", "keras.utils.register_keras_serializable")
def register_keras_serializable(package: str = "Custom", name: str | None = None) -> Callable[[T], T]:
    """Register a class or function under `package>name`, so that saved models that use it can be loaded.

    Args:
        package: prefix that keeps names of different projects apart.
        name: name within the package; that of the class or function if None.

    Raises:
        ConfigError: a class without `get_config()`.

    Example:
        >>> @hornbeam.saving.register_keras_serializable("my_project")
        ... class Scale(hornbeam.layers.Layer):
        ...     def call(self, x):
        ...         return 2 * x
    """

    def register(target: T) -> T:
        full_name = f"{package}>{name if name is not None else target.__name__}"  # type: ignore[attr-defined]
        if inspect.isclass(target) and not hasattr(target, "get_config"):
            raise ConfigError(
                f"Cannot register class {target.__name__}: it has no `get_config()` method, which saving needs. "
                "Define one that returns the arguments of `__init__` as a dict."
            )
        registered[full_name] = target
        registered_names[target] = full_name
        return target

    return register


@export("keras.saving.get_registered_name", "keras.utils.get_registered_name")
def get_registered_name(obj: Any) -> str:
    """The name under which a class or function is registered, or its own name.

    Example:
        >>> hornbeam.saving.get_registered_name(hornbeam.layers.Dense)
        'Dense'
    """
    try:
        return registered_names.get(obj) or obj.__name__
    except TypeError:
        return obj.__name__


@export("keras.saving.get_registered_object", "keras.utils.get_registered_object")
def get_registered_object(
    name: str, custom_objects: dict[str, Any] | None = None, module_objects: dict[str, Any] | None = None
) -> Any:
    """The class or function registered under `name`, or None.

    Args:
        name: registered name, such as `"my_project>Scale"`.
        custom_objects: names to look at after the scopes and the registry.
        module_objects: names to look at last.

    Example:
        >>> hornbeam.saving.get_registered_object("nobody>Nothing") is None
        True
    """
    for table in (*reversed(scopes.stack), registered, custom_objects or {}, module_objects or {}):
        if name in table:
            return table[name]
    return None


@export("keras.saving.get_custom_objects", "keras.utils.get_custom_objects")
def get_custom_objects() -> dict[str, Any]:
    """The registry itself: name -> class or function. Changing it changes what all loads may use.

    Example:
        >>> hornbeam.saving.get_custom_objects()["my_activation"] = lambda x: x
    """
    return registered


@export(
    "keras.saving.CustomObjectScope",
    "keras.saving.custom_object_scope",
    "keras.utils.CustomObjectScope",
    "keras.utils.custom_object_scope",
)
class CustomObjectScope:
    """Within this block, in this thread, saved models may name the given classes and functions.

    Args:
        custom_objects: name -> class or function.

    Example:
        >>> with hornbeam.saving.custom_object_scope({"Scale": Scale}):
        ...     model = hornbeam.saving.load_model("m.keras")
    """

    def __init__(self, custom_objects: dict[str, Any]) -> None:
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self) -> CustomObjectScope:
        scopes.stack.append(self.custom_objects)
        return self

    def __exit__(self, *error: Any) -> None:
        scopes.stack.pop()
