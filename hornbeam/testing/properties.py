"""The properties that operations have on every backend: one function each, of an engine and an operation's samples.

The numpy backend is the definition: values, and gradients by finite differences, are compared with its answers.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from hornbeam import ops
from hornbeam.core import config, errors, registry, tree
from hornbeam.core import dtype as dtypes
from hornbeam.core.dim import Dim
from hornbeam.core.errors import DtypeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph
from hornbeam.graph.interpret import interpret
from hornbeam.graph.trace import trace
from hornbeam.ops import transforms
from hornbeam.testing.sample import Sample, every_operation, of

Samples = Sequence[Sample]
Result = list[tuple[np.ndarray, str]]
COARSE = {"float16": 3e-3, "bfloat16": 3e-2}
STEP = 1e-5  # of finite differences in float64
DEFINED = ("random.next_seed", "random.bits", "random.portable_")  # all other draws are an engine's own
# fmt: off
ALL_DTYPES = (
    "bool", "uint8", "uint16", "uint32", "int8", "int16", "int32", "int64",
    "float16", "bfloat16", "float32", "float64", "complex64",
)
# fmt: on


# Calls of samples


def arrays(sample: Sample) -> list[np.ndarray]:
    """The arrays among the arguments, in the order in which they stand there."""
    return [leaf for leaf in tree.flatten((sample.args, sample.kwargs)) if is_array(leaf)]


def is_array(leaf: Any) -> bool:
    """Whether a leaf of a sample's arguments becomes a tensor."""
    return isinstance(leaf, (np.ndarray, np.generic))


def filled(sample: Sample, leaves: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The sample's arguments with other things in the places of its arrays."""
    rest = iter(leaves)
    return tree.map_structure(lambda leaf: next(rest) if is_array(leaf) else leaf, (sample.args, sample.kwargs))


def call(sample: Sample, leaves: Sequence[Any]) -> Any:
    """The sample's call on other tensors."""
    args, kwargs = filled(sample, leaves)
    return sample.function(*args, **kwargs)


def tensors(engine: Any, given: Sequence[np.ndarray]) -> list[Any]:
    """Arrays as the engine's tensors."""
    return [engine.convert(np.asarray(array), None) for array in given]


def results(structure: Any) -> Result:
    """Values and dtypes of the tensors of a result."""
    found = []
    for leaf in tree.flatten(structure):
        if leaf is not None:
            engine = registry.backend_of(leaf) or registry.get("numpy")
            leaf = leaf if hasattr(leaf, "dtype") else engine.convert(leaf, None)
            found.append((np.asarray(engine.to_numpy(leaf)), engine.dtype(leaf)))
    return found


@functools.lru_cache(maxsize=8192)
def computed(name: str, sample: Sample) -> Result:
    """What the backend called `name` answers."""
    with registry.scope(name):
        return results(call(sample, tensors(registry.get(name), arrays(sample))))


def expected(sample: Sample) -> Result:
    """What the definition answers."""
    return computed("numpy", sample)


def is_drawn(sample: Sample) -> bool:
    """Whether the values are an engine's own choice."""
    return sample.operation.startswith("random.") and not sample.operation.startswith(DEFINED)


def close(found: Result, wanted: Result, sample: Sample, what: str = "", dtype: str | None = None) -> None:
    """Values and shapes are equal, to the precision of the dtype."""
    assert len(found) == len(wanted), f"{sample} {what}: {len(found)} results, not {len(wanted)}"
    for (a, kind), (b, _) in zip(found, wanted, strict=True):
        assert a.shape == b.shape, f"{sample} {what}: shape {a.shape}, not {b.shape}"
        wide = "complex128" if dtypes.is_complex(kind) else "float64"
        exact = not (dtypes.is_floating(kind) or dtypes.is_complex(kind))
        coarse = max(COARSE.get(dtype or kind, 0.0), COARSE.get(kind, 0.0))
        tolerance = 0.0 if exact else max(coarse, sample.tolerance)
        a, b = a.astype(wide), b.astype(wide)
        # where small numbers are left of sums of large ones, they are as coarse as those
        scale = max(1.0, np.abs(b).max(initial=0.0, where=np.isfinite(b))) if coarse else 1.0
        with np.errstate(all="ignore"):
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale, err_msg=f"{sample} {what}")


