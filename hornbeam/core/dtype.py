"""Dtypes: their names, and the only promotion rules of the package.

A dtype is a plain string, such as "float32". Python scalars are *weak*: they take the dtype of what they meet.
Promotion walks a lattice; the meeting point of some dtypes is the lowest one above all of them (idea and shape: JAX's
documentation, "Type promotion semantics").
"""

from typing import Any

from hornbeam.core import config
from hornbeam.core.errors import DtypeError
from hornbeam.core.export import export

_BYTES = {
    "bool": 1,
    "uint8": 1,
    "uint16": 2,
    "uint32": 4,
    "uint64": 8,
    "int8": 1,
    "int16": 2,
    "int32": 4,
    "int64": 8,
    "bfloat16": 2,
    "float16": 2,
    "float32": 4,
    "float64": 8,
    "float8_e4m3fn": 1,
    "float8_e5m2": 1,
    "complex64": 8,
    "complex128": 16,
}
ALLOWED: tuple[str, ...] = (*_BYTES, "string")

# What lies directly above each dtype. The starred ones are weak.
_ABOVE = {
    "bool": ("int*",),
    "int*": ("uint8", "int8"),
    "uint8": ("uint16", "int16"),
    "uint16": ("uint32", "int32"),
    "uint32": ("uint64", "int64"),
    "uint64": ("float*",),
    "int8": ("int16",),
    "int16": ("int32",),
    "int32": ("int64",),
    "int64": ("float*",),
    "float*": ("bfloat16", "float16", "complex*"),
    "bfloat16": ("float32",),
    "float16": ("float32",),
    "float32": ("float64", "complex64"),
    "float64": ("complex128",),
    "complex*": ("complex64",),
    "complex64": ("complex128",),
    "complex128": (),
}
_WEAK = {int: "int*", float: "float*", complex: "complex*", "int": "int*", "float": "float*", "complex": "complex*"}
_NARROW = {"int64": "int32", "float64": "float32"}  # outside TensorFlow
_ALWAYS_NARROW = {"uint64": "uint32", "complex128": "complex64"}  # everywhere, as in Keras

_PYTHON: dict[Any, str] = {bool: "bool", int: "int32", float: "float32", complex: "complex64", str: "string"}
_names: dict[Any, str] = {name: name for name in ALLOWED} | _PYTHON | {"int": "int32"}
_narrow_results: dict[tuple[Any, ...], str] = {}
_wide_results: dict[tuple[Any, ...], str] = {}
_uppers: dict[str, frozenset[str]] = {}


@export("keras.backend.standardize_dtype", "keras.utils.standardize_dtype")
def standardize(dtype: Any) -> str:
    """The name of a dtype, however it is given; None is the default float type.

    Takes names, Python's types, and the dtype objects of NumPy, torch, TensorFlow, JAX and ml_dtypes.

    Raises:
        DtypeError: this is no dtype that the package knows.

    Example:
        >>> standardize(None), standardize(bool), standardize("torch.int8")
        ('float32', 'bool', 'int8')
    """
    if dtype is None:
        return config.floatx()
    try:
        # TensorFlow's dtypes equal their enum's numbers: 3 would be found as int32
        return _names[dtype] if type(dtype) is not int else _learn(dtype)
    except (KeyError, TypeError):
        return _learn(dtype)


@export("keras.backend.result_type")
def result_type(*dtypes: Any, wide: bool = False) -> str:
    """The dtype in which values of these dtypes meet.

    The types `int`, `float` and `complex` (or their names) stand for Python's numbers and are weak. 64-bit ints and
    floats come out as 32-bit, as in Keras on every engine but TensorFlow; `wide=True` keeps them, as TensorFlow does.
    `uint64` and `complex128` are halved always.

    One difference from Keras: under floatx "bfloat16" Python's floats are bfloat16, not float16.

    Raises:
        DtypeError: an unknown dtype, or a float8 or string that would have to become something else.

    Example:
        >>> result_type("bfloat16", "float16"), result_type("int8", float), result_type("float16", float)
        ('float32', 'float32', 'float16')
    """
    results = _wide_results if wide else _narrow_results
    try:
        return results[dtypes]
    except (KeyError, TypeError):
        pass
    result = _meet(dtypes, wide)
    try:
        results[dtypes] = result
    except TypeError:  # a dtype object without a hash has no place in the cache
        return result
    return result


