"""The chapters of the specification, in reading order."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from specs import (
    archives,
    bindings,
    comparison,
    conversions,
    decisions,
    emission,
    environment,
    exchange,
    histories,
    implementation,
    interpreter,
    intervals,
    laws,
    nodes,
    numbers,
    observed,
    operators,
    oracle,
    propagation,
    questions,
    quotients,
    rebinding,
    recorded,
    records,
    reports,
    solvers,
    states,
    subgraphs,
    terms,
    values,
    verdicts,
)

__all__ = ["CHAPTERS"]

CHAPTERS: Final[tuple[tuple[str, ModuleType], ...]] = (
    ("INT", interpreter),
    ("INT", nodes),
    ("BND", bindings),
    ("REB", rebinding),
    ("REB", values),
    ("REB", quotients),
    ("ENV", environment),
    ("ENV", histories),
    ("ENV", states),
    ("NUM", numbers),
    ("NUM", questions),
    ("NUM", conversions),
    ("PRO", propagation),
    ("PRO", subgraphs),
    ("PRO", records),
    ("ARC", archives),
    ("LAW", laws),
    ("LAW", verdicts),
    ("LAW", reports),
    ("CMP", comparison),
    ("IMP", observed),
    ("IMP", implementation),
    ("COR", recorded),
    ("EMI", emission),
    ("OPR", operators),
    ("TRM", terms),
    ("TRM", exchange),
    ("TRM", decisions),
    ("TRM", intervals),
    ("SOL", solvers),
    ("CON", oracle),
)
"""Each module with the prefix of its clauses' ids; a chapter may go on in the next module."""
