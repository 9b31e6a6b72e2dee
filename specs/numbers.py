"""NUM: the symbolic numbers of an environment, and the questions that code asks of them.

Most checks are those of ``tests/symbolic_shapes``, which compare with Python's own numbers.
"""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Final

import pytest

from refimpl.symbolic_shapes import (
    Requirement,
    ShapeEnv,
    SymFloat,
    SymInt,
    sym_eq,
    sym_ite,
    sym_max,
    sym_min,
    sym_or,
    sym_sum,
    unwrap,
    wrap,
)
from refimpl.symbolic_shapes import scalar_ops as ops
from refimpl.symbolic_shapes.inputs import bind_values
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.sym_functions import unary_math
from refimpl.terms import Dim, FloatFn, evaluate, float_symbol, of_atom, symbol
from specs.clauses import Clause, checks
from specs.environment import ENV_08, ENV_09
from specs.names import ENV_31
from tests.symbolic_shapes import test_inputs, test_profiles, test_sym_node

__all__ = ["NUM_01", "NUM_02", "NUM_03", "NUM_04", "NUM_05", "NUM_06", "NUM_07"]

_S = "refimpl.symbolic_shapes"
NUM_01 = Clause(
    "NUM-01",
    "An operator on symbolic numbers, plain ones among them, means what Python's means and requires what Python raises"
    " for.",
    f"{_S}.scalar_ops:floordiv",
    "num-shifts-are-not-reflected",
)
test_a_binary_operator_means_what_python_means = checks(NUM_01)(
    test_sym_node.test_a_binary_operator_means_what_python_means
)
test_a_unary_operator_means_what_python_means = checks(NUM_01)(
    test_sym_node.test_a_unary_operator_means_what_python_means
)
test_a_natural_power_stays_an_integer = checks(NUM_01)(test_sym_node.test_a_natural_power_stays_an_integer)
test_an_undecided_sign_of_an_exponent_asks_for_a_decision = checks(NUM_01)(
    test_sym_node.test_an_undecided_sign_of_an_exponent_asks_for_a_decision
)
test_an_operand_of_another_class_is_a_type_error = checks(NUM_01)(
    test_sym_node.test_an_operand_of_another_class_is_a_type_error
)

Plain = int | float
INTEGERS = (-2, -1, 0, 1, 3)
REALS = (-1.5, -0.0, 0.0, 0.5, 2.0, math.inf, math.nan)
_OF_BOTH = ["add", "sub", "mul", "truediv", "floordiv", "mod", "eq", "ne", "lt", "le", "gt", "ge"]
_OF_INTEGERS = ["lshift", "rshift", "and_", "or_", "xor"]


def _python(function: Callable[[Plain, Plain], object], left: Plain, right: Plain) -> object:
    """What Python says: the value, or that it raises."""
    try:
        return function(left, right)
    except (ZeroDivisionError, ValueError):
        return "raises"


def _means(env: ShapeEnv, found: object, values: dict[str, int | float | bool]) -> object:
    """The value of a symbolic result, or that what was required fails."""
    raw = unwrap(found)
    assert is_scalar(raw)
    asked = [event.condition for event in env.log if isinstance(event, Requirement)]
    return evaluate(raw, values) if all(evaluate(each, values) is True for each in asked) else "raises"


def _alike(found: object, wanted: object) -> bool:
    if isinstance(found, float) and isinstance(wanted, float):
        return repr(found) == repr(wanted)  # tells NaN, infinities and the two zeros apart
    return type(found) is type(wanted) and found == wanted


@checks(NUM_01)
@pytest.mark.parametrize("text", _OF_BOTH + _OF_INTEGERS)
def test_each_operator_is_pythons_on_all_small_numbers(text: str) -> None:
    function: Callable[[object, object], object] = getattr(operator, text)
    kinds = ("int", "float") if text in _OF_BOTH else ("int",)
    for left_kind, right_kind, plain in product(kinds, kinds, ("left", "right", "none")):
        lefts, rights = (REALS if kind == "float" else INTEGERS for kind in (left_kind, right_kind))
        for left, right in product(lefts, rights):
            env = ShapeEnv()
            first: object = left if plain == "left" else _number(env, "0", left_kind)
            second: object = right if plain == "right" else _number(env, "1", right_kind)
            values: dict[str, int | float | bool] = {str(first): left, str(second): right}
            try:
                found = _means(env, function(first, second), values)
            except (ZeroDivisionError, ValueError):
                found = "raises"
            wanted = _python(getattr(operator, text), left, right)
            assert _alike(found, wanted), (first, second, values, found, wanted)


def _number(env: ShapeEnv, number: str, kind: str) -> SymInt | SymFloat:
    if kind == "int":
        return SymInt(symbol(f"u{number}"), env)
    return SymFloat(float_symbol(f"zuf{number}"), env)


