"""Recurrent layers: a cell, or a fused kernel, over the steps of sequences."""

from __future__ import annotations

from typing import Any

from hornbeam import activations, regularizers
from hornbeam.core import serialization, tree
from hornbeam.core.errors import ShapeError, StateError
from hornbeam.core.export import export
from hornbeam.core.naming import snake_case
from hornbeam.core.scope import context
from hornbeam.core.variable import Variable
from hornbeam.layers import recurrent_cells as cells
from hornbeam.layers.input_spec import InputSpec
from hornbeam.layers.layer import Layer
from hornbeam.ops import create, elementwise, move, recurrent
from hornbeam.ops.control import scan


@export("keras.layers.RNN")
class RNN(Layer):
    """A cell over the steps of sequences: (batch, time, ...) -> (batch, units), or with `return_sequences`
    (batch, time, units).

    Where a mask is False, a step changes nothing: states and output are those of the step before.

    Args:
        cell: has `call(inputs, states) -> output, new states` and `state_size`; a list of cells is stacked.
        return_sequences: give the outputs of all steps, not of the last one only.
        return_state: give the last states behind the output.
        go_backwards: run from the last step to the first; outputs stand in the order of the run.
        stateful: keep the last states of each batch as the first ones of the next; the batch size must be known.
        unroll: write the steps out where a compiler is at work.
        zero_output_for_mask: let outputs be 0 where the mask is False.

    Example:
        >>> layer = hornbeam.layers.RNN(hornbeam.layers.LSTMCell(4), return_sequences=True)
        >>> layer(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 5, 4)
    """

    _settings = {  # noqa: RUF012
        "return_sequences": None,
        "return_state": None,
        "go_backwards": None,
        "stateful": None,
        "unroll": None,
        "zero_output_for_mask": None,
    }
    _passing = frozenset({"states"})

    def __init__(
        self,
        cell: Any,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        zero_output_for_mask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if isinstance(cell, (list, tuple)):
            cell = cells.StackedRNNCells(cell, dtype=self.dtype_policy)
        cells.checked_cell(cell, f"{type(self).__name__} '{self.name}'")
        self.cell: Any = cell
        self.return_sequences = return_sequences
        self.return_state = return_state
        self.go_backwards = go_backwards
        self.stateful = stateful
        self.unroll = unroll
        self.zero_output_for_mask = zero_output_for_mask
        self.supports_masking = True
        self.input_spec: Any = None
        self.states: Any = None

    # build

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        cells.build_cell(self.cell, (sequences_shape[0], *sequences_shape[2:]))
        if self.stateful and self.states is None:
            batch = sequences_shape[0]
            if batch is None:
                raise ShapeError(
                    f"{type(self).__name__} '{self.name}' is stateful, so the batch size must be known, got shape "
                    f"{tuple(sequences_shape)}. Give it to the input: `Input(batch_shape=(batch, time, features))`."
                )
            sizes = self.cell.state_size
            self.states = tree.map_structure(
                lambda size: Variable(
                    "zeros", (batch, size), self.variable_dtype, trainable=False, autocast=False, name="rnn_state"
                ),
                list(sizes) if isinstance(sizes, (list, tuple)) else [sizes],
            )

    def get_initial_state(self, batch_size: Any) -> list[Any]:
        """First states for a batch: the cell's own, or zeros."""
        return cells.initial_state(self.cell, batch_size, self.compute_dtype)

    def reset_state(self) -> None:
        """Set the kept states to 0.

        Raises:
            StateError: the layer is not stateful.
        """
        if not self.stateful:
            raise StateError(f"{type(self).__name__} '{self.name}' keeps no states: make it with `stateful=True`.")
        for variable in tree.flatten(self.states or []):
            variable.assign(create.zeros(variable.shape, dtype=variable.dtype))

    reset_states = reset_state

    # call

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = False) -> Any:
        batch = create.shape(sequences)[0]
        states = self._first_states(batch, initial_state)
        mask = mask[0] if isinstance(mask, (list, tuple)) else mask
        if mask is not None:
            mask = elementwise.cast(mask, "bool")
        if self.go_backwards:
            sequences = move.flip(sequences, 1)
            mask = None if mask is None else move.flip(mask, 1)
        try:
            if training and hasattr(self.cell, "start"):
                self.cell.start(sequences[:, 0], states)
            last, outputs, states = self.inner_loop(sequences, states, mask, training)
        finally:
            if hasattr(self.cell, "finish"):
                self.cell.finish()
        if self.zero_output_for_mask and mask is not None:
            outputs = outputs * elementwise.cast(_beside(mask, outputs), self.compute_dtype)
            last = outputs[:, -1]
        if self.stateful:
            for variable, state in zip(tree.flatten(self.states), tree.flatten(states), strict=True):
                variable.assign(elementwise.cast(state, variable.dtype))
        output = outputs if self.return_sequences else last
        return (output, *states) if self.return_state else output

    def _first_states(self, batch: Any, initial_state: Any) -> list[Any]:
        expected = len(self.cell.state_size) if isinstance(self.cell.state_size, (list, tuple)) else 1
        if initial_state is None:
            if not self.stateful:
                return self.get_initial_state(batch)
            kept = tree.flatten(self.states)[0].shape[0]
            if isinstance(batch, int) and batch != kept:
                raise ShapeError(
                    f"{type(self).__name__} '{self.name}' is stateful and keeps the states of {kept} sequences; a "
                    f"batch of {batch} came. Give batches of one size."
                )
            return tree.map_structure(lambda v: elementwise.cast(v.value, self.compute_dtype), self.states)
        given = list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state]
        if len(given) != expected:
            raise ShapeError(
                f"{type(self).__name__} '{self.name}' has {expected} states, {len(given)} came as `initial_state`."
            )
        return tree.map_structure(lambda state: elementwise.cast(state, self.compute_dtype), given)

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: Any = False) -> Any:
        """The steps themselves.

        Args:
            sequences: (batch, time, ...), in the order of the run.
            initial_state: the states before the first step.
            mask: booleans (batch, time), or None.
            training: whether dropout is active.

        Returns:
            The last output, the outputs (batch, time, ...), and the last states.
        """
        if context.recording is None and context.state is None and not all(v.placed for v in self.variables):
            self.place_all()  # not in the first step, which an engine may be tracing
        by_time = (move.swapaxes(sequences, 0, 1),)
        if mask is None:

            def step(states: Any, element: Any) -> Any:
                output, new = self._step(element[0], states, training)
                return new, output

            states, outputs = scan(step, initial_state, by_time, unroll=bool(self.unroll) or 1)
            outputs = move.swapaxes(outputs, 0, 1)
            return outputs[:, -1], outputs, states

        def masked_step(carry: Any, element: Any) -> Any:
            states, before = carry
            inputs, present = element
            output, new = self._step(inputs, states, training)
            new = tree.map_structure(lambda a, b: elementwise.where(_beside(present, a), a, b), new, states)
            output = elementwise.where(_beside(present, output), output, before)
            return (new, output), output

        carry = (initial_state, self._first_output(initial_state))
        elements = (*by_time, move.swapaxes(mask, 0, 1))
        (states, last), outputs = scan(masked_step, carry, elements, unroll=bool(self.unroll) or 1)
        return last, move.swapaxes(outputs, 0, 1), states

    def _step(self, inputs: Any, states: Any, training: Any) -> tuple[Any, Any]:
        keywords = {"training": training} if isinstance(self.cell, Layer) else {}
        output, new = self.cell(inputs, states, **keywords)
        return output, tree.pack_sequence_as(states, tree.flatten(new))

    def _first_output(self, states: Any) -> Any:
        """What stands for the output before the first step: the output cell's state, if it is as large, else zeros."""
        cell = self.cell
        while isinstance(cell, cells.StackedRNNCells):
            states, cell = states[-1], cell.cells[-1]
        first = tree.flatten(states)[0]
        size = cells.output_size(cell)
        if first.shape[-1] == size:
            return first
        return create.zeros((create.shape(first)[0], size), dtype=self.compute_dtype)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        mask = tree.flatten(previous_mask)[0] if previous_mask is not None else None
        mask = mask if self.return_sequences else None
        return [mask, *(None for _ in tree.flatten(self.cell.state_size))] if self.return_state else mask

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        batch, size = sequences_shape[0], cells.output_size(self.cell)
        rest = tuple(size) if isinstance(size, (list, tuple)) else (size,)
        output = (batch, sequences_shape[1], *rest) if self.return_sequences else (batch, *rest)
        if not self.return_state:
            return output
        sizes = self.cell.state_size if isinstance(self.cell.state_size, (list, tuple)) else [self.cell.state_size]
        return (output, *tree.map_structure(lambda state: (batch, state), list(sizes)))

    # config

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), **self._cell_config()}

    def _cell_config(self) -> dict[str, Any]:
        return {"cell": serialization.serialize_object(self.cell)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        if isinstance(config.get("cell"), dict):
            config = {**config, "cell": serialization.deserialize_object(config["cell"], custom_objects)}
        return cls(**config)


def _beside(mask: Any, tensor: Any) -> Any:
    """The mask with axes of size 1 behind, so that it stands beside `tensor`."""
    while len(mask.shape) < len(tensor.shape):
        mask = move.expand_dims(mask, -1)
    return mask


def _of_cell(name: str) -> Any:
    return property(lambda self: getattr(self.cell, name), doc=f"The cell's `{name}`.")


class CellLayer(RNN):
    """A recurrent layer with a cell of its own; subclasses name its class in `cell_class`."""

    cell_class: type[cells.RecurrentCell]
    units = _of_cell("units")
    activation = _of_cell("activation")
    use_bias = _of_cell("use_bias")
    kernel_initializer = _of_cell("kernel_initializer")
    recurrent_initializer = _of_cell("recurrent_initializer")
    bias_initializer = _of_cell("bias_initializer")
    kernel_regularizer = _of_cell("kernel_regularizer")
    recurrent_regularizer = _of_cell("recurrent_regularizer")
    bias_regularizer = _of_cell("bias_regularizer")
    kernel_constraint = _of_cell("kernel_constraint")
    recurrent_constraint = _of_cell("recurrent_constraint")
    bias_constraint = _of_cell("bias_constraint")
    dropout = _of_cell("dropout")
    recurrent_dropout = _of_cell("recurrent_dropout")
    seed = _of_cell("seed")

    def _make(self, given: dict[str, Any]) -> None:
        """Set up from the arguments of `__init__`."""
        keywords = given["kwargs"]
        policy = {name: keywords[name] for name in ("dtype", "trainable") if name in keywords}
        policy["name"] = snake_case(self.cell_class.__name__)
        loop = {name: given[name] for name in RNN._settings if name in given}
        cell = self.cell_class(**{name: given[name] for name in self.cell_class._settings}, **policy)
        RNN.__init__(self, cell, **loop, activity_regularizer=given["activity_regularizer"], **keywords)
        self.input_spec = InputSpec(ndim=3)

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        super().build(sequences_shape, initial_state_shape)
        self.input_spec = InputSpec(ndim=3, axes={2: sequences_shape[2]})

    def _cell_config(self) -> dict[str, Any]:
        settings = {name: value for name, value in self.cell.get_config().items() if name in self.cell_class._settings}
        return {**settings, "activity_regularizer": regularizers.serialize(self.activity_regularizer)}

    def _dropped(self, sequences: Any, training: Any) -> Any:
        """The sequences with the cell's input mask, which is the same at every step."""
        mask = self.cell.get_dropout_mask(sequences[:, 0]) if training else None
        return sequences if mask is None else sequences * move.expand_dims(mask, 1)

    def _fuses(self, training: Any) -> bool:
        """Whether the loop is the one that engines have kernels for."""
        return (
            self.cell.activation is activations.get("tanh")
            and self.cell.recurrent_activation is activations.get("sigmoid")
            and not (training and self.cell.recurrent_dropout)
            and not self.unroll
        )


@export("keras.layers.SimpleRNN")
class SimpleRNN(CellLayer):
    """A fully connected recurrence: h = activation(x @ kernel + h @ recurrent_kernel + bias) at each step.

    Args:
        units: size of the output.
        activation: name or function.
        use_bias: whether a bias is added.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout, recurrent_dropout: parts of the inputs and of the state dropped in training, the same at every step.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as in `RNN`.
        seed: fixes what is dropped.

    Example:
        >>> hornbeam.layers.SimpleRNN(4)(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 4)
    """

    cell_class = cells.SimpleRNNCell

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        seed: Any = None,
        **kwargs: Any,
    ) -> None:
        self._make(locals())


