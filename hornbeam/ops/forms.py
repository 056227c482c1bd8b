"""Operations as classes, as saved Keras files name them (`Add`, `Concatenate(axis=-1)`): made from the record."""

from __future__ import annotations

import functools
import inspect
from typing import Any

from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export
from hornbeam.core.naming import auto_name, snake_case
from hornbeam.core.operation_forms import classes, squash
from hornbeam.core.spec import operation
from hornbeam.ops.op import Op


@export("keras.Operation")
class Operation:
    """A computation with a name and settings: subclasses define `call`.

    On symbolic tensors its operations are recorded, on real ones computed.

    Args:
        name: its name; made up from the class if missing.

    Example:
        >>> class Twice(hornbeam.Operation):
        ...     def call(self, x):
        ...         return x * 2
        >>> Twice()(hornbeam.Input((3,))).shape
        (None, 3)
    """

    def __init__(self, name: str | None = None) -> None:
        self.name = name or auto_name(snake_case(type(self).__name__))

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The computation. Override it."""
        raise NotImplementedError(f"Operation '{self.name}' ({type(self).__name__}) does not define `call`.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(*args, **kwargs)

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Operation:
        """The operation that `get_config` described."""
        return cls(**config)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}>"


@functools.cache
def class_form(name: str) -> type[Operation]:
    """The class of the operation called `name`: attributes are given when it is made, tensors when it is called.

    Raises:
        ConfigError: there is no such operation, or Keras has no class for it.

    Example:
        >>> Concatenate = class_form("concatenate")
        >>> Concatenate(axis=0)([hornbeam.ops.ones((2, 3)), hornbeam.ops.ones((1, 3))]).shape
        (3, 3)
    """
    known = classes().get(squash(name))
    if known is None:
        raise ConfigError(f"There is no operation {name!r} with a class form.")
    op = operation(name).op
    _, class_name, attributes = known
    return _made(op, class_name, [attribute for attribute in attributes if attribute in op.names])


def _made(op: Op, class_name: str, attributes: list[str]) -> type[Operation]:
    keyword = inspect.Parameter.POSITIONAL_OR_KEYWORD
    settings = [op.signature.parameters[attribute].replace(kind=keyword) for attribute in attributes]
    signature = inspect.Signature([*settings, inspect.Parameter("name", keyword, default=None)])
    free = [parameter for parameter in op.names if parameter not in attributes]

    def __init__(self: Any, *args: Any, **kwargs: Any) -> None:
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        Operation.__init__(self, bound.arguments.pop("name"))
        self.attributes = dict(bound.arguments)

    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return op.function(**dict(zip(free, args, strict=False)), **kwargs, **self.attributes)

    def get_config(self: Any) -> dict[str, Any]:
        return {"name": self.name, **self.attributes}

    __init__.__signature__ = signature
    space = {"__init__": __init__, "call": call, "get_config": get_config, "__doc__": op.function.__doc__}
    return type(class_name, (Operation,), space)
