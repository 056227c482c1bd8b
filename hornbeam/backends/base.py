"""The two contracts: `Backend`, a table of operations, and `ComputeBackend`, a table and the verbs of an engine."""

from __future__ import annotations

import abc
import contextlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from hornbeam.core.scope import StateScope
from hornbeam.graph.replay import Recorded


class Backend(abc.ABC):
    """A table of operations over one kind of tensor.

    Attributes:
        name: what users call it.
        symbolic: whether its tensors have no values.
        tensor_types: the classes of tensors it owns.
        table: operation name -> callable taking canonical arguments positionally, in the order of the operation's
            signature. Every primitive stands here, and natives of composites where they pay.
        conditions: for natives that serve only some arguments: operation name -> `(*arguments) -> bool`; where it
            says no, the composite's body runs.
        plain: class of plain arrays that this backend computes with where it is the default (NumPy's), or None.
        scalars: operations whose entry takes python numbers beside a tensor.
        narrow: dtypes that the engine lacks -> what it gives instead (jax without 64-bit mode).
    """

    name: str
    symbolic: bool = False
    tensor_types: tuple[type, ...]
    table: dict[str, Callable[..., Any]]
    conditions: dict[str, Callable[..., bool]]
    scalars: frozenset[str] = frozenset()
    plain: type | None = None
    narrow: dict[str, str]

    def gather(self, *files: Any) -> None:
        """Merge the tables of this backend's files, with their `conditions` and `scalars` where they have any."""
        self.table, self.conditions = {}, {}
        for file in files:
            self.table.update(file.table)
            self.conditions.update(getattr(file, "conditions", {}))
            self.scalars |= getattr(file, "scalars", frozenset())

    @abc.abstractmethod
    def convert(self, value: Any, dtype: str | None) -> Any:
        """A tensor of this backend from an array, python numbers, nested lists, or a tensor of this backend.

        With `dtype` None an array keeps its dtype, python floats become floatx and python ints int32.
        """

    @abc.abstractmethod
    def dtype(self, tensor: Any) -> str:
        """Standard name of the tensor's dtype."""

    @abc.abstractmethod
    def shape(self, tensor: Any) -> tuple[Any, ...]:
        """Sizes: ints, `Dim`s, or inside a graph of the engine its own scalars."""


