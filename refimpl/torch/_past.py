"""What is spent in an environment for good, so that each record of it is judged by what is new.

An environment that is run in again and again keeps the names of every run. Most of them say nothing (`_spent`), and
stand in its tables in the order in which they were made. The beginning of a table that was gone through once is only
compared with what it was, and its names that are spent are left out unread. A live environment is told by what is not
spent in it: that nothing happened to the rest is one comparison of dictionaries for many moments.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, Literal, NamedTuple, TypeAlias, final
from weakref import ref

from refimpl.torch._rows import Beginning, Rows
from refimpl.torch.shape_env import Capture, LiveShapeEnv, Said

__all__ = ["Care", "Past", "Pasts", "Shortened"]

_MANY: Final = 64
_LATER: Final = 24
"""Entries after what is spent, in all tables, that are read again and again before it is found out which are spent."""
Care: TypeAlias = Literal["ends", "changed", "all"]
"""Of a live environment with a past the ends of its tables are looked at; all of them, if that is said or if the ends
are not what they were when all was looked at last (``changed``)."""


@final
class Shortened(NamedTuple):
    """What a live environment held at one moment, without copies of what is spent in it.

    ``sizes`` are the size-like symbols that are not spent, ``spent_sizes`` counts those of the past that are.
    """

    past: Past
    ranges: Rows
    replacements: Rows
    renamings: Rows
    sizes: frozenset[object]
    spent_sizes: int
    hints: dict[object, object]
    guards: tuple[Said, ...]
    filed_under: tuple[object, ...]
    filed: tuple[tuple[Said, ...], ...]
    divisible: frozenset[object]
    pending: tuple[object, ...]
    ignorable: tuple[object, ...]
    owner: int

    def capture(self) -> Capture:
        """The whole of it."""
        ranges, replacements, renamings = self.past.whole((self.ranges, self.replacements, self.renamings))
        sizes = self.sizes.union(self.past.sizes(self.spent_sizes))
        return self.with_names(ranges, replacements, renamings, sizes, self.owner)

    def with_names(
        self,
        ranges: Mapping[object, object],
        replacements: Mapping[object, object],
        renamings: Mapping[object, object],
        size_like: frozenset[object],
        owner: int = 0,
    ) -> Capture:
        """A part of it, as of a `Capture`."""
        return Capture(
            self.hints,
            ranges,
            replacements,
            renamings,
            self.guards,
            dict(zip(self.filed_under, self.filed, strict=True)),
            self.divisible,
            size_like,
            self.pending,
            self.ignorable,
            owner,
        )


@final
class Past:
    """What is spent in one environment, as far as its records were judged."""

    __slots__ = (
        "_front",
        "_new",
        "_seen",
        "_sizes",
        "_sizes_in_order",
        "_spent",
        "_stand_for",
        "_tables",
        "_told",
        "env",
        "is_broken",
    )

    def __init__(self) -> None:
        self._tables = (Beginning(), Beginning(), Beginning())
        self._spent: set[int] = set()
        self._sizes: set[object] = set()
        """The spent names that are size-like, which also stand in order."""
        self._sizes_in_order: list[object] = []
        self._stand_for: dict[object, object] = {}
        """What spent names stand for, with the range that says all that theirs say."""
        self._front: tuple[tuple[object, object], ...] = ()
        """Ranges of which those were found to be the same."""
        self._told: list[tuple[dict[object, object], ...]] = []
        self._new: list[tuple[dict[object, object], ...]] = []
        self._seen: Sequence[tuple[int, object]] = ()
        """What the ends of the tables were when all of them was compared last."""
        self.env: ref[object] | None = None
        """The live environment that is told by what is not spent in it."""
        self.is_broken: bool = False
        """Whether something happened to what was spent."""

    def spent_among(self, names: Collection[int]) -> set[int]:
        """Those of the names, told by identity, that are spent here."""
        return set[int]() if self._spent.isdisjoint(names) else self._spent.intersection(names)

    def stood_for(self) -> set[int]:
        """What spent names stand for, by identity."""
        return {*map(id, self._stand_for)}

    def sizes(self, count: int) -> Iterable[object]:
        """The first so many of the spent names that are size-like."""
        return self._sizes_in_order[:count]

    def whole(self, rows: Sequence[Rows]) -> list[dict[object, object]]:
        """The tables of which these are the rows."""
        return [beginning.whole(each) for beginning, each in zip(self._tables, rows, strict=True)]

    # -- a live environment --

    def look(self, live: LiveShapeEnv, care: Care) -> Shortened | None:
        """What it holds now; None if too much of it is not spent, or if something happened to what is."""
        beginnings = self._tables
        ranges = beginnings[0].rows(live.var_to_range)
        replacements = beginnings[1].rows(live.replacements)
        renamings = beginnings[2].rows(live.unbacked_renamings)
        if ranges is None or replacements is None or renamings is None:
            return None
        sizes = self._sizes_now(live.size_like, ranges)
        if sizes is None:
            return None
        if care != "ends" and not self._holds(live, (ranges, replacements, renamings), care):
            self.is_broken = True
            return None
        filed = live.deferred_runtime_asserts.copy()
        return Shortened(
            self,
            ranges,
            replacements,
            renamings,
            sizes,
            len(self._sizes),
            live.backed_var_to_val.copy(),
            tuple(live.guards),
            tuple(filed),
            tuple(map(tuple, filed.values())),
            frozenset(live.divisible),
            tuple(live.pending_fresh_unbacked_symbols),
            tuple(live.ignorable_fresh_unbacked_symbols),
            id(live),
        )

    def _sizes_now(self, size_like: set[object], ranges: Rows) -> frozenset[object] | None:
        """The size-like symbols that are not spent."""
        if not self._sizes:
            return frozenset(size_like)
        _, front, later = ranges
        sizes = frozenset([name for name, _ in chain(front, later) if name in size_like and name not in self._sizes])
        return sizes if len(sizes) + len(self._sizes) == len(size_like) else None

    def _holds(self, live: LiveShapeEnv, rows: Sequence[Rows], care: Care) -> bool:
        """Whether nothing happened to what is spent in an environment of which these are the rows."""
        seen = [(known + len(later), front) for known, front, later in rows]
        if care == "changed" and seen == self._seen:
            return True
        tables = live.var_to_range, live.replacements, live.unbacked_renamings
        if not all(known.holds(table, each) for known, table, each in zip(self._tables, tables, rows, strict=True)):
            return False
        self._seen = seen
        return not self._sizes or live.size_like >= self._sizes

    # -- what was kept --

    def is_told_by(self, kept: Shortened) -> bool:
        """Whether the few rows that were kept say all: what was spent then says nothing that they do not say."""
        if len(kept.ranges[2]) + len(kept.replacements[2]) + len(kept.renamings[2]) > _LATER:
            return False
        front = kept.ranges[1]
        if front != self._front:
            stands = {id(name): interval for name, interval in front}
            if any(stands.get(id(name)) is not interval for name, interval in self._stand_for.items()):
                return False
            self._front = front
        return True

    def is_of_later(self, captures: Iterable[Capture]) -> bool:
        """Whether it tells of names that one of the captures does not have yet."""
        sizes = [*map(len, self._tables)]
        return any(len(table) < size for each in captures for table, size in zip(_tables(each), sizes, strict=True))

    def shortened(
        self, captures: Sequence[Capture | Shortened], shown: Collection[int] = ()
    ) -> tuple[Capture, ...] | None:
        """The captures without what is spent, except what is ``shown``; None if one of them is not of this past."""
        self._told, self._new = [], []
        found = [self._shortened(captured, shown) for captured in captures]
        return None if None in found else tuple([each for each in found if each is not None])

    def _shortened(self, captured: Capture | Shortened, shown: Collection[int]) -> Capture | None:
        told: list[dict[object, object]] = []
        new: list[dict[object, object]] = []
        if isinstance(captured, Capture):
            pairs = zip(self._tables, _tables(captured), strict=True)
            rests = [beginning.rest(table, shown) for beginning, table in pairs]
        else:
            shorts = captured.ranges, captured.replacements, captured.renamings
            rests = [beginning.rest_of(rows, shown) for beginning, rows in zip(self._tables, shorts, strict=True)]
        for rest in rests:
            # What is spent stands nowhere again.
            if rest is None or self.spent_among({*map(id, rest[1])}) - {*shown}:
                return None
            told.append(rest[0] | rest[1])
            new.append(rest[1])
        ranges, replacements, renamings = told
        if any(ranges.get(name) is not interval for name, interval in self._stand_for.items()):
            return None
        again = [name for name in renamings if id(name) in shown and name in self._sizes] if shown else []
        size_like = self._open_sizes(captured, again)
        if size_like is None or self.spent_among({*map(id, size_like)}) - {*shown}:
            return None
        self._told.append(tuple(told))
        self._new.append(tuple(new))
        return captured.with_names(ranges, replacements, renamings, size_like, captured.owner)

    def _open_sizes(self, captured: Capture | Shortened, again: Sequence[object]) -> frozenset[object] | None:
        """What is size-like in it and not spent, and those; None if a spent name that was size-like is not."""
        if isinstance(captured, Capture):
            there, spent = captured.size_like, self._sizes_in_order
        else:
            there, spent = captured.sizes, self._sizes_in_order[captured.spent_sizes :]
        if not spent:
            return there.union(again)
        rest = there.difference(spent)
        return rest.union(again) if len(rest) + len(spent) == len(there) else None

    def add(self, spent: Collection[int], captures: Sequence[Capture]) -> None:
        """These names are spent in the captures that were shortened last, too; what is new there is not told."""
        first, *others = captures
        stand_for = {by: first.ranges.get(by) for name, by in first.renamings.items() if id(name) in spent}
        spent = {id(name) for name in first.renamings if id(name) in spent}
        if any(each.ranges.get(by) is not interval for each in others for by, interval in stand_for.items()):
            return
        ends = [_end(table, spent) for table in self._new[0]]
        for new in self._new[1:]:
            if any(not _alike(*tables) for tables in zip(self._new[0], new, ends, strict=True)):
                return
        for beginning, told, table, end in zip(self._tables, self._told[0], self._new[0], ends, strict=True):
            beginning.extend(told, table, end, spent)
        self._spent.update(spent)
        self._stand_for |= stand_for
        self._front = ()
        sizes = [name for name in first.size_like if id(name) in spent]
        self._sizes_in_order += sizes
        self._sizes.update(sizes)


def _tables(captured: Capture) -> tuple[Mapping[object, object], ...]:
    return captured.ranges, captured.replacements, captured.renamings


def _end(table: Mapping[object, object], spent: Collection[int]) -> int:
    """After the last entry of a spent name."""
    return max((place for place, name in enumerate(table, 1) if id(name) in spent), default=0)


def _alike(table: Mapping[object, object], other: Mapping[object, object], end: int) -> bool:
    """Whether both are the same up to there."""
    if list(table)[:end] != list(other)[:end]:
        return False
    return list(table.values())[:end] == list(other.values())[:end]


@final
class Pasts:
    """The pasts of the environments that were judged last."""

    __slots__ = ("_of",)

    def __init__(self) -> None:
        self._of: dict[int, Past] = {}

    def of(self, owner: int) -> Past:
        """The past of an environment, told by identity: what is another's begins otherwise, and is begun anew."""
        known = self._of.pop(owner, None)
        return self.begun(owner) if known is None else self._keep(owner, known)

    def begun(self, owner: int) -> Past:
        """A past in which nothing is spent yet."""
        self._of.pop(owner, None)
        return self._keep(owner, Past())

    def watched(self, env: object) -> Past | None:
        """The past of a live environment, if one is known."""
        past = self._of.get(id(env))
        if past is None:
            return None
        if past.env is not None and past.env() is not env:
            past.env = None
        return past

    def forget(self, owner: int) -> None:
        """Nothing is known of an environment."""
        self._of.pop(owner, None)

    def _keep(self, owner: int, past: Past) -> Past:
        if len(self._of) >= _MANY:
            del self._of[next(iter(self._of))]
        self._of[owner] = past
        return past
