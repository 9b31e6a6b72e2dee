"""Text of terms, as PyTorch (sympy's printer with its own functions) prints them."""

from __future__ import annotations

from typing import Final

from refimpl.terms.core import (
    And,
    Apply,
    Atom,
    BoolSymbol,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Monomial,
    Ne,
    Not,
    Or,
    Scalar,
    Symbol,
    Term,
    TermTooLargeError,
)
from refimpl.terms.polynomials import add, make_int, scale
from refimpl.terms.traversal import subterms

__all__ = ["to_text"]

MAX_TEXT: Final = 1 << 20


def to_text(term: Scalar) -> str:
    """The term as PyTorch prints it: ``2*u0``, ``(u0//2)``, ``Max(1, u0)``, ``Eq(u0, 1)``, ``u0 >= 1``, ...

    Raises TermTooLargeError when the text would exceed a mebibyte.
    """
    if isinstance(term, (int, float)):
        return _constant(term)
    done: dict[Term, str] = {}
    for part in subterms(term):
        text = _text(part, done)
        if len(text) > MAX_TEXT:
            raise TermTooLargeError(f"a text of {len(text)} characters")
        done[part] = text
    return done[term]


def _constant(value: int | float | bool) -> str:
    return repr(value)


def _look(part: Scalar, done: dict[Term, str]) -> str:
    if isinstance(part, (int, float)):
        return _constant(part)
    found = done.get(part)
    if found is None:
        found = done[part] = _text(part, done)
    return found


def _text(part: Term, done: dict[Term, str]) -> str:
    match part:
        case Symbol(name) | BoolSymbol(name):
            return name
        case IntTerm():
            return _polynomial(part, done)
        case Apply():
            return _apply(part, done)
        case Ge(term):
            return _inequality(term, done)
        case Eq(term):
            return f"Eq({', '.join(_sides(term, done))})"
        case Ne(term):
            return f"Ne({', '.join(_sides(term, done))})"
        case FloatCompare(op, left, right):
            return _float_compare(op, _look(left, done), _look(right, done))
        case Not(arg):
            return f"~({_look(arg, done)})"
        case And(args):
            return " & ".join(f"({_look(arg, done)})" for arg in args)
        case Or(args):
            return " | ".join(f"({_look(arg, done)})" for arg in args)


def _float_compare(op: str, left: str, right: str) -> str:
    match op:
        case "lt":
            return f"{left} < {right}"
        case "le":
            return f"{left} <= {right}"
        case "eq":
            return f"Eq({left}, {right})"
        case _:
            return f"Ne({left}, {right})"


def _atom(atom: Atom, done: dict[Term, str]) -> str:
    text = _look(atom, done)
    return f"({text})" if isinstance(atom, Apply) and atom.fn in _OPERATORS else text


_OPERATORS: Final = frozenset(("FloorDiv", "FloatAdd", "FloatMul", "FloatTrueDiv"))


def _monomial(monomial: Monomial, done: dict[Term, str]) -> str:
    powers: dict[Atom, int] = {}
    for atom in monomial:
        powers[atom] = powers.get(atom, 0) + 1
    return "*".join(_atom(a, done) + (f"**{n}" if n > 1 else "") for a, n in powers.items())


def _polynomial(term: IntTerm, done: dict[Term, str]) -> str:
    monomials = term.monomials
    if len(monomials) == 1 and monomials[0][1] == 1 and len(monomials[0][0]) == 1:
        return _look(monomials[0][0][0], done)
    parts: list[str] = []
    for monomial, coefficient in sorted(monomials, key=lambda item: -len(item[0])):
        size = abs(coefficient)
        body = str(size) if not monomial else _monomial(monomial, done)
        if monomial and size != 1:
            body = f"{size}*{body}"
        if not parts:
            parts.append(f"-{body}" if coefficient < 0 else body)
        else:
            parts.append(f"- {body}" if coefficient < 0 else f"+ {body}")
    return " ".join(parts)


def _halves(term: IntTerm) -> tuple[int | IntTerm, int | IntTerm]:
    """``(left, right)`` with ``term == left - right``, no negative coefficient, the constant on the right."""
    left = make_int({m: c for m, c in term.monomials if m and c > 0})
    right = add(scale(add(add(term, -term.constant), scale(left, -1)), -1), -term.constant)
    if isinstance(left, int):
        left, right = add(term, -term.constant), -term.constant
    return left, right


def _inequality(term: IntTerm, done: dict[Term, str]) -> str:
    left, right = _halves(term)
    if isinstance(left, IntTerm) and all(c < 0 for _, c in left.monomials):
        return f"{_look(scale(left, -1), done)} <= {_look(scale(right, -1), done)}"
    return f"{_look(left, done)} >= {_look(right, done)}"


def _sides(term: IntTerm, done: dict[Term, str]) -> tuple[str, str]:
    left, right = _halves(term)
    return _look(left, done), _look(right, done)


def _apply(part: Apply, done: dict[Term, str]) -> str:
    args = [_look(arg, done) for arg in part.args]
    match part.fn:
        case "FloorDiv":
            return f"({_operand(part.args[0], args[0])}//{_operand(part.args[1], args[1])})"
        case "Ite" | "FloatIte":
            return f"Piecewise(({args[1]}, {args[0]}), ({args[2]}, True))"
        case "FloatAdd":
            return f"{args[0]} + {args[1]}"
        case "FloatMul":
            return f"{args[0]}*{args[1]}"
        case _:
            return f"{_NAMES.get(part.fn, part.fn)}({', '.join(args)})"


def _operand(part: Scalar, text: str) -> str:
    plain = isinstance(part, (int, float)) or (isinstance(part, IntTerm) and part.atom is not None)
    return text if plain else f"({text})"


_NAMES: Final[dict[str, str]] = {
    "Pow": "PowByNatural",
    "BitAnd": "BitwiseFn_bitwise_and",
    "BitOr": "BitwiseFn_bitwise_or",
    "BitXor": "BitwiseFn_bitwise_xor",
    "abs": "Abs",
    **{
        fn: f"OpaqueUnaryFn_{fn}"
        for fn in (
            "sqrt", "cos", "cosh", "sin", "sinh", "tan", "tanh", "asin", "acos", "atan", "exp", "log", "log2", "asinh",
        )
    },
}  # fmt: skip
