"""What was tried and what came of it, as kept in ``killers``: one file for each package, one line for each function."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from tests.mutants.systematic import PACKAGES

__all__ = ["FOLDER", "Result", "read_record", "write_record"]

FOLDER: Final = Path(__file__).parent / "killers"
_SURVIVED: Final = "survived"


@final
@dataclass(frozen=True, slots=True)
class Result:
    """A change that was tried: ``by`` is the check that noticed it, None if every check passed.

    ``how`` is ``failed``, ``endless``, ``crashed`` or ``import``, None if it survived.
    """

    id: str
    by: str | None
    how: str | None


def write_record(results: Iterable[Result]) -> None:
    """Write the results, sorted, the check's name before the changes that it noticed."""
    sites: dict[str, dict[str, list[str]]] = {}
    for result in results:
        module, qualname, kind, digest = result.id.split(":")
        key = _SURVIVED if result.how is None else f"{result.by or ''} {result.how}".strip()
        sites.setdefault(f"{module}:{qualname}", {}).setdefault(key, []).append(f"{kind}:{digest}")
    FOLDER.mkdir(exist_ok=True)
    for package in PACKAGES:
        lines = [
            json.dumps({"site": site, **{key: sorted(found) for key, found in sorted(keys.items())}})
            for site, keys in sorted(sites.items())
            if site.startswith(f"refimpl.{package}.")
        ]
        (FOLDER / f"{package}.jsonl").write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_record(folder: Path = FOLDER) -> list[Result]:
    """Every result, in order."""
    found: list[Result] = []
    for package in PACKAGES:
        for line in (folder / f"{package}.jsonl").read_text(encoding="utf-8").splitlines():
            row: dict[str, str | list[str]] = json.loads(line)
            site = row.pop("site")
            for key, names in row.items():
                check, _, how = key.rpartition(" ")
                survived = key == _SURVIVED
                found += [Result(f"{site}:{name}", check or None, None if survived else how or key) for name in names]
    return found
