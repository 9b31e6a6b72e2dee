"""What a vector is good for: the seeded faults that the reference subject shows on it, and the path that it takes."""

from __future__ import annotations

import inspect
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Final, TypeAlias

from refimpl.conformance.again import one_run_less
from refimpl.conformance.implementation import Implementation
from refimpl.conformance.judge import judge
from refimpl.conformance.outcome import Broke, Outcome
from refimpl.conformance.reference import Reference
from refimpl.conformance.serving import ask
from refimpl.conformance.store import path_of
from refimpl.conformance.vector import Vector
from refimpl.solver import Solver, make_solver
from refimpl.torch.subject import TorchImplementation
from tests.conformance.torch_bugs import IN_TORCH, Bug
from tests.conformance.torch_bugs import planted as planted_in_torch
from tests.mutants.catalogue import CATALOGUE
from tests.mutants.mutant import Mutant, forget_results, function_at, planted, resolve

__all__ = ["MUTANTS", "Path_", "answer_of", "earlier_of", "fails", "killers", "killers_in_torch", "paths", "redundant"]

_Trace: TypeAlias = "Callable[[FrameType, str, object], _Trace | None]"
Arc: TypeAlias = tuple[str, int, int]
Path_: TypeAlias = frozenset[Arc]

_PACKAGE: Final = Path(__file__).parents[3] / "refimpl"
_TRACED: Final = tuple(str(_PACKAGE / each) for each in ("fx", "symbolic_shapes", "terms", "fake_tensor", "aten"))
_OF: Final = ("refimpl.fx.", "refimpl.symbolic_shapes.", "refimpl.terms.", "refimpl.fake_tensor.", "refimpl.aten.")
_DEADLINE: Final = 20
"""The processor's seconds for one answer: the same however much else runs."""

# The faults that a vector can show: those in what the reference runs.
MUTANTS: Final = tuple(mutant for mutant in CATALOGUE if mutant.site.startswith(_OF))


@contextmanager
def _deadline() -> Generator[None]:
    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError("the fault makes it run on")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, _DEADLINE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _answer(vector: Vector) -> Outcome:
    return answer_of(Reference(), vector)


def answer_of(implementation: Implementation, vector: Vector) -> Outcome:
    """What it answers; it broke if it raises anything else or runs on, as under the harness."""
    try:
        with _deadline():
            return ask(implementation, vector.case.input)
    except (Exception, RecursionError) as error:  # whatever a fault leads to
        return Broke(str(error))


def earlier_of(implementation: Implementation, vector: Vector) -> Outcome | None:
    """What it answers with one run less, if the case runs its graph several times."""
    less = one_run_less(vector.case)
    return None if less is None else answer_of(implementation, replace(vector, case=less))


def fails(vector: Vector, solver: Solver) -> bool:
    """Whether the reference, as it is now, does not pass."""
    earlier = earlier_of(Reference(), vector)
    return judge(vector, _answer(vector), Reference().features, solver, earlier=earlier).verdict != "pass"


def killers(
    vectors: Sequence[Vector], mutants: Iterable[Mutant] = MUTANTS, taken: Mapping[str, Path_] | None = None
) -> dict[str, list[str]]:
    """For each vector, by ``chapter/id``, the faults under which the reference fails it.

    With the paths that the vectors take, a vector that does not come through a function is not asked about its faults.
    """
    right = [_answer(vector) for vector in vectors]
    solver = make_solver()
    found: dict[str, list[str]] = {path_of(vector): [] for vector in vectors}
    for mutant in mutants:
        asked = [each for each in zip(vectors, right, strict=True) if _comes_through(mutant, each[0], taken)]
        with planted(mutant):
            answers = [_answer(vector) for vector, _ in asked]
        # Judged without the fault: the judge shares code with what is judged.
        for (vector, before), answer in zip(asked, answers, strict=True):
            if answer != before and judge(vector, answer, Reference().features, solver).verdict != "pass":
                found[path_of(vector)].append(mutant.id)
    return found


def _comes_through(mutant: Mutant, vector: Vector, taken: Mapping[str, Path_] | None) -> bool:
    if taken is None or isinstance(resolve(mutant.site), str):
        return True
    function = function_at(mutant.site)
    lines, first = inspect.getsourcelines(function)
    file, last = inspect.getfile(function), first + len(lines)
    return any(name == file and first <= line < last for name, _, line in taken[path_of(vector)])


def killers_in_torch(vectors: Sequence[Vector], bugs: Iterable[Bug]) -> dict[str, list[str]]:
    """For each vector, by ``chapter/id``, the bugs under which PyTorch fails it although it passes it otherwise."""
    torch, solver = TorchImplementation(), make_solver()

    def passes(vector: Vector, outcome: Outcome) -> bool:
        return judge(vector, outcome, torch.features, solver, earlier=earlier_of(torch, vector)).verdict == "pass"

    right = {path_of(vector): answer_of(torch, vector) for vector in vectors}
    passed = [vector for vector in vectors if passes(vector, right[path_of(vector)])]
    found: dict[str, list[str]] = {path_of(vector): [] for vector in vectors}
    for bug in bugs:
        with planted_in_torch(bug):
            answers = [answer_of(torch, vector) for vector in passed]
        for vector, answer in zip(passed, answers, strict=True):
            if answer != right[path_of(vector)] and not passes(vector, answer):
                found[path_of(vector)].append(bug.name)
    return found


def paths(vectors: Sequence[Vector]) -> dict[str, Path_]:
    """The branches in this project's code that each vector takes, by ``chapter/id``."""
    return {path_of(vector): _path(lambda vector=vector: _answer(vector)) for vector in vectors}  # type: ignore[misc]


def _path(run: Callable[[], object]) -> Path_:
    forget_results()
    arcs: set[Arc] = set()

    def enter(frame: FrameType, event: str, argument: object) -> _Trace | None:
        name = frame.f_code.co_filename
        if not name.startswith(_TRACED):
            return None
        last = frame.f_code.co_firstlineno

        def line(inner: FrameType, happened: str, value: object) -> _Trace:
            nonlocal last
            if happened == "line":
                arcs.add((name, last, inner.f_lineno))
                last = inner.f_lineno
            return line

        return line

    sys.settrace(enter)
    try:
        run()
    finally:
        sys.settrace(None)
    return frozenset(arcs)


def redundant(vectors: Sequence[Vector], kills: Mapping[str, Sequence[str]], taken: Mapping[str, Path_]) -> list[str]:
    """The vectors, in order, that show no fault and take the path of one before them or of one that shows a fault.

    A fault of PyTorch is none of the path that this project's code takes.
    """
    seen = {taken[path] for path, faults in kills.items() if any(not each.startswith(IN_TORCH) for each in faults)}
    found: list[str] = []
    for vector in vectors:
        path = path_of(vector)
        if kills[path]:
            continue
        if taken[path] in seen:
            found.append(path)
        seen.add(taken[path])
    return found
