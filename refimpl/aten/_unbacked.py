"""Whether a size depends on data: an unbacked symbol occurs in it."""

from __future__ import annotations

from refimpl.fake_tensor.context import Context
from refimpl.symbolic_shapes.constraints import is_unbacked
from refimpl.terms import Cond, Dim, Symbol

__all__ = ["decided", "is_data_dependent"]


def is_data_dependent(size: Dim) -> bool:
    """Whether an unbacked symbol occurs; a plain number never depends on data."""
    return not isinstance(size, int) and any(map(_is_unbacked, size.free))


def decided(ctx: Context, condition: Cond) -> bool:
    """Whether the condition is known to hold; one that data leave open is refused, as PyTorch refuses it.

    Raises GuardOnDataDependentSymNode.
    """
    known = ctx.known(condition)
    open_to_data = known is None and not isinstance(condition, bool) and any(map(_is_unbacked, condition.free))
    return ctx.decide(condition) if open_to_data else known is True


def _is_unbacked(symbol: object) -> bool:
    return isinstance(symbol, Symbol) and is_unbacked(symbol)
