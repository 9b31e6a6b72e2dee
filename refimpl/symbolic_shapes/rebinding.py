"""One rebinding step: the old symbol equals the term at its path. A pure function over a view of the constraints.

The step never looks at more than the conditions that mention the symbols it touches, and changes nothing: its
outcome says what is to change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias, final

from refimpl.symbolic_shapes.constraints import ConstraintsView, Delta, is_unbacked, term_of
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.quotients import quotient
from refimpl.symbolic_shapes.renaming import replace_in_condition
from refimpl.terms import (
    Apply,
    BoolTerm,
    Cond,
    Dim,
    Eq,
    IntTerm,
    Real,
    Scalar,
    Sort,
    Symbol,
    TermTooLargeError,
    conjuncts,
    eq,
    float_eq,
    float_ne,
    ge,
    is_condition,
    land,
    le,
    lor,
    of_atom,
    to_text,
)

__all__ = ["Inconsistent", "Outcome", "Rebound", "Undecided", "rebind"]


@final
@dataclass(frozen=True, slots=True)
class Rebound:
    """The step's change. Under profile ``exact``: ``[[E']] = [[E]] ∩ {v | v(u) = v(t), side conditions}``.

    ``term`` is ``t``, the value after the path's ``DivideByKey``, unresolved; ``side`` the conditions that these
    keys ask for and that are not plainly true.
    """

    delta: Delta
    term: Scalar
    side: tuple[Cond, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Inconsistent:
    """The constraints and the equation have no common solution; ``core`` are the conditions that exclude it.

    ``inexact``: what has no solution is the side condition of a divisor (law PATH).
    """

    core: tuple[Cond, ...]
    reason: str
    inexact: bool = False


@final
@dataclass(frozen=True, slots=True)
class Undecided:
    """No exact step is known; ``refused`` if the profile's PyTorch raises ``AssertionError`` with the reason."""

    reason: str
    refused: bool = False


Outcome: TypeAlias = Rebound | Inconsistent | Undecided
_Equation: TypeAlias = tuple[Symbol, Scalar] | Cond


def rebind(
    view: ConstraintsView, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...] = (), profile: Profile = EXACT
) -> Outcome:
    """The step for ``symbol`` and the number ``value`` at its path, to be divided by ``divisors`` in turn.

    ``value`` may be a fresh symbol, a constant, an expression over backed or unbacked symbols, a replaced symbol,
    or the integer form of a boolean; under ``divisors`` each quotient must be exact and each divisor positive.
    """
    try:
        return _rebind(view, symbol, value, divisors, profile)
    except TermTooLargeError as error:
        return Undecided(str(error))


def _rebind(
    view: ConstraintsView, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...], profile: Profile
) -> Outcome:
    fresh = value.symbol if isinstance(value, IntTerm) and not divisors else None
    if fresh is not None and symbol.sort is Sort.INT and view.may_rename(fresh, symbol):
        # The common case, short: both symbols stand for themselves, and no profile differs from the exact one.
        old = of_atom(symbol)
        if view.resolve(value) is value and view.resolve(old) is old:
            return _finish(view, value, (fresh, old), (fresh, symbol), [])
    if profile.constant == "discard" and isinstance(value, (int, float)):
        return Rebound(Delta(), value)
    if not _same_sort(symbol, value):
        return Inconsistent((), f"it is no {symbol.sort.value}")
    side: list[Cond] = []
    term = value
    factor: Dim = 1
    for divisor in divisors:
        if not isinstance(term, (int, IntTerm)):
            return Undecided("a float has no exact quotient")
        divided = quotient(term, divisor)
        if divided is None:
            return Inconsistent((), f"{to_text(divisor)} is no positive divisor", inexact=True)
        term, asked = divided
        side += asked
        factor = factor * divisor
    term = _cancel_boolean(view, term)
    if profile is not EXACT:
        refused = _policy(view, symbol, term, profile)
        if refused is not None:
            return refused
        if profile.divisibility == "ignore":
            side = []
    if factor != 1 and profile.divisibility == "keep":
        inexact = _multiply(view, symbol, value, factor)
        if inexact is not None:
            return _finish(view, term, inexact, None, side)
    return _solve(view, symbol, term, side)


