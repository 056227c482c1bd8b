"""Samples of convolutions and pooling."""

from __future__ import annotations

from collections.abc import Iterator

from hornbeam.testing.sample import Sample, floats, ints


def rows() -> Iterator[Sample]:
    """The samples."""
    for strides, padding, dilation in [
        *((1, "valid", 1), (2, "same", 1), (1, "same", 2), (2, "same", 2), (3, "valid", 1)),
    ]:
        options = {"strides": strides, "padding": padding, "dilation_rate": dilation}
        yield Sample("conv", (floats(2, 5, 6, 2), floats(3, 2, 2, 3)), options, gradient=True)
        yield Sample("conv", (floats(2, 7, 2), floats(3, 2, 3)), options, gradient=True)
        yield Sample("depthwise_conv", (floats(2, 5, 6, 2), floats(3, 2, 2, 2)), options, gradient=True)
        yield Sample("depthwise_conv", (floats(2, 7, 2), floats(3, 2, 1)), options, gradient=True)
    first = {"data_format": "channels_first"}
    yield Sample("conv", (floats(1, 4, 4, 4), floats(3, 3, 2, 4)), gradient=True)
    yield Sample("conv", (floats(1, 4, 4, 4), floats(3, 3, 1, 8)), {"padding": "same"}, gradient=True)
    yield Sample("conv", (floats(1, 3, 4, 3, 2), floats(2, 3, 2, 2, 2)), {"padding": "same"}, gradient=True)
    yield Sample("conv", (floats(1, 2, 4, 4), floats(3, 3, 2, 3)), {**first, "strides": (2, 1)}, gradient=True)
    yield Sample("depthwise_conv", (floats(1, 2, 4, 4), floats(3, 3, 2, 1)), first, gradient=True)
    uneven = {"strides": (1, 2), "padding": "same"}
    yield Sample("depthwise_conv", (floats(1, 4, 5, 2), floats(2, 2, 2, 1)), uneven, gradient=True)
    separable = (floats(1, 4, 4, 2), floats(3, 3, 2, 2), floats(1, 1, 4, 3))
    yield Sample("separable_conv", separable, {"padding": "same"}, gradient=True)
    for size, strides, padding, output_padding in [
        *((3, 2, "same", None), (3, 2, "valid", None), (2, 3, "valid", None), (2, 3, "same", None)),
        *((3, 2, "same", 1), (3, 2, "valid", 1), (4, 1, "same", None)),
    ]:
        options = {"strides": strides, "padding": padding, "output_padding": output_padding}
        yield Sample("conv_transpose", (floats(1, 3, 4, 2), floats(size, size, 3, 2)), options, gradient=True)
        yield Sample("conv_transpose", (floats(2, 5, 2), floats(size, 3, 2)), options, gradient=True)
    dilated = {"dilation_rate": 2, "padding": "same"}
    yield Sample("conv_transpose", (floats(1, 3, 2), floats(3, 2, 2)), dilated, gradient=True)
    yield Sample("conv_transpose", (floats(1, 2, 3, 3), floats(2, 2, 3, 2)), {**first, "strides": 2}, gradient=True)
    for pool in ("max_pool", "average_pool"):
        for size, strides, padding in [(2, None, "valid"), (2, None, "same"), (3, 2, "same"), ((2, 3), 1, "valid")]:
            yield Sample(pool, (floats(2, 5, 6, 2), size, strides, padding), gradient=True)
        yield Sample(pool, (floats(2, 4, 4, 2), 2), gradient=True)
        yield Sample(pool, (floats(2, 2, 5, 5), 2), {**first, "padding": "same"}, gradient=True)
        yield Sample(pool, (floats(2, 7, 2), 3), {"padding": "same"}, gradient=True)
        yield Sample(pool, (floats(1, 4, 4, 3, 2), 2), gradient=True)
    yield Sample("max_pool", (ints(1, 4, 4, 1, low=-9, high=0), 2), {"padding": "same"})
    yield Sample("max_pool", (floats(1, 3, 3, 1, low=-2.0, high=-1.0), 2), {"padding": "same"})
