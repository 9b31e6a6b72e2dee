"""Snapshots of live environments that share what did not change, so that a long run does not keep its square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Generic, TypeVar, final
from weakref import WeakKeyDictionary

from refimpl.torch._past import Care, Shortened
from refimpl.torch._spent import SPENT
from refimpl.torch.shape_env import Capture, Copies, LiveShapeEnv, Said, as_live, copies

__all__ = ["Histories", "Snapshot"]

_T = TypeVar("_T")
_SLACK: Final = 16
_TOLD: Final = 64
"""Symbols of an environment that is copied quicker than it is told by what is not spent in it."""
_PRECISELY: Final = 256
"""Symbols of an environment of which even each step is watched closely."""
_SMALL: Final = 192
"""Symbols of an environment that is copied quicker than it is compared with what it was."""
_FEW: Final = 64
"""Snapshots of an environment that may be kept without sharing."""


@final
class _Base(Generic[_T]):
    """A whole dictionary, from which the next ones are told."""

    __slots__ = ("keys", "table", "values")

    def __init__(self, table: dict[object, _T]) -> None:
        self.table = table
        self.keys = list(table)
        self.values = list(table.values())


@final
@dataclass(frozen=True, slots=True)
class _Table(Generic[_T]):
    """A dictionary at one moment: a base and what is new or different in it."""

    base: dict[object, _T]
    changes: dict[object, _T]

    def whole(self) -> dict[object, _T]:
        """All of it."""
        return {**self.base, **self.changes} if self.changes else self.base


@final
@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an environment held at one moment."""

    hints: _Table[object]
    ranges: _Table[object]
    replacements: _Table[object]
    renamings: _Table[object]
    asserts: _Table[tuple[Said, ...]]
    guards: tuple[Said, ...]
    divisible: frozenset[object]
    size_like: frozenset[object]
    pending: tuple[object, ...]
    ignorable: tuple[object, ...]
    owner: int

    def capture(self) -> Capture:
        """The same as whole dictionaries."""
        return Capture(
            self.hints.whole(),
            self.ranges.whole(),
            self.replacements.whole(),
            self.renamings.whole(),
            self.guards,
            self.asserts.whole(),
            self.divisible,
            self.size_like,
            self.pending,
            self.ignorable,
            self.owner,
        )


@final
class _Column(Generic[_T]):
    """One dictionary of one environment over time."""

    __slots__ = ("_base", "_last")

    def __init__(self) -> None:
        self._base: _Base[_T] = _Base({})
        self._last: _Table[_T] = _Table({}, {})

    def now(self, keys: list[object], values: list[_T], table: dict[object, _T] | None = None) -> _Table[_T]:
        """The dictionary as it is, of which these are the keys and values, and which may be kept."""
        base = self._base
        known = len(base.keys)
        # Entries keep their places and are rarely replaced: comparing lists compares identities.
        if keys[:known] == base.keys:
            changes: dict[object, _T] = {}
            # PyTorch's expressions are equal only if they are of one class.
            if values[:known] != base.values:
                pairs = zip(keys, values, base.values, strict=False)
                changes.update((key, value) for key, value, old in pairs if value is not old)
            changes.update(zip(keys[known:], values[known:], strict=True))
            if len(changes) * 4 <= known + _SLACK:
                if changes != self._last.changes or self._last.base is not base.table:
                    self._last = _Table(base.table, changes)
                return self._last
        # Only now is each key hashed, if at all, which PyTorch's symbols take long for.
        table = dict(zip(keys, values, strict=True)) if table is None else table
        self._base = _Base(table)
        self._last = _Table(table, {})
        return self._last

    def of(self, live: dict[object, _T]) -> _Table[_T]:
        """``now`` of a dictionary that may change, which is not kept."""
        table = live.copy()
        return self.now(list(table), list(table.values()), table)


@final
class _History:
    """One environment over time."""

    __slots__ = ("_asserts", "_columns", "_filed", "_last")

    def __init__(self) -> None:
        self._columns: tuple[_Column[object], ...] = tuple([_Column[object]() for _ in range(4)])
        self._asserts: _Column[tuple[Said, ...]] = _Column()
        self._filed: list[tuple[Said, ...]] = []
        self._last: Snapshot | None = None

    def now(self, live: LiveShapeEnv) -> Snapshot:
        """The environment as it is."""
        last = self._last
        hints, ranges, replacements, renamings = self._columns
        filed = live.deferred_runtime_asserts.copy()
        said = [*map(tuple, filed.values())]
        # Most are what they were, in the same places: one tuple is kept of each.
        kept = [old if old == new else new for old, new in zip(self._filed, said, strict=False)]
        self._filed = kept + said[len(kept) :]
        self._last = Snapshot(
            hints.of(live.backed_var_to_val),
            ranges.of(live.var_to_range),
            replacements.of(live.replacements),
            renamings.of(live.unbacked_renamings),
            self._asserts.now(list(filed), self._filed),
            _same(None if last is None else last.guards, live.guards),
            _same_set(None if last is None else last.divisible, live.divisible),
            _same_set(None if last is None else last.size_like, live.size_like),
            tuple(live.pending_fresh_unbacked_symbols),
            tuple(live.ignorable_fresh_unbacked_symbols),
            id(live),
        )
        return self._last


def _same(before: tuple[Said, ...] | None, now: list[Said]) -> tuple[Said, ...]:
    """The earlier tuple if it still holds the same: what is said is only ever added to."""
    if before is not None and len(before) == len(now) and (not now or before[-1] is now[-1]):
        return before
    return tuple(now)


def _same_set(before: frozenset[object] | None, now: set[object]) -> frozenset[object]:
    kept = frozenset(now)
    return before if before is not None and before == kept else kept


@final
class Histories:
    """Takes snapshots; forgets an environment when it is gone."""

    def __init__(self) -> None:
        self._of: WeakKeyDictionary[object, _History] = WeakKeyDictionary()
        self._taken: WeakKeyDictionary[object, int] = WeakKeyDictionary()

    @staticmethod
    def is_small(env: object) -> bool:
        """Whether it is copied quicker than it is told in any other way."""
        return len(as_live(env).var_to_range) < _TOLD

    @staticmethod
    def is_watched_closely(env: object) -> bool:
        """Whether each snapshot of it compares all that is spent with what it was."""
        return len(as_live(env).var_to_range) < _PRECISELY

    @staticmethod
    def cheaply(env: object) -> Shortened | Copies:
        """What the environment holds now, for a short time."""
        size = len(as_live(env).var_to_range)
        told = SPENT.look(env, "all" if size < _PRECISELY else "ends") if size >= _TOLD else None
        return copies(env) if told is None else told

    def snapshot(self, env: object, care: Care = "all") -> Snapshot | Shortened | Copies:
        """What the environment holds now. Nothing is evaluated, simplified or converted."""
        live = as_live(env)
        size = len(live.var_to_range)
        if size < _TOLD:
            return copies(env)
        told = SPENT.look(env, "all" if size < _PRECISELY else care)
        if told is not None:
            return told
        if size < _SMALL:
            return copies(env)
        history = self._of.get(env)
        if history is None:
            taken = self._taken[env] = self._taken.get(env, 0) + 1
            if taken < _FEW:
                return copies(env)
            history = self._of[env] = _History()
        return history.now(live)
