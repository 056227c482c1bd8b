"""Recurrent cells: what a recurrent layer does at one step."""

from __future__ import annotations

from typing import Any

import numpy as np

from hornbeam import activations, constraints, initializers, regularizers
from hornbeam.core import serialization, tree
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.spec import KerasTensor
from hornbeam.graph.trace import Recording
from hornbeam.initializers.initializer import Generated
from hornbeam.layers.layer import Layer
from hornbeam.ops import create, elementwise, move, random
from hornbeam.ops.contract import matmul

WEIGHTS = {
    f"{weight}_{what}": room
    for what, room in (("initializer", initializers), ("regularizer", regularizers), ("constraint", constraints))
    for weight in ("kernel", "recurrent", "bias")
}
DROPOUT = {"dropout": None, "recurrent_dropout": None, "seed": None}
SIMPLE_SETTINGS = {"units": None, "activation": activations, "use_bias": None, **WEIGHTS, **DROPOUT}
GRU_SETTINGS = {
    "units": None,
    "activation": activations,
    "recurrent_activation": activations,
    "use_bias": None,
    **WEIGHTS,
    "dropout": None,
    "recurrent_dropout": None,
    "reset_after": None,
    "seed": None,
}
LSTM_SETTINGS = {
    "units": None,
    "activation": activations,
    "recurrent_activation": activations,
    "use_bias": None,
    "unit_forget_bias": None,
    **WEIGHTS,
    **DROPOUT,
}


class RecurrentCell(Layer):
    """What the cells share: weights for a number of gates, one dropout mask for all steps of a sequence.

    A recurrent layer calls `start` before its loop and `finish` behind it: in between every step drops the same
    inputs and states. A call by itself in training draws masks of its own.
    """

    gates: int
    units: int
    activation: Any
    recurrent_activation: Any
    use_bias: bool
    bias_initializer: Any
    kernel: Any
    recurrent_kernel: Any
    bias: Any = None
    dropout: float
    recurrent_dropout: float

    def _keep(self, given: dict[str, Any]) -> None:
        for name, room in self._settings.items():
            setattr(self, name, room.get(given[name]) if room is not None else given[name])
        what = f"{type(self).__name__} '{self.name}'"
        if not isinstance(self.units, int) or self.units < 1:
            raise ConfigError(f"{what}: units must be a positive int, got {self.units!r}.")
        for name in ("dropout", "recurrent_dropout"):
            setattr(self, name, min(1.0, max(0.0, float(getattr(self, name)))))
        self.state_size: Any = self.units
        self.output_size = self.units
        if self.dropout or self.recurrent_dropout:
            self.seed_generator = random.SeedGenerator(given["seed"])
        # masks of the loop that runs now: "dropout" -> tensor
        self._masks: dict[str, Any] = {}

    def build(self, input_shape: Any) -> None:
        features = input_shape[-1]
        if features is None:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}': the last axis of the input must be known, got {input_shape}."
            )
        width = self.gates * self.units
        shapes = {"kernel": (features, width), "recurrent_kernel": (self.units, width)}
        if self.use_bias:
            shapes["bias"] = self._bias_shape(width)
        for name, shape in shapes.items():
            part = name.removesuffix("_kernel")
            weight = self.add_weight(
                name=name,
                shape=shape,
                initializer=self._bias_initializer() if name == "bias" else getattr(self, f"{part}_initializer"),
                regularizer=getattr(self, f"{part}_regularizer"),
                constraint=getattr(self, f"{part}_constraint"),
            )
            setattr(self, name, weight)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (width,)

    def _bias_initializer(self) -> Any:
        return self.bias_initializer

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """Zeros for a batch."""
        return [create.zeros((batch_size, self.units), dtype=self.compute_dtype)]

    # dropout

    def _mask(self, name: str, like: Any) -> Any:
        """Factors for `like`, or None where nothing is dropped."""
        rate = getattr(self, name)
        if not rate:
            return None
        if name in self._masks:
            return self._masks[name]
        return random.dropout(create.ones_like(like), rate, seed=self.seed_generator)

    def get_dropout_mask(self, step_input: Any) -> Any:
        """Factors for the inputs of a step: those of the running loop, or new ones; None without dropout."""
        return self._mask("dropout", step_input)

    def get_recurrent_dropout_mask(self, step_input: Any) -> Any:
        """Factors for the state of a step: those of the running loop, or new ones; None without dropout."""
        return self._mask("recurrent_dropout", step_input)

    def start(self, step_input: Any, states: list[Any]) -> None:
        """Draw the masks that hold for all steps of one loop."""
        for name, like in (("dropout", step_input), ("recurrent_dropout", states[0])):
            mask = self._mask(name, like)
            if mask is not None:
                self._masks[name] = mask

    def finish(self) -> None:
        """Forget the masks of the loop."""
        self._masks.clear()

    reset_dropout_mask = finish
    reset_recurrent_dropout_mask = finish

    def _dropped(self, inputs: Any, state: Any, training: Any) -> tuple[Any, Any]:
        """Inputs and state, both with their masks in training."""
        if training:
            for_inputs, for_state = self.get_dropout_mask(inputs), self.get_recurrent_dropout_mask(state)
            inputs = inputs if for_inputs is None else inputs * for_inputs
            state = state if for_state is None else state * for_state
        return inputs, state


