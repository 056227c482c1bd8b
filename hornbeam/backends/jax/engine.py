"""The JAX engine: arrays are values; a variable's storage is replaced, never changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from hornbeam.backends.base import ComputeBackend
from hornbeam.backends.jax import fft, image, linalg, nn, primitives, random, sequence
from hornbeam.core import registry
from hornbeam.core.dtype import ALLOWED
from hornbeam.core.errors import StateError
from hornbeam.core.scope import StateScope

NARROW = {"float64": "float32", "int64": "int32", "uint64": "uint32", "complex128": "complex64"}


class JaxBackend(ComputeBackend):
    name = "jax"
    tensor_types = (type(jnp.zeros(())), Tracer, jax.Array)
    functional = True
    takes_arrays = True
    call_cost = 1e-4

    def __init__(self) -> None:
        self.gather(primitives, nn, sequence, random, linalg, fft, image)
        self.names = {jnp.dtype(name): name for name in ALLOWED if hasattr(jnp, name) or name == "bool"}

    @property
    def narrow(self) -> dict[str, str]:
        """64-bit dtypes become 32-bit ones unless the user switched JAX to 64-bit mode."""
        return {} if jax.config.jax_enable_x64 else NARROW  # pyright: ignore[reportAttributeAccessIssue]

    def convert(self, value: Any, dtype: str | None) -> Any:
        if isinstance(value, jax.Array):
            return value if dtype is None or self.names.get(value.dtype) == dtype else value.astype(dtype)
        value = registry.get("numpy").convert(value, dtype if type(value) in (int, float) else None)
        if dtype is None:
            return jnp.asarray(value)
        return jnp.asarray(value, dtype=self.narrow.get(dtype, dtype))

    def dtype(self, tensor: Any) -> str:
        return self.names[tensor.dtype]

    def shape(self, tensor: Any) -> tuple[int, ...]:
        return tensor.shape

    def value_and_grad(self, function: Callable[..., Any], argnums: tuple[int, ...], has_aux: bool) -> Any:
        return jax.value_and_grad(function, argnums=argnums, has_aux=has_aux)

    def jvp(
        self, function: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], has_aux: bool
    ) -> Any:
        return jax.jvp(function, primals, tangents, has_aux=has_aux)

    def compile(self, function: Callable[..., Any], donate: tuple[int, ...] = ()) -> Callable[..., Any]:
        return jax.jit(function, donate_argnums=donate)

    def jit(self, function: Callable[..., Any]) -> Callable[..., Any]:
        variables: list[Any] = []

        def pure(values: list[Any], arguments: Any) -> Any:
            args, kwargs = arguments
            return _pure(lambda *args: function(*args, **kwargs), variables, values, args)

        compiled = jax.jit(pure)
        seen: set[Any] = set()

        def call(*args: Any, **kwargs: Any) -> Any:
            signature = str(jax.tree.map(lambda leaf: getattr(leaf, "shape", leaf), (args, kwargs)))
            if signature not in seen:
                # a dry run finds the variables that are read or assigned: they become arguments
                scope = _Finder(variables)
                with scope:
                    jax.eval_shape(lambda: function(*args, **kwargs))
                seen.add(signature)
            result, values = compiled([variable.value for variable in variables], (args, kwargs))
            for variable, value in zip(variables, values, strict=True):
                if value is not variable.value:
                    variable.assign(value)
            return result

        return call

    def compile_step(
        self, function: Callable[..., Any], variables: list[Any], jit_compile: Any = "auto", donate: bool = True
    ) -> Callable[..., Any]:
        thread = self._stateful if donate else self._keeping
        run = thread(lambda values, batch: _pure(function, variables, values, batch), variables)
        return lambda *batch: run(batch)

    def _keeping(self, pure: Callable[..., Any], variables: list[Any]) -> Callable[[Any], Any]:
        """Like `_stateful`, but the storages stay, and only those that change are made anew."""

        def changes(values: list[Any], arguments: Any) -> Any:
            result, new = pure(values, arguments)
            return result, {i: after for i, after in enumerate(new) if after is not values[i]}

        compiled = jax.jit(changes)

        def run(arguments: Any) -> Any:
            result, changed = compiled([variable.storage for variable in variables], arguments)
            for i, value in changed.items():
                variables[i]._storage = value
            return result

        return run

    def compile_steps(self, function: Callable[..., Any], variables: list[Any]) -> Callable[..., None]:
        def pure(values: list[Any], arguments: Any) -> Any:
            batches, count = arguments

            def body(index: Any, values: list[Any]) -> list[Any]:
                batch = jax.tree.map(lambda leaf: leaf[index], batches)
                return _pure(function, variables, values, batch)[1]

            return None, jax.lax.fori_loop(0, count, body, values)

        run = self._stateful(pure, variables)
        return lambda batches, count: run((batches, count))

    def _stateful(self, pure: Callable[..., Any], variables: list[Any]) -> Callable[[Any], Any]:
        """Thread the variables' storages through a pure function, which consumes them."""
        compiled = jax.jit(pure, donate_argnums=0)

        def run(arguments: Any) -> Any:
            result, values = compiled([variable.storage for variable in variables], arguments)
            for variable, value in zip(variables, values, strict=True):
                variable._storage = value
            return result

        return run

    def vmap(self, function: Callable[..., Any], in_axes: Any, out_axes: Any) -> Callable[..., Any]:
        return jax.vmap(function, in_axes=in_axes, out_axes=out_axes)

    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        storage = self.convert(value, dtype)
        if isinstance(storage, Tracer):
            raise StateError(
                f"Variable '{path}' has no value yet and is first read inside a JAX transformation (jit, grad, vmap), "
                "where a value made would leak. Call the model once on data, or `model.place_all()`, before tracing."
            )
        # a buffer of its own: compiled steps donate the buffers of variables
        return jnp.array(storage, copy=True) if storage is value else storage

    def value(self, storage: Any) -> Any:
        return storage

    def assign(self, storage: Any, value: Any) -> Any:
        if isinstance(value, Tracer):
            raise StateError(
                "A variable was assigned inside a JAX transformation, where the value would leak. Use `hornbeam.jit` "
                "and `hornbeam.grad`, which carry state through, or `stateless_call`."
            )
        # a buffer of its own: compiled steps consume the buffers of variables, and the caller may keep this one
        return jnp.array(value, copy=True)

    def assign_all(self, variables: list[Any], values: list[Any]) -> None:
        for variable, value in zip(variables, values, strict=True):
            variable._storage = value  # fresh from a compiled call: nobody else holds them

    def set_trainable(self, storage: Any, trainable: bool) -> None:
        """Nothing to tell: gradients are asked for by value."""

    def layer_base(self) -> type | None:
        return None

    def fused_update(self, name: str) -> None:
        return None  # XLA fuses the updates of a compiled step by itself

    def to_numpy(self, tensor: Any) -> Any:
        return np.asarray(tensor)

    def is_traced(self, tensor: Any) -> bool:
        return isinstance(tensor, Tracer)

    def synchronize(self, tensors: Any) -> None:
        jax.block_until_ready(tensors)

    def devices(self) -> list[str]:
        return [str(device) for device in jax.devices()]


