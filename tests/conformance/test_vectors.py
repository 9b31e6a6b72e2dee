"""What the vectors say is right: by brute force, by what PyTorch answers, and by the faults that they show."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from refimpl.conformance.case import CHAPTERS, RebindingInput
from refimpl.conformance.judge import Judgement, judge
from refimpl.conformance.outcome import Answered, EnvironmentResult, Outcome, RebindingResult, Returned
from refimpl.conformance.reference import Reference
from refimpl.conformance.serving import ask
from refimpl.conformance.store import VectorSet, load_vectors, path_of
from refimpl.conformance.structures import number
from refimpl.conformance.vector import Expected, Vector
from refimpl.conformance.waivers import Waiver, fingerprint, read_waivers
from refimpl.conformance.wire_vectors import hash_of, vector_json
from refimpl.solver import make_solver
from refimpl.terms import Cond, Scalar, Sort, Symbol, Undefined, evaluate, free_of
from tests.conformance.make_vectors import FOLDER, as_recorded
from tests.conformance.make_waivers import seen_now
from tests.conformance.torch_bugs import BUGS, Bug, planted
from tests.conformance.torch_edits import EDITS
from tests.conformance.vectors.drafts import DRAFTS, recorded, vector_of
from tests.conformance.vectors.ignorance import ignorant
from tests.conformance.vectors.measuring import (
    answer_of,
    earlier_of,
    fails,
    killers,
    killers_in_torch,
    paths,
    redundant,
)
from tests.findings.pages import FINDINGS
from tests.mutants.catalogue import by_id
from tests.mutants.mutant import planted as planted_in_ours


@cache
def _all() -> VectorSet:
    return load_vectors(FOLDER)


def _waivers() -> tuple[Waiver, ...]:
    return read_waivers(FOLDER / "waivers.json")


def test_there_are_vectors_of_every_chapter() -> None:
    chapters = [vector.case.chapter for vector in _all().vectors]
    assert len(chapters) >= 300
    assert all(chapters.count(chapter) >= 20 for chapter in CHAPTERS)


def test_the_reference_passes_every_vector() -> None:
    solver = make_solver()
    assert [path_of(vector) for vector in _all().vectors if fails(vector, solver)] == []


def test_what_is_said_by_definition_is_what_the_drafts_say() -> None:
    files = {path_of(vector): vector for vector in _all().vectors}
    for draft in DRAFTS:
        if draft.expect:
            written = vector_json(vector_of(draft, draft.expect))
            found = files.get(f"{written['chapter']}/{draft.id}")
            assert found is None or found.hash == hash_of(written["input"], written["expect"]), draft.id


def test_no_vector_wants_less_to_be_known_than_is_decided() -> None:
    solver = make_solver()
    assert [path_of(vector) for vector in _all().vectors if ignorant(vector, solver)] == []


def test_a_question_left_open_although_it_is_decided_is_found() -> None:
    (draft,) = [draft for draft in DRAFTS if draft.id == "multiple-of-four"]
    vector, solver = vector_of(draft, ()), make_solver()
    outcome = ask(Reference(), vector.case.input)
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.result, EnvironmentResult)
    nothing = tuple(
        Answered(number(False)) if each == Answered(number(True)) else each for each in outcome.result.answers
    )
    expected = Expected(Returned(replace(outcome.result, answers=nothing)))
    assert ignorant(replace(vector, expect=(expected,)), solver)


def _solutions(conditions: Sequence[Cond], symbols: Sequence[Symbol]) -> bool:
    """Whether a small box has a solution."""
    values = {each: range(-3, 17) if len(symbols) <= 3 else range(8) for each in symbols}
    for chosen in itertools.product(*values.values()):
        point: dict[str, int | float] = {each.name: number for each, number in zip(symbols, chosen, strict=True)}
        if all(_holds(condition, point) for condition in conditions):
            return True
    return False


def _holds(condition: Cond, point: dict[str, int | float]) -> bool:
    try:
        return bool(evaluate(condition, point))
    except Undefined:
        return False


def _integers(terms: Sequence[Scalar]) -> list[Symbol] | None:
    found = {symbol for term in terms for symbol in free_of(term)}
    symbols = [symbol for symbol in found if isinstance(symbol, Symbol) and symbol.sort is Sort.INT]
    return sorted(symbols, key=lambda symbol: symbol.name) if len(symbols) == len(found) else None


def test_a_rebinding_is_expected_to_succeed_exactly_if_a_small_box_has_a_solution() -> None:
    asked = 0
    for draft in DRAFTS:
        if not isinstance(draft.given, RebindingInput) or not draft.expect:
            continue
        outcome = draft.expect[0].outcome
        if isinstance(outcome, Returned) and isinstance(outcome.result, RebindingResult):
            conditions = [each for each in outcome.result.environment.conditions() if each is not True]
            symbols = _integers(conditions)
            if symbols is not None and len(symbols) <= 4:
                assert _solutions(conditions, symbols), draft.id
                asked += 1
    assert asked >= 60


def test_each_named_fault_is_shown_by_its_vector() -> None:
    vectors = [vector for vector in _all().vectors if vector.kills]
    named = {fault for vector in vectors for fault in vector.kills}
    known, in_torch = by_id(), {bug.name for bug in EDITS}
    assert named <= known.keys() | in_torch
    found = killers(vectors, [known[fault] for fault in sorted(named - in_torch)])
    for vector in vectors:
        assert set(vector.kills) - in_torch <= set(found[path_of(vector)]), path_of(vector)


@pytest.mark.torch
def test_each_named_fault_of_pytorch_is_shown_by_its_vector() -> None:
    named = {bug.name: bug for bug in EDITS}
    vectors = [vector for vector in _all().vectors if named.keys() & set(vector.kills)]
    assert vectors
    found = killers_in_torch(vectors, EDITS)
    for vector in vectors:
        assert set(vector.kills) == set(found[path_of(vector)]), path_of(vector)


def test_no_vector_is_redundant() -> None:
    vectors = _all().vectors
    order = {draft.id: index for index, draft in enumerate(DRAFTS)}
    ordered = sorted(vectors, key=lambda vector: order.get(vector.case.id, -1))
    kills = {path_of(vector): vector.kills for vector in vectors}
    assert redundant(ordered, kills, paths(ordered)) == []


def test_a_copy_of_a_vector_is_redundant() -> None:
    vector = next(vector for vector in _all().vectors if not vector.kills)
    copied = replace(vector, case=replace(vector.case, id="copied"))
    pair = [vector, copied]
    assert redundant(pair, {path_of(each): () for each in pair}, paths(pair)) == [path_of(copied)]


@pytest.mark.parametrize("aspect", ["asserts", "guards"])
def test_a_lost_assert_or_guard_is_no_pass(aspect: str) -> None:
    path = {"asserts": "asserts-are-refiled", "guards": "guards-stay"}[aspect]
    (vector,) = [vector for vector in _all().vectors if vector.case.id == path]
    outcome = vector.expect[0].outcome
    assert isinstance(outcome, Returned)
    assert isinstance(outcome.result, RebindingResult)
    state = outcome.result.environment
    lost = replace(state, asserts={}) if aspect == "asserts" else replace(state, guards=())
    # What is lost is implied by something else that the state says: only the aspect itself can show it.
    kept = replace(lost, known=(*lost.known, *state.guards, *(c for filed in state.asserts.values() for c in filed)))
    features = Reference().features
    assert judge(vector, Returned(RebindingResult(state)), features, make_solver()).verdict == "pass"
    assert judge(vector, Returned(RebindingResult(kept)), features, make_solver()).verdict == "fail"


def test_waivers_name_a_finding_and_a_vector() -> None:
    vectors = {path_of(vector) for vector in _all().vectors}
    for waiver in _waivers():
        assert waiver.subject == "torch"
        assert waiver.id in vectors, waiver.id
        assert (FINDINGS / waiver.finding.rpartition("/")[2]).is_file(), waiver.finding


def test_a_seeded_fault_of_ours_fails_the_reference() -> None:
    (mutant,) = [mutant for mutant in by_id().values() if mutant.id == "reb-moved-conditions-lost"]
    solver = make_solver()
    with planted_in_ours(mutant):
        assert any(fails(vector, solver) for vector in _all().vectors if vector.case.chapter == "rebinding")


def _asked(vectors: Sequence[Vector]) -> list[Outcome]:
    from refimpl.torch.subject import TorchImplementation

    return [answer_of(TorchImplementation(), vector) for vector in vectors]


def _judged(vector: Vector, outcome: Outcome) -> Judgement:
    from refimpl.torch.subject import TorchImplementation

    torch = TorchImplementation()
    return judge(vector, outcome, torch.features, make_solver(), earlier=earlier_of(torch, vector))


@cache
def _passed_by_torch() -> tuple[tuple[Vector, Outcome], ...]:
    """What PyTorch as it is passes, with its answers."""
    vectors = _all().vectors
    return tuple([(v, o) for v, o in zip(vectors, _asked(vectors), strict=True) if _judged(v, o).verdict == "pass"])


def _waived_for_torch() -> tuple[tuple[Vector, Waiver], ...]:
    """What PyTorch fails as the waivers say."""
    waivers = {waiver.id: waiver for waiver in _waivers()}
    return tuple([(v, waivers[path_of(v)]) for v in _all().vectors if path_of(v) in waivers])


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_what_is_recorded_is_what_pytorch_answers() -> None:
    from refimpl.torch.subject import TorchImplementation

    files = {path_of(vector): vector for vector in _all().vectors}
    for draft in recorded(DRAFTS):
        vector = as_recorded(draft, TorchImplementation())
        written = vector_json(vector)
        found = files.get(path_of(vector))
        assert found is None or found.hash == hash_of(written["input"], written["expect"]), draft.id


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_what_pytorch_fails_is_waived_by_a_finding_and_nothing_else_is() -> None:
    waived = {waiver.id for waiver in _waivers()}
    passed = {path_of(vector) for vector, _ in _passed_by_torch()}
    assert {path_of(vector) for vector in _all().vectors} - passed == waived


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_pytorch_fails_what_is_waived_as_the_waivers_say() -> None:
    assert seen_now() == {waiver.id: waiver.seen for waiver in _waivers()}


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("bug", [*BUGS, *EDITS], ids=lambda bug: bug.name)
def test_pytorch_with_a_bug_fails(bug: Bug) -> None:
    passed, waived = _passed_by_torch(), _waived_for_torch()  # before the bug is there
    with planted(bug):
        for vector, before in passed:
            (outcome,) = _asked([vector])
            if outcome != before and _judged(vector, outcome).verdict != "pass":
                return
        for vector, waiver in waived:
            (outcome,) = _asked([vector])
            if waiver.seen != fingerprint(outcome):
                return
    pytest.fail(f"no vector shows {bug.name}")


@pytest.mark.torch
def test_the_command_says_so() -> None:
    bug = f"{sys.executable} -W ignore -m tests.conformance.torch_bugs renamed-backwards"
    command = [
        sys.executable,
        "-m",
        "refimpl.cli",
        "conform",
        "--subject",
        bug,
        "--filter",
        "rebinding/fresh-same-range",
    ]
    ran = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False, timeout=300)
    assert (ran.returncode, "1 fail" in ran.stdout) == (1, True), ran.stdout + ran.stderr
