"""How a layer's call meets its arguments: signature, conversion, training flag, masks, symbolic calls."""

from __future__ import annotations

import functools
import inspect
from typing import Any

import numpy as np

from hornbeam.core import dtype as dtypes
from hornbeam.core import policy as policies
from hornbeam.core import registry, serialization, tree
from hornbeam.core.dim import Dim
from hornbeam.core.errors import DtypeError, MixedBackendsError
from hornbeam.core.mask import get_mask, set_mask
from hornbeam.core.scope import context
from hornbeam.core.shape import public
from hornbeam.core.spec import KerasTensor
from hornbeam.core.variable import Variable
from hornbeam.graph.graph import record
from hornbeam.graph.trace import Recording
from hornbeam.ops import create, elementwise

PLAIN = (int, float, bool, str, type(None), complex)


class CallSignature:
    """What `call` of a class takes."""

    def __init__(self, cls: type) -> None:
        parameters = list(inspect.signature(cls.call).parameters.values())[1:]
        kinds = inspect.Parameter
        self.names = [p.name for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
        self.required = [
            p.name for p in parameters if p.kind is kinds.POSITIONAL_OR_KEYWORD and p.default is kinds.empty
        ]
        everything = {p.name: p for p in parameters}
        self.any_keyword = any(p.kind is kinds.VAR_KEYWORD for p in parameters)
        self.any_position = any(p.kind is kinds.VAR_POSITIONAL for p in parameters)
        self.keywords = set(everything)
        self.training = "training" in everything
        self.training_default = everything["training"].default if self.training else None
        self.mask = "mask" in everything
        # `query_mask` of attention: argument -> the mask argument that belongs to it
        self.masks = {name: f"{name}_mask" for name in everything if f"{name}_mask" in everything}
        first = self.names[0] if self.names else None
        if self.mask and first is not None:
            self.masks.setdefault(first, "mask")
        self.text = f"call({', '.join(str(p.replace(annotation=p.empty)) for p in parameters)})"


@functools.cache
def call_signature(cls: type) -> CallSignature:
    """The signature of a class's `call`, looked at once."""
    return CallSignature(cls)


class Bound:
    """Arguments of one call, converted; a training flag that only the layers inside take stands apart."""

    __slots__ = ("args", "first", "kwargs", "named", "training")

    def __init__(
        self, args: tuple[Any, ...], kwargs: dict[str, Any], signature: CallSignature, training: bool | None = None
    ) -> None:
        self.args = args
        self.kwargs = kwargs
        self.training = training
        self.named = {**dict(zip(signature.names, args, strict=False)), **kwargs}
        self.first = args[0] if args else next(iter(kwargs.values()), None)


def has_symbolic(args: Any, kwargs: Any) -> bool:
    """Whether a `KerasTensor` stands anywhere in the arguments."""
    for value in (*args, *kwargs.values()):
        if isinstance(value, KerasTensor):
            return True
        if isinstance(value, (list, tuple, dict)) and any(isinstance(x, KerasTensor) for x in tree.flatten(value)):
            return True
    return False


def shape_of(tensor: Any) -> tuple[Any, ...]:
    """Static sizes: None or a Dim where unknown."""
    return tensor.dims if isinstance(tensor, KerasTensor) else tuple(tensor.shape)


def for_each_sample(loss: Any, tensor: Any) -> Any:
    """A loss of a tensor divided by the size of the tensor's first axis."""
    return elementwise.divide(loss, create.shape(tensor)[0]) if len(tensor.shape) else loss


def bind(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Bound:
    """Check the arguments against `call`, convert tensors, and fill in training flag and masks.

    Raises:
        TypeError: an argument is missing or unknown.
        MixedBackendsError: a tensor belongs to another engine than the layer.
    """
    signature = call_signature(type(layer))
    passed_on: bool | None = None
    if not signature.any_keyword:
        for name in kwargs:
            if name not in signature.keywords:
                if name in ("training", "mask"):
                    passed_on = kwargs[name] if name == "training" else passed_on
                    kwargs = {key: value for key, value in kwargs.items() if key != name}
                    continue
                raise TypeError(
                    f"Layer '{layer.name}' ({type(layer).__name__}) has no argument {name!r}: {signature.text}."
                )
    if len(args) > len(signature.names) and not signature.any_position:
        raise TypeError(
            f"Layer '{layer.name}' ({type(layer).__name__}) takes {len(signature.names)} arguments, {len(args)} were "
            f"given: {signature.text}."
        )
    missing = [name for name in signature.required[len(args) :] if name not in kwargs]
    if missing:
        raise TypeError(
            f"Layer '{layer.name}' ({type(layer).__name__}) was called without {', '.join(map(repr, missing))}: "
            f"{signature.text}."
        )
    backend = registry.get("symbolic") if context.recording is not None else registry.default()
    args = tuple(_convert(layer, value, backend) for value in args)
    kwargs = {name: _convert(layer, value, backend) for name, value in kwargs.items()}
    if signature.training and kwargs.get("training") is None:
        position = signature.names.index("training") if "training" in signature.names else len(args)
        if position >= len(args):
            training = context.training if context.training is not None else signature.training_default
            kwargs["training"] = training if training is not None else False
    bound = Bound(args, kwargs, signature, passed_on)
    for name, mask_name in signature.masks.items():
        if bound.named.get(mask_name) is None and bound.named.get(name) is not None:
            mask = _masks_of(bound.named[name])
            if mask is not None and mask_name not in signature.names[: len(args)]:
                bound.kwargs[mask_name] = mask
    return bound


def _masks_of(value: Any) -> Any:
    masks = tree.map_structure(get_mask, value)
    return masks if any(mask is not None for mask in tree.flatten(masks)) else None


def _convert(layer: Any, value: Any, backend: Any) -> Any:
    if isinstance(value, PLAIN):
        return value
    if isinstance(value, (list, tuple, dict)):
        leaves = tree.flatten(value)
        if leaves and all(isinstance(leaf, PLAIN) for leaf in leaves):
            return value
        return tree.map_structure(lambda leaf: _convert(layer, leaf, backend), value)
    if isinstance(value, Variable):
        return value.value
    if isinstance(value, KerasTensor):
        owner = registry.get("symbolic")
    else:
        owner = registry.backend_of(value)
        if owner is None:
            if not hasattr(value, "__array__") or isinstance(value, type):
                return value
            try:
                value = backend.convert(value, None)
            except TypeError as error:
                raise DtypeError(
                    f"Layer '{layer.name}' ({type(layer).__name__}) was called with an array of dtype "
                    f"{getattr(value, 'dtype', '?')} and shape {tuple(getattr(value, 'shape', ()))}, which does not "
                    "convert to a tensor. Expected numbers or booleans."
                ) from error
            owner = backend
        elif owner is not backend:
            raise MixedBackendsError(
                f"Layer '{layer.name}' belongs to the backend '{backend.name}' and was called with a tensor of "
                f"'{owner.name}' ({type(value).__module__}.{type(value).__name__}, shape {tuple(value.shape)}). "
                f"Convert it with `ops.convert_to_numpy(x)`, or move the model: `model.to_backend('{owner.name}')`."
            )
    if layer.autocast:
        name = owner.dtype(value)
        target = layer.input_dtype
        if name != target and dtypes.is_floating(name):
            target = owner.narrow.get(target, target)
            if name != target:
                mask = get_mask(value)
                value = owner.table["cast"](value, target)
                if mask is not None:
                    set_mask(value, mask)
    return value


def build_shapes(cls: type, bound: Bound, name: str) -> dict[str, Any]:
    """Arguments for `build`: the shape of the first input, or one for each `<argument>_shape` that it names."""

    def public_shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: public_shape(part) for key, part in value.items()}
        if isinstance(value, (list, tuple)):
            return [public_shape(part) for part in value]
        return public(tuple(shape_of(value))) if hasattr(value, "shape") else None

    parameters = [
        p.name
        for p in list(inspect.signature(cls.build).parameters.values())[1:]
        if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)
    ]
    named = [p for p in parameters if p.endswith("_shape") and p.removesuffix("_shape") in bound.named]
    if len(parameters) == 1 and not named:
        return {parameters[0]: public_shape(bound.first)}
    shapes = {p: public_shape(bound.named[p.removesuffix("_shape")]) for p in named}
    if not parameters:
        return {"input_shape": public_shape(bound.first)} if bound.first is not None else {}
    if parameters and not shapes:
        shapes = {parameters[0]: public_shape(bound.first)}
    return shapes


