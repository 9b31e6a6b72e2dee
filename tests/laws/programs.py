"""Small programs, intact and faulty, written as archives and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from refimpl.export import ExportedProgram, load
from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.export.prefix import Expression
from refimpl.laws import LawRow, ProgramReport, check

__all__ = ["LARGEST", "broken_laws", "checked", "counted", "loaded", "row", "two_counts", "two_numbers", "witness"]

LARGEST = 2**63 - 2


def loaded(program: ProgramBuilder) -> ExportedProgram:
    """The program as its archive has it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.pt2"
        program.save(path)
        return load(path)


def checked(program: ProgramBuilder, *, reprove: bool = False, values: bool = False) -> ProgramReport:
    """The verdict on a program."""
    return check(loaded(program), reprove=reprove, values=values, path="program.pt2")


def broken_laws(report: ProgramReport) -> set[str]:
    """The names of the laws that are refuted."""
    return {row.law for row in report.refuted}


def row(report: ProgramReport, law: str) -> LawRow:
    """The first row of a law, refuted ones first."""
    rows = [row for row in report.laws if row.law == law]
    return min(rows, key=lambda row: ("refuted", "undecided", "proved").index(row.outcome))


def witness(found: LawRow) -> dict[str, int]:
    """The witness of a refutation, which must have one."""
    assert found.witness is not None
    return {
        name: {"true": 1, "false": 0}[value] if value in ("true", "false") else int(value)
        for name, value in found.witness
    }


def counted(
    low: int | None = 0,
    high: int | None = LARGEST,
    *,
    asserts: Sequence[tuple[str, int]] = (),
    size: Expression | int | None = None,
) -> ProgramBuilder:
    """``nonzero`` of a vector of ``s0`` elements, its count ``u0`` recorded in a range, and asserts on it."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    u0 = program.unbacked("u0", low, high)
    x = program.input("x", tensor([s0]))
    found = program.call("aten.nonzero.default", x, out=tensor([u0 if size is None else size, 1], "int64"))
    if asserts:
        count = program.size(found, 0)
        for operator, bound in asserts:
            program.check(count, operator, bound)
    program.output(found)
    return program


def two_counts(names: tuple[str, str], *, same_mask: bool, mutate: bool = False) -> ProgramBuilder:
    """Two ``nonzero``, of one mask or of two, whose counts are recorded under these names."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    counts = [program.unbacked(name, 0, LARGEST) for name in names]
    masks = [program.input("m", tensor([s0]))]
    masks.append(masks[0] if same_mask else program.input("n", tensor([s0])))
    found: list[Value] = []
    for mask, count in zip(masks, counts, strict=True):
        strides: list[Expression | int] = [1, count]
        found.append(program.call("aten.nonzero.default", mask, out=tensor([count, 1], "int64", strides=strides)))
        if mutate and len(found) == 1:
            program.call("aten.zero_.default", mask, out=tensor([s0]))
    program.output(*found)
    return program


def two_numbers() -> tuple[ProgramBuilder, Value, Value]:
    """``u0 = count(nonzero(x))`` and ``u1 = item(k)``."""
    program = ProgramBuilder()
    s0, u0, u1 = program.symbol("s0", hint=8), program.unbacked("u0"), program.unbacked("u1")
    x, k = program.input("x", tensor([s0])), program.input("k", tensor([], "int64"))
    found = program.call("aten.nonzero.default", x, out=tensor([u0, 1], "int64", strides=[1, u0]))
    number = program.call("aten.item.default", k, out=u1)
    program.output(found, number)
    return program, found, number
