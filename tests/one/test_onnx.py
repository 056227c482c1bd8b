"""Operations written to ONNX, checked, and run by onnxruntime; models are in `test_onnx_models`."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as NoKernel  # type: ignore[import]

from hornbeam import layers, ops
from hornbeam.backends.onnx.engine import OnnxWriter, to_onnx
from hornbeam.core import registry, tree
from hornbeam.core.dim import Dim
from hornbeam.core.dtype import is_complex
from hornbeam.core.errors import BackendError, DtypeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.trace import trace
from hornbeam.testing.properties import arrays, batched, call, close, expected, is_drawn, results
from hornbeam.testing.sample import Sample, every_operation, floats, ints
from hornbeam.testing.samples import samples


def run(model: Any, given: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Outputs of a model in onnxruntime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session: Any = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(
        None, {node.name: np.asarray(array) for node, array in zip(session.get_inputs(), given, strict=True)}
    )


def outside(dtype: str) -> str:
    """The dtype in which arrays go in and out: onnxruntime gives NumPy no bfloat16."""
    return "float32" if dtype == "bfloat16" else dtype


def kept(structure: Any) -> list[KerasTensor]:
    """The tensors of a result."""
    return [leaf for leaf in tree.flatten(structure) if isinstance(leaf, KerasTensor)]


def written(rows: Sequence[Sample]) -> Any:
    """One model that makes the calls of all samples, with a batch of their own where they have one."""
    given = []
    for number, sample in enumerate(rows):
        places = batched(sample)
        given.append([])
        for i, array in enumerate(arrays(sample)):
            dims = (Dim.symbol(f"batch_{number}"), *array.shape[1:]) if i in places else array.shape
            given[-1].append(KerasTensor(dims, outside(array.dtype.name), name=f"input_{number}_{i}"))

    def every(leaves: Any) -> Any:
        found = []
        for sample, own in zip(rows, leaves, strict=True):
            own = [ops.cast(x, array.dtype.name) for x, array in zip(own, arrays(sample), strict=True)]
            result = kept(call(sample, own))
            assert [leaf.dtype for leaf in result] == [kind for _, kind in expected(sample)], f"{sample}"
            found.append([ops.cast(leaf, outside(leaf.dtype)) for leaf in result])
        return found

    return to_onnx(trace(every, given))


def dtypes_of(sample: Sample) -> list[str]:
    """The dtypes of a sample's arrays and results."""
    return [array.dtype.name for array in arrays(sample)] + [kind for _, kind in expected(sample)]


def is_written(sample: Sample) -> bool:
    """Whether ONNX has the dtypes and the shapes of a sample."""
    return sample.fixed and not is_drawn(sample) and not any(map(is_complex, dtypes_of(sample)))


def models(rows: Sequence[Sample]) -> Iterator[tuple[Sequence[Sample], Any]]:
    """The samples with their model: all in one; or one by one where a gap, or a missing kernel, is in the way."""
    try:
        yield rows, written(rows)
        return
    except BackendError as error:
        assert any(reason in str(error) for reason in OnnxWriter.gaps.values()), error
    for sample in rows:
        with contextlib.suppress(BackendError):
            yield [sample], written([sample])


@pytest.mark.parametrize("operation", sorted(samples()))
def test_rows(operation: str) -> None:
    rows = [sample for sample in samples()[operation] if is_written(sample)]
    wide = [sample for sample in rows if "float64" in dtypes_of(sample)]
    others = [sample for sample in rows if sample not in wide]
    for some, model in (each for group in (others, *([x] for x in wide)) for each in models(group) if group):
        onnx.checker.check_model(model, full_check=True)
        try:
            check(some, model)
        except NoKernel as error:
            # in double precision many operators have no kernel: the file is right, and cannot be run here
            assert some[0] in wide and "Could not find an implementation" in str(error)