def symbolic_copy(bound: Bound) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments with a fresh symbolic tensor, batch unknown, for every tensor."""

    def copy(leaf: Any) -> Any:
        if isinstance(leaf, KerasTensor):
            twin = KerasTensor(leaf.dims, leaf.dtype, name=leaf.name)
            twin.mask = leaf.mask
            return twin
        owner = registry.backend_of(leaf)
        if owner is None and not hasattr(leaf, "__array__"):
            return leaf
        owner = owner or registry.get("numpy")
        return KerasTensor(tuple(size if isinstance(size, int) else None for size in leaf.shape), owner.dtype(leaf))

    return tree.map_structure(copy, bound.args), tree.map_structure(copy, bound.kwargs)


def output_spec(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run the layer on symbolic tensors and return symbolic outputs.

    A call that uses an engine's own functions cannot run on symbolic tensors: it says its shape by
    `compute_output_shape`, or is run on zeros of two batch sizes to find it.
    """
    layers = context.layers
    try:
        with Recording():
            if layer in layers:
                return layer._run(args, kwargs)
            return layer._inner_call(args, kwargs)
    except (TypeError, AttributeError, NotImplementedError) as error:
        if isinstance(error, MixedBackendsError) or getattr(error, "missing_argument", False):
            raise
        from hornbeam.layers.layer import Layer

        if type(layer).compute_output_shape is not Layer.compute_output_shape:
            shapes = tree.map_structure(lambda x: x.shape if isinstance(x, KerasTensor) else None, args[0])
            result = layer.compute_output_shape(shapes)
            return _tensors_of_shape(result, layer.compute_dtype)
        return _probe(layer, args, kwargs, error)


