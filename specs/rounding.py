"""CMP, continued: float arithmetic, of which a record keeps the operands and not the order."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl import check, load
from refimpl.laws.blind_run import blind_run
from refimpl.laws.consist import breaking, common_model
from refimpl.laws.float_record import as_recorded
from refimpl.laws.observation import Stated
from refimpl.laws.observe import observe
from refimpl.laws.rounding import is_rounding
from refimpl.laws.theory import Theory
from refimpl.terms import (
    Cond,
    Dim,
    Real,
    ceil_to_int,
    eq,
    evaluate,
    float_add,
    float_eq,
    float_ge,
    float_gt,
    float_ite,
    float_le,
    float_lt,
    float_max,
    float_min,
    float_mul,
    float_ne,
    float_pow,
    float_sub,
    float_symbol,
    float_true_div,
    float_unary,
    floor_div,
    floor_to_int,
    ge,
    int_true_div,
    land,
    lor,
    round_to_int,
    symbol,
    to_float,
    trunc_to_int,
)
from specs.clauses import Clause, checks
from specs.models import RUN_06, RUN_08
from tests.export.support import Json, edited
from tests.laws import test_float_record
from tests.laws.observations import seen
from tests.variants.archive_json import top_graph

__all__ = ["CMP_05", "CMP_06", "CMP_07"]

_LAWS = "refimpl.laws"
A, B, C = (float_symbol(f"zuf{index}") for index in range(3))
U = symbol("u0")

CMP_05 = Clause(
    "CMP-05",
    "Sums, products and maxima of floats are compared as PyTorch records them: as lists of operands, like terms in one,"
    " a constant multiplied out, an integer power as its factors; nothing else is taken from the reals, and a list"
    " of more than 64 operands is compared as it is.",
    f"{_LAWS}.float_record:as_recorded",
    "cmp-float-operands-keep-their-order",
)
test_the_same_operands_in_another_order = checks(CMP_05)(test_float_record.test_the_same_operands_in_another_order)
test_other_laws_of_the_reals_are_not_used = checks(CMP_05)(test_float_record.test_other_laws_of_the_reals_are_not_used)
test_a_term_that_shares_its_parts_is_not_written_out = checks(CMP_05)(
    test_float_record.test_a_term_that_shares_its_parts_is_not_written_out
)


@checks(CMP_05)
def test_operands_have_one_order_from_the_left() -> None:
    a, b, c = A, B, C
    for combine in (float_add, float_mul, float_max, float_min):
        ordered = combine(combine(a, b), c)
        assert as_recorded(combine(c, combine(b, a))) is as_recorded(ordered) is ordered
        inside = float_unary("sqrt", combine(c, combine(a, b)))
        assert as_recorded(float_lt(inside, 1.0)) is float_lt(float_unary("sqrt", ordered), 1.0)
        other = float_mul if combine is float_add else float_add
        mixed = combine(other(c, combine(b, a)), combine(c, a))
        assert as_recorded(mixed) is as_recorded(combine(a, combine(other(combine(a, b), c), c)))
        assert as_recorded(mixed) is not as_recorded(combine(a, combine(other(combine(a, b), c), b)))
    for kept in (float_add(a, float_unary("sqrt", b)), float_add(a, float_mul(b, c)), float_mul(float_add(a, b), c)):
        assert as_recorded(kept) is kept, "no operand of another operation"
    for plain in (3, True, 2.5, U + 1, a, float_unary("sqrt", a), ge(U, 1), float_pow(a, 0.5), float_pow(a, b)):
        assert as_recorded(plain) is plain


REALS = st.floats(-8, 8).map(lambda value: round(value * 4) / 4)


def _combined(inner: st.SearchStrategy[Real]) -> st.SearchStrategy[Real]:
    combine = st.sampled_from((float_add, float_sub, float_mul, float_max, float_min))
    return st.tuples(combine, inner, inner).map(lambda drawn: drawn[0](drawn[1], drawn[2]))


LEAVES: st.SearchStrategy[Real] = st.sampled_from((A, B, C, 0.0, 0.5, 2.0, -1.0, 0.25))
TREES: st.SearchStrategy[Real] = st.recursive(LEAVES, _combined, max_leaves=6)


@checks(CMP_05)
@given(value=TREES, numbers=st.tuples(REALS, REALS, REALS))
def test_what_is_recorded_is_the_value_where_nothing_is_rounded(
    value: Real, numbers: tuple[float, float, float]
) -> None:
    """Quarters of small numbers: sums and products of six of them are exact."""
    valuation = {f"zuf{index}": number for index, number in enumerate(numbers)}
    recorded = as_recorded(value)
    assert evaluate(recorded, valuation) == evaluate(value, valuation)
    assert as_recorded(recorded) == recorded


@checks(CMP_05)
def test_up_to_64_operands_are_put_in_order() -> None:
    operands = [float_symbol(f"zuf{index}") for index in range(65)]

    def whole(parts: list[Real]) -> Real:
        total = parts[0]
        for part in parts[1:]:
            total = float_add(total, part)
        return total

    for count, alike in ((64, True), (65, False)):
        one, other = whole([*operands[:count]]), whole([*reversed(operands[:count])])
        assert (as_recorded(one) is as_recorded(other)) == alike
    for count, alike in ((64, True), (65, False)):
        power = float_pow(A, float(count))
        product: Real = A
        for _ in range(count - 1):
            product = float_mul(product, A)
        assert (as_recorded(power) is as_recorded(product)) == alike


@checks(CMP_05)
def test_a_constant_goes_to_the_first_sum_whatever_its_terms_are_multiplied_by() -> None:
    first, second = float_add(A, B), float_add(float_mul(5.0, A), C)
    for constant in (0.5, 2.0, -1.0):
        inside = float_mul(float_mul(constant, first), second)
        assert as_recorded(inside) is as_recorded(float_mul(constant, float_mul(first, second)))
        assert as_recorded(inside) is not as_recorded(float_mul(first, float_mul(constant, second)))
    long: Real = float_symbol("zuf0")
    for index in range(1, 65):
        long = float_add(long, float_symbol(f"zuf{index}"))
    for left in (0.0, -0.0):
        alone = as_recorded(float_mul(float_add(C, 2.0), float_mul(left, B)))
        assert alone is as_recorded(float_mul(left, float_mul(B, C))) is as_recorded(alone)
    for kept in (float_mul(2.0, long), float_mul(float_mul(2.0, long), A)):
        assert as_recorded(kept) is as_recorded(as_recorded(kept))
        assert evaluate(as_recorded(kept), {f"zuf{index}": 1.0 for index in range(65)}) == 130.0


CMP_06 = Clause(
    "CMP-06",
    "Both sides state conditions on floats in the words of a record, so that an assert recorded with its terms in one"
    " order and computed in another is one assert.",
    f"{_LAWS}.observe:_in_record_words",
    "cmp-conditions-keep-their-order",
)
FLOATS = Path("tests/corpus/archives/real/floats.pt2")


@checks(CMP_06, CMP_05)
def test_an_assert_in_another_order_is_the_same_assert() -> None:
    """What PyTorch recorded: ``zuf0 + zuf1 + 0.5 > 0`` of ``(0.5 + item) + item_1``."""
    program = load(FLOATS)
    observed = observe(blind_run(program))
    for stated in (observed.before, observed.after):
        conditions = {each.condition for each in stated if each.source in ("assert", "deferred")}
        assert float_lt(0.0, float_add(float_add(0.5, A), B)) in conditions
    report = check(program)
    assert report.verdict == "equivalent"


@checks(CMP_06, RUN_08)
@pytest.mark.parametrize(("old", "new"), [("0.5", "0.25"), ("2.5", "2.25")])
def test_an_assert_on_other_floats_is_another_assert(old: str, new: str, tmp_path: Path) -> None:
    def edit(program: dict[str, Json]) -> None:
        graph = top_graph(program)
        text = json.dumps(graph["sym_bool_values"])
        assert f"Float('{old}'" in text
        graph["sym_bool_values"] = json.loads(text.replace(f"Float('{old}'", f"Float('{new}'"))

    path = tmp_path / "edited.pt2"
    path.write_bytes(edited(FLOATS, edit))
    report = check(load(path))
    assert report.verdict == "broken"
    assert {"EQUIV"} <= {row.law for row in report.refuted}


CMP_07 = Clause(
    "CMP-07",
    "What refutes in doubles refutes only if it does over the rationals too, and no comparison is too close there to"
    " say: a difference that rounding may explain is none. Functions are taken as they are in doubles.",
    f"{_LAWS}.rounding:is_rounding",
    "cmp-close-floats-are-told-apart",
)
HUGE = {"zuf0": 2.0**70, "zuf1": -(2.0**70), "zuf2": 1.0, "u0": 3}


@checks(CMP_07)
@pytest.mark.parametrize(
    ("goal", "rounding"),
    [
        # Doubles say 0.0 on one side and 1.0 on the other.
        (float_eq(float_add(float_add(A, B), C), float_add(float_add(A, C), B)), True),
        (float_gt(float_add(float_add(A, 0.5), B), 0.0), True),
        (float_lt(float_add(float_add(A, 0.5), B), 0.0), False),
        (float_eq(float_mul(C, 0.5), float_mul(C, 0.25)), False),
        (float_eq(float_mul(C, 0.1), float_mul(C, 0.10000000000000002)), True),
        (float_eq(float_mul(C, 0.1), float_mul(C, 0.1000001)), False),
        (float_eq(float_true_div(C, 3.0), float_mul(C, 0.3333333333333333)), True),
        (float_eq(int_true_div(U, 3), float_mul(C, 0.9999)), False),
        (float_eq(float_mul(to_float(U), 0.1), 0.30000000000000004), True),
        (float_ge(float_mul(float_unary("sqrt", C), 0.1), 1.0), False),
        (float_eq(float_add(float_unary("sqrt", to_float(U)), C), 2.0), False),
        (eq(trunc_to_int(float_mul(float_add(float_add(A, C), B), 7.0)), 7), True),
        (eq(trunc_to_int(float_mul(float_add(float_add(A, C), B), 7.0)), 8), False),
        (eq(floor_to_int(float_add(C, -1.5)), 0), False),
        (eq(round_to_int(float_add(float_add(A, C), B)) + U, 4), True),
        (float_ge(float_ite(float_gt(float_add(float_add(A, C), B), 0.0), C, -1.0), float_mul(C, 0.5)), True),
        (eq(floor_div(U, 2) + trunc_to_int(float_mul(float_add(float_add(A, C), B), 7.0)), 8), True),
        (float_ge(float_ite(float_gt(float_add(float_add(A, C), B), 2.0), C, -1.0), float_mul(C, 0.5)), False),
        (lor(float_gt(float_add(float_add(A, C), B), 0.0), ge(U, 5)), True),
        (lor(float_gt(float_add(float_add(A, C), B), 2.0), ge(U, 5)), False),
        # What is no arithmetic is not rounded, nor what is infinite or undefined.
        (float_eq(A, B), False),
        (float_eq(float_unary("sqrt", C), 1.0000000001), False),
        (float_eq(to_float(U), 3.0000000001), True),
        (float_lt(float_mul(C, math.inf), 1.0), False),
        (float_eq(float_true_div(C, float_add(C, -1.0)), 1.0), False),
        (float_eq(float_mul(C, math.nan), 1.0), False),
        (float_ne(float_add(float_max(A, C), B), 0.0), False),
        (False, False),
    ],
)
def test_what_differs_by_rounding_alone_refutes_nothing(goal: Cond, rounding: bool) -> None:
    assert is_rounding(HUGE, (), goal) == rounding


@checks(CMP_07)
def test_hypotheses_are_asked_over_the_rationals_too() -> None:
    false = float_eq(float_add(C, 0.5), 3.0)
    rounded = float_eq(float_add(float_add(A, C), B), 0.0)
    for held in (float_eq(float_add(C, 0.5), 1.5), ge(U, 1), float_ge(float_mul(A, 0.1), 1.0)):
        assert not is_rounding(HUGE, (held,), false)
        assert is_rounding(HUGE, (held, rounded), false)
        assert is_rounding(HUGE, (rounded, held), ge(U, 4)), "the goal has no arithmetic"


@checks(CMP_07)
def test_what_has_too_many_digits_refutes_nothing() -> None:
    square: Real = float_add(C, 0.0001)
    for _ in range(12):
        square = float_mul(square, square)
    assert is_rounding(HUGE, (), float_eq(square, 7.0))
    assert not is_rounding(HUGE, (), float_eq(float_add(C, 0.0001), 7.0))


@checks(CMP_07)
def test_a_large_integer_is_rounded_where_it_becomes_a_float() -> None:
    assert is_rounding({"u0": 2**53 + 1}, (), float_gt(to_float(U), 2.0**53))
    assert not is_rounding({"u0": 2**53}, (), float_gt(to_float(U), 2.0**53))


@checks(RUN_08)
def test_a_neighbour_breaks_the_goal_in_doubles_too() -> None:
    huge = {"zuf0": 2.0**70, "zuf1": -(2.0**70), "zuf2": 1.0}
    found = breaking(float_eq(float_add(float_add(A, C), B), 0.0), (), huge, {})
    assert found is not None
    assert found != huge
    assert breaking(lor(float_le(A, 0.0), float_le(B, 0.0), float_le(C, 0.0)), (), dict.fromkeys(huge, 0.0), {}) is None


@checks(CMP_07)
@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (trunc_to_int(float_add(float_add(float_mul(float_true_div(A, 3.0), 3.0), B), C)), 1),
        (trunc_to_int(float_add(float_add(float_mul(int_true_div(U, 3), 3.0), B), C)), 1),
        (floor_to_int(float_add(float_add(float_add(A, C), B), 0.5)), 1),
        (ceil_to_int(float_add(float_add(float_add(A, C), B), 0.5)), 2),
    ],
)
def test_quotients_and_roundings_are_taken_over_the_rationals(value: Dim, wanted: int) -> None:
    assert is_rounding({**HUGE, "u0": 2**70}, (), eq(value, wanted))
    assert not is_rounding({**HUGE, "u0": 2**70}, (), eq(value, 3))


@checks(CMP_07)
def test_what_is_too_close_is_a_thousand_millionth_apart() -> None:
    for apart, rounding in ((0.95e-9, True), (1.05e-9, False), (1e-8, False)):
        for sign in (1.0, -1.0):
            assert is_rounding(HUGE, (), float_eq(float_add(float_mul(C, 0.5), 0.5), 1.0 + sign * apart)) == rounding


@checks(CMP_07)
def test_sixteen_thousand_binary_digits_are_not_too_many() -> None:
    power: Real = A
    for _ in range(4):
        power = float_mul(power, power)
    large = {"zuf0": 2.0**1023}
    assert not is_rounding(large, (), float_lt(power, 1.0))
    assert is_rounding(large, (), float_lt(float_mul(power, A), 1.0))


@checks(CMP_07)
def test_no_neighbour_breaks_a_goal_by_rounding() -> None:
    model = {"zuf0": 1.0, "zuf1": 1.0, "zuf2": 1.0}
    assert breaking(float_eq(float_add(float_add(A, B), 0.5), float_add(float_add(A, 0.5), B)), (), model, {}) is None
    found = breaking(float_eq(float_add(float_add(A, B), 0.5), float_add(float_add(A, 0.5), C)), (), model, {})
    assert found == {**model, "zuf0": 0.0, "zuf1": 0.0}


@checks(RUN_06)
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (float_ge(A, 2.0), {"zuf0": 2.0}),
        (float_gt(A, 2.0), {"zuf0": 3.0}),
        (float_lt(A, 0.5), {"zuf0": -0.5}),
        (float_ge(A, 1.00000000049), {"zuf0": 1.00000000049}),
        (land(float_gt(A, 2.0), float_lt(A, 2.5)), {"zuf0": 2.0 + 2.0**-51}),
        (land(float_gt(0.5, A), float_gt(A, 0.25)), {"zuf0": 0.5 - 2.0**-54}),
        (float_eq(float_mul(A, 3.0), 0.75), {"zuf0": 0.25}),
        (float_eq(float_mul(float_mul(A, 0.1), B), 0.5), {"zuf0": 5.0, "zuf1": 1.0}),
        (float_eq(float_add(A, 8.549999999999999), 0.0), {"zuf0": -8.549999999999999}),
        (float_lt(float_mul(B, 2.0), float_mul(A, 2.0)), {"zuf0": 2.0, "zuf1": 1.0}),
        (float_lt(float_unary("exp", A), 2.0**-35), {"zuf0": -64.0}),
        (float_ge(1.0, float_true_div(1.0, float_sub(A, 1.0))), {"zuf0": 0.0}),
    ],
)
def test_a_condition_that_fails_moves_a_float(condition: Cond, expected: dict[str, float]) -> None:
    theory = Theory(seen(before=(Stated("n", condition, "assert"),)))
    assert common_model(theory, {}, None) == expected


@checks(RUN_06)
@pytest.mark.parametrize(
    "value", [0.0, -1.0, 2.0, -2.0, 0.5, 64.0, -64.0, 2.0**-40, 2.0**40, -(2.0**40), 2.0**70, -(2.0**70), 1.0]
)
def test_a_float_is_tried_at_a_few_plain_numbers(value: float) -> None:
    theory = Theory(seen(before=(Stated("n", lor(float_eq(A, value), float_eq(A, 1e300)), "assert"),)))
    assert common_model(theory, {}, {"zuf0": 3.0}) == {"zuf0": value}
