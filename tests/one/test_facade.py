"""The public packages: their lists agree with the marks, and importing them costs next to nothing."""

import importlib
import json
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import hornbeam

ROOT = Path(hornbeam.__file__).parent
PACKAGES = sorted(".".join(path.parent.relative_to(ROOT.parent).parts) for path in ROOT.rglob("__init__.pyi"))


def run(code: str, *flags: str) -> str:
    """What a fresh interpreter prints."""
    result = subprocess.run(
        [sys.executable, *flags, "-c", code], capture_output=True, text=True, cwd=ROOT.parent, timeout=120
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_lists_agree_with_the_marks():
    result = subprocess.run(
        [sys.executable, "-m", "tools.facade", "--check"], capture_output=True, text=True, cwd=ROOT.parent, timeout=300
    )
    assert result.returncode == 0, f"run `make facade`\n{result.stdout}{result.stderr}"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_can_be_loaded(package):
    module = importlib.import_module(package)
    listed = dir(module)
    for name in module.__all__:
        assert getattr(module, name) is getattr(module, name)
        assert name in listed
    assert len(set(module.__all__)) == len(module.__all__)


def test_import_loads_neither_numpy_nor_an_engine():
    loaded = json.loads(run("import hornbeam, sys, json; print(json.dumps(sorted(sys.modules)))"))
    heavy = {"numpy", "jax", "torch", "tensorflow", "openvino", "keras", "h5py", "rich", "optree", "ml_dtypes"}
    assert heavy.isdisjoint(loaded)
    inner = [name for name in loaded if name.startswith("hornbeam.")]
    assert inner == ["hornbeam._facade"]


def test_import_of_sub_packages_loads_nothing_either():
    code = f"""
import importlib, sys
for name in {PACKAGES!r}:
    importlib.import_module(name)
print("numpy" in sys.modules, "jax" in sys.modules, "torch" in sys.modules, "tensorflow" in sys.modules)
"""
    assert run(code) == "False False False False"


def test_import_is_faster_than_numpy():
    times: dict[str, list[float]] = {"hornbeam": [], "numpy": []}
    for _ in range(7):
        for name, seen in times.items():
            code = f"import time; start = time.perf_counter(); import {name}; print(time.perf_counter() - start)"
            seen.append(float(run(code)))
    assert statistics.median(times["hornbeam"]) < 0.7 * statistics.median(times["numpy"])


def test_ways_to_reach_a_name():
    code = """
import hornbeam as keras
from hornbeam import config
from hornbeam.config import floatx
import hornbeam.config
import hornbeam.ops.numpy as knp
assert keras.config is config is hornbeam.config
assert keras.config.floatx is floatx
assert keras.ops.numpy is knp and knp.add is keras.ops.add
assert "config" in dir(keras) and "floatx" in dir(config)
assert keras.version() == keras.__version__
namespace = {}
exec("from hornbeam.config import *", namespace)
assert namespace["floatx"] is floatx
print("ok")
"""
    assert run(code) == "ok"


def test_a_package_that_is_also_a_function():
    assert hornbeam.backend() == hornbeam.config.backend()  # type: ignore[operator]
    assert hornbeam.backend.floatx is hornbeam.config.floatx
    with pytest.raises(TypeError, match=r"hornbeam\.config"):
        hornbeam.config()  # type: ignore[operator]


def test_unknown_name():
    with pytest.raises(AttributeError, match=r"'hornbeam\.config' has no attribute 'no_such_name'"):
        hornbeam.config.no_such_name  # noqa: B018
    with pytest.raises(ImportError):
        importlib.import_module("hornbeam.no_such_package")


def test_public_name_goes_before_a_file_of_the_same_name(tmp_path):
    package = tmp_path / "house"
    package.mkdir()
    (package / "__init__.py").write_text("from hornbeam._facade import attach\n\nattach(__name__)\n")
    (package / "__init__.pyi").write_text("from house.room import room as room\nfrom house.other import door as door\n")
    (package / "room.py").write_text("def room():\n    return 'the function'\n")
    (package / "door.py").write_text("'a file'\n")
    (package / "other.py").write_text("def door():\n    return 'the function'\n")
    code = f"""
import sys
sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT.parent)!r}]
import house
import house.door, house.room
assert house.room() == house.door() == "the function"
import house.door
from house import door
assert door() == "the function" and house.other.door is door
try:
    from house import window
except ImportError:
    print("ok")
"""
    assert run(code) == "ok"
