"""Image operations: against SciPy and formulas, at unknown sizes, with whole numbers, and with bad input."""

from __future__ import annotations

import colorsys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import hornbeam as keras
from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, DtypeError, ShapeError, UnknownDimError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace

RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.uniform(0, 1, (2, 6, 8, 3)).astype("float32")
BYTES = RANDOM.integers(0, 256, (2, 6, 8, 3)).astype("uint8")
POINTS = np.array([[0, 0], [7, 0], [0, 5], [7, 5]], "float32")
MOVED = np.array([[1, 0.5], [6, 1], [0.3, 5.5], [8, 4]], "float32")
IDENTITY = np.array([1, 0, 0, 0, 1, 0, 0, 0], "float32")
MODES = {
    "nearest": "nearest",
    "wrap": "grid-wrap",
    "mirror": "mirror",
    "reflect": "reflect",
    "constant": "grid-constant",
}


def numpy(x: Any) -> np.ndarray:
    return np.asarray(ops.convert_to_numpy(x))


def close(found: Any, expected: Any, tolerance: float = 1e-5) -> None:
    np.testing.assert_allclose(numpy(found), expected, rtol=tolerance, atol=tolerance)


def in_numpy(function: Callable[[Any], Any], images: np.ndarray) -> np.ndarray:
    with registry.scope("numpy"):
        return np.asarray(function(images))


# values


def test_colours_are_those_of_colorsys(backend: str) -> None:
    close(ops.image.rgb_to_hsv(IMAGES), np.apply_along_axis(lambda c: colorsys.rgb_to_hsv(*c), -1, IMAGES))
    close(ops.image.hsv_to_rgb(IMAGES), np.apply_along_axis(lambda c: colorsys.hsv_to_rgb(*c), -1, IMAGES))
    close(ops.image.hsv_to_rgb(ops.image.rgb_to_hsv(IMAGES)), IMAGES)
    close(ops.image.hsv_to_rgb([[[-0.2, 1.0, 0.5], [1.4, 1.0, 0.5]]]), [[[0.5, 0, 0], [0.5, 0, 0]]])


def test_grey_cuts_off_whole_numbers(backend: str) -> None:
    expected = (BYTES.astype("float64") @ [0.2989, 0.587, 0.114]).astype("uint8")[..., None]
    found = numpy(ops.image.rgb_to_grayscale(BYTES))
    assert found.dtype == np.uint8 and np.array_equal(found, expected)
    assert np.array_equal(numpy(ops.image.rgb_to_grayscale(found)), found)


def test_similarity(backend: str) -> None:
    one, two = RANDOM.uniform(0, 1, (2, 14, 15, 2)), RANDOM.uniform(0, 1, (2, 14, 15, 2))
    places = np.arange(7) - 3
    kernel = np.exp(-(places**2) / (2 * 1.2**2))
    kernel = (np.outer(kernel, kernel) / kernel.sum() ** 2)[None, :, :, None]

    def averaged(x: np.ndarray) -> np.ndarray:
        return ndimage.correlate(x, kernel)[:, 3:-3, 3:-3]

    m1, m2 = averaged(one), averaged(two)
    v1, v2, both = averaged(one**2) - m1**2, averaged(two**2) - m2**2, averaged(one * two) - m1 * m2
    c1, c2 = 0.02**2, 0.06**2
    expected = (2 * m1 * m2 + c1) * (2 * both + c2) / ((m1**2 + m2**2 + c1) * (v1 + v2 + c2))
    found = ops.image.ssim(one.astype("float32"), two.astype("float32"), 2.0, 7, 1.2)
    close(found, expected.mean((1, 2, 3)), 1e-4)
    close(ops.image.ssim(IMAGES, IMAGES, filter_size=5), [1.0, 1.0])
    assert numpy(ops.image.ssim(IMAGES[0], IMAGES[1], filter_size=5)).shape == ()


