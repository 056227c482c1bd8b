"""The layer: build, call, state, config."""

from __future__ import annotations

import contextlib
import functools
import inspect
import weakref
from collections.abc import Callable, Iterator
from typing import Any

from hornbeam import constraints, initializers, regularizers
from hornbeam.core import dtype as dtypes
from hornbeam.core import naming, registry, tree
from hornbeam.core import policy as policies
from hornbeam.core.errors import ConfigError, NotBuiltError, ShapeError
from hornbeam.core.export import export
from hornbeam.core.mask import get_mask, set_mask
from hornbeam.core.scope import StatelessScope, context, name_scope
from hornbeam.core.serialization import is_component
from hornbeam.core.shape import public
from hornbeam.core.spec import KerasTensor
from hornbeam.core.variable import Variable
from hornbeam.graph.trace import Recording
from hornbeam.layers import calling, input_spec, structure
from hornbeam.layers.recorded import RecordedCalls

_natured: dict[tuple[type, str], type] = {}


def _with_nature(cls: type) -> type:
    """`cls`, or under torch and tensorflow the class that is also a `nn.Module` or a trackable."""
    name = registry.default_name()
    if name in ("jax", "numpy") or "_natured_from" in cls.__dict__:
        return cls
    key = (cls, name)
    if key not in _natured:
        base = registry.get(name).layer_base()
        if base is None:
            return cls
        space = {"__module__": cls.__module__, "__qualname__": cls.__qualname__, "_natured_from": cls}
        if "__hornbeam_export__" in cls.__dict__:
            space["__hornbeam_export__"] = cls.__dict__["__hornbeam_export__"]
        _natured[key] = type(cls.__name__, (cls, base), space)
    return _natured[key]


