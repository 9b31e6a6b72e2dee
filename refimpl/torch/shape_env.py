"""A live ``torch.fx.experimental.symbolic_shapes.ShapeEnv`` as plain data. Reading it changes nothing in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import NamedTuple, Protocol, TypeVar, cast, final

from refimpl.symbolic_shapes.state import Range, ShapeEnvState
from refimpl.terms import Cond, FloatRange, Scalar, Sort, Symbol, ValueRange, eq, is_condition, to_dim
from refimpl.torch.expressions import Unreadable, from_torch_expression, from_torch_symbol

__all__ = [
    "Capture",
    "Copies",
    "LiveShapeEnv",
    "Said",
    "StateReader",
    "as_live",
    "capture",
    "copies",
    "is_still",
    "read_range",
    "read_state",
]

_KeyT = TypeVar("_KeyT")
_T = TypeVar("_T")


class _Interval(Protocol):
    lower: object
    upper: object


class Said(Protocol):
    """A guard or a runtime assert."""

    expr: object


class LiveShapeEnv(Protocol):
    """The fields of ``ShapeEnv`` that are read. Expressions are immutable, so that shallow copies are snapshots."""

    backed_var_to_val: dict[object, object]
    var_to_range: dict[object, object]
    replacements: dict[object, object]
    unbacked_renamings: dict[object, object]
    guards: list[Said]
    deferred_runtime_asserts: dict[object, list[Said]]
    divisible: set[object]
    size_like: set[object]
    pending_fresh_unbacked_symbols: list[object]
    ignorable_fresh_unbacked_symbols: list[object]


@final
@dataclass(frozen=True, slots=True)
class Capture:
    """What a live environment held at one moment, not converted yet: copies of its dictionaries and lists.

    ``owner`` is the environment's identity, and 0 for a part of what it held.
    """

    hints: Mapping[object, object]
    ranges: Mapping[object, object]
    replacements: Mapping[object, object]
    renamings: Mapping[object, object]
    guards: tuple[Said, ...]
    asserts: Mapping[object, tuple[Said, ...]]
    divisible: frozenset[object]
    size_like: frozenset[object]
    pending: tuple[object, ...]
    ignorable: tuple[object, ...]
    owner: int = 0

    def capture(self) -> Capture:
        """Itself: a capture is a snapshot of which nothing is shared."""
        return self

    def with_names(
        self,
        ranges: Mapping[object, object],
        replacements: Mapping[object, object],
        renamings: Mapping[object, object],
        size_like: frozenset[object],
        owner: int = 0,
    ) -> Capture:
        """A part of it: only these names have ranges, are replaced or renamed, or are size-like."""
        return Capture(
            self.hints,
            ranges,
            replacements,
            renamings,
            self.guards,
            self.asserts,
            self.divisible,
            size_like,
            self.pending,
            self.ignorable,
            owner,
        )


def as_live(env: object) -> LiveShapeEnv:
    """The environment, as far as it is read."""
    return cast("LiveShapeEnv", env)  # PyTorch is not there when types are checked


class Copies(NamedTuple):
    """What a live environment held at one moment, as cheaply as it is kept: most are thrown away."""

    hints: dict[object, object]
    ranges: dict[object, object]
    replacements: dict[object, object]
    renamings: dict[object, object]
    guards: tuple[Said, ...]
    filed_under: tuple[object, ...]
    filed: tuple[tuple[Said, ...], ...]
    divisible: frozenset[object]
    size_like: frozenset[object]
    pending: tuple[object, ...]
    ignorable: tuple[object, ...]
    owner: int

    def capture(self) -> Capture:
        """The same with the asserts by key: only now is each key hashed, which PyTorch's symbols take long for."""
        return Capture(
            self.hints,
            self.ranges,
            self.replacements,
            self.renamings,
            self.guards,
            dict(zip(self.filed_under, self.filed, strict=True)),
            self.divisible,
            self.size_like,
            self.pending,
            self.ignorable,
            self.owner,
        )


