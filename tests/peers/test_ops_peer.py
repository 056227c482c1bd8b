"""Operations beside real Keras, asked as a black box in processes of their own: values, dtypes, shapes.

The reference is Keras on TensorFlow, where 64-bit dtypes stay. Of samples that it refuses there, its NumPy engine is
asked, whose answer counts where it has the same dtype. Of NaN and infinities Keras' engines often say different things:
one of the two must say what Hornbeam says. What Keras refuses, Hornbeam may refuse as well, with an error of its own.
"""

from __future__ import annotations

import functools
import itertools
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import hornbeam
from hornbeam.core import registry, tree
from hornbeam.core.errors import (
    AxisError,
    BackendError,
    ConfigError,
    DtypeError,
    MatrixError,
    ShapeError,
    UnknownDimError,
)
from hornbeam.core.spec import KerasTensor
from hornbeam.testing.properties import is_array, results
from tests.peers import ops_differences as differences
from tests.peers.operation_questions import (
    Question,
    asked_dtypes,
    asked_functions,
    asked_oddities,
    asked_samples,
    every_sample,
    unknown_axes,
)

ASK = Path(__file__).with_name("ask_keras.py")
OWN_ERRORS = (AxisError, BackendError, ConfigError, DtypeError, MatrixError, ShapeError, UnknownDimError)
HALVED = {"uint64": "uint32", "complex128": "complex64"}  # by Keras in some operations, and not in others
COARSE = {"bfloat16": 3e-2, "float16": 4e-3}


def ask(questions: list[Question], engine: str) -> list[Any]:
    """Keras' answers: lists of (value, dtype), or of (shape, dtype); or the text of an error."""
    answers: list[Any] = []
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder, "questions.pickle"), Path(folder, "answers.pickle")
        environment = {**os.environ, "KERAS_BACKEND": engine, "KERAS_HOME": folder, "TF_CPP_MIN_LOG_LEVEL": "3"}
        command = [sys.executable, str(ASK), str(given), str(found)]
        while len(answers) < len(questions):
            rest = questions[len(answers) :]
            given.write_bytes(pickle.dumps([(each.public, each.args, each.kwargs) for each in rest]))
            done = subprocess.run(command, capture_output=True, text=True, timeout=1800, env=environment, check=False)
            assert found.exists() and (done.returncode == 0 or "Traceback" not in done.stderr), done.stderr[-4000:]
            with found.open("rb") as file:
                while file.peek(1):
                    answers.append(pickle.load(file))
            if done.returncode:
                answers.append(f"The process of {engine} died: {done.stderr[-200:]}")
    return answers


QUESTIONS = {
    "samples": lambda full: asked_samples(),
    "dtypes": asked_dtypes,
    "odd": asked_oddities,
    "functions": asked_functions,
}
Row = tuple[Question, list[tuple[str, Any]]]


@functools.cache
def answers(kind: str, full: bool) -> dict[str, list[Row]]:
    """What Keras said of one kind of questions, by operation: answers of one engine, or of two. Asked once."""
    pytest.importorskip("keras")
    asked = list(QUESTIONS[kind](full))
    first = ask(asked, "tensorflow")
    rows: list[Row] = [(question, [("tensorflow", answer)]) for question, answer in zip(asked, first, strict=True)]
    if kind in ("samples", "odd"):
        again = [row for row in rows if kind == "odd" or isinstance(row[1][0][1], str)]
        for row, answer in zip(again, ask([question for question, _ in again], "numpy"), strict=True):
            row[1].append(("numpy", answer))
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[0].operation, []).append(row)
    return found


def ours(question: Question) -> Any:
    """Hornbeam's answer on the default backend, or the error."""
    engine = registry.default()
    function: Any = hornbeam
    for part in question.public.split("."):
        function = getattr(function, part)
    args = question.args
    if question.operation in ("einsum", "meshgrid") and isinstance(args[-1], (list, tuple)):
        args = (*args[:-1], *args[-1])
    convert = lambda leaf: engine.convert(np.asarray(leaf), None) if is_array(leaf) else leaf  # noqa: E731
    args, kwargs = tree.map_structure(convert, (args, question.kwargs))
    with np.errstate(all="ignore"):
        try:
            return results(function(*args, **kwargs))
        except Exception as error:  # judged by its class below
            return error


def halved(dtype: str) -> str:
    return HALVED.get(dtype, dtype)


def difference(question: Question, row: list[tuple[str, Any]], found: Any) -> str | None:
    """What differs between Hornbeam's answer and that of each engine of Keras, or None."""
    known = [(engine, answer) for engine, answer in row if not isinstance(answer, str)]
    if isinstance(found, Exception):
        shown = f"{type(found).__name__}: {str(found)[:200]}"
        if not isinstance(found, OWN_ERRORS):
            return f"raises an error of the engine: {shown}"
        return f"raises {shown}; Keras on tensorflow does not" if [e for e, _ in known] == [e for e, _ in row] else None
    problems = []
    for engine, wanted in known:
        narrow = registry.default().narrow
        dtypes = [halved(narrow.get(dtype, dtype)) for _, dtype in wanted]
        own = [halved(dtype) for _, dtype in found]
        if dtypes != own:
            if engine == "tensorflow":
                return f"dtypes {own}, Keras has {dtypes}"
            continue
        problem = mismatch(question, engine, found, wanted)
        if problem is None:
            return None
        problems.append(problem)
    return "; ".join(problems) or None


