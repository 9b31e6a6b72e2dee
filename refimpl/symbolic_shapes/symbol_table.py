"""The symbols of an environment: names, hints, origins, and which fresh ones are pending."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from itertools import islice
from typing import final

from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.terms import BoolSymbol, Sort, Symbol
from refimpl.terms.polynomials import bool_symbol, symbol_atom

__all__ = ["Mark", "SymbolTable"]

Mark = tuple[int, int, int]


@final
class SymbolTable:
    """Allocates symbols and remembers where each came from.

    ``pending`` holds the fresh symbols that no node has bound yet, in order of allocation; a name, once used or
    reserved, is never allocated again (law FRESH).
    """

    __slots__ = ("_counters", "_fresh", "_ignore", "_settled", "hints", "ignorable", "origins", "pending")

    def __init__(self) -> None:
        self.hints: dict[Symbol, int | float | None] = {}
        self.origins: dict[Symbol, str] = {}
        self.pending: dict[Symbol, None] = {}
        self.ignorable: dict[Symbol, None] = {}
        self._counters: dict[str, int] = {"u": 0, "zuf": 0, "p": 0}
        self._fresh: dict[Symbol, None] = {}
        self._settled: list[Symbol] = []
        self._ignore = 0

    def copy(self) -> SymbolTable:
        """Another table of the same symbols."""
        other = object.__new__(SymbolTable)
        other.hints = self.hints.copy()
        other.origins = self.origins.copy()
        other.pending = self.pending.copy()
        other.ignorable = self.ignorable.copy()
        other._counters = self._counters.copy()
        other._fresh = self._fresh.copy()
        other._settled = self._settled.copy()
        other._ignore = self._ignore
        return other

    def reserve(self, symbols: Iterable[Symbol]) -> None:
        """Keep fresh names clear of these symbols (those an archive already uses)."""
        for symbol in symbols:
            self.reserve_name(symbol.name)

    def reserve_name(self, name: str) -> None:
        """Keep fresh names clear of this name."""
        prefix = name.rstrip("0123456789")
        number = name[len(prefix) :]
        if number and prefix in self._counters:
            self._counters[prefix] = max(self._counters[prefix], int(number) + 1)

    def fresh(self, sort: Sort, origin: str) -> Symbol:
        """A new unbacked symbol, pending unless fresh symbols are being ignored."""
        prefix = "zuf" if sort is Sort.FLOAT else "u"
        number = self._counters[prefix]
        self._counters[prefix] = number + 1
        symbol = symbol_atom(f"{prefix}{number}", sort)
        self.origins[symbol] = origin
        self._fresh[symbol] = None
        if not self._ignore:
            self.pending[symbol] = None
        return symbol

    def adopt(self, symbol: Symbol, origin: str, *, pending: bool = True) -> None:
        """Register a fresh symbol under a name given from outside; pending as one allocated here would be."""
        self.reserve_name(symbol.name)
        self.origins.setdefault(symbol, origin)
        self._fresh[symbol] = None
        if pending and not self._ignore:
            self.pending[symbol] = None

    def opaque(self) -> BoolSymbol:
        """A new opaque boolean, such as the predicate of a ``cond`` on a tensor."""
        number = self._counters["p"]
        self._counters["p"] = number + 1
        return bool_symbol(f"p{number}")

    def add_backed(self, symbol: Symbol, hint: int | float | None, origin: str) -> None:
        """Register a backed symbol of the caller's contract."""
        self.hints[symbol] = hint
        self.origins[symbol] = origin
        self.reserve_name(symbol.name)

    def is_backed(self, symbol: Symbol) -> bool:
        """Whether the symbol is known from an example input."""
        return symbol in self.hints or not is_unbacked(symbol)

    def is_fresh(self, symbol: Symbol) -> bool:
        """Whether this table allocated the symbol."""
        return symbol in self._fresh

    def inherit_origin(self, fresh: Symbol, old: Symbol) -> None:
        """The origin of a symbol passes to its representative."""
        self.origins.setdefault(old, self.origins.get(fresh, ""))

    def settle(self, symbol: Symbol) -> None:
        """The symbol is bound: pending no longer."""
        if symbol in self.pending:
            del self.pending[symbol]
            self._settled.append(symbol)

    @contextmanager
    def ignore_fresh(self) -> Generator[None]:
        """Within it, fresh symbols are not pending: nobody is asked to bind them."""
        self._ignore += 1
        try:
            yield
        finally:
            self._ignore -= 1

    @property
    def fresh_count(self) -> int:
        """How many symbols this table has allocated and not rolled back."""
        return len(self._fresh)

    def mark(self) -> Mark:
        """A point to roll back to."""
        return len(self._fresh), len(self._settled), len(self.origins)

    def since(self, count: int) -> tuple[Symbol, ...]:
        """The fresh symbols allocated since ``fresh_count`` was that, the newest first."""
        return tuple(islice(reversed(self._fresh), len(self._fresh) - count))

    def roll_back(self, mark: Mark) -> None:
        """Undo what happened since the mark, the name counters aside."""
        fresh, settled, origins = mark
        again = self._settled[settled:]
        if again:
            waiting = {*self.pending, *again}
            self.pending.clear()
            self.pending.update((symbol, None) for symbol in self._fresh if symbol in waiting)
            del self._settled[settled:]
        while len(self._fresh) > fresh:
            symbol, _ = self._fresh.popitem()
            self.pending.pop(symbol, None)
            self.ignorable.pop(symbol, None)
        while len(self.origins) > origins:
            symbol, _ = self.origins.popitem()
            self.hints.pop(symbol, None)
