"""CON: the oracle that other implementations are asked by: format, runner, judge."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.conformance.case import Case
from refimpl.conformance.cursor import parse
from refimpl.conformance.differences import Differs
from refimpl.conformance.errors import FormatError
from refimpl.conformance.judge import VERDICTS, Judgement, Verdict
from refimpl.conformance.outcome import Outcome, Raised, RebindingResult, Rejection, Returned
from refimpl.conformance.protocol import Started
from refimpl.conformance.runner import ConformanceRun, Row, conform
from refimpl.conformance.subjects import command_subject
from refimpl.conformance.vector import Must, Vector
from refimpl.conformance.waivers import Waiver
from refimpl.conformance.wire_outcomes import write_outcome
from refimpl.conformance.wire_terms import read_term, sorts_in, write_term
from refimpl.conformance.wire_vectors import read_vector, vector_json, vector_text
from refimpl.solver import make_solver
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.symbolic_shapes.structures import is_dict
from refimpl.terms import Cond, Scalar, Undefined, ValueRange, evaluate, float_lt, float_symbol
from refimpl.testing import conditions, terms
from specs.clauses import Clause, checks
from tests.conformance.planted import SET, answering, judged, vector, vector_named
from tests.symbolic_shapes.operators import name

__all__ = ["CON_01", "CON_02", "CON_03", "CON_04", "CON_05", "CON_06", "CON_07", "CON_08", "CON_09", "CON_10", "CON_11"]

_C = "refimpl.conformance"
BOX = {"s0": range(4), "u0": range(-1, 4), "u1": range(-1, 3)}
RANGES = {name(symbol): ValueRange(values[0], values[-1]) for symbol, values in BOX.items()}
SORTS = dict.fromkeys(BOX, "int")

CON_01 = Clause(
    "CON-01",
    "Two environments are the same if and only if they have the same solutions over the symbols of the case, and a"
    " difference comes with a solution of exactly one of them.",
    f"{_C}.state_differences:_constraints",
    "con-only-what-is-lost-counts",
)


def solutions(said: list[Cond]) -> list[dict[str, int]]:
    """The valuations of the box that satisfy the conditions."""
    found: list[dict[str, int]] = []
    for values in product(*BOX.values()):
        point = dict(zip(BOX, values, strict=True))
        if all(_holds(condition, point) for condition in said):
            found.append(point)
    return found


def _holds(condition: Cond, point: Mapping[str, int]) -> bool:
    try:
        return evaluate(condition, point) is True
    except Undefined:
        return False


def returned(said: list[Cond]) -> dict[str, object]:
    """An outcome whose environment has these conditions and the ranges of the box."""
    state = ShapeEnvState(ranges=RANGES, known=tuple(said))
    return dict(write_outcome(Returned(RebindingResult(state)), {}))


SAID = st.lists(conditions(names=tuple(BOX)), max_size=2)


@checks(CON_01)
@settings(max_examples=40, deadline=None)
@given(want=SAID, got=st.one_of(SAID, st.none()), extra=conditions(names=tuple(BOX)))
def test_environments_are_judged_as_enumeration_judges_them(
    want: list[Cond], got: list[Cond] | None, extra: Cond
) -> None:
    answered = [*want, extra] if got is None else got
    expected = vector({**returned(want), "compare": ["constraints"]}, given={"symbols": SORTS, "environment": {}})
    judgement = judged(expected, returned(answered))
    one, other = solutions(want), solutions(answered)
    if judgement.verdict == "unknown":
        return
    assert (judgement.verdict == "pass") == (one == other), judgement
    if isinstance(judgement.difference, Differs):
        witness = {symbol: int(value) for symbol, value in judgement.difference.witness.items()}
        point = {**dict.fromkeys(BOX, 0), **witness}
        assert (point in one) is not (point in other)


CON_02 = Clause(
    "CON-02",
    "An outcome may give its fresh symbols any names, one to one.",
    f"{_C}.renaming:fresh_names",
    "con-two-fresh-symbols-become-one",
)


def _fresh(names: list[str], *bound: str) -> dict[str, object]:
    environment = {"pending": names, "renamings": dict.fromkeys(bound, "u0")}
    symbols = dict.fromkeys([*names, *bound], "int")
    return {"outcome": "returned", "symbols": symbols, "result": {"environment": environment}}


@checks(CON_02)
@settings(deadline=None)
@given(names=st.permutations(range(5, 12)), fault=st.sampled_from(("none", "one less", "one more")))
def test_names_of_fresh_symbols_do_not_matter_but_their_number_does(names: list[int], fault: str) -> None:
    want = vector({**_fresh(["u5", "u6", "u7"], "u8"), "compare": ["pending", "renamings"]})
    own = [f"u{number}" for number in names]
    pending = [own[0], own[1], own[1] if fault == "one less" else own[2]]
    bound = own[3:5] if fault == "one more" else own[3:4]
    assert judged(want, _fresh(pending, *bound)).verdict == ("pass" if fault == "none" else "fail")


CON_03 = Clause(
    "CON-03",
    "What the solver leaves open is unknown, never a pass.",
    f"{_C}.judge:_first",
    "con-unknown-passes",
)


@checks(CON_03)
@settings(max_examples=4, deadline=None)
@given(sum_of_cubes=st.sampled_from((114, 390, 627, 633, 732, 921, 975)))
def test_open_questions_are_unknown(sum_of_cubes: int) -> None:
    # Nobody knows three cubes with these sums.
    symbols = {"u0": "int", "u1": "int", "u2": "int"}
    cubes = ["add", *(["mul", symbol, symbol, symbol] for symbol in symbols)]
    known = {"known": [["ne", cubes, str(sum_of_cubes)]]}
    expected = {"outcome": "returned", "result": {"environment": known}}
    want = vector(expected, given={"symbols": symbols, "environment": {}})
    answer = {"outcome": "returned", "result": {"environment": {"known": list[object]()}}}
    assert judged(want, answer, budget=1000).verdict == "unknown"


CON_11 = Clause(
    "CON-11",
    "An outcome that breaks a law of an implementation fails, whatever is compared of it, unless the expected outcome"
    " breaks that law too.",
    f"{_C}.judge:_asked",
    "con-broken-laws-are-only-named",
)
_ENDS = st.tuples(st.integers(0, 4), st.integers(4, 9))


@checks(CON_11)
@settings(max_examples=20, deadline=None)
@given(fresh=_ENDS, said=st.one_of(_ENDS, st.none()))
def test_a_broken_law_fails_whatever_is_compared(fresh: tuple[int, int], said: tuple[int, int] | None) -> None:
    """The old symbol, between 0 and 6, equals a fresh one: by arithmetic it is within both ranges, and no more."""
    exact = (fresh[0], min(6, fresh[1]))
    said = exact if said is None else said

    def becomes(ends: tuple[int, int]) -> dict[str, object]:
        state = {"ranges": {"u0": _range(*ends)}, "replacements": {"u1": "u0"}}
        return {"outcome": "returned", "result": {"environment": state}}

    given = {"environment": {"ranges": {"u0": _range(0, 6), "u1": _range(*fresh)}, "pending": ["u1"]}}
    pending = vector({**becomes(exact), "compare": ["pending"]}, given=given)
    judgement = judged(pending, becomes(said))
    assert (judgement.verdict, judgement.broken) == (("pass", ()) if said == exact else ("fail", ("EXACT",)))
    excused = vector({**becomes((0, 9)), "compare": ["pending"]}, given=given)
    assert judged(excused, becomes(said)).verdict == "pass" or exact == (0, 9)


def _range(low: int, high: int) -> dict[str, str]:
    return {"low": str(low), "high": str(high)}


CON_04 = Clause(
    "CON-04",
    "Where the level is may, a case may be rejected or declined, but what is returned must be as expected; where it is"
    " one of several, exactly these are right.",
    f"{_C}.judge:_ended",
    "con-may-is-anything",
)
OUTCOMES: dict[str, dict[str, object]] = {
    "empty": {"outcome": "returned", "result": {"environment": {}}},
    "three": {"outcome": "returned", "result": {"environment": {"known": [["eq", "u0", "3"]]}}},
    "path": {"outcome": "raised", "kind": "path"},
    "refused": {"outcome": "raised", "kind": "refused"},
}


@checks(CON_04, CON_01)
@settings(deadline=None)
@given(
    wanted=st.sampled_from(sorted(OUTCOMES)),
    other=st.sampled_from(sorted(OUTCOMES)),
    got=st.sampled_from(sorted(OUTCOMES)),
)
def test_levels_allow_what_they_say(wanted: str, other: str, got: str) -> None:
    want = {**OUTCOMES[wanted], "compare": ["constraints"]}
    must = judged(vector(want), OUTCOMES[got]).verdict
    assert must == ("pass" if got == wanted else "fail")
    may = judged(vector(want, level={"may": "it is debatable"}), OUTCOMES[got]).verdict
    refuses = OUTCOMES[got]["outcome"] == "raised" and OUTCOMES[wanted]["outcome"] == "returned"
    assert may == ("pass" if got == wanted or refuses else "fail")
    several = vector([want, {**OUTCOMES[other], "compare": ["constraints"]}], level={"one_of": ["a", "b"]})
    assert judged(several, OUTCOMES[got]).verdict == ("pass" if got in (wanted, other) else "fail")


CON_05 = Clause(
    "CON-05",
    "A waived failure is no failure, a waived vector that passes is one.",
    f"{_C}.runner:_waived",
    "con-waivers-outlive-their-failures",
)


@checks(CON_05)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_waivers_hold_exactly_while_something_fails(data: st.DataObject) -> None:
    """Of cases that are to be refused, so that nothing but the runner decides."""
    refused = {each.case.id: each.expect[0].outcome for each in SET.vectors if _is_refused(each)}
    vectors = [each for each in SET.vectors if each.case.id in refused]
    paths = [f"{each.case.chapter}/{each.case.id}" for each in vectors]
    fails = set(data.draw(st.lists(st.sampled_from(paths), max_size=3)))
    waived = set(data.draw(st.lists(st.sampled_from(paths), max_size=3)))

    def answer(case: Case) -> Outcome:
        return Raised(Rejection("overflow")) if f"{case.chapter}/{case.id}" in fails else refused[case.id]

    waivers = [Waiver(path, "planted", "known", "2026-01-02", "finding") for path in sorted(waived)]
    run = conform(vectors, answering(answer), make_solver(), deadline=60.0, waivers=waivers)
    for path, row in zip(paths, run.rows, strict=True):
        expected = {(True, True): "waived", (True, False): "fail", (False, True): "fail", (False, False): "pass"}
        assert row.judgement.verdict == expected[path in fails, path in waived]
    assert run.exit_code == (1 if fails ^ waived else 0)


def _is_refused(of: Vector) -> bool:
    match of.expect[0].outcome, of.level:
        case Raised(Rejection(kind)), Must():
            return kind != "overflow"
        case _:
            return False


CON_06 = Clause(
    "CON-06",
    "The exit code is 4 for a broken subject, else 1 for a failure, else 3 for something unknown or nothing shown,"
    " else 0.",
    f"{_C}.runner:ConformanceRun.exit_code",
    "con-declining-everything-is-fine",
)


@checks(CON_06)
@given(verdicts=st.lists(st.sampled_from(VERDICTS), max_size=4), stale=st.booleans(), problem=st.booleans())
def test_the_exit_code_is_that_of_the_worst(verdicts: list[Verdict], stale: bool, problem: bool) -> None:
    some = SET.vectors[0]
    rows = tuple(Row(some, Raised(Rejection("path")), Judgement(verdict, "")) for verdict in verdicts)
    who = Started("x", "1", frozenset())
    run = ConformanceRun("x", who, rows, ("a waiver",) if stale else (), ("a problem",) if problem else ())
    if problem or "broke" in verdicts:
        expected = 4
    elif stale or "fail" in verdicts:
        expected = 1
    else:
        expected = 0 if "unknown" not in verdicts and {"pass", "waived"} & set(verdicts) else 3
    assert run.exit_code == expected


CON_07 = Clause(
    "CON-07",
    "A child that broke is replaced by a new one, and the rest still runs.",
    f"{_C}.subjects:_ChildSubject._drop",
    "con-dead-children-are-asked",
)
MISBEHAVING = str(Path(__file__).parents[1] / "refimpl" / "conformance" / "misbehaving.py")


@checks(CON_07)
def test_after_each_death_the_rest_runs_on_a_new_child() -> None:
    vectors = [vector_named("rebinding/path-beyond-the-sizes")] * 5
    opened = command_subject("dies", [sys.executable, "-I", MISBEHAVING, "dies"])
    run = conform(vectors, opened, make_solver(), deadline=60.0)
    # It answers the first case of each life wrongly, and dies of the second.
    assert [row.judgement.verdict for row in run.rows] == ["fail", "broke", "fail", "broke", "fail"]


CON_08 = Clause(
    "CON-08",
    "A file or message with a field that does not exist, or without one that must, is refused by a sentence that names"
    " file and field.",
    f"{_C}.cursor:Cursor.fields",
    "con-unknown-fields-are-skipped",
)


@checks(CON_08)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_records_have_exactly_their_fields(data: st.DataObject) -> None:
    text = vector_text(vector_json(vector_named("rebinding/quotient-by-two-is-exact")))
    at = data.draw(st.sampled_from(("", "input", "input.environment", "provenance", "expect")))
    whole: dict[object, object] = json.loads(text)
    place = whole
    for step in filter(None, at.split(".")):
        inner = place[step]
        assert is_dict(inner)
        place = inner
    place["more"] = "x"
    with pytest.raises(FormatError) as caught:
        read_vector(json.dumps(whole), "v.json")
    assert str(caught.value).startswith(f'v.json: {at}{": " if at else ""}there is no field "more" here')


CON_09 = Clause(
    "CON-09",
    "The hash of a vector is that of its input and its expectation: neither changes unnoticed.",
    f"{_C}.wire_vectors:hash_of",
    "con-expectations-change-unnoticed",
)


@checks(CON_09)
@pytest.mark.parametrize(("old", "new"), [('"high": "9"', '"high": "8"'), ('"high": "4"', '"high": "5"')])
def test_neither_input_nor_expectation_changes_unnoticed(old: str, new: str) -> None:
    text = vector_text(vector_json(vector_named("rebinding/quotient-by-two-is-exact")))
    assert read_vector(text, "v.json").hash
    assert text.count(old) == 1
    with pytest.raises(FormatError, match="hash: the hash of input and expectation is"):
        read_vector(text.replace(old, new), "v.json")


CON_10 = Clause(
    "CON-10",
    "A term on the wire is read as the term that was written.",
    f"{_C}.wire_terms:_monomial",
    "con-floats-have-fifteen-digits",
)
REALS = st.floats(allow_nan=False)


@checks(CON_10)
@given(term=st.one_of(terms(), conditions(), REALS, REALS.map(partial(float_lt, float_symbol("zuf0")))))
@example(term=0.1 + 0.2)
@example(term=float_lt(float_symbol("zuf0"), 1 / 3))
def test_a_term_is_read_as_it_was_written(term: Scalar) -> None:
    again = read_term(parse(json.dumps(write_term(term)), "t"), sorts_in(term))
    assert again is term or (type(again) is type(term) and again == term)
