"""Contractions, activations, convolutions, pooling and losses by TensorFlow's kernels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from hornbeam.backends.tensorflow.primitives import sizes
from hornbeam.ops.loss import check_shapes, check_sparse_shapes
from hornbeam.ops.rules_nn import Geometry, geometry, output_paddings, pooling, same_padding, transposed, windows

NARROW = (tf.bool, tf.int8, tf.uint8, tf.int16, tf.uint16, tf.uint32, tf.uint64)
HALVES = (tf.float16, tf.bfloat16)


def as_number(x: Any) -> Any:
    """Integers that have no matrix product, as ones that have."""
    return tf.cast(x, tf.int64 if x.dtype in (tf.uint32, tf.uint64) else tf.int32) if x.dtype in NARROW else x


def matmul(x1: Any, x2: Any) -> Any:
    dtype, rank1, rank2 = x1.dtype, x1.shape.rank, x2.shape.rank
    x1, x2 = as_number(x1), as_number(x2)
    if rank1 > 1 and rank2 > 1 and (rank2 > 2 or rank1 == 2):
        y = tf.matmul(x1, x2)
    elif rank2 == 1:
        y = tf.tensordot(x1, x2, 1)
    elif rank1 == 1:
        y = tf.squeeze(tf.matmul(x1[None], x2), -2)
    else:
        y = tf.tensordot(x1, x2, 1)  # one large product in place of many small ones
    return tf.cast(y, dtype) if y.dtype != dtype else y


def einsum(subscripts: str, operands: list[Any]) -> Any:
    dtype = operands[0].dtype
    y = tf.einsum(subscripts, *(as_number(operand) for operand in operands))
    return tf.cast(y, dtype) if y.dtype != dtype else y


# layout: the CPU kernels are channels-last

# named in full, for the gradients of kernels with three spatial axes refuse the default
LAYOUTS: dict[Any, Any] = {3: "NWC", 4: "NHWC", 5: "NDHWC"}


def channels_last(x: Any, where: Geometry) -> Any:
    rank = x.shape.rank
    return x if where.channels_last else tf.transpose(x, (0, *range(2, rank), 1))


def restore(y: Any, where: Geometry) -> Any:
    rank = y.shape.rank
    return y if where.channels_last else tf.transpose(y, (0, rank - 1, *range(1, rank - 1)))


def mode(where: Geometry) -> Any:
    """The padding as TensorFlow spells it."""
    return where.padding.upper()


def check_fit(what: str, x: Any, window: Any, where: Geometry) -> None:
    """Refuse what would leave nothing: TensorFlow gives an empty result, or what lies in memory."""
    if where.padding == "valid" and None not in x.shape[1:-1]:
        windows(what, x.shape, x.shape[1:-1], window, where)


def of_any_batch(convolution: Callable[..., Any]) -> Callable[..., Any]:
    """`convolution`, of a batch of nothing, too: there TensorFlow's kernels give the shape of their input."""

    def call(x: Any, *arguments: Any) -> Any:
        return (
            convolution(x, *arguments)
            if x.shape[0] != 0
            else convolution(tf.zeros((1, *x.shape[1:]), x.dtype), *arguments)[:0]
        )

    return call


def by_floats(function: Callable[..., Any]) -> Callable[..., Any]:
    """A convolution of whole numbers by that of float64, which is exact up to 2**53."""

    def call(x: Any, kernel: Any, *arguments: Any) -> Any:
        if x.dtype.is_floating:
            return function(x, kernel, *arguments)
        return tf.cast(tf.round(function(tf.cast(x, tf.float64), tf.cast(kernel, tf.float64), *arguments)), x.dtype)

    return call


