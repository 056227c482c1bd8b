"""Promotion beside real Keras, asked as a black box in a process of its own (its backend is fixed at import)."""

import importlib.util
import itertools
import json
import os
import random
import subprocess
import sys

import pytest

from hornbeam.core import dtype
from hornbeam.core.errors import DtypeError

WEAK = {"python int": int, "python float": float, "python bool": bool, "python complex": complex, "python None": None}

ASK = """
import json, sys
from keras import backend
weak = {"python int": int, "python float": float, "python bool": bool, "python complex": complex, "python None": None}
answers = []
for names in json.load(sys.stdin):
    try:
        answers.append(backend.result_type(*[weak.get(name, name) for name in names]))
    except ValueError:
        answers.append("error")
print(json.dumps(answers))
"""


def questions():
    names = [*dtype.ALLOWED, *WEAK]
    triples = list(itertools.product(names, repeat=3))
    return [[], *([name] for name in names), *itertools.product(names, names), *random.Random(0).sample(triples, 2000)]


def answer(names, wide):
    try:
        return dtype.result_type(*[WEAK.get(name, name) for name in names], wide=wide)
    except DtypeError:
        return "error"


@pytest.mark.skipif(importlib.util.find_spec("keras") is None, reason="real Keras is not installed")
@pytest.mark.parametrize(("backend", "wide"), [("numpy", False), ("tensorflow", True)])
def test_promotion_is_that_of_keras(backend, wide, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    asked = questions()
    environment = os.environ | {"KERAS_BACKEND": backend, "KERAS_HOME": str(tmp_path), "TF_CPP_MIN_LOG_LEVEL": "3"}
    result = subprocess.run(
        [sys.executable, "-c", ASK],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env=environment,
        check=True,
    )
    expected = json.loads(result.stdout.splitlines()[-1])
    assert len(expected) == len(asked) and len(set(expected)) > 10
    ours = [answer(names, wide) for names in asked]
    differing = [(names, keras, own) for names, keras, own in zip(asked, expected, ours, strict=True) if keras != own]
    assert not differing
