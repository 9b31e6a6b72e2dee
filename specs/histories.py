"""ENV, continued: what an environment knows after any history, in branches, and after a failure."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from refimpl.solver import Obligation, Refuted, make_solver
from refimpl.symbolic_shapes import DivideByKey, KeyPath, RebindingInconsistentError, SequenceKey, ShapeEnv, wrap
from refimpl.symbolic_shapes.bindings import rebind_unbacked
from refimpl.symbolic_shapes.environment import Checkpoint
from refimpl.terms import Cond, Dim, Symbol, Undefined, ValueRange, eq, evaluate, ge, le, lnot, lt, ne, of_atom, symbol
from specs.clauses import Clause, checks
from specs.environment import unbacked
from specs.propagation import PRO_04
from tests.symbolic_shapes import test_shape_env
from tests.symbolic_shapes.boxes import dims
from tests.symbolic_shapes.operators import name

__all__ = ["ENV_12", "ENV_13", "ENV_14", "ENV_15", "ENV_16", "ENV_17", "ENV_18", "ENV_19", "ENV_20"]

_KNOWLEDGE = "refimpl.symbolic_shapes.knowledge:Knowledge"
_ENVIRONMENT = "refimpl.symbolic_shapes.environment:Environment"
OLD, FRESH, SIZE = (symbol("u0"), symbol("u1")), (symbol("u10"), symbol("u11")), symbol("s0")
NAMES = ("u0", "u1", "u10", "u11", "s0")
Valuation = dict[str, int | float | bool]
BOX: list[Valuation] = [dict(zip(NAMES, values, strict=True)) for values in product(range(3), repeat=5)]
TERMS = dims((*OLD, *FRESH, SIZE))
CONDITIONS: st.SearchStrategy[Cond] = st.one_of([st.builds(compare, TERMS, TERMS) for compare in (ge, le, eq, ne)])
VALUES: st.SearchStrategy[Dim] = st.one_of(st.sampled_from(FRESH), dims((*FRESH, SIZE)), st.integers(0, 2))


@dataclass
class _Node:
    """What rebinding looks at in a node."""

    op: str
    meta: dict[str, object]


def _true(condition: Cond, valuation: Valuation) -> bool:
    try:
        return evaluate(condition, valuation) is True
    except Undefined:
        return False


def solutions(said: list[Cond]) -> list[Valuation]:
    """The valuations of the box that satisfy all conditions."""
    return [valuation for valuation in BOX if all(_true(condition, valuation) for condition in said)]


def allowed(env: ShapeEnv) -> list[Valuation]:
    """The valuations of the box that the environment allows."""
    snapshot = env.knowledge.snapshot()
    return [] if snapshot is None else [valuation for valuation in BOX if snapshot.holds(valuation)]


def two_fresh() -> ShapeEnv:
    """An environment with the fresh symbols ``u10`` and ``u11`` and a backed size, all without bounds."""
    env = ShapeEnv()
    env.symbols.reserve_name("u9")
    env.add_backed(name("s0"), None, None, None)
    env.create_unbacked_symint()
    env.create_unbacked_symint()
    return env


def bind(env: ShapeEnv, old: int, value: Dim, divisor: int, node: str) -> Cond:
    """Rebind a symbol at a node; what the binding says, straight from its definition."""
    path: KeyPath = (SequenceKey(0), DivideByKey(divisor)) if divisor != 1 else (SequenceKey(0),)
    bindings: dict[Symbol, KeyPath] = {name(NAMES[old]): path}
    with env.at(node):
        rebind_unbacked(env, _Node("call_function", {"unbacked_bindings": bindings}), (wrap(value, env),))
    return eq(value, OLD[old] * divisor)


ENV_16 = Clause(
    "ENV-16",
    "Within a branch its predicate holds; what is learned there stays there, what is logged carries the predicate.",
    f"{_ENVIRONMENT}.under",
    "env-predicates-are-not-learned",
)
ENV_12 = Clause(
    "ENV-12",
    "After any history of facts, requirements, bindings, branches and roll-backs the environment allows exactly what"
    " was said.",
    f"{_KNOWLEDGE}.snapshot",
    "env-branches-forget-what-was-said-outside",
)
ENV_13 = Clause(
    "ENV-13",
    "A node that fails is rolled back to its checkpoint, the name counters aside (law ATOM).",
    f"{_ENVIRONMENT}.roll_back",
    "env-guards-of-failed-nodes-stay",
)
test_roll_backs_nest_and_keep_what_equations_brought = checks(ENV_13)(
    test_shape_env.test_roll_backs_nest_and_keep_what_equations_brought
)


class History(RuleBasedStateMachine):
    """Drives an environment and a plain list of what was said side by side."""

    @initialize()
    def start(self) -> None:
        """A new environment and nothing said."""
        self.env = two_fresh()
        self.said: list[Cond] = []
        self.points: list[tuple[Checkpoint, list[Cond]]] = []
        self.steps = 0

    @rule(condition=CONDITIONS, is_fact=st.booleans())
    def say(self, condition: Cond, is_fact: bool) -> None:
        """A fact or a requirement."""
        if is_fact:
            self.env.fact(condition)
            self.said.append(condition)
            return
        point = self.env.checkpoint()
        try:
            self.env.require(condition, "refused")
        except RuntimeError:
            assert solutions([*self.said, condition]) == []
            self.env.roll_back(point)
        else:
            self.said.append(condition)

    @rule(old=st.integers(0, 1), value=VALUES, divisor=st.sampled_from((1, 1, 2)))
    def rebind(self, old: int, value: Dim, divisor: int) -> None:
        """A binding."""
        self.steps += 1
        try:
            self.said.append(bind(self.env, old, value, divisor, f"node {self.steps}"))
        except RebindingInconsistentError:
            assert solutions([*self.said, eq(value, OLD[old] * divisor)]) == []

    @rule()
    def begin(self) -> None:
        """A node begins."""
        self.points.append((self.env.checkpoint(), list(self.said)))

    @precondition(lambda self: bool(self.points))
    @rule()
    def fail(self) -> None:
        """The node fails: what it said is unsaid."""
        point, self.said = self.points.pop()
        self.env.roll_back(point)

    @rule(predicate=CONDITIONS, said=CONDITIONS)
    def branch(self, predicate: Cond, said: Cond) -> None:
        """A branch that says something leaves no trace."""
        with self.env.under(predicate):
            assert allowed(self.env) == solutions([*self.said, predicate])
            self.env.fact(said)
            assert allowed(self.env) == solutions([*self.said, predicate, said])

    @rule(asked=CONDITIONS)
    def ask(self, asked: Cond) -> None:
        """What is known follows."""
        answer = self.env.known(asked)
        if answer is not None and self.env.knowledge.contradiction is None:
            if self.env.knowledge.bounds.inconsistent:
                return
            assert all(_true(asked, valuation) is answer for valuation in solutions(self.said))

    @invariant()
    def allows_exactly_what_was_said(self) -> None:
        """The environment's set of valuations is that of the conditions."""
        assert allowed(self.env) == solutions(self.said)


