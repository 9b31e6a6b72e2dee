"""Deliberately wrong subjects, and the vector that must catch each: the harness tested against them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, TypeAlias, final

from refimpl.conformance.case import (
    CHAPTERS,
    FEATURES,
    Case,
    CaseInput,
    InterpreterInput,
    PropagationInput,
    RebindingInput,
    ResolveBindings,
)
from refimpl.conformance.judge import Verdict
from refimpl.conformance.outcome import (
    Answered,
    BindingsResult,
    Declined,
    EnvironmentResult,
    InterpreterResult,
    Outcome,
    PropagationResult,
    Raised,
    RebindingResult,
    Rejection,
    Result,
    Returned,
)
from refimpl.conformance.protocol import Started
from refimpl.conformance.reference import Reference
from refimpl.conformance.serving import ask
from refimpl.conformance.structures import Number, TensorOf
from refimpl.conformance.subjects import Opened, command_subject
from refimpl.laws.step_law import StepLawName
from refimpl.symbolic_shapes.constraints import term_of
from refimpl.symbolic_shapes.key_path import DivideByKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import Dim, Sort, Symbol, ValueRange, ge, of_atom, substitute_dim, symbol_atom

__all__ = ["WRONG_SUBJECTS", "WrongSubject"]

Twist: TypeAlias = Callable[[CaseInput, Outcome], Outcome]


@final
@dataclass(frozen=True, slots=True)
class WrongSubject:
    """A wrong subject, what is wrong with it, and which of ``vectors`` (the last) catches it, with which verdict.

    ``law`` is the law of an implementation that its outcome must be seen to break, if it breaks one.
    """

    name: str
    wrong: str
    opened: Opened
    vectors: tuple[str, ...]
    verdict: Verdict
    law: StepLawName | None = None


@final
class _Twisted:
    """The reference, with its questions and answers twisted."""

    def __init__(self, before: Callable[[CaseInput], CaseInput], after: Twist) -> None:
        self._before = before
        self._after = after
        self._reference = Reference()

    def start(self) -> Started:
        """Who it claims to be."""
        return Started("refimpl, twisted", "0", frozenset((*CHAPTERS, *FEATURES)))

    def run(self, case: Case, deadline: float) -> Outcome:
        """The twisted answer."""
        return self._after(case.input, ask(self._reference, self._before(case.input)))

    def stop(self) -> str | None:
        """Nothing is to be ended."""
        return None

    def abort(self) -> None:
        """Nothing is to be ended."""


def _same_input(given: CaseInput) -> CaseInput:
    return given


def _same(given: CaseInput, outcome: Outcome) -> Outcome:
    return outcome


def _in_states(change: Callable[[ShapeEnvState], ShapeEnvState]) -> Twist:
    """A twist of every environment that is answered."""

    def twist(given: CaseInput, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Raised) and outcome.environment is not None:
            return Raised(outcome.rejection, change(outcome.environment))
        return Returned(_result(outcome.result)) if isinstance(outcome, Returned) else outcome

    def _result(result: Result) -> Result:
        if isinstance(result, (RebindingResult, EnvironmentResult, PropagationResult)):
            return replace(result, environment=change(result.environment))
        return result

    return twist


def _never_rebinds(given: CaseInput, outcome: Outcome) -> Outcome:
    return Returned(RebindingResult(given.environment)) if isinstance(given, RebindingInput) else outcome


def _backwards(state: ShapeEnvState) -> ShapeEnvState:
    """The old symbol written as the fresh one."""
    pairs = {old: fresh for fresh, old in state.renamings.items()}
    kept = {s: term for s, term in state.replacements.items() if s not in state.renamings}
    return replace(state, renamings=pairs, replacements={**kept, **{old: term_of(f) for old, f in pairs.items()}})


def _without_divisors(given: CaseInput) -> CaseInput:
    if not isinstance(given, RebindingInput) or given.bindings is None:
        return given
    plain = [(s, tuple([key for key in path if not isinstance(key, DivideByKey)])) for s, path in given.bindings]
    return replace(given, bindings=tuple(plain))


def _first_binding_only(given: CaseInput) -> CaseInput:
    if not isinstance(given, RebindingInput) or given.bindings is None:
        return given
    return replace(given, bindings=given.bindings[:1])


def _merged_names(given: CaseInput, outcome: Outcome) -> Outcome:
    """As PyTorch's dictionary comprehension: one hop, and the last of two names wins."""
    if not isinstance(given, ResolveBindings) or given.bindings is None:
        return outcome
    renamings = given.environment.renamings
    return Returned(BindingsResult(tuple({renamings.get(s, s): path for s, path in given.bindings}.items())))


