"""Text of terms, as PyTorch prints them: sympy's printer with the precedences of PyTorch's own functions.

Orders and brackets follow sympy. Three things differ, so that the text says neither more nor less than the term:
products of sums are expanded (the normal form), a float has all the digits it needs instead of fifteen, and the
negation of a float ordering stays a negation, because NaN satisfies it.
"""

from __future__ import annotations

from typing import Final

from refimpl.terms.core import (
    And,
    Apply,
    Atom,
    BoolSymbol,
    BoolTerm,
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
from refimpl.terms.printing_order import (
    class_of,
    in_print_order,
    member_order,
    power_factors,
    printed_sides,
    scalar_order,
)
from refimpl.terms.traversal import subterms

__all__ = ["to_text"]

MAX_TEXT: Final = 1 << 20
RELATION: Final = 35
ADD: Final = 40
MUL: Final = 50
POW: Final = 60
ATOM: Final = 1000
_PRECEDENCE: Final[dict[str, int]] = {
    "FloorDiv": 35, "Mod": 35, "FloatTrueDiv": 35, "IntTrueDiv": 35, "BitOr": 36, "BitXor": 37, "BitAnd": 38,
    "FloatAdd": ADD, "FloatMul": MUL, "Pow": 50, "FloatPow": 60, "ToFloat": 70, "TruncToInt": 70, "FloorToInt": 70,
    "CeilToInt": 70, "RoundToInt": 70, "Ite": 70, "FloatIte": 70,
}  # fmt: skip
_Texts = dict[Term, str]


def to_text(term: Scalar) -> str:
    """The term as PyTorch prints it: ``2*u0``, ``(u0//2)``, ``Max(1, u0)``, ``Eq(u0, 1)``, ``u0 >= 1``, ...

    Raises TermTooLargeError when the text of a part exceeds a mebibyte.
    """
    if isinstance(term, (int, float)):
        return _constant(term)
    done: _Texts = {}
    for part in subterms(term):
        text = _text(part, done)
        if len(text) > MAX_TEXT:
            raise TermTooLargeError(f"a text of {len(text)} characters")
        done[part] = text
    return done[term]


def _constant(value: float | bool) -> str:
    text = repr(value)
    if not isinstance(value, float) or "e" not in text:
        return text
    digits, exponent = text.split("e")
    return f"{digits if '.' in digits else digits + '.0'}e{int(exponent):+d}"


def _look(part: Scalar, done: _Texts) -> str:
    if isinstance(part, (int, float)):
        return _constant(part)
    found = done.get(part)
    if found is None:
        found = done[part] = _text(part, done)
    return found


def _text(part: Term, done: _Texts) -> str:
    match part:
        case Symbol(name) | BoolSymbol(name):
            return name
        case IntTerm():
            return _polynomial(part, done)
        case Apply():
            return _apply(part, done)
        case Ge():
            return _inequality(part, done)
        case Eq():
            return f"Eq({_equation(part, done)})"
        case Ne():
            return f"Ne({_equation(part, done)})"
        case FloatCompare():
            return _float_compare(part, done)
        case Not(arg):
            return f"~{_member(arg, done)}"
        case And(args):
            return " & ".join(_members(args, done))
        case Or(args):
            return " | ".join(_members(args, done))


def _members(args: tuple[BoolTerm, ...], done: _Texts) -> list[str]:
    return [_member(arg, done) for arg in sorted(args, key=member_order)]


def _member(arg: BoolTerm, done: _Texts) -> str:
    plain = isinstance(arg, (BoolSymbol, Eq, Ne, Not)) or (isinstance(arg, FloatCompare) and arg.op in ("eq", "ne"))
    return _look(arg, done) if plain else f"({_look(arg, done)})"


def _precedence(part: Scalar) -> int:
    if isinstance(part, Apply):
        return _PRECEDENCE.get(part.fn, ATOM)
    if not isinstance(part, IntTerm):
        return ATOM if not isinstance(part, (int, float)) or part >= 0 else ADD
    # Of a sum or product only is asked whether it binds tighter than an application.
    return ADD if part.atom is None else _precedence(part.atom)


def _bracketed(part: Scalar, level: int, done: _Texts) -> str:
    """The text in parentheses if it binds no tighter than the level."""
    text = _look(part, done)
    return f"({text})" if _precedence(part) <= level else text


def _power(atom: Atom, exponent: int, level: int, done: _Texts) -> str:
    if exponent == 1:
        return _bracketed(atom, level, done)
    return f"{_bracketed(atom, POW, done)}**{exponent}"


def _monomial(monomial: Monomial, coefficient: int, done: _Texts) -> str:
    """The product without its sign."""
    factors, size = power_factors(monomial), abs(coefficient)
    if len(factors) == 1 and size == 1 and factors[0][1] == 1:
        return _bracketed(factors[0][0], ADD - 1, done)
    # sympy takes a negative product for a sum when it asks which factors need brackets.
    level = ADD if coefficient < 0 else MUL
    texts = [_power(atom, exponent, level, done) for atom, exponent in factors]
    return "*".join(texts if size == 1 else [str(size), *texts])


def _polynomial(term: IntTerm, done: _Texts) -> str:
    if term.atom is not None:
        return _look(term.atom, done)
    parts: list[str] = []
    for monomial, coefficient in in_print_order(term):
        body = _monomial(monomial, coefficient, done) if monomial else str(abs(coefficient))
        if parts:
            parts.append(f"{'-' if coefficient < 0 else '+'} {body}")
        else:
            parts.append(f"-{body}" if coefficient < 0 else body)
    return " ".join(parts)


def _inequality(part: Ge, done: _Texts) -> str:
    left, right = printed_sides(part)
    op = ">=" if any(c > 0 for m, c in part.term.monomials if m) else "<="
    return f"{_bracketed(left, RELATION, done)} {op} {_bracketed(right, RELATION, done)}"


def _equation(part: Eq | Ne, done: _Texts) -> str:
    left, right = printed_sides(part)
    return f"{_look(left, done)}, {_look(right, done)}"


def _float_compare(part: FloatCompare, done: _Texts) -> str:
    level = RELATION if part.op in ("lt", "le") else 0
    left, right = _bracketed(part.left, level, done), _bracketed(part.right, level, done)
    mirrored = isinstance(part.left, (int, float))
    if mirrored:
        left, right = right, left
    match part.op:
        case "lt":
            return f"{left} {'>' if mirrored else '<'} {right}"
        case "le":
            return f"{left} {'>=' if mirrored else '<='} {right}"
        case "eq":
            return f"Eq({left}, {right})"
        case "ne":
            return f"Ne({left}, {right})"


def _apply(part: Apply, done: _Texts) -> str:
    args = part.args
    match part.fn:
        case "FloorDiv":
            return f"({_bracketed(args[0], ATOM - 1, done)}//{_bracketed(args[1], ATOM - 1, done)})"
        case "Ite" | "FloatIte":
            condition, then, otherwise = (_look(arg, done) for arg in args)
            return f"Piecewise(({then}, {condition}), ({otherwise}, True))"
        case "FloatAdd":
            return _float_sum(args[0], args[1], done)
        case "FloatMul":
            if isinstance(args[0], float):
                return f"{_factor(args[0])}{_bracketed(args[1], MUL, done)}"
            return f"{_bracketed(args[0], MUL, done)}*{_bracketed(args[1], MUL, done)}"
        case "Max" | "Min":
            return f"{part.fn}({', '.join(_look(arg, done) for arg in sorted(args, key=scalar_order))})"
        case _:
            return f"{class_of(part.fn)}({', '.join(_look(arg, done) for arg in args)})"


def _float_sum(left: Scalar, right: Scalar, done: _Texts) -> str:
    if _is_subtracted(left) or isinstance(left, (int, float)):
        left, right = right, left
    first = _bracketed(left, ADD, done)
    if not _is_subtracted(right):
        return f"{first} + {_bracketed(right, ADD, done)}"
    if isinstance(right, (int, float)):
        return f"{first} - {_constant(-right)}"
    assert isinstance(right, Apply), "only a product is subtracted besides a number"
    number, factor = right.args
    assert isinstance(number, float), "only a product with a negative number is subtracted"
    return f"{first} - {_factor(-number)}{_bracketed(factor, MUL, done)}"


def _factor(number: float) -> str:
    """The number in front of what it multiplies, without brackets: sympy has it in the product's sign."""
    return {1.0: "", -1.0: "-"}.get(number, f"{_constant(number)}*")


def _is_subtracted(part: Scalar) -> bool:
    """Whether the summand is shown behind a minus sign."""
    if isinstance(part, (int, float)):
        return part < 0
    if not isinstance(part, Apply) or part.fn != "FloatMul":
        return False
    factor = part.args[0]
    return isinstance(factor, float) and factor < 0.0