def check(rows: Sequence[Sample], model: Any) -> None:
    """A model's outputs, for the samples and for twice their batch, are what the definition says."""
    for double in (False, True):
        given = [
            [np.concatenate([array] * 2) if double and i in batched(sample) else array for i, array in enumerate(own)]
            for sample, own in ((sample, arrays(sample)) for sample in rows)
        ]
        found = iter(run(model, [array.astype(outside(array.dtype.name)) for own in given for array in own]))
        for sample, own in zip(rows, given, strict=True):
            with registry.scope("numpy"):
                wanted = results(call(sample, own)) if double else expected(sample)
            some = [next(found) for _ in wanted]
            assert [array.dtype.name for array in some] == [outside(kind) for _, kind in wanted], f"{sample}"
            kinds = [kind for _, kind in wanted]
            close(list(zip(some, kinds, strict=True)), wanted, sample, "in onnxruntime")


@pytest.mark.slow
@pytest.mark.parametrize("operation", sorted(samples()))
def test_rows_of_unknown_sizes(operation: str) -> None:
    """As `test_rows`, with every size but 0 and 1 unknown, as far as the operation can be recorded so."""
    for sample in filter(is_written, samples()[operation]):
        own = arrays(sample)
        if any(array.dtype.name in ("bfloat16", "float64") for array in own) or "bfloat16" in dtypes_of(sample):
            continue
        sizes = [tuple(size if size < 2 else Dim.symbol(f"size_{size}") for size in array.shape) for array in own]
        given = [KerasTensor(dims, x.dtype.name, name=f"x{i}") for i, (dims, x) in enumerate(zip(sizes, own))]
        try:
            graph = trace(lambda leaves, sample=sample: kept(call(sample, leaves)), given)
            model = to_onnx(graph)
        except (BackendError, TypeError, ValueError):  # a size must be known, to record it or for ONNX
            continue
        onnx.checker.check_model(model, full_check=True)
        kinds = [kind for _, kind in expected(sample)]
        close(list(zip(run(model, own), kinds, strict=True)), expected(sample), sample, "of unknown sizes")


def test_every_primitive_is_written_or_a_known_gap() -> None:
    primitives = {name for name, op in every_operation().items() if op.body is None}
    assert primitives - set(OnnxWriter.table) == set(OnnxWriter.gaps)
    assert not set(OnnxWriter.table) - set(every_operation())


def test_a_gap_says_why_and_where() -> None:
    class Solver(layers.Layer):
        def call(self, x: Any) -> Any:
            return ops.cholesky(x)

    with pytest.raises(BackendError, match=r"linalg\.cholesky in layer 'solver'.*ONNX has no operator for it"):
        to_onnx(Solver(name="solver"), KerasTensor((None, 3, 3)))
    with pytest.raises(DtypeError, match="complex64"):
        to_onnx(ops.conjugate, KerasTensor((3,), "complex64"))