@contextlib.contextmanager
def without_native(engine: Any, operation: str) -> Iterator[None]:
    """A block in which a composite runs by its body."""
    native = engine.table.pop(operation)
    try:
        yield
    finally:
        engine.table[operation] = native


# The properties


def value(engine: Any, samples: Samples) -> None:
    """As the definition says; the definition itself is what its composites' bodies say."""
    for sample in samples:
        if is_drawn(sample):
            draws(engine, sample)
        elif engine.name != "numpy":
            close(computed(engine.name, sample), expected(sample), sample)
        elif sample.fixed:
            graph = recorded(sample, False)
            close(results(interpret(graph, arrays(sample), backend=engine)[0]), expected(sample), sample)


def draws(engine: Any, sample: Sample) -> None:
    """One seed draws the same twice, another one something else, and many draws have the distribution's moments."""
    found = computed(engine.name, sample)
    seed, *rest = tensors(engine, arrays(sample))
    again = results(call(sample, [seed, *rest]))
    assert all(np.array_equal(a, b) for (a, _), (b, _) in zip(found, again, strict=True)), f"{sample} does not repeat"
    if sample.moments is None:
        return
    other = results(call(sample, [engine.convert(np.array([4, 1], "uint32"), None), *rest]))
    assert not np.array_equal(found[0][0], other[0][0]), f"{sample} draws the same from two seeds"
    mean, deviation = sample.moments
    numbers = found[0][0].astype("float64")
    # five standard errors
    assert abs(numbers.mean() - mean) <= 5 * deviation / np.sqrt(numbers.size) + 1e-3 * abs(mean), (
        f"{sample}: mean {numbers.mean():.4f}, not {mean:.4f}"
    )
    assert abs(numbers.std() - deviation) <= 0.05 * deviation, (
        f"{sample}: standard deviation {numbers.std():.4f}, not {deviation:.4f}"
    )


def dtype(engine: Any, samples: Samples) -> None:
    """As the definition's; what the engine lacks is narrowed as it says."""
    for sample in samples:
        found, wanted = ([kind for _, kind in computed(name, sample)] for name in (engine.name, "numpy"))
        assert found == [engine.narrow.get(kind, kind) for kind in wanted], f"{sample}: {found}, not {wanted}"


def shape(engine: Any, samples: Samples) -> None:
    """As the definition's, and what the engine says of its tensor is what the values have."""
    for sample in samples:
        with registry.scope(engine.name):
            leaves = with_values(call(sample, tensors(engine, arrays(sample))))
        wanted = [value.shape for value, _ in expected(sample)]
        assert [tuple(engine.shape(leaf)) for leaf in leaves] == wanted[: len(leaves)], f"{sample}"


def native(engine: Any, samples: Samples) -> None:
    """An engine's own kernel of a composite answers as the body does, in value, dtype, shape and gradient."""
    operation = every_operation().get(samples[0].operation)
    if operation is None or operation.body is None or operation.name not in engine.table:
        return
    with without_native(engine, operation.name):
        bodies = [results(call(sample, tensors(engine, arrays(sample)))) for sample in samples]
        if engine.differentiable:
            gradient(engine, samples)
    for sample, body in zip(samples, bodies, strict=True):
        if not is_drawn(sample):
            found = computed(engine.name, sample)
            assert [kind for _, kind in found] == [kind for _, kind in body], f"{sample} by its body"
            close(found, body, sample, "by its body")


