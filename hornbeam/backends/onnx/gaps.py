"""Primitive operations that have no place in an ONNX graph, with the reason."""

from __future__ import annotations

gaps: dict[str, str] = {
    "nonzero": "how many elements there are is known only when data arrives",
    "view_as_complex": "onnxruntime does not compute with complex numbers",
    "reinterpreted": "ONNX has no operator that takes the bits of a number for another",
    **{
        f"linalg.{name}": "ONNX has no operator for it"
        for name in ("cholesky", "qr", "svd", "eig", "eigh", "lu", "solve", "solve_triangular")
    },
}
