"""Dtype policies: the dtype a layer computes in, and the dtype its variables have."""

from __future__ import annotations

from typing import Any

from hornbeam.core import config
from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import ConfigError
from hornbeam.core.export import export

_global: DTypePolicy | None = None


@export(
    "keras.DTypePolicy",
    "keras.dtype_policies.DTypePolicy",
    "keras.FloatDTypePolicy",
    "keras.dtype_policies.FloatDTypePolicy",
)
class DTypePolicy:
    """The compute dtype and the variable dtype of a layer.

    Args:
        name: a dtype (`"float32"`, `"bfloat16"`: both are that), or `"mixed_float16"` / `"mixed_bfloat16"`: computes
            in 16 bits, with variables in float32.

    Raises:
        ConfigError: the name is neither a dtype nor a mixed policy.

    Example:
        >>> policy = hornbeam.DTypePolicy("mixed_bfloat16")
        >>> policy.compute_dtype, policy.variable_dtype
        ('bfloat16', 'float32')
    """

    def __init__(self, name: str | None = None, source_name: str | None = None) -> None:
        name = name or config.floatx()
        self._source_name = source_name
        if name in ("mixed_float16", "mixed_bfloat16"):
            self._name, self._compute_dtype, self._variable_dtype = name, name.removeprefix("mixed_"), "float32"
            return
        try:
            self._name = self._compute_dtype = self._variable_dtype = dtypes.standardize(name)
        except (TypeError, ValueError) as error:
            raise ConfigError(
                f"DTypePolicy: {name!r} is neither a dtype nor 'mixed_float16' or 'mixed_bfloat16'."
            ) from error

    @property
    def name(self) -> str:
        """The policy's name."""
        return self._name

    @property
    def compute_dtype(self) -> str:
        """What the layer computes in."""
        return self._compute_dtype

    @property
    def variable_dtype(self) -> str:
        """What the layer's variables are kept in."""
        return self._variable_dtype

    @property
    def quantization_mode(self) -> str | None:
        """None: this policy does not quantize."""
        return None

    def convert_input(self, x: Any, autocast: bool, dtype: str) -> Any:
        """`x` as a tensor of `dtype` where it is floating and `autocast` holds."""
        from hornbeam.core import registry

        backend = registry.backend_of(x) or registry.default()
        x = backend.convert(x, None)
        if autocast and dtypes.is_floating(backend.dtype(x)) and backend.dtype(x) != dtype:
            x = backend.table["cast"](x, backend.narrow.get(dtype, dtype))
        return x

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs."""
        return {"name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> DTypePolicy:
        """The policy that `get_config` described."""
        return cls(**config)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, DTypePolicy) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self._name)

    def __repr__(self) -> str:
        return f'<DTypePolicy "{self._name}">'


@export("keras.dtype_policies.get")
def get(identifier: Any) -> DTypePolicy:
    """A policy from None (the global one), a policy, its name, a dtype, or its serialised form."""
    if identifier is None:
        return dtype_policy()
    if isinstance(identifier, DTypePolicy):
        return identifier
    if isinstance(identifier, dict):
        return DTypePolicy.from_config(identifier["config"])
    return DTypePolicy(identifier if isinstance(identifier, str) else dtypes.standardize(identifier))


@export("keras.dtype_policies.serialize")
def serialize(dtype_policy: DTypePolicy) -> dict[str, Any]:
    """The policy in Keras' serialised form."""
    return {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": dtype_policy.get_config(),
        "registered_name": None,
    }


@export("keras.dtype_policies.deserialize")
def deserialize(config: dict[str, Any], custom_objects: Any = None) -> DTypePolicy:
    """The policy from Keras' serialised form."""
    return get(config)


@export("keras.config.dtype_policy")
def dtype_policy() -> DTypePolicy:
    """The policy that layers have where none is given."""
    return _global if _global is not None else DTypePolicy(config.floatx())


@export("keras.config.set_dtype_policy")
def set_dtype_policy(policy: Any) -> None:
    """Make `policy` the one that layers made from now on have by default."""
    global _global
    _global = get(policy)
