"""Constraints as a value: an immutable set of conditions and replacements, and what a step may do to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol, final

from refimpl.terms import (
    BoolSymbol,
    BoolTerm,
    Cond,
    Dim,
    Eq,
    IntTerm,
    Scalar,
    Sort,
    Symbol,
    evaluate,
    free_of,
    of_atom,
    substitute,
    to_cond,
)

__all__ = ["Constraints", "ConstraintsView", "Delta", "is_unbacked", "solve", "term_of"]


class ConstraintsView(Protocol):
    """What a rebinding step may ask; each question costs what concerns its symbol, never the whole."""

    def resolve(self, term: Scalar) -> Scalar:
        """The term with every replaced symbol replaced, to the end."""
        ...

    def resolve_cond(self, condition: Cond) -> Cond:
        """``resolve`` of a condition."""
        ...

    def filed(self, symbol: Symbol) -> tuple[BoolTerm, ...]:
        """The conditions that mention the symbol."""
        ...

    def is_fresh(self, symbol: Symbol) -> bool:
        """Whether the run allocated the symbol."""
        ...

    def is_size_like(self, symbol: Symbol) -> bool:
        """Whether the symbol is a size."""
        ...

    def may_rename(self, fresh: Symbol, old: Symbol) -> bool:
        """Whether a fresh symbol without an old name may be written as ``old``, another name that is still free."""
        ...

    def known(self, condition: Cond) -> bool | None:
        """Whether the constraints are seen to decide the condition, and how."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Delta:
    """What a step changes: symbols that are replaced from now on, and conditions that hold from now on.

    ``added`` contains the conditions of the replaced symbols, re-filed under what replaces them. ``renamed`` says
    under which old name a fresh symbol is written; ``size_like`` which symbols become size-like.
    """

    replaced: tuple[tuple[Symbol, Scalar], ...] = ()
    added: tuple[BoolTerm, ...] = ()
    renamed: tuple[Symbol, Symbol] | None = None
    size_like: tuple[Symbol, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class Constraints:
    """An environment ``E`` as a value; ``[[E]]`` is the set of valuations that ``holds`` accepts."""

    conditions: tuple[BoolTerm, ...] = ()
    replacements: Mapping[Symbol, Scalar] = field(default_factory=dict[Symbol, Scalar])
    size_like: frozenset[Symbol] = frozenset()
    fresh: frozenset[Symbol] = frozenset()
    renamings: Mapping[Symbol, Symbol] = field(default_factory=dict[Symbol, Symbol])

    def resolve(self, term: Scalar) -> Scalar:
        """The term with every replaced symbol replaced, to the end."""
        while not isinstance(term, (int, float)):
            mapping: dict[Symbol | BoolSymbol, Scalar] = {
                s: self.replacements[s] for s in term.free if isinstance(s, Symbol) and s in self.replacements
            }
            if not mapping:
                break
            term = substitute(term, mapping)
        return term

    def resolve_cond(self, condition: Cond) -> Cond:
        """``resolve`` of a condition."""
        return to_cond(self.resolve(condition))

    def is_fresh(self, symbol: Symbol) -> bool:
        """Whether the run allocated the symbol."""
        return symbol in self.fresh

    def is_size_like(self, symbol: Symbol) -> bool:
        """Whether the symbol is a size."""
        return symbol in self.size_like

    def may_rename(self, fresh: Symbol, old: Symbol) -> bool:
        """Whether ``fresh`` has no old name yet and ``old`` is another name, which names no other symbol."""
        unnamed = fresh in self.fresh and fresh not in self.renamings
        return fresh is not old and unnamed and old not in self.renamings.values()

    def filed(self, symbol: Symbol) -> tuple[BoolTerm, ...]:
        """The conditions that mention the symbol."""
        return tuple(condition for condition in self.conditions if symbol in condition.free)

    def known(self, condition: Cond) -> bool | None:
        """Whether the condition is one of the constraints or plain, after replacement."""
        resolved = self.resolve(condition)
        if isinstance(resolved, bool):
            return resolved
        return True if resolved in self.conditions else None

    def apply(self, delta: Delta) -> Constraints:
        """The constraints after a step."""
        gone = {symbol for symbol, _ in delta.replaced}
        kept = tuple(condition for condition in self.conditions if gone.isdisjoint(condition.free))
        renamings = dict(self.renamings)
        if delta.renamed is not None:
            renamings[delta.renamed[0]] = delta.renamed[1]
        return replace(
            self,
            conditions=tuple(dict.fromkeys((*kept, *delta.added))),
            replacements={**self.replacements, **dict(delta.replaced)},
            size_like=self.size_like | frozenset(delta.size_like),
            renamings=renamings,
        )

    def holds(self, valuation: Mapping[str, int | float | bool]) -> bool:
        """Whether a valuation of all symbols satisfies the conditions and every replacement's equation."""
        return all(evaluate(c, valuation) is True for c in self.conditions) and all(
            valuation[symbol.name] == evaluate(term, valuation) for symbol, term in self.replacements.items()
        )


def term_of(symbol: Symbol) -> Scalar:
    """The symbol as a scalar: a polynomial for an integer, the symbol itself for a float."""
    return of_atom(symbol) if symbol.sort is Sort.INT else symbol


def is_unbacked(symbol: Symbol) -> bool:
    """Whether the name is that of an unbacked symbol (``u0``, ``zuf0``), PyTorch's convention."""
    name = symbol.name
    return (name.startswith("u") and name[1:].isdigit()) or (name.startswith("zuf") and name[3:].isdigit())


def solve(condition: BoolTerm) -> tuple[Symbol, Dim] | None:
    """An equation solved for one of its symbols with coefficient 1 or -1 that occurs nowhere else in it.

    Unbacked symbols come first, the newest of them before others. A backed symbol is never solved for in terms of
    unbacked ones: the caller's contract does not depend on data (law FRAME). None if no symbol can be isolated.
    """
    if not isinstance(condition, Eq):
        return None
    polynomial = condition.term
    best: tuple[tuple[bool, int, str], Symbol, int] | None = None
    for monomial, coefficient in polynomial.monomials:
        if len(monomial) == 1 and coefficient in (1, -1) and isinstance(symbol := monomial[0], Symbol):
            rank = (is_unbacked(symbol), len(symbol.name), symbol.name)
            if (best is None or rank > best[0]) and _occurs_once(polynomial, symbol):
                best = (rank, symbol, coefficient)
    if best is None:
        return None
    (unbacked, _, _), symbol, coefficient = best
    rest = polynomial - of_atom(symbol) * coefficient
    if not unbacked and any(is_unbacked(free) for free in free_of(rest) if isinstance(free, Symbol)):
        return None
    return symbol, rest * -coefficient


def _occurs_once(polynomial: IntTerm, symbol: Symbol) -> bool:
    occurrences = 0
    for monomial, _ in polynomial.monomials:
        for atom in monomial:
            if symbol in atom.free:
                occurrences += 1
    return occurrences == 1
