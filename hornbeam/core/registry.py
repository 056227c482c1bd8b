"""Which backends there are, which one a tensor belongs to, and which one is the default.

Backends are imported by name, on first use, from `hornbeam.backends.<name>` or from the entry point group
`hornbeam.backends`; each module offers one object, `backend`.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Iterator
from typing import Any

from hornbeam.core import config
from hornbeam.core.errors import BackendError, BackendNotInstalledError
from hornbeam.core.export import export
from hornbeam.core.scope import context

# backend name -> (module that must be importable, what to install)
BUILT_IN = {
    "jax": ("jax", 'pip install "hornbeam[jax]"'),
    "torch": ("torch", 'pip install "hornbeam[torch]"'),
    "tensorflow": ("tensorflow", 'pip install "hornbeam[tensorflow]"'),
    "numpy": ("numpy", "pip install numpy"),
    "openvino": ("openvino", 'pip install "hornbeam[openvino]"'),
}
DEFAULT_ORDER = ("jax", "torch", "tensorflow", "numpy")
# root package of a tensor's class -> the backend that owns it
PACKAGES = {
    "hornbeam": "symbolic",
    "jax": "jax",
    "jaxlib": "jax",
    "torch": "torch",
    "tensorflow": "tensorflow",
    "openvino": "openvino",
}

backends: dict[str, Any] = {}
# tensor class -> its backend; None for what follows the tensors beside it (numpy arrays, python numbers)
backend_by_type: dict[type, Any] = {int: None, float: None, bool: None, complex: None, list: None, tuple: None}
_default: str | None = None


def get(name: str) -> Any:
    """The backend called `name`, imported if need be.

    Raises:
        BackendError: there is no backend of that name.
        BackendNotInstalledError: its engine is not installed; the message says what to install.
    """
    backend = backends.get(name)
    if backend is not None:
        return backend
    entry_points = {} if name in BUILT_IN or name == "symbolic" else third_party()
    if name not in BUILT_IN and name != "symbolic" and name not in entry_points:
        raise BackendError(f"There is no backend {name!r}. Known: {', '.join([*BUILT_IN, *third_party()])}.")
    if name in BUILT_IN and not installed(name):
        engine, command = BUILT_IN[name]
        raise BackendNotInstalledError(
            f"Backend {name!r} needs the package '{engine}', which is not installed: {command}"
        )
    if name in entry_points:
        backend = entry_points[name].load()
    else:
        backend = importlib.import_module(f"hornbeam.backends.{name}").backend
    return register(backend)


def register(backend: Any) -> Any:
    """Make `backend` known under its name, and as the owner of its tensor classes."""
    backends[backend.name] = backend
    for tensor_type in backend.tensor_types:
        backend_by_type[tensor_type] = backend
    return backend


def third_party() -> dict[str, Any]:
    """Entry points of the backends that other packages ship, by name."""
    from importlib.metadata import entry_points

    return {point.name: point for point in entry_points(group="hornbeam.backends")}


def installed(name: str) -> bool:
    """Whether the engine of a built-in backend can be imported; it is not imported to find out."""
    engine = BUILT_IN[name][0]
    return engine in sys.modules or importlib.util.find_spec(engine) is not None


def available() -> list[str]:
    """Names of the backends that can be used here."""
    return [name for name in BUILT_IN if installed(name)] + list(third_party())


def backend_of_type(tensor_type: type) -> Any:
    """The backend that owns a class of tensors, or None for what follows the tensors beside it."""
    try:
        return backend_by_type[tensor_type]
    except KeyError:
        pass
    owner = None
    for base in tensor_type.__mro__:
        if base in backend_by_type:
            owner = backend_by_type[base]
            break
        package = PACKAGES.get(base.__module__.partition(".")[0])
        if package is not None:
            candidate = get(package)
            if issubclass(tensor_type, candidate.tensor_types):
                owner = candidate
                break
    backend_by_type[tensor_type] = owner
    return owner


def backend_of(tensor: Any) -> Any:
    """The backend whose tensor this is, or None for numpy arrays, python numbers and other plain data."""
    return backend_of_type(type(tensor))


def default() -> Any:
    """The backend that answers where no tensor decides."""
    return context.backend or get(default_name())


def default_name() -> str:
    """Name of the default backend; no engine is imported to find out."""
    global _default
    if context.backend is not None:
        return context.backend.name
    if _default is None:
        _default = explain_default()[0]
    return _default


def explain_default() -> tuple[str, str]:
    """The default backend's name and where it comes from."""
    configured = config.configured_backend()
    if configured is not None:
        name, source = configured
        if name not in BUILT_IN and name not in third_party():
            raise BackendError(f"{source} asks for backend {name!r}. Known: {', '.join([*BUILT_IN, *third_party()])}.")
        return name, source
    for name in DEFAULT_ORDER:
        if installed(name):
            return name, f"the first installed of {', '.join(DEFAULT_ORDER)}"
    raise BackendNotInstalledError('No engine is installed: pip install "hornbeam[jax]" (or torch, tensorflow).')


@export("keras.backend.backend", "keras.config.backend", "hornbeam.backend")
def backend() -> str:
    """Name of the default backend: `"jax"`, `"torch"`, `"tensorflow"`, `"numpy"` or `"openvino"`.

    Example:
        >>> with hornbeam.backend_scope("numpy"):
        ...     hornbeam.config.backend()
        'numpy'
    """
    return default_name()


@export("hornbeam.set_backend", "keras.config.set_backend")
def set_backend(backend: str) -> None:
    """Make `backend` the default for the process; tensors and models that exist stay where they are.

    Raises:
        BackendError: there is no such backend.
        BackendNotInstalledError: its engine is not installed.
    """
    global _default
    get(backend)
    _default = backend


@export("hornbeam.backend_scope")
@contextlib.contextmanager
def scope(name: str) -> Iterator[None]:
    """Make `name` the default backend of this thread for a block.

    Example:
        >>> with hornbeam.backend_scope("numpy"):
        ...     type(hornbeam.ops.zeros((2,))).__name__
        'ndarray'
    """
    outer = context.backend
    context.backend = get(name)
    try:
        yield
    finally:
        context.backend = outer
