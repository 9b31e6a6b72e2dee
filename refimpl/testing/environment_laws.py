"""A state machine that drives a shape environment, to subclass for the environment under test."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Generic, Protocol, TypeAlias, TypeVar, final, runtime_checkable

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from refimpl.laws.implementation import IMPLEMENTATION_LAWS, judge_step
from refimpl.laws.step import Place, Raised, Step
from refimpl.symbolic_shapes import (
    EXACT,
    DivideByKey,
    KeyPath,
    Profile,
    RebindingError,
    SequenceKey,
    ShapeEnv,
    rebind_unbacked,
    wrap,
)
from refimpl.symbolic_shapes.state import ShapeEnvState, state_of
from refimpl.terms import Cond, Dim, Sort, Symbol, eq, evaluate, of_atom, symbol, symbol_atom, to_text
from refimpl.testing.box import SolverAndBox
from refimpl.testing.broken import LawBroken
from refimpl.testing.rebinding_laws import broken
from refimpl.testing.term_strategies import conditions, terms

__all__ = ["EnvironmentUnderTest", "ObservableEnvironment", "ReferenceEnvironment", "ShapeEnvMachine"]

Numbers: TypeAlias = Mapping[str, int | float | bool]

OLD: Final = (symbol("u0"), symbol("u1"))
SIZE: Final = "s0"
_LOW: Final = 0
_HIGH: Final = 2


class EnvironmentUnderTest(Protocol):
    """A shape environment, as the machine drives it. ``u0`` and ``u1`` are recorded names: no fresh symbol has them."""

    def backed(self, name: str) -> Symbol:
        """A new backed symbol of that name of which nothing is known."""
        ...

    def fresh(self) -> Symbol:
        """A fresh unbacked symbol of which nothing is known."""
        ...

    def require(self, condition: Cond) -> bool:
        """Require the condition; False, and nothing changed, if it is known to be false."""
        ...

    def rebind(self, node: str, old: Symbol, value: Dim, divisor: int) -> bool:
        """Rebind ``old`` to ``value / divisor`` at a node; False, and nothing changed, if that is refused."""
        ...

    def known(self, condition: Cond) -> bool | None:
        """Whether the condition is known to hold or to fail; None if neither."""
        ...

    def admitted(self, valuations: Sequence[Numbers]) -> Sequence[Numbers]:
        """Those of the valuations that satisfy everything the environment holds, in order."""
        ...


@runtime_checkable
class ObservableEnvironment(Protocol):
    """An environment that also shows what it holds: the machine then asks the laws of each rebinding step."""

    def state(self) -> ShapeEnvState:
        """What the environment holds now; a later change does not reach it."""
        ...


E = TypeVar("E", bound=EnvironmentUnderTest)


class ShapeEnvMachine(RuleBasedStateMachine, Generic[E]):
    """Drives an environment and compares it, after every step, with every valuation of a small box.

    Subclass it with ``make_environment``; ``YourMachine.TestCase`` is then a test. It raises `LawBroken` with law
    EXACT (a condition was lost or invented), ATOM (a refused step left a trace) or SOUND (a wrong answer). Of an
    `ObservableEnvironment` it also asks every law of an implementation, by solver, on each rebinding step.
    """

    environment: E

    @abstractmethod
    def make_environment(self) -> E:
        """A new, empty environment to drive."""

    def __init__(self) -> None:
        super().__init__()
        self.environment = self.make_environment()
        self._size = of_atom(self.environment.backed(SIZE))
        self._fresh = (of_atom(self.environment.fresh()), of_atom(self.environment.fresh()))
        self._names = tuple(to_text(each) for each in (*OLD, *self._fresh, self._size))
        numbers = product(range(_LOW, _HIGH + 1), repeat=len(self._names))
        self._box: list[dict[str, int | float | bool]] = [dict(zip(self._names, each, strict=True)) for each in numbers]
        self._allowed = list(self._box)
        self._refused = ""
        self._steps = 0

    @rule(data=st.data())
    def require(self, data: st.DataObject) -> None:
        """Require a condition."""
        condition = data.draw(conditions(names=self._names, constants=(-1, 3), connectives=False, total=True))
        self._said(condition, self.environment.require(condition), f"the requirement {to_text(condition)}")

    @rule(data=st.data(), which=st.sampled_from((0, 1)), divisor=st.sampled_from((1, 2)))
    def rebind(self, data: st.DataObject, which: int, divisor: int) -> None:
        """Rebind a recorded symbol to a fresh one or to a term."""
        drawn = terms(names=self._names[2:], constants=(0, 3), max_depth=1, total=True)
        fresh: st.SearchStrategy[Dim] = st.sampled_from(self._fresh)
        value, old = data.draw(st.one_of(fresh, drawn)), OLD[which]
        self._steps += 1
        symbols = [each for each in old.free if isinstance(each, Symbol)]
        taken = self._rebound(f"node_{self._steps}", symbols[0], value, divisor)
        self._said(eq(value, old * divisor), taken, f"rebinding {to_text(old)} to {to_text(value)} / {divisor}")

    def _rebound(self, node: str, old: Symbol, value: Dim, divisor: int) -> bool:
        environment = self.environment
        if not isinstance(environment, ObservableEnvironment):
            return environment.rebind(node, old, value, divisor)
        before = environment.state()
        taken = environment.rebind(node, old, value, divisor)
        raised = None if taken else Raised("inconsistent", "RebindingError", "it is refused")
        path: KeyPath = (SequenceKey(0), DivideByKey(divisor)) if divisor != 1 else (SequenceKey(0),)
        place = Place(old, path, value, (divisor,) if divisor != 1 else ())
        step = Step(node, "call_function", (place,), before, environment.state(), raised)
        error = broken(judge_step(step, SolverAndBox(), laws=IMPLEMENTATION_LAWS, complete=True))
        if error is not None:
            raise error
        return taken

    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """Ask whether a condition is known."""
        condition = data.draw(conditions(names=self._names, constants=(-1, 3), total=True))
        answer = self.environment.known(condition)
        for numbers in self._allowed if answer is not None else ():
            if evaluate(condition, numbers) is not answer:
                raise LawBroken("SOUND", f"{to_text(condition)} is said to be {answer}", witness=numbers)

    @invariant()
    def nothing_is_lost_or_invented(self) -> None:
        """The environment admits exactly the valuations that satisfy what was said."""
        admitted = [dict(numbers) for numbers in self.environment.admitted(self._box)]
        if admitted == self._allowed:
            return
        for numbers in self._box:
            if (numbers in admitted) != (numbers in self._allowed):
                law = "ATOM" if self._refused else "EXACT"
                what = "a condition was lost" if numbers in admitted else "a condition was invented"
                raise LawBroken(law, what + self._refused, witness=numbers)

    def _said(self, condition: Cond, taken: bool, what: str) -> None:
        left = [numbers for numbers in self._allowed if evaluate(condition, numbers) is True]
        if taken:
            self._allowed, self._refused = left, ""
        elif left:
            raise LawBroken("EXACT", f"{what} is refused, but has a solution", witness=left[0])
        else:
            self._refused = f" by {what}, which was refused"


@final
class ReferenceEnvironment:
    """The project's own `ShapeEnv`, as the machine drives it."""

    def __init__(self, *, profile: Profile = EXACT) -> None:
        self.env: ShapeEnv = ShapeEnv(profile=profile)
        self.env.symbols.reserve_name("u9")

    def backed(self, name: str) -> Symbol:
        """A backed symbol without hint and range."""
        found = symbol_atom(name, Sort.INT)
        self.env.add_backed(found, None, None, None)
        return found

    def fresh(self) -> Symbol:
        """A fresh symbol."""
        return self.env.fresh(Sort.INT)

    def require(self, condition: Cond) -> bool:
        """``ShapeEnv.require``."""
        try:
            self.env.require(condition, "required")
        except RuntimeError:
            return False
        return True

    def rebind(self, node: str, old: Symbol, value: Dim, divisor: int) -> bool:
        """``rebind_unbacked`` at a node whose first result is the value."""
        path: KeyPath = (SequenceKey(0), DivideByKey(divisor)) if divisor != 1 else (SequenceKey(0),)
        node_of_path = _Node("call_function", {"unbacked_bindings": {old: path}})
        try:
            with self.env.at(node):
                rebind_unbacked(self.env, node_of_path, (wrap(value, self.env),))
        except RebindingError:
            return False
        return True

    def state(self) -> ShapeEnvState:
        """``state_of``."""
        return state_of(self.env)

    def known(self, condition: Cond) -> bool | None:
        """``ShapeEnv.known``."""
        return self.env.known(condition)

    def admitted(self, valuations: Sequence[Numbers]) -> Sequence[Numbers]:
        """Those that satisfy a snapshot of what is known."""
        snapshot = self.env.knowledge.snapshot()
        return [] if snapshot is None else [numbers for numbers in valuations if snapshot.holds(numbers)]


@dataclass
class _Node:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]
