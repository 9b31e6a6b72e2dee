"""The ledger: what the last accepted run said, as text that a reviewer can read and a check can compare."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast, final

from proofs.engine.running import Tally, TheoremResult
from refimpl.solver import solver_versions

__all__ = ["KEPT", "LEDGER", "Entry", "differences", "keep", "read", "written"]

LEDGER: Final = Path(__file__).parents[1] / "ledger.toml"
KEPT: Final = LEDGER.with_name("kept")


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of a theorem and a check compares: nothing that depends on the solvers' versions."""

    verdict: str
    obligations: int
    digest: str


def _tally(name: str, tally: Tally) -> str:
    return f"{name} = {{ unsat = {tally.unsat}, sat = {tally.sat}, unknown = {tally.unknown}, work = {tally.work} }}\n"


def written(results: Sequence[TheoremResult], names: Sequence[str], before: str = "") -> str:
    """The text of the ledger after a run of some theorems; the entries of the others stay as they were before.

    ``names`` are all registered theorems, in order; an entry of any other is dropped.
    """
    versions = solver_versions()
    head = (
        "# Written by `refimpl prove --update`; compared by `refimpl prove --check`.\n"
        "# `obligations_sha256` covers the texts made from the shipped code, `proofs_sha256` cvc5's proofs;\n"
        "# small proofs are kept in proofs/kept.\n\n"
        f'[solvers]\nz3 = "{versions["z3"]}"\ncvc5 = "{versions["cvc5"]}"\n'
    )
    entries = {match[1]: match[0] for match in _ENTRY.finditer(before)}
    entries.update({result.name: _written(result) for result in results})
    return head + "".join(f"\n{entries[name].rstrip()}\n" for name in names if name in entries)


_ENTRY: Final = re.compile(r"^\[theorems\.(\w+)\]\n(?:(?!\[).*\n?)*", re.M)


def _written(result: TheoremResult) -> str:
    return (
        f"[theorems.{result.name}]\n"
        f'verdict = "{result.verdict}"\n'
        f"obligations = {result.obligations}\n"
        f'obligations_sha256 = "{result.digest}"\n'
        f"{_tally('z3', result.z3)}{_tally('cvc5', result.cvc5)}"
        f"proof_steps = {result.steps}\n"
        f"unchecked_steps = {result.unchecked}\n"
        f'proofs_sha256 = "{result.proof}"\n'
    )


def keep(results: Sequence[TheoremResult], names: Sequence[str], folder: Path) -> None:
    """Write the small proofs of cvc5, one file a theorem, and remove what is out of date."""
    folder.mkdir(exist_ok=True)
    for result in results:
        file = folder / f"{result.name}.cpc"
        if result.kept:
            file.write_text(result.kept, encoding="utf-8")
        else:
            file.unlink(missing_ok=True)
    for file in folder.glob("*.cpc"):
        if file.stem not in names:
            file.unlink()


def read(text: str) -> Mapping[str, Entry]:
    """The entries of a ledger by theorem. Raises ValueError if the text is no ledger."""
    data: dict[str, object] = tomllib.loads(text)
    theorems = data.get("theorems", {})
    if not isinstance(theorems, dict):
        raise ValueError("the ledger has no table of theorems")
    tables = cast("dict[str, object]", theorems)  # TOML's keys are strings
    return {name: _entry(name, entry) for name, entry in tables.items()}


def _entry(name: str, entry: object) -> Entry:
    match entry:
        case {"verdict": str(verdict), "obligations": int(count), "obligations_sha256": str(digest)}:
            return Entry(verdict, count, digest)
        case _:
            raise ValueError(f"the ledger's entry of {name} is incomplete")


def differences(recorded: Mapping[str, Entry], results: Sequence[TheoremResult]) -> list[str]:
    """Where a run and the ledger disagree, one sentence each."""
    found: list[str] = []
    for result in results:
        entry = recorded.get(result.name)
        if entry is None:
            found.append(f"{result.name} is not in the ledger")
        elif entry.verdict != result.verdict:
            found.append(f"{result.name} is {result.verdict}, the ledger says {entry.verdict}")
        elif entry.digest != result.digest or entry.obligations != result.obligations:
            found.append(f"{result.name} has other obligations than the ledger says: the code under proof changed")
    names = {result.name for result in results}
    found.extend(
        f"{name} is in the ledger, but no such theorem is registered" for name in recorded if name not in names
    )
    return found