def mismatch(question: Question, engine: str, found: Any, wanted: Any) -> str | None:
    """The first difference of shape or value."""
    given = [leaf.dtype.name for leaf in tree.flatten((question.args, question.kwargs)) if is_array(leaf)]
    low = max([COARSE.get(dtype, 1e-4) for dtype in [*given, *(dtype for _, dtype in found)]])
    for (one, dtype), (two, _) in zip(found, wanted, strict=True):
        if one.shape != two.shape:
            return f"shape {one.shape}, Keras on {engine} has {two.shape}"
        if question.operation in differences.MEANINGLESS or question.operation.startswith("random."):
            continue
        if dtype.startswith(("bool", "int", "uint")):
            close = one == two
        else:
            kind = "complex128" if "complex" in dtype else "float64"
            close = np.isclose(one.astype(kind), two.astype(kind), rtol=low, atol=low, equal_nan=True)
        if not close.all():
            return f"values {one[~close][:8]} at {np.argwhere(~close)[0]}, Keras on {engine} has {two[~close][:8]}"
    return None


def problems(kind: str, full: bool, operation: str) -> Iterator[str]:
    """Answers that differ without a reason."""
    for question, row in answers(kind, full).get(operation, ()):
        problem = difference(question, row, ours(question))
        if problem and differences.reason(operation, question.label, registry.default_name()) is None:
            yield f"{operation}[{question.label}]: {problem}"


def check(kind: str, full: bool, operation: str) -> None:
    found = list(problems(kind, full, operation))
    assert not found, "\n" + "\n".join(found)


NAMES = list(every_sample())
FUNCTIONS = list(dict.fromkeys(question.operation for question in asked_functions(False)))


@pytest.mark.parametrize("operation", NAMES)
def test_samples(operation: str) -> None:
    with registry.scope("numpy"):
        check("samples", False, operation)


@pytest.mark.parametrize("operation", NAMES)
def test_dtypes(operation: str) -> None:
    with registry.scope("numpy"):
        check("dtypes", False, operation)


@pytest.mark.parametrize("operation", NAMES)
def test_odd_input(operation: str) -> None:
    with registry.scope("numpy"):
        check("odd", False, operation)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_activations_and_random_numbers(function: str) -> None:
    with registry.scope("numpy"):
        check("functions", False, function)


@functools.cache
def symbolic_answers(full: bool) -> dict[str, list[tuple[Question, Any]]]:
    """What Keras says of the samples as symbolic tensors, where it computes the same dtypes and sizes itself."""
    rows = [
        row
        for name in NAMES
        for row in list(zip(every_sample()[name], answers("samples", False)[name], strict=True))[: None if full else 1]
    ]
    asked = [question.symbolic(unknown_axes(sample)) for sample, (question, _) in rows]
    found: dict[str, list[tuple[Question, Any]]] = {}
    for question, (_, (_, row)), answer in zip(asked, rows, ask(asked, "tensorflow"), strict=True):
        computed = row[0][1]
        if not isinstance(computed, str) and not isinstance(answer, str) and agree(computed, answer):
            found.setdefault(question.operation, []).append((question, answer))
    return found


def agree(computed: Any, described: Any) -> bool:
    """Whether shapes and dtypes fit values."""
    return [dtype for _, dtype in computed] == [dtype for _, dtype in described] and all(
        isinstance(shape, tuple)  # not computed, for want of tensors among the arguments
        and len(value.shape) == len(shape)
        and all(size in (None, own) for own, size in zip(value.shape, shape, strict=True))
        for (value, _), (shape, _) in zip(computed, described, strict=True)
    )


@pytest.mark.parametrize("operation", NAMES)
@pytest.mark.parametrize("full", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_symbolic_tensors(full: bool, operation: str) -> None:
    for question, wanted in symbolic_answers(full).get(operation, ()):
        function = getattr(hornbeam.ops, question.public.removeprefix("ops."), None) or hornbeam.activations.mish
        args = question.args
        if operation in ("einsum", "meshgrid") and isinstance(args[-1], (list, tuple)):
            args = (*args[:-1], *args[-1])
        args, kwargs = tree.map_structure(
            lambda leaf: KerasTensor(leaf.shape, leaf.dtype) if isinstance(leaf, SimpleNamespace) else leaf,
            (args, question.kwargs),
        )
        try:
            found = [leaf for leaf in tree.flatten(function(*args, **kwargs)) if leaf is not None]
        except UnknownDimError:
            assert operation in differences.UNKNOWN
            continue
        label = f"{question.label}: {[(leaf.shape, leaf.dtype) for leaf in found]}, Keras has {wanted}"
        assert [leaf.dtype for leaf in found] == [dtype for _, dtype in wanted], label
        for leaf, (shape, _) in zip(found, wanted, strict=True):
            assert all(size is None or size == own for own, size in zip(leaf.shape, shape, strict=True)), label


def test_every_reason_is_needed() -> None:
    differences.used.clear()
    with registry.scope("numpy"):
        for kind, name in itertools.product(QUESTIONS, [*NAMES, *FUNCTIONS]):
            list(problems(kind, False, name))
    unused = set(range(len(differences.DIFFERENCES))) - differences.used
    assert not unused, [differences.DIFFERENCES[number] for number in unused]


@pytest.mark.slow
@pytest.mark.parametrize("operation", [*NAMES, *FUNCTIONS])
@pytest.mark.parametrize("kind", QUESTIONS)
def test_everything_on_every_backend(kind: str, operation: str, backend: str) -> None:
    check(kind, True, operation)
