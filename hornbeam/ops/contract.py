"""Products that sum over axes: `matmul` and `einsum` are primitives, the others are spelled with them."""

from __future__ import annotations

from typing import Any

from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import canonical_axes
from hornbeam.core.spec import operators
from hornbeam.ops import dtypes, rules, rules_nn
from hornbeam.ops.create import shape
from hornbeam.ops.elementwise import cast, conjugate, dtype_of, multiply
from hornbeam.ops.move import reshape
from hornbeam.ops.op import Tensor, Tensors, composite, operations, primitive

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@export("keras.ops.matmul", "keras.ops.numpy.matmul")
@primitive(rule=rules.matmul, dtype=rules_nn.contraction)
def matmul(x1: Tensor, x2: Tensor) -> Tensor:
    """Matrix product over the last two axes; axes before them broadcast.

    A vector counts as a row in `x1` and as a column in `x2`, and its axis is left out of the result. int8 against int8
    gives int32.

    Args:
        x1: shape (..., rows, n).
        x2: shape (..., n, columns).

    Raises:
        ShapeError: the contracted sizes differ, or an argument is a scalar.

    Example:
        >>> hornbeam.ops.matmul([[1.0, 2.0]], [[3.0], [4.0]])
        array([[11.]], dtype=float32)
    """


@primitive(rule=rules_nn.einsum, dtype=rules_nn.contraction, name="einsum")
def _einsum(subscripts: str, operands: Tensors) -> Tensor:
    """Sum of products by labels."""


@export("keras.ops.einsum", "keras.ops.numpy.einsum")
def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sum of products of the operands, written with one letter an axis, such as "bik,bkj->bij".

    Letters that the result does not name are summed over; `...` stands for any further axes, which broadcast. Without
    `->` the result has the letters that appear once, in alphabetical order.

    Args:
        subscripts: labels of each operand's axes, separated by commas, and of the result's.
        operands: one tensor for each.
        kwargs: `optimize`, as in NumPy; each engine chooses its own order of contraction.

    Raises:
        ShapeError: the subscripts do not fit the operands.

    Example:
        >>> hornbeam.ops.einsum("ij,j->i", [[1.0, 2.0]], [3.0, 4.0])
        array([11.], dtype=float32)
    """
    unknown = set(kwargs) - {"optimize"}
    if unknown:
        raise TypeError(f"einsum() has no argument {sorted(unknown)[0]!r}: (subscripts, *operands, optimize=...)")
    return _einsum(subscripts, list(operands))


einsum.op = operations["einsum"]
operators["einsum"] = einsum


def _summed(subscripts: str, x1: Any, x2: Any) -> Any:
    """`einsum` in the dtype of the operands: int8 stays int8."""
    found = _einsum(subscripts, [x1, x2])
    return found if dtype_of(found) == dtype_of(x1) else cast(found, dtype_of(x1))


@export("keras.ops.tensordot", "keras.ops.numpy.tensordot")
@composite(dtype=dtypes.promote)
def tensordot(x1: Tensor, x2: Tensor, axes: Any = 2) -> Tensor:
    """Product summed over the given axes; the result has the other axes of `x1`, then those of `x2`.

    Args:
        axes: a number n (the last n axes of `x1` against the first n of `x2`), or a pair: axes of `x1`, axes of `x2`.

    Raises:
        ShapeError: the axes do not pair up.

    Example:
        >>> hornbeam.ops.tensordot([[1.0, 2.0]], [[3.0], [4.0]], axes=1)
        array([[11.]], dtype=float32)
    """
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if isinstance(axes, int):
        axes = (range(rank1 - axes, rank1), range(axes))
    first = canonical_axes(axes[0] if isinstance(axes[0], int) else list(axes[0]), rank1, "axes[0]")
    second = canonical_axes(axes[1] if isinstance(axes[1], int) else list(axes[1]), rank2, "axes[1]")
    if len(first) != len(second):
        raise ShapeError(f"tensordot() pairs axes of x1 with axes of x2, got {first} and {second} in `axes`.")
    labels1, labels2 = LETTERS[:rank1], list(LETTERS[rank1 : rank1 + rank2])
    for one, two in zip(first, second, strict=True):
        labels2[two] = labels1[one]
    output = [label for label in labels1 if label not in labels2] + [label for label in labels2 if label not in labels1]
    return _summed(f"{labels1},{''.join(labels2)}->{''.join(output)}", x1, x2)


@export("keras.ops.dot", "keras.ops.numpy.dot")
@composite(dtype=dtypes.promote)
def dot(x1: Tensor, x2: Tensor) -> Tensor:
    """NumPy's dot product: the last axis of `x1` against the second last of `x2` (or its only one).

    With a scalar it is the elementwise product. Beyond two axes it is not `matmul`: all other axes stand side by side.

    Example:
        >>> hornbeam.ops.dot([1.0, 2.0], [3.0, 4.0])
        array(11., dtype=float32)
    """
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if not rank1 or not rank2:
        return multiply(x1, x2)
    return tensordot(x1, x2, ((rank1 - 1,), (max(rank2 - 2, 0),)))


@export("keras.ops.inner", "keras.ops.numpy.inner")
@composite(dtype=dtypes.promote)
def inner(x1: Tensor, x2: Tensor) -> Tensor:
    """Product summed over the last axes of both; with a scalar the elementwise product.

    Example:
        >>> hornbeam.ops.inner([1.0, 2.0], [3.0, 4.0])
        array(11., dtype=float32)
    """
    rank1, rank2 = len(x1.shape), len(x2.shape)
    if not rank1 or not rank2:
        return multiply(x1, x2)
    return tensordot(x1, x2, ((rank1 - 1,), (rank2 - 1,)))


@export("keras.ops.outer", "keras.ops.numpy.outer")
@composite(dtype=dtypes.promote)
def outer(x1: Tensor, x2: Tensor) -> Tensor:
    """Every element of `x1` times every element of `x2`: shape (size of x1, size of x2).

    Example:
        >>> hornbeam.ops.outer([1.0, 2.0], [3.0, 4.0])
        array([[3., 4.],
               [6., 8.]], dtype=float32)
    """
    return multiply(reshape(x1, (-1, 1)), reshape(x2, (1, -1)))


@export("keras.ops.vdot", "keras.ops.numpy.vdot")
@composite(dtype=dtypes.promote)
def vdot(x1: Tensor, x2: Tensor) -> Tensor:
    """Sum of the products of all elements; a complex `x1` is conjugated.

    Example:
        >>> hornbeam.ops.vdot([[1.0], [2.0]], [[3.0], [4.0]])
        array(11., dtype=float32)
    """
    return _summed("i,i->", conjugate(reshape(x1, (-1,))), reshape(x2, (-1,)))


@composite(dtype=rules_nn.contraction)
def dense(x: Tensor, kernel: Tensor, bias: Tensor | None = None) -> Tensor:
    """x @ kernel + bias over the last axis of `x`.

    Args:
        x: shape (..., n).
        kernel: shape (n, units).
        bias: shape (units,), or None.
    """
    if len(x.shape) <= 2 or len(kernel.shape) != 2:
        product = matmul(x, kernel)
        return product if bias is None else product + bias
    # one large product of matrices: XLA takes twice as long over a batch of small ones, gradients counted in
    before, (features, units) = shape(x)[:-1], kernel.shape
    product = matmul(reshape(x, (-1, features)), kernel)
    return reshape(product if bias is None else product + bias, (*before, units))
