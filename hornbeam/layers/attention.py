"""Attention layers."""

from __future__ import annotations

import math
import string
from typing import Any

from hornbeam import constraints, initializers, regularizers
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.layers.activation import Softmax
from hornbeam.layers.einsum_dense import EinsumDense
from hornbeam.layers.layer import Layer
from hornbeam.layers.simple import Dropout
from hornbeam.ops import attention, contract, create, elementwise, move
from hornbeam.ops.activation import sigmoid


@export("keras.layers.MultiHeadAttention")
class MultiHeadAttention(Layer):
    """Attention in several projections side by side: softmax(Q K^T / sqrt(key_dim)) V in each head.

    Where one axis is attended over, no dropout is active and the scores are not asked for, the engine's fused kernel
    runs. A target that may see no source gets the mean of all values there, and zeros where the scores are returned.

    Source: Vaswani et al., https://arxiv.org/abs/1706.03762.

    Args:
        num_heads: number of heads.
        key_dim: size of queries and keys in each head.
        value_dim: size of the values in each head; `key_dim` if None.
        dropout: part of the scores that is dropped in training.
        use_bias: whether the projections have a bias.
        output_shape: size or sizes of the output's last axes; the query's last size if None.
        attention_axes: axes attended over; all but the batch and the features if None.
        sliding_window: a target sees only sources less than this far away.
        flash_attention: kept as in Keras; the engine's kernel is used where it serves the arguments.
        kernel_initializer, bias_initializer: first values.
        kernel_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, bias_constraint: applied after each update.
        use_gate: scale what the heads give by the sigmoid of a projection of the query.
        seed: fixes what is dropped.

    Call arguments:
        query: (batch, targets, features).
        value: (batch, sources, features).
        key: (batch, sources, features); the value if None.
        query_mask: travels on with the output.
        value_mask, key_mask: booleans (batch, sources): False for sources that no target sees.
        attention_mask: booleans (batch, targets, sources), or with an axis of heads before the targets.
        return_attention_scores: give the scores (batch, heads, targets, sources), too.
        use_causal_mask: let target t see the sources 0 to t only.

    Example:
        >>> x = hornbeam.ops.ones((2, 5, 16))
        >>> hornbeam.layers.MultiHeadAttention(num_heads=4, key_dim=4)(x, x, use_causal_mask=True).shape
        (2, 5, 16)
    """

    _settings = {  # noqa: RUF012
        **{name: None for name in ("num_heads", "key_dim", "value_dim", "dropout", "use_bias", "use_gate")},
        **{name: None for name in ("output_shape", "attention_axes", "sliding_window")},
        "kernel_initializer": initializers,
        "bias_initializer": initializers,
        "kernel_regularizer": regularizers,
        "bias_regularizer": regularizers,
        "activity_regularizer": regularizers,
        "kernel_constraint": constraints,
        "bias_constraint": constraints,
        "seed": None,
    }

    def __init__(
        self,
        num_heads: int,
        key_dim: int,
        value_dim: int | None = None,
        dropout: float = 0.0,
        use_bias: bool = True,
        output_shape: Any = None,
        attention_axes: Any = None,
        sliding_window: int | None = None,
        flash_attention: bool | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        use_gate: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        value_dim = key_dim if value_dim is None else value_dim
        numbers = {"num_heads": num_heads, "key_dim": key_dim, "value_dim": value_dim, "sliding_window": sliding_window}
        for name, value in numbers.items():
            if (value is not None or name != "sliding_window") and (not isinstance(value, int) or value < 1):
                raise ConfigError(f"MultiHeadAttention '{self.name}': {name} must be a positive int, got {value!r}.")
        if not 0 <= dropout <= 1:
            raise ConfigError(f"MultiHeadAttention '{self.name}': dropout must lie between 0 and 1, got {dropout!r}.")
        self.num_heads = num_heads
        self.key_dim = key_dim
        self.value_dim = value_dim
        self.dropout = dropout
        self.use_bias = use_bias
        self.output_shape = (output_shape,) if isinstance(output_shape, int) else output_shape
        self.attention_axes = (attention_axes,) if isinstance(attention_axes, int) else attention_axes
        self.sliding_window = sliding_window
        self.flash_attention = flash_attention
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.use_gate = use_gate
        self.seed = seed
        self.supports_masking = True
        # here, so that the weights stand in this order
        self.query_dense: Any = None
        self.key_dense: Any = None
        self._gate_dense: Any = None
        self.value_dense: Any = None
        self._softmax: Any = None
        self._dropout_layer: Any = None
        self.output_dense: Any = None

    # build

    def build(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> None:
        key_shape = value_shape if key_shape is None else key_shape
        self._check(query_shape, value_shape, key_shape)
        rank = len(query_shape)
        if self.attention_axes is None:
            self.attention_axes = tuple(range(1, rank - 1))
        self.attention_axes = tuple(axis % rank for axis in self.attention_axes)
        heads = (self.num_heads,)
        self.query_dense = self._projection("query", query_shape, (*heads, self.key_dim))
        self.key_dense = self._projection("key", key_shape, (*heads, self.key_dim))
        if self.use_gate:
            self._gate_dense = self._projection("gate", query_shape, (*heads, self.value_dim))
        self.value_dense = self._projection("value", value_shape, (*heads, self.value_dim))
        scores = rank - 1 + len(self.attention_axes)
        self._softmax = Softmax(
            tuple(range(scores - len(self.attention_axes) + 1, scores + 1)), name="softmax", dtype=self.dtype_policy
        )
        self._dropout_layer = Dropout(self.dropout, seed=self.seed, name="dropout", dtype=self.dtype_policy)
        sizes = tuple(self.output_shape or query_shape[-1:])
        context = (*query_shape[:-1], self.num_heads, self.value_dim)
        self.output_dense = self._projection("attention_output", context, sizes, contracted=2)

    def _projection(self, name: str, shape: Any, sizes: tuple[int, ...], contracted: int = 1) -> EinsumDense:
        """A dense layer that puts axes of `sizes` in place of the last axes of `shape`."""
        letters = string.ascii_lowercase
        kept, rank = letters[: len(shape) - contracted], len(shape)
        gone, new = letters[len(kept) : rank], letters[rank : rank + len(sizes)]
        layer = EinsumDense(
            f"{kept}{gone},{gone}{new}->{kept}{new}",
            output_shape=(*(None,) * (len(kept) - 1), *sizes),
            bias_axes=new if self.use_bias else None,
            kernel_initializer=_fresh(self.kernel_initializer),
            bias_initializer=_fresh(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            activity_regularizer=self.activity_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            name=name,
            dtype=self.dtype_policy,
        )
        layer.build(tuple(shape))
        return layer

    def _check(self, query_shape: Any, value_shape: Any, key_shape: Any) -> None:
        what = f"MultiHeadAttention '{self.name}'"
        if len(query_shape) < 3:
            raise ShapeError(f"{what}: the query must have at least 3 axes, got shape {tuple(query_shape)}.")
        pairs = zip(value_shape[1:-1], key_shape[1:-1], strict=False)
        if len(value_shape) != len(key_shape) or any(None not in pair and pair[0] != pair[1] for pair in pairs):
            raise ShapeError(
                f"{what}: value and key must have the same shape except the last axis, got value of shape "
                f"{tuple(value_shape)} and key of shape {tuple(key_shape)}."
            )
        if len(value_shape) != len(query_shape):
            raise ShapeError(
                f"{what}: query and value must have the same number of axes, got query of shape {tuple(query_shape)} "
                f"and value of shape {tuple(value_shape)}."
            )

    # call

    def call(
        self,
        query: Any,
        value: Any,
        key: Any = None,
        query_mask: Any = None,
        value_mask: Any = None,
        key_mask: Any = None,
        attention_mask: Any = None,
        return_attention_scores: bool = False,
        training: Any = None,
        use_causal_mask: bool = False,
    ) -> Any:
        key = value if key is None else key
        sources = [mask for mask in (value_mask, key_mask) if mask is not None]
        masks = [move.expand_dims(elementwise.cast(mask, "bool"), 1) for mask in sources]
        if attention_mask is not None:
            masks.append(elementwise.cast(attention_mask, "bool"))
        queries, keys, values = self.query_dense(query), self.key_dense(key), self.value_dense(value)
        dropping = training and self.dropout > 0
        if len(queries.shape) == 4 and not return_attention_scores and not dropping:
            # alone, causality is left to the kernel
            alone = use_causal_mask and not masks and self.sliding_window is None
            mask = self._joined(masks, query, value, use_causal_mask and not alone)
            scale, flash = 1.0 / math.sqrt(self.key_dim), self.flash_attention
            context = attention.dot_product_attention(queries, keys, values, None, mask, scale, alone, flash, None)
            return self._finish(context, query)
        mask = self._joined(masks, query, value, use_causal_mask)
        context, scores = self._attend(queries, keys, values, mask, training)
        outputs = self._finish(context, query)
        return (outputs, scores) if return_attention_scores else outputs

    def _joined(self, masks: list[Any], query: Any, value: Any, causal: Any) -> Any:
        """One mask (batch, ..., targets, sources) of all, or None."""
        if causal or self.sliding_window is not None:
            targets = create.arange(create.shape(query)[1])
            distance = move.expand_dims(targets, 1) - create.arange(create.shape(value)[1])
            if causal:
                masks = [*masks, move.expand_dims(elementwise.greater_equal(distance, 0), 0)]
            if self.sliding_window is not None:
                near = elementwise.less(elementwise.absolute(distance), self.sliding_window)
                masks = [*masks, move.expand_dims(near, 0)]
        joined = None
        for mask in masks:
            joined = mask if joined is None else elementwise.logical_and(joined, mask)
        return joined

    def _attend(self, queries: Any, keys: Any, values: Any, mask: Any, training: Any) -> tuple[Any, Any]:
        """Heads' outputs, laid out like `queries`, and the scores (batch, ..., heads, targets..., sources...)."""
        rank, axes = len(queries.shape), self.attention_axes
        letters = string.ascii_lowercase
        target = letters[:rank]
        source = "".join(letters[rank + i] if i in axes else target[i] for i in range(rank))
        beside = "".join(target[i] for i in range(rank - 2) if i not in axes)
        attended = beside + target[-2] + "".join(target[i] for i in axes) + "".join(source[i] for i in axes)
        # the values have a size of their own in the last axis
        values_letters, context_letters = source[:-1] + "z", target[:-1] + "z"
        queries = elementwise.multiply(queries, 1.0 / math.sqrt(self.key_dim))
        scores = contract.einsum(f"{source},{target}->{attended}", keys, queries)
        if mask is not None:
            while len(mask.shape) < len(attended):
                mask = move.expand_dims(mask, len(mask.shape) - 2 * len(axes))
        scores = self._softmax(scores, mask=mask)
        kept = self._dropout_layer(scores, training=training)
        return contract.einsum(f"{attended},{values_letters}->{context_letters}", kept, values), scores

    def _finish(self, context: Any, query: Any) -> Any:
        if self._gate_dense is not None:
            context = context * sigmoid(self._gate_dense(query))
        return self.output_dense(context)

    def compute_output_shape(self, query_shape: Any, value_shape: Any, key_shape: Any = None) -> tuple[Any, ...]:
        self._check(query_shape, value_shape, value_shape if key_shape is None else key_shape)
        return (*query_shape[:-1], *(self.output_shape or query_shape[-1:]))


def _fresh(initializer: Any) -> Any:
    """An initializer like this one, for one weight more."""
    return initializer.clone() if hasattr(initializer, "clone") else initializer
