"""DOM: every recorded symbol is bound where its operator allocates, before it is used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from refimpl.laws.contract import scalars_in
from refimpl.laws.law import Claims, Finding, Law
from refimpl.laws.observation import Observation, ObservedNode
from refimpl.symbolic_shapes.events import Binding
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.terms import BoolSymbol, Symbol, free_of, to_text

__all__ = ["DOM", "may_bind", "scope_of"]

# The symbols of their sub-graphs do not escape: a branch may not be taken, a body may run often or never.
_CLOSED: Final = frozenset(
    f"higher_order.{name}" for name in ("cond", "while_loop", "scan", "map", "map_impl", "associative_scan")
)


def _claims(seen: Observation) -> Claims:
    findings: list[Finding] = []
    nodes = {node.path: node for node in seen.nodes}
    bound = set(seen.contract.bound)
    binders: dict[Symbol, dict[str, None]] = {}
    for binding in seen.bindings:
        bound.add(binding.symbol)
        binders.setdefault(binding.symbol, {})[binding.node] = None
        node = nodes.get(binding.node)
        if node is not None and not may_bind(binding, node):
            name = binding.symbol.name
            given = to_text(binding.term)
            # A symbol that stands for itself there was recorded where it is allocated, but in other words.
            fix = "record it by itself at the node that allocates it" if given == name else f"replace it by {given}"
            message = f"{name} is bound at {node.operator}, which allocates nothing; {fix}"
            findings.append(Finding("DOM", binding.node, "refuted", message))
    for symbol, first in sorted(seen.recorded_symbols.items(), key=lambda item: item[0].name):
        if symbol not in bound:
            node = nodes.get(first)
            operator = "" if node is None else f" of {node.operator}"
            message = (
                f"{symbol.name} stands first in the value{operator}, where nothing allocates it; bind it or replace it"
            )
            findings.append(Finding("DOM", first, "refuted", message))
    findings.extend(_out_of_reach(seen, binders, nodes))
    return Claims((), tuple(findings), max(len(seen.recorded_symbols) - len(findings), 0))


def may_bind(binding: Binding, node: ObservedNode) -> bool:
    """Whether the operator allocated the symbol now at that path, or may allocate there."""
    if node.assumed or node.failure is not None or binding.fresh in node.allocated:
        return True
    if not node.may_allocate:
        return False
    return node.places is None or keystr(binding.path).startswith(node.places)


def _out_of_reach(
    seen: Observation, binders: Mapping[Symbol, Mapping[str, None]], nodes: Mapping[str, ObservedNode]
) -> Iterator[Finding]:
    """The first use of each symbol that its binder does not precede, or that stands outside its binder's graph."""
    scopes = {path: scope_of(path, nodes) for symbol in binders for path in binders[symbol]}
    done: set[str] = set()
    reported: set[Symbol | BoolSymbol] = set()
    for node in seen.nodes:
        done.add(node.path)
        if node.is_input:
            continue
        for symbol in _symbols(node):
            at = binders.get(symbol) if isinstance(symbol, Symbol) else None
            if at is None or symbol in reported or symbol in seen.contract.bound:
                continue
            if not any(path in done and node.path.startswith(scopes[path]) for path in at):
                reported.add(symbol)
                message = f"{symbol.name} is used there, which {next(iter(at))}, where it is bound, does not precede"
                yield Finding("DOM", node.path, "refuted", message)


def _symbols(node: ObservedNode) -> list[Symbol | BoolSymbol]:
    found = {
        symbol for scalar in scalars_in(node.old) if not isinstance(scalar, (int, float)) for symbol in free_of(scalar)
    }
    return sorted(found, key=lambda symbol: symbol.name)


def scope_of(path: str, nodes: Mapping[str, ObservedNode]) -> str:
    """The graph in which what is bound at the path is known: a prefix of paths."""
    parts = path.split("/")
    for end in range(len(parts) - 1, 1, -2):
        parent = nodes.get("/".join(parts[: end - 1]))
        if parent is not None and parent.operator in _CLOSED:
            return "/".join(parts[:end]) + "/"
    return ""


DOM: Final = Law(
    "DOM",
    "Placeholders bind the symbols of their values; every other symbol is bound at a site that may allocate it, before "
    "its first use.",
    _claims,
)
