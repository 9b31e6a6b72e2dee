"""Counts of one mask or of two, with and without a mutation between them: which may share a name."""

from __future__ import annotations

from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled
from tests.oracle.brute import Box

__all__ = ["CASES"]

S0: Final = symbol("s0", hint=8, positive=True)


class _Masks:
    """A program with two masks of ``s0`` elements and the counts of them that are recorded under given names."""

    def __init__(self, *counts: str) -> None:
        self.program = ProgramBuilder()
        self.program.symbol("s0", hint=8)
        for name in counts:
            self.program.unbacked(name, 0, LARGEST)
        self.first = self.program.input("m", tensor([S0]))
        self.second = self.program.input("n", tensor([S0]))

    def count(self, mask: Value, name: str) -> Value:
        count = symbol(name)
        out = tensor([count, 1], "int64", strides=[1, count])
        return self.program.call("aten.nonzero.default", mask, out=out)

    def zero(self, mask: Value) -> Value:
        return self.program.call("aten.zero_.default", mask, out=tensor([S0]))

    def double(self, mask: Value) -> Value:
        return self.program.call("aten.mul.Tensor", mask, 2, out=tensor([S0]))


def same_mask(*, shared: bool) -> Case:
    """Nothing is written between the two counts, so they are equal: one name or two."""
    made = _Masks("u0", "u1")
    made.program.output(made.count(made.first, "u0"), made.count(made.first, "u0" if shared else "u1"))
    return equivalent(made.program)


def two_masks(*, shared: bool) -> Case:
    """The counts of two masks differ in some run: all of one, none of the other."""
    made = _Masks("u0", "u1")
    made.program.output(made.count(made.first, "u0"), made.count(made.second, "u0" if shared else "u1"))
    return broken(made.program, None, "INJ FRESH") if shared else equivalent(made.program)


def mutated(*, shared: bool) -> Case:
    """The mask is zeroed in between: afterwards the count is 0, before it need not be."""
    made = _Masks("u0", "u1")
    found = made.count(made.first, "u0")
    made.zero(made.first)
    made.program.output(found, made.count(made.first, "u0" if shared else "u1"))
    return broken(made.program, None, "INJ FRESH") if shared else equivalent(made.program)


def mutated_through_a_view() -> Case:
    """A view shares the storage: what is written through it is written to the mask."""
    made = _Masks("u0")
    found = made.count(made.first, "u0")
    seen = made.program.call("aten.view.default", made.first, [-1], out=tensor([S0]))
    made.zero(seen)
    made.program.output(found, made.count(made.first, "u0"))
    return broken(made.program, None, "INJ FRESH")


def another_tensor_is_mutated() -> Case:
    """What is written is a tensor of the program's own, which shares nothing with the mask."""
    made = _Masks("u0")
    own = made.double(made.second)
    found = made.count(made.first, "u0")
    made.zero(own)
    made.program.output(found, made.count(made.first, "u0"))
    return equivalent(made.program)


def another_input_is_mutated() -> Case:
    """The caller may pass one tensor as both inputs: what is written to one may be written to the other."""
    made = _Masks("u0")
    found = made.count(made.first, "u0")
    made.zero(made.second)
    made.program.output(found, made.count(made.first, "u0"))
    return broken(made.program, None, "INJ FRESH")


def computed_twice() -> Case:
    """Two results of one operator are two storages: that their contents are equal is not known."""
    made = _Masks("u0")
    first, second = made.double(made.first), made.double(made.first)
    made.program.output(made.count(first, "u0"), made.count(second, "u0"))
    return broken(made.program, None, "INJ FRESH")


def one_mask_two_operators(*, mutate: bool) -> Case:
    """``nonzero`` and ``masked_select`` of one mask have the same count, unless the mask changes in between."""
    made = _Masks("u0")
    program = made.program
    mask = program.call("aten.gt.Scalar", made.first, 0, out=tensor([S0], "bool"))
    found = made.count(mask, "u0")
    if mutate:
        program.call("aten.logical_not_.default", mask, out=tensor([S0], "bool"))
    chosen = program.call("aten.masked_select.default", made.second, mask, out=tensor([symbol("u0")]))
    program.output(found, chosen)
    return broken(program, None, "INJ FRESH") if mutate else equivalent(program)


