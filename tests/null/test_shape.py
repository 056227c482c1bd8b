"""Shapes of known and unknown sizes."""

import itertools

import numpy as np
import pytest

from hornbeam.core import shape
from hornbeam.core.dim import Dim
from hornbeam.core.errors import AxisError, ShapeError

batch, length = Dim.symbol("batch"), Dim.symbol("length")


def test_public_shows_none_for_unknown():
    assert shape.public((batch, 2, None, np.int64(4))) == (None, 2, None, 4)


def test_from_public():
    sizes = shape.from_public([None, 3, batch, np.int64(0), None], prefix="input")
    assert sizes[1:4] == (3, batch, 0)
    assert sizes[0] != sizes[4] and str(sizes[0]).startswith("input")


@pytest.mark.parametrize("given", [5, "ab", (1, -2), (1.5,), ("a",), None])
def test_from_public_rejects(given):
    with pytest.raises(ShapeError, match="shape"):
        shape.from_public(given)


def test_broadcast_agrees_with_numpy():
    shapes = [(), (1,), (3,), (0,), (2, 3), (2, 1), (4, 1, 3), (1, 2, 1)]
    for one, two, three in itertools.product(shapes, repeat=3):
        try:
            expected = np.broadcast_shapes(one, two, three)
        except ValueError:
            with pytest.raises(ShapeError):
                shape.broadcast(one, two, three)
        else:
            assert shape.broadcast(one, two, three) == expected


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (((batch, 3), (3,)), (batch, 3)),
        (((batch,), (5,)), (5,)),
        (((5,), (batch,)), (5,)),
        (((batch,), (1,)), (batch,)),
        (((1,), (batch,)), (batch,)),
        (((batch,), (length,)), (batch,)),
        (((length, 1), (batch, 4)), (length, 4)),
        (((None, 2), (1,)), (None, 2)),
        (((None,), (3,)), (3,)),
        ((), ()),
        (((2, 3),), (2, 3)),
    ],
)
def test_broadcast_of_unknown_sizes(shapes, expected):
    assert shape.broadcast(*shapes) == expected


def test_broadcast_error_shows_the_shapes():
    with pytest.raises(ShapeError, match=r"\(None, 2\) and \(3,\)"):
        shape.broadcast((batch, 2), (3,))


def test_size():
    assert shape.size(()) == 1
    assert shape.size((2, 3)) == 6
    assert shape.size((batch, 2, length)) == 2 * batch * length


def test_canonical_axis():
    assert [shape.canonical_axis(axis, 3) for axis in (0, 2, -1, -3, np.int64(1))] == [0, 2, 2, 0, 1]


@pytest.mark.parametrize(("axis", "ndim"), [(3, 3), (-4, 3), (0, 0), (1.0, 3), ("1", 3), (None, 3)])
def test_canonical_axis_rejects(axis, ndim):
    with pytest.raises(AxisError, match="concat_axis"):
        shape.canonical_axis(axis, ndim, "concat_axis")


def test_canonical_axes():
    assert shape.canonical_axes(None, 3) == (0, 1, 2)
    assert shape.canonical_axes(-1, 3) == (2,)
    assert shape.canonical_axes([-1, 0], 3) == (2, 0)
    assert shape.canonical_axes((), 3) == ()
    with pytest.raises(AxisError, match="twice"):
        shape.canonical_axes((0, -3), 3)
