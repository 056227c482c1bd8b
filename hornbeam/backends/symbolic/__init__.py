"""The backend without an engine: operations on `KerasTensor`s compute shapes and dtypes and are recorded."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from hornbeam.backends.base import Backend
from hornbeam.backends.symbolic import control
from hornbeam.core import dtype as dtypes
from hornbeam.core import registry
from hornbeam.core.spec import KerasTensor, Spec
from hornbeam.core.variable import Variable
from hornbeam.graph.graph import constant, record
from hornbeam.ops.op import Op, operations


def apply(op: Op, *arguments: Any) -> Any:
    """Record a call of `op` on canonical arguments; the rule, or a dry run of the body, gives shapes and dtypes."""
    if op.rule is None:
        return record(op, arguments, {}, op.run_body(backend, arguments), expansion=True)
    spec = op.spec(arguments)
    if isinstance(spec, Spec):
        return record(op, arguments, {}, KerasTensor(spec.dims, spec.dtype, name="spec"))
    return record(op, arguments, {}, tuple(KerasTensor(part.dims, part.dtype, name="spec") for part in spec))


class SymbolicTable(dict[str, Callable[..., Any]]):
    """An entry for every operation there is."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        entry = self[name] = functools.partial(apply, operations[name])
        return entry

    def get(self, name: str, default: Any = None) -> Any:
        return self[name]


class SymbolicBackend(Backend):
    """Shapes and dtypes only."""

    name = "symbolic"
    symbolic = True
    tensor_types = (KerasTensor,)

    def __init__(self) -> None:
        self.table = SymbolicTable(control.table)
        self.conditions = {}
        self.narrow = {}

    def convert(self, value: Any, dtype: str | None) -> Any:
        if isinstance(value, Variable):
            value = value.value
        if not isinstance(value, KerasTensor):
            owner = registry.backend_of(value)
            if owner is None:
                owner = registry.get("numpy")
                value = owner.convert(value, dtype)
            value = constant(value, tuple(owner.shape(value)), owner.dtype(value))
        if dtype is not None and value.dtype != dtype:
            value = self.table["cast"](value, dtypes.standardize(dtype))
        return value

    def dtype(self, tensor: Any) -> str:
        return tensor.dtype

    def shape(self, tensor: Any) -> tuple[Any, ...]:
        return tensor.dims


backend = SymbolicBackend()
