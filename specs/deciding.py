"""OBL, continued: what is asked of a solver, and which unbound symbols are determined."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from refimpl.laws.contract import LARGEST
from refimpl.laws.decide import decide
from refimpl.laws.determine import determined, renamed_value
from refimpl.laws.law import Claim
from refimpl.laws.observation import ABSENT, FreshSymbol, Stated
from refimpl.laws.theory import Theory
from refimpl.solver import Obligation, Proved, Refuted, Undecided, Verdict, make_solver
from refimpl.symbolic_shapes import CallMethodKey, DivideByKey, SequenceKey
from refimpl.symbolic_shapes.events import Binding, Definition
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Scalar,
    Symbol,
    bool_symbol,
    eq,
    float_eq,
    float_symbol,
    ge,
    land,
    le,
    lor,
    mod,
    symbol,
)
from specs.clauses import Clause, checks
from tests.laws import observations as made
from tests.laws.observations import F0, SIZE0, U0, U1, U7, U8, node, seen

__all__ = ["OBL_11", "OBL_12"]

_LAWS = "refimpl.laws"
S, U, V, F, G = (symbol(name) for name in ("s0", "u0", "u1", "u7", "u8"))
X = float_symbol("zuf0")
P = bool_symbol("p0")

OBL_11 = Clause(
    "OBL-11",
    "What interval facts settle is not asked of a solver, unless everything is; a refutation that breaks the bounds of"
    " products is asked again with them.",
    f"{_LAWS}.decide:decide",
    "obl-refutations-beyond-machine-integers-stand",
)


@dataclass
class Recorder:
    """Answers from a list, and remembers what it was asked."""

    answers: list[Verdict]
    asked: list[tuple[tuple[Cond, ...], Cond]] = field(default_factory=list[tuple[tuple[Cond, ...], Cond]])
    names: list[str] = field(default_factory=list[str])
    calls: int = 0

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The next answers."""
        self.calls += 1
        self.names.extend(obligation.name for obligation in obligations)
        self.asked.extend((obligation.hypotheses, obligation.goal) for obligation in obligations)
        return tuple(self.answers.pop(0) for _ in obligations)


def _claim(goal: Cond) -> Claim:
    return Claim("EQUIV", "n", goal, "after", "", None, "")


@checks(OBL_11)
def test_what_is_settled_is_not_asked_and_products_matter_when_a_model_breaks_them() -> None:
    observed = seen(
        after=(Stated("n", ge(U, 2), "assert"),),
        machine=(le(U, 9), ge(V, 0)),
        extra_machine=(le(U * V, LARGEST), le(U * U, 100)),
    )
    theory = Theory(observed)
    claims = [_claim(ge(U, 1)), _claim(ge(V, 3)), _claim(le(V, 7)), _claim(ge(V, 5)), _claim(ge(V, 0))]
    small, large = Refuted({"u1": 0, "u0": 2}, "z3"), Refuted({"u1": 2**62, "u0": 9}, "z3")
    last = Refuted({"u1": 8}, "z3")
    solver = Recorder([small, large, Undecided("no time"), last])
    found = decide(theory, claims, solver)
    assert [each.verdict for each in found] == [
        Proved("normal-form"),
        small,
        last,
        Undecided("no time"),
        Proved("normal-form"),
    ]
    assert [each.claim for each in found] == claims
    assert solver.calls == 2
    assert [goal for _, goal in solver.asked] == [ge(V, 3), le(V, 7), ge(V, 5), le(V, 7)]
    assert [le(U * V, LARGEST) in hypotheses for hypotheses, _ in solver.asked] == [False, False, False, True]
    assert [each.obligation is None for each in found] == [True, False, False, False, True]
    assert found[2].obligation is not None
    assert found[2].obligation.hypotheses == solver.asked[3][0]
    untouched = Recorder([])
    assert [each.verdict for each in decide(theory, claims[:1], untouched)] == [Proved("normal-form")]
    assert untouched.calls == 0
    everything = Recorder([Proved("z3")] * 2)
    again = decide(theory, [claims[0], claims[4]], everything, reprove=True)
    assert ([each.verdict for each in again], everything.calls) == ([Proved("z3")] * 2, 1)
    assert decide(theory, [], Recorder([])) == []


