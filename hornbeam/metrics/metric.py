"""The base of metrics: named state, how a batch changes it, and the result."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from hornbeam import ops
from hornbeam.core import dtype as dtypes
from hornbeam.core import registry
from hornbeam.core.errors import StateError
from hornbeam.core.export import export
from hornbeam.core.naming import auto_name, snake_case
from hornbeam.core.scope import StatelessScope, name_scope
from hornbeam.core.variable import Variable


@export("keras.Metric", "keras.metrics.Metric")
class Metric:
    """A number about the model that is gathered over batches. Its state never leaves the engine until it is shown.

    Subclasses declare state with `add_variable` and implement `update_state` and `result`; what they do with
    `hornbeam.ops` runs on every engine, also compiled.

    Args:
        dtype: of the state and the computation; floatx if None.
        name: made from the class's name if None.

    Attributes:
        _direction: "up" where more is better, "down" where less is, None where nobody can tell.

    Example:
        >>> class Largest(hornbeam.Metric):
        ...     def __init__(self, **kwargs):
        ...         super().__init__(**kwargs)
        ...         self.largest = self.add_variable((), "zeros", name="largest")
        ...     def update_state(self, y_true, y_pred, sample_weight=None):
        ...         self.largest.assign(hornbeam.ops.maximum(self.largest, hornbeam.ops.max(y_pred)))
        ...     def result(self):
        ...         return self.largest.value
        >>> float(Largest()([0.0], [0.7]))
        0.699999988079071
    """

    _direction: str | None = None

    def __init__(self, dtype: Any = None, name: str | None = None) -> None:
        self.name: str = name if name is not None else auto_name(snake_case(type(self).__name__))
        self._dtype = dtypes.standardize(getattr(dtype, "compute_dtype", dtype))
        self._variables: list[Variable] = []

    @property
    def dtype(self) -> str:
        """Dtype of its state."""
        return self._dtype

    @property
    def variables(self) -> list[Variable]:
        """Its state, and that of metrics it holds as attributes."""
        found = {id(variable): variable for variable in self._declared()}
        for inner in _held(self.__dict__.values()):
            for variable in inner.variables if isinstance(inner, Metric) else [inner]:
                found.setdefault(id(variable), variable)
        return list(found.values())

    def _declared(self) -> list[Variable]:
        try:
            return self._variables
        except AttributeError:
            raise StateError(
                f"Metric {type(self).__name__} has no state yet: its __init__ must call `super().__init__()` first."
            ) from None

    def add_variable(
        self, shape: Any, initializer: Any, dtype: Any = None, aggregation: str = "sum", name: str | None = None
    ) -> Variable:
        """Declare a piece of state; it gets its value when it is first used.

        Args:
            shape: its sizes, all known.
            initializer: its value at first.
            dtype: the metric's if None.
            aggregation: how the replicas' values are made one.
            name: last part of its path.
        """
        declared = self._declared()
        with name_scope(self.name.replace("/", "_")):
            variable = Variable(
                "zeros" if initializer is None else initializer,
                shape,
                dtype if dtype is not None else self.dtype,
                trainable=False,
                autocast=False,
                aggregation=aggregation,
                name=name,
            )
        declared.append(variable)
        return variable

    def add_weight(
        self, shape: Any = (), initializer: Any = None, dtype: Any = None, name: str | None = None
    ) -> Variable:
        """`add_variable`, with zeros at first if no initializer is given."""
        return self.add_variable(shape, initializer, dtype, name=name)

    def update_state(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch in."""
        raise NotImplementedError(f"Metric {type(self).__name__} does not implement update_state().")

    def result(self) -> Any:
        """The value for all that was taken in: a scalar tensor, or a dictionary of them."""
        raise NotImplementedError(f"Metric {type(self).__name__} does not implement result().")

    def reset_state(self) -> None:
        """Forget all that was taken in."""
        for variable in self.variables:
            with registry.scope(variable.backend):
                variable.assign(ops.zeros(variable.shape, variable.dtype))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Take a batch in, and give the result so far."""
        self.update_state(*args, **kwargs)
        return self.result()

    def stateless_update_state(self, metric_variables: Any, *args: Any, **kwargs: Any) -> list[Any]:
        """`update_state` as a pure function: the values of `variables` in, their new values out.

        Example:
            >>> m = hornbeam.metrics.Sum()
            >>> m.stateless_update_state([5.0], [1.0, 2.0])
            [array(8., dtype=float32)]
        """
        with self._with(metric_variables) as scope:
            self.update_state(*args, **kwargs)
        return [scope.get_current_value(variable) for variable in self.variables]

    def stateless_result(self, metric_variables: Any) -> Any:
        """`result` as a pure function of the values of `variables`."""
        with self._with(metric_variables):
            return self.result()

    def stateless_reset_state(self) -> list[Any]:
        """The values of `variables` after a reset, which does not take place."""
        with StatelessScope() as scope:
            self.reset_state()
        return [scope.get_current_value(variable) for variable in self.variables]

    def _with(self, values: Any) -> StatelessScope:
        variables = self.variables
        if len(variables) != len(values):
            raise StateError(
                f"Metric '{self.name}' has {len(variables)} variables, but {len(values)} values were given for "
                f"`metric_variables`. Expected one for each of {[variable.path for variable in variables]}."
            )
        given = []
        for variable, value in zip(variables, values, strict=True):
            with registry.scope(variable.backend):
                given.append((variable, ops.convert_to_tensor(value)))
        return StatelessScope(given)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this metric again."""
        return {"name": self.name, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The metric that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


def _held(values: Iterable[Any]) -> Iterator[Any]:
    """The variables and metrics among `values`, containers opened."""
    for value in values:
        if isinstance(value, (Variable, Metric)):
            yield value
        elif isinstance(value, (list, tuple)):
            yield from _held(value)
        elif isinstance(value, dict):
            yield from _held(value.values())
