"""What symbolic numbers have in common: a term, its environment, and how they print."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from refimpl.terms import Scalar, to_text

if TYPE_CHECKING:
    from refimpl.symbolic_shapes.shape_env import ShapeEnv

__all__ = ["SymBase", "SymNode"]


@final
class SymNode:
    """A term and its environment; ``expr`` is the term after replacement, ``raw`` as it was made."""

    __slots__ = ("raw", "shape_env")

    def __init__(self, raw: Scalar, shape_env: ShapeEnv) -> None:
        self.raw: Scalar = raw
        self.shape_env: ShapeEnv = shape_env

    @property
    def expr(self) -> Scalar:
        """The term with every replaced symbol replaced, to the end (PyTorch's ``expr``; ``raw`` is its ``_expr``)."""
        return self.shape_env.replace(self.raw)

    @property
    def hint(self) -> int | float | bool | None:
        """The value on the example inputs; None if unbacked symbols occur."""
        return self.shape_env.hint(self.raw)

    def __str__(self) -> str:
        return to_text(self.expr)


class SymBase:
    """What the three symbolic numbers have in common: a raw term and its environment."""

    __slots__ = ("env", "raw")

    raw: Scalar
    env: ShapeEnv

    @property
    def node(self) -> SymNode:
        """The term and its environment, as PyTorch's ``SymNode``."""
        return SymNode(self.raw, self.env)

    def __repr__(self) -> str:
        return to_text(self.env.replace(self.raw))
