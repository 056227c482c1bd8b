"""Shape rules and dtype policies of contractions, convolutions and pooling, and the geometry of sliding windows."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from typing import Any, NamedTuple

from hornbeam.core import config
from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.spec import KerasTensor
from hornbeam.ops import dtypes


def contraction(key: tuple[str, ...]) -> tuple[str | None, str]:
    """Dtype policy of matrix products: the common dtype; int8 against int8 adds up in int32."""
    return ("int32", "int32") if set(key) == {"int8"} else dtypes.promote(key)


floats = dtypes.real(dtypes.inexact)
sums = dtypes.real(dtypes.numbers)  # of convolutions: those of whole numbers are whole


# einsum


def parse_einsum(subscripts: str, ranks: list[int]) -> tuple[list[list[str]], list[str]]:
    """Labels of each operand's axes, and of the result's; axes under an ellipsis are labelled `...0`, `...1`, ...

    Raises:
        ShapeError: the subscripts do not fit the operands.
    """
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ShapeError(
            f"einsum() got subscripts {subscripts!r} for {len(terms)} operands, but {len(ranks)} operands were given."
        )

    def expand(term: str, hidden: int) -> list[str]:
        before, ellipsis, after = term.partition("...")
        middle = [f"...{i}" for i in range(hidden)] if ellipsis else []
        return [*before, *middle, *after]

    hidden = [rank - len(term.replace("...", "")) for term, rank in zip(terms, ranks, strict=True)]
    for term, rank, extra in zip(terms, ranks, hidden, strict=True):
        if extra < 0 or (extra and "..." not in term):
            raise ShapeError(
                f"einsum(): the subscripts {term!r} name {len(term.replace('...', ''))} axes, their operand has {rank}."
            )
    widest = max(hidden, default=0)
    # an ellipsis that stands for fewer axes lines up with the last ones, as in broadcasting
    inputs = [
        [f"...{int(label[3:]) + widest - extra}" if label.startswith("...") else label for label in expand(term, extra)]
        for term, extra in zip(terms, hidden, strict=True)
    ]
    if arrow:
        output = expand(right, widest)
    else:
        letters = [label for labels in inputs for label in labels if not label.startswith("...")]
        output = [f"...{i}" for i in range(widest)] + sorted(each for each in set(letters) if letters.count(each) == 1)
    return inputs, output


def einsum(subscripts: str, operands: list[KerasTensor]) -> Any:
    """Sizes by label: equal ones agree, those under an ellipsis broadcast."""
    inputs, output = parse_einsum(subscripts, [operand.ndim for operand in operands])
    sizes: dict[str, Any] = {}
    for labels, operand in zip(inputs, operands, strict=True):
        for label, size in zip(labels, operand.dims, strict=True):
            try:
                (sizes[label],) = shapes.broadcast((sizes.get(label, 1),), (size,))
            except ShapeError:
                raise ShapeError(
                    f"einsum(): label {label!r} of {subscripts!r} stands for axes of sizes {sizes[label]} and {size}, "
                    f"in operands of shapes {', '.join(str(operand.shape) for operand in operands)}."
                ) from None
    unknown = [label for label in output if label not in sizes]
    if unknown:
        raise ShapeError(f"einsum(): the result of {subscripts!r} names {unknown[0]!r}, which no operand has.")
    return tuple(sizes[label] for label in output)


# sliding windows


class Geometry(NamedTuple):
    """Arguments of a convolution or pooling in one form: a number for each spatial axis."""

    strides: tuple[int, ...]
    padding: str
    channels_last: bool
    dilation: tuple[int, ...]


def per_axis(value: Any, rank: int, what: str, least: int = 1) -> tuple[int, ...]:
    """`value` as one int for each of `rank` axes; an int or a sequence of one counts for all."""
    try:
        values = tuple(operator.index(each) for each in (value if isinstance(value, Iterable) else (value,)))
    except TypeError:
        values = ()
    if len(values) == 1:
        values = values * rank
    if len(values) != rank or any(each < least for each in values):
        raise ConfigError(
            f"`{what}` must be an int from {least} up, or {rank} of them, one for each spatial axis. "
            f"Received: {value!r}."
        )
    return values


def geometry(rank: int, strides: Any, padding: str, data_format: str | None = None, dilation_rate: Any = 1) -> Geometry:
    """The arguments checked, with defaults filled in, for `rank` spatial axes."""
    data_format = data_format or config.image_data_format()
    try:
        return _geometry(rank, strides, padding, data_format, dilation_rate)
    except TypeError:  # lists cannot be looked up
        return _geometry.__wrapped__(rank, strides, padding, data_format, dilation_rate)


@functools.lru_cache(maxsize=1024)
def _geometry(rank: int, strides: Any, padding: str, data_format: str, dilation_rate: Any) -> Geometry:
    if rank < 1:
        raise ShapeError("Windows need inputs (batch, spatial..., channels): three axes or more.")
    if not isinstance(padding, str) or padding.lower() not in ("valid", "same"):
        raise ConfigError(f'`padding` must be "valid" or "same". Received: {padding!r}.')
    if data_format not in ("channels_last", "channels_first"):
        raise ConfigError(f'`data_format` must be "channels_last" or "channels_first". Received: {data_format!r}.')
    return Geometry(
        per_axis(strides, rank, "strides"),
        padding.lower(),
        data_format == "channels_last",
        per_axis(dilation_rate, rank, "dilation_rate"),
    )


def pooling(
    rank: int, pool_size: Any, strides: Any, padding: str, data_format: str | None
) -> tuple[tuple[int, ...], Geometry]:
    """Size of the pooling window, and its geometry: without strides the windows lie side by side."""
    size = per_axis(pool_size, rank, "pool_size")
    return size, geometry(rank, size if strides is None else strides, padding, data_format)


def same_padding(size: int, window: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    """Zeros before and after an axis so that every stride-th position has its window."""
    total = max((-(-size // stride) - 1) * stride + (window - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def split_shape(dims: Any, channels_last: bool) -> tuple[Any, Any, Any]:
    """Batch, spatial sizes, channels."""
    return (dims[0], dims[1:-1], dims[-1]) if channels_last else (dims[0], dims[2:], dims[1])


def join_shape(batch: Any, spatial: Any, channels: Any, channels_last: bool) -> tuple[Any, ...]:
    """The opposite of `split_shape`."""
    return (batch, *spatial, channels) if channels_last else (batch, channels, *spatial)


def windows(what: str, shape: Any, spatial: Any, window: Any, where: Geometry) -> tuple[Any, ...]:
    """Number of window positions along each spatial axis."""
    found = []
    for size, width, stride, dilation in zip(spatial, window, where.strides, where.dilation, strict=True):
        count = size if where.padding == "same" else size - (width - 1) * dilation - 1 + stride
        count = -(-count // stride) if where.padding == "same" else count // stride
        if isinstance(count, int) and count <= 0:
            raise ShapeError(
                f"{what}(): a window of {tuple(window)} (dilation {where.dilation}) does not fit in the spatial sizes "
                f"{shapes.public(spatial)} of an input of shape {shape}; nothing would be left. "
                'Use `padding="same"`, a smaller window, or larger inputs.'
            )
        found.append(count)
    return tuple(found)


def check_fit(what: str, shape: Any, window: Any, where: Geometry) -> None:
    """Refuse what would leave nothing, where an engine would give an empty result."""
    if where.padding == "valid":
        windows(what, shape, split_shape(shape, where.channels_last)[1], window, where)


def _check_ranks(what: str, inputs: KerasTensor, kernel: KerasTensor) -> None:
    if inputs.ndim < 3 or inputs.ndim != kernel.ndim:
        raise ShapeError(
            f"{what}() needs inputs (batch, spatial..., channels) and a kernel (spatial..., in, out) of one rank, "
            f"at least 3. Received: inputs of shape {inputs.shape}, kernel of shape {kernel.shape}."
        )
    if 0 in kernel.dims[:-1]:
        raise ShapeError(f"{what}(): the kernel holds no window. Received: a kernel of shape {kernel.shape}.")


def check_channels(inputs: Any, kernel: Any, channels: Any) -> None:
    """Refuse a kernel whose channels and filters do not come out even with the inputs' channels."""
    depth, filters = kernel[-2:]
    if 0 in kernel[:-1]:
        raise ShapeError(f"conv(): the kernel holds no window. Received: a kernel of shape {tuple(kernel)}.")
    if type(channels) is type(depth) is int and (not channels or channels % depth or filters % (channels // depth)):
        raise ShapeError(
            f"conv(): {channels} input channels do not fit a kernel for {depth} channels and {filters} filters "
            f"(inputs {inputs}, kernel {kernel}): the channels must be a multiple of the kernel's, and the filters a "
            "multiple of the number of groups."
        )


def conv(
    inputs: KerasTensor, kernel: KerasTensor, strides: Any, padding: str, data_format: Any, dilation_rate: Any
) -> Any:
    """Window positions, and as many channels as the kernel has filters."""
    _check_ranks("conv", inputs, kernel)
    where = geometry(inputs.ndim - 2, strides, padding, data_format, dilation_rate)
    batch, spatial, channels = split_shape(inputs.dims, where.channels_last)
    *window, _, filters = kernel.dims
    check_channels(inputs.shape, kernel.shape, channels)
    sizes = windows("conv", inputs.shape, spatial, window, where)
    return join_shape(batch, sizes, filters, where.channels_last)


def depthwise_conv(
    inputs: KerasTensor, kernel: KerasTensor, strides: Any, padding: str, data_format: Any, dilation_rate: Any
) -> Any:
    """Window positions, and `multiplier` channels for each input channel."""
    _check_ranks("depthwise_conv", inputs, kernel)
    where = geometry(inputs.ndim - 2, strides, padding, data_format, dilation_rate)
    batch, spatial, channels = split_shape(inputs.dims, where.channels_last)
    *window, depth, multiplier = kernel.dims
    if isinstance(channels, int) and channels != depth:
        raise ShapeError(
            f"depthwise_conv(): inputs of shape {inputs.shape} have {channels} channels, the kernel of shape "
            f"{kernel.shape} is for {depth}."
        )
    sizes = windows("depthwise_conv", inputs.shape, spatial, window, where)
    return join_shape(batch, sizes, depth * multiplier, where.channels_last)


def transposed(
    size: Any, window: Any, stride: int, padding: str, output_padding: int | None, dilation: int
) -> tuple[Any, int]:
    """Length of an axis after a transposed convolution, and how much is cut from the front of the full one.

    The full one, `(size - 1) * stride + reach`, holds every product.
    """
    reach = (window - 1) * dilation + 1
    if output_padding is None:
        length = size * stride + (max(reach - stride, 0) if padding == "valid" else 0)
        cut = 0 if padding == "valid" else max(reach - stride, 0) // 2
    else:
        crop = reach // 2 if padding == "same" else 0
        length = (size - 1) * stride + reach - 2 * crop + output_padding
        cut = max(2 * crop - output_padding, 0) // 2
    return length, cut


def output_paddings(output_padding: Any, rank: int) -> tuple[int | None, ...]:
    """One for each spatial axis."""
    return (None,) * rank if output_padding is None else per_axis(output_padding, rank, "output_padding", 0)


def conv_transpose(
    inputs: KerasTensor,
    kernel: KerasTensor,
    strides: Any,
    padding: str,
    output_padding: Any,
    data_format: Any,
    dilation_rate: Any,
) -> Any:
    """The sizes that a convolution with these arguments would have started from."""
    _check_ranks("conv_transpose", inputs, kernel)
    rank = inputs.ndim - 2
    where = geometry(rank, strides, padding, data_format, dilation_rate)
    batch, spatial, channels = split_shape(inputs.dims, where.channels_last)
    *window, filters, depth = kernel.dims
    if isinstance(channels, int) and channels != depth:
        raise ShapeError(
            f"conv_transpose(): inputs of shape {inputs.shape} have {channels} channels, the kernel of shape "
            f"{kernel.shape} (spatial..., out, in) is for {depth}."
        )
    extra = output_paddings(output_padding, rank)
    sizes = tuple(
        transposed(size, width, stride, where.padding, more, dilation)[0]
        for size, width, stride, more, dilation in zip(
            spatial, window, where.strides, extra, where.dilation, strict=True
        )
    )
    return join_shape(batch, sizes, filters, where.channels_last)


def pool(inputs: KerasTensor, pool_size: Any, strides: Any, padding: str, data_format: Any) -> Any:
    """Window positions; the channels stay."""
    if inputs.ndim < 3:
        raise ShapeError(f"Pooling needs inputs (batch, spatial..., channels). Received: shape {inputs.shape}.")
    size, where = pooling(inputs.ndim - 2, pool_size, strides, padding, data_format)
    batch, spatial, channels = split_shape(inputs.dims, where.channels_last)
    return join_shape(batch, windows("pool", inputs.shape, spatial, size, where), channels, where.channels_last)