@export("keras.layers.LSTM")
class LSTM(CellLayer):
    """Long short-term memory.

    For gates i, f, g, o (in this order in the weights): c = sigmoid(f) c + sigmoid(i) tanh(g), h = sigmoid(o) tanh(c).
    With these activations the engine's fused kernel runs; with others, or `recurrent_dropout`, the cell does.

    Source: Hochreiter and Schmidhuber, 1997.

    Args:
        units: size of the output.
        activation, recurrent_activation: of the values, and of the gates.
        use_bias: whether a bias is added.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        unit_forget_bias: let the bias of the forget gate start with 1.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout, recurrent_dropout: parts of the inputs and of the state dropped in training, the same at every step.
        seed: fixes what is dropped.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as in `RNN`.
        use_cudnn: kept as in Keras; the engine's kernel is used where it serves the arguments.

    Example:
        >>> output, h, c = hornbeam.layers.LSTM(4, return_state=True)(hornbeam.ops.ones((2, 5, 3)))
        >>> output.shape, h.shape, c.shape
        ((2, 4), (2, 4), (2, 4))
    """

    cell_class = cells.LSTMCell
    recurrent_activation = _of_cell("recurrent_activation")
    unit_forget_bias = _of_cell("unit_forget_bias")

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        self._make(locals())

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: Any = False) -> Any:
        if not self._fuses(training):
            return super().inner_loop(sequences, initial_state, mask, training)
        cell, (h, c) = self.cell, initial_state
        outputs, h, c = recurrent.lstm(
            self._dropped(sequences, training), h, c, cell.kernel, cell.recurrent_kernel, cell.bias, mask
        )
        return h, outputs, [h, c]