def _same_sort(symbol: Symbol, value: Scalar) -> bool:
    if symbol.sort is Sort.INT:
        return isinstance(value, IntTerm) or (isinstance(value, int) and not isinstance(value, bool))
    return not isinstance(value, (int, IntTerm)) and not is_condition(value)


def _cancel_boolean(view: ConstraintsView, term: Scalar) -> Scalar:
    """``Piecewise((1, Eq(u, 1)), (0, True))`` is ``u`` where ``u`` is 0 or 1."""
    if not isinstance(term, IntTerm):
        return term
    atom = term.atom
    if not isinstance(atom, Apply) or atom.fn != "Ite":
        return term
    match atom.args:
        case (Eq(difference), 1, 0):
            inner = difference + 1
            if isinstance(inner, IntTerm) and inner.symbol is not None:
                return inner if view.known(land(ge(inner, 0), le(inner, 1))) else term
        case _:
            pass
    return term


def _policy(view: ConstraintsView, symbol: Symbol, term: Scalar, profile: Profile) -> Outcome | None:
    """What a profile other than ``exact`` does instead of the exact step; None to go on with it."""
    if isinstance(term, (int, float)):
        return Rebound(Delta(), term) if profile.constant == "discard" else None
    if not any(isinstance(free, Symbol) and is_unbacked(free) for free in term.free):
        return Rebound(Delta(), term) if profile.backed == "discard" else None
    bare = _bare(term)
    if bare is None:
        refused = profile.derived == "refuse"
        return Undecided(f"should have been constant, but got {to_text(term)}", refused=True) if refused else None
    if bare is symbol and profile.same == "refuse":
        return Undecided(f"{symbol.name} possible memo disaster", refused=True)
    replaced = view.resolve(term)
    if profile.hops == "one" and replaced is not term and not isinstance(replaced, (int, float)):
        unbacked = [free for free in replaced.free if isinstance(free, Symbol) and is_unbacked(free)]
        if unbacked:
            return Undecided(f"{to_text(term)} -> {to_text(replaced)}", refused=True)
    return None


def _bare(term: Scalar) -> Symbol | None:
    """The symbol that the term is, if it is just one."""
    if isinstance(term, IntTerm):
        return term.symbol
    return term if isinstance(term, Symbol) else None


def _multiply(view: ConstraintsView, symbol: Symbol, value: Scalar, factor: Dim) -> _Equation | None:
    """``value`` replaced by ``factor * symbol`` if it is an unbacked symbol, which says more than the quotient does."""
    whole = view.resolve(of_atom(symbol))
    if not isinstance(whole, (int, IntTerm)):
        return None
    product = view.resolve(whole * factor)
    name = _replaceable(view.resolve(value), product)
    return None if name is None else (name, product)


def _solve(view: ConstraintsView, symbol: Symbol, term: Scalar, side: list[Cond]) -> Outcome:
    """The exact step: both sides resolved to the end, then one of them replaced or their equation added."""
    fresh = _bare(term)
    renamed = (fresh, symbol) if fresh is not None and view.may_rename(fresh, symbol) else None
    equation = _orient(view, view.resolve(term_of(symbol)), view.resolve(term))
    if equation is None:
        return Undecided("equal numbers with different signs of zero")
    return _finish(view, term, equation, renamed, side)