class Lazy:
    """A solver that leaves something out."""

    def __init__(self, *answers: Verdict) -> None:
        self.answers = answers

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The answers, and none the second time."""
        found, self.answers = self.answers, ()
        return found


@checks(OBL_11)
def test_a_solver_that_leaves_something_out_is_an_error() -> None:
    theory = Theory(seen(extra_machine=(le(U * V, LARGEST),)))
    with pytest.raises(ValueError, match="zip"):
        decide(theory, [_claim(ge(V, 3)), _claim(ge(V, 4))], Lazy(Proved("z3")))
    with pytest.raises(ValueError, match="zip"):
        decide(theory, [_claim(ge(V, 3))], Lazy(Refuted({"u0": 2**40, "u1": 2**40}, "z3")))


OBL_12 = Clause(
    "OBL-12",
    "An unbound symbol that A makes equal to what is recorded where it stands is written so everywhere; any other"
    " stays.",
    f"{_LAWS}.determine:determined",
    "obl-recorded-values-determine-nothing",
)
SOLVER = make_solver()


@checks(OBL_12)
def test_an_unbound_symbol_that_a_determines_is_written_as_recorded() -> None:
    side = Binding("d", U1, (CallMethodKey("size"), SequenceKey(0), DivideByKey(2)), None, V, (eq(mod(F, 2), 0),))
    plain = Binding("e", U0, SIZE0, None, U)
    observed = seen(
        node("n", new=made.tensor(F, 2), old=made.tensor(S, 2), allocated=(U7,)),
        node("m", new=made.tensor(G), old=made.tensor(S), allocated=(U8,)),
        node("k", new=2.5, allocated=(F0,)),
        after=(Stated("n", eq(F, S), "assert"), Stated("m", ge(G, S), "assert", enforced=ge(F, 1))),
        before=(Stated("m", ge(F, 0), "range"), Stated("m", ge(U, 0), "range")),
        facts=(Stated("n", ge(F, 0), "fact"), Stated("n", le(G, 9), "fact")),
        machine=(le(F, LARGEST), le(U, 5)),
        extra_machine=(le(F * U, LARGEST),),
        definitions=(Definition("n", U1, (), F + 1),),
        bindings=(side, plain),
        unbound=(
            FreshSymbol(U7, "n", ".size()[0]", S),
            FreshSymbol(U8, "m", ".size()[0]", S),
            FreshSymbol(F0, "k", "", ABSENT),
        ),
    )
    found = determined(observed, SOLVER)
    assert found.determined == {U7: S}
    assert [fresh.symbol for fresh in found.unbound] == [U8, F0]
    first, second = found.nodes[0].new, found.nodes[1].new
    assert isinstance(first, type(made.tensor(S)))
    assert (first.sizes, second, found.nodes[2].new) == ((S, 2), observed.nodes[1].new, 2.5)
    # What becomes plainly true is no obligation any more, but stays a statement of its node.
    assert [(s.node, s.condition, s.enforced) for s in found.after] == [("n", True, True), ("m", ge(G, S), ge(S, 1))]
    assert [s.condition for s in found.before] == [ge(S, 0), ge(U, 0)]
    assert found.before[1] is observed.before[1]
    assert [s.condition for s in found.facts] == [ge(S, 0), le(G, 9)]
    assert found.machine == (le(S, LARGEST), le(U, 5))
    assert found.extra_machine == (le(S * U, LARGEST),)
    assert [(d.symbol, d.term) for d in found.definitions] == [(U1, S + 1)]
    assert [b.side for b in found.bindings] == [(eq(mod(S, 2), 0),), ()]
    assert found.bindings[1] is plain


@checks(OBL_12)
def test_nothing_is_determined_by_itself_under_a_branch_or_without_a_number() -> None:
    def unbound(*fresh: FreshSymbol, after: tuple[Stated, ...]) -> None:
        observed = seen(node("n", new=made.tensor(F)), unbound=fresh, after=after)
        assert determined(observed, SOLVER) is observed

    asserted = (Stated("n", eq(F, S), "assert"),)
    unbound(FreshSymbol(U7, "n", "", F), after=asserted)
    unbound(FreshSymbol(U7, "n", "", F + S - 8), after=asserted)
    unbound(FreshSymbol(U7, "n", "", made.tensor(S)), after=asserted)
    unbound(FreshSymbol(U7, "n", "", S), after=(Stated("n", eq(F, S), "assert", (P,)),))
    unbound(FreshSymbol(U7, "n", "", S), after=(Stated("n", ge(F, S), "assert"),))
    unbound(after=asserted)
    inside = FreshSymbol(U7, "n", "", S, (P,))
    within = seen(node("n"), unbound=(inside,), after=(Stated("n", eq(F, S), "assert", (P,)),))
    assert determined(within, SOLVER).determined == {U7: S}


@checks(OBL_12)
def test_what_only_a_solver_sees_is_determined_too_and_each_of_its_sort() -> None:
    observed = seen(
        node("n"),
        unbound=(FreshSymbol(U7, "n", "", 5), FreshSymbol(F0, "n", "[1]", 2.0), FreshSymbol(U8, "n", "[2]", F + 1)),
        after=(
            Stated("n", lor(eq(F, 5), ge(4, F + S)), "assert"),
            Stated("n", land(ge(F, 3), ge(S, 2)), "assert"),
            Stated("n", float_eq(X, 2.0), "assert"),
            Stated("n", eq(G, F + 1), "assert"),
        ),
    )
    assert determined(observed, SOLVER).determined == {U7: 5, F0: 2.0, U8: 6}
    # An integer is recorded where a float stands: that is for VALUE to say.
    whole = replace(observed, unbound=(FreshSymbol(F0, "n", "[1]", 2),))
    assert determined(whole, SOLVER) is whole
    # Contradictory constraints prove everything, but make no integer a float.
    nowhere = replace(whole, after=(Stated("n", land(ge(F, 3), ge(2, F)), "assert"), *whole.after))
    term = replace(nowhere, unbound=(FreshSymbol(F0, "n", "[1]", F + 1),))
    for contradicting in (nowhere, term):
        assert determined(contradicting, Recorder([Proved("z3")])) is contradicting


@checks(OBL_12)
def test_a_solver_is_asked_only_for_what_nothing_else_settles() -> None:
    same = seen(node("n"), unbound=(FreshSymbol(U7, "n", "", S),), after=(Stated("n", eq(F, S), "assert"),))
    nobody = Recorder([])
    assert determined(same, nobody).determined == {U7: S}
    hard = replace(same, after=(Stated("n", ge(F * F, S * S), "assert"),))
    asked = Recorder([Proved("z3")])
    assert determined(hard, asked).determined == {U7: S}
    assert asked.names == ["FRESH n"]
    assert determined(replace(hard, unbound=()), nobody) == replace(hard, unbound=())
    assert nobody.calls == 0


@checks(OBL_12)
def test_a_value_is_renamed_where_the_symbol_occurs() -> None:
    mapping: dict[Symbol | BoolSymbol, Scalar] = {U7: S + 1}
    untouched = made.tensor(U, strides=(V,), offset=G)
    for value in (ABSENT, None, "text", untouched, 3, 2.5, U, P, (untouched, 4)):
        assert renamed_value(value, mapping) is value
    for changed in (made.tensor(F), made.tensor(2, strides=(F,)), made.tensor(2, offset=F)):
        found = renamed_value(changed, mapping)
        assert isinstance(found, type(changed))
        terms = (*found.sizes, *found.strides, found.offset)
        assert terms == tuple(
            S + 1 if term is F else term for term in (*changed.sizes, *changed.strides, changed.offset)
        )
    assert renamed_value(F * 2, mapping) == 2 * S + 2
    assert renamed_value(ge(F, 3), mapping) == ge(S, 2)
    assert renamed_value([F, U], mapping) == (S + 1, U)
    assert renamed_value((F, ABSENT), mapping) == (S + 1,)  # type: ignore[arg-type]  # a value of the run has none
