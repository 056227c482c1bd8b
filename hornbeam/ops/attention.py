"""Attention: softmax(queries times keys) times values."""

from __future__ import annotations

import math
from typing import Any

from hornbeam.core.dtype import standardize
from hornbeam.core.errors import ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import public
from hornbeam.ops import dtypes
from hornbeam.ops.activation import softmax
from hornbeam.ops.contract import matmul
from hornbeam.ops.create import arange, shape
from hornbeam.ops.elementwise import add, cast, divide, greater_equal, logical_and, multiply, tanh, where
from hornbeam.ops.move import expand_dims, repeat, transpose
from hornbeam.ops.op import Tensor, composite
from hornbeam.ops.random import drawn_by_mode

# what a masked logit becomes: far below any other, and finite, so that a row without a key gets equal weights, not NaN
MASKED = -0.7 * 3.4028235e38


@export("keras.ops.dot_product_attention", "keras.ops.nn.dot_product_attention")
@composite(dtype=dtypes.real(dtypes.floating), promote=("query", "key", "value"))
def dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    scale: float | None = None,
    is_causal: bool = False,
    flash_attention: bool | None = None,
    attn_logits_soft_cap: float | None = None,
) -> Tensor:
    """softmax(query @ key^T * scale + bias) @ value, for each head.

    Logits and their softmax are computed in float32 at least.

    Args:
        query: (batch, targets, heads, depth).
        key, value: (batch, sources, key heads, depth); the number of heads is a multiple of that of key heads.
        bias: added to the logits; broadcasts to (batch, heads, targets, sources).
        mask: booleans, True where a target may see a source; broadcasts like `bias`, or (batch, targets, sources).
            Where a target may see none, all sources weigh the same.
        scale: factor of the logits; 1 / sqrt(depth) if None.
        is_causal: whether target t sees the sources 0 to t only.
        flash_attention: kept as in Keras; the engine's fused kernel is used where it serves the arguments.
        attn_logits_soft_cap: logits become cap * tanh(logits / cap).

    Returns:
        (batch, targets, heads, depth).

    Raises:
        ShapeError: an argument has not four axes, or heads do not match.

    Reference: Vaswani et al., "Attention is all you need", 2017.

    Example:
        >>> x = hornbeam.random.normal((2, 5, 4, 8), seed=1)
        >>> hornbeam.ops.dot_product_attention(x, x, x, is_causal=True).shape
        (2, 5, 4, 8)
    """
    _check(query, key, value)
    weights = _weights(query, key, bias, mask, scale, is_causal, attn_logits_soft_cap)
    return _weighted(weights, value, len_of_heads(query))


@composite(dtype=dtypes.real(dtypes.floating), promote=("query", "key", "value"))
def attention_with_scores(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor | None = None,
    mask: Tensor | None = None,
    scale: float | None = None,
    is_causal: bool = False,
    seed: Tensor | None = None,
    dropout_rate: float = 0.0,
) -> Any:
    """`dot_product_attention` that also gives its weights, and drops some of them if `seed` is given.

    Returns:
        The output (batch, targets, heads, depth), and the weights (batch, heads, targets, sources) before dropout.
    """
    _check(query, key, value)
    weights = _weights(query, key, bias, mask, scale, is_causal, None)
    kept = weights if seed is None or dropout_rate <= 0 else drawn_by_mode("dropout")(seed, weights, dropout_rate, None)
    return _weighted(kept, value, len_of_heads(query)), weights


def len_of_heads(query: Any) -> int:
    """Number of heads of a (batch, length, heads, depth) tensor."""
    return int(query.shape[2])


def _check(query: Any, key: Any, value: Any) -> None:
    shapes = [public(tensor.shape) for tensor in (query, key, value)]
    if any(len(shape) != 4 for shape in shapes):
        raise ShapeError(
            "`dot_product_attention` only supports 4D inputs: (batch, length, heads, depth). Received: "
            f"query.shape={shapes[0]}, key.shape={shapes[1]}, value.shape={shapes[2]}."
        )
    heads, key_heads = shapes[0][2], shapes[1][2]
    if heads and key_heads and (heads % key_heads or shapes[2][2] != key_heads):
        raise ShapeError(
            "dot_product_attention: the number of heads of `query` must be a multiple of that of `key` and `value`. "
            f"Received: query.shape={shapes[0]}, key.shape={shapes[1]}, value.shape={shapes[2]}."
        )


def _weights(
    query: Any, key: Any, bias: Any, mask: Any, scale: float | None, is_causal: bool, soft_cap: float | None
) -> Any:
    """The softmax weights: (batch, heads, targets, sources), in the dtype of the query."""
    heads = len_of_heads(query)
    scale = 1.0 / math.sqrt(max(int(query.shape[3]), 1)) if scale is None else scale
    # batch heads targets depth times batch heads depth sources
    queries = transpose(multiply(query, scale), (0, 2, 1, 3))
    keys = _repeated(transpose(key, (0, 2, 3, 1)), heads)
    logits = matmul(queries, keys)
    dtype = query.dtype
    if standardize(dtype) in ("float16", "bfloat16"):
        logits = cast(logits, "float32")
    if soft_cap is not None:
        logits = multiply(tanh(divide(logits, soft_cap)), soft_cap)
    if bias is not None:
        logits = add(logits, cast(bias, logits.dtype))
    if mask is not None:
        mask = cast(mask, "bool")
        mask = expand_dims(mask, 1) if len(mask.shape) == 3 else mask
    if is_causal:
        _, _, targets, sources = shape(logits)
        seen = greater_equal(expand_dims(arange(targets), 1), arange(sources))
        mask = seen if mask is None else logical_and(mask, seen)
    if mask is not None:
        logits = where(mask, logits, MASKED)
    return cast(softmax(logits, axis=-1), dtype)


def _weighted(weights: Any, value: Any, heads: int) -> Any:
    """The values, summed with the weights: (batch, targets, heads, depth)."""
    return transpose(matmul(weights, _repeated(transpose(value, (0, 2, 1, 3)), heads)), (0, 2, 1, 3))


def _repeated(keys: Any, heads: int) -> Any:
    """Keys or values with each of their heads standing for a group of query heads."""
    own = int(keys.shape[1])
    return keys if own == heads else repeat(keys, heads // own, axis=1)
