"""The thread's context: default backend, state scope, autocast dtype and name scope, in one thread-local object.

A `ContextVar` would break `torch.compile(fullgraph=True)`; a `threading.local` does not.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from hornbeam.core.errors import StateError
from hornbeam.core.export import export

if TYPE_CHECKING:
    from hornbeam.core.variable import Variable


class Context(threading.local):
    """What holds for the current thread; every attribute is restored by the scope that set it."""

    def __init__(self) -> None:
        # set for each thread, and not on the class: torch.compile guards on which names the dictionary holds
        self.backend: Any = None
        self.state: Any = None
        self.autocast: str | None = None
        self.training: Any = None
        self.gradients: int = 0
        self.names: tuple[str, ...] = ()
        self.layers: tuple[Any, ...] = ()
        self.recording: Any = None


context = Context()


class StateScope:
    """Redirects reads and writes of variables for as long as it is entered.

    Subclasses say what an unmapped variable reads as (`missing`).
    """

    def __init__(self) -> None:
        self.values: dict[int, tuple[Variable, Any]] = {}
        self.losses: list[Any] = []
        self._outer: Any = None

    def read(self, variable: Variable) -> Any:
        """The value `variable` has inside this scope, or None where the scope does not hold it."""
        entry = self.values.get(id(variable))
        return entry[1] if entry is not None else self.missing(variable)

    def write(self, variable: Variable, value: Any) -> None:
        """Make `variable` read as `value` inside this scope."""
        self.values[id(variable)] = (variable, value)

    def missing(self, variable: Variable) -> Any:
        return self._outer.read(variable) if self._outer is not None else None

    def __enter__(self) -> Any:
        self._outer, context.state = context.state, self
        return self

    def __exit__(self, *exception: object) -> None:
        context.state = self._outer


@export("keras.StatelessScope")
class StatelessScope(StateScope):
    """Inside it, variables read as the values given here, and assignments stay in the scope.

    Args:
        state_mapping: pairs `(variable, value)`.
        collect_losses: keep the losses that layers add, readable as `scope.losses`.
        initialize_variables: accepted as in Keras; a variable is placed when it is first read in either case.

    Example:
        >>> v = hornbeam.Variable(1.0)
        >>> with hornbeam.StatelessScope([(v, hornbeam.ops.ones(()) * 5)]) as scope:
        ...     v.assign(v.value + 1)
        ...     inside = scope.get_current_value(v)   # 6.0
        >>> float(v.numpy())
        1.0
    """

    def __init__(
        self, state_mapping: Any = None, collect_losses: bool = False, initialize_variables: bool = True
    ) -> None:
        super().__init__()
        self.collect_losses = collect_losses
        self.initialize_variables = initialize_variables
        for variable, value in state_mapping or ():
            shape = tuple(getattr(value, "shape", variable.shape))
            if shape != tuple(variable.shape):
                raise StateError(
                    f"StatelessScope: the value given for variable '{variable.path}' has shape {shape}, "
                    f"but the variable has shape {tuple(variable.shape)}."
                )
            self.write(variable, value)

    def add_loss(self, loss: Any) -> None:
        """Keep `loss`; `collect_losses=True` makes it readable as `losses`."""
        self.losses.append(loss)

    def add_update(self, update: tuple[Variable, Any]) -> None:
        """Make a variable read as a new value: `(variable, value)`."""
        self.write(*update)

    def get_current_value(self, variable: Variable) -> Any:
        """The value `variable` has in this scope, or None if the scope never held it."""
        entry = self.values.get(id(variable))
        return entry[1] if entry is not None else None


@export("keras.name_scope")
class name_scope:
    """Prefixes the paths of the variables made inside it.

    Example:
        >>> with hornbeam.name_scope("encoder"):
        ...     v = hornbeam.Variable(1.0, name="scale")
        >>> v.path
        'encoder/scale'
    """

    def __init__(self, name: str, caller: Any = None, **kwargs: Any) -> None:
        if not isinstance(name, str) or "/" in name:
            raise ValueError(f"name_scope: the name must be a string without '/', got {name!r}.")
        self.name = name
        self._outer: tuple[str, ...] = ()

    def __enter__(self) -> name_scope:
        self._outer = context.names
        context.names = (*self._outer, self.name)
        return self

    def __exit__(self, *exception: object) -> None:
        context.names = self._outer
