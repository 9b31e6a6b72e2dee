"""ENV, continued: what is evident of what is known."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from refimpl.symbolic_shapes import ShapeEnv
from refimpl.symbolic_shapes.evidence import evident
from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.terms import Cond, Dim, Sort, eq, ge, gt, land, le, lt, mod, ne, of_atom, symbol
from specs.clauses import Clause, checks
from specs.histories import ENV_17
from tests.symbolic_shapes.operators import name

__all__ = ["ENV_32"]

U0, U1, U2, S0, S1, S2 = (symbol(text) for text in ("u0", "u1", "u2", "s0", "s1", "s2"))
_SYMBOLS = st.sampled_from((U0, U1, U2))
_NUMBERS = st.integers(-3, 3)

ENV_32 = Clause(
    "ENV-32",
    "Evident is what the ranges of the symbols decide, or one statement by itself, a strict one the plain one too;"
    " of the caller's sizes all that is known.",
    "refimpl.symbolic_shapes.evidence:_of_its_sign",
    "env-strict-statements-say-nothing-else",
)


def _knowing(*said: Cond) -> Knowledge:
    found = Knowledge()
    for condition in said:
        found.assume(condition)
    return found


@checks(ENV_32)
def test_an_inference_from_two_statements_is_not_evident() -> None:
    chain = _knowing(ge(U0, 0), le(U0, U1), le(U1, U2))
    assert (chain.known(le(U0, U2)), evident(chain, le(U0, U2))) == (True, None)
    assert (evident(chain, le(U0, U1)), evident(chain, le(U1, U2))) == (True, True)
    assert (chain.known(ge(U2, 0)), evident(chain, ge(U2 - U0, 0))) == (True, None)
    double = _knowing(ge(U0, 0), le(2 * U0, U1))
    assert evident(double, le(U0, U1)) is None
    assert evident(double, le(2 * U0, U1)) is True
    assert evident(double, lt(U1, 2 * U0)) is False


@checks(ENV_32)
def test_a_strict_statement_says_the_plain_one() -> None:
    strict = _knowing(lt(U0, U1))
    assert [evident(strict, each) for each in (lt(U0, U1), le(U0, U1))] == [True, True]
    assert [evident(strict, each) for each in (ge(U0, U1), gt(U0, U1))] == [False, False]
    assert (strict.known(le(U0, U1 + 1)), evident(strict, le(U0, U1 + 1))) == (True, None)
    plain = _knowing(le(U0, U1))
    assert [evident(plain, each) for each in (le(U0, U1), lt(U0, U1), gt(U0, U1))] == [True, None, False]


@checks(ENV_32)
def test_ranges_and_replacements_are_evident() -> None:
    ranged = _knowing(ge(U0, 1), le(U0, 4), ge(U1, 2), eq(U2, U0 + 3))
    asked: list[tuple[Cond, bool | None]] = [
        (le(U0, 4), True), (le(U0, 9), True), (ge(U0, 4), None), (ge(U0, 5), False), (ge(U0, 7), False),
        (ge(U0 - U1, 3), False), (ge(U0, 2), None), (ge(U0 + U1, 3), True),
        (ge(U1 - U0, -2), True), (ge(U1 - U0, -1), None), (ge(U2, 4), True), (ge(U2, 8), False), (ge(U2, 5), None),
        (land(ge(U0, 1), ge(U1, 2)), True), (land(ge(U0, 2), ge(U1, 2)), None), (land(ge(U0, 2), lt(U1, 2)), False),
        (True, True), (False, False), (ne(U0, 0), True), (eq(mod(U1, 3), 0), None),
    ]  # fmt: skip
    for condition, answer in asked:
        assert evident(ranged, condition) is answer, condition
    inner = ranged.fork()
    inner.assume(le(U0, U1))
    assert (evident(inner.fork(), le(U0, U1)), evident(ranged, le(U0, U1))) == (True, None)


@checks(ENV_32)
def test_of_the_callers_sizes_all_that_is_known_is_evident() -> None:
    env = ShapeEnv()
    for text in ("s0", "s1", "s2"):
        env.add_backed(name(text), 5, 0, None)
    fresh = of_atom(env.fresh(Sort.INT))
    for condition in (le(S0, S1), le(S1, S2), ge(fresh, 0), le(fresh, S0)):
        env.assume(condition)
    assert (env.evident(le(S0, S2)), env.evident(le(fresh, S0)), env.evident(le(fresh, S1))) == (True, True, None)
    assert env.evident(ge(S0, 6)) is None, "no hint is looked at"
    assert env.known(le(fresh, S2)) is True


def _apart(left: Dim, right: Dim, distance: int) -> Cond:
    return ge(left - right, distance)


@checks(ENV_32, ENV_17)
@given(
    said=st.lists(st.builds(_apart, _SYMBOLS, st.sampled_from((U0, U1, 0)), _NUMBERS), max_size=4),
    asked=st.builds(_apart, _SYMBOLS, _SYMBOLS, _NUMBERS),
)
def test_what_is_evident_is_known(said: list[Cond], asked: Cond) -> None:
    found = _knowing(*said)
    contradictory = found.contradiction is not None or found.bounds.inconsistent
    if not contradictory and (answer := evident(found, asked)) is not None:
        assert found.known(asked) is answer
