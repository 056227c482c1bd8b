"""The TensorFlow engine: variables are `tf.Variable`s; gradients come from a tape; compiling is `tf.function`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import tensorflow as tf

from hornbeam.backends.base import ComputeBackend
from hornbeam.backends.tensorflow import fft, image, linalg, nn, primitives, random, sequence, updates
from hornbeam.core import registry, tree
from hornbeam.core.dtype import ALLOWED
from hornbeam.core.scope import context

DTYPES = {name: tf.as_dtype(name) for name in ALLOWED if hasattr(tf, name)}
NAMES = {dtype: name for name, dtype in DTYPES.items()}


class TensorflowBackend(ComputeBackend):
    name = "tensorflow"
    tensor_types = (
        type(tf.zeros(())),
        tf.Tensor,
        tf.Variable,
        tf.IndexedSlices,
        tf.RaggedTensor,
        tf.SparseTensor,
    )
    call_cost = 4e-4
    # so that `tape.gradient` and `tape.watch` take variables
    variable_attributes = MappingProxyType(
        {"handle": lambda variable: variable.storage.handle, "_should_act_as_resource_variable": lambda variable: True}
    )

    def __init__(self) -> None:
        self.gather(primitives, nn, sequence, random, linalg, fft, image)
        self.narrow = {}

    def convert(self, value: Any, dtype: str | None) -> Any:
        if not isinstance(value, (tf.Tensor, tf.Variable)):
            if isinstance(value, (tf.RaggedTensor, tf.SparseTensor)):
                raise TypeError(
                    f"{type(value).__name__} is not a dense tensor; convert it with tf.sparse.to_dense or .to_tensor()"
                )
            if isinstance(value, (list, tuple)) and any(tf.is_tensor(part) for part in tree.flatten(value)):
                value = tf.stack([self.convert(part, dtype) for part in value])
            elif isinstance(value, tf.IndexedSlices):
                value = tf.convert_to_tensor(value)
            else:
                kind = dtype if type(value) in (int, float) else None
                value = tf.convert_to_tensor(registry.get("numpy").convert(value, kind))
        elif isinstance(value, tf.Variable):
            value = value.value()
        return value if dtype is None or NAMES[value.dtype] == dtype else tf.cast(value, dtype)

    def dtype(self, tensor: Any) -> str:
        return NAMES[tensor.dtype]

    def shape(self, tensor: Any) -> tuple[Any, ...]:
        static = tensor.shape.as_list()
        if None not in static:
            return tuple(static)
        dynamic = tf.shape(tensor)
        return tuple(dynamic[axis] if size is None else size for axis, size in enumerate(static))

    def value_and_grad(self, function: Callable[..., Any], argnums: tuple[int, ...], has_aux: bool) -> Any:
        def differentiated(*args: Any, **kwargs: Any) -> Any:
            given = list(args)
            leaves: list[Any] = []

            def leaf(tensor: Any) -> Any:
                leaves.append(tf.identity(self.convert(tensor, None)))
                return leaves[-1]

            for position in argnums:
                given[position] = tree.map_structure(leaf, args[position])
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(leaves)
                result = function(*given, **kwargs)
                value, aux = result if has_aux else (result, None)
            found = tape.gradient(value, leaves, unconnected_gradients=tf.UnconnectedGradients.ZERO)
            rest = iter([tf.convert_to_tensor(gradient) for gradient in found])
            gradients = tuple(tree.map_structure(lambda _: next(rest), given[position]) for position in argnums)
            return ((value, aux) if has_aux else value), gradients

        return differentiated

    def variables_value_and_grad(self, function: Callable[[], Any], variables: Sequence[Any], has_aux: bool) -> Any:
        if context.state is not None:
            return super().variables_value_and_grad(function, variables, has_aux)
        storages = [variable.storage for variable in variables]
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(storages)
            result = function()
            value, aux = result if has_aux else (result, None)
        found = tape.gradient(value, storages, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return ((value, aux) if has_aux else value), [tf.convert_to_tensor(gradient) for gradient in found]

    def jvp(
        self, function: Callable[..., Any], primals: tuple[Any, ...], tangents: tuple[Any, ...], has_aux: bool
    ) -> Any:
        primals = tree.map_structure(tf.identity, primals)  # the accumulator tells tensors apart by identity
        with tf.autodiff.ForwardAccumulator(tree.flatten(primals), tree.flatten(tangents)) as accumulator:
            result = function(*primals)
            value, aux = result if has_aux else (result, None)
            derivative = tree.map_structure(
                lambda leaf: accumulator.jvp(leaf, unconnected_gradients=tf.UnconnectedGradients.ZERO), value
            )
        return (value, derivative, aux) if has_aux else (value, derivative)

    def compile(self, function: Callable[..., Any], donate: tuple[int, ...] = ()) -> Callable[..., Any]:
        return tf.function(function, reduce_retracing=True, autograph=False)

    def compile_replay(self, function: Callable[..., Any], variables: list[Any]) -> Callable[[list[Any]], Any]:
        # the graph reads the variables itself: a read in an eager call costs more than a small layer
        traced = tf.function(
            lambda *inputs: function(list(inputs), [variable.storage.value() for variable in variables]),
            autograph=False,
        )
        concrete: list[Any] = []

        def run(inputs: list[Any]) -> Any:
            if not concrete:
                concrete.append(traced.get_concrete_function(*inputs))
            return concrete[0](*inputs)

        return run

    def jit(self, function: Callable[..., Any]) -> Callable[..., Any]:
        return self.compile(function)

    def compile_step(
        self, function: Callable[..., Any], variables: list[Any], jit_compile: Any = "auto", donate: bool = True
    ) -> Callable[..., Any]:
        # XLA doubles the time of convolutions on CPU, so it has to be asked for
        xla = True if jit_compile is True else None
        return tf.function(function, reduce_retracing=True, autograph=False, jit_compile=xla)

    def compile_steps(self, function: Callable[..., Any], variables: list[Any]) -> Callable[..., None]:
        @tf.function(reduce_retracing=True, autograph=False)
        def run(batches: Any, count: Any) -> None:
            def body(index: Any) -> Any:
                function(*tree.map_structure(lambda leaf: None if leaf is None else leaf[index], batches))
                return index + 1

            tf.while_loop(lambda index: index < count, body, [tf.constant(0)], parallel_iterations=1)

        return lambda batches, count: run(batches, tf.constant(count))

    def vmap(self, function: Callable[..., Any], in_axes: Any, out_axes: Any) -> Callable[..., Any]:
        def mapped(*args: Any) -> Any:
            axes = in_axes if isinstance(in_axes, (list, tuple)) else [in_axes] * len(args)
            moved = [
                arg
                if axis is None
                else tree.map_structure(lambda x, axis=axis: _move(self.convert(x, None), axis, 0), arg)
                for arg, axis in zip(args, axes, strict=True)
            ]
            batched = [arg for arg, axis in zip(moved, axes, strict=True) if axis is not None]

            def call(parts: Any) -> Any:
                rest = iter(parts)
                return function(*(arg if axis is None else next(rest) for arg, axis in zip(moved, axes, strict=True)))

            result = tf.vectorized_map(call, batched)
            return tree.map_structure(lambda x: _move(x, 0, out_axes), result) if out_axes else result

        return mapped

    def place(self, value: Any, dtype: str, trainable: bool, path: str) -> Any:
        with tf.init_scope():
            name = path.replace("/", "_").replace(":", "_")
            return tf.Variable(self.convert(value, dtype), trainable=trainable, name=name)

    def value(self, storage: Any) -> Any:
        return storage.value()

    def assign(self, storage: Any, value: Any) -> Any:
        storage.assign(value)
        return storage

    def set_trainable(self, storage: Any, trainable: bool) -> None:
        """Nothing to tell: the tape watches the variables it is given."""

    def layer_base(self) -> type | None:
        from hornbeam.backends.tensorflow.trackable import TensorflowLayer

        return TensorflowLayer

    def fused_update(self, name: str) -> Callable[..., None] | None:
        return updates.table.get(name)

    def to_numpy(self, tensor: Any) -> Any:
        return np.asarray(tf.convert_to_tensor(tensor).numpy())

    def is_traced(self, tensor: Any) -> bool:
        return isinstance(tensor, tf.Tensor) and not hasattr(tensor, "numpy")

    def synchronize(self, tensors: Any) -> None:
        for tensor in tree.flatten(tensors):
            if isinstance(tensor, tf.Tensor):
                tensor.numpy()

    def devices(self) -> list[str]:
        return [device.name.removeprefix("/physical_device:") for device in tf.config.list_physical_devices()]


def _move(tensor: Any, source: int, target: int) -> Any:
    rank = tensor.shape.rank
    order = [axis for axis in range(rank) if axis != source % rank]
    order.insert(target % rank, source % rank)
    return tf.transpose(tensor, order)
