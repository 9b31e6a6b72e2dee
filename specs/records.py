"""PRO, continued: the log of an environment, record by record."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.symbolic_shapes import (
    Binding,
    Definition,
    DivideByKey,
    Event,
    Fact,
    KeyPath,
    Requirement,
    SequenceKey,
    ShapeEnv,
    Specialization,
    SymInt,
)
from refimpl.symbolic_shapes.bindings import as_bindings, rebind_node, rebind_unbacked
from refimpl.symbolic_shapes.errors import (
    PendingUnbackedSymbolNotFound,
    RebindingInconsistentError,
    RebindingUndecidedError,
)
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Dim,
    Scalar,
    Symbol,
    ValueRange,
    eq,
    ge,
    le,
    mod,
    substitute,
    substitute_cond,
    symbol,
)
from refimpl.terms.substitute import Substitution
from specs.clauses import Clause, checks
from specs.environment import ENV_04
from specs.histories import CONDITIONS, ENV_16, FRESH, OLD, TERMS, two_fresh
from specs.propagation import PRO_02, PRO_06
from specs.subgraphs import PRO_09
from specs.values import REB_04
from tests.symbolic_shapes import test_bindings
from tests.symbolic_shapes.operators import name

__all__ = ["PRO_13", "PRO_14", "PRO_15", "PRO_16"]

_BINDINGS = "refimpl.symbolic_shapes.bindings"
AT = (SequenceKey(0),)
PREDICATE = ge(OLD[1], 1)


@dataclass
class Recorded:
    """What rebinding looks at in a node."""

    meta: dict[str, object] = field(default_factory=dict[str, object])
    op: str = "call_function"


PRO_13 = Clause(
    "PRO-13",
    "Rebinding writes every record of its node in old names, field by field, then adds its own; earlier records stay.",
    f"{_BINDINGS}:_rewrite_log",
    "pro-enforced-parts-keep-fresh-names",
)
test_a_fresh_symbol_takes_the_old_name_and_its_records_with_it = checks(PRO_13, PRO_02)(
    test_bindings.test_a_fresh_symbol_takes_the_old_name_and_its_records_with_it
)
test_facts_of_the_node_are_written_in_old_names = checks(PRO_13, PRO_02)(
    test_bindings.test_facts_of_the_node_are_written_in_old_names
)


def records() -> st.SearchStrategy[Event]:
    """Any record over old and fresh symbols."""
    makers: list[Callable[[Cond, Cond, Dim], Event]] = [
        lambda p, _, __: Fact("node", p, (PREDICATE,)),
        lambda p, q, _: Requirement("node", p, q, "message", (PREDICATE,)),
        lambda p, _, __: Specialization("node", p, "s0=2", (PREDICATE,)),
        lambda _, __, t: Definition("node", name("u1"), AT, t, (PREDICATE,)),
        lambda p, q, t: Binding("node", name("u1"), AT, None, t, (p, q), (PREDICATE,)),
        lambda _, __, t: Binding("node", name("u1"), AT, None, t, (), (PREDICATE,)),
    ]
    return st.one_of([st.builds(make, CONDITIONS, CONDITIONS, TERMS) for make in makers])


def in_old_names(event: Event, names: Substitution) -> Event:
    """The record with each of its conditions and terms substituted."""

    def written(condition: Cond) -> Cond:
        return substitute_cond(condition, names)

    match event:
        case Fact() | Specialization():
            return replace(event, condition=written(event.condition))
        case Requirement():
            return replace(event, condition=written(event.condition), enforced=written(event.enforced))
        case Definition():
            return replace(event, term=substitute(event.term, names))
        case Binding():
            return replace(event, term=substitute(event.term, names), side=tuple(map(written, event.side)))


@checks(PRO_13, PRO_02, REB_04)
@settings(max_examples=120)
@given(earlier=st.lists(records(), max_size=2), own=st.lists(records(), max_size=3), both=st.booleans())
def test_every_record_of_a_node_is_written_in_old_names(earlier: list[Event], own: list[Event], both: bool) -> None:
    env = two_fresh()
    values = tuple(SymInt(fresh, env) for fresh in FRESH)
    bindings = {name("u0"): AT}
    names: dict[Symbol | BoolSymbol, Scalar] = {name("u10"): OLD[0]}
    if both:
        bindings[name("u1")] = (SequenceKey(1),)
        names[name("u11")] = OLD[1]
    added: list[Event] = []
    for (old, path), fresh in zip(bindings.items(), ("u10", "u11"), strict=False):
        added.append(Binding("node", old, path, name(fresh), symbol(old.name)))
    env.log += [*earlier, *own]
    with env.at("node"):
        rebind_node(env, bindings, values, len(earlier))
    assert env.log[: len(earlier)] == earlier
    assert env.log[len(earlier) :] == [*(in_old_names(event, names) for event in own), *added]
    assert env.unbacked_renamings == {fresh: name(str(term)) for fresh, term in names.items()}


PRO_14 = Clause(
    "PRO-14",
    "A record carries the node that ran and the predicates of its scope; after a scope the outer ones are back, also"
    " after an error.",
    "refimpl.symbolic_shapes.environment:Environment.at",
    "pro-equal-names-forget-their-branch",
)


@checks(PRO_13)
def test_a_value_over_what_an_earlier_node_bound_is_recorded_in_old_names() -> None:
    env = two_fresh()
    rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u0"): AT}}), (SymInt(FRESH[0], env),))
    larger = SymInt(FRESH[0], env) + 1
    with env.at("later"):
        rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u1"): AT}}), (larger,))
    binding, definition = env.log[1:]
    assert binding == Binding("later", name("u1"), AT, None, OLD[0] + 1)
    assert definition == Definition("later", name("u1"), AT, OLD[0] + 1)


@checks(PRO_13)
def test_what_was_said_before_a_step_keeps_its_words() -> None:
    env = two_fresh()
    env.fact(ge(FRESH[0], 0))
    rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u0"): AT}}), (SymInt(FRESH[0], env),))
    assert env.in_old_names(FRESH[0] + 2 * FRESH[1]) == OLD[0] + 2 * FRESH[1]
    env.unbacked_renamings[name("u11")] = name("u1")
    assert env.in_old_names(FRESH[0] + 2 * FRESH[1]) == OLD[0] + 2 * OLD[1]
    assert env.in_old_names(OLD[1] + 1) == OLD[1] + 1
    earlier, binding = env.log
    assert earlier == Fact("", ge(FRESH[0], 0))
    assert isinstance(binding, Binding)
    assert env.known(ge(OLD[0], 0)) is True


@checks(PRO_14, ENV_16)
@given(depth=st.integers(0, 3), fails=st.booleans(), required=st.booleans())
def test_scopes_are_left(depth: int, fails: bool, required: bool) -> None:
    env = two_fresh()
    env.fact(ge(OLD[0], 0))
    expected: list[Event] = [Fact("", ge(OLD[0], 0))]

    def enter(level: int, under: tuple[Cond, ...]) -> None:
        if level == depth:
            if fails:
                raise KeyError(level)
            return
        path, predicate, said = f"node{level}", ge(OLD[1], level + 1), ge(FRESH[0], level)
        with env.at(path), env.under(predicate):
            inside = (*under, predicate)
            assert env.known(predicate) is True
            if required:
                env.require(said, "message")
                expected.append(Requirement(path, said, said, "message", inside))
            else:
                env.fact(said)
                expected.append(Fact(path, said, inside))
            enter(level + 1, inside)
            env.state(le(FRESH[1], level))
            expected.append(Fact(path, le(FRESH[1], level), inside))

    try:
        enter(0, ())
    except KeyError:
        assert fails
    env.fact(ge(OLD[0], 1))
    assert env.log == [*expected, Fact("", ge(OLD[0], 1))]
    assert (env.node, env.predicates) == ("", ())
    assert env.known(ge(OLD[1], 1)) is None, "what a scope supposes stays there"
    assert env.bound(FRESH[0]) == ValueRange()


@checks(PRO_14, PRO_09)
@given(depth=st.integers(0, 2), divisor=st.integers(1, 2))
def test_what_rebinding_records_carries_the_predicates(depth: int, divisor: int) -> None:
    """A binding, a definition, and the equation of one value that is bound twice."""
    env, predicates = two_fresh(), tuple(ge(OLD[1], level + 1) for level in range(depth))
    double: KeyPath = (SequenceKey(0), DivideByKey(divisor)) if divisor > 1 else (SequenceKey(0),)
    bindings: dict[Symbol, KeyPath] = {name("u0"): AT, name("u2"): double, name("u3"): (SequenceKey(1),)}
    with ExitStack() as scopes:
        scopes.enter_context(env.at("node"))
        for predicate in predicates:
            scopes.enter_context(env.under(predicate))
        rebind_node(env, bindings, (SymInt(FRESH[0], env), 7), 0)
    assert {type(event) for event in env.log} >= {Binding, Definition}
    assert (Requirement in {type(event) for event in env.log}) == (divisor == 1)
    assert [(event.node, event.under) for event in env.log] == [("node", predicates)] * len(env.log)


PRO_15 = Clause(
    "PRO-15",
    "A node without bindings needs no environment; bindings that are no mapping of symbols to paths are refused, and"
    " those of a node without an environment are an error.",
    f"{_BINDINGS}:as_bindings",
    "pro-any-key-is-a-symbol",
)
test_a_value_that_is_not_fresh_defines_the_symbol = checks(PRO_15, PRO_06)(
    test_bindings.test_a_value_that_is_not_fresh_defines_the_symbol
)
test_the_side_condition_of_a_quotient_is_part_of_the_step_and_is_recorded = checks(PRO_15)(
    test_bindings.test_the_side_condition_of_a_quotient_is_part_of_the_step_and_is_recorded
)
test_a_boolean_binds_the_integer_behind_it = checks(PRO_15, ENV_04)(
    test_bindings.test_a_boolean_binds_the_integer_behind_it
)
test_placeholders_bind_nothing = checks(PRO_15)(test_bindings.test_placeholders_bind_nothing)


@checks(PRO_15)
def test_bindings_are_symbols_and_paths() -> None:
    fine = {name("u0"): (SequenceKey(1), DivideByKey(2))}
    assert as_bindings(fine) == fine
    for bad in (None, [name("u0")], {"u0": AT}, {name("u0"): [SequenceKey(0)]}, {name("u0"): (0,)}):
        with pytest.raises(TypeError):
            as_bindings(bad)
    assert rebind_node(two_fresh(), {}, (1,), 0) == {}
    rebind_unbacked(None, Recorded(), (1,))
    rebind_unbacked(None, Recorded({"unbacked_bindings": {}}), (1,))
    rebind_unbacked(None, Recorded({"unbacked_bindings": {name("u0"): AT}}, "placeholder"), (1,))
    with pytest.raises(AssertionError, match="shape_env should not be None"):
        rebind_unbacked(None, Recorded({"unbacked_bindings": {name("u0"): AT}}), (1,))


@checks(PRO_15)
def test_a_refusal_says_what_it_refuses() -> None:
    env = two_fresh()
    for value, known in ((5, ge(OLD[0], 7)), (2.5, ge(OLD[0], 0))):
        env = two_fresh()
        env.fact(known)
        with pytest.raises(RebindingInconsistentError) as caught:
            rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u0"): AT}}), (value,))
        error = caught.value
        assert (error.symbol, error.path, error.term, error.inexact) == ("u0", "[0]", value, False)
        assert error.core == ((known,) if value == 5 else ())
        assert str(error).startswith(f"u0 cannot be {value}, the value at [0]: ")
        assert (f"({known})" in str(error)) == (value == 5)
    with pytest.raises(RebindingInconsistentError, match="the value at the result: ") as whole:
        rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u0"): ()}}), 2.5)
    assert whole.value.path == ""
    with pytest.raises(RebindingInconsistentError) as odd:
        rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u1"): (*AT, DivideByKey(2))}}), (3,))
    assert odd.value.inexact
    lost = PendingUnbackedSymbolNotFound((name("u0"), name("u1")), 3)
    assert lost.pending == (name("u0"), name("u1"))
    assert str(lost).startswith("Pending unbacked symbols {u0, u1} not in returned outputs 3 .\n")
    undecided = RebindingUndecidedError("u0", "", "too large")
    assert (undecided.symbol, undecided.path, undecided.reason) == ("u0", "", "too large")
    assert [str(undecided), str(RebindingUndecidedError("u0", "[1]", "why"))] == [
        "u0 at the result: too large",
        "u0 at [1]: why",
    ]


PRO_16 = Clause(
    "PRO-16",
    "A fresh symbol at a bound path is pending no more, whatever the path divides it by: its equation is exact.",
    f"{_BINDINGS}:_rebind_one",
    "pro-divided-symbols-wait-for-their-node",
)


@checks(PRO_16)
@given(divisors=st.lists(st.integers(1, 4), max_size=2), known=st.booleans())
def test_a_fresh_value_is_bound_whatever_it_is_divided_by(divisors: list[int], known: bool) -> None:
    """Its equation, divisors times the symbol, is exact: nothing is left for another node to bind (law FRESH)."""
    env, fresh, whole = two_fresh(), FRESH[0], math.prod(divisors)
    if known:
        env.fact(eq(fresh, symbol("s0") * whole))
    path = (SequenceKey(0), *map(DivideByKey, divisors))
    rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u0"): path}}), (SymInt(fresh, env),))
    assert env.known(eq(fresh, OLD[0] * whole)) is True
    assert env.pending_fresh_unbacked_symbols == [name(str(FRESH[1]))], "the other one is pending still"


@checks(PRO_15, PRO_06, PRO_16)
@given(divisor=st.integers(1, 3), low=st.integers(0, 4), size_like=st.booleans())
def test_what_is_not_fresh_is_defined(divisor: int, low: int, size_like: bool) -> None:
    env = ShapeEnv()
    env.symbols.reserve_name("u9")
    for known in ("u0", "u3"):
        env.add_unbacked(name(known), low, None)
    if size_like:
        env.size_like[name("u0")] = None
    value = symbol("u3")
    path = (SequenceKey(0), DivideByKey(divisor)) if divisor > 1 else AT
    with env.at("node"):
        rebind_unbacked(env, Recorded({"unbacked_bindings": {name("u0"): path}}), (SymInt(value, env),))
    side = (eq(mod(value, divisor), 0),) if divisor > 1 else ()
    (binding, definition) = env.log
    assert isinstance(binding, Binding)
    assert (binding.fresh, binding.side) == (None, side)
    assert isinstance(definition, Definition)
    assert definition.term == (value if divisor == 1 else value // divisor)
    assert env.known(eq(symbol("u0") * divisor, value)) is True
    assert (name("u3") in env.size_like) == (size_like and divisor == 1)
