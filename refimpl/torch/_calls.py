"""Calls into PyTorch's functions by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias, cast

from refimpl.torch._imports import attribute

__all__ = ["SHAPES", "Function", "function", "method"]

Function: TypeAlias = Callable[..., object]  # type: ignore[explicit-any]  # PyTorch is not there when types are checked
SHAPES: Final = "torch.fx.experimental.symbolic_shapes"


def function(module: str, name: str) -> Function:
    """The function or class of a module of PyTorch."""
    return cast("Function", attribute(module, name))  # see Function


def method(owner: object, name: str) -> Function:
    """The method of an object of PyTorch."""
    return cast("Function", getattr(owner, name))  # see Function
