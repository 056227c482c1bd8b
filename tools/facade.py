"""Writes the public packages of Hornbeam from the `@export` marks.

    python -m tools.facade [--check]

For each public namespace a pair of files comes out: `__init__.pyi` lists the names, `__init__.py` loads them lazily
from it. A mark "keras.layers.Dense" makes `hornbeam.layers.Dense`; one that begins with "hornbeam." is a name that
Keras does not have. `--check` writes nothing, and fails where a file differs from what would be written.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent / "hornbeam"
ATTACH = "attach(__name__)"
# rooms whose modules hold no marked names and may need what is not installed: an engine, pytest
SKIPPED = ("backends", "cli", "testing")
CONSTANTS = {"hornbeam.__version__": ("hornbeam.core.version", "__version__")}


@dataclass
class Plan:
    """What should be written, and what is wrong."""

    files: dict[Path, str] = field(default_factory=dict)
    stale: list[Path] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def main() -> int:
    """The command line."""
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("--check", action="store_true", help="write nothing; fail where a file differs")
    check = cli.parse_args().check
    plan = make_plan()
    changed = [path for path, text in plan.files.items() if not path.exists() or path.read_text() != text]
    for path in changed + plan.stale:
        print(
            f"{'differs' if check else 'deleted' if path in plan.stale else 'written'}: {path.relative_to(ROOT.parent)}"
        )
    if not check:
        for path in changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(plan.files[path])
        for path in plan.stale:
            path.unlink()
            if not any(child for child in path.parent.iterdir() if child.name != "__pycache__"):
                importlib.import_module("shutil").rmtree(path.parent)
    for warning in plan.warnings:
        print(f"note: {warning}")
    for problem in plan.problems:
        print(f"error: {problem}", file=sys.stderr)
    return 1 if plan.problems or (check and (changed or plan.stale)) else 0


def make_plan() -> Plan:
    """Read the marks of the whole package, and say what its public packages should look like."""
    plan = Plan()
    for module in modules():
        try:
            importlib.import_module(module)
        except Exception as error:
            plan.problems.append(f"{module} cannot be imported, so its names are missing: {error!r}")
    namespaces = public_names(plan)
    for namespace in sorted(namespaces):
        write_namespace(namespace, namespaces, plan)
    for path in sorted(ROOT.rglob("__init__.pyi")):
        if path not in plan.files:
            forget(path, plan)
    return plan


def modules() -> Iterator[str]:
    """Every hand-written module of the package, by dotted name."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        if parts[1] in SKIPPED or parts[1].startswith("_") or parts[-1] in ("__init__", "__main__"):
            continue
        yield ".".join(parts)


def public_names(plan: Plan) -> dict[str, dict[str, tuple[str, str]]]:
    """Namespace -> public name -> (module, name there), from the marks."""
    from hornbeam.core.export import marks

    homes = find_homes()
    namespaces: dict[str, dict[str, tuple[str, str]]] = {"hornbeam": {}}
    found = dict(CONSTANTS)
    for path, target in marks.items():
        home = homes.get(id(target))
        if home is None:
            plan.problems.append(f'"{path}" marks an object that no module of the package holds: {target!r}')
        elif path.partition(".")[0] not in ("keras", "hornbeam"):
            plan.problems.append(f'"{path}" must begin with "keras." or "hornbeam."')
        else:
            public = "hornbeam." + path.partition(".")[2]
            if found.setdefault(public, home) != home:
                plan.problems.append(f"{public} is marked in {home[0]} and in {found[public][0]}")
    for path, home in found.items():
        namespace, _, name = path.rpartition(".")
        namespaces.setdefault(namespace, {})[name] = home
        while "." in namespace:
            namespace = namespace.rpartition(".")[0]
            namespaces.setdefault(namespace, {})
    return namespaces


def find_homes() -> dict[int, tuple[str, str]]:
    """Where each object of the package lives: its own module and name where these are true, else where it is held."""
    homes: dict[int, tuple[str, str]] = {}
    inner = {name: module for name, module in sorted(sys.modules.items()) if name.startswith("hornbeam.")}
    for name, module in inner.items():
        if "__public__" in vars(module):
            continue
        for attribute, value in list(vars(module).items()):
            own = getattr(value, "__module__", None) == name
            true_name = own and getattr(value, "__name__", None) == attribute
            if true_name or id(value) not in homes or (own and homes[id(value)][0] != name):
                homes[id(value)] = (name, attribute)
    return homes


