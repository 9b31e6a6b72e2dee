"""What a graph module tells of changes of its graph, to whom asked for it."""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from refimpl.fx.node import Node

__all__ = ["HOOKS", "GraphHooks"]

HOOKS = ("_replace_hooks", "_create_node_hooks", "_erase_node_hooks", "_deepcopy_hooks")


class GraphHooks:
    """The four kinds of hooks, each called in the order of registration.

    A replace hook is called as ``hook(old=node, new=name, user=node)`` for each input that is replaced or renamed, a
    creation hook with each new node, an erasure hook with each node about to go, a copy hook with each deep copy.
    ``AssertionError`` for what is not callable, ``ValueError`` if a hook to be taken out is not registered. Passes
    use these methods under the names that they have in PyTorch.
    """

    def _no_hooks(self) -> None:
        """Start without any."""
        self._replace_hooks: list[Callable[..., object]] = []
        self._create_node_hooks: list[Callable[[Node], object]] = []
        self._erase_node_hooks: list[Callable[[Node], object]] = []
        self._deepcopy_hooks: list[Callable[..., object]] = []

    def _register_replace_node_hook(self, f: Callable[..., object]) -> None:
        _check("create_node", f)
        self._replace_hooks.append(f)

    def _unregister_replace_node_hook(self, f: Callable[..., object]) -> None:
        _check("create_node", f)
        self._replace_hooks.remove(f)

    def _register_create_node_hook(self, f: Callable[[Node], object]) -> None:
        _check("create_node", f)
        self._create_node_hooks.append(f)

    def _unregister_create_node_hook(self, f: Callable[[Node], object]) -> None:
        _check("create_node", f)
        self._create_node_hooks.remove(f)

    def _register_erase_node_hook(self, f: Callable[[Node], object]) -> None:
        _check("erase_node", f)
        self._erase_node_hooks.append(f)

    def _unregister_erase_node_hook(self, f: Callable[[Node], object]) -> None:
        _check("erase_node", f)
        self._erase_node_hooks.remove(f)

    def _register_deepcopy_hook(self, f: Callable[..., object]) -> None:
        _check("deepcopy", f)
        self._deepcopy_hooks.append(f)

    def _unregister_deepcopy_hook(self, f: Callable[..., object]) -> None:
        _check("deepcopy", f)
        self._deepcopy_hooks.remove(f)

    @contextmanager
    def _set_replace_hook(self, f: Callable[..., object]) -> Generator[None, None, None]:
        """Have a replace hook within the context."""
        if not callable(f):
            raise AssertionError("Replace hook must be a callable.")
        self._register_replace_node_hook(f)
        try:
            yield
        finally:
            self._unregister_replace_node_hook(f)


def _check(kind: str, f: object) -> None:
    """Refuse what is not callable."""
    if not callable(f):
        raise AssertionError(f"{kind} hook must be a callable.")
