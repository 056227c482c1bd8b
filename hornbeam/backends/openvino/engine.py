"""The OpenVINO engine: operations and recorded calls as small models, compiled once and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import openvino as ov
import openvino.opset16 as op

from hornbeam.backends import unrolled
from hornbeam.backends.numpy.engine import NumpyBackend, numpy_dtype
from hornbeam.backends.openvino import control, elementwise, moves, nn, random, reduce
from hornbeam.backends.openvino.gaps import gaps
from hornbeam.backends.openvino.tensor import Tensor
from hornbeam.backends.openvino.writer import (
    NARROW,
    TYPES,
    OpenvinoWriter,
    Value,
    assembled,
    from_carrier,
    output_of,
    parameter_like,
    rank,
    to_carrier,
)
from hornbeam.core import dtype as dtypes
from hornbeam.core import registry, tree
from hornbeam.core.errors import ShapeError, UnknownDimError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph
from hornbeam.graph.trace import apart, trace
from hornbeam.graph.write import write
from hornbeam.ops.op import Op, operations

files = (elementwise, moves, reduce, nn, control, random)
OpenvinoWriter.table = {name: entry for file in files for name, entry in file.table.items()}
OpenvinoWriter.conditions, OpenvinoWriter.gaps = nn.conditions, gaps

# float32 all the way: by itself the device takes bfloat16 where that is fast
ACCURATE = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY", "PERFORMANCE_HINT": "LATENCY"}
LIMIT = 1024  # compiled operations kept
# arguments that may stay tensors of the graph, though no annotation says so
TENSORS_TOO = ("get_item", "slice", "slice_update")

# composites whose bodies look at values where there are any
BY_VALUES = ("bincount",)

core = ov.Core()


class Program:
    """A graph compiled for the CPU, on tensors of known shapes: its outputs, and a parameter for each input."""

    def __init__(self, outputs: Sequence[Value], parameters: Sequence[Any]) -> None:
        model = assembled([op.result(value.node) for value in outputs], parameters)
        self.outputs = [(value.dims, NARROW.get(value.dtype, value.dtype)) for value in outputs]
        self.request = core.compile_model(model, "CPU", ACCURATE).create_infer_request()
        self.lock = threading.Lock()

    def __call__(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        arrays = [ov.Tensor(to_carrier(x.array, x.dtype), shared_memory=True) for x in inputs]
        with self.lock:
            for index, array in enumerate(arrays):
                self.request.set_input_tensor(index, array)
            self.request.infer()
            found = [self.request.get_output_tensor(index).data.copy() for index in range(len(self.outputs))]
        for array, (dims, _) in zip(found, self.outputs, strict=True):
            if any(isinstance(n, int) and n != m for n, m in zip(dims, array.shape, strict=True)):
                raise ShapeError(f"What was asked for reaches outside of the tensor: {array.shape} instead of {dims}.")
        return [Tensor(from_carrier(array, dtype)) for array, (_, dtype) in zip(found, self.outputs, strict=True)]


class Operations(dict[str, Callable[..., Any]]):
    """An entry for every operation: it compiles the call, as one graph, for the shapes, dtypes and attributes given."""

    def __init__(self, entries: dict[str, Callable[..., Any]]) -> None:
        super().__init__(entries)
        self.programs: OrderedDict[Any, Any] = OrderedDict()
        self.lock = threading.Lock()

    def __missing__(self, name: str) -> Callable[..., Any]:
        found = operations[name]
        entry = self[name] = lambda *arguments: self.run(found, arguments)
        return entry

    def get(self, name: str, default: Any = None) -> Any:
        return self[name] if name in operations else default

    def run(self, op: Op, arguments: tuple[Any, ...]) -> Any:
        if op.name not in TENSORS_TOO and op.rule is not None:
            arguments = tuple(
                given if i in op.tensors or i in op.sequences else tree.map_structure(_plain, given)
                for i, given in enumerate(arguments)
            )
        elif op.name == "get_item":
            arguments = tree.map_structure(_with_plain_bounds, arguments)
        inputs: list[Tensor] = []
        key = (op.name, _key(arguments, inputs))
        # the device trips over what is empty on the way
        if op.body is not None and (op.name in BY_VALUES or any(0 in x.shape for x in inputs)):
            return op.run_body(registry.get("openvino"), arguments)
        with self.lock:
            if key in self.programs:
                self.programs.move_to_end(key)
        if key not in self.programs:
            made = _record(op, arguments)
            with self.lock:
                self.programs[key] = made
                while len(self.programs) > LIMIT:
                    self.programs.popitem(last=False)
        made = self.programs.get(key)
        if made is None:
            return op.run_body(registry.get("openvino"), arguments)
        program, structure = made
        results = iter(program(inputs))
        return tree.map_structure(lambda leaf: next(results) if isinstance(leaf, KerasTensor) else leaf, structure)


def _key(value: Any, inputs: list[Tensor]) -> Any:
    """What a compiled call depends on; the tensors are collected on the way."""
    if isinstance(value, Tensor):
        inputs.append(value)
        return value.shape, value.dtype, "tensor"
    if isinstance(value, (tuple, list)):
        return type(value), *[_key(part, inputs) for part in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return value.shape, str(value.dtype), value.tobytes()
    return type(value), repr(value)


def _plain(leaf: Any) -> Any:
    """Tensors that an operation takes as numbers."""
    if not isinstance(leaf, Tensor):
        return leaf
    return leaf.array if leaf.ndim else leaf.item()


def _with_plain_bounds(leaf: Any) -> Any:
    """A slice whose bounds are numbers: the size of the result depends on them."""
    return slice(*map(_plain, (leaf.start, leaf.stop, leaf.step))) if isinstance(leaf, slice) else leaf


def _record(op: Op, arguments: tuple[Any, ...]) -> Any:
    """The call as a program with the structure of its result, or None where it depends on values."""
    symbolic = registry.get("symbolic")

    def stand_in(leaf: Any) -> Any:
        return KerasTensor(leaf.shape, leaf.dtype) if isinstance(leaf, Tensor) else leaf

    given = tree.map_structure(stand_in, arguments)
    writer = OpenvinoWriter()
    try:
        with apart():
            graph = trace(symbolic.table[op.name], *given)
        inputs = [parameter_like(tensor) for tensor in graph.inputs]
        values = [Value(p.output(0), t.dims, t.dtype) for p, t in zip(inputs, graph.inputs, strict=True)]
        outputs, _ = write(graph, writer, values)
        return Program(outputs, inputs), graph.outputs
    except UnknownDimError:
        if op.body is not None:
            return None
    # the shape of the result depends on values: the entry alone, without the shape rule
    inputs = []

    def parameter(leaf: Any) -> Any:
        if not isinstance(leaf, KerasTensor):
            return leaf
        inputs.append(parameter_like(leaf))
        return Value(inputs[-1].output(0), leaf.dims, leaf.dtype)

    result = writer.table[op.name](writer, *tree.map_structure(parameter, given))
    first = given[op.tensors[0]]
    values = [_described(node, first.dtype) for node in tree.flatten(result)]
    stand_ins = [KerasTensor(value.dims, value.dtype) for value in values]
    return Program(values, inputs), tree.pack_sequence_as(result, stand_ins)


def _described(node: Any, dtype: str) -> Value:
    if isinstance(node, Value):
        return node
    return Value(output_of(node), KerasTensor([None] * rank(node)).dims, dtype)


class Compiled:
    """A recorded call as one program: variables are constants of it, but for those that change."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.variables = [variable for variable, _ in graph.state_inputs]
        written = {id(variable) for variable, _ in graph.state_outputs}
        self.moving = [id(variable) in written for variable in self.variables]
        self.storages: list[Any] = []
        self.changes = [0] * len(self.variables)
        self.program: Program | None = None

    def __call__(self, inputs: list[Any]) -> tuple[list[Any], list[Any]]:
        storages = [variable.storage for variable in self.variables]
        if self.program is None or any(
            old is not new and not moving for old, new, moving in zip(self.storages, storages, self.moving, strict=True)
        ):
            self.compile(storages)
        assert self.program is not None
        state = [storage for storage, moving in zip(storages, self.moving, strict=True) if moving]
        found = self.program([*inputs, *state])
        count = len(self.graph.output_tensors())
        return found[:count], found[count:]

    def compile(self, storages: list[Any]) -> None:
        """Make the program anew; what was assigned twice is an input from now on."""
        for i, (old, new) in enumerate(zip(self.storages, storages, strict=False)):
            self.changes[i] += old is not new
            self.moving[i] |= self.changes[i] > 1
        self.storages = storages
        writer = OpenvinoWriter()
        parameters = [parameter_like(tensor) for tensor in self.graph.inputs]
        given = [Value(p.output(0), t.dims, t.dtype) for p, t in zip(parameters, self.graph.inputs, strict=True)]
        state = []
        for (_, tensor), storage, moving in zip(self.graph.state_inputs, storages, self.moving, strict=True):
            if moving:
                parameters.append(parameter_like(tensor))
                state.append(Value(parameters[-1].output(0), tensor.dims, tensor.dtype))
            else:
                array = to_carrier(storage.array, storage.dtype)
                state.append(Value(op.constant(array, shared_memory=True).output(0), tensor.dims, tensor.dtype))
        outputs, updates = write(self.graph, writer, given, state)
        self.program = Program([*outputs, *updates], parameters)


