"""Outcomes on the wire: what a subject answers, and what a vector expects."""

from __future__ import annotations

from typing import assert_never

from refimpl.conformance.case import (
    CaseInput,
    ComputeBindings,
    EnvironmentInput,
    FollowPath,
    InterpreterInput,
    PropagationInput,
    RebindingInput,
    ResolveBindings,
)
from refimpl.conformance.cursor import Cursor, Json
from refimpl.conformance.outcome import (
    RAISED_KINDS,
    Answer,
    Answered,
    AnsweredRange,
    BindingsResult,
    Broke,
    Declined,
    EnvironmentResult,
    InterpreterResult,
    Outcome,
    PathResult,
    PropagationResult,
    Raised,
    RaisedKind,
    RebindingResult,
    Rejection,
    Result,
    Returned,
)
from refimpl.conformance.wire_states import read_range, read_state, sorts_of_state, write_range, write_state
from refimpl.conformance.wire_terms import Sorts, read_sorts, sorts_in, write_sorts
from refimpl.conformance.wire_values import (
    divisor_term,
    read_bindings,
    read_value,
    sorts_of_value,
    write_bindings,
    write_value,
)
from refimpl.symbolic_shapes.key_path import DivideByKey
from refimpl.symbolic_shapes.state import ShapeEnvState
from refimpl.terms import FloatRange, Sort

__all__ = ["OUTCOMES", "read_outcome", "write_outcome"]

OUTCOMES = ("returned", "raised", "declined", "broke")


def read_outcome(cursor: Cursor, given: CaseInput, sorts: Sorts, extra: tuple[str, ...] = ()) -> Outcome:
    """The outcome of a case; ``extra`` are fields beside it that the caller reads.

    ``symbols`` declares the names that the case does not; a name that it declares keeps its sort.
    """
    entries = dict(cursor.entries())
    if "outcome" not in entries:
        cursor.fail('the field "outcome" is missing')
    outcome = entries["outcome"].choice(OUTCOMES)
    known = _declared(entries, sorts)
    match outcome:
        case "returned":
            found = cursor.fields(("outcome", "result"), ("symbols", *extra))
            return Returned(_result(found["result"], given, known))
        case "raised":
            found = cursor.fields(("outcome", "kind"), ("message", "node", "environment", "symbols", *extra))
            state = read_state(found["environment"], known) if "environment" in found else None
            return Raised(_rejection(found), state)
        case "declined":
            found = cursor.fields(("outcome", "feature"), ("reason", *extra))
            return Declined(found["feature"].text(), found["reason"].text() if "reason" in found else "")
        case _:
            return Broke(cursor.fields(("outcome", "message"), extra)["message"].text())


def _declared(entries: dict[str, Cursor], sorts: Sorts) -> Sorts:
    if "symbols" not in entries:
        return sorts
    own = read_sorts(entries["symbols"])
    for name, sort in own.items():
        if sorts.get(name, sort) is not sort:
            entries["symbols"].fail(f"{name} is declared as {sort.value}, but the case says {sorts[name].value}")
    return {**own, **sorts}


def _rejection(found: dict[str, Cursor]) -> Rejection:
    text = found["kind"].choice(RAISED_KINDS)
    kind: RaisedKind = next(each for each in RAISED_KINDS if each == text)
    node = found.get("node")
    return Rejection(
        kind,
        found["message"].text() if "message" in found else "",
        None if node is None or node.is_null else node.text(),
    )


def _result(cursor: Cursor, given: CaseInput, sorts: Sorts) -> Result:
    match given:
        case InterpreterInput():
            found = cursor.fields(("value",), ("freed", "left"))
            freed = None
            if "freed" in found and not found["freed"].is_null:
                pairs = [item.pair() for item in found["freed"].items()]
                freed = tuple([(at.text(), tuple([each.text() for each in names.items()])) for at, names in pairs])
            left = found.get("left")
            return InterpreterResult(
                read_value(found["value"], sorts), freed, None if left is None or left.is_null else left.natural()
            )
        case ComputeBindings() | ResolveBindings():
            found = cursor.fields(("bindings",), ("environment",))
            at = found["bindings"]
            return BindingsResult(
                None if at.is_null else read_bindings(at, sorts),
                read_state(found["environment"], sorts) if "environment" in found else None,
            )
        case FollowPath():
            found = cursor.fields(("value", "text"))
            return PathResult(read_value(found["value"], sorts), found["text"].text())
        case RebindingInput():
            return RebindingResult(read_state(cursor.fields(("environment",))["environment"], sorts))
        case EnvironmentInput():
            found = cursor.fields(("answers", "environment"))
            answers = tuple([_answer(item, sorts) for item in found["answers"].items()])
            return EnvironmentResult(answers, read_state(found["environment"], sorts))
        case PropagationInput():
            found = cursor.fields(("values", "environment"))
            values = found["values"].entries()
            return PropagationResult(
                {name: read_value(item, sorts, references=("graph",)) for name, item in values},
                read_state(found["environment"], sorts),
            )
        case _:
            assert_never(given)