def _tensors_of_shape(shape: Any, dtype: str) -> Any:
    if isinstance(shape, dict):
        return {name: _tensors_of_shape(part, dtype) for name, part in shape.items()}
    if isinstance(shape, (list, tuple)) and shape and isinstance(shape[0], (list, tuple, dict)):
        return [_tensors_of_shape(part, dtype) for part in shape]
    return KerasTensor(shape, dtype)


def _probe(layer: Any, args: Any, kwargs: Any, error: Exception) -> Any:
    """Output shapes from two runs on zeros whose unknown sizes are 2 and 3."""
    backend = registry.get(layer._backend)

    def run(size: int) -> Any:
        def zeros(leaf: Any) -> Any:
            if not isinstance(leaf, KerasTensor):
                return leaf
            dims = tuple(d.evaluate({s: size for s in d.symbols}) if isinstance(d, Dim) else d for d in leaf.dims)
            return backend.convert(np.zeros(dims, "float32"), leaf.dtype)

        recording, state, outer = context.recording, context.state, context.backend
        context.recording, context.state, context.backend = None, None, backend
        try:
            return layer._inner_call(tree.map_structure(zeros, args), tree.map_structure(zeros, kwargs))
        finally:
            context.recording, context.state, context.backend = recording, state, outer

    try:
        small, large = run(2), run(3)
    except Exception as failure:
        failure.add_note(f"(the layer could not run on symbolic tensors either: {error})")
        raise

    def spec(a: Any, b: Any) -> KerasTensor:
        return KerasTensor(
            tuple(m if m == n else None for m, n in zip(a.shape, b.shape, strict=True)), backend.dtype(a)
        )

    return tree.map_structure(spec, small, large)


def symbolic_call(layer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call on symbolic tensors outside any recording: one node of a functional model."""
    outer, layers = context.backend, context.layers
    context.backend = (
        None if outer is None and registry.default_name() == layer._backend else registry.get(layer._backend)
    )
    try:
        specs = layer.compute_output_spec(*args, **kwargs)
    finally:
        context.backend, context.layers = outer, layers
    outputs = record(layer, args, kwargs, specs)
    made = next((leaf.node for leaf in tree.flatten(outputs) if isinstance(leaf, KerasTensor)), None)
    if layer._called is None:
        object.__setattr__(layer, "_called", made)
    for spec, output in zip(tree.flatten(specs), tree.flatten(outputs), strict=True):
        if isinstance(spec, KerasTensor) and spec.mask is not None:
            # the mask is made anew when the graph runs; here it only has to be known that there is one
            output.mask = KerasTensor(spec.mask.dims, spec.mask.dtype)
    return outputs


def name_layer(error: Exception, where: str, kind: str, args: tuple[Any, ...]) -> None:
    """Let an error say which layer it came from, and what that layer was called with; the innermost layer speaks."""
    if getattr(error, "layer_named", False):
        return
    shapes = ", ".join(
        f"{tuple(leaf.shape)} {getattr(leaf, 'dtype', '')}".strip() if hasattr(leaf, "shape") else repr(leaf)[:40]
        for leaf in tree.flatten(args)
    )
    text = f"(in layer '{where}' ({kind}), called with: {shapes})"
    if type(error).__module__.startswith("hornbeam.") and error.args and isinstance(error.args[0], str):
        error.args = (f"{error.args[0]}\n{text}", *error.args[1:])
    else:
        error.add_note(text)
    error.layer_named = True  # type: ignore[attr-defined]


def automatic_config(layer: Any, config: dict[str, Any]) -> dict[str, Any]:
    """`config` with the arguments that `__init__` was given, for a class without `get_config`."""
    cls = getattr(type(layer), "_natured_from", type(layer))
    args, kwargs = layer._init_arguments
    signature = inspect.signature(cls.__init__)
    bound = signature.bind(layer, *args, **kwargs)
    values = dict(list(bound.arguments.items())[1:])
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            values.update(values.pop(name, {}))
        elif parameter.kind is parameter.VAR_POSITIONAL and values.get(name):
            raise NotImplementedError(f"{cls.__name__} takes *{name}, so it must define `get_config`.")
    takes_any = any(p.kind is p.VAR_KEYWORD for p in signature.parameters.values())
    known = config if takes_any else {k: v for k, v in config.items() if k in signature.parameters}
    found = {
        **known,
        **{
            name: value if isinstance(value, PLAIN) else serialization.serialize_object(value)
            for name, value in values.items()
        },
    }
    found["name"] = layer.name
    if "dtype" in found and isinstance(found["dtype"], policies.DTypePolicy):
        found["dtype"] = policies.serialize(found["dtype"])
    return found if takes_any or "name" in signature.parameters else {k: v for k, v in found.items() if k != "name"}