@by_floats
def conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    where = geometry(x.shape.rank - 2, strides, padding, data_format, dilation)
    x = channels_last(x, where)
    check_fit("conv", x, kernel.shape[:-2], where)
    groups = x.shape[-1] // kernel.shape[-2]
    if groups > 1 and kernel.shape[-2] == 1 and x.shape.rank == 4:
        # one filter bank a channel: a depthwise convolution
        window, filters = kernel.shape[:2], kernel.shape[-1]
        return restore(depthwise(x, tf.reshape(kernel, (*window, groups, filters // groups)), where), where)
    parts = (
        [
            convolve(part, filters, where)
            for part, filters in zip(tf.split(x, groups, -1), tf.split(kernel, groups, -1), strict=True)
        ]
        if groups > 1
        else [convolve(x, kernel, where)]
    )
    return restore(parts[0] if groups == 1 else tf.concat(parts, -1), where)


def convolve(x: Any, kernel: Any, where: Geometry) -> Any:
    if max(where.dilation) > 1 and max(where.strides) > 1:
        return unstrided(x, kernel, where, convolve)
    if x.shape.rank == 4 and max(where.dilation) == 1:
        return tf.nn.conv2d(x, kernel, where.strides, mode(where))
    return tf.nn.convolution(x, kernel, where.strides, mode(where), LAYOUTS.get(x.shape.rank), where.dilation)


def unstrided(x: Any, kernel: Any, where: Geometry, compute: Callable[..., Any]) -> Any:
    """Every position, then each stride-th of them: for strides that TensorFlow has no kernel for."""
    if where.padding == "same":
        pads = [(0, 0)]
        for axis, width in enumerate(kernel.shape[:-2]):
            stride, d = where.strides[axis], where.dilation[axis]
            size = x.shape[axis + 1]
            if size is None:
                size = tf.shape(x)[axis + 1]
                total = tf.maximum(((size - 1) // stride) * stride + (width - 1) * d + 1 - size, 0)
                pads.append((total // 2, total - total // 2))
            else:
                pads.append(same_padding(size, width, stride, d))
        x = tf.pad(x, [*pads, (0, 0)])
    y = compute(x, kernel, Geometry((1,) * len(where.strides), "valid", True, where.dilation))
    return y[(slice(None), *(slice(None, None, stride) for stride in where.strides))]


def depthwise(x: Any, kernel: Any, where: Geometry) -> Any:
    """Two spatial axes, channels last."""
    if len(set(where.strides)) == 1 and (max(where.strides) == 1 or max(where.dilation) == 1):
        steps = (1, *where.strides, 1)
        return tf.nn.depthwise_conv2d(x, kernel, steps, mode(where), dilations=where.dilation)
    return unstrided(x, kernel, where, depthwise)


@by_floats
def depthwise_conv(x: Any, kernel: Any, strides: Any, padding: str, data_format: Any, dilation: Any) -> Any:
    rank = x.shape.rank - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    x = channels_last(x, where)
    if rank == 1:
        flat = where._replace(strides=where.strides * 2, dilation=where.dilation * 2)
        return restore(tf.squeeze(depthwise(x[:, None], kernel[None], flat), 1), where)
    if rank == 2:
        return restore(depthwise(x, kernel, where), where)
    *window, channels, multiplier = kernel.shape
    kernel = tf.reshape(kernel, (*window, 1, channels * multiplier))
    return restore(conv(x, kernel, strides, padding, "channels_last", dilation), where)


def spread(kernel: Any, dilation: tuple[int, ...]) -> Any:
    """The kernel with zeros between its positions."""
    for axis, d in enumerate(dilation):
        if d > 1:
            size = kernel.shape[axis]
            shape = list(kernel.shape)
            shape[axis] = size * d
            pads = [(0, 0)] * (len(shape) + 1)
            pads[axis + 1] = (0, d - 1)
            kernel = tf.reshape(tf.pad(tf.expand_dims(kernel, axis + 1), pads), shape)
            kernel = tf.gather(kernel, tf.range((size - 1) * d + 1), axis=axis)
    return kernel


@by_floats
def conv_transpose(
    x: Any, kernel: Any, strides: Any, padding: str, output_padding: Any, data_format: Any, dilation: Any
) -> Any:
    rank = x.shape.rank - 2
    where = geometry(rank, strides, padding, data_format, dilation)
    x, kernel = channels_last(x, where), spread(kernel, where.dilation)
    sizes = [tf.shape(x)[i + 1] if n is None else n for i, n in enumerate(x.shape[1:-1])]
    window, filters = kernel.shape[:-2], kernel.shape[-2]
    extra = output_paddings(output_padding, rank)
    ends = [
        transposed(n, k, s, where.padding, more, 1)
        for n, k, s, more in zip(sizes, window, where.strides, extra, strict=True)
    ]
    fits = where.padding == "same" and output_padding is None and all(k >= s for k, s in zip(window, where.strides))
    if fits:
        lengths = [length for length, _ in ends]
    else:
        lengths = [(n - 1) * s + k for n, k, s in zip(sizes, window, where.strides, strict=True)]
    y = tf.nn.conv_transpose(
        x, kernel, tf.stack([tf.shape(x)[0], *lengths, filters]), where.strides, "SAME" if fits else "VALID"
    )
    y = tf.ensure_shape(y, [x.shape[0], *(n if isinstance(n, int) else None for n in lengths), filters])
    if not fits:
        cuts = tuple(slice(cut, cut + length) for length, cut in ends)
        y = y[(slice(None), *cuts)]
        short = [tf.maximum(cut + length - full, 0) for (length, cut), full in zip(ends, lengths, strict=True)]
        if output_padding is not None or any(k < s for k, s in zip(window, where.strides)):
            y = tf.pad(y, [(0, 0), *((0, more) for more in short), (0, 0)])
    return restore(y, where)


def pooled(pool: Callable[..., Any], values: Any, size: tuple[int, ...], where: Geometry) -> Any:
    """Over all spatial axes; over three in two steps, for there is a kernel for float32 only."""
    if values.shape.rank < 5 or values.dtype == tf.float32:
        return pool(values, size, where.strides, mode(where), LAYOUTS.get(values.shape.rank))
    n, depth, height, width, channels = sizes(values)
    planes = tf.reshape(values, (n * depth, height, width, channels))
    planes = pool(planes, size[1:], where.strides[1:], mode(where))
    rest = sizes(planes)[1:]
    rows = tf.reshape(planes, (n, depth, rest[0] * rest[1], channels))
    rows = pool(rows, (size[0], 1), (where.strides[0], 1), mode(where))
    return tf.reshape(rows, (n, sizes(rows)[1], *rest))


def max_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.shape.rank - 2, pool_size, strides, padding, data_format)
    values = channels_last(x, where)
    check_fit("max_pool", values, size, where)
    if not x.dtype.is_floating:
        values = tf.cast(values, tf.float64)
    y = pooled(tf.nn.max_pool, values, size, where)
    return restore(y if y.dtype == x.dtype else tf.cast(y, x.dtype), where)


def average_pool(x: Any, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    size, where = pooling(x.shape.rank - 2, pool_size, strides, padding, data_format)
    values = channels_last(x, where)
    check_fit("average_pool", values, size, where)
    y = pooled(tf.nn.avg_pool, values, size, where)
    return restore(y, where)


def batch_norm_training(x: Any, gamma: Any, beta: Any, axis: int, epsilon: float) -> tuple[Any, Any, Any]:
    channels = x.shape[axis]
    shape = tf.shape(x)
    rows = x if x.shape.rank == 4 else tf.reshape(x, (-1, 1, 1, channels))
    gamma = tf.ones(channels) if gamma is None else tf.cast(gamma, tf.float32)
    beta = tf.zeros(channels) if beta is None else tf.cast(beta, tf.float32)
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=rows, scale=gamma, offset=beta, mean=[], variance=[], epsilon=epsilon, is_training=True
    )
    # the kernel gives the unbiased variance
    count = tf.cast(tf.size(x) // channels, tf.float32)
    variance = variance * ((count - 1) / count)
    return tf.reshape(y, shape), tf.stop_gradient(mean), tf.stop_gradient(variance)


def sparse_categorical_crossentropy(target: Any, output: Any, from_logits: bool, axis: int) -> Any:
    if check_sparse_shapes(target, output, axis):
        target = tf.squeeze(target, axis)
    labels = tf.cast(target, tf.int64 if target.dtype == tf.int64 else tf.int32)
    loss = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels, 0), output)
    return tf.where(labels < 0, tf.zeros_like(loss), loss)


def binary_crossentropy(target: Any, output: Any, from_logits: bool) -> Any:
    check_shapes("binary_crossentropy", target, output)
    return tf.nn.sigmoid_cross_entropy_with_logits(tf.cast(target, output.dtype), output)


table: dict[str, Callable[..., Any]] = {
    "matmul": matmul,
    "einsum": einsum,
    "relu": tf.nn.relu,
    "relu6": tf.nn.relu6,
    "leaky_relu": tf.nn.leaky_relu,
    "elu": lambda x, alpha: tf.nn.elu(x),
    "selu": tf.nn.selu,
    "sigmoid": tf.sigmoid,
    "log_sigmoid": tf.math.log_sigmoid,
    "softplus": tf.nn.softplus,
    "softsign": tf.nn.softsign,
    "softmax": lambda x, axis: tf.nn.softmax(x, axis[0]),
    "log_softmax": lambda x, axis: tf.nn.log_softmax(x, axis[0]),
    "conv": of_any_batch(conv),
    "depthwise_conv": of_any_batch(depthwise_conv),
    "conv_transpose": of_any_batch(conv_transpose),
    "max_pool": max_pool,
    "average_pool": average_pool,
    "batch_norm_training": batch_norm_training,
    "sparse_categorical_crossentropy": sparse_categorical_crossentropy,
    "binary_crossentropy": binary_crossentropy,
}

conditions: dict[str, Callable[..., bool]] = {
    "elu": lambda x, alpha: alpha == 1,
    "softmax": lambda x, axis: len(axis) == 1,
    "log_softmax": lambda x, axis: len(axis) == 1,
    # the kernel raises a smaller epsilon to its own least one
    "batch_norm_training": lambda x, gamma, beta, axis, epsilon: (
        axis == x.shape.rank - 1 and x.shape[axis] is not None and epsilon >= 1.001e-5 and x.dtype != tf.float64
    ),
    "sparse_categorical_crossentropy": lambda target, output, from_logits, axis: (
        from_logits and axis in (-1, output.shape.rank - 1)
    ),
    "binary_crossentropy": lambda target, output, from_logits: from_logits,
}
