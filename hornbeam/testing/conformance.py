"""Certifies a backend: every property, on the samples of every operation, as one parametrised pytest test.

What a package that ships a backend writes into its tests:

    from hornbeam.testing import certify

    test_conformance = certify("toy", gaps={"erfinv": "toy has no inverse of erf"}, differentiable=False)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any

from hornbeam import ops
from hornbeam.core import registry
from hornbeam.core.errors import BackendNotInstalledError
from hornbeam.testing.properties import EXHAUSTIVE, PROPERTIES
from hornbeam.testing.sample import Sample, every_operation
from hornbeam.testing.samples import samples

# public functions that are no operations on tensors: they make tensors, tell of them, or differentiate
OTHERS = ("convert_to_numpy", "convert_to_tensor", "dtype", "is_tensor", "jvp", "ndim", "shape", "size")


def certify(
    name: str, *, gaps: Mapping[str, str] | None = None, differentiable: bool = True, own: Iterable[Sample] = ()
) -> Callable[..., None]:
    """A pytest test of the backend called `name`, with one case for each operation and property.

    Args:
        name: as the registry knows it: built in, or by an entry point of the group `hornbeam.backends`.
        gaps: what is known to fail, and why: by the id of a case ("erfinv-gradient"), or by an operation that the
            backend lacks. A gap that passes is an error, and so is one that names nothing.
        differentiable: whether the backend has gradients.
        own: samples beside those that ship.

    Returns:
        The test function. Its exhaustive cases (every dtype, extreme numbers, vmap) are marked `slow`.
    """
    import pytest

    every = {operation: list(rows) for operation, rows in samples().items()}
    for sample in own:
        every.setdefault(sample.operation, []).append(sample)
    known = dict(gaps or {})
    lacking = {gap for gap in known if gap in every}
    cases = {
        f"{operation}-{each}": (operation, each)
        for operation, rows in every.items()
        for each in PROPERTIES
        if each == "value" or (operation not in lacking and (each != "gradient" or (differentiable and sloped(rows))))
    }

    parameters = [pytest.param(None, "complete", id="complete")]
    for case, (operation, each) in cases.items():
        marks = [pytest.mark.slow] if each in EXHAUSTIVE else []
        parameters.append(pytest.param(operation, each, id=case, marks=marks))

    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize(("operation", "held"), parameters)
    def test_conformance(operation: str | None, held: str) -> None:
        try:
            engine = registry.get(name)
        except BackendNotInstalledError as error:
            pytest.skip(str(error))
        if operation is None:
            complete(engine, every, differentiable, set(known) - lacking - set(cases))
            return
        reason = known.get(f"{operation}-{held}") or known.get(operation)
        try:
            with registry.scope(name):
                PROPERTIES[held](engine, every[operation])
        except Exception:
            if reason is None:
                raise
            pytest.xfail(reason)
        if reason is not None:
            pytest.fail(f"{operation}-{held} is no gap any more, though it is listed as one: {reason}", pytrace=False)

    return test_conformance


def sloped(rows: Iterable[Sample]) -> bool:
    """Whether gradients are checked on one of the samples."""
    return any(sample.gradient for sample in rows)


def complete(engine: Any, every: Mapping[str, Any], differentiable: bool, nothing: set[str]) -> None:
    """Every operation has a sample, every gap names a case, and the backend is what it is said to be."""
    records = every_operation()
    # a second name of an operation is sampled under the first
    own = {name for name in ops.__all__ if isinstance(getattr(ops, name), FunctionType)}
    own -= {name for name in own if getattr(getattr(ops, name), "op", None) is not None} | set(OTHERS)
    missing = sorted((set(records) | own) - set(every))
    assert not missing, f"operations without a sample: {', '.join(missing)}"
    assert not nothing, f"gaps that name no case: {', '.join(sorted(nothing))}"
    assert engine.differentiable == differentiable, f"{engine.name}.differentiable is {engine.differentiable}"


def census() -> dict[str, int]:
    """How many operations are primitives, and how many composites each backend that is loaded has a native for."""
    records = every_operation()
    composites = [name for name, op in records.items() if op.body is not None]
    counts = {"operations": len(records), "primitives": len(records) - len(composites)}
    for name, engine in registry.backends.items():
        if not engine.symbolic:
            counts[name] = sum(composite in engine.table for composite in composites)
    return counts