@export("keras.Layer", "keras.layers.Layer")
class Layer:
    """State and a computation: what models are made of.

    Subclasses declare variables in `build(input_shape)` (or `__init__`) with `add_weight`, and compute in `call`.
    Under torch a layer is also a `torch.nn.Module`, under tensorflow a trackable; it belongs to the backend that is
    the default when it is made.

    Args:
        activity_regularizer: adds a loss of the output.
        trainable: whether its variables are trained.
        dtype: a dtype or a `DTypePolicy`.
        autocast: whether floating inputs are cast to the compute dtype.
        name: its name; made up from the class if missing.

    Example:
        >>> class Scale(hornbeam.layers.Layer):
        ...     def build(self, input_shape):
        ...         self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones")
        ...     def call(self, inputs):
        ...         return inputs * self.scale
        >>> Scale()(hornbeam.ops.ones((2, 3))).shape
        (2, 3)
    """

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        self = object.__new__(_with_nature(cls))
        object.__setattr__(self, "_init_arguments", (args, kwargs))
        nature = getattr(self, "_nature", None)
        if nature is not None:
            nature()
        return self

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "build" in cls.__dict__:
            cls.build = _building(cls.__dict__["build"])

    def __init__(
        self,
        *,
        activity_regularizer: Any = None,
        trainable: bool = True,
        dtype: Any = None,
        autocast: bool = True,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        shape = kwargs.pop("input_shape", None)
        batch_shape = kwargs.pop("batch_input_shape", kwargs.pop("batch_shape", None))
        if "input_dim" in kwargs:
            shape = (kwargs.pop("input_dim"),)
        if kwargs:
            raise TypeError(f"{type(self).__name__}() has no argument {sorted(kwargs)[0]!r}.")
        if name is not None and not (isinstance(name, str) and is_component(name)):
            raise ConfigError(
                f"{type(self).__name__}: the name must be one plain word of at most 255 bytes, as it is part of a path "
                f"in files: not empty, no '/', '\\' or NUL, not '.' or '..'. Received: name={name!r:.80}"
            )
        self.name = name if name is not None else naming.auto_name(naming.snake_case(type(self).__name__))
        self._auto_named = name is None
        self._path: str | None = None
        self._parent: Any = None
        self._backend = registry.default_name()
        self.built = False
        self._build_shapes: dict[str, Any] | None = None
        self._trainable = bool(trainable)
        self._variables: list[Variable] = []
        self._losses: list[Any] = []
        self._lossy: list[Layer] = []
        self._dtype_policy = policies.get(dtype)
        self.autocast = autocast
        self.input_spec: Any = None
        self.supports_masking = False
        self._recorded_calls = RecordedCalls()
        self._input_shape_argument = batch_shape if batch_shape is not None else (None, *shape) if shape else None
        if isinstance(activity_regularizer, (str, dict)):
            activity_regularizer = regularizers.get(activity_regularizer)
        self.activity_regularizer = activity_regularizer

    # state

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Variable) and "_variables" in self.__dict__:
            self._adopt(value)
        elif isinstance(value, Layer) and value._parent is None:
            object.__setattr__(value, "_parent", weakref.ref(self))
        calls = self.__dict__.get("_recorded_calls")
        if calls is not None and calls.used and name not in structure.HARMLESS:
            structure.mutations.count += 1
        object.__setattr__(self, name, value)

    def _adopt(self, variable: Variable) -> None:
        if not any(known is variable for known in self._variables):
            self._variables.append(variable)
            if variable._owner is None:
                variable.own(self)

    def _adopted_by(self, parent: Layer) -> None:
        """Become part of `parent`, unless part of another model already."""
        if self._parent is None:
            object.__setattr__(self, "_parent", weakref.ref(parent))

    def add_weight(
        self,
        shape: Any = None,
        initializer: Any = None,
        dtype: Any = None,
        trainable: bool = True,
        autocast: bool = True,
        regularizer: Any = None,
        constraint: Any = None,
        aggregation: str = "none",
        overwrite_with_gradient: bool = False,
        name: str | None = None,
    ) -> Variable:
        """Declare a variable of this layer.

        Args:
            shape: sizes; a scalar if None.
            initializer: name, callable or `Initializer`; glorot_uniform for floats and zeros else, if None.
            dtype: the policy's variable dtype if None.
            trainable: whether training changes it (while the layer is trainable).
            regularizer, constraint: by name or as objects.
        """
        shape = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
        dtype = dtypes.standardize(dtype) if dtype is not None else self.variable_dtype
        if initializer is None:
            initializer = "glorot_uniform" if dtypes.is_floating(dtype) else "zeros"
        initializer = initializers.get(initializer)
        with self._scope():
            variable = Variable(
                initializer, shape, dtype, trainable, autocast, aggregation=aggregation, name=name or "variable"
            )
        if regularizer is not None:
            variable.regularizer = regularizers.get(regularizer)
        if constraint is not None:
            variable.constraint = constraints.get(constraint)
        variable.overwrite_with_gradient = overwrite_with_gradient
        variable._backend_name = self._backend
        self._adopt(variable)
        return variable

    add_variable = add_weight

    def _is_current(self) -> bool:
        return bool(context.names) and context.names[-1] == self.name

    def _scope(self) -> contextlib.AbstractContextManager[Any]:
        """The layer's name scope, entered once however builds are nested."""
        return contextlib.nullcontext() if self._is_current() else name_scope(self.name)

    def _own_variables(self) -> list[Variable]:
        """Variables of this very layer, as files order them."""
        return structure.in_file_order(structure.own_variables(self))

    def _layers_within(self) -> list[Layer]:
        """Direct sub-layers, in the order they were attached."""
        return structure.sublayers(self)

    def _flatten_layers(self, include_self: bool = True, recursive: bool = True) -> Iterator[Layer]:
        """This layer and every layer below it, each once."""
        return structure.walk(self, include_self)

    def _named_variables(self) -> list[tuple[str, Variable]]:
        return structure.named(structure.own_variables(self) + structure.seed_states(self))

    def _named_sublayers(self) -> dict[str, Layer]:
        return structure.numbered(self._layers_within())

    def _serialized_children(self) -> dict[str, Any]:
        """Attribute name -> what a weights file stores below this layer."""
        return structure.serialized_children(self)

    def place_all(self) -> None:
        """Give every variable of the model that this layer belongs to its first value."""
        structure.place(self)

    @property
    def variables(self) -> list[Variable]:
        """All state: weights and the state of seed generators."""
        return structure.variables(self, seeds=True)

    @property
    def weights(self) -> list[Variable]:
        """All weights, without the state of seed generators."""
        return structure.variables(self, seeds=False)

    @property
    def trainable_variables(self) -> list[Variable]:
        """The variables that training changes."""
        return structure.trainable(self)

    @property
    def non_trainable_variables(self) -> list[Variable]:
        """The variables that training leaves alone, seeds included."""
        trained = {id(v) for v in structure.trainable(self)}
        return [v for v in self.variables if id(v) not in trained]

    @property
    def trainable_weights(self) -> list[Variable]:
        """The weights that training changes."""
        return structure.trainable(self)

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """The weights that training leaves alone."""
        trained = {id(v) for v in structure.trainable(self)}
        return [v for v in self.weights if id(v) not in trained]

    @property
    def metrics(self) -> list[Any]:
        """Metrics attached to this layer and those below it."""
        return structure.metrics(self)

    @property
    def metrics_variables(self) -> list[Variable]:
        """State of the attached metrics."""
        return [variable for metric in self.metrics for variable in metric.variables]

    @property
    def trainable(self) -> bool:
        """Whether its variables are trained; setting it reaches all layers below."""
        return self._trainable

    @trainable.setter
    def trainable(self, trainable: bool) -> None:
        self._trainable = bool(trainable)
        for layer in self._layers_within():
            layer.trainable = trainable
        structure.mutations.count += 1

    def get_weights(self) -> list[Any]:
        """The weights as NumPy arrays."""
        return [variable.numpy() for variable in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Set the weights from arrays, in the order of `get_weights`; all are checked before any is set."""
        own = self.weights
        if len(own) != len(weights):
            raise ValueError(
                f"Layer '{self.name}' has {len(own)} weights, {len(weights)} were given. "
                f"It has: {', '.join(f'{v.path} {v.shape}' for v in own) or 'none (is it built?)'}."
            )
        for variable, value in zip(own, weights, strict=True):
            if tuple(value.shape) != variable.shape:
                raise ShapeError(
                    f"Layer '{self.name}': weight '{variable.path}' has shape {variable.shape}, "
                    f"the value given has shape {tuple(value.shape)}."
                )
        for variable, value in zip(own, weights, strict=True):
            variable.assign(value)

    def count_params(self) -> int:
        """Number of elements in all weights.

        Raises:
            NotBuiltError: the layer is not built.
        """
        if not self.built:
            raise NotBuiltError(
                f"Layer '{self.name}' is not built, so its weights are not known. Call it on data, or "
                "`build(input_shape)`."
            )
        return sum(variable.size for variable in self.weights)

    def save_own_variables(self, store: Any) -> None:
        """Put this layer's own variables into `store`, a mapping from index to array."""
        for index, variable in enumerate(self._own_variables()):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store: Any) -> None:
        """Take this layer's own variables from `store`."""
        own = self._own_variables()
        if len(store.keys()) != len(own):
            raise ValueError(
                f"Layer '{self.name}' has {len(own)} variables, the file holds {len(store.keys())} for it."
                + ("" if self.built else " The layer is not built.")
            )
        for index, variable in enumerate(own):
            variable.assign(store[str(index)])

    # losses

    def add_loss(self, loss: Any) -> None:
        """Add a scalar to what training minimises; call it inside `call`."""
        root = context.layers[0] if context.layers else self
        for part in tree.flatten(loss):
            if isinstance(context.state, StatelessScope) and context.state.collect_losses:
                context.state.add_loss(part)
            self._losses.append(part)
        if not any(layer is self for layer in root._lossy):
            root._lossy.append(self)

    @property
    def losses(self) -> list[Any]:
        """What the last call added, and the regularisation of the trainable weights."""
        found = [loss for layer in self._flatten_layers() for loss in layer._losses]
        for variable in self.trainable_weights:
            if variable.regularizer is not None:
                found.append(variable.regularizer(variable.value))
        return found

    def _clear_losses(self) -> None:
        for layer in self._lossy:
            layer._losses.clear()
        self._lossy.clear()

    # names, dtypes

    @property
    def path(self) -> str:
        """Its name under those of the layers it was built in."""
        return self._path or self.name

    @property
    def backend(self) -> str:
        """Name of the backend it belongs to."""
        return self._backend

    @property
    def dtype_policy(self) -> policies.DTypePolicy:
        """Compute and variable dtype."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value: Any) -> None:
        self._dtype_policy = policies.get(value)

    @property
    def compute_dtype(self) -> str:
        """Dtype of the computation."""
        return self._dtype_policy.compute_dtype

    @property
    def variable_dtype(self) -> str:
        """Dtype of the variables."""
        return self._dtype_policy.variable_dtype

    dtype = variable_dtype

    @property
    def input_dtype(self) -> str:
        """Dtype that floating inputs are cast to."""
        return self._dtype_policy.compute_dtype

    @property
    def quantization_mode(self) -> str | None:
        """None: quantization turns a model into another one; see `hornbeam.quantize`."""
        return self._dtype_policy.quantization_mode

    # build

    def build(self, *input_shape: Any, **shapes: Any) -> None:
        """Declare the variables, given the shapes of the inputs. Override it."""
        self.built = True

    def build_from_config(self, config: dict[str, Any]) -> None:
        """Build with the shapes that `get_build_config` gave."""
        if not config:
            return
        if "input_shape" in config:
            self.build(_as_shape(config["input_shape"]))
        elif "shapes_dict" in config:
            self.build(**{name: _as_shape(shape) for name, shape in config["shapes_dict"].items()})

    def get_build_config(self) -> dict[str, Any] | None:
        """The shapes that the layer was built with."""
        if not self._build_shapes:
            return None
        shapes = dict(self._build_shapes)
        return {"input_shape": next(iter(shapes.values()))} if len(shapes) == 1 else {"shapes_dict": shapes}

    def _builds(self) -> bool:
        """Whether the class has a `build` of its own."""
        return type(self).build is not Layer.build

    def _ensure_built(self, bound: calling.Bound) -> None:
        if self.built:
            return
        shapes = calling.build_shapes(type(self), bound, self.name)
        if self._builds():
            self.build(**shapes)
        elif self._layers_within() and not _recording():
            self._dry_run(bound)
        self.built = True
        self._build_shapes = self._build_shapes or shapes or None

    def _dry_run(self, bound: calling.Bound) -> Any:
        """Run `call` on symbolic tensors, so that the layers inside get built; a call that cannot be is run later."""
        try:
            with Recording():
                arguments, keywords = calling.symbolic_copy(bound)
                return self._run(arguments, keywords)
        except (TypeError, NotImplementedError, AttributeError):
            return None

    # call

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """The computation. Override it."""
        raise NotImplementedError(f"Layer '{self.name}' ({type(self).__name__}) does not define `call`.")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if context.layers:
            return self._inner_call(args, kwargs)
        if context.recording is None and calling.has_symbolic(args, kwargs):
            return calling.symbolic_call(self, args, kwargs)
        if "_recorded_calls" not in self.__dict__:
            raise NotBuiltError(f"{type(self).__name__}.__init__() did not call `super().__init__()` first.")
        outer = context.backend
        if outer is None or outer.name != self._backend:
            context.backend = registry.get(self._backend)
        try:
            if self._lossy:
                self._clear_losses()
            if self.built and context.state is None:
                done, result = self._recorded_calls.run(self, context.backend, args, kwargs)
                if done:
                    return result
            return self._inner_call(args, kwargs)
        finally:
            context.backend = outer

    def _inner_call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if self._parent is None and context.layers:
            object.__setattr__(self, "_parent", weakref.ref(context.layers[-1]))
        bound = calling.bind(self, args, kwargs)
        if self.input_spec is not None:
            input_spec.check(self.input_spec, bound.first, calling.shape_of, f"Layer '{self._where()}'")
        if not self.built:
            self._ensure_built(bound)
        return self._run(bound.args, bound.kwargs, bound.training)

    def _run(self, args: tuple[Any, ...], kwargs: dict[str, Any], passed_on: bool | None = None) -> Any:
        layers, names, autocast = context.layers, context.names, context.autocast
        context.layers = (*layers, self)
        context.names = names if self._is_current() else (*names, self.name)
        if self._path is None:
            object.__setattr__(self, "_path", "/".join(context.names))
        context.autocast = self.compute_dtype if self.compute_dtype != self.variable_dtype else None
        training = context.training
        context.training = kwargs.get("training", training if passed_on is None else passed_on)
        try:
            outputs = self.call(*args, **kwargs)
            if self.supports_masking or type(self).compute_mask is not Layer.compute_mask:
                self._mask_outputs(args, kwargs, outputs)
            if self.activity_regularizer is not None:
                for output in tree.flatten(outputs):
                    self.add_loss(calling.for_each_sample(self.activity_regularizer(output), output))
        except Exception as error:
            calling.name_layer(error, self._where(), type(self).__name__, args)
            raise
        finally:
            context.layers, context.names, context.autocast = layers, names, autocast
            context.training = training
        return outputs

    def _where(self) -> str:
        return "/".join(layer.name for layer in (*context.layers, self)) if self not in context.layers else self.path

    def _mask_outputs(self, args: tuple[Any, ...], kwargs: dict[str, Any], outputs: Any) -> None:
        signature = calling.call_signature(type(self))
        first = signature.names[0] if signature.names else ""
        inputs = args[0] if args else kwargs.get(first)
        masks = kwargs.get(signature.masks.get(first, ""))
        if masks is None:
            masks = tree.map_structure(get_mask, inputs)
        if type(self).compute_mask is Layer.compute_mask and all(mask is None for mask in tree.flatten(masks)):
            return
        computed = self.compute_mask(inputs, masks)
        if computed is None:
            return
        tensors = tree.flatten(outputs)
        found = computed if isinstance(computed, (list, tuple)) else [computed] * len(tensors)
        for tensor, mask in zip(tensors, found, strict=False):
            if mask is not None:
                set_mask(tensor, mask)

    def compute_mask(self, inputs: Any, previous_mask: Any) -> Any:
        """The mask of the output: the input's own, for a layer that supports masking."""
        return previous_mask

    def compute_output_spec(self, *args: Any, **kwargs: Any) -> Any:
        """Shapes and dtypes of the output for symbolic inputs; runs `call` without values."""
        return calling.output_spec(self, args, kwargs)

    def compute_output_shape(self, *args: Any, **kwargs: Any) -> Any:
        """Shape of the output for input shapes."""

        def symbolic(shape: Any) -> Any:
            return KerasTensor(shape, self.compute_dtype)

        arguments = [_map_shapes(symbolic, shape) for shape in args]
        keywords = {name.removesuffix("_shape"): _map_shapes(symbolic, shape) for name, shape in kwargs.items()}
        specs = calling.output_spec(self, tuple(arguments), keywords)
        return tree.map_structure(lambda spec: public(spec.dims), specs)

    def stateless_call(
        self,
        trainable_variables: Any,
        non_trainable_variables: Any,
        *args: Any,
        return_losses: bool = False,
        **kwargs: Any,
    ) -> Any:
        """The call as a pure function: values of the variables in, output and new non-trainable values out.

        Returns:
            `(outputs, non_trainable_variables)`, with `losses` third if `return_losses`.

        Example:
            >>> outputs, state = model.stateless_call(trainable, non_trainable, x, training=True)
        """
        trained, others = self.trainable_variables, self.non_trainable_variables
        for what, own, given in (
            ("trainable", trained, trainable_variables),
            ("non-trainable", others, non_trainable_variables),
        ):
            if len(own) != len(given):
                raise ValueError(
                    f"Layer '{self.name}' has {len(own)} {what} variables, {len(given)} values were given to "
                    "`stateless_call`." + ("" if self.built else " The layer is not built yet.")
                )
        pairs = [*zip(trained, trainable_variables, strict=True), *zip(others, non_trainable_variables, strict=True)]
        with StatelessScope(pairs, collect_losses=return_losses) as scope:
            outputs = self(*args, **kwargs)
            losses = self.losses if return_losses else None
        updated = [scope.get_current_value(variable) for variable in others]
        return (outputs, updated, losses) if return_losses else (outputs, updated)

    # its place in a functional model

    _called: Any = None

    def _first_call(self, which: str) -> Any:
        if self._called is None:
            raise AttributeError(
                f"Layer '{self.name}' was never called on symbolic tensors, so it has no symbolic {which}."
            )
        return self._called

    @property
    def input(self) -> Any:
        """The symbolic input of its first call."""
        arguments = (*self._first_call("input").arguments, *self._called.keywords.values())
        return arguments[0] if arguments else self._called.structure

    @property
    def output(self) -> Any:
        """The symbolic output of its first call."""
        return self._first_call("output").structure

    # config

    def get_config(self) -> dict[str, Any]:
        """What `from_config` needs to make the same layer; arguments of `__init__` are found by themselves."""
        config = {
            "name": self.name,
            "trainable": self._trainable,
            "dtype": policies.serialize(self._dtype_policy),
        }
        if self._settings:
            for name, room in self._settings.items():
                value = getattr(self, name)
                config[name] = room.serialize(value) if room is not None else value
            return config
        if type(self).get_config is not Layer.get_config and not _inherits_get_config(type(self)):
            return config
        return calling.automatic_config(self, config)

    # attributes with variables that are no weights and stand in no file: what one batch leaves for the next
    _passing: frozenset[str] = frozenset()
    # arguments of `__init__` kept under their own names -> the room that serialises them, None for plain data
    _settings: dict[str, Any] = {}  # noqa: RUF012 - never changed

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Any:
        """A layer from what `get_config` gave."""
        try:
            return cls(**config)
        except TypeError as error:
            raise TypeError(
                f"{cls.__name__} could not be made from its config {config!r:.400}: {error}. A class whose `__init__` "
                "takes other arguments defines `get_config` to return them."
            ) from error

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"

    def __deepcopy__(self, memo: dict[int, Any]) -> Any:
        twin = type(self).from_config(self.get_config())
        memo[id(self)] = twin
        if self.built and (config := self.get_build_config()):
            twin.build_from_config(config)
            twin.set_weights(self.get_weights())
        return twin


