"""What was seen, written without names: two records that differ in names only are judged alike.

A program that runs again and again shows the same steps over and over, each with symbols of its own. The laws speak of
symbols by what they are and where they stand, so that a record in which nothing was found speaks for every other that
has the same pattern. A pattern holds all that a law is told; what was found is never taken from it, as it has names.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import chain
from operator import is_
from typing import Final, Protocol, TypeAlias, cast, final

from refimpl.laws.step import Raised
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.torch._past import Shortened
from refimpl.torch._records import RawRun, RawStep
from refimpl.torch._rows import Rows
from refimpl.torch.expressions import Unreadable, from_torch_symbol
from refimpl.torch.key_paths import raw_scalar
from refimpl.torch.places import RawPlace
from refimpl.torch.shape_env import Capture, Said

__all__ = ["INNOCENT", "Innocent", "Pattern", "Writer"]

Pattern: TypeAlias = Hashable
_ShortStep: TypeAlias = tuple[RawStep, Shortened, Shortened]
_SIZE: Final = 4096


@final
class Innocent:
    """The patterns of records in which nothing was found. When there are too many it begins anew."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: set[Pattern] = set()

    def __contains__(self, pattern: Pattern) -> bool:
        return pattern in self._known

    def add(self, pattern: Pattern) -> None:
        """Nothing was found in a record of this pattern."""
        if len(self._known) >= _SIZE:
            self._known.clear()
        self._known.add(pattern)


INNOCENT: Final = Innocent()
"""What the laws say does not depend on who asks: the audits of a process share it."""


class _Expression(Protocol):
    args: tuple[object, ...]


class _Interval(Protocol):
    lower: object
    upper: object


class _DivideByKey(Protocol):
    divisor: object


