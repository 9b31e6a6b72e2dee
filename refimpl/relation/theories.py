"""What may be assumed where one program accepts, and where both do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from refimpl.laws.observation import Contract, Observation, Stated
from refimpl.laws.theory import Theory
from refimpl.relation.side import Side, alone
from refimpl.terms import Cond, Ge, Symbol

__all__ = ["ASKED", "PROMISED", "accepting", "both_accepting", "hints_of", "running"]

PROMISED: Final = 0
"""Until where facts count for what the refusing program wants of the caller: before any of its own."""
ASKED: Final = 1
"""By how much the places of its own log are moved: its contract comes before them."""


def accepting(accepts: Side, refuses: Side) -> Theory:
    """Where ``accepts`` runs to its end; facts of ``refuses`` count up to the place that a claim names."""
    promised = [replace(stated, order=PROMISED) for stated in refuses.contract]
    met = [replace(fact, order=fact.order + ASKED) for fact in refuses.facts]
    return _theory(
        (accepts, refuses),
        contract=[stated.condition for stated in accepts.contract],
        machine=(*accepts.machine, *filter(_is_total, refuses.machine)),
        products=accepts.products,
        facts=(*(replace(fact, order=PROMISED - 1) for fact in accepts.facts), *promised, *met),
        before=accepts.required,
    )


def running(side: Side) -> Theory:
    """Where the program runs to its end."""
    return _theory(
        (side,),
        contract=[stated.condition for stated in side.contract],
        machine=side.machine,
        products=side.products,
        facts=side.facts,
        before=side.required,
    )


def both_accepting(old: Side, new: Side) -> Theory:
    """Where both programs run to their end."""
    return _theory(
        (old, new),
        contract=[stated.condition for stated in (*old.contract, *new.contract)],
        machine=(*old.machine, *new.machine),
        products=(*old.products, *new.products),
        facts=(*old.facts, *new.facts),
        before=(*old.required, *new.required),
    )


def hints_of(*sides: Side) -> dict[str, int]:
    """The example sizes, in common names; those of the first program that has one."""
    found: dict[str, int] = {}
    for side in sides:
        for symbol, term in side.own.items():
            common = alone(term)
            if common is not None and symbol.name in side.hints:
                found.setdefault(common.name, side.hints[symbol.name])
    return found


def _is_total(condition: Cond) -> bool:
    """Whether it excludes no valuation by being undefined there: the program may refuse what is undefined."""
    return isinstance(condition, Ge) and all(
        isinstance(atom, Symbol) for monomial, _ in condition.term.monomials for atom in monomial
    )


def _theory(
    sides: tuple[Side, ...],
    *,
    contract: Iterable[Cond],
    machine: tuple[Cond, ...],
    products: tuple[Cond, ...],
    facts: tuple[Stated, ...],
    before: tuple[Stated, ...],
) -> Theory:
    return Theory(
        Observation(
            contract=Contract(tuple(contract), hints_of(*sides), frozenset()),
            nodes=(),
            machine=machine,
            facts=facts,
            definitions=tuple(definition for side in sides for definition in side.definitions),
            bindings=(),
            after=(),
            before=before,
            unbound=(),
            specializations=(),
            recorded_symbols={},
            extra_machine=products,
        )
    )
