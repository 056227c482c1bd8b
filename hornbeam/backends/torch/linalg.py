"""Linear algebra in PyTorch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch._C._functorch import is_functorch_wrapped_tensor

from hornbeam.core.errors import MatrixError
from hornbeam.ops.rules_linalg import diverged, indefinite, singular


def refusing(name: str, error: Callable[[str, Any], MatrixError], function: Any = None) -> Callable[..., Any]:
    """A function of `torch.linalg` with torch's error of a matrix made ours; decompositions take finite numbers."""
    function = function or getattr(torch.linalg, name)

    def call(x: Any, *arguments: Any) -> Any:
        if error is diverged and not is_functorch_wrapped_tensor(x) and not x.isfinite().all():
            raise error(name, x)
        try:
            return function(x, *arguments)
        except torch.linalg.LinAlgError as reason:
            raise error(name, x) from reason

    return call


def qr(x: Any, complete: bool) -> Any:
    return tuple(torch.linalg.qr(x, "complete" if complete else "reduced"))


def svd(x: Any, full_matrices: bool, compute_uv: bool) -> Any:
    return tuple(torch.linalg.svd(x, full_matrices)) if compute_uv else torch.linalg.svdvals(x)


def lu(x: Any) -> Any:
    factors, pivots, _ = torch.linalg.lu_factor_ex(x)
    return factors, pivots - 1


def pinv(x: Any, rcond: Any) -> Any:
    if not isinstance(rcond, (int, float)):
        rcond = torch.as_tensor(rcond, device=x.device).to(x.real.dtype if x.is_complex() else x.dtype)
    return torch.linalg.pinv(x, rtol=rcond)


table: dict[str, Callable[..., Any]] = {
    "linalg.cholesky": refusing("cholesky", indefinite),
    "linalg.qr": qr,
    "linalg.svd": refusing("svd", diverged, svd),
    "linalg.eig": refusing("eig", diverged, lambda x: tuple(torch.linalg.eig(x))),
    "linalg.eigh": refusing("eigh", diverged, lambda x: tuple(torch.linalg.eigh(x))),
    "linalg.lu": lu,
    "linalg.solve": refusing("solve", singular),
    "linalg.solve_triangular": lambda a, b, lower: torch.linalg.solve_triangular(a, b, upper=not lower),
    "linalg.inv": refusing("inv", singular),
    "linalg.det": torch.linalg.det,
    "linalg.slogdet": lambda x: tuple(torch.linalg.slogdet(x)),
    "linalg.pinv": refusing("pinv", diverged, pinv),
}