def _declines(given: CaseInput, outcome: Outcome) -> Outcome:
    return Declined("rebinding", "not today")


def _half_done(given: CaseInput, outcome: Outcome) -> Outcome:
    """What failed leaves its first half behind."""
    if isinstance(given, RebindingInput) and isinstance(outcome, Raised):
        return Raised(outcome.rejection, replace(given.environment, pending=()))
    return outcome


def _refuses(given: CaseInput, outcome: Outcome) -> Outcome:
    return Raised(Rejection("refused", "should have been constant"), _before(given))


def _before(given: CaseInput) -> ShapeEnvState | None:
    return None if isinstance(given, InterpreterInput) else given.environment


def _says_yes(given: CaseInput, outcome: Outcome) -> Outcome:
    """Every condition is answered with true."""
    if isinstance(outcome, Returned) and isinstance(outcome.result, EnvironmentResult):
        answers = [
            Answered(Number(Sort.BOOL, True)) if isinstance(a, Answered) and _is_bool(a) else a
            for a in outcome.result.answers
        ]
        return Returned(replace(outcome.result, answers=tuple(answers)))
    return outcome


def _is_bool(answer: Answered) -> bool:
    return isinstance(answer.value, Number) and answer.value.sort is Sort.BOOL


def _fresh_sizes(given: CaseInput, outcome: Outcome) -> Outcome:
    """Values keep the names that the operator allocated."""
    if isinstance(outcome, Returned) and isinstance(outcome.result, PropagationResult):
        names = {old: fresh for fresh, old in outcome.result.environment.renamings.items()}
        values = {
            path: replace(value, size=tuple([_fresh(dim, names) for dim in value.size]))
            if isinstance(value, TensorOf)
            else value
            for path, value in outcome.result.values.items()
        }
        return Returned(replace(outcome.result, values=values))
    return outcome


def _fresh(dim: Dim, names: dict[Symbol, Symbol]) -> Dim:
    return substitute_dim(dim, {old: term_of(fresh) for old, fresh in names.items()})


def _one_name_for_all(given: CaseInput, outcome: Outcome) -> Outcome:
    """Every fresh symbol is renamed to the first recorded name."""
    if isinstance(given, PropagationInput) and isinstance(outcome, Returned):
        return _in_states(lambda state: replace(state, renamings=dict.fromkeys(state.renamings, _U0)))(given, outcome)
    return outcome


def _leaves_pending(given: CaseInput, outcome: Outcome) -> Outcome:
    """What was renamed stays pending, so that each run leaves more."""
    if isinstance(given, PropagationInput):
        return _in_states(lambda state: replace(state, pending=tuple(state.renamings)))(given, outcome)
    return outcome


def _never_frees(given: CaseInput, outcome: Outcome) -> Outcome:
    if isinstance(outcome, Returned) and isinstance(outcome.result, InterpreterResult):
        return Returned(replace(outcome.result, freed=()))
    return outcome


def _keeps_arguments(given: CaseInput, outcome: Outcome) -> Outcome:
    if isinstance(outcome, Returned) and isinstance(outcome.result, InterpreterResult):
        return Returned(replace(outcome.result, left=len(given.inputs) if isinstance(given, InterpreterInput) else 0))
    return outcome


def _runs_given_nodes(given: CaseInput) -> CaseInput:
    return replace(given, initial={}) if isinstance(given, InterpreterInput) else given


def _twisted(
    name: str,
    wrong: str,
    vector: str,
    *,
    before: Callable[[CaseInput], CaseInput] = _same_input,
    after: Twist = _same,
    law: StepLawName | None = None,
) -> WrongSubject:
    opened = Opened(name, lambda: _Twisted(before, after), local=True)
    return WrongSubject(name, wrong, opened, (vector,), "fail", law)


def _child(kind: str, wrong: str, *vectors: str) -> WrongSubject:
    # Alone and isolated: its folder is not searched for modules.
    command = [sys.executable, "-I", str(Path(__file__).with_name("misbehaving.py")), kind]
    return WrongSubject(kind, wrong, command_subject(kind, command), vectors, "broke")


_S0, _U0, _U2, _U4 = (symbol_atom(name, Sort.INT) for name in ("s0", "u0", "u2", "u4"))
_PLAIN: Final = "rebinding/path-beyond-the-sizes"
_OTHER: Final = "rebinding/fresh-takes-the-old-name"

