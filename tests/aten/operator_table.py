"""The table of ``refimpl/docs/operators.md``: which overloads are modelled and what each was compared with.

``python tests/aten/operator_table.py`` writes it between its two marks; a test holds page and table together.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parents[2]))

from refimpl.aten import overload, schema_names
from refimpl.aten._families import load
from refimpl.aten._registry import lookup
from refimpl.aten._schemas import out_names
from tests.aten.calls import DATA, field, read_calls

__all__ = ["PAGE", "family_of", "modelled_overloads", "table", "used_overloads"]

PAGE: Final = Path(__file__).parents[2] / "refimpl" / "docs" / "operators.md"
_FAKE: Final = ("calls.jsonl", "layouts.jsonl", "relaid.jsonl")
_EAGER: Final = ("eager.jsonl", "drawn.jsonl")
_BEGIN, _END = "<!-- operator table -->\n", "<!-- end of operator table -->\n"


def used_overloads() -> list[str]:
    """The ATen overloads that 1,675 real exported programs use."""
    return (DATA / "used_overloads.txt").read_text(encoding="utf-8").splitlines()


def family_of(name: str) -> str:
    """The family that models the overload; empty if none does."""
    function = lookup(name)
    if function is None:
        return "in-place forms" if overload(name).is_modelled else ""
    module = function.__module__.rpartition(".")[2]
    return "in-place forms" if module.startswith("_") else module


def modelled_overloads() -> list[str]:
    """The ATen overloads that have a shape function, sorted."""
    load()
    return [name for name in schema_names() if name.startswith("aten.") and overload(name).is_modelled]


def _counted(files: tuple[str, ...], *, refused: bool = False) -> Counter[str]:
    calls = (call for name in files for call in read_calls(name))
    return Counter(field(call, "op") for call in calls if not refused or "error" in call)


def table() -> str:
    """The table: one row a family, then the sums."""
    load()
    fake = _counted(_FAKE)
    eager = _counted(_EAGER)
    refused = _counted(_EAGER, refused=True)
    used = set(used_overloads())
    rows: defaultdict[str, list[str]] = defaultdict(list)
    for name in schema_names():
        rows[family_of(name)].append(name)
    unmodelled = rows.pop("", [])
    lines = [
        "| family | overloads | used by programs | fake results compared | eager runs compared | of them refused |",
        "|---|---|---|---|---|---|",
    ]
    for family in sorted(rows):
        names = rows[family]
        cells = [len(names), len(used.intersection(names)), *(sum(c[n] for n in names) for c in (fake, eager, refused))]
        lines.append(f"| {family} | {' | '.join(map(str, cells))} |")
    names = [name for family in rows.values() for name in family]
    sums = [len(names), len(used.intersection(names)), *(sum(c[n] for n in names) for c in (fake, eager, refused))]
    lines.append(f"| **all** | {' | '.join(f'**{number}**' for number in sums)} |")
    left = sorted(used.intersection(unmodelled))
    variants = out_names()
    written = sum(overload(name).is_modelled for name in variants)
    lines += ["", f"Used by programs and not modelled: {', '.join(left) if left else 'none'}.", ""]
    lines += [f"Of the {len(variants)} variants that write into `out=` tensors, {written} follow from these.", ""]
    return "\n".join(lines)


def main() -> None:
    """Write the table into the page."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    PAGE.write_text(f"{before}{_BEGIN}{table()}{_END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
