"""Fresh symbols that no node binds but that A determines are written as what was recorded there."""

from __future__ import annotations

from dataclasses import replace
from operator import is_

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.elimination import equation
from refimpl.laws.fresh import recorded_scalar
from refimpl.laws.law import Claim
from refimpl.laws.observation import ABSENT, Held, Observation, Stated
from refimpl.laws.theory import Theory
from refimpl.solver import Proved, Solver
from refimpl.symbolic_shapes.events import Binding
from refimpl.terms import (
    BoolSymbol,
    Scalar,
    Sort,
    Symbol,
    free_of,
    substitute,
    substitute_cond,
    to_dim,
    to_real,
)

__all__ = ["determined", "renamed_value"]


def determined(seen: Observation, solver: Solver) -> Observation:
    """The observation with every determined fresh symbol replaced by its recorded term.

    A speaks existentially of fresh symbols left unbound: where it implies ``f = τ``, that value is the only one.
    """
    if not seen.unbound:
        return seen
    theory = Theory(seen)
    mapping: dict[Symbol | BoolSymbol, Scalar] = {}
    for fresh in seen.unbound:
        recorded = recorded_scalar(fresh)
        if recorded is None or fresh.symbol in free_of(recorded):
            continue
        goal = equation(fresh.symbol, recorded)
        if goal is False:
            continue  # of another sort: nothing makes that its value, not even contradictory constraints
        claim = Claim("FRESH", fresh.node, goal, "after", "", None, "", fresh.predicates)
        if theory.settles(claim) or isinstance(solver.decide([theory.obligation(claim)])[0], Proved):
            mapping[fresh.symbol] = _of_sort(fresh.symbol, substitute(recorded, mapping))
    if not mapping:
        return seen
    return replace(
        seen,
        nodes=tuple(replace(node, new=renamed_value(node.new, mapping)) for node in seen.nodes),
        facts=tuple(_rewritten(fact, mapping) for fact in seen.facts),
        after=tuple(_rewritten(stated, mapping) for stated in seen.after),
        before=tuple(_rewritten(stated, mapping) for stated in seen.before),
        machine=tuple(substitute_cond(condition, mapping) for condition in seen.machine),
        extra_machine=tuple(substitute_cond(condition, mapping) for condition in seen.extra_machine),
        definitions=tuple(replace(d, term=substitute(d.term, mapping)) for d in seen.definitions),
        bindings=tuple(_divided(binding, mapping) if binding.side else binding for binding in seen.bindings),
        unbound=tuple(fresh for fresh in seen.unbound if fresh.symbol not in mapping),
        determined=mapping,
    )


def _of_sort(symbol: Symbol, term: Scalar) -> Scalar:
    return to_real(term) if symbol.sort is Sort.FLOAT else to_dim(term)


def _divided(binding: Binding, mapping: dict[Symbol | BoolSymbol, Scalar]) -> Binding:
    return replace(binding, side=tuple(substitute_cond(condition, mapping) for condition in binding.side))


def _rewritten(stated: Stated, mapping: dict[Symbol | BoolSymbol, Scalar]) -> Stated:
    condition = substitute_cond(stated.condition, mapping)
    enforced = substitute_cond(stated.enforced, mapping)
    unchanged = condition is stated.condition and enforced is stated.enforced
    return stated if unchanged else replace(stated, condition=condition, enforced=enforced)


def renamed_value(value: Held, mapping: dict[Symbol | BoolSymbol, Scalar]) -> Held:
    """The value with symbols replaced; the same object if none occurs."""
    if value is ABSENT or value is None or isinstance(value, str):
        return value
    if isinstance(value, FakeTensor):
        if all(mapping.keys().isdisjoint(free_of(term)) for term in (*value.sizes, *value.strides, value.offset)):
            return value
        return value.rewritten(lambda dim: to_dim(substitute(dim, mapping)))
    if isinstance(value, (list, tuple)):
        parts = [renamed_value(item, mapping) for item in value]
        if all(map(is_, parts, value)):
            return value
        return tuple([part for part in parts if part is not ABSENT])
    return value if mapping.keys().isdisjoint(free_of(value)) else substitute(value, mapping)
