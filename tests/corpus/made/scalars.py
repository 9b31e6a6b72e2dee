"""Symbols bound at a value itself: ``item()`` of integers, booleans, floats and lifted constants."""

from __future__ import annotations

import struct
from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression, apply, as_expression, symbol
from tests.corpus.made.case import Case, broken, equivalent, titled
from tests.oracle.brute import Box

__all__ = ["CASES"]

U0: Final = symbol("u0")


def _item(program: ProgramBuilder, record: Expression | int | bool, dtype: str = "int64") -> Value:
    return program.call("aten.item.default", program.input("x", tensor([], dtype)), out=record)


def _use(program: ProgramBuilder, size: Value, text: Expression) -> None:
    like = program.input("like", tensor([1]))
    out = tensor([text, 4])
    program.output(program.call("aten.new_zeros.default", like, [size, 4], pin_memory=False, out=out))


def _lifted(value: int, record: Expression | int) -> ProgramBuilder:
    program = ProgramBuilder()
    constant = program.tensor_constant("c", "c", tensor([], "int64"), value.to_bytes(8, "little", signed=True))
    program.output(program.call("aten.item.default", constant, out=record))
    return program


def lost_bound() -> Case:
    """item() may be any integer and only u0 >= 2 is asserted: u0 = 100 runs to the end, but [2, 99] is recorded."""
    program = ProgramBuilder()
    size = _item(program, program.unbacked("u0", 2, 99))
    program.check(size, ">=", 2)
    _use(program, size, U0)
    return broken(program, "weakened", "EQUIV LINK", Box({"u0": range(-2, 103)}, requires=lambda v: v["u0"] >= 2))


def kept_bound() -> Case:
    """Both ends of [2, 99] are asserted."""
    program = ProgramBuilder()
    size = _item(program, program.unbacked("u0", 2, 99))
    program.check(size, ">=", 2)
    program.check(size, "<=", 99)
    _use(program, size, U0)
    return equivalent(program, Box({"u0": range(-2, 103)}, requires=lambda v: 2 <= v["u0"] <= 99))


def bound_by_the_operator() -> Case:
    """A tensor cannot have a negative size: new_zeros itself refuses u0 < 0, so [0, None] needs no assert."""
    program = ProgramBuilder()
    _use(program, _item(program, program.unbacked("u0", 0, None)), U0)
    return equivalent(program, Box({"u0": range(-3, 4)}, requires=lambda v: v["u0"] >= 0))


def bound_above_the_operators() -> Case:
    """new_zeros accepts the size 0, but [1, None] is recorded."""
    program = ProgramBuilder()
    _use(program, _item(program, program.unbacked("u0", 1, None)), U0)
    return broken(program, "weakened", "EQUIV LINK", Box({"u0": range(-3, 4)}, requires=lambda v: v["u0"] >= 0))


def unrecorded_requirement() -> Case:
    """No range is recorded; that new_zeros refuses u0 < 0 is a requirement of the operator on both sides."""
    program = ProgramBuilder()
    _use(program, _item(program, program.unbacked("u0")), U0)
    box = Box({"u0": range(-3, 4)}, requires=lambda v: v["u0"] >= 0, recorded=lambda v: v["u0"] >= 0)
    return equivalent(program, box)


def small_dtype(*, right: bool) -> Case:
    """An int8 holds -128 .. 127: the recorded range is that of the dtype, or one less."""
    program = ProgramBuilder()
    program.output(_item(program, program.unbacked("u0", -128, 127 if right else 126), "int8"))
    box = Box({"u0": range(-128, 128)})
    return equivalent(program, box) if right else broken(program, "weakened", "EQUIV LINK", box)


def one_less_than_a_byte() -> Case:
    """A uint8 is never negative, so the record -1 <= u0 says less than the dtype."""
    program = ProgramBuilder()
    program.output(_item(program, program.unbacked("u0", -1, 255), "uint8"))
    return equivalent(program, Box({"u0": range(256)}))


def boolean(*, high: int) -> Case:
    """item() of a boolean binds u0 in Eq(u0, 1), through ConvertIntKey: u0 is 0 or 1."""
    program = ProgramBuilder()
    program.unbacked("u0", 0, high)
    _item(program, U0.eq(1), "bool")
    program.output(1)
    box = Box({"u0": range(2)})
    return equivalent(program, box) if high else broken(program, "weakened", "EQUIV LINK", box)


def boolean_asserted_true() -> Case:
    """``torch._check(x.item())`` is recorded as the constant true, but the boolean itself is asserted at run time."""
    program = ProgramBuilder()
    program.assert_scalar(_item(program, True, "bool"))
    program.output(1)
    return equivalent(program)


def boolean_recorded_true_without_assert() -> Case:
    """The record says true, and nothing refuses false."""
    program = ProgramBuilder()
    _item(program, True, "bool")
    program.output(1)
    return broken(program, None, "VALUE")


def boolean_recorded_as_equal_to_two() -> Case:
    """The boolean's integer form is 0 or 1; a record of Eq(u0, 2) would be false of both."""
    program = ProgramBuilder()
    program.unbacked("u0", 0, 1)
    _item(program, U0.eq(2), "bool")
    program.output(1)
    return broken(program, None, "DOM")


def lifted(*, low: int | None, high: int | None, right: bool) -> Case:
    """item() of the lifted constant 41 is 41: the recorded range must hold it."""
    program = _lifted(41, U0)
    program.unbacked("u0", low, high)
    if right:
        return equivalent(program, Box({"u0": range(30, 50)}, lambda v: v["u0"] == 41))
    return broken(program, None, "LINK", Box({"u0": range(30, 50)}, lambda v: v["u0"] == 41))


