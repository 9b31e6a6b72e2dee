"""The second semantics of terms covers every constructor and agrees with the evaluator and with the solvers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Final, cast, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.solver import Obligation, Proved, Refuted, Undecided, make_solver
from refimpl.terms import (
    Apply,
    BoolSymbol,
    Cond,
    Dim,
    Real,
    Scalar,
    Undefined,
    bool_symbol,
    eq,
    evaluate,
    float_eq,
    float_ite,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    ge,
    ite,
    land,
    le,
    lnot,
    lor,
    mod,
    ne,
    subterms,
    symbol,
)
from refimpl.terms.core import BoolFn, FloatFn, IntFn
from refimpl.terms.rebuild import apply_function
from tests.oracle.denotation import FUNCTIONS, Value, counterexamples, denote, holds, valuations

INTEGER_FUNCTIONS: Final = cast("tuple[str, ...]", get_args(IntFn))  # the names of a Literal are strings
FLOAT_FUNCTIONS: Final = cast("tuple[str, ...]", get_args(FloatFn))  # as above
CONDITIONS: Final = cast("tuple[type, ...]", (BoolSymbol, *get_args(BoolFn)))  # the members of a union are classes
BOX: Final[Mapping[str, tuple[Value, ...]]] = {"s0": (0, 1, 3), "u0": (-2, 0, 1, 2), "p": (False, True)}
_FLOATS: Final = (-math.inf, -2.5, -0.0, 0.5, 1.0, math.nan)

_leaves: st.SearchStrategy[Dim] = st.one_of(st.integers(-3, 4), st.sampled_from(("s0", "u0")).map(symbol))
_reals: st.SearchStrategy[Real] = st.one_of(st.sampled_from((0.5, -2.0, 3.0)), st.just(float_symbol("zuf0")))


def _conditions(integers: st.SearchStrategy[Dim], floats: st.SearchStrategy[Real]) -> st.SearchStrategy[Cond]:
    def compared(make: Callable[[Dim, Dim], Cond]) -> st.SearchStrategy[Cond]:
        return st.builds(make, integers, integers)

    def floating(make: Callable[[Real | Dim, Real | Dim], Cond]) -> st.SearchStrategy[Cond]:
        return st.builds(make, floats, st.one_of(floats, integers))

    atoms = st.one_of(
        st.just(bool_symbol("p")), *map(compared, (ge, le, eq, ne)),
        *map(floating, (float_lt, float_le, float_eq, float_ne)),
    )  # fmt: skip
    several = st.lists(atoms, min_size=2, max_size=3)
    return st.one_of(
        atoms, atoms.map(lnot), several.map(lambda parts: land(*parts)), several.map(lambda parts: lor(*parts))
    )


def _applied(names: Iterable[str], arguments: Mapping[str, st.SearchStrategy[Scalar]]) -> st.SearchStrategy[Scalar]:
    """Each function on arguments of its sorts."""
    kinds = {"Ite": "cii", "FloatIte": "crr", "ToFloat": "i", "IntTrueDiv": "ii"}
    rounding = ("TruncToInt", "FloorToInt", "CeilToInt", "RoundToInt")

    def made(name: str) -> st.SearchStrategy[Scalar]:
        binary = "rr" if name.startswith("Float") else "ii" if name in INTEGER_FUNCTIONS else "r"
        kind = kinds.get(name, "r" if name in rounding else binary)
        return st.tuples(*(arguments[letter] for letter in kind)).map(lambda args: apply_function(name, args))

    return st.one_of(*map(made, names))


_ARGUMENTS: Final[Mapping[str, st.SearchStrategy[Scalar]]] = {
    "i": _leaves, "r": _reals, "c": _conditions(_leaves, _reals),
}  # fmt: skip
integers = cast("st.SearchStrategy[Dim]", st.one_of(_leaves, _applied(INTEGER_FUNCTIONS, _ARGUMENTS)))  # its sort
reals = cast("st.SearchStrategy[Real]", st.one_of(_reals, _applied(FLOAT_FUNCTIONS, _ARGUMENTS)))  # its sort
conditions = _conditions(integers, reals)
# What the solvers decide exactly: no float symbol.
_PLAIN: Final[Mapping[str, st.SearchStrategy[Scalar]]] = {"i": _leaves, "c": _conditions(_leaves, st.just(0.5))}
_EXACT: Final = ("FloorDiv", "Mod", "Max", "Min", "Ite")
_plain = cast("st.SearchStrategy[Dim]", st.one_of(_leaves, _applied(_EXACT, _PLAIN)))  # their sort
plain_conditions = _conditions(_plain, st.just(0.5))


def _constructors(term: Scalar) -> set[str]:
    if isinstance(term, (bool, int, float)):
        return set()
    return {part.fn if isinstance(part, Apply) else type(part).__name__ for part in subterms(term)}


def missing(drawn: Iterable[Scalar], functions: Iterable[str]) -> set[str]:
    """The constructors that are not among the drawn terms, or that the second semantics does not know."""
    every = {*functions, *(kind.__name__ for kind in CONDITIONS)}
    met = {name for term in drawn for name in _constructors(term)}
    return {name for name in every if name not in met or (name not in FUNCTIONS and name in functions)} - (
        {"Ite", "FloatIte"} & met
    )


def test_every_constructor_is_drawn_and_has_a_meaning() -> None:
    drawn: list[Scalar] = []

    @settings(max_examples=600, database=None)
    @given(st.one_of(integers, reals, conditions))
    def collect(term: Scalar) -> None:
        drawn.append(term)

    collect()
    assert missing(drawn, (*INTEGER_FUNCTIONS, *FLOAT_FUNCTIONS)) == set()


def test_a_constructor_without_a_meaning_is_noticed() -> None:
    drawn: list[Scalar] = [ite(ge(symbol("s0"), 0), symbol("u0"), 0), float_ite(bool_symbol("p"), 1.0, 2.0)]
    found = missing(drawn, (*INTEGER_FUNCTIONS, "Cbrt"))
    assert {"Cbrt", "FloorDiv", "And"} <= found
    assert {"Ite", "Ge", "BoolSymbol"}.isdisjoint(found)
    made = apply_function("FloorDiv", (symbol("s0"), symbol("u0")))
    with pytest.MonkeyPatch.context() as patch:
        patch.delitem(cast("dict[str, object]", FUNCTIONS), "FloorDiv")  # the mapping is a dict
        with pytest.raises(KeyError):
            denote(made, {"s0": 1, "u0": 1})


@settings(max_examples=500, deadline=None)
@given(st.one_of(integers, reals, conditions), st.sampled_from(_FLOATS))
def test_both_semantics_of_terms_agree(term: Scalar, zuf0: float) -> None:
    for valuation in valuations({**BOX, "zuf0": (zuf0,)}):
        try:
            found: Value | None = evaluate(term, valuation)
        except Undefined:
            found = None
        assert repr(found) == repr(denote(term, valuation)), valuation


def _inside() -> tuple[Cond, ...]:
    """The box, as conditions."""
    s0, u0 = symbol("s0"), symbol("u0")
    return (ge(s0, 0), le(s0, 3), ne(s0, 2), ge(u0, -2), le(u0, 2), ne(u0, -1))


@settings(max_examples=150, deadline=None)
@given(st.lists(plain_conditions, max_size=2), plain_conditions)
def test_verdicts_and_witnesses_are_those_of_enumeration(given_: list[Cond], goal: Cond) -> None:
    hypotheses = (*given_, *_inside())
    found = list(counterexamples(given_, goal, BOX))
    (verdict,) = make_solver("z3").decide([Obligation("box", hypotheses, goal)])
    match verdict:
        case Proved():
            assert not found
        case Refuted(model):
            valuation: dict[str, Value] = {"s0": 0, "u0": 0, "p": False, **model}
            assert found, "enumeration finds one too"
            assert all(holds(condition, valuation) for condition in hypotheses)
            assert not holds(goal, valuation)
        case Undecided(reason):
            pytest.fail(f"integers of a box leave nothing undecided: {reason}")


def test_enumeration_tells_right_from_wrong() -> None:
    s0, u0 = symbol("s0"), symbol("u0")
    assert list(counterexamples((ge(s0, 1),), ge(s0, 1), BOX)) == []
    assert {v["u0"] for v in counterexamples((ge(u0, 0),), ne(u0, 1), BOX)} == {1}
    # Undefined is not true: 0 is no divisor.
    undefined = list(counterexamples((), ge(mod(s0, u0), -9), BOX))
    assert undefined
    assert all(found["u0"] == 0 for found in undefined)