def test_blur(backend: str) -> None:
    places = np.arange(5) - 2
    wide, high = (np.exp(-(places[i : 5 - i] ** 2) / (2 * s**2)) for i, s in ((0, 1.5), (1, 0.7)))
    expected = ndimage.correlate1d(IMAGES, wide / wide.sum(), axis=2, mode="constant")
    expected = ndimage.correlate1d(expected, high / high.sum(), axis=1, mode="constant")
    close(ops.image.gaussian_blur(IMAGES, (5, 3), (1.5, 0.7)), expected)
    close(ops.image.gaussian_blur(IMAGES, (5, 3), np.array([1.5, 0.7], "float32")), expected)
    close(ops.image.gaussian_blur([[[1.0], [3.0], [5.0]]], (2, 1), (1.0, 1.0)), [[[2.0], [4.0], [2.5]]])
    white = np.full((1, 7, 7, 1), 255, "uint8")
    assert numpy(ops.image.gaussian_blur(white))[0, 1:-1, 1:-1].min() == 255


def test_edges(backend: str) -> None:
    planes = [
        [[ndimage.sobel(IMAGES[i, ..., c], axis, mode="mirror") for axis in (0, 1)] for c in range(3)] for i in (0, 1)
    ]
    expected = np.array(planes).transpose(0, 3, 4, 1, 2)
    close(ops.image.sobel_edges(IMAGES), expected)
    first = ops.image.sobel_edges(IMAGES.transpose(0, 3, 1, 2), "channels_first")
    close(first, expected.transpose(0, 3, 1, 2, 4))
    assert numpy(ops.image.sobel_edges(BYTES)).min() < 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("order", [0, 1])
def test_coordinates(backend: str, mode: str, order: int) -> None:
    cube, places = IMAGES[0], RANDOM.uniform(-30, 30, (3, 5, 7)).astype("float32")
    expected = ndimage.map_coordinates(cube, places, order=order, mode=MODES[mode], cval=0.3)
    close(ops.image.map_coordinates(cube, places, order, mode, 0.3), expected, 1e-4)


def test_halves_and_strange_coordinates(backend: str) -> None:
    line = np.array([10, 21, 30, 41], "int32")
    assert numpy(ops.image.map_coordinates(line, [[0.5, 1.5, 2.5]], 0)).tolist() == [10, 30, 30]
    assert numpy(ops.image.map_coordinates(line, [[0.5, 1.5, 2.5]], 1)).tolist() == [16, 26, 36]
    far = np.array([[np.inf, -np.inf, 1e20, -1e20]], "float32")
    assert numpy(ops.image.map_coordinates(line, far, 0, fill_value=7)).tolist() == [7] * 4
    assert numpy(ops.image.map_coordinates(line, far, 1, "nearest")).tolist() == [41, 10, 41, 10]
    assert np.isnan(numpy(ops.image.map_coordinates(line.astype("float32"), [[np.nan]], 1))).all()
    shift = np.array([1, 0, 0.5, 0, 1, 0, 0, 0], "float32")
    found = ops.image.affine_transform(line[None, :, None], shift, "nearest")
    assert numpy(found).ravel().tolist() == [21, 30, 41, 0]


def test_affine_transforms(backend: str) -> None:
    matrix = np.array([1.1, 0.2, -0.7, -0.1, 0.9, 0.6, 0.01, -0.02], "float32")
    y, x = np.meshgrid(np.arange(6), np.arange(8), indexing="ij")
    a, b, c = matrix[:3], matrix[3:6], matrix[6:]
    below = c[0] * x + c[1] * y + 1
    places = [(b[0] * x + b[1] * y + b[2]) / below, (a[0] * x + a[1] * y + a[2]) / below]
    for mode in MODES:
        expected = np.stack(
            [ndimage.map_coordinates(IMAGES[1, ..., i], places, order=1, mode=MODES[mode]) for i in range(3)], -1
        )
        close(ops.image.affine_transform(IMAGES[1], matrix, fill_mode=mode), expected, 1e-4)
    pair = ops.image.affine_transform(IMAGES, np.stack([IDENTITY, matrix]), fill_mode="reflect")
    close(pair[0], IMAGES[0])
    close(pair[1], ops.image.affine_transform(IMAGES[1], matrix, fill_mode="reflect"))
    assert np.array_equal(numpy(ops.image.affine_transform(BYTES, IDENTITY)), BYTES)
    horizon = np.array([1, 0, 0, 0, 1, 0, -0.5, 0], "float32")
    assert np.isfinite(numpy(ops.image.affine_transform(IMAGES, horizon))).all()


