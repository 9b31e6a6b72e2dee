"""Work grows linearly with nodes and symbols: function calls are counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from refimpl.export import ExportedProgram, load
from refimpl.export.builder import ProgramBuilder, Value, tensor
from refimpl.laws import blind_run, check

# Twice the program may take this many times the calls; quadratic work would take nearly 4 times as many.
MOST = 2.3
BLOCKS = 50


def _program(blocks: int, *, one_mask: bool) -> ProgramBuilder:
    """In each block of five nodes a ``nonzero`` with a symbol of its own, an assert on it, and a use."""
    program = ProgramBuilder()
    s0 = program.symbol("s0", hint=8)
    x = program.input("x", tensor([s0]))
    mask: Value = x
    found: Value = x
    for block in range(blocks):
        count = program.unbacked(f"u{block}", 2, 2**63 - 2)
        if not one_mask:
            mask = program.call("aten.relu.default", mask, out=tensor([s0]))
        found = program.call("aten.nonzero.default", mask, out=tensor([count, 1], "int64", strides=[1, count]))
        program.check(program.size(found, 0), ">=", 2)
        program.call("aten.relu.default", found, out=tensor([count, 1], "int64", strides=[1, count]))
    program.output(found)
    return program


def _calls(work: Callable[[], object]) -> int:
    """How many functions, those in C included, are called."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        if event in ("call", "c_call"):
            count += 1

    outer = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(outer)
    return count


@pytest.fixture(scope="module", params=[False, True], ids=["masks", "one mask"])
def paths(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A program and one of twice its length, as archives."""
    one_mask = bool(request.param)
    folder = tmp_path_factory.mktemp("linear")
    small, large = folder / "small.pt2", folder / "large.pt2"
    _program(BLOCKS, one_mask=one_mask).save(small)
    _program(2 * BLOCKS, one_mask=one_mask).save(large)
    check(load(small))  # What is imported or cached once is not counted.
    return small, large


def _ratio(paths: tuple[Path, Path], work: Callable[[ExportedProgram], object]) -> float:
    small, large = (load(path) for path in paths)
    return _calls(lambda: work(large)) / _calls(lambda: work(small))


def test_loading_is_linear(paths: tuple[Path, Path]) -> None:
    small, large = paths
    assert _calls(lambda: load(large)) < MOST * _calls(lambda: load(small))


def test_the_blind_run_is_linear(paths: tuple[Path, Path]) -> None:
    assert _ratio(paths, blind_run) < MOST


def test_the_proofs_are_linear(paths: tuple[Path, Path]) -> None:
    assert check(load(paths[1])).verdict == "equivalent"
    assert _ratio(paths, check) < MOST


def test_the_count_sees_quadratic_work() -> None:
    def pairs(n: int) -> None:
        for left in range(n):
            for right in range(n):
                max(left, right)

    assert _calls(lambda: pairs(2 * BLOCKS)) > MOST * _calls(lambda: pairs(BLOCKS))
