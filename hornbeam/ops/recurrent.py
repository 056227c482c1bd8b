"""Recurrent layers' inner loops, as one operation each: engines have fused kernels for them."""

from __future__ import annotations

from typing import Any

from hornbeam.ops import dtypes
from hornbeam.ops.activation import sigmoid
from hornbeam.ops.contract import matmul
from hornbeam.ops.control import scan
from hornbeam.ops.elementwise import add, cast, multiply, subtract, tanh, where
from hornbeam.ops.move import expand_dims, split, transpose
from hornbeam.ops.op import Tensor, composite

FLOATS = ("x", "initial_h", "initial_c", "kernel", "recurrent_kernel", "bias")


@composite(dtype=dtypes.floating, promote=FLOATS)
def lstm(
    x: Tensor,
    initial_h: Tensor,
    initial_c: Tensor,
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
) -> Any:
    """Long short-term memory with tanh and sigmoid activations.

    For gates i, f, g, o (in this order in the weights): c = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c).

    Args:
        x: (batch, time, features).
        initial_h, initial_c: (batch, units).
        kernel: (features, 4 units).
        recurrent_kernel: (units, 4 units).
        bias: (4 units,), or None.
        mask: booleans (batch, time); where it is False, the step changes nothing.

    Returns:
        Outputs (batch, time, units), the last h and the last c.

    Reference: Hochreiter & Schmidhuber, 1997.
    """

    def step(carry: Any, element: Any) -> Any:
        h, c = carry
        gates = add(matmul(element[0], kernel), matmul(h, recurrent_kernel))
        i, f, g, o = split(gates if bias is None else add(gates, bias), 4, axis=-1)
        new_c = add(multiply(sigmoid(f), c), multiply(sigmoid(i), tanh(g)))
        new_h = multiply(sigmoid(o), tanh(new_c))
        if len(element) == 2:
            new_h, new_c = where(element[1], new_h, h), where(element[1], new_c, c)
        return (new_h, new_c), new_h

    (h, c), outputs = scan(step, (initial_h, initial_c), _by_time(x, mask))
    return transpose(outputs, (1, 0, 2)), h, c


@composite(dtype=dtypes.floating, promote=FLOATS)
def gru(
    x: Tensor,
    initial_h: Tensor,
    kernel: Tensor,
    recurrent_kernel: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    reset_after: bool = True,
) -> Any:
    """Gated recurrent unit with tanh and sigmoid activations.

    For gates z, r, g (in this order in the weights): h = sigmoid(z) h + (1 - sigmoid(z)) tanh(g). The reset gate
    sigmoid(r) scales the recurrent part of g: after the matrix product (as in cuDNN), or h before it.

    Args:
        x: (batch, time, features).
        initial_h: (batch, units).
        kernel: (features, 3 units).
        recurrent_kernel: (units, 3 units).
        bias: (2, 3 units) with `reset_after` (of the input and of the recurrent part), else (3 units,); or None.
        mask: booleans (batch, time); where it is False, the step changes nothing.
        reset_after: where the reset gate acts.

    Returns:
        Outputs (batch, time, units) and the last h.

    Reference: Cho et al., 2014.
    """
    bias_x = bias_h = None
    if bias is not None:
        bias_x, bias_h = (bias[0], bias[1]) if reset_after else (bias, None)

    def plus(part: Any, term: Any) -> Any:
        return part if term is None else add(part, term)

    def step(carry: Any, element: Any) -> Any:
        h = carry
        x_z, x_r, x_g = split(plus(matmul(element[0], kernel), bias_x), 3, axis=-1)
        if reset_after:
            h_z, h_r, h_g = split(plus(matmul(h, recurrent_kernel), bias_h), 3, axis=-1)
            r = sigmoid(add(x_r, h_r))
            g = tanh(add(x_g, multiply(r, h_g)))
        else:
            units = int(recurrent_kernel.shape[0])
            h_z, h_r = split(matmul(h, recurrent_kernel[:, : 2 * units]), 2, axis=-1)
            r = sigmoid(add(x_r, h_r))
            g = tanh(add(x_g, matmul(multiply(r, h), recurrent_kernel[:, 2 * units :])))
        z = sigmoid(add(x_z, h_z))
        new_h = add(g, multiply(z, subtract(h, g)))
        if len(element) == 2:
            new_h = where(element[1], new_h, h)
        return new_h, new_h

    h, outputs = scan(step, initial_h, _by_time(x, mask))
    return transpose(outputs, (1, 0, 2)), h


def _by_time(x: Any, mask: Any) -> tuple[Any, ...]:
    """What the loop runs over: inputs (time, batch, features), and the mask as (time, batch, 1)."""
    inputs = transpose(x, (1, 0, 2))
    if mask is None:
        return (inputs,)
    return inputs, expand_dims(cast(transpose(mask), "bool"), -1)