class ComputeBackend(Backend):
    """A backend that computes: differentiate, compile, place, read back."""

    differentiable: bool = True
    eager: bool = False  # calls run op by op unless they are recorded
    functional: bool = False  # variables' storages are replaced, and compiled steps consume them
    takes_arrays: bool = False  # compiled steps take NumPy arrays, cheaper than converting them first
    call_cost: float = 0.0  # seconds that one call of a compiled step costs the host
    # what the engine's own functions ask its variables for: attribute -> `(variable) -> value`
    variable_attributes: Mapping[str, Callable[[Any], Any]] = MappingProxyType({})

    # differentiate

    @abc.abstractmethod
    def value_and_grad(
        self, function: Callable[..., Any], argnums: tuple[int, ...], has_aux: bool
    ) -> Callable[..., Any]:
        """`(*args) -> (value, gradients)` with one gradient structure for each of `argnums`."""

    @abc.abstractmethod
    def jvp(
        self, function: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], has_aux: bool
    ) -> Any:
        """`function(*primals)` and its derivative along `tangents`; the auxiliary result as a third, if any."""

    def variables_value_and_grad(self, function: Callable[[], Any], variables: Sequence[Any], has_aux: bool) -> Any:
        """Value of `function()` and its gradients with respect to `variables`; assignments in it take effect.

        This body passes the variables' values through `value_and_grad`, and what `function` assigned out of it again;
        an engine with gradients of its own variables overrides it.
        """
        written: list[Any] = []

        def pure(values: list[Any]) -> Any:
            scope = StateScope()
            for variable, value in zip(variables, values, strict=True):
                scope.write(variable, value)
            given = {id(variable): value for variable, value in zip(variables, values, strict=True)}
            with scope:
                result = function()
            value, aux = result if has_aux else (result, None)
            changed = [(v, x) for v, x in scope.values.values() if given.get(id(v)) is not x]
            written[:] = [variable for variable, _ in changed]
            return value, (aux, [x for _, x in changed])

        values = [variable.value for variable in variables]
        (value, (aux, updates)), (gradients,) = self.value_and_grad(pure, (0,), True)(values)
        for variable, update in zip(written, updates, strict=True):
            variable.assign(update)
        return ((value, aux) if has_aux else value), gradients

    # compile

    @abc.abstractmethod
    def compile(self, function: Callable[..., Any], donate: tuple[int, ...] = ()) -> Callable[..., Any]:
        """`function` of structures of tensors, compiled by the engine; the same function where the engine is eager."""

    def compile_replay(self, function: Callable[..., Any], variables: list[Any]) -> Callable[[list[Any]], Any]:
        """`function(inputs, values of the variables)` compiled as a function of the inputs, whose shapes stay."""
        compiled = self.compile(function)
        return lambda inputs: compiled(inputs, [variable.value for variable in variables])

    def jit(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function` compiled for the user: variables are read and assigned as if it were not."""
        return Recorded(function, self)

    def compile_step(
        self, function: Callable[..., Any], variables: list[Any], jit_compile: Any = "auto", donate: bool = True
    ) -> Callable[..., Any]:
        """`function(*batch)`, which reads and assigns `variables`, compiled with the same effect.

        `jit_compile` is what `Model.compile` was given; engines that always or never compile ignore it. With `donate`
        the buffers of the variables may be written over. The body serves eager engines, which change variables in
        place.
        """
        return function

    def compile_steps(self, function: Callable[..., Any], variables: list[Any]) -> Callable[..., None] | None:
        """`(stacked_batches, count)`: `count` calls of `function` in one call of the engine, or None for no gain."""
        return None

    def inference_scope(self) -> contextlib.AbstractContextManager[Any]:
        """Inside it nothing is kept for gradients."""
        return contextlib.nullcontext()

    @abc.abstractmethod
    def vmap(self, function: Callable[..., Any], in_axes: Any, out_axes: Any) -> Callable[..., Any]:
        """`function` mapped over an axis of its arguments."""

    # place

    @abc.abstractmethod
    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        """Storage of a variable that holds `value` (an array or a tensor of this backend), on the current device."""

    @abc.abstractmethod
    def value(self, storage: Any) -> Any:
        """The tensor that a storage holds now."""

    @abc.abstractmethod
    def assign(self, storage: Any, value: Any) -> Any:
        """Make a storage hold `value`, in place where the engine can; returns the storage to keep."""

    def assign_all(self, variables: list[Any], values: list[Any]) -> None:
        """Assign results of a compiled call, whose shapes and dtypes are known to fit."""
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)

    @abc.abstractmethod
    def set_trainable(self, storage: Any, trainable: bool) -> None:
        """Tell the engine whether gradients of a storage will be asked for."""

    @abc.abstractmethod
    def layer_base(self) -> type | None:
        """Class whose nature layers of this backend take on (`torch.nn.Module`), or None."""

    @abc.abstractmethod
    def fused_update(self, name: str) -> Callable[..., None] | None:
        """A whole-list optimizer update in place by the engine's own kernel, or None; see `optimizers.optimizer`."""

    # read back

    @abc.abstractmethod
    def to_numpy(self, tensor: Any) -> Any:
        """The tensor's values as a NumPy array."""

    @abc.abstractmethod
    def is_traced(self, tensor: Any) -> bool:
        """Whether the tensor stands for a value inside a compilation of the engine, and so cannot be read."""

    @abc.abstractmethod
    def synchronize(self, tensors: Any) -> None:
        """Wait until the tensors are computed."""

    @abc.abstractmethod
    def devices(self) -> list[str]:
        """Names of the devices that the engine sees."""