@checks(ENV_12, ENV_13, ENV_16)
def test_any_history_keeps_exactly_what_was_said() -> None:
    phases = (Phase.explicit, Phase.generate)
    run_state_machine_as_test(History, settings=settings(max_examples=40, stateful_step_count=12, phases=phases))


@checks(ENV_13)
@given(equation=st.booleans(), nested=st.booleans())
def test_a_roll_back_leaves_nothing_but_the_name_counters(equation: bool, nested: bool) -> None:
    env = unbacked(1)
    env.fact(ge(symbol("u0"), 1))
    point = env.checkpoint()
    state = (list(env.log), env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.guards))
    env.create_unbacked_symint()
    if equation:
        env.require(eq(symbol("u0"), symbol("u1")), "equal")
    if nested:
        inner = env.checkpoint()
        env.require(eq(symbol("u0"), 4), "four")
        env.roll_back(inner)
    env.require(ge(symbol("u0"), 8), "eight")
    assert env.evaluate(ge(SIZE, 3))
    env.size_like[name("u1")] = None
    env.unbacked_renamings[name("u1")] = name("u0")
    env.roll_back(point)
    after = (list(env.log), env.replacements, env.var_to_range, env.pending_fresh_unbacked_symbols, list(env.guards))
    assert after == state
    assert (env.size_like, env.unbacked_renamings) == ({}, {})
    assert env.known(ge(symbol("u0"), 2)) is None
    assert str(env.create_unbacked_symint()) == "u2"


