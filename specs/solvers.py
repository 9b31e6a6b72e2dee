"""SOL: how conditions are given to solvers, and what of their answers counts.

The checks are those of ``tests/solver``, which evaluate in plain Python what the solvers are asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, final

import pytest

from refimpl.solver import (
    DEFAULT_BUDGET,
    Obligation,
    Proved,
    Refuted,
    SolverError,
    SolverName,
    Undecided,
    Verdict,
    encode,
    facade,
    forget,
    make_solver,
)
from refimpl.solver._engine import Answer, Engine, Sat, Unknown, Unsat
from refimpl.solver.encode import Script
from refimpl.terms import bool_symbol, eq, float_lt, float_symbol, ge, le, lor, lt, ne, power, symbol
from specs.clauses import Clause, checks
from tests.solver import test_encoding, test_facade

__all__ = ["SOL_01", "SOL_02", "SOL_03", "SOL_04", "SOL_05", "SOL_06", "SOL_07"]

_SOLVER = "refimpl.solver"
SOL_01 = Clause(
    "SOL-01",
    "A condition holds in its encoding exactly where it is defined and evaluates to true.",
    f"{_SOLVER}.encode:_holds",
    "sol-all-parts-of-a-disjunction-are-needed",
)
SOL_07 = Clause(
    "SOL-07",
    "The text of an obligation declares each constant once, with its sort, and is satisfied by exactly the values at"
    " which every hypothesis is true and the goal is not, whatever a division by zero is taken for.",
    "refimpl.solver._encode_terms:TermEncoder._division",
    "sol-divisors-may-be-undefined",
)
test_the_euclidean_identity_holds_for_all_integers = checks(SOL_01)(
    test_encoding.test_the_euclidean_identity_holds_for_all_integers
)
test_a_condition_holds_in_the_encoding = checks(SOL_01)(
    test_encoding.test_a_condition_holds_in_the_encoding_exactly_where_it_evaluates_to_true
)
test_a_term_has_its_evaluated_value = checks(SOL_01, SOL_07)(
    test_encoding.test_a_term_has_its_evaluated_value_or_is_undefined_in_both
)
test_a_disjunction_needs_only_the_part_that_holds = checks(SOL_01)(
    test_encoding.test_a_disjunction_needs_only_the_part_that_holds_to_be_defined
)

SOL_02 = Clause(
    "SOL-02",
    "Division, remainder, maximum and rounding are Python's, not the solver's.",
    f"{_SOLVER}.encode:encode",
    "sol-halves-go-to-the-odd-neighbour",
)
SOL_03 = Clause(
    "SOL-03",
    "Floats in solvers have NaN and infinities, and what rounds is never taken for the reals.",
    f"{_SOLVER}._encode_text:ExtendedReal._ordered",
    "sol-one-more-integer-is-exact",
)
test_floor_division_and_modulo_follow_python = checks(SOL_02)(
    test_encoding.test_floor_division_and_modulo_follow_python_for_every_sign
)
test_maximum_minimum_and_choice_are_pythons = checks(SOL_02)(test_encoding.test_maximum_minimum_and_choice_are_pythons)
test_each_rounding_to_an_integer_is_pythons = checks(SOL_02, SOL_03)(
    test_encoding.test_each_rounding_to_an_integer_is_pythons
)
test_a_division_by_zero_meets_no_goal = checks(SOL_02)(
    test_encoding.test_a_division_by_zero_meets_no_goal_and_satisfies_no_hypothesis
)

test_rounding_to_an_integer_is_undefined_at_nan_and_infinities = checks(SOL_03)(
    test_encoding.test_rounding_to_an_integer_is_undefined_at_nan_and_infinities
)
test_comparisons_with_nan_are_false = checks(SOL_03)(
    test_encoding.test_comparisons_with_nan_are_false_and_its_inequality_true
)
test_float_rounding_is_never_taken_for_the_reals = checks(SOL_03)(
    test_encoding.test_float_rounding_is_never_taken_for_the_reals
)

SOL_04 = Clause(
    "SOL-04",
    "A model counts only if evaluating it refutes the goal; verdicts come in order and name who decided.",
    f"{_SOLVER}.facade:_verdict",
    "sol-two-proofs-are-one-solvers",
)
SOL_05 = Clause(
    "SOL-05",
    "Two solvers that contradict each other are an error; the unknown of one leaves the answer of the other.",
    f"{_SOLVER}.facade:_verdict",
    "sol-contradicting-solvers-are-fine",
)
test_the_text_is_the_same_for_the_same_obligation_and_unsatisfiable_if_it_holds = checks(SOL_04)(
    test_facade.test_the_text_is_the_same_for_the_same_obligation_and_unsatisfiable_if_it_holds
)
test_hostile_names_are_quoted = checks(SOL_04)(test_facade.test_hostile_names_are_quoted)
test_a_batch_is_solved_once_and_forgotten_on_demand = checks(SOL_04)(
    test_facade.test_a_batch_is_solved_once_and_forgotten_on_demand
)
test_verdicts_come_in_order = checks(SOL_04)(test_facade.test_verdicts_come_in_order_and_name_who_decided)
test_a_model_that_does_not_refute_is_no_refutation = checks(SOL_04)(
    test_facade.test_a_model_that_does_not_evaluate_to_a_refutation_is_no_refutation
)


@final
@dataclass
class Told(Engine):
    """A solver that gives the answers it is told, in turn for the goals of a script, and keeps what it was asked."""

    called: str
    answers: Sequence[Answer]
    asked: list[tuple[Script, int]] = field(default_factory=list[tuple[Script, int]])

    @property
    def name(self) -> str:
        return self.called

    def run(self, script: Script, budget: int) -> tuple[Answer, ...]:
        self.asked.append((script, budget))
        return tuple(self.answers[index % len(self.answers)] for index in range(len(script.goals)))


def told(monkeypatch: pytest.MonkeyPatch, z3: Sequence[Answer], cvc5: Sequence[Answer] = ()) -> tuple[Told, Told]:
    """Both solvers, which from now on give these answers."""
    first, second = Told("z3", z3), Told("cvc5", cvc5)
    monkeypatch.setattr(facade, "_z3", lambda: first)
    monkeypatch.setattr(facade, "_cvc5", lambda: second)
    forget()
    return first, second


U, S = symbol("u0"), symbol("s0")
PROOF, TIRED, BORED = Unsat(), Unknown("tired"), Unknown("bored")
RIGHT, ALSO, WRONG = Sat({"u0": -1}), Sat({"u0": -2}), Sat({"u0": 5})
_NO = "the model of {} does not evaluate to a refutation"
BY_Z3, BY_CVC5 = Refuted({"u0": -1}, "z3"), Refuted({"u0": -2}, "cvc5")
TOGETHER: Final[tuple[tuple[Answer, Answer, Verdict | str], ...]] = (
    (PROOF, PROOF, Proved("z3, cvc5")),
    (PROOF, WRONG, Proved("z3")),
    (PROOF, TIRED, Proved("z3")),
    (WRONG, PROOF, Proved("cvc5")),
    (TIRED, PROOF, Proved("cvc5")),
    (PROOF, ALSO, "z3 proves what cvc5 refutes"),
    (RIGHT, PROOF, "cvc5 proves what z3 refutes"),
    (RIGHT, ALSO, BY_Z3),
    (RIGHT, WRONG, BY_Z3),
    (RIGHT, TIRED, BY_Z3),
    (WRONG, ALSO, BY_CVC5),
    (TIRED, ALSO, BY_CVC5),
    (WRONG, WRONG, Undecided(f"{_NO.format('z3')}; {_NO.format('cvc5')}")),
    (WRONG, BORED, Undecided(f"{_NO.format('z3')}; bored")),
    (TIRED, WRONG, Undecided(f"tired; {_NO.format('cvc5')}")),
    (TIRED, BORED, Undecided("tired; bored")),
    (TIRED, TIRED, Undecided("tired")),
)
"""Every pair of answers about ``u0 >= 0``, and what they say together; a text is that of an error."""


@checks(SOL_04, SOL_05)
@pytest.mark.parametrize(("z3", "cvc5", "together"), TOGETHER)
def test_two_answers_make_one_verdict(
    z3: Answer, cvc5: Answer, together: Verdict | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, (PROOF, z3), (PROOF, cvc5))
    asked = [Obligation("first", (), ge(S, 0)), Obligation("second", (), ge(U, 0))]
    if isinstance(together, str):
        with pytest.raises(SolverError, match=together) as raised:
            make_solver("both").decide(asked)
        assert asked[1].text in str(raised.value), "the obligation on which they differ, not another one of the batch"
        return
    assert make_solver("both").decide(asked) == (Proved("z3, cvc5"), together)
    alone: list[tuple[Answer, Verdict]] = [(PROOF, Proved("z3")), (TIRED, Undecided("tired")), (RIGHT, BY_Z3)]
    for answer, verdict in alone:
        if answer == z3:
            assert make_solver("z3").decide(asked) == (Proved("z3"), verdict)


@checks(SOL_04)
def test_a_candidate_for_what_is_abstracted_gives_the_abstraction_as_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told(monkeypatch, (Sat({"u0": 2}),))
    (verdict,) = make_solver().decide([Obligation("", (), ne(power(2, U), 3))])
    assert verdict == Undecided(
        f"a power or shift with a symbolic exponent: {encode((), (ne(power(2, U), 3),)).opaque[0].partition(': ')[2]}"
    )
    told(monkeypatch, (Sat({"u0": -1}),))
    (verdict,) = make_solver().decide([Obligation("", (), ne(power(2, U), 3))])
    assert verdict == Refuted({"u0": -1}, "z3"), "a negative exponent is undefined"


@checks(SOL_04)
def test_what_a_model_leaves_out_is_zero_of_its_sort(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, (Sat({"u9": 3, "a0": 2}),))
    goal = lor(bool_symbol("p0"), float_lt(float_symbol("zuf0"), 0.0), ge(U, 1), ne(S, symbol("s1")))
    (verdict,) = make_solver().decide([Obligation("", (eq(symbol("s2"), 0),), goal)])
    assert isinstance(verdict, Refuted)
    model = [("a0", 2), ("p0", False), ("s0", 0), ("s1", 0), ("s2", 0), ("u0", 0), ("u9", 3), ("zuf0", 0.0)]
    assert list(verdict.model.items()) == model, "by name"
    assert [type(value) for _, value in verdict.model.items()] == [type(value) for _, value in model]


@checks(SOL_04)
def test_a_model_must_satisfy_every_hypothesis(monkeypatch: pytest.MonkeyPatch) -> None:
    told(monkeypatch, (Sat({"u0": -1, "s0": 0}),))
    for hypotheses, refuted in (((), True), ((le(U, 0),), True), ((ge(U, 0),), False), ((le(U, 0), ge(S, 1)), False)):
        (verdict,) = make_solver().decide([Obligation("", hypotheses, ge(U, 0))])
        assert isinstance(verdict, Refuted if refuted else Undecided)


@checks(SOL_04)
def test_obligations_with_the_same_hypotheses_are_one_script_and_verdicts_keep_their_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hypotheses = ((ge(U, 1),), (), (ge(U, 1),), (le(U, 7), ge(U, 1)), ())
    goals = (ge(U, 0), ge(U, 0), lt(U, 9), ge(U, 2), lt(U, -3))
    asked = [Obligation("one name", *pair) for pair in zip(hypotheses, goals, strict=True)]
    engine, _ = told(monkeypatch, (PROOF, TIRED))
    proved, tired = Proved("z3"), Undecided("tired")
    assert make_solver(budget=77).decide(asked) == (proved, proved, tired, proved, tired)
    expected = [encode(hypotheses[0], (goals[0], goals[2])), encode((), (goals[1], goals[4])), asked[3].script]
    assert engine.asked == [(script, 77) for script in expected]
    assert make_solver().decide([]) == ()


@checks(SOL_04)
def test_a_model_is_judged_by_its_own_obligation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of one script are not neighbours in what was asked: each model refutes its own goal, no other."""
    told(monkeypatch, (Sat({"u0": 3}), Sat({"u0": 5}), PROOF))
    asked = [
        Obligation("", (ge(U, 1),), le(U, 2)),
        Obligation("", (ge(U, 3),), ge(U, 4)),
        Obligation("", (ge(U, 1),), le(U, 4)),
        Obligation("", (ge(U, 3),), le(U, 4)),
        Obligation("", (ge(U, 1),), ge(U, 6)),
    ]
    three, five = Refuted({"u0": 3}, "z3"), Refuted({"u0": 5}, "z3")
    assert make_solver().decide(asked) == (three, three, five, five, Proved("z3"))


