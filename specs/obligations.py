"""OBL: what each law of a program asks of an observation, and what it finds without a solver."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from refimpl.laws.dom import DOM, may_bind, scope_of
from refimpl.laws.emit import EMIT, silenced
from refimpl.laws.equiv import EQUIV
from refimpl.laws.fresh import FRESH
from refimpl.laws.observation import ABSENT, Contract, Failure, FreshSymbol, ObservedNode, Source, Stated
from refimpl.terms import bool_symbol, eq, float_eq, float_symbol, ge, le, lnot, symbol
from specs.clauses import Clause, checks
from specs.laws import LAW_02, LAW_06, LAW_07, LAW_09
from tests.laws.observations import F0, S0, SIZE0, SIZE1, U0, U1, U7, U8, binding, found_at, goals, node, seen, tensor

__all__ = ["OBL_01", "OBL_02", "OBL_03", "OBL_04", "OBL_05", "OBL_06"]

_LAWS = "refimpl.laws"
FAILED = Failure("unmodelled", "no such operator")
S, U, V, F = symbol("s0"), symbol("u0"), symbol("u1"), symbol("u7")
P = bool_symbol("p0")

OBL_01 = Clause(
    "OBL-01",
    "A node may bind a symbol that it allocated, or that it may allocate at that path; one that is assumed or has"
    " failed may bind any.",
    f"{_LAWS}.dom:may_bind",
    "obl-any-path-may-be-allocated",
)
OBL_02 = Clause(
    "OBL-02",
    "What is bound in a sub-graph whose symbols do not escape is known in that sub-graph only, anything else"
    " everywhere.",
    f"{_LAWS}.dom:scope_of",
    "obl-only-the-outermost-branch-counts",
)
OBL_03 = Clause(
    "OBL-03",
    "DOM finds each binding where nothing allocates, each recorded symbol without a binder, and the first use of each"
    " symbol that no binder precedes.",
    f"{_LAWS}.dom:_out_of_reach",
    "obl-uses-may-come-first",
)


@checks(OBL_01, LAW_06)
def test_who_may_bind_a_symbol() -> None:
    places: tuple[tuple[str, ...] | None, ...] = (None, (), (".size()[1]",), (".stride()", ".size()[0]"))
    for (assumed, failed, own, may), at in product(product((False, True), repeat=4), places):
        found = node(
            "n",
            assumed=assumed,
            failure=FAILED if failed else None,
            allocated=(U8, U7) if own else (U8,),
            may_allocate=may,
            places=at,
        )
        free = may and (at is None or ".size()[0]" in at)
        assert may_bind(binding("n", U0, U7, SIZE0), found) == (assumed or failed or own or free)
        free = may and (at is None or ".size()[1]" in at)
        assert may_bind(binding("n", U0, U7, SIZE1), found) == (assumed or failed or own or free)
        assert may_bind(binding("n", U0, None, SIZE1), found) == (assumed or failed or free)


CLOSED = ("cond", "while_loop", "scan", "map", "map_impl", "associative_scan")


@checks(OBL_02)
@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("x", ""),
        ("c", ""),
        ("c/t/d", "c/t/"),
        ("c/t/x", "c/t/"),
        ("w/t/x", ""),
        ("gone/t/x", ""),
        ("c/t/w/b/x", "c/t/"),
        ("c/t/d/b/x", "c/t/d/b/"),
        ("w/t/d/b/x", "w/t/d/b/"),
        ("w/t/v/b/x", ""),
        ("c/t/w/b/v/a/x", "c/t/"),
    ],
)
def test_what_is_bound_in_a_branch_is_known_there(path: str, scope: str) -> None:
    names = {
        "c": "cond", "w": "wrap_with_set_grad_enabled", "c/t/w": "wrap", "c/t/d": "cond", "w/t/d": "cond",
        "w/t/v": "wrap", "c/t/w/b/v": "wrap",
    }  # fmt: skip
    for operator in CLOSED:
        named = {at: operator if name == "cond" else name for at, name in names.items()}
        nodes = {at: node(at, f"higher_order.{name}") for at, name in named.items()}
        assert scope_of(path, nodes) == scope


@checks(OBL_03, LAW_06)
def test_dom_finds_binders_that_allocate_nothing_and_symbols_without_binder() -> None:
    observed = seen(
        node("nonzero", "aten.nonzero.default", allocated=(U7,), old=tensor(U0)),
        node("relu", "aten.relu.default", old=tensor(U1)),
        bindings=(binding("nonzero", U0, U7), binding("relu", U1, None, term=S + 1), binding("gone", U8, None)),
        recorded_symbols={U0: "nonzero", U1: "relu", U7: "relu", U8: "gone", F0: "gone", S0: "relu"},
    )
    claims = DOM.claims(observed)
    assert found_at(claims, "u1|aten.relu.default|s0 + 1", "u7|aten.relu.default", "zuf0") == [
        ("relu", "refuted"),
        ("relu", "refuted"),
        ("gone", "refuted"),
    ]
    assert (claims.open, claims.settled, claims.total) == ((), 3, 6)
    assert {found.law for found in claims.findings} == {"DOM"}
    whole = seen(observed.nodes[0], bindings=observed.bindings[:1], recorded_symbols={U0: "nonzero"})
    assert (DOM.claims(whole).findings, DOM.claims(whole).total) == ((), 1)


def _binds(path: str) -> ObservedNode:
    return node(path, allocated=(U7, U8), old=tensor(U0))


def _uses(path: str) -> ObservedNode:
    return node(path, old=tensor(U1, U0))


@checks(OBL_03, LAW_06)
def test_dom_finds_the_first_use_that_no_binder_precedes() -> None:
    def first_uses(*nodes: ObservedNode, at: tuple[str, ...], inputs: bool = False) -> list[str | None]:
        bound = tuple(binding(path, U0, U7) for path in at) + tuple(binding(path, U1, U8) for path in at)
        observed = seen(*nodes, bindings=bound, recorded_symbols={U0: at[0], U1: at[0]})
        if inputs:
            contract = Contract((), {}, frozenset((S0, U0, U1)))
            observed = seen(*nodes, bindings=bound, recorded_symbols={}, contract=contract)
        claims = DOM.claims(observed)
        assert all((found.law, found.outcome) == ("DOM", "refuted") for found in claims.findings)
        assert claims.settled == (0 if inputs else max(2 - len(claims.findings), 0))
        for finding in claims.findings:
            assert f"which {at[0]}, where it is bound, does not precede" in finding.message
        return [finding.node for finding in claims.findings]

    branch = node("cond", "higher_order.cond")
    before, after, binder = _uses("a"), _uses("z"), _binds("n")
    assert first_uses(binder, after, at=("n",)) == []
    assert first_uses(node("a", old=tensor(U8)), binder, at=("n",)) == [], "what nobody binds has no binder to precede"
    assert first_uses(replace(binder, old=before.old), at=("n",)) == []
    assert first_uses(before, binder, after, at=("n",)) == ["a", "a"]
    assert first_uses(before, _uses("b"), binder, at=("n",)) == ["a", "a"]
    assert first_uses(replace(before, is_input=True), binder, at=("n",)) == []
    assert first_uses(node("a", old=ABSENT), binder, at=("n",)) == []
    assert first_uses(before, binder, at=("n",), inputs=True) == []
    inner = _binds("cond/true/n")
    assert first_uses(branch, inner, _uses("cond/true/z"), at=(inner.path,)) == []
    assert first_uses(branch, inner, _uses("cond/false/z"), at=(inner.path,)) == ["cond/false/z"] * 2
    assert first_uses(branch, inner, after, at=(inner.path,)) == ["z", "z"]
    two = (inner, _binds("cond/false/n"))
    assert first_uses(branch, *two, _uses("cond/false/z"), at=(inner.path, two[1].path)) == []
    assert first_uses(before, branch, *two, at=(inner.path, two[1].path)) == ["a", "a"]


OBL_04 = Clause(
    "OBL-04",
    "FRESH asks of each unbound symbol that A makes it what is recorded where it stands, and finds fresh names that are"
    " in use.",
    f"{_LAWS}.fresh:_claims",
    "obl-fresh-names-may-clash",
)


@checks(OBL_04, LAW_07)
def test_fresh_asks_for_what_is_recorded_there_and_finds_clashes() -> None:
    inside = (P,)
    unbound = (
        FreshSymbol(U7, "nonzero", ".size()[0]", S, inside),
        FreshSymbol(U8, "nonzero", "", ABSENT),
        FreshSymbol(F0, "item", "", 2.5),
        FreshSymbol(U8, "nonzero", "[1]", tensor(3)),
        FreshSymbol(U8, "nonzero", "[2]", None),
    )
    observed = seen(
        node("a", allocated=(U1, U7)),
        node("b", allocated=(U0,)),
        unbound=unbound,
        bindings=(binding("a", U0, U8), binding("b", U8, None)),
        determined={U7: S},
        recorded_symbols={U0: "a", U1: "a"},
    )
    claims = FRESH.claims(observed)
    assert found_at(claims, "u1", "u0") == [("a", "refuted"), ("b", "refuted")]
    assert {found.law for found in claims.findings} == {"FRESH"}
    assert goals(claims.open) == [("nonzero", eq(F, S)), ("item", float_eq(float_symbol("zuf0"), 2.5))]
    assert [claim.sides for claim in claims.open] == [(F, S), (F0, 2.5)]
    assert [claim.predicates for claim in claims.open] == [inside, ()]
    assert {(claim.law, claim.given, claim.direction, claim.existential) for claim in claims.open} == {
        ("FRESH", "after", None, False)
    }
    assert "nonzero.size()[0]" in claims.open[0].about
    assert (claims.settled, claims.total) == (2 + 1 + 3, 10)


OBL_05 = Clause(
    "OBL-05",
    "EQUIV asks each side for every statement that the other does not make in the same words, once; what the run"
    " requires under the facts before it, and with the recorded values of unbound symbols.",
    f"{_LAWS}.equiv:_direction",
    "obl-branches-share-their-statements",
)


@checks(OBL_05, LAW_02)
def test_equiv_asks_for_what_only_one_side_says() -> None:
    before = (
        Stated("n", ge(U, 2), "range"),
        Stated("n", ge(U, 2), "assert"),
        Stated("n", le(U, 9), "range"),
        Stated("b", ge(U, 2), "assert", (P,)),
        Stated("b", ge(V, 1), "operator", (P,)),
    )
    after = (
        Stated("n", le(U, 9), "operator", order=3),
        Stated("c", ge(F, V), "assert", (P,), "too small", order=7),
        Stated("c", ge(V, 1), "operator", order=9),
        Stated("c", ge(V, 1), "operator", order=11),
    )
    claims = EQUIV.claims(seen(before=before, after=after))
    assert goals(claims.open) == [
        ("n", ge(U, 2)),
        ("b", ge(U, 2)),
        ("b", ge(V, 1)),
        ("c", ge(F, V)),
        ("c", ge(V, 1)),
    ]
    assert [claim.given for claim in claims.open] == ["after", "after", "after", "before", "before"]
    assert [claim.direction for claim in claims.open] == ["weakened"] * 3 + ["strengthened"] * 2
    assert [claim.predicates for claim in claims.open] == [(), (P,), (P,), (P,), ()]
    assert [claim.until for claim in claims.open] == [None, None, None, 7, 9]
    assert {(claim.law, claim.layout, claim.sides, claim.existential) for claim in claims.open} == {
        ("EQUIV", False, None, False)
    }
    assert "as a range" in claims.open[0].about
    assert "by an assert" in claims.open[1].about
    assert "enforced by the operator" in claims.open[2].about
    assert "(too small)" in claims.open[3].about
    assert "(" not in claims.open[4].about
    assert "restore the assert" in claims.open[0].fix
    assert "record an assert" in claims.open[3].fix
    assert (claims.findings, claims.settled, claims.total) == ((), 4, 9)


@checks(OBL_05, LAW_02)
def test_equiv_says_how_it_was_recorded() -> None:
    words: dict[Source, str] = {
        "range": "as a range",
        "assert": "by an assert",
        "operator": "enforced by the operator",
        "deferred": "deferred",
        "fact": "as a fact",
        "double": "as one value",
    }
    for source, word in words.items():
        (claim,) = EQUIV.claims(seen(before=(Stated("n", ge(U, 2), source),))).open
        assert f"({word})" in claim.about


@checks(OBL_05, LAW_02)
def test_equiv_tries_the_recorded_values_of_unbound_symbols() -> None:
    unbound = (FreshSymbol(U7, "nonzero", ".size()[0]", S), FreshSymbol(U8, "item", "", ABSENT))
    after = (
        Stated("a", ge(F, 3), "assert", order=1),
        Stated("b", ge(symbol("u8"), 3), "assert", order=2),
        Stated("c", ge(U, 3), "assert", order=3),
    )
    claims = EQUIV.claims(seen(after=after, unbound=unbound))
    assert goals(claims.open) == [("a", ge(S, 3)), ("b", ge(symbol("u8"), 3)), ("c", ge(U, 3))]
    assert [claim.existential for claim in claims.open] == [True, False, False]


@checks(OBL_05, LAW_02)
def test_when_everything_is_proved_again_equiv_asks_for_what_both_sides_say_too() -> None:
    both = (Stated("n", ge(U, 2), "assert", order=4),)
    twice = EQUIV.claims(seen(before=both, after=both, reprove=True))
    assert [(claim.given, claim.direction, claim.until) for claim in twice.open] == [
        ("after", "weakened", None),
        ("before", "strengthened", 4),
    ]
    assert twice.settled == 0
    same = EQUIV.claims(seen(before=both, after=both))
    assert (same.open, same.settled) == ((), 2)
    unbound = (FreshSymbol(U7, "nonzero", "", ABSENT),)
    assert EQUIV.claims(seen(before=both, after=both, reprove=True, unbound=unbound)).settled == 2


OBL_06 = Clause(
    "OBL-06",
    "EMIT asks for what is recorded and not emitted in the same words, once, and says which requirement was lost; where"
    " nothing was lost it asks nothing.",
    f"{_LAWS}.emit:_claims",
    "obl-what-is-emitted-is-asked",
)


@checks(OBL_06, LAW_09)
def test_emit_asks_for_what_no_emitted_requirement_says() -> None:
    before = (
        Stated("n", ge(U, 2), "range"),
        Stated("n", ge(U, 2), "assert"),
        Stated("n", ge(V, 1), "range"),
        Stated("b", le(U, 9), "assert", (P,)),
        Stated("b", le(U, 9), "assert"),
    )
    after = (
        Stated("b", le(U, 9), "assert", (P,)),
        Stated("x", ge(F, 1), "assert", lost="nothing binds u7"),
        Stated("y", ge(V, 3), "deferred", lost="nothing binds u1"),
    )
    claims = EMIT.claims(seen(before=before, after=after))
    assert goals(claims.open) == [("n", ge(U, 2)), ("n", ge(V, 1)), ("b", le(U, 9))]
    assert {(claim.law, claim.given, claim.predicates, claim.sides) for claim in claims.open} == {
        ("EMIT", "emitted", (), None)
    }
    assert (claims.findings, claims.settled, claims.total) == ((), 2, 5)
    # Its own symbol is lost at y; of the others the first loss is told.
    told = [claim.about.partition(": ")[2] for claim in claims.open]
    assert [text.partition(" at ")[2][:1] for text in told] == ["x", "y", "x"]
    assert "nothing binds u1" in told[1]


@checks(OBL_06, LAW_09)
def test_where_nothing_is_lost_emit_asks_nothing() -> None:
    before = (Stated("n", ge(U, 2), "range"), Stated("n", ge(V, 1), "range"))
    emitted = (Stated("n", ge(U, 2), "assert"),)
    trivial = Stated("m", True, "assert", lost="the assert at m is recorded with a constant")
    for after in (emitted, (*emitted, trivial)):
        claims = EMIT.claims(seen(before=before, after=after))
        assert (claims.open, claims.findings, claims.settled) == ((), (), 2)
    again = EMIT.claims(seen(before=before, after=emitted, reprove=True))
    assert (goals(again.open), again.settled) == ([("n", ge(U, 2)), ("n", ge(V, 1))], 0)
    assert all("lost" not in claim.about for claim in again.open)


@checks(OBL_06, LAW_09)
def test_a_branch_that_is_not_taken_does_not_emit() -> None:
    before = (Stated("n", ge(U, 2), "range"),)
    after = (Stated("n", ge(U, 2), "assert", (lnot(P),)), Stated("m", ge(U, 2), "assert", lost="dead"))
    claims = EMIT.claims(seen(before=before, after=after))
    assert goals(claims.open) == [("n", ge(U, 2))]


@checks(OBL_06, LAW_09)
def test_silent_are_the_nodes_whose_requirements_are_lost() -> None:
    after = (
        Stated("a", ge(U, 2), "assert", lost="dead"),
        Stated("b", ge(U, 2), "assert"),
        Stated("c", ge(U, 2), "deferred", lost="dead"),
        Stated("d", ge(U, 2), "deferred"),
        Stated("e", ge(U, 2), "operator", lost="dead"),
    )
    found = silenced(seen(after=after))
    assert (set(found.asserts), set(found.deferring)) == ({"a"}, {"c"})
