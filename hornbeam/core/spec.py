"""The symbolic tensor: a shape and a dtype, and the node of the graph that made it."""

from __future__ import annotations

import importlib
from typing import Any

from hornbeam.core import dtype as dtypes
from hornbeam.core.dim import Dim
from hornbeam.core.errors import UnknownDimError
from hornbeam.core.export import export
from hornbeam.core.scope import context
from hornbeam.core.shape import public

_unnamed = 0


class Spec:
    """Shape (ints and `Dim`s) and dtype of a tensor; what shape rules return."""

    __slots__ = ("dims", "dtype")

    def __init__(self, dims: tuple[Any, ...], dtype: str) -> None:
        self.dims = dims
        self.dtype = dtype

    def __repr__(self) -> str:
        return f"{self.dtype}{list(self.dims)}"


@export("keras.KerasTensor")
class KerasTensor:
    """A tensor without values: the input or output of an operation in a graph being recorded.

    Args:
        shape: ints, `None` for an unknown size, or `Dim`s. Each `None` becomes a new unknown; the first axis is
            the batch, which all inputs of a graph share.
        dtype: element type.
        sparse, ragged: accepted as in Keras.
        record_history: accepted as in Keras.
        name: shown in summaries; made up if missing.

    Example:
        >>> x = hornbeam.KerasTensor((None, 3))
        >>> (x * 2).shape
        (None, 3)
    """

    def __init__(
        self,
        shape: Any,
        dtype: Any = "float32",
        sparse: bool = False,
        ragged: bool = False,
        record_history: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        if kwargs:
            raise TypeError(f"KerasTensor() has no argument {sorted(kwargs)[0]!r}.")
        global _unnamed
        self.dtype = dtypes.standardize(dtype)
        self.sparse = sparse
        self.ragged = ragged
        self.record_history = record_history
        if name is None:
            _unnamed += 1
            name = f"keras_tensor_{_unnamed}"
        self.name = name
        self.dims = tuple(
            size if size is not None else Dim.symbol("batch" if axis == 0 else f"{name}_axis{axis}")
            for axis, size in enumerate(shape)
        )
        # the node that made it and its place among that node's outputs; the recording it belongs to
        self.node: Any = None
        self.index = 0
        self.recording: Any = context.recording
        self.mask: Any = None

    @property
    def shape(self) -> tuple[int | None, ...]:
        """Sizes, with None where the size is unknown."""
        return public(self.dims)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.dims)

    rank = ndim

    def reshape(self, newshape: Any) -> KerasTensor:
        """The tensor with its elements in another shape."""
        return operation("reshape")(self, newshape)

    def squeeze(self, axis: Any = None) -> KerasTensor:
        """The tensor without its axes of size 1."""
        return operation("squeeze")(self, axis)

    @property
    def T(self) -> KerasTensor:
        """The tensor with its axes reversed."""
        return operation("transpose")(self)

    def _refuse(self, what: str) -> UnknownDimError:
        made_by = f", made by {self.node.describe()}" if self.node is not None else ""
        return UnknownDimError(
            f"A symbolic tensor (shape {self.shape}, dtype {self.dtype}{made_by}) has no values, so {what}. "
            "Use operations of `hornbeam.ops` (`where`, `cond`, `while_loop`) in place of Python control flow, or call "
            "the layer on real tensors."
        )

    def __bool__(self) -> bool:
        raise self._refuse("it cannot decide an `if` or `while`")

    def __int__(self) -> int:
        raise self._refuse("it cannot become an int")

    def __float__(self) -> float:
        raise self._refuse("it cannot become a float")

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise self._refuse("it cannot become a NumPy array")

    def __jax_array__(self) -> Any:
        raise self._refuse("it cannot become a jax array")

    def __tf_tensor__(self, *args: Any, **kwargs: Any) -> Any:
        raise self._refuse("it cannot become a TensorFlow tensor")

    def __len__(self) -> int:
        if not self.dims:
            raise TypeError("A 0-d tensor has no length.")
        if isinstance(self.dims[0], Dim):
            raise self._refuse("its first axis has no known length")
        return self.dims[0]

    def __iter__(self) -> Any:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, key: Any) -> KerasTensor:
        return operation("get_item")(self, key)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype}, name={self.name}>"


def operation(name: str) -> Any:
    """An operation by name."""
    return operators[name] if name in operators else all_operations()[name]


def all_operations() -> dict[str, Any]:
    """Every operation by name; `ops` is a later room, whose files register what they declare when they are loaded."""
    ops = importlib.import_module("hornbeam.ops")
    for name in ops.__all__:
        getattr(ops, name)
    return operators


operators: dict[str, Any] = {}

BINARY_OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "true_divide",
    "floordiv": "floor_divide",
    "mod": "mod",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
COMPARISONS = {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "ne": "not_equal",
    "eq": "equal",
}
UNARY_OPERATORS = {"neg": "negative", "abs": "absolute", "invert": "logical_not"}


def give_operators(cls: type, equality: bool = True) -> None:
    """Give `cls` the python operators, each as the operation of that name on `operand(self)`."""

    def forward(name: str) -> Any:
        return lambda self, other: operation(name)(self, other)

    def reflected(name: str) -> Any:
        return lambda self, other: operation(name)(other, self)

    def unary(name: str) -> Any:
        return lambda self: operation(name)(self)

    for python, name in BINARY_OPERATORS.items():
        setattr(cls, f"__{python}__", forward(name))
        setattr(cls, f"__r{python}__", reflected(name))
    for python, name in COMPARISONS.items():
        if python not in ("eq", "ne") or equality:
            setattr(cls, f"__{python}__", forward(name))
    for python, name in UNARY_OPERATORS.items():
        setattr(cls, f"__{python}__", unary(name))
    cls.__hash__ = object.__hash__  # type: ignore[assignment]


# `==` on symbolic tensors and on variables compares identity: both are kept in lists, sets and dict keys.
give_operators(KerasTensor, equality=False)
