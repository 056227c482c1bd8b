"""State with a name: declared (path, shape, dtype, initializer) first, placed (given a value on a device) later."""

from __future__ import annotations

import importlib
import weakref
from collections.abc import Callable
from typing import Any

from hornbeam.core import dtype as dtypes
from hornbeam.core import registry
from hornbeam.core.errors import ConfigError, ShapeError, StateError
from hornbeam.core.export import export
from hornbeam.core.scope import context
from hornbeam.core.spec import give_operators

_unnamed = 0


@export("keras.Variable")
class Variable:
    """A tensor that lasts and can change: weights, moving statistics, seeds, optimizer state.

    Nothing is computed when it is made. The value is *placed* on first use: by a layer's call, `fit`, `save`, or by
    reading `value`; weights loaded from a file are placed straight from it.

    Args:
        initializer: a callable `(shape, dtype) -> tensor`, the name of an initializer, or the initial value.
        shape: sizes; needed unless the initial value is given.
        dtype: element type; floatx, or that of the initial value, if None.
        trainable: whether training changes it.
        autocast: whether layers in mixed precision read it in their compute dtype.
        aggregation, synchronization, layout: kept for distribution, as in Keras.
        name: last part of its path.

    Raises:
        ConfigError: a shape is missing or has unknown sizes.

    Example:
        >>> v = hornbeam.Variable([1.0, 2.0], name="scale")
        >>> v.assign(v + 1)
        >>> v.numpy()
        array([2., 3.], dtype=float32)
    """

    def __init__(
        self,
        initializer: Any,
        shape: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        aggregation: str = "none",
        synchronization: str = "auto",
        name: str | None = None,
        layout: Any = None,
        **kwargs: Any,
    ) -> None:
        global _unnamed
        if kwargs:
            raise TypeError(f"Variable() has no argument {sorted(kwargs)[0]!r}.")
        if name is None:
            _unnamed += 1
            name = "variable" if _unnamed == 1 else f"variable_{_unnamed - 1}"
        if not isinstance(name, str) or "/" in name:
            raise ConfigError(f"Variable: the name must be a string without '/', got {name!r}.")
        self.name = name
        self.path = "/".join((*context.names, name))
        self.aggregation = aggregation
        self.synchronization = synchronization
        self.layout = layout
        self.autocast = autocast
        self.regularizer: Any = None
        self.constraint: Any = None
        self.overwrite_with_gradient = False
        self._trainable = self.declared_trainable = bool(trainable)
        self._storage: Any = None
        self._engine: Any = None
        # (root of the tree of layers, key) is asked for when placed; see layers.layer
        self._owner: Callable[[], Any] | None = None
        self.key: str | None = None
        if callable(initializer) or isinstance(initializer, str):
            if shape is None:
                raise ConfigError(f"Variable '{self.path}': an initializer needs a shape. Give `shape=`.")
            self.initializer: Any = initializer
            self.dtype = dtypes.standardize(dtype)
            self.shape = _known_sizes(shape, self.path)
        else:
            backend = registry.backend_of(initializer) or registry.default()
            if isinstance(initializer, Variable):
                initializer = initializer.value
            value = backend.convert(initializer, dtypes.standardize(dtype) if dtype is not None else None)
            self.initializer = None
            self.dtype = backend.dtype(value)
            self.shape = tuple(backend.shape(value))
            self._engine = backend
            if shape is not None and _known_sizes(shape, self.path) != self.shape:
                raise ShapeError(
                    f"Variable '{self.path}': shape={tuple(shape)} was asked for, the value has {self.shape}."
                )
            self._storage = backend.place(value, self.dtype, self._trainable, self.path)
        if self._engine is None:
            self._backend_name = registry.default_name()

    @property
    def backend(self) -> str:
        """Name of the backend it belongs to."""
        return self._engine.name if self._engine is not None else self._backend_name

    @property
    def engine(self) -> Any:
        """The backend it belongs to."""
        if self._engine is None:
            self._engine = registry.get(self._backend_name)
        return self._engine

    @property
    def placed(self) -> bool:
        """Whether it has a value on a device."""
        return self._storage is not None

    @property
    def storage(self) -> Any:
        """What the engine keeps for it: an array, a `torch.nn.Parameter`, a `tf.Variable`. Placed if need be."""
        if self._storage is None:
            self.place()
        return self._storage

    @property
    def value(self) -> Any:
        """Its value now, as a tensor of its engine (symbolic while a call is being recorded)."""
        state = context.state
        if state is not None:
            value = state.read(self)
            if value is not None:
                return value if context.autocast is None else self._autocast(value)
        value = self.engine.value(self.storage)
        return value if context.autocast is None else self._autocast(value)

    def _autocast(self, value: Any) -> Any:
        if not self.autocast or not dtypes.is_floating(self.dtype) or context.autocast == self.dtype:
            return value
        backend = registry.backend_of(value) or self.engine
        return backend.table["cast"](value, context.autocast)

    def place(self, value: Any = None) -> None:
        """Give it its first value: `value`, or the initializer's; all variables of its model are placed at once."""
        if self._storage is not None:
            return
        if value is None and self._owner is not None:
            owner = self._owner()
            if owner is not None:
                owner.place_all()
                if self._storage is not None:
                    return
        if value is None:
            value = self.initial_value()
        self._storage = self.engine.place(value, self.dtype, self._trainable, self.path)

    def initial_value(self) -> Any:
        """What its initializer gives: equal on every engine for one seed and one place in the model."""
        initializer = self.initializer
        if isinstance(initializer, str):
            initializer = importlib.import_module("hornbeam.initializers").get(initializer)
        generate = getattr(initializer, "generate", None)
        if generate is not None:
            return generate(self.shape, self.dtype, self.key if self.key is not None else self.path)
        with registry.scope(self.backend):
            value = initializer(self.shape, dtype=self.dtype)
            value = self.engine.convert(value, self.dtype)
        if tuple(self.engine.shape(value)) != self.shape:
            raise ShapeError(
                f"Variable '{self.path}': its initializer gave shape {tuple(self.engine.shape(value))}, "
                f"expected {self.shape}."
            )
        return value

    def assign(self, value: Any) -> Any:
        """Make it hold `value`; the shape must be its own.

        Raises:
            ShapeError: `value` has another shape.
        """
        if isinstance(value, Variable):
            value = value.value
        state = context.state
        if state is not None:
            symbolic = registry.backend_of(value)
            backend = symbolic if symbolic is not None else self.engine
            value = backend.convert(value, self.dtype) if symbolic is None else value
            if backend.dtype(value) != self.dtype:
                value = backend.table["cast"](value, backend.narrow.get(self.dtype, self.dtype))
            self._check_shape(backend.shape(value))
            state.write(self, value)
            return value
        owner = registry.backend_of(value)
        if owner is not None and owner is not self.engine:
            if owner.symbolic:
                raise StateError(f"Variable '{self.path}' cannot hold a symbolic tensor ({value!r}).")
            value = owner.to_numpy(value)
        value = self.engine.convert(value, self.dtype)
        self._check_shape(self.engine.shape(value))
        if self._storage is None:
            self.place(value)
        else:
            self._storage = self.engine.assign(self._storage, value)
        return self.value

    def _check_shape(self, shape: Any) -> None:
        sizes = zip(shape, self.shape, strict=False)
        if len(shape) != len(self.shape) or any(isinstance(a, int) and a != b for a, b in sizes):
            raise ShapeError(
                f"Variable '{self.path}' has shape {self.shape}; a value of shape {tuple(shape)} cannot be assigned "
                "to it."
            )

    def assign_add(self, value: Any) -> Any:
        """Add `value` to it."""
        return self.assign(self + value)

    def assign_sub(self, value: Any) -> Any:
        """Subtract `value` from it."""
        return self.assign(self - value)

    def numpy(self) -> Any:
        """Its value as a NumPy array of its own, which later assignments leave as it is."""
        return self.engine.to_numpy(self.engine.value(self.storage)).copy()

    @property
    def trainable(self) -> bool:
        """Whether training changes it."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable)
        if self._storage is not None:
            self.engine.set_trainable(self._storage, self._trainable)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        count = 1
        for length in self.shape:
            count *= length
        return count

    def own(self, owner: Any) -> None:
        """Let `owner` (a layer, weakly held) place it together with the rest of its model."""
        self._owner = weakref.ref(owner)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        array = self.numpy()
        return array.astype(dtype) if dtype is not None else array

    def __jax_array__(self) -> Any:
        return self.value

    def __tf_tensor__(self, dtype: Any = None, name: Any = None) -> Any:
        return self.engine.convert(self.value, dtypes.standardize(dtype) if dtype is not None else None)

    def __getattr__(self, name: str) -> Any:
        # what the engine's own functions look for on its variables
        engine = self.__dict__.get("_engine")
        if engine is not None and name in engine.variable_attributes:
            return engine.variable_attributes[name](self)
        raise AttributeError(f"Variable '{self.__dict__.get('path', '?')}' has no attribute {name!r}.")

    def __getitem__(self, key: Any) -> Any:
        return self.value[key]

    def __bool__(self) -> bool:
        raise TypeError(f"Variable '{self.path}' cannot decide an `if`; read it with `.numpy()`.")

    def __float__(self) -> float:
        return float(self.numpy())

    def __int__(self) -> int:
        return int(self.numpy())

    def __deepcopy__(self, memo: dict[int, Any]) -> Variable:
        value = self.numpy() if self._storage is not None else self.initializer
        twin = Variable(value, self.shape, self.dtype, self._trainable, self.autocast, name=self.name)
        memo[id(self)] = twin
        return twin

    def __repr__(self) -> str:
        where = f"on {self.backend}" if self.placed else f"declared for {self.backend}, not placed"
        return f"<Variable path={self.path}, shape={self.shape}, dtype={self.dtype}, {where}>"


give_operators(Variable, equality=False)


def _known_sizes(shape: Any, path: str) -> tuple[int, ...]:
    sizes = (shape,) if isinstance(shape, int) else tuple(shape)
    for size in sizes:
        if not isinstance(size, int) or size < 0:
            raise ConfigError(f"Variable '{path}': every size must be known and non-negative, got shape {sizes}.")
    return sizes


registry.backend_by_type[Variable] = None
