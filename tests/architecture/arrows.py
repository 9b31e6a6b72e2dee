"""The import arrows of the design: an entry of ``refimpl`` imports only entries above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

__all__ = ["ORDER", "Violation", "violations"]

ORDER: Final = (
    "fx", "terms", "symbolic_shapes", "fake_tensor", "aten", "export", "solver", "laws", "relation", "conformance",
    "torch", "testing", "docs", "cli",
)  # fmt: skip
CORE: Final = frozenset(ORDER[: ORDER.index("aten") + 1])
NOT_IN_CORE: Final = frozenset({"z3", "cvc5", "json", "logging"})
# The untyped libraries, and the one place that may import each.
BORDERS: Final = {"z3": "solver/", "cvc5": "solver/", "sympy": "terms/sympy_bridge.py", "torch": "torch/"}


@dataclass(frozen=True, slots=True)
class Violation:
    """An import against the arrows: ``file:line`` imports ``module``."""

    file: str
    line: int
    module: str
    reason: str


def _imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                for alias in names:
                    yield node.lineno, alias.name
            case ast.ImportFrom(module=str(module), level=0, names=names):
                yield node.lineno, module
                if module == "refimpl":
                    for alias in names:
                        yield node.lineno, f"refimpl.{alias.name}"
            case ast.ImportFrom(level=level) if level:
                yield node.lineno, "(relative)"
            case _:
                pass


def _reason(file: str, entry: str, module: str) -> str | None:
    top, _, rest = module.partition(".")
    if module == "(relative)":
        return "relative imports hide the arrow"
    if entry in CORE and top in NOT_IN_CORE:
        return f"the core does not import {top}"
    if top in BORDERS and not file.startswith(BORDERS[top]):
        return f"{top} is imported only by {BORDERS[top]}"
    if top in {"specs", "proofs", "tests"}:
        return f"refimpl does not import {top}"
    if top == "refimpl" and entry in ORDER:
        target = rest.partition(".")[0]
        if not target:
            return "an entry does not import the package that exports it"
        if target in ORDER and ORDER.index(target) > ORDER.index(entry):
            return f"{entry} stands above {target}"
    return None


def violations(package: Path) -> list[Violation]:
    """Every import below the package's folder that the arrows forbid, in order of file and line."""
    found: list[Violation] = []
    for path in sorted(package.rglob("*.py")):
        file = path.relative_to(package).as_posix()
        entry = file.partition("/")[0]
        for line, module in _imports(ast.parse(path.read_text(encoding="utf-8"), filename=file)):
            reason = _reason(file, entry, module)
            if reason is not None:
                found.append(Violation(file, line, module, reason))
    return found
