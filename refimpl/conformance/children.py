"""A child process that is given lines and gives lines, each within a deadline."""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import threading
from collections import deque
from contextlib import suppress
from typing import IO, Final, final

__all__ = ["Child", "Silent"]

LONGEST_LINE: Final = 64 * 1024 * 1024
STOP_DEADLINE: Final = 10.0


@final
class Silent(Exception):
    """The child gave no line, and why; it is of no use any more."""


@final
class Child:
    """One run of a command, in a session of its own so that it can be killed with all that it started.

    Raises OSError if there is no such command.
    """

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._written: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._complaints: deque[str] = deque(maxlen=5)
        process = self._process
        assert process.stdin is not None, "it is a pipe"
        assert process.stdout is not None, "it is a pipe"
        assert process.stderr is not None, "it is a pipe"
        self._threads = [
            threading.Thread(target=_read, args=(process.stdout, self._lines), daemon=True),
            threading.Thread(target=_write, args=(process.stdin, self._written), daemon=True),
            threading.Thread(target=_listen, args=(process.stderr, self._complaints), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def exchange(self, line: str, deadline: float) -> str:
        """Give a line and take the next one. Raises Silent, also if a line was waiting that nobody asked for."""
        with suppress(queue.Empty):
            early = self._lines.get_nowait()
            if early is not None:
                raise Silent(f"it wrote a line that was not asked for: {_shortened(early)}")
            raise Silent(self._ended())
        # Another thread writes: a child that does not read must not stop us.
        self._written.put(line)
        try:
            answer = self._lines.get(timeout=deadline)
        except queue.Empty:
            raise Silent(f"it gave no answer within {deadline:g} s") from None
        if answer is None:
            raise Silent(self._ended())
        if not answer.endswith("\n"):
            raise Silent("its line has no end")
        return answer

    def _ended(self) -> str:
        self._lines.put(None)  # whoever asks again learns it at once
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_DEADLINE)
        self._threads[2].join(STOP_DEADLINE)
        code = self._process.returncode
        how = (
            "closed its output"
            if code is None
            else f"exited with code {code}"
            if code >= 0
            else f"died of signal {-code}"
        )
        said = f"; its last words: {_shortened(' '.join(self._complaints))}" if self._complaints else ""
        return f"it {how} before it answered{said}"

    def stop(self, line: str) -> str | None:
        """Give a last line and wait for the end; a sentence if it ended otherwise than with code 0 and in silence."""
        self._written.put(line)
        self._written.put(None)
        try:
            code = self._process.wait(STOP_DEADLINE)
        except subprocess.TimeoutExpired:
            self.kill()
            return f"it did not end within {STOP_DEADLINE:g} s of being asked to"
        self._threads[0].join(STOP_DEADLINE)
        waiting = None if self._lines.empty() else self._lines.get()
        self.kill()
        if waiting is not None:
            return f"it wrote a line that was not asked for: {_shortened(waiting)}"
        return None if code == 0 else f"it exited with code {code} when it was asked to end"

    def kill(self) -> None:
        """End it with all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._written.put(None)
        for thread in self._threads:
            thread.join(STOP_DEADLINE)
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError, ValueError):
                assert stream is not None, "it is a pipe"
                stream.close()


def _read(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    with suppress(ValueError, OSError):
        while line := stream.readline(LONGEST_LINE):
            lines.put(line)
    lines.put(None)


def _write(stream: IO[str], lines: queue.SimpleQueue[str | None]) -> None:
    with suppress(OSError, ValueError):  # the child is gone: whoever waits for its answer learns it
        while (line := lines.get()) is not None:
            stream.write(line)
            stream.flush()


def _listen(stream: IO[str], complaints: deque[str]) -> None:
    with suppress(ValueError, OSError):
        while line := stream.readline(4096):
            complaints.append(line.strip())


def _shortened(text: str) -> str:
    text = text.strip()
    return ascii(text if len(text) <= 120 else text[:117] + "...")
