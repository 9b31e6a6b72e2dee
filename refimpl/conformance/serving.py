"""A Python implementation as a subject of the protocol: ``serve``."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from typing import assert_never

from refimpl.conformance.case import (
    CaseInput,
    ComputeBindings,
    EnvironmentInput,
    FollowPath,
    InterpreterInput,
    PropagationInput,
    RebindingInput,
    ResolveBindings,
)
from refimpl.conformance.implementation import Implementation
from refimpl.conformance.outcome import Broke, Outcome
from refimpl.conformance.protocol import (
    Ran,
    Run,
    Start,
    Started,
    Stop,
    read_request,
    write_ran,
    write_started,
)

__all__ = ["ask", "serve", "serve_lines"]


def serve(implementation: Implementation) -> None:
    """Speak the protocol on standard input and output until asked to stop.

    What the implementation prints goes to standard error. Raises FormatError for a line that is no request.
    """
    # The protocol keeps the real standard output for itself, so that a stray ``print`` is no noise in it.
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

        def write(line: str) -> None:
            output.write(line)
            output.flush()

        with redirect_stdout(sys.stderr):
            serve_lines(implementation, iter(sys.stdin.readline, ""), write)


def serve_lines(implementation: Implementation, lines: Iterable[str], write: Callable[[str], object]) -> None:
    """Answer requests line by line until ``stop`` or the end. Raises FormatError."""
    for line in lines:
        request = read_request(line)
        match request:
            case Start():
                started = Started(implementation.name, implementation.version, implementation.features)
                write(write_started(started))
            case Run(case, _, declared, given):
                write(write_ran(Ran(case, ask(implementation, given)), declared))
            case Stop():
                return
            case _:
                assert_never(request)


def ask(implementation: Implementation, given: CaseInput) -> Outcome:
    """The outcome of one case; an exception of the implementation is ``Broke``."""
    try:
        match given:
            case InterpreterInput():
                return implementation.interpreter(given)
            case ComputeBindings() | ResolveBindings() | FollowPath():
                return implementation.bindings(given)
            case RebindingInput():
                return implementation.rebinding(given)
            case EnvironmentInput():
                return implementation.environment(given)
            case PropagationInput():
                return implementation.propagation(given)
            case _:
                assert_never(given)
    except Exception as error:
        return Broke(f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
