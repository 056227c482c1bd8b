"""The writer of ONNX graphs: its tensors, its sizes, and the casts around what onnxruntime has no kernel for."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hornbeam.backends.numpy.engine import numpy_dtype
from hornbeam.core.dim import Dim
from hornbeam.core.errors import BackendError, BackendNotInstalledError, DtypeError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph
from hornbeam.graph.write import Writer, write

try:
    import onnx_ir as ir
    from onnx_ir.passes import common as passes  # noqa: F401 - for `engine`
except ImportError as error:
    raise BackendNotInstalledError('Writing ONNX needs the package onnx-ir: pip install "hornbeam[onnx]"') from error

FLOAT = ("float32",)
FLOATS = ("float32", "float64")
NUMBERS = (*FLOATS, "int32", "int64")
SMALL = ("int8", "uint8", "uint32")
ALL = (*NUMBERS, *SMALL, "int16", "uint16", "uint64")

# The dtypes for which onnxruntime has kernels on the CPU. It casts around float16 by itself; what is not named here
# takes every dtype.
KERNELS = {
    operator: dtypes
    for dtypes, operators in {
        FLOAT: "Erf Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Elu Selu Celu LeakyRelu HardSigmoid Softplus "
        "Softsign Gelu Conv ConvTranspose AveragePool Det",
        FLOATS: "Sqrt Reciprocal Exp Log Sin Cos Tanh Floor Ceil Round Sigmoid Softmax LogSoftmax LayerNormalization "
        "BatchNormalization LSTM GRU DFT IsNaN IsInf",
        NUMBERS: "Pow ReduceSum ReduceProd ReduceMean CumSum Einsum Range",
        ALL: "Add Sub Mul Div Mod Abs Sign Less LessOrEqual Greater GreaterOrEqual BitwiseAnd BitwiseOr BitwiseXor "
        "BitwiseNot",
        (*ALL, "bool"): "Equal Expand Tile",
        (*NUMBERS, *SMALL): "Where",
        (*NUMBERS, *SMALL, "uint64"): "Max Min Clip",
        (*NUMBERS, "int8", "uint8"): "ReduceMax ReduceMin ArgMax ArgMin TopK",
        (*NUMBERS, *SMALL, "bool", "uint64"): "Pad",
        (*NUMBERS, "uint32", "uint64"): "MatMul",
        (*NUMBERS, "int8", "int16"): "Neg",
        (*FLOATS, "int32", "int8"): "Relu",
        (*FLOATS, "int8", "uint8"): "MaxPool",
        ("uint8", "uint16", "uint32", "uint64"): "BitShift",
    }.items()
    for operator in operators.split()
}

# what holds every value of a dtype, narrowest first
WIDER = {
    "bool": ("uint8", "int32", "float32"),
    **dict.fromkeys(("uint8", "int8", "uint16", "int16"), ("int32", "float32")),
    **dict.fromkeys(("uint32", "int32"), ("int64", "float64")),
    **dict.fromkeys(("float16", "bfloat16"), ("float32",)),
}
PREDICATES = {"Equal", "Less", "LessOrEqual", "Greater", "GreaterOrEqual", "IsNaN", "IsInf", "And", "Or", "Not", "Xor"}
# what a Transpose before it may as well follow; so those around neighbouring convolutions meet, and cancel
POINTWISE = {"Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "Softplus", "Gelu", "Tanh", "Clip"}
POINTWISE |= {"Add", "Sub", "Mul", "Div"}
LITTLE = 1024  # bytes of a constant that is no weight
# computed here where all inputs are known
FOLDED: dict[str, Callable[..., Any]] = {
    "Transpose": lambda x, perm: np.transpose(x, perm),
    "Reshape": lambda x, shape, allowzero=0: np.reshape(
        x, [x.shape[i] if size == 0 and not allowzero else size for i, size in enumerate(shape)]
    ),
    "Gather": lambda x, places, axis=0: np.take(x, places, axis),
    "Unsqueeze": lambda x, axes: np.expand_dims(x, tuple(axes)),
    "Concat": lambda *xs, axis: np.concatenate(xs, axis),
    **{"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Max": np.maximum, "Min": np.minimum},
    "Mod": lambda x, y, fmod=0: np.fmod(x, y) if fmod else np.mod(x, y),
}


@dataclass(slots=True, eq=False)
class Tensor:
    """A value of the ONNX graph.

    Attributes:
        value: what ONNX knows it by.
        dims: its sizes; None for a value in the middle of an operation.
        array: its elements, where they are known as the graph is written.
    """

    value: ir.Value
    dims: Any
    dtype: str
    array: Any = None

    @property
    def ndim(self) -> int:
        return len(self.dims)


@dataclass(slots=True, eq=False)
class Size:
    """A size as a vector of one int64 of the graph; it combines with others and with ints."""

    writer: OnnxWriter
    tensor: Tensor

    @property
    def scalar(self) -> Tensor:
        """The size without an axis."""
        return self.writer.op("Squeeze", self.tensor)


NEUTRAL = {"Add": 0, "Sub": 0, "Mul": 1, "Div": 1}


def _arithmetic(kind: str, reflected: bool) -> Callable[[Size, Any], Size]:
    def call(self: Size, other: Any) -> Size:
        if not isinstance(other, (int, Size)):
            raise BackendError(f"{self.writer.name}: the size {other} is not known where it is needed.")
        if other == NEUTRAL.get(kind) and (not reflected or kind in ("Add", "Mul")):
            return self
        operands = [x.tensor if isinstance(x, Size) else np.array([x], "int64") for x in (self, other)]
        return Size(self.writer, self.writer.op(kind, *(operands[::-1] if reflected else operands)))

    return call


for _name, _kind in {"add": "Add", "sub": "Sub", "mul": "Mul", "floordiv": "Div", "mod": "Mod"}.items():
    setattr(Size, f"__{_name}__", _arithmetic(_kind, False))  # no size is negative: Div rounds down
    setattr(Size, f"__r{_name}__", _arithmetic(_kind, True))


def data_type(dtype: str) -> ir.DataType:
    """ONNX' name of a dtype.

    Raises:
        DtypeError: there is none that runtimes compute with.
    """
    if dtype.startswith("complex"):
        raise DtypeError(f"ONNX runtimes do not compute with {dtype}; write the real and the imaginary part.")
    names = {"float16": "FLOAT16", "float32": "FLOAT", "float64": "DOUBLE"}
    return ir.DataType[names.get(dtype, dtype.upper())]


class OnnxWriter(Writer):
    """Writes graphs as nodes of ONNX, operator set 21."""

    name = "ONNX"

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[ir.Node] = []  # of the graph, or of the body, that is being written
        self.initializers: list[ir.Value] = []
        self.constants: dict[Any, Tensor] = {}
        self.axes: dict[Dim, tuple[Tensor, int]] = {}  # sizes that are no symbol -> where they can be read
        self.transposed: dict[int, tuple[Tensor, tuple[int, ...]]] = {}  # results of Transpose -> what, how
        self.counts: dict[str, int] = {}

    # the contract of writers

    def constant(self, value: Any, dtype: str) -> Tensor:
        array = np.asarray(value).astype(numpy_dtype(dtype), copy=False)
        key = (dtype, array.shape, array.tobytes()) if array.nbytes <= LITTLE else id(array)
        found = self.constants.get(key)
        if found is None:
            found = self.constants[key] = self.initializer(self.unique("constant"), array, dtype)
        return found

    def describe(self, value: Any, spec: KerasTensor) -> Tensor:
        value = self.cast(value, spec.dtype)
        return Tensor(value.value, spec.dims, spec.dtype, value.array)

    def size(self, value: Tensor, axis: int) -> Size:
        return Size(self, self.op("Shape", value, start=axis, end=axis + 1, dtype="int64"))

    def bind(self, value: Tensor, spec: KerasTensor) -> None:
        super().bind(value, spec)
        for axis, size in enumerate(spec.dims):
            if isinstance(size, Dim) and str(size) not in self.sizes:
                self.axes.setdefault(size, (value, axis))

    def scalar(self, size: Any) -> Any:
        """A size as a number or a `Size`: read off a tensor rather than computed."""
        if isinstance(size, Dim) and size in self.axes:
            return self.size(*self.axes[size])
        return super().scalar(size)

    # values

    def unique(self, name: str) -> str:
        """The name with a number that no other value has."""
        self.counts[name] = number = self.counts.get(name, -1) + 1
        return f"{name}_{number}"

    def initializer(self, name: str, array: Any, dtype: str) -> Tensor:
        """A tensor that the model ships."""
        value = ir.Value(name=name, const_value=ir.tensor(array, name=name))
        value.shape, value.type = ir.Shape(array.shape), ir.TensorType(data_type(dtype))
        self.initializers.append(value)
        return Tensor(value, array.shape, dtype, array)

    def input(self, name: str, dims: Sequence[Any], dtype: str) -> Tensor:
        """An input of the model, or of a body."""
        shape = ir.Shape([size if isinstance(size, int) else str(size) for size in dims])
        return Tensor(ir.Value(name=name, shape=shape, type=ir.TensorType(data_type(dtype))), tuple(dims), dtype)

    def tensor(self, x: Any, dtype: str) -> Tensor:
        """An array, or a number of this dtype, as a value."""
        if isinstance(x, Tensor):
            return x
        return self.constant(x, x.dtype.name if isinstance(x, (np.ndarray, np.generic)) else dtype)

    def op(self, kind: str, *inputs: Any, outputs: int | None = None, dtype: Any = None, **attributes: Any) -> Any:
        """A node of ONNX' operator `kind`.

        Inputs of a dtype that has no kernel become one that has, and the result stays so: `describe` casts back.

        Args:
            inputs: tensors, sizes, arrays; numbers are of the dtype of the tensors; None for an input left out.
            outputs: how many, as a list; None for one that is none.
            dtype: of the output, if not that of the inputs; or of each of several.
        """
        first = 1 if kind == "Where" else 0
        inputs = tuple(x.tensor if isinstance(x, Size) else x for x in inputs)
        data = str(next(x.dtype for x in inputs[first:] if isinstance(x, (Tensor, np.ndarray))))
        wide = self.admitted(kind, data)
        given: list[Any] = [None if x is None else self.tensor(x, data) for x in inputs]
        for i, x in enumerate(given):
            if i >= first and x is not None and x.dtype == data:
                given[i] = self.cast(x, wide)
        result = dtype or ("bool" if kind in PREDICATES else wide)
        if kind in FOLDED and all(x.array is not None for x in given):
            return self.folded(kind, given, result, attributes)
        order = None
        if kind in POINTWISE:
            given, order = self.untransposed(given)
        made = self.node(kind, given, [result] * (outputs or 1) if isinstance(result, str) else result, attributes)
        if outputs is not None:
            return made
        return made[0] if order is None else self.transpose(made[0], order)

    def untransposed(self, given: list[Any]) -> tuple[list[Any], tuple[int, ...] | None]:
        """Tensors as they were before they were all transposed alike (what is known counts as such), and how."""
        before = [self.transposed.get(id(x.value)) for x in given]
        orders = {found[1] for found in before if found is not None}
        known = [x.array for x, found in zip(given, before, strict=True) if found is None]
        if len(orders) != 1 or any(array is None for array in known):
            return given, None
        (order,) = orders
        if any(array.ndim > len(order) for array in known):
            return given, None

        def aligned(x: Tensor) -> Tensor:
            shape = np.array([1] * (len(order) - x.array.ndim) + list(x.array.shape))
            return self.op("Transpose", self.op("Reshape", x, shape, allowzero=1), perm=np.argsort(order).tolist())

        pairs = zip(given, before, strict=True)
        return [found[0] if found else aligned(x) if x.array.ndim else x for x, found in pairs], order

    def node(self, kind: str, inputs: Sequence[Tensor | None], dtypes: Sequence[str], attributes: Any) -> list[Tensor]:
        """A node as it is told; its outputs have these dtypes."""
        name = self.unique("/".join(part for part in (self.path, kind) if part))
        names = [name, *(f"{name}/{i}" for i in range(1, len(dtypes)))]
        made = [ir.Value(name=each, type=ir.TensorType(data_type(dtype))) for each, dtype in zip(names, dtypes)]
        values = [None if x is None else x.value for x in inputs]
        self.nodes.append(ir.node(kind, values, attributes, outputs=made, name=name))
        return [Tensor(value, None, dtype) for value, dtype in zip(made, dtypes, strict=True)]

    def admitted(self, kind: str, dtype: str) -> str:
        """The dtype itself, or the narrowest one that holds it and has a kernel."""
        kernels = KERNELS.get(kind)
        if kernels is None or dtype in kernels or (dtype == "float16" and "float32" in kernels):
            return dtype
        return next((wide for wide in WIDER.get(dtype, ()) if wide in kernels), dtype)

    def folded(self, kind: str, inputs: list[Tensor], dtype: str, attributes: Any) -> Tensor:
        """The result of an operator on tensors that are known."""
        key = (kind, *(id(x.array) for x in inputs), str(attributes))
        found = self.constants.get(key)
        if found is None:
            array = np.ascontiguousarray(FOLDED[kind](*(x.array for x in inputs), **attributes))
            name = str(inputs[0].value.name)
            is_weight = not name.startswith("constant_")
            made = self.initializer(self.unique(f"{name}/{kind}"), array, dtype) if is_weight else None
            found = self.constants[key] = made or self.constant(array, dtype)
        return found

    # what entries are made of

    def cast(self, x: Tensor, dtype: str) -> Tensor:
        """x in a dtype."""
        if x.dtype == dtype:
            return x
        if x.array is not None and x.array.nbytes <= LITTLE:
            return self.constant(x.array, dtype)
        return self.node("Cast", [x], [dtype], {"to": int(data_type(dtype))})[0]

    def shape(self, sizes: Sequence[Any]) -> Tensor:
        """Sizes (ints, `Dim`s, `Size`s) as a vector of int64, known where all are."""
        parts: list[Any] = []
        for size in map(self.scalar, sizes):
            if isinstance(size, Size):
                parts.append(size)
            elif parts and isinstance(parts[-1], list):
                parts[-1].append(int(size))
            else:
                parts.append([int(size)])
        vectors = [x.tensor if isinstance(x, Size) else self.constant(x, "int64") for x in parts or [[]]]
        return vectors[0] if len(vectors) == 1 else self.op("Concat", *vectors, axis=0)

    def reshape(self, x: Tensor, dims: Sequence[Any]) -> Tensor:
        """x in another shape: where ONNX can infer or copy the sizes that are not known, they are not computed."""
        unknown = [axis for axis, size in enumerate(map(self.scalar, dims)) if isinstance(size, Size)]
        before = x.dims or ()
        if any(type(size) is int and size == 0 for size in dims):
            stand_in = None
        elif len(unknown) < 2:
            stand_in = -1
        else:
            stand_in = 0 if all(axis < len(before) and before[axis] == dims[axis] for axis in unknown) else None
        if stand_in is None:
            return self.op("Reshape", x, self.shape(dims), allowzero=1)
        return self.op("Reshape", x, self.shape([stand_in if i in unknown else size for i, size in enumerate(dims)]))

    def transpose(self, x: Tensor, order: Sequence[int]) -> Tensor:
        """x with its axes in another order; two in a row become one, or none."""
        source, before = self.transposed.get(id(x.value), (x, tuple(range(len(order)))))
        order = tuple(before[i] for i in order)
        if order == tuple(range(len(order))):
            return source
        result = self.op("Transpose", source, perm=list(order))
        self.transposed[id(result.value)] = (source, order)
        return result

    def fill(self, value: Any, sizes: Sequence[Any], dtype: str) -> Tensor:
        """A tensor of a shape that holds one value."""
        value = value if isinstance(value, Tensor) else self.constant(value, dtype)
        return self.op("Expand", value, self.shape(sizes)) if len(sizes) else value

    def range(self, size: Any) -> Tensor:
        """The int64s from 0 up to a size."""
        size = self.scalar(size)
        if not isinstance(size, Size):
            return self.constant(np.arange(size), "int64")
        return self.op("Range", np.array(0), size.scalar, np.array(1))

    # graphs inside

    @contextlib.contextmanager
    def body(self) -> Iterator[list[ir.Node]]:
        """Inside, nodes go to the list that is given; sizes learnt there are forgotten."""
        outer = self.nodes, dict(self.sizes), dict(self.axes)
        self.nodes = []
        try:
            yield self.nodes
        finally:
            self.nodes, self.sizes, self.axes = outer

    def write(self, graph: Graph, inputs: Sequence[Tensor]) -> list[Tensor]:
        """The outputs of a graph, written in place."""
        return write(graph, self, inputs)[0]

    def closed(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor], nodes: list[ir.Node]) -> ir.Graph:
        """A body as ONNX has it: every output is made by a node of its own."""
        made = [self.node("Identity", [x], [x.dtype], {})[0] for x in outputs]
        return ir.Graph([x.value for x in inputs], [x.value for x in made], nodes=nodes, name=self.unique("body"))
