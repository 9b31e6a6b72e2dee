"""The laws, the witness and its replay, and the check of one program."""

from __future__ import annotations

from refimpl.laws.blind_run import BlindRun, Prepared, blind_run, prepare
from refimpl.laws.check import check
from refimpl.laws.propagation import propagation_report
from refimpl.laws.report import (
    BindingRow,
    Json,
    LawRow,
    ProgramReport,
    Report,
    ReportError,
    SpecializationRow,
    UnrecordedRow,
    exit_code,
    worst_exit_code,
)

__all__ = [
    "BindingRow",
    "BlindRun",
    "Json",
    "LawRow",
    "Prepared",
    "ProgramReport",
    "Report",
    "ReportError",
    "SpecializationRow",
    "UnrecordedRow",
    "blind_run",
    "check",
    "exit_code",
    "prepare",
    "propagation_report",
    "worst_exit_code",
]
