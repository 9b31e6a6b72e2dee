"""A theorem: a sentence for a name, what it is about, and how its obligations are made from the shipped code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, final

from proofs.engine.forking import Fork, explore
from proofs.engine.smt import Obligation, both, declare, either

__all__ = ["Goal", "Group", "Lemmas", "Theorem", "by_paths", "no_lemmas"]

T = TypeVar("T")
# A goal about a result: its label, declarations, hypotheses, formula.
Goal: TypeAlias = tuple[str, tuple[str, ...], tuple[str, ...], str]


@final
@dataclass(frozen=True, slots=True)
class Theorem:
    """``obligations`` runs the shipped functions named in ``about`` (``module:function``) each time it is called.

    ``fragment`` says on which part of the arguments it is proved, if not on all of them.
    """

    name: str
    statement: str
    about: tuple[str, ...]
    obligations: Callable[[], Iterable[Obligation]]
    fragment: str = ""


@final
@dataclass(frozen=True, slots=True)
class Group:
    """The theorems of one file, in order."""

    file: str
    title: str
    theorems: tuple[Theorem, ...]


Lemmas: TypeAlias = Callable[[Sequence[tuple[str, str, str]]], Iterable[str]]


def no_lemmas(_: Sequence[tuple[str, str, str]]) -> Iterable[str]:
    """Most goals need none."""
    return ()


def by_paths(
    name: str,
    preamble: tuple[str, ...],
    assumed: tuple[str, ...],
    run: Callable[[Fork], T],
    goals: Callable[[T], Iterable[Goal]],
    lemmas: Lemmas = no_lemmas,
) -> Iterator[Obligation]:
    """The obligations of one function on symbolic integers.

    For each path: what Python needed there, each goal of its result, and each lemma about its quotients, which is
    proved of all integers before it is used. At the end, that the paths cover all that the assumptions allow.
    """
    conditions: list[str] = []
    definitions: dict[str, None] = {}
    declarations: dict[str, None] = dict.fromkeys(preamble)
    proved: dict[str, None] = {}
    for number, path in enumerate(explore(run, preamble, assumed)):
        local = (*preamble, *(declare(quotient) for _, _, quotient in path.quotients))
        declarations.update(dict.fromkeys(local))
        for index, (before, needed) in enumerate(path.needed):
            yield Obligation(f"{name}, path {number}, division {index}", tuple(local), (*assumed, *before), needed)
        used = tuple(lemmas(path.quotients))
        for lemma in used:
            if lemma not in proved:
                proved[lemma] = None
                yield Obligation(f"{name}, lemma {len(proved)}", local, (), lemma)
        known = (*assumed, *path.definitions, *path.conditions, *used)
        for label, declared, hypotheses, goal in goals(path.result):
            yield Obligation(f"{name}, path {number}, {label}", (*local, *declared), (*known, *hypotheses), goal)
        definitions.update(dict.fromkeys(path.definitions))
        conditions.append(both(path.conditions))
    if len(conditions) > 1:
        yield Obligation(f"{name}, paths cover", tuple(declarations), (*assumed, *definitions), either(conditions))
    elif conditions != ["true"]:
        yield Obligation(f"{name}, paths cover", tuple(declarations), assumed, conditions[0])