def dtype_of_value(value: complex) -> str:
    """The name for `result_type` of a Python scalar: "bool", or the weak "int", "float" or "complex".

    Raises:
        DtypeError: `value` is no Python scalar.

    Example:
        >>> dtype_of_value(2), dtype_of_value(0.5), dtype_of_value(True)
        ('int', 'float', 'bool')
    """
    for kind in (bool, int, float, complex):
        if isinstance(value, kind):
            return kind.__name__
    raise DtypeError(
        f"Expected a Python bool, int, float or complex. Received: {value!r} of type {type(value).__name__}."
    )


@export("keras.backend.is_float_dtype")
def is_floating(dtype: Any) -> bool:
    """Whether the dtype holds real numbers with a point.

    Example:
        >>> is_floating("bfloat16"), is_floating("complex64")
        (True, False)
    """
    name = standardize(dtype)
    return name.startswith("float") or name == "bfloat16"


@export("keras.backend.is_int_dtype")
def is_integer(dtype: Any) -> bool:
    """Whether the dtype holds whole numbers; bool does not count.

    Example:
        >>> is_integer("uint8"), is_integer("bool")
        (True, False)
    """
    return standardize(dtype).startswith(("int", "uint"))


def is_complex(dtype: Any) -> bool:
    """Whether the dtype holds complex numbers.

    Example:
        >>> is_complex("complex64")
        True
    """
    return standardize(dtype).startswith("complex")


def is_bool(dtype: Any) -> bool:
    """Whether the dtype is bool.

    Example:
        >>> is_bool(bool)
        True
    """
    return standardize(dtype) == "bool"


def itemsize(dtype: Any) -> int:
    """Bytes of one element.

    Raises:
        DtypeError: the elements have no fixed size ("string").

    Example:
        >>> itemsize("float32")
        4
    """
    name = standardize(dtype)
    if name not in _BYTES:
        raise DtypeError(f'Elements of dtype "{name}" have no fixed size in bytes.')
    return _BYTES[name]


def _learn(dtype: Any) -> str:
    """The name of a dtype seen for the first time; kept, so that the next look-up is one."""
    name = _spelled(dtype)
    if name not in ALLOWED:
        raise DtypeError(
            f"Invalid dtype: {dtype!r}. Expected one of {', '.join(ALLOWED)}, or None for the default float."
        )
    try:
        _names[dtype] = name
    except TypeError:  # no hash: spelled out each time
        return name
    return name


def _spelled(dtype: Any) -> str:
    if isinstance(dtype, str):
        return dtype.removeprefix("torch.")
    for attribute in ("name", "__name__"):  # NumPy's and TensorFlow's dtypes have the first, scalar types the second
        name = getattr(dtype, attribute, None)
        if isinstance(name, str):
            return name.rstrip("_")  # older NumPy calls its bool `bool_`
    return str(dtype).removeprefix("torch.")


def _meet(dtypes: tuple[Any, ...], wide: bool) -> str:
    nodes = {_WEAK.get(dtype) or standardize(dtype) if _hashable(dtype) else standardize(dtype) for dtype in dtypes}
    if not nodes:
        return config.floatx()
    outside = [node for node in nodes if node not in _ABOVE]
    if outside:
        if len(nodes) == 1 and outside == ["string"]:
            return "string"
        raise DtypeError(
            f"The dtypes {', '.join(sorted(nodes))} do not meet: {outside[0]} is never converted by itself. "
            "Cast the values to one dtype first, with `ops.cast`."
        )
    shared = frozenset.intersection(*map(_upper, nodes))
    node = max(shared, key=lambda candidate: len(_upper(candidate)))
    name = _concrete(node)
    name = _ALWAYS_NARROW.get(name, name)
    return name if wide else _NARROW.get(name, name)


def _hashable(dtype: Any) -> bool:
    return type(dtype).__hash__ is not None


def _upper(node: str) -> frozenset[str]:
    """The node and all above it."""
    if node not in _uppers:
        _uppers[node] = frozenset({node}).union(*map(_upper, _ABOVE[node]))
    return _uppers[node]


def _concrete(node: str) -> str:
    """What a weak dtype becomes when it met nothing stronger."""
    if not node.endswith("*"):
        return node
    if node == "complex*":
        return "complex64"
    floatx = config.floatx()
    return floatx if node == "float*" else f"int{8 * _BYTES[floatx]}"


def _forget() -> None:
    _narrow_results.clear()
    _wide_results.clear()


config.on_change(_forget)
