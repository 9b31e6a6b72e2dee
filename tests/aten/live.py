"""The overloads of each family, and what comparing some of them with a live PyTorch found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable
from functools import cache
from typing import Final

from tests.aten.eager import Eager
from tests.aten.operator_table import family_of, modelled_overloads

__all__ = ["SHARE", "counterexample", "families", "found"]

SHARE: Final = 5
"""The gate looks at every so many overloads of a family, the full run at the others too."""


@cache
def families() -> dict[str, list[str]]:
    """The overloads of each family."""
    members: defaultdict[str, list[str]] = defaultdict(list)
    for name in modelled_overloads():
        members[family_of(name)].append(name)
    return members


def counterexample(compare: Callable[[], None]) -> str | None:
    """What a comparison of drawn calls says of the smallest on which it fails."""
    try:
        compare()
    except AssertionError as error:
        return str(error)
    return None


def found(
    torch: Eager, operators: Iterable[str], stated: Container[str], differing: Callable[[Eager, str], str | None]
) -> list[str]:
    """What differs on the overloads that are not stated to deviate, from a PyTorch that was started afresh."""
    torch.afresh()
    said = (differing(torch, name) for name in operators if name not in stated)
    return [text for text in said if text is not None]