def test_four_points_decide_a_perspective(backend: str) -> None:
    """The transform that solves the eight equations of the four points."""
    rows = []
    for (x, y), (u, v) in zip(MOVED.astype("float64"), POINTS, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    transform = np.linalg.solve(np.array(rows), POINTS.ravel()).astype("float32")
    expected = ops.image.affine_transform(IMAGES, transform, fill_value=0.3)
    close(ops.image.perspective_transform(IMAGES, POINTS, MOVED, fill_value=0.3), numpy(expected), 1e-4)
    both = ops.image.perspective_transform(IMAGES, np.stack([POINTS, POINTS]), np.stack([MOVED, POINTS]))
    close(both[1], IMAGES[1], 1e-4)
    order = [2, 0, 3, 1]
    close(ops.image.perspective_transform(IMAGES, POINTS[order], MOVED[order], fill_value=0.3), numpy(expected), 1e-4)


def test_resizing_by_hand(backend: str) -> None:
    line = np.array([0, 10, 20, 60], "float32").reshape(1, 4, 1)
    for interpolation, size, expected in (
        ("nearest", 2, [10, 60]),
        ("nearest", 6, [0, 10, 10, 20, 60, 60]),
        ("bilinear", 2, [5, 40]),
        ("bilinear", 8, [0, 2.5, 7.5, 12.5, 17.5, 30, 50, 60]),
        ("bicubic", 2, None),
    ):
        if interpolation == "bicubic":
            # Keys' weights at distances 1.5, 0.5, 0.5, 1.5, made to sum to 1 where the image ends
            near, far = 0.5625, -0.0625
            expected = [(near * 10 + far * 20) / (2 * near + far), (far * 10 + near * 80) / (2 * near + far)]
        found = ops.image.resize(line, (1, size), interpolation)
        close(numpy(found).ravel(), expected, 1e-4)
    # a triangle four times as wide, whose middle is the image's
    expected = np.array([0.625, 0.875, 0.875, 0.625]) @ line.ravel() / 3
    close(numpy(ops.image.resize(line, (1, 1), antialias=True)).ravel(), [expected], 1e-4)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "lanczos3", "lanczos5"])
def test_resizing_keeps_what_is_flat(backend: str, interpolation: str) -> None:
    for size in ((3, 5), (13, 9)):
        flat = np.full((1, 6, 8, 1), 0.7, "float32")
        for antialias in (False, True):
            close(ops.image.resize(flat, size, interpolation, antialias), np.full((1, *size, 1), 0.7))
    close(ops.image.resize(IMAGES, (6, 8), interpolation), IMAGES)


def test_whole_numbers_are_rounded_and_do_not_wrap(backend: str) -> None:
    halves = np.array([0, 1, 1, 2, 2, 3], "uint8").reshape(1, 6, 1)
    assert numpy(ops.image.resize(halves, (1, 3))).ravel().tolist() == [0, 2, 2]
    edge = np.array([0, 0, 0, 255, 255, 255], "uint8").reshape(1, 6, 1)
    for interpolation in ("bicubic", "lanczos3"):
        found = numpy(ops.image.resize(edge, (1, 24), interpolation)).ravel()
        assert found.dtype == np.uint8 and (found[:10] < 60).all() and (found[-10:] > 195).all()
    moved = ops.image.scale_and_translate(edge, (1, 12, 1), [2.0], [0.0], (1,), "cubic")
    assert numpy(moved).ravel()[[0, -1]].tolist() == [0, 255]
    padded = ops.image.resize(BYTES, (8, 8), pad_to_aspect_ratio=True, fill_value=300)
    assert numpy(padded)[:, 0].min() == 255


