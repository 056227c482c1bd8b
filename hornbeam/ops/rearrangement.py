"""Rearrangement: axes split, merged and permuted by a pattern; depth against space; sliding blocks against columns."""

from __future__ import annotations

import re
from typing import Any

from hornbeam.core import shape as shapes
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.spec import operators
from hornbeam.ops.create import like
from hornbeam.ops.create import shape as shape_of
from hornbeam.ops.elementwise import dtype_of
from hornbeam.ops.index import scattered, take
from hornbeam.ops.move import padded, reshape, transpose
from hornbeam.ops.op import Tensor, composite, operations
from hornbeam.ops.rules_nn import geometry, per_axis

# one side of a pattern: for each axis of the tensor, the names of the axes it is made of
Side = list[list[str]]
TOKEN = re.compile(r"\.\.\.|\w+|\S")


@export("keras.ops.rearrange")
def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Any:
    """The tensor with its axes split, permuted and merged as a pattern says, such as "b (h p) w -> (b p) w h".

    Each side names the axes, left for the tensor and right for the result. Names in parentheses make up one axis, the
    last of them varying fastest; `...` stands for any further axes, and `1` for an axis of size 1.

    Source: "Einops: Clear and Reliable Tensor Manipulations with Einstein-like Notation" (Rogozhnikov, 2022).

    Args:
        tensor: what is rearranged.
        pattern: both sides, with the same names on each.
        axes_lengths: sizes of named axes; in each axis that is split, all but one must be given.

    Raises:
        ConfigError: the pattern is not one.
        ShapeError: the tensor does not fit the pattern.

    Example:
        >>> hornbeam.ops.rearrange(hornbeam.ops.ones((2, 6, 4)), "b (h p) w -> (b p) w h", p=3).shape
        (6, 4, 2)
    """
    return _rearrange(tensor, pattern, axes_lengths)


@composite(name="rearrange")
def _rearrange(tensor: Tensor, pattern: str, axes_lengths: dict[str, int]) -> Tensor:
    sizes = shape_of(tensor)
    left, right = _parsed(pattern, len(sizes))
    names = [name for axis in left for name in axis]
    unknown = set(axes_lengths) - set(names)
    if unknown:
        raise ConfigError(f"rearrange(): a length is given for {sorted(unknown)[0]!r}, which is not in {pattern!r}.")
    lengths: dict[str, Any] = dict(axes_lengths)
    for size, axis in zip(sizes, left, strict=True):
        _solve(lengths, size, axis, pattern, shapes.public(sizes))
    parts = reshape(tensor, tuple(lengths[name] for name in names))
    order = [names.index(name) for axis in right for name in axis]
    return reshape(transpose(parts, tuple(order)), tuple(shapes.size(lengths[n] for n in axis) for axis in right))


rearrange.op = operations["rearrange"]
operators["rearrange"] = rearrange


def _solve(lengths: dict[str, Any], size: Any, axis: list[str], pattern: str, shape: Any) -> None:
    """Find the length that is not given among the names of an axis, or check that the given ones fit its size."""
    free = [name for name in axis if name not in lengths]
    known = shapes.size(lengths[name] for name in axis if name in lengths)
    shown = f"({' '.join(axis)})" if len(axis) != 1 else axis[0]
    if len(free) > 1:
        raise ShapeError(
            f"rearrange(): the axis {shown} of {pattern!r} has size {size}, which can be split in many ways: "
            f"give the lengths of all but one of {', '.join(free)}."
        )
    if type(size) is int and type(known) is int and (size % known if known and free else size != known * (not free)):
        raise ShapeError(
            f"rearrange(): the axis {shown} of {pattern!r} has size {size} in a tensor of shape {shape}, "
            f"which does not fit {'a multiple of ' if free else ''}{known}."
        )
    if free:
        lengths[free[0]] = size // known


def _parsed(pattern: str, ndim: int) -> tuple[Side, Side]:
    """Both sides of a pattern, with `...` spelled out as names for a tensor with `ndim` axes."""
    left, arrow, right = pattern.partition("->")
    if not arrow or "->" in right:
        raise ConfigError(f"rearrange(): a pattern is two sides with one '->' between. Received: {pattern!r}.")
    named = len(_side(left, pattern, 0))
    if re.search(r"\([^)]*\.\.\.", left):
        raise ConfigError(f"rearrange(): on the left, '...' stands outside parentheses. Received: {pattern!r}.")
    if ndim < named or (ndim > named and "..." not in left):
        raise ShapeError(f"rearrange(): the left side of {pattern!r} names {named} axes, the tensor has {ndim}.")
    sides = _side(left, pattern, ndim - named), _side(right, pattern, ndim - named)
    ours, theirs = ({name for axis in side for name in axis} for side in sides)
    if ours != theirs or ("..." in left) != ("..." in right):
        name = min(ours ^ theirs, default="...")
        raise ConfigError(f"rearrange(): {name!r} stands on one side of {pattern!r} only.")
    return sides


