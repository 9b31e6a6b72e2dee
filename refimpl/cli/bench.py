"""``refimpl bench``: loading, propagation and proofs, beside PyTorch's own on the same archives in one run."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias, final

import click

from refimpl.aten import ShapesError
from refimpl.export import ArchiveError, load
from refimpl.laws import check, prepare
from refimpl.solver import forget

__all__ = ["SMALL", "Distribution", "Family", "Measured", "distribution", "families", "median", "run_bench", "table"]

SMALL: Final = 10
"""Graphs with fewer nodes make a family of their own: there the fixed cost of a run counts most."""
BAD_INPUT: Final = 2

Distribution: TypeAlias = tuple[float, float, float, float]
"""Ratios: of the sums, then p10, median and worst of the archives."""


@final
@dataclass(frozen=True, slots=True)
class Measured:
    """Median seconds of one archive; ``torch_*`` are None without PyTorch. ``prove`` includes the propagation."""

    path: Path
    nodes: int
    load: float
    propagate: float
    prove: float
    torch_load: float | None = None
    torch_propagate: float | None = None


@final
@dataclass(frozen=True, slots=True)
class Family:
    """Ratios PyTorch / refimpl of the archives of one folder: greater than 1 means that refimpl is faster.

    ``prove`` is against PyTorch's propagation alone.
    """

    name: str
    archives: int
    nodes: int
    load: Distribution
    propagate: Distribution
    prove: Distribution


@final
class _Bench:
    """Measures archives one by one; what can't be measured is said on standard error and left out."""

    def __init__(self, runs: int, *, with_torch: bool) -> None:
        self._runs = runs
        self._with_torch = with_torch
        self.failed = False

    def measure(self, path: Path) -> Measured | None:
        """The medians of one archive; None if it can't be read."""
        try:
            program = load(path)
        except ArchiveError as error:
            self._fail(str(error))  # it names the file itself
            return None
        except ShapesError as error:
            self._fail(f"{path}: {error}")
            return None
        nodes = program.node_count
        ours = (
            median(lambda: prepare(load(path)), self._runs),
            median(prepare(program).run, self._runs),
            median(lambda: check(program), self._runs, before=forget),
        )
        theirs = self._torch(path)
        return Measured(path, nodes, *ours) if theirs is None else Measured(path, nodes, *ours, *theirs)

    def _fail(self, sentence: str) -> None:
        self.failed = True
        click.echo(f"Error: {sentence}", err=True)

    def _torch(self, path: Path) -> tuple[float, float] | None:
        """PyTorch's own load and propagation; None where it is not installed or fails on the archive."""
        if not self._with_torch:
            return None
        from refimpl.torch import TorchMissing, load_with_torch

        try:
            loaded = load_with_torch(path)
            return median(lambda: load_with_torch(path), self._runs), median(loaded.propagate, self._runs)
        except TorchMissing as missing:
            click.echo(f"refimpl: {missing} (measuring refimpl alone)", err=True)
            self._with_torch = False
        except Exception as error:
            # PyTorch raises errors of any class on an archive that it can't load or propagate.
            click.echo(f"refimpl: PyTorch fails on {path}: {str(error).partition(chr(10))[0]}", err=True)
        return None


def run_bench(paths: Sequence[Path], *, runs: int, style: Literal["text", "json", "markdown"], with_torch: bool) -> int:
    """Measure all archives and print the table; returns the exit code (2 if an archive can't be read)."""
    bench = _Bench(runs, with_torch=with_torch)
    measured = [one for one in map(bench.measure, paths) if one is not None]
    if style == "json":
        click.echo(json.dumps([_row(one) for one in measured], indent=1))
    elif measured:
        for line in table(measured, markdown=style == "markdown"):
            click.echo(line)
    return BAD_INPUT if bench.failed else 0


