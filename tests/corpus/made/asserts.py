"""Runtime asserts: recorded as they are, as constants, as something else, implied by each other, or dropped."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression, apply, as_expression, symbol
from tests.corpus.made.case import LARGEST, Case, broken, equivalent, titled
from tests.oracle.brute import Box, Predicate
from tests.oracle.prefix import Valuation

__all__ = ["CASES"]

U0, U1 = symbol("u0"), symbol("u1")
_COUNTS: Final = {"s0": range(2, 8), "u0": range(8)}


def _counted(v: Valuation) -> bool:
    return v["u0"] <= v["s0"]


class _Counted:
    """``u0 = count(nonzero(x))`` for ``s0 >= 2`` elements, with a recorded range and asserts to come."""

    def __init__(self, low: int | None = 0, high: int | None = LARGEST, *, hint: int = 8) -> None:
        self.program = ProgramBuilder()
        s0 = self.program.symbol("s0", hint=hint)
        self.program.unbacked("u0", low, high)
        self.x = self.program.input("x", tensor([s0]))
        out = tensor([U0, 1], "int64", strides=[1, U0])
        self.found = self.program.call("aten.nonzero.default", self.x, out=out)
        self.count = self.program.size(self.found, 0)
        self.program.output(self.found)

    def asserted(self, operator: str, bound: int, recorded: Expression | bool) -> None:
        node = self.program.call(f"_operator.{operator}", self.count, bound, out=recorded)
        self.program.assert_scalar(node)

    def box(self, requires: Predicate) -> Box:
        return Box(_COUNTS, _counted, requires)


def _two_items(
    first: tuple[int | None, int | None], second: tuple[int | None, int | None]
) -> tuple[ProgramBuilder, Value, Value]:
    program = ProgramBuilder()
    program.unbacked("u0", *first)
    program.unbacked("u1", *second)
    values = [program.input(name, tensor([], "int64")) for name in ("a", "b")]
    left, right = (program.call("aten.item.default", v, out=u) for v, u in zip(values, (U0, U1), strict=True))
    program.output(left, right)
    return program, left, right


def recorded_as_true() -> Case:
    """The node asserts u0 >= 3, the record says true: the count 0 is accepted by the record and refused by the run."""
    made = _Counted()
    made.asserted("ge", 3, True)
    return broken(made.program, "strengthened", "EQUIV", made.box(lambda v: v["u0"] >= 3))


def recorded_as_true_and_it_is() -> Case:
    """A count is never negative, so true is what the assert is."""
    made = _Counted()
    made.asserted("ge", 0, True)
    return equivalent(made.program, made.box(lambda _: True))


def recorded_as_false() -> Case:
    """No run satisfies the record (CONSIST)."""
    made = _Counted()
    made.asserted("ge", 3, False)
    return broken(made.program, None, "CONSIST", made.box(lambda v: v["u0"] >= 3))


def shifted(*, node: int, record: int) -> Case:
    """The node asserts ``u0 <= node`` where ``u0 <= record`` is recorded."""
    made = _Counted()
    made.asserted("le", node, apply("LessThan", U0, record))
    box = made.box(lambda v: v["u0"] <= node)
    if node == record:
        return equivalent(made.program, box)
    return broken(made.program, "weakened" if node > record else "strengthened", "EQUIV", box)


def flipped(operator: str, requires: Predicate, relation: str) -> Case:
    """``u0 >= 3`` is recorded where the node compares otherwise."""
    made = _Counted()
    made.asserted(operator, 3, U0 >= 3)
    box = made.box(requires)
    match relation:
        case "weakened" | "strengthened" | "incomparable":
            return broken(made.program, relation, "EQUIV", box)
        case _:
            return equivalent(made.program, box)


def said_twice() -> Case:
    """u0 <= 5 and u0 < 6 are the same; either implies the range."""
    made = _Counted(0, 5)
    made.asserted("le", 5, U0 <= 5)
    made.asserted("lt", 6, U0 < 6)
    return equivalent(made.program, made.box(lambda v: v["u0"] <= 5))


def said_once() -> Case:
    """u0 < 6 alone implies the range [0, 5]."""
    made = _Counted(0, 5)
    made.asserted("lt", 6, U0 < 6)
    return equivalent(made.program, made.box(lambda v: v["u0"] <= 5))


def off_by_one() -> Case:
    """u0 < 6 does not imply u0 <= 4."""
    made = _Counted(0, 4)
    made.asserted("lt", 6, U0 < 6)
    return broken(made.program, "weakened", "EQUIV LINK", made.box(lambda v: v["u0"] <= 5))


def not_zero(*, low: int) -> Case:
    """A count that is not 0 is at least 1."""
    made = _Counted(low)
    made.asserted("ne", 0, U0.ne(0))
    box = made.box(lambda v: v["u0"] != 0)
    return equivalent(made.program, box) if low == 1 else broken(made.program, "weakened", "EQUIV LINK", box)


def multiple(*, low: int) -> Case:
    """A positive multiple of 3 is at least 3."""
    made = _Counted(low)
    made.asserted("ge", 1, U0 >= 1)
    rest = made.program.call("_operator.mod", made.count, 3, out=U0 % 3)
    made.program.assert_scalar(made.program.call("_operator.eq", rest, 0, out=(U0 % 3).eq(0)))
    box = made.box(lambda v: v["u0"] >= 1 and v["u0"] % 3 == 0)
    return equivalent(made.program, box) if low == 3 else broken(made.program, "weakened", "EQUIV LINK", box)


def both(*, high: int) -> Case:
    """One assert of a conjunction: 1 <= u0 and u0 <= 5."""
    made = _Counted(1, high)
    low = made.program.call("_operator.ge", made.count, 1, out=U0 >= 1)
    top = made.program.call("_operator.le", made.count, 5, out=U0 <= 5)
    text = f"And({(U0 >= 1).text}, {(U0 <= 5).text})"
    whole = made.program.call("_operator.and_", low, top, out=Expression(text, "bool"))
    made.program.assert_scalar(whole)
    box = made.box(lambda v: 1 <= v["u0"] <= 5)
    return equivalent(made.program, box) if high == 5 else broken(made.program, "weakened", "EQUIV LINK", box)


def equal_items(*, right: bool) -> Case:
    """u0 == u1 and u0 >= 2: then u1 >= 2 as well; without the equation it is not."""
    program, left, other = _two_items((2, None), (2, None))
    program.check(left, ">=", 2)
    if right:
        program.check(left, "==", other)
    values = {"u0": range(-2, 5), "u1": range(-2, 5)}
    if right:
        return equivalent(program, Box(values, requires=lambda v: v["u0"] >= 2 and v["u0"] == v["u1"]))
    return broken(program, "weakened", "EQUIV LINK", Box(values, requires=lambda v: v["u0"] >= 2))


def chained(*, high: int) -> Case:
    """u0 <= u1 and u1 <= 5 imply u0 <= 5 and no more."""
    program, left, other = _two_items((None, high), (None, 5))
    program.check(left, "<=", other)
    program.check(other, "<=", 5)
    box = Box({"u0": range(-2, 8), "u1": range(-2, 8)}, requires=lambda v: v["u0"] <= v["u1"] <= 5)
    return equivalent(program, box) if high == 5 else broken(program, "weakened", "EQUIV LINK", box)


def factored(*, low: int) -> Case:
    """x of s0 >= 2 elements seen as u0 rows of u1: a factor of a positive number is at least 1, and may be 1."""
    program, left, other = _two_items((low, None), (1, None))
    s0 = program.symbol("s0", hint=8)
    x = program.input("x", tensor([s0]))
    program.output(program.call("aten.view.default", x, [left, other], out=tensor([U0, U1], strides=[U1, 1])))
    values = {"s0": range(2, 7), "u0": range(-1, 7), "u1": range(-1, 7)}

    def fits(v: Valuation) -> bool:
        return v["u0"] >= 0 and v["u1"] >= 0 and v["u0"] * v["u1"] == v["s0"]

    box = Box(values, requires=fits, recorded=fits)
    return equivalent(program, box) if low == 1 else broken(program, "weakened", "EQUIV LINK", box)


def constrained(*, high: int) -> Case:
    """``sym_constrain_range_for_size`` says 2 <= u0 <= 9."""
    program = ProgramBuilder()
    u0 = program.unbacked("u0", 2, high)
    number = program.call("aten.item.default", program.input("x", tensor([], "int64")), out=u0)
    program.do("aten.sym_constrain_range_for_size.default", number, min=2, max=9)
    program.output(number)

    def inside(v: Valuation) -> bool:
        return 2 <= v["u0"] <= 9

    box = Box({"u0": range(12)}, requires=inside, recorded=inside)
    return equivalent(program, box) if high == 9 else broken(program, "weakened", "EQUIV LINK", box)


def of_a_backed_size(*, high: int) -> Case:
    """An assert between the caller's own sizes is recorded as it is: s0 <= 6 bounds the count too."""
    made = _Counted(0, high, hint=5)
    size = made.program.size(made.x, 0)
    made.program.check(size, "<=", 6)
    box = made.box(lambda v: v["s0"] <= 6)
    return equivalent(made.program, box) if high == 6 else broken(made.program, "weakened", "EQUIV LINK", box)


