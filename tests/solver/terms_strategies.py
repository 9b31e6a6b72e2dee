"""Small random terms, conditions and valuations; every construct that has an encoding occurs."""

from __future__ import annotations

from hypothesis import strategies as st

from refimpl.terms import (
    Cond,
    Dim,
    Real,
    bool_symbol,
    ceil_to_int,
    eq,
    float_le,
    float_lt,
    float_ne,
    float_symbol,
    floor_div,
    floor_to_int,
    ge,
    int_max,
    int_min,
    int_of_bool,
    ite,
    land,
    le,
    lnot,
    lor,
    lt,
    mod,
    ne,
    power,
    round_to_int,
    symbol,
    to_float,
    trunc_to_int,
)

__all__ = ["conditions", "dims", "floats", "reals", "valuations"]

_NAMES = ("s0", "u0", "u1")
floats = st.sampled_from([0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -2.5, 3.0, 1e300, float("inf"), float("-inf"), float("nan")])


def _grow(children: st.SearchStrategy[Dim]) -> st.SearchStrategy[Dim]:
    pair = st.tuples(children, children)
    small = st.integers(-4, 4)
    return st.one_of(
        pair.map(lambda p: p[0] + p[1]),
        pair.map(lambda p: p[0] - p[1]),
        st.tuples(children, small).map(lambda p: p[0] * p[1]),
        pair.map(lambda p: floor_div(p[0], p[1])),
        pair.map(lambda p: mod(p[0], p[1])),
        st.tuples(children, small).map(lambda p: floor_div(p[0], p[1])),
        st.tuples(children, small).map(lambda p: mod(p[0], p[1])),
        pair.map(lambda p: int_max(*p)),
        pair.map(lambda p: int_min(*p)),
        st.tuples(children, st.integers(0, 3)).map(lambda p: power(p[0], p[1])),
        st.tuples(children, children, children).map(lambda p: ite(ge(p[0], 0), p[1], p[2])),
        pair.map(lambda p: int_of_bool(le(p[0], p[1]))),
        reals.map(trunc_to_int),
        reals.map(floor_to_int),
        reals.map(ceil_to_int),
        reals.map(round_to_int),
    )


reals: st.SearchStrategy[Real] = st.one_of(
    floats.filter(lambda x: x == x and abs(x) < 1e6),
    st.just(float_symbol("zuf0")),
    st.sampled_from(_NAMES).map(lambda name: to_float(symbol(name))),
)
dims: st.SearchStrategy[Dim] = st.recursive(
    st.one_of(st.integers(-6, 6), st.sampled_from(_NAMES).map(symbol)), _grow, max_leaves=5
)
_compared: st.SearchStrategy[Real] = st.one_of(reals, floats)
_atoms: st.SearchStrategy[Cond] = st.one_of(
    st.tuples(dims, dims).map(lambda p: ge(*p)),
    st.tuples(dims, dims).map(lambda p: lt(*p)),
    st.tuples(dims, dims).map(lambda p: eq(*p)),
    st.tuples(dims, dims).map(lambda p: ne(*p)),
    st.just(bool_symbol("p0")),
    st.tuples(_compared, _compared).map(lambda p: float_lt(*p)),
    st.tuples(_compared, _compared).map(lambda p: float_le(*p)),
    st.tuples(_compared, _compared).map(lambda p: float_ne(*p)),
)
conditions: st.SearchStrategy[Cond] = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: land(*p)),
        st.tuples(inner, inner).map(lambda p: lor(*p)),
        inner.map(lnot),
    ),
    max_leaves=3,
)
valuations: st.SearchStrategy[dict[str, int | float | bool]] = st.fixed_dictionaries(
    {
        "s0": st.integers(-7, 7),
        "u0": st.integers(-7, 7),
        "u1": st.integers(-7, 7),
        "zuf0": floats,
        "p0": st.booleans(),
    }
)