def copies(env: object) -> Copies:
    """What the environment holds now. Nothing is evaluated, simplified or converted."""
    live = as_live(env)
    filed = live.deferred_runtime_asserts.copy()
    return Copies(
        live.backed_var_to_val.copy(),
        live.var_to_range.copy(),
        live.replacements.copy(),
        live.unbacked_renamings.copy(),
        tuple(live.guards),
        tuple(filed),
        tuple(map(tuple, filed.values())),
        frozenset(live.divisible),
        frozenset(live.size_like),
        tuple(live.pending_fresh_unbacked_symbols),
        tuple(live.ignorable_fresh_unbacked_symbols),
        id(env),
    )


def is_still(env: object, before: Copies) -> bool:
    """Whether the environment holds what it held then."""
    live = as_live(env)
    return (
        live.var_to_range == before.ranges
        and live.replacements == before.replacements
        and live.unbacked_renamings == before.renamings
        and live.backed_var_to_val == before.hints
        and tuple(live.guards) == before.guards
        and tuple(live.pending_fresh_unbacked_symbols) == before.pending
        and tuple(live.ignorable_fresh_unbacked_symbols) == before.ignorable
        and frozenset(live.size_like) == before.size_like
        and frozenset(live.divisible) == before.divisible
        and tuple(live.deferred_runtime_asserts) == before.filed_under
        and tuple(map(tuple, live.deferred_runtime_asserts.values())) == before.filed
    )


def capture(env: object) -> Capture:
    """What the environment holds now, ready to be read."""
    return copies(env).capture()


@final
class _Noting:
    """Passes over what is unreadable, and notes it."""

    __slots__ = ("_reader",)

    def __init__(self, reader: StateReader) -> None:
        self._reader = reader

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        if not isinstance(error, Unreadable):
            return False
        self._reader.note(error)
        return True


@final
class StateReader:
    """Converts captures, each distinct expression once; ``unreadable`` collects what has no counterpart.

    An unreadable range or condition is left out of the state, which then says less than the environment; ``notes``
    counts how often that happened.
    """

    __slots__ = ("_noting", "_ranges_read", "_symbols_read", "_terms", "notes", "unreadable")

    def __init__(self) -> None:
        self._terms: dict[object, Scalar | Unreadable] = {}
        self._symbols_read: dict[object, Symbol] = {}
        self._ranges_read: dict[tuple[int, Symbol], tuple[object, Range]] = {}
        self.unreadable: dict[str, str] = {}
        self.notes: int = 0
        self._noting = _Noting(self)

    def note(self, error: Unreadable) -> None:
        """Something is left out."""
        self.unreadable[error.text] = error.reason
        self.notes += 1

    def term(self, expression: object) -> Scalar:
        """The term of an expression. Raises `Unreadable`."""
        # sympy's numbers equal Python's and each other, ``1 == 1.0``: the class tells the sorts apart.
        key = (type(expression), expression)
        found = self._terms.get(key)
        if found is None:
            try:
                found = from_torch_expression(expression)
            except Unreadable as error:
                found = error
            self._terms[key] = found
        if isinstance(found, Unreadable):
            raise found
        return found

    def symbol(self, expression: object) -> Symbol:
        """The symbol that an expression is. Raises `Unreadable`."""
        found = self._symbols_read.get(expression)
        if found is None:
            found = self._symbols_read[expression] = from_torch_symbol(expression)
        return found

    def state(self, captured: Capture) -> ShapeEnvState:
        """The state; what cannot be read is noted in ``unreadable``."""
        asserts: dict[Symbol | None, tuple[Cond, ...]] = {}
        for key, said in captured.asserts.items():
            with self._noting:
                asserts[None if key is None else self.symbol(key)] = self._said(said)
        return ShapeEnvState(
            hints=self._table(captured.hints, self._hint),
            ranges=self._ranges(captured.ranges),
            replacements=self._table(captured.replacements, self.term),
            renamings=self._table(captured.renamings, self.symbol),
            guards=self._said(captured.guards),
            asserts=asserts,
            known=tuple(self._divisible(captured.divisible)),
            size_like=frozenset(self._symbols(captured.size_like)),
            pending=tuple(self._symbols(captured.pending)),
            ignorable=tuple(self._symbols(captured.ignorable)),
        )

    def _table(self, table: Mapping[object, _T], read: Callable[[_T], _KeyT]) -> dict[Symbol, _KeyT]:
        found: dict[Symbol, _KeyT] = {}
        for symbol, value in table.items():
            with self._noting:
                found[self.symbol(symbol)] = read(value)
        return found

    def _hint(self, value: object) -> int | float | None:
        try:
            term = self.term(value)
        except Unreadable:  # the sizes of jagged tensors have hints that are no numbers
            return None
        return term if isinstance(term, (int, float)) else None

    def _ranges(self, ranges: Mapping[object, object]) -> dict[Symbol, Range]:
        found: dict[Symbol, Range] = {}
        for live, interval in ranges.items():
            with self._noting:
                symbol = self.symbol(live)
                # Ranges are immutable, and shared by the captures of an environment.
                known = self._ranges_read.get((id(interval), symbol))
                if known is None or known[0] is not interval:
                    known = self._ranges_read[id(interval), symbol] = (
                        interval,
                        _range(symbol, cast("_Interval", interval)),  # PyTorch is not there when types are checked
                    )  # see as_live
                found[symbol] = known[1]
        return found

    def _said(self, said: Iterable[Said]) -> tuple[Cond, ...]:
        found: list[Cond] = []
        for each in said:
            with self._noting:
                found.append(self._condition(each.expr))
        return tuple(found)

    def _condition(self, expression: object) -> Cond:
        term = self.term(expression)
        if not is_condition(term):
            raise Unreadable(str(expression), "it is no condition")
        return term

    def _divisible(self, expressions: Iterable[object]) -> list[Cond]:
        found: dict[str, Cond] = {}
        for expression in expressions:
            with self._noting:
                term = self.term(expression)
                if isinstance(term, float) or is_condition(term):
                    raise Unreadable(str(expression), "it is no integer")
                found[str(expression)] = eq(to_dim(term), 0)
        return [found[text] for text in sorted(found)]

    def _symbols(self, symbols: Iterable[object]) -> list[Symbol]:
        found: list[Symbol] = []
        for symbol in symbols:
            with self._noting:
                found.append(self.symbol(symbol))
        return found


