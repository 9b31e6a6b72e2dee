"""Runs checks in a forked process until one fails, within limits of the processor's time."""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, final

from tests.mutants.systematic.checking import run_one, seconds

__all__ = ["Found", "How", "first_failure", "in_child"]

How: TypeAlias = Literal["failed", "crashed", "endless", "import"]
_MEMORY: Final = 8 << 30
_WALL: Final = 900
"""Real seconds after which a silent child is ended; the processor's time is what normally ends it."""


@final
@dataclass(frozen=True, slots=True)
class Found:
    """What became of a change: the check that noticed it and how, or how many checks ran, and whether all did."""

    by: str | None
    how: How | None
    ran: int
    complete: bool


def first_failure(
    checks: Sequence[tuple[str, float]], budget: float, prepare: Callable[[], None], *, at_import: bool = False
) -> Found:
    """The first check that fails after ``prepare``, which plants the change; in a process of its own.

    Each check comes with its usual time; one that takes much longer has noticed the change (an endless loop).
    ``budget`` is for all that pass.
    """

    def body(write: Callable[[str], None]) -> None:
        write("start")
        prepare()
        for position, (check, usual) in enumerate(checks):
            if seconds() > budget:
                write("budget")
                return
            write(f"run {position}")
            limit = int(seconds() + 5 + 6 * usual)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
            run_one(check)
        write("end")

    lines, status = in_child(body)
    ran = sum(line.startswith("run ") for line in lines)
    if lines and lines[-1] in ("end", "budget"):
        return Found(None, None, ran, lines[-1] == "end")
    last = next((line for line in reversed(lines) if line.startswith("run ")), None)
    by = None if last is None else checks[int(last.removeprefix("run "))][0]
    how: How = "endless" if status in (-signal.SIGXCPU, -signal.SIGKILL) else "failed" if status == 1 else "crashed"
    if by is None:
        how = "import"
    return Found(by, how, ran, True)


def in_child(body: Callable[[Callable[[str], None]], None]) -> tuple[list[str], int]:
    """Run it in a forked process; the lines it writes, and 0, 1 if it raised, or minus the signal that ended it."""
    reading, writing = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _child(body, reading, writing)
    os.close(writing)
    chunks: list[bytes] = []
    while select.select([reading], [], [], _WALL)[0]:
        chunk = os.read(reading, 1 << 16)
        if not chunk:
            break
        chunks.append(chunk)
    else:
        os.kill(child, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(child, 0)
    return b"".join(chunks).decode().splitlines(), os.waitstatus_to_exitcode(status)


def _child(body: Callable[[Callable[[str], None]], None], reading: int, writing: int) -> None:
    code = 1
    try:
        os.close(reading)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.RLIM_INFINITY))
        silent = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silent, 1)
        os.dup2(silent, 2)
        body(lambda line: _write(writing, line))
        code = 0
    except BaseException:  # a change may raise anything
        code = 1
    finally:
        os._exit(code)


def _write(descriptor: int, line: str) -> None:
    data = f"{line}\n".encode()
    while data:
        data = data[os.write(descriptor, data) :]
