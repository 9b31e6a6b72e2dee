"""Which requirements can still be asked at run time: where each symbol is computable, and what dominates what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import final

from refimpl.laws.contract import scalars_in
from refimpl.laws.dom import may_bind, scope_of
from refimpl.laws.elimination import elimination
from refimpl.laws.observation import ABSENT, Observation, ObservedNode, Stated
from refimpl.terms import BoolSymbol, Cond, IntTerm, Scalar, Symbol, free_of

__all__ = ["with_emission"]


def with_emission(seen: Observation) -> Observation:
    """The observation in which every requirement that nothing can ask any more says why (``Stated.lost``).

    What an operator enforces by itself is never lost. An assert, as it is recorded and as the run gives it, and what
    tracing defers to run time need each of their symbols, resolved to the end, computable from the values of live
    nodes at a point that dominates the node. Of a deferred requirement that is lost the part that the kernel enforces
    remains.
    """
    asked = [stated for stated in seen.after if stated.source in ("assert", "deferred") and stated.emitted]
    if not asked:
        return seen
    reach = _Reach(seen)
    recorded: dict[str, list[Cond]] = {}
    for stated in seen.before:
        if stated.source == "assert":
            recorded.setdefault(stated.node, []).append(stated.condition)
    after: list[Stated] = []
    for stated in seen.after:
        lost = stated.lost
        if stated.emitted and stated.source in ("assert", "deferred"):
            words = recorded.get(stated.node, []) if stated.source == "assert" else []
            lost = reach.missing((stated.condition, *words), stated.node)
        after.append(replace(stated, lost=lost) if lost != stated.lost else stated)
        if lost and stated.source == "deferred":
            after.append(replace(stated, condition=stated.enforced, source="operator", enforced=True))
    return replace(seen, after=tuple(after))


@final
class _Reach:
    """Where each symbol can be computed: a node's place in the order, and the graph in which its value is known."""

    def __init__(self, seen: Observation) -> None:
        self._seen = seen
        self._nodes: Mapping[str, ObservedNode] = {node.path: node for node in seen.nodes}
        self._places: Mapping[str, int] = {node.path: place for place, node in enumerate(seen.nodes)}
        self._resolved, _ = elimination(seen.definitions)
        self._binders: dict[Symbol, list[str]] = {}
        for binding in seen.bindings:
            node = self._nodes.get(binding.node)
            if node is not None and node.live and may_bind(binding, node):
                self._binders.setdefault(binding.symbol, []).append(binding.node)

    def missing(self, conditions: Iterable[Cond], at: str) -> str:
        """Why the conditions cannot be computed at that node; empty if they can."""
        for condition in conditions:
            for symbol in sorted(self._symbols(condition), key=lambda symbol: symbol.name):
                if symbol not in self._seen.contract.bound and not self._computable(symbol, at):
                    return self._reason(symbol, at)
        return ""

    def _symbols(self, condition: Cond) -> set[Symbol]:
        """The numbers that the condition speaks of, resolved to the end.

        The opaque predicate of a branch is the contents of a tensor, which is there where the branch is.
        """
        found: set[Symbol] = set()
        for symbol in free_of(condition):
            resolved = self._resolved.get(symbol, symbol)
            parts = (resolved,) if isinstance(resolved, (Symbol, BoolSymbol)) else free_of(resolved)
            found.update(part for part in parts if isinstance(part, Symbol))
        return found

    def _computable(self, symbol: Symbol, at: str) -> bool:
        if any(self._dominates(binder, at) for binder in self._binders.get(symbol, ())):
            return True
        return any(self._dominates(holder, at) for holder in self._holders.get(symbol, ()))

    def _dominates(self, path: str, at: str) -> bool:
        """Whether the node's value is there at the other node: it is earlier, and in a graph around it."""
        before = self._places[path] <= self._places.get(at, len(self._places))
        return before and at.startswith(scope_of(path, self._nodes))

    @cached_property
    def _holders(self) -> Mapping[Symbol, Sequence[str]]:
        """The live nodes whose value gives a number: by itself, or as the only unknown of a linear term."""
        found: dict[Symbol, list[str]] = {}
        for node in self._seen.nodes:
            # A node that has no value of its own keeps what is recorded.
            value = node.old if node.new is ABSENT else node.new
            if node.live:
                for term in scalars_in(value):
                    symbol = _solved(term, self._seen.contract.bound)
                    if symbol is not None:
                        found.setdefault(symbol, []).append(node.path)
        return found

    def _reason(self, symbol: Symbol, at: str) -> str:
        binders = [binding.node for binding in self._seen.bindings if binding.symbol is symbol]
        if not binders:
            return f"nothing binds {symbol.name}"
        binder = binders[0]
        if not self._nodes[binder].live:
            return f"{symbol.name} is bound at {binder}, which dead code elimination drops"
        return f"{symbol.name} is bound at {binder}, which does not dominate {at}"


def _solved(term: Scalar, known: frozenset[Symbol]) -> Symbol | None:
    """The symbol whose value the term determines, the known ones given."""
    if isinstance(term, Symbol):
        return term
    if not isinstance(term, IntTerm):
        return None
    unknown = [symbol for symbol in term.free if symbol not in known]
    if len(unknown) != 1:
        return None
    (symbol,) = unknown
    match [monomial for monomial, _ in term.monomials if any(symbol in free_of(atom) for atom in monomial)]:
        case [(Symbol() as alone,)]:
            return alone
        case _:
            return None