def test_aspect_ratios(backend: str) -> None:
    cut = ops.image.resize(IMAGES, (3, 3), "nearest", crop_to_aspect_ratio=True)
    close(cut, numpy(ops.image.resize(IMAGES[:, :, 1:7], (3, 3), "nearest")))
    put = ops.image.resize(IMAGES, (4, 4), "bilinear", pad_to_aspect_ratio=True, fill_value=0.2)
    wide = np.pad(IMAGES, ((0, 0), (1, 1), (0, 0), (0, 0)), constant_values=0.2)
    close(put, numpy(ops.image.resize(wide, (4, 4))))


def test_scaling_and_moving(backend: str) -> None:
    close(ops.image.scale_and_translate(IMAGES, (2, 6, 8, 3), [1.0, 1.0], [2.0, -1.0], (1, 2), "linear")[:, 2:, :7],
          IMAGES[:, :4, 1:])  # fmt: skip
    scale = np.array([0.5, 1.5], "float32")
    found = ops.image.scale_and_translate(IMAGES, (2, 3, 12, 3), scale, [0.0, 0.0], (1, 2), "lanczos3", True)
    close(found, numpy(ops.image.resize(IMAGES, (3, 12), "lanczos3", antialias=True)), 1e-4)


def windows_of(x: np.ndarray, size: tuple[int, ...], strides: tuple[int, ...], dilation: int = 1) -> np.ndarray:
    reach = [(width - 1) * dilation + 1 for width in size]
    rank = len(size)
    cut = np.lib.stride_tricks.sliding_window_view(x, reach, tuple(range(1, rank + 1)))
    cut = cut[(slice(None), *(slice(None, None, step) for step in strides))]
    cut = cut[(..., *(slice(None, None, dilation) for _ in size))]
    cut = np.moveaxis(cut, rank + 1, -1)
    return cut.reshape(*cut.shape[: rank + 1], -1)


def test_patches(backend: str) -> None:
    for images in (IMAGES, BYTES):
        found = numpy(ops.image.extract_patches(images, (2, 3), (1, 2)))
        assert found.dtype == images.dtype and np.array_equal(found, windows_of(images, (2, 3), (1, 2)))
    dilated = ops.image.extract_patches(IMAGES, (2, 3), 1, dilation_rate=2)
    close(dilated, windows_of(IMAGES, (2, 3), (1, 1), 2))
    same = ops.image.extract_patches(IMAGES, 3, 2, padding="same")
    close(same, windows_of(np.pad(IMAGES, ((0, 0), (0, 1), (0, 1), (0, 0))), (3, 3), (2, 2)))
    volumes = RANDOM.uniform(size=(2, 4, 5, 6, 2)).astype("float32")
    expected = windows_of(volumes, (2, 3, 2), (2, 1, 3))
    close(ops.image.extract_patches_3d(volumes, (2, 3, 2), (2, 1, 3)), expected)
    first = ops.image.extract_patches(
        volumes.transpose(0, 4, 1, 2, 3), (2, 3, 2), (2, 1, 3), data_format="channels_first"
    )
    close(first, expected.transpose(0, 4, 1, 2, 3))
    hole = np.where(IMAGES > 0.5, np.nan, IMAGES)
    close(ops.image.extract_patches(hole, 2), windows_of(hole, (2, 2), (2, 2)))


