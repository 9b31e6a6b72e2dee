"""Faulty replacements, continued: constructors, conversions, ranges of floats, and what is proved by enumeration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from refimpl.solver._encode_text import ExtendedReal
from refimpl.solver.encode import Script, encode
from refimpl.terms import Bounds, Cond, Dim, Real, Scalar, Symbol, Term, ValueRange, ge, lnot, of_atom
from refimpl.terms.core import FloatFn
from refimpl.terms.float_ranges import FloatRange

__all__ = ["MORE_FAULTS", "Always", "Fault"]

# The shipped object as ``module:attribute``, and what stands there instead.
Fault: TypeAlias = tuple[str, object]


@final
@dataclass(frozen=True, slots=True)
class Always:
    """A function or method that gives one answer, whatever it is asked."""

    answer: object

    def __call__(self, *_: object) -> object:
        return self.answer


def _itself(self: object, *others: object) -> object:
    return self


def _left(left: Dim, right: Dim) -> Dim:
    return left


def _left_float(left: Real, right: Real) -> Real:
    return left


def _argument(fn: FloatFn, value: Real) -> Real:
    return value


def _then(condition: Cond, then: Real, otherwise: Real) -> Real:
    return then


def _one(part: Term, *_: object) -> Scalar:
    return 1


def _first_of(fn: str, arguments: Sequence[Scalar]) -> Scalar:
    return arguments[0]


def _unsubstituted(term: Scalar, mapping: object) -> Scalar:
    return term


def _negated_script(hypotheses: Sequence[Cond], goals: Sequence[Cond]) -> Script:
    return encode((lnot(hypotheses[0]), *hypotheses[1:]), goals)


def _nothing_learned(self: Bounds, condition: Cond) -> None:
    return None


def _opposite_range(self: Bounds, symbol: Symbol, found: ValueRange) -> None:
    self.assume(ge(of_atom(symbol), 100))


_T: Final = "refimpl.terms."
_RANGE: Final = f"{_T}ranges:ValueRange."
_FLOATS: Final = f"{_T}float_ranges:FloatRange."
_TERMS: Final = "refimpl.solver._encode_terms:TermEncoder."
_ZERO: Final = ValueRange(0, 0)

MORE_FAULTS: Final[tuple[Fault, ...]] = (
    *((f"{_RANGE}{name}", _itself) for name in ("__neg__", "__add__", "__sub__", "__mul__", "__floordiv__", "__mod__")),
    *((f"{_RANGE}{name}", _itself) for name in ("maximum", "minimum", "intersect", "union")),
    (f"{_RANGE}is_subset", Always(True)),
    (f"{_RANGE}is_unbounded", property(Always(True))),
    *((f"{_RANGE}bit_{name}", Always(_ZERO)) for name in ("and", "or", "xor")),
    *((f"{_FLOATS}{name}", _itself) for name in ("__neg__", "__add__", "__mul__", "intersect", "union")),
    (f"{_FLOATS}__contains__", Always(True)),
    (f"{_FLOATS}of_integers", Always(FloatRange(0.0, 1.0))),
    (f"{_FLOATS}is_empty", property(Always(True))),
    (f"{_FLOATS}is_unbounded", property(Always(True))),
    *((f"{_FLOATS}{name}", Always(True)) for name in ("less_than", "less_equal", "equals")),
    *((f"{_FLOATS}{name}", Always(_ZERO)) for name in ("trunc", "floor", "ceil", "round")),
    *((f"{_T}integers:bit_{name}", _left) for name in ("and", "or", "xor")),
    (f"{_T}integers:natural_power", Always(1)),
    *(
        (f"{_T}reals:float_{name}", _left_float)
        for name in ("add", "sub", "mul", "true_div", "floor_div", "mod", "pow", "max", "min")
    ),
    (f"{_T}reals:float_neg", _itself),
    (f"{_T}reals:float_unary", _argument),
    (f"{_T}reals:float_ite", _then),
    *((f"{_T}reals:float_{name}", Always(True)) for name in ("lt", "le", "gt", "ge", "eq", "ne")),
    *((f"{_T}integers:{name}_to_int", Always(0)) for name in ("trunc", "floor", "ceil", "round")),
    (f"{_T}reals:to_float", Always(0.0)),
    (f"{_T}reals:int_true_div", Always(0.0)),
    (f"{_T}polynomials:scale", _left),
    (f"{_T}conditions:nonnegative", Always(True)),
    (f"{_T}integers:int_of_bool", Always(1)),
    (f"{_T}conditions:conjuncts", Always(())),
    (f"{_T}rebuild:rebuild", _one),
    (f"{_T}rebuild:to_dim", Always(1)),
    (f"{_T}rebuild:to_cond", Always(True)),
    (f"{_T}rebuild:apply_function", _first_of),
    (f"{_T}bounds:Bounds.simplify_condition", Always(True)),
    ("proofs.knowledge:substitute_dim", _unsubstituted),
    ("proofs.knowledge:substitute_cond", _unsubstituted),
    ("proofs.enumerated:substitute_real", _unsubstituted),
    (f"{_TERMS}integer", Always(("0", "true"))),
    (f"{_TERMS}_opaque_int", Always(("0", "true"))),
    (f"{_TERMS}extended_real", Always(ExtendedReal("false", "0", "0.0"))),
    ("refimpl.solver._encode_terms:_constant", Always(ExtendedReal("false", "0", "0.0"))),
    ("proofs.encoding:encode", _negated_script),
    ("refimpl.solver._encode_text:ExtendedReal._ordered", Always("true")),
    ("refimpl.solver._encode_text:ExtendedReal._equal", Always("true")),
    ("refimpl.solver._encode_text:ExtendedReal._less", Always("true")),
    (f"{_T}bounds:Bounds.inconsistent", property(Always(True))),
    (f"{_T}bounds:Bounds.fork", _itself),
    (f"{_T}bounds:Bounds.assume", _nothing_learned),
    (f"{_T}bounds:Bounds.assume_range", _opposite_range),
    (f"{_T}bounds:decide", Always(True)),
    (f"{_T}deciding:is_nonnegative", Always(True)),
    (f"{_T}bounds:simplify", Always(1)),
    (f"{_T}bounds:ends_of", Always((0, 0))),
    (f"{_T}inference:congruence_of", Always((2, 0))),
    (f"{_TERMS}_apply_real", Always(ExtendedReal("false", "0", "0.0"))),
)
