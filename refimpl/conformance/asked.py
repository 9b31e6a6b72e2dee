"""The laws of an implementation, asked of the outcome of a case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from refimpl.conformance.case import CaseInput, RebindingInput
from refimpl.conformance.differences import Prover
from refimpl.conformance.observed import Ended, Observed, observed
from refimpl.conformance.outcome import Outcome, Raised
from refimpl.conformance.state_differences import state_differences
from refimpl.conformance.vector import Aspect
from refimpl.laws.exact import EXACT
from refimpl.laws.implementation import OBSERVED_LAWS, judge_run, judge_step
from refimpl.laws.steady import STEADY
from refimpl.laws.step_law import ObservedLaw, StepFinding
from refimpl.laws.step_link import LINK_OF_STEP
from refimpl.laws.step_names import INJ_OF_STEP
from refimpl.solver import Solver

__all__ = ["findings_of_laws"]


def findings_of_laws(
    given: CaseInput, want: Ended, got: Ended, solver: Solver, earlier: Outcome | None = None
) -> tuple[StepFinding, ...]:
    """What the laws find in an outcome; a law that the expected outcome does not satisfy either is not asked.

    ``earlier`` is the subject's outcome of the same case with one run less. Raises SolverError as `Solver` does.
    """
    seen, expected = observed(given, got, earlier), observed(given, _whole(given, want))
    if seen is None or expected is None or seen == expected:
        return ()
    seen, laws = _in_words_before(seen, solver), OBSERVED_LAWS
    laws = _broken(seen, laws, solver)
    if EXACT not in laws:
        # Whoever keeps the equation, in whatever words, keeps what was known of the old symbol for the value.
        laws = tuple([law for law in laws if law is not LINK_OF_STEP])
    excused = _broken(_in_words_before(expected, solver), laws, solver) if laws else ()
    laws = tuple([law for law in laws if law not in excused])
    return _found(seen, laws, solver, smallest=True) if laws else ()


def _broken(seen: Observed, laws: Sequence[ObservedLaw], solver: Solver) -> tuple[ObservedLaw, ...]:
    names = {finding.law for finding in _found(seen, laws, solver, smallest=False)}
    return tuple([law for law in laws if law.name in names])


def _found(seen: Observed, laws: Sequence[ObservedLaw], solver: Solver, *, smallest: bool) -> tuple[StepFinding, ...]:
    found = list(judge_step(seen.step, solver, laws=laws, complete=True, smallest=smallest))
    if seen.run is not None:
        found += judge_run(seen.run, solver, laws=laws, smallest=smallest)
    for record, asked in ((seen.names, INJ_OF_STEP), (seen.again, STEADY)):
        if record is not None:
            found += judge_run(record, solver, laws=[law for law in laws if law is asked], smallest=smallest)
    return tuple(found)


def _whole(given: CaseInput, want: Ended) -> Ended:
    """A rejected step leaves the environment as it was, also where the vector does not compare it."""
    if isinstance(want, Raised) and isinstance(given, RebindingInput) and want.environment is None:
        return replace(want, environment=given.environment)
    return want


def _in_words_before(seen: Observed, solver: Solver) -> Observed:
    """What a step that raised left unchanged in the words of the case: an implementation may have its own."""
    step = seen.step
    if step.raised is None:
        return seen
    before, after = step.before, step.after
    prover, names = Prover(tuple(before.conditions()), solver), frozenset(each.name for each in before.symbols())

    def same(aspect: Aspect) -> bool:
        return next(state_differences("", before, seen.step.after, (aspect,), names, prover), None) is None

    if same("constraints"):
        after = replace(after, ranges=before.ranges, known=before.known)
    if same("guards"):
        after = replace(after, guards=before.guards)
    if same("asserts"):
        after = replace(after, asserts=before.asserts)
    if same("replacements"):
        after = replace(after, replacements=before.replacements)
    return replace(seen, step=replace(step, after=after))
