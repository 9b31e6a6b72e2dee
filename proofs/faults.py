"""Faulty replacements of the shipped functions: each must turn the proofs about it red."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from proofs.more_faults import MORE_FAULTS, Always, Fault
from refimpl.laws.confirm import Confirmation
from refimpl.laws.decide import Decided
from refimpl.laws.law import Claim, Claims, Given, Law
from refimpl.laws.observation import Observation
from refimpl.laws.report import LawRow
from refimpl.laws.theory import Theory
from refimpl.solver import Model, Obligation
from refimpl.solver._encode_terms import TermEncoder
from refimpl.solver._encode_text import ExtendedReal
from refimpl.solver.encode import Script, encode
from refimpl.solver.encode import _condition as encode_condition  # pyright: ignore[reportPrivateUsage]  # the fault drops a half of its answer
from refimpl.symbolic_shapes.constraints import Constraints, ConstraintsView, Delta
from refimpl.symbolic_shapes.events import Definition
from refimpl.symbolic_shapes.profiles import EXACT, Profile
from refimpl.symbolic_shapes.rebinding import Outcome, Rebound
from refimpl.symbolic_shapes.rebinding import _orient as orient  # pyright: ignore[reportPrivateUsage]  # the fault differs from it in one case
from refimpl.terms import (
    BoolSymbol,
    Cond,
    Dim,
    IntTerm,
    Scalar,
    Symbol,
    Term,
    ValueRange,
    conditions,
    free_of,
    lnot,
    of_atom,
    substitute,
)
from refimpl.terms.intervals import Integer, Interval
from refimpl.terms.substitute import Substitution

__all__ = ["FAULTS", "Fault"]

N = TypeVar("N", bound=Integer)
_LAWS: Final = ("equiv", "link", "path", "fresh", "inj", "value", "emit", "dom")


def _identity(x: Interval[N]) -> Interval[N]:
    return x


def _first(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return x


def _shifted(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return (None if y[0] is None else y[0] + 1, None if y[1] is None else y[1] + 1)


def _mixed(x: Interval[N], y: Interval[N]) -> Interval[N]:
    return (x[1], y[0])


def _left(left: Dim, right: Dim) -> Dim:
    return left


def _left_of_many(*args: Dim) -> Dim:
    return args[0]


def _any_symbol(scalar: Scalar, other: Scalar) -> Symbol | None:
    return scalar.symbol if isinstance(scalar, IntTerm) else None


def _holding_is_false(view: ConstraintsView, old: Scalar, new: Scalar) -> tuple[Symbol, Scalar] | Cond | None:
    return False if old is new else orient(view, old, new)


def _nothing_rebound(
    view: ConstraintsView, symbol: Symbol, value: Scalar, divisors: tuple[Dim, ...] = (), profile: Profile = EXACT
) -> Outcome:
    return Rebound(Delta(), value)


def _exact_always(value: Dim, divisor: Dim) -> tuple[Dim, list[Cond]]:
    return value // divisor, []


def _always_cancelled(view: ConstraintsView, term: Scalar) -> Scalar:
    inner = next(iter(term.free)) if isinstance(term, IntTerm) and "Ite" in term.key else None
    return of_atom(inner) if isinstance(inner, Symbol) else term


def _one_hop(self: Constraints, term: Scalar) -> Scalar:
    once: dict[Symbol | BoolSymbol, Scalar] = dict(self.replacements.items())
    return substitute(term, once)


def _claims_nothing(seen: Observation) -> Claims:
    return Claims()


def _silent(name: str) -> Law:
    match name:
        case "EQUIV" | "LINK" | "PATH" | "FRESH" | "INJ" | "VALUE" | "EMIT" | "DOM":
            return Law(name, "It claims nothing.", _claims_nothing)
        case _:
            raise ValueError(name)


def _script_of_negation(self: Obligation) -> Script:
    return encode(self.hypotheses, (lnot(self.goal),))


def _given_back(condition: Cond) -> Cond:
    return condition


def _first_condition(*given: Cond) -> Cond:
    return given[0]


def _then(condition: Cond, then: Dim, otherwise: Dim) -> Dim:
    return then


def _unreduced(value: int, modulus: int) -> int:
    return value


def _unsubstituted(term: Scalar, mapping: Substitution) -> Scalar:
    return term


def _unbuilt(part: Term, done: Mapping[Term, Scalar], table: Substitution) -> Scalar:
    return part


def _unchanged_condition(condition: Cond, symbol: Symbol, by: Scalar) -> Cond:
    return True


def _strictly_greater(left: Dim, right: Dim) -> Cond:
    return conditions.nonnegative(left - right - 1)


def _weakly_greater(left: Dim, right: Dim) -> Cond:
    return conditions.nonnegative(left - right)


def _no_obligation(self: Theory, claim: Claim, *, extra: tuple[Cond, ...] = ()) -> Obligation:
    return Obligation("nothing", (), True)


def _itself(self: object, *others: object) -> object:
    return self


def _no_hypotheses(self: Theory, given: Given | None, *, layout: bool = False, until: int | None = None) -> tuple[()]:
    return ()


def _undefined_is_true(terms: TermEncoder, condition: Cond) -> str:
    return encode_condition(terms, condition)[0]


def _negated(terms: TermEncoder, condition: Cond) -> tuple[str, str]:
    text, defined = encode_condition(terms, condition)
    return f"(not {text})", defined


def _zero_model(theory: Theory, *_: object) -> Model:
    """A model that looks like one and satisfies nothing in particular."""
    conditions = theory.hypotheses("before")
    return {symbol.name: 0 for condition in conditions for symbol in free_of(condition)}


def _not_completed(theory: Theory, model: Model) -> Model:
    return dict(model)


def _nothing_eliminated(
    definitions: Iterable[Definition],
) -> tuple[dict[Symbol | BoolSymbol, Scalar], tuple[Cond, ...]]:
    return {}, ()


def _as_seen(seen: Observation) -> Observation:
    return seen


def _no_row(self: object, law: Law, *, consistent: bool) -> None:
    return None


def _confirmed(claim: Claim, valuation: Model, *_: object) -> Confirmation:
    return Confirmation(valuation, "")


def _thrown_away(self: object, decided: Decided, model: Model, total: int) -> LawRow:
    return LawRow(decided.claim.law, "undecided", total)


_T: Final = "refimpl.terms."
_S: Final = "refimpl.symbolic_shapes."
_E: Final = "refimpl.solver._encode_terms:TermEncoder."
_L: Final = "refimpl.laws."
_RANGE: Final = f"{_T}ranges:ValueRange."

FAULTS: Final[tuple[Fault, ...]] = (
    (f"{_T}intervals:negate", _identity),
    (f"{_T}intervals:add", _mixed),
    (f"{_T}intervals:multiply", _shifted),
    (f"{_T}intervals:floor_div", _first),
    (f"{_T}intervals:mod", _first),
    (f"{_T}intervals:maximum", _mixed),
    (f"{_T}intervals:minimum", _mixed),
    (f"{_T}intervals:union", _shifted),
    (f"{_T}intervals:intersect", _mixed),
    (f"{_RANGE}less_than", Always(True)),
    (f"{_RANGE}less_equal", Always(False)),
    (f"{_RANGE}equals", Always(True)),
    (f"{_RANGE}__contains__", Always(True)),
    (f"{_RANGE}is_empty", property(Always(True))),
    (f"{_RANGE}singleton", property(Always(7))),
    (f"{_RANGE}power", _itself),
    (f"{_RANGE}lshift", _itself),
    (f"{_RANGE}rshift", _itself),
    (f"{_T}polynomials:add", _left),
    (f"{_T}polynomials:subtract", _left),
    (f"{_T}polynomials:make_int", Always(0)),
    (f"{_T}polynomials:multiply", _left),
    (f"{_T}division:symmetric_residue", _unreduced),
    (f"{_T}division:floor_div", _left),
    (f"{_T}division:mod", _left),
    (f"{_T}conditions:eq", Always(True)),
    (f"{_T}conditions:ne", Always(False)),
    (f"{_T}conditions:ge", _strictly_greater),
    (f"{_T}conditions:le", _weakly_greater),
    (f"{_T}conditions:gt", _weakly_greater),
    (f"{_T}conditions:lt", _weakly_greater),
    (f"{_T}conditions:land", _first_condition),
    (f"{_T}conditions:lor", _first_condition),
    (f"{_T}conditions:lnot", _given_back),
    (f"{_T}integers:int_max", _left_of_many),
    (f"{_T}integers:int_min", _left_of_many),
    (f"{_T}integers:ite", _then),
    (f"{_T}integers:power", _left),
    (f"{_T}integers:lshift", _left),
    (f"{_T}integers:rshift", _left),
    (f"{_T}substitute:substitute", _unsubstituted),
    (f"{_T}substitute:rebuild", _unbuilt),
    (f"{_T}bounds:Bounds.known", Always(True)),
    (f"{_T}bounds:Bounds.simplify", Always(1)),
    (f"{_T}bounds:Bounds.range_of", Always(ValueRange(0, 0))),
    ("refimpl.solver.encode:_holds", _undefined_is_true),
    ("refimpl.solver.encode:_condition", _negated),
    ("refimpl.solver.encode:_kleene", Always("true")),
    ("refimpl.solver.obligation:Obligation.script", property(_script_of_negation)),
    ("refimpl.solver._encode_text:ExtendedReal.compare", Always("(= |f.value| |g.value|)")),
    (f"{_E}_division", Always(("(div |a| 3)", "true"))),
    (f"{_E}_definition", Always(("0", "true"))),
    (f"{_E}_choice", Always(("|a|", "true"))),
    (f"{_E}_power", Always(("|a|", "true"))),
    (f"{_E}_to_int", Always(("(to_int |f.value|)", "true"))),
    (f"{_E}_rounded_int", Always(ExtendedReal("false", "0", "0.0"))),
    (f"{_S}rebinding:rebind", _nothing_rebound),
    (f"{_S}rebinding:_replaceable", _any_symbol),
    (f"{_S}rebinding:_same_sort", Always(True)),
    (f"{_S}rebinding:_orient", _holding_is_false),
    (f"{_S}environment:Environment.roll_back", Always(None)),
    (f"{_S}rebinding:replace_in_condition", _unchanged_condition),
    (f"{_S}rebinding:quotient", _exact_always),
    (f"{_S}rebinding:_cancel_boolean", _always_cancelled),
    (f"{_S}rebinding:_policy", Always(None)),
    (f"{_S}constraints:Constraints.apply", _itself),
    (f"{_S}constraints:Constraints.resolve", _one_hop),
    (f"{_S}bindings:rebind", _nothing_rebound),
    (f"{_S}knowledge:Knowledge.apply", Always(None)),
    (f"{_S}knowledge:Knowledge.assume", Always(None)),
    (f"{_L}dom:may_bind", Always(True)),
    (f"{_L}dom:scope_of", Always("")),
    (f"{_L}emission:with_emission", _as_seen),
    (f"{_L}emission:may_bind", Always(False)),
    (f"{_L}emission:scope_of", Always("")),
    (f"{_L}emission:elimination", _nothing_eliminated),
    (f"{_L}consist:find_model", _zero_model),
    (f"{_L}consist:common_model", _zero_model),
    (f"{_L}consist:with_defined", _not_completed),
    (f"{_L}judge:_Judge.consist", Always(True)),
    (f"{_L}judge:_Judge.law", _no_row),
    (f"{_L}judge:confirm", _confirmed),
    (f"{_L}judge:_Judge._refuted", _thrown_away),
    (f"{_L}theory:Theory.settles", Always(True)),
    (f"{_L}theory:elimination", _nothing_eliminated),
    (f"{_L}theory:Theory.obligation", _no_obligation),
    (f"{_L}theory:Theory.hypotheses", _no_hypotheses),
    *((f"{_L}{name}:{name.upper()}", _silent(name.upper())) for name in _LAWS),
    *MORE_FAULTS,
)
