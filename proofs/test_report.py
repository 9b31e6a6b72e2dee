"""Running proofs: verdicts from two solvers, the ledger, exit codes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from proofs.engine.forking import Fork, explore
from proofs.engine.ledger import differences, read, written
from proofs.engine.running import TheoremResult, decide, prove
from proofs.engine.smt import Obligation
from proofs.engine.theorem import Theorem, by_paths
from proofs.registry import THEOREMS
from proofs.report import prove as run_report
from refimpl.cli.prove import run_prove
from refimpl.solver import TextAnswer

UNSAT, SAT, UNKNOWN = TextAnswer("unsat", 1), TextAnswer("sat", 1), TextAnswer("unknown", 1)


def _theorem(*goals: str) -> Theorem:
    def obligations() -> Iterator[Obligation]:
        for goal in goals:
            yield Obligation(goal, ("(declare-const x Int)",), ("(> x 2)",), goal)

    return Theorem("sample", "A sample.", ("proofs.test_report:_theorem",), obligations)


def test_one_proof_is_enough_and_a_contradiction_is_none() -> None:
    assert decide(UNSAT, UNSAT) == decide(UNSAT, UNKNOWN) == decide(UNKNOWN, UNSAT) == "proved"
    assert decide(UNSAT, SAT) == decide(SAT, UNSAT) == "contradiction"
    assert decide(SAT, SAT) == decide(UNKNOWN, SAT) == "refuted"
    assert decide(UNKNOWN, UNKNOWN) == "undecided"


def test_a_theorem_is_as_good_as_its_worst_obligation() -> None:
    result = prove(_theorem("(> x 1)", "(> x 0)"))
    assert (result.verdict, result.obligations, result.z3.unsat, result.cvc5.unsat) == ("proved", 2, 2, 2)
    assert result.steps > 0
    assert result.unchecked == 0
    broken = prove(_theorem("(> x 1)", "(> x 3)"))
    assert broken.verdict == "refuted"
    assert "x = 3" in broken.failures[0].model
    assert prove(_theorem()).verdict == "undecided", "a theorem without obligations proves nothing"


def test_a_function_that_raises_is_a_failure() -> None:
    def obligations() -> Iterator[Obligation]:
        yield from ()
        raise ZeroDivisionError("by zero")

    result = prove(Theorem("raises", "It raises.", (), obligations))
    assert result.verdict == "refuted"


def test_paths_are_all_taken_and_shown_to_cover() -> None:
    def run(fork: Fork) -> int:
        x = fork.integer("x")
        return 0 if x < 0 else 1 if x == 0 else 2

    assert sorted(path.result for path in explore(run, ("(declare-const x Int)",), ())) == [0, 1, 2]
    assert sorted(path.result for path in explore(run, ("(declare-const x Int)",), ("(> x (- 1))",))) == [1, 2]
    names = [o.name for o in by_paths("sign", ("(declare-const x Int)",), (), run, lambda _: ())]
    assert names == ["sign, paths cover"]


def test_a_division_needs_a_divisor_that_is_not_zero() -> None:
    def run(fork: Fork) -> str:
        return str(fork.integer("x") // fork.integer("y"))

    made = tuple(by_paths("quotient", ("(declare-const x Int)", "(declare-const y Int)"), (), run, lambda _: ()))
    assert prove(Theorem("divides", "It divides.", (), lambda: made)).verdict == "refuted"


def test_the_value_of_a_symbolic_integer_is_nobodys_to_read() -> None:
    def run(fork: Fork) -> int:
        return [1, 2][fork.integer("x")]

    with pytest.raises(TypeError, match="has no value"):
        list(explore(run, ("(declare-const x Int)",), ()))


def test_the_ledger_comes_back_and_differences_are_named() -> None:
    result = prove(_theorem("(> x 1)"))
    recorded = read(written([result]))
    assert differences(recorded, [result]) == []
    assert "other obligations" in differences(recorded, [prove(_theorem("(> x 0)"))])[0]
    assert "the ledger says proved" in differences(recorded, [prove(_theorem("(> x 3)"))])[0]
    assert "not in the ledger" in differences({}, [result])[0]
    assert "no such theorem" in differences(recorded, [])[0]
    with pytest.raises(ValueError, match="incomplete"):
        read("[theorems.x]\nverdict = 'proved'\n")


def _no_bar(steps: Iterable[TheoremResult], total: int) -> Iterator[TheoremResult]:
    return iter(steps)


def test_exit_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    name = "requirements_are_refiled_under_the_representative"
    assert run_report([name], mode="check", jobs=1, progress=_no_bar, say=said.append) == 0
    assert said[0].startswith("1 of 1 theorems proved")
    assert said[-1].endswith(" 0 unchecked")
    assert run_report(["no such name"], mode="run", jobs=1, progress=_no_bar, say=said.append) == 2
    monkeypatch.setitem(THEOREMS, name, replace(_theorem("(> x 3)"), name=name))
    assert run_report([name], mode="run", jobs=1, progress=_no_bar, say=said.append) == 1


def test_an_installed_refimpl_says_that_it_has_no_proofs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_prove([], mode="check", jobs=1, root=tmp_path) == 2
    assert capsys.readouterr().err.startswith("refimpl prove: the proofs are in refimpl's repository")
    assert run_prove(["name"], mode="update", jobs=1) == 2
