"""What is known in one scope: conditions filed under their symbols, and replacements resolved to the end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias, final

from refimpl.symbolic_shapes.constraints import Constraints, Delta, solve
from refimpl.terms import (
    Apply,
    BoolSymbol,
    BoolTerm,
    Bounds,
    Cond,
    Eq,
    Ge,
    Scalar,
    Symbol,
    ValueRange,
    conjuncts,
    free_of,
    of_atom,
    substitute,
    substitute_cond,
)

__all__ = ["Knowledge", "KnowledgeMark"]

KnowledgeMark: TypeAlias = tuple[int, Cond | None]
"""How many entries there were, and the contradiction that had been met."""
_Entry: TypeAlias = "tuple[Symbol, Scalar] | BoolTerm"


@final
class Knowledge:
    """The constraints of a scope, as ``ShapeEnv`` keeps them: a mutable store that applies pure deltas.

    A branch sees what its parent knows and adds its own. A replacement is used in answers only; what is logged
    stays in the words it was said in, so that a later fact never rests on an earlier requirement unseen.
    """

    __slots__ = ("_bounds", "_contradicted", "_entries", "_filed", "_lent", "_parent", "_replacements", "_unlearned")

    def __init__(self, parent: Knowledge | None = None) -> None:
        self._parent = parent
        self._bounds: Bounds = Bounds() if parent is None else parent.bounds.fork()
        # Whether a copy asks the same bounds: whoever learns more then takes bounds of its own first.
        self._lent = False
        self._unlearned: dict[BoolTerm, None] = {}
        self._contradicted: Cond | None = None
        self._replacements: dict[Symbol, Scalar] = {}
        self._filed: dict[Symbol, dict[BoolTerm, None]] = {}
        self._entries: list[_Entry] = []

    @property
    def bounds(self) -> Bounds:
        """What follows cheaply from the conditions. They are learned when asked for: most fresh symbols are renamed
        before anybody asks, and only their new names need be learned."""
        if self._unlearned:
            if self._lent:
                self._bounds = self._bounds.fork()
                self._lent = False
            for condition in self._unlearned:
                self._bounds.assume(condition)
            self._unlearned.clear()
        return self._bounds

    @property
    def contradiction(self) -> Cond | None:
        """A condition that is plainly false under those learned before it; None if none was met."""
        if self._contradicted is not None:
            return self._contradicted
        return None if self._parent is None else self._parent.contradiction

    def fork(self) -> Knowledge:
        """The knowledge inside a branch."""
        return Knowledge(self)

    def copy(self) -> Knowledge:
        """The same knowledge, which learns separately; what follows from it is not found out again."""
        other = object.__new__(Knowledge)
        other._parent = self._parent
        other._bounds = self.bounds
        other._lent = self._lent = True
        other._unlearned = {}
        other._contradicted = self._contradicted
        other._replacements = self._replacements.copy()
        other._filed = {symbol: filed.copy() for symbol, filed in self._filed.items()} if self._filed else {}
        other._entries = self._entries.copy()
        return other

    def mark(self) -> KnowledgeMark:
        """A point to roll back to; costs nothing."""
        return len(self._entries), self._contradicted

    def roll_back(self, mark: KnowledgeMark) -> None:
        """Forget what was learned since the mark: the kept entries are learned again (only failures pay)."""
        count, self._contradicted = mark
        if count == len(self._entries):
            return
        kept = self._entries[:count]
        self._bounds = Bounds() if self._parent is None else self._parent.bounds.fork()
        self._lent = False
        self._unlearned = {}
        self._replacements = {}
        self._filed = {}
        self._entries = []
        for entry in kept:
            # What followed from an entry is an entry of its own.
            if isinstance(entry, tuple):
                self._replace(*entry)
            else:
                self._file(entry)

    def resolve_symbol(self, symbol: Symbol) -> Scalar | None:
        """What the symbol is replaced by, to the end (law ROOT); None if it stands for itself."""
        scope: Knowledge | None = self
        found: Scalar | None = None
        while scope is not None:
            found = scope._replacements.get(symbol)
            if found is not None:
                break
            scope = scope._parent
        if found is None:
            return None
        end = self.resolve(found)
        if end is not found:
            self._replacements[symbol] = end
        return end

    def resolve(self, term: Scalar) -> Scalar:
        """The term with every replaced symbol replaced, to the end; the same object if there is none."""
        if isinstance(term, (int, float)):
            return term
        mapping = self._mapping(term.free)
        return substitute(term, mapping) if mapping else term

    def resolve_cond(self, condition: Cond) -> Cond:
        """``resolve`` of a condition."""
        if isinstance(condition, bool):
            return condition
        mapping = self._mapping(condition.free)
        return substitute_cond(condition, mapping) if mapping else condition

    def _mapping(self, free: frozenset[Symbol | BoolSymbol]) -> dict[Symbol | BoolSymbol, Scalar]:
        scope: Knowledge | None = self
        mapping: dict[Symbol | BoolSymbol, Scalar] = {}
        while scope is not None:
            if not scope._replacements.keys().isdisjoint(free):
                break
            scope = scope._parent
        else:
            return mapping
        for symbol in free:
            if isinstance(symbol, Symbol) and (end := self.resolve_symbol(symbol)) is not None:
                mapping[symbol] = end
        return mapping

    def filed(self, symbol: Symbol) -> tuple[BoolTerm, ...]:
        """The conditions that mention the symbol, each once, in the order in which they were learned."""
        own = self._filed.get(symbol, {})
        return tuple(own) if self._parent is None else tuple(dict.fromkeys((*self._parent.filed(symbol), *own)))

    def range_of(self, symbol: Symbol) -> ValueRange:
        """The interval of an integer symbol that is not replaced."""
        return self.bounds.range_of(of_atom(symbol))

    def known(self, condition: Cond) -> bool | None:
        """Whether the constraints decide the condition, and how; sound, fast, incomplete."""
        resolved = self.resolve_cond(condition)
        return resolved if isinstance(resolved, bool) else self.bounds.known(resolved)

    def said(self, condition: Cond) -> bool:
        """Whether this very condition was learned, with no replacement since."""
        symbols = [free for free in free_of(condition) if isinstance(free, Symbol)]
        scope: Knowledge | None = self
        while scope is not None:
            if any(condition in scope._filed.get(symbol, ()) for symbol in symbols):
                return True
            scope = scope._parent
        return False

    def assume(self, condition: Cond) -> None:
        """Learn a condition. A contradiction is remembered in ``contradiction``; nothing is raised."""
        resolved = self.resolve_cond(condition)
        if resolved is False:
            self._contradicted = condition if self._contradicted is None else self._contradicted
        else:
            for conjunct in conjuncts(resolved):
                self._learn(conjunct)

    def apply(self, delta: Delta) -> None:
        """Apply the outcome of a rebinding step."""
        for symbol, term in delta.replaced:
            self._unlearn(self._filed.get(symbol))
            self._replace(symbol, term)
        # Inequalities make no further replacement, so that those of one step are resolved already.
        inequalities = all(isinstance(condition, Ge) for condition in delta.added)
        learn = self._learn if inequalities else self.assume
        for condition in delta.added:
            learn(condition)

    def replacements(self) -> dict[Symbol, Scalar]:
        """All replacements of the scope and its parents, resolved to the end."""
        scopes: list[Knowledge] = []
        scope: Knowledge | None = self
        while scope is not None:
            scopes.append(scope)
            scope = scope._parent
        symbols = dict.fromkeys(symbol for known in reversed(scopes) for symbol in tuple(known._replacements))
        return {symbol: end for symbol in symbols if (end := self.resolve_symbol(symbol)) is not None}

    def snapshot(self) -> Constraints | None:
        """What is known, as a value: the conditions after replacement, and all replacements; None if contradictory."""
        if self.contradiction is not None:
            return None
        found: dict[BoolTerm, None] = {}
        scope: Knowledge | None = self
        while scope is not None:
            for entry in scope._entries:
                resolved = True if isinstance(entry, tuple) else self.resolve_cond(entry)
                if resolved is False:
                    return None
                found.update(dict.fromkeys(conjuncts(resolved)))
            scope = scope._parent
        return Constraints(tuple(found), self.replacements())

    def divisible(self) -> tuple[BoolTerm, ...]:
        """The learned equations ``a mod b == 0``."""
        found: dict[BoolTerm, None] = {}
        scope: Knowledge | None = self
        while scope is not None:
            found.update(dict.fromkeys(e for e in scope._entries if not isinstance(e, tuple) and _is_divisibility(e)))
            scope = scope._parent
        return tuple(found)

    def _replace(self, symbol: Symbol, term: Scalar) -> None:
        self._entries.append((symbol, term))
        self._replacements[symbol] = term

    def _unlearn(self, superseded: Iterable[BoolTerm] | None) -> None:
        """Conditions that are moved to another symbol need not be learned any more."""
        if superseded and self._unlearned:
            for condition in superseded:
                self._unlearned.pop(condition, None)

    def _learn(self, condition: BoolTerm) -> None:
        self._file(condition)
        solution = solve(condition)
        if solution is None:
            return
        symbol, term = solution
        moved = self.filed(symbol)
        self._unlearn([filed for filed in moved if filed is not condition])
        self._replace(symbol, term)
        for filed in moved:
            if filed is not condition:
                self.assume(filed)

    def _file(self, condition: BoolTerm) -> None:
        self._entries.append(condition)
        self._unlearned[condition] = None
        for symbol in condition.free:
            if isinstance(symbol, Symbol):
                self._filed.setdefault(symbol, {})[condition] = None


def _is_divisibility(condition: BoolTerm) -> bool:
    if not isinstance(condition, Eq):
        return False
    atom = condition.term.atom
    return isinstance(atom, Apply) and atom.fn == "Mod"
