"""Whatever a subject writes, the harness refuses it in one sentence or judges it; it never crashes and never waits."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refimpl.conformance.cursor import Json
from refimpl.conformance.errors import FormatError
from refimpl.conformance.judge import Judgement, judge
from refimpl.conformance.outcome import Broke, Declined, Raised, Returned
from refimpl.conformance.protocol import Ran, Run, read_ran, read_request, write_ran, write_run
from refimpl.conformance.reference import Reference
from refimpl.conformance.serving import ask
from refimpl.conformance.vector import Vector
from refimpl.solver import make_solver
from refimpl.symbolic_shapes.structures import is_dict, is_list
from tests.conformance.planted import ALL, SET

_T = TypeVar("_T")
# As text, so that each is drawn anew and none is shared.
SCRAPS: st.SearchStrategy[str] = st.sampled_from(
    [
        "null", "true", "false", '""', '"0"', '"3"', '"-7"', '"u0"', '"u9"', '"int"', "[]", "{}", "17", "0.5",
        '["add", "u0", "1"]', '["mul", "u0", "u0"]', '["float", "nan"]', '["eq", "u0", "u1"]', '["mod", "u0", "0"]',
        '["pow", "u0", "u0"]', '["pow", "2", "999999999"]', '["lshift", "1", "999999999"]',
        '{"low": "5", "high": "0"}', '{"u0": "u0"}', '{"u0": "u1", "u1": "u0"}', '{"int": "u0"}', '{"bool": true}',
        '{"float": ["float", "inf"]}', '"' + "9" * 5000 + '"', '[["u0", []]]', '{"kind": "path"}',
    ]
)  # fmt: skip


def _answer(vector: Vector) -> str:
    """What the reference answers."""
    case = vector.case
    return write_ran(Ran(case.id, ask(Reference(), case.input)), case.symbols)


ANSWERS = [(vector, _answer(vector)) for vector in SET.vectors]


Place = tuple[str | int, ...]


def places(value: object, at: Place = ()) -> Iterator[Place]:
    """The place of every part of a JSON value."""
    yield at
    if is_dict(value):
        for name, item in value.items():
            yield from places(item, (*at, str(name)))
    elif is_list(value):
        for index, item in enumerate(value):
            yield from places(item, (*at, index))


def part(value: object, at: Place) -> object:
    """What stands at a place."""
    for step in at:
        if is_dict(value):
            found: object = value[step]
        else:
            assert is_list(value)
            found = value[int(step)]
        value = found
    return value


@st.composite
def damaged(draw: st.DrawFn, whole: str) -> str:
    """The JSON text with something in it replaced by a scrap or by another part of it, or lost."""
    value: object = json.loads(whole)
    found = list(places(value))
    at = draw(st.sampled_from(found))
    other: object = json.loads(draw(SCRAPS)) if draw(st.booleans()) else part(value, draw(st.sampled_from(found)))
    other = json.loads(json.dumps(other))
    if not at:
        return json.dumps(other)
    parent, last = part(value, at[:-1]), at[-1]
    lost = draw(st.integers(0, 4)) == 0
    if is_dict(parent):
        if lost:
            del parent[last]
        else:
            parent[last] = other
    elif is_list(parent) and isinstance(last, int):
        parent[last : last + 1] = [] if lost else [other]
    return json.dumps(value)


def _read(read: Callable[[], _T]) -> _T | None:
    """What was read; None if it was refused, in one line."""
    try:
        return read()
    except FormatError as error:
        message = str(error)
    assert "\n" not in message
    return None


@settings(max_examples=150, deadline=None)
@given(data=st.data(), index=st.integers(0, len(ANSWERS) - 1))
def test_a_damaged_answer_is_refused_or_judged(data: st.DataObject, index: int) -> None:
    vector, answer = ANSWERS[index]
    case = vector.case
    text = data.draw(damaged(answer))
    ran = _read(lambda: read_ran(text, case.input, case.symbols))
    if isinstance(ran, Ran):
        assert isinstance(judge(vector, ran.outcome, ALL, make_solver(budget=100_000)), Judgement)


@settings(max_examples=150, deadline=None)
@given(data=st.data(), index=st.integers(0, len(ANSWERS) - 1))
def test_a_damaged_request_is_refused_or_answered(data: st.DataObject, index: int) -> None:
    text = data.draw(damaged(write_run(ANSWERS[index][0].case)))
    request = _read(lambda: read_request(text))
    if isinstance(request, Run):
        assert isinstance(ask(Reference(), request.input), (Returned, Raised, Declined, Broke))


@pytest.mark.parametrize(
    "text",
    [
        "[" * 5000 + "]" * 5000,
        json.dumps(["neg"] * 1 + [["neg", "u0"]]),
        '{"did": "ran", "case": "x", "outcome": "returned", "result": ' + '{"list": [' * 900 + "]}" * 900 + "}",
    ],
)
def test_nesting_is_bounded(text: str) -> None:
    vector = next(vector for vector in SET.vectors if vector.case.chapter == "interpreter")
    with pytest.raises(FormatError):
        read_ran(text, vector.case.input, vector.case.symbols)


def test_terms_are_bounded() -> None:
    vector = next(vector for vector in SET.vectors if vector.case.id == "fresh-takes-the-old-name")
    deep: Json = "u0"
    for _ in range(300):
        deep = ["floordiv", deep, "2"]
    for term in (deep, ["pow", "2", "999999999999"], ["lshift", "1", "999999999999"]):
        answer = {
            "did": "ran",
            "case": "x",
            "outcome": "returned",
            "result": {"environment": {"replacements": {"u0": term}}},
        }
        with pytest.raises(FormatError):
            read_ran(json.dumps(answer), vector.case.input, vector.case.symbols)
