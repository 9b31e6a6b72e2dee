"""What a shape environment holds at one moment, as plain data: of ours or of any other implementation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, final

from refimpl.symbolic_shapes.constraints import Delta, term_of
from refimpl.symbolic_shapes.environment import ShapeGuard
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.terms import (
    Cond,
    FloatRange,
    IntTerm,
    Real,
    Scalar,
    Sort,
    Symbol,
    ValueRange,
    eq,
    float_eq,
    float_ge,
    float_le,
    free_of,
    ge,
    is_condition,
    land,
    le,
    lor,
    of_atom,
    to_real,
)
from refimpl.terms.polynomials import CACHED
from refimpl.terms.reals import float_ne

if TYPE_CHECKING:
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = ["Range", "ShapeEnvState", "environment_of", "equation", "state_of"]

Range: TypeAlias = ValueRange | FloatRange


def _no_ranges() -> dict[Symbol, Range]:
    return {}


@final
@dataclass(frozen=True, slots=True)
class ShapeEnvState:
    """A shape environment at one moment.

    ``hints`` are the example values of backed symbols (None: none known); ``ranges`` those of all symbols;
    ``asserts`` the deferred runtime asserts under the symbol that they are filed under (None: under none);
    ``known`` whatever else it holds, divisibility facts among it. Two states are equal if they hold the same.
    """

    hints: Mapping[Symbol, int | float | None] = field(default_factory=dict[Symbol, int | float | None])
    ranges: Mapping[Symbol, Range] = field(default_factory=_no_ranges)
    replacements: Mapping[Symbol, Scalar] = field(default_factory=dict[Symbol, Scalar])
    renamings: Mapping[Symbol, Symbol] = field(default_factory=dict[Symbol, Symbol])
    guards: tuple[Cond, ...] = ()
    asserts: Mapping[Symbol | None, tuple[Cond, ...]] = field(default_factory=dict[Symbol | None, tuple[Cond, ...]])
    known: tuple[Cond, ...] = ()
    size_like: frozenset[Symbol] = frozenset()
    pending: tuple[Symbol, ...] = ()
    ignorable: tuple[Symbol, ...] = ()

    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols that it speaks of, by name."""
        conditions = (*self.guards, *self.known, *(each for filed in self.asserts.values() for each in filed))
        terms = (*self.replacements.values(), *conditions)
        named = (
            *self.hints, *self.ranges, *self.replacements, *self.renamings, *self.renamings.values(),
            *(symbol for symbol in self.asserts if symbol is not None), *self.size_like, *self.pending,
            *self.ignorable, *(s for term in terms for s in free_of(term) if isinstance(s, Symbol)),
        )  # fmt: skip
        return tuple(sorted(set(named), key=lambda symbol: symbol.name))

    def conditions(self) -> Iterator[Cond]:
        """``E``: everything the environment says, as conditions; ``[[E]]`` is the set of their solutions."""
        for symbol, interval in self.ranges.items():
            yield from _within(symbol, interval)
        for symbol, term in self.replacements.items():
            yield equation(symbol, term)
        for fresh, old in self.renamings.items():
            yield equation(fresh, term_of(old))
        yield from self.guards
        for filed in self.asserts.values():
            yield from filed
        yield from self.known


def equation(symbol: Symbol, term: Scalar) -> Cond:
    """``symbol = term``; of floats, a NaN equals a NaN. ``False`` between numbers of different sorts (law SORT)."""
    integer = isinstance(term, (int, IntTerm))
    if isinstance(term, bool) or integer != (symbol.sort is Sort.INT) or is_condition(term):
        return False
    if isinstance(term, (int, IntTerm)):
        return eq(of_atom(symbol), term)
    real = to_real(term)
    # 0.0 and -0.0 are one key of a cache, but not one text.
    return _equal_floats.__wrapped__(symbol, real) if isinstance(real, float) else _equal_floats(symbol, real)