def median(step: Callable[[], object], runs: int, before: Callable[[], None] | None = None) -> float:
    """The median CPU seconds of ``runs`` warm runs of a step: after as many that are not counted.

    ``before`` is called before each. CPU time, because other programs on the machine hardly change it.
    """
    seconds: list[float] = []
    for _ in range(2 * runs):
        if before is not None:
            before()
        start = time.process_time()
        step()
        seconds.append(time.process_time() - start)
    return statistics.median(seconds[runs:])


def families(measured: Sequence[Measured]) -> list[Family]:
    """The distribution of ratios by the folder that an archive lies in, then of all, then of small graphs.

    Archives that PyTorch fails on are left out.
    """
    compared = [one for one in measured if one.torch_load is not None and one.torch_propagate is not None]
    groups: dict[str, list[Measured]] = {}
    for one in compared:
        groups.setdefault(one.path.parent.name, []).append(one)
    rows = [_family(name, group) for name, group in sorted(groups.items())]
    if len(rows) > 1:
        rows.append(_family("all", compared))
    small = [one for one in compared if one.nodes < SMALL]
    return [*rows, _family(f"under {SMALL} nodes", small)] if small else rows


def _family(name: str, group: Sequence[Measured]) -> Family:
    loads = [(one.torch_load or 0.0, one.load) for one in group]
    runs = [(one.torch_propagate or 0.0, one.propagate) for one in group]
    proofs = [(one.torch_propagate or 0.0, one.prove) for one in group]
    nodes = sum(one.nodes for one in group)
    return Family(name, len(group), nodes, distribution(loads), distribution(runs), distribution(proofs))


def distribution(pairs: Sequence[tuple[float, float]]) -> Distribution:
    """The ratios of pairs (PyTorch's seconds, refimpl's): of the sums, then p10, median and worst of the pairs."""
    ratios = sorted(theirs / ours for theirs, ours in pairs)
    total = sum(theirs for theirs, _ in pairs) / sum(ours for _, ours in pairs)
    return total, ratios[len(ratios) // 10], statistics.median(ratios), ratios[0]


def _row(one: Measured) -> dict[str, str | int | float | None]:
    return {
        "path": str(one.path), "nodes": one.nodes, "load": one.load, "propagate": one.propagate, "prove": one.prove,
        "torch_load": one.torch_load, "torch_propagate": one.torch_propagate,
    }  # fmt: skip


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def table(measured: Sequence[Measured], *, markdown: bool) -> list[str]:
    """The lines that are printed: microseconds per node of refimpl, then, with PyTorch, the ratios by family."""
    nodes = sum(one.nodes for one in measured) or 1
    steps = {
        "load": sum(one.load for one in measured),
        "propagate": sum(one.propagate for one in measured),
        "prove": sum(one.prove for one in measured),
    }
    lines = [
        f"{_count(len(measured), 'archive')}, {_count(nodes, 'node')}, Python {sys.version.partition(' ')[0]}; "
        "microseconds per node: " + ", ".join(f"{step} {1e6 * seconds / nodes:.1f}" for step, seconds in steps.items())
    ]
    rows = families(measured)
    if not rows:
        return lines
    header = ("family", "archives", "nodes", *(f"{step}: sum / p10 / median / worst" for step in steps))
    body = [
        (row.name, str(row.archives), str(row.nodes), *map(_cell, (row.load, row.propagate, row.prove))) for row in rows
    ]
    lines.append(
        "PyTorch's seconds over refimpl's (above 1: refimpl is faster; prove is against PyTorch's propagation alone):"
    )
    if markdown:
        ruled = (header, ("---",) * len(header), *body)
        return [*lines, "", *("| " + " | ".join(line) + " |" for line in ruled)]
    widths = [max(len(line[column]) for line in (header, *body)) for column in range(len(header))]
    for line in (header, *body):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
    return lines


def _cell(ratios: Distribution) -> str:
    return " / ".join(f"{ratio:.1f}" for ratio in ratios)
