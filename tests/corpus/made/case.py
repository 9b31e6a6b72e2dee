"""What a made archive is: how it is built, the verdict that arithmetic gives, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from refimpl.export.builder import ProgramBuilder
from tests.oracle.brute import Box

__all__ = ["LARGEST", "Case", "Cases", "broken", "equivalent", "titled", "unknown"]

Verdict: TypeAlias = Literal["equivalent", "broken", "unknown"]
Relation: TypeAlias = Literal["equivalent", "weakened", "strengthened", "incomparable", "unknown"]
Cases: TypeAlias = "Mapping[str, Callable[[], Case]]"

LARGEST: Final = 2**63 - 2


@dataclass(frozen=True, slots=True)
class Case:
    """An archive and what is true of it.

    ``relation`` None: nothing is said of it (contradictory constraints, or a record that is wrong as a value).
    ``laws`` must be among the refuted ones. ``box`` lets enumeration find the same verdict.
    """

    program: ProgramBuilder
    verdict: Verdict
    relation: Relation | None
    laws: frozenset[str] = frozenset()
    box: Box | None = None
    conditional: bool = False


def equivalent(program: ProgramBuilder, box: Box | None = None, *, conditional: bool = False) -> Case:
    """Nothing is lost, nothing invented, every value as recorded."""
    return Case(program, "equivalent", "equivalent", frozenset(), box, conditional)


def broken(
    program: ProgramBuilder, relation: Relation | None, laws: str, box: Box | None = None, *, conditional: bool = False
) -> Case:
    """At least these laws (names with spaces between) are refuted."""
    return Case(program, "broken", relation, frozenset(laws.split()), box, conditional)


def unknown(program: ProgramBuilder) -> Case:
    """Something that the verdict rests on is outside what is modelled."""
    return Case(program, "unknown", None)


def titled(*makers: Callable[[], Case]) -> dict[str, Callable[[], Case]]:
    """The cases of a module by the names of their functions; each must say why in its docstring."""
    for maker in makers:
        if not maker.__doc__:
            raise ValueError(f"{maker.__name__} does not say why")
    return {maker.__name__: maker for maker in makers}
