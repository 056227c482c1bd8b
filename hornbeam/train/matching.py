"""The one rule by which targets, weights, losses and metrics meet the outputs of a model."""

from __future__ import annotations

from typing import Any

from hornbeam.core import tree
from hornbeam.core.errors import StructureError
from hornbeam.core.shape import public

CONTAINERS = (list, tuple, dict)


class Outputs:
    """The outputs of a model: their structure and their names.

    What is given for them may have the same structure, be a dictionary by output name (not all need be there), or a
    list or tuple by position.

    Args:
        structure: the outputs, nested as the model returns them.
        names: their names in the order of `tree.flatten`, where the model knows them.

    Attributes:
        names: a name for each output; None where it has neither a name nor a key.
        paths: for each output, the keys that lead to it.

    Raises:
        StructureError: there are not as many names as outputs.
    """

    def __init__(self, structure: Any, names: list[str] | None = None) -> None:
        self.structure = structure
        found = tree.flatten_with_path(structure)
        self.leaves = [leaf for _, leaf in found]
        self.paths = [tuple(path) for path, _ in found]
        # a model without names, or with several heads under one name, is matched by its keys
        self.known = list(names) if names is not None and len(names) == len(self.leaves) else None
        keyed = ["/".join(path) if path and _all_text(path) else None for path in self.paths]
        self.names = [key if key is not None else self.known[i] if self.known else None for i, key in enumerate(keyed)]

    def __len__(self) -> int:
        return len(self.leaves)

    def label(self, position: int) -> str:
        """How messages call an output."""
        name = self.names[position]
        if name is not None:
            return f"Output '{name}'"
        return "The output" if len(self) == 1 else f"Output number {position}"

    def prefix(self, position: int) -> str:
        """The keys that lead to an output, as the beginning of a name."""
        return "".join(f"{part}/" for part in self.paths[position] if isinstance(part, str))

    def match(self, given: Any, what: str, shared: bool = False) -> list[Any]:
        """What is given for each output; None where nothing is.

        Args:
            given: the structure, dictionary or list.
            what: the argument, for messages.
            shared: whether one object that is no container stands for every output.

        Raises:
            StructureError: it does not fit the outputs; the message prints both.
        """
        if given is None:
            return [None] * len(self)
        if len(self) == 1 and not isinstance(given, dict):
            return [self._only(given, what)]
        if shared and not isinstance(given, CONTAINERS):
            return [given] * len(self)
        if isinstance(given, dict) and (placed := self._by_name(given)) is not None:
            return placed
        return self._by_structure(given, self.structure, given, what)

    def _only(self, given: Any, what: str) -> Any:
        """What is given for a lone output, taken out of the list that it may stand in."""
        while isinstance(given, (list, tuple)) and len(given) == 1 and what not in METRICS:
            given = given[0]
        if isinstance(given, (list, tuple)) and what not in METRICS:
            raise self.mismatch(given, what)
        return given

    def _by_name(self, given: dict[Any, Any]) -> list[Any] | None:
        """What a dictionary gives by output name, or None if it has other keys."""
        if self.names == [None] and len(given) == 1:
            return list(given.values())
        for names in (self.names, self.known):
            if names is not None and given and all(key in names for key in given):
                return [given.get(name) for name in names]
        return None

    def _by_structure(self, given: Any, structure: Any, whole: Any, what: str) -> list[Any]:
        if not isinstance(structure, CONTAINERS):
            if isinstance(given, CONTAINERS) and not (what in METRICS and isinstance(given, (list, tuple))):
                raise self.mismatch(whole, what)
            return [given]
        keys = sorted(structure) if isinstance(structure, dict) else range(len(structure))
        if given is None:
            return [None] * len(tree.flatten(structure))
        if isinstance(given, dict) and isinstance(structure, dict) and all(key in structure for key in given):
            parts = [given.get(key) for key in keys]
        elif isinstance(given, (list, tuple)) and len(given) == len(structure):
            parts = list(given)
        else:
            raise self.mismatch(whole, what)
        found: list[Any] = []
        for key, part in zip(keys, parts, strict=True):
            found += self._by_structure(part, structure[key], whole, what)
        return found

    def mismatch(self, given: Any, what: str) -> StructureError:
        """The error for something that does not fit the outputs."""
        names = [name for name in self.known or self.names if name is not None]
        if isinstance(given, dict) and (unknown := [key for key in given if key not in names]) and names:
            fix = f"{', '.join(map(repr, unknown))}: no output has that name. Use the names {names}."
        elif len(self) == 1:
            fix = "The model has one output: give that alone, not a list."
        elif what in METRICS:
            by_name = f", or a dict by output name such as {{{names[0]!r}: [...]}}" if names else ""
            fix = f"For several outputs give a list of {len(self)}, one (or a list of them) for each output{by_name}."
        else:
            by_name = f", or a dict with keys from {names}" if names else ""
            fix = f"Give a list of {len(self)}, one for each output in this order{by_name}."
        shown = describe(self.structure, iter(self.names))
        return StructureError(
            f"`{what}` does not match the outputs of the model.\n  {what}: {describe(given)}\n  outputs: {shown}\n{fix}"
        )


METRICS = ("metrics", "weighted_metrics")


def describe(structure: Any, names: Any = None) -> str:
    """A structure with the names, dtypes and shapes of the tensors in it."""
    if isinstance(structure, dict):
        parts = (f"{key!r}: {describe(structure[key], names)}" for key in sorted(structure, key=str))
        return "{" + ", ".join(parts) + "}"
    if isinstance(structure, (list, tuple)):
        inside = ", ".join(describe(part, names) for part in structure)
        return f"[{inside}]" if isinstance(structure, list) else f"({inside}{',' if len(structure) == 1 else ''})"
    name = next(names, None) if names is not None else None
    if not hasattr(structure, "shape"):
        return repr(structure) if name is None else f"{name}={structure!r}"
    text = f"{str(structure.dtype).rpartition('.')[2]}{list(public(structure.shape))}".replace("None", "?")
    return text if name is None else f"{name}: {text}"


def _all_text(path: tuple[Any, ...]) -> bool:
    return all(isinstance(part, str) for part in path)
