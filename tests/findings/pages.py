"""The pages of findings: their parts, and what their scripts print."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

__all__ = ["FINDINGS", "SECTIONS", "Finding", "faults", "finding_of", "names", "outputs"]

FINDINGS: Final = Path(__file__).parents[2] / "specs" / "findings"
SECTIONS: Final = (
    "What is right",
    "What was seen",
    "Witness",
    "Why it matters",
    "Related public issues",
    "What a fix would be",
)
_LAWS: Final = frozenset(
    {"CONSIST", "EQUIV", "VALUE", "LINK", "PATH", "DOM", "FRESH", "INJ", "EMIT", "EXACT", "FRAME", "ROOT", "SORT"}
    | {"ATOM", "STEADY", "ARC"}
)
_SEEN: Final = re.compile(r"^## What was seen\n\n```text\n(.*?)^```$", re.S | re.M)
_LINK: Final = re.compile(r"\[#(\d+)\]\(https://github\.com/pytorch/pytorch/(?:pull|issues)/(\d+)\)")


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A page: the laws that it is about, its sections in order, and what it says that its script prints."""

    laws: tuple[str, ...]
    sections: tuple[str, ...]
    seen: str


def names() -> list[str]:
    """The names of all findings, as pages or as scripts."""
    return sorted({path.stem for path in FINDINGS.iterdir() if path.suffix in {".md", ".py"}})


def finding_of(text: str) -> Finding:
    """The parts of a page. Raises ValueError if it has no law or shows no output."""
    law = re.search(r"^\* \*\*Law\*\*: (.+)$", text, re.M)
    seen = _SEEN.search(text)
    if law is None or seen is None:
        raise ValueError("a finding names its laws and shows what its script prints")
    return Finding(
        tuple(re.findall(r"\b[A-Z]{3,}\b", law[1])), tuple(re.findall(r"^## (.+)$", text, re.M)), str(seen[1])
    )


def faults(name: str, text: str) -> list[str]:
    """What is wrong with a page, its script not being run."""
    found: list[str] = []
    page = finding_of(text)
    if not page.laws or not set(page.laws) <= _LAWS:
        found.append(f"no laws: {', '.join(page.laws)}")
    if page.sections != SECTIONS:
        found.append(f"sections: {', '.join(page.sections)}")
    if f"({name}.py)" not in text:
        found.append("no link to its script")
    found += [f"#{shown} links to {linked}" for shown, linked in _LINK.findall(text) if shown != linked]
    found += [f"#{bare} is no link" for bare in re.findall(r"(?<!\[)#(\d{5,})", text)]
    found += ["an empty section" for body in re.split(r"^## .+$", text, flags=re.M)[1:] if not body.strip()]
    return found


_RUN_ALL: Final = """
import contextlib, io, json, runpy, sys
seen = {}
for script in sys.argv[1:]:
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path(script, run_name="__main__")
    seen[script.removesuffix(".py")] = out.getvalue()
print(json.dumps(seen))
"""


def outputs() -> dict[str, str]:
    """What the script of each finding prints now, in a Python that has PyTorch 2.13. Raises RuntimeError if one fails.

    The scripts run one after the other in one fresh process, which has loaded nothing of this project.
    """
    scripts = [f"{name}.py" for name in names()]
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN_ALL, *scripts],
        cwd=FINDINGS, capture_output=True, text=True, encoding="utf-8", check=False, timeout=900,
    )  # fmt: skip
    if ran.returncode:
        raise RuntimeError(ran.stderr)
    found: object = json.loads(ran.stdout)
    if not isinstance(found, dict):
        raise RuntimeError(ran.stdout)
    return {str(name): str(text) for name, text in found.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType] - JSON
