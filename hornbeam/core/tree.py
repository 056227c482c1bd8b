"""Nested structures: lists, tuples, dictionaries, named tuples and deques of leaves. None is a leaf.

Dictionaries are walked in the order of their sorted keys, ordered dictionaries in their own. The walking is optree's;
what is small and common (a lone tensor, a flat tuple, list or dictionary) is done here, without it.
"""

from collections.abc import Callable, Iterable
from typing import Any

from hornbeam.core.dim import Dim
from hornbeam.core.errors import StructureError
from hornbeam.core.export import export

NAMESPACE = "hornbeam"
_nested: dict[type, bool] = {list: True, tuple: True, dict: True, type(None): False}  # type -> whether it has children
_engine: Any = None
_waiting: list[tuple[type, Callable, Callable]] = []


@export("keras.tree.MAP_TO_NONE")
class MAP_TO_NONE:
    """What the function given to `traverse` returns to put None in the place of its argument.

    Example:
        >>> traverse(lambda x: MAP_TO_NONE if x == 2 else None, [1, 2])
        [1, None]
    """


def register(node: type, flatten: Callable[[Any], tuple], unflatten: Callable[[Any, Iterable], Any]) -> None:
    """Make the instances of a class structures: optree's pair of functions takes them apart and puts them together.

    Example:
        >>> class Pair(list):
        ...     pass
        >>> register(Pair, lambda pair: (tuple(pair), None), lambda _, children: Pair(children))
        >>> is_nested(Pair())
        True
    """
    _nested.pop(node, None)
    if _engine is None:
        _waiting.append((node, flatten, unflatten))
    else:
        _engine.register_pytree_node(node, flatten, unflatten, namespace=NAMESPACE)


@export("keras.tree.is_nested")
def is_nested(structure: Any) -> bool:
    """Whether this is a structure, and not a leaf; empty ones count.

    Example:
        >>> is_nested([]), is_nested(None), is_nested("text")
        (True, False, False)
    """
    known = _nested.get(type(structure))
    return _learn(structure) if known is None else known


@export("keras.tree.flatten")
def flatten(structure: Any) -> list:
    """The leaves, in order.

    Example:
        >>> flatten({"b": [1, None], "a": 2})
        [2, 1, None]
    """
    kind = type(structure)
    if not (_nested[kind] if kind in _nested else _learn(structure)):
        return [structure]
    if (kind is list or kind is tuple) and _is_flat(structure):
        return list(structure)
    if kind is dict and (keys := _flat_keys(structure)) is not None:
        return [structure[key] for key in keys]
    return _optree().tree_leaves(structure, none_is_leaf=True, namespace=NAMESPACE)


def unflatten(structure: Any, leaves: Iterable) -> Any:
    """A structure like this one, with other leaves; turns `flatten` around.

    Raises:
        StructureError: more or fewer leaves than the structure has.

    Example:
        >>> unflatten({"b": [1, None], "a": 2}, "xyz")
        {'b': ['y', 'z'], 'a': 'x'}
    """
    if not hasattr(leaves, "__iter__"):
        raise TypeError(f"The leaves of a structure must be a sequence. Received: a {type(leaves).__name__}.")
    leaves = list(leaves)
    spec = _spec(structure)
    if spec.num_leaves != len(leaves):
        raise StructureError(
            f"The structure {_brief(structure)} has {spec.num_leaves} leaves. Received: {len(leaves)}."
        )
    return spec.unflatten(leaves)


@export("keras.tree.pack_sequence_as")
def pack_sequence_as(structure: Any, flat_sequence: Iterable) -> Any:
    """A structure like this one, with the leaves of `flat_sequence`.

    Raises:
        StructureError: more or fewer leaves than the structure has.

    Example:
        >>> pack_sequence_as((0, [0, 0]), [1, 2, 3])
        (1, [2, 3])
    """
    return unflatten(structure, flat_sequence)


@export("keras.tree.map_structure")
def map_structure(func: Callable, *structures: Any, none_is_leaf: bool = True) -> Any:
    """The structure of what `func` makes of each leaf, or of the leaves at one place in several alike structures.

    With `none_is_leaf=False`, None stays None and `func` does not see it.

    Raises:
        StructureError: the structures are not alike.

    Example:
        >>> map_structure(lambda x, y: x + y, {"a": 1, "b": (2,)}, {"a": 10, "b": (20,)})
        {'a': 11, 'b': (22,)}
    """
    _require(func, structures)
    if none_is_leaf and len(structures) == 1:
        structure = structures[0]
        kind = type(structure)
        if not (_nested[kind] if kind in _nested else _learn(structure)):
            return func(structure)
        if (kind is list or kind is tuple) and _is_flat(structure):
            return kind([func(leaf) for leaf in structure])
        if kind is dict and (keys := _flat_keys(structure)) is not None:
            result = structure.copy()
            for key in keys:
                result[key] = func(structure[key])
            return result
    spec, columns = _aligned(structures, none_is_leaf, deep=True)
    return spec.unflatten([func(*leaves) for leaves in zip(*columns, strict=True)])


