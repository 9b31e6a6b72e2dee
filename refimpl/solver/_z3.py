"""The z3 back end: it parses the script's text and solves its goals one by one over the shared hypotheses."""

from __future__ import annotations

import math
from fractions import Fraction
from importlib import import_module
from typing import Any, TypeAlias, final  # Any: see below

from refimpl.solver._encode_text import quoted
from refimpl.solver._engine import Answer, Sat, SolverError, TextAnswer, Unknown, Unsat, nearest_float
from refimpl.solver.encode import Script

__all__ = ["Z3Engine", "solve_text", "version"]

_Untyped: TypeAlias = Any  # what z3 has, which ships no types


@final
class Z3Engine:
    """z3 behind text; every call has its own context, so that answers do not depend on earlier queries."""

    @property
    def name(self) -> str:
        """``z3``."""
        return "z3"

    def run(self, script: Script, budget: int) -> tuple[Answer, ...]:
        """The answer to each goal; ``budget`` is z3's ``rlimit``, repeatable on every machine."""
        z3: _Untyped = import_module("z3")
        context = z3.Context()
        try:
            parsed = z3.parse_smt2_string(script.assertions, ctx=context)
        except z3.Z3Exception as error:
            raise SolverError(f"z3 rejects our text: {error}") from error
        assertions: list[_Untyped] = [parsed[i] for i in range(len(parsed))]
        if len(assertions) != len(script.hypotheses) + len(script.goals):
            raise SolverError("z3 read another number of assertions than were written")
        shared, goals = assertions[: len(script.hypotheses)], assertions[len(script.hypotheses) :]
        solver = _solver(z3, context, budget)
        solver.add(*shared)
        answers: list[Answer] = []
        for goal in goals:
            solver.push()
            solver.add(goal)
            answer = _check(z3, context, solver, script)
            solver.pop()
            if isinstance(answer, Unknown):
                # Without push and pop z3 has stronger procedures for products.
                alone = _solver(z3, context, budget)
                alone.add(*shared, goal)
                answer = _check(z3, context, alone, script)
            answers.append(answer)
        return tuple(answers)


def version() -> str:
    """The version of z3."""
    z3: _Untyped = import_module("z3")
    return str(z3.get_version_string())


def solve_text(text: str, budget: int) -> TextAnswer:
    """The answer to a stand-alone text, in a context of its own."""
    z3: _Untyped = import_module("z3")
    context = z3.Context()
    solver = _solver(z3, context, budget)
    try:
        solver.from_string(text)
    except z3.Z3Exception as error:
        raise SolverError(f"z3 rejects our text: {error}") from error
    result = solver.check()
    statistics = solver.statistics()
    work = int(statistics.get_key_value("rlimit count")) if "rlimit count" in statistics.keys() else 0  # noqa: SIM118
    if result == z3.unsat:
        return TextAnswer("unsat", work)
    if result == z3.sat:
        return TextAnswer("sat", work, str(solver.model()))
    return TextAnswer("unknown", work)


def _solver(z3: _Untyped, context: _Untyped, budget: int) -> _Untyped:
    solver = z3.Solver(ctx=context)
    solver.set("rlimit", budget)
    solver.set("random_seed", 0)
    return solver


def _check(z3: _Untyped, context: _Untyped, solver: _Untyped, script: Script) -> Answer:
    result = solver.check()
    if result == z3.unsat:
        return Unsat()
    if result == z3.sat:
        return Sat(_model(z3, context, solver.model(), script))
    return Unknown(f"z3 gave up: {solver.reason_unknown()}")


def _model(z3: _Untyped, context: _Untyped, model: _Untyped, script: Script) -> dict[str, int | float | bool]:
    def value(name: str, sort: _Untyped) -> _Untyped:
        bare = quoted(name)[1:-1]
        return model.eval(z3.Const(bare, sort), model_completion=True)

    result: dict[str, int | float | bool] = {}
    for name in script.integers:
        result[name] = value(name, z3.IntSort(context)).as_long()
    for name in script.booleans:
        result[name] = z3.is_true(value(name, z3.BoolSort(context)))
    for name in script.floats:
        if z3.is_true(value(f"{name}.nan", z3.BoolSort(context))):
            result[name] = math.nan
            continue
        infinite: int = value(f"{name}.infinite", z3.IntSort(context)).as_long()
        finite = value(f"{name}.value", z3.RealSort(context))
        result[name] = math.copysign(math.inf, infinite) if infinite else _finite(z3, finite)
    return result


def _finite(z3: _Untyped, value: _Untyped) -> float:
    if z3.is_algebraic_value(value):
        value = value.approx(60)
    return nearest_float(Fraction(value.numerator_as_long(), value.denominator_as_long()))
