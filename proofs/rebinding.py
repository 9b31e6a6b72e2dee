"""Rebinding: the shipped step is exact over arbitrary constraints, and where PyTorch 2.13's is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, assert_never, final

from proofs.engine.meaning import Meaning
from proofs.engine.opaque import environment_text, equation_text, number, of, predicate, step_text
from proofs.engine.smt import Obligation, both, equal, iff, literal, negation
from proofs.engine.theorem import Group, Theorem
from refimpl.symbolic_shapes import profiles, rebinding
from refimpl.symbolic_shapes.constraints import Constraints
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    Scalar,
    conjuncts,
    eq,
    floor_div,
    ge,
    int_max,
    int_of_bool,
    land,
    le,
    lnot,
    lor,
    ne,
    symbol,
)

__all__ = ["CASES", "FRESH", "GROUP", "OLD", "OTHER", "SIZE", "Case", "arbitrary_environment"]

OLD, FRESH, OTHER, THIRD, SIZE = (symbol(name) for name in ("u0", "u7", "u3", "u4", "s0"))
_FRESH: Final = frozenset((of(FRESH),))


@final
@dataclass(frozen=True, slots=True)
class Case:
    """One kind of step: ``t``, what is replaced already, what is known beside the opaque conditions, the divisors."""

    name: str
    value: Dim
    replacements: Mapping[str, Dim]
    known: tuple[Cond, ...] = ()
    divisors: tuple[Dim, ...] = ()


def _case(
    name: str, value: Dim, *known: Cond, by: tuple[Dim, ...] = (), replaced: Mapping[str, Dim] | None = None
) -> Case:
    return Case(name, value, replaced or {}, known, by)


def _arbitrary() -> tuple[Cond, ...]:
    """Opaque predicates of each symbol, of several together, in every form that a condition has."""
    return (
        predicate("p0", OLD),
        predicate("p1", FRESH),
        predicate("p2", OTHER),
        predicate("p3", OLD, FRESH),
        predicate("p4", FRESH, SIZE),
        predicate("p5", OLD, FRESH, OTHER, SIZE),
        eq(number("p6", FRESH, OLD), 0),
        ne(number("p7", OLD, OTHER), 0),
        lor(predicate("p8", OLD), land(predicate("p9", FRESH), lnot(predicate("p10", OTHER)))),
    )


_SIMPLE: Final = (
    _case("fresh", FRESH),
    *(_case(f"constant {value}", value) for value in (-3, 0, 1, 2, 5)),
    _case("backed", SIZE),
    _case("expression over backed", 2 * SIZE + 1),
    _case("derived", FRESH + 1),
    _case("twice the fresh", 2 * FRESH),
    _case("derived from two", FRESH * OTHER - SIZE),
    _case("quotient", floor_div(FRESH, 2)),
    _case("maximum", int_max(FRESH, OTHER)),
    _case("the symbol itself", OLD),
    _case("contains the symbol", OLD + FRESH),
    _case("opaque", number("p11", FRESH, SIZE)),
    _case("ranges", FRESH, ge(OLD, 3), le(FRESH, 9), ge(FRESH, 0)),
    _case("ranges apart", FRESH, ge(OLD, 4), le(FRESH, 2)),
    _case("constant outside", 4, le(OLD, 3)),
    _case("constant inside", 2, le(OLD, 3)),
)
_REPLACED: Final = (
    _case("one hop", FRESH, replaced={"u7": OTHER}),
    _case("two hops", FRESH, replaced={"u7": OTHER + 1, "u3": SIZE}),
    _case("old replaced", FRESH, replaced={"u0": SIZE + 1}),
    _case("both replaced", FRESH, replaced={"u0": SIZE, "u7": 2 * SIZE}),
    _case("both constant", FRESH, replaced={"u0": 3, "u7": 3}),
    _case("both constant, apart", FRESH, replaced={"u0": 3, "u7": 4}),
    _case("old is another, value a third", THIRD, replaced={"u0": OTHER}),
    _case("to itself", FRESH, replaced={"u7": OLD}),
)
_DIVIDED: Final = (
    _case("half the fresh", FRESH, by=(2,)),
    _case("half of twice", 2 * FRESH, by=(2,)),
    _case("third of twice", 2 * FRESH, by=(3,)),
    _case("by a size", FRESH, by=(SIZE,)),
    _case("product by a size", SIZE * FRESH, by=(SIZE,)),
    _case("by two", 4 * FRESH, by=(2, 2)),
    _case("by two, inexact", FRESH + 1, by=(2, 3)),
    _case("by a derived size", FRESH, by=(SIZE + 1,)),
    _case("constant", 6, by=(3,)),
    _case("constant, inexact", 7, by=(3,)),
    _case("by zero", 4, by=(0,)),
    _case("by a negative", FRESH, by=(-2,)),
    _case("replaced", FRESH, by=(2,), replaced={"u7": 2 * OTHER}),
)
_BOOLEAN: Final = (
    _case("of an equation", int_of_bool(eq(FRESH, 1))),
    _case("of an equation in 0, 1", int_of_bool(eq(FRESH, 1)), ge(FRESH, 0), le(FRESH, 1)),
    _case("of an opaque predicate", int_of_bool(predicate("p12", FRESH, SIZE))),
    _case("of an equation with 2", int_of_bool(eq(FRESH, 2)), ge(FRESH, 0), le(FRESH, 2)),
)

CASES: Final = (*_SIMPLE, *_REPLACED, *_DIVIDED, *_BOOLEAN)
"""Every kind of step."""


def arbitrary_environment(case: Case) -> Constraints:
    """Arbitrary constraints after the case's replacements, each written in what is left."""
    replaced = {of(symbol(name)): by for name, by in case.replacements.items()}
    empty = Constraints((), replaced, fresh=_FRESH)
    kept = {
        part: None for condition in (*_arbitrary(), *case.known) for part in conjuncts(empty.resolve_cond(condition))
    }
    return Constraints(tuple(kept), replaced, fresh=_FRESH)