def item_twice(*, change: str) -> Case:
    """Two reads of one element are equal unless it is written in between, or they are two elements."""
    program = ProgramBuilder()
    u0 = program.unbacked("u0")
    x = program.input("x", tensor([4], "int64"))

    def read(index: int) -> Value:
        element = program.call("aten.select.int", x, 0, index, out=tensor([], "int64", offset=index))
        return program.call("aten.item.default", element, out=u0)

    first = read(0)
    if change == "written":
        program.call("aten.add_.Tensor", x, 1, out=tensor([4], "int64"))
    second = read(1 if change == "other" else 0)
    program.output(first, second)
    return equivalent(program) if change == "none" else broken(program, None, "INJ FRESH")


def random_twice() -> Case:
    """Two random tensors have two counts."""
    made = _Masks("u0")
    masks = [made.program.call("aten.rand_like.default", made.first, out=tensor([S0])) for _ in range(2)]
    made.program.output(*[made.count(mask, "u0") for mask in masks])
    return broken(made.program, None, "INJ FRESH")


def one_value_two_names(*, asserted: bool) -> Case:
    """The size and the stride of one result are the same number; under two names an assert must say so."""
    made = _Masks("u0", "u1")
    u0, u1 = symbol("u0"), symbol("u1")
    found = made.program.call("aten.nonzero.default", made.first, out=tensor([u0, 1], "int64", strides=[1, u1]))
    if asserted:
        stride = made.program.call("aten.sym_stride.int", found, 1, out=u1)
        made.program.check(made.program.size(found, 0), "==", stride)
    made.program.output(found)
    # A stride is at least 1 where a size may be 0, so the two need not be equal at 0.
    values = {"s0": range(2, 5), "u0": range(5), "u1": range(5)}
    if asserted:
        return equivalent(made.program)
    box = Box(values, lambda v: v["u0"] <= v["s0"], lambda v: v["u0"] == v["u1"])
    return broken(made.program, "strengthened", "INJ", box)


def broadcast(*, asserted: bool) -> Case:
    """Tracing adds u0 and s1 elements as if u0 == s1; the kernel accepts u0 = 1 as well."""
    made = _Masks("u0")
    program = made.program
    s1 = program.symbol("s1", hint=5)
    other = program.input("y", tensor([s1]))
    mask = program.call("aten.gt.Scalar", made.first, 0, out=tensor([S0], "bool"))
    chosen = program.call("aten.masked_select.default", made.first, mask, out=tensor([symbol("u0")]))
    if asserted:
        program.check(program.size(chosen, 0), "==", program.size(other, 0))
    program.output(program.call("aten.add.Tensor", chosen, other, out=tensor([s1])))
    values = {"s0": range(2, 6), "s1": range(2, 5), "u0": range(6)}
    box = Box(
        values,
        lambda v: v["u0"] <= v["s0"],
        lambda v: v["u0"] == v["s1"],
        lambda v: v["u0"] in (1, v["s1"]),
    )
    return equivalent(program, box) if asserted else broken(program, "strengthened", "EQUIV", box)


CASES: Final = {
    "same_mask_one_name": partial(same_mask, shared=True),
    "same_mask_two_names": partial(same_mask, shared=False),
    "two_masks_one_name": partial(two_masks, shared=True),
    "two_masks_two_names": partial(two_masks, shared=False),
    "mutated_one_name": partial(mutated, shared=True),
    "mutated_two_names": partial(mutated, shared=False),
    **titled(mutated_through_a_view, another_tensor_is_mutated, another_input_is_mutated, computed_twice, random_twice),
    "nonzero_and_masked_select": partial(one_mask_two_operators, mutate=False),
    "nonzero_and_masked_select_of_a_mutated_mask": partial(one_mask_two_operators, mutate=True),
    "item_twice": partial(item_twice, change="none"),
    "item_twice_of_a_written_element": partial(item_twice, change="written"),
    "item_of_two_elements": partial(item_twice, change="other"),
    "one_value_two_names": partial(one_value_two_names, asserted=False),
    "one_value_two_names_asserted": partial(one_value_two_names, asserted=True),
    "broadcast_asserted": partial(broadcast, asserted=True),
    "broadcast_deferred": partial(broadcast, asserted=False),
}
