"""KNO and ENV, continued: whoever was told the same knows the same, whatever was asked, copied or forgotten between."""

from __future__ import annotations

from contextlib import suppress
from typing import Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl import terms as t
from refimpl.symbolic_shapes import RebindingInconsistentError, ShapeEnv
from refimpl.symbolic_shapes.environment import Checkpoint
from refimpl.symbolic_shapes.knowledge import Knowledge, KnowledgeMark
from refimpl.symbolic_shapes.state import state_of
from refimpl.terms import Bounds, Cond, Dim, IntTerm, ValueRange
from specs.clauses import checks
from specs.histories import CONDITIONS, ENV_13, NAMES, bind
from specs.reasoning import KNO_04
from specs.scopes import ENV_27, ENV_28
from specs.terms import TRM_06
from specs.values import REB_07
from tests.symbolic_shapes.operators import name

__all__ = ["ASKED", "TOLD"]

Step: TypeAlias = tuple[str, int, Cond]
"""What is done, to which of those that are there, and what is told."""
X, Y, Z = (t.symbol(text) for text in ("x", "y", "z"))
F, P = t.float_symbol("f"), t.bool_symbol("p")
_SPECIAL: Final[tuple[Cond, ...]] = (
    t.eq(t.mod(X, 4), 1), t.eq(t.mod(3 - X, 4), 1), t.eq(t.mod(X + Y, 6), 2), t.ge(t.int_max(X, Y), 5),
    t.le(t.int_max(X, Y, Z), 2), t.ge(t.int_min(X, Y), 1), t.ge(X * Y, 2), t.le(X * X, 9), t.ge(t.floor_div(X, 3), 1),
    t.float_lt(F, 1.0), t.float_le(2.0, F), t.float_eq(F, 0.0), P, t.lnot(P), t.lor(P, t.ge(X, 1)),
    t.lor(t.ge(Y, 3), t.le(X, 0)), t.land(P, t.ge(Z, 1)), t.ne(X, 3), t.ne(X, 4), t.ne(X - Y, 0), t.le(X - Y, -1),
)  # fmt: skip
ASKED: Final[tuple[Cond, ...]] = (
    t.ge(X, 0), t.ge(X, Y), t.ge(Y, Z), t.ge(X, Z + 1), t.eq(X, Y), t.eq(X, 4), t.ne(Z, 2), t.eq(t.mod(X, 2), 1),
    t.ge(X * Y, 1), t.ge(X * Y * Z + X, 0), t.ge(t.int_max(X, Y), 3), P, t.lor(P, t.ge(X, 2)), t.float_lt(F, 2.0),
    t.ge(t.floor_div(X + Y, 2), 1),
)  # fmt: skip
_TERMS: Final[tuple[Dim, ...]] = (
    X, Y, Z, X + Y, X - Y, X * Y + 1, t.int_max(X, Y) + t.floor_div(Z, 4), t.mod(X, 4), t.int_min(X, Y, Z),
    t.floor_div(X, 3),
)  # fmt: skip


def _linear(x: int, y: int, z: int, constant: int) -> Dim:
    return X * x + Y * y + Z * z + constant


_LINEAR: st.SearchStrategy[Dim] = st.builds(
    _linear, st.integers(-2, 2), st.integers(-2, 2), st.integers(-1, 1), st.integers(-4, 4)
)
_COMPARED: st.SearchStrategy[Cond] = st.one_of(
    [st.builds(compare, _LINEAR, st.just(0)) for compare in (t.ge, t.le, t.eq, t.ne)]
)
TOLD: st.SearchStrategy[Cond] = st.one_of(_COMPARED, st.sampled_from(_SPECIAL))


def _steps(kinds: tuple[str, ...], told: st.SearchStrategy[Cond]) -> st.SearchStrategy[list[Step]]:
    """Histories in which something is told, or required, as often as anything else happens."""
    at = st.integers(0, 5)
    return st.lists(
        st.one_of(
            st.tuples(st.sampled_from(("tell", "tell", "require")), at, told),
            st.tuples(st.sampled_from(kinds), at, st.just(True)),
        ),
        min_size=6,
        max_size=16,
    )


def _answers(bounds: Bounds) -> list[object]:
    """What can be asked of bounds."""
    return [
        *map(bounds.known, ASKED),
        *map(bounds.range_of, _TERMS),
        *map(bounds.simplify, _TERMS),
        *map(bounds.simplify_condition, ASKED),
        bounds.float_range_of(F),
        bounds.inconsistent,
    ]


