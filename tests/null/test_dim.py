"""Algebra over unknown sizes."""

import operator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hornbeam.core.dim import Dim
from hornbeam.core.errors import UnknownDimError

batch: Any = Dim.symbol("batch")
length: Any = Dim.symbol("length")

OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv, "%": operator.mod}
leaves = st.one_of(st.sampled_from([batch, length]), st.integers(-4, 8))
expressions = st.recursive(
    leaves, lambda inner: st.tuples(st.sampled_from(list(OPERATORS)), inner, inner), max_leaves=8
)


def compute(expression, values=None):
    if isinstance(expression, tuple):
        name, left, right = expression
        return OPERATORS[name](compute(left, values), compute(right, values))
    return values[str(expression)] if values is not None and isinstance(expression, Dim) else expression


@given(expressions, st.integers(1, 9), st.integers(1, 9))
def test_algebra_agrees_with_numbers(expression, first, second):
    values = {"batch": first, "length": second}
    try:
        expected, size = compute(expression, values), compute(expression)
        result = size.evaluate(values) if isinstance(size, Dim) else size
    except ZeroDivisionError:  # some divisor of the expression is zero for these values
        return
    assert result == expected


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (batch * 2 + batch, 3 * batch),
        (batch - batch, 0),
        ((batch * 2 + 2) // 2, batch + 1),
        ((batch // 2) // 3, batch // 6),
        ((2 * batch + 1) // 4, batch // 2),
        ((batch * length + length) // (batch + 1), length),
        (batch * length * 3 // (batch * 3), length),
        ((batch * 4 + 3) % 4, 3),
        ((batch + length) ** 2, batch**2 + 2 * batch * length + length * length),
        (5 - batch + batch, 5),
    ],
)
def test_equal_sizes_have_one_form(left, right):
    assert left == right
    assert hash(left) == hash(right)


def test_ceiling_division():
    ceiling = -(-length // 4)
    assert [ceiling.evaluate({"length": n}) for n in (7, 8, 9)] == [2, 2, 3]


def test_reflected_operators():
    assert (10 // batch).evaluate({"batch": 3}) == 3
    assert (10 % batch).evaluate({"batch": 3}) == 1
    assert divmod(batch * 3, 3) == (batch, 0)


def test_different_sizes_are_unequal():
    assert batch != length
    assert batch != 3
    assert len({batch, length, Dim.symbol("batch")}) == 2
    assert Dim.fresh() != Dim.fresh()


def test_comparison_where_it_is_decidable():
    assert batch + 1 > batch
    assert batch <= batch
    assert not batch - 2 >= batch
    assert 2 * batch < 2 * batch + 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda: batch >= 0,
        lambda: batch > 3,
        lambda: batch < length,
        lambda: bool(batch),
        lambda: int(batch),
        lambda: range(batch),
        lambda: [0] * batch,
    ],
)
def test_what_needs_the_number_raises(ask):
    with pytest.raises(UnknownDimError, match="batch"):
        ask()


def test_evaluate_names_what_is_missing():
    with pytest.raises(UnknownDimError, match="length"):
        (batch + length // 2).evaluate({"batch": 1})


def test_substitute_keeps_the_rest():
    assert (batch * length // 2).substitute({"batch": 4}) == 2 * length
    assert (batch // length).substitute({"batch": length * 3}) == 3


def test_symbols():
    assert (batch * 2 + (length + 1) // 2).symbols == {"batch", "length"}


def test_repr_reads_like_arithmetic():
    assert repr(2 * batch + 1) == "2*batch + 1"
    assert repr(1 - batch) == "-batch + 1"
    assert repr((length - 3) // 2) == "((length + 1)//2) - 2"


def test_no_arithmetic_with_other_things():
    for other in (1.5, "3", None):
        with pytest.raises(TypeError):
            assert batch + other


def test_division_by_zero():
    with pytest.raises(ZeroDivisionError, match="batch"):
        batch // 0
