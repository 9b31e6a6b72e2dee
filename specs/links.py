"""LNK: what LINK, INJ and PATH ask of the bindings of a program, and what is listed without being judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.export.builder import tensor
from refimpl.laws.blind_run import blind_run
from refimpl.laws.inj import INJ
from refimpl.laws.law import Claim, Claims, Finding, Law
from refimpl.laws.link import LINK
from refimpl.laws.observation import ABSENT, Failure, FreshSymbol, Observation, ObservedNode, Stated
from refimpl.laws.observe import observe
from refimpl.laws.path import PATH
from refimpl.laws.propagation import binding_rows, propagation_report, specialization_rows
from refimpl.laws.report import BindingRow, SpecializationRow, UnrecordedRow
from refimpl.laws.unrecorded import unrecorded
from refimpl.laws.values_json import values_json
from refimpl.solver import make_solver
from refimpl.symbolic_shapes import CallMethodKey, DivideByKey, KeyPath, SequenceKey, Specialization
from refimpl.symbolic_shapes.events import Binding
from refimpl.terms import (
    Cond,
    Scalar,
    bool_symbol,
    eq,
    float_eq,
    float_ne,
    float_symbol,
    ge,
    land,
    le,
    lnot,
    lor,
    mod,
    symbol,
    to_text,
)
from specs.clauses import Clause, checks
from specs.laws import LAW_04, LAW_05, LAW_08
from specs.models import RUN_08
from specs.recorded import COR_02
from specs.reports import LAW_17
from tests.laws.judging import GivesUp
from tests.laws.observed import F0, U0, U1, U7
from tests.laws.programs import counted, loaded
from tests.laws.seen import EMPTY, P, S, U, V, node, observed, stated

__all__ = ["LNK_01", "LNK_02", "LNK_03", "LNK_04", "LNK_05"]

_LAWS = "refimpl.laws"
W, Z = symbol("u7"), float_symbol("zuf0")
SIZE: KeyPath = (CallMethodKey("size"), SequenceKey(0))
SOLVER = make_solver()


def site(path: str, *, failed: str | None = None) -> ObservedNode:
    """A node that may allocate; one that failed in that way if it is said."""
    if failed is not None:
        return replace(node(path, None, ABSENT), failure=Failure(failed, "it failed"))  # type: ignore[arg-type]  # a kind
    return replace(node(path, None, None), may_allocate=True)


def seen(*nodes: ObservedNode, **changes: object) -> Observation:
    """A program of those nodes."""
    return replace(EMPTY, nodes=nodes, **changes)  # type: ignore[arg-type]  # the tests name fields


def _goals(law: Law, found: Observation) -> list[tuple[str | None, Cond]]:
    claims = law.claims(found)
    assert all(claim.law == law.name and claim.about and claim.fix for claim in claims.open)
    assert not any(claim.layout or claim.existential or claim.direction for claim in claims.open)
    return [(claim.node, claim.goal) for claim in claims.open]


LNK_01 = Clause(
    "LNK-01",
    "LINK asks of each binding every recorded condition on its symbol, once, unless the run states it in the same"
    " words where the symbol was allocated.",
    f"{_LAWS}.link:_claims",
    "lnk-symbols-of-one-condition-are-linked-once",
)
_BEFORE = (stated(ge(U, 0)), stated(le(U, V)), stated(ge(V, 1)), stated(ge(U, 2), under=(P,)), stated(ge(S, 2)))
_U0 = Binding("n", U0, SIZE, U7, U)
_U1 = Binding("m", U1, SIZE, None, S + 1)


@checks(LNK_01, LAW_04)
def test_each_condition_on_a_symbol_is_asked_where_it_is_bound() -> None:
    found = seen(site("n"), site("m"), bindings=(_U0, _U1), before=_BEFORE)
    assert _goals(LINK, found) == [
        ("n", ge(U, 0)), ("n", le(U, V)), ("n", ge(U, 2)), ("m", le(U, V)), ("m", ge(V, 1)),
    ]  # fmt: skip
    claims = LINK.claims(found)
    assert [claim.predicates for claim in claims.open] == [(), (), (P,), (), ()]
    assert {(claim.given, claim.sides, claim.until) for claim in claims.open} == {("after", None, None)}
    assert (claims.settled, claims.findings) == (0, ())
    assert claims.open[0].about == "u0 >= 0 is recorded, but does not follow for the value at n.size()[0]"
    assert claims.open[4].about == "u1 >= 1 is recorded, but does not follow for u1 = s0 + 1 at m.size()[0]"
    # What is bound again is asked once.
    twice = LINK.claims(replace(found, bindings=(_U0, _U0, replace(_U0, node="m"))))
    assert ([claim.node for claim in twice.open], twice.settled) == (["n", "n", "n"], 6)
    branches = (stated(ge(U, 1)), stated(ge(U, 1), under=(P,)), stated(ge(U, 1), under=(lnot(P),)))
    both = LINK.claims(replace(found, bindings=(_U0,), before=branches))
    assert [claim.predicates for claim in both.open] == [(), (P,), (lnot(P),)], "in each branch for itself"
    floats = seen(site("n"), bindings=(Binding("n", F0, (), F0, Z),), before=(stated(float_eq(Z, 1.0)),))
    assert _goals(LINK, floats) == [("n", float_eq(Z, 1.0))]


@checks(LNK_01, LAW_04)
def test_what_the_run_states_in_the_same_words_is_settled_where_it_is_allocated() -> None:
    after = (stated(ge(U, 0)), stated(ge(U, 2)), stated(le(U, V)), stated(ge(V, 1), under=(P,)))
    found = seen(site("n"), site("m"), bindings=(_U0, _U1), before=_BEFORE, after=after)
    # u1 was not allocated where it is bound; u0 >= 2 is stated in every branch and recorded of one.
    assert _goals(LINK, found) == [("n", ge(U, 2)), ("m", le(U, V)), ("m", ge(V, 1))]
    assert LINK.claims(found).settled == 2
    again = LINK.claims(replace(found, reprove=True))
    assert (len(again.open), again.settled) == (5, 0)


@checks(LNK_01, LAW_04)
def test_only_what_may_allocate_links() -> None:
    for other, asked in (
        (node("n", None, None), False),
        (site("n"), True),
        (replace(node("n", None, None), assumed=True), True),
        (site("n", failed="crash"), True),
    ):
        assert bool(_goals(LINK, seen(other, bindings=(_U0,), before=_BEFORE))) is asked


@checks(LNK_01, LAW_04)
@pytest.mark.parametrize("kind", ["inconsistent", "path", "violated", "crash", "unmodelled"])
def test_a_binding_that_contradicts_what_is_known_breaks_link_and_one_without_path_breaks_path(kind: str) -> None:
    failed = seen(site("k"), site("n", failed=kind))
    for law, own in ((LINK, "inconsistent"), (PATH, "path")):
        told = (Finding(law.name, "n", "refuted", "it failed"),) if kind == own else ()
        assert law.claims(failed) == Claims((), told, 0)


LNK_02 = Clause(
    "LNK-02",
    "INJ asks that a fresh value without binding equals the name recorded in its place, if another site has that name,"
    " and that one value's two names are equal by what is recorded.",
    f"{_LAWS}.inj:_claims",
    "lnk-shared-floats-are-integers",
)


@checks(LNK_02, LAW_08)
def test_a_shared_name_needs_equal_values() -> None:
    def asked(recorded: Scalar | None, *bindings: Binding, fresh: FreshSymbol | None = None) -> list[Claim]:
        unbound = fresh or FreshSymbol(U7, "k", ".size()[0]", recorded, (P,))
        found = seen(bindings=bindings, unbound=(unbound,))
        assert len(_goals(INJ, found)) <= 1
        return list(INJ.claims(found).open)

    own = Binding("n", U0, SIZE, U0, U)
    (claim,) = asked(U, own)
    assert (claim.node, claim.goal, claim.given, claim.sides, claim.predicates) == (
        "k",
        eq(W, U),
        "after",
        (W, U),
        (P,),
    )
    assert claim.about == "k.size()[0] and n share the name u0"
    assert claim.until is None
    assert asked(U, replace(own, fresh=None)) == []
    assert asked(V, own) == []
    for other in (U + 1, 3, 2 * U, None, 0.5, True):
        assert asked(other, own) == []
    float_binding = Binding("n", F0, (), F0, Z)
    (claim,) = asked(Z, float_binding, fresh=FreshSymbol(float_symbol("zuf7"), "k", "", Z))
    fresh = float_symbol("zuf7")
    # NaN is the value that does not equal itself.
    either = lor(float_eq(fresh, Z), land(float_ne(fresh, fresh), float_ne(Z, Z)))
    assert (claim.goal, claim.sides) == (either, (fresh, Z))
    assert asked(Z, float_binding, fresh=FreshSymbol(U7, "k", "", bool_symbol("p1"))) == []
    total = INJ.claims(seen(bindings=(own, replace(own, node="m"), _U1, Binding("j", U1, (), U1, V))))
    assert (total.settled, total.open, total.findings) == (2, (), ())


@checks(LNK_02, LAW_08)
def test_two_names_of_one_value_need_a_record_that_makes_them_equal() -> None:
    double = Stated("n", eq(U, V), "double", (P,), "u0 and u1 are one value", 7)
    found = INJ.claims(seen(after=(stated(ge(U, 1)), double, replace(double, source="deferred"))))
    (claim,) = found.open
    assert claim.law == "INJ"
    assert (claim.node, claim.goal, claim.given, claim.predicates, claim.until, claim.sides) == (
        "n", eq(U, V), "before", (P,), 7, None,
    )  # fmt: skip
    assert claim.about.startswith("u0 and u1 are one value at n, but nothing recorded implies ")
    assert found.settled == 0


LNK_03 = Clause(
    "LNK-03",
    "PATH asks of each binding that its divisors are positive and divide, in its branch.",
    f"{_LAWS}.path:_claims",
    "lnk-only-the-first-divisor-counts",
)


@checks(LNK_03, LAW_05)
def test_each_side_condition_is_asked_in_its_branch() -> None:
    path = (*SIZE, DivideByKey(2))
    divided = Binding("n", U0, path, U7, U, (ge(S, 1), eq(mod(W, S), 0)), (P,))
    claims = PATH.claims(seen(bindings=(divided, _U1)))
    assert {claim.law for claim in claims.open} == {"PATH"}
    assert [(claim.node, claim.goal, claim.given, claim.predicates) for claim in claims.open] == [
        ("n", ge(S, 1), "after", (P,)), ("n", eq(mod(W, S), 0), "after", (P,)),
    ]  # fmt: skip
    assert claims.open[0].about == "u0 at n.size()[0].__floordiv__(2) needs s0 >= 1, which does not follow"
    assert (claims.settled, claims.findings) == (2, ())


LNK_04 = Clause(
    "LNK-04",
    "What only an operator enforces is listed once, with numbers that violate it and satisfy everything recorded.",
    f"{_LAWS}.unrecorded:unrecorded",
    "lnk-each-operator-is-listed",
)


@checks(LNK_04, LAW_17, RUN_08)
def test_what_only_operators_enforce_is_listed() -> None:
    def listed(*before: Stated, model: dict[str, int | float | bool] | None = None) -> tuple[UnrecordedRow, ...]:
        given = observed(contract=(ge(S, 2),), hints={"s0": 8}, facts=(stated(ge(U, 0)),), before=before)
        return unrecorded(given, model, SOLVER)

    by_range = replace(stated(le(U, 5)), source="range")
    model: dict[str, int | float | bool] = {"s0": 8, "u0": 3}
    assert listed() == ()
    assert listed(by_range) == ()
    assert listed(stated(ge(U, 0)), stated(ge(S, 2)), by_range) == ()
    assert listed(stated(le(U, 9)), by_range) == ()
    assert listed(stated(le(U, 4)), by_range, model=model) == (UnrecordedRow("n", "u0 <= 4", "u0 = 5"),)
    (row,) = listed(stated(le(U, 4)), by_range)
    assert (row.node, row.requirement, row.example) == ("n", "u0 <= 4", "u0 = 5")
    # Each requirement once, whoever else enforces it; those of a branch with its predicate.
    rows = listed(stated(le(U, 4)), stated(ge(U, 1)), stated(le(U, 4), node="m"), by_range, model=model)
    assert [(row.node, row.requirement) for row in rows] == [("n", "u0 <= 4"), ("n", "u0 >= 1")]
    (row,) = listed(stated(ge(U, 1), under=(P,)), model={**model, "p0": True})
    assert (row.requirement, row.example) == ("u0 >= 1", "p0 = True, u0 = 0")
    (row,) = listed(stated(ge(S + U, 4)), model=model)
    numbers = dict(part.split(" = ") for part in (row.example or "").split(", "))
    assert int(numbers["s0"]) >= 2
    assert int(numbers["s0"]) + int(numbers["u0"]) < 4


@checks(LNK_04, LAW_17)
def test_what_no_solver_decides_is_not_listed() -> None:
    given = observed(hints={"s0": 8}, before=(stated(eq(U * U * U, 12167)), stated(lor(ge(U, 3), le(U, 3)))))
    assert unrecorded(given, None, GivesUp()) == ()
    hard = observed(before=(stated(ge(U, 1)),))
    assert unrecorded(hard, None, GivesUp()) == ()
    assert unrecorded(hard, {"u0": 2}, GivesUp()) == (UnrecordedRow("n", "u0 >= 1", "u0 = 0"),)


LNK_05 = Clause(
    "LNK-05",
    "The report lists each binding with what was found at its path, and each layout decision with the hints it was"
    " taken at.",
    f"{_LAWS}.propagation:binding_rows",
    "lnk-fresh-symbols-are-not-listed",
)


@checks(LNK_05)
def test_bindings_and_layout_decisions_are_listed() -> None:
    found = seen(
        bindings=(_U0, _U1, Binding("k", F0, (), None, 0.5)),
        specializations=(Specialization("n", ge(S, 2), "s0 = 8"), Specialization("m", le(S, 9), "", (P,))),
    )
    assert binding_rows(found) == (
        BindingRow("n", "u0", ".size()[0]", "u7", "u0"),
        BindingRow("m", "u1", ".size()[0]", None, "s0 + 1"),
        BindingRow("k", "zuf0", "", None, "0.5"),
    )
    assert specialization_rows(found) == (
        SpecializationRow("n", "s0 >= 2", "s0 = 8"),
        SpecializationRow("m", "s0 <= 9", None),
    )
    assert binding_rows(EMPTY) == ()
    assert specialization_rows(EMPTY) == ()


def _lines(found: tuple[Stated, ...]) -> list[dict[str, str]]:
    return [{"node": each.node, "expr": to_text(each.whole)} for each in found]


@checks(LNK_05, COR_02)
def test_a_propagation_is_what_the_blind_run_says() -> None:
    builder = counted(2, asserts=[(">=", 2)])
    s0 = builder.symbol("s1", hint=8)
    other = builder.input("y", tensor([s0]))
    builder.call("torch.ops.aten.no_such_operator.default", other, out=tensor([s0]))
    program = loaded(builder)
    run = observe(blind_run(program))
    failed = [(each.path, each.failure.message) for each in run.nodes if each.failure is not None]
    said = propagation_report(program, path="program.pt2")
    assert said == {
        "path": "program.pt2",
        "values": values_json(run),
        "facts": _lines(run.facts),
        "requirements": _lines(run.after),
        "specializations": [],
        "bindings": [row.to_dict() for row in binding_rows(run)],
        "failures": [{"node": path, "message": message} for path, message in failed],
    }
    assert [path for path, _ in failed] == ["no_such_operator"]
    assert [row.symbol for row in binding_rows(run)] == ["u0"]
    assert {"node": "nonzero", "expr": "u0 >= 0"} in _lines(run.facts)
    assert "u0 >= 2" in [line["expr"] for line in _lines(run.after)]
    assert propagation_report(program)["path"] == program.path
    assert propagation_report(program, path="")["path"] == ""
    with pytest.raises(KeyError):
        propagation_report(program, profile="torch-0.1")
