"""Obligations about functions from two intervals to one, for every combination of missing ends."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Final, TypeAlias

from proofs.engine.forking import Fork, SymbolicInteger
from proofs.engine.smt import Obligation, apply, both, declare, either, equal, literal
from proofs.engine.theorem import Goal, Lemmas, by_paths, no_lemmas

__all__ = ["Beyond", "Choices", "End", "Ends", "Meaning", "Run", "grows", "member", "sound", "text_of", "tight"]

End: TypeAlias = "SymbolicInteger | int | None"
Ends: TypeAlias = "tuple[SymbolicInteger | None, SymbolicInteger | None]"
Run: TypeAlias = Callable[[Ends, Ends], tuple[End, End]]
# What an operation means: a relation between two members and the result, false where it is undefined.
Meaning: TypeAlias = Callable[[str, str, str], str]
# Values of a member at which an end may be attained, given the ends of both ranges that are there.
Choices: TypeAlias = Callable[[Sequence[str]], Sequence[str]]
# Two members, their result and what is to be known of it, given the ends that are there and numbers far from them.
Beyond: TypeAlias = Callable[[Sequence[str], Sequence[str]], Iterable[tuple[str, str, str, str]]]

_GROWS: Final = """(define-fun grows ((x Int) (y Int)) Bool (and
  (=> (and (> x 0) (> y 0)) (and (>= (* x y) x) (>= (* x y) y)))
  (=> (and (> x 0) (< y 0)) (and (<= (* x y) (- x)) (<= (* x y) y)))
  (=> (and (< x 0) (> y 0)) (and (<= (* x y) x) (<= (* x y) (- y))))
  (=> (and (< x 0) (< y 0)) (and (>= (* x y) (- x)) (>= (* x y) (- y))))))"""
_FAR: Final = ("m", "(- m)")
_SHAPES: Final = tuple(product((True, False), repeat=4))


def text_of(end: SymbolicInteger | int) -> str:
    """An end as text."""
    return literal(end) if isinstance(end, int) else end.text


def grows(left: str, right: str) -> str:
    """The product of two integers other than 0 is at least as large in size as each; ``tight`` proves it first."""
    return apply("grows", left, right)


def member(value: str, low: str | None, high: str | None) -> str:
    """The value lies between the ends."""
    above = "true" if low is None else apply("<=", low, value)
    return both((above, "true" if high is None else apply("<=", value, high)))


def _named(shape: Sequence[bool]) -> tuple[str | None, ...]:
    return tuple(name if bounded else None for name, bounded in zip("abcd", shape, strict=True))


def _title(ends: Sequence[str | None]) -> str:
    return "ends " + ("".join(end or "-" for end in ends))


def _started(run: Run, ends: Sequence[str | None]) -> Callable[[Fork], tuple[End, End]]:
    def start(fork: Fork) -> tuple[End, End]:
        a, b, c, d = (None if end is None else fork.integer(end) for end in ends)
        return run((a, b), (c, d))

    return start


def sound(run: Run, meaning: Meaning, lemmas: Lemmas = no_lemmas) -> Callable[[], Iterator[Obligation]]:
    """For all members ``p`` of the first and ``q`` of the second range, their result ``r`` is a member."""

    def goals(result: tuple[End, End]) -> Iterable[Goal]:
        low, high = result
        if low is not None:
            yield "low", (), (), apply("<=", text_of(low), "r")
        if high is not None:
            yield "high", (), (), apply("<=", "r", text_of(high))

    def obligations() -> Iterator[Obligation]:
        for shape in _SHAPES:
            ends = _named(shape)
            preamble = (*(declare(end) for end in ends if end is not None), *map(declare, "pqrk"))
            members = (member("p", ends[0], ends[1]), member("q", ends[2], ends[3]), meaning("p", "q", "r"))
            yield from by_paths(_title(ends), preamble, members, _started(run, ends), goals, lemmas)

    return obligations


def tight(
    run: Run,
    meaning: Meaning,
    first: Choices,
    second: Choices,
    *,
    inhabited: Callable[[str | None, str | None], str],
    beyond: Beyond,
) -> Callable[[], Iterator[Obligation]]:
    """Each end of the result is the result of members that the ends suggest, and an end that is absent is passed.

    ``inhabited`` says of the second range that it has a member for which the operation is defined. ``beyond`` gives
    members and their result: whatever ``n``, one of these lies beyond it where there is no end.
    """

    def obligations() -> Iterator[Obligation]:
        yield Obligation("products grow", (_GROWS, declare("x"), declare("y")), (), grows("x", "y"))
        for shape in _SHAPES:
            ends = _named(shape)
            a, b, c, d = ends
            preamble = (_GROWS, *(declare(end) for end in ends if end is not None), declare("n"), declare("m"))
            assumed = (_ordered(a, b), _ordered(c, d), inhabited(c, d))

            def goals(result: tuple[End, End], ends: tuple[str | None, ...] = ends) -> Iterable[Goal]:
                there = tuple(end for end in ends if end is not None)
                for end, relation in ((result[0], "<"), (result[1], ">")):
                    if end is not None:
                        pairs = _members(first(there), second(there), ends)
                        reached = (both((held, meaning(p, q, text_of(end)))) for held, p, q in pairs)
                        yield f"end {relation}", (), (), either(reached)
                    else:
                        given = tuple(beyond(there, _FAR))
                        passed = (
                            both((_held(p, q, ends), meaning(p, q, r), apply(relation, r, "n"))) for p, q, r, _ in given
                        )
                        known = (equal("m", _large(there)), *(known for *_, known in given))
                        yield f"no end {relation}", (), known, either(passed)

            yield from by_paths(_title(ends), preamble, assumed, _started(run, ends), goals)

    return obligations


def _ordered(low: str | None, high: str | None) -> str:
    return "true" if low is None or high is None else apply("<=", low, high)


def _held(p: str, q: str, ends: Sequence[str | None]) -> str:
    a, b, c, d = ends
    return both((member(p, a, b), member(q, c, d)))


def _members(first: Sequence[str], second: Sequence[str], ends: Sequence[str | None]) -> Iterator[tuple[str, str, str]]:
    for p, q in product(first, second):
        yield _held(p, q, ends), p, q


def _large(ends: Sequence[str]) -> str:
    """More than the sizes of ``n`` and of all ends together."""
    return apply("+", "1", apply("abs", "n"), *(apply("abs", end) for end in ends))
