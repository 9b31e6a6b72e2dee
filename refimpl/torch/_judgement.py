"""What an audit has kept, converted and judged by the laws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from linecache import getline
from pathlib import Path
from threading import Lock
from typing import Final, final

from refimpl.laws.atom import ATOM
from refimpl.laws.implementation import OBSERVED_LAWS, judge_run, judge_step
from refimpl.laws.steady import STEADY
from refimpl.laws.step import RunRecord, Step
from refimpl.laws.step_law import ObservedLaw, StepFinding
from refimpl.laws.step_names import EMIT_OF_STEP, INJ_OF_STEP
from refimpl.solver import Solver, SolverError, make_solver
from refimpl.symbolic_shapes.key_path import KeyPath
from refimpl.terms import Symbol
from refimpl.torch._log import Log
from refimpl.torch._past import Shortened
from refimpl.torch._patterns import INNOCENT, Pattern, Writer
from refimpl.torch._records import Frames, RawRun, RawStep, line_of
from refimpl.torch._relevant import Relevance
from refimpl.torch._spent import SPENT
from refimpl.torch.expressions import Unreadable, from_torch_symbol
from refimpl.torch.key_paths import from_torch_path
from refimpl.torch.places import read_place
from refimpl.torch.shape_env import Capture, StateReader

__all__ = ["Judgement", "text_of_frames"]

# A law about names and structure holds or not whatever an expression that could not be read says.
_WHATEVER_IS_UNREADABLE: Final = frozenset(("ROOT", "ATOM", "DOM", "FRESH", "STEADY", "SORT"))
_OWN: Final = str(Path(__file__).parent)
_SCRIPT: Final = str(Path(__file__).with_name("script.py"))
_FEW: Final = 32
"""Symbols that are compared quicker than it is found out which of them concern a step."""
_LAWS: Final[Mapping[str, tuple[ObservedLaw, ...]]] = {
    "graph": OBSERVED_LAWS,
    "steps": (INJ_OF_STEP, EMIT_OF_STEP),
    "again": (STEADY,),
}


@final
class Judgement:
    """Judges a log as far as it goes, each record once; what was found stays found."""

    def __init__(self, log: Log) -> None:
        self._lock = Lock()
        self._log = log
        self._reader = StateReader()
        self._steps = 0
        self._runs = 0
        self._judged: dict[int, int] = {}
        """How many steps of a run were judged."""
        self._growing: list[RawRun] = []
        self._troubles = 0
        self._relevance = Relevance()
        self._writer = Writer()
        self._guilty: set[int] = set()
        self._told: dict[int, Sequence[Capture]] = {}
        self._cuts: dict[int, tuple[Capture, Capture]] = {}
        self._parts: dict[int, Step] = {}
        self._solver: Solver | None = None
        self.found: dict[tuple[str, str, str, str], StepFinding] = {}

    def bring_up_to_date(self) -> None:
        """Judge what was seen since the last time."""
        with self._lock:
            self._judge_what_is_new()

    def _judge_what_is_new(self) -> None:
        runs = [run for run in self._growing if self._judged[id(run)] != len(run.steps)]
        new = self._log.runs[self._runs :]
        self._runs += len(new)
        # What is rebound outside of a run is gathered as long as there is more.
        self._growing += [run for run in new if run.kind == "steps"]
        runs += new
        patterns = [self._pattern_of_run(run) for run in runs]
        innocent: set[int] = set()
        for run, pattern in zip(runs, patterns, strict=True):
            self._judged[id(run)] = len(run.steps)
            if pattern in INNOCENT:
                innocent.update(map(id, run.steps))
        for step in self._log.steps[self._steps :]:
            self._steps += 1
            if id(step) not in innocent:
                self._judge_step(step)
        for run, pattern in zip(runs, patterns, strict=True):
            if pattern not in INNOCENT:
                self._judge_run(run, pattern)
        for trouble in self._log.troubles[self._troubles :]:
            self._troubles += 1
            self._add([StepFinding("EXACT", "undecided", "", trouble)])

    def _judge_step(self, raw: RawStep) -> None:
        pattern = self._pattern_of_step(raw)
        if pattern in INNOCENT:
            return
        if self._found_in(raw, parts=True):
            self._guilty.add(id(raw))
            self._add(self._found_in(raw, parts=False))
        elif pattern is not None:
            INNOCENT.add(pattern)

    def _pattern_of_step(self, raw: RawStep) -> Pattern:
        """None if it has no pattern."""
        try:
            return self._writer.of_step(raw, self._told_of(raw))
        except Unreadable:
            return None

    def _told_of(self, raw: RawStep) -> Sequence[Capture]:
        """What was before and after the step, without what the laws need not be told of it."""
        known = self._told.get(id(raw))
        if known is None:
            known = SPENT.without((raw.before, raw.after), self._relevance.mentioned(raw.places))
            if len(known[-1].ranges) > _FEW:
                known = self._part_of(raw)
            self._told[id(raw)] = known
        return known

    def _part_of(self, raw: RawStep) -> tuple[Capture, Capture]:
        """What concerns the step in what was before and after it."""
        known = self._cuts.get(id(raw))
        if known is None:
            known = self._cuts[id(raw)] = self._relevance.cut(raw.places, raw.before.capture(), raw.after.capture())
        return known

    def _found_in(self, raw: RawStep, *, parts: bool) -> list[StepFinding]:
        notes = self._reader.notes
        step = self._step(raw, parts=parts)
        if isinstance(step, StepFinding):
            return [step]
        try:
            found = judge_step(step, self._z3(), laws=(ATOM,)) if raw.whole else judge_step(step, self._z3())
        except SolverError as error:
            found = (StepFinding("EXACT", "undecided", raw.node, str(error)),)
        return [_at(each, raw) for each in self._certain(found, notes == self._reader.notes)]

    def _judge_run(self, raw: RawRun, pattern: Pattern) -> None:
        if raw.unseen:
            return
        laws = _LAWS[raw.kind]
        if self._found_in_run(raw, laws, parts=True):
            self._add(self._found_in_run(raw, laws, parts=False))
        elif pattern is not None and self._guilty.isdisjoint(map(id, raw.steps)):
            INNOCENT.add(pattern)

    def _pattern_of_run(self, raw: RawRun) -> Pattern:
        """None if it has no pattern. One that is innocent speaks for the steps of the run too."""
        if raw.unseen:
            return None
        short = self._short_pattern(raw)
        if short is not None and short in INNOCENT:
            return short
        pattern = self._told_pattern(raw)
        if short is not None and pattern in INNOCENT:
            INNOCENT.add(short)
        return pattern

    def _short_pattern(self, raw: RawRun) -> Pattern:
        """The pattern of all that was kept of a run, if that is little; None if more is said of it."""
        moments = [each for each in (raw.before, raw.after, raw.first) if isinstance(each, Shortened)]
        steps = [
            (step, step.before, step.after)
            for step in list(raw.steps)
            if not step.whole and isinstance(step.before, Shortened) and isinstance(step.after, Shortened)
        ]
        if len(moments) < 2 + (raw.first is not None) or len(steps) < sum(not step.whole for step in raw.steps):
            return None
        past = moments[0].past
        kept = chain(moments, *((before, after) for _, before, after in steps))
        if not all(each.past is past and past.is_told_by(each) for each in kept):
            return None
        try:
            return self._writer.of_short(raw, moments, steps)
        except Unreadable:
            return None

    def _told_pattern(self, raw: RawRun) -> Pattern:
        try:
            steps = [(step, self._told_of(step)) for step in list(raw.steps) if not step.whole]
            return self._writer.of_run(raw, self._moments(raw, parts=True), steps)
        except Unreadable:
            return None

    def _moments(self, raw: RawRun, *, parts: bool) -> tuple[Capture, ...]:
        """What was before and after the run, and after the one before it if there is one."""
        moments = [each for each in (raw.before, raw.after, raw.first) if each is not None]
        if not parts:
            return tuple([each.capture() for each in moments])
        mentioned = {symbol for _, symbol, _ in raw.recorded}
        mentioned.update(*(self._relevance.divisors(path) for _, _, path in raw.recorded))
        mentioned.update(*(self._relevance.mentioned(step.places) for step in raw.steps))
        return SPENT.without(moments, mentioned, known_before=raw.kind != "again")

    def _found_in_run(self, raw: RawRun, laws: Sequence[ObservedLaw], *, parts: bool) -> list[StepFinding]:
        notes = self._reader.notes
        record = self._record(raw, parts=parts)
        if isinstance(record, StepFinding):
            return [record]
        try:
            found = judge_run(record, self._z3(), laws=laws)
        except SolverError as error:
            found = (StepFinding("EXACT", "undecided", "the run", str(error)),)
        return [_at(each, raw) for each in self._certain(found, notes == self._reader.notes)]

    def _certain(self, found: Sequence[StepFinding], complete: bool) -> Iterator[StepFinding]:
        for each in found:
            if complete or each.law in _WHATEVER_IS_UNREADABLE or each.outcome == "undecided":
                yield each
            else:
                text, reason = next(iter(self._reader.unreadable.items()))
                message = f"{each.message}; but not everything could be read: {text}: {reason}"
                yield StepFinding(each.law, "undecided", each.node, message, None, each.fix, each.stack)

    def _add(self, found: Sequence[StepFinding] | Iterator[StepFinding]) -> None:
        for each in found:
            self.found.setdefault((each.law, each.outcome, each.node, each.message), each)

    def _z3(self) -> Solver:
        if self._solver is None:
            self._solver = make_solver()
        return self._solver

    # -- conversion --

    def _step(self, raw: RawStep, *, parts: bool) -> Step | StepFinding:
        """The step, or what kept it from being read; its part is made once, for the step and for its run."""
        known = self._parts.get(id(raw)) if parts else None
        if known is not None:
            return known
        before, after = self._part_of(raw) if parts else (raw.before.capture(), raw.after.capture())
        try:
            places = tuple([read_place(place, self._reader) for place in raw.places])
        except Unreadable as error:
            return _at(StepFinding("PATH", "undecided", raw.node, str(error)), raw)
        states = self._reader.state(before), self._reader.state(after)
        step = Step(raw.node, raw.op, places, *states, raw.raised)
        if parts:
            self._parts[id(raw)] = step
        return step

    def _record(self, raw: RawRun, *, parts: bool) -> RunRecord | StepFinding:
        before, after, *earlier = map(self._reader.state, self._moments(raw, parts=parts))
        if raw.kind == "again":
            # Judged is what the second run itself changes; symbols that the first run left pending and somebody has
            # cleared since are no growth when the second leaves as many.
            left = earlier[0] if earlier else before
            pending = left.pending if len(left.pending) > len(before.pending) else before.pending
            # Other inputs have conditions of their own.
            again = after if raw.same_inputs else replace(before, pending=after.pending)
            return RunRecord((), before, replace(before, pending=pending), (), None, again)
        found = [self._step(each, parts=parts) for each in list(raw.steps) if not each.whole]
        recorded: list[tuple[str, Symbol, KeyPath]] = []
        for node, symbol, path in raw.recorded:
            try:
                recorded.append((node, from_torch_symbol(symbol), from_torch_path(path)))
            except Unreadable as error:
                return _at(StepFinding("PATH", "undecided", node, str(error)), raw)
        steps = tuple([step for step in found if isinstance(step, Step)])
        return RunRecord(steps, before, after, tuple(recorded), raw.raised)


def _at(finding: StepFinding, seen: RawStep | RawRun) -> StepFinding:
    """The finding, made where this was seen."""
    return finding if finding.stack else replace(finding, stack=text_of_frames(seen.frames))


def text_of_frames(frames: Frames) -> str:
    """The frames as Python prints them, outermost first, without this package's own and what is outside a script."""
    lines: list[str] = []
    script = [index for index, (code, _) in enumerate(frames) if code.co_filename == _SCRIPT]
    for code, offset in reversed(frames[: script[-1]] if script else frames):
        if code.co_filename.startswith((_OWN, "<frozen ")):
            continue
        line = line_of(code, offset)
        lines.append(f'  File "{code.co_filename}", line {line}, in {code.co_name}')
        text = getline(code.co_filename, line).strip()
        if text:
            lines.append(f"    {text}")
    return "\n".join(lines)
