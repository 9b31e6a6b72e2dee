"""The environment on raw terms: symbols, knowledge, decisions, and the log of what the run said."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

from refimpl.fx.module import Module
from refimpl.symbolic_shapes.constraints import Delta, term_of
from refimpl.symbolic_shapes.errors import GuardOnDataDependentSymNode, UndecidedGuardError
from refimpl.symbolic_shapes.events import Event, Fact, Requirement, Specialization, Under
from refimpl.symbolic_shapes.evidence import evident
from refimpl.symbolic_shapes.knowledge import Knowledge, KnowledgeMark
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.symbol_table import Mark, SymbolTable
from refimpl.terms import (
    BoolSymbol,
    BoolTerm,
    Cond,
    IntTerm,
    Scalar,
    Sort,
    Substitution,
    Symbol,
    Undefined,
    eq,
    evaluate,
    float_eq,
    free_of,
    ge,
    lnot,
    of_atom,
    substitute,
    to_dim,
    to_real,
)

__all__ = ["Checkpoint", "Environment", "ShapeGuard", "SubgraphRunner"]


@final
@dataclass(frozen=True, slots=True)
class ShapeGuard:
    """A decision on backed symbols that was taken from the hints."""

    expr: Cond


class SubgraphRunner(Protocol):
    """Runs the sub-graphs of the node that runs now."""

    def run_module(self, module: Module, operands: Sequence[object]) -> object:
        """The sub-graph's output."""
        ...


Checkpoint: TypeAlias = tuple[int, int, int, int, int, KnowledgeMark, Mark]
"""How long everything was when a node began: log, guards, size-likes, renamings, names, knowledge, symbols (ATOM)."""


