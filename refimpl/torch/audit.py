"""The live audit: what PyTorch's rebinding does while a program runs, judged by the laws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from sysconfig import get_paths
from types import TracebackType
from typing import Literal, final

from refimpl.laws.step_law import StepFinding
from refimpl.torch._judgement import Judgement
from refimpl.torch._log import Log
from refimpl.torch._observer import HUB

__all__ = ["Audit", "Finding", "Findings", "audit"]


@final
@dataclass(frozen=True, slots=True)
class Finding:
    """A law that PyTorch broke, or of which it is not known whether it did (``undecided``).

    ``node`` is the path of the node in its graph, ``message`` what is wrong, ``witness`` numbers at which it is
    (decimal texts, None where the fault needs none), ``stack`` where PyTorch was when it was seen, outermost first.
    """

    law: str
    outcome: Literal["refuted", "undecided"]
    node: str
    message: str
    witness: Mapping[str, str] | None
    stack: str

    @property
    def place(self) -> str:
        """The innermost line of the stack that is of no library; empty if there is none."""
        standard = tuple({get_paths()[name] for name in ("stdlib", "platstdlib")})
        for line in reversed(self.stack.splitlines()):
            text = line.strip()
            path = text.removeprefix('File "')
            if path != text and not path.startswith(standard) and "site-packages" not in path:
                return text
        return ""


@final
class Findings:
    """The findings of an audit, in the order in which they were seen. Reading them judges what was not judged yet."""

    def __init__(self, log: Log) -> None:
        self._judgement = Judgement(log)
        log.judge = self._judgement.bring_up_to_date
        self._found: list[Finding] = []

    def _judged(self) -> list[Finding]:
        self._judgement.bring_up_to_date()
        everything = list(self._judgement.found.values())
        self._found += [_finding(each) for each in everything[len(self._found) :]]
        return self._found

    def __getitem__(self, index: int) -> Finding:
        return self._judged()[index]

    def __len__(self) -> int:
        return len(self._judged())

    def __iter__(self) -> Iterator[Finding]:
        return iter(list(self._judged()))

    def __repr__(self) -> str:
        return f"Findings({self._judged()!r})"

    @property
    def refuted(self) -> list[Finding]:
        """The findings that are certain."""
        return [each for each in self if each.outcome == "refuted"]

    @property
    def undecided(self) -> list[Finding]:
        """The findings that are open."""
        return [each for each in self if each.outcome == "undecided"]


@final
class Audit:
    """The context manager that `audit` returns; ``seen`` is what it has seen so far."""

    def __init__(self) -> None:
        self.seen: Log = Log()
        self._findings = Findings(self.seen)

    def __enter__(self) -> Findings:
        HUB.enter(self.seen)
        return self._findings

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        HUB.leave(self.seen)


def audit() -> Audit:
    """Watch PyTorch re-propagate graphs, in this process and all its threads: ``with audit() as findings: ...``.

    Each rebinding step and each whole propagation within the block is observed, whoever runs it, and judged when
    ``findings`` is read (inside the block or after it). PyTorch does what it does without an audit, and is as it was
    when the last audit ends. Audits may be nested or overlap; each sees everything that happens while it is open.
    """
    return Audit()


def _finding(found: StepFinding) -> Finding:
    witness = None if found.witness is None else {name: _text(value) for name, value in found.witness.items()}
    return Finding(found.law, found.outcome, found.node, found.message, witness, found.stack)


def _text(value: int | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)
