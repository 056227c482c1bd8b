"""Nested structures."""

import collections

import pytest

from hornbeam.core import tree
from hornbeam.core.errors import StructureError

Point = collections.namedtuple("Point", "x y")
Ordered = collections.OrderedDict
Default = collections.defaultdict


@pytest.mark.parametrize(
    ("structure", "leaves"),
    [
        (3, [3]),
        (None, [None]),
        ("text", ["text"]),
        ([], []),
        ({}, []),
        ([1, None, 2], [1, None, 2]),
        ((1, [2, (3,)]), [1, 2, 3]),
        ({"b": 1, "a": 2}, [2, 1]),
        ({"b": [1], "a": 2}, [2, 1]),
        ({"b": 1, 2: 2, "c": 3, 1: 0}, [0, 2, 1, 3]),
        (Ordered([("b", 1), ("a", 2)]), [1, 2]),
        (Default(int, {"b": 1, "a": 2}), [2, 1]),
        (Point(1, {"z": 2}), [1, 2]),
        (collections.deque([1, 2]), [1, 2]),
        ({1, 2}, [{1, 2}]),
    ],
)
def test_flatten_and_back(structure, leaves):
    assert tree.flatten(structure) == leaves
    again = tree.unflatten(structure, leaves)
    assert again == structure and type(again) is type(structure)
    assert [leaf for _, leaf in tree.flatten_with_path(structure)] == leaves
    mapped = tree.map_structure(lambda leaf: [leaf], structure)
    assert type(mapped) is type(structure) or mapped == [structure]
    assert tree.map_structure(lambda leaf: leaf, structure) == structure
    tree.assert_same_structure(structure, again)
    tree.assert_same_paths(structure, again)


@pytest.mark.parametrize(
    ("structure", "nested"),
    [
        ([], True),
        ((), True),
        ({}, True),
        (Point(1, 2), True),
        (Ordered(), True),
        (None, False),
        ("s", False),
        (range(2), False),
    ],
)
def test_is_nested(structure, nested):
    assert tree.is_nested(structure) is nested


def test_dictionaries_are_mapped_in_key_order_and_keep_their_own():
    seen = []
    result = tree.map_structure(seen.append, {"b": 1, "a": 2})
    assert seen == [2, 1]
    assert list(result) == ["b", "a"]


def test_map_several():
    assert tree.map_structure(lambda x, y: x + y, 1, 2) == 3
    result = tree.map_structure(lambda x, y: x + y, {"b": 1, "a": [2]}, Ordered([("a", [3]), ("b", 4)]))
    assert result == {"b": 5, "a": [5]}


def test_map_without_none():
    assert tree.map_structure(lambda x: x + 1, [None, 1], none_is_leaf=False) == [None, 2]
    with pytest.raises(StructureError, match=r"structure\[0\]"):
        tree.map_structure(lambda x, y: x, [3, 1], [None, 2], none_is_leaf=False)


MISMATCHES = [
    ([1], (1,), "list beside a tuple"),
    (Point(1, 2), (1, 2), "Point beside a tuple"),
    ([1, 2], [1], "length 2 beside length 1"),
    ({"a": 1}, {"b": 1}, r"keys \['a'\] beside keys \['b'\]"),
    ([0, {"k": 1}], [0, {"k": [1]}], r"structure\[1\]\['k'\]: a leaf"),
    ([[1]], [1], r"structure\[0\]: a list beside a leaf"),
    (1, [], "leaf"),
    ([], (), "list beside a tuple"),
]


@pytest.mark.parametrize(("first", "second", "message"), MISMATCHES)
def test_mismatches_say_where(first, second, message):
    with pytest.raises(StructureError, match=message) as caught:
        tree.assert_same_structure(first, second)
    assert "First:" in str(caught.value) and "Second:" in str(caught.value)
    with pytest.raises(StructureError, match=message):
        tree.map_structure(lambda x, y: x, first, second)


def test_errors_of_the_function_pass_through():
    def fail(*leaves):
        raise ValueError("mine")

    for structures in ((1,), ([1],), ([1], [2])):
        with pytest.raises(ValueError, match="mine") as caught:
            tree.map_structure(fail, *structures)
        assert not isinstance(caught.value, StructureError)


