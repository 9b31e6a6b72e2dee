"""Operators on symbolic numbers mean what Python's mean on plain ones, and require what Python's raise for."""

from __future__ import annotations

import builtins
import math
import operator
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    Fact,
    GuardOnDataDependentSymNode,
    Requirement,
    ShapeEnv,
    SymBool,
    SymFloat,
    SymInt,
    UndecidedGuardError,
    cast_symbool_to_symint_guardless,
    sym_and,
    sym_eq,
    sym_float,
    sym_int,
    sym_ite,
    sym_max,
    sym_min,
    sym_not,
    sym_or,
    sym_sum,
    unwrap,
)
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.sym_functions import unary_math
from refimpl.terms import Cond, evaluate, of_atom

Plain = int | float | bool
Binary = Callable[[object, object], object]
Unary = Callable[[object], object]


def _operators(names: str) -> list[Binary]:
    found: list[Binary] = [getattr(operator, name) for name in names.split()]
    return found


def _functions(module: ModuleType, names: str) -> list[Unary]:
    found: list[Unary] = [getattr(module, name) for name in names.split()]
    return found


def _round(number: object) -> object:
    function: Unary = getattr(builtins, "round")  # noqa: B009 - its own type wants __round__
    return function(number)


ARITHMETIC = _operators("add sub mul floordiv mod truediv eq ne lt le gt ge")
INTEGER = _operators("and_ or_ xor lshift rshift")
POWER = _operators("pow")[0]
UNARY: list[Unary] = [*_functions(operator, "neg abs"), *_functions(math, "trunc floor ceil"), _round]


def _run(function: Callable[[], object]) -> tuple[object, type[Exception] | None]:
    try:
        return function(), None
    except (ZeroDivisionError, ValueError, OverflowError) as error:
        return None, type(error)


def _meaning(env: ShapeEnv, symbolic: object, values: dict[str, Plain]) -> tuple[Plain, bool]:
    """The value of a result, and whether all that was required holds."""
    raw = unwrap(symbolic)
    assert is_scalar(raw)
    asked = [event.condition for event in env.log if isinstance(event, Requirement)]
    fine = all(evaluate(condition, values) is True for condition in asked)
    return (evaluate(raw, values) if fine else 0), fine


def _same(left: object, right: object) -> bool:
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return left == right and isinstance(left, float) == isinstance(right, float)


numbers = st.one_of(st.integers(-5, 9), st.floats(-4, 4, width=16))


def _symbolic(env: ShapeEnv, plain: Plain) -> SymInt | SymFloat:
    return env.create_unbacked_symfloat() if isinstance(plain, float) else env.create_unbacked_symint()


def _name(number: SymInt | SymFloat) -> str:
    return str(number)


@settings(max_examples=300, deadline=None)
@given(
    function=st.sampled_from(ARITHMETIC + INTEGER),
    left=numbers,
    right=numbers,
    plain=st.sampled_from(("left", "right", "none")),
)
def test_a_binary_operator_means_what_python_means(function: Binary, left: Plain, right: Plain, plain: str) -> None:
    if function in INTEGER:
        assume(isinstance(left, int) and isinstance(right, int))
    wanted, raised = _run(lambda: function(left, right))
    env = ShapeEnv()
    values: dict[str, Plain] = {}
    first: object = left
    second: object = right
    if plain != "left":
        first = _symbolic(env, left)
        values[str(first)] = left
    if plain != "right":
        second = _symbolic(env, right)
        values[str(second)] = right
    found, refused = _run(lambda: function(first, second))
    if refused is not None:
        assert raised is not None, "refused although Python has a value"
        return
    value, fine = _meaning(env, found, values)
    assert fine == (raised is None)
    if fine:
        assert _same(value, wanted)


@settings(max_examples=100, deadline=None)
@given(base=st.integers(-4, 4), exponent=st.integers(0, 4))
def test_a_natural_power_stays_an_integer(base: int, exponent: int) -> None:
    env = ShapeEnv()
    u = env.create_unbacked_symint()
    value, fine = _meaning(env, u**exponent, {"u0": base})
    assert fine
    assert value == base**exponent


def test_an_undecided_sign_of_an_exponent_asks_for_a_decision() -> None:
    env = ShapeEnv()
    u, v = env.create_unbacked_symint(), env.create_unbacked_symint()
    with pytest.raises(GuardOnDataDependentSymNode, match="u1 >= 0"):
        POWER(u, v)


@settings(max_examples=150, deadline=None)
@given(function=st.sampled_from(UNARY), plain=numbers)
def test_a_unary_operator_means_what_python_means(function: Callable[[object], object], plain: Plain) -> None:
    wanted, raised = _run(lambda: function(plain))
    env = ShapeEnv()
    u = _symbolic(env, plain)
    value, fine = _meaning(env, function(u), {_name(u): plain})
    assert fine == (raised is None)
    assert _same(value, wanted)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("function", UNARY[2:])
def test_what_is_not_finite_has_no_integer_part(function: Callable[[object], object], bad: float) -> None:
    env = ShapeEnv()
    function(env.create_unbacked_symfloat())
    _, fine = _meaning(env, 0, {"zuf0": bad})
    assert not fine


@settings(max_examples=100, deadline=None)
@given(plain=st.floats(-3, 3, width=16), name=st.sampled_from(("sqrt", "log", "asin", "acos", "exp", "cos")))
def test_a_function_of_math_requires_its_domain(plain: float, name: str) -> None:
    wanted, raised = _run(lambda: getattr(math, name)(plain))
    env = ShapeEnv()
    found = unary_math(name, env.create_unbacked_symfloat())  # type: ignore[arg-type]  # sampled from its names
    value, fine = _meaning(env, found, {"zuf0": plain})
    assert fine == (raised is None)
    if fine:
        assert _same(value, wanted)