def read_state(env: object) -> ShapeEnvState:
    """The state of a live environment. Raises `Unreadable` if it holds what has no counterpart here."""
    reader = StateReader()
    state = reader.state(capture(env))
    for text, reason in reader.unreadable.items():
        raise Unreadable(text, reason)
    return state


_UNBOUNDED = frozenset(("IntInfinity", "NegativeIntInfinity", "Infinity", "NegativeInfinity"))


def read_range(sort: Sort, interval: object) -> Range:
    """The range of that sort that a live ``ValueRanges`` is. Raises `Unreadable` for ends that are no such numbers."""
    ends = cast("_Interval", interval)  # PyTorch is not there when types are checked
    if sort is Sort.INT:
        return ValueRange(_integer_end(ends.lower), _integer_end(ends.upper))
    return FloatRange(_float_end(ends.lower), _float_end(ends.upper))


def _range(symbol: Symbol, interval: _Interval) -> Range:
    # A float's range whose ends have both become integers was rounded: that is what SORT is there to see.
    rounded = _is_integer(interval.lower) and _is_integer(interval.upper)
    return read_range(Sort.INT if rounded else symbol.sort, interval)


def _is_integer(end: object) -> bool:
    return type(end).__name__ in ("Integer", "Zero", "One", "NegativeOne")


def _integer_end(end: object) -> int | None:
    if type(end).__name__ in _UNBOUNDED:
        return None
    number = from_torch_expression(end)
    # An end that PyTorch computed as a float bounds the same integers.
    if isinstance(number, float) and number.is_integer():
        return int(number)
    if isinstance(number, bool) or not isinstance(number, int):
        raise Unreadable(str(end), "it is no end of a range of integers")
    return number


def _float_end(end: object) -> float:
    if type(end).__name__ in _UNBOUNDED:
        return -float("inf") if type(end).__name__.startswith("Negative") else float("inf")
    number = from_torch_expression(end)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise Unreadable(str(end), "it is no end of a range of floats")
    return float(number)
