"""Fixtures that all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from hornbeam.core import registry

# Keras writes its own default into the user's folder when it is imported; the tests do not depend on it
os.environ.setdefault("HORNBEAM_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@pytest.fixture(params=["jax", "torch", "tensorflow", "numpy"])
def backend(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of each backend in turn, made the default for the test."""
    if not registry.installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    with registry.scope(request.param):
        yield request.param


@pytest.fixture(params=["jax", "torch", "tensorflow"])
def trainer(request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of each backend that trains in turn, made the default for the test."""
    if not registry.installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    with registry.scope(request.param):
        yield request.param


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """How many operations engines must supply, and what they supply beyond."""
    if "hornbeam.testing.conformance" in sys.modules:
        counts = sys.modules["hornbeam.testing.conformance"].census()
        total, primitives = counts.pop("operations"), counts.pop("primitives")
        natives = ", ".join(f"{name} {count / (total - primitives):.0%}" for name, count in sorted(counts.items()))
        terminalreporter.write_line(
            f"{total} operations, {primitives} of them primitives; natives of the rest: {natives}"
        )
