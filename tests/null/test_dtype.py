"""Names of dtypes, and what they promote to."""

import itertools
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

from hornbeam.core import config, dtype
from hornbeam.core.errors import DtypeError


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.setenv("HORNBEAM_HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    config.reset()
    yield config
    config.reset()


class Named:
    """A dtype object of an engine, as TensorFlow's is: it has a name, and an odd repr."""

    name = "float16"

    def __repr__(self):
        return "<dtype: 'float16'>"


class Printed:
    """A dtype object of an engine, as torch's is: it only prints."""

    def __repr__(self):
        return "torch.bfloat16"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("int8", "int8"),
        (int, "int32"),
        (float, "float32"),
        (bool, "bool"),
        (complex, "complex64"),
        (str, "string"),
        (np.float16, "float16"),
        (np.dtype("uint64"), "uint64"),
        (np.bool_, "bool"),
        (ml_dtypes.bfloat16, "bfloat16"),
        (np.dtype(ml_dtypes.float8_e5m2), "float8_e5m2"),
        (Named(), "float16"),
        (Printed(), "bfloat16"),
        ("torch.float64", "float64"),
    ],
)
def test_standardize(given, expected):
    assert dtype.standardize(given) == expected
    assert dtype.standardize(given) == expected  # and again, from the cache


def test_none_is_the_default_float(settings):
    assert dtype.standardize(None) == "float32"
    settings.set_floatx("float16")
    assert dtype.standardize(None) == "float16"


@pytest.mark.parametrize("given", ["int3", "object", 3, [], np.dtype("O"), "half"])
def test_unknown_dtypes_are_named(given):
    with pytest.raises(DtypeError, match="Invalid dtype") as caught:
        dtype.standardize(given)
    assert repr(given) in str(caught.value)
    assert isinstance(caught.value, ValueError) and isinstance(caught.value, TypeError)


def test_promotion_is_symmetric_and_idempotent():
    numbers = [name for name in dtype.ALLOWED if name != "string" and "float8" not in name]
    for wide in (False, True):
        for one, two in itertools.product(numbers, numbers):
            result = dtype.result_type(one, two, wide=wide)
            assert result == dtype.result_type(two, one, wide=wide)
            assert result == dtype.result_type(result, two, one, wide=wide) or "uint64" in (one, two)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((), "float32"),
        (("int",), "int32"),
        (("float",), "float32"),
        (("int8", int), "int8"),
        (("bool", int), "int32"),
        (("bool", bool), "bool"),
        (("uint8", "int8"), "int16"),
        (("int32", float), "float32"),
        (("float16", "float"), "float16"),
        (("bfloat16", "float16"), "float32"),
        (("float64", "int64"), "float32"),
        (("float16", complex), "complex64"),
        (("string", "string"), "string"),
    ],
)
def test_result_type(given, expected):
    assert dtype.result_type(*given) == expected


def test_wide_keeps_64_bits():
    assert dtype.result_type("int64", "int8") == "int32"
    assert dtype.result_type("int64", "int8", wide=True) == "int64"
    assert dtype.result_type("uint32", "int8", wide=True) == "int64"


def test_weak_results_follow_the_default_float(settings):
    assert dtype.result_type("int32", float) == "float32"
    settings.set_floatx("bfloat16")
    assert dtype.result_type("int32", float) == "bfloat16"
    assert dtype.result_type(int) == "int16"


@pytest.mark.parametrize("given", [("string", "int8"), ("float8_e4m3fn", "float32"), ("float8_e5m2",)])
def test_what_never_converts_by_itself(given):
    with pytest.raises(DtypeError, match="Cast"):
        dtype.result_type(*given)


def test_a_dtype_without_a_hash_is_still_one():
    class Unhashed(Named):
        __hash__ = None  # type: ignore[assignment]

    assert dtype.result_type(Unhashed(), "int8") == "float16"


def test_kinds_and_sizes():
    assert dtype.is_floating("bfloat16") and dtype.is_floating("float8_e5m2") and not dtype.is_floating("complex64")
    assert dtype.is_integer("uint8") and not dtype.is_integer("bool")
    assert dtype.is_complex("complex128") and dtype.is_bool(bool)
    for name in dtype.ALLOWED:
        if name != "string":
            assert dtype.itemsize(name) == np.dtype(getattr(ml_dtypes, name, name)).itemsize
    with pytest.raises(DtypeError):
        dtype.itemsize("string")


def test_values():
    assert [dtype.dtype_of_value(value) for value in (True, 1, 1.0, 1j)] == ["bool", "int", "float", "complex"]
    with pytest.raises(DtypeError, match="str"):
        dtype.dtype_of_value("1")  # type: ignore[arg-type]


def test_core_leaves_import_neither_numpy_nor_an_engine():
    code = (
        "import sys\n"
        "from hornbeam.core import config, dim, dtype, errors, export, shape, tree\n"
        "heavy = {'numpy', 'optree', 'json', 'jax', 'torch', 'tensorflow', 'inspect', 'dataclasses'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
