"""``diff``: how a new version of a program relates to an old one."""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from refimpl.export import ExportedProgram
from refimpl.relation.acceptance import refusals
from refimpl.relation.computations import Computations
from refimpl.relation.matching import matches
from refimpl.relation.names import common_names
from refimpl.relation.outputs import output_differences
from refimpl.relation.positions import positions
from refimpl.relation.reading import side_of
from refimpl.relation.report import Compared, Difference, DiffReport, Guess
from refimpl.relation.side import Side
from refimpl.solver import DEFAULT_BUDGET, SolverName, make_solver

__all__ = ["diff"]


def diff(
    old: ExportedProgram, new: ExportedProgram, *, budget: int = DEFAULT_BUDGET, solver: SolverName = "z3"
) -> DiffReport:
    """How ``new`` relates to ``old``: the inputs they accept, what their nodes require, what they give.

    Both are run blindly, so that what was recorded of computed values vouches for nothing. Inputs correspond by
    position; data by what computes them, else by the recorded name of their symbol, which the report lists. ``budget``
    is in work units of the solver per obligation. Raises TypeError for what ``refimpl.load`` did not read. The page:
    ``refimpl explain diff``.
    """
    for given in (old, new):
        if not isinstance(given, ExportedProgram):
            raise TypeError(f"diff takes programs that refimpl.load reads, not a {type(given).__name__}")
    engine = make_solver(solver, budget=budget)
    computations = Computations()
    left, right = side_of(old, "old", engine, computations), side_of(new, "new", engine, computations)
    shared, apart = positions(left, right)
    if apart:
        return DiffReport(old.path, new.path, accepted=Compared(tuple(apart), len(apart)))
    same = matches(left, right)
    guessed = tuple(Guess(m.old.name, m.new.name, right.sites[m.new][0], m.by) for m in same if m.by != "computation")
    left, right = common_names(left, right, shared, same)
    lost, gained = refusals(right, left, engine), refusals(left, right, engine)
    return DiffReport(
        old.path,
        new.path,
        accepted=Compared((), len(shared)) + lost.accepted + gained.accepted + _unread(left, right),
        requirements=lost.requirements + gained.requirements + _failed(left) + _failed(right),
        outputs=output_differences(left, right, engine),
        guessed=guessed,
        conditional=bool(guessed) or left.assumed or right.assumed,
    )


def _unread(old: Side, new: Side) -> Compared:
    """The guards that no parser understood, where they are not the same."""
    if old.unread == new.unread:
        return Compared()
    rows = [
        Difference(
            "undecided", side.which, "", guard, f"a guard of the {side.which} program was not understood: {guard}"
        )
        for side in (old, new)
        for guard in side.unread
    ]
    return Compared(tuple(rows), len(rows))


def _failed(side: Side) -> Compared:
    """The nodes of which nothing is known."""
    rows = [
        Difference(
            "undecided", side.which, node, "operator", f"nothing is known of it in the {side.which} program: {why}"
        )
        for node, why in side.failures
    ]
    return Compared(tuple(rows), len(rows))
