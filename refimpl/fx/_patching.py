"""Replace functions in global namespaces while a function is traced."""

from __future__ import annotations

import builtins
import functools
from collections.abc import Callable
from types import TracebackType

from refimpl.fx._node_base import map_aggregate
from refimpl.fx._wrap import wrapped_globals
from refimpl.fx.proxy import Proxy

__all__ = ["Patcher", "find_proxy", "recording"]

_REPLACEMENT = "__fx_already_patched"


def find_proxy(*values: object) -> Proxy | None:
    """The last proxy in nested containers, if any."""
    found: list[Proxy] = []

    def look(value: object) -> None:
        if isinstance(value, Proxy):
            found.append(value)

    map_aggregate(values, look)
    return found[-1] if found else None


def recording(function: Callable[..., object]) -> Callable[..., object]:
    """A function that records a call of ``function`` if an argument holds a proxy, else makes it."""

    @functools.wraps(function)
    def wrapped(*args: object, **kwargs: object) -> object:
        proxy = find_proxy(args, kwargs)
        if proxy is None:
            return function(*args, **kwargs)
        result = proxy.tracer.create_proxy("call_function", function, args, kwargs)
        result.node.meta["is_wrapped"] = True
        return result

    return wrapped


class Patcher:
    """Puts recording functions into global namespaces; leaving the context restores them, last first."""

    def __init__(self, function_ids: set[int]) -> None:
        self._function_ids = function_ids
        self._restore: list[tuple[dict[str, object], str, bool, object]] = []
        self._visited: set[int] = set()

    def __enter__(self) -> Patcher:
        for name, namespace in wrapped_globals():
            if name not in namespace and not hasattr(builtins, name):
                self._restore_all()
                raise KeyError(name)
            self._patch(namespace, name, namespace.get(name, getattr(builtins, name, None)))
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._restore_all()

    def _restore_all(self) -> None:
        """Undo every replacement, last first."""
        while self._restore:
            namespace, name, existed, before = self._restore.pop()
            if existed:
                namespace[name] = before
            else:
                del namespace[name]

    def wrap_known_functions(self, namespace: dict[str, object]) -> None:
        """Record the functions of this namespace that are to be recorded wherever they are met."""
        if id(namespace) in self._visited:
            return
        self._visited.add(id(namespace))
        for name, value in list(namespace.items()):
            if not name.startswith("_") and callable(value) and id(value) in self._function_ids:
                self._patch(namespace, name, value)

    def is_known(self, function: Callable[..., object]) -> bool:
        """Whether a function is to be recorded wherever it is met."""
        return id(function) in self._function_ids

    def _patch(self, namespace: dict[str, object], name: str, function: object) -> None:
        """Replace one function, unless it already is a replacement (a trace within a trace finds those)."""
        if hasattr(function, _REPLACEMENT) or not callable(function):
            return
        replacement = recording(function)
        setattr(replacement, _REPLACEMENT, True)
        self._restore.append((namespace, name, name in namespace, namespace.get(name)))
        namespace[name] = replacement