@lru_cache(maxsize=CACHED)
def _equal_floats(symbol: Symbol, real: Real) -> Cond:
    return lor(float_eq(symbol, real), land(float_ne(symbol, symbol), float_ne(real, real)))


def _within(symbol: Symbol, interval: Range) -> Iterator[Cond]:
    if isinstance(interval, ValueRange) is not (symbol.sort is Sort.INT):
        return  # a range of the other sort says nothing of the symbol (law SORT)
    if isinstance(interval, ValueRange):
        if interval.low is not None:
            yield ge(of_atom(symbol), interval.low)
        if interval.high is not None:
            yield le(of_atom(symbol), interval.high)
    elif not interval.is_unbounded:  # an unbounded range admits NaN, any other excludes it
        yield float_ge(symbol, interval.low)
        yield float_le(symbol, interval.high)


def state_of(env: ShapeEnv) -> ShapeEnvState:
    """What this project's own environment holds now; a later change of ``env`` does not reach it."""
    snapshot = env.knowledge.snapshot()
    return ShapeEnvState(
        hints=dict(env.symbols.hints),
        replacements=env.knowledge.replacements(),
        renamings=dict(env.unbacked_renamings),
        guards=tuple(guard.expr for guard in env.guards),
        asserts={
            symbol: tuple(each.expr for each in asserts) for symbol, asserts in env.deferred_runtime_asserts.items()
        },
        known=(False,) if snapshot is None else snapshot.conditions,
        size_like=frozenset(env.size_like),
        pending=tuple(env.symbols.pending),
        ignorable=tuple(env.symbols.ignorable),
    )


def environment_of(state: ShapeEnvState, *, profile: Profile = EXACT, guard_from_hints: bool = True) -> ShapeEnv:
    """An environment of this project that holds that state; the inverse of ``state_of`` up to what is known.

    Fresh are the symbols that are pending, ignorable or renamed. Raises ValueError for replacements in a circle.
    """
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

    _refuse_circles(state.replacements)
    env = ShapeEnv(profile=profile, guard_from_hints=guard_from_hints)
    symbols = env.symbols
    for symbol, hint in state.hints.items():
        symbols.add_backed(symbol, hint, "an input")
    for symbol in state.symbols():
        symbols.reserve_name(symbol.name)
    for symbol in dict.fromkeys((*state.pending, *state.ignorable, *state.renamings)):
        symbols.adopt(symbol, "", pending=symbol in state.pending)
    symbols.ignorable.update(dict.fromkeys(state.ignorable))
    env.unbacked_renamings.update(state.renamings)
    env.size_like.update(dict.fromkeys(sorted(state.size_like, key=lambda symbol: symbol.name)))
    # Replacements first: what is learned after them is learned of what stands for their symbols.
    env.knowledge.apply(Delta(tuple(state.replacements.items())))
    for symbol, interval in state.ranges.items():
        symbols.origins.setdefault(symbol, "an input")
        for bound in _within(symbol, interval):
            env.assume(bound)
    for guard in state.guards:
        env.guards.append(ShapeGuard(guard))
        env.assume(guard)
    for condition in state.known:
        env.assume(condition)
    for fresh, old in state.renamings.items():
        env.assume(equation(fresh, term_of(old)))
    for filed in state.asserts.values():
        for condition in filed:
            with suppress(RuntimeError):  # a state may contradict itself; the assert is logged all the same
                env.require(condition, "a recorded assert")
    env.violated = None
    return env


def _refuse_circles(replacements: Mapping[Symbol, Scalar]) -> None:
    for start in replacements:
        seen, front = set[Symbol](), {start}
        while front:
            seen |= front
            terms = [replacements[symbol] for symbol in front if symbol in replacements]
            found = [s for term in terms if not isinstance(term, (int, float)) for s in term.free]
            if start in found:
                raise ValueError(f"{start.name} is replaced by itself, in a circle")
            front = {s for s in found if isinstance(s, Symbol)} - seen
