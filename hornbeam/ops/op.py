"""The record of an operation, and dispatch: the one place where arguments become what a backend's table expects.

An operation is declared once, as a typed function under `@primitive` or `@composite`. The annotations say what each
parameter is: `Tensor` (converted to the engine's tensor), `Tensors` (a sequence of them), `Axis` (one non-negative
int), `Axes` (a tuple of non-negative ints), `DType` (a standard name); all else passes as it came. A backend's table
receives arguments converted, promoted and canonical, positionally, in the order of the signature.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar, overload

from hornbeam.core import config, registry
from hornbeam.core import dtype as dtypes
from hornbeam.core.errors import AxisError, BackendError, ConfigError, DtypeError, MixedBackendsError, ShapeError
from hornbeam.core.registry import backend_by_type, backend_of_type
from hornbeam.core.scope import context
from hornbeam.core.shape import canonical_axes, canonical_axis
from hornbeam.core.spec import KerasTensor, Spec, operators
from hornbeam.core.variable import Variable
from hornbeam.ops.calling import MOST_PLANS, make_call

Tensor = Any
Tensors = Sequence[Any]
Axis = int | None
Axes = int | Sequence[int] | None
DType = str | None
F = TypeVar("F", bound=Callable[..., Any])

NUMBERS = (int, float)
EXPLAINED = (ShapeError, AxisError, DtypeError, ConfigError)

# every operation, by its Keras name ("add", "random.uniform")
operations: dict[str, Op] = {}


class Op:
    """One operation: its name, signature, dtype rule, and shape rule (primitive) or body (composite).

    Attributes:
        name: key of the tables; dotted for name spaces (`random.uniform`).
        function: what users call; `function.op` is this record.
        body: the definition of a composite, or None.
        rule: for a primitive, `(*arguments) -> dims`, or a `Spec`, or a list of either for several outputs;
            tensors are given as `KerasTensor`s.
        policy: `(dtypes) -> (dtype to cast the promoted arguments to, dtype of the result)`.
        strict: whether the rule is asked before an engine is, for some take what does not fit without a word.
    """

    def __init__(
        self,
        function: Callable[..., Any],
        name: str,
        rule: Callable[..., Any] | None,
        body: Callable[..., Any] | None,
        policy: Callable[[tuple[str, ...]], tuple[str | None, str]] | None,
        promote: tuple[str, ...] | None,
        axis_of: Callable[[int], int] | None,
        strict: bool = False,
    ) -> None:
        self.name = name
        self.strict = strict
        self.rule = rule
        self.body = body
        self.policy = policy
        self.signature = inspect.signature(function)
        self.names = tuple(self.signature.parameters)
        self.defaults = tuple(parameter.default for parameter in self.signature.parameters.values())
        self.required = sum(default is inspect.Parameter.empty for default in self.defaults)
        kinds = [str(function.__annotations__.get(name, "")).split(" ")[0] for name in self.names]
        self.tensors = tuple(i for i, kind in enumerate(kinds) if kind == "Tensor")
        self.sequences = tuple(i for i, kind in enumerate(kinds) if kind == "Tensors")
        promoted = tuple(self.names[i] for i in self.tensors + self.sequences) if promote is None else promote
        self.promoted = tuple(i for i in self.tensors if self.names[i] in promoted)
        self.promoted_sequences = tuple(i for i in self.sequences if self.names[i] in promoted)
        self.canonical: list[tuple[int, Callable[[Any, int], Any]]] = []
        self.dtype_parameters = tuple(i for i, kind in enumerate(kinds) if kind == "DType")
        for i, kind in enumerate(kinds):
            if kind == "Axis":
                self.canonical.append((i, self._one_axis))
            elif kind == "Axes":
                self.canonical.append((i, self._axes))
        self.axis_of = axis_of
        self.axes: dict[tuple[int, Any, int], Any] = {}  # canonical axes, by position, axis and rank
        self.targets: dict[tuple[str, ...], tuple[str | None, str]] = {}
        # dtypes of arguments that were promoted -> dtype of the result
        self.results: dict[tuple[str, ...], str] = {}
        self.binary = len(self.names) == len(self.promoted) == 2 and policy is not None
        # dtypes (of the engines' own) that promotion leaves alone where all promoted arguments have them
        self.settled: set[Any] = set()
        self.plans: dict[Any, tuple[Any, ...]] = {}  # see `calling`
        self.key: Callable[..., Any] | None = None
        self.function = self._wrap(function)

    def __repr__(self) -> str:
        return f"<{'composite' if self.body else 'primitive'} operation {self.name}{self.signature}>"

    def _one_axis(self, axis: Any, ndim: int) -> Any:
        if axis is None:
            return None
        return canonical_axis(axis, self.axis_of(ndim) if self.axis_of else ndim, f"{self.name}(): axis")

    def _axes(self, axes: Any, ndim: int) -> Any:
        return canonical_axes(axes, self.axis_of(ndim) if self.axis_of else ndim, f"{self.name}(): axis")

    def _wrap(self, function: Callable[..., Any]) -> Callable[..., Any]:
        call: Any = make_call(self) or (lambda *args, **kwargs: self.run(self.bind(args, kwargs)))
        call.__name__ = function.__name__
        call.__qualname__ = function.__qualname__
        call.__doc__ = function.__doc__
        call.__module__ = function.__module__
        call.__annotations__ = function.__annotations__
        call.__signature__ = self.signature
        call.__wrapped__ = function
        call.op = self
        return call

    def bind(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, ...]:
        """Arguments in the order of the signature, defaults filled in."""
        given = len(args)
        if given > len(self.names):
            raise TypeError(f"{self.name}() takes {len(self.names)} arguments, {given} were given: {self.signature}")
        if not kwargs and given >= self.required:
            return args + self.defaults[given:]
        values = list(args) + list(self.defaults[given:])
        for name, value in kwargs.items():
            try:
                position = self.names.index(name)
            except ValueError:
                raise TypeError(f"{self.name}() has no argument {name!r}: {self.signature}") from None
            if position < given:
                raise TypeError(f"{self.name}() got argument {name!r} twice: {self.signature}")
            values[position] = value
        for name, value in zip(self.names, values, strict=True):
            if value is inspect.Parameter.empty:
                raise TypeError(f"{self.name}() misses the argument {name!r}: {self.signature}")
        return tuple(values)

    def run(self, args: tuple[Any, ...]) -> Any:
        """Find the backend, make the arguments what its table expects, and call its entry, or the body."""
        return self.finish(*self.decide(args))

    def remember(self, args: tuple[Any, ...]) -> Any:
        """`run`, and a plan for calls like this one where dispatch left the tensors as they are."""
        backend, decided = self.decide(args)
        if not backend.symbolic and self.key is not None and self._untouched(args, decided):
            if len(self.plans) >= MOST_PLANS:
                self.plans.clear()
            canonical = [*(i for i, _ in self.canonical), *self.dtype_parameters]
            try:
                plan = (backend, backend.table, backend.conditions.get(self.name), backend.plain is not None)
                self.plans[self.key(*args)] = (*plan, *(decided[i] for i in canonical))
            except (KeyError, TypeError, AttributeError):
                pass  # axes in a list, tensors of several dtypes: calls like this one are decided anew
        return self.finish(backend, decided)

    def _untouched(self, args: tuple[Any, ...], decided: tuple[Any, ...]) -> bool:
        if any(args[i] is not decided[i] for i in self.tensors):
            return False
        for i in self.sequences:
            given = args[i]
            if type(given) not in (list, tuple) or any(a is not b for a, b in zip(given, decided[i], strict=True)):
                return False
        # a dtype that the engine narrows depends on its switches
        return all(args[i] is None or dtypes.standardize(args[i]) == decided[i] for i in self.dtype_parameters)

    def decide(self, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """The backend, and the arguments as its table expects them: converted, promoted, canonical."""
        backend = None
        for i in self.tensors:
            owner = backend_by_type.get(type(args[i]))
            if owner is None or (backend is not None and owner is not backend):
                backend = None
                break
            backend = owner
        if backend is None and self.binary:
            backend = self.beside_number(args)
        elif backend is None or (self.policy is not None and not self.is_settled(args)):
            backend, args = self.prepare(backend, args)
        if backend is None:
            backend, args = self.prepare(backend, args)
        if self.canonical or self.dtype_parameters:
            args = self.canonicalize(backend, args)
        return backend, args

    def finish(self, backend: Any, args: tuple[Any, ...]) -> Any:
        """Call the backend's entry, or the body where there is none or its condition says no."""
        entry = backend.table.get(self.name)
        if entry is None or (self.name in backend.conditions and not backend.conditions[self.name](*args)):
            return self.run_body(backend, args)
        try:
            if self.strict:
                self.verify(backend, args)
            return entry(*args)
        except Exception as error:
            self.explain(backend, args, error)
            raise

    def run_body(self, backend: Any, args: tuple[Any, ...]) -> Any:
        """The composite's body, with `backend` as the default for what it creates."""
        if self.body is None:
            raise BackendError(f"Backend '{backend.name}' has no operation '{self.name}'.")
        outer = context.backend
        context.backend = backend
        try:
            return self.body(*args)
        except Exception as error:
            # bodies compute with the engine's own operators, too
            self.explain(backend, args, error)
            raise
        finally:
            context.backend = outer

    def sign(self, error: Exception) -> None:
        """Name the operation in an error that does not."""
        short = self.name.rpartition(".")[2].lstrip("_")
        if not re.search(rf"(?<!\w){short}\(", str(error)):
            error.args = (f"{self.name}(): {error}", *error.args[1:])

    def prepare(self, backend: Any, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """Convert and promote where one of the two is needed."""
        if backend is None:
            backend, args = self.convert(args)
        if self.policy is not None and not self.is_settled(args):
            args = self.promote(backend, args)
        return backend, args

    def beside_number(self, args: tuple[Any, ...]) -> Any:
        """The backend of a tensor beside a python number that may stay one and changes no dtype, or None."""
        left, right = args[0], args[1]
        tensor, number = (right, left) if type(left) in NUMBERS else (left, right)
        if type(number) not in NUMBERS:
            return None
        backend = backend_by_type.get(type(tensor))
        if backend is None or self.name not in backend.scalars:
            return None
        name = backend.dtype(tensor)
        key = (type(left).__name__, name) if tensor is right else (name, type(right).__name__)
        found = self.targets.get(key)
        return backend if found is not None and found[0] == name else None

    def is_settled(self, args: tuple[Any, ...]) -> bool:
        """Whether the promoted arguments have one dtype that stays as it is; the usual case, looked up by object."""
        if self.promoted_sequences:
            return False
        try:
            dtype = args[self.promoted[0]].dtype
            for i in self.promoted[1:]:
                if args[i].dtype is not dtype:
                    return False
            return dtype in self.settled
        except (AttributeError, IndexError):  # None or a python number
            return False

    def convert(self, args: tuple[Any, ...]) -> tuple[Any, tuple[Any, ...]]:
        """The backend that the tensors decide, and the arguments with every tensor argument on it."""
        default = context.backend or (registry.default() if context.recording is None else None)
        if default is not None and default.plain is not None and context.recording is None and not self.sequences:
            plain = default.plain
            if all(type(args[i]) is plain for i in self.tensors):
                return default, args
        values = list(args)
        backend = None
        for i in self.tensors:
            value = values[i]
            if isinstance(value, Variable):
                value = values[i] = value.value
            backend = self.agree(backend, value, args)
        for i in self.sequences:
            if values[i] is None:
                continue
            if backend_of_type(type(values[i])) is not None or hasattr(values[i], "ndim"):
                values[i] = [values[i][j] for j in range(len(values[i]))]
            values[i] = [value.value if isinstance(value, Variable) else value for value in values[i]]
            for value in values[i]:
                backend = self.agree(backend, value, args)
        if backend is None:
            backend = registry.get("symbolic") if context.recording is not None else registry.default()
        weak = {}
        for i in self.tensors:
            value = values[i]
            if value is None or backend_by_type.get(type(value)) is backend:
                continue
            if type(value) in (int, float, bool, complex) and i in self.promoted:
                weak[i] = dtypes.dtype_of_value(value)
            else:
                values[i] = self.to_tensor(backend, value, self.names[i])
        for i in self.sequences:
            if values[i] is not None:
                values[i] = [
                    value
                    if backend_by_type.get(type(value)) is backend
                    else self.to_tensor(backend, value, self.names[i])
                    for value in values[i]
                ]
        if weak:
            self.convert_weak(backend, values, weak)
        return backend, tuple(values)

    def agree(self, backend: Any, value: Any, args: tuple[Any, ...]) -> Any:
        """The backend of `value` and of what came before it; two engines in one call are an error."""
        owner = backend_by_type.get(type(value))
        if owner is None:
            owner = backend_of_type(type(value))
        if owner is None or owner is backend:
            return backend
        if backend is None or owner.symbolic:
            return owner
        if backend.symbolic:
            return backend
        raise MixedBackendsError(
            f"{self.name}() was given tensors of two engines, {backend.name} and {owner.name}: "
            f"{', '.join(type(a).__module__.split('.')[0] + '.' + type(a).__name__ for a in args)}. Hornbeam never "
            "copies between engines by itself: convert one with `ops.convert_to_numpy(x)`, or move the model with "
            "`model.to_backend(name)`."
        )

    def to_tensor(self, backend: Any, value: Any, name: str) -> Any:
        """`value` (numpy array, python number, nested list) as a tensor of `backend`."""
        try:
            return backend.convert(value, None)
        except DtypeError:  # numbers of a dtype that the engine lacks
            raise
        except (TypeError, ValueError) as error:
            raise DtypeError(
                f"{self.name}(): argument '{name}' is not a tensor, an array or numbers, "
                f"but {type(value).__name__}: {value!r:.80}"
            ) from error

    def convert_weak(self, backend: Any, values: list[Any], weak: dict[int, str]) -> None:
        """Turn python numbers into tensors of the dtype that promotion gives them, in place.

        They stay python numbers where the backend's entry takes them (`scalars`) and a tensor stands beside them.
        """
        key = tuple(weak.get(i) or backend.dtype(values[i]) for i in self.promoted if values[i] is not None)
        target = self.target(key)[0] if self.policy is not None else None
        keep = self.name in backend.scalars and len(weak) < len(key)
        for i, name in weak.items():
            if not keep or type(values[i]) not in NUMBERS:
                values[i] = backend.convert(values[i], target or dtypes.result_type(name))

    def target(self, key: tuple[str, ...]) -> tuple[str | None, str]:
        """What the dtypes of the promoted arguments become, and the dtype of the result."""
        found = self.targets.get(key)
        if found is None:
            try:
                found = self.targets[key] = self.policy(key)  # type: ignore[misc]
            except ShapeError as error:
                self.sign(error)
                raise
            except (TypeError, ValueError) as error:
                raise DtypeError(f"{self.name}(): {error}") from None
            if found[0] is not None:
                self.results[(found[0],) * len(key)] = found[1]
        return found

    def dtype_key(self, backend: Any, args: tuple[Any, ...]) -> tuple[str, ...]:
        """Dtypes of the promoted arguments; a kept python number counts as weak."""
        dtype = backend.dtype
        key = []
        for i in self.promoted:
            value = args[i]
            if value is None:
                continue
            kind = type(value)
            key.append(kind.__name__ if kind in (int, float, bool, complex) else dtype(value))
        for i in self.promoted_sequences:
            key.extend([dtype(value) for value in args[i] or ()])
        return tuple(key)

    def promote(self, backend: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments with the promoted ones cast to their common dtype."""
        key = self.dtype_key(backend, args)
        target = (self.targets.get(key) or self.target(key))[0]
        if target is None or all(name == target for name in key):
            if not self.promoted_sequences and len(key) == len(self.promoted) and len(set(key)) == 1:
                dtype = getattr(args[self.promoted[0]], "dtype", None)
                if dtype is not None:
                    self.settled.add(dtype)
            return args
        target = backend.narrow.get(target, target)
        values = list(args)
        cast, dtype = backend.table["cast"], backend.dtype
        for i in self.promoted:
            value = values[i]
            if value is not None and type(value) not in (int, float, bool, complex) and dtype(value) != target:
                values[i] = cast(value, target)
        for i in self.promoted_sequences:
            values[i] = [value if dtype(value) == target else cast(value, target) for value in values[i]]
        return tuple(values)

    def canonicalize(self, backend: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments with axes non-negative and dtypes as standard names."""
        values = list(args)
        if self.canonical:
            if not self.tensors and not values[self.sequences[0]]:
                raise ShapeError(f"{self.name}() needs at least one tensor in `{self.names[self.sequences[0]]}`.")
            first = values[self.tensors[0]] if self.tensors else values[self.sequences[0]][0]
            ndim = len(backend.shape(first))
            for i, canonical in self.canonical:
                try:
                    values[i] = self.axes[i, values[i], ndim]
                except (KeyError, TypeError):  # a new one, or a list
                    key = tuple(values[i]) if isinstance(values[i], list) else values[i]
                    values[i] = canonical(values[i], ndim)
                    if isinstance(key, (int, tuple, type(None))) and not isinstance(key, bool):
                        self.axes[i, key, ndim] = values[i]
        for i in self.dtype_parameters:
            if values[i] is not None:
                try:
                    name = dtypes.standardize(values[i])
                except DtypeError as error:
                    self.sign(error)
                    raise
                values[i] = backend.narrow.get(name, name)
        return tuple(values)

    def spec(self, args: tuple[Any, ...]) -> Any:
        """What the rule says of canonical symbolic arguments: a `Spec`, or a list of them."""
        assert self.rule is not None
        try:
            found = self.rule(*args)
        except EXPLAINED as error:
            self.sign(error)
            raise
        default = None
        if self.policy is not None:
            key = self.dtype_key(registry.get("symbolic"), args)
            default = self.results.get(key) or self.target(key)[1]
        elif self.tensors and args[self.tensors[0]] is not None:
            default = args[self.tensors[0]].dtype

        def complete(part: Any) -> Any:
            return part if isinstance(part, Spec) else Spec(tuple(part), default)  # type: ignore[arg-type]

        return [complete(part) for part in found] if isinstance(found, list) else complete(found)

    def explain(self, backend: Any, args: tuple[Any, ...], error: Exception) -> None:
        """Raise the error of the shape rule, or of the body, where an engine refused what they refuse, too."""
        if not backend.symbolic and not (self.rule is None and isinstance(error, EXPLAINED)):
            try:
                self.verify(backend, args)
            except EXPLAINED as better:
                raise better from error
            except Exception:  # it depends on values, and what the engine said stands
                return
        if isinstance(error, EXPLAINED):
            self.sign(error)

    def verify(self, backend: Any, args: tuple[Any, ...]) -> None:
        """Ask the rule, or else the body, what it says of tensors like these; of unknown sizes it is not asked."""
        known = True

        def describe(value: Any) -> Any:
            nonlocal known
            if value is None or type(value) in (*NUMBERS, bool, complex):
                return value
            sizes = tuple(backend.shape(value))
            known = known and all(type(size) is int for size in sizes)
            return KerasTensor(sizes, backend.dtype(value), name="argument")

        described = list(args)
        for i in self.tensors:
            described[i] = describe(args[i])
        for i in self.sequences:
            described[i] = [describe(value) for value in args[i] or ()]
        if not known:
            return
        if self.rule is not None:
            self.spec(tuple(described))
        else:
            self.run_body(registry.get("symbolic"), tuple(described))


def _forget() -> None:
    """What python numbers promote to depends on floatx."""
    for op in operations.values():
        op.targets.clear()
        op.results.clear()
        op.settled.clear()
        op.plans.clear()


config.on_change(_forget)


def primitive(
    rule: Callable[..., Any],
    dtype: Callable[[tuple[str, ...]], tuple[str | None, str]] | None = None,
    *,
    name: str | None = None,
    promote: tuple[str, ...] | None = None,
    axis_of: Callable[[int], int] | None = None,
    strict: bool = False,
) -> Callable[[F], F]:
    """Declare an operation that every engine supplies.

    Args:
        rule: shape of the result from the canonical arguments.
        dtype: dtype policy of `hornbeam.ops.dtypes`; None leaves dtypes alone (the result has the first tensor's).
        name: key in the tables, if not the function's name.
        promote: parameters the policy concerns; all tensor parameters if None.
        axis_of: rank that axes count against, from the first tensor's (for `expand_dims`: `lambda ndim: ndim + 1`).
        strict: ask the rule before the engine, of which some take what does not fit without a word.
    """

    def declare(function: F) -> F:
        op = Op(function, name or function.__name__, rule, None, dtype, promote, axis_of, strict)
        return _known(op)

    return declare


@overload
def composite(function: F) -> F: ...


@overload
def composite(
    *,
    dtype: Callable[[tuple[str, ...]], tuple[str | None, str]] | None = None,
    name: str | None = None,
    promote: tuple[str, ...] | None = None,
    axis_of: Callable[[int], int] | None = None,
) -> Callable[[F], F]: ...


def composite(
    function: Callable[..., Any] | None = None,
    *,
    dtype: Callable[[tuple[str, ...]], tuple[str | None, str]] | None = None,
    name: str | None = None,
    promote: tuple[str, ...] | None = None,
    axis_of: Callable[[int], int] | None = None,
) -> Any:
    """Declare an operation by its body, written with other operations; backends may ship a native for it."""

    def declare(function: F) -> F:
        op = Op(function, name or function.__name__, None, function, dtype, promote, axis_of)
        return _known(op)

    return declare(function) if function is not None else declare


def _known(op: Op) -> Any:
    if op.name in operations:
        raise ValueError(f"Operation {op.name!r} is declared twice.")
    operations[op.name] = op
    operators[op.name] = op.function
    return op.function


__all__ = ["Axes", "Axis", "AxisError", "DType", "Op", "Tensor", "Tensors", "composite", "operations", "primitive"]
