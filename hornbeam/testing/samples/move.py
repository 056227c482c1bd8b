"""Samples of operations that move elements."""

from __future__ import annotations

from collections.abc import Iterator

from hornbeam.testing.sample import Sample, floats, ints

X, Y = floats(3, 4), floats(3, 4, seed=1)
WHOLE = ints(3, 4)
CUBE = floats(2, 3, 4)


def rows() -> Iterator[Sample]:
    """The samples."""
    yield Sample("reshape", (CUBE, (-1, 2)), gradient=True)
    yield Sample("reshape", (CUBE, -1))
    yield Sample("reshape", (CUBE, (-1, 12)))
    yield Sample("ravel", (CUBE,))
    yield Sample("transpose", (CUBE,), gradient=True)
    yield Sample("transpose", (CUBE, (1, -1, 0)))
    yield Sample("swapaxes", (CUBE, 0, -1))
    yield Sample("moveaxis", (CUBE, 0, -1))
    yield Sample("moveaxis", (CUBE, (0, 1), (-1, 0)))
    for axis in (0, -1, (0, -1)):
        yield Sample("expand_dims", (X, axis))
    yield Sample("squeeze", (CUBE[:, :1],), {"axis": 1})
    yield Sample("squeeze", (CUBE[:, :1],))
    yield Sample("squeeze", (CUBE[:, :1, :1],), {"axis": (1, -1)})
    yield Sample("broadcast_to", (X, (2, 3, 4)), gradient=True, batch=False)
    yield Sample("concatenate", ([X, Y],), gradient=True)
    yield Sample("concatenate", ([X, WHOLE],), {"axis": -1})
    yield Sample("stack", ([X, Y],), {"axis": -1}, gradient=True)
    yield Sample("append", (X, Y))
    yield Sample("append", (X, Y), {"axis": 1})
    for name in ("hstack", "vstack", "dstack"):
        yield Sample(name, ([X, Y],))
        yield Sample(name, ([X[0], Y[0]],), batch=False)
    yield Sample("split", (X, 2), {"axis": -1})
    yield Sample("split", (X, [1, 3]), {"axis": 1}, gradient=True)
    yield Sample("array_split", (X, 3), {"axis": 1})
    yield Sample("hsplit", (X, 2))
    yield Sample("vsplit", (X, 3), batch=False)
    yield Sample("dsplit", (CUBE, 2))
    yield Sample("unstack", (X,), {"axis": -1}, gradient=True)
    yield Sample("tile", (X, (2, 1)), gradient=True)
    yield Sample("tile", (X, 2))
    yield Sample("tile", (X, (2, 1, 1)), batch=False)
    yield Sample("repeat", (X, 2), gradient=True)
    yield Sample("repeat", (X, 2), {"axis": 1})
    yield Sample("repeat", (X, [1, 0, 2, 1]), {"axis": 1})
    yield Sample("flip", (X,), gradient=True)
    yield Sample("flip", (X,), {"axis": -1})
    yield Sample("fliplr", (X,))
    yield Sample("flipud", (X,))
    yield Sample("roll", (X, 1), gradient=True)
    yield Sample("roll", (X, (1, -2)), {"axis": (0, 1)})
    yield Sample("roll", (X, 1), {"axis": 1})
    for k in range(-1, 4):
        yield Sample("rot90", (CUBE,), {"k": k, "axes": (1, 2)})
    for mode in ("constant", "reflect", "symmetric", "edge"):
        yield Sample("pad", (X, ((1, 0), (2, 3))), {"mode": mode}, gradient=True)
    yield Sample("pad", (X, 1), {"constant_values": 2})
    yield Sample("pad", (WHOLE, (1, 2)))
    yield Sample("padded", (X, ((1, 0), (2, 3)), "constant", 0), gradient=True)
    for k in (-1, 0, 1):
        yield Sample("diag", (X[0], k), gradient=True)
        yield Sample("diagonal", (CUBE, k, 1, 2), gradient=True)
        yield Sample("tril", (CUBE, k), gradient=True)
        yield Sample("triu", (CUBE, k), gradient=True)
    yield Sample("diag", (CUBE[0], 1), batch=False)
    yield Sample("diagflat", (X,))
