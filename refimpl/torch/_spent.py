"""Names that are spent: each is another's for good, and says nothing that the other does not say.

Every run of a graph leaves the names that its operators allocated behind, each replaced by the name that is recorded.
A law that holds without them holds with them: what they say follows by the equation from what the other name says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, compress
from typing import Protocol, TypeVar, cast, final

from refimpl.symbolic_shapes.state import Range
from refimpl.terms import ValueRange
from refimpl.torch.expressions import Unreadable, from_torch_symbol
from refimpl.torch.shape_env import Capture, read_range

__all__ = ["Spent"]

_T = TypeVar("_T")


class _Expression(Protocol):
    free_symbols: Iterable[object]


@final
class Spent:
    """Leaves spent names out; remembers the ranges that it has read."""

    __slots__ = ("_read",)

    def __init__(self) -> None:
        self._read: dict[int, tuple[object, Range]] = {}

    def without(
        self, captures: Sequence[Capture], mentioned: Iterable[object], *, known_before: bool = True
    ) -> tuple[Capture, ...]:
        """The captures without what is spent in all of them, but for one name of each that it stands for.

        What is ``mentioned`` is kept. With ``known_before`` a name must be in every capture, otherwise it may be new in
        a later one.
        """
        longest = max((each.renamings for each in captures), key=len)
        if len(longest) < 2:
            return tuple(captures)
        kept = {*map(id, mentioned)}
        for captured in captures:
            kept.update(map(id, _spoken_of(captured)))
        views = [_View(captured) for captured in captures]
        spent: set[int] = set()
        named: set[int] = set()
        for symbol, by in longest.items():
            if id(symbol) in kept or not self._is_spent(symbol, by, views, known_before):
                continue
            if id(by) in named:
                spent.add(id(symbol))
            named.add(id(by))
        return tuple([_without(captured, spent) for captured in captures]) if spent else tuple(captures)

    def _is_spent(self, symbol: object, by: object, views: Sequence[_View], known_before: bool) -> bool:
        name, like = id(symbol), None
        for view in views:
            if name not in view.ranges and name not in view.replacements:
                if known_before or name in view.renamings:
                    return False
                continue
            if view.renamings.get(name) is not by or view.replacements.get(name) is not by:
                return False
            if like is not None and (name in view.size_like) is not like:
                return False
            like = name in view.size_like
            interval = view.ranges.get(name)
            if interval is not None and not self._says_no_more(symbol, interval, view.ranges.get(id(by))):
                return False
        return True

    def _says_no_more(self, symbol: object, interval: object, other: object) -> bool:
        """Whether the range of the name leaves the other all that the other's own range leaves it."""
        if other is None:
            return False
        try:
            wide, narrow = self._range(symbol, interval), self._range(symbol, other)
        except Unreadable:
            return False
        if wide == narrow:
            return True
        if not isinstance(wide, ValueRange) or not isinstance(narrow, ValueRange):
            return False
        low, high = wide.low, wide.high
        return (low is None or (narrow.low is not None and low <= narrow.low)) and (
            high is None or (narrow.high is not None and high >= narrow.high)
        )

    def _range(self, symbol: object, interval: object) -> Range:
        """The range as one of the symbol's sort; an interval belongs to symbols of one sort."""
        known = self._read.get(id(interval))
        if known is None or known[0] is not interval:
            known = self._read[id(interval)] = interval, read_range(from_torch_symbol(symbol).sort, interval)
        return known[1]


def _spoken_of(captured: Capture) -> Iterable[object]:
    """What a capture says something of beyond ranges, renamings and what is size-like."""
    yield from captured.hints
    yield from captured.pending
    yield from captured.ignorable
    yield from captured.asserts
    # Many names stand for one.
    yield from {id(by): by for by in captured.renamings.values()}.values()
    said = chain(captured.guards, *captured.asserts.values())
    by_terms = {id(by): by for by in captured.replacements.values()}.values()
    for expression in chain((each.expr for each in said), captured.divisible, by_terms):
        if hasattr(expression, "free_symbols"):
            yield from cast("_Expression", expression).free_symbols  # sympy ships no types


@final
class _View:
    """The tables of a capture by the identity of their symbols: an environment has one object for each."""

    __slots__ = ("ranges", "renamings", "replacements", "size_like")

    def __init__(self, captured: Capture) -> None:
        self.ranges = _by_identity(captured.ranges)
        self.replacements = _by_identity(captured.replacements)
        self.renamings = _by_identity(captured.renamings)
        self.size_like = {*map(id, captured.size_like)}


def _by_identity(table: Mapping[object, object]) -> dict[int, object]:
    return dict(zip(map(id, table), table.values(), strict=True))


def _without(captured: Capture, spent: set[int]) -> Capture:
    def rest(table: Mapping[object, _T]) -> dict[object, _T]:
        kept = [id(symbol) not in spent for symbol in table]
        return dict(compress(table.items(), kept))

    return Capture(
        captured.hints,
        rest(captured.ranges),
        rest(captured.replacements),
        rest(captured.renamings),
        captured.guards,
        captured.asserts,
        captured.divisible,
        frozenset(each for each in captured.size_like if id(each) not in spent),
        captured.pending,
        captured.ignorable,
    )
