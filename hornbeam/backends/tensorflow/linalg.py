"""Linear algebra in TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from hornbeam.core.errors import MatrixError
from hornbeam.ops.op import operations
from hornbeam.ops.rules_linalg import check_matrices, diverged, indefinite, singular


def refusing(name: str, error: Callable[[str, Any], MatrixError], function: Any) -> Callable[..., Any]:
    """`function` with TensorFlow's error of a matrix made ours; decompositions take finite numbers."""

    def call(x: Any, *arguments: Any) -> Any:
        if error is diverged and tf.executing_eagerly() and not tf.reduce_all(tf.math.is_finite(tf.abs(x))):
            raise error(name, x)
        try:
            return function(x, *arguments)
        except tf.errors.InvalidArgumentError as reason:
            raise error(name, x) from reason

    return call


def cholesky(x: Any) -> Any:
    lower = tf.linalg.cholesky(x)
    parts = (tf.math.real(lower), tf.math.imag(lower)) if lower.dtype.is_complex else (lower,)
    checks = [tf.debugging.check_numerics(part, "cholesky(): a matrix is not positive definite") for part in parts]
    return tf.complex(*checks) if lower.dtype.is_complex else checks[0]


def svd(x: Any, full_matrices: bool, compute_uv: bool) -> Any:
    if not compute_uv:
        return tf.linalg.svd(x, compute_uv=False)
    values, left, right = tf.linalg.svd(x, full_matrices=full_matrices)
    return left, values, tf.linalg.adjoint(right)


def eigh(x: Any) -> Any:
    values, vectors = tf.linalg.eigh(x)
    return tf.math.real(values), vectors


@tf.custom_gradient
def factored(x: Any) -> Any:
    """`tf.linalg.lu`, which has no gradient of its own."""
    factors, order = tf.linalg.lu(x)

    def gradient(slope: Any, _: Any) -> Any:
        lower = tf.linalg.set_diag(tf.linalg.band_part(factors, -1, 0), tf.ones_like(factors[..., 0]))
        upper = tf.linalg.band_part(factors, 0, -1)
        below = tf.matmul(lower, slope - tf.linalg.band_part(slope, 0, -1), adjoint_a=True)
        above = tf.matmul(tf.linalg.band_part(slope, 0, -1), upper, adjoint_b=True)
        inner = below - tf.linalg.band_part(below, 0, -1) + tf.linalg.band_part(above, 0, -1)
        outer = tf.linalg.triangular_solve(lower, inner, lower=True, adjoint=True)
        outer = tf.linalg.adjoint(tf.linalg.triangular_solve(upper, tf.linalg.adjoint(outer), lower=False))
        return tf.gather(outer, tf.argsort(order), axis=-2, batch_dims=x.shape.rank - 2)

    return (factors, order), gradient


def lu(x: Any) -> Any:
    check_matrices("lu_factor", x, square=True)
    factors, order = factored(x)
    return factors, pivots(order)


def pivots(order: Any) -> Any:
    """The changes of places, one after the other, that bring rows into an order."""
    size = tf.shape(order)[-1]
    places = tf.range(size)

    def change(i: Any, now: Any, found: Any) -> Any:
        at = tf.expand_dims(tf.argmax(tf.equal(now, order[..., i : i + 1]), -1, output_type=tf.int32), -1)
        # what stood at i goes to where the row was; i itself is not looked at again
        now = tf.where(tf.equal(places, at), now[..., i : i + 1], now)
        return i + 1, tf.where(tf.equal(places, i), -1, now), tf.where(tf.equal(places, i), at, found)

    start = (tf.constant(0), tf.zeros_like(order) + places, tf.zeros_like(order))
    any_shape = tf.TensorShape([None] * order.shape.rank)
    invariants = (tf.TensorShape([]), any_shape, any_shape)
    found = tf.while_loop(lambda i, *_: i < size, change, start, shape_invariants=invariants)[2]
    return tf.ensure_shape(found, order.shape)


def pinv(x: Any, rcond: Any) -> Any:
    """The body, with a gradient that needs no singular vectors, which are not unique where values are equal.

    Source: Golub and Pereyra, "The differentiation of pseudo-inverses", 1973, equation 4.12.
    """

    @tf.custom_gradient
    def inverse(x: Any) -> Any:
        p = operations["linalg.pinv"].body(x, rcond)  # pyright: ignore[reportOptionalCall]

        def gradient(slope: Any) -> Any:
            turned, adjoint = tf.linalg.adjoint(slope), tf.linalg.adjoint(p)
            rows = tf.matmul(tf.matmul(turned, p), adjoint)
            columns = tf.matmul(adjoint, tf.matmul(p, turned))
            outside = rows - tf.matmul(x, tf.matmul(p, rows)) + columns - tf.matmul(tf.matmul(columns, p), x)
            return outside - tf.matmul(adjoint, tf.matmul(slope, adjoint))

        return p, gradient

    return inverse(x)


def slogdet(x: Any) -> Any:
    signs, logarithms = tf.linalg.slogdet(x)
    return signs, tf.math.real(logarithms)


table: dict[str, Callable[..., Any]] = {
    "linalg.cholesky": refusing("cholesky", indefinite, cholesky),
    "linalg.qr": lambda x, complete: tuple(tf.linalg.qr(x, full_matrices=complete)),
    "linalg.svd": refusing("svd", diverged, svd),
    "linalg.eig": refusing("eig", diverged, lambda x: tuple(tf.linalg.eig(x))),
    "linalg.eigh": refusing("eigh", diverged, eigh),
    "linalg.lu": refusing("lu_factor", singular, lu),
    "linalg.solve": refusing("solve", singular, tf.linalg.solve),
    "linalg.solve_triangular": lambda a, b, lower: tf.linalg.triangular_solve(a, b, lower=lower),
    "linalg.inv": refusing("inv", singular, tf.linalg.inv),
    "linalg.det": tf.linalg.det,
    "linalg.slogdet": slogdet,
    "linalg.pinv": pinv,
}
