"""Whether a store of knowledge implies a condition or its negation."""

from __future__ import annotations

from typing import Final, assert_never

from refimpl.terms.conditions import lnot
from refimpl.terms.core import (
    And,
    Apply,
    Atom,
    BoolSymbol,
    BoolTerm,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Monomial,
    Ne,
    Not,
    Or,
)
from refimpl.terms.directions import direction_of
from refimpl.terms.inference import congruence_of, ends_of, float_range_of
from refimpl.terms.knowledge import Knowledge
from refimpl.terms.polynomials import add, make_int, multiply, of_atom, scale, subtract

__all__ = ["decide", "is_nonnegative"]

FUEL: Final = 3
MAX_DEPTH: Final = 48
MAX_DIRECTIONS: Final = 8
MAX_EXPANSION: Final = 24


def decide(knowledge: Knowledge, condition: Cond) -> bool | None:
    """True or False if the condition is known to (not) hold wherever it is defined, None if not decided."""
    if isinstance(condition, bool):
        return condition
    known = knowledge.truths.get(condition)
    if known is not None:
        return known
    cached = knowledge.decided_cache.get(condition)
    if cached is not None and knowledge.is_settled(cached[0], condition.free):
        return cached[1]
    result = _decide(knowledge, condition)
    knowledge.decided_cache[condition] = (knowledge.version, result)
    return result


def _decide(knowledge: Knowledge, condition: BoolTerm) -> bool | None:
    match condition:
        case Ge(term):
            return _decide_ge(knowledge, term)
        case Eq(term):
            return _decide_eq(knowledge, term)
        case Ne(term):
            equal = _decide_eq(knowledge, term)
            return None if equal is None else not equal
        case And() | Or() if condition.depth > MAX_DEPTH:
            return None
        case And(args):
            return _decide_all(knowledge, args)
        case Or(args):
            all_false = _decide_all(knowledge, tuple(lnot(arg) for arg in args))
            return None if all_false is None else not all_false
        case Not(arg):
            inner = decide(knowledge, arg)
            return None if inner is None else not inner
        case FloatCompare():
            return _decide_float(knowledge, condition)
        case BoolSymbol():
            return None
        case _:
            assert_never(condition)


def _decide_all(knowledge: Knowledge, args: tuple[Cond, ...]) -> bool | None:
    result: bool | None = True
    for arg in args:
        known = decide(knowledge, arg)
        if known is False:
            return False
        if known is None:
            result = None
    return result


def _decide_float(knowledge: Knowledge, condition: FloatCompare) -> bool | None:
    # An integer here is any number: it is compared exactly, without the rounding that a range of floats describes.
    left = float_range_of(knowledge, condition.left)
    right = float_range_of(knowledge, condition.right)
    match condition.op:
        case "lt":
            return left.less_than(right)
        case "le":
            return left.less_equal(right)
        case "eq":
            return left.equals(right)
        case "ne":
            equal = left.equals(right)
            return None if equal is None else not equal
        case _:
            assert_never(condition.op)


def _decide_ge(knowledge: Knowledge, term: IntTerm) -> bool | None:
    low, high = ends_of(knowledge, term)
    if low is not None and low >= 0:
        return True
    if high is not None and high < 0:
        return False
    if _intervals_suffice(knowledge, term):
        return None
    if is_nonnegative(knowledge, term, FUEL):
        return True
    return False if is_nonnegative(knowledge, subtract(-1, term), FUEL) else None


def _intervals_suffice(knowledge: Knowledge, term: IntTerm) -> bool:
    """Whether no search can see more than the interval did: a sum of symbols that no known sum links."""
    return not term.depth and len(term.monomials[-1][0]) == 1 and knowledge.linked.isdisjoint(term.free)


def _decide_eq(knowledge: Knowledge, term: IntTerm) -> bool | None:
    low, high = ends_of(knowledge, term)
    if low == 0 == high:
        return True
    if (low is not None and low > 0) or (high is not None and high < 0):
        return False
    direction, _, constant = direction_of(term)  # the factor is 1: an equation is kept in normal form
    if -constant in knowledge.excluded.get(direction, ()):
        return False
    if congruence_of(knowledge, term)[1] != 0:
        return False
    if _intervals_suffice(knowledge, term):
        return None
    if is_nonnegative(knowledge, subtract(term, 1), FUEL) or is_nonnegative(knowledge, subtract(-1, term), FUEL):
        return False
    if is_nonnegative(knowledge, term, FUEL) and is_nonnegative(knowledge, subtract(0, term), FUEL):
        return True
    return None


def is_nonnegative(knowledge: Knowledge, term: Dim, fuel: int) -> bool:
    """Whether the term is known to be at least 0; ``fuel`` bounds the depth of the search."""
    low, high = ends_of(knowledge, term)
    if low is not None and low >= 0:
        return True
    if (high is not None and high < 0) or fuel <= 0:
        return False
    assert isinstance(term, IntTerm), "a constant that is not negative was found above, and one that is just now"
    if _by_relaxing_an_atom(knowledge, term, fuel - 1):
        return True
    return _by_subtracting_a_direction(knowledge, term, fuel - 1) or _by_shifting(knowledge, term)


