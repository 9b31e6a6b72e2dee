"""The record of the systematic changes: every survivor is argued, and what noticed a change still notices it."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import CodeType

import pytest

from tests.mutants.mutant import forget_results
from tests.mutants.run_check import Noticed, check_at, run_check
from tests.mutants.systematic.changes import ROOT, Change, changes
from tests.mutants.systematic.lines import moved
from tests.mutants.systematic.planting import Functions, differing
from tests.mutants.systematic.record import Result, read_record, table
from tests.mutants.systematic.sites import sites

PAGE = ROOT / "proofs" / "SURVIVORS.md"
RESULTS = read_record()
FAILURES = (Exception, BaseExceptionGroup, Noticed, pytest.fail.Exception)
SAMPLE = 24
"""How many recorded pairs of a change and the check that notices it are planted again."""


def argued(text: str) -> dict[str, str]:
    """The argument for each survivor on the page: a list item that begins with the change's id."""
    items = re.findall(r"^\* ((?:`[^`\n]+:[^`\n]+:[^`\n]+:[0-9a-f]{6}`,?\s+)+)([^*]*)", text, re.M)
    return {name: why.strip() for names, why in items for name in re.findall(r"`([^`]+)`", names)}


def _by_id(names: set[str]) -> dict[str, Change]:
    found = {module: changes(module) for module in sorted({name.split(":")[0] for name in names})}
    return {change.id: change for each in found.values() for change in each if change.id in names}


def test_every_survivor_is_argued_and_every_argument_is_about_one() -> None:
    survivors = {result.id.removeprefix("refimpl.") for result in RESULTS if result.how is None}
    arguments = argued(PAGE.read_text(encoding="utf-8"))
    assert set(arguments) == survivors
    assert all(len(why.split()) > 3 for why in arguments.values())


def test_every_survivor_is_a_change_of_the_present_code() -> None:
    survivors = {result.id for result in RESULTS if result.how is None}
    assert survivors - set(_by_id(survivors)) == set(), "the code has changed: try the module again"


def test_the_numbers_on_the_page_are_those_of_the_record() -> None:
    assert table(RESULTS) in PAGE.read_text(encoding="utf-8"), "write record.table() into the page"


def test_at_least_nineteen_of_twenty_are_noticed() -> None:
    text = PAGE.read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", text, re.M))
    harmless = argued(sections["Nothing that can be observed"]) | argued(sections["Time or memory only"])
    counted = [result for result in RESULTS if result.id.removeprefix("refimpl.") not in harmless]
    survived = sum(result.how is None for result in counted)
    assert survived * 20 <= len(counted)
    assert f"{len(counted) - survived} of {len(counted)}" in text


def test_an_argument_is_read_with_each_of_its_changes() -> None:
    text = "* `a.b:f:drop:012345`, `a.b:g.h:not:abcdef` nothing reads it\n  any more.\n* no change\n"
    expected = "nothing reads it\n  any more."
    assert argued(text) == {"a.b:f:drop:012345": expected, "a.b:g.h:not:abcdef": expected}


def _pairs(change: Change) -> list[tuple[CodeType, CodeType]] | None:
    original = compile(Path(change.file).read_text(encoding="utf-8"), change.file, "exec")
    return differing(original, change.code())


def _sample() -> list[Result]:
    """Every so many of the changes that a quick check of the specification notices and that are still there."""
    noticed = [r for r in RESULTS if r.how == "failed" and r.by is not None and r.by.startswith("specs/")]
    step = max(1, len(noticed) // SAMPLE)
    return noticed[::step]


SAMPLED = _sample()


@pytest.mark.parametrize("result", SAMPLED, ids=lambda result: result.id.removeprefix("refimpl."))
def test_what_noticed_a_change_still_notices_it(result: Result) -> None:
    assert result.by is not None
    change = _by_id({result.id}).get(result.id)
    if change is None:
        return  # the function was rewritten since; the share of those is bounded below
    check_at(result.by)
    pairs = _pairs(change)
    functions = Functions()
    assert pairs
    assert functions.knows(pairs)
    forget_results()
    try:
        with functions.exchanged(pairs), pytest.raises(FAILURES):
            run_check(result.by)
    finally:
        forget_results()


def test_most_of_the_record_is_about_the_present_code() -> None:
    known = _by_id({result.id for result in RESULTS})
    assert len(known) >= 0.6 * len(RESULTS), "the code has changed: try the changed modules again"


def test_without_a_change_nothing_differs() -> None:
    source = "X = 1\n\n\nclass C:\n    def f(self) -> int:\n        return X + 1\n"
    before = compile(source, "c.py", "exec")
    assert differing(before, compile(source, "c.py", "exec")) == []
    found = differing(before, compile(source.replace("X + 1", "X - 1"), "c.py", "exec"))
    assert found is not None
    assert [old.co_qualname for old, _ in found] == ["C.f"]
    assert differing(before, compile(source.replace("X = 1", "X = 2"), "c.py", "exec")) is None


def test_what_cannot_change_behaviour_is_not_generated() -> None:
    source = '''
"""Text."""
from __future__ import annotations
__all__ = ["f"]

@decorated(1)
def f(x: Literal["a"] = None) -> int:
    """More text."""
    assert x != 1
    y = x
    raise ValueError("x is bad")
    assert_never(x)
    return y
'''
    found = [site.kind for site in sites(ast.parse(source), texts=False)]
    assert found == ["drop"], "only the raise"


def test_each_kind_of_change_is_made() -> None:
    source = """
def f(x, y):
    if x < 1 and not y:
        return -x
    z = 0
    z += x * 2
    for item in [i for i in y if i]:
        g(item)
    while y:
        break
    return max(x, z) if x else any(y)
"""
    kinds = {site.kind for site in sites(ast.parse(source), texts=False)}
    assert kinds == {
        "compare", "connective", "operand", "not", "sign", "constant", "operator", "drop", "condition", "opposite",
    }  # fmt: skip


def test_lines_move_with_their_text() -> None:
    assert moved(["a", "b", "c"], ["new", "a", "x", "y", "c"]) == {0: [1], 1: [2], 2: [3, 4], 3: [5]}
