"""Linear algebra on the matrices in the last two axes of a tensor; axes before them are a batch.

Each public operation checks shapes, computes float16 and bfloat16 in float32, and calls the kernels below: what engines
supply, for matrices of float32, float64 or complex numbers whose shapes are known to fit.

What is no matrix, or not square where it must be, raises `ShapeError`. A matrix without inverse or decomposition (it
is singular, not positive definite, holds NaN or infinity) raises `MatrixError` on every engine. Inside `jax.jit` and
`jax.grad` values cannot be looked at, and results are NaN or infinite; inside `tf.function` the error is TensorFlow's.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

from hornbeam.core import tree
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import canonical_axes, public
from hornbeam.ops import rules, rules_linalg
from hornbeam.ops.contract import matmul
from hornbeam.ops.create import convert_to_tensor, like, ones_like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import (
    absolute,
    cast,
    conjugate,
    divide_no_nan,
    dtype_of,
    equal,
    greater,
    log,
    maximum,
    not_equal,
    power,
    sqrt,
    square,
    where,
)
from hornbeam.ops.move import broadcast_to, diagonal, expand_dims, moveaxis, squeeze, swapaxes, tril
from hornbeam.ops.op import Tensor, composite, primitive
from hornbeam.ops.reduce import max as max_
from hornbeam.ops.reduce import min as min_
from hornbeam.ops.reduce import prod
from hornbeam.ops.reduce import sum as sum_
from hornbeam.ops.rules_linalg import check_matrices, inexact

HALVES = ("float16", "bfloat16")


def in_full_precision(dtype: Any, promote: tuple[str, ...] | None = None) -> Any:
    """A composite that computes in float32 where it is given float16 or bfloat16, and casts float32 results back."""

    def declare(function: Callable[..., Any]) -> Any:
        @functools.wraps(function)
        def call(*arguments: Any) -> Any:
            given = [part for part in tree.flatten(arguments) if hasattr(part, "dtype")]
            half = next((dtype_of(part) for part in given if dtype_of(part) in HALVES), None)
            if half is None:
                return function(*arguments)

            def change(structure: Any, source: tuple[str, ...], target: str) -> Any:
                return tree.map_structure(
                    lambda leaf: cast(leaf, target) if hasattr(leaf, "dtype") and dtype_of(leaf) in source else leaf,
                    structure,
                )

            return change(function(*change(arguments, HALVES, "float32")), ("float32",), half)

        return composite(dtype=dtype, promote=promote)(call)

    return declare


def adjoint(x: Any) -> Any:
    """Transposed matrices, conjugated where complex."""
    return conjugate(swapaxes(x, -2, -1))


def identity_beside(x: Any) -> Any:
    """Identity matrices in the shape and dtype of square ones."""
    size = shape_of(x)[-1]
    places = like(x, "arange", 0, size, 1, "int32")
    return broadcast_to(cast(equal(places, places[:, None]), dtype_of(x)), shape_of(x))


def epsilon(x: Any) -> float:
    """Distance from 1 to the next number of the dtype."""
    return 2.0**-52 if dtype_of(x) in ("float64", "complex128") else 2.0**-23


def longer_side(x: Any) -> Any:
    """The larger of the numbers of rows and columns; a tensor where they are not known yet."""
    rows, columns = shape_of(x)[-2:]
    if isinstance(rows, int) and isinstance(columns, int):
        return max(rows, columns)
    ones = ones_like(absolute(x))
    return maximum(max_(sum_(ones, -2), initial=0), max_(sum_(ones, -1), initial=0))


def of_lower(x: Any) -> Any:
    """The Hermitian matrices that have the lower triangles of x: what engines read is then the same on all."""
    return tril(x) + adjoint(tril(x, -1))


# Kernels


@primitive(rule=rules.same, name="linalg.cholesky")
def _cholesky(x: Tensor) -> Tensor:
    """L, lower triangular, with x = L L^H."""


@primitive(rule=rules_linalg.qr, name="linalg.qr")
def _qr(x: Tensor, complete: bool) -> Any:
    """Q, R with x = Q R; Q square if `complete`."""


@primitive(rule=rules_linalg.svd, name="linalg.svd")
def _svd(x: Tensor, full_matrices: bool, compute_uv: bool) -> Any:
    """U, s, V^H with x = U diag(s) V^H; or s alone."""


@primitive(rule=rules_linalg.eig, name="linalg.eig")
def _eig(x: Tensor) -> Any:
    """Complex eigenvalues and eigenvectors."""


@primitive(rule=rules_linalg.eigh, name="linalg.eigh")
def _eigh(x: Tensor) -> Any:
    """Ascending eigenvalues and eigenvectors of Hermitian matrices."""


@primitive(rule=rules_linalg.lu, name="linalg.lu")
def _lu(x: Tensor) -> Any:
    """L and U with rows changed for the largest pivot, in one matrix; and the changes, as LAPACK gives them, from 0."""


@primitive(rule=rules_linalg.solve, name="linalg.solve")
def _solve(a: Tensor, b: Tensor) -> Tensor:
    """x with a x = b, for matrices b."""


@primitive(rule=rules_linalg.solve, name="linalg.solve_triangular")
def _solve_triangular(a: Tensor, b: Tensor, lower: bool) -> Tensor:
    """x with a x = b, reading one triangle of a."""


@composite(name="linalg.inv")
def _inv(x: Tensor) -> Tensor:
    return _solve(x, identity_beside(x))


def _odd_swaps(pivots: Any) -> Any:
    """1 where an odd number of rows changed places, else 0."""
    places = like(pivots, "arange", 0, shape_of(pivots)[-1], 1, "int32")
    return sum_(cast(not_equal(pivots, places), "int32"), -1) % 2


@composite(name="linalg.det")
def _det(x: Tensor) -> Tensor:
    factors, pivots = _lu(x)
    return prod(diagonal(factors, 0, -2, -1), -1) * cast(1 - 2 * _odd_swaps(pivots), dtype_of(x))


@composite(name="linalg.slogdet")
def _slogdet(x: Tensor) -> Any:
    factors, pivots = _lu(x)
    pivot = diagonal(factors, 0, -2, -1)
    size = absolute(pivot)
    signs = prod(divide_no_nan(pivot, cast(size, dtype_of(x))), -1)
    return signs * cast(1 - 2 * _odd_swaps(pivots), dtype_of(x)), sum_(log(size), -1)


@composite(name="linalg.pinv")
def _pinv(x: Tensor, rcond: Any) -> Tensor:
    left, values, right = _svd(x, False, True)
    kept = greater(values, _by_matrix(rcond, values) * max_(values, -1, keepdims=True, initial=0))
    inverses = where(kept, 1 / where(kept, values, ones_like(values)), values * 0)
    return matmul(adjoint(right) * cast(inverses, dtype_of(x))[..., None, :], adjoint(left))


def _by_matrix(tolerance: Any, values: Any) -> Any:
    """A number for all matrices, or one for each of them, to compare singular values with."""
    if isinstance(tolerance, (int, float)):
        return tolerance
    limit = cast(convert_to_tensor(tolerance), dtype_of(values))
    return limit[..., None] if len(limit.shape) else limit


# Decompositions


@export("keras.ops.cholesky", "keras.ops.linalg.cholesky")
@in_full_precision(inexact)
def cholesky(x: Tensor, upper: bool = False) -> Tensor:
    """The triangular L with x = L L^H, for Hermitian positive definite matrices; of x the lower triangle is read.

    Args:
        upper: give L^H instead.

    Example:
        >>> hornbeam.ops.cholesky([[4.0, 2.0], [2.0, 10.0]])
        array([[2., 0.],
               [1., 3.]], dtype=float32)
    """
    check_matrices("cholesky", x, square=True)
    lower = _cholesky(of_lower(x))
    return adjoint(lower) if upper else lower


@export("keras.ops.cholesky_inverse", "keras.ops.linalg.cholesky_inverse")
@in_full_precision(inexact)
def cholesky_inverse(x: Tensor, upper: bool = False) -> Tensor:
    """The inverse of L L^H, where x is L; with `upper`, of U^H U, where x is U. The other triangle is not read."""
    check_matrices("cholesky_inverse", x, square=True)
    inverse = _solve_triangular(x, identity_beside(x), not upper)
    return matmul(inverse, adjoint(inverse)) if upper else matmul(adjoint(inverse), inverse)


@export("keras.ops.qr", "keras.ops.linalg.qr")
@in_full_precision(inexact)
def qr(x: Tensor, mode: str = "reduced") -> Any:
    """Q with orthonormal columns and R upper triangular, with x = Q R.

    Args:
        x: shape (..., m, n).
        mode: "reduced": Q (..., m, k), R (..., k, n) with k = min(m, n); "complete": Q (..., m, m), R (..., m, n).

    Example:
        >>> q, r = hornbeam.ops.qr([[3.0], [4.0]])
        >>> r.shape
        (1, 1)
    """
    if mode not in ("reduced", "complete"):
        raise ConfigError(f"qr(): `mode` must be 'reduced' or 'complete'. Received: {mode!r}.")
    check_matrices("qr", x)
    return _qr(x, mode == "complete")


@export("keras.ops.svd", "keras.ops.linalg.svd")
@in_full_precision(inexact)
def svd(x: Tensor, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    """U, s, V^H with x = U diag(s) V^H and the singular values s descending; or s alone.

    Args:
        x: shape (..., m, n); k = min(m, n).
        full_matrices: whether U is (..., m, m) and V^H (..., n, n), or U (..., m, k) and V^H (..., k, n).
        compute_uv: whether to give U and V^H at all.

    Example:
        >>> hornbeam.ops.svd([[3.0, 0.0], [0.0, 4.0]], compute_uv=False)
        array([4., 3.], dtype=float32)
    """
    check_matrices("svd", x)
    return _svd(x, bool(full_matrices), bool(compute_uv))


@export("keras.ops.eig", "keras.ops.linalg.eig")
@in_full_precision(inexact)
def eig(x: Tensor) -> Any:
    """Eigenvalues (..., n) in no set order, and eigenvectors (..., n, n) in columns: complex, for real x too.

    Example:
        >>> hornbeam.ops.eig([[0.0, 1.0], [-1.0, 0.0]])[0]
        array([0.+1.j, 0.-1.j], dtype=complex64)
    """
    check_matrices("eig", x, square=True)
    return _eig(x)


@export("keras.ops.eigh", "keras.ops.linalg.eigh")
@in_full_precision(inexact)
def eigh(x: Tensor) -> Any:
    """Real ascending eigenvalues (..., n), and eigenvectors (..., n, n) in columns, of Hermitian matrices.

    Of x the lower triangle is read. For complex x Keras on TensorFlow gives the eigenvalues a complex dtype.

    Example:
        >>> hornbeam.ops.eigh([[2.0, 1.0], [1.0, 2.0]])[0]
        array([1., 3.], dtype=float32)
    """
    check_matrices("eigh", x, square=True)
    return _eigh(of_lower(x))


@export("keras.ops.linalg.lu_factor", "keras.ops.lu_factor")
@in_full_precision(inexact)
def lu_factor(x: Tensor) -> Any:
    """LU decomposition with partial pivoting: both factors in one matrix (L without its ones), and the pivots.

    Row i of x changed places with row `pivots[i]`, one after the other. TensorFlow takes square, regular matrices only.

    Example:
        >>> hornbeam.ops.lu_factor([[1.0, 2.0], [4.0, 4.0]])[1]
        array([1, 1], dtype=int32)
    """
    check_matrices("lu_factor", x)
    return _lu(x)


# Determinants, inverses and equations


@export("keras.ops.det", "keras.ops.linalg.det")
@in_full_precision(inexact)
def det(x: Tensor) -> Tensor:
    """Determinants of square matrices."""
    check_matrices("det", x, square=True)
    return _det(x)


@export("keras.ops.slogdet", "keras.ops.numpy.slogdet")
@in_full_precision(inexact)
def slogdet(x: Tensor) -> Any:
    """Sign of the determinant, and the logarithm of its size (real): no overflow. Singular: 0 and -inf.

    Example:
        >>> [float(part) for part in hornbeam.ops.slogdet([[-1.0, 0.0], [0.0, 1.0]])]
        [-1.0, 0.0]
    """
    check_matrices("slogdet", x, square=True)
    return _slogdet(x)


@export("keras.ops.logdet")
@in_full_precision(inexact)
def logdet(x: Tensor) -> Tensor:
    """Logarithm of the determinant's size: of the determinant, for Hermitian positive definite matrices."""
    check_matrices("logdet", x, square=True)
    return _slogdet(x)[1]