WRONG_SUBJECTS: Final[tuple[WrongSubject, ...]] = (
    _twisted("never-rebinds", "leaves the environment as it was", _OTHER, after=_never_rebinds, law="EXACT"),
    _twisted("backwards", "writes the old symbol as the fresh one", _OTHER, after=_in_states(_backwards)),
    _twisted(
        "drops-pending", "forgets which symbols are pending", "environment/a-requirement-is-known-afterwards",
        after=_in_states(lambda state: replace(state, pending=())),
    ),
    _twisted(
        "forgets-divisors", "reads the value without its DivideByKey", "rebinding/quotient-by-two-is-exact",
        before=_without_divisors, law="PATH",
    ),
    _twisted(
        "second-name-ignored", "accepts one value under two names without equating them",
        "rebinding/one-value-under-two-names-equates-them", before=_first_binding_only, law="EXACT",
    ),
    _twisted(
        "duplicates-merged", "accepts bindings that collide after renaming, and loses one",
        "bindings/two-names-of-one-symbol-keep-both-paths", after=_merged_names,
    ),
    _twisted(
        "one-hop", "follows a renaming one hop", "bindings/two-renamings-are-followed-to-the-end",
        after=_merged_names,
    ),
    _twisted("declines", "declines what it said that it has", _PLAIN, after=_declines),
    _twisted("refuses", "refuses every step", _OTHER, after=_refuses, law="EXACT"),
    _twisted("half-done", "leaves a failed step half done", _PLAIN, after=_half_done, law="ATOM"),
    _twisted(
        "forgets-bounds", "forgets what was known of the fresh symbol", _OTHER,
        after=_in_states(lambda state: replace(state, known=(), ranges={})), law="EXACT",
    ),
    _twisted(
        "sizes-at-least-two", "takes every size to be at least 2",
        "rebinding/size-likeness-passes-to-the-old-name",
        after=_in_states(lambda state: replace(state, known=(*state.known, ge(of_atom(_U0), 2)))), law="EXACT",
    ),
    _twisted(
        "size-likeness-lost", "does not pass size-likeness on", "rebinding/size-likeness-passes-to-the-old-name",
        after=_in_states(lambda state: replace(state, size_like=frozenset())), law="EXACT",
    ),
    _twisted(
        "input-narrowed", "puts what the program requires on the range of an input", "rebinding/backed-size",
        after=_in_states(lambda state: replace(state, ranges={_S0: ValueRange(2, 10)})), law="FRAME",
    ),
    _twisted(
        "renamed-to-a-dead-name", "writes a fresh symbol as a name that was renamed itself",
        "rebinding/two-names-of-one-symbol",
        after=_in_states(lambda state: replace(state, renamings={**state.renamings, _U4: _U2})), law="ROOT",
    ),
    _twisted(
        "says-yes", "answers every condition with true", "environment/a-false-requirement-is-answered-with-false",
        after=_says_yes,
    ),
    _twisted(
        "fresh-values", "leaves values in fresh names", "propagation/nonzero-gets-its-recorded-name",
        after=_fresh_sizes, law="DOM",
    ),
    _twisted(
        "one-name-for-all", "gives two fresh symbols of a run one name", "propagation/program-two-counts",
        after=_one_name_for_all, law="INJ",
    ),
    _twisted(
        "pending-grows", "leaves a symbol more pending with each run", "propagation/program-again-nonzero",
        after=_leaves_pending, law="STEADY",
    ),
    _twisted("never-frees", "keeps every value", "interpreter/sum-and-product", after=_never_frees),
    _twisted(
        "keeps-arguments", "leaves the arguments of a boxed run in their list",
        "interpreter/boxed-run-takes-its-arguments", after=_keeps_arguments,
    ),
    _twisted(
        "runs-given-nodes", "runs nodes whose values are given", "interpreter/values-of-nodes-are-given",
        before=_runs_given_nodes,
    ),
    _child("another-case", "answers a case that was not asked", _PLAIN),
    _child("dies", "dies midway", _OTHER, _PLAIN),
    _child("noise", "prints noise on standard output", _PLAIN),
    _child("hangs", "hangs", _PLAIN),
    _child("numbers", "writes integers as JSON numbers", _PLAIN),
    _child("another-kind", "raises what nothing specifies", _PLAIN),
    _child("twice", "answers twice", _PLAIN, _OTHER),
)  # fmt: skip
"""All of them; one that is not caught is a hole in the harness or in the vectors."""
