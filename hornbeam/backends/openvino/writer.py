"""The writer of OpenVINO graphs: its values, its sizes, and what stands between numbers and the device.

OpenVINO's CPU device computes in float32 and int32 whatever a graph asks for: it saturates small integers, takes uint32
for int32, and drops the high words of 64-bit ones. So every value travels in a carrier: boolean, int32 or float32.
Integers narrower than 32 bits are wrapped after each operation, and uint32 travels as the int32 of the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ml_dtypes
import numpy as np
import openvino as ov
import openvino.opset16 as op

from hornbeam.core.dim import Dim
from hornbeam.core.dtype import is_bool, is_floating, is_integer
from hornbeam.core.errors import DtypeError, UnknownDimError
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.graph import Graph
from hornbeam.graph.write import Writer, write

# what the engine lacks -> what stands in for it, on tensors of this backend
NARROW = {"float64": "float32", "int64": "int32", "uint64": "uint32"}
# types of the inputs and outputs of a model; what is missing travels as float32
TYPES = {
    "bool": ov.Type.boolean,
    **{f"uint{bits}": getattr(ov.Type, f"u{bits}") for bits in (8, 16, 32, 64)},
    **{f"int{bits}": getattr(ov.Type, f"i{bits}") for bits in (8, 16, 32, 64)},
    "bfloat16": ov.Type.bf16,
    **{f"float{bits}": getattr(ov.Type, f"f{bits}") for bits in (16, 32, 64)},
}
LOWEST = -(2**31)


def carrier(dtype: str) -> Any:
    """The type in which values of a dtype travel.

    Raises:
        DtypeError: OpenVINO has no numbers of this kind.
    """
    if is_bool(dtype):
        return ov.Type.boolean
    if is_integer(dtype):
        return ov.Type.i32
    if is_floating(dtype):
        return ov.Type.f32
    raise DtypeError(f"OpenVINO has no {dtype}. Compute with real and imaginary parts, or on another backend.")


def to_carrier(array: Any, dtype: str) -> np.ndarray:
    """A NumPy array of a dtype as an array of its carrier.

    Raises:
        DtypeError: a whole number does not fit in 32 bits.
    """
    kind = carrier(dtype)
    if kind == ov.Type.i32:
        if dtype in ("int64", "uint64") and array.size:
            low, high = (LOWEST, 2**31) if dtype == "int64" else (0, 2**32)
            if array.min() < low or array.max() >= high:
                raise DtypeError(
                    f"OpenVINO computes whole numbers in 32 bits; the {dtype} values reach from {array.min()} to "
                    f"{array.max()}. Use numpy, torch or tensorflow for them."
                )
        array = array.astype("uint32").view("int32") if dtype in ("uint32", "uint64") else array.astype("int32")
    else:
        array = array.astype(kind.to_dtype(), copy=False)
    return np.require(array, requirements="C")


def from_carrier(array: np.ndarray, dtype: str) -> np.ndarray:
    """An array of a carrier as an array of the dtype that it stands for."""
    if dtype == "uint32":
        return array.view("uint32")
    return array.astype(getattr(ml_dtypes, dtype, dtype), copy=False)


class Value:
    """A tensor of the graph: a node's output in its carrier, with the sizes and the dtype that it stands for."""

    __slots__ = ("dims", "dtype", "node")

    def __init__(self, node: Any, dims: Sequence[Any], dtype: str) -> None:
        self.node = node
        self.dims = tuple(dims)
        self.dtype = dtype

    @property
    def ndim(self) -> int:
        return len(self.dims)


class Scalar:
    """A size as a node: an int32 without axes."""

    __slots__ = ("node",)

    def __init__(self, node: Any) -> None:
        self.node = node


def _arithmetic(function: Callable[[Any, Any], Any], reflected: bool) -> Callable[[Any, Any], Any]:
    def call(self: Scalar, other: Any) -> Scalar:
        pair = (self.node, node_of(other))
        return Scalar(function(*(pair[::-1] if reflected else pair)))

    return call


for _name, _function in {
    "add": op.add,
    "sub": op.subtract,
    "mul": op.multiply,
    "floordiv": lambda a, b: divide_whole(a, b)[0],
    "mod": lambda a, b: divide_whole(a, b)[1],
}.items():
    setattr(Scalar, f"__{_name}__", _arithmetic(_function, False))
    setattr(Scalar, f"__r{_name}__", _arithmetic(_function, True))


class Inherited(dict[str, Any]):
    """Sizes inside a body: those that only the graph around it knows come in as parameters."""

    def __init__(self, outer: dict[str, Any]) -> None:
        super().__init__()
        self.outer = outer
        self.taken: list[tuple[Any, Scalar]] = []

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self and (known := self.outer.get(name)) is not None:
            parameter = op.parameter([], ov.Type.i32)
            self.taken.append((parameter, known))
            self[name] = Scalar(parameter.output(0))
        return super().get(name, default)


