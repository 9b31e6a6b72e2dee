"""CMP, continued: the sorts of scalars, and the JSON of values."""

from __future__ import annotations

import math
from dataclasses import replace

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.context import Value
from refimpl.fake_tensor.tensor import Device
from refimpl.laws.observation import ABSENT
from refimpl.laws.scalars import is_bool_term, is_scalar, is_sequence, sort_name
from refimpl.laws.values_json import value_json, values_json
from refimpl.terms import (
    Scalar,
    eq,
    float_add,
    float_lt,
    floor_div,
    ge,
    land,
    lnot,
    lor,
    ne,
)
from specs.clauses import Clause, checks
from tests.laws.seen import ZF, P, U, V, node, values

__all__ = ["CMP_03", "CMP_04"]

_LAWS = "refimpl.laws"

CMP_03 = Clause(
    "CMP-03",
    "A boolean is a scalar of its own sort; conditions are booleans, and what is neither number nor term is no scalar.",
    f"{_LAWS}.scalars:sort_name",
    "cmp-disjunctions-are-floats",
)


@checks(CMP_03)
def test_each_value_has_its_sort() -> None:
    integers: list[Scalar] = [0, -1, U, U + V, floor_div(U, V)]
    floats: list[Scalar] = [0.0, math.nan, ZF, float_add(ZF, 1.0)]
    terms: list[Scalar] = [
        P,
        ge(U, 1),
        eq(U, V),
        ne(U, V),
        float_lt(ZF, 1.0),
        lnot(P),
        lor(P, ge(U, 1)),
        land(P, ge(U, 1)),
    ]
    for sort, found in (("int", integers), ("float", floats), ("bool", [True, False, *terms])):
        assert {sort_name(scalar) for scalar in found} == {sort}
    assert all(map(is_scalar, (*integers, *floats, True, *terms)))
    assert all(map(is_bool_term, terms))
    assert not any(map(is_bool_term, (*integers, *floats, True, False, None)))
    others: list[object] = [None, "a", list[object](), (), object(), FakeTensor((), (), DType.bool)]
    assert not any(map(is_scalar, others))
    assert [is_sequence(other) for other in others] == [False, False, True, True, False, False]


CMP_04 = Clause(
    "CMP-04",
    "A value's JSON has its kind and, of a tensor, dtype, sizes, strides, offset, device and layout, as PyTorch prints"
    " them.",
    f"{_LAWS}.values_json:value_json",
    "cmp-lists-are-tuples",
)


@checks(CMP_04)
def test_each_kind_of_value_has_its_json() -> None:
    tensor = FakeTensor((U, 3), (3, 1), DType.int32, Device("cuda", 1), 2 * U, "sparse_coo")
    told = {
        "kind": "tensor", "dtype": "torch.int32", "size": ["u0", 3], "stride": [3, 1], "storage_offset": "2*u0",
        "device": "cuda:1", "layout": "torch.sparse_coo",
    }  # fmt: skip
    table: list[tuple[Value, object]] = [
        (None, {"kind": "none"}),
        (tensor, told),
        ([tensor, None], {"kind": "list", "items": [told, {"kind": "none"}]}),
        ((1, [U]), {"kind": "tuple", "items": [{"kind": "const", "expr": "1"}, value_json([U])]}),
        ([], {"kind": "list", "items": []}),
        (U + 1, {"kind": "symint", "expr": "u0 + 1"}),
        (P, {"kind": "symbool", "expr": "p0"}),
        (ge(U, 1), {"kind": "symbool", "expr": "u0 >= 1"}),
        (ZF, {"kind": "symfloat", "expr": "zuf0"}),
        (float_add(ZF, 1.0), {"kind": "symfloat", "expr": "zuf0 + 1.0"}),
        (7, {"kind": "const", "expr": "7"}),
        (True, {"kind": "const", "expr": "True"}),
        (0.5, {"kind": "const", "expr": "0.5"}),
        ("sum", {"kind": "const", "expr": "'sum'"}),
    ]
    for value, wanted in table:
        assert value_json(value) == wanted
    seen = values(*((None, value) for value, _ in table))
    seen = replace(seen, nodes=(*seen.nodes, node("failed", None, ABSENT)))
    assert values_json(seen) == {f"n{index}": wanted for index, (_, wanted) in enumerate(table)}
