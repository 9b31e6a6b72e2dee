"""OBL and SOL, continued: the second of two, the order of two, and what is undefined behind what is opaque."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.laws.blind_run import blind_run
from refimpl.laws.check import check
from refimpl.laws.equiv import EQUIV
from refimpl.laws.fresh import FRESH
from refimpl.laws.observation import FreshSymbol, Stated
from refimpl.laws.step_names import EMIT_OF_STEP
from refimpl.laws.witness import minimize
from refimpl.solver import (
    PROVERS,
    Model,
    Obligation,
    Proved,
    Prover,
    Refuted,
    Undecided,
    Verdict,
    make_solver,
    solve_text,
)
from refimpl.solver.semantics import holds, refutes
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import (
    Bounds,
    Cond,
    Dim,
    FloatRange,
    ValueRange,
    bit_and,
    eq,
    evaluate,
    float_eq,
    float_ite,
    float_le,
    float_lt,
    float_mul,
    float_ne,
    float_symbol,
    float_unary,
    floor_div,
    floor_to_int,
    ge,
    land,
    le,
    lor,
    ne,
    power,
    symbol,
)
from specs.assumptions import TRM_33
from specs.beholding import OBS_07, Nodes
from specs.beholding import seen as observed_run
from specs.blind import BLI_03
from specs.clauses import checks
from specs.confirming import RUN_05, claim, confirmed
from specs.divisions import TRM_22
from specs.intervals import TRM_18
from specs.laws import LAW_02
from specs.obligations import OBL_04, OBL_05
from specs.powers import TRM_35
from specs.reports import LAW_15
from specs.solvers import SOL_01, SOL_03, SOL_04
from specs.step_claims import ASK_06
from specs.witnesses import JDG_06
from tests.laws.observations import U0, U1, U7, U8, goals, node, seen
from tests.laws.observed import step
from tests.laws.programs import LARGEST, loaded
from tests.laws.stepping import asked

__all__: list[str] = []

S, U, V, W, X = (symbol(name) for name in ("s0", "u0", "u1", "u7", "u8"))
Z = float_symbol("zuf0")


@checks(OBL_04)
def test_each_symbol_that_a_node_allocates_has_a_name_of_its_own() -> None:
    observed = seen(node("a", allocated=(U7, U1, U0)), recorded_symbols={U0: "b", U1: "b"})
    assert [finding.message.split()[3] for finding in FRESH.claims(observed).findings] == ["u1", "u0"]


@checks(OBL_05, LAW_02)
def test_equiv_tries_the_recorded_value_of_each_unbound_symbol() -> None:
    unbound = (FreshSymbol(U7, "a", "", S), FreshSymbol(U8, "b", "", V + 1))
    after = (Stated("c", ge(X, 3), "assert", order=1), Stated("d", ge(X, W), "assert", order=2))
    claims = EQUIV.claims(seen(after=after, unbound=unbound))
    assert goals(claims.open) == [("c", ge(V, 2)), ("d", ge(V + 1, S))]
    assert all(claim.existential for claim in claims.open)


@checks(OBS_07)
@pytest.mark.parametrize("offset", [0, W])
def test_sizes_come_before_strides_and_strides_before_the_offset(offset: Dim) -> None:
    nodes = Nodes()
    old = FakeTensor((3, 5), (7, 1), DType.bool)
    nodes.call(
        "n", "aten.relu.default", old=old, new=FakeTensor((2, W), (W, 1), DType.bool, offset=offset), allocated=(U7,)
    )
    assert observed_run(nodes, pending=(U7,)).unbound == (FreshSymbol(U7, "n", ".size()[1]", 5),)
    nodes = Nodes()
    nodes.call(
        "n", "aten.relu.default", old=old, new=FakeTensor((2, 5), (W, 1), DType.bool, offset=offset), allocated=(U7,)
    )
    assert observed_run(nodes, pending=(U7,)).unbound == (FreshSymbol(U7, "n", ".stride()[0]", 7),)


class _FromBelow:
    """Tries all pairs of numbers from -12 to 12, in this order."""

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        def verdict(asked: Obligation) -> Verdict:
            for u, v in product(range(-12, 13), repeat=2):
                if refutes({"u0": u, "u1": v}, asked.hypotheses, asked.goal):
                    return Refuted({"u0": u, "u1": v}, "z3")
            return Proved("z3")

        return tuple(map(verdict, obligations))


@checks(JDG_06)
def test_a_number_is_made_small_and_then_positive() -> None:
    points = ((-9, 5), (-3, 1), (-1, 3), (1, -3), (1, 4))
    obligation = Obligation("", (lor(*(land(eq(U, u), eq(V, v)) for u, v in points)),), False)
    for u, v in points:
        assert minimize(obligation, {"u0": u, "u1": v}, {}, _FromBelow()) == {"u0": 1, "u1": -3}


@checks(ASK_06)
def test_a_renaming_alone_gives_the_name_away() -> None:
    after = ShapeEnvState(asserts={U7: (ge(W, 3),)}, renamings={U7: U0})
    seen_step = step(before=ShapeEnvState(), after=after)
    assert [goal for goal, _ in asked(EMIT_OF_STEP, seen_step)] == [ge(W, 3)]
    assert asked(EMIT_OF_STEP, replace(seen_step, after=replace(after, renamings={}))) == []


@checks(TRM_18)
@pytest.mark.parametrize("mirrored", [False, True])
def test_an_equation_of_a_float_gives_both_of_its_ends(mirrored: bool) -> None:
    bounds = Bounds()
    bounds.assume(float_eq(2.0, Z) if mirrored else float_eq(Z, 2.0))
    assert bounds.float_range_of(Z) == FloatRange(2.0, 2.0)
    assert bounds.known(float_lt(Z, 2.0)) is False
    assert bounds.known(float_le(Z, 1.5)) is False
    assert bounds.known(float_lt(2.0, Z)) is False
    # In the order of texts this symbol precedes its number.
    first = float_symbol("f")
    for number in (math.inf, -math.inf):
        of_first = Bounds()
        of_first.assume(float_eq(first, number))
        assert of_first.float_range_of(first) == FloatRange(number, number)


@checks(SOL_01)
@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_what_is_undefined_behind_an_opaque_part_is_no_proof(solver: str) -> None:
    """Whatever a bitwise operator gives, it gives nothing where its argument divides by zero."""
    opaque = bit_and(floor_div(7, U), V)
    goal = lor(ge(opaque, 5), le(opaque, 7))
    large = float_unary("exp", Z)  # an error from 710 on
    chosen = float_ite(ge(U, 0), 1.0, large)
    goals_of: tuple[tuple[Cond, Model, Model], ...] = (
        (goal, {"u0": 0, "u1": 0}, {"u0": 2, "u1": 0}),
        (
            lor(float_le(chosen, 3.0), float_lt(3.0, chosen), float_ne(chosen, chosen)),
            {"u0": -1, "zuf0": 1000.0},
            {"u0": 0, "zuf0": 1000.0},
        ),
    )
    for asked_for, undefined, defined in goals_of:
        (verdict,) = make_solver("cvc5" if solver == "cvc5" else "z3").decide([Obligation("", (), asked_for)])
        assert not isinstance(verdict, Proved)
        assert refutes(undefined, (), asked_for)
        assert not refutes(defined, (), asked_for)


@checks(SOL_01)
def test_a_power_is_defined_where_its_base_is() -> None:
    (verdict,) = make_solver().decide([Obligation("", (), eq(power(floor_div(7, U), 0), 1))])
    assert isinstance(verdict, Proved), "whatever to the power 0 is 1 before any solver"
    for exponent in (1, 2, 3):
        goal = ge(power(floor_div(7, U) * floor_div(7, U) + 1, exponent), 1)
        (verdict,) = make_solver().decide([Obligation("", (), goal)])
        assert isinstance(verdict, Refuted)
        assert verdict.model["u0"] == 0


@checks(SOL_03)
@pytest.mark.parametrize(
    ("hypotheses", "goal", "refuted"),
    [
        # The absolute value of NaN is NaN; of two opaque floats nothing is known together.
        ((), float_le(0.0, float_unary("abs", Z)), True),
        ((float_le(Z, 0.0),), float_le(0.0, float_unary("abs", Z)), False),
        ((float_lt(1e308, Z), ne(U, U + 1)), float_le(Z, math.inf), False),
        ((float_lt(Z, -1e308),), float_lt(-math.inf, Z), True),
        ((float_le(Z, -math.inf),), float_eq(Z, -math.inf), False),
        ((float_le(math.inf, Z),), float_eq(Z, math.inf), False),
        ((float_le(0.5, Z),), ge(floor_to_int(Z), 0), True),
        ((float_le(0.5, Z), float_le(Z, 9.0)), ge(floor_to_int(Z), 0), False),
    ],
)
def test_floats_that_are_no_numbers_are_not_left_out(hypotheses: tuple[Cond, ...], goal: Cond, refuted: bool) -> None:
    (verdict,) = make_solver().decide([Obligation("", hypotheses, goal)])
    assert isinstance(verdict, Refuted if refuted else Proved)


@checks(SOL_03)
def test_two_opaque_floats_are_two() -> None:
    root, sine = float_unary("sqrt", Z), float_unary("exp", Z)
    (verdict,) = make_solver().decide([Obligation("", (float_le(root, 3.0),), float_le(sine, 3.0))])
    assert isinstance(verdict, (Refuted, Undecided))


@checks(SOL_01)
def test_an_integer_symbol_has_no_other_number() -> None:
    assert [holds(ge(U, 0), {"u0": value}) for value in (1, 1.5, -1)] == [True, False, False]
    assert [holds(ne(U, 0), {"u0": value}) for value in (1.0, math.nan)] == [False, False]
    assert not holds(ge(U, 0), {"u1": 3})


@checks(SOL_04)
@pytest.mark.parametrize("prover", PROVERS)
def test_the_last_answer_of_a_text_counts(prover: Prover) -> None:
    text = "(declare-const x Int)\n(assert (> x 0))\n(check-sat)\n(assert (< x 0))\n(check-sat)\n"
    answer = solve_text(prover, text, budget=100_000)
    # No proof was asked for.
    assert (answer.status, answer.steps, answer.unchecked, answer.proof) == ("unsat", 0, 0, "")


@checks(TRM_35)
@pytest.mark.parametrize("low", [0, 1, 2])
@pytest.mark.parametrize("exponents", [(0, 2), (1, 3), (0, 1)])
def test_powers_of_bases_from_zero_hold_each_power(low: int, exponents: tuple[int, int]) -> None:
    """0 to the power 0 is 1, to any other 0."""
    first, last = exponents
    found = ValueRange(low, 3).power(ValueRange(first, last))
    powers = [base**n for base in range(low, 4) for n in range(first, last + 1)]
    assert (found.low, found.high) == (min(powers), max(powers))


@checks(TRM_22)
@given(u=st.integers(-4, 4).filter(bool), v=st.integers(-4, 4), rest=st.integers(-7, 7))
def test_what_a_polynomial_division_leaves_is_added(u: int, v: int, rest: int) -> None:
    divided = floor_div(2 * U * V + rest * U, 2 * U)
    assert evaluate(divided, {"u0": u, "u1": v}) == (2 * u * v + rest * u) // (2 * u)
    assert divided == V + rest // 2


@checks(TRM_33)
def test_a_product_is_bounded_by_its_factors_also_later() -> None:
    bounds = Bounds()
    for condition in (le(U * V, 100), ge(U, 2), le(U, 3), ge(V, 2), le(V, 3)):
        bounds.assume(condition)
    assert bounds.range_of(U * V) == ValueRange(4, 9)


@checks(RUN_05)
@pytest.mark.parametrize(
    ("new", "said"),
    [
        (0.25, "equal"),
        (0.25 * (1 + 1e-15), "rounding"),
        (0.25 * (1 - 1e-14), "rounding"),
        (0.25 * (1 + 1e-9), "confirmed"),
        (0.5, "confirmed"),
        (-0.25, "confirmed"),
        (1, "confirmed"),
        (math.nan, "confirmed"),
    ],
)
def test_a_difference_of_rounding_confirms_nothing(new: float, said: str) -> None:
    """A computed float may be rounded in another order; a recorded number may not."""
    for old, rounds in ((float_mul(Z, 0.1), True), (0.25, False)):
        observed = seen(node("n", old=old))
        told, yes = confirmed(claim(law="VALUE"), observed, values={"n": new})
        expected = "confirmed" if said == "rounding" and not rounds else said
        assert yes == (expected == "confirmed")
        assert expected == "confirmed" or expected in told


@checks(RUN_05)
def test_a_number_of_another_sort_is_no_rounding() -> None:
    for old, new in ((U, 4.0), (float_mul(Z, 2.0), 5)):
        observed = seen(node("n", old=old))
        assert confirmed(claim(law="VALUE"), observed, values={"n": new})[1]


@checks(LAW_15)
def test_only_a_program_is_checked() -> None:
    with pytest.raises(TypeError, match="takes the program that refimpl.load reads, not a str"):  # noqa: RUF043 - a text
        check("program.pt2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]  # that is refused


@checks(BLI_03)
def test_what_a_node_allocates_is_listed_in_its_order() -> None:
    """A slice between two items allocates its size and then its offset."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0, u1, u2, u3 = (program.unbacked(f"u{index}", 0, LARGEST) for index in range(4))
    x, *numbers = program.input("x", tensor([s0])), *(program.input(name, tensor([], "int64")) for name in "kl")
    first, last = (program.call("aten.item.default", k, out=u) for k, u in zip(numbers, (u0, u1), strict=True))
    program.output(program.call("aten.slice.Tensor", x, 0, first, last, out=tensor([u2], offset=u3)))
    run = blind_run(loaded(program))
    (found,) = (each for each in run.observed() if each.path == "slice")
    assert [run.renamed[fresh].name for fresh in found.allocated] == ["u2", "u3"]
