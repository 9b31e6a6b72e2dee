"""A graph module that is compiled when it is first called or read."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false

from __future__ import annotations

from refimpl.fx._plan import Plan
from refimpl.fx.graph_module import GraphModule

__all__ = ["LazyGraphModule"]


class LazyGraphModule(GraphModule):
    """For graphs that are mostly interpreted, never called: writing their code would be the larger cost.

    Compilation, and an error in it, comes with the first call or ``code``; it takes the graph as it then
    is. Source: ``torch.fx._lazy_graph_module._LazyGraphModule``.
    """

    def _graph_assigned(self) -> None:
        """Forget what was compiled of an earlier graph."""
        self.__dict__.pop("_plan", None)

    @property
    def code(self) -> str:
        """The text of ``forward``."""
        self._compile()
        return self._code

    def _compiled(self) -> Plan:
        """What a call runs."""
        self._compile()
        return self._plan

    def _compile(self) -> None:
        """Compile unless that is done."""
        if "_plan" not in self.__dict__:
            self.recompile()
