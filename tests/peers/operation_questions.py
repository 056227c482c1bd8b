"""Calls of operations that real Keras is asked beside Hornbeam: their samples, other dtypes, odd input."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from hornbeam import activations, ops
from hornbeam.core import tree
from hornbeam.ops.op import operations
from hornbeam.testing.properties import arrays, filled, is_array
from hornbeam.testing.sample import Sample, of
from hornbeam.testing.samples import samples

# fmt: off
ALL = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
    "float16", "bfloat16", "float32", "float64", "complex64", "complex128",
)
FEW = ("bool", "int8", "int32", "int64", "uint8", "uint32", "float16", "bfloat16", "float64", "complex64")
# fmt: on
ODD = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -1.0, 1e30, -1e-30, 0.5, 2.5, -3.5], "float32")


@dataclass(frozen=True)
class Question:
    """One call: `public` is its name below `keras`; `label` says what is asked."""

    operation: str
    public: str
    label: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]

    def symbolic(self, unknown: tuple[int, ...]) -> Question:
        """The same with shape and dtype in place of arrays, their first axis of unknown size at these places."""
        count = itertools.count()

        def describe(leaf: Any) -> Any:
            if not is_array(leaf):
                return leaf
            shape = (None, *leaf.shape[1:]) if next(count) in unknown else leaf.shape
            return SimpleNamespace(shape=shape, dtype=leaf.dtype.name)

        args, kwargs = tree.map_structure(describe, (self.args, self.kwargs))
        return Question(self.operation, self.public, self.label, args, kwargs)


@functools.cache
def public_names() -> dict[str, str]:
    """Operation -> its name below `keras`, for those that Keras has."""
    found = {"mish": "activations.mish"}
    for name in ops.__all__:
        value = getattr(ops, name)
        if callable(value):
            found[getattr(getattr(value, "op", None), "name", name)] = f"ops.{name}"
    return found


def every_sample() -> dict[str, list[Sample]]:
    """The samples that Keras can be asked: of public operations, with arguments that travel."""
    return {
        name: kept
        for name, rows in sorted(samples().items())
        if name in public_names() and (kept := [row for row in rows if row.call is None and _is_data(row)])
    }


def _is_data(sample: Sample) -> bool:
    """Whether no argument is a function."""
    return not any(callable(leaf) and not isinstance(leaf, type) for leaf in tree.flatten((sample.args, sample.kwargs)))


def _question(name: str, label: str, sample: Sample, leaves: list[np.ndarray]) -> Question:
    args, kwargs = filled(sample, leaves)
    return Question(name, public_names()[name], label, args, kwargs)


def unknown_axes(sample: Sample) -> tuple[int, ...]:
    """Places of the arrays whose first axis may be of unknown size."""
    given = arrays(sample)
    if not isinstance(sample.batch, bool):
        return sample.batch
    return tuple(i for i, x in enumerate(given) if sample.batch and x.ndim and x.shape == given[0].shape)


def asked_functions(full: bool) -> Iterator[Question]:
    """The functions of `keras.activations` and of `keras.random`."""
    x = np.array([[-3.5, -1.0, -0.2, 0.0], [0.3, 1.0, 2.5, 7.0]], "float32")
    for name in activations.__all__:
        if name not in ("get", "serialize", "deserialize"):
            more = {"threshold": 0.5, "default_value": -1.0} if name == "threshold" else {}
            for dtype in ALL if full else ("float32", "float16"):
                yield Question(f"activations.{name}", f"activations.{name}", dtype, (cast(x, dtype),), more)
    share = np.array([0.5, 2.0], "float32")
    draws: dict[str, tuple[Any, ...]] = {
        "normal": ((2, 3),),
        "uniform": ((2, 3),),
        "truncated_normal": ((),),
        "randint": ((2, 3), 0, 9),
        "gamma": ((2,), share),
        "beta": ((2,), share, share),
        "binomial": ((2,), np.float32(5), np.float32(0.5)),
        "categorical": (x, 3),
    }
    for name, args in draws.items():
        yield Question(f"random.{name}", f"random.{name}", "default", args, {"seed": 1})
        for dtype in ("float16", "bfloat16", "float64", "int8", "int64", "uint32"):
            yield Question(f"random.{name}", f"random.{name}", dtype, args, {"seed": 1, "dtype": dtype})
    for dtype in ALL if full else FEW:
        yield Question("random.shuffle", "random.shuffle", dtype, (cast(x, dtype),), {"seed": 1, "axis": 1})
        yield Question("random.dropout", "random.dropout", dtype, (cast(x, dtype), 0.5), {"seed": 1})


def asked_samples() -> Iterator[Question]:
    """The samples as they are."""
    for name, rows in every_sample().items():
        for number, row in enumerate(rows):
            yield _question(name, f"sample {number} {row}", row, arrays(row))


def cast(x: np.ndarray, dtype: str) -> np.ndarray:
    """The array in a dtype that may not hold all its numbers."""
    x = np.asarray(x)
    if x.dtype.kind == "c" and not dtype.startswith("complex"):
        x = x.real
    if dtype.startswith(("bool", "int", "uint")) and x.dtype.kind not in "iub":
        x = np.nan_to_num(x.astype("float32"), posinf=3, neginf=-3)
    if dtype.startswith("uint") and x.dtype.kind != "b":
        x = np.maximum(x, 0)
    return of(x, dtype)


def promoted(sample: Sample) -> list[int]:
    """Places of the arrays that stand for tensors whose dtypes meet; of the first one where none do."""
    record = operations.get(sample.operation)
    try:
        assert record is not None
        bound = record.bind(sample.args, dict(sample.kwargs))
    except (AssertionError, TypeError):  # a function over a record of another signature
        return list(range(len(arrays(sample))))
    wanted = {id(leaf) for i in (*record.promoted, *record.promoted_sequences) for leaf in tree.flatten(bound[i])}
    return [i for i, leaf in enumerate(arrays(sample)) if id(leaf) in wanted] or [0]


def asked_dtypes(full: bool) -> Iterator[Question]:
    """The first sample in every dtype: all arrays, each alone, and (in full) the first against the others."""
    dtypes = ALL if full else FEW
    for name, rows in every_sample().items():
        row = next((row for row in rows if arrays(row)), None)
        if row is None:
            continue
        given, places = arrays(row), promoted(row)

        def ask(label: str, chosen: dict[int, str]) -> Question:
            leaves = [cast(x, chosen[i]) if i in chosen else x for i, x in enumerate(given)]  # noqa: B023
            return _question(name, label, row, leaves)  # noqa: B023

        for dtype in dtypes:
            yield ask(dtype, dict.fromkeys(places, dtype))
        if len(given) > 1 and full:
            for place, dtype in itertools.product(range(len(given)), dtypes):
                yield ask(f"argument {place} {dtype}", {place: dtype})
        if len(places) > 1:
            for one, two in itertools.permutations(FEW, 2) if full else itertools.pairwise(FEW):
                yield ask(f"{one} {two}", {**dict.fromkeys(places, two), places[0]: one})


def asked_oddities(full: bool) -> Iterator[Question]:
    """The first sample with no axis, with nothing in it, broadcast, and with NaN and infinities."""
    for name, rows in every_sample().items():
        row = next((row for row in rows if arrays(row)), None)
        if row is None:
            continue
        given, places = arrays(row), promoted(row)

        def ask(label: str, change: Callable[[np.ndarray], np.ndarray], *at: int) -> Question:
            leaves = [change(np.asarray(x)) if i in at else x for i, x in enumerate(given)]  # noqa: B023
            return _question(name, label, row, leaves)  # noqa: B023

        yield ask("0-d", lambda x: x.reshape(-1)[:1].reshape(()) if x.size else x, *places)
        yield ask("1-d", lambda x: x.reshape(-1)[:3], *places)
        yield ask("empty last", lambda x: x[..., :0] if x.ndim else x, *places)
        yield ask("empty first", lambda x: x[:0] if x.ndim else x, *places)
        yield ask("odd", lambda x: odd(x, 0), *places)
        if len(places) > 1:
            yield ask("broadcast first", lambda x: x[None] if x.ndim else x, places[0])
            yield ask("broadcast second", lambda x: x[:1] if x.ndim else x, places[1])
            for turn in range(1, len(ODD)) if full else (1, 5):
                first = ask("", lambda x: odd(x, 0), places[0])
                leaves = [leaf for leaf in tree.flatten((first.args, first.kwargs)) if is_array(leaf)]
                leaves[places[1]] = odd(leaves[places[1]], turn)
                yield _question(name, f"odd {turn}", row, leaves)


def odd(x: np.ndarray, turn: int) -> np.ndarray:
    """NaN, infinities, zeros and extremes in the shape of a float array."""
    if x.dtype.kind != "f" or not x.size:
        return x
    return np.resize(np.roll(ODD, turn), x.shape).astype(x.dtype)
