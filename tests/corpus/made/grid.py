"""Every kind of term that a rebinding can find, at every place where a symbol can be bound, right and wrong.

The symbol ``u9`` is recorded where the operator computes ``t``. It is right to record it with the range that ``t``
has in all runs, and wrong to record one that starts one higher: the run at which ``t`` is smallest has lost the bound.
Recorded as ``3*u9`` where the operator computes ``3*t`` the division is exact; ``2*u9`` for ``2*t + 1`` never is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression, apply, piecewise, symbol
from tests.corpus.made.case import LARGEST, Case, Cases, broken, equivalent
from tests.oracle.brute import Box, Predicate, always
from tests.oracle.prefix import Valuation

__all__ = ["CASES"]

U9: Final = symbol("u9")


@dataclass(frozen=True, slots=True)
class Found:
    """A term: how later nodes name it, how it is recorded, its value, the smallest it has in any run."""

    passed: Value
    text: Expression | int
    value: Callable[[Valuation], int]
    smallest: int
    values: Mapping[str, range]
    runs: Predicate = always
    largest: int = LARGEST


def _constant(program: ProgramBuilder) -> Found:
    held = program.tensor_constant("six", "six", tensor([], "int64"), (6).to_bytes(8, "little"))
    return Found(program.call("aten.item.default", held, out=6), 6, lambda _: 6, 6, {})


def _backed(program: ProgramBuilder) -> Found:
    s0 = program.symbol("s0", hint=8)
    size = program.size(program.input("x", tensor([s0])), 0)
    half = program.call("_operator.floordiv", size, 2, out=s0 // 2)
    return Found(half, s0 // 2, lambda v: v["s0"] // 2, 1, {"s0": range(2, 7)})


def _count(program: ProgramBuilder) -> tuple[Value, Expression]:
    s0, u0 = program.symbol("s0", hint=8), program.unbacked("u0", 0, LARGEST)
    mask = program.input("m", tensor([s0], "bool"))
    found = program.call("aten.nonzero.default", mask, out=tensor([u0, 1], "int64", strides=[1, u0]))
    return program.size(found, 0), u0


_COUNTS: Final = {"s0": range(2, 5), "u0": range(5)}


def _counted(v: Valuation) -> bool:
    return v["u0"] <= v["s0"]


def _derived(program: ProgramBuilder) -> Found:
    size, u0 = _count(program)
    twice = program.call("_operator.mul", size, 2, out=u0 * 2)
    passed = program.call("_operator.add", twice, 1, out=u0 * 2 + 1)
    return Found(passed, u0 * 2 + 1, lambda v: 2 * v["u0"] + 1, 1, _COUNTS, _counted)


def _replaced(program: ProgramBuilder) -> Found:
    """A symbol that an earlier node bound to another symbol."""
    size, _ = _count(program)
    u1 = program.unbacked("u1", 0, None)
    rows = program.input("k", tensor([3], "int64"))
    again = program.call("aten.repeat_interleave.Tensor", rows, output_size=size, out=tensor([u1], "int64"))
    values = {**_COUNTS, "u1": range(5)}
    passed = program.size(again, 0)
    return Found(passed, u1, lambda v: v["u0"], 0, values, lambda v: _counted(v) and v["u1"] == v["u0"])


def _boolean(program: ProgramBuilder) -> Found:
    """The integer form of a boolean."""
    u0 = program.unbacked("u0", 0, 1)
    flag = program.call("aten.item.default", program.input("b", tensor([], "bool")), out=u0.eq(1))
    text = piecewise((1, u0.eq(1)), (0, True))
    return Found(
        program.call("torch.sym_ite", flag, 1, 0, out=text), text, lambda v: v["u0"], 0, {"u0": range(2)}, largest=1
    )


Kind = Callable[[ProgramBuilder], Found]
KINDS: Final[Mapping[str, Kind]] = {
    "constant": _constant,
    "backed": _backed,
    "derived": _derived,
    "replaced": _replaced,
    "boolean": _boolean,
}


def _at_size(program: ProgramBuilder, t: Found, record: Expression) -> Value:
    rows = program.input("r", tensor([3], "int64"))
    return program.call("aten.repeat_interleave.Tensor", rows, output_size=t.passed, out=tensor([record], "int64"))


def _zeros(program: ProgramBuilder, rows: int | None, t: Found) -> Value:
    like = program.input("r", tensor([3], "int64"))
    if rows is None:
        out, sizes = tensor([t.text], "int64"), [t.passed]
        return program.call("aten.new_zeros.default", like, sizes, pin_memory=False, out=out)
    out = tensor([rows, t.text], "int64")
    return program.call("aten.new_zeros.default", like, [rows, t.passed], pin_memory=False, out=out)


def _at_stride(program: ProgramBuilder, t: Found, record: Expression) -> Value:
    matrix = _zeros(program, 3, t)
    counts = program.input("c", tensor([3], "int64"))
    out = tensor([5, t.text], "int64", strides=[record, 1])
    return program.call("aten.repeat_interleave.self_Tensor", matrix, counts, 0, output_size=5, out=out)


def _at_offset(program: ProgramBuilder, t: Found, record: Expression) -> Value:
    """The empty slice at the end of ``t`` elements starts at ``t``."""
    line = _zeros(program, None, t)
    return program.call("aten.slice.Tensor", line, 0, t.passed, out=tensor([0], "int64", offset=record))


def _at_element(program: ProgramBuilder, t: Found, record: Expression) -> Value:
    matrix = _zeros(program, 4, t)
    step = apply("Max", 1, t.text) if isinstance(t.text, Expression) else t.text
    outs = [
        tensor([2, t.text], "int64", strides=[step, 1]),
        tensor([2, record], "int64", strides=[step, 1], offset=step * 2),
    ]
    return program.call_list("aten.split.Tensor", matrix, 2, outs=outs)[1]


Place = Callable[[ProgramBuilder, Found, Expression], Value]
PLACES: Final[Mapping[str, Place]] = {
    "size": _at_size,
    "stride": _at_stride,
    "storage_offset": _at_offset,
    "element": _at_element,
}


def _scaled(program: ProgramBuilder, t: Found, factor: int, plus: int) -> Found:
    """``factor * t + plus``."""

    def value(v: Valuation) -> int:
        return factor * t.value(v) + plus

    smallest = factor * t.smallest + plus
    text = t.text * factor
    passed = program.call("_operator.mul", t.passed, factor, out=text)
    if plus:
        text = text + plus
        passed = program.call("_operator.add", passed, plus, out=text)
    return replace(t, passed=passed, text=text, value=value, smallest=smallest)


def _built(kind: Kind, place: str, *, right: bool, divisor: int) -> Case:
    program = ProgramBuilder()
    found = kind(program)
    # Divided by 3, three times the term is exact; one more than twice the term is odd.
    factor, plus = (1, 0) if divisor == 1 else (3, 0) if right else (2, 1)
    found = _scaled(program, found, factor, plus)
    floor = 1 if place == "stride" else 0
    # The stride over t columns is Max(1, t).
    smallest = max(floor, found.smallest)
    exact = divisor == 1 or (right and smallest % divisor == 0)
    low = smallest // divisor + (0 if right or divisor > 1 else 1)
    u9 = program.unbacked("u9", low, None)
    program.output(PLACES[place](program, found, u9 if divisor == 1 else u9 * divisor))
    values = {**found.values, "u9": range(26)}

    def runs(v: Valuation) -> bool:
        return found.runs(v) and divisor * v["u9"] == max(floor, found.value(v))

    if not exact:
        return broken(program, None, "PATH")
    if right:
        return equivalent(program, Box(values, runs))
    if not found.values or smallest == max(floor, found.largest):
        return broken(program, None, "LINK", Box(values, runs))
    return broken(program, "weakened", "EQUIV LINK", Box(values, runs))


def _grid() -> Cases:
    cases: dict[str, Callable[[], Case]] = {}
    for kind, make in KINDS.items():
        for place in PLACES:
            for right in (True, False):
                verdict = "right" if right else "wrong"
                cases[f"{kind}_at_{place}_{verdict}"] = partial(_built, make, place, right=right, divisor=1)
                divisor = 3 if right else 2
                cases[f"{kind}_at_{place}_divided_{verdict}"] = partial(
                    _built, make, place, right=right, divisor=divisor
                )
    return cases


CASES: Final = _grid()
