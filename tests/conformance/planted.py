"""Vectors made on the spot, and subjects that answer what a test says."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from refimpl.conformance.case import CHAPTERS, FEATURES, Case, Chapter, Feature
from refimpl.conformance.cursor import parse
from refimpl.conformance.judge import Judgement, judge
from refimpl.conformance.outcome import Outcome
from refimpl.conformance.protocol import Started
from refimpl.conformance.store import VectorSet, load_vectors
from refimpl.conformance.subjects import Opened
from refimpl.conformance.vector import Vector
from refimpl.conformance.wire_outcomes import read_outcome
from refimpl.conformance.wire_vectors import hashed, read_vector, vector_text
from refimpl.solver import make_solver

__all__ = ["SET", "answering", "judged", "outcome", "vector", "vector_named"]

SET: VectorSet = load_vectors(Path(__file__).parents[2] / "specs" / "vectors")
ALL: frozenset[Chapter | Feature] = frozenset((*CHAPTERS, *FEATURES))
_BINDS_U0: dict[str, object] = {
    "node": "n",
    "op": "call_function",
    "bindings": [["u0", list[str]()]],
    "value": {"int": "u1"},
}


def vector_named(path: str) -> Vector:
    """The vector of that ``chapter/id``."""
    return next(each for each in SET.vectors if f"{each.case.chapter}/{each.case.id}" == path)


def vector(expect: object, *, level: object = "must", given: Mapping[str, object] | None = None) -> Vector:
    """A rebinding vector that expects this; its case has u0 and u1 unless ``given`` says otherwise."""
    case: dict[str, object] = {
        "symbols": {"u0": "int", "u1": "int"},
        "environment": {"pending": ["u1"]},
        **_BINDS_U0,
        **(given or {}),
    }
    written: dict[str, object] = {
        "schema": "refimpl.vector/1",
        "id": "planted",
        "chapter": "rebinding",
        "clauses": ["REB-01"],
        "level": level,
        "provenance": {"origin": "arithmetic", "says": "Made for a test."},
        "features": list[str](),
        "hash": "",
        "kills": list[str](),
        "input": case,
        "expect": expect,
    }
    return read_vector(vector_text(hashed(json.dumps(written), "planted")), "planted")


def outcome(of: Vector, answer: object) -> Outcome:
    """An answer to the vector's case."""
    return read_outcome(parse(json.dumps(answer), "answer"), of.case.input, of.case.symbols)


def judged(of: Vector, answer: object, *, features: frozenset[str] = ALL, budget: int = 2_000_000) -> Judgement:
    """The verdict on an answer."""
    return judge(of, outcome(of, answer), features, make_solver(budget=budget))


class _Answering:
    def __init__(self, answer: Callable[[Case], Outcome], features: frozenset[Chapter | Feature]) -> None:
        self._answer = answer
        self._features = features

    def start(self) -> Started:
        return Started("planted", "1", self._features)

    def run(self, case: Case, deadline: float) -> Outcome:
        return self._answer(case)

    def stop(self) -> str | None:
        return None

    def abort(self) -> None:
        pass


def answering(answer: Callable[[Case], Outcome], features: frozenset[Chapter | Feature] = ALL) -> Opened:
    """A subject that answers so."""
    return Opened("planted", lambda: _Answering(answer, features), local=True)
