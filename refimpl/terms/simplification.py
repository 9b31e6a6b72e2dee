"""Terms made smaller by what is known: applications that ranges decide, symbols that have one value."""

from __future__ import annotations

from refimpl.terms.conditions import eq, ge, is_condition, land, lor, ne
from refimpl.terms.core import (
    And,
    Apply,
    Atom,
    Cond,
    Dim,
    Eq,
    Ge,
    IntTerm,
    Ne,
    Or,
    Scalar,
    Symbol,
)
from refimpl.terms.deciding import decide
from refimpl.terms.inference import congruence_of, ends_of
from refimpl.terms.integers import int_max, int_min
from refimpl.terms.knowledge import Knowledge
from refimpl.terms.polynomials import add, multiply, of_atom
from refimpl.terms.rebuild import apply_function, to_dim

__all__ = ["simplify", "simplify_condition"]

MAX_DEPTH = 48
MAX_ARGUMENTS = 8


def simplify(knowledge: Knowledge, term: Dim, depth: int = 0) -> Dim:
    """An integer equal to the given one wherever the knowledge holds and the given one is defined."""
    if isinstance(term, int):
        return term
    cached = knowledge.simple_cache.get(term)
    if cached is not None and knowledge.is_settled(cached[0], term.free):
        return cached[1]
    if depth > MAX_DEPTH:
        return term
    result: Dim = term
    low, high = ends_of(knowledge, term)
    if low is not None and low == high:
        result = low
    else:
        images = {atom: _simplify_atom(knowledge, atom, depth) for m, _ in term.monomials for atom in m}
        if any(image is not of_atom(atom) for atom, image in images.items()):
            result = _polynomial(term, images)
    knowledge.simple_cache[term] = (knowledge.version, result)
    return result


def _polynomial(term: IntTerm, images: dict[Atom, Dim]) -> Dim:
    total: Dim = 0
    for monomial, coefficient in term.monomials:
        product: Dim = coefficient
        for atom in monomial:
            product = multiply(product, images[atom])
        total = add(total, product)
    return total


def _simplify_atom(knowledge: Knowledge, atom: Atom, depth: int) -> Dim:
    itself = of_atom(atom)
    low, high = ends_of(knowledge, itself)
    if low is not None and low == high:
        return low
    if isinstance(atom, Symbol):
        return itself
    args = tuple(_simplify_argument(knowledge, arg, depth + 1) for arg in atom.args)
    if any(new is not old for new, old in zip(args, atom.args, strict=True)):
        rebuilt = to_dim(apply_function(atom.fn, args))
        inner = None if isinstance(rebuilt, int) else rebuilt.atom
        if not isinstance(inner, Apply) or inner.fn != atom.fn:
            return simplify(knowledge, rebuilt, depth + 1)
        atom, itself = inner, of_atom(inner)
    return _by_ranges(knowledge, atom, itself)


def _simplify_argument(knowledge: Knowledge, argument: Scalar, depth: int) -> Scalar:
    if isinstance(argument, IntTerm):
        return simplify(knowledge, argument, depth)
    if is_condition(argument):
        known = decide(knowledge, argument)
        return argument if known is None else known
    return argument


def _by_ranges(knowledge: Knowledge, atom: Apply, itself: IntTerm) -> Dim:
    match atom.fn:
        case "Max" | "Min":
            kept = _undominated(knowledge, [to_dim(arg) for arg in atom.args], greatest=atom.fn == "Max")
            if len(kept) == len(atom.args):
                return itself
            return int_max(*kept) if atom.fn == "Max" else int_min(*kept)
        case "FloorDiv" | "Mod":
            left, right = (to_dim(arg) for arg in atom.args)
            quotient = _constant_quotient(knowledge, left, right)
            if quotient is not None:
                return quotient if atom.fn == "FloorDiv" else add(left, multiply(right, -quotient))
            residue = _constant_residue(knowledge, left, right) if atom.fn == "Mod" else None
            return itself if residue is None else residue
        case _:
            return itself


def _undominated(knowledge: Knowledge, args: list[Dim], *, greatest: bool) -> list[Dim]:
    """The arguments but those that another one is known to be as great (as small) as."""
    if len(args) > MAX_ARGUMENTS:
        return args
    kept = list(args)
    for arg in args:
        others = [other for other in kept if other is not arg]
        if any(decide(knowledge, ge(other, arg) if greatest else ge(arg, other)) for other in others):
            kept = others
    return kept


def _constant_quotient(knowledge: Knowledge, left: Dim, right: Dim) -> int | None:
    """The number that ``left // right`` is, if the interval of ``left`` stays within one period."""
    low, high = ends_of(knowledge, right)
    if low is None or low <= 0:
        return None
    if low == high:
        first, last = ends_of(knowledge, left)
        if first is not None and last is not None and first // low == last // low:
            return first // low
        return None
    inside = decide(knowledge, ge(left, 0)) and decide(knowledge, ge(add(right, -1), left))
    return 0 if inside else None


def _constant_residue(knowledge: Knowledge, left: Dim, right: Dim) -> int | None:
    """The number that ``left % right`` is for a constant divisor, by congruences."""
    if not isinstance(right, int) or right <= 0:
        return None
    modulus, residue = congruence_of(knowledge, left)
    return residue % right if modulus % right == 0 else None


def simplify_condition(knowledge: Knowledge, condition: Cond) -> Cond:
    """A condition equivalent to the given one wherever the knowledge holds and the given one is defined."""
    known = decide(knowledge, condition)
    if known is not None or isinstance(condition, bool) or condition.depth > MAX_DEPTH:
        return condition if known is None else known
    match condition:
        case Ge(term):
            return ge(simplify(knowledge, term), 0)
        case Eq(term):
            return eq(simplify(knowledge, term), 0)
        case Ne(term):
            return ne(simplify(knowledge, term), 0)
        case And(args):
            return land(*(simplify_condition(knowledge, arg) for arg in args))
        case Or(args):
            return lor(*(simplify_condition(knowledge, arg) for arg in args))
        case _:
            return condition
