"""A dense layer over any axes."""

from __future__ import annotations

import math
import re
from typing import Any

from hornbeam import activations, constraints, initializers, regularizers
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.layers.layer import Layer
from hornbeam.ops import contract, create, move

EQUATION = re.compile(r"(\.\.\.)?([a-zA-Z]+)(\.\.\.)?,([a-zA-Z]+)->(\.\.\.)?([a-zA-Z]+)(\.\.\.)?")


@export("keras.layers.EinsumDense")
class EinsumDense(Layer):
    """activation(einsum(equation, inputs, kernel) + bias).

    Args:
        equation: as in `ops.einsum`, with the inputs first, then the kernel: "abc,cd->abd"; "..." may stand for
            further axes of inputs and output.
        output_shape: sizes of the output without the batch, None where they are the input's.
        activation: name or function.
        bias_axes: letters of the output's axes that have a bias; None for no bias.
        kernel_initializer, bias_initializer: first values.
        kernel_regularizer, bias_regularizer, activity_regularizer: add losses.
        kernel_constraint, bias_constraint: applied after each update.

    Example:
        >>> layer = hornbeam.layers.EinsumDense("abc,cd->abd", output_shape=(None, 8), bias_axes="d")
        >>> layer(hornbeam.ops.ones((2, 5, 3))).shape
        (2, 5, 8)
    """

    _settings = {  # noqa: RUF012
        "output_shape": None,
        "equation": None,
        "activation": activations,
        "bias_axes": None,
        "kernel_initializer": initializers,
        "bias_initializer": initializers,
        "kernel_regularizer": regularizers,
        "bias_regularizer": regularizers,
        "activity_regularizer": regularizers,
        "kernel_constraint": constraints,
        "bias_constraint": constraints,
        "quantization_config": None,
    }

    def __init__(
        self,
        equation: str,
        output_shape: Any,
        activation: Any = None,
        bias_axes: str | None = None,
        kernel_initializer: Any = "glorot_uniform",
        bias_initializer: Any = "zeros",
        kernel_regularizer: Any = None,
        bias_regularizer: Any = None,
        kernel_constraint: Any = None,
        bias_constraint: Any = None,
        lora_rank: int | None = None,
        lora_alpha: float | None = None,
        gptq_unpacked_column_size: int | None = None,
        quantization_config: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if lora_rank is not None or quantization_config is not None:
            raise ConfigError(f"EinsumDense '{self.name}': lora_rank and quantization_config are not supported yet.")
        self.equation = equation
        self.activation = activations.get(activation)
        self.bias_axes = bias_axes
        self.kernel_initializer = initializers.get(kernel_initializer)
        self.bias_initializer = initializers.get(bias_initializer)
        self.kernel_regularizer = regularizers.get(kernel_regularizer)
        self.bias_regularizer = regularizers.get(bias_regularizer)
        self.kernel_constraint = constraints.get(kernel_constraint)
        self.bias_constraint = constraints.get(bias_constraint)
        self.quantization_config = quantization_config
        self.output_shape = (output_shape,) if isinstance(output_shape, int) else tuple(output_shape)
        match = EQUATION.fullmatch(equation.replace(" ", ""))
        if match is None or (match[1], match[3]) != (match[5], match[7]) or (match[1] and match[3]):
            raise ConfigError(
                f"EinsumDense '{self.name}': the equation must have the form 'ab,bc->ac', '...ab,bc->...ac' or "
                f"'ab...,bc->ac...', got {equation!r}."
            )
        self._letters = (match[2], match[4], match[6])
        self._dots = "front" if match[1] else "back" if match[3] else ""
        unknown = set(bias_axes or "") - set(match[6])
        if unknown:
            raise ConfigError(
                f"EinsumDense '{self.name}': bias_axes={bias_axes!r} names {sorted(unknown)}, which the output "
                f"'{match[6]}' has not."
            )
        self.bias: Any = None

    def _sizes(self, input_shape: Any) -> tuple[dict[str, Any], tuple[Any, ...]]:
        """Size of each letter, and the shape of the output."""
        source, weights, target = self._letters
        what = f"EinsumDense '{self.name}' ({self.equation!r})"
        rank, hidden = len(input_shape), len(input_shape) - len(source)
        if hidden < 0 or (hidden and not self._dots):
            raise ShapeError(f"{what}: the input must have {len(source)} axes, got shape {tuple(input_shape)}.")
        lettered = input_shape[hidden:] if self._dots == "front" else input_shape[: rank - hidden]
        dotted = tuple(input_shape[:hidden] if self._dots == "front" else input_shape[rank - hidden :])
        sizes = dict(zip(source, lettered, strict=True))
        # `output_shape` leaves out the batch; it may leave out what the dots stand for, too
        given = self.output_shape
        if self._dots == "front":
            given = (
                given[-len(target) :] if len(given) >= len(target) else (*(None,) * (len(target) - len(given)), *given)
            )
        else:
            given = (sizes.get(target[0]), *given)[: len(target)]
        if len(given) != len(target):
            raise ShapeError(
                f"{what}: output_shape={self.output_shape} does not give a size to each of the axes '{target}' behind "
                "the batch."
            )
        for letter, size in zip(target, given, strict=True):
            known = sizes.get(letter)
            if size is not None and known is not None and size != known:
                raise ShapeError(
                    f"{what}: axis '{letter}' has size {known} in the input of shape {tuple(input_shape)}, and {size} "
                    f"in output_shape={self.output_shape}."
                )
            sizes[letter] = known if size is None else size
        missing = [letter for letter in weights if not isinstance(sizes.get(letter), int)]
        if missing:
            raise ShapeError(
                f"{what}: the sizes of {missing} in the kernel '{weights}' are not known from the input of shape "
                f"{tuple(input_shape)} and output_shape={self.output_shape}."
            )
        output = tuple(sizes[letter] for letter in target)
        return sizes, (*dotted, *output) if self._dots == "front" else (*output, *dotted)

    def build(self, input_shape: Any) -> None:
        sizes, output = self._sizes(input_shape)
        target = self._letters[2]
        self.kernel = self.add_weight(
            name="kernel",
            shape=tuple(sizes[letter] for letter in self._letters[1]),
            initializer=self.kernel_initializer,
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
        )
        if self.bias_axes:
            axes = self.bias_axes
            first = min(target.index(letter) for letter in axes)
            shape = [sizes[letter] if letter in axes else 1 for letter in target[first:]]
            if self._dots == "back":
                shape += [1] * (len(output) - len(target))
            if None in shape:
                raise ShapeError(
                    f"EinsumDense '{self.name}': the axes of the bias, '{axes}', must have known sizes, got output "
                    f"shape {output}."
                )
            self.bias = self.add_weight(
                name="bias",
                shape=shape,
                initializer=self.bias_initializer,
                regularizer=self.bias_regularizer,
                constraint=self.bias_constraint,
            )

    def call(self, inputs: Any, training: Any = None) -> Any:
        contracted = self._contracted()
        if contracted:
            return self.activation(self._as_matrices(inputs, contracted))
        outputs = contract.einsum(self.equation, inputs, self.kernel)
        if self.bias is not None:
            outputs = outputs + self.bias.value
        return self.activation(outputs)

    def _contracted(self) -> int:
        """How many last axes of the input meet the first ones of the kernel, where that is all the equation says."""
        source, weights, target = self._letters
        for count in range(1, len(weights)):
            if source[-count:] == weights[:count] and target == source[:-count] + weights[count:]:
                covers_bias = self.bias is None or self.bias.shape == self.kernel.shape[count:]
                return count if not self._dots and covers_bias else 0
        return 0

    def _as_matrices(self, inputs: Any, contracted: int) -> Any:
        """The equation as one product of matrices, which engines do faster."""
        sizes = self.kernel.shape
        rows, columns = math.prod(sizes[:contracted]), math.prod(sizes[contracted:])
        before = create.shape(inputs)[: len(inputs.shape) - contracted]
        kernel = move.reshape(self.kernel, (rows, columns))
        bias = None if self.bias is None else move.reshape(self.bias, (columns,))
        x = move.reshape(inputs, (*before, rows)) if contracted > 1 else inputs
        return move.reshape(contract.dense(x, kernel, bias), (*before, *sizes[contracted:]))

    def compute_output_shape(self, input_shape: Any) -> tuple[Any, ...]:
        return self._sizes(input_shape)[1]