def _side(text: str, pattern: str, hidden: int) -> Side:
    """The axes of one side, with `...` standing for `hidden` of them, called `...0`, `...1`, ..."""
    side: Side = []
    group: list[str] | None = None
    seen: set[str] = set()
    for token in TOKEN.findall(text):
        if token == "(" and group is None:
            group = []
        elif token == ")" and group is not None:
            side.append(group)
            group = None
        elif token == "1":
            side.extend([[]] if group is None else [])
        elif token != "..." and not token.isidentifier():
            raise ConfigError(
                f"rearrange(): unexpected {token!r} in {pattern!r}. A pattern has names, '1', '...' and parentheses "
                "(not nested); a length is given by name, such as `p=2`."
            )
        elif token in seen:
            raise ConfigError(f"rearrange(): {token!r} stands twice on one side of {pattern!r}.")
        else:
            seen.add(token)
            names = [f"...{i}" for i in range(hidden)] if token == "..." else [token]
            side.extend([name] for name in names) if group is None else group.extend(names)
    if group is not None:
        raise ConfigError(f"rearrange(): a parenthesis of {pattern!r} is not closed.")
    return side


# Depth and space


def _to_depth(x: Any, block_size: int, data_format: str | None, first: str, last: str, back: bool) -> Any:
    if type(block_size) is not int or block_size < 2:
        raise ConfigError(f"`block_size` must be an int of at least 2. Received: {block_size!r}.")
    if len(shape_of(x)) != 4:
        raise ShapeError(f"Depth and space: `x` must have 4 axes, got shape {shapes.public(shape_of(x))}.")
    deep, wide = first, last
    if not geometry(2, 1, "valid", data_format).channels_last:
        deep, wide = "n (c r s) h w", "n c (h r) (w s)"
    pattern = f"{deep} -> {wide}" if back else f"{wide} -> {deep}"
    return _rearrange(x, pattern, {"r": block_size, "s": block_size})


@export("keras.ops.depth_to_space", "keras.ops.nn.depth_to_space")
@composite
def depth_to_space(x: Tensor, block_size: int, data_format: str | None = "channels_last") -> Tensor:
    """Channels become blocks of positions: an image `block_size` times as high and wide.

    With channels last the channels are read as (rows, columns, channels) of a block, with channels first as (channels,
    rows, columns), which is known as pixel shuffle.

    Args:
        x: (batch, height, width, channels * block_size**2), or channels first.

    Raises:
        ShapeError: the channels do not divide.

    Example:
        >>> hornbeam.ops.depth_to_space(hornbeam.ops.ones((1, 2, 2, 12)), 2).shape
        (1, 4, 4, 3)
    """
    return _to_depth(x, block_size, data_format, "n h w (r s c)", "n (h r) (w s) c", True)


@export("keras.ops.space_to_depth", "keras.ops.nn.space_to_depth")
@composite
def space_to_depth(x: Tensor, block_size: int, data_format: str | None = "channels_last") -> Tensor:
    """Blocks of positions become channels: the inverse of `depth_to_space`.

    Args:
        x: (batch, height * block_size, width * block_size, channels), or channels first.

    Example:
        >>> hornbeam.ops.space_to_depth(hornbeam.ops.ones((1, 4, 4, 3)), 2).shape
        (1, 2, 2, 12)
    """
    return _to_depth(x, block_size, data_format, "n h w (r s c)", "n (h r) (w s) c", False)


# Sliding blocks and columns


def _offsets(x: Any, count: Any, window: int, stride: int, dilation: int) -> Any:
    """Positions along an axis of each element of each block: (window, count)."""
    within = like(x, "arange", 0, window, 1, "int32")[:, None]
    return within * dilation + like(x, "arange", 0, count, 1, "int32") * stride


def _blocks(size: Any, window: int, stride: int, dilation: int, padding: int) -> Any:
    """How many blocks fit an axis."""
    count = (size + 2 * padding - (window - 1) * dilation - 1) // stride + 1
    return max(count, 0) if type(count) is int else count


