"""Primitives that OpenVINO does not compute, each with the reason."""

from __future__ import annotations

DECOMPOSITION = "OpenVINO has no decompositions of matrices, and no way to tell of a singular one"

gaps: dict[str, str] = {
    "view_as_complex": "OpenVINO has no complex numbers",
    "reinterpreted": "OpenVINO has no operator that takes the bits of a number for another",
    **{
        f"linalg.{name}": DECOMPOSITION
        for name in ("cholesky", "qr", "svd", "eig", "eigh", "lu", "solve", "solve_triangular")
    },
}