class OpenvinoBackend(NumpyBackend):
    """NumPy's verbs, but for those that hold or compute something."""

    name = "openvino"
    tensor_types = (Tensor,)
    plain = None

    def __init__(self) -> None:
        # functions run as python runs them; what only makes a tensor needs no device
        eager = {
            **unrolled.make_table("openvino", lambda parts: Tensor(np.stack([part.array for part in parts]))),
            "full": self.full,
            "arange": lambda *span: self.convert(registry.get("numpy").table["arange"](*map(_plain, span)), None),
            "stop_gradient": lambda x: x,
            "copy": lambda x: x,
        }
        self.table = Operations(eager)
        self.conditions = {}
        self.narrow = NARROW

    def full(self, shape: Any, value: Any, dtype: str | None) -> Tensor:
        dtype = dtypes.standardize(dtype)
        sizes = shape if isinstance(shape, (tuple, list)) else (shape,)
        return self.convert(np.full(tuple(map(int, sizes)), _plain(value), numpy_dtype(dtype)), None)

    def convert(self, value: Any, dtype: str | None) -> Any:
        dtype = NARROW.get(dtype, dtype) if dtype is not None else None
        if isinstance(value, Tensor):
            return value if dtype in (None, value.dtype) else self.table["cast"](value, dtype)
        array = super().convert(value.data if isinstance(value, ov.Tensor) else value, None)
        kind = super().dtype(array)
        if kind in ("int64", "uint64") or kind not in TYPES:
            to_carrier(array, kind)  # says what does not fit
        return Tensor(np.asarray(array.astype(numpy_dtype(dtype or NARROW.get(kind, kind)), copy=False)))

    def dtype(self, tensor: Any) -> str:
        return tensor.dtype

    def compile_replay(self, function: Callable[..., Any], variables: list[Any]) -> Callable[[list[Any]], Any]:
        return Compiled(function.graph)  # type: ignore[attr-defined]

    def vmap(self, function: Callable[..., Any], in_axes: Any, out_axes: Any) -> Any:
        def array(leaf: Any) -> Any:
            return leaf.array if isinstance(leaf, Tensor) else leaf

        def tensor(leaf: Any) -> Any:
            return Tensor(np.asarray(leaf)) if isinstance(leaf, (np.ndarray, np.generic)) else leaf

        def on_arrays(*args: Any) -> Any:
            return tree.map_structure(array, function(*tree.map_structure(tensor, args)))

        mapped = super().vmap(on_arrays, in_axes, out_axes)
        return lambda *args: tree.map_structure(tensor, mapped(*tree.map_structure(array, args)))

    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        return Tensor(self.convert(value, dtype).array.copy())

    def assign(self, storage: Any, value: Any) -> Any:
        return Tensor(value.array.copy())

    def assign_all(self, variables: list[Any], values: list[Any]) -> None:
        for variable, value in zip(variables, values, strict=True):
            variable._storage = value  # fresh from a program: nobody else holds them

    def to_numpy(self, tensor: Any) -> Any:
        return tensor.array

    def devices(self) -> list[str]:
        return list(core.available_devices)
