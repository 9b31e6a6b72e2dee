"""Brute force over small boxes: the meaning of constraints by trying every valuation."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from refimpl.symbolic_shapes import Constraints
from refimpl.terms import (
    Cond,
    Dim,
    IntTerm,
    Symbol,
    Undefined,
    add,
    eq,
    evaluate,
    floor_div,
    ge,
    int_max,
    le,
    lor,
    mod,
    multiply,
    ne,
    symbol,
)

__all__ = ["BOX", "OLD", "conditions", "dims", "equal", "holds", "of", "valuations"]

OLD, FRESH, OTHER, SIZE = (symbol(name) for name in ("u0", "u7", "u3", "s0"))
BOX: dict[str, range] = {"u0": range(-1, 5), "u7": range(-1, 4), "u3": range(3), "s0": range(4)}


def of(term: IntTerm) -> Symbol:
    """The symbol that the term is."""
    found = term.symbol
    assert found is not None
    return found


def valuations() -> Iterator[dict[str, int | float | bool]]:
    """Every valuation of the box."""
    for values in product(*BOX.values()):
        yield dict(zip(BOX, values, strict=True))


def holds(constraints: Constraints, valuation: dict[str, int | float | bool]) -> bool:
    """Whether the valuation satisfies the constraints; an undefined one does not."""
    try:
        return constraints.holds(valuation)
    except Undefined:
        return False


def equal(left: Dim, right: Dim, valuation: dict[str, int | float | bool]) -> bool:
    """Whether both are defined and equal."""
    try:
        return evaluate(left, valuation) == evaluate(right, valuation)
    except Undefined:
        return False


def dims(atoms: tuple[IntTerm, ...]) -> st.SearchStrategy[Dim]:
    """Small integer expressions: constants, symbols, linear ones, quotients, remainders, maxima, products."""
    atom = st.sampled_from(atoms)
    linear = st.builds(_linear, atom, atom, st.integers(-2, 3), st.integers(-1, 1))
    return st.one_of(
        st.integers(-2, 6),
        atom,
        st.builds(add, linear, st.integers(-2, 2)),
        st.builds(floor_div, linear, st.integers(2, 3)),
        st.builds(mod, linear, st.integers(2, 3)),
        st.builds(int_max, linear, st.integers(-1, 2)),
        st.builds(multiply, atom, atom),
    )


def _linear(a: IntTerm, b: IntTerm, c: int, d: int) -> Dim:
    return a * c + b * d


def conditions() -> st.SearchStrategy[Cond]:
    """Small conditions over the symbols of the box."""
    dim = dims((OLD, FRESH, OTHER, SIZE))
    simple = st.one_of(
        st.builds(ge, dim, dim), st.builds(le, dim, dim), st.builds(eq, dim, dim), st.builds(ne, dim, dim)
    )
    return st.one_of(simple, simple, st.builds(lor, simple, simple))
