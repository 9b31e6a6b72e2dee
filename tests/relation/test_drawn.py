"""Drawn programs beside each other: plain runs on plain numbers agree with what is proved and with what is refuted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.export import ExportedProgram
from refimpl.laws.concrete import NotReplayableError
from refimpl.relation import DiffReport, diff
from refimpl.relation.computations import Computations
from refimpl.relation.matching import matches
from refimpl.relation.names import common_names
from refimpl.relation.positions import positions
from refimpl.relation.reading import side_of
from refimpl.relation.side import Atom, Side
from refimpl.solver import Number, holds, make_solver
from refimpl.terms import BoolSymbol, Sort, free_of
from refimpl.testing import exported_programs

RUNS: Final = 40
NUMBERS: Final = (0, 1, 2, 2, 3, 5, 8, -1)


def _sides(old: ExportedProgram, new: ExportedProgram) -> tuple[Side, Side] | None:
    solver, computations = make_solver("z3", budget=1_000_000), Computations()
    left, right = side_of(old, "old", solver, computations), side_of(new, "new", solver, computations)
    shared, apart = positions(left, right)
    return None if apart else common_names(left, right, shared, matches(left, right))


def _number(atom: Atom, drawn: random.Random) -> Number:
    if isinstance(atom, BoolSymbol):
        return drawn.random() < 0.5
    return float(drawn.choice(NUMBERS)) if atom.sort is Sort.FLOAT else drawn.choice(NUMBERS)


def _takes(side: Side, valuation: dict[str, Number]) -> bool | None:
    """Whether the program runs to its end on the numbers; None if no run has them."""
    if not all(holds(stated.condition, valuation) for stated in side.contract):
        return False
    try:
        run = side.run(valuation)
    except NotReplayableError:
        return None
    # An operator may have computed another number than was drawn.
    return None if run.valuation != valuation else run.raised is None


def _directions(old: Side, new: Side, drawn: random.Random) -> Iterator[str]:
    """What some drawn numbers show: that one program takes them and the other does not, or that both do."""
    atoms = sorted(
        {atom for side in (old, new) for term in side.own.values() for atom in free_of(term)},
        key=lambda atom: atom.name,
    )
    for _ in range(RUNS):
        valuation = {atom.name: _number(atom, drawn) for atom in atoms}
        match _takes(old, valuation), _takes(new, valuation):
            case True, False:
                yield "strengthened"
            case False, True:
                yield "weakened"
            case True, True:
                yield "both"
            case _:
                pass


def _refuted(report: DiffReport) -> set[str | None]:
    rows = (*report.accepted.differences, *report.requirements.differences)
    return {row.direction for row in rows if row.outcome != "undecided"}


def _checked(old: ExportedProgram, new: ExportedProgram, seed: int) -> Iterator[str]:
    """What runs show of a pair; each has to be in the report."""
    sides, report = _sides(old, new), diff(old, new)
    if sides is not None and report.verdict != "unknown":
        for shown in _directions(*sides, random.Random(seed)):
            assert shown == "both" or shown in _refuted(report), report
            yield shown


def test_what_plain_runs_show_is_in_the_report() -> None:
    counts: Counter[str] = Counter()
    programs = exported_programs(max_inputs=1, max_steps=4)

    @settings(max_examples=80)
    @given(programs, programs, st.integers())
    def look(old: ExportedProgram, new: ExportedProgram, seed: int) -> None:
        counts.update(_checked(old, new, seed))
        counts.update(_checked(new, old, seed))

    look()
    # Otherwise the runs would have shown nothing.
    assert min(counts[word] for word in ("weakened", "strengthened", "both")) > 10, counts
