"""Every example of the README and of the pages runs, and prints what the page says.

Python examples are doctests. In a ``console`` block each ``$ refimpl ...`` line is run from the root of the repository
and what follows it, up to the next ``$`` line, is its whole output; a last line ``(exit N)`` is its exit code (else 0).
"""

from __future__ import annotations

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "refimpl" / "docs").glob("*.md")])
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.S | re.M)
EXIT = re.compile(r"\(exit (\d+)\)\n\Z")


def console_examples(text: str) -> list[tuple[str, str, int]]:
    """The commands of a page with their expected output and exit code."""
    examples: list[tuple[str, str, int]] = []
    for block in CONSOLE.findall(text):
        assert isinstance(block, str)
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            command, _, expected = part.partition("\n")
            code = EXIT.search(expected)
            examples.append((command, EXIT.sub("", expected), int(code[1]) if code else 0))
    return examples


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_print_what_the_page_says(page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    failed, _ = doctest.testfile(
        str(page), module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE, encoding="utf-8"
    )
    assert failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_console_examples_print_what_the_page_says(page: Path) -> None:
    for command, expected, code in console_examples(page.read_text(encoding="utf-8")):
        program, *arguments = shlex.split(command)
        assert program == "refimpl", command
        done = subprocess.run(
            [sys.executable, "-m", "refimpl.cli", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert (done.stdout + done.stderr, done.returncode) == (expected, code), command


def test_a_wrong_example_is_noticed() -> None:
    page = "```console\n$ refimpl --version\nrefimpl, version 0.0.0\n$ refimpl check nowhere\n(exit 2)\n```\n"
    assert console_examples(page) == [
        ("refimpl --version", "refimpl, version 0.0.0\n", 0),
        ("refimpl check nowhere", "", 2),
    ]
