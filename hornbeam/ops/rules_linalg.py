"""Shape rules, dtype policies and errors of linear algebra and Fourier transforms."""

from __future__ import annotations

from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import MatrixError, ShapeError
from hornbeam.core.spec import KerasTensor, Spec
from hornbeam.ops.dtypes import Decision, Key, floating
from hornbeam.ops.rules import at_most

INEXACT = ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")


def inexact(key: Key) -> Decision:
    """Like `floating`; floats and complex numbers of one dtype stay as they are."""
    return (key[0], key[0]) if len(set(key)) == 1 and key[0] in INEXACT else floating(key)


def real_numbers(key: Key) -> Decision:
    """Like `inexact`, without complex numbers."""
    if any(name.startswith("complex") for name in key):
        raise TypeError(f"complex numbers come as a pair of real tensors here, got {', '.join(key)}.")
    return inexact(key)


def real_of(dtype: str) -> str:
    """The dtype of the parts of complex numbers; a real dtype is its own."""
    return {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)


def complex_of(dtype: str) -> str:
    """The complex dtype whose parts have this dtype."""
    return {"float32": "complex64", "float64": "complex128"}.get(dtype, dtype)


# Decompositions, of the matrices in the last two axes


def qr(x: KerasTensor, complete: bool) -> Any:
    """Rows by rows and the shape of x, or both cut to the shorter side."""
    *batch, rows, columns = x.dims
    short = rows if complete else at_most(rows, columns)
    return [(*batch, rows, short), (*batch, short, columns)]


def svd(x: KerasTensor, full_matrices: bool, compute_uv: bool) -> Any:
    """Left vectors, singular values (real), right vectors; or the values alone."""
    *batch, rows, columns = x.dims
    short = at_most(rows, columns)
    values = Spec((*batch, short), real_of(x.dtype))
    if not compute_uv:
        return values
    left, right = (rows, columns) if full_matrices else (short, short)
    return [Spec((*batch, rows, left), x.dtype), values, Spec((*batch, right, columns), x.dtype)]


def eig(x: KerasTensor) -> Any:
    """Complex eigenvalues, and eigenvectors in columns."""
    dtype = complex_of(x.dtype)
    return [Spec(x.dims[:-1], dtype), Spec(x.dims, dtype)]


def eigh(x: KerasTensor) -> Any:
    """Real eigenvalues, and eigenvectors in columns."""
    return [Spec(x.dims[:-1], real_of(x.dtype)), x.dims]


def lu(x: KerasTensor) -> Any:
    """Both factors in one matrix, and the row that each row changed places with."""
    return [x.dims, Spec((*x.dims[:-2], at_most(*x.dims[-2:])), "int32")]


def solve(a: KerasTensor, b: KerasTensor, *_: Any) -> Any:
    """The shape of b."""
    return (*shapes.broadcast(a.dims[:-2], b.dims[:-2]), *b.dims[-2:])


def pair(real: KerasTensor, imaginary: KerasTensor) -> Any:
    """Real and imaginary part of the shape of the arguments."""
    return [real.dims, imaginary.dims]


# What is wrong with arguments


def check_matrices(operation: str, x: Any, name: str = "x", square: bool = False) -> None:
    """ShapeError unless the last two axes hold matrices, square ones where it says so."""
    shape = shapes.public(x.shape)
    if len(shape) < 2:
        raise ShapeError(f"{operation}(): `{name}` needs at least two axes (..., rows, columns), got shape {shape}.")
    if square and None not in shape[-2:] and shape[-2] != shape[-1]:
        raise ShapeError(f"{operation}(): `{name}` must hold square matrices in its last two axes, got shape {shape}.")


def singular(operation: str, x: Any) -> MatrixError:
    """The error of an inverse that does not exist."""
    return MatrixError(f"{operation}(): a tensor of shape {tuple(x.shape)} holds a singular matrix: it has no inverse.")


def indefinite(operation: str, x: Any) -> MatrixError:
    """The error of a Cholesky decomposition that does not exist."""
    return MatrixError(
        f"{operation}(): a tensor of shape {tuple(x.shape)} holds a matrix that is not positive definite."
    )


def diverged(operation: str, x: Any) -> MatrixError:
    """The error of a decomposition that found no end."""
    return MatrixError(
        f"{operation}(): no decomposition of a matrix in a tensor of shape {tuple(x.shape)} was found. "
        "Look for NaN and infinity in it."
    )
