"""The state of an optimizer: which variables it keeps, how they are named and ordered, and how they are saved."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from hornbeam.core import registry
from hornbeam.core.errors import NotBuiltError, ShapeError
from hornbeam.core.variable import Variable
from hornbeam.optimizers.scalar import Scalar, Start


class State:
    """Variables that go with a list of trainable ones."""

    use_ema: bool
    gradient_accumulation_steps: int | None

    def __init__(self, name: str) -> None:
        self.name = name
        self.built = False
        self._variables: list[Variable] = []
        self._trainable_variables: list[Variable] = []
        self._positions: dict[int, int] = {}
        self._slots: list[dict[str, Variable]] = []
        self._averages: list[Variable] = []
        self._accumulators: list[Variable] = []
        self._iterations = self._scalar(0, "int32", "iteration")

    def slot_groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of the tensors kept for each variable; those of one group stand together in `variables`."""
        return ()

    def slot_start(self, slot: str, variable: Variable) -> Any:
        """Shape of a slot, and the number it holds at first."""
        return variable.shape, 0.0

    @property
    def variables(self) -> list[Variable]:
        """Its state, in the order of Keras' files: steps made, learning rate, averages, accumulators, slots."""
        return self._variables[:]

    def build(self, variables: Sequence[Variable]) -> None:
        """Declare the state that goes with `variables`. Calls after the first change nothing."""
        if self.built:
            return
        self._trainable_variables = list(variables)
        self._positions = {id(variable): i for i, variable in enumerate(self._trainable_variables)}
        backend = self._trainable_variables[0].backend if self._trainable_variables else registry.default_name()
        for variable in self._variables:
            if isinstance(variable, Scalar):
                variable.follow(backend)
        if self.use_ema:
            self._averages = self.add_optimizer_variables(self._trainable_variables, "average")
        if self.gradient_accumulation_steps:
            self._accumulators = self.add_optimizer_variables(self._trainable_variables, "gradient_accumulator")
        self._slots = [{} for _ in self._trainable_variables]
        for group in self.slot_groups():
            for variable, slots in zip(self._trainable_variables, self._slots, strict=True):
                for slot in group:
                    slots[slot] = self._slot(slot, variable)
        self.built = True

    def _slot(self, slot: str, variable: Variable) -> Variable:
        shape, start = self.slot_start(slot, variable)
        return self._add(Start(start), shape, variable.dtype, f"{variable.path.replace('/', '_')}_{slot}", variable)

    def _scalar(self, value: float, dtype: str | None, name: str) -> Scalar:
        scalar = Scalar(value, dtype, name)
        scalar.path = f"{self.name}/{name}"
        self._variables.append(scalar)
        return scalar

    def _add(self, initializer: Any, shape: Any, dtype: Any, name: str | None, like: Variable | None) -> Variable:
        with registry.scope(like.backend if like is not None else self._iterations.backend):
            variable = Variable(initializer, shape, dtype, trainable=False, autocast=False, name=name)
        variable.path = f"{self.name}/{variable.name}"
        self._variables.append(variable)
        return variable

    def add_variable(
        self,
        shape: Any,
        initializer: Any = "zeros",
        dtype: Any = None,
        aggregation: str = "none",
        layout: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Declare a variable of the optimizer."""
        variable = self._add(initializer, shape, dtype, name, None)
        variable.aggregation, variable.layout = aggregation, layout
        return variable

    def add_variable_from_reference(
        self, reference_variable: Variable, name: str | None = None, initializer: Any = "zeros"
    ) -> Variable:
        """Declare a variable like `reference_variable`; for `dense/kernel` it is named `dense_kernel_<name>`."""
        full = f"{reference_variable.path.replace('/', '_')}_{name or 'slot'}"
        return self._add(initializer, reference_variable.shape, reference_variable.dtype, full, reference_variable)

    def add_optimizer_variables(
        self, trainable_variables: Sequence[Variable], name: Any, initializer: Any = "zeros"
    ) -> list[Any]:
        """Declare a variable for each trainable one; with lists of names, a tuple of them for each."""
        if isinstance(name, str):
            return [self.add_variable_from_reference(v, name, initializer) for v in trainable_variables]
        starts = [initializer] * len(name) if isinstance(initializer, str) else list(initializer)
        made = [
            tuple(self.add_variable_from_reference(v, n, start) for n, start in zip(name, starts, strict=True))
            for v in trainable_variables
        ]
        return [list(column) for column in zip(*made)]

    def save_own_variables(self, store: Any) -> None:
        """Put the values of `variables` into `store`, under "0", "1", ..."""
        for i, variable in enumerate(self.variables):
            store[str(i)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take the values of `variables` from `store`; one of another length is left alone, with a warning."""
        if len(store.keys()) != len(self.variables):
            warnings.warn(
                f"Skipping variable loading for optimizer '{self.name}', because it has {len(self.variables)} "
                f"variables whereas the saved optimizer has {len(store.keys())} variables.",
                stacklevel=2,
            )
            return
        for i, variable in enumerate(self.variables):
            variable.assign(store[str(i)])

    def get_weights(self) -> list[Any]:
        """Values of `variables` as NumPy arrays."""
        return [variable.numpy() for variable in self.variables]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """Give `variables` new values.

        Raises:
            NotBuiltError: it was not built.
            ShapeError: the number of values, or a shape, differs.
        """
        if not self.built:
            raise NotBuiltError(
                "You are calling `set_weights()` on an optimizer that has not yet been built. Please call "
                "`optimizer.build(trainable_variables)` to create the optimizer weights before calling `set_weights()`."
            )
        if len(weights) != len(self.variables):
            raise ShapeError(f"set_weights: received {len(weights)} arrays for {len(self.variables)} variables.")
        for variable, weight in zip(self.variables, weights):
            variable.assign(weight)
