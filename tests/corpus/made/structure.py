"""Who binds a symbol, where it may be used, what a value is: DOM, FRESH, VALUE, and custom operators."""

from __future__ import annotations

from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import apply, symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled
from tests.oracle.brute import Box

__all__ = ["CASES"]

S0: Final = symbol("s0", hint=8, positive=True)
U0, U1 = symbol("u0"), symbol("u1")


def _started(*counts: str) -> tuple[ProgramBuilder, Value]:
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    for name in counts:
        program.unbacked(name, 0, LARGEST)
    return program, program.input("x", tensor([S0]))


def _nonzero(program: ProgramBuilder, x: Value, name: str = "u0") -> Value:
    count = symbol(name)
    return program.call("aten.nonzero.default", x, out=tensor([count, 1], "int64", strides=[1, count]))


def allocated_by_nobody() -> Case:
    """relu has its operand's size: u9 is nobody's."""
    program, x = _started("u9")
    program.output(program.call("aten.relu.default", x, out=tensor([symbol("u9")])))
    return broken(program, None, "DOM VALUE")


def used_before_it_is_bound() -> Case:
    """Twice the count is recorded before the count itself."""
    program, x = _started("u0")
    early = program.call("aten.new_zeros.default", x, [6], pin_memory=False, out=tensor([U0 * 2 + 1]))
    program.output(early, _nonzero(program, x))
    return broken(program, None, "DOM VALUE")


def dropped_by_the_recorder() -> Case:
    """The count is recorded as 3: every other count is lost."""
    program, x = _started()
    program.output(program.call("aten.nonzero.default", x, out=tensor([3, 1], "int64", strides=[1, 3])))
    return broken(program, None, "FRESH VALUE")


def dropped_and_asserted() -> Case:
    """The count is recorded as 3, and an assert says so: whatever runs to its end has counted 3."""
    program, x = _started()
    found = program.call("aten.nonzero.default", x, out=tensor([3, 1], "int64", strides=[1, 3]))
    count = program.call("aten.sym_size.int", found, 0, out=3)
    program.assert_scalar(program.call("_operator.eq", count, 3, out=True))
    program.output(found)
    return equivalent(program)


def dropped_and_equal_to_a_size() -> Case:
    """The recorder wrote s1 for the count because an assert makes them equal; the assert is recorded as true."""
    program, x = _started()
    s1 = program.symbol("s1", hint=5)
    y = program.input("y", tensor([s1]))
    found = program.call("aten.nonzero.default", x, out=tensor([s1, 1], "int64", strides=[1, s1]))
    program.assert_scalar(program.call("_operator.eq", program.size(found, 0), program.size(y, 0), out=True))
    program.output(found)
    return equivalent(program)


def known_when_run_again(*, low: int) -> Case:
    """The recorder allocated u1 for ``x[:u0]``; its size is the smaller of u0 and s0, which is u0: at least 0."""
    program, x = _started("u0")
    program.unbacked("u1", low, LARGEST)
    count = program.size(_nonzero(program, x), 0)
    program.output(program.call("aten.slice.Tensor", x, 0, None, count, out=tensor([U1])))
    box = Box({"s0": range(2, 5), "u0": range(5), "u1": range(5)}, lambda v: v["u0"] <= v["s0"] and v["u1"] == v["u0"])
    return equivalent(program, box) if low == 0 else broken(program, "weakened", "EQUIV LINK", box)


def clamped_when_run_again(*, high: int) -> Case:
    """``y[:u0]`` of 5 rows: the recorder's u1 is Min(u0, 5), at most 5."""
    program, x = _started("u0")
    program.unbacked("u1", 0, high)
    y = program.input("y", tensor([5]))
    count = program.size(_nonzero(program, x), 0)
    program.output(program.call("aten.slice.Tensor", y, 0, None, count, out=tensor([U1])))
    values = {"s0": range(2, 8), "u0": range(8), "u1": range(8)}
    box = Box(values, lambda v: v["u0"] <= v["s0"] and v["u1"] == min(v["u0"], 5))
    return equivalent(program, box) if high == 5 else broken(program, "weakened", "EQUIV LINK", box)


def written_out_when_recorded(*, right: bool) -> Case:
    """The other way round: Min(u0, 5) is recorded; Min(u0, 4) would be wrong at 5."""
    program, x = _started("u0")
    y = program.input("y", tensor([5]))
    count = program.size(_nonzero(program, x), 0)
    length = apply("Min", U0, 5 if right else 4)
    program.output(program.call("aten.slice.Tensor", y, 0, None, count, out=tensor([length])))
    return equivalent(program) if right else broken(program, None, "VALUE")


def record(**fault: int | str) -> Case:
    """What relu gives of ``s0`` floats, with one thing changed."""
    program, x = _started()
    match fault:
        case {"dtype": str(dtype)}:
            out = tensor([S0], dtype)
        case {"offset": int(offset)}:
            out = tensor([S0], offset=offset)
        case {"stride": int(stride)}:
            out = tensor([S0], strides=[stride])
        case {"more": int(more)}:
            out = tensor([S0 + more])
        case {"rank": int()}:
            out = tensor([S0, 1])
        case {"device": str(device)}:
            out = tensor([S0], device=device)
        case _:
            out = tensor([S0])
    program.output(program.call("aten.relu.default", x, out=out))
    return broken(program, None, "VALUE") if fault else equivalent(program)


