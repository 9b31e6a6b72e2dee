"""What a higher-order operator asks of whoever runs it: to run a graph, and what a tensor predicate says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from refimpl.fake_tensor.context import Context, Value
from refimpl.fake_tensor.tensor import FakeTensor
from refimpl.terms import Cond

__all__ = ["SubgraphContext", "Subgraphs"]


class Subgraphs(Protocol):
    """Runs the graphs that a higher-order operator is given."""

    def run(self, module: object, operands: Sequence[Value], *, under: Cond | None = None) -> tuple[Value, ...]:
        """Propagate and rebind a graph on raw values; what it establishes holds under the predicate.

        The outputs, in order, as one tuple.
        """
        ...

    def predicate(self, tensor: FakeTensor) -> Cond:
        """The truth of a one-element tensor: an opaque boolean, the same one while the contents stay."""
        ...


class SubgraphContext(Context, Protocol):
    """A context that can also run graphs."""

    @property
    def subgraphs(self) -> Subgraphs:
        """The runner of graphs."""
        ...