ENV_14 = Clause(
    "ENV-14",
    "Elimination: an equation with an unbacked symbol replaces its newest one, and what was known of it moves along.",
    f"{_KNOWLEDGE}._learn",
    "env-eliminated-symbols-lose-their-conditions",
)


@checks(ENV_14)
@given(high=st.integers(9, 20), offset=st.integers(-3, 3), factor=st.integers(-2, 2))
def test_an_equation_eliminates_the_newest_unbacked_symbol(high: int, offset: int, factor: int) -> None:
    env = unbacked(2)
    u0, u1 = symbol("u0"), symbol("u1")
    env.require(le(u1, high), "bound")
    env.require(eq(u1, u0 * factor + SIZE + offset), "equal")
    assert env.replacements == {name("u1"): u0 * factor + SIZE + offset}
    assert env.known(le(u0 * factor + SIZE + offset, high)) is True
    assert le(u0 * factor + SIZE + offset, high) in env.filed(name("s0")), "it is filed under what stands for it"
    summed = unbacked(2)
    summed.require(eq(u0 + u1, high), "equal")
    assert summed.replacements == {name("u1"): high - u0}


ENV_15 = Clause(
    "ENV-15",
    "Replacements have no cycle and are resolved to the end, in whatever order they came (law ROOT).",
    f"{_KNOWLEDGE}.resolve_symbol",
    "env-replacements-are-two-hops",
)


@checks(ENV_15)
@given(order=st.permutations(((0, 1), (1, 2), (2, 3))), value=st.integers(0, 9), last=st.booleans())
def test_replacements_are_resolved_to_the_end(order: list[tuple[int, int]], value: int, last: bool) -> None:
    env = unbacked(4)
    atoms = [symbol(f"u{index}") for index in range(4)]
    equations: list[Cond] = [eq(atoms[i], atoms[j]) for i, j in order]
    for equation in [*equations, eq(atoms[2], value)] if last else [eq(atoms[2], value), *equations]:
        env.require(equation, "equal")
    assert env.replacements == {name(f"u{index}"): value for index in range(4)}
    assert all(env.replace(atom + 1) == value + 1 for atom in atoms)


@checks(ENV_15)
@settings(max_examples=60)
@given(links=st.permutations(range(5)))
def test_renamings_are_resolved_to_the_end(links: list[int]) -> None:
    env = unbacked(6)
    for index in links:
        env.knowledge._replace(name(f"u{index}"), symbol(f"u{index + 1}"))  # pyright: ignore[reportPrivateUsage] - an order of arrivals
    assert set(map(str, env.replacements.values())) == {"u5"}


@checks(ENV_16)
@given(low=st.integers(0, 5), value=st.integers(6, 9))
def test_branches_keep_what_they_learn(low: int, value: int) -> None:
    env = unbacked(1)
    u = symbol("u0")
    env.fact(ge(u, -9))
    outer, inner = ge(u, low), le(u, 20)
    with env.under(outer):
        assert env.known(ge(u, low)) is True
        env.require(eq(u, value), "value")
        with env.under(inner):
            env.fact(ne(u, 0))
            env.fact(le(SIZE, 9))
        assert env.known(le(SIZE, 9)) is None
    assert env.known(ge(u, low)) is None
    assert env.replace(u) is u
    assert env.bound(u) == ValueRange(-9, None)
    assert [event.under for event in env.log] == [(), (outer,), (outer, inner), (outer, inner)]
    assert env.predicates == ()


ENV_17 = Clause(
    "ENV-17",
    "What is known follows from what was said, for all integers; each integer symbol, replaced or not, has a range,"
    " which contains every value.",
    "refimpl.terms.bounds:Bounds.known",
    "env-replaced-symbols-have-no-range",
)


@checks(ENV_17)
@settings(max_examples=80)
@given(said=st.lists(CONDITIONS, max_size=4), asked=CONDITIONS, term=TERMS)
def test_what_is_known_is_proved_by_the_solver(said: list[Cond], asked: Cond, term: Dim) -> None:
    env = two_fresh()
    for condition in said:
        env.fact(condition)
    if env.knowledge.contradiction is not None or env.knowledge.bounds.inconsistent:
        claims: list[tuple[str, Cond]] = [("a contradiction", False)]
    else:
        answer, bound = env.known(asked), env.bound(term)
        claims = [] if answer is None else [("known", asked if answer else lnot(asked))]
        claims += [] if bound.low is None else [("low end", ge(term, bound.low))]
        claims += [] if bound.high is None else [("high end", le(term, bound.high))]
    obligations = [Obligation(label, tuple(said), goal) for label, goal in claims]
    for obligation, verdict in zip(obligations, make_solver(budget=200_000).decide(obligations), strict=True):
        assert not isinstance(verdict, Refuted), (obligation.name, verdict)
    for valuation in solutions(said):
        assert all(_true(goal, valuation) for _, goal in claims)