class OpenvinoWriter(Writer):
    """Writes a recorded graph as nodes of OpenVINO; entries get `Value`s and return nodes."""

    name = "openvino"

    def __init__(self, outer: OpenvinoWriter | None = None) -> None:
        super().__init__()
        if outer is not None:
            self.sizes = Inherited(outer.sizes)

    def constant(self, value: Any, dtype: str) -> Value:
        return Value(op.constant(to_carrier(np.asarray(value), dtype)).output(0), np.shape(value), dtype)

    def describe(self, value: Any, spec: KerasTensor) -> Value:
        node = value.node if isinstance(value, Value) else wrapped(value, spec.dtype)
        if 0 in spec.dims and all(self.is_known(size) for size in spec.dims):  # the device trips over what is empty
            node = op.broadcast(number(0, node), self.shape(spec.dims))
        return Value(output_of(node), spec.dims, spec.dtype)

    def is_known(self, size: Any) -> bool:
        return not isinstance(self.scalar(size), Dim)

    def size(self, value: Value, axis: int) -> Scalar:
        return Scalar(op.gather(op.shape_of(value.node, "i32"), number(axis), number(0)))

    def at(self, size: Any) -> Any:
        """A size, or a position, as a node without axes."""
        size = self.scalar(size)
        if isinstance(size, Dim):
            raise UnknownDimError(f"openvino: nothing in the graph says what the size `{size}` is.")
        return node_of(size)

    def sizes_of(self, value: Value) -> Any:
        """The shape of a value as a node: numbers where they are known."""
        if all(isinstance(size, int) for size in value.dims):
            return vector(value.dims)
        return op.shape_of(value.node, "i32")

    def shape(self, sizes: Any) -> Any:
        """Sizes (ints, `Dim`s, scalars) as a vector."""
        sizes = [self.scalar(size) for size in sizes]
        if all(isinstance(size, (int, np.integer)) for size in sizes):
            return vector(sizes)
        return op.concat([op.unsqueeze(self.at(size), vector([0])) for size in sizes], 0)


def assembled(results: Sequence[Any], parameters: Sequence[Any], name: str = "hornbeam") -> ov.Model:
    model: Any = ov.Model
    return model(list(results), list(parameters), name)


def parameter_like(value: Any) -> Any:
    """A parameter of the carrier's type for tensors like `value` (anything with `dims` and `dtype`)."""
    shape = [size if isinstance(size, int) else -1 for size in value.dims]
    return op.parameter(shape, carrier(value.dtype))


# Nodes


def output_of(node: Any) -> Any:
    """The only output of a node; an output stays."""
    return node if isinstance(node, ov.Output) else node.output(0)


def rank(node: Any) -> int:
    return output_of(node).get_partial_shape().rank.get_length()


def number(value: Any, like: Any = "int32") -> Any:
    """A constant without axes, of a NumPy dtype or of the type of a node."""
    return op.constant(np.array(value, dtype_of(like)))


def vector(values: Any) -> Any:
    """A constant vector of whole numbers."""
    return op.constant(np.array(values, "int32").reshape(-1))


def dtype_of(like: Any) -> Any:
    return like if isinstance(like, str) else like.get_element_type().to_dtype()


def node_of(size: Any) -> Any:
    if isinstance(size, Value):
        return op.convert(size.node, "i32")
    return size.node if isinstance(size, Scalar) else number(size)


def whole(node: Any) -> Any:
    """A node as int32."""
    return op.convert(node, "i32")


def real(node: Any) -> Any:
    """A node as float32."""
    return op.convert(node, "f32")


