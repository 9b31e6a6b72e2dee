"""PATH: the path of a binding exists in the result, and a division on it is exact."""

from __future__ import annotations

from typing import Final

from refimpl.laws.law import Claim, Claims, Finding, Law
from refimpl.laws.observation import Observation
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.terms import to_text

__all__ = ["PATH"]

_FIX: Final = "require the divisibility where the value is made, or bind the undivided value"


def _claims(seen: Observation) -> Claims:
    open_claims: list[Claim] = []
    for binding in seen.bindings:
        for side in binding.side:
            where = f"{binding.node}{keystr(binding.path)}"
            text = f"{binding.symbol.name} at {where} needs {to_text(side)}, which does not follow"
            open_claims.append(Claim("PATH", binding.node, side, "after", text, None, _FIX, binding.under))
    findings = [
        Finding("PATH", node.path, "refuted", node.failure.message)
        for node in seen.nodes
        if node.failure is not None and node.failure.kind == "path"
    ]
    return Claims(tuple(open_claims), tuple(findings), len(seen.bindings))


PATH: Final = Law(
    "PATH", "The path of every binding exists in the result, and its divisors are positive and divide.", _claims
)