def on_a_number() -> Case:
    """An assert on the constant true asks nothing."""
    made = _Counted()
    made.program.assert_scalar(True)
    return equivalent(made.program, made.box(lambda _: True))


def recorded_as_number() -> Case:
    """The comparison's recorded value is a plain true where it depends on the count: VALUE, with or without assert."""
    made = _Counted()
    made.program.call("_operator.ge", made.count, 3, out=as_expression(True))
    return broken(made.program, None, "VALUE")


_FLIPS: Final[dict[str, tuple[Predicate, str]]] = {
    "ge": (lambda v: v["u0"] >= 3, "equivalent"),
    "gt": (lambda v: v["u0"] > 3, "strengthened"),
    "le": (lambda v: v["u0"] <= 3, "incomparable"),
    "lt": (lambda v: v["u0"] < 3, "incomparable"),
    "eq": (lambda v: v["u0"] == 3, "strengthened"),
    "ne": (lambda v: v["u0"] != 3, "incomparable"),
}
_FLIPPED: Final[dict[str, Callable[[], Case]]] = {
    f"ge_recorded_{name}_computed": partial(flipped, name, *how) for name, how in _FLIPS.items()
}
CASES: Final = {
    **titled(recorded_as_true, recorded_as_true_and_it_is, recorded_as_false),
    "constant_of_the_assert_right": partial(shifted, node=5, record=5),
    "constant_of_the_assert_too_large": partial(shifted, node=6, record=5),
    "constant_of_the_assert_too_small": partial(shifted, node=4, record=5),
    **_FLIPPED,
    **titled(said_twice, said_once, off_by_one),
    "not_zero_right": partial(not_zero, low=1),
    "not_zero_wrong": partial(not_zero, low=2),
    "multiple_right": partial(multiple, low=3),
    "multiple_wrong": partial(multiple, low=4),
    "both_right": partial(both, high=5),
    "both_wrong": partial(both, high=4),
    "equal_items_right": partial(equal_items, right=True),
    "equal_items_wrong": partial(equal_items, right=False),
    "chained_right": partial(chained, high=5),
    "chained_wrong": partial(chained, high=4),
    "factored_right": partial(factored, low=1),
    "factored_wrong": partial(factored, low=2),
    "constrained_right": partial(constrained, high=9),
    "constrained_wrong": partial(constrained, high=8),
    "of_a_backed_size_right": partial(of_a_backed_size, high=6),
    "of_a_backed_size_wrong": partial(of_a_backed_size, high=5),
    **titled(on_a_number, recorded_as_number),
}
