"""The symbols of an environment: names, hints, origins, and which fresh ones are pending."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import final

from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.terms import BoolSymbol, Sort, Symbol
from refimpl.terms.core import bool_symbol, symbol_atom

__all__ = ["Mark", "SymbolTable"]

Mark = tuple[int, int]


@final
class SymbolTable:
    """Allocates symbols and remembers where each came from.

    ``pending`` holds the fresh symbols that no node has bound yet, in order of allocation; a name, once used or
    reserved, is never allocated again (law FRESH).
    """

    __slots__ = ("_counters", "_created", "_ignore", "_settled", "hints", "ignorable", "origins", "pending")

    def __init__(self) -> None:
        self.hints: dict[Symbol, int | float | None] = {}
        self.origins: dict[Symbol, str] = {}
        self.pending: dict[Symbol, None] = {}
        self.ignorable: dict[Symbol, None] = {}
        self._counters: dict[str, int] = {"u": 0, "zuf": 0, "p": 0}
        self._created: list[Symbol] = []
        self._settled: list[Symbol] = []
        self._ignore = 0

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
        self._created.append(symbol)
        if not self._ignore:
            self.pending[symbol] = None
        return symbol

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

    def settle(self, symbol: Symbol) -> None:
        """The symbol is bound: pending no longer."""
        if symbol in self.pending:
            del self.pending[symbol]
            self._settled.append(symbol)

    @contextmanager
    def ignore_fresh(self) -> Iterator[None]:
        """Within it, fresh symbols are not pending: nobody is asked to bind them."""
        self._ignore += 1
        try:
            yield
        finally:
            self._ignore -= 1

    def mark(self) -> Mark:
        """A point to roll back to."""
        return len(self._created), len(self._settled)

    def since(self, mark: Mark) -> tuple[Symbol, ...]:
        """The fresh symbols allocated since the mark."""
        return tuple(self._created[mark[0] :])

    def roll_back(self, mark: Mark) -> None:
        """Undo what happened since the mark, the name counters aside."""
        created, settled = mark
        undone = self._created[created:]
        for symbol in self._settled[settled:]:
            self.pending[symbol] = None
        for symbol in undone:
            self.pending.pop(symbol, None)
            self.ignorable.pop(symbol, None)
            self.origins.pop(symbol, None)
        del self._created[created:]
        del self._settled[settled:]