@settings(max_examples=150, deadline=None)
@given(a=st.integers(-4, 4), b=st.integers(-4, 4), c=st.integers(-4, 4))
def test_the_functions_of_torch_mean_what_they_say(a: int, b: int, c: int) -> None:
    env = ShapeEnv()
    u, v, w = (env.create_unbacked_symint() for _ in range(3))
    values: dict[str, Plain] = {"u0": a, "u1": b, "u2": c}
    p, q = u < v, v == w
    assert isinstance(p, SymBool)
    assert isinstance(q, SymBool)
    for found, wanted in [
        (sym_max(u, v), max(a, b)),
        (sym_min(u, 2), min(a, 2)),
        (sym_not(p), not a < b),
        (sym_and(p, q), a < b and b == c),
        (sym_or(p, q), a < b or b == c),
        (sym_ite(p, u, w), a if a < b else c),
        (sym_ite(p, q, True), b == c if a < b else True),
        (sym_sum([u, v, 3]), a + b + 3),
        (sym_eq((u, v), (v, w)), a == b and b == c),
        (sym_float(u), float(a)),
        (sym_int(sym_float(u)), a),
        (cast_symbool_to_symint_guardless(p), int(a < b)),
        (p == q, (a < b) == (b == c)),
        (p & q, a < b and b == c),
        (p | q, a < b or b == c),
        (sym_not(p), not a < b),
    ]:
        value, fine = _meaning(env, found, values)
        assert fine
        assert _same(value, wanted)
    assert not any(isinstance(event, Fact) for event in env.log)


def test_functions_of_torch_take_plain_numbers() -> None:
    assert sym_max(1, 2) == 2
    assert sym_min(1.5, 2) == 1.5
    assert sym_not(True) is False
    assert sym_ite(False, 1, 2) == 2
    assert sym_sum((1, 2)) == 3
    assert sym_eq((1, 2), (1, 3)) is False
    assert sym_float(3) == 3.0
    assert unary_math("sqrt", 9) == 3.0
    with pytest.raises(AssertionError, match="unexpected sym_eq"):
        sym_eq("a", "b")
    with pytest.raises(TypeError, match="no boolean"):
        cast_symbool_to_symint_guardless(1)


def test_truth_is_a_guard_on_backed_symbols_and_an_error_on_unbacked_ones() -> None:
    env = ShapeEnv()
    s = env.create_symintnode(env.create_symbol(5, "x.size()[0]"))
    with env.at("nonzero"):
        u = env.create_unbacked_symint()
    assert bool(s > 4) is True
    assert [str(guard.expr) for guard in env.guards] == ["s0 >= 5"]
    assert bool(s >= 5) is True, "known by the guard"
    assert len(env.guards) == 1
    assert int(s) == 5
    assert [str(guard.expr) for guard in env.guards][1:] == ["Eq(s0, 5)"]
    with env.at("view"), pytest.raises(GuardOnDataDependentSymNode, match="u0 >= 3") as caught:
        bool(u > 2)
    assert caught.value.origins == {"u0": "nonzero"}
    assert caught.value.node == "view"
    assert "u0 was allocated by nonzero" in str(caught.value)
    number = env.create_symintnode(env.create_symbol(3, "x.size()[1]", min=0))
    assert bool(number) is True
    assert [str(guard.expr) for guard in env.guards][2:] == ["Ne(s1, 0)"], "a number is true if it is not zero"
    with pytest.raises(GuardOnDataDependentSymNode, match="Could not extract specialized integer"):
        range(u)


def test_without_guards_from_hints_an_open_decision_is_refused() -> None:
    env = ShapeEnv(guard_from_hints=False)
    s = env.create_symintnode(env.create_symbol(5))
    with env.at("view"), pytest.raises(UndecidedGuardError, match="leaves open whether s0 >= 5, on which view"):
        bool(s > 4)
    assert env.guards == []


def test_a_decision_that_is_known_guards_nothing() -> None:
    env = ShapeEnv()
    s = env.create_symintnode(env.create_symbol(5))
    assert bool(s >= 2)
    assert env.guards == []
    assert env.log == []


def test_a_symbolic_integer_is_unhashable_and_others_are_decided_as_in_pytorch() -> None:
    env = ShapeEnv()
    with pytest.raises(TypeError, match="unhashable type: non-nested SymInt"):
        hash(env.create_unbacked_symint())
    for undecided in (env.create_unbacked_symbool(), env.create_unbacked_symfloat()):
        with pytest.raises(GuardOnDataDependentSymNode):
            hash(undecided)
    size = env.create_symintnode(env.create_symbol(5))
    assert hash(size > 4) == hash(True)
    assert len(env.guards) == 1


def test_an_operand_of_another_class_is_a_type_error() -> None:
    u = ShapeEnv().create_unbacked_symint()
    with pytest.raises(TypeError):
        operator.add(u, "1")
    assert (u == "1") is False, "Python's answer for other classes"


def test_text_and_nodes() -> None:
    env = ShapeEnv()
    u = env.create_unbacked_symint()
    doubled = u * 2
    assert isinstance(doubled, SymInt)
    assert repr(doubled) == "2*u0"
    assert doubled.node.shape_env is env
    assert doubled.node.hint is None
    env.require(unwrap_condition(u == 3), "u is three")
    assert doubled.node.expr == 6
    assert doubled.node.raw is (of_atom(next(iter(env.symbols.origins))) * 2)


def unwrap_condition(value: object) -> Cond:
    """The raw condition of a symbolic boolean."""
    assert isinstance(value, SymBool)
    return value.condition
