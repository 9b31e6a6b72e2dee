"""What a node's target text names: an operator overload, one of Python's operators, or something unknown.

No attribute of any module is looked up by a name that the archive gives: the functions are in a closed table.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Protocol, final

from refimpl.aten._targets import resolve_target as find_target
from refimpl.export.errors import ArchiveError, ErrorKind

__all__ = ["TargetFunction", "UnknownTarget", "is_higher_order", "is_symbolic", "resolve_target", "target_name"]


class TargetFunction(Protocol):
    """What a ``call_function`` node calls."""

    def __call__(self, *args: object, **kwargs: object) -> object:
        """The node's value."""
        ...


_DOTTED: Final = re.compile(r"[A-Za-z_]\w*(?:\.[\w<>]+)+", re.ASCII)
_LONGEST: Final = 400
_SYMBOLIC_PREFIXES: Final = ("_operator.", "math.", "torch.sym_", "torch._sym_")
_HIGHER_ORDER: Final = "torch.ops.higher_order."


@final
class UnknownTarget:
    """A target that this version does not know: a custom operator, or a function of another release.

    ``name`` is its text without ``torch.ops.``, as ``str()`` gives it. Calling it raises LookupError.
    """

    def __init__(self, text: str) -> None:
        self.name: str = target_name(text)
        parts = [part for part in self.name.split(".") if part.isidentifier()] or ["unknown"]
        self.__name__: str = parts[-1] if len(parts) < 3 else ".".join(parts[1:])
        self.__qualname__ = self.__name__
        self.__module__ = "torch.ops" if text.startswith("torch.ops.") else "torch"

    def __call__(self, *args: object, **kwargs: object) -> object:
        raise LookupError(f"the operator {self.name} is not modelled")

    def __str__(self) -> str:
        return self.name

    __repr__ = __str__


def target_name(text: str) -> str:
    """The short name of a target: ``aten.add.Tensor``, ``higher_order.cond``, ``_operator.ge``, ``torch.sym_max``."""
    return text.removeprefix("torch.ops.")


def is_higher_order(text: str) -> bool:
    """Whether the target is a higher-order operator (``cond``, ``while_loop``, ...)."""
    return text.startswith(_HIGHER_ORDER)


def is_symbolic(text: str) -> bool:
    """Whether the target computes on symbolic numbers; its arguments are all positional."""
    return text.startswith(_SYMBOLIC_PREFIXES)


def resolve_target(text: str) -> TargetFunction:
    """The function that a target names, an `UnknownTarget` if none is known. Raises `ArchiveError` for no name."""
    # Only what is unknown is kept: a shape function may be registered later.
    return find_target(text) or _unknown(text)


@cache
def _unknown(text: str) -> UnknownTarget:
    if len(text) > _LONGEST or _DOTTED.fullmatch(text) is None:
        raise ArchiveError(ErrorKind.REFERENCE, "", f"{text[:60]!a} is no name of an operator")
    return UnknownTarget(text)
