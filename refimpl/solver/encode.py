"""Terms to SMT-LIB 2 text, by Python's meaning of every operator (each encoding is itself an obligation in the tests).

Integers are mathematical integers. A condition *holds* where it is defined and true. What has no exact encoding
(float rounding, a symbolic exponent, bitwise operators) becomes an opaque constant: a proof about every value of
that constant is a proof, a model is only a candidate that Python's evaluation must confirm.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import assert_never, final

from refimpl.solver._encode_terms import TermEncoder
from refimpl.solver._encode_text import conjunction, integer, quoted
from refimpl.terms import And, BoolSymbol, Cond, Eq, FloatCompare, Ge, Ne, Not, Or

__all__ = ["Script", "encode"]

_PRELUDE = """\
(set-logic ALL)
(define-fun floor_div ((a Int) (b Int)) Int (ite (> b 0) (div a b) (div (- a) (- b))))
(define-fun floor_mod ((a Int) (b Int)) Int (- a (* b (floor_div a b))))
(define-fun truncated ((x Real)) Int (ite (>= x 0.0) (to_int x) (- (to_int (- x)))))
(define-fun max2 ((a Int) (b Int)) Int (ite (>= a b) a b))
(define-fun min2 ((a Int) (b Int)) Int (ite (<= a b) a b))
"""


@final
@dataclass(frozen=True, slots=True)
class Script:
    """One problem with shared hypotheses and several negated goals.

    ``prelude`` declares and defines, ``hypotheses`` and ``goals`` are assertions; ``integers``, ``floats`` and
    ``booleans`` name the symbols whose values make a model; ``opaque`` says what was abstracted.
    """

    prelude: str
    hypotheses: tuple[str, ...]
    goals: tuple[str, ...]
    integers: tuple[str, ...]
    floats: tuple[str, ...]
    booleans: tuple[str, ...]
    opaque: tuple[str, ...]

    @property
    def assertions(self) -> str:
        """Everything asserted at once, hypotheses first: what the incremental back end parses."""
        return self.prelude + "".join(f"(assert {text})\n" for text in (*self.hypotheses, *self.goals))

    def single(self, index: int) -> str:
        """The stand-alone text of one goal: hypotheses, its negation, ``check-sat``."""
        lines = [f"(assert {text})\n" for text in (*self.hypotheses, self.goals[index])]
        return self.prelude + "".join(lines) + "(check-sat)\n"


def encode(hypotheses: Sequence[Cond], goals: Sequence[Cond]) -> Script:
    """The script that asks, of each goal, whether the hypotheses and its failure are satisfiable together."""
    terms = TermEncoder(_condition)
    assumed = [_holds(terms, hypothesis) for hypothesis in hypotheses]
    negated = [f"(not {_holds(terms, goal)})" for goal in goals]
    return Script(
        prelude=_PRELUDE + "".join(f"{line}\n" for line in terms.lines),
        hypotheses=(*terms.axioms, *(text for text in assumed if text != "true")),
        goals=tuple(negated),
        integers=tuple(terms.integers),
        floats=tuple(terms.floats),
        booleans=tuple(terms.booleans),
        opaque=tuple(terms.opaque),
    )


def _holds(terms: TermEncoder, condition: Cond) -> str:
    """The text of "defined and true"; a disjunction holds if one of its parts does."""
    match condition:
        case And(args):
            return conjunction([_holds(terms, arg) for arg in args])
        case Or(args):
            return f"(or {' '.join(_holds(terms, arg) for arg in args)})"
        case _:
            text, defined = _condition(terms, condition)
            return conjunction([defined, text])


def _condition(terms: TermEncoder, condition: Cond) -> tuple[str, str]:
    """The truth of a condition and whether it is defined."""
    match condition:
        case bool():
            return ("true" if condition else "false"), "true"
        case BoolSymbol(name):
            terms.declare_bool(name)
            return quoted(name), "true"
        case Ge(term):
            text, defined = terms.integer(term)
            return f"(>= {text} {integer(0)})", defined
        case Eq(term):
            text, defined = terms.integer(term)
            return f"(= {text} {integer(0)})", defined
        case Ne(term):
            text, defined = terms.integer(term)
            return f"(not (= {text} {integer(0)}))", defined
        case FloatCompare(op, left, right):
            a, b = terms.extended_real(left), terms.extended_real(right)
            return a.compare(op, b), conjunction([a.defined, b.defined])
        case Not(arg):
            text, defined = _condition(terms, arg)
            return f"(not {text})", defined
        case And(args):
            parts = [_condition(terms, arg) for arg in args]
            decided = [conjunction([defined, f"(not {text})"]) for text, defined in parts]
            return conjunction([text for text, _ in parts]), _kleene(parts, decided)
        case Or(args):
            parts = [_condition(terms, arg) for arg in args]
            decided = [conjunction([defined, text]) for text, defined in parts]
            return f"(or {' '.join(f'(and {d} {t})' for t, d in parts)})", _kleene(parts, decided)
        case _:
            assert_never(condition)


def _kleene(parts: list[tuple[str, str]], decided: list[str]) -> str:
    """A connective is defined if all its parts are, or if one that is defined decides it."""
    every = conjunction([defined for _, defined in parts])
    return every if every == "true" else f"(or {every} {' '.join(decided)})"