def is_real(node: Any) -> bool:
    return node.get_element_type() == ov.Type.f32


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where `condition`, else `no`; numbers become constants of the other's type.

    The device selects whole numbers in float32 where it joins the selection to a comparison: they are added up here.
    """
    if not hasattr(yes, "get_element_type"):
        yes = number(yes, no)
    if not hasattr(no, "get_element_type"):
        no = number(no, yes)
    if yes.get_element_type() != ov.Type.i32:
        return op.select(condition, yes, no)
    return op.add(no, op.multiply(op.subtract(yes, no), whole(condition)))


def wrapped(node: Any, dtype: str) -> Any:
    """A node of int32 taken to the numbers that a narrower integer has."""
    bits = int(dtype.lstrip("uint")) if is_integer(dtype) else 32
    if bits >= 32:
        return node
    if dtype.startswith("u"):
        return op.bitwise_and(node, number(2**bits - 1))
    unused = number(32 - bits)
    return op.bitwise_right_shift(op.bitwise_left_shift(node, unused), unused)


def ordered(value: Value) -> Any:
    """A node that compares as the value does: booleans as numbers, uint32 with its highest bit turned."""
    if value.dtype == "bool":
        return whole(value.node)
    return turned(value.node) if is_unsigned(value) else value.node


def restored(node: Any, value: Value) -> Any:
    """The opposite of `ordered`."""
    if value.dtype == "bool":
        return op.not_equal(node, number(0))
    return turned(node) if is_unsigned(value) else node


def is_unsigned(value: Value) -> bool:
    """Whether the value travels as an int32 that stands for other numbers."""
    return value.dtype in ("uint32", "uint64")


def turned(node: Any) -> Any:
    return op.bitwise_xor(node, number(LOWEST))


def truth(value: Value) -> Any:
    """Whether elements are not 0."""
    return value.node if value.dtype == "bool" else op.not_equal(value.node, number(0, value.node))


# the device compares whole numbers in float32, where only a comparison with a small one is exact


def equal(a: Any, b: Any) -> Any:
    return op.equal(a, b) if is_real(a) else op.equal(op.bitwise_xor(a, b), number(0))


def less(a: Any, b: Any) -> Any:
    return op.less(a, b) if is_real(a) else op.not_equal(op.bitwise_xor(op.maximum(a, b), a), number(0))


def less_equal(a: Any, b: Any) -> Any:
    return op.less_equal(a, b) if is_real(a) else op.equal(op.bitwise_xor(op.maximum(a, b), b), number(0))


def divide_whole(a: Any, b: Any) -> tuple[Any, Any]:
    """Floored quotient and remainder of int32, both 0 where b is.

    The device divides in float32: a first quotient is right to 24 bits, the quotient of what it leaves over to the
    rest, and one step corrects the end.
    """
    zero = op.equal(b, number(0))
    b = choose(zero, 1, b)
    positive = op.greater(b, number(0))
    quotient, rest = number(0), a
    for _ in range(2):
        part = whole(op.floor(op.divide(real(rest), real(b))))
        quotient, rest = op.add(quotient, part), op.subtract(rest, op.multiply(part, b))
    below = choose(positive, op.less(rest, number(0)), op.greater(rest, number(0)))
    above = choose(positive, less_equal(b, rest), less_equal(rest, b))
    step = op.subtract(whole(above), whole(below))
    quotient, rest = op.add(quotient, step), op.subtract(rest, op.multiply(step, b))
    return choose(zero, 0, quotient), choose(zero, 0, rest)


def divide_unsigned(a: Any, b: Any) -> tuple[Any, Any]:
    """`divide_whole` of uint32 in carriers: half of a by b, doubled, and a step (Warren, "Hacker's Delight", 9-3)."""
    half = op.bitwise_and(op.bitwise_right_shift(a, number(1)), number(2**31 - 1))
    large = op.less(b, number(0))
    quotient = op.bitwise_left_shift(divide_whole(half, choose(large, 1, b))[0], number(1))
    quotient = choose(large, 0, quotient)
    rest = op.subtract(a, op.multiply(quotient, b))
    step = less_equal(turned(b), turned(rest))
    quotient, rest = op.add(quotient, whole(step)), op.subtract(rest, op.multiply(whole(step), b))
    zero = op.equal(b, number(0))
    return choose(zero, 0, quotient), choose(zero, 0, rest)


def model_of(graph: Graph, values: Sequence[Any] = (), name: str = "hornbeam") -> ov.Model:
    """A recorded graph as an `openvino.Model` that anyone can run; unknown sizes are dynamic.

    Args:
        graph: what to write; what it assigns to variables comes last among the outputs.
        values: an array for each variable that it reads, held as a constant; their present values if empty.
    """
    writer = OpenvinoWriter()
    parameters, inputs = [], []
    for tensor in graph.inputs:
        shape = [size if isinstance(size, int) else -1 for size in tensor.dims]
        parameter = op.parameter(shape, TYPES.get(tensor.dtype, ov.Type.f32))
        parameter.output(0).set_names({tensor.name})
        parameter.set_friendly_name(tensor.name)
        parameters.append(parameter)
        inputs.append(Value(op.convert(parameter, carrier(tensor.dtype)).output(0), tensor.dims, tensor.dtype))
    held = list(values) or [variable.numpy() for variable, _ in graph.state_inputs]
    state = [writer.constant(value, t.dtype) for value, (_, t) in zip(held, graph.state_inputs, strict=True)]
    outputs, updates = write(graph, writer, inputs, state)
    results = []
    for index, value in enumerate([*outputs, *updates]):
        result = op.result(op.convert(value.node, TYPES.get(value.dtype, ov.Type.f32)))
        result.output(0).set_names({f"output_{index}"})
        results.append(result)
    return assembled(results, parameters, name)