def _inherits_get_config(cls: type) -> bool:
    return next(base for base in cls.__mro__ if "get_config" in base.__dict__) is Layer


def _building(build: Callable[..., Any]) -> Callable[..., Any]:
    """`build` inside the layer's name scope, remembering the shapes; the layer is built when it returns."""
    signature = inspect.signature(build)

    @functools.wraps(build)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        nested = getattr(self, "_is_building", False)
        if not nested:
            bound = signature.bind(self, *args, **kwargs)
            shapes = {
                name: value for name, value in list(bound.arguments.items())[1:] if name not in ("args", "kwargs")
            }
            object.__setattr__(self, "_is_building", True)
            object.__setattr__(self, "_build_shapes", shapes or self._build_shapes)
        try:
            with self._scope():
                if self._path is None:
                    object.__setattr__(self, "_path", "/".join(context.names))
                result = build(self, *args, **kwargs)
        finally:
            if not nested:
                object.__setattr__(self, "_is_building", False)
        object.__setattr__(self, "built", True)
        return result

    return wrapped


def _recording() -> bool:
    return context.recording is not None


def _as_shape(shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: _as_shape(part) for name, part in shape.items()}
    if isinstance(shape, (list, tuple)):
        if all(size is None or isinstance(size, int) for size in shape):
            return tuple(shape)
        return [_as_shape(part) for part in shape]
    return shape


def _map_shapes(function: Callable[[Any], Any], shape: Any) -> Any:
    if isinstance(shape, dict):
        return {name: _map_shapes(function, part) for name, part in shape.items()}
    if isinstance(shape, (list, tuple)) and any(isinstance(part, (list, tuple, dict)) for part in shape):
        return [_map_shapes(function, part) for part in shape]
    return function(tuple(shape)) if shape is not None else None


structure.layer_class.append(Layer)
