"""The list of verified properties, as the page of the documentation has it."""

from __future__ import annotations

from proofs.registry import GROUPS

__all__ = ["verified"]


def verified() -> str:
    """Every theorem in plain English, under the file that proves it."""
    parts: list[str] = []
    for group in GROUPS:
        parts.append(f"### {group.title} (`{group.file}`)\n")
        for theorem in group.theorems:
            fragment = f" *On this fragment: {theorem.fragment}.*" if theorem.fragment else ""
            parts.append(f"* `{theorem.name}`: {theorem.statement}{fragment}")
        parts.append("")
    return "\n".join(parts)
