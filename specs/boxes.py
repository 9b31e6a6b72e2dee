"""A second semantics: the meaning of constraints and of a rebinding step by trying every valuation of a box."""

from __future__ import annotations

from typing import assert_never

from hypothesis import strategies as st

from refimpl.symbolic_shapes import Constraints, Inconsistent, Outcome, Rebound, Undecided
from refimpl.terms import Cond, Dim, Symbol, conjuncts, eq, evaluate, int_of_bool
from tests.symbolic_shapes.boxes import FRESH, OLD, OTHER, SIZE, conditions, dims, equal, holds, of, valuations

__all__ = ["FRESH_SYMBOLS", "environments", "faults", "kinds_of_value", "paths_of_divisors"]

FRESH_SYMBOLS = frozenset((of(FRESH),))


def environments() -> st.SearchStrategy[Constraints]:
    """Constraints on the box; one of its unbacked symbols may be replaced already."""
    nothing: dict[Symbol, Dim] = {}
    replaced = st.one_of(
        st.just(nothing),
        dims((FRESH, SIZE)).map(lambda by: {of(OTHER): by}),
        dims((SIZE, OTHER)).map(lambda by: {of(FRESH): by}),
        dims((OTHER, SIZE)).map(lambda by: {of(OLD): by}),
    )
    return st.builds(_environment, st.lists(conditions(), max_size=3), replaced)


def _environment(said: list[Cond], replacements: dict[Symbol, Dim]) -> Constraints:
    empty = Constraints((), dict(replacements), fresh=FRESH_SYMBOLS)
    resolved = [empty.resolve_cond(condition) for condition in said]
    kept = dict.fromkeys(c for condition in resolved if condition is not False for c in conjuncts(condition))
    return Constraints(tuple(kept), dict(replacements), fresh=FRESH_SYMBOLS)


def kinds_of_value() -> st.SearchStrategy[Dim]:
    """Every kind of value at a path: fresh, constant, backed, derived, replaced, a boolean's integer form."""
    return st.one_of(
        st.just(FRESH),
        st.integers(-2, 6),
        dims((SIZE,)),
        dims((OTHER, FRESH)),
        st.just(OTHER),
        st.just(OLD),
        st.builds(int_of_bool, conditions()),
        st.just(int_of_bool(eq(FRESH, 1))),
    )


def paths_of_divisors() -> st.SearchStrategy[tuple[Dim, ...]]:
    """The ``DivideByKey`` of a path: none, constant, symbolic, two."""
    return st.sampled_from(((), (1,), (2,), (3,), (SIZE,), (2, SIZE), (SIZE + 1,)))


def solves(before: Constraints, value: Dim, by: tuple[Dim, ...], valuation: dict[str, int | float | bool]) -> bool:
    """The definition of the step: the constraints hold, each divisor is positive, value = divisors * old symbol."""
    if not holds(before, valuation):
        return False
    product: Dim = OLD
    for divisor in by:
        if evaluate(divisor, valuation) < 1:
            return False
        product = product * divisor
    return equal(value, product, valuation)


def faults(before: Constraints, value: Dim, by: tuple[Dim, ...], outcome: Outcome) -> list[str]:
    """How an outcome differs from the definition of the step on the box: lossy, inventive, solvable."""
    match outcome:
        case Rebound(delta):
            after = before.apply(delta)
            return sorted(
                {
                    "lossy" if holds(after, valuation) else "inventive"
                    for valuation in valuations()
                    if holds(after, valuation) != solves(before, value, by, valuation)
                }
            )
        case Inconsistent():
            return ["solvable"] * any(solves(before, value, by, valuation) for valuation in valuations())
        case Undecided(reason):
            return [f"integers leave nothing undecided: {reason}"]
        case _:
            assert_never(outcome)
