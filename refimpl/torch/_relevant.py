"""The part of an environment that a step is about: the rest is the same before and after it, and says nothing of it.

An environment grows with the program, so that judging each step on all of it would cost the square. A law that holds
on the part holds on the whole, because the rest only adds hypotheses; what is found on the part is judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from operator import is_not
from typing import Protocol, TypeAlias, TypeVar, cast, final

from refimpl.torch._spent import SPENT
from refimpl.torch.expressions import Unreadable
from refimpl.torch.key_paths import raw_scalar
from refimpl.torch.places import RawPlace
from refimpl.torch.shape_env import Capture

__all__ = ["Relevance"]

_T = TypeVar("_T")
_Symbols: TypeAlias = frozenset[object]


class _Expression(Protocol):
    free_symbols: Iterable[object]


class _Said(Protocol):
    expr: object


class _DivideByKey(Protocol):
    divisor: object


@final
class Relevance:
    """Cuts captures to what concerns a step; remembers the symbols of each expression, and what defines what."""

    __slots__ = ("_defined", "_free", "_order")

    def __init__(self) -> None:
        self._free: dict[int, tuple[object, _Symbols]] = {}
        self._defined = (_Connected(self.free), _Connected(self.free))
        # Of the hints, ranges, replacements, renamings and pending symbols.
        self._order = (_Order(), _Order(), _Order(), _Order(), _Order())

    def cut(self, places: Iterable[RawPlace], before: Capture, after: Capture) -> tuple[Capture, Capture]:
        """Both captures without what is the same in them and shares no symbol with the step or with what it changed."""
        changed = self.mentioned(places) | self._changed(before, after)
        subject = self._through_definitions(changed, after)
        mentioned = set(subject)
        for captured in (before, after):
            mentioned.update(*(free for free in self._conditions(captured) if not free.isdisjoint(subject)))
        for captured in (before, after):
            self._follow(mentioned, captured.replacements)
            self._follow(mentioned, captured.renamings)
        parts = self._part(before, subject, mentioned), self._part(after, subject, mentioned)
        before, after = SPENT.without(parts, changed)
        return before, after

    def free(self, expression: object) -> _Symbols:
        """The symbols of an expression; none for a plain number."""
        known = self._free.get(id(expression))
        if known is None or known[0] is not expression:
            found: Iterable[object] = ()  # ranges and plain numbers have no symbols
            if hasattr(expression, "free_symbols"):
                found = cast("_Expression", expression).free_symbols  # sympy ships no types
            known = self._free[id(expression)] = (expression, frozenset(found))
        return known[1]

    def mentioned(self, places: Iterable[RawPlace]) -> set[object]:
        """The symbols of the places."""
        found: set[object] = set()
        for place in places:
            found.add(place.symbol)
            found |= self.free(place.value)
            found |= self.divisors(place.path)
        return found

    def divisors(self, path: Iterable[object]) -> set[object]:
        """The symbols by which a path divides."""
        found: set[object] = set()
        for key in path:
            if type(key).__name__ == "DivideByKey":
                divided = cast("_DivideByKey", key)  # its name was tested; PyTorch is untyped
                try:
                    found |= self.free(raw_scalar(divided.divisor))
                except Unreadable:
                    continue
        return found

    def _changed(self, before: Capture, after: Capture) -> set[object]:
        """The symbols of which something changed."""
        found: set[object] = set()
        for old, new in (
            (before.hints, after.hints),
            (before.ranges, after.ranges),
            (before.replacements, after.replacements),
            (before.renamings, after.renamings),
        ):
            for symbol in _changed(old, new):
                found.add(symbol)
                found |= self.free(old.get(symbol)) | self.free(new.get(symbol))
        for key in _changed(before.asserts, after.asserts):
            found.update(() if key is None else (key,))
            for said in (*before.asserts.get(key, ()), *after.asserts.get(key, ())):
                found |= self.free(said.expr)
        if before.guards != after.guards:
            old_guards = {id(guard) for guard in before.guards}
            new_guards = {id(guard) for guard in after.guards}
            for guard in (*before.guards, *after.guards):
                if (id(guard) in old_guards) != (id(guard) in new_guards):
                    found |= self.free(guard.expr)
        for expression in before.divisible ^ after.divisible:
            found |= self.free(expression)
        found |= before.size_like ^ after.size_like
        found |= _difference(before.pending, after.pending)
        return found | _difference(before.ignorable, after.ignorable)

    def _through_definitions(self, subject: set[object], after: Capture) -> set[object]:
        """Those, and all that replacements and renamings connect with them, in either direction.

        What is the same before and after is read after; what changed belongs to the subject already.
        """
        size = -1
        while size != len(subject):
            size = len(subject)
            for connected, table in zip(self._defined, (after.replacements, after.renamings), strict=True):
                subject = connected.with_(subject, table)
        return subject

    def _follow(self, mentioned: set[object], table: Mapping[object, object]) -> None:
        """Add what stands for the symbols that are mentioned, to the end."""
        left = list(mentioned)
        while left:
            by = table.get(left.pop())
            if by is not None:
                left += self.free(by) - mentioned
                mentioned |= self.free(by)

    def _conditions(self, captured: Capture) -> Iterator[_Symbols]:
        for said in self._said(captured):
            yield self.free(said.expr)
        for expression in captured.divisible:
            yield self.free(expression)

    def _said(self, captured: Capture) -> Iterator[_Said]:
        yield from captured.guards
        for filed in captured.asserts.values():
            yield from filed

    def _part(self, captured: Capture, subject: set[object], mentioned: set[object]) -> Capture:
        def concerns(expression: object) -> bool:
            return not self.free(expression).isdisjoint(subject)

        asserts = {
            key: filed
            for key, filed in captured.asserts.items()
            if key in subject or any(concerns(said.expr) for said in filed)
        }
        hints, ranges, replacements, renamings, pending = self._order
        return Capture(
            hints.restricted(captured.hints, mentioned),
            ranges.restricted(captured.ranges, mentioned),
            replacements.restricted(captured.replacements, mentioned),
            renamings.restricted(captured.renamings, mentioned),
            tuple(guard for guard in captured.guards if concerns(guard.expr)),
            asserts,
            frozenset(expression for expression in captured.divisible if concerns(expression)),
            captured.size_like & mentioned,
            tuple(pending.among(list(captured.pending), mentioned)),
            tuple(symbol for symbol in captured.ignorable if symbol in mentioned),
        )


@final
class _Connected:
    """The groups of symbols that the entries of a table connect; a table that only grew is read where it is new."""

    __slots__ = ("_free", "_groups", "_keys", "_values")

    def __init__(self, free: Callable[[object], _Symbols]) -> None:
        self._free = free
        self._groups: dict[object, set[object]] = {}
        self._keys: list[object] = []
        self._values: list[object] = []

    def with_(self, symbols: set[object], table: Mapping[object, object]) -> set[object]:
        """The symbols and all that are connected with them."""
        keys, values, known = list(table), list(table.values()), len(self._keys)
        if keys[:known] != self._keys or any(map(is_not, values, self._values)):
            self._groups, known = {}, 0
        for symbol, by in zip(keys[known:], values[known:], strict=True):
            self._connect((symbol, *self._free(by)))
        self._keys, self._values = keys, values
        groups = {id(group): group for symbol in symbols if (group := self._groups.get(symbol)) is not None}
        return symbols.union(*groups.values())

    def _connect(self, symbols: Iterable[object]) -> None:
        """All of them are in one group; the small groups are put into the largest."""
        groups = {id(group): group for group in (self._groups.get(symbol, {symbol}) for symbol in symbols)}
        largest = max(groups.values(), key=len)
        for group in groups.values():
            if group is not largest:
                largest |= group
                self._groups.update(dict.fromkeys(group, largest))
        self._groups.update(dict.fromkeys(symbols, largest))


def _changed(old: Mapping[object, object], new: Mapping[object, object]) -> list[object]:
    """The keys under which the two hold different things."""
    keys, known = list(new), len(old)
    # Entries keep their places: lists are compared by identity, where a look-up would hash every symbol.
    if keys[:known] == list(old):
        pairs = zip(keys, old.values(), new.values(), strict=False)
        return [key for key, was, now in pairs if was is not now and was != now] + keys[known:]
    found = [key for key, value in new.items() if (was := old.get(key)) is not value and was != value]
    return found + [key for key in old if key not in new]


def _difference(old: Sequence[object], new: Sequence[object]) -> set[object]:
    """What stands in one of them only; those at the beginning of both are not looked up."""
    longer, shorter = (new, old) if len(new) >= len(old) else (old, new)
    if longer[: len(shorter)] == shorter:
        return set(longer[len(shorter) :])
    return set(old) ^ set(new)


@final
class _Order:
    """Where symbols stand in a table that grows: few are found in it without looking up them all."""

    __slots__ = ("_at", "_keys")

    def __init__(self) -> None:
        self._keys: list[object] = []
        self._at: dict[object, int] = {}

    def among(self, keys: list[object], symbols: set[object]) -> list[object]:
        """Those of the keys that are among the symbols, in order."""
        count, known = len(keys), len(self._keys)
        if keys[:known] != self._keys[:count]:
            self._at, known = {}, 0
        if count > known:
            self._at.update(zip(keys[known:], range(known, count), strict=True))
        if count >= known:
            self._keys = keys
        at = self._at
        return sorted((symbol for symbol in symbols if at.get(symbol, count) < count), key=at.__getitem__)

    def restricted(self, table: Mapping[object, _T], symbols: set[object]) -> dict[object, _T]:
        """The part of the table that is about the symbols."""
        return {symbol: table[symbol] for symbol in self.among(list(table), symbols)}
