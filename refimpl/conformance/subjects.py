"""Subjects: an implementation as a child that speaks the protocol, or in this process."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Final, Protocol, final

from refimpl.conformance.case import Case
from refimpl.conformance.children import Child, Silent
from refimpl.conformance.errors import FormatError
from refimpl.conformance.implementation import Implementation
from refimpl.conformance.outcome import Broke, Outcome
from refimpl.conformance.protocol import (
    Ran,
    Started,
    read_ran,
    read_started,
    write_ran,
    write_run,
    write_start,
    write_stop,
)
from refimpl.conformance.serving import ask

__all__ = [
    "NoSubject", "Opened", "Subject", "SubjectError", "command_subject", "implementation_at", "local_subject",
    "open_subject",
]  # fmt: skip

START_DEADLINE: Final = 120.0
_OBJECT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_.]*")


class SubjectError(Exception):
    """A subject that can't be asked anything: it does not start, or does not say who it is."""


@final
class NoSubject(SubjectError):
    """What the user named is no subject: no such command, module or object, or an object that is no implementation."""


class Subject(Protocol):
    """Something that is asked cases, one at a time."""

    def start(self) -> Started:
        """Who it is. Raises SubjectError."""
        ...

    def run(self, case: Case, deadline: float) -> Outcome:
        """The outcome of a case; ``Broke`` if it has none within ``deadline`` seconds. Raises SubjectError."""
        ...

    def stop(self) -> str | None:
        """End it; a sentence if it did not end as it should."""
        ...

    def abort(self) -> None:
        """End it at once, whatever it does; from any thread."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Opened:
    """How to make the subject of that name, once for each job; one that is ``local`` has one job."""

    name: str
    make: Callable[[], Subject]
    local: bool = False


def open_subject(text: str) -> Opened:
    """The subject that a user named: ``torch``, ``module:object``, or a command. Raises SubjectError."""
    if text == "torch":
        return command_subject(text, [sys.executable, "-m", "refimpl.torch"])
    if _OBJECT.fullmatch(text):
        return local_subject(text, implementation_at(text))
    try:
        command = shlex.split(text)
    except ValueError as error:
        raise NoSubject(f"{text}: {error}") from error
    if not command:
        raise NoSubject("an empty command names no subject")
    if command[0] == "refimpl" and shutil.which("refimpl") is None:
        command[:1] = [sys.executable, "-m", "refimpl.cli"]
    return command_subject(text, command)


def command_subject(name: str, command: list[str]) -> Opened:
    """A command that speaks the protocol as a subject."""
    return Opened(name, lambda: _ChildSubject(command))


def local_subject(name: str, implementation: Implementation) -> Opened:
    """An implementation of this process as a subject."""
    return Opened(name, lambda: _LocalSubject(implementation), local=True)


def implementation_at(text: str) -> Implementation:
    """The object that ``module:object`` names, called if it is a class. Raises NoSubject; SubjectError if it crashes.

    Whether it is an implementation is the type checker's business; here only its methods are looked for.
    """
    module, _, path = text.partition(":")
    # As ``python -m`` does it: a module of the current folder is found.
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found: object = import_module(module)
    except Exception as error:
        # Whatever stands in the module of another runs now.
        raise _refused(text, error, absent=_is_absent(module, error)) from error
    try:
        for part in path.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise _refused(text, error, absent=True) from error
    try:
        return _as_implementation(text, found() if isinstance(found, type) else found)
    except NoSubject:
        raise
    except Exception as error:
        raise _refused(text, error, absent=False) from error


def _refused(text: str, error: Exception, *, absent: bool) -> SubjectError:
    return (NoSubject if absent else SubjectError)(f"{text}: {type(error).__name__}: {error}")


def _is_absent(module: str, error: Exception) -> bool:
    """Whether the module itself, or a package that it lies in, is not there; what it imports is its own affair."""
    return isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}.")


_METHODS: Final = (
    "name", "version", "features", "interpreter", "bindings", "rebinding", "environment", "propagation",
)  # fmt: skip


def _as_implementation(text: str, found: object) -> Implementation:
    missing = [name for name in _METHODS if not hasattr(found, name)]
    if missing:
        raise NoSubject(f"{text} is no implementation: it has no {', '.join(missing)}")
    implementation: Implementation = found  # type: ignore[assignment]  # its methods were looked for
    return implementation


@final
class _ChildSubject:
    """A persistent child of any language; one that broke is killed and started again for the next case."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._child: Child | None = None

    def start(self) -> Started:
        """Start the child and ask who it is. Raises NoSubject if there is no such command."""
        try:
            child = Child(self._command)
        except OSError as error:
            raise NoSubject(f"{self._command[0]}: {error.strerror or error}") from error
        try:
            started = read_started(child.exchange(write_start(), START_DEADLINE))
        except (FormatError, Silent) as error:
            child.kill()
            raise SubjectError(f"{shlex.join(self._command)} does not start: {error}") from error
        except BaseException:
            child.kill()
            raise
        self._child = child
        return started

    def run(self, case: Case, deadline: float) -> Outcome:
        """Ask a case; a child that broke is started again for the next one."""
        if self._child is None:
            self.start()
        child = self._child
        assert child is not None, "start leaves a child"
        try:
            line = child.exchange(write_run(case), deadline)
            ran = read_ran(line, case.input, case.symbols)
            if ran.case != case.id:
                raise Silent(f"it answered the case {ran.case[:60]!a}, which was not asked")
        except FormatError as error:
            self._drop(child)
            return Broke(f"it wrote what is no answer: {error}")
        except Silent as error:
            self._drop(child)
            return Broke(str(error))
        return ran.outcome

    def _drop(self, child: Child) -> None:
        self._child = None
        child.kill()

    def stop(self) -> str | None:
        """Ask the child to end, and end it."""
        child, self._child = self._child, None
        return None if child is None else child.stop(write_stop())

    def abort(self) -> None:
        """Kill the child."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()


@final
class _TooLong(BaseException):
    """The deadline of a case in this process has passed; no ``except Exception`` of a subject catches it."""


@final
class _LocalSubject:
    """An implementation in this process. Only the main thread has deadlines."""

    def __init__(self, implementation: Implementation) -> None:
        self._implementation = implementation

    def start(self) -> Started:
        """Who it is."""
        try:
            found = self._implementation
            return Started(found.name, found.version, frozenset(found.features))
        except Exception as error:
            raise SubjectError(f"{type(error).__name__}: {error}") from error

    def run(self, case: Case, deadline: float) -> Outcome:
        """Ask a case."""
        try:
            with _alarm(deadline):
                outcome = ask(self._implementation, case.input)
        except _TooLong:
            return Broke(f"it gave no answer within {deadline:g} s")
        try:
            # What a child would be held to: its answer is written and read.
            line = write_ran(Ran(case.id, outcome), case.symbols)
        except Exception as error:
            return Broke(f"what it returned is no outcome: {type(error).__name__}: {error}")
        try:
            return read_ran(line, case.input, case.symbols).outcome
        except FormatError as error:
            return Broke(f"what it returned is no outcome: {error}")

    def stop(self) -> str | None:
        """Nothing is to be ended."""
        return None

    def abort(self) -> None:
        """Nothing is to be ended."""


@contextmanager
def _alarm(deadline: float) -> Generator[None]:
    """Raises _TooLong in the main thread when the deadline has passed, where the system has such alarms."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, deadline)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
