"""Faulty replacements of the shipped functions: each must turn the proofs about it red."""

from __future__ import annotations

from typing import Final, TypeVar

from refimpl.laws.law import Claims, Law
from refimpl.laws.observation import Observation
from refimpl.laws.theory import Theory
from refimpl.solver import Obligation
from refimpl.solver.encode import Script, encode
from refimpl.symbolic_shapes.constraints import Constraints, ConstraintsView, Delta
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.rebinding import Outcome, Rebound
from refimpl.terms import Cond, Dim, IntTerm, Scalar, Symbol, ValueRange, conditions, lnot, to_cond
from refimpl.terms.intervals import Integer, Interval

__all__ = ["FAULTS", "Fault"]

N = TypeVar("N", bound=Integer)
# The shipped object as ``module:attribute``, and what stands there instead.
Fault = tuple[str, object]


def _identity(x: Interval[N]) -> Interval[N]:
    return x


def _first(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return x


def _second(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return y


def _never_multiplied(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return (None if x[0] is None or y[0] is None else x[0] * y[0], None)


def _mixed(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return (x[1], y[0])


def _left(left: Dim, right: Dim) -> Dim:
    return left


def _left_of_many(*args: Dim) -> Dim:
    return args[0]


def _nothing_rebound(
    view: ConstraintsView, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...] = (), profile: Profile = EXACT
) -> Outcome:
    return Rebound(Delta(), value)


def _exact_always(value: Dim, divisor: Dim) -> tuple[Dim, list[Cond]]:
    return value // divisor, []


def _always_cancelled(view: ConstraintsView, term: Scalar) -> Scalar:
    inner = next(iter(term.free)) if isinstance(term, IntTerm) and "Ite" in term.key else None
    return conditions.make_int({(inner,): 1}) if isinstance(inner, Symbol) else term


def _one_hop(self: Constraints, term: Scalar) -> Scalar:
    from refimpl.terms import substitute

    return substitute(term, self.replacements) if not isinstance(term, (int, float)) else term


def _claims_nothing(seen: Observation) -> Claims:
    return Claims()


def _silent(name: str) -> Law:
    match name:
        case "EQUIV" | "LINK" | "PATH" | "FRESH" | "INJ" | "VALUE":
            return Law(name, "It claims nothing.", _claims_nothing)
        case _:
            raise ValueError(name)


def _script_of_negation(self: Obligation) -> Script:
    return encode(self.hypotheses, (lnot(self.goal),))


_T: Final = "refimpl.terms."
_S: Final = "refimpl.symbolic_shapes."
_E: Final = "refimpl.solver._encode_terms:TermEncoder."
_RANGE: Final = f"{_T}ranges:ValueRange."

FAULTS: Final[tuple[Fault, ...]] = (
    (f"{_T}intervals:negate", _identity),
    (f"{_T}intervals:add", _mixed),
    (f"{_T}intervals:multiply", _never_multiplied),
    (f"{_T}intervals:floor_div", _first),
    (f"{_T}intervals:mod", _first),
    (f"{_T}intervals:maximum", _mixed),
    (f"{_T}intervals:minimum", _mixed),
    (f"{_T}intervals:union", _second),
    (f"{_T}intervals:intersect", _mixed),
    (f"{_RANGE}less_than", lambda self, other: True),  # pyright: ignore[reportUnknownLambdaType]
    (f"{_RANGE}less_equal", lambda self, other: False),  # pyright: ignore[reportUnknownLambdaType]
    (f"{_RANGE}equals", lambda self, other: True),  # pyright: ignore[reportUnknownLambdaType]
)