@export("keras.layers.SimpleRNNCell")
class SimpleRNNCell(RecurrentCell):
    """One step of a fully connected recurrence: h = activation(x @ kernel + h @ recurrent_kernel + bias).

    Args:
        units: size of the output and of the state.
        activation: name or function.
        use_bias: whether a bias is added.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: add losses.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout, recurrent_dropout: parts of the inputs and of the state that are dropped in training.
        seed: fixes what is dropped.

    Example:
        >>> cell = hornbeam.layers.SimpleRNNCell(4)
        >>> output, state = cell(hornbeam.ops.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape
        (2, 4)
    """

    gates = 1
    _settings = SIMPLE_SETTINGS

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        given = locals()
        super().__init__(**kwargs)
        self._keep(given)

    def call(self, sequence: Any, states: Any, training: Any = False) -> Any:
        state = states[0] if isinstance(states, (list, tuple)) else states
        inputs, state = self._dropped(sequence, state, training)
        output = matmul(inputs, self.kernel) + matmul(state, self.recurrent_kernel)
        output = self.activation(output if self.bias is None else elementwise.add(output, self.bias))
        return output, [output] if isinstance(states, (list, tuple)) else output


@export("keras.layers.GRUCell")
class GRUCell(RecurrentCell):
    """One step of a gated recurrent unit; see `GRU`.

    Args:
        units: size of the output and of the state.
        activation, recurrent_activation: of the new value, and of the gates.
        use_bias: whether biases are added.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: add losses.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout, recurrent_dropout: parts of the inputs and of the state that are dropped in training.
        reset_after: whether the reset gate acts behind the matrix product (as in cuDNN) or before it.
        seed: fixes what is dropped.

    Example:
        >>> cell = hornbeam.layers.GRUCell(4)
        >>> output, state = cell(hornbeam.ops.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape
        (2, 4)
    """

    gates = 3
    reset_after: bool
    _settings = GRU_SETTINGS

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        reset_after: bool = True,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        given = locals()
        super().__init__(**kwargs)
        self._keep(given)

    def _bias_shape(self, width: int) -> tuple[int, ...]:
        return (2, width) if self.reset_after else (width,)

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        h = states[0] if isinstance(states, (list, tuple)) else states
        inputs, recurrent = self._dropped(inputs, h, training)
        kernel, gated = self.recurrent_kernel.value, 2 * self.units
        of_input = of_state = None
        if self.bias is not None:
            bias = self.bias.value
            of_input, of_state = (bias[0], bias[1]) if self.reset_after else (bias, None)
        x = matmul(inputs, self.kernel)
        x_z, x_r, x_g = move.split(x if of_input is None else x + of_input, 3, axis=-1)
        if self.reset_after:
            inner = matmul(recurrent, kernel)
            h_z, h_r, h_g = move.split(inner if of_state is None else inner + of_state, 3, axis=-1)
            z, r = self.recurrent_activation(x_z + h_z), self.recurrent_activation(x_r + h_r)
            new = self.activation(x_g + r * h_g)
        else:
            h_z, h_r = move.split(matmul(recurrent, kernel[:, :gated]), 2, axis=-1)
            z, r = self.recurrent_activation(x_z + h_z), self.recurrent_activation(x_r + h_r)
            new = self.activation(x_g + matmul(r * recurrent, kernel[:, gated:]))
        output = new + z * (h - new)
        return output, [output] if isinstance(states, (list, tuple)) else output


class _UnitForgetBias(Generated):
    """The bias initializer's values, and ones for the forget gate (Jozefowicz et al., 2015)."""

    def __init__(self, inner: Any, units: int) -> None:
        self.inner = inner
        self.units = units

    def generate(self, shape: Any, dtype: str, key: str | None) -> Any:
        if getattr(self.inner, "generate", None) is not None:
            values = np.array(self.inner.generate(shape, dtype, key))
        else:
            values = np.array(create.convert_to_numpy(self.inner(shape, dtype=dtype)))
        values[self.units : 2 * self.units] = 1
        return values