@checks(KNO_04, TRM_06)
@settings(max_examples=80)
@given(history=_steps(("fork", "fork", "ask"), TOLD))
def test_bounds_that_were_told_the_same_answer_the_same(history: list[Step]) -> None:
    sides: list[tuple[Bounds, list[Cond]]] = [(Bounds(), [])]
    for what, at, condition in history:
        bounds, told = sides[at % len(sides)]
        if what == "fork":
            sides.append((bounds.fork(), list(told)))
        elif what == "ask":
            _answers(bounds)
        else:
            bounds.assume(condition)
            told.append(condition)
    for bounds, told in sides:
        plain = Bounds()
        for condition in told:
            plain.assume(condition)
        assert _answers(bounds) == _answers(plain), told


_COMPARISONS: Final[tuple[Cond, ...]] = tuple(
    t.ge(t.symbol(left), t.symbol(right) + more)
    for left in ("u0", "u1", "u10", "s0")
    for right in ("u1", "s0")
    for more in (0, 1)
)
_SYMBOLS: Final[tuple[IntTerm, ...]] = tuple(map(t.symbol, NAMES))


def _content(known: Knowledge) -> list[object]:
    """What was learned in a scope and around it."""
    return [
        known.contradiction,
        known.snapshot(),
        known.replacements(),
        known.divisible(),
        *[known.filed(name(text)) for text in NAMES],
        *[known.resolve(each * 2 + 1) for each in _SYMBOLS],
        *map(known.said, _COMPARISONS),
    ]


def _conclusions(known: Knowledge) -> list[bool | ValueRange | None]:
    """What follows from it."""
    symbols = [name(text) for text in NAMES]
    return [
        *map(known.known, _COMPARISONS),
        *[known.range_of(each) for each in symbols if known.resolve_symbol(each) is None],
    ]


def _compatible(one: bool | ValueRange | None, other: bool | ValueRange | None) -> bool:
    if isinstance(one, ValueRange) and isinstance(other, ValueRange):
        return not one.intersect(other).is_empty
    return one is None or other is None or one == other


def _is_contradictory(known: Knowledge) -> bool:
    return known.contradiction is not None or known.bounds.inconsistent


def _retold(told: list[list[Cond]]) -> Knowledge:
    """The knowledge of one who was told each list in a scope of its own, and was never asked."""
    known = Knowledge()
    for depth, conditions in enumerate(told):
        known = known.fork() if depth else known
        for condition in conditions:
            known.assume(condition)
    return known


class _Scope:
    """A scope, what was told in it and around it, and the points to which it may go back."""

    def __init__(
        self, known: Knowledge, told: list[list[Cond]], points: list[tuple[KnowledgeMark, int]], *, inner: bool
    ) -> None:
        self.known = known
        self.told = [list(each) for each in told]
        self.points = list(points)
        # While a branch is open, nothing is learned around it.
        self.has_branch = inner


@checks(ENV_27, ENV_28, ENV_13)
@settings(max_examples=80)
@given(
    around=st.lists(CONDITIONS, min_size=1, max_size=3),
    history=_steps(("fork", "copy", "mark", "back", "ask"), CONDITIONS),
)
def test_scopes_that_were_told_the_same_know_the_same(around: list[Cond], history: list[Step]) -> None:
    outer, outer_told = Knowledge(), list(around)
    for condition in around:
        outer.assume(condition)
    scopes = [
        _Scope(outer.copy(), [outer_told], [], inner=False),
        _Scope(outer.fork(), [outer_told, []], [], inner=False),
    ]
    for what, at, condition in history:
        scope = scopes[at % len(scopes)]
        if what == "fork":
            scopes.append(_Scope(scope.known.fork(), [*scope.told, []], [], inner=False))
            scope.has_branch = True
        elif what == "copy":
            scopes.append(_Scope(scope.known.copy(), scope.told, scope.points, inner=scope.has_branch))
        elif what == "mark":
            scope.points.append((scope.known.mark(), len(scope.told[-1])))
        elif what == "ask":
            _content(scope.known)
        elif scope.has_branch:
            scope.known.copy().assume(condition)
        elif what != "back":
            scope.known.assume(condition)
            scope.told[-1].append(condition)
        elif scope.points:
            mark, count = scope.points.pop()
            scope.known.roll_back(mark)
            assert scope.known.mark() == mark
            del scope.told[-1][count:]
    for scope in scopes:
        plain = _retold(scope.told)
        for known in (scope.known.copy(), scope.known):
            assert _content(known) == _content(plain), scope.told
            if _is_contradictory(plain) or _is_contradictory(known):
                continue
            found, wanted = _conclusions(known), _conclusions(plain)
            # What follows is found or not in the words of the time of asking, which a replacement changes.
            assert found == wanted if not plain.replacements() else all(map(_compatible, found, wanted)), scope.told


