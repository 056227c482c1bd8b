"""Sizes that are known only when data arrives, with exact integer algebra.

A `Dim` is a polynomial with integer coefficients over atoms. An atom is a symbol (`batch`) or a floor division that
does not come out even. The form is canonical, so equal sizes are one key in a dictionary, and a result without symbols
is a plain `int` again.
"""

import itertools
import math
import operator
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias, Union

from hornbeam.core.errors import UnknownDimError

Size: TypeAlias = Union[int, "Dim"]

_counter = itertools.count()


class Symbol(str):
    """The name of a size that is born inside a graph.

    Attributes:
        source: a tensor with an axis of this size, once it is recorded; other tensors' shapes may need it made.
    """

    source: Any = None

    def __deepcopy__(self, memo: Any) -> "Symbol":
        return self

    def __reduce__(self) -> Any:
        return str, (str(self),)


class _Quotient:
    """The atom `numerator // denominator` that could not be simplified."""

    __slots__ = ("denominator", "numerator", "text")

    def __init__(self, numerator: Size, denominator: Size):
        self.numerator = numerator
        self.denominator = denominator
        self.text = f"({_bracketed(numerator)}//{_bracketed(denominator)})"

    def __eq__(self, other: object) -> bool:
        return type(other) is _Quotient and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text


_Atom: TypeAlias = str | _Quotient
_Monomial: TypeAlias = tuple[_Atom, ...]  # sorted, an atom repeated for its power; () is the constant
_Terms: TypeAlias = dict[_Monomial, int]


