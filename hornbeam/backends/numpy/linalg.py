"""Linear algebra in NumPy; what `numpy.linalg` lacks is written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hornbeam.core.errors import MatrixError
from hornbeam.ops.rules_linalg import complex_of, diverged, indefinite, singular


def refusing(function: Callable[..., Any], error: Callable[[str, Any], MatrixError]) -> Callable[..., Any]:
    """`function` with NumPy's error of a matrix made ours."""

    def call(x: Any, *arguments: Any) -> Any:
        if error is diverged and not np.isfinite(x).all():  # LAPACK may go on for ever
            raise error(function.__name__, x)
        try:
            return function(x, *arguments)
        except np.linalg.LinAlgError as reason:
            raise error(function.__name__, x) from reason

    return call


def cholesky(x: Any) -> Any:
    lower = np.linalg.cholesky(x)
    if np.isnan(lower).any():
        raise np.linalg.LinAlgError("NaN")
    return lower


def qr(x: Any, complete: bool) -> Any:
    return tuple(np.linalg.qr(x, "complete" if complete else "reduced"))


def svd(x: Any, full_matrices: bool, compute_uv: bool) -> Any:
    parts = np.linalg.svd(x, full_matrices, compute_uv)
    return tuple(parts) if compute_uv else parts


def eig(x: Any) -> Any:
    return tuple(part.astype(complex_of(x.dtype.name)) for part in np.linalg.eig(x))


def eigh(x: Any) -> Any:
    return tuple(np.linalg.eigh(x))


def lu(x: Any) -> Any:
    """Column by column: the largest element below becomes the pivot, and clears the column under it."""
    x = x.copy()
    rows, columns = x.shape[-2:]
    pivots = np.zeros((*x.shape[:-2], min(rows, columns)), "int32")
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in range(min(rows, columns)):
            pivots[..., i] = place = i + np.argmax(np.abs(x[..., i:, i]), -1)
            place = np.asarray(place)[..., None, None]
            chosen, here = np.take_along_axis(x, place, -2), x[..., i : i + 1, :].copy()
            np.put_along_axis(x, place, here, -2)
            x[..., i : i + 1, :] = chosen
            pivot = chosen[..., i : i + 1]
            x[..., i + 1 :, i : i + 1] /= np.where(pivot == 0, 1, pivot)
            x[..., i + 1 :, i + 1 :] -= x[..., i + 1 :, i : i + 1] * chosen[..., i + 1 :]
    return x, pivots


def solve_triangular(a: Any, b: Any, lower: bool) -> Any:
    """Row by row, from the one with a single unknown."""
    x = np.zeros_like(b)
    rows = range(a.shape[-1]) if lower else range(a.shape[-1] - 1, -1, -1)
    with np.errstate(divide="ignore", invalid="ignore"):
        for i in rows:
            known = slice(0, i) if lower else slice(i + 1, None)
            rest = b[..., i : i + 1, :] - a[..., i : i + 1, known] @ x[..., known, :]
            x[..., i : i + 1, :] = rest / a[..., i : i + 1, i : i + 1]
    return x


def slogdet(x: Any) -> Any:
    return tuple(np.asarray(part) for part in np.linalg.slogdet(x))


table: dict[str, Callable[..., Any]] = {
    "linalg.cholesky": refusing(cholesky, indefinite),
    "linalg.qr": qr,
    "linalg.svd": refusing(svd, diverged),
    "linalg.eig": refusing(eig, diverged),
    "linalg.eigh": refusing(eigh, diverged),
    "linalg.lu": lu,
    "linalg.solve": refusing(np.linalg.solve, singular),
    "linalg.solve_triangular": solve_triangular,
    "linalg.inv": refusing(np.linalg.inv, singular),
    "linalg.det": lambda x: np.asarray(np.linalg.det(x)),
    "linalg.slogdet": slogdet,
}
