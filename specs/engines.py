"""SOL, continued: z3 and cvc5 themselves, asked through the same text; each check asks both."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from importlib.metadata import version
from typing import Final, final

import pytest

from refimpl.solver import PROVERS, Obligation, Prover, SolverError, encode, solve_text, solver_versions
from refimpl.solver import _cvc5 as of_cvc5
from refimpl.solver._cvc5 import Cvc5Engine
from refimpl.solver._engine import Engine, Sat, Unknown, Unsat, nearest_float
from refimpl.solver._z3 import Z3Engine
from refimpl.solver.encode import Script
from refimpl.terms import (
    Cond,
    bool_symbol,
    eq,
    float_eq,
    float_lt,
    float_ne,
    float_symbol,
    floor_div,
    ge,
    le,
    lnot,
    lt,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks

__all__ = ["SOL_08", "SOL_09", "SOL_10"]

_SOLVER = "refimpl.solver"
ENGINES: Final[tuple[Engine, ...]] = (Z3Engine(), Cvc5Engine())
X, Y, Z = symbol("u0"), symbol("u1"), symbol("u2")
F = float_symbol("zuf0")
HARD: Final = Obligation("", (ge(X, 1),), ne(X * X * X + Y * Y * Y + Z * Z * Z, 33))
"""Three cubes: nobody finds an answer within a little work."""

SOL_08 = Clause(
    "SOL-08",
    "A model gives each symbol of the text the value that the solver found, of its own sort, NaN and infinities among"
    " the floats.",
    f"{_SOLVER}._z3:_model",
    "sol-predicates-of-models-are-numbers",
)
NAMES: Final = ("u0", "a b", "u\\", "p|q", "é", "(", '"')


@checks(SOL_08)
@pytest.mark.parametrize("engine", ENGINES, ids=["z3", "cvc5"])
def test_a_model_has_the_value_of_each_symbol(engine: Engine) -> None:
    for index, name in enumerate(NAMES):
        integers = {f"{name}i": 10**30 - index, f"{name}j": -3 - index, f"{name}k": 0}
        booleans = {f"{name}p": True, f"{name}q": False}
        floats = {f"{name}f": 0.5 + index, f"{name}g": -math.inf, f"{name}h": math.inf, f"{name}m": -5e-324}
        fixed: list[Cond] = [eq(symbol(key), value) for key, value in integers.items()]
        fixed += [bool_symbol(key) if value else lnot(bool_symbol(key)) for key, value in booleans.items()]
        fixed += [float_eq(float_symbol(key), value) for key, value in floats.items()]
        nan = float_symbol(f"{name}n")
        (answer,) = engine.run(encode((*fixed, float_ne(nan, nan)), (False,)), 1_000_000)
        assert isinstance(answer, Sat)
        found = dict(answer.model)
        last = found.pop(f"{name}n")
        assert isinstance(last, float)
        assert math.isnan(last)
        expected = integers | booleans | floats
        assert found == expected
        assert {key: type(value) for key, value in found.items()} == {key: type(v) for key, v in expected.items()}


@checks(SOL_08)
@pytest.mark.parametrize("engine", ENGINES, ids=["z3", "cvc5"])
def test_a_real_is_the_nearest_float_and_beyond_all_an_infinity(engine: Engine) -> None:
    for low, high, expected in (
        (10**400, 10**401, math.inf),
        (-(10**401), -(10**400), -math.inf),
        (2**60, 2**60 + 2, 2.0**60),
    ):
        hypotheses = (float_lt(low, F), float_lt(F, high), eq(X, 1))
        (answer,) = engine.run(encode(hypotheses, (False,)), 1_000_000)
        assert answer == Sat({"u0": 1, "zuf0": expected})
    assert nearest_float(Fraction(1, 3)) == 1 / 3
    assert nearest_float(Fraction(-(10**400), 3)) == -math.inf


@checks(SOL_08)
def test_an_irrational_value_is_read_as_a_near_float() -> None:
    declared = "(declare-const f.nan Bool)\n(declare-const f.infinite Int)\n(declare-const f.value Real)\n"
    asked = ("(not f.nan)", "(= f.infinite 0)", "(> f.value 0.0)")
    script = Script(declared, asked, ("(= (* f.value f.value) 2.0)",), (), ("f",), (), ())
    (answer,) = Z3Engine().run(script, 1_000_000)
    assert isinstance(answer, Sat)
    assert answer.model["f"] == pytest.approx(math.sqrt(2), abs=1e-15)


SOL_09 = Clause(
    "SOL-09",
    "Each goal of a batch is asked by itself under all hypotheses, within its own budget; what a solver gives up is"
    " unknown, and a text that it refuses is an error.",
    f"{_SOLVER}._z3:Z3Engine.run",
    "sol-refused-texts-are-unknown",
)


@checks(SOL_09)
@pytest.mark.parametrize("engine", ENGINES, ids=["z3", "cvc5"])
def test_each_goal_is_asked_by_itself(engine: Engine) -> None:
    goals = (ge(X, 3), lt(X, 3), ge(X, 1), eq(X, 2), ne(X, 2), ge(Y, 0), le(X, 5), False, True, ge(X + Y, X))
    proved = (False, False, True, False, False, True, True, False, True, True)
    for chosen in (range(10), range(9, -1, -1), (3,), (9, 3, 0, 2)):
        script = encode((ge(X, 1), le(X, 5), ge(Y, 0)), [goals[index] for index in chosen])
        answers = engine.run(script, 1_000_000)
        assert [isinstance(answer, Unsat) for answer in answers] == [proved[index] for index in chosen]
        for answer, index in zip(answers, chosen, strict=True):
            if not proved[index]:
                assert isinstance(answer, Sat)
                assert 1 <= answer.model["u0"] <= 5
                assert index != 3 or answer.model["u0"] != 2
                assert index != 4 or answer.model["u0"] == 2
    assert engine.run(encode((ge(X, 1),), ()), 1_000_000) == ()


@checks(SOL_09)
@pytest.mark.parametrize("engine", ENGINES, ids=["z3", "cvc5"])
def test_every_hypothesis_counts(engine: Engine) -> None:
    hypotheses = (ge(X, 1), ge(Y, X + 1), ge(Z, Y + 1), eq(mod(Z, 2), 0), eq(floor_div(Z, 2), 1))
    for left_out in range(6):
        script = encode([h for index, h in enumerate(hypotheses) if index != left_out], (False,))
        (answer,) = engine.run(script, 1_000_000)
        assert isinstance(answer, Unsat if left_out == 5 else Sat)


@checks(SOL_09)
@pytest.mark.parametrize("engine", ENGINES, ids=["z3", "cvc5"])
def test_what_is_given_up_is_unknown_and_leaves_the_others_their_answers(engine: Engine) -> None:
    script = encode(HARD.hypotheses, (ge(X, 1), HARD.goal, ge(X, 0)))
    easy, hard, also = engine.run(script, 20_000)
    assert easy == also == Unsat()
    assert isinstance(hard, Unknown)
    assert hard.reason.startswith("z3 gave up: ") if engine.name == "z3" else hard.reason == "cvc5 gave up"
    assert engine.run(script, 20_000) == (easy, hard, also), "work units are repeatable"


@checks(SOL_09)
@pytest.mark.parametrize("engine", ENGINES, ids=["z3", "cvc5"])
def test_a_text_that_is_refused_is_an_error(engine: Engine) -> None:
    for goal in ("undeclared", "(> 1", "(undeclared 1)"):
        with pytest.raises(SolverError, match=f"{engine.name} rejects our text"):
            engine.run(Script("(set-logic ALL)\n", (), (goal,), (), (), (), ()), 1_000)
    with pytest.raises(SolverError, match=r"cvc5 rejects our text.*cannot get value"):
        solve_text("cvc5", "(set-logic ALL)\n(get-value (true))\n(check-sat)\n", budget=1_000)
    with pytest.raises(SolverError, match="another number of assertions"):
        Z3Engine().run(Script("", (), ("true) (assert true",), (), (), (), ()), 1_000)


SOL_10 = Clause(
    "SOL-10",
    "A whole text has an answer with the work it took, and with a proof on request: its distinct steps are counted, and"
    " those that the calculus does not justify.",
    f"{_SOLVER}._cvc5:_weigh",
    "sol-unjustified-steps-are-fine",
)
GOOD, BAD = Obligation("", (ge(X, 1),), ge(X, 0)), Obligation("", (eq(X, 1),), ge(X, 2))


@checks(SOL_10)
@pytest.mark.parametrize("prover", PROVERS)
def test_a_whole_text_has_an_answer(prover: Prover) -> None:
    good, bad = (solve_text(prover, asked.text, budget=1_000_000) for asked in (GOOD, BAD))
    assert (good.status, bad.status) == ("unsat", "sat")
    assert good.work > 0
    assert bad.work > 0
    assert bad.model == ("[u0 = 1]" if prover == "z3" else "")
    assert {(answer.steps, answer.unchecked, answer.proof) for answer in (good, bad)} == {(0, 0, "")}
    hard = solve_text(prover, HARD.text, budget=20_000)
    assert hard.status == "unknown"
    assert hard.work > good.work
    for text in ("(assert undeclared)\n(check-sat)\n", "(assert"):
        with pytest.raises(SolverError, match=f"{prover} rejects our text"):
            solve_text(prover, text, budget=1_000)
    assert solver_versions()[prover] == ".".join(version("z3-solver" if prover == "z3" else prover).split(".")[:3])
    assert PROVERS == ("z3", "cvc5")
    assert tuple(solver_versions()) == PROVERS


@checks(SOL_10)
def test_a_proof_is_given_on_request() -> None:
    proved = solve_text("cvc5", GOOD.text, budget=1_000_000, proof=True)
    assert proved.status == "unsat"
    assert proved.steps > 3
    assert proved.unchecked == 0
    assert proved.proof.startswith("(")
    assert ":rule" in proved.proof
    assert proved == solve_text("cvc5", GOOD.text, budget=1_000_000, proof=True), "the same text, the same proof"
    refuted = solve_text("cvc5", BAD.text, budget=1_000_000, proof=True)
    assert (refuted.status, refuted.steps, refuted.unchecked, refuted.proof) == ("sat", 0, 0, "")


@final
@dataclass(eq=False)
class Step:
    """A step of a proof."""

    rule: str
    children: Sequence[Step] = ()

    def getRule(self) -> str:  # noqa: N802 - cvc5's name
        """What justifies it."""
        return f"ProofRule.{self.rule}"

    def getChildren(self) -> Sequence[Step]:  # noqa: N802 - cvc5's name
        """What it follows from."""
        return self.children


@checks(SOL_10)
@pytest.mark.parametrize("rule", ["TRUST", "TRUST_THEORY_REWRITE", "UNKNOWN", "SAT_EXTERNAL_PROVE"])
def test_distinct_steps_are_counted_and_those_without_a_rule(rule: str) -> None:
    rules: object = getattr(import_module("cvc5"), "ProofRule")  # noqa: B009 - an untyped library
    assert hasattr(rules, rule), "a rule of this name exists"
    assumed, unjustified = Step("ASSUME"), Step(rule)
    shared = Step("RESOLUTION", (assumed, unjustified))
    root = Step("SCOPE", (shared, Step("AND_INTRO", (shared, unjustified, Step(rule, (assumed,))))))
    assert of_cvc5._weigh([root]) == (6, 2)  # pyright: ignore[reportPrivateUsage] - no real proof has such steps
    assert of_cvc5._weigh([assumed, shared]) == (3, 1)  # pyright: ignore[reportPrivateUsage] - as above
    assert of_cvc5._weigh([]) == (0, 0)  # pyright: ignore[reportPrivateUsage] - as above


@checks(SOL_10)
def test_a_solver_that_is_not_installed_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cvc5", None)
    for ask in (
        lambda: solve_text("cvc5", GOOD.text, budget=1_000),
        lambda: Cvc5Engine().run(GOOD.script, 1_000),
        solver_versions,
    ):
        with pytest.raises(SolverError, match="cvc5 is not installed; it is the extra"):
            ask()
