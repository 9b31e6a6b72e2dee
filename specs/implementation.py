"""IMP, continued: the laws of an implementation hold of the shipped step, of whole propagations, of any history."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from refimpl.export import ExportedProgram
from refimpl.laws import Raised, Step, judge_step, self_test
from refimpl.laws.atom import ATOM
from refimpl.solver import make_solver
from refimpl.symbolic_shapes import KeyPath, SequenceKey, ShapeEnv
from refimpl.symbolic_shapes.bindings import rebind_unbacked
from refimpl.symbolic_shapes.environment import ShapeGuard
from refimpl.symbolic_shapes.key_path import PathError
from refimpl.symbolic_shapes.state import state_of
from refimpl.terms import Dim, Sort, Symbol, le, of_atom, symbol, symbol_atom
from refimpl.testing import (
    REBINDING_LAWS,
    LawBroken,
    RebindingStep,
    Reference,
    ReferenceEnvironment,
    ShapeEnvMachine,
    exported_programs,
    shape_envs,
)
from specs.clauses import Clause, checks
from specs.observed import IMP_01
from specs.rebinding import REB_01, REB_02
from specs.subgraphs import PRO_12
from specs.values import REB_06, REB_07, REB_08, REB_10, REB_11

__all__ = ["IMP_06", "IMP_07"]

_LAW: Final = {law.name: law for law in REBINDING_LAWS}
_SOLVER: Final = make_solver()
AT: KeyPath = (SequenceKey(0),)


def _asked(name: str) -> Callable[[], None]:
    """The law asked of the shipped step on drawn cases."""

    @settings(max_examples=120)
    @given(case=_LAW[name].cases)
    def check(case: RebindingStep) -> None:
        _LAW[name].judge(Reference(), case)

    return check


test_exact_holds_of_the_shipped_step = checks(REB_01, REB_02)(_asked("EXACT"))
test_frame_holds_of_the_shipped_step = checks(REB_06)(_asked("FRAME"))
test_root_holds_of_the_shipped_step = checks(REB_08, REB_07)(_asked("ROOT"))
test_sort_holds_of_the_shipped_step = checks(REB_11)(_asked("SORT"))
test_steady_holds_of_the_shipped_step = checks(REB_10)(_asked("STEADY"))


@dataclass
class _Node:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]


def _symbol(name: str) -> Symbol:
    return symbol_atom(name, Sort.INT)


@checks(PRO_12)
@settings(max_examples=60)
@given(env=shape_envs(), second=st.sampled_from(("missing", "inconsistent")))
def test_atom_holds_of_a_step_that_fails_at_its_second_binding(env: ShapeEnv, second: str) -> None:
    old, other = _symbol("u80"), _symbol("u81")
    env.symbols.reserve_name("u90")
    fresh = env.create_unbacked_symint()
    env.require(le(of_atom(other), 3), "small")
    missing: KeyPath = (SequenceKey(7),)
    bindings = {old: AT, other: missing if second == "missing" else (SequenceKey(1),)}
    value: tuple[object, ...] = (fresh, 9)
    before = state_of(env)
    raised: Raised | None = None
    try:
        rebind_unbacked(env, _Node("call_function", {"unbacked_bindings": bindings}), value)
    except (PathError, RuntimeError) as error:
        raised = Raised("other", type(error).__name__, str(error))
    assert raised is not None, "the second binding cannot be rebound"
    step = Step("node", "call_function", (), before, state_of(env), raised)
    assert judge_step(step, _SOLVER, laws=(ATOM,)) == ()


IMP_06 = Clause(
    "IMP-06",
    "Whole propagations obey each law, which is asked of them as they run, as their nodes fail, and as they run again.",
    "refimpl.laws.self_test:self_test",
    "imp-whole-runs-are-not-judged",
)


@checks(IMP_06)
@settings(max_examples=25)
@given(program=exported_programs())
def test_the_laws_hold_of_whole_propagations(program: ExportedProgram) -> None:
    assert self_test(program, _SOLVER).findings == ()


IMP_07 = Clause(
    "IMP-07",
    "After any history of requirements and steps, each further step obeys each law, and one that does not is caught.",
    "refimpl.testing.environment_laws:ShapeEnvMachine",
    "imp-histories-judge-no-step",
)
_HISTORIES: Final = settings(
    max_examples=25,
    stateful_step_count=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
    report_multiple_bugs=False,
)


class _History(ShapeEnvMachine[ReferenceEnvironment]):
    """The shipped environment, asked the laws of each step."""

    def make_environment(self) -> ReferenceEnvironment:
        return ReferenceEnvironment()


@checks(IMP_07, REB_07)
def test_the_laws_hold_after_any_history() -> None:
    run_state_machine_as_test(_History, settings=_HISTORIES)


class _Guarding:
    """The shipped environment, but each step guards a size of the caller's."""

    def __init__(self) -> None:
        self._right = ReferenceEnvironment()
        self.backed, self.fresh, self.require = self._right.backed, self._right.fresh, self._right.require
        self.state, self.known, self.admitted = self._right.state, self._right.known, self._right.admitted

    def rebind(self, node: str, old: Symbol, value: Dim, divisor: int) -> bool:
        """The right step, and a guard that no requirement asks for."""
        taken = self._right.rebind(node, old, value, divisor)
        self._right.env.guards.append(ShapeGuard(le(symbol("s0"), 9)))
        return taken


class _GuardingHistory(ShapeEnvMachine[_Guarding]):
    """That environment, asked the laws of each step."""

    def make_environment(self) -> _Guarding:
        return _Guarding()


@checks(IMP_07, IMP_01)
def test_a_step_that_breaks_a_law_after_some_history_is_caught() -> None:
    with pytest.raises(LawBroken, match="FRAME"):
        run_state_machine_as_test(_GuardingHistory, settings=_HISTORIES)
