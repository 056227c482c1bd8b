"""Control flow by TensorFlow's own loops, and its fused LSTM."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from hornbeam.backends import unrolled
from hornbeam.core import registry, tree
from hornbeam.ops.control import to_tensors

eager = unrolled.make_table("tensorflow", tf.stack)


def tensors(structure: Any) -> Any:
    return to_tensors(structure, registry.get("tensorflow"))


def cond(pred: Any, true_fn: Any, false_fn: Any, operands: Any = ()) -> Any:
    pred = tf.cast(pred, tf.bool)
    return tf.cond(pred, lambda: tensors(true_fn(*operands)), lambda: tensors(false_fn(*operands)))


def switch(index: Any, branches: Any, operands: Any = ()) -> Any:
    def branch(function: Any) -> Any:
        return lambda: tensors(function(*operands))

    index = tf.clip_by_value(tf.cast(index, tf.int32), 0, len(branches) - 1)
    return tf.switch_case(index, [branch(function) for function in branches])


def scan(f: Any, init: Any, xs: Any, length: Any, reverse: bool, unroll: Any, operands: Any = ()) -> Any:
    if tf.executing_eagerly():
        return eager["scan"](f, init, xs, length, reverse, unroll, operands)
    leaves = tree.flatten(xs)
    given = [leaf for leaf in leaves if leaf is not None]
    known = given[0].shape[0] if given else int(length)
    steps = tf.shape(given[0])[0] if known is None else known
    sources = [
        None if leaf is None else tf.TensorArray(leaf.dtype, steps, element_shape=leaf.shape[1:]).unstack(leaf)
        for leaf in leaves
    ]

    def element(i: Any) -> Any:
        return tree.pack_sequence_as(xs, [None if source is None else source.read(i) for source in sources])

    def advance(carry: Any, x: Any) -> tuple[list[Any], Any]:
        carry, y = f(carry, x, *operands)
        return tree.flatten(tensors(carry)), tensors(y)

    # One step outside the loop tells the dtypes of its results; nothing uses its values, so it never runs.
    blank = [None if leaf is None else tf.zeros(leaf.shape[1:], leaf.dtype) for leaf in leaves] if known == 0 else None
    first = tree.pack_sequence_as(xs, blank or [None if leaf is None else leaf[0] for leaf in leaves])
    example = advance(init, first)[1]
    shapes = [leaf.shape for leaf in tree.flatten(init)]
    results = [
        tf.TensorArray(leaf.dtype, steps, element_shape=leaf.shape)
        for leaf in tree.flatten(example)
        if leaf is not None
    ]

    def body(step: Any, carry: list[Any], results: list[Any]) -> Any:
        i = steps - 1 - step if reverse else step
        carry, y = advance(tree.pack_sequence_as(init, carry), element(i))
        carry = [tf.ensure_shape(leaf, shape) for leaf, shape in zip(carry, shapes, strict=True)]
        ys = [leaf for leaf in tree.flatten(y) if leaf is not None]
        return step + 1, carry, [result.write(i, y) for result, y in zip(results, ys, strict=True)]

    state = (tf.constant(0), tree.flatten(init), results)
    _, carry, results = tf.while_loop(lambda step, *_: step < steps, body, state, maximum_iterations=steps)
    stacked = iter([result.stack() for result in results])
    ys = tree.map_structure(lambda leaf: None if leaf is None else _sized(next(stacked), known, leaf), example)
    return tree.pack_sequence_as(init, carry), ys


def _sized(stacked: Any, steps: int | None, example: Any) -> Any:
    return tf.ensure_shape(stacked, [steps, *example.shape])


def while_loop(cond: Any, body: Any, loop_vars: Any, maximum_iterations: Any, operands: Any = ()) -> Any:
    def test(*values: Any) -> Any:
        return tf.cast(tensors(cond(*values, *operands)), tf.bool)

    def advance(*values: Any) -> Any:
        return tensors(tuple(body(*values, *operands)))

    return tuple(tf.while_loop(test, advance, tuple(loop_vars), maximum_iterations=maximum_iterations))


def vectorized_map(function: Any, elements: Any, operands: Any = ()) -> Any:
    return tf.vectorized_map(lambda element: tensors(function(element, *operands)), elements)


def custom_gradient(f: Any, args: Any) -> Any:
    @tf.custom_gradient
    def call(*values: Any) -> Any:
        result, grad = f(*values)

        def gradient(*upstream: Any) -> Any:
            return grad(*upstream)

        return tensors(result), gradient

    return call(*args)


def lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> Any:
    """A loop in a graph, where its gradient takes two thirds of the fused kernel's; that kernel in eager calls."""
    call = fused_lstm if tf.executing_eagerly() else looped_lstm
    return call(x, h, c, kernel, recurrent_kernel, bias)


