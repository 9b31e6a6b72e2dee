"""The facade: closed verdicts, batches, budgets, models that are evaluated before they count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import pytest
from hypothesis import given, settings

from refimpl.solver import (
    Obligation,
    Proved,
    Refuted,
    SolverError,
    Undecided,
    encode,
    facade,
    forget,
    make_solver,
    refutes,
)
from refimpl.solver._engine import Answer, Engine, Sat, Unknown, Unsat
from refimpl.solver.encode import Script
from refimpl.terms import Cond, eq, float_lt, float_symbol, ge, le, lt, ne, power, symbol
from tests.solver.terms_strategies import conditions

U, S = symbol("u0"), symbol("s0")


@settings(max_examples=80, deadline=None)
@given(conditions, conditions)
def test_z3_and_cvc5_never_contradict_each_other(hypothesis: Cond, goal: Cond) -> None:
    # A contradiction raises; a one-sided unknown does not.
    box = (ge(U, -5), le(U, 5), ge(S, -5), le(S, 5), hypothesis)
    (verdict,) = make_solver("both", budget=200_000).decide([Obligation("", box, goal)])
    if isinstance(verdict, Refuted):
        assert refutes(verdict.model, box, goal)


def test_verdicts_come_in_order_and_name_who_decided() -> None:
    obligations = [
        Obligation("a", (ge(U, 1),), ge(U, 0)),
        Obligation("b", (ge(U, 1),), ge(U, 2)),
        Obligation("c", (ge(S, 1),), ne(S, 0)),
    ]
    proved, refuted, also = make_solver("both").decide(obligations)
    assert proved == also == Proved("z3, cvc5")
    assert isinstance(refuted, Refuted)
    assert refuted.model == {"u0": 1}


def test_a_contradiction_proves_even_falsehood() -> None:
    assert make_solver().decide([Obligation("", (ge(U, 1), lt(U, 1)), False)]) == (Proved("z3"),)


def test_a_budget_too_small_is_undecided_and_never_an_error() -> None:
    x, y, z = symbol("u0"), symbol("u1"), symbol("u2")
    hard = ne(x * x * x + y * y * y + z * z * z, 33)
    assert isinstance(make_solver(budget=1).decide([Obligation("", (ge(x, 1),), hard)])[0], Undecided)


def test_the_budget_is_positive() -> None:
    with pytest.raises(ValueError, match="work units"):
        make_solver(budget=0)


def test_what_is_abstracted_is_named() -> None:
    script = encode((), (eq(power(2, U), 3),))
    assert [text.split(":")[0] for text in script.opaque] == ["a power or shift with a symbolic exponent"]
    (verdict,) = make_solver().decide([Obligation("", (ge(U, 1),), ne(power(2, U), 3))])
    assert isinstance(verdict, Undecided)
    assert "symbolic exponent" in verdict.reason


def test_the_text_is_the_same_for_the_same_obligation_and_unsatisfiable_if_it_holds() -> None:
    obligation = Obligation("", (ge(U, 1), float_lt(float_symbol("zuf0"), 2.0)), ge(U, 0))
    assert obligation.text == Obligation("", (ge(U, 1), float_lt(float_symbol("zuf0"), 2.0)), ge(U, 0)).text
    assert obligation.text.endswith("(check-sat)\n")
    assert "(assert (not (>= |u0| 0)))" in obligation.text


def test_hostile_names_are_quoted() -> None:
    obligation = Obligation("", (), ge(symbol("u|) (exit) ("), 0))
    (verdict,) = make_solver().decide([obligation])
    assert isinstance(verdict, Refuted)
    assert set(verdict.model) == {"u|) (exit) ("}


@final
@dataclass
class _Scripted(Engine):
    """A solver that gives the same answer to everything and counts its calls."""

    name_: str
    answer: Answer
    calls: int = 0

    @property
    def name(self) -> str:
        return self.name_

    def run(self, script: Script, budget: int) -> tuple[Answer, ...]:
        self.calls += 1
        return (self.answer,) * len(script.goals)


def _with_engines(monkeypatch: pytest.MonkeyPatch, z3: Answer, cvc5: Answer) -> tuple[_Scripted, _Scripted]:
    first, second = _Scripted("z3", z3), _Scripted("cvc5", cvc5)
    monkeypatch.setattr(facade, "_z3", lambda: first)
    monkeypatch.setattr(facade, "_cvc5", lambda: second)
    forget()
    return first, second


def test_solvers_that_contradict_each_other_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_engines(monkeypatch, Unsat(), Sat({"u0": -1}))
    with pytest.raises(SolverError, match="z3 proves what cvc5 refutes"):
        make_solver("both").decide([Obligation("", (), ge(U, 0))])
    forget()


def test_a_model_that_does_not_evaluate_to_a_refutation_is_no_refutation(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_engines(monkeypatch, Sat({"u0": 5}), Unknown("tired"))
    (verdict,) = make_solver("both").decide([Obligation("", (), ge(U, 0))])
    assert verdict == Undecided("the model of z3 does not evaluate to a refutation; tired")
    forget()


def test_a_one_sided_unknown_counts_as_the_other_sides_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_engines(monkeypatch, Unknown("tired"), Unsat())
    assert make_solver("both").decide([Obligation("", (), ge(U, 0))]) == (Proved("cvc5"),)
    forget()


def test_a_batch_is_solved_once_and_forgotten_on_demand(monkeypatch: pytest.MonkeyPatch) -> None:
    z3, _ = _with_engines(monkeypatch, Unsat(), Unsat())
    batch = [Obligation("", (ge(S, 1),), ge(U, number)) for number in range(3)]
    solver = make_solver("z3")
    solver.decide(batch)
    solver.decide(batch)
    assert z3.calls == 1
    # Another batch is another question: what is found for one goal may depend on the others.
    solver.decide(batch[:1])
    assert z3.calls == 2
    forget()
    solver.decide(batch)
    assert z3.calls == 3
    forget()