def gradient(engine: Any, samples: Samples) -> None:
    """Of every float argument, as finite differences of the definition in double precision say."""
    differentiated = [sample for sample in samples if sample.gradient]
    if not differentiated or not engine.differentiable:
        return
    chosen = [float_places(sample) for sample in differentiated]
    given = [[arrays(sample)[i] for i in places] for sample, places in zip(differentiated, chosen, strict=True)]

    def total(leaves: list[list[Any]]) -> Any:
        sums = []
        for sample, places, own in zip(differentiated, chosen, leaves, strict=True):
            every = tensors(engine, arrays(sample))
            for place, leaf in zip(places, own, strict=True):
                every[place] = leaf
            sums += [weighted(part) for part in tree.flatten(call(sample, every)) if is_float(part)]
        return functools.reduce(ops.add, sums)

    differentiate = engine.compile(engine.value_and_grad(total, (0,), False))
    _, (found,) = differentiate([tensors(engine, leaves) for leaves in given])
    for sample, slopes in zip(differentiated, found, strict=True):
        for slope, wanted in zip(slopes, differences(sample), strict=True):
            scale = max(1.0, float(np.abs(wanted).max(initial=0.0)))
            np.testing.assert_allclose(
                np.asarray(engine.to_numpy(slope)),
                wanted,
                rtol=1e-5,
                atol=sample.tolerance * scale,
                err_msg=f"{sample}",
            )


def float_places(sample: Sample) -> tuple[int, ...]:
    """The places of the arrays by which the result is differentiated."""
    if not isinstance(sample.gradient, bool):
        return sample.gradient
    return tuple(i for i, array in enumerate(arrays(sample)) if is_float(array))


def is_float(leaf: Any) -> bool:
    """Whether a leaf is a tensor or an array of floats."""
    return hasattr(leaf, "dtype") and dtypes.is_floating(dtypes.standardize(leaf.dtype))


def weighted(result: Any) -> Any:
    """A number that depends on each element of a result in its own way."""
    weights = np.cos(1.0 + np.arange(np.prod(result.shape, dtype=int))).reshape(result.shape)
    finite = ops.where(ops.isfinite(result), result, 0.0)
    return ops.sum(ops.multiply(finite, ops.cast(weights, dtypes.standardize(result.dtype))))


@contextlib.contextmanager
def double_precision() -> Iterator[None]:
    """A block in which floats are float64 where nothing else is said."""
    outer = config.floatx()
    config.set_floatx("float64")
    try:
        yield
    finally:
        config.set_floatx(outer)


@functools.lru_cache(maxsize=4096)
def differences(sample: Sample) -> list[np.ndarray]:
    """The gradient of `weighted` by each float argument: central differences of the definition in float64."""
    given = [np.array(array, "float64") if is_float(array) else array for array in arrays(sample)]

    def total() -> float:
        return float(sum(weighted(part) for part in tree.flatten(call(sample, given)) if is_float(part)))

    slopes = []
    with registry.scope("numpy"), double_precision():
        for array in (given[i] for i in float_places(sample)):
            slope = np.zeros(array.shape)
            for place in np.ndindex(array.shape):
                middle, ends = array[place], []
                for step in (STEP, -STEP):
                    array[place] = middle + step
                    ends.append(total())
                array[place] = middle
                slope[place] = (ends[0] - ends[1]) / (2 * STEP)
            slopes.append(slope)
    return slopes


def symbolic(engine: Any, samples: Samples) -> None:
    """Recording says the shapes and dtypes that computing gives, with the first axis known and unknown."""
    for sample in samples:
        if not sample.fixed:
            continue
        for unknown in (False, True) if batched(sample) else (False,):
            specs = [leaf for leaf in tree.flatten(recorded(sample, unknown).outputs) if isinstance(leaf, KerasTensor)]
            found = computed(engine.name, sample)
            assert len(specs) == len(found), f"{sample}: {len(specs)} results recorded, not {len(found)}"
            for spec, (array, kind) in zip(specs, found, strict=True):
                assert engine.narrow.get(spec.dtype, spec.dtype) == kind, f"{sample}: {spec.dtype} recorded, not {kind}"
                sizes = {"batch": len(arrays(sample)[batched(sample)[0]])} if unknown else {}
                dims = [size.substitute(sizes) if isinstance(size, Dim) else size for size in spec.dims]
                agree = [size == real or isinstance(size, Dim) for size, real in zip(dims, array.shape, strict=False)]
                assert len(dims) == array.ndim and all(agree), f"{sample}: {spec.dims} recorded, not {array.shape}"


