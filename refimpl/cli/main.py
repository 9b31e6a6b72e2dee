"""The commands and their options; each imports what it needs only when it runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Final, Literal, TypeVar

import click

from refimpl.cli.oracle import conform, serve, vectors
from refimpl.cli.terminal import open_streams

__all__ = ["main"]

INTERRUPTED: Final = 130
UNREAD: Final = 141  # what a shell gives for a process that SIGPIPE ended
USAGE: Final = 2
_F = TypeVar("_F", bound=Callable[..., None])  # click decorates functions of any signature


def _shared(command: _F) -> _F:
    """The options that ``check`` and ``propagate`` have in common."""
    for option in reversed(
        (
            click.argument("paths", nargs=-1, required=True, metavar="ARCHIVE..."),
            click.option(
                "--output", type=click.Path(path_type=Path, dir_okay=False),
                help="Write to FILE, not to standard output.",
            ),
            click.option(
                "--profile", type=click.Choice(["exact", "torch-2.13"]), default="exact", show_default=True,
                help="What rebinding does in debatable cases.",
            ),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def _deciding(command: _F) -> _F:
    """The options of commands that ask a solver."""
    for option in reversed(
        (
            click.option(
                "--solver", type=click.Choice(["z3", "cvc5", "both"]), default="z3", show_default=True,
                help="Decides what normal form does not; both must agree.",
            ),
            click.option("--budget", type=click.IntRange(min=1), help="Solver work units (rlimit) per obligation."),
            click.option("--strict", is_flag=True, help="Exit 3 also for conditional verdicts."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="refimpl", prog_name="refimpl")
def cli() -> None:
    """Check real exported PyTorch programs, without PyTorch.

    Exit codes: 0 all laws hold; 1 a law is broken; 2 bad input or usage; 3 nothing broken but something unknown;
    4 refimpl's own crash, a failed self-test, or an audited script that failed; 130 interrupted. Of several inputs the
    worst of 4, 2, 1, 3, 0.
    """


@cli.command(short_help="Judge archives: prove them, or show a witness.")
@_shared
@click.option(
    "--format", "style", type=click.Choice(["text", "json", "junit", "sarif", "html", "smt2"]), default="text",
    show_default=True, help="For people, for programs, for solvers.",
)  # fmt: skip
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes to use.")
@_deciding
@click.option("--values", is_flag=True, help="List the propagated value of each node (JSON).")
@click.option("--reprove", is_flag=True, help="Send every obligation to the solver, also what normal form settles.")
@click.option(
    "--baseline", type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A JSON report of before: only findings that are not in it exit 1.",
)  # fmt: skip
@click.option(
    "--self-test", is_flag=True, help="Ask the laws of an implementation of refimpl's own propagation too; 4 if broken."
)
@click.option("--timings", is_flag=True, help="Add the seconds spent on each archive (text, standard error).")
def check(
    paths: tuple[str, ...],
    style: Literal["text", "json", "junit", "sarif", "html", "smt2"],
    output: Path | None,
    profile: Literal["exact", "torch-2.13"],
    jobs: int,
    solver: Literal["z3", "cvc5", "both"],
    budget: int | None,
    values: bool,
    reprove: bool,
    baseline: Path | None,
    strict: bool,
    self_test: bool,
    timings: bool,
) -> None:
    """Re-propagate archives and prove their constraints equivalent, or show sizes at which they differ."""
    from refimpl.cli.check import CheckOptions, run_check
    from refimpl.solver import DEFAULT_BUDGET

    _need_cvc5(solver)
    units = DEFAULT_BUDGET if budget is None else budget
    options = CheckOptions(profile, solver, units, values, reprove=reprove, smt2=style == "smt2", self_test=self_test)
    sys.exit(
        run_check(
            _archives(paths), options, style=style, output=output, jobs=jobs, strict=strict, timings=timings,
            baseline=baseline,
        )
    )  # fmt: skip


@cli.command(short_help="Print what the blind run computes.")
@_shared
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def propagate(
    paths: tuple[str, ...],
    style: Literal["text", "json"],
    output: Path | None,
    profile: Literal["exact", "torch-2.13"],
) -> None:
    """Run the blind propagation alone: values, facts and requirements, nothing judged."""
    from refimpl.cli.propagate import run_propagate

    sys.exit(run_propagate(_archives(paths), profile=profile, style=style, output=output))


@cli.command(short_help="Compare a program with a new version of it.")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True,
    help="For people or for programs.",
)  # fmt: skip
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to FILE, not to standard output."
)
@_deciding
def diff(
    old: Path,
    new: Path,
    style: Literal["text", "json"],
    output: Path | None,
    solver: Literal["z3", "cvc5", "both"],
    budget: int | None,
    strict: bool,
) -> None:
    """Prove that NEW takes the inputs that OLD takes and gives what OLD gives, or show sizes at which it does not.

    Exit codes: 0 the same; 1 different; 2 bad input or usage; 3 something is unknown; 4 refimpl's own crash.
    """
    from refimpl.cli.diff import run_diff

    _need_cvc5(solver)
    sys.exit(run_diff(old, new, style=style, output=output, solver=solver, budget=budget, strict=strict))


@cli.command(short_help="Time refimpl beside PyTorch.")
@click.argument("paths", nargs=-1, required=True, metavar="ARCHIVE...")
@click.option(
    "--runs", type=click.IntRange(min=1), default=5, show_default=True, help="Warm runs, of which the median."
)
@click.option("--format", "style", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--torch/--no-torch", "with_torch", default=True, help="Compare with PyTorch where it is installed.")
def bench(paths: tuple[str, ...], runs: int, style: Literal["text", "json", "markdown"], with_torch: bool) -> None:
    """Time loading, propagation and proofs beside PyTorch's own, on the same archives in one run."""
    from refimpl.cli.bench import run_bench

    sys.exit(run_bench(_archives(paths), runs=runs, style=style, with_torch=with_torch))


