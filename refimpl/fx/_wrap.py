"""Functions that a tracer records instead of tracing through them."""

# Callers may be untyped: what a wrong class raises is part of the behaviour.
# pyright: reportUnnecessaryIsInstance=false

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TypeVar, overload

__all__ = ["wrap", "wrapped_globals"]

_F = TypeVar("_F", bound=Callable[..., object])

# A registry, and so mutable: `wrap` is how a module announces, when it is imported, which of its names to wrap.
_wrapped: dict[tuple[int, str], dict[str, object]] = {}


@overload
def wrap(fn_or_name: _F) -> _F: ...
@overload
def wrap(fn_or_name: str) -> str: ...
def wrap(fn_or_name: Callable[..., object] | str) -> Callable[..., object] | str:
    """Register a function of the calling module, by itself or by name, to be recorded as one node.

    Call it at the top level of a module (``NotImplementedError`` elsewhere); ``RuntimeError`` if it is given
    neither a callable nor a name. Source: ``torch.fx.wrap``.
    """
    if not callable(fn_or_name) and not isinstance(fn_or_name, str):
        raise RuntimeError("Unsupported type for global function! Must be either a callable or string name")
    name = fn_or_name if isinstance(fn_or_name, str) else fn_or_name.__name__
    frame = inspect.currentframe()
    caller = frame.f_back if frame is not None else None
    if caller is None:
        raise AssertionError("currentframe.f_back is None")
    if caller.f_code.co_name != "<module>":
        raise NotImplementedError("wrap must be called at the top level of a module")  # PyTorch's own class
    _wrapped[(id(caller.f_globals), name)] = caller.f_globals
    return fn_or_name


def wrapped_globals() -> list[tuple[str, dict[str, object]]]:
    """The registered names, each with the global namespace it belongs to."""
    return [(name, namespace) for (_, name), namespace in _wrapped.items()]
