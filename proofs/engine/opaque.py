"""Arbitrary constraints as terms: opaque predicates of any symbols, and what an environment of them means."""

from __future__ import annotations

from collections.abc import Sequence

from proofs.engine.meaning import Meaning
from proofs.engine.smt import apply, both, equal
from refimpl.symbolic_shapes.constraints import Constraints
from refimpl.terms import Cond, Dim, IntTerm, Symbol, ge, lshift, of_atom, rshift, symbol

__all__ = ["environment_text", "equation_text", "number", "of", "predicate", "step_text"]


def of(term: IntTerm) -> Symbol:
    """The symbol that the term is."""
    found = term.symbol
    if found is None:
        raise TypeError(f"{term} is no symbol")
    return found


def number(tag: str, *arguments: Dim) -> Dim:
    """An arbitrary function of the arguments: no rule of the normal form touches a shift by a symbol."""
    count: Dim = symbol(tag)
    for argument in reversed(arguments[1:]):
        count = lshift(argument, count)
    return rshift(arguments[0], count)


def predicate(tag: str, *arguments: Dim) -> Cond:
    """An arbitrary predicate of the arguments; the bound keeps what is known of shifts of sizes from deciding it."""
    return ge(number(tag, *arguments), symbol(f"{tag}.bound"))


def environment_text(meaning: Meaning, constraints: Constraints) -> str:
    """Where a valuation satisfies the conditions and the equation of every replacement."""
    parts = [meaning.condition(condition) for condition in constraints.conditions]
    for name, by in constraints.replacements.items():
        if not isinstance(by, (int, IntTerm)):
            raise TypeError(f"{by} is no integer")
        parts.append(equation_text(meaning, of_atom(name), by))
    return both(parts)


def equation_text(meaning: Meaning, left: Dim, right: Dim) -> str:
    """Where both are defined and equal."""
    (a, a_defined), (b, b_defined) = meaning.integer(left), meaning.integer(right)
    return both((a_defined, b_defined, equal(a, b)))


def step_text(meaning: Meaning, name: Dim, value: Dim, divisors: Sequence[Dim]) -> str:
    """What a rebinding step is to add, straight from its definition: ``value = d1 * d2 * name``, every ``d > 0``."""
    texts = [meaning.integer(part) for part in (name, value, *divisors)]
    (u, _), (t, _), *factors = texts
    product = u if not factors else apply("*", u, *(text for text, _ in factors))
    positive = (apply(">", text, "0") for text, _ in factors)
    return both((*(defined for _, defined in texts), *positive, equal(t, product)))