@checks(SOL_04)
def test_an_answer_is_remembered_for_the_same_question_only(monkeypatch: pytest.MonkeyPatch) -> None:
    z3, cvc5 = told(monkeypatch, (PROOF,), (TIRED,))
    asked = Obligation("", (ge(U, 1),), ge(U, 0))
    others = (
        Obligation("", (ge(U, 2),), ge(U, 0)),
        Obligation("", (ge(U, 1),), ge(U, 3)),
        Obligation("", (ge(S, 1),), ge(S, 0)),
        Obligation("", (ge(U, 1), le(S, 1)), ge(U, 0)),
        Obligation("", (), ge(U, 0)),
        Obligation("", (), True),
    )
    for number, one in enumerate((asked, *others), start=1):
        assert make_solver().decide([one]) == make_solver().decide([one]) == (Proved("z3"),)
        assert len(z3.asked) == number
    z3.answers = (BORED,)
    assert make_solver().decide([Obligation("another name", asked.hypotheses, asked.goal)]) == (Proved("z3"),)
    assert make_solver(budget=5).decide([asked]) == (Undecided("bored"),), "another budget is another question"
    assert make_solver("cvc5").decide([asked]) == (Undecided("tired"),), "another solver is asked itself"
    assert make_solver("both").decide([asked]) == (Proved("z3"),)
    assert len(cvc5.asked) == 1
    forget()
    assert make_solver().decide([asked]) == (Undecided("bored"),)
    forget()