class Dim:
    """A size made of symbols: `2 * batch + 1`.

    Dims and ints combine with `+ - * // %`; `-(-a // b)` is ceiling division. Two Dims are equal when they are the
    same size for every value of their symbols (as far as algebra shows it). Comparing with `<` works where the
    difference is a number; what needs the value itself (`int`, `bool`, `range`) raises `UnknownDimError`.

    Example:
        >>> batch = Dim.symbol("batch")
        >>> (batch * 2 + 2) // 2
        batch + 1
        >>> (batch * 2 + 1).evaluate({"batch": 3})
        7
    """

    __slots__ = ("_hash", "_terms")

    def __init__(self, terms: Mapping[_Monomial, int]):
        self._terms = dict(terms)
        self._hash = hash(frozenset(self._terms.items()))

    @staticmethod
    def symbol(name: str) -> "Dim":
        """The size called `name`; the same name is the same size.

        Example:
            >>> Dim.symbol("batch") == Dim.symbol("batch")
            True
        """
        return Dim({(name,): 1})

    @staticmethod
    def fresh(prefix: str = "dim") -> "Dim":
        """A size with a name that no other size has.

        Example:
            >>> Dim.fresh() == Dim.fresh()
            False
        """
        return Dim.symbol(Symbol(f"{prefix}_{next(_counter)}"))

    @property
    def symbols(self) -> frozenset[str]:
        """Names of the symbols that this size depends on.

        Example:
            >>> sorted((Dim.symbol("rows") * Dim.symbol("columns")).symbols)
            ['columns', 'rows']
        """
        return frozenset(_symbols(self))

    def substitute(self, values: Mapping[str, Size]) -> Size:
        """This size with some symbols replaced by sizes.

        Example:
            >>> (Dim.symbol("rows") + Dim.symbol("columns")).substitute({"rows": 2})
            columns + 2
        """
        total: Size = 0
        for monomial, coefficient in self._terms.items():
            product: Size = coefficient
            for atom in monomial:
                product = product * _substitute_atom(atom, values)
            total = total + product
        return total

    def evaluate(self, values: Mapping[str, int]) -> int:
        """The number that this size is when its symbols have these values.

        Raises:
            UnknownDimError: a symbol has no value.

        Example:
            >>> (Dim.symbol("length") // 2).evaluate({"length": 7})
            3
        """
        result = self.substitute(values)
        if isinstance(result, Dim):
            missing = ", ".join(sorted(result.symbols))
            raise UnknownDimError(f"The size `{self}` needs a value for {missing}; got values for {sorted(values)}.")
        return result

    # Arithmetic

    def __add__(self, other: Any) -> Size:
        terms = _terms_of(other)
        return NotImplemented if terms is None else _sum(self._terms, terms)

    __radd__ = __add__

    def __neg__(self) -> "Dim":
        return Dim({monomial: -coefficient for monomial, coefficient in self._terms.items()})

    def __pos__(self) -> "Dim":
        return self

    def __sub__(self, other: Any) -> Size:
        terms = _terms_of(other)
        return NotImplemented if terms is None else _sum(self._terms, terms, -1)

    def __rsub__(self, other: Any) -> Size:
        terms = _terms_of(other)
        return NotImplemented if terms is None else _sum(terms, self._terms, -1)

    def __mul__(self, other: Any) -> Size:
        terms = _terms_of(other)
        return NotImplemented if terms is None else _product(self._terms, terms)

    __rmul__ = __mul__

    def __pow__(self, exponent: int) -> Size:
        if type(exponent) is not int or exponent < 0:
            return NotImplemented
        return math.prod([self] * exponent)

    def __floordiv__(self, other: Any) -> Size:
        terms = _terms_of(other)
        return NotImplemented if terms is None else _floor_divide(self._terms, terms)

    def __rfloordiv__(self, other: Any) -> Size:
        terms = _terms_of(other)
        return NotImplemented if terms is None else _floor_divide(terms, self._terms)

    def __mod__(self, other: Any) -> Size:
        return NotImplemented if _terms_of(other) is None else self - other * (self // other)

    def __rmod__(self, other: Any) -> Size:
        return NotImplemented if _terms_of(other) is None else other - self * (other // self)

    def __divmod__(self, other: Any) -> tuple[Size, Size]:
        return self // other, self % other

    # Comparison

    def __eq__(self, other: object) -> bool:
        return type(other) is Dim and self._terms == other._terms

    def __hash__(self) -> int:
        return self._hash

    def __lt__(self, other: Any) -> bool:
        return self._compare(other, operator.lt, "<")

    def __le__(self, other: Any) -> bool:
        return self._compare(other, operator.le, "<=")

    def __gt__(self, other: Any) -> bool:
        return self._compare(other, operator.gt, ">")

    def __ge__(self, other: Any) -> bool:
        return self._compare(other, operator.ge, ">=")

    def _compare(self, other: Any, decide: Any, sign: str) -> bool:
        difference = self.__sub__(other)
        if difference is NotImplemented:
            return NotImplemented
        if isinstance(difference, Dim):
            raise UnknownDimError(f"Whether `{self} {sign} {other}` is known only when data arrives. {_FIX}")
        return decide(difference, 0)

    # What only a number can do

    def __bool__(self) -> bool:
        raise UnknownDimError(f"Whether the size `{self}` is non-zero is known only when data arrives. {_FIX}")

    def __int__(self) -> int:
        raise UnknownDimError(f"The size `{self}` has no value until data arrives. {_FIX}")

    def __index__(self) -> int:
        raise UnknownDimError(f"The size `{self}` was used as a number, but has no value until data arrives. {_FIX}")

    def __repr__(self) -> str:
        ordered = sorted(self._terms.items(), key=lambda term: (-len(term[0]), [str(atom) for atom in term[0]]))
        text = ""
        for monomial, coefficient in ordered:
            factors = "*".join(map(str, monomial))
            size = abs(coefficient)
            body = factors if size == 1 and factors else f"{size}*{factors}" if factors else str(size)
            sign = "-" if coefficient < 0 else "+"
            text += f" {sign} {body}" if text else body if coefficient > 0 else f"-{body}"
        return text


_FIX = "Give the size in the input's shape, or compute with operations of `ops` instead of Python's branches."


def _bracketed(size: Size) -> str:
    text = str(size)
    return text if text.isidentifier() or text.isdecimal() else f"({text})"


def _terms_of(value: Any) -> _Terms | None:
    """The polynomial that `value` is, or None where it is no integer."""
    if type(value) is Dim:
        return value._terms
    if type(value) is not int:
        try:
            value = operator.index(value)
        except TypeError:
            return None
    return {(): value} if value else {}


def _reduced(terms: _Terms) -> Size:
    terms = {monomial: coefficient for monomial, coefficient in terms.items() if coefficient}
    if not terms:
        return 0
    if len(terms) == 1 and () in terms:
        return terms[()]
    return Dim(terms)


def _sum(left: _Terms, right: _Terms, sign: int = 1) -> Size:
    terms = dict(left)
    for monomial, coefficient in right.items():
        terms[monomial] = terms.get(monomial, 0) + sign * coefficient
    return _reduced(terms)


def _product(left: _Terms, right: _Terms) -> Size:
    terms: _Terms = {}
    for (one, a), (two, b) in itertools.product(left.items(), right.items()):
        monomial = tuple(sorted(one + two, key=str))
        terms[monomial] = terms.get(monomial, 0) + a * b
    return _reduced(terms)


def _floor_divide(numerator: _Terms, denominator: _Terms) -> Size:
    if not denominator:
        raise ZeroDivisionError(f"The size `{_reduced(numerator)}` was divided by zero.")
    if not numerator:
        return 0
    if list(denominator) == [()]:
        return _divide_by_number(numerator, denominator[()])
    return _divide_by_size(numerator, denominator)


def _divide_by_number(numerator: _Terms, divisor: int) -> Size:
    """`numerator // divisor`: the multiples of the divisor leave, what stays has the smallest coefficients."""
    if divisor < 0:
        numerator, divisor = {monomial: -coefficient for monomial, coefficient in numerator.items()}, -divisor
    whole = _reduced({monomial: coefficient // divisor for monomial, coefficient in numerator.items()})
    rest = {monomial: coefficient % divisor for monomial, coefficient in numerator.items() if coefficient % divisor}
    constant = rest.pop((), 0)
    if not rest:
        return whole
    # floor((g*m + c) / (g*d)) = floor((m + floor(c / g)) / d): one form for (2n + 1)//4 and n//2.
    common = math.gcd(divisor, *rest.values())
    divisor //= common
    rest = {monomial: coefficient // common for monomial, coefficient in rest.items()}
    constant //= common
    if divisor == 1:
        return whole + _reduced(rest) + constant
    (monomial, coefficient), *others = rest.items()
    if not others and coefficient == 1 and len(monomial) == 1 and type(monomial[0]) is _Quotient:
        inner = monomial[0]
        if type(inner.denominator) is int:  # (n//a + c)//b = (n + a*c)//(a*b)
            return whole + (inner.numerator + inner.denominator * constant) // (inner.denominator * divisor)
    return whole + Dim({(_Quotient(_reduced({**rest, (): constant}), divisor),): 1})


def _divide_by_size(numerator: _Terms, denominator: _Terms) -> Size:
    """Polynomial division; what it leaves over becomes a quotient atom. Exact for any non-zero denominator."""
    lead = max(denominator, key=_degree)
    divisor = _reduced(denominator)
    quotient: Size = 0
    rest: Size = _reduced(numerator)
    kept: Size = 0  # terms that the leading term does not divide
    while terms := _terms_of(rest):
        first = max(terms, key=_degree)
        coefficient = terms[first]
        factor = _without(first, lead)
        if factor is None or coefficient % denominator[lead]:
            term = _reduced({first: coefficient})
            kept, rest = kept + term, rest - term
        else:
            step = _reduced({factor: coefficient // denominator[lead]})
            quotient, rest = quotient + step, rest - step * divisor
    if type(kept) is int and kept == 0:
        return quotient
    return quotient + Dim({(_Quotient(kept, divisor),): 1})


def _degree(monomial: _Monomial) -> tuple[int, list[str]]:
    return len(monomial), [str(atom) for atom in monomial]


def _without(monomial: _Monomial, factor: _Monomial) -> _Monomial | None:
    """The monomial divided by `factor`, or None where it does not divide."""
    left = list(monomial)
    for atom in factor:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _symbols(size: Size) -> Iterator[str]:
    if type(size) is not Dim:
        return
    for atom in itertools.chain.from_iterable(size._terms):
        if isinstance(atom, str):
            yield atom
        else:
            yield from _symbols(atom.numerator)
            yield from _symbols(atom.denominator)


def _substitute_atom(atom: _Atom, values: Mapping[str, Size]) -> Size:
    if isinstance(atom, str):
        return values.get(atom, Dim.symbol(atom))
    parts = (atom.numerator, atom.denominator)
    numerator, denominator = (part.substitute(values) if isinstance(part, Dim) else part for part in parts)
    return numerator // denominator