def stride_of_one_row() -> Case:
    """The stride of a dimension that cannot exceed 1 is never used."""
    program, _ = _started()
    y = program.input("y", tensor([1, S0]))
    program.output(program.call("aten.relu.default", y, out=tensor([1, S0], strides=[77, 1])))
    return equivalent(program)


def offset_of_a_part(*, right: bool) -> Case:
    """``y[2:]`` of rows of 3 starts at element 6."""
    program, _ = _started()
    y = program.input("y", tensor([5, 3]))
    out = tensor([3, 3], offset=6 if right else 2)
    program.output(program.call("aten.slice.Tensor", y, 0, 2, out=out))
    return equivalent(program) if right else broken(program, None, "VALUE")


def equal_text() -> Case:
    """2*(s0 + 1) and 2*s0 + 2 are one size."""
    program, x = _started()
    out = tensor([(S0 + 1) * 2])
    program.output(program.call("aten.constant_pad_nd.default", _twice(program, x), [1, 1], 0.0, out=out))
    return equivalent(program)


def _twice(program: ProgramBuilder, x: Value) -> Value:
    return program.call("aten.cat.default", [x, x], out=tensor([S0 * 2]))


def equal_on_whole_numbers(*, right: bool) -> Case:
    """Every second element of s0: (s0 + 1) // 2 of them, which differs from s0 // 2 where s0 is odd."""
    program, x = _started()
    length = (S0 + 1) // 2 if right else S0 // 2
    program.output(program.call("aten.slice.Tensor", x, 0, None, None, 2, out=tensor([length], strides=[2])))
    return equivalent(program) if right else broken(program, None, "VALUE")


def custom(*, low: int, asserted: int) -> Case:
    """Nothing is known of what a custom operator returns; an assert is believed, a bare range is not."""
    program, x = _started()
    program.unbacked("u0", low, None)
    found = program.call("torch.ops.mylib.keep.default", x, out=tensor([U0]))
    program.check(program.size(found, 0), ">=", asserted)
    program.output(found)
    if asserted >= low:
        return equivalent(program, conditional=True)
    return broken(program, "weakened", "EQUIV LINK", conditional=True)


def custom_then_counted(*, name: str) -> Case:
    """What a custom operator returns is counted; the count is bound by nonzero, not by the operator."""
    program, x = _started("u0", "u1")
    found = program.call("torch.ops.mylib.keep.default", x, out=tensor([U0]))
    program.output(_nonzero(program, found, name))
    if name == "u1":
        return equivalent(program, conditional=True)
    return broken(program, None, "INJ FRESH", conditional=True)


def raises_on_every_input() -> Case:
    """A vector has no dimension 1, yet the record has a size of it: whatever the caller passes, that node raises."""
    program, x = _started("u0")
    found = _nonzero(program, x)
    program.output(program.call("aten.sym_size.int", x, 1, out=S0), found)
    return broken(program, "strengthened", "CONSIST EQUIV")


def sum_of_other_sizes() -> Case:
    """No count is one more than itself: the sum raises whenever neither has the size 1 (0 and 1, 1 and 2 are fine)."""
    program, x = _started("u0")
    count = program.size(_nonzero(program, x), 0)
    more = program.call("_operator.add", count, 1, out=U0 + 1)
    left = program.call("aten.zeros.default", [count], out=tensor([U0]))
    right = program.call("aten.zeros.default", [more], out=tensor([U0 + 1]))
    program.output(program.call("aten.add.Tensor", left, right, out=tensor([U0])))
    return broken(program, "strengthened", "CONSIST EQUIV")


CASES: Final = {
    **titled(allocated_by_nobody, used_before_it_is_bound, dropped_by_the_recorder),
    **titled(dropped_and_asserted, dropped_and_equal_to_a_size, raises_on_every_input),
    **titled(sum_of_other_sizes),
    "known_when_run_again_right": partial(known_when_run_again, low=0),
    "known_when_run_again_wrong": partial(known_when_run_again, low=1),
    "clamped_when_run_again_right": partial(clamped_when_run_again, high=5),
    "clamped_when_run_again_wrong": partial(clamped_when_run_again, high=4),
    "written_out_when_recorded_right": partial(written_out_when_recorded, right=True),
    "written_out_when_recorded_wrong": partial(written_out_when_recorded, right=False),
    "record_as_it_is": partial(record),
    "record_dtype": partial(record, dtype="float64"),
    "record_offset": partial(record, offset=1),
    "record_stride": partial(record, stride=2),
    "record_size": partial(record, more=1),
    "record_rank": partial(record, rank=2),
    "record_device": partial(record, device="cuda:0"),
    **titled(stride_of_one_row, equal_text),
    "offset_of_a_part_right": partial(offset_of_a_part, right=True),
    "offset_of_a_part_wrong": partial(offset_of_a_part, right=False),
    "equal_on_whole_numbers_right": partial(equal_on_whole_numbers, right=True),
    "equal_on_whole_numbers_wrong": partial(equal_on_whole_numbers, right=False),
    "custom_right": partial(custom, low=2, asserted=2),
    "custom_wrong": partial(custom, low=2, asserted=1),
    "custom_then_counted_right": partial(custom_then_counted, name="u1"),
    "custom_then_counted_wrong": partial(custom_then_counted, name="u0"),
}
