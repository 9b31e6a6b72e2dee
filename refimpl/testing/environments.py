"""Strategies of constraints, shape environments and single rebinding steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from hypothesis import strategies as st

from refimpl.symbolic_shapes import Constraints, ShapeEnv, is_unbacked
from refimpl.terms import (
    Cond,
    Dim,
    Scalar,
    Symbol,
    Undefined,
    conjuncts,
    eq,
    evaluate,
    int_of_bool,
    lnot,
    symbol,
)
from refimpl.testing._arguments import at_least, symbol_names, symbols_of
from refimpl.testing.term_strategies import conditions, terms, valuations

__all__ = ["FRESH", "OLD", "RebindingStep", "constraints", "rebinding_steps", "shape_envs"]

OLD: Final = "u0"
FRESH: Final = "u7"
_NAMES: Final = ("s0", OLD, "u3", FRESH)
_LOW: Final = 0
_HIGH: Final = 4


def constraints(
    *,
    names: Sequence[str] = _NAMES,
    fresh: Sequence[str] = (FRESH,),
    max_conditions: int = 3,
    satisfiable: bool = True,
    replaced: bool = True,
) -> st.SearchStrategy[Constraints]:
    """Constraints on the named symbols; those in ``fresh`` were allocated by the run.

    With ``satisfiable`` some valuation with numbers in [0, 4] satisfies them; with ``replaced`` one unbacked symbol
    may be replaced by a term already. Raises InvalidArgument for a fresh symbol that is not among the names.
    """
    checked = symbol_names(names)
    missing = sorted(set(fresh) - set(checked))
    if missing:
        from hypothesis.errors import InvalidArgument

        raise InvalidArgument(f"fresh={missing} must be among names={checked}")
    at_least("max_conditions", max_conditions, 0)
    return _constraints(checked, frozenset(symbols_of(fresh)), max_conditions, satisfiable, replaced)


@st.composite
def _constraints(
    draw: st.DrawFn,
    names: tuple[str, ...],
    fresh: frozenset[Symbol],
    max_conditions: int,
    satisfiable: bool,
    replaced: bool,
) -> Constraints:
    model = dict(draw(valuations(names=names, low=_LOW, high=_HIGH)))
    replacements: dict[Symbol, Scalar] = {}
    unbacked = [each for each in symbols_of(names) if is_unbacked(each)]
    if replaced and len(names) > 1 and unbacked and draw(st.booleans()):
        gone = draw(st.sampled_from(unbacked))
        others = [name for name in names if name != gone.name]
        replacements[gone] = term = draw(terms(names=others, max_depth=1, total=True))
        model[gone.name] = evaluate(term, model)
    empty = Constraints((), replacements, fresh=fresh)
    said = draw(st.lists(conditions(names=names, max_depth=1, connectives=False), max_size=max_conditions))
    kept = [empty.resolve_cond(_true_at(condition, model) if satisfiable else condition) for condition in said]
    found = dict.fromkeys(each for condition in kept if condition is not False for each in conjuncts(condition))
    return Constraints(tuple(found), replacements, fresh=fresh)


def _true_at(condition: Cond, model: dict[str, int | float | bool]) -> Cond:
    """The condition or its negation, whichever the model satisfies; plainly true where it is undefined."""
    try:
        return condition if evaluate(condition, model) else lnot(condition)
    except Undefined:
        return True


@final
@dataclass(frozen=True, slots=True)
class RebindingStep:
    """A question to a rebinding implementation: ``symbol`` is to equal ``value`` divided by ``divisors`` in turn."""

    before: Constraints
    symbol: Symbol
    value: Scalar
    divisors: tuple[Dim, ...] = ()


def rebinding_steps(*, satisfiable: bool = True, divisors: bool = True) -> st.SearchStrategy[RebindingStep]:
    """Steps for ``u0``: a fresh symbol first, then a constant, a backed, derived, replaced term, a boolean's integer.

    ``satisfiable`` as of `constraints`; without ``divisors`` no path has a ``DivideByKey``.
    """
    value: st.SearchStrategy[Dim] = st.one_of(
        st.just(symbol(FRESH)),
        st.integers(-1, 6),
        st.just(symbol("u3")),
        terms(names=("s0",), constants=(-2, 4), max_depth=1),
        terms(names=("s0", "u3", FRESH), constants=(-2, 4), max_depth=1),
        st.just(symbol(OLD)),
        terms(names=("s0", OLD), constants=(-2, 4), max_depth=1),
        st.just(int_of_bool(eq(symbol(FRESH), 1))),
        st.builds(int_of_bool, conditions(names=("s0", FRESH), max_depth=0)),
    )
    nothing: tuple[Dim, ...] = ()
    s0 = symbol("s0")
    paths = st.sampled_from((nothing, (2,), (3,), (s0,), (2, s0))) if divisors else st.just(nothing)
    return st.builds(
        RebindingStep,
        constraints(satisfiable=satisfiable),
        st.sampled_from(symbols_of((OLD,))),
        value,
        paths,
    )


def shape_envs(
    *, max_backed: int = 2, max_unbacked: int = 2, max_conditions: int = 3, guard_from_hints: bool = True
) -> st.SearchStrategy[ShapeEnv]:
    """Environments with backed symbols ``s0``, ... and pending unbacked ones ``u0``, ..., and what they require.

    What is required is true of the hints and of some value of each unbacked symbol, so that no environment is
    contradictory. Raises InvalidArgument for negative numbers.
    """
    at_least("max_backed", max_backed, 0)
    at_least("max_unbacked", max_unbacked, 0)
    at_least("max_conditions", max_conditions, 0)
    return _shape_envs(max_backed, max_unbacked, max_conditions, guard_from_hints)


@st.composite
def _shape_envs(
    draw: st.DrawFn, max_backed: int, max_unbacked: int, max_conditions: int, guard_from_hints: bool
) -> ShapeEnv:
    env = ShapeEnv(guard_from_hints=guard_from_hints)
    model: dict[str, int | float | bool] = {}
    for hint in draw(st.lists(st.integers(2, 9), max_size=max_backed)):
        model[env.create_symbol(hint).name] = hint
    for value in draw(st.lists(st.integers(_LOW, _HIGH), max_size=max_unbacked)):
        model[str(env.create_unbacked_symint().raw)] = value
    if model:
        drawn = conditions(names=tuple(model), max_depth=1)
        for condition in draw(st.lists(drawn, max_size=max_conditions)):
            env.require(_true_at(condition, model), "drawn")
    return env