@final
class Writer:
    """Writes patterns; remembers what each expression looks like. Raises `Unreadable` for what has no pattern."""

    __slots__ = ("_forms", "_kinds", "_named", "_names", "_shorts", "_tables", "_written")

    def __init__(self) -> None:
        self._kinds: dict[int, tuple[object, str, Hashable]] = {}
        self._forms: dict[int, tuple[object, Hashable, tuple[object, ...]]] = {}
        self._names: dict[str, tuple[int, Hashable]] = {}
        self._named: list[int] = []
        """The symbols in the pattern, by identity."""
        self._tables: list[Mapping[object, object]] = []
        self._written: list[Rows] = []
        self._shorts: list[Shortened] = []

    def of_step(self, raw: RawStep, told: Sequence[Capture]) -> Pattern:
        """The pattern of a step between (parts of) what was before and after it."""
        self._begin()
        return self._step(raw, told)

    def of_run(
        self, raw: RawRun, captures: Iterable[Capture], steps: Iterable[tuple[RawStep, Sequence[Capture]]]
    ) -> Pattern:
        """The pattern of a run: of these captures, and of these steps between parts of others."""
        self._begin()
        return (
            raw.kind,
            raw.same_inputs,
            _raised(raw.raised),
            tuple([self._capture(each) for each in captures]),
            tuple([(node, self._name(symbol), self._path(path)) for node, symbol, path in raw.recorded]),
            tuple([(step.node, self._step(step, told)) for step, told in steps]),
        )

    def of_short(self, raw: RawRun, moments: Sequence[Shortened], steps: Sequence[_ShortStep]) -> Pattern:
        """The pattern of a run of which no more is said than in the rows of these moments; None if there is more."""
        self._begin()
        pattern = (
            raw.kind,
            raw.same_inputs,
            _raised(raw.raised),
            tuple([self._short(each) for each in moments]),
            tuple([(node, self._name(symbol), self._path(path)) for node, symbol, path in raw.recorded]),
            tuple(
                [
                    (step.node, self._what(step), self._short(before), self._short(after))
                    for step, before, after in steps
                ]
            ),
        )
        told = {id(key) for _, front, later in self._written for key, _ in chain(front, later)}
        return None if moments[0].past.spent_among(self._named) - told else pattern

    def _short(self, kept: Shortened) -> Hashable:
        for place, known in enumerate(self._shorts):
            if known == kept:
                return place
        self._shorts.append(kept)
        return (
            self._once(kept.hints, self._term),
            self._rows(kept.ranges, self._interval),
            self._rows(kept.replacements, self._term),
            self._rows(kept.renamings, self._term),
            self._said(kept.guards),
            self._asserts(zip(kept.filed_under, kept.filed, strict=True)),
            frozenset(map(self._term, kept.divisible)) if kept.divisible else (),
            frozenset(map(self._name, kept.sizes)) if kept.sizes else (),
            tuple(map(self._name, kept.pending)),
            tuple(map(self._name, kept.ignorable)),
        )

    def _rows(self, rows: Rows, write: Callable[[object], Hashable]) -> Hashable:
        for place, known in enumerate(self._written):
            if known == rows:
                return place
        self._written.append(rows)
        _, front, later = rows
        return tuple([(self._name(key), write(value)) for key, value in chain(front, later)])

    def _begin(self) -> None:
        self._names = {}
        self._named = []
        self._shorts = []
        self._written = []
        self._tables = []
        if len(self._forms) > _SIZE:
            self._forms.clear()
            self._kinds.clear()

    def _step(self, raw: RawStep, told: Sequence[Capture]) -> Pattern:
        return self._what(raw), tuple([self._capture(each) for each in told])

    def _what(self, raw: RawStep) -> Hashable:
        return raw.op, raw.whole, _raised(raw.raised), tuple([self._place(place) for place in raw.places])

    def _place(self, place: RawPlace) -> Hashable:
        if place.missing is not None:
            raise Unreadable(place.missing, "it has no pattern")
        return self._name(place.symbol), self._path(place.path), self._term(place.value), place.converted

    def _path(self, path: Iterable[object]) -> Hashable:
        return tuple([self._key(key) for key in path])

    def _key(self, key: object) -> Hashable:
        if type(key).__name__ == "DivideByKey":
            return "DivideByKey", self._term(raw_scalar(cast("_DivideByKey", key).divisor))  # PyTorch is untyped
        return type(key), str(key)

    def _capture(self, captured: Capture) -> Hashable:
        return (
            self._once(captured.hints, self._term),
            self._once(captured.ranges, self._interval),
            self._once(captured.replacements, self._term),
            self._once(captured.renamings, self._term),
            self._said(captured.guards),
            self._asserts(captured.asserts.items()),
            frozenset(map(self._term, captured.divisible)) if captured.divisible else (),
            frozenset(map(self._name, captured.size_like)) if captured.size_like else (),
            tuple(map(self._name, captured.pending)),
            tuple(map(self._name, captured.ignorable)),
        )

    def _once(self, table: Mapping[object, object], write: Callable[[object], Hashable]) -> Hashable:
        """A table; one that is in the pattern already is named by its place there."""
        if not table:
            return ()
        for place, known in enumerate(self._tables):
            if (
                len(known) == len(table)
                and all(map(is_, known, table))
                and all(map(is_, known.values(), table.values()))
            ):
                return place
        self._tables.append(table)
        return tuple([(self._name(key), write(value)) for key, value in table.items()])

    def _asserts(self, filed: Iterable[tuple[object, Iterable[Said]]]) -> Hashable:
        return tuple([(None if key is None else self._name(key), self._said(said)) for key, said in filed])

    def _said(self, said: Iterable[Said]) -> Hashable:
        return tuple([self._term(each.expr) for each in said])

    def _interval(self, interval: object) -> Hashable:
        known = self._forms.get(id(interval))
        if known is None or known[0] is not interval:
            ends = cast("_Interval", interval)  # see above
            known = self._forms[id(interval)] = (interval, (self._term(ends.lower), self._term(ends.upper)), ())
        return known[1]

    def _name(self, symbol: object) -> Hashable:
        """The number of a symbol's name, in the order in which names occur, and what the symbol is."""
        known = self._kinds.get(id(symbol))
        if known is None or known[0] is not symbol:
            read = from_torch_symbol(symbol)
            known = self._kinds[id(symbol)] = symbol, read.name, (read.sort, is_unbacked(read))
        _, name, kind = known
        found = self._names.get(name)
        if found is not None and found[1] == kind:
            return found
        self._named.append(id(symbol))
        return self._names.setdefault(name, (len(self._names), kind))[0], kind

    def _term(self, expression: object) -> Hashable:
        if isinstance(expression, (bool, int, float)) or expression is None:
            return type(expression), repr(expression)
        if type(expression).__name__ == "Symbol":
            return self._name(expression)
        known = self._forms.get(id(expression))
        if known is None or known[0] is not expression:
            symbols: list[object] = []
            form = _form(expression, symbols)
            known = self._forms[id(expression)] = (expression, form, tuple(symbols))
        return known[1], tuple(map(self._name, known[2]))


def _form(expression: object, symbols: list[object]) -> Hashable:
    """The expression with its symbols, which are put into the list as they occur, left out."""
    kind = type(expression)
    if kind.__name__ == "Symbol":
        symbols.append(expression)
        return None
    args = getattr(expression, "args", None)
    if args is None:
        raise Unreadable(str(expression), "it has no pattern")
    parts = cast("_Expression", expression).args  # see above
    return (kind, *[_form(part, symbols) for part in parts]) if parts else (kind, str(expression))


def _raised(raised: Raised | None) -> Hashable:
    return None if raised is None else (raised.kind, raised.type)
