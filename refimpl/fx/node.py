"""A node of a graph: one placeholder, attribute, call or output."""

# The classes of a graph share their internals, under the names that PyTorch gives them.
# pyright: reportPrivateUsage=false
# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from refimpl.fx._effects import has_side_effect, is_impure_function
from refimpl.fx._format import format_arg, pretty_print_target, type_repr, typename
from refimpl.fx._node_base import NO_KWARGS, Argument, NodeBase, Target, map_aggregate, map_nodes, sort_key_between

if TYPE_CHECKING:
    from refimpl.fx.graph import Graph

__all__ = ["Argument", "Node", "Target", "has_side_effect", "map_aggregate", "map_arg"]

_LEGAL_OPS = frozenset(("placeholder", "call_method", "call_module", "call_function", "get_attr", "output", "root"))
_set = object.__setattr__
_ArgumentT = TypeVar("_ArgumentT")


class Node(NodeBase):
    """One operation of a ``Graph``, made by the graph's builders.

    ``op`` is ``placeholder``, ``get_attr``, ``call_function``, ``call_method``, ``call_module`` or ``output``;
    ``target`` the function called, else a name; ``users`` the nodes that use the value, in order of first use;
    ``meta`` is free for passes. Raises ``ValueError`` for a target that does not fit ``op`` and
    ``AssertionError`` for an unknown ``op``. Source: ``torch.fx.Node``.
    """

    __slots__ = ()

    def __init__(
        self,
        graph: Graph,
        name: str,
        op: str,
        target: Target,
        args: tuple[Argument, ...],
        kwargs: dict[str, Argument],
        return_type: object = None,
    ) -> None:
        _check_target(graph, name, op, target)
        _set(self, "graph", graph)
        _set(self, "name", name)
        _set(self, "op", op)
        _set(self, "target", target)
        _set(self, "type", return_type)
        _set(self, "users", {})
        _set(self, "meta", {})
        _set(self, "_input_nodes", {})
        _set(self, "_erased", False)
        _set(self, "_prev", self)
        _set(self, "_next", self)
        _set(self, "_sort_key", ())
        _set(self, "_repr_fn", None)
        self._update_args_kwargs(args, kwargs)

    def __setattr__(self, name: str, value: object) -> None:
        # A graph finds its nodes by op and target, so a node that changes is filed again.
        if name == "name" and hasattr(self, "name"):
            self._call_replace_hooks(self, value, self.users)
        table = self.graph._find_nodes_lookup_table
        if hasattr(self, name) and self in table:
            table.remove(self)
            _set(self, name, value)
            table.insert(self)
        else:
            _set(self, name, value)

    def __getstate__(self) -> dict[str, object]:
        """All fields, own attributes included, for copying and pickling (recursive: a node holds the next)."""
        fields = (name for name in NodeBase.__slots__ if not name.startswith("__"))
        return {**self.__dict__, **{name: getattr(self, name) for name in fields}}

    def __setstate__(self, state: dict[str, object]) -> None:
        for name, value in state.items():
            _set(self, name, value)

    def __repr__(self) -> str:
        return self._repr_fn(self) if self._repr_fn else self.name

    @property
    def next(self) -> Node:
        """The node after this one; the graph's root after the last."""
        return self._next

    @property
    def prev(self) -> Node:
        """The node before this one; the graph's root before the first."""
        return self._prev

    @property
    def args(self) -> tuple[Argument, ...]:
        """The positional arguments; assignment keeps ``users`` and ``all_input_nodes`` up to date."""
        return self._args

    @args.setter
    def args(self, a: tuple[Argument, ...]) -> None:
        self._update_args_kwargs(a, self._kwargs)

    @property
    def kwargs(self) -> dict[str, Argument]:
        """The keyword arguments; assignment keeps ``users`` and ``all_input_nodes`` up to date."""
        return self._kwargs

    @kwargs.setter
    def kwargs(self, k: dict[str, Argument]) -> None:
        self._update_args_kwargs(self._args, k)

    @property
    def all_input_nodes(self) -> list[Node]:
        """The distinct nodes in ``args`` and ``kwargs``, in order of first appearance."""
        return list(self._input_nodes)

    @property
    def stack_trace(self) -> str | None:
        """The Python stack recorded when the node was traced, innermost frame last."""
        trace = self.meta.get("stack_trace")
        return trace if trace is None else str(trace)

    @stack_trace.setter
    def stack_trace(self, trace: str | None) -> None:
        self.meta["stack_trace"] = trace

    def prepend(self, x: Node) -> None:
        """Move or insert ``x`` before this node; ``AssertionError`` if it belongs to another graph.

        ``TypeError`` if it is no node.
        """
        if not isinstance(x, Node):
            raise TypeError("_prepend() argument must be a Node")
        if self.graph is not x.graph:
            raise AssertionError("Attempting to move a Node into a different Graph")
        if self is x:
            return
        x._remove_from_list()
        before = self._prev
        _set(before, "_next", x)
        _set(x, "_prev", before)
        _set(x, "_next", self)
        _set(self, "_prev", x)
        _set(x, "_sort_key", sort_key_between(before._sort_key, self._sort_key))

    def append(self, x: Node) -> None:
        """Move or insert ``x`` after this node; ``AssertionError`` if it belongs to another graph."""
        self._next.prepend(x)

    def update_arg(self, idx: int, arg: Argument) -> None:
        """Replace the positional argument at ``idx``; ``IndexError`` if there is none."""
        args = list(self.args)
        args[idx] = arg
        self.args = tuple(args)

    def insert_arg(self, idx: int, arg: Argument) -> None:
        """Insert a positional argument before ``idx``; ``AssertionError`` if ``idx`` is out of range."""
        if not 0 <= idx <= len(self.args):
            raise AssertionError(f"insert_args index must be between 0 and len(self.args), got {idx}")
        _set(self, "_args", (*self.args[:idx], arg, *self.args[idx:]))
        map_nodes(arg, self._use)

    def update_kwarg(self, key: str, arg: Argument) -> None:
        """Set the keyword argument ``key``."""
        self.kwargs = {**self.kwargs, key: arg}

    def replace_input_with(self, old_input: Node, new_input: Node) -> None:
        """Replace every occurrence of ``old_input`` in the arguments by ``new_input``."""
        self._call_replace_hooks(old_input, new_input, (self,))
        self._replace_input_with(old_input, new_input)

    def replace_all_uses_with(
        self,
        replace_with: Node,
        delete_user_cb: Callable[[Node], bool] | None = None,
        *,
        propagate_meta: bool = False,
    ) -> list[Node]:
        """Replace this node by another in all users, or in those ``delete_user_cb`` accepts; return these.

        ``propagate_meta`` copies ``meta`` to the replacement, which must have none (``AssertionError``).
        """
        if propagate_meta:
            if replace_with.meta:
                raise AssertionError(
                    "Called node.replace_all_uses_with(replace_with, propagate_meta=True), "
                    "but replace_with already has .meta keys"
                )
            replace_with.meta.update(self.meta)
        changed: list[Node] = []
        for user in list(self.users):
            if delete_user_cb is None or delete_user_cb(user):
                changed.append(user)
                self._call_replace_hooks(self, replace_with, (user,))
                user._replace_input_with(self, replace_with)
        return changed

    def is_impure(self, impure_random: bool = True) -> bool:
        """Whether dead code elimination must keep the node even if nothing uses it.

        ``impure_random`` counts a target marked as drawing random numbers. ``AssertionError`` for a
        ``call_module`` node of a graph that no module owns.
        """
        if self.op in ("placeholder", "output"):
            return True
        if self.op == "call_module":
            owner = self.graph.owning_module
            if owner is None:
                raise AssertionError("self.graph.owning_module not set for purity check")
            if not isinstance(self.target, str):
                raise AssertionError(f"Expected str target for call_module, got {type(self.target)}")
            return bool(getattr(owner.get_submodule(self.target), "_is_impure", False))
        if self.op == "call_function":
            return is_impure_function(self.target, impure_random)
        return False

    def format_node(
        self,
        placeholder_names: list[str] | None = None,
        maybe_return_typename: list[str] | None = None,
        *,
        include_tensor_metadata: bool = False,
    ) -> str | None:
        """The node as one line of text.

        The two lists are how ``str(graph)`` collects the signature; with a non-empty ``placeholder_names`` a
        placeholder is appended there and ``None`` returned. ``include_tensor_metadata`` is accepted and
        changes nothing: this package has no ``torch.Tensor``.
        """
        typed = f"{type_repr(self.type)} " if self.type is not None else ""
        head = f"%{self.name} : {typed}[num_users={len(self.users)}] = {self.op}"
        if self.op == "placeholder":
            return self._format_placeholder(placeholder_names)
        if self.op == "get_attr":
            return f"{head}[target={pretty_print_target(self.target)}]"
        if self.op == "output":
            if self.type and maybe_return_typename:
                maybe_return_typename[0] = f" -> {type_repr(self.type)}"
            return f"return {self.args[0]}"
        call = f"args = {format_arg(self.args)}, kwargs = {format_arg(self.kwargs)}"
        return f"{head}[target={pretty_print_target(self.target)}]({call})"

    def _format_placeholder(self, placeholder_names: list[str] | None) -> str | None:
        """The line of a placeholder, or ``None`` if it went into the signature."""
        if not isinstance(self.target, str):
            raise AssertionError(f"Expected target to be str for placeholder, got {type(self.target)}")
        typed = f"{type_repr(self.type)} " if self.type else ""
        if placeholder_names:
            annotation = f"{self.target}: {type_repr(self.type)}" if self.type else ""
            placeholder_names.append(self.target + annotation)
            return None
        default = f"(default={self.args[0]})" if self.args else ""
        return f"%{self.name} : {typed}[num_users={len(self.users)}] = {self.op}[target={self.target}]{default}"

    @staticmethod
    def _pretty_print_target(target: object) -> str:
        """A target as printed (kept under this name because passes call it)."""
        return pretty_print_target(target)

    def _use(self, node: Node) -> Node:
        """Record that this node uses ``node``."""
        self._input_nodes.setdefault(node)
        node.users.setdefault(self)
        return node

    def _update_args_kwargs(self, args: tuple[Argument, ...], kwargs: dict[str, Argument]) -> None:
        """Store new arguments (lists and dicts become immutable) and move the uses."""
        for old in self._input_nodes:
            old.users.pop(self)
        _set(self, "_input_nodes", {})
        _set(self, "_args", map_nodes(args, self._use) if args or type(args) is not tuple else ())
        _set(self, "_kwargs", map_nodes(kwargs, self._use) if kwargs or type(kwargs) is not dict else NO_KWARGS)

    def _replace_input_with(self, old_input: Node, new_input: Node) -> None:
        """``replace_input_with`` without the hooks."""

        def replace(leaf: object) -> object:
            # As in PyTorch, scripts that ignore the types may put any argument in the place of any other.
            if leaf is old_input:
                return map_nodes(new_input, self._use)
            return self._use(leaf) if isinstance(leaf, Node) else leaf

        inputs = self._input_nodes
        for old in inputs:
            old.users.pop(self)
        _set(self, "_input_nodes", {})
        map_leaves = map_nodes if isinstance(old_input, Node) else map_aggregate
        _set(self, "_args", map_leaves(self._args, replace))
        _set(self, "_kwargs", map_leaves(self._kwargs, replace))

    def _remove_from_list(self) -> None:
        """Unlink the node from its neighbours; its own links stay, so iterators that hold it go on."""
        before, after = self._prev, self._next
        _set(before, "_next", after)
        _set(after, "_prev", before)

    def _rename(self, candidate: str) -> None:
        """Give the node the free name nearest to ``candidate``."""
        if candidate == self.name:
            return
        names = self.graph._graph_namespace
        fresh = names.create_name(candidate, None)
        self.name = fresh
        names._rename_object(self, fresh)

    def _call_replace_hooks(self, old: Node, new: object, users: dict[Node, None] | tuple[Node, ...]) -> None:
        """Tell the owning module's replace hooks, if it has any, the new name."""
        hooks = getattr(self.graph.owning_module, "_replace_hooks", None)
        if hooks:
            new = new if isinstance(new, str) else getattr(new, "name")  # noqa: B009 - a constant has none: AttributeError
            for user in users:
                for hook in hooks:
                    hook(old=old, new=new, user=user)


def _check_target(graph: Graph, name: str, op: str, target: object) -> None:
    """Raise if ``target`` does not fit ``op``."""
    if op == "call_function":
        if callable(target):
            return
        expected = "Callable"
    else:
        if op not in _LEGAL_OPS:
            raise AssertionError(f"op '{op}' is not in _legal_ops")
        if isinstance(target, str):
            return
        expected = "str"
    raise ValueError(
        f"Node [graph = {graph}, name = '{name}'] target {target} has type {typename(target)} "
        f"but a {expected} is expected"
    )


def map_arg(a: _ArgumentT, fn: Callable[[Node], Argument]) -> _ArgumentT:
    """Apply ``fn`` to each node in nested tuples, lists, dicts and slices; the structure is kept.

    Lists and dicts come back immutable. ``AssertionError`` if ``fn`` is not callable.
    Source: ``torch.fx.map_arg``.
    """
    if not callable(fn):
        raise AssertionError("torch.fx.map_arg(a, fn): fn must be a callable")
    return map_nodes(a, fn)  # type: ignore[return-value]  # same structure, as the docstring promises
