"""OBL, continued: what obligations rest on: the contract, machine integers, definitions, connected conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refimpl.export import SymbolRange, prefix
from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.laws.cone import cone
from refimpl.laws.contract import (
    LARGEST,
    computed_bounds,
    contract_of,
    input_bounds,
    range_conditions,
    scalars_in,
    tensors_in,
)
from refimpl.laws.decide import decide
from refimpl.laws.determine import determined, renamed_value
from refimpl.laws.elimination import elimination, equation
from refimpl.laws.law import Claim
from refimpl.laws.observation import ABSENT, FreshSymbol, Stated
from refimpl.laws.theory import Theory
from refimpl.solver import Obligation, Proved, Refuted, Undecided, Verdict, make_solver
from refimpl.symbolic_shapes import CallMethodKey, DivideByKey, SequenceKey
from refimpl.symbolic_shapes.events import Binding, Definition
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Scalar,
    Symbol,
    bool_symbol,
    eq,
    float_eq,
    float_ge,
    float_le,
    float_symbol,
    floor_div,
    free_of,
    ge,
    land,
    le,
    lnot,
    lor,
    mod,
    ne,
    symbol,
)
from specs.clauses import Clause, checks
from tests.laws import observations as made
from tests.laws.observations import F0, S0, S1, SIZE0, U0, U1, U7, U8, node, seen
from tests.laws.programs import loaded

__all__ = ["OBL_07", "OBL_08", "OBL_09", "OBL_10", "OBL_11", "OBL_12"]

_LAWS = "refimpl.laws"
S, T, U, V, F, G = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u7", "u8"))
X = float_symbol("zuf0")
P, Q = bool_symbol("p0"), bool_symbol("p1")

OBL_07 = Clause(
    "OBL-07",
    "A goal depends on the conditions that share symbols with it, directly or through others, and on a plain"
    " falsehood.",
    f"{_LAWS}.cone:cone",
    "obl-only-neighbours-are-connected",
)
SYMBOLS = st.sampled_from(("a", "b", "c", "d", "e", "f"))
CONDITIONS = st.lists(SYMBOLS, min_size=1, max_size=2).map(lambda names: ge(sum(map(symbol, names)), 0))


@checks(OBL_07)
@given(goals=st.lists(CONDITIONS, max_size=2), conditions=st.lists(CONDITIONS, max_size=7), at=st.integers(0, 7))
def test_a_goal_depends_on_what_is_connected_with_it(goals: list[Cond], conditions: list[Cond], at: int) -> None:
    conditions.insert(min(at, len(conditions)), False)
    reached = {name for goal in goals for name in free_of(goal)}
    for _ in conditions:  # a chain is no longer than the list
        reached |= {s for c in conditions if free_of(c) & reached for s in free_of(c)}
    expected = tuple(c for c in conditions if c is False or free_of(c) & reached)
    assert cone(tuple(goals), tuple(conditions)) == expected


OBL_08 = Clause(
    "OBL-08",
    "The contract is the ranges of what the caller gives, that sizes are positive, and the guards; a range is its two"
    " ends, an open end nothing.",
    f"{_LAWS}.contract:contract_of",
    "obl-the-callers-ranges-are-forgotten",
)


@checks(OBL_08)
@pytest.mark.parametrize(
    ("term", "low", "high", "expected"),
    [
        (U, 2, 9, (ge(U, 2), le(U, 9))),
        (U, None, 9, (le(U, 9),)),
        (U, 2, None, (ge(U, 2),)),
        (U, 0, 0, (ge(U, 0), le(U, 0))),
        (U, None, None, ()),
        (3, 4, None, (False,)),
        (3, 3, 3, (True, True)),
        (F0, 2, 9, (float_ge(X, 2), float_le(X, 9))),
        (F0, 0, None, (float_ge(X, 0),)),
        (F0, None, 0, (float_le(X, 0),)),
        (F0, None, None, ()),
        (1.5, 1, 2, (True, True)),
        (None, 1, 2, ()),
        (True, 1, 2, ()),
        (P, 1, 2, ()),
    ],
)
def test_a_range_is_its_ends(
    term: Scalar | None, low: int | None, high: int | None, expected: tuple[Cond, ...]
) -> None:
    assert tuple(range_conditions(SymbolRange("key", term, low, high))) == expected


@checks(OBL_08)
def test_the_contract_is_what_the_caller_promises() -> None:
    program = ProgramBuilder()
    s0, s1, s2 = (
        program.symbol("s0", hint=8, low=3, high=64),
        program.symbol("s1", hint=5),
        program.symbol("s2", hint=4),
    )
    u0, u1 = program.unbacked("u0", 0, 7), program.unbacked("u1", 1, 9)
    program.range("2*s0", 6, 100)
    program.range("s2", None, None)
    program.range("2*u1", 0, 12)
    program.range("u7", 0, 3)
    program.range("s0*u1", 0, 50)
    program.range("s9", 3, 9)
    program.range("what is it", 1, 2)
    program.range("3", 1, 5)
    x = program.input("x", tensor([s0, s1], strides=[s1, s2], offset=u0))
    program.guard("L['x'].size()[0] != 9")
    program.guard("L['x'].size()[0] >= 3")
    program.guard("L['x'].nonsense() > 2")
    found = program.call("aten.nonzero.default", x, out=tensor([u1, 2], "int64", strides=[1, u1]))
    program.output(found)
    contract = contract_of(loaded(program))
    a, b = symbol("s0"), symbol("s1")
    assert set(contract.conditions) == {
        ge(a, 3),
        le(a, 64),
        ge(b, 2),
        ge(2 * a, 6),
        le(2 * a, 100),
        ge(U, 0),
        le(U, 7),
        ne(a, 9),
        ge(symbol("s9"), 3),
        le(symbol("s9"), 9),
    }
    assert len(contract.conditions) == len(set(contract.conditions))
    assert contract.hints == {"s0": 8, "s1": 5, "s2": 4}
    assert {each.name for each in contract.bound} == {"s0", "s1", "s2", "u0"}
    assert contract.unreadable == ("L['x'].nonsense() > 2",)


@checks(OBL_08)
def test_a_size_without_range_is_positive() -> None:
    program = ProgramBuilder()
    s0 = prefix.symbol("s0", hint=8, positive=True)
    number = program.unbacked("u5", 2, 4)
    x, n = program.input("x", tensor([s0])), program.input("n", number)
    program.output(program.call("_operator.add", n, 1, out=number + 1), x)
    contract = contract_of(loaded(program))
    assert set(contract.conditions) == {ge(S, 1), ge(symbol("u5"), 2), le(symbol("u5"), 4)}
    assert {each.name for each in contract.bound} == {"s0", "u5"}


@checks(OBL_08)
def test_a_contract_that_contradicts_itself_says_so() -> None:
    program = ProgramBuilder()
    x = program.input("x", tensor([program.symbol("s0", hint=8)]))
    program.range("3", 4, None)
    program.output(x)
    assert set(contract_of(loaded(program)).conditions) == {ge(S, 2), False}


OBL_09 = Clause(
    "OBL-09",
    "Inputs have machine sizes and are machine integers; what is computed is at most the largest size, and an item is a"
    " machine integer.",
    f"{_LAWS}.contract:computed_bounds",
    "obl-computed-sizes-are-unbounded",
)
MACHINE = (-(2**63), 2**63 - 1)


@checks(OBL_09)
def test_every_number_and_tensor_of_a_value_is_seen() -> None:
    x = made.tensor(U, 3, strides=(V, 1), offset=S)
    y = made.tensor(T)
    assert list(scalars_in([x, (2, None, "text", P), 2.5])) == [U, 3, V, 1, S, 2, P, 2.5]
    assert list(scalars_in(U)) == [U]
    assert list(tensors_in(x)) == [x]
    assert list(tensors_in([x, (y, 2), None, "text"])) == [x, y]


@checks(OBL_09)
def test_inputs_have_machine_sizes() -> None:
    assert LARGEST == 9223372036854775806
    x = made.tensor(U, 3, strides=(V, 1), offset=S)
    sizes = (U, V, S, 3 * U)
    assert input_bounds([x, F, 4, None]) == (
        *dict.fromkeys(condition for term in sizes for condition in (ge(term, 0), le(term, LARGEST))),
        ge(F, MACHINE[0]),
        le(F, MACHINE[1]),
    )
    twice = (made.tensor(U), [made.tensor(U)])
    assert input_bounds(twice) == (ge(U, 0), le(U, LARGEST))
    assert input_bounds([made.tensor(2, 3), 7]) == ()


@checks(OBL_09)
def test_computed_sizes_have_upper_bounds() -> None:
    x = made.tensor(U, 3, strides=(V * U, 1), offset=S + V)
    plain, products = computed_bounds([x, F, [x], made.tensor(2, 5)], [U7, F0, U7])
    assert plain == (ge(F, MACHINE[0]), le(F, MACHINE[1]), le(U, LARGEST), le(S + V, LARGEST))
    assert products == (le(V * U, LARGEST), le(3 * U, LARGEST))
    plain, products = computed_bounds([made.tensor(floor_div(U, 2), 1), made.tensor(U, V), made.tensor(U, V)], [])
    assert plain == (le(U, LARGEST), le(V, LARGEST))
    assert products == (le(floor_div(U, 2), LARGEST), le(U * V, LARGEST))
    plain, products = computed_bounds([made.tensor(U + 3), made.tensor(U + U * V)], [])
    assert plain == (le(U + 3, LARGEST),)
    assert products == (le(U + U * V, LARGEST),)


OBL_10 = Clause(
    "OBL-10",
    "A definition replaces its symbol everywhere, to the end; under a branch, of another sort, of itself or a second"
    " one, it is an equation.",
    f"{_LAWS}.elimination:elimination",
    "obl-definitions-of-a-branch-hold-everywhere",
)


def _defined(name: Symbol | BoolSymbol, term: Scalar, *under: Cond) -> Definition:
    return Definition("n", name, (), term, under)


@checks(OBL_10)
def test_an_equation_is_one_of_its_sort() -> None:
    assert equation(U0, V + 1) == eq(U, V + 1)
    assert equation(U0, 3) == eq(U, 3)
    assert equation(U0, U) is True
    assert equation(F0, 2.5) == float_eq(X, 2.5)
    assert equation(U0, 2.5) is False
    assert equation(F0, P) is False
    assert equation(U0, P) is False
    assert equation(bool_symbol("p9"), 1) is False


@checks(OBL_10)
def test_definitions_are_resolved_to_the_end_and_what_cannot_be_is_an_equation() -> None:
    mapping, kept = elimination(
        [
            _defined(U0, V + 1),
            _defined(U1, F * 2),
            _defined(U7, S),
            _defined(U8, G),
            _defined(U0, T),
            _defined(S0, S - T + 1),
            _defined(S1, 4, P, lnot(Q)),
            _defined(F0, P),
        ]
    )
    assert mapping == {U0: S * 2 + 1, U1: S * 2, U7: S}
    assert kept == (eq(U, T), eq(T, 1), lor(lnot(P), Q, eq(T, 4)), False)
    assert elimination([]) == ({}, ())
    chained, rest = elimination([_defined(U0, V), _defined(U7, U), _defined(U1, S), _defined(U8, F + V)])
    assert (chained, rest) == ({U0: S, U7: S, U1: S, U8: S * 2}, ())
    circle, rest = elimination([_defined(U0, V + 1), _defined(U1, U - 1)])
    assert (circle, rest) == ({U0: V + 1}, (eq(U, V + 1),))
    circle, rest = elimination([_defined(U0, V + 1), _defined(U1, U * 2)])
    assert (circle, rest) == ({U0: V + 1}, (eq(V, 2 * U),))


OBL_11 = Clause(
    "OBL-11",
    "What interval facts settle is not asked of a solver, unless everything is; a refutation that breaks the bounds of"
    " products is asked again with them.",
    f"{_LAWS}.decide:decide",
    "obl-refutations-beyond-machine-integers-stand",
)


@dataclass
class Recorder:
    """Answers from a list, and remembers what it was asked."""

    answers: list[Verdict]
    asked: list[tuple[tuple[Cond, ...], Cond]] = field(default_factory=list[tuple[tuple[Cond, ...], Cond]])
    names: list[str] = field(default_factory=list[str])
    calls: int = 0

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The next answers."""
        self.calls += 1
        self.names.extend(obligation.name for obligation in obligations)
        self.asked.extend((obligation.hypotheses, obligation.goal) for obligation in obligations)
        return tuple(self.answers.pop(0) for _ in obligations)


