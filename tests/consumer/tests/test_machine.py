"""The state machine: the reference survives it, an environment that forgets a bound does not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test  # pyright: ignore[reportUnknownVariableType] - no types

from refimpl.terms import Cond, Dim, Symbol
from refimpl.testing import EnvironmentUnderTest, LawBroken, ReferenceEnvironment, ShapeEnvMachine
from refimpl.testing.environment_laws import Numbers

SHORT = settings(
    max_examples=8,
    stateful_step_count=6,
    deadline=None,
    database=None,
    derandomize=True,
    phases=(Phase.generate,),
)


class Forgetful(EnvironmentUnderTest):
    """Answers as the reference, but remembers no requirement."""

    def __init__(self) -> None:
        self._inner = ReferenceEnvironment()

    def backed(self, name: str) -> Symbol:
        return self._inner.backed(name)

    def fresh(self) -> Symbol:
        return self._inner.fresh()

    def require(self, condition: Cond) -> bool:
        return True

    def rebind(self, node: str, old: Symbol, value: Dim, divisor: int) -> bool:
        return self._inner.rebind(node, old, value, divisor)

    def known(self, condition: Cond) -> bool | None:
        return self._inner.known(condition)

    def admitted(self, valuations: Sequence[Numbers]) -> Sequence[Numbers]:
        return self._inner.admitted(valuations)


class ReferenceMachine(ShapeEnvMachine[ReferenceEnvironment]):
    def make_environment(self) -> ReferenceEnvironment:
        return ReferenceEnvironment()


class ForgetfulMachine(ShapeEnvMachine[Forgetful]):
    def make_environment(self) -> Forgetful:
        return Forgetful()


def test_the_reference_survives() -> None:
    run_state_machine_as_test(ReferenceMachine, settings=SHORT)  # type: ignore[no-untyped-call,unused-ignore]


def test_a_forgetful_environment_is_caught() -> None:
    with pytest.raises(LawBroken, match="EXACT: a condition was lost"):
        run_state_machine_as_test(ForgetfulMachine, settings=SHORT)  # type: ignore[no-untyped-call,unused-ignore]
