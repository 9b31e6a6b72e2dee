"""Boolean terms: comparisons in normal form, conjunction, disjunction, negation."""

from __future__ import annotations

from functools import lru_cache
from math import gcd
from typing import Final, Literal, TypeGuard, TypeVar, assert_never
from weakref import WeakValueDictionary

from refimpl.terms.core import (
    And,
    Apply,
    BoolFn,
    BoolSymbol,
    BoolTerm,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Real,
    Scalar,
)
from refimpl.terms.directions import direction_of
from refimpl.terms.keys import bounded, depth_above, key_of, typed, union_free
from refimpl.terms.polynomials import CACHED, add, make_int, subtract

__all__ = [
    "conjuncts",
    "eq",
    "ge",
    "gt",
    "intern_float_compare",
    "is_condition",
    "land",
    "le",
    "lnot",
    "lor",
    "lt",
    "ne",
    "nonnegative",
]

_pool: Final[WeakValueDictionary[tuple[object, ...], BoolFn]] = WeakValueDictionary()
_T = TypeVar("_T", Ge, Eq, Ne)


def _intern_comparison(kind: type[_T], term: IntTerm) -> _T:
    found = _pool.get((kind, term))
    if isinstance(found, kind):
        return found
    made = kind(term, bounded(f"{kind.__name__}({term.key})"), term.free, term.depth)
    _pool[kind, term] = made
    return made


def intern_float_compare(op: Literal["lt", "le", "eq", "ne"], left: Real | Dim, right: Real | Dim) -> FloatCompare:
    """The one comparison object for these arguments; no rule is applied."""
    found = _pool.get((op, typed(left), typed(right)))
    if isinstance(found, FloatCompare):
        return found
    args = (left, right)
    key = bounded(f"{op}({key_of(left)},{key_of(right)})")
    made = FloatCompare(op, left, right, key, union_free(args), depth_above(args))
    _pool[op, typed(left), typed(right)] = made
    return made


def _ite_of_constants(term: IntTerm) -> tuple[Cond, int, int] | None:
    """``(c, x, y)`` if the term is ``x`` where ``c`` holds and ``y`` elsewhere, for constants."""
    constant = term.constant
    monomials = term.monomials[1:] if constant else term.monomials
    monomial, factor = monomials[0]
    if len(monomials) != 1 or len(monomial) != 1 or not isinstance(monomial[0], Apply) or monomial[0].fn != "Ite":
        return None
    condition, then, otherwise = monomial[0].args
    if not isinstance(then, int) or not isinstance(otherwise, int):
        return None
    assert is_condition(condition), "a choice has a condition first"
    return condition, factor * then + constant, factor * otherwise + constant


def _choose(condition: Cond, then: bool, otherwise: bool) -> Cond:
    if then == otherwise:
        return then
    return condition if then else lnot(condition)


def is_condition(value: Scalar) -> TypeGuard[Cond]:
    """Whether a scalar is of the boolean sort."""
    return isinstance(value, (bool, Ge, Eq, Ne, And, Or, Not, FloatCompare, BoolSymbol))


def nonnegative(term: Dim) -> Cond:
    """``term >= 0``; dividing by the content rounds the constant down, which integers allow."""
    return term >= 0 if isinstance(term, int) else _nonnegative_term(term)


