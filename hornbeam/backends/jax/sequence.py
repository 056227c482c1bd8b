"""Control flow by `jax.lax`, and recurrent layers as compiled scans, so that an eager call is compiled once only."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from hornbeam.core import registry, tree
from hornbeam.ops.control import to_tensors


def tensors(structure: Any) -> Any:
    return to_tensors(structure, registry.get("jax"))


def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
    return jax.lax.cond(pred, lambda: tensors(true_fn(*operands)), lambda: tensors(false_fn(*operands)))


def switch(index: Any, branches: Any, operands: Any = ()) -> Any:
    def branch(function: Any) -> Any:
        return lambda *values: tensors(function(*values))

    return jax.lax.switch(index, [branch(function) for function in branches], *operands)


def scan(f: Any, init: Any, xs: Any, length: Any, reverse: bool, unroll: Any, operands: Any = ()) -> Any:
    def step(carry: Any, x: Any) -> Any:
        return tensors(tuple(f(carry, x, *operands)))

    return jax.lax.scan(step, init, xs, length, reverse, unroll)


def while_loop(cond: Any, body: Any, loop_vars: Any, maximum_iterations: Any, operands: Any = ()) -> Any:
    def test(state: Any) -> Any:
        step, values = state
        more = tensors(cond(*values, *operands))
        return more if maximum_iterations is None else jnp.logical_and(more, step < maximum_iterations)

    def advance(state: Any) -> Any:
        step, values = state
        return step + 1, tensors(tuple(body(*values, *operands)))

    return jax.lax.while_loop(test, advance, (jnp.int32(0), tuple(loop_vars)))[1]


def vectorized_map(function: Any, elements: Any, operands: Any = ()) -> Any:
    return jax.vmap(lambda element: tensors(function(element, *operands)))(elements)


def custom_gradient(f: Any, args: Any) -> Any:
    @jax.custom_gradient
    def call(*values: Any) -> Any:
        result, grad = f(*values)

        def gradient(upstream: Any) -> Any:
            found = grad(*tree.flatten(upstream))
            return tuple(found) if isinstance(found, (tuple, list)) else (found,)

        return tensors(result), gradient

    return call(*args)


@jax.jit
def lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> Any:
    def step(carry: Any, element: Any) -> Any:
        h, c = carry
        x_t, m = element
        gates = x_t @ kernel + h @ recurrent_kernel
        i, f, g, o = jnp.split(gates if bias is None else gates + bias, 4, -1)
        new_c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        new_h = jax.nn.sigmoid(o) * jnp.tanh(new_c)
        if m is not None:
            new_h, new_c = jnp.where(m, new_h, h), jnp.where(m, new_c, c)
        return (new_h, new_c), new_h

    (h, c), outputs = jax.lax.scan(step, (h, c), (jnp.swapaxes(x, 0, 1), steps_of(mask)))
    return jnp.swapaxes(outputs, 0, 1), h, c


def gru(x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any, reset_after: bool) -> Any:
    return (gru_reset_after if reset_after else gru_reset_before)(x, h, kernel, recurrent_kernel, bias, mask)


@jax.jit
def gru_reset_after(x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> Any:
    def cell(x_t: Any, h: Any) -> Any:
        of_x, of_h = x_t @ kernel, h @ recurrent_kernel
        if bias is not None:
            of_x, of_h = of_x + bias[0], of_h + bias[1]
        (x_z, x_r, x_g), (h_z, h_r, h_g) = jnp.split(of_x, 3, -1), jnp.split(of_h, 3, -1)
        return jax.nn.sigmoid(x_z + h_z), jnp.tanh(x_g + jax.nn.sigmoid(x_r + h_r) * h_g)

    return run_gru(cell, x, h, mask)


@jax.jit
def gru_reset_before(x: Any, h: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> Any:
    of_gates, of_candidate = jnp.split(recurrent_kernel, (2 * h.shape[-1],), -1)

    def cell(x_t: Any, h: Any) -> Any:
        x_z, x_r, x_g = jnp.split(x_t @ kernel if bias is None else x_t @ kernel + bias, 3, -1)
        h_z, h_r = jnp.split(h @ of_gates, 2, -1)
        return jax.nn.sigmoid(x_z + h_z), jnp.tanh(x_g + (jax.nn.sigmoid(x_r + h_r) * h) @ of_candidate)

    return run_gru(cell, x, h, mask)


def run_gru(cell: Any, x: Any, h: Any, mask: Any) -> Any:
    def step(h: Any, element: Any) -> Any:
        x_t, m = element
        z, g = cell(x_t, h)
        new_h = g + z * (h - g)
        new_h = new_h if m is None else jnp.where(m, new_h, h)
        return new_h, new_h

    h, outputs = jax.lax.scan(step, h, (jnp.swapaxes(x, 0, 1), steps_of(mask)))
    return jnp.swapaxes(outputs, 0, 1), h


def steps_of(mask: Any) -> Any:
    return None if mask is None else jnp.swapaxes(mask, 0, 1)[..., None].astype(bool)


table = {
    "cond": cond,
    "switch": switch,
    "scan": scan,
    "while_loop": while_loop,
    "vectorized_map": vectorized_map,
    "custom_gradient": custom_gradient,
    "stop_gradient": jax.lax.stop_gradient,
    "lstm": lstm,
    "gru": gru,
}
