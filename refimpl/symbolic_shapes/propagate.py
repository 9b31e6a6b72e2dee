"""``PropagateUnbackedSymInts``: run a traced graph again and give fresh symbols their recorded names."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from refimpl.fx.graph import Graph
from refimpl.fx.graph_module import GraphModule
from refimpl.fx.interpreter import Interpreter
from refimpl.fx.module import Module
from refimpl.fx.node import Node
from refimpl.symbolic_shapes.active import active_mode
from refimpl.symbolic_shapes.bindings import Bindings, as_bindings, rebind_node
from refimpl.symbolic_shapes.reading import is_scalar
from refimpl.symbolic_shapes.shape_env import ShapeEnv
from refimpl.symbolic_shapes.structures import is_list, is_tuple
from refimpl.symbolic_shapes.sym_node import Symbolic, raw_scalar, unwrap, wrap
from refimpl.terms import Cond, Dim, Substitution, substitute, substitute_dim

__all__ = ["Observer", "PropagateUnbackedSymInts", "require_operands", "rewrite", "run_subgraph"]

Observer = Callable[[str, object], None]
"""Called with the path of each node and its value, in old names."""

_NOT_CALLS = frozenset(("placeholder", "get_attr", "output"))


class PropagateUnbackedSymInts(Interpreter[object]):
    """An interpreter that, after each node, rebinds what its ``unbacked_bindings`` name.

    Runs under a fake mode (``AssertionError`` otherwise). The value of a node that binds is in old names. A node
    that raises, in its operator or in rebinding, leaves environment and mode as before it (law ATOM). ``path``
    is that of the graph among sub-graphs; ``observer`` is told each node's value, those of sub-graphs included.
    Source: ``torch.fx.experimental.symbolic_shapes.PropagateUnbackedSymInts``.
    """

    def __init__(
        self,
        module: Module,
        garbage_collect_values: bool = True,
        graph: Graph | None = None,
        *,
        path: str = "",
        observer: Observer | None = None,
    ) -> None:
        super().__init__(module, garbage_collect_values, graph)
        self.path = path
        self.observer = observer

    def run_node(self, n: Node) -> object:
        """The value of one node, its fresh symbols under their recorded names."""
        mode = active_mode.get()
        if mode is None:
            raise AssertionError("fake_mode must not be None")
        bindings = n.meta.get("unbacked_bindings")
        if n.op in _NOT_CALLS and not (bindings and self.path):
            # The program's own placeholders bind symbols of the caller; those of a loop's body are rebound.
            result = super().run_node(n)
        else:
            env = mode.shape_env
            point = mode.checkpoint()
            since = len(env.log)
            outer, env.node = env.node, self.path + n.name
            runner, env.runner = env.runner, self
            try:
                result = super().run_node(n)
                if bindings:
                    renamed = self.rebind(n, as_bindings(bindings), result, since)
                    if renamed:
                        result = rewrite(result, renamed, env)
            except Exception:
                mode.roll_back(point)
                raise
            finally:
                env.node = outer
                env.runner = runner
        if self.observer is not None:
            self.observer(self.path + n.name, result)
        return result

    def rebind(self, n: Node, bindings: Bindings, result: object, since: int) -> Substitution:
        """Rebind what a node binds, as a subclass that observes each step may see it; see ``rebind_node``."""
        mode = active_mode.get()
        if mode is None:
            raise AssertionError("fake_mode must not be None")
        return rebind_node(mode.shape_env, bindings, result, since)

    def run_module(self, module: Module, operands: Sequence[object]) -> object:
        """Run a sub-graph of the node that runs now, on the values of its operands."""
        mode = active_mode.get()
        node = "" if mode is None else mode.shape_env.node
        name = next((name for name, found in self.submodules.items() if found is module), type(module).__name__)
        path = f"{node}/{name}/"
        return PropagateUnbackedSymInts(module, self.garbage_collect_values, path=path, observer=self.observer).run(
            *operands
        )


def run_subgraph(env: ShapeEnv, module: Module, operands: Sequence[object], under: Cond | None = None) -> object:
    """Run the sub-graph of a higher-order operator, with raw terms in and out, in the scope of a predicate.

    Its nodes are logged as ``<node>/<sub-graph>/<name>``. Raises AssertionError outside of a propagation, and
    RuntimeError, worded as Python's error, if the sub-graph takes fewer operands.
    """
    runner = env.runner
    if runner is None:
        raise AssertionError("a sub-graph runs within PropagateUnbackedSymInts")
    require_operands(module, operands)
    values = [wrap(operand, env) if is_scalar(operand) else operand for operand in operands]
    if under is None:
        return _unwrapped(runner.run_module(module, values))
    with env.under(under):
        return _unwrapped(runner.run_module(module, values))


def require_operands(module: Module, operands: Sequence[object]) -> None:
    """Raise RuntimeError, worded as Python's error, if a sub-graph has fewer inputs than there are operands."""
    if isinstance(module, GraphModule):
        taken = sum(node.op == "placeholder" for node in module.graph.nodes)
        if taken < len(operands):
            message = f"forward() takes {taken + 1} positional arguments but {len(operands) + 1} were given"
            raise RuntimeError(message)


def _unwrapped(value: object) -> object:
    if is_tuple(value):
        return tuple([_unwrapped(item) for item in value])
    if is_list(value):
        return [_unwrapped(item) for item in value]
    return unwrap(value)


def rewrite(value: object, renamed: Substitution, env: ShapeEnv) -> object:
    """A result with its symbols renamed: tensors, numbers, lists and tuples of them; other values as they are."""
    if is_tuple(value):
        return tuple([rewrite(item, renamed, env) for item in value])
    if is_list(value):
        return [rewrite(item, renamed, env) for item in value]
    if isinstance(value, Symbolic):
        return wrap(substitute(raw_scalar(value), renamed), env)
    rewritten: Callable[[Callable[[Dim], Dim]], object] | None = getattr(value, "rewritten", None)
    return value if rewritten is None else rewritten(lambda dim: _renamed_dim(dim, renamed))


def _renamed_dim(dim: Dim, renamed: Substitution) -> Dim:
    if isinstance(dim, int):
        return dim
    for symbol in dim.free:
        if symbol in renamed:
            return substitute_dim(dim, renamed)
    return dim
