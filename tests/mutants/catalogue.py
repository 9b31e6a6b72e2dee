"""The catalogue of seeded faults: what each breaks and which checks notice it."""

from __future__ import annotations

from typing import Final

from tests.mutants.archives import ARCHIVES
from tests.mutants.blind import BLIND
from tests.mutants.closer import CLOSER
from tests.mutants.comparison import COMPARISON
from tests.mutants.corners import CORNERS
from tests.mutants.emission import EMISSION
from tests.mutants.environment import ENVIRONMENT
from tests.mutants.forms import FORMS
from tests.mutants.fx import FX
from tests.mutants.judging import JUDGING
from tests.mutants.laws import LAWS
from tests.mutants.links import LINKS
from tests.mutants.more_terms import MORE_TERMS
from tests.mutants.mutant import Mutant
from tests.mutants.nearer import NEARER
from tests.mutants.numbers import NUMBERS
from tests.mutants.obligations import OBLIGATIONS
from tests.mutants.observed import OBSERVED
from tests.mutants.observing import OBSERVING
from tests.mutants.operators import OPERATORS
from tests.mutants.oracle import ORACLE
from tests.mutants.own_runs import OWN_RUNS
from tests.mutants.propagation import PROPAGATION
from tests.mutants.ranges import RANGES
from tests.mutants.rebinding import REBINDING
from tests.mutants.relating import RELATING
from tests.mutants.remembered import REMEMBERED
from tests.mutants.replays import REPLAYS
from tests.mutants.runs import RUNS
from tests.mutants.slips import SLIPS
from tests.mutants.slips_of_laws import SLIPS_OF_LAWS
from tests.mutants.slips_of_terms import SLIPS_OF_TERMS
from tests.mutants.special_laws import SPECIAL_LAWS
from tests.mutants.special_steps import SPECIAL_STEPS
from tests.mutants.special_terms import SPECIAL_TERMS
from tests.mutants.step_claims import STEP_CLAIMS
from tests.mutants.steps import STEPS
from tests.mutants.terms import TERMS
from tests.mutants.theories import THEORIES
from tests.mutants.thresholds import THRESHOLDS
from tests.mutants.unseen import UNSEEN
from tests.mutants.worded import WORDED

__all__ = ["CATALOGUE", "by_id"]

CATALOGUE: Final[tuple[Mutant, ...]] = (
    *FX,
    *REBINDING,
    *ENVIRONMENT,
    *NUMBERS,
    *PROPAGATION,
    *ARCHIVES,
    *LAWS,
    *OBSERVED,
    *COMPARISON,
    *JUDGING,
    *EMISSION,
    *OBLIGATIONS,
    *STEP_CLAIMS,
    *STEPS,
    *OWN_RUNS,
    *RELATING,
    *REPLAYS,
    *OBSERVING,
    *LINKS,
    *BLIND,
    *THEORIES,
    *RUNS,
    *TERMS,
    *MORE_TERMS,
    *RANGES,
    *FORMS,
    *OPERATORS,
    *ORACLE,
    *SLIPS,
    *SLIPS_OF_TERMS,
    *SLIPS_OF_LAWS,
    *SPECIAL_TERMS,
    *SPECIAL_LAWS,
    *SPECIAL_STEPS,
    *CORNERS,
    *CLOSER,
    *THRESHOLDS,
    *NEARER,
    *UNSEEN,
    *WORDED,
    *REMEMBERED,
)


def by_id() -> dict[str, Mutant]:
    """The catalogue by id. Raises ValueError if two faults share one."""
    found = {mutant.id: mutant for mutant in CATALOGUE}
    if len(found) != len(CATALOGUE):
        raise ValueError("two mutants share an id")
    return found
