"""Requirements whose message names sizes, which are written out only when they are numbers that fail."""

from __future__ import annotations

from collections.abc import Callable

from refimpl.fake_tensor.context import Context
from refimpl.fake_tensor.tensor import Sizes
from refimpl.terms import Cond, eq

__all__ = ["require", "require_sizes"]


def require(ctx: Context, condition: Cond, head: str, rest: Callable[[], str] | None = None) -> None:
    """Require the condition; ``rest`` continues the message where the condition is plainly false.

    Printing symbolic sizes costs more than everything else a shape function does, so they are left out.
    Raises RuntimeError if the condition is known to be false.
    """
    if condition is not True:
        ctx.require(condition, head + rest() if rest is not None and condition is False else head)


def require_sizes(ctx: Context, have: Sizes, want: Sizes, head: str, rest: Callable[[], str] | None = None) -> None:
    """Require equal shapes. Raises RuntimeError if ranks differ or sizes are known to."""
    if len(have) != len(want):
        require(ctx, False, head, rest)
    for left, right in zip(have, want, strict=True):
        if left is not right:
            require(ctx, eq(left, right), head, rest)
