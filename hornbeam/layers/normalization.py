"""Layers that normalise activations."""

from __future__ import annotations

from typing import Any

from hornbeam import constraints, initializers, regularizers
from hornbeam.core.errors import ConfigError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.shape import canonical_axis
from hornbeam.layers.input_spec import InputSpec
from hornbeam.layers.layer import Layer
from hornbeam.ops import elementwise, move, normalization, reduce

SCALE_AND_OFFSET = {
    "beta_initializer": initializers,
    "gamma_initializer": initializers,
    "beta_regularizer": regularizers,
    "gamma_regularizer": regularizers,
    "beta_constraint": constraints,
    "gamma_constraint": constraints,
}


class _ScaledNormalization(Layer):
    """Scale `gamma` and offset `beta`, which both normalisations end with."""

    gamma: Any = None
    beta: Any = None

    def _keep(self, center: bool, scale: bool, settings: dict[str, Any]) -> None:
        self.center = center
        self.scale = scale
        for name, room in SCALE_AND_OFFSET.items():
            setattr(self, name, room.get(settings[name]))

    def _declare(self, shape: tuple[int, ...]) -> None:
        for wanted, name in ((self.scale, "gamma"), (self.center, "beta")):
            if wanted:
                weight = self.add_weight(
                    name=name,
                    shape=shape,
                    initializer=getattr(self, f"{name}_initializer"),
                    regularizer=getattr(self, f"{name}_regularizer"),
                    constraint=getattr(self, f"{name}_constraint"),
                )
                setattr(self, name, weight)


