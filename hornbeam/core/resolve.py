"""From the names in a saved model to classes and functions: an allow-list, and nothing else.

A name stands for an object only if the object is public (carries the export mark of that name) in a name space of the
kind that is wanted. No module is imported because a file names it.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from hornbeam.core import export
from hornbeam.core.registration import get_registered_object

# kind -> the public name spaces that hold its classes
CLASS_SPACES: dict[str, tuple[str, ...]] = {
    "layer": ("layers", "models"),
    "loss": ("losses",),
    "metric": ("metrics",),
    "initializer": ("initializers",),
    "regularizer": ("regularizers",),
    "constraint": ("constraints",),
    "optimizer": ("optimizers",),
    "schedule": ("optimizers.schedules",),
    "dtype_policy": ("dtype_policies",),
    "random": ("random",),
    "quantizer": ("quantizers",),
    # a layer may stand where an activation is wanted, as in `Dense(activation=LeakyReLU())`
    "activation": ("layers",),
}
# kind -> the public name spaces that hold its functions; `function` is what a Lambda layer may call
FUNCTION_SPACES: dict[str, tuple[str, ...]] = {
    "activation": ("activations",),
    "function": ("activations", "ops"),
    "operation": ("ops",),
    "loss": ("losses",),
    "metric": ("metrics",),
    "initializer": ("initializers",),
}
ANY_FUNCTION = ("activations", "ops", "losses", "metrics")
# public, but they handle configs or files rather than numbers
NEVER = frozenset(("get", "serialize", "deserialize", "TFSMLayer", "TorchModuleWrapper", "FlaxLayer", "JaxLayer"))
# what Keras writes without a name space of its own, and where it is
ROOT_CLASSES = {
    "Model": "models",
    "Sequential": "models",
    "Functional": "models",
    "DTypePolicy": "dtype_policies",
    "FloatDTypePolicy": "dtype_policies",
    "SeedGenerator": "random",
}
ALIASES = {"mixed_precision": "optimizers", "seed_generator": "random"}


def public_space(module: Any, class_name: str) -> str | None:
    """The public name space that a saved `module` means: `layers` for `keras.src.layers.core.dense`."""
    if not isinstance(module, str):
        return None
    parts = module.split(".")
    if parts[0] not in ("keras", "hornbeam"):
        return None
    parts = parts[2:] if parts[1:2] == ["src"] else parts[1:]
    if not parts:
        return ROOT_CLASSES.get(class_name)
    if parts[0] == "optimizers" and len(parts) > 1 and parts[1] == "schedules":
        return "optimizers.schedules"
    return ALIASES.get(parts[0], parts[0])


def public_object(space: str, name: str) -> Any:
    """What stands under the public name `space.name`, or None.

    `space` must be one of this module's tables: the caller checks it.
    """
    if name in NEVER or name.startswith("_") or not name.isidentifier():
        return None
    path = f"keras.{space}.{name}"
    if path not in export.marks:
        try:
            getattr(importlib.import_module(f"hornbeam.{space}"), name, None)
        except ModuleNotFoundError as error:
            if error.name is None or not f"hornbeam.{space}".startswith(error.name):
                raise
    return export.marks.get(path)


def find_class(module: Any, class_name: str, registered_name: Any = None, kind: str | None = None) -> type | None:
    """The class that a saved object names, or None if the allow-list has none of that name and kind.

    Args:
        module: as saved; None for custom classes and for short forms such as `{"class_name": "Zeros", "config": {}}`.
        class_name: as saved.
        registered_name: as saved.
        kind: what is wanted (a key of `CLASS_SPACES`), or None for any.
    """
    if isinstance(registered_name, str) and registered_name != "Functional":
        custom = get_registered_object(registered_name)
        if inspect.isclass(custom):
            return custom
    space = public_space(module, class_name)
    allowed = CLASS_SPACES.get(kind, ()) if kind is not None else _all_class_spaces()
    if space is not None:
        if space not in allowed:
            return None
        found = _functional() if class_name == "Functional" and space == "models" else public_object(space, class_name)
        return found if inspect.isclass(found) else None
    custom = get_registered_object(class_name)
    if inspect.isclass(custom):
        return custom
    if module is None and kind is not None:
        for space in allowed:
            found = public_object(space, class_name)
            if inspect.isclass(found):
                return found
    return None


def find_function(name: str, kind: str | None = None) -> Any:
    """The function that a saved object names, or None if the allow-list has none of that name and kind.

    Args:
        name: a registered name, or the public name of a function of this kind.
        kind: what is wanted (a key of `FUNCTION_SPACES`), or None for any function of numbers.
    """
    custom = get_registered_object(name)
    if custom is not None:
        return custom if callable(custom) else None
    for space in FUNCTION_SPACES.get(kind, ()) if kind is not None else ANY_FUNCTION:
        if space == "ops":
            found = public_object(space, name) if name.islower() else None
            # only declared operations: not `custom_gradient`, `convert_to_numpy` and the like
            if found is not None and not hasattr(found, "op"):
                found = None
        else:
            found = public_object(space, name)
        if found is not None and not inspect.isclass(found) and callable(found):
            return found
    return None


def origin(cls: type) -> type:
    """The class as it was written: under torch and tensorflow a layer's is made from it, with the engine's base."""
    return cls.__dict__.get("_natured_from", cls)


def saved_name(cls: type) -> tuple[str | None, str, str | None]:
    """`(module, class_name, registered_name)` that Keras writes for a public class; module None for others."""
    paths = cls.__dict__.get("__hornbeam_export__", ())
    name = cls.__name__
    if name == "Functional" and cls is _functional():
        return "keras.src.models.functional", name, name
    if name in ("Model", "Sequential", "DTypePolicy", "FloatDTypePolicy") and paths:
        return "keras", name, None
    for path in paths:
        module, _, last = path.rpartition(".")
        if last == name and module.removeprefix("keras.") in _all_class_spaces():
            return module, name, None
    for path in paths:
        module, _, last = path.rpartition(".")
        if module.removeprefix("keras.") in _all_class_spaces():
            return module, last, None
    return None, name, None


def _all_class_spaces() -> tuple[str, ...]:
    return tuple({space: None for spaces in CLASS_SPACES.values() for space in spaces})


def _functional() -> Any:
    try:
        return getattr(importlib.import_module("hornbeam.models.functional"), "Functional", None)
    except ModuleNotFoundError:
        return None
