"""What a blind run observed, written by hand: nothing but what is given."""

from __future__ import annotations

from dataclasses import replace

from refimpl.laws.observation import Contract, Held, Observation, ObservedNode, Stated
from refimpl.symbolic_shapes.events import Binding, Definition
from refimpl.terms import BoolSymbol, Cond, Sort, Symbol, bool_symbol, float_symbol, symbol, symbol_atom

__all__ = ["EMPTY", "P", "S", "U", "V", "ZF", "atom", "fact", "node", "observed", "stated", "values"]

S, U, V = symbol("s0"), symbol("u0"), symbol("u1")
P, ZF = bool_symbol("p0"), float_symbol("zuf0")
EMPTY = Observation(Contract((), {}, frozenset()), (), (), (), (), (), (), (), (), (), {})
"""Nothing was promised, recorded or said."""


def atom(name: str) -> Symbol:
    """The integer symbol of that name, by itself."""
    return symbol_atom(name, Sort.INT)


def stated(condition: Cond, *, node: str = "n", order: int = 0, under: tuple[Cond, ...] = ()) -> Stated:
    """A condition that the operator of the node enforces."""
    return Stated(node, condition, "operator", under, order=order)


def fact(condition: Cond, *, node: str = "n", order: int = 0, under: tuple[Cond, ...] = ()) -> Stated:
    """A fact of the node."""
    return Stated(node, condition, "fact", under, order=order)


def node(path: str, old: Held, new: Held, operator: str = "aten.relu.default") -> ObservedNode:
    """A node with both values."""
    return ObservedNode(path, operator, old, new)


def values(*pairs: tuple[Held, Held]) -> Observation:
    """Nodes ``n0``, ``n1``, ... with those recorded and new values."""
    return replace(EMPTY, nodes=tuple(node(f"n{index}", *pair) for index, pair in enumerate(pairs)))


def observed(
    *,
    contract: tuple[Cond, ...] = (),
    hints: dict[str, int] | None = None,
    bound: frozenset[Symbol] = frozenset(),
    unreadable: tuple[str, ...] = (),
    nodes: tuple[ObservedNode, ...] = (),
    machine: tuple[Cond, ...] = (),
    facts: tuple[Stated, ...] = (),
    definitions: tuple[Definition, ...] = (),
    bindings: tuple[Binding, ...] = (),
    after: tuple[Stated, ...] = (),
    before: tuple[Stated, ...] = (),
    recorded: dict[Symbol | BoolSymbol, str] | None = None,
) -> Observation:
    """What is given, and nothing else."""
    return replace(
        EMPTY,
        contract=Contract(contract, hints or {}, bound, unreadable),
        nodes=nodes,
        machine=machine,
        facts=facts,
        definitions=definitions,
        bindings=bindings,
        after=after,
        before=before,
        recorded_symbols=recorded or {},
    )
