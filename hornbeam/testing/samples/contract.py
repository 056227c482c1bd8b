"""Samples of products of matrices and tensors."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hornbeam.testing.sample import Sample, complexes, floats, ints, of

X, SMALL = floats(3, 4), floats(2, 3, seed=1)


def rows() -> Iterator[Sample]:
    """The samples."""
    for left, right in [
        *(((2, 3), (3, 4)), ((2, 3, 4), (4, 2)), ((2, 1, 3, 4), (5, 4, 2))),
        *(((4,), (4, 2)), ((3, 4), (4,)), ((4,), (3, 4, 2)), ((4,), (4,))),
    ]:
        yield Sample("matmul", (floats(*left), floats(*right, seed=1)), gradient=True, batch=len(left) > 1)
    yield Sample("dense", (X, floats(4, 5), floats(5)), gradient=True)
    yield Sample("dense", (X, floats(4, 5), None), gradient=True)
    yield Sample("dense", (floats(2, 3, 4), floats(4, 5), floats(5)), gradient=True)
    for equation, *shapes in [
        ("ij,jk->ki", (3, 4), (4, 2)),
        ("bij , bjk", (2, 3, 4), (2, 4, 3)),
        ("...i,ij->...j", (2, 3, 4), (4, 2)),
        ("...ab,...bc->...ac", (2, 1, 3, 4), (5, 4, 2)),
        ("ij->j", (3, 4)),
    ]:
        yield Sample(
            "einsum",
            (equation, *(floats(*shape) for shape in shapes)),
            gradient=True,
            batch=equation[0] != "b" or (0, 1),
        )
    yield Sample("dot", (X, floats(4, 2)), gradient=True)
    yield Sample("dot", (floats(2, 3, 4), floats(5, 4, 2)), gradient=True)
    yield Sample("dot", (X, floats(4)), gradient=True)
    yield Sample("dot", (floats(), X), gradient=True)
    yield Sample("inner", (X, floats(2, 4)), gradient=True)
    yield Sample("outer", (X, SMALL), gradient=True)
    yield Sample("vdot", (X, floats(4, 3)), gradient=True, batch=False)
    yield Sample("tensordot", (floats(2, 3, 4), floats(3, 4, 2)), gradient=True)
    yield Sample("tensordot", (floats(2, 3, 4), floats(4, 3, 2)), {"axes": [[1, 2], [1, 0]]}, gradient=True)
    yield Sample("tensordot", (floats(2, 3), floats(4, 3)), {"axes": (1, -1)}, gradient=True)
    yield Sample("tensordot", (floats(2), floats(3)), {"axes": 0}, gradient=True)
    for kind in ("bool", "int8", "uint8", "int32", "float16", "bfloat16"):
        left, right = of(ints(2, 3, high=4), kind), of(ints(3, 4, high=4, seed=1), kind)
        yield Sample("matmul", (left, right))
        yield Sample("einsum", ("ij,jk->ik", left, right))
    for left, right in (("int32", "float16"), ("bfloat16", "float16"), ("int16", "uint8")):
        yield Sample("matmul", (of(ints(2, 3), left), of(ints(3, 4, seed=1), right)))
    yield Sample("matmul", (complexes(2, 3), complexes(3, 2, seed=2)))
    yield Sample("vdot", (complexes(3), complexes(3, seed=2)), batch=False)
    yield Sample("matmul", (np.zeros((2, 0), "float32"), np.zeros((0, 3), "float32")))
