"""The runner: every vector is asked of the subject, whatever happened to those before it, and judged."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from refimpl.conformance.again import one_run_less
from refimpl.conformance.case import Case
from refimpl.conformance.judge import Judgement, Verdict, judge
from refimpl.conformance.outcome import Broke, Declined, Outcome, Returned
from refimpl.conformance.protocol import Started
from refimpl.conformance.store import path_of
from refimpl.conformance.subjects import Opened, Subject, SubjectError
from refimpl.conformance.vector import Vector
from refimpl.conformance.waivers import Waiver
from refimpl.solver import Solver

__all__ = ["ConformanceRun", "Row", "conform"]

_STARTS: Final = 3


@final
@dataclass(frozen=True, slots=True)
class Row:
    """One vector, what the subject answered, the verdict, and the seconds that the answer took."""

    vector: Vector
    outcome: Outcome
    judgement: Judgement
    seconds: float = 0.0


@final
@dataclass(frozen=True, slots=True)
class ConformanceRun:
    """A whole run.

    ``stale`` are waivers that speak of nothing, ``problems`` what else was wrong with the subject; ``options`` are the
    words of the command line, besides the subject, on which verdicts depend.
    """

    subject: str
    started: Started
    rows: tuple[Row, ...]
    stale: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    options: tuple[str, ...] = ()

    def count(self, verdict: Verdict) -> int:
        """How many vectors have that verdict."""
        return sum(row.judgement.verdict == verdict for row in self.rows)

    @property
    def exit_code(self) -> int:
        """4 if the subject broke, 1 if something failed, 3 if something is unknown or nothing was shown, else 0."""
        if self.count("broke") or self.problems:
            return 4
        if self.count("fail") or self.stale:
            return 1
        shown = self.count("pass") + self.count("waived")
        return 3 if self.count("unknown") or not shown else 0


def conform(
    vectors: Sequence[Vector],
    opened: Opened,
    solver: Solver,
    *,
    deadline: float,
    jobs: int = 1,
    waivers: Sequence[Waiver] = (),
    whole: bool = True,
    watch: Callable[[Row], object] = lambda _: None,
) -> ConformanceRun:
    """Ask and judge all vectors, in order; ``watch`` is told each row as soon as its turn comes.

    With ``whole`` the vectors are all that there are, so that a waiver without any is stale. Raises SubjectError if
    the subject does not start at all.
    """
    first = opened.make()
    started = first.start()
    own = [waiver for waiver in waivers if waiver.subject in (opened.name, started.name)]
    rows: list[Row] = []
    problems: list[str] = []
    features = started.features
    for vector, outcome, earlier, seconds in _asked(vectors, opened, first, features, deadline, jobs, problems):
        judged = judge(vector, outcome, features, solver, earlier=earlier)
        judgement = _waived(path_of(vector), outcome, judged, own)
        rows.append(Row(vector, outcome, judgement, seconds))
        watch(rows[-1])
    paths = [path_of(row.vector) for row in rows]
    stale = [each for each in own if whole and not any(map(each.covers, paths))]
    return ConformanceRun(
        opened.name,
        started,
        tuple(rows),
        tuple([f"the waiver {each.id} of {each.date} matches no vector" for each in stale]),
        tuple(dict.fromkeys(problems)),
    )


def _waived(path: str, outcome: Outcome, judgement: Judgement, waivers: Sequence[Waiver]) -> Judgement:
    waiver = next((each for each in waivers if each.covers(path)), None)
    if waiver is None:
        return judgement
    if judgement.verdict in ("fail", "unknown"):
        if not waiver.is_of(outcome):
            message = f"it fails in another way than the waiver {waiver.id} of {waiver.date} says: {judgement.message}"
            return replace(judgement, verdict="fail", message=message)
        return replace(judgement, verdict="waived", message=f"{waiver.reason} ({waiver.finding}): {judgement.message}")
    if judgement.verdict == "pass":
        return Judgement("fail", f"it passes, so that the waiver {waiver.id} of {waiver.date} is to be taken away")
    return judgement


_Asked = tuple[Vector, Outcome, Outcome | None, float]
"""A vector, the outcome, that of the same case with one run less if it has several, and the seconds of the first."""


def _asked(
    vectors: Sequence[Vector],
    opened: Opened,
    first: Subject,
    features: frozenset[str],
    deadline: float,
    jobs: int,
    problems: list[str],
) -> Iterator[_Asked]:
    """The answers in the order of the vectors; the subjects are ended whatever happens."""
    if opened.local or jobs == 1 or len(vectors) < 2:
        worker = _Worker(first, features, deadline)
        try:
            for vector in vectors:
                yield worker.ask(vector)
        except BaseException:
            first.abort()
            raise
        worker.stop(problems)
        return
    yield from _in_threads(vectors, opened, first, features, deadline, min(jobs, len(vectors)), problems)


def _in_threads(
    vectors: Sequence[Vector],
    opened: Opened,
    first: Subject,
    features: frozenset[str],
    deadline: float,
    jobs: int,
    problems: list[str],
) -> Iterator[_Asked]:
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    done: queue.SimpleQueue[tuple[int, _Asked] | BaseException] = queue.SimpleQueue()
    for index in range(len(vectors)):
        todo.put(index)

    def work(subject: Subject) -> None:
        worker = _Worker(subject, features, deadline)
        try:
            while (index := _next(todo)) is not None:
                done.put((index, worker.ask(vectors[index])))
            worker.stop(problems)
        except BaseException as error:
            done.put(error)

    subjects = [first, *(opened.make() for _ in range(jobs - 1))]
    threads = [threading.Thread(target=work, args=(subject,), daemon=True) for subject in subjects]
    try:
        for thread in threads:
            thread.start()
        yield from _in_order(len(vectors), done)
        for thread in threads:
            thread.join()
    finally:
        for subject in subjects:
            subject.abort()


def _next(todo: queue.SimpleQueue[int]) -> int | None:
    try:
        return todo.get_nowait()
    except queue.Empty:
        return None


def _in_order(count: int, done: queue.SimpleQueue[tuple[int, _Asked] | BaseException]) -> Iterator[_Asked]:
    waiting: dict[int, _Asked] = {}
    for index in range(count):
        while index not in waiting:
            found = done.get()
            if isinstance(found, BaseException):
                raise found
            waiting[found[0]] = found[1]
        yield waiting.pop(index)


@final
class _Worker:
    """Asks one subject; gives up on one that does not start any more."""

    def __init__(self, subject: Subject, features: frozenset[str], deadline: float) -> None:
        self._subject = subject
        self._features = features
        self._deadline = deadline
        self._failed_starts = 0

    def ask(self, vector: Vector) -> _Asked:
        """The outcome; a case whose features the subject lacks is not asked."""
        case = vector.case
        lacking = [each for each in (case.chapter, *case.features) if each not in self._features]
        if lacking:
            return vector, Declined(lacking[0]), None, 0.0
        start = time.perf_counter()
        outcome = self._run(case)
        seconds = time.perf_counter() - start
        return vector, outcome, self._earlier(case, outcome), seconds

    def _run(self, case: Case) -> Outcome:
        if self._failed_starts >= _STARTS:
            return Broke("the subject does not start any more")
        try:
            outcome = self._subject.run(case, self._deadline)
            self._failed_starts = 0
        except SubjectError as error:
            self._failed_starts += 1
            outcome = Broke(str(error))
        return outcome

    def _earlier(self, case: Case, outcome: Outcome) -> Outcome | None:
        """The outcome with one run less: what a further run changes is judged too (STEADY)."""
        less = one_run_less(case)
        return None if less is None or not isinstance(outcome, Returned) else self._run(less)

    def stop(self, problems: list[str]) -> None:
        """End the subject."""
        problem = self._subject.stop()
        if problem is not None:
            problems.append(problem)