def test_crops_and_padding(backend: str) -> None:
    close(ops.image.crop_images(IMAGES, 1, bottom_cropping=2, right_cropping=1, target_width=4), IMAGES[:, 1:4, 3:7])
    close(ops.image.crop_images(IMAGES[0], 0, 0, target_height=6, target_width=0), IMAGES[0, :, :0])
    expected = np.pad(BYTES, ((0, 0), (1, 2), (3, 1), (0, 0)))
    found = ops.image.pad_images(BYTES, 1, target_height=9, right_padding=1, target_width=12)
    assert np.array_equal(numpy(found), expected)
    close(ops.image.pad_images(IMAGES.transpose(0, 3, 1, 2), 1, 3, 2, 1, data_format="channels_first"),
          np.pad(IMAGES, ((0, 0), (1, 2), (3, 1), (0, 0))).transpose(0, 3, 1, 2))  # fmt: skip


# chance


def test_elastic_transform(backend: str) -> None:
    first, again, other = (numpy(ops.image.elastic_transform(IMAGES, seed=seed)) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    generator = keras.random.SeedGenerator(1)
    one, two = (numpy(ops.image.elastic_transform(IMAGES, seed=generator)) for _ in range(2))
    assert not np.array_equal(one, two)
    assert not np.array_equal(numpy(ops.image.elastic_transform(IMAGES)), numpy(ops.image.elastic_transform(IMAGES)))
    close(ops.image.elastic_transform(IMAGES, alpha=0.0, seed=1), IMAGES)
    assert numpy(ops.image.elastic_transform(BYTES, seed=1, interpolation="nearest")).dtype == np.uint8
    assert set(np.unique(numpy(ops.image.elastic_transform(BYTES, seed=1, interpolation="nearest")))) <= set(BYTES.flat)


def test_how_far_elastic_transforms_move(backend: str) -> None:
    """A smoothed field has the deviation alpha / (2 sqrt(pi)), along rows and columns independently."""
    y, x = np.meshgrid(np.arange(80), np.arange(90), indexing="ij")
    places = np.stack([y, x], -1).astype("float32")[None].repeat(4, 0)
    for alpha, sigma in ((6.0, 1.0), (6.0, 2.0)):
        moves = numpy(ops.image.elastic_transform(places, alpha, sigma, seed=3)) - places
        moves = moves[:, 15:-15, 15:-15]
        assert abs(moves.std() / (alpha / (2 * np.sqrt(np.pi))) - 1) < 0.15
        assert abs(np.corrcoef(moves[..., 0].ravel(), moves[..., 1].ravel())[0, 1]) < 0.15


# sizes that are not known

SIZED: dict[str, Callable[[Any], Any]] = {
    "grey": lambda x: ops.image.rgb_to_grayscale(x),
    "hsv": lambda x: ops.image.rgb_to_hsv(x),
    "similar": lambda x: ops.image.ssim(x, x * 0.5, filter_size=5),
    "nearest": lambda x: ops.image.resize(x, (4, 5), "nearest"),
    "bilinear": lambda x: ops.image.resize(x, (4, 5)),
    "lanczos": lambda x: ops.image.resize(x, (4, 11), "lanczos3", antialias=True),
    "scaled": lambda x: ops.image.scale_and_translate(x, (2, 4, 5, 3), [0.7, 0.8], [0.1, 0.2], (1, 2), "cubic"),
    "cropped": lambda x: ops.image.crop_images(x, 1, 2, target_height=3, right_cropping=1),
    "padded": lambda x: ops.image.pad_images(x, 1, 2, target_height=12, right_padding=1),
    "patches": lambda x: ops.image.extract_patches(x, (2, 3)),
    "same": lambda x: ops.image.extract_patches(x, 3, 2, padding="same"),
    "blur": lambda x: ops.image.gaussian_blur(x),
    "edges": lambda x: ops.image.sobel_edges(x),
    "affine": lambda x: ops.image.affine_transform(x, [1.1, 0.2, -0.7, -0.1, 0.9, 0.6, 0.0, 0.0], fill_mode="mirror"),
    "perspective": lambda x: ops.image.perspective_transform(x, POINTS, MOVED),
    "elastic": lambda x: ops.image.elastic_transform(x, seed=1),
    "coordinates": lambda x: ops.image.map_coordinates(x[0, :, :, 0], [[0.5, 1.2], [3.3, 0.1]], 1, "wrap"),
}


@pytest.mark.parametrize("case", SIZED)
def test_recorded_with_unknown_sizes(backend: str, case: str) -> None:
    """Recorded once with nothing but the channels known, and replayed on images of two sizes."""
    graph = trace(SIZED[case], KerasTensor((None, None, None, 3)))
    engine = registry.get(backend)
    for images in (IMAGES, IMAGES[:, :5, :7]):
        given = engine.convert(images, None)
        found, _ = interpret(graph, [given], backend=engine)
        close(found, numpy(SIZED[case](given)) if case == "elastic" else in_numpy(SIZED[case], images), 1e-4)


RATIOS: dict[str, Callable[[Any], Any]] = {
    "cut": lambda x: ops.image.resize(x, (4, 4), crop_to_aspect_ratio=True),
    "put": lambda x: ops.image.resize(x, (4, 4), pad_to_aspect_ratio=True),
}


@pytest.mark.parametrize("case", [*SIZED, *RATIOS])
def test_tensorflow_graphs_of_unknown_sizes(case: str) -> None:
    if not registry.installed("tensorflow"):
        pytest.skip("tensorflow is not installed")
    import tensorflow as tf

    function = {**SIZED, **RATIOS}[case]
    with registry.scope("tensorflow"):
        compiled = tf.function(function, input_signature=[tf.TensorSpec((None, None, None, 3))], autograph=False)
        for images in (IMAGES, IMAGES[:, :5, :7]):
            expected = numpy(function(tf.constant(images))) if case == "elastic" else in_numpy(function, images)
            close(compiled(tf.constant(images)), expected, 1e-4)


@pytest.mark.parametrize("case", RATIOS)
def test_ratios_of_unknown_symbolic_sizes_are_refused(case: str) -> None:
    with pytest.raises(UnknownDimError, match=r"aspect ratio.*\(None, None, None, 3\)"):
        RATIOS[case](KerasTensor((None, None, None, 3)))


# bad input

BAD: dict[str, tuple[Callable[[Any], Any], type[Exception], str]] = {
    "gray rank": (lambda x: ops.image.rgb_to_grayscale(x[0, 0]), ShapeError, r"rgb_to_grayscale.*images.*\(8, 3\)"),
    "gray channels": (lambda x: ops.image.rgb_to_grayscale(x[..., :2]), ShapeError, r"rgb_to_grayscale.*3 channels.*2"),
    "hsv channels": (lambda x: ops.image.rgb_to_hsv(x[..., :1]), ShapeError, r"rgb_to_hsv.*3 channels.*1"),
    "hsv dtype": (lambda x: ops.image.rgb_to_hsv(ops.cast(x, "uint8")), DtypeError, "rgb_to_hsv.*floats.*uint8"),
    "complex": (lambda x: ops.image.resize(ops.cast(x, "complex64"), (2, 2)), DtypeError, "resize.*complex64"),
    "data format": (
        lambda x: ops.image.hsv_to_rgb(x, "last"),
        ConfigError,
        "hsv_to_rgb.*data_format.*channels_last.*'last'",
    ),
    "ssim shapes": (lambda x: ops.image.ssim(x, x[:1]), ShapeError, r"ssim.*\(2, 6, 8, 3\).*\(1, 6, 8, 3\)"),
    "ssim small": (lambda x: ops.image.ssim(x, x), ShapeError, r"ssim.*\(2, 6, 8, 3\).*filter_size=11"),
    "ssim window": (lambda x: ops.image.ssim(x, x, filter_size=0), ConfigError, "ssim.*filter_size.*1 up.*0"),
    "resize rank": (lambda x: ops.image.resize(x[None], (2, 2)), ShapeError, r"resize.*images.*\(1, 2, 6, 8, 3\)"),
    "resize size": (lambda x: ops.image.resize(x, (2, -2)), ConfigError, r"resize.*size.*2 of them.*\(2, -2\)"),
    "resize sizes": (
        lambda x: ops.image.resize(x, (2, 2, 2)),
        ConfigError,
        r"resize.*size.*2 of them.*\(2, 2, 2\)",
    ),
    "resize floats": (
        lambda x: ops.image.resize(x, (2.0, 2)),
        ConfigError,
        r"resize.*size.*2 of them.*\(2.0, 2\)",
    ),
    "resize mode": (
        lambda x: ops.image.resize(x, (2, 2), "cubist"),
        ConfigError,
        "resize.*interpolation.*bicubic.*'cubist'",
    ),
    "resize fill": (
        lambda x: ops.image.resize(x, (2, 2), fill_mode="edge"),
        ConfigError,
        "resize.*fill_mode.*constant.*'edge'",
    ),
    "resize both": (
        lambda x: ops.image.resize(x, (2, 2), crop_to_aspect_ratio=True, pad_to_aspect_ratio=True),
        ConfigError,
        "resize.*Only one of",
    ),
    "resize nothing": (lambda x: ops.image.resize(x[:, :0], (2, 2)), ShapeError, r"resize.*\(2, 0, 8, 3\)"),
    "scale method": (
        lambda x: ops.image.scale_and_translate(x, (2, 6, 8, 3), [1.0], [0.0], (1,), "nearest"),
        ConfigError,
        "scale_and_translate.*method.*lanczos3.*'nearest'",
    ),
    "scale shape": (
        lambda x: ops.image.scale_and_translate(x, (6, 8, 3), [1.0], [0.0], (1,), "linear"),
        ShapeError,
        r"scale_and_translate.*output_shape.*\(2, 6, 8, 3\).*\(6, 8, 3\)",
    ),
    "scale count": (
        lambda x: ops.image.scale_and_translate(x, (2, 6, 8, 3), [1.0], [0.0, 0.0], (1,), "linear"),
        ShapeError,
        r"scale_and_translate.*translation.*\(1,\).*\(2,\)",
    ),
    "crop outside": (
        lambda x: ops.image.crop_images(x, 4, 0, target_height=3, target_width=2),
        ShapeError,
        r"crop_images.*bottom_cropping. is -1.*\(2, 6, 8, 3\).*target_height=3",
    ),
    "crop nothing left": (
        lambda x: ops.image.crop_images(x, 0, 5, 0, 4),
        ShapeError,
        r"crop_images.*target_width. is -1.*\(2, 6, 8, 3\)",
    ),
    "crop negative": (
        lambda x: ops.image.crop_images(x, -1, 0, 0, 0),
        ShapeError,
        "crop_images.*top_cropping. is -1.*negative",
    ),
    "crop one": (lambda x: ops.image.crop_images(x, 1), ConfigError, "crop_images.*two of.*bottom_cropping=None"),
    "crop three": (
        lambda x: ops.image.crop_images(x, 1, 0, 1, 0, target_height=4),
        ConfigError,
        "crop_images.*two of.*target_height=4",
    ),
    "crop float": (
        lambda x: ops.image.crop_images(
            x, **{"top_cropping": 1.0, "bottom_cropping": 1}, left_cropping=0, right_cropping=0
        ),
        ConfigError,
        "crop_images.*ints.*top_cropping=1.0",
    ),
    "pad small": (
        lambda x: ops.image.pad_images(x, 1, 1, target_height=6, target_width=9),
        ShapeError,
        r"pad_images.*bottom_padding. is -1.*\(2, 6, 8, 3\).*target_height=6",
    ),
    "pad negative": (
        lambda x: ops.image.pad_images(x, 0, 0, 0, -2),
        ShapeError,
        "pad_images.*right_padding. is -2.*negative",
    ),
    "patch sizes": (lambda x: ops.image.extract_patches(x, (2,)), ShapeError, r"extract_patches.*size.*\(2,\)"),
    "patch zero": (
        lambda x: ops.image.extract_patches(x, (0, 2)),
        ConfigError,
        r"extract_patches.*size.*2 of them.*\(0, 2\)",
    ),
    "patch strides": (
        lambda x: ops.image.extract_patches(x, 2, (1, 1, 1)),
        ConfigError,
        "extract_patches.*strides.*2 of them",
    ),
    "patch rank": (lambda x: ops.image.extract_patches(x[0, 0], 2), ShapeError, r"extract_patches.*size=2.*\(8, 3\)"),
    "patch padding": (
        lambda x: ops.image.extract_patches(x, 2, padding="full"),
        ConfigError,
        "extract_patches.*padding.*valid.*'full'",
    ),
    "patch large": (lambda x: ops.image.extract_patches(x, (7, 2)), ShapeError, r"extract_patches.*\(7, 2\).*\(6, 8\)"),
    "volume rank": (lambda x: ops.image.extract_patches_3d(x[0], 2), ShapeError, r"extract_patches_3d.*\(6, 8, 3\)"),
    "blur size": (
        lambda x: ops.image.gaussian_blur(x, (3, 0)),
        ConfigError,
        "gaussian_blur.*kernel_size.*2 of them.*0",
    ),
    "blur sizes": (
        lambda x: ops.image.gaussian_blur(x, (3, 3, 3)),
        ConfigError,
        r"gaussian_blur.*kernel_size.*\(3, 3, 3\)",
    ),
    "blur sigma": (lambda x: ops.image.gaussian_blur(x, 3, -1.0), ConfigError, "gaussian_blur.*sigma.*positive.*-1.0"),
    "edges of a line": (lambda x: ops.image.sobel_edges(x[:, :1]), ShapeError, r"sobel_edges.*\(2, 1, 8, 3\)"),
    "affine shape": (
        lambda x: ops.image.affine_transform(x, IDENTITY[:6]),
        ShapeError,
        r"affine_transform.*transform.*\(8,\).*\(6,\)",
    ),
    "affine count": (
        lambda x: ops.image.affine_transform(x, np.stack([IDENTITY] * 3)),
        ShapeError,
        r"affine_transform.*transform.*\(2, 8\).*\(3, 8\)",
    ),
    "affine mode": (
        lambda x: ops.image.affine_transform(x, IDENTITY, "bicubic"),
        ConfigError,
        "affine_transform.*interpolation.*bilinear.*'bicubic'",
    ),
    "affine fill": (
        lambda x: ops.image.affine_transform(x, IDENTITY, fill_mode="edge"),
        ConfigError,
        "affine_transform.*fill_mode.*reflect.*'edge'",
    ),
    "points": (
        lambda x: ops.image.perspective_transform(x, POINTS, POINTS[:3]),
        ShapeError,
        r"perspective_transform.*end_points.*\(4, 2\).*\(3, 2\)",
    ),
    "order": (
        lambda x: ops.image.map_coordinates(x, np.zeros((4, 1)), 2),
        ConfigError,
        "map_coordinates.*order.*0, 1.*2",
    ),
    "coordinates": (
        lambda x: ops.image.map_coordinates(x, np.zeros((3, 1)), 1),
        ShapeError,
        r"map_coordinates.*coordinates.*\(4, ...\).*\(3, 1\)",
    ),
    "elastic sigma": (
        lambda x: ops.image.elastic_transform(x, sigma=0.0),
        ConfigError,
        "elastic_transform.*sigma.*positive.*0.0",
    ),
    "elastic rank": (
        lambda x: ops.image.elastic_transform(x[0, 0]),
        ShapeError,
        r"elastic_transform.*images.*\(8, 3\)",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(backend: str, case: str) -> None:
    """The same error on every engine and on symbolic tensors."""
    call, kind, pattern = BAD[case]
    messages = []
    for images in (registry.get(backend).convert(IMAGES, None), KerasTensor(IMAGES.shape)):
        with pytest.raises(kind, match=pattern) as error:
            call(images)
        messages.append(str(error.value))
    assert messages[0] == messages[1]