class Environment:
    """Symbols, what is known of them, and what was required, all on raw terms.

    ``log`` holds the records of the run in order, in the words in which they were said; ``node`` is the path of
    the node that runs now. With ``guard_from_hints`` a decision on backed symbols that nothing known decides is
    taken from the hints and guarded, as PyTorch does; without, it is refused. ``violated`` is the requirement
    that was last seen to be false; it outlives the roll-back of its node. ``like`` is an environment in which
    nothing has run, only the contract was assumed: this one starts with its symbols and what it knows.
    """

    def __init__(
        self, *, profile: Profile = EXACT, guard_from_hints: bool = True, like: Environment | None = None
    ) -> None:
        self.profile = profile
        self.guard_from_hints = guard_from_hints
        self.symbols: SymbolTable = SymbolTable() if like is None else like.symbols.copy()
        self.knowledge: Knowledge = Knowledge() if like is None else like.knowledge.copy()
        self.log: list[Event] = []
        self.node: str = ""
        self.predicates: Under = ()
        self.runner: SubgraphRunner | None = None
        self.guards: list[ShapeGuard] = []
        self.size_like: dict[Symbol, None] = {}
        self.unbacked_renamings: dict[Symbol, Symbol] = {}
        self.named: dict[Symbol, str] = {}
        # What made the last failing node fail; it outlives the roll-back of the log.
        self.violated: Requirement | None = None
        # Whether operators state also what is known to hold: who hears their requirements may not take it as known.
        self.states_known = False
        self.runtime_asserts_frozen = False
        self.frozen = False
        self._suppressed = 0

    # -- statements and questions on raw terms: what operators use --

    def known(self, condition: Cond) -> bool | None:
        """Whether the constraints decide the condition, and how; hints are not looked at."""
        return condition if isinstance(condition, bool) else self.knowledge.known(condition)

    def evident(self, condition: Cond) -> bool | None:
        """Whether PyTorch's static evaluation decides the condition, and how; what it sees is known too.

        Of sizes of the caller's alone it asks the hints; here everything that is known of them is evident.
        """
        resolved = self.knowledge.resolve_cond(condition)
        return evident(self.knowledge, resolved) if self._unbacked_in(resolved) else self.known(resolved)

    def assume(self, condition: Cond) -> None:
        """Take the condition from the caller's contract: known from now on, logged nowhere (law FRAME)."""
        self.knowledge.assume(condition)

    def fact(self, condition: Cond) -> None:
        """Log a fact and know it from now on."""
        if condition is not True:
            self.log.append(Fact(self.node, condition, self.predicates))
            self.knowledge.assume(condition)

    def state(self, condition: Cond) -> None:
        """Log a fact that decisions are not to use: PyTorch would not know it."""
        if condition is not True:
            self.log.append(Fact(self.node, condition, self.predicates))

    def require(
        self, condition: Cond, message: str, error: type[Exception] = RuntimeError, enforced: Cond | None = None
    ) -> None:
        """Log a requirement and assume it from now on; raise ``error(message)`` if it is known to be false.

        ``enforced`` is what the kernel enforces by itself, the condition itself by default.
        """
        if condition is True:
            return
        answer = self.known(condition)
        stated = Requirement(
            self.node, condition, condition if enforced is None else enforced, message, self.predicates
        )
        self.log.append(stated)
        if answer is False:
            self.violated = stated
            raise error(message)
        if answer is None:
            self.knowledge.assume(condition)

    def specialize(self, condition: Cond, hint: str) -> None:
        """Log a decision that was taken from the hints and know it from now on."""
        self.log.append(Specialization(self.node, condition, hint, self.predicates))
        self.knowledge.assume(condition)

    def fresh(self, sort: Sort) -> Symbol:
        """A fresh unbacked symbol without any facts, pending until a node binds it."""
        return self.symbols.fresh(sort, self.node)

    def evaluate(self, condition: Cond) -> bool:
        """A decision: known, or taken from the hints and guarded if ``guard_from_hints``.

        Raises GuardOnDataDependentSymNode if the condition speaks of an unbacked symbol, else UndecidedGuardError.
        """
        answer = self.known(condition)
        if answer is not None:
            return answer
        resolved = self.knowledge.resolve_cond(condition)
        if self._unbacked_in(resolved) or any(isinstance(free, BoolSymbol) for free in free_of(resolved)):
            raise self.data_dependent_error(resolved)
        hint = self.hint(resolved) if self.guard_from_hints else None
        if not isinstance(hint, bool):
            raise UndecidedGuardError(condition, self.node)
        self._guard(resolved if hint else lnot(resolved))
        return hint

    def evaluate_int(self, term: Scalar) -> int:
        """The integer as a plain number, guarded as ``evaluate`` guards."""
        resolved = self.replace(term)
        if isinstance(resolved, IntTerm):
            low_high = self.knowledge.bounds.range_of(resolved)
            if low_high.low is not None and low_high.low == low_high.high:
                return low_high.low
            hint = self._number_hint(resolved)
            self._guard(eq(resolved, int(hint)))
            return int(hint)
        plain = to_dim(resolved)
        assert isinstance(plain, int), "a polynomial was handled above"
        return plain

    def evaluate_float(self, term: Scalar) -> float:
        """The float as a plain number, guarded as ``evaluate`` guards."""
        resolved = self.replace(term)
        if isinstance(resolved, (int, float)):
            return float(resolved)
        real = to_real(resolved)
        hint = float(self._number_hint(resolved))
        condition = float_eq(real, hint)
        if self.known(condition) is not True:
            self._guard(condition)
        return hint

    def _number_hint(self, term: Scalar) -> int | float:
        if self._unbacked_in(term):
            raise self.data_dependent_error(term)
        hint = self.hint(term) if self.guard_from_hints else None
        if hint is None:
            raise UndecidedGuardError(term, self.node)
        return hint

    @contextmanager
    def suppress_guards(self) -> Generator[None]:
        """Within it, decisions from hints are guarded nowhere."""
        self._suppressed += 1
        try:
            yield
        finally:
            self._suppressed -= 1

    def _guard(self, condition: Cond) -> None:
        if not self.frozen and not self._suppressed:
            self.guards.append(ShapeGuard(condition))
            self.specialize(condition, self.hint_text(condition))

    def known_of_sizes(self, condition: Cond) -> bool | None:
        """``known`` while size-like symbols, and what they stand for, are taken to be at least 2 (size-oblivious)."""
        resolved = self.knowledge.resolve_cond(condition)
        if isinstance(resolved, bool):
            return resolved
        sizes = sorted((s.name, s) for s in resolved.free if isinstance(s, Symbol) and s in self.size_like)
        replaced = free_of(condition) - resolved.free
        sizes += sorted((s.name, s) for s in replaced if isinstance(s, Symbol) and s in self.size_like)
        if not sizes:
            return self.knowledge.known(resolved)
        supposed = self.knowledge.fork()
        for _, symbol in sizes:
            supposed.assume(ge(to_dim(supposed.resolve(of_atom(symbol))), 2))  # what it stands for is a size
        return supposed.known(resolved)

    def replace(self, term: Scalar) -> Scalar:
        """The term with every replaced symbol replaced, to the end (law ROOT)."""
        return self.knowledge.resolve(term)

    def hint(self, term: Scalar) -> int | float | bool | None:
        """The value of the term on the example inputs; None if it has unbacked symbols or no value there."""
        if isinstance(term, (int, float)):
            return term
        resolved = self.knowledge.resolve(term)
        if isinstance(resolved, (int, float)):
            return resolved
        values: dict[str, int | float | bool] = {}
        for symbol in resolved.free:
            value = self.symbols.hints.get(symbol) if isinstance(symbol, Symbol) else None
            if value is None:
                return None
            values[symbol.name] = value
        try:
            return evaluate(resolved, values)
        except Undefined:
            return None

    def hint_text(self, condition: Cond) -> str:
        """The hints of the symbols of a condition, as text (``s0=8, s1=3``)."""
        if isinstance(condition, bool):
            return ""
        named = sorted((s.name, self.symbols.hints.get(s)) for s in condition.free if isinstance(s, Symbol))
        return ", ".join(f"{name}={value}" for name, value in named)

    def data_dependent_error(self, term: Scalar) -> GuardOnDataDependentSymNode:
        """The error for a decision on an unbacked symbol: it names the symbols and where each was allocated."""
        resolved = self.knowledge.resolve(term)
        unbacked = self._unbacked_in(resolved)
        origins = {symbol.name: self.symbols.origins.get(symbol, "") for symbol in unbacked}
        size_like = tuple([symbol.name for symbol in unbacked if symbol in self.size_like])
        hints: Substitution = {symbol: hint for symbol, hint in self.symbols.hints.items() if hint is not None}
        hinted = resolved if isinstance(resolved, (int, float)) else substitute(resolved, hints)
        return GuardOnDataDependentSymNode(resolved, hinted, self.node, origins, size_like)

    def _unbacked_in(self, term: Scalar) -> tuple[Symbol, ...]:
        if isinstance(term, (int, float)):
            return ()
        found = [s for s in term.free if isinstance(s, Symbol) and not self.symbols.is_backed(s)]
        return tuple(sorted(found, key=lambda s: s.name))

    # -- the view that a rebinding step has (ConstraintsView), and the application of its outcome --

    def resolve(self, term: Scalar) -> Scalar:
        """The term with every replaced symbol replaced, to the end."""
        return self.knowledge.resolve(term)

    def resolve_cond(self, condition: Cond) -> Cond:
        """``resolve`` of a condition."""
        return self.knowledge.resolve_cond(condition)

    def filed(self, symbol: Symbol) -> tuple[BoolTerm, ...]:
        """The conditions that mention the symbol."""
        return self.knowledge.filed(symbol)

    def is_fresh(self, symbol: Symbol) -> bool:
        """Whether this environment allocated the symbol."""
        return self.symbols.is_fresh(symbol)

    def is_size_like(self, symbol: Symbol) -> bool:
        """Whether the symbol is a size."""
        return symbol in self.size_like

    def may_rename(self, fresh: Symbol, old: Symbol) -> bool:
        """Whether ``fresh`` has no old name yet and no other node writes a symbol of its own as ``old``.

        The node that took the name before takes it again in the next run.
        """
        return (
            fresh is not old
            and self.symbols.is_fresh(fresh)
            and fresh not in self.unbacked_renamings
            and self.named.get(old, self.node) == self.node
        )

    def apply(self, delta: Delta) -> None:
        """Apply the outcome of a rebinding step."""
        self.knowledge.apply(delta)
        for symbol in delta.size_like:
            self.size_like[symbol] = None
        if delta.renamed is not None:
            fresh, old = delta.renamed
            self.unbacked_renamings[fresh] = self.name_of(old)
            self.named.setdefault(old, self.node)
            self.symbols.settle(fresh)
            self.symbols.inherit_origin(fresh, old)

    def name_of(self, symbol: Symbol) -> Symbol:
        """The name under which a recorded symbol goes today: its end (law ROOT), one hop under ``torch-2.13``."""
        renamings = self.unbacked_renamings
        end = renamings.get(symbol, symbol)
        if self.profile.hops == "end":
            while (further := renamings.get(end)) is not None:
                end = further
        return end

    def in_old_names(self, term: Scalar) -> Scalar:
        """The term with every bound fresh symbol under its old name (the substitution ``σ``)."""
        if isinstance(term, (int, float)) or self.unbacked_renamings.keys().isdisjoint(term.free):
            return term
        renamings = self.unbacked_renamings
        return substitute(
            term, {s: term_of(renamings[s]) for s in term.free if isinstance(s, Symbol) and s in renamings}
        )

    # -- scopes --

    @contextmanager
    def under(self, predicate: Cond) -> Generator[None]:
        """Within it, the predicate holds: what is learned stays inside, what is logged carries it."""
        outer, predicates = self.knowledge, self.predicates
        self.knowledge = outer.fork()
        self.knowledge.assume(predicate)
        self.predicates = (*predicates, predicate)
        try:
            yield
        finally:
            self.knowledge, self.predicates = outer, predicates

    @contextmanager
    def at(self, node: str) -> Generator[None]:
        """Within it, the node that runs is the one at that path."""
        outer, self.node = self.node, node
        try:
            yield
        finally:
            self.node = outer

    def checkpoint(self) -> Checkpoint:
        """The point to which ``roll_back`` returns; costs nothing."""
        return (
            len(self.log),
            len(self.guards),
            len(self.size_like),
            len(self.unbacked_renamings),
            len(self.named),
            self.knowledge.mark(),
            self.symbols.mark(),
        )

    def roll_back(self, point: Checkpoint) -> None:
        """Be as at the checkpoint, the name counters aside (law ATOM)."""
        log, guards, size_like, renamings, named, knowledge, symbols = point
        del self.log[log:]
        del self.guards[guards:]
        while len(self.size_like) > size_like:
            self.size_like.popitem()
        while len(self.unbacked_renamings) > renamings:
            self.unbacked_renamings.popitem()
        while len(self.named) > named:
            self.named.popitem()
        self.knowledge.roll_back(knowledge)
        self.symbols.roll_back(symbols)
