"""Each law holds of the reference and is broken by an implementation with the fault that it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from refimpl.export import ExportedProgram
from refimpl.laws import Json
from refimpl.symbolic_shapes import TORCH_2_13, Constraints, Inconsistent, Outcome, Rebound
from refimpl.terms import Dim, IntTerm, Scalar, Symbol, conjuncts, ge, of_atom, symbol
from refimpl.testing import PROPAGATION_LAWS, REBINDING_LAWS, LawBroken, RebindingStep, Reference, check_law

REBINDING = {law.name: law for law in REBINDING_LAWS}
PROPAGATION = {law.name: law for law in PROPAGATION_LAWS}
Change = Callable[[RebindingStep, Outcome], Outcome]


class Changed:
    """The reference with its answers changed."""

    def __init__(self, change: Change) -> None:
        self._change = change

    def rebind(self, view: Constraints, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...]) -> Outcome:
        outcome = Reference().rebind(view, symbol, value, divisors)
        return self._change(RebindingStep(view, symbol, value, divisors), outcome)


def never_refuses(step: RebindingStep, outcome: Outcome) -> Outcome:
    return outcome if isinstance(outcome, Rebound) else Reference().rebind(Constraints(), step.symbol, 0, ())


def always_refuses(step: RebindingStep, outcome: Outcome) -> Outcome:
    return Inconsistent(step.before.conditions, "no")


def replaces_the_size(step: RebindingStep, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Rebound):
        return outcome
    size = next(each for each in symbol("s0").free if isinstance(each, Symbol))
    return replace(outcome, delta=replace(outcome.delta, replaced=((size, of_atom(step.symbol)),)))


def replaces_each_by_the_other(step: RebindingStep, outcome: Outcome) -> Outcome:
    fresh = step.value.symbol if isinstance(step.value, IntTerm) else None
    if not isinstance(outcome, Rebound) or fresh is None or fresh is step.symbol or step.divisors:
        return outcome
    both = ((fresh, of_atom(step.symbol)), (step.symbol, of_atom(fresh)))
    return replace(outcome, delta=replace(outcome.delta, replaced=both))


def replaces_by_a_float(step: RebindingStep, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Rebound):
        return outcome
    return replace(outcome, delta=replace(outcome.delta, replaced=((step.symbol, 2.0),)))


def writes_into_what_it_reads(step: RebindingStep, outcome: Outcome) -> Outcome:
    replacements = step.before.replacements
    assert isinstance(replacements, dict)
    replacements[step.symbol] = 1
    return outcome


def never_settles(step: RebindingStep, outcome: Outcome) -> Outcome:
    if not isinstance(outcome, Rebound):
        return outcome
    # A square is never negative: nothing is invented, and yet there is more to check after each run.
    root = symbol("u3") + len(step.before.conditions)
    more = conjuncts(ge(root * root, 0))
    return replace(outcome, delta=replace(outcome.delta, added=(*outcome.delta.added, *more)))


@pytest.mark.parametrize("name", REBINDING)
def test_the_reference_obeys_each_law_of_rebinding(name: str) -> None:
    check_law(REBINDING[name], Reference(), max_examples=40)


@pytest.mark.parametrize("name", PROPAGATION)
def test_the_reference_obeys_each_law_of_propagation(name: str) -> None:
    check_law(PROPAGATION[name], Reference(), max_examples=25)


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("EXACT", never_refuses, "lossy"),
        ("EXACT", always_refuses, "has a solution"),
        ("FRAME", replaces_the_size, "replaces s0"),
        ("ROOT", replaces_each_by_the_other, "is replaced by itself in the end"),
        ("SORT", replaces_by_a_float, "is replaced by 2.0"),
        ("ATOM", writes_into_what_it_reads, "left a trace"),
        ("STEADY", never_settles, "runtime asserts grow"),
    ],
)
def test_a_fault_in_rebinding_breaks_its_law(name: str, change: Change, said: str) -> None:
    with pytest.raises(LawBroken, match=said) as caught:
        check_law(REBINDING[name], Changed(change), max_examples=400, max_shrinks=10)
    assert caught.value.law == name


def test_the_profile_of_pytorch_is_not_exact() -> None:
    with pytest.raises(LawBroken, match=r"^EXACT: "):
        check_law(REBINDING["EXACT"], Reference(TORCH_2_13), max_shrinks=10)


class Reported:
    """The reference with its report changed; each call counts."""

    def __init__(self, change: Callable[[dict[str, Json], int], None]) -> None:
        self._change = change
        self._calls = 0

    def propagate(self, program: ExportedProgram) -> Mapping[str, Json]:
        self._calls += 1
        report = dict(Reference().propagate(program))
        self._change(report, self._calls)
        return report


def grows(report: dict[str, Json], call: int) -> None:
    report["calls"] = call


def loses_bindings(report: dict[str, Json], call: int) -> None:
    report["bindings"] = []


def loses_requirements(report: dict[str, Json], call: int) -> None:
    report["requirements"] = []


def invents_a_requirement(report: dict[str, Json], call: int) -> None:
    report["requirements"] = [{"node": "x", "expr": "u0 >= 4"}]


def writes_nonsense(report: dict[str, Json], call: int) -> None:
    report["requirements"] = [{"node": "x", "expr": "u0 +"}]


def changes_a_dtype(report: dict[str, Json], call: int) -> None:
    values = report["values"]
    assert isinstance(values, Mapping)
    report["values"] = {name: {**value, "dtype": "torch.int8"} if isinstance(value, Mapping) else value
                        for name, value in values.items()}  # fmt: skip


@pytest.mark.parametrize(
    ("law", "change", "said"),
    [
        ("REPEAT", grows, "the second propagation"),
        ("BIND", loses_bindings, "BIND at .*: the binding of u0 at .* is lost"),
        ("EQUIV", loses_requirements, "EQUIV at .*: weakened: .* is lost .*u[0-9] = "),
        ("EQUIV", invents_a_requirement, "EQUIV at x: strengthened: u0 >= 4 "),
        ("EQUIV", writes_nonsense, "REPORT at x: the requirement 'u0 \\+' is no condition"),
        ("VALUE", changes_a_dtype, "VALUE at .*: recorded torch.float32, propagated torch.int8"),
    ],
)
def test_a_fault_in_a_propagation_breaks_its_law(
    law: str, change: Callable[[dict[str, Json], int], None], said: str
) -> None:
    with pytest.raises(LawBroken, match=said):
        check_law(PROPAGATION[law], Reported(change), max_shrinks=10)


def test_what_the_implementation_raises_passes_through() -> None:
    def fails(step: RebindingStep, outcome: Outcome) -> Outcome:
        raise ZeroDivisionError("its own")

    with pytest.raises(ZeroDivisionError, match="its own"):
        check_law(REBINDING["EXACT"], Changed(fails), max_examples=2)
