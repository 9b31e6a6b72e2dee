"""Colours, widths and streams: what the command line does on a terminal, and where there is none."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROKEN = "tests/corpus/made/archives/lost_bound.pt2"
SOUND = "tests/corpus/archives/datadep/view_u.pt2"


def on_a_terminal(columns: int, **environment: str) -> str:
    """What ``refimpl check`` writes to a terminal of that width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")}
    with subprocess.Popen(
        [sys.executable, "-m", "refimpl.cli", "check", BROKEN],
        cwd=ROOT,
        env={**kept, "TERM": "xterm", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        written = b""
        try:
            while part := os.read(ours, 65536):
                written += part
        except OSError:  # how Linux says that the other side is closed
            pass
        assert process.wait() == 1
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_unless_it_is_told_not_to() -> None:
    assert "\x1b[31m" in on_a_terminal(100)
    assert "\x1b" not in on_a_terminal(100, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(100, TERM="dumb")
    assert "\x1b[31m" in on_a_terminal(100, NO_COLOR=""), "an empty NO_COLOR says nothing"


@pytest.mark.parametrize("columns", [10, 60, 300])
def test_messages_are_as_wide_as_the_terminal_within_limits(columns: int) -> None:
    text = on_a_terminal(columns, NO_COLOR="1")
    wrapped = [line for line in text.splitlines() if line.startswith("    ") and "witness" not in line]
    widest = max(map(len, wrapped))
    limit = max(40, min(100, columns))
    assert limit - 15 < widest <= limit
    assert " ".join(" ".join(wrapped).split()).startswith("u0 <= 99 is recorded (as a range), but nothing implies it")


@pytest.mark.parametrize(("archive", "code"), [(SOUND, 0), (BROKEN, 1), ("none.pt2", 2)])
def test_closed_streams_change_no_exit_code(archive: str, code: int) -> None:
    for closed in (">&-", "2>&-", ">&- 2>&-"):
        command = f'"{sys.executable}" -m refimpl.cli check {archive} {closed}'
        done = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == code
        assert "Traceback" not in done.stdout + done.stderr


def test_the_package_is_the_command_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "refimpl", "check", SOUND], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("equivalent")


def test_a_name_that_is_no_text_is_shown_in_every_format(tmp_path: Path) -> None:
    named = os.fsencode(tmp_path) + b"/odd\xff.pt2"
    with open(named, "wb") as copy:
        copy.write((ROOT / SOUND).read_bytes())
    for style in ("text", "json", "junit", "sarif", "html"):
        for where in ((), ("--output", str(tmp_path / style))):
            command = [sys.executable, "-m", "refimpl.cli", "check", "--format", style, *where, named]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
            assert (done.returncode, done.stderr) == (0, b"")
            said = (tmp_path / style).read_bytes() if where else done.stdout
            assert "odd" in said.decode("utf-8"), "the text of a report is UTF-8"
    with open(named, "wb") as copy:
        copy.write(b"no archive")
    for name in ("check", "propagate"):
        done = subprocess.run(
            [sys.executable, "-m", "refimpl.cli", name, named], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == 2
        assert rb"odd\xff.pt2: is not a zip archive" in done.stdout + done.stderr


def test_a_name_with_control_characters_is_shown_on_one_line(tmp_path: Path) -> None:
    named = tmp_path / "two\nlines \x1b[31mred ü.pt2"
    named.write_bytes((ROOT / SOUND).read_bytes())
    command = [sys.executable, "-m", "refimpl.cli", "check", str(named)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0
    assert r"two\nlines \x1b[31mred ü.pt2  (17 nodes" in done.stdout.decode("utf-8").splitlines()[0]


@pytest.mark.parametrize("command", [("check",), ("propagate",), ("diff", SOUND)], ids=lambda command: command[0])
def test_what_cannot_be_read_is_named_on_one_line(command: tuple[str, ...], tmp_path: Path) -> None:
    named = tmp_path / "two\nlines \x1b[31mred.pt2"
    named.write_bytes(b"no archive")
    done = subprocess.run(
        [sys.executable, "-m", "refimpl.cli", *command, str(named)], cwd=ROOT, capture_output=True, check=False
    )
    assert done.returncode == 2
    (line,) = (done.stdout + done.stderr).decode("utf-8").splitlines()
    assert r"two\nlines \x1b[31mred.pt2: is not a zip archive" in line