def _by_relaxing_an_atom(knowledge: Knowledge, term: IntTerm, fuel: int) -> bool:
    """Replace one linear application by a bound of it that names its arguments."""
    for monomial, coefficient in term.monomials:
        if len(monomial) != 1 or not isinstance(monomial[0], Apply):
            continue
        atom = monomial[0]
        if atom.fn in ("Max", "Min", "FloorDiv", "Mod", "Ite"):
            rest = add(term, make_int({monomial: -coefficient}))
            return _relax(knowledge, atom, coefficient, rest, fuel)
    return False


def _relax(knowledge: Knowledge, atom: Apply, coefficient: int, rest: Dim, fuel: int) -> bool:
    """Whether ``coefficient * atom + rest`` is nonnegative by what the function says of its arguments."""
    args = [arg for arg in atom.args if isinstance(arg, (int, IntTerm))]
    match atom.fn:
        case "Max" | "Min" | "Ite":
            choices = (is_nonnegative(knowledge, add(rest, scale(arg, coefficient)), fuel) for arg in args)
            # A maximum is at least each argument, a minimum at most; in the other direction all cases must hold.
            one_suffices = atom.fn != "Ite" and (coefficient > 0) == (atom.fn == "Max")
            return any(choices) if one_suffices else all(choices)
        case "FloorDiv":
            return _relax_floor_div(knowledge, args, coefficient, rest, fuel)
        case _:
            return _relax_mod(knowledge, args, coefficient, rest, fuel)


def _relax_floor_div(knowledge: Knowledge, args: list[Dim], coefficient: int, rest: Dim, fuel: int) -> bool:
    """``x - q + 1 <= q * (x // q) <= x`` for a positive constant ``q``; an integer above -1 is at least 0."""
    left, right = args
    if not isinstance(right, int) or right <= 0:
        return False
    bound = add(left, 1 - right) if coefficient > 0 else left
    multiple = add(scale(rest, right), scale(bound, coefficient))
    return is_nonnegative(knowledge, add(multiple, right - 1), fuel)


def _relax_mod(knowledge: Knowledge, args: list[Dim], coefficient: int, rest: Dim, fuel: int) -> bool:
    """``x % q <= q - 1`` for positive ``q``, and ``x % q <= x`` if also ``x >= 0``; ``x % q >= 0``.

    A divisor that is not negative is positive wherever the remainder is defined.
    """
    left, right = args
    divisor_low = ends_of(knowledge, right)[0]
    if divisor_low is None or divisor_low < 0:
        return False
    if coefficient > 0:
        return is_nonnegative(knowledge, rest, fuel)
    if is_nonnegative(knowledge, add(rest, scale(add(right, -1), coefficient)), fuel):
        return True
    left_low = ends_of(knowledge, left)[0]
    if left_low is None or left_low < 0:
        return False
    return is_nonnegative(knowledge, add(rest, scale(left, coefficient)), fuel)


def _by_subtracting_a_direction(knowledge: Knowledge, term: IntTerm, fuel: int) -> bool:
    """``term == t * direction + rest``: add the stored bound of a direction that cancels a monomial."""
    tried: dict[IntTerm, None] = {}
    for monomial, coefficient in term.monomials:
        for direction in knowledge.mentions.get(monomial, ()) if monomial else ():
            if direction in tried or len(tried) >= MAX_DIRECTIONS:
                continue
            tried[direction] = None
            of_direction = next(c for m, c in direction.monomials if m == monomial)
            if coefficient % of_direction:
                continue
            multiple = coefficient // of_direction
            low, high = knowledge.ranges[direction]
            bound = low if multiple > 0 else high
            if bound is not None:
                rest = add(add(term, scale(direction, -multiple)), multiple * bound)
                if is_nonnegative(knowledge, rest, fuel):
                    return True
    return False


def _by_shifting(knowledge: Knowledge, term: IntTerm) -> bool:
    """Write each atom as its bound plus a nonnegative rest: no negative coefficient, no negative value."""
    monomials = term.monomials
    degree = len(monomials[-1][0])
    if degree < 2 or degree > 6 or len(monomials) > MAX_EXPANSION:
        return False
    shifted: dict[Atom, Dim] = {}
    for monomial, _ in monomials:
        for atom in monomial:
            if atom not in shifted:
                image = _shifted(knowledge, atom)
                if image is None:
                    return False
                shifted[atom] = image
    total: Dim = 0
    for monomial, coefficient in monomials:
        total = add(total, _expand(monomial, coefficient, shifted))
        if not isinstance(total, int) and len(total.monomials) > 4 * MAX_EXPANSION:
            return False
    assert isinstance(total, IntTerm), "what is no constant is none in other symbols either"
    return all(coefficient > 0 for _, coefficient in total.monomials)


def _expand(monomial: Monomial, coefficient: int, shifted: dict[Atom, Dim]) -> Dim:
    product: Dim = coefficient
    for atom in monomial:
        product = multiply(product, shifted[atom])
    return product


def _shifted(knowledge: Knowledge, atom: Atom) -> Dim | None:
    """``low + x`` or ``high - x``, where the atom itself stands for the nonnegative ``x``."""
    itself = of_atom(atom)
    low, high = ends_of(knowledge, itself)
    if low is not None:
        return add(itself, low)
    return None if high is None else subtract(high, itself)
