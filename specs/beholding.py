"""OBS, continued: the log of a blind run in old names, what was recorded, and the fresh symbols that nobody binds."""

from __future__ import annotations

import pytest

from refimpl.aten import overload
from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.context import Value
from refimpl.fx import Graph, Node
from refimpl.laws.blind_run import BlindRun, Step, prepare
from refimpl.laws.observation import ABSENT, Failure, FreshSymbol, Held, Observation, ObservedNode, Stated, under
from refimpl.laws.observe import observe
from refimpl.laws.step_law import ObservedLaw, StepClaim, StepClaims
from refimpl.symbolic_shapes import CallMethodKey, DivideByKey, KeyPath, SequenceKey, Specialization
from refimpl.symbolic_shapes.events import Binding, Definition, Event, Fact, Requirement
from refimpl.terms import Cond, Symbol, eq, float_add, float_symbol, ge, int_of_bool, le, lnot, lor, mod, symbol
from specs.clauses import Clause, checks
from specs.hypotheses import OBL_09
from specs.verdicts import LAW_12
from tests.laws.observed import F0, S0, U0, U1, U7, U8, run, step
from tests.laws.programs import counted, loaded
from tests.laws.seen import ZF, P, S, U, V, atom

__all__ = ["OBS_04", "OBS_05", "OBS_06", "OBS_07"]

_LAWS = "refimpl.laws"
W, X = symbol("u7"), symbol("u8")
SIZE: KeyPath = (CallMethodKey("size"), SequenceKey(0))
LEAST, GREATEST = -(2**63), 2**63 - 1
LARGEST = 2**63 - 2
FALSE = Failure("violated", "it is false", ge(W, 9))


