"""``check``: propagate one program blindly, prove its constraints equivalent before and after, or refute it."""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections.abc import Mapping
from typing import final

from refimpl.export import ExportedProgram, UnreadGuard
from refimpl.laws.blind_run import BlindRun, prepare
from refimpl.laws.concrete import NOTHING, Silenced
from refimpl.laws.decide import Decided
from refimpl.laws.determine import determined
from refimpl.laws.emission import with_emission
from refimpl.laws.judge import Judgement, Replayer, judge
from refimpl.laws.observation import Observation
from refimpl.laws.observe import observe
from refimpl.laws.propagation import binding_rows, specialization_rows
from refimpl.laws.replay import Replay, Supply, replay
from refimpl.laws.report import Json, ProgramReport, Relation, Verdict
from refimpl.laws.unrecorded import unrecorded
from refimpl.laws.values_json import values_json
from refimpl.solver import DEFAULT_BUDGET, Model, Solver, SolverName, make_solver
from refimpl.symbolic_shapes.constraints import is_unbacked, term_of
from refimpl.symbolic_shapes.profiles import PROFILES, Profile
from refimpl.terms import Scalar, Symbol

__all__ = ["check", "examine", "supply_of"]


def check(
    program: ExportedProgram,
    *,
    profile: str = "exact",
    budget: int = DEFAULT_BUDGET,
    solver: SolverName = "z3",
    values: bool = False,
    reprove: bool = False,
    path: str | None = None,
) -> ProgramReport:
    """The verdict on one program that ``refimpl.load`` read: each law of a program proved, refuted or undecided.

    ``budget`` is in work units of the solver per obligation; ``values`` adds every node's value in old names;
    ``reprove`` sends every obligation to the solver. Raises TypeError for no program (a path, for one) and KeyError
    for an unknown profile. The laws: ``refimpl explain laws``.
    """
    if not isinstance(program, ExportedProgram):
        raise TypeError(f"check takes the program that refimpl.load reads, not a {type(program).__name__}")
    return examine(program, profile=profile, budget=budget, solver=solver, values=values, reprove=reprove, path=path)[0]


def examine(
    program: ExportedProgram,
    *,
    profile: str = "exact",
    budget: int = DEFAULT_BUDGET,
    solver: SolverName = "z3",
    values: bool = False,
    reprove: bool = False,
    path: str | None = None,
) -> tuple[ProgramReport, tuple[Decided, ...]]:
    """The verdict of :func:`check`, and the obligations that it rests on, each with its own verdict."""
    engine = make_solver(solver, budget=budget)
    run, seen = _observed(program, PROFILES[profile], engine)
    judgement = judge(seen, engine, _ProgramReplayer(program, supply_of(run, seen)), reprove=reprove)
    report = _report(program, seen, judgement, engine, path, values_json(seen) if values else None)
    return report, judgement.decided


def _observed(program: ExportedProgram, profile: Profile, engine: Solver) -> tuple[BlindRun, Observation]:
    """A blind run and what it shows.

    Where an assert is lost (law EMIT) the run is repeated so that operators state also what that assert implied.
    """
    prepared = prepare(program, profile=profile)
    run = prepared.run()
    seen = determined(observe(run), engine)
    if all(stated.emitted for stated in with_emission(seen).after):
        return run, seen
    run = prepared.run(states_known=True)
    return run, determined(observe(run), engine)


@final
class _ProgramReplayer(Replayer):
    def __init__(self, program: ExportedProgram, supply: Supply) -> None:
        self._program = program
        self._supply = supply

    def __call__(self, valuation: Model, silent: Silenced = NOTHING) -> Replay:
        return replay(self._program, self._supply, valuation, silent)


def supply_of(run: BlindRun, seen: Observation) -> Supply:
    """What a concrete run takes from a witness, in old names."""
    allocated: dict[str, tuple[Scalar, ...]] = {}
    for node in seen.nodes:
        if node.allocated:
            allocated[node.path] = tuple(_in_old(run, seen, symbol) for symbol in node.allocated)
    return Supply.of(seen.nodes, allocated)


def _in_old(run: BlindRun, seen: Observation, symbol: Symbol) -> Scalar:
    return seen.determined[symbol] if symbol in seen.determined else term_of(run.renamed.get(symbol, symbol))


def _report(
    program: ExportedProgram,
    seen: Observation,
    judgement: Judgement,
    engine: Solver,
    path: str | None,
    values: Mapping[str, Json] | None,
) -> ProgramReport:
    unbacked = sorted(s.name for s in seen.recorded_symbols if isinstance(s, Symbol) and is_unbacked(s))
    specializations = specialization_rows(seen)
    assumed = tuple(node.path for node in seen.nodes if node.assumed)
    verdict, relation = _verdict(judgement)
    return ProgramReport(
        path=path if path is not None else program.path,
        verdict=verdict,
        relation=relation,
        conditional=bool(specializations or assumed),
        nothing_to_rebind=not unbacked and not seen.unbound,
        nodes=program.node_count,
        unbacked=len(unbacked),
        assumed=assumed,
        unused=seen.unused,
        unread_guards=tuple(f"{g.text} ({g.reason})" for g in program.guards if isinstance(g, UnreadGuard)),
        unrecorded=unrecorded(seen, judgement.model, engine),
        specializations=specializations,
        bindings=binding_rows(seen),
        laws=judgement.rows,
        values=values,
    )


def _verdict(judgement: Judgement) -> tuple[Verdict, Relation]:
    outcomes = {row.outcome for row in judgement.rows}
    if "refuted" in outcomes:
        return "broken", judgement.relation
    if "undecided" in outcomes:
        return "unknown", judgement.relation
    return "equivalent", judgement.relation
