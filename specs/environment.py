"""ENV: what a ``ShapeEnv`` is told, one transition after the other."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    Fact,
    GuardOnDataDependentSymNode,
    Requirement,
    RuntimeAssert,
    ShapeEnv,
    Specialization,
    UndecidedGuardError,
)
from refimpl.terms import BoolSymbol, Cond, Sort, ValueRange, eq, ge, land, le, lor, lt, mod, of_atom, symbol, to_float
from specs.clauses import Clause, checks
from tests.symbolic_shapes import test_shape_env
from tests.symbolic_shapes.operators import name

__all__ = [
    "ENV_01", "ENV_02", "ENV_03", "ENV_04", "ENV_05", "ENV_06", "ENV_07", "ENV_08", "ENV_09", "ENV_10", "ENV_11",
]  # fmt: skip

_ENVIRONMENT = "refimpl.symbolic_shapes.environment:Environment"
_SHAPE_ENV = "refimpl.symbolic_shapes.shape_env:ShapeEnv"
U0, U1, S0 = symbol("u0"), symbol("u1"), symbol("s0")


def unbacked(count: int) -> ShapeEnv:
    """An environment with that many unbacked integers and one backed size with hint 5."""
    env = ShapeEnv()
    env.add_backed(name("s0"), 5, 2, None)
    for _ in range(count):
        env.create_unbacked_symint()
    return env


ENV_01 = Clause(
    "ENV-01",
    "Allocation: a fresh symbol never has a name that was used or reserved before (law FRESH).",
    "refimpl.symbolic_shapes.symbol_table:SymbolTable.reserve_name",
    "env-reserved-names-are-given-to-predicates",
)
test_names_are_never_used_twice = checks(ENV_01)(test_shape_env.test_names_are_never_used_twice)


@checks(ENV_01)
@given(reserved=st.lists(st.integers(0, 12)), kinds=st.lists(st.sampled_from(("int", "float", "bool")), max_size=6))
def test_fresh_names_are_new(reserved: list[int], kinds: list[str]) -> None:
    env = ShapeEnv()
    taken = {f"{prefix}{number}" for prefix in ("u", "zuf", "p") for number in reserved}
    for reserved_name in taken:
        env.symbols.reserve_name(reserved_name)
    for kind in kinds:
        fresh = env.symbols.opaque() if kind == "bool" else env.fresh(Sort(kind))
        assert fresh.name not in taken
        assert isinstance(fresh, BoolSymbol) or fresh.sort is Sort(kind)
        taken.add(fresh.name)


ENV_02 = Clause(
    "ENV-02",
    "A fresh symbol is pending until a node binds it, unless fresh symbols are being ignored.",
    "refimpl.symbolic_shapes.symbol_table:SymbolTable.fresh",
    "env-the-oldest-symbols-are-the-newest",
)


@checks(ENV_02)
@given(ignored=st.lists(st.booleans(), max_size=6))
def test_fresh_symbols_are_pending_unless_ignored(ignored: list[bool]) -> None:
    env, pending = ShapeEnv(), list[str]()
    for position, ignore in enumerate(ignored):
        if ignore:
            with env.ignore_fresh_unbacked_symbols():
                env.create_unbacked_symint()
        else:
            env.create_unbacked_symint()
            pending.append(f"u{position}")
    assert [fresh.name for fresh in env.pending_fresh_unbacked_symbols] == pending
    everything = [f"u{position}" for position in range(len(ignored))]
    assert env.symbols.fresh_count == len(ignored)
    for count in range(len(ignored) + 1):
        assert [fresh.name for fresh in reversed(env.symbols.since(count))] == everything[count:]
    for fresh in tuple(env.symbols.pending):
        env.symbols.settle(fresh)
    assert env.pending_fresh_unbacked_symbols == []


ENV_03 = Clause(
    "ENV-03",
    "The caller's contract (ranges of backed symbols, guards) is known and logged nowhere; a hint lies in its range.",
    f"{_SHAPE_ENV}.add_backed",
    "env-sizes-without-hint-have-one",
)
test_the_contract_is_known_and_logged_nowhere = checks(ENV_03)(
    test_shape_env.test_the_contract_is_known_and_logged_nowhere
)
test_a_backed_size_starts_at_two_and_keeps_its_hint = checks(ENV_03)(
    test_shape_env.test_a_backed_size_starts_at_two_and_keeps_its_hint
)


@checks(ENV_03)
@given(low=st.integers(0, 6), width=st.integers(0, 6), hint=st.integers(0, 12))
def test_the_contract_is_known_and_not_logged(low: int, width: int, hint: int) -> None:
    env = ShapeEnv()
    if not low <= hint <= low + width:
        with pytest.raises(ValueError, match=f"the hint {hint} of s0 is not in"):
            env.add_backed(name("s0"), hint, low, low + width)
        return
    env.add_backed(name("s0"), hint, low, low + width)
    env.assume(eq(mod(S0 * 2, 4), 0))
    assert env.bound(S0) == ValueRange(low, low + width)
    assert env.size_hint(S0 * 3 + 1) == 3 * hint + 1
    possible = width > 0 or low % 2 == 0
    assert env.known(eq(mod(S0 * 2, 4), 0)) is possible, "no contract holds of a single odd number"
    assert env.log == []
    assert env.size_hint(S0 + U0, allow_none=True) is None
    env.assume(eq(U0, S0 + 1))
    assert env.size_hint(S0 + U0) == 2 * hint + 1


ENV_04 = Clause(
    "ENV-04",
    "An unbacked boolean is ``Eq(u, 1)`` of a fresh integer between 0 and 1.",
    f"{_SHAPE_ENV}.create_unbacked_symbool",
    "env-booleans-are-assumed",
)


@checks(ENV_04)
def test_a_boolean_is_an_integer_in_zero_one() -> None:
    env = ShapeEnv()
    assert env.create_unbacked_symbool().condition is eq(U0, 1)
    assert env.bound(U0) == ValueRange(0, 1)
    assert env.log == [Fact("", land(ge(U0, 0), le(U0, 1)))], "no eager run violates it"


ENV_05 = Clause(
    "ENV-05",
    "A fact is logged and known from then on; a fact that is only stated is logged and decides nothing.",
    f"{_ENVIRONMENT}.fact",
    "env-facts-that-are-plainly-false-are-forgotten",
)


@checks(ENV_05)
@given(low=st.integers(-5, 5), stated=st.booleans())
def test_facts_are_logged_and_known(low: int, stated: bool) -> None:
    env = unbacked(1)
    condition = ge(U0, low)
    with env.at("node"):
        (env.state if stated else env.fact)(condition)
        env.fact(True)
        env.state(True)
    assert env.log == [Fact("node", condition)]
    assert env.known(condition) is (None if stated else True)
    assert env.bound(U0).low == (None if stated else low)
    (env.state if stated else env.fact)(False)
    assert env.log[1:] == [Fact("", False)]
    assert env.knowledge.contradiction is (None if stated else False)


ENV_06 = Clause(
    "ENV-06",
    "A requirement is logged unless plainly true, also when known already, and before it raises; then it is known. The"
    " last one that was violated is remembered.",
    f"{_ENVIRONMENT}.require",
    "env-the-first-violated-is-remembered",
)
test_requirements_are_logged_assumed_and_raised_too = checks(ENV_06)(
    test_shape_env.test_requirements_are_logged_assumed_and_raised
)


@checks(ENV_06)
@given(bounds=st.lists(st.integers(-4, 4), min_size=1, max_size=4), enforced=st.booleans())
def test_requirements_are_logged_assumed_and_raised(bounds: list[int], enforced: bool) -> None:
    env, expected = unbacked(1), list[Requirement]()
    assert env.violated is None
    for low in bounds:
        kernel: Cond = ge(U0, low - 1) if enforced else ge(U0, low)
        env.require(ge(U0, low), f"at least {low}", IndexError, kernel if enforced else None)
        env.require(True, "plain")
        expected.append(Requirement("", ge(U0, low), kernel, f"at least {low}"))
    assert env.log == expected
    assert env.bound(U0) == ValueRange(max(bounds), None)
    false = lt(U0, max(bounds))
    with pytest.raises(IndexError, match="too small"):
        env.require(false, "too small", IndexError)
    assert env.log[-1] == env.violated == Requirement("", false, false, "too small")
    with pytest.raises(KeyError):
        env.require(False, "never", KeyError)
    assert env.violated == Requirement("", False, False, "never"), "the last one"


ENV_07 = Clause(
    "ENV-07",
    "A range constraint on a symbol requires both ends; an open end says nothing.",
    "refimpl.symbolic_shapes.shape_env:_between",
    "env-open-lower-ends-are-zero",
)


@checks(ENV_07)
@given(low=st.one_of(st.none(), st.integers(-5, 5)), width=st.one_of(st.none(), st.integers(0, 5)))
def test_ranges_are_required_with_both_ends(low: int | None, width: int | None) -> None:
    env = unbacked(1)
    high = None if width is None else (low or 0) + width
    env.constrain_symbol_range(name("u0"), low, high)
    assert env.bound(U0) == ValueRange(low, high)
    assert env.bound_sympy(U0 * 2) == ValueRange(None if low is None else 2 * low, None if high is None else 2 * high)
    assert all(isinstance(event, Requirement) for event in env.log)
    assert env.var_to_range[name("u0")] == ValueRange(low, high)


ENV_08 = Clause(
    "ENV-08",
    "A decision that is not known is taken from the hints and guarded as it came out, as a specialization; without"
    " hints it is refused.",
    f"{_ENVIRONMENT}.evaluate",
    "env-floats-that-are-known-are-guarded",
)
ENV_10 = Clause(
    "ENV-10",
    "A frozen environment adds no guard; a decision from hints stays possible.",
    f"{_ENVIRONMENT}._guard",
    "env-frozen-guards",
)
test_guards_from_hints_are_specializations_too = checks(ENV_08, ENV_10)(
    test_shape_env.test_guards_from_hints_are_specializations_too
)


@checks(ENV_08)
def test_what_is_known_is_no_decision() -> None:
    for strict in (True, False):
        env = ShapeEnv(guard_from_hints=not strict)
        env.create_unbacked_symint()
        env.add_backed(name("s0"), 5, 5, 5)
        for condition in (ge(U0, 4), le(U0, 4)):
            env.assume(condition)
        assert [env.evaluate_int(term) for term in (U0, U0 * 2 + S0, 7)] == [4, 13, 7]
        assert [env.evaluate(condition) for condition in (ge(U0, S0), le(U0, S0), True, False)] == [
            False,
            True,
            True,
            False,
        ]
        assert [repr(env.evaluate_float(number)) for number in (2.5, 3, -0.0)] == ["2.5", "3.0", "-0.0"]
        assert [env.known_of_sizes(condition) for condition in (True, False, le(U0, 4))] == [True, False, True]
        assert (env.guards, env.log) == ([], [])
        opaque = env.symbols.opaque()
        for condition in (land(opaque, ge(symbol("s1"), 3)), lor(opaque, eq(symbol("s1"), 2))):
            with pytest.raises(GuardOnDataDependentSymNode):
                env.evaluate(condition)


@checks(ENV_08)
@given(hint=st.integers(2, 12), bound=st.integers(3, 12))
def test_decisions_follow_the_hints_and_are_guarded(hint: int, bound: int) -> None:
    env = ShapeEnv()
    env.add_backed(name("s0"), hint, 2, None)
    condition = ge(S0, bound)
    with env.at("conv"):
        assert env.evaluate(condition) is (hint >= bound)
    guard = condition if hint >= bound else lt(S0, bound)
    assert [found.expr for found in env.guards] == [guard]
    assert env.log == [Specialization("conv", guard, f"s0={hint}")]
    assert env.known(guard) is True
    assert env.evaluate_int(S0 + 1) == hint + 1
    assert env.known(eq(S0, hint)) is True
    strict = ShapeEnv(guard_from_hints=False)
    strict.add_backed(name("s0"), hint, 2, None)
    for asked, says in ((condition, f"whether {condition}"), (S0, "the number s0"), (to_float(S0), "the number ")):
        with strict.at("conv"), pytest.raises(UndecidedGuardError) as caught:
            strict.evaluate_expr(asked)
        assert (caught.value.cond, caught.value.node) == (asked, "conv")
        assert str(caught.value).startswith(f"the contract of the program leaves open {says}")
        assert str(caught.value).endswith(", on which conv depends")
    assert (strict.guards, strict.log) == ([], [])


ENV_09 = Clause(
    "ENV-09",
    "A decision on an unbacked symbol that is not known is an error that names each symbol and its origin.",
    f"{_ENVIRONMENT}.data_dependent_error",
    "env-only-one-symbol-is-named",
)
test_a_decision_on_an_opaque_boolean_depends_on_data = checks(ENV_09)(
    test_shape_env.test_a_decision_on_an_opaque_boolean_depends_on_data
)


@checks(ENV_09)
@given(bound=st.integers(0, 9))
def test_data_dependent_decisions_name_their_symbols(bound: int) -> None:
    env = unbacked(0)
    with env.at("nonzero"):
        env.create_unbacked_symint()
    env.size_like[name("u0")] = None
    with env.at("view"), pytest.raises(GuardOnDataDependentSymNode) as caught:
        env.evaluate(ge(U0 + S0, bound))
    error = caught.value
    assert (error.origins, error.node, error.size_like) == ({"u0": "nonzero"}, "view", ("u0",))
    assert (error.cond, error.hinted) == (ge(U0 + S0, bound), ge(U0 + 5, bound))
    assert "(Size-like symbols: u0)" in str(error)
    assert f"u0 was allocated by nonzero\nCaused by: view" in str(error)  # noqa: F541 - two lines
    env.size_like.clear()
    with pytest.raises(GuardOnDataDependentSymNode, match=r"\(Size-like symbols: none\)"):
        env.evaluate(ge(U0 + S0, bound))
    env.fact(ge(U0, bound))
    assert env.evaluate(ge(U0 + S0, bound)) is True, "what is known is no question"
    env.add_unbacked(name("u5"), 0, None, "x.size()[0]")
    with pytest.raises(GuardOnDataDependentSymNode) as both:
        env.evaluate_int(symbol("u5") + U0)
    assert both.value.origins == {"u0": "nonzero", "u5": "x.size()[0]"}
    assert str(both.value).startswith("Could not extract specialized integer from data-dependent expression u0 + u5 ")
    assert env.pending_fresh_unbacked_symbols == [name("u0")], "an input's symbol is bound"
    assert env.var_to_range[name("u5")] == ValueRange(0, None)


@checks(ENV_10)
@given(bounds=st.lists(st.integers(3, 9), min_size=1, max_size=3), suppressed=st.booleans())
def test_a_frozen_environment_adds_no_guard(bounds: list[int], suppressed: bool) -> None:
    env = unbacked(0)
    if suppressed:
        with env.suppress_guards():
            answers = [env.evaluate(ge(S0, bound)) for bound in bounds]
    else:
        env.freeze_runtime_asserts()
        assert not env.frozen
        env.freeze()
        answers = [env.evaluate(ge(S0, bound)) for bound in bounds]
        assert env.frozen
        assert env.runtime_asserts_frozen
    assert answers == [bound <= 5 for bound in bounds]
    assert env.guards == []
    assert env.log == []


@checks(ENV_10)
@given(depth=st.integers(1, 3), fails=st.booleans())
def test_guards_are_added_again_after_the_last_suppression(depth: int, fails: bool) -> None:
    env = unbacked(0)
    assert (env.frozen, env.runtime_asserts_frozen) == (False, False)
    with suppress(KeyError), ExitStack() as scopes:
        for level in range(depth):
            scopes.enter_context(env.suppress_guards())
            with env.suppress_guards():
                assert env.evaluate(ge(S0, 3))
            assert not env.evaluate(lt(S0, 3 + level))
        assert env.guards == []
        if fails:
            raise KeyError
    assert env.evaluate(ge(S0, 4))
    assert [guard.expr for guard in env.guards] == [ge(S0, 4)]
    assert env.log == [Specialization("", ge(S0, 4), "s0=5")]
    assert [env.hint_text(condition) for condition in (True, eq(S0, U0), ge(U1, 1))] == ["", "s0=5, u0=None", "u1=None"]


ENV_11 = Clause(
    "ENV-11",
    "A deferred requirement stands once, under its newest unbacked symbol after replacement (re-filing).",
    f"{_SHAPE_ENV}.deferred_runtime_asserts",
    "env-asserts-filed-under-the-oldest",
)
test_runtime_asserts_stand_under_their_newest_symbol_after_replacement = checks(ENV_11)(
    test_shape_env.test_runtime_asserts_stand_under_their_newest_symbol_after_replacement
)
test_free_symbols_read_through_replacements_in_order = checks(ENV_11)(
    test_shape_env.test_free_symbols_read_through_replacements_in_order
)


@checks(ENV_11)
@given(low=st.integers(-3, 3), repeats=st.integers(1, 3), equated=st.booleans())
def test_deferred_requirements_stand_under_their_newest_symbol(low: int, repeats: int, equated: bool) -> None:
    env = unbacked(3)
    u2 = symbol("u2")
    for _ in range(repeats):
        assert env.guard_or_defer_runtime_assert(ge(U0, low), "one")
        assert env.guard_or_defer_runtime_assert(lt(U0, u2), "two")
    one, two = RuntimeAssert(ge(U0, low), "one"), RuntimeAssert(lt(U0, u2), "two")
    assert env.deferred_runtime_asserts == {name("u0"): [one], name("u2"): [two]}
    if equated:
        env.require(eq(u2, U1), "three")
        three = RuntimeAssert(eq(U1, u2), "three")
        assert env.deferred_runtime_asserts == {name("u0"): [one], name("u1"): [two], None: [three]}
    assert env.num_deferred_runtime_asserts == 2 + equated
    env.fact(le(U0, low))
    assert env.guard_or_defer_runtime_assert(ge(U0, low + 1), "never") is False
    assert of_atom(name("u0")) is U0