class _Other:
    """A class that knows what to do with any number on its left."""

    def __radd__(self, left: object) -> str:
        return "added"

    def __rlshift__(self, left: object) -> str:
        return "shifted"

    def __gt__(self, left: object) -> str:
        return "greater"

    def __rand__(self, left: object) -> str:
        return "both"


@checks(NUM_01)
def test_other_classes_are_asked_and_plain_results_are_plain() -> None:
    env, other = ShapeEnv(), _Other()
    u, z = SymInt(symbol("u0"), env), SymFloat(float_symbol("zuf0"), env)
    add, shift, less, both = (getattr(operator, text) for text in ("add", "lshift", "lt", "and_"))
    assert [add(u, other), add(z, other), shift(u, other), less(u, other), less(z, other), both(u > 0, other)] == [
        "added", "added", "shifted", "greater", "greater", "both",
    ]  # fmt: skip
    assert [operator.eq(u, other), operator.ne(z, other), operator.eq(u > 0, "1")] == [False, True, False]
    for found, plain in ((u - u, 0), (u * 0 + 3, 3), (u == u, True), (u < u, False), (u**0, 1), (u % 1, 0)):
        assert _alike(found, plain)


NUM_02 = Clause(
    "NUM-02",
    "What is not finite has no integer part, and a function of ``math`` requires its domain.",
    f"{_S}.scalar_ops:_domain",
    "num-logarithms-of-zero",
)
test_what_is_not_finite_has_no_integer_part = checks(NUM_02)(test_sym_node.test_what_is_not_finite_has_no_integer_part)
test_a_function_of_math_requires_its_domain = checks(NUM_02)(test_sym_node.test_a_function_of_math_requires_its_domain)


@checks(NUM_02)
@pytest.mark.parametrize("text", ["trunc", "floor", "ceil", "round"])
def test_roundings_are_pythons_where_the_number_is_finite(text: str) -> None:
    rounded: Callable[[object], object] = getattr(builtins if text == "round" else math, text)
    env = ShapeEnv()
    whole = SymInt(symbol("u0"), env)
    assert unwrap(rounded(whole)) is whole.raw, "an integer is its own integer part"
    assert env.log == []
    mixed = SymFloat(float_symbol("zuf0"), env) + SymInt(symbol("u0"), env)
    part = rounded(mixed)
    for real, number in product((-2.5, -0.5, 0.5, 1.5, 2.0, math.inf, -math.inf, math.nan), INTEGERS):
        wanted = rounded(real + number) if math.isfinite(real) else "raises"
        assert _means(env, part, {"zuf0": real, "u0": number}) == wanted
    # What is made of integers alone is finite: nothing is required of it.
    quiet = ShapeEnv()
    half = rounded(SymInt(symbol("u0"), quiet) + 0.5)
    assert quiet.log == []
    assert [_means(quiet, half, {"u0": number}) for number in INTEGERS] == [rounded(n + 0.5) for n in INTEGERS]
    assert round(Fraction(5, 2)) == 2, "Python rounds halves to even"


@checks(NUM_02)
def test_plain_numbers_that_are_not_finite_raise_as_pythons() -> None:
    env = ShapeEnv()
    for convert in (ops.truncate, ops.floor, ops.ceil, ops.round_half_even):
        with pytest.raises(ValueError, match="cannot convert float NaN to integer"):
            convert(env, math.nan)
        for infinite in (math.inf, -math.inf):
            with pytest.raises(OverflowError, match="cannot convert float infinity to integer"):
                convert(env, infinite)
        assert convert(env, 4.0) == 4
        assert convert(env, 7) == 7
    assert [convert(env, -2.5) for convert in (ops.truncate, ops.floor, ops.ceil, ops.round_half_even)] == [
        -2,
        -3,
        -2,
        -2,
    ]
    assert env.log == []


FUNCTIONS: Final[tuple[FloatFn, ...]] = (
    "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh",
)  # fmt: skip


@checks(NUM_02)
@pytest.mark.parametrize("text", FUNCTIONS)
def test_each_function_of_math_is_pythons_on_edges(text: FloatFn) -> None:
    plain: Callable[[float], float] = getattr(math, text)
    env = ShapeEnv()
    found = unary_math(text, SymFloat(float_symbol("zuf0"), env))
    for value in (-2.0, -1.0, -0.0, 0.0, 0.5, 1.0, 4.0, math.inf, -math.inf, math.nan):
        wanted = _python(lambda x, _: plain(x), value, 0)
        assert _alike(_means(env, found, {"zuf0": value}), wanted), value
    whole = ShapeEnv()
    of_integer = unary_math(text, SymInt(symbol("u0"), whole))
    for number in INTEGERS:
        assert _alike(_means(whole, of_integer, {"u0": number}), _python(lambda x, _: plain(x), number, 0)), number
    assert all(event.message == "math domain error" for event in env.log if isinstance(event, Requirement))
    assert bool(whole.log) == (text in ("sqrt", "asin", "acos", "log", "log2")), "integers are finite"