@export("keras.ops.inv", "keras.ops.linalg.inv")
@in_full_precision(inexact)
def inv(x: Tensor) -> Tensor:
    """Inverses of square matrices.

    Example:
        >>> hornbeam.ops.inv([[2.0, 0.0], [0.0, 4.0]])
        array([[0.5 , 0.  ],
               [0.  , 0.25]], dtype=float32)
    """
    check_matrices("inv", x, square=True)
    return _inv(x)


def _columns(operation: str, a: Any, b: Any) -> tuple[Any, bool]:
    """b as matrices of columns, and whether it held vectors; ShapeError where it does not fit a."""
    check_matrices(operation, a, "a", square=True)
    left, right = public(a.shape), public(b.shape)
    vectors = len(right) == len(left) - 1
    rows = right if vectors else right[:-1]
    if len(rows) != len(left) - 1 or any(m != n for m, n in zip(left[:-1], rows) if m is not None and n is not None):
        raise ShapeError(
            f"{operation}(): `b` must have shape {left[:-1]} (vectors) or {(*left[:-1], 'k')} (matrices) beside `a` of "
            f"shape {left}; got {right}."
        )
    return (b[..., None] if vectors else b), vectors


@export("keras.ops.linalg.solve", "keras.ops.solve")
@in_full_precision(inexact)
def solve(a: Tensor, b: Tensor) -> Tensor:
    """x with a x = b.

    Args:
        b: shape (..., n) or (..., n, k), with the batch of `a` (..., n, n).

    Example:
        >>> hornbeam.ops.solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
        array([1. , 0.5], dtype=float32)
    """
    columns, vectors = _columns("solve", a, b)
    x = _solve(a, columns)
    return x[..., 0] if vectors else x


