"""Linear algebra in JAX, whose kernels answer NaN where there is no answer: it is looked for outside tracing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jax.core import Tracer

from hornbeam.ops.rules_linalg import diverged, indefinite, singular


def finite(name: str, function: Any = None) -> Callable[..., Any]:
    """A decomposition of `jnp.linalg` that refuses NaN and infinity."""
    function = function or getattr(jnp.linalg, name)

    def call(x: Any, *arguments: Any) -> Any:
        known = jnp.isfinite(x).all()  # traced in `jax.jit`, even of constants
        if not isinstance(known, Tracer) and not known:
            raise diverged(name, x)
        return function(x, *arguments)

    return call


def cholesky(x: Any) -> Any:
    lower = jnp.linalg.cholesky(x, upper=False, symmetrize_input=False)
    if not isinstance(lower, Tracer) and jnp.isnan(lower).any():
        raise indefinite("cholesky", x)
    return lower


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
    "linalg.cholesky": cholesky,
    "linalg.qr": lambda x, complete: tuple(jnp.linalg.qr(x, "complete" if complete else "reduced")),
    "linalg.svd": finite("svd", svd),
    "linalg.eig": finite("eig", lambda x: tuple(jnp.linalg.eig(x))),
    "linalg.eigh": finite("eigh", lambda x: tuple(jnp.linalg.eigh(x, symmetrize_input=False))),
    "linalg.lu": lu,
    "linalg.solve": inverting("solve"),
    "linalg.solve_triangular": solve_triangular,
    "linalg.inv": inverting("inv"),
    "linalg.det": jnp.linalg.det,
    "linalg.slogdet": lambda x: tuple(jnp.linalg.slogdet(x)),
    "linalg.pinv": finite("pinv", pinv),
}
