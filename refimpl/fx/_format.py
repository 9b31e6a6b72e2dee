"""How targets, types and arguments are printed."""

from __future__ import annotations

import builtins
import inspect
import types
from collections.abc import Callable

from refimpl.fx._narrow import is_dict, is_list, is_tuple
from refimpl.fx._node_base import NodeBase

__all__ = ["format_arg", "get_qualified_name", "pretty_print_target", "type_repr", "typename"]


def typename(obj: object) -> str:
    """The qualified name of an object that has one, else of its class (``torch.typename``)."""
    module: str = getattr(obj, "__module__", "") or ""
    if hasattr(obj, "__qualname__"):
        name: str = getattr(obj, "__qualname__")  # noqa: B009 - an object that has it, of no known class
    elif hasattr(obj, "__name__"):
        name = getattr(obj, "__name__")  # noqa: B009
    else:
        module = type(obj).__module__ or ""
        name = type(obj).__qualname__
    return name if module in ("", "builtins") else f"{module}.{name}"


def type_repr(obj: object) -> str:
    """A type expression as a graph prints it."""
    if isinstance(obj, type) and not isinstance(obj, types.GenericAlias):
        if obj.__module__ == "builtins":
            return obj.__qualname__
        return f"{obj.__module__}.{obj.__qualname__}"
    if obj is ...:
        return "..."
    if isinstance(obj, types.FunctionType):
        return obj.__name__
    return repr(obj)


def get_qualified_name(func: Callable[..., object]) -> str:
    """``module.name`` of a function, as generated code refers to it.

    Raises ``AttributeError`` for a callable without ``__name__`` or ``__module__``, ``RuntimeError`` for a
    lambda without source and for a bound method of a builtin.
    """
    name = func.__name__
    if getattr(builtins, name, None) is func:
        return name
    module: str | None = getattr(func, "__module__")  # noqa: B009 - a builtin method has None
    if name == "<lambda>":
        try:
            name = inspect.getsource(func).split("=")[0].strip()
        except Exception as error:
            raise RuntimeError("Unable to represent lambda") from error
    if module is None:
        raise RuntimeError(f"cannot find module for {func}")
    return f"{module.replace('torch._ops', 'torch.ops')}.{name}"


def pretty_print_target(target: object) -> str:
    """A target as a graph prints it: ``operator.add``, ``builtins.len``, ``math.sin``."""
    if isinstance(target, str):
        return target
    if hasattr(target, "__module__"):
        name: str | None = getattr(target, "__name__", None)
        if name is not None and target.__module__ == "builtins":
            return f"builtins.{name}"
        if name is not None and target.__module__ == "_operator":
            return f"operator.{name}"
    if callable(target):
        return get_qualified_name(target)
    raise AttributeError(f"{type(target).__name__!r} object has no attribute '__name__'")


def format_arg(arg: object, max_list_len: float = float("inf")) -> str:
    """An argument as a graph prints it: a node as ``%name``; ``max_list_len`` cuts long sequences."""
    custom = getattr(arg, "_custom_fx_repr_fn", None)
    if callable(custom):
        return str(custom())
    if is_list(arg) or is_tuple(arg):
        return _format_sequence(arg, max_list_len)
    if is_dict(arg):
        return "{" + ", ".join([f"{key}: {format_arg(value)}" for key, value in arg.items()]) + "}"
    if isinstance(arg, NodeBase):
        return "%" + str(arg)
    return str(arg)


def _format_sequence(items: list[object] | tuple[object, ...], max_list_len: float) -> str:
    """A list or tuple, cut after ``max_list_len`` items."""
    size = len(items)
    shown = ", ".join([format_arg(item) for index, item in enumerate(items) if index < max_list_len])
    cut = "" if size < max_list_len + 1 else f", ...[total_len={size}]"
    if isinstance(items, list):
        return f"[{shown}{cut}]"
    comma = "," if size == 1 else ""
    return f"({shown}{comma}{cut})"