@checks(ENV_17)
@given(low=st.integers(-4, 4), width=st.integers(0, 4), factor=st.integers(1, 3))
def test_plain_consequences_are_known(low: int, width: int, factor: int) -> None:
    env = unbacked(2)
    u = symbol("u0")
    for weaker in (1, 0, 2):
        env.fact(ge(u, low - weaker))
        env.fact(le(u, low + width + weaker))
    assert env.bound(u * factor - 1) == ValueRange(factor * low - 1, factor * (low + width) - 1)
    assert env.known(ge(u * factor, factor * low)) is True
    assert env.known(lt(u, low)) is False
    assert env.known(ge(u, low + 1)) is (False if width == 0 else None)
    env.fact(eq(symbol("u1"), u * factor - 1))
    ranges = {"s0": ValueRange(2, None), "u0": env.bound(u), "u1": env.bound(u * factor - 1)}
    assert {found.name: interval for found, interval in env.var_to_range.items()} == ranges, "replaced symbols too"


ENV_18 = Clause(
    "ENV-18",
    "Size-oblivious reasoning supposes that size-like symbols are at least 2, and remembers nothing of it.",
    f"{_ENVIRONMENT}.known_of_sizes",
    "env-sizes-start-at-three",
)
ENV_19 = Clause(
    "ENV-19",
    "A contradiction is remembered until it is rolled back, and nothing is concluded from it in between.",
    f"{_KNOWLEDGE}.roll_back",
    "env-contradictions-end-with-their-scope",
)
test_a_contradiction_is_remembered_until_it_is_rolled_back = checks(ENV_19)(
    test_shape_env.test_a_contradiction_is_remembered_until_it_is_rolled_back
)
ENV_20 = Clause(
    "ENV-20",
    "A fresh symbol takes an old name once: the name belongs to the node that took it first, which takes it again in"
    " the next run.",
    f"{_ENVIRONMENT}.may_rename",
    "env-taken-names-are-taken-again",
)


@checks(ENV_18)
@given(bound=st.integers(0, 5), is_size=st.booleans())
def test_sizes_are_supposed_to_be_at_least_two(bound: int, is_size: bool) -> None:
    env = unbacked(1)
    if is_size:
        env.size_like[name("u0")] = None
    assert env.known_of_sizes(ge(symbol("u0"), bound)) is (True if is_size and bound <= 2 else None)
    assert env.known(ge(symbol("u0"), bound)) is None
    env.size_like[name("u1")] = None
    assert env.known_of_sizes(ge(symbol("u0") + symbol("u1"), 4)) is (True if is_size else None)


@checks(ENV_19)
@given(first=st.integers(0, 3), second=st.integers(0, 3))
def test_a_contradiction_ends_with_its_node(first: int, second: int) -> None:
    env, u = unbacked(1), symbol("u0")
    env.fact(eq(u, first))
    point = env.checkpoint()
    env.fact(eq(u, second))
    assert env.knowledge.contradiction == (None if first == second else eq(u, second))
    env.roll_back(point)
    assert env.knowledge.contradiction is None
    assert env.known(eq(u, first)) is True


@checks(ENV_20, PRO_04)
@pytest.mark.parametrize("same_node", [True, False])
def test_a_name_belongs_to_the_node_that_took_it(same_node: bool) -> None:
    env = two_fresh()
    bind(env, 0, FRESH[0], 1, "first")
    bind(env, 0, FRESH[1], 1, "first" if same_node else "second")
    names = {name("u10"): name("u0"), **({name("u11"): name("u0")} if same_node else {})}
    assert env.unbacked_renamings == names
    assert env.known(eq(of_atom(name("u11")), OLD[0])) is True
    assert env.pending_fresh_unbacked_symbols == []
    assert env.symbols.origins[name("u0")] == ""
