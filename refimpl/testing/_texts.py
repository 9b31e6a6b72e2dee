"""Terms read from the text of a report: Python's infix, with ``~``, ``&`` and ``|`` between conditions."""

from __future__ import annotations

from refimpl.export import Limits, UnreadGuard
from refimpl.export.guards import read_infix
from refimpl.terms import Cond, Scalar, bool_symbol, float_symbol, is_condition, land, lnot, lor, symbol

__all__ = ["read_condition", "read_term"]


def read_term(text: str) -> Scalar | None:
    """The term that the text denotes; None if it is not understood."""
    found = read_infix(text, _named, Limits())
    return None if isinstance(found, UnreadGuard) else found


def read_condition(text: str) -> Cond | None:
    """The condition that the text denotes; None if it is not understood or is a number."""
    text = text.strip()
    found = read_term(text)
    if found is not None:
        return found if is_condition(found) else None
    for operator, join in (("|", lor), ("&", land)):
        parts = _split(text, operator)
        if len(parts) > 1:
            read = [read_condition(part) for part in parts]
            known = [part for part in read if part is not None]
            return join(*known) if len(known) == len(read) else None
    if text.startswith("~"):
        inner = read_condition(text[1:])
        return None if inner is None else lnot(inner)
    return read_condition(text[1:-1]) if text.startswith("(") and text.endswith(")") else None


def _named(name: str) -> Scalar:
    if name.startswith("p") and name[1:].isdigit():
        return bool_symbol(name)
    return float_symbol(name) if name.startswith("z") else symbol(name)


def _split(text: str, operator: str) -> list[str]:
    """The parts between the operator outside of all brackets."""
    parts, depth, start = list[str](), 0, 0
    for position, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == operator and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    return [*parts, text[start:]]
