"""Names that are spent: each is another's for good, and says nothing that the other does not say.

Every run of a graph leaves the names that its operators allocated behind, each replaced by the name that is recorded.
A law that holds without them holds with them: what they say follows by the equation from what the other name says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, compress
from operator import not_
from threading import Lock
from typing import Final, Protocol, TypeVar, cast, final
from weakref import ref

from refimpl.terms import ValueRange
from refimpl.torch._past import Care, Past, Pasts, Shortened
from refimpl.torch.expressions import Unreadable, from_torch_symbol
from refimpl.torch.shape_env import Capture, as_live, read_range

__all__ = ["SPENT", "Moment", "Spent"]

_SIZE: Final = 4096

_T = TypeVar("_T")


class Moment(Protocol):
    """What an environment held at one moment."""

    def capture(self) -> Capture:
        """The whole of it."""
        ...


class _Expression(Protocol):
    free_symbols: Iterable[object]


@final
class Spent:
    """Leaves spent names out; remembers the ranges that it has compared, and what was spent before.

    Symbols are told apart by identity, which costs no call into sympy: an environment has one object for each.
    """

    __slots__ = ("_lock", "_pasts", "_wider")

    def __init__(self) -> None:
        self._lock = Lock()
        self._pasts = Pasts()
        self._wider: dict[tuple[int, int], tuple[object, object]] = {}

    def look(self, env: object, care: Care) -> Shortened | None:
        """What a live environment holds, told by what is not spent; None if most of it is not (`Past.look`)."""
        with self._lock:
            past = self._pasts.watched(env)
            if past is None:
                return None
            is_new = past.env is None
            kept = past.look(as_live(env), "all" if is_new else care)
            if past.is_broken:
                self._pasts.forget(id(env))
            elif is_new and kept is not None:
                past.env = ref(env)
            return kept

    def without(
        self, captures: Sequence[Moment], mentioned: Iterable[object], *, known_before: bool = True
    ) -> tuple[Capture, ...]:
        """The captures without what is spent in all of them, but for one name of each that it stands for.

        What is ``mentioned`` is kept. With ``known_before`` a name must be in every capture, otherwise it may be new in
        a later one.
        """
        with self._lock:
            return self._without(captures, {*map(id, mentioned)}, known_before=known_before)

    def _without(self, captures: Sequence[Moment], kept: set[int], *, known_before: bool) -> tuple[Capture, ...]:
        past, told, short = self._of_past(captures)
        if past is None:
            return short
        kept = kept.union(*map(_spoken_of, short))
        kept |= past.stood_for()
        shown = past.spent_among(kept)
        if shown:
            again = past.shortened(told, shown)
            assert again is not None, "less is left out of it than before"
            short = again
        spent = self._spent_in(short, kept, known_before=known_before)
        if not spent:
            return short
        past.add(spent, short)
        return tuple([_without(captured, spent) for captured in short])

    def _of_past(
        self, captures: Sequence[Moment]
    ) -> tuple[Past | None, Sequence[Capture | Shortened], tuple[Capture, ...]]:
        """The past that the captures have in common, how they are told in it, and what is left of them.

        None is their past if nothing can be spent.
        """
        told = [each for each in captures if isinstance(each, Shortened)]
        if len(told) == len(captures) and all(each.past is told[0].past for each in told):
            past = told[0].past
            short = past.shortened(told)
            if short is not None:
                return past, told, short
        whole = [each.capture() for each in captures]
        if max(len(each.renamings) for each in whole) < 2:
            return None, whole, tuple(whole)
        owner = whole[0].owner
        past = self._pasts.of(owner) if owner else Past()
        short = past.shortened(whole)
        if short is None:
            past = Past() if past.is_of_later(whole) else self._pasts.begun(owner)
            short = past.shortened(whole)
        assert short is not None, "every capture begins as a past does of which nothing is known"
        return past, whole, short

    def _spent_in(self, captures: Sequence[Capture], kept: set[int], *, known_before: bool) -> set[int]:
        """The names that are spent in all of them."""
        longest = max((each.renamings for each in captures), key=len)
        views = [_View(captured) for captured in captures]
        replaced = set(dict(zip(map(id, longest), map(id, longest.values()), strict=True)).items())
        for view in views:
            absent = set[tuple[int, int]]() if known_before else {p for p in replaced if p[0] not in view.known}
            replaced = (replaced & view.pairs) | absent
        size_like = {name for view in views for name in view.size_like}
        kept = kept.union(*((size_like & view.known) - view.size_like for view in views))
        replaced = {pair for pair in replaced if pair[0] not in kept}
        for view, captured in zip(views, captures, strict=True):
            replaced -= self._saying_more(replaced, view, captured)
        spent: set[int] = set()
        named: set[int] = set()
        for pair in zip(map(id, longest), map(id, longest.values()), strict=True):
            if pair in replaced and pair[1] in named:
                spent.add(pair[0])
            elif pair in replaced:
                named.add(pair[1])
        return spent

    def _saying_more(self, pairs: set[tuple[int, int]], view: _View, captured: Capture) -> set[tuple[int, int]]:
        """The pairs of which the first symbol's range leaves out what the other's range does not."""
        ranges = view.ranges
        asked = {(ranges[name], ranges.get(by, 0)) for name, by in pairs if name in ranges} - self._wider.keys()
        if not asked:
            return set()
        intervals = {id(interval): (symbol, interval) for symbol, interval in captured.ranges.items()}
        more: set[tuple[int, int]] = set()
        for wide, narrow in asked:
            symbol, interval = intervals[wide]
            other = intervals[narrow][1] if narrow in intervals else None
            if self._says_no_more(symbol, interval, other):
                if len(self._wider) >= _SIZE:
                    self._wider.clear()
                self._wider[wide, narrow] = interval, other
            else:
                more.add((wide, narrow))
        return {(name, by) for name, by in pairs if name in ranges and (ranges[name], ranges.get(by, 0)) in more}

    @staticmethod
    def _says_no_more(symbol: object, interval: object, other: object) -> bool:
        """Whether the range of the name leaves the other all that the other's own range leaves it."""
        if other is None:
            return False
        try:
            sort = from_torch_symbol(symbol).sort
            wide, narrow = read_range(sort, interval), read_range(sort, other)
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