@export("keras.layers.BatchNormalization")
class BatchNormalization(_ScaledNormalization):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, for each channel.

    In training the statistics are the batch's, and moving averages of them are kept; else the averages are used. A
    layer with `trainable=False` uses the averages in training, too. A mask leaves positions out of the statistics.

    Source: Ioffe and Szegedy, https://arxiv.org/abs/1502.03167.

    Args:
        axis: the axis of the channels.
        momentum: of the moving averages.
        epsilon: added to the variance.
        center, scale: whether there is a `beta`, a `gamma`.
        beta_initializer, gamma_initializer, moving_mean_initializer, moving_variance_initializer: first values.
        beta_regularizer, gamma_regularizer: add losses.
        beta_constraint, gamma_constraint: applied after each update.
        renorm, renorm_clipping, renorm_momentum: batch renormalisation is not supported yet.
        synchronized: average the statistics over devices; under one device nothing changes.

    Example:
        >>> hornbeam.layers.BatchNormalization()(hornbeam.ops.ones((2, 3)), training=True).shape
        (2, 3)
    """

    _settings = {  # noqa: RUF012
        **{name: None for name in ("axis", "momentum", "epsilon", "center", "scale")},
        "beta_initializer": initializers,
        "gamma_initializer": initializers,
        "moving_mean_initializer": initializers,
        "moving_variance_initializer": initializers,
        **{name: SCALE_AND_OFFSET[name] for name in SCALE_AND_OFFSET if "initializer" not in name},
        **{name: None for name in ("synchronized", "renorm", "renorm_clipping", "renorm_momentum")},
    }

    def __init__(
        self,
        axis: int = -1,
        momentum: float = 0.99,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        moving_mean_initializer: Any = "zeros",
        moving_variance_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        renorm: bool = False,
        renorm_clipping: Any = None,
        renorm_momentum: float = 0.99,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        settings = locals()
        super().__init__(**kwargs)
        if renorm:
            raise ConfigError(f"BatchNormalization '{self.name}': renorm=True is not supported yet.")
        self.axis = int(axis)
        self.momentum = float(momentum)
        self.epsilon = float(epsilon)
        self._keep(center, scale, settings)
        self.moving_mean_initializer = initializers.get(moving_mean_initializer)
        self.moving_variance_initializer = initializers.get(moving_variance_initializer)
        self.synchronized = synchronized
        self.renorm, self.renorm_clipping, self.renorm_momentum = renorm, renorm_clipping, renorm_momentum
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        axis = canonical_axis(self.axis, len(input_shape), f"BatchNormalization '{self.name}'")
        channels = input_shape[axis]
        if channels is None:
            raise ShapeError(
                f"BatchNormalization '{self.name}': axis {self.axis} must have a known size, got shape {input_shape}."
            )
        self._declare((channels,))
        self.moving_mean = self.add_weight(
            name="moving_mean",
            shape=(channels,),
            initializer=self.moving_mean_initializer,
            trainable=False,
            autocast=False,
        )
        self.moving_variance = self.add_weight(
            name="moving_variance",
            shape=(channels,),
            initializer=self.moving_variance_initializer,
            trainable=False,
            autocast=False,
        )
        self.input_spec = InputSpec(ndim=len(input_shape), axes={axis: channels})

    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        if not training or not self.trainable:
            return normalization.batch_normalization(
                inputs, self.moving_mean, self.moving_variance, self.axis, self.beta, self.gamma, self.epsilon
            )
        if mask is None:
            outputs, mean, variance = normalization.batch_norm_training(
                inputs, self.gamma, self.beta, self.axis, self.epsilon
            )
        else:
            mean, variance = self._masked_moments(inputs, mask)
            outputs = normalization.batch_normalization(
                inputs, mean, variance, self.axis, self.beta, self.gamma, self.epsilon
            )
        for average, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            value = elementwise.cast(value, average.dtype)
            average.assign(average.value * self.momentum + value * (1.0 - self.momentum))
        return outputs

    def _masked_moments(self, inputs: Any, mask: Any) -> tuple[Any, Any]:
        axis = canonical_axis(self.axis, len(inputs.shape))
        axes = tuple(i for i in range(len(inputs.shape)) if i != axis)
        weights = elementwise.cast(mask, self.compute_dtype)
        while len(weights.shape) < len(inputs.shape):
            weights = move.expand_dims(weights, -1)
        # every channel of an unmasked position counts
        weights = weights + elementwise.multiply(inputs, 0.0)
        count = elementwise.maximum(reduce.sum(weights, axes, True), 1e-7)
        mean = reduce.sum(inputs * weights, axes, True) / count
        variance = reduce.sum(weights * elementwise.square(inputs - mean), axes, True) / count
        return move.squeeze(mean, axes), move.squeeze(variance, axes)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tuple(input_shape)


@export("keras.layers.LayerNormalization")
class LayerNormalization(_ScaledNormalization):
    """(x - mean) / sqrt(variance + epsilon) * gamma + beta, with the statistics of each sample over `axis`.

    Source: Ba et al., https://arxiv.org/abs/1607.06450.

    Args:
        axis: an axis or several.
        epsilon: added to the variance.
        center, scale: whether there is a `beta`, a `gamma`.
        beta_initializer, gamma_initializer: first values.
        beta_regularizer, gamma_regularizer: add losses.
        beta_constraint, gamma_constraint: applied after each update.

    Example:
        >>> hornbeam.layers.LayerNormalization()(hornbeam.ops.ones((2, 3))).shape
        (2, 3)
    """

    _settings = {  # noqa: RUF012
        **{name: None for name in ("axis", "epsilon", "center", "scale", "rms_scaling")},
        **SCALE_AND_OFFSET,
    }

    def __init__(
        self,
        axis: Any = -1,
        epsilon: float = 0.001,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Any = "zeros",
        gamma_initializer: Any = "ones",
        beta_regularizer: Any = None,
        gamma_regularizer: Any = None,
        beta_constraint: Any = None,
        gamma_constraint: Any = None,
        **kwargs: Any,
    ) -> None:
        settings = locals()
        self.rms_scaling = bool(kwargs.pop("rms_scaling", False))
        super().__init__(**kwargs)
        if self.rms_scaling:
            raise ConfigError(
                f"LayerNormalization '{self.name}': rms_scaling=True is deprecated; use RMSNormalization."
            )
        self.axis = [axis] if isinstance(axis, int) else list(axis)
        self.epsilon = float(epsilon)
        self._keep(center, scale, settings)
        self.supports_masking = True

    def build(self, input_shape: Any) -> None:
        what = f"LayerNormalization '{self.name}'"
        shape = tuple(input_shape[canonical_axis(axis, len(input_shape), what)] for axis in self.axis)
        if None in shape:
            raise ShapeError(f"{what}: the sizes of axis {self.axis} must be known, got shape {input_shape}.")
        self._declare(shape)

    def call(self, inputs: Any) -> Any:
        return normalization.layer_normalization(inputs, self.gamma, self.beta, self.axis, self.epsilon)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return tuple(input_shape)