@cli.command(
    short_help="Run a script and judge what PyTorch does.",
    context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True},
)
@click.argument("script", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[ARGS]...")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the findings to FILE.")
def audit(script: Path, arguments: tuple[str, ...], style: Literal["text", "json"], output: Path | None) -> None:
    """Run SCRIPT with ARGS and judge each rebinding that PyTorch does meanwhile; silent if every law holds."""
    if find_spec("torch") is None:
        # A script that needs no PyTorch would pass unwatched.
        raise click.ClickException("audit needs PyTorch: pip install 'refimpl[torch]'")
    from refimpl.cli.audit import run_audit

    sys.exit(run_audit(script, arguments, style=style, output=output))


@cli.command(short_help="Prove theorems about refimpl's own functions.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--check", "mode", flag_value="check", help="Compare verdicts and obligations with the ledger.")
@click.option("--update", "mode", flag_value="update", help="Write the ledger's entries of these theorems anew.")
@click.option("--jobs", type=click.IntRange(min=1), default=2, show_default=True, help="Processes to use.")
def prove(names: tuple[str, ...], mode: Literal["check", "update"] | None, jobs: int) -> None:
    """Prove the theorems about refimpl's own functions with z3 and cvc5; NAMEs select by part of a name."""
    from refimpl.cli.prove import run_prove

    sys.exit(run_prove(names, mode=mode or "run", jobs=jobs))


for _command in (conform, serve, vectors):
    cli.add_command(_command)


@cli.command(short_help="Print a page of the documentation.")
@click.argument("page", required=False)
def explain(page: str | None) -> None:
    """Print a page of the documentation; without a name, the list of pages."""
    from refimpl.cli.explain import run_explain

    sys.exit(run_explain(page))


def _need_cvc5(solver: str) -> None:
    if solver != "z3" and find_spec("cvc5") is None:
        raise click.ClickException(f"--solver {solver} needs cvc5: pip install 'refimpl[cvc5]'")


def _archives(paths: Sequence[str]) -> list[Path]:
    from refimpl.cli.paths import NoArchives, archives

    try:
        return archives(paths)
    except NoArchives as error:
        raise click.ClickException(str(error)) from error


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    open_streams()
    try:
        # Not ``cli.main``: it would turn a broken pipe into exit code 1, which is a verdict here.
        with cli.make_context("refimpl", list(sys.argv[1:] if arguments is None else arguments)) as context:
            cli.invoke(context)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output went away (``| head``): nothing is left to say.
        _drop_output()
        sys.exit(UNREAD)
    except OSError as error:
        # Archives are read elsewhere and refused as such: this is the output, or a name that no system call takes.
        _drop_output()
        place = error.filename or "standard output"
        click.echo(f"Error: {place}: {error.strerror or error}", err=True)
        sys.exit(USAGE)


def _drop_output() -> None:
    """Send what is still buffered nowhere; the interpreter would fail on it once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
