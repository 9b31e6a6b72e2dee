"""Terms on the wire: ``"3"``, ``"u0"``, ``true``, ``["add", "u0", "1"]``; every name has a declared sort."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, assert_never

from refimpl.conformance.cursor import Cursor, Json
from refimpl.terms import (
    And,
    Apply,
    Atom,
    BoolSymbol,
    Cond,
    Dim,
    Eq,
    FloatCompare,
    Ge,
    IntTerm,
    Ne,
    Not,
    Or,
    Real,
    Scalar,
    Sort,
    SortError,
    Symbol,
    TermTooLargeError,
    apply_function,
    bool_symbol,
    eq,
    float_eq,
    float_ge,
    float_gt,
    float_le,
    float_lt,
    float_ne,
    float_neg,
    float_sub,
    free_of,
    ge,
    gt,
    is_condition,
    land,
    le,
    lnot,
    lor,
    lt,
    ne,
    of_atom,
    symbol_atom,
    to_cond,
    to_dim,
    to_real,
)

__all__ = [
    "OPERATORS",
    "Names",
    "Sorts",
    "atom_named",
    "read_condition",
    "read_dim",
    "read_float",
    "read_sorts",
    "read_symbol",
    "read_term",
    "sorts_in",
    "write_float",
    "write_sorts",
    "write_term",
]

Sorts: TypeAlias = Mapping[str, Sort]
"""The declared sort of each name."""
Names: TypeAlias = Mapping[str, "Symbol | BoolSymbol"]

DEEPEST: Final = 200
_APPLIED: Final[Mapping[str, str]] = {
    "floordiv": "FloorDiv", "mod": "Mod", "max": "Max", "min": "Min", "pow": "Pow", "ite": "Ite",
    "trunc": "TruncToInt", "floor": "FloorToInt", "ceil": "CeilToInt", "round": "RoundToInt", "lshift": "LShift",
    "rshift": "RShift", "bitand": "BitAnd", "bitor": "BitOr", "bitxor": "BitXor", "to_float": "ToFloat",
    "float_div": "FloatTrueDiv", "int_div": "IntTrueDiv", "float_pow": "FloatPow", "float_add": "FloatAdd",
    "float_mul": "FloatMul", "float_max": "FloatMax", "float_min": "FloatMin", "float_ite": "FloatIte",
    "float_mod": "FloatMod", "float_floordiv": "FloatFloorDiv", "sqrt": "sqrt", "cos": "cos", "cosh": "cosh",
    "sin": "sin", "sinh": "sinh", "tan": "tan", "tanh": "tanh", "asin": "asin", "acos": "acos", "atan": "atan",
    "exp": "exp", "log": "log", "log2": "log2", "asinh": "asinh", "float_abs": "abs",
}  # fmt: skip
_WRITTEN: Final = {fn: op for op, fn in _APPLIED.items()}
_COUNTS: Final[Mapping[str, int]] = {
    "ite": 3, "float_ite": 3, "not": 1, "neg": 1, "float_neg": 1, "to_float": 1,
    **dict.fromkeys(("trunc", "floor", "ceil", "round"), 1),
    **dict.fromkeys([op for op, fn in _APPLIED.items() if fn.islower()], 1),
}  # fmt: skip
_MANY: Final = frozenset(("add", "mul", "max", "min", "and", "or"))


def _sum(args: Sequence[Scalar]) -> Scalar:
    total: Dim = 0
    for arg in args:
        total = total + to_dim(arg)
    return total


def _product(args: Sequence[Scalar]) -> Scalar:
    product: Dim = 1
    for arg in args:
        product = product * to_dim(arg)
    return product


def _number(value: Scalar) -> Real | Dim:
    return to_dim(value) if isinstance(value, (int, IntTerm)) else to_real(value)


def _of_ints(compare: Callable[[Dim, Dim], Cond]) -> Callable[[Sequence[Scalar]], Scalar]:
    return lambda args: compare(to_dim(args[0]), to_dim(args[1]))


def _of_numbers(compare: Callable[[Real | Dim, Real | Dim], Cond]) -> Callable[[Sequence[Scalar]], Scalar]:
    return lambda args: compare(_number(args[0]), _number(args[1]))


_BUILT: Final[Mapping[str, Callable[[Sequence[Scalar]], Scalar]]] = {
    "add": _sum,
    "mul": _product,
    "sub": lambda args: to_dim(args[0]) - to_dim(args[1]),
    "neg": lambda args: -to_dim(args[0]),
    "eq": _of_ints(eq),
    "ne": _of_ints(ne),
    "lt": _of_ints(lt),
    "le": _of_ints(le),
    "gt": _of_ints(gt),
    "ge": _of_ints(ge),
    "and": lambda args: land(*map(to_cond, args)),
    "or": lambda args: lor(*map(to_cond, args)),
    "not": lambda args: lnot(to_cond(args[0])),
    "float_neg": lambda args: float_neg(to_real(args[0])),
    "float_sub": lambda args: float_sub(to_real(args[0]), to_real(args[1])),
    "float_eq": _of_numbers(float_eq),
    "float_ne": _of_numbers(float_ne),
    "float_lt": _of_numbers(float_lt),
    "float_le": _of_numbers(float_le),
    "float_gt": _of_numbers(float_gt),
    "float_ge": _of_numbers(float_ge),
}
OPERATORS: Final = tuple(sorted((*_BUILT, *_APPLIED)))
"""Every operator of a term; ``float``, which writes a constant, aside."""


def read_sorts(cursor: Cursor) -> Sorts:
    """The declarations ``{"u0": "int", "zuf0": "float", "p0": "bool"}``."""
    return {name: Sort(item.choice(("int", "float", "bool"))) for name, item in _identifiers(cursor)}


def _identifiers(cursor: Cursor) -> Sequence[tuple[str, Cursor]]:
    for name, item in (entries := cursor.entries()):
        if not (name.isascii() and name.isidentifier() and len(name) <= 64):
            item.fail(f'"{name[:40]}" is no name of a symbol')
    return entries


def write_sorts(sorts: Sorts) -> Json:
    """The declarations, by name."""
    return {name: sorts[name].value for name in sorted(sorts)}


def sorts_in(*terms: Scalar) -> dict[str, Sort]:
    """The sorts of the symbols that occur in terms, by name."""
    found: dict[str, Sort] = {}
    for term in terms:
        for symbol in free_of(term):
            found[symbol.name] = symbol.sort if isinstance(symbol, Symbol) else Sort.BOOL
    return dict(sorted(found.items()))


def read_symbol(cursor: Cursor, sorts: Sorts) -> Symbol:
    """The integer or float symbol of that declared name."""
    name = cursor.text()
    sort = sorts.get(name)
    if sort is None or sort is Sort.BOOL:
        cursor.fail(f'"{name[:40]}" is not declared as an integer or float symbol')
    return symbol_atom(name, sort)


def atom_named(name: str, sorts: Sorts) -> Symbol | BoolSymbol:
    """The symbol of a declared name."""
    sort = sorts[name]
    return bool_symbol(name) if sort is Sort.BOOL else symbol_atom(name, sort)


def read_term(cursor: Cursor, sorts: Sorts, depth: int = 0) -> Scalar:
    """The term. Raises FormatError for an unknown operator, an undeclared name, or arguments of the wrong sort."""
    value = cursor.value
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value[:1].isdigit() or value[:1] == "-":
            return cursor.integer()
        if value not in sorts:
            cursor.fail(f'the symbol "{value[:40]}" is not declared')
        atom = atom_named(value, sorts)
        return of_atom(atom) if isinstance(atom, Symbol) and atom.sort is Sort.INT else atom
    items = cursor.items()
    if not items:
        cursor.fail("a term is no empty array")
    if depth > DEEPEST:
        cursor.fail(f"the term nests more than {DEEPEST} deep")
    operator = items[0].text()
    if operator == "float":
        return read_float(cursor.pair()[1])
    if operator not in OPERATORS:
        items[0].fail(f'"{operator[:40]}" is no operator of terms')
    _check_count(cursor, operator, len(items) - 1)
    args = [read_term(item, sorts, depth + 1) for item in items[1:]]
    try:
        built = _BUILT.get(operator)
        return built(args) if built is not None else apply_function(_APPLIED[operator], args)
    except (SortError, TermTooLargeError, ArithmeticError) as error:
        cursor.fail(f"{operator}: {error}")


def _check_count(cursor: Cursor, operator: str, given: int) -> None:
    if operator in _MANY:
        if not given:
            cursor.fail(f"{operator} takes at least one argument")
    elif given != _COUNTS.get(operator, 2):
        cursor.fail(f"{operator} takes {_COUNTS.get(operator, 2)} arguments, not {given}")


def read_dim(cursor: Cursor, sorts: Sorts) -> Dim:
    """The term, which must be an integer."""
    term = read_term(cursor, sorts)
    if isinstance(term, bool) or not isinstance(term, (int, IntTerm)):
        cursor.fail("an integer term is needed here")
    return term


def read_condition(cursor: Cursor, sorts: Sorts) -> Cond:
    """The term, which must be a condition."""
    term = read_term(cursor, sorts)
    if not is_condition(term):
        cursor.fail("a condition is needed here")
    return term


def read_float(cursor: Cursor) -> float:
    """A float as text, as Python reads and writes it (``"0.5"``, ``"inf"``, ``"nan"``)."""
    text = cursor.text()
    try:
        number = float(text)
    except ValueError:
        cursor.fail(f'"{text[:40]}" is no float')
    if len(text) > 40 or text.strip() != text or "_" in text:
        cursor.fail(f'"{text[:40]}" is no float')
    return number


def write_float(number: float) -> str:
    """The shortest text that reads as the same float."""
    return repr(number)


def write_term(term: Scalar) -> Json:
    """The term as nested arrays, in its normal form."""
    match term:
        case bool():
            return term
        case int():
            return str(term)
        case float():
            return ["float", write_float(term)]
        case Symbol(name) | BoolSymbol(name):
            return name
        case IntTerm():
            return _polynomial(term)
        case Apply(fn, args):
            return [_WRITTEN[fn], *map(write_term, args)]
        case Ge(inner):
            return ["ge", write_term(inner), "0"]
        case Eq(inner):
            return ["eq", write_term(inner), "0"]
        case Ne(inner):
            return ["ne", write_term(inner), "0"]
        case FloatCompare(op, left, right):
            return [f"float_{op}", write_term(left), write_term(right)]
        case Not(arg):
            return ["not", write_term(arg)]
        case And(args):
            return ["and", *map(write_term, args)]
        case Or(args):
            return ["or", *map(write_term, args)]
        case _:
            assert_never(term)


def _polynomial(term: IntTerm) -> Json:
    parts = [_monomial(monomial, coefficient) for monomial, coefficient in term.monomials]
    return parts[0] if len(parts) == 1 else ["add", *parts]


def _monomial(monomial: tuple[Atom, ...], coefficient: int) -> Json:
    factors: list[Json] = [write_term(atom) for atom in monomial]
    if coefficient != 1 or not factors:
        factors.insert(0, str(coefficient))
    return factors[0] if len(factors) == 1 else ["mul", *factors]
