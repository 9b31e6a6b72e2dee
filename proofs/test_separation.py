"""Each policy of torch-2.13 that differs from exact is separated by plain numbers, replayed without a solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import pytest

from proofs.engine.opaque import of
from refimpl.symbolic_shapes import EXACT, TORCH_2_13, ShapeEnv
from refimpl.symbolic_shapes.bindings import resolve_unbacked_bindings
from refimpl.symbolic_shapes.constraints import Constraints
from refimpl.symbolic_shapes.key_path import KeyPath, SequenceKey
from refimpl.symbolic_shapes.profiles import Profile
from refimpl.symbolic_shapes.rebinding import Rebound, rebind
from refimpl.terms import Dim, of_atom, symbol
from tests.oracle.denotation import denote, holds

OLD, FRESH, OTHER, SIZE = (symbol(name) for name in ("u0", "u7", "u3", "s0"))


@dataclass(frozen=True)
class Case:
    """A step, and numbers at which one profile is right about it and the other is not.

    ``solves``: the numbers satisfy the step (and a profile that refuses it is wrong), or they break it (and a profile
    that admits them is).
    """

    value: Dim
    numbers: Mapping[str, int]
    solves: bool
    by: tuple[Dim, ...] = ()
    replaced: Mapping[str, Dim] | None = None


CASES: Mapping[str, Case] = {
    "constant": Case(5, {"u0": 3}, False),
    "backed": Case(SIZE, {"u0": 3, "s0": 4}, False),
    "divisibility": Case(SIZE * FRESH, {"u0": 1, "u7": 1, "s0": 0}, False, by=(SIZE,)),
    "derived": Case(FRESH + 1, {"u0": 4, "u7": 3}, True),
    "same": Case(OLD, {"u0": 4}, True),
    "hops": Case(FRESH, {"u0": 4, "u7": 4, "u3": 3}, True, replaced={"u7": OTHER + 1}),
}


def _admits(case: Case, profile: Profile) -> bool | None:
    """Whether the numbers are allowed after the step; None if the profile refuses it."""
    before = Constraints(
        (), {of(symbol(name)): by for name, by in (case.replaced or {}).items()}, fresh=frozenset((of(FRESH),))
    )
    outcome = rebind(before, of(OLD), case.value, case.by, profile)
    if not isinstance(outcome, Rebound):
        return None
    after = before.apply(outcome.delta)
    equations = all(
        denote(of_atom(name), case.numbers) == denote(by, case.numbers) for name, by in after.replacements.items()
    )
    return equations and all(holds(condition, case.numbers) for condition in after.conditions)


def _solves(case: Case) -> bool:
    """The definition of the step: each divisor is positive, the value is the old symbol times all of them."""
    product = denote(OLD, case.numbers)
    for divisor in case.by:
        size = denote(divisor, case.numbers)
        if product is None or size is None or size < 1:
            return False
        product *= size
    return denote(case.value, case.numbers) == product


@pytest.mark.parametrize("policy", CASES)
def test_the_policy_is_separated_from_exact_by_numbers(policy: str) -> None:
    case = CASES[policy]
    changed = replace(EXACT, name=policy, **{policy: getattr(TORCH_2_13, policy)})
    assert _solves(case) == case.solves
    assert _admits(case, EXACT) is case.solves, "exact says what the definition says"
    assert _admits(case, changed) is (None if case.solves else True), "the policy refuses it, or admits what breaks it"


def test_symbols_that_resolve_to_one_collapse_and_an_equation_is_lost() -> None:
    first, second = symbol("u1"), symbol("u2")
    paths: dict[str, KeyPath] = {"u1": (SequenceKey(0),), "u2": (SequenceKey(1),)}

    def kept(profile: Profile) -> set[KeyPath]:
        env = ShapeEnv(profile=profile)
        env.unbacked_renamings.update({of(first): of(OLD), of(second): of(OLD)})
        found = resolve_unbacked_bindings(env, {of(first): paths["u1"], of(second): paths["u2"]}) or {}
        return set(found.values())

    # With u0 = u1 = u2 = 3 and the numbers 4 and 3 at the two paths only the first equation is broken.
    assert kept(EXACT) == set(paths.values())
    assert kept(replace(EXACT, duplicates="collapse")) == {paths["u2"]}


def test_every_policy_that_differs_has_a_case() -> None:
    differ = {f.name for f in fields(Profile) if getattr(EXACT, f.name) != getattr(TORCH_2_13, f.name)}
    assert differ - {"name"} == {*CASES, "duplicates"}