SPENT: Final = Spent()
"""Ranges are immutable: the audits of a process compare each pair once."""


def _spoken_of(captured: Capture) -> set[int]:
    """What a capture says something of beyond ranges, renamings and what is size-like."""
    # Many names stand for one.
    said = chain(captured.guards, *captured.asserts.values())
    by_terms = _each_once(captured.replacements.values())
    found = {
        *map(id, captured.hints),
        *map(id, captured.pending),
        *map(id, captured.ignorable),
        *map(id, captured.asserts),
        *map(id, captured.renamings.values()),
    }
    for expression in chain((each.expr for each in said), captured.divisible, by_terms):
        if hasattr(expression, "free_symbols"):
            found.update(map(id, cast("_Expression", expression).free_symbols))  # sympy ships no types
    return found


def _each_once(values: Collection[object]) -> Iterable[object]:
    return dict(zip(map(id, values), values, strict=True)).values()


@final
class _View:
    """A capture by the identities of its symbols: ``pairs`` are those renamed to and replaced by one other symbol."""

    __slots__ = ("known", "pairs", "ranges", "size_like")

    def __init__(self, captured: Capture) -> None:
        self.ranges = _identities(captured.ranges)
        renamings, replacements = _identities(captured.renamings), _identities(captured.replacements)
        self.pairs = renamings.items() & replacements.items()
        self.size_like = {*map(id, captured.size_like)}
        self.known = {*self.ranges, *renamings, *replacements, *self.size_like}


def _identities(table: Mapping[object, object]) -> dict[int, int]:
    return dict(zip(map(id, table), map(id, table.values()), strict=True))


def _without(captured: Capture, spent: set[int]) -> Capture:
    def rest(table: Mapping[object, _T]) -> dict[object, _T]:
        return dict(compress(table.items(), map(not_, map(spent.__contains__, map(id, table)))))

    return captured.with_names(
        rest(captured.ranges),
        rest(captured.replacements),
        rest(captured.renamings),
        frozenset(each for each in captured.size_like if id(each) not in spent),
    )
