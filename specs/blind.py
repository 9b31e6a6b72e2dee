"""BLI: the blind run: its steps, what raises in it and why, what was recorded, and what the report says of it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from refimpl.aten import overload
from refimpl.aten._higher_order import HigherOrderOperator
from refimpl.aten._overload import OpOverload, UnmodelledOperatorError
from refimpl.aten._schemas import parse_schema
from refimpl.export import UnknownTarget
from refimpl.export.builder import GraphBuilder, ProgramBuilder, tensor
from refimpl.export.prefix import symbol as named
from refimpl.fake_tensor import Context, DType, FakeTensor, FakeTensorMode
from refimpl.laws.blind_interpreter import BlindInterpreter
from refimpl.laws.blind_run import BlindRun, Step, blind_run, inputs_of, prepare, raw_value
from refimpl.laws.failures import classify, is_custom
from refimpl.laws.observation import ABSENT, Failure, ObservedNode
from refimpl.laws.scalars import is_sequence
from refimpl.symbolic_shapes import SequenceKey
from refimpl.symbolic_shapes.errors import (
    GuardOnDataDependentSymNode,
    RebindingInconsistentError,
    RebindingUndecidedError,
    UndecidedGuardError,
)
from refimpl.symbolic_shapes.events import Fact, Requirement
from refimpl.symbolic_shapes.key_path import PathError
from refimpl.symbolic_shapes.profiles import PROFILES
from refimpl.terms import Sort, bool_symbol, ge, le, lnot, symbol, symbol_atom
from specs.clauses import Clause, checks
from specs.hypotheses import OBL_08
from specs.scopes import ENV_28
from tests.laws import test_prepared
from tests.laws.programs import LARGEST, loaded

__all__ = ["BLI_01", "BLI_02", "BLI_03", "BLI_04"]

_LAWS = "refimpl.laws"
S, T, U, V, W, X = (symbol(name) for name in ("s0", "s1", "u0", "u1", "u2", "u3"))

BLI_01 = Clause(
    "BLI-01",
    "What a node raises is one of a closed set of reasons; what an operator raises by itself on known sizes is a"
    " violated requirement.",
    f"{_LAWS}.failures:classify",
    "bli-decisions-on-data-are-undecided",
)
BLI_02 = Clause(
    "BLI-02",
    "Only a custom operator without shape function, called by itself or by a wrapper, is assumed.",
    f"{_LAWS}.failures:is_custom",
    "bli-every-unknown-target-is-custom",
)


@checks(BLI_01)
def test_why_a_node_raised() -> None:
    violated = Requirement("n", ge(U, 3), ge(U, 3), "too small")
    silent = Requirement("n", ge(U, 3), ge(U, 3), "")
    typed: Sequence[tuple[Exception, str, str | None]] = (
        (UnmodelledOperatorError("aten.x.default"), "unmodelled", None),
        (GuardOnDataDependentSymNode(ge(U, 3)), "data-dependent", None),
        (UndecidedGuardError(ge(S, 3), "n"), "undecided", None),
        (PathError((SequenceKey(3),), 0, "gone"), "path", None),
        (RebindingInconsistentError("u0", "", U, (), "odd", inexact=True), "path", None),
        (RebindingInconsistentError("u0", "", U, (), "empty"), "inconsistent", "u0"),
        (RebindingUndecidedError("u0", "", "nobody knows"), "undecided", "u0"),
    )
    for error, kind, name in typed:
        for requirement in (None, violated):
            assert classify(error, requirement) == Failure(kind, str(error), symbol=name)  # type: ignore[arg-type]  # kinds
    for plain in (RuntimeError("no"), ValueError("no"), IndexError("no"), ZeroDivisionError("no")):
        assert classify(plain, None) == Failure("violated", "no", False)
        assert classify(plain, violated) == Failure("violated", "too small", ge(U, 3))
        assert classify(plain, silent) == Failure("violated", "no", ge(U, 3))
    assert classify(LookupError("no"), None) == Failure("unmodelled", "no")
    assert classify(TypeError("no"), None) == Failure("crash", "TypeError: no")
    assert classify(TypeError("no"), violated) == Failure("violated", "too small", ge(U, 3))


@checks(BLI_02)
def test_who_is_assumed() -> None:
    unmodelled = UnmodelledOperatorError("mylib.keep.default")
    custom, known = UnknownTarget("torch.ops.mylib.keep.default"), UnknownTarget("torch.ops.aten.gone.default")
    wrapper = HigherOrderOperator("with_effects", lambda ctx, args, kwargs: None)
    assert is_custom(custom, LookupError())
    assert is_custom(custom, unmodelled)
    assert not is_custom(custom, RuntimeError())
    assert not is_custom(known, LookupError())
    assert not is_custom(UnknownTarget("mylib.keep.default"), LookupError())
    assert is_custom(wrapper, unmodelled)
    assert not is_custom(wrapper, UnmodelledOperatorError("aten.gone.default"))
    assert not is_custom(wrapper, LookupError())
    assert not is_custom(overload("aten.relu.default"), LookupError())
    registered = OpOverload(parse_schema("mylib::keep(Tensor x) -> Tensor"))
    assert is_custom(registered, LookupError())
    assert not is_custom(OpOverload(parse_schema("aten::gone(Tensor x) -> Tensor")), LookupError())

    def modelled(ctx: Context, x: FakeTensor) -> FakeTensor:
        return x

    assert not is_custom(OpOverload(parse_schema("mylib::keep(Tensor x) -> Tensor"), modelled), LookupError())
    assert not is_custom(len, LookupError())
    assert not is_custom("keep", LookupError())


BLI_03 = Clause(
    "BLI-03",
    "A blind run records each call in order with the symbols that it allocated itself, goes on with the recorded value"
    " of what raised, and assumes of a custom operator only that its sizes are not negative.",
    f"{_LAWS}.blind_interpreter:BlindInterpreter.run_node",
    "bli-nested-allocations-count-twice",
)
BLI_04 = Clause(
    "BLI-04",
    "A run is repeatable: what one run of a program allocates, renames and says is what the next one does.",
    f"{_LAWS}.blind_run:Prepared.run",
    "bli-sub-graphs-run-where-the-first-did",
)
test_runs_of_a_prepared_program_do_not_see_each_other = checks(BLI_03, BLI_04)(
    test_prepared.test_nothing_runs_in_the_template
)
test_every_run_says_the_same = checks(BLI_04)(test_prepared.test_every_run_says_the_same)
test_an_environment_like_another_learns_separately = checks(BLI_03, ENV_28)(
    test_prepared.test_an_environment_like_another_learns_separately
)


def program() -> ProgramBuilder:
    """Inputs, counts, a custom operator, a call that always raises, and one that nobody models."""
    built = ProgramBuilder()
    s0, u5 = built.symbol("s0", hint=8), built.unbacked("u5", 1, 6)
    u0, u1, u2, u3 = (built.unbacked(f"u{index}") for index in range(4))
    x, k = built.input("x", tensor([s0])), built.input("k", tensor([], "int64"))
    built.input("m", u5)
    found = built.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    kept = built.call("torch.ops.mylib.keep.default", x, out=tensor([u2, 4]))
    six = built.call("aten.full.default", [6], 1.0, out=tensor([6]))
    four = built.call("aten.view.default", six, [4], out=tensor([4]))
    gone = built.call("aten.no_such.default", x, out=tensor([u3, 3]))
    built.call("aten.item.default", k, out=u1)
    after = built.call("aten.neg.default", gone, out=tensor([u3, 3]))
    built.output(found, kept, four, after)
    return built


def _sizes(value: object) -> object:
    return value.sizes if isinstance(value, FakeTensor) else value


@checks(BLI_03)
def test_each_call_is_a_step() -> None:
    run = blind_run(loaded(program()))
    assert [(step.path, step.is_input, step.assumed) for step in run.steps] == [
        ("x", True, False),
        ("k", True, False),
        ("m", True, False),
        ("nonzero", False, False),
        ("keep", False, True),
        ("full", False, False),
        ("view", False, False),
        ("no_such", False, False),
        ("item", False, False),
        ("neg", False, False),
    ]
    nodes = {node.path: node for node in run.observed()}
    # The first fresh names come after every recorded one.
    u6, u7 = symbol_atom("u6", Sort.INT), symbol_atom("u7", Sort.INT)
    assert {path: node.allocated for path, node in nodes.items() if node.allocated} == {
        "nonzero": (u6,),
        "item": (u7,),
    }
    assert {fresh.name: old.name for fresh, old in run.renamed.items()} == {"u6": "u0", "u7": "u1"}
    assert run.pending == ()
    assert {path for path, node in nodes.items() if node.may_allocate} == {"nonzero", "item"}
    assert [_sizes(node.new) for node in nodes.values()] == [
        (S,), (), symbol("u5"), (U, 1), (W, 4), (6,), ABSENT, ABSENT, V, (X, 3),
    ]  # fmt: skip
    assert [_sizes(node.old) for node in nodes.values()] == [
        (S,), (), symbol("u5"), (U, 1), (W, 4), (6,), (4,), (X, 3), V, (X, 3),
    ]  # fmt: skip
    assert {path: node.failure.kind for path, node in nodes.items() if node.failure is not None} == {
        "view": "violated",
        "no_such": "unmodelled",
    }
    assert nodes["nonzero"].operator == "aten.nonzero.default"
    assert nodes["keep"].operator == "mylib.keep.default"
    assert all(node.predicates == () and node.live and node.places is None for node in nodes.values())
    # Nothing is known of what nobody models, and of the custom operator only that its sizes are not negative.
    known = [(e.node, e.condition) for e in run.log if isinstance(e, (Fact, Requirement))]
    assert [condition for node, condition in known if node == "keep"] == [ge(W, 0)]
    assert [condition for node, condition in known if node == "no_such"] == []


@checks(BLI_03)
def test_a_custom_operator_may_give_several_values() -> None:
    built = ProgramBuilder()
    s0, u0, u1 = built.symbol("s0", hint=8), built.unbacked("u0"), built.unbacked("u1")
    x = built.input("x", tensor([s0]))
    outs = [tensor([u0, 2]), tensor([s0, u1])]
    first, second = built.call_tuple("torch.ops.mylib.two.default", x, outs=outs)
    count = built.size(first, 0)
    built.output(built.call("aten.neg.default", second, out=tensor([s0, u1])), count)
    run = blind_run(loaded(built))
    assert [(e.node, e.condition) for e in run.log if isinstance(e, Fact)] == [
        ("two", ge(U, 0)),
        ("two", ge(S, 0)),
        ("two", ge(V, 0)),
    ]
    nodes = {node.path: node for node in run.observed()}
    assert nodes["two"].assumed
    assert nodes["sym_size_int"].new == U
    assert isinstance(nodes["two"].new, tuple)
    assert [_sizes(part) for part in nodes["two"].new] == [(U, 2), (S, V)]


def _branch(built: ProgramBuilder, name: str, count: str) -> GraphBuilder:
    graph = built.subgraph(name)
    s0, number = built.symbol("s0", hint=8), built.unbacked(count)
    x = graph.input("x", tensor([s0]))
    graph.call("aten.nonzero.default", x, out=tensor([number, 1], "int64", strides=[1, number]))
    graph.output(graph.call("aten.mul.Tensor", x, 2, out=tensor([s0])))
    return graph


@checks(BLI_03)
def test_the_nodes_of_a_branch_are_steps_under_its_predicate() -> None:
    built = ProgramBuilder()
    s0 = built.symbol("s0", hint=8)
    x = built.input("x", tensor([s0]))
    total = built.call("aten.sum.default", x, out=tensor([]))
    flag = built.call("aten.gt.Scalar", total, 0, out=tensor([], "bool"))
    graphs = [_branch(built, "true_graph_0", "u0"), _branch(built, "false_graph_0", "u1")]
    arguments = [graph.as_argument() for graph in graphs]
    built.output(*built.call_tuple("torch.ops.higher_order.cond", flag, *arguments, [x], outs=[tensor([s0])]))
    run = blind_run(loaded(built))
    steps = {step.path: step for step in run.steps}
    # The branches run while their operator does.
    assert list(steps) == [
        "x", "sum", "gt",
        "cond/true_graph_0/x", "cond/true_graph_0/nonzero", "cond/true_graph_0/mul",
        "cond/false_graph_0/x", "cond/false_graph_0/nonzero", "cond/false_graph_0/mul",
        "cond", "getitem",
    ]  # fmt: skip
    (taken,) = steps["cond/true_graph_0/nonzero"].predicates
    assert steps["cond/false_graph_0/nonzero"].predicates == (lnot(taken),)
    assert steps["cond"].predicates == ()
    assert len(steps["cond/true_graph_0/nonzero"].allocated) == 1
    assert steps["cond"].allocated == ()
    assert not any(step.is_input for path, step in steps.items() if path != "x")


@checks(BLI_03)
def test_inputs_have_a_memory_of_their_own() -> None:
    prepared = prepare(loaded(program()))
    mode = FakeTensorMode(prepared.new_environment())
    values = {node.name: value for node, value in inputs_of(prepared.inputs, mode).items()}
    x, k = values["x"], values["k"]
    assert isinstance(x, FakeTensor)
    assert isinstance(k, FakeTensor)
    assert (x.sizes, k.dtype) == ((S,), DType.int64)
    assert x.storage.is_input
    assert x.storage is not k.storage
    again = {node.name: value for node, value in inputs_of(prepared.inputs, mode).items()}["x"]
    assert isinstance(again, FakeTensor)
    assert again.storage is not x.storage
    assert raw_value(values["m"]) is symbol("u5")
    assert values["m"] is not symbol("u5")


@checks(BLI_03)
def test_a_value_of_the_run_is_raw() -> None:
    mode = FakeTensorMode(prepare(loaded(program())).new_environment())
    x = FakeTensor((U,), (1,), DType.float32)
    p = bool_symbol("p0")
    for value in (None, x, "text", 3, 2.5, True):
        assert raw_value(value) is value
    assert raw_value(mode.wrap(S)) is S
    assert raw_value(mode.wrap(p)) is p
    assert raw_value([x, (mode.wrap(S), None)]) == (x, (S, None))
    assert raw_value(object()) is ABSENT
    assert raw_value((object(), 3)) == (3,)


@checks(BLI_03, OBL_08)
def test_a_run_starts_from_the_contract_and_nothing_else() -> None:
    prepared = prepare(loaded(program()), profile=PROFILES["torch-2.13"])
    env = prepared.new_environment()
    assert env is not prepared.environment
    assert env.profile is PROFILES["torch-2.13"]
    assert prepare(loaded(program())).environment.profile is PROFILES["exact"]
    assert env.known(ge(S, 2)) is True
    assert env.known(ge(S, 3)) is None
    assert env.known(ge(symbol("u5"), 1)) is True
    assert env.known(le(symbol("u5"), 6)) is True
    assert env.known(le(U, LARGEST)) is None
    assert env.hint(S) == 8
    assert env.hint(symbol("u5")) is None
    assert env.symbols.fresh(Sort.INT, "n").name == "u6"
    assert env.symbols.fresh(Sort.FLOAT, "n").name == "zuf0"
    run = prepared.run()
    assert (run.program, run.contract) == (prepared.program, prepared.contract)
    assert run.prepared is prepared


@checks(BLI_03)
def test_where_each_symbol_comes_from() -> None:
    built = program()
    x = named("s0", hint=8, positive=True)
    given = built.input("w", tensor([x]))
    first, number = built.unbacked("u9"), built.unbacked("u10")
    kept = built.call_tuple("torch.ops.mylib.two.default", given, outs=[tensor([x, first]), tensor([3])])
    count = built.call("torch.ops.mylib.count.default", given, out=number)
    built.output(*kept, built.call("_operator.add", count, 1, out=number + 1))
    prepared = prepare(loaded(built))
    env = prepared.new_environment()
    assert not env.guard_from_hints
    assert not prepared.environment.guard_from_hints
    mode = FakeTensorMode(env)
    steps: list[Step] = []
    with mode:
        BlindInterpreter(prepared.program.graph_module, mode, steps).run(
            initial_env=inputs_of(prepared.inputs, mode), enable_io_processing=False
        )
    origins = {symbol.name: at for symbol, at in env.symbols.origins.items()}
    assert (origins["s0"], origins["u5"]) == ("an input", "an input")
    assert (origins["u0"], origins["u2"], origins["u3"]) == ("nonzero", "keep", "no_such")
    assert (origins["u9"], origins["u10"]) == ("two", "count")
    values = {step.path: (step.value, step.node.meta["recorded"]) for step in steps}
    # What keeps its recorded value has memory of its own in each run, and numbers of the run.
    for now, then in (values["keep"], values["no_such"], *zip(*map(_parts, values["two"]), strict=True)):
        assert isinstance(now, FakeTensor)
        assert isinstance(then, FakeTensor)
        assert now.storage is not then.storage
    now, then = values["count"]
    assert now is not then
    assert raw_value(now) is symbol("u10")


def _parts(value: object) -> Sequence[object]:
    assert is_sequence(value)
    return list(value)


@checks(BLI_03)
def test_where_a_node_may_allocate() -> None:
    built = ProgramBuilder()
    s0, u0, u1 = built.symbol("s0", hint=8), built.unbacked("u0"), built.unbacked("u1")
    zuf3 = built.unbacked_float("zuf3")
    x, k = built.input("x", tensor([s0])), built.input("k", tensor([]))
    found = built.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    part = built.call("aten.slice.Tensor", x, 0, None, built.size(found, 0), out=tensor([u1]))
    two = built.call("aten.slice.Tensor", x, 0, 0, 2, out=tensor([2]))
    mask = built.call("aten.gt.Scalar", x, 0, out=tensor([s0], "bool"))
    one = built.call("aten.full.default", [1], 1.0, out=tensor([1]))
    put = built.call("aten.index_put.default", x, [mask], one, out=tensor([s0]))
    built.output(part, two, put, built.call("aten.item.default", k, out=zuf3))
    run = blind_run(loaded(built))
    nodes = {node.path: node for node in run.observed()}
    assert {path for path, node in nodes.items() if node.may_allocate} == {
        "nonzero", "slice", "slice_1", "index_put", "item",
    }  # fmt: skip
    assert nodes["slice"].places == (".size()[0]", ".storage_offset()")
    assert all(node.places is None for path, node in nodes.items() if path != "slice")
    assert [each.name for each in nodes["item"].allocated] == ["zuf4"]
    assert [each.name for each in nodes["nonzero"].allocated] == ["u2"]


def _plain(run: BlindRun) -> list[tuple[str, object]]:
    def shown(node: ObservedNode) -> object:
        return (_sizes(node.new), node.allocated, node.failure, node.predicates)

    return [(node.path, shown(node)) for node in run.observed()]


@checks(BLI_04)
@pytest.mark.parametrize("profile", ["exact", "torch-2.13"])
def test_two_runs_are_the_same(profile: str) -> None:
    prepared = prepare(loaded(program()), profile=PROFILES[profile])
    one, other = prepared.run(), prepared.run()
    assert (_plain(one), one.log, one.renamed, one.pending) == (_plain(other), other.log, other.renamed, other.pending)
    alone = blind_run(loaded(program()), profile=PROFILES[profile])
    assert (_plain(alone), alone.log) == (_plain(one), one.log)