def _claim(goal: Cond) -> Claim:
    return Claim("EQUIV", "n", goal, "after", "", None, "")


@checks(OBL_11)
def test_what_is_settled_is_not_asked_and_products_matter_when_a_model_breaks_them() -> None:
    observed = seen(
        after=(Stated("n", ge(U, 2), "assert"),),
        machine=(le(U, 9), ge(V, 0)),
        extra_machine=(le(U * V, LARGEST), le(U * U, 100)),
    )
    theory = Theory(observed)
    claims = [_claim(ge(U, 1)), _claim(ge(V, 3)), _claim(le(V, 7)), _claim(ge(V, 5)), _claim(ge(V, 0))]
    small, large = Refuted({"u1": 0, "u0": 2}, "z3"), Refuted({"u1": 2**62, "u0": 9}, "z3")
    last = Refuted({"u1": 8}, "z3")
    solver = Recorder([small, large, Undecided("no time"), last])
    found = decide(theory, claims, solver)
    assert [each.verdict for each in found] == [
        Proved("normal-form"),
        small,
        last,
        Undecided("no time"),
        Proved("normal-form"),
    ]
    assert [each.claim for each in found] == claims
    assert solver.calls == 2
    assert [goal for _, goal in solver.asked] == [ge(V, 3), le(V, 7), ge(V, 5), le(V, 7)]
    assert [le(U * V, LARGEST) in hypotheses for hypotheses, _ in solver.asked] == [False, False, False, True]
    assert [each.obligation is None for each in found] == [True, False, False, False, True]
    assert found[2].obligation is not None
    assert found[2].obligation.hypotheses == solver.asked[3][0]
    untouched = Recorder([])
    assert [each.verdict for each in decide(theory, claims[:1], untouched)] == [Proved("normal-form")]
    assert untouched.calls == 0
    everything = Recorder([Proved("z3")] * 2)
    again = decide(theory, [claims[0], claims[4]], everything, reprove=True)
    assert ([each.verdict for each in again], everything.calls) == ([Proved("z3")] * 2, 1)
    assert decide(theory, [], Recorder([])) == []


