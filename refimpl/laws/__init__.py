"""The laws, the witness and its replay, the check of one program, the judgement of what was observed of others."""

from __future__ import annotations

from refimpl.laws.blind_run import BlindRun, Prepared, blind_run, prepare
from refimpl.laws.check import check
from refimpl.laws.implementation import IMPLEMENTATION_LAWS, OBSERVED_LAWS, judge_run, judge_step
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
from refimpl.laws.self_test import SelfTest, self_test
from refimpl.laws.step import Missing, Place, Raised, RunRecord, Step
from refimpl.laws.step_law import ObservedLaw, StepFinding

__all__ = [
    "IMPLEMENTATION_LAWS",
    "OBSERVED_LAWS",
    "BindingRow",
    "BlindRun",
    "Json",
    "LawRow",
    "Prepared",
    "Missing",
    "ObservedLaw",
    "Place",
    "ProgramReport",
    "Raised",
    "Report",
    "ReportError",
    "RunRecord",
    "SelfTest",
    "SpecializationRow",
    "Step",
    "StepFinding",
    "UnrecordedRow",
    "blind_run",
    "check",
    "exit_code",
    "prepare",
    "judge_run",
    "judge_step",
    "propagation_report",
    "self_test",
    "worst_exit_code",
]
