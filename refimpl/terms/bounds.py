"""Bounds: what is known of integers and conditions, learned by assuming and asked in microseconds."""

from __future__ import annotations

from math import gcd, inf
from typing import Final, assert_never, final

from refimpl.terms import intervals
from refimpl.terms.conditions import lnot
from refimpl.terms.core import (
    And,
    Apply,
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
    Real,
    Sort,
    Symbol,
)
from refimpl.terms.deciding import decide
from refimpl.terms.directions import direction_of, monomial_term
from refimpl.terms.float_ranges import FloatRange
from refimpl.terms.inference import ends_of, float_range_of, monomial_ends, scaled
from refimpl.terms.knowledge import Ends, Knowledge
from refimpl.terms.polynomials import of_atom
from refimpl.terms.ranges import ValueRange
from refimpl.terms.reals import float_le, float_lt, float_ne
from refimpl.terms.simplification import simplify, simplify_condition

__all__ = ["Bounds"]

PROPAGATION_STEPS: Final = 32
MAX_PROPAGATED: Final = 8


@final
class Bounds:
    """A growing set of assumptions, and what follows from it cheaply.

    An interval per direction (a polynomial without constant, content and sign), excluded values, congruences and
    opaque conditions. Whatever :meth:`known` says is implied by the assumptions wherever the terms are defined;
    None says nothing. Once the assumptions contradict each other, ``inconsistent`` is set and the contradicting
    one is not stored, so that nothing is concluded from a contradiction.
    """

    __slots__ = ("_knowledge",)

    def __init__(self, knowledge: Knowledge | None = None) -> None:
        self._knowledge = Knowledge() if knowledge is None else knowledge

    @property
    def inconsistent(self) -> bool:
        """Whether the assumptions were found to contradict each other."""
        return self._knowledge.inconsistent

    @property
    def version(self) -> int:
        """A number that grows whenever something new is learned."""
        return self._knowledge.version

    def fork(self) -> Bounds:
        """Bounds that know the same and learn separately (a branch); takes constant time."""
        return Bounds(self._knowledge.fork())

    def known(self, condition: Cond) -> bool | None:
        """Whether the assumptions imply the condition (True), its negation (False), or neither as far as is seen."""
        self._knowledge.trim()
        result = decide(self._knowledge, condition)
        if result is not None or _is_linear(condition):
            return result
        return decide(self._knowledge, simplify_condition(self._knowledge, condition))

    def range_of(self, term: Dim) -> ValueRange:
        """A range that contains every value the integer can have."""
        self._knowledge.trim()
        return ValueRange(*ends_of(self._knowledge, term))

    def float_range_of(self, term: Real) -> FloatRange:
        """A range that contains every value the float can have."""
        return float_range_of(self._knowledge, term)

    def simplify(self, term: Dim) -> Dim:
        """An integer that equals the given one under the assumptions, wherever that is defined."""
        self._knowledge.trim()
        return simplify(self._knowledge, term)

    def simplify_condition(self, condition: Cond) -> Cond:
        """A condition that is equivalent to the given one under the assumptions."""
        self._knowledge.trim()
        return simplify_condition(self._knowledge, condition)

    def assume_range(self, symbol: Symbol, known: ValueRange | FloatRange) -> None:
        """Restrict an integer symbol to a range, or a float symbol to a float range.

        Raises TypeError if the sorts differ: a float range is never rounded to integers (SORT).
        """
        if isinstance(known, ValueRange):
            if symbol.sort is not Sort.INT:
                raise TypeError(f"an integer range for the float symbol {symbol.name}")
            self._learn([(of_atom(symbol), known.ends)])
        else:
            if symbol.sort is not Sort.FLOAT:
                raise TypeError(f"a float range for the integer symbol {symbol.name}")
            self._restrict_float(symbol, known)

    def assume(self, condition: Cond) -> None:
        """Take a condition as true."""
        pending: list[Cond] = [condition]
        while pending:
            current = pending.pop()
            match current:
                case True:
                    pass
                case False:
                    self._knowledge.inconsistent = True
                case And(args):
                    denied = self._knowledge.truths.get(current) is False
                    pending.extend((False,) if denied else reversed(args))
                case Ge(term):
                    self._learn([(term, (0, None))])
                case Eq(term):
                    self._learn([(term, (0, 0))])
                    self._learn_congruence(term)
                case Ne(term):
                    self._exclude(term)
                case Or(args):
                    if self._store(current):
                        self._unit(args, pending)
                case FloatCompare():
                    if self._store(current):
                        self._compare_float(current)
                        pending.extend(_implied_by(current))
                case BoolSymbol() | Not():
                    self._store(current)
                case _:
                    assert_never(current)

    def _store(self, condition: BoolTerm) -> bool:
        """Keep a condition as it is, unless it is known already; whether it does not contradict what is known."""
        knowledge = self._knowledge
        known = decide(knowledge, condition)
        if known is False:
            knowledge.inconsistent = True
        if known is not None:
            return known
        knowledge.own()
        knowledge.truths[condition] = True
        negation = lnot(condition)
        assert not isinstance(negation, bool), "the negation of a term is a term"
        knowledge.truths[negation] = False
        knowledge.touch(condition.free)
        return True

    def _unit(self, args: tuple[BoolTerm, ...], pending: list[Cond]) -> None:
        """A disjunction all but one of whose members are false establishes that one."""
        left = [arg for arg in args if decide(self._knowledge, arg) is not False]
        if len(left) == 1:
            pending.append(left[0])

    def _compare_float(self, condition: FloatCompare) -> None:
        """One that holds (other than `ne`) excludes NaN; the closed range on the side of the number is kept."""
        left, right = condition.left, condition.right
        if condition.op == "ne":
            return
        equal = condition.op == "eq"
        if isinstance(left, Symbol) and isinstance(right, float) and right == right:
            self._restrict_float(left, FloatRange(right if equal else -inf, right))
        elif isinstance(right, Symbol) and isinstance(left, float) and left == left:
            self._restrict_float(right, FloatRange(left, left if equal else inf))

    def _restrict_float(self, symbol: Symbol, known: FloatRange) -> None:
        knowledge = self._knowledge
        before = knowledge.floats.get(symbol, FloatRange())
        after = before.intersect(known)
        if after.is_empty:
            knowledge.inconsistent = True
        elif after != before:
            knowledge.own()
            knowledge.floats[symbol] = after
            knowledge.touch(symbol.free)

    def _learn_congruence(self, term: IntTerm) -> None:
        """``x % m == r`` for constants says that ``x`` is congruent to ``r`` modulo ``m``."""
        direction, _, constant = direction_of(term)
        atom = direction.atom
        if not isinstance(atom, Apply) or atom.fn != "Mod":
            return
        inner, modulus = atom.args
        if not isinstance(modulus, int) or modulus <= 0:
            return
        assert isinstance(inner, IntTerm), "the remainder of a constant by a constant is a constant"
        of_inner = direction_of(inner)
        if abs(of_inner.factor) != 1:
            return
        residue = (-constant - of_inner.constant) * of_inner.factor % modulus
        knowledge = self._knowledge
        known, known_residue = knowledge.congruences.get(of_inner.direction, (1, 0))
        if (residue - known_residue) % gcd(modulus, known):
            knowledge.inconsistent = True
        elif modulus > known and modulus % known == 0:
            knowledge.own()
            knowledge.congruences[of_inner.direction] = (modulus, residue)
            knowledge.touch(inner.free)

    def _exclude(self, term: IntTerm) -> None:
        """The direction of an inequation in normal form has the factor 1."""
        knowledge = self._knowledge
        direction, _, constant = direction_of(term)
        value = -constant
        known = knowledge.excluded.get(direction, frozenset())
        if value in known:
            return
        knowledge.own()
        knowledge.excluded[direction] = known | {value}
        knowledge.touch(term.free)
        low, high = ends_of(knowledge, direction)
        if value in (low, high):
            self._learn([(direction, (low, high))])

    def _learn(self, facts: list[tuple[IntTerm, Ends]]) -> None:
        """Tighten intervals, and those of the monomials and arguments they bound, for a bounded number of steps."""
        steps = 0
        position = 0
        while position < len(facts) and steps < PROPAGATION_STEPS:
            term, ends = facts[position]
            position += 1
            direction, factor, constant = direction_of(term)
            narrowed = _divided(intervals.add(ends, (-constant, -constant)), factor)
            if self._tighten(direction, narrowed):
                steps += 1
                facts.extend(self._consequences(direction))

    def _tighten(self, direction: IntTerm, ends: Ends) -> bool:
        knowledge = self._knowledge
        before = ends_of(knowledge, direction)
        after = _without(intervals.intersect(before, ends), knowledge.excluded.get(direction))
        if after[0] is not None and after[1] is not None and after[0] > after[1]:
            knowledge.inconsistent = True
            return False
        if after == before:
            return False
        knowledge.own()
        knowledge.ranges[direction] = after
        if len(direction.monomials) > 1:
            knowledge.mention(direction)
        knowledge.touch(direction.free)
        return True

    def _consequences(self, direction: IntTerm) -> list[tuple[IntTerm, Ends]]:
        """What a tightened direction says of its monomials, of its argument, and of the sums it occurs in."""
        knowledge = self._knowledge
        ends = knowledge.ranges[direction]
        facts: list[tuple[IntTerm, Ends]] = []
        if len(direction.monomials) > 1:
            facts.extend(self._parts(direction))
        else:
            monomial = _last_monomial(direction)
            for sum_ in knowledge.mentions.get(monomial, ()):
                facts.extend(self._parts(sum_))
            atom = direction.atom
            if isinstance(atom, Apply):
                facts.extend(_backwards(atom, ends))
        return facts

    def _parts(self, direction: IntTerm) -> list[tuple[IntTerm, Ends]]:
        """The interval of each monomial of a sum, from those of the sum and of the other monomials."""
        knowledge = self._knowledge
        monomials = direction.monomials
        if len(monomials) > MAX_PROPAGATED:
            return []
        whole = knowledge.ranges[direction]
        ends = [scaled(monomial_ends(knowledge, m, 0), c) for m, c in monomials]
        facts: list[tuple[IntTerm, Ends]] = []
        for index, (monomial, coefficient) in enumerate(monomials):
            rest: Ends = whole
            for other, part in enumerate(ends):
                if other != index:
                    rest = intervals.add(rest, intervals.negate(part))
            if rest != (None, None):
                facts.append((monomial_term(monomial), _divided(rest, coefficient)))
        return facts


