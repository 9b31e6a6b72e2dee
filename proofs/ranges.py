"""Range arithmetic: every operation contains each result, and its ends are attained where it claims to be tight."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import Final, TypeAlias

from proofs.engine.forking import Fork, as_int, floor_of
from proofs.engine.ranges import Beyond, End, Ends, Meaning, Run, grows, member, sound, tight
from proofs.engine.smt import Obligation, apply, both, declare, either, equal, implies, literal, negation
from proofs.engine.theorem import Goal, Group, Lemmas, Theorem, by_paths, no_lemmas
from refimpl.terms import ValueRange, intervals

__all__ = ["GROUP"]


def _add(p: str, q: str) -> str:
    return apply("+", p, q)


def _product(p: str, q: str) -> str:
    return apply("*", p, q)


def _greater(p: str, q: str) -> str:
    return apply("ite", apply(">=", p, q), p, q)


def _less(p: str, q: str) -> str:
    return apply("ite", apply("<=", p, q), p, q)


def _opposite(p: str, _: str) -> str:
    return apply("-", p)


def _left(p: str, _: str) -> str:
    return p


def _right(_: str, q: str) -> str:
    return q


def _is(value: Callable[[str, str], str]) -> Meaning:
    return lambda p, q, r: equal(r, value(p, q))


def _quotient(p: str, q: str, r: str) -> str:
    return both((negation(equal(q, "0")), floor_of(p, q, r)))


def _remainder(p: str, q: str, r: str) -> str:
    return both((negation(equal(q, "0")), floor_of(p, q, "k"), equal(r, apply("-", p, apply("*", q, "k")))))


def _one_of(p: str, q: str, r: str) -> str:
    return either((equal(r, p), equal(r, q)))


def _each_of(p: str, q: str, r: str) -> str:
    return both((equal(r, p), equal(r, q)))


def _negate(x: Ends, _: Ends) -> tuple[End, End]:
    return intervals.negate(x)


def _corners(ends: Sequence[str]) -> tuple[str, ...]:
    return (*ends, "0")


def _dividends(ends: Sequence[str]) -> tuple[str, ...]:
    return (*(end for end in ends if end in "ab"), "0", "(- 1)")


def _divisors(ends: Sequence[str]) -> tuple[str, ...]:
    """Ends, 1 and -1, and divisors too large in size for any quotient but 0 and -1."""
    size = apply("+", "1", *(apply("abs", end) for end in ends), "0")
    return (*(end for end in ends if end in "cd"), "1", "(- 1)", size, apply("-", size))


def _of(*values: Callable[[str, str], str]) -> Beyond:
    """The results of ends, of 0 and of numbers far away, as expressions."""

    def beyond(ends: Sequence[str], far: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
        members = (*_corners(ends), *far)
        for p, q, value in product(members, members, values):
            if p in far or q in far:
                yield p, q, value(p, q), grows(p, q) if value is _product else "true"

    return beyond


def _multiples(ends: Sequence[str], far: Sequence[str]) -> Iterator[tuple[str, str, str, str]]:
    """Far multiples of each divisor, which it divides exactly."""
    for q, r in product(_divisors(ends), far):
        yield apply("*", q, r), q, r, grows(q, r)


def _any(low: str | None, high: str | None) -> str:
    return "true"


def _not_zero_only(low: str | None, high: str | None) -> str:
    if low is None or high is None:
        return "true"
    return negation(both((equal(low, "0"), equal(high, "0"))))


def _next_multiple(quotients: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """A quotient ``k`` beside another one gives a product that is a whole divisor away."""
    for _, divisor, name in quotients:
        product, other = apply("*", divisor, "k"), apply("*", divisor, name)
        positive = apply(">", divisor, "0")
        below = both((positive, apply("<", "k", name)))
        above = both((positive, apply(">", "k", name)))
        yield implies(below, apply("<=", product, apply("-", other, divisor)))
        yield implies(above, apply(">=", product, apply("+", other, divisor)))


def _decided(
    ask: Callable[[ValueRange, ValueRange], bool | None], meaning: Callable[[str, str], str]
) -> Callable[[], Iterator[Obligation]]:
    """A comparison of ranges that answers is right about every pair of members."""

    def goals(answer: bool | None) -> Iterable[Goal]:
        if answer is not None:
            truth = meaning("p", "q")
            yield "answer", (), (), truth if answer else negation(truth)

    def obligations() -> Iterator[Obligation]:
        for shape in product((True, False), repeat=4):
            a, b, c, d = (name if bounded else None for name, bounded in zip("abcd", shape, strict=True))
            preamble = (*(declare(end) for end in (a, b, c, d) if end is not None), declare("p"), declare("q"))
            members = (member("p", a, b), member("q", c, d))
            title = "ends " + "".join(end or "-" for end in (a, b, c, d))

            def run(fork: Fork, ends: tuple[str | None, ...] = (a, b, c, d)) -> bool | None:
                a, b, c, d = (None if end is None else as_int(fork.integer(end)) for end in ends)
                return ask(ValueRange(a, b), ValueRange(c, d))

            yield from by_paths(title, preamble, members, run, goals)

    return obligations


def _membership() -> Iterator[Obligation]:
    """``x in range`` is membership, ``is_empty`` says that there is no member, ``singleton`` that there is one."""
    for bounded in product((True, False), repeat=2):
        a, b = (name if there else None for name, there in zip("ab", bounded, strict=True))
        preamble = (*(declare(end) for end in (a, b) if end is not None), declare("p"))
        title = "ends " + (a or "-") + (b or "-")

        def run(fork: Fork, a: str | None = a, b: str | None = b) -> tuple[bool, bool, int | None]:
            low, high = (None if end is None else as_int(fork.integer(end)) for end in (a, b))
            found = ValueRange(low, high)
            return as_int(fork.integer("p")) in found, found.is_empty, found.singleton

        def goals(seen: tuple[bool, bool, int | None], a: str | None = a, b: str | None = b) -> Iterable[Goal]:
            inside, empty, only = seen
            truth = member("p", a, b)
            yield "member", (), (), truth if inside else negation(truth)
            if empty:
                yield "empty", (), (), negation(truth)
            if only is not None:
                yield "only", (), (truth,), equal("p", str(only))

        yield from by_paths(title, preamble, (), run, goals)


_SMALL: Final = tuple(
    (low, high)
    for low in (None, -3, -1, 0, 1, 2)
    for high in (None, -2, 0, 1, 3)
    if low is None or high is None or low <= high
)


def _powers() -> Iterator[Obligation]:
    """Powers, for concrete ends and exponents and arbitrary members."""
    for exponent in range(5):
        goals: list[str] = []
        for low, high in _SMALL:
            found = ValueRange(low, high).power(ValueRange(exponent, exponent))
            value = apply("*", "1", "1", *("p",) * exponent)
            goals.append(implies(_within("p", low, high), _within(value, found.low, found.high)))
        yield Obligation(f"exponent {exponent}", (declare("p"),), (), both(goals))
    for low, high in ((1, 3), (2, None), (0, 4), (-2, 2)):
        found = ValueRange(low, high).power(ValueRange(1, 3))
        goals = [
            implies(_within("p", low, high), _within(apply("*", "1", *("p",) * n), found.low, found.high))
            for n in (1, 2, 3)
        ]
        yield Obligation(f"ends {low} to {high}, exponent 1 to 3", (declare("p"),), (), both(goals))


def _within(value: str, low: int | None, high: int | None) -> str:
    return member(value, None if low is None else literal(low), None if high is None else literal(high))


def _shifts() -> Iterator[Obligation]:
    """Shifts by constants, for arbitrary ends and members."""

    def goals(found: ValueRange) -> Iterable[Goal]:
        low, high = (None if end is None else str(end) for end in (found.low, found.high))
        yield "member", (), (), member("r", low, high)

    for count in range(4):
        by, power = ValueRange(count, count), literal(2**count)

        def left(fork: Fork, by: ValueRange = by) -> ValueRange:
            return ValueRange(as_int(fork.integer("a")), as_int(fork.integer("b"))).lshift(by)

        def right(fork: Fork, by: ValueRange = by) -> ValueRange:
            return ValueRange(as_int(fork.integer("a")), as_int(fork.integer("b"))).rshift(by)

        for name, shift, meaning in (
            ("left", left, equal("r", apply("*", "p", power))),
            ("right", right, floor_of("p", power, "r")),
        ):
            assumed = (member("p", "a", "b"), meaning)
            yield from by_paths(f"{name} by {count}", tuple(map(declare, "abpr")), assumed, shift, goals)


_Row: TypeAlias = "tuple[str, str, Run, Meaning, Lemmas]"
# The functions are looked up when a proof runs, so that a proof is about what the module holds then.
_SOUND: Final[tuple[_Row, ...]] = (
    ("negation", "negate", _negate, _is(_opposite), no_lemmas),
    ("addition", "add", lambda x, y: intervals.add(x, y), _is(_add), no_lemmas),
    ("multiplication", "multiply", lambda x, y: intervals.multiply(x, y), _is(_product), no_lemmas),
    ("floor_division", "floor_div", lambda x, y: intervals.floor_div(x, y), _quotient, no_lemmas),
    ("remainder", "mod", lambda x, y: intervals.mod(x, y), _remainder, _next_multiple),
    ("maximum", "maximum", lambda x, y: intervals.maximum(x, y), _is(_greater), no_lemmas),
    ("minimum", "minimum", lambda x, y: intervals.minimum(x, y), _is(_less), no_lemmas),
    ("union", "union", lambda x, y: intervals.union(x, y), _one_of, no_lemmas),
    ("intersection", "intersect", lambda x, y: intervals.intersect(x, y), _each_of, no_lemmas),
)
_TIGHT: Final[tuple[tuple[str, str, Callable[[], Iterator[Obligation]], str], ...]] = (
    (
        "negation",
        "negate",
        tight(_negate, _is(_opposite), _corners, _corners, inhabited=_any, beyond=_of(_opposite)),
        "",
    ),
    (
        "addition",
        "add",
        tight(lambda x, y: intervals.add(x, y), _is(_add), _corners, _corners, inhabited=_any, beyond=_of(_add)),
        "",
    ),
    (
        "multiplication",
        "multiply",
        tight(
            lambda x, y: intervals.multiply(x, y),
            _is(_product),
            _corners,
            _corners,
            inhabited=_any,
            beyond=_of(_product),
        ),
        "",
    ),
    (
        "floor_division",
        "floor_div",
        tight(
            lambda x, y: intervals.floor_div(x, y),
            _quotient,
            _dividends,
            _divisors,
            inhabited=_not_zero_only,
            beyond=_multiples,
        ),
        "",
    ),
    (
        "maximum",
        "maximum",
        tight(
            lambda x, y: intervals.maximum(x, y),
            _is(_greater),
            _corners,
            _corners,
            inhabited=_any,
            beyond=_of(_greater),
        ),
        "",
    ),
    (
        "minimum",
        "minimum",
        tight(lambda x, y: intervals.minimum(x, y), _is(_less), _corners, _corners, inhabited=_any, beyond=_of(_less)),
        "",
    ),
    (
        "union",
        "union",
        tight(
            lambda x, y: intervals.union(x, y), _one_of, _corners, _corners, inhabited=_any, beyond=_of(_left, _right)
        ),
        "",
    ),
)
_RANGES: Final = "refimpl.terms.ranges:ValueRange"


def _named(name: str) -> str:
    """An operation with its article: ``an intersection``; ``union`` begins like ``you``."""
    article = "an" if name[0] in "ai" else "a"
    return f"{article} {name.replace('_', ' ')}"


GROUP: Final = Group(
    "proofs/ranges.py",
    "Range arithmetic",
    (
        *(
            Theorem(
                f"interval_{name}_is_sound",
                f"The range of {_named(name)} holds the result for all members, unbounded ends included.",
                (f"refimpl.terms.intervals:{function}",),
                sound(run, meaning, lemmas),
            )
            for name, function, run, meaning, lemmas in _SOUND
        ),
        *(
            Theorem(
                f"interval_{name}_is_tight",
                f"Each end of the range of {_named(name)} is the result of some members; "
                "where there is no end, results pass every number.",
                (f"refimpl.terms.intervals:{function}",),
                obligations,
                fragment,
            )
            for name, function, obligations, fragment in _TIGHT
        ),
        Theorem(
            "less_than_of_ranges_is_right_when_it_answers",
            "If a comparison of two ranges is decided, it is so for all members.",
            (f"{_RANGES}.less_than",),
            _decided(lambda x, y: x.less_than(y), lambda p, q: apply("<", p, q)),
        ),
        Theorem(
            "less_equal_of_ranges_is_right_when_it_answers",
            "If a weak comparison of two ranges is decided, it is so for all members.",
            (f"{_RANGES}.less_equal",),
            _decided(lambda x, y: x.less_equal(y), lambda p, q: apply("<=", p, q)),
        ),
        Theorem(
            "equality_of_ranges_is_right_when_it_answers",
            "If the equality of two ranges is decided, it is so for all members.",
            (f"{_RANGES}.equals",),
            _decided(lambda x, y: x.equals(y), lambda p, q: apply("=", p, q)),
        ),
        Theorem(
            "membership_of_ranges_is_what_it_says",
            "A range contains what lies between its ends; empty and singleton ranges are recognised.",
            (f"{_RANGES}.__contains__", f"{_RANGES}.is_empty", f"{_RANGES}.singleton"),
            _membership,
        ),
        Theorem(
            "powers_of_ranges_are_sound",
            "The range of a power holds the power of every member.",
            (f"{_RANGES}.power",),
            _powers,
            "concrete ends from -3 to 3 or none, exponents up to 4; members are arbitrary",
        ),
        Theorem(
            "shifts_of_ranges_are_sound",
            "The range of a shift by a constant holds the shift of every member.",
            (f"{_RANGES}.lshift", f"{_RANGES}.rshift"),
            _shifts,
            "shifts by 0 to 3",
        ),
    ),
)
