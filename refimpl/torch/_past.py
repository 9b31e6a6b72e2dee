"""What is spent in an environment for good, so that each record of it is judged by what is new.

An environment that is run in again and again keeps the names of every run. Most of them say nothing (`_spent`), and
stand in its tables in the order in which they were made. The beginning of a table that was gone through once is only
compared with what it was, which is one comparison of lists, and its names that are spent are left out unread.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, TypeVar, final

from refimpl.torch.shape_env import Capture

__all__ = ["Past", "Pasts"]

_T = TypeVar("_T")
_MANY: Final = 64


@final
class _Beginning:
    """The beginning of a table: its entries, and the places of those that are not spent."""

    __slots__ = ("_keys", "_open", "_places", "_values")

    def __init__(self) -> None:
        self._keys: list[object] = []
        self._values: list[object] = []
        self._open: list[int] = []
        self._places: dict[int, int] = {}
        """Of the entries, by the identity of their names."""

    def __len__(self) -> int:
        return len(self._keys)

    def rest(
        self, table: Mapping[object, object], shown: Collection[int]
    ) -> tuple[dict[object, object], dict[object, object]] | None:
        """What is not spent in it or ``shown``, and what comes after it; None if it does not begin like this."""
        if not self._keys:
            return {}, dict(table)
        keys, values, known = list(table), list(table.values()), len(self._keys)
        new_keys, new_values = keys[known:], values[known:]
        del keys[known:], values[known:]
        # Lists compare their items by identity first.
        if keys != self._keys or (values != self._values and not self._differs_where_open(values)):
            return None
        new = dict(zip(new_keys, new_values, strict=True))
        places = self._open
        if shown:
            places = sorted({*places, *(self._places[name] for name in shown if name in self._places)})
        return {keys[place]: values[place] for place in places}, new

    def _differs_where_open(self, values: list[object]) -> bool:
        """Whether only what is not spent is another; that is expected from then on."""
        where = set(self._open)
        if any(place not in where and values[place] != value for place, value in enumerate(self._values)):
            return False
        self._values = values
        return True

    def extend(self, table: Mapping[object, object], end: int, spent: Collection[int]) -> None:
        """Go on to that place in what comes after it; these are spent by identity, here and there."""
        known = len(self._keys)
        self._keys += list(table)[:end]
        self._values += list(table.values())[:end]
        places = range(known, len(self._keys))
        self._places.update(zip(map(id, self._keys[known:]), places, strict=True))
        self._open = [place for place in (*self._open, *places) if id(self._keys[place]) not in spent]


@final
class Past:
    """What is spent in one environment, as far as its records were judged."""

    __slots__ = ("_new", "_size_like", "_spent", "_stand_for", "_tables")

    def __init__(self) -> None:
        self._tables = (_Beginning(), _Beginning(), _Beginning())
        self._spent: set[int] = set()
        self._size_like: frozenset[object] = frozenset()
        self._stand_for: dict[object, object] = {}
        """What spent names stand for, with the range that says all that theirs say."""
        self._new: list[tuple[dict[object, object], ...]] = []

    def spent_among(self, names: Collection[int]) -> set[int]:
        """Those of the names, told by identity, that are spent here."""
        return set[int]() if self._spent.isdisjoint(names) else self._spent.intersection(names)

    def stood_for(self) -> set[int]:
        """What spent names stand for, by identity."""
        return {*map(id, self._stand_for)}

    def is_of_later(self, captures: Iterable[Capture]) -> bool:
        """Whether it tells of names that one of the captures does not have yet."""
        sizes = [*map(len, self._tables)]
        return any(len(table) < size for each in captures for table, size in zip(_tables(each), sizes, strict=True))

    def shortened(self, captures: Sequence[Capture], shown: Collection[int] = ()) -> tuple[Capture, ...] | None:
        """The captures without what is spent, except what is ``shown``; None if one of them is not of this past."""
        self._new = []
        size_like = self._size_like
        if shown:
            size_like = frozenset(each for each in size_like if id(each) not in shown)
        found = [self._shortened(captured, shown, size_like) for captured in captures]
        return None if None in found else tuple([each for each in found if each is not None])

    def _shortened(self, captured: Capture, shown: Collection[int], spent_sizes: frozenset[object]) -> Capture | None:
        told: list[dict[object, object]] = []
        new: list[dict[object, object]] = []
        for beginning, table in zip(self._tables, _tables(captured), strict=True):
            rest = beginning.rest(table, shown)
            # What is spent stands nowhere again.
            if rest is None or self.spent_among({*map(id, rest[1])}) - {*shown}:
                return None
            told.append(rest[0] | rest[1])
            new.append(rest[1])
        ranges, replacements, renamings = told
        if any(ranges.get(name) is not interval for name, interval in self._stand_for.items()):
            return None
        size_like = captured.size_like
        if spent_sizes:
            size_like = size_like - spent_sizes
            if len(size_like) + len(spent_sizes) != len(captured.size_like):
                return None
        if self.spent_among({*map(id, size_like)}) - {*shown}:
            return None
        self._new.append(tuple(new))
        return captured.with_names(ranges, replacements, renamings, size_like, captured.owner)

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
        for beginning, table, end in zip(self._tables, self._new[0], ends, strict=True):
            beginning.extend(table, end, spent)
        self._spent.update(spent)
        self._stand_for |= stand_for
        self._size_like |= {name for name in first.size_like if id(name) in spent}


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

    def _keep(self, owner: int, past: Past) -> Past:
        if len(self._of) >= _MANY:
            del self._of[next(iter(self._of))]
        self._of[owner] = past
        return past