def _finish(
    view: ConstraintsView, term: Scalar, equation: _Equation, renamed: tuple[Symbol, Symbol] | None, side: list[Cond]
) -> Outcome:
    """The outcome of an oriented equation: the conditions of the replaced symbol move to what replaces it."""
    replaced: tuple[tuple[Symbol, Scalar], ...] = ()
    pending: list[Cond] = []
    if isinstance(equation, tuple):
        replaced = (equation,)
        name, by = equation
        for condition in view.filed(name):
            moved = replace_in_condition(condition, name, by)
            if moved is False:
                return Inconsistent((condition,), f"{name.name} would be {to_text(by)}")
            pending.append(moved)
    elif view.known(equation) is False:
        return Inconsistent(_about(view, equation), "the constraints exclude it")
    else:
        pending.append(equation)
    # A symbol of which nothing is known cannot contradict what moves to it.
    nothing_known = _is_new(view, replaced)
    added: dict[BoolTerm, None] = {}
    for index, asked in enumerate((*pending, *side)):
        resolved = _resolve(view, asked, replaced)
        is_side = index >= len(pending)
        if resolved is False or ((is_side or not nothing_known) and view.known(resolved) is False):
            return Inconsistent(_about(view, asked), _reason(asked), inexact=is_side)
        added.update(dict.fromkeys(conjuncts(resolved)))
    delta = Delta(replaced, tuple(added), renamed, _size_like(view, replaced))
    return Rebound(delta, term, tuple(side))


def _is_new(view: ConstraintsView, replaced: tuple[tuple[Symbol, Scalar], ...]) -> bool:
    by = _bare(replaced[0][1]) if replaced else None
    return by is not None and is_unbacked(by) and not view.filed(by)


def _reason(asked: Cond) -> str:
    return "the division is not exact" if asked is False else f"it requires {to_text(asked)}"


def _orient(view: ConstraintsView, old: Scalar, new: Scalar) -> _Equation | None:
    """Which symbol is replaced by the other side: a fresh one first, then the old one, then any; else the equation."""
    if old is new:
        return True
    old_symbol, new_symbol = _replaceable(old, new), _replaceable(new, old)
    if new_symbol is not None and (view.is_fresh(new_symbol) or old_symbol is None):
        return new_symbol, old
    if old_symbol is not None:
        return old_symbol, new
    if isinstance(old, (int, IntTerm)) and isinstance(new, (int, IntTerm)):
        return eq(old, new)
    if isinstance(old, float) and isinstance(new, float) and old == new:
        return True if math.copysign(1.0, old) == math.copysign(1.0, new) else None
    return _same_float(old, new)


def _same_float(old: Scalar, new: Scalar) -> Cond:
    """Equality as values: IEEE's, and NaN equals NaN."""
    left, right = _real(old), _real(new)
    return lor(float_eq(left, right), land(float_ne(left, left), float_ne(right, right)))


def _real(scalar: Scalar) -> Real:
    if isinstance(scalar, (float, Symbol, Apply)):
        return scalar
    raise TypeError(f"{to_text(scalar)} is no float")


def _replaceable(scalar: Scalar, other: Scalar) -> Symbol | None:
    """The unbacked symbol that the scalar is, unless it occurs in the other side (law FRAME: never a backed one)."""
    symbol = _bare(scalar)
    if symbol is None or not is_unbacked(symbol):
        return None
    return None if not isinstance(other, (int, float)) and symbol in other.free else symbol


def _resolve(view: ConstraintsView, condition: Cond, replaced: tuple[tuple[Symbol, Scalar], ...]) -> Cond:
    resolved = view.resolve_cond(condition)
    for symbol, by in replaced:
        resolved = replace_in_condition(resolved, symbol, by)
    return resolved


def _about(view: ConstraintsView, condition: Cond) -> tuple[Cond, ...]:
    """The conditions that mention a symbol of this one, and this one."""
    if isinstance(condition, bool):
        return ()
    symbols = sorted((free for free in condition.free if isinstance(free, Symbol)), key=lambda free: free.name)
    found: dict[Cond, None] = {filed: None for free in symbols for filed in view.filed(free)}
    found[condition] = None
    return tuple(found)


def _size_like(view: ConstraintsView, replaced: tuple[tuple[Symbol, Scalar], ...]) -> tuple[Symbol, ...]:
    """The representatives to which size-likeness passes: equal symbols are size-like together."""
    found: list[Symbol] = []
    for symbol, by in replaced:
        other = _bare(by)
        if other is not None and view.is_size_like(symbol) and not view.is_size_like(other):
            found.append(other)
    return tuple(found)
