"""What PyTorch's static evaluation sees: the ranges of symbols, and conditions in the words they were stated in."""

from __future__ import annotations

from refimpl.symbolic_shapes.knowledge import Knowledge
from refimpl.terms import And, Cond, Ge, IntTerm, ValueRange, ge, lt, make_int

__all__ = ["evident"]


def evident(knowledge: Knowledge, condition: Cond) -> bool | None:
    """Whether the condition is decided without an inference from several others; what is evident is known.

    PyTorch's ``statically_known_true`` where data decide the sizes that are compared: with ``a <= b`` and ``b <= n``
    stated, ``a <= n`` is known, but not evident. ``a < b`` says ``a <= b`` too.
    """
    resolved = knowledge.resolve_cond(condition)
    match resolved:
        case bool():
            return resolved
        case And(args):
            answers = [evident(knowledge, arg) for arg in args]
            return False if False in answers else None if None in answers else True
        case Ge(term):
            return _of_its_sign(knowledge, term)
        case _:
            return knowledge.known(resolved)


def _of_its_sign(knowledge: Knowledge, term: IntTerm) -> bool | None:
    total = ValueRange(0, 0)
    for monomial, coefficient in term.monomials:
        total = total + knowledge.bounds.range_of(make_int({monomial: coefficient}))
    if total.low is not None and total.low >= 0:
        return True
    if total.high is not None and total.high < 0:
        return False
    if _said(knowledge, ge(term, 0), ge(term, 1)):
        return True
    return False if _said(knowledge, lt(term, 0), lt(term, -1)) else None


def _said(knowledge: Knowledge, *conditions: Cond) -> bool:
    return any(map(knowledge.said, conditions))