@export("keras.ops.linalg.solve_triangular", "keras.ops.solve_triangular")
@in_full_precision(inexact)
def solve_triangular(a: Tensor, b: Tensor, lower: bool = False) -> Tensor:
    """x with a x = b, where a is triangular; the other triangle is not read. A 0 on the diagonal gives inf or NaN.

    Args:
        b: shape (..., n) or (..., n, k), with the batch of `a` (..., n, n).
        lower: whether the lower triangle holds a, or the upper.

    Example:
        >>> hornbeam.ops.solve_triangular([[2.0, 0.0], [2.0, 1.0]], [2.0, 3.0], lower=True)
        array([1., 1.], dtype=float32)
    """
    columns, vectors = _columns("solve_triangular", a, b)
    x = _solve_triangular(a, columns, bool(lower))
    return x[..., 0] if vectors else x


@export("keras.ops.linalg.pinv", "keras.ops.pinv")
@in_full_precision(inexact, promote=("x",))
def pinv(x: Tensor, rcond: Any = None) -> Tensor:
    """Moore-Penrose pseudo-inverses, (..., n, m) for x of shape (..., m, n), from the singular values.

    Args:
        rcond: singular values up to `rcond` times the largest count as 0; a number, or one for each matrix.
            10 max(m, n) eps if None.

    Example:
        >>> hornbeam.ops.pinv([[2.0, 0.0], [0.0, 0.0]])
        array([[0.5, 0. ],
               [0. , 0. ]], dtype=float32)
    """
    check_matrices("pinv", x)
    return _pinv(x, longer_side(x) * (10 * epsilon(x)) if rcond is None else rcond)


