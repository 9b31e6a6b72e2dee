"""CMP: what it means that the recorded and the new value of a node agree, and how values are told and printed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from typing import TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.context import Value
from refimpl.fake_tensor.tensor import CPU, Device, Layout
from refimpl.laws.law import Claims, Finding
from refimpl.laws.observation import ABSENT, Failure, Held
from refimpl.laws.scalars import is_scalar
from refimpl.laws.value import VALUE, equal_values
from refimpl.solver import holds
from refimpl.terms import (
    Cond,
    Dim,
    Number,
    Scalar,
    eq,
    evaluate,
    float_add,
    float_lt,
    floor_div,
    ge,
    int_max,
    land,
    le,
    lnot,
    lor,
    mod,
    ne,
)
from specs.clauses import Clause, checks
from specs.laws import LAW_03
from specs.sorts import CMP_03
from specs.verdicts import LAW_13
from tests.laws import test_each_law
from tests.laws.seen import EMPTY, ZF, P, S, U, V, node, values

__all__ = ["CMP_01", "CMP_02"]

_LAWS = "refimpl.laws"
Pair: TypeAlias = tuple[Value, Value]
BOX: list[dict[str, Number]] = [
    {"u0": u, "u1": v, "s0": 2, "p0": p, "zuf0": z}
    for u, v, p, z in product((-1, 0, 1, 2), (0, 1, 2), (True, False), (0.0, math.nan))
]
_DIMS: list[Dim] = [0, 1, 2, U, V, U + 1, 2 * V]
_SCALARS: list[Scalar] = [*_DIMS, True, False, ge(U, 1), ne(V, 1), P, 0.0, 1.0, math.nan, ZF, float_add(ZF, 1.0)]

CMP_01 = Clause(
    "CMP-01",
    "VALUE: two values agree at a valuation exactly if every obligation about them holds there and nothing was found;"
    " each part that is compared is one obligation.",
    f"{_LAWS}.value:_Comparison._strides",
    "cmp-strides-of-empty-tensors-count",
)
test_copies_of_a_storage_may_start_at_0 = checks(CMP_01, LAW_03)(
    test_each_law.test_a_copy_of_a_whole_storage_may_be_recorded_as_starting_at_0_and_its_views_follow
)


def scalar_pairs() -> st.SearchStrategy[Pair]:
    """Two scalars, often the same one."""
    return st.one_of(st.sampled_from(_SCALARS).map(lambda s: (s, s)), st.tuples(*[st.sampled_from(_SCALARS)] * 2))


@st.composite
def tensor_pairs(draw: st.DrawFn) -> Pair:
    """Two tensors that differ in few of their parts."""
    rank = draw(st.integers(0, 2))
    dims: st.SearchStrategy[tuple[Dim, ...]] = st.lists(st.sampled_from(_DIMS), min_size=rank, max_size=rank).map(tuple)
    layout: Layout = draw(st.sampled_from(("strided", "strided", "sparse_coo")))
    first = FakeTensor(draw(dims), draw(dims), DType.float32, CPU, draw(st.sampled_from(_DIMS)), layout)
    match draw(st.integers(0, 8)):
        case 0:
            return first, replace(first, sizes=draw(dims))
        case 1:
            return first, replace(first, strides=draw(dims))
        case 2:
            return first, replace(first, offset=draw(st.sampled_from(_DIMS)))
        case 3:
            return first, replace(first, dtype=DType.int64)
        case 4:
            return first, replace(first, device=Device("cuda", 0))
        case 5:
            return first, replace(first, sizes=(*first.sizes, 1), strides=(*first.strides, 1))
        case 6:
            return first, replace(first, layout="sparse_csr")
        case 7:
            return first, replace(first, sizes=draw(dims), strides=draw(dims))
        case _:
            return first, replace(first)


def pairs() -> st.SearchStrategy[Pair]:
    """Two values of any structure, mostly of the same one."""
    others = st.sampled_from([None, "a", "b", 1, U, FakeTensor((U,), (1,), DType.bool)])
    leaves = st.one_of(scalar_pairs(), tensor_pairs(), tensor_pairs(), st.tuples(others, others))
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3).flatmap(_sequences), max_leaves=4)


def _sequences(items: list[Pair]) -> st.SearchStrategy[Pair]:
    left, right = [old for old, _ in items], [new for _, new in items]
    chosen: list[Pair] = [(tuple(left), tuple(right)), (left, tuple(right)), (left, right[:-1])]
    return st.sampled_from(chosen)


def _number(scalar: Scalar, valuation: Mapping[str, Number]) -> Number:
    return evaluate(scalar, valuation)


def _same(old: Number, new: Number) -> bool:
    """NaN is NaN; a boolean is no integer."""
    if isinstance(old, float) and isinstance(new, float) and math.isnan(old) and math.isnan(new):
        return True
    return type(old) is type(new) and old == new


def agree(old: Held, new: Held, valuation: Mapping[str, Number]) -> bool:
    """By plain arithmetic: whether two values agree in what VALUE speaks of."""
    if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
        return _tensors_agree(old, new, valuation)
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return len(old) == len(new) and all(agree(a, b, valuation) for a, b in zip(old, new, strict=True))
    if is_scalar(old) and is_scalar(new):
        return _same(_number(old, valuation), _number(new, valuation))
    return old is new or (isinstance(old, str) and old == new)


def _tensors_agree(old: FakeTensor, new: FakeTensor, valuation: Mapping[str, Number]) -> bool:
    def numbers(dims: tuple[Dim, ...]) -> list[Number]:
        return [_number(dim, valuation) for dim in dims]

    if (old.dtype, old.device, old.layout) != (new.dtype, new.device, new.layout):
        return False
    sizes = numbers(old.sizes)
    if sizes != numbers(new.sizes):
        return False
    # What is empty at some sizes only need not say where it starts.
    if (0 not in sizes or 0 in old.sizes) and numbers((old.offset,)) != numbers((new.offset,)):
        return False
    if old.layout != "strided" or 0 in sizes:
        return True
    return all(
        size <= 1 or left == right
        for size, left, right in zip(sizes, numbers(old.strides), numbers(new.strides), strict=True)
    )


def parts(old: Held, new: Held) -> int:
    """How many parts are compared."""
    if old is new:
        return 1
    if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
        if len(old.sizes) != len(new.sizes):
            return 4
        strides = len(old.sizes) if old.layout == "strided" else 0
        return 3 + len(old.sizes) + 1 + strides
    if isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
        return 1 + sum(parts(a, b) for a, b in zip(old, new, strict=False))
    return 1


_MATRIX = FakeTensor((U, V), (V, 1), DType.float32)


def asked_of(*found: Pair) -> Claims:
    claims = VALUE.claims(values(*found))
    assert all(claim.law == "VALUE" and claim.given == "after" and claim.fix for claim in claims.open)
    assert all(finding.law == "VALUE" and finding.outcome == "refuted" for finding in claims.findings)
    assert len({claim.goal for claim in claims.open}) == len(claims.open), "an equation is asked once"
    assert not any(claim.goal is True for claim in claims.open), "what is plainly true is settled"
    return claims


@checks(CMP_01, LAW_03)
@settings(max_examples=150)
@given(pair=pairs())
@example(pair=(_MATRIX, replace(_MATRIX, strides=(7, 1))))
@example(pair=(_MATRIX, replace(_MATRIX, strides=(V, 2))))
def test_values_agree_where_the_obligations_hold(pair: Pair) -> None:
    claims = asked_of(pair)
    assert claims.total == parts(*pair)
    for valuation in BOX:
        found = not claims.findings and all(holds(claim.goal, valuation) for claim in claims.open)
        assert found == agree(*pair, valuation), valuation
    for claim in claims.open:
        assert claim.layout == claim.about.startswith("the recorded stride"), claim.about
        assert claim.sides is not None
        assert not all(isinstance(side, (int, float)) for side in claim.sides) or not holds(claim.goal, {})


@checks(CMP_01, LAW_03)
@settings(max_examples=60)
@given(found=st.lists(pairs(), min_size=2, max_size=3))
def test_each_node_is_compared(found: list[Pair]) -> None:
    claims = asked_of(*found)
    assert claims.total == sum(parts(*pair) for pair in found)
    goals = {claim.goal for pair in found for claim in VALUE.claims(values(pair)).open}
    assert {claim.goal for claim in claims.open} == goals
    wrong = [finding.message for pair in found for finding in VALUE.claims(values(pair)).findings]
    assert [finding.message for finding in claims.findings] == wrong


def _texts(claims: Claims) -> list[str]:
    return [claim.about for claim in claims.open] + [finding.message.partition(";")[0] for finding in claims.findings]


_T = FakeTensor((2, U), (U, 1), DType.float32, CPU, 3)
_RELU = "differs from what aten.relu.default gives"


@checks(CMP_01, LAW_03, CMP_03)
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (_T, replace(_T, sizes=(2, V)), [f"the recorded size[1] {_RELU}"]),
        (_T, replace(_T, strides=(V, 1)), [f"the recorded stride[0] {_RELU}"]),
        (_T, replace(_T, offset=4), [f"the recorded storage offset {_RELU}"]),
        ((1, _T), (1, replace(_T, sizes=(V, U))), [f"the recorded size[1][0] {_RELU}"]),
        ((1, _T), [1, replace(_T, strides=(U, 2))], [f"the recorded stride[1][1] {_RELU}"]),
        ([U, [U, V]], [U, [U, 7]], [f"the recorded value[1][1] {_RELU}"]),
        (
            _T,
            replace(_T, dtype=DType.int64),
            ["dtype is recorded as torch.float32, but the operator gives torch.int64"],
        ),
        (_T, replace(_T, device=Device("cuda")), ["device is recorded as cpu, but the operator gives cuda"]),
        (_T, replace(_T, layout="_mkldnn"), ["layout is recorded as strided, but the operator gives _mkldnn"]),
        (_T, FakeTensor((), (), DType.float32), ["number of dimensions is recorded as 2, but the operator gives 0"]),
        ((U,), (U, V), ["length is recorded as 1, but the operator gives 2"]),
        ((U, ()), (U, (V,)), ["length[1] is recorded as 0, but the operator gives 1"]),
        (_T, None, ["structure is recorded as a tensor, but the operator gives nothing"]),
        ("a", [1, 2], ["structure is recorded as 'a', but the operator gives 2 values"]),
        ((U,), U, ["structure is recorded as 1 values, but the operator gives the number u0"]),
        (U, None, ["structure is recorded as the number u0, but the operator gives nothing"]),
        (None, U, ["structure is recorded as nothing, but the operator gives the number u0"]),
        (None, (U,), ["structure is recorded as nothing, but the operator gives 1 values"]),
        (None, [], ["structure is recorded as nothing, but the operator gives 0 values"]),
        ((), None, ["structure is recorded as 0 values, but the operator gives nothing"]),
        (U, P, ["sort of the value is recorded as int, but the operator gives bool"]),
        (1.0, 1, ["sort of the value is recorded as float, but the operator gives int"]),
        (True, 1, ["sort of the value is recorded as bool, but the operator gives int"]),
    ],
)
def test_what_differs_is_named(old: Value, new: Value, said: list[str]) -> None:
    claims = asked_of((old, new))
    assert _texts(claims) == said
    if claims.open:
        assert claims.open[0].sides is not None
        assert claims.open[0].sides[0] is not claims.open[0].sides[1]
    assert all(finding.message.endswith("; record what the operator computes") for finding in claims.findings)


@checks(CMP_01, LAW_03)
def test_a_sub_graph_without_values_gives_nothing() -> None:
    claims = asked_of((None, ()))
    assert (claims.settled, claims.findings, claims.open) == (1, (), ())


@checks(CMP_01, LAW_03)
def test_an_equation_is_asked_again_only_under_other_predicates() -> None:
    first = node("a", U, V)
    inside = replace(node("b/body/c", U, V), predicates=(P,))
    seen = replace(EMPTY, nodes=(first, inside, replace(first, path="d"), replace(inside, path="b/body/e")))
    claims = VALUE.claims(seen)
    assert [(claim.node, claim.predicates) for claim in claims.open] == [("a", ()), ("b/body/c", (P,))]
    assert [(claim.goal, claim.sides) for claim in claims.open] == [(eq(U, V), (U, V))] * 2
    assert (claims.settled, claims.findings) == (2, ())


@checks(CMP_01, LAW_03, LAW_13)
@pytest.mark.parametrize(
    "kind", ["unmodelled", "data-dependent", "undecided", "crash", "violated", "path", "inconsistent"]
)
def test_what_failed_has_no_value_to_compare(kind: str) -> None:
    base = replace(node("n", U, V), failure=Failure(kind, "it failed"))  # type: ignore[arg-type]  # one of the kinds
    claims = VALUE.claims(replace(EMPTY, nodes=(base, node("m", 1, 2))))
    unknown = kind in ("unmodelled", "data-dependent", "undecided", "crash")
    wanted = (Finding("VALUE", "n", "undecided", "aten.relu.default: it failed"),) if unknown else ()
    assert claims.findings == wanted
    assert [claim.node for claim in claims.open] == ["m"]
    named = replace(base, failure=Failure("unmodelled", "aten.relu.default is not modelled"))
    (finding,) = VALUE.claims(replace(EMPTY, nodes=(named,))).findings
    assert finding.message == "aten.relu.default is not modelled"


@checks(CMP_01, LAW_03)
def test_what_is_not_computed_is_not_compared() -> None:
    wrong = node("n", 1, 2)
    for left in (
        replace(wrong, is_input=True),
        replace(wrong, assumed=True),
        replace(wrong, old=ABSENT),
        replace(wrong, new=ABSENT),
    ):
        assert VALUE.claims(replace(EMPTY, nodes=(left,))) == Claims()
    assert VALUE.claims(replace(EMPTY, nodes=(wrong,))).total == 1


@checks(CMP_01, LAW_03)
def test_strides_that_nobody_recorded_are_not_compared() -> None:
    without = FakeTensor((U,), (), DType.bool)
    for pair in ((without, FakeTensor((U,), (2,), DType.bool)), (FakeTensor((U,), (2,), DType.bool), without)):
        assert asked_of(pair) == Claims((), (), 5)


CMP_02 = Clause(
    "CMP-02",
    "Two scalars of one sort are equal where both have one value or both are NaN, or where a divisor that both have"
    " is zero.",
    f"{_LAWS}.value:_where_defined",
    "cmp-undefined-sizes-differ",
)
_FLOATS: list[Scalar] = [0.0, 1.0, -0.0, math.inf, math.nan, ZF, float_add(ZF, 1.0)]
_BOOLS: list[Scalar] = [
    True,
    False,
    P,
    ge(U, 1),
    le(U, 0),
    lnot(P),
    land(P, ge(U, 1)),
    lor(P, ne(V, 1)),
    float_lt(ZF, 1.0),
]
_PAIRS = [pair for sort in (_DIMS, _BOOLS, _FLOATS) for pair in product(sort, repeat=2)]


@checks(CMP_02)
def test_scalars_are_equal_where_their_values_are() -> None:
    for old, new in _PAIRS:
        condition = equal_values(old, new)
        if old is new:
            assert condition is True
        for valuation in BOX:
            assert holds(condition, valuation) == _same(_number(old, valuation), _number(new, valuation)), (old, new)


@checks(CMP_02)
def test_scalars_are_undefined_together_where_a_divisor_of_both_is_zero() -> None:
    quotient, rest = floor_div(U, V), mod(U, V)
    both = floor_div(floor_div(U, V), S)
    table: list[tuple[Dim, Dim, Cond]] = [
        (quotient, quotient + 1, eq(V, 0)),
        (quotient, rest, lor(eq(V, 0), eq(quotient, rest))),
        (quotient, floor_div(U, S), eq(quotient, floor_div(U, S))),
        (quotient, U, eq(quotient, U)),
        (U, quotient, eq(quotient, U)),
        (both, both + U, lor(eq(S, 0), eq(V, 0), eq(U, 0))),
        (both, quotient, eq(both, quotient)),
        (quotient, both, eq(both, quotient)),
        (quotient, 3, eq(quotient, 3)),
        (quotient, quotient, True),
        (U, V, eq(U, V)),
        (int_max(U, V), int_max(U, V) + 1, False),
        (int_max(U, V), U, eq(int_max(U, V), U)),
    ]
    for old, new, wanted in table:
        assert equal_values(old, new) is wanted, (old, new)
        claims = VALUE.claims(values((FakeTensor((old,), (1,), DType.bool), FakeTensor((new,), (1,), DType.bool))))
        assert [claim.goal for claim in claims.open] == ([] if wanted is True else [wanted]), (old, new)
    # Equal numbers that are different objects.
    for text in ("nan", "0.5", "inf"):
        assert equal_values(float(text), float(text)) is True
        assert asked_of((float(text), float(text))) == Claims((), (), 1)
    assert equal_values(10**20, int("1" + "0" * 20)) is True
    assert asked_of((10**20, int("1" + "0" * 20))) == Claims((), (), 1)
    assert equal_values(math.nan, 0.0) is False
    assert equal_values(0.0, 1.0) is False
    assert equal_values(2, 2) is True
    assert equal_values(2, 3) is False
