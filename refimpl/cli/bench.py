"""``refimpl bench``: loading, propagation and proofs, beside PyTorch's own on the same archives in one run."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, final

import click

from refimpl.export import load
from refimpl.laws import blind_run, check
from refimpl.solver import forget

__all__ = ["Family", "Measured", "families", "run_bench"]

STEPS: Final = ("load", "propagate", "prove")


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """Median seconds of one archive; ``torch_*`` are None without PyTorch. ``prove`` includes the propagation."""

    path: Path
    nodes: int
    load: float
    propagate: float
    prove: float
    torch_load: float | None
    torch_propagate: float | None


@final
@dataclass(frozen=True, slots=True)
class Family:
    """Ratios PyTorch / refimpl of the archives of one folder: greater than 1 means that refimpl is faster.

    Each of ``load``, ``propagate``, ``prove`` is (of the sums, p10, median, worst); ``prove`` is against PyTorch's
    propagation alone.
    """

    name: str
    archives: int
    nodes: int
    load: tuple[float, float, float, float]
    propagate: tuple[float, float, float, float]
    prove: tuple[float, float, float, float]


def run_bench(paths: Sequence[Path], *, runs: int, style: Literal["text", "json", "markdown"], with_torch: bool) -> int:
    """Measure all archives and print the table; returns the exit code."""
    from refimpl.torch import TorchMissing

    measured: list[Measured] = []
    for path in paths:
        try:
            measured.append(_measure(path, runs, with_torch=with_torch))
        except TorchMissing as missing:
            click.echo(f"refimpl: {missing} (measuring refimpl alone)", err=True)
            with_torch = False
            measured.append(_measure(path, runs, with_torch=False))
    if style == "json":
        click.echo(json.dumps([_row(one) for one in measured], indent=1))
    else:
        for line in _table(measured, markdown=style == "markdown"):
            click.echo(line)
    return 0


def _median(step: Callable[[], object], runs: int, before: Callable[[], None] | None = None) -> float:
    step()
    seconds: list[float] = []
    for _ in range(runs):
        if before is not None:
            before()
        start = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _measure(path: Path, runs: int, *, with_torch: bool) -> Measured:
    program = load(path)
    nodes = check(program).nodes
    ours = (
        _median(lambda: load(path), runs),
        _median(lambda: blind_run(program), runs),
        _median(lambda: check(program), runs, before=forget),
    )
    theirs: tuple[float | None, float | None] = (None, None)
    if with_torch:
        from refimpl.torch import load_with_torch

        try:
            loaded = load_with_torch(path)
            theirs = (_median(lambda: load_with_torch(path), runs), _median(loaded.propagate, runs))
        except RuntimeError as error:
            from refimpl.torch import TorchMissing

            if isinstance(error, TorchMissing):
                raise
            click.echo(f"refimpl: PyTorch fails on {path}: {str(error).partition(chr(10))[0]}", err=True)
    return Measured(path, nodes, *ours, *theirs)


def families(measured: Sequence[Measured]) -> list[Family]:
    """The distribution of ratios by the folder that an archive lies in; archives that PyTorch fails on are left out."""
    groups: dict[str, list[Measured]] = {}
    for one in measured:
        if one.torch_load is not None and one.torch_propagate is not None:
            groups.setdefault(one.path.parent.name, []).append(one)
    return [_family(name, group) for name, group in sorted(groups.items())]


def _family(name: str, group: list[Measured]) -> Family:
    loads = [(one.torch_load or 0.0, one.load) for one in group]
    runs = [(one.torch_propagate or 0.0, one.propagate) for one in group]
    proofs = [(one.torch_propagate or 0.0, one.prove) for one in group]
    return Family(
        name,
        len(group),
        sum(one.nodes for one in group),
        _distribution(loads),
        _distribution(runs),
        _distribution(proofs),
    )


def _distribution(pairs: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    ratios = sorted(theirs / ours for theirs, ours in pairs)
    total = sum(theirs for theirs, _ in pairs) / sum(ours for _, ours in pairs)
    return (total, ratios[len(ratios) // 10], statistics.median(ratios), ratios[0])


def _row(one: Measured) -> dict[str, str | int | float | None]:
    return {
        "path": str(one.path), "nodes": one.nodes, "load": one.load, "propagate": one.propagate, "prove": one.prove,
        "torch_load": one.torch_load, "torch_propagate": one.torch_propagate,
    }  # fmt: skip


def _table(measured: Sequence[Measured], *, markdown: bool) -> list[str]:
    nodes = sum(one.nodes for one in measured) or 1
    lines = [
        f"{len(measured)} archives, {nodes} nodes, Python {sys.version.partition(' ')[0]}; microseconds per node: "
        + ", ".join(f"{step} {1e6 * sum(_seconds(one, step) for one in measured) / nodes:.1f}" for step in STEPS)
    ]
    rows = families(measured)
    if not rows:
        return lines
    header = ["family", "archives", "nodes", *(f"{step}: sum | p10 | median | worst" for step in STEPS)]
    body = [
        [row.name, str(row.archives), str(row.nodes), *(" | ".join(f"{x:.1f}" for x in part) for part in _parts(row))]
        for row in rows
    ]
    lines.append(
        "PyTorch's seconds over refimpl's (above 1: refimpl is faster; prove is against PyTorch's propagation alone)"
    )
    if markdown:
        cells = [[cell.replace(" | ", " / ") for cell in line] for line in (header, ["---"] * len(header), *body)]
        return [*lines, "", *("| " + " | ".join(line) + " |" for line in cells)]
    widths = [max(len(line[i]) for line in (header, *body)) for i in range(len(header))]
    return [
        *lines,
        *("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in (header, *body)),
    ]


def _parts(row: Family) -> tuple[tuple[float, float, float, float], ...]:
    return (row.load, row.propagate, row.prove)


def _seconds(one: Measured, step: str) -> float:
    match step:
        case "load":
            return one.load
        case "propagate":
            return one.propagate
        case _:
            return one.prove