NUM_03 = Clause(
    "NUM-03",
    "The functions of ``torch`` on symbolic numbers mean what they say without a decision, and take plain numbers.",
    f"{_S}.sym_functions:sym_min",
    "num-sums-of-plain-numbers-need-an-environment",
)
test_the_same_calls_show_the_same = checks(NUM_03, ENV_31)(test_profiles.test_the_same_calls_show_the_same)
test_the_functions_of_torch_mean_what_they_say = checks(NUM_03)(
    test_sym_node.test_the_functions_of_torch_mean_what_they_say
)
test_functions_of_torch_take_plain_numbers = checks(NUM_03)(test_sym_node.test_functions_of_torch_take_plain_numbers)


@checks(NUM_03)
def test_choices_and_equalities_are_of_one_sort() -> None:
    env = ShapeEnv()
    u, z = SymInt(symbol("u0"), env), SymFloat(float_symbol("zuf0"), env)
    p = u > 0
    assert not isinstance(p, bool)
    for then, other in ((True, 3), (3, True), (u, False), (p, u), (u, 2.5), (True, 2.5), (z, True), (z, u), (1, 2.5)):
        for condition in (p, True):
            with pytest.raises(AssertionError, match="type mismatch"):
                sym_ite(condition, then, other)
    for number in (-1, 0, 1):
        values: dict[str, int | float | bool] = {"u0": number, "zuf0": 0.5}
        assert _means(env, sym_ite(p, z, z + 1), values) == (0.5 if number > 0 else 1.5)
        assert _means(env, sym_ite(p, False, p), values) is False
        assert _means(env, sym_ite(p, u, 3), values) == (number if number > 0 else 3)
        assert _means(env, sym_eq([u, 2, (u,)], (1, 2, [u])), values) is (number == 1)
    assert (sym_eq([1], [1, 2]), sym_eq((), []), sym_eq([1, (2,)], [1, (3,)])) == (False, True, False)
    assert (sym_or(False, False), sym_or(False, True), sym_sum([]), sym_sum([2, 3])) == (False, True, 0, 5)
    assert (sym_ite(True, 1, 2), sym_ite(False, 1, 2)) == (1, 2)


@checks(NUM_01)
def test_a_decided_boolean_counts_as_zero_or_one_on_either_side() -> None:
    for truth in (False, True):
        env = ShapeEnv()
        size = env.create_symbol(5, name="s0")
        p = SymInt(of_atom(size), env) >= (3 if truth else 9)
        for function in (operator.add, operator.sub, operator.mul):
            for other in (7, 2.5, True):
                assert _alike(function(p, other), function(truth, other))
                assert _alike(function(other, p), function(other, truth))
            assert _alike(function(p, p), function(truth, truth))


@checks(NUM_01)
def test_a_float_is_whole_where_pythons_is() -> None:
    env = ShapeEnv()
    z = SymFloat(float_symbol("zuf0"), env)
    for value in (-3.0, -0.5, -0.0, 0.5, 1.0, 1.5, 2.0**60):
        assert _means(env, z.is_integer(), {"zuf0": value}) is value.is_integer()


@checks(NUM_03)
def test_of_what_no_order_tells_apart_the_first_is_taken() -> None:
    """The two zeros, and whatever stands beside NaN."""
    env = ShapeEnv()
    z = SymFloat(float_symbol("zuf0"), env)
    for choose, python in ((sym_max, max), (sym_min, min)):
        for one, other in product((math.nan, 0.0, -0.0, 1.0), repeat=2):
            assert _alike(_means(env, choose(z, other), {"zuf0": one}), python(one, other))
            assert _alike(_means(env, choose(other, z), {"zuf0": one}), python(other, one))


@checks(NUM_03)
def test_the_larger_and_the_smaller_of_mixed_sorts_are_floats() -> None:
    env = ShapeEnv()
    u, z = SymInt(symbol("u0"), env), SymFloat(float_symbol("zuf0"), env)
    for choose, python in ((sym_max, max), (sym_min, min)):
        for number, real in product(INTEGERS, (-1.5, 0.5, 7.0, math.inf)):
            values: dict[str, int | float | bool] = {"u0": number, "zuf0": real}
            mixed = (choose(u, z), choose(z, u), choose(number, z), choose(z, number), choose(u, real), choose(real, u))
            assert [_means(env, found, values) for found in mixed] == [python(float(number), real)] * 6
            assert all(isinstance(found, SymFloat) for found in mixed)
            assert _alike(choose(number, real), python(float(number), real))
            assert _alike(choose(real, number), python(float(number), real))
            assert _alike(_means(env, choose(u, 1), values), python(number, 1))
            assert _alike(_means(env, choose(1, u), values), python(number, 1))
            assert _alike(choose(1, number), python(number, 1))
    assert env.log == []


