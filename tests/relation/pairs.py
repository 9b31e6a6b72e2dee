"""Pairs of small programs with what each takes, as plain predicates: how they relate follows by enumeration."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, TypeAlias

from refimpl.export.builder import ProgramBuilder, tensor
from refimpl.export.prefix import Expression, symbol

__all__ = ["PAIRS", "Pair", "Takes"]

Takes: TypeAlias = Callable[[Mapping[str, int]], bool]
_Box: TypeAlias = Mapping[str, Sequence[int]]

S0, S1, U0 = symbol("s0", hint=8, positive=True), symbol("s1", hint=6, positive=True), symbol("u0")
_LARGEST: Final = 2**63 - 2


@dataclass(frozen=True, slots=True)
class Pair:
    """An old and a new program; ``box`` holds the numbers to try, in the names that a witness has."""

    name: str
    old: Callable[[], ProgramBuilder]
    new: Callable[[], ProgramBuilder]
    box: _Box
    old_takes: Takes
    new_takes: Takes

    @property
    def relation(self) -> str:
        """What enumeration says."""
        lost = gained = False
        for numbers in product(*self.box.values()):
            given = dict(zip(self.box, numbers, strict=True))
            lost |= self.new_takes(given) and not self.old_takes(given)
            gained |= self.old_takes(given) and not self.new_takes(given)
        return {(False, False): "equivalent", (True, False): "weakened", (False, True): "strengthened"}.get(
            (lost, gained), "incomparable"
        )


def _counted(*asserts: tuple[str, int], high: int | None = None, name: str = "u0") -> ProgramBuilder:
    """``nonzero`` of a vector of ``s0`` elements, and asserts on its count."""
    program = ProgramBuilder()
    program.symbol("s0", hint=8, high=high)
    count = program.unbacked(name, 0, _LARGEST)
    x = program.input("x", tensor([S0]))
    found = program.call("aten.nonzero.default", x, out=tensor([count, 1], "int64", strides=[1, count]))
    if asserts:
        size = program.size(found, 0)
        for operator, bound in asserts:
            program.check(size, operator, bound)
    program.output(found)
    return program


def _sized(
    *sizes: Expression | int, ranges: Mapping[str, tuple[int | None, int | None]] | None = None
) -> ProgramBuilder:
    """``relu`` of inputs of one dimension each."""
    program = ProgramBuilder()
    for name, (low, high) in (ranges or {}).items():
        program.range(name, low, high)
    for index, size in enumerate(sizes):
        x = program.input(f"x{index}", tensor([size]))
        program.output(program.call("aten.relu.default", x, out=tensor([size])))
    return program


def _added(*, asserted: bool) -> ProgramBuilder:
    """Two vectors are added: of one size by the contract, or by what the operator asks."""
    program = ProgramBuilder()
    for name in ("s0", "s1"):
        program.symbol(name, hint=8)
    x = program.input("x0", tensor([S0]))
    y = program.input("x1", tensor([S1 if asserted else S0]))
    if asserted:
        program.guard("L['x0'].size()[0] == L['x1'].size()[0]")
    program.output(program.call("aten.add.Tensor", x, y, out=tensor([S0])))
    return program


def _item(*asserts: tuple[str, int]) -> ProgramBuilder:
    """A number is read, asserted, and used as a size."""
    program = ProgramBuilder()
    number = program.unbacked("u0", 0, None)
    x = program.input("x", tensor([], "int64"))
    item = program.call("aten.item.default", x, out=number)
    for operator, bound in asserts:
        program.check(item, operator, bound)
    program.output(program.call("aten.zeros.default", [item], out=tensor([number])))
    return program


def _used(*, asserted: bool) -> ProgramBuilder:
    """A number is read; at least 2 of it, if that is asserted, are counted without two: what is counted shows it."""
    program = ProgramBuilder()
    number = program.unbacked("u0", 0, None)
    x = program.input("x", tensor([], "int64"))
    item = program.call("aten.item.default", x, out=number)
    program.output(program.call("aten.zeros.default", [item], out=tensor([number])))
    if asserted:
        program.check(item, ">=", 2)
        less = program.call("_operator.sub", item, 2, out=number - 2)
        zeros = program.call("aten.zeros.default", [less], out=tensor([number - 2]))
        count = program.unbacked("u1", 0, None)
        program.call("aten.nonzero.default", zeros, out=tensor([count, 1], "int64", strides=[1, count]))
    return program


_COUNTS: Final = {"s0": range(2, 14), "u0": range(14)}


def _at_most(bound: int) -> Takes:
    return lambda v: v["u0"] <= min(bound, v["s0"])


def _counts(name: str, old: Sequence[tuple[str, int]], new: Sequence[tuple[str, int]], *takes: Takes) -> Pair:
    def both(takes: Takes) -> Takes:
        return lambda v: v["u0"] <= v["s0"] and takes(v)

    return Pair(name, lambda: _counted(*old), lambda: _counted(*new), _COUNTS, both(takes[0]), both(takes[1]))


def _pairs() -> Iterator[Pair]:
    yield _counts("an assert is dropped", [("<=", 10)], [], lambda v: v["u0"] <= 10, lambda _: True)
    yield _counts("an assert is added", [], [(">=", 3)], lambda _: True, lambda v: v["u0"] >= 3)
    yield _counts("an assert is wider", [("<=", 9)], [("<=", 10)], lambda v: v["u0"] <= 9, lambda v: v["u0"] <= 10)
    yield _counts("the other end", [("<=", 9)], [(">=", 2)], lambda v: v["u0"] <= 9, lambda v: v["u0"] >= 2)
    yield _counts("in other words", [("<", 10)], [("<=", 9)], lambda v: v["u0"] < 10, lambda v: v["u0"] <= 9)
    yield _counts("twice", [("<=", 9)], [("<=", 9), ("<=", 11)], lambda v: v["u0"] <= 9, lambda v: v["u0"] <= 9)
    yield _counts("what is a fact is asserted", [], [(">=", 0)], lambda _: True, lambda v: v["u0"] >= 0)
    yield _counts("opposite", [("<=", 3)], [(">", 3)], lambda v: v["u0"] <= 3, lambda v: v["u0"] > 3)
    yield Pair(
        "another name for the count",
        lambda: _counted(("<=", 10)), lambda: _counted(("<=", 10), name="u3"),
        _COUNTS, _at_most(10), _at_most(10),
    )  # fmt: skip
    yield Pair(
        "a promise becomes an assert",
        lambda: _counted(high=10), lambda: _counted(("<=", 10)),
        _COUNTS, lambda v: v["s0"] <= 10 and v["u0"] <= v["s0"], _at_most(10),
    )  # fmt: skip
    yield Pair(
        "a count that the promise bounds is asserted",
        lambda: _counted(high=10), lambda: _counted(("<=", 10), high=10),
        _COUNTS, lambda v: v["s0"] <= 10 and v["u0"] <= v["s0"], lambda v: v["s0"] <= 10 and v["u0"] <= v["s0"],
    )  # fmt: skip
    numbers = {"u0": range(-4, 14)}
    yield Pair(
        "what the operator refuses is asserted",
        _item, lambda: _item((">=", 0)), numbers, lambda v: v["u0"] >= 0, lambda v: v["u0"] >= 0,
    )  # fmt: skip
    yield Pair(
        "less than what the operator refuses",
        _item, lambda: _item((">=", 1)), numbers, lambda v: v["u0"] >= 0, lambda v: v["u0"] >= 1,
    )  # fmt: skip
    yield Pair(
        "an assert is used",
        lambda: _used(asserted=False), lambda: _used(asserted=True),
        numbers, lambda v: v["u0"] >= 0, lambda v: v["u0"] >= 2,
    )  # fmt: skip
    yield from _of_inputs()


def _of_inputs() -> Iterator[Pair]:
    s0, s1 = {"s0": (0, None)}, {"s1": (0, None)}
    both = {**s0, **s1}
    one, two = {"s0": range(14)}, {"s0": range(1, 14), "s1": range(1, 14)}
    place = "x0.size(0)"
    unnamed = {place: range(14)}

    def pair(name: str, old: ProgramBuilder, new: ProgramBuilder, box: _Box, *takes: Takes) -> Pair:
        return Pair(name, lambda: old, lambda: new, box, *takes)

    yield pair("a size becomes free", _sized(3), _sized(S0, ranges=s0), one, lambda v: v["s0"] == 3, lambda _: True)
    yield pair("a size becomes fixed", _sized(S0, ranges=s0), _sized(3), one, lambda _: True, lambda v: v["s0"] == 3)
    yield pair("another fixed size", _sized(3), _sized(4), unnamed, lambda v: v[place] == 3, lambda v: v[place] == 4)
    yield pair(
        "a wider range", _sized(S0, ranges={"s0": (2, 9)}), _sized(S0, ranges={"s0": (2, None)}), one,
        lambda v: 2 <= v["s0"] <= 9, lambda v: v["s0"] >= 2,
    )  # fmt: skip
    yield pair(
        "another symbol", _sized(S0, ranges={"s0": (2, 9)}), _sized(S1, ranges={"s1": (2, 9)}), one,
        lambda v: 2 <= v["s0"] <= 9, lambda v: 2 <= v["s0"] <= 9,
    )  # fmt: skip
    yield pair(
        "a range of nothing", _sized(S0, ranges=s0), _sized(S0, ranges={**s0, "s5": (2, 9)}), one,
        lambda _: True, lambda _: True,
    )  # fmt: skip
    yield pair(
        "two sizes become one", _sized(S0, S1, ranges=both), _sized(S0, S0, ranges=s0), two,
        lambda _: True, lambda v: v["s0"] == v["s1"],
    )  # fmt: skip
    yield pair(
        "two sizes change places", _sized(S0, S1, ranges=both), _sized(S1, S0, ranges=both), two,
        lambda _: True, lambda _: True,
    )  # fmt: skip
    yield pair(
        "only even sizes", _sized(S0, ranges=s0), _sized(2 * S0, ranges=s0), one,
        lambda _: True, lambda v: v["s0"] % 2 == 0,
    )  # fmt: skip
    yield pair(
        "odd sizes from 5", _sized(S0, ranges={"s0": (5, None)}), _sized(2 * S0 + 1, ranges={"s0": (2, None)}), one,
        lambda v: v["s0"] >= 5, lambda v: v["s0"] >= 5 and v["s0"] % 2 == 1,
    )  # fmt: skip
    yield pair(
        "twice the other size", _sized(S0, 2 * S0, ranges=s0), _sized(S0, S1, ranges=both), two,
        lambda v: v["s1"] == 2 * v["s0"], lambda _: True,
    )  # fmt: skip
    yield pair(
        "derived alike", _sized(2 * S0, ranges={"s0": (2, 5)}), _sized(2 * S1, ranges={"s1": (2, 5)}), unnamed,
        lambda v: v[place] in (4, 6, 8, 10), lambda v: v[place] in (4, 6, 8, 10),
    )  # fmt: skip
    yield pair(
        "derived in another range", _sized(2 * S0, ranges={"s0": (2, 5)}), _sized(2 * S1, ranges={"s1": (2, 6)}),
        unnamed, lambda v: v[place] in (4, 6, 8, 10), lambda v: v[place] in (4, 6, 8, 10, 12),
    )  # fmt: skip
    yield pair(
        "derived otherwise", _sized(2 * S0, ranges={"s0": (0, None)}), _sized(3 * S0, ranges={"s0": (0, None)}),
        unnamed, lambda v: v[place] % 2 == 0, lambda v: v[place] % 3 == 0,
    )  # fmt: skip
    yield pair(
        "a guard for one size", _added(asserted=False), _added(asserted=True), {"s0": range(14), "s1": range(14)},
        lambda v: v["s0"] == v["s1"] >= 2, lambda v: v["s0"] == v["s1"] >= 2,
    )  # fmt: skip


PAIRS: Final = {pair.name: pair for pair in _pairs()}