@checks(SOL_04)
def test_symbols_of_an_obligation_are_sorted_by_name() -> None:
    asked = Obligation("", (ge(U, S), bool_symbol("p0")), float_lt(float_symbol("a0"), 1.0))
    assert [symbol.name for symbol in asked.symbols] == ["a0", "p0", "s0", "u0"]
    assert Obligation("", (), True).symbols == ()


test_what_is_abstracted_is_named = checks(SOL_04)(test_facade.test_what_is_abstracted_is_named)
test_a_contradiction_proves_even_falsehood = checks(SOL_04)(test_facade.test_a_contradiction_proves_even_falsehood)

test_solvers_that_contradict_each_other_are_an_error = checks(SOL_05)(
    test_facade.test_solvers_that_contradict_each_other_are_an_error
)
test_a_one_sided_unknown_counts_as_the_other_sides_answer = checks(SOL_05)(
    test_facade.test_a_one_sided_unknown_counts_as_the_other_sides_answer
)
test_z3_and_cvc5_never_contradict_each_other = checks(SOL_05)(test_facade.test_z3_and_cvc5_never_contradict_each_other)

SOL_06 = Clause(
    "SOL-06",
    "Budgets are work units: too small a budget is undecided, never an error and never a proof.",
    f"{_SOLVER}.facade:make_solver",
    "sol-budgets-may-be-negative",
)
test_a_budget_too_small_is_undecided = checks(SOL_06)(
    test_facade.test_a_budget_too_small_is_undecided_and_never_an_error
)
test_the_budget_is_positive = checks(SOL_06)(test_facade.test_the_budget_is_positive)


@checks(SOL_06)
@pytest.mark.parametrize("name", ["z3", "cvc5", "both"])
def test_each_solver_is_asked_with_the_budget_in_work_units(name: SolverName, monkeypatch: pytest.MonkeyPatch) -> None:
    engines = told(monkeypatch, (PROOF,), (PROOF,))
    for budget in (1, 2_500):
        make_solver(name, budget=budget).decide([Obligation("", (), ge(U, 0))])
    make_solver(name).decide([Obligation("", (), ge(U, 0))])
    for engine in engines:
        asked = [budget for _, budget in engine.asked]
        assert asked == ([1, 2_500, DEFAULT_BUDGET] if name in (engine.name, "both") else [])
    for refused in (0, -1):
        with pytest.raises(ValueError, match=f"positive number of work units, not {refused}"):
            make_solver(name, budget=refused)
    assert DEFAULT_BUDGET >= 1_000_000, "what users see as undecided should be hard"
    forget()
