"""Eager calls of a model from a recording: one straight-line function in place of every layer's Python."""

from __future__ import annotations

from typing import Any

from hornbeam.core import registry, tree
from hornbeam.core.mask import get_mask
from hornbeam.core.scope import context
from hornbeam.graph.replay import recorded
from hornbeam.layers import structure
from hornbeam.layers.calling import bind

LIMIT = 16  # recordings a layer keeps; past it, new shapes run eagerly
SIMPLE = (int, float, bool, str, type(None))


class RecordedCalls:
    """The recordings of one layer, by training flag, shapes and dtypes.

    A call is recorded twice, and only believed if both recordings are the same: python randomness, counters and
    engine tensors made on the way differ, and such a call runs eagerly from then on. So does one that cannot run on
    symbolic tensors, that adds losses, or whose output carries a mask. Setting an attribute of a recorded layer
    makes all recordings stale.
    """

    def __init__(self) -> None:
        self.entries: dict[Any, Any] = {}
        self.age = -1
        self.eager = False
        self.used = False

    def __deepcopy__(self, memo: Any) -> RecordedCalls:
        return RecordedCalls()

    def run(self, layer: Any, backend: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        """`(True, result)`, or `(False, None)` where the call has to run eagerly."""
        if self.eager:
            return False, None
        if self.age != structure.mutations.count:
            self.entries.clear()
            self.age = structure.mutations.count
        inputs: list[Any] = []
        if (
            len(args) == 1
            and not kwargs
            and backend is registry.backend_by_type.get(type(args[0]))
            and get_mask(args[0]) is None
        ):
            inputs.append(args[0])
            key: Any = (args[0].shape, args[0].dtype)
        else:
            key = self._key(backend, args, kwargs, inputs)
            if key is None:
                return False, None
        entry = self.entries.get(key)
        if entry is None:
            if len(self.entries) >= LIMIT or any(backend.is_traced(x) for x in inputs):
                return False, None
            entry = self._record(layer, backend, args, kwargs)
            if self.eager:
                return False, None
            self.entries[key] = entry
        if backend.is_traced(inputs[0]):
            return False, None
        return True, entry(inputs)

    def _key(self, backend: Any, args: Any, kwargs: Any, inputs: list[Any]) -> Any:
        parts: list[Any] = [len(args), *kwargs]
        leaves = tree.flatten((args, kwargs))
        for leaf in leaves:
            if isinstance(leaf, SIMPLE):
                parts.append(leaf if type(leaf) is not bool else ("bool", leaf))
                continue
            if hasattr(leaf, "__array__") and registry.backend_of(leaf) in (None, backend):
                if get_mask(leaf) is not None:
                    return None
                inputs.append(leaf)
                parts.append((tuple(leaf.shape), str(leaf.dtype), type(leaf) is not type(inputs[0])))
            else:
                return None
        if not inputs:
            return None
        structures = [type(value) for value in (*args, *kwargs.values())]
        nested = [value for value in (*args, *kwargs.values()) if isinstance(value, dict)]
        try:
            inputs[:] = [backend.convert(value, None) for value in inputs]
        except TypeError:  # no numbers: the call says what it expects
            return None
        return (*parts, *structures, *(tuple(value) for value in nested), context.training)

    def _record(self, layer: Any, backend: Any, args: Any, kwargs: Any) -> Any:
        if not all(part.built for part in structure.walk(layer)):  # it gained parts since it was built
            layer._dry_run(bind(layer, args, kwargs))
        layer.place_all()
        before = structure.mutations.count
        attributes = [(part, dict(part.__dict__)) for part in structure.walk(layer)]
        for part, _ in attributes:
            part._recorded_calls.used = True
        masked: list[bool] = []

        def call(*arguments: Any, **keywords: Any) -> Any:
            result = layer._inner_call(arguments, keywords)
            masked.append(any(get_mask(leaf) is not None for leaf in tree.flatten(result)))
            return result

        replay = recorded(call, backend, args, kwargs)
        lossy = bool(layer._lossy)
        layer._clear_losses()
        if replay is None or any(masked) or lossy or structure.mutations.count != before:
            self.eager = True
            for part, known in attributes:  # what the trial calls counted or kept is none of the user's business
                part.__dict__.update(known)
        return replay
