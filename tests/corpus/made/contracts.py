"""The caller's contract: unbacked inputs, guards, ranges of products; ranges that nothing uses; contradictions."""

from __future__ import annotations

from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled, unknown
from tests.oracle.brute import Box, Predicate, always
from tests.oracle.prefix import Valuation

__all__ = ["CASES"]

S0: Final = symbol("s0", hint=8, positive=True)
U0, U1 = symbol("u0"), symbol("u1")


def _counted(high: int | None, s0_high: int | None = None, low: int | None = 0) -> ProgramBuilder:
    program = ProgramBuilder()
    program.symbol("s0", hint=8, high=s0_high)
    program.unbacked("u0", low, high)
    x = program.input("x", tensor([S0]))
    program.output(program.call("aten.nonzero.default", x, out=tensor([U0, 1], "int64", strides=[1, U0])))
    return program


def _box(runs: Predicate = always) -> Box:
    return Box({"s0": range(2, 13), "u0": range(13)}, lambda v: v["u0"] <= v["s0"] and runs(v))


def _answer(program: ProgramBuilder, box: Box, *, right: bool) -> Case:
    return equivalent(program, box) if right else broken(program, "weakened", "EQUIV LINK", box)


def range_of_an_input_size(*, high: int) -> Case:
    """The caller promises s0 <= 10, so the count is at most 10."""
    return _answer(_counted(high, 10), _box(), right=high == 10)


def range_of_a_product(*, high: int) -> Case:
    """The caller promises 4 <= 2*s0 <= 20: the count is at most 10."""
    program = _counted(high)
    program.range("2*s0", 4, 20)
    return _answer(program, _box(), right=high == 10)


def guard(*, high: int) -> Case:
    """The same promise as a guard."""
    program = _counted(high)
    program.guard("L['x'].size()[0] <= 10")
    return _answer(program, _box(lambda v: v["s0"] <= 10), right=high == 10)


def guard_with_a_remainder(*, high: int) -> Case:
    """s0 <= 10 and s0 % 4 == 0 leave s0 in {4, 8}."""
    program = _counted(high)
    program.guard("L['x'].size()[0] <= 10")
    program.guard("L['x'].size()[0] % 4 == 0")
    return _answer(program, _box(lambda v: v["s0"] <= 10 and v["s0"] % 4 == 0), right=high == 8)


def unreadable_guard_that_matters() -> Case:
    """The range [0, 10] may follow from a guard in words that are not understood: nobody knows."""
    program = _counted(10)
    program.guard("some_function(L['x'])")
    return unknown(program)


def unreadable_guard_that_does_not_matter() -> Case:
    """A further promise of the caller cannot make a proved implication false."""
    program = _counted(LARGEST)
    program.guard("some_function(L['x'])")
    return equivalent(program)


def _with_number(high: int | None, used: int | None) -> tuple[ProgramBuilder, Value]:
    program = ProgramBuilder()
    program.unbacked("u0", 1, high)
    n, x = program.input("n", U0), program.input("x", tensor([4]))
    if used is not None:
        program.unbacked("u1", 0, used)
        like = program.call("aten.new_zeros.default", x, [n], pin_memory=False, out=tensor([U0]))
        found = tensor([U1, 1], "int64", strides=[1, U1])
        program.output(program.call("aten.nonzero.default", like, out=found))
    return program, n


def unbacked_input(*, used: int) -> Case:
    """The caller promises 1 <= n <= 5; n zeros have at most 5 places that are not zero."""
    program, _ = _with_number(5, used)
    box = Box({"u0": range(-1, 8), "u1": range(8)}, lambda v: v["u1"] <= v["u0"])
    return _answer(program, box, right=used == 5)


def assert_on_an_unbacked_input() -> Case:
    """Asserts on the caller's number are recorded as any other."""
    program, n = _with_number(None, None)
    program.check(n, "<=", 7)
    program.output(n)

    def few(v: Valuation) -> bool:
        return v["u0"] <= 7

    return equivalent(program, Box({"u0": range(-1, 10)}, requires=few))


