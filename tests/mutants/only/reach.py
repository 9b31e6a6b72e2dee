"""Which lines of the package each check of the specification runs, and which of them a fault touches."""

from __future__ import annotations

import ast
import inspect
import sys
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Final, final

from tests.mutants.mutant import Mutant, function_at, resolve
from tests.mutants.systematic.changes import ROOT

if TYPE_CHECKING:
    from _typeshed import TraceFunction

__all__ = ["Lines", "reached", "touched"]

Lines = dict[str, list[int]]
"""Line numbers by module."""
_PREFIX: Final = f"{ROOT}/refimpl/"
_PATIENCE: Final = 200
"""A function that ran so often without a new line counts as run in all its lines: more than ran, never less."""


@contextmanager
def reached() -> Generator[Lines]:
    """The lines that run within it, complete when it is left; of what runs often perhaps more than these."""
    seen = _Seen()
    found: Lines = {}
    before = sys.gettrace()
    threading.settrace(seen.on_call)
    sys.settrace(seen.on_call)
    try:
        yield found
    finally:
        sys.settrace(before)
        threading.settrace(None)
        found.update(seen.lines())


@final
class _Seen:
    """What ran so far, by the identity of the code: its hash reads all of it."""

    def __init__(self) -> None:
        self._left: dict[int, set[int]] = {}
        self._calls: dict[int, int] = {}
        self._codes: list[CodeType] = []

    def on_call(self, frame: FrameType, event: str, arg: object) -> TraceFunction | None:
        code = frame.f_code
        name = id(code)
        left = self._left.get(name)
        if left is None:
            self._codes.append(code)
            inside = code.co_filename.startswith(_PREFIX)
            left = self._left[name] = set(_lines(code)) if inside else set()
            self._calls[name] = 0
        if not left:
            return None
        self._calls[name] += 1
        if self._calls[name] > _PATIENCE:
            left.clear()
            return None
        left.discard(frame.f_lineno)

        def on_line(inner: FrameType, what: str, value: object) -> TraceFunction | None:
            if inner.f_lineno in left:
                left.discard(inner.f_lineno)
                self._calls[name] = 0
            return on_line if left else None

        return on_line

    def lines(self) -> Lines:
        """The lines that ran, by module."""
        found: dict[str, set[int]] = {}
        for code in self._codes:
            if code.co_filename.startswith(_PREFIX):
                module = code.co_filename.removeprefix(f"{ROOT}/").removesuffix(".py").replace("/", ".")
                found.setdefault(module, set()).update(set(_lines(code)) - self._left[id(code)])
        return {module: sorted(lines) for module, lines in sorted(found.items())}


def _lines(code: CodeType) -> Iterator[int]:
    return (line for _, _, line in code.co_lines() if line)


def touched(mutant: Mutant) -> tuple[str, range] | None:
    """The module and the lines of the statements that a fault changes; None if it changes a text that many read."""
    if isinstance(resolve(mutant.site), str):
        return None
    function = function_at(mutant.site)
    own, first = inspect.getsourcelines(function)
    text = "".join(own)
    start = text.index(mutant.old)
    edited = range(first + text[:start].count("\n"), first + text[: start + len(mutant.old)].count("\n") + 1)
    path = Path(inspect.getfile(function))
    within = [found for found in _statements(ast.parse(path.read_text(encoding="utf-8"))) if _inside(edited, found)]
    lines = min(within, key=len, default=edited)
    return ".".join(path.relative_to(ROOT).with_suffix("").parts), lines


def _statements(tree: ast.AST) -> Iterator[range]:
    """The lines of each statement; of one with a body, those of its head too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            end = node.end_lineno or node.lineno
            yield range(node.lineno, end + 1)
            body: list[ast.stmt] = getattr(node, "body", [])
            if body and body[0].lineno > node.lineno:
                yield range(node.lineno, body[0].lineno)


def _inside(edited: Iterable[int], lines: range) -> bool:
    return all(line in lines for line in edited)