@checks(ENV_28)
def test_what_one_learns_after_a_copy_the_other_does_not_know() -> None:
    for first in (True, False):
        known = Knowledge()
        known.assume(t.ge(X, 1))
        assert known.known(t.ge(X, 1))
        copy = known.copy()
        told, other = (known, copy) if first else (copy, known)
        told.assume(t.ge(X, 5))
        assert (told.known(t.ge(X, 4)), other.known(t.ge(X, 4))) == (True, None)
        other.assume(t.le(X, 3))
        assert (told.known(t.le(X, 7)), other.known(t.le(X, 7))) == (None, True)


def _seen(env: ShapeEnv) -> list[object]:
    """What can be asked of an environment, the names of its next symbols aside."""
    names = [name(text) for text in (*NAMES, "u2", "u12", "s1")]
    symbols = env.symbols
    return [
        state_of(env),
        list(env.log),
        dict(symbols.origins),
        (symbols.fresh_count, symbols.since(0)),
        env.var_to_range,
        env.knowledge.contradiction,
        *map(env.known, _COMPARISONS),
        *[(env.is_fresh(each), env.hint(t.of_atom(each))) for each in names],
        *[env.may_rename(fresh, old) for fresh in names for old in names],
    ]


def _next_names(env: ShapeEnv) -> tuple[str, str]:
    """The names of its next symbols, as a copy gives them."""
    copy = ShapeEnv(like=env)
    return str(copy.create_unbacked_symint()), copy.create_symbol(5).name


class _Told:
    """An environment, how it looks, and how it looked at the points to which it may go back."""

    def __init__(self, env: ShapeEnv) -> None:
        self.env = env
        self.points: list[tuple[Checkpoint, list[object]]] = []
        self.look()

    def look(self) -> None:
        """It may look otherwise from now on."""
        self.looks = (_seen(self.env), _next_names(self.env))

    def back(self) -> None:
        """The node fails: all is as it began."""
        if self.points:
            point, before = self.points.pop()
            self.env.roll_back(point)
            assert _seen(self.env) == before

    def happen(self, what: str, condition: Cond) -> None:
        """Something that the environment is told or asked for."""
        env = self.env
        pending = env.pending_fresh_unbacked_symbols
        match what:
            case "tell":
                env.fact(condition)
            case "require":
                self.require(condition)
            case "allocate":
                env.create_unbacked_symint()
                env.create_unbacked_symbool()
            case "ignore":
                with env.ignore_fresh_unbacked_symbols():
                    env.create_unbacked_symint()
            case "input":
                env.create_symbol(5)
                env.symbols.ignorable[env.fresh(t.Sort.INT)] = None
            case "settle":
                for symbol in pending[:1]:
                    env.symbols.settle(symbol)
                    env.size_like[symbol] = None
            case "rename":
                for symbol in pending[-1:]:
                    with suppress(RebindingInconsistentError):
                        bind(env, 1, t.of_atom(symbol), 1, symbol.name)
            case _:
                self.points.append((env.checkpoint(), _seen(env)))

    def require(self, condition: Cond) -> None:
        """A node that requires; where it fails it is rolled back, and what made it fail is remembered."""
        point, before = self.env.checkpoint(), _seen(self.env)
        try:
            self.env.require(condition, "refused")
        except RuntimeError:
            self.env.roll_back(point)
            assert _seen(self.env) == before
            assert self.env.violated is not None
            assert self.env.violated.condition is condition


@checks(ENV_28, ENV_13, REB_07)
@settings(max_examples=60)
@given(history=_steps(("copy", "copy", "allocate", "ignore", "input", "settle", "rename", "mark", "back"), CONDITIONS))
def test_what_happens_to_one_environment_is_not_seen_in_another(history: list[Step]) -> None:
    first = ShapeEnv()
    first.symbols.reserve_name("u9")
    first.add_backed(name("s0"), None, None, None)
    first.create_unbacked_symint()
    all_ = [_Told(first), _Told(ShapeEnv(like=first))]
    for what, at, condition in history:
        told = all_[at % len(all_)]
        if what == "copy":
            all_.append(_Told(ShapeEnv(like=told.env)))
        elif what == "back":
            told.back()
        else:
            told.happen(what, condition)
        told.look()
        for other in all_:
            assert (_seen(other.env), _next_names(other.env)) == other.looks
