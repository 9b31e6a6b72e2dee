"""The laws of an implementation as values, and their check on drawn cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar, final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from refimpl.testing._arguments import at_least
from refimpl.testing.broken import LawBroken

__all__ = ["ImplementationLaw", "check_law"]

I = TypeVar("I")  # noqa: E741 - an implementation
C = TypeVar("C")


@final
@dataclass(frozen=True, slots=True)
class ImplementationLaw(Generic[I, C]):
    """A law: its name, one sentence, the cases on which it is asked, and the judgement of one case.

    ``judge(implementation, case)`` returns if the law holds on the case and raises `LawBroken` otherwise.
    """

    name: str
    statement: str
    cases: st.SearchStrategy[C]
    judge: Callable[[I, C], None]


class _Enough(BaseException):
    """A broken case was made small for long enough. No ``Exception``: hypothesis would take it for another failure."""


def check_law(
    law: ImplementationLaw[I, C], implementation: I, *, max_examples: int = 60, max_shrinks: int = 60
) -> None:
    """Ask the law of an implementation on drawn cases; the same cases in every run.

    Raises `LawBroken` with law, node, message and witness, on a case that ``max_shrinks`` attempts have made small.
    What the implementation itself raises passes through. Raises InvalidArgument for less than one example.
    """
    at_least("max_examples", max_examples, 1)
    at_least("max_shrinks", max_shrinks, 0)
    broken: LawBroken | None = None
    left = max_shrinks

    @settings(
        max_examples=max_examples,
        deadline=None,
        database=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=(
            HealthCheck.too_slow,
            HealthCheck.data_too_large,
            HealthCheck.filter_too_much,
            HealthCheck.nested_given,
        ),
    )
    @given(case=law.cases)
    def on_every_case(case: C) -> None:
        nonlocal broken, left
        if broken is not None:
            if left == 0:
                raise _Enough
            left -= 1
        try:
            law.judge(implementation, case)
        except LawBroken as error:
            broken = error
            raise

    try:
        on_every_case()
    except _Enough:
        assert broken is not None, "only a broken law is made small"
        raise broken from None
