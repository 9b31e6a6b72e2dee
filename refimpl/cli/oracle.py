"""The commands of the oracle: ``conform``, ``serve`` and ``vectors``."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import click

__all__ = ["conform", "serve", "vectors"]

_CHAPTERS = ("interpreter", "bindings", "rebinding", "environment", "propagation")
_folder = click.option(
    "--vectors", type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Vectors of another folder than the one that the package carries.",
)  # fmt: skip
_chapter = click.option("--chapter", "chapters", multiple=True, type=click.Choice(_CHAPTERS), help="Only this chapter.")
_filter = click.option("--filter", "pattern", help="Only vectors whose id or chapter/id matches the pattern.")


@click.command(short_help="Ask an implementation whether it is right.")
@click.option("--subject", help="A command that speaks conform/1, torch, or MODULE:OBJECT of Python.")
@click.option("--self-test", is_flag=True, help="Run the harness against wrong subjects: all must be caught.")
@_chapter
@_filter
@_folder
@click.option("--deadline", type=click.FloatRange(min=0.01), default=60.0, show_default=True, help="Seconds a case.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Children to use.")
@click.option("--budget", type=click.IntRange(min=1), help="Solver work units (rlimit) per obligation.")
@click.option(
    "--waivers", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Known deviations; by default those beside the vectors.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False),
    help="Write report.jsonl, junit.xml, report.md and badges into DIR.",
)  # fmt: skip
def conform(
    subject: str | None,
    self_test: bool,
    chapters: tuple[str, ...],
    pattern: str | None,
    vectors: Path | None,
    deadline: float,
    jobs: int,
    budget: int | None,
    waivers: Path | None,
    output: Path | None,
) -> None:
    """Ask an implementation every vector and judge its answers modulo names and theory.

    Exit codes: 0 all passed, waived or declined; 1 a vector failed; 2 bad input or usage; 3 something is unknown, or
    nothing was shown; 4 the subject broke.
    """
    if self_test is (subject is not None):
        raise click.UsageError("give either --subject or --self-test")
    if subject is None:
        from refimpl.cli.self_test import run_self_test

        sys.exit(run_self_test(vectors))
    if subject == "torch" and find_spec("torch") is None:
        raise click.ClickException("--subject torch needs PyTorch: pip install 'refimpl[torch]'")
    from refimpl.cli.conform import ConformOptions, run_conform

    options = ConformOptions(chapters, pattern, deadline, jobs, output, vectors, waivers, budget)
    sys.exit(run_conform(subject, options))


@click.command(short_help="Be a subject: speak conform/1.")
@click.argument("implementation", required=False, metavar="[MODULE:OBJECT]")
@click.option(
    "--profile", type=click.Choice(["exact", "torch-2.13"]), default="exact", show_default=True,
    help="What the reference does in debatable cases.",
)  # fmt: skip
def serve(implementation: str | None, profile: Literal["exact", "torch-2.13"]) -> None:
    """Speak the protocol on standard input and output, as the reference or as a Python implementation."""
    from refimpl.conformance.errors import FormatError
    from refimpl.conformance.reference import Reference
    from refimpl.conformance.serving import serve as run
    from refimpl.conformance.subjects import SubjectError, implementation_at
    from refimpl.symbolic_shapes.profiles import PROFILES

    try:
        run(Reference(PROFILES[profile]) if implementation is None else implementation_at(implementation))
    except (FormatError, SubjectError) as error:
        raise click.ClickException(str(error)) from error


@click.group(short_help="List, check or export the vectors.")
def vectors() -> None:
    """The vectors that this package carries."""


@vectors.command("list")
@_chapter
@_filter
@_folder
def list_(chapters: tuple[str, ...], pattern: str | None, vectors: Path | None) -> None:
    """List vectors with their levels and clauses."""
    from refimpl.cli.vectors import list_vectors

    sys.exit(list_vectors(vectors, chapters, pattern))


@vectors.command(short_help="Read every vector and hold the set to its manifest.")
@_folder
@click.option("--update", is_flag=True, help="Write hashes and manifest anew, after editing.")
def check(vectors: Path | None, update: bool) -> None:
    """Read every vector, with its hash, and hold the set to its manifest."""
    from refimpl.cli.vectors import check_vectors

    sys.exit(check_vectors(vectors, update=update))


@vectors.command(short_help="Copy vectors, manifest and schemas into an empty folder.")
@click.argument("target", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@_folder
def export(target: Path, vectors: Path | None) -> None:
    """Copy vectors, manifest and schemas into an empty folder, for a test suite of any language."""
    from refimpl.cli.vectors import export_vectors

    sys.exit(export_vectors(target, vectors))