class Nodes:
    """The steps of a run, made one after the other; each result is used by the next output."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.steps: list[Step] = []

    def input(self, name: str, value: Value) -> Node:
        """An input with its value."""
        node = self.graph.placeholder(name)
        node.meta["recorded"] = value
        self.steps.append(Step(name, node, value, (), is_input=True))
        return node

    def call(self, path: str, operator: str, *args: Node, old: Held = None, new: Held = None, **fields: object) -> Node:
        """A call with its recorded and its new value."""
        node = self.graph.call_function(overload(operator), args)
        if old is not ABSENT:
            node.meta["recorded"] = old
        bindings = fields.pop("bindings", None)
        if bindings is not None:
            node.meta["unbacked_bindings"] = bindings
        step = Step(path, node, new, (), ())
        self.steps.append(step._replace(**fields))  # type: ignore[arg-type]  # the tests name fields
        return node


def seen(
    nodes: Nodes, *log: Event, renamed: dict[Symbol, Symbol] | None = None, pending: tuple[Symbol, ...] = ()
) -> Observation:
    """What is observed of a run that said this. The caller gives ``s0``."""
    nodes.graph.output(tuple(step.node for step in nodes.steps))
    return observe(BlindRun(_PREPARED, tuple(nodes.steps), log, renamed or {}, pending))


_PREPARED = prepare(loaded(counted()))


def tensor(*sizes: object, dtype: DType = DType.float32) -> FakeTensor:
    """A tensor whose strides are all 1."""
    return FakeTensor(sizes, (1,) * len(sizes), dtype)  # type: ignore[arg-type]  # integers and terms


def counting() -> Nodes:
    """``nonzero`` of an input: the fresh ``u7`` is recorded as ``u0``."""
    nodes = Nodes()
    x = nodes.input("x", tensor(S))
    nodes.call(
        "count", "aten.nonzero.default", x,
        old=tensor(U, 1), new=tensor(W, 1), allocated=(U7,), bindings={U0: SIZE},
    )  # fmt: skip
    return nodes


OBS_04 = Clause(
    "OBS-04",
    "Facts, requirements, definitions and side conditions are kept in order and written in old names; what is defined"
    " where nothing allocates is dropped.",
    f"{_LAWS}.observe:_in_old",
    "obs-definitions-need-no-allocation",
)


@checks(OBS_04)
def test_the_log_is_written_in_old_names() -> None:
    nodes = counting()
    nodes.call("more", "aten.relu.default", old=tensor(U), new=tensor(W + 1))
    nodes.call("kept", "aten.relu.default", old=tensor(U), new=tensor(U), assumed=True)
    found = seen(
        nodes,
        Fact("count", ge(W, 0)),
        Specialization("more", le(S, 9), "s0 = 8"),
        Requirement("more", ge(W, 2), ge(W, 1), "too few", (P,)),
        Fact("more", le(W, V), (P,)),
        Definition("count", U1, SIZE, W + 1, (P,)),
        Definition("more", U8, SIZE, W),
        Definition("kept", U8, SIZE, 2 * W),
        Binding("count", U0, SIZE, U7, U),
        Binding("more", U1, (*SIZE, DivideByKey(2)), None, U, (eq(mod(W, 2), 0),), (P,)),
        renamed={U7: U0},
    )
    assert found.facts == (
        Stated("count", ge(U, 0), "fact", order=0),
        Stated("more", le(U, V), "fact", (P,), order=3),
    )
    assert found.after == (Stated("more", ge(U, 2), "deferred", (P,), "too few", 2, ge(U, 1)),)
    assert found.definitions == (
        Definition("count", U1, SIZE, U + 1, (P,)),
        Definition("kept", U8, SIZE, 2 * U),
    )
    assert found.bindings == (
        Binding("count", U0, SIZE, U7, U),
        Binding("more", U1, (*SIZE, DivideByKey(2)), None, U, (eq(mod(U, 2), 0),), (P,)),
    )
    assert found.specializations == (Specialization("more", le(S, 9), "s0 = 8"),)
    assert found.contract is _PREPARED.contract
    values = {node.path: node.new for node in found.nodes}
    assert [repr(values[path]) for path in ("count", "more")] == [repr(tensor(U, 1)), repr(tensor(U + 1))]


@checks(OBS_04)
def test_without_renamings_everything_stays() -> None:
    found = seen(counting(), Fact("count", ge(W, 0)), Fact("count", False), Requirement("count", True, True, ""))
    assert [fact.condition for fact in found.facts] == [ge(W, 0), False]
    assert [each.condition for each in found.after] == [True]
    assert repr(found.nodes[1].new) == repr(tensor(W, 1))


@checks(OBS_04, LAW_12)
def test_an_implication_is_its_condition_under_the_predicates() -> None:
    assert under((), ge(U, 1)) is ge(U, 1)
    assert under((P, ge(V, 1)), ge(U, 1)) is lor(lnot(P), le(V, 0), ge(U, 1))
    assert Stated("n", ge(U, 1), "fact", (P,)).whole is lor(lnot(P), ge(U, 1))
    assert Stated("n", ge(U, 1), "fact").whole is ge(U, 1)
    assert Stated("n", ge(U, 1), "fact").emitted
    assert not Stated("n", ge(U, 1), "assert", lost="a constant").emitted


@checks(OBS_04)
def test_what_is_not_said_is_not_so() -> None:
    assert Stated("n", ge(U, 1), "fact") == Stated("n", ge(U, 1), "fact", (), "", 0, True, "")
    assert Stated("n", ge(U, 1), "fact").whole is ge(U, 1)
    assert ObservedNode("n", "relu", None, None) == ObservedNode(
        "n", "relu", None, None, (), (), False, None, False, False, None, True
    )
    assert FreshSymbol(U7, "n", "", 3) == FreshSymbol(U7, "n", "", 3, ())
    empty = Observation(_PREPARED.contract, (), (), (), (), (), (), (), (), (), {})
    assert (empty.unused, empty.extra_machine, empty.determined, empty.reprove) == ((), (), {}, False)
    claim = StepClaim("LINK", "n", (), ge(U, 1), "wrong", "mend it")
    assert (claim.broken, claim.discarded) == ("refuted", False)
    silent = ObservedLaw("LINK", "It holds.")
    assert silent.of_step(step()) == silent.of_run(run()) == StepClaims()


OBS_05 = Clause(
    "OBS-05",
    "A requirement is an assert's, one value under two names, the kernel's own, or deferred; a node that is known to"
    " raise requires what it violates.",
    f"{_LAWS}.observe:_after",
    "obs-violated-requirements-come-first",
)


@checks(OBS_05)
def test_who_states_a_requirement() -> None:
    nodes = counting()
    size = nodes.steps[0].node
    nodes.call("size", "aten.sym_size.int", size, old=ge(U, 3), new=ge(U, 3))
    constant = nodes.call("true", "aten.sym_size.int", size, old=True, new=ge(U, 3))
    nodes.call("assert", "aten._assert_scalar.default", nodes.steps[2].node)
    nodes.call("constant", "aten._assert_scalar.default", constant)
    nodes.call("raises", "aten.relu.default", failure=FALSE, predicates=(P,), old=tensor(U), new=tensor(U))
    nodes.call("fails", "aten.relu.default", failure=Failure("crash", "it failed", ge(W, 1)), old=tensor(U))
    nodes.call("unknown", "aten.relu.default", failure=Failure("violated", "who knows"), old=tensor(U))
    log: list[Event] = [
        Requirement("assert", ge(W, 3), ge(W, 3), "three"),
        Requirement("constant", ge(W, 4), ge(W, 4), "four"),
        Requirement("count", ge(W, 5), ge(W, 5), "five"),
        Requirement("count", ge(W, 6), ge(W, 2), "six"),
        Requirement("count", eq(W, V), eq(W, V), "one value"),
        Binding("count", U0, SIZE, U7, U),
        Binding("count", U1, (*SIZE, SequenceKey(1)), U7, U),
    ]
    found = seen(nodes, *log, renamed={U7: U0})
    assert [(s.node, s.condition, s.source, s.order, bool(s.lost)) for s in found.after] == [
        ("assert", ge(U, 3), "assert", 0, False),
        ("constant", ge(U, 4), "assert", 1, True),
        ("count", ge(U, 5), "operator", 2, False),
        ("count", ge(U, 6), "deferred", 3, False),
        ("count", eq(U, V), "double", 4, False),
        ("raises", ge(W, 9), "operator", 7, False),
    ]
    last = found.after[-1]
    assert (last.predicates, last.message, last.enforced) == ((P,), "it is false", True)
    assert found.after[1].lost == "the assert at constant is recorded with a constant"
    # What one value's two names require is nothing that was recorded.
    assert not any(stated.condition is eq(U, V) for stated in found.before)
    # Without the second name it is the operator's own.
    (*_, own, _) = seen(_again(nodes), *log[:-1], renamed={U7: U0}).after
    assert (own.condition, own.source) == (eq(U, V), "operator")


@checks(OBS_05)
def test_two_names_of_no_fresh_integer_are_no_double() -> None:
    other, fresh = float_symbol("zuf1"), float_symbol("zuf7")
    found = seen(
        counting(),
        Requirement("count", eq(V, X), eq(V, X), "equal"),
        Binding("count", U1, SIZE, None, S),
        Binding("count", U8, (*SIZE, SequenceKey(1)), None, S),
        Binding("count", F0, SIZE, fresh, ZF),
        Binding("count", other, (*SIZE, SequenceKey(1)), fresh, ZF),
    )
    assert [(stated.condition, stated.source) for stated in found.after] == [(eq(V, X), "operator")]


def _again(nodes: Nodes) -> Nodes:
    """The same steps."""
    again = Nodes()
    again.graph, again.steps = Graph(), nodes.steps
    return again


@checks(OBS_05)
def test_a_node_that_keeps_its_value_binds_its_symbols_to_themselves() -> None:
    nodes = counting()
    bindings = {U0: SIZE, F0: (SequenceKey(1),)}
    nodes.call(
        "kept", "aten.relu.default", assumed=True, bindings=bindings, predicates=(P,), old=tensor(U), new=tensor(U)
    )
    nodes.call("failed", "aten.relu.default", failure=FALSE, bindings={U1: SIZE}, old=tensor(V), new=tensor(V))
    nodes.call("ran", "aten.relu.default", bindings={U8: SIZE}, old=tensor(U), new=tensor(U))
    nodes.call("none", "aten.relu.default", assumed=True, old=tensor(U), new=tensor(U))
    first = Binding("count", U0, SIZE, U7, U)
    assert seen(nodes, first, renamed={U7: U0}).bindings == (
        first,
        Binding("kept", U0, SIZE, U0, U, (), (P,)),
        Binding("kept", F0, (SequenceKey(1),), F0, ZF, (), (P,)),
        Binding("failed", U1, SIZE, U1, V, (), ()),
    )


OBS_06 = Clause(
    "OBS-06",
    "Each recorded symbol that no input binds is held first by one node; computed sizes are machine sizes, and items"
    " machine integers.",
    f"{_LAWS}.observe:_holders",
    "obs-only-item-reads-items",
)


@checks(OBS_06)
def test_the_first_node_that_holds_a_symbol() -> None:
    nodes = Nodes()
    nodes.input("x", tensor(S, X))
    nodes.call("a", "aten.relu.default", old=tensor(S, 3, U), new=tensor(S, 3, U))
    several: list[Value] = [V + U, 0.5, P]
    nodes.call("b", "aten.relu.default", old=(tensor(U), several), new=(tensor(U), several))
    nodes.call("c", "aten.relu.default", old=float_add(ZF, 1.0), new=float_add(ZF, 1.0))
    nodes.call("d", "aten.relu.default", old=ABSENT, new=symbol("u50"))
    nodes.call("e", "aten.relu.default", old=None, new=None)
    found = seen(nodes)
    assert {name.name: path for name, path in found.recorded_symbols.items()} == {
        "u0": "a", "u1": "b", "p0": "b", "zuf0": "c",
    }  # fmt: skip
    assert S0 in found.contract.bound


@checks(OBS_06, OBL_09)
def test_machine_integers_of_what_is_computed() -> None:
    nodes = counting()
    nodes.call("item", "aten.item.default", old=V, new=X, allocated=(U8, F0))
    nodes.call("local", "aten._local_scalar_dense.default", old=3, new=3, allocated=(atom("u30"),))
    nodes.call("other", "aten.relu.default", old=V, new=X, allocated=(atom("u31"),))
    nodes.call("square", "aten.relu.default", old=tensor(U, U), new=tensor(W, W))
    found = seen(nodes, renamed={U7: U0, U8: U1})
    machine = set(found.machine)
    assert {le(U, LARGEST), ge(S, 0), le(S, LARGEST)} <= machine
    thirty = symbol("u30")
    items: set[Cond] = {ge(V, LEAST), le(V, GREATEST), ge(thirty, LEAST), le(thirty, GREATEST)}
    assert {c for c in machine if "u1" in map(_name, _free(c)) or "u30" in map(_name, _free(c))} == items
    assert not any("u31" in map(_name, _free(c)) or "u7" in map(_name, _free(c)) for c in machine)
    assert found.extra_machine == (le(U * U, LARGEST),)


def _free(condition: Cond) -> list[Symbol]:
    return [] if isinstance(condition, bool) else [each for each in condition.free if isinstance(each, Symbol)]


def _name(each: Symbol) -> str:
    return each.name


@checks(OBS_06)
def test_what_is_dead_is_marked() -> None:
    nodes = counting()
    nodes.graph.output(nodes.steps[0].node)
    found = observe(BlindRun(_PREPARED, tuple(nodes.steps), (), {}, ()))
    assert [node.live for node in found.nodes] == [True, False]
    assert all(node.live for node in seen(counting()).nodes)


OBS_07 = Clause(
    "OBS-07",
    "A fresh symbol that nobody binds is told with the first place where it stands by itself and what was recorded"
    " there.",
    f"{_LAWS}.observe:_place",
    "obs-unbound-symbols-stand-nowhere",
)


@checks(OBS_07)
@pytest.mark.parametrize(
    ("old", "new", "at", "recorded"),
    [
        (tensor(3, 4), tensor(2, W), ".size()[1]", 4),
        (tensor(U), tensor(W), ".size()[0]", U),
        (tensor(3), tensor(W, W), ".size()[0]", 3),
        (tensor(3), tensor(2, W), ".size()[1]", ABSENT),
        (FakeTensor((3,), (5,), DType.bool), FakeTensor((3,), (W,), DType.bool), ".stride()[0]", 5),
        (FakeTensor((3,), (5,), DType.bool), FakeTensor((3,), (5,), DType.bool, offset=W), ".storage_offset()", 0),
        (None, tensor(W), ".size()[0]", ABSENT),
        (None, FakeTensor((3,), (5,), DType.bool, offset=W), ".storage_offset()", ABSENT),
        (U, W, "", U),
        (0.5, W, "", 0.5),
        (tensor(3), W, "", "old"),
        (P, eq(W, 1), "", int_of_bool(P)),
        (True, eq(W, 1), "", 1),
        (tensor(3), eq(W, 1), "", ABSENT),
        ((U, 4), (3, W), "[1]", 4),
        ([U], (3, W), "[1]", ABSENT),
        ((U, (tensor(1), tensor(5))), (3, [tensor(2), tensor(W)]), "[1][1].size()[0]", 5),
        (tensor(3), (3, W), "[1]", ABSENT),
        (tensor(3), tensor(W + 1), "", ABSENT),
        (3, 2 * W, "", ABSENT),
        (3, eq(W, 2), "", ABSENT),
        (3, None, "", ABSENT),
        (3, "text", "", ABSENT),
        ((3, 4), (None, X), "", ABSENT),
    ],
)
def test_where_an_unbound_symbol_stands(old: Value, new: Value, at: str, recorded: Held) -> None:
    nodes = Nodes()
    nodes.call("n", "aten.relu.default", old=old, new=new, allocated=(U7,), predicates=(P,))
    (fresh,) = seen(nodes, pending=(U7,)).unbound
    if recorded == "old":
        recorded = old
    assert (fresh.symbol, fresh.node, fresh.at, fresh.predicates) == (U7, "n", at, (P,))
    assert fresh.recorded is recorded or fresh.recorded == recorded


@checks(OBS_07)
def test_only_what_is_pending_and_not_renamed_is_unbound() -> None:
    def nodes() -> Nodes:
        made = Nodes()
        made.call("n", "aten.relu.default", old=(3, 4), new=(W, X), allocated=(U7, U8))
        made.call("m", "aten.relu.default", old=3, new=ZF, allocated=(F0,))
        return made

    everything = (U7, U8, F0, U1)
    told = seen(nodes(), pending=everything).unbound
    assert told == (FreshSymbol(U7, "n", "[0]", 3), FreshSymbol(U8, "n", "[1]", 4), FreshSymbol(F0, "m", "", 3))
    assert [fresh.symbol for fresh in seen(nodes(), pending=everything, renamed={U8: U0}).unbound] == [U7, F0]
    assert [fresh.symbol for fresh in seen(nodes(), pending=(U8,)).unbound] == [U8]
    assert seen(nodes()).unbound == ()
    # A symbol that a path divides is a multiple of its name, not the name.
    half = Binding("n", U0, (SequenceKey(1), DivideByKey(2)), None, 2 * X)
    whole = Binding("n", U1, (SequenceKey(0),), None, W)
    assert [fresh.symbol for fresh in seen(nodes(), half, whole).unbound] == [U8]
    assert FreshSymbol(U7, "n", "[0]", 3) in seen(nodes(), pending=(U7,)).unbound
