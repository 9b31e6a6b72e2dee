"""RUN, continued: when a run confirms a witness."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from refimpl.fake_tensor import Storage
from refimpl.laws.concrete import (
    NOTHING,
    NotReplayableError,
    Raised,
    Silenced,
)
from refimpl.laws.confirm import Confirmation, confirm
from refimpl.laws.law import Claim
from refimpl.laws.observation import ABSENT, Failure, Observation, Stated
from refimpl.laws.replay import Replay
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Number
from refimpl.terms import Cond, bool_symbol, float_mul, float_symbol, floor_div, ge, le, symbol
from specs.clauses import Clause, checks
from specs.runs import RUN_01
from tests.laws.observations import node, seen, tensor

__all__ = ["RUN_05"]

_LAWS = "refimpl.laws"
S, U, V = symbol("s0"), symbol("u0"), symbol("u1")
P = bool_symbol("p0")
Z = float_symbol("zuf0")
NAN = float("nan")
AT: dict[str, Number] = {"s0": 6, "u0": 4, "u1": -2, "zuf0": 2.5, "p0": True}

RUN_05 = Clause(
    "RUN-05",
    "A witness is confirmed by a run that meets every hypothesis and fails what was claimed: by a node that raises, by"
    " two values that differ, or by the condition itself.",
    f"{_LAWS}.confirm:confirm",
    "run-what-is-past-raises-too",
)


@dataclass
class Runs:
    """Gives the same run for every valuation, and remembers who was silent."""

    run: Replay
    silent: list[Silenced] = field(default_factory=list[Silenced])

    def __call__(self, valuation: Model, silent: Silenced) -> Replay:
        """The run."""
        assert valuation == {"asked": 1}
        self.silent.append(silent)
        return self.run


def claim(goal: Cond = ge(U, 5), **fields: object) -> Claim:  # noqa: B008 - a condition does not change
    """An obligation of LINK at the node ``n``."""
    plain = Claim("LINK", "n", goal, "after", "about", None, "fix")
    return replace(plain, **fields)  # type: ignore[arg-type]  # the fields of a claim


def confirmed(
    asked: Claim,
    observed: Observation,
    raised: Raised | None = None,
    *,
    values: dict[str, object] | None = None,
    at: dict[str, Number] | None = None,
) -> tuple[str, bool]:
    """What was said, and whether it is a confirmation, of a run at ``AT``."""
    run = Replay(dict(AT) if at is None else at, values or {}, raised)
    runs = Runs(run)
    found = confirm(asked, {"asked": 1}, runs, observed, Theory(observed))
    assert len(runs.silent) == 1
    if isinstance(found, Confirmation):
        assert found.valuation == run.valuation
        return found.note, True
    return found, False


PLAIN = seen(node("m"), node("n"), node("o"))


@checks(RUN_05)
def test_the_condition_itself_is_false_on_the_run() -> None:
    assert confirmed(claim(), PLAIN) == ("", True)
    assert confirmed(claim(ge(U, 4)), PLAIN) == ("the condition holds on the run", False)
    assert confirmed(claim(predicates=(P,)), PLAIN) == ("", True)
    assert confirmed(claim(predicates=(P, ge(U, 5))), PLAIN) == ("the branch is not taken", False)
    for place in "mno":
        raised = Raised(place, "too small")
        assert confirmed(claim(), PLAIN, raised) == (f"{place} raises too small", False)


@checks(RUN_05)
def test_a_run_that_violates_a_hypothesis_confirms_nothing() -> None:
    observed = seen(
        node("n"),
        facts=(Stated("n", ge(U, 3), "fact", order=1), Stated("n", le(U, 3), "fact", order=7)),
        after=(Stated("n", ge(U, 9), "assert"),),
        before=(Stated("n", ge(U, 9), "assert"),),
    )
    assert confirmed(claim(), observed) == ("the run violates u0 <= 3", False)
    assert confirmed(claim(until=8), observed) == ("the run violates u0 <= 3", False)
    assert confirmed(claim(until=7), observed) == ("", True)
    assert confirmed(claim(), replace(observed, facts=(), machine=(le(U, 2),))) == ("the run violates u0 <= 2", False)


@checks(RUN_05)
def test_a_node_that_was_not_run_raises_where_its_requirement_is_false() -> None:
    """It kept what was recorded, so that the rest is judged: the run did not complete at these numbers."""
    failed = replace(node("m"), failure=Failure("violated", "too small", ge(U, 9)))
    after = (Stated("m", ge(U, 9), "operator", message="too small"), Stated("n", ge(U, 8), "operator"))
    observed = seen(failed, node("n"), after=after)
    assert confirmed(claim(), observed) == ("m raises too small", False)
    assert confirmed(claim(), observed, at={**AT, "u0": 3, "u1": 0})[1] is False
    assert confirmed(claim(ge(U, 11)), observed, at={**AT, "u0": 10}) == ("", True)
    assert confirmed(claim(), seen(node("m"), node("n"), after=after)) == ("", True)


@checks(RUN_05)
def test_what_replays_not_confirms_nothing_and_who_is_silent() -> None:
    def refusing(_: Model, __: Silenced) -> Replay:
        raise NotReplayableError("no run")

    assert confirm(claim(), {}, refusing, PLAIN, Theory(PLAIN)) == "no run"
    lost = seen(node("n"), after=(Stated("n", ge(U, 3), "assert", lost="dead"),))
    for given, silent in (("after", NOTHING), ("before", NOTHING), ("emitted", Silenced(frozenset("n")))):
        runs = Runs(Replay(dict(AT)))
        confirm(claim(given=given), {"asked": 1}, runs, lost, Theory(lost))
        assert runs.silent == [silent]
    # What raises on every input is heard where that is the claim, there alone.
    runs = Runs(Replay(dict(AT)))
    confirm(claim(given="before", direction="strengthened"), {"asked": 1}, runs, lost, Theory(lost))
    assert runs.silent == [Silenced(loud=frozenset({"n"}))]


@checks(RUN_05)
def test_strengthened_means_that_a_node_raises_although_the_record_is_satisfied() -> None:
    asked = claim(law="EQUIV", direction="strengthened", until=5)
    raised = Raised("o", "too small")
    assert confirmed(asked, PLAIN, raised) == ("; o raises: too small", True)
    assert confirmed(asked, PLAIN) == ("no node raises", False)
    recorded = seen(node("n"), before=(Stated("n", ge(U, 6), "range"),))
    assert confirmed(asked, recorded, raised) == ("the run violates the recorded u0 >= 6", False)
    late = seen(node("n"), facts=(Stated("n", ge(U, 6), "fact", order=5),))
    assert confirmed(asked, late, raised)[1]
    early = seen(node("n"), facts=(Stated("n", ge(U, 6), "fact", order=4),))
    assert confirmed(asked, early, raised) == ("the run violates u0 >= 6", False)


@checks(RUN_05)
@pytest.mark.parametrize(
    ("place", "goal", "source", "raises"),
    [
        ("n", ge(U, 5), "deferred", True),
        ("n", ge(U, 5), "double", True),
        ("n", ge(U, 5), "assert", False),
        ("n", ge(U, 5), "operator", False),
        ("m", ge(U, 5), "deferred", False),
        ("n", ge(U, 6), "deferred", False),
        ("n", ge(U, 4), "deferred", False),
    ],
)
def test_what_is_deferred_raises_although_no_kernel_does(place: str, goal: Cond, source: str, raises: bool) -> None:
    stated = Stated(place, goal, source)  # type: ignore[arg-type]  # one of the sources
    asked = claim(ge(U, 4) if goal is ge(U, 4) else ge(U, 5), law="EQUIV", direction="strengthened")
    note, found = confirmed(asked, seen(node("n"), after=(stated,)))
    assert found == raises
    assert ("deferred at n" in note) == raises
    assert (note == "no node raises") == (not raises)


@checks(RUN_05)
def test_both_values_of_a_node_are_evaluated_and_differ() -> None:
    asked = claim(law="VALUE")

    def value(old: object, new: object, raised: Raised | None = None, **values: object) -> tuple[str, bool]:
        observed = seen(node("m"), node("n", old=old), node("o"))
        return confirmed(asked, observed, raised, values={"n": new, **values})

    note, differs = value(tensor(U), tensor(5))
    assert differs
    assert "sizes [4], strides [1], offset 0 is recorded" in note
    assert "sizes [5], strides [1], offset 0" in note.partition("recorded")[2]
    assert value(U, 5) == (" (4 is recorded, the operator gives 5)", True)
    assert value(tensor(U), tensor(4)) == ("the recorded and the concrete value are equal", False)
    # A record states no order of float operations, so what rounding may explain is no difference; a number is stated.
    third = float_mul(Z, 0.1)
    assert value(third, 0.25 + 1e-16)[1] is False
    assert value(third, 0.25 + 1e-15) == (
        "0.25 and 0.250000000000001 differ by rounding, and no order of operations is recorded",
        False,
    )
    assert value(third, 0.25 + 1e-9)[1]
    assert value(0.25, 0.25 + 1e-15)[1]
    assert value(third, NAN)[1]
    # The claim's condition is not looked at, and a node after it may raise.
    assert value(U, 5, Raised("o", "too small"))[1]
    for place in ("m", "n", "elsewhere"):
        assert value(U, 5, Raised(place, "too small")) == (f"{place} raises too small", False)
    assert value(ABSENT, 5) == ("the node has no concrete value", False)
    note, differs = value(floor_div(S, U - 4), 5)
    assert differs
    assert note.startswith(" (what is recorded is undefined: ")
    assert note.endswith("; the operator gives 5)")
    observed = seen(node("n", old=U))
    assert confirmed(asked, observed) == ("the node has no concrete value", False)
    assert confirmed(claim(law="VALUE", node="x"), observed, values={"x": 5}) == (
        "the node has no concrete value",
        False,
    )
    assert not confirmed(claim(law="VALUE", node="x"), observed, Raised("n", "late"), values={"x": 5})[1]


@checks(RUN_05, RUN_01)
@pytest.mark.parametrize(
    ("is_copy", "recorded", "made", "old", "new", "expected"),
    [
        (True, 0, 2, 1, 3, False),
        (True, 0, 2, 1, 1, True),
        (True, 2, 2, 1, 3, True),
        (True, 2, 2, 3, 3, False),
        (False, 0, 2, 1, 3, True),
        (False, 0, 2, 3, 3, False),
    ],
)
def test_views_of_a_copy_that_is_recorded_as_starting_at_0_follow(
    is_copy: bool, recorded: int, made: int, old: int, new: int, expected: bool
) -> None:
    storage = Storage(is_copy=is_copy)
    copy, view = tensor(3, offset=made).on(storage), tensor(3, offset=new).on(storage)
    observed = seen(
        node("k", old=3, new=3),
        node("l", old=tensor(3, offset=9), new=tensor(3, offset=9)),
        node("m", old=tensor(3, offset=recorded), new=copy),
        node("n", old=tensor(3, offset=old), new=view),
    )
    asked = claim(law="VALUE")
    assert confirmed(asked, observed, values={"m": copy, "n": view})[1] == expected
    if is_copy and recorded == 0:
        assert confirmed(asked, observed, values={"n": view})[1] == (old != new)
        nothing = replace(observed, nodes=(node("m", old=None, new=copy), observed.nodes[3]))
        assert confirmed(asked, nothing, values={"m": copy, "n": view})[1] == (old != new)
