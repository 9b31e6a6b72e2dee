"""``refimpl prove``: the theorems about refimpl's own functions, in a clone of its repository."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, Protocol, TypeVar

import click

__all__ = ["run_prove"]

USAGE: Final = 2
NEEDED: Final = ("cvc5", "hypothesis", "pytest", "sympy")  # the second solver, and what the counted clauses import
T = TypeVar("T")


class _Prove(Protocol):
    """``proofs.report.prove``, which is imported by name: an installed refimpl has no proofs."""

    def __call__(
        self,
        only: Sequence[str],
        *,
        mode: Literal["run", "check", "update"],
        jobs: int,
        progress: Callable[[Iterable[T], int], Iterator[T]],
        say: Callable[[str], None],
    ) -> int: ...


def run_prove(
    only: Sequence[str], *, mode: Literal["run", "check", "update"], jobs: int, root: Path | None = None
) -> int:
    """Run the theorems; the exit code: 1 if one is not proved or the ledger disagrees.

    2 if there are no proofs, or what they need is not installed.
    """
    folder = Path(__file__).parents[2] if root is None else root
    if not (folder / "proofs" / "registry.py").is_file():
        click.echo(
            "refimpl prove: the proofs are in refimpl's repository, not in its wheel; run it in a clone", err=True
        )
        return USAGE
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        click.echo(f"refimpl prove: {', '.join(missing)} not installed: pip install -e '.[test]'", err=True)
        return USAGE
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    prove: _Prove = import_module("proofs.report").prove
    return prove(only, mode=mode, jobs=jobs, progress=_bar, say=click.echo)


def _bar(steps: Iterable[T], total: int) -> Iterator[T]:
    """The steps, with a bar on a terminal's standard error."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("proving", total=total)
        for step in steps:
            bar.advance(task)
            yield step
