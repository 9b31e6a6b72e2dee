"""RUN: plain numbers: what a value is at a valuation, what an operator may ask, and when a witness is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from refimpl.fake_tensor import CPU, Device, DType, FakeTensor, Storage, Value
from refimpl.laws.concrete import (
    NOTHING,
    ConcreteContext,
    NotReplayableError,
    Raised,
    RequirementViolatedError,
    Silenced,
    concrete,
)
from refimpl.laws.confirm import Confirmation, confirm, differ
from refimpl.laws.law import Claim
from refimpl.laws.observation import ABSENT, Observation, Stated
from refimpl.laws.replay import Replay
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Number
from refimpl.terms import Cond, Undefined, bool_symbol, floor_div, ge, le, symbol
from specs.clauses import Clause, checks
from tests.laws.observations import F0, node, seen, tensor

__all__ = ["RUN_01", "RUN_02", "RUN_03", "RUN_04", "RUN_05"]

_LAWS = "refimpl.laws"
S, U, V = symbol("s0"), symbol("u0"), symbol("u1")
P = bool_symbol("p0")
NAN = float("nan")
AT: dict[str, Number] = {"s0": 6, "u0": 4, "u1": -2, "zuf0": 2.5, "p0": True}

RUN_01 = Clause(
    "RUN-01",
    "A value at a valuation has each of its terms evaluated and everything else as it was; an undefined term makes it"
    " undefined.",
    f"{_LAWS}.concrete:concrete",
    "run-offsets-are-zero",
)


@checks(RUN_01)
def test_a_value_at_a_valuation_is_plain() -> None:
    x = FakeTensor((U, 3), (S * 2, 1), DType.int64, Device("cuda", 1), U + 1, "sparse_coo", Storage(), True, 7)
    found = concrete(x, AT)
    assert isinstance(found, FakeTensor)
    assert (found.sizes, found.strides, found.offset) == ((4, 3), (12, 1), 5)
    assert (found.dtype, found.device, found.layout, found.constant) == (DType.int64, x.device, "sparse_coo", 7)
    assert found.storage is not x.storage
    assert concrete(None, AT) is None
    assert concrete("text", AT) == "text"
    plain = concrete([U, (V, 2.5), "text", None, F0, P], AT)
    assert plain == [4, (-2, 2.5), "text", None, 2.5, True]
    nothing = floor_div(S, V + 2)
    values: tuple[Value, ...] = (nothing, [1, nothing], (1, nothing), tensor(nothing), symbol("u9"))
    for undefined in values:
        with pytest.raises(Undefined):
            concrete(undefined, AT)


class _NoGraphs:
    """A program without sub-graphs."""

    def run(self, module: object, operands: Sequence[Value], *, under: Cond | None = None) -> tuple[Value, ...]:
        """None is asked for."""
        raise AssertionError((module, operands, under))

    def predicate(self, tensor: FakeTensor) -> Cond:
        """None is asked for."""
        raise AssertionError(tensor)


def context(silent: Silenced = NOTHING) -> ConcreteContext:
    """A context at the node ``n``, which may allocate twice, with the numbers of ``AT``."""
    found = ConcreteContext(dict(AT), {"n": (U, V), "f": (F0,), "b": (P, 0, 1, 2)}, _NoGraphs(), silent)
    found.node = "n"
    return found


RUN_02 = Clause(
    "RUN-02",
    "On plain numbers each question has its answer, a false requirement raises its message, and a false fact says that"
    " no run has these numbers.",
    f"{_LAWS}.concrete:ConcreteContext.defer",
    "run-kernels-enforce-what-is-deferred",
)
RUN_03 = Clause(
    "RUN-03",
    "What an operator allocates is what the witness gives, in order, within its bounds; the same contents give the same"
    " value.",
    f"{_LAWS}.concrete:ConcreteContext._next",
    "run-the-same-contents-give-other-values",
)


@checks(RUN_02)
def test_questions_have_their_answers() -> None:
    ctx = context()
    assert ctx.default_dtype is DType.float32
    for truth in (True, False):
        assert (ctx.known(truth), ctx.decide(truth), ctx.layout(truth)) == (truth,) * 3
    for ask in (ctx.known, ctx.decide, ctx.layout, ctx.fact):
        with pytest.raises(NotReplayableError, match=r"^n asks u0 >= 3"):
            ask(ge(U, 3))


@checks(RUN_02)
def test_what_is_false_raises() -> None:
    asserts, deferring = Silenced(asserts=frozenset("n")), Silenced(deferring=frozenset("n"))
    for silent in (NOTHING, asserts, deferring):
        ctx = context(silent)
        ctx.require(True, "fine")
        ctx.defer(True, True, "fine")
        ctx.fact(True)
        with pytest.raises(NotReplayableError, match="fact of n"):
            ctx.fact(False)
        if silent is asserts:
            ctx.require(False, "silent")
        else:
            with pytest.raises(RequirementViolatedError, match=r"^too small$"):
                ctx.require(False, "too small")
            with pytest.raises(RequirementViolatedError, match=r"^IndexError$"):
                ctx.require(False, "", IndexError)
            with pytest.raises(RequirementViolatedError, match=r"^RuntimeError$"):
                ctx.require(False, "")
        if silent is deferring:
            ctx.defer(False, True, "only the kernel asks")
        else:
            with pytest.raises(RequirementViolatedError, match="sizes differ"):
                ctx.defer(False, True, "sizes differ")
            ctx.defer(True, False, "fine")
        with pytest.raises(RequirementViolatedError, match="sizes differ"):
            ctx.defer(False, False, "sizes differ")
        ctx.node = "m"
        with pytest.raises(RequirementViolatedError):
            ctx.require(False, "another node")
        with pytest.raises(RequirementViolatedError):
            ctx.defer(False, True, "another node")


@checks(RUN_03)
def test_what_is_allocated_comes_from_the_witness_in_order() -> None:
    ctx = context()
    assert ctx.taken == set()
    assert (ctx.fresh_int(4, 4, None), ctx.fresh_int(None, None, None)) == (4, -2)
    assert ctx.taken == {"n"}
    with pytest.raises(NotReplayableError, match="n allocates"):
        ctx.fresh_int(None, None, None)
    ctx.node = "f"
    assert ctx.fresh_float(None) == 2.5
    assert ctx.taken == {"n", "f"}
    ctx.node = "b"
    assert [ctx.fresh_bool(None) for _ in range(3)] == [True, False, True]
    with pytest.raises(NotReplayableError, match="boolean"):
        ctx.fresh_bool(None)
    ctx.node = "unknown"
    with pytest.raises(NotReplayableError, match="unknown allocates"):
        ctx.fresh_float(None)
    ctx = context()
    ctx.node = "f"
    with pytest.raises(NotReplayableError, match="integer"):
        ctx.fresh_int(None, None, None)


@checks(RUN_03)
@pytest.mark.parametrize(
    ("low", "high", "possible"),
    [(None, None, True), (4, None, True), (5, None, False), (None, 4, True), (None, 3, False), (None, S, True)],
)
def test_what_is_allocated_is_within_its_bounds(low: int | None, high: int | None, possible: bool) -> None:
    if possible:
        found = context().fresh_int(low, high, None)
        assert (found, type(found)) == (4, int)
    else:
        with pytest.raises(NotReplayableError, match="cannot give 4"):
            context().fresh_int(low, high, None)


@checks(RUN_03)
def test_the_same_contents_give_the_same_value() -> None:
    ctx = context()
    x = tensor(3)
    count = ctx.quantity("count", x)
    assert ctx.fresh_int(None, None, count) == 4
    ctx.taken.clear()
    assert ctx.fresh_int(None, None, ctx.quantity("count", x)) == 4
    assert ctx.taken == set()
    ctx.node = "b"
    assert ctx.fresh_int(None, None, ctx.quantity("count", x)) == 4
    assert ctx.quantity("count", x) != ctx.quantity("count", tensor(3))
    assert ctx.quantity("count", x) != ctx.quantity("item", x)
    assert ctx.quantity("count", x, True) != count
    ctx.mutate(x)
    assert ctx.quantity("count", x) != count
    assert ctx.fresh_int(None, None, ctx.quantity("count", x)) == 0


RUN_04 = Clause(
    "RUN-04",
    "Two plain values differ if a dtype, device, layout, size, offset, number or length does, or the stride of a"
    " dimension above 1 of a strided tensor that is not empty.",
    f"{_LAWS}.confirm:differ",
    "run-strides-of-empty-tensors-count",
)


def _with(**fields: object) -> FakeTensor:
    return replace(FakeTensor((2, 3), (3, 1), DType.float32), **fields)  # type: ignore[arg-type]  # its fields


@checks(RUN_04)
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (_with(), _with(storage=Storage(), requires_grad=True), False),
        (_with(), _with(sizes=(2, 4)), True),
        (_with(), _with(sizes=(3, 3)), True),
        (_with(), _with(strides=(4, 1)), True),
        (_with(), _with(strides=(3, 2)), True),
        (_with(), _with(offset=1), True),
        (_with(), _with(dtype=DType.float64), True),
        (_with(), _with(device=Device("cuda")), True),
        (_with(device=CPU), _with(), False),
        (_with(), _with(layout="sparse_coo"), True),
        (_with(), _with(sizes=(2, 3, 1), strides=(3, 1, 1)), True),
        (_with(sizes=(1, 3)), _with(sizes=(1, 3), strides=(9, 1)), False),
        (_with(sizes=(2, 1)), _with(sizes=(2, 1), strides=(3, 9)), False),
        (_with(sizes=(1, 3)), _with(sizes=(1, 3), strides=(9, 2)), True),
        (_with(sizes=(0, 3)), _with(sizes=(0, 3), strides=(9, 9)), False),
        (_with(sizes=(0, 3)), _with(sizes=(0, 3), strides=(9, 9), offset=2), True),
        (_with(layout="sparse_coo"), _with(layout="sparse_coo", strides=(9, 9)), False),
        ((1, 2), [1, 2], False),
        ((1, 2), (1, 3), True),
        ((1, 2), (1,), True),
        ((1,), (1, 2), True),
        ((1, (2.5, _with())), (1, (2.5, _with())), False),
        ((1, (2.5, _with())), (1, (2.5, _with(offset=1))), True),
        (NAN, NAN, False),
        (NAN, float("nan"), False),
        (NAN, 1.0, True),
        (1.0, NAN, True),
        (1.0, 1.0, False),
        (1.0, 2.0, True),
        (1, 1.0, True),
        (1, True, True),
        (3, 3, False),
        (3, 4, True),
        (None, None, False),
        (None, 0, True),
        ("a", "a", False),
        (_with(), (2, 3), True),
        ((2, 3), _with(), True),
        ((2, 3), 2, True),
    ],
)
def test_two_plain_values_differ_in_what_value_speaks_of(old: object, new: object, expected: bool) -> None:
    assert differ(old, new) == expected


RUN_05 = Clause(
    "RUN-05",
    "A witness is confirmed by a run that meets every hypothesis and fails what was claimed: by a node that raises, by"
    " two values that differ, or by the condition itself.",
    f"{_LAWS}.confirm:confirm",
    "run-violated-facts-do-not-matter",
)


@dataclass
class Runs:
    """Gives the same run for every valuation, and remembers who was silent."""

    run: Replay
    silent: list[Silenced] = field(default_factory=list[Silenced])

    def __call__(self, valuation: Model, silent: Silenced) -> Replay:
        """The run."""
        assert valuation == {"asked": 1}
        self.silent.append(silent)
        return self.run


def claim(goal: Cond = ge(U, 5), **fields: object) -> Claim:  # noqa: B008 - a condition does not change
    """An obligation of LINK at the node ``n``."""
    plain = Claim("LINK", "n", goal, "after", "about", None, "fix")
    return replace(plain, **fields)  # type: ignore[arg-type]  # the fields of a claim


def confirmed(
    asked: Claim,
    observed: Observation,
    raised: Raised | None = None,
    *,
    values: dict[str, object] | None = None,
    at: dict[str, Number] | None = None,
) -> tuple[str, bool]:
    """What was said, and whether it is a confirmation, of a run at ``AT``."""
    run = Replay(dict(AT) if at is None else at, values or {}, raised)
    runs = Runs(run)
    found = confirm(asked, {"asked": 1}, runs, observed, Theory(observed))
    assert len(runs.silent) == 1
    if isinstance(found, Confirmation):
        assert found.valuation == run.valuation
        return found.note, True
    return found, False


PLAIN = seen(node("m"), node("n"), node("o"))


@checks(RUN_05)
def test_the_condition_itself_is_false_on_the_run() -> None:
    assert confirmed(claim(), PLAIN) == ("", True)
    assert confirmed(claim(ge(U, 4)), PLAIN) == ("the condition holds on the run", False)
    assert confirmed(claim(predicates=(P,)), PLAIN) == ("", True)
    assert confirmed(claim(predicates=(P, ge(U, 5))), PLAIN) == ("the branch is not taken", False)
    for place in "mno":
        raised = Raised(place, "too small")
        assert confirmed(claim(), PLAIN, raised) == (f"{place} raises too small", False)


@checks(RUN_05)
def test_a_run_that_violates_a_hypothesis_confirms_nothing() -> None:
    observed = seen(
        node("n"),
        facts=(Stated("n", ge(U, 3), "fact", order=1), Stated("n", le(U, 3), "fact", order=7)),
        after=(Stated("n", ge(U, 9), "assert"),),
        before=(Stated("n", ge(U, 9), "assert"),),
    )
    assert confirmed(claim(), observed) == ("the run violates u0 <= 3", False)
    assert confirmed(claim(until=8), observed) == ("the run violates u0 <= 3", False)
    assert confirmed(claim(until=7), observed) == ("", True)
    assert confirmed(claim(), replace(observed, facts=(), machine=(le(U, 2),))) == ("the run violates u0 <= 2", False)


@checks(RUN_05)
def test_what_replays_not_confirms_nothing_and_who_is_silent() -> None:
    def refusing(_: Model, __: Silenced) -> Replay:
        raise NotReplayableError("no run")

    assert confirm(claim(), {}, refusing, PLAIN, Theory(PLAIN)) == "no run"
    lost = seen(node("n"), after=(Stated("n", ge(U, 3), "assert", lost="dead"),))
    for given, silent in (("after", NOTHING), ("before", NOTHING), ("emitted", Silenced(frozenset("n")))):
        runs = Runs(Replay(dict(AT)))
        confirm(claim(given=given), {"asked": 1}, runs, lost, Theory(lost))
        assert runs.silent == [silent]


@checks(RUN_05)
def test_strengthened_means_that_a_node_raises_although_the_record_is_satisfied() -> None:
    asked = claim(law="EQUIV", direction="strengthened", until=5)
    raised = Raised("o", "too small")
    assert confirmed(asked, PLAIN, raised) == ("; o raises: too small", True)
    assert confirmed(asked, PLAIN) == ("no node raises", False)
    recorded = seen(node("n"), before=(Stated("n", ge(U, 6), "range"),))
    assert confirmed(asked, recorded, raised) == ("the run violates the recorded u0 >= 6", False)
    late = seen(node("n"), facts=(Stated("n", ge(U, 6), "fact", order=5),))
    assert confirmed(asked, late, raised)[1]
    early = seen(node("n"), facts=(Stated("n", ge(U, 6), "fact", order=4),))
    assert confirmed(asked, early, raised) == ("the run violates u0 >= 6", False)


@checks(RUN_05)
@pytest.mark.parametrize(
    ("place", "goal", "source", "raises"),
    [
        ("n", ge(U, 5), "deferred", True),
        ("n", ge(U, 5), "double", True),
        ("n", ge(U, 5), "assert", False),
        ("n", ge(U, 5), "operator", False),
        ("m", ge(U, 5), "deferred", False),
        ("n", ge(U, 6), "deferred", False),
        ("n", ge(U, 4), "deferred", False),
    ],
)
def test_what_is_deferred_raises_although_no_kernel_does(place: str, goal: Cond, source: str, raises: bool) -> None:
    stated = Stated(place, goal, source)  # type: ignore[arg-type]  # one of the sources
    asked = claim(ge(U, 4) if goal is ge(U, 4) else ge(U, 5), law="EQUIV", direction="strengthened")
    note, found = confirmed(asked, seen(node("n"), after=(stated,)))
    assert found == raises
    assert ("deferred at n" in note) == raises
    assert (note == "no node raises") == (not raises)


@checks(RUN_05)
def test_both_values_of_a_node_are_evaluated_and_differ() -> None:
    asked = claim(law="VALUE")

    def value(old: object, new: object, raised: Raised | None = None, **values: object) -> tuple[str, bool]:
        observed = seen(node("m"), node("n", old=old), node("o"))
        return confirmed(asked, observed, raised, values={"n": new, **values})

    note, differs = value(tensor(U), tensor(5))
    assert differs
    assert "sizes [4], strides [1], offset 0 is recorded" in note
    assert "sizes [5], strides [1], offset 0" in note.partition("recorded")[2]
    assert value(U, 5) == (" (4 is recorded, the operator gives 5)", True)
    assert value(tensor(U), tensor(4)) == ("the recorded and the concrete value are equal", False)
    # The claim's condition is not looked at, and a node after it may raise.
    assert value(U, 5, Raised("o", "too small"))[1]
    for place in ("m", "n", "elsewhere"):
        assert value(U, 5, Raised(place, "too small")) == (f"{place} raises too small", False)
    assert value(ABSENT, 5) == ("the node has no concrete value", False)
    undefined = value(floor_div(S, U - 4), 5)
    assert undefined[0].startswith("the recorded value is undefined")
    assert not undefined[1]
    observed = seen(node("n", old=U))
    assert confirmed(asked, observed) == ("the node has no concrete value", False)
    assert confirmed(claim(law="VALUE", node="x"), observed, values={"x": 5}) == (
        "the node has no concrete value",
        False,
    )
    assert not confirmed(claim(law="VALUE", node="x"), observed, Raised("n", "late"), values={"x": 5})[1]


@checks(RUN_05)
@pytest.mark.parametrize(
    ("is_copy", "recorded", "made", "old", "new", "expected"),
    [
        (True, 0, 2, 1, 3, False),
        (True, 0, 2, 1, 1, True),
        (True, 2, 2, 1, 3, True),
        (True, 2, 2, 3, 3, False),
        (False, 0, 2, 1, 3, True),
        (False, 0, 2, 3, 3, False),
    ],
)
def test_views_of_a_copy_that_is_recorded_as_starting_at_0_follow(
    is_copy: bool, recorded: int, made: int, old: int, new: int, expected: bool
) -> None:
    storage = Storage(is_copy=is_copy)
    copy, view = tensor(3, offset=made).on(storage), tensor(3, offset=new).on(storage)
    observed = seen(node("m", old=tensor(3, offset=recorded), new=copy), node("n", old=tensor(3, offset=old), new=view))
    asked = claim(law="VALUE")
    assert confirmed(asked, observed, values={"m": copy, "n": view})[1] == expected
    if is_copy and recorded == 0:
        assert confirmed(asked, observed, values={"n": view})[1] == (old != new)
        nothing = replace(observed, nodes=(node("m", old=None, new=copy), observed.nodes[1]))
        assert confirmed(asked, nothing, values={"m": copy, "n": view})[1] == (old != new)
