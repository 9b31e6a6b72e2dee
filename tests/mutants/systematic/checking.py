"""The checks of the specification and of the proofs by id, and which lines of the packages each runs."""

from __future__ import annotations

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from importlib import import_module
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Final

from tests.mutants.systematic import PACKAGES
from tests.mutants.systematic.changes import ROOT

if TYPE_CHECKING:
    from _typeshed import TraceFunction

__all__ = ["Lines", "all_checks", "run_one", "seconds", "traced"]

Lines = dict[str, list[int]]
"""The lines that ran, by module."""
_PREFIXES: Final = {f"{ROOT}/refimpl/{package}/" for package in PACKAGES}
_INDUCTION: Final = "proofs.test_preserve_induction"
_THEOREMS: Final = "proofs/test_theorems.py::test_the_theorem_holds"


def all_checks() -> list[str]:
    """The ids of all checks: those that cite a clause, and the theorems."""
    import_module("tests.hypothesis_profile")  # first: a check takes the profile when it is made
    contents = import_module("specs.contents")
    traceability = import_module("specs.traceability")
    registry = import_module("proofs.registry")
    found = [
        f"{chapter.__name__.replace('.', '/')}.py::{name}"
        for _, chapter in contents.CHAPTERS
        for name in traceability.checks_of(chapter)
    ]
    found += [f"{_THEOREMS}[{name}]" for name in registry.THEOREMS]
    file = f"{_INDUCTION.replace('.', '/')}.py"
    return found + [f"{file}::{name}" for name in vars(import_module(_INDUCTION)) if name.startswith("test_")]


def run_one(check: str) -> None:
    """Run one check; raises what it raises, except that too slow a generation of examples is no failure."""
    from hypothesis.errors import FailedHealthCheck

    from tests.mutants.run_check import run_check

    try:
        run_check(check)
    except FailedHealthCheck:
        return


class _Enough(BaseException):
    """The time for tracing is used up."""


@contextmanager
def traced(budget: float) -> Generator[Lines]:
    """The lines of the four packages that run within it, complete when it is left.

    What runs longer than the budget, in the processor's seconds, is ended: its examples repeat the same lines.
    """
    end = seconds() + budget
    left: dict[int, set[int]] = {}  # by the identity of the code: its hash reads all of it
    codes: list[CodeType] = []
    nothing: set[int] = set()

    def on_call(frame: FrameType, event: str, arg: object) -> TraceFunction | None:
        code = frame.f_code
        if seconds() > end:
            raise _Enough
        lines = left.get(id(code))
        if lines is None:
            codes.append(code)
            inside = any(map(code.co_filename.startswith, _PREFIXES))
            lines = left[id(code)] = {line for _, _, line in code.co_lines() if line} if inside else nothing
        if not lines:
            return None
        lines.discard(frame.f_lineno)

        def on_line(inner: FrameType, what: str, value: object) -> TraceFunction | None:
            lines.discard(inner.f_lineno)
            return on_line if lines else None

        return on_line

    found: Lines = {}
    before = sys.gettrace()
    sys.settrace(on_call)
    try:
        yield found
    except BaseException:
        # What catches the end of the time, as Hypothesis may, raises something of its own.
        if seconds() <= end:
            raise
    finally:
        sys.settrace(before)
        found.update(_ran(codes, left))


def _ran(codes: list[CodeType], left: dict[int, set[int]]) -> Lines:
    seen: dict[str, set[int]] = {}
    for code in codes:
        if any(map(code.co_filename.startswith, _PREFIXES)):
            module = code.co_filename.removeprefix(f"{ROOT}/").removesuffix(".py").replace("/", ".")
            seen.setdefault(module, set()).update({line for _, _, line in code.co_lines() if line} - left[id(code)])
    return {module: sorted(lines) for module, lines in sorted(seen.items())}


def seconds() -> float:
    """The processor's time of this process."""
    return time.process_time()