@export("keras.ops.linalg.lstsq", "keras.ops.lstsq")
@in_full_precision(inexact)
def lstsq(a: Tensor, b: Tensor, rcond: Any = None) -> Tensor:
    """The shortest x with the smallest |a x - b|, for each column of b.

    Args:
        a: shape (m, n).
        b: shape (m,) or (m, k).
        rcond: singular values of `a` up to `rcond` times the largest count as 0; max(m, n) eps if None or negative.

    Example:
        >>> hornbeam.ops.round(hornbeam.ops.lstsq([[1.0], [1.0]], [1.0, 2.0]), 3)
        array([1.5], dtype=float32)
    """
    left, right = public(a.shape), public(b.shape)
    if len(left) != 2 or len(right) not in (1, 2) or (None not in (left[0], right[0]) and left[0] != right[0]):
        raise ShapeError(f"lstsq(): `a` (m, n) and `b` (m,) or (m, k) do not fit; got shapes {left} and {right}.")
    if rcond is None or (isinstance(rcond, (int, float)) and rcond < 0):
        rcond = longer_side(a) * epsilon(a)
    return matmul(_pinv(a, rcond), b)


@export("keras.ops.linalg.matrix_rank", "keras.ops.matrix_rank")
@in_full_precision(inexact, promote=("x",))
def matrix_rank(x: Tensor, tol: Any = None) -> Tensor:
    """The number of singular values above `tol`, int32.

    Args:
        tol: a number, or one for each matrix; the largest singular value times max(m, n) eps if None.

    Example:
        >>> int(hornbeam.ops.matrix_rank([[1.0, 2.0], [2.0, 4.0]]))
        1
    """
    check_matrices("matrix_rank", x)
    values = _svd(x, False, False)
    if tol is None:
        limit = max_(values, -1, keepdims=True, initial=0) * (longer_side(x) * epsilon(x))
    else:
        limit = _by_matrix(tol, values)
    return sum_(cast(greater(values, limit), "int32"), -1)


