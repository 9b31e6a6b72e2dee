"""RUN: plain numbers: what a value is at a valuation, what an operator may ask, and when a witness is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from refimpl.fake_tensor import CPU, Device, DType, FakeTensor, Storage, Value
from refimpl.laws.concrete import (
    NOTHING,
    ConcreteContext,
    NotReplayableError,
    RequirementViolatedError,
    Silenced,
    concrete,
)
from refimpl.laws.confirm import differ
from refimpl.solver import Number
from refimpl.terms import Cond, Undefined, bool_symbol, floor_div, ge, symbol
from specs.clauses import Clause, checks
from specs.propagation import PRO_03
from tests.laws.observations import F0, tensor

__all__ = ["RUN_01", "RUN_02", "RUN_03", "RUN_04"]

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
    "run-lists-keep-their-terms",
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
    "run-written-contents-are-the-same",
)


@checks(RUN_02)
def test_questions_have_their_answers() -> None:
    ctx = context()
    assert ctx.default_dtype is DType.float32
    runner = _NoGraphs()
    assert ConcreteContext({}, {}, runner).subgraphs is runner
    assert ConcreteContext({}, {}, runner).node == ""
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
    ctx = context()
    ctx.node = "b"
    assert type(ctx.fresh_int(None, None, None)) is int
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


@checks(RUN_03, PRO_03)
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
        (1.0, 1, True),
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