NUM_04 = Clause(
    "NUM-04",
    "The truth of a symbolic number is a decision: a guard on backed symbols, an error on unbacked ones, none if it is"
    " known.",
    f"{_S}.sym_node:SymBool.__bool__",
    "num-hints-that-are-not-zero-are-true",
)
test_truth_is_a_guard_or_an_error = checks(NUM_04, ENV_09, ENV_08)(
    test_sym_node.test_truth_is_a_guard_on_backed_symbols_and_an_error_on_unbacked_ones
)
test_without_guards_from_hints_an_open_decision_is_refused = checks(NUM_04)(
    test_sym_node.test_without_guards_from_hints_an_open_decision_is_refused
)
test_a_decision_that_is_known_guards_nothing = checks(NUM_04, ENV_08)(
    test_sym_node.test_a_decision_that_is_known_guards_nothing
)

NUM_05 = Clause(
    "NUM-05",
    "A symbolic number prints as its term after replacement, has the hash of its value once that is decided (an integer"
    " has none), and compares by its term only if asked to.",
    f"{_S}.sym_base:SymNode.expr",
    "num-terms-are-compared-with-anything",
)
test_text_and_nodes = checks(NUM_05)(test_sym_node.test_text_and_nodes)
test_symbolic_numbers_are_unhashable = checks(NUM_05)(
    test_sym_node.test_a_symbolic_integer_is_unhashable_and_others_are_decided_as_in_pytorch
)
test_integers_compared_by_their_terms = checks(NUM_05)(test_inputs.test_integers_compared_by_their_terms)

NUM_06 = Clause(
    "NUM-06",
    "Concrete inputs give each symbol that stands alone or negated its value; guards are evaluated on these values.",
    f"{_S}.inputs:bind_values",
    "num-negated-symbols-keep-the-sign",
)
test_symbols_are_bound_where_they_stand_alone_or_negated = checks(NUM_06)(
    test_inputs.test_symbols_are_bound_where_they_stand_alone_or_negated
)
test_guards_are_evaluated_on_arguments = checks(NUM_06, ENV_31, NUM_04)(
    test_inputs.test_guards_are_evaluated_on_arguments
)


@checks(NUM_06)
def test_numbers_of_inputs_are_read_in_order_and_must_agree() -> None:
    env = ShapeEnv()
    u, v = symbol("u0"), symbol("u1")

    def values(expected: tuple[Dim | None, ...], given: tuple[object, ...]) -> dict[str, int]:
        placeholders = [None if term is None else wrap(term, env) for term in expected]
        return {found.name: value for found, value in bind_values(placeholders, given).items()}

    assert values((u, None, -v, 3, u + v, 2 * u), (4, "anything", 7, 3, 0, 0)) == {"u0": 4, "u1": -7}
    assert values((u,), (4, 5)) == {"u0": 4}, "more arguments than placeholders say nothing"
    assert values((u, v), (4,)) == {"u0": 4}
    assert values((u, -u), (4, -4)) == {"u0": 4}
    for given, message in (
        ((4, 4), "4 != -4"),
        (([4], 4), "Expected int"),
        ((4.0, 4), "Expected int"),
        (((), 4), "Expec"),
    ):
        with pytest.raises(AssertionError, match=message):
            values((u, -u), given)
    assert bind_values(([SymInt(u, env), 3],), ((4, 3),)) == bind_values((SymInt(u, env),), (4,))
    assert bind_values(([SymInt(u, env)],), (4,)) == {}, "a sequence beside a number says nothing"
    assert bind_values(([SymInt(u, env)],), ((4, 5),)) == bind_values((SymInt(u, env),), (4,))


NUM_07 = Clause(
    "NUM-07",
    "A size-oblivious decision takes sizes to be at least 2 and teaches nothing; a symbol's node is the first that"
    " holds it alone.",
    f"{_S}.graph_nodes:find_symbol_binding_fx_nodes",
    "num-the-last-node-binds",
)
test_size_oblivious_decisions = checks(NUM_07)(test_inputs.test_size_oblivious_decisions_take_sizes_to_be_at_least_two)
test_nodes_that_bind_symbols = checks(NUM_07)(test_inputs.test_nodes_that_bind_symbols)
