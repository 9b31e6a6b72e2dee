"""Random expressions with a meaning of their own, independent of the terms under test.

An expression is evaluated directly in Python (``value``) and built as a term through the public functions
(``build``); wherever the first is defined the second must evaluate to the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from hypothesis import strategies as st

from refimpl import terms as t

NAMES = ("a", "b", "c")

IntegerOperation: TypeAlias = Literal[
    "add", "sub", "mul", "floor_div", "mod", "max", "min", "bit_and", "bit_or", "bit_xor"
]
Comparison: TypeAlias = Literal["eq", "ne", "lt", "le", "gt", "ge"]
Valuation: TypeAlias = Mapping[str, int]


@dataclass(frozen=True)
class Number:
    number: int


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Binary:
    operation: IntegerOperation
    left: Integer
    right: Integer


@dataclass(frozen=True)
class Power:
    base: Integer
    exponent: int


@dataclass(frozen=True)
class Choice:
    condition: Condition
    then: Integer
    otherwise: Integer


@dataclass(frozen=True)
class Compare:
    comparison: Comparison
    left: Integer
    right: Integer


@dataclass(frozen=True)
class Connective:
    kind: Literal["and", "or"]
    left: Condition
    right: Condition


@dataclass(frozen=True)
class Negation:
    arg: Condition


Integer: TypeAlias = Number | Name | Binary | Power | Choice
Condition: TypeAlias = Compare | Connective | Negation


def value(expression: Integer, valuation: Valuation) -> int:
    """What the expression means; raises ZeroDivisionError where it is undefined."""
    match expression:
        case Number(number):
            return number
        case Name(name):
            return valuation[name]
        case Power(base, exponent):
            result = 1
            for _ in range(exponent):
                result *= value(base, valuation)
            return result
        case Choice(condition, then, otherwise):
            return value(then if truth(condition, valuation) else otherwise, valuation)
        case Binary(operation, left, right):
            return _binary(operation, value(left, valuation), value(right, valuation))


def _binary(operation: IntegerOperation, left: int, right: int) -> int:
    match operation:
        case "add":
            return left + right
        case "sub":
            return left - right
        case "mul":
            return left * right
        case "floor_div":
            return left // right
        case "mod":
            return left % right
        case "max":
            return max(left, right)
        case "min":
            return min(left, right)
        case "bit_and":
            return left & right
        case "bit_or":
            return left | right
        case "bit_xor":
            return left ^ right


def truth(condition: Condition, valuation: Valuation) -> bool:
    """Whether the condition holds; raises ZeroDivisionError where a part of it is undefined."""
    match condition:
        case Compare(comparison, left, right):
            return _compare(comparison, value(left, valuation), value(right, valuation))
        case Connective(kind, left, right):
            both = (truth(left, valuation), truth(right, valuation))
            return all(both) if kind == "and" else any(both)
        case Negation(arg):
            return not truth(arg, valuation)


def _compare(comparison: Comparison, left: int, right: int) -> bool:
    match comparison:
        case "eq":
            return left == right
        case "ne":
            return left != right
        case "lt":
            return left < right
        case "le":
            return left <= right
        case "gt":
            return left > right
        case "ge":
            return left >= right


def _subtract(left: t.Dim, right: t.Dim) -> t.Dim:
    return left - right


_BUILD_INTEGER: Final[dict[str, Callable[[t.Dim, t.Dim], t.Dim]]] = {
    "add": t.add,
    "sub": _subtract,
    "mul": t.multiply,
    "floor_div": t.floor_div,
    "mod": t.mod,
    "max": t.int_max,
    "min": t.int_min,
    "bit_and": t.bit_and,
    "bit_or": t.bit_or,
    "bit_xor": t.bit_xor,
}
_BUILD_COMPARISON: Final[dict[str, Callable[[t.Dim, t.Dim], t.Cond]]] = {
    "eq": t.eq,
    "ne": t.ne,
    "lt": t.lt,
    "le": t.le,
    "gt": t.gt,
    "ge": t.ge,
}


def build(expression: Integer) -> t.Dim:
    """The term of the expression."""
    match expression:
        case Number(number):
            return number
        case Name(name):
            return t.symbol(name)
        case Power(base, exponent):
            return t.power(build(base), exponent)
        case Choice(condition, then, otherwise):
            return t.ite(build_condition(condition), build(then), build(otherwise))
        case Binary(operation, left, right):
            return _BUILD_INTEGER[operation](build(left), build(right))


def build_condition(condition: Condition) -> t.Cond:
    """The boolean term of the condition."""
    match condition:
        case Compare(comparison, left, right):
            return _BUILD_COMPARISON[comparison](build(left), build(right))
        case Connective(kind, left, right):
            return (t.land if kind == "and" else t.lor)(build_condition(left), build_condition(right))
        case Negation(arg):
            return t.lnot(build_condition(arg))


def integers(depth: int = 3) -> st.SearchStrategy[Integer]:
    """Integer expressions over the names, smallest first."""
    leaf: st.SearchStrategy[Integer] = st.integers(-6, 8).map(Number) | st.sampled_from(NAMES).map(Name)
    if depth == 0:
        return leaf
    below = integers(depth - 1)
    operations: st.SearchStrategy[IntegerOperation] = st.sampled_from(
        ("add", "sub", "mul", "floor_div", "floor_div", "mod", "mod", "max", "min", "bit_and", "bit_or", "bit_xor")
    )
    return st.one_of(
        leaf,
        st.builds(Binary, operations, below, below),
        st.builds(Power, below, st.integers(0, 3)),
        st.builds(Choice, comparisons(depth - 1), below, below),
    )


def comparisons(depth: int = 2) -> st.SearchStrategy[Compare]:
    """Comparisons of integer expressions."""
    kinds: st.SearchStrategy[Comparison] = st.sampled_from(("eq", "ne", "lt", "le", "gt", "ge"))
    return st.builds(Compare, kinds, integers(depth), integers(depth))


def conditions(depth: int = 2) -> st.SearchStrategy[Condition]:
    """Conditions: comparisons, connectives and negations of them."""
    if depth == 0:
        return comparisons(1)
    below = conditions(depth - 1)
    kinds: st.SearchStrategy[Literal["and", "or"]] = st.sampled_from(("and", "or"))
    return st.one_of(comparisons(depth), st.builds(Connective, kinds, below, below), st.builds(Negation, below))


def valuations(low: int = -9, high: int = 9) -> st.SearchStrategy[dict[str, int]]:
    """A number for each name."""
    return st.fixed_dictionaries({name: st.integers(low, high) for name in NAMES})


def box(low: int, high: int) -> list[dict[str, int]]:
    """Every valuation of the names within the ends."""
    numbers = range(low, high + 1)
    return [{"a": a, "b": b, "c": c} for a in numbers for b in numbers for c in numbers]