class _Finder(StateScope):
    """Collects the variables that a dry run touches."""

    def __init__(self, variables: list[Any]) -> None:
        super().__init__()
        self.variables = variables

    def missing(self, variable: Any) -> Any:
        if not any(known is variable for known in self.variables):
            self.variables.append(variable)
        return super().missing(variable)

    def write(self, variable: Any, value: Any) -> None:
        self.missing(variable)
        super().write(variable, value)


def _pure(function: Callable[..., Any], variables: list[Any], values: list[Any], batch: Any) -> tuple[Any, list[Any]]:
    """`function(*batch)` on given values of the variables; its result and their new values."""
    scope = StateScope()
    for variable, value in zip(variables, values, strict=True):
        scope.write(variable, value)
    known = set(scope.values)
    with scope:
        result = function(*batch)
    strays = [variable.path for key, (variable, _) in scope.values.items() if key not in known]
    if strays:
        raise StateError(
            f"A compiled step assigned variables that are not part of the model: {', '.join(strays)}. Make them "
            "attributes of a layer, so that they are found, or run with `run_eagerly=True`."
        )
    # results of python arithmetic may be weakly typed; state never is
    return result, [
        jax.lax.convert_element_type(scope.values[id(variable)][1], value.dtype)
        for variable, value in zip(variables, values, strict=True)
    ]