@export("keras.tree.map_structure_up_to")
def map_structure_up_to(shallow_structure: Any, func: Callable, *structures: Any) -> Any:
    """Like `map_structure`, down to the leaves of `shallow_structure` only; what stands there may be nested.

    Raises:
        StructureError: a structure does not begin like `shallow_structure`.

    Example:
        >>> map_structure_up_to([0, 0], lambda x: x, [[1, 2], 3])
        [[1, 2], 3]
    """
    _require(func, structures)
    spec, columns = _aligned((shallow_structure, *structures), none_is_leaf=False, deep=False)
    return spec.unflatten([func(*leaves) for leaves in zip(*columns[1:], strict=True)])


@export("keras.tree.traverse")
def traverse(func: Callable[[Any], Any], structure: Any, top_down: bool = True) -> Any:
    """The structure rebuilt by a function that sees every part of it, structures as well as leaves.

    Where `func` returns None the part stays (its children are visited), `MAP_TO_NONE` puts None there, and anything
    else takes the part's place. Top down, what was replaced is not entered; bottom up, `func` sees rebuilt parts.

    Example:
        >>> traverse(lambda x: tuple(x) if isinstance(x, list) else None, [1, [2]], top_down=False)
        (1, (2,))
    """
    _require(func, (structure,))
    if top_down:
        result = func(structure)
        if result is None:
            return _rebuilt(structure, lambda child: traverse(func, child, True))
    else:
        structure = _rebuilt(structure, lambda child: traverse(func, child, False))
        result = func(structure)
        if result is None:
            return structure
    return None if result is MAP_TO_NONE else result


@export("keras.tree.assert_same_structure")
def assert_same_structure(a: Any, b: Any, check_types: Any = None) -> None:
    """Check that two structures are alike: the same types, lengths and keys. Kinds of dictionaries are alike.

    `check_types` has no effect any more, as in Keras.

    Raises:
        StructureError: they are not.

    Example:
        >>> assert_same_structure([1, {"a": 2}], [3, {"a": None}])
    """
    if check_types is not None:
        import warnings

        warnings.warn(
            "`check_types` has no effect any more. To compare paths only, use `tree.assert_same_paths`.",
            DeprecationWarning,
            stacklevel=2,
        )
    _aligned((a, b), none_is_leaf=True, deep=True)


@export("keras.tree.assert_same_paths")
def assert_same_paths(a: Any, b: Any) -> None:
    """Check that two structures have leaves at the same paths; a list is then as good as a tuple.

    Raises:
        StructureError: one has a path that the other has not.

    Example:
        >>> assert_same_paths([1, {"a": 2}], (3, {"a": 4}))
    """
    paths_a, paths_b = ({path for path, _ in flatten_with_path(structure)} for structure in (a, b))
    if paths_a != paths_b:
        raise StructureError(
            "The structures do not have the same paths.\n"
            f"Only in `a`: {sorted(paths_a - paths_b, key=str)}\nOnly in `b`: {sorted(paths_b - paths_a, key=str)}"
        )


@export("keras.tree.flatten_with_path")
def flatten_with_path(structure: Any) -> list[tuple[tuple, Any]]:
    """Pairs of path and leaf; a path is a tuple of keys and positions.

    Example:
        >>> flatten_with_path({"a": [1, 2]})
        [(('a', 0), 1), (('a', 1), 2)]
    """
    paths, leaves, _ = _optree().tree_flatten_with_path(structure, none_is_leaf=True, namespace=NAMESPACE)
    return list(zip(paths, leaves, strict=True))


@export("keras.tree.lists_to_tuples")
def lists_to_tuples(structure: Any) -> Any:
    """The structure with each list made a tuple.

    Example:
        >>> lists_to_tuples([1, {"a": [2]}])
        (1, {'a': (2,)})
    """
    return traverse(lambda part: tuple(part) if isinstance(part, list) else None, structure, top_down=False)


@export("keras.tree.map_shape_structure")
def map_shape_structure(func: Callable, structure: Any) -> Any:
    """Like `map_structure` where the leaves are shapes: tuples or lists of sizes.

    Example:
        >>> map_shape_structure(len, {"a": (None, 3), "b": [(1,), ()]})
        {'a': 2, 'b': [1, 0]}
    """
    _require(func, (structure,))
    return _optree().tree_map(func, structure, is_leaf=_is_shape, none_is_leaf=True, namespace=NAMESPACE)


def _is_shape(part: Any) -> bool:
    return isinstance(part, (tuple, list)) and all(size is None or isinstance(size, (int, Dim)) for size in part)


