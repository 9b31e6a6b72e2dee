"""The live table of a conformance run on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.live import Live
from rich.table import Table

from refimpl.conformance.case import CHAPTERS
from refimpl.conformance.judge import VERDICTS
from refimpl.conformance.runner import Row

__all__ = ["table"]


@contextmanager
def table(total: int) -> Generator[Callable[[Row], None]]:
    """A table of verdicts by chapter on standard error; calling what it yields with a row counts it."""
    counts: Counter[tuple[str, str]] = Counter()
    done = 0
    with Live(_drawn(counts, 0, total), console=Console(stderr=True), transient=True) as live:

        def watch(row: Row) -> None:
            nonlocal done
            done += 1
            counts[row.vector.case.chapter, row.judgement.verdict] += 1
            live.update(_drawn(counts, done, total))

        yield watch


def _drawn(counts: Counter[tuple[str, str]], done: int, total: int) -> Table:
    drawn = Table(title=f"{done} of {total} vectors")
    drawn.add_column("chapter")
    colors = {"pass": "green", "fail": "red", "broke": "red", "unknown": "yellow"}
    for verdict in reversed(VERDICTS):
        drawn.add_column(verdict, justify="right", style=colors.get(verdict, ""))
    for chapter in CHAPTERS:
        drawn.add_row(chapter, *[str(counts[chapter, verdict] or "") for verdict in reversed(VERDICTS)])
    return drawn
