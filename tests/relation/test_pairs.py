"""How small programs relate is what enumeration says, and each witness separates them."""

from __future__ import annotations

import pytest

from refimpl.relation import Difference, DiffReport, diff
from tests.laws.programs import loaded
from tests.relation.pairs import PAIRS, Pair

OPPOSITE = {"weakened": "strengthened", "strengthened": "weakened"}


def _witness(row: Difference) -> dict[str, int]:
    assert row.witness is not None
    return {name: int(value) for name, value in row.witness}


def _compared(pair: Pair) -> DiffReport:
    return diff(loaded(pair.old()), loaded(pair.new()))


@pytest.mark.parametrize("name", PAIRS)
def test_programs_relate_as_enumeration_says(name: str) -> None:
    pair = PAIRS[name]
    assert _compared(pair).relation == pair.relation


@pytest.mark.parametrize("name", PAIRS)
def test_the_reverse_is_the_opposite(name: str) -> None:
    pair = PAIRS[name]
    report = diff(loaded(pair.new()), loaded(pair.old()))
    assert report.relation == OPPOSITE.get(pair.relation, pair.relation)


@pytest.mark.parametrize("name", PAIRS)
def test_a_witness_is_taken_by_one_program_alone(name: str) -> None:
    pair = PAIRS[name]
    report = _compared(pair)
    for row in (*report.accepted.differences, *report.requirements.differences):
        numbers = _witness(row)
        assert pair.old_takes(numbers) is (row.direction == "strengthened"), row
        assert pair.new_takes(numbers) is (row.direction == "weakened"), row


@pytest.mark.parametrize("name", PAIRS)
def test_everything_that_follows_has_no_row(name: str) -> None:
    pair = PAIRS[name]
    report = _compared(pair)
    assert all(row.outcome == "refuted" for row in report.differences)
    if pair.relation == "equivalent":
        assert report.verdict == "same"


def test_there_is_a_pair_of_each_relation() -> None:
    assert {pair.relation for pair in PAIRS.values()} == {"equivalent", "weakened", "strengthened", "incomparable"}
