"""Observed steps and runs, right ones and one for each law that breaks it and no other law."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from refimpl.laws.step import Missing, Place, Raised, RunRecord, Step
from refimpl.symbolic_shapes import DivideByKey, KeyPath, SequenceKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import FloatRange, Scalar, Sort, ValueRange, floor_div, ge, le, of_atom, symbol_atom

U0, U1, U7, U8, S0, S1 = (symbol_atom(name, Sort.INT) for name in ("u0", "u1", "u7", "u8", "s0", "s1"))
F0: Final = symbol_atom("zuf0", Sort.FLOAT)
AT: Final[KeyPath] = (SequenceKey(0),)
NEXT: Final[KeyPath] = (SequenceKey(1),)
SIZE: Final = ValueRange(0, None)

BEFORE: Final = ShapeEnvState(
    hints={S0: 5, S1: 3},
    ranges={U0: ValueRange(0, 10), U7: SIZE, S0: ValueRange(2, None), S1: ValueRange(2, None)},
    asserts={U0: (le(of_atom(U0), of_atom(S0)),)},
    size_like=frozenset({U0, U7}),
)
"""``u0``, recorded in [0, 10] with the assert ``u0 <= s0``; ``u7`` is the fresh one."""

AFTER: Final = replace(
    BEFORE,
    ranges={**BEFORE.ranges, U7: ValueRange(0, 10)},
    replacements={U7: of_atom(U0)},
    renamings={U7: U0},
)
"""What a right step leaves: ``u7`` is written as ``u0``."""


def step(
    *places: Place, before: ShapeEnvState = BEFORE, after: ShapeEnvState = AFTER, raised: Raised | None = None
) -> Step:
    """A step at the node ``nonzero``; by default ``u0`` is rebound to ``u7``."""
    found = places or (Place(U0, AT, of_atom(U7)),)
    return Step("nonzero", "call_function", found, before, after, raised)


def run(*steps: Step, **changes: ShapeEnvState | None) -> RunRecord:
    """A run of which the steps are those, by default the right one."""
    seen = steps or (step(),)
    recorded = tuple((each.node, place.symbol, place.path) for each in seen for place in each.places)
    again = changes.get("again")
    after = changes.get("after") or seen[-1].after
    return RunRecord(seen, seen[0].before, after, recorded, again=again)


def becomes(value: Scalar, *, divisor: int = 1) -> Step:
    """A step that discards the value: the state stays."""
    path = AT if divisor == 1 else (*AT, DivideByKey(divisor))
    return step(Place(U0, path, value, () if divisor == 1 else (divisor,)), after=BEFORE)


REFUSED: Final = Raised("refused", "AssertionError", "u0 possible memo disaster")
_TWO: Final = replace(BEFORE, ranges={**BEFORE.ranges, U1: ValueRange(0, 10), U8: SIZE})
_RENAMED: Final = replace(_TWO, replacements={U1: of_atom(U0)}, renamings={U1: U0})
_ONE_LEFT: Final = replace(
    _RENAMED, replacements={**_RENAMED.replacements, U8: of_atom(U0)}, renamings={**_RENAMED.renamings, U8: U0}
)
_ASSERTED: Final = replace(BEFORE, asserts={**BEFORE.asserts, U7: (ge(of_atom(U7), 3),)})
_SHARED: Final = step(
    Place(U0, AT, of_atom(U7)),
    Place(U1, NEXT, of_atom(U7)),
    before=_TWO,
    after=replace(_TWO, replacements={U7: of_atom(U0), U1: of_atom(U0)}, renamings={U7: U0}),
)

UNDECIDED: Final = Raised("data-dependent", "GuardOnDataDependentSymNode", "?")
_NAMED: Final = replace(AFTER, ranges={**AFTER.ranges, U1: ValueRange(0, 10)})
_NAMED_TWICE: Final = replace(
    _NAMED, replacements={**AFTER.replacements, U1: of_atom(U0)}, size_like=AFTER.size_like | {U1}
)
_MACHINE: Final = replace(BEFORE, ranges={**BEFORE.ranges, U0: ValueRange(0, 2**63 - 2)}, asserts={})
_REPLACED: Final = replace(BEFORE, replacements={U8: of_atom(U1)}, size_like=BEFORE.size_like | {U8})

BROKEN: Final[Mapping[str, tuple[str, Callable[[], Step]]]] = {
    "the renaming is not done": ("EXACT", lambda: step(after=BEFORE)),
    "a bound is lost": ("EXACT", lambda: step(after=replace(AFTER, ranges={**AFTER.ranges, U0: SIZE, U7: SIZE}))),
    "a bound is invented": (
        "EXACT",
        lambda: step(after=replace(AFTER, ranges={**AFTER.ranges, U0: ValueRange(0, 9)})),
    ),
    "size-likeness is lost": (
        "EXACT",
        lambda: step(before=replace(BEFORE, size_like=frozenset({U7})), after=replace(AFTER, size_like=frozenset())),
    ),
    "a solvable equation is called inconsistent": (
        "EXACT",
        lambda: step(after=BEFORE, raised=Raised("inconsistent", "ValueError", "empty range")),
    ),
    "the range of a backed symbol is narrowed": (
        "FRAME",
        lambda: step(after=replace(AFTER, ranges={**AFTER.ranges, S0: ValueRange(2, 10)})),
    ),
    "a guard of the caller is dropped": (
        "FRAME",
        lambda: step(before=replace(BEFORE, guards=(le(of_atom(S0), 64),))),
    ),
    "a binding is lost where two names have become one": (
        "ROOT",
        lambda: step(Place(U0, AT, of_atom(U7)), Place(U1, NEXT, of_atom(U8)), before=_RENAMED, after=_ONE_LEFT),
    ),
    "a renaming follows one hop": (
        "ROOT",
        lambda: step(
            Place(U1, AT, of_atom(U8)),
            before=_RENAMED,
            after=replace(
                _RENAMED,
                replacements={**_RENAMED.replacements, U8: of_atom(U1)},
                renamings={**_RENAMED.renamings, U8: U1},
                size_like=frozenset({U0, U1, U7}),
            ),
        ),
    ),
    "an integer becomes a float": ("SORT", lambda: becomes(1.5)),
    "an integer becomes NaN": ("SORT", lambda: becomes(float("nan"))),
    "an integer becomes a boolean": ("SORT", lambda: becomes(True)),
    "a float range is rounded": (
        "SORT",
        lambda: step(
            before=replace(BEFORE, ranges={**BEFORE.ranges, F0: FloatRange()}),
            after=replace(AFTER, ranges={**AFTER.ranges, F0: ValueRange(0, 1)}),
        ),
    ),
    "a step that raised leaves a trace": (
        "ATOM",
        lambda: step(Place(U0, AT, of_atom(U7)), raised=Raised("data-dependent", "GuardOnDataDependentSymNode", "?")),
    ),
    "what holds already is refused": (
        "STEADY",
        lambda: step(Place(U0, AT, of_atom(U0)), after=BEFORE, raised=REFUSED),
    ),
    "a constant out of range": ("LINK", lambda: becomes(12)),
    "a backed value without evidence": ("LINK", lambda: becomes(of_atom(S1))),
    "a derived value without evidence": ("LINK", lambda: becomes(of_atom(U7) + 1)),
    "a path is missing": (
        "PATH",
        lambda: step(Place(U0, AT, Missing("the result has no element 0")), after=BEFORE),
    ),
    "a quotient that need not be exact": (
        "PATH",
        lambda: step(
            Place(U0, (*AT, DivideByKey(2)), of_atom(U7), (2,)),
            after=replace(BEFORE, replacements={U0: floor_div(of_atom(U7), 2)}),
        ),
    ),
    "one value under two names": ("INJ", lambda: _SHARED),
    "a hint changes": ("FRAME", lambda: step(after=replace(AFTER, hints={**AFTER.hints, S0: 6}))),
    "a backed symbol is replaced by the old one": (
        "FRAME",
        lambda: step(Place(U0, AT, of_atom(S1)), after=replace(BEFORE, replacements={S1: of_atom(U0)})),
    ),
    "two symbols replace each other": (
        "ROOT",
        lambda: step(after=replace(AFTER, replacements={U7: of_atom(U0), U0: of_atom(U7)})),
    ),
    "a step that raised leaves a symbol pending": (
        "ATOM",
        lambda: step(after=replace(BEFORE, pending=(U7,)), raised=UNDECIDED),
    ),
    "a step that raised makes a symbol size-like": (
        "ATOM",
        lambda: step(after=replace(BEFORE, size_like=BEFORE.size_like | {U1}), raised=UNDECIDED),
    ),
    "a divisor that is zero": (
        "PATH",
        lambda: step(Place(U0, (*AT, DivideByKey(0)), of_atom(U7), (0,)), after=BEFORE),
    ),
    "a value that has another name already": (
        "INJ",
        lambda: step(Place(U1, AT, of_atom(U7)), before=_NAMED, after=_NAMED_TWICE),
    ),
    "an assert that only the range of the fresh name implies stays there": (
        "EMIT",
        lambda: step(
            before=replace(_ASSERTED, ranges={**BEFORE.ranges, U7: ValueRange(3, None)}),
            after=replace(
                AFTER,
                ranges={**AFTER.ranges, U0: ValueRange(3, 10), U7: ValueRange(3, 10)},
                asserts=_ASSERTED.asserts,
            ),
        ),
    ),
    "an assert stays under the fresh name": (
        "EMIT",
        lambda: step(before=_ASSERTED, after=replace(AFTER, asserts=_ASSERTED.asserts)),
    ),
}
"""Each with the law that it breaks; no other law refutes it."""

RIGHT: Final[Mapping[str, Callable[[], Step]]] = {
    "the renaming is done": step,
    "the same bounds in other words": lambda: step(
        after=replace(
            AFTER,
            ranges={S0: AFTER.ranges[S0], S1: AFTER.ranges[S1]},
            known=(ge(of_atom(U0), 0), le(of_atom(U0), 10), ge(of_atom(U7), 0)),
        ),
    ),
    "the old symbol is replaced by the fresh one": lambda: step(
        after=replace(BEFORE, replacements={U0: of_atom(U7)}),
    ),
    "a constant that satisfies what was recorded": lambda: becomes(2),
    "a backed value that is known to fit": lambda: step(
        Place(U0, AT, of_atom(S1)),
        before=replace(BEFORE, guards=(le(of_atom(S1), 10), le(of_atom(S1), of_atom(S0)))),
        after=replace(BEFORE, guards=(le(of_atom(S1), 10), le(of_atom(S1), of_atom(S0)))),
    ),
    "a boolean in its integer form": lambda: becomes(1),
    "the assert is filed anew": lambda: step(
        before=_ASSERTED,
        after=replace(AFTER, asserts={U0: (*BEFORE.asserts[U0], ge(of_atom(U0), 3))}),
    ),
    "the assert under the fresh name says what one under the old name says": lambda: step(
        before=replace(BEFORE, asserts={**BEFORE.asserts, U7: (le(of_atom(U7), of_atom(S0)),)}),
        after=replace(AFTER, asserts={**BEFORE.asserts, U7: (le(of_atom(U7), of_atom(S0)),)}),
    ),
    "an impossible value is refused": lambda: step(
        Place(U0, AT, 12), after=BEFORE, raised=Raised("inconsistent", "ValueError", "empty range")
    ),
    "a step that raised, with replacements written shorter": lambda: step(
        Place(U0, AT, 12),
        before=replace(BEFORE, replacements={U7: of_atom(U8), U8: of_atom(S0)}),
        after=replace(BEFORE, replacements={U7: of_atom(S0), U8: of_atom(S0)}),
        raised=Raised("inconsistent", "ValueError", "empty range"),
    ),
    "divisibility is kept": lambda: step(
        Place(U0, (*AT, DivideByKey(2)), of_atom(U7), (2,)),
        after=replace(BEFORE, replacements={U7: of_atom(U0) * 2}, ranges={**BEFORE.ranges, U7: ValueRange(0, 20)}),
    ),
    "a bound that every machine integer has": lambda: step(Place(U0, AT, of_atom(S1)), before=_MACHINE, after=_MACHINE),
    "a symbol had been replaced before by one that is no size": lambda: step(
        before=_REPLACED,
        after=replace(
            AFTER, replacements={**_REPLACED.replacements, **AFTER.replacements}, size_like=_REPLACED.size_like
        ),
    ),
    "a step that raised, with an open range written out": lambda: step(
        after=replace(BEFORE, ranges={**BEFORE.ranges, U1: ValueRange(None, None)}), raised=UNDECIDED
    ),
    "a placeholder binds nothing": lambda: replace(becomes(12), op="placeholder"),
}