def write_namespace(namespace: str, namespaces: dict[str, Any], plan: Plan) -> None:
    """Plan the pair of files of one public namespace, or check the module that stands in its place."""
    folder = ROOT.joinpath(*namespace.split(".")[1:])
    names = dict(namespaces[namespace])
    children = sorted(child.rpartition(".")[2] for child in namespaces if child.rpartition(".")[0] == namespace)
    if folder.with_suffix(".py").exists():
        check_module(namespace, names, children, plan)
        return
    for child in children:
        names[child] = (namespace, child)
    parent, _, own_name = namespace.rpartition(".")
    if parent and own_name in namespaces[parent]:
        names["__call__"] = namespaces[parent][own_name]
    for name in sorted(names):
        if name not in children and ((folder / f"{name}.py").exists() or (folder / name).is_dir()):
            plan.warnings.append(f"{namespace}.{name} is the public name; the file of that name is hidden behind it")
    docstring = written_docstring(folder / "__init__.py", plan)
    if docstring is None:
        docstring = f"The public names of `{namespace}`." if namespace != "hornbeam" else FRONT_DOOR
    plan.files[folder / "__init__.py"] = f'"""{docstring}"""\n\nfrom hornbeam._facade import attach\n\n{ATTACH}\n'
    plan.files[folder / "__init__.pyi"] = stub(names)


FRONT_DOOR = """Hornbeam: deep learning with one API over many engines.

`import hornbeam as keras` runs Keras 3 code; models on jax, torch, tensorflow and numpy live in one process.
"""


def stub(names: dict[str, tuple[str, str]]) -> str:
    """The text of a `.pyi` file."""
    lines = [f"from {names[name][0]} import {names[name][1]} as {name}\n" for name in sorted(names)]
    if any(home[1] != name for name, home in names.items()):
        # an import under another name is private to a stub unless `__all__` lists it
        lines += ["\n__all__ = [\n", *(f'    "{name}",\n' for name in sorted(names)), "]\n"]
    return "# Written by tools/facade.py from the export marks: do not edit, run `make facade`.\n" + "".join(lines)


def check_module(namespace: str, names: dict[str, tuple[str, str]], children: list[str], plan: Plan) -> None:
    """A hand-written module that stands where a namespace belongs must offer the names itself."""
    module = sys.modules.get(namespace)
    missing = [
        name
        for name, (home, attribute) in names.items()
        if getattr(module, name, None) is not getattr(sys.modules[home], attribute)
    ]
    if missing or children:
        plan.problems.append(
            f"{namespace.replace('.', '/')}.py stands where the public namespace {namespace} belongs, and lacks "
            f"{', '.join(missing + children)}: import them there, or rename the file"
        )


def written_docstring(path: Path, plan: Plan) -> str | None:
    """The docstring of an `__init__.py` that is about to be written; its other code is refused."""
    if not path.exists():
        return None
    tree = ast.parse(path.read_text())
    docstring = ast.get_docstring(tree, clean=False)
    body = tree.body[1:] if docstring is not None else tree.body
    if [ast.unparse(statement) for statement in body] not in ([], ["from hornbeam._facade import attach", ATTACH]):
        plan.problems.append(
            f"{path.relative_to(ROOT.parent)} has code of its own, which was replaced: move it to a file"
        )
    return docstring


def forget(stub_path: Path, plan: Plan) -> None:
    """Plan the end of a pair whose namespace has no names left."""
    init = stub_path.with_suffix(".py")
    plan.stale.append(stub_path)
    if any(child.name not in ("__init__.py", "__init__.pyi", "__pycache__") for child in stub_path.parent.iterdir()):
        plan.files[init] = f'"""{written_docstring(init, plan) or ""}"""\n'
    elif init.exists():
        plan.stale.append(init)


if __name__ == "__main__":
    sys.exit(main())