def lifted_as_number(*, value: int) -> Case:
    """The number itself is recorded: 41 is right, any other is not."""
    program = _lifted(41, as_expression(value))
    return equivalent(program) if value == 41 else broken(program, None, "VALUE")


def lifted_divided(*, value: int) -> Case:
    """2*u0 is recorded for the constant: u0 = 21 for 42, and nothing for 41."""
    program = _lifted(value, U0 * 2)
    program.unbacked("u0", 0, 30)
    if value % 2 == 0:
        return equivalent(program, Box({"u0": range(31)}, lambda v: 2 * v["u0"] == value))
    return broken(program, None, "PATH")


def fresh_divided(*, asserted: bool) -> Case:
    """2*u0 is recorded for any integer n: n % 2 == 0 must be asserted, or n = 1 has no u0."""
    program = ProgramBuilder()
    program.unbacked("u0")
    number = _item(program, U0 * 2)
    if asserted:
        rest = program.call("_operator.mod", number, 2, out=(U0 * 2) % 2)
        program.assert_scalar(program.call("_operator.eq", rest, 0, out=((U0 * 2) % 2).eq(0)))
    program.output(number)
    return equivalent(program) if asserted else broken(program, None, "PATH")


def fresh_element(*, low: int) -> Case:
    """The number of distinct elements, bound in a tuple: at least 0, as PyTorch has it, and not 2."""
    program = ProgramBuilder()
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", low, None)
    x = program.input("x", tensor([s0]))
    outs = [tensor([u0]), tensor([0], "int64"), tensor([0], "int64")]
    program.output(*program.call_tuple("aten._unique2.default", x, True, False, False, outs=outs))
    if low == 0:
        return equivalent(program)
    box = Box({"s0": range(2, 6), "u0": range(7)}, lambda v: v["u0"] <= v["s0"])
    return broken(program, "weakened", "EQUIV LINK", box)


def not_an_allocation() -> Case:
    """n + 1 is known when n is: nothing allocates there, so nobody binds u1."""
    program = ProgramBuilder()
    program.unbacked("u1")
    number = _item(program, program.unbacked("u0"))
    program.output(program.call("_operator.add", number, 1, out=symbol("u1")))
    return broken(program, None, "DOM")


def float_item(*, low: int | None) -> Case:
    """item() of a float may be anything, NaN too, and NaN satisfies only an unbounded range."""
    program = ProgramBuilder()
    zuf0 = program.unbacked_float("zuf0")
    program.range("zuf0", low, None)
    program.output(program.call("aten.item.default", program.input("x", tensor([])), out=zuf0))
    return equivalent(program) if low is None else broken(program, "weakened", "EQUIV LINK")


def float_for_an_integer() -> Case:
    """A float where the tensor holds integers (law SORT)."""
    program = ProgramBuilder()
    zuf0 = program.unbacked_float("zuf0")
    program.output(program.call("aten.item.default", program.input("x", tensor([], "int64")), out=zuf0))
    return broken(program, None, "LINK")


def lifted_float(*, right: bool) -> Case:
    """item() of the lifted constant 2.5 is 2.5."""
    program = ProgramBuilder()
    constant = program.tensor_constant("c", "c", tensor([]), struct.pack("<f", 2.5))
    program.output(program.call("aten.item.default", constant, out=as_expression(2.5 if right else 2.25)))
    return equivalent(program) if right else broken(program, None, "VALUE")


def float_product(*, factor: float, recorded: float) -> Case:
    """An item times a number, recorded with that factor or with another one: at 1.0 they differ."""
    program = ProgramBuilder()
    zuf0 = program.unbacked_float("zuf0")
    item = program.call("aten.item.default", program.input("x", tensor([])), out=zuf0)
    program.output(program.call("_operator.mul", item, factor, out=apply("Mul", as_expression(recorded), zuf0)))
    return equivalent(program) if factor == recorded else broken(program, "equivalent", "VALUE")


CASES: Final = {
    **titled(lost_bound, kept_bound, bound_by_the_operator, bound_above_the_operators, unrecorded_requirement),
    "small_dtype_right": partial(small_dtype, right=True),
    "small_dtype_wrong": partial(small_dtype, right=False),
    **titled(one_less_than_a_byte),
    "boolean_right": partial(boolean, high=1),
    "boolean_wrong": partial(boolean, high=0),
    **titled(boolean_asserted_true, boolean_recorded_true_without_assert, boolean_recorded_as_equal_to_two),
    "lifted_right": partial(lifted, low=0, high=100, right=True),
    "lifted_unbounded": partial(lifted, low=None, high=None, right=True),
    "lifted_wrong": partial(lifted, low=0, high=40, right=False),
    "lifted_as_its_number": partial(lifted_as_number, value=41),
    "lifted_as_another_number": partial(lifted_as_number, value=40),
    "lifted_divided_right": partial(lifted_divided, value=42),
    "lifted_divided_wrong": partial(lifted_divided, value=41),
    "fresh_divided_right": partial(fresh_divided, asserted=True),
    "fresh_divided_wrong": partial(fresh_divided, asserted=False),
    "fresh_element_right": partial(fresh_element, low=0),
    "fresh_element_wrong": partial(fresh_element, low=2),
    **titled(not_an_allocation),
    "float_item_right": partial(float_item, low=None),
    "float_item_wrong": partial(float_item, low=0),
    **titled(float_for_an_integer),
    "float_product_right": partial(float_product, factor=2.0, recorded=2.0),
    "float_product_wrong": partial(float_product, factor=2.0, recorded=4.0),
    "lifted_float_right": partial(lifted_float, right=True),
    "lifted_float_wrong": partial(lifted_float, right=False),
}