@export("keras.layers.GRU")
class GRU(CellLayer):
    """Gated recurrent unit.

    For gates z, r, g (in this order in the weights): h = sigmoid(z) h + (1 - sigmoid(z)) tanh(g), where sigmoid(r)
    scales what the state gives to g. With these activations the engine's fused kernel runs; with others, or
    `recurrent_dropout`, the cell does.

    Source: Cho et al., https://arxiv.org/abs/1406.1078.

    Args:
        units: size of the output.
        activation, recurrent_activation: of the new value, and of the gates.
        use_bias: whether biases are added.
        kernel_initializer, recurrent_initializer, bias_initializer: first values.
        kernel_regularizer, recurrent_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, recurrent_constraint, bias_constraint: applied after each update.
        dropout, recurrent_dropout: parts of the inputs and of the state dropped in training, the same at every step.
        seed: fixes what is dropped.
        return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask: as in `RNN`.
        reset_after: whether the reset gate acts behind the matrix product (as in cuDNN) or before it.
        use_cudnn: kept as in Keras; the engine's kernel is used where it serves the arguments.

    Example:
        >>> hornbeam.layers.GRU(4)(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 4)
    """

    cell_class = cells.GRUCell
    recurrent_activation = _of_cell("recurrent_activation")
    reset_after = _of_cell("reset_after")

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
        activity_regularizer: Any = None,
        kernel_constraint: Any = None,
        recurrent_constraint: Any = None,
        bias_constraint: Any = None,
        dropout: float = 0.0,
        recurrent_dropout: float = 0.0,
        seed: Any = None,
        return_sequences: bool = False,
        return_state: bool = False,
        go_backwards: bool = False,
        stateful: bool = False,
        unroll: bool = False,
        reset_after: bool = True,
        use_cudnn: Any = "auto",
        **kwargs: Any,
    ) -> None:
        self._make(locals())

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: Any = False) -> Any:
        if not self._fuses(training):
            return super().inner_loop(sequences, initial_state, mask, training)
        cell, (h,) = self.cell, initial_state
        outputs, h = recurrent.gru(
            self._dropped(sequences, training),
            h,
            cell.kernel,
            cell.recurrent_kernel,
            cell.bias,
            mask,
            cell.reset_after,
        )
        return h, outputs, [h]
