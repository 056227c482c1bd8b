"""What users call: a function with the operation's real signature, and a short way for calls like one seen before.

A call's plan is what dispatch decided: the backend, and the arguments that it made canonical. It is kept by the types
and dtypes of the tensors and the values of the axes, and only where dispatch changed nothing about the tensors.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from hornbeam.core import registry
from hornbeam.core.scope import context

PLAIN = frozenset({int, float, type(None)})  # stand for themselves in a key: they have no dtype
MOST_PLANS = 4096


def uniform(tensors: Any) -> tuple[type, Any]:
    """Class and dtype that all tensors of a sequence have; a KeyError where they differ."""
    if type(tensors) not in (list, tuple) or not tensors:
        raise KeyError
    kind, dtype = type(tensors[0]), tensors[0].dtype
    for tensor in tensors:
        if type(tensor) is not kind or tensor.dtype is not dtype:
            raise KeyError
    return kind, dtype


def is_default(backend: Any) -> bool:
    """Whether plain arrays belong to `backend` now."""
    return context.recording is None and (context.backend or registry.default()) is backend


def make_call(op: Any) -> Callable[..., Any] | None:
    """The function over `op`, or None where its signature is not made of plain parameters."""
    parameters = op.signature.parameters.values()
    if any(p.kind is not p.POSITIONAL_OR_KEYWORD for p in parameters) or not (op.tensors or op.sequences):
        return None
    # canonical axes depend on the number of axes of the first tensor
    canonical = [i for i, _ in op.canonical] + list(op.dtype_parameters)
    space: dict[str, Any] = {
        "_plans": op.plans,
        "_remember": op.remember,
        "_body": op.run_body,
        "_explain": op.explain,
        "_verify": op.verify,
        "_uniform": uniform,
        "_is_default": is_default,
        "_PLAIN": PLAIN,
    }
    signature = []
    for parameter in parameters:
        if parameter.default is inspect.Parameter.empty:
            signature.append(parameter.name)
        else:
            space[f"_default_{parameter.name}"] = parameter.default
            signature.append(f"{parameter.name}=_default_{parameter.name}")
    names = op.names
    parts = []
    for i in op.tensors:
        parts += [f"type({names[i]})", f"None if type({names[i]}) in _PLAIN else {names[i]}.dtype"]
    parts += [f"_uniform({names[i]})" for i in op.sequences]
    if op.canonical:
        first = names[op.tensors[0]] if op.tensors else f"{names[op.sequences[0]]}[0]"
        parts.append(f"{first}.ndim")
    parts += [f"type({names[i]}), {names[i]}" for i in canonical]
    key = f"({', '.join(parts)},)"
    unpacked = "".join(f", {names[i]}" for i in canonical)
    given = ", ".join(f"list({names[i]})" if i in op.sequences else names[i] for i in range(len(names)))
    every = f"({', '.join(names)},)"
    verified = f"_verify(_backend, ({given},))\n        " if op.strict else ""
    # names with an underscore are not those of parameters
    source = f"""
def _key({", ".join(names)}):
    return {key}

def {op.name.replace(".", "_")}({", ".join(signature)}):
    try:
        _backend, _table, _condition, _plain{unpacked} = _plans[{key}]
    except (KeyError, AttributeError, TypeError):
        return _remember({every})
    if _plain and not _is_default(_backend):
        return _remember({every})
    _entry = _table.get({op.name!r})
    if _entry is None or (_condition is not None and not _condition({given})):
        return _body(_backend, ({given},))
    try:
        {verified}return _entry({given})
    except Exception as _error:
        _explain(_backend, ({given},), _error)
        raise
"""
    exec(source, space)  # the text is made above, from names of parameters alone
    op.key = space["_key"]
    return space[op.name.replace(".", "_")]