NAN, INF = np.nan, np.inf
ODD = np.array([[1, NAN, 3, INF], [NAN, NAN, INF, -INF], [0.0, -0.0, INF, INF], [-INF, 2, NAN, 2]], "float32")
OTHER = np.array([[1, -2, 0.0, INF], [3, -INF, 2, -1], [NAN, 0, -0.0, 5], [0.1, -0.1, INF, -3]], "float32")
WIDE = floats(4, 37)
WIDE[1, 20] = NAN
TIES = ints(4, 50, high=3)
SIGNS = np.array([-7, 7, -7, 7, 0, 5, -(2**31)], "int32"), np.array([3, -3, -3, 3, 0, 0, -1], "int32")
BYTES = np.array([250, 3, 7, 255], "uint8"), np.array([9, 5, 200, 2], "uint8")
NUMBERS = np.arange(36, dtype="float32").reshape(3, 4, 3)
TWICE = np.array([[0], [-1], [0], [2], [0]], "int32"), np.arange(10, dtype="float32").reshape(5, 2) + 1
HALVES = np.array([0.5, 1.5, 2.5, -0.5, -1.5, 0.25, 15, 25, 12.35], "float32")
TINY = np.array([1e-7, -1e-6, 1e-20, 0.5, -0.999, 0.99999, 1, -1, 0], "float32")
LARGE = np.array([-20, -3.75, 3.75, 3.76, 8, 9.1, 80], "float32")
KEYS = [
    lambda i: i,
    lambda i: (i, 1),
    lambda i: (1, slice(None), i),
    lambda i: (i, slice(None), i),
    lambda i: (slice(None), i, i),
    lambda i: (None, i, None),
    lambda i: (slice(None), None, i),
    lambda i: (-1, ..., -1),
    lambda i: slice(None, None, -2),
    lambda i: (slice(None), slice(5, 1, -1)),
    lambda i: (slice(-2, None), slice(None, None, 3), slice(-100, 100)),
    lambda i: slice(3, 1),
    lambda i: (..., None, i),
    lambda i: (i[:, None], i),
]
CASES: dict[str, tuple[Callable[..., list[Any]], tuple[np.ndarray, ...]]] = {
    "nan in extremes": (
        lambda x, w: [f(each, 1) for f in (ops.max, ops.min) for each in (x, w)] + [ops.min(w)],
        (ODD, WIDE),
    ),
    "nan in places": (lambda x, w: [f(each, 1) for f in (ops.argmax, ops.argmin) for each in (x, w)], (ODD, WIDE)),
    "nan in order": (lambda x: [ops.sort(x, 1), ops.argsort(x, 1), ops.sort(x, 0), *ops.top_k(x, 3)], (ODD,)),
    "ties": (lambda x: [ops.argsort(x, 1), ops.argmax(x, 1), ops.argmin(x, 0), *ops.top_k(x, 7)], (TIES,)),
    "whole division": (lambda a, b: [a // b, a % b], SIGNS),
    "float division": (lambda a, b: [f(a, b) for f in (ops.floor_divide, ops.mod, ops.fmod, ops.divide)], (ODD, OTHER)),
    "pairs": (
        lambda a, b: [f(a, b) for f in (ops.maximum, ops.minimum, ops.arctan2, ops.power, ops.fmax)],
        (ODD, OTHER),
    ),
    "odd numbers": (
        lambda x: [
            f(x) for f in (ops.round, ops.sign, ops.isfinite, ops.isinf, ops.expm1, ops.log1p, ops.erfc, ops.signbit)
        ],
        (ODD,),
    ),
    "small numbers": (lambda x: [f(x) for f in (ops.expm1, ops.log1p, ops.erfinv, ops.erfc, ops.i0)], (TINY,)),
    "large numbers": (lambda x: [ops.i0(x), ops.erfc(x)], (LARGE,)),
    "halves": (
        lambda x: [ops.round(x), ops.round(x, 1), ops.round(x, -1), ops.round(ops.cast(x, "int32"), -1)],
        (HALVES,),
    ),
    "whole powers": (
        lambda a: [ops.power(a, 7), ops.square(a), ops.power(a, 0), ops.power(a, ops.absolute(a))],
        (SIGNS[1],),
    ),
    "bytes": (lambda a, b: [a + b, a - b, a * b, a // b, a % b, ops.bitwise_not(a), ops.left_shift(a, b % 8)], BYTES),
    "shifts": (lambda a, b: [ops.left_shift(a, abs(b)), ops.right_shift(a, abs(b) * 11)], SIGNS),
    "nothing": (
        lambda x: [
            *(
                ops.sum(x, 0),
                ops.mean(x, 0),
                ops.any(x > 0, 0),
                ops.all(x > 0),
                ops.max(x, 0, initial=1.0),
                ops.sort(x, 0),
            ),
            *(ops.prod(x, 0), ops.cumsum(x, 0), ops.reshape(x, (-1, 6)), ops.softmax(x), ops.reshape(x, (0, 3, 5))),
        ],
        (np.zeros((0, 3), "float32"),),
    ),
    "scattered twice": (
        lambda i, u: (
            [ops.scatter_update(ops.zeros((5, 2)), i, u, how) for how in ("add", "max", "min", "mul")]
            + [ops.scatter_update(ops.ones((5, 2), "float16"), i, ops.cast(u, "float16"), "add")]
        ),
        TWICE,
    ),
    "mirrors": (
        lambda x: [ops.pad(x, ((3, 5), (7, 1), (0, 0)), mode) for mode in ("reflect", "symmetric", "edge")],
        (NUMBERS,),
    ),
    "indices": (lambda x, i: [x[key(i)] for key in KEYS], (NUMBERS, np.array([0, -1, 2], "int32"))),
    "diagonals": (lambda x: [ops.diagonal(x, k) for k in range(-4, 6)], (NUMBERS[0],)),
    "repetition": (
        lambda x: [
            *(
                ops.repeat(x, 2, 0),
                ops.repeat(x, 3, 1),
                ops.repeat(x, 2),
                ops.tile(x, (2, 1, 3)),
                ops.tile(x, (2, 1, 1, 2)),
            ),
            *(ops.roll(x, 5, 1), ops.roll(x, (1, -7), (0, 2)), ops.roll(x, 4), ops.flip(x, (0, 2)), ops.cumprod(x, 1)),
        ],
        (NUMBERS,),
    ),
    "search": (
        lambda s, v: [ops.searchsorted(s, v, side) for side in ("left", "right")],
        (np.array([-1, 0, 0, 2, INF, NAN], "float32"), np.array([NAN, INF, -INF, 0, 2, 3], "float32")),
    ),
}


@pytest.mark.parametrize("unknown", [False, True], ids=["known", "unknown"])
@pytest.mark.parametrize("case", CASES)
def test_values(case: str, unknown: bool) -> None:
    """Where ONNX and NumPy part: what comes out is NumPy's."""
    function, given = CASES[case]
    if unknown and case == "scattered twice":
        pytest.skip("the depth of the indices must be known")
    specs = [
        KerasTensor([Dim.symbol(f"{n}_{i}") for i in range(x.ndim)] if unknown else x.shape, x.dtype.name, name=n)
        for n, x in zip("xy", given)
    ]
    model = to_onnx(function, *specs)
    onnx.checker.check_model(model, full_check=True)
    with registry.scope("numpy"), np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        wanted = results(function(*given))
    for i, (found, (array, dtype)) in enumerate(zip(run(model, given), wanted, strict=True)):
        assert (found.dtype.name, found.shape) == (dtype, array.shape), f"{case}, number {i}"
        np.testing.assert_allclose(found, array, rtol=3e-6, atol=1e-7, err_msg=f"{case}, number {i}")


def test_draws_are_the_portable_ones() -> None:
    seed = np.array([3, 1], "uint32")
    draws = ("uniform", "normal", "truncated_normal", "randint", "gamma", "binomial")
    every = every_operation()
    shape, parameters = (3, 5), {"randint": (0, 9, "int32"), "gamma": (), "binomial": ()}

    def drawn(prefix: str) -> Callable[..., list[Any]]:
        def draw(seed: Any, alpha: Any, counts: Any) -> list[Any]:
            found = []
            for name in draws:
                shaped = {"gamma": (alpha,), "binomial": (counts, ops.minimum(alpha, 0.5))}.get(name, (shape,))
                found.append(
                    every[f"random.{prefix}{name}"].function(
                        seed, *shaped, *parameters.get(name, (-1.0, 2.0, "float32"))
                    )
                )
            return [
                *found,
                every["random.bits"].function(seed, shape, 31, 2),
                *every["random.next_seed"].function(seed),
            ]

        return draw

    given = seed, floats(4, low=0.2, high=3.0), np.array([3, 9, 0, 5], "float32")
    specs = [KerasTensor(x.shape, x.dtype.name, name=name) for name, x in zip("sac", given)]
    model = to_onnx(drawn(""), *specs)
    onnx.checker.check_model(model, full_check=True)
    with registry.scope("numpy"):
        wanted = [np.asarray(x) for x in drawn("portable_")(*given)]
    for found, array in zip(run(model, given), wanted, strict=True):
        assert found.dtype == array.dtype
        np.testing.assert_allclose(found, array, rtol=1e-5)
