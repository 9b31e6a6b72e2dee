"""``refimpl audit``: run a script and judge what PyTorch's rebinding does meanwhile."""

from __future__ import annotations

import json
import os
import sys
import textwrap
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Final, Literal

import click

from refimpl.cli.own_bug import own_bug
from refimpl.cli.terminal import WIDTH, shows_color, text_width
from refimpl.torch.audit import Finding, audit
from refimpl.torch.script import run_script

__all__ = ["findings_json", "findings_text", "run_audit"]

BROKEN: Final = 1
UNKNOWN: Final = 3
FAILED: Final = 4


def run_audit(script: Path, arguments: Sequence[str], *, style: Literal["text", "json"], output: Path | None) -> int:
    """Run the script under the audit, write its findings, return the exit code.

    With JSON on standard output, what the script prints there goes to standard error: the answer stands alone.
    """
    apart = style == "json" and output is None
    with audit() as findings, _standard_output_elsewhere() if apart else nullcontext():
        failed = run_script(script, arguments)
    try:
        found = list(findings)
    except Exception as error:
        # The border of the program: our own bug becomes exit code 4 with its place.
        print(own_bug(error), file=sys.stderr)
        return FAILED
    width = text_width() if output is None else WIDTH
    text = findings_json(found) if style == "json" else findings_text(found, width)
    if output is not None:
        output.write_text(click.unstyle(text), encoding="utf-8")
    elif text:
        sys.stdout.write(text if shows_color() else click.unstyle(text))
        sys.stdout.flush()
    if failed is not None:
        print(f"{script} failed: {failed.reason}", file=sys.stderr)
        return FAILED
    if any(finding.outcome == "refuted" for finding in found):
        return BROKEN
    return UNKNOWN if found else 0


@contextmanager
def _standard_output_elsewhere() -> Generator[None]:
    """Send what is written to standard output, by Python or by libraries, to standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def findings_json(findings: Sequence[Finding]) -> str:
    """The findings as JSON (schema ``refimpl.audit.1``); absent witnesses are null."""
    rows = [
        {
            "law": finding.law,
            "outcome": finding.outcome,
            "node": finding.node,
            "message": finding.message,
            "witness": None if finding.witness is None else dict(finding.witness),
            "stack": finding.stack,
        }
        for finding in findings
    ]
    return json.dumps({"findings": rows}, indent=1) + "\n"


def findings_text(findings: Sequence[Finding], width: int = WIDTH) -> str:
    """The findings for people, with the line of the program at which each was seen; empty if there is none."""
    return "".join(f"{line}\n" for finding in findings for line in _lines(finding, width))


def _lines(finding: Finding, width: int) -> Iterator[str]:
    color = "red" if finding.outcome == "refuted" else "yellow"
    yield f"{click.style(finding.law, fg=color, bold=True)} {finding.outcome} at {finding.node or 'no node'}"
    yield from textwrap.wrap(
        finding.message, width, initial_indent="  ", subsequent_indent="  ", break_long_words=False
    )
    if finding.witness is not None:
        numbers = ", ".join(f"{symbol} = {value}" for symbol, value in finding.witness.items())
        yield f"  witness: {numbers or 'any numbers'}"
    if finding.place:
        yield f"  {finding.place}"
