"""The steps of an environment's script on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from refimpl.conformance.case import (
    QUESTIONS,
    Ask,
    BindUnbacked,
    ConstrainRange,
    CreateBacked,
    CreateUnbacked,
    Freeze,
    RebindStep,
    Require,
    Step,
    Unify,
    Within,
)
from refimpl.conformance.cursor import Cursor, Json
from refimpl.conformance.wire_terms import (
    Sorts,
    read_condition,
    read_dim,
    read_float,
    read_symbol,
    read_term,
    write_float,
    write_term,
)
from refimpl.conformance.wire_values import read_bindings, read_opcode, read_value, write_bindings, write_value
from refimpl.terms import Sort

__all__ = ["read_steps", "write_steps"]

_STEPS: Final = (
    "create_backed", "create_unbacked", "bind_unbacked", "require", "constrain_range", "unify", "freeze", "rebind",
    "ignore_fresh", "suppress_guards", *QUESTIONS,
)  # fmt: skip
DEEPEST: Final = 10


def read_steps(cursor: Cursor, sorts: Sorts, depth: int = 0) -> tuple[Step, ...]:
    """The steps of a script."""
    if depth > DEEPEST:
        cursor.fail(f"blocks nest more than {DEEPEST} deep")
    return tuple([_step(item, sorts, depth) for item in cursor.items()])


def _step(cursor: Cursor, sorts: Sorts, depth: int) -> Step:
    entries = dict(cursor.entries())
    if "do" not in entries:
        cursor.fail('the field "do" is missing')
    do = entries["do"].choice(_STEPS)
    for question in QUESTIONS:
        if do == question:
            return Ask(question, read_term(cursor.fields(("do", "term"))["term"], sorts))
    match do:
        case "create_backed" | "create_unbacked" | "bind_unbacked":
            return _create(cursor, do, sorts)
        case "require":
            found = cursor.fields(("do", "condition", "message"))
            return Require(read_condition(found["condition"], sorts), found["message"].text())
        case "constrain_range":
            found = cursor.fields(("do", "term"), ("low", "high"))
            return ConstrainRange(read_dim(found["term"], sorts), _bound(found, "low"), _bound(found, "high"))
        case "unify":
            found = cursor.fields(("do", "left", "right"))
            return Unify(read_dim(found["left"], sorts), read_dim(found["right"], sorts))
        case "freeze":
            what = cursor.fields(("do", "what"))["what"].choice(("guards", "runtime_asserts"))
            return Freeze("guards" if what == "guards" else "runtime_asserts")
        case "rebind":
            found = cursor.fields(("do", "node", "op", "bindings", "value"))
            bindings = None if found["bindings"].is_null else read_bindings(found["bindings"], sorts)
            return RebindStep(
                found["node"].text(), read_opcode(found["op"]), bindings, read_value(found["value"], sorts)
            )
        case _:
            steps = read_steps(cursor.fields(("do", "steps"))["steps"], sorts, depth + 1)
            return Within("ignore_fresh" if do == "ignore_fresh" else "suppress_guards", steps)


def _create(cursor: Cursor, do: str, sorts: Sorts) -> Step:
    match do:
        case "create_backed":
            found = cursor.fields(("do", "symbol", "hint"), ("low", "high"))
            symbol = read_symbol(found["symbol"], sorts)
            at = found["hint"]
            hint = None if at.is_null else at.integer() if symbol.sort is Sort.INT else read_float(at)
            return CreateBacked(symbol, hint, _bound(found, "low"), _bound(found, "high"))
        case "bind_unbacked":
            found = cursor.fields(("do", "symbol"), ("low", "high"))
            return BindUnbacked(read_symbol(found["symbol"], sorts), _bound(found, "low"), _bound(found, "high"))
        case _:
            found = cursor.fields(("do", "symbol", "sort"))
            symbol = read_symbol(found["symbol"], sorts)
            sort = Sort(found["sort"].choice(("int", "float", "bool")))
            if (sort is Sort.FLOAT) is not (symbol.sort is Sort.FLOAT):
                found["sort"].fail(f"{symbol.name} is declared as {symbol.sort.value}")
            return CreateUnbacked(symbol, sort)


def _bound(found: dict[str, Cursor], name: str) -> int | None:
    return found[name].integer() if name in found and not found[name].is_null else None


def write_steps(steps: Iterable[Step]) -> Json:
    """The steps as JSON."""
    return [_write(step) for step in steps]


def _write(step: Step) -> Json:
    match step:
        case CreateBacked(symbol, hint, low, high):
            shown = None if hint is None else write_float(hint) if isinstance(hint, float) else str(hint)
            return {"do": "create_backed", "symbol": symbol.name, "hint": shown, **_bounds(low, high)}
        case CreateUnbacked(symbol, sort):
            return {"do": "create_unbacked", "symbol": symbol.name, "sort": sort.value}
        case BindUnbacked(symbol, low, high):
            return {"do": "bind_unbacked", "symbol": symbol.name, **_bounds(low, high)}
        case Require(condition, message):
            return {"do": "require", "condition": write_term(condition), "message": message}
        case ConstrainRange(term, low, high):
            return {"do": "constrain_range", "term": write_term(term), **_bounds(low, high)}
        case Unify(left, right):
            return {"do": "unify", "left": write_term(left), "right": write_term(right)}
        case Ask(question, asked):
            return {"do": question, "term": write_term(asked)}
        case Freeze(what):
            return {"do": "freeze", "what": what}
        case RebindStep(node, op, bindings, value):
            return {
                "do": "rebind",
                "node": node,
                "op": op,
                "bindings": None if bindings is None else write_bindings(bindings),
                "value": write_value(value),
            }
        case Within(block, steps):
            return {"do": block, "steps": write_steps(steps)}
        case _:
            assert_never(step)


def _bounds(low: int | None, high: int | None) -> dict[str, Json]:
    return {"low": None if low is None else str(low), "high": None if high is None else str(high)}
