"""The written argument for each change that no check noticed: the pages of ``proofs/survivors``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from tests.mutants.systematic import PACKAGES
from tests.mutants.systematic.changes import ROOT
from tests.mutants.systematic.record import Result

__all__ = ["HARMLESS", "KINDS", "PAGE", "Argument", "argued", "read_arguments", "share", "table", "with_table"]

PAGE: Final = ROOT / "proofs" / "SURVIVORS.md"
FOLDER: Final = ROOT / "proofs" / "survivors"
HARMLESS: Final = ("nothing to observe", "time or memory")
"""Changes of the text, not of what the program means: no check of meaning can notice them."""
KINDS: Final = (*HARMLESS, "less is known", "open")
_ITEM: Final = re.compile(
    r"^\* ((?:`[^`\s:]+:[^`\s:]*:[a-z]+:[0-9a-f]{6}`,?\s+)+)\(([a-z ]+)\) ((?:.+\n?(?!\* |#))*)", re.M
)
_TABLE: Final = re.compile(r"(<!-- the table -->\n).*?(<!-- its end -->)", re.S)


@final
@dataclass(frozen=True, slots=True)
class Argument:
    """Why no check notices a change: one of ``KINDS``, and the reason."""

    kind: str
    why: str


def argued(text: str) -> dict[str, Argument]:
    """The arguments of a page, by the change's id without ``refimpl.``; an item may be about several changes."""
    found: dict[str, Argument] = {}
    for names, kind, why in _ITEM.findall(text):
        for name in re.findall(r"`([^`]+)`", names):
            found[name] = Argument(kind, " ".join(why.split()))
    return found


def read_arguments(folder: Path = FOLDER) -> dict[str, Argument]:
    """Every argument, by the change's id."""
    found: dict[str, Argument] = {}
    for package in PACKAGES:
        page = argued((folder / f"{package}.md").read_text(encoding="utf-8"))
        found.update({f"refimpl.{name}": argument for name, argument in page.items()})
    return found


def share(results: Sequence[Result], arguments: Mapping[str, Argument]) -> tuple[int, int]:
    """How many changes were noticed, of how many that are not harmless."""
    counted = [result for result in results if not _is_harmless(result, arguments)]
    return sum(result.how is not None for result in counted), len(counted)


def table(results: Sequence[Result], arguments: Mapping[str, Argument], present: Mapping[str, int]) -> str:
    """For each package (``present`` says how many changes there are): those tried, noticed, harmless, and the rest."""
    rows = ["| package | changes | tried | noticed | harmless | not noticed | share |", "|---|---|---|---|---|---|---|"]
    for package in (*PACKAGES, ""):
        prefix = f"refimpl.{package}." if package else ""
        tried = [result for result in results if result.id.startswith(prefix)]
        noticed, counted = share(tried, arguments)
        changes = present[package] if package else sum(present.values())
        percent = f"{100 * noticed / counted:.1f} %" if counted else ""
        cells = (changes, len(tried), noticed, len(tried) - counted, counted - noticed, percent)
        rows.append(f"| {f'`{package}`' if package else 'all'} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(rows)


def with_table(page: str, rows: str) -> str:
    """The page with the table in its place. Raises ValueError if it has none."""
    written, count = _TABLE.subn(lambda found: f"{found[1]}{rows}\n{found[2]}", page)
    if count != 1:
        raise ValueError("the page has no place for the table")
    return written


def _is_harmless(result: Result, arguments: Mapping[str, Argument]) -> bool:
    argument = arguments.get(result.id)
    return result.how is None and argument is not None and argument.kind in HARMLESS