def _is_linear(condition: Cond) -> bool:
    """Whether it compares a sum of symbols, of which simplification says nothing that intervals do not."""
    if not isinstance(condition, (Ge, Eq, Ne)) or condition.depth:
        return False
    return len(_last_monomial(condition.term)) == 1


def _last_monomial(direction: IntTerm) -> Monomial:
    """The last monomial of a direction, which is its only one if it has one."""
    return direction.monomials[-1][0]


def _divided(ends: Ends, factor: int) -> Ends:
    """The integers ``x`` with ``factor * x`` in the interval."""
    if factor < 0:
        ends, factor = intervals.negate(ends), -factor
    low, high = ends
    return (None if low is None else -(-low // factor), None if high is None else high // factor)


def _without(ends: Ends, excluded: frozenset[int] | None) -> Ends:
    """The interval without excluded values at its ends; one that is left empty has its ends crossed."""
    low, high = ends
    if excluded:
        while low is not None and low in excluded:
            low += 1
        while high is not None and high in excluded:
            high -= 1
    return low, high


def _backwards(atom: Apply, ends: Ends) -> list[tuple[IntTerm, Ends]]:
    """What the interval of an application says of its arguments."""
    low, high = ends
    args = [arg for arg in atom.args if isinstance(arg, IntTerm)]
    match atom.fn:
        case "Max":
            return [(arg, (None, high)) for arg in args] if high is not None else []
        case "Min":
            return [(arg, (low, None)) for arg in args] if low is not None else []
        case "FloorDiv":
            divisor = atom.args[1]
            if not isinstance(divisor, int) or divisor <= 0:
                return []
            least = None if low is None else low * divisor
            return [(arg, (least, None if high is None else (high + 1) * divisor - 1)) for arg in args]
        case _:
            return []


def _implied_by(condition: FloatCompare) -> tuple[Cond, ...]:
    """What a comparison of floats that holds says of the same two: neither of an ordered pair is NaN."""
    left, right = condition.left, condition.right
    match condition.op:
        case "lt":
            return float_le(left, right), float_ne(left, right), lnot(float_le(right, left))
        case "le":
            return (lnot(float_lt(right, left)),)
        case "eq":
            return float_le(left, right), float_le(right, left)
        case "ne":
            return ()
        case _:
            assert_never(condition.op)
