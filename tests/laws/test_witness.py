"""The smallest witness, against enumeration; and what counts as a replay."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.laws.consist import breaking
from refimpl.laws.witness import minimize
from refimpl.solver import Obligation, Refuted, holds, make_solver, refutes
from refimpl.terms import Cond, bool_symbol, eq, float_lt, float_symbol, ge, le, lor, mod, ne, symbol

S, U, V = symbol("s0"), symbol("u0"), symbol("u1")
BOX = (ge(S, 2), le(S, 6), ge(U, -3), le(U, 3), ge(V, -3), le(V, 3))
_SOLVER = make_solver()

_atoms = st.sampled_from(
    [
        le(U, S - 3),
        ge(U + V, 2),
        eq(mod(S, 2), 0),
        ne(U, 0),
        ne(V, 1),
        ge(U * V, 2),
        eq(S, U + 4),
        lor(ge(U, 2), le(V, -2)),
    ]
)


def smallest(hypotheses: tuple[Cond, ...], goal: Cond, hint: int) -> dict[str, int] | None:
    """By enumeration: fewest symbols off their hint, smallest sum of absolute values, then by name."""
    box = product(range(2, 7), range(-3, 4), range(-3, 4))
    runs: list[dict[str, int]] = [{"s0": s, "u0": u, "u1": v} for s, u, v in box]
    found = [run for run in runs if refutes(run, hypotheses, goal)]
    if not found:
        return None
    key = sorted(
        found,
        key=lambda r: (r["s0"] != hint, sum(map(abs, r.values())), [(abs(r[n]), r[n] < 0) for n in sorted(r)]),
    )
    return key[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(_atoms, max_size=2), _atoms, st.integers(2, 6))
def test_the_witness_is_the_first_in_the_order_of_the_design(chosen: list[Cond], goal: Cond, hint: int) -> None:
    hypotheses = (*BOX, *chosen)
    obligation = Obligation("", hypotheses, goal)
    (verdict,) = _SOLVER.decide([obligation])
    expected = smallest(hypotheses, goal, hint)
    assert isinstance(verdict, Refuted) == (expected is not None)
    if isinstance(verdict, Refuted):
        assert minimize(obligation, verdict.model, {"s0": hint}, _SOLVER) == expected


def test_a_large_model_shrinks_to_the_boundary() -> None:
    obligation = Obligation("", (ge(U, 1000), le(U, 2**63)), ge(0, U))
    assert minimize(obligation, {"u0": 2**63}, {}, _SOLVER) == {"u0": 1000}


def test_booleans_and_floats_become_plain_where_they_may() -> None:
    p, x = bool_symbol("p0"), float_symbol("zuf0")
    obligation = Obligation("", (lor(p, ge(U, 0)), float_lt(x, 5.0)), ge(U, 1))
    found = minimize(obligation, {"p0": True, "u0": -7, "zuf0": 1e-300}, {}, _SOLVER)
    assert found == {"p0": False, "u0": 0, "zuf0": 0.0}


def test_a_neighbour_of_a_model_breaks_a_goal_or_is_none() -> None:
    model = {"s0": 4, "u0": 1, "u1": 0}
    found = breaking(ge(U, 1), (*BOX, ge(U + V, 0)), model, {"s0": 4})
    assert found is not None
    assert not holds(ge(U, 1), found)
    assert holds(ge(U + V, 0), found)
    assert breaking(ge(U, -3), BOX, model, {"s0": 4}) is None


@pytest.mark.parametrize("hint", [2, 6])
def test_a_symbol_leaves_its_hint_only_if_it_must(hint: int) -> None:
    obligation = Obligation("", BOX, le(S + U, 100))
    (verdict,) = _SOLVER.decide([Obligation("", BOX, ne(S + U, 3))])
    assert isinstance(verdict, Refuted)
    smaller = minimize(Obligation("", BOX, ne(S + U, 3)), verdict.model, {"s0": hint}, _SOLVER)
    assert smaller["s0"] == hint
    assert _SOLVER.decide([obligation])[0] != verdict
