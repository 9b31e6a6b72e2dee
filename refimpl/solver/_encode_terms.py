"""Integer and float terms as SMT-LIB expressions over declared constants, each atom defined once."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, assert_never, final

from refimpl.solver._encode_text import ExtendedReal, conjunction, integer, quoted, real
from refimpl.terms import Apply, BoolSymbol, Cond, Dim, IntTerm, Real, Scalar, Symbol
from refimpl.terms.core import And, Eq, FloatCompare, FloatTerm, Ge, Ne, Not, Or

__all__ = ["TermEncoder"]

# Every integer up to this magnitude is a float.
_EXACT: Final = 2**53
# Beyond this, shifting or raising by a constant makes text that nobody reads.
_MAX_CONSTANT_POWER: Final = 256
# z3 multiplies powers of sums out before it counts its work.
_MAX_EXPANSION: Final = 1024


def _is_small_power(base: Dim, exponent: int) -> bool:
    """Whether a constant power may be written as a product: of few monomials, in symbols only."""
    if isinstance(base, int) or exponent < 2:
        return True
    return not base.depth and math.comb(len(base.monomials) + exponent - 1, exponent) <= _MAX_EXPANSION


@final
class TermEncoder:
    """Collects declarations and definitions while terms are written; one encoder per script.

    ``condition`` writes a condition as (truth, definedness); it is given to break the recursion between files.
    """

    def __init__(self, condition: Callable[[TermEncoder, Cond], tuple[str, str]]) -> None:
        self.lines: list[str] = []
        self.axioms: list[str] = []
        self.integers: dict[str, None] = {}
        self.floats: dict[str, None] = {}
        self.booleans: dict[str, None] = {}
        self.opaque: dict[str, None] = {}
        self._condition = condition
        self._atoms: dict[Apply, tuple[str, str]] = {}
        self._reals: dict[Symbol | Apply | IntTerm, ExtendedReal] = {}

    def declare_bool(self, name: str) -> None:
        """Declare an opaque boolean once."""
        if name not in self.booleans:
            self.booleans[name] = None
            self.lines.append(f"(declare-const {quoted(name)} Bool)")

    def integer(self, term: Dim) -> tuple[str, str]:
        """An integer term and whether it is defined."""
        if isinstance(term, int):
            return integer(int(term)), "true"
        summands: list[str] = []
        conditions: list[str] = []
        for monomial, coefficient in term.monomials:
            factors = [] if coefficient == 1 and monomial else [integer(coefficient)]
            for atom in monomial:
                text, defined = self._symbol(atom) if isinstance(atom, Symbol) else self._apply(atom)
                factors.append(text)
                conditions.append(defined)
            summands.append(factors[0] if len(factors) == 1 else f"(* {' '.join(factors)})")
        total = summands[0] if len(summands) == 1 else f"(+ {' '.join(summands)})"
        return total, conjunction(conditions)

    def extended_real(self, term: Real | Dim) -> ExtendedReal:
        """A float, or an integer compared with one (Python compares the two exactly)."""
        if isinstance(term, int):
            return ExtendedReal("false", "0", f"(to_real {integer(int(term))})")
        if isinstance(term, float):
            return _constant(term)
        found = self._reals.get(term)
        if found is None:
            found = self._reals[term] = self._new_real(term)
        return found

    def _symbol(self, symbol: Symbol) -> tuple[str, str]:
        text = quoted(symbol.name)
        if symbol.name not in self.integers:
            self.integers[symbol.name] = None
            self.lines.append(f"(declare-const {text} Int)")
        return text, "true"

    def _apply(self, atom: Apply) -> tuple[str, str]:
        found = self._atoms.get(atom)
        if found is None:
            text, defined = self._definition(atom)
            number = len(self._atoms)
            self.lines.append(f"(define-fun t!{number} () Int {text})")
            if defined != "true":
                self.lines.append(f"(define-fun d!{number} () Bool {defined})")
                defined = f"d!{number}"
            found = self._atoms[atom] = (f"t!{number}", defined)
        return found

    def _definition(self, atom: Apply) -> tuple[str, str]:
        match atom.fn:
            case "FloorDiv" | "Mod":
                return self._division("floor_div" if atom.fn == "FloorDiv" else "floor_mod", atom)
            case "Max" | "Min":
                parts = [self.integer(_dim(arg)) for arg in atom.args]
                text = parts[0][0]
                for other, _ in parts[1:]:
                    text = f"({atom.fn.lower()}2 {text} {other})"
                return text, conjunction([defined for _, defined in parts])
            case "Ite":
                test, a, b = atom.args
                (a_text, a_defined), (b_text, b_defined) = self.integer(_dim(a)), self.integer(_dim(b))
                return self._choice(_cond(test), a_text, b_text, a_defined, b_defined)
            case "TruncToInt" | "FloorToInt" | "CeilToInt" | "RoundToInt" if len(atom.args) == 1:
                return self._to_int(atom)
            case "Pow" | "LShift" | "RShift":
                return self._power(atom)
            case _:
                return self._opaque_int(atom, f"{atom.fn} has no exact encoding")

    def _division(self, function: str, atom: Apply) -> tuple[str, str]:
        (a, a_defined), (b, b_defined) = (self.integer(_dim(arg)) for arg in atom.args)
        divisor = atom.args[1]
        if isinstance(divisor, int) and divisor > 0:
            return f"({'div' if function == 'floor_div' else 'mod'} {a} {b})", a_defined
        return f"({function} {a} {b})", conjunction([a_defined, b_defined, f"(not (= {b} 0))"])

    def _choice(self, test: Cond, a: str, b: str, a_defined: str, b_defined: str) -> tuple[str, str]:
        """Only the branch that is taken needs to be defined."""
        truth, defined = self._condition(self, test)
        taken = "true" if a_defined == b_defined == "true" else f"(ite {truth} {a_defined} {b_defined})"
        return f"(ite {truth} {a} {b})", conjunction([defined, taken])

    def _to_int(self, atom: Apply) -> tuple[str, str]:
        argument = atom.args[0]
        x = self.extended_real(_real(argument))
        finite = [f"(not {x.nan})" if x.nan != "false" else "true", f"(= {x.infinite} 0)"]
        match atom.fn:
            case "TruncToInt":
                text = f"(truncated {x.value})"
            case "FloorToInt":
                text = f"(to_int {x.value})"
            case "CeilToInt":
                text = f"(- (to_int (- {x.value})))"
            case _:
                low = f"(to_int {x.value})"
                part = f"(- {x.value} (to_real {low}))"
                up = f"(or (> {part} 0.5) (and (= {part} 0.5) (= (mod {low} 2) 1)))"
                text = f"(ite {up} (+ {low} 1) {low})"
        return text, conjunction([x.defined, *finite])

    def _power(self, atom: Apply) -> tuple[str, str]:
        base, exponent = _dim(atom.args[0]), _dim(atom.args[1])
        if isinstance(exponent, int) and atom.fn == "Pow" and not _is_small_power(base, exponent):
            return self._opaque_int(atom, "a power too large to be multiplied out")
        if isinstance(exponent, int) and 0 <= exponent <= _MAX_CONSTANT_POWER:
            text, defined = self.integer(base)
            if atom.fn == "LShift":
                return f"(* {integer(2**exponent)} {text})", defined
            if atom.fn == "RShift":
                return f"(div {text} {integer(2**exponent)})", defined
            if exponent:
                return f"(* {' '.join([text] * exponent)})" if exponent > 1 else text, defined
            return "1", defined
        _, defined = self.integer(base)
        _, also = self.integer(exponent)
        text, _ = self._opaque_int(atom, "a power or shift with a symbolic exponent")
        return text, conjunction([defined, also, f"(>= {self.integer(exponent)[0]} 0)"])

    def _opaque_int(self, atom: Apply, reason: str) -> tuple[str, str]:
        """An arbitrary integer, defined or not: sound for proofs, only a candidate for models."""
        number = len(self.opaque)
        self.opaque[f"{reason}: {atom.key}"] = None
        self.lines.append(f"(declare-const o!{number} Int)")
        self.lines.append(f"(declare-const o!{number}.defined Bool)")
        return f"o!{number}", f"o!{number}.defined"

    def _new_real(self, term: FloatTerm | IntTerm) -> ExtendedReal:
        match term:
            case IntTerm():
                text, defined = self.integer(term)
                return ExtendedReal("false", "0", f"(to_real {text})", defined)
            case Symbol(name):
                self.floats[name] = None
                return self._declare_real(name, "true")
            case Apply():
                return self._apply_real(term)
            case _:
                assert_never(term)

    def _declare_real(self, name: str, defined: str) -> ExtendedReal:
        nan, infinite, value = (quoted(name + suffix) for suffix in (".nan", ".infinite", ".value"))
        self.lines.append(f"(declare-const {nan} Bool)")
        self.lines.append(f"(declare-const {infinite} Int)")
        self.lines.append(f"(declare-const {value} Real)")
        self.axioms.append(f"(and (<= (- 1) {infinite}) (<= {infinite} 1))")
        return ExtendedReal(nan, infinite, value, defined)

    def _apply_real(self, term: Apply) -> ExtendedReal:
        match term.fn:
            case "ToFloat":
                return self._rounded_int(term)
            case "FloatIte":
                test, a, b = term.args
                x, y = self.extended_real(_real(a)), self.extended_real(_real(b))
                nan, defined = self._choice(_cond(test), x.nan, y.nan, x.defined, y.defined)
                infinite, _ = self._choice(_cond(test), x.infinite, y.infinite, "true", "true")
                value, _ = self._choice(_cond(test), x.value, y.value, "true", "true")
                return ExtendedReal(nan, infinite, value, defined)
            case "abs":
                x = self.extended_real(_real(term.args[0]))
                absolute = f"(ite (>= {x.value} 0.0) {x.value} (- {x.value}))"
                return ExtendedReal(x.nan, f"(* {x.infinite} {x.infinite})", absolute, x.defined)
            case _:
                number = len(self.opaque)
                self.opaque[f"float arithmetic: {term.key}"] = None
                self.lines.append(f"(declare-const o!{number}.defined Bool)")
                return self._declare_real(f"o!{number}", f"o!{number}.defined")

    def _rounded_int(self, term: Apply) -> ExtendedReal:
        """An integer as a float: exact up to 2**53, beyond that some value of which nothing is said."""
        text, defined = self.integer(_dim(term.args[0]))
        number = len(self.opaque)
        self.opaque[f"float arithmetic: {term.key}"] = None
        self.lines.append(f"(declare-const o!{number} Real)")
        small = f"(and (<= {integer(-_EXACT)} {text}) (<= {text} {integer(_EXACT)}))"
        self.axioms.append(f"(=> {small} (= o!{number} (to_real {text})))")
        return ExtendedReal("false", "0", f"o!{number}", defined)


def _constant(value: float) -> ExtendedReal:
    if math.isnan(value):
        return ExtendedReal("true", "0", "0.0")
    if math.isinf(value):
        return ExtendedReal("false", "1" if value > 0 else "(- 1)", "0.0")
    return ExtendedReal("false", "0", real(value))


def _dim(argument: Scalar) -> Dim:
    if isinstance(argument, (IntTerm, int)):
        return argument
    raise TypeError(f"an integer argument was expected, not {argument!r}")


def _real(argument: Scalar) -> Real | Dim:
    if isinstance(argument, (IntTerm, int, float, Symbol, Apply)):
        return argument
    raise TypeError(f"a float argument was expected, not {argument!r}")


def _cond(argument: Scalar) -> Cond:
    if isinstance(argument, (bool, BoolSymbol, Ge, Eq, Ne, FloatCompare, Not, And, Or)):
        return argument
    raise TypeError(f"a condition was expected, not {argument!r}")
