"""A model's variables and the tree of groups in a weights file, in Keras 3's layout.

Each object that owns variables has a group with a group `vars` in it, where they stand under `0`, `1`, ... . Its
sub-objects are groups named like the attribute that holds them; those in a list, tuple or dict (`model.layers`) are
named after their class in snake case, with `_1`, `_2` for further ones of the same name in that container.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ModelFormatError, StructureError
from hornbeam.core.naming import snake_case
from hornbeam.core.serialization import is_component
from hornbeam.saving.hdf5 import Dataset, Reader, Writer

MIB = 1 << 20
MAX_EXTRA_DEPTH = 16
# the group of a model's layers in files of Keras before 3.0
OLD_LAYERS = "_layer_checkpoint_dependencies"


class Entry:
    """One object of a model and its group.

    Attributes:
        path: the group, "" for the model itself.
        target: the object.
        optional: whether a file may lack it: Keras keeps no seed states; optimizer state is not a weight.
    """

    def __init__(self, path: str, target: Any, optional: bool) -> None:
        self.path = path
        self.target = target
        self.optional = optional

    def vars(self) -> str:
        """The group of its own variables."""
        return f"{self.path}/vars" if self.path else "vars"

    def variables(self) -> list[Any]:
        """Its own variables, in the order of the file."""
        target = self.target
        if hasattr(target, "_own_variables"):
            return list(target._own_variables())
        if is_seed_generator(target):
            return [target.state]
        return list(getattr(target, "variables", ()))

    def is_custom(self) -> bool:
        """Whether its class has its own way of reading its variables."""
        method = getattr(type(self.target), "load_own_variables", None)
        return method is not None and not method.__module__.startswith("hornbeam.")


def is_seed_generator(obj: Any) -> bool:
    """Whether `obj` is a seed generator."""
    return any(base.__name__ == "SeedGenerator" for base in type(obj).__mro__)


def is_metric(obj: Any) -> bool:
    """Whether `obj` is a metric: its state is never saved."""
    return hasattr(obj, "update_state") and hasattr(obj, "reset_state")


def is_saved(obj: Any) -> bool:
    """Whether `obj` has a group of its own."""
    return (hasattr(obj, "save_own_variables") or is_seed_generator(obj)) and not is_metric(obj)


def entries(model: Any) -> list[Entry]:
    """Every object of a model that has a group, in the order in which Keras walks them."""
    found: list[Entry] = []
    _walk(model, "", set(), found, False)
    return found


def _walk(obj: Any, path: str, seen: set[int], found: list[Entry], optional: bool) -> None:
    if id(obj) in seen:
        return
    seen.add(id(obj))
    optional = optional or is_seed_generator(obj)
    found.append(Entry(path, obj, optional))
    for name, child in _children(obj):
        inside = f"{path}/{name}" if path else name
        if is_saved(child):
            _walk(child, inside, seen, found, optional or name == "optimizer")
        elif isinstance(child, (list, tuple, dict, set)):
            _walk_container(child, inside, seen, found, optional)


def _children(obj: Any) -> Iterator[tuple[str, Any]]:
    """Attributes that hold sub-objects: public names first, each kind in the order of the alphabet."""
    children = dict(obj._serialized_children()) if hasattr(obj, "_serialized_children") else {}
    for name in ("layers", "optimizer", "inner_optimizer"):
        if name not in children and not isinstance(getattr(type(obj), name, None), type):
            value = getattr(obj, name, None)
            if is_saved(value) or (name == "layers" and isinstance(value, list)):
                children[name] = value
    for name in sorted(children, key=lambda name: (name.startswith("_"), name)):
        check_component(name)
        yield name, children[name]


def _walk_container(container: Any, path: str, seen: set[int], found: list[Entry], optional: bool) -> None:
    counts: dict[str, int] = {}
    for item in container.values() if isinstance(container, dict) else container:
        nested = isinstance(item, (list, tuple, dict, set))
        if not nested and not is_saved(item):
            continue
        name = "container" if nested else snake_case(type(item).__name__)
        count = counts[name] = counts.get(name, -1) + 1
        inside = f"{path}/{name}_{count}" if count else f"{path}/{name}"
        if nested:
            _walk_container(item, inside, seen, found, optional)
        else:
            _walk(item, inside, seen, found, optional)


def check_component(name: str) -> str:
    """`name`, if it can be one part of a path.

    Raises:
        ModelFormatError: it is empty, too long, `..`, or holds a separator or NUL.
    """
    if not is_component(name):
        raise ModelFormatError(f"{name!r:.80} cannot be the name of a part of a model: use one plain word.")
    return name


def expected_bytes(model: Any) -> int:
    """Bytes that the variables of a model take."""
    return sum(
        math.prod(variable.shape) * dtypes.itemsize(variable.dtype)
        for entry in entries(model)
        for variable in entry.variables()
    )


def write_weights(model: Any, file: IO[bytes]) -> None:
    """Write the variables of `model` as an HDF5 file.

    Args:
        model: the model, built.
        file: an open file.
    """
    with Writer(file) as writer:
        for entry in entries(model):
            store: dict[str, Any] = {}
            if hasattr(entry.target, "save_own_variables"):
                entry.target.save_own_variables(store)
            else:
                store = {str(index): variable for index, variable in enumerate(entry.variables())}
            arrays = {str(key): _array_of(value) for key, value in store.items()}
            writer.write(entry.path, str(getattr(entry.target, "name", "")), arrays)


def _array_of(value: Any) -> np.ndarray:
    return value.numpy() if hasattr(value, "numpy") and hasattr(value, "path") else np.asarray(value)


class Plan:
    """What a file gives to a model: looked up and compared before anything is read.

    Attributes:
        parts: the entries, each with the datasets for it by key.
        missing, extra, mismatched: what does not fit, in words.
    """

    def __init__(self, model: Any, reader: Reader, load_optimizer: bool = True) -> None:
        self.model = model
        self.reader = reader
        self.parts: list[tuple[Entry, dict[str, Dataset]]] = []
        self.missing: list[str] = []
        self.extra: list[str] = []
        self.mismatched: list[str] = []
        self.skipped: list[str] = []
        self.budget = 4 * expected_bytes(model) + 64 * MIB
        self.layers = "layers"
        if not reader.has_group("layers") and reader.has_group(OLD_LAYERS):
            self.layers = OLD_LAYERS
        groups: dict[str, set[str]] = {}
        for entry in entries(model):
            path = self._in_file(entry.path)
            parts = path.split("/") if path else []
            for depth, name in enumerate(parts):
                groups.setdefault("/".join(parts[:depth]), set()).add(name)
            groups.setdefault(path, set()).add("vars")
            if load_optimizer or path.split("/")[0] != "optimizer":
                self._add(entry)
        for path, names in groups.items():
            self._find_extra(path, names)

    def _in_file(self, path: str) -> str:
        if self.layers != "layers":
            return re.sub(r"(^|/)layers(?=/|$)", rf"\1{self.layers}", path)
        return path

    def _add(self, entry: Entry) -> None:
        vars_path = self._in_file(entry.vars())
        names = self.reader.names(vars_path)
        if not names and entry.optional:
            return
        if entry.is_custom():
            datasets = {name: self.reader.dataset(f"{vars_path}/{name}") for name in names}
            known = {name: dataset for name, dataset in datasets.items() if dataset is not None}
            for dataset in known.values():
                self.budget -= math.prod(dataset.shape or ()) * 16
            if self.budget < 0:
                raise self.reader.broken(f"{vars_path} holds far more than the model's variables")
            self.parts.append((entry, known))
            return
        self._compare(entry, vars_path, set(names))

    def _compare(self, entry: Entry, vars_path: str, names: set[str]) -> None:
        variables = entry.variables()
        before = len(self.missing), len(self.extra), len(self.mismatched)
        datasets: dict[str, Dataset] = {}
        for index, variable in enumerate(variables):
            path, shape = f"{vars_path}/{index}", tuple(variable.shape)
            dataset = self.reader.dataset(path)
            wanted = f"{variable.path} {shape} {variable.dtype}"
            if dataset is None:
                self.missing.append(f"{path} for {wanted}")
            elif dataset.shape != shape or _kind(dataset.dtype) != _kind(variable.dtype):
                self.mismatched.append(f"{path} {dataset.shape} {dataset.dtype} for {wanted}")
            else:
                datasets[str(index)] = dataset
        self.extra += [f"{vars_path}/{name}" for name in sorted(names - {str(i) for i in range(len(variables))})]
        if before == (len(self.missing), len(self.extra), len(self.mismatched)):
            self.parts.append((entry, datasets))
        else:
            self.skipped.append(entry.path)

    def _find_extra(self, path: str, known: set[str]) -> None:
        for name in self.reader.names(path):
            if name in known or name == "optimizer" or name.startswith("seed_generator"):
                continue
            inside = f"{path}/{name}" if path else name
            if self._holds_values(inside, MAX_EXTRA_DEPTH):
                self.extra.append(inside)

    def _holds_values(self, path: str, depth: int) -> bool:
        if depth == 0 or not self.reader.has_group(path):
            return True
        return any(self._holds_values(f"{path}/{name}", depth - 1) for name in self.reader.names(path))

    def require_fit(self, source: str) -> None:
        """Raise with the whole list of what does not fit, if anything.

        Raises:
            StructureError: something is missing, too much, or of another shape or kind.
        """
        lists = {"missing": self.missing, "not in the model": self.extra, "of another shape or dtype": self.mismatched}
        if not any(lists.values()):
            return
        name = getattr(self.model, "name", type(self.model).__name__)
        text = "".join(f"\n  {what}: {line}" for what, lines in lists.items() for line in lines)
        built = "" if getattr(self.model, "built", True) else " The model is not built: call it once on data first."
        raise StructureError(
            f"The weights in {source} do not fit model '{name}'; nothing was loaded.{text}\n{built}".rstrip()
        )

    def assign(self) -> None:
        """Read all values, then give them to the model; on an error the model gets back what it had."""
        read = [(entry, {key: dataset.read() for key, dataset in datasets.items()}) for entry, datasets in self.parts]
        undo: list[tuple[Any, Any]] = []
        try:
            for entry, arrays in read:
                undo += [(v, np.array(v.numpy()) if _placed(v) else None) for v in entry.variables()]
                if hasattr(entry.target, "load_own_variables"):
                    entry.target.load_own_variables(arrays)
                else:
                    for index, variable in enumerate(entry.variables()):
                        variable.assign(arrays[str(index)])
        except BaseException:
            for variable, value in undo:
                if value is not None:
                    variable.assign(value)
                elif _placed(variable):
                    variable._storage = None
            raise


def _kind(dtype: str) -> str:
    if dtypes.is_floating(dtype):
        return "float"
    return "int" if dtypes.is_integer(dtype) else dtype


def _placed(variable: Any) -> bool:
    return getattr(variable, "placed", True)


def read_weights(
    model: Any, file: IO[bytes], source: str, skip_mismatch: bool = False, strict_optimizer: bool = False
) -> None:
    """Give a model the values in an HDF5 file.

    Args:
        model: the model, built.
        file: the open file.
        source: its name, for messages.
        skip_mismatch: leave objects that do not fit as they are, with a warning, in place of an error.
        strict_optimizer: whether optimizer state that does not fit is an error; else it is left out, with a warning.

    Raises:
        StructureError: the file's weights are not the model's.
        ModelFormatError: the file is damaged, or uses features of HDF5 that are not needed for weights.
    """
    with Reader(file, source) as reader:
        _build_optimizer(model, reader)
        plan = Plan(model, reader)
        if not strict_optimizer and _only_optimizer_differs(plan):
            warnings.warn(
                f"The optimizer state in {source} is not of this model's optimizer; it was left out.", stacklevel=3
            )
            plan = Plan(model, reader, load_optimizer=False)
        if skip_mismatch and (plan.missing or plan.extra or plan.mismatched):
            left = ", ".join(path or "the model's own variables" for path in plan.skipped)
            warnings.warn(
                f"{source}: left out what does not fit ({left or 'what the model does not have'}).", stacklevel=3
            )
        else:
            plan.require_fit(source)
        plan.assign()


def _only_optimizer_differs(plan: Plan) -> bool:
    lines = plan.missing + plan.extra + plan.mismatched
    return bool(lines) and all(line.startswith("optimizer/") for line in lines)


def _build_optimizer(model: Any, reader: Reader) -> None:
    """Declare the optimizer's slots if the file has values for them."""
    optimizer = getattr(model, "optimizer", None)
    if optimizer is None or not hasattr(optimizer, "build") or getattr(optimizer, "built", False):
        return
    if len(reader.names("optimizer/vars")) > len(optimizer.variables):
        optimizer.build(model.trainable_variables)
