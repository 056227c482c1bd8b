"""Models, functions and graphs as ONNX models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hornbeam.backends.onnx import control, moves, nn, primitives, random
from hornbeam.backends.onnx.gaps import gaps
from hornbeam.backends.onnx.writer import OnnxWriter, Tensor, ir, passes
from hornbeam.core import dtype as dtypes
from hornbeam.core import registry, tree
from hornbeam.core.errors import BackendError, ConfigError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph
from hornbeam.graph.trace import Recording, trace
from hornbeam.graph.write import write

LARGEST = 2**31 - 2**24  # bytes of weights, with room for the rest
OPERATOR_SET, FORMAT = 21, 10  # the newest that all of onnxruntime's kernels know, and the file format it came with

OnnxWriter.table = {**primitives.table, **moves.table, **nn.table, **control.table, **random.table}
OnnxWriter.conditions = {**primitives.conditions, **nn.conditions}
OnnxWriter.gaps = gaps


def to_onnx(
    model: Any,
    *inputs: Any,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    variables: str = "initializers",
) -> Any:
    """`model(*inputs)` as an `onnx.ModelProto`.

    Sizes that are not known become named dimensions. Where layers keep channels last, `Transpose` nodes stand around
    convolutions, which onnxruntime moves out of the way.

    Args:
        model: a model, a layer, a function of tensors, or a recorded graph.
        *inputs: structures of `KerasTensor`s (or of what else has a shape and a dtype, such as arrays); none for a
            graph, and for a model that knows its inputs.
        input_names, output_names: of the flat inputs and outputs; the model's own, or made up, if None.
        variables: "initializers" ships their values; "inputs" makes each an input, and what the call assigns outputs.

    Raises:
        BackendError: an operation that ONNX lacks, a call that assigns variables that are shipped, or more weights
            than one file holds.

    Example:
        >>> to_onnx(hornbeam.ops.softmax, hornbeam.KerasTensor((None, 3))).graph.node[0].op_type
        'Softmax'
    """
    graph = model if isinstance(model, Graph) else _recorded(model, inputs)
    shipped = variables == "initializers"
    if shipped and graph.state_outputs:
        names = ", ".join(f"'{variable.path}'" for variable, _ in graph.state_outputs)
        raise BackendError(
            f"ONNX: the call assigns {names}, and an ONNX graph keeps no state. Write it with `training=False`, or "
            'with `variables="inputs"`.'
        )
    weights = sum(math.prod(x.shape) * dtypes.itemsize(x.dtype) for x, _ in graph.state_inputs) if shipped else 0
    if weights >= LARGEST:
        raise BackendError(f"ONNX: one file holds 2 GB, and the weights are {weights / 2**30:.1f} GB.")
    writer = OnnxWriter()
    names = input_names or _names(model, "input", graph.inputs) or [tensor.name for tensor in graph.inputs]
    given = [writer.input(name, x.dims, x.dtype) for name, x in zip(names, graph.inputs, strict=True)]
    state = [_variable(writer, variable, shipped) for variable, _ in graph.state_inputs]
    outputs, updates = write(graph, writer, given, state)
    names = [*(output_names or _names(model, "output", outputs) or [f"output_{i}" for i in range(len(outputs))])]
    names += [f"{variable.path}:new" for variable, _ in graph.state_outputs]
    specs = [*graph.output_tensors(), *(tensor for _, tensor in graph.state_outputs)]
    ends = [_end(writer, *each) for each in zip([*outputs, *updates], specs, names, strict=True)]
    made = ir.Graph(
        [x.value for x in (given if shipped else [*given, *state])],
        ends,
        nodes=writer.nodes,
        initializers=writer.initializers,
        opset_imports={"": OPERATOR_SET},
        name=getattr(model, "name", None) or "hornbeam",
    )
    proto = ir.Model(made, ir_version=FORMAT, producer_name="hornbeam")
    passes.CommonSubexpressionEliminationPass()(proto)
    passes.RemoveUnusedNodesPass()(proto)
    return ir.to_proto(proto)


def _recorded(model: Any, inputs: tuple[Any, ...]) -> Graph:
    own = () if inputs else getattr(model, "inputs", None)
    if own is None:
        raise ConfigError(f"ONNX: {model} does not know its inputs; give a `KerasTensor` for each.")

    def fresh(leaf: Any) -> Any:
        if not hasattr(leaf, "shape"):
            return leaf
        shape = getattr(leaf, "dims", leaf.shape)
        return KerasTensor(shape, dtypes.standardize(leaf.dtype), name=getattr(leaf, "name", None))

    with Recording():  # the inputs belong to the recording
        given = tree.map_structure(fresh, inputs or (model.input,))
    return trace(model, *given)


def _names(model: Any, which: str, tensors: Sequence[Any]) -> list[str] | None:
    """The names that a model has for its inputs or outputs, if it has one for each."""
    names: list[str] = list(getattr(model, f"{which}_names", ()))
    return names if len(names) == len(tensors) == len(set(names)) else None


def _variable(writer: OnnxWriter, variable: Any, shipped: bool) -> Tensor:
    name = variable.path if variable.path not in writer.counts else writer.unique(f"{variable.path}:")
    writer.counts.setdefault(variable.path, 0)
    if not shipped:
        return writer.input(name, variable.shape, variable.dtype)
    value = variable.value
    array = (registry.backend_of(value) or registry.get("numpy")).to_numpy(value)
    return writer.initializer(name, np.ascontiguousarray(array), variable.dtype)


def _end(writer: OnnxWriter, x: Tensor, spec: KerasTensor, name: str) -> Any:
    """The value as an output of the model."""
    value = writer.node("Identity", [x], [x.dtype], {})[0].value
    value.name = name
    value.shape = ir.Shape([size if isinstance(size, int) else str(size) for size in spec.dims])
    return value
