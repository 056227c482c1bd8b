"""Linear algebra in JAX, whose kernels answer NaN where there is no answer: it is looked for outside tracing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from hornbeam.core.errors import MatrixError
from hornbeam.ops.rules_linalg import diverged, indefinite, singular


def refusing(name: str, error: Callable[[str, Any], MatrixError], function: Any = None) -> Callable[..., Any]:
    """A function of `jnp.linalg` that raises where its result holds NaN."""
    function = function or getattr(jnp.linalg, name)

    def call(x: Any, *arguments: Any) -> Any:
        result = function(x, *arguments)
        values = result[1] if isinstance(result, tuple) and len(result) == 3 else jax.tree.leaves(result)[0]
        if not isinstance(values, Tracer) and jnp.isnan(values).any():
            raise error(name, x)
        return result

    return call


def inverting(name: str) -> Callable[..., Any]:
    """A function of `jnp.linalg` that raises where finite matrices have no finite result."""
    function = getattr(jnp.linalg, name)

    def call(x: Any, *arguments: Any) -> Any:
        result = function(x, *arguments)
        if not isinstance(result, Tracer):
            finite = [bool(jnp.isfinite(part).all()) for part in (result, x, *arguments)]
            if all(finite[1:]) and not finite[0]:
                raise singular(name, x)
        return result

    return call


def svd(x: Any, full_matrices: bool, compute_uv: bool) -> Any:
    parts = jnp.linalg.svd(x, full_matrices, compute_uv)
    return tuple(parts) if compute_uv else parts


def lu(x: Any) -> Any:
    factors, pivots, _ = jax.lax.linalg.lu(x)
    return factors, pivots


def solve_triangular(a: Any, b: Any, lower: bool) -> Any:
    return jax.lax.linalg.triangular_solve(a, b, left_side=True, lower=lower)


def pinv(x: Any, rcond: Any) -> Any:
    return jnp.linalg.pinv(x, rtol=jnp.asarray(rcond, x.real.dtype))


table: dict[str, Callable[..., Any]] = {
    "linalg.cholesky": refusing(
        "cholesky", indefinite, lambda x: jnp.linalg.cholesky(x, upper=False, symmetrize_input=False)
    ),
    "linalg.qr": lambda x, complete: tuple(jnp.linalg.qr(x, "complete" if complete else "reduced")),
    "linalg.svd": refusing("svd", diverged, svd),
    "linalg.eig": refusing("eig", diverged, lambda x: tuple(jnp.linalg.eig(x))),
    "linalg.eigh": refusing("eigh", diverged, lambda x: tuple(jnp.linalg.eigh(x, symmetrize_input=False))),
    "linalg.lu": lu,
    "linalg.solve": inverting("solve"),
    "linalg.solve_triangular": solve_triangular,
    "linalg.inv": inverting("inv"),
    "linalg.det": jnp.linalg.det,
    "linalg.slogdet": lambda x: tuple(jnp.linalg.slogdet(x)),
    "linalg.pinv": refusing("pinv", diverged, pinv),
}