def _answer(cursor: Cursor, sorts: Sorts) -> Answer:
    kind, inner = cursor.tagged(("value", "int_range", "float_range", "raised"))
    match kind:
        case "value":
            return Answered(read_value(inner, sorts))
        case "raised":
            return _rejection(inner.fields(("kind",), ("message", "node")))
        case _:
            return AnsweredRange(read_range(inner, Sort.FLOAT if kind == "float_range" else Sort.INT))


def write_outcome(outcome: Outcome, sorts: Sorts) -> dict[str, Json]:
    """The outcome of a case that declares ``sorts`` as JSON; names that it does not declare are declared here."""
    match outcome:
        case Returned(result):
            return {"outcome": "returned", **_own(_sorts_of(result), sorts), "result": _write_result(result)}
        case Raised(rejection, environment):
            written: dict[str, Json] = {"outcome": "raised", **_write_rejection(rejection)}
            if environment is not None:
                written |= {**_own(sorts_of_state(environment), sorts), "environment": write_state(environment)}
            return written
        case Declined(feature, reason):
            return {"outcome": "declined", "feature": feature, "reason": reason}
        case Broke(message):
            return {"outcome": "broke", "message": message}
        case _:
            assert_never(outcome)


def _own(found: dict[str, Sort], sorts: Sorts) -> dict[str, Json]:
    own = {name: sort for name, sort in found.items() if name not in sorts}
    return {"symbols": write_sorts(own)} if own else {}


def _state_sorts(state: ShapeEnvState | None) -> dict[str, Sort]:
    return {} if state is None else sorts_of_state(state)


def _sorts_of(result: Result) -> dict[str, Sort]:
    match result:
        case InterpreterResult(value=value) | PathResult(value=value):
            return sorts_of_value(value)
        case BindingsResult(bindings, environment):
            divisors = [key.divisor for _, path in bindings or () for key in path if isinstance(key, DivideByKey)]
            found = {symbol.name: symbol.sort for symbol, _ in bindings or ()}
            return {**found, **sorts_in(*map(divisor_term, divisors)), **_state_sorts(environment)}
        case RebindingResult(environment):
            return sorts_of_state(environment)
        case EnvironmentResult(answers, environment):
            found = sorts_of_state(environment)
            for answer in answers:
                if isinstance(answer, Answered):
                    found.update(sorts_of_value(answer.value))
            return found
        case PropagationResult(values, environment):
            found = sorts_of_state(environment)
            for value in values.values():
                found.update(sorts_of_value(value))
            return found
        case _:
            assert_never(result)


def _write_result(result: Result) -> Json:
    match result:
        case InterpreterResult(value, freed, left):
            written: dict[str, Json] = {"value": write_value(value)}
            if freed is not None:
                written["freed"] = [[node, list(names)] for node, names in freed]
            if left is not None:
                written["left"] = str(left)
            return written
        case BindingsResult(bindings, environment):
            shown = None if bindings is None else write_bindings(bindings)
            return {"bindings": shown, **({} if environment is None else {"environment": write_state(environment)})}
        case PathResult(value, text):
            return {"value": write_value(value), "text": text}
        case RebindingResult(environment):
            return {"environment": write_state(environment)}
        case EnvironmentResult(answers, environment):
            return {"answers": [_write_answer(answer) for answer in answers], "environment": write_state(environment)}
        case PropagationResult(values, environment):
            return {
                "values": {name: write_value(value) for name, value in values.items()},
                "environment": write_state(environment),
            }
        case _:
            assert_never(result)


def _write_answer(answer: Answer) -> Json:
    match answer:
        case Answered(value):
            return {"value": write_value(value)}
        case AnsweredRange(interval):
            kind = "float_range" if isinstance(interval, FloatRange) else "int_range"
            return {kind: write_range(interval)}
        case Rejection():
            return {"raised": _write_rejection(answer)}
        case _:
            assert_never(answer)


def _write_rejection(rejection: Rejection) -> dict[str, Json]:
    written: dict[str, Json] = {"kind": rejection.kind}
    if rejection.message:
        written["message"] = rejection.message
    if rejection.node is not None:
        written["node"] = rejection.node
    return written
