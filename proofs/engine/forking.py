"""Symbolic integers: shipped functions run on them, and every truth value that is asked for forks the path.

A path is the sequence of answers given so far; the next run repeats them and takes the other branch at the end. What
is asked twice on one path is answered the same, and a branch that the assumptions exclude is not entered: that the
recorded paths cover everything is an obligation of its own, so neither of these is trusted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, NoReturn, TypeAlias, TypeVar, cast, final

from proofs.engine.smt import apply, both, declare, equal, implies, literal, negation
from refimpl.solver import solve_text

__all__ = ["Fork", "Path", "SymbolicBoolean", "SymbolicInteger", "TooManyPathsError", "as_int", "explore", "floor_of"]

MAX_PATHS: Final = 2000
_QUICK: Final = 200_000
T = TypeVar("T")
# An answer, and whether the assumptions left no other.
_Choice: TypeAlias = tuple[bool, bool]


class TooManyPathsError(RuntimeError):
    """A function asks for more truth values than a proof by cases should have."""


def floor_of(left: str, right: str, quotient: str) -> str:
    """``quotient`` is ``left // right`` in Python, by its definition: the remainder has the divisor's sign."""
    product = apply("*", right, quotient)
    above = both((apply("<=", product, left), apply("<", left, apply("+", product, right))))
    below = both((apply(">=", product, left), apply(">", left, apply("+", product, right))))
    return both((implies(apply(">", right, "0"), above), implies(apply("<", right, "0"), below)))


@final
class Fork:
    """The state of one run: the decisions taken, the definitions met, what had to be true for Python not to raise."""

    def __init__(
        self,
        prefix: Sequence[_Choice],
        preamble: Sequence[str],
        assumed: Sequence[str],
        names: dict[tuple[str, str], str],
    ) -> None:
        self._names = names
        self._prefix = prefix
        self._preamble = tuple(preamble)
        self._assumed = tuple(assumed)
        self._known: dict[str, bool] = {}
        self.choices: list[_Choice] = []
        self.conditions: list[str] = []
        self.quotients: dict[str, tuple[str, str]] = {}
        self.definitions: list[str] = []
        self.needed: list[tuple[tuple[str, ...], str]] = []

    def integer(self, text: str) -> SymbolicInteger:
        """A symbolic integer of this run."""
        return SymbolicInteger(self, text)

    def quotient(self, left: str, right: str) -> str:
        """The name of ``left // right``, one in all runs; that the divisor is not 0 is needed on this path."""
        name = self._names.setdefault((left, right), f"q!{len(self._names)}")
        if name not in self.quotients:
            self.needed.append(((*self.conditions, *self.definitions), negation(equal(right, "0"))))
            self.quotients[name] = (left, right)
            self.definitions.append(floor_of(left, right, name))
        return name

    @property
    def declarations(self) -> tuple[str, ...]:
        """The declarations of the quotients."""
        return tuple(map(declare, self.quotients))

    def decide(self, condition: str) -> bool:
        """The truth of a condition on this path."""
        if condition in self._known:
            return self._known[condition]
        position = len(self.choices)
        if position < len(self._prefix):
            choice, forced = self._prefix[position]
        elif self._excluded(condition):
            choice, forced = False, True
        else:
            choice, forced = True, self._excluded(negation(condition))
        self.choices.append((choice, forced))
        self._known[condition] = choice
        if not forced:
            self.conditions.append(condition if choice else negation(condition))
        return choice

    def _excluded(self, condition: str) -> bool:
        lines = (*self._assumed, *self.definitions, *self.conditions, condition)
        declared = "".join(f"{line}\n" for line in (*self._preamble, *self.declarations))
        text = declared + "".join(f"(assert {line})\n" for line in lines)
        return solve_text("z3", text, budget=_QUICK).status == "unsat"


@final
class SymbolicBoolean:
    """A condition whose truth forks the path."""

    __slots__ = ("fork", "text")

    def __init__(self, fork: Fork, text: str) -> None:
        self.fork = fork
        self.text = text

    def __bool__(self) -> bool:
        return self.fork.decide(self.text)


