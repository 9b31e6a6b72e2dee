"""All drafts, and the vectors that they become."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from refimpl.conformance.outcome import (
    EnvironmentResult,
    Outcome,
    PropagationResult,
    Raised,
    Rejection,
    Result,
    Returned,
)
from refimpl.conformance.structures import SubgraphRef
from refimpl.conformance.vector import Expected, Provenance, Vector
from tests.conformance.vectors.authoring import Draft, case_of
from tests.conformance.vectors.binding import BINDING
from tests.conformance.vectors.corners import CORNERS
from tests.conformance.vectors.declaring import DECLARING
from tests.conformance.vectors.eliminating import ELIMINATING
from tests.conformance.vectors.equating import EQUATING
from tests.conformance.vectors.histories import HISTORIES
from tests.conformance.vectors.interpreting import INTERPRETING
from tests.conformance.vectors.knowing import KNOWING
from tests.conformance.vectors.placing import PLACING
from tests.conformance.vectors.propagating import PROPAGATING
from tests.conformance.vectors.questions import QUESTIONS
from tests.conformance.vectors.quotients import QUOTIENTS
from tests.conformance.vectors.reasoning import REASONING
from tests.conformance.vectors.remembering import REMEMBERING
from tests.conformance.vectors.renaming import RENAMING
from tests.conformance.vectors.showing import SHOWING
from tests.conformance.vectors.transitions import TRANSITIONS

__all__ = ["DRAFTS", "expected_of", "recorded", "vector_of"]

DRAFTS: Final = (
    *INTERPRETING, *BINDING, *RENAMING, *ELIMINATING, *QUESTIONS, *TRANSITIONS, *HISTORIES, *PROPAGATING,
    *SHOWING, *CORNERS, *REASONING, *EQUATING, *REMEMBERING, *KNOWING, *PLACING, *QUOTIENTS,
    *DECLARING,
)  # fmt: skip


def recorded(drafts: Iterable[Draft]) -> list[Draft]:
    """Those whose expectation is what PyTorch answers."""
    return [draft for draft in drafts if not draft.expect]


def expected_of(draft: Draft, outcome: Outcome) -> Expected:
    """What PyTorch answered, as an expectation. Raises ValueError if it answered nothing."""
    match outcome:
        case Returned(result):
            return Expected(Returned(_without_words(result)), draft.compare)
        case Raised(rejection, state):
            return Expected(Raised(_silent(rejection), state), draft.compare)
        case _:
            raise ValueError(f"{draft.id}: {outcome}")


def _silent(rejection: Rejection) -> Rejection:
    """The words of an error are an implementation's own."""
    return replace(rejection, message="")


def _without_words(result: Result) -> Result:
    match result:
        case EnvironmentResult(answers):
            silent = tuple([_silent(answer) if isinstance(answer, Rejection) else answer for answer in answers])
            return replace(result, answers=silent)
        case PropagationResult(values):
            return replace(result, values={n: v for n, v in values.items() if not isinstance(v, SubgraphRef)})
        case _:
            return result


def vector_of(draft: Draft, expect: Sequence[Expected], kills: Sequence[str] = ()) -> Vector:
    """The vector; its hash is computed when it is written."""
    return Vector(
        case_of(draft),
        draft.clauses,
        draft.level,
        Provenance(draft.says.origin, draft.says.how),
        tuple(kills),
        tuple(expect),
        "",
    )