def test_errors_do_not_print_leaves():
    class Loud:
        def __repr__(self):
            return "much text"

    with pytest.raises(StructureError) as caught:
        tree.map_structure(lambda x, y: x, [Loud()] * 1000, (Loud(),) * 1000)
    assert "much text" not in str(caught.value) and len(str(caught.value)) < 1000


@pytest.mark.parametrize("leaves", [[10], [10, 11, 12]])
def test_pack_wants_the_right_number(leaves):
    with pytest.raises(StructureError, match=f"2 leaves. Received: {len(leaves)}"):
        tree.pack_sequence_as([1, 2], leaves)


def test_pack():
    assert tree.pack_sequence_as({"b": 1, "a": [2, 3]}, [10, 20, 30]) == {"b": 30, "a": [10, 20]}
    assert tree.pack_sequence_as(1, [[2]]) == [2]
    with pytest.raises(TypeError, match="int"):
        tree.pack_sequence_as([1, 2], 5)  # type: ignore[arg-type]


def test_paths():
    structure = {"b": [1, {"x": 2}], "a": Point(3, None)}
    assert tree.flatten_with_path(structure) == [(("a", 0), 3), (("a", 1), None), (("b", 0), 1), (("b", 1, "x"), 2)]
    tree.assert_same_paths([1, [2]], (3, (4,)))
    with pytest.raises(StructureError, match=r"\(1, 0\)"):
        tree.assert_same_paths([1, [2]], [3, 4])


def test_check_types_is_deprecated():
    with pytest.warns(DeprecationWarning, match="check_types"):
        tree.assert_same_structure([1], [2], check_types=True)


def test_map_up_to():
    shallow = {"a": 1, "b": 2}
    result = tree.map_structure_up_to(shallow, lambda x, y: (x, y), {"a": [1, 2], "b": 3}, {"b": {"z": 1}, "a": 7})
    assert result == {"a": ([1, 2], 7), "b": (3, {"z": 1})}
    with pytest.raises(StructureError, match=r"structure\[1\]"):
        tree.map_structure_up_to([1, [2]], lambda x: x, [1, 2])


def test_traverse_order():
    seen = []
    structure = [1, (2, {"b": 3, "a": None})]
    inner = {"b": 3, "a": None}
    assert tree.traverse(seen.append, structure) == structure
    assert seen == [structure, 1, (2, inner), 2, inner, None, 3]
    seen.clear()
    assert tree.traverse(seen.append, structure, top_down=False) == structure
    assert seen == [1, 2, None, 3, inner, (2, inner), structure]


def test_traverse_replaces():
    def change(part):
        return part + 1 if isinstance(part, int) else sum(part) if isinstance(part, list) else None

    assert tree.traverse(change, (1, [2, 3])) == (2, 5)
    assert tree.traverse(change, (1, [2, 3]), top_down=False) == (2, 7)
    assert tree.traverse(lambda x: tree.MAP_TO_NONE if x == 2 else None, [1, [2, 3]]) == [1, [None, 3]]


def test_lists_to_tuples():
    assert tree.lists_to_tuples([1, [2, {"a": [3]}, Point([1], 2)]]) == (1, (2, {"a": (3,)}, Point((1,), 2)))


@pytest.mark.parametrize(
    ("structure", "expected"),
    [
        ((1, None), [(1, None)]),
        ((), [()]),
        (None, [None]),
        ([(1,), (None,)], [(1,), (None,)]),
        ({"b": (1, 2), "a": [(3,), [4, 5]]}, [(3,), [4, 5], (1, 2)]),
        ({}, []),
    ],
)
def test_map_shape_structure(structure, expected):
    seen = []
    tree.map_shape_structure(seen.append, structure)
    assert seen == expected


def test_registered_classes_are_structures():
    class Pair(list):
        pass

    tree.register(Pair, lambda pair: (tuple(pair), None), lambda _, children: Pair(children))
    result = tree.map_structure(lambda x: x + 1, {"pair": Pair([1, 2])})
    assert result == {"pair": [2, 3]} and type(result["pair"]) is Pair


@pytest.mark.parametrize("call", [tree.map_structure, tree.traverse, tree.map_shape_structure])
def test_functions_are_asked_for(call):
    with pytest.raises(TypeError, match="callable"):
        call(3, [1])


def test_some_structure_is_asked_for():
    with pytest.raises(ValueError, match="at least one structure"):
        tree.map_structure(len)
