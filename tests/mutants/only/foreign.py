"""Whether a check of another clause notices a fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final, final

from tests.mutants.mutant import Mutant, planted
from tests.mutants.only.clauses import Cited
from tests.mutants.only.looked import Looked, look_at
from tests.mutants.only.probes import Probes
from tests.mutants.systematic.forked import Found, first_failure
from tests.mutants.systematic.record import read_record

__all__ = ["Order", "first_foreign", "foreign", "noticed_elsewhere"]

_SITE: Final = 5
"""How much more it says that a check notices faults of the same function than of the same module."""
_BUDGET: Final = 600.0


def foreign(about: Cited, fault: Mutant, looked: Looked) -> list[tuple[str, float]]:
    """The checks of other clauses, with their usual time, whose run the fault changes."""
    return [
        (check, look.usual) for check, look in looked.items() if fault.id in look.changed and check not in about.own
    ]


@final
class Order:
    """Which checks are asked first: those that noticed most, in this function and in its module, in the least time."""

    def __init__(self) -> None:
        self._noticed: Counter[tuple[str, str]] = Counter()
        for result in read_record():
            if result.by is not None:
                module, qualname, *_ = result.id.split(":")
                self.learn(f"{module}:{qualname}", result.by)

    def learn(self, site: str, check: str) -> None:
        """A fault at that site was noticed by that check."""
        self._noticed[site.partition(":")[0], check] += 1
        self._noticed[site, check] += _SITE

    def of(self, site: str, checks: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
        """The checks in the order of asking."""
        module = site.partition(":")[0]

        def promise(entry: tuple[str, float]) -> float:
            check, usual = entry
            return (0.5 + self._noticed[module, check] + self._noticed[site, check]) / (usual + 0.03)

        return sorted(checks, key=promise, reverse=True)


def first_foreign(mutant: Mutant, checks: Sequence[tuple[str, float]], budget: float) -> Found:
    """The first of these checks that notices the fault, planted in a process of its own; ``budget`` is in seconds.

    The functions must have been imported before: what a module computes once is computed without the fault.
    """
    kept = ExitStack()  # held until the process ends: what is dropped takes the fault back

    def plant() -> None:
        kept.enter_context(planted(mutant))

    return first_failure(checks, budget, plant)


def noticed_elsewhere(checks: Iterable[str], claims: Mapping[str, tuple[Cited, Mutant]]) -> Iterator[str]:
    """A sentence for each of these checks that notices a fault which is claimed to be another clause's own.

    A check is run once to see which faults change its run, and again with each of these.
    """
    probes = Probes(fault for _, fault in claims.values())
    for check in checks:
        look = look_at(check, probes)
        for clause, (about, fault) in claims.items():
            if fault.id in look.changed and check not in about.own:
                found = first_foreign(fault, [(check, look.usual)], _BUDGET)
                if found.how is not None:
                    yield f"{clause}: {check} notices {fault.id}"