def batched(sample: Sample) -> tuple[int, ...]:
    """The places of the arrays whose first axis is the batch."""
    given = arrays(sample)
    if not isinstance(sample.batch, bool):
        return sample.batch
    if not sample.batch or not given or not given[0].ndim:
        return ()
    return tuple(i for i, array in enumerate(given) if array.shape == given[0].shape)


@functools.lru_cache(maxsize=4096)
def recorded(sample: Sample, unknown: bool) -> Graph:
    """The sample's call on symbolic tensors, with the batch known or unknown."""
    places = batched(sample) if unknown else ()
    given = [
        KerasTensor((None, *array.shape[1:]) if i in places else array.shape, array.dtype.name)
        for i, array in enumerate(arrays(sample))
    ]
    return trace(lambda leaves: call(sample, leaves), given)


def replay(engine: Any, samples: Samples) -> None:
    """What was recorded with an unknown batch computes what the definition says of twice the sample's."""
    chosen = [sample for sample in samples if batched(sample) and sample.fixed]

    def every(leaves: list[list[Any]]) -> list[Any]:
        return [
            with_values(interpret(recorded(sample, True), own, backend=engine)[0])
            for sample, own in zip(chosen, leaves, strict=True)
        ]

    given = [tensors(engine, arrays(doubled(sample))) for sample in chosen]
    # in one program where each call by itself would be compiled
    run = engine.compile(every) if engine.functional else every
    for sample, leaves, found in zip(chosen, given, run(given), strict=True):
        wanted = results(call(sample, leaves)) if is_drawn(sample) else expected(doubled(sample))
        close(results(found), wanted, sample, "replayed")


@functools.lru_cache(maxsize=4096)
def doubled(sample: Sample) -> Sample:
    """The sample with its batch twice."""
    places = batched(sample)
    given = [np.concatenate([array] * 2) if i in places else array for i, array in enumerate(arrays(sample))]
    args, kwargs = filled(sample, given)
    return dataclasses.replace(sample, args=args, kwargs=kwargs)


def with_values(structure: Any) -> list[Any]:
    """The tensors of a result, flat."""
    return [leaf for leaf in tree.flatten(structure) if hasattr(leaf, "dtype")]


def jit(engine: Any, samples: Samples) -> None:
    """Compiled calls answer as eager ones do."""
    compiled = [sample for sample in samples if sample.fixed]

    def every(leaves: list[list[Any]]) -> list[Any]:
        return [with_values(call(sample, own)) for sample, own in zip(compiled, leaves, strict=True)]

    given = [tensors(engine, arrays(sample)) for sample in compiled]
    for sample, found, wanted in zip(compiled, transforms.jit(every)(given), every(given), strict=True):
        close(results(found), results(wanted), sample, "compiled")


def vmap(engine: Any, samples: Samples) -> None:
    """Mapped over a new first axis of all arguments, as a loop answers."""
    for sample in samples:
        given = arrays(sample)
        if not sample.fixed or not given or not mappable(sample):
            continue
        other = [np.flip(array) for array in given]
        stacked = [engine.convert(np.stack(pair), None) for pair in zip(given, other, strict=True)]
        found = transforms.vmap(lambda *leaves, sample=sample: call(sample, leaves))(*stacked)
        loop = [results(call(sample, tensors(engine, leaves))) for leaves in (given, other)]
        wanted = [(np.stack([a, b]), kind) for (a, kind), (b, _) in zip(*loop, strict=True)]
        close(results(found), wanted, sample, "mapped")


MAPPED = ("elementwise", "reduce", "contract", "activation", "normalization", "loss")


