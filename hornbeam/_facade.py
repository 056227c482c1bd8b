"""Public packages, whose names are loaded on first use from the list in their `.pyi` file.

The lists are written by `python -m tools.facade` from the `@export` marks. Every line of one is
`from module import name as public_name`, which type checkers read as it stands and `attach` reads here. A line
that imports from the package itself names a sub-package.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

TYPE_CHECKING = False  # `typing` itself takes longer to import than all of this
if TYPE_CHECKING:
    from typing import Any


class Facade(ModuleType):
    """A public package.

    A public name goes before a file of the same name: `ops.fft` is the function, even after `hornbeam/ops/fft.py` was
    imported. A name that is both a function and a package (`hornbeam.backend`) is a package that can be called.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        # The import system sets every module on its parent once it is loaded.
        if not (isinstance(value, ModuleType) and names_of(self).get(name, (self.__name__,))[0] != self.__name__):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({name for name in self.__dict__ if name[:2] == "__"} | {*names_of(self)} - {"__call__"})

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if "__call__" not in names_of(self):
            raise TypeError(f"'{self.__name__}' is a package and cannot be called.")
        return load(self, "__call__")(*args, **kwargs)


def attach(package: str) -> None:
    """Make `package`, which is being imported, a `Facade` over the list in its `.pyi` file."""
    module = sys.modules[package]
    names = read(module.__spec__.loader.get_data(module.__file__[:-3] + ".pyi").decode())  # type: ignore[union-attr, index]

    def __getattr__(name: str) -> Any:
        return load(module, name)

    vars(module).update(__public__=names, __all__=[name for name in names if name[:2] != "__"], __getattr__=__getattr__)
    module.__class__ = Facade


def read(stub: str) -> dict[str, tuple[str, str]]:
    """The list in a `.pyi` file: public name -> (module, name there)."""
    names = {}
    for line in stub.splitlines():
        if line.startswith("from "):
            module, _, target = line[5:].partition(" import ")
            source, _, name = target.partition(" as ")
            names[name] = (module, source)
    return names


def names_of(module: ModuleType) -> dict[str, tuple[str, str]]:
    """The public names of a package."""
    return module.__dict__["__public__"]


def load(module: ModuleType, name: str) -> Any:
    """The object behind a public name, kept in the package from then on."""
    package = module.__name__
    if name not in names_of(module):
        raise AttributeError(f"module '{package}' has no attribute '{name}'")
    source, attribute = names_of(module)[name]
    if source == package:
        return import_module(f"{package}.{attribute}")
    try:
        value = getattr(import_module(source), attribute)
    except AttributeError:
        # not an AttributeError: the import system would take that for "look for a file of this name"
        raise ImportError(
            f"'{package}.{name}' should come from '{source}', which has no '{attribute}' (yet)."
        ) from None
    module.__dict__[name] = value
    return value
