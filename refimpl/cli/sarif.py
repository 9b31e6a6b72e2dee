"""The report as SARIF 2.1.0: a rule for each law, a result for each obligation that is refuted or undecided."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from typing import Final
from urllib.parse import quote

from refimpl.laws import Json, LawRow, ProgramReport

__all__ = ["report_sarif"]

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def report_sarif(reports: tuple[ProgramReport, ...]) -> str:
    """The JSON text. An undecided obligation is of the kind ``open``; what can't be judged is a notification."""
    from refimpl.laws.consist import CONSIST
    from refimpl.laws.judge import LAWS

    laws = (CONSIST, *LAWS)
    places: dict[str, int] = {law.name: index for index, law in enumerate(laws)}
    rules: list[Json] = [{"id": law.name, "shortDescription": {"text": law.statement}} for law in laws]
    errors: list[Json] = [_notification(report) for report in reports if report.error is not None]
    run: dict[str, Json] = {
        "tool": {"driver": {"name": "refimpl", "version": version("refimpl"), "rules": rules}},
        "invocations": [{"executionSuccessful": not errors, "toolExecutionNotifications": errors}],
        "artifacts": [{"location": {"uri": _uri(report)}} for report in reports],
        "results": [
            _result(report, index, row, places[row.law])
            for index, report in enumerate(reports)
            for row in (*report.refuted, *report.undecided)
        ],
    }
    log: dict[str, Json] = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _uri(report: ProgramReport) -> str:
    return quote((report.path or "").replace("\\", "/"))


def _location(report: ProgramReport, index: int, node: str | None) -> Mapping[str, Json]:
    place: dict[str, Json] = {"physicalLocation": {"artifactLocation": {"uri": _uri(report), "index": index}}}
    if node is not None:
        place["logicalLocations"] = [{"fullyQualifiedName": node, "name": node.rpartition("/")[2], "kind": "element"}]
    return place


def _result(report: ProgramReport, index: int, row: LawRow, rule: int) -> Json:
    refuted = row.outcome == "refuted"
    result: dict[str, Json] = {
        "ruleId": row.law,
        "ruleIndex": rule,
        "kind": "fail" if refuted else "open",
        "level": "error" if refuted else "none",
        "message": {"text": row.message or row.outcome},
        "locations": [_location(report, index, row.node)],
    }
    properties: dict[str, Json] = {"relation": report.relation, "obligations": row.obligations}
    if row.witness is not None:
        properties["witness"] = dict(row.witness)
    if row.under:
        properties["under"] = list(row.under)
    result["properties"] = properties
    return result


def _notification(report: ProgramReport) -> Json:
    error = report.error
    text = "" if error is None else error.message
    place: dict[str, Json] = {"physicalLocation": {"artifactLocation": {"uri": _uri(report)}}}
    return {"level": "error", "message": {"text": text}, "locations": [place]}