@export("keras.layers.LSTMCell")
class LSTMCell(RecurrentCell):
    """One step of a long short-term memory; see `LSTM`.

    Args:
        units: size of the output and of both states.
        activation, recurrent_activation: of the values, and of the gates.
        use_bias: whether a bias is added.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        unit_forget_bias: let the bias of the forget gate start with 1.
        kernel_regularizer, recurrent_regularizer, bias_regularizer: add losses.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout, recurrent_dropout: parts of the inputs and of the state that are dropped in training.
        seed: fixes what is dropped.

    Example:
        >>> cell = hornbeam.layers.LSTMCell(4)
        >>> output, (h, c) = cell(hornbeam.ops.ones((2, 3)), cell.get_initial_state(2))
        >>> output.shape
        (2, 4)
    """

    gates = 4
    unit_forget_bias: bool
    _settings = LSTM_SETTINGS

    def __init__(
        self,
        units: int,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
        use_bias: bool = True,
        kernel_initializer: Any = "glorot_uniform",
        recurrent_initializer: Any = "orthogonal",
        bias_initializer: Any = "zeros",
        unit_forget_bias: bool = True,
        kernel_regularizer: Any = None,
        recurrent_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        given = locals()
        super().__init__(**kwargs)
        self._keep(given)
        self.state_size = [units, units]

    def _bias_initializer(self) -> Any:
        return _UnitForgetBias(self.bias_initializer, self.units) if self.unit_forget_bias else self.bias_initializer

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        return [*super().get_initial_state(batch_size), *super().get_initial_state(batch_size)]

    def call(self, inputs: Any, states: Any, training: Any = False) -> Any:
        h, c = states
        inputs, h = self._dropped(inputs, h, training)
        gates = matmul(inputs, self.kernel) + matmul(h, self.recurrent_kernel)
        gates = gates if self.bias is None else elementwise.add(gates, self.bias)
        i, f, g, o = move.split(gates, 4, axis=-1)
        gate, activation = self.recurrent_activation, self.activation
        c = gate(f) * c + gate(i) * activation(g)
        h = gate(o) * activation(c)
        return h, [h, c]


@export("keras.layers.StackedRNNCells")
class StackedRNNCells(Layer):
    """Several cells as one: the output of each is the input of the next.

    Args:
        cells: the cells, the first one first.

    Example:
        >>> cells = [hornbeam.layers.LSTMCell(4), hornbeam.layers.GRUCell(5)]
        >>> hornbeam.layers.RNN(hornbeam.layers.StackedRNNCells(cells))(hornbeam.ops.ones((2, 6, 3))).shape
        (2, 5)
    """

    def __init__(self, cells: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for cell in cells:
            checked_cell(cell, f"StackedRNNCells '{self.name}'")
        self.cells = list(cells)

    @property
    def state_size(self) -> list[Any]:
        """State sizes of each cell."""
        return [cell.state_size for cell in self.cells]

    @property
    def output_size(self) -> Any:
        """Size of the last cell's output."""
        return output_size(self.cells[-1])

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        """First states of each cell for a batch."""
        return [initial_state(cell, batch_size, self.compute_dtype) for cell in self.cells]

    def build(self, input_shape: Any) -> None:
        for cell in self.cells:
            build_cell(cell, input_shape)
            input_shape = (input_shape[0], output_size(cell))

    def start(self, step_input: Any, states: Any) -> None:
        """Let every cell draw what holds for all steps of one loop."""
        batch = create.shape(step_input)[0]
        for cell, state in zip(self.cells, states, strict=True):
            if hasattr(cell, "start"):
                cell.start(step_input, state)
            step_input = create.zeros((batch, output_size(cell)), dtype=self.compute_dtype)

    def finish(self) -> None:
        """Forget what `start` drew."""
        for cell in self.cells:
            if hasattr(cell, "finish"):
                cell.finish()

    def call(self, inputs: Any, states: Any, training: Any = False, **kwargs: Any) -> Any:
        new = []
        for cell, state in zip(self.cells, states, strict=True):
            inputs, state = cell(inputs, state, training=training, **kwargs)
            new.append(state)
        return inputs, new

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "cells": [serialization.serialize_object(cell) for cell in self.cells]}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        cells = [serialization.deserialize_object(cell, custom_objects) for cell in config["cells"]]
        return cls(**{**config, "cells": cells})


def checked_cell(cell: Any, where: str) -> None:
    """Raise unless `cell` is one: it has `call` and `state_size`."""
    if not callable(getattr(cell, "call", None)) or not hasattr(cell, "state_size"):
        raise ConfigError(
            f"{where}: a cell has a method `call(inputs, states)` and an attribute `state_size`, got {cell!r:.80}."
        )


def output_size(cell: Any) -> Any:
    """Size of a cell's output: its `output_size`, or the size of its first state."""
    size = getattr(cell, "output_size", None)
    return tree.flatten(cell.state_size)[0] if size is None else size


def initial_state(cell: Any, batch_size: Any, dtype: str) -> Any:
    """First states of a cell: its own, or zeros of its state sizes, as a list."""
    if hasattr(cell, "get_initial_state"):
        states = cell.get_initial_state(batch_size=batch_size)
        return list(states) if isinstance(states, (list, tuple)) else [states]
    sizes = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
    return [create.zeros((batch_size, size), dtype=dtype) for size in sizes]


def build_cell(cell: Any, input_shape: Any) -> None:
    """Build a cell for the inputs of one step; one without a `build` is run on symbolic tensors."""
    if not isinstance(cell, Layer) or cell.built:
        return
    if cell._builds():
        cell.build(input_shape)
    else:
        with Recording():
            inputs = KerasTensor(input_shape, cell.compute_dtype)
            cell.compute_output_spec(inputs, initial_state(cell, inputs.dims[0], cell.compute_dtype))
