"""The record of the systematic changes: every survivor is argued, and what noticed a change still notices it."""

from __future__ import annotations

import ast
from pathlib import Path
from types import CodeType

import pytest

from tests.mutants.mutant import forget_results
from tests.mutants.run_check import Noticed, check_at, run_check
from tests.mutants.systematic import PACKAGES
from tests.mutants.systematic.arguments import KINDS, PAGE, Argument, argued, read_arguments, share
from tests.mutants.systematic.changes import Change, changes
from tests.mutants.systematic.checking import all_checks
from tests.mutants.systematic.lines import moved
from tests.mutants.systematic.planting import Functions, differing
from tests.mutants.systematic.record import Result, read_record
from tests.mutants.systematic.sites import sites

RESULTS = read_record()
ARGUMENTS = read_arguments()
FAILURES = (Exception, BaseExceptionGroup, Noticed, pytest.fail.Exception)
SAMPLE = 60
"""How many recorded pairs of a change and the check that notices it are planted again."""


def _by_id(names: set[str]) -> dict[str, Change]:
    found = {module: changes(module) for module in sorted({name.split(":")[0] for name in names})}
    return {change.id: change for each in found.values() for change in each if change.id in names}


def test_every_survivor_is_argued_and_every_argument_is_about_one() -> None:
    survivors = {result.id for result in RESULTS if result.how is None}
    assert set(ARGUMENTS) == survivors
    assert {argument.kind for argument in ARGUMENTS.values()} <= set(KINDS)
    assert all(len(argument.why.split()) > 3 for argument in ARGUMENTS.values())


def test_every_survivor_is_a_change_of_the_present_code() -> None:
    survivors = {result.id for result in RESULTS if result.how is None}
    assert survivors - set(_by_id(survivors)) == set(), "the code has changed: try the module again"


def test_the_numbers_on_the_page_are_those_of_the_record() -> None:
    noticed, counted = share(RESULTS, ARGUMENTS)
    last = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| all |"))
    cells = [cell.strip() for cell in last.strip("|").split("|")]
    assert cells[2:] == [
        str(len(RESULTS)),
        str(noticed),
        str(len(RESULTS) - counted),
        str(counted - noticed),
        f"{100 * noticed / counted:.1f} %",
    ], "python -m tests.mutants.systematic --write"


@pytest.mark.parametrize("package", PACKAGES)
def test_at_least_nineteen_of_twenty_are_noticed(package: str) -> None:
    results = [result for result in RESULTS if result.id.startswith(f"refimpl.{package}.")]
    noticed, counted = share(results, ARGUMENTS)
    assert noticed * 20 >= counted * 19


def test_an_argument_is_read_with_each_of_its_changes() -> None:
    text = "* `a.b:f:drop:012345`, `a.b:g.h:not:abcdef` (open) nothing * reads it\n  any more.\n* no change\n"
    expected = Argument("open", "nothing * reads it any more.")
    assert argued(text) == {"a.b:f:drop:012345": expected, "a.b:g.h:not:abcdef": expected}


def test_a_survivor_without_an_argument_counts_as_not_noticed() -> None:
    results = [Result("m:f:drop:000000", "specs/x.py::test", "failed"), Result("m:f:drop:000001", None, None)]
    assert share(results, {}) == (1, 2)
    assert share(results, {"m:f:drop:000001": Argument("time or memory", "It is slower.")}) == (1, 1)
    assert share(results, {"m:f:drop:000001": Argument("less is known", "It is weaker.")}) == (1, 2)


def test_every_check_that_noticed_something_still_exists() -> None:
    assert {result.by for result in RESULTS if result.by is not None} - set(all_checks()) == set()


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
    if not pairs:
        return  # what runs at import is planted in a process of its own, by the mutator alone
    functions = Functions()
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
