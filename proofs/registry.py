"""Every theorem, registered file by file; a file of theorems that is missing here is an error."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from proofs import (
    constructors,
    encoding,
    enumerated,
    implementation_laws,
    judging,
    knowledge,
    laws,
    normal_form,
    placing,
    preserve,
    ranges,
    rebinding,
)
from proofs.engine.theorem import Group, Theorem

__all__ = ["GROUPS", "THEOREMS", "unregistered"]

GROUPS: Final[tuple[Group, ...]] = (
    ranges.GROUP,
    normal_form.GROUP,
    constructors.GROUP,
    knowledge.GROUP,
    encoding.GROUP,
    enumerated.GROUP,
    rebinding.GROUP,
    implementation_laws.GROUP,
    laws.GROUP,
    placing.GROUP,
    judging.GROUP,
    preserve.GROUP,
)


def _named() -> dict[str, Theorem]:
    found: dict[str, Theorem] = {}
    for group in GROUPS:
        for theorem in group.theorems:
            if theorem.name in found:
                raise ValueError(f"two theorems are called {theorem.name}")
            found[theorem.name] = theorem
    return found


THEOREMS: Final[Mapping[str, Theorem]] = _named()


def unregistered(folder: Path) -> list[str]:
    """The files of a folder that state theorems and are not registered: proofs that nobody runs."""
    registered = {Path(group.file).name for group in GROUPS}
    return [
        path.name
        for path in sorted(folder.glob("*.py"))
        if path.name not in registered and re.search(r"^GROUP\b", path.read_text(encoding="utf-8"), re.M)
    ]
