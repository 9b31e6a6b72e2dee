"""The solvers behind one typed facade that speaks SMT-LIB text; the only importer of z3 and cvc5."""

from __future__ import annotations

from refimpl.solver._engine import SolverError
from refimpl.solver.encode import Script, encode
from refimpl.solver.facade import DEFAULT_BUDGET, Solver, SolverName, forget, make_solver
from refimpl.solver.obligation import Obligation
from refimpl.solver.semantics import completed, holds, refutes
from refimpl.solver.texts import PROVERS, Prover, TextAnswer, solve_text, solver_versions
from refimpl.solver.verdict import By, Model, Number, Proved, Refuted, Undecided, Verdict

__all__ = [
    "DEFAULT_BUDGET",
    "By",
    "Model",
    "Number",
    "Obligation",
    "PROVERS",
    "Proved",
    "Prover",
    "Refuted",
    "Script",
    "Solver",
    "SolverError",
    "SolverName",
    "TextAnswer",
    "Undecided",
    "Verdict",
    "forget",
    "completed",
    "encode",
    "holds",
    "make_solver",
    "refutes",
    "solve_text",
    "solver_versions",
]