def _exact(case: Case, before: Constraints, outcome: rebinding.Outcome) -> Obligation:
    """``Rebound`` adds exactly the equation; ``Inconsistent`` says that there is no solution; nothing else is given."""
    meaning = Meaning()
    start = environment_text(meaning, before)
    wanted = both((start, step_text(meaning, OLD, case.value, case.divisors)))
    match outcome:
        case rebinding.Rebound(delta):
            goal = iff(wanted, environment_text(meaning, before.apply(delta)))
        case rebinding.Inconsistent():
            goal = negation(wanted)
        case rebinding.Undecided():
            goal = "false"
        case _:
            assert_never(outcome)
    return Obligation(case.name, tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _steps(cases: tuple[Case, ...]) -> Callable[[], Iterator[Obligation]]:
    def obligations() -> Iterator[Obligation]:
        for case in cases:
            before = arbitrary_environment(case)
            yield _exact(case, before, rebinding.rebind(before, of(OLD), case.value, case.divisors))

    return obligations


def _chains() -> Iterator[Obligation]:
    """Steps in a row, each on the outcome of the one before."""
    chains: tuple[tuple[str, tuple[tuple[Dim, Dim], ...]], ...] = (
        ("one fresh under two names", ((OLD, FRESH), (OTHER, FRESH))),
        ("one name for two fresh", ((OLD, FRESH), (OLD, THIRD))),
        ("a ring", ((OLD, FRESH), (OTHER, THIRD), (FRESH, OTHER), (THIRD, OLD))),
        ("derived, then fresh", ((OLD, OTHER + 1), (OTHER, FRESH))),
        ("constant at the end", ((OLD, FRESH), (OTHER, OLD), (THIRD, OTHER), (FRESH, 5))),
        ("backed in the middle", ((OLD, FRESH), (FRESH, SIZE), (OTHER, OLD + FRESH))),
    )
    for name, steps in chains:
        meaning = Meaning()
        first = arbitrary_environment(_case(name, FRESH))
        constraints: Constraints | None = first
        wanted = [environment_text(meaning, first)]
        for left, right in steps:
            wanted.append(equation_text(meaning, left, right))
            if constraints is None:
                continue
            outcome = rebinding.rebind(constraints, of(symbol(str(left))), right)
            constraints = constraints.apply(outcome.delta) if isinstance(outcome, rebinding.Rebound) else None
        after = "false" if constraints is None else environment_text(meaning, constraints)
        goal = iff(both(wanted), after)
        yield Obligation(name, tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _resolution() -> Iterator[Obligation]:
    """Resolved terms mention nothing that is replaced, and keep their value."""
    for case in _REPLACED:
        before = arbitrary_environment(case)
        for term in (FRESH, OLD + OTHER, floor_div(FRESH, 3), OLD * FRESH - 1, number("p13", OLD, FRESH)):
            resolved = before.resolve(term)
            meaning = Meaning()
            goal = "false"
            if isinstance(resolved, (int, float)) or before.replacements.keys().isdisjoint(resolved.free):
                goal = equation_text(meaning, _dim(term), _dim(resolved))
            start = environment_text(meaning, before)
            name = f"{case.name}: {term}"
            yield Obligation(name, tuple(meaning.declarations), (*meaning.definitions, start), goal)


def _refiling() -> Iterator[Obligation]:
    """No condition after a step mentions a symbol that the step replaced."""
    for case in CASES:
        before = arbitrary_environment(case)
        outcome = rebinding.rebind(before, of(OLD), case.value, case.divisors)
        if isinstance(outcome, rebinding.Rebound):
            after = before.apply(outcome.delta)
            gone = {name for name, _ in outcome.delta.replaced}
            clean = all(gone.isdisjoint(condition.free) for condition in after.conditions)
            backed = any(not name.name.startswith("u") for name in gone)
            yield Obligation(case.name, (), (), "true" if clean and not backed else "false")


def _store() -> Iterator[Obligation]:
    """The mutable store of an environment, given the same step, ends with the same constraints."""
    for case in (*_SIMPLE, *_DIVIDED, *_BOOLEAN):
        store = Knowledge()
        for condition in (*_arbitrary(), *case.known):
            store.assume(condition)
        start = store.snapshot()
        if start is None:
            continue
        before = Constraints(start.conditions, start.replacements, fresh=_FRESH)
        outcome = rebinding.rebind(before, of(OLD), case.value, case.divisors)
        if not isinstance(outcome, rebinding.Rebound):
            continue
        store.apply(outcome.delta)
        end = store.snapshot()
        meaning = Meaning()
        wanted = both((environment_text(meaning, before), step_text(meaning, OLD, case.value, case.divisors)))
        goal = iff(wanted, "false" if end is None else environment_text(meaning, end))
        yield Obligation(case.name, tuple(meaning.declarations), tuple(meaning.definitions), goal)


def _separation() -> Iterator[Obligation]:
    """A valuation that one profile admits and the other does not, by evaluation alone."""
    lost: tuple[tuple[str, Dim, tuple[Dim, ...], dict[str, int]], ...] = (
        ("a constant is dropped", 5, (), {"u0": 3}),
        ("a backed value is dropped", SIZE, (), {"u0": 3, "s0": 4}),
        ("the sign of the divisor is ignored", SIZE * FRESH, (SIZE,), {"u0": 1, "u7": 1, "s0": 0}),
    )
    for name, value, by, witness in lost:
        outcome = rebinding.rebind(_FREE, of(OLD), value, by, profiles.TORCH_2_13)
        meaning = Meaning()
        step = step_text(meaning, OLD, value, by)
        after = environment_text(meaning, _FREE.apply(outcome.delta)) if isinstance(outcome, rebinding.Rebound) else ""
        yield _at(name, meaning, witness, both((after or "false", negation(step))))
    refused: tuple[tuple[str, Dim, dict[str, Dim], dict[str, int]], ...] = (
        ("a derived value is refused", FRESH + 1, {}, {"u0": 4, "u7": 3}),
        ("the symbol itself is refused", OLD, {}, {"u0": 4}),
        ("two hops are refused", FRESH, {"u7": OTHER + 1}, {"u0": 4, "u7": 4, "u3": 3}),
    )
    for name, value, replaced, witness in refused:
        before = Constraints((), {of(symbol(gone)): by for gone, by in replaced.items()}, fresh=_FRESH)
        torch = rebinding.rebind(before, of(OLD), value, (), profiles.TORCH_2_13)
        exact = rebinding.rebind(before, of(OLD), value)
        meaning = Meaning()
        goal = "false"
        if isinstance(torch, rebinding.Undecided) and torch.refused and isinstance(exact, rebinding.Rebound):
            goal = environment_text(meaning, before.apply(exact.delta))
        yield _at(name, meaning, witness, goal)


_FREE: Final = Constraints(fresh=_FRESH)


def _at(name: str, meaning: Meaning, witness: Mapping[str, int], goal: str) -> Obligation:
    given = tuple(equal(meaning.integer(symbol(name))[0], literal(value)) for name, value in witness.items())
    return Obligation(name, tuple(meaning.declarations), (*meaning.definitions, *given), goal)


_STEP: Final = "refimpl.symbolic_shapes.rebinding:rebind"
_APPLY: Final = "refimpl.symbolic_shapes.constraints:Constraints.apply"
_KINDS: Final = "every kind of value and divisor is one case; the constraints, the symbols and sizes are arbitrary"

GROUP: Final = Group(
    "proofs/rebinding.py",
    "Rebinding",
    (
        Theorem(
            "renaming_adds_exactly_one_equation",
            "A step in profile exact keeps the constraints and adds that the symbol equals its value; "
            "an inconsistent one has no solution.",
            (_STEP, _APPLY, "refimpl.symbolic_shapes.rebinding:replace_in_condition"),
            _steps(_SIMPLE),
            _KINDS,
        ),
        Theorem(
            "a_step_on_replaced_symbols_is_exact",
            "A step is exact when the symbol, its value or both were replaced before, over any number of hops.",
            (_STEP, _APPLY),
            _steps(_REPLACED),
            _KINDS,
        ),
        Theorem(
            "a_divided_step_keeps_its_side_condition",
            "Under DivideByKey the step says that the divisors are positive and that they divide the value.",
            (_STEP, "refimpl.symbolic_shapes.rebinding:quotient"),
            _steps(_DIVIDED),
            _KINDS,
        ),
        Theorem(
            "the_integer_form_of_a_boolean_is_rebound_exactly",
            "The integer form of a boolean is cancelled only where its symbol is 0 or 1.",
            (_STEP, "refimpl.symbolic_shapes.rebinding:_cancel_boolean"),
            _steps(_BOOLEAN),
            _KINDS,
        ),
        Theorem(
            "chains_of_steps_add_exactly_their_equations",
            "Steps in a row, over shared symbols, add exactly the conjunction of their equations.",
            (_STEP, _APPLY),
            _chains,
            "six chains of two to four steps over arbitrary constraints",
        ),
        Theorem(
            "resolution_goes_to_the_end",
            "A resolved term mentions no replaced symbol and has the same value.",
            ("refimpl.symbolic_shapes.constraints:Constraints.resolve",),
            _resolution,
            "replacements of up to two hops",
        ),
        Theorem(
            "requirements_are_refiled_under_the_representative",
            "After a step no condition mentions the symbol that it replaced, which is never a backed one.",
            (_APPLY,),
            _refiling,
            _KINDS,
        ),
        Theorem(
            "the_store_applies_steps_exactly",
            "The store of an environment ends with exactly the constraints and the step's equation.",
            ("refimpl.symbolic_shapes.knowledge:Knowledge.apply",),
            _store,
            _KINDS,
        ),
        Theorem(
            "torch_2_13_is_separated_from_exact_by_witnesses",
            "In each case where PyTorch 2.13's step is not exact, a valuation shows it.",
            (_STEP, "refimpl.symbolic_shapes.rebinding:_policy"),
            _separation,
        ),
    ),
)


def _dim(value: Scalar) -> Dim:
    if isinstance(value, (int, IntTerm)):
        return value
    raise TypeError(f"{value} is no integer")
