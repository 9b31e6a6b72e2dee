"""BLI, continued: what a report says of the program."""

from __future__ import annotations

import json

import pytest

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import symbol as named
from refimpl.laws import ProgramReport, check
from refimpl.laws.blind_run import blind_run
from refimpl.laws.check import examine, supply_of
from refimpl.laws.determine import determined
from refimpl.laws.observe import observe
from refimpl.solver import Refuted, make_solver
from refimpl.symbolic_shapes.profiles import PROFILES
from refimpl.terms import symbol
from specs.clauses import Clause, checks
from specs.solvers import SOL_06
from tests.laws.programs import LARGEST, counted, loaded, two_numbers

__all__ = ["BLI_08"]

_LAWS = "refimpl.laws"
S, U, V = (symbol(name) for name in ("s0", "u0", "u1"))
U0, U1 = named("u0"), named("u1")

BLI_08 = Clause(
    "BLI-08",
    "The report of a program counts its nodes and unbacked symbols and says whether there was anything to rebind, what"
    " was assumed, and the worst outcome of its laws.",
    f"{_LAWS}.check:_verdict",
    "bli-symbols-without-binder-need-no-rebinding",
)


def _kept(*, custom: bool = False, unknown: bool = False) -> ProgramReport:
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([s0]))
    program.guard("L['x'].strange() > 2")
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    target = "mylib.keep" if custom else "aten.no_such" if unknown else "aten.relu"
    kept = program.call(f"torch.ops.{target}.default", x, out=tensor([s0]))
    program.output(found, kept)
    return check(loaded(program), path="the path")


@checks(BLI_08)
def test_the_verdict_is_the_worst_outcome() -> None:
    plain, custom, unknown = _kept(), _kept(custom=True), _kept(unknown=True)
    assert [report.verdict for report in (plain, custom, unknown)] == ["equivalent", "equivalent", "unknown"]
    assert [report.conditional for report in (plain, custom, unknown)] == [False, True, False]
    assert [report.assumed for report in (plain, custom, unknown)] == [(), ("keep",), ()]
    assert {(r.path, r.nodes, r.unbacked, r.nothing_to_rebind) for r in (plain, custom, unknown)} == {
        ("the path", 2, 1, False)
    }
    assert len(plain.unread_guards) == 1
    assert plain.unread_guards[0].startswith("L['x'].strange() > 2 (")
    assert plain.relation == "equivalent"
    broken = check(loaded(counted(2)))
    assert (broken.verdict, broken.relation) == ("broken", "weakened")
    assert broken.path is not None
    assert broken.path.endswith("program.pt2")


@checks(BLI_08)
def test_whether_there_was_anything_to_rebind() -> None:
    def report(*, binds: bool) -> ProgramReport:
        program = ProgramBuilder()
        s0 = program.symbol("s0", hint=8)
        x = program.input("x", tensor([s0]))
        if binds:
            program.call("aten.nonzero.default", x, out=tensor([3, 1], "int64"))
        program.output(program.call("aten.relu.default", x, out=tensor([s0])))
        return check(loaded(program))

    none, dropped = report(binds=False), report(binds=True)
    assert (none.nothing_to_rebind, none.unbacked, none.nodes) == (True, 0, 1)
    assert (dropped.nothing_to_rebind, dropped.unbacked, dropped.nodes) == (False, 0, 2)


@checks(BLI_08)
def test_only_unbacked_symbols_are_counted() -> None:
    program = ProgramBuilder()
    s0, s9 = program.symbol("s0", hint=8), program.symbol("s9", hint=8)
    program.output(program.call("aten.relu.default", program.input("x", tensor([s0])), out=tensor([s9])))
    report = check(loaded(program))
    assert (report.verdict, report.unbacked, report.nothing_to_rebind) == ("broken", 0, True)


@checks(BLI_08)
def test_what_is_taken_from_the_hints_makes_it_conditional() -> None:
    program = ProgramBuilder()
    sizes = [program.symbol("s0", hint=8), program.symbol("s1", hint=5)]
    strides = [program.symbol("s2", hint=1, low=1), program.symbol("s3", hint=8)]
    x = program.input("x", tensor([*sizes], strides=[*strides]))
    # Which dimension is the inner one is open; at the hints it is the first.
    program.output(program.call("aten.relu.default", x, out=tensor([*sizes], strides=[1, sizes[0]])))
    report = check(loaded(program))
    assert (report.verdict, report.conditional, report.assumed) == ("equivalent", True, ())
    assert [(row.node, row.hint) for row in report.specializations] == [("relu", "s2=1, s3=8")]


@checks(BLI_08, SOL_06)
def test_values_and_obligations_are_there_if_asked_for() -> None:
    program = loaded(counted(2))
    report, decided = examine(program)
    assert report.values is None
    refuted = {each.claim.law for each in decided if isinstance(each.verdict, Refuted)}
    assert refuted == {row.law for row in report.refuted}
    with_values, again = examine(program, values=True, reprove=True)
    assert with_values.values is not None
    assert list(with_values.values) == ["x", "nonzero"]
    assert len(again) > len(decided)
    assert json.loads(json.dumps(with_values.values["x"]))["size"] == ["s0"]
    plain = check(loaded(counted(2, asserts=[(">=", 2)])))
    assert plain.values is None
    assert {row.by for row in plain.laws} == {"normal-form", "replay"}
    with pytest.raises(KeyError):
        check(program, profile="torch-1.0")
    both = check(program, solver="both", profile="torch-2.13")
    assert (both.verdict, both.relation) == (report.verdict, report.relation)
    with pytest.raises(ValueError, match="budget"):
        check(program, budget=0)


@checks(BLI_08)
def test_a_replay_takes_what_is_allocated_in_old_names() -> None:
    program, _, _ = two_numbers()
    run = blind_run(loaded(program), profile=PROFILES["exact"])
    supply = supply_of(run, observe(run))
    assert dict(supply.allocated) == {"nonzero": (U,), "item": (V,)}
    assert (supply.kept, supply.binding) == (frozenset(), frozenset(("nonzero", "item")))


@checks(BLI_08)
def test_a_replay_takes_what_is_determined_as_it_was_recorded() -> None:
    program = ProgramBuilder()
    s0, s1 = program.symbol("s0", hint=8), program.symbol("s1", hint=5)
    x, y = program.input("x", tensor([s0])), program.input("y", tensor([s1]))
    found = program.call("aten.nonzero.default", x, out=tensor([s1, 1], "int64", strides=[1, s1]))
    program.check(program.size(found, 0), "==", program.size(y, 0))
    program.output(found)
    run = blind_run(loaded(program))
    seen = observe(run)
    assert [fresh.node for fresh in seen.unbound] == ["nonzero"]
    assert dict(supply_of(run, determined(seen, make_solver())).allocated) == {"nonzero": (symbol("s1"),)}
    assert dict(supply_of(run, seen).allocated) == {"nonzero": (symbol(seen.unbound[0].symbol.name),)}
