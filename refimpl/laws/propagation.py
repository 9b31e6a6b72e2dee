"""What a blind run says, as the published JSON of ``refimpl propagate``."""

from __future__ import annotations

from collections.abc import Mapping

from refimpl.export import ExportedProgram
from refimpl.laws.blind_run import blind_run
from refimpl.laws.observation import Observation, Stated
from refimpl.laws.observe import observe
from refimpl.laws.report import BindingRow, Json, SpecializationRow
from refimpl.laws.values_json import values_json
from refimpl.symbolic_shapes.key_path import keystr
from refimpl.symbolic_shapes.profiles import PROFILES
from refimpl.terms import to_text

__all__ = ["binding_rows", "propagation_report", "specialization_rows"]


def propagation_report(
    program: ExportedProgram, *, profile: str = "exact", path: str | None = None
) -> Mapping[str, Json]:
    """One entry of ``programs``: values, facts, requirements, specializations, bindings, all in old names.

    ``failures`` names the nodes that raised or are not modelled: they have no value, and nobody judges them here.

    Accepts a blinded program. Raises KeyError for an unknown profile.
    """
    seen = observe(blind_run(program, profile=PROFILES[profile]))
    return {
        "path": path if path is not None else program.path,
        "values": values_json(seen),
        "facts": [_stated(fact) for fact in seen.facts],
        "requirements": [_stated(requirement) for requirement in seen.after],
        "specializations": [row.to_dict() for row in specialization_rows(seen)],
        "bindings": [row.to_dict() for row in binding_rows(seen)],
        "failures": [{"node": n.path, "message": n.failure.message} for n in seen.nodes if n.failure is not None],
    }


def _stated(statement: Stated) -> Json:
    return {"node": statement.node, "expr": to_text(statement.whole)}


def specialization_rows(seen: Observation) -> tuple[SpecializationRow, ...]:
    """The layout decisions that were taken from hints."""
    return tuple(SpecializationRow(s.node, to_text(s.condition), s.hint or None) for s in seen.specializations)


def binding_rows(seen: Observation) -> tuple[BindingRow, ...]:
    """What rebinding found, in order."""
    return tuple(
        BindingRow(b.node, b.symbol.name, keystr(b.path), None if b.fresh is None else b.fresh.name, to_text(b.term))
        for b in seen.bindings
    )
