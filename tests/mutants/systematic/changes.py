"""The changes of a module: which there are, how each is named, and its code after the change.

What cannot change behaviour is not generated: annotations, decorators, docstrings, ``__all__``, ``__slots__``, type
aliases, texts of messages, assertions and ``assert_never``. Nor is what breaks whatever reaches it: the only
assignment of a name, the last ``return``.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import CodeType
from typing import Final, final

from tests.mutants.systematic import PACKAGES
from tests.mutants.systematic.sites import Site, sites

__all__ = ["ROOT", "Change", "changes", "modules"]

ROOT: Final = Path(__file__).parents[3]


@final
@dataclass(frozen=True, slots=True)
class Change:
    """One change: ``id`` is ``module:qualname:kind:hash`` and independent of lines, ``shows`` is what a reader sees.

    ``lines`` are the first and the last line that it touches.
    """

    id: str
    module: str
    shows: str
    lines: tuple[int, int]
    file: str
    tree: ast.Module
    site: Site

    def code(self) -> CodeType:
        """The code of the module after the change."""
        with _applied(self.site):
            return compile(self.tree, self.file, "exec")


def modules(*packages: str) -> list[str]:
    """The names of the modules of the packages, in order."""
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for package in packages or PACKAGES
        for path in sorted((ROOT / "refimpl" / package).glob("*.py"))
        if path.name != "__init__.py"
    ]


def changes(module: str) -> list[Change]:
    """Every change of a module, in the order of its text."""
    path = ROOT / (module.replace(".", "/") + ".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    found: list[Change] = []
    for site in sites(tree, texts=module.startswith("refimpl.solver")):
        shows = _shown(site)
        key = f"{site.qualname}:{site.kind}:{shows}"
        seen[key] += 1
        digest = sha256(f"{key}:{seen[key]}".encode()).hexdigest()[:6]
        name = f"{module}:{site.qualname}:{site.kind}:{digest}"
        found.append(Change(name, module, shows, site.lines, str(path), tree, site))
    return found


def _shown(site: Site) -> str:
    before = _one_line(site.around)
    within = "" if site.within is site.around else f" in `{_one_line(site.within)}`"
    match site.kind:
        case "drop":
            return f"without `{before}`"
        case "condition":
            return f"`not {before}` for `{before}`{within}"
        case _:
            with _applied(site):
                return f"`{_one_line(site.around)}` for `{before}`{within}"


def _one_line(node: ast.AST) -> str:
    text = ast.unparse(node).splitlines()[0]
    return text if len(text) <= 100 else text[:97] + "..."


@contextmanager
def _applied(site: Site) -> Generator[None]:
    site.put(site.new)
    try:
        yield
    finally:
        site.put(site.old)
