"""Running proofs: verdicts from two solvers, the ledger, exit codes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from proofs.engine.forking import Fork, explore
from proofs.engine.ledger import KEPT, LEDGER, differences, keep, read, written
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
    recorded = read(written([result], ["sample"]))
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
    assert re.fullmatch(r"9 program laws, 6 implementation laws, \d+ clauses of the specification", said[0])
    assert said[1].startswith("1 of 1 theorems proved")
    assert said[-1].endswith(" 0 unchecked")
    assert run_report(["no such name"], mode="run", jobs=1, progress=_no_bar, say=said.append) == 2
    monkeypatch.setitem(THEOREMS, name, replace(_theorem("(> x 3)"), name=name))
    assert run_report([name], mode="run", jobs=1, progress=_no_bar, say=said.append) == 1


def test_an_installed_refimpl_says_that_it_has_no_proofs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_prove([], mode="check", jobs=1, root=tmp_path) == 2
    assert capsys.readouterr().err.startswith("refimpl prove: the proofs are in refimpl's repository")


def test_an_update_of_some_theorems_leaves_the_other_entries(tmp_path: Path) -> None:
    first, second = (replace(prove(_theorem("(> x 1)")), name=name) for name in ("first", "second"))
    everything = written([first, second], ["first", "second"])
    changed = replace(second, obligations=7)
    again = written([changed], ["first", "second"], everything)
    assert {name: entry.obligations for name, entry in read(again).items()} == {"first": 1, "second": 7}
    assert written([first, second], ["first", "second"], again) == everything
    assert read(written([], ["second"], everything)).keys() == {"second"}
    keep([first, second], ["first", "second"], tmp_path)
    assert (tmp_path / "first.cpc").read_text() == first.kept
    keep([replace(second, kept="")], ["second"], tmp_path)
    assert not list(tmp_path.iterdir()), "the first is no theorem any more, the second too large"


def test_a_step_that_nothing_justifies_proves_nothing() -> None:
    result = prove(_theorem("(> x 1)"))
    assert result.verdict == "proved"
    assert replace(result, unchecked=1).verdict == "undecided"


def test_solvers_that_contradict_each_other_fail_by_that_name(monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(prover: str, *_: object, **__: object) -> TextAnswer:
        return SAT if prover == "z3" else UNSAT

    monkeypatch.setattr("proofs.engine.running.solve_text", answer)
    assert prove(_theorem("(> x 1)")).verdict == "contradiction"


def test_the_kept_proofs_are_those_that_the_ledger_names() -> None:
    entries = tomllib.loads(LEDGER.read_text(encoding="utf-8"))["theorems"]
    kept = {file.stem: file for file in KEPT.glob("*.cpc")}
    assert kept, "some proofs are small"
    for name, file in kept.items():
        assert sha256(file.read_bytes()).hexdigest() == entries[name]["proofs_sha256"], name
    assert all(entry["unchecked_steps"] == 0 for entry in entries.values())
