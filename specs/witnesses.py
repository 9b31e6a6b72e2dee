"""JDG, continued: the witness of a refutation, as it is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refimpl.laws.concrete import NOTHING, Silenced
from refimpl.laws.law import Claim, Claims, Finding, explain
from refimpl.laws.observation import Observation
from refimpl.solver import Model
from refimpl.symbolic_shapes import Definition
from refimpl.terms import Scalar, float_lt, floor_div, ge, le, lnot, lor
from specs.clauses import Clause, checks
from tests.laws.judging import Runs, asking, claim, counted, judged
from tests.laws.seen import ZF, P, U, V, atom, fact, stated

__all__ = ["JDG_04", "JDG_05"]

_LAWS = "refimpl.laws"
S0, U0, U1 = atom("s0"), atom("u0"), atom("u1")

JDG_04 = Clause(
    "JDG-04",
    "A witness has the numbers of every symbol of the program, of what the obligation speaks of and of the branches it"
    " takes, as text.",
    f"{_LAWS}.judge:_Judge._witness",
    "jdg-branches-are-not-shown",
)


def _shown(seen: Observation, asked: Claim, runs: Runs | None = None) -> dict[str, str]:
    found = judged(seen, asking(asked), runs=runs)
    row = found.rows[1]
    assert row.outcome == "refuted"
    assert row.witness is not None
    assert list(row.witness) == sorted(row.witness)
    return dict(row.witness)


@checks(JDG_04)
def test_the_witness_speaks_of_the_program_and_of_what_was_asked() -> None:
    # u1 is said something of, but is no symbol of the program.
    seen = counted(facts=(*counted().facts, fact(ge(V, 5))))
    assert _shown(seen, claim(ge(U, 2))) == {"s0": "8", "u0": "0"}
    assert _shown(seen, claim(ge(U + V, 8))) == {"s0": "8", "u0": "0", "u1": "5"}
    free = counted(recorded_symbols={U0: "n", U1: "n"}, contract=replace(counted().contract, bound=frozenset()))
    assert set(_shown(free, claim(ge(U, 2)))) == {"u0", "u1"}, "of u1 nothing is known: any value will do"
    other = counted(contract=replace(counted().contract, hints={"s0": 8, "s1": 3}, bound=frozenset({S0, atom("s1")})))
    assert _shown(other, claim(ge(U, 2))) == {"s0": "8", "s1": "3", "u0": "0"}


@checks(JDG_04)
def test_the_witness_says_which_branch_is_taken() -> None:
    assert _shown(counted(), claim(ge(U, 2), under=(P,))) == {"p0": "true", "s0": "8", "u0": "0"}
    assert _shown(counted(), claim(ge(U, 2), under=(lnot(P),))) == {"p0": "false", "s0": "8", "u0": "0"}
    seen = counted(facts=(*counted().facts, fact(lor(P, ge(U, 2)))))
    assert _shown(seen, claim(ge(U, 2))) == {"p0": "true", "s0": "8", "u0": "0"}
    # 0, 1 and -1 are less than 1.5: none of the plain numbers is a witness.
    shown = _shown(counted(), claim(float_lt(ZF, 1.5)))
    assert not float(shown["zuf0"]) < 1.5


@checks(JDG_04)
def test_defined_symbols_have_the_value_of_their_definition() -> None:
    seen = counted(
        definitions=(Definition("n", U1, (), 2 * U + 1),), recorded_symbols={U0: "n", U1: "n"},
    )  # fmt: skip
    assert _shown(seen, claim(ge(V, 4))) == {"s0": "8", "u0": "0", "u1": "1"}
    runs = Runs()
    judged(seen, asking(claim(ge(V, 4))), runs=runs)
    assert all(asked["u1"] == 2 * asked["u0"] + 1 for asked in runs.asked)


@checks(JDG_04)
def test_what_the_obligation_leaves_open_is_small_or_at_its_hint() -> None:
    seen = counted(
        facts=(*counted().facts, fact(ge(V, 0)), fact(le(V, 6))),
        before=(stated(ge(V, 3)),),
        after=(stated(ge(V, 1)),),
        recorded_symbols={U0: "n", U1: "n"},
    )
    assert _shown(seen, claim(ge(U, 2), given="after")) == {"s0": "8", "u0": "0", "u1": "1"}
    assert _shown(seen, claim(ge(U, 2), given="before")) == {"s0": "8", "u0": "0", "u1": "3"}


@checks(JDG_04)
def test_the_run_is_asked_in_silence_only_for_what_is_emitted() -> None:
    runs = Runs()
    lost = replace(stated(ge(U, 1), node="a"), source="assert", lost="it is a constant")
    seen = counted(after=(lost,))
    found = judged(seen, asking(claim(ge(U, 1), "EMIT", given="emitted")), runs=runs)
    assert found.rows[1].outcome == "refuted"
    assert runs.silent[0] == NOTHING
    assert runs.silent[-1] == Silenced(asserts=frozenset({"a"}))


JDG_05 = Clause(
    "JDG-05",
    "A refutation says what is wrong, both sides with their values at the witness, and what would mend it.",
    f"{_LAWS}.law:_side",
    "jdg-sides-have-no-values",
)


@checks(JDG_05)
@pytest.mark.parametrize(
    ("sides", "model", "said"),
    [
        (None, {"u0": 1}, "wrong; mend it"),
        ((U, V), {"u0": 1, "u1": 2}, "wrong: u0 (= 1) against u1 (= 2); mend it"),
        ((U, V), None, "wrong: u0 against u1; mend it"),
        ((U, 3), {"u0": 1}, "wrong: u0 (= 1) against 3; mend it"),
        ((0.5, U), {"u0": 1}, "wrong: 0.5 against u0 (= 1); mend it"),
        ((True, ge(U, 1)), {"u0": 1}, "wrong: True against u0 >= 1 (= True); mend it"),
        ((P, lor(P, ge(U, 1))), {}, "wrong: p0 (= False) against p0 | (u0 >= 1) (= False); mend it"),
        ((floor_div(U, V), 1), {"u0": 1, "u1": 0}, "wrong: (u0//u1) (undefined) against 1; mend it"),
        ((ZF, 1.0), {"zuf0": 2.0}, "wrong: zuf0 (= 2.0) against 1.0; mend it"),
    ],
)
def test_both_sides_are_shown_with_their_values(
    sides: tuple[Scalar, Scalar] | None, model: Model | None, said: str
) -> None:
    asked = replace(claim(ge(U, 1)), sides=sides)
    assert explain(asked, model) == said


@checks(JDG_05)
def test_the_number_of_obligations_is_their_sum() -> None:
    wrong = Finding("DOM", None, "refuted", "it is wrong")
    assert Claims().total == 0
    assert Claims((claim(ge(U, 1)),) * 2, (wrong,) * 3, 4).total == 9
