"""Every built-in backend, certified as one of a third party would be; what is known to fail stands in `gaps_*.json`."""

from __future__ import annotations

import json
from pathlib import Path

from hornbeam.testing import certify
from hornbeam.testing.conformance import census

# one more is a burden for every backend there will ever be: say why it cannot be a composite
MOST_PRIMITIVES = 140


def gaps(name: str) -> dict[str, str]:
    path = Path(__file__).with_name(f"gaps_{name}.json")
    return json.loads(path.read_text()) if path.exists() else {}


test_numpy = certify("numpy", gaps=gaps("numpy"), differentiable=False)
test_torch = certify("torch", gaps=gaps("torch"))
test_tensorflow = certify("tensorflow", gaps=gaps("tensorflow"))
test_jax = certify("jax", gaps=gaps("jax"))


def test_primitives_are_few() -> None:
    assert census()["primitives"] <= MOST_PRIMITIVES