def unbacked_size_of_an_input() -> Case:
    """A tensor input binds u0 in its size; the number of its true elements is at most that."""
    program = ProgramBuilder()
    program.unbacked("u0", 0, 6)
    program.unbacked("u1", 0, 6)
    x = program.input("x", tensor([U0]))
    program.output(program.call("aten.nonzero.default", x, out=tensor([U1, 1], "int64", strides=[1, U1])))
    return equivalent(program, Box({"u0": range(8), "u1": range(8)}, lambda v: v["u1"] <= v["u0"]))


def unused_range() -> Case:
    """A range of a symbol that no value has is listed and never judged."""
    program = _counted(LARGEST)
    program.range("u7", 3, 2)
    return equivalent(program, _box())


def unused_product() -> Case:
    """So is a range of a product that no value has."""
    program = _counted(LARGEST)
    program.range("3*u8", 0, 7)
    return equivalent(program, _box())


def no_range_at_all() -> Case:
    """A symbol without a key has an unbounded range: nothing is recorded, nothing lost."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    x = program.input("x", tensor([S0]))
    program.output(program.call("aten.nonzero.default", x, out=tensor([U0, 1], "int64", strides=[1, U0])))
    return equivalent(program, _box())


def range_of_a_computed_product(*, low: int) -> Case:
    """A recorded range of 2*u0: twice a count is at least 0, not 2."""
    program = _counted(LARGEST)
    program.range("2*u0", low, None)
    return _answer(program, _box(), right=low <= 0)


def empty_range() -> Case:
    """No number is at least 5 and at most 3."""
    return broken(_counted(3, low=5), None, "CONSIST", _box())


def contradictory_asserts() -> Case:
    """No count is at least 5 and at most 3: no run completes, and whatever follows from that is not proved."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8)
    program.unbacked("u0", 0, LARGEST)
    x = program.input("x", tensor([S0]))
    found = program.call("aten.nonzero.default", x, out=tensor([U0, 1], "int64", strides=[1, U0]))
    count = program.size(found, 0)
    program.check(count, ">=", 5)
    program.check(count, "<=", 3)
    program.output(found)
    return broken(program, None, "CONSIST", Box({"s0": range(2, 9), "u0": range(9)}, _box().runs, lambda _: False))


def contradictory_contract() -> Case:
    """The guard excludes every size that the range allows."""
    program = _counted(LARGEST)
    program.guard("L['x'].size()[0] < 2")
    return broken(program, None, "CONSIST", _box(lambda v: v["s0"] < 2))


CASES: Final = {
    "range_of_an_input_size_right": partial(range_of_an_input_size, high=10),
    "range_of_an_input_size_wrong": partial(range_of_an_input_size, high=9),
    "range_of_a_product_right": partial(range_of_a_product, high=10),
    "range_of_a_product_wrong": partial(range_of_a_product, high=9),
    "guard_right": partial(guard, high=10),
    "guard_wrong": partial(guard, high=9),
    "guard_with_a_remainder_right": partial(guard_with_a_remainder, high=8),
    "guard_with_a_remainder_wrong": partial(guard_with_a_remainder, high=7),
    **titled(unreadable_guard_that_matters, unreadable_guard_that_does_not_matter),
    "unbacked_input_right": partial(unbacked_input, used=5),
    "unbacked_input_wrong": partial(unbacked_input, used=4),
    **titled(assert_on_an_unbacked_input, unbacked_size_of_an_input),
    **titled(unused_range, unused_product, no_range_at_all),
    "range_of_a_computed_product_right": partial(range_of_a_computed_product, low=0),
    "range_of_a_computed_product_wrong": partial(range_of_a_computed_product, low=2),
    **titled(empty_range, contradictory_asserts, contradictory_contract),
}