class Lazy:
    """A solver that leaves something out."""

    def __init__(self, *answers: Verdict) -> None:
        self.answers = answers

    def decide(self, obligations: Sequence[Obligation]) -> tuple[Verdict, ...]:
        """The answers, and none the second time."""
        found, self.answers = self.answers, ()
        return found


@checks(OBL_11)
def test_a_solver_that_leaves_something_out_is_an_error() -> None:
    theory = Theory(seen(extra_machine=(le(U * V, LARGEST),)))
    with pytest.raises(ValueError, match="zip"):
        decide(theory, [_claim(ge(V, 3)), _claim(ge(V, 4))], Lazy(Proved("z3")))
    with pytest.raises(ValueError, match="zip"):
        decide(theory, [_claim(ge(V, 3))], Lazy(Refuted({"u0": 2**40, "u1": 2**40}, "z3")))


OBL_12 = Clause(
    "OBL-12",
    "An unbound symbol that A makes equal to what is recorded where it stands is written so everywhere; any other"
    " stays.",
    f"{_LAWS}.determine:determined",
    "obl-recorded-values-determine-nothing",
)
SOLVER = make_solver()


@checks(OBL_12)
def test_an_unbound_symbol_that_a_determines_is_written_as_recorded() -> None:
    side = Binding("d", U1, (CallMethodKey("size"), SequenceKey(0), DivideByKey(2)), None, V, (eq(mod(F, 2), 0),))
    plain = Binding("e", U0, SIZE0, None, U)
    observed = seen(
        node("n", new=made.tensor(F, 2), old=made.tensor(S, 2), allocated=(U7,)),
        node("m", new=made.tensor(G), old=made.tensor(S), allocated=(U8,)),
        node("k", new=2.5, allocated=(F0,)),
        after=(Stated("n", eq(F, S), "assert"), Stated("m", ge(G, S), "assert", enforced=ge(F, 1))),
        before=(Stated("m", ge(F, 0), "range"), Stated("m", ge(U, 0), "range")),
        facts=(Stated("n", ge(F, 0), "fact"), Stated("n", le(G, 9), "fact")),
        machine=(le(F, LARGEST), le(U, 5)),
        extra_machine=(le(F * U, LARGEST),),
        definitions=(_defined(U1, F + 1),),
        bindings=(side, plain),
        unbound=(
            FreshSymbol(U7, "n", ".size()[0]", S),
            FreshSymbol(U8, "m", ".size()[0]", S),
            FreshSymbol(F0, "k", "", ABSENT),
        ),
    )
    found = determined(observed, SOLVER)
    assert found.determined == {U7: S}
    assert [fresh.symbol for fresh in found.unbound] == [U8, F0]
    first, second = found.nodes[0].new, found.nodes[1].new
    assert isinstance(first, type(made.tensor(S)))
    assert (first.sizes, second, found.nodes[2].new) == ((S, 2), observed.nodes[1].new, 2.5)
    # What becomes plainly true is no obligation any more, but stays a statement of its node.
    assert [(s.node, s.condition, s.enforced) for s in found.after] == [("n", True, True), ("m", ge(G, S), ge(S, 1))]
    assert [s.condition for s in found.before] == [ge(S, 0), ge(U, 0)]
    assert found.before[1] is observed.before[1]
    assert [s.condition for s in found.facts] == [ge(S, 0), le(G, 9)]
    assert found.machine == (le(S, LARGEST), le(U, 5))
    assert found.extra_machine == (le(S * U, LARGEST),)
    assert [(d.symbol, d.term) for d in found.definitions] == [(U1, S + 1)]
    assert [b.side for b in found.bindings] == [(eq(mod(S, 2), 0),), ()]
    assert found.bindings[1] is plain


