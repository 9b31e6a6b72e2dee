"""What rebinding does in the debatable cases: one small value per PyTorch release, and the exact one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, final

__all__ = ["EXACT", "PROFILES", "TORCH_2_13", "Profile"]


@final
@dataclass(frozen=True, slots=True)
class Profile:
    """The policy of a rebinding step.

    ``constant``, ``backed``: is the equation with such a value kept (``solve``) or dropped (``discard``)?
    ``derived``: is the equation with an expression over unbacked symbols kept or refused?
    ``divisibility``: is ``value = divisor * quotient`` part of the step or ignored?
    ``hops``: are renamings followed to the end or one hop? ``duplicates``: are two symbols that resolve to one
    both rebound or do they collapse? ``same``: is a value that already is the symbol accepted or refused?
    """

    name: str
    constant: Literal["solve", "discard"] = "solve"
    backed: Literal["solve", "discard"] = "solve"
    derived: Literal["solve", "refuse"] = "solve"
    divisibility: Literal["keep", "ignore"] = "keep"
    hops: Literal["end", "one"] = "end"
    duplicates: Literal["keep", "collapse"] = "keep"
    same: Literal["accept", "refuse"] = "accept"


EXACT: Final = Profile("exact")
"""Every step is exact (law EXACT)."""

TORCH_2_13: Final = Profile(
    "torch-2.13",
    constant="discard",
    backed="discard",
    derived="refuse",
    divisibility="ignore",
    hops="one",
    duplicates="collapse",
    same="refuse",
)
"""What PyTorch 2.13's ``rebind_unbacked`` does."""

PROFILES: Final[dict[str, Profile]] = {profile.name: profile for profile in (EXACT, TORCH_2_13)}
