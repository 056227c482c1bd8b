"""Sample layers: how each is made, the shapes it is called on, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hornbeam.core.serialization import register_keras_serializable
from hornbeam.layers import (
    activation,
    attention,
    convolution,
    dense,
    einsum_dense,
    embedding,
    merging,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    recurrent_cells,
    reshaping,
    simple,
    wrappers,
)


@dataclass
class Sample:
    """One layer and one call of it.

    Attributes:
        make: gives the layer.
        shapes: of the inputs, which are given as one list if `listed`, else one after the other.
        keywords: of the call.
        unknown: axes of the inputs whose sizes need not be known.
        ids: the inputs are integers below this number.
        flat: ends of paths of weights whose gradient is 0 by mathematics.
        random: the output in training is drawn.
    """

    make: Callable[[], Any]
    shapes: list[tuple[int, ...]]
    keywords: dict[str, Any] = field(default_factory=dict)
    listed: bool = False
    unknown: tuple[int, ...] = (0,)
    ids: int = 0
    flat: tuple[str, ...] = ()
    random: bool = False

    def inputs(self, seed: int = 0) -> list[np.ndarray]:
        generator = np.random.default_rng(seed)
        if self.ids:
            return [generator.integers(0, self.ids, shape, dtype="int32") for shape in self.shapes]
        return [generator.standard_normal(shape).astype("float32") for shape in self.shapes]

    def call(self, layer: Any, inputs: list[Any], **keywords: Any) -> Any:
        arguments = [inputs] if self.listed else inputs
        return layer(*arguments, **{**self.keywords, **keywords})


@register_keras_serializable("samples")
def twice(x: Any) -> Any:
    return x * 2.0


IMAGE = [(2, 7, 6, 3)]
SEQUENCE = [(2, 5, 4)]
BY_TIME = {"shapes": SEQUENCE, "unknown": (0, 1)}
ANYWHERE = {"shapes": IMAGE, "unknown": (0, 1, 2)}
HOLES = np.array([[True, True, False, True, False], [False, True, True, False, False]])
PADDED = np.array([[True, True, True, True, False], [True, True, False, False, False]])
KEY_BIAS = {"flat": ("key/bias",)}
HIDDEN = np.tril(np.ones((1, 5, 6), bool), 1)

LSTM, GRU, SimpleRNN, RNN = recurrent.LSTM, recurrent.GRU, recurrent.SimpleRNN, recurrent.RNN
LSTMCell, GRUCell, SimpleRNNCell = recurrent_cells.LSTMCell, recurrent_cells.GRUCell, recurrent_cells.SimpleRNNCell
Attention, Bidirectional, TimeDistributed = (
    attention.MultiHeadAttention,
    wrappers.Bidirectional,
    wrappers.TimeDistributed,
)

samples: dict[str, Sample] = {
    "dense": Sample(lambda: dense.Dense(3, "tanh"), [(2, 4)]),
    "dense on sequences": Sample(lambda: dense.Dense(3, use_bias=False, kernel_regularizer="l2"), **BY_TIME),
    "einsum dense": Sample(lambda: einsum_dense.EinsumDense("abc,cde->abde", (None, 2, 3), bias_axes="de"), **BY_TIME),
    "einsum dense, bias inside": Sample(lambda: einsum_dense.EinsumDense("abc,cd->abd", (5, 3), "relu", "b"), SEQUENCE),
    "einsum dense, dots in front": Sample(
        lambda: einsum_dense.EinsumDense("...x,xy->...y", 3, bias_axes="y"), **BY_TIME
    ),
    "einsum dense, dots behind": Sample(
        lambda: einsum_dense.EinsumDense("ab...,bc->ac...", 3, bias_axes="c"), SEQUENCE
    ),
    "embedding": Sample(lambda: embedding.Embedding(6, 3), [(2, 5)], unknown=(0, 1), ids=6),
    "conv1d": Sample(lambda: convolution.Conv1D(6, 3, activation="relu", groups=2), **BY_TIME),
    "conv1d causal": Sample(lambda: convolution.Conv1D(3, 2, padding="causal", dilation_rate=2), **BY_TIME),
    "conv2d": Sample(lambda: convolution.Conv2D(4, (3, 2), strides=2, padding="same"), **ANYWHERE),
    "conv2d dilated": Sample(lambda: convolution.Conv2D(4, 2, dilation_rate=(2, 1), use_bias=False), **ANYWHERE),
    "depthwise conv2d": Sample(lambda: convolution.DepthwiseConv2D(3, depth_multiplier=2, padding="same"), **ANYWHERE),
    "max pooling": Sample(lambda: pooling.MaxPooling2D((3, 2), strides=2, padding="same"), **ANYWHERE),
    "average pooling": Sample(lambda: pooling.AveragePooling2D(2), **ANYWHERE),
    "average pooling same": Sample(lambda: pooling.AveragePooling2D(3, strides=2, padding="same"), **ANYWHERE),
    "global average pooling 1d": Sample(lambda: pooling.GlobalAveragePooling1D(), **BY_TIME),
    "global average pooling masked": Sample(
        lambda: pooling.GlobalAveragePooling1D(keepdims=True), SEQUENCE, {"mask": HOLES}
    ),
    "global average pooling 2d": Sample(lambda: pooling.GlobalAveragePooling2D(keepdims=True), **ANYWHERE),
    "batch normalization": Sample(lambda: normalization.BatchNormalization(), **ANYWHERE),
    "batch normalization by axis": Sample(lambda: normalization.BatchNormalization(axis=1, scale=False), SEQUENCE),
    "batch normalization masked": Sample(lambda: normalization.BatchNormalization(), SEQUENCE, {"mask": HOLES}),
    "layer normalization": Sample(lambda: normalization.LayerNormalization(), **BY_TIME),
    "layer normalization on axes": Sample(lambda: normalization.LayerNormalization(axis=[1, 2]), SEQUENCE),
    "add": Sample(lambda: merging.Add(), [(2, 5, 4), (2, 5, 4), (2, 1, 4)], listed=True),
    "multiply": Sample(lambda: merging.Multiply(), [(2, 5), (2, 5)], listed=True),
    "concatenate": Sample(lambda: merging.Concatenate(axis=1), [(2, 5, 4), (2, 3, 4)], listed=True),
    "flatten": Sample(lambda: reshaping.Flatten(), IMAGE),
    "flatten channels first": Sample(lambda: reshaping.Flatten("channels_first"), **ANYWHERE),
    "reshape": Sample(lambda: reshaping.Reshape((3, -1)), [(2, 6, 2)]),
    "permute": Sample(lambda: reshaping.Permute((3, 1, 2)), **ANYWHERE),
    "zero padding": Sample(lambda: reshaping.ZeroPadding2D(((1, 0), (2, 3))), **ANYWHERE),
    "activation": Sample(lambda: simple.Activation("softplus"), **BY_TIME),
    "identity": Sample(lambda: simple.Identity(), **BY_TIME),
    "lambda": Sample(lambda: simple.Lambda(twice), **BY_TIME),
    "dropout": Sample(lambda: simple.Dropout(0.5, seed=3), **BY_TIME, random=True),
    "dropout with noise shape": Sample(lambda: simple.Dropout(0.5, (None, 1, None), seed=3), **BY_TIME, random=True),
    "softmax": Sample(lambda: activation.Softmax(), **BY_TIME),
    "softmax over two axes": Sample(lambda: activation.Softmax(axis=(1, 2)), **BY_TIME),
    "softmax masked": Sample(lambda: activation.Softmax(axis=1), [(2, 5)], {"mask": HOLES}),
    "rescaling": Sample(lambda: preprocessing.Rescaling([1.0, 2.0, 3.0, 4.0], 0.5), **BY_TIME),
    "normalization": Sample(lambda: preprocessing.Normalization(), **BY_TIME),
    "normalization given": Sample(lambda: preprocessing.Normalization(None, 2.0, 4.0, invert=True), **BY_TIME),
    "lstm": Sample(lambda: LSTM(3), **BY_TIME),
    "lstm sequences": Sample(lambda: LSTM(3, return_sequences=True, return_state=True), **BY_TIME),
    "lstm padded": Sample(lambda: LSTM(3, return_sequences=True), SEQUENCE, {"mask": PADDED}),
    "lstm masked": Sample(lambda: LSTM(3, return_state=True, go_backwards=True), SEQUENCE, {"mask": HOLES}),
    "lstm masked to zero": Sample(
        lambda: LSTM(3, return_sequences=True, zero_output_for_mask=True), SEQUENCE, {"mask": HOLES}
    ),
    "lstm by its cell": Sample(
        lambda: LSTM(3, "softsign", "hard_sigmoid", return_sequences=True), SEQUENCE, {"mask": HOLES}
    ),
    "lstm unrolled": Sample(lambda: LSTM(3, unroll=True, unit_forget_bias=False), SEQUENCE),
    "lstm dropout": Sample(lambda: LSTM(3, dropout=0.4, seed=3), **BY_TIME, random=True),
    "lstm recurrent dropout": Sample(lambda: LSTM(3, recurrent_dropout=0.4, seed=3), **BY_TIME, random=True),
    "gru": Sample(lambda: GRU(3, return_sequences=True), **BY_TIME),
    "gru masked": Sample(lambda: GRU(3, return_sequences=True, return_state=True), SEQUENCE, {"mask": HOLES}),
    "gru padded": Sample(lambda: GRU(3), SEQUENCE, {"mask": PADDED}),
    "gru reset before": Sample(lambda: GRU(3, reset_after=False, use_bias=True), **BY_TIME),
    "gru by its cell": Sample(lambda: GRU(3, "relu", dropout=0.4, seed=3), **BY_TIME, random=True),
    "gru by its cell, reset before": Sample(lambda: GRU(3, "softsign", reset_after=False), **BY_TIME),
    "simple rnn": Sample(lambda: SimpleRNN(3, go_backwards=True), **BY_TIME),
    "simple rnn masked": Sample(lambda: SimpleRNN(3, return_sequences=True), SEQUENCE, {"mask": HOLES}),
    "rnn over a cell": Sample(lambda: RNN(SimpleRNNCell(3, use_bias=False)), **BY_TIME),
    "rnn over cells": Sample(lambda: RNN([LSTMCell(2), GRUCell(3)], return_state=True), **BY_TIME),
    "rnn over cells masked": Sample(
        lambda: RNN([LSTMCell(2), GRUCell(3)], return_sequences=True), SEQUENCE, {"mask": HOLES}
    ),
    "rnn over cells with dropout": Sample(
        lambda: RNN([LSTMCell(2, dropout=0.4, seed=1), GRUCell(3, dropout=0.4, seed=2)]), **BY_TIME, random=True
    ),
    "bidirectional": Sample(lambda: Bidirectional(LSTM(3, return_sequences=True)), **BY_TIME),
    "bidirectional masked": Sample(lambda: Bidirectional(GRU(3), merge_mode="ave"), SEQUENCE, {"mask": PADDED}),
    "bidirectional masked sequences": Sample(
        lambda: Bidirectional(LSTM(3, return_sequences=True), merge_mode="sum"), SEQUENCE, {"mask": HOLES}
    ),
    "bidirectional states": Sample(lambda: Bidirectional(LSTM(3, return_state=True), merge_mode="mul"), **BY_TIME),
    "bidirectional apart": Sample(lambda: Bidirectional(GRU(3, return_sequences=True), merge_mode=None), **BY_TIME),
    "bidirectional of two": Sample(
        lambda: Bidirectional(LSTM(3), "sum", backward_layer=GRU(3, go_backwards=True)), **BY_TIME
    ),
    "time distributed": Sample(lambda: TimeDistributed(dense.Dense(3)), **BY_TIME),
    "time distributed images": Sample(
        lambda: TimeDistributed(convolution.Conv2D(2, 2)), [(2, 3, 4, 5, 3)], unknown=(0, 1)
    ),
    "time distributed lstm masked": Sample(
        lambda: TimeDistributed(LSTM(3)), [(2, 3, 5, 4)], {"mask": np.stack([HOLES, PADDED, HOLES], 1)}
    ),
    "attention": Sample(lambda: Attention(2, 3), [(2, 5, 4), (2, 6, 3)], unknown=(0, 1), **KEY_BIAS),
    "attention with a key": Sample(
        lambda: Attention(2, 3, value_dim=2, output_shape=5, use_bias=False),
        [(2, 5, 4), (2, 6, 3), (2, 6, 2)],
        unknown=(0, 1),
    ),
    "attention causal": Sample(
        lambda: Attention(2, 3), SEQUENCE * 2, {"use_causal_mask": True}, unknown=(0, 1), **KEY_BIAS
    ),
    "attention masked": Sample(
        lambda: Attention(2, 3),
        SEQUENCE * 2,
        {"value_mask": PADDED, "query_mask": HOLES, "use_causal_mask": True},
        **KEY_BIAS,
    ),
    "attention with a mask": Sample(
        lambda: Attention(2, 3),
        [(2, 5, 4), (2, 6, 4)],
        {"attention_mask": HIDDEN, "return_attention_scores": True},
        **KEY_BIAS,
    ),
    "attention scores": Sample(
        lambda: Attention(2, 3, output_shape=(2, 3)),
        SEQUENCE * 2,
        {"return_attention_scores": True, "use_causal_mask": True},
        unknown=(0, 1),
        **KEY_BIAS,
    ),
    "attention window": Sample(lambda: Attention(2, 3, sliding_window=2), SEQUENCE * 2, unknown=(0, 1), **KEY_BIAS),
    "attention gated": Sample(lambda: Attention(2, 3, use_gate=True), SEQUENCE * 2, unknown=(0, 1), **KEY_BIAS),
    "attention over two axes": Sample(
        lambda: Attention(2, 3), [(2, 3, 5, 4), (2, 2, 4, 4)], {"return_attention_scores": True}, **KEY_BIAS
    ),
    "attention over one of two axes": Sample(
        lambda: Attention(2, 3, attention_axes=2, value_dim=4),
        [(2, 3, 5, 4), (2, 3, 6, 4)],
        {"return_attention_scores": True},
        **KEY_BIAS,
    ),
    "attention dropout": Sample(lambda: Attention(2, 3, dropout=0.5, seed=3), SEQUENCE * 2, random=True, **KEY_BIAS),
}
