"""Which tracer, if any, is at work: what modules and graph modules ask before they run."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from refimpl.fx.module import Module

__all__ = ["ActiveTrace", "active_trace"]


class ActiveTrace(Protocol):
    """What happens, while a tracer runs, when a module is called, a parameter read, a function reached."""

    def call_module(self, module: Module, args: tuple[object, ...], kwargs: dict[str, object]) -> object:
        """Call a module: a node if it is a leaf, else trace through it."""
        ...

    def read_attribute(self, name: str, value: object) -> object:
        """What reading a registered parameter, buffer or submodule gives."""
        ...

    def function_to_call(self, function: Callable[..., object], wrapped: bool) -> Callable[..., object]:
        """The function, or one that makes a node where ``function`` is (or was, when first traced) wrapped."""
        ...


active_trace: ContextVar[ActiveTrace | None] = ContextVar("active_trace", default=None)
