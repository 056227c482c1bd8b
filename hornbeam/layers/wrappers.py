"""Layers around another layer."""

from __future__ import annotations

from typing import Any

from hornbeam.core import serialization
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.registration import CustomObjectScope
from hornbeam.layers.layer import Layer
from hornbeam.ops import create, elementwise, move

MERGE_MODES = ("sum", "mul", "ave", "concat", None)


@export("keras.layers.Wrapper")
class Wrapper(Layer):
    """A layer that holds another; the base of such layers.

    Args:
        layer: the layer inside.
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if not isinstance(layer, Layer):
            raise ConfigError(f"{type(self).__name__} '{self.name}' wraps a layer, got {layer!r:.80}.")
        self.layer = layer

    def build(self, input_shape: Any = None) -> None:
        if not self.layer.built:
            self.layer.build(input_shape)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "layer": serialization.serialize_object(self.layer)}

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        return cls(**{**config, "layer": serialization.deserialize_object(config["layer"], custom_objects)})


@export("keras.layers.TimeDistributed")
class TimeDistributed(Wrapper):
    """A layer for each step: (batch, time, ...) -> (batch, time, ...).

    The steps of all sequences are one large batch for the layer inside.

    Args:
        layer: takes one step: (batch, ...).

    Example:
        >>> hornbeam.layers.TimeDistributed(hornbeam.layers.Dense(4))(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 5, 4)
    """

    def __init__(self, layer: Any, **kwargs: Any) -> None:
        super().__init__(layer, **kwargs)
        self.supports_masking = True

    def _step_shape(self, input_shape: Any) -> tuple[Any, ...]:
        if len(input_shape) < 3:
            raise ShapeError(
                f"TimeDistributed '{self.name}': the input must have at least 3 axes (batch, time, ...), got shape "
                f"{tuple(input_shape)}."
            )
        return (input_shape[0], *input_shape[2:])

    def build(self, input_shape: Any) -> None:
        super().build(self._step_shape(input_shape))

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        batch, time, *_ = create.shape(inputs)
        outputs = self.layer(_merged(inputs), training=training, mask=None if mask is None else _merged(mask))
        return move.reshape(outputs, (batch, time, *create.shape(outputs)[1:]))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        step = self.layer.compute_output_shape(self._step_shape(input_shape))
        return (step[0], input_shape[1], *step[1:])


def _merged(tensor: Any) -> Any:
    """The tensor with batch and time as one axis."""
    batch, time, *rest = create.shape(tensor)
    return move.reshape(tensor, (batch * time, *rest))


@export("keras.layers.Bidirectional")
class Bidirectional(Layer):
    """A recurrent layer that runs over sequences in both directions.

    The layer given is a pattern: both directions are new layers of its config.

    Args:
        layer: a recurrent layer.
        merge_mode: how the two outputs become one: "concat", "sum", "mul", "ave", or None for both.
        weights: first values of all weights, those of the forward layer first.
        backward_layer: pattern of the backward layer, if it is not the same; with the other `go_backwards`.

    Example:
        >>> layer = hornbeam.layers.Bidirectional(hornbeam.layers.LSTM(4, return_sequences=True))
        >>> layer(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 5, 8)
    """

    def __init__(
        self,
        layer: Any,
        merge_mode: str | None = "concat",
        weights: Any = None,
        backward_layer: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        what = f"Bidirectional '{self.name}'"
        for given in (layer,) if backward_layer is None else (layer, backward_layer):
            if not isinstance(given, Layer) or not hasattr(given, "go_backwards"):
                raise ConfigError(f"{what} wraps a recurrent layer, with `go_backwards`, got {given!r:.80}.")
        if merge_mode not in MERGE_MODES:
            raise ConfigError(f"{what}: merge_mode must be one of {MERGE_MODES}, got {merge_mode!r}.")
        self.merge_mode = merge_mode
        self.forward_layer = _copy(layer, "forward_")
        if backward_layer is None:
            name = f"backward_{layer.name.removeprefix('forward_')}"
            self.backward_layer = _copy(layer, "", go_backwards=not layer.go_backwards, name=name)
        else:
            self.backward_layer = _copy(backward_layer, "backward_")
            for name, same in (
                ("go_backwards", False),
                ("return_sequences", True),
                ("return_state", True),
                ("stateful", True),
            ):
                values = getattr(layer, name), getattr(backward_layer, name)
                if (values[0] == values[1]) is not same:
                    raise ConfigError(
                        f"{what}: forward and backward layer must {'agree' if same else 'differ'} in {name}, got "
                        f"{values[0]} and {values[1]}."
                    )
        self.return_sequences = layer.return_sequences
        if layer.return_sequences:
            # so that one direction's last output does not stand beside the other's steps before the first
            self.forward_layer.zero_output_for_mask = self.backward_layer.zero_output_for_mask = True
        self.return_state = layer.return_state
        self.stateful = layer.stateful
        self.supports_masking = True
        self.input_spec = layer.input_spec
        self._first_values = weights

    @property
    def states(self) -> Any:
        """Kept states of both directions; None if not stateful."""
        forward, backward = self.forward_layer.states, self.backward_layer.states
        return None if not forward or not backward else (*forward, *backward)

    def reset_state(self) -> None:
        """Set the kept states to 0."""
        self.forward_layer.reset_state()
        self.backward_layer.reset_state()

    reset_states = reset_state

    def build(self, sequences_shape: Any, initial_state_shape: Any = None) -> None:
        for layer in (self.forward_layer, self.backward_layer):
            if not layer.built:
                layer.build(sequences_shape)
        self.input_spec = self.forward_layer.input_spec
        if self._first_values is not None:
            self.set_weights(self._first_values)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        starts: tuple[Any, Any] = (None, None)
        if initial_state is not None:
            half = len(initial_state) // 2
            if len(initial_state) % 2:
                raise ShapeError(
                    f"Bidirectional '{self.name}' takes the states of both directions, got {len(initial_state)} as "
                    "`initial_state`."
                )
            starts = (list(initial_state[:half]), list(initial_state[half:]))
        results = [
            layer(sequences, initial_state=start, mask=mask, training=training)
            for layer, start in zip((self.forward_layer, self.backward_layer), starts, strict=True)
        ]
        forward, backward = [result[0] if self.return_state else result for result in results]
        if self.return_sequences:
            backward = move.flip(backward, 1)
        merged = self._merge(forward, backward)
        if not self.return_state:
            return merged
        states = (*results[0][1:], *results[1][1:])
        return (*merged, *states) if self.merge_mode is None else (merged, *states)

    def _merge(self, forward: Any, backward: Any) -> Any:
        if self.merge_mode is None:
            return forward, backward
        if self.merge_mode == "concat":
            return move.concatenate([forward, backward], -1)
        if self.merge_mode == "mul":
            return forward * backward
        total = forward + backward
        return total if self.merge_mode == "sum" else elementwise.multiply(total, 0.5)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        mask = previous_mask[0] if isinstance(previous_mask, (list, tuple)) else previous_mask
        mask = mask if self.return_sequences else None
        masks = [mask, mask] if self.merge_mode is None else [mask]
        # states come behind without a mask
        return masks if self.return_state or self.merge_mode is None else mask

    def compute_output_shape(self, sequences_shape: Any, initial_state_shape: Any = None) -> Any:
        shapes = [layer.compute_output_shape(sequences_shape) for layer in (self.forward_layer, self.backward_layer)]
        forward, backward = [shape[0] if self.return_state else shape for shape in shapes]
        if self.merge_mode is None:
            outputs: tuple[Any, ...] = (forward, backward)
        elif self.merge_mode == "concat":
            outputs = ((*forward[:-1], forward[-1] + backward[-1]),)
        else:
            outputs = (forward,)
        if self.return_state:
            return (*outputs, *shapes[0][1:], *shapes[1][1:])
        return outputs if self.merge_mode is None else outputs[0]

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "merge_mode": self.merge_mode,
            "layer": serialization.serialize_object(self.forward_layer),
            "backward_layer": serialization.serialize_object(self.backward_layer),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        inner = {
            name: serialization.deserialize_object(config[name], custom_objects)
            for name in ("layer", "backward_layer")
            if isinstance(config.get(name), dict)
        }
        return cls(**{**config, **inner})


def _copy(layer: Any, prefix: str, **changes: Any) -> Any:
    """A new layer of the same config, with a name that starts with `prefix`."""
    name = layer.name if layer.name.startswith(prefix) else f"{prefix}{layer.name}"
    classes = {type(part).__name__: type(part) for part in layer._flatten_layers()}
    with CustomObjectScope(classes):
        return type(layer).from_config({**layer.get_config(), "name": name, **changes})