def mappable(sample: Sample) -> bool:
    """Whether the operation is one of those that `vmap` must map: elementwise, reductions, contractions."""
    operation = every_operation().get(sample.operation)
    return operation is not None and operation.function.__module__.rpartition(".")[2] in MAPPED


# Other inputs: of public operations, for the others get what the public ones have checked and converted


def is_public(sample: Sample) -> bool:
    """Whether users call the operation themselves."""
    if sample.operation.startswith("random."):
        return False  # draws, as functions of a seed
    found: Any = ops
    for part in sample.operation.split("."):
        found = getattr(found, part, None)
    record = getattr(found, "op", None)
    return found is not None and (record is None or record.name == sample.operation)


def same_answer(engine: Any, sample: Sample, what: str, dtype: str | None = None, exact: bool = True) -> None:
    """The engine answers as the definition does, or refuses with the same error, one of the package's own.

    Where the answer is not `exact`, one that is not finite is as good as another.
    """
    wanted, found = answer("numpy", sample), answer(engine.name, sample)
    if isinstance(wanted, Exception) or isinstance(found, Exception):
        assert type(found) is type(wanted), f"{sample} {what}: {shown(found)}, not {shown(wanted)}"
        assert type(found).__module__ == errors.__name__, f"{sample} {what}: {shown(found)} is no error of the package"
        return
    kinds = [kind for _, kind in found]
    assert kinds == [engine.narrow.get(kind, kind) for _, kind in wanted], f"{sample} {what}: {kinds}, not {wanted}"
    if not exact:
        found, wanted = finite(found), finite(wanted)
    close(found, wanted, sample, what, dtype)


def finite(found: Result) -> Result:
    """The result with NaN for all that is not finite."""
    return [(np.where(np.isfinite(array), array, np.nan), kind) for array, kind in found]


@functools.lru_cache(maxsize=16384)
def answer(name: str, sample: Sample) -> Result | Exception:
    """What the backend called `name` computes, or the error that it raises."""
    try:
        return computed(name, sample)
    except Exception as error:
        return error.with_traceback(None)


def shown(found: Result | Exception) -> str:
    """An answer in an error message."""
    return repr(found) if isinstance(found, Exception) else f"values of {[kind for _, kind in found]}"


@functools.lru_cache(maxsize=4096)
def emptied(sample: Sample) -> Sample:
    """The sample with no elements along the first axis."""
    places = batched(sample)
    args, kwargs = filled(sample, [array[:0] if i in places else array for i, array in enumerate(arrays(sample))])
    return dataclasses.replace(sample, args=args, kwargs=kwargs)


def empty(engine: Any, samples: Samples) -> None:
    """With an axis of size 0, as the definition answers, or refuses."""
    for sample in samples:
        if batched(sample) and is_public(sample):
            same_answer(engine, emptied(sample), "of nothing")


@functools.lru_cache(maxsize=4096)
def with_extremes(sample: Sample, extreme: str) -> Sample:
    """The sample with an extreme number in every fifth place of its first array of float32."""
    given = arrays(sample)
    place = next(i for i, array in enumerate(given) if has_room(array))
    limits = np.finfo("float32")
    number = {"max": limits.max, "min": limits.min, "tiny": limits.tiny}.get(extreme) or float(extreme)
    changed = given[place].copy()
    changed.reshape(-1)[1::5] = number
    args, kwargs = filled(sample, [*given[:place], changed, *given[place + 1 :]])
    return dataclasses.replace(sample, args=args, kwargs=kwargs)


# what is found in matrices, signals and scores that are not finite is nobody's promise
NOWHERE = ("linear_algebra", "fourier", "ctc")
# files of operations that compute each element by itself, or take the elements as they are
EXACT = ("elementwise", "activation", "move", "index", "order", "create", "rearrangement")


