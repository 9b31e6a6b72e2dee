"""The judge: whether an outcome is the expected one, modulo names of fresh symbols and modulo theory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, assert_never, final, get_args

from refimpl.conformance.asked import findings_of_laws
from refimpl.conformance.case import CaseInput, InterpreterInput
from refimpl.conformance.differences import (
    Difference,
    Differs,
    Open,
    Prover,
    bindings_differences,
    differences,
)
from refimpl.conformance.outcome import (
    Answer,
    Answered,
    AnsweredRange,
    BindingsResult,
    Broke,
    Declined,
    EnvironmentResult,
    InterpreterResult,
    Outcome,
    PathResult,
    PropagationResult,
    Raised,
    RebindingResult,
    Rejection,
    Result,
    Returned,
)
from refimpl.conformance.renaming import fresh_names, renamed
from refimpl.conformance.state_differences import state_differences
from refimpl.conformance.vector import Aspect, Expected, May, Must, OneOf, Vector
from refimpl.laws.step_law import StepFinding
from refimpl.solver import Solver
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Cond, SortError

__all__ = ["How", "Judgement", "VERDICTS", "Verdict", "judge"]

Verdict: TypeAlias = Literal["broke", "fail", "unknown", "waived", "declined", "pass"]
"""Worst first."""
How: TypeAlias = Literal["identical", "renamed", "proved", "allowed"]
"""How an outcome is the expected one: to the letter, up to the names of fresh symbols, by proof, or by its level."""
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


@final
@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one outcome; ``how`` of a pass, ``difference`` the first of a fail or unknown, and a sentence.

    ``laws`` are those of an implementation that the outcome breaks, each with what replays it, or that it leaves open.
    """

    verdict: Verdict
    message: str
    how: How | None = None
    difference: Difference | None = None
    laws: tuple[StepFinding, ...] = ()

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the laws that it breaks, each once."""
        return tuple(dict.fromkeys(each.law for each in self.laws if _is_broken(each)))


def judge(
    vector: Vector, outcome: Outcome, features: frozenset[str], solver: Solver, *, earlier: Outcome | None = None
) -> Judgement:
    """The verdict on the outcome of a subject that says it has these features.

    ``earlier`` is its outcome of the same case with one run less, if the case runs its graph more than once.
    """
    match outcome:
        case Broke(message):
            return Judgement("broke", message)
        case Declined(feature, reason):
            return _declined(vector, feature, reason, features)
        case Returned() | Raised():
            return _ended(vector, outcome, solver, earlier)
        case _:
            assert_never(outcome)


def _declined(vector: Vector, feature: str, reason: str, features: frozenset[str]) -> Judgement:
    said = f"declined for want of {feature}" + (f": {reason}" if reason else "")
    if isinstance(vector.level, May):
        return Judgement("declined", f"{said}; the level allows it: {vector.level.reason}")
    if feature in features:
        return Judgement("fail", f"{said}, which it said that it has")
    if feature not in (vector.case.chapter, *vector.case.features):
        return Judgement("fail", f"{said}, which the case does not need")
    return Judgement("declined", said)


def _ended(vector: Vector, outcome: Returned[Result] | Raised, solver: Solver, earlier: Outcome | None) -> Judgement:
    judged = [_against(vector, expected, outcome, solver, earlier) for expected in vector.expect]
    for verdict in ("pass", "unknown"):
        for judgement in judged:
            if judgement.verdict == verdict:
                return judgement
    level = vector.level
    match level:
        case Must():
            return judged[0]
        case May(reason):
            if isinstance(outcome, Raised) and isinstance(vector.expect[0].outcome, Returned):
                if "ATOM" in judged[0].broken:
                    return judged[0]  # it may be refused, but as everything that is refused: without a trace
                raised = _said(outcome.rejection)
                return Judgement("pass", f"{raised}; the level allows it: {reason}", "allowed")
            return judged[0]
        case OneOf(reasons):
            message = f"none of the allowed outcomes ({'; '.join(reasons)}): {judged[0].message}"
            return replace(judged[0], message=message)
        case _:
            assert_never(level)


def _against(
    vector: Vector, expected: Expected, got: Returned[Result] | Raised, solver: Solver, earlier: Outcome | None
) -> Judgement:
    want, given = expected.outcome, vector.case.input
    declared = frozenset(vector.case.symbols)
    answered = renamed(got, fresh_names(want, got, declared))
    compare = _Compare(expected.compare, declared, given)
    found = findings_of_laws(given, want, answered, solver, earlier)
    return _asked(_compared(compare, want, got, answered, solver), found)


def _asked(judgement: Judgement, found: tuple[StepFinding, ...]) -> Judgement:
    """The judgement by comparison with what the laws find: a broken law fails whatever is compared."""
    broken = [each for each in found if _is_broken(each)]
    if broken and judgement.verdict == "fail":
        names = ", ".join(dict.fromkeys(each.law for each in broken))
        return replace(judgement, message=f"{judgement.message}; it breaks {names}", laws=found)
    if broken:
        return Judgement("fail", f"it breaks {broken[0].law}: {broken[0].message}", None, None, found)
    if found and judgement.verdict == "pass":
        return Judgement("unknown", f"whether it breaks {found[0].law} is open: {found[0].message}", None, None, found)
    return replace(judgement, laws=found)


def _is_broken(finding: StepFinding) -> bool:
    """Whether it is certain; numbers that solve what was refused are."""
    return finding.outcome == "refuted" or finding.witness is not None


def _compared(
    compare: _Compare,
    want: Returned[Result] | Raised,
    got: Returned[Result] | Raised,
    answered: Returned[Result] | Raised,
    solver: Solver,
) -> Judgement:
    bare = Prover((), None)
    try:
        if next(compare.ended(want, got, bare), None) is None:
            return Judgement("pass", "identical", "identical")
        if next(compare.ended(want, answered, bare), None) is None:
            return Judgement("pass", "equal up to the names of fresh symbols", "renamed")
        prover = Prover(_facts(want, compare.given), solver, _hints(compare.given))
        return _first(compare.ended(want, answered, prover))
    except SortError as error:
        return Judgement("fail", f"integer and float are mixed: {error}")


def _first(found: Iterator[Difference]) -> Judgement:
    """The first difference decides, else the first open question; what comes after it need not be looked at."""
    unknown: Open | None = None
    for each in found:
        match each:
            case Differs(where, got, want):
                return Judgement("fail", f"{where}: got {got}, want {want}", None, each)
            case Open():
                unknown = unknown or each
            case _:
                assert_never(each)
    if unknown is not None:
        return Judgement("unknown", f"{unknown.where}: {unknown.reason}", None, unknown)
    return Judgement("pass", "proved equivalent under the facts of the case", "proved")


def _facts(want: Returned[Result] | Raised, given: CaseInput) -> tuple[Cond, ...]:
    """What holds in the case: the expected environment afterwards, else that before."""
    after = want.environment if isinstance(want, Raised) else _environment(want.result)
    before = None if isinstance(given, InterpreterInput) else given.environment
    state = after if after is not None else before
    return () if state is None else tuple(state.conditions())


def _hints(given: CaseInput) -> Mapping[str, int]:
    if isinstance(given, InterpreterInput):
        return {}
    return {symbol.name: hint for symbol, hint in given.environment.hints.items() if isinstance(hint, int)}


def _environment(result: Result) -> ShapeEnvState | None:
    return None if isinstance(result, (InterpreterResult, PathResult)) else result.environment


def _said(rejection: Rejection) -> str:
    return f"raised {rejection.kind}" + (f" ({rejection.message})" if rejection.message else "")


@final
@dataclass(frozen=True, slots=True)
class _Compare:
    aspects: Sequence[Aspect]
    declared: frozenset[str]
    given: CaseInput

    def ended(
        self, want: Returned[Result] | Raised, got: Returned[Result] | Raised, prover: Prover
    ) -> Iterator[Difference]:
        match want, got:
            case Returned(expected), Returned(answered):
                yield from self._results(expected, answered, prover)
            case Raised(expected_rejection, environment), Raised(rejection, after):
                yield from _rejections("outcome", expected_rejection, rejection)
                yield from self._states(environment, after, prover)
            case Returned(), Raised(rejection):
                where = "outcome" if rejection.node is None else f"node {rejection.node}"
                yield Differs(where, _said(rejection), "a result")
            case Raised(rejection), Returned():
                yield Differs("outcome", "a result", _said(rejection))
            case _:
                raise AssertionError("an outcome is returned or raised")

    def _states(self, want: ShapeEnvState | None, got: ShapeEnvState | None, prover: Prover) -> Iterator[Difference]:
        if want is None:
            return
        if got is None:
            yield Differs("environment", "nothing", "the environment afterwards")
            return
        yield from state_differences("environment", want, got, self.aspects, self.declared, prover)

    def _results(self, want: Result, got: Result, prover: Prover) -> Iterator[Difference]:
        match want, got:
            case InterpreterResult(), InterpreterResult():
                yield from differences("result", want.value, got.value, prover)
                yield from _observations(want, got)
            case PathResult(value, text), PathResult(answered, shown):
                yield from differences("value", value, answered, prover)
                if text != shown:
                    yield Differs("text", shown, text)
            case BindingsResult(bindings, environment), BindingsResult(answered_bindings, after):
                if bindings is None or answered_bindings is None:
                    if bindings is not answered_bindings:
                        names = ["none" if each is None else "bindings" for each in (answered_bindings, bindings)]
                        yield Differs("bindings", names[0], names[1])
                else:
                    yield from bindings_differences("bindings", dict(bindings), dict(answered_bindings), prover)
                yield from self._states(environment, after, prover)
            case RebindingResult(environment), RebindingResult(after):
                yield from self._states(environment, after, prover)
            case EnvironmentResult(answers, environment), EnvironmentResult(answered_steps, after):
                yield from _scripts(answers, answered_steps, prover)
                yield from self._states(environment, after, prover)
            case PropagationResult(values, environment), PropagationResult(answered_values, after):
                for path, value in values.items():
                    if path not in answered_values:
                        yield Differs(f"node {path}", "no value", "a value")
                    else:
                        yield from differences(f"node {path}", value, answered_values[path], prover)
                yield from self._states(environment, after, prover)
            case _:
                yield Differs("result", type(got).__name__, type(want).__name__)


def _observations(want: InterpreterResult, got: InterpreterResult) -> Iterator[Difference]:
    if want.left is not None and want.left != got.left:
        yield Differs("left", "not observed" if got.left is None else str(got.left), str(want.left))
    if want.freed is not None:
        expected, answered = _freed(want.freed), _freed(got.freed or ())
        for node in dict.fromkeys((*expected, *answered)):
            if expected.get(node) != answered.get(node):
                yield Differs(f"freed after {node}", _list(answered.get(node)), _list(expected.get(node)))
                return


def _freed(freed: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, frozenset[str]]:
    """By node; the order in which one node's values are dropped is nobody's business."""
    return {node: frozenset(names) for node, names in freed}


def _list(names: frozenset[str] | None) -> str:
    return ", ".join(sorted(names or ())) or "nothing"


def _rejections(where: str, want: Rejection, got: Rejection) -> Iterator[Difference]:
    if want.kind != got.kind:
        yield Differs(where, _said(got), _said(want))
    elif not got.message.startswith(want.message):
        yield Differs(f"{where}.message", got.message, want.message)
    elif want.node is not None and want.node != got.node:
        yield Differs(f"{where}.node", got.node or "none", want.node)


def _scripts(want: Sequence[Answer], got: Sequence[Answer], prover: Prover) -> Iterator[Difference]:
    if len(want) != len(got):
        yield Differs("answers", f"{len(got)} answers", f"{len(want)} answers")
        return
    for index, (expected, answered) in enumerate(zip(want, got, strict=True)):
        at = f"step {index}"
        match expected, answered:
            case Answered(value), Answered(other):
                yield from differences(at, value, other, prover)
            case AnsweredRange(interval), AnsweredRange(other_interval):
                if interval != other_interval:
                    yield Differs(at, str(other_interval), str(interval))
            case Rejection(), Rejection():
                yield from _rejections(at, expected, answered)
            case _:
                yield Differs(at, _kind(answered), _kind(expected))


def _kind(answer: Answer) -> str:
    match answer:
        case Rejection():
            return _said(answer)
        case AnsweredRange(interval):
            return f"the range {interval}"
        case Answered():
            return "a value"
        case _:
            assert_never(answer)