@lru_cache(maxsize=CACHED)
def _nonnegative_term(term: IntTerm) -> Cond:
    chosen = _ite_of_constants(term)
    if chosen is not None:
        return _choose(chosen[0], chosen[1] >= 0, chosen[2] >= 0)
    content = gcd(*[coefficient for monomial, coefficient in term.monomials if monomial])
    divided = term if content == 1 else make_int({m: c // content for m, c in term.monomials})
    assert isinstance(divided, IntTerm)
    return _intern_comparison(Ge, divided)


def eq(left: Dim, right: Dim) -> Cond:
    """``left == right`` on integers."""
    difference = subtract(left, right)
    return difference == 0 if isinstance(difference, int) else _zero_term(difference)


@lru_cache(maxsize=CACHED)
def _zero_term(term: IntTerm) -> Cond:
    chosen = _ite_of_constants(term)
    if chosen is not None:
        return _choose(chosen[0], chosen[1] == 0, chosen[2] == 0)
    direction, factor, constant = direction_of(term)
    if constant % factor:
        return False
    primitive = term if factor == 1 else add(direction, constant // factor)
    assert isinstance(primitive, IntTerm)
    return _intern_comparison(Eq, primitive)


def ne(left: Dim, right: Dim) -> Cond:
    """``left != right`` on integers."""
    return lnot(eq(left, right))


def ge(left: Dim, right: Dim) -> Cond:
    """``left >= right`` on integers."""
    return nonnegative(subtract(left, right))


def le(left: Dim, right: Dim) -> Cond:
    """``left <= right`` on integers."""
    return nonnegative(subtract(right, left))


def gt(left: Dim, right: Dim) -> Cond:
    """``left > right`` on integers."""
    return nonnegative(add(subtract(left, right), -1))


def lt(left: Dim, right: Dim) -> Cond:
    """``left < right`` on integers."""
    return nonnegative(add(subtract(right, left), -1))


def lnot(condition: Cond) -> Cond:
    """The negation, pushed inwards to comparisons."""
    match condition:
        case bool():
            return not condition
        case Ge(term):
            return nonnegative(subtract(-1, term))
        case Eq(term):
            return _intern_comparison(Ne, term)
        case Ne(term):
            return _intern_comparison(Eq, term)
        case Not(arg):
            return arg
        case And() | Or():
            return _negated_connective(condition)
        case FloatCompare("eq", left, right):
            return intern_float_compare("ne", left, right)
        case FloatCompare("ne", left, right):
            return intern_float_compare("eq", left, right)
        case BoolSymbol() | FloatCompare():
            found = _pool.get((Not, condition))
            if found is None:
                found = _pool[Not, condition] = Not(
                    condition, bounded(f"Not({condition.key})"), condition.free, condition.depth
                )
            return found
        case _:
            assert_never(condition)


@lru_cache(maxsize=CACHED)
def _negated_connective(condition: And | Or) -> Cond:
    """De Morgan's rule, innermost connectives first and without recursion."""
    done: dict[BoolTerm, Cond] = {}
    stack: list[And | Or] = [condition]
    while stack:
        current = stack[-1]
        waiting = [arg for arg in current.args if isinstance(arg, (And, Or)) and arg not in done]
        if waiting:
            stack.extend(waiting)
            continue
        stack.pop()
        negated = [done[arg] if isinstance(arg, (And, Or)) else lnot(arg) for arg in current.args]
        done[current] = lor(*negated) if isinstance(current, And) else land(*negated)
    return done[condition]


def land(*conditions: Cond) -> Cond:
    """The conjunction."""
    return _nary(conditions, And)


def lor(*conditions: Cond) -> Cond:
    """The disjunction."""
    return _nary(conditions, Or)


@lru_cache(maxsize=CACHED)
def _nary(conditions: tuple[Cond, ...], kind: type[And | Or]) -> Cond:
    absorbing = kind is Or
    flat: dict[BoolTerm, None] = {}
    for condition in conditions:
        if isinstance(condition, bool):
            if condition is absorbing:
                return absorbing
        elif isinstance(condition, kind):
            flat.update(dict.fromkeys(condition.args))
        else:
            flat[condition] = None
    if len(flat) < 2:
        return next(iter(flat), not absorbing)
    for condition in flat:
        # Nested connectives are not searched for their complements: that is not cheap.
        if not isinstance(condition, (And, Or)) and lnot(condition) in flat:
            return absorbing
    args = tuple(sorted(flat, key=lambda condition: condition.key))
    found = _pool.get((kind, args))
    if found is None:
        key = bounded(f"{kind.__name__}({','.join(arg.key for arg in args)})")
        found = _pool[kind, args] = kind(args, key, union_free(args), depth_above(args))
    return found


def conjuncts(condition: Cond) -> tuple[BoolTerm, ...]:
    """The conjuncts of a condition that is not False; True has none. Raises ValueError on False."""
    match condition:
        case True:
            return ()
        case False:
            raise ValueError("False has no conjuncts")
        case And(args):
            return args
        case _:
            return (condition,)
