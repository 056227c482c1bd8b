"""What initializers have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from hornbeam.core import dtype as dtypes
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export


@export("keras.Initializer", "keras.initializers.Initializer")
class Initializer:
    """Makes initial values; subclasses implement `__call__(shape, dtype=None, **kwargs)`.

    Example:
        >>> class Halves(hornbeam.initializers.Initializer):
        ...     def __call__(self, shape, dtype=None):
        ...         return hornbeam.ops.full(shape, 0.5, dtype=dtype)
        >>> layer = hornbeam.layers.Dense(3, kernel_initializer=Halves())
    """

    # `(shape, dtype, key) -> numpy array`, where values do not depend on an engine; see `Generated`
    generate: ClassVar[Callable[..., Any] | None] = None

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        raise NotImplementedError("Initializer subclasses must implement the `__call__()` method.")

    def get_config(self) -> dict[str, Any]:
        """The arguments that make this initializer again."""
        return {}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """The initializer that `get_config` described."""
        return cls(**config)

    def clone(self) -> Any:
        """An initializer of the same config."""
        return self.__class__.from_config(self.get_config())


class Generated(Initializer):
    """An initializer whose values are made by NumPy, and so are equal to the last bit on every engine.

    Subclasses implement `generate(shape, dtype, key)`; `key` is the variable's place in its model, or None for a call
    outside one.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__call__" in cls.__dict__ and "generate" not in cls.__dict__:
            cls.generate = None  # type: ignore[assignment] # the subclass's own values count, also where variables are placed

    def generate(self, shape: Sequence[int], dtype: str, key: str | None) -> Any:
        """The values as a NumPy array."""
        raise NotImplementedError

    def __call__(self, shape: Sequence[int], dtype: Any = None) -> Any:
        """Values as a tensor of the default backend.

        Args:
            shape: sizes.
            dtype: element type; floatx if None.
        """
        dtype = dtypes.standardize(dtype)
        return registry.default().convert(self.generate(checked(shape), dtype, None), dtype)


def checked(shape: Any) -> tuple[int, ...]:
    """The shape as a tuple of known sizes."""
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    if not all(hasattr(size, "__index__") and size >= 0 for size in sizes):
        raise ConfigError(f"An initializer needs a shape of known sizes, got {sizes}.")
    return tuple(int(size) for size in sizes)
