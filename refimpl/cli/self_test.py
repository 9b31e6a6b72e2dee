"""``refimpl conform --self-test``: the harness must catch every wrong subject and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from refimpl.cli.conform import load_set, summary
from refimpl.conformance.reference import Reference
from refimpl.conformance.runner import conform
from refimpl.conformance.self_test import self_test
from refimpl.conformance.subjects import local_subject
from refimpl.solver import make_solver

__all__ = ["run_self_test"]

FAILED: Final = 4


def run_self_test(folder: Path | None) -> int:
    """The reference passes all vectors, each wrong subject is caught by its own; returns the exit code."""
    vectors = load_set(folder).vectors
    solver = make_solver()
    intact = conform(vectors, local_subject("the reference", Reference()), solver, deadline=60.0)
    if intact.exit_code:
        click.echo(summary(intact), nl=False)
        click.echo("the reference itself does not pass")
        return FAILED
    missed = 0
    total = 0
    for caught in self_test(vectors, solver):
        total += 1
        missed += not caught.is_caught
        subject = caught.subject
        word = "caught" if caught.is_caught else "MISSED"
        click.echo(f"{word}  {subject.name:<20} {subject.wrong}")
        click.echo(f"        {subject.vectors[-1]}: {caught.message}")
    click.echo(f"{total - missed} of {total} wrong subjects caught")
    return FAILED if missed else 0
