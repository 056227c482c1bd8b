"""Operations and models written to ONNX, checked, and run by onnxruntime."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from hornbeam import ops
from hornbeam.backends.onnx.engine import OnnxWriter, to_onnx
from hornbeam.core import registry, tree
from hornbeam.core.dim import Dim
from hornbeam.core.dtype import is_complex
from hornbeam.core.errors import BackendError, DtypeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.trace import trace
from hornbeam.testing.properties import arrays, batched, call, close, expected, is_drawn, results
from hornbeam.testing.sample import Sample, every_operation
from hornbeam.testing.samples import samples


def run(model: Any, given: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Outputs of a model in onnxruntime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(
        None, {node.name: np.asarray(array) for node, array in zip(session.get_inputs(), given, strict=True)}
    )


def outside(dtype: str) -> str:
    """The dtype in which arrays go in and out: onnxruntime gives NumPy no bfloat16."""
    return "float32" if dtype == "bfloat16" else dtype


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
            result = [leaf for leaf in tree.flatten(call(sample, own)) if isinstance(leaf, KerasTensor)]
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
        except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented as error:
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


def test_every_primitive_is_written_or_a_known_gap() -> None:
    primitives = {name for name, op in every_operation().items() if op.body is None}
    assert primitives - set(OnnxWriter.table) == set(OnnxWriter.gaps)
    assert not set(OnnxWriter.table) - set(every_operation())
