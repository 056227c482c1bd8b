"""What a layer holds, read off its attributes: variables, sub-layers, metrics, seed generators.

Nothing is registered: a list that a layer keeps may be appended to at any time, and what is in it counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from hornbeam.core import config, naming
from hornbeam.core.variable import Variable
from hornbeam.metrics.metric import Metric
from hornbeam.ops.random import SeedGenerator

# filled by layers.layer: what counts as a layer
layer_class: list[type] = []
# attributes that belong to the framework and hold nothing of the user's
FRAMEWORK = frozenset(
    {
        "_init_arguments", "_parent", "_variables", "_losses", "_lossy", "_dtype_policy", "_recorded_calls",
        "_build_shapes", "input_spec", "activity_regularizer", "_parameters", "_buffers", "_modules",
        "_non_persistent_buffers_set", "_input_shape_argument", "_called", "optimizer", "_trainer", "history", "_graph",
    }
)  # fmt: skip


# attributes that no call depends on: setting them leaves recordings valid
HARMLESS = frozenset(
    {
        "stop_training", "history", "optimizer", "loss", "compiled", "run_eagerly", "jit_compile",
        "steps_per_execution", "built", "input_spec",
        "training",
    }
)  # fmt: skip
PLAIN = frozenset({int, float, str, bool, type(None)})


class Mutations:
    """Counts changes to attributes of layers whose calls were recorded; recorded calls of an older count are stale."""

    count = 0


mutations = Mutations()


def _settings_changed() -> None:
    mutations.count += 1


config.on_change(_settings_changed)


def held(layer: Any) -> Iterator[tuple[str, Any]]:
    """Pairs (attribute name, object) for what the attributes hold, containers opened."""
    for name, value in list(layer.__dict__.items()):
        if type(value) not in PLAIN and name not in FRAMEWORK:
            yield from _open(name, value)


def _open(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, (list, tuple)):
        for part in value:
            yield from _open(name, part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from _open(name, part)
    elif type(value) not in PLAIN:
        yield name, value


def unique(objects: Any) -> list[Any]:
    """The objects, each once, in order."""
    return list({id(item): item for item in objects}.values())


def sublayers(layer: Any) -> list[Any]:
    """Direct sub-layers, each once, in the order they were attached."""
    return unique(value for _, value in held(layer) if isinstance(value, layer_class[0]) and value is not layer)


def walk(layer: Any, include_self: bool = True) -> Iterator[Any]:
    """The layer and every layer below it, each once, a layer before those it holds."""
    seen = {id(layer)}
    if include_self:
        yield layer
    stack = list(reversed(sublayers(layer)))
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        stack.extend(reversed(sublayers(current)))


def own_variables(layer: Any) -> list[Variable]:
    """Variables of this very layer in the order they were declared."""
    listed = list(layer._variables)
    listed += [value for name, value in held(layer) if isinstance(value, Variable) and name not in layer._passing]
    return unique(listed)


def in_file_order(own: list[Variable]) -> list[Variable]:
    """The variables of one layer, those declared trainable first; freezing one later moves nothing."""
    return [v for v in own if v.declared_trainable] + [v for v in own if not v.declared_trainable]


def seed_states(layer: Any) -> list[Variable]:
    """State of this very layer that is no weight: of its seed generators, and what is left from its last batch."""
    return unique(
        value.state if isinstance(value, SeedGenerator) else value
        for name, value in held(layer)
        if isinstance(value, SeedGenerator) or (name in layer._passing and isinstance(value, Variable))
    )


def variables(layer: Any, seeds: bool) -> list[Variable]:
    """All variables of the layer and those below, each once; trainable before non-trainable within a layer."""
    found: list[Variable] = []
    for part in walk(layer):
        own = own_variables(part)
        found += in_file_order(own)
        if seeds:
            found += seed_states(part)
    return unique(found)


def trainable(layer: Any) -> list[Variable]:
    """Variables that training changes: trainable ones of trainable layers."""
    if not layer._trainable:
        return []
    found: list[Variable] = []
    seen: set[int] = set()

    def visit(part: Any) -> None:
        if id(part) in seen or not part._trainable:
            return
        seen.add(id(part))
        found.extend(v for v in own_variables(part) if v._trainable)
        for inner in sublayers(part):
            visit(inner)

    visit(layer)
    return unique(found)


def metrics(layer: Any) -> list[Any]:
    """Metrics that the layer and those below hold as attributes."""
    return unique(value for part in walk(layer) for _, value in held(part) if isinstance(value, Metric))


def named(objects: Any) -> list[tuple[str, Any]]:
    """The objects under their own names, a number added where a name comes again."""
    counts: dict[str, int] = {}
    found = []
    for item in objects:
        count = counts.get(item.name, 0)
        counts[item.name] = count + 1
        found.append((item.name if count == 0 else f"{item.name}_{count}", item))
    return found


def numbered(layers: Any, first: str = "", later: str = "_{}") -> dict[str, Any]:
    """Sibling layers by name; one that was made up counts as the class and its number among the siblings.

    `first` and `later` say how the number is written, so that names stay what they are whatever else was built.
    """
    counts: dict[str, int] = {}
    found: dict[str, Any] = {}
    for layer in layers:
        kind = naming.snake_case(type(layer).__name__) if layer._auto_named else layer.name
        name = None
        while name is None or name in found:
            count = counts[kind] = counts.get(kind, -1) + 1
            name = kind + (later.format(count) if count else first if layer._auto_named else "")
        found[name] = layer
    return found


def root_of(layer: Any) -> Any:
    """The outermost layer that this one is part of."""
    seen = {id(layer)}
    while layer._parent is not None and (parent := layer._parent()) is not None and id(parent) not in seen:
        seen.add(id(parent))
        layer = parent
    return layer


def keyed_variables(root: Any) -> list[tuple[str, Variable]]:
    """Every variable below `root` with a key that says where it is in the model, and not what was built before it.

    A layer whose name was made up counts as its class and its number among its siblings of that class.
    """
    found: list[tuple[str, Variable]] = []
    seen: set[int] = set()

    def visit(layer: Any, key: str) -> None:
        if id(layer) in seen:
            return
        seen.add(id(layer))
        for name, variable in named(own_variables(layer) + seed_states(layer)):
            found.append((f"{key}/{name}", variable))
        for name, inner in numbered(sublayers(layer), ":0", ":{}").items():
            visit(inner, f"{key}/{name}")

    is_model = hasattr(root, "fit")
    visit(root, "" if is_model and root._auto_named else root.name)
    return found


def place(layer: Any) -> None:
    """Place every variable of the model that `layer` belongs to.

    With no global seed each model draws its own entropy; with one, the values depend on the seed and the keys alone.
    """
    root = root_of(layer)
    salt = "" if config.seed() is not None else os.urandom(8).hex()
    waiting = [(key, variable) for key, variable in keyed_variables(root) if not variable.placed]
    if root is not layer:
        known = {id(variable) for _, variable in waiting}
        waiting += [
            (key, variable)
            for key, variable in keyed_variables(layer)
            if not variable.placed and id(variable) not in known
        ]
    for key, variable in waiting:
        variable.key = salt + key
        owner, variable._owner = variable._owner, None
        try:
            variable.place()
        finally:
            variable._owner = owner


def serialized_children(layer: Any) -> dict[str, Any]:
    """Attribute name -> layer, seed generator or container of layers, sorted by name: what weight files store."""
    found: dict[str, Any] = {}
    for name, value in sorted(layer.__dict__.items()):
        if name in FRAMEWORK:
            continue
        if isinstance(value, (layer_class[0], SeedGenerator)) or (
            isinstance(value, (list, tuple, dict)) and any(isinstance(p, layer_class[0]) for _, p in _open(name, value))
        ):
            found[name] = value
    return found