@final
class SymbolicInteger:
    """Any integer; arithmetic writes text, comparisons give symbolic booleans, its value is nobody's to read."""

    __slots__ = ("fork", "text")

    def __init__(self, fork: Fork, text: str) -> None:
        self.fork = fork
        self.text = text

    def _make(self, function: str, left: str, right: str) -> SymbolicInteger:
        return SymbolicInteger(self.fork, apply(function, left, right))

    def _compare(self, left: str, right: str, truth: bool) -> SymbolicBoolean | _Negated:
        less = SymbolicBoolean(self.fork, apply("<", left, right))
        return less if truth else _Negated(less)

    def __add__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._make("+", self.text, _text(other))

    def __radd__(self, other: int) -> SymbolicInteger:
        return self._make("+", _text(other), self.text)

    def __sub__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._make("-", self.text, _text(other))

    def __rsub__(self, other: int) -> SymbolicInteger:
        return self._make("-", _text(other), self.text)

    def __mul__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self._make("*", self.text, _text(other))

    def __rmul__(self, other: int) -> SymbolicInteger:
        return self._make("*", _text(other), self.text)

    def __neg__(self) -> SymbolicInteger:
        return SymbolicInteger(self.fork, apply("-", self.text))

    def __floordiv__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return SymbolicInteger(self.fork, self.fork.quotient(self.text, _text(other)))

    def __mod__(self, other: SymbolicInteger | int) -> SymbolicInteger:
        return self - (self // other) * other

    def __lt__(self, other: SymbolicInteger | int) -> SymbolicBoolean | _Negated:
        return self._compare(self.text, _text(other), True)

    def __gt__(self, other: SymbolicInteger | int) -> SymbolicBoolean | _Negated:
        return self._compare(_text(other), self.text, True)

    def __le__(self, other: SymbolicInteger | int) -> SymbolicBoolean | _Negated:
        return self._compare(_text(other), self.text, False)

    def __ge__(self, other: SymbolicInteger | int) -> SymbolicBoolean | _Negated:
        return self._compare(self.text, _text(other), False)

    def __eq__(self, other: object) -> bool:
        """Equality is asked by containers too, so it forks at once; integers of other runs are never equal."""
        if isinstance(other, SymbolicInteger):
            return other.fork is self.fork and (
                self.text == other.text or self.fork.decide(equal(*sorted((self.text, other.text))))
            )
        return isinstance(other, int) and self.fork.decide(equal(self.text, _text(other)))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        """Constant within a run, as equality depends on the path."""
        return id(self.fork)

    def __bool__(self) -> bool:
        return self != 0

    def __str__(self) -> str:
        return self.text

    def __index__(self) -> NoReturn:
        raise TypeError("a symbolic integer has no value: this function is outside what forking can prove")


@final
class _Negated:
    """The negation of a condition, so that ``a >= b`` and ``a < b`` are one question."""

    __slots__ = ("condition",)

    def __init__(self, condition: SymbolicBoolean) -> None:
        self.condition = condition

    def __bool__(self) -> bool:
        return not self.condition


def _text(value: SymbolicInteger | int) -> str:
    return literal(value) if isinstance(value, int) else value.text


def as_int(value: SymbolicInteger) -> int:
    """The symbolic integer where a shipped function is annotated with plain ``int``.

    Reading its value (an index, a C function) raises TypeError, so that nothing is proved of one number by mistake.
    """
    return cast("int", value)  # it has an int's operators; what it lacks raises


@final
@dataclass(frozen=True, slots=True)
class Path(Generic[T]):
    """One run: its result, the answers that lead there, the definitions it made, what Python needed not to raise.

    ``quotients`` are ``(left, right, name)``.
    """

    result: T
    conditions: tuple[str, ...]
    quotients: tuple[tuple[str, str, str], ...]
    definitions: tuple[str, ...]
    needed: tuple[tuple[tuple[str, ...], str], ...]


def explore(run: Callable[[Fork], T], preamble: Sequence[str], assumed: Sequence[str]) -> Iterator[Path[T]]:
    """Every path of a function under the assumptions; raises TooManyPathsError."""
    names: dict[tuple[str, str], str] = {}
    waiting: list[tuple[_Choice, ...]] = [()]
    count = 0
    while waiting:
        prefix = waiting.pop()
        fork = Fork(prefix, preamble, assumed, names)
        result = run(fork)
        for position in range(len(prefix), len(fork.choices)):
            choice, forced = fork.choices[position]
            if not forced:
                waiting.append((*fork.choices[:position], (not choice, False)))
        count += 1
        if count > MAX_PATHS:
            raise TooManyPathsError(f"more than {MAX_PATHS} paths")
        quotients = tuple((left, right, name) for name, (left, right) in fork.quotients.items())
        yield Path(result, tuple(fork.conditions), quotients, tuple(fork.definitions), tuple(fork.needed))