def looped_lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
    """`tf.while_loop` over the steps, with the product of inputs and kernel taken out of it as one matrix product."""
    features, units = kernel.shape[0], recurrent_kernel.shape[0]
    steps = tf.shape(x)[1] if x.shape[1] is None else x.shape[1]
    rows = tf.matmul(tf.reshape(tf.transpose(x, [1, 0, 2]), [-1, features]), kernel)
    rows = tf.reshape(rows if bias is None else rows + bias, [steps, -1, 4 * units])
    inputs = tf.TensorArray(x.dtype, steps, element_shape=[x.shape[0], 4 * units]).unstack(rows)
    outputs = tf.TensorArray(x.dtype, steps, element_shape=h.shape)

    def step(t: Any, h: Any, c: Any, outputs: Any) -> Any:
        i, f, g, o = tf.split(inputs.read(t) + tf.matmul(h, recurrent_kernel), 4, -1)
        c = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        h = tf.sigmoid(o) * tf.tanh(c)
        return t + 1, h, c, outputs.write(t, h)

    state = (tf.constant(0), h, c, outputs)
    _, h, c, outputs = tf.while_loop(lambda t, *_: t < steps, step, state, maximum_iterations=steps)
    return tf.transpose(outputs.stack(), [1, 0, 2]), h, c


def fused_lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any) -> Any:
    """The fused kernel of version 1; the gradient of version 2 is wrong. It orders gates i, g, f, o."""
    i, f, g, o = tf.split(tf.concat([kernel, recurrent_kernel], 0), 4, 1)
    weights = tf.concat([i, g, f, o], 1)
    units = recurrent_kernel.shape[0]
    unused = tf.zeros([units], x.dtype)  # weights from the cell's state to its gates
    if bias is None:
        biases = tf.zeros([4 * units], x.dtype)
    else:
        i, f, g, o = tf.split(bias, 4)
        biases = tf.concat([i, g, f, o], 0)
    _, cells, _, _, _, _, outputs = tf.raw_ops.BlockLSTM(
        seq_len_max=tf.shape(x, tf.int64)[1],
        x=tf.transpose(x, [1, 0, 2]),
        cs_prev=c,
        h_prev=h,
        w=weights,
        wci=unused,
        wcf=unused,
        wco=unused,
        b=biases,
        forget_bias=0.0,
        cell_clip=-1.0,
        use_peephole=False,
    )
    return tf.transpose(outputs, [1, 0, 2]), outputs[-1], cells[-1]


def serves_lstm(x: Any, h: Any, c: Any, kernel: Any, recurrent_kernel: Any, bias: Any, mask: Any) -> bool:
    return mask is None and x.dtype in (tf.float32, tf.float16) and x.shape[1] != 0


table = {
    "cond": cond,
    "switch": switch,
    "scan": scan,
    "while_loop": while_loop,
    "vectorized_map": vectorized_map,
    "custom_gradient": custom_gradient,
    "stop_gradient": tf.stop_gradient,
    "lstm": lstm,
}
conditions = {"lstm": serves_lstm}