def extreme(engine: Any, samples: Samples) -> None:
    """With NaN, infinities, zeros, and the largest and smallest numbers, as the definition answers.

    Where sums decide, what overflows on the way depends on their order: the largest and smallest are left out there.
    """
    for sample in samples:
        if not (sample.extremes and is_public(sample)) or not any(map(has_room, arrays(sample))):
            continue
        file = file_of(sample)
        if file in NOWHERE:
            continue
        exact = file in EXACT
        for number in ("nan", "inf", "-inf", "0.0", "-0.0", *(("max", "min", "tiny") if exact else ())):
            same_answer(engine, with_extremes(sample, number), f"with {number}", exact=exact)


def file_of(sample: Sample) -> str:
    """The file of `hornbeam/ops` that holds the operation."""
    return sample.function.__module__.rpartition(".")[2]


def has_room(array: np.ndarray) -> bool:
    """Whether extreme numbers are put into the array."""
    return array.dtype == np.float32 and array.size > 1


@functools.lru_cache(maxsize=16384)
def in_dtype(sample: Sample, kind: str) -> Sample:
    """The sample with its float arrays in a dtype, or its first array where none holds floats."""
    given = arrays(sample)
    places = [i for i, array in enumerate(given) if array.dtype == np.float32] or [0]

    def converted(array: np.ndarray, first: bool) -> np.ndarray:
        if kind == "bool":
            return np.asarray(array > 0) if first else np.ones(array.shape, "bool")
        # small and positive: engines differ in sums that leave the dtype, in quotients by 0, and in negative powers
        return of(
            1 + np.abs(np.nan_to_num(array.astype("float64"))).clip(0, 2) if dtypes.is_integer(kind) else array, kind
        )

    changed = [converted(array, i == places[0]) if i in places else array for i, array in enumerate(given)]
    args, kwargs = filled(sample, changed)
    return dataclasses.replace(sample, args=args, kwargs=kwargs)


WHOLE = tuple(kind for kind in ALL_DTYPES if not (dtypes.is_floating(kind) or dtypes.is_complex(kind)))
# whole numbers make matrices singular and scores equal; where a sum leaves its dtype, some engines wrap and some do not
# and where a quotient becomes a whole number again, its last bit decides
AMBIGUOUS = {"linear_algebra": WHOLE, "ctc": WHOLE, "normalization": WHOLE, "convolution": ("int8", "uint8")}


def every_dtype(engine: Any, samples: Samples) -> None:
    """In each dtype, as the definition answers, with the dtype that recording says; or the same refusal everywhere."""
    for sample in samples:
        if not arrays(sample) or not is_public(sample) or sample.call or any(map(callable, tree.flatten(sample.args))):
            continue
        for kind in (each for each in ALL_DTYPES if each not in AMBIGUOUS.get(file_of(sample), ())):
            cast = in_dtype(sample, kind)
            same_answer(engine, cast, f"in {kind}", kind)
            wanted = answer("numpy", cast)
            if sample.fixed and (not isinstance(wanted, Exception) or isinstance(wanted, DtypeError)):
                refused = isinstance(wanted, Exception)
                try:
                    outputs = tree.flatten(recorded(cast, False).outputs)
                except DtypeError as error:
                    assert refused, f"{cast} in {kind}: recording refuses: {error!r}"
                    continue
                said = [spec.dtype for spec in outputs if isinstance(spec, KerasTensor)]
                assert not refused, f"{cast} in {kind}: {said} recorded, where computing refuses: {wanted!r}"
                assert said == [each for _, each in wanted], f"{cast} in {kind}: {said} recorded, not {shown(wanted)}"


PROPERTIES: dict[str, Callable[[Any, Samples], None]] = {
    "value": value,
    "dtype": dtype,
    "shape": shape,
    "native": native,
    "gradient": gradient,
    "symbolic": symbolic,
    "replay": replay,
    "jit": jit,
    "vmap": vmap,
    "empty": empty,
    "extreme": extreme,
    "dtypes": every_dtype,
}
EXHAUSTIVE = ("vmap", "extreme", "dtypes")
