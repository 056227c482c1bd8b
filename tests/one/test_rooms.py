"""The plan of the house, read from its source: who may import whom, and how long a file may be."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2] / "hornbeam"
# A room may import itself and the rooms before it.
ROOMS = (
    *("core", "ops", "graph", "backends"),
    *("initializers", "constraints", "regularizers", "activations", "losses", "metrics", "optimizers"),
    *("layers", "callbacks", "saving", "train", "models"),
    *("datasets", "applications", "utils", "visualization", "testing", "cli"),
)
ENGINES = {"jax": "jax", "jaxlib": "jax", "torch": "torch", "tensorflow": "tensorflow", "openvino": "openvino"}
ENGINES |= {"onnx": "onnx", "onnxruntime": "onnx"}
FACADE = "hornbeam._facade"
SOURCES = sorted(HOUSE.rglob("*.py"))
LONGEST = 1000


def name_of(path: Path) -> str:
    return path.relative_to(HOUSE.parent).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything a file imports when it runs, at the top or inside a function."""
    typing_only: set[ast.AST] = set()
    package = list(path.relative_to(HOUSE.parent).parent.parts)
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            typing_only.update(inner for statement in node.body for inner in ast.walk(statement))
    for node in ast.walk(tree):
        if node in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(package[: len(package) + 1 - node.level]) if node.level else ""
            module = ".".join(part for part in (start, node.module) if part)
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_imports_run_downhill(path):
    parts = path.relative_to(HOUSE).parts
    found = [(line, name) for line, name in imports(path) if name.split(".")[0] == "hornbeam"]
    if len(parts) == 1 or {name.rpartition(".")[0] for _, name in found} == {FACADE}:
        # the front door, or a public package: a list of names over other rooms
        assert all(name.startswith(FACADE) for _, name in found)
        return
    assert parts[0] in ROOMS, f"hornbeam/{parts[0]} has no place in the order of rooms"
    level = ROOMS.index(parts[0])
    for line, name in found:
        room = name.split(".")[1] if "." in name else "the front door"
        if room == "_facade" or level == len(ROOMS) - 1:
            continue
        assert room in ROOMS, f"{name_of(path)}:{line} imports {name}: {room} is not a room"
        assert ROOMS.index(room) <= level, f"{name_of(path)}:{line} imports {name}: {room} lies above {parts[0]}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_engines_are_imported_in_their_own_backend_only(path):
    parts = path.relative_to(HOUSE).parts
    for line, name in imports(path):
        root = name.split(".")[0]
        assert root != "keras", f"{name_of(path)}:{line} imports keras"
        if root in ENGINES:
            assert parts[:2] == ("backends", ENGINES[root]), f"{name_of(path)}:{line} imports {name}"


@pytest.mark.parametrize("path", sorted((HOUSE / "core").rglob("*.py")), ids=name_of)
def test_core_loads_no_numpy(path):
    top = {node for node in ast.parse(path.read_text()).body if isinstance(node, (ast.Import, ast.ImportFrom))}
    lines = {node.lineno for node in top}
    for line, name in imports(path):
        heavy = name.split(".")[0] in ("numpy", "ml_dtypes", "optree", "h5py", "rich")
        assert not (heavy and line in lines), f"{name_of(path)}:{line} imports {name} as it is loaded"


def test_no_file_is_long():
    folders = ("hornbeam", "tests", "tools", "examples", "benchmarks")
    files = [path for folder in folders for path in (HOUSE.parent / folder).rglob("*.py")]
    long = {name_of(path): lines for path in files if (lines := len(path.read_text().splitlines())) > LONGEST}
    assert not long