def _optree() -> Any:
    """optree, imported when a structure first needs it."""
    global _engine
    if _engine is None:
        import optree

        while _waiting:
            node, flatten_node, unflatten_node = _waiting.pop()
            optree.register_pytree_node(node, flatten_node, unflatten_node, namespace=NAMESPACE)
        _engine = optree
    return _engine


def _is_flat(children: Iterable) -> bool:
    """Whether all children are leaves."""
    for child in children:
        known = _nested.get(type(child))
        if known or (known is None and _learn(child)):
            return False
    return True


def _flat_keys(structure: dict) -> list | None:
    """The sorted keys of a dictionary of leaves; None where there is more to it."""
    if not _is_flat(structure.values()):
        return None
    try:
        return sorted(structure)
    except TypeError:  # keys of several types: optree has an order for them
        return None


def _learn(structure: Any) -> bool:
    """Whether instances of this type have children; kept, for the type alone decides it."""
    nested = not _optree().tree_is_leaf(structure, none_is_leaf=True, namespace=NAMESPACE)
    _nested[type(structure)] = nested
    return nested


def _spec(structure: Any, none_is_leaf: bool = True) -> Any:
    return _optree().tree_structure(structure, none_is_leaf=none_is_leaf, namespace=NAMESPACE)


def _require(func: Any, structures: tuple) -> None:
    if not callable(func):
        raise TypeError(f"`func` must be callable. Received: {func!r} of type {type(func).__name__}.")
    if not structures:
        raise StructureError("Must provide at least one structure for `func` to work on.")


def _aligned(structures: tuple, none_is_leaf: bool, deep: bool) -> tuple[Any, list[list]]:
    """The first structure's spec, and for each structure what stands at that one's leaves."""
    first, *others = structures
    leaves, spec = _optree().tree_flatten(first, none_is_leaf=none_is_leaf, namespace=NAMESPACE)
    columns = [leaves]
    for other in others:
        try:
            column = spec.flatten_up_to(other)
        except ValueError:
            raise _mismatch(first, other, none_is_leaf, deep) from None
        if deep and any(is_nested(leaf) or (leaf is None and not none_is_leaf) for leaf in column):
            raise _mismatch(first, other, none_is_leaf, deep)
        columns.append(column)
    return spec, columns


def _children(structure: Any) -> tuple[dict, Callable[[list], Any]]:
    """What lies one level down, by key or position, and the function that puts it together again."""
    optree = _optree()
    children, metadata, entries, rebuild = optree.tree_flatten_one_level(
        structure, none_is_leaf=True, namespace=NAMESPACE
    )
    return dict(zip(entries, children, strict=True)), lambda new: rebuild(metadata, new)


def _rebuilt(structure: Any, visit: Callable[[Any], Any]) -> Any:
    if not is_nested(structure):
        return structure
    children, rebuild = _children(structure)
    return rebuild([visit(child) for child in children.values()])


def _mismatch(first: Any, second: Any, none_is_leaf: bool, deep: bool) -> StructureError:
    place = _difference(first, second, "structure", none_is_leaf, deep)
    return StructureError(f"The structures are not alike{place}.\nFirst:  {_brief(first)}\nSecond: {_brief(second)}")


def _difference(first: Any, second: Any, path: str, none_is_leaf: bool, deep: bool) -> str:
    """Where and how two structures first part; empty where they do not."""
    if not is_nested(first):
        absent = not none_is_leaf and first is None and second is not None
        appeared = not none_is_leaf and deep and first is not None and second is None
        return _beside(first, second, path) if absent or appeared or (deep and is_nested(second)) else ""
    if type(first) is not type(second) and not (isinstance(first, dict) and isinstance(second, dict)):
        return _beside(first, second, path)
    ours, theirs = _children(first)[0], _children(second)[0]
    if ours.keys() != theirs.keys():
        if isinstance(first, dict):
            return f" at {path}: keys {list(ours)} beside keys {list(theirs)}"
        return f" at {path}: length {len(ours)} beside length {len(theirs)}"
    found = (_difference(ours[key], theirs[key], f"{path}[{key!r}]", none_is_leaf, deep) for key in ours)
    return next(filter(None, found), "")


def _beside(first: Any, second: Any, path: str) -> str:
    kinds = [
        f"a {type(part).__name__}" if is_nested(part) else f"a leaf ({type(part).__name__})" for part in (first, second)
    ]
    return f" at {path}: {kinds[0]} beside {kinds[1]}"


def _brief(structure: Any, limit: int = 300) -> str:
    """The structure with a star for each leaf."""
    text = str(_spec(structure)).removeprefix("PyTreeSpec(").removesuffix(")").removesuffix(", NoneIsLeaf")
    text = text.split(", NoneIsLeaf, namespace=")[0]
    return text if len(text) <= limit else text[:limit] + " ..."
