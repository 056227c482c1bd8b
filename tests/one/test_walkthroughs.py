"""The walk-throughs in docs/ run as they are written, and show the toy backend as it is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def blocks(page: str, language: str) -> list[str]:
    """The code of a page, block by block."""
    return re.findall(rf"^```{language}\n(.*?)^```$", (ROOT / "docs" / page).read_text(), re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", ["add_an_operation.md", "add_a_backend.md"])
def test_the_blocks_run(page: str) -> None:
    """One after the other, in a process of its own: they change tables. Imports of the future come first."""
    code = "\n".join(blocks(page, "python"))
    future = "from __future__ import annotations\n"
    code = future + code.replace(future, "")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "HORNBEAM_BACKEND": "numpy"}
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300
    )
    assert found.returncode == 0, found.stderr


def test_the_toy_is_shown_as_it_is() -> None:
    toy = ROOT / "tests" / "toy_backend"
    assert blocks("add_a_backend.md", "toml") == [(toy / "pyproject.toml").read_text()]
    assert blocks("add_a_backend.md", "python")[0] == (toy / "hornbeam_toy" / "__init__.py").read_text()
