"""How two programs relate: which inputs each accepts, what each requires, what each gives."""

from __future__ import annotations

from refimpl.relation.compare import diff
from refimpl.relation.report import Compared, Difference, DiffReport, Guess, diff_exit_code

__all__ = ["Compared", "DiffReport", "Difference", "Guess", "diff", "diff_exit_code"]
