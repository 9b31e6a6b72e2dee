"""What is known of terms: an interval for each direction, congruences, excluded values, conditions that hold.

The store only keeps; :mod:`refimpl.terms.inference` reasons with it and :mod:`refimpl.terms.bounds` fills it.
"""

from __future__ import annotations

from typing import final

from refimpl.terms.core import BoolSymbol, BoolTerm, Dim, IntTerm, Monomial, Symbol
from refimpl.terms.float_ranges import FloatRange
from refimpl.terms.intervals import Interval

__all__ = ["Congruence", "Knowledge"]

Ends = Interval[int]
Congruence = tuple[int, int]
"""``(m, r)``: congruent to ``r`` modulo ``m``; a modulus 0 means equal to ``r``, 1 says nothing."""

MAX_CACHED = 1 << 16


@final
class Knowledge:
    """A store that forks in constant time: both sides share the tables until one of them writes."""

    __slots__ = (
        "congruences",
        "decided_cache",
        "ends_cache",
        "excluded",
        "floats",
        "inconsistent",
        "linked",
        "mentions",
        "ranges",
        "shared",
        "simple_cache",
        "touched",
        "truths",
        "version",
    )

    def __init__(self) -> None:
        self.ranges: dict[IntTerm, Ends] = {}
        self.floats: dict[Symbol, FloatRange] = {}
        self.truths: dict[BoolTerm, bool] = {}
        self.excluded: dict[IntTerm, frozenset[int]] = {}
        self.congruences: dict[IntTerm, Congruence] = {}
        self.mentions: dict[Monomial, tuple[IntTerm, ...]] = {}
        self.touched: dict[Symbol | BoolSymbol, int] = {}
        self.linked: set[Symbol | BoolSymbol] = set()
        self.version: int = 0
        self.inconsistent: bool = False
        self.shared: bool = False
        self.ends_cache: dict[IntTerm, tuple[int, Ends]] = {}
        self.decided_cache: dict[BoolTerm, tuple[int, bool | None]] = {}
        self.simple_cache: dict[IntTerm, tuple[int, Dim]] = {}

    def fork(self) -> Knowledge:
        """A store that knows the same and then goes its own way."""
        other = object.__new__(Knowledge)
        self.shared = other.shared = True
        other.ranges = self.ranges
        other.floats = self.floats
        other.truths = self.truths
        other.excluded = self.excluded
        other.congruences = self.congruences
        other.mentions = self.mentions
        other.touched = self.touched
        other.linked = self.linked
        other.version = self.version
        other.inconsistent = self.inconsistent
        other.ends_cache = {}
        other.decided_cache = {}
        other.simple_cache = {}
        return other

    def own(self) -> None:
        """Make the tables writable: copies them if another store shares them."""
        if self.shared:
            self.ranges = self.ranges.copy()
            self.floats = self.floats.copy()
            self.truths = self.truths.copy()
            self.excluded = self.excluded.copy()
            self.congruences = self.congruences.copy()
            self.mentions = self.mentions.copy()
            self.linked = self.linked.copy()
            self.touched = self.touched.copy()
            self.shared = False

    def touch(self, symbols: frozenset[Symbol | BoolSymbol]) -> None:
        """Outdate what was derived about terms over these symbols."""
        self.version += 1
        for symbol in symbols:
            self.touched[symbol] = self.version

    def trim(self) -> None:
        """Forget derived answers when there are too many; they are found again when asked for."""
        for cache in (self.ends_cache, self.simple_cache, self.decided_cache):
            if len(cache) > MAX_CACHED:
                cache.clear()

    def is_current(self, version: int, free: frozenset[Symbol | BoolSymbol]) -> bool:
        """Whether nothing was learned of these symbols themselves since that version."""
        if version == self.version:
            return True
        touched = self.touched
        for symbol in free:  # noqa: SIM110 - a generator would double the time of the most frequent question
            if touched.get(symbol, 0) > version:
                return False
        return True

    def is_settled(self, version: int, free: frozenset[Symbol | BoolSymbol]) -> bool:
        """As :meth:`is_current`, and no sum links these symbols with others of which more may be known now."""
        return version == self.version or (self.is_current(version, free) and self.linked.isdisjoint(free))

    def mention(self, direction: IntTerm) -> None:
        """Index a direction of several monomials by each of them."""
        self.linked |= direction.free
        for monomial, _ in direction.monomials:
            known = self.mentions.get(monomial, ())
            if direction not in known:
                self.mentions[monomial] = (*known, direction)
