"""CMP, continued: where tensors start in their storages, and how those of an archive are stored."""

from __future__ import annotations

from dataclasses import replace

from refimpl.fake_tensor import DType, FakeTensor
from refimpl.fake_tensor.tensor import CPU, Storage
from refimpl.laws.value import VALUE
from refimpl.solver import holds
from refimpl.terms import Dim, int_max, int_min
from specs.clauses import checks
from specs.comparison import CMP_01, Pair, asked_of
from specs.laws import LAW_03
from tests.laws.seen import EMPTY, S, U, node, values
from tests.variants import test_stored

__all__: list[str] = []


def _offsets(*found: tuple[Dim, Dim, Storage]) -> list[tuple[Dim, Dim] | None]:
    """Both offsets as they are compared, None where they are plainly equal."""
    made: list[Pair] = [
        (FakeTensor((S,), (1,), DType.bool, CPU, old), FakeTensor((S,), (1,), DType.bool, CPU, new, storage=storage))
        for old, new, storage in found
    ]
    by_node = {claim.node: claim.sides for claim in VALUE.claims(values(*made)).open}
    return [by_node.get(f"n{index}") for index in range(len(made))]  # type: ignore[misc]  # offsets are integers


@checks(CMP_01, LAW_03)
def test_offsets_of_views_count_from_a_copy_recorded_at_0() -> None:
    copy, other, plain = Storage(is_copy=True), Storage(is_copy=True), Storage()
    assert _offsets((0, U, copy), (3, U + 3, copy), (0, U, copy), (U, U, copy)) == [None, None, None, (U, 0)]
    assert _offsets((0, 2, copy), (0, 3, other), (1, 4, other), (2, 2, copy)) == [None, None, None, (2, 0)]
    assert _offsets((U, U, copy), (0, U + 1, copy)) == [None, (0, U + 1)]
    assert _offsets((2, 2, copy), (0, 2, copy)) == [None, (0, 2)]
    assert _offsets((0, U, plain), (3, U + 4, plain)) == [(0, U), (3, U + 4)]


@checks(CMP_01, LAW_03)
def test_what_has_no_elements_need_not_say_where_it_starts() -> None:
    sliced = FakeTensor((int_max(U - 1, 0),), (1,), DType.bool, CPU, 1)
    (asked,) = asked_of((sliced, replace(sliced, offset=int_min(1, U)))).open
    assert [holds(asked.goal, {"u0": size}) for size in (0, 1, 2)] == [True, True, True]
    (asked,) = asked_of((sliced, replace(sliced, offset=U))).open
    assert [holds(asked.goal, {"u0": size}) for size in (0, 1, 2)] == [True, True, False]
    (asked,) = asked_of((replace(sliced, sizes=(0,)), replace(sliced, sizes=(0,), offset=U))).open
    assert [holds(asked.goal, {"u0": size}) for size in (0, 1)] == [False, True], "what is always empty is as recorded"


@checks(CMP_01, LAW_03)
def test_what_is_recorded_of_an_input_is_what_is_stored() -> None:
    """What neither form uses aside: a stride of one element, all of an empty tensor."""
    kept = FakeTensor((2, 1), (1, 7), DType.float32, offset=3)
    forms = {
        "dtype is recorded as torch.float32, but the archive stores torch.int8": replace(kept, dtype=DType.int8),
        "size[0] is recorded as 2, but the archive stores 4": replace(kept, sizes=(4, 1)),
        "number of dimensions is recorded as 2, but the archive stores 1": replace(kept, sizes=(2,), strides=(1,)),
        "stride[0] is recorded as 1, but the archive stores 5": replace(kept, strides=(5, 7)),
        "storage offset is recorded as 3, but the archive stores 0": replace(kept, offset=0),
    }
    for message, stored in forms.items():
        held = replace(node("w", kept, kept), is_input=True, stored=stored)
        assert [finding.message for finding in VALUE.claims(replace(EMPTY, nodes=(held,))).findings] == [
            f"{message}; record what is stored"
        ]
    empty = replace(kept, sizes=(0, 2))
    for old, stored in ((kept, replace(kept, strides=(1, 9))), (empty, replace(empty, strides=(5, 5), offset=0))):
        held = replace(node("w", old, old), is_input=True, stored=stored)
        assert not VALUE.claims(replace(EMPTY, nodes=(held,))).findings


test_another_form_than_is_stored_is_refuted_at_the_input = checks(CMP_01, LAW_03)(
    test_stored.test_another_form_is_refuted_at_the_input
)
