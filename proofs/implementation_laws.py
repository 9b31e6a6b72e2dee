"""The laws of an implementation, as the objects that are asked of others, hold of the shipped step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from proofs.engine.meaning import Meaning
from proofs.engine.opaque import of
from proofs.engine.smt import Obligation
from proofs.engine.theorem import Group, Theorem
from proofs.rebinding import CASES, FRESH, OLD, OTHER, SIZE, Case, arbitrary_environment
from refimpl.laws.atom import ATOM
from refimpl.laws.exact import EXACT
from refimpl.laws.frame import FRAME
from refimpl.laws.of_constraints import state_of_constraints, step_of_outcome
from refimpl.laws.root import ROOT
from refimpl.laws.sort import SORT
from refimpl.laws.steady import STEADY
from refimpl.laws.step import Place, Raised, RunRecord, Step
from refimpl.laws.step_law import ObservedLaw, StepClaims
from refimpl.symbolic_shapes import rebinding
from refimpl.symbolic_shapes.bindings import rebind_unbacked
from refimpl.symbolic_shapes.constraints import Constraints
from refimpl.symbolic_shapes.key_path import DivideByKey, KeyPath, PathError, SequenceKey
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.state import state_of
from refimpl.terms import Dim, Scalar

__all__ = ["GROUP"]

_MORE: Final = (
    Case("a size where the old symbol is derived", SIZE, {"u0": OTHER + 1}),
    Case("a size where the old symbol is a product", SIZE, {"u0": OTHER * FRESH}),
)


def _asked(label: str, claims: StepClaims) -> Iterator[Obligation]:
    """What a law finds without a solver is wrong; what it leaves open is to be proved."""
    yield Obligation(label, (), (), "false" if claims.findings else "true")
    for index, claim in enumerate(claims.open):
        meaning = Meaning()
        given = tuple(map(meaning.condition, claim.hypotheses))
        goal = meaning.condition(claim.goal)
        declared = tuple(meaning.declarations)
        yield Obligation(f"{label}, claim {index}", declared, (*meaning.definitions, *given), goal)


def _observed(before: Constraints, value: Scalar, divisors: tuple[Dim, ...]) -> tuple[Step, Constraints | None]:
    """The shipped step as it is observed, and the constraints after it if it was taken."""
    path: KeyPath = (SequenceKey(0), *(DivideByKey(divisor) for divisor in divisors))
    place = Place(of(OLD), path, value, divisors)
    outcome = rebinding.rebind(before, of(OLD), value, divisors)
    after = before.apply(outcome.delta) if isinstance(outcome, rebinding.Rebound) else None
    return step_of_outcome(state_of_constraints(before), place, before, outcome), after


def _of_steps(law: ObservedLaw, cases: Sequence[Case]) -> Callable[[], Iterator[Obligation]]:
    def obligations() -> Iterator[Obligation]:
        for case in cases:
            step, _ = _observed(arbitrary_environment(case), case.value, case.divisors)
            yield from _asked(case.name, law.of_step(step))

    return obligations


def _of_sorts() -> Iterator[Obligation]:
    """A float, a NaN or a boolean for an integer symbol."""
    for value in (1.5, float("nan"), True, False):
        step, _ = _observed(Constraints(fresh=frozenset((of(FRESH),))), value, ())
        yield from _asked(f"the value {value}", SORT.of_step(step))


def _said_again() -> Iterator[Obligation]:
    """Each step, and the same step on what it left."""
    for case in CASES:
        before = arbitrary_environment(case)
        first, after = _observed(before, case.value, case.divisors)
        yield from _asked(case.name, STEADY.of_step(first))
        if after is not None:
            second, _ = _observed(after, case.value, case.divisors)
            yield from _asked(f"{case.name}, again", STEADY.of_step(second))
            run = RunRecord((first,), first.before, second.before, (), again=second.after)
            yield from _asked(f"{case.name}, as a run", STEADY.of_run(run))


@final
@dataclass(frozen=True, slots=True)
class _Node:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]


def _of_failures() -> Iterator[Obligation]:
    """A node whose second binding has no number, in an environment that knows arbitrary conditions."""
    for case in CASES:
        env = ShapeEnv()
        env.symbols.reserve_name("u8")
        fresh = env.create_unbacked_symint()
        for condition in arbitrary_environment(case).conditions:
            env.assume(condition)
        bindings: dict[object, KeyPath] = {of(OLD): (SequenceKey(0),), of(OTHER): (SequenceKey(1),)}
        before = state_of(env)
        raised: Raised | None = None
        try:
            rebind_unbacked(env, _Node("call_function", {"unbacked_bindings": bindings}), (fresh,))
        except PathError as error:
            raised = Raised("path", type(error).__name__, str(error))
        step = Step(case.name, "call_function", (), before, state_of(env), raised)
        yield Obligation(f"{case.name}, raises", (), (), "false" if raised is None else "true")
        yield from _asked(case.name, ATOM.of_step(step))


_R: Final = "refimpl.symbolic_shapes.rebinding:"
_KINDS: Final = "every kind of value and divisor is one case; the constraints, the symbols and sizes are arbitrary"

GROUP: Final = Group(
    "proofs/implementation_laws.py",
    "The laws of an implementation",
    (
        Theorem(
            "the_law_exact_finds_nothing_in_the_shipped_step",
            "The obligations that EXACT makes of an observed step, lossy and inventive, hold of the shipped step.",
            (f"{_R}rebind",),
            _of_steps(EXACT, (*CASES, *_MORE)),
            _KINDS,
        ),
        Theorem(
            "the_law_frame_finds_nothing_in_the_shipped_step",
            "No backed symbol is replaced by the shipped step, and what is said of backed symbols stays.",
            (f"{_R}_replaceable",),
            _of_steps(FRAME, (*CASES, *_MORE)),
            _KINDS,
        ),
        Theorem(
            "the_law_root_finds_nothing_in_the_shipped_step",
            "After the shipped step no symbol is replaced by itself in the end.",
            (f"{_R}_replaceable",),
            _of_steps(ROOT, (*CASES, *_MORE)),
            _KINDS,
        ),
        Theorem(
            "the_law_sort_finds_nothing_in_the_shipped_step",
            "The shipped step rebinds an integer symbol to no float, no NaN and no boolean.",
            (f"{_R}_same_sort",),
            _of_sorts,
            "the values 1.5, NaN, true and false",
        ),
        Theorem(
            "the_law_atom_finds_nothing_where_a_step_fails",
            "A node that fails at its second binding leaves the environment as it was.",
            ("refimpl.symbolic_shapes.environment:Environment.roll_back",),
            _of_failures,
            "a missing element after a renaming, in environments that know arbitrary conditions",
        ),
        Theorem(
            "the_law_steady_finds_nothing_in_a_step_said_again",
            "The shipped step, said again, is accepted, adds nothing and drops nothing.",
            (f"{_R}_orient",),
            _said_again,
            _KINDS,
        ),
    ),
)
