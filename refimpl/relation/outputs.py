"""What comes out of both programs for inputs that both accept: structure, dtype, and every size, stride and number."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import final

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.attempts import Attempts
from refimpl.laws.concrete import NotReplayableError
from refimpl.laws.confirm import differ
from refimpl.laws.consist import find_model
from refimpl.laws.decide import Decided, decide
from refimpl.laws.law import Claim, explain
from refimpl.laws.observation import ABSENT, Held
from refimpl.laws.scalars import is_scalar, sort_name
from refimpl.laws.value import equal_values
from refimpl.relation.kinds import mismatches
from refimpl.relation.report import Compared, Difference
from refimpl.relation.side import Output, Side
from refimpl.relation.theories import both_accepting, hints_of
from refimpl.relation.words import defaults, shown
from refimpl.solver import Model, Proved, Solver, holds
from refimpl.terms import Cond, Scalar, eq, le, lor, to_text

__all__ = ["output_differences"]


@final
@dataclass(frozen=True, slots=True)
class _Asked:
    """A number in an output that the programs write differently: where it stands, and the claim that it is the same."""

    output: Output
    about: str
    claim: Claim


@final
@dataclass(slots=True)
class _Comparison:
    """Collects what differs whatever the sizes are, and what has to be decided."""

    output: Output
    found: list[Difference] = field(default_factory=list[Difference])
    asked: list[_Asked] = field(default_factory=list[_Asked])
    count: int = 0

    def compare(self, old: Held, new: Held, at: str = "") -> None:
        """Compare two values of the output."""
        for about, left, right in mismatches(old, new):
            self.count += 1
            name, place = self.output.name, self.output.node or self.output.name
            message = f"{about}{at} of {name} is {left} in the old program, {right} in the new one"
            self.found.append(Difference("refuted", "new", place, f"{about}{at}", message))
        if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
            if len(old.sizes) == len(new.sizes):
                self._tensors(old, new, at)
        elif isinstance(old, (list, tuple)) and isinstance(new, (list, tuple)):
            for index, (one, other) in enumerate(zip(old, new, strict=False)):
                self.compare(one, other, f"{at}[{index}]")
        elif is_scalar(old) and is_scalar(new) and sort_name(old) == sort_name(new):
            self._ask(f"value{at}", equal_values(old, new), old, new)

    def _tensors(self, old: FakeTensor, new: FakeTensor, at: str) -> None:
        for dim, (left, right) in enumerate(zip(old.sizes, new.sizes, strict=True)):
            self._ask(f"size{at}[{dim}]", equal_values(left, right), left, right)
        self._ask(f"storage offset{at}", equal_values(old.offset, new.offset), old.offset, new.offset)
        if old.layout == new.layout == "strided":
            empty = lor(*(eq(size, 0) for size in old.sizes))
            for dim, (left, right) in enumerate(zip(old.strides, new.strides, strict=True)):
                # A stride counts where the tensor has elements and the dimension more than one of them.
                goal = lor(empty, le(old.sizes[dim], 1), equal_values(left, right))
                self._ask(f"stride{at}[{dim}]", goal, left, right)

    def _ask(self, about: str, goal: Cond, old: Scalar, new: Scalar) -> None:
        self.count += 1
        if goal is not True:
            text = f"{about} of {self.output.name} differs"
            claim = Claim("VALUE", self.output.node or None, goal, "before", text, (old, new), "old against new")
            self.asked.append(_Asked(self.output, about, claim))


def _lacking(old: Output | None, new: Output | None) -> Iterator[Difference]:
    """An output of one program alone; a write may be an in-place operator in the other."""
    has = new if old is None else old
    if has is not None and not has.is_write:
        message = f"the {'old' if old is None else 'new'} program gives no {has.name}"
        yield Difference("refuted", "new", has.node or has.name, "output", message)


def output_differences(old: Side, new: Side, solver: Solver) -> Compared:
    """Where the outputs differ, or may."""
    count = 0
    found: list[Difference] = []
    asked: list[_Asked] = []
    theirs = {output.name: output for output in old.outputs}
    ours = {output.name: output for output in new.outputs}
    for name in dict.fromkeys((*theirs, *ours)):
        left, right = theirs.get(name), ours.get(name)
        if left is None or right is None:
            lacking = list(_lacking(left, right))
            found.extend(lacking)
            count += len(lacking)
            continue
        if left.value is ABSENT or right.value is ABSENT:
            message = f"nothing is known of {name} of the {'old' if left.value is ABSENT else 'new'} program"
            found.append(Difference("undecided", "new", right.node or name, "value", message))
            count += 1
            continue
        comparison = _Comparison(right)
        comparison.compare(left.value, right.value)
        found.extend(comparison.found)
        asked.extend(comparison.asked)
        count += comparison.count
    judged = _judged(old, new, asked, solver) if asked else []
    return Compared((*found, *judged), count)


def _judged(old: Side, new: Side, asked: list[_Asked], solver: Solver) -> list[Difference]:
    theory, hints = both_accepting(old, new), hints_of(old, new)
    answers = decide(theory, [one.claim for one in asked], solver)
    open_answers = [(one, d) for one, d in zip(asked, answers, strict=True) if not isinstance(d.verdict, Proved)]
    if not open_answers:
        return []
    model = find_model(theory, "before", hints, solver)
    if model is None:
        return []  # no input suits both
    if isinstance(model, str):
        message = f"no input is known that both programs accept ({model})"
        return [Difference("undecided", "new", one.output.node, one.about, message) for one, _ in open_answers]
    attempts = Attempts(theory, hints, solver, model, defaults(old, new))
    return [_difference(old, new, one, decided, attempts) for one, decided in open_answers]


def _difference(old: Side, new: Side, one: _Asked, decided: Decided, attempts: Attempts) -> Difference:
    node, claim, reason = one.output.node or one.output.name, one.claim, "the solver gave up"
    for valuation in attempts.of(decided):
        found = _replayed(old, new, one, valuation)
        if not isinstance(found, str):
            witness = shown(found, old, new)
            return Difference("refuted", "new", node, one.about, explain(claim, found), None, witness)
        reason = f"the witness does not replay: {found}"
    return Difference("undecided", "new", node, one.about, f"{explain(claim, None)}; {reason}")


def _replayed(old: Side, new: Side, one: _Asked, valuation: Model) -> Model | str:
    """Both programs run to their end on the plain numbers, and what they give differs."""
    try:
        first = old.run(valuation)
        second = new.run(first.valuation)
        if second.valuation != first.valuation:
            first = old.run(second.valuation)
    except NotReplayableError as error:
        return str(error)
    for side, run in ((old, first), (new, second)):
        if run.raised is not None:
            return f"{run.raised.node} of the {side.which} program raises {run.raised.message}"
        for stated in side.contract:
            if not holds(stated.condition, first.valuation):
                return f"the {side.which} program does not take these numbers ({to_text(stated.condition)})"
    name = one.output.name
    if name not in first.outputs or name not in second.outputs:
        return f"{name} has no concrete value"
    same = not differ(first.outputs[name], second.outputs[name])
    return "the programs give the same" if same else first.valuation