@checks(OBL_12)
def test_nothing_is_determined_by_itself_under_a_branch_or_without_a_number() -> None:
    def unbound(*fresh: FreshSymbol, after: tuple[Stated, ...]) -> None:
        observed = seen(node("n", new=made.tensor(F)), unbound=fresh, after=after)
        assert determined(observed, SOLVER) is observed

    asserted = (Stated("n", eq(F, S), "assert"),)
    unbound(FreshSymbol(U7, "n", "", F), after=asserted)
    unbound(FreshSymbol(U7, "n", "", F + S - 8), after=asserted)
    unbound(FreshSymbol(U7, "n", "", made.tensor(S)), after=asserted)
    unbound(FreshSymbol(U7, "n", "", S), after=(Stated("n", eq(F, S), "assert", (P,)),))
    unbound(FreshSymbol(U7, "n", "", S), after=(Stated("n", ge(F, S), "assert"),))
    unbound(after=asserted)
    inside = FreshSymbol(U7, "n", "", S, (P,))
    within = seen(node("n"), unbound=(inside,), after=(Stated("n", eq(F, S), "assert", (P,)),))
    assert determined(within, SOLVER).determined == {U7: S}


@checks(OBL_12)
def test_what_only_a_solver_sees_is_determined_too_and_each_of_its_sort() -> None:
    observed = seen(
        node("n"),
        unbound=(FreshSymbol(U7, "n", "", 5), FreshSymbol(F0, "n", "[1]", 2.0), FreshSymbol(U8, "n", "[2]", F + 1)),
        after=(
            Stated("n", lor(eq(F, 5), ge(4, F + S)), "assert"),
            Stated("n", land(ge(F, 3), ge(S, 2)), "assert"),
            Stated("n", float_eq(X, 2.0), "assert"),
            Stated("n", eq(G, F + 1), "assert"),
        ),
    )
    assert determined(observed, SOLVER).determined == {U7: 5, F0: 2.0, U8: 6}
    # An integer is recorded where a float stands: that is for VALUE to say.
    whole = replace(observed, unbound=(FreshSymbol(F0, "n", "[1]", 2),))
    assert determined(whole, SOLVER) is whole


