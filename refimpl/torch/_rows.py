"""A table of an environment that only grows, of which most is spent: what is left is read without reading the rest."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain, islice
from typing import Final, TypeAlias, final

__all__ = ["Beginning", "Rows"]

_Pairs: TypeAlias = tuple[tuple[object, object], ...]
_PART: Final = 4
"""A table is told by what is not spent if that is at most one entry in so many."""


Rows: TypeAlias = tuple[int, _Pairs, _Pairs]
"""A table at one moment: where what is known of it ends, its entries before what is spent, and those after that."""


@final
class Beginning:
    """The beginning of a table: its entries, and the places of those that are not spent."""

    __slots__ = ("_front", "_keys", "_mirror", "_open", "_places", "_values")

    def __init__(self) -> None:
        self._keys: list[object] = []
        self._values: list[object] = []
        self._open: list[int] = []
        self._front = 0
        """Where the last entry that is not spent ends."""
        self._places: dict[int, int] = {}
        """Of the entries, by the identity of their names."""
        self._mirror: dict[object, object] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def rows(self, table: dict[object, object]) -> Rows | None:
        """What the table holds now, if it still begins like this: only its ends are looked at (see `holds`)."""
        keys, front = self._keys, self._front
        known = len(keys)
        more = len(table) - known
        if more < 0 or _PART * (front + more) > known:
            return None
        items = table.items()
        try:
            later = [*islice(reversed(items), more + 1)]
            first = tuple(islice(items, front))
        except RuntimeError:  # another thread goes on writing
            return None
        if later.pop()[0] is not keys[-1]:
            return None
        later.reverse()
        return known, first, tuple(later)

    def holds(self, table: dict[object, object], rows: Rows) -> bool:
        """Whether all that is spent is what it was, in a table of which these are the rows."""
        mirror = self._mirror
        _, front, later = rows
        for key, value in chain(front, later):
            if mirror.get(key) is not value:
                mirror[key] = value
        # Dictionaries compare their values by identity first, and hash no key for it.
        if table == mirror:
            return True
        self._mirror = self.whole(rows)
        return table == self._mirror

    def whole(self, rows: Rows) -> dict[object, object]:
        """The table of which these are the rows."""
        known, front, later = rows
        # What is not spent may have been another then.
        return dict(zip(self._keys[:known], self._values[:known], strict=True)) | dict(front) | dict(later)

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
        return {keys[place]: values[place] for place in self._told(shown)}, new

    def rest_of(self, rows: Rows, shown: Collection[int]) -> tuple[dict[object, object], dict[object, object]] | None:
        """The same of a table of which these are the rows."""
        since, front, later = rows
        passed = len(self._keys) - since
        if len(later) < passed:
            return None
        entries = zip(later, self._keys[since:], self._values[since:], strict=False)
        if any(key is not known_key or value is not known_value for (key, value), known_key, known_value in entries):
            return None
        where = set(self._open)
        # What is spent by now must have been the same before it was.
        if any(place not in where and front[place][1] is not self._values[place] for place in range(len(front))):
            return None
        found: dict[object, object] = {}
        for place in self._told(shown):
            if place < len(front):
                key, value = front[place]
                found[key] = value
            else:
                found[self._keys[place]] = self._values[place]
        return found, dict(later[passed:])

    def _told(self, shown: Collection[int]) -> list[int]:
        """The places of what is not spent or shown, in order."""
        if not shown:
            return self._open
        return sorted({*self._open, *(self._places[name] for name in shown if name in self._places)})

    def _differs_where_open(self, values: list[object]) -> bool:
        """Whether only what is not spent is another; that is expected from then on."""
        where = set(self._open)
        if any(place not in where and values[place] != value for place, value in enumerate(self._values)):
            return False
        self._values = values
        return True

    def extend(
        self, told: Mapping[object, object], new: Mapping[object, object], end: int, spent: Collection[int]
    ) -> None:
        """Go on to that place in what comes after it; these are spent by identity, here and there."""
        for place in self._open:
            key = self._keys[place]
            if id(key) in spent:
                self._values[place] = self._mirror[key] = told[key]
        known = len(self._keys)
        more = [*islice(new.items(), end)]
        self._keys += [key for key, _ in more]
        self._values += [value for _, value in more]
        self._mirror.update(more)
        places = range(known, len(self._keys))
        self._places.update(zip(map(id, self._keys[known:]), places, strict=True))
        self._open = [place for place in chain(self._open, places) if id(self._keys[place]) not in spent]
        self._front = self._open[-1] + 1 if self._open else 0