# Norms


@export("keras.ops.linalg.norm", "keras.ops.norm")
@in_full_precision(inexact)
def norm(x: Tensor, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Norms of vectors (one axis) or matrices (two), in the dtype of x.

    Args:
        ord: for vectors a number p, sum(|x|**p)**(1/p), with inf: max |x|, -inf: min |x|, 0: how many are not 0.
            For matrices "fro", "nuc" (sum of singular values), 2 and -2 (largest and smallest singular value), 1 and
            -1 (largest and smallest sum of a column), inf and -inf (of a row). None: root of the sum of squares.
        axis: an int, or a pair (rows, columns); all axes if None.
        keepdims: keep the axes with size 1.

    Example:
        >>> float(hornbeam.ops.norm([3.0, 4.0]))
        5.0
    """
    shape = public(x.shape)
    axes = canonical_axes(axis, len(shape), "norm(): axis")
    if len(axes) not in (1, 2) and not (axis is None and ord is None):
        raise ShapeError(
            f"norm() of a vector or matrix takes one or two axes; got `axis={axis}`, `ord={ord!r}` and shape {shape}."
        )
    if ord is None or (ord == "fro" and len(axes) == 2) or (ord == 2 and len(axes) == 1):
        squares = square(absolute(x)) if dtype_of(x).startswith("complex") else square(x)
        result = sqrt(sum_(squares, axes, keepdims))
    elif len(axes) == 1:
        result = _vector_norm(absolute(x), ord, axes, keepdims)
    else:
        result = _matrix_norm(x, ord, axes, keepdims)
    return cast(result, dtype_of(x))


def _vector_norm(sizes: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if not isinstance(ord, (int, float)):
        raise ConfigError(f"norm(): `ord` of a vector must be a number. Received: {ord!r}.")
    if ord == math.inf:
        return max_(sizes, axes, keepdims, 0)
    if ord == -math.inf:
        return min_(sizes, axes, keepdims, math.inf)
    if ord == 0:
        return sum_(cast(not_equal(sizes, 0), dtype_of(sizes)), axes, keepdims)
    if ord == 1:
        return sum_(sizes, axes, keepdims)
    return power(sum_(power(sizes, float(ord)), axes, keepdims), 1.0 / ord)


def _matrix_norm(x: Any, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if ord not in ("nuc", 1, -1, 2, -2, math.inf, -math.inf):
        raise ConfigError(
            f"norm(): `ord` of a matrix must be 'fro', 'nuc', 1, -1, 2, -2, inf or -inf. Received: {ord!r}."
        )
    if ord in ("nuc", 2, -2):
        values = _svd(moveaxis(x, axes, (-2, -1)), False, False)
        if ord == "nuc":
            result = sum_(values, -1)
        else:
            result = max_(values, -1, initial=0) if ord == 2 else min_(values, -1, initial=math.inf)
        return expand_dims(result, tuple(sorted(axes))) if keepdims else result
    summed, compared = axes if abs(ord) == 1 else axes[::-1]
    sums = sum_(absolute(x), summed, True)
    result = max_(sums, compared, True, 0) if ord > 0 else min_(sums, compared, True, math.inf)
    return result if keepdims else squeeze(result, tuple(sorted(axes)))