@export("keras.ops.unfold", "keras.ops.nn.unfold")
@composite
def unfold(x: Tensor, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Sliding blocks of images as columns, known as im2col.

    Args:
        x: (batch, channels, height, width).
        kernel_size: height and width of a block: an int for both, or two.
        dilation: steps between the elements of a block.
        padding: zeros before and after each spatial axis.
        stride: steps between blocks.

    Returns:
        Shape (batch, channels * block height * block width, number of blocks).

    Example:
        >>> hornbeam.ops.unfold(hornbeam.ops.ones((1, 2, 4, 4)), 2, stride=2).shape
        (1, 8, 4)
    """
    sizes = shape_of(x)
    if len(sizes) != 4:
        raise ShapeError(f"unfold(): `x` must have 4 axes (channels first), got shape {shapes.public(sizes)}.")
    window, step, spread, border = _per_axis(kernel_size, stride, dilation, padding)
    counts = [_blocks(*each) for each in zip(sizes[2:], window, step, spread, border, strict=True)]
    x = padded(x, ((0, 0), (0, 0), *((width, width) for width in border)), "constant", 0)
    rows, columns = (_offsets(x, *each) for each in zip(counts, window, step, spread, strict=True))
    blocks = take(take(x, columns, 3), rows, 2)  # (batch, channels, block rows, blocks, block columns, blocks)
    blocks = transpose(blocks, (0, 1, 2, 4, 3, 5))
    return reshape(blocks, (sizes[0], sizes[1] * window[0] * window[1], counts[0] * counts[1]))


@export("keras.ops.fold", "keras.ops.nn.fold")
@composite
def fold(x: Tensor, output_size: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1) -> Tensor:
    """Images from columns, known as col2im: what `unfold` took apart, with overlapping blocks added up.

    Args:
        x: (batch, channels * block height * block width, number of blocks).
        output_size: height and width of the images: an int for both, or two.
        kernel_size, dilation, padding, stride: as in `unfold`.

    Returns:
        Shape (batch, channels, height, width).

    Raises:
        ShapeError: the columns are not blocks of such images.

    Example:
        >>> hornbeam.ops.fold(hornbeam.ops.ones((1, 8, 4)), 4, 2, stride=2).shape
        (1, 2, 4, 4)
    """
    sizes = shape_of(x)
    window, step, spread, border = _per_axis(kernel_size, stride, dilation, padding)
    image = per_axis(output_size, 2, "output_size")
    counts = [_blocks(*each) for each in zip(image, window, step, spread, border, strict=True)]
    area, blocks = window[0] * window[1], counts[0] * counts[1]
    known = [type(size) is int for size in sizes]
    if len(sizes) != 3 or (known[1] and sizes[1] % area) or (known[2] and sizes[2] != blocks):
        raise ShapeError(
            f"fold(): images of {image} with blocks of {window} come from columns of shape (batch, a multiple of "
            f"{area}, {blocks}), got shape {shapes.public(sizes)}."
        )
    high, wide = (size + 2 * width for size, width in zip(image, border, strict=True))
    rows, columns = (_offsets(x, *each) for each in zip(counts, window, step, spread, strict=True))
    # (block rows, block columns, blocks, blocks)
    places = reshape(rows[:, None, :, None] * wide + columns[:, None, :], (-1, 1))
    channels = sizes[1] // area
    parts = transpose(reshape(x, (sizes[0], channels, area, blocks)), (2, 3, 0, 1))
    empty = like(x, "full", (high * wide, sizes[0], channels), 0, dtype_of(x))
    whole = scattered(empty, places, reshape(parts, (area * blocks, sizes[0], channels)), "add")
    whole = transpose(reshape(whole, (high, wide, sizes[0], channels)), (2, 3, 0, 1))
    return whole[:, :, border[0] : border[0] + image[0], border[1] : border[1] + image[1]]


def _per_axis(kernel_size: Any, stride: Any, dilation: Any, padding: Any) -> list[tuple[int, ...]]:
    given = {"kernel_size": kernel_size, "stride": stride, "dilation": dilation, "padding": padding}
    pairs = [per_axis(value, 2, name, 0 if name == "padding" else 1) for name, value in given.items()]
    for (name, value), pair in zip(given.items(), pairs, strict=True):
        if min(pair) < (0 if name == "padding" else 1):
            raise ConfigError(f"Sliding blocks: `{name}={value!r}` is out of range.")
    return pairs