@checks(OBL_12)
def test_a_solver_is_asked_only_for_what_nothing_else_settles() -> None:
    same = seen(node("n"), unbound=(FreshSymbol(U7, "n", "", S),), after=(Stated("n", eq(F, S), "assert"),))
    nobody = Recorder([])
    assert determined(same, nobody).determined == {U7: S}
    hard = replace(same, after=(Stated("n", ge(F * F, S * S), "assert"),))
    asked = Recorder([Proved("z3")])
    assert determined(hard, asked).determined == {U7: S}
    assert asked.names == ["FRESH n"]
    assert determined(replace(hard, unbound=()), nobody) == replace(hard, unbound=())
    assert nobody.calls == 0


@checks(OBL_12)
def test_a_value_is_renamed_where_the_symbol_occurs() -> None:
    mapping: dict[Symbol | BoolSymbol, Scalar] = {U7: S + 1}
    untouched = made.tensor(U, strides=(V,), offset=G)
    for value in (ABSENT, None, "text", untouched, 3, 2.5, U, P, (untouched, 4)):
        assert renamed_value(value, mapping) is value
    for changed in (made.tensor(F), made.tensor(2, strides=(F,)), made.tensor(2, offset=F)):
        found = renamed_value(changed, mapping)
        assert isinstance(found, type(changed))
        terms = (*found.sizes, *found.strides, found.offset)
        assert terms == tuple(
            S + 1 if term is F else term for term in (*changed.sizes, *changed.strides, changed.offset)
        )
    assert renamed_value(F * 2, mapping) == 2 * S + 2
    assert renamed_value(ge(F, 3), mapping) == ge(S, 2)
    assert renamed_value([F, U], mapping) == (S + 1, U)
    assert renamed_value((F, ABSENT), mapping) == (S + 1,)  # type: ignore[arg-type]  # a value of the run has none
