"""Does a witness replay? What that means depends on the law (the page ``laws`` says it for each)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isclose
from typing import final

from refimpl.fake_tensor import FakeTensor
from refimpl.laws.concrete import NOTHING, NotReplayableError, Silenced, concrete
from refimpl.laws.emit import silenced
from refimpl.laws.law import Claim
from refimpl.laws.observation import ABSENT, Observation, ObservedNode
from refimpl.laws.replay import Replay
from refimpl.laws.scalars import is_scalar, is_sequence
from refimpl.laws.theory import Theory
from refimpl.solver import Model, holds
from refimpl.terms import Dim, Undefined, to_text

__all__ = ["Confirmation", "confirm"]


@final
@dataclass(frozen=True, slots=True)
class Confirmation:
    """The witness replays; ``note`` says how, ``valuation`` is the one that the run really had."""

    valuation: Model
    note: str


def confirm(
    claim: Claim, valuation: Model, replay: Callable[[Model, Silenced], Replay], seen: Observation, theory: Theory
) -> Confirmation | str:
    """A confirmation, or why the witness is none."""
    silent = silenced(seen) if claim.given == "emitted" else NOTHING
    if claim.direction == "strengthened":
        silent = replace(silent, loud=frozenset({claim.node}))
    try:
        run = replay(valuation, silent)
    except NotReplayableError as error:
        return str(error)
    for condition in theory.hypotheses(None, until=claim.until):
        if not holds(condition, run.valuation):
            return f"the run violates {to_text(condition)}"
    if claim.direction == "strengthened":
        return _raises(claim, run, seen, theory)
    if run.raised is not None and not _is_past(claim, run.raised.node, seen):
        return f"{run.raised.node} raises {run.raised.message}"
    if claim.law == "VALUE":
        return _values_differ(claim, run, seen)
    refusing = _refusing(run, seen)
    if refusing is not None:
        return refusing
    if any(not holds(predicate, run.valuation) for predicate in claim.predicates):
        return "the branch is not taken"
    if holds(claim.goal, run.valuation):
        return "the condition holds on the run"
    return Confirmation(run.valuation, "")


def _raises(claim: Claim, run: Replay, seen: Observation, theory: Theory) -> Confirmation | str:
    """B is true and a named node raises, or the run-time assert that tracing defers there does."""
    for condition in theory.hypotheses("before", until=claim.until):
        if not holds(condition, run.valuation):
            return f"the run violates the recorded {to_text(condition)}"
    if run.raised is None:
        asserted = any(
            stated.node == claim.node and stated.condition is claim.goal and stated.source in ("deferred", "double")
            for stated in seen.after
        )
        if asserted and not holds(claim.goal, run.valuation):
            return Confirmation(run.valuation, f"; only the run-time assert that is deferred at {claim.node} raises")
        return "no node raises"
    return Confirmation(run.valuation, f"; {run.raised.node} raises: {run.raised.message}")


def _refusing(run: Replay, seen: Observation) -> str | None:
    """What a node that kept its recorded value, since it raises wherever it was run, refuses at these numbers."""
    kept = {node.path for node in seen.nodes if node.failure is not None}
    for stated in seen.after if kept else ():
        if stated.node in kept and not holds(stated.whole, run.valuation):
            return f"{stated.node} raises {stated.message}"
    return None


def _is_past(claim: Claim, raising: str, seen: Observation) -> bool:
    """Whether the run got beyond the claim's node before a node raised."""
    order = [node.path for node in seen.nodes]
    if claim.node not in order or raising not in order or claim.law != "VALUE":
        return False
    return order.index(raising) > order.index(claim.node)


def _values_differ(claim: Claim, run: Replay, seen: Observation) -> Confirmation | str:
    """Both values of the node are evaluated and differ; one that is recorded as undefined is not what was computed."""
    node = next((node for node in seen.nodes if node.path == claim.node), None)
    if node is None or node.old is ABSENT or claim.node not in run.values:
        return "the node has no concrete value"
    new = run.values[claim.node]
    try:
        old = concrete(node.old, run.valuation)
    except Undefined as error:
        note = f" (what is recorded is undefined: {error}; the operator gives {_text(new)})"
        return Confirmation(run.valuation, note)
    if isinstance(new, FakeTensor):
        new = replace(new, offset=new.offset - _moved(node, run, seen))
    if not differ(old, new):
        return "the recorded and the concrete value are equal"
    if is_scalar(node.old) and not isinstance(node.old, float) and _is_rounding(old, new):
        return f"{old!r} and {new!r} differ by rounding, and no order of operations is recorded"
    return Confirmation(run.valuation, f" ({_text(old)} is recorded, the operator gives {_text(new)})")


def _moved(node: ObservedNode, run: Replay, seen: Observation) -> Dim:
    """The offset of the copy that the node's value views, if that copy is recorded as starting at 0 (see VALUE)."""
    storage = node.new.storage if isinstance(node.new, FakeTensor) else None
    if storage is None or not storage.is_copy:
        return 0
    copy = next(other for other in seen.nodes if isinstance(other.new, FakeTensor) and other.new.storage is storage)
    made = run.values.get(copy.path)
    starts = isinstance(copy.old, FakeTensor) and copy.old.offset == 0
    return made.offset if starts and isinstance(made, FakeTensor) else 0


def _is_rounding(old: object, new: object) -> bool:
    return isinstance(old, float) and isinstance(new, float) and isclose(old, new, rel_tol=1e-12)


def differ(old: object, new: object) -> bool:
    """Whether two concrete values differ in what VALUE speaks of."""
    if isinstance(old, FakeTensor) and isinstance(new, FakeTensor):
        return _tensors_differ(old, new)
    if is_sequence(old) and is_sequence(new):
        return len(old) != len(new) or any(map(differ, old, new))
    if isinstance(old, float) and isinstance(new, float):
        return old != new and not (old != old and new != new)
    return type(old) is not type(new) or old != new


def _tensors_differ(old: FakeTensor, new: FakeTensor) -> bool:
    if old.dtype is not new.dtype or old.device != new.device or old.layout != new.layout:
        return True
    if old.sizes != new.sizes or old.offset != new.offset:
        return True
    if 0 in old.sizes or old.layout != "strided":
        return False
    used = [d for d, size in enumerate(old.sizes) if isinstance(size, int) and size > 1]
    return any(old.strides[d] != new.strides[d] for d in used)


def _text(value: object) -> str:
    if isinstance(value, FakeTensor):
        return f"sizes {list(value.sizes)}, strides {list(value.strides)}, offset {value.offset}"
    return repr(value)
