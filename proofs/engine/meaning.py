"""The meaning of terms, written from Python's definitions and not from the shipped encoding.

Quotients and roundings are named and characterised, never computed by a solver's own ``div``. What has no rules of
its own (a shift by a symbol) is an uninterpreted function, so that ``RShift(u0, p)`` stands for an arbitrary number
and ``RShift(u0, p) >= 0`` for an arbitrary predicate of ``u0``, which the shipped substitution rewrites like any term.
"""

from __future__ import annotations

from typing import assert_never, final

from proofs.engine.forking import floor_of
from proofs.engine.smt import apply, both, declare, either, equal, implies, literal, negation
from refimpl.terms import Apply, BoolSymbol, Cond, Dim, IntTerm, Scalar, Symbol, is_condition
from refimpl.terms.core import And, Eq, FloatCompare, Ge, Ne, Not, Or

__all__ = ["Meaning"]


@final
class Meaning:
    """Collects declarations and definitions while terms are written; one for each obligation.

    ``definitions`` characterise quotients and are hypotheses of whatever is proved; they exclude no valuation.
    """

    def __init__(self) -> None:
        self.declarations: dict[str, None] = {}
        self.definitions: list[str] = []
        self._quotients: dict[tuple[str, str], str] = {}

    def integer(self, term: Dim) -> tuple[str, str]:
        """The value of an integer term, and where it is defined."""
        if isinstance(term, int):
            return literal(term), "true"
        summands: list[str] = []
        defined: list[str] = []
        for monomial, coefficient in term.monomials:
            factors = [_coefficient(coefficient)]
            for atom in monomial:
                text, holds = self._name(atom) if isinstance(atom, Symbol) else self._apply(atom)
                factors.append(text)
                defined.append(holds)
            summands.append(factors[0] if len(factors) == 1 else apply("*", *factors))
        return (summands[0] if len(summands) == 1 else apply("+", *summands)), both(defined)

    def condition(self, condition: Cond) -> str:
        """Where the condition is defined and true."""
        match condition:
            case bool():
                return "true" if condition else "false"
            case BoolSymbol(name):
                self.declarations[declare(f"|{name}|", "Bool")] = None
                return f"|{name}|"
            case Ge(term):
                return self._compare(">=", term)
            case Eq(term):
                return self._compare("=", term)
            case Ne(term):
                text, defined = self.integer(term)
                return both((defined, negation(equal(text, "0"))))
            case Not(BoolSymbol() as arg):
                return negation(self.condition(arg))
            case And(args):
                return both(map(self.condition, args))
            case Or(args):
                return either(map(self.condition, args))
            case Not() | FloatCompare():
                raise TypeError(f"floats have no meaning here: {condition}")
            case _:
                assert_never(condition)

    def floor_div(self, left: str, right: str) -> str:
        """A name for ``left // right``; any number where ``right`` is 0."""
        found = self._quotients.get((left, right))
        if found is None:
            found = self._quotients[left, right] = f"quotient!{len(self._quotients)}"
            self.declarations[declare(found)] = None
            self.definitions.append(floor_of(left, right, found))
        return found

    def floor_mod(self, left: str, right: str) -> str:
        """``left % right``, by its definition."""
        return apply("-", left, apply("*", right, self.floor_div(left, right)))

    def _compare(self, relation: str, term: IntTerm) -> str:
        text, defined = self.integer(term)
        return both((defined, apply(relation, text, "0")))

    def _name(self, symbol: Symbol) -> tuple[str, str]:
        self.declarations[declare(f"|{symbol.name}|")] = None
        return f"|{symbol.name}|", "true"

    def _apply(self, atom: Apply) -> tuple[str, str]:
        if atom.fn == "Ite":
            return self._choice(atom)
        parts = [self.integer(_dim(arg)) for arg in atom.args]
        defined = both(holds for _, holds in parts)
        texts = [text for text, _ in parts]
        match atom.fn:
            case "FloorDiv":
                return self.floor_div(*texts), both((defined, negation(equal(texts[1], "0"))))
            case "Mod":
                return self.floor_mod(*texts), both((defined, negation(equal(texts[1], "0"))))
            case "Max" | "Min":
                return self._extremum(">=" if atom.fn == "Max" else "<=", texts), defined
            case "Pow" | "LShift" | "RShift" if isinstance(count := atom.args[1], int):
                return self._by_constant(atom.fn, texts[0], count), "false" if count < 0 else defined
            case "LShift" | "RShift" | "Pow" | "BitAnd" | "BitOr" | "BitXor":
                self.declarations[f"(declare-fun {atom.fn} (Int Int) Int)"] = None
                return apply(atom.fn, *texts), defined
            case _:
                raise TypeError(f"{atom.fn} has no meaning here")

    def _by_constant(self, function: str, text: str, count: int) -> str:
        """A power or a shift by a natural number (any number for a negative one, where it is undefined)."""
        if function == "Pow":
            return apply("*", "1", "1", *(text,) * count)
        factor = literal(2 ** max(count, 0))
        return apply("*", text, factor) if function == "LShift" else self.floor_div(text, factor)

    def _choice(self, atom: Apply) -> tuple[str, str]:
        test, then, otherwise = atom.args
        if not is_condition(test):
            raise TypeError(f"{test} is no condition")
        truth, falsehood = self.condition(test), self.fails(test)
        (a, a_defined), (b, b_defined) = self.integer(_dim(then)), self.integer(_dim(otherwise))
        known = either((truth, falsehood))
        return apply("ite", truth, a, b), both((known, implies(truth, a_defined), implies(falsehood, b_defined)))

    def fails(self, condition: Cond) -> str:
        """Where the condition is defined and false."""
        match condition:
            case bool():
                return "false" if condition else "true"
            case Ge(term):
                return self._compare("<", term)
            case Eq(term):
                text, defined = self.integer(term)
                return both((defined, negation(equal(text, "0"))))
            case Ne(term):
                return self._compare("=", term)
            case And(args):
                return either(map(self.fails, args))
            case Or(args):
                return both(map(self.fails, args))
            case Not(arg):
                return self.condition(arg)
            case BoolSymbol():
                return negation(self.condition(condition))
            case FloatCompare():
                raise TypeError(f"floats have no meaning here: {condition}")
            case _:
                assert_never(condition)

    def _extremum(self, relation: str, texts: list[str]) -> str:
        result = texts[0]
        for text in texts[1:]:
            result = apply("ite", apply(relation, result, text), result, text)
        return result


def _coefficient(value: object) -> str:
    # A symbolic coefficient writes itself.
    return literal(value) if isinstance(value, int) else str(value)


def _dim(argument: Scalar) -> Dim:
    if isinstance(argument, (int, IntTerm)):
        return argument
    raise TypeError(f"{argument} is no integer")
